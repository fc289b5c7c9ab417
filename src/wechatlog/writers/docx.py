"""A Word document: a heading for each day, names in bold, pictures where the export has them.

Takes a conversation, gives the bytes of a `.docx`, which python-docx builds in memory. Everything is text in runs: no
field, link, macro or picture from elsewhere comes from a chat, and characters that XML cannot hold become U+FFFD. What
a message reads like is `content.wording`. The same chat gives the same bytes.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any, Final

import regex

from wechatlog.content.descriptions import LANGUAGES, word
from wechatlog.content.wording import has_words, wording, words_apart
from wechatlog.emoji import to_unicode
from wechatlog.errors import FormatError, needs_extra
from wechatlog.media import Keys, MediaFolder, read
from wechatlog.model import Message
from wechatlog.segments.types import Image, Sticker
from wechatlog.timestamps import day_and_clock
from wechatlog.writers.base import Form, Items
from wechatlog.writers.options import PICTURE_OPTIONS, choice_option, folder_option

_MADE: Final = dt.datetime(2000, 1, 1)
"""The day that every document says it was made on, so that the same chat gives the same bytes."""

_UNFIT: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LINE_END: Final = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_PICTURES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/bmp", "image/tiff"})
_WIDTH: Final = 9.0
_HEIGHT: Final = 12.0
"""What a picture is given at most, in centimetres."""

_EMOJI: Final = regex.compile(
    r"((?:(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f)\p{Emoji_Modifier}?+"
    r"(?:\u200d\p{Extended_Pictographic}\ufe0f?+)*+)++)"
)
"""Emoji that stand together. They get a font of their own: beside letters, some programs take one font for both."""


def _plain(text: str) -> str:
    r"""A text that a document can hold, its lines ended by `\n`."""
    return _UNFIT.sub("\ufffd", _LINE_END.sub("\n", text))


class DocxWriter(Form):
    """The writer of Word documents."""

    name = "docx"
    description = "Word document for reading and printing: days, names, times, pictures"
    suffixes = (".docx",)
    options: Mapping[str, str] = {
        "emoji": "emoji codes as `unicode` (the default) or as the `code`",
        **PICTURE_OPTIONS,
        "interface": "language of the words for what is no text: `zh` (the default) or `en`",
    }
    binary = True

    def write(self, items: Items, options: Mapping[str, Any]) -> Iterator[bytes]:
        """The document."""
        ((conversation, messages),) = items
        document = _Document(options)
        document.begin(conversation.title or conversation.id or "")
        for message in messages:
            document.add(message)
        yield document.finish()


class _Document:
    def __init__(self, options: Mapping[str, Any]) -> None:
        with needs_extra("docx", what="writing a Word document"):
            import docx
        self._unicode_emoji = choice_option(options, "emoji", ("unicode", "code")) == "unicode"
        self._language = choice_option(options, "interface", LANGUAGES)
        root = folder_option(options, "media_root")
        self._files = None if root is None else MediaFolder(root)
        self._keys = Keys(options.get("aes_key"), options.get("xor_key"))
        self._document = docx.Document()
        self._end = self._document.element.body.sectPr
        self._day = ""
        from docx.enum.style import WD_STYLE_TYPE
        from docx.oxml.ns import qn
        from docx.shared import Cm, Pt, RGBColor

        styles = self._document.styles
        for name in ("Normal", "Title", "Heading 1"):
            fonts = styles[name].element.get_or_add_rPr().get_or_add_rFonts()
            for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
                fonts.attrib.pop(qn(f"w:{theme}"), None)
            fonts.set(qn("w:ascii"), "Calibri")
            fonts.set(qn("w:hAnsi"), "Calibri")
            fonts.set(qn("w:eastAsia"), "Microsoft YaHei")
        settings = self._document.settings.element
        for language in (*styles.element.iter(qn("w:lang")), *settings.iter(qn("w:themeFontLang"))):
            language.set(qn("w:eastAsia"), "zh-CN")
        emoji = styles.add_style("Emoji", WD_STYLE_TYPE.CHARACTER)
        self._emoji = emoji.style_id
        fonts = emoji.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(qn(f"w:{script}"), "Segoe UI Emoji")
        styles["Normal"].font.size = Pt(10.5)
        styles["Normal"].paragraph_format.space_after = Pt(6)
        self._soft = RGBColor(0x70, 0x70, 0x70)
        self._small = Pt(8.5)
        for section in self._document.sections:
            section.page_width, section.page_height = Cm(21), Cm(29.7)
            section.left_margin = section.right_margin = Cm(2.2)

    def begin(self, title: str) -> None:
        facts = self._document.core_properties
        facts.author, facts.last_modified_by, facts.comments = "wechatlog", "wechatlog", ""
        facts.created = facts.modified = _MADE
        facts.title = one_line = " ".join(_plain(title).split())[:250]
        if one_line:
            self._say(self._paragraph("Title"), one_line)

    def add(self, message: Message) -> None:
        day, clock = day_and_clock(message.time, message.precision)
        if day and day != self._day:
            self._day = day
            self._paragraph("Heading 1").add_run(day)
        paragraph = self._paragraph()
        if message.sender is not None:
            name = _plain(message.sender).replace("\n", " ") or word("nobody", self._language)
            for run in self._say(paragraph, name):
                run.bold = True
            self._faintly(paragraph.add_run(f"  {clock}\n" if clock else "\n"))
        elif clock:
            self._faintly(paragraph.add_run(f"{clock}  "))
        pictures = self._pictures(message)
        if pictures and not has_words(message) and not words_apart(message):  # they stand for a placeholder
            self._show(paragraph, pictures)
            return
        text = wording(message)
        for run in self._say(paragraph, _plain(to_unicode(text, "replace") if self._unicode_emoji else text)):
            if message.sender is None:
                self._faintly(run)
                run.italic = True
        if pictures:
            paragraph.add_run("\n")
            self._show(paragraph, pictures)

    def _paragraph(self, style: str | None = None) -> Any:
        """A new paragraph at the end; python-docx itself looks through all of them for the end."""
        from docx.oxml import OxmlElement
        from docx.text.paragraph import Paragraph

        element: Any = OxmlElement("w:p")
        self._end.addprevious(element)
        paragraph = Paragraph(element, self._document)
        if style is not None:
            paragraph.style = self._document.styles[style]
        return paragraph

    def _say(self, paragraph: Any, text: str) -> list[Any]:
        """Add a text: runs of letters, and runs of emoji."""
        runs = []
        for number, part in enumerate(_EMOJI.split(text)):
            if part:
                runs.append(run := paragraph.add_run(part))
                if number % 2:
                    run._r.style = self._emoji  # by its id; python-docx itself looks through all styles for it
        return runs

    def _faintly(self, run: Any) -> None:
        run.font.size, run.font.color.rgb = self._small, self._soft

    def _pictures(self, message: Message) -> list[Any]:
        """The pictures of a message that are in the export and that Word can show, as parts of the document."""
        from docx.image.exceptions import InvalidImageStreamError, UnexpectedEndOfFileError, UnrecognizedImageError

        found = []
        for segment in message.given_segments or () if self._files is not None else ():
            if not isinstance(segment, Image | Sticker) or not segment.path:
                continue
            try:
                picture = read(segment.path, self._keys, root=self._files)
            except (FormatError, OSError):
                continue
            if picture.kind not in _PICTURES:
                continue
            with contextlib.suppress(
                InvalidImageStreamError, UnexpectedEndOfFileError, UnrecognizedImageError, ValueError, KeyError
            ):
                found.append(self._document.part.new_pic_inline(io.BytesIO(picture.data)))
        return found

    @staticmethod
    def _show(paragraph: Any, pictures: list[Any]) -> None:
        """Add pictures, one below the other, on the page of the name."""
        from docx.shared import Cm

        paragraph.paragraph_format.keep_together = True
        for number, inline in enumerate(pictures):
            for side in "TBLR":  # no space round it, which python-docx leaves open
                inline.set(f"dist{side}", "0")
            extent = inline.extent
            scale = min(1.0, Cm(_WIDTH) / max(1, extent.cx), Cm(_HEIGHT) / max(1, extent.cy))
            extent.cx, extent.cy = max(1, int(extent.cx * scale)), max(1, int(extent.cy * scale))
            size = inline.graphic.graphicData.pic.spPr
            size.cx, size.cy = extent.cx, extent.cy
            paragraph.add_run("\n" if number else "")._r.add_drawing(inline)

    def finish(self) -> bytes:
        """The bytes; python-docx dates the files inside, so they are packed once more without a date."""
        packed, target = io.BytesIO(), io.BytesIO()
        self._document.save(packed)
        with zipfile.ZipFile(packed) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in source.namelist():
                entry = zipfile.ZipInfo(name, _MADE.timetuple()[:6])
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, source.read(name))
        return target.getvalue()


WRITER: Final = DocxWriter()
