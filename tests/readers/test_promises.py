"""What every format owes, tried on every case of the corpus; a new format and a new case join by lying there.

A file says the same in any encoding, packed and with other line ends, and is recognised there; cut anywhere it keeps
what stands before the cut; JSON means the same in any order of its keys; no bytes give anything but a chat or an error of the library; and its reader keeps the
promises that `wechatlog.testing.check_reader` checks.
"""

from __future__ import annotations

import contextlib
import copy
import gzip
import io
import json
import random
import re
import sys
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from tests.readers.texts import check_any
from tests.test_corpus import CORPUS, cases, expected_of
from wechatlog.readers import READERS
from wechatlog.registry import find_reader
from wechatlog.segments import Forward
from wechatlog.source import HEAD_SIZE
from wechatlog.testing import check_reader

sys.path.insert(0, str(Path(__file__).parents[2]))
from fuzz.mutations import mutate
from fuzz.seeds import FAMILIES

CASES = [path for path in cases() if "error" not in expected_of(path)]
NO_TEXTS = (".arrow", ".arrows", ".db", ".docx", ".feather", ".parquet", ".sqlite", ".xlsx", ".zip")
LINES_MEAN_NOTHING = (".txt", ".md", ".sql", ".xls")
"""Suffixes of files in which a line may end with any of the three; elsewhere a carriage return alone is no line end."""
_OBJECT = re.compile(r'(?:"[^"]*": ?)?\{|\[$|<')
"""What the line of a message in JSON or HTML begins with."""
MADE_OF_OTHERS = (".docx", ".yaml", ".zip")
"""Suffixes of what is unpacked before its reader sees it."""
NEEDS_THE_END = (
    "chatlab-json/meta-last.json",
    "chatlab-json/names-behind.json",
    "named-columns/other-heading.csv",
    "named-keys/arrays.json",
    "named-keys/columns.json",
    "named-keys/other-keys.json",
    "named-keys/talker.json",
    "pc-wechat-exp-txt/other-name.txt",
    "wechatbaktool/private.txt",
    "weflow-arkme/private-senders-last.json",
    "wechatexporter-txt/forgery-and-names.txt",
    "wechatexporter-txt/forward-inside-without-end.txt",
    "wechatexporter-txt/group-forward.txt",
    "wx-cli-json/early-private.json",
    "wx-cli-json/names-left-out.json",
    "wx-cli-json/private.json",
    "wx-cli-json/wxcli-export.json",
    "wxbackup-js/group.txt",
    "wxbackup-js/private.js",
)
"""What is said behind the messages tells something of all of them, or where one ends."""
FRAGMENTS = (
    "\n", "\r\n", "\r", " ", "  ", "\t", "\0", "\u2028", "\u00a0", "\ufeff", "李四", "张三:", "·李四", "2026年9月10日 17:33",
    "2026/9/10 7:14:35", "2022/11/17 21:07", "昨天 21:30", "下午5:08", "07:14", "  07:15", "—————  2026-09-10  —————", "Dear:",
    "张三 和 李四 在微信上的聊天记录如下，请查收。", '微信群"X"的聊天记录如下:', "[图片] 图片_1.jpg", "[图片]", "「李四：早」", "- - - - - - - - - - - - - - -",
    "Subject: x", "MIME-Version: 1.0", "Content-Type: text/html", "Content-Transfer-Encoding: base64", "<html><body>", "<b>", "</b>",
    "<br>", "<div class=\"msg-line\">", "</div>", "[2026-05-01 08:00:00] ", "[2026-05-01 08:00]", "2024-01-10 20:15:00 | ", "我:", "WechatBakTool",
    "# Chat: 李四 (wxid_a)", "1|me:2021-06-01 21:05:23.123000:", "|img:", "(2017/8/19 7:14:35): ", "### 2026-05-01 08:00", "**张三**: ", "> ",
    "=== 李四 (7 条) ===", "联系人: 李四", "消息数: 4", "=" * 70, "9" * 30, "2026-99-99", "(", ")", "[", "]", "|", ":", "：", "发自我的 iPhone", "😀", "\ud800", "İ", "\x85", "é",
)  # fmt: skip
CUTS = 16
TRIES = 60


def _name(case: Path) -> str:
    return f"{case.parent.name}/{case.name}"


def _how(case: Path) -> dict[str, Any]:
    """The options of a case, and its format: it is recognised where this is left out."""
    options = {name: value for name, value in expected_of(case).get("options", {}).items() if name != "encoding"}
    return {"format": expected_of(case)["format"], **options}


