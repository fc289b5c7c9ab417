"""Rows of SQL scripts: those of `INSERT INTO … VALUES (…), (…);` and of `COPY … FROM stdin;`. Nothing is run.

Takes a reading, gives rows with the names of their columns as they stream by, of as many tables as the script fills.
One row or many in a statement, on one line or many; names in any quotes, with a schema in front; texts as PostgreSQL,
MySQL and the shell of SQLite write them; a statement without column names has those of its `CREATE TABLE`. A row that
cannot be read is told and costs itself alone, and so does what stands between rows; a damaged head of a statement is
made good by the `CREATE TABLE` above it. Knows no format.
"""

from __future__ import annotations

import functools
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from wechatlog.diagnostics import Severity
from wechatlog.engine.column_shapes import are_like
from wechatlog.engine.head import UNSEEN, Head
from wechatlog.engine.tables import near_names
from wechatlog.engine.window import Window
from wechatlog.tokenizer import prepare

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from wechatlog.engine.reading import Reading


def _compile(pattern: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """A pattern in which characters that nobody sees are white space."""
    return re.compile(re.sub(r"(?<!\^)\\s", rf"[\\s{UNSEEN}]", pattern), re.IGNORECASE | flags)


_NAME: Final = r"(?:\"[^\",\n]{1,100}\"|`[^`,\n]{1,100}`|\[[^\],\n]{1,100}\]|[^\W\d][\w$" + UNSEEN + "]{0,100})"
_TABLE: Final = rf"(?P<table>{_NAME}(?:\.{_NAME}){{0,2}})\s*+"
_INSERT: Final = (
    rf"(?:INSERT\s++(?:OR\s++[A-Z]{{1,10}}\s++|IGNORE\s++)?|REPLACE\s++)INTO\s++{_TABLE}"
    r"(?:(?!VALUES\b)(?P<damage>[^()（）';]{0,100})[(（](?P<columns>[^()（）']{0,4000})[)）]\s*+)?"
    r"(?P<values>VALUES\b\s*+|[^\s()';]{1,20}+\s*+(?=\(['0-9]))?"
    r"|\((?P<headless>[^()',]{1,100},[^()']{0,4000})\)\s*+VALUES\b\s*+(?=\()"
)
_CREATE: Final = rf"(?:CREATE\s++\w{{3,8}}|(?:CREATE\s*+)?TABLE)\s++(?:IF\s++NOT\s++EXISTS\s++)?{_TABLE}[(（]"
_COPY: Final = rf"COPY\s++{_TABLE}(?:\((?P<listed>[^()']{{0,4000}})\)\s*+)?FROM\s++stdin[^;\n]{{0,200}};[ \t]*+\r?\n"
_BEGINNING: Final = r"(?:INSERT|REPLACE|COPY|CREATE)\s"
_LANDMARK: Final = _compile(
    rf"--[^\n]*+|'(?:[^'\n]++|\n(?!{_BEGINNING}|\('\w))*+(?:'|(?P<odd>(?=\n)))|(?<=\n)(?P<stray>\(['0-9]|\\\.(?=\r?\n))|(?<![\w$])"
    rf"(?:{_INSERT}|{_CREATE.replace('<table', '<created')}|{_COPY.replace('<table', '<copied')}"
    r"|(?P<begin>BEGIN(?:\s++TRANSACTION)?\s*+;)|(?P<commit>COMMIT\s*+;))"
)
"""What counts outside of rows. A doubled quote in a text is the end of one and the start of the next; an odd one begins
no text where a line goes on with a statement or a row."""

_STATEMENT: Final = re.compile(
    rf"(?<![\w$])(?:(?:INSERT|REPLACE)\s++INTO|COPY|CREATE\s++TABLE(?:\s++IF\s++NOT\s++EXISTS)?)\s++{_TABLE}",
    re.IGNORECASE,
)
_QUOTED: Final = r"'{0}[^']*+(?:''[^']*+)*+)'"
_PLAIN: Final = _QUOTED.format("(?P<text>")
_BACKSLASHED: Final = r"'(?P<escaped>[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*+)'"
_VALUE: Final = (
    rf"\s*+(?:{{0}}{_BACKSLASHED}|(?:N|_utf8(?:mb[34])?|(?:DATE|TIME|DATETIME|TIMESTAMP)\s*+)?{_PLAIN}"
    rf"|unistr\({_QUOTED.format('(?P<coded>')}\)"
    rf"|(?:replace\(){{{{1,2}}}}{_QUOTED.format('(?P<lines>')}(?:\s*+,\s*+'\\[nr]'\s*+,\s*+char\(1[03]\)\s*+\)){{{{1,2}}}}"
    r"|(?:CAST\()?X'(?P<bytes>(?:[0-9A-F][0-9A-F])*+)'(?:\s++AS\s++[a-z]++\))?|(?P<word>[^\s,()';]++))"
    r"(?:\s*+::\s*+[a-z_ ]{{1,40}})?\s*+(?P<end>[,)])"
)
_OF_STANDARD: Final = _compile(_VALUE.format("E"), re.DOTALL)
_OF_MYSQL: Final = _compile(_VALUE.format("E?"), re.DOTALL)
"""A value of a row; in MySQL a backslash means something in every text."""
_MYSQL: Final = re.compile(r"-- (?:MySQL|MariaDB) dump|INSERT\s++(?:IGNORE\s++)?INTO\s++`", re.IGNORECASE)
_CODED: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|\+([0-9A-Fa-f]{6})|(\\))")
_END: Final = re.compile(r";|--|/\*|[a-z]{2}|\Z", re.IGNORECASE)
"""What may stand behind the last row of a statement."""
_OPEN: Final = re.compile(r"(?<![\w$])INSERT\s++INTO\s[^';]{0,5000}\Z", re.IGNORECASE)
_NEXT: Final = re.compile(r"\n[ \t]*+(?=\(|INSERT\s)|\),[ \t]?(?=\((?:['0-9]|NULL\b))", re.IGNORECASE)
"""What stands in front of a row, or of a statement."""
_SEEN: Final = re.compile(f"[{UNSEEN}]")
_NAMES: Final = re.compile(_NAME)
_COLUMN: Final = _compile(rf"\s*+(?P<name>{_NAME})")
_PART: Final = _compile(r"[(),（），]|'[^']*+'|(?P<end>;|\b(?:CREATE\s++TABLE|INSERT\s++INTO)\b)")
_DEPTHS: Final = {"(": 1, "（": 1, ")": -1, "）": -1}
_NO_COLUMNS: Final = frozenset({"constraint", "primary", "unique", "foreign", "check", "key", "index", "exclude"})
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_OVERLAP: Final = 8192
"""As long as a landmark can be."""
_AHEAD: Final = 16
"""Characters that show whether a landmark goes on."""
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


