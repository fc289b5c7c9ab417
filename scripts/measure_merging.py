"""How well exports of different tools become one chat: the table of docs/explanation/merging.md.

    python scripts/measure_merging.py [--part forms|changes|thinned|triples] [--seed NUMBER] [--pairs NUMBER] [--write]

Without options everything is measured, which takes some minutes. `--part` measures one table, `--seed` makes another
chat, `--pairs` unites only so many of the pairs, always the same ones, and `--write` puts the tables into the page.

One invented chat in many forms (`tests/dialects.py`), every form united with every other, and all at once. A message
that both hold is *recognised* where the union has one of it; a *wrong union* is one of two different messages; *lost*
is a message of a form that no message of the union stands for. Three forms are put together in both ways, and the
messages of the unions compared.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests import dialects  # noqa: E402
from tests.dialects import VARIANTS, Loaded, Outcome, loaded, thinned, unite, varied  # noqa: E402

from wechatlog.operations import merge  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wechatlog import Conversation

PAGE = ROOT / "docs" / "explanation" / "merging.md"
BEGIN, END = "<!-- measured: scripts/measure_merging.py -->\n", "<!-- end -->\n"
TRIPLES = 300

Forms: TypeAlias = "dict[str, Loaded]"


def forms_table(forms: Forms, pairs: int | None) -> Iterator[str]:
    """Every form with every other, and all at once."""
    yield "| form | holds | recognised, with each other form | worst pair | wrong unions | lost |"
    yield "|---|---|---|---|---|---|"
    found: dict[str, list[Outcome]] = {name: [] for name in forms}
    for one, two in some(itertools.combinations(forms, 2), pairs):
        outcome = unite([forms[one], forms[two]])
        found[one].append(outcome)
        found[two].append(outcome)
    for name, outcomes in found.items():
        if outcomes:
            yield row(f"`{name}`", f"{len(forms[name][0])} | ", outcomes)
    yield row("all pairs", " | ", [outcome for outcomes in found.values() for outcome in outcomes], 2)
    whole = unite(list(forms.values()))
    yield row(f"all {len(forms)} at once", f"{whole.messages} | ", [whole])


def changes_table(forms: Forms, pairs: int | None) -> Iterator[str]:
    """Forms to which something happened, each with every form as it is, and all of one kind at once."""
    yield "| what happened to one of the two | pairs | recognised | worst pair | wrong unions | lost |"
    yield "|---|---|---|---|---|---|"
    several: list[Loaded] = list(forms.values())
    for what, change in VARIANTS.items():
        changed = {name: varied(form, change) for name, form in forms.items()}
        chosen = some(itertools.permutations(forms, 2), pairs)
        yield row(what, f"{len(chosen)} | ", [unite([changed[one], forms[two]]) for one, two in chosen])
        several += changed.values()
    yield row(f"all {len(several)} of these and those above at once", " | ", [unite(several)])


def thinned_table(forms: Forms, pairs: int | None) -> Iterator[str]:
    """Forms of which both lack three of ten messages, by how fine their clocks are."""
    yield "| three of ten messages are missing in both | pairs | recognised | worst pair | wrong unions | lost |"
    yield "|---|---|---|---|---|---|"
    found: dict[str, list[Outcome]] = {}
    for one, two in some(itertools.permutations(forms, 2), pairs):
        clocks = " and ".join(sorted(clock(forms[name]) for name in (one, two)))
        outcome = unite([thinned(forms[one], f"{one} {two}"), thinned(forms[two], f"{two} {one}")])
        found.setdefault(clocks, []).append(outcome)
    for clocks, outcomes in sorted(found.items()):
        yield row(clocks, f"{len(outcomes)} | ", outcomes)


def clock(form: Loaded) -> str:
    """How fine the clock of a form is."""
    precisions = {message.precision for message in form[0]}
    return "no times" if precisions == {None} else "minutes" if "minute" in precisions else "seconds"


def triples_table(forms: Forms, pairs: int | None) -> Iterator[str]:
    """Three forms with times, all at once, and in both ways one after the other."""
    yield "| three exports with times | tried | one after the other is all at once |"
    yield "|---|---|---|"
    changes: dict[str, Callable[[Loaded, str], Loaded]] = {
        "as they are": lambda form, _: form,
        "each with one of the changes": lambda form, seed: varied(
            form, random.Random(seed).choice([*VARIANTS.values()])
        ),
        "each lacks three of ten messages": thinned,
    }
    names = [name for name, form in forms.items() if clock(form) != "no times"]
    chance = random.Random(0)
    for what, change in changes.items():
        tried = pairs or TRIPLES
        same = sum(is_one_union([change(forms[name], f"{name} {chosen}")[0] for name in chosen])
                   for chosen in (chance.sample(names, 3) for _ in range(tried)))  # fmt: skip
        yield f"| {what} | {tried} | {same} |"


def is_one_union(parts: list[Conversation]) -> bool:
    """Whether it does not matter which two of three are united first."""
    one, two, three = parts
    unions = merge(parts), merge([merge([one, two]), three]), merge([one, merge([two, three])])
    first, *others = (Counter(attributes(union)) for union in unions)
    return all(other == first for other in others)


def attributes(union: Conversation) -> list[tuple[object, ...]]:
    """What is compared of messages."""
    return [(m.time, m.precision, m.sender, m.sender_id, m.kind, m.text, m.given_segments) for m in union]


def some(pairs: Iterator[tuple[str, str]], number: int | None) -> list[tuple[str, str]]:
    """As many of the pairs as are wanted, always the same ones."""
    found = list(pairs)
    return found if number is None else random.Random(0).sample(found, min(number, len(found)))


def row(name: str, holds: str, outcomes: list[Outcome], times: int = 1) -> str:
    """A row of a table; `times` is how often each union is among the outcomes."""
    share = sum(outcome.recognised for outcome in outcomes) / sum(outcome.common for outcome in outcomes)
    worst = min(outcome.recognised / outcome.common for outcome in outcomes)
    wrong = sum(outcome.wrong for outcome in outcomes) // times
    lost = sum(outcome.lost for outcome in outcomes) // times
    return f"| {name} | {holds}{share:.2%} | {worst:.2%} | {wrong} | {lost} |"


PARTS: dict[str, Callable[[Forms, int | None], Iterator[str]]] = {
    "forms": forms_table, "changes": changes_table, "thinned": thinned_table, "triples": triples_table,
}  # fmt: skip


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", choices=PARTS)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--pairs", type=int)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if options.write and (options.part or options.seed or options.pairs):
        parser.error("--write needs everything measured")
    if options.seed is not None:
        dialects.CHAT = dialects._make(options.seed)  # type: ignore[misc]
    forms = loaded()
    tables = ["\n".join(PARTS[name](forms, options.pairs)) for name in ([options.part] if options.part else PARTS)]
    text = "\n\n".join(tables) + "\n"
    print(text)
    if options.write:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        PAGE.write_text(before + BEGIN + "\n" + text + "\n" + END + rest.partition(END)[2], encoding="utf-8")


if __name__ == "__main__":
    main()
