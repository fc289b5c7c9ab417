"""A YAML document as the JSON that says the same, so that the readers of JSON read what a tool writes as YAML.

Takes a document, gives the same input as a source of JSON, line for line; and a reader that does so. Scalars that are
no numbers, booleans or null of YAML 1.2 are texts: a time stays what it is. An alias, with which a small document can
say very much, ends the document, as damage does. Needs PyYAML (the extra `yaml`). Knows no format.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

import attrs

from wechatlog.engine.head import Head
from wechatlog.engine.inside import InsideReader
from wechatlog.errors import needs_extra

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wechatlog.engine.protocol import Batch, Context, Evidence, Refusal
    from wechatlog.source import Source

_LIST: Final = re.compile(r"(?:\A|\n)(?:[A-Za-z_][\w-]{0,60}: *\n *)?- [A-Za-z_][\w-]{0,60}: ")
"""The first of a list of mappings, alone or under a key."""
_PLAIN: Final = re.compile(r"(?:null|true|false|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_NULLS: Final = frozenset({"", "~", "Null", "NULL"})


def may_be_yaml(head: Head) -> bool:
    """Whether a text holds a list of mappings as YAML writes it."""
    return "text" in head.containers and _LIST.search(head.text) is not None


def json_head(head: Head) -> Head:
    """The head of the JSON that says what a document says.

    Raises:
        MissingExtraError: without the extra `yaml`.
    """
    return Head.of(head.source.with_text("".join(_json(head.text))))


def _scalar(value: str, *, plain: bool) -> str:
    if plain and (_PLAIN.fullmatch(value) or value in _NULLS):
        return "null" if value in _NULLS else value
    return json.dumps(value, ensure_ascii=False)


def _json(text: str) -> Iterator[str]:
    """The pieces of the JSON; each value stands on the line that it has in the document."""
    with needs_extra("yaml", what="reading YAML"):
        import yaml
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    open_: list[list[int]] = []  # 1 for a mapping, and how many nodes were in it
    line = 0
    try:
        for event in yaml.parse(_SURROGATE.sub("\ufffd", text), Loader=loader):
            if isinstance(event, yaml.AliasEvent):
                return
            if isinstance(event, yaml.NodeEvent):
                yield "\n" * (event.start_mark.line - line)
                line = max(line, event.start_mark.line)
                if open_:
                    mapping, count = open_[-1]
                    yield ("," if count and not (mapping and count % 2) else ":" if mapping and count % 2 else "")
                    open_[-1][1] += 1
            if isinstance(event, yaml.ScalarEvent):
                is_key = bool(open_) and open_[-1][0] == 1 and open_[-1][1] % 2 == 1
                yield _scalar(event.value, plain=event.implicit[0] and not is_key and event.style is None)
            elif isinstance(event, yaml.CollectionStartEvent):
                mapping = isinstance(event, yaml.MappingStartEvent)
                open_.append([int(mapping), 0])
                yield "{" if mapping else "["
            elif isinstance(event, yaml.CollectionEndEvent):
                yield "}" if open_.pop()[0] else "]"
                if not open_:
                    return  # the first document is the archive
    except yaml.YAMLError:
        return  # JSON that ends too early tells that the file is damaged, and where


@attrs.frozen(eq=False)
class YamlReader(InsideReader):
    """A reader of JSON that reads YAML."""

    def detect(self, head: Head) -> Evidence | Refusal | None:
        """What the reader says of the JSON."""
        return self.reader.detect(json_head(head))

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages of the JSON."""
        text = "".join(source.blocks(context.collector, context.encoding)).removeprefix("\ufeff")
        context.source = source.with_text("".join(_json(text)))
        yield from self.reader.read(context.source, context)
