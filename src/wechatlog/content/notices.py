"""System notices: what WeChat itself says in a chat, told by the whole sentence.

Takes the text of a row that an archive marks as a notice, or that has no sender; gives its kind. Never
asked about what a person typed: 撤回, 红包 and 拍了拍 are everyday words. Also finds the names in such a
sentence, and strips the markup that databases keep in such rows. Knows no format and no XML.

The sentences are those of wechaty-puppet-padlocal 1.20, the web client's string table, WechatExporter and
WeChatDataAnalysis. English sentences for a pat and traditional ones for most events are known from no
source, so there is no row for them: such a notice is `None` here and a plain system message to the reader.
"""

from __future__ import annotations

import functools
import html
import re
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from wechatlog.model import MessageKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

# A name in straight, curly or no quotes, perhaps with a blank inside the quotes. Bounded, since an
# unbounded lazy run between two literals costs the square of the length of a hostile line.
_NAME: Final = r"""["“”'‘’「]? ?([^\n]{1,80}?) ?["“”'‘’」]?"""
_NAMES: Final = r"([^\n]{1,200}?)"
_REST: Final = r"([^\n]*)"
_LONGEST: Final = 20_000

# One sentence per row; N a name, NS several names, GROUP that of the group, ... anything to the end of the line, and so
# is what follows: TITLE the name of the group, PATTED who was patted and where, LIST names behind a colon, QUOTED a
# clause with a name in quotes.
_RECALLS: Final = """
你?撤回了一条消息
\\[撤回消息\\]
N ?撤回了一条消息
N ?撤回了一條訊息
你已?[收撤]回了?一[則條][訊消]息
N ?已?[收撤]回了?一[則條][訊消]息
N ?撤回了成员N的一条消息
你撤回了成员N的一条消息
You recalled a message
N (?:has )?recalled a message
N withdrew a message
You withdrew a message
"""

_PATS: Final = """
N ?拍了拍 ?PATTED
N tickled N
"""

_NOTICES: Final = """
N ?邀请 ?NS ?加入了群聊LIST
N ?邀请你和NS加入了群聊
你邀请NS加入了群聊LIST
N ?邀请你加入群聊GROUP，进入可查看详情
N invited NS to (?:the|a|join the) group chatLIST
You(?:'ve)? invited NS to the group chat
N ?通过扫描 ?N ?分享的二维码加入群聊...
N joined (?:the )?group chat via (?:the|your) (?:shared )?QR [Cc]ode...
你(?:通过扫描二维码)?加入了?群聊，群聊参与人还有：LIST
你加入了群組，群組成員還有：LIST
You've joined (?:this|the) group chatLIST
You've created a group chat\\. Friends nearby can join...
N与群里其他人都不是(?:微信)?朋友关系，请注意隐私安全
QUOTED with anyone else in this group chat
你将NS移出了群聊
你被N移出了?群聊
You removed NS from the group chat
You were removed from the group chat by N
N ?退出了群聊
N ?修改群名为TITLE
N changed the group name to TITLE
You changed the group name to TITLE
N ?已成为新群主
群主已启用“群聊邀请确认”...
群主已恢复默认进群方式
N ?(?:置顶|移除)了一条(?:置顶)?消息
グループチャットに(?:参加|招待)しました
チャットを始めましょう!
你已添加了N，现在可以开始聊天了
N刚刚把你添加到通讯录，现在可以开始聊天了
You have added N as your (?:WeChat|Weixin) contact\\. Start chatting!
N just added you to his/her contacts list...
你已加N為朋友，現在可以聊天了
以上是打招呼的(?:内容|消息)
N开启了朋友验证，你还不是他（她）朋友...
消息已发出，但被对方拒收了
N发起了位置共享，请在手机上查看
我?发起了位置共享
N started a real-time location session\\. View on phone
位置共享已经结束
Real-time Location session ended
我?发起了实时对讲
实时对讲已经结束
N ?领取了 ?N ?的?红包...
你领取了N的红包...
N ?领取了你的红包...
你的红包已被领完...
收到红包，请在手机上查看
发出红包，请在手机上查看
Red packet received\\. View on phone
(?:N ?)?确认了一笔转账，当前微信版本不支持展示该内容
(?:N ?)?向他人发起了一笔转账，当前微信版本不支持展示该内容
"""


