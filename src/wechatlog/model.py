"""The model: what a chat is, whatever file it came from.

Immutable values. Readers build them, writers and operations take them; this module knows neither, nor any format.
`build_message` is the door for readers that make millions of messages.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import enum
import functools
import gc
import math
import operator
import re
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias, TypeVar, cast, overload

import attrs

from wechatlog.diagnostics import Diagnostic, Origin
from wechatlog.errors import MissingExtraError
from wechatlog.segments.types import Emoji, Image, Link, Mention, Segment
from wechatlog.timestamps import Day, Precision, day_and_clock, identity_of, in_span, instant, moment, span

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa
    import regex

    from wechatlog.operations import Identities
    from wechatlog.segments import Lexicon

_SPACES: Final = re.compile(r"\s+")


class MessageKind(enum.StrEnum):
    """What a message is.

    Raises:
        ValueError: for a text that names no kind; says which there are.

    Example:
        >>> wechatlog.MessageKind("red_packet") == "red_packet"
        True
    """

    @classmethod
    def _missing_(cls, value: object) -> None:
        import difflib

        near = difflib.get_close_matches(str(value), list(cls), 1)
        hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(cls)}"
        raise ValueError(f"{value!r} is no kind of message; {hint}")

    TEXT = "text"
    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    STICKER = "sticker"
    FILE = "file"
    LINK = "link"
    LOCATION = "location"
    CARD = "card"
    QUOTE = "quote"
    TRANSFER = "transfer"
    RED_PACKET = "red_packet"
    CALL = "call"
    FORWARD = "forward"
    MINI_PROGRAM = "mini_program"
    MUSIC = "music"
    CHANNEL = "channel"
    NOTE = "note"
    ANNOUNCEMENT = "announcement"
    PAT = "pat"
    SYSTEM = "system"
    RECALL = "recall"
    OTHER = "other"


KINDS: Final[Mapping[str, MessageKind]] = {kind.value: kind for kind in MessageKind}
"""The kinds by their names, for who looks up a million: asking `MessageKind` takes several times as long."""

NOTICES: Final = frozenset({MessageKind.SYSTEM, MessageKind.RECALL, MessageKind.PAT})
"""The kinds that nobody sends."""


def normalize_name(name: str) -> str:
    """A name for comparing: runs of white space become one blank, none at the ends."""
    return _SPACES.sub(" ", name).strip()


def _freeze(value: Any) -> Any:
    if isinstance(value, Mapping):
        return Metadata(value)
    if isinstance(value, list | tuple):
        return tuple(_freeze(item) for item in value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"metadata holds JSON-like values, not {type(value).__name__}")


Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class FrozenMapping(Mapping[Key, Value]):
    """A mapping that does not change, has a hash and pickles; its order is that of the items.

    Args:
        items: as for `dict`.
    """

    __slots__ = ("_items",)
    _items: dict[Key, Value]

    def __init__(self, items: Mapping[Key, Value] | Iterable[tuple[Key, Value]] = ()) -> None:
        object.__setattr__(self, "_items", dict(items))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __getitem__(self, key: Key) -> Value:
        return self._items[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._items!r})"

    def __reduce__(self) -> tuple[type[Self], tuple[dict[Key, Value]]]:
        return type(self), (self._items,)


class Metadata(FrozenMapping[str, Any]):
    """A frozen, hashable, picklable mapping of JSON-like values; lists become tuples, mappings `Metadata`.

    Args:
        items: a mapping with string keys.

    Raises:
        TypeError: for a key that is no string, or a value that JSON could not hold.

    Example:
        >>> metadata = wechatlog.Metadata({"exporter": "WeFlow", "tags": ["chat"]})
        >>> metadata["tags"], hash(metadata) == hash(wechatlog.Metadata(metadata))
        (('chat',), True)
    """

    __slots__ = ()

    def __init__(self, items: Mapping[str, Any] | None = None) -> None:
        for key in items or ():
            if not isinstance(key, str):
                raise TypeError(f"metadata keys are strings, not {type(key).__name__}")
        super().__init__({key: _freeze(value) for key, value in (items or {}).items()})


_DEEPEST: Final = 100


def keepable_metadata(value: Any, report: Callable[[str, str], object], depth: int = 0) -> Any:
    """Metadata without numbers that are none, which are not even equal to themselves, and without an abyss.

    Args:
        value: metadata as a file has them.
        report: told the code and the sentence of each value that is left out; `None` stands for it.
        depth: how many lists and mappings are round it.
    """
    if depth > _DEEPEST and value is not None:
        report("bad-field", "metadata are nested too deeply")
        return None
    if isinstance(value, Mapping):
        return {key: keepable_metadata(item, report, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [keepable_metadata(item, report, depth + 1) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        report("bad-field", f"metadata hold {value!r}, which is no number")
        return None
    return value


def _to_names(value: Iterable[str]) -> tuple[str, ...]:
    return tuple(value)


def segments_fit(segments: Iterable[Segment], text: str) -> bool:
    """Whether segments are those of a text: they join to it, or all of them stand apart from it."""
    return "".join([segment.raw for segment in segments]) in ("", text)


def _to_segments(value: Iterable[Segment] | None) -> tuple[Segment, ...] | None:
    return None if value is None else tuple(value)


def _to_time(value: dt.datetime | None) -> dt.datetime | None:
    if value is not None and not isinstance(value, dt.datetime):
        raise TypeError(
            f"time must be a datetime, not {value!r:.80}; datetime.datetime.fromisoformat makes one of a text"
        )
    return value


# Without a slot for weak references, so that `Loose` can have the same layout.
@attrs.frozen(slots=True, repr=False, weakref_slot=False)
class Message:
    """One message.

    Attributes:
        time: when it was sent; naive wall clock, or aware; `None` where the archive does not say.
        precision: the smallest unit of `time` that the archive gives: `second`, `minute`, `day` or `None`.
        sender: the name shown, exactly; `None` for a notice that nobody sent.
        sender_id: the account id (`wxid_…`), or `None`.
        is_self: whether the owner of the archive sent it; `None` where the archive does not say.
        kind: what it is.
        text: the body as a person reads it: entities decoded, emoji codes kept. The `raw` of the segments join
            to it; those of another text, which was changed, are left out.
        id: the server's id of the message, all digits kept, or `None`.
        reply_to: the server's id of the message that this one answers, or `None`.

    Example:
        >>> import datetime as dt
        >>> message = wechatlog.Message(dt.datetime(2026, 5, 1, 9, 0), "minute", "李四", text="早上好[微笑]")
        >>> print(message, message.emoji[0].unicode)
        2026-05-01 09:00 李四: 早上好[微笑] 🙂
    """

    time: dt.datetime | None = attrs.field(default=None, converter=_to_time, eq=identity_of)
    precision: Precision | None = None
    sender: str | None = None
    sender_id: str | None = None
    is_self: bool | None = None
    kind: MessageKind = attrs.field(default=MessageKind.TEXT, converter=MessageKind)
    text: str = ""
    _segments: tuple[Segment, ...] | None = attrs.field(default=None, converter=_to_segments)
    id: str | None = None
    reply_to: str | None = None
    _origin: tuple[str | None, int | None, int | None, str | None] = attrs.field(default=Origin(), eq=False)
    _lexicon: Lexicon | None = attrs.field(default=None, eq=False)
    _parsed: tuple[Segment, ...] | None = attrs.field(default=None, eq=False, init=False)

    def __attrs_post_init__(self) -> None:
        if self._segments is not None and not segments_fit(self._segments, self.text):
            object.__setattr__(self, "_segments", None)  # the text was changed: what it said must not come back

    @property
    def origin(self) -> Origin:
        """Where it stood; never part of equality."""
        return Origin(*self._origin)

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The pieces of the body: those the archive gave, or else parsed from `text`, once."""
        if self._segments is not None:
            return self._segments
        found = self._parsed
        if found is None:
            found = _parser()(self.text, self._lexicon)
            object.__setattr__(self, "_parsed", found)
        return found

    @property
    def given_segments(self) -> tuple[Segment, ...] | None:
        """The segments that the archive gave, or `None` where they are parsed from `text`."""
        return self._segments

    @property
    def mentions(self) -> tuple[Mention, ...]:
        """The people addressed, in order."""
        return tuple(segment for segment in self.segments if isinstance(segment, Mention))

    @property
    def emoji(self) -> tuple[Emoji, ...]:
        """The emoji codes, in order."""
        return tuple(segment for segment in self.segments if isinstance(segment, Emoji))

    @property
    def images(self) -> tuple[Image, ...]:
        """The pictures, in order."""
        return tuple(segment for segment in self.segments if isinstance(segment, Image))

    @property
    def links(self) -> tuple[Link, ...]:
        """The web pages, in order."""
        return tuple(segment for segment in self.segments if isinstance(segment, Link))

    def __str__(self) -> str:
        when = " ".join(day_and_clock(self.time, self.precision))
        who = f"{self.sender}:" if self.sender is not None else "*"
        return _SPACES.sub(" ", f"{when} {who} {self.text or f'[{self.kind}]'}").strip()

    def __repr__(self) -> str:
        shown = []
        for name in ("time", "sender", "sender_id", "is_self", "kind", "text", "id", "reply_to"):
            value = getattr(self, name)
            if value is None or (name == "kind" and value is MessageKind.TEXT):
                continue
            if name == "time":
                value = value.isoformat(" ")
            shown.append(f"{name}={value if name == 'kind' else repr(value)}")
        return f"Message({', '.join(shown)})"

    def _repr_html_(self) -> str | None:
        try:
            from wechatlog.ext.notebook import message_html
        except MissingExtraError:
            return None
        return message_html(self)


