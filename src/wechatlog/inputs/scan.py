"""Many inputs to one stream of record batches, of the columns and rows that somebody asked for.

Lazy: nothing is read before somebody iterates, and memory does not grow with the inputs. Takes an archive and what is
wanted of it, gives Arrow; knows no format. pyarrow is imported when a scan is made.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import difflib
import functools
import itertools
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import attrs

from wechatlog.engine.columns import Rows, Wanted
from wechatlog.errors import FormatError, OptionError
from wechatlog.frames.bodies import Bodies
from wechatlog.frames.columns import BODY_COLUMNS, CommonZone, Key, Zone, columns_of, named_zone
from wechatlog.frames.values import without_surrogates
from wechatlog.inputs.single import OpenChats
from wechatlog.model import KINDS, Conversation, Message, normalize_name, paused_collection
from wechatlog.timestamps import Day, ZoneLike, moment, resolve_zone

if TYPE_CHECKING:
    from wechatlog.diagnostics import Diagnostic
    from wechatlog.engine.protocol import Context, Draft
    from wechatlog.inputs.archive import Archive

BATCH_SIZE: Final = 8_192
"""Rows of a batch, unless somebody asks for another number."""

_CHARACTERS: Final = 1 << 22
"""How long the texts of a batch are together, unless those of one piece that a reader gives are longer."""

_MOST_ROWS: Final = 1 << 40
_FROM_HEAD: Final = frozenset({"conversation", "conversation_id"})
_MADE_FROM: Final = ("kind", "text", "given", "found")
"""What the columns about the bodies are made from."""


def _texts_of(option: str, value: object) -> tuple[str, ...]:
    """What an option that takes a text or several holds.

    Raises:
        OptionError: for anything else.
    """
    found = () if value is None else (value,) if isinstance(value, str) else value
    texts = tuple(found) if isinstance(found, Iterable) else (found,)
    for text in texts:
        if not isinstance(text, str):
            raise OptionError(option, f"expected a text or several, not {value!r:.80}")
    return texts


@attrs.frozen
class Selection:
    """What somebody asked for; the arguments of `scan`."""

    columns: tuple[str, ...]
    wanted: Wanted
    conversations: frozenset[str]
    limit: int | None
    batch_size: int

    @classmethod
    def of(
        cls,
        *,
        columns: Iterable[str] | None = None,
        since: Day | None = None,
        until: Day | None = None,
        sender: str | Iterable[str] | None = None,
        kind: str | Iterable[str] | None = None,
        conversation: str | Iterable[str] | None = None,
        limit: int | None = None,
        batch_size: int = BATCH_SIZE,
    ) -> Selection:
        """Check what was asked for.

        Raises:
            OptionError: for a column or a kind that does not exist, and a time or a number that is none.
        """
        names = _choose(columns)
        numbers: tuple[tuple[str, object, int], ...] = (("limit", limit, 0), ("batch_size", batch_size, 1))
        for option, number, least in numbers:
            missing = number is None and option == "limit"
            if not missing and not (isinstance(number, int) and least <= number <= _MOST_ROWS):
                raise OptionError(option, f"expected a whole number from {least} on, not {number!r:.80}")
        for option, day in (("since", since), ("until", until)):
            try:
                moment(day, dt.UTC, last=False)
            except (ValueError, TypeError, AttributeError) as error:
                raise OptionError(
                    option, f"expected a time, a day or a text such as 2026-05-01, not {day!r}"
                ) from error
        kinds = frozenset(_texts_of("kind", kind))
        for name in kinds:
            if name not in KINDS:
                raise OptionError("kind", f"no kind {str(name)!r:.80}{_nearest(name, tuple(KINDS))}")
        senders = frozenset(map(normalize_name, _texts_of("sender", sender)))
        conversations = frozenset(_texts_of("conversation", conversation))
        asked = ((sender, senders), (kind, kinds), (conversation, conversations))
        if any(value is not None and not found for value, found in asked):
            limit = 0  # none of no people is no row, and not every row
        wanted = Wanted(frozenset(), frozenset(), since, until, senders, frozenset(map(str, kinds)))
        return cls((), wanted, conversations, limit, batch_size).with_columns(names)

    @property
    def leaves_out(self) -> bool:
        """Whether there are rows that are not wanted."""
        return bool(self.wanted.asked or self.conversations or self.limit is not None)

    def with_columns(self, columns: Iterable[str]) -> Selection:
        """The same rows with other columns.

        Raises:
            OptionError: for a column that does not exist.
        """
        names = _choose(columns)
        plain = set(names) - BODY_COLUMNS - _FROM_HEAD
        plain.update(_MADE_FROM if BODY_COLUMNS.intersection(names) else ())
        wanted = attrs.evolve(self.wanted, columns=frozenset(plain), bodies=BODY_COLUMNS.intersection(names))
        return attrs.evolve(self, columns=names, wanted=wanted)

    @property
    def needs_names(self) -> bool:
        """Whether it matters by which names people are mentioned."""
        return bool(self.wanted.bodies - {"parsed"})


def _nearest(name: str, names: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, names, 1, 0.5)
    return f"; did you mean {near[0]}?" if near else f"; there are: {', '.join(names)}"


def _choose(columns: Iterable[str] | None) -> tuple[str, ...]:
    known = [column.name for column in columns_of("messages")]
    if columns is None:
        return tuple(known)
    names = _texts_of("columns", columns)
    for place, name in enumerate(names):
        if name not in known:
            raise OptionError("columns", f"no column {name!r}{_nearest(str(name), known)}")
        if name in names[:place]:
            raise OptionError("columns", f"the column {name} is there twice")
    return names


class Observer(Protocol):
    """Sees rows as they are read; for a command that tells how far it is."""

    def see(self, context: Context, rows: Rows, bodies: Bodies | None) -> None:
        """Some rows of one conversation, and their bodies."""

    def end(self, heads: Sequence[tuple[Conversation, int]]) -> None:
        """Everything was read: the conversations, and how many rows each of them has."""


class Scan:
    """A stream of record batches; each iteration reads anew.

    It speaks the Arrow PyCapsule protocol, so that DuckDB, polars, pandas and pyarrow take it as it is.

    Example:
        >>> scan = wechatlog.scan("examples/2026-05-01-chat.markdown", columns=["time", "sender"])
        >>> scan
        <Scan '2026-05-01-chat.markdown': time, sender>
        >>> scan.schema.names
        ['time', 'sender']
    """

    def __init__(
        self,
        label: str,
        archive: Archive,
        selection: Selection,
        tz: ZoneLike | None,
        observer: Observer | None = None,
    ) -> None:
        self._label, self._archive, self._selection = label, archive, selection
        self._schema: Any = None
        self._times = CommonZone()
        self._notes: list[Diagnostic] = []
        self._context: Context | None = None
        self._chats = OpenChats[_Chat]()
        self._tz, self._observer = tz, observer
        self.described: dict[Draft, tuple[Conversation, int]] = {}
        if tz is not None:
            self._times.zone, self._times.decided = named_zone(resolve_zone(tz)), True

    @functools.cached_property
    def _arrow(self) -> Any:
        """The part that knows pyarrow, which forms of plain rows do without."""
        from wechatlog.frames import arrow

        return arrow

    @property
    def heads(self) -> list[tuple[Conversation, int]]:
        """The conversations that were read to their end, and how many rows each of them has."""
        return list(self.described.values())

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return self._selection.columns

    @property
    def schema(self) -> Any:
        """The `pyarrow.Schema` of the batches.

        Unless the zone was named, the beginning of the input is read for it: the first time says whether there is one.
        """
        self._settle()
        if self._schema is None:
            first = Scan(self._label, self._archive, self._selection.with_columns(["time"]), None)
            with contextlib.closing(first.batches()) as batches:
                next(batches, None)
            self._times = first._times
            self._fix_schema(self._times.zone)
        return self._schema

    def _settle(self) -> None:
        """Fix the schema, if no time has to be seen for it."""
        if self._schema is None and (self._times.decided or "time" not in self.columns):
            self._fix_schema(self._times.zone)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What the last iteration noticed so far: what the readers say, then the files that could not be read."""
        now = () if self._context is None else self._context.collector.diagnostics
        return (*self._notes, *now, *self._archive.diagnostics)

    def __repr__(self) -> str:
        return f"<Scan {self._label!r}: {', '.join(self._selection.columns)}>"

    def __iter__(self) -> Iterator[Any]:
        return self.batches()

    def batches(self) -> Generator[Any]:
        """The record batches of pyarrow, made as they are asked for; none of them is empty.

        Raises:
            WechatlogError: as `load`, or as `load_archive` where more than one file was named.
            FormatError: where some times have a zone and some have none.
            OptionError: for a bound with a zone where the times have none.
        """
        self._begin()
        left = self._selection.limit
        with contextlib.closing(self._all_batches()) as batches:
            for batch in batches:
                if left is not None:
                    batch = batch.slice(0, left)
                    left -= batch.num_rows
                if batch.num_rows:
                    yield batch
                if left == 0:
                    return

    def _all_batches(self) -> Generator[Any]:
        self._settle()
        size = self._size
        with contextlib.closing(self._piles()) as piles:
            for runs in piles:
                with paused_collection():
                    batch = self._batch_of(runs)
                for start in range(0, batch.num_rows, size):
                    yield batch.slice(start, size)
        if self._schema is None:
            self._fix_schema(None)

    @property
    def _size(self) -> int:
        size, limit = self._selection.batch_size, self._selection.limit
        return size if limit is None else max(1, min(size, limit))

    def plain_rows(self) -> Generator[PlainRows]:
        """The rows as lists, for forms that need no Arrow; otherwise as `batches`."""
        self._begin()
        left = self._selection.limit
        with contextlib.closing(self._piles()) as piles:
            for run in itertools.chain.from_iterable(piles):
                rows = PlainRows.of(run, left)
                left = None if left is None else left - rows.height
                if rows.height:
                    yield rows
                if left == 0:
                    return

    def _begin(self) -> None:
        self._notes, self._context = [], None
        self.described.clear()
        self._chats.clear()

    def _piles(self) -> Generator[list[_Run]]:
        """The rows of a batch, as runs of one conversation each."""
        size = self._size
        rows = self._archive.iter_rows(self._selection.wanted, learn_names=self._selection.needs_names)
        pile = _Pile(self._selection)
        with contextlib.closing(rows):
            while True:
                with paused_collection():
                    found = next(rows, None)
                    piles = [] if found is None else self._take(pile, *found, size=size)
                yield from piles
                if found is None:
                    break
        yield from pile.give()
        self._finish()
        if self._observer is not None:
            self._observer.end(self.heads)

    def _take(self, pile: _Pile, context: Context, rows: Rows, *, size: int) -> list[list[_Run]]:
        """Put some rows on the pile; gives it away when it is whole."""
        self._watch(context, rows)
        piles = [*pile.give()] if pile.differs(rows) else []
        bodies = pile.add(context, rows)
        if self._observer is not None:
            self._observer.see(context, rows, bodies)
        if pile.count >= size or pile.characters >= _CHARACTERS:
            piles += pile.give()
        return piles

    def _watch(self, context: Context, rows: Rows) -> None:
        """See which conversations rows are of, and which have no more of them."""
        if context is not self._context:
            self._finish()
            self._context = context
        self._chats.setdefault(rows.draft, _Chat()).add(rows)
        for draft in self._chats.done(rows.draft):
            self._close(context, draft)

    def _finish(self) -> None:
        """Take what was noticed of a file that was read to its end."""
        if self._context is not None:
            for draft in list(self._chats):
                self._close(self._context, draft)
        self._context = None

    def _close(self, context: Context, draft: Draft) -> None:
        chat = self._chats.pop(draft)
        head = chat.describe(context, draft)
        self._notes += head.diagnostics
        if chat.height or not self._selection.leaves_out:
            self.described[draft] = head, chat.height

    def select(self, columns: Iterable[str], *, watched: bool = False) -> Scan:
        """The same rows with other columns; on request with the observer."""
        observer = self._observer if watched else None
        return Scan(self._label, self._archive, self._selection.with_columns(columns), self._tz, observer)

    def _fix_schema(self, zone: Zone | None) -> None:
        schema = self._arrow.make_schema("messages", zone)
        self._schema = self._arrow.select_fields(schema, self._selection.columns)

    def _batch_of(self, runs: Sequence[_Run]) -> Any:
        if not self._selection.columns:
            return self._arrow.rows_alone(sum(run.rows.height for run in runs))
        if "time" in self._selection.columns:
            self._meet(runs)
        given = set(runs[0].rows.columns)
        if runs[0].bodies is not None:  # then some of these may be there, but not for all rows
            given -= BODY_COLUMNS
        columns = {
            name: self._arrow.join_parts([run.rows.columns[name] for run in runs])
            for name in self._selection.columns
            if name in given
        }
        keys = [(*_key_of(run.context, run.rows.draft), run.rows.height) for run in runs]
        columns["conversation"] = self._arrow.repeated("conversation", [(name, height) for name, _, height in keys])
        columns["conversation_id"] = self._arrow.repeated("conversation_id", [(id_, height) for _, id_, height in keys])
        bodies = None if runs[0].bodies is None else Bodies.joined(run.bodies for run in runs if run.bodies is not None)
        if bodies is not None:
            columns["parsed"] = bodies.parsed() if "parsed" in self._selection.columns else ()
            columns["apart"] = bodies.apart() if "apart" in self._selection.columns else ()
        return self._arrow.batch_of(self._schema, columns, bodies)

    def _meet(self, runs: Iterable[_Run]) -> None:
        """See that all times go into one column."""
        for context, rows, _ in runs:
            name, _ = _key_of(context, rows.draft)
            try:
                self._times.meet(name, context.tz or rows.draft.tz, self._arrow.some_times(rows.columns["time"]))
            except ValueError as error:
                raise FormatError(str(error), source=context.source.label) from error
        if self._schema is None:
            self._times.decided = True
            self._fix_schema(self._times.zone)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The batches through the Arrow PyCapsule protocol.

        Args:
            requested_schema: a capsule with the schema that the other side would rather have.
        """
        batches = self.batches()
        first = next(batches, None)
        stream = itertools.chain(() if first is None else (first,), batches)
        return self._arrow.stream_of(self.schema, stream).__arrow_c_stream__(requested_schema)


class _Chat:
    """What the rows of a conversation tell of it."""

    def __init__(self) -> None:
        self.height = 0
        self._zone: dt.tzinfo | None = None
        self._people: dict[tuple[str | None, str | None, bool | None], None] = {}

    def add(self, rows: Rows) -> None:
        self.height += rows.height
        columns = [rows.columns.get(name) for name in ("sender", "sender_id", "is_self")]
        if all(isinstance(column, list | tuple) for column in columns):
            self._people.update(dict.fromkeys(zip(*columns, strict=True)))
        times = rows.columns.get("time")
        if self._zone is None and times is not None:
            self._zone = _zone_of(times)

    def describe(self, context: Context, draft: Draft) -> Conversation:
        """The conversation with what was noticed of it, and a message without a body for each person."""
        people = [Message(sender=name, sender_id=id_, is_self=own) for name, id_, own in self._people]
        return attrs.evolve(context.close(draft, self._zone), messages=people)


def _zone_of(times: Any) -> dt.tzinfo | None:
    """The zone of the first time."""
    if hasattr(times, "type"):  # an array of Arrow has one for all, and is not made a list for that
        name = getattr(times.type, "tz", None)
        return resolve_zone(name) if name and times.null_count < len(times) else None
    return next((time.tzinfo for time in times if time is not None), None)


def _key_of(context: Context, draft: Draft) -> Key:
    """The title, or else the id, and the id of a conversation, as they stand in its rows."""
    name, id_ = without_surrogates([context.title_of(draft) or draft.id, draft.id])
    return name, id_


class _Run(NamedTuple):
    """Rows of one conversation, what the reader knows, and the bodies where the rows have no columns about them."""

    context: Context
    rows: Rows
    bodies: Bodies | None


def _listed(values: Any) -> Sequence[Any]:
    """Values that may be an array of Arrow."""
    found: Sequence[Any] = values.to_pylist() if hasattr(values, "to_pylist") else values
    return found


class PlainRows(NamedTuple):
    """Rows of one conversation.

    Attributes:
        draft: of which conversation; `Scan.described` knows it when all rows were given.
        key: title and id of the conversation, as they stand in its rows.
        height: how many rows there are.
        columns: lists of that length by name.
        bodies: of the rows; `None` where the columns have all that was asked for about them.
    """

    draft: Draft
    key: Key
    height: int
    columns: Mapping[str, Sequence[Any]]
    bodies: Bodies | None

    @classmethod
    def of(cls, run: _Run, limit: int | None) -> PlainRows:
        """The rows of a run, at most so many."""
        height = run.rows.height if limit is None else min(limit, run.rows.height)
        columns = {name: _listed(values[:height]) for name, values in run.rows.columns.items()}
        bodies = run.bodies
        if bodies is not None and height < run.rows.height:
            bodies = Bodies(bodies.texts[:height], [found for found in bodies.rich if found[0] < height])
        return cls(run.rows.draft, _key_of(run.context, run.rows.draft), height, columns, bodies)


class _Pile:
    """Rows that wait until they make a batch.

    What a conversation is called may be said behind its messages; so this is asked when the batch is made.
    """

    def __init__(self, selection: Selection) -> None:
        self._selection = selection
        self._runs: list[_Run] = []
        self.count = self.characters = 0

    def add(self, context: Context, rows: Rows) -> Bodies | None:
        """Take some rows; their bodies are parsed now, while the input is open that may have to be read again."""
        if not rows.height:
            return None
        bodies = None
        if not self._has_bodies(rows):
            bodies = Bodies.of_columns(rows.columns, rows.draft.lexicon)
            if self._selection.needs_names:
                bodies.parse()
        self._runs.append(_Run(context, rows, bodies))
        self.count += rows.height
        self.characters += rows.characters
        return bodies

    def differs(self, rows: Rows) -> bool:
        """Whether rows have columns about their bodies and those that wait have not, or the other way round."""
        return bool(self._runs and rows.height) and (self._runs[-1].bodies is None) != self._has_bodies(rows)

    def _has_bodies(self, rows: Rows) -> bool:
        return self._selection.wanted.bodies <= rows.columns.keys()

    def give(self) -> Iterator[list[_Run]]:
        """Everything that waits, if there is anything."""
        names = self._selection.conversations
        runs = [run for run in self._runs if not names or not names.isdisjoint(_key_of(run.context, run.rows.draft))]
        self._runs = []
        self.count = self.characters = 0
        if runs:
            yield runs
