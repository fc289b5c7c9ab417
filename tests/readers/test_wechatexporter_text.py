"""WechatExporter TXT: what files in the corpus cannot show."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from wechatlog import FormatError, MessageKind, Quote, WechatlogError
from wechatlog.segments import Forward

HEAD = "李四 - 微信聊天记录\n\n"
WHOLE = (
    HEAD + "李四 (2021-06-01 21:05:03):在干嘛\n张三 (2021-06-01 21:05:23):写代码\n第二行\n"
    "李四 (2021-06-01 21:05:43):好\n\n"
)
DASHES = "- - - - - - - - - - - - - - -"


def read(text: str | bytes, **options: Any) -> wechatlog.Conversation:
    return wechatlog.load(text.encode() if isinstance(text, str) else text, format="wechatexporter-txt", **options)


def shown(text: str) -> list[tuple[str | None, str, str]]:
    return [(m.sender, m.kind.value, m.text) for m in read(HEAD + text, errors="strict")]


def test_owner_option() -> None:
    assert [m.is_self for m in read(WHOLE, owner="张三")] == [False, True, False]


class TestTransfer:
    def test_next_message_on_the_same_line(self) -> None:
        text = "张三 (2021-06-01 21:07:43):微信转账 ￥12.30 - 已收款李四 (2021-06-01 21:08:03):谢谢\n"
        assert shown(text) == [("张三", "transfer", "微信转账 ￥12.30 - 已收款"), ("李四", "text", "谢谢")]
        first = read(HEAD + text)[0].segments[0]
        assert (first.amount, first.state, first.note) == ("￥12.30", "received", None)

    def test_remark_behind_a_line_end(self) -> None:
        text = (
            "张三 (2021-06-01 21:07:43):微信转账 ￥1,000.00 - 转账\r\n午饭李四 (2021-06-01 21:08:03):谢谢\n"
            "李四 (2021-06-01 21:08:04):好\n"
        )
        assert shown(text) == [
            ("张三", "transfer", "微信转账 ￥1,000.00 - 转账\n午饭"),
            ("李四", "text", "谢谢"),
            ("李四", "text", "好"),
        ]
        first = read(HEAD + text)[0].segments[0]
        assert (first.amount, first.note, first.state) == ("￥1,000.00", "午饭", "sent")

    def test_remark_of_several_lines(self) -> None:
        text = "张三 (2021-06-01 21:07:43):微信转账 ￥1.00 - 转账\r\n一\n二李四 (2021-06-01 21:08:03):谢谢\n"
        assert shown(text) == [("张三", "transfer", "微信转账 ￥1.00 - 转账\n一\n二"), ("李四", "text", "谢谢")]

    def test_unknown_name_behind_the_fixed_words(self) -> None:
        text = "张三 (2021-06-01 21:07:43):微信转账 ￥12.30王五 (2021-06-01 21:08:03):谢谢\n"
        assert shown(text) == [("张三", "transfer", "微信转账 ￥12.30"), ("王五", "text", "谢谢")]

    def test_two_transfers_in_one_line(self) -> None:
        text = "张三 (2021-06-01 21:07:43):微信转账 ￥1.00张三 (2021-06-01 21:07:44):微信转账 ￥2.00李四 (2021-06-01 21:08:03):谢\n"
        assert [t for _, _, t in shown(text)] == ["微信转账 ￥1.00", "微信转账 ￥2.00", "谢"]

    def test_name_that_nobody_can_tell(self) -> None:
        text = HEAD + "张三 (2021-06-01 21:07:43):微信转账 ￥1.00 - 转账\r\n午饭 王五 (2021-06-01 21:08:03):谢谢\n"
        found = read(text)
        assert [m.sender for m in found] == ["张三", "午饭 王五"]


class TestLostHeaders:
    def test_quote(self) -> None:
        text = (
            f"李四 (2021-06-01 21:05:03):在\n「张三：多\n行」\n{DASHES}\n收到\n第二行\n张三 (2021-06-01 21:06:03):好\n"
        )
        assert shown(text) == [
            ("李四", "text", "在"),
            (None, "quote", f"「张三：多\n行」\n{DASHES}\n收到\n第二行"),
            ("张三", "text", "好"),
        ]

    def test_quote_that_has_its_header(self) -> None:
        text = f"李四 (2021-06-01 21:05:03):「张三：早」\n{DASHES}\n收到\n"
        assert shown(text) == [("李四", "quote", f"「张三：早」\n{DASHES}\n收到")]
        assert read(HEAD + text)[0].segments[0] == Quote("张三", "早", raw=f"「张三：早」\n{DASHES}\n")

    def test_quotation_marks_without_dashes_are_text(self) -> None:
        text = "李四 (2021-06-01 21:05:03):他说\n「你好」\n走了\n"
        assert shown(text) == [("李四", "text", "他说\n「你好」\n走了")]

    def test_notices(self) -> None:
        text = (
            '李四 (2021-06-01 21:05:03):在\nSystem Message: "李四" 撤回了一条消息\n系统消息：群主已恢复默认进群方式。\n'
            '"李四" 拍了拍我\n你撤回了一条消息\nSystem Message: 没人认识的一句\n'
        )
        assert [(k, t) for _, k, t in shown(text)] == [
            ("text", "在"),
            ("recall", '"李四" 撤回了一条消息'),
            ("system", "群主已恢复默认进群方式。"),
            ("pat", '"李四" 拍了拍我'),
            ("recall", "你撤回了一条消息"),
            ("system", "没人认识的一句"),
        ]

    def test_line_that_only_begins_like_a_notice(self) -> None:
        text = "李四 (2021-06-01 21:05:03):昨天\n我拍了拍他的肩膀\n“早” 是他说的\n"
        assert len(shown(text)) == 1

    def test_link_up_to_version_1_9_4(self) -> None:
        text = "李四 (2021-06-01 21:05:03):在\n李四 2021-06-01 21:06:03:示例文章\n张三 (2021-06-01 21:07:03):好\n"
        found = read(HEAD + text, errors="strict")
        assert [(m.sender, m.kind) for m in found] == [("李四", "text"), ("李四", "link"), ("张三", "text")]
        assert found[1].time is not None

    def test_link_without_any_time(self) -> None:
        text = "李四 (2021-06-01 21:05:03):在\n李四:示例文章 - 示例号\n张三 (2021-06-01 21:07:03):好\n王五:好\n"
        assert shown(text) == [
            ("李四", "text", "在"),
            ("李四", "link", "示例文章 - 示例号"),
            ("张三", "text", "好\n王五:好"),
        ]

    def test_link_without_a_line_end(self) -> None:
        text = "李四 (2021-06-01 21:05:03):示例文章张三 (2021-06-01 21:07:03):好\n张三 (2021-06-01 21:08:03):好\n"
        assert shown(text)[:2] == [("李四", "link", "示例文章"), ("张三", "text", "好")]

    def test_red_packet_without_text(self) -> None:
        assert shown("李四 (2021-06-01 21:05:03):\n张三 (2021-06-01 21:05:04):谢\n")[0] == ("李四", "other", "")


class TestForward:
    TEXT = (
        "李四 (2021-06-01 21:05:03):群聊的聊天记录\n<< 群聊的聊天记录\n王五 (2020-01-01 10:00:00):第一条\n第二行\n"
        "赵六 (2020-01-01 10:01:00):张三和李四的聊天记录\n<< 张三和李四的聊天记录\n张三 (2019-01-01 10:01:00):[图片]\n"
        "张三和李四的聊天记录 结束 >>\n群聊的聊天记录 结束 >>\n张三 (2021-06-01 21:06:03):看了\n"
    )

    def test_messages_inside(self) -> None:
        found = read(HEAD + self.TEXT, errors="strict")
        assert [(m.kind, m.text) for m in found] == [("forward", "群聊的聊天记录"), ("text", "看了")]
        forward = found[0].segments[0]
        assert isinstance(forward, Forward)
        assert [(m.sender, m.kind, m.text) for m in forward.messages] == [
            ("王五", "text", "第一条\n第二行"),
            ("赵六", "forward", "张三和李四的聊天记录"),
        ]
        assert forward.messages[1].segments[0].messages[0].kind is MessageKind.IMAGE

    def test_end_that_never_comes(self) -> None:
        cut = self.TEXT[: self.TEXT.index("张三和李四的聊天记录 结束")]
        found = read(HEAD + cut)
        assert [m.text for m in found] == ["群聊的聊天记录", "第一条\n第二行", "张三和李四的聊天记录", "[图片]"]
        assert [d.code for d in found.diagnostics] == ["open-forward", "open-forward"]

    def test_marks_that_a_person_typed(self) -> None:
        text = "李四 (2021-06-01 21:05:03):早\n<< 别的\n完 结束 >>\n"
        assert shown(text) == [("李四", "text", "早\n<< 别的\n完 结束 >>")]


class TestForgery:
    def test_older_header_stands_in_a_body(self) -> None:
        found = read(
            HEAD + "李四 (2021-06-01 21:05:03):转\n张三 (2021-05-01 21:05:03):旧\n李四 (2021-06-01 21:06:03):好\n"
        )
        assert [m.text for m in found] == ["转\n张三 (2021-05-01 21:05:03):旧", "好"]
        assert [(d.code, d.line) for d in found.diagnostics] == [("suspected-forgery", 4)]

    def test_older_header_in_the_line_is_text(self) -> None:
        text = "李四 (2021-06-01 21:05:03):他说 张三 (2021-05-01 21:05:03):旧\n张三 (2021-06-01 21:05:04):谁\n"
        found = read(HEAD + text)
        assert (found[0].sender, found[0].text) == ("李四", "他说 张三 (2021-05-01 21:05:03):旧")
        assert [(d.code, d.line) for d in found.diagnostics] == [("near-header", 3)]

    def test_export_from_new_to_old(self) -> None:
        text = "李四 (2021-06-03 21:05:03):三\n张三 (2021-06-02 21:05:03):二\n李四 (2021-06-01 21:06:03):一\n"
        assert [t for _, _, t in shown(text)] == ["三", "二", "一"]


def test_names_with_anything_in_them() -> None:
    names = ["李 四", "a: b", "x (y)", "(2021)", "“引号”", "  空"]
    text = "".join(f"{name} (2021-06-01 21:05:0{n}):好\n" for n, name in enumerate(names))
    assert [s for s, _, _ in shown(text)] == names


def test_nobody_named() -> None:
    assert shown(" (2021-06-01 21:05:03):早\n") == [(None, "text", "早")]


def test_broken_bytes_are_replaced_and_said() -> None:
    data = WHOLE.encode().replace("写代码".encode(), b"(\xff\x00\xfe")
    found = read(data)
    assert found[1].text.startswith("(\ufffd")
    assert len(found) == 3
    assert found.diagnostics


def test_text_before_the_first_message() -> None:
    found = read("李四 - 微信聊天记录\n\n多余的话\n李四 (2021-06-01 21:05:03):早\n")
    assert [(d.code, d.line) for d in found.diagnostics] == [("text-before-first-message", 3)]


def test_impossible_time() -> None:
    bad = HEAD + "李四 (2021-02-30 21:05:03):早\n"
    with pytest.raises(FormatError, match="not a time"):
        read(bad, errors="strict")
    assert read(bad)[0].time is None


def test_english_title() -> None:
    text = WHOLE.replace("微信聊天记录", "WeChat Chat History")
    assert wechatlog.detect(text.encode()).confidence == 1.0
    assert read(text).title == "李四"


@given(
    st.lists(
        st.sampled_from(
            [
                "李四",
                "张三",
                " (2021-06-01 21:05:03):",
                " (2021-05-01 21:05:03):",
                "微信转账 ￥1.00",
                "\n",
                "\r\n",
                "<< ",
                "群聊",
                " 结束 >>",
                "「",
                "：",
                "」",
                DASHES,
                "System Message: ",
                ":",
                "x",
            ]
        ),
        max_size=30,
    )
)
def test_no_text_is_lost(pieces: list[str]) -> None:
    body = "".join(pieces)
    with contextlib.suppress(WechatlogError):
        found = read(HEAD + "李四 (2021-06-01 21:05:03):" + body)
        assert len(found) >= 1
        assert "".join(s.raw for s in found[0].segments) == found[0].text


def test_hostile_text_costs_linear_time() -> None:
    hostile = HEAD + "李四 (2021-06-01 21:05:03):" + " (2021" * 100_000 + "\n" + "「" * 100_000 + "\n<< x" * 20_000
    assert len(read(hostile)) == 1
    glued = HEAD + "张三 (2021-06-01 21:07:43):微信转账 ￥1.00" * 3_000 + "\n"
    assert len(read(glued)) == 3_000
