"""Merged forwards: the record of messages inside a message, from mappings and from text listings.

Takes the record as exporters keep it (PyWxDump: the XML as nested mappings, as JSON or as the `repr` of
a dict; chatlog: Go field names; XML made into mappings by `appmsg`), or lines of a listing; gives a
`Forward` with messages. Knows no
conversation: nested messages have a name and no account id, and times without a zone.

Format facts: chatlog `mediamessage.go`, MemoTrace 3 `link_parser.py`, PyWxDump `dbMSG.py`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from wechatlog.content.python_repr import read_repr
from wechatlog.content.vocabulary import kind_of_record_type, segment_for
from wechatlog.model import Message, MessageKind, build_message
from wechatlog.segments.types import Forward, Quote, Segment, Text
from wechatlog.timestamps import ASSUMED_ZONE, Precision, from_unix, parse_clock, resolve_zone

if TYPE_CHECKING:
    import datetime as dt

    from wechatlog.diagnostics import Collector

Body: TypeAlias = "tuple[MessageKind, str, tuple[Segment, ...] | None]"

_DEEPEST: Final = 16


class Scope(NamedTuple):
    """What the parts of one record share.

    Attributes:
        depth: how many records are round this one.
    """

    zone: dt.tzinfo | None = None
    collector: Collector | None = None
    line: int | None = None
    depth: int = 0

    def report(self, code: str, message: str) -> None:
        """Note a problem, where somebody listens."""
        if self.collector is not None:
            self.collector.report(code, message, line=self.line)

    def inner(self) -> Scope:
        """The scope of a record inside this one."""
        return self._replace(depth=self.depth + 1)

    @property
    def too_deep(self) -> bool:
        """Whether no further record is opened."""
        return self.depth >= _DEEPEST


_UNIX: Final = re.compile(r"[0-9]{9,16}(?:\.[0-9]{1,9})?")
_WRITTEN_BLANK: Final = re.compile(r"\\u0020|\\x20")
_HALF_DAY_BLANK: Final = re.compile(r"(?<=[上下]午)\s{1,4}")


def parse_source_time(text: str, zone: dt.tzinfo | None = None) -> tuple[dt.datetime | None, Precision | None]:
    r"""A time inside a merged forward, in any of its dialects.

    `2026-04-30 10:00:00`, `2026-04-30 10:02`, `2026-04-30 上午10:01` with or without a blank, `&#x20;`
    or a written `\u0020` for the blank, Unix seconds.

    Args:
        text: the time as the record has it.
        zone: the zone of the conversation: wall-clock times get it attached and Unix times are given in
            it. Without one all are naive; Unix times are then the wall clock of `timestamps.ASSUMED_ZONE`.

    Returns:
        The time and its precision, both `None` for what is no time.

    Example:
        >>> parse_source_time("2026-04-30 下午1:03")
        (datetime.datetime(2026, 4, 30, 13, 3), 'minute')
    """
    text = _HALF_DAY_BLANK.sub("", _WRITTEN_BLANK.sub(" ", html.unescape(text))).strip()
    if _UNIX.fullmatch(text):
        try:
            time = from_unix(float(text), zone or resolve_zone(ASSUMED_ZONE))
        except ValueError:
            return None, None
        return time if zone is not None else time.replace(tzinfo=None), "second"
    clock = parse_clock(text) if 6 <= len(text) <= 64 else None
    if clock is None:
        return None, None
    if zone is None or clock.time.tzinfo is None:
        return clock.time.replace(tzinfo=zone), clock.precision
    try:
        return clock.time.astimezone(zone), clock.precision
    except OverflowError:  # the first or the last day that there is
        return None, None


def _fold(value: Any) -> dict[str, Any]:
    """A mapping with lower-case keys, since Go, JSON and XML spell the same field in three ways."""
    if not isinstance(value, Mapping):
        return {}
    return {str(key).lower().lstrip("@"): item for key, item in value.items()}


def _string(fields: Mapping[str, Any], *names: str) -> str:
    """The first field that holds text, or else `""`."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, Mapping):
            value = value.get("#text")
        if isinstance(value, str | int | float) and not isinstance(value, bool) and (text := str(value).strip()):
            return text
    return ""


