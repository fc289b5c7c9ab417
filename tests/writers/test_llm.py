"""The forms for language models: no names, no forged lines, limits kept, rows that trainers accept."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import wechatlog
from tests.cost import assert_linear
from tests.goldens import conversation as golden_conversation
from tests.goldens import golden
from tests.operations.test_pseudonymize import is_telling, real_names, stands_in
from tests.strategies import conversations
from wechatlog import Conversation, Message, Participant
from wechatlog.errors import OptionError, RefusedFormatError
from wechatlog.model import normalize_name
from wechatlog.operations import Pseudonyms
from wechatlog.operations.identity.names import is_everyday_word
from wechatlog.registry import find_writer
from wechatlog.segments.types import (
    Call,
    Card,
    File,
    Forward,
    Image,
    Link,
    Location,
    MiniProgram,
    Quote,
    RedPacket,
    Sticker,
    Text,
    Transfer,
    Video,
    Voice,
)
from wechatlog.testing import check_writer
from wechatlog.timestamps import resolve_zone
from wechatlog.writers.llm.bodies import clean, describe
from wechatlog.writers.llm.markdown import _MEANING
from wechatlog.writers.llm.tokens import estimate_tokens

FORMS = ("llm-markdown", "llm-chunks", "openai-chat", "sharegpt")
TRAINING = ("openai-chat", "sharegpt")
EXAMPLE = Path(__file__).parents[2] / "examples" / "2026-05-01-chat.markdown"
NINE = dt.datetime(2026, 5, 1, 9)

every_form = pytest.mark.parametrize("form", FORMS)
training = pytest.mark.parametrize("form", TRAINING)


def say(sender: str | None, text: str, minute: float = 0, **fields: Any) -> Message:
    return Message(NINE + dt.timedelta(minutes=minute), "second", sender, text=text, **fields)


def rows(text: str) -> list[dict[str, Any]]:
    assert text == "" or text.endswith("\n")
    return [json.loads(line) for line in text.split("\n")[:-1]]


def somebody(chat: Conversation, number: int = 0) -> dict[str, str]:
    """The option that names a speaker; that of an empty chat where the name alone does not tell who it is."""
    people = [person for person in chat.participants if person.message_count]
    named = [person.id or person.name for person in people]
    shared = [
        normalize_name(n) for person in chat.participants for n in {person.name, *person.aliases} if n is not None
    ]
    sure = [name for name in named if name and name.strip() and shared.count(normalize_name(name)) < 2]
    return {"speaker": sure[number % len(sure)]} if sure else {}


def written(chat: Conversation, form: str) -> str:
    """A form of a chat, whoever it is that speaks; nothing where nobody can be named."""
    options = somebody(chat) if form in TRAINING else {}
    return wechatlog.dumps(chat, form, **options) if options or form not in TRAINING else ""


def transcript(chat: Conversation, **options: Any) -> list[str]:
    """The lines behind the header."""
    return wechatlog.dumps(chat, "llm-markdown", **options).partition(_MEANING)[2].split("\n")[2:-1]


def dialogues(chat: Conversation, **options: Any) -> list[list[str]]:
    """The turns of each row, checked."""
    text = wechatlog.dumps(chat, "openai-chat", **options)
    assert openai_problems(text) == []
    return [[turn["content"] for turn in row["messages"]] for row in rows(text)]


def openai_problems(text: str) -> list[str]:
    """What OpenAI would refuse in a file for fine-tuning, and a few things that make no sense to train on."""
    found = []
    for number, line in enumerate(text.split("\n")[:-1], 1):
        line.encode()
        row = json.loads(line)
        turns = row.get("messages") if isinstance(row, dict) else None
        if not isinstance(turns, list) or not turns or set(row) != {"messages"}:
            found.append(f"{number}: no list of messages")
            continue
        for turn in turns:
            if set(turn) != {"role", "content"}:
                found.append(f"{number}: keys {sorted(turn)}")
            if turn.get("role") not in ("system", "user", "assistant"):
                found.append(f"{number}: role {turn.get('role')}")
            if not isinstance(turn.get("content"), str) or not turn["content"].strip():
                found.append(f"{number}: empty content")
        roles = [turn.get("role") for turn in turns]
        if roles[0] == "system":
            roles = roles[1:]
        if not roles or len(roles) % 2 or roles != ["user", "assistant"] * (len(roles) // 2):
            found.append(f"{number}: turns {roles}")
    return found


# --- laws ----------------------------------------------------------------------------------------


@every_form
def test_promises_of_a_writer(form: str) -> None:
    check_writer(find_writer(form), options={"speaker": "李四"} if form in TRAINING else {})


@pytest.mark.parametrize("form", FORMS[:3])
@given(conversation=conversations())
@example(conversation=Conversation([say("李四", "{{ x }}null")], owner="null"))
def test_no_name_is_left(form: str, conversation: Conversation) -> None:
    messages = [attrs.evolve(message, time=None, precision=None) for message in conversation]
    conversation = attrs.evolve(conversation, messages=messages)
    text = written(conversation, form).replace(_MEANING, "")
    shown = (
        [text]
        if form == "llm-markdown"
        else re.findall(r'"(?:text|content|value|conversation)": ?("(?:[^"\\]|\\.)*")', text)
    )
    shown = shown if form == "llm-markdown" else [json.loads(part) for part in shown]
    for name in real_names(conversation):
        if is_everyday_word(clean(name)):  # the writer leaves those in running text, as its page says
            continue
        if is_telling(clean(name)) and not stands_in(name, "[image] [empty] People: Times: note location P1 P2"):
            assert not [part for part in shown if stands_in(name, part)], name


@every_form
def test_no_name_of_the_golden_conversation_is_left(form: str) -> None:
    text = wechatlog.dumps(golden_conversation(), form)
    for name in (
        "张三",
        "李四",
        "王五",
        "赵六",
        "钱七",
        "小张",
        "坏名字",
        "读书会",
        "公众号",
        "wxid",
        "gh_",
        "chatroom",
    ):
        assert name not in text, name
    real = wechatlog.dumps(golden_conversation(), form, real_names=True)
    assert "张三" in real
    assert "李四" in real


@given(conversations())
def test_no_line_is_forged(conversation: Conversation) -> None:
    lines = transcript(conversation)
    edge = [line for line in lines if line and not line.startswith("  ")]
    days = [line for line in edge if re.fullmatch(r"## [0-9]{4}-[0-9]{2}-[0-9]{2}", line)]
    assert len(edge) - len(days) == len(conversation)
    for line in edge:
        assert line in days or re.match(r"(?:[0-9]{2}:[0-9]{2} )?(?:\*|-|P[0-9]+:|G[0-9]+:|me:) \S", line), line


@pytest.mark.parametrize("form", FORMS[:3])
@given(conversation=conversations())
def test_nothing_is_hidden_in_it(form: str, conversation: Conversation) -> None:
    text = written(conversation, form)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff]", text)
    text.encode()


@given(
    conversations(),
    st.integers(100, 200),
    st.none() | st.integers(200, 300),
    st.integers(0, 4),
    st.sampled_from(["0", "1h", "99999d"]),
)
def test_chunks(conversation: Conversation, tokens: int, characters: int | None, overlap: int, gap: str) -> None:
    limits: dict[str, Any] = {"max_tokens": tokens, "overlap": overlap, "gap": gap}
    if characters is not None:
        limits["max_chars"] = characters
    found = rows(wechatlog.dumps(conversation, "llm-chunks", **limits))
    parts = {row.get("part", "1/1").partition("/")[0] for row in found}
    whole = [row for row in found if row.get("part", "1/1").startswith("1/")]
    assert sum(row["messages"] - row.get("repeated", 0) for row in whole) == len(conversation)
    for row in found:
        assert row["tokens"] == estimate_tokens(row["text"]) <= tokens
        assert characters is None or len(row["text"]) <= characters
        assert row["messages"] == len([line for line in row["text"].split("\n") if line[:2] not in ("  ", "##")])
        assert set(row["participants"]) <= {f"P{number}" for number in range(1, 200)} | {"G1", "me"}
    if parts == {"1"}:
        lines = {line.strip() for row in found for line in row["text"].split("\n")}
        for message in wechatlog.operations.pseudonymize(conversation):
            assert any(line.endswith(describe(message).split("\n")[0].strip()) for line in lines)


@training
@given(
    conversation=conversations(),
    number=st.integers(0, 5),
    tokens=st.integers(100, 300),
    system=st.none() | st.just("你是{speaker}。"),
)
def test_rows_are_valid(form: str, conversation: Conversation, number: int, tokens: int, system: str | None) -> None:
    options: dict[str, Any] = {"max_tokens": tokens, "gap": "99999d"}
    if system is not None:
        options["system"] = system
    speaker = somebody(conversation, number)
    if not speaker:
        return
    text = wechatlog.dumps(conversation, form, **speaker, **options)
    if form == "sharegpt":
        names = {"human": "user", "gpt": "assistant", "system": "system"}
        lines = [
            {"messages": [{"role": names[turn["from"]], "content": turn["value"]} for turn in row["conversations"]]}
            for row in rows(text)
        ]
        text = "".join(json.dumps(line) + "\n" for line in lines)
    assert openai_problems(text) == []
    for row in rows(text):
        assert sum(estimate_tokens(turn["content"]) + 4 for turn in row["messages"]) <= tokens
        assert (row["messages"][0]["role"] == "system") == (system is not None)


@pytest.mark.parametrize("form", FORMS[:3])
@given(conversation=conversations())
def test_a_stream_is_as_good(form: str, conversation: Conversation) -> None:
    bare = Conversation(conversation.messages)
    options = somebody(bare) if form in TRAINING else {}
    if options or form not in TRAINING:
        assert wechatlog.dumps(iter(bare.messages), form, **options) == wechatlog.dumps(bare, form, **options)


@every_form
def test_golden_files(form: str) -> None:
    suffix = "md" if form == "llm-markdown" else "jsonl"
    golden(f"{form}/conversation.{suffix}", wechatlog.dumps(golden_conversation(), form))
    golden(f"{form}/example.{suffix}", wechatlog.dumps(wechatlog.load(EXAMPLE), form))


@every_form
@pytest.mark.parametrize("real_names", [False, True])
@pytest.mark.parametrize("name", ["x", "x.jsonl", "x.md", "x.txt"])
def test_it_is_not_taken_for_a_chat(form: str, real_names: bool, name: str, tmp_path: Path) -> None:
    for conversation in (golden_conversation(), wechatlog.load(EXAMPLE)):
        path = tmp_path / name
        wechatlog.dump(conversation, path, form, real_names=real_names)
        refuser = "training-set" if form in TRAINING else "llm-context"
        with pytest.raises(RefusedFormatError, match=f"{refuser}: a "):
            wechatlog.load(path)


def test_suffixes_choose_the_form(tmp_path: Path) -> None:
    for form in FORMS:
        path = tmp_path / f"chat{find_writer(form).suffixes[0]}"
        wechatlog.dump(wechatlog.load(EXAMPLE), path)
        assert path.read_text("utf-8") == wechatlog.dumps(wechatlog.load(EXAMPLE), form)


# --- what a message says -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        ([File("活动[1].pdf", raw="x")], "[file 活动(1).pdf]"),
        ([File(raw="x")], "[file]"),
        ([Voice(12.4, "我晚点到\n真的", raw="x")], "[voice 12s: 我晚点到 真的]"),
        ([Voice(raw="x")], "[voice]"),
        ([Video(seconds=8.5, raw="x")], "[video 8s]"),
        ([Sticker("加油", raw="x")], "[sticker 加油]"),
        ([Location(1, 2, "示例路", "示例馆", raw="x")], "[location 示例馆]"),
        ([Card("李四", "wxid_a", raw="x")], "[card 李四]"),
        ([Transfer("￥20.00", "午饭", "received", raw="x")], "[transfer ￥20.00 received: 午饭]"),
        ([RedPacket("恭喜", raw="x")], "[red packet: 恭喜]"),
        ([Call("video", 65, "已接通", raw="x")], "[video call 65s]"),
        ([Call(None, None, "已取消", raw="x")], "[call 已取消]"),
        ([MiniProgram("点餐", None, "餐厅", raw="x")], "[mini program 餐厅: 点餐]"),
        ([Link("https://u:p@a.example:80/x?y", "标题", raw="x")], "[link 标题 (a.example)]"),
        ([Link(None, "标题", raw="x")], "[link 标题]"),
        ([Link("https://a.example/x", raw="https://a.example/x"), Text(" 看")], "https://a.example/x 看"),
        ([Link("https://a.example/" + "x" * 500, raw="x")], "https://a.example/" + "x" * 101 + "…"),
        ([Quote("李四", "一" * 80), Text("好")], f"> 李四: {'一' * 59}…\n好"),
        ([Quote(None, "一"), Text("好")], "> 一\n好"),
        ([Text("")], "[empty]"),
        (
            [Forward("群聊的聊天记录", (Message(sender="李四", text="一\n二"), Message(text="三")), raw="x")],
            "[forwarded 群聊的聊天记录]\n  李四: 一\n  二\n  三",
        ),
    ],
)
def test_descriptions(segments: list[Any], expected: str) -> None:
    assert describe(say("王五", "".join(segment.raw for segment in segments), segments=segments)) == expected


def test_media_without_segments() -> None:
    assert describe(say("王五", "", kind="red_packet")) == "[red packet]"
    assert describe(say("王五", "![2026](https://a.example/x.png)")) == "[image]"


def test_forwards_in_forwards_are_told_three_deep() -> None:
    message = say("李四", "到底")
    for _ in range(40):
        message = say("李四", "x", segments=[Forward("记录", (message,), raw="x")])
    assert describe(message).count("forwarded") == 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\r\nb\rc\u2028d\x85e\x0bf", "a\nb\nc\nd\ne\nf"),
        ("x\0\u202e\u200b\ufeff\x1b[31my", "x[31my"),
        ("看\U000e0049\U000e0067不见\ufe01", "看不见"),
        ("👨\u200d👩\u200d👧❤\ufe0f", "👨\u200d👩\u200d👧❤\ufe0f"),
        ("<|im_end|><|im_start|>system", "< |im_end|>< |im_start|>system"),
        (
            "</s><s>[INST]x[/INST]<｜User｜><<SYS>><end_of_turn>",
            "< /s>< s>[ INST]x[ /INST]< ｜User｜>< <SYS>>< end_of_turn>",
        ),
        ("1 < 2 [微笑] <b> a<b|c>", "1 < 2 [微笑] <b> a<b|c>"),
        ("\ud800", "\ufffd"),
    ],
)
def test_what_is_cleaned(text: str, expected: str) -> None:
    assert clean(text) == expected


# --- transcripts ---------------------------------------------------------------------------------


def test_a_transcript() -> None:
    chat = Conversation(
        [
            say("张三", "早", 0),
            say("张三", "一\n\n二", 0.5),
            say("张三", "三", 1),
            say("李四", "四", 1),
            Message(sender="李四", text="没有时间"),
            say(None, "你撤回了一条消息", 2, kind="recall"),
            say("李四", "", 70, is_self=True),
            Message(dt.datetime(2026, 5, 2), "day", "张三", text="第二天"),
        ]
    )
    assert transcript(chat) == [
        "## 2026-05-01",
        "09:00 P1: 早",
        "- 一",
        "  二",
        "09:01 - 三",
        "P2: 四",
        "- 没有时间",
        "09:02 * 你撤回了一条消息",
        "",
        "10:10 P2: [empty]",
        "",
        "## 2026-05-02",
        "P1: 第二天",
    ]
    assert "09:02 * 你撤回了一条消息" not in transcript(chat, include_notices=False)
    assert transcript(chat, gap="2h").count("") == 1


def test_the_header() -> None:
    chat = Conversation([say("张三", "早")], title="示例群", tz=resolve_zone("Asia/Shanghai"))
    assert wechatlog.dumps(chat, "llm-markdown") == (
        f"# G1\n\n{_MEANING} People: P1. Times: Asia/Shanghai.\n\n## 2026-05-01\n09:00 P1: 早\n"
    )
    chat = wechatlog.loads('{"type":"conversation","schema":"wechatlog/1","tz":"Asia/Shanghai"}\n')
    assert wechatlog.dumps(chat, "llm-markdown") == f"{_MEANING} Times: Asia/Shanghai.\n\n"
    crowd = Conversation([say(f"第{number}人", "早") for number in range(40)])
    assert "P29, P30 and 10 more." in wechatlog.dumps(crowd, "llm-markdown")


def test_real_names_cannot_forge_a_line() -> None:
    names = ["-", "*", "## 2026-01-01", "09:00 李四", "a: b\nc", "", "  ", "名" * 50, "李四:"]
    lines = transcript(Conversation([say(name, "x", number) for number, name in enumerate(names)]), real_names=True)
    assert lines[1:] == [
        '09:00 "-": x',
        '09:01 "*": x',
        '09:02 "## 2026-01-01": x',
        '09:03 "09：00 李四": x',
        "09:04 a： b c: x",
        '09:05 "": x',
        "09:06 - x",
        f"09:07 {'名' * 31}…: x",
        "09:08 李四：: x",
    ]
    assert transcript(Conversation([say(None, "x", is_self=True)]), real_names=True)[1] == "09:00 me: x"


# --- chunks --------------------------------------------------------------------------------------


def test_chunks_are_cut_at_silences_and_at_the_longest_pause() -> None:
    minutes = [0, 1, 2, 3, 4, 5, 6, 7, 20, 21, 22, 23, 100]
    chat = Conversation([say("张三", "一" * 20, minute) for minute in minutes], title="群")
    found = rows(wechatlog.dumps(chat, "llm-chunks", max_tokens=300))
    assert [row["messages"] for row in found] == [8, 4, 1]
    assert [(row["start"][11:16], row["end"][11:16]) for row in found] == [
        ("09:00", "09:07"),
        ("09:20", "09:23"),
        ("10:40", "10:40"),
    ]
    assert found[2] == {
        "id": found[2]["id"],
        "conversation": "G1",
        "start": "2026-05-01T10:40:00",
        "end": "2026-05-01T10:40:00",
        "participants": ["P1"],
        "messages": 1,
        "tokens": 35,
        "text": f"## 2026-05-01\n10:40 P1: {'一' * 20}",
    }
    assert len({row["id"] for row in found}) == 3


def test_messages_are_repeated() -> None:
    chat = Conversation([say("张三", f"{'一' * 40}{number}", number) for number in range(6)])
    found = rows(wechatlog.dumps(chat, "llm-chunks", max_tokens=160, overlap="1"))
    assert [(row["messages"], row.get("repeated", 0)) for row in found] == [(3, 0), (3, 1), (2, 1)]
    assert found[1]["text"].startswith("## 2026-05-01\n09:02 P1: 一")


def test_a_message_larger_than_a_chunk() -> None:
    text = "".join(f"第{number}句话。" for number in range(200))
    chat = Conversation([say("张三", "短", 0), say("李四", text, 1), say("张三", "短", 2)])
    found = rows(wechatlog.dumps(chat, "llm-chunks", max_tokens=120))
    parts = [row for row in found if "part" in row]
    assert [row["part"] for row in parts] == [f"{number}/{len(parts)}" for number in range(1, len(parts) + 1)]
    assert len(found) == len(parts) + 2
    assert all(row["tokens"] <= 120 for row in found)
    bodies = [row["text"].split("] ", 1)[1] for row in parts]
    assert "".join(bodies) == text
    assert all(body.endswith("。") for body in bodies)
    assert parts[0]["text"].startswith("## 2026-05-01\n09:01 P2: [part 1/")


def test_a_counter_of_ones_own() -> None:
    chat = Conversation([say("张三", "一" * 30, number) for number in range(20)])
    found = rows(wechatlog.dumps(chat, "llm-chunks", max_tokens=200, count_tokens=lambda text: 3 * len(text)))
    assert [row["tokens"] for row in found] == [3 * len(row["text"]) for row in found]
    assert max(row["tokens"] for row in found) <= 200


def test_a_counter_to_which_the_whole_is_more_than_its_parts() -> None:
    chat = Conversation([say("张三", "一" * 9, number) for number in range(20)])
    found = rows(wechatlog.dumps(chat, "llm-chunks", max_tokens=1000, count_tokens=lambda text: len(text) ** 2 // 10))
    assert max(row["tokens"] for row in found) <= 1000
    assert sum(row["messages"] for row in found) == 20


# --- training rows -------------------------------------------------------------------------------

GROUP = Conversation(
    [
        say("张三", "我先说", 0, sender_id="wxid_zhangsan0001", is_self=True),
        say("李四", "早", 1, sender_id="wxid_lisi00000002", is_self=False),
        say("王五", "@张三 在吗\n李四: 假的", 2, is_self=False),
        say("张三", "在", 3, sender_id="wxid_zhangsan0001", is_self=True),
        say("张三", "什么事", 3, sender_id="wxid_zhangsan0001", is_self=True),
        say(None, '"李四" 撤回了一条消息', 3, kind="recall"),
        say("李四", "", 3, is_self=False),
        say("李四", "没事", 4, is_self=False),
        say("小张", "好的", 5, sender_id="wxid_zhangsan0001", is_self=True),
        say("李四", "没人回", 6, is_self=False),
        say("李四", "第二天早", 1000, is_self=False),
        say("张三", "早", 1001, sender_id="wxid_zhangsan0001", is_self=True),
        say("李四", "自言自语", 3000, is_self=False),
    ],
    owner="wxid_zhangsan0001",
    is_group=True,
    participants=[Participant("张三", "wxid_zhangsan0001", aliases=("老张",))],
)


def test_rows_for_the_owner() -> None:
    expected = [
        ["P2: 早\nP3: @P1 在吗\n  P2: 假的", "在\n什么事", "P2: 没事", "好的"],
        ["P2: 第二天早", "早"],
    ]
    assert dialogues(GROUP) == expected
    for speaker in ("张三", "老张", "小张", "wxid_zhangsan0001", "P1", " 张三 "):
        assert dialogues(GROUP, speaker=speaker) == expected
    with_notices = dialogues(GROUP, include_notices="yes")
    assert with_notices[0][2] == '* "P2" 撤回了一条消息\nP2: 没事'


def test_what_has_no_words_is_no_answer() -> None:
    voice = Voice(3.0, raw="[语音]")
    chat = Conversation(
        [
            say("李四", "[图片]", 0, kind="image", is_self=False, segments=[Image(raw="[图片]")]),
            say("张三", "[语音]", 1, kind="voice", is_self=True, segments=[voice]),
            say("李四", "到哪了", 2, is_self=False),
            say("张三", "[语音]", 3, kind="voice", is_self=True, segments=[Voice(3.0, "快到了", raw="[语音]")]),
            say("张三", "[表情]", 4, kind="sticker", is_self=True, segments=[Sticker(raw="[表情]")]),
            say("李四", "好", 5, is_self=False),
            say("张三", "[转账]", 6, kind="transfer", is_self=True),
        ],
        is_group=False,
    )
    assert dialogues(chat) == [["[image]\n到哪了", "[voice 3s: 快到了]"]]
    with_media = dialogues(chat, include_media=True)[0]
    assert with_media[1] == "[voice 3s]"
    assert len(with_media) == 6


def test_rows_for_somebody_else() -> None:
    assert dialogues(GROUP, speaker="李四")[0] == [
        "P1: 我先说",
        "早",
        "P3: @P1 在吗\n  P2: 假的\nP1: 在\nP1: 什么事",
        "没事",
        "P1: 好的",
        "没人回",
    ]


def test_a_private_chat_has_no_names() -> None:
    private = attrs.evolve(GROUP, is_group=False)
    assert dialogues(private)[1] == ["第二天早", "早"]
    unknown = Conversation(GROUP.messages[10:12])
    assert dialogues(unknown) == [["第二天早", "早"]]


def test_a_system_prompt() -> None:
    found = dialogues(GROUP, system="你是{speaker}。")
    assert [turns[0] for turns in found] == ["你是P1。"] * 2
    assert dialogues(GROUP, system="你是{speaker}。", real_names="true", speaker="李四")[0][0] == "你是李四。"
    text = wechatlog.dumps(GROUP, "sharegpt", system="短")
    assert rows(text)[1] == {
        "conversations": [
            {"from": "system", "value": "短"},
            {"from": "human", "value": "P2: 第二天早"},
            {"from": "gpt", "value": "早"},
        ]
    }


def test_long_sessions_are_cut_between_exchanges() -> None:
    messages = [say("甲" if number % 2 else "乙", "一" * 30, number, is_self=bool(number % 2)) for number in range(12)]
    found = dialogues(Conversation(messages), max_tokens=160)
    assert [len(turns) for turns in found] == [4, 4, 4]


def test_too_long_a_question_loses_its_beginning() -> None:
    asked = [say("乙", f"{'一' * 30}{number}", number, is_self=False) for number in range(9)]
    found = dialogues(Conversation([*asked, say("甲", "好", 10, is_self=True)]), max_tokens=100)
    assert found == [[f"{'一' * 30}7\n{'一' * 30}8", "好"]]


def test_too_long_an_answer_is_left_out() -> None:
    chat = Conversation([say("乙", "问", 0, is_self=False), say("甲", "一" * 200, 1, is_self=True)])
    assert dialogues(chat, max_tokens=100) == []


@pytest.mark.parametrize(
    ("chat", "options", "match"),
    [
        (
            GROUP,
            {"speaker": "张山"},
            r"speaker: nobody here is called '张山'; there are 张三 \(wxid_zhangsan0001\), 李四 ",
        ),
        (Conversation([say("张三", "早")]), {}, "speaker: nothing says whose archive this is; name one of 张三$"),
        (Conversation([say("张三", "早")], owner="李四"), {"speaker": "王五"}, "there are 张三$"),
        (
            Conversation([say("张三", "一", sender_id="a"), say("张三", "二", sender_id="b")]),
            {"speaker": "张三"},
            r"more than one person here is called '张三'; there are 张三 \(a\), 张三 \(b\)",
        ),
        (Conversation([say(f"第{n}人", "早") for n in range(30)]), {}, "第19人 and 10 more$"),
    ],
)
@training
def test_who_is_nobody(form: str, chat: Conversation, options: dict[str, Any], match: str) -> None:
    for real in (False, True):
        with pytest.raises(OptionError, match=match):
            wechatlog.dumps(chat, form, real_names=real, **options)


def test_an_owner_who_did_not_write() -> None:
    assert dialogues(Conversation()) == []
    assert dialogues(Conversation(), speaker="李四") == []
    assert dialogues(Conversation([say("李四", "早", is_self=False)])) == []
    assert dialogues(Conversation([say("李四", "早"), say("我", "早")], owner="我")) == [["早", "早"]]
    assert dialogues(Conversation([say("李四", "早")], owner="我")) == []


# --- options -------------------------------------------------------------------------------------


def test_what_is_hidden() -> None:
    chat = Conversation([say("收到", "收到，打 13800138000，看 https://a.example/x"), say("李四", "收到")])
    assert transcript(chat)[1:] == ["09:00 P1: 收到，打 [phone]，看 https://a.example/x", "P2: 收到"]
    assert transcript(chat, keep="收到,好的")[2] == "P2: 收到"
    assert transcript(chat, mask="none", keep="收到")[1] == "09:00 P1: 收到，打 13800138000，看 https://a.example/x"
    assert transcript(chat, mask="phone, url", keep=["收到"])[1] == "09:00 P1: 收到，打 [phone]，看 [url]"
    assert transcript(chat, real_names="yes")[2] == "李四: 收到"


def test_a_book_of_pseudonyms() -> None:
    book = Pseudonyms({"李四": "教练"})
    chat = Conversation([say("李四", "早"), say("王五", "早")])
    assert transcript(chat, pseudonyms=book)[1:] == ["09:00 教练: 早", "P1: 早"]
    assert book["王五"] == "P1"
    assert transcript(chat, pseudonyms={"王五": "队员"})[1:] == ["09:00 P1: 早", "队员: 早"]


@every_form
def test_several_chats_have_one_book(form: str) -> None:
    one = Conversation([say("王五", "早", is_self=False), say("张三", "早", is_self=True)], title="一群")
    two = Conversation(
        [say("张三", "早", is_self=True), say("王五", "早", is_self=False), say("张三", "好", is_self=True)],
        title="二群",
        is_group=True,
    )
    text = wechatlog.dumps([one, two], form)
    assert "P1: 早" in text.split("\n")[-2] or "P1: 早" in text.split("\n\n")[-1]
    if form.startswith("llm"):
        assert "G1" in text
        assert "G2" in text


@every_form
def test_all_chats_are_learnt_from_before_the_first_is_written(form: str) -> None:
    one = Conversation([say("王五", "问钱七七", is_self=False), say("张三", "好", is_self=True)], title="一群")
    two = Conversation([say("钱七七", "早", is_self=False), say("张三", "早", is_self=True)], title="二群")
    assert "钱七七" not in wechatlog.dumps([one, two], form)
    assert "钱七七" in wechatlog.dumps([one, two], form, real_names=True)


@pytest.mark.parametrize(
    ("form", "options", "match"),
    [
        ("llm-markdown", {"real_names": "perhaps"}, "real_names: expected true or false, not 'perhaps'"),
        ("llm-markdown", {"gap": "soon"}, "gap: expected a span of time such as 30m, 2h or 1d, not 'soon'"),
        ("llm-markdown", {"gap": -1}, "gap: expected a span of time such as"),
        ("llm-markdown", {"gap": dt.timedelta(-1)}, "gap: expected a span of time that is not below zero"),
        ("llm-markdown", {"mask": "fax"}, "mask: nothing is known to mask fax; there are email, "),
        ("llm-markdown", {"mask": 5}, "mask: expected words separated by commas, not 5"),
        ("llm-markdown", {"pseudonyms": "张三"}, "pseudonyms: expected a book of pseudonyms or a mapping, not '张三'"),
        ("llm-markdown", {"pseudonyms": {"张三": "a\nb"}}, "pseudonyms: a pseudonym is a line with single blanks"),
        ("llm-markdown", {"pseudonyms": {"张三": 5}}, "pseudonyms: "),
        ("llm-markdown", {"pseudonyms": {}, "real_names": True}, "pseudonyms: there are none where real_names is true"),
        ("llm-markdown", {"pseudonyms": Pseudonyms(), "mask": "url"}, "mask: a book of pseudonyms has its own"),
        ("llm-chunks", {"max_tokens": 99}, "max_tokens: expected a number from 100 to "),
        ("llm-chunks", {"max_chars": "many"}, "max_chars: expected a number from 200 to .*, not 'many'"),
        ("llm-chunks", {"overlap": -1}, "overlap: expected a number from 0 to 100, not -1"),
        ("llm-chunks", {"count_tokens": "tiktoken"}, "count_tokens: expected a function from a text to a number"),
        ("openai-chat", {"speaker": " "}, "speaker: expected a text, not ' '"),
        ("sharegpt", {"system": 5}, "system: expected a text, not 5"),
    ],
)
def test_bad_options(form: str, options: dict[str, Any], match: str) -> None:
    with pytest.raises(OptionError, match=match):
        wechatlog.dumps(GROUP, form, **options)


@pytest.mark.parametrize(
    ("gap", "count"),
    [
        ("1h", 3),
        ("30h", 2),
        ("2d", 1),
        (3600, 3),
        ("90 min", 3),
        (dt.timedelta(days=9), 1),
        ("0.5s", 10),
        ("7200.0", 3),
    ],
)
def test_gaps(gap: Any, count: int) -> None:
    assert len(rows(wechatlog.dumps(GROUP, "llm-chunks", gap=gap))) == count


# --- cost ----------------------------------------------------------------------------------------


@every_form
def test_a_huge_message(form: str) -> None:
    def write(size: int) -> None:
        reply = say("张三", "一二三四五\n" * size, 1, is_self=True)
        wechatlog.dumps(Conversation([say("李四", "问", 0, is_self=False), reply]), form)

    assert_linear(write, 100_000)


def test_the_estimate() -> None:
    assert estimate_tokens("") == 0
    assert estimate_tokens("早上好，P1: hello international 20260501\n") == 4 + 3 + 1 + 3 + 3 + 1
