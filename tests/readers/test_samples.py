"""Every made-up sample of the formats in the wild is recognised, read, and nothing of it is in doubt."""

from __future__ import annotations

import ast
import gzip
from pathlib import Path

import pytest

import wechatlog

FORMATS = {
    "12425-ios.csv": "12425-csv",
    "chatlab-app-export.md": "chatlab-markdown",
    "chatlab-app-export.txt": "chatlab-txt",
    "chatlab-min.json": "chatlab-json",
    "chatlab-min.jsonl": "chatlab-jsonl",
    "chatlog-alpha-private.csv": "chatlog-csv",
    "chatlog-alpha-private.json": "chatlog-json",
    "chatlog-group.json": "chatlog-json",
    "chatlog-keeper-wechat_messages.json": "chatlog-keeper-json",
    "chatlog-plain-day.txt": "chatlog-text",
    "chatlog-plain-full.txt": "chatlog-text",
    "chatlog-plain-multi-talker.txt": "chatlog-text",
    "chatlog-plain-year.txt": "chatlog-text",
    "chatlog-private.json": "chatlog-json",
    "chatlog-webhook.json": "chatlog-webhook",
    "chatlog-wxid_lisi00000002_2025-08-27_2025-08-28.csv": "chatlog-csv",
    "ciphertalk-detailed.json": "ciphertalk-json",
    "echotrace-李四_聊天记录_1764554400000.json": "echotrace-json",
    "iphone-xls-示例项目组.xls": "iphone-xls",
    "jettchent-李四-wxid_lisi00000002.json": "jettchent-json",
    "mail-android-group.txt": "mail",
    "mail-android-private.txt": "mail",
    "mail-english.txt": "mail",
    "mail-ios-group.txt": "mail",
    "mail-ios-private.html": "mail",
    "memotrace-v0-2023-11-9col.csv": "memotrace-v0-csv",
    "memotrace-v1-all-messages.csv": "memotrace-v1-csv",
    "memotrace-v1-contacts.csv": "refused: contact-list",
    "memotrace-v1-group_utf8.csv": "memotrace-v1-csv",
    "memotrace-v1-private.html": "memotrace-html",
    "memotrace-v1-private.txt": "memotrace-v1-text",
    "memotrace-v1-private_chat.txt": "memotrace-ai-text",
    "memotrace-v1-private_train.json": "refused: training-set",
    "memotrace-v1-private_utf8.csv": "memotrace-v1-csv",
    "memotrace-v3-group.csv": "memotrace-csv",
    "memotrace-v3-group.txt": "memotrace-text",
    "memotrace-v3-private.csv": "memotrace-csv",
    "memotrace-v3-private.html": "memotrace-html",
    "memotrace-v3-private.html.json": "memotrace-json",
    "memotrace-v3-private.md": "memotrace-markdown",
    "memotrace-v3-private.txt": "memotrace-text",
    "memotrace-v3-private_chat.txt": "memotrace-ai-text",
    "paste-ios-multiselect.txt": "paste-ios",
    "paste-mac-datetime.txt": "paste",
    "paste-name-cn-date.txt": "paste",
    "paste-windows-datetime.txt": "paste",
    "paste-windows-name-only.txt": "paste-names",
    "pc_wechat_exp.txt": "pc-wechat-exp-txt",
    "pywxdump-excel-resaved-gbk.csv": "pywxdump-csv",
    "pywxdump-group_0_5000.csv": "pywxdump-csv",
    "pywxdump-old-content-column.csv": "pywxdump-csv",
    "pywxdump-users.json": "refused: contact-list",
    "pywxdump-wxid_lisi00000002_0_18.csv": "pywxdump-csv",
    "pywxdump-wxid_lisi00000002_0_18.json": "pywxdump-json",
    "stomakun-wechatexport-ios.txt": "stomakun",
    "thearas-group.txt": "thearas",
    "thearas-private.txt": "thearas",
    "tracememo-messages.js": "tracememo-js",
    "tracememo-李四_20260601_120000.csv": "tracememo-csv",
    "tracememo-李四_20260601_120000.json": "tracememo-json",
    "tracememo-李四_20260601_120000.md": "tracememo-markdown",
    "wcda-group-messages.json": "wcda-json",
    "wcda-group-messages.txt": "wcda-txt",
    "wcda-group-messages.xlsx": "wcda-xlsx",
    "wcda-json.zip": "wcda-json",
    "wcda-private-messages.json": "wcda-json",
    "wcda-private-messages.txt": "wcda-txt",
    "wcda-private-messages.xlsx": "wcda-xlsx",
    "wcda-txt.zip": "wcda-txt",
    "wcda-xlsx.zip": "wcda-xlsx",
    "wechat-cli-history.jsonl": "wechat-cli-jsonl",
    "wechat-dump.txt": "wechat-dump",
    "wechat-v3-MSG0.db": "wechat-v3-db",
    "wechat-v4-message_0.db": "wechat-v4-db",
    "wechatbaktool.txt": "wechatbaktool",
    "wechatexporter-ios.html": "wechatexporter-html",
    "wechatexporter-ios.txt": "wechatexporter-txt",
    "weflow-arkme-group.json": "weflow-arkme",
    "weflow-chatlab-private.json": "chatlab-json",
    "weflow-chatlab-private.jsonl": "chatlab-jsonl",
    "weflow-detailed-private.json": "weflow-json",
    "weflow-private-old-doublequotes.txt": "weflow-txt",
    "weflow-private.html": "weflow-html",
    "weflow-private.md": "weflow-markdown",
    "weflow-private.txt": "weflow-txt",
    "weflow-private.xlsx": "weflow-xlsx",
    "weflow-weclone.csv": "weclone-csv",
    "wetrace-chat_export_李四_wxid_lisi00000002.csv": "wetrace-csv",
    "wetrace-chat_export_李四_wxid_lisi00000002.txt": "wetrace-text",
    "wetrace-data.js": "wetrace-js",
    "wxcli-export.json": "wx-cli-json",
    "wxcli-export.md": "wx-cli-md",
    "wxcli-export.txt": "wx-cli-txt",
}
BINARY = (".xlsx", ".zip", ".db")
READERS = Path(wechatlog.__file__).parent / "readers"


