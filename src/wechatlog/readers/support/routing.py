"""Several conversations in one file: messages sorted into batches as they stream by.

Takes pairs of draft and message in any order, gives batches; memory holds one batch. Knows no format.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from wechatlog.engine.protocol import Batch, Context, Draft
    from wechatlog.model import Message

__all__ = ["Desk", "route"]

_BATCH_SIZE: Final = 1024


class Desk:
    """The drafts of the conversations in a file, by a key of the format.

    Args:
        context: makes them.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._drafts: dict[str, Draft] = {}

    def __len__(self) -> int:
        return len(self._drafts)

    def open(self, key: str, **facts: Any) -> Draft:
        """The draft of a key; `facts` fill what is not known of it yet.

        Args:
            key: tells the conversations apart.
            facts: fields of the draft.
        """
        draft = self._drafts.get(key)
        if draft is None:
            draft = self._drafts[key] = self._context.draft(key)
        for name, value in facts.items():
            if value is not None and getattr(draft, name) in (None, {}):
                setattr(draft, name, value)
        return draft

    def first(self, **facts: Any) -> Draft:
        """Any draft; a new one with these facts where there is none, for a file without messages."""
        return next(iter(self._drafts.values()), None) or self.open("", **facts)


def route(stream: Iterable[tuple[Draft, Message]], empty: Callable[[], Draft]) -> Iterator[Batch]:
    """Batches of several conversations.

    Args:
        stream: each message with its conversation.
        empty: makes the draft for a file without messages.
    """
    pending: dict[Draft, list[Message]] = {}
    count = 0
    seen = False
    for draft, message in stream:
        pending.setdefault(draft, []).append(message)
        count += 1
        if count >= _BATCH_SIZE:
            yield from pending.items()
            pending, count, seen = {}, 0, True
    yield from pending.items()
    if not seen and not pending:
        yield empty(), []
