"""The body of a message of which an exporter gives the type number of WeChat and the content.

The content is a text, the XML of WeChat, or what the exporter wrote in place of it. Takes both, gives kind, text and
segments; knows no file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wechatlog.content.appmsg import AppMessage, parse_content
from wechatlog.content.dialects.shared import BRACKETS, Dialect
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import parse_body, read_placeholder
from wechatlog.content.vocabulary import kind_of_local_type
from wechatlog.model import NOTICES
from wechatlog.model import MessageKind as Kind

if TYPE_CHECKING:
    import datetime as dt

    from wechatlog.diagnostics import Collector


def parse_numbered(
    number: int | None,
    content: str,
    collector: Collector,
    *,
    dialect: Dialect = BRACKETS,
    zone: dt.tzinfo | None = None,
    line: int | None = None,
) -> AppMessage:
    """What a type number of WeChat, with a subtype in its upper half or without, and a content say.

    Returns:
        Always a message; of the kind `other` where neither says more.
    """
    kind = Kind.OTHER if number is None else kind_of_local_type(number)
    is_app = number != 1
    if kind is Kind.TEXT and not is_app:
        return AppMessage(kind, content)
    if kind in NOTICES or content.lstrip().startswith("<"):
        found = parse_content(kind, content, collector, is_app=is_app, zone=zone, line=line)
        if found.kind is Kind.SYSTEM:
            return AppMessage(read_notice(found.text) or found.kind, found.text)
        return found
    if kind is Kind.OTHER and (placed := read_placeholder(content, dialect, zone=zone)):
        return AppMessage(placed[0], content, placed[1])
    return AppMessage(kind, content, parse_body(kind, content, dialect, zone=zone))
