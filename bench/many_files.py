"""Measure many files: processes and the index: `python bench/many_files.py [--files N] [--messages M] [--workers W]`.

A folder of invented exports of several forms is read by one process, by several, and through an index that is empty,
then full. Told are the seconds on the clock, the CPU seconds of this process and of the others, and two ratios to one
process: that of the clock, which means something on an idle machine only, and the one that the CPU seconds allow at
best, on as many cores as there are workers. `--form markdown` measures one form.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from export_rows import FORMS, make_export

import wechatlog

OWN = {"markdown": ".md", "csv": ".csv", "jsonl": ".jsonl"}


class Cost(NamedTuple):
    """What a reading took, in seconds."""

    clock: float
    here: float
    elsewhere: float


def make_folder(folder: Path, form: str, files: int, messages: int) -> None:
    """Files of one form, each a chat of its own."""
    source = folder / "source"
    source.mkdir()
    export = make_export(form if form in FORMS else "weflow-json", messages, source)
    if form not in FORMS:
        target = export.with_suffix(OWN[form])
        wechatlog.dump(wechatlog.load(export), target, form)
        export = target
    (folder / form).mkdir()
    for number in range(files):
        shutil.copy(export, folder / form / f"chat {number:05} of many{export.suffix}")


def measure(folder: Path, **how: Any) -> tuple[Cost, int]:
    """Read a folder."""
    before = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    start = time.perf_counter()
    count = sum(len(chat) for chat in wechatlog.load_archive(folder, **how))
    clock = time.perf_counter() - start
    after = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    here, elsewhere = (b.ru_utime + b.ru_stime - a.ru_utime - a.ru_stime for a, b in zip(before, after, strict=True))
    return Cost(clock, here, elsewhere), count


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--files", type=int, default=100)
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--form", action="append")
    args = parser.parse_args()
    print(f"{args.files} files of {args.messages} messages, {args.workers} workers; {sys.platform}")
    for form in args.form or [*OWN, *FORMS]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            make_folder(folder, form, args.files, args.messages)
            index = folder / "index"
            one, count = measure(folder / form)
            found = [
                ("one", one),
                ("workers", measure(folder / form, workers=args.workers)[0]),
                ("new index", measure(folder / form, index=index)[0]),
                ("full index", measure(folder / form, index=index)[0]),
            ]
            print(f"{form}: {count:,} messages")
            for what, cost in found:
                cores = args.workers if what == "workers" else 1
                best = one.here / max(cost.here, (cost.here + cost.elsewhere) / cores)
                print(
                    f"  {what:11} {cost.clock:6.2f} s, CPU {cost.here:6.2f} + {cost.elsewhere:6.2f} s; "
                    f"{one.clock / cost.clock:5.2f} times one by the clock, {best:5.2f} by the CPU"
                )


if __name__ == "__main__":
    main()
