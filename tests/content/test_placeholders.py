"""Placeholders: the law that raws join, then every row of the tables."""

# Samples stand on one line each, as the tools write them.
# ruff: noqa: ISC004

import datetime as dt
import importlib
import pkgutil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cost import assert_linear

from wechatlog.content import dialects
from wechatlog.content.dialects.chatlog import CHATLOG
from wechatlog.content.dialects.clients import MAIL, PASTE
from wechatlog.content.dialects.memotrace import MEMOTRACE
from wechatlog.content.dialects.pywxdump import PYWXDUMP
from wechatlog.content.dialects.shared import BRACKETS, Dialect
from wechatlog.content.dialects.wcda import WCDA
from wechatlog.content.dialects.wechat_dump import WECHAT_DUMP
from wechatlog.content.dialects.wechatexporter import WECHATEXPORTER
from wechatlog.content.dialects.weflow import WEFLOW
from wechatlog.content.dialects.wx_cli import WXCLI
from wechatlog.content.placeholders import parse_body, parse_call, quote_segments, read_placeholder
from wechatlog.model import Message
from wechatlog.model import MessageKind as K
from wechatlog.segments.types import (
    Call,
    Card,
    Emoji,
    File,
    Forward,
    Image,
    Link,
    Location,
    Quote,
    RedPacket,
    Sticker,
    Text,
    Transfer,
    Video,
    Voice,
)

_PIECES = st.sampled_from(
    [
        *"[]【】!|:：()（） \n\"'￥>-",
        "图片",
        "文件",
        "链接",
        "语音",
        "转账",
        "位置",
        "[引用 ",
        "引用：",
        "\n引用：",
        "\n> ",
        "> 李四 08-27 21:30:20\n",
        "[合并转发|",
        "【合并转发的聊天记录】\n",
        "[转发的聊天记录]",
        "- 2025-02-28 18:01:02 ",
        "  王五 2025-08-26 10:00:00\n",
        "标题：",
        "描述：",
        "12",
        "1.5",
        "(39.9,116.4)",
        "https://example.invalid/a",
        "方案.docx",
        "￥1.00",
        "通话时长 01:05",
        "[微笑]",
    ]
)
_BODIES = st.one_of(st.text(), st.lists(_PIECES, max_size=14).map("".join))
DIALECTS = {
    value.name: value
    for module in pkgutil.iter_modules(dialects.__path__, f"{dialects.__name__}.")
    for value in vars(importlib.import_module(module.name)).values()
    if isinstance(value, Dialect)
}
_DIALECTS = st.sampled_from(list(DIALECTS.values()))


def _joins(segments, text):
    return segments is None or "".join(segment.raw for segment in segments) == text


@given(_BODIES, _DIALECTS)
def test_raws_join_to_the_body(text, dialect):
    found = read_placeholder(text, dialect)
    if found is not None:
        assert found[1]
        assert _joins(found[1], text)


@given(_BODIES, _DIALECTS, st.sampled_from(list(K)))
def test_raws_of_known_kinds_join_to_the_body(text, dialect, kind):
    assert _joins(parse_body(kind, text, dialect), text)


@given(st.text(min_size=1), st.sampled_from(["[图片]", "[文件: a.pdf]", "[链接]"]))
def test_a_sentence_that_holds_a_placeholder_is_text(word, placeholder):
    if word.strip():
        assert read_placeholder(f"看{word}{placeholder}") is None
        assert read_placeholder(f"[图片]，{word}") is None


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "早",
        "[微笑]",
        "[强]",
        "[Smile]",
        "图片",
        "语音",
        "[图片",
        "图片]",
        "【通知】开会",
        "[图片][图片]",
    ],
)
def test_text_in_every_dialect(text, dialect):
    assert read_placeholder(text, dialect) is None


@pytest.mark.parametrize("text", ["[红包]", "[表情]", "[音乐]", "[Music]", "[Emoji]"])
def test_ambiguous_words_need_a_dialect(text):
    assert read_placeholder(text) is None
    assert read_placeholder(text, WEFLOW) is not None


