"""A file in parts has the rows of the whole file, wherever it is cut: the law on which the engines stand."""

from __future__ import annotations

import itertools
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from tests.samples import CORPUS, corpus_files
from tests.shapes import telling
from tests.strategies import conversations, texts
from tests.test_corpus import cases, expected_of

pa = pytest.importorskip("pyarrow")

if TYPE_CHECKING:
    from collections.abc import Iterable

FORMATS = {"markdown": ".markdown", "jsonl": ".jsonl", "chatlab-jsonl": ".jsonl"}
NOISE = [
    "---\n", "---\ntitle: 二\ndate: 2026-05-02\n---\n", "## 2026-05-03\n", "> 04:59:59  王五  \n", "> 2026-05-01 25:00:00  王五  \n",
    "> 2026-10-25 02:30:00  李四  \n   \n早  \n   \n", "\n", "\r\n", "{}\n", "[]\n", "null\n", "{\n", "#\n", "\ufeff\n", "x\ry\n",
    '{"_type": "message", "sender": "a", "timestamp": 1777777777, "type": 0, "content": "@王五"}\n',
    '{"_type": "member", "platformId": "a", "accountName": "阿"}\n', '{"_type": "header", "meta": {}}\n',
    '{"_type": "header", "chatlab": {}, "meta": {"name": "丙"}}\n', '{"type": "conversation", "schema": "wechatlog/1", "title": "丁"}\n',
    '{"type": "other"}\n', '{"time": "2026-05-01T09:00:00+08:00", "text": "@李四 早"}\n', '{"time": "2026-05-01T09:00:00", "text": "早"}\n',
]  # fmt: skip


def rows(parts: Iterable[Any], **how: Any) -> list[dict[str, Any]] | str:
    """The rows of parts, times as points in time; or the error that there is instead."""
    found = []
    try:
        for part in parts:
            for batch in wechatlog.scan(part, **how):
                found += batch.to_pylist()
    except wechatlog.WechatlogError as error:
        return type(error).__name__
    return found


def check(path: Path, sizes: Iterable[int], **how: Any) -> int:
    """Compare the parts of a file with the whole; says into how many it could be cut."""
    whole, most = rows([path], **how), 0
    for size in sizes:
        found = wechatlog.split(path, size=size, format=how.get("format"))
        of_parts = rows(pickle.loads(pickle.dumps(found)), **how)
        if not isinstance(whole, str):  # such as that chats with and without a zone are no one table
            assert of_parts == whole
        most = max(most, len(found))
    return most


@pytest.mark.parametrize("name", FORMATS)
@given(
    chats=st.lists(conversations(), min_size=1, max_size=3),
    noise=st.lists(st.tuples(st.integers(0, 40), st.sampled_from(NOISE) | texts), max_size=6),
    size=st.integers(1, 400),
    tz=st.none() | st.sampled_from(["Asia/Shanghai", "Europe/Berlin"]),
)
def test_any_cut_gives_the_same_rows(
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    chats: list[Any],
    noise: list[tuple[int, str]],
    size: int,
    tz: str | None,
) -> None:
    lines = []
    for chat in chats:
        lines += [f"{line}\n" for line in wechatlog.dumps(chat, name).split("\n")[:-1]]
    for place, text in noise:
        lines.insert(place % (len(lines) + 1), text)
    path = tmp_path_factory.mktemp("parts") / f"a{FORMATS[name]}"
    path.write_bytes("".join(lines).encode("utf-8", "surrogatepass"))
    check(path, [size], format=name, tz=tz)


def days(count: int) -> str:
    """A Markdown archive: people are mentioned by names that stand elsewhere in the file."""
    messages = (
        f"> 2026-05-01 {n // 13 % 24:02}:{n % 13:02}:00  李 四{n % 7}  \n   \n@李 四{n * 3 % 7} 早上好 {n}  \n   \n"
        for n in range(count)
    )
    return "---\ntitle: 群\n---\n" + "".join(messages)


@pytest.mark.parametrize("name", FORMATS)
def test_files_are_cut(tmp_path: Path, name: str) -> None:
    chat = wechatlog.loads(days(300))
    path = tmp_path / f"a{FORMATS[name]}"
    wechatlog.dump([chat, chat[::2]], path, format=name) if name != "chatlab-jsonl" else wechatlog.dump(
        chat, path, format=name
    )
    assert check(path, [2000, 5000], tz="Asia/Shanghai") > 5
    whole = rows([path])
    assert isinstance(whole, list)
    assert {name for row in whole for name in row["mentions"]} == {f"李 四{n}" for n in range(7)}


def test_documents_in_one_file(tmp_path: Path) -> None:
    documents = [f"---\ndate: 2026-05-0{n}\ntitle: 第{n}天\n---\n" for n in (1, 2, 3, 4)]
    message = "> {:02}:00:00  李四  \n   \n早  \n   \n"
    path = tmp_path / "all.markdown"
    path.write_text(
        documents[0]
        + documents[1]
        + "".join(map(message.format, range(24)))
        + documents[2]
        + "".join(map(message.format, range(24)))
        + documents[3],
        encoding="utf-8",
    )
    assert check(path, [100, 300, 700]) > 8


def test_no_cut_where_an_hour_comes_twice(tmp_path: Path) -> None:
    clocks = ["02:30:00", "02:50:00", "02:10:00", "02:40:00", "03:10:00", "04:00:00", "05:00:00"]
    path = tmp_path / "a.markdown"
    path.write_text("".join(f"> 2026-10-25 {clock}  李四  \n   \n早  \n   \n" for clock in clocks), encoding="utf-8")
    assert check(path, [1], tz="Europe/Berlin") == 3


