"""Bring the catalogues of the command line into step with its sentences: `python scripts/translations.py`.

Takes the sources; writes `src/wechatlog/locale/*/LC_MESSAGES/wechatlog.po`. New sentences come in without a twin, for a
person to fill in, and what no source says any more is taken out. A sentence is found where it is made: in the errors,
diagnostics, reasons and helps of the sources, with `{names}` for what is put in at run time.
`tests/test_translations.py` asks this module whether something lacks its twin.
"""

from __future__ import annotations

import ast
import calendar
import inspect
import json
import re
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wechatlog.cli.language import read_catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[1]
SOURCES: Final = ROOT / "src" / "wechatlog"
CATALOGUES: Final = SOURCES / "locale"

MAKERS: Final = re.compile(
    r"Diagnostic|Evidence|Refusal|\w+Error|\w*(?:Broken|Problem)|_?(?:complaint|judge|problem|report|stop|tell)(?:_\w+)?"
)
"""Calls whose texts are sentences."""
HOLDERS: Final = frozenset({"doubt", "sentence", "what", "where", "without"})
"""Names whose values are sentences."""
SPEAKERS: Final = frozenset("BadParameter Failure fail print_table say translate".split())
"""The same in the command line, where a single word can be one."""
KEYWORDS: Final = frozenset("detail epilog help reason remedy sentence what why".split())
"""Arguments whose texts are sentences, wherever they stand."""
FOR_PROGRAMMERS: Final = frozenset("AssertionError AttributeError KeyError TypeError".split())
"""Errors that no command line can bring about."""
OUTSIDE: Final = ("ext", "agents", "testing.py")
"""What does not speak through the command line."""
FOREIGN: Final = (
    "Try '{command}' for help.",
    "Error: {message}",
    "Options",
    "Commands",
    "Invalid value: {message}",
    "Invalid value for {param}: {message}",
    "Missing argument {param}.",
    "Missing option {param}.",
    "Missing command.",
    "No such option {option}.",
    "No such option {option}. Did you mean {other}?",
    "No such option {option}. (Did you mean one of: {others}?)",
    "No such command {command}.",
    "No such command {command}. Did you mean {other}?",
    "No such command {command}. (Did you mean one of: {others}?)",
    "Option {option} requires an argument.",
    "Option {option} does not take a value.",
    "Got unexpected extra argument ({arguments})",
    "Got unexpected extra arguments ({arguments})",
    "{value} is not one of {choices}.",
    "{value} is not a valid integer.",
    "{value} is not a valid float.",
    "{value} is not a valid integer range.",
    "{value} is not a valid float range.",
    "{value} is not in the range {range}.",
    "Directory {path} does not exist.",
    "Directory {path} is a file.",
    "File {path} is a directory.",
    "default: {value}",
    "env var: {name}",
    "required",
    "Show this message and exit.",
    "Show the version and exit.",
    "No such file or directory",
    "No such file or directory (there is no folder {folder})",
    "No such file or directory (did you mean {path}?)",
    "Permission denied",
    "Is a directory",
    "Not a directory",
    "File exists",
    "File name too long",
    "No space left on device",
    "Read-only file system",
    "Input/output error",
    "Bad file descriptor",
    "Expecting value",
    "Expecting property name enclosed in double quotes",
    "Expecting {expected} delimiter",
    "Unterminated string starting at",
    "Invalid control character at",
    "Extra data",
    "File is not a zip file",
    "Bad magic number for central directory",
    "Bad magic number for file header",
    "zip file version {version}",
    "{codec} codec can't decode byte {byte} in position {place}: {problem}",
    "{codec} codec can't decode bytes in position {place}: {problem}",
    "invalid start byte",
    "invalid continuation byte",
    "unexpected end of data",
    "Too many levels of symbolic links",
    "database disk image is malformed",
    "file is not a database",
    "no {role} of that name",
    "reader",
    "writer",
    "; ",
    ", ",
    "several formats fit equally well; choose one with --from",
    "{number} h",
    "{number} min",
    "{number} s",
    "{number} day {hours} h",
    "{number} days {hours} h",
    "{number} h {minutes} min",
    "{number} min {seconds} s",
    *calendar.day_name,
    *calendar.day_abbr,
)
"""Sentences of click, of Python and its system, and of the calendar, which come through the same door."""

