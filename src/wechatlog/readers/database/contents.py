"""What a row of messages says: contents unpacked, and who sent it. Takes a `Row`; knows no file."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Final

import attrs

from wechatlog.content.appmsg import split_sender_prefix
from wechatlog.engine.sqlite import decode, parse_protobuf
from wechatlog.errors import needs_extra
from wechatlog.model import MessageKind
from wechatlog.readers.database.people import first_field
from wechatlog.segments.types import File, Image, Sticker, Video

if TYPE_CHECKING:
    from wechatlog.readers.database.layout import Row
    from wechatlog.readers.database.reader import Chat
    from wechatlog.segments import Segment

_LARGEST: Final = 64 << 20
ZSTANDARD: Final = b"\x28\xb5\x2f\xfd"
_SENT: Final = 2
EXTRA_SOURCE: Final = 7
_EXTRA_SENDER: Final = 1
_EXTRA_THUMBNAIL: Final = 3
_EXTRA_FILE: Final = 4
_FILES: Final = "FileStorage"
"""The folder of files in that of an account."""
_LISTED: Final = re.compile(r"(?:(?P<account>[A-Za-z0-9_@.\-]{1,80}):)?(?P<length>[0-9]{1,9}):[0-9]+(?::|\s{0,4}\Z)")


def unpack_lz4(data: bytes) -> tuple[str, bool]:
    """An LZ4 block whose size nobody wrote down, and whether it is whole."""
    with needs_extra("database", what="reading an app message of a WeChat 3 database"):
        import lz4.block
    size = max(len(data) << 8, 1 << 12)
    content = lz4.block.decompress(data, uncompressed_size=min(size, _LARGEST))
    return decode(content).rstrip("\0"), True


def unpack_zstandard(data: bytes) -> tuple[str, bool]:
    """A Zstandard frame, as far as it goes, and whether it is whole."""
    with needs_extra("database", what="reading a compressed message of a WeChat 4 database"):
        import zstandard
    try:
        expected = zstandard.frame_content_size(data)
        with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)) as stream:
            content = stream.read(_LARGEST + 1)
    except zstandard.ZstdError as error:
        raise ValueError(str(error)) from error
    if len(content) > _LARGEST:
        raise ValueError("it grows too large")
    return decode(content), len(content) >= expected


def integer(value: object) -> int:
    """A number, however the column keeps it; 0 for what is none."""
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, bytes) and value.isdigit() and len(value) < 20 else 0


def extra_text(extra: object, type_: int) -> str | None:
    """The text of a type in `BytesExtra`: the account id of the sender, or the XML of the source."""
    for item in parse_protobuf(extra).get(3, ()) if isinstance(extra, bytes) else ():
        if isinstance(item, bytes):
            fields = parse_protobuf(item)
            if first_field(fields, 1) == type_ and isinstance(value := first_field(fields, 2), bytes):
                return decode(value) or None
    return None


def folder_in(extra: object) -> str | None:
    """The account in whose folder the file of a message is."""
    path = extra_text(extra, _EXTRA_FILE) or extra_text(extra, _EXTRA_THUMBNAIL) or ""
    account, _, rest = path.partition("\\")
    return account if account and rest.startswith(_FILES) else None


def with_path(segments: tuple[Segment, ...] | None, extra: object) -> tuple[Segment, ...] | None:
    """Segments of a message, the first with where its file is, below the folder of all accounts."""
    first, *others = segments or (None,)
    if not isinstance(first, Image | Video | Sticker | File):
        return segments
    path = extra_text(extra, _EXTRA_FILE)
    if path is None and isinstance(first, Image):
        path = extra_text(extra, _EXTRA_THUMBNAIL)
    return segments if path is None else (attrs.evolve(first, path=path), *others)


def account_of_flag(chat: Chat, row: Row, text: str) -> tuple[bool | None, str | None, str]:
    """Who sent a row with a column that tells whether the owner did, and its content without the sender."""
    is_self = None if row.own is None else integer(row.own) == chat.layout.own
    if is_self:
        return True, None, text
    if not chat.is_group:
        return is_self, chat.talker or None, text
    sender = extra_text(row.extra, _EXTRA_SENDER)
    return (is_self, sender, text) if sender is not None else (is_self, *split_sender_prefix(text))


def account_of(chat: Chat, row: Row, text: str) -> tuple[bool | None, str | None, str]:
    """Who sent a row with a column of senders; whether that is the owner follows from whose database it is."""
    sender = decode(row.sender) or None if isinstance(row.sender, bytes) else chat.names.get(integer(row.sender))
    prefixed = False
    if chat.is_group:
        prefix, rest = split_sender_prefix(text)
        if prefix is not None and prefix == (sender or prefix):
            sender, text, prefixed = prefix, rest, True
    return _is_owner(chat, sender, integer(row.status), prefixed=prefixed), sender, text


def _is_owner(chat: Chat, sender: str | None, status: int, *, prefixed: bool) -> bool | None:
    if sender is None:
        return None
    if chat.owner is not None:
        return sender == chat.owner
    if chat.talker and not chat.is_group:
        return sender != chat.talker
    if prefixed:
        return False
    return True if chat.is_group and status == _SENT else None


def mobile_content(kind: MessageKind, content: str) -> tuple[str | None, str]:
    """`wxid_…:2874:0`, as Android writes a voice (milliseconds) and a video (seconds), as XML; and whose it is."""
    found = _LISTED.match(content) if kind in (MessageKind.VOICE, MessageKind.VIDEO) else None
    if found is None:
        return None, content
    element = "voicemsg voicelength" if kind is MessageKind.VOICE else "videomsg playlength"
    return found["account"], f'<msg><{element}="{found["length"]}"/></msg>'
