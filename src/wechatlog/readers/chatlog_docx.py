"""wetrace's Word documents: `[sender] 21:30:00` LF body in a paragraph, the body as in its text, under days.

Format facts: wetrace `web/export/export_docx.go` (2026).
"""

from __future__ import annotations

import re
from typing import Final

from wechatlog.engine.under_days import CLOCK, DAY, END, Form, under_days
from wechatlog.readers.chatlog_bodies import read_rendering
from wechatlog.tokenizer import Grammar

WETRACE: Final = under_days(
    "wetrace-docx",
    "wetrace, Word document (2026)",
    ".docx",
    Form(
        Grammar("wetrace document", rf"(?:{DAY}|\[(?P<sender>[^\n\r]*)\] (?P<time>{CLOCK})){END}"),
        re.compile(r"(?P<title>[^\n]+) 的聊天记录\s*(?:\n|\Z)"),
        read_rendering,
        "wetrace",
        re.compile(
            r"chat_export_(?P<title>.+?)_(?P<id>wxid_[^.]+?|gh_[^.]+?|[0-9]+@[a-z]+|[^_.]+?)(?: ?\([0-9]+\))?\.docx"
        ),
    ),
)
