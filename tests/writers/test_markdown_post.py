"""The post: what a renderer shows is what was said, and nothing in a chat acts.

Rendered with markdown-it-py as CommonMark with raw HTML, and GitHub's tables, strikethrough and, where it is installed,
automatic links. White space has rules of its own, which `_visible` states.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import itertools
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import wechatlog
from tests.cost import assert_linear
from tests.goldens import conversation as golden_conversation
from tests.goldens import golden
from tests.strategies import conversations, names, texts
from wechatlog import testing
from wechatlog.content.descriptions import LANGUAGES, describe, word
from wechatlog.model import Conversation, Message, MessageKind
from wechatlog.registry import find_writer
from wechatlog.segments import types
from wechatlog.writers import commonmark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

RENDERER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
if importlib.util.find_spec("linkify_it") is not None:
    RENDERER = MarkdownIt("gfm-like", {"html": True})
TIME = dt.datetime(2026, 5, 1, 9, 0)
# All that a post is made of.
HARMLESS = {
    "heading_open", "heading_close", "paragraph_open", "paragraph_close", "blockquote_open", "blockquote_close",
    "inline", "text", "hardbreak", "strong_open", "strong_close", "em_open", "em_close", "link_open", "link_close",
}  # fmt: skip

PIECES = [
    "# x", "#标签", "- x", "* x", "+ x", "1. x", "2) x", "a) x", "(iv) x", "> x", "---", "===", "***", "+++", "~~~", "```",
    "    code", "\tcode", "| a | b |", "|---|---|", "a | b", "[^1]", "[^1]: x", "[x]: http://a.example/", "*[HTML]: x",
    "{% include x %}", "{{ site.x }}", "{{< x >}}", "{{% x %}}", "{: .x}", "{#x}", ":::", "::: note", "!!! note", "??? x",
    "$$x$$", "$x$", r"\(x\)", r"\[x\]", r"\begin{x}", ":smile:", ": x", "%% x %%", "% x", "==x==", "(x)=", "^x^", "~~x~~",
    "<!-- x -->", "<b>", "</p>", "<script>alert(1)</script>", "&lt;", "&#10;", "&copy", "![x](http://a.example/x.png)",
    "[x](javascript:alert(1))", "<http://a.example/>", "http://a.example/a_b_c", "www.163.com", "example.com", "a@b.com",
    "ftp://a.example/x", "//a.example", "mailto:a@b.com", "import x", "export default x", "@import 'x'", "--8<--", "--x",
    "[强]", "@李四 ", "　", " ", "\u2005", "\u200b", "`x`", "_x_", "__init__", "**x**", "\\", "\\\n", "  \n", "\n\n", "\r",
    "\u2028", "\x0b", "\0", "\ud800", "\x1b[31m", "\ufeff", "import", "setext\n===", "setext\n---",
]  # fmt: skip
nasty = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3), st.just("\n")), max_size=8).map("".join)


class _Reader(HTMLParser):
    """Blocks of a page: the tag they are in, and their text with line ends for breaks; bold text stands alone."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[tuple[str, str]] = []
        self.bold: list[str] = []
        self.links: list[str] = []
        self.pictures: list[str] = []
        self._open: list[str] = []
        self._depth = 0

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._say("\n")
        else:
            assert tag == "img"
            self.pictures.append(dict(attributes)["src"] or "")

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        known = dict(attributes)
        if tag == "a":
            self.links.append(known["href"] or "")
        self._depth += tag == "blockquote"
        if tag in ("p", "h1", "h2", "h3", "h4", "h5", "h6"):
            self.blocks.append((">" * self._depth + tag, ""))
        if tag == "strong":
            self.bold.append("")
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag == "blockquote"
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] != "blockquote":
            self._say(data)

    def _say(self, data: str) -> None:
        if "strong" in self._open:
            self.bold[-1] += data
        else:
            tag, text = self.blocks[-1]
            self.blocks[-1] = (tag, text + data)


def _read(markdown: str) -> _Reader:
    html = RENDERER.render(markdown).replace("<br />\n", "<br />")
    reader = _Reader()
    reader.feed(html.replace("\u2060", ""))
    reader.close()
    return reader


