"""The library's own interchange form: JSON Lines, and one JSON document.

Takes lines, a header for each conversation and then a line for each message, or the objects of the document; gives
messages. What is in a line or an object is `content.native`. A file may hold several conversations; to the last one of
the lines messages may be appended.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import attrs

from wechatlog.content.native import SCHEMA, USUAL_MESSAGE, conversation_from_json, message_from_json, usual_message
from wechatlog.diagnostics import Severity
from wechatlog.engine.json_facts import iter_facts_first
from wechatlog.engine.json_lines import iter_json_lines, line_objects
from wechatlog.engine.json_plain import Layout
from wechatlog.engine.json_stream import BEGIN, END, Item
from wechatlog.engine.protocol import NO_CLOCK_IS_SET_BACK_FROM, Batch, Context, Draft, Evidence, Head, Mark
from wechatlog.errors import FormatError
from wechatlog.model import Conversation, Message
from wechatlog.source import Source

_BATCH_SIZE: Final = 1024
_USUAL: Final = re.compile(rf"({USUAL_MESSAGE})\n")
_GROUPS: Final = tuple(range(1, _USUAL.groups + 1))
_LINE: Final = Layout(_USUAL, _GROUPS, 1)
_ITEM: Final = Layout(re.compile(rf"({USUAL_MESSAGE}),\n"), _GROUPS, 1)
"""How messages stand in the document."""
_OFFSET: Final = re.compile(r"(?:Z|[+-][0-9]{2}:?[0-9]{2})\Z")


class JsonlReader:
    """The reader of the native form."""

    name = "jsonl"
    description = "wechatlog's own JSON Lines, lossless (schema wechatlog/1)"
    suffixes = (".jsonl", ".ndjson")
    options: Mapping[str, str] = {}

    def detect(self, head: Head) -> Evidence | None:
        """The schema in the first line decides."""
        value = head.json if "jsonl" not in head.containers else None
        first = value if isinstance(value, dict) else _first_object(head)
        if str(first.get("schema", "")).startswith("wechatlog/") and "conversations" not in first:
            return Evidence(1.0, f"the first line names the schema {first['schema']}", opening=True)
        return None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages of each conversation.

        Raises:
            FormatError: for a schema of a later version.
        """
        del source  # the context has it
        draft: Draft | None = None
        batch: list[Message] = []
        for item in iter_json_lines(context.blocks(), context.collector, _LINE):
            value = item.value
            if isinstance(value, dict) and value.get("type") == "conversation":
                if draft is not None:
                    draft.done = True
                    yield draft, batch
                    batch = []
                _check_schema(context, item.value.get("schema"), item.line)
                known = _read_header(context, item.value, item)
                draft = context.draft(str(item.offset), title=known.title, id=known.id)
                yield draft, []  # closes the one before, with what was told of it
                context.learn(draft, known)
                continue
            if draft is None:
                draft = context.draft()
                _report(context, item, "no header line before the first message", "no-header")
            message = _read_message(context, draft, item)
            if message is not None:
                batch.append(message)
            if len(batch) >= _BATCH_SIZE:
                yield draft, batch
                batch = []
        yield draft or context.draft(), batch

    def cuts(self, lines: Iterable[str]) -> Iterator[Mark | None]:
        """A part may begin at any message; the first with a time goes before it: it says whether they have zones."""
        head, timed, number, chat = "", "", 0, -1
        first, second = itertools.tee(lines)
        for line, value in zip(first, line_objects(second), strict=True):
            if value is None or (kind := value.get("type", "message")) not in ("conversation", "message"):
                yield None
            elif kind == "conversation":
                head, timed, number, chat = line, "", 0, chat + 1
                yield Mark("", 0, chat, placed=False)
            else:
                chat, hour = max(chat, 0), _hour(value.get("time"))
                may_begin = timed and hour is not None and hour >= NO_CLOCK_IS_SET_BACK_FROM
                yield Mark(head + timed, number, chat, given=1, placed=False) if may_begin else None
                number += 1
                if not timed and hour is not None:
                    timed = line


def _hour(time: object) -> str | None:
    try:
        return f"{dt.datetime.fromisoformat(time):%H}" if isinstance(time, str) else None
    except ValueError:
        return None


