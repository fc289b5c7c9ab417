"""Chunks of a chat for retrieval, JSON Lines: cut where the conversation paused, no larger than a limit.

A chunk is a session, or a part of one: the longest pause in the second half of what would fit is where it is cut. A
message is never cut, but for one that is larger than a chunk alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import attrs

from wechatlog.operations import iter_sessions
from wechatlog.utf8 import json_line
from wechatlog.writers.base import Form, Items
from wechatlog.writers.llm.bodies import one_line
from wechatlog.writers.llm.chats import (
    COUNT_OPTION,
    GAP_OPTION,
    LOSSES,
    PRIVACY_OPTIONS,
    count_option,
    gap_option,
    open_chats,
)
from wechatlog.writers.llm.transcript import Entry, entries_of, line_of
from wechatlog.writers.options import flag_option, number_option

_TOKENS: Final = 500
_LEAST_TOKENS: Final = 100
_LEAST_CHARACTERS: Final = 200
_MOST_OVERLAP: Final = 100
_MANY: Final = 99_999
_SENTENCE_ENDS: Final = "\n。！？. "


class _Size(NamedTuple):
    tokens: int
    characters: int


class _Span(NamedTuple):
    """A chunk among the messages of a session: those from `first` on, of which those from `new` on are new."""

    first: int
    new: int
    end: int


@attrs.frozen
class _Limits:
    """How large a chunk may be, and how many messages are repeated from the one before."""

    tokens: int
    characters: int | None
    overlap: int
    count: Callable[[str], int]

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> _Limits:
        characters = options.get("max_chars")
        return cls(
            number_option(options, "max_tokens", _TOKENS, least=_LEAST_TOKENS),
            None if characters is None else number_option(options, "max_chars", 0, least=_LEAST_CHARACTERS),
            number_option(options, "overlap", 0, most=_MOST_OVERLAP),
            count_option(options),
        )

    def size(self, text: str) -> _Size:
        return _Size(self.count(text), len(text))

    def hold(self, size: _Size) -> bool:
        return size.tokens <= self.tokens and (self.characters is None or size.characters <= self.characters)


class _Session:
    """The messages of a session, and what their lines take up."""

    def __init__(self, entries: Sequence[Entry], limits: _Limits) -> None:
        self.entries, self._limits = entries, limits
        self._following = [
            limits.size(line_of(entry, before)) for before, entry in zip((None, *entries[:-1]), entries, strict=True)
        ]

    def text(self, first: int, end: int) -> str:
        part = self.entries[first:end]
        return "".join(line_of(entry, before) for before, entry in zip((None, *part[:-1]), part, strict=True))

    def spans(self) -> Iterator[_Span]:
        first = new = 0
        while new < len(self.entries):
            end = self._reach(first)
            if end <= new and first < new:  # what is repeated leaves no room
                first = new
                continue
            span = self._exact(_Span(first, new, self._pause(new, max(end, new + 1))))
            yield span
            new = span.end
            first = max(new - self._limits.overlap, 0)

    def _reach(self, first: int) -> int:
        """The end of as many messages as fit, by the sum of their lines; `first` where not even one does."""
        tokens, characters = self._limits.size(line_of(self.entries[first], None))
        end = first
        while self._limits.hold(_Size(tokens, characters)):
            end += 1
            if end == len(self.entries):
                break
            tokens += self._following[end].tokens
            characters += self._following[end].characters
        return end

    def _pause(self, new: int, end: int) -> int:
        """Where to cut: at the longest pause in the second half, the last of equal ones."""
        if end == len(self.entries):
            return end

        def pause_before(cut: int) -> tuple[float, int]:
            one, two = self.entries[cut - 1].time, self.entries[cut].time
            return 0.0 if one is None or two is None else abs((two - one).total_seconds()), cut

        return max(range(new + (end - new) // 2 + 1, end + 1), key=pause_before)

    def _exact(self, span: _Span) -> _Span:
        """The chunk, made smaller where the whole costs more than its lines did."""
        while span.end - span.new > 1 and not self._limits.hold(self._limits.size(self.text(span.first, span.end))):
            span = span._replace(first=span.new, end=span.new + (span.end - span.new + 1) // 2)
        return span


def _parts(entry: Entry, limits: _Limits) -> Iterator[Entry]:
    """A message that is too large, in pieces that fit."""
    text = entry.text
    head = limits.size(line_of(_named(entry, _MANY, _MANY, ""), None))
    room = max(1, len(text) * max(1, limits.tokens - head.tokens) // max(1, limits.size(text).tokens))
    if limits.characters is not None:
        room = max(1, min(room, limits.characters - head.characters))
    pieces: list[str] = []
    position = 0
    while position < len(text):
        pieces.append(_piece(entry, text[position : position + room], limits))
        position += len(pieces[-1])
    return (_named(entry, number, len(pieces), piece) for number, piece in enumerate(pieces, 1))


def _piece(entry: Entry, text: str, limits: _Limits) -> str:
    """As much of a text as fits, to the end of a line or a sentence where one is near."""
    piece = text
    while len(piece) > 1 and not limits.hold(limits.size(line_of(_named(entry, _MANY, _MANY, piece), None))):
        piece = piece[: len(piece) * 9 // 10]
    cut = max(piece.rfind(mark, len(piece) * 3 // 4) for mark in _SENTENCE_ENDS)
    return piece[: cut + 1] if cut >= 0 else piece


def _named(entry: Entry, number: int, count: int, text: str) -> Entry:
    return entry._replace(text=f"[part {number}/{count}] {text}")


def _row(text: str, entries: Sequence[Entry], title: str | None, limits: _Limits, **more: Any) -> str:
    times = [entry.time for entry in entries if entry.time is not None]
    people = dict.fromkeys(entry.who for entry in entries if entry.who != "*")
    row: dict[str, Any] = {
        "id": hashlib.blake2b(f"{title}\n{times[:1]}\n{text}".encode(), digest_size=8).hexdigest(),
        "conversation": title,
        "start": times[0].isoformat() if times else None,
        "end": times[-1].isoformat() if times else None,
        "participants": list(people),
        "messages": len(entries),
        "tokens": limits.size(text).tokens,
        **more,
        "text": text,
    }
    return json_line(row) + "\n"


def _session_rows(entries: Sequence[Entry], title: str | None, limits: _Limits) -> Iterator[str]:
    session = _Session(entries, limits)
    for first, new, end in session.spans():
        text = session.text(first, end).removesuffix("\n")
        part = entries[first:end]
        if len(part) == 1 and not limits.hold(limits.size(text)):
            for number, piece in enumerate(pieces := list(_parts(part[0], limits)), 1):
                text = line_of(piece, None).removesuffix("\n")
                yield _row(text, [piece], title, limits, part=f"{number}/{len(pieces)}")
        else:
            yield _row(text, part, title, limits, **({"repeated": new - first} if new > first else {}))


class ChunkWriter(Form):
    """The writer of chunks."""

    name = "llm-chunks"
    description = "chunks for retrieval, JSON Lines: cut at pauses, limited in size, pseudonyms, media described"
    suffixes = (".chunks.jsonl",)
    options: Mapping[str, str] = {
        **PRIVACY_OPTIONS,
        "gap": GAP_OPTION,
        "max_tokens": f"tokens in a chunk at most; {_TOKENS} is the default, {_LEAST_TOKENS} the least",
        "max_chars": f"characters in a chunk at most; no limit is the default, {_LEAST_CHARACTERS} the least",
        "overlap": "messages that are repeated from the chunk before; 0 is the default",
        "count_tokens": COUNT_OPTION,
        "include_notices": "whether notices such as recalls and invitations are shown; default true",
    }
    losses = LOSSES
    several = True

    def write(self, items: Items, options: Mapping[str, Any]) -> Iterator[str]:
        """A line for each chunk; a person has the same pseudonym in all of them."""
        gap, notices, limits = gap_option(options), flag_option(options, "include_notices", True), _Limits.of(options)
        for chat in open_chats(items, options):
            title = chat.conversation.title
            title = None if title is None else one_line(title)
            for session in iter_sessions(chat.conversation.messages, gap=gap):
                if entries := list(entries_of(session, notices=notices)):
                    yield from _session_rows(entries, title, limits)


WRITER: Final = ChunkWriter()
