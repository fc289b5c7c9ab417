"""The library's own interchange form as plain JSON values, in both directions.

Takes model objects and gives dictionaries, and the other way round; lines and files are the business of the `jsonl`
reader and writer. What is `None`, empty or the default is left out. The schema is documented in
`docs/reference/jsonl.md` and `docs/reference/wechatlog-1.schema.json`.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast, get_args

import attrs

from wechatlog.diagnostics import Diagnostic, Origin, Severity
from wechatlog.model import (
    KINDS,
    Conversation,
    Message,
    MessageKind,
    Metadata,
    Participant,
    build_message,
    keepable_metadata,
    segments_fit,
)
from wechatlog.segments import types
from wechatlog.segments.parser import is_plain
from wechatlog.timestamps import Precision, in_zone, zone_from_name, zone_name

if TYPE_CHECKING:
    from wechatlog.segments import Lexicon, Segment

SCHEMA: Final = "wechatlog/1"
"""Name and version of the schema; the number changes when an old reader would misread a new file."""

_TOO_LARGE: Final = 1 << 63
"""Numbers from which on no form but JSON can hold them."""
_DEEPEST: Final = 100
"""Forwards in forwards; the parser of JSON itself ends at a few hundred."""
_PRECISIONS: Final = get_args(Precision)
_NOWHERE: Final = Origin()


_SEGMENT_TYPES: Final[dict[str, type[Segment]]] = {
    re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower(): getattr(types, name)
    for name in types.__all__
    if name != "Segment"
}
_TYPE_NAMES: Final = {cls: name for name, cls in _SEGMENT_TYPES.items()}


_FIELDS: Final[dict[type, tuple[tuple[str, Any], ...]]] = {
    cls: tuple((field.name, field.default) for field in attrs.fields(cls)) for cls in _TYPE_NAMES
}


def segment_to_json(segment: Segment) -> dict[str, Any]:
    """A segment as a JSON object, without the fields that have their default."""
    name = _TYPE_NAMES.get(type(segment))
    if name is None:  # a segment of a user's own class: its text is kept
        return {"type": "text", "raw": segment.raw}
    found: dict[str, Any] = {"type": name}
    for field, default in _FIELDS[type(segment)]:
        value = getattr(segment, field)
        if value != default:
            found[field] = value
    if name == "forward":
        found["messages"] = [message_to_json(message, nested=True) for message in segment.messages]  # type: ignore[attr-defined]
    return found


Report: TypeAlias = "Callable[[str, str], None]"
"""Takes the code and the sentence of what is wrong with a value."""


def _refuse(code: str, sentence: str) -> None:
    """Raise `ValueError`, but for what costs nothing: keys of a later version are left out."""
    if code not in ("unknown-key", "unknown-kind", "changed-text"):
        raise ValueError(sentence)


def _is_integer(value: object) -> bool:
    return type(value) is int and abs(value) < _TOO_LARGE


_CHECKS: Final[dict[str, tuple[str, Callable[[Any], bool]]]] = {
    "str": ("a string", lambda value: type(value) is str),
    "bool": ("true or false", lambda value: type(value) is bool),
    "int": ("a whole number", _is_integer),
    "float": ("a number", lambda value: (type(value) is float and math.isfinite(value)) or _is_integer(value)),
    "Literal['voice', 'video']": ("voice or video", lambda value: value == "voice" or value == "video"),
    "tuple[str, ...]": (
        "a list of strings",
        lambda value: isinstance(value, list) and all(type(item) is str for item in value),
    ),
}
"""What a field of a type may hold, in words and as a test."""


def _checks(cls: type) -> dict[str, tuple[str, Callable[[Any], bool]]]:
    """The test of each field of a class that has one, by the type that its declaration names."""
    found = ((field.name, str(field.type).removesuffix(" | None")) for field in attrs.fields(cls))
    return {name: _CHECKS[kind] for name, kind in found if kind in _CHECKS}


_SEGMENT_CHECKS: Final = {cls: _checks(cls) for cls in _TYPE_NAMES}
_OPTIONAL: Final = {
    cls: frozenset(field.name for field in attrs.fields(cls) if str(field.type).endswith(" | None"))
    for cls in _TYPE_NAMES
}
_MESSAGE_CHECKS: Final = {
    **dict.fromkeys(("time", "precision", "sender", "sender_id", "kind", "text", "id", "reply_to"), _CHECKS["str"]),
    "is_self": _CHECKS["bool"],
    "parsed": _CHECKS["bool"],
    "segments": ("a list", lambda value: type(value) is list),
    "origin": ("an object", lambda value: type(value) is dict),
}
_HEADER_CHECKS: Final = {
    **dict.fromkeys(("title", "id", "owner", "tz"), _CHECKS["str"]),
    **dict.fromkeys(("is_group", "tz_assumed"), _CHECKS["bool"]),
    **dict.fromkeys(("participants", "diagnostics"), ("a list", lambda value: type(value) is list)),
    **dict.fromkeys(("metadata", "origin"), ("an object", lambda value: type(value) is dict)),
}
_PARTICIPANT_CHECKS: Final = _checks(Participant)
_ORIGIN_CHECKS: Final = {
    **dict.fromkeys(("source", "raw"), _CHECKS["str"]),
    **dict.fromkeys(("line", "offset"), _CHECKS["int"]),
}
_OTHER_KEYS: Final = frozenset({"type", "schema", "listed", "conversations", "messages"})
"""Keys of objects of this form that are looked at elsewhere."""
_DIAGNOSTIC_CHECKS: Final = {**_checks(Diagnostic), "severity": _CHECKS["str"]}


def _fields(
    value: object, checks: Mapping[str, tuple[str, Callable[[Any], bool]]], what: str, report: Report
) -> dict[str, Any]:
    """The fields of an object that hold what they may; the others are reported, as are keys that are not known."""
    if type(value) is not dict:
        report("bad-field", f"{what} must be an object, not {_shorten(value)}")
        return {}
    found = {}
    for name, item in value.items():
        check = checks.get(name)
        if check is None:
            if name not in _OTHER_KEYS:
                report("unknown-key", f"the key {_shorten(name)} is not known to this format; it was left out")
        elif item is None:
            continue
        elif check[1](item):
            found[name] = item
        else:
            report("bad-field", f"{what}.{name} must be {check[0]}, not {_shorten(item)}")
    return found


def _shorten(value: object) -> str:
    text = repr(value) if not isinstance(value, dict | list) else json.dumps(value, ensure_ascii=False)[:61]
    return text if len(text) <= 60 else f"{text[:57]}…"


def segment_from_json(value: Mapping[str, Any], *, depth: int = 0) -> Segment:
    """The segment of a JSON object, which `depth` forwards are round; keys that are not known are ignored.

    Raises:
        ValueError, TypeError: where the object is none of this schema, or is nested too deeply.
    """
    if not isinstance(value, Mapping):
        raise TypeError(f"a segment must be an object, not {_shorten(value)}")
    name = value.get("type", "text")
    cls = _SEGMENT_TYPES.get(name, types.Text) if isinstance(name, str) else types.Text
    checks = _SEGMENT_CHECKS[cls]
    data = {}
    for name, item in value.items():
        check = checks.get(name)
        if check is None:
            continue
        if not check[1](item) and not (item is None and name in _OPTIONAL[cls]):
            raise ValueError(f"{name} of a segment must be {check[0]}, not {_shorten(item)}")
        data[name] = item
    if cls is types.Forward:
        if depth >= _DEEPEST:
            raise ValueError("forwards are nested too deeply")
        inside = value.get("messages", ())
        if not isinstance(inside, list | tuple):
            raise TypeError(f"messages of a forward must be a list, not {_shorten(inside)}")
        data["messages"] = tuple(message_from_json(item, depth=depth + 1) for item in inside)
    segment: Segment = cls(**data)
    return segment


def _origin_to_json(origin: Origin) -> dict[str, Any]:
    return {name: value for name, value in origin._asdict().items() if value is not None}


def _put(found: dict[str, Any], source: object, names: Iterable[str]) -> None:
    for name in names:
        value = getattr(source, name)
        if value is not None:
            found[name] = value


def message_to_json(message: Message, *, nested: bool = False) -> dict[str, Any]:
    """A message as a JSON object; a nested one has neither its type nor, if they are parsed, its segments."""
    found: dict[str, Any] = {} if nested else {"type": "message"}
    if message.time is not None:
        found["time"] = message.time.isoformat()
    _put(found, message, ("precision", "sender", "sender_id", "is_self"))
    found["kind"] = message.kind.value
    found["text"] = message.text
    _put(found, message, ("id", "reply_to"))
    given = message.given_segments
    if given is not None or not nested:
        found["segments"] = [segment_to_json(segment) for segment in message.segments]
    if given is None:
        found["parsed"] = True
    if origin := _origin_to_json(message.origin):
        found["origin"] = origin
    return found


def message_from_json(
    value: Mapping[str, Any],
    *,
    zone: dt.tzinfo | None = None,
    lexicon: Lexicon | None = None,
    report: Report = _refuse,
    depth: int = 0,
) -> Message:
    """The message of a JSON object.

    Args:
        value: as `message_to_json` gives it; keys that are not known are ignored.
        zone: that of the conversation, in which aware times are given.
        lexicon: what mentions are looked up in, if the segments have to be parsed again.
        report: told of each field that holds what it may not; the message does without it.
        depth: how many forwards are round it.

    Raises:
        ValueError: where the object is none of this schema, unless `report` takes that.
    """
    get = _fields(value, _MESSAGE_CHECKS, "message", report).get
    text = get("text")
    if text is None:
        text = _as_text(value)
    kind = KINDS.get(name := get("kind", "text"))
    if kind is None:
        report("unknown-kind", f"unknown kind {_shorten(name)}")
        kind = MessageKind.OTHER
    time, precision = _read_time(get("time"), get("precision"), zone, report)
    segments = _read_segments(get("segments"), text, depth, report)
    parsed = None
    if get("parsed"):
        segments, parsed = None, segments if _say(segments, text) else None
    return build_message(
        time,
        precision,
        get("sender"),
        kind,
        text,
        sender_id=get("sender_id"),
        is_self=get("is_self"),
        id=get("id"),
        reply_to=get("reply_to"),
        origin=_read_origin(get("origin"), report),
        segments=segments,
        lexicon=lexicon,
        parsed=parsed,
    )


def _as_text(value: object) -> str:
    """What stands where a text should, as a text: no word is lost."""
    found = value.get("text") if isinstance(value, dict) else None
    return "" if found is None else json.dumps(found, ensure_ascii=False)


_PLAIN: Final = r'[^"\\\x00-\x1f]*+'
_WRITTEN: Final = rf'{_PLAIN}(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{{4}}){_PLAIN})*+'
_NUMBER: Final = "(0|[1-9][0-9]{0,17}+)"
_VALUE: Final = rf'(?:"{_WRITTEN}"|true|false|null|-?(?:0|[1-9][0-9]{{0,17}}+)(?:\.[0-9]++)?+)'
_PIECE: Final = rf'\{{"{_WRITTEN}":{_VALUE}(?:,"{_WRITTEN}":{_VALUE})*+\}}'
_PIECES: Final = re.compile(rf'\{{"type":"text","raw":"({_WRITTEN})"\}}|({_PIECE})')


def _members(patterns: Mapping[str, str]) -> str:
    """A pattern of members of an object, each of which may be missing, with a comma behind each."""
    return "".join(rf'(?:"{key}":{pattern},)?+' for key, pattern in patterns.items())


USUAL_MESSAGE: Final = (
    r'\{(?:"type":"message",)?+'
    + _members({"time": '"([0-9T:.+-]++)"', "precision": f'"({"|".join(_PRECISIONS)})"'})
    + _members({"sender": f'"({_PLAIN})"', "sender_id": f'"({_PLAIN})"', "is_self": "(true|false)"})
    + rf'"kind":"([a-z_]++)","text":"({_WRITTEN})",'
    + _members({"id": f'"({_PLAIN})"', "reply_to": f'"({_PLAIN})"'})
    + rf'"segments":\[((?:{_PIECE}(?:,{_PIECE})*+)?+)\](,"parsed":true)?+'
    + rf'(?:,"origin":\{{"source":"({_PLAIN})"(?:,"line":{_NUMBER})?+(?:,"offset":{_NUMBER})?+\}})?+\}}'
)
"""A pattern of most messages as they are written on a line: no name needs an escape, and no segment has parts.

