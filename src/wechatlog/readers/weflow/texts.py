"""WeFlow exports of WeChat 4 that are text: TXT and Markdown.

Takes lines, gives entries; what a body is, `bodies` knows. The TXT has no head: whether it is a private chat is told by
the names in its first part, since only there the owner is called 我. In Markdown all characters that mean something are
escaped, so that no body can forge a header.

Format facts: WeFlow 1.0.3 and 5.0.0 `formatters/TxtFormatter.ts`, `formatters/MarkdownFormatter.ts`,
`utils/markdown.ts`.
"""

from __future__ import annotations

import datetime as dt
import operator
import re
from collections.abc import Iterator
from functools import partial
from typing import Final
from urllib.parse import unquote

from wechatlog.content.accounts import is_group_word
from wechatlog.content.appmsg import split_sender_prefix
from wechatlog.content.placeholders import quote_segments
from wechatlog.content.vocabulary import kind_of_name
from wechatlog.engine import ME, Entry, Evidence, Format, Head, Reading, framed_headers, message_blocks, one_segment
from wechatlog.engine.entry import Body
from wechatlog.engine.headers import Candidate, iter_blocks, sample, sample_blocks
from wechatlog.engine.records import strip_blank_end
from wechatlog.model import MessageKind, Participant
from wechatlog.readers.weflow.bodies import credit, media_kind, read_body, unframe
from wechatlog.tokenizer import Grammar

_OWNERS: Final = (ME, "Me")
_STAMP: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}"


_TXT: Final = Grammar(
    "weflow-txt", rf"(?P<time>{_STAMP}) (?P<quote>['\"])(?P<sender>[^\r\n]*)(?P=quote)(?=\r?(?:\n|\Z))"
)


def _names(candidates: list[Candidate]) -> set[str]:
    """The names in headers of a sample that stand alone and in the order of time."""
    found, last = set(), ""
    for candidate in candidates:
        if candidate.blanks and candidate.header["time"] >= last:
            found.add(candidate.header["sender"])
            last = candidate.header["time"]
    return found


def _parse(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text)  # which is faster than what reads any clock
    except ValueError:
        return None


def _time(reading: Reading, text: str, line: int) -> dt.datetime | None:
    time = _parse(text)
    return reading.clock(text, line=line)[0] if time is None else reading.wall_time(time)


def _blocks(reading: Reading) -> Iterator[Entry]:
    text, blocks = sample(reading.blocks())
    candidates = sample_blocks(text, _TXT)
    names = _names(candidates)
    owner = next((name for name in _OWNERS if name in names), ME)
    others = names - {owner}
    # Of a group, by the writer that leaves contents as they are: account ids stand in front.
    streamed = any(split_sender_prefix(candidate.body.lstrip("\r\n"))[0] for candidate in candidates)
    private = not streamed and owner in names and len(others) <= 1
    group = reading.chat.is_group = False if private else True if streamed or len(others) > 2 else None
    records = message_blocks(
        reading, _TXT, operator.itemgetter("sender"), lambda header: _parse(header["time"]), blocks=blocks, blanks=1
    )
    for header, block in records:
        name, line = header["sender"], block.line
        text = block.lines.removeprefix("\n").removesuffix("\n").removesuffix("\n")
        account, text = split_sender_prefix(text) if streamed and name != owner else (None, text)
        body = read_body(text if private else unframe(reading, text, line), reading.tz)
        sender, body = credit(reading, name, body, line)
        time = _time(reading, header["time"], line)
        own: bool | None = None
        if reading.owner is None and (private or streamed or (name == owner and group is None)):
            own = name == owner
        yield Entry(line, time, "second", sender, account, own, *body, offset=block.offset)


def _is_txt(head: Head) -> Evidence | None:
    found, first = framed_headers(head, _TXT)
    return Evidence(0.95 if first else 0.7, f"{found} header lines with a time and a name in quotes") if found else None


_MARKDOWN: Final = Grammar(
    "weflow-markdown",
    r"## (?P<time>[0-9]{4}\\?-[0-9]{2}\\?-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}) (?P<sender>[^\r\n]*)(?=\r?(?:\n|\Z))",
)
_ESCAPE: Final = re.compile(r"\\([\\`*_{}\[\]<>#+\-.!|])")
_FACT: Final = re.compile(r"- (会话ID|会话类型|消息数量|导出时间|导出工具): ?([^\r\n]*)")
_OTHER_FACT: Final = re.compile(r"- ([^\r\n:：]{1,30})[:：]")
_TITLE: Final = re.compile(r"# ([^\r\n]*)")
_LINK: Final = re.compile(r"(?P<image>!?)\[(?P<label>(?:[^\]\\\n]|\\.)*+)\]\((?P<url>[^()\n]*)\)")
_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.-]*://|mailto:")
_LABELS: Final = {"语音文件": MessageKind.VOICE, "视频文件": MessageKind.VIDEO}