class _Row(NamedTuple):
    """A sentence, what it says, what its groups are, and words without which it is another one."""

    words: str
    sentence: str
    kind: MessageKind
    terms: tuple[str, ...]

    @property
    def pattern(self) -> re.Pattern[str]:
        return _compiled(self.sentence)


_compiled: Final = functools.cache(re.compile)
"""A chat has few of the sentences: each is compiled when something looks like it."""


_TERMS: Final = {
    "N": _NAME,
    **dict.fromkeys(("NS", "GROUP"), _NAMES),
    **dict.fromkeys(("TITLE", "PATTED", "LIST", "QUOTED", "..."), _REST),
}
_UNSURE: Final = re.compile(r"\([^()]*\)\??|\[[^\[\]]*\]\??|\\.|.\?")
_TERM: Final = re.compile(r"(?<![A-Za-z])NS?(?![a-z])|GROUP|TITLE|PATTED|LIST|QUOTED|(?<!\.)\.\.\.(?!\.)")


def _rows(sentences: str, kind: MessageKind) -> Iterator[_Row]:
    for sentence in sentences.strip().split("\n"):
        pattern = _TERM.sub(lambda match: _TERMS[match[0]], sentence)
        words = max(_TERM.sub("\n", _UNSURE.sub("\n", sentence)).split("\n"), key=len)
        yield _Row(words, rf"{pattern} *[.。]? *", kind, tuple(_TERM.findall(sentence)))


_ROWS: Final = (
    *_rows(_RECALLS, MessageKind.RECALL),
    *_rows(_PATS, MessageKind.PAT),
    *_rows(_NOTICES, MessageKind.SYSTEM),
)
_ANY_WORDS: Final = re.compile("|".join(re.escape(row.words) for row in _ROWS))
"""One look for what some sentence needs, since nearly all that is asked about is none of them."""

# Opening and end apart: a pair in one pattern costs the square of the length where the end is missing.
_CDATA: Final = re.compile(r"<!\[CDATA\[|\]\]>")
# The link that gives a recalled text back is a button and no part of the sentence; other links are.
_BUTTON: Final = re.compile(r"<a [^<>]{0,200}revoke_edit_click[^<>]{0,200}>[^<>]{0,100}</a>")
_MARKUP: Final = re.compile(r"</?(?:a|img|_wc_custom_link_|_wc_custom_img_|b|br|font)\b[^<>]*>")


def clean_notice(text: str) -> str:
    """The sentence of a notice without the markup that databases keep in it.

    Takes away a CDATA frame, links (their text stays, save the button that brings a recalled text back),
    icons and entities (MemoTrace 1 CSV, WeChat 3 `StrContent` of type 10000).
    """
    if "<" in text:
        text = _CDATA.sub("", text)
        text = _MARKUP.sub("", _BUTTON.sub("", text)).strip()
    return html.unescape(text) if "&" in text else text


_SYSTEM: Final = frozenset({"系统", "系统消息", "系统通知", "系统提示", "系统消息(10000)"})


def read_system_notice(name: str | None, text: str) -> MessageKind | None:
    """What a notice says whose sender a file calls 系统; `None` where somebody has that name.

    Example:
        >>> read_system_notice("系统", '"李四" 撤回了一条消息'), read_system_notice("系统", "早")
        (<MessageKind.RECALL: 'recall'>, None)
    """
    return read_notice(text) if name in _SYSTEM else None


def read_notice(text: str) -> MessageKind | None:
    """What a notice says: `RECALL`, `PAT`, `SYSTEM`, or `None` for no sentence known.

    Ask this only of a row that the archive marks as a notice or that has no sender.

    Args:
        text: the whole body; white space round it, quotes of any kind and a last full stop do not matter.

    Example:
        >>> read_notice('"李四" 撤回了一条消息')
        <MessageKind.RECALL: 'recall'>
    """
    if len(text) > _LONGEST:
        return None
    sentence = clean_notice(text).strip()
    if _ANY_WORDS.search(sentence) is None:
        return None
    for row in _ROWS:
        if row.words in sentence and row.pattern.fullmatch(sentence):  # most patterns need not be tried
            return row.kind
    return None


