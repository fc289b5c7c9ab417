"""Every made-up sample of the formats in the wild is recognised, read, and nothing of it is in doubt."""

from __future__ import annotations

import ast
import gzip
from pathlib import Path
from typing import Any

import pytest

import wechatlog
from tests.samples import FORMATS

BINARY = (".xlsx", ".zip", ".db")
READERS = Path(wechatlog.__file__).parent / "readers"


def _detected(data: Path | bytes) -> str:
    try:
        return wechatlog.detect(data).format
    except wechatlog.RefusedFormatError as error:
        return f"refused: {error.format}"


@pytest.mark.parametrize("name", FORMATS)
def test_the_right_format(samples: Path, name: str) -> None:
    assert _detected(samples / name) == FORMATS[name]


@pytest.mark.parametrize("name", FORMATS)
def test_content_is_enough(samples: Path, name: str) -> None:
    """Without a name, compressed, with other line ends, with a mark, in other encodings: the same format."""
    data = (samples / name).read_bytes()
    assert _detected(data) == FORMATS[name]
    assert _detected(gzip.compress(data)) == FORMATS[name]
    if name.endswith(BINARY):
        return
    unix = data.replace(b"\r\n", b"\n")
    assert _detected(unix) == FORMATS[name]
    assert _detected(unix.replace(b"\n", b"\r\n")) == FORMATS[name]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return
    for encoding in ("utf-8-sig", "utf-16", "gb18030"):
        assert _detected(text.encode(encoding)) == FORMATS[name], encoding


@pytest.mark.parametrize("name", [name for name in FORMATS if not FORMATS[name].startswith("refused")])
def test_what_is_read_keeps_the_promises_of_the_model(samples: Path, name: str) -> None:
    errors: Any = "collect" if "excel-resaved" in name else "strict"  # its ids are rounded
    found = list(wechatlog.load_archive(samples / name, errors=errors))
    assert sum(map(len, found)) > 0
    for conversation in found:
        zones = {message.time.tzinfo is None for message in conversation if message.time is not None}
        assert len(zones) <= 1
        for message in conversation:
            assert "".join(segment.raw for segment in message.segments) == message.text
            assert (message.time is None) == (message.precision is None)
        assert wechatlog.loads(wechatlog.dumps(conversation, "jsonl")) == conversation
        assert len(wechatlog.loads(wechatlog.dumps(conversation, "markdown"), format="markdown")) == len(conversation)


def _imports(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}


def test_no_reader_mentions_another() -> None:
    """Modules of one family share the word before the first underscore; nothing else is shared but base."""
    for path in READERS.glob("*.py"):
        family = path.stem.split("_")[0]
        for module in _imports(path):
            if module.startswith("wechatlog.readers."):
                other = module.rpartition(".")[2]
                assert other == "base" or other.split("_")[0] == family, f"{path.name} imports {module}"
