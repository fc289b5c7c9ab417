"""The made-up samples of the formats in the wild: cases of the corpus under the names that their tools give them.

They lie in `corpus/<format>`; a test that asks for the fixture `samples` gets a folder with all of them.
"""

from __future__ import annotations

import functools
import shutil
from pathlib import Path

import wechatlog
from tests.shapes import telling
from tests.test_corpus import cases, expected_of

CORPUS = Path(__file__).parent / "corpus"
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
"""The format of each, or who refuses it."""


def corpus_files() -> list[Path]:
    """The files of the corpus without what is expected of them, which is JSON that a reader would take for a chat."""
    files = sorted(path for path in CORPUS.rglob("*") if path.is_file() and path.suffix != ".expected")
    expectations = {path.with_suffix(".json") for path in files if path.suffix != ".json"}
    return [path for path in files if path not in expectations]


@functools.cache
def corpus_conversations() -> tuple[wechatlog.Conversation, ...]:
    """Conversations of the corpus with everything in them that any has, read once for all tests of a process.

    Nothing can change them, and what is done with a conversation does not depend on the format that it came from.
    """
    readable = (case for case in cases() if "error" not in expected_of(case))
    return tuple(chat for case in telling(readable) for chat in wechatlog.load_archive(case))


def copy_samples(folder: Path) -> None:
    """All of them side by side, as somebody has them who collects exports."""
    for name, reader in FORMATS.items():
        shutil.copy(CORPUS / reader.removeprefix("refused: ") / name, folder)
