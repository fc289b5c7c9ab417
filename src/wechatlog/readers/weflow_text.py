"""WeFlow exports of WeChat 4 that are text: TXT and Markdown.

Takes lines, gives messages; what a body is, `support.weflow_bodies` knows. The TXT has no head: whether it
is a private chat is told by the names in its first part, since only there the owner is called 我. In Markdown
all characters that mean something are escaped, so that no body can forge a header.

Format facts: WeFlow 1.0.3 `formatters/TxtFormatter.ts`, `formatters/MarkdownFormatter.ts`,
`utils/markdown.ts`.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from wechatlog.content.placeholders import quote_segments
from wechatlog.content.vocabulary import kind_of_name, segment_for
from wechatlog.engine.headers import HeaderCheck, iter_blocks, sample, sample_blocks
from wechatlog.engine.protocol import OWNER_OPTION, Evidence, in_batches
from wechatlog.engine.records import count_headers, read_records
from wechatlog.model import MessageKind, Participant
from wechatlog.readers.support.weflow_bodies import Body, FaultWatch, media_kind, read_body
from wechatlog.tokenizer import Grammar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from wechatlog.engine.headers import Block, Candidate
    from wechatlog.engine.protocol import Batch, Context, Draft, Head
    from wechatlog.engine.records import TextRecord
    from wechatlog.model import Message
    from wechatlog.source import Source

__all__ = ["MARKDOWN", "TXT"]

_OWNER: Final = "我"
_STAMP: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}"

# --- TXT ------------------------------------------------------------------------------------------

TXT_GRAMMAR: Final = Grammar(
    "weflow-txt",
    rf"(?P<time>{_STAMP}) (?P<quote>['\"])(?P<sender>[^\r\n]*)(?P=quote)(?=\r?(?:\n|\Z))",
)


class _People:
    """Who the names of a file are, as far as its first part shows.

    Attributes:
        is_group: whether it is a group; `None` where that does not show.
    """

    def __init__(self, names: set[str]) -> None:
        others = names - {_OWNER}
        self._private = _OWNER in names and len(others) <= 1
        self.is_group = False if self._private else True if len(others) > 2 else None

    def is_own(self, name: str) -> bool | None:
        """Whether a name is the owner's."""
        if self._private:
            return name == _OWNER
        return True if name == _OWNER and self.is_group is None else None


def _names(candidates: Iterable[Candidate]) -> set[str]:
    """The names in headers that stand alone and in the order of time."""
    found, last = set(), ""
    for candidate in candidates:
        if candidate.blanks and candidate.header["time"] >= last:
            found.add(candidate.header["sender"])
            last = candidate.header["time"]
    return found


def _header_time(match: re.Match[str]) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(match["time"])
    except ValueError:
        return None


def _block_text(block: Block) -> str:
    """The body: what stands between the header's line end and the blank line that the writer adds."""
    return block.lines.removeprefix("\n").removesuffix("\n").removesuffix("\n")


