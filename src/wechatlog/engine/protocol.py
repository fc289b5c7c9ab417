"""What a reader is, and what it is given.

A reader says whether an input is of its format (`detect`) and turns it into messages (`read`). It gets a `Head` to
look at, a `Source` to read from and a `Context` that knows what the user asked for. Nothing here knows a format.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import json
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, TypeAlias, runtime_checkable

import attrs

from wechatlog.diagnostics import Collector, Diagnostic, Origin, Severity
from wechatlog.errors import OptionError
from wechatlog.model import (
    Conversation,
    Message,
    MessageKind,
    Metadata,
    Participant,
    build_message,
    normalize_name,
)
from wechatlog.segments import Lexicon
from wechatlog.source import HEAD_SIZE, Source, decode_text
from wechatlog.timestamps import ASSUMED_ZONE, Clock, from_unix, parse_clock, resolve_zone

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from wechatlog.segments import Segment
    from wechatlog.timestamps import Precision, ZoneLike

__all__ = [
    "OWNER_OPTION",
    "Batch",
    "Context",
    "Draft",
    "Evidence",
    "Head",
    "Reader",
    "Refusal",
    "in_batches",
]

_BATCH_SIZE: Final = 1024

OWNER_OPTION: Final = {"owner": "name or account id of the person whose archive it is, for `is_self`"}
"""The option of every reader whose format does not say which messages are the owner's."""


class Evidence(NamedTuple):
    """Why a reader takes an input for its own.

    Attributes:
        confidence: above 0, at most 1. As a rule: 1.0 a signature that nothing else writes, 0.9 the exact header
            row or keys, 0.7 several typical lines, 0.5 it could be, 0.2 low-fidelity fallback.
        reason: one clause for a person.
        opening: the input begins in a way that nothing else does, so that whatever other readers find in it is
            content: somebody pasted it into a message.
    """

    confidence: float
    reason: str
    opening: bool = False


class Refusal(NamedTuple):
    """Why an input that was recognised is no chat that can be read.

    Attributes:
        reason: one clause for a person.
        confidence: as in `Evidence`.
    """

    reason: str
    confidence: float = 1.0


