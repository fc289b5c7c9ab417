"""Formats that are described in one line: what fits, what nearly fits, and the description that is offered."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from tests.cost import assert_linear
from wechatlog import Severity
from wechatlog.tokenizer import compile_format, iter_records, loose_pattern, offer_template

PLAIN = "[%Y-%m-%d %H:%M:%S] {sender}: {text}"


def read(text: str, template: str = PLAIN, **how: object) -> wechatlog.Conversation:
    return wechatlog.loads(text, format=wechatlog.text_format(template), **how)  # type: ignore[arg-type]


def codes(chat: wechatlog.Conversation) -> list[tuple[str, int | None]]:
    return [(entry.code, entry.line) for entry in chat.diagnostics if entry.severity is not Severity.INFO]


@pytest.mark.parametrize(
    ("half", "hour", "expected"),
    [
        ("AM", 12, 0), ("PM", 12, 12), ("am", 3, 3), ("p.m.", 3, 15), ("p. m.", 3, 15), ("P.M.", 11, 23), ("上午", 9, 9), ("下午", 3, 15), ("凌晨", 12, 0),
        ("凌晨", 3, 3), ("早上", 7, 7), ("清晨", 6, 6), ("中午", 12, 12), ("中午", 1, 13), ("中午", 11, 11), ("傍晚", 6, 18), ("晚上", 9, 21), ("晚上", 12, 0), ("半夜", 2, 2), ("夜里", 11, 23),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "template",
    [
        "[%Y/%m/%d %p%I:%M] {sender}: {text}",
        "[%Y/%m/%d %I:%M %p] {sender}: {text}",
        "[%Y/%m/%d %H:%M\u202f%p] {sender}: {text}",
    ],
)
def test_every_word_for_the_half_of_the_day(half: str, hour: int, expected: int, template: str) -> None:
    line = (
        template.replace("%Y/%m/%d", "2026/5/1").replace("%p", half).replace("%I", str(hour)).replace("%H", str(hour))
    )
    chat = read(line.replace("%M", "05").replace("{sender}", "顾桐").replace("{text}", "早") + "\n", template)
    assert codes(chat) == []
    assert [(m.time.hour, m.time.minute, m.sender, m.text) for m in chat if m.time] == [(expected, 5, "顾桐", "早")]


@pytest.mark.parametrize("mark", ["\u200e", "\u200f", "\u202a", "\u2068", "\ufeff", "\u200e\u200e"])
@pytest.mark.parametrize("blank", [" ", "\u00a0", "\u202f", "\u2009", "\u3000", "\t"])
def test_marks_before_a_header_and_blanks_of_every_kind(mark: str, blank: str) -> None:
    chat = read(f"[2026-05-01 09:00:00] 李四: 早\n{mark}[2026-05-01{blank}09:00:01]{blank}王五:{blank}好\n")
    assert codes(chat) == []
    assert [(m.sender, m.text) for m in chat] == [("李四", "早"), ("王五", "好")]


@pytest.mark.parametrize(
    "line",
    ["[2026-05-01  09:00:01] 王五: 好", "[2026-05-01 09:00:01]王五: 好", "【2026-05-01 09:00:01】 王五: 好", "[2026-05-01 09:00:01] 王五：好", " [2026-05-01 09:00:01] 王五: 好", "[2026-5-1 9:0:1] 王五: 好", "[26-05-01 09:00:01] 王五: 好"],
)  # fmt: skip
def test_a_line_that_is_nearly_a_header_is_told(line: str) -> None:
    chat = read(f"[2026-05-01 09:00:00] 李四: 早\n第二行\n{line}\n")
    assert [m.text for m in chat] == [f"早\n第二行\n{line}"]
    assert codes(chat) == [("near-header", 3)]
    with pytest.raises(wechatlog.FormatError, match="nearly of the form"):
        read(f"[2026-05-01 09:00:00] 李四: 早\n{line}\n", errors="strict")


def test_names_of_months_are_english_whatever_the_machine_speaks() -> None:
    text = "May 01, 2026 08:00:05 PM - 张三: 早\nSept. 3, 2026 12:00:00 AM - 我: 好\n"
    found = read(text, "%b %d, %Y %I:%M:%S %p - {sender}: {text}")
    assert [(str(m.time), m.sender, m.text) for m in found] == [
        ("2026-05-01 20:00:05", "张三", "早"),
        ("2026-09-03 00:00:00", "我", "好"),
    ]
    assert (
        str(read("1 December 2026 09:05 <李四> 早\n", "%d %B %Y %H:%M <{sender}> {text}")[0].time)
        == "2026-12-01 09:05:00"
    )
    assert codes(read("1 Foo 2026 09:05 <李四> 早\n", "%d %b %Y %H:%M <{sender}> {text}")) == [("bad-time", 1)]


def test_seconds_since_1970() -> None:
    lines = "[1777593605] 张三: 早\n[1777593665123] 我: 好\n[1777593666] 我: 1777593605 是时间\n"
    for found in (read(lines, "[%s] {sender}: {text}"), wechatlog.loads(lines)):
        assert [(str(m.time)[:19], m.sender, m.text) for m in found] == [
            ("2026-05-01 08:00:05", "张三", "早"),
            ("2026-05-01 08:01:05", "我", "好"),
            ("2026-05-01 08:01:06", "我", "1777593605 是时间"),
        ]
        assert found.tz_assumed
    assert str(wechatlog.loads(lines, tz="UTC")[0].time) == "2026-05-01 00:00:05+00:00"


def test_ordinary_lines_are_not_told() -> None:
    assert codes(read("[2026-05-01 09:00:00] 李四: 早\n我们 9:30 见: 带上水果\n- 2026-05-02\n[强]: x\n")) == []
    assert loose_pattern("{sender}: {text}") is None


def test_a_template_that_fits_no_line_is_told() -> None:
    chat = read("2026-05-01 09:00:00 李四: 早\n好\n")
    assert len(chat) == 0
    assert ("no-header", 1) in codes(chat)
    assert codes(read("")) == []
    with pytest.raises(wechatlog.FormatError):
        read("你好\n", errors="strict")


@pytest.mark.parametrize(
    "template", ["%H:%M {sender}: {text}", "%m/%d %H:%M {sender}: {text}", "%d日 %H:%M {sender}: {text}"]
)
def test_a_clock_without_a_day_gives_none_and_says_so(template: str) -> None:
    text = (
        template.replace("%m/%d", "2/29")
        .replace("%d", "5")
        .replace("%H:%M", "09:00")
        .replace("{sender}", "李四")
        .replace("{text}", "早")
    )
    chat = read(f"{text}\n{text}\n", template)
    assert [(m.time, m.precision, m.text) for m in chat] == [(None, None, "早")] * 2
    assert codes(chat) == [("no-date", 1)]
    dated = read(f"{text}\n", template, date="2028-02-05")
    assert codes(dated) == []
    assert dated[0].time is not None
    assert dated[0].time.year == 2028


OFFERS = {
    "[%Y-%m-%d %H:%M:%S] {sender}: {text}": ("[2026-05-01 08:00:00] 李四: 早", "[2026-05-01 08:00:20] 我: 第一行"),
    "[%Y/%m/%d %H:%M:%S] {sender}: {text}": ("[2026/5/1 08:00:00] 李四: a", "[2026/5/1 08:00:10] 我: b"),
    "[%Y-%m-%d %H:%M:%S] [{sender}] {text}": ("[2026-05-01 08:00:00] [李四] 早: 好", "[2026-05-01 08:00:09] [我] 好"),
    "%Y-%m-%d %H:%M {sender}：{text}": ("2026-05-01 08:00 李四：早", "2026-05-01 08:01 我：好"),
    "%d/%m/%Y, %I:%M %p - {sender}: {text}": ("14/10/2021, 3:34 PM - Ann: a", "1/10/2021, 3:34 AM - Bo: b"),
    "[%m/%d/%y, %I:%M:%S %p] {sender}: {text}": ("[5/1/26, 3:34:00 PM] Ann: a", "[5/31/26, 3:34:01 AM] Bo: b"),
    "%Y年%m月%d日 %p%I:%M {sender}: {text}": ("2026年5月1日 下午3:05 顾桐: a", "2026年5月1日 晚上9:05 何雁: b"),
    "%Y-%m-%d %H:%M:%S {sender}": ("2026-05-01 08:00:00 李四", "早", "2026-05-01 08:01:00 我", "好"),
    "%Y-%m-%d %H:%M | {sender} | {text}": ("2026-05-01 08:00 | 李四 | 早", "2026-05-01 08:01 | 我 | a | b"),
    "%Y-%m-%d %H:%M:%S,{sender},{text}": ("2026-05-01 08:00:00,李四,早", "2026-05-01 08:01:00,我,好,好"),
    "%Y-%m-%d %H:%M <{sender}> {text}": ("2026-05-01 08:00 <李四> 早", "2026-05-01 08:01 <我> 好: 好"),
    "{sender}（%Y-%m-%d %H:%M:%S）：{text}": ("李四（2026-05-01 08:00:00）：早", "我（2026-05-01 08:00:09）：好"),
    "{sender}(%Y/%m/%d %p%I:%M)": ("李四(2026/5/1 上午8:00)", "早", "我(2026/5/1 下午8:01)", "好"),
    "### {sender} %Y-%m-%d %H:%M": ("### 李四 2026-05-01 08:00", "早", "### 我 2026-05-01 08:01", "好"),
    "- **{sender}** [%Y-%m-%d %H:%M]: {text}": ("- **李四** [2026-05-01 08:00]: 早", "- **我** [2026-05-01 08:01]: 好"),
    "* %Y-%m-%d %H:%M {sender}: {text}": ("* 2026-05-01 08:00 李四: 早", "* 2026-05-01 08:01 我: 好"),
    "%Y-%m-%d %H:%M\t{sender}\t{text}": ("2026-05-01 08:00\t李四\t早", "2026-05-01 08:01\t我\t好"),
    "%Y-%m-%d %H:%M  {sender}  {text}": ("2026-05-01 08:00  李四  早", "2026-05-01 08:01  我  好"),
    "%Y-%m-%dT%H:%M:%S.%f%z {sender}: {text}": ("2026-05-01T08:00:00.12Z 李四: 早", "2026-05-01T08:00:00.1+08:00 我: 好"),
    "【{sender}】%Y-%m-%d %H:%M": ("【李四】2026-05-01 08:00", "早", "【我】2026-05-01 08:01", "好"),
    "%Y-%m-%d %H:%M 【{sender}】{text}": ("2026-05-01 08:00 【李四】早", "2026-05-01 08:01 【我】好"),
    "%Y-%m-%d %H:%M - {sender} - {text}": ("2026-05-01 08:00 - 李四 - 早", "2026-05-01 08:01 - 我 - 好 - 是"),
    "%Y-%m-%d %H:%M {sender} -> {text}": ("2026-05-01 08:00 李四 -> 早", "2026-05-01 08:01 我 -> 好"),
    "{sender} | %Y-%m-%d %H:%M | {text}": ("李四 | 2026-05-01 08:00 | 早", "我 | 2026-05-01 08:01 | 好"),
    "{sender}——%Y-%m-%d %H:%M": ("李四——2026-05-01 08:00", "早", "我——2026-05-01 08:01", "好"),
    "发送人：{sender}\t时间：%Y-%m-%d %H:%M\t内容：{text}": (
        "发送人：李四\t时间：2026-05-01 08:00\t内容：早", "发送人：我\t时间：2026-05-01 08:01\t内容：好",
    ),
    "Time: %Y-%m-%d %H:%M\nFrom: {sender}\nText: {text}": (
        "Time: 2026-05-01 08:00", "From: 李四", "Text: 早", "Time: 2026-05-01 08:01", "From: 我", "Text: 好", "是",
    ),
    "%Y-%m-%d %H:%M\n{sender}：{text}": ("2026-05-01 08:00 ", "李四：早", "2026-05-01 08:01", "我：好"),
    "%Y-%m-%d %H:%M\n{sender}": ("2026-05-01 08:00", "李四", "早", "", "2026-05-01 08:01", "我", "好", "是"),
    "{sender}\n%Y-%m-%d %H:%M": ("李四", "2026-05-01 08:00", "早", "", "我", "2026-05-01 08:01", "好", "是"),
    "%Y-%m-%dT%H:%M:%S {sender}: {text}": ("2026-05-01T08:00:00 李四: 早", "2026-05-01T08:00:00 我: 早"),
}  # fmt: skip


@pytest.mark.parametrize("template", OFFERS)
def test_a_description_is_offered_that_reads_the_lines(template: str) -> None:
    lines = OFFERS[template]
    assert offer_template(lines) == template
    chat = read("\n".join(lines) + "\n", template)
    assert len(chat) == 2
    assert all(m.time is not None and m.sender and m.text for m in chat)


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
@pytest.mark.parametrize("template", [template for template in OFFERS if "\n" in template])
def test_headers_of_several_lines_are_found_wherever_a_block_ends(template: str, size: int) -> None:
    grammar, _ = compile_format(template)
    text = "\n".join((*OFFERS[template], "", *OFFERS[template], ""))
    blocks = [text[begin : begin + size] for begin in range(0, len(text), size)]
    records = [record for part in iter_records(blocks, grammar) for record in part]
    assert [record[0] is not None for record in records] == [False, *[True] * 4]
    assert "".join((record[0].group()[1:] if record[0] else "") + record[1] for record in records) == text


def test_the_refusal_names_it(tmp_path: Path) -> None:
    path = tmp_path / "chat.log"
    path.write_text(
        "[2026.05.01 08:00:00] 李四 → 早\n<2026-05-01 08:00:00> 李四: 早\n<2026-05-01 08:00:01> 张三: 好\n",
        encoding="utf-8",
    )
    with pytest.raises(wechatlog.UnknownFormatError, match=r"--text-format '<%Y-%m-%d %H:%M:%S> \{sender\}: \{text\}'"):
        wechatlog.load(path)
    path.write_text("谁知道\n这是什么\n", encoding="utf-8")
    with pytest.raises(
        wechatlog.UnknownFormatError, match=r"no line looks like a message header; .* described with --text-format"
    ):
        wechatlog.load(path)


@pytest.mark.parametrize(
    "line", ["--- 2026-05-01 08:00:00 ---", "会议 2026-05-01 08:00 在三楼", "2026-05-01 08:00:00,: x"]
)
def test_a_line_without_a_name_is_no_header(line: str) -> None:
    assert offer_template([line, line]) is None


@given(lines=st.lists(st.text(alphabet="[]()2026-05-1/: 9李AMpm.,T~%{}", max_size=60), max_size=4))
def test_whatever_is_offered_can_be_used(lines: list[str]) -> None:
    template = offer_template([*lines, *lines])
    if template is not None:
        wechatlog.text_format(template)


@pytest.mark.parametrize("run", [" ", "[", "2", "-", ":", "李: ", "\u200e", "2026-05-01 ", "9:"])
def test_lookalikes_cost_linear_time(run: str) -> None:
    loose = loose_pattern(PLAIN)
    assert loose is not None

    def look(size: int) -> None:
        line = "[2026-05-01" + run * (size // len(run))
        loose.match(line)
        offer_template([line, line])

    assert_linear(look, 80_000)
