"""The questions that an index answers: one method each, arguments as an agent writes them, one bounded text back.

Takes a connection to an index, and never changes it. A chat is `c3`, a message `c3m1207`, a person `p17`; they are
looked up, never put into SQL. Where few of many rows fit, a call looks at so many and gives a cursor to go on with, so
that no call takes long. What fails is told by a `QuestionError`, whose text holds nothing of a chat.
"""

from __future__ import annotations

import json
import re
import threading
import unicodedata
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import wechatlog
from wechatlog.agents.answers import (
    DEFAULT_TOKENS,
    Answer,
    CursorError,
    clock_of,
    cut,
    inline,
    make_cursor,
    read_cursor,
)
from wechatlog.agents.door import clean, match_expression, whole

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Mapping

_MOST_LOOKED_AT: Final = 2000
"""Rows that a call looks at."""
_MOST_AROUND: Final = 100
_MOST_ALIASES: Final = 5
_MOST_IN_THREAD: Final = 1000
_ROOM_FOR_TEXT: Final = 200
_PLACES: Final = 1_000_000
"""Pieces that a message can have, in the cursor of links."""
_NAME: Final = 40
_LONGEST_ARGUMENT: Final = 300
_URL: Final = 200

_CHAT: Final = re.compile(r"c([0-9]{1,15})")
_PERSON: Final = re.compile(r"p([0-9]{1,15})")
_MESSAGE: Final = re.compile(r"\[?c([0-9]{1,15})m([0-9]{1,15})\]?")
_MOMENT: Final = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2}(?:[T ][0-9]{2}(?::[0-9]{2}(?::[0-9]{2})?)?)?)?)?")
_MONTH: Final = len("2026-05")
_LATEST: Final = "\U0010ffff"

_COLUMNS: Final = (
    "m.message, m.conversation, m.number, m.time, m.precision, m.sender, m.sender_id, m.is_self, m.kind,"
    " coalesce(w.words, m.text), a.answered, m.participant"
)
_JOINED: Final = (
    " LEFT JOIN index_words AS w ON w.conversation = m.conversation AND w.number = m.number"
    " LEFT JOIN index_answers AS a ON a.conversation = m.conversation AND a.number = m.number"
)
_SELECT: Final = f"SELECT {_COLUMNS} FROM messages AS m{_JOINED}"  # noqa: S608

GROUPINGS: Final[Mapping[str, tuple[str, str, str]]] = {
    "month": ("kind", "substr(t.day, 1, 7)", "name"),
    "day": ("kind", "t.day", "name"),
    "hour": ("hour", "t.key", "name"),
    "kind": ("kind", "t.key", "total DESC, name"),
    "person": ("person", "t.key", "total DESC, name"),
    "chat": ("kind", "t.conversation", "total DESC, name"),
}
"""What messages are counted by: which tallies, what of them, and the order of the rows."""


class QuestionError(Exception):
    """A question that cannot be answered as it was asked."""


class Row(NamedTuple):
    """A message of the index."""

    message: int
    conversation: int
    number: int
    time: str | None
    precision: str | None
    sender: str | None
    sender_id: str | None
    is_self: int | None
    kind: str
    words: str
    answered: int | None
    participant: int | None

    @property
    def id(self) -> str:
        """What it is cited by."""
        return f"c{self.conversation}m{self.number}"

    @property
    def who(self) -> str:
        """Who sent it."""
        if self.participant is None:
            return "me" if self.is_self else "*"
        return inline(self.sender or self.sender_id, _NAME) or "?"


class _Filters(NamedTuple):
    chat: int | None
    people: frozenset[int] | None
    since: str
    until: str
    kind: str

    def pass_(self, row: Row) -> bool:
        return (
            (self.chat is None or row.conversation == self.chat)
            and (self.people is None or row.participant in self.people)
            and (not self.kind or row.kind == self.kind)
            and (not self.since or (row.time is not None and row.time >= self.since))
            and (not self.until or (row.time is not None and row.time < self.until))
        )


def _folded(text: str) -> str:
    """A text as the index compares it: case, width and accents do not matter."""
    return "".join(char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char))


