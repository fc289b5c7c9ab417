"""What is known of a conversation, as a file of our own gives it, to a draft.

Takes a conversation without messages, gives a draft. Knows no format. A reader calls `begin`, hands the draft on
with no messages, so that the conversation before is closed with what was reported of it, and then calls `learn`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wechatlog.diagnostics import Origin

if TYPE_CHECKING:
    from wechatlog.engine.protocol import Context, Draft
    from wechatlog.model import Conversation

__all__ = ["begin", "learn"]


def begin(context: Context, known: Conversation, key: str = "") -> Draft:
    """The draft of a conversation that a file describes, with what it is called.

    Args:
        context: of this reading.
        known: what the file says.
        key: tells the conversations of the file apart.
    """
    return context.draft(key, title=known.title, id=known.id)


def learn(context: Context, draft: Draft, known: Conversation) -> None:
    """Give a draft what the file says, all at once or part by part, and take over the diagnostics of its first reading.

    The zone that the user named goes before that of the file.
    """
    for entry in known.diagnostics:
        context.collector.keep(entry)
    names = ["title", "id", "is_group", "owner"]
    if context.tz is None:
        context.tz_assumed = known.tz_assumed or (context.tz_assumed and draft.tz is not None and known.tz is None)
        names.append("tz")
    for name in names:
        value = getattr(known, name)
        if value is not None:
            setattr(draft, name, value)
    draft.members.extend(known.members)
    draft.metadata.update(known.metadata)
    if known.origin != Origin():
        draft.origin = known.origin
