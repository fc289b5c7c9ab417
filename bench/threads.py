"""How often `operations.threads` finds what a message answers: measured on quotes, with the quotation hidden.

    python bench/threads.py [--fit [--untouched FOLDER]] FOLDER...

A quote whose words stand in an earlier message says what is right. Each folder is one group; daily files in it are
united first, and what a file holds twice under two names counts once, as does a quote that several folders hold. Only
numbers are printed. With `--fit` (which needs numpy) the weights of the signs are fitted anew, and measured where they
were not fitted: on other days, on other groups, and on the days of the files in a folder of folders, of which nothing
was fitted or chosen.
"""

from __future__ import annotations

import argparse
import itertools
import random
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import wechatlog
from wechatlog import Conversation
from wechatlog.operations import merge, threads
from wechatlog.operations.threads import Signs, candidates

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

PENALTY = 2.0
"""Half of it times the square of each weight is taken off the likelihood; signs have a standard deviation of 1."""
FOLDS, ROUNDS = 10, 6
STEPS = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.01)
"""Between which confidences it is counted how often a guess is right."""
VISIBLE = ("words", "likeness", "called", "goes_on", "returned", "asks", "you")
"""What speaks for a candidate, beside where and how long it is."""
FITTED = [name for name in Signs._fields if name != "mentioned"]


class Example(NamedTuple):
    """A quote: where and when it stands, the signs of its candidates, and which of them is quoted."""

    folder: int
    day: str
    signs: np.ndarray
    right: int


def load(folder: str) -> Conversation:
    """The group in a folder, without what a file holds twice under two names."""
    parts = list(wechatlog.load_archive(folder))
    chat = merge(parts) if len(parts) > 1 else parts[0]
    first: dict[object, str | None] = {}
    return Conversation(
        [
            message
            for message in chat
            if len(message.text) < 2 or first.setdefault((message.time, message.text), message.sender) == message.sender
        ]
    )


def quoted(chat: Conversation) -> dict[int, int]:
    """The messages that quote, and what they quote."""
    return {
        answer.number: answer.to
        for answer in threads(chat).answers
        if answer.reason == "quote" and answer.to is not None
    }


def measure(folder: str) -> tuple[int, int, int, int]:
    """Quotes that are found, and how many of them are guessed at the first place, among five, and by the nearest."""
    chat = load(folder)
    right = quoted(chat)
    guesses = [answer for answer in threads(chat, hide_quotes=True).answers if answer.number in right]
    first = sum(answer.to == right[answer.number] for answer in guesses)
    five = sum(right[answer.number] in answer.candidates for answer in guesses)
    spoken = [number for number, message in enumerate(chat) if message.sender is not None or message.sender_id]
    before = dict(zip(spoken[1:], spoken, strict=False))
    return len(guesses), first, five, sum(before.get(number) == to for number, to in right.items())


# --- fitting --------------------------------------------------------------------------------------


def examples(folders: Sequence[str]) -> list[Example]:
    """The quotes of all folders whose message is among the candidates."""
    import numpy as np

    found, seen = [], set()
    for number, folder in enumerate(folders):
        chat = load(folder)
        right = quoted(chat)
        for place, choices in candidates(chat):
            numbers = [choice for choice, _ in choices]
            what = (chat[place].time, chat[place].text)
            if right.get(place) in numbers and what not in seen:
                seen.add(what)
                signs = np.array([[getattr(signs, name) for name in FITTED] for _, signs in choices], float)
                found.append(Example(number, str(chat[place].time)[:10], signs, numbers.index(right[place])))
    return found


def fit(chosen: Sequence[Example]) -> np.ndarray:
    """The weights under which what is quoted is most likely, less the penalty (Newton's method with halved steps)."""
    import numpy as np

    scale = np.concatenate([example.signs for example in chosen]).std(0) + 1e-9

    def value(weights: np.ndarray) -> float:
        total = -PENALTY * float(weights @ weights) / 2
        for example in chosen:
            scores = example.signs / scale @ weights
            total += float(scores[example.right] - scores.max() - np.log(np.exp(scores - scores.max()).sum()))
        return total

    weights, reached = np.zeros(len(FITTED)), -np.inf
    while (now := value(weights)) - reached > 1e-4:
        reached = now
        slope, bend = -PENALTY * weights, PENALTY * np.eye(len(FITTED))
        for example in chosen:
            signs = example.signs / scale
            shares = np.exp(signs @ weights - (signs @ weights).max())
            shares /= shares.sum()
            mean = shares @ signs
            slope += signs[example.right] - mean
            bend += (signs * shares[:, None]).T @ signs - np.outer(mean, mean)
        step = np.linalg.solve(bend, slope)
        while value(weights + step) < now and np.abs(step).max() > 1e-6:
            step /= 2
        weights = weights + step
    return weights / scale


