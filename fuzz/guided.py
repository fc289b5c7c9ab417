"""Mutations led by coverage: `python -m fuzz.guided -max_total_time=60`; options are those of libFuzzer.

Needs atheris, which runs where libFuzzer does (Linux and macOS). The first byte of an input chooses the format; the
mutations of `mutations` are used beside its own.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["wechatlog"]):
    import wechatlog
    from fuzz.mutations import mutate
    from fuzz.oracle import find_fault
    from fuzz.seeds import FAMILIES, Seed, load_seeds

    SEEDS = load_seeds()  # readers are imported when they are first needed

FORMATS = sorted(info.name for info in wechatlog.formats() if info.role == "reader")
FAMILY = {
    info.name: next((FAMILIES[suffix] for suffix in info.suffixes if suffix in FAMILIES), "text")
    for info in wechatlog.formats()
    if info.role == "reader"
}


def try_one(data: bytes) -> None:
    """One input.

    Raises:
        AssertionError: where the oracle says no.
    """
    if data:
        name = FORMATS[data[0] % len(FORMATS)]
        fault = find_fault(data[1:], name, {})
        assert fault is None, f"{name}: {fault}"


def mutate_one(data: bytes, max_size: int, seed: int) -> bytes:
    """Half of the inputs by structure, half as libFuzzer does it."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    if not data or chance.random() < 0.5:
        return bytes(atheris.Mutate(data, max_size))
    name = FORMATS[data[0] % len(FORMATS)]
    return (data[:1] + mutate(data[1:], FAMILY[name], chance))[:max_size]


def write_seeds(seeds: tuple[Seed, ...], folder: Path) -> None:
    """The seeds as inputs."""
    for number, seed in enumerate(seeds):
        if seed.format in FORMATS:
            (folder / str(number)).write_bytes(bytes([FORMATS.index(seed.format)]) + seed.data)


def main() -> None:
    """Run until libFuzzer ends."""
    with tempfile.TemporaryDirectory() as name:
        write_seeds(SEEDS, Path(name))
        atheris.Setup([*sys.argv, name], try_one, custom_mutator=mutate_one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
