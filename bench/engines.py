"""The same five queries on every engine: `python bench/engines.py [--messages N] [--python sail=PATH/bin/python …]`.

A folder of 200 invented files of twelve exporters is made once, in `--folder`. Each engine that is installed answers in
a process of its own: messages per day and person, mentions, links by host, a search, a join with people. Answers must
be equal. Told are seconds of the wall clock and of the processors from the first import to the last answer, the peak of
the memory of all its processes together (Linux), and what each query took by the clock, the first with all that comes
before. `--python NAME=PROGRAM`
names the interpreter of an engine that is installed elsewhere; one that is not found is left out, and said so.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.util
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from export_rows import ADDRESS, FORMS, PEOPLE, ROOM, TITLE, ZONE, rows

import wechatlog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

OWN_FORMS = {
    "markdown": "markdown",
    "jsonl": "jsonl",
    "json": "json",
    "csv": "csv",
    "chatlab-jsonl": "chatlab.jsonl",
    "sqlite": "sqlite",
    "parquet": "parquet",
}
FILES = 200
TZ = "Asia/Shanghai"
COLUMNS = ["time", "sender", "kind", "text", "mentions", "links"]
TEAMS = [(name, f"组{number % 2}") for number, (_, name) in enumerate(PEOPLE)]
WORD = "支付"
HOST = r"^[a-z]+://([^/?#:]+)"

QUERIES = {
    "per day": "select cast(cast(time as date) as string) as a, sender as b, count(*) as n from chats "
    "where sender is not null group by 1, 2",
    "mentions": "select name as a, '' as b, count(*) as n "
    "from (select {each}(mentions) as name from chats) group by 1, 2",
    "hosts": "select regexp_extract(url, '" + HOST + "', 1) as a, '' as b, count(*) as n "
    "from (select {each}(links) as url from chats) group by 1, 2",
    "search": f"select sender as a, '' as b, count(*) as n from chats where kind = 'text' and text like '%{WORD}%' "
    "and sender is not null group by 1, 2",
    "teams": "select team as a, '' as b, count(*) as n "
    "from chats join people on chats.sender = people.name group by 1, 2",
}
"""In the words that DuckDB, Spark and Sail share; `each` is what they call a row for each item of a list."""


# --- the folder -------------------------------------------------------------------------------------


def make_folder(folder: Path, messages: int) -> None:
    """The files, made if they are not there yet."""
    if folder.exists():
        return
    part = folder.with_suffix(".part")
    part.mkdir(parents=True, exist_ok=True)
    for number in range(FILES):
        chat = [row._replace(stamp=row.stamp + number % 60 * 86_400) for row in rows(messages // FILES, seed=number)]
        form = [*FORMS, *OWN_FORMS][number % (len(FORMS) + len(OWN_FORMS))]
        if form in FORMS:
            suffix, write = FORMS[form]
            with (part / f"{number:03}-{form}.{suffix}").open("w", encoding="utf-8", newline="") as stream:
                stream.writelines(write(iter(chat)))
        else:
            wechatlog.dump(conversation(chat), part / f"{number:03}-{form}.{OWN_FORMS[form]}", form)
    part.rename(folder)


def conversation(chat: Iterable[Any]) -> wechatlog.Conversation:
    """The rows as a conversation."""
    made = [
        wechatlog.Message(
            time=dt.datetime.fromtimestamp(row.stamp, ZONE),
            precision="second",
            sender=None if row.kind == "notice" else row.name,
            sender_id=None if row.kind == "notice" else row.account,
            kind="system" if row.kind == "notice" else "text",
            text=f"{row.text} {ADDRESS}" if row.kind == "link" else row.text,
            id=row.server_id,
        )
        for row in chat
    ]
    return wechatlog.Conversation(made, title=TITLE, id=ROOM, is_group=True, tz=ZONE)


# --- the engines: each gives rows of two texts and a number -----------------------------------------


def on_pandas(folder: Path) -> Iterator[Any]:
    """One frame in memory."""
    import pandas as pd

    frame = pd.DataFrame.from_arrow(wechatlog.scan(folder, tz=TZ, columns=COLUMNS))
    people = pd.DataFrame(TEAMS, columns=["name", "team"])
    sent = frame[frame["sender"].notna()]
    yield sent.groupby([sent["time"].dt.strftime("%Y-%m-%d"), "sender"], observed=True).size().items()
    for name, pattern in (("mentions", "(.*)"), ("links", HOST)):
        items = frame[name].explode().dropna().astype(str).str.extract(pattern)[0]
        yield ((item, n) for item, n in items.value_counts().items())
    found = sent[(sent["kind"] == "text") & sent["text"].str.contains(WORD, regex=False)]
    yield found.groupby("sender", observed=True).size().items()
    yield sent.merge(people, left_on="sender", right_on="name").groupby("team").size().items()


def on_polars(folder: Path) -> Iterator[Any]:
    """A lazy frame; each query reads the columns that it needs."""
    import polars as pl

    from wechatlog.ext.polars import scan

    lazy, size = scan(folder, tz=TZ), pl.len()
    sent = lazy.filter(pl.col("sender").is_not_null())
    yield sent.group_by(pl.col("time").dt.strftime("%Y-%m-%d").alias("day"), "sender").agg(size).collect().iter_rows()
    for name, pattern in (("mentions", "(.*)"), ("links", HOST)):
        items = lazy.select(pl.col(name).explode().alias("item")).drop_nulls()
        yield items.group_by(pl.col("item").str.extract(pattern, 1)).agg(size).collect().iter_rows()
    found = sent.filter((pl.col("kind") == "text") & pl.col("text").str.contains(WORD, literal=True))
    yield found.group_by("sender").agg(size).collect().iter_rows()
    people = pl.LazyFrame(TEAMS, schema=["name", "team"], orient="row")
    joined = sent.select(pl.col("sender").cast(pl.String)).join(people, left_on="sender", right_on="name")
    yield joined.group_by("team").agg(size).collect().iter_rows()


def on_duckdb(folder: Path) -> Iterator[Any]:
    """The Arrow stream, read into a table once."""
    import duckdb

    talk = wechatlog.scan(folder, tz=TZ, columns=COLUMNS)
    with duckdb.connect() as connection:
        connection.execute(f"set timezone = '{TZ}'")
        connection.register("talk", talk)
        connection.execute("create table chats as select * from talk")
        connection.execute("create table people (name varchar, team varchar)")
        connection.executemany("insert into people values (?, ?)", TEAMS)
        for query in QUERIES.values():
            yield connection.execute(query.format(each="unnest")).fetchall()


def _on_spark(session: Any, folder: Path) -> Iterator[Any]:
    session.conf.set("spark.sql.session.timeZone", TZ)
    types = "time timestamp, sender string, kind string, text string, mentions array<string>, links array<string>"
    reader = session.read.format("wechatlog").schema(types).options(tz=TZ, partitions="8")
    chats = reader.load(str(folder))
    chats.createOrReplaceTempView("chats")
    session.createDataFrame(TEAMS, "name string, team string").createOrReplaceTempView("people")
    for query in QUERIES.values():
        yield [tuple(row) for row in session.sql(query.format(each="explode")).collect()]


def on_sail(folder: Path) -> Iterator[Any]:
    """A session on a server in this process; each query reads the files."""
    from pysail.spark import SparkConnectServer
    from pyspark.sql import SparkSession

    from pyspark_wechatlog import DefaultSource

    server = SparkConnectServer()
    server.start(background=True)
    _, port = server.listening_address
    session = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()
    session.dataSource.register(DefaultSource)
    yield from _on_spark(session, folder)
    session.stop()
    server.stop()


def on_spark(folder: Path) -> Iterator[Any]:
    """Two threads of one Java process, and their Python workers; each query reads the files."""
    import pyspark
    from pyspark.sql import SparkSession

    os.environ.update(SPARK_HOME=str(Path(pyspark.__file__).parent), PYSPARK_PYTHON=sys.executable)
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.shuffle.partitions", "2").getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield from _on_spark(session, folder)
    session.stop()


def on_daft(folder: Path) -> Iterator[Any]:
    """The source of the how-to; each query reads the columns that it needs."""
    import re

    import daft
    from daft import col

    page = Path(__file__).parents[1] / "docs" / "how-to" / "many-machines.md"
    (recipe,) = re.findall(r"^```py daft\n(.*?)^chats = ", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    exec(recipe, names)
    chats = names["Chats"](folder, tz=TZ).read()
    sent, size = chats.where(col("sender").not_null()), col("one").sum().alias("n")
    one = daft.lit(1).alias("one")
    yield _tuples(
        sent.select(col("time").strftime("%Y-%m-%d").alias("a"), col("sender"), one).groupby("a", "sender").agg(size)
    )
    for name, pattern in (("mentions", "(.*)"), ("links", HOST)):
        items = chats.select(col(name)).explode(name).where(col(name).not_null())
        yield _tuples(items.select(col(name).regexp_extract(pattern, 1).alias("a"), one).groupby("a").agg(size))
    found = sent.where((col("kind") == "text") & col("text").contains(WORD))
    yield _tuples(found.select("sender", one).groupby("sender").agg(size))
    people = daft.from_pydict({"sender": [name for name, _ in TEAMS], "team": [team for _, team in TEAMS]})
    yield _tuples(sent.select("sender").join(people, on="sender").select("team", one).groupby("team").agg(size))


def _tuples(table: Any) -> list[tuple[Any, ...]]:
    return list(zip(*table.to_pydict().values(), strict=True))


ENGINES: dict[str, tuple[str, Callable[[Path], Iterator[Any]]]] = {
    "pandas": ("pandas", on_pandas),
    "polars": ("polars", on_polars),
    "duckdb": ("duckdb", on_duckdb),
    "sail": ("pysail", on_sail),
    "spark": ("pyspark", on_spark),
    "daft": ("daft", on_daft),
}


# --- measuring --------------------------------------------------------------------------------------


def answers(found: Iterable[Any]) -> list[list[Any]]:
    """The rows of an answer as texts and numbers, in order."""
    flat = []
    for row in found:
        *keys, number = row if not isinstance(row[0], tuple) else (*row[0], row[1])
        flat.append([*(str(key) for key in keys if key != ""), int(number)])
    return sorted(flat)


def run_here(engine: str, folder: Path) -> None:
    """Answer the queries; print the answers and the seconds of each as JSON."""
    found, seconds, began = {}, {}, time.perf_counter()
    for name, rows_ in zip(QUERIES, ENGINES[engine][1](folder), strict=True):
        found[name] = answers(rows_)
        now = time.perf_counter()
        seconds[name], began = round(now - began, 2), now
    print(json.dumps({"answers": found, "seconds": seconds}, ensure_ascii=False))


class Watch(threading.Thread):
    """Looks at the memory and the CPU time of a process and all below it, ten times a second."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self.process, self.peak, self.largest = process, 0, 0
        self.seconds: dict[int, float] = {}
        self.start()

    def run(self) -> None:
        """Look until the process is gone."""
        page = os.sysconf("SC_PAGE_SIZE")
        while family := [(one, pages * page) for one in _family(self.process) if (pages := _pages(one))]:
            self.seconds.update((one, seconds) for one, _ in family if (seconds := _seconds(one)))
            sizes = [size for _, size in family]
            self.peak, self.largest = max(self.peak, sum(sizes)), max(self.largest, *sizes)
            time.sleep(0.1)


