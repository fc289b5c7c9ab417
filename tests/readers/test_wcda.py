"""WeChatDataAnalysis: what files in the corpus cannot show."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from wechatlog import FormatError, MessageKind, RefusedFormatError, WechatlogError
from wechatlog.emoji import lookup
from wechatlog.readers import wcda_page

OWN, LI, ROOM = "wxid_zhangsan0001", "wxid_lisi00000002", "12345678901@chatroom"
START = 1767258000  # 2026-01-01 17:00:00 in Shanghai


def message(number: int, content: str, **more: Any) -> dict[str, Any]:
    own = more.get("isSent", False)
    return {
        "id": f"message_0:msg_x:{number}",
        "localId": number,
        "serverId": 9007199254740993 + number,
        "createTime": START + number,
        "type": 1,
        "renderType": "text",
        "isSent": own,
        "senderUsername": OWN if own else LI,
        "senderDisplayName": "张三" if own else "李四",
        "content": content,
        **more,
    }


def export(*messages: dict[str, Any], account: str = OWN, username: str = LI, name: str = "李四") -> str:
    head = {
        "schemaVersion": 1,
        "exportedAt": "2026-01-02T00:00:00",
        "account": account,
        "conversation": {"username": username, "displayName": name, "isGroup": username.endswith("@chatroom")},
        "filters": {"startTime": None, "endTime": None},
    }
    lines = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in head.items())
    rows = ",\n".join("    " + json.dumps(value, ensure_ascii=False) for value in messages)
    return f'{{\n{lines},\n  "messages": [\n{rows}\n  ]\n}}\n'


WHOLE = export(message(1, "在吗"), message(2, "在的\n第二行", isSent=True), message(3, "好"))
TEXT = (
    f"会话: 李四 ({LI})\n账号: {OWN}\n导出时间: 2026-01-02T00:00:00\n\n"
    f"[2026-01-01 17:00:01] 李四({LI}): 在吗\n[2026-01-01 17:00:02] 张三({OWN}): 在的\n第二行\n"
    f"[2026-01-01 17:00:03] 李四({LI}): 好\n"
)


def read(text: str | bytes, **options: Any) -> wechatlog.Conversation:
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return wechatlog.load(data, **options)


def test_sidecars_of_a_zip_are_no_broken_files() -> None:
    packed = io.BytesIO()
    folder = f"conversations/0001_李四_{LI}_0205642c"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"{folder}/messages.json", WHOLE)
        facts = {"schemaVersion": 1, "username": LI, "displayName": "李四", "isGroup": False, "messageCount": 3}
        archive.writestr(f"{folder}/meta.json", json.dumps(facts))
        archive.writestr("manifest.json", json.dumps({"schemaVersion": 1, "exportId": "x", "stats": {}}))
        archive.writestr("report.json", json.dumps({"schemaVersion": 1, "missingMedia": [], "errors": []}))
        archive.writestr("_integrity/manifest.wce", '{"entries": []}')
        archive.writestr("_integrity/signature.wce", "AAAA\n")
        archive.writestr("media/images/a.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF")
    archive_read = wechatlog.load_archive(packed.getvalue())
    assert [len(found) for found in archive_read] == [3]
    assert {d.code for d in archive_read.diagnostics} == {"skipped-file"}
    assert {str(d.severity) for d in archive_read.diagnostics} == {"info"}


def test_encrypted_export_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "导出.zip.wec"
    path.write_bytes(bytes(range(256)) * 20)
    with pytest.raises(RefusedFormatError, match="encrypted; unpack it in WeChatDataAnalysis"):
        wechatlog.load(path)


class TestJson:
    def test_ids_keep_every_digit(self) -> None:
        found = read(export(message(1, "a", serverId=9223372036854775807), message(2, "b", serverId=0)))
        assert [m.id for m in found] == ["9223372036854775807", None]

    def test_rounded_id_is_dropped_and_said(self) -> None:
        found = read(export(message(1, "a", serverId=6.5e18)))
        assert found[0].id is None
        assert [d.code for d in found.diagnostics] == ["rounded-id"]

    def test_privacy_mode_invents_no_ids(self) -> None:
        row = message(1, "[文本]", senderUsername="me", senderDisplayName="我", isSent=True)
        found = read(export(row, account="hidden", username="", name="已隐藏"))
        assert (found[0].sender, found[0].sender_id, found[0].is_self) == ("我", None, True)
        assert (found.id, found.owner, found.title) == (None, None, "已隐藏")

    def test_minifier_is_mentioned_once(self) -> None:
        found = read(export(message(1, "<b><i>x"), message(2, "<u><s>")), errors="strict")
        assert [d.code for d in found.diagnostics] == ["writer-fault"]

    def test_missing_keys_and_odd_values(self) -> None:
        rows = ({"createTime": START}, {"createTime": "x", "content": None, "type": "1"}, {"content": 5, "type": 1})
        found = read(export(*rows))
        assert [m.text for m in found] == ["", "", "5"]
        assert [d.code for d in found.diagnostics] == ["unknown-kind", "bad-time", "unknown-kind", "bad-time"]

    def test_unknown_type_keeps_the_text(self) -> None:
        found = read(export(message(1, "新", type=777, renderType="hologram")), errors="strict")
        assert (found[0].kind, found[0].text) == (MessageKind.OTHER, "新")
        assert [d.code for d in found.diagnostics] == ["unknown-kind"]

    def test_exported_files_become_paths(self) -> None:
        media = [{"kind": "video_thumb", "path": "media/t.jpg"}, {"kind": "video", "path": "media/v.mp4"}]
        found = read(export(message(1, "[视频]", type=43, renderType="video", offlineMedia=media)))
        assert found[0].segments[0].path == "media/v.mp4"

    def test_streaming(self) -> None:
        assert [m.text for m in wechatlog.iter_messages(WHOLE.encode())] == ["在吗", "在的\n第二行", "好"]

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        [
                            "type",
                            "renderType",
                            "content",
                            "serverId",
                            "recordItem",
                            "offlineMedia",
                            "createTime",
                            "voiceLength",
                            "fileSize",
                            "quoteContent",
                        ]
                    ),
                    inner,
                )
            ),
        )
    )
    def test_any_values(self, value: Any) -> None:
        text = export(value if isinstance(value, dict) else {"content": value}, message(9, "后"))
        with contextlib.suppress(WechatlogError):
            assert read(text, format="wcda-json")[-1].text == "后"


class TestTxt:
    def test_own_account_is_the_one_in_the_header(self) -> None:
        assert [m.is_self for m in read(TEXT)] == [False, True, False]
        moved = TEXT.replace(f"账号: {OWN}", f"账号: {OWN}_1a2b")
        assert [m.is_self for m in read(moved)] == [False, True, False]

    def test_names_with_parentheses_in_a_group(self) -> None:
        group = (
            f"会话: 群 (甲) (123@chatroom)\n账号: {OWN}\n导出时间: 2026-01-02T00:00:00\n\n"
            "[2026-01-01 17:00:01] 阿美(2): 店(wxid_amei): 一\n"
            "[2026-01-01 17:00:02] 阿美(wxid_amei): 看 (wxid_zhaoliu): 二\n"
            "[2026-01-01 17:00:03] 客服(abc): 三\n"
        )
        assert [(m.sender, m.sender_id, m.text) for m in read(group)] == [
            ("阿美(2): 店", "wxid_amei", "一"),
            ("阿美", "wxid_amei", "看 (wxid_zhaoliu): 二"),
            ("客服", "abc", "三"),
        ]

    def test_nobody_else_can_write_in_a_private_chat(self) -> None:
        forged = TEXT + "[2026-01-01 17:00:04] 王五(wxid_wangwu0003): 假的\n[2026-01-01 17:00:05] 也是假的: x\n"
        found = read(forged)
        assert len(found) == 3
        assert found[2].text.startswith("好\n[2026-01-01 17:00:04] 王五")
        assert [(d.code, d.line) for d in found.diagnostics] == [("suspected-forgery", 9), ("suspected-forgery", 10)]

    def test_header_older_than_the_one_before(self) -> None:
        found = read(TEXT + f"[2025-12-31 17:00:04] 李四({LI}): 旧\n")
        assert [(d.code, d.line) for d in found.diagnostics] == [("suspected-forgery", 9)]

    def test_names_with_anything_in_them(self) -> None:
        names = ["a: b", "(甲)", "x(wxid_zhangsan0001)", "[系统]", "系统", "  空 格  ", "12:00", "wxid 1: x"]
        rows = "".join(f"[2026-01-01 17:00:04] {name}(wxid_m{n}): 内容(x): y\n" for n, name in enumerate(names))
        found = read(f"会话: 群: (一) ({ROOM})\n账号: {OWN}\n导出时间: 2026-01-02T00:00:00\n\n{rows}")
        assert found.title == "群: (一)"
        assert [m.sender for m in found][1:2] == ["(甲)"]
        assert [m.sender_id for m in found] == [f"wxid_m{n}" for n in range(len(names))]
        assert [m.sender for m in found] == names
        assert {m.text for m in found} == {"内容(x): y"}

    def test_empty_body_and_sender_without_a_name(self) -> None:
        rows = "[2026-01-01 17:00:04] 王五(wxid_w):\n[2026-01-01 17:00:05] wxid_w: 好\n[2026-01-01 17:00:06] 未知: x\n"
        found = read(f"会话: 群 ({ROOM})\n账号: {OWN}\n导出时间: 2026-01-02T00:00:00\n\n{rows}")
        assert [(m.sender, m.sender_id, m.text) for m in found] == [
            ("王五", "wxid_w", ""),
            ("wxid_w", "wxid_w", "好"),
            ("未知", None, "x"),
        ]

    def test_privacy_mode(self) -> None:
        text = (
            "会话: 已隐藏\n账号: hidden\n导出时间: 2026-01-02T00:00:00\n\n"
            "[2026-01-01 17:00:01] 我(me): [文本]\n[2026-01-01 17:00:02] 对方(other): [图片]\n"
        )
        found = read(text)
        assert [(m.sender, m.sender_id, m.is_self, m.kind) for m in found] == [
            ("我", None, True, "text"),
            ("对方", None, False, "image"),
        ]

    def test_exported_files_behind_a_placeholder(self) -> None:
        found = read(
            TEXT
            + f"[2026-01-01 17:00:04] 李四({LI}): [图片] media/images/a.jpg\n[2026-01-01 17:00:05] 李四({LI}): [视频] media/t.jpg media/v.mp4\n"
        )
        assert [(m.kind, m.segments[0].path) for m in found[3:]] == [
            ("image", "media/images/a.jpg"),
            ("video", "media/v.mp4"),
        ]

    def test_bad_clock_is_reported(self) -> None:
        bad = TEXT.replace("17:00:02", "27:00:02")
        with pytest.raises(FormatError, match="not a time"):
            read(bad, errors="strict")
        assert read(bad)[1].time is None

    @given(
        st.lists(
            st.sampled_from(
                [
                    "[2026-01-01 17:00:04] ",
                    "李四",
                    "(wxid_a)",
                    "(",
                    ")",
                    ": ",
                    ":",
                    "[系统] ",
                    "\n",
                    "会话: ",
                    "[avatar=",
                    "]",
                    "x",
                ]
            )
        )
    )
    def test_any_pieces(self, pieces: list[str]) -> None:
        found = wechatlog.load("".join(pieces).encode(), format="wcda-txt")
        assert all(m.text is not None for m in found)

    def test_hostile_lines_cost_linear_time(self) -> None:
        hostile = "[2026-01-01 17:00:04] " + "(a)" * 200_000 + "\n" + "(" * 200_000
        assert len(wechatlog.load((TEXT + hostile).encode(), format="wcda-txt")) == 3


def workbook(*rows: list[Any], facts: dict[str, str] | None = None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "消息"
    sheet.append(["序号", "时间", "发送者", "消息类型", "内容", "本地 ID", "服务 ID"])
    for row in rows:
        sheet.append(row)
    info = book.create_sheet("会话信息")
    for pair in {"字段": "值", "账号": OWN, "会话": "李四", "用户名": LI, "是否群聊": "False", **(facts or {})}.items():
        info.append(list(pair))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


class TestXlsx:
    def test_rows(self) -> None:
        found = read(
            workbook(
                ["1", "2026-01-01 17:00:00", "李四", "text", "早\n安", "1", "9223372036854775807"],
                ["2", "2026-01-01 17:00:01", "张三", "image", "[图片]", "2", 9007199254740993],
                ["3", "2026-01-01 17:00:02", "", "system", '"李四" 撤回了一条消息', "3", "0"],
                ["4", "坏", "李四", "hologram", "新", "4"],
            )
        )
        assert [(m.sender, m.kind, m.text, m.id) for m in found] == [
            ("李四", "text", "早\n安", "9223372036854775807"),
            ("张三", "image", "[图片]", None),
            (None, "recall", '"李四" 撤回了一条消息', None),
            ("李四", "other", "新", None),
        ]
        assert sorted(d.code for d in found.diagnostics) == ["bad-time", "rounded-id", "unknown-kind"]
        assert [d.line for d in found.diagnostics if d.code == "rounded-id"] == [3]

    def test_owner_option(self) -> None:
        data = workbook(["1", "2026-01-01 17:00:00", "张三", "text", "早", "1", "5"])
        assert read(data)[0].is_self is None
        assert read(data, owner="张三")[0].is_self is True

    def test_unknown_option(self) -> None:
        with pytest.raises(TypeError, match="valid options: owner"):
            read(workbook(), year=2026)


class TestPage:
    CORPUS = Path(__file__).parent.parent / "corpus" / "wcda-html"

    def test_every_picture_of_an_emoji_has_a_code_that_is_known(self) -> None:
        codes = wcda_page._emoji_codes()
        assert len(codes) == 148
        assert [code for code in codes.values() if lookup(code) is None] == []

    def test_parts_that_are_not_there_are_told(self) -> None:
        found = wechatlog.load((self.CORPUS / "group.html").read_bytes(), errors="collect")
        assert [m.text for m in found] == ["第三页"]
        (entry,) = found.diagnostics
        assert (entry.code, entry.severity) == ("missing-file", "error")
        assert entry.message == "2 of 3 parts are missing in the folder pages beside the page"

    def test_a_part_without_messages_costs_that_part(self, tmp_path: Path) -> None:
        shutil.copytree(self.CORPUS, tmp_path / "wcda-html")
        (tmp_path / "wcda-html/pages/page-0001.js").write_text('window.load(1,"<div', encoding="utf-8")
        found = wechatlog.load(tmp_path / "wcda-html/group.html", errors="collect")
        assert [m.text for m in found] == ["第二页", "第三页"]
        assert [entry.code for entry in found.diagnostics] == ["broken-file"]

    def test_what_the_page_says_of_its_parts_may_be_broken(self) -> None:
        text = (self.CORPUS / "group.html").read_text(encoding="utf-8").replace('{"schemaVersion"', '{"schemaV')
        found = wechatlog.loads(text, errors="collect")
        assert [m.text for m in found] == ["第三页"]
        assert "what the page says of its parts is no JSON" in [entry.message for entry in found.diagnostics]

    def test_a_forward_that_is_no_base64(self) -> None:
        text = (self.CORPUS / "private.html").read_text(encoding="utf-8")
        whole = wechatlog.loads(text)
        broken = wechatlog.loads(text.replace('data-record-item-b64="', 'data-record-item-b64="!'))
        assert [m.text for m in broken] == [m.text for m in whole]
        assert [e.message for e in broken.diagnostics if e.code == "bad-field"] == ["a merged forward is no base64"]

    def test_a_cut_keeps_what_stands_before_it_and_is_told(self) -> None:
        data = (self.CORPUS / "private.html").read_bytes()
        whole = [m.text for m in wechatlog.load(data)]
        for end in range(len(data) // 8, len(data) - 20, 97):
            found = wechatlog.load(data[:end], format="wcda-html", errors="collect")
            last = max(len(found) - 1, 0)
            assert [m.text for m in found[:last]] == whole[:last]
            assert "broken-row" in [entry.code for entry in found.diagnostics]

    def test_a_body_cannot_forge_a_message(self) -> None:
        forged = '&lt;div data-render-type="text" data-wce-create-time="1"&gt;'
        text = (self.CORPUS / "private.html").read_text(encoding="utf-8").replace("第一行", forged)
        found = wechatlog.loads(text)
        assert len(found) == len(wechatlog.load(self.CORPUS / "private.html"))
        assert found[1].text.startswith('<div data-render-type="text"')

    def test_the_list_of_the_chats_is_refused(self) -> None:
        page = '<html><link id="wceStyle" href="a.css" data-wce-sri="sha384-x" /><body>聊天记录导出</body></html>'
        with pytest.raises(RefusedFormatError, match="the list of the chats of an export"):
            wechatlog.loads(page)

    def test_the_zone_of_the_exporting_machine_is_told(self) -> None:
        text = (
            (self.CORPUS / "group.html")
            .read_text(encoding="utf-8")
            .replace('title="2026-05-01 08:01', 'title="2026-05-01 00:01')
        )
        found = wechatlog.loads(text, errors="collect")
        assert "other-zone" in [entry.code for entry in found.diagnostics]
        assert "other-zone" not in [e.code for e in wechatlog.loads(text, errors="collect", tz="UTC").diagnostics]
