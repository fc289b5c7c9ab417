"""One measurement in a process of its own: `python bench/cases.py CASE FILE` prints JSON.

Importing is not timed. The peak is that of the whole process, less what it had after the imports.
"""

from __future__ import annotations

import gc
import json
import re
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def floor() -> Callable[[str], int]:
    """Decode, one pattern, one frozen attrs object with as many fields as `wechatlog.Message` has."""
    import attrs

    import wechatlog

    count = len(attrs.fields(wechatlog.Message))
    cls: Any = attrs.make_class("Floor", [f"field{n}" for n in range(count)], frozen=True, slots=True)
    pattern = re.compile(r"> ([0-9:]{8})  (.*)  \n   \n(.*?) {1,2}\n   \n")
    rest = (None,) * (count - 3)

    def run(path: str) -> int:
        text = Path(path).read_bytes().decode()
        return len([cls(*match.groups(), *rest) for match in pattern.finditer(text)])

    return run


def floor_without_collector() -> Callable[[str], int]:
    """The same with the cyclic collector off."""
    run = floor()
    gc.disable()
    return run


def load() -> Callable[[str], int]:
    """`wechatlog.load`."""
    import wechatlog

    wechatlog.loads("> 2026-05-01 09:00:00  a  \n   \nb  \n   \n", format="markdown")
    return lambda path: len(wechatlog.load(path))


def load_segments() -> Callable[[str], int]:
    """`wechatlog.load`, and the segments of every message."""
    import wechatlog

    wechatlog.parse_segments("x [强]")
    return lambda path: sum(bool(message.segments) or 1 for message in wechatlog.load(path))


def iter_messages() -> Callable[[str], int]:
    """`wechatlog.iter_messages`."""
    import wechatlog

    wechatlog.loads("> 2026-05-01 09:00:00  a  \n   \nb  \n   \n", format="markdown")
    return lambda path: sum(1 for _ in wechatlog.iter_messages(path))


def count() -> Callable[[str], int]:
    """`operations.statistics` of `wechatlog.iter_messages`."""
    import wechatlog
    from wechatlog.operations import statistics

    statistics(wechatlog.loads("> 2026-05-01 09:00:00  a  \n   \nb[强]  \n   \n", format="markdown"))
    return lambda path: statistics(wechatlog.iter_messages(path)).messages


def count_fast() -> Callable[[str], int]:
    """The same without looking into the bodies."""
    import wechatlog
    from wechatlog.operations import statistics

    count()
    return lambda path: statistics(wechatlog.iter_messages(path), segments=False).messages


def tokenize() -> Callable[[str], int]:
    """`wechatlog.tokenizer.iter_tokens` on blocks of a megabyte; counts headers."""
    from wechatlog.tokenizer import TokenKind, iter_tokens

    def run(path: str) -> int:
        with Path(path).open(encoding="utf-8", newline="") as stream:
            blocks = iter(lambda: stream.read(1 << 20), "")
            return sum(token.kind is TokenKind.HEADER for token in iter_tokens(blocks))

    return run


def whatstk() -> Callable[[str], int]:
    """The data frame of whatstk."""
    from whatstk import df_from_whatsapp

    return lambda path: len(df_from_whatsapp(path, hformat="%d/%m/%Y, %H:%M - %name:", max_size=None))


def chat_miner() -> Callable[[str], int]:
    """chat-miner, to its data frame."""
    import logging

    from chatminer.chatparsers import WhatsAppParser

    logging.disable(logging.CRITICAL)

    def run(path: str) -> int:
        parser = WhatsAppParser(path)
        parser.parse_file()
        return len(parser.parsed_messages.get_df())

    return run


def whatsapp_chat_analyzer() -> Callable[[str], int]:
    """whatsapp-chat-analyzer."""
    from whatsapp_analyzer import parse_file

    return lambda path: len(parse_file(path))


def chatpack() -> Callable[[str], int]:
    """The Rust-backed chatpack."""
    from chatpack import WhatsAppParser

    return lambda path: len(WhatsAppParser().parse(path))


def irclog2html() -> Callable[[str], int]:
    """irclog2html: its parser alone."""
    from irclog2html.irclog2html import LogParser

    def run(path: str) -> int:
        with Path(path).open("rb") as stream:
            return sum(1 for _ in LogParser(stream))

    return run


CASES: dict[str, tuple[str, Callable[[], Callable[[str], int]]]] = {
    "floor": ("markdown", floor),
    "floor, collector off": ("markdown", floor_without_collector),
    "load": ("markdown", load),
    "iter_messages": ("markdown", iter_messages),
    "load + segments": ("markdown", load_segments),
    "statistics": ("markdown", count),
    "statistics, no segments": ("markdown", count_fast),
    "iter_tokens": ("markdown", tokenize),
    "whatstk": ("whatsapp", whatstk),
    "chat-miner": ("whatsapp", chat_miner),
    "whatsapp-chat-analyzer": ("whatsapp", whatsapp_chat_analyzer),
    "chatpack": ("whatsapp", chatpack),
    "irclog2html": ("irc", irclog2html),
}


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main(name: str, path: str, repeats: int) -> None:
    """Run a case, the best of some repeats, and print what it took."""
    run = CASES[name][1]()
    gc.collect()
    before = _peak()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        count = run(path)
        times.append(time.perf_counter() - began)
        gc.collect()
    print(json.dumps({"messages": count, "seconds": min(times), "peak_kb": _peak() - before}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
