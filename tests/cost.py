"""Whether work grows with its input: CPU time at two sizes, never the clock on the wall and no fixed bound.

A busy machine makes both sizes slower alike, and the least of several tries is compared, so that only work that grows
faster than the input fails: what is linear takes `FACTOR` times as long, what is quadratic `FACTOR` times that.
"""

from __future__ import annotations

import gc
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

FACTOR = 8
ROOM = 4
TRIES = 5
LEAST = 0.005
"""Seconds below which a cost is mostly that of measuring."""


def cpu(run: Callable[[], object], *, collect: bool = True) -> float:
    """The CPU seconds of a call, without the cyclic collector, whose cost grows with all that the process holds.

    Args:
        run: what is measured.
        collect: make the heap clean first, which costs more than a small run does.
    """
    if collect:
        gc.collect()
    gc.disable()
    try:
        began = time.process_time()
        run()
        return time.process_time() - began
    finally:
        gc.enable()


def growth(run: Callable[[int], object], size: int, least: float = LEAST) -> str:
    """How the cost grows where it grows faster than the size, and nothing where it does not.

    Args:
        run: makes an input of a size and works on it.
        size: the larger one.
        least: seconds that the smaller one may cost in any case.
    """
    small = large = float("inf")
    for number in range(TRIES):
        large = min(large, cpu(lambda: run(size), collect=number > 0))
        if large <= ROOM * FACTOR * least:
            return ""  # whatever the smaller one costs
        small = min(small, cpu(lambda: run(size // FACTOR), collect=number > 0))
        if large <= ROOM * FACTOR * max(small, least):
            return ""
    return f"{large:.3f} s at a size of {size}, {small:.3f} s at {size // FACTOR}"


def assert_linear(run: Callable[[int], object], size: int) -> None:
    """`run(size)` costs at most `ROOM` times as much as it should after `run(size // FACTOR)`."""
    assert not (found := growth(run, size)), found
