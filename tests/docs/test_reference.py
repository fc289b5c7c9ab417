"""The reference pages and the README say what the code says."""

from __future__ import annotations

import ast
import functools
import importlib
import importlib.util
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from jsonschema import Draft202012Validator
from tests.samples import corpus_conversations

import wechatlog
from wechatlog import testing
from wechatlog.content.vocabulary import segment_for
from wechatlog.segments import segment_rules, types

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "wechatlog"
REFERENCE = ROOT / "docs" / "reference"
CORPUS = ROOT / "tests" / "corpus"
README, README_ZH = ROOT / "README.md", ROOT / "README.zh-CN.md"

_CODE = re.compile(r"[a-z]+(?:-[a-z]+)+")
_TELLING = re.compile(r"report|note|tell|suspect|Problem|Body|Error|Diagnostic")
_ROW = re.compile(r"^\| `([^`]+)` \|(.*)$", re.MULTILINE)


def _page(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


# --- names ---------------------------------------------------------------------------------------


def test_the_api_page_has_every_public_name() -> None:
    text = _page("api.md").split("## For authors")[0]
    shown: dict[str, list[str]] = {}
    for part in re.split(r"^\.\. currentmodule:: ", text, flags=re.MULTILINE)[1:]:
        names = re.findall(r"^\.\. auto(?:function|class|exception):: (\w+)", part, re.MULTILINE)
        shown.setdefault(part.split("\n", 1)[0], []).extend(names)
    for module in ("wechatlog", "wechatlog.operations", "wechatlog.ext.plot", "wechatlog.media"):
        assert sorted(shown.pop(module)) == sorted(importlib.import_module(module).__all__)
    assert not shown


def test_the_page_on_errors_has_every_error() -> None:
    classes = {
        name
        for name in wechatlog.__all__
        if isinstance(item := getattr(wechatlog, name), type) and issubclass(item, Exception)
    }
    assert {name for name, _ in _ROW.findall(_page("errors.md"))} == classes


def test_the_page_on_segments_has_every_type_and_field() -> None:
    rows = dict(_ROW.findall(_page("segments.md").split("## Kinds")[0]))
    assert set(rows) == set(types.__all__) - {"Segment"}
    for name, rest in rows.items():
        fields = [field.name for field in attrs.fields(getattr(types, name)) if field.name != "raw"]
        assert re.findall(r"`(\w+)`", rest.split("|")[1]) == fields, name


def test_the_page_on_segments_has_every_kind_and_its_segment() -> None:
    rows = dict(_ROW.findall(_page("segments.md").split("## Kinds")[1].split("## Rules")[0]))
    assert list(rows) == [kind.value for kind in wechatlog.MessageKind]
    for name, rest in rows.items():
        segment = type(segment_for(wechatlog.MessageKind(name))).__name__
        assert re.findall(r"`(\w+)`", rest) == ([] if segment == "Text" else [segment]), name


def test_the_page_on_segments_has_every_rule_in_order() -> None:
    rules = _page("segments.md").split("## Rules")[1].split("## Emoji")[0]
    built_in = [rule.name for rule in segment_rules()]
    assert [name for name, _ in _ROW.findall(rules)] == built_in


# --- diagnostics ---------------------------------------------------------------------------------


def _codes_in(tree: ast.AST) -> Iterator[str]:
    """Strings of the shape of a code inside calls that report, and the defaults of parameters named `code`."""
    for node in ast.walk(tree):
        inside: list[ast.AST] = []
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if _TELLING.search(name):
                inside = [*node.args, *(keyword.value for keyword in node.keywords)]
        elif isinstance(node, ast.FunctionDef):
            named = zip(reversed(node.args.args), reversed(node.args.defaults), strict=False)
            inside = [default for argument, default in named if argument.arg == "code"]
        for part in inside:
            for leaf in ast.walk(part):
                if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str) and _CODE.fullmatch(leaf.value):
                    yield leaf.value


@functools.cache
def _codes_of_the_source() -> dict[str, str]:
    names = {info.name for info in wechatlog.formats()}
    found: dict[str, str] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        if path.name == "registry.py" or "cli" in path.relative_to(SOURCE).parts:
            continue
        for code in _codes_in(ast.parse(path.read_text(encoding="utf-8"))):
            if code not in names:
                found.setdefault(code, path.name)
    return found


def _documented() -> set[str]:
    return {name for name, _ in _ROW.findall(_page("diagnostics.md"))}


def test_every_diagnostic_code_of_the_source_is_documented() -> None:
    missing = {code: file for code, file in _codes_of_the_source().items() if code not in _documented()}
    assert not missing, f"not in docs/reference/diagnostics.md: {missing}"


