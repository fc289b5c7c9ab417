"""Who wrote a row, and whose chat it is of, as its columns and what stands beside the messages say it.

Takes rows, gives a name, an account and a side, and drafts. Knows no container.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from wechatlog.content.accounts import is_account, is_room, split_account
from wechatlog.content.column_words import says_own
from wechatlog.diagnostics import Severity
from wechatlog.engine import ME, Draft, Reading
from wechatlog.engine.json_values import read_flag
from wechatlog.readers.named.rows import NamedRow, text_in, text_of
from wechatlog.readers.named.signs import OWN

_TITLES: Final = "chat title chat_name chatName name contact talker displayName display_name nickname remark".split()
_CHATS: Final = ("talker", "contact", "conversation", "session", "chat")
"""Objects beside the list that tell whose chat it is."""
CHAT: Final = {
    "id": ("user_name", "userName", "username", "wxid", "id", "talker"),
    "name": ("remark", "title", "displayName", "display_name", "nick_name", "nickName", "nickname", "name"),
}
ABOUT: Final = frozenset({*_TITLES, *_CHATS, *CHAT["id"]})
"""Keys that stand beside a list of messages and say whose chat it is."""
_UNSAID: Final = frozenset({"未知", "unknown"})
"""What a direction is called that the exporter did not find out."""
_NO_ACCOUNT: Final = frozenset({"0", "None", "null"})
AHEAD: Final = 256
"""Rows in which the owner is looked for."""


class _Person(NamedTuple):
    """Who wrote a row, as its columns say it; `side` is a direction that stands in place of a name."""

    name: str
    account: str
    aliases: tuple[str, ...] = ()
    side: bool | None = None


class _Habits(NamedTuple):
    """What the first rows say of all.

    Attributes:
        named: the owner is called 我.
        of_chat: names and accounts beside a sender are the chat's.
        owner: the one account from or to which all rows go, where rows say both.
        placed: accounts beside a sender are the chats', since some are those of groups.
    """

    named: bool
    of_chat: bool
    owner: str | None = None
    placed: bool = False


def look_ahead(rows: Iterator[NamedRow]) -> tuple[_Habits, Iterator[NamedRow]]:
    """What the first rows say of all, and all of the rows."""
    first = list(itertools.islice(rows, AHEAD))
    pairs = {(_account(row), sender in OWN) for row in first if (sender := _name(row).strip())}
    shared = any((who, not own) in pairs for who, own in pairs if who)
    ends = {frozenset((_account(row), text_of(row.get("to")))) for row in first if row.get("to") and _account(row)}
    common = frozenset.intersection(*ends) if len(ends) > 1 else frozenset()
    owner = next(iter(common)) if len(common) == 1 else None
    placed = any(row.get("sender") and is_room(text_of(row.get("name")).strip()) for row in first)
    return _Habits(any(own for _, own in pairs), shared, owner, placed), itertools.chain(first, rows)


def _name(row: NamedRow) -> str:
    said = row.get("sender")
    return text_in(row.get("name") if said in (None, "") and isinstance(row.get("name"), dict) else said, CHAT["name"])


def _account(row: NamedRow) -> str:
    """The account id of who wrote it, perhaps of an object, or of a name that can be nothing else."""
    objects = (said for field in ("sender", "name") if isinstance(said := row.get(field), dict))
    account = text_of(row.get("account")).strip() or next((text_in(said, CHAT["id"]) for said in objects), "")
    name = _name(row).strip()
    said = account not in _NO_ACCOUNT and (account != name or account.isascii())  # others put names there
    return account if account and said else "" if account else name if is_account(name) else ""


def person_of(row: NamedRow, habits: _Habits) -> _Person:
    """Who wrote a row."""
    (sender, behind), account = split_account(_name(row).strip()), _account(row)
    account = account or behind or ""
    if habits.of_chat:
        return _Person(sender, "")
    beside = ("card", "remark") if habits.placed else ("card", "remark", "name")
    others, side = [split_account(text_of(row.get(field)).strip())[0] for field in beside], None
    if any(others) and (is_account(sender) or (sender != ME and says_own(sender) is not None)):
        side, sender = says_own(sender), ""
    name = sender or next(filter(None, others), "") or ("" if account else text_of(row.get("person")).strip())
    word = text_of(row.get("own")).strip()
    name = name or ("" if account or _is_side(word) else word)
    aliases = dict.fromkeys(other for other in others if other and other != name)
    return _Person(name, account, tuple(aliases) if not sender or sender in others else (), side)


def _is_side(word: str) -> bool:
    """Whether a word says whether the owner wrote, or that nobody did."""
    return word in ("", "system") or read_flag(word) is not None or says_own(word) is not None


def own_of(reading: Reading, row: NamedRow, person: _Person, habits: _Habits) -> bool | None:
    """Whether the owner wrote a row; a word that does not say it is told."""
    value = row.get("own")
    word = text_of(value).strip()
    own = read_flag(value)
    if own is None and word.casefold() in _UNSAID:
        return None
    own = says_own(word) if own is None else own
    if own is None and word not in ("", "system", person.name):
        what = f"{word[:60]!r} does not say whether the owner wrote it"
        if reading.is_news(what):
            reading.report("bad-cell", what, severity=Severity.ERROR, line=row.line)
    other = read_flag(row.get("other")) if own is None else None
    own = (person.side if other is None else not other) if own is None else own
    if own is None and habits.owner and person.account:
        own = person.account == habits.owner
    return own if own is not None else person.name in OWN or (False if habits.named and person.name else None)


# --- the chat ---------------------------------------------------------------------------------------------------------


def chat_of_row(reading: Reading, row: NamedRow, habits: _Habits) -> Draft:
    """Whose chat a row is of."""
    room_id, room = text_in(row.get("room_id"), CHAT["id"]), text_in(row.get("room"), CHAT["name"])
    id_ = text_in(row.get("chat_id"), CHAT["id"]) or room_id
    name = text_in(row.get("chat"), CHAT["name"]) or room
    if not id_ and (is_account(name) or is_room(name)):
        id_, name = name, ""
    id_ = id_ or (text_of(row.get("name")).strip() if habits.placed else "")
    if habits.of_chat:
        id_, name = _account(row), text_of(row.get("remark")) or text_of(row.get("name"))
    if habits.owner and not id_ and not name:
        id_ = next((end for end in (_account(row), text_of(row.get("to"))) if end != habits.owner), "")
    chat, said = row.chat or reading.chat, read_flag(row.get("group"))
    if (not id_ and not name) or (id_ and id_ == chat.id):
        chat.title = chat.title or name or None
        chat.is_group = said if chat.is_group is None else chat.is_group
        return chat
    is_group = said if said is not None else True if (room or room_id) and not is_account(id_) else is_room(id_)
    return reading.chat_of(id_ or name, id=id_ or None, title=name or None, is_group=is_group)


def describe(chat: Draft, said: Mapping[str, Any]) -> None:
    """Take what an object around the messages, or one in it, says of their chat."""
    said = {shown_key(key): value for key, value in said.items()}
    title = next((text_of(said[key]) for key in _TITLES if isinstance(said.get(key), str)), "")
    about: Mapping[str, Any] = next((said[key] for key in _CHATS if isinstance(said.get(key), dict)), {})
    about = {shown_key(key): value for key, value in about.items()}
    found = {
        field: next((text_of(about[name]) for name in names if about.get(name)), "") for field, names in CHAT.items()
    }
    ids = (said[key] for key in (*CHAT["id"], "chat") if is_account(text_of(said.get(key))))
    title = "" if is_account(title) and title == said.get("chat") else title
    chat.title, chat.id = chat.title or title or found["name"] or None, chat.id or found["id"] or next(ids, None)
    chat.is_group = is_room(chat.id)


def call_chat(chat: Draft, key: str) -> None:
    """Take the key that a chat stands under for its name, or for the account, where nothing else says them."""
    if is_account(key) or is_room(key):
        chat.id, chat.is_group = chat.id or key, is_room(chat.id or key)
    chat.title = chat.title or key or None


def shown_key(key: str) -> str:
    """A key as people see it."""
    return key if key.isprintable() else "".join(filter(str.isprintable, key))
