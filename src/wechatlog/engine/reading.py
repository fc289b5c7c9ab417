"""One pass over one source: what the user asked for, what is known of the chats so far, and where faults are told.

A `Reading` is what every reader is given; a `Draft` is what it learns of one conversation. Knows no format.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import re
from typing import TYPE_CHECKING, Any, Final, Literal

import attrs

from wechatlog.diagnostics import Collector, Origin, Severity
from wechatlog.engine.head import Head, find_conversion
from wechatlog.errors import OptionError
from wechatlog.model import (
    NOTICES,
    Conversation,
    Message,
    MessageKind,
    Participant,
    build_message,
    keepable_metadata,
    normalize_name,
)
from wechatlog.segments import Lexicon
from wechatlog.timestamps import (
    ASSUMED_ZONE,
    Clock,
    Precision,
    UnixTimes,
    ZoneLike,
    cached_clock,
    from_unix,
    in_zone,
    is_set_back,
    parse_clock,
    resolve_zone,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence

    from wechatlog.engine.around import Around
    from wechatlog.engine.joined import FirstOfJoined
    from wechatlog.engine.swallowed import SwallowedTexts
    from wechatlog.segments import Segment
    from wechatlog.source import Source

ME: Final = "我"
"""What tools and the client call the owner."""
OWNER_OPTION: Final = {"owner": "name or account id of the person whose archive it is, for `is_self`"}
"""The option of every reader whose format does not say which messages are the owner's."""


_from_timestamp: Final = dt.datetime.fromtimestamp
_CLOCK: Final = re.compile(r"(?<![0-9:])[0-9]{1,2}:[0-9]{2}(?![0-9])")
_SOME_TIMES: Final = 4
"""A head may say when it was exported, and from when to when the chat goes on."""
FEWEST_CLOCKS: Final = 4
"""Lines with clocks in a text of a message that may be those of an export: people paste two or three."""
_LISTS: Final = frozenset({MessageKind.FORWARD, MessageKind.NOTE})
_ZEROS: Final = "\0" * 16
_SAYINGS: Final = frozenset({MessageKind.SYSTEM, MessageKind.RECALL})
_MOMENT: Final = dt.timedelta(microseconds=1)
_SECONDS_END: Final = 10**11
"""Unix times from here on are no seconds."""


@attrs.define(eq=False)
class Draft:
    """What a reader learns of one conversation while it reads; becomes a `Conversation` at the end.

    Attributes:
        key: tells the conversations of one file apart.
        done: no more messages of this one will come.
        aware: whether its times have a zone, as the first of them has; `None` before there is one.
        zone: that of the first time, where it has one.
        others: as in `Conversation`.
    """

    key: str = ""
    title: str | None = None
    id: str | None = None
    is_group: bool | None = None
    owner: str | None = None
    members: list[Participant] = attrs.field(factory=list)
    metadata: dict[str, Any] = attrs.field(factory=dict)
    origin: Origin = Origin()
    tz: dt.tzinfo | None = None
    done: bool = False
    aware: bool | None = None
    zone: dt.tzinfo | None = None
    lexicon: Lexicon = attrs.field(factory=Lexicon)

    def sent_by(self, account: str | None, own: bool | None, kind: MessageKind = MessageKind.TEXT) -> bool | None:
        """Whether the owner sent a message: nobody sends a notice; an own message says whose account the owner has."""
        if kind in NOTICES:
            return None
        if own and account and self.owner is None:
            self.owner = account
        return own

    @property
    def label(self) -> str:
        """A name for messages to people."""
        return self.title or self.id or self.key or self.origin.source or "untitled"


_ON_THE_WEB: Final = re.compile(r"(?!data:)[A-Za-z][A-Za-z0-9+.-]+:|//")


def find_times(text: str, least: int = _SOME_TIMES) -> int | None:
    """Where the first clock of a text stands that has so many as only messages have; `None` where it has fewer."""
    times = list(itertools.islice(_CLOCK.finditer(text), least))
    return times[0].start() if len(times) == least else None


