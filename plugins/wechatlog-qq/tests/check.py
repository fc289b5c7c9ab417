"""Run where the plug-in is installed: its formats are found, chosen, read, and pass the conformance check."""

from pathlib import Path

import wechatlog
from wechatlog.registry import find_reader
from wechatlog.testing import check_reader

SAMPLES = Path(__file__).parent / "samples"
FORMATS = {
    "qq-txt": "group.txt",
    "qq-exporter-json": "private.json",
    "qq-exporter-jsonl": "chunked/chunks/c000001.jsonl",
}


def main() -> None:
    """Find them, use them, check them."""
    known = {entry.name: entry.origin for entry in wechatlog.formats() if entry.role == "reader"}
    for name, file in FORMATS.items():
        assert known[name] == "wechatlog-qq", known.get(name)
        assert wechatlog.detect(SAMPLES / file).format == name
        check_reader(find_reader(name), [SAMPLES / file])
    friend, group = wechatlog.load_archive(SAMPLES / "all.txt")
    assert [(m.sender, m.text) for m in friend] == [("李四", "早"), ("张三", "早，今天\n十点见")], list(friend)
    assert (friend.title, friend.is_group, group.title, group.is_group) == ("李四", False, "读书会", True)
    assert [(m.sender, m.sender_id, str(m.kind)) for m in group] == [
        ("李四", "10001", "image"),
        ("王五", "wangwu@example.invalid", "text"),
        (None, None, "system"),
    ], list(group)
    for file in ("private.json", "chunked/chunks/c000001.jsonl"):
        chat = wechatlog.load(SAMPLES / file)
        assert (chat.title, chat.owner) == ("李四", "10002")
        assert [str(m.kind) for m in chat] == ["text", "image", "quote", "recall", "file"], list(chat)
        assert [m.is_self for m in chat if m.sender] == [False, True, True, False]
        assert chat[2].reply_to == chat[0].id
        assert not chat.diagnostics, chat.diagnostics
    print("the QQ formats are found and conform")


if __name__ == "__main__":
    main()
