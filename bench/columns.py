"""Measure files to columns against the least that it can cost, in one run: `python bench/columns.py [--messages N]`.

Each case and its bare path (one pattern or one library over the whole file, straight into the same columns) run one
after the other in one process, best of some repeats, in CPU time; so the ratio means something on a busy machine too.
"""

from __future__ import annotations

import argparse
import datetime as dt
import functools
import gc
import json
import re
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pyarrow as pa
import pyarrow.parquet as pq
from synthetic import make

import wechatlog

if TYPE_CHECKING:
    from collections.abc import Callable

CATEGORY = pa.dictionary(pa.int32(), pa.string())
PLAIN = [
    name
    for name in wechatlog.Conversation().to_arrow(segments=False).schema.names
    if name not in ("conversation", "conversation_id")
]
"""What a bare path gives: everything that is no body, but for what is the same in every row."""

_BLOCK = re.compile(r"> ([0-9:]{8})  (.*)  \n   \n(?:([^\n\r&<>{]*)  |(!\[.*\) ))\n   \n")


def _plain_table(times: Any, names: Any, ids: Any, kinds: Any, texts: Any, numbers: Any, lines: Any) -> pa.Table:
    count = len(texts)
    return pa.table(
        {
            "number": pa.array(range(count), pa.int64()),
            "time": times,
            "precision": pa.array(["second"] * count, CATEGORY),
            "sender": pa.array(names, CATEGORY),
            "sender_id": pa.array(ids, CATEGORY),
            "is_self": pa.array([name == "我" for name in names], pa.bool_()),
            "kind": pa.array(kinds, CATEGORY),
            "text": pa.array(texts, pa.string()),
            "id": pa.array(numbers, pa.string()),
            "reply_to": pa.nulls(count, pa.string()),
            "source": pa.array(["source"] * count, CATEGORY),
            "line": pa.array(lines, pa.int64()),
        }
    )


def bare_markdown(path: Path) -> pa.Table:
    """One `findall` over the text, and each column of what it finds."""
    stamps, names, texts, images = zip(*_BLOCK.findall(path.read_bytes().decode()), strict=True)
    times = pa.array([dt.datetime.fromisoformat(f"2026-05-01 {stamp}") for stamp in stamps], pa.timestamp("us"))
    none = [None] * len(stamps)
    kinds = ["image" if image else "text" for image in images]
    bodies = [text or image for text, image in zip(texts, images, strict=True)]
    return _plain_table(times, names, none, kinds, bodies, none, range(6, 6 + 4 * len(stamps), 4))


def read_chatlab(path: Path) -> list[Any]:
    """What msgspec reads, without columns."""
    import msgspec

    fields: Any = [("sender", str), ("accountName", str), ("timestamp", int), ("type", int)]
    row = msgspec.defstruct("Row", [*fields, ("content", str, ""), ("platformMessageId", str | None, None)])
    document = msgspec.defstruct("Document", [("messages", list[row])])
    found: list[Any] = msgspec.json.Decoder(document).decode(path.read_bytes()).messages
    return found


def bare_chatlab(path: Path) -> pa.Table:
    """What msgspec reads, and each column of it."""
    rows = read_chatlab(path)
    times = pa.array([row.timestamp * 1_000_000 for row in rows], pa.timestamp("us", "Asia/Shanghai"))
    names = [row.accountName for row in rows]
    kinds = ["text" if row.type == 0 else "image" for row in rows]
    ids = [row.platformMessageId for row in rows]
    texts = [row.content for row in rows]
    return _plain_table(times, names, [row.sender for row in rows], kinds, texts, ids, range(len(rows)))


def parse_lines(path: Path) -> list[Any]:
    """What the standard library parses of each line, without messages."""
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]


def scan(path: Path, **how: Any) -> pa.Table:
    """The table of a scan."""
    return pa.table(wechatlog.scan(path, **how))


def scan_plain(path: Path) -> pa.Table:
    """Without what is in the bodies, and without the title, which is the same in every row."""
    return scan(path, columns=PLAIN)


def drain(path: Path, **how: Any) -> int:
    """The batches of a scan, one at a time."""
    return sum(batch.num_rows for batch in wechatlog.scan(path, **how))


