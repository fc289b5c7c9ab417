"""Measure JSON and CSV exports against the standard library: `python bench/exports.py [--messages N] [--repeats R]`.

The floor is the parse alone of the same file, which gives no message and no time: `json.load`, or `csv.reader` to its
end, each row thrown away as `iter_messages` does. What it costs to keep the rows of a CSV in a list is told beside it,
since `json.load` keeps them too. Each measurement is CPU time in a process of its own, the best of some repeats;
importing is not timed, and the format is named. `--only weflow-json` measures some of them.
"""

from __future__ import annotations

import argparse
import csv
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from export_rows import FORMS, make_export


def parse_json(path: Path) -> int:
    """The rows that `json.load` gives."""
    with path.open(encoding="utf-8-sig") as stream:
        found = json.load(stream)
    return len(found if isinstance(found, list) else found["messages"])


def parse_csv(path: Path) -> int:
    """The rows that `csv.reader` gives, without the header."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return sum(1 for _ in csv.reader(stream)) - 1


def keep_csv(path: Path) -> int:
    """The same with the rows in a list."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return len(list(csv.reader(stream))) - 1


def measure_here(what: str, form: str, path: Path, repeats: int) -> dict[str, float]:
    """CPU seconds of a case, and the memory that it took above the imports."""
    parsers = {"floor": parse_csv, "kept": keep_csv} if FORMS[form][0] == "csv" else {"floor": parse_json}
    if what in parsers:
        run = parsers[what]
    else:
        import wechatlog

        def run(path: Path) -> int:
            return sum(1 for _ in wechatlog.iter_messages(path, format=form))

        run(make_export(form, 20, path.parent))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = []
    for _ in range(repeats):
        began = time.process_time()
        count = run(path)
        seconds.append(time.process_time() - began)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {"messages": count, "seconds": min(seconds), "peak_kb": peak}


def measure(what: str, form: str, path: Path, repeats: int) -> dict[str, float]:
    """The same in a process of its own."""
    command = [sys.executable, __file__, "--case", what, form, str(path), "--repeats", str(repeats)]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(run.stdout)
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "wechatlog-bench")
    parser.add_argument("--only", nargs="*", default=list(FORMS))
    parser.add_argument("--case", nargs=3, metavar=("WHAT", "FORM", "FILE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.case:
        what, form, file = arguments.case
        print(json.dumps(measure_here(what, form, Path(file), arguments.repeats)))
        return
    arguments.folder.mkdir(exist_ok=True)
    python = f"CPython {platform.python_version()}, {platform.machine()}"
    print(f"{python}, {arguments.messages:,} messages, best of {arguments.repeats}, CPU time\n")
    print(
        "| format | MB | parse alone, µs a row | iter_messages, µs a row | peak MB above imports | ratio | to a list |"
    )
    print("|---|---|---|---|---|---|---|")
    for form in arguments.only:
        path = make_export(form, arguments.messages, arguments.folder)
        what = ("floor", "iter_messages") + (("kept",) if FORMS[form][0] == "csv" else ())
        floor, found, *kept = (measure(each, form, path, arguments.repeats) for each in what)
        if floor["messages"] != found["messages"]:
            raise SystemExit(f"{form}: {floor['messages']} rows, {found['messages']} messages")
        parse, whole, *listed = (case["seconds"] / case["messages"] * 1e6 for case in (floor, found, *kept))
        size, peak = path.stat().st_size / 1e6, found["peak_kb"] / 1024
        ratios = f"{whole / parse:.2f} | {whole / (listed or [parse])[0]:.2f}"
        print(f"| {form} | {size:.0f} | {parse:.2f} | {whole:.2f} | {peak:.0f} | {ratios} |", flush=True)


if __name__ == "__main__":
    main()
