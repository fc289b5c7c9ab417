"""Exports of pc_wechat_exp: `[time] [类型] sender: text` as TXT under a head, or each line in a `div` of a page.

Takes text, gives messages. Own messages are those of `我`; what is no text has its type in brackets. In the TXT a body
of several lines is not marked, so a body line can forge a header; in the page each message has an element of its own.
The page leaves out the first two messages of an export without a period, one where only one end of it was chosen.

Source of the format: pc_wechat_exp (`src/chat_export.py`, `engine/constants.py`, 2026).
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import WECHATEXPORTER, parse_body
from wechatlog.content.vocabulary import kind_of_name
from wechatlog.diagnostics import Severity
from wechatlog.engine.headers import HeaderCheck, cached_clock, iter_blocks, read_clock, sample
from wechatlog.engine.protocol import Evidence, in_batches
from wechatlog.model import MessageKind, Participant
from wechatlog.tokenizer import Grammar, prepare

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping

    from wechatlog.engine.protocol import Batch, Context, Draft, Head
    from wechatlog.model import Message
    from wechatlog.segments.types import Segment
    from wechatlog.source import Source

__all__ = ["HTML", "TXT", "PcWechatExpHtmlReader", "PcWechatExpTextReader"]

_GRAMMAR: Final = Grammar(
    name="pc_wechat_exp",
    header=r"\[(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})\] (?=[^\r\n]*:)",
)
_TAG: Final = re.compile(
    r"\[(?P<type>图片|语音|名片|视频|表情|位置|链接/应用|网络电话|系统消息|文件|类型[0-9]{1,10})\] "
)
_FACTS: Final[Mapping[str, str]] = {
    "联系人": "title",
    "微信号": "id",
    "导出时间": "exported",
    "起始": "from",
    "结束": "to",
    "关键词": "keyword",
    "消息数": "count",
}
_FACT: Final = re.compile(rf"(?P<name>{'|'.join(_FACTS)}): (?P<value>.*)")
_NOTICE_LABEL: Final = re.compile(r"\[(?:系统消息|系统)\] ?")
_LINE: Final = re.compile(
    r"\[(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})\] (?P<rest>.*)", re.DOTALL
)
_ACCOUNT: Final = re.compile(r"wxid_[A-Za-z0-9_-]{4,40}")
_OPEN: Final = '<div class="msg-line">'
_CLOSE: Final = "</div>"
_PAGE_FACT: Final = re.compile(r"(?P<name>联系人|微信号|消息数|导出时间): <span>(?P<value>[^<]*)</span>")
_OWN: Final = "我"
_NO_SENDER: Final = frozenset({MessageKind.SYSTEM, MessageKind.RECALL, MessageKind.PAT})


class _Line(NamedTuple):
    """A message line taken apart.

    Attributes:
        kind: of the message.
        sender: as written.
        text: the rest.
        known: the type is one that the reader knows.
    """

    kind: MessageKind
    sender: str
    text: str
    known: bool = True


def _clock(header: re.Match[str]) -> dt.datetime | None:
    found = cached_clock(header["time"])
    return found.time if found else None


class _Pass:
    """One reading of one source."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.draft: Draft = context.draft(metadata={"exporter": "pc_wechat_exp"})
        self.expected: int | None = None

    def learn(self, facts: Iterable[tuple[str, str]]) -> None:
        """Take the facts of the head."""
        for name, value in facts:
            key = _FACTS[name]
            if key == "count":
                self.expected = int(value) if value.isdecimal() and len(value) < 15 else None
            elif key in ("title", "id"):
                setattr(self.draft, key, value)
            else:
                self.draft.metadata[key] = value
        draft = self.draft
        if draft.id:
            draft.is_group = draft.id.endswith("@chatroom")
            if not draft.is_group:
                draft.members = [Participant(draft.title, draft.id)]

    def split(self, text: str) -> _Line:
        """Take a line after its time apart; the names of the head may hold colons."""
        tag = _TAG.match(text)
        rest = text[tag.end() :] if tag else text
        sender, body = self._split_sender(rest, tag["type"] if tag else None)
        if tag is None:
            return _Line(MessageKind.TEXT, sender, body)
        name = tag["type"]
        kind = MessageKind.CALL if name == "网络电话" else kind_of_name(name)
        if name == "链接/应用":
            kind = kind_of_name(body[1:].partition("]")[0]) if body.startswith("[") else None
            kind = MessageKind.OTHER if kind is None else kind
        if kind is MessageKind.SYSTEM:
            kind = read_notice(_NOTICE_LABEL.sub("", body, count=1)) or kind
        return _Line(kind or MessageKind.OTHER, sender, body, kind is not None)

    def _split_sender(self, text: str, type_name: str | None) -> tuple[str, str]:
        for name in (_OWN, self.draft.title):
            if name and text.startswith(f"{name}:"):
                return name, text[len(name) + 1 :].removeprefix(" ")
        # What is no text begins with its type once more, which tells a colon in a name from the one behind it.
        if type_name is not None and (end := text.split("\n", 1)[0].find(f": [{type_name}]")) > 0:
            return text[:end], text[end + 2 :]
        sender, mark, body = text.partition(": ")
        if not mark:
            sender, _, body = text.partition(":")
        return sender, body

    def message(self, time_text: str, rest: str, line: int | None, offset: int | None) -> Message:
        """The message of a line."""
        time, precision = read_clock(self.context, time_text, line)
        found = self.split(rest)
        if not found.known:
            self.context.report("unknown-kind", f"unknown type in {rest[:20]!r}", severity=Severity.INFO, line=line)
        sender = None if found.kind in _NO_SENDER else found.sender
        return self.context.message(
            self.draft,
            time=time,
            precision=precision,
            sender=sender,
            sender_id=sender if sender is not None and _ACCOUNT.fullmatch(sender) else None,
            is_self=None if sender is None else sender == _OWN,
            kind=found.kind,
            text=found.text,
            segments=self._segments(found),
            line=line,
            offset=offset,
        )

    def _segments(self, found: _Line) -> tuple[Segment, ...] | None:
        if found.kind in (MessageKind.TEXT, MessageKind.OTHER):
            return None
        return parse_body(found.kind, found.text, WECHATEXPORTER, zone=self.context.tz)

    def count(self, found: int) -> None:
        """Compare the number of messages with that of the head."""
        if self.expected is not None and self.expected != found:
            self.context.report("message-count", f"the head claims {self.expected} messages, there are {found}")


