"""An invented group chat of any size as five tools export it, the same for the same seed.

The shares of the kinds are those of a usual group: of a hundred messages 83 are texts (two of more than one line), 5
stickers, 4 quotes, 3 pictures, 2 voices, 2 links, 1 a notice. The shape of the rows (order of keys, indentation,
escapes, ids as text or as numbers) is that of WeFlow 1.0.3, of the ChatLab file that it writes, chatlog 0.0.x,
PyWxDump 3 and MemoTrace 3.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import json
import random
from typing import TYPE_CHECKING, Any, NamedTuple

from synthetic import EMOJI, WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ROOM, TITLE = "12345678901@chatroom", "示例项目组"
PEOPLE = [
    ("wxid_zhangsan0001", "张三"),
    ("wxid_lisi00000002", "李四"),
    ("wxid_wangwu0003", "王五(后端)"),
    ("wxid_zhaoliu0004", "赵六 架构师"),
    ("wxid_sunqi0005", "孙七"),
]
OWNER = PEOPLE[0]
ZONE = dt.timezone(dt.timedelta(hours=8))
KINDS = ["text", "sticker", "quote", "image", "voice", "link", "notice"]
WEIGHTS = [83, 5, 4, 3, 2, 2, 1]
ADDRESS = "https://example.invalid/a?x=1&y=2"


class Row(NamedTuple):
    """A message of the invented chat.

    Attributes:
        number: its place, from 1.
        stamp: Unix seconds.
        account: who said it, an account id.
        name: how this person is shown.
        kind: one of `KINDS`.
        text: what it says, or the title of a link.
        quoted: the row that it answers.
    """

    number: int
    stamp: int
    account: str
    name: str
    kind: str
    text: str
    quoted: Row | None

    @property
    def clock(self) -> str:
        """The time as a person in China reads it."""
        return f"{dt.datetime.fromtimestamp(self.stamp, ZONE):%Y-%m-%d %H:%M:%S}"

    @property
    def server_id(self) -> str:
        """The message's own id."""
        return str(6_000_000_000_000_000_000 + self.number)

    @property
    def is_self(self) -> bool:
        """Whether the owner of the export said it."""
        return self.account == OWNER[0]


def rows(count: int, seed: int = 1) -> Iterator[Row]:
    """The messages, 30 seconds apart."""
    dice = random.Random(seed)
    before: Row | None = None
    for number in range(1, count + 1):
        account, name = dice.choice(PEOPLE)
        (kind,) = dice.choices(KINDS, WEIGHTS)
        text = "".join(dice.choices(WORDS, k=dice.randint(1, 16)))
        share = dice.random()
        if share < 0.08:
            text = f"@{dice.choice(PEOPLE)[1]}\u2005{text}"
        elif share < 0.2:
            text += dice.choice(EMOJI)
        elif share < 0.22:
            text += f"\n{dice.choice(WORDS)}"
        if kind == "quote" and before is None:
            kind = "text"
        row = Row(number, 1_735_689_600 + number * 30, account, name, kind, text, before if kind == "quote" else None)
        if kind == "text":
            before = row
        yield row


# --- WeFlow and ChatLab ---------------------------------------------------------------------------

WEFLOW_TYPES = {
    "text": ("文本消息", 1),
    "sticker": ("动画表情", 47),
    "quote": ("引用消息", 244813135921),
    "image": ("图片消息", 3),
    "voice": ("语音消息", 34),
    "link": ("链接消息", 21474836529),
    "notice": ("系统消息", 10000),
}
CHATLAB_TYPES = {"text": 0, "sticker": 5, "quote": 25, "image": 1, "voice": 2, "link": 7, "notice": 80}


def _weflow_text(row: Row) -> str:
    """The body as WeFlow words it."""
    match row.kind:
        case "sticker":
            return "[表情包：握手]"
        case "quote" if row.quoted:
            return f"{row.text}[引用 {row.quoted.name}：{row.quoted.text}]"
        case "image":
            return f"media/images/{row.number}.jpg"
        case "voice":
            return "[语音消息]"
        case "link":
            return f"[链接] {row.text}\n{ADDRESS}"
        case "notice":
            return f'"{row.name}" 撤回了一条消息'
        case _:
            return row.text


