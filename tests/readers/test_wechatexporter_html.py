"""WechatExporter HTML: every template, and the scripts beside the page."""

from __future__ import annotations

import contextlib
import io
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from wechatlog import MessageKind, MissingExtraError, Quote, WechatlogError
from wechatlog.segments import Card, File, Forward, Image, Link, Sticker, Transfer, Video, Voice

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


def one(inner: str, **how: Any) -> wechatlog.Message:
    return read(page(message(1, inner, **how)), errors="strict")[0]


class TestText:
    def test_markup_that_was_typed_is_text(self) -> None:
        typed = "a < b > c <b>粗</b> </div> <script>x</script> & &amp;lt; 完"
        found = read(page(message(1, bubble(typed)), message(2, bubble("后"))), errors="strict")
        assert found[0].text == typed.replace("&amp;lt;", "&lt;")
        assert found[1].text == "后"

    def test_emoji_images_become_codes(self) -> None:
        image = '<img src="Emoji/wx/Smile.png" title="微笑" rawemoji="[微笑]" class="wxemoji" />'
        bare = '<img src="Emoji/wx/x.png" title="x" rawemoji="强" class="wxemoji" />'
        found = one(bubble(f"早{image}{bare} 好<br />二"))
        assert found.text == "早[微笑][强] 好\n二"
        assert [emoji.name for emoji in found.emoji] == ["[微笑]", "[强]"]

    def test_placeholder_that_a_person_typed(self) -> None:
        assert one(bubble("[图片]"), kind="1").kind is MessageKind.TEXT
        assert one(bubble("[图片]"), kind="3").kind is MessageKind.IMAGE

    def test_placeholders_of_the_tool(self) -> None:
        assert one(bubble("[红包]"), kind="49").kind is MessageKind.RED_PACKET
        assert one(bubble("[视频/语音通话]"), kind="50").kind is MessageKind.CALL
        assert one(bubble("[位置] 大厦 (39.9,116.4)"), kind="48").segments[0].latitude == 39.9
        assert one(bubble("只有标题"), kind="49").segments == (Link(title="只有标题", raw="只有标题"),)


class TestTemplates:
    def test_image(self) -> None:
        found = one(
            '<img rawUrl="Files/1.jpg" src="Files/1_thumb.jpg" class="image img-left_triangle" />',
            kind="image",
            frame="media",
        )
        assert (found.kind, found.text, found.segments) == ("image", "", (Image(path="Files/1.jpg"),))

    def test_thumb_of_a_lost_video(self) -> None:
        found = one(
            '<img src="Files/1_thum.jpg" class="image" /><span class="dont-break-out">（视频丢失）</span>',
            kind="43",
            frame="media",
        )
        assert (found.kind, found.text) == ("video", "（视频丢失）")

    def test_voice_and_video(self) -> None:
        found = one(
            '<audio controls><source src="Files/1.mp3" type="audio/mpeg"><a href="x">播放</a></audio>', kind="34"
        )
        assert (found.kind, found.segments) == ("voice", (Voice(path="Files/1.mp3"),))
        found = one(
            '<video controls poster="t.jpg"><source src="Files/1.mp4" type="video/mp4"><a href="x">播放</a></video>',
            kind="video",
        )
        assert (found.kind, found.segments) == ("video", (Video(path="Files/1.mp4"),))

    def test_sticker(self) -> None:
        found = one(
            '<img src="Files/Emoji/abc.gif" style="max-width:100px;max-height:60px" />', kind="47", frame="media"
        )
        assert (found.kind, found.segments) == ("sticker", (Sticker(path="Files/Emoji/abc.gif"),))

    def test_card(self) -> None:
        inner = '<div class="card-name"><img src="p.jpg" class="card-avatar" /><span class="dont-break-out">王五</span></div><div class="card-type">\n\t[个人名片]\n</div>'
        found = one(inner, kind="42", frame="media", extra="contact-card")
        assert (found.kind, found.text, found.segments) == (
            "card",
            "[个人名片] 王五",
            (Card("王五", raw="[个人名片] 王五"),),
        )

    SHARE = (
        '<div class="triangle"></div><div><div><a href="https://example.invalid/a?x=1&amp;y=2"><b><span class="dont-break-out msg-text">'
        '示例 &lt;文章&gt;</span></b></a></div><div><span class="dont-break-out msg-text">一句简介</span></div></div>'
        '<div class="appinfo"><img src="" class="app-icon" /><span class="app-name">示例号</span></div>'
    )

    def test_link(self) -> None:
        found = one(self.SHARE, kind="49")
        text = "示例 <文章>\n一句简介"
        assert (found.kind, found.text) == ("link", text)
        assert found.segments == (Link("https://example.invalid/a?x=1&y=2", "示例 <文章>", raw=text),)

    def test_file(self) -> None:
        inner = (
            self.SHARE.replace("一句简介", "")
            .replace("示例 &lt;文章&gt;", "方案.docx")
            .replace("https://example.invalid/a?x=1&amp;y=2", "Files/1.docx")
        )
        found = one(inner, kind="file")
        assert found.segments == (File("方案.docx", path="Files/1.docx", raw="方案.docx"),)

    def test_transfer(self) -> None:
        inner = '<div class="triangle"></div><span class="dont-break-out msg-text"><pre>￥12.30 - 已收款\r\n午饭</pre></span><div class="appinfo"><img src="data:image/png;base64,xx" class="transfer-icon" /><span class="app-name">微信转账</span></div>'
        found = one(inner, kind="49", side="right")
        assert (found.kind, found.text) == ("transfer", "￥12.30 - 已收款\n午饭")
        assert found.segments == (Transfer("￥12.30", "午饭", "received", raw=found.text),)

    def test_quote(self) -> None:
        inner = '<div class="triangle"></div><span class="dont-break-out refermsg msg-text">「张三：写代码：一」</span><br /><span>- - - - - - - - - - - - - - -</span><br /><span class="dont-break-out msg-text">收到</span>'
        found = one(inner, kind="49")
        assert (found.kind, found.text, found.sender) == ("quote", "收到", "李四")
        assert found.segments[0] == Quote("张三", "写代码：一")

    def test_older_templates(self) -> None:
        old = (
            message(
                1, '<div class="triangle"></div><span class="dont-break-out">早</span>', frame="chat-left", side="x"
            )
            .replace("msg chat-left x ", "msg chat-left ")
            .replace('class="dspname x"', 'class="name-left"')
        )
        found = read(page(old))[0]
        assert (found.text, found.sender, found.is_self) == ("早", "李四", False)