def _detected(data: Path | bytes) -> str:
    try:
        return wechatlog.detect(data).format
    except wechatlog.RefusedFormatError as error:
        return f"refused: {error.format}"


def test_no_sample_is_forgotten(samples: Path) -> None:
    chats = {path.name for path in samples.iterdir() if not path.name.startswith("appmsg-")}
    assert chats == set(FORMATS)


@pytest.mark.parametrize("name", FORMATS)
def test_the_right_format(samples: Path, name: str) -> None:
    assert _detected(samples / name) == FORMATS[name]


@pytest.mark.parametrize("name", FORMATS)
def test_content_is_enough(samples: Path, name: str) -> None:
    """Without a name, compressed, with other line ends, with a mark, in other encodings: the same format."""
    data = (samples / name).read_bytes()
    assert _detected(data) == FORMATS[name]
    assert _detected(gzip.compress(data)) == FORMATS[name]
    if name.endswith(BINARY):
        return
    unix = data.replace(b"\r\n", b"\n")
    assert _detected(unix) == FORMATS[name]
    assert _detected(unix.replace(b"\n", b"\r\n")) == FORMATS[name]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return
    for encoding in ("utf-8-sig", "utf-16", "gb18030"):
        assert _detected(text.encode(encoding)) == FORMATS[name], encoding


@pytest.mark.parametrize("name", [name for name in FORMATS if not FORMATS[name].startswith("refused")])
def test_what_is_read_keeps_the_promises_of_the_model(samples: Path, name: str) -> None:
    found = list(wechatlog.load_archive(samples / name))
    assert sum(map(len, found)) > 0
    for conversation in found:
        zones = {message.time.tzinfo is None for message in conversation if message.time is not None}
        assert len(zones) <= 1
        for message in conversation:
            assert "".join(segment.raw for segment in message.segments) == message.text
            assert (message.time is None) == (message.precision is None)
        assert wechatlog.loads(wechatlog.dumps(conversation, "jsonl")) == conversation
        assert len(wechatlog.loads(wechatlog.dumps(conversation, "markdown"), format="markdown")) == len(conversation)


def _imports(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}


def test_no_reader_mentions_another() -> None:
    """Modules of one family share the word before the first underscore; nothing else is shared but base and support."""
    for path in READERS.glob("*.py"):
        family = path.stem.split("_")[0]
        for module in _imports(path):
            if module.startswith("wechatlog.readers.") and not module.startswith("wechatlog.readers.support"):
                other = module.rpartition(".")[2]
                assert other == "base" or other.split("_")[0] == family, f"{path.name} imports {module}"
