"""Markdown and text exports of wx-cli.

Takes text, gives messages. Markdown: `### time`, a blank line, `**sender**: text`, further lines behind `> `. TXT:
`[time] sender: text`, further lines not marked, so that there a body line can forge a header. Times have minutes, in
late 2026 seconds. In a group everybody is named. In a private chat the peer's name is left empty, the owner is named.

Source of the format: wx-cli (`src/cli/export.rs`, `src/daemon/query.rs`, 2026).
"""

from __future__ import annotations

import collections
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final, NamedTuple

from wechatlog.content.accounts import is_account
from wechatlog.content.appmsg import parse_markup
from wechatlog.content.dialects.wx_cli import WXCLI
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import read_placeholder
from wechatlog.diagnostics import Severity
from wechatlog.engine import NOTICES, Entry, Evidence, Format, Head, Reading, message_blocks
from wechatlog.engine.headers import Block, Candidate, sample, sample_blocks
from wechatlog.engine.records import strip_blank_end
from wechatlog.model import MessageKind, normalize_name
from wechatlog.segments import Segment
from wechatlog.tokenizer import Grammar

_TIME: Final = r"(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}(?::[0-9]{2})?)"
_NEAR_TIME: Final = r"(?P<time>(?=(?:[^\r\n]{0,5}?[0-9]){8})[^\s][^\r\n]{11,20}?)"
"""No message stands on such a line, so that a damaged time is one that is not known."""
_NOTICE_LABEL: Final = re.compile(r"\[(?:系统|撤回)\] ?")
_LEFT: Final = re.compile(
    r"(?!\[)[A-Za-z]?[#=\W]{1,5}(?P<title>[^\n]*?)(?P<group>（群聊）|\[群\])?"
    r"(?:[^\w\n]{0,2}(?:[(（] ?[0-9]|[0-9]{1,12} ?条|[(（][^\n]{1,4}条)[^\n]{0,20}?|[^\w\n]{0,8})\n"
)
"""A first line that is a damaged title."""
_TITLE_MARKS: Final = ("# ", "> 导出 ", "=== ")


class _Form(NamedTuple):
    """One of the two: its headers, the title, the name that a body begins with, and how to tell these from a text."""

    grammar: Grammar
    title: re.Pattern[str]
    name: re.Pattern[str]
    body: Callable[[Block], str]
    marked: bool
    check: Mapping[str, Any]


def _markdown_body(block: Block) -> str:
    """The body under a header: the tool's blank line and the marks of further lines are gone."""
    lines = strip_blank_end(block.lines.partition("\n")[2])
    first, _, rest = lines.partition("\n")
    head, mark, tail = (lines if first.strip() else rest).partition("\n")
    return head + mark + "\n".join(line.removeprefix("> ") if line != ">" else "" for line in tail.split("\n"))


def _one_blank_line(candidate: Candidate) -> str | None:
    """A doubt of a header that stands where the first line of a body must."""
    before = candidate.before
    if before.header is not None and len(before.parts) == 1 and not before.parts[0].strip() and candidate.blanks < 2:
        return "it looks like a header but stands where the body must begin"
    return None


_MARKDOWN: Final = _Form(
    Grammar("wx-cli Markdown", rf"### {_NEAR_TIME}[ \t]*+(?=\r?(?:\n|\Z))"),
    re.compile(r"# (?P<title>[^\n]*?)(?P<group>（群聊）)?[ \t]*\n+> 导出 (?P<count>[0-9]{1,12}) 条消息[ \t]*(?:\n|\Z)"),
    re.compile(r"\*\*(?P<sender>[^\n]{1,200}?)\*\*: ?"),
    _markdown_body,
    True,
    {"clock": lambda _: None, "check": _one_blank_line},
)
_TEXT: Final = _Form(
    Grammar("wx-cli TXT", rf"\[{_TIME}\](?: |(?=\r?(?:\n|\Z)))"),
    re.compile(r"=== (?P<title>[^\n]*?)(?P<group>\[群\])? \((?P<count>[0-9]{1,12}) 条\) ===[ \t]*(?:\n|\Z)"),
    re.compile(r"(?P<sender>[^\n]{1,200}?): "),
    lambda block: block.inline,
    False,
    {"ordered": True},
)