def _in_order(chats: Iterable[wechatlog.Conversation]) -> list[wechatlog.Message]:
    """The messages of chats in the order of their file."""
    found = [message for chat in chats for message in chat]
    return sorted(found, key=lambda message: (message.origin.line or 0, message.origin.offset or 0))


class Case:
    """A case of the corpus, of which the same bytes are read once for all that is asked of it.

    Attributes:
        path: where it is.
        how: its options, and its format.
        data: its bytes.
        text: what they say; `None` where they are no UTF-8.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.how, self.data = path, _how(path), path.read_bytes()
        self.text: str | None = None
        with contextlib.suppress(UnicodeDecodeError):
            self.text = self.data.decode("utf-8-sig")
        self._chats: dict[bytes, list[wechatlog.Conversation]] = {}

    def chats(self, data: bytes) -> list[wechatlog.Conversation]:
        """What its format reads of bytes."""
        if data not in self._chats:
            self._chats[data] = list(wechatlog.load_archive(data, **self.how))
        return self._chats[data]

    def messages(self, data: bytes) -> list[wechatlog.Message]:
        """All messages of all chats, in the order of the file."""
        return _in_order(self.chats(data))

    def facts(self, data: bytes) -> list[tuple[Any, ...]]:
        """What is said of each chat."""
        return [(chat.title, chat.id, chat.is_group, chat.owner) for chat in self.chats(data)]


def _said(messages: list[wechatlog.Message]) -> list[tuple[Any, ...]]:
    """What messages say, whatever ends their lines."""
    return [
        (m.time, m.sender, m.sender_id, m.is_self, m.id, m.text.replace("\r\n", "\n").replace("\r", "\n"))
        for m in messages
    ]


def _by_size() -> dict[str, list[Path]]:
    """The cases of each format, the shortest first."""
    found: dict[str, list[Path]] = {row.name: [] for row in READERS}
    for case in sorted(CASES, key=lambda case: case.stat().st_size):
        if case.suffix not in MADE_OF_OTHERS:
            found[expected_of(case)["format"]].append(case)
    return found


BY_SIZE = _by_size()
SHORTEST = {cases[0] for cases in BY_SIZE.values() if cases}
LONGEST = {cases[-1] for cases in BY_SIZE.values() if cases}


@pytest.mark.parametrize("path", CASES, ids=_name)
def test_case(path: Path) -> None:
    """The traceback names the promise that does not hold."""
    case = Case(path)
    if path in LONGEST:  # which has most of what there is
        options = {name: value for name, value in case.how.items() if name not in ("format", "tz")}
        check_reader(find_reader(case.how["format"]), [path], options=options)
    if path.suffix in NO_TEXTS or case.data.startswith((b"\xff\xfe", b"PK", b"BZh")):
        return
    if _name(path) not in NEEDS_THE_END:
        check_cuts(case)
    if path.suffix != ".eml" and case.text is not None:  # a mail names its encoding, and has lines of its own
        check_that_the_bytes_do_not_matter(case, case.text.replace("\r\n", "\n"))
        if path.suffix not in MADE_OF_OTHERS:
            check_lines(case, re.split(r"\r\n|[\r\n]", case.text))
        check_that_blank_lines_above_do_not_matter(case, case.text)
        if path.suffix in (".txt", ".md", ".markdown") and not _name(path).startswith(BLANKS_SAY_SOMETHING):
            check_that_blanks_at_line_ends_do_not_matter(case, case.text)
    check_that_forwards_fit(case)
    if path.suffix == ".json" and not _name(path).startswith(NUMBERS_SAY_SOMETHING):
        check_that_numbers_may_be_texts(case)


def _may_stand_beside(message: wechatlog.Message) -> Iterator[str]:
    """What the line that a message begins on has something of."""
    if (time := message.time) is not None:
        yield from (f":{time:%M}", f"{time:%Y-%m-%d}")
    if time is not None and time.tzinfo is not None:
        yield str(int(time.timestamp()))
    yield from filter(None, (message.sender, message.sender_id, message.id, message.text.strip().split("\n")[0][:6]))


def check_lines(case: Case, lines: list[str]) -> None:
    """The line of a message is where it begins: what the file says of it stands there, or else markup begins."""
    placed = [message for message in case.messages(case.data) if message.origin.line]
    found = [lines[message.origin.line - 1].lstrip() for message in placed if message.origin.line]
    strange = [
        line
        for message, line in zip(placed, found, strict=True)
        if not _OBJECT.match(line) and not any(each in line for each in _may_stand_beside(message))
    ]
    assert len(strange) * 3 <= len(placed), strange[:3]


def check_that_the_bytes_do_not_matter(case: Case, text: str) -> None:
    expected, facts = case.messages(text.encode()), case.facts(text.encode())
    for variant in _written_otherwise(text):
        assert (case.messages(variant), case.facts(variant)) == (expected, facts)
    ends = ("\r\n", "\r") if case.path.suffix in LINES_MEAN_NOTHING else ("\r\n",)
    for end in ends:
        assert _said(case.messages(text.replace("\n", end).encode())) == _said(expected), repr(end)


def _written_otherwise(text: str) -> Iterator[bytes]:
    yield f"\ufeff{text}".encode("utf-8-sig")  # one tool's mark before another's
    yield text.encode("utf-16")
    yield gzip.compress(text.encode(), 1)
    if sum(character >= "\u3400" for character in text) > 20:  # enough to tell it from other encodings
        yield text.encode("gb18030")


def check_that_blank_lines_above_do_not_matter(case: Case, text: str) -> None:
    usual, moved = ((_said(case.messages(data)), case.facts(data)) for data in (text.encode(), f"\n\n{text}".encode()))
    assert moved == usual


NUMBERS_SAY_SOMETHING = ("chatlab-json/weflow", "wechat-cli-json/array", "weflow-json/sorted-keys")
"""Where a number stands in place of a message, or of a text, or shows who wrote the file."""
BLANKS_SAY_SOMETHING = ("markdown/daily", "memotrace-ai-text/", "memotrace-markdown/")
"""Where a blank at the end of a line parts messages, or a quote from what somebody typed, or stands for a name."""


def check_that_blanks_at_line_ends_do_not_matter(case: Case, text: str) -> None:
    """An editor takes them away when it saves."""
    trimmed = re.sub(r"[ \t]+(?=\r?\n|\Z)", "", text)
    one, two = (
        [
            (m.time, m.sender, m.is_self, m.kind, [line.rstrip() for line in m.text.strip().split("\n")])
            for m in case.messages(each.encode())
        ]
        for each in (text, trimmed)
    )
    assert one == two


def check_that_numbers_may_be_texts(case: Case) -> None:
    """A program that knows no types writes all values as texts."""
    try:
        value = json.loads(case.data.decode("utf-8-sig"))
    except ValueError:
        return
    written = json.dumps(value, ensure_ascii=False), json.dumps(_as_texts(value), ensure_ascii=False)
    one, two = (
        [(m.time, m.sender, m.sender_id, m.is_self, m.kind, m.text, m.id) for m in case.messages(each.encode())]
        for each in written
    )
    assert one == two


def _as_texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _as_texts(each) for key, each in value.items()}
    if isinstance(value, list):
        return list(map(_as_texts, value))
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def check_that_forwards_fit(case: Case) -> None:
    """The times in merged forwards have a zone where those of their chat have one."""
    for chat in case.chats(case.data):
        zoned = {message.time.tzinfo is not None for message in chat if message.time is not None}
        forwards = [part for message in chat for part in message.given_segments or () if isinstance(part, Forward)]
        inside = [message.time for forward in forwards for message in forward.messages if message.time is not None]
        assert not zoned or {time.tzinfo is not None for time in inside} <= zoned


def check_cuts(case: Case) -> None:
    """Nothing is lost or changed but the last message, and perhaps one that the cut itself makes of it."""
    data = case.data
    whole = case.messages(data)
    step = 5 if case.path in SHORTEST and len(data) < 600 else len(data) // CUTS | 1
    before = 0
    for end in [*range(0, len(data), step), len(data) - 1]:
        try:
            found = case.messages(data[:end])
        except wechatlog.WechatlogError:
            continue
        kept = next((n for n, (one, two) in enumerate(zip(found, whole, strict=False)) if one != two), len(found))
        assert len(found) - kept <= 2, f"changed by a cut at {end}"
        assert kept >= before - 1, f"lost by a cut at {end}"
        before = max(before, kept)
    assert before >= len(whole) - 1


@pytest.mark.parametrize("name", BY_SIZE)
def test_any_bytes_give_a_chat_or_an_error(name: str) -> None:
    """Noise alone, and a file of the format with one of the faults that the fuzzer makes, more than once."""
    chance = random.Random(name)
    whole = BY_SIZE[name][0].read_bytes() if BY_SIZE[name] else b""
    family = next((FAMILIES[suffix] for suffix in find_reader(name).suffixes if suffix in FAMILIES), "text")
    for number in range(TRIES):
        damaged = chance.randbytes(chance.randrange(300)) if number % 2 else mutate(whole, family, chance)
        check_any(damaged, name)


def _pieces() -> dict[str, list[str]]:
    """The lines and the words of the longest case of each format of lines or pages, and what stands in others."""
    found = {}
    for row in READERS:
        texts = [case for case in BY_SIZE[row.name] if case.suffix in (".txt", ".md", ".html")]
        if texts:
            text = texts[-1].read_bytes().decode("utf-8", "replace")
            pieces = {*text.splitlines(keepends=True)[:200], *re.findall(r"\w+|[^\w\s]+|\s", text)[:200]}
            found[row.name] = [*sorted(pieces), *FRAGMENTS]
    return found


PIECES = _pieces()


@pytest.mark.parametrize("name", PIECES)
@given(data=st.data())
def test_any_pieces_of_texts_are_read(name: str, data: st.DataObject) -> None:
    pieces = data.draw(st.lists(st.sampled_from(PIECES[name]), max_size=20))
    check_any("".join(pieces).encode("utf-8", "replace"), name)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every list and object in a JSON value with each of its keys."""
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, key
        if isinstance(item, dict | list):
            yield from _places(item)


