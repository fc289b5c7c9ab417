"""A very large archive: `python bench/scale.py [--messages 20000000] [--python sail=PATH/bin/python]`.

Makes an invented archive of Markdown files of 100,000 messages each (about 90 bytes a message), reads it with `scan`
into one Parquet file, and groups it on Sail with two workers; deletes all of it afterwards. Told are rows, seconds of
the wall clock, and the peak of the memory of the process (Linux); and on paper what a billion messages would take. With
`--bodies` mentions, links and the other columns about the bodies are read as well.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from synthetic import chat, markdown

import wechatlog
from engines import measure

FILE = 100_000
PLAIN = ["conversation", "number", "time", "sender", "kind", "text"]
BODIES = ["mentions", "emoji", "links", "images"]
BILLION = 1_000_000_000
WORKERS = 2


def make(folder: Path, messages: int) -> None:
    """The archive; the text of one file is made once, and each file is another day of it."""
    folder.mkdir(parents=True)
    text = "".join(markdown(chat(min(FILE, messages))))
    for number in range(-(-messages // FILE)):
        day = f"{2000 + number // 336}-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}"
        if number * FILE + FILE > messages:
            text = "".join(markdown(chat(messages - number * FILE)))
        (folder / f"{day}-WeChat.md").write_text(text.replace("2026-05-01", day, 2), encoding="utf-8", newline="")


def to_parquet(folder: Path, columns: list[str]) -> dict[str, Any]:
    """Every message into one Parquet file."""
    import pyarrow.parquet as pq

    scan = wechatlog.scan(folder, columns=columns)
    rows, target = 0, folder.with_suffix(".parquet")
    with pq.ParquetWriter(target, scan.schema) as writer:
        for batch in scan:
            writer.write_batch(batch)
            rows += batch.num_rows
    return {"rows": rows, "size": target.stat().st_size}


def on_sail(folder: Path, columns: list[str]) -> dict[str, Any]:
    """Messages per person, the columns read all the same."""
    slots = {"WORKER_INITIAL_COUNT": WORKERS, "WORKER_MAX_COUNT": WORKERS, "WORKER_TASK_SLOTS": 4}
    os.environ.update({f"SAIL_CLUSTER__{name}": str(value) for name, value in slots.items()}, SAIL_MODE="local-cluster")
    from pysail.spark import SparkConnectServer
    from pyspark.sql import SparkSession

    from pyspark_wechatlog import DefaultSource

    server = SparkConnectServer()
    server.start(background=True)
    _, port = server.listening_address
    session = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()
    session.dataSource.register(DefaultSource)
    types = {"number": "bigint", "time": "timestamp_ntz", **dict.fromkeys(BODIES, "array<string>")}
    schema = ", ".join(f"{name} {types.get(name, 'string')}" for name in columns)
    reader = session.read.format("wechatlog").schema(schema).option("partitions", str(WORKERS))
    reader.load(str(folder)).createOrReplaceTempView("chats")
    rows = session.sql("select sender, count(*), sum(length(text)) from chats group by sender").collect()
    session.stop()
    server.stop()
    return {"rows": sum(row[1] for row in rows)}


WAYS = {"parquet": to_parquet, "sail": on_sail}


def main() -> None:
    """Make the archive, measure, delete it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--messages", type=int, default=500_000)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--only", nargs="*", choices=WAYS, default=list(WAYS))
    parser.add_argument("--bodies", action="store_true")
    parser.add_argument("--python", action="append", default=[], metavar="ENGINE=PROGRAM")
    parser.add_argument("--here", choices=WAYS, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    columns = PLAIN + (BODIES if chosen.bodies else [])
    if chosen.here:
        print(json.dumps(WAYS[chosen.here](chosen.folder, columns)))
        return
    programs = dict(entry.split("=", 1) for entry in chosen.python)
    place = Path(tempfile.mkdtemp(prefix="wechatlog-scale-", dir=chosen.folder))
    try:
        archive = place / "archive"
        make(archive, chosen.messages)
        size = sum(path.stat().st_size for path in archive.iterdir())
        print(f"{chosen.messages:,} messages, {size / 1e9:.2f} GB in {len(list(archive.iterdir()))} files")
        for way in chosen.only:
            more = ["--bodies"] if chosen.bodies else []
            program = programs.get(way, sys.executable)
            found = measure(program, __file__, "--here", way, "--folder", str(archive), *more)
            if found is None:
                print(f"{way:8} did not run; --python {way}=PROGRAM names where its engine is installed")
                continue
            speed = found["rows"] / found["all"]
            print(
                f"{way:8}{found['rows']:>12,} rows{found['all']:>8.0f} s{speed:>10,.0f} rows/s"
                f"{found['peak'] / 1e6:>7.0f} MB; a billion: {BILLION / speed / 3600:.1f} hours of one core",
                flush=True,
            )
    finally:
        shutil.rmtree(place)


if __name__ == "__main__":
    main()