@pytest.mark.parametrize(
    "data",
    [
        days(60).encode("gb18030"),
        days(60).encode("utf-16"),
        days(60).encode() + b"> 2026-05-01 23:00:00  a  \n   \n" + b"\xff  \n",
        days(60).encode().replace("早".encode(), b"\0"),
        days(60).replace("\n", "\r").encode(),
    ],
    ids=["gb18030", "utf-16", "broken", "zero", "cr"],
)
def test_what_is_not_whole_is_not_cut(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.markdown"
    path.write_bytes(data)
    assert check(path, [100]) == 1


def test_a_named_encoding_can_be_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.markdown"
    path.write_bytes(days(120).encode("gb18030"))
    parts = wechatlog.split(path, size=1000, encoding="gb18030")
    assert len(parts) > 2
    assert rows(parts) == rows([path])


def test_packed_files_and_zips_are_one_part(tmp_path: Path) -> None:
    import gzip
    import zipfile

    (tmp_path / "a.markdown.gz").write_bytes(gzip.compress(days(300).encode(), 0))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("a.markdown", days(300))
    assert len(wechatlog.split(tmp_path, size=1000)) == 2


def test_pages_stay_together(tmp_path: Path) -> None:
    for name, text in [("群_0_60.markdown", days(60)), ("群_60_120.markdown", days(120)), ("b.markdown", days(60))]:
        (tmp_path / name).write_text(text.replace("title: 群\n", ""), encoding="utf-8")
    parts = wechatlog.split(tmp_path, size=100)
    assert [len(part.paths) for part in parts if part.stretch is None] == [2]
    assert rows(parts) == rows([tmp_path])


def test_the_corpus_in_parts(tmp_path: Path) -> None:
    """A folder of every format, and of all that any case shows: chats keep their names, and every file is there."""
    readable = [case for case in cases() if "error" not in expected_of(case)]
    wanted = {*telling(readable), *{case.parent: case for case in reversed(readable)}.values()}
    for path in wanted | set(corpus_files()) - set(readable):
        copy = tmp_path / path.relative_to(CORPUS)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    parts = wechatlog.split(tmp_path, size=300)
    assert len({part.paths for part in parts}) > 100
    assert any(part.stretch for part in parts)
    of_parts, of_all = rows(parts, tz="Asia/Shanghai"), rows([tmp_path], tz="Asia/Shanghai")
    assert isinstance(of_parts, list)
    assert isinstance(of_all, list)
    for one, two in itertools.zip_longest(of_parts, of_all):
        assert one == two


def test_a_part_tells_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.markdown"
    path.write_text(days(60), encoding="utf-8")
    first, second, *_ = wechatlog.split(path, size=1000)
    assert str(second) == f"{path}, from byte {second.stretch.start} on"  # type: ignore[union-attr]
    assert str(wechatlog.split(path)[0]) == str(path)
    assert first.alone
    assert wechatlog.split([path])[0].alone is False


def test_what_was_appended_after_the_split_is_no_part(tmp_path: Path) -> None:
    path = tmp_path / "a.markdown"
    path.write_text(days(300), encoding="utf-8")
    parts, whole = wechatlog.split(path, size=1000), rows([path])
    with path.open("a", encoding="utf-8", newline="") as stream:
        stream.write("> 09:00:00  王五  \n   \n晚了  \n   \n")
    assert rows(parts) == whole
    assert len(rows([path])) == len(whole) + 1


@pytest.mark.parametrize("how", ["shorter", "longer", "as long"])
def test_a_part_of_a_file_that_was_rewritten_is_told(how: str, tmp_path: Path) -> None:
    path = tmp_path / "a.markdown"
    path.write_text(days(300), encoding="utf-8")
    parts, before = wechatlog.split(path, size=9000), path.read_bytes()
    place = parts[1].stretch.start + 9  # type: ignore[union-attr]
    more = "> 09:00:00  王五  \n   \n早  \n   \n".encode()
    after = {"shorter": b"", "longer": more + before[place:], "as long": more + before[place + len(more) :]}[how]
    path.write_bytes(before[:place] + after)
    assert isinstance(rows(parts[:1]), list)
    told = parts[1:2] if how == "as long" else parts[1:]
    for part in (*told, attrs.evolve(told[0], alone=False)):  # one of many files too: no rows are lost in silence
        with pytest.raises(
            wechatlog.FormatError, match=r"^a\.markdown: the file changed after it was split; split it again"
        ):
            list(wechatlog.scan(part))


@pytest.mark.parametrize("size", [0, -1, 1.5, "64", None])
def test_what_is_no_size_of_a_part_is_told(size: Any, tmp_path: Path) -> None:
    with pytest.raises(wechatlog.OptionError, match=r"size: expected a number of bytes, 1 or more, not "):
        wechatlog.split(tmp_path, size=size)


def test_parts_are_of_paths() -> None:
    with pytest.raises(TypeError, match="expected paths, since parts are read elsewhere, not bytes or an open file"):
        wechatlog.split(b"abc")  # type: ignore[arg-type]


def test_a_part_is_read_by_scan_alone() -> None:
    (part,) = wechatlog.split("examples/reading-club.jsonl")
    for read in (wechatlog.load_archive, wechatlog.split):
        with pytest.raises(TypeError, match="expected a path, paths, bytes or a file object, not Part"):
            read(part)  # type: ignore[arg-type]