def _first_object(head: Head) -> dict[str, Any]:
    for line in head.lines:
        if line.strip():
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):
                return {}
            return value if isinstance(value, dict) else {}
    return {}


def _report(context: Context, item: Item, message: str, code: str = "bad-line") -> None:
    context.report(code, message, severity=Severity.ERROR, line=item.line, column=1)


def _check_schema(context: Context, schema: object, line: int) -> None:
    if schema != SCHEMA:
        message = f"schema {schema!r} is not known here; this version reads {SCHEMA}"
        raise FormatError(message, source=context.source.place, line=line)


def _read_header(context: Context, header: Mapping[str, Any], item: Item) -> Conversation:
    """What a header says; `item` tells where it stands."""
    return conversation_from_json(header, report=_reporter(context, item))


_SEVERITIES: Final = {"changed-text": Severity.INFO, "unknown-kind": Severity.WARNING, "unknown-key": Severity.WARNING}


def _reporter(context: Context, item: Item) -> Callable[[str, str], None]:
    """Takes what is wrong in an object, and tells it with the line; of keys that are not known each is told once."""

    def report(code: str, sentence: str) -> None:
        if code != "unknown-key" or context.is_news(sentence):
            context.report(code, sentence, severity=_SEVERITIES.get(code, Severity.ERROR), line=item.line, column=1)

    return report


def _read_message(context: Context, draft: Draft, item: Item) -> Message | None:
    value, zone, message = item.value, context.tz or draft.tz, None
    if type(value) is tuple:
        message = usual_message(value, zone=zone, lexicon=draft.lexicon)
        value = json.loads(value[0]) if message is None else value
    if message is None:
        if not isinstance(value, dict):
            _report(context, item, "a line that is no JSON object")
            return None
        if value.get("type", "message") != "message":
            context.report("unknown-line", f"line of unknown type {value['type']!r}", line=item.line, column=1)
            return None
        message = message_from_json(value, zone=zone, lexicon=draft.lexicon, report=_reporter(context, item))
    time = message.time
    if time is None:
        return message
    if context.tz is not None and time.tzinfo is None:
        time = context.wall_time(time)
    if (aware := time.tzinfo is not None) is not draft.aware:
        time = context.fit_time(draft, time, item.line, aware=aware)
    return message if time is message.time else attrs.evolve(message, time=time)


