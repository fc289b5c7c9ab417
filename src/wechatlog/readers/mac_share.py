"""The share ZIP of WeChat for Mac (2026): one `聊天记录.txt` and the attachments beside it.

Takes the ZIP, or the text file unpacked; gives messages. A line `·name`, a line `2026年9月10日 17:33`, the body, a
blank line. An attachment is a line `[图片] 图片_1.jpg` that names a file beside the text; where it is not there, that
is said. The file names no chat, no owner, no ids and no zone; times have minutes.

Source of the format: the parser and the fixture of ChatDrop 2026.9, which were checked against the client's files.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from wechatlog.content.client_text import read_body
from wechatlog.content.vocabulary import kind_of_name, segment_for
from wechatlog.decoding import decode_text
from wechatlog.diagnostics import Severity
from wechatlog.engine import Entry, Evidence, Format, Head, Reading
from wechatlog.engine.headers import Candidate, HeaderCheck, header_clock, iter_blocks, sample, sample_blocks
from wechatlog.engine.records import strip_blank_end
from wechatlog.errors import FormatError
from wechatlog.model import MessageKind
from wechatlog.segments import Segment, parse_segments
from wechatlog.source import Source
from wechatlog.tokenizer import Grammar
from wechatlog.zips import MendedZip, files_in, open_zip

if TYPE_CHECKING:
    import zipfile

_GRAMMAR: Final = Grammar(name="share of a Mac", header=r"[·•](?P<sender>[^\r\n]+)")
_DATE_LINE: Final = re.compile(
    r"\r?\n[ \t]*(?P<time>[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日 {1,3}"
    r"(?:[上下]午 ?)?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)[ \t]*(?:\r?\n|\Z)"
)
_ATTACHMENT: Final = re.compile(r"^\[(?P<label>[^\[\]\n]{1,12})\][ \t]+(?P<name>[^\n]*\S)[ \t]*$", re.MULTILINE)
_FILE_NAME: Final = re.compile(r"[^\n]{1,250}\.[A-Za-z0-9]{1,10}")
_ATTACHED: Final = frozenset(
    {MessageKind.IMAGE, MessageKind.VIDEO, MessageKind.VOICE, MessageKind.FILE, MessageKind.STICKER}
)
_TEXT_NAME: Final = "聊天记录.txt"


def _date(candidate: Candidate) -> re.Match[str] | None:
    return _DATE_LINE.match(candidate.body)


def _looks_right(text: str) -> int:
    """How many names with a date line under them a text has; none where it does not begin with one."""
    candidates = sample_blocks(text, _GRAMMAR)
    if not candidates or candidates[0].before.lines.strip() or _date(candidates[0]) is None:
        return 0
    return sum(_date(candidate) is not None for candidate in candidates)


def _comparable(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _clock(candidate: Candidate, header: re.Match[str]) -> dt.datetime | None:
    """The time under a header, which is that of a candidate or of one of the next few."""
    body = candidate.body
    if header is not candidate.header:  # nearly always the very next
        body = next((record[1] for record in candidate.upcoming if record[0] is header), "")
    match = _DATE_LINE.match(body)
    return header_clock(match) if match else None


def _messages(reading: Reading, source: Source, names: frozenset[str] | None) -> Iterator[Entry]:
    """Entries of a text; `names` are those of the files beside it, `None` where nothing is known of them."""
    head, blocks = sample(reading.blocks(source))
    candidates = [candidate for candidate in sample_blocks(head, _GRAMMAR) if _date(candidate)]
    framed = 2 * sum(candidate.blanks > 0 for candidate in candidates) > len(candidates)
    gate = HeaderCheck(reading, lambda header: header["sender"], lambda _: None, blanks=int(framed), serious=True)

    def accept(candidate: Candidate) -> bool:
        gate.clock = lambda header: _clock(candidate, header)
        return _date(candidate) is not None and gate.accept(candidate)

    for block in iter_blocks(blocks, _GRAMMAR, accept):
        date = _DATE_LINE.match(block.raw) if block.header is not None else None
        if block.header is None or date is None:
            reading.report_preamble(block.lines, line=block.line)
            continue
        time, precision = reading.clock(date["time"], line=block.line + 1)
        text = strip_blank_end(block.raw[date.end() :].replace("\r\n", "\n"))
        kind, segments = _content(reading, text, names, block.line + 2)
        sender = block.header["sender"].rstrip(" \t")
        yield Entry(block.line, time, precision, sender, None, None, kind, text, segments, offset=block.offset)


def _content(
    reading: Reading, text: str, names: frozenset[str] | None, line: int
) -> tuple[MessageKind, tuple[Segment, ...] | None]:
    if "[" in text:
        found = [(match, kind) for match in _ATTACHMENT.finditer(text) if (kind := _attached_kind(match, names))]
        for match, _ in found:
            if names is not None and _comparable(match["name"]) not in names:
                at = line + text.count("\n", 0, match.start())
                what = f"the file {match['name']!r} is not beside the text"
                reading.report("missing-attachment", what, line=at, column=1)
        if found:
            return _with_attachments(text, found)
    return read_body(text, reading.tz)


def _attached_kind(match: re.Match[str], names: frozenset[str] | None) -> MessageKind | None:
    kind = kind_of_name(match["label"])
    named = _FILE_NAME.fullmatch(match["name"]) or _comparable(match["name"]) in (names or ())
    return kind if kind in _ATTACHED and named else None


def _with_attachments(
    text: str, found: list[tuple[re.Match[str], MessageKind]]
) -> tuple[MessageKind, tuple[Segment, ...]]:
    """The kind and segments of a body with attachment lines; text round them keeps it a text."""
    segments: list[Segment] = []
    end = 0
    rest = ""
    for match, kind in found:
        if before := text[end : match.start()]:
            segments += parse_segments(before)
            rest += before
        fields = {"path": match["name"]}
        if kind is MessageKind.FILE:
            fields["name"] = match["name"]
        segments.append(segment_for(kind, match.group(), **fields))
        end = match.end()
    if after := text[end:]:
        segments += parse_segments(after)
    kinds = {kind for _, kind in found}
    only = not (rest + text[end:]).strip() and len(kinds) == 1
    return kinds.pop() if only else MessageKind.TEXT, tuple(segments)


def _find_text(source: Source, archive: zipfile.ZipFile) -> tuple[Source, frozenset[str]] | None:
    files = list(files_in(source, archive))
    texts = [file for file in files if file.name == _TEXT_NAME]
    if len(texts) != 1:
        return None
    return texts[0], frozenset(_comparable(file.name or "") for file in files if file is not texts[0])


def _entries(reading: Reading) -> Iterator[Entry]:
    source = reading.source
    if not source.head().startswith((b"PK\x03\x04", b"PK\x05\x06")):
        names = frozenset(_comparable(sibling.name or "") for sibling in source.siblings("*"))
        yield from _messages(reading, source, names or None)
        return
    with open_zip(source) as archive:
        if isinstance(archive, MendedZip):
            reading.report("broken-file", archive.what, severity=Severity.ERROR)
        found = _find_text(source, archive)
        if found is None:
            raise FormatError(f"holds not exactly one {_TEXT_NAME}", source=source.label)
        yield from _messages(reading, *found)


def _zipped_text(head: Head) -> str:
    try:
        with open_zip(head.source) as archive:
            found = _find_text(head.source, archive)
            return decode_text(found[0].head()).replace("\r\n", "\n") if found else ""
    except Exception:  # noqa: BLE001 - a ZIP can break in any way, and detection never raises
        return ""


def _detect(head: Head) -> Evidence | None:
    found = _looks_right(_zipped_text(head) if "zip" in head.containers else head.text)
    if not found:
        return None
    return Evidence(1.0 if found > 1 else 0.95, f"{found} lines '·name', each with a date line under it")


READER: Final = Format(
    "mac-share",
    "share of WeChat for Mac, the ZIP or its 聊天记录.txt (2026)",
    ".zip .txt",
    _detect,
    _entries,
    "WeChat for Mac",
)
