"""Mailed and shared chat history: what files in the corpus cannot show."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from tests.readers.texts import check_any
from wechatlog import FormatError, Image, OptionError, UnknownFormatError

PRIVATE = (
    "张三 和 李四 在微信上的聊天记录如下，请查收。\n\n—————  2026-09-10  —————\n\n\n李四  07:14\n\n早\n\n\n"
    "张三  07:15\n\n早\n第二行\n\n\n李四  07:16\n\n好\n"
)


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    check_any(b"Subject: x\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\n" + data, "mail")


@pytest.mark.parametrize("charset", ["utf-8", "gb18030", "utf-16", "no-such-charset", "no\0ne"])
def test_a_mail_in_base64_gives_the_same_messages(charset: str) -> None:
    data = PRIVATE.encode("utf-8" if charset.startswith("no") else charset)
    head = (
        f"From: a@example.invalid\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: base64\n\n"
    )
    mail = head.encode() + base64.encodebytes(data)
    assert wechatlog.detect(mail).format == "mail"
    assert wechatlog.load(mail).messages == wechatlog.loads(PRIVATE).messages


def mailbox(*texts: str, attached: bool = False) -> bytes:
    """Mails as a mail program keeps them in one file (mbox)."""
    kind = 'multipart/mixed; boundary="b"' if attached else "text/plain; charset=utf-8"
    part = "--b\nContent-Type: text/plain; charset=utf-8\n\n{}\n--b--\n" if attached else "{}\n"
    head = f"From a@example.invalid Thu Sep 10 10:00:00 2026\nSubject: x\nMIME-Version: 1.0\nContent-Type: {kind}\n\n"
    return "\n".join(head + part.format(text) for text in texts).encode()


@pytest.mark.parametrize("attached", [False, True])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_each_chat_of_a_mailbox_is_read(line_end: str, *, attached: bool) -> None:
    """Where a mail ended, the next one went into the last body, or away, and nothing told it."""
    other = PRIVATE.replace("李四", "王五")
    data = mailbox("你好", PRIVATE, "From here on nothing.", other, attached=attached)
    found = list(wechatlog.load_archive(data.replace(b"\n", line_end.encode())))
    alone = [wechatlog.loads(text.replace("\n", line_end)) for text in (PRIVATE, other)]
    assert [chat.title for chat in found] == [chat.title for chat in alone]
    assert [chat.messages for chat in found] == [chat.messages for chat in alone]
    assert [chat.diagnostics for chat in found] == [(), ()]


def test_mails_of_one_title_are_one_chat() -> None:
    later = PRIVATE.replace("2026-09-10", "2026-09-11")
    chat = wechatlog.load(mailbox(PRIVATE, later))
    assert chat.messages == (*wechatlog.loads(PRIVATE), *wechatlog.loads(later))


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
