"""Measure reading against the floor and against peers, in one run: `python bench/run.py [--messages N] [--repeats R]`.

The floor is the plain loop that no library can beat by much: decode the file, one pattern over it, one frozen attrs
object for each message. Every case runs in a process of its own; peers read the same invented chat in their own form.
`pip install whatstk chat-miner whatsapp-chat-analyzer chatpack irclog2html` brings the peers.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cases import CASES
from synthetic import FORMS, make

HERE = Path(__file__).parent


def measure(name: str, path: Path, repeats: int) -> dict[str, float] | None:
    """A case in a process of its own; `None` where what it needs is not installed."""
    command = [sys.executable, str(HERE / "cases.py"), name, str(path), str(repeats)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        reason = run.stderr.strip().split("\n")[-1]
        print(f"{name:24} {reason}", file=sys.stderr)
        return None
    result: dict[str, float] = json.loads(run.stdout.strip().split("\n")[-1])
    return result


def imports(repeats: int = 15) -> dict[str, float]:
    """Milliseconds that a process takes to import, median, interleaved."""
    statements = {
        "nothing": "pass",
        "attrs": "import attrs",
        "wechatlog": "import wechatlog",
        "wechatlog and its load": "import wechatlog; wechatlog.load",
    }
    times: dict[str, list[float]] = {name: [] for name in statements}
    for _ in range(repeats):
        for name, statement in statements.items():
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", statement], check=True)
            times[name].append((time.perf_counter() - began) * 1000)
    return {name: statistics.median(values) for name, values in times.items()}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "wechatlog-bench")
    parser.add_argument("--only", nargs="*", default=list(CASES))
    arguments = parser.parse_args()
    arguments.folder.mkdir(exist_ok=True)
    paths = {form: arguments.folder / f"{arguments.messages}.{form}.txt" for form in FORMS}
    for form, path in paths.items():
        make(form, arguments.messages, path)
    python = f"CPython {platform.python_version()}, {platform.machine()}"
    print(f"{python}, {arguments.messages:,} messages, best of {arguments.repeats}\n")
    print("| case | messages | k messages/s | MB/s | peak MB above imports | time / floor |")
    print("|---|---|---|---|---|---|")
    floor = 0.0
    for name in arguments.only:
        path = paths[CASES[name][0]]
        found = measure(name, path, arguments.repeats)
        if found is None:
            continue
        seconds = found["seconds"]
        floor = floor or seconds
        size = path.stat().st_size / 1e6
        print(
            f"| {name} | {found['messages']:,.0f} | {found['messages'] / seconds / 1e3:.0f} | {size / seconds:.0f} "
            f"| {found['peak_kb'] / 1024:.0f} | {seconds / floor:.2f} |",
            flush=True,
        )
    found_imports = imports()
    print("\nimport, median of 15 processes, ms: " + ", ".join(f"{k} {v:.0f}" for k, v in found_imports.items()))


if __name__ == "__main__":
    main()
