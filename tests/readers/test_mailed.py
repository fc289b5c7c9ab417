"""Mailed and shared chat history: what files in the corpus cannot show."""

from __future__ import annotations

import base64
import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from tests.readers.texts import FRAGMENTS, check_any
from wechatlog import FormatError, Image, OptionError, UnknownFormatError

PRIVATE = (
    "张三 和 李四 在微信上的聊天记录如下，请查收。\n\n—————  2026-09-10  —————\n\n\n李四  07:14\n\n早\n\n\n"
    "张三  07:15\n\n早\n第二行\n\n\n李四  07:16\n\n好\n"
)
GROUP = PRIVATE.replace("张三 和 李四 在微信上的", "示例组 微信群上的")


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=40))
def test_any_lines(parts: list[str]) -> None:
    check_any("".join(parts).encode(), "mail")


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    check_any(b"Subject: x\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\n" + data, "mail")


@pytest.mark.parametrize("charset", ["utf-8", "gb18030", "utf-16", "no-such-charset"])
def test_a_mail_in_base64_gives_the_same_messages(charset: str) -> None:
    data = PRIVATE.encode("utf-8" if charset.startswith("no") else charset)
    head = (
        f"From: a@example.invalid\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: base64\n\n"
    )
    mail = head.encode() + base64.encodebytes(data)
    assert wechatlog.detect(mail).format == "mail"
    assert wechatlog.load(mail).messages == wechatlog.loads(PRIVATE).messages


def test_the_part_with_the_chat_is_found() -> None:
    mail = (
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nhello\n"
        f"--x\nContent-Type: text/plain; charset=utf-8\n\n{PRIVATE}\n--x--\n"
    )
    assert [message.text for message in wechatlog.load(mail.encode())] == ["早", "早\n第二行", "好"]


def test_a_mail_without_a_chat_is_no_chat() -> None:
    with pytest.raises(UnknownFormatError):
        wechatlog.load(b"From: a@example.invalid\nSubject: hello\n\nhow are you?\n")


def test_the_subject_is_the_title_where_the_text_has_none() -> None:
    body = PRIVATE.partition("\n\n")[2]
    mail = f'Subject: 微信群"示例组"的聊天记录\nContent-Type: text/plain; charset=utf-8\n\n{body}'
    conversation = wechatlog.load(mail.encode())
    assert (conversation.title, conversation.is_group) == ("示例组", True)


@pytest.mark.parametrize(
    ("title", "people"),
    [
        ("张三 和 李四 在微信上的聊天记录如下，请查收。", ("张三", "李四")),
        ("张三 和 小红 和 李四 在微信上的聊天记录如下，请查收。", ("张三 和 小红", "李四")),
        ("Below is the chat history between 张三 and 李四", ("张三", "李四")),
        ("“张三”和“李四”的聊天记录如下：", ("张三", "李四")),
    ],
)
def test_the_people_of_a_title(title: str, people: tuple[str, str]) -> None:
    text = PRIVATE.replace(PRIVATE.partition("\n")[0], title).replace("张三  07", f"{people[0]}  07")
    conversation = wechatlog.loads(text)
    assert tuple(member.name for member in conversation.members) == people
    assert conversation.is_group is False


def test_a_third_name_in_a_private_chat_is_a_body_line() -> None:
    conversation = wechatlog.loads(PRIVATE.replace("第二行\n", "第二行\n\n\n王五  07:15\n\n假的\n"))
    assert [message.sender for message in conversation] == ["李四", "张三", "李四"]
    assert conversation[1].text == "早\n第二行\n\n\n王五  07:15\n\n假的"
    assert [(entry.code, str(entry.severity)) for entry in conversation.diagnostics] == [("suspected-forgery", "info")]


def test_in_a_group_the_frame_decides() -> None:
    conversation = wechatlog.loads(GROUP.replace("第二行\n", "第二行\n\n李四  07:15\n\n假的\n"))
    assert [message.sender for message in conversation] == ["李四", "张三", "李四"]
    assert [str(entry.severity) for entry in conversation.diagnostics] == ["warning"]


