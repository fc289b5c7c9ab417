"""Pages of HTML for readers, through lxml, read as a person sees them.

They are parsed without network, DTD or entities of their own. Takes HTML text, gives lxml elements and
their text. Knows no format. Use:

    root = parse_page(text)                      # a whole page; bad HTML raises nothing
    body = parse_fragment("<div>早<br>好</div>")  # a piece
    with_class(root, "message-text")             # iterates over the elements of a class
    first_with_class(root, "sender")             # the first of them, or None
    classes_of(root)                             # each class with its first element
    node_text(node)                              # <br> as LF, blocks on lines of their own

White space is kept as it stands unless `collapse=True`. Needs the extra `html`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from wechatlog.errors import FormatError, needs_extra

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from lxml.html import HtmlElement

_SPACES: Final = re.compile(r"[ \t\n\r\f]+")
# What libxml2 cannot hold, and what the parser would take for the end of the text.
_UNHOLDABLE: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\ud800-\udfff]")
_OPEN_TITLE: Final = re.compile(r"<title\b[^<>]{0,200}>(?![^<]{0,4096}</title\s{0,9}>)", re.IGNORECASE)
"""A title whose end is damaged would take in the whole page."""
_PAGE_END: Final = re.compile(
    r"(<script\b.*?(?:</script|\Z)|<!--.*?(?:-->|\Z))|</(?:body|html)\s{0,9}>", re.IGNORECASE | re.DOTALL
)
_TITLE: Final = re.compile(r"<title>([^<]{0,400})</title>", re.IGNORECASE)
_AROUND_TITLE: Final = re.compile(
    r"^\s*(?:微信)?(?:聊天记录|WeChat|Chat)(?: with)?\s*[-:：·|]\s*|^\s*与\s*(?=\S)"
    r"|\s*(?:的|[-·|—]\s*)?\s*(?:微信)?聊天记录(?:导出)?\s*$|\s[-·|—]\s*WeChat\s*$"
)
_NO_TITLE: Final = frozenset({"", "Chat History", "Document"})
_BLOCKS: Final = frozenset({"div", "p", "li", "tr", "ul", "ol", "table", "blockquote", "pre", "h1", "h2", "h3", "h4"})
_SILENT: Final = frozenset({"script", "style", "template", "head"})


def parse_page(text: str) -> HtmlElement:
    """The root element of a page; an empty `<html>` for a text that holds no markup at all.

    Args:
        text: decoded. Characters that no page can hold (NUL and the like) become U+FFFD.

    Raises:
        MissingExtraError: without lxml.
    """
    with needs_extra("html", what="reading an HTML page"):
        import lxml.etree
        import lxml.html
    # Bytes with a stated encoding: a <meta charset> in the page must not change decoded text.
    parser = lxml.html.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=True, remove_comments=True, remove_pis=True
    )
    data = _OPEN_TITLE.sub("", _UNHOLDABLE.sub("\ufffd", text)).encode("utf-8")
    try:
        root: HtmlElement | None = lxml.html.document_fromstring(data, parser=parser)
    except (lxml.etree.ParserError, lxml.etree.XMLSyntaxError, AssertionError):
        root = None
    return lxml.html.Element("html") if root is None else root


def without_ends(text: str) -> str:
    """A page for a parser, which stops at the end of one: there may be more where that was typed, or a page joined."""
    return _PAGE_END.sub(lambda match: match[1] or "\n" * match[0].count("\n"), text)


def parse_fragment(text: str, wrapper: str = "div") -> HtmlElement:
    """A `<div>` that holds a piece of HTML, whatever the piece is; a piece cannot break out of it.

    Args:
        text: the piece.
        wrapper: another tag, which no piece closes, for one that may end with what closes others.

    Raises:
        MissingExtraError: without lxml.
    """
    root = parse_page(f"<html><body><{wrapper}>{text}</{wrapper}></body></html>")
    body = root.find("body")
    if body is None or len(body) == 0:
        return root
    if len(body) == 1 and not (body.text or "").strip() and not (body[0].tail or "").strip():
        return body[0]
    return body


def page_title(head: str) -> str | None:
    """Whose chat a page is of, by its title, of which this is the beginning; `None` where it says nothing of that."""
    match = _TITLE.search(head)
    title = "" if match is None else _AROUND_TITLE.sub("", parse_fragment(match[1]).text_content()).strip()
    title = title[1:-1] if len(title) > 2 and title[0] + title[-1] == "「」" else title
    return None if title in _NO_TITLE else title


def has_class(node: HtmlElement, name: str) -> bool:
    """Whether an element is of a class."""
    return name in (node.get("class") or "").split()


def with_class(root: HtmlElement, name: str) -> Iterator[HtmlElement]:
    """The elements of a class in document order, the root itself among them."""
    return (node for node in root.iter() if isinstance(node.tag, str) and has_class(node, name))


def first_with_class(root: HtmlElement, name: str) -> HtmlElement | None:
    """The first element of a class, or `None`."""
    return next(with_class(root, name), None)


def classes_of(root: HtmlElement) -> dict[str, HtmlElement]:
    """Every class in an element, with the first element of it, the root itself among them."""
    found: dict[str, HtmlElement] = {}
    for node in root.iter():
        if isinstance(node.tag, str) and (names := node.get("class")):
            for name in names.split():
                found.setdefault(name, node)
    return found


def node_text(node: HtmlElement, *, collapse: bool = False, leave_out: Container[str] = (), alt: bool = False) -> str:
    """The text of an element as a person reads it; its own tail is no part of it.

    Args:
        node: the element.
        collapse: runs of white space in the source count as one blank, as a browser shows them, save inside
            `<pre>`.
        leave_out: classes of elements whose text does not count.
        alt: the `alt` text of pictures counts, for pages that show emoji codes as pictures.

    Returns:
        `<br>` as LF; block elements stand on lines of their own, without LF at the ends; scripts and styles
        left out.

    Raises:
        FormatError: for elements nested too deeply.
    """
    pieces: list[str] = []
    try:
        _collect(node, pieces, collapse=collapse, leave_out=leave_out, alt=alt)
    except RecursionError as error:
        raise FormatError("elements nested too deeply") from error
    text = "".join(pieces).removesuffix("\n")
    return text.removesuffix(" ") if collapse else text


# Functions of the module: those that know themselves would stay in memory, with the page, until the collector runs.


def _collect(
    node: HtmlElement,
    pieces: list[str],
    *,
    collapse: bool,
    leave_out: Container[str],
    alt: bool,
    is_block: bool = False,
) -> None:
    if is_block and any(pieces) and not pieces[-1].endswith("\n"):
        pieces.append("\n")
    before, is_squeezed = len(pieces), collapse and node.tag != "pre"
    _add(node.text, pieces, is_squeezed=is_squeezed)
    for child in node:
        if not isinstance(child.tag, str) or child.tag in _SILENT:
            pass
        elif child.tag == "br":
            pieces.append("\n")
        elif child.tag == "img" and alt:
            pieces.append(child.get("alt") or "")
        elif not any(name in leave_out for name in (child.get("class") or "").split()):
            is_child_block = child.tag in _BLOCKS
            _collect(child, pieces, collapse=collapse, leave_out=leave_out, alt=alt, is_block=is_child_block)
        _add(child.tail, pieces, is_squeezed=is_squeezed)
    if is_block and any(pieces[before:]) and not pieces[-1].endswith("\n"):
        pieces.append("\n")


def _add(text: str | None, pieces: list[str], *, is_squeezed: bool) -> None:
    if text and is_squeezed:
        text = _SPACES.sub(" ", text)
        last = next((piece for piece in reversed(pieces) if piece), "\n")
        text = text.removeprefix(" ") if last[-1] in " \n" else text
    if text:
        pieces.append(text)
