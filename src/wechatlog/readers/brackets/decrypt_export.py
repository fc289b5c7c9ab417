"""BoXu1225's wechat-decrypt-export: JSON and Markdown. Its TXT is `bracket-lines`, its HTML in `pages`, its CSV `csv`.

JSON is `{"chat": {"name", "is_group"}, "messages": […]}` with Unix seconds and the wall clock of the machine. Markdown
has headings of days over `**name** 08:00  text`; line ends in a text are `  ` LF, `<` is `&lt;`, a picture is
`![text](path)`. What is no text has the same words in brackets in all of its forms. Neither has an account id.

Format facts: `formatters.py`, `msg_parse.py` (2026).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from wechatlog.content.dialects.bracket_lines import BRACKET_LINES
from wechatlog.content.placeholders import parse_body
from wechatlog.content.vocabulary import kind_of_name
from wechatlog.engine import ME, NOTICES, Entry, Evidence, Format, Head, Reading, iter_objects, one_segment
from wechatlog.engine.headers import Block, dated_blocks
from wechatlog.engine.json_values import read_flag, read_object, read_string
from wechatlog.engine.keys import Keys, keyed
from wechatlog.engine.records import strip_blank_end
from wechatlog.model import MessageKind
from wechatlog.readers.brackets.lines import names_owner, own_of, read_body
from wechatlog.segments import Segment
from wechatlog.tokenizer import Grammar

_KNOWN: Final = frozenset(
    "ts sender is_self kind text image_path time extra local_type media_path sender_id server_id".split()
)
_KINDS: Final = {
    "chat_history": MessageKind.FORWARD,
    "channels": MessageKind.CHANNEL,
    "notice": MessageKind.ANNOUNCEMENT,
}


def _objects(reading: Reading) -> Iterator[Entry]:
    chat = reading.chat
    for _, value, line, offset in iter_objects(reading, known=_KNOWN, needed=lambda _: ("chat",)):
        if chat.title is None:
            said = read_object(reading.said.get("chat"))
            chat.title, chat.is_group = read_string(said.get("name")) or None, read_flag(said.get("is_group"))
        text, name, path = read_string(value.get("text")), read_string(value.get("kind")), value.get("image_path")
        found = _KINDS.get(name) or kind_of_name(name)
        kind = reading.kind_of(found, name, text.removeprefix("[系统消息] "), line, untyped=MessageKind.TEXT)
        segments = parse_body(kind, text, BRACKET_LINES, zone=reading.tz)
        if kind is MessageKind.IMAGE and isinstance(path, str):
            segments = one_segment(kind, text, path=path)
        time = reading.unix_time(value.get("ts"), line=line)
        sender, own = read_string(value.get("sender")) or None, read_flag(value.get("is_self"))
        yield Entry(line, time, "second", sender, None, own, kind, text, segments, offset=offset)


_GRAMMAR: Final = Grammar(
    "wechat-decrypt-export Markdown",
    r"(?:## (?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[ \t]*(?=\r?(?:\n|\Z))"
    r"|\*\*(?P<sender>[^\r\n]{1,200}?)\*\* (?P<time>[0-9]{2}:[0-9]{2})(?:  ?|(?=\r?(?:\n|\Z))))",
)
_PICTURE: Final = re.compile(r"!\[(?P<text>[^\n]*)\]\((?P<path>[^\n]*)\)")


def _plain(text: str) -> str:
    return text.replace("&lt;", "<")


def _blocks(reading: Reading) -> Iterator[Entry]:
    chat, named = reading.chat, names_owner(reading, f"**{ME}**")

    def preamble(block: Block) -> None:
        title, _, rest = block.lines.lstrip("\n").partition("\n")
        if title.startswith("# "):
            chat.title = _plain(title[2:]).strip() or None
            reading.report_preamble(rest, line=block.line + 1)
        else:
            reading.report_preamble(block.lines, line=block.line)

    for header, block, clock in dated_blocks(
        reading, _GRAMMAR, lambda header: header["sender"], blanks=1, preamble=preamble
    ):
        text = _plain(strip_blank_end(block.lines).replace("  \n", "\n"))
        time, precision = reading.clock(clock, line=block.line) if clock else (None, None)
        if picture := _PICTURE.fullmatch(text):
            kind, text = MessageKind.IMAGE, picture["text"]
            segments: tuple[Segment, ...] | None = one_segment(kind, text, path=unquote(picture["path"]))
        else:
            kind, text, segments = read_body(reading, text, block.line)
        sender = _plain(header["sender"])
        own = None if kind in NOTICES else own_of(sender, named)
        yield Entry(block.line, time, precision, sender, None, own, kind, text, segments, offset=block.offset)


def _is_markdown(head: Head) -> Evidence | None:
    found = [match for line in head.lines if (match := _GRAMMAR.pattern.match("\n" + line))]
    if not found or found[0]["date"] is None:
        return None
    lines = sum(match["date"] is None for match in found)
    return Evidence(0.9 if lines > 1 else 0.8, f"{lines} lines '**name** 08:00  text' under days") if lines else None


JSON: Final = Format(
    "wechat-decrypt-export-json",
    "wechat-decrypt-export by BoXu1225, JSON (2026)",
    ".json",
    keyed(Keys(1.0, "chat", "ts sender is_self kind text")),
    _objects,
    "wechat-decrypt-export",
    {},
)
MARKDOWN: Final = Format(
    "wechat-decrypt-export-md",
    "wechat-decrypt-export by BoXu1225, Markdown (2026)",
    ".md .markdown",
    _is_markdown,
    _blocks,
    "wechat-decrypt-export",
    cuts="tried",
)
