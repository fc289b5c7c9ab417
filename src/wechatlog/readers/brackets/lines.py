"""Lines `[2026-05-01 08:00:00] name: text`, as ten small tools write them, some under lines of their own.

Takes text, gives messages. Own messages are those of `我`. What is no text has a word in brackets; a notice is said by
`系统`, or has `[系统消息]` in front. A body of several lines is not marked, so a body line can forge a header.

Programs write logs in such lines: without the head of a tool only a text is taken in which `我` or an account speaks,
or in which something stands that WeChat alone writes.

Format facts: wechat-export-studio `exporters.ts` (no head, one line a message, ` ⏎ ` for a line end);
wechat-export-macos `chat_export.py` (four lines of head; everybody in a group has the name of the group, texts of
others begin with their account id, app messages are XML); weflow-cli `exportService.ts` (no head, `2026/5/1 08:00:00`,
account ids for names, `<talker>_messages.txt`); BoXu1225's wechat-decrypt-export `formatters.py` (no head); tzwkb's
wechat-decrypt `export_chat.py` (`=== 与 X 的对话 ===`, `[time] [name] text`, `未知时间` for no time), its
`salvage_export.py` (`=== X · 从损坏库 factory 抢救 ===`), and magewill's fork (`[time] [系统·撤回] text`);
liangyeshier's wechat-exporter `txt_exporter.py` (a head, `[#000001 2026年5月1日 08:00:00] name: text` under headings of
days);
zhuzhangxue's wechat-chat-export `exporter_core.py` (a head, `2026-05-01 08:00:00 | name：text` under headings of days);
ThomasLin's wechat-chat-exporter `export.py` (`# Chat: name (remark)`, `# wxid: …`; app messages are XML);
mordekasiser's wechat-chatlog-studio `core.py` (`Chat:`, `Username:`; `Me` for the owner, `图片消息` without brackets);
liuhuiping's wechat-chatlog-export-mac `extract_all.py` (`# title`; `[time] text` in private chats and for the owner,
`[time] name：text` for others in groups; line ends are blanks); KcUt3Hk's WeChatMsgGrabber `storage_manager.py` (read
off the screen; no head, `[2026-05-01T08:00:00] name (type): text`, in Markdown `- [time] **name** (type): text`).
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final, NamedTuple

import attrs

from wechatlog.content.accounts import is_account, split_account
from wechatlog.content.appmsg import parse_markup, split_sender_prefix
from wechatlog.content.dialects.bracket_lines import BRACKET_LINES
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import is_of_chat, quote_segments, read_placeholder
from wechatlog.content.vocabulary import PLAIN_KINDS, kind_of_name, kind_of_type
from wechatlog.engine import ME, NOTICES, Entry, Evidence, Format, Head, Reading, message_blocks, one_segment
from wechatlog.engine.entry import Body
from wechatlog.engine.headers import (
    MARKS,
    Block,
    Candidate,
    have_marks,
    header_clock,
    is_log_word,
    sample,
    sample_blocks,
)
from wechatlog.model import MessageKind
from wechatlog.tokenizer import Grammar

NOBODY: Final = "系统"
QUOTED: Final = ('"', "“")
"""What the sentences of WeChat begin with that nobody types whole."""
NOBODIES: Final = frozenset({NOBODY, "系统消息", "(系统)", "[system]", "System", "system"})
_DATE: Final = r"[0-9]{4}(?:-[0-9]{1,2}-[0-9]{1,2}|/[0-9]{1,2}/[0-9]{1,2}|年[0-9]{1,2}月[0-9]{1,2}日)"
_CLOCK: Final = r"(?:(?:凌晨|早上|上午|中午|下午|晚上) ?)?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
_NO_TIME: Final = ("", "未知时间", "时间未知", "Invalid Date")
_TIME: Final = (
    rf"{MARKS}\[(?:#[0-9]{{1,9}} )?(?P<time>{_DATE}[ T,]{{1,2}}{_CLOCK}|{'|'.join(filter(None, _NO_TIME))}|)\]"
)
_NAMED: Final = Grammar(
    "lines '[time] name: text'", rf"{_TIME} (?=[^\r\n]{{1,200}}?(?::(?:[ \r\n]|\Z)|：)|\(系统\) |[\"“])"
)
_TIGHT: Final = Grammar("lines '[time]name:text'", rf"{_TIME} ?(?=[^\s:：\[][^\r\n:：]{{0,60}}:)")
_BRACKETED: Final = Grammar("lines '[time] [name] text'", rf"{_TIME} (?=\[[^\r\n]{{1,200}}?\](?:[ \r\n]|\Z))")
_PIPED: Final = Grammar("lines 'time | name：text'", rf"{MARKS}(?P<time>{_DATE} {_CLOCK}) \| (?=[^\r\n]{{1,200}}?：)")
_TYPED: Final = Grammar("lines '[time] name（type）：text'", rf"{_TIME} (?=[^\r\n]{{1,200}}?（[^（）\r\n]{{1,12}}）：)")
_UNTIMED: Final = Grammar(
    "lines '[time] name: text' and '[system]: text'",
    rf"(?:{_TIME} (?=[^\r\n]{{1,200}}?:(?:[ \r\n]|\Z))|(?=\[system\]: ))",
)
_CAPTURED: Final = Grammar(
    "lines '[time] name (type): text'",
    rf"{MARKS}(?:- )?\[(?P<time>{_DATE}T{_CLOCK})(?: \(Capture: [0-9T:.\-]{{1,40}}\))?\] "
    r"(?=[^\r\n]{1,200}? \((?:text|image|sticker|voice|system|share|unknown)\):)",
)
_OPEN: Final = Grammar("lines '[time] text'", rf"{_TIME} ")
_SENDER: Final = re.compile(r"(?P<sender>\(系统\)(?= )|[^\n]{1,200}?)(?::(?: |(?=\n|\Z))|： ?|(?<=\(系统\)) )")
_SENDER_BEFORE_COLON: Final = re.compile(r"(?P<sender>[^\n:：]{1,61}): ?")
_SENDER_WITH_TYPE: Final = re.compile(r"(?P<sender>[^\n]{1,200}?)（(?P<type>[^（）\n]{1,12})）：")
_SENDER_CAPTURED: Final = re.compile(
    r"(?:\*\*)?(?P<sender>[^\n]{1,200}?)(?:\*\*)? \((?P<type>[a-z]{4,7})\):(?: |(?=\n|\Z))"
)
_SENDER_IN_BRACKETS: Final = re.compile(
    r"\[(?P<sender>系统(?=·)|[^\n]{1,200}?)(?:(?<=系统)·(?P<event>[^\]\n]{1,9}))?\](?: |(?=\n|\Z))"
)
_SENDER_BEFORE_WIDE_COLON: Final = re.compile(r"(?P<sender>[^\n]{1,200}?)：")


class _Tool(NamedTuple):
    """A tool that begins its texts with a head.

    Attributes:
        own: what the owner is called.
        bare: what its words for pictures look like.
        margin: what stands in front of every further line of a text.
        above: what stands above a line of what it answers: behind the text before.
    """

    name: str
    first: re.Pattern[str]
    grammar: Grammar = _NAMED
    sender: re.Pattern[str] = _SENDER
    own: str = ME
    bare: re.Pattern[str] | None = None
    margin: str = ""
    above: re.Pattern[str] | None = None


_GRABBER: Final = _Tool(
    "WeChatMsgGrabber",
    re.compile(r"# WeChat Chat Export"),
    _CAPTURED,
    _SENDER_CAPTURED,
    above=re.compile(
        r"\n(?:引用> [^\n：]{1,9}：|> 引用（[^\n）]{1,9}）：)(?P<who>[^\n]*)(?:\n(?:引用)?> (?P<words>[^\n]*))?\Z"
    ),
)
_TOOLS: Final = (
    _Tool("wechat-export-macos", re.compile(r"微信聊天记录: (?P<title>.*) \((?P<id>[^()\s]+)\)\s*")),
    _Tool("wechat-exporter", re.compile(r"微信聊天记录导出\s*")),
    _Tool("wechat-chat-export", re.compile(r"WeChat Chat Export for LLM v.*"), _PIPED, _SENDER_BEFORE_WIDE_COLON),
    _Tool("wechat-chat-exporter", re.compile(r"# Chat: .* \((?P<title>.*)\)\n# wxid: (?P<id>.*)")),
    _Tool(
        "wechat-chatlog-studio",
        re.compile(
            r"Chat: (?P<title>.*)\nUsername: (?P<id>.*)|[^\n:]{1,20}[:：][^\n]*\n(?:Username: .*\n)?Exported At: .*"
        ),
        own="Me",
        bare=re.compile(r"(?P<kind>图片|语音|视频|表情|链接/分享)消息(?P<address> https?://\S+)*"),
    ),
    _Tool(
        "wechat-chatlog-export-mac",
        re.compile(
            r"(?:[^\w\n]{0,4}(?P<title>[^\n]*)\n){0,2}"
            r"(?:- 微信标识：`(?P<id>[^`\n]*)`.*|[^\n]{1,99}\n- 消息条数：[0-9]{1,12})"
        ),
        _OPEN,
        _SENDER_BEFORE_WIDE_COLON,
        bare=re.compile(r"\[(?P<kind>链接/文件|[0-9]{1,6})\](?: (?s:.*))?(?P<address>\Z)"),
    ),
    _Tool("WeChatExportPlus", re.compile(r"# 聊天记录：(?P<title>.*)\n# 会话ID：(?P<id>.*)"), margin="    "),
    _Tool(
        "WeChatExportPlus",
        re.compile(r"(?:# (?P<title>.*)\n)?- (?:会话类型：(?P<kind>群聊|单聊)?|参与者（).*|> 每条消息格式为.*"),
        margin="    ",
    ),
    _Tool("wechat-decrypt-skill", re.compile(r"=== 与 (?P<title>.*) 的聊天记录 ===\s*")),
    _Tool("", re.compile(r"消息导出 \((?P<count>[0-9]{1,12})\)")),
    _Tool("wechat-export-toolkit", re.compile(r"# WeChat conversation: (?P<title>.*)"), _UNTIMED),
    _Tool(
        "wechat-export-tool by Hype-yolo",
        re.compile(r"# 和 (?P<title>.*)（(?P<id>[^（）\s]+)）的聊天记录  共 (?P<count>[0-9]{1,12}) 条"),
    ),
    _Tool(
        "wechat-cli by AuRevior",
        re.compile(r"会话：(?P<title>.*)\n日期：.*|请总结下面这段微信聊天记录，.*"),
        _TYPED,
        _SENDER_WITH_TYPE,
    ),
    _Tool(
        "wechat-decrypt",
        re.compile(r"=== (?:与 )?(?P<title>.*) (?:的对话|· 从损坏库 factory 抢救) ===\s*"),
        _BRACKETED,
        _SENDER_IN_BRACKETS,
    ),
    _GRABBER,
)
_NO_TOOL: Final = _Tool("", re.compile(r"(?!)"))
_NO_BLANKS: Final = _Tool("", re.compile(r"(?!)"), _TIGHT, _SENDER_BEFORE_COLON)
_NO_COLONS: Final = _Tool("", re.compile(r"(?!)"), _BRACKETED, _SENDER_IN_BRACKETS)
_HEADLESS: Final = (_GRABBER, _NO_TOOL, _NO_COLONS, _NO_BLANKS)
"""Ways to write a line where nothing says whose it is; the last one takes the lines of the first too."""
_BEHEADED: Final = (*(tool for tool in _TOOLS if tool.grammar in (_PIPED, _TYPED)), *_HEADLESS)
"""Those of a text whose head may be damaged."""
_NAMELESS: Final = next(tool for tool in _TOOLS if tool.grammar is _OPEN)
"""The one whose lines need not name anybody."""
_NO_HEAD: Final = re.compile(rf"{MARKS}(?:\[|{_DATE})")
"""What a line begins with that stands behind a head."""
_FACTS: Final = re.compile(
    r"(?:(?:消息总数|总消息数|消息数量)[:：] ?|共 ?|# Total: )(?P<count>[0-9]{1,12})(?: 条消息)?"
    r"|(?:导出时间|Exported At): ?(?P<exported>.*)|(?:(?:(?:时间|消息|日期)范围|# Span):|日期：) ?(?P<range>.*)"
    r"|会话(?:名称)?[:：] ?(?P<title>.*)|素材说明：.*|[0-9]\. .*|—— 聊天记录开始 ——"
    r"|# [^\n]{1,200}: [0-9]{1,12}|# Chat: .*|# wxid: .*|Chat: .*|Username: .*"
    r"|# 类型：(?P<type>群聊|单聊)|# (?P<number>[0-9]{1,12}) messages(?:, (?P<span>.*))?|# .*"
    r"|- 微信标识：.*|- 消息条数：(?P<rows>[0-9]{1,12})|---"
    r"|会话内部标识: (?P<id>.*)|导出账号名称: (?P<owner>.*)|导出账号内部标识: (?P<account>.*)"
    r"|(?:会话|导出账号)(?:备注|昵称|微信号): .*|归档编号: .*|消息链末值: .*|={5,10} [0-9-]{10} ={5,10}|=+"
    r"|会话类型：(?P<kind>.*)|# 消息数：(?P<lines>[0-9]{1,12})|- 消息数：(?P<items>[0-9]{1,12}) 条"
    r"|抢救自: .*|范围: (?P<reach>.*?) {2}共 (?P<saved>[0-9]{1,12}) 条"
    r"|- (?:会话类型|参与者|时间范围|图片)[:：（].*|> 每条消息格式为.*|===== (?:给 AI 的指令|以下是聊天记录正文).*"
)
_SAID: Final = {
    **{field: field for field in ("title", "id", "exported")},
    "group": "kind type",
    "owner": "account",
    "count": "count rows number lines items saved",
    "range": "range span reach",
}
"""The groups that say what a fact is."""
_DAY_RULE: Final = re.compile(r"\n{1,3}={5,10} [0-9-]{10} ={5,10}\s*\Z")
"""The heading of a day, which stands under the last message of the day before."""
_CLOSE: Final = re.compile(r"\n—— 聊天记录结束 ——\s*\Z")
_DETAILS: Final = re.compile(
    r"(?:\n {2}语音转文字（机器识别）：(?P<transcript>[^\n]*))?(?:\n {2}素材：(?P<path>[^\n]*))?\Z"
)
"""What stands under a message that has a file."""
_SHARED: Final = re.compile(r"\n(?: {2}- )?(?:标题：(?P<title>[^\n]*)|链接：(?P<url>[^\n]*))")
"""What stands under a link."""
_FILE_NAME: Final = re.compile(
    r"(?:(?P<id>wxid_[^.]+?|gh_[^.]+?|[0-9]+@[a-z]+)_messages|(?P<title>.+)_chat)\.[A-Za-z]+"
)
_LABEL: Final = re.compile(r"\[(?:系统消息|系统提示|系统|撤回消息|撤回|拍一拍)\] ?")
_TEXT_LABEL: Final = re.compile(r"\[(?:文本|文本消息|文字|[Tt]ext)\] ")
_GROUP_FAULT: Final = "everybody in the group has its name; account ids in front of texts tell people apart"


def read_body(reading: Reading, text: str, line: int | None, *, notice: bool = False) -> Body:
    """Kind, text and segments of a body as these tools write it where no column says what it is.

    Args:
        reading: told of broken XML.
        text: the body.
        line: 1-based line of the message.
        notice: the tool says that nobody sent it.
    """
    if (built := parse_markup(text, reading.collector, zone=reading.tz, line=line)) is not None:
        return built.body
    kind, segments = read_placeholder(text, BRACKET_LINES, zone=reading.tz) or (MessageKind.TEXT, None)
    if notice or kind in NOTICES:
        return _notice(text, kind), text, None
    if kind is MessageKind.QUOTE and text.startswith("["):
        segments = None  # what follows is the quote in one tool, the reply in another
    return kind, text, segments


def _notice(text: str, labelled: MessageKind) -> MessageKind:
    sentence = _LABEL.sub("", text, count=1)
    if found := read_notice(sentence):
        return found
    named = kind_of_name(sentence) if len(sentence) < 10 else None
    return next((kind for kind in (labelled, named) if kind in NOTICES and kind), MessageKind.SYSTEM)


def names_owner(reading: Reading, mark: str) -> bool:
    """Whether the beginning of a file has messages of the owner, so that those of others are not the owner's.

    Args:
        reading: of the file.
        mark: the name of the owner with what stands round it.
    """
    return mark in reading.head.text


def own_of(name: str, named: bool) -> bool | None:
    """Whether the owner sent it, by the name as the file has it."""
    return name == ME or (False if named else None)


@functools.lru_cache(maxsize=4096)
def _split(line: str, tool: _Tool, names: Collection[str]) -> tuple[str, int]:
    """Whose line it is, and where the text begins; known names may hold what ends a name."""
    for name in names:
        end = f"[{name}]" if tool.grammar is _BRACKETED else f"{name}:"
        if line.startswith(end) and line[len(end) : len(end) + 1] in ("", " "):
            return name, min(len(end) + 1, len(line))
    match = tool.sender.match(line)
    return (match["sender"], match.end()) if match else ("", 0)


def _line_of(header: re.Match[str]) -> str:
    """The line behind a time, as far as a name can reach."""
    text, start = header.string, header.end()
    end = text.find("\n", start, start + 512)
    return text[start : end if end >= 0 else start + 512].rstrip("\r")


class _Known(NamedTuple):
    """What the head of a text says.

    Attributes:
        own: tells the owner's name.
        credits: an account says notices.
        framed: a blank line stands below each text.
        alone: nobody but those in `names` writes.
    """

    tool: _Tool
    names: tuple[str, ...]
    own: Callable[[str], bool | None]
    credits: bool
    framed: bool
    alone: bool


def _headless(text: str, ways: Sequence[_Tool] = _HEADLESS) -> _Tool:
    """How most lines of a text without a head are written."""
    counts = [sum(_names_somebody(candidate, each) for candidate in sample_blocks(text, each.grammar)) for each in ways]
    counts[-1] //= 2
    return ways[counts.index(max(counts))]  # the first of those that are alike


def _names_somebody(candidate: Candidate, tool: _Tool) -> bool:
    """Whether what stands where a tool writes a name is one, and no kind of message."""
    name = _split(_line_of(candidate.header), tool, ())[0]
    return name in NOBODIES or (not name.isdigit() and kind_of_name(name) is None)


def _beheaded(text: str) -> _Tool:
    """How a text is written whose head is lost."""
    tool = _headless(text, _BEHEADED)
    count, bare = (len(sample_blocks(text, each.grammar)) for each in (tool, _NAMELESS))
    return _NAMELESS if bare - count > max(2, bare / 5) else tool


def _tool_of(lines: list[str]) -> tuple[_Tool, re.Match[str]] | None:
    """The tool that begins its texts with one line of the head, or with two or three; those above may be damaged."""
    begin = [line.rstrip() for line in itertools.takewhile(lambda line: not _NO_HEAD.match(line), lines[:12])]
    pieces = ("\n".join(begin[at : at + count]) for at in range(len(begin)) for count in (1, 2, 3))
    return next(((each, match) for piece in pieces for each in _TOOLS if (match := each.first.fullmatch(piece))), None)


def _learn(reading: Reading, text: str) -> _Known:
    chat, tool = reading.chat, _NO_TOOL
    lines = [line for line in text.split("\n", 24)[:24] if line.strip()]
    named_tool = _tool_of(lines)
    if named_tool is not None:
        tool, said = named_tool[0], named_tool[1].groupdict()
        chat.metadata |= {"exporter": tool.name} if tool.name else {}
    else:
        tool = _beheaded(text)
        if tool not in _HEADLESS:
            what = f"the head is missing or damaged; the lines were taken for those of {tool.name}"
            reading.report("damaged-head", what, line=1)
        match = _FILE_NAME.fullmatch(reading.source.name or "")
        said = match.groupdict() if match else {}
    headless = named_tool is None and lines and _FACTS.fullmatch(lines[0].strip())
    for line in lines if headless else lines[1:]:
        if (match := _FACTS.fullmatch(line.strip())) is None:
            break
        said = {**said, **{name: value for name, value in match.groupdict().items() if value}}
    facts = {field: next(filter(None, map(said.get, names.split())), None) for field, names in _SAID.items()}
    reading.learn_facts(facts)
    names = tuple(name for name in (tool.own, NOBODY, chat.title) if name)
    found = sample_blocks(text, tool.grammar)
    headers = [candidate.header for candidate in found]
    named = [_split(_line_of(header), tool, names)[0] for header in headers]
    senders = {*named} - NOBODIES
    if tool.grammar is _OPEN and not chat.is_group and sum(map(bool, named)) * 5 > len(named) * 3:
        reading.report("damaged-head", "most lines name somebody, as in a group: the head is damaged", line=1)
        chat.is_group = True
    slashes = sum("/" in (header["time"] or "") for header in headers) * 2 > len(headers)
    owner = said.get("owner")
    own = _owner(tool, chat.title, senders, chat.is_group) if owner is None else owner.__eq__
    framed = len(found) > 2 and sum(candidate.blanks > 0 for candidate in found[1:]) * 4 >= len(found[1:]) * 3
    alone = senders <= {*names} or (tool.own in senders and (chat.title in senders or not chat.is_group))
    return _Known(tool, names, own, slashes, framed, alone)


def _owner(tool: _Tool, title: str | None, senders: set[str], group: bool | None) -> Callable[[str], bool | None]:
    """What tells the owner: `我`; or, where the owner has a name, that the peer has the name of the chat."""
    if tool.own in senders:
        return tool.own.__eq__
    if title in senders and len(senders) <= 2 and not group:
        return lambda name: name != title
    return lambda name: name == tool.own or None


def _entries(reading: Reading) -> Iterator[Entry]:
    head, blocks = sample(reading.blocks())
    known = _learn(reading, head)
    tool = known.tool
    records = message_blocks(
        reading,
        tool.grammar,
        lambda header: _split(_line_of(header), tool, known.names)[0],
        # some of the grabber's times are those of the screen
        lambda header: None if tool is _GRABBER or (header["time"] or "") in _NO_TIME else header_clock(header),
        blocks=blocks,
        head=(_FACTS, tool.first),
        ordered=True,
        serious=True,
        names=frozenset(known.names) if known.alone and tool.name == "wechat-export-macos" else None,
    )
    answered: re.Match[str] | None = None
    for header, block in records:
        entry, before = _entry(reading, known, header, block), answered
        answered = tool.above.search(block.inline.rstrip("\n")) if tool.above else None
        if before:
            segments = quote_segments(entry.text, before["who"], before["words"] or "")
            entry = entry._replace(kind=MessageKind.QUOTE, segments=segments)
        yield entry


def _entry(reading: Reading, known: _Known, header: re.Match[str], block: Block) -> Entry:
    tool, chat, line = known.tool, reading.chat, block.line
    unnamed = tool.grammar is _OPEN and not chat.is_group
    shown, start = ("", 0) if unnamed else _split(_line_of(header), tool, known.names)
    said = block.inline[start:].removesuffix("\n") if known.framed and not block.last else block.inline[start:]
    said = said.removeprefix("\n") if block.inline[start - 1 : start] == ":" else said
    said = said.replace(f"\n{tool.margin}", "\n") if tool.margin else said
    sender, account, text = _author(reading, shown, said, line)
    if "\n=====" in text and tool.name in ("wechat-exporter", "wechat-chat-export"):
        text = _DAY_RULE.sub("", text)
    text = tool.above.sub("", text) if tool.above else text
    if not text and "event" in tool.sender.groupindex and (match := tool.sender.match(_line_of(header))):
        text = match["event"] or ""
    if tool is _NO_COLONS:
        text = _TEXT_LABEL.sub("", text, count=1)
    credited = ((known.credits and shown != ME) or text[:1] in QUOTED) and read_notice(text) is not None
    body = _bare(tool, text) or read_body(reading, text, line, notice=shown in NOBODIES or credited)
    if "type" in tool.sender.groupindex:
        body = _typed(reading, tool.sender.match(_line_of(header)), _CLOSE.sub("", text), line)
    clock = header["time"] or ""
    time, precision = (None, None) if clock in _NO_TIME else reading.clock(clock, line=line)
    own = None if body[0] in NOTICES else known.own(shown)
    return Entry(line, time, precision, sender, account, own, *body, offset=block.offset)


def _author(reading: Reading, shown: str, text: str, line: int) -> tuple[str | None, str | None, str]:
    """The name and the account of who wrote, and the text without them."""
    if reading.chat.is_group and shown == reading.chat.title:
        reading.tell("writer-fault", _GROUP_FAULT, line, once=True)
        return None, *split_sender_prefix(text)
    sender, account = split_account(shown)
    account = account or (shown if is_account(shown) else None)
    # weflow-cli leaves in groups the account in front of the text
    return sender or None, account, text.removeprefix(f"{account}:\n") if account else text


def _typed(reading: Reading, match: re.Match[str] | None, text: str, line: int) -> Body:
    """A text behind a type, and what stands under it of its file."""
    details = _DETAILS.search(text)
    kind = kind_of_name(match["type"]) if match else None
    found = (*([details] if details else ()), *_SHARED.finditer(text))
    said = {name: value for each in found for name, value in each.groupdict().items() if value}
    text = text[: details.start()] if details else text
    body = read_body(reading, text, line, notice=kind in NOTICES)
    if body[0] is MessageKind.TEXT and kind not in (None, MessageKind.TEXT):
        body = kind, text, None if kind in PLAIN_KINDS else one_segment(kind, text)
    if body[2] and (known := {name: value for name, value in said.items() if hasattr(body[2][0], name)}):
        return body[0], text, (attrs.evolve(body[2][0], **known), *body[2][1:])
    return body


def _bare(tool: _Tool, text: str) -> Body | None:
    """What a text is that is nothing but the word of a tool for its kind."""
    match = tool.bare.fullmatch(text) if tool.bare else None
    if match is None:
        return None
    name = match["kind"]
    kind = kind_of_type(int(name)) if name.isdigit() else kind_of_name(name) or MessageKind.LINK
    known = {"url": match["address"].strip()} if match["address"] and kind is not MessageKind.VOICE else {}
    return kind, text, None if kind in PLAIN_KINDS else one_segment(kind, text, **known)


def _is_sign(candidate: Candidate, tool: _Tool) -> bool:
    name, start = _split(_line_of(candidate.header), tool, ())
    text = candidate.body.replace("\r\n", "\n").rstrip("\n")[start:]
    return name == ME or is_account(name) or is_of_chat(text) or (name == NOBODY and read_notice(text) is not None)


def _detect(head: Head) -> Evidence | None:
    if (known := _tool_of([line for line in head.lines if line.strip()])) is not None:
        return Evidence(1.0, f"the first line of {known[0].name}")
    tool = _headless(head.text)
    found = sample_blocks(head.text, tool.grammar)
    if not found:
        return None
    names = [_split(_line_of(candidate.header), tool, ())[0] for candidate in found]
    if sum(map(is_log_word, names)) * 5 >= len(names) or have_marks(names):
        return None
    signs = sum(_is_sign(candidate, tool) for candidate in found)
    headed = found[0].before.lines.strip() != ""
    if not signs or (headed and (len(found) < 2 or found[0].line > 12)):
        return None
    confidence = 0.75 - 0.2 * headed - 0.1 * (len(found) == 1) - 0.2 * (tool is not _NO_TOOL)
    return Evidence(confidence, f"{len(found)} lines '[time] name: text'")


READER: Final = Format(
    "bracket-lines",
    "wechat-export-studio, wechat-export-macos, weflow-cli and both wechat-decrypt, TXT (2026)",
    ".txt",
    _detect,
    _entries,
    cuts="tried",
)