class PcWechatExpTextReader:
    """The reader of pc_wechat_exp's TXT."""

    name = "pc-wechat-exp-txt"
    description = "pc_wechat_exp, TXT (2026)"
    suffixes = (".txt",)
    options: Mapping[str, str] = {}

    def detect(self, head: Head) -> Evidence | None:
        """The lines `联系人:` and `微信号:` and the line of seventy `=`."""
        lines = [line for line in head.lines if line.strip()][:9]
        if len(lines) < 3 or not lines[0].startswith("联系人: ") or not lines[1].startswith("微信号: "):
            return None
        return Evidence(1.0 if "=" * 70 in lines else 0.7, "the head of pc_wechat_exp: 联系人, 微信号")

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages."""
        del source  # the context has it
        run = _Pass(context)
        return in_batches(run.draft, self._messages(run))

    def _messages(self, run: _Pass) -> Iterator[Message]:
        head, blocks = sample(run.context.blocks())
        preamble = head.partition("=" * 70)[0].split("\n")[:12]
        run.learn((match["name"], match["value"]) for line in preamble if (match := _FACT.fullmatch(line)))

        def sender(header: re.Match[str]) -> str:
            end = header.string.find("\n", header.end())
            return run.split(header.string[header.end() : end if end >= 0 else None]).sender

        gate = HeaderCheck(run.context, sender, _clock, ordered=True, serious=True)
        if run.draft.is_group is False:
            gate.check = lambda candidate: _unknown_name(run, gate, sender(candidate.header))
        count = 0
        for block in iter_blocks(blocks, _GRAMMAR, gate.accept):
            if block.header is not None:
                count += 1
                yield run.message(block.header["time"], block.inline, block.line, block.offset)
        run.count(count)


def _unknown_name(run: _Pass, gate: HeaderCheck, name: str) -> str | None:
    """A doubt of a third name in a private chat: the head names the peer, who may show under one other name."""
    usual = {_OWN, run.draft.title, run.draft.id, "系统消息", ""}
    others = gate.known - usual
    if name in usual or name in others or (not others and run.draft.title not in gate.known):
        return None
    if name.startswith("ID:") or _ACCOUNT.fullmatch(name):  # what the tool writes for a name that it did not find
        return None
    return f"it looks like a header but names {name!r}, who is not in this chat"


class PcWechatExpHtmlReader:
    """The reader of pc_wechat_exp's pages."""

    name = "pc-wechat-exp-html"
    description = "pc_wechat_exp, HTML (2026)"
    suffixes = (".html", ".htm")
    options: Mapping[str, str] = {}

    def detect(self, head: Head) -> Evidence | None:
        """The title `聊天记录 - name` and the elements of the messages or the head."""
        text = head.text
        if "<title>聊天记录 - " in text and ".msg-line" in text and '<div class="msg-list">' in text:
            return Evidence(1.0, "the page of pc_wechat_exp")
        return Evidence(0.7, "message elements of pc_wechat_exp") if text.count(_OPEN + "[20") > 1 else None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages."""
        del source  # the context has it
        run = _Pass(context)
        return in_batches(run.draft, self._messages(run))

    def _messages(self, run: _Pass) -> Iterator[Message]:
        head, blocks = sample(run.context.blocks())
        facts = _PAGE_FACT.finditer(head.partition(_OPEN)[0])
        run.learn((match["name"], html.unescape(match["value"])) for match in facts)
        run.context.report(
            "writer-fault",
            "the tool leaves the first messages out of a page, two where no period was chosen; the page does not say",
            severity=Severity.INFO,
        )
        count = 0
        for content, line, offset in _elements(prepare(blocks).blocks):
            match = _LINE.fullmatch(content)
            count += 1
            if match is not None:
                yield run.message(match["time"], match["rest"], line, offset)
            elif content:
                sentence = "an element that is no message line"
                run.context.report("bad-line", sentence, severity=Severity.ERROR, line=line)
        run.count(count)


def _elements(blocks: Iterable[str]) -> Iterator[tuple[str, int, int]]:
    """The texts of the message elements with line and offset; one that is cut off at the end is given as it is."""
    rest, offset, line = "", 0, 1
    for block in blocks:
        text = rest + block
        begin = 0
        while (start := text.find(_OPEN, begin)) >= 0 and (end := text.find(_CLOSE, start)) >= 0:
            line += text.count("\n", begin, start)
            content = html.unescape(text[start + len(_OPEN) : end])
            yield content.replace("\r\n", "\n"), line, offset + start
            line += text.count("\n", start, end)
            begin = end
        keep = start if start >= 0 else max(begin, len(text) - len(_OPEN))
        line += text.count("\n", begin, keep)
        offset += keep
        rest = text[keep:]
    if rest.startswith(_OPEN):
        yield html.unescape(rest[len(_OPEN) :]).replace("\r\n", "\n"), line, offset


TXT: Final = PcWechatExpTextReader()
HTML: Final = PcWechatExpHtmlReader()
