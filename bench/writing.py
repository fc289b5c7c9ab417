"""Measure writing and data frames against the floor of each form: `python bench/writing.py [--messages N] [--only …]`.

The floor of a form is the shortest loop that puts six fields of the same messages into it with the library that
everybody would use, with nothing checked or parsed; the library writes all fields and, where the form has them, the
pieces of every body. The conversation is loaded before the time is taken. Each case runs in a process of its own.
Ratios are of CPU time.

`--stream` measures memory instead: the peak of a process that converts the same file with `iter_messages`.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import html
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthetic import make

if TYPE_CHECKING:
    from collections.abc import Callable

    from wechatlog import Conversation

FIELDS = ("time", "sender", "sender_id", "kind", "text", "id")


def rows(conversation: Conversation) -> list[tuple[Any, ...]]:
    """Six fields of each message, as plain values."""
    return [(m.time, m.sender, m.sender_id, m.kind.value, m.text, m.id) for m in conversation]


def floor_csv(conversation: Conversation, path: Path) -> None:
    """`csv.writer`."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows(conversation))


def floor_json(conversation: Conversation, path: Path) -> None:
    """`json.dumps` of each."""
    with path.open("w", encoding="utf-8") as file:
        for row in rows(conversation):
            file.write(json.dumps(dict(zip(FIELDS, row, strict=True)), ensure_ascii=False, default=str) + "\n")


def floor_html(conversation: Conversation, path: Path) -> None:
    """A paragraph for each."""
    with path.open("w", encoding="utf-8") as file:
        for when, sender, _, _, text, _ in rows(conversation):
            file.write(f"<p><time>{when}</time> <b>{html.escape(sender or '')}</b> {html.escape(text)}</p>\n")


def floor_xlsx(conversation: Conversation, path: Path) -> None:
    """`xlsxwriter`, a cell for each value."""
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True, "remove_timezone": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows(conversation)):
            sheet.write_row(number, 0, [value if value is None else str(value) for value in row])


def floor_sqlite(conversation: Conversation, path: Path) -> None:
    """One table, no index."""
    path.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute(f"create table messages ({', '.join(FIELDS)})")
        values = ((str(when), *rest) for when, *rest in rows(conversation))
        database.executemany("insert into messages values (?, ?, ?, ?, ?, ?)", values)
    database.close()


