"""Messages that QQ for PC saved as text: header lines `2019-03-01 9:30:45 name(number)`, bodies under them.

A file has one chat or all of them, each under `消息分组:` and `消息对象:` between lines of `=`. In groups a name may
have a title in front (`【管理员】`) and ends in `(number)` or `<address>`; in private chats it is the name alone.

Format facts: QQ 2012 to 9.7 for PC (消息管理器, 导出消息记录, 文本文件).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wechatlog import MessageKind
from wechatlog.engine import Entry, Evidence, Format, message_blocks
from wechatlog.tokenizer import Grammar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wechatlog.engine import Draft, Head, Reading
    from wechatlog.engine.headers import Block

_GRAMMAR = Grammar(
    "QQ text",
    r"(?:(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{1,2}:[0-9]{2}:[0-9]{2}) (?P<sender>[^\r\n]+)(?=\r?(?:\n|\Z))"
    r"|消息对象[:：](?P<chat>[^\r\n]*))",
)
_FIRST = "消息记录（此消息记录为文本格式，不支持重新导入）"
_GROUP = re.compile(r"消息分组[:：](?P<name>[^\r\n]*)")
_WHO = re.compile(r"(?:【[^】\n]{1,20}】)?(?P<name>.*?)(?:\((?P<number>[0-9]{5,12})\)|<(?P<address>[^<>\n]+)>)?")
_SYSTEM = ("系统消息", "10000")
_KINDS = {
    "[图片]": MessageKind.IMAGE,
    "[表情]": MessageKind.STICKER,
    "[语音]": MessageKind.VOICE,
    "[视频]": MessageKind.VIDEO,
    "[文件]": MessageKind.FILE,
    "[QQ红包]请使用新版手机QQ查收红包。": MessageKind.RED_PACKET,
}


def _entries(reading: Reading) -> Iterator[Entry]:
    chat, group = reading.chat, ""

    def learn(block: Block) -> None:
        nonlocal group
        if found := _GROUP.search(block.lines):
            group = found["name"].strip()

    # Nothing is compared by time: another chat begins anew.
    records = message_blocks(
        reading, _GRAMMAR, lambda match: match["sender"], lambda _: None, preamble=learn, opens=lambda _: True
    )
    for header, block in records:
        if header["chat"] is not None:
            chat = _open(reading, group, header["chat"].strip())
        else:
            who = _WHO.fullmatch(header["sender"])
            name, account = (who["name"] or None, who["number"] or who["address"]) if who else (header["sender"], None)
            if account and chat.is_group is None and not group:
                chat.is_group = True
            time, precision = reading.clock(header["time"], line=block.line)
            text = block.lines.partition("\n")[2].partition("\n=====")[0].strip("\n")
            kind = _KINDS.get(text, MessageKind.TEXT)
            if name in _SYSTEM or account in _SYSTEM:
                kind = reading.kind_of(MessageKind.SYSTEM, None, text, block.line)
            sender = name or account
            yield Entry(block.line, time, precision, sender, account, None, kind, text, offset=block.offset, chat=chat)
        learn(block)


def _open(reading: Reading, group: str, title: str) -> Draft:
    chat = reading.chat_of(f"{group}\0{title}", title=title or None)
    if group:
        chat.metadata["group"], chat.is_group = group, "群" in group
    return chat


def _detect(head: Head) -> Evidence | None:
    """The first line is QQ's; without it, headers with a number."""
    if any(line.strip() == _FIRST for line in head.lines[:3]):
        return Evidence(1.0, "the first line is that of QQ's saved messages")
    found = sum(
        match["sender"] is not None and _WHO.fullmatch(match["sender"])["number"] is not None  # type: ignore[index]
        for line in head.lines[:400]
        if (match := _GRAMMAR.pattern.match("\n" + line))
    )
    return Evidence(0.8, f"{found} header lines 'time name(number)'") if found > 1 else None


TEXT = Format("qq-txt", "QQ for PC, saved messages as text (2012-2023)", ".txt", _detect, _entries, {"exporter": "QQ"})
