"""What is written for agents is true: the commands of the skill run, and llms.txt names every page and no other."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
from tests.docs.test_examples import SYBIL, workplace

__all__ = ["workplace"]

ROOT = Path(__file__).parents[2]
SKILL = ROOT / "skills" / "wechatlog" / "SKILL.md"


def test_the_head_of_the_skill_is_as_agents_expect_it() -> None:
    found = re.match(
        r"---\nname: ([a-z-]{1,64})\ndescription: (.{50,1024})\n---\n\n# ", SKILL.read_text(encoding="utf-8")
    )
    assert found is not None
    assert found[1] == SKILL.parent.name


@pytest.mark.usefixtures("workplace")
def test_the_examples_of_the_skill_run() -> None:
    document = SYBIL.parse(SKILL)
    examples = list(document.examples())
    assert len(examples) == 5
    for example in examples:
        example.evaluate()


def test_the_skill_names_the_tools_of_the_server() -> None:
    pytest.importorskip("mcp.server", reason="the extra mcp is not installed")
    import anyio

    from wechatlog.agents.server import build_server

    tools = anyio.run(build_server(None).list_tools)  # type: ignore[arg-type]
    text = SKILL.read_text(encoding="utf-8")
    named = text.split("The tools of the server `wechatlog mcp` are ")[1].split(".\n")[0]
    assert re.findall(r"`(\w+)`", named) == [tool.name for tool in tools]


def test_llms_txt_names_pages_by_their_headings() -> None:
    path = ROOT / "scripts" / "build_llms_txt.py"
    spec = importlib.util.spec_from_file_location("build_llms_txt", path)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    text = (ROOT / "llms.txt").read_text(encoding="utf-8")
    untrue = set(text.split("\n")) - set(script.build().split("\n"))
    assert not untrue, "run python scripts/build_llms_txt.py"
    targets = re.findall(r"^- \[.+\]\((.+?)\)", text, re.MULTILINE)
    assert len(targets) > 40
    assert all((ROOT / target).is_file() for target in targets)
