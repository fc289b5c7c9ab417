"""What damage costs: `python -m fuzz.damage --runs 200` makes the table of `docs/explanation/lossless.md`.

Every case of the corpus with at least six messages is damaged at one place, again and again, and what is left of it is
compared with the whole. With `--write` the table is put into the page.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import defaultdict
from pathlib import Path

from fuzz.mutations import POINTS
from fuzz.oracle import BEYOND, judge
from fuzz.seeds import load_seeds

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "lossless.md"
_TABLE = re.compile(r"(?<=<!-- damage: begin -->\n).*?(?=<!-- damage: end -->)", re.DOTALL)
_OF_TEXTS = (
    "a line lost",
    "a line doubled",
    "a line in full-width characters",
    "a character that nobody sees",
)
_BINARY = ("workbook", "database", "columns")


def main() -> None:
    """Print the table, and write it where that is wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="for each family and kind of damage")
    parser.add_argument("--seed", type=int, default=0, help="of the chance; the same gives the same table")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    options = parser.parse_args()
    families = defaultdict(list)
    for seed in load_seeds(least=6):
        families[seed.family].append(seed)
    names = "family", "damage", "runs", "refused", "lost beyond the damage", "of these, one name", "silent"
    rows = [f"| {' | '.join(names)} |", "|---" * len(names) + "|"]
    for family, seeds in sorted(families.items()):
        for name, mutation in POINTS.items():
            if family in _BINARY and name in _OF_TEXTS:
                continue
            chance = random.Random(f"{options.seed} {family} {name}")  # noqa: S311 - no secret
            refused = beyond = renamed = silent = 0
            for _ in range(options.runs):
                seed = chance.choice(seeds)
                outcome = judge(seed, mutation(seed.data, chance))
                refused += outcome.refused
                if outcome.lost > BEYOND:
                    beyond += not outcome.refused
                    renamed += outcome.renamed
                    silent += not outcome.told and not outcome.renamed
            rows.append(f"| {family} | {name} | {options.runs} | {refused} | {beyond} | {renamed} | {silent} |")
            print(rows[-1], flush=True)
    table = "\n".join(rows) + "\n"
    if options.write:
        text = PAGE.read_text("utf-8")
        PAGE.write_text(_TABLE.sub(lambda _: table, text), encoding="utf-8")


if __name__ == "__main__":
    main()
