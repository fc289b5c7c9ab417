"""What the tools call things: type numbers and type names to kinds, kinds to segments.

Takes a number or a name as an archive has it, gives a `MessageKind`; takes a kind, gives the class of
the one segment that a message of that kind holds. Tables, no parsing: this module knows no body text, no
XML, no reader.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from wechatlog.model import MessageKind
from wechatlog.segments import types

if TYPE_CHECKING:
    from collections.abc import Mapping

APP_MESSAGE: Final = 49
"""The type of app messages, whose subtype says what they are."""


class _Numbers(NamedTuple):
    """The numbers of a kind, parted by blanks.

    Attributes:
        types: of messages. Android packs the subtype of an app message into the upper byte.
        app_types: subtypes of app messages, which are the `<type>` of `<appmsg>`.
        records: `datatype` of an item in a merged forward.
        chatlab: types of ChatLab.
    """

    types: str = ""
    app_types: str = ""
    records: str = ""
    chatlab: str = ""


# Types and subtypes: the agreement of PyWxDump `db/utils/common_utils.py`, MemoTrace 3 `wxManager/model/message.py`,
# chatlog `internal/model/message.go` and WeFlow `ExportContext.ts`; Android numbers from wechat-dump `wechat/msg.py`.
# Records: chatlog `mediamessage.go`, MemoTrace 3 `link_parser.py`. ChatLab format 0.0.2,
# `packages/shared-types/chatlab-format.ts`.
_NUMBERS: Final[Mapping[MessageKind, _Numbers]] = {
    MessageKind.TEXT: _Numbers("1", "1 53", "1", "0"),  # 53: 接龙, which people continue; its title is the whole text
    MessageKind.IMAGE: _Numbers("3", "2", "2", "1"),
    MessageKind.VOICE: _Numbers("34", "", "3", "2"),
    MessageKind.VIDEO: _Numbers("43 44 62", "", "4", "3"),  # 44 and 62: short videos of Android
    MessageKind.STICKER: _Numbers("47 1048625", "8", "37", "5"),
    MessageKind.FILE: _Numbers("1090519089", "6 74", "8", "4"),  # 74: still uploading
    MessageKind.LINK: _Numbers("16777265", "4 5 68", "5", "7 24"),
    MessageKind.LOCATION: _Numbers("48 -1879048186", "17", "6", "8"),  # the negative one: a live location
    MessageKind.CARD: _Numbers("42 66", "", "", "27"),  # 66: of WeCom
    MessageKind.QUOTE: _Numbers("822083633", "57", "", "25"),
    MessageKind.TRANSFER: _Numbers("419430449", "2000", "", "21"),
    MessageKind.RED_PACKET: _Numbers("436207665 536936497", "2001 2003", "", "20"),  # 2003: the gift of a cover
    MessageKind.CALL: _Numbers("50 64", "", "", "23"),  # 64: of a group
    MessageKind.FORWARD: _Numbers("", "19", "17", "26"),
    MessageKind.MINI_PROGRAM: _Numbers("", "33 36"),
    MessageKind.MUSIC: _Numbers("1040187441", "3 76 92", "32"),
    MessageKind.CHANNEL: _Numbers("754974769 771751985 973078577 975175729", "50 51 63 88", "22 23"),
    MessageKind.NOTE: _Numbers("", "24 40"),
    MessageKind.ANNOUNCEMENT: _Numbers("", "87"),
    MessageKind.PAT: _Numbers("922746929", "62", "", "22"),
    # 37: friend request; 65: greeting of WeCom; the XML of 10002 tells a recall from an invitation
    MessageKind.SYSTEM: _Numbers("37 65 10000 10002", "", "", "80"),
    MessageKind.RECALL: _Numbers("", "", "", "81"),
    MessageKind.OTHER: _Numbers("", "", "", "99"),
}


def _kinds(column: str) -> dict[int, MessageKind]:
    return {int(number): kind for kind, row in _NUMBERS.items() for number in getattr(row, column).split()}


_TYPES: Final[Mapping[int, MessageKind]] = _kinds("types")
APP_TYPES: Final[Mapping[int, MessageKind]] = _kinds("app_types")
LOCAL_TYPES: Final[Mapping[int, MessageKind]] = {
    **_TYPES,
    **{number << 32 | APP_MESSAGE: kind for number, kind in APP_TYPES.items()},
}
"""The numbers of WeChat 4 that say a kind."""
_RECORD_TYPES: Final[Mapping[int, MessageKind]] = _kinds("records")
_CHATLAB_TYPES: Final[Mapping[int, MessageKind]] = _kinds("chatlab")
# Subtypes of type 10000 (PyWxDump).
_NOTICE_TYPES: Final[Mapping[int, MessageKind]] = {
    4: MessageKind.PAT,
    **dict.fromkeys((1, 5, 6, 33, 36, 57), MessageKind.RECALL),
}
# The other way round. What the format has no number for: 24 is "music, mini programs and so on", and group
# announcements are named among the notices of 80.
_CHATLAB_CODES: Final[Mapping[MessageKind, int]] = {
    **{kind: code for code, kind in _CHATLAB_TYPES.items() if code != 24},
    **dict.fromkeys((MessageKind.MUSIC, MessageKind.MINI_PROGRAM, MessageKind.CHANNEL, MessageKind.NOTE), 24),
    MessageKind.ANNOUNCEMENT: 80,
}

# Every name that a tool gives a kind, lower case, without brackets and white space: PyWxDump, MemoTrace
# 1 and 3, WeFlow old and new, echotrace, CipherTalk, WeChatDataAnalysis (`renderType`), TraceMemo (zh
# names and `contentData.type`), wx-cli, wechat-cli, pc_wechat_exp, WeClone, 12425, the iPhone .xls tool,
# ChatLab, and the labels of the clients in simplified and traditional Chinese and English (pywechat, wxauto).
_NAMES_OF_KIND: Final[Mapping[MessageKind, str]] = {
    MessageKind.TEXT: "文本 文本消息 文字 文字消息 消息 纯文本 粘贴的文本 粘贴文本 接龙 群接龙 "
    "类似文字消息而不一样的消息 text textmessage txt",
    MessageKind.IMAGE: "图片 图片消息 照片 照片壁纸 圖片 相片 image img photo picture pic",
    MessageKind.VOICE: "语音 语音消息 音频 語音 語音訊息 voice audio voicemessage ptt",
    MessageKind.VIDEO: "视频 视频消息 小视频 短视频 視頻 影片 小視頻 video shortvideo microvideo sight",
    MessageKind.STICKER: "表情 表情包 动画表情 动态表情 表情消息 自定义表情 用户上传的gif表情 gif表情 gif 貼圖 "
    "動態貼圖 動畫表情 sticker stickers emoji emoticon customemoji animatedsticker "
    "emoji/sticker",
    MessageKind.FILE: "文件 文件消息 文件猜 文件6 附件 檔案 file attachment",
    MessageKind.LINK: "链接 链接消息 网页 分享链接 分享卡片式链接 卡片式链接 图文消息 图文 分享 链接卡片 连结 連結 "
    "鏈接 网页链接 公众号链接 公众号文章 推文 游戏相关 分享消息 "
    "链接/卡片 视频链接 链接分享 link links url share webpage article cardlink weblink",
    MessageKind.LOCATION: "位置 位置消息 位置分享 地理位置 地图信息 位置共享 实时位置共享 实时位置 共享实时位置 "
    "location livelocation real-timelocation",
    MessageKind.CARD: "名片 名片消息 个人名片 公众号名片 个人/公众号名片 企业微信名片 企业微信消息 "
    "推荐公众号 推荐联系人 联系人名片 企业微信添加好友猜 企业微信添加好友 聯絡人名片 "
    "card contact contactcard namecard usernamecard businesscard",
    MessageKind.QUOTE: "引用 引用消息 引用回复 带有引用的文本消息 回复 回复消息 "
    "quote reply replywithquote refer quotemessage",
    MessageKind.TRANSFER: "转账 转账消息 转账卡片 微信转账 转帐 轉賬 轉帳 微信轉賬 transfer moneytransfer "
    "wechattransfer weixintransfer",
    MessageKind.RED_PACKET: "红包 红包消息 红包卡片 微信红包 红包封面 赠送红包封面 紅包 微信紅包 redpacket "
    "redenvelope hongbao red_packet red_envelope weixinredpacket luckymoney",
    MessageKind.CALL: "通话 通话消息 网络电话 "
    "语音通话 视频通话 音视频通话 视频/语音通话 语音/视频通话 语音聊天 视频聊天 "
    "語音通話 視訊通話 通話 群语音通话 call voip voicecall videocall video/audiocall voice/videocall",
    MessageKind.FORWARD: "聊天记录 聊天记录消息 合并转发 合并转发的聊天记录 聊天记录合并转发 转发的聊天记录 "
    "合并聊天记录 转发消息 聊天記錄 forward chathistory chatrecord chat_history mergedforward mergedmessages "
    "forwardbundle mergedforwardchatrecords",
    MessageKind.MINI_PROGRAM: "小程序 小程序消息 小程序分享 分享小程序 分享的小程序 小程式 "
    "miniprogram mini_program applet weapp",
    MessageKind.MUSIC: "音乐 音乐消息 音乐分享 音乐卡片 分享音乐 音樂 music",
    MessageKind.CHANNEL: "视频号 视频号消息 视频号卡片 视频号名片 视频号视频 视频号直播 视频号直播卡片 "
    "视频号直播或直播回放 直播 视频号直播或直播回放等 分享视频号名片 分享视频号视频 影音號 channel channels "
    "channelcard finder finderfeed",
    MessageKind.NOTE: "笔记 笔记消息 收藏笔记 收藏夹 分享笔记 分享收藏夹 收藏 筆記 note favorite favnote notes",
    MessageKind.ANNOUNCEMENT: "群公告 公告 群組公告 announcement groupnotice groupannouncement",
    MessageKind.PAT: "拍一拍 拍一拍消息 拍了拍 戳一戳 pat patpat pat-pat poke nudge tickle",
    MessageKind.SYSTEM: "系统 系统消息 系统通知 系统提示 系統訊息 系統 通知 邀请加群 添加好友 好友请求 好友验证 "
    "企业微信打招呼猜 企业微信打招呼 system systemmessage sys notice addfriend",
    MessageKind.RECALL: "撤回 撤回消息 消息撤回 撤回一条消息 recall revoke recalled messagerecall revokemsg withdraw",
    MessageKind.OTHER: "其他 其他消息 未知 未知类型 未知消息 其它 链接/文件 链接/应用 file/link "
    "应用消息 app消息 xml消息 分享小说猜 other "
    "unknown app appmsg",
}
_KIND_OF_NAME: Final[Mapping[str, MessageKind]] = {
    name: kind for kind, row in _NAMES_OF_KIND.items() for name in row.split()
}
# Words that say a kind where it is certain that a type is said, and in a body may be what somebody typed.
_TYPES_OF_KIND: Final[Mapping[MessageKind, str]] = {
    MessageKind.TEXT: "文 string plain plaintext words solitaire",
    MessageKind.IMAGE: "图 截图",
    MessageKind.VOICE: "音 录音 sound recording",
    MessageKind.VIDEO: "视 录像 movie clip",
    MessageKind.STICKER: "动图 动画 表情图 大表情 emotion animation animated animatedemoji face bqb",
    MessageKind.FILE: "文件传输 文档 document doc",
    MessageKind.LINK: "公众号 article mparticle officialaccount",
    MessageKind.LOCATION: "地图 定位 position map geo realtimelocation",
    MessageKind.CARD: "vcard",
    MessageKind.QUOTE: "引用/回复 引用了一条 回复引用 quotereply refermsg referenced replied",
    MessageKind.TRANSFER: "收款 转账收款 收到转账 payment pay money remittance",
    MessageKind.RED_PACKET: "hb",
    MessageKind.CALL: "电话 audiocall phonecall voipcall",
    MessageKind.FORWARD: "转发 合并 聊天记录转发 forwarded merged combined record recorditem mergeforward multiforward "
    "forwardedrecord forwardchat",
    MessageKind.MINI_PROGRAM: "miniapp wxapp",
    MessageKind.MUSIC: "歌曲 song",
    MessageKind.CHANNEL: "sph live findervideo channelvideo channelsvideo videochannel",
    MessageKind.NOTE: "collection",
    MessageKind.PAT: "拍拍 tap nudged patted tickled",
    MessageKind.SYSTEM: "提示 入群 退群 加入群聊 群邀请 入群邀请 时间 tip hint info notification greytip graytip "
    "systemnotice",
    MessageKind.RECALL: "已撤回 撤回的 revoked withdrawn retracted",
}
_KIND_OF_TYPE: Final[Mapping[str, MessageKind]] = {
    name: kind for kind, row in _TYPES_OF_KIND.items() for name in row.split()
}
_AFFIXES: Final = re.compile(r"(?:wechat|weixin|微信)?(.+?)(?:(?:消息|卡片|分享|message|msg|card|share)s?|s)?")
# Brackets and white space carry no meaning in a name: `(分享)音乐`, `[图片]`, `Red Packet`.
_UNMEANING: Final = re.compile(r"[\s()（）\[\]【】「」_]+")
# PyWxDump numbers its recalls (`消息撤回33`); MemoTrace and WeFlow number what they do not know
# (`未知类型(99)`).
_NUMBER_TAIL: Final = re.compile(r"[-,:：]?[-0-9,]{1,20}$")
_NUMBER: Final = re.compile(r"[0-9]{1,19}")

_SEGMENT_OF_KIND: Final[Mapping[MessageKind, type[types.Segment]]] = {
    MessageKind.IMAGE: types.Image,
    MessageKind.VOICE: types.Voice,
    MessageKind.VIDEO: types.Video,
    MessageKind.STICKER: types.Sticker,
    MessageKind.FILE: types.File,
    MessageKind.LINK: types.Link,
    MessageKind.LOCATION: types.Location,
    MessageKind.CARD: types.Card,
    MessageKind.QUOTE: types.Quote,
    MessageKind.TRANSFER: types.Transfer,
    MessageKind.RED_PACKET: types.RedPacket,
    MessageKind.CALL: types.Call,
    MessageKind.FORWARD: types.Forward,
    MessageKind.MINI_PROGRAM: types.MiniProgram,
    MessageKind.MUSIC: types.Link,  # an address and a title is what there is to a song
    MessageKind.CHANNEL: types.Link,
    MessageKind.NOTE: types.Forward,  # a note is a bundle of items, as a merged forward is
}

PLAIN_KINDS: Final = frozenset(MessageKind) - _SEGMENT_OF_KIND.keys()
"""The kinds whose body is plain text: they hold no segment of their own, the text is all there is."""

TRANSFER_STATES: Final[Mapping[int, str]] = {
    1: "sent",
    3: "received",
    4: "returned",
    5: "received",  # a transfer that was held back for a while
    7: "sent",
    8: "received",
    9: "returned",
    10: "expired",
}
"""`paysubtype` of a transfer to its state: 1 to 7 from chatlog 0.0.x, 8 to 10 from WechatExporter 1.9."""

TRANSFER_WORDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("发送", "转账", "发起转账", "待领取"), "sent"),
    **dict.fromkeys(("接收", "已收款", "已领取", "已接收", "已被接收", "Accepted"), "received"),
    **dict.fromkeys(("退还", "已退还", "已被退还", "Rejected"), "returned"),
    **dict.fromkeys(("已过期", "过期已退还", "Expired"), "expired"),
}
"""The words with which tools and the client say the state of a transfer."""


def kind_of_app_type(app_type: int) -> MessageKind:
    """The kind of an app message from the `<type>` of its `<appmsg>`; `OTHER` for one that no table has."""
    return APP_TYPES.get(app_type, MessageKind.OTHER)


def kind_of_type(type: int, subtype: int = 0) -> MessageKind:  # noqa: A002
    """The kind of a message of WeChat 3 for PC, or of Android.

    Args:
        type: `Type` of the database, or the one number of Android.
        subtype: `SubType`; 0 for Android.

    Returns:
        `OTHER` for what no table has, and for type 49 without a subtype, which is a file to PyWxDump and
        a link to wechat-dump: there only the XML of the message tells.
    """
    if type == APP_MESSAGE:
        return kind_of_app_type(subtype)
    if type == 10000:
        return _NOTICE_TYPES.get(subtype, MessageKind.SYSTEM)
    return _TYPES.get(type, MessageKind.OTHER)


def kind_of_local_type(local_type: int) -> MessageKind:
    """The kind of a message of WeChat 4, where `local_type` is `subtype << 32 | type`."""
    if -(1 << 31) <= local_type < 1 << 32:
        return kind_of_type(local_type)
    return kind_of_type(local_type & 0xFFFFFFFF, local_type >> 32)


def kind_of_record_type(data_type: int) -> MessageKind:
    """The kind of an item in a merged forward from its `datatype`."""
    return _RECORD_TYPES.get(data_type, MessageKind.OTHER)


def kind_of_chatlab(code: int) -> MessageKind | None:
    """The kind of a ChatLab message type, or `None` for a code that format 0.0.2 does not have."""
    return _CHATLAB_TYPES.get(code)


def chatlab_type(kind: MessageKind) -> int:
    """The ChatLab message type of a kind; several kinds share 24 (shares) and 80 (notices)."""
    return _CHATLAB_CODES[kind]


def kind_of_name(name: str) -> MessageKind | None:
    """The kind that a tool means by a type name, in any language; `None` for an unknown one, to be reported.

    A number behind a name that says nothing, as in `其他消息(244813135921)`, is that of the type.

    Example:
        >>> kind_of_name("(分享)卡片式链接"), kind_of_name("Red Packet"), kind_of_name("拍手")
        (<MessageKind.LINK: 'link'>, <MessageKind.RED_PACKET: 'red_packet'>, None)
    """
    if (kind := _KIND_OF_NAME.get(name)) is not None:
        return kind
    if len(name) > 64:
        return None
    folded = _UNMEANING.sub("", name).lower()
    kind, tail = _KIND_OF_NAME.get(folded), _NUMBER_TAIL.search(folded)
    if kind is not None or tail is None:
        return kind
    kind = _KIND_OF_NAME.get(folded[: tail.start()])
    numbers = [int(number) for number in _NUMBER.findall(tail[0])]
    if kind is not MessageKind.OTHER or numbers in ([], [APP_MESSAGE]):
        return kind
    return kind_of_local_type(numbers[0]) if len(numbers) == 1 else kind_of_type(*numbers[:2])


def kind_of_type_name(name: str) -> MessageKind | None:
    """The kind that a type of a tool that nobody knows means: also a plural, or with what each of them is called.

    Example:
        >>> kind_of_type_name("forwarded-messages"), kind_of_type_name("文件消息"), kind_of_type_name("face")
        (<MessageKind.FORWARD: 'forward'>, <MessageKind.FILE: 'file'>, <MessageKind.STICKER: 'sticker'>)
    """
    found = kind_of_name(name)
    if found is not None or len(name) > 64:
        return found
    folded = _UNMEANING.sub("", name.replace("-", "")).lower()
    bare = _AFFIXES.fullmatch(folded)
    names = (folded, bare[1]) if bare else (folded,)
    return next((kind for each in names if (kind := _KIND_OF_TYPE.get(each) or _KIND_OF_NAME.get(each))), None)


def segment_for(kind: MessageKind, /, raw: str = "", **data: Any) -> types.Segment:
    """The one segment of a message of this kind.

    Args:
        kind: what the message is; a kind without a segment of its own gives `Text`, and `data` is left out.
        raw: the part of the body that it stands for, `""` where no text does.
        data: the fields of the segment class; those that are `""` count as unknown and become `None`.

    Raises:
        TypeError: for a field that the segment does not have.
    """
    segment_class = _SEGMENT_OF_KIND.get(kind)
    if segment_class is None:
        return types.Text(raw=raw)
    known = {name: value for name, value in data.items() if value not in ("", None)}
    return segment_class(raw=raw, **known)
