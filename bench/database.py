"""Measure the form `sqlite`: `python bench/database.py [--messages N] [--folder F]`.

An invented chat with the vocabulary of a language (30,000 words of 1 to 4 characters, as frequent as Zipf has it) is
converted by the command line in a process of its own, with and without the full-text index; then queries are timed, and
the same texts are indexed in the other ways that SQLite has.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import os
import random
import re
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import wechatlog
from wechatlog.content.fulltext import match_expression, search_terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MARKS = "，。？！… "
OTHERS = [" ok ", "API", "iPhone 15", " 2026 ", "[微笑]", "https://a.example.invalid/path?x=1"]
UNICODE61 = "unicode61 remove_diacritics 2 categories 'L* M* N* Co So' tokenchars '_'"


class Vocabulary:
    """Words and texts made of them, the same for the same seed."""

    def __init__(self, seed: int = 1) -> None:
        self.dice = random.Random(seed)
        characters = [chr(code) for code in self.dice.sample(range(0x4E00, 0x9FA5), 3500)]
        weights = [1 / (rank + 8) for rank in range(len(characters))]
        lengths = [1, 2, 2, 2, 2, 2, 3, 3, 4]
        choose = self.dice.choices
        self.words = ["".join(choose(characters, weights, k=self.dice.choice(lengths))) for _ in range(30_000)]
        self.weights = list(itertools.accumulate(1 / (rank + 3) ** 0.95 for rank in range(len(self.words))))

    def text(self) -> str:
        """A message: 15 characters on average."""
        parts = []
        count = min(40, max(1, int(self.dice.lognormvariate(1.5, 0.8))))
        for word in self.dice.choices(self.words, cum_weights=self.weights, k=count):
            parts.append(word)
            if self.dice.random() < 0.12:
                parts.append(self.dice.choice(MARKS))
            if self.dice.random() < 0.02:
                parts.append(self.dice.choice(OTHERS))
        return "".join(parts)


def messages(count: int) -> Iterator[wechatlog.Message]:
    """A group of 200 people over two years; one message in twenty answers another."""
    vocabulary = Vocabulary()
    dice = random.Random(2)
    people = [(f"{vocabulary.words[n + 100]}{n}", f"wxid_example{n:06}") for n in range(200)]
    start = dt.datetime(2024, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    for number in range(count):
        name, account = people[min(int(dice.expovariate(0.03)), 199)]
        answers = str(7_000_000_000_000_000_000 + dice.randrange(number)) if number and dice.random() < 0.05 else None
        yield wechatlog.Message(
            time=start + dt.timedelta(seconds=number * 63_072_000 // count),
            precision="second",
            sender=name,
            sender_id=account,
            is_self=account == people[0][1],
            text=vocabulary.text(),
            id=str(7_000_000_000_000_000_000 + number),
            reply_to=answers,
        )


def run(*arguments: str) -> tuple[float, float]:
    """Seconds of processor time and peak megabytes of a run of the command line."""
    pid = os.spawnv(os.P_NOWAIT, sys.executable, [sys.executable, "-m", "wechatlog", *arguments])
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise SystemExit(f"wechatlog {' '.join(arguments)} failed")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def timed(action: Callable[[], object], repeats: int = 5) -> tuple[float, object]:
    """The median of some runs in milliseconds of processor time, and what the last gave."""
    times, result = [], None
    for _ in range(repeats):
        began = time.process_time()
        result = action()
        times.append((time.process_time() - began) * 1000)
    return sorted(times)[repeats // 2], result


def time_queries(path: Path) -> None:
    """Time what people ask, with the index and without it."""
    database = sqlite3.connect(path)
    words = Vocabulary().words
    print("\n| query | rows | CPU ms |\n|---|---|---|")
    count = "SELECT count(*) FROM messages_fts WHERE messages_fts MATCH ?"
    exact = "SELECT count(*) FROM search WHERE words MATCH ? AND instr(text, ?)"
    for length in (1, 2, 3, 4):
        word = next(word for word in words[500:] if len(word) == length)
        ways = {
            "MATCH": (count, [word]),
            "LIKE '%…%'": ("SELECT count(*) FROM messages WHERE text LIKE ?", [f"%{word}%"]),
            "newest 20 of the view": (
                "SELECT * FROM search WHERE words MATCH ? ORDER BY message DESC LIMIT 20",
                [word],
            ),
        }
        for name, (query, values) in ways.items():
            took, found = timed(lambda query=query, values=values: database.execute(query, values).fetchall())
            rows = found[0][0] if "count" in query else len(found)
            print(f"| {length} characters, {name} | {rows:,} | {took:.1f} |")
    phrase = next(text for (text,) in database.execute("SELECT text FROM messages") if re.fullmatch("[一-龥]{8}", text))
    took, found = timed(lambda: database.execute(exact, [match_expression(phrase), phrase]).fetchall())
    print(f"| 8 characters, match_expression and instr | {found[0][0]:,} | {took:.1f} |")
    for view in ("overview", "activity", "replies", "emoji_ranking", "timeline"):
        took, found = timed(lambda view=view: database.execute(f"SELECT * FROM {view}").fetchall(), 1)
        print(f"| all of `{view}` | {len(found):,} | {took:.0f} |")


def grams(longest: int) -> Callable[[str], str]:
    """Terms of another greatest length; for runs of Chinese characters alone."""
    runs = re.compile("[一-龥]+|[A-Za-z0-9]+")
    sizes = range(1, longest + 1)
    return lambda text: " ".join(
        run[start : start + size]
        for run in runs.findall(text)
        for size in sizes
        for start in range(len(run) - size + 1)
    )


INDEXES: dict[str, tuple[str, str, Callable[[str], str] | None, str | None]] = {
    "no index, LIKE": ("", "", None, None),
    "terms of 1 to 4 (chosen)": (UNICODE61, "none", search_terms, "MATCH"),
    "terms of 1 to 3": (UNICODE61, "none", grams(3), "MATCH"),
    "terms of 1 and 2": (UNICODE61, "none", grams(2), "MATCH"),
    "single characters, phrases": (UNICODE61, "full", grams(1), "phrase"),
    "trigram": ("trigram", "none", str, "MATCH"),
    "unicode61 as it is": (UNICODE61, "full", str, "MATCH"),
}


def compare_indexes(texts: list[str], folder: Path) -> None:
    """Index the same texts in several ways: time, size, and what a search for a word of two characters finds."""
    word = next(word for word in Vocabulary().words[500:] if len(word) == 2)
    expected = sum(word in text for text in texts)
    print(f"\n{len(texts):,} texts of {sum(map(len, texts)) / len(texts):.1f} characters")
    print("| index | CPU seconds | MB more | finds of 100 | CPU ms |\n|---|---|---|---|---|")
    plain = 0
    for name, (tokenizer, detail, terms, way) in INDEXES.items():
        path = folder / "index.db"
        path.unlink(missing_ok=True)
        database = sqlite3.connect(path, isolation_level=None)
        database.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; CREATE TABLE t (text TEXT)")
        if terms is not None:
            options = f'content="t", columnsize=0, detail={detail}, tokenize="{tokenizer}"'
            database.executescript(
                f"CREATE VIRTUAL TABLE i USING fts5(text, {options});"
                "INSERT INTO i(i, rank) VALUES ('hashsize', 16777216), ('automerge', 0)"
            )
        database.execute("BEGIN")
        database.executemany("INSERT INTO t VALUES (?)", ((text,) for text in texts))
        began = time.process_time()
        if terms is not None:
            database.executemany("INSERT INTO i(rowid, text) VALUES (?, ?)", enumerate(map(terms, texts), 1))
        database.execute("COMMIT")
        seconds = time.process_time() - began
        query, value = "SELECT count(*) FROM i WHERE i MATCH ?", word
        if way is None:
            query, value = "SELECT count(*) FROM t WHERE text LIKE ?", f"%{word}%"
        elif way == "phrase":
            value = f'"{" ".join(word)}"'
        took, found = timed(lambda query=query, value=value, db=database: db.execute(query, [value]).fetchone()[0])
        database.close()
        size = path.stat().st_size / 1e6
        plain = plain or size
        print(f"| {name} | {seconds:.1f} | {size - plain:.0f} | {found * 100 // expected} | {took:.1f} |", flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "wechatlog-bench")
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    folder.mkdir(exist_ok=True)
    big = folder / f"{arguments.messages}.database.jsonl"
    if not big.exists():
        wechatlog.dump(messages(arguments.messages), big)
    print(
        f"SQLite {sqlite3.sqlite_version}, {arguments.messages:,} messages, JSONL of {big.stat().st_size / 1e6:.0f} MB"
    )
    print("\n| convert --stream | CPU seconds | peak MB | size MB |\n|---|---|---|---|")
    path = folder / "chat.sqlite"
    for search in ("false", "true"):
        took, peak = run("convert", str(big), "-o", str(path), "--stream", "-q", "-O", f"search={search}")
        print(f"| search={search} | {took:.0f} | {peak:.0f} | {path.stat().st_size / 1e6:.0f} |", flush=True)
    time_queries(path)
    compare_indexes([message.text for message in wechatlog.iter_messages(big)], folder)


if __name__ == "__main__":
    main()
