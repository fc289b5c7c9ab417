"""What exporters of chats call columns, keys and lists, and the values by which they say who wrote.

Takes a name or a value, gives the field or the answer. A name counts whatever its case, its separators and its script
are: `createTime`, `create_time`, `Create Time`; `內容` and `内容`. Knows no format.

Source: the names that some thirty small exporters of 2023 to 2026 give to their columns, among them wechat-exporter of
liangyeshier, the Wechat-Exports of minglin2012, superShen0916 and Hututu414, and wechat-history-2-txt of YaoZeyuan;
beside these the words that a person would choose.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from wechatlog.content.simplified import SIMPLIFIED

_NAMES: Final = {
    name: tuple(words.split())
    for name, words in {
        "time": "unix时间 timestampunix createtime 完整本地时间 本地时间 strtime datetime sendtime msgtime messagetime"
        " timestamp time unixtime timestampms ts createdat sentat occurredat"
        " msgcreatetime 发送时间 传送时间 消息时间 聊天时间 发言时间 日期时间"
        " 创建时间 时间 时间戳 时刻 date 日期 sourcetime",
        "day": "日期 date day",
        "sender": "消息发送者 发送者 发送人 发送方 发言人 发言者 说话人 传送者 发信人 发送者昵称 发送人昵称 发送者名称"
        " sender sendername sendernickname senderdisplayname senderdisplay sourcename",
        "card": "群昵称 groupnickname sendergroupnickname",
        "remark": "备注 remark sendercontactdisplay",
        "name": "发送者昵称 发送人昵称 sendername sendernickname senderdisplayname senderdisplay"
        " 昵称 用户昵称 成员 姓名 speaker author from fromname fromuser fromnickname nickname nick"
        " talkername accountname username user displayname name who",
        "text": "内容 消息内容 聊天内容 消息正文 正文 消息 content messagecontent msgcontent strcontent"
        " message messagetext messagebody textcontent plaintext text msg body 文本"
        " 修正后文字 识别文字 ocr原始文字 文字 contentsummary payload",
        "shown": "displaycontent snippet 显示内容",
        "kind": "typeid localtype rawlocaltype 类型 消息类型 type msgtype messagetype typename kindname kind"
        " contenttype",
        "subtype": "subtype apptype 子类型",
        "account": "发送者内部标识 发送者id 发送人id 发送者微信id 发送者微信号 发送人微信号 发送者wxid wxid senderid"
        " senderwxid senderusername fromid fromwxid fromusername userid accountid",
        "own": "是否本人 是否自己 是否为自己 是否我 是否发送 是否本人发送 是否自己发送 收发 issend issent isself"
        " send/receive issender issentfromself ismine isme isown isowner fromme isfromme sentbyme mine self"
        " outgoing isoutgoing 方向 消息方向 direction role",
        "other": "mesdes des notself",
        "person": "realsenderid",
        "row": "meslocalid",
        "id": "服务端消息id 服务器消息id 消息id serverid msgsvrid messvrid msgserverid platformmessageid serveridstr",
        "chat": "会话名称 会话 聊天对象 chatname conversation conversationname conversationtitle contactdisplayname"
        " chat chatdisplayname talkerdisplayname",
        "chat_id": "会话内部标识 会话id 聊天对象id chatid conversationid strtalker contactusername selectwxid talker",
        "room": "群名 群名称 群聊名称 roomname groupname",
        "room_id": "群id 群聊id roomid groupid chatroom",
        "group": "isgroup ischatroom isroom 是否群聊",
        "to": "接收者id 接收人id 接收者wxid tousername touser towxid toid receiverid receiver 接收者 接收人",
        "transcript": "语音转写 语音转文字 transcription transcript msgvoicetext",
        "path": "图片文件 图片路径 图片/视频 媒体文件 媒体路径 文件路径 mediapath mediafiles attachmentpath assetpath"
        " filepath media image file resourcename 语音文件 voice",
        "quote": "quoted quote quotedmessage replytomessage refer replyto reference",
        "raw": "rawcontent raw originalcontent",
    }.items()
}
"""The names of each field; the first that a file has counts."""
FIELDS: Final = tuple(_NAMES)
LISTS: Final = frozenset(
    "messages message data records record items list msgs messagelist msglist chathistory history chatlog chatlogs"
    " chatrecords chats log result results rows entries 聊天记录 消息列表 消息记录 消息 记录".split()
)
"""What lists of messages are called."""
_SEPARATORS: Final = re.compile(r"[\s_.:：*#\[\]{}<>|~^`'\"\\-]+|\([^()]*\)|（[^（）]*）")
_YES: Final = frozenset("发送 发出 我 自己 本人 send sent out outgoing self me mine right go √ ✓ 对".split())
_NO: Final = frozenset(
    "接收 收到 对方 客户 他人 别人 好友 recv receive received in incoming other others peer them left come"
    " × ✗ x 错".split()
)


class _Known(frozenset[str]):
    """Names of fields, however they are written."""

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(plain_name(name))


KNOWN: Final = _Known(name for names in _NAMES.values() for name in names)


def known_with(names: Iterable[str]) -> _Known:
    """`KNOWN`, and some names more."""
    return _Known((*KNOWN, *map(plain_name, names)))


@functools.lru_cache(maxsize=4096)
def plain_name(name: str) -> str:
    """A name of a column or key without what is written one way or the other."""
    plain = _SEPARATORS.sub("", name) or name.strip()
    return plain.casefold().translate(SIMPLIFIED).replace("訊息", "消息")


def names_of(field: str) -> tuple[str, ...]:
    """The plain names of a field, the best first."""
    return _NAMES[field]


@functools.lru_cache(maxsize=1024)
def _keys_of(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    plain = {plain_name(name): name for name in reversed(names)}
    found = ((field, next((plain[known] for known in _NAMES[field] if known in plain), None)) for field in FIELDS)
    return tuple((field, key) for field, key in found if key is not None)


def fields_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the fields that an object has."""
    return {field: row[key] for field, key in _keys_of(tuple(row))}


def says_own(word: str) -> bool | None:
    """Whether a word says that the owner wrote; `None` for one that says neither."""
    word = word.strip().casefold()
    return True if word in _YES else False if word in _NO else None