@pytest.mark.parametrize("text", ["[红包]", "[音乐]"])
def test_a_paste_keeps_emoji_codes(text):
    assert read_placeholder(text, PASTE) is None
    assert read_placeholder("[表情]", PASTE) == (K.STICKER, (Sticker(raw="[表情]"),))


SHARED = [
    ("[图片]", K.IMAGE, Image()),
    ("【图片】", K.IMAGE, Image()),
    ("[圖片]", K.IMAGE, Image()),
    ("[Photo]", K.IMAGE, Image()),
    ("![图片](http://example.invalid/i)", K.IMAGE, Image("http://example.invalid/i")),
    ("[视频]", K.VIDEO, Video()),
    ("[影片]", K.VIDEO, Video()),
    ("[视频]12s", K.VIDEO, Video(seconds=12)),
    ("![视频](http://example.invalid/v)", K.VIDEO, Video("http://example.invalid/v")),
    ("[语音]", K.VOICE, Voice()),
    ("[语音]3秒", K.VOICE, Voice(3)),
    ("[语音 3秒]", K.VOICE, Voice(3)),
    ('[语音] 3"', K.VOICE, Voice(3)),
    ("[Audio]3s", K.VOICE, Voice(3)),
    ("[語音]3秒", K.VOICE, Voice(3)),
    ("[语音](http://example.invalid/voice/1)", K.VOICE, Voice(path="http://example.invalid/voice/1")),
    ("[动画表情]", K.STICKER, Sticker()),
    ("[Sticker]", K.STICKER, Sticker()),
    ("[收到了一个表情，请在手机上查看]", K.STICKER, Sticker()),
    ("[文件]", K.FILE, File()),
    ("[文件: 方案.docx]", K.FILE, File("方案.docx")),
    ("[文件：方案.docx]", K.FILE, File("方案.docx")),
    ("[文件] 方案.docx", K.FILE, File("方案.docx")),
    ("[文件|方案.docx](http://h/f)", K.FILE, File("方案.docx", path="http://h/f")),
    ("[链接]", K.LINK, Link()),
    ("[链接] 示例文章", K.LINK, Link(title="示例文章")),
    ("[链接] 示例\nhttps://example.invalid/a", K.LINK, Link("https://example.invalid/a", "示例")),
    ("[链接] https://example.invalid/a", K.LINK, Link("https://example.invalid/a")),
    ("[链接|示例](https://example.invalid/a)", K.LINK, Link("https://example.invalid/a", "示例")),
    ("[连结]", K.LINK, Link()),
    ("[位置] 示例大厦 (39.9,116.4)", K.LOCATION, Location(39.9, 116.4, poi="示例大厦")),
    ("[位置]", K.LOCATION, Location()),
    ("[名片] 王五", K.CARD, Card("王五")),
    ("[Contact Card]", K.CARD, Card()),
    ("[转账]", K.TRANSFER, Transfer()),
    ("[转账] ￥12.30", K.TRANSFER, Transfer("￥12.30")),
    ("[转账|接收 ￥12.30](午饭)", K.TRANSFER, Transfer("￥12.30", "午饭", "received")),
    ("[微信红包]", K.RED_PACKET, RedPacket()),
    ("[语音通话]", K.CALL, Call("voice")),
    ("[语音通话] 00:12", K.CALL, Call("voice", 12)),
    ("[视频通话] 已取消", K.CALL, Call("video", state="已取消")),
    ("[视频/语音通话]", K.CALL, Call()),
    ("[聊天记录]", K.FORWARD, Forward()),
    ("[聊天记录]群聊的聊天记录", K.FORWARD, Forward("群聊的聊天记录")),
    ("[Chat History]", K.FORWARD, Forward()),
    ("该消息网页版微信暂时不支持", K.OTHER, Text()),
]
OWN = [
    (CHATLOG, "[位置|示例路1号|示例市|39.9|116.4]", K.LOCATION, Location(39.9, 116.4, "示例路1号")),
    (CHATLOG, "[音乐|示例歌](https://m.invalid/1)", K.MUSIC, Link("https://m.invalid/1", "示例歌")),
    (CHATLOG, "[红包封面]", K.RED_PACKET, RedPacket()),
    (CHATLOG, "[GIF表情]", K.STICKER, Sticker()),
    (CHATLOG, "[小程序|点餐](https://mp.invalid/)", K.MINI_PROGRAM, None),
    (CHATLOG, "[视频号|一段\n视频](https://v.invalid/)", K.CHANNEL, Link("https://v.invalid/", "一段\n视频")),
    (WEFLOW, "[语音消息]我马上到", K.VOICE, Voice(transcript="我马上到")),
    (WEFLOW, "[语音消息 - 转文字失败]", K.VOICE, Voice()),
    (WEFLOW, "[表情包：握手]", K.STICKER, Sticker("握手")),
    (WEFLOW, "[文件]方案.docx", K.FILE, File("方案.docx")),
    (WEFLOW, "[名片]王五", K.CARD, Card("王五")),
    (WEFLOW, "[红包]恭喜发财", K.RED_PACKET, RedPacket("恭喜发财")),
    (WEFLOW, "[转账] (张三 转账给 李四)￥12.30 午饭", K.TRANSFER, Transfer("￥12.30", "午饭")),
    (WEFLOW, "[转账收款] (张三 转账给 李四) ￥1.00", K.TRANSFER, Transfer("￥1.00", None, "received")),
    (
        WEFLOW,
        "[位置] 示例大厦 示例路1号 (39.9,116.4)",
        K.LOCATION,
        Location(39.9, 116.4, "示例路1号", "示例大厦"),
    ),
    (MEMOTRACE, "【语音】我马上到", K.VOICE, Voice(transcript="我马上到")),
    (MEMOTRACE, "【表情包】 握手", K.STICKER, Sticker("握手")),
    (MEMOTRACE, "[表情包][握手]", K.STICKER, Sticker("握手")),
    (
        MEMOTRACE,
        "【文件】方 案.docx 1.50 MB msg/file/方 案.docx docx " + "f" * 32,
        K.FILE,
        File("方 案.docx", path="msg/file/方 案.docx", md5="f" * 32),
    ),
    (
        MEMOTRACE,
        "【分享链接】\n标题：示例\n描述：一句\n简介\n链接: https://example.invalid/a\n应用：示例号\n",
        K.LINK,
        Link("https://example.invalid/a", "示例"),
    ),
    (
        MEMOTRACE,
        "            [链接]:title:示例\n            description:简介\n            url:https://e.invalid\n"
        "            name:示例号\n            ",
        K.LINK,
        Link("https://e.invalid", "示例"),
    ),
    (
        MEMOTRACE,
        "【位置分享】\n坐标: (39.9,116.4)\n名称: 示例大厦\n标签: 示例路1号\n",
        K.LOCATION,
        Location(39.9, 116.4, "示例路1号", "示例大厦"),
    ),
    (
        MEMOTRACE,
        "【名片】\n微信号:demo\n昵称: 王五\n签名: \n性别: 男\n地区: 示例\n",
        K.CARD,
        Card("王五", "demo"),
    ),
    (MEMOTRACE, "【名片】\n公司: 示例\n昵称: 王五\n性别: 男\n", K.CARD, Card("王五")),
    (MEMOTRACE, "【发起转账】:￥12.30\n备注: 午饭\n", K.TRANSFER, Transfer("￥12.30", "午饭", "sent")),
    (MEMOTRACE, "【已收款】:￥12.30\n备注: \n", K.TRANSFER, Transfer("￥12.30", None, "received")),
    (MEMOTRACE, "【红包】: 恭喜发财", K.RED_PACKET, RedPacket("恭喜发财")),
    (MEMOTRACE, "【音视频通话】\n通话时长 1:01:05", K.CALL, Call(None, 3665)),
    (MEMOTRACE, "【视频号】\n描述: 一段视频\n发布者: 示例号\n", K.CHANNEL, Link(title="一段视频")),
    (WCDA, "[语音 3250秒]", K.VOICE, Voice(3.25)),
    (WCDA, "[文件] 方案.docx方案.docx size=1572864", K.FILE, File("方案.docx", 1572864)),
    (
        WCDA,
        "示例大厦 地点=示例大厦 地址=示例路1号 坐标=116.4,39.9",
        K.LOCATION,
        Location(39.9, 116.4, "示例路1号", "示例大厦"),
    ),
    (WCDA, "午饭金额=￥12.30 状态=转账", K.TRANSFER, Transfer("￥12.30", "午饭")),
    (WECHATEXPORTER, "（视频丢失）", K.VIDEO, Video()),
    (WECHATEXPORTER, "[个人名片] 王五", K.CARD, Card("王五")),
    (WECHATEXPORTER, "[转账] ￥12.30", K.TRANSFER, Transfer("￥12.30")),
    (WXCLI, "[图片] local_id=3", K.IMAGE, Image()),
    (WXCLI, "[文件] 方案.docx (1.5 MB, docx)", K.FILE, File("方案.docx")),
    (WXCLI, "[系统] 你撤回了一条消息", K.SYSTEM, Text()),
    (MAIL, "图片1（可在附件中查看）", K.IMAGE, Image()),
    (MAIL, "Image 12 (see attachment)", K.IMAGE, Image()),
    (MAIL, "语音3（可在附件中查看）", K.VOICE, Voice()),
    (MAIL, "[图片: 0f.jpg(请在附件中查看)]", K.IMAGE, Image(path="0f.jpg")),
    (
        MAIL,
        "[示例：文章 : https://example.invalid/a]",
        K.LINK,
        Link("https://example.invalid/a", "示例：文章"),
    ),
    (WECHAT_DUMP, "[RED ENVELOPE]\n恭喜发财", K.RED_PACKET, RedPacket("恭喜发财")),
    (WECHAT_DUMP, "[Money Transfer]\n转账给李四", K.TRANSFER, Transfer(note="转账给李四")),
]


