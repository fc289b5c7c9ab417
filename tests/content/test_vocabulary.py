"""Type numbers and type names of every tool."""

import subprocess
import sys

import pytest

from wechatlog.content.vocabulary import (
    PLAIN_KINDS,
    kind_of_chatlab,
    kind_of_local_type,
    kind_of_name,
    kind_of_type,
    kind_of_type_name,
    segment_for,
)
from wechatlog.model import MessageKind as K
from wechatlog.segments.types import Card, File, Link, Text, Voice


@pytest.mark.parametrize(
    ("numbers", "kind"),
    [
        ((1, 0), K.TEXT),
        ((3, 0), K.IMAGE),
        ((49, 6), K.FILE),
        ((49, 57), K.QUOTE),
        ((49, 76), K.MUSIC),
        ((49, 2000), K.TRANSFER),
        ((49, 0), K.OTHER),
        ((49, 4711), K.OTHER),
        ((10000, 0), K.SYSTEM),
        ((10000, 4), K.PAT),
        ((10000, 57), K.RECALL),
        ((10000, 8000), K.SYSTEM),
        ((822083633, 0), K.QUOTE),
        ((-1879048186, 0), K.LOCATION),
        ((4711, 0), K.OTHER),
    ],
)
def test_type_pairs(numbers, kind):
    assert kind_of_type(*numbers) is kind


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (1, K.TEXT),
        (4294967345, K.TEXT),
        (25769803825, K.FILE),
        (81604378673, K.FORWARD),
        (244813135921, K.QUOTE),
        (8594229559345, K.RED_PACKET),
        (266287972401, K.PAT),
        (10002, K.SYSTEM),
        (436207665, K.RED_PACKET),
        (-1879048186, K.LOCATION),
        (10**30, K.OTHER),
    ],
)
def test_packed_types(number, kind):
    assert kind_of_local_type(number) is kind


@pytest.mark.parametrize("subtype", [1, 3, 5, 6, 8, 19, 24, 33, 51, 57, 62, 87, 2000, 2001])
def test_packed_types_are_pairs(subtype):
    assert kind_of_local_type(subtype << 32 | 49) is kind_of_type(49, subtype)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("文本消息", K.TEXT),
        ("照片壁纸", K.IMAGE),
        ("網頁", None),
        ("(分享)卡片式链接", K.LINK),
        ("(分享)视频号视频", K.CHANNEL),
        ("合并转发的聊天记录", K.FORWARD),
        ("聊天记录合并转发", K.FORWARD),
        ("个人/公众号名片", K.CARD),
        ("音视频通话", K.CALL),
        ("消息撤回33", K.RECALL),
        ("未知类型(99)", K.OTHER),
        ("未知-49,15", K.OTHER),
        ("文件(猜)", K.FILE),
        ("redPacket", K.RED_PACKET),
        ("Red Packet", K.RED_PACKET),
        ("red_packet", K.RED_PACKET),
        ("chatHistory", K.FORWARD),
        ("forwardBundle", K.FORWARD),
        ("miniProgram", K.MINI_PROGRAM),
        ("voip", K.CALL),
        ("emoji", K.STICKER),
        ("動態貼圖", K.STICKER),
        ("語音通話", K.CALL),
        ("  [图片] ", K.IMAGE),
        ("", None),
        ("拍手", None),
        ("图片" * 1000, None),
    ],
)
def test_names(name, kind):
    assert kind_of_name(name) is kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("forwarded", K.FORWARD),
        ("forwarded_messages", K.FORWARD),
        ("image_message", K.IMAGE),
        ("pictures", K.IMAGE),
        ("sysmsg", K.SYSTEM),
        ("mini-program card", K.MINI_PROGRAM),
        ("WeixinMiniProgram", K.MINI_PROGRAM),
        ("revoke_message", K.RECALL),
        ("语音卡片", K.VOICE),
        ("微信收款", K.TRANSFER),
        ("face", K.STICKER),
        ("消息", K.TEXT),
        ("message", None),
        ("s", None),
        ("拍手", None),
        ("", None),
        ("image-" * 100, None),
    ],
)
def test_names_where_a_type_is_said(name, kind):
    assert kind_of_type_name(name) is kind


@pytest.mark.parametrize("name", ["face", "map", "tip", "图", "forwarded", "clip"])
def test_words_that_somebody_may_have_typed_are_no_kind(name):
    assert kind_of_name(name) is None
    assert kind_of_type_name(name) is not None


@pytest.mark.parametrize("kind", list(K))
def test_a_kind_is_its_own_name(kind):
    assert kind_of_name(kind.value) is kind


@pytest.mark.parametrize(
    ("code", "kind"), [(0, K.TEXT), (25, K.QUOTE), (81, K.RECALL), (99, K.OTHER), (6, None), (-1, None)]
)
def test_chatlab(code, kind):
    assert kind_of_chatlab(code) is kind


@pytest.mark.parametrize("kind", list(K))
def test_every_kind_has_a_segment(kind):
    segment = segment_for(kind, "body")
    assert segment.raw == "body"
    assert (type(segment) is Text) == (kind in PLAIN_KINDS)


def test_segment_for_takes_the_fields_of_the_class():
    assert segment_for(K.FILE, name="a.pdf", size=3, md5="") == File("a.pdf", 3)
    assert segment_for(K.VOICE, raw="x", seconds=2.5) == Voice(2.5, raw="x")
    assert segment_for(K.MUSIC, title="t", url="u") == Link("u", "t")
    assert segment_for(K.CARD, id="wxid_demo") == Card(id="wxid_demo")
    with pytest.raises(TypeError):
        segment_for(K.CARD, colour="red")


def test_the_vocabulary_imports_no_xml():
    code = "import wechatlog.content.placeholders, sys; print(any(m.startswith('xml') for m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
