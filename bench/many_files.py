"""Measure many files: processes and the index: `python bench/many_files.py [--files N] [--messages M] [--workers W]`.

A folder of invented exports of several forms is read by one process, by several, and through an index that is empty,
then full; and it is converted into a folder of files by one process and by several. Told are the seconds on the clock,
the CPU seconds of this process and of the others, and two ratios to one process: that of the clock, which means
something on an idle machine only, and the one that the CPU seconds allow at best, on as many cores as there are
workers. `--form markdown` measures one form, `--to jsonl` converts into another.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from click.testing import CliRunner
from export_rows import FORMS, make_export

import wechatlog
from wechatlog.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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


def read(folder: Path, **how: Any) -> int:
    """Read a folder, and count the messages."""
    return sum(len(chat) for chat in wechatlog.load_archive(folder, **how))


def convert(folder: Path, form: str, jobs: int) -> None:
    """Convert a folder into another one."""
    command = ["convert", "-q", "--no-sync", str(folder), "-o", f"{folder}.out/", "--to", form, "--jobs", str(jobs)]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output


def measure(work: Callable[..., int | None], *given: Any, **how: Any) -> tuple[Cost, int | None]:
    """Do something, and say what it cost."""
    before = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    start = time.perf_counter()
    count = work(*given, **how)
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
    parser.add_argument("--to", default="html")
    args = parser.parse_args()
    print(f"{args.files} files of {args.messages} messages, {args.workers} workers; {sys.platform}")
    for form in args.form or [*OWN, *FORMS]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            make_folder(folder, form, args.files, args.messages)
            index = folder / "index"
            one, count = measure(read, folder / form)
            found = [
                ("one", one),
                ("workers", measure(read, folder / form, workers=args.workers)[0]),
                ("new index", measure(read, folder / form, index=index)[0]),
                ("full index", measure(read, folder / form, index=index)[0]),
            ]
            print(f"{form}: {count:,} messages")
            tell(found, args.workers)
            tell(
                [
                    (f"to {args.to}, {jobs}", measure(convert, folder / form, args.to, jobs)[0])
                    for jobs in (1, args.workers)
                ],
                args.workers,
            )


def tell(found: Sequence[tuple[str, Cost]], workers: int) -> None:
    """A line for each cost, compared with the first."""
    _, one = found[0]
    for what, cost in found:
        cores = workers if cost.elsewhere > 0.1 else 1
        best = one.here / max(cost.here, (cost.here + cost.elsewhere) / cores)
        print(
            f"  {what:11} {cost.clock:6.2f} s, CPU {cost.here:6.2f} + {cost.elsewhere:6.2f} s; "
            f"{one.clock / cost.clock:5.2f} times one by the clock, {best:5.2f} by the CPU"
        )


if __name__ == "__main__":
    main()
