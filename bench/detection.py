"""Measure finding the format: `python bench/detection.py [--files N] [--messages N] [--repeats R]`.

A folder of invented daily Markdown archives, 500 of 150 messages by default, is read file by file with `load`, with and
without the format named, and at once with `load_archive`. The floor is that of `bench/run.py`, file by file: decode,
one pattern, one frozen attrs object for each message. The cases run in turn in one process, after a first file; CPU
time, the best of some repeats. `--form weflow-json` reads exports of that form (those of `bench/exports.py`) in place
of the archives; the floor is then the standard library's parse of each file.
"""

from __future__ import annotations

import argparse
import gc
import platform
import tempfile
import time
from pathlib import Path

from cases import floor
from export_rows import FORMS, make_export
from exports import parse_csv, parse_json
from synthetic import markdown_days

import wechatlog


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--messages", type=int, default=150, help="in each file")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--form", choices=["markdown", *FORMS], default="markdown")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "wechatlog-bench")
    arguments = parser.parse_args()
    form, expected = arguments.form, arguments.files * arguments.messages
    folder = arguments.folder / f"{form}-{arguments.files}-{arguments.messages}"
    if form == "markdown":
        markdown_days(folder, arguments.files, arguments.messages)
        plain = floor()
    else:
        folder.mkdir(parents=True, exist_ok=True)
        content = make_export(form, arguments.messages, arguments.folder).read_bytes()
        for number in range(arguments.files):
            (folder / f"chat{number}.{FORMS[form][0]}").write_bytes(content)
        plain = parse_csv if FORMS[form][0] == "csv" else parse_json
    paths = sorted(folder.iterdir())
    cases = {
        "floor": lambda: sum(map(plain, paths)),
        "load, format named": lambda: sum(len(wechatlog.load(path, format=form)) for path in paths),
        "load": lambda: sum(len(wechatlog.load(path)) for path in paths),
        "load_archive, format named": lambda: sum(map(len, wechatlog.load_archive(folder, format=form))),
        "load_archive": lambda: sum(map(len, wechatlog.load_archive(folder))),
    }
    wechatlog.load(paths[0])
    best = dict.fromkeys(cases, float("inf"))
    for _ in range(arguments.repeats):
        for name, run in cases.items():
            gc.collect()
            began = time.process_time()
            found = run()
            best[name] = min(best[name], time.process_time() - began)
            if found != expected:
                raise SystemExit(f"{name}: {found} messages of {expected}")
    python = f"CPython {platform.python_version()}, {platform.machine()}"
    print(f"{python}, {arguments.files} files of {arguments.messages} messages, CPU, best of {arguments.repeats}\n")
    print("| case | k messages/s | ms a file | time / floor | time / load, format named |")
    print("|---|---|---|---|---|")
    for name, seconds in best.items():
        ratios = f"{seconds / best['floor']:.2f} | {seconds / best['load, format named']:.2f}"
        print(f"| {name} | {expected / seconds / 1e3:.0f} | {seconds / arguments.files * 1e3:.2f} | {ratios} |")


if __name__ == "__main__":
    main()
