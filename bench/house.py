"""Count the house: `python bench/house.py`. Lines of each room, lines of each format, functions that are used once.

A format's own lines are those of its module, shared evenly by the formats that stand in it; what a package of several
modules shares is shared by all of its formats. A function is used once where its name stands in one place beside its
definition; rows of tables and hooks of libraries count as places.
"""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from pathlib import Path

from wechatlog.readers.catalogue import READERS

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


def functions() -> tuple[int, int]:
    """How many functions there are, and how many are private and used once."""
    words: Counter[str] = Counter()
    names: list[str] = []
    for path in sorted(HOME.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        words.update(re.findall(r"[A-Za-z_]\w*", text))
        nodes = ast.walk(ast.parse(text))
        names += [node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    private = (name for name in names if name.startswith("_") and not name.startswith("__"))
    return len(names), sum(words[name] == 2 for name in private)


def main() -> None:
    """Print the table."""
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
    print(f"{count:,} functions, {once / count:.1%} private and used once")


if __name__ == "__main__":
    main()
