"""What stands in several files says the same in all of them; what must not go out does not."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import wechatlog

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
RECIPE = yaml.safe_load((ROOT / "conda" / "recipe.yaml").read_text("utf-8"))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
needs_the_repository = pytest.mark.skipif(not WORKFLOWS, reason="an sdist has no workflows")


@pytest.fixture
def check_release() -> Any:
    spec = importlib.util.spec_from_file_location("check_release", ROOT / "scripts" / "check_release.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_file_gives_one_version(check_release: Any) -> None:
    found = check_release.versions()
    found.pop("CHANGELOG.md")  # has the version when it is released
    assert set(found.values()) == {wechatlog.__version__}


def test_a_release_is_checked(check_release: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in check_release.VERSIONS:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    project, changelog = tmp_path / "pyproject.toml", tmp_path / "CHANGELOG.md"
    urls = "\n".join(f'{name} = "https://pypi.org/"' for name in check_release.URLS)
    text = re.sub(r"(?<=\n\[project\.urls\]\n)(?:.+\n)+", f"{urls}\n", project.read_text("utf-8"))
    project.write_text(re.sub(r'email = ".+?"', 'email = "developers@python.org"', text), "utf-8")
    changelog.write_text(f"## [Unreleased]\n\n## [{wechatlog.__version__}] - 2026-12-01\n", "utf-8")
    monkeypatch.setattr(check_release, "ROOT", tmp_path)
    assert check_release.problems(f"v{wechatlog.__version__}") == []

    assert len(check_release.problems("v99.0")) == len(check_release.VERSIONS)
    changelog.write_text("## [Unreleased]\n", "utf-8")
    project.write_text(text.replace('Source = "https://pypi.org/"\n', ""), "utf-8")
    assert check_release.problems(f"v{wechatlog.__version__}") == [
        f"CHANGELOG.md: no version, not v{wechatlog.__version__}",
        "pyproject.toml: no Source in [project.urls]",
        *(f"pyproject.toml: nobody has {a['email']}" for a in PROJECT["project"]["authors"]),
    ]


def test_no_title_of_the_changelog_stands_twice() -> None:
    """A merge that keeps the lines of both sides leaves an edited bullet there twice."""
    titles = re.findall(r"^(?:- \*\*(.+?)\*\*|#+ .+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    titles = [title for title in titles if title]
    assert len(titles) > 10
    assert [title for title in titles if titles.count(title) > 1] == []


def test_the_groups_are_the_extras_of_developers() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    assert PROJECT["dependency-groups"] == {name: [f"wechatlog[{name}]"] for name in PROJECT["dependency-groups"]}
    assert set(PROJECT["dependency-groups"]) == {"test", "lint", "types", "docs", "dev"} <= set(extras)


def _bounds(requirements: list[str]) -> set[str]:
    return {requirement.replace(" ", "").lower() for requirement in requirements}


def test_the_conda_recipe_has_the_bounds_of_the_package() -> None:
    project, requirements = PROJECT["project"], RECIPE["requirements"]
    extras = {
        name: set(needed)
        for name, needed in project["optional-dependencies"].items()
        if name in project["optional-dependencies"]["all"][0].partition("[")[2][:-1].split(",")
    }
    command = extras.pop("cli")
    assert _bounds(requirements["run"]) == _bounds([*project["dependencies"], *command, "python>=${{python_min}}"])
    constraints = {item.replace("matplotlib-base", "matplotlib") for item in requirements["run_constraints"]}
    assert constraints
    assert _bounds([*constraints]) <= _bounds([*set().union(*extras.values())])
    assert f">={RECIPE['context']['python_min']}" == project["requires-python"]
    assert _bounds(PROJECT["build-system"]["requires"]) <= _bounds(requirements["host"])


@needs_the_repository
@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_by_its_commit(path: Path) -> None:
    uses = re.findall(r"uses: (.*)", path.read_text("utf-8"))
    assert uses
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v[0-9.]+", one) for one in uses)


@needs_the_repository
def test_the_workflow_tries_every_python_of_the_classifiers() -> None:
    matrix = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))["jobs"]["tests"]["strategy"]
    named = re.findall(r"Python :: (3\.[0-9]+)", "\n".join(PROJECT["project"]["classifiers"]))
    assert set(named) <= set(matrix["matrix"]["python"])