class WeflowTxtReader:
    """The reader of WeFlow's TXT."""

    name = "weflow-txt"
    description = "WeFlow 1 TXT, WeChat 4"
    suffixes = (".txt",)
    options: Mapping[str, str] = OWNER_OPTION

    def detect(self, head: Head) -> Evidence | None:
        """Headers with the name in quotes."""
        found = count_headers(head.lines, TXT_GRAMMAR)
        if not found:
            return None
        first = next((line for line in head.lines if line.strip()), "")
        confidence = 0.95 if TXT_GRAMMAR.pattern.match(f"\n{first}") else 0.7
        return Evidence(confidence, f"{found} header lines with a time and a name in quotes")

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages."""
        del source  # the context has it
        draft = context.draft(metadata={"exporter": "WeFlow"})
        return in_batches(draft, self._messages(context, draft))

    def _messages(self, context: Context, draft: Draft) -> Iterator[Message]:
        text, blocks = sample(context.blocks())
        candidates = sample_blocks(text, TXT_GRAMMAR)
        people = _People(_names(candidates))
        draft.is_group = people.is_group
        gate = HeaderCheck(context, lambda match: match["sender"], _header_time, blanks=1)
        watch = FaultWatch(context)
        for block in iter_blocks(blocks, TXT_GRAMMAR, gate.accept):
            if block.header is not None:
                yield self._message(context, draft, people, watch, block)
            else:
                context.report_preamble(block.lines)

    def _message(self, context: Context, draft: Draft, people: _People, watch: FaultWatch, block: Block) -> Message:
        assert block.header is not None  # noqa: S101 - the caller has looked
        text = _block_text(block)
        if people.is_group is not False:
            text = watch.unframe(text, block.line)
        body = read_body(text)
        watch.check(body.kind, text, block.line)
        time = _header_time(block.header)
        if time is None:
            context.clock(block.header["time"], line=block.line)  # which reports it
        sender = block.header["sender"]
        return context.message(
            draft,
            time=None if time is None else context.wall_time(time),
            sender=sender or None,
            is_self=None if context.owner is not None else people.is_own(sender),
            kind=body.kind,
            text=body.text,
            segments=body.segments,
            line=block.line,
            offset=block.offset,
        )


# --- Markdown -------------------------------------------------------------------------------------

_ESCAPED_STAMP: Final = r"[0-9]{4}\\?-[0-9]{2}\\?-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}"
MARKDOWN_GRAMMAR: Final = Grammar(
    "weflow-markdown", rf"## (?P<time>{_ESCAPED_STAMP}) (?P<sender>[^\r\n]*)(?=\r?(?:\n|\Z))"
)
_ESCAPE: Final = re.compile(r"\\([\\`*_{}\[\]<>#+\-.!|])")
_FACT: Final = re.compile(r"- (会话ID|会话类型|消息数量|导出时间|导出工具): ?([^\r\n]*)")
_TITLE: Final = re.compile(r"# ([^\r\n]*)")
_LINK: Final = re.compile(r"(?P<image>!?)\[(?P<label>(?:[^\]\\\n]|\\.)*+)\]\((?P<url>[^()\n]*)\)")
_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.-]*://|mailto:")
_LABELS: Final = {"语音文件": MessageKind.VOICE, "视频文件": MessageKind.VIDEO}


def unescape(text: str) -> str:
    """A text without the backslashes that the writer put before what means something in Markdown."""
    return _ESCAPE.sub(r"\1", text) if "\\" in text else text


def _link_body(match: re.Match[str], raw: str) -> Body | None:
    """The body that begins with a picture or a link, which no escaped text can."""
    label, url, text = unescape(match["label"]), match["url"], unescape(raw)
    if _ADDRESS.match(url) and not match["image"]:
        kind, data = MessageKind.LINK, {"url": url, "title": label}
    else:
        path = unquote(url)
        kind = media_kind(path) or _LABELS.get(label) or kind_of_name(label) or MessageKind.FILE
        data = {"path": path, "name": label} if kind is MessageKind.FILE else {"path": path}
        if _ADDRESS.match(url) and kind in (MessageKind.IMAGE, MessageKind.STICKER):
            data = {"url": url}
    try:
        return Body(kind, text, (segment_for(kind, text, **data),))
    except TypeError:  # a label that names a kind without a file
        return None


def _quote_body(raw: str) -> Body:
    """The body that begins with a quoted block: the reply is the text, the quote stands beside it."""
    lines = raw.split("\n")
    count = next((number for number, line in enumerate(lines) if not line.startswith(">")), len(lines))
    quoted = unescape("\n".join(line.removeprefix(">").removeprefix(" ") for line in lines[:count]))
    reply = unescape("\n".join(lines[count:]).removeprefix("\n"))
    sender, colon, text = quoted.partition(": ")
    if not colon or "\n" in sender or len(sender) > 100:
        sender, text = "", quoted
    return Body(MessageKind.QUOTE, reply, quote_segments(reply, sender or None, text))


def _markdown_body(raw: str) -> Body:
    if raw.startswith("> "):
        return _quote_body(raw)
    if (match := _LINK.match(raw)) and raw[match.end() :][:1] in ("", "\n"):
        body = _link_body(match, raw)
        if body is not None:
            return body
    text = unescape(raw)
    # A picture is never escaped, so this is one that somebody typed.
    return Body(MessageKind.TEXT, text) if text.startswith("![") else read_body(text)


class WeflowMarkdownReader:
    """The reader of WeFlow's Markdown."""

    name = "weflow-markdown"
    description = "WeFlow 1 Markdown, WeChat 4"
    suffixes = (".md",)
    options: Mapping[str, str] = OWNER_OPTION

    def detect(self, head: Head) -> Evidence | None:
        """The tool names itself in the list at the top; else headings with an escaped time count."""
        if any(_FACT.match(line) and line.endswith("WeFlow") for line in head.lines[:12]):
            return Evidence(1.0, "the head names WeFlow as its tool")
        found = count_headers(head.lines, MARKDOWN_GRAMMAR)
        if found and any("\\-" in line for line in head.lines if line.startswith("## ")):
            return Evidence(0.9, f"{found} headings with an escaped time and a name")
        return None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages."""
        del source  # the context has it
        draft = context.draft(metadata={"exporter": "WeFlow"})
        return in_batches(draft, self._messages(context, draft))

    def _messages(self, context: Context, draft: Draft) -> Iterator[Message]:
        watch = FaultWatch(context)
        for record in read_records(context.blocks(), MARKDOWN_GRAMMAR):
            if record.header is None:
                _read_facts(draft, record.body)
            else:
                yield self._message(context, draft, watch, record)

    def _message(self, context: Context, draft: Draft, watch: FaultWatch, record: TextRecord) -> Message:
        assert record.header is not None  # noqa: S101 - the caller has looked
        raw = record.body.removeprefix("\n")
        if draft.is_group is not False:
            raw = watch.unframe(raw, record.line)
        body = _markdown_body(raw)
        watch.check(body.kind, body.text, record.line)
        time, precision = context.clock(unescape(record.header["time"]), line=record.line)
        sender = unescape(record.header["sender"])
        own = sender == _OWNER if draft.is_group is False else None
        return context.message(
            draft,
            time=time,
            precision=precision,
            sender=sender or None,
            sender_id=draft.id if own is False else None,
            is_self=None if context.owner is not None else own,
            kind=body.kind,
            text=body.text,
            segments=body.segments,
            line=record.line,
            offset=record.offset,
        )


def _read_facts(draft: Draft, text: str) -> None:
    """What stands before the first message."""
    facts: dict[str, Any] = {}
    for line in text.split("\n"):
        if (match := _TITLE.match(line)) and draft.title is None:
            draft.title = unescape(match[1])
        elif match := _FACT.match(line):
            facts[match[1]] = unescape(match[2].strip("`"))
    draft.id = facts.get("会话ID") or None
    draft.is_group = {"群聊": True, "私聊": False}.get(facts.get("会话类型", ""))
    if draft.is_group is False and draft.id:
        draft.members = [Participant(draft.title, draft.id, False)]
    if "导出时间" in facts:
        draft.metadata["exported_at"] = facts["导出时间"]


TXT: Final = WeflowTxtReader()
MARKDOWN: Final = WeflowMarkdownReader()