_WORD: Final = re.compile(r"(?<![\w'{}-])[A-Za-z]*[a-z]{2}")
_NAME: Final = re.compile(r"\{\w+\}")
_PREFIX: Final = re.compile(r"^(?:; |\{\w+\}: )+")
_SENTENCE: Final = 3
"""Blanks in what is certainly no name."""
_BLANK: Final = re.compile(r"\S \S")


def is_sentence(text: str) -> bool:
    """Whether there are words to translate beside the places."""
    return bool(_WORD.search(_NAME.sub("{}", text)))


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a help as click shows them; of examples the heading alone."""
    found = []
    for block in re.split(r"\n\s*\n", inspect.cleandoc(text)):
        lines = block.split("\n")
        found.append(lines[1] if lines[0] == "\b" else " ".join(map(str.strip, lines)))
    return found


class Module:
    """The sentences of one source file."""

    def __init__(self, path: Path) -> None:
        self.speaks = path.parent.name == "cli"
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.parents = {child: parent for parent in ast.walk(self.tree) for child in ast.iter_child_nodes(parent)}

    @cached_property
    def functions(self) -> dict[str, ast.FunctionDef]:
        """Functions and methods by name."""
        return {node.name: node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef)}

    def sentences(self) -> Iterator[str]:
        """Every sentence, in the order of the file; of several lines each is one. The names of files are left out."""
        for text in self._found():
            for line in text.split("\n"):
                if self.speaks or _BLANK.search(line):
                    yield _PREFIX.sub("", line.strip(" ")).removesuffix("#")

    def _found(self) -> Iterator[str]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield from self._of_call(node)
            elif isinstance(node, ast.FunctionDef) and node.name == "__str__":
                yield from self._returned(node, ())
            elif isinstance(node, ast.FunctionDef) and self._gives_a_sentence(node):
                yield from (text for text in self._returned(node, ()) if text.count(" ") >= _SENTENCE)
            elif isinstance(node, ast.Assign):
                for name in HOLDERS:
                    yield from (
                        text
                        for value in _assigned_by(node, name)
                        for text in self.texts(value)
                        if text.count(" ") >= _SENTENCE
                    )
            elif isinstance(node, ast.FunctionDef) and _is_command(node):
                yield from paragraphs(ast.get_docstring(node) or "")
            elif isinstance(node, ast.Yield):  # a code, and a sentence about it
                match node.value:
                    case ast.Tuple(elts=[ast.Constant(value=str()), detail]):
                        yield from self.texts(detail)
            elif isinstance(node, ast.keyword) and node.arg in KEYWORDS:
                yield from self.texts(node.value)

    def _of_call(self, call: ast.Call) -> Iterator[str]:
        name, counted = _called(call), _counted(call)
        if counted:
            yield "\0".join(f"{{number}} {noun}" for noun in counted)
        elif self._makes_sentences(name):
            for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
                yield from (text for text in self.texts(argument) if name in SPEAKERS or _BLANK.search(text))
        elif name == "append" and self.speaks:
            yield from self.texts(call.args[0])

    def texts(self, node: ast.expr | None, seen: tuple[str, ...] = ()) -> Iterator[str]:
        """What an expression can be, as templates; nothing of what cannot be known."""
        match node:
            case ast.Constant(value=str(text)):
                yield text
            case ast.JoinedStr():
                yield _joined(node)
                for value in node.values:
                    if isinstance(value, ast.FormattedValue):
                        yield from self.texts(value.value, seen)
            case ast.IfExp(body=one, orelse=other):
                yield from self.texts(one, seen)
                yield from self.texts(other, seen)
            case ast.BoolOp(values=values) | ast.Tuple(elts=values) | ast.List(elts=values):
                for value in values:
                    yield from self.texts(value, seen)
            case ast.Dict(values=values):
                for value in values:
                    yield from self.texts(value, seen)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                ones, others = [*self.texts(left, seen)], [*self.texts(right, seen)]
                if ones or others:  # otherwise numbers are added
                    yield from (
                        f"{one}{other}" for one in ones or [_place(left)] for other in others or [_place(right)]
                    )
            case ast.Subscript(value=ast.Name() as inner) | ast.Starred(value=inner):
                yield from self.texts(inner, seen)
            case ast.GeneratorExp(elt=element) | ast.ListComp(elt=element):
                yield from self.texts(element, seen)
            case ast.Call(func=ast.Name(id="next"), args=[ast.Name() | ast.GeneratorExp() as items, default]):
                yield from self.texts(items, seen)
                yield from self.texts(default, seen)
            case ast.Call(func=ast.Attribute(value=inner, attr="items"), args=[]):
                yield from self.texts(inner, seen)
            case (
                ast.Call(func=ast.Attribute(attr="join"), args=[parts])
                | ast.Call(func=ast.Name(id="filter"), args=[_, parts])
            ):
                yield from self.texts(parts, seen)
            case ast.Name(id=name) if name not in seen:
                for value in self._assigned(name, node):
                    yield from self.texts(value, (*seen, name))
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name not in seen:
                if name in self.functions and not self._makes_sentences(name):
                    yield from self._returned(self.functions[name], (*seen, name))
            case _:
                pass

    def _makes_sentences(self, name: str) -> bool:
        return name not in FOR_PROGRAMMERS and bool(MAKERS.fullmatch(name) or (self.speaks and name in SPEAKERS))

    def _gives_a_sentence(self, function: ast.FunctionDef) -> bool:
        """Whether this is a function that says what is wrong, if something is, or something to a person."""
        given = ast.unparse(function.returns) if function.returns else ""
        return given == "str | None" or (self.speaks and given == "str")

    def _returned(self, function: ast.FunctionDef, seen: tuple[str, ...]) -> Iterator[str]:
        for node in ast.walk(function):
            if isinstance(node, ast.Return | ast.Yield):
                yield from self.texts(node.value, seen)

    def _assigned(self, name: str, node: ast.AST) -> Iterator[ast.expr]:
        """What a name can be: in the function around a place, else in the module."""
        scope: ast.AST = node
        while not isinstance(scope, ast.FunctionDef | ast.Module):
            scope = self.parents[scope]
        found = [value for part in ast.walk(scope) for value in _assigned_by(part, name)]
        yield from found or (value for part in self.tree.body for value in _assigned_by(part, name))


def _assigned_by(node: ast.AST, name: str) -> Iterator[ast.expr]:
    """What a statement gives to a name."""
    match node:
        case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == name:
            yield value
        case ast.AnnAssign(target=ast.Name(id=found), value=ast.expr() as value) if found == name:
            yield value
        case ast.AugAssign(target=ast.Name(id=found), value=value) if found == name:
            yield value
        case ast.NamedExpr(target=ast.Name(id=found), value=value) if found == name:
            yield value
        case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
            for target, value in zip(targets, values, strict=False):
                if isinstance(target, ast.Name) and target.id == name:
                    yield value
        case ast.For(target=target, iter=values) | ast.comprehension(target=target, iter=values):
            if any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(target)):
                yield values


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _counted(call: ast.Call) -> tuple[str, str] | None:
    """One and several of what is counted, where this is a call of `count`."""
    match call:
        case ast.Call(func=ast.Name(id="count"), args=[_, ast.Constant(value=str(one)), *more]):
            return one, more[0].value if more and isinstance(more[0], ast.Constant) else f"{one}s"
    return None


def _is_command(function: ast.FunctionDef) -> bool:
    return any(
        "click.command" in (text := ast.unparse(place)) or "click.group" in text for place in function.decorator_list
    )


def _joined(node: ast.JoinedStr) -> str:
    """An f-string as a template; places without words between them are one."""
    text = ""
    for value in node.values:
        if isinstance(value, ast.Constant):
            text += str(value.value)
        elif not text.endswith("}"):
            name = _place(value.value)
            while name in text:
                name = f"{name[:-1]}_{'2' if not name[-2].isdigit() else chr(ord(name[-2]) + 1)}}}"
            text += name
    return text


def _place(node: ast.expr) -> str:
    """A name for what an expression puts in: the last name in it that is no function."""
    if isinstance(node, ast.Call) and (counted := _counted(node)):
        return f"{{{counted[1].split()[-1]}}}"
    functions = {id(call.func) for call in ast.walk(node) if isinstance(call, ast.Call)}
    names = []
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and id(part) not in functions:
            names.append((part.end_lineno, part.end_col_offset, part.id))
        elif isinstance(part, ast.Attribute) and id(part) not in functions and not part.attr.startswith("__"):
            names.append((part.end_lineno, part.end_col_offset, part.attr))
        elif (
            isinstance(part, ast.Subscript)
            and isinstance(part.slice, ast.Constant)
            and isinstance(part.slice.value, str)
        ):
            names.append((part.end_lineno, part.end_col_offset, part.slice.value))
    return f"{{{max(names)[2].strip('_').lower() if names else 'value'}}}"


def described() -> Iterator[str]:
    """What the formats and the checks say of themselves."""
    from wechatlog.diagnostics import Severity
    from wechatlog.model import MessageKind
    from wechatlog.operations.checks import CHECKS
    from wechatlog.registry import find_writer, formats

    yield from CHECKS.values()
    yield from map(str, Severity)
    yield from (name for kind in MessageKind for name in (kind.value, kind.value.replace("_", " ")))
    for info in formats():
        if info.origin == "built-in":
            yield info.description
            yield from (meaning for _, meaning in info.options)
            if info.role == "writer":
                yield from find_writer(info.name).losses.values()


@cache
def extract() -> dict[str, str | None]:
    """Every sentence that the command line can say, with its plural where it has one, in a stable order."""
    found: dict[str, str | None] = dict.fromkeys(FOREIGN)
    for path in sorted(SOURCES.rglob("*.py"), key=lambda path: (path.parent.name != "cli", path)):
        if path.relative_to(SOURCES).parts[0] not in OUTSIDE:
            for text in Module(path).sentences():
                one, _, many = text.partition("\0")
                found.setdefault(one, many or None)
    known: dict[str, str] = {}
    for text in [*found, *described()]:
        known.setdefault(_NAME.sub("{}", text), text)  # the names of places make no other sentence
    return {text: found.get(text) for text in known.values() if text in FOREIGN or is_sentence(text)}


def update(path: Path) -> int:
    """Write the catalogue anew, with the twins that it has; gives how many are missing."""
    text = path.read_text(encoding="utf-8")
    head, twins = text.split("\n\n", 1)[0], dict(read_catalogue(text))
    entries = [head]
    for one, many in extract().items():
        form, plural = ("msgstr[0]", f"msgid_plural {_quoted(many)}\n") if many else ("msgstr", "")
        entries.append(f"msgid {_quoted(one)}\n{plural}{form} {_quoted(twins.get(one, ''))}")
    path.write_text("\n\n".join(entries) + "\n", encoding="utf-8")
    return sum(entry.endswith(' ""') for entry in entries)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def main() -> None:
    """Update all catalogues."""
    for path in sorted(CATALOGUES.glob("*/LC_MESSAGES/wechatlog.po")):
        print(f"{path.relative_to(ROOT)}: {update(path)} sentences without a twin")


if __name__ == "__main__":
    main()
