"""Damage at one place of a file: what it costs, and that it is told. Each was found by `fuzz.damage`.

A case of the corpus, what is put in place of which of its words, and the code of the diagnostic that tells it: none
where it stands elsewhere too and nothing is lost.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from fuzz.oracle import judge
from fuzz.seeds import Seed, load_seeds, read

from wechatlog import Severity, detect, load, loads

DAMAGE = [
    # the head of a text
    ("thearas/group.txt", "# Chat", "# Cha", "damaged-head"),
    ("thearas/group.txt", "12345678901@chat", "12345678901Rchat", "damaged-head"),
    ("wx-cli-md/private.md", "# 李四", "^李四", "damaged-head"),
    ("wx-cli-md/private.md", "> 导出", "f 导出", "damaged-head"),
    ("wx-cli-txt/private.txt", "(6 条) ===", "( 条) ===", "damaged-head"),
    ("wx-cli-txt/private.txt", "=== 李四 (6", "E=== 李四\ufffd(6", "damaged-head"),
    ("wcda-txt/wcda-private-messages.txt", "账号: wxid_zhang", "账号: wxid_zang", "damaged-head"),
    ("bracket-lines/tzwkb.txt", "=== 与", "=~= 与", "text-before-first-message"),
    ("chatlog-text/chatlog-plain-full.txt", "李四", "李\ufffd", "suspected-forgery"),
    ("thearas/group.txt", "(12345678901@chat", "(", "damaged-head"),
    ("weflow-stream-html/private.html", "<b>李四", "<b>李x四", "damaged-head"),
    ("bracket-lines/wechat-chat-export.txt", "Chat Export", "Cat Export", ""),
    ("wechat-cli-md/fclwtt-private.md", "**类型**:", "**类型**：", "text-before-first-message"),
    ("wechat-cli-md/fclwtt-group.md", "# 示例", "\x1d# 示例", "text-before-first-message"),
    ("bracket-lines/plus-markdown.md", "- 会话类型", "－ 会话类型", "text-before-first-message"),
    ("bracket-lines/plus-markdown.md", "单聊\n- 参与", "", ""),
    ("bracket-lines/plus-markdown.md", "- 会话类型：单聊\n- 参与者（2 人）：我、李四\n", "", ""),
    ("bracket-lines/liuhuiping-private.md", "`\n- 消息", "` - 消息", ""),
    ("bracket-lines/liuhuiping-private.md", "- 微信标识：`wxid_lisi00000002`\n- 消息条数：27\n", "", "damaged-head"),
    ("bracket-lines/liuhuiping-group.md", "- 微信标识：`12345678901@chatroom`\n- 消息条数：30\n", "", "damaged-head"),
    ("bracket-lines/chatlog-studio.txt", "Chat: ", "Chat： ", "text-before-first-message"),
    ("bracket-lines/liuhuiping-private.md", "微信标识", "微信标", ""),
    ("bracket-lines/liuhuiping-private.md", "# 李四\n", "", ""),
    ("bracket-lines/liuhuiping-group.md", "@chatroom", "@chat\u00adroom", "damaged-head"),
    ("bracket-lines/liuhuiping-group.md", "- 微信标识：`1", "－ 微信标识：`１", "damaged-head"),
    ("wcda-txt/every-kind-group.txt", "12345678901@chatroom", "12345678901chatroom", "damaged-head"),
    ("wx-cli-txt/own-code.txt", "[群]", "群]", "damaged-head"),
    ("weflow-stream-html/private.html", "<b>李四</b><p>&lt;?xml", "<b>\ufffd四</b><p>&lt;?xml", "damaged-head"),
    # the only characters that are not ASCII
    ("wechatexporter-txt/english-words.txt", "l-time Loc", "l-time L\udcaec", "uncertain-encoding"),
    # the head of a statement, and what stands between its rows
    ("echotrace-sql/own-code.sql", 'INTO "public"', "INTO public\"", ""),
    ("echotrace-sql/own-code.sql", '"public"."echotrace" ("date', '"pub" ("date', ""),
    ("echotrace-sql/own-code.sql", '("date", "time"', '"date", "time"', "broken-row"),
    ("echotrace-sql/own-code.sql", '", "is_send", "con', '" "is_send", "con', ""),
    ("echotrace-sql/own-code.sql", 'is_send", "content", "send', 'is_send", "cont_nt", "send', ""),
    ("echotrace-sql/own-code.sql", "INSERT INTO", "INSER\u202aT INTO", ""),
    ("echotrace-sql/own-code.sql", "VALUES\n('2026-05-01', '08:00:00', false, '早上好\n", "VALUES\n", "broken-row"),
    ("echotrace-sql/own-code.sql", "08:01:10'),\n", "08:01:10')\0\0,\n", "broken-row"),
    ("echotrace-sql/own-code.sql", "08:01:30'),\n", "08:01:30'),\ufffd", "broken-row"),
    ("echotrace-sql/own-code.sql", "08:02:00'),\n(", "08:02:00'),\n（", "broken-row"),
    ("named-sql/shell-of-sqlite.sql", "chat VALUES('2026-05-01 08:00:10'", "2026-05-01 08:00:10'", "broken-row"),
    (
        "echotrace-sql/private.sql",
        'INSERT INTO "public"."echotrace" ("date", "time", "is_send", "content", "send_name", "timestamp") VALUES\n',
        "",
        "broken-row",
    ),
    ("named-sql/mysql.sql", "(\n  `id`", "（\n\ufeff  `id\u200b`", ""),
    ("named-sql/mysql.sql", "` VALUES (1", "` tALUES (1", ""),
    ("named-sql/mysql.sql", "  `sender` varchar(64),", "  `sender` varchar（64），", ""),
    ("named-sql/mysql.sql", "  `sender` varchar(64),", "  `sen-- MySQL dump\nCREATE TABLE `chat` (\n  `id` int,\n  `time` text,\n  `sender` text,", ""),
    ("named-sql/mysql.sql", "VALUES (1,'2026", "VALUES (1,\u200b'2026", ""),
    ("named-sql/mysql.sql", "08:00:00','李四','it", "08:00:00,李四','it", "broken-row"),
    ("named-sql/mysql.sql", ")\n);\nINSERT", ")\nINSERT", ""),
    ("named-sql/shell-of-sqlite.sql", "text, sender", "text, s\u00adender", ""),
    ("named-sql/shell-of-sqlite.sql", "CREATE TABLE", "CREATETABLE", ""),
    ("named-sql/shell-of-sqlite.sql", "CREATE TABLE", "CREATE TATBLE", ""),
    ("named-sql/shell-of-sqlite.sql", "CREATE TABLE chat", "CREATE TABLE chTat", ""),
    ("named-sql/shell-of-sqlite.sql", "is_self int);", "is_self int$;", ""),
    ("ciphertalk-sql/group.sql", "local_id, create_time, f", "local_id, create_{ime, f", ""),
    ("ciphertalk-sql/group.sql", "create_time, formatted_time, msg_type, con", "con", ""),
    # what letters stand for
    ("named-keys/letters.jsonl", '"glossary"', '"glosary"', ""),
    ("dated-lines/letters.md", "---\ncontact", "---\n---\ncontact", ""),
    ("dated-lines/letters.md", "tokens: ~267\n---\n", "tokens: ~267", ""),
    # a header line
    ("wx-cli-txt/wxcli-export.txt", "] 早\n第二行\n[", "[", "near-header"),
    ("wx-cli-md/private.md", "08:00\n\n### 2026-05-01 08:01", "08:00\n### 2026-05-01 08:01", ""),
    ("wechatbaktool/wechatbaktool.txt", "16:40 | 小李:\n", "", "near-header"),
    ("memotrace-ai-text/memotrace-v3-private_chat.txt", "李四:【位置", "李四【位置", "suspected-forgery"),
    ("memotrace-ai-text/memotrace-v3-private_chat.txt", "\n\n李四:【位置", "\n李四:【位置", "suspected-forgery"),
    ("wx-cli-md/private.md", "08:01\n\n### 2026-05-01 07:00", "08~01\n\n### 2026-05-01 07:00", "bad-time"),
    ("wechatexporter-txt/wechatexporter-ios.txt", "\n李四 (2021-06-01 21:06:23)", "四 (2021-06-01 21:06:23)", "near-header"),
    ("dated-lines/days-in-headers.md", "早\n\n**李四 ·", "早**李四 ·", "near-header"),
    ("paste-ios/ordinary.txt", "2026年07月16日 17:09", "2026年07月16日 17:0", "near-header"),
    # the head of a page
    ("weflow-html/empty-bubbles.html", "<title>李四", "<tDtle>李四", ""),
    ("weflow-html/empty-bubbles.html", "<title>李四", "<title>\ufffd四", "damaged-head"),
    ("wcda-html/private.html", "</title>", "/title>", ""),
    ("wcda-html/private.html", "</title>", "</titl\ufffd>", ""),
    ("memotrace-html/memotrace-v1-private.html", "= [{", "= [(", "broken-json"),
    # the heading of a table
    ("csv/group.csv", ",sender,", ",ender,", "damaged-header"),
    ("csv/group.csv", ",time,precision,", ",timeprecision,", "damaged-header"),
    ("tsv/group.tsv", "\tsender\t", "\tse\0\0\0\0\0\0\0\0nder\t", "damaged-header"),
    ("tsv/group.tsv", "sender\tsender_id\t", "sesender_id\t", "damaged-header"),
    ("pywxdump-csv/pywxdump-wxid_lisi00000002_0_18.csv", "id,MsgSvrID", "id;MsgSvrID", "damaged-header"),
    ("weclone-csv/typed-placeholder.csv", "type_name", "type_nam,e", "damaged-header"),
    ("csv/group.csv", "conversation,", "", "damaged-header"),
    ("csv/group.csv", ",sender_id,is_self,kind,", ",", "damaged-header"),
    ("named-columns/type-of-message.csv", ",发送者,", ",发9送者,", "damaged-header"),
    ("named-columns/direction.csv", ",消息类型,", ",消\ufffd类型,", "damaged-header"),
    ("named-columns/type-of-message.csv", ",消息类型,", ",消\0\0息类型,", "damaged-header"),
    ("chatlog-csv/chatlog-alpha-private.csv", "MessageID,Time", "MessageIDxTime", "damaged-header"),
    ("named-columns/kinds.csv", '"发送者"', '"发送者', "broken-csv"),
    ("named-columns/type-of-message.csv", "时间,发送者", "时间,发时间,发送者", "damaged-header"),
    ("tracememo-csv/李四_20260601_120000.csv", "时间,发送者", "时间,发时间,发送者", "damaged-header"),
    ("wechat-decrypt-csv/pictures.csv", "时间,", "时\u200b间,", "damaged-header"),
    # the head of a JSON file
    ("wx-cli-json/private.json", '"is_group"', '"is_grop"', "damaged-header"),
    ("wx-cli-json/wxcli-export.json", '"sender": "李四",\n', '"sender": 李四",\n', "broken-json"),
    ("json/group.json", '"conversations":[\n{"ti', '"con', "broken-json"),
    ("json/group.json", '{"title":"示例群",', "", "bad-line"),
    ("json/group.json", '}],"parsed":true},\n{"time":"2026-05-01T09:06', '},\n{"time":"2026-05-01T09:06', "broken-json"),
    ("wx-cli-json/search-several.json", '"count": 6', '"count": ', "broken-json"),
    ("wx-cli-json/search-several.json", '{\n  "count', '{\n{\n  "count', "broken-json"),
    ("wx-cli-json/search-several.json", '"ok"\n  },\n', '"ok"\n', "broken-json"),
    ("wechat-export-tool-json/group.json", '"Messages": ', "", "broken-json"),
    ("wechat-decrypt-json/message_0.db.json", '_count": 7,\n  "messag', '_coun', "broken-json"),
    ("wechat-decrypt-json/message_0.db.json", 'messages": [\n    {\n', '" {\n', "broken-json"),
    ("wcda-json/wcda-private-messages.json", '": null},\n  "mes', "", "broken-json"),
    ("chatlab-json/weflow-chatlab-private.json", '"messages": [', '"messages": 1[', "broken-json"),
    ("wx-cli-json/wxcli-export.json", '"messages"', '"mes\0\0\0\0\0\0\0\0\0\0\0\0sages"', "broken-json"),
    ("wetrace-js/wetrace-data.js", "w.CHAT_DATA = [{", "", "broken-json"),
    # a list of texts
    ("wechat-cli-json/labels.json", '[表情]",', "[表情],", "broken-json"),
    ("wechat-cli-json/labels.json", "08:04] 李四", '08:04"] 李四', "broken-json"),
    ("wechat-cli-json/labels.json", '  "[2026-05-01 08:00]', "  [2026-05-01 08:00]", "broken-json"),
    ("wechat-cli-json/labels.json", '"messages": [', '"messages": ', "broken-json"),
    # the first line of JSON Lines
    ("named-keys/letters.jsonl", '"_meta": true', '"_meta: true', "broken-json"),
    ("named-keys/letters.jsonl", '"_meta": true, "contact": {', '"_meta"： true， "contact"： ｛', "broken-json"),
    ("chatlab-jsonl/weflow-stream-group.jsonl", '"WeFlow"}\n', '"WeFlow"} ', "broken-json"),
    ("chatlab-jsonl/weflow-stream-group.jsonl", '{"_type": "meta"', '{"_txype": "meta"', "no-header"),
]  # fmt: skip


@pytest.fixture(scope="module")
def seeds() -> dict[str, Seed]:
    return {seed.name: seed for seed in load_seeds()}


@pytest.mark.parametrize(("name", "old", "new", "code"), DAMAGE, ids=lambda text: repr(text)[:40])
def test_damage_costs_what_it_hit(seeds: dict[str, Seed], name: str, old: str, new: str, code: str) -> None:
    seed = seeds[name]
    assert old.encode() in seed.data
    damaged = seed.data.replace(old.encode(), new.encode("utf-8", "surrogateescape"), 1)
    outcome = judge(seed, damaged)
    assert outcome.lost <= (2 if code else 0)
    assert not code or code in warnings(seed, damaged)


def warnings(seed: Seed, data: bytes) -> set[str]:
    told = [entry for chat in read(data, seed.format, seed.options) for entry in chat.diagnostics]
    return {entry.code for entry in told if entry.severity is not Severity.INFO}


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("wechatexporter-txt/wechatexporter-ios.txt", "- -\n收到\n张三 (2021", "- - (2021"),
        ("wechatexporter-txt/wechatexporter-ios.txt", "- -\n收到\n张三 (2021", "- -2021"),
        ("memotrace-markdown/notice-for-heading.md", "9 李四**: 早\n", ""),
        ("stomakun/stomakun-wechatexport-ios.txt", "7:16:35): [红包]\r\n", "7:1\n"),
        ("wechatbaktool/wechatbaktool.txt", "16:40 | 小李:\n2024-01-10 20:17:00", "1624-01-10 20:17:00"),
        ("paste/newest-first.txt", "21:06\n6\n\n李四 2022", "21:0"),
        ("mail/clocks.txt", "1:00\n\n早\n\n李四 ", "1:00"),
        ("mail/clocks.txt", "17:08\n\n早\n\n李四 ", "17:"),
        ("dated-lines/list.md", "我：[图片]\n-", "-"),
        ("wechatexporter-txt/lost-headers.txt", "1 21:05:03):在\nSystem Message", "1 21:05:03)age"),
        (
            "wechatexporter-txt/lost-headers.txt",
            "3):示例文章张三 (2022-01-01 21:07:03):好",
            "３）：示例文章张三 （２０２２－０１－０１ ２１：０７：０３）：好",
        ),
        ("wechatexporter-txt/transfers.txt", "3):谢谢\n张三 (", "3("),
    ],
)
def test_damage_of_two_headers_is_told(seeds: dict[str, Seed], name: str, old: str, new: str) -> None:
    assert old.encode() in seeds[name].data
    assert "near-header" in warnings(seeds[name], seeds[name].data.replace(old.encode(), new.encode(), 1))


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("named-sql/mysql.sql", "  `content` text,\n", ""),
        ("named-sql/mysql.sql", "CREATE TABLE `chat` (", ""),
        ("weflow-sql/dump.sql", "FROM stdin", "F{OM stdin"),
        ("echotrace-sql/private.sql", 'INSERT INTO "public"."echotrace" ("date", "time", "is_send", ', ""),
        ("ciphertalk-sql/group.sql", "INTO messages", "INTO me#ssages"),
    ],
)
def test_rows_that_damage_hides_are_told(seeds: dict[str, Seed], name: str, old: str, new: str) -> None:
    assert old.encode() in seeds[name].data
    assert warnings(seeds[name], seeds[name].data.replace(old.encode(), new.encode(), 1)) & {
        "broken-shape",
        "broken-row",
        "unread-part",
    }


@pytest.mark.parametrize(("old", "new"), [("glossary:\n  U: Me\n", "gl"), ("  U: Me\n  R: 李四", "  U: Me  R: 李四")])
def test_a_letter_that_nothing_explains_is_told(seeds: dict[str, Seed], old: str, new: str) -> None:
    seed = seeds["dated-lines/letters.md"]
    assert old.encode() in seed.data
    assert "damaged-head" in warnings(seed, seed.data.replace(old.encode(), new.encode(), 1))


def test_a_first_line_with_a_sender_is_a_message_whatever_its_text_is_called() -> None:
    lines = [f'{{"time": "2026-05-01 08:00:{at:02}", "sender": "李四", "content": "早"}}' for at in range(3)]
    chat = loads("\n".join([lines[0].replace("content", "conxent"), *lines[1:]]), format="named-keys")
    assert [message.text for message in chat] == ["", "早", "早"]
    assert "unknown-key" in {entry.code for entry in chat.diagnostics}


def test_a_letter_that_no_object_explains_is_told(seeds: dict[str, Seed]) -> None:
    seed = seeds["named-keys/letters.jsonl"]
    assert "damaged-head" in warnings(seed, seed.data.replace(b'"R": ', b'"x": ', 1))


def test_a_text_in_which_no_lines_are_alike_is_told(seeds: dict[str, Seed]) -> None:
    seed = seeds["named-lines/name-in-front.md"]
    damaged = seed.data.replace("8:00:00\n\n早\n\n### ".encode(), b"8:", 1)
    assert damaged != seed.data
    assert "no-header" in warnings(seed, damaged)


def test_a_database_without_a_table_of_messages_is_told(seeds: dict[str, Seed]) -> None:
    seed = seeds["named-tables/two-chats.db"]
    damaged = seed.data.replace(b"content text", b"conxent text").replace(b"create_time", b"create_tame")
    assert "broken-shape" in warnings(seed, damaged)
    assert "broken-shape" in warnings(seed, seed.data[:103] + bytes(2) + seed.data[105:])


@pytest.mark.parametrize("at", ["exported_at", "local_id", "text", "user_name", "talker", "remark"])
def test_zero_bytes_in_a_key_cost_no_name(seeds: dict[str, Seed], at: str) -> None:
    seed = seeds["named-keys/talker.json"]
    assert judge(seed, seed.data.replace(at.encode(), bytes(16) + at.encode(), 1)).lost == 0


@pytest.mark.parametrize(("time", "count"), [("08:01:30", 4), ("08:00:00", 3)])
def test_a_header_that_was_quoted_behind_a_day_is_none(time: str, count: int) -> None:
    line = f"2026-05-01 我们 2026-05-01 {time} '李四'"
    text = f"2026-05-01 08:00:00 '李四'\n早\n\n2026-05-01 08:01:00 '张三'\n{line}\n\n2026-05-01 08:02:00 '李四'\n好\n\n"
    chat = loads(text, format="weflow-txt")
    assert (len(chat), [entry.code for entry in chat.diagnostics]) == (count, ["near-header"])
    assert (chat[1].text == line) is (count == 3)


def test_a_character_that_nobody_sees_in_a_name_makes_no_group(seeds: dict[str, Seed]) -> None:
    seed = seeds["weflow-stream-html/private.html"]
    assert judge(seed, seed.data.replace("<b>李四".encode(), "<b>李\u200b四".encode(), 1)).lost == 1


@pytest.mark.parametrize(
    ("old", "new", "kept"),
    [
        (b"msgSvrId INTEGER, type INT", b"msgSvrId INTEGER, typo INT", True),
        (b"msgSvrId INTEGER, type INT", b"msgSvrId INTEGER, typ\xa7 INT", False),
        (b"(chatroomname TEXT", b"(chatroomnWme TEXT", True),
    ],
    ids=["a letter", "a broken character", "of people"],
)
def test_a_damaged_name_of_a_column(seeds: dict[str, Seed], old: bytes, new: bytes, kept: bool) -> None:
    """With a letter for another the column is known; with a broken character it can only be told."""
    seed = seeds["wechat-android-db/EnMicroMsg.db"]
    assert old in seed.data
    outcome = judge(seed, seed.data.replace(old, new, 1))
    assert (outcome.lost == 0) == kept
    assert outcome.told or old.startswith(b"(")


def test_a_byte_too_many_in_a_database_is_told(seeds: dict[str, Seed]) -> None:
    seed = seeds["wechat-v4-db/message_0.db"]
    damaged = seed.data[:20481] + b"\xa5" + seed.data[20481:]
    told = [str(entry) for chat in read(damaged, seed.format, seed.options) for entry in chat.diagnostics]
    assert any("the file does not end with a page: 1 bytes are too many" in sentence for sentence in told)


def test_no_name_of_a_column_is_mended_away() -> None:
    """Four names over five cells: none of what would fit there has the text where the heading has it."""
    chat = load(b'conversation;;text;""\ngroup;;hello;;\n', format="csv")
    assert [message.text for message in chat] == ["hello"]
    assert [diagnostic.code for diagnostic in chat.diagnostics] == ["row-length"]


@pytest.mark.parametrize(
    "name", ["wechat-android-db/EnMicroMsg.db", "wechat-v3-db/MSG0.db", "wechat-v4-db/message_0.db"]
)
@pytest.mark.parametrize("change", [-16, -1, 1, 16])
def test_pages_behind_missing_bytes_are_found_again(seeds: dict[str, Seed], name: str, change: int) -> None:
    """Wherever bytes are missing, or too many, in the rows of a page, most messages of the others are there, and it is told."""
    seed, read_whole, places = seeds[name], 0, range(4200, len(seeds[name].data), 997)
    for at in places:
        outcome = judge(seed, seed.data[:at] + bytes(max(0, change)) + seed.data[at + max(0, -change) :])
        assert outcome.told
        read_whole += not outcome.refused and outcome.lost <= 3
    assert read_whole * 4 >= len(places) * 3


def test_a_name_that_stands_once_is_told_where_it_is_broken(seeds: dict[str, Seed]) -> None:
    """What is left of it is the name of all messages: one loss, not many."""
    seed = seeds["wx-cli-json/private.json"]
    outcome = judge(seed, seed.data.replace("李四".encode(), "李".encode() + b"\xe5\x9b", 1))
    assert outcome.told
    assert outcome.renamed
    assert not judge(seed, seed.data).renamed


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("wechatexporter-html/wechatexporter-ios.html", "</html>"),
        ("iphone-xls/李四.xls", "</html>"),
        ("weflow-cli-html/private.html", "</html>"),
        ("ciphertalk-sql/group.sql", ");"),
    ],
)
def test_a_file_that_is_cut_inside_its_head_is_told(seeds: dict[str, Seed], name: str, end: str) -> None:
    """No message is there yet, and the end is missing."""
    seed = seeds[name]
    cut = seed.data[: seed.data.index(end.encode()) if end == ");" else 300]
    assert judge(seed, cut).lost == len(seed.messages)
    assert "broken-row" in warnings(seed, cut)


@pytest.mark.parametrize("data", ['[{"text": "早"}]', '{"rows": [{"text": "早"}]}'])
@pytest.mark.parametrize("name", ["weflow-json", "wcda-json", "chatlog-json", "ciphertalk-json", "tracememo-json"])
def test_objects_of_json_that_nobody_reads_are_told(name: str, data: str) -> None:
    """A format that was named, of a file without its list."""
    chat = loads(f'{{"x": 1, "data": {data}}}', format=name)
    (error,) = [entry for entry in chat.diagnostics if entry.severity is Severity.ERROR]
    assert (error.code, len(chat)) == ("broken-shape", 0)
    assert "the objects under 'data' were not read" in error.message


@pytest.mark.parametrize(
    "name",
    [
        "wx-cli-json/wxcli-export.json",
        "wx-cli-json/alpha-search.json",
        "tracememo-json/private.json",
        "chatlog-json/found.json",
        "chatlog-json/flat.json",
        "named-keys/rows-of-ios.json",
        "wechat-cli-json/labels.json",
        "chatlab-jsonl/weflow-stream-group.jsonl",
        "wx-cli-json/eight-messages.yaml",
        "wechat-decrypt-csv/pictures.csv",
    ],
)
def test_a_file_that_was_cut_and_stands_there_again_is_whole(seeds: dict[str, Seed], name: str) -> None:
    seed = seeds[name]
    for at in range(100, len(seed.data), len(seed.data) // 9):
        outcome = judge(seed, seed.data[:at] + seed.data)
        assert outcome.lost <= 2, at


@pytest.mark.parametrize("name", ["tracememo-json/private.json", "chatlog-json/found.json", "pywxdump-json/chat.json"])
def test_objects_without_the_beginning_of_their_file_are_read(seeds: dict[str, Seed], name: str) -> None:
    seed = seeds[name]
    outcome = judge(seed, seed.data[960:])
    assert outcome.told
    assert outcome.lost <= outcome.hit + 2


@pytest.mark.parametrize(
    "name",
    [
        "memotrace-csv/private.csv",
        "chatlog-csv/chatlog-alpha-private.csv",
        "pywxdump-csv/group_0_5000.csv",
        "tracememo-csv/李四_20260601_120000.csv",
        "weclone-csv/typed-placeholder.csv",
    ],
)
@pytest.mark.parametrize("left", ["", "，", "\0" * 40], ids=["nothing", "a mark", "zero bytes"])
def test_a_table_without_its_heading_has_the_columns_of_its_format(
    seeds: dict[str, Seed], name: str, left: str
) -> None:
    seed = seeds[name]
    damaged = left.encode() + b"\n" * bool(left) + seed.data.partition(b"\n")[2]
    assert judge(seed, damaged).lost == 0
    assert "damaged-header" in warnings(seed, damaged)


@pytest.mark.parametrize("name", ["liuhuiping-group.md", "liuhuiping-private.md", "types-behind-names.txt"])
def test_lines_without_their_head_tell_how_they_are_written(seeds: dict[str, Seed], name: str) -> None:
    seed = seeds[f"bracket-lines/{name}"]
    damaged = seed.data[seed.data.index(b"[2026-") :]
    assert judge(seed, damaged).lost == 0
    assert "damaged-head" in warnings(seed, damaged)


@pytest.mark.parametrize("name", ["pywxdump-csv/group_0_5000.csv", "weclone-csv/typed-placeholder.csv"])
@pytest.mark.parametrize(
    ("old", "new", "code"), [("type_name", "type\0_n\0ame", "damaged-header"), ("MsgSvrID,type_name", "msgsvrid,TYPE_NAME", "")]
)  # fmt: skip
def test_a_heading_in_another_case_or_with_zero_bytes_is_known(
    seeds: dict[str, Seed], name: str, old: str, new: str, code: str
) -> None:
    seed = seeds[name]
    damaged = seed.data.replace(old.encode(), new.encode(), 1)
    assert damaged != seed.data
    assert detect(damaged).format == seed.format
    assert judge(seed, damaged).lost == 0
    assert not code or code in warnings(seed, damaged)


@pytest.mark.parametrize("above", ["sep=,\r\n", "示例群,,,\r\n\r\n", '"导出于\n2026-05-01"\r\n'])
def test_the_heading_of_an_own_table_is_found_below_other_lines(seeds: dict[str, Seed], above: str) -> None:
    seed = seeds["csv/group.csv"]
    data = above.encode() + seed.data.removeprefix(b"\xef\xbb\xbf")
    assert detect(data).format == "csv"
    chat = load(data)
    assert tuple(chat) == seed.messages
    assert [(entry.code, entry.line) for entry in chat.diagnostics] == [("text-before-first-message", 1)]


def test_zero_bytes_of_a_disk_are_told(seeds: dict[str, Seed]) -> None:
    """Also where what they took explains what is left."""
    for name in ("dated-lines/letters.md", "named-pages/supershen0916-private.html"):
        seed = seeds[name]
        damaged = bytes(150) + seed.data[150:]
        assert "broken-encoding" in warnings(seed, damaged), name


def test_a_script_that_begins_inside_a_text_is_told(seeds: dict[str, Seed]) -> None:
    """All quotes that end a text seem to begin one there."""
    seed = seeds["echotrace-sql/own-code.sql"]
    assert "broken-row" in warnings(seed, seed.data[seed.data.index("秒]', '李四'".encode()) :])


def test_rows_of_a_script_without_its_beginning_have_the_columns_of_its_tool(seeds: dict[str, Seed]) -> None:
    for name in ("echotrace-sql/own-code.sql", "ciphertalk-sql/group.sql"):
        seed = seeds[name]
        damaged = seed.data[seed.data.index(b"VALUES\n(") + 6 :]
        assert judge(seed, damaged).lost == 0
        assert "broken-row" in warnings(seed, damaged)


@pytest.mark.parametrize("change", [-3, 3])
def test_a_document_is_read_without_the_list_of_its_parts(seeds: dict[str, Seed], change: int) -> None:
    """Which is gone, or leads nowhere since bytes are missing, or too many, in a part that nobody needs."""
    pytest.importorskip("lxml")
    documents = [seed for seed in seeds.values() if seed.family == "document"]
    assert documents
    for seed in documents:
        parts = zipfile.ZipFile(io.BytesIO(seed.data)).infolist()
        first = next((part for part in parts if part.filename != "word/document.xml"), parts[0])
        at = first.header_offset + 30 + len(first.filename)
        moved = seed.data[:at] + bytes(max(0, change)) + seed.data[at + max(0, -change) :]
        for data in (seed.data[: seed.data.index(b"PK\1\2")], moved if len(parts) > 1 else seed.data[:-5]):
            assert judge(seed, data).lost == 0
            assert "broken-file" in warnings(seed, data)


def test_a_page_without_its_beginning_is_told(seeds: dict[str, Seed]) -> None:
    seed = seeds["named-pages/supershen0916-private.html"]
    damaged = seed.data[seed.data.index(b"<body") :]
    for data, told in ((damaged, 1), (damaged.partition(b"</body")[0], 0), (seed.data, 0)):
        diagnostics = load(data, format=seed.format).diagnostics
        assert sum("no beginning" in entry.message for entry in diagnostics) == told


@pytest.mark.parametrize("name", ["wxextract-xml/sessions.xml", "dated-lines/silences.md", "dated-lines/letters.md"])
def test_letters_of_a_text_without_its_beginning_are_told(seeds: dict[str, Seed], name: str) -> None:
    seed = seeds[name]
    damaged = seed.data[seed.data.index(b"Media placeholders") :]
    assert "damaged-head" in warnings(seed, damaged)
    assert len([message for chat in read(damaged, seed.format, seed.options) for message in chat]) == len(seed.messages)


def test_flags_of_a_table_may_be_numbers() -> None:
    import wechatlog

    text = "time,sender,is_self,kind,text\n2026-05-01 08:00:00,李四,0,text,早\n2026-05-01 08:00:20,我,1,text,早\n"
    chat = wechatlog.loads(text, format="csv")
    assert [message.is_self for message in chat] == [False, True]
    assert chat.diagnostics == ()
    assert json.loads(wechatlog.dumps(chat, "jsonl").split("\n")[1])["is_self"] is False


@pytest.mark.parametrize(("word", "own"), [("是", True), ("否", False), ("Y", True), ("no", False), ("1.0", True)])
def test_flags_of_a_table_may_be_words_of_people(word: str, own: bool) -> None:
    import wechatlog

    chat = wechatlog.load(f"time,sender,is_self,kind,text\n2026-05-01 08:00:00,李四,{word},text,早\n".encode())
    assert (chat[0].is_self, chat.diagnostics) == (own, ())


def test_a_separator_of_files_behind_a_number_is_no_part_of_it() -> None:
    head = "localId,TalkerId,Type,SubType,IsSender,CreateTime,Status,StrContent,StrTime,Remark,NickName,Sender"
    row = "1,2,1\x1d,0,0,1777593600,2,早,2026-05-01 08:00:00,李四,李四,wxid_lisi00000002"
    assert [message.text for message in loads(f"{head}\r\n{row}\r\n", format="memotrace-v1-csv")] == ["早"]