def test_every_documented_code_exists() -> None:
    gone = _documented() - _codes_of_the_source().keys()
    assert not gone, f"in docs/reference/diagnostics.md, but nothing reports them: {sorted(gone)}"


def test_every_code_that_the_corpus_draws_is_documented() -> None:
    drawn = set()
    for path in sorted([*CORPUS.rglob("*.json"), *CORPUS.rglob("*.expected")]):
        try:
            expectation = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:  # a case that is a broken JSON file itself
            continue
        if isinstance(expectation, dict):
            for part in (expectation, *expectation.get("conversations", ())):
                entries = part.get("diagnostics", ()) if isinstance(part, dict) else ()
                drawn |= {entry[0] for entry in entries if isinstance(entry, list) and entry}
    assert drawn <= _documented(), f"not in docs/reference/diagnostics.md: {sorted(drawn - _documented())}"


# --- the native form -----------------------------------------------------------------------------


def _schema(*, closed: bool = False) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(_page("wechatlog-1.schema.json"))
    if closed:
        for definition in schema["$defs"].values():
            if "properties" in definition:
                definition["additionalProperties"] = False
    return schema


def test_the_schema_is_a_schema() -> None:
    schema = _schema()
    Draft202012Validator.check_schema(schema)
    for part in schema["$defs"].values():
        for name in _FREE_TEXT & part.get("properties", {}).keys():
            field = part["properties"][name]
            while "$ref" in field:
                field = functools.reduce(lambda found, step: found[step], field["$ref"].split("/")[1:], schema)
            assert field.keys() <= {"type", "description"}, f"{name} may not be anything"


_FREE_TEXT = set("text raw title sender sender_id id url path label name note source message".split())
"""Keys of what may be any text."""


def _shape(value: Any, key: str = "") -> Any:
    """What a schema can see of a value: its types, without the texts that may be anything, and digits without their values."""
    if isinstance(value, dict):
        return tuple((name, _shape(item, name)) for name, item in value.items())
    if isinstance(value, list):
        return tuple(_shape(item, key) for item in value)
    if isinstance(value, str):
        return str if key in _FREE_TEXT else re.sub("[0-9]", "0", value)
    return type(value), value is not None and max(-1, min(2, value))


class _Checks:
    """Validators of the types of lines and of documents; their complaints say more than those of `oneOf`.

    What looks to a schema as something before it is not looked at again.
    """

    def __init__(self, *, closed: bool) -> None:
        self._seen: set[Any] = set()
        schema = _schema(closed=closed)
        schema.pop("oneOf", None)
        self._validators = {
            name: Draft202012Validator({**schema, "$ref": f"#/$defs/{name}"})
            for name in ("conversation", "message", "document")
        }

    def both_forms(self, conversation: wechatlog.Conversation) -> None:
        """Every line is valid; a document has the same messages, of which one is enough then."""
        lines = wechatlog.dumps(conversation, "jsonl").removesuffix("\n").split("\n")
        head, *messages = map(json.loads, lines)
        self._valid("conversation", head)
        for message in messages:
            self._valid("message", message)
        document = json.loads(wechatlog.dumps([conversation], "json"))
        (same,) = document["conversations"]
        assert [{"type": "message", **message} for message in same["messages"]] == messages
        same["messages"] = same["messages"][:1]
        self._valid("document", document)

    def document(self, conversations: Sequence[wechatlog.Conversation]) -> None:
        self._valid("document", json.loads(wechatlog.dumps(conversations, "json")))

    def _valid(self, name: str, value: Any) -> None:
        if (shape := (name, _shape(value))) in self._seen:
            return
        self._seen.add(shape)
        problems = [error.message for error in self._validators[name].iter_errors(value)]
        assert not problems, f"{problems[:3]} in {str(value)[:300]}"


@pytest.mark.parametrize("closed", [False, True], ids=["as published", "without unknown keys"])
def test_what_is_written_is_valid(closed: bool) -> None:
    checks = _Checks(closed=closed)
    for path in sorted((ROOT / "examples").iterdir()):
        for conversation in wechatlog.load_archive(path):
            checks.both_forms(conversation)
    for conversation in testing.SAMPLE_CONVERSATIONS:
        checks.both_forms(conversation)
    checks.document(testing.SAMPLE_CONVERSATIONS)


def test_the_corpus_as_native_form_is_valid() -> None:
    checks = _Checks(closed=True)
    for conversation in corpus_conversations():
        checks.both_forms(conversation[:40])


