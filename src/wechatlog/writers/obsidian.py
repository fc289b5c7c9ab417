"""A vault for Obsidian: a folder of notes, one for each month of a chat, whose messages can be cited.

Takes conversations, gives for each a note that leads to its months, and the notes of the months. A note begins with
properties (YAML) and holds its messages as a post does: `markdown_blocks`. Behind each message stands a block id, by
which any other note cites or shows it: `[[读书会 2026-05#^m-7000000000000000001]]`. The id is that of the server, else
it is made of time, sender and text, so it stays when the chat is exported again. Whatever the chat holds is shown and
never acts: no link, tag, property, embedded note or query comes from it but addresses and pictures.

Facts: help.obsidian.md, "Internal links" and "Properties" (2026): block ids are letters, digits and hyphens, at the end
of a paragraph or in a line of their own behind any other block; names of notes cannot hold ``# ^ [ ] |``.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from wechatlog.content.file_names import clean_name, free_name
from wechatlog.errors import OptionError
from wechatlog.model import Conversation, Message
from wechatlog.writers import commonmark
from wechatlog.writers.base import Form, Items, NewFile
from wechatlog.writers.markdown_blocks import BLOCK_OPTIONS, Look, Post
from wechatlog.writers.options import texts_option

_UNTITLED: Final = "微信聊天"
_UNDATED: Final = "undated"
_NOT_IN_LINKS: Final = re.compile(r"[#^\[\]|]")
_LONGEST: Final = 80
_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_LINK_MARKS: Final = re.compile(r"\[(?=\[)|\](?=\])")
_TAG: Final = re.compile(r"[^\s#,\[\]{}\"'`|^\\]*[^\W\d][^\s#,\[\]{}\"'`|^\\]*")
_MOST_PEOPLE: Final = 100


class _Month(NamedTuple):
    label: str
    note: str
    messages: list[Message]


class ObsidianWriter(Form):
    """The writer of vaults."""

    name = "obsidian"
    description = "a folder of notes for Obsidian: one for each month, messages with ids that can be cited"
    options: Mapping[str, str] = {
        **BLOCK_OPTIONS,
        "tags": "tags of the notes, with commas between; `wechat` is the default, `none` for none",
    }
    several = True
    folder = True

    def write(self, items: Items, options: Mapping[str, Any]) -> Iterator[str | bytes | NewFile]:
        """For each conversation the notes of its months, and the note that leads to them."""
        look, tags = Look.of(options), texts_option(options, "tags")
        tags = ("wechat",) if tags is None else tags
        for tag in tags:
            if not _TAG.fullmatch(tag):
                raise OptionError("tags", f"{tag!r} is no tag of Obsidian")
        taken: set[str] = set()
        for conversation, messages in items:
            title = clean_name(
                re.sub(r"[/\\]", "_", commonmark.plain_line(conversation.title or conversation.id or ""))
            )
            chat = free_name(_NOT_IN_LINKS.sub("_", title)[:_LONGEST].strip(" .") or _UNTITLED, taken, between=" ")
            found: dict[str, list[Message]] = {}
            label = ""
            for message in messages:  # one without a time is in the month of the one before it
                label = label if message.time is None else message.time.isoformat()[:7]
                found.setdefault(label, []).append(message)
            months = [_Month(name or _UNDATED, f"{chat} {name or _UNDATED}", found[name]) for name in sorted(found)]
            people = [person.name or person.id or "" for person in conversation.participants]
            for number, month in enumerate(months):
                beside = [months[place].note for place in (number - 1, number + 1) if 0 <= place < len(months)]
                yield NewFile(f"{chat}/{month.note}.md")
                yield _properties(conversation, tags, month.messages, up=chat, month=month.label)
                yield from _blocks(month.messages, look)
                yield "\n" + " · ".join(f"[[{note}]]" for note in (chat, *beside)) + "\n"
            yield NewFile(f"{chat}/{chat}.md")
            yield _properties(conversation, tags, [m for month in months for m in month.messages], people=people)
            yield from (f"- [[{month.note}|{month.label}]] · {len(month.messages):,}\n" for month in months)


def _blocks(messages: Iterable[Message], look: Look) -> Iterator[str]:
    """The messages, each with the id by which it is cited."""
    post = Post(look, always_named=True)
    counts: dict[str, int] = {}
    for message in messages:
        identifier = _identifier(message)
        counts[identifier] = number = counts.get(identifier, 0) + 1
        mark = f"^{identifier}-{number}" if number > 1 else f"^{identifier}"
        *headings, block = post.blocks(message)
        yield from (f"\n{heading}\n" for heading in headings)
        is_paragraph = not block.rsplit("\n\n", 1)[-1].startswith(">")
        yield f"\n{block} {mark}\n" if is_paragraph else f"\n{block}\n\n{mark}\n"


def _identifier(message: Message) -> str:
    if message.id is not None and _IDENTIFIER.fullmatch(message.id):
        return f"m-{message.id}"
    time = None if message.time is None else message.time.isoformat()
    said = repr((time, message.sender, message.sender_id, message.kind.value, message.text))
    return f"h-{hashlib.blake2b(said.encode('utf-8', 'surrogatepass'), digest_size=8).hexdigest()}"


def _value(text: str) -> str:
    """A text as a property: quoted, in one line, and no link."""
    plain = _LINK_MARKS.sub(lambda mark: "［" if mark[0] == "[" else "］", commonmark.plain_line(text))
    return json.dumps(plain, ensure_ascii=False)


def _properties(
    conversation: Conversation,
    tags: Sequence[str],
    messages: Sequence[Message],
    *,
    up: str | None = None,
    month: str | None = None,
    people: Sequence[str] = (),
) -> str:
    days = sorted(message.time.isoformat()[:10] for message in messages if message.time is not None)
    fields = {
        "chat": _value(conversation.title) if conversation.title else None,
        "chat_id": _value(conversation.id) if conversation.id else None,
        "month": month,
        "up": None if up is None else f'"[[{up}]]"',
        "first": days[0] if days else None,
        "last": days[-1] if days else None,
        "messages": str(len(messages)),
    }
    lines = [f"{name}: {value}\n" for name, value in fields.items() if value is not None]
    for name, values in (("people", [_value(person) for person in people[:_MOST_PEOPLE]]), ("tags", tags)):
        if values:
            lines.append(f"{name}:\n" + "".join(f"  - {value}\n" for value in values))
    return f"---\n{''.join(lines)}---\n"


WRITER: Final = ObsidianWriter()
