"""How well exports of different tools become one chat: the table of docs/explanation/merging.md.

    python scripts/measure_merging.py [--write]

One invented chat in many forms (`tests/dialects.py`), every form united with every other, and all at once. A message
that both hold is *recognised* where the union has one of it; a *wrong union* is one of two different messages; *lost*
is a message of a form that no message of the union stands for. With `--write` the table goes into the page.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.dialects import CHAT, VARIANTS, Loaded, Outcome, loaded, thinned, unite, varied  # noqa: E402

PAGE = ROOT / "docs" / "explanation" / "merging.md"
BEGIN, END = "<!-- measured: scripts/measure_merging.py -->\n", "<!-- end -->\n"


def table(found: dict[str, list[Outcome]], whole: Outcome, forms: dict[str, Loaded]) -> str:
    """The measured table in Markdown."""
    lines = [
        "| form | holds | recognised, with each other form | worst pair | wrong unions | lost |",
        "|---|---|---|---|---|---|",
    ]
    for name, outcomes in found.items():
        lines.append(row(f"`{name}`", str(len(forms[name][0])), outcomes))
    pairs = [outcome for outcomes in found.values() for outcome in outcomes]
    lines.append(row("all pairs", "", pairs, 2))
    lines.append(row(f"all {len(forms)} at once", str(len(CHAT)), [whole]))
    return "\n".join(lines) + "\n"


def varied_table(forms: dict[str, Loaded]) -> str:
    """The same for forms to which something happened, each with every form as it is, and all of one kind at once."""
    lines = [
        "| what happened to one of the two | pairs | recognised | worst pair | wrong unions | lost |",
        "|---|---|---|---|---|---|",
    ]
    several: list[Loaded] = list(forms.values())
    for what, change in VARIANTS.items():
        changed = {name: varied(form, change) for name, form in forms.items()}
        pairs = [(one, two) for one in changed for two in forms if one != two]
        outcomes = [unite([changed[one], forms[two]]) for one, two in pairs]
        lines.append(row(what, str(len(pairs)), outcomes))
        several += changed.values()
    pairs = list(itertools.permutations(forms, 2))
    thin = [unite([thinned(forms[one], f"{one} {two}"), thinned(forms[two], f"{two} {one}")]) for one, two in pairs]
    lines.append(row("three of ten messages are missing in both", str(len(pairs)), thin))
    lines.append(row(f"all {len(several)} of these and those above at once", "", [unite(several)]))
    return "\n".join(lines) + "\n"


def row(name: str, holds: str, outcomes: list[Outcome], times: int = 1) -> str:
    """A row of the table; `times` is how often each union is among the outcomes."""
    share = sum(outcome.recognised for outcome in outcomes) / sum(outcome.common for outcome in outcomes)
    worst = min(outcome.recognised / outcome.common for outcome in outcomes)
    wrong = sum(outcome.wrong for outcome in outcomes) // times
    lost = sum(outcome.lost for outcome in outcomes) // times
    return f"| {name} | {holds} | {share:.2%} | {worst:.2%} | {wrong} | {lost} |"


def main() -> None:
    """Measure, and print the table."""
    forms = loaded()
    found: dict[str, list[Outcome]] = {name: [] for name in forms}
    for one, two in itertools.combinations(forms, 2):
        outcome = unite([forms[one], forms[two]])
        found[one].append(outcome)
        found[two].append(outcome)
    whole = unite(list(forms.values()))
    text = table(found, whole, forms) + "\n" + varied_table(forms)
    print(text)
    print(f"all at once: {whole.messages} messages of {len(CHAT)}")
    if "--write" in sys.argv:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        PAGE.write_text(before + BEGIN + "\n" + text + "\n" + END + rest.partition(END)[2], encoding="utf-8")


if __name__ == "__main__":
    main()
