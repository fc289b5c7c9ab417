"""The CSV of 12425/wechat-exporter, which reads iTunes backups of an iPhone.

Takes rows, gives messages. Header `时刻,消息类型,消息方向,ID,微信号,昵称,备注名,内容` (the seventh column is 显示名称
in most versions; the first had no ID); CRLF, UTF-8, perhaps with a byte order mark, perhaps packed as `.csv.bz2`.
The file is named after the chat. Times are wall clocks of the machine.

In received rows of a group the four columns name the sender; in rows that were sent, and in notices, they name the
other person or the group, so an own message has no name in this format. The content is what the phone's database
has: XML for everything but texts. A fault of the writer: it takes whatever stands before the first colon with a line
end for an account, also in what people typed, and moves it into the column ID.

Source of the format: `wechat-exporter.py`, versions of 2016 to 2018.
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from wechatlog.content.appmsg import parse_content
from wechatlog.content.vocabulary import kind_of_name, kind_of_type, segment_for
from wechatlog.diagnostics import Severity
from wechatlog.engine.delimited import iter_rows
from wechatlog.engine.protocol import OWNER_OPTION, Evidence, in_batches
from wechatlog.errors import FormatError
from wechatlog.model import MessageKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from wechatlog.engine.delimited import Row
    from wechatlog.engine.protocol import Batch, Context, Draft, Head
    from wechatlog.model import Message
    from wechatlog.segments import Segment
    from wechatlog.source import Source

__all__ = ["READER", "Exporter12425Reader"]

_ME: Final = "我"
_GROUP: Final = "@chatroom"
_START: Final = ("时刻", "消息类型", "消息方向")
_NAMES: Final[Mapping[str, str]] = {
    "时刻": "time",
    "消息类型": "type",
    "消息方向": "direction",
    "ID": "id",
    "微信号": "account",
    "昵称": "nickname",
    "备注名": "remark",
    "显示名称": "remark",
    "内容": "content",
}
_DIRECTIONS: Final[Mapping[str, bool]] = {"发送": True, "接收": False}
_NOTICES: Final = frozenset({MessageKind.SYSTEM, MessageKind.RECALL, MessageKind.PAT})
_CALLS: Final[Mapping[str, str]] = {"语音通话": "voice", "视频通话": "video"}
_MAIL: Final = "邮件"
_ACCOUNT: Final = re.compile(r"[A-Za-z0-9_@.\-]{3,80}")


def _is_header(fields: Sequence[str]) -> bool:
    cleaned = tuple(field.strip("\ufeff ") for field in fields)
    return cleaned[:3] == _START and cleaned[-1:] == ("内容",)


class _Rows:
    """One pass over a file."""

    def __init__(self, context: Context, draft: Draft) -> None:
        self._context = context
        self._draft = draft
        self._columns: tuple[str, ...] = ()

    def messages(self) -> Iterator[Message]:
        for row in iter_rows(self._context.blocks(), self._context.collector):
            if not self._columns:
                self._take_header(row)
            else:
                yield self._message(row)

    def _take_header(self, row: Row) -> None:
        if not _is_header(row.fields):
            message = f"the first row is not {','.join(_START)},…"
            raise FormatError(message, source=self._context.source.label, line=row.line)
        self._columns = tuple(_NAMES.get(field.strip("\ufeff "), field) for field in row.fields)

    def _fields(self, row: Row) -> dict[str, str]:
        if len(row.fields) != len(self._columns):
            message = f"the row has {len(row.fields)} fields, the header {len(self._columns)}"
            self._context.report("row-length", message, line=row.line)
        return dict.fromkeys(self._columns, "") | dict(zip(self._columns, row.fields, strict=False))

    def _message(self, row: Row) -> Message:
        fields = self._fields(row)
        context = self._context
        time, precision = context.clock(fields.get("time", ""), line=row.line)
        is_self = _DIRECTIONS.get(fields.get("direction", "").strip())
        zone = None if time is None else time.tzinfo
        content = fields.get("content", "").replace("\r\n", "\n")
        stated = self._kind(fields.get("type", ""), row.line)
        said = parse_content(stated, content, context.collector, zone=zone, line=row.line)
        who = fields.get("id") or fields.get("account") or ""
        is_notice = (stated in _NOTICES and said.kind in _NOTICES) or (who.endswith(_GROUP) and is_self is False)
        if is_self or is_notice:
            self._learn(fields, who, row.line)
        sender, sender_id = self._sender(fields, who, is_self=is_self, is_notice=is_notice)
        return context.message(
            self._draft,
            time=time,
            precision=precision,
            sender=sender,
            sender_id=sender_id,
            is_self=None if is_notice else is_self,
            kind=said.kind,
            text=said.text,
            reply_to=said.reply_to,
            segments=self._call(fields, said.text) if said.kind is MessageKind.CALL else said.segments,
            line=row.line,
        )

    def _sender(
        self, fields: Mapping[str, str], who: str, *, is_self: bool | None, is_notice: bool
    ) -> tuple[str | None, str | None]:
        if is_notice:
            return None, None
        if is_self:
            return self._context.owner or _ME, None
        name = fields.get("remark") or fields.get("nickname") or fields.get("account") or who
        return name or None, who or None

    def _learn(self, fields: Mapping[str, str], who: str, line: int) -> None:
        """A row that was sent names the chat; where it names something else, the writer cut a text."""
        draft = self._draft
        if draft.id is None and who:
            draft.id, draft.is_group = who, who.endswith(_GROUP)
            draft.title = fields.get("remark") or fields.get("nickname") or draft.title
        elif who and who != draft.id and not _ACCOUNT.fullmatch(who):
            self._context.report(
                "writer-fault",
                f"the beginning of this text went into the column ID: {who[:40]!r}",
                line=line,
            )

    def _kind(self, name: str, line: int) -> MessageKind:
        """The type as a word, or as the number that the tool had no word for."""
        name = name.strip()
        if re.fullmatch(r"-?[0-9]{1,18}", name):
            kind: MessageKind | None = kind_of_type(int(name))
            kind = None if kind is MessageKind.OTHER else kind
        else:
            kind = MessageKind.OTHER if name == _MAIL else kind_of_name(name)
        if kind is None:
            message = f"unknown type {name[:40]!r}"
            self._context.report("unknown-kind", message, severity=Severity.INFO, line=line)
        return kind or MessageKind.OTHER

    def _call(self, fields: Mapping[str, str], text: str) -> tuple[Segment, ...]:
        return (segment_for(MessageKind.CALL, text, kind=_CALLS.get(fields.get("type", "").strip())),)


class Exporter12425Reader:
    """The reader of 12425/wechat-exporter's CSV."""

    name = "12425-csv"
    description = "12425/wechat-exporter CSV of iPhone backups, 2016 to 2018"
    suffixes = (".csv",)
    options: Mapping[str, str] = OWNER_OPTION

    def detect(self, head: Head) -> Evidence | None:
        """The header row."""
        header = head.header_row
        if _is_header(header):
            return Evidence(1.0, f"header row {','.join(header)}")
        return None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages.

        Raises:
            FormatError: where the header row is missing.
        """
        title = PurePath(source.name).name.partition(".csv")[0] if source.name else None
        draft = context.draft(title=title, metadata={"exporter": "12425/wechat-exporter"})
        return in_batches(draft, _Rows(context, draft).messages())


READER: Final = Exporter12425Reader()
