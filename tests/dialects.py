"""One invented chat as many tools write it: our own writers, and the dialects of others, made after the corpus.

`CHAT` is an evening, a night and a day of a group with messages of every kind. `forms` gives for each form the
conversation that its reader makes of it, and for each message there the number of the one in `CHAT` that it is.
"""

from __future__ import annotations

import csv
import datetime as dt
import functools
import io
import json
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import attrs

import wechatlog
from wechatlog import Conversation, Message, MessageKind
from wechatlog.operations import merge_report
from wechatlog.segments import types

__all__ = ["CHAT", "VARIANTS", "Form", "Loaded", "Outcome", "forms", "loaded", "thinned", "unite", "varied"]

ZONE: Final = dt.timezone(dt.timedelta(hours=8))
GROUP: Final = "12345678901@chatroom"
TITLE: Final = "修车群"
NAMES: Final = {
    "wxid_zhangsan0001": "张三",
    "wxid_lisi0002": "李四",
    "wxid_wangwu0003": "王五",
    "wxid_zhaoliu0004": "赵六",
}
OWNER: Final = "wxid_zhangsan0001"
LENGTH: Final = 400

_WORDS = (
    "周六 上午 下午 九点 三点 老槐树下 集合 带上 扳手 补胎片 打气筒 链条油 刹车 线 后轮 前叉 座杆 有点 松 漏气 异响 "
    "谁有 我有 借我 一套 四到八毫米 都全 修好 换新的 多少钱 不贵 太好了 明天见 路上 堵车 晚到 十分钟 先开始 不用等 照片 发群里"
).split()
_EMOJI = ("[微笑]", "[强]", "[捂脸]", "[OK]", "😀", "👍", "🚲")
_SHORT = ("好", "好的", "收到", "早", "在", "嗯", "可以", "[强]")


class Item(NamedTuple):
    """A message as it was sent, whatever a tool makes of it."""

    time: dt.datetime
    sender: str | None
    kind: str
    text: str
    data: dict[str, Any]
    id: str


def _sentence(random_: random.Random) -> str:
    text = "".join(random_.choices(_WORDS, k=random_.randint(3, 8)))
    roll = random_.random()
    if roll < 0.15:
        text += random_.choice(_EMOJI)
    elif roll < 0.22:
        text += "\n" + "".join(random_.choices(_WORDS, k=3))
    elif roll < 0.27:
        text = f"@{random_.choice(list(NAMES.values()))}\u2005{text}"
    elif roll < 0.30:
        text += "，ＯＫ！"
    elif roll < 0.33:
        text += f" https://example.invalid/p/{random_.randint(1, 9999)}"
    return text


_MEDIA = ("image", "voice", "video", "sticker", "file", "link", "location", "card", "transfer", "red_packet", "call",
          "forward", "mini_program", "music", "channel", "note", "announcement", "pat", "system", "recall", "quote")  # fmt: skip


def _item(number: int, time: dt.datetime, random_: random.Random, before: list[Item]) -> Item:
    sender = random_.choice(list(NAMES))
    roll = random_.random()
    id_ = str(8_000_000_000_000_000_000 + number * 7919)
    if roll < 0.48:
        return Item(time, sender, "text", _sentence(random_), {}, id_)
    if roll < 0.60:
        return Item(time, sender, "text", random_.choice(_SHORT), {}, id_)
    kind = random_.choice(_MEDIA)
    name = NAMES[sender]
    if kind == "quote":
        target = next(
            item for item in reversed(before) if item.kind == "text" and item.sender and "\n" not in item.text
        )
        return Item(
            time,
            sender,
            kind,
            _sentence(random_).replace("\n", ""),
            {"whose": NAMES[target.sender or ""], "what": target.text, "id": target.id},
            id_,
        )
    if kind in ("system", "recall", "pat"):
        other = random_.choice([one for one in NAMES.values() if one != name])
        sentence = {
            "system": f'"{name}"修改群名为“修车群{number}”',
            "recall": f'"{name}" 撤回了一条消息',
            "pat": f'"{name}" 拍了拍 "{other}"',
        }[kind]
        return Item(time, None, kind, sentence, {}, id_)
    data = {"title": f"{''.join(random_.choices(_WORDS, k=3))}{number}", "number": number}
    return Item(time, sender, kind, data["title"], data, id_)


