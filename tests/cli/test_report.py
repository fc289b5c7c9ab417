"""`wechatlog report`, and the page that it writes."""

from __future__ import annotations

import datetime as dt
import re
from html.parser import HTMLParser
from pathlib import Path

import attrs
import pytest

import wechatlog
from wechatlog import Conversation, Message, dump
from wechatlog.operations import statistics
from wechatlog.operations.following_parts import united
from wechatlog.pages.report import render_report
from wechatlog.pages.words import REPORT_WORDS

from .conftest import Run

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}</style>"


class Tags(HTMLParser):
    """What an HTML page is made of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)


def say(day: str, sender: str, text: str) -> Message:
    return Message(time=dt.datetime.fromisoformat(day), precision="second", sender=sender, text=text)


def test_the_page_of_a_year(example: Path, run: Run, tmp_path: Path) -> None:
    result = run("report", example, "--year", "2026", "-o", "report.html")
    assert result.exit_code == 0
    assert re.fullmatch(r"wechatlog: report\.html: [0-9]+ kB\n", result.stderr)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<h1>2026-05-01-WeChat <span>2026</span></h1>" in page
    assert "<dt>条消息</dt><dd>25</dd>" in page
    assert "<title>2026-05-01: 25</title>" in page
    assert run("report", example, "-o", "-", "--interface", "en").stdout.startswith('<!DOCTYPE html>\n<html lang="en">')


@pytest.mark.parametrize(("language", "title"), [("zh", "2 个聊天"), ("en", "2 chats")])
def test_several_chats_are_counted_in_the_language_of_the_page(
    example: Path, run: Run, tmp_path: Path, language: str, title: str
) -> None:
    other = tmp_path / "other.jsonl"
    wechatlog.dump(Conversation([say("2026-05-02T08:00:00", "张三", "早")], title="读书会"), other)
    page = run("report", example, other, "-o", "-", "--interface", language).stdout
    assert f"<h1>{title}" in page


def test_another_year_and_wrong_usage(example: Path, run: Run, tmp_path: Path) -> None:
    result = run("report", example, "--year", "2025", "-o", "report.html")
    assert (result.exit_code, result.stderr) == (1, "wechatlog: no message fits, in 1 conversation\n")
    assert not (tmp_path / "report.html").exists()
    for wrong in (["--year", "0"], ["--year", "2026", "--since", "2026-01-01"]):
        assert run("report", example, "-o", "report.html", *wrong).exit_code == 2
    assert run("report", example).exit_code == 2
    assert run("report", example, "-o", str(tmp_path)).exit_code == 2


def test_an_input_is_not_overwritten(run: Run, tmp_path: Path) -> None:
    wechatlog.dump(Conversation([say("2026-05-01", "李四", "早")]), tmp_path / "a.jsonl")
    before = (tmp_path / "a.jsonl").read_bytes()
    assert run("report", "a.jsonl", "-o", "a.jsonl").exit_code == 1
    assert (tmp_path / "a.jsonl").read_bytes() == before


@pytest.mark.parametrize("language", ["zh", "en"])
def test_whatever_the_chat_holds_the_page_is_inert(language: str) -> None:
    messages = [
        say(
            f"2026-05-0{1 + n % 9}T0{n % 9}:00",
            HOSTILE if n % 2 else "李四",
            f"{HOSTILE} @{HOSTILE} http://a.example/{HOSTILE}",
        )
        for n in range(20)
    ]
    messages += [say("2026-05-09T09:00", "王五", "哈哈"), say("2026-05-09T09:01", HOSTILE, "哈哈")]
    page = render_report(HOSTILE, statistics(Conversation(messages)), language=language, year=2026)
    found = Tags(page)
    assert found.tags.isdisjoint({"script", "img", "iframe", "a", "link", "form", "object"})
    assert not {name for name in found.attributes if name.startswith("on") or name in ("src", "href", "style")}
    assert "default-src &#39;none&#39;" in page
    assert "script-src &#39;none&#39;" in page
    assert "49" not in re.sub(r"[0-9]{2,}", "", page)


def test_an_empty_chat_and_one_message() -> None:
    assert "<h1>甲</h1>" in render_report("甲", statistics(()))
    assert "<dd>1</dd>" in render_report("甲", statistics([Message(text="早")]))


def test_of_one_day_the_date_stands_there_once() -> None:
    page = render_report(
        "甲", statistics([say("2026-05-01T09:00", "李四", "早"), say("2026-05-01T09:01", "王五", "早")])
    )
    assert "<p>2026-05-01</p>" in page
    assert "2026-05-01 – " not in page


def test_the_first_and_the_last_year_of_all() -> None:
    messages = [say("0001-01-01", "李四", "早"), say("2024-02-29", "李四", "早"), say("9999-12-31", "李四", "早")]
    page = render_report("甲", statistics(messages))
    for day in ("0001-01-01: 1", "2024-12-31: 0", "9999-12-31: 1"):
        assert f"<title>{day}</title>" in page


@pytest.mark.parametrize(
    ("first", "last", "heading", "rows"),
    [
        ("2024-01-31", "2024-01-01", None, []),
        ("2023-12-31", "2024-02-01", "Months", ["2023-12", "2024-01", "2024-02"]),
        (
            "2021-01-01",
            "2023-12-31",
            "Months",
            [f"{year}-{month:02}" for year in (2021, 2022, 2023) for month in range(1, 13)],
        ),
        ("2020-12-31", "2023-12-31", "Years", ["2020", "2021", "2022", "2023"]),
        ("1970-01-01", "2026-05-01", "Years", [str(year) for year in range(1997, 2027)]),
    ],
)
def test_many_months_are_shown_as_years(first: str, last: str, heading: str | None, rows: list[str]) -> None:
    found = statistics([say(first, "李四", "早"), say(last, "李四", "早")])
    page = render_report("甲", found, language="en")
    parts = re.findall(r"<h2>(Months|Years)</h2>(.*?)</section>", page, re.DOTALL)
    assert [(name, re.findall("<li><b>(.*?)</b>", text)) for name, text in parts] == (
        [(heading, rows)] if heading else []
    )


def test_both_languages_have_the_same_words() -> None:
    assert set(REPORT_WORDS["zh"]) == set(REPORT_WORDS["en"])


# --- parts of one chat ----------------------------------------------------------------------------


def day(number: int, *people: str, title: str = "2026-05-0{}-群", room: str | None = None) -> Conversation:
    messages = [say(f"2026-05-0{number}T23:{minute:02}", who, "早") for minute, who in enumerate(people)]
    return Conversation(messages, title=title.format(number), id=room)


def test_parts_that_follow_each_other_are_one() -> None:
    days = [day(number, "李四", "王五") for number in (1, 2, 3)]
    assert [len(chat) for chat in united(days)] == [6]
    assert [len(chat) for chat in united([day(1, "李四", room="1@chatroom"), day(2, "王五", room="1@chatroom")])] == [2]


@pytest.mark.parametrize(
    "other",
    [
        day(2, "赵六", "孙七"),
        day(2, "李四", "王五", title="2026-05-0{}-别的群"),
        day(2, "李四", "王五", room="2@chatroom"),
        day(1, "李四", "王五"),
        day(2, "我"),
    ],
)
def test_others_are_not(other: Conversation) -> None:
    first = day(1, "李四", "王五", "我")
    assert [len(chat) for chat in united([first, other])] == [3, len(other)]


def club(*texts: str, people: str = "甲乙", title: str = "群", room: str | None = None) -> Conversation:
    """Some texts, a minute each."""
    messages = [say(f"2026-05-01T09:{at:02}", people[at % len(people)], text) for at, text in enumerate(texts)]
    return Conversation(messages, title=title, id=room)


TALK = ("周六去哪里骑车", "水库那条路怎么样", "好的就去水库", "几点在哪里集合", "八点老槐树下见")


@pytest.mark.parametrize("title", ["群", "旧/群", "2026-05-群"])
@pytest.mark.parametrize("rooms", [(None, None), ("1@chatroom", None)])
@pytest.mark.parametrize("zone", [None, dt.timezone(dt.timedelta(hours=8))])
def test_exports_of_one_title_that_overlap_are_one(
    title: str, rooms: tuple[str | None, str | None], zone: dt.tzinfo | None
) -> None:
    one, other = club(*TALK[:4], room=rooms[0]), club(*TALK, people="丙乙", title=title, room=rooms[1])
    other = Conversation(
        [attrs.evolve(message, time=message.time and message.time.replace(tzinfo=zone)) for message in other],
        title=title,
        id=rooms[1],
        tz=zone,
    )
    told: list[object] = []
    assert [len(chat) for chat in united([one, other], lambda *copy: told.append(copy))] == [5]
    assert not told


@pytest.mark.parametrize(
    "other",
    [
        club(*TALK[:2]),
        club(*TALK, title="别的群"),
        club(*TALK, room="2@chatroom"),
        Conversation([*club(*TALK).by("甲"), say("2026-05-02", "丁", "看看别的地方")], title="群"),
    ],
)
def test_chats_of_one_title_are_two_where_little_or_one_person_is_alike(other: Conversation) -> None:
    first = club(*TALK, room="1@chatroom" if other.id else None)
    assert [len(chat) for chat in united([first, other])] == [5, len(other)]


def test_what_is_counted_twice_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "chats").mkdir()
    for name, chat in (("a/群", club(*TALK)), ("b/另一个", club("早")), ("c/群", club(*TALK))):
        (tmp_path / "chats" / name[0]).mkdir()
        dump(chat, tmp_path / "chats" / f"{name}.jsonl")
    for command in (("stats", "chats"), ("stats", "chats", "--json"), ("report", "chats", "-o", "out.html")):
        result = run(*command)
        assert result.exit_code == 0
        assert result.stderr.endswith(
            "wechatlog: counted twice, and `wechatlog merge` makes one chat of such exports:\n"
            "  c/群.jsonl: 5 texts stand in a/群.jsonl as well\n"
        )
    for number in range(8):
        dump(club(*TALK), tmp_path / "chats" / "b" / f"群{number}.jsonl")
        dump(club("早"), tmp_path / "chats" / "b" / f"群{number}-.jsonl")
    told = run("stats", "chats").stderr.split("\n")
    assert (len(told), told[-2]) == (8, "  and 4 more")
    for path in (tmp_path / "chats" / "b").glob("群*.jsonl"):
        path.unlink()
    (tmp_path / "chats" / "b" / "另一个.jsonl").unlink()
    result = run("stats", "chats")
    assert "5 messages" in result.stdout
    assert "twice" not in result.stderr


def test_sessions_of_a_folder_go_over_midnight(run: Run, tmp_path: Path) -> None:
    (tmp_path / "days").mkdir()
    for name, time in (("2026-05-01", "23:59:00"), ("2026-05-02", "00:01:00")):
        text = f"---\ntitle: {name}-群\ndate: {name}\n---\n\n> {time}  李四  \n\n早\n\n> {time[:-2]}30  王五  \n\n好\n"
        (tmp_path / "days" / f"{name}-chat.markdown").write_text(text, encoding="utf-8")
    assert "  1 session with pauses" in run("stats", "days").stdout
