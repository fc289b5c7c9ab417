"""Options with a value that means nothing: a clear error, raised on purpose, whatever the value; never one from inside."""

from __future__ import annotations

import contextlib
import inspect
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import wechatlog
from wechatlog import OptionError, UnknownFormatError
from wechatlog.writers import pdf

FILE = Path(__file__).parents[1] / "examples" / "2026-05-01-chat.markdown"
CHAT = wechatlog.load(FILE)
HOME = str(Path(wechatlog.__file__).parent)

VALUES: list[Any] = [
    None, -1, 0, True, 1.5, float("nan"), 10**30, "", "nonsense", "\ud800", "nul\0", "../x", "2026-13-99", "day\n", b"x", bytearray(b"x"),
    [], ["a"], [1], {}, {"a": 1}, object(), len,
]  # fmt: skip

READING: dict[str, Callable[..., Any]] = {
    "load": wechatlog.load,
    "loads": lambda _, **how: wechatlog.loads(FILE.read_text("utf-8"), **how),
    "iter_messages": lambda path, **how: list(wechatlog.iter_messages(path, **how)),
    "load_archive": lambda path, **how: list(wechatlog.load_archive(path, **how)),
    "scan": lambda path, **how: list(wechatlog.scan(path, **how)),
    "split": lambda path, **how: list(wechatlog.split(path, **how)),
    "mark": wechatlog.mark,
    "detect": wechatlog.detect,
}
WRITING: dict[str, Callable[..., Any]] = {
    "dump": lambda chat, **how: wechatlog.dump(chat, **{"target": "chat.jsonl", **how}),
    "dumps": lambda chat, **how: wechatlog.dumps(chat, **{"format": "jsonl", **how}),
    "dump_archive": lambda chats, **how: wechatlog.dump_archive(chats, **{"folder": "out", **how}),
}


def options_of(name: str) -> list[str]:
    kinds = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [
        option.name
        for option in inspect.signature(getattr(wechatlog, name)).parameters.values()
        if option.kind in kinds
    ][1:]


def is_meant(call: Callable[[], Any]) -> str | None:
    """What is wrong with the error of a call: nothing where there is none, or where we raised it ourselves."""
    try:
        call()
    except Exception as error:  # noqa: BLE001 - this is what is looked for
        last = traceback.extract_tb(error.__traceback__)[-1]
        if isinstance(error, OSError) and error.filename is not None:
            return None  # of the system, about a path
        ours = isinstance(error, wechatlog.WechatlogError) or (
            last.filename.startswith(HOME) and "raise " in (last.line or "")
        )
        return None if ours and "cannot be read as" not in str(error) else f"{error!r} in {last.filename}:{last.lineno}"
    return None


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(pdf, "_to_pdf", str.encode)  # options are looked at before a page is set


@pytest.mark.parametrize(("verb", "option"), [(verb, name) for verb in READING for name in options_of(verb)])
def test_no_value_of_an_option_of_reading_gives_an_error_from_inside(verb: str, option: str) -> None:
    for value in VALUES:
        if (verb, option) == ("load_archive", "workers") and value == 1:
            continue
        assert is_meant(lambda value=value: READING[verb](FILE, **{option: value})) is None, repr(value)


@pytest.mark.parametrize("verb", READING)
def test_no_input_gives_an_error_from_inside(verb: str) -> None:
    for value in [each for each in VALUES if each != "../x"]:
        assert is_meant(lambda value=value: READING[verb](value)) is None, repr(value)


@pytest.mark.parametrize(("verb", "option"), [(verb, name) for verb in WRITING for name in options_of(verb)])
def test_no_value_of_an_option_of_writing_gives_an_error_from_inside(verb: str, option: str) -> None:
    for value in VALUES:
        assert is_meant(lambda value=value: WRITING[verb](CHAT, **{option: value})) is None, repr(value)


@pytest.mark.parametrize("verb", WRITING)
def test_what_is_no_conversation_is_refused(verb: str) -> None:
    for value in VALUES:
        assert is_meant(lambda value=value: WRITING[verb](value)) is None, repr(value)


WRITERS = [(info.name, option) for info in wechatlog.formats() if info.role == "writer" for option, _ in info.options]


@pytest.mark.parametrize(("name", "option"), WRITERS)
def test_no_value_of_an_option_of_a_writer_gives_an_error_from_inside(name: str, option: str) -> None:
    for value in VALUES:
        with contextlib.suppress(wechatlog.MissingExtraError):
            if value is not len:  # a function that counts tokens may raise what it likes
                assert is_meant(lambda value=value: wechatlog.dump(CHAT, "out", name, **{option: value})) is None, repr(
                    value
                )


