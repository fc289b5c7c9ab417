"""Measure the server for agents: `python bench/agents.py [--messages N] [--calls N] [--folder F]`.

Invented chats of very different sizes, with the vocabulary of `bench/database.py`, are indexed by the command line;
then the client of the SDK asks the server over standard input and output, each tool with arguments drawn anew. Times
are of the wall clock, from the call to the answer. Tokens are those that the server counts by itself, and those of
cl100k_base where llama-index-core, which brings its tables, is installed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import re
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
from database import Vocabulary, run
from mcp import Client, StdioServerParameters, stdio_client

import wechatlog
from wechatlog.agents.answers import cost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHATS = 50
LIMIT_MS, LIMIT_TOKENS = 100, 2000


def chats(count: int) -> Iterator[wechatlog.Conversation]:
    """So many messages in chats of which the largest has a quarter; one in twenty answers another."""
    vocabulary, dice = Vocabulary(), random.Random(3)
    names = [f"{vocabulary.words[n + 100]}{n}" for n in range(2000)]
    shares = [1 / (rank + 1) for rank in range(CHATS)]
    zone = dt.timezone(dt.timedelta(hours=8))
    for rank, share in enumerate(shares):
        size = int(count * share / sum(shares)) + (rank == 0)
        people = dice.sample(range(len(names)), 200 if rank % 2 == 0 else 2)
        start = dt.datetime(2022, 1, 1, tzinfo=zone) + dt.timedelta(days=dice.randrange(300))
        made = []
        for number in range(size):
            person = people[min(int(dice.expovariate(0.03)), len(people) - 1)]
            answers = str(rank * 10**9 + dice.randrange(number)) if number and dice.random() < 0.05 else None
            link = f" https://page{dice.randrange(10_000)}.example.invalid/a" if dice.random() < 0.02 else ""
            made.append(
                wechatlog.Message(
                    time=start + dt.timedelta(seconds=number * 63_072_000 // size),
                    precision="second",
                    sender=names[person],
                    sender_id=f"wxid_example{person:06}",
                    is_self=person == people[0],
                    text=vocabulary.text() + link,
                    id=str(rank * 10**9 + number),
                    reply_to=answers,
                )
            )
        title = f"{vocabulary.words[rank + 50]}群{rank}"
        yield wechatlog.Conversation(made, title=title, id=f"{rank}@chatroom", is_group=len(people) > 2, tz=zone)


class Asker:
    """Draws calls: a tool and its arguments."""

    def __init__(self, index: Path) -> None:
        self.dice = random.Random(4)
        self.words = Vocabulary().words
        database = sqlite3.connect(index)
        self.sizes = dict(database.execute("SELECT conversation, messages FROM index_chats"))
        self.people = [number for (number,) in database.execute("SELECT participant FROM participants")]
        self.answers = database.execute("SELECT conversation, number FROM index_answers LIMIT 5000").fetchall()
        database.close()
        self.calls: dict[str, Callable[[], dict[str, Any]]] = {
            "list_chats": dict,
            "search_messages": self.search,
            "messages_around": lambda: {"message": self.message(), "before": 10, "after": 10},
            "messages_in_period": self.period,
            "list_people": lambda: {"chat": self.chat(), "query": self.dice.choice(["", "", "1"])},
            "statistics": lambda: {
                **self.span(0.5),
                "by": self.dice.choice(["month", "day", "hour", "kind", "person", "chat"]),
                "chat": self.chat(),
            },
            "list_links": lambda: {"query": self.dice.choice(["", "page77"]), "chat": self.chat(), **self.span(0.3)},
            "get_thread": lambda: {"message": "c{}m{}".format(*self.dice.choice(self.answers))},
            "open_message": lambda: {"message": self.message()},
        }

    def chat(self) -> str:
        """One of the chats, the large ones more often, or all of them."""
        if self.dice.random() < 0.5:
            return ""
        return f"c{self.dice.choices(list(self.sizes), list(self.sizes.values()))[0]}"

    def message(self) -> str:
        """Any message."""
        chat = self.dice.choices(list(self.sizes), list(self.sizes.values()))[0]
        return f"c{chat}m{self.dice.randrange(self.sizes[chat])}"

    def span(self, share: float) -> dict[str, str]:
        """A month, a day or nothing."""
        if self.dice.random() > share:
            return {}
        month = f"{self.dice.choice([2022, 2023])}-{self.dice.randint(1, 12):02}"
        moment = self.dice.choice([month, f"{month}-15"])
        return {"since": moment, "until": moment}

    def search(self) -> dict[str, Any]:
        """One word or two, frequent ones and rare ones, often within bounds."""
        rank = int(len(self.words) ** self.dice.random()) - 1
        query = self.words[rank] if self.dice.random() < 0.8 else f"{self.words[rank]} {self.dice.choice(self.words)}"
        sender = f"p{self.dice.choice(self.people)}" if self.dice.random() < 0.2 else ""
        return {"query": query, "chat": self.chat(), "sender": sender, **self.span(0.3)}

    def period(self) -> dict[str, Any]:
        """A day or a month, at times of one person."""
        sender = f"p{self.dice.choice(self.people)}" if self.dice.random() < 0.2 else ""
        return {**self.span(1), "chat": self.chat(), "sender": sender}


def real_count() -> Callable[[str], int] | None:
    """The tokens of cl100k_base; `None` where its tables would have to be fetched."""
    try:
        import llama_index.core.utils as bundled  # brings the tables

        tokenizer = bundled.get_tokenizer("gpt-4")
    except Exception:  # noqa: BLE001 - whatever is missing, the estimate will do
        return None
    return lambda text: len(tokenizer(text))


async def ask(folder: Path, index: Path, calls: int) -> list[tuple[str, float, str, bool]]:
    """Tool, milliseconds, text and whether it failed, of each call; some go on with the cursor."""
    asker = Asker(index)
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "wechatlog", "mcp", str(folder), "--index", str(index)],
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    results = []
    async with Client(stdio_client(server)) as client:
        for number in range(calls):
            tool = list(asker.calls)[number % len(asker.calls)]
            arguments, text = asker.calls[tool](), ""
            for _ in range(2):
                began = time.perf_counter()
                answer = await client.call_tool(tool, arguments)
                took = (time.perf_counter() - began) * 1000
                text = answer.content[0].text  # type: ignore[union-attr]
                results.append((tool, took, text, bool(answer.is_error)))
                found = re.search(r'with cursor="([^"]+)"\.$', text)
                if not found:
                    break
                arguments = {**arguments, "cursor": found[1]}
    return results


def share(values: list[float], part: float) -> float:
    """The value that so large a part does not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--calls", type=int, default=900)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "wechatlog-bench-agents")
    arguments = parser.parse_args()
    folder: Path = arguments.folder / str(arguments.messages)
    if not folder.exists():
        folder.mkdir(parents=True)
        for number, conversation in enumerate(chats(arguments.messages)):
            wechatlog.dump(conversation, folder / f"chat{number:02}.jsonl")
    index = arguments.folder / f"{arguments.messages}.index.sqlite"
    if not index.exists():
        took, peak = run("mcp", str(folder), "--index", str(index), "--only-index")
        print(f"first index: {took:.0f} CPU seconds, peak {peak:.0f} MB, {index.stat().st_size / 1e6:.0f} MB")
    took, peak = run("mcp", str(folder), "--index", str(index), "--only-index")
    print(f"nothing new: {took:.1f} CPU seconds, peak {peak:.0f} MB")
    results = anyio.run(ask, folder, index, arguments.calls)
    count = real_count()
    print("\n| tool | calls | median ms | 95 of 100 under, ms | longest ms | most tokens, as counted | cl100k_base |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for tool in [*dict.fromkeys(row[0] for row in results), "all"]:
        rows = [row for row in results if tool in ("all", row[0])]
        times = [row[1] for row in rows]
        real = f"{max(count(row[2]) for row in rows):,}" if count else ""
        most = max(cost(row[2]) for row in rows)
        figures = f"{share(times, 0.5):.1f} | {share(times, 0.95):.1f} | {max(times):.1f}"
        print(f"| `{tool}` | {len(rows)} | {figures} | {most:,} | {real} |")
    failed = sum(row[3] for row in results)
    late = share([row[1] for row in results], 0.95) > LIMIT_MS
    large = any((count or cost)(row[2]) >= LIMIT_TOKENS for row in results)
    if failed or late or large:
        raise SystemExit(f"{failed} calls failed; too slow: {late}; too large: {large}")


if __name__ == "__main__":
    main()
