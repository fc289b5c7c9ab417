"""A PDF of the page: the same bubbles on paper, set by WeasyPrint.

Takes a conversation, gives the bytes of a PDF. What a message looks like is the business of `pages`, as for `html`; a
style for paper comes after it. WeasyPrint runs no script and gets nothing but this text: any address that it would
fetch is refused, so pictures are those of the export, inside the text. It needs Pango on the machine, and fonts for
Chinese and for emoji; no browser. The same chat gives the same bytes where the fonts and libraries are the same.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any, Final

from wechatlog.content.descriptions import LANGUAGES
from wechatlog.errors import WriteError, needs_extra
from wechatlog.writers.base import Form, Items, batched
from wechatlog.writers.options import PICTURE_OPTIONS, choice_option, folder_option, text_option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from wechatlog.pages.people import Person

_DATE: Final = "SOURCE_DATE_EPOCH"
_BATCH: Final = 500
"""Messages that are rendered together."""


class PdfWriter(Form):
    """The writer of PDFs."""

    name = "pdf"
    description = "PDF of the page, A4, for printing and keeping: bubbles, days, pictures"
    suffixes = (".pdf",)
    options: Mapping[str, str] = {
        "owner": "name or account id whose messages stand on the right; otherwise as the archive says",
        "title": "title of the document; otherwise that of the chat",
        "emoji": "`unicode` (the default) shows emoji codes as Unicode, `code` as they are",
        **PICTURE_OPTIONS,
        "interface": "language of days and of words for what is no text, `zh` (the default) or `en`",
    }
    binary = True

    def write(self, items: Items, options: Mapping[str, Any]) -> Iterator[bytes]:
        """The document."""
        ((conversation, messages),) = items
        from wechatlog.media import Keys
        from wechatlog.pages import Chat, Look, Media, clean, faces_of, words_of

        interface = choice_option(options, "interface", LANGUAGES)
        root, keys = folder_option(options, "media_root"), Keys(options.get("aes_key"), options.get("xor_key"))
        unicode_emoji = choice_option(options, "emoji", ("unicode", "code")) == "unicode"
        media = Media("none" if root is None else "embed", root, keys=keys, plays=False)
        look = Look(text_option(options, "owner"), conversation.owner, unicode_emoji, media, interface)
        chat = Chat(look, (member.name for member in conversation.members if member.name), ids=False)
        given = text_option(options, "title") or conversation.title or conversation.id
        title = clean(given or words_of(interface)["untitled"])
        faces = _faces(chat.people, faces_of(conversation, media))
        yield _to_pdf(_page(title, interface, map(chat.render, batched(messages, _BATCH)), faces))


def _faces(people: Iterable[Person], face_of: Callable[[Person], str | None]) -> Iterator[tuple[int, str]]:
    """Number and picture of each person; the page asks when all messages are in it, and the people are known."""
    for person in people:
        if face := face_of(person):
            yield person.number, face


def _page(title: str, interface: str, chunks: Iterable[str], faces: Iterable[tuple[int, str]]) -> str:
    from markupsafe import Markup

    from wechatlog.pages import asset, environment

    style = Markup(asset("messages.css") + asset("paper.css"))  # noqa: S704 - our own files
    language = {"zh": "zh-CN", "en": "en"}[interface]
    template = environment().get_template("paper.html.jinja")
    return template.render(title=title, lang=language, style=style, chunks=chunks, faces=faces)


def _to_pdf(page: str) -> bytes:
    try:
        with needs_extra("pdf", what="writing a PDF"):
            from weasyprint import HTML
            from weasyprint.urls import URLFetcher
    except OSError as error:  # it looks for the libraries of Pango
        raise WriteError(f"WeasyPrint does not find Pango, which sets the text: {error}", "pdf") from error
    fetcher = URLFetcher(allowed_protocols=("data",))
    try:
        with _without_a_clock():
            written: bytes = HTML(string=page, url_fetcher=fetcher).write_pdf(pdf_identifier=b"wechatlog")
    except Exception as error:
        what = f"{type(error).__name__}: {error}".rstrip(": ")
        raise WriteError(f"WeasyPrint cannot set this page: {what}", "pdf") from error
    return written


@contextlib.contextmanager
def _without_a_clock() -> Iterator[None]:
    """See that fontTools dates the parts of fonts in the document with a fixed day: the only way that it has."""
    if _DATE in os.environ:
        yield
        return
    os.environ[_DATE] = "946684800"
    try:
        yield
    finally:
        del os.environ[_DATE]


WRITER: Final = PdfWriter()
