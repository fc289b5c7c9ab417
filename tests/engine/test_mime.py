"""Chats in mails, and in pages that a browser saved as one file."""

from __future__ import annotations

import base64
import quopri
from typing import TYPE_CHECKING

import pytest

import wechatlog
from tests.test_corpus import cases, expected_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SUFFIXES = {".html", ".txt", ".csv", ".jsonl", ".md"}
PAGE = "<!doctype html><title>页</title><p>没有聊天</p>"


def mail_of(text: str, subtype: str, coding: str, *lines: str) -> bytes:
    """A mail of some words and, in a part of its own, a text."""
    data = text.encode()
    body = quopri.encodestring(data) if coding == "quoted-printable" else base64.encodebytes(data)
    head = (
        "From: <Saved by Blink>",
        "Subject: =?utf-8?B?6IGK5aSp6K6w5b2V?=",
        "MIME-Version: 1.0",
        'Content-Type: multipart/related;\n\tboundary="--=border"',
        "\n----=border",
        "Content-Type: text/css\n\nbody { color: red }",
        "\n----=border",
        f"Content-Type: text/{subtype}; charset=utf-8",
        f"Content-Transfer-Encoding: {coding}",
        *lines,
    )
    return "\n".join(head).encode() + b"\n\n" + body + b"\n----=border--\n"


def saved(text: str, subtype: str = "html") -> bytes:
    """A page as Chromium saves it."""
    return mail_of(text, subtype, "quoted-printable", "Content-Location: file:///C:/chat.html")


def attached(text: str, subtype: str = "plain") -> bytes:
    """A mail with a file."""
    return mail_of(text, subtype, "base64", 'Content-Disposition: attachment; filename="chat.txt"')


def told(path: Path) -> list[tuple[tuple[wechatlog.Message, ...], list[str]]]:
    """The messages of each chat, and the codes of what is told."""
    chats = wechatlog.load_archive(path)
    return [(chat.messages, [entry.code for entry in chat.diagnostics]) for chat in chats]


@pytest.mark.parametrize("wrap", [saved, attached])
def test_the_text_in_it_is_read_as_if_it_stood_alone(wrap: Callable[[str], bytes], tmp_path: Path) -> None:
    tried = set()
    plain, mail = tmp_path / "plain", tmp_path / "mail.mhtml"
    for case in cases():
        expected = expected_of(case)
        name = case.parent.name
        if case.suffix not in SUFFIXES or expected.keys() & {"error", "options"} or name == "mail" or name in tried:
            continue
        try:
            text = case.read_bytes().decode().replace("\r\n", "\n")
        except UnicodeDecodeError:
            continue
        if "\r" in text:  # what writes these mails cannot
            continue
        plain.write_text(text, "utf-8", newline="")
        mail.write_bytes(wrap(text))
        alone, found = wechatlog.detect(plain), wechatlog.detect(mail)
        assert (found.format, found.confidence) == (alone.format, alone.confidence), case
        assert found.reason == f"in a mail, or a page that a browser saved as one file: {alone.reason}"
        assert told(mail) == told(plain), case
        tried.add(name)
    assert len(tried) > 70


def test_a_named_format_reads_it_too() -> None:
    text = "[2026-05-01 08:00:00] 张三: 早\n[2026-05-01 08:00:01] 李四: 好\n"
    for data in (attached(text), saved(text, "plain")):
        chat = wechatlog.load(data, format="bracket-lines")
        assert [message.text for message in chat] == ["早", "好"]


def test_of_several_chats_in_a_mail_those_that_are_not_read_are_told() -> None:
    first, second = ("".join(f"[2026-05-01 08:00:0{at}] {who}: 早\n" for at in range(5)) for who in ("张三", "李四"))
    other = attached(second).rpartition(b"\n----=border\n")[2]
    mail = attached(first).replace(b"\n----=border--\n", b"\n----=border\n" + other)
    chat = wechatlog.load(mail)
    assert {message.sender for message in chat} == {"张三"}
    (told,) = chat.diagnostics
    assert (told.code, told.severity) == ("unread-part", wechatlog.Severity.WARNING)
    assert told.message == "2 parts of this mail hold a chat, the first was read; save the others as files"


@pytest.mark.parametrize("data", [saved(PAGE), attached("今天没有聊天。"), saved("", "plain")])
def test_without_a_chat(data: bytes) -> None:
    reason = "no chat in this mail, or saved page, in which a browser keeps no scripts; read the page that was exported"
    with pytest.raises(wechatlog.UnknownFormatError, match=reason):
        wechatlog.load(data)


def test_what_only_begins_as_a_mail_is_a_text() -> None:
    lines = "".join(f"[2026-05-01 08:00:0{second}] 张三: MIME-Version: 1.0\n" for second in range(5))
    chat = wechatlog.loads(f"From: 张三\nTo: 李四\n\n{lines}")
    assert [message.text for message in chat] == ["MIME-Version: 1.0"] * 5


def test_a_mail_in_a_mail() -> None:
    text = "".join(f"[2026-05-01 08:00:0{second}] 张三: 早\n" for second in range(5))
    for depth in (1, 3):
        data = attached(text)
        for _ in range(depth):
            data = b"MIME-Version: 1.0\nContent-Type: message/rfc822\n\n" + data
        assert len(wechatlog.load(data)) == 5


@pytest.mark.parametrize(
    "data",
    [
        b"MIME-Version: 1.0\n" + b"Content-Type: message/rfc822\n\n" * 5000,
        b"MIME-Version: 1.0\n"
        + b"".join(b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (n, n) for n in range(3000)),
        b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\na" * 3000,
    ],
    ids=["nested mails", "nested parts", "parts"],
)
def test_neither_depth_nor_number_breaks_it(data: bytes) -> None:
    with pytest.raises(wechatlog.UnknownFormatError, match="no chat in this mail"):
        wechatlog.load(data)