def local_picture(value: Any) -> str:
    """A picture that an export has: a file beside it, or a `data:` address; empty for one on the web, and nothing."""
    return value if isinstance(value, str) and not _ON_THE_WEB.match(value) else ""


FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100
_BUDDHIST: Final = 543


class Reading:
    """What the user asked for, and where a reader reports.

    Args:
        source: the input, for its name.
        collector: takes the diagnostics.
        tz: the zone that the user named, or `None`.
        encoding: the encoding that the user named, or `None`.
        options: the options of the format.
        dense: in whole files of the format some lines of each message stand close together.

    Attributes:
        facts: metadata of every chat, as the format has it.
        said: what the file says outside of its messages, as far as it was read.
        credits_notices: whether a notice may have a sender; as the format has it.
        around: what stands round the text and is left out.
        is_alike: whether a head is of the format, where what was joined to the file is read too, by `next_joined`.
        suffixes: those of the format.
        format_of: says of which format a text is, and whether that is sure, where the source is a text.
        claimed: how many messages there should be; `None` where nothing says it.
        look_back: what is done when all was read, such as to tell of parts that were not.
        sheets_read: of a workbook, the names of the sheets that were read.
        needs_whole: what stands far above is needed by what comes: the file cannot be read from its middle.
        rows_read: of a database that was read before, the row of each table behind which reading begins.
        row_tables: the tables that were asked for.
    """

    def __init__(
        self,
        source: Source,
        collector: Collector,
        *,
        tz: ZoneLike | None = None,
        encoding: str | None = None,
        options: Mapping[str, Any] | None = None,
        dense: bool = False,
    ) -> None:
        self.source = source
        self.collector = collector
        self._dense = dense
        self.tz = None if tz is None else resolve_zone(tz)
        self.tz_assumed = False
        self.encoding = encoding
        self.options = dict(options or {})
        owner = self.options.get("owner")
        self.owner = None if owner is None else str(owner)
        self.report = collector.report
        self.facts: Mapping[str, Any] = {}
        self.said: dict[str, Any] = {}
        self.credits_notices = False
        self.around: Around | None = None
        self.is_alike: Callable[[Head], bool] | None = None
        self.suffixes: tuple[str, ...] = ()
        self.format_of: Callable[[str], tuple[str, bool] | None] | None = None
        self.claimed: int | None = None
        self.look_back: Callable[[], None] = lambda: None
        self.sheets_read: set[str] = set()
        self.needs_whole = False
        self.rows_read: Mapping[str, int] = {}
        self.row_tables: set[str] = set()
        self._chats: dict[str, Draft] = {}
        self._joined: FirstOfJoined | None = None
        self._above = 0  # lines of the file above the source, which is the rest of it
        self._told: set[str] = set()
        self._wall: dt.datetime | None = None  # the last clock of a zone that the user named

    @classmethod
    def of(cls, conversation: Conversation, source: Source) -> tuple[Reading, Draft]:
        """A conversation that was read, as if it was being read: for who takes drafts and their messages."""
        reading = cls(source, Collector(source=source.name))
        draft = Draft(origin=conversation.origin, lexicon=conversation._lexicon or Lexicon())
        reading.learn(draft, conversation)
        return reading, draft

    # --- chats

    def draft(self, key: str = "", **known: Any) -> Draft:
        """A new draft of a conversation of this source; `known` are its fields."""
        known.setdefault("origin", Origin(self.source.place, 1, 0))
        draft = Draft(key, **known)
        draft.metadata = {**self.facts, **draft.metadata}
        if draft.owner is None:
            draft.owner = self.owner
        return draft

    @functools.cached_property
    def chat(self) -> Draft:
        """The chat of a file that holds one."""
        return self.draft()

    def chat_of(self, key: str, **known: Any) -> Draft:
        """The chat of a key, for a file that may hold several; `known` fills what is not known of it yet."""
        draft = self._chats.get(key)
        if draft is None:
            draft = self._chats[key] = self.draft(key)
        for name, value in known.items():
            if name == "metadata":
                draft.metadata = {**value, **draft.metadata}
            elif value is not None and getattr(draft, name) is None:
                setattr(draft, name, value)
        return draft

    def chats(self) -> tuple[Draft, ...]:
        """All chats of a key, or else that of the file."""
        return tuple(self._chats.values()) or (self.chat,)

    @property
    def first_chat(self) -> Draft:
        """The first chat of a key, or that of the file: what a file without messages is about."""
        return next(iter(self._chats.values()), self.chat)

    def learn(self, draft: Draft, known: Conversation) -> None:
        """Give a draft what a file says of its conversation, all at once or part by part, and what was told of it.

        The zone that the user named goes before that of the file.
        """
        for entry in known.diagnostics:
            self.collector.keep(entry)
        if self.tz is None:
            self.tz_assumed = known.tz_assumed or (self.tz_assumed and draft.tz is not None and known.tz is None)
            draft.tz = known.tz or draft.tz
        for name in ("title", "id", "is_group", "owner"):
            value = getattr(known, name)
            if value is not None:
                setattr(draft, name, value)
        draft.members.extend(known.members)
        draft.metadata.update(known.metadata)
        if known.origin != Origin():
            draft.origin = known.origin

    def row_after(self, table: str) -> int | None:
        """The row of a database's table behind which reading begins; `None` for the beginning."""
        self.row_tables.add(table)
        return self.rows_read.get(table)

    def learn_facts(self, said: Mapping[str, str | None]) -> None:
        """Take what a head, or the name of a file, says of the chat of the file.

        `title`, `id` and `owner` are the chat's; a word, `group`, or else the id says whether it is one of a group.
        `count` is how many messages there should be, which is looked at in the end. The others are metadata.
        """
        from wechatlog.content.accounts import is_group_word, is_room  # for formats with a head
        from wechatlog.engine.json_values import read_integer

        chat, known = self.chat, {name: value for name, value in said.items() if value}
        chat.title, chat.id = known.pop("title", None), known.pop("id", None)
        group, owner = is_group_word(known.pop("group", None)), known.pop("owner", None)
        chat.is_group, chat.owner = is_room(chat.id) if group is None else group, chat.owner or owner
        self.claimed = read_integer(known.pop("count", "").replace(",", ""))
        chat.metadata |= known

    def keep_avatar(self, draft: Draft, who: str | None, picture: object) -> None:
        """Note the picture of a person, by account id or else by name, in the metadata: the first that is given.

        It stands in `avatars`, as a file beside the archive or a `data:` address; an address on the web is not noted.
        """
        if who and (found := local_picture(picture)):
            draft.metadata.setdefault("avatars", {}).setdefault(who, found)

    # --- what is told

    def tell(self, code: str, sentence: str, line: int | None = None, *, once: bool = False) -> None:
        """Note something that costs nothing; with `once` the same sentence is told once for the file."""
        if not once or self.is_news(sentence):
            self.report(code, sentence, severity=Severity.INFO, line=line)

    def tell_unknown(self, names: Iterable[str], known: Container[str], line: int | None = None) -> None:
        """Note, once for each, the columns of a file that its format does not know; nameless ones are nothing."""
        for name in names:
            if name and name not in known:
                what = f"the column {name[:60]!r} is not known to this format; what it says was left out"
                self.tell("unknown-key", what, line, once=True)

    def tell_unread(self, table: str, line: int | None = None) -> None:
        """Tell, once for each, of a table whose rows look like messages and are not read."""
        what = f"the rows of the table {table[:60]!r} look like messages; they were not read"
        if self.is_news(what):
            self.report("unread-part", what, severity=Severity.WARNING, line=line)

    def is_news(self, sentence: str) -> bool:
        """Whether it is asked for the first time."""
        known = sentence in self._told
        self._told.add(sentence)
        return not known

    def tell_first(self, code: str, sentence: str, line: int | None = None, severity: Severity = Severity.INFO) -> None:
        """Note something only where nothing of the code was noted in this way before."""
        if code not in self._told:
            self._told.add(code)
            self.report(code, sentence, severity=severity, line=line)

    def tell_unexplained(self, letter: str, line: int) -> None:
        """Tell, once for each, of a letter that stands for a name, where the head that should explain it does not."""
        what = f"nothing at the head says whose name {letter[:60]!r} stands for: the head is damaged"
        if self.is_news(what):
            self.report("damaged-head", what, line=line)

    def check_page_end(self, text: str, line: int | None = None) -> None:
        """Tell where the end of a page, of which a text is the last piece, is missing, or else its beginning."""
        if "</html" not in text[-2000:].lower():
            self.report("broken-row", "the page is not closed: the file is cut", line=line)
        elif "<html" not in Head.of(self.source, self.encoding).text.lower():
            what = "the page has an end and no beginning: what stood there is lost"
            self.report("broken-row", what, severity=Severity.ERROR, line=1)

    def tell_empty(self) -> None:
        """Say that no message came, unless a warning says why: times in the text are of messages not understood."""
        text = "" if self.collector.has_warnings else self.head.text
        if (begin := find_times(text)) is not None:
            what = "the file holds no messages, but times as of messages: it is damaged, or of another form"
            self.report("no-messages", what, line=self._above + 1 + text.count("\n", 0, begin))
        elif self.collector.is_silent:
            self.tell("no-messages", "the file holds no messages")

    def kind_of(
        self,
        found: MessageKind | None,
        name: object,
        text: str,
        line: int | None,
        *,
        untyped: MessageKind = MessageKind.OTHER,
    ) -> MessageKind:
        """The kind of a row: an unknown one is told, a notice is looked at closely.

        Args:
            found: what the vocabulary says of the type, or `None`.
            name: of the type, as the file has it.
            text: the body.
            line: 1-based line.
            untyped: the kind of a row that names no type.
        """
        if found is None:
            if name in (None, ""):
                return untyped
            self.tell("unknown-kind", f"unknown type {str(name)[:60]!r}", line)
            return MessageKind.OTHER
        if found not in _SAYINGS:
            return found
        from wechatlog.content.notices import read_notice  # the tables of notices, for who meets one

        return read_notice(text) or found

    def check_count(self, claimed: int | None, count: int) -> None:
        """Tell where a file holds another number of messages than its head claims; `None` where it claims nothing."""
        if claimed not in (None, count):
            self.report("message-count", f"the head claims {claimed} messages, there are {count}")

    # --- text and times

    @property
    def head(self) -> Head:
        """The first part of the text, for who looks ahead."""
        head = Head.of(self.source, self.encoding)
        return head if self.around is None else self.around.head(head)

    def head_with(self, *keys: str) -> Head:
        """The first part of a JSON object down to one of these keys, in front of which much else may stand."""
        head = self.head
        return head.fuller if isinstance(head.json, dict) and head.json.keys().isdisjoint(keys) else head

    def blocks(self, source: Source | None = None) -> Iterator[str]:
        """The text of the source, or of one beside it, in blocks.

        What a conversion did to every line is undone, and told; so are zero bytes that a disk left.
        """
        stream = self._zeros_told((source or self.source).blocks(self.collector, self.encoding))
        stream = self._unconverted(stream, tell=True)
        if self.around is not None:
            stream = self._unconverted(self.around.undo(stream), tell=True)
        if source is None and self.is_alike is not None:
            from wechatlog.engine.joined import FirstOfJoined  # for formats that go on behind

            self._joined = FirstOfJoined(stream, self.suffixes, self._is_alike)
            stream = iter(self._joined)
        return itertools.chain(("\n" * self._above + next(stream, ""),), stream) if self._above else stream

    def _is_alike(self, text: str) -> bool:
        """Whether a text is of the format."""
        return self.is_alike is not None and self.is_alike(Head.of(self.source.with_text(text)))

    def next_joined(self) -> bool:
        """Go on to the file that somebody joined to the one that was read, if there is one of the same format.

        One of another format is told. What was learnt of the chats of the first is theirs alone.
        """
        behind = None if self._joined is None else self._joined.behind()
        if self._joined is not None and self._joined.again:
            what = "the head of the file stands here again: files were put together, and read as one chat"
            self.tell("repeated-header", what, self._joined.again)
        if behind is None:
            return False
        lines, text = behind
        self._above += lines
        self.source = self.source.with_text(text)
        if not self._is_alike(text):
            self.tell_joined()
            return False
        for draft in self.chats():
            draft.done = True
        self._chats, self.said, self._wall, self._joined, self.encoding = {}, {}, None, None, None
        self.claimed = None
        self.__dict__.pop("chat", None)
        return True

    def _zeros_told(self, stream: Iterable[str]) -> Iterator[str]:
        line = 1
        for text in stream:
            if line and (at := text.find(_ZEROS)) >= 0:
                what = "zero bytes stand here, as a disk leaves them: what was here is lost"
                self.report("broken-encoding", what, line=line + text.count("\n", 0, at))
                line = 0
            line += text.count("\n") if line else 0
            yield text

    def watch_body(self, kind: MessageKind, text: str, line: int | None) -> None:
        """Tell where a body of several lines holds a text of another format, whose messages are none of the chat.

        Those in a chat that somebody forwarded, or kept in a note, are a part of it.
        """
        if text.count(":") >= FEWEST_CLOCKS and self.format_of is not None and kind not in _LISTS:
            self._swallowed.tell(self, text, line)

    @functools.cached_property
    def _swallowed(self) -> SwallowedTexts:
        from wechatlog.engine.swallowed import SwallowedTexts  # for who meets lines with clocks in a message

        assert self.format_of is not None  # noqa: S101 - asked before
        return SwallowedTexts(self.format_of)

    def tell_joined(self) -> None:
        """Tell that a file was joined to the one that was read which cannot be read."""
        what = "another file was joined to this one, and is of another form, or damaged; it was not read"
        self.report("unread-part", what, severity=Severity.ERROR, line=self._above + 1)

    def look(self) -> Iterator[str]:
        """The same blocks once more, for who looks through them before they are read: nothing is told."""
        stream = self._unconverted(self.source.blocks(Collector(), self.encoding))
        return stream if self.around is None else self._unconverted(self.around.undo(stream))

    def _unconverted(self, stream: Iterator[str], *, tell: bool = False) -> Iterator[str]:
        first = next(stream, "")
        conversion = find_conversion(first.lstrip("\ufeff"), dense=self._dense)
        if conversion is None:
            return itertools.chain((first,), stream)
        for sentence in filter(self.is_news, conversion.sentences() if tell else ()):
            self.report("converted-text", sentence, severity=conversion.severity, line=1)
        return conversion.undo(itertools.chain((first.lstrip("\ufeff"),), stream))

    def origin(self, line: int | None = None, offset: int | None = None, raw: str | None = None) -> Origin:
        """A place in the source."""
        return Origin(self.source.place, line, offset, raw)

    def is_own(self, sender: str | None, sender_id: str | None = None) -> bool | None:
        """Whether the owner that the user named sent it; `None` where the user named nobody."""
        if self.owner is None or (sender is None and sender_id is None):
            return None
        if sender_id == self.owner:
            return True
        return sender is not None and normalize_name(sender) == normalize_name(self.owner)

    def report_preamble(self, text: str, *, line: int = 1, known: Collection[re.Pattern[str]] = ()) -> None:
        """Say that text before the first message belongs to no message; blank text is nothing to speak of.

        Args:
            text: what stands there.
            line: 1-based line that it begins on.
            known: patterns of whole lines that the format has there.
        """
        if known:
            texts = (each.strip("\ufeff \t\r") for each in text.split("\n"))
            text = "\n".join("" if any(pattern.fullmatch(each) for pattern in known) else each for each in texts)
        content = text.lstrip("\ufeff \t\r\n")
        if content:
            self.report(
                "text-before-first-message",
                "text before the first message belongs to no message",
                line=line + text.count("\n", 0, len(text) - len(content)),
                column=1,
                excerpt=content[:200].split("\n", 1)[0],
            )

    def agree(self, what: str, found: Iterable[str | None], line: int | None = 1) -> str | None:
        """What a head says in more than one place; told where the places do not agree, or where none says it.

        Args:
            what: the name of it, for people.
            found: what each place says; the first is believed unless a character of it is broken.
            line: 1-based line.
        """
        said = [text for text in found if text]
        if len(set(said)) != 1:
            what = f"the {what} stands there in two ways" if said else f"the {what} is not there"
            self.report("damaged-head", f"the head of the file is damaged: {what}", line=line)
        return next((text for text in said if "\ufffd" not in text), said[0] if said else None)

    def day_option(self, name: str) -> dt.date | None:
        """The day that an option names: a date, a datetime, or a text such as `2026-05-01`; `None` without it.

        Raises:
            OptionError: where it is no day.
        """
        value = self.options.get(name)
        if isinstance(value, dt.datetime):
            return value.date()
        if value is None or isinstance(value, dt.date):
            return value
        try:
            return dt.date.fromisoformat(value)
        except (TypeError, ValueError):
            raise OptionError(name, f"expected a day such as 2026-05-01, not {value!r}") from None

    def unix_time(self, seconds: Any, *, line: int | None = None) -> dt.datetime | None:
        """An aware time from Unix seconds (number or digits): in the user's zone, else in Asia/Shanghai.

        Something else gives `None` and a diagnostic.
        """
        if type(seconds) is int and 0 < seconds < _SECONDS_END:  # nearly always, and nothing can go wrong
            self.tz_assumed = self.tz_assumed or self.tz is None
            return _from_timestamp(seconds, self.zone)
        try:
            time = from_unix(float(seconds), self.zone)
        except (TypeError, ValueError, OverflowError):
            self.report("bad-time", f"not a Unix time: {_shorten(seconds)}", severity=Severity.ERROR, line=line)
            return None
        if self.tz is None:
            self.tz_assumed = True
        return time

    def unix_times(self, seconds: Sequence[int]) -> UnixTimes:
        """The times of Unix seconds as `unix_time` gives them; all are positive and below 10**11."""
        self.tz_assumed = self.tz_assumed or self.tz is None
        return UnixTimes(seconds, self.zone)

    @functools.cached_property
    def zone(self) -> dt.tzinfo:
        """The zone of Unix times: the user's, else Asia/Shanghai."""
        return resolve_zone(ASSUMED_ZONE) if self.tz is None else self.tz

    def zoned(self, time: dt.datetime) -> dt.datetime:
        """A time that fits Unix times: a naive one is taken for one of `zone`."""
        if time.tzinfo is not None or self.tz is not None:
            return self.wall_time(time)
        self.tz_assumed = True
        return time.replace(tzinfo=self.zone)

    def fit_time(self, draft: Draft, time: dt.datetime, line: int | None, *, aware: bool) -> dt.datetime:
        """A time as the times of its conversation are: naive or aware is decided by the first of them.

        A naive time among aware ones is taken for one of the zone of the chat, or of the first time; an aware one among
        naive ones keeps its clock. Either is a `mixed-times`, told once where there are no lines.
        """
        if draft.aware is None:
            draft.aware, draft.zone = aware, time.tzinfo
            return time
        what = "this time has no zone, those before it have one"
        if aware:
            zone = time.isoformat()[19:] or time.tzinfo
            what = f"this time has a zone ({zone}), those before it have none; its clock was kept"
        if line is not None or self.is_news(f"{draft.key} {what}"):
            self.report("mixed-times", what, line=line)
        return time.replace(tzinfo=None if aware else self.tz or draft.tz or draft.zone)

    def wall_time(self, time: dt.datetime) -> dt.datetime:
        """A time that a file gives: naive stays naive unless the user named a zone; an offset is kept or converted."""
        if time.tzinfo is not None:
            return time if self.tz is None else in_zone(time, self.tz)
        if self.tz is None:
            return time
        last, self._wall = self._wall, time
        if last is not None and (time < last or last.fold):  # the hour that comes twice
            before = last if time < last else time + _MOMENT
            if is_set_back(before.replace(fold=0), time, self.tz):
                self._wall = time = time.replace(fold=1)
        return time.replace(tzinfo=self.tz)

    def tell_zone(self, time: dt.datetime | None, written: str, line: int | None) -> None:
        """Tell of a zone that a wall clock beside a Unix time shows: that of the machine that exported."""
        if time is None or self.tz is not None or not written or written == time.isoformat(" ")[:19]:
            return
        clock = parse_clock(written)
        if clock is not None and clock.precision == "second" and clock.time != time.replace(tzinfo=None):
            what = "the page shows other clock times, so it was made in another zone; pass tz= to read it there"
            self.tell("other-zone", what, line, once=True)

    def clock(
        self, text: str, *, today: dt.date | None = None, line: int | None = None, column: int | None = None
    ) -> tuple[dt.datetime | None, Precision | None]:
        """The time and precision of a clock text; `(None, None)` and a diagnostic where it is no time.

        Where the year stands last, whether the day or the month comes first is what the option `date_order` or else
        the dates of the file say; it is told where nothing does. A number is a Unix time, or that of a spreadsheet.
        """
        if text[4:5].isdigit() and (number := self._number_of_time(text)) is not None:
            if not isinstance(number, Clock):
                return self.unix_time(number, line=line), "second"
            return self.wall_time(number.time), number.precision
        found = cached_clock(text if text[:4].isdigit() else self._year_first(text, line), today)
        if found is None:
            self.report("bad-time", f"not a time: {_shorten(text)}", severity=Severity.ERROR, line=line, column=column)
            return None, None
        return self.wall_time(found.time), found.precision

    def _number_of_time(self, text: str) -> float | Clock | None:
        from wechatlog.engine.excel import read_number_of_time  # for who meets one that may be

        return read_number_of_time(text.strip())

    def _year_first(self, text: str, line: int | None) -> str:
        from wechatlog.engine.date_order import YEAR_LAST  # for who meets such a date

        match = YEAR_LAST.fullmatch(text.strip())
        if match is None:
            return text
        one, mark, two, year, clock = match.group("one", "mark", "two", "year", "clock")
        half = match["half"] or match["half2"] or ""
        month, day = (two, one) if mark == "." else (one, two)
        if mark != "." and one != two:
            if self.date_order == "dmy" if self.date_order else int(one) > 12:
                month, day = two, one
            elif self.date_order is None and int(two) <= 12:
                self.report("ambiguous-date", f"{text.strip()!r} was read as month/day/year", line=line)
        return f"{year if len(year) == 4 else f'20{year}'}-{month:0>2}-{day:0>2} {half}{clock or ''}"

    @functools.cached_property
    def date_order(self) -> Literal["dmy", "mdy"] | None:
        """What comes first in dates whose year stands last; `None` where neither the user nor the file says it."""
        from wechatlog.engine.date_order import YEAR_LAST, find_date_order

        wanted: Literal["dmy", "mdy"] | None = self.options.get("date_order")
        if wanted is not None or Head.of(self.source).is_binary:
            return wanted
        dates = itertools.chain.from_iterable(map(YEAR_LAST.finditer, self.look()))
        found = find_date_order(date.group("one", "two", "year") for date in dates if date["mark"] != ".")
        if found is not None:
            order = "day/month/year" if found == "dmy" else "month/day/year"
            self.tell("locale-date", f"the dates can only be read as {order}")
        return found

    def message(
        self,
        draft: Draft,
        *,
        time: dt.datetime | None,
        precision: Precision | None = "second",
        sender: str | None,
        kind: MessageKind = MessageKind.TEXT,
        text: str,
        sender_id: str | None = None,
        is_self: bool | None = None,
        id: str | None = None,  # noqa: A002
        reply_to: str | None = None,
        segments: Iterable[Segment] | None = None,
        line: int | None = None,
        offset: int | None = None,
        origin: Origin | None = None,
    ) -> Message:
        """A message of a draft; `is_self` falls back on the owner that the user named.

        `origin` is where it stood before, for a file that says it.
        """
        if time is not None and (aware := time.tzinfo is not None) is not draft.aware:
            time = self.fit_time(draft, time, line, aware=aware)
        if time is not None:
            self.watch_year(time, line)
        return build_message(
            time,
            precision if time is not None else None,
            sender,
            kind,
            text,
            sender_id=sender_id,
            is_self=self.is_own(sender, sender_id) if is_self is None else is_self,
            id=id,
            reply_to=reply_to,
            origin=Origin(self.source.place, line, offset) if origin is None else origin,
            segments=None if segments is None else tuple(segments),
            lexicon=draft.lexicon,
        )

    def watch_year(self, time: dt.datetime, line: int | None) -> None:
        """Tell, once for each year, that nobody can have written then: WeChat began in 2011."""
        year = time.year
        if not FIRST_YEAR <= year < LAST_YEAR and self.is_news(f"year {year}"):
            thai = f"; of the Buddhist calendar that is {year - _BUDDHIST}" if 2400 < year < 2700 else ""
            self.report("odd-year", f"a message of the year {year}{thai}; the time was kept", line=line)

    def title_of(self, draft: Draft) -> str | None:
        """What a conversation is called: as the file says, or else as its place among other files."""
        return self.source.chat if draft.title is None and draft.id is None else draft.title

    def describe(self, draft: Draft) -> Conversation:
        """What is known of a draft so far, without messages."""
        return self._assemble(draft, ())

    def close(self, draft: Draft, zone: dt.tzinfo | None) -> Conversation:
        """The conversation of a draft without messages, when all of it was read.

        Args:
            draft: of the conversation.
            zone: that of the first time.
        """
        return self._assemble(draft, (), zone, ended=True)

    def build(self, draft: Draft, messages: Iterable[Message]) -> Conversation:
        """The conversation of a draft, when all of it was read."""
        found = tuple(messages)
        zone = next((message.time.tzinfo for message in found if message.time is not None), None)
        conversation = self._assemble(draft, found, zone, ended=True)
        conversation.teach(draft.lexicon)
        return conversation

    def _assemble(
        self, draft: Draft, messages: tuple[Message, ...], zone: dt.tzinfo | None = None, *, ended: bool = False
    ) -> Conversation:
        draft.metadata = keepable_metadata(draft.metadata, self.report)
        zone = draft.tz or self.tz or zone
        return Conversation(
            messages,
            title=self.title_of(draft),
            id=draft.id,
            is_group=draft.is_group,
            owner=draft.owner,
            participants=tuple(draft.members),
            metadata=draft.metadata,
            diagnostics=self.collector.take() if ended else (),
            tz=zone,
            tz_assumed=self.tz_assumed and zone is not None,
            origin=draft.origin,
            lexicon=draft.lexicon,
        )


def _shorten(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