def to_parquet(path: Path) -> None:
    """Markdown to Parquet as `convert` does it."""
    from click.testing import CliRunner

    from wechatlog.cli.app import app

    result = CliRunner().invoke(app, ["convert", "-q", str(path), "-o", str(path.with_suffix(".out.parquet"))])
    assert result.exit_code == 0, result.output


def with_segments(path: Path) -> int:
    """Load, and ask each message for its segments."""
    return sum(len(message.segments) for message in wechatlog.load(path))


def with_all_segments(path: Path) -> int:
    """Load, find all segments, and ask each message for its own."""
    return sum(len(message.segments) for message in wechatlog.load(path).find_segments())


def statistics(conversation: wechatlog.Conversation) -> Any:
    """The statistics of a conversation that was loaded."""
    from wechatlog.operations import statistics

    return statistics(conversation, words=False)


def best(work: Callable[[], Any], repeats: int) -> float:
    """CPU seconds, the least of some repeats."""
    found = []
    for _ in range(repeats):
        gc.collect()
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return min(found)


@attrs.frozen
class Case:
    """What is measured: a work on a file of a form, and what it is compared with."""

    form: str
    work: Callable[[Path], Any]
    bare: Callable[[Path], Any] | None = None


def prepare(form: str, folder: Path, count: int) -> Path:
    """The file of a form, which is made when it is first asked for."""
    path = folder / f"2026-05-01.{form}"
    if form == "markdown":
        make("markdown", count, path)
    elif not path.exists():
        zone = "Asia/Shanghai" if "chatlab" in form else None
        wechatlog.dump(wechatlog.load(prepare("markdown", folder, count), tz=zone), path)
    return path


def main() -> None:
    """Print a line for each case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=list(CASES))
    arguments = parser.parse_args()
    count, repeats = arguments.messages, arguments.repeats
    folder = Path(tempfile.mkdtemp(prefix="wechatlog-columns-"))
    print(f"{count:,} messages, CPU time, best of {repeats}\n")
    print("| case | seconds | k messages/s | / bare path |\n|---|---|---|---|")
    for name in arguments.only:
        case = CASES[name]
        path = prepare(case.form, folder, count)
        seconds = best(functools.partial(case.work, path), repeats)
        try:
            ratio = f"{seconds / best(functools.partial(case.bare, path), repeats):.2f}" if case.bare else ""
        except ModuleNotFoundError as error:
            ratio = f"{error.name} is not installed"
        print(f"| {name} | {seconds:.2f} | {count / seconds / 1000:.0f} | {ratio} |", flush=True)


@functools.cache
def loaded(path: Path) -> wechatlog.Conversation:
    """A conversation that is loaded once, for what is not about reading."""
    return wechatlog.load(path)


def written(form: str) -> Case:
    """How long a form takes to write."""
    return Case("markdown", lambda path: wechatlog.dump(loaded(path), path.with_suffix(f".out.{form}")))


CASES = {
    "markdown to arrow, no bodies": Case("markdown", scan_plain, bare_markdown),
    "markdown to arrow, all": Case("markdown", scan, bare_markdown),
    "markdown, one column": Case("markdown", lambda path: drain(path, columns=["text"])),
    "markdown to arrow, objects": Case("markdown", lambda path: wechatlog.load(path).to_arrow()),
    "chatlab to arrow, no bodies": Case("chatlab.json", scan_plain, read_chatlab),
    "chatlab to columns": Case("chatlab.json", scan_plain, bare_chatlab),
    "parquet to arrow": Case("parquet", scan, pq.read_table),
    "parquet to messages": Case("parquet", wechatlog.load),
    "jsonl to messages": Case("jsonl", wechatlog.load, parse_lines),
    "jsonl to arrow": Case("jsonl", scan, parse_lines),
    "markdown to parquet": Case("markdown", to_parquet),
    "load and segments": Case("markdown", with_segments),
    "load and all segments": Case("markdown", with_all_segments),
    "statistics": Case("markdown", lambda path: statistics(loaded(path))),
    **{f"write {form}": written(form) for form in ("html", "xlsx", "sqlite")},
}


if __name__ == "__main__":
    main()
