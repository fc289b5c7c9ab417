"""Build `src/wechatlog/data/emoji.tsv` from the tables of collected emoji facts.

    python scripts/build_emoji_table.py FACTS_FOLDER OUTPUT

`FACTS_FOLDER` holds `wechat_emoji.csv` (codes with their forms and aliases) and `softbank_pua_emoji.csv` (the
private-use characters of very old chats). The output has one code per line and tab-separated fields:
canonical name, Unicode emoji (may be empty), English name (may be empty), then every other form, each under
the sign of its
class: `b` bracket code, `s` slash code, `z` old Chinese slash word, `p` private-use character.

Where two codes claim one form, the first claim in the order of `CLAIMS` wins, and `DECIDED` comes before all.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import NamedTuple

CLAIMS = (
    ("canonical", "zh_cn", "b"),
    ("canonical", "zh_tw", "b"),
    ("canonical", "en", "b"),
    ("canonical", "th", "b"),
    ("canonical", "legacy_slash_code", "s"),
    ("canonical", "legacy_slash_zh", "z"),
    ("alias_en", "en", "b"),
    ("alias_zh", "zh_cn", "b"),
)
"""Kind of row, column, class of form; in order of precedence. QQ-only rows make no claim: they stay text."""

DECIDED = {"[Blush]": "[囧]"}
"""Forms that two codes own in Tencent's own tables, given to the one that current clients mean."""


class Entry(NamedTuple):
    """One canonical code while its forms are collected."""

    unicode: str
    english: str
    forms: list[str]


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def canonical_name(row: dict[str, str]) -> str:
    """The code that a row belongs to: its own, or the one that it is another name of."""
    return row["canonical_zh_cn"] or row["zh_cn"]


def collect(rows: list[dict[str, str]]) -> dict[str, Entry]:
    """Canonical codes with their forms; each form belongs to one code."""
    canonical = [row for row in rows if row["kind"] == "canonical"]
    entries = {row["zh_cn"]: Entry(row["unicode"], row["en"], []) for row in canonical}
    owners: dict[str, str] = {}
    for kind, column, sign in CLAIMS:
        for row in (row for row in rows if row["kind"] == kind and row[column]):
            claim(entries, owners, canonical_name(row), row[column], sign)
    return entries


def claim(entries: dict[str, Entry], owners: dict[str, str], name: str, form: str, sign: str) -> None:
    """Give a form to a code, unless another has it already."""
    name = DECIDED.get(form, name)
    owner = owners.setdefault(form, name)
    if owner != name:
        print(f"{form} stays with {owner}, also claimed by {name}")
    elif form != name and sign + form not in entries[name].forms:
        entries[name].forms.append(sign + form)


def private_use_line(row: dict[str, str]) -> str:
    """The line of one private-use character, which is a code of its own with the name it had on Android."""
    character = chr(int(row["pua_codepoint"].removeprefix("U+"), 16))
    return "\t".join((row["zh_cn"], row["unicode"], row["en"], "p" + character))


def main() -> None:
    """Read the facts, write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("facts", type=Path)
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    entries = collect(read_rows(arguments.facts / "wechat_emoji.csv"))
    lines = ["\t".join((name, e.unicode, e.english, *e.forms)) for name, e in entries.items()]
    lines += map(private_use_line, read_rows(arguments.facts / "softbank_pua_emoji.csv"))
    arguments.output.write_text("".join(line + "\n" for line in lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
