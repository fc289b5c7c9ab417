"""What an account id says by itself. Takes an id, gives what it is the id of. Knows no format."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["is_account", "is_room"]

_ROOMS: Final = ("@chatroom", "@im.chatroom")
_ACCOUNT: Final = re.compile(r"wxid_[A-Za-z0-9_-]{1,80}|gh_[A-Za-z0-9]{1,40}|[0-9]{1,32}@(?:chatroom|openim)")


def is_room(account: str | None) -> bool | None:
    """Whether an id is that of a group; `None` where there is no id."""
    return account.endswith(_ROOMS) if account else None


def is_account(text: str) -> bool:
    """Whether a text can be nothing but an account id: `wxid_…`, `gh_…`, `…@chatroom`, `…@openim`."""
    return _ACCOUNT.fullmatch(text) is not None
