"""The progress bar: only on a terminal, only after a while, gone when something is printed."""

from __future__ import annotations

import gzip
import io
import os
import re
import sys
import time
import zipfile
from pathlib import Path

import pytest

import wechatlog
from wechatlog.cli import progress as module
from wechatlog.cli.progress import Tick, progress
from wechatlog.inputs.archive import Archive
from wechatlog.source import Source

from .conftest import PATIENCE, OnTerminal

SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")

NEVER = 100_000.0
"""Seconds of delay that no test lasts."""

posix = pytest.mark.skipif(os.name == "nt", reason="terminals of POSIX")


class Screen(io.StringIO):
    """An error stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def open_screen(monkeypatch: pytest.MonkeyPatch, delay: float = 0.0) -> Screen:
    """Not a fixture: pytest takes the error stream back before a test begins."""
    found = Screen()
    monkeypatch.setattr(module, "_DELAY", delay)
    monkeypatch.setattr(sys, "stderr", found)
    monkeypatch.setattr(module, "_PERIOD", 0.005)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    return found


@pytest.fixture
def source(tmp_path: Path) -> Source:
    path = tmp_path / "chat.jsonl"
    wechatlog.dump(wechatlog.Conversation([wechatlog.Message(text="早上好" * 50)] * 2000), path)
    return Source.of(path)


def wait_for(screen: Screen, pattern: str, start: int = 0) -> str:
    """The place where a pattern shows up on the screen, colours and all other sequences left out."""
    deadline = time.monotonic() + PATIENCE
    while True:
        shown = SEQUENCE.sub("", screen.getvalue()[start:])
        found = re.search(pattern, shown)
        if found or time.monotonic() > deadline:
            assert found, shown[-200:]
            return found[0]
        time.sleep(0.005)


def test_nothing_without_a_terminal_or_when_quiet(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = open_screen(monkeypatch)
    with progress([source], quiet=True) as tick:
        assert type(tick) is Tick
        tick(1)
        tick.clear()
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress([source]) as tick:
        assert type(tick) is Tick
    assert screen.getvalue() == ""


def test_nothing_in_the_first_second(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    assert module._DELAY == 1.0
    screen = open_screen(monkeypatch, delay=NEVER)
    with progress([source]) as tick:
        tick(1)
        time.sleep(0.05)
    assert screen.getvalue() == ""


def test_share_rate_and_time_left(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = open_screen(monkeypatch)
    with progress([source]) as tick:
        assert "%" not in wait_for(screen, "gone")
        with source.open() as stream:
            assert source.size is not None
            stream.read(source.size // 4)
            tick(500)
            wait_for(screen, r" (2[456])% · 500 messages, [0-9,]+/s · [0-9:]+ gone · [0-9:]+ left")
            tick(1)
            wait_for(screen, "501 messages")
        # All bytes are read, and something is left to do.
        wait_for(screen, r"━ 501 messages, [0-9,]+/s · [0-9:]+ gone", start=len(screen.getvalue()))
    assert screen.getvalue().endswith("\x1b[2K")


def test_the_bar_is_taken_away_for_what_is_printed(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = open_screen(monkeypatch)
    with progress([source]) as tick:
        wait_for(screen, "gone")
        monkeypatch.setattr(module, "_DELAY", NEVER)
        tick.clear()
        assert screen.getvalue().endswith("\x1b[2K")
        monkeypatch.setattr(module, "_DELAY", 0.0)
        wait_for(screen, "gone", start=len(screen.getvalue()))


def test_a_terminal_that_goes_away_is_no_error(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = open_screen(monkeypatch)

    def fail(*_: object) -> int:
        raise OSError(5, "Input/output error")

    with progress([source]):
        wait_for(screen, "gone")
        monkeypatch.setattr(screen, "write", fail)
        time.sleep(0.05)
        monkeypatch.undo()


@pytest.mark.parametrize(
    ("seconds", "share", "messages", "told"),
    [
        (2.0, None, 0, "0:02 gone"),
        (2.0, None, 1, "1 message, 0/s · 0:02 gone"),
        (60.0, 0.25, 120_000, " 25% · 120,000 messages, 2,000/s · 1:00 gone · 3:00 left"),
        (3600.0, 0.5, 0, " 50% · 1:00:00 gone · 1:00:00 left"),
    ],
)
def test_words(seconds: float, share: float | None, messages: int, told: str) -> None:
    assert module._tell(seconds, share, messages) == told


# --- how far a source is -------------------------------------------------------------------------


def test_position_of_a_file(source: Source) -> None:
    assert source.position is None
    source.head()
    assert source.position is None
    with source.open() as stream:
        assert source.position == 0
        stream.read(100)
        assert source.position == 100
    assert source.position == source.size


def test_position_of_a_packed_file_is_that_of_the_packed_bytes(source: Source, tmp_path: Path) -> None:
    path = tmp_path / "chat.jsonl.gz"
    path.write_bytes(gzip.compress(source.read_bytes()))
    packed = Source.of(path)
    with packed.open() as stream:
        stream.read()
        assert packed.position == packed.size == path.stat().st_size


def test_position_of_a_zip_moves_with_its_files(source: Source, tmp_path: Path) -> None:
    path = tmp_path / "chats.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("a.jsonl", "b.jsonl"):
            archive.writestr(name, source.read_bytes())
    whole = Source.of(path)
    positions = [whole.position for _ in Archive([whole])]
    assert whole.size is not None
    assert len(positions) == 2
    assert positions[0] is not None
    assert 0.3 < positions[0] / whole.size < 0.7


def test_size_and_position_of_what_is_no_file() -> None:
    data = Source.of(b"{}")
    assert (data.size, data.position) == (None, None)
    with data.open():
        assert data.position == 0
    assert data.position is None


def test_a_source_stays_what_it_is(source: Source) -> None:
    assert Source.of(source) is source
    assert len(wechatlog.load(source)) == 2000
    assert sum(1 for _ in wechatlog.iter_messages(source)) == 2000
    assert [len(conversation) for conversation in wechatlog.load_archive(source)] == [2000]


# --- the program -----------------------------------------------------------------------------------

AT_ONCE = f"""
import sys, threading
from wechatlog.cli import main, progress
from wechatlog.writers.jsonl import JsonlWriter
progress._DELAY, progress._PERIOD = 0.0, 0.01
has_bar, drawn = "-o" in sys.argv and "--quiet" not in sys.argv, threading.Event()
draw, write = progress._Bar._draw, JsonlWriter.write
def drawing(bar):
    messages = bar._messages
    draw(bar)
    if messages == 1000:
        drawn.set()