def test_one_line_is_either_a_conversation_or_a_message() -> None:
    validator = Draft202012Validator(_schema())
    assert validator.is_valid({"type": "conversation", "schema": "wechatlog/1"})
    assert validator.is_valid({"kind": "text", "text": "早"})
    assert not validator.is_valid({"type": "conversation", "schema": "wechatlog/2"})
    assert not validator.is_valid({"type": "message", "kind": "whisper", "text": "早"})
    assert not validator.is_valid({"type": "message", "kind": "text", "text": "早", "time": "gestern"})


def test_a_document_is_a_list_of_conversations() -> None:
    validator = Draft202012Validator(_schema())
    assert validator.is_valid({"schema": "wechatlog/1", "conversations": [{"messages": []}]})
    assert not validator.is_valid({"conversations": []})
    assert not validator.is_valid({"schema": "wechatlog/1", "conversations": [{"title": "x"}]})
    messages = [{"kind": "whisper", "text": "早"}]
    assert not validator.is_valid({"schema": "wechatlog/1", "conversations": [{"messages": messages}]})


def test_the_schema_has_every_field() -> None:
    definitions = _schema()["$defs"]
    for name in set(types.__all__) - {"Segment"}:
        fields = {field.name for field in attrs.fields(getattr(types, name))}
        assert set(definitions[f"segment{name}"]["properties"]) == fields | {"type"}, name
    assert set(definitions["message"]["properties"]["kind"]["enum"]) == {kind.value for kind in wechatlog.MessageKind}
    assert set(definitions["origin"]["properties"]) == set(wechatlog.Origin._fields)
    assert set(definitions["diagnostic"]["properties"]) == {f.name for f in attrs.fields(wechatlog.Diagnostic)}
    assert set(definitions["documentConversation"]["properties"]) == (
        set(definitions["conversation"]["properties"]) - {"type", "schema"} | {"messages"}
    )
    for name in ("conversation", "message", "document", "documentConversation"):
        for key in definitions[name]["properties"]:
            assert f"`{key}`" in _page("jsonl.md"), f"{key} is not in docs/reference/jsonl.md"


# --- the command line ----------------------------------------------------------------------------


@pytest.mark.skipif(importlib.util.find_spec("click") is None, reason="needs the extra cli")
def test_the_page_on_the_command_line_has_every_command_and_option() -> None:
    from wechatlog.cli.app import app

    text = _page("cli.md")
    for name, command in app.commands.items():
        assert f"wechatlog {name}" in text, name
        for parameter in command.params:
            for option in parameter.opts:
                if option.startswith("--") and option != "--help":
                    assert option in text, f"{option} of {name} is not in docs/reference/cli.md"


# --- the README ----------------------------------------------------------------------------------


def test_the_page_on_formats_has_a_section_for_every_format() -> None:
    headings = re.findall(r"^##+ (.*)$", _page("formats.md"), re.MULTILINE)
    shown = {name for heading in headings for name in re.split(r",? ", heading)}
    built_in = {info.name for info in wechatlog.formats() if info.origin == "built-in"}
    assert not built_in - shown, f"formats.md lacks {sorted(built_in - shown)}"


@pytest.mark.parametrize("path", [README, README_ZH], ids=lambda path: path.name)
def test_the_readme_names_every_format_and_extra(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    missing = {info.name for info in wechatlog.formats() if info.origin == "built-in" and f"`{info.name}`" not in text}
    assert not missing, f"{path.name} lacks formats: {sorted(missing)}"
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    extras = re.findall(
        r"^(\w+) = \[", project.split("[project.optional-dependencies]")[1].split("\n[")[0], re.MULTILINE
    )
    for extra in set(extras) - {"test", "lint", "types", "docs", "dev"}:
        assert f"`{extra}`" in text, f"{path.name} lacks the extra {extra}"


def _outline(path: Path) -> tuple[list[int], list[str]]:
    """The levels of the headings, and the code blocks."""
    text = path.read_text(encoding="utf-8")
    blocks = re.findall(r"^```.*?^```$", text, re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    return [len(marks) for marks in re.findall(r"^(#+) ", prose, re.MULTILINE)], blocks


def test_the_two_readmes_keep_in_step() -> None:
    english, chinese = _outline(README), _outline(README_ZH)
    assert english[0] == chinese[0], "the headings differ in number or level"
    assert english[1] == chinese[1], "the code blocks differ"


@pytest.mark.parametrize("path", [README, README_ZH, ROOT / "CONTRIBUTING.md"], ids=lambda path: path.name)
def test_links_of_the_readme_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://", "#")):
            assert (ROOT / target.split("#")[0]).exists(), target
