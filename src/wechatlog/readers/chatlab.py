"""ChatLab Format 0.0.1 and 0.0.2, the exchange format that several exporters write: JSON and JSON Lines.

Takes `{"chatlab": …, "meta": …, "members": […], "messages": […]}`, or a line for each of these parts; gives
messages as they stream by. Written by ChatLab itself, WeFlow, CipherTalk and pc_wechat_exp, and by wechatlog, whose
own files are taken at their word.

Format facts: ChatLab `docs/cn/standard/chatlab-format.md` and `packages/parser/src/chatlab-validator.ts`;
WeFlow 1.0.3 `formatters/ChatLabFormatter.ts` (`chatRecords`, types that stand for something else, names of
forwarded messages among the members) and `streamingWriters.ts` (2026: the header as two lines, `chatlab` and `meta`;
contents as the database has them: XML, and in groups the account id of whoever wrote in front).
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs

from wechatlog.content import chatlab
from wechatlog.content.accounts import is_group_word, is_room
from wechatlog.content.appmsg import parse_markup, split_sender_prefix
from wechatlog.content.dialects.weflow import WEFLOW
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import read_placeholder
from wechatlog.content.vocabulary import kind_of_chatlab
from wechatlog.content.weflow import (
    build_segments,
    has_lost_prefix,
    has_template,
    looks_like_account,
    read_records,
    strip_frame,
)
from wechatlog.diagnostics import Severity
from wechatlog.engine import ME, NOTICES, Draft, Entry, Evidence, Format, Head, Reading
from wechatlog.engine.entry import EntryRun, EntryRuns, new_entry
from wechatlog.engine.json_lines import line_objects
from wechatlog.engine.json_objects import iter_line_object_runs, iter_object_runs
from wechatlog.engine.json_plain import NUMBER, SECONDS, TEXT, Plain
from wechatlog.engine.json_stream import Item, Run
from wechatlog.engine.json_values import read_identifier, read_integer, read_list, read_object, read_string
from wechatlog.engine.protocol import Mark
from wechatlog.model import MessageKind, Participant

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from wechatlog.segments import Segment

Kind = MessageKind
_TEXT: Final = Kind.TEXT  # asking the class for a member costs as much as a call
Row: TypeAlias = Mapping[str, Any]
Sender: TypeAlias = "tuple[str | None, str | None, bool | None]"

_SYSTEM: Final = chatlab.SYSTEM_SENDER
_FRAMES: Final = ("\n", "\r", " ")
"""What a text begins with where the writer left something in front, or took it away."""
_SHARE: Final = 24
_MOST_SENDERS: Final = 50_000
_MILLISECONDS: Final = 100_000_000_000
# Types that stand for more than they say: WeFlow writes forwards, music and red packets as links, transfers
# as "other", and a share (24) is a mini program or a page.
_VAGUE: Final = frozenset({None, Kind.LINK, Kind.OTHER})
# WeFlow and CipherTalk cut texts; other writers of the format do not.
_CUTTING: Final = frozenset({"WeFlow", "CipherTalk", "VXdaochu"})


_UNFRAMED: Final = TEXT.replace("(", "((?! )", 1)
_GIVEN: Final = {
    "sender": TEXT,
    "groupNickname": TEXT,
    "accountName": TEXT,
    "content": _UNFRAMED,
    "timestamp": SECONDS,
    "type": NUMBER,
    "platformMessageId": TEXT,
    "replyToMessageId": TEXT,
}
_OPTIONAL: Final = "groupNickname accountName platformMessageId replyToMessageId"
_PLAIN: Final = Plain(_GIVEN, optional=_OPTIONAL, without="chatRecords")
_PLAIN_LINE: Final = Plain(_GIVEN, {"_type": "message"}, optional=_OPTIONAL, without="chatRecords")


def _stand_in(seconds: Any) -> tuple[Any, ...]:
    """What `_PLAIN` gives of a text, for an object whose message is made in another way."""
    known = type(seconds) is int and 0 < seconds < _MILLISECONDS
    return None, None, None, "", seconds if known else 1, "0", None, None


def _is_name(value: object) -> bool:
    return value is None or type(value) is str


def _aliases(value: Mapping[str, Any]) -> list[str]:
    names = [value.get("groupNickname"), value.get("accountName"), *read_list(value.get("aliases"))]
    return list(dict.fromkeys(name for name in names if isinstance(name, str) and name))


class _Chat:
    def __init__(self, reading: Reading, draft: Draft, header: Row) -> None:
        head, meta = read_object(header.get("chatlab")), read_object(header.get("meta"))
        self.reading, self.draft, self.meta = reading, draft, meta
        generator = read_string(head.get("generator"))
        self.is_ours = generator == chatlab.GENERATOR
        self.cuts_texts = generator in _CUTTING
        self.is_raw = "_type" in head  # the header of WeFlow's stream
        self.rounds_ids = generator == "CipherTalk"  # ids pass through JavaScript's numbers, those of replies do not
        self.owner = read_string(meta.get("ownerId")) or None
        self._names: dict[str, str] = {}
        self._senders: dict[tuple[Any, ...], Sender] = {}
        self._writers: dict[tuple[Any, ...], Sender] = {}  # of plain texts
        draft.title, draft.id = read_string(meta.get("name")) or None, read_string(meta.get("groupId")) or None
        draft.is_group, draft.owner = is_group_word(read_string(meta.get("type"))), self.owner or draft.owner
        if self.is_ours:
            draft.id = draft.id or read_string(meta.get("sourceSessionId")) or None
            draft.owner = draft.owner if self.owner is None else chatlab.read_owner(self.owner)
        said = {
            "exporter": generator or "ChatLab",
            "version": read_string(head.get("version")),
            "exported_at": read_integer(head.get("exportedAt")),
            "description": read_string(head.get("description")),
            "platform": read_string(meta.get("platform")),
            "source_session_id": read_string(meta.get("sourceSessionId")),
        }
        draft.metadata |= {key: value for key, value in said.items() if value not in ("", None)}

    def add_member(self, value: Row, line: int = 1) -> None:
        """Take a member in, unless it is a name that a forwarded message left there."""
        account, names = read_string(value.get("platformId")), _aliases(value)
        if not account or account == _SYSTEM or (is_room(account) and account == self.draft.id):
            return
        if self.cuts_texts and names == [account] and not looks_like_account(account):
            what = "names out of forwarded messages stand among the members; left out"
            self.reading.tell("writer-fault", what, line, once=True)
            return
        person = Participant(names[0] if names else None, account, self._is_own(account), names[1:])
        if self.is_ours:
            aliases = [name for name in read_list(value.get("aliases")) if isinstance(name, str)]
            name, own_id = chatlab.read_name(value, account), chatlab.read_account(account)
            person = attrs.evolve(person, name=name, id=own_id, aliases=aliases)
        self.draft.members.append(person)
        if person.name is not None:
            self._names[account] = person.name
        self.reading.keep_avatar(self.draft, person.id or account, value.get("avatar"))
        roles = [read_string(read_object(role).get("id")) for role in read_list(value.get("roles"))]
        if roles := [*filter(None, roles)]:
            self.draft.metadata.setdefault("roles", {})[person.id or account] = roles

    def _is_own(self, identifier: str | None) -> bool | None:
        return None if self.owner is None or identifier is None else identifier == self.owner

    def take(self, run: Run) -> EntryRun:
        """Messages that follow each other: plain texts all at once, the others one by one."""
        values: Iterable[Any]
        _, values, lines, offsets = zip(*run, strict=True)
        rows, ours, every = list(values), self.is_ours, self.rounds_ids
        others = {
            place: self.entry(row, lines[place], offsets[place])
            for place, row in enumerate(rows)
            if type(row) is dict
            or row[5] != "0"
            or row[7] is not None
            or every
            or not (ours or (id_ := row[6]) is None or (id_.isdigit() and id_[0] != "0"))
        }
        parsed = [place for place in others if type(rows[place]) is dict]
        for place in parsed:
            rows[place] = _stand_in(rows[place].get("timestamp"))
        writers = [row[:3] for row in rows]
        names, accounts, own = map(list, zip(*map(self._known(writers).__getitem__, writers), strict=True))
        _, _, _, texts, numbers, _, ids, _ = map(list, zip(*rows, strict=True))
        if ours:
            ids = [id_ and chatlab.read_message_id(id_) for id_ in ids]
        times: Sequence[Any] = self.reading.unix_times(list(map(int, numbers)))
        if any(times[place] != others[place].time for place in parsed):
            times = [others[place].time if place in others else time for place, time in enumerate(times)]
        nothing: list[Any] = [None] * len(run)
        columns: dict[str, Any] = {
            "line": lines, "time": times,
            "precision": ["second"] * len(run), "sender": names, "sender_id": accounts, "is_self": own,
            "kind": [_TEXT] * len(run), "text": texts, "segments": nothing.copy(), "id": ids, "reply_to": nothing,
            "offset": offsets,
        }  # fmt: skip
        for place, entry in others.items():
            for name, value in zip(Entry._fields[2:-2], entry[2:-2], strict=True):
                columns[name][place] = value
        return EntryRun(self.draft, columns)

    def _known(self, writers: Iterable[tuple[Any, ...]]) -> Mapping[tuple[Any, ...], Sender]:
        """The senders of texts by what the file says of them."""
        if len(self._writers) > _MOST_SENDERS:
            self._writers.clear()
        for said in dict.fromkeys(writers):
            if said not in self._writers:
                row = {key: value for key, value in zip(_GIVEN, said, strict=False) if value is not None}
                self._writers[said] = self._sender(row, _TEXT)
        return self._writers

    def entry(self, row: Row | tuple[Any, ...], line: int, offset: int) -> Entry:
        """One message, as an object or as what `_PLAIN` gives of it."""
        reading, kind, records, segments, answered = self.reading, _TEXT, None, None, None
        if isinstance(row, tuple):
            account, nickname, name, text, number, code, id_, reply_to = row
            number, code = int(number), int(code)
        else:
            account, nickname, name, text, number, code, id_, reply_to = map(row.get, _PLAIN.keys)
            records = row.get("chatRecords")
            if type(text) is not str:
                text = read_string(text)
            if self.is_raw:
                text = split_sender_prefix(text)[1]
        if code != 0 or code is False:
            kind, text, segments, answered = self._body(code, records, text, line)
        elif self.cuts_texts and text[:1] in _FRAMES:
            text = self._typed(text, line)
        key = account, nickname, name, code, kind
        try:
            sender, account, own = self._senders[key]
        except (KeyError, TypeError):
            sender, account, own = self._sender(_PLAIN.object(row) if isinstance(row, tuple) else row, kind)
            if type(code) is int and len(self._senders) < _MOST_SENDERS and all(map(_is_name, key[:3])):
                self._senders[key] = sender, account, own
        if type(number) is int and 0 < number < _MILLISECONDS:
            time = reading.unix_time(number, line=line)
        else:
            time = self._time(number, line)
        if self.rounds_ids:
            id_ = read_identifier(reading, id_, line, javascript=True)
        elif not (type(id_) is str and id_.isdigit() and id_[0] != "0"):
            id_ = None if id_ is None else self._identifier(id_, line)
        reply_to = answered if reply_to is None else self._identifier(reply_to, line)
        said = line, time, "second", sender, account, own, kind, text, segments, id_, reply_to, offset, self.draft
        return new_entry(Entry, said)

    def _body(
        self, code: Any, records: Any, text: str, line: int
    ) -> tuple[MessageKind, str, tuple[Segment, ...] | None, str | None]:
        """Kind, text, segments and what is answered, of a message that is no text."""
        reading, kind = self.reading, self._kind(code, records, text, line)
        if kind in NOTICES and not self.is_ours and has_template(text):
            reading.report("writer-fault", "the notice holds a template in place of names", line=line)
        if not self.is_ours and (body := parse_markup(text, reading.collector, zone=reading.zone, line=line)):
            return body.kind, body.text, body.segments, body.reply_to
        known = _forwarded(reading, records, text) if kind is Kind.FORWARD else {}
        return kind, text, build_segments(kind, text, known), None

    def _kind(self, code: Any, records: Any, text: str, line: int) -> MessageKind:
        number = read_integer(code)
        kind = None if number is None else kind_of_chatlab(number)
        if kind is None:
            self.reading.tell("unknown-kind", f"unknown type {code!r:.40}", line)
        if records and kind in _VAGUE:
            return Kind.FORWARD
        vague = kind in _VAGUE and (number == _SHARE or not self.is_ours) and "](" not in text
        if vague and (found := read_placeholder(text, WEFLOW)) is not None:
            kind = kind if found[0] in _VAGUE and kind is not None else found[0]
        if vague and kind in _VAGUE and not self.is_ours and (said := read_notice(text)) is Kind.PAT:
            kind = said  # WeFlow writes pats as links
        return read_notice(text) or kind if kind is Kind.SYSTEM else kind or Kind.OTHER

    def _typed(self, text: str, line: int) -> str:
        if self.draft.is_group and text[:1] in ("\n", "\r"):
            what = "group texts begin with a line end that nobody typed; it was left out"
            self.reading.tell("writer-fault", what, line, once=True)
            return strip_frame(text)
        if has_lost_prefix(text):
            what = "the text begins with a blank: the writer may have cut off a word and a colon"
            self.reading.report("writer-fault", what, line=line)
        return text

    def _identifier(self, value: Any, line: int) -> str | None:
        if self.is_ours and isinstance(value, str):
            return chatlab.read_message_id(value)
        return read_identifier(self.reading, value, line)

    def _sender(self, row: Row, kind: MessageKind) -> Sender:
        """Name and account of who wrote it, and whether it was the owner.

        Nobody writes a notice, whomever the writer credits it to.
        """
        account = read_string(row.get("sender"))
        if account == _SYSTEM:
            return None, None, None
        if self.is_ours:
            return chatlab.read_name(row, account), chatlab.read_account(account), self._is_own(account)
        if is_room(account) or read_integer(row.get("type")) == 80 or (kind is Kind.RECALL and not account):
            return None, None, None
        name = read_string(row.get("groupNickname")) or read_string(row.get("accountName"))
        if self.is_raw:
            own = name == ME
            if own and self.draft.owner is None:
                self.draft.owner = account or None
            return name or None, account or None, own
        return name or self._names.get(account), account or None, self._is_own(account or None)

    def _time(self, seconds: Any, line: int) -> dt.datetime | None:
        if seconds == 0 and self.is_ours:  # as wechatlog writes a time that nobody knows
            return None
        if isinstance(seconds, bool) or seconds is None:
            self.reading.report("bad-time", "the message has no time", severity=Severity.ERROR, line=line)
            return None
        number = read_integer(seconds)
        if number is not None and number >= _MILLISECONDS:
            what = "the time is in milliseconds, which the format does not allow"
            self.reading.report("writer-fault", what, line=line)
        return self.reading.unix_time(seconds, line=line)


def _forwarded(reading: Reading, records: Any, text: str) -> dict[str, Any]:
    """What is known of a merged forward: its title is all the text of most writers."""
    bare = text and not text.startswith("[") and "\n" not in text
    return {"title": text if bare else "", "messages": read_records(records, reading.zone)}


# --- JSON -------------------------------------------------------------------------------------------------------------


_NEEDED: Final = ("chatlab", "meta", "members")


def _objects(reading: Reading) -> EntryRuns:
    return EntryRuns(_runs(reading))


def _runs(reading: Reading) -> Iterator[EntryRun]:
    said, chat = reading.said, None
    for run in iter_object_runs(reading, lists=("members",), needed=lambda _: _NEEDED, plain=_PLAIN):
        if chat is None:
            chat = _Chat(reading, reading.chat, said)
            _add_members(chat, said)
        yield chat.take(run)
    _add_members(chat or _Chat(reading, reading.chat, said), said)


def _add_members(chat: _Chat, said: dict[str, Any]) -> None:
    for value in said.pop("members", ()):
        chat.add_member(read_object(value))


def _is_object(head: Head) -> Evidence | None:
    value = head.json
    if not isinstance(value, dict) or "_type" in value or not isinstance(value.get("chatlab"), dict):
        return None
    if "meta" in value or "messages" in value:
        return Evidence(1.0, "an object with `chatlab` and `meta`")
    return Evidence(0.9, "an object with `chatlab`") if "version" in value["chatlab"] else None


# --- JSON Lines -------------------------------------------------------------------------------------------------------


def _lines(reading: Reading) -> EntryRuns:
    return EntryRuns(_line_runs(reading))


def _line_runs(reading: Reading) -> Iterator[EntryRun]:
    """Entries of each conversation; a second header that says something else begins another one."""
    chat: _Chat | None = None
    told = False
    tool: Row = {}
    for is_message, lines in _parts(reading):
        if is_message and chat is not None:
            told = True
            yield chat.take(lines)
            continue
        _, value, line, offset = lines[0]
        kind = "message" if is_message else value.get("_type")
        if kind == "chatlab":
            tool = value
            continue
        if kind == "meta":
            kind, value = "header", {"chatlab": {"_type": "chatlab", **tool}, "meta": value}
        if kind == "header" and chat is not None and chat.meta == read_object(value.get("meta")):
            reading.report("repeated-header", "the header stands twice", line=line, column=1)
        elif kind == "header":
            if chat is not None:
                chat.draft.done = True
            chat = _Chat(reading, reading.chat_of(str(offset)), value)
        elif chat is None:
            reading.report("no-header", "no header line before the first part", line=line, column=1)
            chat = _Chat(reading, reading.chat, {"chatlab": tool})
        if is_message:
            told = True
            yield chat.take(lines)
        elif kind == "member":
            reading.needs_whole = reading.needs_whole or told
            chat.add_member(value, line)
        elif kind != "header":
            reading.report("unknown-line", f"line of unknown type {kind!r:.40}", line=line, column=1)


def _parts(reading: Reading) -> Iterator[tuple[bool, Run]]:
    """Messages that follow each other, and the other lines one by one."""
    for run in iter_line_object_runs(reading, plain=_PLAIN_LINE):
        for is_message, lines in itertools.groupby(run, _is_message):
            if is_message:
                yield True, list(lines)
            else:
                yield from ((False, (line,)) for line in lines)


def _is_message(item: Item) -> bool:
    return type(item.value) is tuple or item.value.get("_type") == "message"


def _cuts(lines: Iterable[str]) -> Iterator[Mark | None]:
    """A part may begin at any message; header and members that stand above it in its chat stand before it."""
    meta: Row | None = None
    head: list[str] = []
    above, tool, number, chat = "", "", 0, -1
    first, second = itertools.tee(lines)
    for line, value in zip(first, line_objects(second), strict=True):
        mark = None
        kind = None if value is None else value.get("_type")
        if value is not None and kind == "chatlab":
            tool = line
        elif value is not None and kind == "meta" and meta != value:
            meta, head, number, above = value, [tool, line], 0, ""
        elif value is not None and kind == "header" and meta != read_object(value.get("meta")):
            meta, head, number, above = read_object(value.get("meta")), [line], 0, ""
        elif value is not None and meta is None:
            meta, head = {}, [tool]
        if kind == "member":
            head.append(line)
            above = ""
        elif kind == "message":
            chat += not number
            above = above or "".join(head)
            mark = Mark(above, number, chat) if number else None
            number += 1
        yield mark


def _first_object(head: Head) -> dict[str, Any]:
    for line in head.lines:
        content = line.strip()
        if content.startswith("{"):
            try:
                return read_object(json.loads(content))
            except (ValueError, RecursionError):
                break
        if content and not content.startswith("#"):
            return {}
    return read_object(head.json)


def _is_lines(head: Head) -> Evidence | None:
    first = _first_object(head)
    kind = first.get("_type")
    if kind == "header" and ("chatlab" in first or "meta" in first):
        return Evidence(1.0, "the first line is a header with `chatlab`")
    if kind == "chatlab" and "version" in first:
        return Evidence(1.0, "the first line is that of a stream of WeFlow")
    if kind == "message" and {"sender", "timestamp"} <= first.keys():
        return Evidence(0.9, 'lines with `"_type": "message"`, `sender` and `timestamp`')
    if kind == "member" and "platformId" in first:
        return Evidence(0.9, 'lines with `"_type": "member"` and `platformId`')
    return None


JSON: Final = Format(
    "chatlab-json",
    "ChatLab Format 0.0.1 and 0.0.2, JSON (ChatLab, WeFlow, CipherTalk, pc_wechat_exp)",
    ".json",
    _is_object,
    _objects,
    credits_notices=True,
)
JSONL: Final = Format(
    "chatlab-jsonl",
    "ChatLab Format 0.0.1 and 0.0.2, JSON Lines (ChatLab, WeFlow, CipherTalk, pc_wechat_exp)",
    ".jsonl .ndjson",
    _is_lines,
    _lines,
    credits_notices=True,
    cuts=_cuts,
)