@functools.cache
def _parser() -> Callable[[str, Lexicon | None], tuple[Segment, ...]]:
    """What parses bodies, imported when the first is parsed: asking for the import each time takes a sixth of it."""
    from wechatlog.segments import parse_segments

    return parse_segments


class Loose:
    """A twin of `Message` with the same slots and no lock, which `build_message` fills and then turns into one.

    A frozen attrs class sets each field through `object.__setattr__`, which doubles the cost of reading a large
    archive. Python allows changing the class of an object between classes of equal layout.
    """

    __slots__ = tuple(attribute.name for attribute in attrs.fields(Message))

    time: dt.datetime | None
    precision: Precision | None
    sender: str | None
    sender_id: str | None
    is_self: bool | None
    kind: MessageKind
    text: str
    id: str | None
    reply_to: str | None
    _origin: tuple[str | None, int | None, int | None, str | None]
    _segments: tuple[Segment, ...] | None
    _lexicon: Lexicon | None
    _parsed: tuple[Segment, ...] | None


_NO_ORIGIN: Final = Origin()


def build_message(
    time: dt.datetime | None,
    precision: Precision | None,
    sender: str | None,
    kind: MessageKind,
    text: str,
    *,
    sender_id: str | None = None,
    is_self: bool | None = None,
    id: str | None = None,  # noqa: A002
    reply_to: str | None = None,
    origin: tuple[str | None, int | None, int | None, str | None] = _NO_ORIGIN,
    segments: tuple[Segment, ...] | None = None,
    lexicon: Lexicon | None = None,
    parsed: tuple[Segment, ...] | None = None,
) -> Message:
    """Make a message without converting or checking anything: the fast door for readers.

    The arguments are the fields of `Message`; `lexicon` is what mentions are looked up in, `parsed` segments that
    are known to be those of `text`.
    """
    message = Loose()
    message.time = time
    message.precision = precision
    message.sender = sender
    message.sender_id = sender_id
    message.is_self = is_self
    message.kind = kind
    message.text = text
    message.id = id
    message.reply_to = reply_to
    message._origin = origin
    message._segments = segments
    message._lexicon = lexicon
    message._parsed = parsed
    message.__class__ = Message  # type: ignore[assignment]
    return cast("Message", message)


