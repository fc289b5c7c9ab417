"""The forms that are folders: a vault of notes, a data set."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import attrs
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import wechatlog
from tests.goldens import conversation as golden_conversation
from tests.goldens import golden
from tests.strategies import conversations
from tests.writers.test_markdown_post import _check_harmless, nasty
from wechatlog import Conversation, Message
from wechatlog.registry import find_writer
from wechatlog.testing import check_writer
from wechatlog.writers.base import NewFile, give_pieces

MARK = re.compile(r"\^((?:m|h)-[A-Za-z0-9-]+)$", re.MULTILINE)
LEADS = re.compile(r"\[\[[^\[\]]*\]\]")


def files(form: str, *chats: Conversation, **options: Any) -> dict[str, bytes]:
    """The files of a form, as they are put into a folder."""
    found: dict[str, bytes] = {}
    path = ""
    for piece in give_pieces(find_writer(form), [(chat, chat.messages) for chat in chats], options):
        if isinstance(piece, NewFile):
            path = piece.path
            assert path not in found
            found[path] = b""
        else:
            found[path] += piece if isinstance(piece, bytes) else piece.encode("utf-8", "replace")
    return found


def notes(*chats: Conversation, **options: Any) -> dict[str, tuple[dict[str, Any], str]]:
    """The notes of a vault: properties and body."""
    found = {}
    for path, data in files("obsidian", *chats, **options).items():
        _, front, body = data.decode().split("---\n", 2)
        found[path] = (yaml.safe_load(front), body)
    return found


def say(text: str, day: str = "2026-05-01", **fields: Any) -> Message:
    time = dt.datetime.fromisoformat(f"{day} 09:00:00")
    return Message(**{"time": time, "precision": "second", "sender": "李四", "text": text, **fields})


# --- obsidian -------------------------------------------------------------------------------------


def test_the_vault_of_the_golden_conversation() -> None:
    found = files("obsidian", golden_conversation())
    golden("obsidian/vault.md", "".join(f"=== {path}\n{data.decode()}" for path, data in found.items()))


def test_a_writer_of_folders_keeps_the_promises() -> None:
    check_writer(find_writer("obsidian"))
    pytest.importorskip("pyarrow")
    check_writer(find_writer("huggingface"))


def test_a_note_for_each_month_in_order() -> None:
    chat = Conversation(
        [say("二", "2026-06-01"), say("一"), Message(text="无时", sender="王五"), say("三", "2026-06-02")],
        title="读书会 #1 [a|b]^", id="1@chatroom",
    )  # fmt: skip
    found = notes(chat, tags="wechat,群聊/读书")
    name = "读书会 _1 _a_b__"
    assert list(found) == [f"{name}/{name} 2026-05.md", f"{name}/{name} 2026-06.md", f"{name}/{name}.md"]
    assert found[f"{name}/{name} 2026-05.md"][0] == {
        "chat": "读书会 #1 [a|b]^", "chat_id": "1@chatroom", "month": "2026-05", "up": f"[[{name}]]",
        "first": dt.date(2026, 5, 1), "last": dt.date(2026, 5, 1), "messages": 2, "tags": ["wechat", "群聊/读书"],
    }  # fmt: skip
    assert found[f"{name}/{name}.md"][0]["people"] == ["李四", "王五"]
    assert f"[[{name} 2026-06|2026-06]] · 2" in found[f"{name}/{name}.md"][1]
    assert f"[[{name}]] · [[{name} 2026-06]]" in found[f"{name}/{name} 2026-05.md"][1]
    assert "tags" not in notes(chat, tags="none")[f"{name}/{name}.md"][0]


def test_ids_can_be_cited_and_stay() -> None:
    same = say("哈哈")
    chat = Conversation([say("早", id="7001"), same, same, say("x", id="a b"), say("> 引", kind="quote")], title="群")
    ((_, body), *_rest) = notes(chat).values()
    marks = MARK.findall(body)
    assert marks[0] == "m-7001"
    assert marks[2] == f"{marks[1]}-2"
    assert len(set(marks)) == len(marks) == len(chat)
    ((_, later), *_rest) = notes(attrs.evolve(chat, messages=[say("前"), *chat])).values()
    assert MARK.findall(later)[1:] == marks


def test_chats_of_one_name_are_told_apart() -> None:
    found = notes(Conversation([say("a")], title="群"), Conversation([say("b")], title="群"), Conversation())
    assert [path for path in found if "2026" not in path] == ["群/群.md", "群 2/群 2.md", "微信聊天/微信聊天.md"]


@given(conversation=conversations(), title=nasty, texts=st.lists(nasty, max_size=4))
@settings(max_examples=60)
def test_nothing_in_a_vault_acts(conversation: Conversation, title: str, texts: list[str]) -> None:
    messages = [*conversation, *(say(text, sender=text or None) for text in texts)]
    chat = attrs.evolve(conversation, messages=messages, title=title, lexicon=None)
    count = 0
    for path, (properties, body) in notes(chat).items():
        assert re.fullmatch(r"[^/\\:*?\"<>|#^\[\]]+/[^/\\:*?\"<>|#^\[\]]+\.md", path)
        assert set(properties) <= {"chat", "chat_id", "month", "up", "first", "last", "messages", "people", "tags"}
        assert all("[[" not in str(properties.get(name)) for name in ("chat", "chat_id", "people"))
        assert properties["tags"] == ["wechat"]
        chain = body.rstrip("\n").rpartition("\n\n")
        if "month" in properties or properties.get("up"):
            assert LEADS.sub("", chain[2]).replace(" · ", "") == ""
            assert "[[" not in chain[0]
            assert "%%" not in chain[0]
            assert "==" not in chain[0]
            assert not re.search(r"(?m)(?<!\S)#(?!#* [0-9])", chain[0])
            count += len(MARK.findall(chain[0]))
            _check_harmless(chain[0])
    assert count == len(chat)


@pytest.mark.parametrize("tags", ["a b", "#x", "1", "a\nb", "[x]"])
def test_what_is_no_tag(tags: str) -> None:
    with pytest.raises(wechatlog.OptionError, match="is no tag of Obsidian"):
        files("obsidian", Conversation(), tags=tags)


# --- huggingface ----------------------------------------------------------------------------------


def card(*chats: Conversation, **options: Any) -> tuple[dict[str, Any], str]:
    pytest.importorskip("pyarrow")
    _, front, body = files("huggingface", *chats, **options)["README.md"].decode().split("---\n", 2)
    return yaml.safe_load(front), body


def test_the_card() -> None:
    front, body = card(golden_conversation(), license="cc-by-4.0", title="一 <b>二</b>\n三: {{x}}")
    assert front["pretty_name"] == "一 <b>二</b> 三: {{x}}"
    assert front["license"] == "cc-by-4.0"
    assert front["size_categories"] == ["n<1K"]
    assert front["configs"] == [
        {"config_name": "default", "data_files": [{"split": "train", "path": "data/train-*.parquet"}]}
    ]
    golden("huggingface/README.md", body)
    for name in ("张三", "李四", "wxid_"):
        assert name not in body
    for option, value in (("language", "zh\nx: y"), ("license", "[x]")):
        with pytest.raises(wechatlog.OptionError, match=option):
            card(Conversation(), **{option: value})


def test_names_are_pseudonyms_unless_asked_for(tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    time = golden_conversation()[0].time
    assert time is not None
    private = Conversation([say("早", time=time, sender_id="wxid_lisi00000002")], title="李四", tz=time.tzinfo)
    chats = [golden_conversation(), private]
    wechatlog.dump(chats[1], tmp_path / "hidden", "huggingface")
    path = tmp_path / "hidden" / "data" / "train-00000-of-00001.parquet"
    assert "李四" not in json.dumps(pq.read_table(path).to_pylist(), ensure_ascii=False, default=str)
    assert "李四".encode() not in path.read_bytes()
    wechatlog.dump(chats, tmp_path / "real", "huggingface", real_names="true", title="两个群")
    assert "as in" not in (tmp_path / "real" / "README.md").read_text("utf-8")
    assert list(wechatlog.load_archive(tmp_path / "real" / "data")) == chats