def _flat(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        if token.type != "image":  # whose inside is no more than a text
            yield from _flat(token.children or [])


def _check_harmless(markdown: str, *also: str) -> None:
    for token in _flat(RENDERER.parse(markdown)):
        assert token.type in HARMLESS | set(also), token
        if token.type == "link_open":
            assert str(token.attrs["href"]).lower().startswith(("http://", "https://"))
            assert token.info != "auto", f"a link that nobody made: {token}"


def _visible(text: str) -> str:
    """What a page shows of a text: characters that no document holds are U+FFFD, every separator ends a line,
    white space at the ends of lines is dropped, blanks that begin one do not break, an empty line holds such a blank."""
    text = re.sub("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]", "\ufffd", text)
    lines = [line.rstrip() for line in re.split("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]", text.replace("\u2060", ""))]
    said = [number for number, line in enumerate(lines) if line]
    lines = lines[said[0] : said[-1] + 1] if said else []
    shown = []
    for line in lines:
        rest = line.lstrip()
        blanks = line[: len(line) - len(rest)].replace("\t", " " * 4).replace(" ", "\u00a0")
        shown.append(blanks + rest or "\u00a0")
    return "\n".join(shown)


def _one_line(text: str) -> str:
    return _visible(" ".join(text.split())).replace("\u00a0", " ")


def _message(text: str = "早", **fields: Any) -> Message:
    return Message(**{"time": TIME, "precision": "second", "sender": "李四", "text": text, **fields})


def _write(*messages: Message, title: str | None = None, **options: Any) -> str:
    return wechatlog.dumps(Conversation(messages, title=title), "markdown-post", **options)


# --- laws ----------------------------------------------------------------------------------------


@given(text=st.one_of(nasty, texts))
@example("a\n===")
@example("$$$\\(\\[")
@example("{{{% x")
@example("\u3000首行缩进\n\u3000\u3000x")
def test_what_is_shown_is_what_was_said(text: str) -> None:
    said = [_message(text, segments=[types.Text(text)]), _message("别的", sender="王五")]
    markdown = _write(*said)
    _check_harmless(markdown)
    page = _read(markdown)
    assert page.bold == ["李四", "王五"]
    first = " · 09:00" + ("\n" if _visible(text) else "") + _visible(text)
    assert page.blocks == [("h2", "2026-05-01"), ("p", first), ("p", " · 09:00\n别的")]


@given(text=st.one_of(nasty, texts))
def test_the_same_after_another_message_in_quotations_and_in_notices(text: str) -> None:
    plain = [types.Text(text)]
    markdown = _write(
        _message("早"),
        _message(text, segments=plain),
        _message("", segments=[types.Forward("记录", (_message(text, segments=plain),))]),
        _message(text, segments=plain, sender=None, kind="system"),
    )
    _check_harmless(markdown)
    page = _read(markdown)
    shown = _visible(text)
    assert page.bold == ["李四", "记录", "李四"]
    forward = [(">p", ""), (">p", f"：{shown}")]
    assert page.blocks[1:] == [
        ("p", " · 09:00\n早"),
        ("p", shown or "\u00a0"),
        *forward,
        ("p", f"09:00 · {shown or '系统消息'}"),
    ]


@given(name=st.one_of(nasty, names), title=st.one_of(nasty, texts))
def test_names_and_titles_are_shown_in_one_line(name: str, title: str) -> None:
    markdown = _write(_message(sender=name), title=title)
    _check_harmless(markdown)
    page = _read(markdown)
    assert page.bold == [_one_line(name) or "无名"]
    heading = [("h1", _one_line(title))] if title.strip() else []
    assert page.blocks == [*heading, ("h2", "2026-05-01"), ("p", " · 09:00\n早")]


@given(
    conversation=conversations(), images=st.sampled_from(["link", "embed"]), emoji=st.sampled_from(["unicode", "code"])
)
def test_any_conversation_is_harmless(conversation: Conversation, images: str, emoji: str) -> None:
    markdown = wechatlog.dumps(conversation, "markdown-post", images=images, emoji=emoji)
    _check_harmless(markdown, *(["image"] if images == "embed" else []))
    days = [message.time.date() for message in conversation if message.time is not None]
    headings = [tag for tag, _ in _read(markdown).blocks if tag in ("h1", "h2")]
    assert headings.count("h2") == len(list(itertools.groupby(days)))
    assert headings.count("h1") == bool((conversation.title or "").strip())
    assert not re.search(r"\{\{|\{%|\{#|\{<|^(?:import|export)\b", markdown, re.MULTILINE)
    testing.check_writer(find_writer("markdown-post"), [conversation])


@given(text=st.one_of(nasty, texts))
def test_parsed_bodies_are_harmless_and_whole(text: str) -> None:
    message = _message(text)
    markdown = _write(message, emoji="code")
    _check_harmless(markdown)
    page = _read(markdown)
    shown = re.sub(r"\s", "", "".join(text for _, text in page.blocks[1:]) + "".join(page.bold))
    for segment in message.segments:
        if isinstance(segment, types.Text | types.Emoji | types.Mention):
            for line in _visible(segment.raw).split("\n"):
                assert re.sub(r"\s", "", line) in shown


@given(url=st.one_of(nasty, texts).map("http://a.example/".__add__) | texts, label=st.one_of(nasty, texts))
@example("javascript:alert(1)", "x")
@example("HTTPS://a.example/{{x}}?a=1&copy;=2)(<>\"'`\\|^[]*_~$", "[x](y)")
@example("http://", "x")
def test_links_lead_to_the_web_or_are_none(url: str, label: str) -> None:
    markdown = _write(
        _message("", segments=[types.Link(url, label), types.Image(url, label)]), _message("", sender="尾")
    )
    _check_harmless(markdown)
    page = _read(markdown)
    assert page.bold == ["李四", "尾"]
    assert len(page.links) in (0, 2)
    embedded = _write(_message("", segments=[types.Image(url, label)]), images="embed")
    _check_harmless(embedded, "image")
    assert all(src.lower().startswith(("http://", "https://")) for src in _read(embedded).pictures)


def test_the_samples() -> None:
    testing.check_writer(find_writer("markdown-post"))
    for conversation in testing.SAMPLE_CONVERSATIONS:
        _check_harmless(wechatlog.dumps(conversation, "markdown-post"))


def test_a_stream_is_written_like_a_conversation() -> None:
    conversation = attrs.evolve(golden_conversation(), title=None)
    assert wechatlog.dumps(iter(conversation), "markdown-post") == wechatlog.dumps(conversation, "markdown-post")


# --- generators ----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["{{ x }}", "{% x %}", "{{< x >}}", "{# x #}", "{:.x}", "{x}", "}}{{{%"])
def test_templates_find_no_mark_in_the_source(text: str) -> None:
    markdown = _write(_message(text, sender=text), _message(f"http://a.example/{text}"), title=text)
    assert "{" not in markdown
    assert "{{" not in RENDERER.render(markdown)  # Vue reads the page itself


@pytest.mark.parametrize("text", ["$$x$$", r"\(x\)", r"\[x\]", r"\begin{equation}", r"\ref{x}", "$$$"])
def test_formula_scripts_find_no_mark_in_the_page(text: str) -> None:
    markdown = _write(_message(text))
    assert "$" not in markdown
    html = RENDERER.render(markdown)
    assert not re.search(r"\$\$|\\\(|\\\[|\\begin|\\ref", html)
    assert text in html.replace("\u2060", "")


@pytest.mark.parametrize(
    "line", ["import x", "export x", "!!! note", "??? x", "::: x", ": x", "% x", "@import 'x'", "---"]
)
def test_lines_that_mean_something_elsewhere(line: str) -> None:
    markdown = _write(_message("早"), _message(f"{line}\n{line}"))
    assert not re.search(rf"^{re.escape(line)}", markdown, re.MULTILINE)
    assert not markdown.startswith(("---", "+++", "%"))


def test_nothing_acts_as_an_address_by_itself() -> None:
    text = "www.163.com example.com a@b.com ftp://a.example/x //a.example mailto:a@b.com README.md"
    markdown = _write(_message(text, segments=[types.Text(text)]))
    for found in ("www.163", "example.com", "://", "//", "README.md"):
        assert found not in markdown
    assert _read(markdown).blocks[-1][1].endswith(text)


def test_front_matter_is_yaml_and_inert() -> None:
    yaml = pytest.importorskip("yaml")
    title = 'a"b: {{ x }} <script> \\ \u2028\x1b\ud800 #c'
    matter = _write(_message(), title=title, front_matter="true").split("---\n")[1]
    assert yaml.safe_load(matter) == {
        "title": 'a"b: ｛｛ x ｝｝ ＜script＞ \\ \ufffd\ufffd #c',
        "date": dt.date(2026, 5, 1),
    }
    assert wechatlog.dumps(Conversation(), "markdown-post", front_matter=True) == "---\n---\n"
    assert "# " not in _write(_message(), title="x", front_matter=True).split("## ")[0]


@given(title=st.one_of(nasty, texts))
def test_any_title_in_front_matter(title: str) -> None:
    yaml = pytest.importorskip("yaml")
    matter = _write(_message(), title=title, front_matter=True).split("---\n", 2)[1]
    found = yaml.safe_load(matter)
    assert found["date"] == dt.date(2026, 5, 1)
    assert not set("<>{}") & set(found.get("title", ""))


# --- looks ---------------------------------------------------------------------------------------


def test_golden() -> None:
    conversation = golden_conversation()
    golden("markdown-post/conversation.md", wechatlog.dumps(conversation, "markdown-post"))
    other = {"emoji": "code", "images": "embed", "front_matter": True, "heading": 2, "interface": "en"}
    golden("markdown-post/options.md", wechatlog.dumps(conversation, "markdown-post", **other))


def test_runs_of_one_sender_are_one_group() -> None:
    later = TIME + dt.timedelta(minutes=1)
    said = [_message("一"), _message("二"), _message("三", time=later), _message("四", sender="王五"), _message("五")]
    assert _write(*said).split("\n\n")[1:] == [
        "**李四** · 09:00  \n一",
        "二",
        "09:01  \n三",
        "**王五** · 09:00  \n四",
        "**李四** · 09:00  \n五\n",
    ]


def test_messages_without_a_clock() -> None:
    said = [
        _message("一", time=None, precision=None),
        _message("二", precision="day"),
        _message("三", sender=None, kind="system", precision="day"),
    ]
    assert _write(*said) == "**李四**  \n一\n\n## 2026-05-01\n\n**李四**  \n二\n\n*三*\n"


def test_what_has_no_text_is_named() -> None:
    for language in LANGUAGES:
        for kind in MessageKind:
            page = _write(_message("", kind=kind, segments=()), interface=language)
            assert (word(kind, language) in page) == (kind is not MessageKind.TEXT)
    assert _write(_message(""), _message("")).endswith("**李四** · 09:00\n\n&nbsp;\n")
    assert _write(_message("", sender=None)).endswith("*09:00*\n")
    assert _write(_message("", sender=None, time=None, precision=None)) == "&nbsp;\n"


def test_what_stands_beside_a_description_is_kept() -> None:
    place = types.Location(39.9, 116.4, "示例路", "图书馆", raw="在这里等你们")
    assert "📍 位置 · 图书馆 · 示例路 在这里等你们" in _write(
        _message("在这里等你们", kind="location", segments=[place])
    )
    packet = types.RedPacket(raw="微信红包")
    assert _write(_message("微信红包", kind="red_packet", segments=[packet])).endswith("\n🧧 微信红包\n")
    file = types.File("a.pdf", raw="[文件] a.pdf")
    assert _write(_message("[文件] a.pdf", kind="file", segments=[file])).endswith("📄 文件 · a\\.pdf\n")


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("images/图 1.jpg", "images/%E5%9B%BE%201.jpg"),
        ("images\\1.jpg", "images/1.jpg"),
        ("./1.jpg", "1.jpg"),
        ("../1.jpg", None),
        ("/etc/passwd", None),
        ("C:\\1.jpg", None),
        ("data:image/png;base64,AAAA", None),
        ("javascript:alert(1)", None),
        ("a/../../b", None),
        ("\\\\host\\share", None),
        ("a/javascript:alert(1)", "a/javascript%3Aalert%281%29"),
    ],
)
def test_pictures_beside_the_post(path: str, shown: str | None) -> None:
    image = _message("[图片]", kind="image", segments=[types.Image(path=path, raw="[图片]")])
    assert _read(_write(image, images="embed")).pictures == ([] if shown is None else [shown])
    assert _read(_write(image)).pictures == []


