"""What shows that columns, keys and tables are those of a chat: what they are called, or else what they hold.

Takes names, or the first rows, gives what is known of them. Knows no container.
"""

from __future__ import annotations

import re
from typing import Any, Final

from wechatlog.content.column_words import fields_of
from wechatlog.content.vocabulary import kind_of_name
from wechatlog.diagnostics import Severity
from wechatlog.engine import Reading
from wechatlog.engine.column_shapes import tell_columns
from wechatlog.engine.json_values import read_list, read_object
from wechatlog.readers.named.rows import text_of

CONFIDENCE: Final = 0.4
_MORE: Final = frozenset({"kind", "own", "account", "chat", "chat_id", "room", "room_id", "id"})
"""One of these, or a column that says that it is of senders, is in the files of an exporter of chats."""
WHO: Final = ("sender", "card", "name", "account", "own", "person", "other")
OWN: Final = frozenset({"我", "我自己", "自己", "本人", "me", "Me"})
NOBODY: Final = frozenset({"系统", "系统消息", "系统通知", "系统提示", "system", "System", "SYSTEM"})
"""Who is said to have written what nobody wrote."""
NUMBER: Final = re.compile(r"-?[0-9]{1,20}")
LOOKED_AT: Final = 16
"""Objects that show what their keys mean."""


def is_chat(there: set[str]) -> bool:
    """Whether fields that are there can be those of a chat."""
    who = {*WHO} - ({"other"} if there.isdisjoint(("id", "chat_id", "row")) else set())
    return {"time", "text"} <= there and not there.isdisjoint(who) and bool(there & {*_MORE, "sender"})


def is_named(rows: list[Any]) -> bool:
    """Whether the first object, or the one behind it, is a message: 我 among the names is a sign of that."""
    found = [fields_of(row) for row in rows[:8] if isinstance(row, dict)]
    kinds = [kind for said in found if (kind := text_of(said.get("kind")).strip())]
    if not any(NUMBER.fullmatch(kind) or kind_of_name(kind) for kind in kinds):  # types of something else
        found = [{field: value for field, value in said.items() if field != "kind"} for said in found]
    sign = {"own"} if any(said.get("name") in OWN for said in found if isinstance(said.get("name"), str)) else set()
    for said in found[:2]:
        if is_chat({field for field, value in said.items() if value is not None} | sign):
            return not read_list(said["time"]) and len(read_object(said["time"])) < 2
    return False


def tell_keys(rows: list[Any], reading: Reading | None = None, about: str = "") -> dict[str, str] | None:
    """The key of each field where what objects hold tells them; none where names do; `None` where nothing does."""
    if is_named(rows):
        return {}
    objects = [row for row in rows[:LOOKED_AT] if isinstance(row, dict)]
    texts = [
        {str(key): "" if isinstance(value, dict | list) else text_of(value) for key, value in row.items()}
        for row in objects
    ]
    keys = {key: key for row in texts for key in row}
    told = tell_columns(texts, fields_of(keys), " ".join((about, *keys)))
    if told and reading is not None:
        what = "no tool is known that writes this: what its keys mean was taken from what they hold"
        reading.tell_first("guessed-columns", what, 1, Severity.WARNING)
    return told


def says_chat(rows: list[Any]) -> bool:
    """Whether the first object, or the one behind it, is a message, or what the first hold are messages."""
    return tell_keys(rows) is not None
