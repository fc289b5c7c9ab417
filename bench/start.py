"""Measure what a start costs: `python bench/start.py [--messages N] [--repeats R] [--list CASE]`.

Modules of the package that a process has imported after the first `load` of an invented chat in several formats and
after each verb of the command line, with all modules beside it, and the CPU of these processes against a bare
interpreter's (`python -c pass`), all interleaved, the median of the repeats.
`--messages` is the size of the chat; `--list` prints the imported modules of one case.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from export_rows import make_export
from synthetic import make

MODULES = "import json, sys; print('\\n' + json.dumps(sorted(sys.modules)))"
RUN = f"""
import atexit, sys

@atexit.register
def told():
    {MODULES}

from wechatlog.cli import main
sys.argv[0] = "wechatlog"
main()
"""


def cases(folder: Path, messages: int) -> dict[str, tuple[list[str], list[str]]]:
    """Arguments of the interpreter by name: those that are timed, and those that print the modules at the end."""
    found = {"bare interpreter": (["-c", "pass"], ["-c", MODULES])}
    chat = folder / f"{messages}.markdown.txt"
    make("markdown", messages, chat)
    loaded = {"markdown": chat} | {
        form: make_export(form, messages, folder) for form in ("weflow-json", "memotrace-csv")
    }
    statements = {"import wechatlog": "import wechatlog"} | {
        f"load of {form}": f"import wechatlog; wechatlog.load({str(path)!r})" for form, path in loaded.items()
    }
    for name, statement in statements.items():
        found[name] = (["-c", statement], ["-c", f"{statement}; {MODULES}"])
    verbs = {
        "--version": [],
        "--help": [],
        "formats": [],
        "info": [str(chat)],
        "show": [str(chat), "--limit", "1"],
        "search": ["系统", str(chat)],
        "stats": [str(chat)],
        "convert": [str(chat), "--to", "jsonl"],
    }
    for verb, arguments in verbs.items():
        found[f"wechatlog {verb}"] = (["-m", "wechatlog", verb, *arguments], ["-c", RUN, verb, *arguments])
    return found


def run(arguments: list[str]) -> str:
    """The output of a process, which may keep its compiled modules as installed ones are kept."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONIOENCODING"] = "utf-8"
    found = subprocess.run([sys.executable, *arguments], capture_output=True, check=True, env=environment)
    return found.stdout.decode()


def seconds(arguments: list[str]) -> float:
    """The CPU time of a process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(arguments)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "wechatlog-bench")
    parser.add_argument(
        "--list", metavar="CASE", help="print the modules that a case imports, such as 'wechatlog show'"
    )
    arguments = parser.parse_args()
    arguments.folder.mkdir(exist_ok=True)
    found = cases(arguments.folder, arguments.messages)
    modules = {name: json.loads(run(told).rstrip().split("\n")[-1]) for name, (_, told) in found.items()}
    if arguments.list:
        print("\n".join(sorted(set(modules[arguments.list]) - set(modules["bare interpreter"]))))
        return
    times: dict[str, list[float]] = {name: [] for name in found}
    for _ in range(arguments.repeats):
        for name, (timed, _) in found.items():
            times[name].append(seconds(timed))
    python = f"CPython {platform.python_version()}, {platform.machine()}"
    print(f"{python}, a chat of {arguments.messages} messages, median of {arguments.repeats}\n")
    print("| case | modules of the package | all modules | CPU, ms | CPU / bare interpreter |\n|---|---|---|---|---|")
    bare = statistics.median(times["bare interpreter"])
    for name, values in times.items():
        own = sum(module.split(".")[0] == "wechatlog" for module in modules[name])
        median = statistics.median(values)
        print(f"| {name} | {own} | {len(modules[name])} | {median * 1000:.0f} | {median / bare:.1f} |")


if __name__ == "__main__":
    main()
