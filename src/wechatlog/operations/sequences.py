"""Two sequences of keys side by side, where nothing but their order says what belongs together.

Takes keys, gives pairs of indices that rise on both sides: first keys that stand once on both sides (anchors), then
what lies between two anchors, and what goes on from the outermost ones without a gap. Linear but for a search in sorted
anchors. Knows nothing of messages.
"""

from __future__ import annotations

import bisect
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence


def anchors(one: Sequence[str], two: Sequence[str], is_telling: Callable[[str], bool]) -> list[tuple[int, int]]:
    """Keys that say something and stand once on both sides: the longest row of them that rises on both."""
    places = {key: index for index, key in enumerate(one)}
    often, there = Counter(one), Counter(two)
    known = [
        (places[key], index)
        for index, key in enumerate(two)
        if there[key] == 1 and often.get(key) == 1 and is_telling(key)
    ]
    ends: list[int] = []  # patience finds the longest row of pairs of which both numbers rise
    last: list[int] = []
    before: list[int] = []
    for number, (first, _) in enumerate(known):
        length = bisect.bisect_left(ends, first)
        before.append(last[length - 1] if length else -1)
        if length == len(ends):
            ends.append(first)
            last.append(number)
        else:
            ends[length], last[length] = first, number
    found = []
    number = last[-1] if last else -1
    while number >= 0:
        found.append(known[number])
        number = before[number]
    return found[::-1]


def between(
    one: Sequence[str], two: Sequence[str], fixed: Sequence[tuple[int, int]], may_be_one: Callable[[int, int], bool]
) -> Iterator[tuple[int, int]]:
    """Further pairs of equal keys between anchors, each the next one there is, and in a row with the outermost ones."""
    for (first, second), (first_end, second_end) in itertools.pairwise(fixed):
        waiting: dict[str, list[int]] = {}
        for index in range(first_end - 1, first, -1):
            waiting.setdefault(one[index], []).append(index)
        least = first
        for index in range(second + 1, second_end):
            places = waiting.get(two[index], [])
            while places and places[-1] <= least:
                places.pop()
            if places and may_be_one(places[-1], index):
                least = places.pop()
                yield least, index
    for step, (first, second) in ((-1, fixed[0]), (1, fixed[-1])) if fixed else ():
        first, second = first + step, second + step
        while 0 <= first < len(one) and 0 <= second < len(two) and one[first] == two[second]:
            if not may_be_one(first, second):
                break
            yield first, second
            first, second = first + step, second + step