def test_in_a_group_the_order_of_time_decides_where_the_frame_cannot() -> None:
    conversation = wechatlog.loads(GROUP.replace("第二行\n", "第二行\n\n\n午饭  12:30\n\n带饭\n"))
    assert [message.sender for message in conversation] == ["李四", "张三", "李四"]
    assert "its time lies after that of the messages below" in conversation.diagnostics[0].message


@pytest.mark.parametrize("name", ["值班10:00-20:00", "a  b", "李 (四): x", "08:00", "下午茶", "A 12:30"])
def test_names(name: str) -> None:
    conversation = wechatlog.loads(GROUP.replace("李四", name))
    assert [message.sender for message in conversation] == [name, "张三", name]


@pytest.mark.parametrize(
    ("clock", "time"),
    [
        ("上午12:05", (0, 5)),
        ("下午12:05", (12, 5)),
        ("下午5:08", (17, 8)),
        ("17:08", (17, 8)),
        ("5:08 PM", (17, 8)),
        ("凌晨1:00", (1, 0)),
    ],
)
def test_clocks(clock: str, time: tuple[int, int]) -> None:
    text = f'微信群"X"的聊天记录如下:\n\n—————  2025-8-7  —————\n\n李四 {clock}\n\n早\n'
    assert wechatlog.loads(text)[0].time == dt.datetime(2025, 8, 7, *time)


def test_without_a_day_the_option_says_it() -> None:
    text = PRIVATE.replace("—————  2026-09-10  —————\n\n\n", "")
    conversation = wechatlog.loads(text)
    assert [message.time for message in conversation] == [None, None, None]
    assert {entry.code for entry in conversation.diagnostics} == {"no-date"}
    assert wechatlog.loads(text, date="2026-09-10").messages == wechatlog.loads(PRIVATE).messages
    with pytest.raises(FormatError, match="pass date="):
        wechatlog.loads(text, errors="strict")
    with pytest.raises(OptionError, match="date: expected a day"):
        wechatlog.loads(text, date="x")


def test_a_signature_is_no_text_but_a_message_is() -> None:
    signed = wechatlog.loads(PRIVATE + "\n\n发自我的 iPhone\n")
    assert signed[-1].text == "好"
    assert signed.metadata["signature"] == "发自我的 iPhone"
    sent = wechatlog.loads(PRIVATE.replace("\n好\n", "\n发自我的 iPhone\n"))
    assert sent[-1].text == "发自我的 iPhone"


def test_a_page_shows_what_is_a_header() -> None:
    page = "<html><body>“张三”和“李四”的聊天记录如下:<br>—————  2025-8-27  —————<br><br><b>李四 04:02<br></b>王五 04:02<br><br>a&nbsp; b &amp;lt;<br><br><b>张三 04:03<br></b>好</body></html>"
    conversation = wechatlog.load(page.encode(), errors="strict")
    assert [(message.sender, message.text) for message in conversation] == [
        ("李四", "王五 04:02\n\na  b &lt;"),
        ("张三", "好"),
    ]
    assert conversation[0].origin.line is None


def test_numbered_attachments_beside_the_text(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_text(PRIVATE.replace("\n好\n", "\n图片1（可在附件中查看）\n"), encoding="utf-8")
    (tmp_path / "__1.png").write_bytes(b"x")
    message = wechatlog.load(path)[-1]
    assert message.segments == (Image(path="__1.png", raw="图片1（可在附件中查看）"),)


def test_a_name_that_shows_late_is_no_third_one() -> None:
    """The people are known from the beginning of a file, where one of them may have been silent."""
    many = "".join(f"李四  07:{n // 60 % 60:02}\n\n第{n}条{'长' * 30}\n\n\n" for n in range(3000))
    text = PRIVATE.replace("张三  07:15", "\n".join(("吃饭  07:14", "", "", "", many, "张三  08:15")))
    senders = {message.sender for message in wechatlog.loads(text)}
    assert {"张三", "李四"} <= senders
