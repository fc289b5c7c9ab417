"""The CSV that WeClone asks for, as WeFlow writes it: the columns of PyWxDump without `room_name`.

Takes rows of a table, gives entries; what a body is, `bodies` knows. Also a workbook that is still named `.csv`.

Format facts: WeFlow 1.0.3 `WeCloneFormatter.ts`: `talker` is a display name, `CreateTime` is UTC, media have types of
their own and everything else is `text`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import attrs

from wechatlog.content.vocabulary import kind_of_name
from wechatlog.content.weflow import build_segments, fill
from wechatlog.engine import ME, NOTICES, Entry, Evidence, Format, Head, Reading, Table
from wechatlog.engine.entry import Body
from wechatlog.engine.excel import DATE_ORDER_OPTION, check_date_order, is_rewritten, read_local_clock, read_server_id
from wechatlog.engine.json_values import read_flag
from wechatlog.model import MessageKind
from wechatlog.readers.weflow.bodies import credit, read_body, unframe
from wechatlog.segments.types import File

_TABLE: Final = Table(
    "id=number MsgSvrID=id type_name=type is_sender=own talker=talker msg=msg src=src CreateTime=time",
    optional=("number", "src"),
    exact=False,
)
# What has a `type_name` of its own.
_TYPED: Final = frozenset(
    {MessageKind.IMAGE, MessageKind.STICKER, MessageKind.VIDEO, MessageKind.VOICE, MessageKind.FILE}
)
_ACCOUNT: Final = re.compile(r"wxid_[A-Za-z0-9_-]{4,64}|gh_[0-9a-f]{6,32}|[0-9]{3,32}@(?:chatroom|openim)")


def _body(kind: MessageKind, text: str, src: str) -> Body:
    """A body; `text` stands for all that is no media, and placeholders say what it was."""
    if kind is MessageKind.TEXT:
        found = read_body(text)
        typed = found[0] in _TYPED and found[1] == text  # somebody typed the placeholder
        return (kind, text, None) if typed else found
    segments = build_segments(kind, text, {})
    if not segments or not src:
        return kind, text, segments
    first, is_path = segments[0], re.search(r"[\\/]", src) is not None
    if isinstance(first, File):
        name = first.name or re.split(r"[\\/]", src)[-1] or None
        first = attrs.evolve(first, name=name, path=src if is_path else first.path)
    else:
        first = fill(first, {"url" if src.startswith(("http://", "https://")) else "path": src})
    return kind, text, (first, *segments[1:])


def _rows(reading: Reading) -> Iterator[Entry]:
    check_date_order(reading)
    chat = reading.chat
    for row, line in _TABLE.rows(reading):
        name = row.type.strip()
        kind = kind_of_name(name)
        if kind is None:
            reading.tell("unknown-kind", f"unknown type {name[:60]!r}", line)
        text, src = unframe(reading, row.msg, line), row.src.strip()
        body = _body(kind or MessageKind.OTHER, text, "" if src in ("False", "None", "{}", "nan") else src)
        sender, (kind, text, segments) = credit(reading, row.talker, body, line)
        own, account = read_flag(row.own.strip()), row.talker if _ACCOUNT.fullmatch(row.talker) else None
        if own and chat.owner is None and kind not in NOTICES and row.talker not in ("", ME):
            chat.owner = account or row.talker
        time, precision = read_local_clock(row.time, reading, line=line)
        id_ = read_server_id(row.id, reading, line=line, excel=is_rewritten(row.time))
        yield Entry(line, time, precision, sender, account, own, kind, text, segments, id_)


def _is_table(head: Head) -> Evidence | None:
    found = _TABLE.find(head) if "text" in head.containers else _TABLE.find_sheet(head)
    if found is None or "room_name" in found.unknown:
        return None
    return Evidence(0.95, f"the header has {found.width} columns from id to CreateTime")


CSV: Final = Format(
    "weclone-csv",
    "CSV for WeClone, as WeFlow 1 writes it, WeChat 4",
    ".csv .xlsx .xls",
    _is_table,
    _rows,
    "WeClone CSV",
    options=DATE_ORDER_OPTION,
    credits_notices=True,
    cuts="tried",
)
