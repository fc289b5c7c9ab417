"""The page on tables says what the code says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import attrs
import pytest

from wechatlog.frames.columns import TABLES
from wechatlog.frames.pieces import SEGMENT_FIELDS
from wechatlog.segments import types

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "tables.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (.*) \|$", re.MULTILINE)


def _rows(heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, without code marks."""
    part = re.split(r"^#+ ", PAGE.split(f"\n{heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    table = part[part.index("\n|") :].strip().split("\n\n")[0]
    rows = [[cell.strip().replace("`", "") for cell in re.split(r"(?<!\\)\|", row)] for row in ROW.findall(table)]
    return rows[1:]


@pytest.mark.parametrize("table", TABLES)
def test_every_table_with_every_column(table: str) -> None:
    assert _rows(f"## {table}") == [[column.name, column.type, column.meaning] for column in TABLES[table]]


def test_every_type() -> None:
    shown = {row[0]: row[2:5] for row in _rows("## Types")}
    kinds = {column.type for columns in TABLES.values() for column in columns}
    assert set(shown) == kinds
    pandas = pytest.importorskip("wechatlog.ext.pandas")
    polars = pytest.importorskip("wechatlog.ext.polars")
    arrow = pytest.importorskip("wechatlog.frames.arrow")
    for kind, (in_pandas, in_polars, in_arrow) in shown.items():
        assert in_pandas.split(":")[0] == pandas.DTYPES[kind]
        assert _short(str(polars.DTYPES[kind])) == in_polars
        assert _short(str(_arrow_type(arrow, kind))) == in_arrow


def _arrow_type(arrow: Any, kind: str) -> Any:
    table, name = next(
        (table, column.name) for table, columns in TABLES.items() for column in columns if column.type == kind
    )
    return arrow.make_schema(table, None).field(name).type


def _short(name: str) -> str:
    name = name.replace("time_unit='us', time_zone=None", "us").replace("item: ", "")
    name = re.sub(r"Struct\(.*\)\)", "Struct)", re.sub(r"struct<.*>>", "struct>", name))
    return re.sub(r"dictionary<values=(\w+), indices=(\w+), ordered=0>", r"dictionary<\2, \1>", name)


def test_every_field_of_a_piece() -> None:
    classes = [getattr(types, name) for name in types.__all__ if name != "Segment"]
    owners: dict[str, list[str]] = {"type": [cls.__name__ for cls in classes]}
    for cls in classes:
        for field in attrs.fields(cls):
            owners.setdefault(field.name, []).append(cls.__name__)
    for name, kind, of in _rows("### Pieces"):
        expected = "all" if len(owners[name]) == len(classes) else ", ".join(sorted(owners[name]))
        assert (kind, of.removesuffix(", as JSON")) == (SEGMENT_FIELDS[name], expected), name
    assert [row[0] for row in _rows("### Pieces")] == list(SEGMENT_FIELDS)