def _json_values(keys: list[str]) -> st.SearchStrategy[Any]:
    return st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(keys), inner, max_size=4),
        max_leaves=8,
    )


def _json_cases() -> dict[str, tuple[str, st.SearchStrategy[Any]]]:
    """The shortest whole JSON of each format, and values with the keys of the longest."""
    found = {}
    for name, known in BY_SIZE.items():
        values = []
        for case in known:
            with contextlib.suppress(ValueError):
                values.append(json.loads(case.read_bytes()))
        values = [value for value in values if isinstance(value, dict | list) and value]
        if values:
            keys = {key for _, key in _places(values[-1]) if isinstance(key, str)}
            found[name] = (json.dumps(values[0]), _json_values(sorted(keys)))
    return found


JSON_CASES = _json_cases()


@pytest.mark.parametrize("name", JSON_CASES)
@given(data=st.data())
def test_any_value_anywhere_in_json_is_read(name: str, data: st.DataObject) -> None:
    """In the place of any other one, with keys that the format has elsewhere."""
    text, values = JSON_CASES[name]
    value = json.loads(text)
    holder, key = data.draw(st.sampled_from(list(_places(value))))
    holder[key] = data.draw(values)
    check_any(json.dumps(value).encode(), name)


def _with_first(value: Any, first: str) -> Any:
    """The value with a key in front of the others in every object that has it."""
    if isinstance(value, list):
        return [_with_first(inner, first) for inner in value]
    if not isinstance(value, dict):
        return value
    keys = dict.fromkeys((first, *value) if first in value else value)
    return {key: _with_first(value[key], first) for key in keys}


