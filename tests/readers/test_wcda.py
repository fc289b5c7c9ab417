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
from wechatlog import RefusedFormatError, WechatlogError
from wechatlog.emoji import lookup
from wechatlog.readers import wcda_page

OWN, LI = "wxid_zhangsan0001", "wxid_lisi00000002"
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
