"""XML of unknown origin to a small tree, safely.

Takes text that should be XML, as databases and exporters keep it: cut, escaped once more than needed,
with NULs, with several roots, with a sender's id in front. Gives a `Node`, or raises `BrokenXMLError`.
Document types and entity declarations are refused, nesting and the number of elements are bounded,
nothing is fetched. Knows no WeChat element.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any, Final
from xml.parsers import expat

_DEEPEST: Final = 64
_MOST_ELEMENTS: Final = 500_000
_ESCAPED_AT_MOST: Final = 3
# The text is parsed inside this element, so that several roots are no error and a document type always
# is one.
_ROOT: Final = "wechatlog"

_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECLARATION: Final = re.compile(r"<\?xml\b[^<>]{0,200}\?>")
_BARE_AMPERSAND: Final = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)")
_CONTROL_REFERENCE: Final = re.compile(
    r"&#(?:x0{0,8}(?:[0-8BCbcEFef]|1[0-9A-Fa-f])|0{0,8}(?:[0-8]|1[124-9]|2[0-9]|3[01]));"
)
_DOCUMENT_TYPE: Final = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


class BrokenXMLError(Exception):
    """The text is no XML, or none that may be read.

    Attributes:
        code: `broken-xml` or `refused-xml`, the code of the diagnostic.
    """

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Node:
    """An element: its tag, attributes, children, and the text before its first child."""

    __slots__ = ("attributes", "children", "parts", "tag")

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.children: list[Node] = []
        self.parts: list[str] = []

    @property
    def text(self) -> str:
        """The text of the element itself, without white space round it."""
        return "".join(self.parts).strip()

    def find(self, path: str) -> Node | None:
        """The first element at a path of tags: `"wcpayinfo/feedesc"`."""
        node: Node | None = self
        for tag in path.split("/"):
            node = next((child for child in node.children if child.tag == tag), None) if node else None
        return node

    def get(self, *paths: str) -> str:
        """The first text that is not empty among the elements at these paths, or else `""`."""
        for path in paths:
            node = self.find(path)
            if node is not None and node.text:
                return node.text
        return ""

    def attribute(self, *names: str) -> str:
        """The first attribute that is not empty, or else `""`."""
        return next((value for name in names if (value := self.attributes.get(name, "").strip())), "")

    def to_value(self) -> Any:
        """The element as mappings, lists and strings: attributes and children by tag, a leaf as its text."""
        if not self.children:
            return {**self.attributes, "#text": self.text} if self.attributes else self.text
        value: dict[str, Any] = dict(self.attributes)
        for child in self.children:
            inner = child.to_value()
            if child.tag not in value:
                value[child.tag] = inner
            elif isinstance(value[child.tag], list):
                value[child.tag].append(inner)
            else:
                value[child.tag] = [value[child.tag], inner]
        return value


class _Builder:
    """Builds the tree from what expat reports, and stops where the bounds are passed."""

    def __init__(self) -> None:
        self.root = Node("", {})
        self.stack = [self.root]
        self.count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self.stack) > _DEEPEST or self.count > _MOST_ELEMENTS:
            raise BrokenXMLError("refused-xml", "XML nested too deeply or with too many elements")
        node = Node(tag, attributes)
        self.stack[-1].children.append(node)
        self.stack.append(node)

    def end(self, _tag: str) -> None:
        self.stack.pop()

    def data(self, text: str) -> None:
        if not self.stack[-1].children or len(self.stack) == 2:  # text behind the elements is none of them
            self.stack[-1].parts.append(text)


def _parse(text: str) -> Node:
    builder = _Builder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.Parse(f"<{_ROOT}>{text}</{_ROOT}>", True)
    return builder.root.children[0]


def _unescape(text: str) -> str:
    """The XML inside a text that was escaped as a whole, perhaps more than once."""
    for _ in range(_ESCAPED_AT_MOST):
        if not text.lstrip().startswith(("&lt;", "&amp;lt;", "&#60;")):
            break
        text = html.unescape(text)
    return text


def read_tree(text: str) -> Node:
    """The elements of a text, as children of a root; its text is what stands between them and behind.

    Args:
        text: XML, with or without a declaration, perhaps escaped as a whole.

    Raises:
        BrokenXMLError: where it is no well-formed XML, or holds a document type, or passes the bounds.
    """
    clean = _DECLARATION.sub("", _NOT_IN_XML.sub("", _unescape(text))).strip()
    if not clean.startswith("<"):
        raise BrokenXMLError("broken-xml", "no XML")
    try:
        try:
            return _parse(clean)
        except expat.ExpatError:  # ampersands in addresses, and references to control characters
            return _parse(_BARE_AMPERSAND.sub("&amp;", _CONTROL_REFERENCE.sub("", clean)))
    except expat.ExpatError as error:
        if _DOCUMENT_TYPE.search(clean):
            raise BrokenXMLError("refused-xml", "XML with a document type is not read") from error
        raise BrokenXMLError("broken-xml", f"the XML of this message is broken: {error}") from error


def tree_of(value: Mapping[str, Any]) -> Node:
    """The elements of mappings that xmltodict made of XML, as children of a nameless root.

    Args:
        value: `@name` is an attribute, `#text` the text beside attributes, a list stands for elements of one tag.

    Raises:
        BrokenXMLError: where they pass the bounds.
    """
    builder = _Builder()
    _fill(builder, value)
    return builder.root


def _fill(builder: _Builder, value: Mapping[Any, Any]) -> None:
    for key, inner in value.items():
        if key == "#text":
            builder.data(_leaf(inner))
        elif isinstance(key, str) and not key.startswith("@"):
            for each in inner if isinstance(inner, list) else (inner,):
                said = each.items() if isinstance(each, Mapping) else ()
                named = ((name, value) for name, value in said if isinstance(name, str) and name.startswith("@"))
                builder.start(key, {name[1:]: _leaf(value) for name, value in named})
                if isinstance(each, Mapping):
                    _fill(builder, each)
                else:
                    builder.data(_leaf(each))
                builder.end(key)


def _leaf(value: Any) -> str:
    """A text or a number as a text; nothing of what is neither."""
    return str(value) if isinstance(value, str | int | float) else ""
