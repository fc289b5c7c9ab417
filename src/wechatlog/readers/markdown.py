"""Markdown archives of a group's daily record, both dialects, as they were generated and as people left them.

Takes text, gives messages. The syntax is `content.markdown_archive`; this module finds the day, walks the blocks and
keeps the raw text of every block that the writer would write differently, so that an archive can be given back byte
for byte. Most blocks have one exact shape: a `Piece` cuts them up by one pattern and gives them no second look; all
others go through `Walk.read_odd`.

Source of the format: the scripts of a payment community's group archive, 2017 to 2018.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs

from wechatlog.content.markdown_archive import (
    FRONT_MATTER,
    OWNER_NAME,
    SEPARATOR,
    SPECIAL_FIRST,
    SPECIAL_LAST,
    classify,
    cut_block,
    cut_heading,
    escape_line,
    find_day,
    heading,
    may_act,
    parse_front_matter,
    read_block,
    render_block,
)
from wechatlog.diagnostics import Origin, Severity
from wechatlog.engine.protocol import NO_CLOCK_IS_SET_BACK_FROM, Batch, Context, Evidence, Head, Mark
from wechatlog.errors import FormatError
from wechatlog.model import Loose, Message, MessageKind
from wechatlog.tokenizer import MARKDOWN, Record, iter_records, prepare, whole_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from wechatlog.engine.columns import Rows, Wanted
    from wechatlog.engine.protocol import Draft
    from wechatlog.source import Source

_OPEN: Final = "\n" + SEPARATOR
_CLOSE: Final = "  \n" + SEPARATOR
_STRUCTURAL_FIRST: Final = frozenset("-#")


def _one_of(characters: Iterable[str]) -> str:
    return "".join(map(re.escape, sorted(filter(None, characters))))


_BODY: Final = r"[^\n\r&<>{]"
_PLAIN: Final = rf"(?=[^{_one_of(SPECIAL_FIRST | _STRUCTURAL_FIRST)}]){_BODY}+(?<![{_one_of(SPECIAL_LAST)}])"
_USUAL: Final = re.compile(
    r"\n> (?P<stamp>(?:[0-9]{4}-[0-9]{2}-[0-9]{2} )?(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9])  (?P<sender>.*)(?<=  )"
    rf"\n   \n(?:(?P<plain>{_PLAIN})  |(?P<image>!\[[^\n\r&<>]*\)) |(?P<other>{_BODY}*)  )\n   (?=\n)"
)
"""A block of one line in the exact frame, with the line end before it: of plain text, a picture, or to be looked at."""
_STRIDE: Final = _USUAL.groups + 1
LINES: Final = 4
FRAME: Final = len("\n>   \n   \n\n   ")
"""Lines of a usual block, and characters round what it says."""
_HEADER: Final = re.compile(MARKDOWN.header)
_NO_DAY: Final = " "
"""What no time begins with: the day before the first good time."""
_MOST_NAMES: Final = 10_000
_DAMAGE: Final = re.compile(r"\?(?<=[^\s?&=/.]\?)\?(?!\?)|@[^\s?@]{1,40}\?")
"""Each way begins with a character, which is looked for faster than what stands before one."""
_DOCUMENT: Final = re.compile(r"\n(---[ \t]*\r?\n(?:[A-Za-z_][\w-]*:[^\n]*\n)+---[ \t]*(?:\r?\n|\Z))")


class Walk:
    """One pass over one source."""

    def __init__(self, context: Context, mark: str, *, cr: bool) -> None:
        self.context = context
        self.mark = mark
        self.cr = cr
        self.option_day = context.day_option("date")
        self.names: dict[str, str] = {}  # as headers have them, to what they are
        self.draft = context.draft()
        self.count = 0
        self._begin("", 0)

    def _begin(self, day: str, stamp_length: int) -> None:
        self.day = day  # with a blank behind it, of the daily dialect
        self.last_day = ""  # of the merged dialect
        self.stamp_length = stamp_length  # 8 in the daily, 19 in the merged dialect, 0 while unknown
        self.lead = ""  # the day heading before the next message
        self.last_raw = ""  # of the last odd block; only such a block can have a heading behind it
        self.count = 0

    @property
    def merged(self) -> bool:
        """Whether times have their day."""
        return self.stamp_length == 19

    def restore(self, text: str) -> str:
        """The text with the line ends that it had before the engine took it."""
        return text.replace("\n", "\r") if self.cr else text

    def start(self, preamble: str, line: int, offset: int) -> None:
        """Begin a conversation with the text before its first message."""
        match = FRONT_MATTER.match(preamble.lstrip("\r\n \t").replace("\r\n", "\n"))
        matter = parse_front_matter(match[1]) if match else {}
        cut = cut_heading(preamble)
        if not match:
            self.context.report_preamble(preamble[:cut], line=line)
        source = self.context.source
        day = find_day(matter.get("date")) or find_day(matter.get("title"), source.name) or self.option_day
        self._begin("" if day is None else f"{day.isoformat()[:10]} ", 0)
        self.lead = preamble[cut:]
        raw = (self.mark if offset == 0 else "") + self.restore(preamble[:cut])
        self.draft = self.context.draft(
            str(offset),
            title=matter.get("title"),
            is_group=True,
            owner=OWNER_NAME,
            metadata=dict(matter),
            origin=Origin(source.place, line, offset, raw),
        )

    def finish(self) -> None:
        """Say what can be said only at the end of a conversation."""
        self.draft.done = True
        if self.merged:
            self.draft.metadata["dialect"] = "merged"
        claimed = self.draft.metadata.get("lines", "").strip()
        if claimed.isdecimal() and int(claimed) != self.count and self.context.source.stretch is None:
            self.context.report(
                "message-count",
                f"the front matter claims {claimed} messages, there are {self.count}",
                severity=Severity.INFO,
                line=self.draft.origin.line,
            )

    def close(self, messages: list[Message]) -> None:
        """Give a day heading that no message follows to the raw text of the message before it."""
        if messages and self.lead:
            raw = self.restore(self.last_raw + self.lead)
            messages[-1] = attrs.evolve(messages[-1], origin=messages[-1].origin._replace(raw=raw))

    def watch(self, blocks: Iterator[str]) -> Iterator[str]:
        """Say once that a conversion to GBK cost characters; nothing can be restored, so nothing is guessed."""
        line = 1
        for block in blocks:
            if match := _DAMAGE.search(block):
                self.context.report(
                    "lost-characters",
                    "question marks stand for characters that a conversion to GBK lost; this is the first place",
                    severity=Severity.INFO,
                    line=line + block.count("\n", 0, match.start()),
                )
                yield block
                break
            line += block.count("\n")
            yield block
        yield from blocks

    def batches(self, records: Iterable[Record]) -> Iterator[Batch]:
        """Batches of the messages of some records, a batch for each document in them."""
        batch: list[Message] = []
        for record in records:
            if finished := self.read_other(record, batch):
                yield from finished
                batch = []
        self.count += len(batch)
        yield self.draft, batch

    def closing(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """Batches up to the end of the text: the last messages wait, since a day heading may still follow them."""
        held: Batch | None = None
        for batch in batches:
            if held is not None:
                yield held
            held = batch if batch[1] else None
            if held is None:
                yield batch
        if held is not None:
            self.close(held[1])
            yield held

    def read_other(self, record: Record, batch: list[Message]) -> list[Batch]:
        """Read a record of any shape into a batch; what it finishes where another document begins inside it.

        Behind that stands an empty batch of the new document, so that what is told from here on is told of it.
        """
        header, body, offset, line = record
        if header is None:
            return [*self.start_documents(body, line, offset), (self.draft, [])]
        document = _DOCUMENT.search(body) if "\n---" in body else None
        cut = document.start(1) if document else len(body)
        batch.append(self.read_odd(header, body[:cut], offset, line))
        if document is None:
            return []
        self.close(batch)
        self.count += len(batch)
        self.finish()
        line += body.count("\n", 0, cut)
        offset += len(header["time"]) + len(header["sender"]) + 4 + cut
        return [(self.draft, batch), *self.start_documents(body[cut:], line, offset), (self.draft, [])]

    def shown_name(self, sender: str) -> str:
        """The name in a header with two blanks behind it, if the writer would write it so; nothing for any other."""
        if (known := self.names.get(sender)) is not None:
            return known
        if len(self.names) >= _MOST_NAMES:
            self.names.clear()
        name = sender[:-2]
        return self.names.setdefault(sender, name if escape_line(name) == name else "")

    def start_documents(self, text: str, line: int, offset: int) -> Iterator[Batch]:
        """Begin the document whose front matter opens a text; days without messages may stand before it."""
        *empty, last = _cut_documents(text)
        for document in empty:
            self.start(document, line, offset)
            self.finish()
            yield self.draft, []
            line += document.count("\n")
            offset += len(document)
        self.start(last, line, offset)

    def read_odd(self, header: re.Match[str], text: str, offset: int, line: int) -> Message:
        """The message of a block of any shape; its raw text is kept where the writer would write another."""
        stamp, name = header["time"], header["sender"]
        if not self.stamp_length:
            self.stamp_length = len(stamp)
            self.day, self.last_day = ("", _NO_DAY) if self.merged else (self.day, "")
        block = cut_block(text)
        raw = f"{self.lead}> {stamp}  {name}{text[: block.end]}"
        self.last_raw, self.lead = raw, text[block.end :]
        time = self._time(stamp, line)
        origin = Origin(self.context.source.place, line, offset)
        message, body = read_block(name, block.body, time, origin, self.draft.lexicon)
        if block.cut_header:
            self.context.report(
                "cut-header",
                "the file ends inside a header; nothing of that message is left",
                line=line + text.count("\n"),
                column=1,
                excerpt=text.rpartition("\n")[2],
            )
        if body.damage:
            code, sentence = body.damage
            self.context.report(code, sentence, line=line + 2, column=1, excerpt=block.body[:200])
        if "\n" in message.text:
            self.context.watch_body(message.kind, message.text, line)
        if time is None or self.cr or self._canonical(message, time) != raw:
            origin = origin._replace(raw=self.restore(raw))
            message, _ = read_block(name, block.body, time, origin, self.draft.lexicon)
        if time is not None:
            self.last_day = time.isoformat()[:10] if self.merged else ""
        return message

    def _canonical(self, message: Message, time: dt.datetime) -> str:
        block = render_block(message, time, full_date=self.merged)
        day = time.isoformat()[:10]
        return heading(day) + block if self.merged and day != self.last_day else block

    def _time(self, stamp: str, line: int) -> dt.datetime | None:
        day = "" if len(stamp) == 19 else self.day or f"{self.last_day} ".lstrip()
        if not day and len(stamp) == 8:
            raise FormatError(
                "no day is known for this time: the front matter, the title and the file name have none; pass date=",
                source=self.context.source.place,
                line=line,
                column=3,
                excerpt=f"> {stamp}",
                span=(2, 10),
            )
        try:
            time = dt.datetime.fromisoformat(day + stamp)
        except ValueError:
            self.context.report(
                "bad-time",
                f"impossible time {stamp}",
                severity=Severity.ERROR,
                line=line,
                column=3,
                excerpt=f"> {stamp}",
                span=(2, 2 + len(stamp)),
            )
            return None
        return self.context.wall_time(time)


class Records(NamedTuple):
    """Whole records of a text that follow each other.

    Attributes:
        text: with a line end at its front.
        line: 1-based line of its second character.
        offset: of that character.
        first: what stands before the first record of all is at the front.
        last: nothing follows.
    """

    text: str
    line: int
    offset: int
    first: bool
    last: bool


def whole_records(blocks: Iterable[str], source: Source) -> Iterator[Records]:
    """A text, its lines ending in LF or CRLF, in pieces of whole records; that of a small source in one."""
    if source.ends_in_head:
        yield Records("".join(("\n", *blocks)), 1, 0, first=True, last=True)
        return
    line, offset, first = 1, 0, True
    parts: list[str] = []
    for block in whole_lines(blocks):
        cut = len(block)
        while (cut := block.rfind("\n> ", 0, cut)) >= 0 and not MARKDOWN.pattern.match(block, cut):
            pass
        if cut >= 0:
            text = "".join(("\n", *parts, block[1 : cut + 1]))
            yield Records(text, line, offset, first, last=False)
            line, offset, first = line + text.count("\n") - 1, offset + len(text) - 1, False
            parts.clear()
        parts.append(block[max(cut, 0) + 1 :])
    yield Records("".join(("\n", *parts)), line, offset, first, last=True)


class Piece:
    """What some records say: of runs of usual blocks the messages are made at once, the others are looked at.

    Args:
        walk: that of the reader.
        records: the text.
    """

    def __init__(self, walk: Walk, records: Records) -> None:
        self.walk = walk
        self.text, self.line, self.offset, self._first, self._last = records
        self.position = 0  # in the text, where the next records begin, or before it where nobody asks for offsets
        parts = _USUAL.split(self.text)
        self._between: list[str] = parts[0::_STRIDE]  # what stands in front of each block, and behind the last
        self.stamps: list[str] = parts[1::_STRIDE]
        self.senders: list[str] = parts[2::_STRIDE]
        self.bodies: list[Any] = parts[3::_STRIDE]
        self.images: list[str | None] = parts[4::_STRIDE]
        self._others: list[str | None] = parts[5::_STRIDE]

    def given(self) -> Iterator[tuple[Draft, Any]]:
        """What `join` makes of it for each conversation, in the order of the text."""
        draft = self.walk.draft
        waiting: list[Any] = []
        for found, run in self._runs():
            waiting.append(run)
            if found is not draft:  # told before anything is told of it
                if waiting[:-1]:
                    yield draft, self.join(waiting[:-1])
                yield found, self.join(waiting[-1:])
                draft, waiting = found, []
        if waiting:
            yield draft, self.join(waiting)

    def join(self, runs: list[Any]) -> Any:
        """Runs one behind the other."""
        return list(itertools.chain.from_iterable(runs))

    def usual(self, start: int, stop: int) -> tuple[int, Any]:
        """How many usual blocks there are before the first that has no time, and what they say.

        With `build_message` written out, because this loop is the cost of reading.
        """
        walk, found, line, offset = self.walk, list[Any](), self.line, self.offset + self.position
        place, zone, day, parse = walk.context.source.place, walk.context.tz, walk.day, dt.datetime.fromisoformat
        lexicon, names, text_kind, image_kind = walk.draft.lexicon, walk.names, MessageKind.TEXT, MessageKind.IMAGE
        columns = (self.stamps, self.senders, self.bodies, self.images)
        for stamp, sender, text, image in zip(*(column[start:stop] for column in columns), strict=True):
            try:
                time = parse(day + stamp)
            except ValueError:
                break
            message = Loose()
            message.time = time if zone is None else time.replace(tzinfo=zone)
            message.precision = "second"
            message.sender = shown = names.get(sender) or walk.shown_name(sender)
            message.is_self = shown == OWNER_NAME
            message.kind = text_kind if image is None else image_kind
            message.text = text
            message.sender_id = message.id = message.reply_to = None
            message._origin = (place, line, offset, None)
            message._segments = message._parsed = None
            message._lexicon = lexicon
            message.__class__ = Message  # type: ignore[assignment]
            found.append(message)
            line += LINES
            offset += len(stamp) + len(sender) + len(text) + FRAME + (2 if image is None else 1)
        self.position = offset - self.offset
        return len(found), found

    def odd(self, messages: list[Message]) -> Any:
        """What messages of other blocks say."""
        return messages

    def _runs(self) -> Iterator[tuple[Draft, Any]]:
        """What runs of usual blocks and of others say."""
        walk, count = self.walk, len(self.stamps)
        if self._first or self._between[0]:
            yield from self._look(self._between[0], 0)
        odd = iter([*sorted(self._find_odd()), count])
        stop, place = next(odd), 0
        while place < count:
            while stop < place:
                stop = next(odd)
            stamp = self.stamps[place]
            fits = len(stamp) == walk.stamp_length and stamp.startswith(walk.last_day) and not walk.lead
            height, run = self.usual(place, stop) if fits else (0, None)
            if height:
                walk.count += height
                yield walk.draft, run
                self.line += LINES * height
                place += height
            else:
                yield from self._look(self._block(place) + self._between[place + 1], place + 1)
                place += 1

    def _find_odd(self) -> set[int]:
        """The blocks that are not usual after all; bodies that are get their place among the others."""
        bodies, stamps = self.bodies, self.stamps
        odd = {place for place, text in enumerate(self._between[1:-1]) if text}
        if self._between[-1] != "\n":  # the line end of the last block
            odd.add(len(stamps) - 1)
        for place, text in known(self._others):
            bodies[place] = text
            if text[:1] in _STRUCTURAL_FIRST or classify(text).kind is not MessageKind.TEXT:
                odd.add(place)
        for place, text in known(self.images):
            bodies[place] = text
            if classify(text).kind is not MessageKind.IMAGE:
                odd.add(place)
        odd.update(place for place, text in enumerate(bodies) if text is not None and "](" in text and may_act(text))
        if unfit := {name for name in set(self.senders) if not self.walk.shown_name(name)}:
            odd.update(place for place, name in enumerate(self.senders) if name in unfit)
        if set(map(len, stamps)) - {8}:
            days = [stamp[:-8] for stamp in stamps]
            odd.update(place for place in range(1, len(days)) if days[place] != days[place - 1])
        return odd

    def _block(self, place: int) -> str:
        gap = " " if self.images[place] is not None else "  "
        return f"\n> {self.stamps[place]}  {self.senders[place]}\n   \n{self.bodies[place]}{gap}\n   "

    def _look(self, text: str, behind: int) -> Iterator[tuple[Draft, Any]]:
        """What records of any shape say."""
        begin = self.position = max(0, self.text.find(text, self.position))
        self.position += len(text)
        ends = behind >= len(self.stamps)
        if not ends:
            text += "\n"
        batches = self.walk.batches(self._records(text, self.offset + begin))
        for draft, messages in self.walk.closing(batches) if ends and self._last else batches:
            yield draft, self.odd(messages)
        self.line += text.count("\n") - 1

    def _records(self, text: str, offset: int) -> list[Record]:
        found = [record for records in iter_records([text[1:]], MARKDOWN) for record in records]
        if not self._first:
            del found[0]
        self._first = False
        return [(header, body, offset + place, self.line - 1 + number) for header, body, place, number in found]


def known(values: Sequence[str | None]) -> list[tuple[int, str]]:
    """Those that are there, with their places."""
    present = [value is not None for value in values]
    if True not in present:
        return []
    return list(zip(itertools.compress(range(len(values)), present), itertools.compress(values, present), strict=True))  # type: ignore[arg-type]


class MarkdownReader:
    """The reader of Markdown archives."""

    name = "markdown"
    description = "Markdown archive of a group's daily record, daily and merged dialect (cocolian scripts, 2017-2018)"
    suffixes = (".markdown", ".md")
    options: Mapping[str, str] = {"date": "the day of the messages, for a file that does not say it: 2017-08-19"}

    def detect(self, head: Head) -> Evidence | None:
        """Headers of the format decide; front matter alone is an empty day."""
        text = "\n" + head.text
        headers = sum(1 for _, _ in zip(range(50), MARKDOWN.pattern.finditer(text), strict=False))
        matter = FRONT_MATTER.match(head.text.lstrip())
        keys = parse_front_matter(matter[1]) if matter else {}
        if headers and {"date", "title"} & keys.keys():
            return Evidence(1.0, f"front matter and {headers} header lines")
        if headers:
            return Evidence(0.9 if headers > 1 else 0.7, f"{headers} header lines '> HH:MM:SS  NAME'")
        if {"date", "title", "tag"} <= keys.keys():
            return Evidence(0.8, "front matter of a day without messages")
        return None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages; a file of several documents with front matter gives several conversations.

        Raises:
            FormatError: where a header without a date needs a day and nothing says which.
        """
        del source  # the context has it
        prepared = prepare(context.blocks())
        walk = Walk(context, prepared.mark, cr=prepared.cr)
        blocks = walk.watch(prepared.blocks)
        if prepared.cr:  # every raw text is kept, so no block is usual
            found = iter_records(blocks, MARKDOWN)
            yield from walk.closing(batch for records in found for batch in walk.batches(records))
        else:
            for records in whole_records(blocks, context.source):
                yield from Piece(walk, records).given()
        yield walk.draft, []
        walk.finish()

    def cuts(self, lines: Iterable[str]) -> Iterator[Mark | None]:
        """A part may begin at any header of the usual dialect of its document."""
        head: list[str] = []  # the text before the first message of a document
        below: list[str] = []  # what may be the front matter of another one
        length = number = chat = 0
        for line in lines:
            header = _HEADER.match(line)
            if header is None:
                if not number:
                    head.append(line)
                elif below or line.startswith("---"):
                    below.append(line)
                yield None
                continue
            if document := _DOCUMENT.search("\n" + "".join(below)):
                chat, number, head = chat + 1, 0, [document.string[document.start(1) :]]
            below = []
            if not number:
                *empty, preamble = _cut_documents("".join(head).removeprefix("\ufeff"))
                chat, length, head = chat + len(empty), len(header[1]), []
            yield Mark(preamble, number, chat) if number and _is_plain_stamp(header[1], length) else None
            number += 1

    def read_rows(self, source: Source, context: Context, wanted: Wanted) -> Iterator[Rows]:
        """The same as columns."""
        from wechatlog.engine.columns import RowSink, rows_of_batches
        from wechatlog.readers.markdown_columns import iter_rows

        prepared = prepare(context.blocks())
        if prepared.cr:  # hardly ever, and not worth a second way to read it
            return rows_of_batches(context, self.read(source, context), wanted)
        walk = Walk(context, prepared.mark, cr=False)
        return iter_rows(walk, walk.watch(prepared.blocks), RowSink(context, wanted))


def _is_plain_stamp(stamp: str, length: int) -> bool:
    """Whether a time is of the dialect, and needs no other time to be read."""
    if len(stamp) != length or stamp[-8:-6] < NO_CLOCK_IS_SET_BACK_FROM:
        return False
    try:
        dt.datetime.fromisoformat(stamp if length > len("00:00:00") else f"2000-01-01 {stamp}")
    except ValueError:
        return False
    return True


def _cut_documents(text: str) -> list[str]:
    """A text that begins with a document, perhaps below blank lines, cut before each further one."""
    found = []
    while document := _DOCUMENT.search(text, max(1, len(text) - len(text.lstrip()))):
        found.append(text[: document.start(1)])
        text = text[document.start(1) :]
    return [*found, text]


READER: Final = MarkdownReader()
