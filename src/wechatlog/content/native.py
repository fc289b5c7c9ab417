"""The library's own interchange form as plain JSON values, in both directions.

Takes model objects and gives dictionaries, and the other way round; lines and files are the business of the `jsonl`
reader and writer. What is `None`, empty or the default is left out. The schema is documented in
`docs/reference/jsonl.md` and `docs/reference/wechatlog-1.schema.json`.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, Final

import attrs

from wechatlog.diagnostics import Diagnostic, Origin, Severity
from wechatlog.model import Conversation, Message, MessageKind, Metadata, Participant, build_message
from wechatlog.segments import types
from wechatlog.timestamps import zone_from_name, zone_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from wechatlog.segments import Lexicon, Segment

__all__ = [
    "SCHEMA",
    "conversation_from_json",
    "conversation_to_json",
    "message_from_json",
    "message_to_json",
    "segment_from_json",
    "segment_to_json",
]

SCHEMA: Final = "wechatlog/1"
"""Name and version of the schema; the number changes when an old reader would misread a new file."""


def _type_name(cls: type) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()


_SEGMENT_TYPES: Final = {
    _type_name(cls): cls for cls in (getattr(types, name) for name in types.__all__) if cls is not types.Segment
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


def segment_from_json(value: Mapping[str, Any]) -> Segment:
    """The segment of a JSON object; keys that are not known are ignored.

    Raises:
        ValueError, TypeError, AttributeError: where the object is none of this schema.
    """
    cls = _SEGMENT_TYPES.get(value.get("type", ""), types.Text)
    known = {name for name, _ in _FIELDS[cls]}
    data = {name: item for name, item in value.items() if name in known}
    if cls is types.Forward:
        data["messages"] = tuple(message_from_json(item) for item in value.get("messages", ()))
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
    """A message as a JSON object.

    Args:
        message: the message.
        nested: leave out what only a top-level line has: its type and, for parsed ones, its segments.
    """
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
    value: Mapping[str, Any], *, zone: dt.tzinfo | None = None, lexicon: Lexicon | None = None
) -> Message:
    """The message of a JSON object.

    Args:
        value: as `message_to_json` gives it; keys that are not known are ignored.
        zone: that of the conversation, in which aware times are given.
        lexicon: what mentions are looked up in, if the segments have to be parsed again.

    Raises:
        ValueError, TypeError, KeyError, AttributeError: where the object is none of this schema.
    """
    time = None
    if "time" in value:
        time = dt.datetime.fromisoformat(value["time"])
        if time.tzinfo is not None and zone is not None:
            time = time.astimezone(zone)
    segments = parsed = None
    if "segments" in value:
        segments = tuple(segment_from_json(item) for item in value["segments"])
    if value.get("parsed"):
        segments, parsed = None, segments
    text = value.get("text", "")
    for name in ("sender", "sender_id", "id", "reply_to", "text", "precision"):
        if not isinstance(value.get(name, ""), str):
            raise TypeError(f"{name} must be a string")
    return build_message(
        time,
        value.get("precision"),
        value.get("sender"),
        MessageKind(value.get("kind", "text")),
        text,
        sender_id=value.get("sender_id"),
        is_self=value.get("is_self"),
        id=value.get("id"),
        reply_to=value.get("reply_to"),
        origin=Origin(**value.get("origin", {})),
        segments=segments,
        lexicon=lexicon,
        parsed=parsed,
    )


def _participant_to_json(person: Participant, *, listed: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    _put(found, person, ("name", "id", "is_self"))
    if person.aliases:
        found["aliases"] = list(person.aliases)
    if listed:
        found["listed"] = True
        if person.message_count:
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
        found["diagnostics"] = [
            {name: value for name, value in attrs.asdict(entry).items() if value is not None}
            for entry in conversation.diagnostics
        ]
    if origin := _origin_to_json(conversation.origin):
        found["origin"] = origin
    return found


def _participant_from_json(value: Mapping[str, Any]) -> Participant:
    names = ("name", "id", "is_self", "aliases", "message_count")
    return Participant(**{name: value[name] for name in names if name in value})


def conversation_from_json(value: Mapping[str, Any]) -> Conversation:
    """The conversation, without messages, of a header.

    Raises:
        ValueError, TypeError, KeyError, AttributeError: where the object is none of this schema.
    """
    keep: dict[str, Callable[[Any], Any]] = {
        "title": str,
        "id": str,
        "is_group": bool,
        "owner": str,
        "tz_assumed": bool,
        "metadata": dict,
        "tz": zone_from_name,
        "origin": lambda origin: Origin(**origin),
    }
    data = {name: convert(value[name]) for name, convert in keep.items() if value.get(name) is not None}
    data["participants"] = [
        _participant_from_json(person) for person in value.get("participants", ()) if person.get("listed")
    ]
    data["diagnostics"] = [
        Diagnostic(**{**entry, "severity": Severity(entry.get("severity", "warning"))})
        for entry in value.get("diagnostics", ())
    ]
    return Conversation(**data)
