"""The library's own interchange form, JSON Lines: a header line for each conversation, then a line for each message.

Takes lines, gives messages; what is in a line is `content.native`. A file may hold several conversations, one after
the other; messages may be appended to the last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wechatlog.content.native import SCHEMA, conversation_from_json, message_from_json
from wechatlog.diagnostics import Severity
from wechatlog.errors import FormatError
from wechatlog.readers.base import Evidence
from wechatlog.readers.support.json_stream import Item, iter_json_lines
from wechatlog.tokenizer import iter_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wechatlog.model import Message
    from wechatlog.readers.base import Batch, Context, Draft, Head
    from wechatlog.source import Source

__all__ = ["READER", "JsonlReader"]

_BATCH_SIZE: Final = 1024
_BAD_SHAPE: Final = (ValueError, TypeError, KeyError, AttributeError, RecursionError)


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
        if str(first.get("schema", "")).startswith("wechatlog/"):
            return Evidence(1.0, f"the first line names the schema {first['schema']}")
        return None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages of each conversation.

        Raises:
            FormatError: for a schema of a later version.
        """
        del source  # the context has it
        draft: Draft | None = None
        batch: list[Message] = []
        for item in iter_json_lines(iter_lines(context.blocks()), context.collector):
            value = item.value
            if isinstance(value, dict) and value.get("type") == "conversation":
                if draft is not None:
                    draft.done = True
                    yield draft, batch
                    batch = []
                draft = _read_header(context, item)
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


def _first_object(head: Head) -> dict[str, Any]:
    import json

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


def _read_header(context: Context, item: Item) -> Draft:
    schema = item.value.get("schema")
    if schema != SCHEMA:
        raise FormatError(
            f"schema {schema!r} is not known here; this version reads {SCHEMA}",
            source=context.source.name,
            line=item.line,
        )
    try:
        known = conversation_from_json(item.value)
    except _BAD_SHAPE as error:
        _report(context, item, f"broken header line: {error}")
        return context.draft(str(item.offset))
    for entry in known.diagnostics:
        context.collector.keep(entry)
    if context.tz is None:
        context.tz_assumed = known.tz_assumed
    names = ("title", "id", "is_group", "owner", "tz")
    draft = context.draft(str(item.offset), **{name: getattr(known, name) for name in names})
    draft.members = list(known.members)
    draft.metadata = dict(known.metadata)
    if known.origin != type(known.origin)():
        draft.origin = known.origin
    return draft


def _read_message(context: Context, draft: Draft, item: Item) -> Message | None:
    if not isinstance(item.value, dict):
        _report(context, item, "a line that is no JSON object")
        return None
    if item.value.get("type", "message") != "message":
        context.report("unknown-line", f"line of unknown type {item.value['type']!r}", line=item.line, column=1)
        return None
    try:
        return message_from_json(item.value, zone=draft.tz, lexicon=draft.lexicon)
    except _BAD_SHAPE as error:
        _report(context, item, f"broken message line: {error}")
        return None


READER: Final = JsonlReader()
