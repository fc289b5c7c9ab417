"""Write `llms.txt`, which names every page of the documentation by its heading: `python scripts/build_llms_txt.py`."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
HEAD = """\
# wechatlog

> Any WeChat chat archive in, one immutable model, any form out: a typed Python library and the command `wechatlog`. It reads the exports of some twenty tools, says what is damaged in them, and never touches the network.

Start with the skill, which has the commands that are needed most. The reference pages are checked against the code, and
every example in the documentation is run by the tests.

## For agents

- [Work with WeChat chats](skills/wechatlog/SKILL.md): a skill
"""  # noqa: E501 - a quotation of one line, as the form has it
PARTS = {"Tutorial": "tutorial", "How-to guides": "how-to", "Reference": "reference", "Explanation": "explanation"}
TAIL = """
## Optional

- [README](README.md)
- [README in Chinese](README.zh-CN.md)
- [Changelog](CHANGELOG.md)
- [Contributing](CONTRIBUTING.md)
"""


def build(root: Path = ROOT) -> str:
    """The text of the file."""
    parts = [HEAD]
    for title, folder in PARTS.items():
        parts.append(f"\n## {title}\n\n")
        for page in sorted((root / "docs" / folder).glob("*.md")):
            if page.name != "index.md":
                (heading,) = re.findall(r"^# (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)[:1]
                parts.append(f"- [{heading}]({page.relative_to(root).as_posix()})\n")
    return "".join([*parts, TAIL])


if __name__ == "__main__":
    (ROOT / "llms.txt").write_text(build(), encoding="utf-8")
