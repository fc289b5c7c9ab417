"""Plain text, as a person would paste it into a mail: a heading for each day, a line for each message."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from wechatlog.content.wording import wording
from wechatlog.emoji import EmojiPolicy, to_unicode
from wechatlog.timestamps import day_and_clock
from wechatlog.writers.base import Form, Items
from wechatlog.writers.options import choice_option

_LINE_END: Final = re.compile(r"\r\n?|\n")


class TextWriter(Form):
    """The writer of plain text."""

    name = "text"
    description = "plain text for people: days, times, names; not meant to be read back"
    suffixes = (".txt",)
    options: Mapping[str, str] = {
        "emoji": "`keep` the codes (the default), `replace` them by Unicode, or `annotate` them"
    }
    several = True
    streaming = True

    def write(self, items: Items, options: Mapping[str, Any]) -> Iterator[str]:
        """The title, then each day's messages; further lines of a message are indented."""
        policy: EmojiPolicy = choice_option(options, "emoji", ("keep", "replace", "annotate"))
        for conversation, messages in items:
            if conversation.title:
                yield f"{_one_line(conversation.title)}\n"
            day = ""
            for message in messages:
                today, clock = day_and_clock(message.time, message.precision)
                if today and today != day:
                    yield f"\n{today}\n\n"
                    day = today
                text = wording(message) or f"[{message.kind}]"
                who = f"{_one_line(message.sender)}: " if message.sender is not None else "* "
                body = _LINE_END.sub("\n    ", to_unicode(text, policy))
                yield f"{clock} {who}{body}\n".lstrip()


def _one_line(text: str) -> str:
    return _LINE_END.sub(" ", text)


WRITER: Final = TextWriter()