class Columns(NamedTuple):
    """The columns of a statement.

    Attributes:
        listed: as it lists them.
        made: where that is damaged, all that its table was made with.
        usual: where nothing says that, those that the tool writes.
        numbered: where nothing says any, columns have numbers.
    """

    listed: Sequence[str]
    made: Sequence[str] = ()
    usual: Sequence[str] = ()
    numbered: bool = False

    def name(self, values: list[str | None]) -> dict[str, str | None] | None:
        """The values by their columns; where the list is damaged, by the run of columns that has what is left."""
        if self.numbered and not self.listed and not self.made:
            return {f"#{number}": value for number, value in enumerate(values, 1)}
        row = dict(zip(self.listed, values, strict=True)) if len(values) == len(self.listed) else None
        if row is None and not self.made and len(values) == len(self.usual):
            return dict(zip(self.usual, values, strict=True))
        left = {*self.listed} & {*self.made}
        for begin in range(len(self.made) - len(values), -1, -1):
            if left <= {*(run := self.made[begin : begin + len(values)])}:
                return {**dict(zip(run, values, strict=True)), **(row or {})}
        return row


def _plain(name: str) -> str:
    """A name without its quotes and its schema, in lower case."""
    return re.split(r"\.(?=[^.]*$)", _SEEN.sub("", name))[-1].strip('"`[] \t\r\n').lower()


@functools.lru_cache(maxsize=64)
def _listed(columns: str) -> list[str]:
    return [_plain(name) for name in _NAMES.findall(_SEEN.sub("", columns))]


def tables_of(head: Head) -> frozenset[str]:
    """The tables that a script fills or makes, as far as its head shows."""
    return frozenset(_plain(match["table"]) for match in _STATEMENT.finditer(head.text))


def columns_in(head: Head) -> dict[str, list[str]]:
    """The columns of these tables, where they are named."""
    window, found = Window((head.text,)), dict[str, list[str]]()
    for mark in _landmarks(window):
        table = mark["created"] or mark["table"] or mark["copied"]
        columns = _created_columns(window) if mark["created"] else _listed(mark["columns"] or mark["listed"] or "")
        if table and len(columns) > len(found.get(_plain(table), ())):  # one that was cut may stand in front
            found[_plain(table)] = columns
    return found


