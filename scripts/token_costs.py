"""What a chat costs in each form, in tokens of real tokenizers; and how far the library's own estimate is off.

Prints the tables of docs/how-to/language-models.md, measured on invented chats: that of `examples/`, and a longer one
of `bench/synthetic.py`. The tables of the tokenizers are never fetched: `TIKTOKEN_CACHE_DIR` names a folder that has
them. The package llama-index-core on PyPI brings such a folder; its wheel can be unpacked without being installed.

    python -m venv tokens && tokens/bin/pip install tiktoken -e .
    tokens/bin/pip download --no-deps -d tokens/wheel llama-index-core
    unzip -j tokens/wheel/*.whl '*/tiktoken_cache/*' -d tokens/tables
    TIKTOKEN_CACHE_DIR=tokens/tables tokens/bin/python scripts/token_costs.py
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bench import synthetic  # noqa: E402

import wechatlog  # noqa: E402
from wechatlog.writers.llm.tokens import estimate_tokens  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ENCODINGS = ("cl100k_base", "o200k_base")
FORMS = (
    "jsonl", "json", "csv", "chatlab-jsonl", "text", "markdown", "markdown-post",
    "llm-markdown", "llm-chunks", "openai-chat", "sharegpt",
)  # fmt: skip
MESSAGES = 5_000


def tokenizers() -> Mapping[str, Callable[[str], int]]:
    """Counting functions, by the name of the encoding."""
    folder = Path(os.environ.get("TIKTOKEN_CACHE_DIR", ""))
    if not os.environ.get("TIKTOKEN_CACHE_DIR") or not any(folder.iterdir()):
        raise SystemExit("set TIKTOKEN_CACHE_DIR to a folder with the tables of the tokenizers; nothing is fetched")
    import tiktoken

    found = {}
    for name in ENCODINGS:
        encoding = tiktoken.get_encoding(name)
        found[name] = lambda text, encode=encoding.encode_ordinary: len(encode(text))
    return found


def chats() -> Mapping[str, wechatlog.Conversation]:
    """The invented chats."""
    lines = synthetic.markdown(synthetic.chat(MESSAGES))
    return {
        "examples": wechatlog.load(ROOT / "examples" / "2026-05-01-chat.markdown"),
        "synthetic": wechatlog.loads("".join(lines), format="markdown"),
    }


def typed(conversation: wechatlog.Conversation) -> int:
    """The characters that people typed."""
    return sum(len(message.text) for message in conversation)


def table(rows: Mapping[str, list[str]], first: str) -> None:
    """Print a table with a column for each chat and encoding."""
    columns = [f"{chat}, {encoding}" for chat in chats() for encoding in ENCODINGS]
    print(f"\n| {first} | {' | '.join(columns)} |")
    print("|---|" + "--:|" * len(columns))
    for name, cells in rows.items():
        print(f"| {name} | {' | '.join(cells)} |")


def main() -> None:
    """Print the tables."""
    counters, known = tokenizers(), {info.name for info in wechatlog.formats() if info.role == "writer"}
    costs: dict[str, list[str]] = {}
    errors: dict[str, list[str]] = {}
    for name, conversation in chats().items():
        characters = typed(conversation)
        print(f"{name}: {len(conversation)} messages, {characters} characters typed")
        texts = {"the texts alone": "\n".join(message.text for message in conversation)}
        texts |= {f"`{form}`": wechatlog.dumps(conversation, form) for form in FORMS if form in known}
        for form, text in texts.items():
            for count in counters.values():
                tokens = count(text)
                cell = f"{tokens / len(conversation):.1f} ({1000 * tokens / characters:.0f})"
                costs.setdefault(form, []).append(cell)
                errors.setdefault(form, []).append(f"{100 * (estimate_tokens(text) / tokens - 1):+.0f} %")
    table(costs, "form")
    table({form: errors[form] for form in ("the texts alone", "`llm-markdown`", "`openai-chat`")}, "text")


if __name__ == "__main__":
    main()
