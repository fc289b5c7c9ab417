"""The writers of ChatLab Format: valid by its strict checks, and read back."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import wechatlog
from tests.chatlab_rules import problems
from tests.goldens import conversation as golden_conversation
from tests.goldens import golden
from tests.strategies import conversations, names, texts
from wechatlog import testing
from wechatlog.content import chatlab
from wechatlog.content.vocabulary import chatlab_type, kind_of_chatlab
from wechatlog.model import Conversation, Message, MessageKind, Participant
from wechatlog.registry import find_reader, find_writer
from wechatlog.segments import types
from wechatlog.timestamps import resolve_zone

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMS = ("chatlab-json", "chatlab-jsonl")
CORPUS = Path(__file__).parents[1] / "corpus"
SHANGHAI = resolve_zone("Asia/Shanghai")
TIME = dt.datetime(2026, 5, 1, 9, 0, tzinfo=SHANGHAI)

both = pytest.mark.parametrize("form", FORMS)


def _problems(conversation: Any, form: str, **options: Any) -> list[str]:
    stream = io.BytesIO()
    wechatlog.dump(conversation, stream, form, **options)
    return problems(stream.getvalue().decode(), lines=form == "chatlab-jsonl")


def _back(conversation: Conversation, form: str, **options: Any) -> Conversation:
    text = wechatlog.dumps(conversation, form, **options)
    return wechatlog.loads(text, errors="strict")


def _message(text: str = "早", **fields: Any) -> Message:
    return Message(**{"time": TIME, "precision": "second", "sender": "李四", "text": text, **fields})


# --- laws ----------------------------------------------------------------------------------------


@both
@given(conversation=conversations())
def test_nothing_is_lost_but_what_is_declared(form: str, conversation: Conversation) -> None:
    testing.check_writer(find_writer(form), [conversation], reader=find_reader(form))


@both
def test_the_first_second_of_1970_stands_for_no_time(form: str) -> None:
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    times = (TIME, epoch, epoch + dt.timedelta(microseconds=999999), epoch + dt.timedelta(seconds=1))
    chat = Conversation(messages=tuple(_message(time=time) for time in times))
    testing.check_writer(find_writer(form), [chat], reader=find_reader(form))
    assert [message.time for message in wechatlog.loads(wechatlog.dumps(chat, form))] == [TIME, TIME, TIME, times[-1]]


@both
@given(conversation=conversations())
def test_every_conversation_with_a_message_is_valid(form: str, conversation: Conversation) -> None:
    found = _problems(conversation, form)
    assert found == ([] if len(conversation) else ["no messages"]) or found == ["no messages", "no members"]


@given(conversation=conversations())
def test_a_stream_is_valid_as_well(conversation: Conversation) -> None:
    if len(conversation):
        assert _problems(iter(conversation), "chatlab-jsonl") == []
        assert _problems(iter(conversation), "chatlab-json") == []


@both
@pytest.mark.parametrize("conversation", testing.SAMPLE_CONVERSATIONS, ids=lambda sample: str(len(sample)))
def test_the_samples(form: str, conversation: Conversation) -> None:
    testing.check_writer(find_writer(form), [conversation], reader=form)
    if len(conversation):
        assert _problems(conversation, form) == []


people = st.lists(
    st.tuples(st.none() | names, st.none() | texts).filter(lambda person: person != (None, None)),
    min_size=1,
    max_size=5,
)


@both
@given(people=people)
@example(people=[(None, "\xa0")])
@example(people=[("李四", "a,\xa0"), ("[\xa0", None)])
def test_names_and_accounts_are_kept_exactly(form: str, people: list[tuple[str | None, str | None]]) -> None:
    """Whatever they are: `SYSTEM`, rooms, blanks, nothing."""
    written = Conversation([_message(sender=name, sender_id=account) for name, account in people])
    assert [(m.sender, m.sender_id) for m in _back(written, form)] == people


@pytest.mark.parametrize(
    "account", ["SYSTEM", "1@chatroom", "1@im.chatroom", "name:李四", "id:x", "", " ", "\ufeff", "wxid_a"]
)
@pytest.mark.parametrize("name", ["李四", "", " ", "SYSTEM", "name:", "wxid_a", "id:x", None])
def test_people_are_written_and_read(name: str | None, account: str) -> None:
    for known in (account, None):
        identifier = chatlab.write_account(name, known)
        if identifier is not None:
            fields = chatlab.write_name(name, identifier)
            assert not chatlab.is_blank(identifier)
            assert not chatlab.is_blank(fields["accountName"])
            assert identifier != "SYSTEM"
            assert (chatlab.read_name(fields, identifier), chatlab.read_account(identifier)) == (name, known)


def _ordinary() -> Iterator[tuple[str, Conversation]]:
    """Conversations as archives have them: people with accounts, an owner, ids, seconds in China."""
    for is_group, room in ((True, "12345678901@chatroom"), (False, "wxid_lisi00000002")):
        members = (
            Participant("张三", "wxid_zhangsan0001", True, ["小张"]),
            Participant("李四", "wxid_lisi00000002", False),
        )
        yield (
            room,
            Conversation(
                [
                    _message("早", sender="张三", sender_id="wxid_zhangsan0001", is_self=True, id="1"),
                    _message("好", sender_id="wxid_lisi00000002", is_self=False, id="2", reply_to="1", kind="quote"),
                    _message("李四撤回了一条消息", sender=None, kind="recall", id="3"),
                    _message("张三邀请赵六加入了群聊", sender=None, kind="system"),
                    *(
                        _message(f"[{kind}]", sender_id="wxid_lisi00000002", is_self=False, kind=kind)
                        for kind in MessageKind
                        if kind_of_chatlab(chatlab_type(kind)) is kind
                    ),
                ],
                title="示例",
                id=room,
                is_group=is_group,
                owner="wxid_zhangsan0001",
                participants=members,
                tz=SHANGHAI,
                tz_assumed=True,
            ),
        )


@both
@pytest.mark.parametrize("case", list(_ordinary()), ids=lambda case: case[0])
def test_of_an_ordinary_conversation_all_but_the_exporter_is_kept(form: str, case: tuple[str, Conversation]) -> None:
    _, written = case
    read = _back(written, form)
    for one, other in zip(written, read, strict=True):
        assert attrs.evolve(other, segments=None) == one
    assert dict(read.metadata).pop("exporter") == "wechatlog"
    assert attrs.evolve(read, messages=(), metadata={}) == attrs.evolve(written, messages=())


def _members(conversation: Conversation) -> list[tuple[Any, ...]]:
    people = ((person.name or "", person.id, person.is_self, person.aliases) for person in conversation.participants)
    return sorted(people)


@both
def test_the_corpus_of_chatlab_files_is_kept(form: str) -> None:
    found = 0
    for path in sorted([*(CORPUS / "chatlab-json").glob("*.json"), *(CORPUS / "chatlab-jsonl").glob("*.jsonl")]):
        for written in wechatlog.load_archive(path):
            if not len(written):
                continue
            assert _problems(written, form) == []
            read = _back(written, form)
            assert len(read) == len(written)
            for one, other in zip(written, read, strict=True):
                assert other.time == one.time or one.time is None
                same = ("sender", "sender_id", "is_self", "id", "reply_to")
                assert [getattr(other, name) for name in same] == [getattr(one, name) for name in same]
                assert other.text == one.text or one.given_segments
                if kind_of_chatlab(chatlab_type(one.kind)) is one.kind and one.sender is not None:
                    assert other.kind is one.kind
            if written.title:
                assert (read.title, read.owner) == (written.title, written.owner)
                assert (
                    "exported_at" not in written.metadata
                    or read.metadata["exported_at"] == written.metadata["exported_at"]
                )
                assert read.metadata.get("roles") == written.metadata.get("roles")
                extra = [person for person in _members(read) if person not in _members(written)]
                assert extra in ([], [("", written.owner, True, ())])
                assert len(read.participants) == len(written.participants) + len(extra)
            found += 1
    assert found >= 6


# --- kinds, content, times -----------------------------------------------------------------------


def test_every_kind_has_a_type_of_the_format() -> None:
    shared = {kind: kind_of_chatlab(chatlab_type(kind)) for kind in MessageKind}
    assert {kind.value: found.value for kind, found in shared.items() if found and found is not kind} == {
        "mini_program": "link",
        "music": "link",
        "channel": "link",
        "note": "link",
        "announcement": "system",
    }
    assert None not in shared.values()
    assert chatlab_type(MessageKind.LINK) == 7


DETAILS = [
    (types.Link("https://example.invalid/a", "活动"), "link", "活动", "[活动](https://example.invalid/a)"),
    (
        types.MiniProgram("点餐", "https://example.invalid/m"),
        "mini_program",
        "[小程序]",
        "[点餐](https://example.invalid/m)",
    ),
    (types.Location(39.9, 116.4, "示例路", "图书馆"), "location", "[位置]", "[位置] 图书馆 示例路 (39.9,116.4)"),
    (types.Voice(12.0, "我晚点到"), "voice", '[语音]12"', "[语音消息] 我晚点到"),
    (types.Voice(12.0), "voice", '[语音]12"', '[语音]12"'),
    (types.Transfer("￥20.00", "午饭", "received"), "transfer", "[转账]", "[转账收款] ￥20.00 午饭"),
    (types.RedPacket("恭喜发财"), "red_packet", "[红包]", "[红包] 恭喜发财"),
    (types.Call("video", 95), "call", "[视频通话]", "[视频通话] 01:35"),
    (types.Card("示例公众号"), "card", "[名片]", "[名片] 示例公众号"),
    (types.Sticker("加油"), "sticker", "[表情]", "[表情包：加油]"),
    (types.File("a.pdf"), "file", "", "[文件] a.pdf"),
    (types.Image(path="images/1.jpg"), "image", "[图片]", "[图片]"),
    (
        types.Forward("记录", (Message(sender="赵六", text="带\n水"), Message(sender="李四", text="好"))),
        "forward",
        "[聊天记录]",
        "[转发的聊天记录]记录\n赵六: 带 水\n李四: 好",
    ),
    (types.Location(39.9, 116.4, "示例路", "图书馆"), "location", "在这里等你们，看地图", "在这里等你们，看地图"),
]


@both
@pytest.mark.parametrize(("segment", "kind", "text", "content"), DETAILS, ids=lambda item: str(item)[:24])
def test_a_placeholder_gets_what_is_known(
    form: str, segment: types.Segment, kind: str, text: str, content: str
) -> None:
    written = Conversation([_message(text, kind=kind, segments=[attrs.evolve(segment, raw=text)])])
    (read,) = _back(written, form)
    assert read.text == content
    if content != text and kind != "mini_program":
        known = {name: value for name, value in attrs.asdict(segment).items() if value and name != "raw"}
        (found,) = read.segments
        for name in ("url", "title", "poi", "label", "amount", "note", "transcript", "name"):
            assert getattr(found, name, None) == known.get(name), name


@both
def test_media_may_be_paths(form: str) -> None:
    image = _message("[图片]", kind="image", segments=[types.Image(path="images/1.jpg", raw="[图片]")])
    (read,) = _back(Conversation([image]), form, media="path")
    assert (read.text, read.images[0].path) == ("images/1.jpg", "images/1.jpg")


@both
def test_missing_times_are_those_beside_them(form: str) -> None:
    none = {"time": None, "precision": None}
    early = {"time": dt.datetime(1960, 1, 1, tzinfo=SHANGHAI)}
    written = [_message(**none), _message(**early), _message(), _message(**none)]
    assert [m.time for m in _back(Conversation(written), form)] == [TIME] * 4
    assert [m.time for m in wechatlog.loads(wechatlog.dumps(iter(written), form))] == [TIME] * 4
    assert [m.time for m in _back(Conversation([_message(**none)]), form)] == [None]


@both
@pytest.mark.parametrize(("zone", "hours"), [("Asia/Shanghai", 8), ("Europe/Berlin", 2), ("-03:30", -3.5)])
def test_naive_times_count_in_the_zone_named(form: str, zone: str, hours: float) -> None:
    written = Conversation([_message(time=dt.datetime(2026, 5, 1, 9, 0))])
    (read,) = _back(written, form, tz=zone)
    assert read.time == dt.datetime(2026, 5, 1, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=hours)))


@both
def test_when_it_was_made_never_comes_from_the_clock(form: str) -> None:
    def made(conversation: Any, **options: Any) -> int:
        return int(re.search(r'"exportedAt":([0-9]+)', wechatlog.dumps(conversation, form, **options))[1])  # type: ignore[index]

    later = attrs.evolve(_message(), time=TIME + dt.timedelta(days=1))
    whole = Conversation([_message(), later, _message(time=None, precision=None)])
    assert made(whole) == 1777683600
    assert made(iter(whole)) == (1777597200 if form == "chatlab-jsonl" else 1777683600)
    assert made(Conversation([])) == 0
    assert made(attrs.evolve(whole, metadata={"exported_at": 7})) == 7
    for value in ("7", 7, "1970-01-01T08:00:07", "1970-01-01T00:00:07Z", dt.datetime(1970, 1, 1, 8, 0, 7)):
        assert made(whole, exported_at=value) == 7


@both
@pytest.mark.parametrize(
    ("option", "value"),
    [("tz", "Nowhere/City"), ("tz", 8), ("exported_at", "soon"), ("exported_at", -1), ("exported_at", True),
     ("exported_at", 10**11), ("exported_at", 1e400), ("media", "none")],
)  # fmt: skip
def test_bad_options_are_told(form: str, option: str, value: Any) -> None:
    with pytest.raises(wechatlog.OptionError, match=option):
        wechatlog.dumps(Conversation([_message()]), form, **{option: value})


# --- what ChatLab looks for ----------------------------------------------------------------------


@both
def test_the_owner_is_a_member_also_when_silent(form: str) -> None:
    for owner in ("wxid_nobody", "李四", "SYSTEM"):
        written = Conversation([_message()], owner=owner)
        assert _problems(written, form) == []
        assert _back(written, form).owner == owner
    assert _back(Conversation([_message(is_self=True)]), form).owner == "李四"


@both
def test_everybody_who_writes_is_a_member(form: str) -> None:
    """Participants are told apart by the account, and an empty one is none to them, but not here."""
    written = Conversation([_message(), _message(sender_id=""), _message(sender=None, sender_id="")])
    assert _problems(written, form) == []
    assert [(m.sender, m.sender_id) for m in _back(written, form)] == [("李四", None), ("李四", ""), (None, "")]


@both
def test_the_same_id_is_written_once(form: str) -> None:
    written = Conversation([_message(id="1"), _message(id="1"), _message(id=" "), _message(reply_to="")])
    assert _problems(written, form) == []
    assert [m.id for m in _back(written, form)] == ["1", None, None, None]


def _ids(conversation: Any, form: str, **options: Any) -> list[str]:
    return re.findall(r'"platformMessageId":"([^"]*)"', wechatlog.dumps(conversation, form, **options))


@both
def test_equal_messages_have_ids_that_differ_and_stay(form: str) -> None:
    """ChatLab keeps each: it takes equal messages for one unless all of them have ids."""
    same = _message("哈哈", precision="minute")
    other = attrs.evolve(same, sender="王五")
    written = Conversation([same, same, other, attrs.evolve(same, id="7"), same, attrs.evolve(same, kind="image")])
    found = _ids(written, form)
    assert len(set(found)) == len(found) == 6
    assert found[3] == "7"
    assert [re.sub("[0-9a-f]{16}", "…", name) for name in found[:3]] == [
        "wechatlog-…-1",
        "wechatlog-…-2",
        "wechatlog-…-1",
    ]
    assert _ids(iter(written.messages), form) == found
    assert _ids(Conversation([_message("早"), *written.messages[:3]]), form)[1:] == found[:3]  # a longer export
    assert [m.id for m in _back(written, form)] == [None, None, None, "7", None, None]


@pytest.mark.parametrize("seconds", [0, 1])
def test_a_stream_gives_no_made_id_twice(seconds: int) -> None:
    step = dt.timedelta(seconds=seconds)
    texts = ["哈哈", *map(str, range(700)), *["哈哈"] * 900, *map(str, range(700))]
    written = [_message(text, time=TIME + number * step) for number, text in enumerate(texts)]
    found = _ids(iter(written), "chatlab-jsonl")
    assert len(set(found)) == len(found) == len(written)
    assert set(_ids(Conversation(written), "chatlab-jsonl")) & set(found)


@both
def test_ids_that_look_made_are_kept(form: str) -> None:
    ids = ["wechatlog-0123456789abcdef-1", "id:7", "wechatlog-x", "id:wechatlog-0123456789abcdef-1"]
    written = Conversation([_message(id=name, reply_to=name) for name in ids])
    assert [(m.id, m.reply_to) for m in _back(written, form)] == [(name, name) for name in ids]


@both
def test_the_owner_has_one_id_in_every_file(form: str) -> None:
    own = _message("我来", sender="我", is_self=True)
    chats = [
        Conversation([own, _message()]),
        Conversation([attrs.evolve(own, sender="张三", sender_id="wxid_old"), _message()], owner="wxid_old"),
        Conversation([_message()], owner="张三", participants=[Participant("张三", None, True)]),
    ]
    for chat in chats:
        assert _problems(chat, form, owner="wxid_zhangsan0001") == []
        read = _back(chat, form, owner="wxid_zhangsan0001")
        assert read.owner == "wxid_zhangsan0001"
        assert [m.sender_id for m in read if m.is_self] == ["wxid_zhangsan0001"] * (len(chat) - 1)
        assert sum(person.is_self is True for person in read.participants) == 1
    stream = wechatlog.loads(wechatlog.dumps(iter(chats[0].messages), form, owner="wxid_zhangsan0001"))
    assert (stream[0].sender, stream[0].sender_id, stream[0].is_self) == ("我", "wxid_zhangsan0001", True)
    with pytest.raises(wechatlog.OptionError, match="owner: expected an account id"):
        wechatlog.dumps(chats[0], form, owner=" ")


def test_ids_of_long_ago_are_forgotten_in_a_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wechatlog.writers.chatlab._REMEMBERED", 3)
    written = [_message(id=number) for number in "12345361"]
    read = wechatlog.loads(wechatlog.dumps(iter(written), "chatlab-jsonl"))
    assert [m.id for m in read] == [*"12345", None, *"61"]
    assert [m.id for m in _back(Conversation(written), "chatlab-jsonl")] == [*"12345", None, "6", None]


def test_chatlab_finds_its_parts_by_patterns() -> None:
    """Its importer counts braces to find `meta`, ends `members` at the first bracket, and wants `chatlab` in front."""
    name = 'a{b}]c"meta": {[1] "chatlab"'
    written = Conversation([_message(sender=name)], title=name, metadata={"description": name})
    text = wechatlog.dumps(written, "chatlab-json")
    start = re.search(r'"meta"\s*:\s*\{', text)
    assert start
    depth = 0
    for end in range(start.end() - 1, len(text)):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        if not depth:
            break
    assert json.loads(text[start.end() - 1 : end + 1])["name"] == name
    members = re.search(r'"members"\s*:\s*\[([\s\S]*?)\]', text)
    assert members
    assert json.loads(f"[{members[1]}]")[0]["accountName"] == name
    assert re.match(r'\s*\{\s*"chatlab"\s*:\s*\{', text)
    lines = wechatlog.dumps(written, "chatlab-jsonl")
    assert re.match(r'\s*\{.*"_type"\s*:\s*"header".*"chatlab"', lines)
    assert wechatlog.loads(text)[0].sender == name


@both
def test_line_separators_and_broken_pairs_do_not_break_lines(form: str) -> None:
    written = Conversation([_message("a\u2028b\u2029c\ud800d\0e")], title="\u2028x\udfff")
    data = wechatlog.dumps(written, form)
    assert not re.search("[\u2028\u2029\ud800-\udfff]", data)
    assert _problems(written, form) == []
    assert _back(written, form)[0].text == "a\u2028b\u2029c\ud800d\0e"


@both
@pytest.mark.parametrize("room", ["1@chatroom", "1@im.chatroom"])
def test_what_is_credited_to_a_room_stays_so(form: str, room: str) -> None:
    assert _back(Conversation([_message(sender_id=room)]), form)[0].sender_id == room


@both
def test_names_are_filled_in(form: str) -> None:
    assert _back(Conversation([_message()], title="\ufeff ", id="9@chatroom"), form).title == "9@chatroom"
    assert _back(Conversation([_message()]), form).title == "微信聊天"
    assert _back(Conversation([_message()]), form).is_group is False
    three = Conversation([_message(sender=name) for name in "甲乙丙"])
    assert _back(three, form).is_group is True
    notices = Conversation([_message(sender=None, kind="system")])
    assert _problems(notices, form) == []
    assert not _back(notices, form).participants


def test_other_metadata_does_no_harm() -> None:
    odd = {
        "description": 5,
        "platform": [1],
        "roles": {"a": ["", "owner"]},
        "exported_at": "x",
        "source_session_id": {},
    }
    written = Conversation([_message(sender_id="a")], metadata=odd)
    for form in FORMS:
        assert _problems(written, form) == []
        assert _back(written, form).metadata["roles"] == {"a": ("owner",)}
        assert _problems(attrs.evolve(written, metadata={"roles": "owner"}), form) == []
        assert _problems(attrs.evolve(written, metadata={"roles": {"a": 5}}), form) == []


@pytest.mark.parametrize("text", [" " * 200_000 + "x", "[" * 200_000, "[" + "x" * 200_000, "\u2028" * 200_000])
def test_long_texts_cost_no_more(text: str) -> None:
    written = Conversation([_message(text, kind="file", segments=[types.File("a", raw=text)])], title=text)
    assert len(wechatlog.dumps(written, "chatlab-json")) < 20 * len(text)


# --- files ---------------------------------------------------------------------------------------


@both
def test_golden(form: str) -> None:
    suffix = form.partition("-")[2]
    golden(f"chatlab/conversation.{suffix}", wechatlog.dumps(golden_conversation(), form))


def test_memory_does_not_grow_with_a_stream() -> None:
    class Sink(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            return len(data)

    def run(count: int) -> int:
        messages = (_message(f"第{number}条", sender_id=f"wxid_{number % 50}") for number in range(count))
        tracemalloc.start()
        wechatlog.dump(messages, Sink(), "chatlab-jsonl")  # type: ignore[arg-type]
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    run(100)
    assert run(20_000) < run(2_000) + 200_000