def _same(segment, expected, text):
    names = [name for name in expected.__slots__ if name not in ("raw", "__weakref__")]
    return (
        type(segment) is type(expected)
        and segment.raw == text
        and all(getattr(segment, name) == getattr(expected, name) for name in names)
    )


@pytest.mark.parametrize(("text", "kind", "expected"), SHARED)
def test_shared_rows(text, kind, expected):
    found, (segment,) = read_placeholder(text)
    assert found is kind
    assert _same(segment, expected, text)


@pytest.mark.parametrize(("dialect", "text", "kind", "expected"), OWN, ids=lambda value: getattr(value, "name", None))
def test_rows_of_dialects(dialect, text, kind, expected):
    found, (segment,) = read_placeholder(text, dialect)
    assert found is kind
    assert expected is None or _same(segment, expected, text)


QUOTES = [
    (WEFLOW, "收到[引用 张三：早]", "收到", Quote("张三", "早", raw="[引用 张三：早]")),
    (
        MEMOTRACE,
        "订好了\n引用：李四: 订了吗？",
        "订好了",
        Quote("李四", "订了吗？", raw="\n引用：李四: 订了吗？"),
    ),
    (
        MEMOTRACE,
        "订好了\n引用:李四:订了吗？",
        "订好了",
        Quote("李四", "订了吗？", raw="\n引用:李四:订了吗？"),
    ),
    (MEMOTRACE, "订好了\n引用:未知", "订好了", Quote(None, "", raw="\n引用:未知")),
    (
        PYWXDUMP,
        "收到\n\n[引用](2024-05-06 20:15:20)张三:刚吃完",
        "收到",
        Quote("张三", "刚吃完", raw="\n\n[引用](2024-05-06 20:15:20)张三:刚吃完"),
    ),
    (
        CHATLOG,
        "> 张三(wxid_demo) 08-27 21:30:20\n> 到家了\n> 第二行\n收到",
        "收到",
        Quote("张三", "到家了\n第二行", raw="> 张三(wxid_demo) 08-27 21:30:20\n> 到家了\n> 第二行\n"),
    ),
    (CHATLOG, "> [引用]\n收到", "收到", Quote(None, "", raw="> [引用]\n")),
    (WXCLI, "[引用] 收到\n  ↳ 张三: 早", "[引用] 收到", Quote("张三", "早", raw="\n  ↳ 张三: 早")),
]


