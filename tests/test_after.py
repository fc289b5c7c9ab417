"""Only what is new: what a mark is, and that the parts of a file that grew are the whole, in every format."""

from __future__ import annotations

import collections
import contextlib
import datetime as dt
import gzip
import itertools
import json
import re
import shutil
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest

import wechatlog
from tests.test_corpus import CORPUS, cases, expected_of
from wechatlog import Mark, Text
from wechatlog.inputs import after, mark
from wechatlog.inputs.after import After
from wechatlog.inputs.single import How
from wechatlog.registry import find_reader, formats
from wechatlog.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wechatlog.engine.protocol import Reader

APPENDING = {info.name for info in formats() if info.role == "reader" and getattr(find_reader(info.name), "cuts", None)}
OWN = ("jsonl", "csv", "tsv")
"""Formats whose messages say where they stood before, and not where they stand."""


def _case(path: Path) -> tuple[Reader, dict[str, Any]] | None:
    """The reader of a case of the corpus and the options, where it is a text that may grow."""
    if path.parent.name not in APPENDING or path.suffix in (".xlsx", ".xls", ".gz"):
        return None
    expected = expected_of(path)
    if "error" in expected or "conversations" in expected:
        return None
    options = {name: value for name, value in expected.get("options", {}).items() if name != "format"}
    return find_reader(expected["format"]), options


CASES = [path for path in cases() if _case(path) is not None]


def _named(data: bytes, path: Path) -> Source:
    source = Source.of(data)
    source.name = path.name
    return source


def _starts(data: bytes, path: Path, messages: list[wechatlog.Message]) -> Iterator[int]:
    """Bytes at which a message begins, of another shape than those before or behind another such message."""
    lines = [0, *(place + 1 for place, byte in enumerate(data) if byte == 10)]
    if path.parent.name in OWN:
        yield from lines[1:-1]
        return
    seen: set[object] = set()
    for before, behind in itertools.pairwise(messages):
        line = behind.origin.line
        shapes = {("before", _shape(before)), ("behind", _shape(behind))}
        if line is not None and 1 < line <= len(lines) and not shapes <= seen:
            seen |= shapes
            yield lines[line - 1]


def _shape(message: wechatlog.Message) -> object:
    """What an end of a file depends on, beside the format."""
    plain = all(isinstance(segment, Text) for segment in message.segments)
    return plain, message.sender is None, not message.text, min(message.text.count("\n"), 2)


def _read(data: bytes, path: Path, before: Mark, **how: Any) -> tuple[list[wechatlog.Message], wechatlog.MessageStream]:
    stream = wechatlog.iter_messages(_named(data, path), after=before, **how)
    return list(stream), stream


def _common(one: list[wechatlog.Message], two: list[wechatlog.Message]) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))