@contextlib.contextmanager
def paused_collection() -> Iterator[None]:
    """Keep the cyclic collector still while a million objects come into being that are no garbage.

    Its pauses cost a third of the time of a bulk load and find nothing.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@attrs.frozen(slots=True)
class Participant:
    """A person in a conversation.

    Attributes:
        name: the name shown, or `None` where only the id is known.
        id: the account id, or `None`.
        is_self: whether this is the owner of the archive; `None` where unknown.
        aliases: other names of the same person: remark, nickname, name in the group.
        message_count: messages sent in this conversation.

    Example:
        >>> chat = wechatlog.load("examples/2026-05-01-chat.markdown")
        >>> [(person.name, person.message_count) for person in chat.participants[:2]]
        [('陈小禾', 5), ('老周', 5)]
    """

    name: str | None = None
    id: str | None = None
    is_self: bool | None = None
    aliases: tuple[str, ...] = attrs.field(default=(), converter=_to_names)
    message_count: int = 0


def _to_messages(value: Iterable[Message]) -> tuple[Message, ...]:
    return tuple(value)


def _to_participants(value: Iterable[Participant]) -> tuple[Participant, ...]:
    return tuple(value)


def _to_diagnostics(value: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(value)


@attrs.frozen(slots=True, repr=False)
class Conversation(Sequence[Message]):
    """A chat: a sequence of messages and what is known about it.

    Attributes:
        messages: in the order of the archive.
        title: the name of the chat, or `None`.
        id: the account or room id (`…@chatroom`), or `None`.
        is_group: whether it is a group; `None` where unknown.
        owner: the name or account id of the person whose archive it is, or `None`.
        members: people whom the archive lists, whether they wrote or not; the argument is named `participants`, which
            as an attribute has everybody who wrote as well.
        metadata: what else the archive says of itself: front matter, exporter, version.
        diagnostics: what the reader noticed; never part of equality.
        tz: the zone of the times, or `None` for naive ones.
        tz_assumed: true where nobody named the zone and it was assumed.
        origin: where it stood, with the text before the first message as `raw`; never part of equality.

    Example:
        >>> chat = wechatlog.load("examples/2026-05-01-chat.markdown")
        >>> chat
        <Conversation '2026-05-01-WeChat': 25 messages, 6 participants, 2026-05-01 08:02 to 2026-05-01 21:47>
        >>> len(chat.by("老周").between("2026-05-01T12:00"))
        1
    """

    messages: tuple[Message, ...] = attrs.field(default=(), converter=_to_messages)
    title: str | None = None
    id: str | None = None
    is_group: bool | None = None
    owner: str | None = None
    members: tuple[Participant, ...] = attrs.field(default=(), converter=_to_participants, alias="participants")
    metadata: Metadata = attrs.field(factory=Metadata, converter=Metadata)
    diagnostics: tuple[Diagnostic, ...] = attrs.field(default=(), converter=_to_diagnostics, eq=False)
    tz: dt.tzinfo | None = None
    tz_assumed: bool = False
    origin: Origin = attrs.field(default=Origin(), eq=False)
    _lexicon: Lexicon | None = attrs.field(default=None, eq=False)
    _participants: tuple[Participant, ...] | None = attrs.field(default=None, eq=False, init=False)

    def __attrs_post_init__(self) -> None:
        if self._lexicon is not None:
            return
        from wechatlog.segments import Lexicon

        lexicon = Lexicon()
        self.teach(lexicon)
        object.__setattr__(self, "_lexicon", lexicon)
        for message in self.messages:
            if message._lexicon is None:
                object.__setattr__(message, "_lexicon", lexicon)

    def teach(self, lexicon: Lexicon) -> None:
        """Let a lexicon learn the names of this conversation, when it is first asked."""
        lexicon.bind(lambda: (self._names(), (message.text for message in self.messages)))

    def _names(self) -> set[str]:
        names = {message.sender for message in self.messages}
        for member in self.members:
            names.update((member.name, *member.aliases))
        return {name for name in names if name}

    def with_names(self, names: Iterable[str]) -> Conversation:
        """The same conversation, whose mentions are found by these names as well.

        What is known of a group from its other files helps here: `load_archive(…, shared_names=True)` does it for a
        folder. Segments that the archive gave stay as they are.

        Args:
            names: of members of the group.
        """
        from wechatlog.segments import Lexicon

        lexicon = Lexicon(names)
        self.teach(lexicon)
        messages = [attrs.evolve(message, lexicon=lexicon) for message in self.messages]
        return attrs.evolve(self, messages=messages, lexicon=lexicon)

    @property
    def known_names(self) -> frozenset[str]:
        """The names by which mentions are found: senders, members, and those that mentions and quotes give away."""
        return cast("Lexicon", self._lexicon).names

    @overload
    def __getitem__(self, index: int) -> Message: ...
    @overload
    def __getitem__(self, index: slice) -> Conversation: ...
    def __getitem__(self, index: int | slice) -> Message | Conversation:
        if isinstance(index, slice):
            return self._with(self.messages[index])
        return self.messages[index]

    def __len__(self) -> int:
        return len(self.messages)

    def __iter__(self) -> Iterator[Message]:
        return iter(self.messages)

    def _with(self, messages: Iterable[Message]) -> Conversation:
        """The same conversation with other messages; mentions keep to the names of the whole."""
        return attrs.evolve(self, messages=messages)

    @property
    def participants(self) -> tuple[Participant, ...]:
        """Everybody who wrote, in order of appearance, with counts; then listed members who did not."""
        if self._participants is None:
            object.__setattr__(self, "_participants", count_participants(self.messages, self.members))
        return cast("tuple[Participant, ...]", self._participants)

    def find_segments(self) -> Conversation:
        """Find the segments of all messages now, which takes a fifth less time than when each is asked for its own.

        Returns:
            The conversation itself; its messages keep what was found.

        Example:
            >>> chat = wechatlog.load("examples/2026-05-01-chat.markdown").find_segments()
            >>> sum(len(message.emoji) for message in chat)
            10
        """
        with paused_collection():
            deque(map(operator.attrgetter("segments"), self.messages), maxlen=0)
        return self

    def between(self, start: Day | None = None, end: Day | None = None) -> Conversation:
        """The messages from `start` up to `end`.

        Args:
            start: a time, a day or an ISO text; included.
            end: a time, which is excluded, or a day, which is included.

        Returns:
            The messages with a time in that span; naive bounds mean the conversation's own zone.

        Raises:
            TypeError: for an aware bound on a conversation with naive times.
            ValueError: for a text that is no ISO date or time.
        """
        zone = self.tz or next((message.time.tzinfo for message in self.messages if message.time is not None), None)
        fits = in_span(moment(start, zone, last=False), moment(end, zone, last=True))
        return self._with(message for message in self.messages if fits(message.time))

    def by(self, *names: str, people: Identities | None = None) -> Conversation:
        """The messages of the people named, under whatever name they wrote them.

        Args:
            names: names, aliases or account ids; runs of white space do not matter. Where several people are called so,
                all of them are meant.
            people: who is who, as `wechatlog.operations.identities` finds it; `None` goes by what the conversation
                itself says: account ids, and the names and aliases that its list of members gives to one.
        """
        wanted = {normalize_name(name) for name in names}
        accounts, owners = set(wanted), {}
        if people is None:
            accounts.update(who.id for who in self.participants if who.id and not wanted.isdisjoint(called(who)))
            owners = account_names(self.members)
        meant = set() if people is None else {who for name in names for who in people.named(name)}

        def is_wanted(message: Message) -> bool:
            name = None if message.sender is None else normalize_name(message.sender)
            if name in wanted or message.sender_id in accounts:
                return True
            if people is None:
                return not message.sender_id and name is not None and owners.get(name) in accounts
            return people.of(message, self.owner) in meant

        known: dict[tuple[str | None, str | None, bool | None], bool] = {}
        kept = []
        for message in self.messages:
            place = (message.sender, message.sender_id, message.is_self)
            if place not in known:
                known[place] = is_wanted(message)
            if known[place]:
                kept.append(message)
        return self._with(kept)

    def of_kind(self, *kinds: MessageKind | str) -> Conversation:
        """The messages of these kinds.

        Raises:
            ValueError: for a text that names no kind.
        """
        wanted = {MessageKind(kind) for kind in kinds}
        return self._with(message for message in self.messages if message.kind in wanted)

    def search(
        self, pattern: str | re.Pattern[str] | regex.Pattern[str], *, exact: bool = False, timeout: float = 1.0
    ) -> Conversation:
        """The messages in which something is found: in the text, in a quote, inside a forward, in the link of a card.

        `wechatlog.operations.search` says where, and gives what is around it.

        Args:
            pattern: words, found in whatever case, width, script or spelling of an emoji; or a compiled expression of
                `re` or `regex`.
            exact: look for these very characters, upper and lower case alike.
            timeout: seconds that an expression may take for one text; slow texts together may take 30 times that.

        Raises:
            SlowPatternError: for an expression that takes longer.
        """
        from wechatlog.operations.search import message_filter

        return self._with(filter(message_filter(pattern, exact=exact, timeout=timeout), self.messages))

    def sorted(self) -> Conversation:
        """The messages in order of time; stable. One without a time keeps to the message before it."""
        keys: list[dt.timedelta] = []
        last = dt.timedelta.min  # before the first time that is known
        for message in self.messages:
            last = instant(message.time) if message.time is not None else last
            keys.append(last)
        order = sorted(range(len(keys)), key=keys.__getitem__)
        return self._with(self.messages[index] for index in order)

    def to_pandas(self, table: str = "messages", *, segments: bool = True) -> pd.DataFrame:
        """The messages, or what is in them, as a pandas frame.

        Categories are `category`, flags `boolean`, numbers `Int64` and `Float64`, texts `string`, times
        `datetime64[us]` with the zone of the conversation or without one, lists `object`. What is missing is `NA` or
        `NaT`. `frame.attrs["wechatlog"]` has what `wechatlog.from_frame` needs to give the conversation back.

        Args:
            table: `messages`, with a row for each message; `mentions`, `links`, `emoji`, `images`, with a row for each
                of these in the messages; or `participants`.
            segments: with false, the columns about the bodies (`mentions` to `parsed`) are left out of `messages`,
                which saves parsing the texts.

        Raises:
            MissingExtraError: without pandas.
            ValueError: for another table, or where some times are naive and some aware.
        """
        from wechatlog.ext.pandas import to_frame

        return to_frame([self], table, segments=segments)

    def to_polars(self, table: str = "messages", *, segments: bool = True) -> pl.DataFrame:
        """The messages, or what is in them, as a polars frame.

        Categories are `Categorical`, lists `List(String)`, the pieces of the bodies `List(Struct)`, times
        `Datetime("us")` with the zone of the conversation or without one; a zone that is an offset becomes one that
        polars knows (`Etc/GMT-8`), or UTC.

        Args:
            table: as for `to_pandas`.
            segments: as for `to_pandas`.

        Raises:
            MissingExtraError: without polars.
            ValueError: as `to_pandas`.
        """
        from wechatlog.ext.polars import to_frame

        return to_frame([self], table, segments=segments)

    def to_arrow(self, table: str = "messages", *, segments: bool = True) -> pa.Table:
        """The messages, or what is in them, as an Arrow table.

        Categories are `dictionary<int32, string>`, lists `list<string>`, the pieces of the bodies a list of structs,
        times `timestamp[us]` with the zone of the conversation or without one. The metadata of the schema have what
        `wechatlog.from_frame` needs to give the conversation back.

        Args:
            table: as for `to_pandas`.
            segments: as for `to_pandas`.

        Raises:
            MissingExtraError: without pyarrow.
            ValueError: as `to_pandas`.
        """
        from wechatlog.frames.arrow import to_table

        return to_table([self], table, segments=segments)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The table of messages through the Arrow PyCapsule protocol, which DuckDB, polars, pandas and others take.

        Its batches are made as they are asked for.

        Args:
            requested_schema: a capsule with the schema that the other side would rather have.

        Raises:
            MissingExtraError: without pyarrow.
        """
        from wechatlog.frames.arrow import to_stream

        return to_stream(self).__arrow_c_stream__(requested_schema)

    def _facts(self) -> tuple[str, ...]:
        """How many messages and people, from when to when, how much damage: a few words each."""
        first, last = span(message.time for message in self.messages)
        parts = [_count(len(self.messages), "message")]
        if people := sum(person.message_count > 0 for person in self.participants):
            parts.append(_count(people, "participant"))
        if first is not None and last is not None:
            parts.append(f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}")
        if self.diagnostics:
            parts.append(_count(len(self.diagnostics), "diagnostic"))
        return tuple(parts)

    def __repr__(self) -> str:
        name = self.title or self.id or self.origin.source
        return f"<Conversation{f' {name!r}' if name else ''}: {', '.join(self._facts())}>"

    def _repr_html_(self) -> str | None:
        try:
            from wechatlog.ext.notebook import conversation_html
        except MissingExtraError:
            return None
        return conversation_html(self)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def called(participant: Participant) -> set[str]:
    """All names of a participant, and the account id, ready for comparing; one of blanks is none."""
    names = (participant.id, participant.name, *participant.aliases)
    return {normalize_name(name) for name in names if name and not name.isspace()}


