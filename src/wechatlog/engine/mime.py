"""Mails, and pages that a browser saved as one file (MHTML, RFC 2557), which are written as mails: the texts in them.

A chat in a page, a table or any other text that a known tool wrote is read by the reader of that. The mail, with what
it holds beside, is in memory for that. Knows no format.
"""

from __future__ import annotations

import codecs
import email.errors
import email.parser
import itertools
import re
from typing import TYPE_CHECKING, Final

import attrs

from wechatlog.decoding import decode_text
from wechatlog.engine.head import Head
from wechatlog.engine.inside import InsideReader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

    from wechatlog.engine.protocol import Batch, Context
    from wechatlog.source import Source


_BOUNDARY: Final = re.compile(rb"boundary[ \t]{0,9}=[ \t]{0,9}\"?([^\"\r\n;]{1,70})", re.IGNORECASE)
_MOST_BOUNDARIES: Final = 100
_MOST_PARTS: Final = 1000
_DEEPEST: Final = 10
"""Mails in mails that are looked into."""


_MAILBOX: Final = re.compile(rb"\r?\n(?=From [^\r\n]{1,400} [0-9]{4}\r?\n[A-Za-z-]{1,60}:)")
"""Between two mails of a mailbox (mbox, RFC 4155)."""


def mails_in(data: bytes) -> list[bytes]:
    """The mails of a mailbox; one for what is none."""
    data = data.lstrip(b"\xef\xbb\xbf\r\n")
    return _MAILBOX.split(data) if data.startswith(b"From ") else [data]


def mail_parts(data: bytes) -> Iterator[Message]:
    """The parts of a mail as it was saved, the mail itself with its headers first, at whatever depth they stand.

    They are cut at their borders, and not parsed as a tree, which costs more than its size where very many are nested.
    """
    found = itertools.islice(_BOUNDARY.finditer(data), _MOST_BOUNDARIES)
    borders = b"|".join(re.escape(match[1].rstrip()) for match in found)
    begin: int | None = 0
    for border in re.finditer(rb"(?:\A|\r?\n)--(?:" + borders + rb")(--)?[ \t]*(?=\r?\n|\Z)", data) if borders else ():
        if begin is not None:
            yield from _part(data[begin : border.start()])
        begin = None if border[1] else border.end() + (2 if data.startswith(b"\r\n", border.end()) else 1)
    if begin is not None:
        yield from _part(data[begin:])


def _part(data: bytes) -> Iterator[Message]:
    for _ in range(_DEEPEST):
        part = email.parser.BytesHeaderParser().parsebytes(data)
        yield part
        if part.get_content_type() != "message/rfc822":
            break
        data = str(part.get_payload()).lstrip().encode("utf-8", "surrogateescape")


def part_name(part: Message) -> str | None:
    """The name of an attached file; `None` for a part that is none."""
    try:
        name = part.get_filename()
    except (LookupError, ValueError, TypeError, AttributeError):
        return None
    return _unfold(name) if name else None


def header_text(mail: Message, name: str) -> str | None:
    """The value of a header whose name is written in small letters."""
    for key, value in mail.raw_items():
        if key.lower() == name:
            return _unfold(decode_text(str(value).encode("utf-8", "surrogateescape")))
    return None


def _unfold(value: str) -> str:
    from email.header import decode_header, make_header

    try:
        return str(make_header(decode_header(value))).replace("\r", "").replace("\n", "")
    except (LookupError, ValueError, email.errors.MessageError):
        return value


def decode_part(part: Message) -> str:
    """The text of a part, whatever it is written in."""
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else str(part.get_payload()).encode("utf-8", "replace")
    charset = part.get_content_charset()
    try:
        if charset and charset not in ("us-ascii", "ascii"):
            return data.decode(codecs.lookup(charset).name, "strict")
    except (LookupError, ValueError):  # no charset, or none of these bytes; a NUL in its name is a ValueError
        pass
    return decode_text(data)


@attrs.frozen(eq=False)
class MailReader(InsideReader):
    """A reader of texts that reads one in a mail."""

    where = "in a mail, or a page that a browser saved as one file"

    @classmethod
    def holds(cls, head: Head) -> bool:
        """Whether an input is a mail."""
        return "mime" in head.containers

    @classmethod
    def heads(cls, head: Head) -> Iterator[Head]:
        """The heads of its parts of text."""
        return map(Head.of, _texts(head.source))

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages of the first part that the other reader takes, or of the last; others that it takes are told."""
        texts = list(_texts(source))
        chats = [text for text in texts if self.reader.detect(Head.of(text)) is not None]
        context.source = [*chats[:1], *texts[-1:], source][0]
        if len(chats) > 1:
            what = f"{len(chats)} parts of this mail hold a chat, the first was read; save the others as files"
            context.report("unread-part", what)
        yield from self.reader.read(context.source, context)


def _texts(source: Source) -> Iterator[Source]:
    """Its first parts of text that say something."""
    mails = mails_in(source.read_bytes())
    parts = itertools.islice(itertools.chain.from_iterable(map(mail_parts, mails)), _MOST_PARTS)
    texts = (decode_part(part) for part in parts if part.get_content_maintype() == "text")
    return (source.with_text(text) for text in texts if text.strip())
