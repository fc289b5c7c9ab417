"""System notices: what WeChat itself says in a chat, told by the whole sentence.

Takes the text of a row that an archive marks as a notice, or that has no sender; gives its kind. Never
asked about what a person typed: 撤回, 红包 and 拍了拍 are everyday words. Also strips the markup that
databases keep in such rows. Knows no format and no XML.

The sentences are those of wechaty-puppet-padlocal 1.20, the web client's string table, WechatExporter and
WeChatDataAnalysis. English sentences for a pat and traditional ones for most events are known from no
source, so there is no row for them: such a notice is `None` here and a plain system message to the reader.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from wechatlog.model import MessageKind

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["clean_notice", "read_notice"]

# A name in straight, curly or no quotes, perhaps with a blank inside the quotes. Bounded, since an
# unbounded lazy run between two literals costs the square of the length of a hostile line.
_NAME: Final = r"""["“”'‘’「]? ?[^\n]{1,80}? ?["“”'‘’」]?"""
_NAMES: Final = r"[^\n]{1,200}?"
_REST: Final = r"[^\n]*"
_LONGEST: Final = 20_000

# One sentence per row; N a name, NS several names, ... anything to the end of the line.
_RECALLS: Final = """
你撤回了一条消息
N ?撤回了一条消息
N ?撤回了一條訊息
N ?撤回了成员N的一条消息
你撤回了成员N的一条消息
You recalled a message
N (?:has )?recalled a message
N withdrew a message
You withdrew a message
"""

_PATS: Final = """
N ?拍了拍 ?...
N tickled N
"""

_NOTICES: Final = """
N ?邀请 ?NS ?加入了群聊...
N ?邀请你和NS加入了群聊
你邀请NS加入了群聊...
N ?邀请你加入群聊NS，进入可查看详情
N invited NS to (?:the|a|join the) group chat...
You(?:'ve)? invited NS to the group chat
N ?通过扫描 ?N ?分享的二维码加入群聊...
N joined (?:the )?group chat via (?:the|your) (?:shared )?QR [Cc]ode...
你(?:通过扫描二维码)?加入了?群聊，群聊参与人还有：...
你加入了群組，群組成員還有：...
You've joined (?:this|the) group chat...
You've created a group chat\\. Friends nearby can join...
N与群里其他人都不是(?:微信)?朋友关系，请注意隐私安全
N... with anyone else in this group chat
你将NS移出了群聊
你被N移出了?群聊
You removed NS from the group chat
You were removed from the group chat by N
N ?退出了群聊
N ?修改群名为...
N changed the group name to ...
You changed the group name to ...
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
    """A sentence and what it says."""

    pattern: re.Pattern[str]
    kind: MessageKind


_TERMS: Final = {"NS": _NAMES, "N": _NAME, "...": _REST}
_TERM: Final = re.compile(r"(?<![A-Za-z])NS?(?![a-z])|(?<!\.)\.\.\.(?!\.)")


def _rows(sentences: str, kind: MessageKind) -> Iterator[_Row]:
    for sentence in sentences.strip().split("\n"):
        pattern = _TERM.sub(lambda match: _TERMS[match[0]], sentence)
        yield _Row(re.compile(rf"{pattern} *[.。]? *"), kind)


_ROWS: Final = (
    *_rows(_RECALLS, MessageKind.RECALL),
    *_rows(_PATS, MessageKind.PAT),
    *_rows(_NOTICES, MessageKind.SYSTEM),
)

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
    for row in _ROWS:
        if row.pattern.fullmatch(sentence):
            return row.kind
    return None