def _weflow_row(row: Row) -> dict[str, Any]:
    name, number = WEFLOW_TYPES[row.kind]
    account, shown = (ROOM, TITLE) if row.kind == "notice" else (row.account, row.name)
    found: dict[str, Any] = {
        "localId": row.number,
        "createTime": row.stamp,
        "formattedTime": row.clock,
        "type": name,
        "localType": number,
        "content": _weflow_text(row),
        "isSend": int(row.is_self and row.kind != "notice"),
        "senderUsername": account,
        "senderDisplayName": shown,
        "source": "",
        "senderAvatarKey": account,
    }
    if row.kind == "sticker":
        found |= {"emojiMd5": "f" * 32, "emojiCdnUrl": "http://example.invalid/e.gif", "emojiCaption": "握手"}
    found["platformMessageId"] = row.server_id
    if row.quoted:
        found |= {
            "replyToMessageId": row.quoted.server_id,
            "appMsgType": "57",
            "appMsgKind": "quote",
            "quotedContent": row.quoted.text,
            "quotedSender": row.quoted.name,
            "quotedType": "1",
            "quotedSvrid": row.quoted.server_id,
        }
    elif row.kind == "link":
        found |= {
            "appMsgType": "5",
            "appMsgKind": "link",
            "appMsgDesc": "一句简介",
            "linkTitle": row.text,
            "linkUrl": ADDRESS,
        }
    return found


def _chatlab_row(row: Row) -> dict[str, Any]:
    account, shown = (ROOM, TITLE) if row.kind == "notice" else (row.account, row.name)
    found = {
        "sender": account,
        "accountName": shown,
        "timestamp": row.stamp,
        "type": CHATLAB_TYPES[row.kind],
        "content": f"[{row.text}]({ADDRESS})" if row.kind == "link" else _weflow_text(row),
        "platformMessageId": row.server_id,
    }
    if row.quoted:
        found["replyToMessageId"] = row.quoted.server_id
    return found


def _indented(head: dict[str, Any], messages: Iterator[dict[str, Any]]) -> Iterator[str]:
    """`JSON.stringify({...head, messages}, null, 2)`, a row at a time."""
    start = json.dumps(head, ensure_ascii=False, indent=2)
    yield start.removesuffix("\n}") + ',\n  "messages": [\n'
    for number, message in enumerate(messages):
        text = json.dumps(message, ensure_ascii=False, indent=2).replace("\n", "\n    ")
        yield (",\n    " if number else "    ") + text
    yield "\n  ]\n}"


def weflow_json(chat: Iterator[Row]) -> Iterator[str]:
    """WeFlow, detailed JSON, which tells the number of messages first."""
    messages = list(chat)
    head = {
        "weflow": {"version": "1.0.3", "exportedAt": 1780286400, "generator": "WeFlow"},
        "session": {
            "wxid": ROOM,
            "nickname": TITLE,
            "remark": "",
            "displayName": TITLE,
            "type": "群聊",
            "lastTimestamp": 1780286400,
            "messageCount": len(messages),
        },
    }
    return _indented(head, map(_weflow_row, messages))


def chatlab_json(chat: Iterator[Row]) -> Iterator[str]:
    """ChatLab JSON, as WeFlow writes it."""
    head = {
        "chatlab": {"version": "0.0.2", "exportedAt": 1780286400, "generator": "WeFlow"},
        "meta": {"name": TITLE, "platform": "wechat", "type": "group", "groupId": ROOM},
        "members": [{"platformId": account, "accountName": name} for account, name in PEOPLE],
    }
    return _indented(head, map(_chatlab_row, chat))


# --- chatlog --------------------------------------------------------------------------------------

CHATLOG_TYPES = {
    "text": (1, 0),
    "sticker": (47, 0),
    "quote": (49, 57),
    "image": (3, 0),
    "voice": (34, 0),
    "link": (49, 5),
    "notice": (10000, 0),
}


def _chatlog_row(row: Row) -> dict[str, Any]:
    number, sub = CHATLOG_TYPES[row.kind]
    text = row.text if row.kind in ("text", "quote") else f'"{row.name}" 撤回了一条消息' if row.kind == "notice" else ""
    found: dict[str, Any] = {
        "seq": row.stamp * 1000,
        "time": row.clock.replace(" ", "T") + "+08:00",
        "talker": ROOM,
        "talkerName": TITLE,
        "isChatRoom": True,
        "sender": "系统消息" if row.kind == "notice" else row.account,
        "senderName": "" if row.is_self or row.kind == "notice" else row.name,
        "isSelf": row.is_self,
        "type": number,
        "subType": sub,
        "content": text,
    }
    digest = f"{row.number:032x}"
    if row.quoted:
        quoted = _chatlog_row(row.quoted) | {"seq": 0, "talker": "", "talkerName": "", "isChatRoom": False}
        found["contents"] = {"refer": quoted | {"senderName": row.quoted.name}}
    elif row.kind == "image":
        found["contents"] = {"md5": digest, "path": f"msg/attach/{digest}/2025-08/Img/demo"}
    elif row.kind == "voice":
        found["contents"] = {"voice": row.server_id}
    elif row.kind == "sticker":
        found["contents"] = {"cdnurl": "http://example.invalid/e.gif"}
    elif row.kind == "link":
        found["contents"] = {"desc": "一句简介", "title": row.text, "url": ADDRESS}
    return found


