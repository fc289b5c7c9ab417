"""Say whether this tree may go out under a tag: `python scripts/check_release.py v0.2.0`.

The version stands in five places, and they must agree; addresses that nobody has are no addresses. Takes the standard
library only, since it runs before anything is installed; changes nothing.
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
VERSIONS = {
    "src/wechatlog/__init__.py": r'^__version__ = "(.+)"$',
    "pyproject.toml": r'^version = "(.+)"$',
    "CITATION.cff": r"^version: (.+)$",
    "conda/recipe.yaml": r'^  version: "(.+)"$',
    "CHANGELOG.md": r"^## \[([0-9].*)\] - [0-9]{4}-[0-9]{2}-[0-9]{2}$",
}
URLS = ("Homepage", "Documentation", "Changelog", "Source", "Issues")


def versions() -> dict[str, str | None]:
    """The version that each file gives; of the changelog, the newest that has a date."""
    found = {name: re.search(rule, (ROOT / name).read_text("utf-8"), re.MULTILINE) for name, rule in VERSIONS.items()}
    return {name: match and match[1] for name, match in found.items()}


def problems(tag: str) -> list[str]:
    """What keeps the tree from being published as this tag."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return [
        *(f"{name}: {found or 'no version'}, not {tag}" for name, found in versions().items() if f"v{found}" != tag),
        *(f"pyproject.toml: no {name} in [project.urls]" for name in URLS if name not in project["urls"]),
        *(f"pyproject.toml: nobody has {a['email']}" for a in project["authors"] if a["email"].endswith(".example")),
    ]


if __name__ == "__main__":
    found = problems(sys.argv[1])
    print("\n".join(found) or f"{sys.argv[1]} may go out")
    sys.exit(bool(found))
