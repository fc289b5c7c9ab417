"""Word documents (`.docx`) as paragraphs and tables, one after the other.

Takes a source, gives blocks: what stands in the body, without looks, with the pictures named by the relation that each
has in the document. The text is parsed as it streams by, without network, DTD or entities; what cannot be parsed ends
there and is told. Knows no format. Needs the extra `docx`.
"""

from __future__ import annotations

import contextlib
import posixpath
from typing import TYPE_CHECKING, Any, Final

import attrs

from wechatlog.errors import FormatError, RefusedFormatError, WechatlogError, needs_extra
from wechatlog.source import Source
from wechatlog.zips import ZIP_ERRORS, MendedZip, open_zip

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Callable, Iterator

_TEXT: Final = "word/document.xml"
_LINKS: Final = "word/_rels/document.xml.rels"
_ABOUT: Final = "docProps/core.xml"
_MOST_LINKS: Final = 1 << 24
_RIGHT: Final = frozenset({"right", "end"})
_FRAMES: Final = frozenset({"sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo"})
"""What may stand round paragraphs of the body: fields to fill in, and what was put in while changes were tracked."""


@attrs.frozen
class Paragraph:
    """A paragraph.

    Attributes:
        text: its words, line breaks as LF.
        pictures: the relations of the pictures in it.
        links: the addresses of the links in it.
    """

    text: str
    pictures: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


@attrs.frozen
class Cell:
    """A cell of a table.

    Attributes:
        paragraphs: those that stand in it.
        tables: the paragraphs of each cell of each table in it, and of each in those, in their order.
        width: in twentieths of a point, or `None`.
    """

    paragraphs: tuple[Paragraph, ...]
    tables: tuple[tuple[Paragraph, ...], ...] = ()
    width: int | None = None

    @property
    def pictures(self) -> tuple[str, ...]:
        """The relations of the pictures in its own paragraphs."""
        return tuple(picture for paragraph in self.paragraphs for picture in paragraph.pictures)


@attrs.frozen
class Row:
    """A row of a table; tables are given row by row.

    Attributes:
        right: whether the table stands at the right; `None` where it does not say.
    """

    cells: tuple[Cell, ...]
    right: bool | None = None


def is_document(source: Source) -> bool:
    """Whether a ZIP is a Word document."""
    if not source.head().startswith(b"PK"):
        return False
    with contextlib.suppress(WechatlogError, OSError), open_zip(source) as package:
        return _TEXT in package.namelist()
    return False


def document_author(source: Source) -> str:
    """Who the document says that it was made by; empty where it does not."""
    root = _small(source, _ABOUT)
    nodes: list[Any] = [] if root is None else list(root.iter("{*}creator"))
    return "".join(node.text or "" for node in nodes[:1])


def iter_blocks(source: Source, report: Callable[[str, str], object]) -> Iterator[Paragraph | Row]:
    """The paragraphs of a document, and the rows of its tables; told are the code and the sentence of damage.

    Raises:
        FormatError: for a ZIP that is no Word document.
        MissingExtraError: without the extra `docx`.
    """
    etree = _etree()
    links = _links(source)
    with open_zip(source) as package, _member(source, package, _TEXT) as stream:
        if isinstance(package, MendedZip):
            report("broken-file", package.what)
        how = {"resolve_entities": False, "no_network": True, "huge_tree": True, "recover": True}
        try:
            parser = etree.iterparse(stream, events=("end",), tag=("{*}p", "{*}tbl"), **how)
            for _, node in parser:
                parent = node.getparent()
                if not _is_in_body(parent):
                    continue
                if _name(node) == "p":
                    yield _paragraph(node, links)
                else:
                    yield from _rows(node, links)
                node.clear(keep_tail=False)
                while node.getprevious() is not None:
                    del parent[0]
            if parser.error_log:  # what could be read behind it was
                report("broken-file", f"the document is damaged: {parser.error_log[0].message.strip()}")
        except (etree.XMLSyntaxError, *ZIP_ERRORS) as error:
            if isinstance(error, RefusedFormatError):
                raise
            report("broken-file", f"the document is damaged from here on: {error}")


def _is_in_body(parent: Any) -> bool:
    while parent is not None and _name(parent) in _FRAMES:
        parent = parent.getparent()
    return parent is not None and _name(parent) == "body"


