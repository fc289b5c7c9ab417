"""What a notebook shows of a conversation, a message, the statistics: bounded HTML in which nothing can run.

Takes values of the library, gives markup without a script; pictures are named, not loaded. The look follows the
notebook, light or dark. `_repr_html_` of the values comes here. Needs the extra `html`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs
from markupsafe import Markup

from wechatlog.content.descriptions import WEEKDAYS
from wechatlog.operations.statistics.values import with_picture
from wechatlog.pages import Look, Media, asset, clean, environment, render_messages, stylesheet
from wechatlog.pages.report import bars
from wechatlog.segments.types import Forward

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wechatlog.model import Conversation, Message
    from wechatlog.operations import Statistics


_EDGE: Final = 20
"""Messages shown at the beginning of a conversation, and at its end."""

_LONGEST: Final = 2_000
"""Characters shown of a text."""

_FORWARDED: Final = 20
"""Messages shown of a bundle."""

_TOP: Final = 10
"""Rows shown of a table of the statistics."""


def conversation_html(conversation: Conversation) -> str:
    """The first and the last messages of a conversation, as bubbles in a box that scrolls."""
    messages = conversation.messages
    if len(messages) <= 2 * _EDGE:
        parts = [_bubbles(messages, conversation)]
    else:
        parts = [_bubbles(part, conversation) for part in (messages[:_EDGE], messages[-_EDGE:])]
    return _render(
        "conversation",
        title=conversation.title or conversation.id or conversation.origin.source or "Conversation",
        facts=" · ".join(conversation._facts()),
        parts=parts,
        hidden=len(messages) - 2 * _EDGE,
    )


def message_html(message: Message) -> str:
    """One message as a bubble."""
    return _render("message", content=_bubbles([message]))


def statistics_html(statistics: Statistics) -> str:
    """The most important numbers: totals, the most active, the hours of the week, emoji."""
    peak = max(max(hours) for hours in statistics.hours) or 1
    return _render(
        "statistics",
        found=statistics,
        senders=bars((sender.label, sender.messages) for sender in statistics.most_active(_TOP)),
        kinds=bars((kind.value, number) for kind, number in statistics.kinds.most_common(_TOP)),
        emoji=bars((with_picture(name), number) for name, number in statistics.emoji.most_common(_TOP)),
        week=[
            (day, [(hour, number, round(100 * number / peak)) for hour, number in enumerate(hours)])
            for day, hours in zip(WEEKDAYS["en"], statistics.hours, strict=True)
        ],
    )


def _render(name: str, **values: Any) -> str:
    template = environment().get_template("notebook.html.jinja")
    style = Markup(stylesheet() + asset("notebook.css"))  # noqa: S704 - our own files
    return clean(template.render(view=name, style=style, **values))


def _bubbles(messages: Sequence[Message], conversation: Conversation | None = None) -> str:
    owner = conversation.owner if conversation is not None else None
    look = Look(presumed_owner=owner, media=Media("none"), interface="en")
    return render_messages([_bounded(message) for message in messages], look)


def _bounded(message: Message) -> Message:
    """A message that is not longer than a person would read here."""
    if len(message.text) > _LONGEST:
        return attrs.evolve(message, text=f"{message.text[:_LONGEST]}…", segments=None)
    if message.given_segments is None:
        return message
    segments = [
        attrs.evolve(segment, messages=segment.messages[:_FORWARDED]) if isinstance(segment, Forward) else segment
        for segment in message.given_segments
    ]
    return attrs.evolve(message, segments=segments)
