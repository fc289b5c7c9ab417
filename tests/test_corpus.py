"""The corpus: `corpus/<format>/<case>.<ext>` is read and compared with `corpus/<format>/<case>.json`.

An expectation holds `format`, optional `options`, what the conversation must have (`conversation`), every message
field by field (`messages`), and the diagnostics (`diagnostics`: code and line). A case that must fail holds `error` and
`match` instead. A case of several conversations holds a list under `conversations`. A case that is a JSON file itself is
expected by `<case>.json.expected`. `WECHATLOG_UPDATE_CORPUS=1` writes the expectation of a case that has none, to be
checked by eye before it is committed.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

import wechatlog
from wechatlog.content.native import message_to_json
from wechatlog.diagnostics import Severity

CORPUS = Path(__file__).parent / "corpus"
UPDATE = os.environ.get("WECHATLOG_UPDATE_CORPUS") == "1"
_FACTS = ("title", "id", "is_group", "owner", "tz_assumed")


def _expectation(case: Path) -> Path:
    return case.with_name(f"{case.name}.expected") if case.suffix == ".json" else case.with_suffix(".json")


@functools.cache
def cases() -> tuple[Path, ...]:
    """Every file that is no expectation; files in deeper folders belong to the case beside their folder."""
    found = []
    for folder in sorted(CORPUS.iterdir()):
        paths = sorted(path for path in folder.iterdir() if path.is_file())
        expectations = {_expectation(path) for path in paths if path.suffix != ".expected"}
        found += [path for path in paths if path not in expectations and not path.name.startswith("_")]
    return tuple(found)


@functools.cache
def expected_of(case: Path) -> dict[str, Any]:
    """What is expected of a case, and nothing where nobody has said it yet."""
    expectation = _expectation(case)
    if not expectation.exists():
        return {}
    found: dict[str, Any] = json.loads(expectation.read_text(encoding="utf-8"))
    return found


def _describe_message(message: wechatlog.Message) -> dict[str, Any]:
    value = message_to_json(message)
    for name in ("type", "origin", "parsed"):
        value.pop(name, None)
    if message.given_segments is None:
        del value["segments"]
    return value


def _describe(conversation: wechatlog.Conversation) -> dict[str, Any]:
    facts = {name: getattr(conversation, name) for name in _FACTS if getattr(conversation, name) not in (None, False)}
    if conversation.is_group is False:
        facts["is_group"] = False
    if conversation.tz is not None:
        facts["tz"] = str(conversation.tz)
    return {
        "conversation": facts,
        "messages": [_describe_message(message) for message in conversation],
        "diagnostics": [[entry.code, entry.line] for entry in conversation.diagnostics],
    }


@functools.cache
def _severities() -> dict[str, set[str]]:
    """Of each code what the page on diagnostics says."""
    page = (CORPUS.parents[1] / "docs" / "reference" / "diagnostics.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| ([a-z, ]+) \|", page, re.MULTILINE)
    return {code: set(re.split(", | or ", severities)) for code, severities in rows}


def _check_severities(case: Path, conversations: list[wechatlog.Conversation], options: dict[str, Any]) -> None:
    """They are those of the page, and a warning is an error where somebody asks for it."""
    told = [entry for conversation in conversations for entry in conversation.diagnostics]
    assert all(entry.severity in _severities()[entry.code] for entry in told)
    is_damaged = any(entry.severity is not Severity.INFO for entry in told)
    with pytest.raises(wechatlog.WechatlogError) if is_damaged else contextlib.nullcontext():
        for conversation in wechatlog.load_archive(case, errors="strict", **options):
            assert conversation in conversations


def _with_format(case: Path, name: str, options: dict[str, Any]) -> dict[str, Any]:
    """The options of a case that is read once more: what its format is was found out; that of a ZIP is its files'."""
    return options if case.suffix == ".zip" else {"format": name, **options}


def _read(case: Path, options: dict[str, Any]) -> dict[str, Any]:
    detection = wechatlog.detect(case)
    conversations = list(wechatlog.load_archive(case, errors="collect", **options))
    _check_severities(case, conversations, _with_format(case, detection.format, options))
    described = [_describe(conversation) for conversation in conversations]
    found: dict[str, Any] = {"format": detection.format}
    if options:
        found["options"] = options
    return {**found, **described[0]} if len(described) == 1 else {**found, "conversations": described}


@pytest.mark.parametrize("case", cases(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_case(case: Path) -> None:
    expectation = _expectation(case)
    if not expectation.exists():
        assert UPDATE, f"{expectation.name} is missing; run with WECHATLOG_UPDATE_CORPUS=1 and check what it writes"
        expectation.write_text(json.dumps(_read(case, {}), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return
    expected = expected_of(case)
    options = expected.get("options", {})
    if "error" in expected:
        with pytest.raises(getattr(wechatlog, expected["error"]), match=expected["match"]):
            wechatlog.load(case, **options)
        return
    found = _read(case, options)
    if UPDATE:
        expectation.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert found == expected
    if "conversations" not in expected and case.suffix != ".zip":  # `iter_messages` and `load` are one code path
        how = _with_format(case, expected["format"], options)
        assert tuple(wechatlog.iter_messages(case, **how)) == wechatlog.load(case, **how).messages
