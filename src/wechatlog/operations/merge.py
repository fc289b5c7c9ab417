"""One conversation of several that overlap: pages of an export, copies of it, exports of different days and tools.

A multiset union: a message that one of them holds twice is there twice. The result never holds fewer messages than any
of them, and what is in one of them only is there. Which messages are the same is found by `alignment`; this module puts
the parts into an order that does not depend on that of the arguments, and the result into a conversation and a report.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeAlias

import attrs

from wechatlog.diagnostics import Diagnostic, Severity
from wechatlog.model import Conversation, Message, build_message, paused_collection
from wechatlog.operations.alignment import Label, Part, Union, are_two_chats
from wechatlog.operations.identity import Evidence, Identities, identities
from wechatlog.operations.identity.senders import Senders
from wechatlog.segments import Lexicon
from wechatlog.timestamps import instant

_Link: TypeAlias = "int | dt.timedelta | None"
"""What stands in a chain: an entry, or the time of all entries in it."""

_OFTEN: Final = 3
_SELDOM: Final = 50


@attrs.frozen(slots=True)
class Conflict:
    """Two versions of one message that contradict each other.

    Attributes:
        index: of the message in the united conversation, which has one of the two values.
        fields: names of the fields.
        versions: both, as they stood.

    Example:
        >>> one, two = (wechatlog.Message(id="1234567890123456789", text=text) for text in ("好", "不好"))
        >>> conflict = operations.Conflict(0, ("text",), (one, two))
        >>> conflict.fields, [message.text for message in conflict.versions]
        (('text',), ['好', '不好'])
    """

    index: int
    fields: tuple[str, ...]
    versions: tuple[Message, Message]


@attrs.frozen(slots=True)
class MergePart:
    """What became of one of the conversations.

    Attributes:
        source: the name of its file, or `None`.
        messages: how many it has.
        matched: how many of them some other has as well.
        only_here: how many no other has.
        doubtful: matches for which several messages came into question, or would where none were missing: short words
            without times of which a neighbour is in one conversation only.
        offset: what its clock was behind that of the others, as found from the matches.
        between: how often messages that only others have stand between two of its own that follow each other.

    Example:
        >>> chat = wechatlog.load("examples/2026-05-01-chat.markdown")
        >>> part, other = operations.merge_report([chat[:15], chat[10:]]).parts
        >>> part.messages, part.matched, part.only_here
        (15, 5, 10)
    """

    source: str | None
    messages: int
    matched: int
    only_here: int
    doubtful: int
    offset: dt.timedelta
    between: int


@attrs.frozen(slots=True, repr=False)
class MergeReport:
    """What `merge` did.

    Attributes:
        conversation: the united one.
        parts: one for each of the conversations, in the order of the arguments.
        sources: for each message where it comes from: pairs of the number of a conversation and the index there.
        enriched: how many messages say more than any of their versions.
        conflicts: versions that contradict each other.
        evidence: names and account ids under which the same messages stand.

    Example:
        >>> chat = wechatlog.load("examples/2026-05-01-chat.markdown")
        >>> report = operations.merge_report([chat[:15], chat[10:]])
        >>> len(report.conversation), report.matched, report.conflicts
        (25, 5, ())
    """

    conversation: Conversation
    parts: tuple[MergePart, ...]
    sources: tuple[tuple[tuple[int, int], ...], ...]
    enriched: int = 0
    conflicts: tuple[Conflict, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @property
    def matched(self) -> int:
        """How many messages of the united conversation stand in several of the conversations."""
        return sum(len(places) > 1 for places in self.sources)

    @property
    def doubtful(self) -> int:
        """How many matches are in doubt."""
        return sum(part.doubtful for part in self.parts)

    @property
    def people(self) -> Identities:
        """Who is who in the united conversation, with what the matches say."""
        return identities(self.conversation, evidence=self.evidence)

    def __repr__(self) -> str:
        return (
            f"<MergeReport: {len(self.conversation)} messages of {len(self.parts)} conversations, "
            f"{self.matched} matched, {self.enriched} enriched, {self.doubtful} doubtful, "
            f"{len(self.conflicts)} conflicts>"
        )


def merge(conversations: Iterable[Conversation], *, people: Identities | None = None) -> Conversation:
    """Unite conversations of one chat.

    Messages are the same when the server's id is; or, where one of them has none or the tools number in their own ways,
    when sender, content and time are, to the precision of the coarser one, counted per conversation. That two names are
    one sender, and that a clock is wrong, is learnt from the messages: see `merge_report`, which tells of it.

    Args:
        conversations: at least one; title, owner and metadata are taken from the first, and `is_self` is seen from its
            owner.
        people: who is who, as far as it is known.

    Returns:
        All messages in order of time; where times are equal, each conversation keeps its own order, and in one to the
        minute or the day a message stays behind the one before it, of which another may know the second. Of a message
        that several have, the version that says more, field by field.

    Raises:
        ValueError: for no conversation at all, or for naive and aware times together.

    Example:
        >>> chat = wechatlog.load("examples/2026-05-01-chat.markdown")
        >>> operations.merge([chat[:15], chat[10:]]) == chat
        True
    """
    pages = list(conversations)
    return pages[0] if len(pages) == 1 else merge_report(pages, people=people).conversation


def merge_report(conversations: Iterable[Conversation], *, people: Identities | None = None) -> MergeReport:
    """Unite conversations of one chat, as `merge` does, and tell what was done.

    Args:
        conversations: as for `merge`.
        people: as for `merge`.

    Raises:
        ValueError: as `merge`.

    Example:
        >>> from wechatlog import Conversation, Message
        >>> one = Conversation([Message(sender="张三", text="早上好")])
        >>> merge_report([one, Conversation([*one, Message(sender="李四", text="早")])])
        <MergeReport: 2 messages of 2 conversations, 1 matched, 0 enriched, 0 doubtful, 0 conflicts>
    """
    pages = list(conversations)
    if not pages:
        raise ValueError("merge takes at least one conversation")
    if len({message.time.tzinfo is None for page in pages for message in page if message.time is not None}) > 1:
        raise ValueError("naive and aware times cannot be merged; load all of them with tz=")
    with paused_collection():
        union = Union(people)
        for number in _order(pages):
            page = pages[number]
            union.add(Part(number, page.messages, Senders.own_key(page.owner, number), _label(page)))
        order = _arrange(union)
        messages = _finish(union, order)
    place = {entry: index for index, entry in enumerate(order)}
    conflicts = [Conflict(place[entry], fields, (one, two)) for entry, fields, one, two in union.conflicts]
    conflicts.sort(key=lambda conflict: conflict.index)
    parts = _report_parts(union, pages, place)
    diagnostics = [entry for page in pages for entry in page.diagnostics]
    diagnostics += _diagnostics(parts, conflicts)
    known, others = other_chats(pages)
    for page in others:
        text = f"it is of another chat ({page.id}) than {known.origin.source or 'another'} ({known.id})"
        diagnostics.append(Diagnostic("merge-chats", text, Severity.WARNING, page.origin.source))
    members = dict.fromkeys(member for page in pages for member in page.members)
    lexicon = Lexicon()
    first = attrs.evolve(pages[0], messages=messages, diagnostics=diagnostics, participants=members, lexicon=lexicon)
    first.teach(lexicon)
    for message in messages:
        object.__setattr__(message, "_lexicon", lexicon)
    sources = tuple(tuple(union.where[entry]) for entry in order)
    return MergeReport(first, parts, sources, len(union.enriched), tuple(conflicts), tuple(union.people.evidence))


def with_one_clock(conversations: Iterable[Conversation]) -> list[Conversation]:
    """Conversations whose times can be compared: where some are aware, the others' clocks are taken for that zone's."""
    found = list(conversations)
    zone = next((m.time.tzinfo for page in found for m in page.messages if m.time is not None and m.time.tzinfo), None)
    for number, page in enumerate(found) if zone is not None else ():
        if any(message.time is not None and message.time.tzinfo is None for message in page.messages):
            messages = [
                message if message.time is None else attrs.evolve(message, time=message.time.replace(tzinfo=zone))
                for message in page.messages
            ]
            found[number] = attrs.evolve(page, messages=messages, tz=zone, tz_assumed=True)
    return found


def _label(page: Conversation) -> Label:
    """The id, the title without what differs from day to day and from page to page, the owner."""
    return page.id, "".join(sign for sign in page.title or "" if not sign.isdecimal() and sign.isalnum()), page.owner


def other_chats(pages: Sequence[Conversation]) -> tuple[Conversation, list[Conversation]]:
    """The first page whose chat is known, and those that are certainly of another one."""
    first = next((page for page in pages if page.id), pages[0])
    return first, [page for page in pages if are_two_chats(_label(first), _label(page))]


def _order(pages: Sequence[Conversation]) -> list[int]:
    """The order in which parts are united: that of time, the longer first, then by content; slices stay as they are.

    One without any time comes last.
    """
    starts: list[dt.timedelta] = []
    for page in pages:
        times = (instant(message.time) for message in page.messages if message.time is not None)
        starts.append(next(times, dt.timedelta.max))

    def compare(one: int, two: int) -> int:
        if starts[one] != starts[two]:
            return -1 if starts[one] < starts[two] else 1
        if pages[one]._lexicon is pages[two]._lexicon:
            return one - two
        if len(pages[one]) != len(pages[two]):
            return len(pages[two]) - len(pages[one])
        for left, right in zip(pages[one].messages, pages[two].messages, strict=True):
            if left != right and (keys := (_content(left), _content(right)))[0] != keys[1]:
                return -1 if keys[0] < keys[1] else 1
        return one - two

    return sorted(range(len(pages)), key=functools.cmp_to_key(compare))


def _content(message: Message) -> str:
    time = "" if message.time is None else message.time.isoformat()
    return repr((time, message.precision, message.text, message.kind, message.sender, message.sender_id, message.id,
                 message.is_self, message.reply_to, message.given_segments))  # fmt: skip


def _arrange(union: Union) -> list[int]:
    """The entries in order of time; of one time, each part keeps its own order."""
    clocks: list[dt.datetime | None] = [message.time for message in union.messages]
    settled: set[int] = set()
    for part in union.parts:  # an entry without a time, or with less of it, goes with the one before it
        last: dt.datetime | None = None
        was_coarse = False  # where the part itself knows the one before it more finely, its own clocks decide
        for entry, message in zip(part.found, part.messages, strict=True):
            if entry not in settled:
                settled.add(entry)
                precision = union.messages[entry].precision if was_coarse else None
                clocks[entry] = _not_before(clocks[entry], last, precision)
            last = clocks[entry]
            was_coarse = message.precision in ("minute", "day")
    return list(_chained(union.parts, [None if clock is None else instant(clock) for clock in clocks]))


def _not_before(time: dt.datetime | None, last: dt.datetime | None, precision: str | None) -> dt.datetime | None:
    """The clock by which a message is put into order, behind one at `last` where it may be as late as that."""
    if time is None or last is None:
        return time if time is not None else last
    is_same = last.date() == time.date() and (
        precision == "day" or (last.hour, last.minute) == (time.hour, time.minute)
    )
    return last if precision in ("minute", "day") and is_same and instant(last) > instant(time) else time


def _chained(parts: Iterable[Part], clocks: Sequence[dt.timedelta | None]) -> Iterator[int]:
    """The entries without a time, then those of each time, each behind the one before it in its part.

    One that has none before it stands before the next one of its time that is there already. The entries of a time are
    a ring, in which the time itself stands between the last and the first.
    """
    after: dict[_Link, _Link] = {}
    before: dict[_Link, _Link] = {}
    for part in parts:
        last: dict[dt.timedelta | None, int] = {}
        following = {clocks[entry]: entry for entry in reversed(part.found) if entry in before}
        for entry in part.found:
            time = clocks[entry]
            if entry not in before:
                behind = after.get(last[time], time) if time in last else following.get(time, time)
                previous = before.get(behind, time)
                after[previous] = before[behind] = entry
                before[entry], after[entry] = previous, behind
            last[time] = entry
    for time in (None, *sorted(link for link in after if isinstance(link, dt.timedelta))):
        link: _Link = time
        while isinstance(link := after.get(link), int):
            yield link


def _owned(union: Union) -> Callable[[int, Message], bool | None]:
    """Whether a message is the owner's, who is that of the first conversation that says.

    Where all versions have one owner, it is what they say.
    """
    owners = []
    for part in sorted(union.parts, key=lambda part: part.number):
        keys = zip(part.senders, part.messages, strict=True)
        owners.append({sender for sender, message in keys if message.is_self and sender})
    first: set[str] = next(filter(None, owners), set())
    is_first = functools.cache(lambda sender: union.people.is_one_of(sender, first))
    is_one_owner = all(is_first(sender) for own in owners for sender in own)

    def is_self(entry: int, message: Message) -> bool | None:
        sender = union.senders[entry]
        return message.is_self if is_one_owner or message.is_self is None or not sender else is_first(sender)

    return is_self


def _finish(union: Union, order: Sequence[int]) -> list[Message]:
    answers = dict(_answers(union)) if union.numberings > 1 else {}
    is_self = _owned(union)
    return [
        build_message(
            message.time,
            message.precision,
            message.sender,
            message.kind,
            message.text,
            sender_id=message.sender_id,
            is_self=is_self(entry, message),
            id=message.id,
            reply_to=answers.get(entry, message.reply_to),
            origin=message._origin,
            segments=message._segments,
        )
        for entry in order
        for message in (union.messages[entry],)
    ]


def _answers(union: Union) -> Iterator[tuple[int, str]]:
    """The ids that messages answer, in the numbering of the union, where a part numbers in its own way."""
    for part in union.parts:
        ids = {message.id: entry for message, entry in zip(part.messages, part.found, strict=True) if message.id}
        for message, entry in zip(part.messages, part.found, strict=True):
            target = ids.get(message.reply_to or "")
            if target is not None and (id_ := union.messages[target].id) is not None:
                yield entry, id_


def _report_parts(union: Union, pages: Sequence[Conversation], place: dict[int, int]) -> tuple[MergePart, ...]:
    found = []
    for part in sorted(union.parts, key=lambda part: part.number):
        only = sum(len(union.where[entry]) == 1 for entry in part.found)
        places = sorted(place[entry] for entry in part.found if union.seconds[entry] is not None)
        found.append(
            MergePart(
                pages[part.number].origin.source,
                len(part.messages),
                len(part.messages) - only,
                only,
                part.doubtful,
                dt.timedelta(seconds=part.offset),
                sum(second - first > 1 for first, second in itertools.pairwise(places)),
            )
        )
    return tuple(found)


def _diagnostics(parts: Sequence[MergePart], conflicts: Sequence[Conflict]) -> Iterator[Diagnostic]:
    for part in parts:
        if part.offset:
            offset = f"-{-part.offset}" if part.offset < dt.timedelta() else f"+{part.offset}"
            text = f"its clock was {offset} off from the other exports, as the same messages show"
            yield Diagnostic("merge-clock", text, Severity.INFO, part.source)
        if not part.matched and part.between >= max(_OFTEN, part.messages // _SELDOM):
            text = f"none of its messages is in other exports, {part.between} times messages of those lie between them"
            yield Diagnostic("merge-nothing", text, Severity.WARNING, part.source)
    if conflicts:
        fields = ", ".join(sorted({field for conflict in conflicts for field in conflict.fields}))
        text = f"{len(conflicts)} messages differ between exports in {fields}; merge_report has both versions"
        yield Diagnostic("merge-conflict", text, Severity.INFO)
