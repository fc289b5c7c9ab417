"""Write the table of `docs/reference/what-formats-say.md`: what files of each format say of messages and chats.

    python scripts/build_formats_table.py            rewrites the part of the page between the markers
    python scripts/build_formats_table.py --check    exits with 1 where the page is not what this would write

Nothing in the table is taken on trust: it is what the expectations of the corpus have, file by file, and the corpus
holds what readers give. A new format needs no edit here, but a case in `tests/corpus` for each thing that it can say.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from wechatlog.readers import READERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT: Final = Path(__file__).parents[1]
CORPUS: Final = ROOT / "tests" / "corpus"
PAGE: Final = ROOT / "docs" / "reference" / "what-formats-say.md"
BEGIN: Final = "<!-- begin: scripts/build_formats_table.py -->"
END: Final = "<!-- end: scripts/build_formats_table.py -->"
COMMAND: Final = "python scripts/build_formats_table.py"
OURS: Final = frozenset("arrow csv json jsonl parquet sqlite tsv xlsx".split())
"""Forms of our own, which hold whatever was written into them; `round-trips.md` is about them."""
PRECISIONS: Final = ("second", "minute", "day")

Facts = dict[str, Any]


def _segments(message: Facts) -> Iterator[Facts]:
    yield from message.get("segments", ())


def _has(name: str) -> Callable[[Facts], bool]:
    return lambda facts: facts.get(name) is not None


def _segment_has(*names: str) -> Callable[[Facts], bool]:
    """Whether a piece of a message has one of these fields."""
    return lambda message: any(segment.get(name) for segment in _segments(message) for name in names)


OF_MESSAGES: Final[dict[str, Callable[[Facts], bool]]] = {
    "zone": lambda message: len(message.get("time") or "") > len("2026-05-01T09:00:00") and "+" in message["time"],
    "account": _has("sender_id"),
    "own": _has("is_self"),
    "id": _has("id"),
    "reply by id": _has("reply_to"),
    "quote": lambda message: any(segment["type"] == "quote" for segment in _segments(message)),
    "media": _segment_has("path", "url", "md5"),
    "inside forwards": _segment_has("messages"),
}
"""What a message may say, beside its text, its kind and a name."""
OF_CHATS: Final = {"title": "title", "chat id": "id", "group": "is_group", "owner": "owner"}
"""What a file may say of its chat, and the field of the expectation."""


def chats_of(folder: Path) -> Iterator[Facts]:
    """The chats that the expectations of a format have, where nobody told the reader what the file does not say.

    The expectation of a case that is JSON itself is `<case>.json.expected`.
    """
    for path in sorted(folder.iterdir()):
        is_case = path.with_name(f"{path.name}.expected").exists()
        if path.suffix in (".json", ".expected") and not is_case:
            expected = json.loads(path.read_text(encoding="utf-8"))
            if not {"tz", "owner"} & expected.get("options", {}).keys():
                yield from expected.get("conversations") or [expected]


def say(folder: Path) -> tuple[str, ...] | None:
    """The cells of a format; `None` where the corpus has no message of it."""
    messages, heads = [], []
    for chat in chats_of(folder):
        messages += chat.get("messages", ())
        heads.append(chat.get("conversation", {}))
    if not messages:
        return None
    precisions = {message.get("precision") for message in messages}
    clock = next((name for name in PRECISIONS if name in precisions), "–")
    kinds = len({message.get("kind", "text") for message in messages})
    said = [any(map(test, messages)) for test in OF_MESSAGES.values()]
    said += [any(head.get(field) is not None for head in heads) for field in OF_CHATS.values()]
    return (clock, *("✓" if cell else "–" for cell in said), str(kinds))


def build() -> str:
    """What stands between the markers."""
    alike: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for row in READERS:
        if row.name in OURS:
            continue
        if (cells := say(CORPUS / row.name) if (CORPUS / row.name).is_dir() else None) is not None:
            alike[cells].append(f"`{row.name}`")
    names = ("format", "time to the", *OF_MESSAGES, *OF_CHATS, "kinds")
    lines = [f"| {' | '.join(names)} |", f"|---|---|{':-:|' * (len(names) - 2)}"]
    rows = [(name, cells) for cells, formats in alike.items() for name in formats]
    lines += [f"| {name} | {' | '.join(cells)} |" for name, cells in sorted(rows)]
    return "\n".join(lines) + "\n"


def page(text: str) -> str:
    """The page with a new part between the markers."""
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{build()}\n{END}{tail}"


def main(arguments: list[str]) -> int:
    """Rewrite the page, or check it."""
    old = PAGE.read_text(encoding="utf-8")
    new = page(old)
    if "--check" in arguments:
        return int(new != old)
    PAGE.write_text(new, encoding="utf-8", newline="\n")
    print(PAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