def waiting(*arguments):
    for number, piece in enumerate(write(*arguments)):
        assert number != 1050 or not has_bar or drawn.wait({PATIENCE})
        yield piece
progress._Bar._draw, JsonlWriter.write = drawing, waiting
sys.exit(main(sys.argv[1:]))
"""


@posix
def test_the_bar_of_a_conversion(source: Source, tmp_path: Path, on_terminal: OnTerminal) -> None:
    start = ("-c", AT_ONCE)
    shown = on_terminal("convert", "chat.jsonl", "-o", "out.jsonl", "--stream", start=start)
    assert " 1,000 messages, " in shown  # the share is not known where all was read at once, and the rate may not fit
    assert shown.endswith("\x1b[2Kwechatlog: out.jsonl: 1 conversation, 2,000 messages\r\n")
    shown = on_terminal("convert", "chat.jsonl", "-o", "out.jsonl", "--stream", "--quiet", start=start)
    assert shown == ""
    shown = on_terminal("convert", "chat.jsonl", "--to", "jsonl", "--stream", start=start)
    assert "gone" not in shown  # the chat itself goes to the terminal
    shown = on_terminal("search", "好早", "chat.jsonl", "--limit", "3", start=start)
    assert len(re.findall(r"[0-9]: ", SEQUENCE.sub("", shown))) == 3
