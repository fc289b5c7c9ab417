"""Rows of SQL scripts: those of `INSERT INTO … VALUES (…), (…);` and of `COPY … FROM stdin;`. Nothing is run.

Takes a reading, gives rows with the names of their columns as they stream by, of as many tables as the script fills.
One row or many in a statement, on one line or many; names in any quotes, with a schema in front; a statement without
column names has those of its `CREATE TABLE`. A row that cannot be read is told and costs itself alone. Knows no format.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from wechatlog.diagnostics import Severity
from wechatlog.engine.head import Head
from wechatlog.engine.json_stream import Cursor
from wechatlog.tokenizer import prepare

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from wechatlog.engine.reading import Reading

_NAME: Final = r"(?:\"[^\"\n]{1,100}\"|`[^`\n]{1,100}`|\[[^\]\n]{1,100}\]|[^\W\d][\w$]{0,100})"
_TABLE: Final = rf"(?P<table>{_NAME}(?:\.{_NAME}){{0,2}})\s*+"
_INSERT: Final = (
    rf"INSERT\s++(?:OR\s++[A-Z]{{1,10}}\s++)?INTO\s++{_TABLE}"
    r"(?:\((?P<columns>[^()']{0,4000})\)\s*+)?VALUES\s*+(?=\()"
)
_CREATE: Final = rf"CREATE\s++TABLE\s++(?:IF\s++NOT\s++EXISTS\s++)?{_TABLE}\("
_COPY: Final = rf"COPY\s++{_TABLE}(?:\((?P<listed>[^()']{{0,4000}})\)\s*+)?FROM\s++stdin[^;\n]{{0,200}};[ \t]*+\r?\n"
_LANDMARK: Final = re.compile(
    rf"--[^\n]*+|'[^']*+'|(?<![\w$])"
    rf"(?:{_INSERT}|{_CREATE.replace('<table', '<created')}|{_COPY.replace('<table', '<copied')}"
    r"|(?P<begin>BEGIN(?:\s++TRANSACTION)?\s*+;)|(?P<commit>COMMIT\s*+;))",
    re.IGNORECASE,
)
"""What counts outside of rows. A doubled quote in a text is the end of one and the start of the next."""

_STATEMENT: Final = re.compile(
    rf"(?<![\w$])(?:INSERT\s++INTO|COPY|CREATE\s++TABLE(?:\s++IF\s++NOT\s++EXISTS)?)\s++{_TABLE}", re.IGNORECASE
)
_VALUE: Final = re.compile(
    r"\s*+(?:E'(?P<escaped>[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*+)'|N?'(?P<text>[^']*+(?:''[^']*+)*+)'|(?P<word>[^\s,()';]++))"
    r"(?:\s*+::\s*+[a-z_ ]{1,40})?\s*+(?P<end>[,)])",
    re.DOTALL | re.IGNORECASE,
)
_OPEN: Final = re.compile(r"(?<![\w$])INSERT\s++INTO\s[^';]{0,5000}\Z", re.IGNORECASE)
_NEXT: Final = re.compile(r"\n[ \t]*+(?=\(|INSERT\s)", re.IGNORECASE)
_COLUMN: Final = re.compile(rf"\s*+(?P<name>{_NAME})")
_PART: Final = re.compile(r"[(),]|'[^']*+'")
_NO_COLUMNS: Final = frozenset({"constraint", "primary", "unique", "foreign", "check", "key", "index", "exclude"})
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_OVERLAP: Final = 8192
"""As long as a landmark can be."""
_LONGEST_ROW: Final = 1 << 24


class SqlRow(NamedTuple):
    """A row of a script.

    Attributes:
        table: its name in lower case, without a schema.
        values: column name to text; `None` for NULL.
        line: 1-based line that it begins on.
    """

    table: str
    values: dict[str, str | None]
    line: int


def _plain(name: str) -> str:
    """A name without its quotes and its schema, in lower case."""
    return re.split(r"\.(?=[^.]*$)", name)[-1].strip('"`[] \t\r\n').lower()


@functools.lru_cache(maxsize=64)
def _listed(columns: str) -> list[str]:
    return [_plain(name) for name in columns.split(",")]


def tables_of(head: Head) -> frozenset[str]:
    """The tables that a script fills or makes, as far as its head shows."""
    return frozenset(_plain(match["table"]) for match in _STATEMENT.finditer(head.text))


def iter_inserts(reading: Reading, tables: Collection[str]) -> Iterator[SqlRow]:
    """The rows of some tables, in the order of the script.

    Args:
        reading: of the script.
        tables: their names in lower case; the rows of others are passed over.
    """
    cursor = Cursor(prepare(reading.blocks()).blocks)
    known: dict[str, list[str]] = {}
    found = opened = understood = False
    while True:
        match = _LANDMARK.search(cursor.text, cursor.position)
        if match is None or len(cursor.text) - match.end() < 2:
            cursor.position = max(cursor.position, len(cursor.text) - _OVERLAP) if match is None else match.start()
            if cursor.grow():
                continue
            if match is None:
                break
        cursor.position = match.end()
        opened = bool(match["begin"]) or (opened and not match["commit"])
        if created := match["created"]:
            known[_plain(created)] = _created_columns(cursor)
            opened = opened or not cursor.peek()
        elif name := match["table"] or match["copied"]:
            table = _plain(name)
            given = match["columns"] if match["table"] else match["listed"]
            columns = known.get(table, []) if given is None else _listed(given)
            understood = True
            rows = _rows if match["table"] else _lines
            for row in rows(reading, cursor, table, columns, wanted=table in tables):
                found = True
                yield row
    if opened or _OPEN.search(cursor.text, cursor.position):
        reading.report("broken-row", "the script never ends: the file is cut", severity=Severity.ERROR)
    if not understood and "INSERT" in Head.of(reading.source, reading.encoding).text.upper():
        reading.report("broken-row", "no INSERT of this script can be read: it is damaged", severity=Severity.ERROR)
    if not found:
        reading.tell("no-messages", f"the script holds no rows of {' or '.join(tables)}")


def _created_columns(cursor: Cursor) -> list[str]:
    """The columns of a table whose opening bracket was taken."""
    while len(cursor.text) - cursor.position < _OVERLAP and cursor.grow():
        pass
    text, depth, begin, names = cursor.text, 0, cursor.position, []
    for mark in _PART.finditer(text, begin, begin + _OVERLAP):
        depth += {"(": 1, ")": -1}.get(mark[0], 0)
        if depth < 0 or (depth == 0 and mark[0] == ","):
            name = _COLUMN.match(text, begin)
            names += [_plain(name["name"])] if name else []
            begin = mark.end()
        if depth < 0:
            break
    cursor.position = begin if depth < 0 or len(text) - begin > _OVERLAP else len(text)  # it may never be closed
    return [name for name in names if name not in _NO_COLUMNS]


def _rows(reading: Reading, cursor: Cursor, table: str, columns: list[str], *, wanted: bool) -> Iterator[SqlRow]:
    """The rows of a statement, from its first bracket."""
    while cursor.peek() == "(":
        line, _ = cursor.place()
        values = _row(cursor)
        if wanted and values is not None and len(values) == len(columns):
            yield SqlRow(table, dict(zip(columns, values, strict=True)), line)
        elif wanted or values is None:
            what = f"has {len(values)} values for {len(columns)} columns" if values else "cannot be read"
            reading.report("broken-row", f"a row of an INSERT {what}", severity=Severity.ERROR, line=line)
        if values is None:
            _recover(cursor)
        elif not cursor.take(","):
            return
        elif cursor.peek() != "(":
            what = "no row follows the comma: the file is cut or damaged"
            reading.report("broken-row", what, severity=Severity.ERROR, line=cursor.place()[0])


def _lines(reading: Reading, cursor: Cursor, table: str, columns: list[str], *, wanted: bool) -> Iterator[SqlRow]:
    r"""The rows of a `COPY`, a line each, up to the line `\.`."""
    while True:
        while (end := cursor.text.find("\n", cursor.position)) < 0 and cursor.grow():
            pass
        text = cursor.text[cursor.position : end if end >= 0 else len(cursor.text)].removesuffix("\r")
        line, _ = cursor.place()
        cursor.position = end + 1 if end >= 0 else len(cursor.text)
        if text == "\\.":
            return
        if end < 0 and not text:
            reading.report("broken-row", "a COPY never ends: the file is cut", severity=Severity.ERROR, line=line)
            return
        values = [None if cell == "\\N" else _unescape(cell) for cell in text.split("\t")]
        if wanted and len(values) == len(columns):
            yield SqlRow(table, dict(zip(columns, values, strict=True)), line)
        elif wanted:
            what = f"has {len(values)} values for {len(columns)} columns"
            reading.report("broken-row", f"a row of a COPY {what}", severity=Severity.ERROR, line=line)


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[1]), text) if "\\" in text else text


def _row(cursor: Cursor) -> list[str | None] | None:
    """The values of a row, whose end is taken; `None` where it cannot be read."""
    values: list[str | None] = []
    at = cursor.position + 1
    while True:
        match = _VALUE.match(cursor.text, at)
        if match is None:
            if len(cursor.text) - cursor.position > _LONGEST_ROW or not cursor.grow():
                return None
            values, at = [], cursor.position + 1
            continue
        escaped, text, word, end = match.groups()
        if text is not None:
            word = text.replace("''", "'").replace("\r\n", "\n")
        elif escaped is not None:
            word = _unescape(escaped.replace("''", "'"))
        else:
            word = word.partition("::")[0]
            word = None if word.upper() == "NULL" else word
        values.append(word)
        at = match.end()
        if end == ")":
            cursor.position = at
            return values


def _recover(cursor: Cursor) -> None:
    """Go to the next line that begins a row or a statement, or to the end of what is held."""
    cursor.position += 1
    while (match := _NEXT.search(cursor.text, cursor.position)) is None:
        cursor.position = max(cursor.position, len(cursor.text) - _OVERLAP)
        if not cursor.grow():
            cursor.position = len(cursor.text)
            return
    cursor.position = match.end()
