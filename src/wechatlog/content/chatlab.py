"""How wechatlog writes people into ChatLab files, and reads them back out of its own.

ChatLab wants an id and a name of everybody, neither of them blank; an archive may have only one of the two, or blanks.
Takes a name and an account, gives the fields of ChatLab, and the other way round: whatever is written here is read as
what it was. Ordinary names and accounts are written as they are. Knows no reader and no writer.

Format facts: ChatLab `packages/parser/src/chatlab-validator.ts` (2026-09): `platformId`, `sender` and `accountName`
must not be blank as JavaScript trims, `groupNickname` is any string, the sender `SYSTEM` is reserved.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, Final

from wechatlog.content.accounts import is_room

if TYPE_CHECKING:
    from collections.abc import Mapping

GENERATOR: Final = "wechatlog"
"""What wechatlog calls itself in the header; a file of that name is read by the rules of this module."""

VERSION: Final = "0.0.2"
"""The version of the format that is written."""

SYSTEM_SENDER: Final = "SYSTEM"
"""The sender of notices, which nobody sent."""

LATEST: Final = 100_000_000_000
"""Unix seconds that ChatLab takes for milliseconds; times are below."""

_BLANK: Final = re.compile(r"[\s\ufeff]*")
_NAME: Final = "name:"
_ACCOUNT: Final = "id:"
_MADE: Final = re.compile(r"wechatlog-[0-9a-f]{16}-[0-9]+")


def is_blank(text: str) -> bool:
    """Whether nothing is left of a text when JavaScript trims it, for which U+FEFF is white space too."""
    return _BLANK.fullmatch(text) is not None


def write_account(name: str | None, account: str | None) -> str | None:
    """The `platformId` of a person: the account, or `name:李四` where there is none; `None` for nobody.

    An account that would mean something else is written as `id:SYSTEM`.
    """
    if account is None:
        return None if name is None else _NAME + name
    reserved = account == SYSTEM_SENDER or is_room(account) or account.startswith((_NAME, _ACCOUNT))
    return _ACCOUNT + account if reserved or is_blank(account) else account


def read_account(identifier: str) -> str | None:
    """The account of a `platformId`; `None` where it was made of a name."""
    return None if identifier.startswith(_NAME) else identifier.removeprefix(_ACCOUNT)


def read_owner(identifier: str) -> str:
    """The account of the owner, or the name where there is none."""
    account = read_account(identifier)
    return identifier.removeprefix(_NAME) if account is None else account


def write_name(name: str | None, identifier: str) -> dict[str, str]:
    """`accountName`, and `groupNickname` where a name cannot stand in the first.

    An `accountName` that repeats the id stands for no name.
    """
    if name is None:
        return {"accountName": identifier}
    if name == identifier or is_blank(name):
        return {"accountName": identifier, "groupNickname": name}
    return {"accountName": name}


def read_name(fields: Mapping[str, Any], identifier: str) -> str | None:
    """The name that `write_name` wrote."""
    name = fields.get("groupNickname", fields.get("accountName"))
    repeats = "groupNickname" not in fields and name == identifier
    return name if isinstance(name, str) and not repeats else None


def write_message_id(identifier: str) -> str:
    """The `platformMessageId` of a message that has an id; one that would mean something else gets `id:` in front."""
    return _ACCOUNT + identifier if identifier.startswith(_ACCOUNT) or _MADE.fullmatch(identifier) else identifier


def digest_of(*values: object) -> str:
    """What stands for a message of these values in `made_id`."""
    return hashlib.blake2b(repr(values).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def made_id(digest: str, number: int) -> str:
    """A `platformMessageId` for a message that has none, the same in every export that holds the message.

    ChatLab tells messages apart by it; without it equal ones are one message (`message-deduplicator.ts`, 2026-09). The
    digest is of all that ChatLab looks at, and the number says how many equal messages there were, with this one.
    """
    return f"wechatlog-{digest}-{number}"


def read_message_id(identifier: str) -> str | None:
    """The id of a message; `None` where it was made."""
    return None if _MADE.fullmatch(identifier) else identifier.removeprefix(_ACCOUNT)
