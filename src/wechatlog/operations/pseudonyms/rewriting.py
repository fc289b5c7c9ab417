"""Messages with pseudonyms: what stands in a text or a segment, replaced by what the register says.

Takes messages and what was learnt of people, gives messages; counts in a report what it replaces. Learns nothing, and
knows nothing of how a book is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import attrs

from wechatlog.model import Message, build_message
from wechatlog.operations.pseudonyms.annotations import (
    Annotation,
    annotate_segments,
    annotate_title,
    ordered_annotations,
)
from wechatlog.operations.pseudonyms.known_names import Hit, KnownNames, TextSearch, iter_disguised, iter_encoded
from wechatlog.operations.pseudonyms.private_data import MARKERS, PrivateData, unite
from wechatlog.segments import Lexicon, parse_segments, types

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from wechatlog.operations.pseudonyms.register import Register
    from wechatlog.operations.pseudonyms.report import Tally

DEEPEST_FORWARD: Final = 32

_PLACE: Final = "[位置]"

# Fields that hold no words of anybody, and those that lead to the real file.
_WORDLESS: Final = frozenset({"raw", "kind", "state", "amount"})
_TRACES: Final = frozenset({"path", "md5"})


class _Edit(NamedTuple):
    """A part of a text, and what stands there afterwards."""

    start: int
    end: int
    new: str


def _apply(text: str, edits: Iterable[_Edit]) -> str:
    pieces: list[str] = []
    position = 0
    for edit in edits:
        pieces += (text[position : edit.start], edit.new)
        position = edit.end
    pieces.append(text[position:])
    return "".join(pieces)


def _cut(text: str, edits: Sequence[_Edit], lengths: Iterable[int]) -> Iterator[str]:
    """The parts that a text is made of after the edits; an edit belongs to the part that it begins in."""
    start, number, behind = 0, 0, 0
    for length in lengths:
        end, mine = start + length, []
        first = min(max(start, behind), end)
        while number < len(edits) and edits[number].start < end:
            edit = edits[number]
            mine.append(_Edit(edit.start - first, min(edit.end, end) - first, edit.new))
            behind = edit.end
            number += 1
        yield _apply(text[first:end], mine)
        start = end


class Rewriter:
    """Rewrites messages by what was learnt so far, and hides what else is private."""

    def __init__(
        self,
        register: Register,
        known: KnownNames,
        private: PrivateData,
        *,
        texts: bool,
        tally: Tally,
    ) -> None:
        self._people, self._known, self._private = register, known, private
        self._texts, self._tally = texts, tally
        self._wanted = {"url": "url" in private.masks, "place": "location" in private.masks}

    def rewrite(self, message: Message, depth: int = 0) -> Message:
        """A message without its origin; its text and segments are rewritten together."""
        sender = self._people.meet(message.sender, message.sender_id)
        shown = "" if sender is None else self._people.pseudonym(sender)
        if message.sender is not None:
            self._tally.note(message.sender, "sender")
        edits = list(self._edit(message.text, ordered_annotations(message)))
        given = message.given_segments
        if given is not None:
            raws: Iterable[str] = _cut(message.text, edits, (len(segment.raw) for segment in given))
            if "".join(segment.raw for segment in given) != message.text:
                raws = (self._line(segment.raw) for segment in given)
            given = tuple(self._segment(segment, raw, message, depth) for segment, raw in zip(given, raws, strict=True))
        return build_message(
            message.time,
            message.precision,
            None if message.sender is None else shown,
            message.kind,
            _apply(message.text, edits),
            sender_id=shown if message.sender_id else message.sender_id,
            is_self=message.is_self,
            id=message.id and self._people.number(message.id),
            reply_to=message.reply_to and self._people.number(message.reply_to),
            segments=given,
        )

    def _name(self, name: str, place: str = "named", *, sure: bool = True) -> str:
        """What stands for a name, or for what may be one."""
        party = self._people.settle(name) or self._people.called(name, sure=sure)
        self._tally.note(name, place)
        return self._people.pseudonym(party)

    def _id(self, id: str | None) -> str | None:  # noqa: A002
        party = self._people.meet(None, id)
        return id if party is None else self._people.pseudonym(party)

    def _line(self, text: str) -> str:
        return _apply(text, self._edit(text, ()))

    def _body(self, text: str, lexicon: Lexicon | None) -> str:
        annotations = annotate_segments(parse_segments(text, lexicon), lexicon, 1)
        return _apply(text, self._edit(text, list(annotations)))

    def _edit(self, text: str, annotations: Iterable[Annotation]) -> Iterator[_Edit]:
        """What to replace in a text, in order: what annotations say, and between them what is found."""
        left = [annotation for annotation in annotations if self._wanted.get(annotation.what, True)]
        private = self._private.find(text)
        if self._texts and "%" in text:
            private = unite(private, iter_encoded(self._known, self._private, text))
        if self._texts:
            private = unite(private, iter_disguised(self._known, text))
        search = TextSearch(self._known, text, private, names=self._texts)
        number, hit = 0, search.next(0)
        used: list[Annotation] = []
        while hit is not None or number < len(left):
            annotation = left[number] if number < len(left) else None
            if hit is not None and (annotation is None or _wins(hit, annotation)):
                yield self._edit_hit(text, hit)
                while number < len(left) and left[number].start < hit.end:
                    number += 1
                hit = search.next(hit.end, hit.end)
            elif annotation is not None and hit is not None and hit.start < annotation.start:  # it ends within it
                hit = search.next(hit.start, hit.start, annotation.start) or search.next(annotation.start)
            elif annotation is not None:
                start, end, what = annotation = self._as_far_as_known(text, annotation)
                if what in ("person", "guess"):
                    yield _Edit(start, end, self._name(text[start:end], sure=what == "person"))
                elif what == "group":
                    group = self._people.called(text[start:end], is_group=True)
                    yield _Edit(start, end, self._people.pseudonym(group))
                elif what != "emoji":
                    yield _Edit(start, end, _PLACE if what == "place" else MARKERS[what])
                used.append(annotation)
                number += 1
                hit = hit if hit is None or hit.start >= end else search.next(end, end)
        self._tally.note_left(text, search.left, used)

    def _as_far_as_known(self, text: str, annotation: Annotation) -> Annotation:
        """An annotation, but of what may be more than a name only a known name that it begins with."""
        start, end, what = annotation
        if what != "guess" or self._people.settle(name := text[start:end]) is not None:
            return annotation
        known = self._known.beginning_of(name)
        return annotation if known is None else Annotation(start, start + known, "person")

    def _edit_hit(self, text: str, hit: Hit) -> _Edit:
        start, end, what, said = hit
        if what in ("name", "disguised"):
            name = said or text[start:end]
            if name in self._known.words:
                self._tally.quote(name, text, start, end)
            return _Edit(start, end, self._name(name, "text"))
        if what in MARKERS:
            self._tally.note_masked(what)
            return _Edit(start, end, MARKERS[what])
        return _Edit(start, end, self._id(text[start:end]) or "")

    def _segment(self, segment: types.Segment, raw: str, message: Message, depth: int) -> types.Segment:
        """A segment that the archive gave, with the new part of the text that it stands for."""
        rewrite = _REWRITE.get(type(segment))
        if rewrite is None or (isinstance(segment, types.Emoji) and raw != segment.raw):
            return types.Text(raw)  # of a user's own class: nobody knows what its fields say
        changes = rewrite(self, segment, message._lexicon, depth)
        return attrs.evolve(segment, raw=raw, **changes)

    def _plain(self, segment: types.Segment, _lexicon: Lexicon | None, _depth: int) -> dict[str, Any]:
        changes: dict[str, Any] = {}
        for field in attrs.fields(type(segment)):
            value = getattr(segment, field.name)
            if field.name in _TRACES or (field.name == "url" and self._wanted["url"]):
                changes[field.name] = None
            elif isinstance(value, str) and field.name not in _WORDLESS:
                changes[field.name] = self._line(value)
        return changes

    def _mention(self, segment: types.Mention, _lexicon: Lexicon | None, _depth: int) -> dict[str, Any]:
        if segment.everyone:
            return {}
        if not segment.id:
            return {"name": self._name(segment.name)}
        shown = self._id(segment.id)
        self._tally.note(segment.name, "named")
        return {"name": shown, "id": shown}

    def _quote(self, segment: types.Quote, lexicon: Lexicon | None, _depth: int) -> dict[str, Any]:
        sender = None if segment.sender is None else self._name(segment.sender)
        return {"sender": sender, "text": self._body(segment.text, lexicon)}

    def _voice(self, segment: types.Voice, lexicon: Lexicon | None, _depth: int) -> dict[str, Any]:
        transcript = None if segment.transcript is None else self._body(segment.transcript, lexicon)
        return {"transcript": transcript, "path": None}

    def _card(self, segment: types.Card, _lexicon: Lexicon | None, _depth: int) -> dict[str, Any]:
        party = self._people.meet(segment.name, segment.id)
        shown = None if party is None else self._people.pseudonym(party)
        return {"name": segment.name and shown, "id": segment.id and shown}

    def _location(self, segment: types.Location, lexicon: Lexicon | None, depth: int) -> dict[str, Any]:
        if self._wanted["place"]:
            return {"latitude": None, "longitude": None, "label": None, "poi": None}
        return self._plain(segment, lexicon, depth)

    def _forward(self, segment: types.Forward, _lexicon: Lexicon | None, depth: int) -> dict[str, Any]:
        title = segment.title and _apply(segment.title, self._edit(segment.title, annotate_title(segment.title)))
        inner = segment.messages if depth < DEEPEST_FORWARD else ()
        return {"title": title, "messages": tuple(self.rewrite(message, depth + 1) for message in inner)}


def _wins(hit: Hit, annotation: Annotation) -> bool:
    """Whether something found goes before an annotation: where it stands before it or reaches further."""
    if hit.end <= annotation.start:
        return True
    if hit.start >= annotation.end:
        return False
    if annotation.what == "emoji":
        return hit.start < annotation.start or hit.end > annotation.end
    if annotation.what == "guess" and hit.start < annotation.start:
        return True
    further = hit.start <= annotation.start and hit.end >= annotation.end and hit[:2] != annotation[:2]
    return further and hit.what not in MARKERS


_PLAIN: Final = (
    types.Image, types.Link, types.File, types.Video, types.Sticker, types.Transfer, types.RedPacket, types.Call,
    types.MiniProgram,
)  # fmt: skip
"""Pieces of which no field needs more than its words replaced."""

_Rewrite: TypeAlias = "Callable[[Rewriter, Any, Lexicon | None, int], dict[str, Any]]"

_REWRITE: Final[Mapping[type[types.Segment], _Rewrite]] = {
    types.Text: lambda *_: {},
    types.Emoji: lambda *_: {},
    types.Mention: Rewriter._mention,
    types.Quote: Rewriter._quote,
    types.Voice: Rewriter._voice,
    types.Card: Rewriter._card,
    types.Location: Rewriter._location,
    types.Forward: Rewriter._forward,
    **dict.fromkeys(_PLAIN, Rewriter._plain),
}