def _check_parts(path: Path, first: int = 0, every: int = 1) -> collections.Counter[str]:
    """The law: what was read, but for what changed at its end, and what is new are the whole."""
    found = _case(path)
    assert found is not None
    reader, options = found
    how: dict[str, Any] = {"format": reader, **options}
    data = path.read_bytes()
    whole = list(wechatlog.iter_messages(_named(data, path), **how))
    ways: collections.Counter[str] = collections.Counter()
    ends: set[Mark] = set()
    for start in itertools.islice(_starts(data, path, whole), first, None, every):
        try:
            old, stream = _read(data[:start], path, Mark(), **how)
        except wechatlog.WechatlogError:
            continue  # so little of it is none of the format
        before = stream.mark
        assert Mark.from_json(json.loads(json.dumps(before.to_json()))) == before
        new, stream = _read(data, path, before, **how)
        codes = {(note.code, note.severity) for note in stream.diagnostics}
        same = _common(old, whole)
        if ("changed-before-mark", "warning") in codes:
            assert new == whole
            assert same < len(old)
            ways["changed"] += 1
            continue
        assert new == whole[same:]
        assert [m.origin for m in new] == [m.origin for m in whole[same:]]
        assert (("changed-message", "info") in codes) == (same < len(old))
        ways["place" if before.place is not None else "whole"] += 1
        ends.add(stream.mark)
    for end in ends:
        assert _read(data, path, end, **how)[0] == []
    return ways


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_parts_are_the_whole(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also with nearly no beginning, and two messages before the mark: what cannot be trusted then must be read whole."""
    assert _check_parts(path)["whole"] == 0 or path.read_bytes()[:2] in (b"\xff\xfe", b"\xfe\xff")
    monkeypatch.setattr(after, "LAST", 2)
    for first, beginning in enumerate((1, 300)):
        monkeypatch.setattr(after, "_BEGINNING", beginning)
        _check_parts(path, first * 2, every=4)


def test_every_format_that_can_has_a_case() -> None:
    assert {path.parent.name for path in CASES} == APPENDING
    assert len(APPENDING) > 30


def test_the_page_on_formats_names_them() -> None:
    page = Path("docs/reference/formats.md").read_text(encoding="utf-8")
    (item,) = re.findall(r"^\* Read from a mark on(.*?)and described formats", page, re.DOTALL | re.MULTILINE)
    assert set(re.findall("`([a-z0-9-]+)`", item)) == APPENDING


# --- files of a size ------------------------------------------------------------------------------


def _chat(count: int) -> wechatlog.Conversation:
    """A long chat, and nothing in it that a form could lose."""
    start = dt.datetime(2026, 1, 1)
    return wechatlog.Conversation(
        [
            wechatlog.Message(
                start + dt.timedelta(seconds=97 * number),
                precision="second",
                sender=f"人{number % 7}",
                is_self=False,
                text=f"第{number}条\n第二行，说了些话" if number % 5 else "好的",
            )
            for number in range(count)
        ],
        title="大群",
        is_group=True,
    )


def _write(path: Path, form: str, count: int) -> None:
    """A file of the first messages; a shorter one is the beginning of a longer one."""
    if form == "bracket":
        lines = (f"[{m.time:%Y-%m-%d %H:%M:%S}] {m.sender}: {m.text}\n" for m in _chat(count) if m.time)
        path.write_text("".join(lines), encoding="utf-8")
    else:
        wechatlog.dump(_chat(count), path, form, sync=False)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many bytes were read of parts of files."""
    sizes: list[int] = []
    original = after.Source.part

    def part(self: Source, stop: int, start: int, end: int) -> Source:
        sizes.append(stop + end - start)
        return original(self, stop, start, end)

    monkeypatch.setattr(after.Source, "part", part)
    return sizes


FORMS = [("markdown", ".md"), ("jsonl", ".jsonl"), ("csv", ".csv"), ("tsv", ".tsv"), ("bracket", ".txt")]


@pytest.mark.parametrize(("form", "suffix"), FORMS)
def test_the_middle_of_a_large_file_is_not_read_again(
    form: str, suffix: str, tmp_path: Path, counted: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(after, "_BEGINNING", 1 << 16)
    path = tmp_path / f"chat{suffix}"
    how: dict[str, Any] = {"format": wechatlog.text_format("[%Y-%m-%d %H:%M:%S] {sender}: {text}")}
    how = how if form == "bracket" else {}
    before = Mark()
    total: list[wechatlog.Message] = []
    for count in (4_000, 4_001, 4_001, 4_050, 4_250):
        _write(path, form, count)
        counted.clear()
        stream = wechatlog.iter_messages(path, after=before, **how)
        new = list(stream)
        assert stream.diagnostics == ()
        assert stream.conversation.title == ("chat.txt" if how else "大群")
        total += new
        if before.format:
            assert max(counted) < 150_000 < path.stat().st_size
            assert before.offset > 125_000
        before = stream.mark
        assert len(json.dumps(before.to_json())) < 3000
    whole = list(wechatlog.iter_messages(path, **how))
    assert total == whole
    assert [message.origin for message in total] == [message.origin for message in whole]


def test_load_gives_what_is_new_as_well(tmp_path: Path) -> None:
    path = tmp_path / "chat.jsonl"
    _write(path, "jsonl", 20)
    before = wechatlog.mark(path)
    _write(path, "jsonl", 23)
    new = wechatlog.load(path, after=before)
    assert new.messages == _chat(23).messages[20:]
    assert (new.title, new.is_group) == ("大群", True)
    assert wechatlog.load(path, after=wechatlog.mark(path, after=before)).messages == ()


def test_the_names_are_learnt_in_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "chat.jsonl"
    _write(path, "jsonl", 20)
    before = wechatlog.mark(path)
    chat = attrs.evolve(_chat(21), messages=[*_chat(20), wechatlog.Message(text="@人3 你好")])
    wechatlog.dump(chat, path)
    (new,) = wechatlog.iter_messages(path, after=before, learn_names=True)
    assert [mention.name for mention in new.mentions] == ["人3"]


# --- ends that are no ends ------------------------------------------------------------------------

HEAD = '---\ntitle: "2026-05-01"\ndate: 2026-05-01\n---\n'
FIRST = "> 09:00:00  李四  \n   \n早上好  \n   \n"
SECOND = "> 09:01:00  王五  \n   \n你也早  \n   \n"


def _grow(path: Path, one: bytes, two: bytes, **how: Any) -> tuple[list[str], list[str], list[tuple[str, str]]]:
    """The texts of a file, and those that are new when it has grown, with what was told."""
    path.write_bytes(one)
    stream = wechatlog.iter_messages(path, after=Mark(), **how)
    old = [message.text for message in stream]
    path.write_bytes(two)
    stream = wechatlog.iter_messages(path, after=stream.mark, **how)
    new = [message.text for message in stream]
    return old, new, [(note.code, note.message) for note in stream.diagnostics]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_encodings_and_line_ends(encoding: str, line_end: str, tmp_path: Path) -> None:
    path = tmp_path / "chat.md"
    whole = (HEAD + FIRST + SECOND * 40).replace("\n", line_end)
    one = (HEAD + FIRST * 3).replace("\n", line_end).encode(encoding)
    two = (
        one
        + whole.removeprefix((HEAD + FIRST).replace("\n", line_end)).encode(encoding.removesuffix("-sig"))[
            2 * (encoding == "utf-16") :
        ]
    )
    old, new, told = _grow(path, one, two)
    assert old == ["早上好"] * 3
    assert new == ["你也早"] * 40
    assert told == []


def test_a_message_that_went_on_is_given_again(tmp_path: Path) -> None:
    lines = b"[2026-05-01 09:00:00] a: one\n[2026-05-01 09:01:00] b: two\n"
    more = lines + b"and more\n[2026-05-01 09:02:00] a: three\n"
    how = {"format": wechatlog.text_format("[%Y-%m-%d %H:%M:%S] {sender}: {text}")}
    old, new, told = _grow(tmp_path / "chat.txt", lines, more, **how)
    assert old == ["one", "two"]
    assert new == ["two\nand more", "three"]
    assert told == [
        (
            "changed-message",
            "1 of the messages before the mark went on or changed; what they are now is given again",
        )
    ]


def test_the_only_message_may_go_on(tmp_path: Path) -> None:
    how = {"format": wechatlog.text_format("[%Y-%m-%d %H:%M:%S] {sender}: {text}")}
    line = b"[2026-05-01 09:00:00] a: one\n"
    old, new, told = _grow(tmp_path / "chat.txt", line, line + b"two\n", **how)
    assert (old, new) == (["one"], ["one\ntwo"])
    assert [code for code, _ in told] == ["changed-message"]


def test_a_line_that_was_half_written_is_given_when_it_is_whole(tmp_path: Path) -> None:
    lines = wechatlog.dumps(_chat(5), "jsonl").encode()
    cut = lines[: lines.rindex(b'"text"')]
    old, new, told = _grow(tmp_path / "chat.jsonl", cut, lines)
    assert len(old) == 4
    assert new == [_chat(5)[4].text]
    assert told == []


def test_what_was_told_of_lines_before_the_mark_is_not_told_again(tmp_path: Path) -> None:
    lines = wechatlog.dumps(_chat(5), "jsonl").encode()
    broken = lines + b"{broken\n"
    *_, told = _grow(tmp_path / "chat.jsonl", broken, broken + lines.splitlines(keepends=True)[-1])
    assert told == []
    *_, told = _grow(tmp_path / "chat.jsonl", lines, broken)
    assert [code for code, _ in told] == ["broken-json"]


def test_a_header_is_needed_behind_the_mark(tmp_path: Path) -> None:
    text = "text,sender,time\n早,李四,2026-05-01T09:00:00\n好,王五,2026-05-01T09:01:00\n"
    old, new, told = _grow(
        tmp_path / "chat.csv", text.encode(), (text + '"晚\n安",李四,2026-05-01T22:00:00\n').encode()
    )
    assert (old, new, told) == (["早", "好"], ["晚\n安"], [])


# --- files that changed ---------------------------------------------------------------------------

CHANGED = "the file changed before the mark ({}); all of it was read"


def test_a_file_that_changed_before_the_mark_is_read_whole(tmp_path: Path) -> None:
    one = (HEAD + FIRST + SECOND).encode()
    two = one.replace("早上好".encode(), "晚上好".encode()) + SECOND.encode()
    old, new, told = _grow(tmp_path / "chat.md", one, two)
    assert old == ["早上好", "你也早"]
    assert new == ["晚上好", "你也早", "你也早"]
    assert told == [("changed-before-mark", CHANGED.format("its messages there are others"))]


@pytest.mark.parametrize("index", [0, 300, 590])
def test_whatever_message_changed(index: int, tmp_path: Path) -> None:
    chat = _chat(600)
    messages = list(chat)
    messages[index] = attrs.evolve(messages[index], text="另外的话")
    one, two = (wechatlog.dumps(c, "jsonl").encode() for c in (chat, attrs.evolve(chat, messages=messages)))
    _, new, told = _grow(tmp_path / "chat.jsonl", one, two)
    assert len(new) == (600 if index < 536 else 10)
    assert [code for code, _ in told] == ["changed-before-mark" if index < 536 else "changed-message"] or index > 536


def test_a_file_that_began_anew_is_read_whole(tmp_path: Path) -> None:
    old, new, told = _grow(tmp_path / "chat.md", (HEAD + FIRST + SECOND).encode(), (HEAD + SECOND).encode())
    assert (len(old), new) == (2, ["你也早"])
    assert told == [("changed-before-mark", CHANGED.format("its messages there are others"))]


def test_a_file_of_another_format_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    lines = wechatlog.dumps(_chat(3), "jsonl").encode()
    _, new, told = _grow(path, (HEAD + FIRST).encode(), lines)
    assert len(new) == 3
    assert told == [("changed-before-mark", CHANGED.format("it was markdown and is jsonl"))]


def test_what_changed_but_no_message_is_told(tmp_path: Path) -> None:
    one = (HEAD + FIRST).encode()
    two = one.replace(b'"2026-05-01"', b'"a title"') + SECOND.encode()
    old, new, told = _grow(tmp_path / "chat.md", one, two)
    assert (old, new) == (["早上好"], ["你也早"])
    assert told == [("changed-before-mark", "the file changed before the mark, but none of its messages there did")]


# --- forms that are read whole --------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".json", ".xlsx", ".jsonl.gz"])
def test_other_forms_are_read_whole_and_give_what_is_new(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"chat{suffix}"

    def write(count: int) -> None:
        if suffix == ".jsonl.gz":
            path.write_bytes(gzip.compress(wechatlog.dumps(_chat(count), "jsonl").encode()))
        else:
            wechatlog.dump(_chat(count), path)

    write(200)
    before = wechatlog.mark(path)
    write(203)
    stream = wechatlog.iter_messages(path, after=before)
    assert list(stream) == list(wechatlog.load(path)[200:])
    name = before.format
    sentence = f"{name} is not read from a mark on: all of it was read, and what was known left out"
    assert [(note.code, note.message) for note in stream.diagnostics] == [("read-whole", sentence)]
    assert stream.mark.offset == 0
    assert list(wechatlog.iter_messages(path, after=stream.mark)) == []


def test_several_chats_in_one_file_each_give_what_is_new(tmp_path: Path) -> None:
    path = tmp_path / "chats.json"
    one, two = _chat(30), attrs.evolve(_chat(80), title="另一群")
    wechatlog.dump([one[:20], two[:70]], path)
    reading = After(Source.of(path), Mark(), How())
    assert sum(len(messages) for _, messages in reading.batches) == 90
    wechatlog.dump([one, two], path)
    reading = After(Source.of(path), reading.mark, How())
    new = {draft.title: messages for draft, messages in reading.batches if messages}
    assert new == {"大群": list(one[20:]), "另一群": list(two[70:])}


# --- databases ------------------------------------------------------------------------------------


def test_a_database_gives_the_rows_behind_the_last(tmp_path: Path) -> None:
    path = tmp_path / "chats.sqlite"
    wechatlog.dump(_chat(500), path)
    whole = list(wechatlog.load(path))
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE later AS SELECT * FROM messages WHERE message > 400")
        database.execute("DELETE FROM messages WHERE message > 400")
    database.close()
    stream = wechatlog.iter_messages(path, after=Mark())
    old = list(stream)
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("INSERT INTO messages SELECT * FROM later")
    database.close()
    stream = wechatlog.iter_messages(path, after=stream.mark)
    assert [*old, *stream] == whole
    assert stream.diagnostics == ()
    assert stream.conversation.title == "大群"
    assert list(wechatlog.iter_messages(path, after=stream.mark)) == []


@pytest.mark.parametrize(
    ("statement", "count", "code"),
    [
        ("UPDATE messages SET text = '变' WHERE message = 499", 1, "changed-message"),
        ("DELETE FROM messages WHERE message = 3", 499, "changed-before-mark"),
        ("UPDATE messages SET text = '变'", 500, "changed-before-mark"),
    ],
)
def test_rows_that_changed(statement: str, count: int, code: str, tmp_path: Path) -> None:
    path = tmp_path / "chats.sqlite"
    wechatlog.dump(_chat(500), path)
    before = wechatlog.mark(path)
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute(statement)
    database.close()
    stream = wechatlog.iter_messages(path, after=before)
    assert len(list(stream)) == count
    (note,) = stream.diagnostics
    assert note.code == code
    if code == "changed-before-mark":
        assert note.message == CHANGED.format("rows there are gone or others")


DATABASES = [
    path
    for path in cases()
    if path.suffix == ".db" and path.parent.name.startswith("wechat-") and "error" not in expected_of(path)
]


@pytest.mark.parametrize("path", DATABASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_parts_of_a_client_s_database_are_the_whole(path: Path, tmp_path: Path) -> None:
    """Whatever row was the last one: the old messages of each chat and the new ones are those of the whole.

    Who the owner is may stand in a row that is not there yet, so it is said.
    """
    folder = shutil.copytree(path.parent, tmp_path / "whole")
    owner = next((chat.owner for chat in wechatlog.load_archive(path) if chat.owner), None)
    how = How(options={} if owner is None else {"owner": owner})

    def read(file: Path, before: Mark) -> tuple[dict[str, list[wechatlog.Message]], Mark]:
        reading = After(Source.of(file), before, how)
        found: dict[str, list[wechatlog.Message]] = collections.defaultdict(list)
        for draft, messages in reading.batches:
            found[draft.key] += messages
        return {key: messages for key, messages in found.items() if messages}, reading.mark

    whole, end = read(folder / path.name, Mark())
    assert end.rows
    for rows in end.rows:
        for last in range(1, rows.last):
            part = tmp_path / "whole" / f"part-{path.name}"
            shutil.copy(folder / path.name, part)
            with contextlib.closing(sqlite3.connect(part)) as database, database:
                database.execute(f'DELETE FROM "{rows.table}" WHERE rowid > ?', (last,))
            database.close()
            old, before = read(part, Mark())
            new, _ = read(folder / path.name, before)
            both = {key: [*old.get(key, []), *new.get(key, [])] for key in {*old, *new}}
            assert {key: collections.Counter(found) for key, found in both.items()} == {
                key: collections.Counter(found) for key, found in whole.items()
            }


# --- the value ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["wechat-v4-db/message_0.db", "wechat-v3-db/MSG0.db", "sqlite/two-chats.sqlite"])
def test_a_damaged_database_is_told_or_read(name: str, tmp_path: Path) -> None:
    source = CORPUS / name
    data, path = source.read_bytes(), tmp_path / source.name
    for cut in range(512, len(data), len(data) // 40):
        path.write_bytes(data[:cut])
        archive = wechatlog.load_archive([path], after={})
        first = list(archive)
        again = list(wechatlog.load_archive([path], after=archive.marks))
        assert len(again) <= len(first)  # and nothing but a WechatlogError, which is noted


def test_a_mark_is_a_value_in_a_small_file(tmp_path: Path) -> None:
    path = tmp_path / "chat.md"
    path.write_text(HEAD + FIRST, encoding="utf-8")
    found = wechatlog.mark(path)
    found.save(tmp_path / "chat.mark")
    assert Mark.load(tmp_path / "chat.mark") == found
    assert hash(found) == hash(Mark.load(tmp_path / "chat.mark"))
    assert Mark.load(tmp_path / "none.mark") == Mark()
    assert (found.format, found.size) == ("markdown", path.stat().st_size)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        found.size = 0  # type: ignore[misc]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "wechatlog-mark/1"}', "{"])
def test_what_is_no_mark_is_told(text: str, tmp_path: Path) -> None:
    path = tmp_path / "chat.mark"
    path.write_text(text)
    with pytest.raises(wechatlog.FormatError, match=r"chat\.mark: this is no mark \(wechatlog-mark/1\); remove it"):
        Mark.load(path)


@pytest.mark.parametrize(
    ("name", "value"),
    [("size", "many"), ("format", 3), ("known", [3]), ("place", {"stop": 1}), ("chats", [{}]), ("rows", 7), ("x", 1)],
)
def test_a_mark_that_somebody_edited_is_told(name: str, value: object) -> None:
    edited = {**Mark("jsonl", 7).to_json(), name: value}
    with pytest.raises(wechatlog.FormatError, match="this is no mark"):
        Mark.from_json(edited)


def test_the_mark_is_known_in_the_end(tmp_path: Path) -> None:
    path = tmp_path / "chat.md"
    path.write_text(HEAD + FIRST, encoding="utf-8")
    stream = wechatlog.iter_messages(path, after=Mark())
    with pytest.raises(ValueError, match="the mark is known when all messages were taken"):
        _ = stream.mark
    with pytest.raises(ValueError, match=r"this stream keeps no mark; open it with after="):
        _ = wechatlog.iter_messages(path).mark


def test_a_fingerprint_is_that_of_the_content() -> None:
    one, *_ = _chat(1)
    assert mark.fingerprint(one) == mark.fingerprint(attrs.evolve(one, origin=wechatlog.Origin("x", 3)))
    for change in ({"text": "x"}, {"sender": None}, {"is_self": True}, {"id": "7"}, {"reply_to": "7"}, {"time": None}):
        assert mark.fingerprint(one) != mark.fingerprint(attrs.evolve(one, **change))  # type: ignore[arg-type]


# --- many files -----------------------------------------------------------------------------------


def test_an_archive_gives_what_is_new_of_each_file(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        _write(tmp_path / f"{name}.jsonl", "jsonl", 3)
    (tmp_path / "no chat.txt").write_text("x", encoding="utf-8")
    archive = wechatlog.load_archive(tmp_path, after={})
    assert [len(chat) for chat in archive] == [3, 3, 3]
    marks = archive.marks
    assert set(marks) == {str((tmp_path / f"{name}.jsonl").resolve()) for name in "abc"}
    _write(tmp_path / "b.jsonl", "jsonl", 5)
    _write(tmp_path / "d.jsonl", "jsonl", 1)
    archive = wechatlog.load_archive(tmp_path, after=marks)
    assert [[message.text for message in chat] for chat in archive] == [
        [message.text for message in _chat(5)[3:]],
        [_chat(1)[0].text],
    ]
    assert archive.marks.keys() - marks.keys() == {str((tmp_path / "d.jsonl").resolve())}
    assert list(wechatlog.load_archive(tmp_path, after=archive.marks)) == []


def test_a_file_that_cannot_be_read_keeps_its_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    _write(path, "jsonl", 3)
    archive = wechatlog.load_archive(tmp_path, after={})
    assert len(list(archive)) == 1
    path.write_bytes(path.read_bytes().replace(b"wechatlog/1", b"wechatlog/9"))
    again = wechatlog.load_archive(tmp_path, after=archive.marks)
    assert list(again) == []
    assert [note.code for note in again.diagnostics] == ["unreadable-file"]
    assert again.marks == archive.marks


def test_files_in_a_zip_have_marks_of_their_own(tmp_path: Path) -> None:
    folder = tmp_path / "chats"
    folder.mkdir()
    for name in ("a", "b"):
        _write(folder / f"{name}.jsonl", "jsonl", 3)
    path = shutil.make_archive(str(tmp_path / "all"), "zip", folder)
    archive = wechatlog.load_archive(path, after={})
    assert [len(chat) for chat in archive] == [3, 3]
    _write(folder / "b.jsonl", "jsonl", 4)
    shutil.make_archive(str(tmp_path / "all"), "zip", folder)
    (new,) = wechatlog.load_archive(path, after=archive.marks)
    assert new.messages == _chat(4).messages[3:]


def test_what_is_new_is_not_read_by_processes_or_an_index(tmp_path: Path) -> None:
    for how in ({"workers": 2}, {"index": tmp_path / "i"}):
        with pytest.raises(wechatlog.OptionError, match="after: workers and index go with reading everything"):
            wechatlog.load_archive("examples/", after={}, **how)  # type: ignore[arg-type]
