"""Exports of pc_wechat_exp: `[time] [类型] sender: text` as TXT under a head, or each line in a `div` of a page.

Takes text, gives messages. Own messages are those of `我`; what is no text has its type in brackets. In the TXT a body
of several lines is not marked, so a body line can forge a header; in the page each message has an element of its own.
The page leaves out the first two messages of an export without a period, one where only one end of it was chosen.

Source of the format: pc_wechat_exp (`src/chat_export.py`, `engine/constants.py`, 2026).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from wechatlog.content.accounts import is_account
from wechatlog.content.appmsg import parse_markup
from wechatlog.content.dialects.wechatexporter import WECHATEXPORTER
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import parse_body
from wechatlog.content.vocabulary import kind_of_local_type, kind_of_name
from wechatlog.diagnostics import Severity
from wechatlog.engine import ME, NOTICES, Entry, Evidence, Format, Head, Reading
from wechatlog.engine.headers import HeaderCheck, header_clock, iter_blocks, sample
from wechatlog.engine.markup import iter_pieces, tell_times
from wechatlog.model import MessageKind, Participant
from wechatlog.tokenizer import Grammar, prepare

_TIME: Final = r"\[(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})\] "
_GRAMMAR: Final = Grammar("pc_wechat_exp", rf"{_TIME}(?=[^\r\n]*:)")
_TAG: Final = re.compile(
    r"\[(?P<type>图片|语音|名片|视频|表情|位置|链接/应用|网络电话|系统消息|文件|类型[0-9]{1,10})\] "
)
# What is no text begins with its type once more, which tells a colon in a name from the one behind it.
_TAGGED: Final = re.compile(rf"{_TIME}{_TAG.pattern}(?P<name>[^\n]{{1,100}}?): \[(?P=type)\]")
_KEYS: Final[Mapping[str, str]] = {
    "联系人": "title",
    "微信号": "id",
    "导出时间": "exported",
    "起始": "from",
    "结束": "to",
    "关键词": "keyword",
    "消息数": "count",
}
_FACT: Final = re.compile(rf"(?P<name>{'|'.join(_KEYS)}): (?P<value>.*)")
_NOTICE_LABEL: Final = re.compile(r"\[(?:系统消息|系统)\] ?")
_LINE: Final = re.compile(rf"{_TIME}(?P<rest>.*)", re.DOTALL)
_RULE: Final = "=" * 70
_RULE_LINE: Final = re.compile(_RULE)
_OPEN: Final = '<div class="msg-line">'
_CLOSE: Final = "</div>"
_TAG_OF_PAGE: Final = re.compile(r"<[^<>]{1,400}>")
_ELEMENT: Final = re.compile(_OPEN)
_PAGE_FACT: Final = re.compile(r"(?P<name>联系人|微信号|消息数|导出时间): <span>(?P<value>[^<]*)</span>")
_NOBODY: Final = "系统消息"
_LEFT_OUT: Final = (
    "the tool leaves the first messages out of a page, two where no period was chosen; the page does not say"
)


def _learn(reading: Reading, facts: Iterable[tuple[str, str]], text: str) -> None:
    """Take the facts of the head.

    The tool overwrites the name of the other person with that of whoever comes last among the contacts. Who writes what
    is no text shows it in the first part of the file.
    """
    chat = reading.chat
    reading.learn_facts({_KEYS[name]: value for name, value in facts})
    if chat.is_group is False:
        names = {match["name"] for match in _TAGGED.finditer(text)} - {ME, _NOBODY, chat.id}
        if len(names) == 1 and f"] {chat.title}: " not in text:
            what = f"the head names {chat.title!r}, who says nothing here; the other person is the one who writes"
            reading.tell("writer-fault", what, 1)
            chat.title = names.pop()
        chat.members = [Participant(chat.title, chat.id)]


def _split(text: str, title: str | None) -> tuple[MessageKind | None, str, str]:
    tag = _TAG.match(text)
    if tag is None:
        return MessageKind.TEXT, *_split_sender(text, None, title)
    name = tag["type"]
    sender, body = _split_sender(text[tag.end() :], name, title)
    kind = MessageKind.CALL if name == "网络电话" else kind_of_name(name)
    if name.startswith("类型"):  # and a number: those that the tool does not know
        kind = kind_of_local_type(int(name[2:]))
    kind = None if kind is MessageKind.OTHER else kind
    if name == "链接/应用":
        kind = (kind_of_name(body[1:].partition("]")[0]) if body.startswith("[") else None) or MessageKind.OTHER
    if kind is MessageKind.SYSTEM:
        kind = read_notice(_NOTICE_LABEL.sub("", body, count=1)) or kind
    return kind, sender, body


def _split_sender(text: str, type_name: str | None, title: str | None) -> tuple[str, str]:
    for name in (ME, title):
        if name and text.startswith(f"{name}:"):
            return name, text[len(name) + 1 :].removeprefix(" ")
    if type_name is not None and (end := text.split("\n", 1)[0].find(f": [{type_name}]")) > 0:
        return text[:end], text[end + 2 :]
    sender, mark, body = text.partition(": ")
    if not mark:
        sender, _, body = text.partition(":")
    return sender, body


def _entry(reading: Reading, clock: str, rest: str, line: int | None, offset: int | None) -> Entry:
    time, precision = reading.clock(clock, line=line)
    found, sender, text = _split(rest, reading.chat.title)
    if found is None:
        reading.tell("unknown-kind", f"unknown type in {rest[:20]!r}", line)
    kind = found or MessageKind.OTHER
    words = _NOTICE_LABEL.sub("", text, count=1) if kind in NOTICES else text
    if kind is not MessageKind.TEXT and (built := parse_markup(words, reading.collector, zone=reading.tz, line=line)):
        kind, text, segments = built.body
    else:
        segments = None if kind is MessageKind.OTHER else parse_body(kind, text, WECHATEXPORTER, zone=reading.tz)
    own = None if kind in NOTICES else sender == ME
    private = reading.chat.is_group is False and own is False and sender == reading.chat.title
    account = sender if is_account(sender) else reading.chat.id if private else None
    return Entry(line, time, precision, sender, account, own, kind, text, segments, offset=offset)


def _lines(reading: Reading) -> Iterator[Entry]:
    head, blocks = sample(reading.blocks())
    first = head.partition(_RULE)[0].split("\n")[:12]
    _learn(reading, ((match["name"], match["value"]) for line in first if (match := _FACT.fullmatch(line))), head)
    title = reading.chat.title

    def sender(header: re.Match[str]) -> str:
        end = header.string.find("\n", header.end())
        return _split(header.string[header.end() : end if end >= 0 else None], title)[1]

    gate = HeaderCheck(reading, sender, header_clock, ordered=True, serious=True)
    if reading.chat.is_group is False:
        usual = {ME, title, reading.chat.id, _NOBODY, ""}
        gate.check = lambda candidate: _unknown_name(usual, title, gate.known, sender(candidate.header))
    for block in iter_blocks(blocks, _GRAMMAR, gate.accept):
        if block.header is not None:
            yield _entry(reading, block.header["time"], block.inline, block.line, block.offset)
        else:
            reading.report_preamble(block.lines, line=block.line, known=(_FACT, _RULE_LINE))


def _unknown_name(usual: set[str | None], title: str | None, known: set[str], name: str) -> str | None:
    """A doubt of a third name in a private chat: the head names the peer, who may show under one other name."""
    others = known - usual
    if name in usual or name in others or (not others and title not in known):
        return None
    if name.startswith("ID:") or is_account(name):  # what the tool writes for a name that it did not find
        return None
    return f"it looks like a header but names {name!r}, who is not in this chat"


def _is_text(head: Head) -> Evidence | None:
    lines = [line for line in head.lines if line.strip()][:9]
    if len(lines) < 3 or not lines[0].startswith("联系人: ") or not lines[1].startswith("微信号: "):
        return None
    return Evidence(1.0 if _RULE in lines else 0.7, "the head of pc_wechat_exp: 联系人, 微信号")


def _page(reading: Reading) -> Iterator[Entry]:
    head = reading.head.fuller.text
    facts = _PAGE_FACT.finditer(head.partition(_OPEN)[0])
    _learn(
        reading,
        ((match["name"], html.unescape(match["value"])) for match in facts),
        html.unescape(head.replace(_CLOSE, "\n")),
    )
    claimed, reading.claimed = reading.claimed, None
    reading.tell("writer-fault", _LEFT_OUT)
    count = 0
    for text, line, offset in iter_pieces(prepare(reading.blocks()).blocks, _ELEMENT, len(_OPEN)):
        if offset < 0:
            tell_times(reading, text, line)
            continue
        count += 1
        said, _, behind = text.removeprefix(_OPEN).partition(_CLOSE)
        content = html.unescape(said).replace("\r\n", "\n")
        if match := _LINE.fullmatch(content):
            yield _entry(reading, match["time"], match["rest"], line, offset)
        if (content and not match) or _TAG_OF_PAGE.sub("", behind).strip():
            reading.report("bad-line", "an element that is no message line", severity=Severity.ERROR, line=line)
    reading.check_count(claimed, count)


def _is_page(head: Head) -> Evidence | None:
    text = head.text
    if "<title>聊天记录 - " in text and ".msg-line" in text and '<div class="msg-list">' in text:
        return Evidence(1.0, "the page of pc_wechat_exp")
    return Evidence(0.7, "message elements of pc_wechat_exp") if text.count(_OPEN + "[20") > 1 else None


TXT: Final = Format(
    "pc-wechat-exp-txt", "pc_wechat_exp, TXT (2026)", ".txt", _is_text, _lines, "pc_wechat_exp", {}, cuts="tried"
)
HTML: Final = Format(
    "pc-wechat-exp-html", "pc_wechat_exp, HTML (2026)", ".html .htm", _is_page, _page, "pc_wechat_exp", {}
)
