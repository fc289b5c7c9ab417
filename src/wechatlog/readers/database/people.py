"""Names: the contacts of a database, in the same file or in files beside it. Takes a `Contacts`; knows no client."""

from __future__ import annotations

import contextlib
import html
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import attrs

from wechatlog.engine.sqlite import SQLITE_ERRORS, columns_of, connect, decode, is_text, parse_protobuf, quote_name
from wechatlog.errors import WechatlogError
from wechatlog.model import Participant
from wechatlog.readers.database.layout import Contacts, find_columns, parse_columns
from wechatlog.source import Source

if TYPE_CHECKING:
    import sqlite3

_MEMBER: Final = re.compile(r'<Member\b[^<>]{0,2000}\bUserName="(?P<account>[^"<>]{1,100})"[^<>]{0,2000}>')
_IN_ROOM: Final = re.compile(r"<DisplayName>(?:<!\[CDATA\[)?(?P<name>[^<>\]]{1,1000})")


@attrs.frozen
class Contact:
    """A person or a group as the contact database has it."""

    remark: str = ""
    nickname: str = ""
    alias: str = ""

    @property
    def name(self) -> str | None:
        """What the client shows."""
        return self.remark or self.nickname or None


class People:
    """Names by account id, the names that people bear in groups, and whose database it is.

    Args:
        source: of the messages.
        connection: of the same file.
        layout: where names stand.

    Attributes:
        broken: accounts of which a name holds bytes that are no text.
    """

    def __init__(self, source: Source, connection: sqlite3.Connection, layout: Contacts) -> None:
        self.contacts: dict[str, Contact] = {}
        self.rooms: dict[str, dict[str, str]] = {}
        self.owner: str | None = None
        self.broken: list[str] = []
        self._layout = layout
        self._read(connection)
        for patterns in () if self.contacts else layout.files:
            for beside in (found for pattern in patterns.split() for found in source.siblings(pattern)):
                with contextlib.suppress(WechatlogError, OSError), connect(beside) as contacts:
                    self._read(contacts)
            if self.contacts and layout.whole:
                break
        if layout.owner is not None:
            account, name = (_value(connection, query) for query in layout.owner)
            self.owner = account or None
            if account and name:
                self.contacts.setdefault(account, Contact(nickname=name))

    def name(self, account: str, room: str = "") -> str:
        """The name that the client shows; the account id where none is known."""
        contact = self.contacts.get(account)
        in_room = self.rooms.get(room, {}).get(account, "")
        if contact is None:
            return in_room or account
        return contact.remark or in_room or contact.nickname or account

    def participant(self, account: str, room: str = "", *, is_self: bool | None = None) -> Participant:
        """What is known of somebody; the names that are not shown are aliases."""
        contact = self.contacts.get(account, Contact())
        known = (contact.remark, self.rooms.get(room, {}).get(account, ""), contact.nickname)
        names = list(dict.fromkeys(name for name in known if name))
        return Participant(names[0] if names else None, account, is_self, tuple(names[1:]))

    def account_of(self, name: str) -> str | None:
        """The account of a name, where exactly one has it; a text that can only be an account is one."""
        if name in self.contacts or name.startswith("wxid_"):
            return name
        found = [
            account
            for account, contact in self.contacts.items()
            if name in (contact.nickname, contact.remark, contact.alias)
        ]
        return found[0] if len(found) == 1 else None

    def _read(self, connection: sqlite3.Connection) -> None:
        """Take over the contacts of a database; one that is damaged gives what it can."""
        for spec in self._layout.tables:
            with contextlib.suppress(*SQLITE_ERRORS):
                for row in _select(connection, spec, "account"):
                    account = decode(row.pop("account"))
                    if not all(map(is_text, row.values())):
                        self.broken.append(account)
                    known = attrs.asdict(self.contacts.get(account, Contact()))
                    if account:
                        self.contacts[account] = Contact(**known | {key: decode(row[key]) for key in row if row[key]})
        for spec in self._layout.rooms:
            with contextlib.suppress(*SQLITE_ERRORS):
                for row in _select(connection, spec, "room"):
                    members = decode(row.get("members")).split(";")
                    names = dict.fromkeys(filter(None, members), "") | dict(_names_in_room(row.get("names")))
                    if names:
                        self.rooms.setdefault(decode(row["room"]), {}).update(names)


def _value(connection: sqlite3.Connection, query: str) -> str:
    with contextlib.suppress(*SQLITE_ERRORS):
        row = connection.execute(query).fetchone()
        return decode(row[0]) if row else ""
    return ""


def _select(connection: sqlite3.Connection, spec: str, key: str) -> Iterator[dict[str, Any]]:
    """The rows of a table as fields; none where it has no column for the key."""
    table, columns = spec.split(" ", 1)
    numbers: dict[str, int] = {}
    wanted = parse_columns(columns)
    for field, (name, *_) in wanted.items():
        if "#" in name:
            column, number = name.split("#")
            wanted[field], numbers[field] = (column,), int(number)
    found = find_columns(wanted, columns_of(connection, table))
    if key not in found:
        return
    listed = ", ".join(quote_name(name) for name in found.values())
    for values in connection.execute(f"SELECT {listed} FROM {quote_name(table)}"):  # noqa: S608
        row = dict(zip(found, values, strict=True))
        for field, place in numbers.items():
            if field in row:
                row[field] = first_field(parse_protobuf(row[field]), place) if isinstance(row[field], bytes) else None
        yield row


def first_field(fields: dict[int, list[int | bytes]], number: int) -> int | bytes | None:
    """The first value of a field of protobuf."""
    values = fields.get(number)
    return values[0] if values else None


def _names_in_room(data: object) -> Iterator[tuple[str, str]]:
    """Protobuf whose repeated field 1 has account id (1) and name in the group (2), or `<RoomData><Member …>`."""
    if not isinstance(data, bytes):
        return
    if data.lstrip().startswith(b"<"):
        text = decode(data)
        members = list(_MEMBER.finditer(text))
        for found, end in zip(members, [*(member.start() for member in members[1:]), len(text)], strict=False):
            shown = _IN_ROOM.search(text, found.end(), end)
            yield html.unescape(found["account"]), html.unescape(shown["name"]) if shown else ""
        return
    for member in parse_protobuf(data).get(1, ()):
        if isinstance(member, bytes):
            fields = parse_protobuf(member)
            account, name = (decode(first_field(fields, number)) for number in (1, 2))
            if account:
                yield account, name
