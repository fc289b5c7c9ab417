"""What a message reads like."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import strategies

import wechatlog
from wechatlog import Conversation, Message
from wechatlog.content.wording import asides, wording, words_apart
from wechatlog.segments import File, Forward, Image, Link, Quote, Sticker, Text, Transfer, Voice

INNER = Forward("内层", [Message(sender="温杉", text="伞面用皮纸")], raw="[聊天记录]")
FORWARD = Forward(
    "群聊的聊天记录",
    [
        Message(sender="何雁", text="桐油要刷两遍"),
        Message(sender="顾桐", kind="forward", text="[聊天记录]", segments=[INNER]),
        Message(sender="顾桐", text="好", segments=[Quote("何雁", "桐油\n要刷"), Text("好")]),
        Message(kind="voice", sender="温杉"),
    ],
    raw="[聊天记录]",
)


@pytest.mark.parametrize(
    ("message", "reads"),
    [
        (Message(text="早"), "早"),
        (Message(text=""), ""),
        (Message(kind="image"), "[image]"),
        (Message(text="我有", segments=[Quote("李四", "谁有\n伞骨"), Text("我有")]), "「李四：谁有\n伞骨」\n我有"),
        (Message(text="", segments=[Quote(None, "谁有伞骨")]), "「谁有伞骨」"),
        (Message(text="「李四：早」\n- - - - - - - - - - - - - - -\n早"), "「李四：早」\n- - - - - - - - - - - - - - -\n早"),
        (Message(text="> 早\n> 上\n好", segments=[Quote("李四", "早\n上", raw="> 早\n> 上\n"), Text("好")]), "> 早\n> 上\n好"),
        (
            Message(kind="link", text="报名", segments=[Link("https://example.invalid/a", "报名", raw="报名")]),
            "报名 https://example.invalid/a",
        ),
        (Message(kind="file", segments=[File("表.xlsx", 12)]), "[file] 表.xlsx · 12 B"),
        (Message(kind="file", text="[文件] 表.xlsx", segments=[File("表.xlsx", 12, raw="[文件] 表.xlsx")]), "[文件] 表.xlsx"),
        (Message(kind="voice", text='[语音]3"', segments=[Voice(3.0, "我晚点到", raw='[语音]3"')]), '[语音]3" 我晚点到'),
        (Message(kind="image", text="[图片]", segments=[Image(path="a/1.jpg", raw="[图片]")]), "[图片]"),
        (Message(kind="sticker", segments=[Sticker(url="https://example.invalid/s.gif")]), "[sticker]"),
        (Message(kind="transfer", text="[转账]", segments=[Transfer("￥1.00", "茶", raw="[转账]")]), "[转账] ￥1.00 · 茶"),
        (
            Message(kind="forward", text="[聊天记录]", segments=[FORWARD]),
            ("[聊天记录] 群聊的聊天记录\n  何雁: 桐油要刷两遍\n  顾桐: [聊天记录]\n  内层\n    温杉: 伞面用皮纸\n"
            "  「何雁：桐油\n    要刷」\n  顾桐: 好\n  温杉: [voice]"),
        ),
        (
            Message(
                kind="forward",
                text="记录\n何雁: 早\n顾桐: 好",
                segments=[
                    Forward(
                        "记录",
                        [
                            Message(sender="何雁", text="早"),
                            Message(sender="顾桐", text="好"),
                            Message(sender="何雁", text="晚"),
                        ],
                        raw="记录\n何雁: 早\n顾桐: 好",
                    )
                ],
            ),
            "记录\n何雁: 早\n顾桐: 好\n  何雁: 晚",
        ),
    ],
)  # fmt: skip
def test_readings(message: Message, reads: str) -> None:
    assert wording(message) == reads


def test_it_is_in_the_text_and_in_a_column_of_tables() -> None:
    chat = Conversation([Message(sender="张三", kind="forward", text="[聊天记录]", segments=[FORWARD])])
    shown = wechatlog.dumps(chat, "text")
    cell = wechatlog.dumps(chat, "csv", bom=False, columns="text,apart")
    for words in ("桐油要刷两遍", "伞面用皮纸", "内层"):
        assert words in shown
        assert words in cell
    assert cell.startswith('text,apart\r\n[聊天记录],"群聊的聊天记录\n  何雁')


@given(st.text(), st.text(min_size=1))
def test_what_is_parsed_from_the_text_is_not_said_again(text: str, more: str) -> None:
    assert words_apart(Message(text=text)) == ""
    assert wording(Message(text=more)) == more


@given(strategies.messages())
def test_the_text_is_always_there_and_every_aside_once(message: Message) -> None:
    reads = wording(message)
    assert message.text in reads
    for aside in asides(message):
        assert all(line in reads for line in aside.text.split("\n"))


def test_forwards_in_forwards_without_end_are_read_to_a_depth() -> None:
    message = Message(text="里")
    for _ in range(300):
        message = Message(kind="forward", text="[聊天记录]", segments=[Forward(None, [message], raw="[聊天记录]")])
    assert max(aside.depth for aside in asides(message)) == 32


def test_long_lists_cost_no_more_than_they_are_long() -> None:
    raw = "".join(f"何雁: {number}\n" for number in range(20_000))
    inside = [Message(sender="何雁", text=str(number)) for number in range(20_000)]
    assert asides(Message(kind="forward", text=raw, segments=[Forward(None, inside, raw=raw)])) == ()
    other = [Message(sender="何雁", text=f"-{number}") for number in range(20_000)]
    assert len(asides(Message(kind="forward", text=raw, segments=[Forward(None, other, raw=raw)]))) == 20_000


@pytest.mark.parametrize(
    "text",
    [
        "[合并转发|群聊的聊天记录]\n  何雁 2026-05-01 10:00:00\n  桐油要刷\n  两遍\n\n  顾桐 2026-05-01 10:01:00\n  [聊天记录]\n    温杉 10:02\n    皮纸\n",
        "何雁: 桐油要刷\n两遍\n顾桐: [聊天记录]\n  温杉: 皮纸",
        "记录\n- 何雁：桐油要刷\n  两遍\n- 顾桐：[聊天记录]\n    - 温杉：皮纸",
    ],
)
def test_what_a_text_lists_is_not_said_again(text: str) -> None:
    inner = Forward(None, (Message(sender="温杉", text="皮纸"),), raw="[聊天记录]")
    inside = (
        Message(sender="何雁", text="桐油要刷\n两遍"),
        Message(sender="顾桐", kind="forward", text="[聊天记录]", segments=(inner,)),
    )
    assert asides(Message(kind="forward", text=text, segments=[Forward("记录", inside, raw=text)])) == ()
    more = (*inside, Message(sender="何雁", text="好"))
    rest = asides(Message(kind="forward", text=text, segments=[Forward("记录", more, raw=text)]))
    assert [aside.text for aside in rest] == ["好"]


def test_a_heading_lists_nothing() -> None:
    inside = (Message(sender="何雁", text="聊天记录"), Message(sender="顾桐", text="好"))
    text = "何雁和顾桐的聊天记录\n共 2 条"
    found = asides(Message(kind="forward", text=text, segments=[Forward("何雁和顾桐的聊天记录", inside, raw=text)]))
    assert [aside.text for aside in found] == ["聊天记录", "好"]
