"""Count the house: `python bench/house.py`. Lines of each room, lines of each format, functions that are used once.

`python bench/house.py --once` names these functions, with their lines.

A format's own lines are those of its module, shared evenly by the formats that stand in it; what a package of several
modules shares is shared by all of its formats. A function is used once where its name stands in one place beside its
definition; rows of tables and hooks of libraries count as places.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

from wechatlog.readers import READERS

HOME = Path(__file__).parent.parent / "src" / "wechatlog"
SMALL = 80


def lines_of(path: Path) -> int:
    """The lines of a module, or of all modules below a folder."""
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
    return sum(len(file.read_text(encoding="utf-8").split("\n")) - 1 for file in files)


def format_lines() -> dict[str, float]:
    """The lines of each format that is read."""
    modules: defaultdict[str, list[str]] = defaultdict(list)
    for row in READERS:
        modules[row.target.partition(":")[0].removeprefix("wechatlog.readers.")].append(row.name)
    packages = {path.name for path in (HOME / "readers").iterdir() if (path / "__init__.py").is_file()}
    found: dict[str, float] = {}
    for package in packages:
        inside = {module: names for module, names in modules.items() if module.split(".")[0] == package}
        files = {module: HOME / "readers" / Path(*module.split(".")).with_suffix(".py") for module in inside}
        own = {module: lines_of(file) for module, file in files.items() if file.is_file()}
        shared = lines_of(HOME / "readers" / package) - sum(own.values())
        count = sum(map(len, inside.values()))
        for module, names in inside.items():
            found |= dict.fromkeys(names, own.get(module, 0) / len(names) + shared / count)
    for module, names in modules.items():
        if module.split(".")[0] not in packages:
            found |= dict.fromkeys(names, lines_of(HOME / "readers" / f"{module}.py") / len(names))
    return found


def functions() -> tuple[int, list[str]]:
    """How many functions there are, and those that are private and used once: place, name, lines."""
    words: Counter[str] = Counter()
    found: list[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]] = []
    for path in sorted(HOME.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        words.update(re.findall(r"[A-Za-z_]\w*", text))
        nodes = ast.walk(ast.parse(text))
        found += ((path, node) for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    once = [
        f"{path.relative_to(HOME)}:{node.lineno} {node.name} {(node.end_lineno or 0) - node.lineno + 1}"
        for path, node in found
        if node.name.startswith("_") and not node.name.startswith("__") and words[node.name] == 2
    ]
    return len(found), once


def main() -> None:
    """Print the table, or the functions that are used once."""
    if "--once" in sys.argv:
        print(*functions()[1], sep="\n")
        return
    rooms = {path.name: lines_of(path) for path in sorted(HOME.iterdir()) if any(path.rglob("*.py"))}
    rooms["modules at the top"] = sum(lines_of(path) for path in HOME.glob("*.py"))
    print("| room | lines |\n|---|---|")
    for name, count in sorted(rooms.items(), key=lambda row: -row[1]):
        print(f"| {name} | {count:,} |")
    print(f"| all | {lines_of(HOME):,} |\n")
    formats = format_lines()
    small = sum(count <= SMALL for count in formats.values())
    print(f"{len(formats)} formats, {sum(formats.values()) / len(formats):.0f} lines each; {small} at most {SMALL}")
    count, once = functions()
    print(f"{count:,} functions, {len(once) / count:.1%} private and used once")


if __name__ == "__main__":
    main()
