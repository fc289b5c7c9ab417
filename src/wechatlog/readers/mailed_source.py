"""What a mail holds: its text, be it plain, quoted-printable, base64 or HTML.

Takes bytes, gives text that the tokenizer can take. A bold run at the start of a line of HTML is marked with U+0000,
which no text holds, since mails of chat histories set the names in bold. Knows no chat format.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from wechatlog.engine.mime import decode_part, header_text, mail_parts, mails_in, part_name

BOLD: Final = "\0"
"""Stands before the bold part of a line that came from HTML."""

_MIME_HEADERS: Final = re.compile(
    r"(?:From |(?:From|To|Cc|Subject|Date|MIME-Version|Content-Type|Content-Transfer-Encoding|Received|Return-Path|"
    r"Message-ID|Delivered-To|Reply-To|Sender|DKIM-Signature|X-[A-Za-z-]{1,40}): ?\S)",
    re.IGNORECASE,
)
_HTML_START: Final = re.compile(r"\s*<(?:!doctype|html|head|meta|body|div|p|b|span|br|\?xml)\b", re.IGNORECASE)
_TAG: Final = re.compile(r"<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9]{0,20})?[^<>]*>")
_UNSEEN: Final = frozenset({"style", "script", "title", "head"})
_BREAKS: Final = frozenset({"br", "p", "div", "li", "tr", "hr", "blockquote"})
_LONGEST_TAG: Final = 1 << 16


class MailText(NamedTuple):
    """The text of a mail.

    Attributes:
        text: the part that holds the chat.
        subject: of the mail, or `None`.
        attachments: names of the attached files.
    """

    text: str
    subject: str | None
    attachments: tuple[str, ...]


def is_mime(text: str) -> bool:
    """Whether a text begins with the header lines of a mail."""
    return _MIME_HEADERS.match(text.lstrip("\ufeff\r\n")) is not None


def is_html(text: str) -> bool:
    """Whether a text is HTML."""
    return _HTML_START.match(text.lstrip("\ufeff")) is not None


def read_mails(data: bytes, wanted: re.Pattern[str]) -> list[MailText]:
    """The texts of the mails of a mailbox, or of a mail: of those in which a pattern is found, else of the first.

    Args:
        data: the mails as they were saved.
        wanted: what tells the text of interest.
    """
    mails = [_read_mail(mail, wanted) for mail in mails_in(data)]
    return [mail for mail in mails if wanted.search(mail.text)] or mails[:1]


def _read_mail(data: bytes, wanted: re.Pattern[str]) -> MailText:
    """From the first part in which the pattern is found, else from the first part of text."""
    parts = list(mail_parts(data))
    texts: list[str] = []
    names: list[str] = []
    for part in parts:
        name = part_name(part)
        if name:
            names.append(name)
        elif part.get_content_maintype() == "text":
            text = decode_part(part)
            texts.append(
                "".join(html_lines((text,))) if part.get_content_subtype() == "html" or is_html(text) else text
            )
    text = next((text for text in texts if wanted.search(text)), texts[0] if texts else "")
    return MailText(text, header_text(parts[0], "subject"), tuple(names))


def html_lines(blocks: Iterable[str]) -> Iterator[str]:
    """The text of HTML in pieces, its lines as a person sees them; bold runs are marked with `BOLD`."""
    rest, unseen, seen = "", "", ""
    for block in (*blocks, ""):
        text = rest + block.replace(BOLD, "\ufffd")
        cut = text.rfind("<")
        held = bool(block) and cut >= 0 and ">" not in text[cut:] and len(text) - cut < _LONGEST_TAG
        rest = text[cut:] if held else ""
        pieces, unseen = _convert(text[:cut] if held else text, unseen)
        seen += "".join(pieces)
        if seen.strip("\ufeff \t\n"):  # of a block of styles nothing is, and the chat begins further down
            yield seen
            seen = ""
    yield seen


def _convert(text: str, unseen: str) -> tuple[list[str], str]:
    pieces: list[str] = []
    begin = 0
    for tag in _TAG.finditer(text):
        if not unseen:
            pieces.append(_visible(text[begin : tag.start()]))
        begin = tag.end()
        name = (tag["name"] or "").lower()
        if unseen:
            unseen = "" if tag["close"] and name == unseen else unseen
        elif name in _UNSEEN and not tag["close"]:
            unseen = name
        elif name in ("b", "strong"):
            pieces.append("" if tag["close"] else BOLD)
        elif name == "br" or (name in _BREAKS and tag["close"]):
            pieces.append("\n")
    if not unseen:
        pieces.append(_visible(text[begin:]))
    return pieces, unseen


def _visible(text: str) -> str:
    """Text between tags: line ends are blanks there, entities are characters."""
    if "\n" in text or "\r" in text:
        text = text.strip("\r\n").replace("\r", "").replace("\n", " ")
    return html.unescape(text.replace("&nbsp;", " ")).replace(BOLD, "\ufffd") if "&" in text else text