def _make(seed: int = 2026) -> tuple[Item, ...]:
    random_ = random.Random(seed)
    time = dt.datetime(2026, 5, 1, 18, 2, 11, tzinfo=ZONE)
    items = [Item(time, "wxid_lisi0002", "text", "大家晚上好", {}, "8000000000000000000")]
    for number in range(1, LENGTH):
        gap = (
            random_.choice((0, 1, 2, 5, 9, 20, 41, 77, 130, 400))
            if random_.random() < 0.97
            else random_.randint(3_000, 30_000)
        )
        time += dt.timedelta(seconds=gap)
        items.append(_item(number, time, random_, items))
    return tuple(items)


CHAT: Final = _make()


# --- as our own writers get it ------------------------------------------------------------------------


def _segment(item: Item) -> types.Segment | None:
    title, number = item.data.get("title", ""), item.data.get("number", 0)
    url = f"https://example.invalid/{number}"
    table: dict[str, Callable[[], types.Segment]] = {
        "image": lambda: types.Image(raw="[图片]", path=f"media/{number}.jpg"),
        "voice": lambda: types.Voice(raw="[语音]", seconds=number % 50 + 1),
        "video": lambda: types.Video(raw="[视频]", seconds=number % 50 + 1),
        "sticker": lambda: types.Sticker(raw="[表情]", md5=f"{number:032x}"),
        "file": lambda: types.File(raw=f"[文件] {title}.pdf", name=f"{title}.pdf"),
        "link": lambda: types.Link(raw=f"[链接] {title}", title=title, url=url),
        "location": lambda: types.Location(raw=f"[位置] {title}", label=title, latitude=39.9, longitude=116.4),
        "card": lambda: types.Card(raw=f"[名片] {title}", name=title),
        "transfer": lambda: types.Transfer(raw=f"[转账] ￥{number}.00", amount=f"￥{number}.00"),
        "red_packet": lambda: types.RedPacket(raw=f"[红包] {title}", title=title),
        "call": lambda: types.Call(raw="[通话]", kind="voice", seconds=number),
        "forward": lambda: types.Forward(raw=f"[聊天记录] {title}", title=title),
        "mini_program": lambda: types.MiniProgram(raw=f"[小程序] {title}", title=title),
        "music": lambda: types.Link(raw=f"[音乐] {title}", title=title, url=url),
        "channel": lambda: types.Link(raw=f"[视频号] {title}", title=title),
    }
    make = table.get(item.kind)
    return make() if make is not None else None


def _message(item: Item) -> Message:
    segment = _segment(item)
    fields: dict[str, Any] = {"id": item.id, "kind": MessageKind(item.kind)}
    text = item.text
    if item.kind == "quote":
        quote = types.Quote(
            raw=f"「{item.data['whose']}：{item.data['what']}」\n- - - - - - - - - - - - - - -\n",
            sender=item.data["whose"],
            text=item.data["what"],
        )
        fields |= {"segments": [quote, types.Text(item.text)], "reply_to": item.data["id"]}
        text = quote.raw + item.text
    elif segment is not None:
        fields["segments"], text = [segment], segment.raw
    name = None if item.sender is None else NAMES[item.sender]
    is_self = None if item.sender is None else item.sender == OWNER
    return Message(item.time, "second", name, item.sender, is_self, text=text, **fields)


@functools.cache
def native() -> Conversation:
    """The chat as the model holds it."""
    return Conversation(map(_message, CHAT), title=TITLE, id=GROUP, is_group=True, owner=OWNER, tz=ZONE)


# --- as other tools write it --------------------------------------------------------------------------