@pytest.mark.parametrize("verb", ["tokenize", "parse_segments"])
def test_what_is_no_text_is_refused(verb: str) -> None:
    for value in [each for each in VALUES if not isinstance(each, str)]:
        with pytest.raises(TypeError, match=r"(text|body) must be a str, not"):
            getattr(wechatlog, verb)(value)
    with pytest.raises(TypeError, match="grammar must be a Grammar, not str"):
        wechatlog.tokenize("", "markdown")  # type: ignore[arg-type]


SAID: list[tuple[str, str, Any, type[Exception], str]] = [
    ("load", "encoding", "utf9", OptionError, "no encoding of text is called 'utf9'; did you mean utf-8"),
    ("load", "encoding", "gbk2312", OptionError, "did you mean gb2312"),
    ("load", "encoding", "hex", OptionError, "no encoding of text is called 'hex'; use a name"),
    ("load", "encoding", "☃", OptionError, "use a name such as utf-8, gb18030 or big5"),
    ("load_archive", "encoding", 5, OptionError, "no encoding of text is called 5"),
    ("detect", "encoding", "utf9", OptionError, "did you mean utf-8"),
    ("load", "format", 5, TypeError, "5 is no reader: it lacks name"),
    ("load", "format", "markdwn", UnknownFormatError, "did you mean markdown"),
    ("load", "tz", "Asia/Shangai", ValueError, "Asia/Shanghai"),
    ("load", "tz", ["UTC"], TypeError, "tz must be a zone name or a tzinfo, not list"),
    ("load", "errors", "ignore", ValueError, 'errors must be "collect" or "strict"'),
    ("load", "size_limit", "1GB", OptionError, "size_limit: expected a number of bytes, not '1GB'"),
    ("load_archive", "size_limit", -1, OptionError, "size_limit: expected a number of bytes, not -1"),
    ("load", "after", "2026-05-01", OptionError, "after: expected a Mark, not '2026-05-01'"),
    ("load_archive", "after", ["x"], OptionError, "after: expected a mapping of paths to marks"),
    ("load_archive", "index", 5, OptionError, "index: expected the path of a file, not 5"),
    ("load_archive", "workers", 10**9, OptionError, "workers: expected a number of processes from 1 to 1000"),
    ("scan", "sender", 5, OptionError, "sender: expected a text or several, not 5"),
    ("scan", "columns", 5, OptionError, "columns: expected a text or several, not 5"),
    ("scan", "batch_size", None, OptionError, "batch_size: expected a whole number from 1 on, not None"),
    ("dump", "format", 5, TypeError, "expected the name of a writer, not 5"),
    ("dump", "target", 5, TypeError, "expected a path or an open file to write to, not int"),
    ("dump_archive", "split", [1], ValueError, "is no way to split"),
]  # fmt: skip


@pytest.mark.parametrize(("verb", "option", "value", "error", "words"), SAID)
def test_the_error_says_what_was_meant(verb: str, option: str, value: Any, error: type[Exception], words: str) -> None:
    call = READING.get(verb) or WRITING[verb]
    with pytest.raises(error, match=words):
        call(FILE if verb in READING else CHAT, **{option: value})


def test_what_no_file_can_be_called_is_not_found() -> None:
    for name in ("nul\0", "\ud800"):
        with pytest.raises(FileNotFoundError, match="no file can have this name"):
            wechatlog.load(name)
    with pytest.raises(TypeError, match="expected paths, not int among them"):
        wechatlog.load_archive(["a", 1])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="expected a path, paths, bytes or a file object, not int"):
        wechatlog.load_archive(5)  # type: ignore[arg-type]
    for verb in (wechatlog.dumps, wechatlog.dump_archive):
        with pytest.raises(TypeError, match=r"expected (a conversation or messages|conversations), not int"):
            verb(5, "jsonl")  # type: ignore[operator]


def test_options_of_a_page_and_of_keys() -> None:
    with pytest.raises(OptionError, match="page_folder: expected the path of a folder, not 5"):
        wechatlog.dumps(CHAT, "html", page_folder=5)
    for option in ("aes_key", "xor_key"):
        with pytest.raises(OptionError, match=f"{option}: expected"):
            wechatlog.dumps(CHAT, "html", **{option: [1]})
