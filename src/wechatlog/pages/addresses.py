"""The permanent address of each message on a page.

Takes messages in their order, gives names for `id` that stay the same when the chat is exported again or has grown: the
server's id of the message, and where there is none, a hash of when, who and what. What is the same in all of that is
numbered. Knows nothing of the page, and keeps only so much that a chat of any length passes through.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from typing import Final

from wechatlog.model import Message

_REMEMBERED: Final = 50_000
"""How many of the last addresses are kept at least, and twice as many at most, to find repeats and answers."""

_FIT: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
"""An id that can stand in an attribute and behind the `#` of an address as it is."""


class Addresses:
    """Gives addresses: `m` and the server's id, or `h` and a hash; the second of the same has `~2` behind it."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def add(self, message: Message, iso: str) -> str:
        """The address of the next message, with its time as text, as precise as it is known."""
        key = _key(message, iso)
        self._known[key] = number = self._known.pop(key, 0) + 1
        if len(self._known) >= 2 * _REMEMBERED:
            self._known = dict(itertools.islice(self._known.items(), _REMEMBERED, None))
        return key if number == 1 else f"{key}~{number}"

    def of_id(self, server_id: str) -> str | None:
        """The address of the message with a server id, if it is not too far back; `None` where it is."""
        key = f"m{server_id}"
        return key if key in self._known else None


def _key(message: Message, iso: str) -> str:
    id_ = message.id
    if id_ and _FIT.fullmatch(id_):
        return f"m{id_}"
    said = (iso, message.sender_id or message.sender or "", message.kind.value, message.text, id_ or "")
    digest = hashlib.blake2b("\0".join(said).encode("utf-8", "surrogatepass"), digest_size=6)
    return f"h{digest.hexdigest()}"