_PLAIN = {
    "image": "[图片]", "voice": "[语音]", "video": "[视频]", "sticker": "[表情]", "file": "[文件] {title}.pdf",
    "link": "[链接] {title}", "location": "[位置] {title}", "card": "[名片] {title}", "transfer": "[转账] ￥{number}.00",
    "red_packet": "[红包] {title}", "call": "[通话]", "forward": "[聊天记录] {title}", "mini_program": "[小程序] {title}",
    "music": "[音乐] {title}", "channel": "[视频号] {title}", "note": "{title}", "announcement": "{title}",
}  # fmt: skip
_FULL_WIDTH = {
    **_PLAIN,
    "image": "【图片】",
    "voice": "【语音】",
    "video": "【视频】",
    "sticker": "【表情包】",
    "file": "【文件】{title}.pdf",
}
_MARKDOWN = {
    **_PLAIN, "image": "![图片](http://127.0.0.1:5030/image/{number:032x})", "voice": "[语音](http://127.0.0.1:5030/voice/{number})",
    "video": "![视频](http://127.0.0.1:5030/video/{number:032x})", "sticker": "![动画表情](https://example.invalid/{number}.gif)",
    "file": "[文件|{title}.pdf](http://127.0.0.1:5030/file/{number:032x})", "link": "[链接|{title}](https://example.invalid/{number})",
}  # fmt: skip


def _body(
    item: Item, shapes: dict[str, str], quote: str = "「{whose}：{what}」\n- - - - - - - - - - - - - - -\n{text}"
) -> str:
    if item.kind == "quote":
        return quote.format(text=item.text, **item.data)
    shape = shapes.get(item.kind)
    return item.text if shape is None else shape.format(**item.data)


def _name(item: Item, own: str = "张三") -> str:
    return own if item.sender == OWNER else NAMES[item.sender or ""]


def _clock(item: Item, shape: str = "%Y-%m-%d %H:%M:%S") -> str:
    return item.time.strftime(shape)


