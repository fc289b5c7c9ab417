"""How often `operations.threads` finds what a message answers: measured on quotes, with the quotation hidden.

    python bench/threads.py [--fit] FOLDER...

A quote whose words stand in an earlier message says what is right. Each folder is one group; daily files in it are
united first. Only numbers are printed. With `--fit` (which needs numpy) the weights of the signs are fitted anew, and
measured where they were not fitted: on other days, and on other groups. A quote that several folders hold counts once.
"""

from __future__ import annotations

import random
import sys
from typing import TYPE_CHECKING, NamedTuple

import wechatlog
from wechatlog.operations import merge, threads
from wechatlog.operations.threads import Signs, candidates

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from wechatlog import Conversation

PENALTY = 2.0
"""Half of it times the square of each weight is taken off the likelihood; signs have a standard deviation of 1."""
FOLDS, ROUNDS = 10, 6
VISIBLE = ("words", "likeness", "asks", "asked", "you")
"""What speaks for a candidate, beside where and how long it is."""
FITTED = [name for name in Signs._fields if name != "mentioned"]


class Example(NamedTuple):
    """A quote: where and when it stands, the signs of its candidates, and which of them is quoted."""

    folder: int
    day: str
    signs: np.ndarray
    right: int


def load(folder: str) -> Conversation:
    """The group in a folder."""
    parts = list(wechatlog.load_archive(folder))
    return merge(parts) if len(parts) > 1 else parts[0]


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


def ranks(weights: np.ndarray, chosen: Sequence[Example]) -> list[int]:
    """How many candidates stand before the right one, for each."""
    scores = [(example.signs @ weights, example.right) for example in chosen]
    return [int((score > score[right]).sum()) for score, right in scores]


def shares(found: Sequence[int]) -> str:
    """How many are at the first place, and among five."""
    first, five = sum(rank == 0 for rank in found), sum(rank < 5 for rank in found)
    return f"{100 * first / len(found):.1f}, {100 * five / len(found):.1f}" if found else "-"


def fit_anew(folders: Sequence[str]) -> None:
    """Print how good fitted weights are where they were not fitted, and those of all quotes."""
    every = examples(folders)
    days = sorted({example.day for example in every})
    found: list[int] = []
    for turn in range(ROUNDS):
        random.Random(turn).shuffle(days)
        fold = {day: place % FOLDS for place, day in enumerate(days)}
        for out in range(FOLDS):
            weights = fit([example for example in every if fold[example.day] != out])
            found += ranks(weights, [example for example in every if fold[example.day] == out])
    print(f"{len(every)} quotes; on days that were left out, {FOLDS} folds, {ROUNDS} times: {shares(found)}")
    for number in range(len(folders)):
        others = [example for example in every if example.folder != number]
        if others and len(others) < len(every):
            tried = [example for example in every if example.folder == number]
            print(f"fitted on the others, folder {number + 1} ({len(tried)}): {shares(ranks(fit(others), tried))}")
            print(f"fitted on folder {number + 1}, the others ({len(others)}): {shares(ranks(fit(tried), others))}")
    plain = [example.signs[example.right][[FITTED.index(name) for name in VISIBLE]].any() for example in every]
    print(f"nothing but its place speaks for the right one: {plain.count(False)} of {len(every)}")
    weights = fit(every)
    print(f"fitted on all, all: {shares(ranks(weights, every))}")
    print(", ".join(f"{name}={weight:.2f}" for name, weight in zip(FITTED, weights, strict=True)))


def main() -> None:
    """Print a line for each folder, or the weights."""
    folders = [argument for argument in sys.argv[1:] if argument != "--fit"]
    if "--fit" in sys.argv[1:]:
        fit_anew(folders)
        return
    print("folder, quotes, first %, among five %, the message before %")
    for number, folder in enumerate(folders, 1):
        quotes, *hits = measure(folder)
        found = ", ".join(f"{100 * hit / quotes:.1f}" if quotes else "-" for hit in hits)
        print(f"{number}, {quotes}, {found}")


if __name__ == "__main__":
    main()