def _named(reading: Reading, form: _Form, head: str) -> tuple[str, bool] | None:
    """The one name over the rows of a private chat, and whether it is the owner's."""
    bodies = (candidate.body.lstrip("\r\n") for candidate in sample_blocks(head, form.grammar))
    counts = collections.Counter(match["sender"] for body in bodies if (match := form.name.match(body)))
    title = reading.chat.title or ""
    if reading.chat.is_group is not False or not counts:
        return None
    name = next((name for name in (reading.owner, title) if name in counts), None) or counts.most_common(1)[0][0]
    if len(counts) > 1:
        what = f"of {len(counts)} texts before a colon only {name!r} was taken for a name in this private chat"
        reading.report("ambiguous-sender", what, severity=Severity.INFO)
    # The peer is named only by a writer that leaves the owner out.
    return name, normalize_name(name) != normalize_name(title)


def _split(form: _Form, named: tuple[str, bool] | None, text: str, *, private: bool) -> tuple[str | None, str]:
    if not form.marked and text.startswith("["):
        return None, text
    if not form.marked and private:
        name = named[0] if named else None
        return (name, text[len(name) + 2 :]) if name and text.startswith(f"{name}: ") else (None, text)
    match = form.name.match(text)
    return (match["sender"], text[match.end() :]) if match else (None, text)


def _content(reading: Reading, text: str, line: int) -> tuple[MessageKind, str, tuple[Segment, ...] | None]:
    if built := parse_markup(text, reading.collector, zone=reading.tz, line=line):
        return built.kind, built.text, built.segments
    found = read_placeholder(text, WXCLI, zone=reading.tz) if text.startswith("[") else None
    if found is not None and found[0] in NOTICES:
        return read_notice(_NOTICE_LABEL.sub("", text, count=1)) or found[0], text, None
    kind, segments = found or (MessageKind.TEXT, None)
    return kind, text, segments


def _entries(reading: Reading, *, form: _Form) -> Iterator[Entry]:
    head, blocks = sample(reading.blocks())
    chat = reading.chat
    if match := form.title.match(head.lstrip("\n")):
        reading.claimed = int(match["count"])
    else:
        reading.report("damaged-head", "the title is damaged: whom this chat is with is not certain", line=1)
        match = _LEFT.match(head.lstrip("\n"))
    bodies = [candidate.body.strip() for candidate in sample_blocks(head, form.grammar)]
    matches = (form.name.match(body) for body in bodies if body and not body.startswith("["))
    names = collections.Counter(found and found["sender"] for found in matches)
    if match and match["title"]:
        chat.title, chat.is_group = match["title"], match["group"] is not None
        if not chat.is_group and None not in names and len(names) > 1 < names.most_common(2)[1][1]:
            what = "several people are named in every row, as in a group: the title is damaged"
            reading.report("damaged-head", what, line=1)
            chat.is_group = None
    elif None in names:
        chat.is_group = False  # only in a private chat some rows name nobody
    private = chat.is_group is False
    named = _named(reading, form, head)

    def preamble(block: Block) -> None:
        """Keep the warnings that the tool writes under the title."""
        lines = [line for line in block.lines.split("\n") if line.strip() and not line.startswith(_TITLE_MARKS)]
        if lines:
            chat.metadata["warning"] = "\n".join(lines)

    records = message_blocks(
        reading, form.grammar, lambda _: None, blocks=blocks, preamble=preamble, serious=True, **form.check
    )
    for header, block in records:
        sender, text = _split(form, named, form.body(block), private=private)
        kind, text, segments = _content(reading, text, block.line)
        time, precision = reading.clock(header["time"], line=block.line)
        own = None
        if private and kind not in NOTICES:
            own = (named is None or named[1]) == (sender is not None)
            sender = sender if sender is not None or own else chat.title
        account = sender if sender is not None and is_account(sender) else None
        yield Entry(block.line, time, precision, sender, account, own, kind, text, segments, offset=block.offset)


def _is_markdown(head: Head) -> Evidence | None:
    if _MARKDOWN.title.match(head.text.lstrip("\n")):
        return Evidence(1.0, "the title and the line '> 导出 N 条消息'")
    found = len(sample_blocks(head.text, _MARKDOWN.grammar))
    return Evidence(0.6, f"{found} headings of a time") if found > 2 and "**: " in head.text else None


def _is_text(head: Head) -> Evidence | None:
    return Evidence(1.0, "the title '=== name (N 条) ==='") if _TEXT.title.match(head.text.lstrip("\n")) else None


MARKDOWN: Final = Format(
    "wx-cli-md",
    "wx-cli, Markdown (2026)",
    ".md .markdown",
    _is_markdown,
    partial(_entries, form=_MARKDOWN),
    "wx-cli",
    cuts="tried",
)
TXT: Final = Format(
    "wx-cli-txt", "wx-cli, TXT (2026)", ".txt", _is_text, partial(_entries, form=_TEXT), "wx-cli", cuts="tried"
)
