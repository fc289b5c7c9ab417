"""Which tables and columns of a client's databases are what. Values; knows no client."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs

from wechatlog.engine.column_shapes import are_like
from wechatlog.engine.sqlite import quote_name

if TYPE_CHECKING:
    from wechatlog.readers.database.reader import Chat

_HASH: Final = "<md5>"
_SENDER: Final = "sender_wxid"
"""A column that some tools write in place of row numbers of a table of names."""


class Row(NamedTuple):
    """What the columns of a message hold, as they are; `None` for a column that a client does not have.

    Attributes:
        id: the server's.
        type: number of the kind.
        subtype: of type 49, where that is a column of its own.
        own: says whether the owner sent it.
        time: Unix seconds, or milliseconds.
        content: text, XML, or Zstandard data.
        packed: an LZ4 block in place of an empty content.
        other: text or Zstandard data in place of an empty content.
        flag: whether the content is compressed.
        sender: an account id, or a row of a table of names.
        status: 2 for sent.
        source: XML that holds whom the message addresses.
        extra: protobuf with the sender and the source.
    """

    id: Any
    type: Any
    subtype: Any
    own: Any
    time: Any
    content: Any
    packed: Any
    other: Any
    flag: Any
    sender: Any
    status: Any
    source: Any
    extra: Any


def parse_columns(spec: str) -> dict[str, tuple[str, ...]]:
    """`"remark=conRemark|remark"`: fields and the columns that may hold them, the first that is there counts."""
    pairs = (word.split("=") for word in spec.split())
    return {field: tuple(columns.split("|")) for field, columns in pairs}


def find_columns(wanted: Mapping[str, tuple[str, ...]], present: Collection[str]) -> dict[str, str]:
    """The column of each field in a table, as SQLite compares names; fields without one are left out."""
    known = {name.lower() for name in present}
    found = ((field, next((name for name in names if name.lower() in known), "")) for field, names in wanted.items())
    usable = {field: name for field, name in near_columns(wanted, present).items() if "\ufffd" not in name}
    return {field: name for field, name in found if name} | usable


def near_columns(wanted: Mapping[str, tuple[str, ...]], present: Collection[str]) -> dict[str, str]:
    """The columns of missing fields whose names have a damaged character; one that is no text cannot be asked for."""
    known = {name.lower() for name in present}
    others = known.difference(*(map(str.lower, names) for names in wanted.values()))
    missing = {field: names for field, names in wanted.items() if not any(name.lower() in known for name in names)}
    pairs = ((field, name, other) for field, names in missing.items() for name in names for other in others)
    return {field: other for field, name, other in pairs if _is_near(name.lower(), other)}


def _is_near(name: str, other: str) -> bool:
    if len(name) != len(other) or len(name) < 4:
        return False
    wrong = [character for expected, character in zip(name, other, strict=True) if expected != character]
    return len(wrong) == 1 and not wrong[0].isdigit()


@attrs.frozen
class Contacts:
    """Where a client keeps people and groups.

    Attributes:
        files: beside the messages, as globs; the first that have contacts count, those of one row together.
        tables: of people: table, then which column is what; `name#3` is field 3 of the protobuf in a column.
        rooms: of groups, in the same way: `names` are protobuf or XML, `members` a list with semicolons.
        owner: SQL for the account id of the owner, and for the name.
        whole: the first files that have contacts have all of them.
    """

    files: tuple[str, ...]
    tables: tuple[str, ...]
    rooms: tuple[str, ...]
    owner: tuple[str, str] | None = None
    whole: bool = True


@attrs.frozen(eq=False)
class Layout:
    """Where a client keeps messages.

    Attributes:
        client: whose database it is, for people.
        table: of messages; `Chat_<md5>` for a table of each conversation, named after its account id.
        needed: columns without which it is none.
        columns: which column is which field of a `Row`.
        contacts: where names stand.
        sender: who sent a row, and its content without the account id in front.
        talker: the column that tells conversations apart, where one table has all.
        order: columns to sort by, the first that holds something counts; the time without them.
        own: what the column of it holds for messages of the owner.
        names: a table of account ids whose row numbers are senders.
        content: what a client writes in its own way, as XML; or nothing.
        facts: metadata of the conversations.
    """

    client: str
    table: str
    needed: str
    columns: str
    contacts: Contacts
    sender: Callable[[Chat, Row, str], tuple[bool | None, str | None, str]]
    talker: str = ""
    order: str = ""
    own: int = 1
    names: str = ""
    content: Callable[[Any, str], tuple[str | None, str]] | None = None
    facts: Mapping[str, Any] = attrs.field(factory=dict)

    def is_table(self, name: str) -> bool:
        """Whether a table is called as those of messages are."""
        return re.fullmatch(re.escape(self.table).replace(re.escape(_HASH), "[0-9a-fA-F]{32}"), name) is not None

    @property
    def words(self) -> tuple[bytes, ...]:
        """What the schema of a damaged database must hold."""
        return tuple(word.encode() for word in (self.table.removesuffix(_HASH), *self.needed.split()))

    def name_of(self, account: str) -> str:
        """The table of an account, in lower case."""
        import hashlib

        return self.table.replace(_HASH, hashlib.md5(account.encode(), usedforsecurity=False).hexdigest()).lower()

    def is_messages(self, table: str, columns: Collection[str], tables: Collection[str]) -> bool:
        """Whether a table holds messages of this client, among the tables of its file."""
        if not self.is_table(table) or (self.names and self.names not in tables and _SENDER not in columns):
            return False
        known = {column.lower() for column in columns}
        return all(column.lower() in known for column in self.needed.split())

    def is_like(self, columns: Collection[str]) -> bool:
        """Whether columns are those of messages, whatever their table is called."""
        return are_like(columns, [names[0] for names in parse_columns(self.columns).values()])

    def query(self, table: str, present: Collection[str]) -> str:
        """The SQL for a row by its number, in the order of the fields of a `Row`."""
        found = find_columns(parse_columns(self.columns), present)
        wanted = ", ".join(quote_name(found[field]) if field in found else "NULL" for field in Row._fields)
        return f"SELECT {wanted} FROM {quote_name(table)} WHERE rowid = ?"  # noqa: S608

    def sort_key(self, present: Collection[str]) -> str:
        """The SQL expression that rows are sorted by."""
        known = {name.lower() for name in present}
        time = find_columns(parse_columns(self.columns), present).get("time", "rowid")
        keys = [f"NULLIF({key}, 0)" for key in self.order.split() if key.split("*")[0].lower() in known]
        return f"COALESCE({', '.join((*keys, time))})" if keys else time