def _long_lists(value: Any) -> list[list[Any]]:
    """The lists of objects that stand in an object."""
    return [inner for inner in value.values() if isinstance(inner, list) and inner and isinstance(inner[0], dict)]


def _json_objects() -> Iterator[tuple[Path, dict[str, Any]]]:
    for case in CASES:
        with contextlib.suppress(ValueError):
            value = json.loads(case.read_text(encoding="utf-8")) if case.suffix == ".json" else None
            if isinstance(value, dict):
                yield case, value


JSON_OBJECTS = list(_json_objects())
ORDERED = ("by-chat.json", "by-day.json", "broken-deep.json")
"""The keys of these are days and chats, and have an order."""
KEYS_OF_LISTS = sorted(
    {
        (case, key)
        for case, value in JSON_OBJECTS
        if case.name not in ORDERED
        for holder, key in _places(value)
        if isinstance(key, str) and isinstance(holder[key], list) and holder[key]
    }
)


def _on_lines(value: Any) -> bytes:
    """JSON of many lines, which costs a tenth of one with indents."""
    return json.dumps(value, separators=(",\n", ": ")).encode()


def _check_alike(case: Path, *values: Any) -> None:
    """Two JSON values are the same chats, which are told the same of."""
    one, two = (list(wechatlog.load_archive(_on_lines(each), **_how(case))) for each in values)
    assert one == two
    for left, right in zip(one, two, strict=True):
        assert [str(m.time and m.time.tzinfo) for m in left] == [str(m.time and m.time.tzinfo) for m in right]
        assert sorted(entry.code for entry in left.diagnostics) == sorted(entry.code for entry in right.diagnostics)