def parse_integer(text: str) -> int | None:
    """A whole number; `None` for any other text."""
    return int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else None


def parse_positive(text: str) -> int | None:
    """A whole number above 0, such as of bytes or seconds; `None` for any other text."""
    number = parse_integer(text)
    return number if number is not None and number > 0 else None


def parse_degrees(text: str) -> float | None:
    """A coordinate; `None` for any other text."""
    return float(text) if re.fullmatch(r"-?[0-9]{1,3}(?:\.[0-9]{1,30})?", text) else None


Built: TypeAlias = "tuple[str, dict[str, Any]]"
"""The text of an item, and the fields of its segment."""


def _page(fields: dict[str, Any], _scope: Scope) -> Built:
    title, url = _string(fields, "datatitle", "datadesc"), _string(fields, "link", "streamweburl")
    return title or url, {"title": title, "url": url}


def _channel(fields: dict[str, Any], _scope: Scope) -> Built:
    feed = _fold(fields.get("finderfeed") or fields.get("finderlive"))
    title = _string(feed, "desc", "nickname") or _string(fields, "datatitle", "datadesc")
    return title, {"title": title}


def _file(fields: dict[str, Any], _scope: Scope) -> Built:
    name, size = _string(fields, "datatitle"), parse_positive(_string(fields, "datasize"))
    return name, {"name": name, "size": size, "md5": _string(fields, "fullmd5")}


def _location(fields: dict[str, Any], _scope: Scope) -> Built:
    place = _fold(fields.get("location"))
    label, poi = _string(place, "label"), _string(place, "poiname")
    degrees = {"latitude": parse_degrees(_string(place, "lat")), "longitude": parse_degrees(_string(place, "lng"))}
    return " ".join(filter(None, (poi, label))), {"label": label, "poi": poi, **degrees}


def _record(fields: dict[str, Any], scope: Scope) -> Built:
    inner = fields.get("recordxml") or fields.get("recordinfo")
    if isinstance(inner, str):
        forward = parse_record_xml(inner, scope.inner()) if inner.strip() and not scope.too_deep else None
    else:
        forward = build_forward(inner, scope.inner())
    title = _string(fields, "datatitle") or (forward.title if forward and forward.title else "")
    return title, {"title": title, "messages": forward.messages if forward else ()}


_BUILDERS: Final[Mapping[MessageKind, Callable[[dict[str, Any], Scope], Built]]] = {
    MessageKind.IMAGE: lambda _fields, _: ("", {}),
    MessageKind.VOICE: lambda _fields, _: ("", {}),
    MessageKind.VIDEO: lambda fields, _: ("", {"url": _string(fields, "streamweburl")}),
    MessageKind.STICKER: lambda fields, _: ("", {"md5": _string(fields, "fullmd5")}),
    MessageKind.LINK: _page,
    MessageKind.MUSIC: _page,
    MessageKind.CHANNEL: _channel,
    MessageKind.FILE: _file,
    MessageKind.LOCATION: _location,
    MessageKind.FORWARD: _record,
}


def _with_quote(kind: MessageKind, text: str, quoted: dict[str, Any]) -> Body:
    content = _string(quoted, "content", "datadesc", "title")
    if not quoted or content.startswith("<"):
        return kind, text, None
    quote = Quote(_string(quoted, "displayname", "sourcename") or None, content)
    return MessageKind.QUOTE, text, (quote, Text(text)) if text else (quote,)


