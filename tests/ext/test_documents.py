"""Adapters over the one chunker. The libraries are heavy: `nox -s adapters` installs them, elsewhere they are skipped."""

from __future__ import annotations

import io
import json
import os
import warnings
from pathlib import Path
from typing import Any

import pytest

import wechatlog
from wechatlog.ext.documents import iter_chunks

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
CLUB = EXAMPLES / "reading-club.jsonl"
OPTIONS: dict[str, Any] = {"max_tokens": 300, "gap": "2h"}


def rows() -> list[dict[str, Any]]:
    text = wechatlog.dumps(wechatlog.load(CLUB), "llm-chunks", **OPTIONS)
    return [json.loads(line) for line in text.split("\n") if line]


def import_library(name: str) -> Any:
    """A library, whatever it warns of while it is imported; skipped where it is not installed."""
    os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip(name, reason="installed by `nox -s adapters`", exc_type=ImportError)


def check(found: list[tuple[str, str, dict[str, Any]]]) -> None:
    """The documents are the chunks of the writer, with flat metadata."""
    expected = rows()
    assert [(id_, text) for id_, text, _ in found] == [(row["id"], row["text"]) for row in expected]
    for (_, _, metadata), row in zip(found, expected, strict=True):
        assert all(isinstance(value, str | int) for value in metadata.values())
        assert metadata["participants"] == ", ".join(row["participants"])
        assert metadata["start"] == row["start"]
    assert not any("林晓" in f"{text}{metadata}" for _, text, metadata in found)


def test_chunks_of_a_path_a_conversation_and_several() -> None:
    check([tuple(chunk) for chunk in iter_chunks(CLUB, **OPTIONS)])  # type: ignore[misc]
    check([tuple(chunk) for chunk in iter_chunks(wechatlog.load(CLUB), **OPTIONS)])  # type: ignore[misc]
    check([tuple(chunk) for chunk in iter_chunks([wechatlog.load(CLUB)], **OPTIONS)])  # type: ignore[misc]
    assert any("林晓" in chunk.text for chunk in iter_chunks(str(CLUB), real_names=True))
    with pytest.raises(TypeError, match="max_token"):
        list(iter_chunks(CLUB, max_token=5))


def test_langchain() -> None:
    import_library("langchain_core")
    from wechatlog.ext.langchain import ChatLoader

    check([(one.id or "", one.page_content, one.metadata) for one in ChatLoader(CLUB, **OPTIONS).load()])


def test_llama_index() -> None:
    import_library("llama_index.core")
    from wechatlog.ext.llama_index import ChatReader

    check([(one.id_, one.text, one.metadata) for one in ChatReader().load_data(CLUB, **OPTIONS)])


def test_haystack() -> None:
    haystack = import_library("haystack")
    from wechatlog.ext.haystack import ChatToDocuments

    pipeline = haystack.Pipeline()
    pipeline.add_component("chats", ChatToDocuments(**OPTIONS))
    documents = pipeline.run({"chats": {"sources": [CLUB]}})["chats"]["documents"]
    check([(one.id, one.content, one.meta) for one in documents])


def test_markitdown_takes_chats_and_nothing_else(tmp_path: Path) -> None:
    markitdown = import_library("markitdown")
    from wechatlog.ext import markitdown as plugin

    assert plugin.__plugin_interface_version__ == 1
    converter = markitdown.MarkItDown(enable_plugins=False)
    plugin.register_converters(converter)
    transcript = wechatlog.dumps(list(wechatlog.load_archive(CLUB)), "llm-markdown")
    assert converter.convert(CLUB).markdown.strip() == transcript.strip()
    assert converter.convert(io.BytesIO(CLUB.read_bytes())).markdown.strip() == transcript.strip()
    assert "林晓" in converter.convert(CLUB, real_names=True).markdown
    page = tmp_path / "page.html"
    page.write_text("<html><body><h1>A page</h1><p>No chat.</p></body></html>", encoding="utf-8")
    assert "# A page" in converter.convert(page).markdown
    for name, text in (("a.csv", "a,b\n1,2\n"), ("a.json", '{"a": [1, 2]}'), ("a.md", "# Notes\n\nNo chat.\n")):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        stream = io.BytesIO(path.read_bytes())
        assert not plugin.ChatConverter().accepts(stream, markitdown.StreamInfo(local_path=str(path)))
        assert not plugin.ChatConverter().accepts(stream, markitdown.StreamInfo())
        assert stream.tell() == 0


def test_the_entry_point_of_markitdown_names_the_plugin() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert '[project.entry-points."markitdown.plugin"]\nwechatlog = "wechatlog.ext.markitdown"\n' in text
