"""The book of pseudonyms: learns who there is, and rewrites messages.

Takes messages, gives messages in which people, groups and ids have other names. Everything else of a conversation
(title, members, metadata) is the business of `pseudonymize`. Time is linear in the messages.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import attrs

from wechatlog.model import Message, build_message
from wechatlog.operations.marks import Mark, all_marks, find_marks, mark_title, marks_of
from wechatlog.operations.name_search import MASKS, NameSearch
from wechatlog.operations.people import People
from wechatlog.segments import parse_segments
from wechatlog.segments.types import (
    Call,
    Card,
    Emoji,
    File,
    Forward,
    Image,
    Link,
    Location,
    Mention,
    MiniProgram,
    Quote,
    RedPacket,
    Segment,
    Sticker,
    Text,
    Transfer,
    Video,
    Voice,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wechatlog.operations.name_search import Hit
    from wechatlog.segments import Lexicon

__all__ = ["DEFAULT_MASK", "Pseudonyms"]

DEFAULT_MASK: Final = ("email", "id_number", "location", "phone")
"""What is masked unless the caller says otherwise."""

_MARKERS: Final = {"url": "[url]", "email": "[email]", "id_number": "[id number]", "phone": "[phone]"}
_PLACE: Final = "[位置]"
_SCHEMA: Final = "wechatlog-pseudonyms/1"
_DEEPEST_FORWARD: Final = 32

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


class Pseudonyms(Mapping[str, str]):
    """Real names and account ids, and what stands for each of them: a book that its owner keeps.

    It is a mapping from names and ids to pseudonyms. It grows with what it learns; one book for several conversations
    gives a person the same pseudonym in all of them. Whoever has the book can undo the pseudonyms.

    Args:
        names: pseudonyms of one's own choice for some names or ids; those with the same one are the same person.
        style: `numbered` (P1, P2, …), `stems` (甲, 乙, …), or a template such as `成员{}`. Numbers that stand in the
            texts are left out.
        texts: replace names in running text too, not only where it is certain that somebody is named.
        mask: what else is hidden: `email`, `id_number` (identity cards), `location`, `phone`, `url`.
        keep: names that are everyday words and are left alone in running text.

    Raises:
        ValueError: for an unknown mask, a style that makes no names, or a pseudonym that is no single line.
    """

    def __init__(
        self,
        names: Mapping[str, str] | None = None,
        *,
        style: str = "numbered",
        texts: bool = True,
        mask: Iterable[str] = DEFAULT_MASK,
        keep: Iterable[str] = (),
    ) -> None:
        self._mask, self._keep, self._texts = frozenset(mask), frozenset(keep), texts
        if unknown := self._mask - {*MASKS, "location"}:
            known = ", ".join(sorted((*MASKS, "location")))
            raise ValueError(f"nothing is known to mask {', '.join(sorted(unknown))}; there are {known}")
        self._wanted = {"url": "url" in self._mask, "place": "location" in self._mask}
        self._search = NameSearch(self._mask)
        self._people = People(style, self._look_for)
        chosen: dict[str, list[str]] = {}
        for name, pseudonym in (names or {}).items():
            chosen.setdefault(pseudonym, []).append(name)
        for pseudonym, keys in chosen.items():
            self.same(*keys)
            self._people.give(self._people.called(keys[0]), pseudonym)

    def _look_for(self, name: str) -> None:
        if name not in self._keep:
            self._search.add(name)

    # --- the owner's view -----------------------------------------------------------------------------

    def __getitem__(self, key: str) -> str:
        being = self._people.known(key)
        if being is None or being.pseudonym is None:
            raise KeyError(key)
        return being.pseudonym

    def __iter__(self) -> Iterator[str]:
        names = (name for being in self._people.beings if being.pseudonym for name in (*being.ids, *being.names))
        return iter(dict.fromkeys(name for name in names if name in self))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"<Pseudonyms for {sum(being.pseudonym is not None for being in self._people.beings)} people and groups>"

    def __reduce__(self) -> tuple[Callable[[str], Pseudonyms], tuple[str]]:
        return Pseudonyms.from_json, (self.to_json(),)

    def reveal(self, pseudonym: str) -> tuple[str, ...]:
        """The ids and names behind a pseudonym.

        Raises:
            KeyError: for one that nobody has.
        """
        being = self._people.holder(pseudonym)
        if being is None:
            raise KeyError(pseudonym)
        return (*being.ids, *being.names)

    def same(self, *names: str) -> None:
        """Say that all of these, names or ids, are one person: what a nickname is to a name no file knows.

        Raises:
            ValueError: where two of them have pseudonyms already.
        """
        self._people.join(names)

    def to_json(self) -> str:
        """The book as JSON, with its options."""
        options = {"texts": self._texts, "mask": sorted(self._mask), "keep": sorted(self._keep)}
        return json.dumps({"schema": _SCHEMA, **options, **self._people.to_json()}, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Pseudonyms:
        """The book that `to_json` wrote.

        Raises:
            ValueError: where it is something else.
        """
        try:
            value = json.loads(text)
            if value["schema"] != _SCHEMA:
                raise ValueError("another schema")
            book = cls(style=value["style"], texts=value["texts"], mask=value["mask"], keep=value["keep"])
            book._people.restore(value)
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise ValueError(f"this is no book of pseudonyms ({_SCHEMA})") from error
        return book

    # --- learning -------------------------------------------------------------------------------------

    def learn(self, messages: Iterable[Message]) -> None:
        """Note who there is, in memory that grows with the people only; gives nobody a pseudonym yet.

        A name is found in a message that comes before the first one of its owner only if it was learnt before.

        Args:
            messages: a conversation, or a stream of messages.
        """
        guesses: dict[str, None] = {}
        for message in messages:
            self._study(message, guesses, 0)
        for name in guesses:
            if self._search.name_at(name, 0) is None:
                self._people.called(name, sure=False)

    def _study(self, message: Message, guesses: dict[str, None], depth: int) -> None:
        people = self._people
        people.meet(message.sender, message.sender_id)
        people.avoid(message.text)
        for mark in all_marks(message):
            name = message.text[mark.start : mark.end]
            if mark.what in ("person", "group"):
                people.called(name, is_group=mark.what == "group")
            elif mark.what == "guess":
                guesses[name] = None
        for segment in message.given_segments or ():
            self._study_segment(segment, guesses, depth)

    def _study_segment(self, segment: Segment, guesses: dict[str, None], depth: int) -> None:
        for field in attrs.fields(type(segment)) if attrs.has(type(segment)) else ():
            value = getattr(segment, field.name)
            self._people.avoid(value if isinstance(value, str) else "")
        if isinstance(segment, Mention) and not segment.everyone:
            self._people.called(segment.name)
        elif isinstance(segment, Quote) and segment.sender is not None:
            self._people.called(segment.sender)
        elif isinstance(segment, Card):
            self._people.meet(segment.name, segment.id)
        elif isinstance(segment, Forward) and depth < _DEEPEST_FORWARD:
            for title in mark_title(segment.title or ""):
                self._people.called((segment.title or "")[title.start : title.end])
            for message in segment.messages:
                self._study(message, guesses, depth + 1)

    # --- rewriting ------------------------------------------------------------------------------------

    def message(self, message: Message) -> Message:
        """A message with pseudonyms, by what was learnt so far.

        For a stream that is longer than memory: let the book learn from it, then read it again and pass each message
        through here. `pseudonymize` does both for a conversation.

        Args:
            message: any.

        Returns:
            The message without its origin; its text and segments are rewritten together.
        """
        return self._rewrite(message, 0)

    def _rewrite(self, message: Message, depth: int) -> Message:
        being = self._people.meet(message.sender, message.sender_id)
        shown = "" if being is None else self._people.pseudonym(being)
        edits = list(self._edit(message.text, marks_of(message)))
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

    def _name(self, name: str, *, sure: bool = True) -> str:
        """What stands for a name; of what may be more than a name, only a known beginning is replaced."""
        being = self._people.known(name)
        if being is None:
            end = self._search.name_at(name, 0)
            if end is not None and not sure:
                return self._name(name[:end]) + self._line(name[end:])
            being = self._people.called(name, sure=sure)
        return self._people.pseudonym(being)

    def _id(self, id: str | None) -> str | None:  # noqa: A002
        being = self._people.meet(None, id)
        return id if being is None else self._people.pseudonym(being)

    def _line(self, text: str) -> str:
        """A text without structure."""
        return _apply(text, self._edit(text, ()))

    def _body(self, text: str, lexicon: Lexicon | None) -> str:
        """A text that somebody wrote."""
        marks = find_marks(parse_segments(text, lexicon), lexicon, 1)
        return _apply(text, self._edit(text, list(marks)))

    def _edit(self, text: str, marks: Iterable[Mark]) -> Iterator[_Edit]:
        """What to replace in a text, in order: what marks say, and between them what is found."""
        left = [mark for mark in marks if self._wanted.get(mark.what, True)]
        number, hit = 0, self._next(text, 0)
        while hit is not None or number < len(left):
            mark = left[number] if number < len(left) else None
            if hit is not None and (mark is None or _wins(hit, mark)):
                yield self._edit_hit(text, hit)
                while number < len(left) and left[number].start < hit.end:
                    number += 1
                hit = self._next(text, hit.end, hit.end)
            elif mark is not None and hit is not None and hit.start < mark.start:  # it ends within the mark
                hit = self._next(text, hit.start, hit.start, mark.start) or self._next(text, mark.start)
            elif mark is not None:
                yield from self._edit_mark(text, mark)
                number += 1
                hit = hit if hit is None or hit.start >= mark.end else self._next(text, mark.end, mark.end)

    def _next(self, text: str, start: int, cut: int = -1, limit: int | None = None) -> Hit | None:
        hit = self._search.next(text, start, cut, limit)
        while hit is not None and hit.what == "name" and not self._texts:
            hit = self._search.next(text, hit.start + 1, limit=limit)
        return hit

    def _edit_hit(self, text: str, hit: Hit) -> _Edit:
        start, end, what = hit
        if what == "name":
            new = self._name(text[start:end])
        else:
            new = _MARKERS[what] if what in _MARKERS else self._id(text[start:end]) or ""
        return _Edit(start, end, new)

    def _edit_mark(self, text: str, mark: Mark) -> Iterator[_Edit]:
        start, end, what = mark
        if what in ("person", "guess"):
            yield _Edit(start, end, self._name(text[start:end], sure=what == "person"))
        elif what == "group":
            yield _Edit(start, end, self._people.pseudonym(self._people.called(text[start:end], is_group=True)))
        elif what != "emoji":
            yield _Edit(start, end, _PLACE if what == "place" else _MARKERS[what])

    # --- segments -------------------------------------------------------------------------------------

    def _segment(self, segment: Segment, raw: str, message: Message, depth: int) -> Segment:
        """A segment that the archive gave, with the new part of the text that it stands for."""
        rewrite = _REWRITE.get(type(segment))
        if rewrite is None or (isinstance(segment, Emoji) and raw != segment.raw):
            return Text(raw)  # of a user's own class: nobody knows what its fields say
        changes = rewrite(self, segment, message._lexicon, depth)
        return attrs.evolve(segment, raw=raw, **changes)

    def _plain(self, segment: Segment, _lexicon: Lexicon | None, _depth: int) -> dict[str, Any]:
        changes: dict[str, Any] = {}
        for field in attrs.fields(type(segment)):
            value = getattr(segment, field.name)
            if field.name in _TRACES or (field.name == "url" and "url" in self._mask):
                changes[field.name] = None
            elif isinstance(value, str) and field.name not in _WORDLESS:
                changes[field.name] = self._line(value)
        return changes

    def _mention(self, segment: Mention, _lexicon: Lexicon | None, _depth: int) -> dict[str, Any]:
        return {} if segment.everyone else {"name": self._name(segment.name)}

    def _quote(self, segment: Quote, lexicon: Lexicon | None, _depth: int) -> dict[str, Any]:
        sender = None if segment.sender is None else self._name(segment.sender)
        return {"sender": sender, "text": self._body(segment.text, lexicon)}

    def _voice(self, segment: Voice, lexicon: Lexicon | None, _depth: int) -> dict[str, Any]:
        transcript = None if segment.transcript is None else self._body(segment.transcript, lexicon)
        return {"transcript": transcript, "path": None}

    def _card(self, segment: Card, _lexicon: Lexicon | None, _depth: int) -> dict[str, Any]:
        being = self._people.meet(segment.name, segment.id)
        shown = None if being is None else self._people.pseudonym(being)
        return {"name": segment.name and shown, "id": segment.id and shown}

    def _location(self, segment: Location, lexicon: Lexicon | None, depth: int) -> dict[str, Any]:
        if "location" in self._mask:
            return {"latitude": None, "longitude": None, "label": None, "poi": None}
        return self._plain(segment, lexicon, depth)

    def _forward(self, segment: Forward, _lexicon: Lexicon | None, depth: int) -> dict[str, Any]:
        title = segment.title and _apply(segment.title, self._edit(segment.title, mark_title(segment.title)))
        inner = segment.messages if depth < _DEEPEST_FORWARD else ()
        return {"title": title, "messages": tuple(self._rewrite(message, depth + 1) for message in inner)}


def _wins(hit: Hit, mark: Mark) -> bool:
    """Whether something found goes before a mark: where it stands before it or reaches further."""
    if hit.end <= mark.start:
        return True
    if hit.start >= mark.end:
        return False
    if mark.what == "emoji":
        return hit.start < mark.start or hit.end > mark.end
    if mark.what == "guess" and hit.start < mark.start:
        return True
    further = hit.start <= mark.start and hit.end >= mark.end and hit[:2] != mark[:2]
    return further and hit.what not in _MARKERS


_Rewrite: TypeAlias = "Callable[[Pseudonyms, Any, Lexicon | None, int], dict[str, Any]]"

_REWRITE: Final[Mapping[type[Segment], _Rewrite]] = {
    Text: lambda *_: {},
    Emoji: lambda *_: {},
    Mention: Pseudonyms._mention,
    Quote: Pseudonyms._quote,
    Voice: Pseudonyms._voice,
    Card: Pseudonyms._card,
    Location: Pseudonyms._location,
    Forward: Pseudonyms._forward,
    **dict.fromkeys((Image, Link, File, Video, Sticker, Transfer, RedPacket, Call, MiniProgram), Pseudonyms._plain),
}