def test_deep_quotations_cost_no_more() -> None:
    quotation: Message = _message("底")
    for _ in range(200):
        quotation = _message(
            "[聊天记录]", kind="forward", segments=[types.Forward("记录", (quotation,), raw="[聊天记录]")]
        )
    page = _write(quotation)
    assert max(len(match) for match in re.findall(r"^[> ]*", page, re.MULTILINE)) == 16
    quoted = "".join("「" for _ in range(5000)) + "a：b" + "".join("」\n- - - - -\n" for _ in range(5000))
    assert len(_write(_message(quoted))) < 40 * len(quoted)


@pytest.mark.parametrize("text", ["\n", " ", "$$", "{{", "a.b", ":a:", "-", "a" * 9 + "\n", "1. ", "//", "[", "\\("])
def test_time_is_linear(text: str) -> None:
    assert_linear(lambda size: _write(_message(text * size, segments=[types.Text(text * size)])), 80_000)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("emoji", "x"),
        ("images", "all"),
        ("front_matter", "maybe"),
        ("heading", 6),
        ("heading", "0"),
        ("interface", "fr"),
    ],
)
def test_bad_options_are_told(option: str, value: Any) -> None:
    with pytest.raises(wechatlog.OptionError, match=option):
        _write(_message(), **{option: value})


