"""What objects beside the text of a message say of it: a page, a file, a place, a merged forward.

Exporters that write for programs put one under the name of what it is (`link`, `forward_chat`), some in a list
(`images`), or one under a key for all (`payload`); others put the ids of a message into one. Takes an object of a
message, gives the fields of its segment; names of keys count however they are written. Knows no format.

Source: the JSON of wechat-cli by r266-tech, and of wechat-data-extraction by delu543 (2026).
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final

from wechatlog.content.column_words import fields_of, plain_name
from wechatlog.content.forwards import parse_source_time
from wechatlog.content.vocabulary import PLAIN_KINDS, kind_of_record_type, kind_of_type_name
from wechatlog.engine.fields import Fields, one_segment
from wechatlog.engine.json_values import first_object, read_integer, read_list, read_string
from wechatlog.model import Message, MessageKind, build_message

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

Kind = MessageKind

OBJECTS: Final = tuple(
    "payload contentdata image images video videos voice audio file files attachment link music miniprogram"
    " forwardchat forward transfer redpacket location card sticker emoji call sourceref id".split()
)
"""The plain names of keys under which such objects stand."""
_PAGE: Final = "title=title url=url"
_FILE: Final = "path=path|localpath|relativepath|filepath"
_LENGTH: Final = "milliseconds=durationms|voicelength seconds=durationseconds|duration|seconds"
_FIELDS: Final = Fields(
    {
        Kind.IMAGE: f"url=url {_FILE}",
        Kind.VOICE: f"{_LENGTH} transcript=transcript.text|transcription {_FILE}",
        Kind.VIDEO: f"{_LENGTH} url=url {_FILE}",
        Kind.STICKER: f"url=url md5=md5 {_FILE}",
        Kind.FILE: f"name=name|filename|title size=filesize|bytesize|size md5=md5 {_FILE}",
        **dict.fromkeys((Kind.LINK, Kind.MUSIC, Kind.CHANNEL), _PAGE),
        Kind.MINI_PROGRAM: f"{_PAGE} name=app|appname",
        Kind.LOCATION: "latitude=latitude|lat longitude=longitude|lng label=label|address poi=poi|poiname|name",
        Kind.CARD: "name=displayname|nickname|name id=username|wxid",
        Kind.TRANSFER: "amount=amount|amountdesc note=memo|paymemo|note state=paysubtype",
        Kind.RED_PACKET: "title=title",
        Kind.CALL: _LENGTH,
        Kind.FORWARD: "title=title",
    }
)
_WORDS: Final = ("text", "title", "description")
_DEEPEST: Final = 8


@functools.lru_cache(maxsize=1024)
def object_keys(keys: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the keys of a message under which an object may say more of it."""
    return tuple(key for key in keys if plain_name(key) in OBJECTS)


def gathered(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the objects of a message say, by the plain names of their keys; of a list the first."""
    objects = (row[key] for key in object_keys(tuple(row)))
    inner = (value if isinstance(value, dict) else first_object(read_list(value)) for value in objects)
    return {plain_name(key): value for each in inner for key, value in each.items()}


def segment_fields(
    kind: MessageKind, said: Mapping[str, Any], zone: dt.tzinfo | None, depth: int = 0
) -> dict[str, Any]:
    """The fields of the segment of a kind that gathered objects say; `depth` of a forward are round it."""
    fields = _FIELDS.read(kind, said)
    if kind is Kind.FORWARD and (messages := _forwarded(said, zone, depth)):
        fields["messages"] = messages
    return fields


def _forwarded(said: Mapping[str, Any], zone: dt.tzinfo | None, depth: int) -> tuple[Message, ...]:
    items = read_list(said.get("items")) if depth < _DEEPEST else []
    return tuple(_message(item, zone, depth) for item in items if isinstance(item, dict))


def _message(item: Mapping[str, Any], zone: dt.tzinfo | None, depth: int) -> Message:
    fields, said = fields_of(item), {**gathered(item), **{plain_name(key): value for key, value in item.items()}}
    number, name = read_integer(said.get("datatype")), read_string(fields.get("kind"))
    named = kind_of_type_name(name) if number is None else kind_of_record_type(number)
    kind = named or (Kind.OTHER if name else Kind.TEXT)
    text = next(filter(None, (read_string(said.get(word)) for word in _WORDS)), "")
    time, precision = parse_source_time(str(fields.get("time") or ""), zone)
    segments = None
    if kind not in PLAIN_KINDS:
        segments = one_segment(kind, text, **segment_fields(kind, said, zone, depth + 1))
    return build_message(time, precision, read_string(fields.get("sender")) or None, kind, text, segments=segments)