@pytest.mark.parametrize(("dialect", "text", "reply", "quote"), QUOTES)
def test_quotes(dialect, text, reply, quote):
    kind, segments = read_placeholder(text, dialect)
    assert kind is K.QUOTE
    assert quote in segments
    assert [segment.raw for segment in segments if segment != quote] == [reply]
    assert parse_body(K.QUOTE, text, dialect) == segments


def test_a_reply_keeps_its_own_segments():
    _, segments = read_placeholder("好的[微笑][引用 张三：早]", WEFLOW)
    assert [type(segment) for segment in segments] == [Text, Emoji, Quote]
    assert quote_segments("好[微笑]", "张三", "早")[0] == Quote("张三", "早")
    assert [type(segment) for segment in quote_segments("", None, "早")] == [Quote]


def test_a_quote_of_unknown_form_is_left_to_the_rules_of_the_text():
    assert parse_body(K.QUOTE, "收到", BRACKETS) is None
    assert parse_body(K.TEXT, "[图片]", BRACKETS) is None


FORWARDS = [
    (WEFLOW, "[转发的聊天记录]群聊的聊天记录\n王五: 第一条\n赵六: [图片]", "群聊的聊天记录", None),
    (
        WXCLI,
        "[合并聊天记录] 群聊的聊天记录 (2条)\n  - 王五: 第一条\n  - 赵六: [图片]",
        "群聊的聊天记录",
        None,
    ),
    (
        MEMOTRACE,
        "【合并转发的聊天记录】\n\n- 2025-02-28 18:01:02 王五: 第一条\n- 2025-02-28 18:01:30 赵六: [图片]\n",
        None,
        dt.datetime(2025, 2, 28, 18, 1, 2),
    ),
    (
        CHATLOG,
        "[合并转发|群聊的聊天记录]\n  王五 2025-02-28 18:01:02\n  第一条\n\n  赵六 2025-02-28 18:01:30\n  [图片]\n\n",
        "群聊的聊天记录",
        dt.datetime(2025, 2, 28, 18, 1, 2),
    ),
]


