"""The questions: each on the bundled chats, page by page to the end, within the limit, with ids that can be opened."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import wechatlog
from tests.agents.conftest import chat, message
from wechatlog.agents.answers import cost
from wechatlog.agents.index import read_index, update_index
from wechatlog.agents.questions import GROUPINGS, QuestionError, Questions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EXAMPLES = Path(__file__).parents[2] / "examples"
ALL = {"chat": "", "sender": "", "since": "", "until": "", "kind": ""}
LINKS = {name: "" for name in ALL if name != "kind"}
TITLES = {"2026-05-01-WeChat": 25, "城南读书会": 417}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("index") / "index.sqlite"
    update_index(path, [str(EXAMPLES)])
    return path


@pytest.fixture
def questions(index: Path) -> Iterator[Questions]:
    database = read_index(index)
    yield Questions(database)
    database.close()


@pytest.fixture
def small(index: Path) -> Iterator[Questions]:
    database = read_index(index)
    yield Questions(database, 500)
    database.close()


def lines(answer: str) -> list[str]:
    """The lines inside the fence."""
    found = re.search(r"^<<<(.+)>>>\n(.*)^<<<end of \1>>>$", answer, re.DOTALL | re.MULTILINE)
    return found[2].split("\n")[:-1] if found else []


def pages(questions: Questions, name: str, **arguments: Any) -> Iterator[str]:
    """An answer and all that follow it."""
    cursor = ""
    for _ in range(500):
        answer = questions.ask(name, **arguments, cursor=cursor)
        assert cost(answer) <= questions._limit
        yield answer
        found = re.search(r'\nThere is more: the same call with cursor="(.+)"\.$', answer)
        if found is None:
            return
        assert found[1] != cursor
        cursor = found[1]
    pytest.fail("the pages do not end")


def ids(questions: Questions, name: str, **arguments: Any) -> list[str]:
    """The ids of the messages of all pages, in order."""
    every = [line for answer in pages(questions, name, **arguments) for line in lines(answer)]
    return [found[0] for line in every if (found := re.match(r"c[0-9]+m[0-9]+(?= )", line))]


def chat_of(questions: Questions, title: str) -> str:
    (line,) = (line for line in lines(questions.ask("list_chats", query=title)) if title in line)
    return line.split(" ")[0]


def test_all_chats_are_listed(questions: Questions) -> None:
    said = lines(questions.ask("list_chats", query=""))
    assert len(said) == 2
    for line in said:
        assert any(title in line and f"{count} messages" in line for title, count in TITLES.items())
    assert lines(questions.ask("list_chats", query="读书"))[0].split(" ")[1] == "城南读书会"
    assert lines(questions.ask("list_chats", query="nothing")) == []


def test_a_word_is_found_in_all_chats_or_one(questions: Questions) -> None:
    said = "\n".join(lines(questions.ask("search_messages", query="扳手", **ALL)))
    assert "Mia Lin: 我带打气筒，谁有内六角扳手？" in said
    club = chat_of(questions, "城南读书会")
    assert ids(questions, "search_messages", query="扳手", **{**ALL, "chat": club}) == []
    conversation = wechatlog.load(EXAMPLES / "reading-club.jsonl")
    expected = [f"{club}m{n}" for n, m in enumerate(conversation) if "书" in m.text]
    assert ids(questions, "search_messages", query="书", **{**ALL, "chat": club}) == expected[::-1]


@pytest.mark.parametrize("query", ["谁有内六角扳手？", "内六角扳手 打气筒", "我带打气筒，谁有内六角扳手", "打气筒 谁"])
def test_words_must_all_be_there_and_long_ones_whole(questions: Questions, query: str) -> None:
    assert len(ids(questions, "search_messages", query=query, **ALL)) == 1
    assert ids(questions, "search_messages", query=f"{query}没有这样的话", **ALL) == []


@pytest.mark.parametrize("name", ["search_messages", "messages_in_period"])
def test_every_filter_leaves_what_the_library_leaves(questions: Questions, name: str) -> None:
    club = chat_of(questions, "城南读书会")
    conversation = wechatlog.load(EXAMPLES / "reading-club.jsonl")
    number = {id(m): f"{club}m{n}" for n, m in enumerate(conversation)}
    more = {"query": "书"} if name == "search_messages" else {}
    whole = conversation.search("书") if more else conversation
    for filters, found in (
        ({"sender": "林晓"}, whole.by("林晓")),
        ({"sender": "wxid_linxiao00001"}, whole.by("wxid_linxiao00001")),
        ({"since": "2026-03-02", "until": "2026-03-08"}, whole.between("2026-03-02", "2026-03-08")),
        ({"since": "2026-05"}, whole.between("2026-05-01")),
        ({"until": "2026-03-22T15:04"}, whole.between(None, "2026-03-22T15:05")),
        ({"kind": "file"}, whole.of_kind("file")),
        (
            {"sender": "老郑", "since": "2026-04", "kind": "text"},
            whole.by("老郑").between("2026-04-01").of_kind("text"),
        ),
    ):
        expected = [number[id(message)] for message in found]
        got = ids(questions, name, **more, **{**ALL, "chat": club, **filters})
        assert got == (expected[::-1] if more else expected), filters
        assert got or not expected


def test_a_person_is_found_by_the_code_in_the_list(questions: Questions) -> None:
    club = chat_of(questions, "城南读书会")
    code = next(line for line in lines(questions.ask("list_people", chat="", query="林晓"))).split(" ")[0]
    conversation = wechatlog.load(EXAMPLES / "reading-club.jsonl").by("林晓")
    assert len(ids(questions, "messages_in_period", **{**ALL, "chat": club, "sender": code})) == len(conversation)


@pytest.mark.parametrize("limit", [500, 2000])
def test_pages_give_every_message_once(index: Path, limit: int) -> None:
    database = read_index(index)
    questions = Questions(database, limit)
    club = chat_of(questions, "城南读书会")
    conversation = wechatlog.load(EXAMPLES / "reading-club.jsonl")
    expected = [f"{club}m{n}" for n in range(len(conversation))]
    assert ids(questions, "messages_in_period", **{**ALL, "chat": club}) == expected
    assert ids(questions, "messages_around", message=expected[200], before=100, after=100) == expected[100:301]
    every = ids(questions, "messages_in_period", **{**ALL, "since": "2026"})
    assert len(every) == len(set(every)) == sum(TITLES.values())
    database.close()


def test_messages_around_one(questions: Questions) -> None:
    club = chat_of(questions, "城南读书会")
    assert ids(questions, "messages_around", message=f"{club}m1", before=3, after=2) == [
        f"{club}m{n}" for n in range(4)
    ]


@pytest.mark.parametrize("by", GROUPINGS)
def test_statistics_count_every_message(questions: Questions, small: Questions, by: str) -> None:
    every = [
        line for answer in pages(small, "statistics", by=by, chat="", since="", until="") for line in lines(answer)
    ]
    assert every == lines(questions.ask("statistics", by=by, chat="", since="", until=""))
    total = sum(int(line.rsplit(": ", 1)[1].replace(",", "")) for line in every)
    notices = sum(m.sender is None for c in wechatlog.load_archive(EXAMPLES) for m in c)
    assert total == sum(TITLES.values()) - (notices if by == "person" else 0)


def test_statistics_of_a_period_in_one_chat(questions: Questions) -> None:
    club = chat_of(questions, "城南读书会")
    conversation = wechatlog.load(EXAMPLES / "reading-club.jsonl").between("2026-04-01", "2026-04-30")
    said = lines(questions.ask("statistics", by="month", chat=club, since="2026-04", until="2026-04"))
    assert said == [f"2026-04: {len(conversation)}"]
    day = wechatlog.load(EXAMPLES / "reading-club.jsonl").between("2026-04-01", "2026-04-01")
    hours = sorted({f"{m.time:%H}" for m in day if m.time is not None})
    for where in (club, ""):
        said = lines(questions.ask("statistics", by="hour", chat=where, since="2026-04-01", until="2026-04-01"))
        assert [line.split(":")[0] for line in said] == hours
    said = lines(questions.ask("statistics", by="person", chat="", since="2026-04-01", until="2026-04-01"))
    assert sum(int(line.rsplit(": ", 1)[1]) for line in said) == sum(m.sender is not None for m in day)


def test_links_with_their_messages(questions: Questions, small: Questions) -> None:
    said = lines(questions.ask("list_links", query="", **LINKS))
    assert len(said) == sum(len(m.links) for c in wechatlog.load_archive(EXAMPLES) for m in c)
    (line,) = lines(questions.ask("list_links", query="books.example", **LINKS))
    assert line.endswith("林晓: 《灯塔与河》试读 https://books.example.invalid/lamp")
    every = [line for answer in pages(small, "list_links", query="", **LINKS) for line in lines(answer)]
    assert every == said


def test_many_links_in_one_message(ask: Callable[..., Questions], tmp_path: Path) -> None:
    text = " ".join(f"https://a.example.invalid/{number}" for number in range(60))
    wechatlog.dump(chat(message(0, text), message(1, text)), tmp_path / "a.jsonl")
    every = [
        line
        for answer in pages(ask(tmp_path / "a.jsonl", limit=500), "list_links", query="", **LINKS)
        for line in lines(answer)
    ]
    assert [line.rsplit("/", 1)[1] for line in every] == [str(number) for number in reversed(range(60))] * 2


def test_a_thread_by_ids_and_quotes(ask: Callable[..., Questions], tmp_path: Path) -> None:
    quote = wechatlog.Quote(raw="「张三：几点见」\n八点", sender="张三", text="几点见")
    messages = [
        message(0, "几点见", id="71"),
        message(1, "别的事", sender="李四", id="72"),
        message(2, quote.raw, sender="李四", id="73", kind="quote", segments=[quote]),
        message(3, "好", reply_to="73", id="74"),
        message(4, "不相干", reply_to="999"),
        message(5, "早了吧", sender="王五", reply_to="71"),
    ]
    wechatlog.dump(chat(*messages), tmp_path / "a.jsonl")
    questions = ask(tmp_path / "a.jsonl")
    for start in (0, 2, 3, 5):
        assert ids(questions, "get_thread", message=f"c1m{start}") == ["c1m0", "c1m2", "c1m3", "c1m5"]
    assert ids(questions, "get_thread", message="c1m4") == ["c1m4"]
    assert "c1m3 09:03:00 (answers m2) 张三: 好" in questions.ask("get_thread", message="c1m0")


def test_answers_that_go_round_come_to_an_end(ask: Callable[..., Questions], tmp_path: Path) -> None:
    messages = [message(n, "话", id=str(n), reply_to=str((n + 1) % 3)) for n in range(3)]
    wechatlog.dump(chat(*messages), tmp_path / "a.jsonl")
    assert "c1m0" in ids(ask(tmp_path / "a.jsonl"), "get_thread", message="c1m0")


def test_a_message_is_opened_whole(ask: Callable[..., Questions], tmp_path: Path) -> None:
    text = "".join(f"第{number}句话，说得很长。" for number in range(1000))
    wechatlog.dump(chat(message(0, text, id="71"), message(1, "早")), tmp_path / "a.jsonl")
    questions = ask(tmp_path / "a.jsonl", limit=800)
    parts = []
    for answer in pages(questions, "open_message", message="c1m0"):
        said = lines(answer)
        parts.append("".join(line[2:] for line in said[said.index("text:") + 1 :]))
    assert "".join(parts) == text
    first = questions.ask("open_message", message="c1m0")
    for fact in ("time: 2026-05-01T09:00:00+08:00", "sender: p1 张三", "server id: 71"):
        assert fact in first
    listed = questions.ask("messages_in_period", **{**ALL, "chat": "c1"})
    assert "c1m0 09:00:00 (shortened) 张三: 第0句话" in listed


def test_a_message_says_where_it_stands(questions: Questions) -> None:
    chat = chat_of(questions, "2026-05-01-WeChat")
    origin = wechatlog.load(EXAMPLES / "2026-05-01-chat.markdown")[3].origin
    said = questions.ask("open_message", message=f"{chat}m3")
    assert f"\nfile: 2026-05-01-chat.markdown, line {origin.line}\n" in said


def test_what_has_no_time_is_shown_in_its_chat(ask: Callable[..., Questions], tmp_path: Path) -> None:
    wechatlog.dump(chat(wechatlog.Message(sender="张三", text="早"), wechatlog.Message(text="")), tmp_path / "a.jsonl")
    questions = ask(tmp_path / "a.jsonl")
    assert ids(questions, "messages_in_period", **{**ALL, "chat": "c1"}) == ["c1m0", "c1m1"]
    assert ids(questions, "messages_in_period", **{**ALL, "since": "2020"}) == []
    assert lines(questions.ask("statistics", by="month", chat="", since="", until="")) == ["without a time: 2"]
    assert lines(questions.ask("statistics", by="month", chat="", since="", until="2030")) == []


def test_a_rare_message_is_found_over_several_calls(
    ask: Callable[..., Questions], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wechatlog.agents.questions._MOST_LOOKED_AT", 10)
    wanted = [3, 47]
    messages = [message(n, "早上好", sender="李四" if n in wanted else "张三") for n in range(60)]
    wechatlog.dump(chat(*messages), tmp_path / "a.jsonl")
    questions = ask(tmp_path / "a.jsonl")
    for name, more in (("search_messages", {"query": "早上"}), ("messages_in_period", {"since": "2026"})):
        assert sorted(ids(questions, name, **{**ALL, **more, "sender": "李四"})) == ["c1m3", "c1m47"]
    assert len(list(pages(questions, "search_messages", query="早上", **{**ALL, "sender": "李四"}))) == 6


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("search_messages", {"query": "", **ALL}),
        ("search_messages", {"query": "，。 ？", **ALL}),
        ("search_messages", {"query": "书" * 1000, **ALL}),
        ("search_messages", {"query": "书", **ALL, "chat": "c99"}),
        ("search_messages", {"query": "书", **ALL, "chat": "城南读书会"}),
        ("search_messages", {"query": "书", **ALL, "sender": "没有这个人"}),
        ("search_messages", {"query": "书", **ALL, "since": "yesterday"}),
        ("search_messages", {"query": "书", **ALL, "kind": "poem"}),
        ("search_messages", {"query": "书", **ALL, "cursor": "5-00000000"}),
        ("messages_in_period", ALL),
        ("messages_around", {"message": "c1", "before": 1, "after": 1}),
        ("open_message", {"message": "c1m999999"}),
        ("get_thread", {"message": "' OR 1=1 --"}),
        ("statistics", {"by": "year; DROP TABLE messages", "chat": "", "since": "", "until": ""}),
        ("list_people", {"chat": "c0", "query": ""}),
    ],
)
def test_what_cannot_be_asked_is_told(questions: Questions, name: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(QuestionError) as caught:
        questions.ask(name, **arguments)
    assert 10 < len(str(caught.value)) < 300


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=20), chat_=st.sampled_from(["", "c1", "c2"]), since=st.sampled_from(["", "2026-04"]))
def test_any_query_is_answered_or_refused(questions: Questions, query: str, chat_: str, since: str) -> None:
    for name, more in (
        ("search_messages", ALL),
        ("list_links", LINKS),
        ("list_people", {"chat": ""}),
        ("list_chats", {}),
    ):
        arguments = {**more, "query": query}
        if "since" in more:
            arguments |= {"chat": chat_, "since": since}
        try:
            assert cost(questions.ask(name, **arguments)) <= 2000
        except QuestionError:
            assert name == "search_messages"