def floor_arrow(conversation: Conversation, path: Path) -> None:
    """One column after the other, then Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table(dict(zip(FIELDS, zip(*rows(conversation), strict=True), strict=True))), path)


def floor_pandas(conversation: Conversation, path: Path) -> None:
    """What everybody writes: a list of dictionaries."""
    import pandas as pd

    del path
    pd.DataFrame([dict(zip(FIELDS, row, strict=True)) for row in rows(conversation)])


def floor_polars(conversation: Conversation, path: Path) -> None:
    """What everybody writes: a list of dictionaries."""
    import polars as pl

    del path
    pl.DataFrame([dict(zip(FIELDS, row, strict=True)) for row in rows(conversation)], infer_schema_length=None)


def writer(name: str, **options: Any) -> Callable[[Conversation, Path], None]:
    """`wechatlog.dump` in a form."""

    def run(conversation: Conversation, path: Path) -> None:
        import wechatlog

        wechatlog.dump(conversation, path, name, **options)

    return run


def frame(name: str, **options: Any) -> Callable[[Conversation, Path], None]:
    """`Conversation.to_…`."""

    def run(conversation: Conversation, path: Path) -> None:
        del path
        getattr(conversation, name)(**options)

    return run


CASES: dict[str, tuple[str, Callable[[Conversation, Path], None]]] = {
    "jsonl": ("json", writer("jsonl")),
    "json": ("json", writer("json")),
    "chatlab-jsonl": ("json", writer("chatlab-jsonl")),
    "csv": ("csv", writer("csv")),
    "text": ("csv", writer("text")),
    "markdown": ("csv", writer("markdown")),
    "markdown-post": ("html", writer("markdown-post")),
    "html": ("html", writer("html")),
    "xlsx": ("xlsx", writer("xlsx")),
    "sqlite": ("sqlite", writer("sqlite")),
    "sqlite, without search": ("sqlite", writer("sqlite", search=False)),
    "parquet": ("arrow", writer("parquet")),
    "arrow": ("arrow", writer("arrow")),
    "llm-chunks": ("json", writer("llm-chunks")),
    "to_arrow": ("arrow", frame("to_arrow")),
    "to_pandas": ("pandas", frame("to_pandas")),
    "to_pandas, without segments": ("pandas", frame("to_pandas", segments=False)),
    "to_polars": ("polars", frame("to_polars")),
    "to_polars, without segments": ("polars", frame("to_polars", segments=False)),
}
FLOORS: dict[str, Callable[[Conversation, Path], None]] = {
    "json": floor_json, "csv": floor_csv, "html": floor_html, "xlsx": floor_xlsx, "sqlite": floor_sqlite,
    "arrow": floor_arrow, "pandas": floor_pandas, "polars": floor_polars,
}  # fmt: skip


def run_case(name: str, path: Path, target: Path) -> dict[str, float]:
    """One timing; importing and loading are not timed."""
    import wechatlog

    run = CASES[name][1] if name in CASES else FLOORS[name.removeprefix("floor ")]
    run(wechatlog.loads("> 2026-05-01 09:00:00  a  \n   \nb  \n   \n"), target)
    conversation = wechatlog.load(path)
    clock, began = time.perf_counter(), time.process_time()
    run(conversation, target)
    return {
        "seconds": time.process_time() - began,
        "clock": time.perf_counter() - clock,
        "bytes": target.stat().st_size if target.exists() else 0,
    }


def run_stream(name: str, path: Path, target: Path) -> dict[str, float]:
    """The peak of the process, in kilobytes, and the time."""
    import wechatlog

    began = time.perf_counter()
    wechatlog.dump(wechatlog.iter_messages(path), target, name)
    seconds = time.perf_counter() - began
    return {
        "seconds": seconds,
        "bytes": target.stat().st_size,
        "peak_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    }


def measure(mode: str, name: str, path: Path, target: Path) -> dict[str, float] | None:
    """A case in a process of its own; `None` where what it needs is not installed."""
    command = [sys.executable, __file__, "--case", mode, name, str(path), str(target)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    target.unlink(missing_ok=True)
    if run.returncode:
        print(f"{name:28} {run.stderr.strip().split(chr(10))[-1]}", file=sys.stderr)
        return None
    result: dict[str, float] = json.loads(run.stdout.strip().split("\n")[-1])
    return result


def times(path: Path, target: Path, only: list[str], count: int) -> None:
    """Print the table of times."""
    print("| case | k messages/s of CPU | by the clock | MB | CPU / floor of the form |\n|---|---|---|---|---|")
    floors: dict[str, float] = {}
    for name in only:
        form = CASES[name][0]
        if form not in floors:
            floor = measure("time", f"floor {form}", path, target)
            floors[form] = floor["seconds"] if floor else float("nan")
            size = floor["bytes"] / 1e6 if floor else 0
            clock = count / floor["clock"] / 1e3 if floor else float("nan")
            print(f"| floor: {form} | {count / floors[form] / 1e3:.0f} | {clock:.0f} | {size:.0f} | 1 |")
        found = measure("time", name, path, target)
        if found is not None:
            ratio = found["seconds"] / floors[form]
            speeds = " | ".join(f"{count / found[how] / 1e3:.0f}" for how in ("seconds", "clock"))
            print(f"| {name} | {speeds} | {found['bytes'] / 1e6:.0f} | {ratio:.1f} |", flush=True)


def memory(path: Path, target: Path, only: list[str], count: int) -> None:
    """Print the table of peaks."""
    print(f"| form, streamed from {path.stat().st_size / 1e6:,.0f} MB | k messages/s | MB | peak MB of the process |")
    print("|---|---|---|---|")
    for name in only:
        if name.startswith("to_") or "," in name:
            continue
        found = measure("stream", name, path, target)
        if found is not None:
            speed, size = count / found["seconds"] / 1e3, found["bytes"] / 1e6
            print(f"| {name} | {speed:.0f} | {size:,.0f} | {found['peak_kb'] / 1024:.0f} |", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--stream", action="store_true")
    parser.add_argument("--only", nargs="*", default=list(CASES))
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "wechatlog-bench")
    parser.add_argument("--case", nargs=4, metavar=("MODE", "NAME", "IN", "OUT"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.case:
        mode, name, path, target = arguments.case
        run = run_stream if mode == "stream" else run_case
        print(json.dumps(run(name, Path(path), Path(target))))
        return
    import wechatlog

    arguments.folder.mkdir(exist_ok=True)
    source = arguments.folder / f"{arguments.messages}.markdown.txt"
    make("markdown", arguments.messages, source)
    native = arguments.folder / f"{arguments.messages}.jsonl"
    if not native.exists():
        wechatlog.dump(wechatlog.iter_messages(source), native)
    table = memory if arguments.stream else times
    table(native, arguments.folder / "out.part", arguments.only, arguments.messages)


if __name__ == "__main__":
    main()