class Guess(NamedTuple):
    """What weights make of a quote: how many candidates stand before the right one, and how sure the first one is."""

    rank: int
    confidence: float


def guesses(weights: np.ndarray, chosen: Sequence[Example]) -> list[Guess]:
    """What weights make of quotes."""
    import numpy as np

    found = []
    for example in chosen:
        scores = example.signs @ weights
        confidence = 1 / float(np.exp(scores - scores.max()).sum())
        found.append(Guess(int((scores > scores[example.right]).sum()), confidence))
    return found


def shares(found: Sequence[Guess]) -> str:
    """How many are at the first place, and among five."""
    first, five = sum(guess.rank == 0 for guess in found), sum(guess.rank < 5 for guess in found)
    return f"{100 * first / len(found):.1f}, {100 * five / len(found):.1f}" if found else "-"


def fit_anew(folders: Sequence[str], untouched: str | None) -> None:
    """Print how good fitted weights are where they were not fitted, and those of all quotes."""
    every = examples(folders)
    kept = {(path.parent.name, path.name[:10]) for path in Path(untouched).glob("*/*")} if untouched else set()
    names = [Path(folder).name for folder in folders]
    last = [example for example in every if (names[example.folder], example.day) in kept]
    every = [example for example in every if (names[example.folder], example.day) not in kept]
    days = sorted({example.day for example in every})
    found: list[Guess] = []
    for turn in range(ROUNDS):
        random.Random(turn).shuffle(days)
        fold = {day: place % FOLDS for place, day in enumerate(days)}
        for out in range(FOLDS):
            weights = fit([example for example in every if fold[example.day] != out])
            found += guesses(weights, [example for example in every if fold[example.day] == out])
    print(f"{len(every)} quotes; on days that were left out, {FOLDS} folds, {ROUNDS} times: {shares(found)}")
    for low, high in itertools.pairwise(STEPS):
        some = [guess for guess in found if low <= guess.confidence < high]
        right = sum(guess.rank == 0 for guess in some)
        print(f"  confidence from {low:.1f}: {len(some)} guesses, right {100 * right / max(len(some), 1):.0f}")
    for number, name in enumerate(names):
        others = [example for example in every if example.folder != number]
        if others and len(others) < len(every):
            tried = [example for example in every if example.folder == number]
            print(f"fitted on the others, {name} ({len(tried)}): {shares(guesses(fit(others), tried))}")
    plain = [example.signs[example.right][[FITTED.index(name) for name in VISIBLE]].any() for example in every]
    print(f"nothing but its place speaks for the right one: {plain.count(False)} of {len(every)}")
    print(f"on untouched days ({len(last)}): {shares(guesses(fit(every), last))}")
    weights = fit([*every, *last])
    print(f"fitted on all, all: {shares(guesses(weights, [*every, *last]))}")
    print(", ".join(f"{name}={weight:.2f}" for name, weight in zip(FITTED, weights, strict=True)))


def main() -> None:
    """Print a line for each folder, or the weights."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--untouched")
    options = parser.parse_args()
    folders = [folder for folder in options.folders if any(Path(folder).glob("*-chat.markdown"))]
    for folder in options.folders:
        if folder not in folders:
            print(f"skipped, no daily archives: {folder}")
    if not folders:
        return
    if options.fit:
        fit_anew(folders, options.untouched)
        return
    print("folder, quotes, first %, among five %, the message before %")
    for number, folder in enumerate(folders, 1):
        quotes, *hits = measure(folder)
        found = ", ".join(f"{100 * hit / quotes:.1f}" if quotes else "-" for hit in hits)
        print(f"{number}, {quotes}, {found}")


if __name__ == "__main__":
    main()
