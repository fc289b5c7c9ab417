"""A YAML document as the JSON that says the same, so that the readers of JSON read what a tool writes as YAML.

Makes of a document a source of JSON, line for line. Scalars that are
no numbers, booleans or null of YAML 1.2 are texts: a time stays what it is. Each item of the list is parsed alone, so
that damage costs the item that it hit; an alias, with which a small document can say very much, is such damage.
Needs PyYAML (the extra `yaml`). Knows no format.
"""

from __future__ import annotations

import itertools
import json
import re
from typing import TYPE_CHECKING, Final

import attrs

from wechatlog.engine.head import Head
from wechatlog.engine.inside import InsideReader
from wechatlog.errors import needs_extra

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wechatlog.engine.protocol import Batch, Context
    from wechatlog.source import Source

_LIST: Final = re.compile(r"(?:\A|\n)(?:[A-Za-z_][\w-]{0,60}: *\n( *))?- [A-Za-z_][\w-]{0,60}: ")
"""The first of a list of mappings, alone or under a key."""
_LIST_KEY: Final = re.compile(r"[^\s:]+: *\n")
_MARK: Final = re.compile(r"^(?:---|\.\.\.)[^\S\n]*$", re.MULTILINE)
"""Where a document begins or ends."""
_CONTENT: Final = re.compile(r"^(?!---|\.\.\.)[^\S\n]*[^\s#%]", re.MULTILINE)
_BROKEN: Final = "?"
"""What is no JSON: it makes the reader tell that something is damaged, and where."""
_PLAIN: Final = re.compile(r"(?:null|true|false|-?(?:0|[1-9][0-9]{0,30})(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_NULLS: Final = frozenset({"", "~", "Null", "NULL"})


def _scalar(value: str, *, plain: bool) -> str:
    if plain and (_PLAIN.fullmatch(value) or value in _NULLS):
        return "null" if value in _NULLS else value
    return json.dumps(value, ensure_ascii=False)


def _json(text: str) -> Iterator[str]:
    """The pieces of the JSON; each value stands on the line that it has in the document."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    begin, end = _first_document(text)
    found = _LIST.search(text, begin, end)
    is_mapping = found is None or found[1] is not None
    item = f"{found[1] or ''}- " if found else "- "
    pieces = itertools.pairwise([begin, *_starts(text[:end], begin, item), end])
    opened, lines = "{" if is_mapping else "[", text.count("\n", 0, begin)
    yield opened
    comma = ""
    for start, after in pieces:
        value = "".join(_value(text[start:after]))
        if value and opened.endswith("[") and is_mapping and not text.startswith(item, start):
            opened, comma = "{", "],"
        elif value and opened == "{" and text.startswith(item, after) and after < end:
            value, opened = f"{value.removesuffix('null')}[", "{["
        if value:
            yield comma + "\n" * lines + value  # an item at the start of its line is found again behind damage
            comma, lines = "" if value.endswith("[") else ",", -value.count("\n")
        lines += text.count("\n", start, after)
    yield "".join("]" if bracket == "[" else "}" for bracket in reversed(opened))
    if _CONTENT.search(text, end):
        yield "\n" * (lines + 1) + _BROKEN  # the first document is the archive


def _starts(text: str, begin: int, item: str) -> list[int]:
    """Where keys and items start. What is no key of a list, and stands between two items, is damage of the first."""
    starts: list[int] = []
    behind_item: int | None = None
    for entry in re.finditer(rf"^(?={item}|[^\s#-])", text[begin:], re.MULTILINE):
        start = begin + entry.start()
        if text.startswith(item, start):
            if behind_item is not None and not _LIST_KEY.fullmatch(text, starts[-1], start):
                del starts[behind_item:]
            behind_item = len(starts) + 1
        starts.append(start)
    return [start for start in starts if start > begin]


def _first_document(text: str) -> tuple[int, int]:
    """Where the first document begins and ends."""
    begin = 0
    for mark in _MARK.finditer(text):
        if _CONTENT.search(text, begin, mark.start()):
            return begin, mark.start()
        begin = mark.end()
    return begin, len(text)


def _value(piece: str) -> Iterator[str]:
    """The pieces of the JSON of one item of a list, or of one key and its value."""
    with needs_extra("yaml", what="reading YAML"):
        import yaml
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    open_: list[list[int]] = []  # 1 for a mapping, and how many nodes were in it
    line = 0
    try:
        for event in yaml.parse(_SURROGATE.sub("\ufffd", piece), Loader=loader):
            if isinstance(event, yaml.AliasEvent):
                break
            if isinstance(event, yaml.NodeEvent):
                yield "\n" * (event.start_mark.line - line)
                line = max(line, event.start_mark.line)
                if open_:
                    mapping, count = open_[-1]
                    yield ("," if count and not (mapping and count % 2) else ":" if mapping and count % 2 else "")
                    open_[-1][1] += 1
            if isinstance(event, yaml.ScalarEvent):
                is_key = bool(open_) and open_[-1][0] == 1 and open_[-1][1] % 2 == 1
                yield _scalar(event.value, plain=event.implicit[0] and not is_key and not event.style)
            elif isinstance(event, yaml.CollectionStartEvent):
                mapping = isinstance(event, yaml.MappingStartEvent)
                open_.append([int(mapping), 0])
                yield ("{" if mapping else "[") * (len(open_) > 1)
            elif isinstance(event, yaml.CollectionEndEvent):
                yield ("}" if open_.pop()[0] else "]") * bool(open_)
        else:
            return
    except yaml.YAMLError:
        pass
    yield _BROKEN + "".join("}" if mapping else "]" for mapping, _ in reversed(open_[1:]))


@attrs.frozen(eq=False)
class YamlReader(InsideReader):
    """A reader of JSON that reads YAML."""

    where = "in a YAML document"

    @classmethod
    def holds(cls, head: Head) -> bool:
        """Whether it is a text with a list of mappings as YAML writes it."""
        return "text" in head.containers and _LIST.search(head.text) is not None

    @classmethod
    def heads(cls, head: Head) -> Iterator[Head]:
        """The head of the JSON that says what the document says."""
        yield Head.of(head.source.with_text("".join(_json(head.text))))

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages of the JSON."""
        text = source.read_text(context.collector, context.encoding)
        context.source = source.with_text("".join(_json(text)))
        yield from self.reader.read(context.source, context)