def _family(process: int) -> list[int]:
    try:
        below = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return []
    return [process, *(one for child in below for one in _family(int(child)))]


def _pages(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0


def _seconds(process: int) -> float:
    """What it used of the processors so far."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(program: str, *arguments: str) -> dict[str, Any] | None:
    """What a process of its own says, its seconds and its memory; `None` where it failed."""
    source = Path(__file__).parents[1] / "src"
    paths = os.pathsep.join(filter(None, [str(source), os.environ.get("PYTHONPATH")]))
    began = time.perf_counter()
    with subprocess.Popen(
        [program, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
    ) as process:
        watch = Watch(process.pid)
        out, err = process.communicate()
    if process.returncode:
        print(err[-2000:], file=sys.stderr)
        return None
    found = json.loads(out.strip().rpartition("\n")[2])
    cpu = sum(watch.seconds.values())
    return {**found, "all": time.perf_counter() - began, "cpu": cpu, "peak": watch.peak, "largest": watch.largest}


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--messages", type=int, default=200_000)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir(), "wechatlog-bench"))
    parser.add_argument("--only", nargs="*", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--python", action="append", default=[], metavar="ENGINE=PROGRAM")
    parser.add_argument("--here", choices=ENGINES, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    folder = chosen.folder / f"{FILES}-files-{chosen.messages}"
    if chosen.here:
        run_here(chosen.here, folder)
        return
    make_folder(folder, chosen.messages)
    programs = dict(entry.split("=", 1) for entry in chosen.python)
    print(f"{chosen.messages:,} messages, {FILES} files, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"{'engine':8}{'all':>9}{'CPU':>9}{'memory':>10}  " + "".join(f"{name:>10}" for name in QUERIES))
    first = None
    for engine in chosen.only:
        if engine not in programs and importlib.util.find_spec(ENGINES[engine][0]) is None:
            print(f"{engine:8}  not installed here; --python {engine}=PROGRAM names where it is")
            continue
        program = programs.get(engine, sys.executable)
        found = measure(
            program, __file__, "--here", engine, "--messages", str(chosen.messages), "--folder", str(chosen.folder)
        )
        if found is None:
            sys.exit(f"{engine} failed")
        first = first or (engine, found["answers"])
        for name in QUERIES:
            if found["answers"][name] != first[1][name]:
                sys.exit(
                    f"{engine} and {first[0]} differ in {name!r}: {found['answers'][name][:3]} {first[1][name][:3]}"
                )
        seconds = "".join(f"{found['seconds'][name]:8.1f} s" for name in QUERIES)
        cost = f"{found['all']:7.1f} s{found['cpu']:7.1f} s{found['peak'] / 1e6:7.0f} MB"
        print(f"{engine:8}{cost}  {seconds}", flush=True)
    print("all answers are equal")


if __name__ == "__main__":
    main()
