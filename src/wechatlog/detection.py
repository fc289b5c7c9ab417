"""What an input is: the readers whose signature it has are asked, and the surest wins.

Content decides before the suffix. A reader says only what it thinks of its own format; who wins, and what somebody is
said of a file that nobody takes, is decided here alone. What no reader takes may hold something that one does: a
document the text in it.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import re
import weakref
from typing import TYPE_CHECKING, Final, NamedTuple

import attrs

from wechatlog.engine.protocol import Evidence, Head, Reader, Refusal
from wechatlog.errors import (
    NOT_RECOGNISED,
    AmbiguousFormatError,
    MissingExtraError,
    RefusedFormatError,
    UnknownFormatError,
)
from wechatlog.readers import READERS, FormatRow
from wechatlog.registry import as_reader, containers_of, find_reader, reader_names, registered_readers

if TYPE_CHECKING:
    from wechatlog.engine.inside import InsideReader
    from wechatlog.source import Source

_ROWS: Final = {row.name: row for row in READERS}
_LINED: Final = frozenset({"text", "csv", "html"})
"""Containers whose messages have lines."""
_TEXTS: Final = _LINED | {"json", "jsonl", "js", "mime"}
_SURE: Final = 0.5
"""Whoever is less sure guesses."""
_TIE: Final = 0.05
"""Confidences closer than this are a tie."""


@attrs.frozen
class Detection:
    """What an input is.

    Attributes:
        format: the name of the reader.
        confidence: 0 to 1.
        reason: why, in a clause.

    Example:
        >>> found = wechatlog.detect("examples/reading-club.jsonl")
        >>> found.format, found.confidence
        ('jsonl', 1.0)
    """

    format: str
    confidence: float
    reason: str


def detect_reader(source: Source, encoding: str | None = None) -> tuple[Reader, Detection]:
    """The reader of an input, from its first bytes; content decides before the suffix.

    Raises:
        UnknownFormatError: where no reader takes it.
        RefusedFormatError: where it was recognised as something that is no chat.
        AmbiguousFormatError: where several readers take it equally well.
        MissingExtraError: where no reader takes it, and one could not look without an optional library.
    """
    known = _detected.get(source)
    if known is not None and known[0] == encoding:
        return known[1:]
    found = _detect(Head.of(source, encoding))
    _detected[source] = (encoding, *found)
    return found


def forget(source: Source) -> None:
    """Look anew at an input when it is next asked for: it may have become another by then."""
    source.forget_head()
    _detected.pop(source, None)


_detected: Final[weakref.WeakKeyDictionary[Source, tuple[str | None, Reader, Detection]]] = weakref.WeakKeyDictionary()
"""What was found out of an input that is still in use: nobody looks twice."""


def open_format(source: Source, format: str | Reader | None, encoding: str | None = None) -> Reader:  # noqa: A002
    """The reader that a user named, or that of the input; of a document, the one of what stands in it.

    Raises:
        WechatlogError: as `detect_reader` and `find_reader`.
        TypeError: for a format that is neither a name nor a reader.
    """
    if format is None:
        return detect_reader(source, encoding)[0]
    known = _detected.get(source)
    if known is not None and known[0] == encoding and known[1] is format:
        return known[1]
    reader = as_reader(format)
    containers = containers_of(reader.name) or ("text",)
    for outer in _OUTER:
        if outer.start is _PAGE and "html" in containers:  # it reads pages itself, damaged ones too
            continue
        if not outer.inner.isdisjoint(containers) and outer.start.match(source.head()):
            head = Head.of(source, encoding).fuller
            kind = outer.load()
            if kind.holds(head) and not isinstance(reader, kind) and not isinstance(reader.detect(head), Evidence):
                return kind(reader)
    return reader


def is_text(reader: Reader) -> bool:
    """Whether the messages of a format are lines of a text, to which those of another file can be joined."""
    return (containers_of(reader.name) or ("text",))[0] == "text"


def is_dense(reader: Reader) -> bool:
    """Whether some lines of each message stand close together in whole files; if none do, line ends were doubled."""
    containers = containers_of(reader.name) or ()
    return "jsonl" not in containers and not _LINED.isdisjoint(containers) and not _row_of(reader).is_spaced


def _row_of(reader: Reader) -> FormatRow:
    """What is known of a format; of one that was added to these, nothing."""
    return _ROWS.get(reader.name) or FormatRow(reader.name, "", ())


def find_known(source: Source, text: str) -> tuple[str, bool] | None:
    """The format of a text that stands in a source, and whether that is sure; `None` where it is none that is known."""
    verdicts = _asked(Head.of(source.with_text(text)))
    best = max(verdicts.found, key=lambda claim: claim.confidence, default=None)
    return None if best is None or verdicts.refused else (best.reader.name, best.confidence >= _SURE)


class _Claim(NamedTuple):
    """What a reader says of an input."""

    confidence: float
    reader: Reader
    reason: str


@attrs.define
class _Verdicts:
    """What the readers say of an input.

    Attributes:
        found: those that take it.
        openings: those of them that say that it begins as nothing else does.
        refused: those that know it as no chat.
        others: why each of the others does not take it.
        missing: what the first that could not look lacks.
    """

    found: list[_Claim] = attrs.field(factory=list)
    openings: list[_Claim] = attrs.field(factory=list)
    refused: list[_Claim] = attrs.field(factory=list)
    others: dict[str, str] = attrs.field(factory=dict)
    missing: MissingExtraError | None = None

    @property
    def is_unsure(self) -> bool:
        """Whether nobody knows it, or somebody guesses by what usual names stand for."""
        return not self.refused and all(claim.confidence < _SURE for claim in self.found)

    @property
    def is_settled(self) -> bool:
        """Whether somebody is sure that it is theirs, or no chat."""
        return any(claim.confidence >= _SURE for claim in (*self.found, *self.refused))

    def ask(self, reader: Reader, head: Head) -> None:
        """Let a reader look."""
        try:
            verdict = reader.detect(head)
        except MissingExtraError as error:
            self.missing = self.missing or error
            return
        except Exception as error:  # noqa: BLE001 - one reader's fault must not keep the others from looking
            self.others[reader.name] = f"failed to look at it: {error!r}"
            return
        if isinstance(verdict, Refusal):
            self.refused.append(_Claim(verdict.confidence, reader, verdict.reason))
        elif verdict is not None:
            bonus = 0.01 if head.suffix in reader.suffixes else 0.0
            self.found.append(_Claim(min(1.0, verdict.confidence) + bonus, reader, verdict.reason))
            self.openings += self.found[-1:] if verdict.opening else []
        else:
            self.others[reader.name] = NOT_RECOGNISED


def _detect(head: Head) -> tuple[Reader, Detection]:
    if (sure := _opens(head)) is not None and isinstance(verdict := sure.detect(head), Evidence):
        return sure, Detection(sure.name, verdict.confidence, verdict.reason)
    verdicts = _asked(head)
    fuller = head.fuller if verdicts.is_unsure else head
    if fuller is not head and (better := _asked(fuller)).found:
        verdicts = better
    winner = _winner(verdicts, head.source.label)
    if _may_be_dressed(head, winner) and (bare := _find_bare(head, winner)) is not None:
        return bare
    if winner is not None:
        return winner.reader, Detection(winner.reader.name, min(1.0, winner.confidence), winner.reason)
    if (inside := _find_inside(fuller)) is not None:
        return inside
    from wechatlog.engine.unknown import unknown_format  # for who meets such a file

    raise verdicts.missing or unknown_format(head, verdicts.others)


def _asked(head: Head) -> _Verdicts:
    """What the readers say whose signature an input has; those that guess last, if nobody is sure."""
    verdicts = _Verdicts()
    for name in sorted(reader_names(), key=_is_guess):
        if _is_guess(name) and verdicts.is_settled:
            break
        if containers_of(name) is None or _admits(_ROWS[name], head):
            verdicts.ask(find_reader(name), head)
    return verdicts


def _is_guess(name: str) -> bool:
    return containers_of(name) is not None and _ROWS[name].is_guess


def _winner(verdicts: _Verdicts, label: str) -> _Claim | None:
    """The surest of those that take an input.

    Raises:
        RefusedFormatError: where one that refuses it is as sure.
        AmbiguousFormatError: where several are equally sure.
    """
    if len(verdicts.openings) == 1:
        return verdicts.openings[0]
    best = max((claim.confidence for claim in verdicts.found), default=0.0)
    refusal = max(verdicts.refused, key=lambda claim: claim.confidence, default=None)
    if refusal is not None and refusal.confidence >= best:
        raise RefusedFormatError(label, refusal.reader.name, refusal.reason)
    winners = [claim for claim in verdicts.found if claim.confidence > best - _TIE]
    if len(winners) > 1:
        raise AmbiguousFormatError(label, {claim.reader.name: claim.reason for claim in winners})
    return winners[0] if winners else None


@functools.cache
def _pattern(row: FormatRow) -> re.Pattern[str]:
    return re.compile("\n" + row.lines)


@functools.cache
def _openings() -> re.Pattern[str]:
    parts = (f"(?P<{row.name.replace('-', '_')}>{row.opening})" for row in READERS if row.opening)
    return re.compile(rf"[ \t\n]*+(?:{'|'.join(parts)})", re.VERBOSE)


def _opens(head: Head) -> Reader | None:
    """The reader of an input that begins as one format alone does; readers added at run time are to be asked too."""
    if registered_readers() or (match := _openings().match(head.text)) is None:
        return None
    return find_reader(str(match.lastgroup).replace("_", "-"))


def _admits(row: FormatRow, head: Head) -> bool:
    """Whether an input has the signature of a format."""
    if head.containers.isdisjoint(row.containers):
        return False
    if head.containers.isdisjoint(_TEXTS):
        return True
    if head.is_page and "html" not in row.containers:
        return False
    if row.marks and not any(all(map(head.has, words.split())) for words in row.marks.split(" | ")):
        return False
    return not row.lines or _pattern(row).search("\n" + head.text) is not None


class _Outer(NamedTuple):
    """Something that holds what is read by the reader of another format.

    Attributes:
        target: `module:attribute` of its `InsideReader`.
        start: the bytes that it may begin with.
        inner: containers that the formats in it can be in.
    """

    target: str
    start: re.Pattern[bytes]
    inner: frozenset[str]

    def load(self) -> type[InsideReader]:
        module, _, name = self.target.partition(":")
        kind: type[InsideReader] = getattr(importlib.import_module(module), name)
        return kind


_PAGE: Final = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)*+[\s\0>]*+(?:[`~\0]{3,8}[\w\0]{0,12}[\s\0>]*+)?<")
_OUTER: Final = (
    _Outer("wechatlog.engine.document_text:DocumentReader", re.compile(b"PK"), _LINED),
    _Outer("wechatlog.engine.page_tables:PageTableReader", _PAGE, frozenset({"csv"})),
    _Outer("wechatlog.engine.page_text:PageTextReader", _PAGE, frozenset({"text"})),
    _Outer("wechatlog.engine.mime:MailReader", re.compile(rb"(?:\xef\xbb\xbf)*+[\r\n]*[A-Za-z-]+(?::|\x20)"), _TEXTS),
    _Outer("wechatlog.engine.yaml_text:YamlReader", re.compile(rb"(?:\xef\xbb\xbf)*+[^\[{]"), frozenset({"json"})),
)


def _find_inside(head: Head) -> tuple[Reader, Detection] | None:
    """The reader of what stands in an input that no reader takes.

    Raises:
        UnknownFormatError: where no reader takes what stands in a document.
        RefusedFormatError: where it is no chat, or was written for reading only.
        MissingExtraError: where it cannot be looked into without an optional library.
    """
    for outer in _OUTER:
        if not outer.start.match(head.data) or not (kind := outer.load()).holds(head):
            continue
        reason = ""
        for inner in kind.heads(head):
            try:
                reader, found = _detect(inner)
            except UnknownFormatError as error:
                reason = error.reason
                continue
            return kind(reader), attrs.evolve(found, reason=f"{kind.where}: {found.reason}")
        if kind.without is not None:
            raise UnknownFormatError(head.source.label, f"{kind.without}: {reason}")
    return None


_CERTAIN: Final = 0.9
"""Whoever is less sure of a text may know another one that it was."""
_DRESSED: Final = re.compile(" {0,8}1[\t:. |,]|[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_MARKED: Final = re.compile(
    r"^(?:[-*+•◆◇★☆●○■□▪▶►➤#(（<“]|[0-9]{1,7}[、.)）]|[^\n]{0,60}(?:\*\*|`|[·•@→»>]))", re.MULTILINE
)
"""What may stand in headers that somebody made up."""
_DRESS: Final = ("\n```", "\n~~~", "\\[", "\\_", "\\*", "\u200b\n")
"""What most that stands round texts or in their lines is seen by."""


def _may_be_dressed(head: Head, winner: _Claim | None) -> bool:
    """Whether a text may have something round it; hardly one that a reader knows for certain."""
    if not {"text", "csv"} & head.containers or {"html", "jsonl", "js"} & head.containers:
        return False
    if winner is None:
        from wechatlog.engine.unknown import is_for_people  # for who meets such a file

        return not is_for_people(head.text)
    if winner.confidence < _CERTAIN:
        return True
    return not _row_of(winner.reader).is_escaping and (
        _DRESSED.match(head.text) is not None
        or _MARKED.search(head.text, 0, 1000) is not None
        or any(mark in head.text for mark in _DRESS)
    )


def _find_bare(head: Head, winner: _Claim | None) -> tuple[Reader, Detection] | None:
    """The reader of a text without what stands round it, where that one is surer than the winner is as it stands."""
    from wechatlog.engine.around import AroundReader, find_around  # for who meets such a text

    found: list[_Claim] = []
    loose = winner is None or _row_of(winner.reader).is_loose
    for around in find_around(head, loose=loose):
        with contextlib.suppress(RefusedFormatError, AmbiguousFormatError):
            claim = _winner(_asked(around.head(head)), head.source.label)
            least = 0.0 if winner is None else winner.confidence + around.gain
            found += [claim] if claim is not None and claim.confidence >= least else []
    best = max(found, key=lambda claim: claim.confidence, default=None)
    if best is None:
        return None
    reason = f"{AroundReader.where}: {best.reason}"
    return AroundReader(best.reader, loose), Detection(best.reader.name, min(1.0, best.confidence), reason)
