"""The filters that `show`, `search`, `stats` and `view` share: the same as the methods of a conversation."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from tests.strategies import conversations
from wechatlog import Conversation, Message
from wechatlog.cli.filters import Filters
from wechatlog.cli.messages import Failure
from wechatlog.model import normalize_name

from .conftest import Run

NOTHING: dict[str, object] = {"since": None, "until": None, "sender": (), "kind": (), "no_media": False, "people": None}
PEOPLE = str(Path(__file__).parent / "people.toml")
EIGHT = dt.timezone(dt.timedelta(hours=8))


def of(**how: object) -> Filters:
    return Filters.of({**NOTHING, **how})


def test_nothing_is_filtered() -> None:
    chat = wechatlog.Conversation([wechatlog.Message()])
    assert not of()
    assert of().select(chat) is chat
    assert of().test()(chat[0])
    assert not of(people=PEOPLE)
    for how in (
        {"no_media": True},
        {"since": "2026-05-01"},
        {"until": "2026-05-01"},
        {"sender": ("李四",)},
        {"kind": ("text",)},
    ):
        assert of(**how)


@given(
    conversations(),
    st.none() | st.sampled_from(["0001-01-03", "2026-05-01", "2026-05-01T09:00", "9999-01-01 00:00:00"]),
    st.none() | st.sampled_from(["0001-01-02", "2026-05-01", "2026-05-01T09:00", "9999-12-30"]),
    st.lists(st.sampled_from(["李四", "我", " 王五", "a b", ""]), max_size=2),
    st.lists(st.sampled_from(list(wechatlog.MessageKind)), max_size=3),
)
def test_select_is_what_the_methods_give(
    chat: wechatlog.Conversation, since: str | None, until: str | None, senders: list[str], kinds: list[str]
) -> None:
    expected = chat
    if since or until:
        expected = expected.between(since, until)
    if senders:
        expected = expected.by(*senders)
    if kinds:
        expected = expected.of_kind(*kinds)
    filters = of(since=since, until=until, sender=tuple(senders), kind=tuple(kinds))
    assert filters.select(chat) == expected
    streamed = tuple(filter(filters.test(chat.tz), chat))
    if senders:  # other names of an account are known only once the whole chat is
        named = {normalize_name(name) for name in senders}
        assert all(message in expected.messages for message in streamed)
        exact = [m for m in expected if normalize_name(m.sender or "") in named or m.sender_id in named]
        assert all(message in streamed for message in exact if message.sender is not None or message.sender_id)
    else:
        assert streamed == expected.messages


def test_a_bound_without_a_zone_is_in_that_of_the_first_time() -> None:
    message = wechatlog.Message(time=dt.datetime(2026, 5, 1, 9, tzinfo=EIGHT))
    assert of(since="2026-05-01T09:00").test()(message)
    assert not of(until="2026-05-01T09:00").test()(message)
    assert of(since="2026-05-01T01:00Z", until="2026-05-01T01:01+00:00").test()(message)
    assert of(since="2026-05-01T09:00").test(dt.UTC)(message) is False


def test_a_bound_with_a_zone_needs_times_with_one() -> None:
    fits = of(since="2026-05-01T09:00+08:00").test()
    assert not fits(wechatlog.Message())
    with pytest.raises(Failure, match="the times have no zone; give one without a zone, or name theirs with --tz"):
        fits(wechatlog.Message(time=dt.datetime(2026, 5, 1, 9)))


def test_people_are_known_by_every_name_of_theirs() -> None:
    named = [("李四", None), ("小李", "wxid_lisi00000002"), ("李四-示例公司", None), ("张三", None), (None, None)]
    chat = wechatlog.Conversation([wechatlog.Message(sender=name, sender_id=id_) for name, id_ in named])
    for name in ("李四", "小李", "李四-示例公司", "wxid_lisi00000002"):
        filters = of(sender=(name,), people=PEOPLE)
        assert list(filters.select(chat)) == list(filter(filters.test(), chat)) == list(chat[:3])
    assert len(of(sender=("李四",)).select(chat)) == 1


def test_aliases_of_a_list_of_members_count() -> None:
    member = wechatlog.Participant("李四", "wxid_lisi00000002", aliases=("老李",))
    chat = wechatlog.Conversation([wechatlog.Message(sender="李四", sender_id=member.id)], participants=[member])
    assert len(of(sender=("老李",)).select(chat)) == 1


def test_a_file_of_people_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "people.toml").write_text("[[person", encoding="utf-8")
    with pytest.raises(Failure, match=r"people\.toml: "):
        of(people=str(tmp_path / "people.toml"))


def test_what_has_no_words() -> None:
    image, voice = wechatlog.Image(raw="[图片]"), wechatlog.Voice(3, "我晚点到", raw="[语音]")
    messages = [
        wechatlog.Message(text="早"),
        wechatlog.Message(text=" "),
        wechatlog.Message(kind="image", text="[图片]"),
        wechatlog.Message(kind="image", text="[图片]", segments=[image]),
        wechatlog.Message(kind="image", text="看[图片]", segments=[wechatlog.Text("看"), image]),
        wechatlog.Message(kind="image", text="![x](https://example.invalid/1.png)"),
        wechatlog.Message(kind="voice", text="[语音]", segments=[voice]),
        wechatlog.Message(kind="voice", text="[语音]"),
        wechatlog.Message(kind="transfer", text="[转账]"),
        wechatlog.Message(text="", segments=[wechatlog.Quote("李四", "早")]),
        wechatlog.Message(kind="link", text="报名"),
    ]
    kept = of(no_media=True).select(wechatlog.Conversation(messages))
    assert [messages.index(message) for message in kept] == [0, 4, 6, 9, 10]


def test_names_that_may_have_been_meant(run: Run, tmp_path: Path) -> None:
    people = ("李四", "李四光", "Anna")
    chat = Conversation([Message(sender=name, sender_id=f"wxid_{name}0001", text="好") for name in people])
    wechatlog.dump(chat, tmp_path / "chat.jsonl")
    nothing = "wechatlog: no message fits, in 1 conversation"
    for command in (["show"], ["stats"], ["convert", "-o", "out.txt"], ["convert", "--stream", "-o", "out.txt"]):
        for sender, advice in (
            ("李", "; nobody is called 李; did you mean 李四, 李四光, wxid_李四0001?"),
            ("ana", "; nobody is called ana; did you mean Anna?"),
            ("赵六", "; nobody is called 赵六; `wechatlog info` lists who wrote"),
        ):
            assert run(*command, "chat.jsonl", "--sender", sender).stderr == f"{nothing}{advice}\n"
    assert run("show", "chat.jsonl", "--sender", "Anna", "--kind", "image").stderr == f"{nothing}\n"
    told = run("search", "好", "chat.jsonl", "--sender", "ana").stderr
    assert told == "wechatlog: nothing found; nobody is called ana; did you mean Anna?\n"


def test_without_filters_nothing_is_said_of_what_fits(run: Run, tmp_path: Path) -> None:
    wechatlog.dump(Conversation(), tmp_path / "chat.jsonl")
    result = run("report", "chat.jsonl", "-o", "report.html")
    assert (result.exit_code, result.stderr) == (1, "wechatlog: no messages, in 1 conversation\n")