class NoticeName(NamedTuple):
    """A name in a notice.

    Attributes:
        start: index of its first character.
        end: index behind its last.
        whose: of a person, of a group, or of neither for sure, where the sentence is not known.
    """

    start: int
    end: int
    whose: Literal["person", "group", "unsure"]


_PRONOUNS: Final = frozenset({"你", "我", "您", "自己", "you", "You", "I", "me", "yourself", "themselves", ""})
_MARKS: Final = " \"“”'‘’「」"
_QUOTED: Final = re.compile(r"[\"“]([^\"“”\n]{1,80})[\"”]")
_LEAD: Final = re.compile(r"[^\n:：]*(?:[:：]| with )")
_LISTED: Final = re.compile(r"(?:(?!、|, | and | *[.。]? *\Z)[^\n])+")
_YOU_AND: Final = re.compile(r"你和|you and ")
# Who was patted, where no quotes say where the name ends: to the first blank, or to what the suffix begins with.
_PATTED_NAME: Final = re.compile(r" *((?:(?! |的)[^\n]){1,80})")

_WHOSE: Final[Mapping[str, Literal["group", "unsure"]]] = {"GROUP": "group", "TITLE": "group", "": "unsure"}

Spans: TypeAlias = "Iterator[tuple[int, int]]"


def _whole(_text: str, start: int, end: int) -> Spans:
    yield start, end


def _quoted(text: str, start: int, end: int) -> Spans:
    yield from (found.span(1) for found in _QUOTED.finditer(text, start, end))


def _several(text: str, start: int, end: int) -> Spans:
    you = _YOU_AND.match(text, start, end)
    yield from (found.span() for found in _LISTED.finditer(text, you.end() if you else start, end))


def _listed(text: str, start: int, end: int) -> Spans:
    """The names behind a colon, which is in the sentence itself or in what follows it."""
    lead = _LEAD.match(text, start, end)
    if lead is not None:
        yield from _several(text, lead.end(), end)
    elif text[start - 1 : start] == "：":
        yield from _several(text, start, end)


def _patted(text: str, start: int, end: int) -> Spans:
    found = _QUOTED.search(text, start, end) or _PATTED_NAME.match(text, start, end)
    if found is not None:
        yield found.span(1)


_READ_TERM: Final[Mapping[str, Callable[[str, int, int], Spans]]] = {
    **dict.fromkeys(("N", "GROUP", "TITLE"), _whole),
    "NS": _several,
    "PATTED": _patted,
    "LIST": _listed,
    "QUOTED": _quoted,
}


def _spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Where names are in a sentence, and the term that they belong to; in an unknown one, what stands in quotes."""
    begin = len(text) - len(text.lstrip())
    for row in (row for row in _ROWS if row.words in text):
        match = row.pattern.fullmatch(text, begin, begin + len(text.strip()))
        if match is not None:
            for number, term in enumerate(row.terms, 1):
                if term in _READ_TERM:
                    yield from ((*span, term) for span in _READ_TERM[term](text, *match.span(number)))
            return
    yield from ((*span, "") for span in _quoted(text, 0, len(text)))


def find_names(text: str) -> tuple[NoticeName, ...]:
    """The names in a notice, in order; pronouns are none.

    Ask this only of what `read_notice` may be asked. In a sentence that is not known, what stands in double quotes may
    be a name.

    Args:
        text: the whole body, without markup.

    Example:
        >>> text = '"李四"邀请"王五、赵六"加入了群聊'
        >>> [text[name.start : name.end] for name in find_names(text)]
        ['李四', '王五', '赵六']
    """
    names = []
    for start, end, term in _spans(text) if len(text) <= _LONGEST else ():
        name = text[start:end]
        start += len(name) - len(name.lstrip(_MARKS))
        name = name.strip(_MARKS)
        if name not in _PRONOUNS:
            names.append(NoticeName(start, start + len(name), _WHOSE.get(term, "person")))
    return tuple(sorted(names))
