"""What is in the bodies of messages, as columns; most bodies are plain text, and of these no object is made.

Takes messages, or columns of bodies, gives columns of plain values: the names of what is in them, and their pieces, all
one after the other with the number that each body has, as libraries for frames keep lists. Knows no such library.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from wechatlog.content.wording import words_apart
from wechatlog.frames.pieces import columns_of_segments, segments_to_json
from wechatlog.model import KINDS, Message, build_message
from wechatlog.segments import Lexicon, Segment
from wechatlog.segments.rule_table import compiled_rules
from wechatlog.segments.types import Emoji, Image, Link, Mention, Text

PIECES: Final[Mapping[str, type[Segment]]] = {"mentions": Mention, "links": Link, "emoji": Emoji, "images": Image}
"""The columns of messages that name pieces of a kind, and the tables with a row for each of them."""

_NAMED: Final[Mapping[type, Callable[[Any], str | None]]] = {
    Mention: lambda mention: mention.name,
    Link: lambda link: link.url,
    Emoji: lambda emoji: emoji.name,
    Image: lambda image: image.path if image.url is None else image.url,
}
"""What the columns of a message call its pieces; in the order of `PIECES`."""


@functools.cache
def _named(cls: type) -> tuple[int, Callable[[Any], str | None]] | None:
    return next(((place, name) for place, (base, name) in enumerate(_NAMED.items()) if issubclass(cls, base)), None)


class Bodies(NamedTuple):
    """The bodies of some messages.

    Attributes:
        texts: all of them.
        rich: the rows, in order, of those that may hold more than text, with messages that have their segments.
    """

    texts: list[str]
    rich: list[tuple[int, Message]]

    @classmethod
    def of_messages(cls, messages: Iterable[Message]) -> Bodies:
        """Those of messages."""
        search, _ = compiled_rules()
        texts: list[str] = []
        rich: list[tuple[int, Message]] = []
        for row, message in enumerate(messages):
            texts.append(message.text)
            known = message._segments is not None or message._parsed is not None
            if known or search(message.text, 0) is not None:
                rich.append((row, message))
        return cls(texts, rich)

    @classmethod
    def of_columns(cls, columns: Mapping[str, Sequence[Any]], lexicon: Lexicon | None) -> Bodies:
        """Those of the columns `kind`, `text`, `given`, and perhaps `found`; mentions are looked up in the lexicon."""
        search, _ = compiled_rules()
        texts, kinds, given = columns["text"], columns["kind"], columns["given"]
        found = columns.get("found") or itertools.repeat(None, len(texts))
        rich = [
            (row, build_message(None, None, None, KINDS[kinds[row]], text, segments=one, parsed=two, lexicon=lexicon))
            for row, (text, one, two) in enumerate(zip(texts, given, found, strict=True))
            if one is not None or two is not None or search(text, 0) is not None
        ]
        return cls(list(texts), rich)

    @classmethod
    def joined(cls, parts: Iterable[Bodies]) -> Bodies:
        """Several, one below the other."""
        whole = cls([], [])
        for part in parts:
            first = len(whole.texts)
            whole.rich.extend((first + row, message) for row, message in part.rich)
            whole.texts.extend(part.texts)
        return whole

    def parse(self) -> None:
        """Find all segments now; otherwise they are found when they are asked for."""
        for _, message in self.rich:
            message.segments  # noqa: B018 - the message keeps them

    def names(self) -> dict[str, tuple[list[int], list[str]]]:
        """The columns `mentions`, `links`, `emoji` and `images`: how many names each body has, and all names."""
        found: list[tuple[list[int], list[str]]] = [([0] * len(self.texts), []) for _ in PIECES]
        for row, message in self.rich:
            for segment in message.segments:
                kind: Any = type(segment)
                named = None if kind is Text else _named(kind)
                if named is not None and (name := named[1](segment)) is not None:
                    lengths, names = found[named[0]]
                    lengths[row] += 1
                    names.append(name)
        return dict(zip(PIECES, found, strict=True))

    def name_lists(self) -> dict[str, list[list[str]]]:
        """The same, with a list for each body."""
        found = {}
        for column, (lengths, names) in self.names().items():
            stream = iter(names)
            found[column] = [list(itertools.islice(stream, length)) if length else [] for length in lengths]
        return found

    def apart(self) -> list[str | None]:
        """The column `apart`."""
        found: list[str | None] = [None] * len(self.texts)
        for row, message in self.rich:
            found[row] = words_apart(message) or None
        return found

    def given(self) -> list[str | None]:
        """The pieces that the archive gave, of each body as a text in JSON."""
        found: list[str | None] = [None] * len(self.texts)
        for row, message in self.rich:
            if message.given_segments is not None:
                found[row] = segments_to_json(message.given_segments)
        return found

    def parsed(self) -> list[bool]:
        """The column `parsed`."""
        found = [True] * len(self.texts)
        for row, message in self.rich:
            found[row] = message.given_segments is None
        return found

    def pieces(self) -> tuple[list[int], dict[str, list[Any]]]:
        """How many pieces each body has, and all pieces one after the other as columns by name of field.

        A field that no piece has is left out; `type` and `raw` are always there.
        """
        lengths = [1 if text else 0 for text in self.texts]
        raws: list[str] = []
        others: dict[type[Segment], list[tuple[int, Segment]]] = {}  # than text, with their places
        begin = 0
        for row, message in self.rich:
            raws += filter(None, self.texts[begin:row])
            segments = message.segments
            for piece in segments:
                if type(piece) is not Text:
                    others.setdefault(type(piece), []).append((len(raws), piece))
                raws.append(piece.raw)
            lengths[row] = len(segments)
            begin = row + 1
        raws += filter(None, itertools.islice(self.texts, begin, None))
        found: dict[str, list[Any]] = {"type": ["text"] * len(raws), "raw": raws}
        for placed in others.values():
            places, pieces = zip(*placed, strict=True)
            for name, values in columns_of_segments(pieces):
                column = found.setdefault(name, [None] * len(raws))
                for place, value in zip(places, values, strict=True):
                    column[place] = value
        return lengths, found