@pytest.mark.parametrize(("dialect", "text", "title", "first"), FORWARDS)
def test_forwards_as_lines(dialect, text, title, first):
    kind, (forward,) = read_placeholder(text, dialect)
    assert kind is K.FORWARD
    assert forward.title == title
    assert [(m.sender, m.kind, m.text) for m in forward.messages] == [
        ("王五", K.TEXT, "第一条"),
        ("赵六", K.IMAGE, "[图片]"),
    ]
    assert forward.messages[0].time == first


def test_nested_lines():
    text = (
        "【合并转发的聊天记录】\n\n- 2025-02-28 18:01:02 王五: 【合并转发的聊天记录】\n\n"
        "    - 2025-02-27 08:00:00 赵六: 内层\n第二行\n\n- 2025-02-28 18:02:00 王五: 外层\n"
    )
    _, (forward,) = read_placeholder(text, MEMOTRACE, zone=dt.UTC)
    inner, outer = forward.messages
    assert inner.kind is K.FORWARD
    assert inner.segments[0].messages[0].text == "内层\n第二行"
    assert outer.time == dt.datetime(2025, 2, 28, 18, 2, tzinfo=dt.UTC)


def test_nested_blocks():
    text = (
        "[合并转发|外]\n  王五 2025-08-26 10:00:00\n  [合并转发|内]\n    赵六 2025-08-25 上午9:00\n    内层\n  \n  \n"
        "  王五 2025-08-26 10:01:00\n  外层\n\n"
    )
    _, (forward,) = read_placeholder(text, CHATLOG)
    inner, outer = forward.messages
    assert inner.segments[0].title == "内"
    assert [(m.text, m.time) for m in inner.segments[0].messages] == [("内层", dt.datetime(2025, 8, 25, 9))]
    assert outer == Message(dt.datetime(2025, 8, 26, 10, 1), "second", "王五", text="外层")


