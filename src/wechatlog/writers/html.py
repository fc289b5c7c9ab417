"""The page: a chat as one HTML file that is read offline, and the index of several such files.

Takes a conversation and a stream of messages, gives the page in pieces: its head, the messages in chunks, and what is
only known at the end. The first chunks are part of the document; the others are kept as text, in script elements that
no browser runs, and the page's own script makes elements of them as they are scrolled to. So a page of a million
messages opens, and is written in memory that does not grow. What a message looks like is the business of `pages`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from wechatlog.content.descriptions import WEEKDAYS, Language, size_text
from wechatlog.content.places import safe_path
from wechatlog.errors import OptionError
from wechatlog.model import Conversation, Message, MessageKind
from wechatlog.source import check_path
from wechatlog.writers.base import Form, IndexEntry, Items
from wechatlog.writers.options import choice_option, folder_option, number_option, text_option

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from wechatlog.pages import Chat, Look, MediaMode

_CHUNK: Final = 150
"""Messages in a chunk."""
_CHUNK_TEXT: Final = 60_000
"""Characters of text after which a chunk ends before its time."""
_PICTURE: Final = 12_000
"""What an embedded picture counts for."""
_LIVE: Final = 2000
"""Messages after which chunks are kept as text."""
_LIVE_TEXT: Final = 1_000_000
"""Bytes after which they are, whatever the number of messages."""
_HUGE: Final = 50_000_000
"""Bytes from which on the page says that it is large."""
_LISTED: Final = 1000
"""How many people the filter of the page lists."""

_PICTURES: Final = frozenset({MessageKind.IMAGE, MessageKind.STICKER, MessageKind.VOICE})
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}")
_REMOTE: Final = ('<a class="remote ', ' data-u="')
_ASSETS: Final = ("messages.css", "page.css")
_SCRIPT_WORDS: Final = (
    "none_found and_more missing huge copied enlarge go open all image video log people active_days per_day busiest "
    "week months kinds"
).split()
"""What the script says by itself; the rest stands in the template."""


class _Settings:
    def __init__(self, options: Mapping[str, Any]) -> None:
        self.owner = text_option(options, "owner")
        self.title = text_option(options, "title")
        self.unicode_emoji = choice_option(options, "emoji", ("unicode", "code")) == "unicode"
        self.theme = choice_option(options, "theme", ("auto", "light", "dark"))
        self.lang = text_option(options, "lang") or "zh-CN"
        if not _LANGUAGE.fullmatch(self.lang):
            raise OptionError("lang", f"expected a language tag such as zh-CN or en, not {self.lang!r}")
        choices: tuple[Language, ...] = ("zh", "en") if self.lang[:2].lower() == "zh" else ("en", "zh")
        self.interface = choice_option(options, "interface", choices)
        self.index = _way_back(text_option(options, "index"))
        from wechatlog.media import Keys
        from wechatlog.pages import MEDIA_LIMIT, Media

        mode: MediaMode = choice_option(options, "media", ("link", "embed", "none"))
        limit = number_option(options, "media_limit", MEDIA_LIMIT)
        root = folder_option(options, "media_root")
        if root is None and mode == "embed":
            raise OptionError("media_root", "media=embed needs the folder of the archive")
        keys = Keys(options.get("aes_key"), options.get("xor_key"))
        place = options.get("page_folder", root)
        try:
            folder = None if place is None else check_path(place)
        except (OSError, TypeError):
            raise OptionError("page_folder", f"expected the path of a folder, not {place!r:.80}") from None
        self.media = Media(mode, root, limit, keys, folder)

    def look(self, conversation: Conversation) -> Look:
        from wechatlog.pages import Look

        return Look(self.owner, conversation.owner, self.unicode_emoji, self.media, self.interface)


def _way_back(index: str | None) -> str | None:
    """The address of the index, which may lie in a folder above."""
    if index is None:
        return None
    rest = re.sub(r"\A(?:\.\.[/\\])+", "", index)
    address = safe_path(rest)
    if address is None:
        raise OptionError("index", f"expected a path from the page, such as index.html, not {index!r}")
    return "../" * ((len(index) - len(rest)) // 3) + address


def _batches(messages: Iterable[Message], *, embedding: bool) -> Iterator[list[Message]]:
    """The messages of each chunk; few where each may bring a picture."""
    batch: list[Message] = []
    length = 0
    for message in messages:
        batch.append(message)
        length += len(message.text) + (_PICTURE if embedding and message.kind in _PICTURES else 0)
        if len(batch) >= _CHUNK or length > _CHUNK_TEXT:
            yield batch
            batch, length = [], 0
    if batch:
        yield batch


class HtmlWriter(Form):
    """The writer of the page."""

    name = "html"
    description = "one self-contained page for a browser: bubbles, search, filter, dark mode; made for reading"
    suffixes = (".html", ".htm")
    options: Mapping[str, str] = {
        "owner": "name or account id whose messages stand on the right; otherwise as the archive says",
        "title": "title of the page; otherwise that of the chat",
        "emoji": "`unicode` (the default) shows emoji codes as Unicode, `code` as they are",
        "media": "pictures, voices, videos and files: `link` to files (the default), `embed` pictures, voices "
        "and videos, or `none`",
        "media_root": "the folder, or the ZIP, that the paths of the archive start from: for `media=embed`, and for a "
        "page that is put elsewhere",
        "page_folder": "the folder that the page is put into, where `dump` does not know: links start there",
        "media_limit": "bytes up to which a picture, a voice or a video is embedded; default 2000000",
        "aes_key": "your own key of WeChat's encrypted pictures (V2), for `media=embed`",
        "xor_key": "your own number of WeChat's encrypted pictures, such as `0x37`, for `media=embed`",
        "theme": "`auto` (the default, as the system), `light` or `dark`; the page has a button for it",
        "lang": "language of the chat, as a tag; default `zh-CN`",
        "index": "the page that this one leads back to, such as `index.html`, relative to it; `dump_archive` knows it",
        "interface": "language of the page itself, `zh` or `en`; default: that of `lang`",
    }
    streaming = True

    def write(self, items: Items, options: Mapping[str, Any]) -> Iterator[str]:
        """The head, the messages chunk by chunk, and the end with figures and the script."""
        from wechatlog.pages import Chat, clean, script, words_of

        settings = _Settings(options)
        ((conversation, messages),) = items
        names = (member.name for member in conversation.members if member.name)
        chat = Chat(settings.look(conversation), names)
        words = words_of(settings.interface)
        title = clean(settings.title or conversation.title or conversation.id or words["untitled"])
        piece = _page("start", settings, title, script=script("page"), index=settings.index)
        size = remote = 0
        for batch in _batches(messages, embedding=settings.media.mode == "embed"):
            size += len(piece.encode())
            yield piece
            # A chunk is part of the document, or text for the page's script, which the browser does not look into: all
            # that the chat holds is escaped, so there is no `<` in it that could end the element or open a comment.
            is_live = chat.count < _LIVE and size < _LIVE_TEXT
            tag, kind = ("div", 'class="c"') if is_live else ("script", 'type="text/plain"')
            piece = f'<{tag} {kind} data-n="{chat.count}">\n{chat.render(batch)}</{tag}>\n'
            remote += sum(map(piece.count, _REMOTE))  # not out of the chat, whose quotation marks are escaped
        size += len(piece.encode())
        yield piece
        yield _end(conversation, chat, settings, size, remote)

    def write_index(self, entries: Iterable[IndexEntry], options: Mapping[str, Any]) -> Iterator[str]:
        """A page that leads to several pages and says how large each is."""
        from wechatlog.pages import clean, count, script, words_of

        settings = _Settings(options)
        found = list(entries)
        words = words_of(settings.interface)
        title = clean(settings.title or words["index"])
        largest = max((entry.messages for entry in found), default=0) or 1
        rows = [
            {
                "address": safe_path(entry.path),
                "title": entry.title or entry.path,
                "folder": entry.folder,
                "span": " – ".join(
                    dict.fromkeys(t.isoformat()[:10] for t in (entry.first, entry.last) if t is not None)
                ),
                "last": "" if entry.last is None else entry.last.isoformat(),
                "messages": entry.messages,
                "count": count(entry.messages, "message", words),
                "size": entry.size,
                "bytes": size_text(entry.size),
                "share": round(100 * (entry.messages / largest) ** 0.5, 1),
            }
            for entry in found
        ]
        messages, size = sum(entry.messages for entry in found), sum(entry.size for entry in found)
        facts = (count(len(found), "page", words), count(messages, "message", words), size_text(size))
        yield clean(_page("index", settings, title, script=script("index"), rows=rows, facts=" · ".join(facts)))


def _page(template: str, settings: _Settings, title: str, *, script: str, **values: Any) -> str:
    """A template that begins with the head of a page; the policy of the page allows one script."""
    from markupsafe import Markup

    from wechatlog.pages import asset, content_policy, environment, words_of

    style = "".join(map(asset, _ASSETS))
    values |= {
        "title": title,
        "lang": settings.lang,
        "theme": settings.theme,
        "words": words_of(settings.interface),
        "policy": content_policy(style, script),
        "style": Markup(style),  # noqa: S704 - our own file
        "script": Markup(script),  # noqa: S704 - our own file
    }
    return environment().get_template(f"{template}.html.jinja").render(values)


def _end(conversation: Conversation, chat: Chat, settings: _Settings, size: int, remote: int) -> str:
    from markupsafe import Markup

    from wechatlog.pages import environment, faces_of, initial_of, script, words_of

    words = words_of(settings.interface)
    code = script("page")
    people = sorted(chat.people, key=lambda person: -person.count)
    face_of = faces_of(conversation, settings.media)
    listed = [(person, person.name or words["nobody"]) for person in people[:_LISTED]]
    kinds = sorted(chat.kinds.items(), key=lambda item: -item[1])
    data = {
        "count": chat.count,
        "remote": remote,
        "people": [
            {
                "number": person.number,
                "name": name,
                "count": person.count,
                "colour": chat.colours.of(name),
                "initial": initial_of(name),
                "face": face_of(person),
            }
            for person, name in listed
        ],
        "more": max(0, len(people) - _LISTED),
        "kinds": [[kind.value, words[kind.value], number] for kind, number in kinds],
        "days": [[day, *numbers] for day, numbers in chat.days.items()],
        "hours": chat.hours,
        "words": {name: words[name] for name in _SCRIPT_WORDS} | {"weekdays": WEEKDAYS[settings.interface]},
    }
    size += len(code.encode()) + len(json.dumps(data))
    facts = _facts(chat.count, len(people), list(chat.days), size, words)
    data |= {"facts": facts, "huge": size >= _HUGE}
    template = environment().get_template("end.html.jinja")
    return template.render(words=words, facts=facts, data=data, script=Markup(code))  # noqa: S704 - our own file


def _facts(messages: int, people: int, days: Sequence[str], size: int, words: Mapping[str, str]) -> str:
    """One line about a chat: messages, people, days, the size of the page."""
    from wechatlog.pages import count

    parts = [count(messages, "message", words), count(people, "person", words)]
    if days:
        first, last = min(days), max(days)
        parts.append(first if first == last else f"{first} – {last}")
        parts.append(count(len(days), "day", words))
    return " · ".join([*parts, size_text(size)])


WRITER: Final = HtmlWriter()