What it matches is JSON. It finds a message, and knows that its values are what they may be, in a tenth of the time that
parsing and looking takes.
"""


def usual_message(
    found: tuple[Any, ...], *, zone: dt.tzinfo | None = None, lexicon: Lexicon | None = None
) -> Message | None:
    """The message of what `USUAL_MESSAGE` matched, as `message_from_json` gives it.

    Returns:
        The message; `None` where something of it is not as it should be after all.
    """
    _, time, precision, sender, sender_id, own, name, text, id_, reply_to, pieces, is_parsed, source, line, offset = (
        found
    )
    kind = KINDS.get(name)
    if kind is None:
        return None
    try:
        time = None if time is None else _zoned(dt.datetime.fromisoformat(time), zone)
    except ValueError:
        return None
    segments: tuple[Segment, ...] | None
    is_text = pieces == f'{{"type":"text","raw":"{text}"}}'
    text = _unescape(text)
    if is_text and is_parsed and is_plain(text):
        segments = None  # they are found in no time
    else:
        try:
            pairs = _PIECES.findall(pieces)
            segments = tuple([_read_piece(other) if other else types.Text(_unescape(raw)) for raw, other in pairs])
        except (ValueError, TypeError):
            return None
        if not segments_fit(segments, text):
            return None
    return build_message(
        time,
        precision,
        sender,
        kind,
        text,
        sender_id=sender_id,
        is_self=None if own is None else own == "true",
        id=id_,
        reply_to=reply_to,
        origin=(source, None if line is None else int(line), None if offset is None else int(offset), None),
        segments=None if is_parsed else segments,
        lexicon=lexicon,
        parsed=segments if is_parsed and _say(segments, text) else None,
    )


def _unescape(text: str) -> str:
    """What stands between the quotes of a string of JSON as a text."""
    return str(json.loads(f'"{text}"')) if "\\" in text else text


@functools.lru_cache(maxsize=4096)
def _read_piece(text: str) -> Segment:
    """The segment of a JSON text; people use the same emoji and names again and again."""
    return segment_from_json(json.loads(text))


def _zoned(time: dt.datetime, zone: dt.tzinfo | None) -> dt.datetime:
    return time if time.tzinfo is None or zone is None else in_zone(time, zone)


def _read_time(
    text: str | None, precision: str | None, zone: dt.tzinfo | None, report: Report
) -> tuple[dt.datetime | None, Precision | None]:
    if precision is not None and precision not in _PRECISIONS:
        report("bad-field", f"message.precision must be second, minute or day, not {_shorten(precision)}")
        precision = None
    if text is None:
        return None, cast("Precision | None", precision)
    try:
        time = _zoned(dt.datetime.fromisoformat(text), zone)
    except ValueError:
        report("bad-time", f"not a time: {_shorten(text)}")
        return None, None
    return time, cast("Precision | None", precision)


def _say(segments: Iterable[Segment] | None, text: str) -> bool:
    """Whether segments that fit a text are all of it, as parsed ones are: none of them stands apart."""
    return not text or any(segment.raw for segment in segments or ())


def _read_segments(found: list[Any] | None, text: str, depth: int, report: Report) -> tuple[Segment, ...] | None:
    """The segments, if they are those of the text; otherwise it is parsed again."""
    if found is None:
        return None
    try:
        segments = tuple([segment_from_json(item, depth=depth) for item in found])
    except (ValueError, TypeError) as error:
        report("bad-field", f"the segments are left out: {error}")
        return None
    if not segments_fit(segments, text):
        report("changed-text", "the text was changed; its segments are those of the new text")
        return None
    return segments


def _read_origin(found: dict[str, Any] | None, report: Report) -> Origin:
    return Origin(**_fields(found, _ORIGIN_CHECKS, "origin", report)) if found else _NOWHERE


def _participant_to_json(person: Participant, *, listed: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    _put(found, person, ("name", "id", "is_self"))
    if person.aliases:
        found["aliases"] = list(person.aliases)
    if listed:
        found["listed"] = True
        if person.message_count and _is_integer(person.message_count):
            found["message_count"] = person.message_count
    return found


def _thaw(value: Any) -> Any:
    if isinstance(value, Metadata):
        return {key: _thaw(item) for key, item in value.items()}
    return [_thaw(item) for item in value] if isinstance(value, tuple) else value


def conversation_to_json(conversation: Conversation) -> dict[str, Any]:
    """The header of a conversation as a JSON object.

    Participants come without counts, so that messages can be appended.
    """
    found: dict[str, Any] = {"type": "conversation", "schema": SCHEMA}
    _put(found, conversation, ("title", "id", "is_group", "owner"))
    listed = [_participant_to_json(person, listed=True) for person in conversation.members]
    ids = {(person.name, person.id) for person in conversation.members}
    seen = [
        _participant_to_json(person, listed=False)
        for person in conversation.participants
        if (person.name, person.id) not in ids
    ]
    found["participants"] = listed + seen
    if conversation.metadata:
        found["metadata"] = _thaw(conversation.metadata)
    if conversation.tz is not None and (name := zone_name(conversation.tz)):
        found["tz"] = name
    if conversation.tz_assumed:
        found["tz_assumed"] = True
    if conversation.diagnostics:
        found["diagnostics"] = list(map(diagnostic_to_json, conversation.diagnostics))
    if origin := _origin_to_json(conversation.origin):
        found["origin"] = origin
    return found


def _participant_from_json(value: object, report: Report) -> Participant | None:
    if not isinstance(value, dict):
        report("bad-field", f"a participant must be an object, not {_shorten(value)}")
        return None
    return Participant(**_fields(value, _PARTICIPANT_CHECKS, "participant", report)) if value.get("listed") else None


def diagnostic_to_json(entry: Diagnostic) -> dict[str, Any]:
    """A diagnostic as a JSON object."""
    return {name: value for name, value in attrs.asdict(entry).items() if value is not None}


def _diagnostic_from_json(value: object, report: Report) -> Diagnostic | None:
    fields = _fields(value, _DIAGNOSTIC_CHECKS, "diagnostic", report)
    severity = fields.get("severity", "warning")
    if "code" not in fields or "message" not in fields or severity not in tuple(Severity):
        report("bad-field", "a diagnostic has a code, a message and a severity that is known")
        return None
    return Diagnostic(**{**fields, "severity": Severity(severity)})


def conversation_from_json(value: Mapping[str, Any], *, report: Report = _refuse) -> Conversation:
    """The conversation, without messages, of a header.

    Args:
        value: as `conversation_to_json` gives it; keys that are not known are ignored.
        report: told of each field that holds what it may not; the conversation does without it.

    Raises:
        ValueError: where the object is none of this schema, unless `report` takes that.
    """
    fields = _fields(value, _HEADER_CHECKS, "conversation", report)
    people = (_participant_from_json(person, report) for person in fields.pop("participants", ()))
    notes = (_diagnostic_from_json(entry, report) for entry in fields.pop("diagnostics", ()))
    zone: dt.tzinfo | None = None
    try:
        zone = None if (name := fields.pop("tz", None)) is None else zone_from_name(name)
    except ValueError as error:
        report("bad-field", str(error))
    return Conversation(
        participants=[person for person in people if person is not None],
        diagnostics=[entry for entry in notes if entry is not None],
        tz=zone,
        origin=_read_origin(fields.pop("origin", None), report),
        metadata=keepable_metadata(fields.pop("metadata", {}), report),
        **fields,
    )
