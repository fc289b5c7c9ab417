"""The cases of the corpus that are whole, as what is damaged."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import NamedTuple

import wechatlog
from wechatlog import Message, Severity, WechatlogError

__all__ = ["FAMILIES", "Seed", "load_seeds", "read"]

CORPUS = Path(__file__).parents[1] / "tests" / "corpus"
FAMILIES = {
    ".txt": "text", ".md": "text", ".markdown": "text", ".eml": "text", ".sql": "SQL", ".csv": "CSV", ".tsv": "CSV",
    ".json": "JSON", ".jsonl": "JSON", ".js": "JSON", ".html": "HTML", ".xlsx": "workbook", ".xls": "workbook",
    ".xml": "HTML", ".yaml": "YAML", ".docx": "document", ".db": "database", ".sqlite": "database",
    ".parquet": "columns", ".arrow": "columns",
}  # fmt: skip
"""Suffixes of cases, and what damage does alike."""
_LARGEST = 200_000


class Seed(NamedTuple):
    """A case that is read without a complaint.

    Attributes:
        name: of the file, below the corpus.
        format: of its reader.
        family: of its container.
        data: the file.
        options: that it is read with.
        messages: what it holds.
    """

    name: str
    format: str
    family: str
    data: bytes
    options: dict[str, object]
    messages: tuple[Message, ...]


def read(data: bytes, format: str, options: dict[str, object]) -> list[wechatlog.Conversation]:  # noqa: A002
    """All conversations in some bytes.

    Raises:
        WechatlogError: as `load`.
    """
    archive = wechatlog.load_archive(data, format=format, **options)  # type: ignore[arg-type]
    found = list(archive)
    if not found:
        failed = [entry for entry in archive.diagnostics if entry.severity is not Severity.INFO]
        raise WechatlogError("; ".join(map(str, failed or archive.diagnostics)) or "nothing was read")
    return found


@functools.cache
def load_seeds(least: int = 1, formats: tuple[str, ...] = ()) -> tuple[Seed, ...]:
    """The cases with at least so many messages that are read without a warning, of all formats or of some."""
    found = []
    for path in sorted(CORPUS.glob("*/*")):
        family = FAMILIES.get(path.suffix)
        expectation = path.with_name(f"{path.name}.expected") if path.suffix == ".json" else path.with_suffix(".json")
        if family is None or not expectation.is_file() or path.stat().st_size > _LARGEST:
            continue
        expected = json.loads(expectation.read_text("utf-8"))
        name = expected.get("format", "")
        if "error" in expected or not name or (formats and name not in formats):
            continue
        options = expected.get("options", {})
        try:
            chats = read(path.read_bytes(), name, options)
        except WechatlogError:  # a case of files that belong together, or of an optional library
            continue
        told = [entry for chat in chats for entry in chat.diagnostics if entry.severity is not Severity.INFO]
        messages = tuple(message for chat in chats for message in chat)
        if not told and len(messages) >= least:
            relative = path.relative_to(CORPUS).as_posix()
            found.append(Seed(relative, name, family, path.read_bytes(), options, messages))
    return tuple(found)
