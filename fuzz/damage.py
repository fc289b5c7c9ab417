"""What damage costs: `python -m fuzz.damage --runs 200` makes the table of `docs/explanation/lossless.md`.

Every case of the corpus with at least six messages (four, in a script of SQL) is damaged at one place, again and again,
and what is left of it is compared with the whole. A second table has what a conversion of a whole file costs. With `--write` both are put into
the page.
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from pathlib import Path

from fuzz.mutations import POINTS, STRETCHES, WHOLE
from fuzz.oracle import BEYOND, judge
from fuzz.seeds import Seed, load_seeds

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "lossless.md"
_OF_ALL = (
    *("a byte changed", "a byte lost", "a byte added", "16 bytes lost", "16 zero bytes added"),
    *("a sector of zero bytes", "the first kilobyte lost"),
)
"""What happens to files that are no texts too."""
_BINARY = ("workbook", "document", "database", "columns")


def main() -> None:
    """Print the table, and write it where that is wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="for each family and kind of damage")
    parser.add_argument("--seed", type=int, default=0, help="of the chance; the same gives the same table")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    parser.add_argument("--only", choices=("damage", "conversions"), help="one of the two tables")
    parser.add_argument("--family", action="append", help="only these families, whose rows are replaced")
    options = parser.parse_args()
    families = defaultdict(list)
    for seed in _seeds():
        if not options.family or seed.family in options.family:
            families[seed.family].append(seed)
    if missing := {*(options.family or ())} - {*families}:
        known = ", ".join(sorted({seed.family for seed in _seeds()}))
        parser.error(f"no cases of the family {', '.join(sorted(missing))}; there are {known}")
    tables = {
        "damage": lambda: _damage(families, options.runs, options.seed),
        "conversions": lambda: _conversions(families),
    }
    for name, make in tables.items():
        if options.only in (None, name):
            rows = make()
            if options.write:
                _write(name, rows, [*families])


def _seeds() -> list[Seed]:
    return [seed for seed in load_seeds(least=4) if len(seed.messages) > 5 or seed.family == "SQL"]


def _write(name: str, rows: list[str], families: list[str]) -> None:
    """Put rows into a table of the page; those of other families stay."""
    text = PAGE.read_text("utf-8")
    begin, end = text.index(f"<!-- {name}: begin -->\n"), text.index(f"<!-- {name}: end -->")
    head, *old = text[begin:end].split("\n")
    others = [row for row in old[2:] if row and row.split("|")[1].strip() not in families]
    table = [head, *rows[:2], *sorted([*rows[2:], *others], key=lambda row: row.split("|")[1])]
    PAGE.write_text(text[:begin] + "\n".join(table) + "\n" + text[end:], encoding="utf-8")


def _damage(families: dict[str, list[Seed]], runs: int, number: int) -> list[str]:
    """The rows of what damage at one place costs."""
    names = "family", "damage", "runs", "refused", "lost beyond the damage", "of these, one name", "silent"
    rows = [f"| {' | '.join(names)} |", "|---" * len(names) + "|"]
    for family, seeds in sorted(families.items()):
        for name, mutation in (POINTS | STRETCHES).items():
            if family in _BINARY and name not in _OF_ALL:
                continue
            chance = random.Random(f"{number} {family} {name}")  # noqa: S311 - no secret
            refused = beyond = renamed = silent = 0
            for _ in range(runs):
                seed = chance.choice(seeds)
                outcome = judge(seed, mutation(seed.data, chance))
                refused += outcome.refused
                if outcome.lost > BEYOND + outcome.hit * (name in STRETCHES):
                    beyond += not outcome.refused
                    renamed += outcome.renamed
                    silent += not outcome.told and not outcome.renamed
            rows.append(f"| {family} | {name} | {runs} | {refused} | {beyond} | {renamed} | {silent} |")
            print(rows[-1], flush=True)
    return rows


def _conversions(families: dict[str, list[Seed]]) -> list[str]:
    """The rows of what a conversion of the whole file costs."""
    names = "family", "conversion", "files that it changes", "refused", "messages changed", "of these, silent"
    rows = [f"| {' | '.join(names)} |", "|---" * len(names) + "|"]
    for family, seeds in sorted(families.items()):
        for name, conversion in WHOLE.items() if family not in _BINARY else ():
            pairs = [(seed, data) for seed in seeds if (data := conversion(seed.data)) != seed.data]
            outcomes = [judge(seed, data) for seed, data in pairs]
            changed = [outcome for outcome in outcomes if outcome.lost and not outcome.refused]
            refused, silent = sum(outcome.refused for outcome in outcomes), sum(outcome.silent for outcome in changed)
            rows.append(f"| {family} | {name} | {len(pairs)} | {refused} | {len(changed)} | {silent} |")
            print(rows[-1], flush=True)
    return rows


if __name__ == "__main__":
    main()