def account_names(participants: Iterable[Participant]) -> dict[str, str]:
    """The names that belong to one account and to no other, ready for comparing, with its id."""
    found: dict[str, str | None] = {}
    for participant in participants:
        if participant.id:
            for name in called(participant):
                found[name] = participant.id if found.get(name, participant.id) == participant.id else None
    return {name: id_ for name, id_ in found.items() if id_ is not None}


Author: TypeAlias = "tuple[str | None, str | None, bool | None]"
"""How a message names who sent it: `sender`, `sender_id`, `is_self`."""


def count_participants(messages: Iterable[Message], members: Iterable[Participant]) -> tuple[Participant, ...]:
    """Everybody who wrote, in order of appearance, with counts; then listed members who did not."""
    return participants_of(Counter((m.sender, m.sender_id, m.is_self) for m in messages), members)


def participant_key(message: Message) -> str | None:
    """The key of who sent a message; `None` for a notice."""
    return author_key((message.sender, message.sender_id, message.is_self))


def author_key(author: Author) -> str | None:
    """What tells those who wrote a conversation apart: the account id, or else the name; `None` for a notice."""
    name, id_, _ = author
    return None if name is None and id_ is None else id_ or f"\0{name}"


def participants_of(authors: Mapping[Author, int], members: Iterable[Participant]) -> tuple[Participant, ...]:
    """The participants as `count_participants` gives them, of how many messages name each, in order of appearance."""
    counts: dict[str, int] = {}
    first: dict[str, Author] = {}
    names: dict[str, dict[str, None]] = {}
    for author, count in authors.items():
        key = author_key(author)
        if key is None:
            continue
        counts[key] = counts.get(key, 0) + count
        first.setdefault(key, author)
        if author[0] is not None:
            names.setdefault(key, {})[author[0]] = None
    listed = {(member.id or f"\0{member.name}"): member for member in members}
    people = []
    for key, count in counts.items():
        _, id_, is_self = first[key]
        shown, *others = names.get(key) or [None]
        member = listed.pop(key, None)
        if member is not None:
            name = member.name or shown
            others = [n for n in (*member.aliases, shown, *others) if n is not None and n != name]
            is_self = is_self if member.is_self is None else member.is_self
        else:
            name = shown
        people.append(Participant(name, id_, is_self, tuple(dict.fromkeys(n for n in others if n is not None)), count))
    people += [attrs.evolve(member, message_count=0) for member in listed.values()]
    return tuple(people)