def _item_message(item: Mapping[str, Any], scope: Scope) -> Message:
    fields = _fold(item)
    kind = kind_of_record_type(parse_integer(_string(fields, "datatype")) or -1)
    if kind in _BUILDERS:
        text, data = _BUILDERS[kind](fields, scope)
        segments: tuple[Segment, ...] | None = (segment_for(kind, text, **data),)
    else:
        text, quoted = _string(fields, "datadesc", "datatitle"), _fold(fields.get("refermsgitem"))
        kind, text, segments = _with_quote(kind, text, quoted)
    time, precision = parse_source_time(_string(fields, "srcmsgcreatetime"), scope.zone)
    if time is None or time.year < 2011:  # before there was WeChat: the field is a counter, not a time
        time, precision = parse_source_time(_string(fields, "sourcetime"), scope.zone)
    server_id = _string(fields, "fromnewmsgid")
    return build_message(
        time,
        precision,
        _string(fields, "sourcename") or None,
        kind,
        text,
        id=server_id if server_id.strip("0") else None,
        segments=segments,
    )


def _items(record: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    data_list = record.get("datalist")
    if isinstance(data_list, Mapping):
        folded = _fold(data_list)
        data_list = folded.get("dataitem") or folded.get("dataitems")
    if isinstance(data_list, Mapping):  # an only item is no list
        return (data_list,)
    return (item for item in data_list if isinstance(item, Mapping)) if isinstance(data_list, list) else ()


def build_forward(data: Any, scope: Scope) -> Forward | None:
    """A `Forward` from a record as mappings; `None` where it is no record, or where it lies too deep."""
    if scope.too_deep:
        scope.report("deep-forward", "merged forwards nested too deeply; the inner ones were left out")
        return None
    record = _fold(data)
    for wrapper in ("recorditem", "recordxml", "recordinfo"):
        if isinstance(inner := record.get(wrapper), Mapping):
            record = _fold(inner)
        elif isinstance(inner, str) and inner.strip() and "datalist" not in record:
            return parse_record_xml(inner, scope.inner())
    if not record.keys() & {"datalist", "title", "desc"}:
        return None
    return Forward(_string(record, "title") or None, tuple(_item_message(item, scope) for item in _items(record)))


def parse_record_xml(text: str, scope: Scope) -> Forward | None:
    """A `Forward` from the `<recordinfo>` of a record; `None`, and a diagnostic, where it is broken."""
    from wechatlog.content.xmltree import BrokenXMLError, read_tree

    try:
        root = read_tree(text)
    except BrokenXMLError as error:
        scope.report(error.code, f"merged forward: {error}")
        return None
    return build_forward({node.tag: node.to_value() for node in root.children}, scope)


def parse_record_dict(
    data: Any, *, zone: dt.tzinfo | None = None, collector: Collector | None = None, line: int | None = None
) -> Forward | None:
    """A merged forward that an exporter gives as mappings.

    Args:
        data: `src` of PyWxDump JSON, `contents.recordInfo` of chatlog JSON, or an object that holds it as
            `recordinfo`; upper and lower case alike; an only item may stand without its list.
        zone: see `parse_source_time`.
        collector: takes what is wrong with it.
        line: 1-based line of the message, for the collector.

    Returns:
        The forward, its `raw` empty, or `None` where `data` is no record.

    Example:
        >>> item = {"datatype": "1", "sourcename": "王五", "datadesc": "早"}
        >>> forward = parse_record_dict({"title": "记录", "datalist": {"dataitem": item}})
        >>> [message.text for message in forward.messages]
        ['早']
    """
    try:
        return build_forward(data, Scope(zone, collector, line))
    except RecursionError:
        Scope(zone, collector, line).report("deep-forward", "merged forward nested too deeply")
        return None


def parse_record_repr(
    text: str, *, zone: dt.tzinfo | None = None, collector: Collector | None = None, line: int | None = None
) -> Forward | None:
    """A merged forward from the `repr` of a Python dict, as PyWxDump CSV has it in `src`.

    The text is parsed and never run; longer than four million characters, or nested beyond what a record
    can be, it is left alone.
    """
    text = text.strip()
    if not text.startswith("{"):
        return None
    value = read_repr(text)
    if value is None:
        Scope(zone, collector, line).report("broken-forward", "the record of this merged forward cannot be read")
        return None
    return parse_record_dict(value, zone=zone, collector=collector, line=line)