_BINARY_SIGNATURES: Final = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"SQLite format 3\0", "sqlite"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"PAR1\x15", "parquet"),
    (b"ARROW1\0\0", "arrow"),
    (b"\xff\xff\xff\xff", "arrow"),
)
_JSON_START: Final = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*[\[{\"\]]|\[\s*$)")
_JS_START: Final = re.compile(r"\s*(?:(?:window|globalThis|self)\.\w+|(?:var|let|const)\s+\w+|\w+)\s*=\s*[\[{(]")
_MARKUP_START: Final = re.compile(r"\s*<[!?a-zA-Z]")
_JSON_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+')


@attrs.frozen(eq=False)
class Head:
    """The bounded first part of an input, for detection.

    Attributes:
        name: file name without folders, or `None`.
        suffix: in lower case with its dot, or empty.
        data: the first bytes, 65,536 at most.
        source: the input itself, for formats whose content cannot be seen in its first bytes (a spreadsheet, a
            database). Text formats must not read it.
        encoding: what the user named, or `None`.
    """

    name: str | None
    suffix: str
    data: bytes
    source: Source
    encoding: str | None = None
    _cache: dict[str, Any] = attrs.field(factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, source: Source, encoding: str | None = None) -> Head:
        """The head of a source."""
        return cls(source.name, source.suffix, source.head(), source, encoding)

    @property
    def complete(self) -> bool:
        """Whether the head is the whole input."""
        return len(self.data) < HEAD_SIZE

    def _cached(self, name: str, make: Any) -> Any:
        if name not in self._cache:
            self._cache[name] = make()
        return self._cache[name]

    @property
    def text(self) -> str:
        """The head decoded leniently, without a byte order mark; line ends are LF."""
        return str(self._cached("text", self._decode))

    def _decode(self) -> str:
        text = self.data.decode(self.encoding, "replace") if self.encoding else decode_text(self.data)
        if not self.complete:
            text = text.rstrip("\ufffd")  # a character that the cut went through
        return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")

    @property
    def lines(self) -> list[str]:
        """The lines of the head without line ends; one that was cut is left out."""
        lines: list[str] = self._cached("lines", lambda: self.text.split("\n"))
        return lines if self.complete or len(lines) == 1 else lines[:-1]

    @property
    def containers(self) -> frozenset[str]:
        """What the input could be, by its bytes.

        Names: `text`, `csv`, `json`, `jsonl`, `js`, `html`, `zip`, `sqlite`, `ole`, `parquet`, `arrow`, `binary`,
        `empty`.
        """
        return frozenset(self._cached("containers", self._find_containers))

    def _find_containers(self) -> set[str]:
        if not self.data:
            return {"empty"}
        for signature, name in _BINARY_SIGNATURES:
            if self.data.startswith(signature):
                return {name}
        text = self.text
        if not text.strip("\ufeff \t\n"):
            return {"empty"}
        sample = text[:4096]
        if sum((c < " " and c not in "\t\n\f\x0b") or c == "\ufffd" for c in sample) > len(sample) * 0.1:
            return {"binary"}
        return self._text_containers(text)

    def _text_containers(self, text: str) -> set[str]:
        first = next((line for line in self.lines if line.strip()), "")
        if _JSON_START.match(text):
            found = {"json"}
            if first.lstrip().startswith("{") and _is_json(first):
                found.add("jsonl")
            return found
        if first.lstrip().startswith("#") and any(line.startswith('{"_type"') for line in self.lines[:20]):
            return {"jsonl", "text"}
        if _MARKUP_START.match(text):
            return {"html", "text"}
        if _JS_START.match(text):
            return {"js", "text"}
        return {"csv", "text"} if first.count(",") >= 2 else {"text"}

    @property
    def json(self) -> Any:
        """The JSON value that the head holds or begins; what is cut off is left out. `None` where it is none."""
        return self._cached("json", lambda: _partial_json(self.text))

    @property
    def header_row(self) -> tuple[str, ...]:
        """The fields of the first CSV row, or nothing."""
        return tuple(self._cached("header_row", lambda: _first_row(self.text)))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _first_row(text: str) -> Iterable[str]:
    import csv

    try:
        return next(csv.reader(itertools.islice(iter(text.lstrip("\n").split("\n")), 50)), ())
    except csv.Error:
        return ()


def _partial_json(text: str) -> Any:
    """Parse JSON whose end may be missing, or damaged: cut after the last whole value, close what is open."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        text = text[: error.pos]
    except (ValueError, RecursionError):
        pass
    stack: list[str] = []
    safe, closing = 0, ""
    for match in _JSON_TOKEN.finditer(text):
        token = match.group()
        if token in "[{":
            stack.append("]" if token == "[" else "}")
            if len(stack) > 200:
                return None
            safe, closing = match.end(), "".join(reversed(stack))
        elif token in "]}":
            if not stack or stack.pop() != token:
                break
            safe, closing = match.end(), "".join(reversed(stack))
            if not stack:
                break
        elif token == ",":
            safe, closing = match.start(), "".join(reversed(stack))
    try:
        return json.loads(text[:safe] + closing)
    except (ValueError, RecursionError):
        return None


@attrs.define(eq=False)
class Draft:
    """What a reader learns of one conversation while it reads; becomes a `Conversation` at the end.

    Attributes:
        key: tells the conversations of one file apart.
        done: no more messages of this one will come.
        others: as in `Conversation`.
    """

    key: str = ""
    title: str | None = None
    id: str | None = None
    is_group: bool | None = None
    owner: str | None = None
    members: list[Participant] = attrs.field(factory=list)
    metadata: dict[str, Any] = attrs.field(factory=dict)
    origin: Origin = Origin()
    tz: dt.tzinfo | None = None
    done: bool = False
    lexicon: Lexicon = attrs.field(factory=Lexicon)

    @property
    def label(self) -> str:
        """A name for messages to people."""
        return self.title or self.id or self.key or self.origin.source or "untitled"


Batch: TypeAlias = "tuple[Draft, list[Message]]"
"""Some messages of one conversation. Batches of several conversations may alternate."""


class Context:
    """What the user asked for, and where a reader reports.

    Args:
        source: the input, for its name.
        collector: takes the diagnostics.
        tz: the zone that the user named, or `None`.
        encoding: the encoding that the user named, or `None`.
        options: the options of the format.
    """

    def __init__(
        self,
        source: Source,
        collector: Collector,
        *,
        tz: ZoneLike | None = None,
        encoding: str | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self.source = source
        self.collector = collector
        self.tz = None if tz is None else resolve_zone(tz)
        self.tz_assumed = False
        self.encoding = encoding
        self.options = dict(options or {})
        owner = self.options.get("owner")
        self.owner = None if owner is None else str(owner)
        self.report = collector.report

    def draft(self, key: str = "", **known: Any) -> Draft:
        """A new draft of a conversation of this source; `known` are its fields."""
        known.setdefault("origin", Origin(self.source.name, 1, 0))
        draft = Draft(key, **known)
        if draft.owner is None:
            draft.owner = self.owner
        return draft

    def blocks(self) -> Iterator[str]:
        """The text of the source in blocks."""
        return self.source.blocks(self.collector, self.encoding)

    def origin(self, line: int | None = None, offset: int | None = None, raw: str | None = None) -> Origin:
        """A place in the source."""
        return Origin(self.source.name, line, offset, raw)

    def is_own(self, sender: str | None, sender_id: str | None = None) -> bool | None:
        """Whether the owner that the user named sent it; `None` where the user named nobody."""
        if self.owner is None or (sender is None and sender_id is None):
            return None
        if sender_id == self.owner:
            return True
        return sender is not None and normalize_name(sender) == normalize_name(self.owner)

    def report_preamble(self, text: str, *, line: int = 1) -> None:
        """Say that text before the first message belongs to no message; blank text is nothing to speak of.

        Args:
            text: what stands there.
            line: 1-based line that it begins on.
        """
        content = text.lstrip("\ufeff \t\r\n")
        if content:
            self.report(
                "text-before-first-message",
                "text before the first message belongs to no message",
                line=line + text.count("\n", 0, len(text) - len(content)),
                column=1,
                excerpt=content[:200].split("\n", 1)[0],
            )

    def day_option(self, name: str) -> dt.date | None:
        """The day that an option names: a date, a datetime, or a text such as `2026-05-01`; `None` without it.

        Raises:
            OptionError: where it is no day.
        """
        value = self.options.get(name)
        if isinstance(value, dt.datetime):
            return value.date()
        if value is None or isinstance(value, dt.date):
            return value
        try:
            return dt.date.fromisoformat(value)
        except (TypeError, ValueError):
            raise OptionError(name, f"expected a day such as 2026-05-01, not {value!r}") from None

    def unix_time(self, seconds: Any, *, line: int | None = None) -> dt.datetime | None:
        """An aware time from Unix seconds (number or digits): in the user's zone, else in Asia/Shanghai.

        Something else gives `None` and a diagnostic.
        """
        zone = self.tz
        if zone is None:
            zone = _assumed_zone()
        try:
            time = from_unix(float(seconds), zone)
        except (TypeError, ValueError, OverflowError):
            self.report("bad-time", f"not a Unix time: {_shorten(seconds)}", severity=Severity.ERROR, line=line)
            return None
        if self.tz is None:
            self.tz_assumed = True
        return time

    def wall_time(self, time: dt.datetime) -> dt.datetime:
        """A time that a file gives: naive stays naive unless the user named a zone; an offset is kept or converted."""
        if time.tzinfo is not None:
            return time if self.tz is None else time.astimezone(self.tz)
        return time if self.tz is None else time.replace(tzinfo=self.tz)

    def clock(
        self, text: str, *, today: dt.date | None = None, line: int | None = None, column: int | None = None
    ) -> tuple[dt.datetime | None, Precision | None]:
        """The time and precision of a clock text; `(None, None)` and a diagnostic where it is no time."""
        found: Clock | None = parse_clock(text, today=today)
        if found is None:
            self.report("bad-time", f"not a time: {_shorten(text)}", severity=Severity.ERROR, line=line, column=column)
            return None, None
        return self.wall_time(found.time), found.precision

    def message(
        self,
        draft: Draft,
        *,
        time: dt.datetime | None,
        precision: Precision | None = "second",
        sender: str | None,
        kind: MessageKind = MessageKind.TEXT,
        text: str,
        sender_id: str | None = None,
        is_self: bool | None = None,
        id: str | None = None,  # noqa: A002
        reply_to: str | None = None,
        segments: Iterable[Segment] | None = None,
        line: int | None = None,
        offset: int | None = None,
    ) -> Message:
        """A message of a draft; `is_self` falls back on the owner that the user named."""
        return build_message(
            time,
            precision if time is not None else None,
            sender,
            kind,
            text,
            sender_id=sender_id,
            is_self=self.is_own(sender, sender_id) if is_self is None else is_self,
            id=id,
            reply_to=reply_to,
            origin=Origin(self.source.name, line, offset),
            segments=None if segments is None else tuple(segments),
            lexicon=draft.lexicon,
        )

    def describe(self, draft: Draft) -> Conversation:
        """What is known of a draft so far, without messages."""
        return self._assemble(draft, (), ())

    def build(self, draft: Draft, messages: Iterable[Message]) -> Conversation:
        """The conversation of a draft, when all of it was read."""
        conversation = self._assemble(draft, tuple(messages), self.collector.take())
        conversation.teach(draft.lexicon)
        return conversation

    def _assemble(
        self, draft: Draft, messages: tuple[Message, ...], diagnostics: tuple[Diagnostic, ...]
    ) -> Conversation:
        zone = draft.tz or self._zone_of(messages)
        return Conversation(
            messages,
            title=draft.title,
            id=draft.id,
            is_group=draft.is_group,
            owner=draft.owner,
            participants=tuple(draft.members),
            metadata=Metadata(draft.metadata),
            diagnostics=diagnostics,
            tz=zone,
            tz_assumed=self.tz_assumed and zone is not None,
            origin=draft.origin,
            lexicon=draft.lexicon,
        )

    def _zone_of(self, messages: tuple[Message, ...]) -> dt.tzinfo | None:
        if self.tz is not None:
            return self.tz
        return next((message.time.tzinfo for message in messages if message.time is not None), None)


@functools.cache
def _assumed_zone() -> dt.tzinfo:
    return resolve_zone(ASSUMED_ZONE)


def _shorten(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


@runtime_checkable
class Reader(Protocol):
    """Reads one format.

    Attributes:
        name: the format's identifier, `kebab-case`.
        description: tool and versions, one line.
        suffixes: usual file suffixes, lower case with their dots.
        options: keyword options and what they mean.
    """

    @property
    def name(self) -> str:
        """The format's identifier."""

    @property
    def description(self) -> str:
        """Tool and versions, one line."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Usual file suffixes."""

    @property
    def options(self) -> Mapping[str, str]:
        """Keyword options and what they mean."""

    def detect(self, head: Head) -> Evidence | Refusal | None:
        """Whether the input is of this format; content decides, the suffix may add a little. Never raises."""

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages, in the order of the file, in batches; never more than a batch in memory.

        Raises:
            FormatError: where the input cannot be this format at all. Damage in parts of it is reported to the
                context instead.
        """


def in_batches(draft: Draft, messages: Iterable[Message]) -> Iterator[Batch]:
    """Batches of the messages of one conversation; there is at least one, so that an empty chat is one too."""
    stream = iter(messages)
    batch = list(itertools.islice(stream, _BATCH_SIZE))
    yield draft, batch
    while batch := list(itertools.islice(stream, _BATCH_SIZE)):
        yield draft, batch