def iter_inserts(
    reading: Reading,
    tables: Collection[str],
    columns: AbstractSet[str] | None = None,
    usual: Mapping[str, Sequence[str]] = MappingProxyType({}),
    *,
    others: bool = False,
) -> Iterator[SqlRow]:
    """The rows of some tables, in the order of the script.

    Args:
        reading: of the script.
        tables: their names in lower case; the rows of others are passed over, which is told where these have columns
            as messages have. A table may be put in when its first row came.
        columns: every column that the format knows in them; others are told once. `None`: nothing is told.
        usual: the columns of rows of tables as the tool writes them, for where the script does not say it any more.
        others: rows of others are given too; one without columns has numbers for them, from `#1`.
    """
    window = Window(prepare(reading.blocks()).blocks)
    is_mysql = _MYSQL.search(Head.of(reading.source, reading.encoding).text) is not None
    inserted = functools.partial(_rows, value=_OF_MYSQL if is_mysql else _OF_STANDARD)
    known: dict[str, list[str]] = {}
    passed: dict[str, None] = {}
    found = opened = False
    for mark in _landmarks(window):
        opened = bool(mark["begin"]) or (opened and not mark["commit"])
        if created := mark["created"]:
            known[_plain(created)] = _created_columns(window)
            opened = opened or not window.peek()
        elif (
            mark["stray"]
            and mark["stray"][0] == "("
            and (table := next((name for name in tables if name in usual or known.get(name)), ""))
        ):
            window.go_back(window.offset - len(mark["stray"]))
            what = f"rows stand in no statement; they were taken for those of {table!r}"
            reading.report("broken-row", what, severity=Severity.ERROR, line=window.place()[0])
            passed[table] = None
            filled = Columns((), known.get(table, ()), usual.get(table, ()))
            for row in inserted(reading, window, table, filled, wanted=True):
                found = True
                yield row
        elif mark["odd"] is not None or mark["stray"]:
            what = "what stands here is in no statement that can be read: one is damaged, and rows of it were not read"
            if reading.is_news(what):
                reading.report("broken-row", what, severity=Severity.ERROR, line=window.place()[0])
        elif mark["table"] or mark["copied"] or mark["headless"]:
            table, filled = _filled(mark, tables, known, usual)
            filled = filled._replace(numbered=others)
            passed[table] = None
            is_passed = not others and table not in tables
            if is_passed and any(are_like(filled.listed, each) for each in usual.values()):
                reading.tell_unread(table, window.place()[0])
            rows = _lines if mark["copied"] else inserted
            for row in rows(reading, window, table, filled, wanted=table in tables):
                if is_passed:
                    continue
                if columns is not None and not row.values.keys() <= columns:
                    reading.tell_unknown(row.values, columns, row.line)
                yield row
                found = found or table in tables
    if opened or _OPEN.search(window.text, window.position):
        reading.report("broken-row", "the script never ends: the file is cut", severity=Severity.ERROR)
    if not passed and "INSERT" in Head.of(reading.source, reading.encoding).text.upper():
        reading.report("broken-row", "no INSERT of this script can be read: it is damaged", severity=Severity.ERROR)
    made = {*tables} & {*known, *passed}
    unread = [name for name in passed if not made or name not in (*known, *made)]
    if unread and ("" in unread or not found):
        what = f"rows of {', '.join(map(repr, unread))[:200]} were not read: nothing says that they are messages"
        reading.report("broken-shape", what, severity=Severity.ERROR)
    elif not found:
        reading.tell("no-messages", f"the script holds no rows of {' or '.join(tables)}")


def _landmarks(window: Window) -> Iterator[re.Match[str]]:
    """The beginnings of statements; the window stands behind each."""
    while True:
        mark = _LANDMARK.search(window.text, window.position)
        if mark is None or len(window.text) - mark.end() < _AHEAD:
            window.position = max(window.position, len(window.text) - _OVERLAP) if mark is None else mark.start()
            if window.grow():
                continue
            if mark is None:
                return
        window.position = mark.end()
        yield mark


def _filled(
    mark: re.Match[str], tables: Collection[str], known: Mapping[str, list[str]], usual: Mapping[str, Sequence[str]]
) -> tuple[str, Columns]:
    """The table that a statement fills, and the columns of its rows."""
    name = mark["table"] or mark["copied"]
    listed = _listed(mark["columns"] or mark["listed"] or mark["headless"] or "")
    table = _meant("" if mark["damage"] or not name else _plain(name), listed, tables, known)
    made = known.get(table, [])
    whole = {*listed} <= {*made} and (listed or mark["values"] or mark["copied"])
    return table, Columns(listed or made) if whole else Columns(listed, made, usual.get(table, ()))