def _rows(header: str, rows: Iterator[list[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return out.getvalue()


class Form(NamedTuple):
    """A form of the chat.

    Attributes:
        name: what it is called in the table.
        data: the file.
        how: options of `load`.
        holds: numbers of the messages that it holds.
    """

    name: str
    data: bytes
    how: dict[str, Any]
    holds: tuple[int, ...]


def _own() -> Iterator[Form]:
    everything = tuple(range(LENGTH))
    for name in (
        "jsonl",
        "json",
        "csv",
        "tsv",
        "xlsx",
        "sqlite",
        "parquet",
        "arrow",
        "chatlab-json",
        "chatlab-jsonl",
        "markdown",
    ):
        out = io.BytesIO()
        wechatlog.dump(native(), out, name)
        yield Form(name, out.getvalue(), {"format": name}, everything)


def _text_form(name: str, render: Callable[[Item], str | None], head: str = "", **how: Any) -> Form:
    found = [(number, text) for number, item in enumerate(CHAT) if (text := render(item)) is not None]
    return Form(
        name,
        (head + "".join(text for _, text in found)).encode(),
        {"format": name, **how},
        tuple(number for number, _ in found),
    )


def _others() -> Iterator[Form]:
    kinds = {"text": "文本", "image": "图片", "voice": "语音", "video": "视频", "sticker": "表情包", "file": "文件", "quote": "引用回复",
             "link": "分享链接", "location": "位置", "card": "名片", "transfer": "转账", "red_packet": "红包", "call": "音视频通话", "forward": "合并转发的聊天记录",
             "mini_program": "小程序", "music": "音乐与音频", "channel": "视频号", "system": "系统消息", "recall": "系统消息", "pat": "拍一拍"}  # fmt: skip
    body = functools.partial(_body, shapes=_PLAIN)
    yield Form(
        "memotrace-csv",
        _rows("消息ID,类型,发送人,时间,内容,备注,昵称,更多信息",
              ([item.id, kinds.get(item.kind, "文本"), _name(item) if item.sender else "", _clock(item), _body(item, _FULL_WIDTH), "", "", "more"] for item in CHAT)).encode("utf-8-sig"),
        {"format": "memotrace-csv"}, tuple(range(LENGTH)),
    )  # fmt: skip
    yield _text_form(
        "memotrace-text",
        lambda item: f"{_clock(item)}{f' {_name(item)}' if item.sender else ''}\n{_body(item, _FULL_WIDTH)}\n\n",
    )
    yield _text_form(
        "weflow-txt",
        lambda item: (
            f"{_clock(item)} '{_name(item)}'\n{_body(item, _PLAIN, '{text}[引用 {whose}：{what}]')}\n\n"
            if item.sender
            else None
        ),
    )
    yield _text_form(
        "chatlog-text",
        lambda item: (
            f"{f'{_name(item)}({item.sender})' if item.sender else '系统消息'} {_clock(item)}\n{_body(item, _MARKDOWN, '> {whose} 05-01 18:00:00' + chr(10) + '> {what}' + chr(10) + '{text}')}\n\n"
        ),
    )
    yield Form(
        "wetrace-csv",
        _rows("时间,发送人昵称,发送人ID,聊天对象昵称,聊天对象ID,内容",
              ([_clock(item), _name(item) if item.sender else "系统消息", item.sender or "", TITLE, GROUP, _body(item, _MARKDOWN, "> {whose} 05-01 18:00:00\n> {what}\n{text}")] for item in CHAT)).encode("utf-8-sig"),
        {"format": "wetrace-csv"}, tuple(range(LENGTH)),
    )  # fmt: skip
    yield Form(
        "chatlog-csv",
        _rows("MessageID,Time,SenderName,Sender,TalkerName,Talker,Content",
              ([number, _clock(item), _name(item, "") if item.sender else "系统消息", item.sender or "系统消息", TITLE, GROUP, _body(item, _MARKDOWN)] for number, item in enumerate(CHAT, 1))).encode(),
        {"format": "chatlog-csv"}, tuple(range(LENGTH)),
    )  # fmt: skip
    head = f"会话: {TITLE} ({GROUP})\n账号: {OWNER}\n导出时间: 2026-06-01T00:00:00\n\n"
    yield _text_form(
        "wcda-txt",
        lambda item: (
            f"[{_clock(item)}] {f'{_name(item)}({item.sender}): ' if item.sender else '[系统] '}{body(item)}\n"
        ),
        head,
    )
    yield _text_form(
        "wx-cli-txt",
        lambda item: (
            f"[{_clock(item, '%Y-%m-%d %H:%M')}] {f'{_name(item)}: ' if item.sender else '[系统] '}{_body(item, _PLAIN, '[引用] {text}' + chr(10) + '  ↳ {whose}: {what}')}\n"
        ),
        f"=== {TITLE}[群] ({LENGTH} 条) ===\n\n",
    )
    head = f"# Chat: {TITLE} ({GROUP})\n# {TITLE} | total: {LENGTH}, showing: {LENGTH} | db: message_0.db\n# Exported: 2026-06-01 09:00:00\n\n"
    yield _text_form(
        "thearas",
        lambda item: (
            f"[{_clock(item)}] {f'{_name(item)}: ' if item.sender else '[system] '}{body(item)}\n"
            if item.kind in ("text", "system", "recall", "pat", "note", "announcement")
            else None
        ),
        head,
    )
    head = f"联系人: {TITLE}\n微信号: {GROUP}\n导出时间: 2026-06-01 10:00:00\n消息数: {LENGTH}\n{'=' * 70}\n\n"
    yield _text_form(
        "pc-wechat-exp-txt",
        lambda item: f"[{_clock(item)}] {_name(item, '我')}: {body(item)}\n" if item.kind == "text" else None,
        head,
    )
    yield _text_form(
        "stomakun",
        lambda item: (
            f"{_name(item) if item.sender else '[系统消息]'}({item.time:%Y}/{item.time.month}/{item.time.day} {_clock(item, '%H:%M:%S')}): {body(item)}\n"
        ),
    )
    yield Form(
        "weclone-csv",
        _rows("id,MsgSvrID,type_name,is_sender,talker,msg,src,CreateTime",
              ([number, item.id, item.kind if item.kind in ("text", "image", "voice", "video", "sticker", "file") else "text", int(item.sender == OWNER), _name(item) if item.sender else "", body(item), "", item.time.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")] for number, item in enumerate(CHAT, 1) if item.sender)).encode("utf-8-sig"),
        {"format": "weclone-csv"}, tuple(number for number, item in enumerate(CHAT) if item.sender),
    )  # fmt: skip
    yield Form(
        "pywxdump-csv",
        _rows("id,MsgSvrID,type_name,is_sender,talker,room_name,msg,src,CreateTime",
              ([number, item.id, {**kinds, "sticker": "动画表情", "system": "系统通知", "recall": "系统通知"}.get(item.kind, "文本"), int(item.sender == OWNER), item.sender or "未知", GROUP, item.text if item.kind in ("text", "system", "recall") else body(item), "", _clock(item)] for number, item in enumerate(CHAT, 1))).encode(),
        {"format": "pywxdump-csv"}, tuple(range(LENGTH)),
    )  # fmt: skip
    numbers = {
        "text": 1,
        "image": 3,
        "voice": 34,
        "video": 43,
        "sticker": 47,
        "system": 10000,
        "recall": 10000,
        "pat": 10000,
    }
    yield Form(
        "chatlog-json",
        json.dumps([{"seq": int(item.time.timestamp()) * 1000 + number, "time": item.time.isoformat(), "talker": GROUP, "talkerName": TITLE, "isChatRoom": True,
                     "sender": item.sender or "系统消息", "senderName": _name(item, "") if item.sender else "", "isSelf": item.sender == OWNER,
                     "type": numbers[item.kind], "subType": 0, "content": item.text if item.kind not in _PLAIN else ""} for number, item in enumerate(CHAT) if item.kind in numbers], ensure_ascii=False).encode(),
        {"format": "chatlog-json"}, tuple(number for number, item in enumerate(CHAT) if item.kind in numbers),
    )  # fmt: skip
    names = {
        "text": "文本消息",
        "image": "图片消息",
        "voice": "语音消息",
        "video": "视频消息",
        "sticker": "动画表情",
        "system": "系统消息",
        "recall": "系统消息",
        "pat": "系统消息",
    }
    yield Form(
        "weflow-json",
        json.dumps({"weflow": {"version": "1.0.3", "exportedAt": 1780286400, "generator": "WeFlow"},
                    "session": {"wxid": GROUP, "nickname": TITLE, "remark": "", "displayName": TITLE, "type": "群聊", "messageCount": LENGTH},
                    "messages": [{"localId": number, "createTime": int(item.time.timestamp()), "formattedTime": _clock(item), "type": names.get(item.kind, "文本消息"),
                                  "localType": numbers.get(item.kind, 1), "content": body(item), "isSend": int(item.sender == OWNER), "senderUsername": item.sender or "", "senderDisplayName": _name(item) if item.sender else "",
                                  "source": "", "platformMessageId": item.id} for number, item in enumerate(CHAT, 1) if item.kind in names]}, ensure_ascii=False).encode(),
        {"format": "weflow-json"}, tuple(number for number, item in enumerate(CHAT) if item.kind in names),
    )  # fmt: skip
    yield _text_form(
        "paste",
        lambda item: (
            f"{_name(item)} {item.time.year}/{item.time.month}/{item.time.day} {item.time.hour}:{_clock(item, '%M:%S')}\n{body(item)}\n\n"
            if item.sender
            else None
        ),
    )
    yield _text_form("paste-names", lambda item: f"{_name(item)}:\n{body(item)}\n\n" if item.sender else None)
    yield _text_form(
        "mac-share",
        lambda item: (
            f"·{_name(item)}\n{item.time.year}年{item.time.month}月{item.time.day}日 {_clock(item, '%H:%M')}\n{body(item)}\n\n"
            if item.sender
            else None
        ),
    )
    yield _text_form(
        "wechatexporter-txt",
        lambda item: f"{_name(item)} ({_clock(item)}):{body(item)}\n" if item.sender else None,
        f"{TITLE} - 微信聊天记录\n\n",
    )
    day, lines, holds = "", [f"{TITLE}\n"], []
    mail, mail_day = [f'Dear:\n\n    微信群"{TITLE}"的聊天记录如下:\n'], ""
    for number, item in enumerate(CHAT):
        if item.sender is None:
            continue
        today = f"{item.time.year}/{item.time.month}/{item.time.day}"
        if today != day:
            day = today
            lines.append(f"\n\n--- {today} ---\n")
        lines.append(f"\n{_clock(item, '%H:%M:%S')} {_name(item)}: {body(item)}")
        if today != mail_day:
            mail_day = today
            mail.append(f"\n—————  {today.replace('/', '-')}  —————\n")
        mail.append(f"\n{_name(item)} {_clock(item, '%H:%M')}\n\n{body(item)}\n")
        holds.append(number)
    yield Form("chatlab-txt", "".join(lines).encode(), {"format": "chatlab-txt"}, tuple(holds))
    yield Form("mail", "".join(mail).encode(), {"format": "mail"}, tuple(holds))


Loaded = tuple[Conversation, tuple[int, ...]]

_NEW_NAMES: Final = {"李四": "四哥", "王五": "王五-示例公司"}


def _gbk(text: str) -> str:
    return "".join(sign if sign.encode("gbk", "ignore") else "?" * (1 + (sign > "\uffff")) for sign in text)


def _renamed(index: int, message: Message) -> Message:
    sender = message.sender if index < LENGTH // 2 else _NEW_NAMES.get(message.sender or "", message.sender)
    return attrs.evolve(message, sender=sender, sender_id=None, id=None)


def _owned(_index: int, message: Message) -> Message:
    is_own = message.sender == "张三"
    is_self = is_own if message.sender else None
    return attrs.evolve(message, sender="我" if is_own else message.sender, sender_id=None, is_self=is_self, id=None)


def _moved(_index: int, message: Message) -> Message:
    return attrs.evolve(message, time=message.time and message.time - dt.timedelta(hours=8), id=None)


def _damaged(_index: int, message: Message) -> Message:
    return attrs.evolve(message, text=_gbk(message.text)) if message.given_segments is None else message


def _anonymous(_index: int, message: Message) -> Message:
    ids = {name: id_ for id_, name in NAMES.items()}
    return attrs.evolve(message, sender=ids.get(message.sender or "", message.sender), sender_id=None, id=None)


def _beginning(index: int, message: Message) -> Message | None:
    return message if index < LENGTH // 3 else None


VARIANTS: Final[dict[str, Callable[[int, Message], Message | None]]] = {
    "two people renamed half way, no ids": _renamed,
    "the owner is 我, no ids": _owned,
    "times in UTC, not said": _moved,
    "through GBK": _damaged,
    "account ids in place of names": _anonymous,
    "the first third only": _beginning,
}
"""What else may have happened to an export."""


def varied(form: Loaded, change: Callable[[int, Message], Message | None]) -> Loaded:
    """A form to which something happened."""
    conversation, holds = form
    changed = [change(index, message) for index, message in enumerate(conversation)]
    kept = [(message, number) for message, number in zip(changed, holds, strict=True) if message is not None]
    messages = tuple(message for message, _ in kept)
    return attrs.evolve(conversation, messages=messages, lexicon=None), tuple(number for _, number in kept)


def thinned(form: Loaded, seed: str, share: float = 0.3) -> Loaded:
    """A form of which a share of the messages is missing, always the same ones for one seed."""
    chance = random.Random(seed)
    return varied(form, lambda _, message: None if chance.random() < share else message)


class Outcome(NamedTuple):
    """What a union came to."""

    common: int
    recognised: int
    wrong: int
    lost: int
    messages: int


def unite(forms: Sequence[Loaded]) -> Outcome:
    """Unite forms, and compare with what is known of them."""
    report = merge_report([conversation for conversation, _ in forms])
    holders: dict[int, int] = {}
    for _, holds in forms:
        for number in holds:
            holders[number] = holders.get(number, 0) + 1
    wrong = recognised = 0
    seen: set[tuple[int, int]] = set()
    for places in report.sources:
        numbers = {forms[part][1][index] for part, index in places}
        wrong += len(numbers) - 1
        recognised += len(places) - len(numbers)
        seen.update(places)
    common = sum(count - 1 for count in holders.values())
    lost = sum(len(conversation) for conversation, _ in forms) - len(seen)
    return Outcome(common, recognised, wrong, lost, len(report.conversation))


@functools.cache
def loaded() -> dict[str, Loaded]:
    """Each form as its reader gives it, and which messages of the chat these are."""
    found = {}
    for form in forms():
        conversation = wechatlog.load(form.data, tz="Asia/Shanghai", **form.how)
        if len(conversation) != len(form.holds):
            raise ValueError(f"{form.name}: {len(conversation)} messages of {len(form.holds)}")
        found[form.name] = conversation, form.holds
    return found


def forms() -> Iterator[Form]:
    """The chat in every form."""
    yield from _own()
    yield from _others()