class Questions:
    """Questions to what `read_index` opened, for one thread at a time; `limit` is tokens of an answer at most."""

    def __init__(self, database: sqlite3.Connection, limit: int = DEFAULT_TOKENS) -> None:
        self._database, self._limit = database, limit
        self._lock = threading.Lock()

    def ask(self, name: str, **arguments: Any) -> str:
        """The answer to a question by its name; a `QuestionError` where the arguments cannot be understood."""
        cursor = str(arguments.pop("cursor", ""))
        for key, value in arguments.items():
            if isinstance(value, str):
                if len(value) > _LONGEST_ARGUMENT:
                    raise QuestionError(f"an argument has {_LONGEST_ARGUMENT} characters at most")
                arguments[key] = whole(value).strip()
        question = [name, sorted(arguments.items())]
        method: Callable[..., int | None] = getattr(self, f"_{name}")
        with self._lock:
            try:
                answer = Answer(self._limit)
                position = method(answer, read_cursor(cursor, question), **arguments)
            except CursorError as error:
                raise QuestionError(str(error)) from None
        answer.cursor = "" if position is None else make_cursor(position, question)
        return answer.text()

    # --- what the arguments say ---------------------------------------------------------------------

    def _one(self, query: str, *values: Any) -> Any:
        return self._database.execute(query, values).fetchone()

    def _chat_number(self, chat: str) -> int | None:
        if not chat:
            return None
        found = _CHAT.fullmatch(chat.strip())
        if found is None or not self._one("SELECT 1 FROM index_chats WHERE conversation = ?", int(found[1])):
            raise QuestionError("there is no such chat; list_chats gives their ids, such as c3")
        return int(found[1])

    def _row(self, message: str) -> Row:
        found = _MESSAGE.fullmatch(message.strip())
        row = found and self._one(f"{_SELECT} WHERE m.conversation = ? AND m.number = ?", int(found[1]), int(found[2]))
        if not row:
            raise QuestionError("there is no such message; ids look like c3m1207, as other answers give them")
        return Row(*row)

    def _people(self, sender: str, chat: int | None) -> frozenset[int] | None:
        """The participants that a code, a name or an account id stands for."""
        if not sender:
            return None
        if found := _PERSON.fullmatch(sender.strip()):
            return frozenset([int(found[1])])
        rows = self._database.execute(
            "SELECT participant FROM participants WHERE (?1 IS NULL OR conversation = ?1)"
            " AND (name = ?2 OR id = ?2 OR instr(aliases, json_quote(?2)))",
            (chat, sender.strip()),
        )
        if not (people := frozenset(number for (number,) in rows)):
            raise QuestionError("nobody is called exactly so; list_people gives names, and codes such as p17")
        return people

    def _filters(self, chat: str = "", sender: str = "", since: str = "", until: str = "", kind: str = "") -> _Filters:
        number = self._chat_number(chat)
        for moment in (since, until):
            if moment and not _MOMENT.fullmatch(moment):
                raise QuestionError("times look like 2026-05-01T09:30, 2026-05-01, 2026-05 or 2026")
        if kind and kind not in {one.value for one in wechatlog.MessageKind}:
            known = ", ".join(one.value for one in wechatlog.MessageKind)
            raise QuestionError(f"there is no such kind of message; there are {known}")
        until = f"{until.replace(' ', 'T')}{_LATEST}" if until else ""
        return _Filters(number, self._people(sender, number), since.replace(" ", "T"), until, kind)

    def _range(self, filters: _Filters) -> tuple[int, int]:
        """The rows among which messages can be: those of a chat, and of a period in a chat that is in order."""
        if filters.chat is None:
            return 0, 1 << 62
        first, last, ordered = self._one(
            "SELECT first, last, ordered FROM index_chats WHERE conversation = ?", filters.chat
        )
        if first is None:
            return 1, 0
        query = "SELECT message FROM messages WHERE conversation = ? AND time >= ? ORDER BY time, message LIMIT 1"
        if ordered and filters.since:
            first = (self._one(query, filters.chat, filters.since) or (last + 1,))[0]
        if ordered and filters.until:
            last = (self._one(query, filters.chat, filters.until) or (last + 1,))[0] - 1
        return first, last

    # --- what answers are made of -------------------------------------------------------------------

    def _title(self, chat: int) -> str:
        title, id_ = self._one("SELECT title, id FROM conversations WHERE conversation = ?", chat) or (None, None)
        return f"# c{chat} {inline(title or id_) or 'untitled'}"

    def _add(self, answer: Answer, row: Row, before: Row | None, longest: int | None = None) -> bool:
        """A message in lines, with a heading where the chat or the day is another than that of the message before."""
        lines = []
        if before is None or before.conversation != row.conversation:
            lines.append(self._title(row.conversation))
            before = None
        day = (row.time or "")[:10]
        if day and (before is None or (before.time or "")[:10] != day):
            lines.append(f"## {day}")
        text, shortened = cut(row.words, longest or answer.room)
        parts = [
            row.id,
            clock_of(row.time, row.precision),
            "(shortened)" if shortened else "",
            "" if row.kind == "text" else f"({row.kind})",
            "" if row.answered is None else f"(answers m{row.answered})",
        ]
        head = " ".join(part for part in parts if part)
        said = "\n".join(line for line in text.split("\n") if line.strip())
        return answer.add(*lines, f"{head} {row.who.replace(':', '：')}: {said}")

    def _show(
        self, answer: Answer, rows: Iterable[Row], test: Callable[[Row], bool], position: Callable[[Row], int]
    ) -> int | None:
        """Add the rows that pass as long as there is room; where to go on, if there are more."""
        before, last = None, None
        shown = 0
        for looked_at, row in enumerate(rows):
            if looked_at == _MOST_LOOKED_AT and last is not None:
                answer.head.append(f"Looked at {looked_at:,} messages so far, {shown} fit.")
                return last
            if test(row):
                if not self._add(answer, row, before):
                    answer.head.append(f"{_count(shown)}.")
                    return last
                before, shown = row, shown + 1
            last = position(row)
        answer.head.append(f"{_count(shown)}; that is all." if shown else "No more messages.")
        return None

    def _rows(self, query: str, *values: Any) -> Iterator[Row]:
        return (Row(*row) for row in self._database.execute(query, values))

    # --- the questions ------------------------------------------------------------------------------

    def _list_chats(self, answer: Answer, behind: int | None, query: str) -> int | None:
        wanted = _folded(query)
        rows = self._database.execute(
            "SELECT c.conversation, c.title, c.id, c.is_group, c.tz, i.messages, i.start, i.stop FROM index_chats AS i"
            " JOIN conversations AS c USING (conversation) ORDER BY i.stop DESC, c.conversation"
        )
        shown = 0
        for place, (number, title, id_, is_group, zone, messages, start, stop) in enumerate(rows):
            if place < (behind or 0) or (wanted and wanted not in _folded(title or id_ or "")):
                continue
            kind = "" if is_group is None else "group, " if is_group else "private, "
            span = f", {start[:10]} to {stop[:10]}" if start else ""
            span += f", {inline(zone, 40)}" if zone else ""
            if not answer.add(f"c{number} {inline(title or id_) or 'untitled'} ({kind}{messages:,} messages{span})"):
                answer.head.append(f"{shown} chats, those with the latest messages first.")
                return place
            shown += 1
        answer.head.append(f"{shown} chats, those with the latest messages first." if shown else "No such chat.")
        return None

    def _search_messages(self, answer: Answer, behind: int | None, query: str, **which: str) -> int | None:
        filters = self._filters(**which)
        words = query.split()
        expression = " AND ".join(match_expression(word) for word in words)
        if '""' in (expression or '""').split(" "):
            raise QuestionError("the query needs a word, and every part of it a letter, a digit or a character")
        exact = [_folded(word) for word in words if match_expression(word) != f'"{word}"']
        first, last = self._range(filters)
        rows = self._rows(
            f"SELECT {_COLUMNS} FROM messages_fts JOIN messages AS m ON m.message = messages_fts.rowid{_JOINED}"  # noqa: S608
            " WHERE messages_fts MATCH ? AND messages_fts.rowid BETWEEN ? AND ? ORDER BY messages_fts.rowid DESC",
            expression,
            first,
            last if behind is None else min(last, behind - 1),
        )

        def test(row: Row) -> bool:
            return filters.pass_(row) and (not exact or all(word in _folded(row.words) for word in exact))

        answer.head.append("Newest first, chat by chat.")
        return self._show(answer, rows, test, lambda row: row.message)

    def _messages_around(self, answer: Answer, behind: int | None, message: str, before: int, after: int) -> int | None:
        row = self._row(message)
        low = row.number - min(max(before, 0), _MOST_AROUND)
        high = row.number + min(max(after, 0), _MOST_AROUND)
        rows = self._rows(
            f"{_SELECT} WHERE m.conversation = ? AND m.number BETWEEN ? AND ? ORDER BY m.number",
            row.conversation,
            low if behind is None else behind + 1,
            high,
        )
        return self._show(answer, rows, lambda _row: True, lambda row: row.number)

    def _messages_in_period(self, answer: Answer, behind: int | None, **which: str) -> int | None:
        filters = self._filters(**which)
        if not (filters.since or filters.until or filters.chat):
            raise QuestionError("give since, until or a chat")
        time, number = filters.since, -1
        if behind is not None:
            time, number = self._one("SELECT time, number FROM messages WHERE message = ?", behind) or ("", -1)
        values: tuple[Any, ...] = (time or "", behind or 0, filters.until or _LATEST)
        place = "(m.time, m.message) > (?, ?) AND m.time < ? ORDER BY m.time, m.message"
        if filters.chat is not None:
            place, values = f"m.conversation = ? AND {place}", (filters.chat, *values)
            if not (filters.since or filters.until):  # also what has no time, in the order of the archive
                place, values = "m.conversation = ? AND m.number > ? ORDER BY m.number", (filters.chat, number)
        rows = self._rows(f"{_SELECT} WHERE {place}", *values)
        answer.head.append("Oldest first.")
        return self._show(answer, rows, filters.pass_, lambda row: row.message)

    def _list_people(self, answer: Answer, behind: int | None, chat: str, query: str) -> int | None:
        number, wanted = self._chat_number(chat), _folded(query)
        where = "" if number is None else "WHERE conversation = ?"
        rows = self._database.execute(
            "SELECT participant, conversation, name, id, is_self, aliases, message_count FROM participants"  # noqa: S608
            f" {where} ORDER BY message_count DESC, participant",
            () if number is None else (number,),
        )
        answer.head.append("Those who wrote most first; somebody in several chats has a code in each.")
        for place, (person, where_, name, id_, is_self, aliases, count) in enumerate(rows):
            if place < (behind or 0) or (wanted and wanted not in _folded(f"{name} {id_} {aliases}")):
                continue
            others = ", ".join(inline(alias, _NAME) for alias in json.loads(aliases)[:_MOST_ALIASES])
            more = [inline(id_, _NAME), "the owner of the archive" if is_self else "", others and f"also {others}"]
            shown = f"{inline(name or id_, _NAME) or '?'} ({'; '.join(filter(None, more))})".removesuffix(" ()")
            line = f"p{person} {shown}: {_count(count)} in c{where_}"
            if not answer.add(cut(line, answer.limit // 4)[0]):
                return place
        return None

    def _statistics(self, answer: Answer, behind: int | None, by: str, chat: str, since: str, until: str) -> int | None:
        if by not in GROUPINGS:
            raise QuestionError(f"messages are counted by {', '.join(GROUPINGS)}")
        filters = self._filters(chat=chat, since=since, until=until)
        what, key, order = GROUPINGS[by]
        low = filters.since[:10] or ("0" if filters.until else "")  # what has no time is in no period
        high = f"{filters.until.rstrip(_LATEST)[:10]}{_LATEST}"
        months = by != "day" and max(len(since), len(until)) <= _MONTH
        # The plus keeps SQLite from an index: a period of all chats is found by its days, a chat by its name.
        day = "t.day" if filters.chat is None and (since or until) else "+t.day"
        query = (
            f"SELECT {key} AS name, sum(t.messages) AS total FROM index_tallies AS t WHERE t.what = :what"  # noqa: S608
            f" AND {day} BETWEEN :low AND :high AND {{}} GROUP BY name ORDER BY {order}"
        )
        if by == "person" and not (since or until):  # known without counting
            query = (
                "SELECT t.participant, t.message_count FROM participants AS t WHERE t.message_count > 0 AND {}"
                " ORDER BY t.message_count DESC, t.participant"
            )
        in_chat = "true" if filters.chat is None else "t.conversation = :chat"
        values = {"what": f"{what}/{7 if months else 10}", "low": low, "high": high, "chat": filters.chat}
        rows = self._database.execute(query.format(in_chat), values).fetchall()
        total = sum(count for _, count in rows)
        answer.head.append(f"{total:,} messages in {len(rows):,} rows, by {by}; whole days are counted.")
        for place, (name, count) in enumerate(rows[behind or 0 :], behind or 0):
            if not answer.add(f"{self._label(by, name)}: {count:,}"):
                return place
        return None

    def _label(self, by: str, key: Any) -> str:
        if by == "person":
            name, id_, chat = self._one(
                "SELECT name, id, conversation FROM participants WHERE participant = ?", key
            ) or (None, None, 0)
            return f"p{key} {inline(name or id_, _NAME) or '?'} in c{chat}"
        if by == "chat":
            return self._title(key).removeprefix("# ")
        return str(key) or "without a time"

    def _list_links(self, answer: Answer, behind: int | None, query: str, **which: str) -> int | None:
        filters, wanted = self._filters(**which), _folded(query)
        first, last = self._range(filters)
        rows = self._database.execute(
            f"SELECT {_COLUMNS}, l.url, l.title, l.position FROM links AS l JOIN messages AS m USING (message){_JOINED}"  # noqa: S608
            " WHERE l.message BETWEEN ? AND ? ORDER BY l.message DESC, l.position DESC",
            (first, last if behind is None else min(last, behind // _PLACES)),
        )
        answer.head.append("Newest first, chat by chat.")
        reached = None
        for looked_at, (*columns, url, title, position) in enumerate(rows):
            row = Row(*columns)
            if behind is not None and row.message == behind // _PLACES and position >= behind % _PLACES:
                continue
            if looked_at == _MOST_LOOKED_AT:
                return reached
            if filters.pass_(row) and (not wanted or wanted in _folded(f"{title} {url}")):
                said = " ".join(filter(None, (inline(title, 100), inline(url, _URL)))) or "?"
                if not answer.add(f"{row.id} {(row.time or '')[:10]} {row.who}: {said}"):
                    return reached
            reached = row.message * _PLACES + position
        return None

    def _get_thread(self, answer: Answer, behind: int | None, message: str) -> int | None:
        row = self._row(message)
        top = row.number
        seen = {top}
        while (found := self._one(_ANSWERED, row.conversation, top)) and found[0] not in seen:
            top = found[0]
            seen.add(top)
        numbers, edge = {top}, [top]
        while edge and len(numbers) < _MOST_IN_THREAD:
            number = edge.pop()
            new = [n for (n,) in self._database.execute(_ANSWERS, (row.conversation, number)) if n not in numbers]
            numbers.update(new)
            edge += new
        answer.head.append(
            "Who answers whom, as far as the archive says so by ids and quotes; an answer without these is not found."
        )
        wanted = sorted(number for number in numbers if behind is None or number > behind)
        rows = (
            Row(*self._one(f"{_SELECT} WHERE m.conversation = ? AND m.number = ?", row.conversation, number))
            for number in wanted
        )
        return self._show(answer, rows, lambda _row: True, lambda row: row.number)

    def _open_message(self, answer: Answer, behind: int | None, message: str) -> int | None:
        row, start = self._row(message), behind or 0
        source, line, id_ = self._one("SELECT source, line, id FROM messages WHERE message = ?", row.message)
        if not start:
            answer.add(self._title(row.conversation))
            facts = {
                "time": row.time,
                "sender": None if row.participant is None else f"p{row.participant} {row.who}",
                "account": inline(row.sender_id),
                "kind": row.kind,
                "server id": inline(id_),
                "answers": None if row.answered is None else f"c{row.conversation}m{row.answered}",
                "file": source and f"{inline(source, 100)}{f', line {line}' if line else ''}",
            }
            links = self._database.execute(_LINKS, (row.message,))
            said = [("link", " ".join(inline(part, _URL) for part in link if part)) for link in links]
            for name, value in (*facts.items(), *said):
                if value and answer.left > _ROOM_FOR_TEXT:
                    answer.add(f"{name}: {value}")
        text = clean(row.words)
        part, shortened = cut(text[start:], answer.left - 10)
        answer.head.append(f"{row.id}, characters {start:,} to {start + len(part):,} of {len(text):,}.")
        answer.add(f"text:\n{part}")
        return start + len(part) if shortened else None


_LINKS: Final = "SELECT title, url FROM links WHERE message = ? ORDER BY position LIMIT 5"
_ANSWERED: Final = "SELECT answered FROM index_answers WHERE conversation = ? AND number = ?"
_ANSWERS: Final = "SELECT number FROM index_answers WHERE conversation = ? AND answered = ? ORDER BY number"


def _count(number: int) -> str:
    return "1 message" if number == 1 else f"{number:,} messages"