def chatlog_json(chat: Iterator[Row]) -> Iterator[str]:
    """The array of chatlog's HTTP interface, on one line and escaped as Go does."""
    escapes = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})
    for number, row in enumerate(chat):
        text = json.dumps(_chatlog_row(row), ensure_ascii=False, separators=(",", ":"))
        yield ("," if number else "[") + text.translate(escapes)
    yield "]"


# --- PyWxDump and MemoTrace -----------------------------------------------------------------------

PYWXDUMP_TYPES = {
    "text": "文本",
    "sticker": "动画表情",
    "quote": "引用回复",
    "image": "图片",
    "voice": "语音",
    "link": "(分享)卡片式链接",
    "notice": "系统通知",
}
MEMOTRACE_TYPES = {
    "text": "文本",
    "sticker": "表情包",
    "quote": "引用消息",
    "image": "图片",
    "voice": "语音",
    "link": "分享链接",
    "notice": "系统消息",
}


def _pywxdump_body(row: Row) -> tuple[str, str]:
    """`msg` and `src`."""
    match row.kind:
        case "sticker":
            return "表情", "http://example.invalid/e.gif"
        case "quote" if row.quoted:
            return f"{row.text}\n\n[引用]({row.quoted.clock}){row.quoted.name}:{row.quoted.text}", ""
        case "image":
            return "图片", rf"FileStorage\MsgAttach\0a\Image\2025-01\{row.number}.dat"
        case "voice":
            return "语音时长：3.25秒", rf"{ROOM}\{row.clock[:10]}_0_{row.server_id}.wav"
        case "link":
            return f'{row.text}\n一句简介\n\n<a href="{ADDRESS}" target="_blank">点击查看详情</a>', ADDRESS
        case "notice":
            return f'"{row.name}" 撤回了一条消息', ""
        case _:
            return row.text, ""


def _memotrace_body(row: Row) -> str:
    match row.kind:
        case "sticker":
            return "【表情包】 握手"
        case "quote" if row.quoted:
            return f"{row.text}\n引用：{row.quoted.name}: {row.quoted.text}"
        case "image":
            return "【图片】"
        case "voice":
            return "【语音】我马上到"
        case "link":
            return f"【分享链接】\n标题：{row.text}\n描述：一句简介\n链接: {ADDRESS}\n应用：示例号\n"
        case "notice":
            return f"{row.name} 撤回了一条消息"
        case _:
            return row.text


def _delimited(head: str, table: Iterator[tuple[Any, ...]]) -> Iterator[str]:
    """What `csv.writer` and pandas write."""
    yield f"{head}\r\n"
    while block := list(itertools.islice(table, 1000)):
        stream = io.StringIO()
        csv.writer(stream).writerows(block)
        yield stream.getvalue()


def pywxdump_csv(chat: Iterator[Row]) -> Iterator[str]:
    """The table of PyWxDump."""
    table = (
        (row.number, row.server_id, PYWXDUMP_TYPES[row.kind], int(row.is_self), row.account, ROOM, text, src, row.clock)
        for row in chat
        for text, src in [_pywxdump_body(row)]
    )
    return _delimited("id,MsgSvrID,type_name,is_sender,talker,room_name,msg,src,CreateTime", table)


def memotrace_csv(chat: Iterator[Row]) -> Iterator[str]:
    """The table of MemoTrace 3, with its byte order mark."""
    table = (
        (
            row.server_id,
            MEMOTRACE_TYPES[row.kind],
            row.name,
            row.clock,
            _memotrace_body(row),
            row.name,
            row.name,
            "more",
        )
        for row in chat
    )
    return _delimited("\ufeff消息ID,类型,发送人,时间,内容,备注,昵称,更多信息", table)


FORMS: dict[str, tuple[str, Callable[[Iterator[Row]], Iterator[str]]]] = {
    "weflow-json": ("json", weflow_json),
    "chatlab-json": ("json", chatlab_json),
    "chatlog-json": ("json", chatlog_json),
    "pywxdump-csv": ("csv", pywxdump_csv),
    "memotrace-csv": ("csv", memotrace_csv),
}


def make_export(form: str, count: int, folder: Path) -> Path:
    """The file of a form in a folder, written if it is not there yet."""
    suffix, write = FORMS[form]
    path = folder / f"{form}-{count}.{suffix}"
    if not path.exists():
        with path.open("w", encoding="utf-8", newline="") as stream:
            stream.writelines(write(rows(count)))
    return path