KNOWN = [
    (PYWXDUMP, K.IMAGE, "图片", Image()),
    (PYWXDUMP, K.VOICE, "语音时长：3.25秒\n翻译结果：我在路上", Voice(3.25, "我在路上")),
    (
        PYWXDUMP,
        K.LOCATION,
        '纬度:【39.900000】 经度:【116.400000】\n位置：示例路1号 示例大厦\n其他信息：{\n    "scale": "15"\n}',
        Location(39.9, 116.4, "示例路1号", "示例大厦"),
    ),
    (
        PYWXDUMP,
        K.LINK,
        '示例文章\n一句简介\n\n<a href="https://example.invalid/a" target="_blank">点击查看详情</a>',
        Link("https://example.invalid/a", "示例文章"),
    ),
    (
        PYWXDUMP,
        K.TRANSFER,
        "转账：￥12.30\n转账说明：午饭\n转账时间：2024-05-06 20:18:40\n",
        Transfer("￥12.30", "午饭"),
    ),
    (PYWXDUMP, K.CALL, "语音/视频通话[通话时长 01:05]", Call(None, 65)),
    (PYWXDUMP, K.CALL, "语音/视频通话[已取消]", Call(state="已取消")),
    (PYWXDUMP, K.FORWARD, "群聊的聊天记录\n王五: 第一条", Forward("群聊的聊天记录")),
    (WEFLOW, K.IMAGE, "media/images/demo.jpg", Image(path="media/images/demo.jpg")),
    (WEFLOW, K.RED_PACKET, "[链接] 恭喜发财", RedPacket("恭喜发财")),
    (WEFLOW, K.LINK, "[示例](https://example.invalid/a)", Link("https://example.invalid/a", "示例")),
    (WCDA, K.CALL, "通话时长 01:05", Call(None, 65)),
    (WCDA, K.RED_PACKET, "恭喜发财", RedPacket("恭喜发财")),
    (WECHAT_DUMP, K.LINK, "URL:https://example.invalid/a", Link("https://example.invalid/a")),
    (WECHAT_DUMP, K.LOCATION, "LOCATION:示例大厦 (39.9,116.4)", Location(39.9, 116.4, poi="示例大厦")),
    (WECHAT_DUMP, K.VOICE, "Voice", Voice()),
    (BRACKETS, K.FILE, "方案.docx", File("方案.docx")),
    (BRACKETS, K.FILE, r"FileStorage\File\方案.docx", File(path=r"FileStorage\File\方案.docx")),
    (BRACKETS, K.IMAGE, "https://example.invalid/a.png", Image("https://example.invalid/a.png")),
    (BRACKETS, K.STICKER, "什么都不像", Sticker()),
    (BRACKETS, K.IMAGE, "", Image()),
]


@pytest.mark.parametrize(("dialect", "kind", "text", "expected"), KNOWN)
def test_bodies_of_known_kinds(dialect, kind, text, expected):
    (segment,) = parse_body(kind, text, dialect)
    assert _same(segment, expected, text)


def test_calls():
    assert parse_call("通话时长 01:05", "voice") == Call("voice", 65, raw="通话时长 01:05")
    assert parse_call("对方已取消", "video") == Call("video", state="对方已取消", raw="对方已取消")
    assert parse_call("", None, 7) == Call(seconds=7)


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "](",
        "|",
        "图片",
        "\n",
        " ",
        "\n引用：",
        "[引用 ",
        "\n\n[引用]",
        "> a 08-27 21:30:20\n",
        " 1.00 MB ",
        "\n标题：",
        "\n描述：",
        "(1,2)",
        " 转账给 ",
        "金额=",
        " 地点=",
        "- 2025-02-28 18:01:02 a: b\n",
        "    - 2025-02-28 18:01:02 a: b\n",
        "  a 2025-08-26 10:00:00\n",
        "\n  ↳ ",
        "a: b\n",
        "1",
    ],
)
def test_hostile_bodies_are_linear(piece, dialect):
    for head in (
        "",
        "[文件|",
        "[链接|",
        "【文件】",
        "【分享链接】\n标题：",
        "[转账] (",
        "[位置] ",
        "[合并转发|a]\n",
        "[转发的聊天记录]",
    ):

        def read(size, head=head):
            text = head + piece * size + "x"
            read_placeholder(text, dialect)
            for kind in (K.LINK, K.FILE, K.LOCATION, K.TRANSFER, K.QUOTE):
                parse_body(kind, text, dialect)

        assert_linear(read, 30_000 // len(piece))