def picture_files(source: Source) -> dict[str, str]:
    """The paths of the pictures in the document, from its own root on, by the relations that name them."""
    found = {}
    for node in _relations(source):
        path = posixpath.normpath(posixpath.join("/word", node.get("Target", ""))).lstrip("/")
        if node.get("TargetMode") != "External" and node.get("Type", "").endswith("/image"):
            found[node.get("Id", "")] = path
    return found


def has_comments(source: Source) -> bool:
    """Whether somebody commented on the document."""
    with open_zip(source) as package:
        return "word/comments.xml" in package.namelist()


def _etree() -> Any:
    with needs_extra("docx", what="reading a Word document"):
        from lxml import etree
    return etree


def _member(source: Source, package: zipfile.ZipFile, name: str) -> Any:
    try:
        info = package.getinfo(name)
    except KeyError:
        raise FormatError(f"holds no {name}", source=source.label) from None
    return Source.of_member(package, info, name, source.label, size_limit=source.size_limit).open()


def _small(source: Source, name: str) -> Any:
    """The root of a small part of the document; `None` where there is none that can be read."""
    etree = _etree()
    try:
        with open_zip(source) as package, _member(source, package, name) as stream:
            parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
            return etree.fromstring(stream.read(_MOST_LINKS), parser)
    except (FormatError, etree.XMLSyntaxError, ValueError):
        return None


def _links(source: Source) -> dict[str, str]:
    """The addresses of links by the relation that names them."""
    nodes = _relations(source)
    return {node.get("Id", ""): node.get("Target", "") for node in nodes if node.get("TargetMode") == "External"}


def _relations(source: Source) -> Iterator[Any]:
    root = _small(source, _LINKS)
    yield from () if root is None else root.iter("{*}Relationship")


def _name(node: Any) -> str:
    tag = node.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _value(node: Any, name: str) -> str | None:
    return next((value for key, value in node.items() if key.rpartition("}")[2] == name), None)


def _paragraph(node: Any, links: dict[str, str]) -> Paragraph:
    pieces: list[str] = []
    pictures: list[str] = []
    addresses: list[str] = []
    for child in _seen(node):
        name = _name(child)
        if name == "t":
            pieces.append(child.text or "")
        elif name in ("br", "cr"):
            pieces.append("\n")
        elif name == "noBreakHyphen":
            pieces.append("-")
        elif name == "tab" and _name(child.getparent()) == "r":
            pieces.append("\t")
        elif name in ("blip", "imagedata"):
            pictures.append(_value(child, "embed" if name == "blip" else "id") or "")
        elif name == "hyperlink" and (address := links.get(_value(child, "id") or "")):
            addresses.append(address)
    return Paragraph("".join(pieces), tuple(pictures), tuple(addresses))


def _seen(node: Any) -> Iterator[Any]:
    """The elements in a paragraph; not what stands there once more, for programs that cannot show the first."""
    walk = _etree().iterwalk(node, events=("start",))
    for _, child in walk:
        if _name(child) == "Fallback":
            walk.skip_subtree()
        else:
            yield child


def _inside(node: Any, name: str) -> Iterator[Any]:
    """The elements of a name in another one, in frames or without."""
    pending = list(reversed(node))
    while pending:
        child = pending.pop()
        if _name(child) == name:
            yield child
        elif _name(child) in _FRAMES:
            pending += reversed(child)


def _rows(table: Any, links: dict[str, str]) -> Iterator[Row]:
    side = next((_value(node, "val") for node in table.iterfind("{*}tblPr/{*}jc")), None)
    for row in _inside(table, "tr"):
        yield Row(tuple(_cell(cell, links) for cell in _inside(row, "tc")), None if side is None else side in _RIGHT)


def _cell(cell: Any, links: dict[str, str]) -> Cell:
    width = next((_value(node, "w") for node in cell.iterfind("{*}tcPr/{*}tcW")), None)
    own, *inner = (
        tuple(_paragraph(node, links) for node in _inside(each, "p"))
        for each in cell.iter("{*}tc")
        if next(each.iterancestors("{*}p"), None) is None  # a table in a text box is read with its paragraph
    )
    return Cell(own, tuple(inner), int(width) if width is not None and width.isdecimal() else None)