class DocumentReader:
    """The reader of the document."""

    name = "json"
    description = "wechatlog's own JSON document, lossless (schema wechatlog/1)"
    suffixes = (".json",)
    options: Mapping[str, str] = {}

    def detect(self, head: Head) -> Evidence | None:
        """The schema and the key of the conversations decide."""
        value = head.json
        if not isinstance(value, dict) or not isinstance(value.get("conversations"), list):
            return None
        if str(value.get("schema", "")).startswith("wechatlog/"):
            return Evidence(1.0, f"the document names the schema {value['schema']}", opening=True)
        first = value["conversations"][0] if value["conversations"] else None  # of keys in another order
        messages = first.get("messages") if isinstance(first, dict) else None
        if isinstance(messages, list) and messages and isinstance(messages[0], dict) and "kind" in messages[0]:
            return Evidence(0.9, "conversations with messages of a kind")
        return None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages of each conversation.

        Raises:
            FormatError: for a schema of a later version, and for what is no such document.
        """
        named, document = False, _Document(context)
        for item in iter_facts_first(
            context, parted=("conversations",), needed=_needed, of=(dict, tuple), plain={"messages": _ITEM}
        ):
            if item.key == "schema" and document.part is None:
                _check_schema(context, item.value, item.line)
                named = True
            elif item.key == "conversations" and document.part is None and item.value is not BEGIN:
                _report(context, item, "a conversation that is no JSON object")
            else:
                yield from document.take(item)
        if document.chat is not None and (named or not document.chat.is_blank):
            yield from document.chat.finish()
        elif named:
            yield context.draft(), []
        else:
            raise FormatError("no JSON object with a list of conversations", source=source.label)


def _needed(first: Mapping[str, Any] | tuple[Any, ...]) -> tuple[str, ...]:
    """What messages need of their conversation: where their times have an offset, the zone."""
    time = first[1] if isinstance(first, tuple) else first.get("time")
    return ("tz",) if isinstance(time, str) and _OFFSET.search(time) else ()


class _Document:
    """The conversations of the document as their parts come by; damage may have hidden where one begins.

    Attributes:
        chat: the conversation that takes messages.
        part: the object that is being read: nearly always a conversation.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._about: dict[str, Any] = {}  # what stands beside the conversations: of one whose brace was lost
        self.chat: _Chat | None = None
        self.part: _Chat | None = None

    def take(self, item: Item) -> Iterator[Batch]:
        if item.value is BEGIN:
            self.part = _Chat(self._context, item)
        elif item.value is END:
            part, self.part = self.part, None
            if part is not None and part.is_message:
                yield from self._take_message(part.as_message())
            elif part is not None:
                yield from self._open(part)
        elif item.key == "messages" and _is_conversation(item.value):
            yield from self._take_whole(item)
        elif item.key == "conversations" and isinstance(item.value, list):  # the brackets stand there twice
            for value in filter(_is_conversation, item.value):
                yield from self._take_whole(item._replace(value=value))
        elif item.key == "messages":
            if self.part is not None:
                yield from self._open(self.part)
            yield from self._take_message(item)
        elif self.part is not None:
            self.part.keep(item)
        else:
            self._about[item.key] = item.value

    def _take_whole(self, item: Item) -> Iterator[Batch]:
        self.part = _Chat(self._context, item)
        yield from self._open(self.part)
        yield from self.part.take_whole(item)

    def _take_message(self, item: Item) -> Iterator[Batch]:
        if self.chat is None:
            self.chat = _Chat(self._context, item, self._about)
        yield from self.chat.take(item)

    def _open(self, chat: _Chat) -> Iterator[Batch]:
        if self.chat is not None and self.chat is not chat:
            yield from self.chat.finish()
        self.chat = chat


def _is_conversation(value: object) -> bool:
    """Whether an item is no message but the next conversation: damage hid where that begins."""
    return isinstance(value, dict) and "kind" not in value and isinstance(value.get("messages"), list)


class _Chat:
    """One conversation of the document while it is read; what is known of it stands before its messages, or after."""

    def __init__(self, context: Context, item: Item, header: Mapping[str, Any] | None = None) -> None:
        self._context, self._place = context, item
        self._header: dict[str, Any] = dict(header or {})
        self._draft: Draft | None = None
        self._batch: list[Message] = []

    @property
    def is_blank(self) -> bool:
        return self._draft is None and not self._header

    @property
    def is_message(self) -> bool:
        return self._draft is None and {"kind", "text"} <= self._header.keys()

    def as_message(self) -> Item:
        return self._place._replace(key="messages", value=self._header)

    def keep(self, item: Item) -> None:
        self._header[item.key] = item.value

    def take(self, item: Item) -> Iterator[Batch]:
        if self._draft is None:
            yield from self._learn()
        assert self._draft is not None  # noqa: S101 - it has just been made
        message = _read_message(self._context, self._draft, item)
        if message is not None:
            self._batch.append(message)
        if len(self._batch) >= _BATCH_SIZE:
            yield self._draft, self._batch
            self._batch = []

    def take_whole(self, item: Item) -> Iterator[Batch]:
        self._header = {name: value for name, value in item.value.items() if name != "messages"}
        for message in item.value["messages"]:
            yield from self.take(item._replace(key="messages", value=message))

    def _learn(self) -> Iterator[Batch]:
        known = _read_header(self._context, self._header, self._place)
        self._header = {}
        if self._draft is None:
            self._draft = self._context.draft(str(self._place.offset), title=known.title, id=known.id)
            yield self._draft, []
        self._context.learn(self._draft, known)

    def finish(self) -> Iterator[Batch]:
        if self._draft is None or self._header:
            yield from self._learn()
        assert self._draft is not None  # noqa: S101 - it has just been made
        self._draft.done = True
        yield self._draft, self._batch


READER: Final = JsonlReader()
DOCUMENT: Final = DocumentReader()