def _meant(table: str, columns: list[str], tables: Collection[str], known: Mapping[str, list[str]]) -> str:
    """The table that a statement fills; one whose name is damaged is known by its columns."""
    if table in tables or table in known:
        return table
    if not columns and (near := near_names(table, known.keys() & {*tables})):
        return near[0]
    least = max(2, len(columns) / 2)
    return next((name for name in tables if len({*columns} & {*known.get(name, ())}) > least), table)


def _created_columns(window: Window) -> list[str]:
    """The columns of a table whose opening bracket was taken."""
    while len(window.text) - window.position < _OVERLAP and window.grow():
        pass
    text, depth, begin, names = window.text, 0, window.position, []
    window.position = begin if len(text) - begin > _OVERLAP else len(text)  # it may never be closed
    for mark in _PART.finditer(text, begin, begin + _OVERLAP):
        depth += _DEPTHS.get(mark[0], 0)
        if depth < 0 or (depth == 0 and (mark["end"] or mark[0] in (",", "，"))):
            name = _COLUMN.match(text, begin)
            names += [_plain(name["name"])] if name else []
            begin = mark.end()
        if depth < 0 or mark["end"]:  # it is closed, or never will be
            window.position = mark.start() + (depth < 0)
            break
    return [name for name in names if name not in _NO_COLUMNS]


def _rows(
    reading: Reading, window: Window, table: str, columns: Columns, *, wanted: bool, value: re.Pattern[str]
) -> Iterator[SqlRow]:
    """The rows of a statement whose head was taken."""
    while True:
        is_row, (line, _) = window.peek() == "(", window.place()
        values = _row(window, value) if is_row else None
        row = None if values is None else columns.name(values)
        if row is not None:
            yield SqlRow(table, row, line)
        elif wanted or values is None:
            what = f"has {len(values)} values for {len(columns.listed)} columns" if values else "cannot be read"
            what = f"a row of an INSERT {what}" if is_row else "no row follows in an INSERT: the file is cut or damaged"
            reading.report("broken-row", what, severity=Severity.ERROR, line=line)
        if values is None:
            if not _recover(window):
                return
        elif not window.take(",") and window.is_next(_END):
            return


def _lines(reading: Reading, window: Window, table: str, columns: Columns, *, wanted: bool) -> Iterator[SqlRow]:
    r"""The rows of a `COPY`, a line each, up to the line `\.`."""
    while True:
        while (end := window.text.find("\n", window.position)) < 0 and window.grow():
            pass
        text = window.text[window.position : end if end >= 0 else len(window.text)].removesuffix("\r")
        line, _ = window.place()
        window.position = end + 1 if end >= 0 else len(window.text)
        if text == "\\.":
            return
        if end < 0 and not text:
            reading.report("broken-row", "a COPY never ends: the file is cut", severity=Severity.ERROR, line=line)
            return
        values = [None if cell == "\\N" else _unescape(cell) for cell in text.split("\t")]
        row = columns.name(values)
        if row is not None:
            yield SqlRow(table, row, line)
        elif wanted:
            what = f"has {len(values)} values for {len(columns.listed)} columns"
            reading.report("broken-row", f"a row of a COPY {what}", severity=Severity.ERROR, line=line)


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[1]), text) if "\\" in text else text


def _read_value(match: re.Match[str]) -> str | None:
    if (text := match["text"]) is not None:
        return text.replace("''", "'").replace("\r\n", "\n")
    if (word := match["word"]) is not None:
        word = word.partition("::")[0]
        return None if word.upper() == "NULL" else word
    if (digits := match["bytes"]) is not None:
        return bytes.fromhex(digits).decode("utf-8", "replace")
    if (coded := match["coded"]) is not None:
        return _CODED.sub(lambda found: found[3] or chr(int(found[1] or found[2], 16)), coded.replace("''", "'"))
    if (lines := match["lines"]) is not None:
        return lines.replace("''", "'").replace("\\n", "\n").replace("\\r", "\r")
    return _unescape(match["escaped"].replace("''", "'"))


def _row(window: Window, value: re.Pattern[str]) -> list[str | None] | None:
    """The values of a row, whose end is taken; `None` where it cannot be read."""
    values: list[str | None] = []
    at = window.position + 1
    while True:
        match = value.match(window.text, at)
        if match is None:
            if len(window.text) - window.position > _LONGEST_ROW or not window.grow():
                return None
            values, at = [], window.position + 1
            continue
        values.append(_read_value(match))
        at = match.end()
        if match["end"] == ")":
            window.position = at
            return values


def _recover(window: Window) -> bool:
    """Go to what begins a row as the next one, and say whether there is one before the next statement."""
    window.position += 1
    return window.move_to(_NEXT) is not None and window.peek() == "("
