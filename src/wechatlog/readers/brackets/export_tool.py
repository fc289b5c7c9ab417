r"""geffzhang's WeChat-Export-Tool: JSON, CSV, XLSX and TXT. Its HTML is in `pages`.

JSON is `{"Contact": {…}, "Messages": [{"MessageId", "SenderName", "Content", "Type", "CreateTime", "IsFromSelf"}],
"TotalMessageCount"}` with times of the machine that exported and their offset; CSV and the sheet `Chat` are
`Time,Sender,Content,Type,FromSelf`; TXT has `[time] name:` and the content below it, behind two blanks, under
`Chat with: name`. Contents are those of a database of WeChat 4: XML for what is no text, the account id in front of
what others sent to a group. Types are the lower half of the type number, by name where the tool has one; `File` is
every app message. The owner is `You`, who is not known `Unknown`, a wxid or `sender#5`. In the TXT a body can forge
a header.

Format facts: `ExportService.cs`, `DatabaseService.cs`, `Message.cs` (2026).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from functools import partial
from typing import Final

from wechatlog.content.accounts import is_account
from wechatlog.content.appmsg import split_sender_prefix
from wechatlog.content.notices import read_notice
from wechatlog.content.numbered import parse_numbered
from wechatlog.engine import NOTICES, Entry, Evidence, Format, Head, Reading, Table, iter_objects, message_blocks
from wechatlog.engine.headers import Block, Candidate, tell_near_headers
from wechatlog.engine.json_values import read_flag, read_integer, read_object, read_string
from wechatlog.engine.keys import Keys, keyed
from wechatlog.model import MessageKind
from wechatlog.readers.brackets.lines import read_body
from wechatlog.timestamps import Precision
from wechatlog.tokenizer import Grammar

_OWN: Final = "You"
_NOBODY: Final = ("", "Unknown")
_CUT: Final = "…[truncated]"
_UNREADABLE: Final = "[unsupported compressed content]"
_NUMBERS: Final = {"Text": 1, "Image": 3, "Voice": 34, "Video": 43, "Emoji": 47, "File": 49, "System": 10000}
_KNOWN: Final = frozenset({"MessageId", "SenderName", "Content", "Type", "CreateTime", "IsFromSelf"})


def entry_of(
    reading: Reading,
    line: int,
    clock: tuple[dt.datetime | None, Precision | None],
    sender: str,
    own: bool | None,
    text: str,
    type_name: str | None,
    offset: int | None = None,
) -> Entry:
    """The entry of a message; `type_name` is `None` where the file says no types."""
    account, content = (None, text) if own else split_sender_prefix(text)
    if account is not None:
        reading.chat.is_group = True
    account = account or (sender if is_account(sender) else None)
    time, precision = clock
    if type_name is None:
        kind, content, segments = read_body(reading, content, line, notice=not own and read_notice(content) is not None)
        reply_to = None
    else:
        number = _NUMBERS.get(type_name, read_integer(type_name))
        if number is None:
            reading.tell("unknown-kind", f"unknown type {type_name[:60]!r}", line)
        zone = None if time is None else time.tzinfo
        said = parse_numbered(number, content, reading.collector, zone=zone, line=line)
        (kind, content, segments), reply_to = said.body, said.reply_to
    if content == _UNREADABLE and kind is MessageKind.TEXT:
        kind, segments = MessageKind.OTHER, None
    own = None if kind in NOTICES else own
    name = None if sender in _NOBODY else sender
    return Entry(line, time, precision, name, account, own, kind, content, segments, None, reply_to, offset)


def _objects(reading: Reading) -> Iterator[Entry]:
    for _, value, line, offset in iter_objects(reading, "Messages", known=_KNOWN, needed=lambda _: ("Contact",)):
        if reading.chat.title is None:
            reading.chat.title = read_string(read_object(reading.said.get("Contact")).get("DisplayName")) or None
        name, own = read_string(value.get("SenderName")), read_flag(value.get("IsFromSelf"))
        clock = reading.clock(read_string(value.get("CreateTime")), line=line)
        text, type_name = read_string(value.get("Content")), read_string(value.get("Type"))
        yield entry_of(reading, line, clock, name or (_OWN if own else ""), own, text, type_name, offset)


_TABLE: Final = Table(
    {"Time": "time", "Sender": "name", "Content": "text", "Type": "kind", "FromSelf|From Self": "own"}
)
_OWNS: Final = {"True": True, "False": False, "Yes": True, "No": False}


def _rows(reading: Reading) -> Iterator[Entry]:
    for row, line in _TABLE.rows(reading):
        own = _OWNS.get(row.own.strip().capitalize())
        if own is None and reading.is_news("FromSelf"):
            reading.report("bad-field", f"neither True nor False: {row.own[:60]!r}", line=line)
        if row.text.endswith(_CUT):
            reading.report("cut-message", "a cell of a workbook could not hold the whole content", line=line)
        clock = reading.clock(row.time, line=line)
        yield entry_of(reading, line, clock, row.name or (_OWN if own else ""), own, row.text, row.kind)


_GRAMMAR: Final = Grammar(
    "WeChat-Export-Tool TXT",
    r"\[(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})\] (?P<sender>[^\r\n]{1,200}):(?=\r?\n)",
)
_CLOCK: Final = r"\[[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\]"
_NEAR: Final = re.compile(rf"\n(?<=\n\n)(?!{_CLOCK})(?:\[[^\n]{{2,240}}|[^\n]{{10,240}}:)(?=\n  )")
"""What stands as a header does, its time damaged."""
_FRAMED: Final = re.compile(r"\r?\n(?:  |\r?\n)")
"""What stands behind a header: two blanks, or nothing where somebody removed the blanks that no text follows."""
_TITLE: Final = re.compile(r"Chat with: (?P<title>[^\n]*)\n={50}")


def _blocks(reading: Reading) -> Iterator[Entry]:
    def preamble(block: Block) -> None:
        match = _TITLE.match(block.lines.lstrip("\ufeff\n"))
        reading.chat.title = match["title"].strip() or None if match else None
        reading.report_preamble(block.lines[match.end() :] if match else block.lines)

    def doubt(candidate: Candidate) -> str | None:
        return (
            None if _FRAMED.match(candidate.body) else "it looks like a header but no text behind two blanks follows it"
        )

    records = message_blocks(
        reading,
        _GRAMMAR,
        lambda header: header["sender"],
        blanks=1,
        preamble=preamble,
        ordered=True,
        serious=True,
        check=doubt,
    )
    for header, block in records:
        clock = reading.clock(header["time"], line=block.line)
        tell_near_headers(reading, block.lines, block.line, _NEAR, _GRAMMAR.pattern)
        text = block.lines.removeprefix("\n  ").removesuffix("\n").removesuffix("\n")
        yield entry_of(reading, block.line, clock, header["sender"], header["sender"] == _OWN, text, None, block.offset)


def _is_text(head: Head) -> Evidence | None:
    text = "\n" + "\n".join(head.lines)
    if _TITLE.match(text.lstrip("\ufeff\n")):
        return Evidence(1.0, "the head 'Chat with: name' of WeChat-Export-Tool")
    found = sum(text.startswith("\n  ", match.end()) for match in _GRAMMAR.pattern.finditer(text))
    return Evidence(0.8 if found > 1 else 0.6, f"{found} lines '[time] name:' over their contents") if found else None


_format: Final = partial(Format, facts="WeChat-Export-Tool", options={})
JSON: Final = _format(
    "wechat-export-tool-json",
    "WeChat-Export-Tool by geffzhang, JSON (2026)",
    ".json",
    keyed(
        Keys(1.0, "Contact", "SenderName Content Type CreateTime IsFromSelf", "Messages"),
        Keys(1.0, "Contact", "", "Messages"),
    ),
    _objects,
)
CSV: Final = _format(
    "wechat-export-tool-csv", "WeChat-Export-Tool by geffzhang, CSV (2026)", ".csv", _TABLE.detect, _rows, cuts="tried"
)
XLSX: Final = _format(
    "wechat-export-tool-xlsx", "WeChat-Export-Tool by geffzhang, XLSX (2026)", ".xlsx", _TABLE.detect_sheet, _rows
)
TXT: Final = _format(
    "wechat-export-tool-txt", "WeChat-Export-Tool by geffzhang, TXT (2026)", ".txt", _is_text, _blocks, cuts="tried"
)
