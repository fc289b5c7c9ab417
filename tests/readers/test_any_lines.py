"""Lines of tools that nobody knows: chats in every form, what is told, and what is no chat."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from wechatlog import Severity

Row = tuple[str, dt.datetime, str]

MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
DATED = r"""
[%Y-%m-%d %H:%M:%S] {sender}: {text}
[%Y-%m-%d %H:%M:%S][{sender}] {text}
[%Y-%m-%d %H:%M:%S] <{sender}> {text}
[%Y-%m-%d %H:%M:%S] [文本] {sender}: {text}
[%Y-%m-%d %H:%M:%S] {sender} (text): {text}
[%Y-%m-%d %H:%M:%S][{sender}][文字] {text}
[读书会] %Y-%m-%d %H:%M:%S {sender}: {text}
【%Y-%m-%d %H:%M:%S】{sender}：{text}
（%Y/%m/%d %H:%M）{sender}：{text}
%Y-%m-%d %H:%M:%S {sender}：{text}
%Y-%m-%d %H:%M:%S, {sender}: {text}
%Y-%m-%d %H:%M:%S: {sender}: {text}
%Y-%m-%d %H:%M:%S | {sender} | {text}
%Y-%m-%d %H:%M:%S ｜ {sender} ｜ {text}
%Y-%m-%d %H:%M:%S 「{sender}」{text}
%Y-%m-%d %H:%M:%S "{sender}" {text}
%Y-%m-%d %H:%M:%S *{sender}* {text}
%Y-%m-%d %H:%M:%S {{sender}}: {text}
%Y-%m-%d %H:%M {sender}说：{text}
%Y-%m-%d %H:%M {sender} says: {text}
%Y-%m-%d %H:%M {sender} -> {text}
%Y-%m-%d\t%H:%M:%S\t{sender}\t{text}
%Y年%m月%d日 %p%I:%M {sender}: {text}
%Y年%m月%d日 %H时%M分%S秒 {sender}：{text}
%Y-%m-%d(%a) %H:%M {sender}: {text}
%Y%m%d%H%M%S {sender}: {text}
[%s] {sender}: {text}
%m/%d/%y, %I:%M %P - {sender}: {text}
[%d/%m/%Y, %H:%M:%S] {sender}: {text}
%d.%m.%y, %H:%M - {sender}: {text}
%d/%m/%Y à %H:%M - {sender}: {text}
[%m/%d/%y, %I:%M:%S %P] {sender}: {text}
%b %d, %Y, %I:%M %P - {sender}: {text}
%d %b %Y at %H:%M {sender}: {text}
%a %b %d %H:%M:%S %Y {sender}: {text}
{sender} (%a, %d %b %Y %H:%M:%S): {text}
{sender} [%Y-%m-%d %H:%M:%S]: {text}
{sender}, %Y-%m-%d %H:%M:%S: {text}
{sender} - %Y-%m-%d %H:%M:%S - {text}
[{sender}] [%Y-%m-%d %H:%M:%S] {text}
{sender}: [%Y-%m-%d %H:%M:%S] {text}
- **{sender}** [%Y-%m-%d %H:%M]: {text}
- [%Y-%m-%d %H:%M:%S] **{sender}**: {text}
{sender} — %m/%d/%Y %I:%M %P\n{text}\n
{sender}, [%d.%m.%Y %H:%M]\n{text}\n
{sender}, [%d %b %Y at %H:%M:%S]:\n{text}\n
{sender}: %Y-%m-%d %H:%M:%S\n{text}\n
[%m/%d/%Y %I:%M %P] {sender}\n{text}\n
{sender}\n%m/%d/%Y %I:%M %P\n{text}\n
%b %d, %Y %I:%M %P\n{sender}\n{text}\n
**[%Y-%m-%d %H:%M:%S] {sender}**\n{text}\n
---- %Y-%m-%d %H:%M:%S {sender} ----\n{text}
序号: 7\n时间: %Y-%m-%d %H:%M:%S\n发送者: {sender}\n内容: {text}\n
时间：%Y-%m-%d %H:%M:%S\n发送者：{sender}\n类型：文本\n内容：{text}\n
time=%Y-%m-%d %H:%M:%S sender={sender} text={text}
{sender}：{text} (%Y-%m-%d %H:%M:%S)
{sender}: {text} [%Y-%m-%d %H:%M:%S]
{sender}：{text} —— %Y-%m-%d %H:%M:%S
{sender} | {text} | %Y-%m-%d %H:%M:%S
{sender}\n{text}\n%b %d, %Y, %I:%M %P\n
""".strip("\n").split("\n")
UNDER_DAYS = [
    (day, line)
    for day in ("%Y-%m-%d", "===== %Y-%m-%d =====", "# %Y年%m月%d日 %A", "--- Day changed %a %b %d %Y", "%a, %b %d, %Y")
    for line in (
        "%H:%M {sender}: {text}",
        "[%H:%M:%S] <{sender}> {text}",
        "%H:%M\t{sender}\t{text}",
        "[{sender}] [%I:%M %P] {text}",
        "{sender} (%H:%M): {text}",
        "{sender}: {text} (%H:%M)",
        "{sender} %H:%M\\n{text}\\n",
        "{sender}\\n  %I:%M %P\\n{text}\\n",
        "- %p%I:%M {sender}：{text}",
    )
]
UNTIMED = r"""
{sender}: {text}
{sender}：{text}\n
<{sender}> {text}
【{sender}】{text}
**{sender}**：{text}
- {sender}：{text}
{sender}说：“{text}”
{sender} -> {text}
{sender}\t{text}
""".strip("\n").split("\n")

_words = st.text(alphabet="早上好在吗abc 。！", min_size=1, max_size=12).map(str.strip).filter(bool)


@st.composite
def chats(draw: st.DrawFn) -> list[Row]:
    """Chats of three people, who all come again."""
    names = draw(st.permutations(["我", "李雷", "Ann Lee", "小明🌟"]))[:3]
    time = dt.datetime(2024, 3, 14, 9, 5, 40)
    rows = []
    for index in range(draw(st.integers(9, 14))):
        time += dt.timedelta(seconds=draw(st.integers(60, 20_000)))
        rows.append(
            (
                ("我", *names)[index % 4],
                time,
                "\n".join(f"{word} {index}" for word in draw(st.lists(_words, min_size=1, max_size=2, unique=True))),
            )
        )
    return rows


def shown(template: str, row: Row) -> str:
    """A message as a template has it."""
    name, time, text = row
    half = {"p": "上午" if time.hour < 12 else "下午", "P": "AM" if time.hour < 12 else "PM"}
    parts = half | {
        "b": MONTHS[time.month - 1],
        "a": DAYS[time.weekday()],
        "A": f"星期{'一二三四五六日'[time.weekday()]}",
    }
    parts |= {"s": str(int((time - dt.datetime(1970, 1, 1, 8)).total_seconds()))}
    line = re.sub("%([A-Za-z])", lambda found: parts.get(found[1]) or time.strftime(found[0]), template)
    return line.replace("{sender}", name).replace("{text}", text)


def whole(time: dt.datetime, template: str) -> dt.datetime:
    return time if re.search("%S|%s", template) else time.replace(second=0)


def check(text: str, expected: list[Row | tuple[str, None, str]]) -> wechatlog.Conversation:
    """What a text says, and that nothing in it is doubted."""
    chat = wechatlog.loads(text)
    found = [(m.sender, m.time.replace(tzinfo=None) if m.time else None, m.text) for m in chat]
    assert found == expected, chat.diagnostics
    return chat


def loud(chat: wechatlog.Conversation) -> set[str]:
    return {entry.code for entry in chat.diagnostics if entry.severity is not Severity.INFO}


def _lines(templates: list[str]) -> list[str]:
    return [template.replace("\\n", "\n").replace("\\t", "\t") for template in templates]


def _is_behind(template: str) -> bool:
    """Whether the time stands behind the text, where the last line of a text may look like a name above one."""
    return "%" in template.partition("{text}")[2]


def _dated(template: str, rows: list[Row]) -> None:
    text = "\n".join(shown(template, row) for row in rows) + "\n"
    chat = check(text, [(name, whole(time, template), said) for name, time, said in rows])
    assert loud(chat) <= {"converted-text", "ambiguous-date", "guessed-columns"}  # with bars it may be a table


def _under_days(day: str, template: str, rows: list[Row]) -> None:
    lines: list[str] = []
    for before, row in zip([None, *rows], rows, strict=False):
        is_new = before is None or before[1].date() != row[1].date()
        lines += [shown(day, row), *([""] if "\n" in template else [])] if is_new else []
        lines.append(shown(template, row))
    chat = check("\n".join(lines) + "\n", [(name, whole(time, template), said) for name, time, said in rows])
    assert loud(chat) <= {"converted-text", "ambiguous-date", "guessed-columns"}  # with bars it may be a table


def _untimed(template: str, rows: list[Row]) -> None:
    check("\n".join(shown(template, row) for row in rows) + "\n", [(name, None, said) for name, _, said in rows])


_NAMES = ("我", "李雷", "Ann Lee", "小明🌟")
CHAT: list[Row] = [
    (name, dt.datetime(2024, 3, 14, 9, 5, 40) + index * dt.timedelta(minutes=131), text)
    for index, (name, text) in enumerate(
        zip(_NAMES * 3, ("早", "第一行\n第二行", "Hi all", "好 的", "0 1", "在吗\n在") * 2, strict=True)
    )
]


@pytest.mark.parametrize("template", _lines(DATED))
def test_lines_with_a_day(template: str) -> None:
    _dated(template, CHAT)


@pytest.mark.parametrize(("day", "template"), UNDER_DAYS)
def test_lines_under_days(day: str, template: str) -> None:
    _under_days(day, *_lines([template]), CHAT)


@pytest.mark.parametrize("template", _lines(UNTIMED))
def test_lines_without_a_time(template: str) -> None:
    _untimed(template, CHAT)


def test_nobody_is_called_as_a_day() -> None:
    """Where all messages are of one, it comes again as a name does."""
    text = "".join(f"Mar 14, 2024 09:0{minute} AM\n{name}\n早 {minute}\n\n" for minute, name in enumerate("我李我李"))
    assert [m.sender for m in wechatlog.loads(text)] == [*"我李我李"]


@given(template=st.sampled_from(_lines([line for line in DATED if not _is_behind(line)])), rows=chats())
def test_any_chat_with_days(template: str, rows: list[Row]) -> None:
    _dated(template, rows)


@given(form=st.sampled_from([form for form in UNDER_DAYS if not _is_behind(form[1])]), rows=chats())
def test_any_chat_under_days(form: tuple[str, str], rows: list[Row]) -> None:
    _under_days(form[0], *_lines([form[1]]), rows)