def _unescape(text: str) -> str:
    return _ESCAPE.sub(r"\1", text) if "\\" in text else text


def _link_body(match: re.Match[str], text: str) -> Body | None:
    """The body that begins with a picture or a link, which no escaped text can."""
    label, url = _unescape(match["label"]), match["url"]
    if _ADDRESS.match(url) and not match["image"]:
        return MessageKind.LINK, text, one_segment(MessageKind.LINK, text, url=url, title=label)
    path = unquote(url)
    kind = media_kind(path) or _LABELS.get(label) or kind_of_name(label) or MessageKind.FILE
    data = {"path": path, "name": label} if kind is MessageKind.FILE else {"path": path}
    if _ADDRESS.match(url) and kind in (MessageKind.IMAGE, MessageKind.STICKER):
        data = {"url": url}
    try:
        return kind, text, one_segment(kind, text, **data)
    except TypeError:  # a label that names a kind without a file
        return None


def _quote_body(raw: str) -> Body:
    """The body that begins with a quoted block: the reply is the text, the quote stands beside it."""
    lines = raw.split("\n")
    count = next((number for number, line in enumerate(lines) if not line.startswith(">")), len(lines))
    quoted = _unescape("\n".join(line.removeprefix(">").removeprefix(" ") for line in lines[:count]))
    reply = _unescape("\n".join(lines[count:]).removeprefix("\n"))
    sender, colon, text = quoted.partition(": ")
    if not colon or "\n" in sender or len(sender) > 100:
        sender, text = "", quoted
    return MessageKind.QUOTE, reply, quote_segments(reply, sender or None, text)


def _markdown_body(raw: str) -> Body:
    if raw.startswith("> "):
        return _quote_body(raw)
    text = _unescape(raw)
    if (match := _LINK.match(raw)) and raw[match.end() :][:1] in ("", "\n") and (body := _link_body(match, text)):
        return body
    if text == "[文本消息]":  # as an empty text is written
        return MessageKind.TEXT, "", None
    # A picture is never escaped, so this is one that somebody typed.
    return (MessageKind.TEXT, text, None) if text.startswith("![") else read_body(text)


def _read_facts(reading: Reading, text: str) -> None:
    """What stands before the first message; what is neither the title, a fact nor the rule is told."""
    chat, facts = reading.chat, {}
    for number, line in enumerate(text.split("\n"), 1):
        if (match := _TITLE.match(line)) and chat.title is None:
            chat.title = _unescape(match[1])
        elif match := _FACT.match(line):
            facts[match[1]] = _unescape(match[2].strip("`"))
        elif match := _OTHER_FACT.match(line):
            what = f"{match[1][:60]!r} is not known to this format; what it says was left out"
            reading.tell("unknown-key", what, number, once=True)
        elif line.strip("-\ufeff \t\r") and reading.is_news("preamble"):
            reading.report_preamble(line, line=number)
    chat.id = facts.get("会话ID") or None
    chat.is_group = is_group_word(facts.get("会话类型"))
    if chat.is_group is False and chat.id:
        chat.members = [Participant(chat.title, chat.id, False)]
    if "导出时间" in facts:
        chat.metadata["exported_at"] = facts["导出时间"]


def _sections(reading: Reading) -> Iterator[Entry]:
    chat = reading.chat
    for block in iter_blocks(reading.blocks(), _MARKDOWN, lambda _: True):
        header, line = block.header, block.line
        if header is None:
            _read_facts(reading, block.lines)
            continue
        raw = strip_blank_end(block.lines.partition("\n")[2].removeprefix("\n"))
        body = _markdown_body(raw if chat.is_group is False else unframe(reading, raw, line))
        name, body = credit(reading, _unescape(header["sender"]), body, line)
        time = _time(reading, _unescape(header["time"]), line)
        own = name == ME if chat.is_group is False else None
        account = chat.id if own is False else None
        own = own if reading.owner is None else None
        yield Entry(line, time, "second", name, account, own, *body, offset=block.offset)


def _is_markdown(head: Head) -> Evidence | None:
    if any(_FACT.match(line) and line.endswith("WeFlow") for line in head.lines[:12]):
        return Evidence(1.0, "the head names WeFlow as its tool")
    found, _ = framed_headers(head, _MARKDOWN)
    if found and any("\\-" in line for line in head.lines if line.startswith("## ")):
        return Evidence(0.9, f"{found} headings with an escaped time and a name")
    return None


_format: Final = partial(Format, facts="WeFlow", credits_notices=True, cuts="tried")
TXT: Final = _format("weflow-txt", "WeFlow 1 TXT, WeChat 4", ".txt", _is_txt, _blocks)
MARKDOWN: Final = _format("weflow-markdown", "WeFlow 1 Markdown, WeChat 4", ".md", _is_markdown, _sections)
