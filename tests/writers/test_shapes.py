"""How writers are called: the one shape, the former ones that plug-ins may have, and forms that are a folder."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

import wechatlog
from tests.cli.conftest import Run, run  # noqa: F401
from wechatlog import registry
from wechatlog.outputs.folder import dump_archive
from wechatlog.testing import check_writer
from wechatlog.writers.base import Items, NewFile


def chat(title: str, *texts: str) -> wechatlog.Conversation:
    return wechatlog.Conversation([wechatlog.Message(text=text, sender="李四") for text in texts], title=title)


class _Shape:
    name = "shape"
    description = "made for a test"
    suffixes: ClassVar[tuple[str, ...]] = (".shape",)
    options: ClassVar[dict[str, str]] = {"mark": "in front of a title"}
    losses: ClassVar[dict[str, str]] = {"everything": "made for a test"}
    several = True
    streaming = True
    binary = False


class Present(_Shape):
    def write(self, items: Items, options: Any) -> Iterator[str]:
        for conversation, messages in items:
            yield f"{options.get('mark', '#')}{conversation.title}:"
            yield from (message.text for message in messages)


class Former(_Shape):
    def write(self, conversation: wechatlog.Conversation, messages: Iterable[wechatlog.Message], options: Any) -> Any:
        return Present().write([(conversation, messages)], options)


class FormerJoint(Former):
    def write_all(self, items: Items, options: Any) -> Iterator[str]:
        yield "<"
        yield from Present().write(items, options)
        yield ">"


class Folder(_Shape):
    folder = True
    suffixes = ()

    def write(self, items: Items, options: Any) -> Iterator[str | bytes | NewFile]:
        yield NewFile("index.txt")
        yield "all\ud800\n"
        for conversation, messages in items:
            yield NewFile(f"notes/{conversation.title}.txt")
            for message in messages:
                yield message.text
                yield b"\n"
                if message.text == "broken":
                    raise OSError(28, "No space left on device")


@pytest.fixture
def use() -> Iterator[Any]:
    yield wechatlog.register_writer
    registry._writers.unregister("shape")


@pytest.mark.parametrize(
    ("writer", "one", "two"), [(Present(), "{}", "{}{}"), (Former(), "{}", "{}{}"), (FormerJoint(), "<{}>", "<{}{}>")]
)
def test_every_shape_writes_one_several_and_a_stream(use: Any, writer: Any, one: str, two: str, tmp_path: Path) -> None:
    use(writer)
    check_writer(writer)
    assert wechatlog.dumps(chat("a", "x", "y"), "shape") == one.format("#a:xy")
    assert wechatlog.dumps([chat("a", "x"), chat("b", "y")], "shape", mark="!") == two.format("!a:x", "!b:y")
    assert wechatlog.dumps(iter(chat("a", "x").messages), "shape") == one.format("#None:x")
    written = dump_archive([chat("a", "x"), chat("b", "y")], tmp_path, "shape")
    assert [file.path.read_text("utf-8") for file in written] == [one.format("#a:x"), one.format("#b:y")]


@pytest.mark.parametrize("writer", [Present(), Former()])
def test_one_that_holds_one_conversation_is_given_one(
    use: Any, writer: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(type(writer), "several", False, raising=False)
    use(writer)
    assert wechatlog.dumps([chat("a", "x")], "shape") == "#a:x"
    out = io.StringIO()
    with pytest.raises(wechatlog.WriteError, match="holds one conversation; write several into a folder"):
        wechatlog.dump((chat(title, "x") for title in "ab"), out, "shape")
    assert out.getvalue() == ""
    with pytest.raises(TypeError, match="expected conversations, not int"):
        wechatlog.dumps([1, 2], "shape")  # type: ignore[list-item]


# --- folders --------------------------------------------------------------------------------------


def tree(folder: Path) -> dict[str, str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in found}


def test_a_form_that_is_a_folder(use: Any, tmp_path: Path) -> None:
    use(Folder())
    check_writer(Folder())
    folder = tmp_path / "new" / "out"
    wechatlog.dump([chat("a", "x", "y"), chat("b")], folder, "shape")
    assert tree(folder) == {"index.txt": "all�\n", "notes/a.txt": "x\ny\n", "notes/b.txt": ""}
    (folder / "mine.txt").write_text("mine")
    wechatlog.dump(chat("a", "z"), folder, "shape")
    assert tree(folder) == {"index.txt": "all�\n", "notes/a.txt": "z\n", "notes/b.txt": "", "mine.txt": "mine"}


def test_an_interrupted_one_leaves_all_old_files(use: Any, tmp_path: Path) -> None:
    use(Folder())
    wechatlog.dump(chat("a", "old"), tmp_path, "shape")
    with pytest.raises(OSError, match="No space left"):
        wechatlog.dump([chat("a", "new"), chat("b", "broken")], tmp_path, "shape")
    assert tree(tmp_path) == {"index.txt": "all�\n", "notes/a.txt": "old\n"}


@pytest.mark.parametrize("path", ["../a", "a/../../b", "/a", "", "a//b", "./a", "a\\b", "c:a", "a\0"])
def test_no_file_leaves_the_folder(use: Any, tmp_path: Path, path: str) -> None:
    class Leaving(Folder):
        def write(self, items: Items, options: Any) -> Iterator[str | bytes | NewFile]:
            yield NewFile(path)
            yield "x"

    use(Leaving())
    with pytest.raises(wechatlog.WriteError, match="is no file in the folder"):
        wechatlog.dump(chat("a"), tmp_path / "out" / "deep", "shape")
    assert tree(tmp_path) == {}


@pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")
def test_not_through_a_link_either(use: Any, tmp_path: Path) -> None:
    use(Folder())
    (tmp_path / "else").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes").symlink_to(tmp_path / "else")
    with pytest.raises(wechatlog.WriteError, match="is no file in the folder"):
        wechatlog.dump(chat("a", "x"), tmp_path / "out", "shape")
    assert tree(tmp_path) == {}


def test_text_before_the_first_file(use: Any, tmp_path: Path) -> None:
    class Headless(Folder):
        def write(self, items: Items, options: Any) -> Iterator[str | bytes | NewFile]:
            yield "x"

    use(Headless())
    with pytest.raises(wechatlog.WriteError, match="text before the first file"):
        wechatlog.dump(chat("a"), tmp_path, "shape")


def test_a_folder_is_no_text_and_no_stream(use: Any) -> None:
    use(Folder())
    with pytest.raises(wechatlog.WriteError, match="a folder of files; dump it into a folder"):
        wechatlog.dumps(chat("a"), "shape")
    with pytest.raises(wechatlog.WriteError, match="a folder of files; give the path of a folder"):
        wechatlog.dump(chat("a"), io.BytesIO(), "shape")


def test_an_archive_gets_a_folder_for_each_chat(use: Any, tmp_path: Path) -> None:
    use(Folder())
    written = dump_archive([chat("a", "x"), chat("b.1", "yy", "z")], tmp_path, "shape")
    assert [(file.path.name, file.messages, file.size) for file in written] == [("a", 1, 9), ("b.1", 2, 12)]
    assert tree(tmp_path)["b.1/notes/b.1.txt"] == "yy\nz\n"
    (part, _) = dump_archive(chat("c", "x", "y"), tmp_path, "shape", split=1)
    assert part.path.name == "c-part-001"
    with pytest.raises(wechatlog.WriteError, match="not split by size"):
        dump_archive(chat("c", "x", "y"), tmp_path, "shape", split="1MB")


def test_the_command_line_writes_all_chats_into_one(use: Any, run: Run, tmp_path: Path) -> None:  # noqa: F811
    use(Folder())
    wechatlog.dump([chat("a", "x"), chat("b", "y")], tmp_path / "in.jsonl")
    for out in ("vault", "vault2/"):
        result = run("convert", "in.jsonl", "-o", out, "--to", "shape")
        assert (result.exit_code, result.stderr) == (0, f"wechatlog: {out}: 2 conversations, 2 messages\n")
        assert sorted(tree(tmp_path / out)) == ["index.txt", "notes/a.txt", "notes/b.txt"]
    result = run("convert", "in.jsonl", "-o", "each/", "--to", "shape", "--split", "year")
    assert result.exit_code == 0
    assert len(tree(tmp_path / "each")) == 4
    result = run("convert", "in.jsonl", "-o", ".", "--to", "shape")
    assert (result.exit_code, result.stderr.split(";")[0]) == (
        1,
        "wechatlog: .: holds an input, which shape might overwrite",
    )
    result = run("convert", "in.jsonl", "--to", "shape")
    assert result.exit_code == 2
    assert "shape is a folder of files; give one with -o" in result.stderr