@pytest.mark.parametrize(
    ("case", "key"), KEYS_OF_LISTS, ids=lambda each: _name(each) if isinstance(each, Path) else each
)
def test_the_order_of_keys_in_json_means_nothing(case: Path, key: str) -> None:
    """Whatever is said of a chat may stand behind its messages."""
    value = dict(JSON_OBJECTS)[case]
    _check_alike(case, value, _with_first(value, key))


@pytest.mark.parametrize(
    ("case", "value"),
    [each for each in JSON_OBJECTS if _long_lists(each[1])],
    ids=lambda each: _name(each) if isinstance(each, Path) else "",
)
def test_long_json_whose_keys_were_sorted_is_known(case: Path, value: dict[str, Any]) -> None:
    """Longer than detection looks: what tells its format may stand behind all messages."""
    value = copy.deepcopy(value)
    longest = max(_long_lists(value), key=lambda rows: len(json.dumps(rows)))
    longest *= 1 + HEAD_SIZE // len(json.dumps(longest, ensure_ascii=False))
    ordered = json.loads(json.dumps(value, sort_keys=True))
    assert wechatlog.detect(_on_lines(ordered)).format == _how(case)["format"]
    _check_alike(case, value, ordered)


def _said_of(readable: Path | bytes, format: str | None = None) -> list[tuple[Any, ...]]:  # noqa: A002
    """What the messages of an input say whose format is found out, or named."""
    return _said(_in_order(wechatlog.load_archive(readable, format=format)))


@pytest.mark.parametrize(
    ("case", "value"),
    [each for each in JSON_OBJECTS if _long_lists(each[1]) and _how(each[0])["format"] != "json"],
    ids=lambda each: _name(each) if isinstance(each, Path) else "",
)
def test_messages_may_stand_behind_a_long_list(case: Path, value: dict[str, Any]) -> None:
    """Groups have hundreds of members, each with the address of a picture."""
    members = [{"wxid": f"wxid_{number:010}", "avatar": f"https://wx.example/{number}"} for number in range(1200)]
    first = next(key for key, inner in value.items() if inner in _long_lists(value))
    long: dict[str, Any] = {}
    for key, inner in value.items():
        long |= {"zz": members, key: inner} if key == first else {key: inner}
    data = json.dumps(long, indent=1).encode()
    assert len(data) > HEAD_SIZE
    assert wechatlog.detect(data).format == _how(case)["format"]
    assert _said_of(data) == _said_of(json.dumps(value, indent=1).encode())


