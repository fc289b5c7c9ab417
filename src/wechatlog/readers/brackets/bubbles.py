r"""WeChatExporter by 123dstong, version 5, as a Word document: each message is a table of one row.

At the left stand the first letter of a name and the words with the whole name below them, or the other way round, and
without the name, for the owner's own. Days are paragraphs `── 2026-05-01 ──`, notices are paragraphs; no message has a
clock. What is no text is a word in brackets. Needs the extra `docx`.

Format facts: `wechat_exporter_v5.py`, `export_word`, of 2026.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Final

from wechatlog.diagnostics import Severity
from wechatlog.engine import ME, NOTICES, Entry, Evidence, Format, Head, Reading
from wechatlog.engine.documents import Paragraph, Row, is_document, iter_blocks
from wechatlog.readers.brackets.lines import read_body

_DAY: Final = re.compile(r"── (?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2}) ──")
_COUNT: Final = re.compile(r"共 (?P<count>[0-9]{1,12}) 条消息")
_LOOKED_AT: Final = 40


def _sides(row: Row) -> tuple[bool, list[str]] | None:
    """Whether a row is the owner's, and the paragraphs of its bubble; `None` for one that is no message."""
    texts = ["\n".join(paragraph.text for paragraph in cell.paragraphs).strip() for cell in row.cells]
    if len(texts) != 3 or bool(texts[0]) == bool(texts[2]):
        return None
    return bool(texts[2]), [paragraph.text for paragraph in row.cells[1].paragraphs]


def _entries(reading: Reading) -> Iterator[Entry]:
    blocks = iter_blocks(reading.source, lambda code, text: reading.report(code, text, severity=Severity.ERROR))
    day, chat = "", reading.chat
    for block in blocks:
        if isinstance(block, Row):
            found = _sides(block)
            if found is None:
                reading.tell("unread-part", "a table that is no message of this format was left out", once=True)
                continue
            own, lines = found
            name = reading.owner or ME if own else lines.pop().strip() if len(lines) > 1 else None
            yield _entry(reading, day, name, "\n".join(lines), own=own)
        elif text := block.text.strip():
            if match := _DAY.fullmatch(text):
                day = match["day"]
            elif day:
                yield _entry(reading, day, None, text, own=None)
            elif _COUNT.fullmatch(text) is None:
                chat.title = chat.title or text


def _entry(reading: Reading, day: str, name: str | None, text: str, *, own: bool | None) -> Entry:
    time, precision = reading.clock(day) if day else (None, None)
    body = read_body(reading, text, None, notice=own is None)
    return Entry(None, time, precision, name, None, None if body[0] in NOTICES else own, *body)


def _detect(head: Head) -> Evidence | None:
    if not is_document(head.source):
        return None
    blocks = list(itertools.islice(iter_blocks(head.source, lambda *_: None), _LOOKED_AT))
    lines = [block.text.strip() for block in blocks if isinstance(block, Paragraph)]
    if not any(map(_COUNT.fullmatch, lines[:3])) or not any(map(_DAY.fullmatch, lines)):
        return None
    tables = any(isinstance(block, Row) and _sides(block) is not None for block in blocks)
    return Evidence(1.0, "a Word document with days between lines and a table for each message") if tables else None


DOCX: Final = Format(
    "wechatexporter-pc-docx", "WeChatExporter by 123dstong, DOCX (2026)", ".docx", _detect, _entries, "WeChatExporter"
)
