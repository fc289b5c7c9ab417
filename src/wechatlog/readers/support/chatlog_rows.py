"""Messages of chatlog and its forks from JSON objects and from table rows.

Takes parsed objects or rows with their lines, gives messages with the conversation that each belongs to: a query for
several talkers puts them all into one file. What a body says is `content.chatlog`. Knows no file.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from wechatlog.content.chatlog import NOTICE_SENDERS, Body, read_contents, read_rendering
from wechatlog.diagnostics import Severity
from wechatlog.engine.json_values import read_flag, read_string, report_shape
from wechatlog.timestamps import ASSUMED_ZONE, resolve_zone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from wechatlog.engine.json_stream import Item
    from wechatlog.engine.protocol import Context, Draft
    from wechatlog.model import Message
    from wechatlog.readers.support.routing import Desk

__all__ = ["attach_zone", "is_room", "read_objects", "read_rows", "report_body"]

_OLDEST: Final = 2000
_SMALLEST_NUMBER: Final = 10**12  # a sequence number begins with the time, in milliseconds or microseconds
_CAP: Final = 200_000


def is_room(talker: str) -> bool | None:
    """Whether an id is that of a group; `None` for none."""
    return talker.endswith("chatroom") if talker else None


def report_body(context: Context, body: Body, line: int | None) -> None:
    """Report what is wrong with a body."""
    for problem in body.problems:
        context.report(problem.code, problem.sentence, severity=problem.severity, line=line)


def attach_zone(context: Context, time: dt.datetime) -> dt.datetime:
    """A time that fits Unix times: a naive one is taken for the user's zone, else for the assumed one."""
    if time.tzinfo is not None or context.tz is not None:
        return context.wall_time(time)
    context.tz_assumed = True
    return time.replace(tzinfo=resolve_zone(ASSUMED_ZONE))


def _read_time(context: Context, value: Mapping[str, Any], line: int) -> dt.datetime | None:
    """`time`, or else what `seq` begins with."""
    text = value.get("time")
    if isinstance(text, str):
        try:
            time = dt.datetime.fromisoformat(text)
            if time.year >= _OLDEST:
                return attach_zone(context, time)
        except (ValueError, OverflowError):
            pass
    number = value.get("seq")
    if isinstance(number, int) and number >= _SMALLEST_NUMBER:
        return context.unix_time(number, line=line)
    context.report("bad-time", f"not a time: {str(text)[:60]!r}", severity=Severity.ERROR, line=line)
    return None


def read_objects(
    items: Iterable[Item], context: Context, desk: Desk, metadata: Callable[[], dict[str, Any]]
) -> Iterator[tuple[Draft, Message]]:
    """Messages of chatlog JSON.

    Args:
        items: message objects as they stream by.
        context: of the reader.
        desk: gets a draft for each talker.
        metadata: of each draft, asked when the first message is there.
    """
    for item in items:
        if not isinstance(item.value, dict):
            report_shape(context, "a message", item)
            continue
        yield _read_object(item.value, item, context, desk, metadata())


def _read_object(
    value: dict[str, Any], item: Item, context: Context, desk: Desk, metadata: dict[str, Any]
) -> tuple[Draft, Message]:
    talker = read_string(value.get("talker"))
    draft = desk.open(
        talker,
        id=talker or None,
        title=read_string(value.get("talkerName")) or None,
        is_group=read_flag(value.get("isChatRoom")),
        metadata=metadata,
    )
    sender_id = read_string(value.get("sender"))
    own = read_flag(value.get("isSelf"))
    notice = sender_id in NOTICE_SENDERS
    if own and sender_id and not notice and draft.owner is None:
        draft.owner = sender_id
    time = _read_time(context, value, item.line)
    zone = time.tzinfo if time is not None else context.tz
    body = read_contents(value, zone=zone, collector=context.collector, line=item.line)
    report_body(context, body, item.line)
    message = context.message(
        draft,
        time=time,
        sender=None if notice else read_string(value.get("senderName")) or sender_id or None,
        sender_id=None if notice else sender_id or None,
        is_self=own,
        kind=body.kind,
        text=body.text,
        segments=body.segments,
        line=item.line,
        offset=item.offset,
    )
    return draft, message


def read_rows(
    rows: Iterable[tuple[Mapping[str, str], int | None]],
    context: Context,
    desk: Desk,
    metadata: Mapping[str, Any],
    *,
    capped: bool = False,
) -> Iterator[tuple[Draft, Message]]:
    """Messages of a table with the fields `time`, `name`, `sender`, `talker_name`, `talker` and `content`.

    Args:
        rows: with their lines, or `None` where a row has none.
        context: of the reader.
        desk: gets a draft for each talker.
        metadata: of each draft.
        capped: the writer stops after 200,000 messages.
    """
    count = 0
    for row, line in rows:
        if not any(row.values()):
            continue
        count += 1
        yield _read_row(row, line, context, desk, metadata)
    if capped and count == _CAP:
        sentence = f"the writer stops after {_CAP:,} messages: the chat may go on"
        context.report("capped-export", sentence, severity=Severity.INFO)


def _read_row(
    row: Mapping[str, str], line: int | None, context: Context, desk: Desk, metadata: Mapping[str, Any]
) -> tuple[Draft, Message]:
    talker = row["talker"]
    draft = desk.open(
        talker,
        id=talker or None,
        title=row["talker_name"] or None,
        is_group=is_room(talker),
        metadata=dict(metadata),
    )
    sender_id = row["sender"]
    notice = sender_id in NOTICE_SENDERS
    time, precision = context.clock(row["time"], line=line)
    body = read_rendering(row["content"], notice=notice, zone=context.tz)
    report_body(context, body, line)
    message = context.message(
        draft,
        time=time,
        precision=precision,
        sender=None if notice else row["name"] or sender_id or None,
        sender_id=None if notice else sender_id or None,
        kind=body.kind,
        text=body.text,
        segments=body.segments,
        line=line,
    )
    return draft, message
