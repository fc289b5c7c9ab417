"""Chats as HTML: what the page, and the views in notebooks, are made of.

Takes messages, gives markup that is inert whatever the chat holds: Jinja2 escapes everything, an address becomes a link
only through `safe_url`, and nothing of a chat gets into a script or a style. Needs the extra `html`.
"""

from __future__ import annotations

from wechatlog.errors import needs_extra

with needs_extra("html", what="the HTML page"):
    import jinja2  # noqa: F401
    import markupsafe  # noqa: F401

from wechatlog.pages.chat import Chat, Look, clean, render_messages, stylesheet
from wechatlog.pages.environment import asset, environment, script
from wechatlog.pages.media import MEDIA_LIMIT, Media, MediaMode
from wechatlog.pages.people import faces_of, initial_of
from wechatlog.pages.policy import content_policy
from wechatlog.pages.words import count, words_of

__all__ = [
    "MEDIA_LIMIT",
    "Chat",
    "Look",
    "Media",
    "MediaMode",
    "asset",
    "clean",
    "content_policy",
    "count",
    "environment",
    "faces_of",
    "initial_of",
    "render_messages",
    "script",
    "stylesheet",
    "words_of",
]
