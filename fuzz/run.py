"""Try mutations of the corpus for a while: `python -m fuzz.run --seconds 60`.

Every input that breaks the oracle is written into the folder `findings`, made smaller, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import time
from pathlib import Path

from fuzz.mutations import mutate
from fuzz.oracle import find_fault
from fuzz.seeds import Seed, load_seeds

_TRIES = 300


def shrink(data: bytes, seed: Seed, fault: str) -> bytes:
    """A smaller input with the same kind of fault: pieces are taken out as long as it stays."""
    kind = fault[:40]
    size = len(data) // 2
    tries = 0
    while size and tries < _TRIES:
        at = 0
        while at < len(data) and tries < _TRIES:
            tries += 1
            smaller = data[:at] + data[at + size :]
            if (find_fault(smaller, seed.format, seed.options) or "")[:40] == kind:
                data = smaller
            else:
                at += size
        size //= 2
    return data


def main() -> int:
    """Run until the time is over; how many inputs were tried, and what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long; 86400 is a day")
    parser.add_argument("--inputs", type=int, help="how many, however long they take")
    parser.add_argument("--seed", type=int, default=0, help="of the chance; the same gives the same inputs")
    parser.add_argument("--format", action="append", default=[], help="only these formats")
    parser.add_argument("--findings", type=Path, default=Path("findings"), help="where inputs that break it are put")
    options = parser.parse_args()
    chance = random.Random(options.seed)  # noqa: S311 - no secret
    seeds = load_seeds(formats=tuple(options.format))
    end = time.monotonic() + options.seconds
    tried = 0
    found: dict[str, str] = {}
    while time.monotonic() < end if options.inputs is None else tried < options.inputs:
        seed = chance.choice(seeds)
        data = mutate(seed.data, seed.family, chance)
        tried += 1
        fault = find_fault(data, seed.format, seed.options)
        if fault is None or (key := f"{seed.format}: {fault[:60]}") in found:
            continue
        data = shrink(data, seed, fault)
        options.findings.mkdir(parents=True, exist_ok=True)
        path = options.findings / f"{seed.format}-{hashlib.sha256(data).hexdigest()[:12]}"
        path.write_bytes(data)
        found[key] = f"{seed.format}: {fault} [{path}]"
        print(found[key])
    print(f"{tried:,} inputs of {len({seed.format for seed in seeds})} formats, {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