LONG = (
    "named-columns/four-columns.csv",
    "named-keys/array.json",
    "named-keys/me-and-other.jsonl",
    "named-lines/labels.txt",
    "named-lines/name-in-front.md",
    "named-pages/labels.html",
    "pywxdump-json/chat.json",
    "wechat-dump/wechat-dump.txt",
    "wx-cli-json/private.json",
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("name", LONG)
def test_the_first_message_may_be_long(name: str, encoding: str) -> None:
    """A picture may stand in it, or all of a forwarded chat."""
    data = (CORPUS / name).read_bytes()
    short = _in_order(wechatlog.load_archive(data))
    word = next(m.text for m in short if m.kind is wechatlog.MessageKind.TEXT and data.count(m.text.encode()) == 1)
    more = "，长话短说" * 10_000
    text = data.decode().replace(word, f"{word}{more}")
    long = _in_order(wechatlog.load_archive(text.encode(encoding)))
    assert sum(more in m.text for m in long) == 1
    assert [(m.time, m.sender, m.text.replace(more, "")) for m in long] == [(m.time, m.sender, m.text) for m in short]


PAGES = [case for case in CASES if case.suffix in (".html", ".htm")]
_HEAD = re.compile("<head[^>]*>|<html[^>]*>|<body[^>]*>", re.IGNORECASE)


@pytest.mark.parametrize("case", [case for case in PAGES if _HEAD.search(case.read_text("utf-8"))], ids=_name)
def test_messages_may_stand_behind_long_styles(case: Path, tmp_path: Path) -> None:
    """Pages that were saved whole have hundreds of kilobytes of them."""
    for beside in case.parent.iterdir():
        (tmp_path / beside.name).symlink_to(beside)
    page = tmp_path / case.name
    expected, text = _said_of(page), page.read_bytes().decode()
    styles = f"<style>{'.a > .b { color: red }' * 20_000}</style>"
    page.unlink()
    long = _HEAD.sub(lambda found: found[0] + styles, text, count=1)
    for data in (long.encode(), long.encode("utf-16")):
        page.write_bytes(data)
        assert wechatlog.detect(page).format == _how(case)["format"]
        assert _said_of(page) == expected
    assert _said_of(page, format=_how(case)["format"]) == expected


@pytest.mark.parametrize(
    ("case", "value"),
    [each for each in JSON_OBJECTS if any(len(rows) > 2 for rows in _long_lists(each[1]))],
    ids=lambda each: _name(each) if isinstance(each, Path) else "",
)
def test_messages_beside_the_list_of_json_are_read_or_told(case: Path, value: dict[str, Any]) -> None:
    """Whatever else the file holds."""
    usual = sum(map(len, wechatlog.load_archive(json.dumps(value).encode(), **_how(case))))
    more = next((rows for rows in _long_lists(value) if len(rows) == usual), None)
    if more is None:
        pytest.skip("no list has as many objects as there are messages")
    for beside in ({"zz": more}, {"zz": {"messages": more}}, {"zz": [{"name": "甲", "list": more}]}):
        for whole in (value | beside, beside | value):
            found = list(wechatlog.load_archive(json.dumps(whole).encode(), **_how(case)))
            told = {entry.code for each in found for entry in each.diagnostics}
            assert "unread-part" in told or sum(map(len, found)) > usual


def _statement(case: Path) -> str:
    """The longest value that a script, or one in a page, gives a variable, with what gives it."""
    text, found = case.read_text("utf-8"), [""]
    for match in re.finditer(r"(?:window\.|const |let |var )\w+ ?= ?(?=[\[{])", text):
        with contextlib.suppress(ValueError):
            found.append(text[match.start() : json.JSONDecoder(strict=False).raw_decode(text, match.end())[1]])
    return max(found, key=len)


@pytest.mark.parametrize(
    ("case", "statement"),
    [
        (case, statement)
        for case in CASES
        if case.suffix in (".html", ".js") and len(statement := _statement(case)) > 400
    ],
    ids=lambda each: _name(each) if isinstance(each, Path) else "",
)
def test_messages_around_the_list_of_a_script_are_read_or_told(case: Path, statement: str) -> None:
    """In another variable, in a call, in a script of their own."""
    text = case.read_text("utf-8")
    before = list(wechatlog.load_archive(text.encode(), **_how(case)))
    value = statement.partition("=")[2]
    around = [f"var more = {value};\n{statement}", f"{statement};\nvar more = {value};", f"{statement};add({value});"]
    if case.suffix == ".html":
        around += [f'{statement};</script><script type="application/json">{value}</script><script>']
    for each in around:
        found = list(wechatlog.load_archive(text.replace(statement, each, 1).encode(), **_how(case)))
        told = {entry.code for each in found for entry in each.diagnostics}
        assert told & {"unread-part", "broken-json"} or sum(map(len, found)) > sum(map(len, before))


@pytest.mark.parametrize("case", [case for case in CASES if case.suffix == ".xlsx"], ids=lambda case: case.stem)
@pytest.mark.parametrize("is_copy", [True, False], ids=["copy", "other"])
def test_a_further_sheet_of_messages_is_read_or_told(case: Path, *, is_copy: bool) -> None:
    """In every format: `other` is one of messages of no format."""
    options = _how(case)
    usual = sum(map(len, wechatlog.load_archive(case, **options)))
    openpyxl = pytest.importorskip("openpyxl")
    with warnings.catch_warnings(action="ignore"):  # a tool that writes no styles
        book = openpyxl.load_workbook(case)
    if is_copy:
        for sheet in [*book.worksheets]:
            book.copy_worksheet(sheet)
    else:
        sheet = book.create_sheet("更多")
        for row in (["时间", "发送者", "内容"], ["2026-05-01 08:00:05", "张三", "早"]):
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    found = list(wechatlog.load_archive(stream.getvalue(), **options))
    told = {entry.code for each in found for entry in each.diagnostics}
    assert "unread-part" in told or sum(map(len, found)) > usual
