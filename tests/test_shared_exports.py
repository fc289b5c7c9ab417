"""Files as the exporters' own code writes them, which lie beside the repository: what each must give, value by value.

Skipped where they are not there. Each expectation stands in words beside its file (`*.expect.txt`).
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import wechatlog
from wechatlog import Conversation, MessageKind, RefusedFormatError

FOLDER = Path(__file__).parents[2] / "shared" / "cases" / "exports"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the files are not beside the repository")


def load(name: str) -> Conversation:
    """The one conversation of a file."""
    (chat,) = wechatlog.load_archive(FOLDER / name)
    return chat


def kinds(chat: Conversation) -> list[str]:
    return [message.kind.value for message in chat]


def codes(chat: Conversation) -> set[str]:
    return {entry.code for entry in chat.diagnostics}


def test_every_expectation_has_its_test() -> None:
    here = Path(__file__).read_text("utf-8")
    assert all(path.name.removesuffix(".expect.txt") in here for path in FOLDER.glob("*.expect.txt"))


def test_an_encrypted_database_of_android() -> None:
    with pytest.raises(RefusedFormatError, match="encrypted"):
        wechatlog.load(FOLDER / "EnMicroMsg.db")


def test_lines_with_a_time_in_brackets() -> None:
    chat = load("bracket-line.txt")
    assert [(message.sender, message.text) for message in chat if message.kind is MessageKind.TEXT] == [
        ("李四", "早"),
        ("我", "第一行\n第二行"),
        ("我", "收到"),
    ]
    assert kinds(chat) == ["text", "text", "image", "text"]
    assert {(message.precision, message.time.tzinfo if message.time else 0) for message in chat} == {("second", None)}


@pytest.mark.parametrize("form", ["chatlab-jsonl", "chatlab-json"])
def test_repeated_messages_for_chatlab(form: str) -> None:
    """An importer that tells messages apart by time, sender, type, content and id keeps all of them."""
    chat = wechatlog.load(FOLDER / "chatlab-repeats" / "in.jsonl")
    text = wechatlog.dumps(chat, form)
    rows = (
        json.loads(text)["messages"]
        if form == "chatlab-json"
        else [json.loads(line) for line in text.split("\n") if line]
    )
    rows = [row for row in rows if row.get("_type", "message") == "message"]
    names = "timestamp", "sender", "type", "content", "platformMessageId"
    assert len({tuple(map(str, map(row.get, names))) for row in rows}) == len(rows) == len(chat) == 5


def test_ids_that_javascript_rounded() -> None:
    chat = load("ciphertalk-rounded-ids.json")
    assert [message.id for message in chat] == [None] * len(chat)
    assert [message.reply_to for message in chat if message.reply_to] == ["6116895530414915131"]
    assert codes(chat) & {"rounded-id", "writer-fault"}


def test_flags_of_a_table_as_numbers() -> None:
    chat = load("csv-is_self-0-1.csv")
    assert [message.is_self for message in chat] == [False, True, False, False]
    assert kinds(chat)[:2] == ["text", "text"]
    for message, kind in zip(chat[2:], ["sticker", "mini_program"], strict=True):
        assert message.kind.value in (kind, "other")
    assert "unknown-kind" in codes(chat) or "other" not in kinds(chat)
    assert "bad-cell" not in codes(chat)


def test_a_stray_row_of_a_workbook() -> None:
    chat = load("memotrace-xlsx-stray-row.xlsx")
    assert kinds(chat) == ["text", "voice", "video", "text"]
    assert [chat[0].text, chat[3].text] == ["早", "到了"]
    assert all(message.time is not None for message in chat)
    (voice,) = chat[1].segments
    assert isinstance(voice, wechatlog.Voice)
    assert str(voice.path).startswith("./voice/")
    assert all(entry.severity is wechatlog.Severity.INFO for entry in chat.diagnostics)


def test_a_page_of_markdown_is_no_paste() -> None:
    try:
        chat = wechatlog.load(FOLDER / "ocr-markdown-as-paste.md")
    except wechatlog.UnknownFormatError:
        return
    assert [(message.sender, message.text) for message in chat][:2] == [("李四", "早"), ("我", "早啊")]
    assert kinds(chat) == ["text", "text", "recall"]


def test_names_in_a_pat_of_a_database() -> None:
    (chat,) = wechatlog.load_archive(FOLDER / "v4-pat-names")
    (pat,) = [message for message in chat if message.kind is MessageKind.PAT]
    assert (pat.sender, pat.text) == (None, '"李四" 拍了拍我')


def test_a_chat_that_lies_in_two_databases() -> None:
    (chat,) = wechatlog.load_archive(FOLDER / "v4-shards")
    times = [message.time for message in chat if message.time is not None]
    assert len(times) == 4
    assert times == sorted(times)


def test_bubbles_without_content() -> None:
    chat = load("weflow-html-empty-bubbles.html")
    assert kinds(chat)[:2] == ["other", "other"]
    assert [message.text for message in chat][:2] == ["", ""]
    assert kinds(chat)[2:6] == ["mini_program", "music", "system", "recall"]
    assert "writer-fault" in codes(chat)


def test_placeholders_without_a_blank() -> None:
    assert kinds(load("weflow-placeholders.txt")) == ["text", "mini_program", "music", "system", "recall", "text"]


def test_two_rows_of_one_insert() -> None:
    chat = load("weflow-sql-multirow.sql")
    assert [message.id for message in chat] == ["6116895530414915131", "4402781936450021977"]
    assert [message.is_self for message in chat] == [False, True]


def test_a_pat_in_a_workbook() -> None:
    chat = load("weflow-xlsx-pat.xlsx")
    assert (chat[2].kind, chat[2].sender, chat[2].text) == (MessageKind.PAT, None, '"李四" 拍了拍 "张三"')