def test_notices() -> None:
    found = read(
        page(message(1, bubble("早")), notice("系统消息：&quot;李四&quot; 拍了拍我"), notice("没人认识")),
        errors="strict",
    )
    assert [(m.kind, m.text, m.sender, m.time is None) for m in found][1:] == [
        ("pat", '"李四" 拍了拍我', None, True),
        ("system", "没人认识", None, True),
    ]


def test_forward() -> None:
    found = read(
        page(
            message(5, bubble("群聊的聊天记录"), kind="49"),
            notice("&lt;&lt; 群聊的聊天记录", "fmsgtag"),
            message("5_a", bubble("第一条"), extra="fmsg"),
            notice("群聊的聊天记录 结束 >>", "fmsgtag"),
            message(6, bubble("看了"), side="right"),
        ),
        errors="strict",
    )
    assert [(m.kind, m.text) for m in found] == [("forward", "群聊的聊天记录"), ("text", "看了")]
    forward = found[0].segments[0]
    assert isinstance(forward, Forward)
    assert [(m.text, m.is_self) for m in forward.messages] == [("第一条", None)]


def test_forward_without_an_end() -> None:
    found = read(
        page(
            message(5, bubble("标题"), kind="49"),
            notice("<< 标题", "fmsgtag"),
            message("5_a", bubble("一"), extra="fmsg"),
        )
    )
    assert [m.text for m in found] == ["标题", "一"]
    assert [d.code for d in found.diagnostics] == ["open-forward"]


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


def test_message_without_a_time() -> None:
    found = read(WHOLE.replace(" 2021-06-01 21:05:03", ""))
    assert [m.time for m in found] == [None, None, None]
    assert [d.code for d in found.diagnostics] == ["bad-time", "bad-time"]


def test_missing_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lxml", None)
    monkeypatch.setitem(sys.modules, "lxml.html", None)
    with pytest.raises(MissingExtraError, match=r"wechatlog\[html\]"):
        wechatlog.load(WHOLE.encode())


@given(
    st.lists(
        st.sampled_from(
            [
                '<div class="msg chat left" msgid="1" msgtype="1">',
                '<span class="msg-text">',
                "<pre>",
                "</pre>",
                "</span>",
                "</div>",
                '<img class="image">',
                "<< ",
                '<div class="msg chat-notice fmsgtag" msgid="">',
                "refermsg",
                '<div class="card-type">',
                "x",
                "\n",
            ]
        ),
        max_size=25,
    )
)
def test_any_pieces(pieces: list[str]) -> None:
    with contextlib.suppress(WechatlogError):
        for found in read("".join(pieces)):
            assert "".join(s.raw for s in found.segments) == found.text


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


@pytest.mark.parametrize(
    ("tag", "number", "kind"),
    [("img", 3, "image"), ("audio", 34, "voice"), ("video", 43, "video"), ("img", 47, "sticker")],
)
def test_media_without_a_frame_of_their_own(tag: str, number: int, kind: str) -> None:
    found = one(f'<div class="triangle"></div><{tag} src="Files/a.bin"></{tag}>', kind=str(number))
    assert (found.kind, found.text, found.segments[0].path) == (kind, "", "Files/a.bin")