# --- the parts -----------------------------------------------------------------------------------


def test_destinations() -> None:
    assert commonmark.web_address("http://例.example/图?a=1&b=(2)") == "http://例.example/图?a=1&b=%282%29"
    assert commonmark.web_address("https://a.example/?a=1&copy;=2%zz") == "https://a.example/?a=1&amp;copy;=2%25zz"
    for url in (None, "", "http://", "http:///x", "javascript:alert(1)", " http://a.example", "http://a b", "data:x"):
        assert commonmark.web_address(url) is None


@pytest.mark.parametrize(
    ("segment", "zh", "en"),
    [
        (types.Text("x"), (), ()),
        (types.Emoji("[强]", "[强]"), (), ()),
        (types.File("a.pdf", 123456), ("文件", "a.pdf", "123 kB"), ("File", "a.pdf", "123 kB")),
        (types.File(None, 999_500, "x\\b.zip"), ("文件", "b.zip", "1.0 MB"), ("File", "b.zip", "1.0 MB")),
        (types.Voice(3723.0), ("语音", "1:02:03"), ("Voice", "1:02:03")),
        (types.Voice(float("inf"), "  "), ("语音",), ("Voice",)),
        (types.Video(seconds=0.4, path="v/4.mp4"), ("视频", "0:00", "4.mp4"), ("Video", "0:00", "4.mp4")),
        (types.Call("video", None, "已取消"), ("视频通话", "已取消"), ("Video call", "已取消")),
        (types.Call(), ("通话",), ("Call",)),
        (types.Transfer("￥1", None, "returned"), ("转账", "￥1", "已退还"), ("Transfer", "￥1", "returned")),
        (types.Transfer(state="odd"), ("转账", "odd"), ("Transfer", "odd")),
        (types.Image(path="data:image/png;base64,AAAA"), ("图片",), ("Picture",)),
        (types.Quote("张三", "早"), ("引用", "张三", "早"), ("Quote", "张三", "早")),
    ],
    ids=str,
)
def test_descriptions(segment: types.Segment, zh: tuple[str, ...], en: tuple[str, ...]) -> None:
    assert describe(segment) == zh
    assert describe(segment, "en") == en
