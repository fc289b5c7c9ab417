"""WechatExporter HTML: every template, and the scripts beside the page."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

import wechatlog
from wechatlog import MissingExtraError

LI, OWN = "wxid_lisi00000002", "wxid_zhangsan0001"


def message(
    number: object, inner: str, *, side: str = "left", kind: str = "1", frame: str = "chat", extra: str = ""
) -> str:
    name, account = ("张三", OWN) if side == "right" else ("李四", LI)
    return (
        f'\t\t<div class="msg {frame} {side} {extra}" msgid="{number}" msgtype="{kind}">\n\t\t\t<div class="avatar-box">\n'
        f'\t\t\t\t<img src="Portrait/{account}.jpg" class="avatar" />\n\t\t\t</div>\n'
        f'\t\t\t<div class="nt-box"><span class="dspname {side}" wxId="{account}">{name}</span> 2021-06-01 21:05:03</div>\n'
        f'\t\t\t<div class="content-box">\n{inner}\n\t\t\t</div>\n\t\t</div>\n'
    )


def bubble(text: str) -> str:
    return f'<div class="triangle"></div>\n<span class="dont-break-out msg-text"><pre>{text}</pre></span>'


def notice(text: str, extra: str = "", number: object = "") -> str:
    return (
        f'\t\t<div class="msg chat-notice {extra}" msgid="{number}">\n\t\t\t<div class="content-box">\n'
        f'\t\t\t\t<span class="dont-break-out msg-text"><pre>{text}</pre></span>\n\t\t\t</div>\n\t\t</div>\n'
    )


def page(*messages: str, title: str = "李四 - 微信聊天记录") -> str:
    return (
        f'<!doctype html>\n<html>\n<head><meta charset="utf-8"><title>{title}</title></head>\n<body>\n<div class="main">\n'
        + "".join(messages)
        + '</div>\n</body>\n<script>var x = "<div>";</script>\n</html>\n'
    )


def script(*messages: str) -> str:
    return f"    (function() {{\n        var msgArray = {json.dumps(messages)};\n        loadMsgsForNextPage();\n    }})();\n"


def read(text: str, **options: Any) -> wechatlog.Conversation:
    return wechatlog.load(text.encode("utf-8", "surrogatepass"), format="wechatexporter-html", **options)


class TestScripts:
    @pytest.mark.parametrize("place", ["Files/Data", "Data"])
    def test_scripts_beside_the_page(self, tmp_path: Path, place: str) -> None:
        (tmp_path / place).mkdir(parents=True)
        for number in (2, 10, 1):
            (tmp_path / place / f"msg-{number}.js").write_text(script(message(100 + number, bubble(f"第{number}页"))))
        (tmp_path / "index.html").write_text(page(message(1, bubble("页上")), message(101, bubble("第1页"))))
        found = wechatlog.load(tmp_path / "index.html", errors="strict")
        assert [m.text for m in found] == ["页上", "第1页", "第2页", "第10页"]

    def test_forward_in_a_script(self, tmp_path: Path) -> None:
        (tmp_path / "Data").mkdir()
        begin, end = notice("<< 标题", "fmsgtag"), notice("标题 结束 >>", "fmsgtag")
        inside = message("5_a", bubble("第一条"), extra="fmsg")
        item = message(5, bubble("标题"), kind="49") + begin + inside + end
        (tmp_path / "Data" / "msg-1.js").write_text(script(item, message(6, bubble("好"))))
        (tmp_path / "index.html").write_text(page(item))
        found = wechatlog.load(tmp_path / "index.html", errors="strict")
        assert [(m.kind, m.text) for m in found] == [("forward", "标题"), ("text", "好")]

    def test_page_without_messages(self, tmp_path: Path) -> None:
        (tmp_path / "Files" / "Data").mkdir(parents=True)
        (tmp_path / "Files" / "Data" / "msg-1.js").write_text(script(message(1, bubble("早 <b>"))), encoding="utf-8")
        (tmp_path / "index.html").write_text(page())
        assert wechatlog.detect(tmp_path / "index.html").format == "wechatexporter-html"
        assert [m.text for m in wechatlog.load(tmp_path / "index.html")] == ["早 <b>"]
        assert [len(found) for found in wechatlog.load_archive(tmp_path)] == [1]

    def test_in_a_zip(self) -> None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("out/李四/index.html", page(message(1, bubble("一"))))
            archive.writestr("out/李四/Files/Data/msg-1.js", script(message(2, bubble("二"))))
        assert [[m.text for m in found] for found in wechatlog.load_archive(packed.getvalue())] == [["一", "二"]]

    def test_script_that_is_cut(self, tmp_path: Path) -> None:
        (tmp_path / "Data").mkdir()
        whole = script(message(1, bubble("一")), message(2, bubble("二")))
        (tmp_path / "Data" / "msg-1.js").write_text(whole[: whole.rindex("msgid")])
        (tmp_path / "index.html").write_text(page())
        found = wechatlog.load(tmp_path / "index.html")
        assert [m.text for m in found] == ["一"]
        assert "broken-json" in [d.code for d in found.diagnostics]


WHOLE = page(message(1, bubble("在吗")), message(2, bubble("在的\n第二行"), side="right"), notice("提示"))


def test_missing_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lxml", None)
    monkeypatch.setitem(sys.modules, "lxml.html", None)
    with pytest.raises(MissingExtraError, match=r"wechatlog\[html\]"):
        wechatlog.load(WHOLE.encode())


@pytest.mark.parametrize("form", ["{}", "var msgArray = {};", "window.more={}", "append({});"])
def test_scripts_of_any_form_are_read(tmp_path: Path, form: str) -> None:
    data = tmp_path / "Files" / "Data"
    data.mkdir(parents=True)
    (tmp_path / "index.html").write_text(page(message(1, bubble("一"))), encoding="utf-8")
    pieces = json.dumps([message(2, bubble("二"))], ensure_ascii=False)
    (data / "msg-1.js").write_text(form.replace("{}", pieces), encoding="utf-8")
    found = wechatlog.load(tmp_path / "index.html", errors="strict")
    assert [m.text for m in found] == ["一", "二"]


@pytest.mark.parametrize("form", ["{}", "var msgArray = {};"])
def test_a_script_alone_is_refused(form: str) -> None:
    text = form.replace("{}", json.dumps([message(2, bubble("二"))]))
    with pytest.raises(wechatlog.RefusedFormatError, match="the rest of a WechatExporter page"):
        wechatlog.load(text.encode())
