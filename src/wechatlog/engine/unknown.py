"""What an input is that no reader takes, as far as its bytes tell. Knows no format of chats."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from wechatlog.content.file_kinds import kind_of
from wechatlog.errors import UnknownFormatError, WechatlogError
from wechatlog.tokenizer import offer_template
from wechatlog.zips import open_zip

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wechatlog.engine.head import Head
    from wechatlog.source import Source

_NO_FORMAT: Final = {
    "empty": "the file is empty",
    "binary": "these are binary data of no known kind",
    "html": "this page is no chat export that is known",
    "mime": "no chat in this mail, or saved page, in which a browser keeps no scripts; read the page that was exported",
    "zip": "this ZIP holds files; load and load_archive read the chats among them",
    "sqlite": "this database is no WeChat database that is known",
    "ole": "this old Excel file is no chat export that is known",
    "parquet": "this Parquet file has no columns time, sender and text of messages",
    "arrow": "this Arrow file has no columns time, sender and text of messages",
    "json": "this JSON is no chat export that is known",
    "jsonl": "these JSON lines are no chat export that is known",
    "js": "this script is no chat export that is known",
}


_BEGINNING: Final = 8192
_FOR_PEOPLE: Final = re.compile(
    r"""\A<!doctype\ html>.{0,4000}<meta\ name="generator"\ content="wechatlog">  # a page
    |\A(?:[^\n]{0,200}\n\n)?[0-9]{4}-[0-9]{2}-[0-9]{2}\n\n[0-9]{2}:[0-9]{2}(?::[0-9]{2})?\ (?:\*|[^\n]+:)\   # text
    |^tags:\n\ \ -\ wechat$  # the note of a chat
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL | re.IGNORECASE,
)
"""How texts begin that are written here, and lose too much to be read again."""

_NO_HEADER: Final = "no known format: no line looks like a message header"

_SIGNATURES: Final = (
    (0, b"%PDF-", "this is a PDF, and its pages are no messages"),
    (0, b"Rar!\x1a\x07", "this is a RAR archive; unpack it first"),
    (0, b"7z\xbc\xaf\x27\x1c", "this is a 7z archive; unpack it first"),
    (0, b"\xfd7zXZ\0", "this is an XZ archive; unpack it first"),
    (0, b"\x28\xb5\x2f\xfd", "this is a Zstandard archive; unpack it first"),
    (0, b"bplist00", "this is a property list, as Safari saves pages; save the page as its source, and read that"),
    (0, b"{\\rtf", "this is a document in RTF; save it as .docx or as plain text, and read that"),
    (257, b"ustar", "this is a tar archive; unpack it first"),
)
_OFFICE: Final = (
    ("word/", "this is a Word document and no chat export that is known"),
    ("xl/", "no sheet of this workbook is a chat export that is known"),
    ("ppt/", "these are slides and no chat export"),
)

_OPEN_DOCUMENT: Final = "this is an OpenDocument file; save it as .docx, .xlsx or plain text, and read that"
_OLD_WORD: Final = "this is a document of an old Word (.doc); save it as .docx or as plain text, and read that"
_OLD_WORD_PART: Final = "WordDocument".encode("utf-16-le")


def office_document(source: Source) -> str | None:
    """Why a document of an office program, which is a ZIP inside, is no chat; `None` for other ZIPs."""
    try:
        with open_zip(source) as archive:
            names = archive.namelist()
    except (WechatlogError, OSError):
        return None
    if "[Content_Types].xml" not in names:
        return _OPEN_DOCUMENT if {"mimetype", "content.xml", "META-INF/manifest.xml"} <= set(names) else None
    return next((text for folder, text in _OFFICE if any(name.startswith(folder) for name in names)), None)


def is_for_people(text: str) -> bool:
    """Whether a text was written here for people, and says too little to be read again."""
    return _FOR_PEOPLE.search(text[:_BEGINNING]) is not None


def unknown_format(head: Head, others: Mapping[str, str]) -> UnknownFormatError:
    """The error of an input that no reader takes.

    Args:
        head: of the input.
        others: why each reader does not take it.
    """
    return UnknownFormatError(head.source.label, _why(head), others)


def _why(head: Head) -> str:
    for place, signature, text in _SIGNATURES:
        if head.data.startswith(signature, place):
            return text
    if "binary" in head.containers and (kind := kind_of(head.data)) is not None:
        sort, _, form = kind.type.upper().partition("/")
        still, film, sound = f"this is a picture ({form})", f"this is a video ({form})", f"this is a sound ({form})"
        return still if sort == "IMAGE" else film if sort == "VIDEO" else sound
    if "zip" in head.containers and (text := office_document(head.source) or ""):
        return text
    if "ole" in head.containers and (head.suffix == ".doc" or _OLD_WORD_PART in head.data):
        return _OLD_WORD
    known = (text for key, text in _NO_FORMAT.items() if key in head.containers)
    reason = next(known, _NO_HEADER)
    if "text" in head.containers:
        if is_for_people(head.text):
            return "this is written by wechatlog to be read by people; read what it was made from"
        template = offer_template(head.lines)
        if template and not set("'\\\n") & set(template):  # it can be typed as it stands
            described = "if its lines are messages, describe them: --text-format"
            return f"no known format; {described} '{template}', in Python format=wechatlog.text_format('{template}')"
    if reason is _NO_HEADER:
        described = "lines of messages of any other shape can be described with --text-format"
        return f"{reason}; {described}, in Python with wechatlog.text_format"
    return reason
