r"""Headers of a name and a clock under headings of days, as a dozen small tools and many people write them.

Takes text, gives messages. A heading has marks round a day, or a weekday behind it; a header is one of `_FORMS`, and
may have the day itself. Own messages are those of `我`. A body of several lines is not marked, so that a line can forge
a header. Such lines are in diaries too: only a text is taken in which `我` or an account speaks, a picture stands, that
calls itself a chat, or in which names come again.

Format facts: dueti's wechat-export `format_chat.py` (``**name** `08:00` ``); jhsy0330's wechat-chat-ocr `exporter.py`
(`**name · 2026-05-01 08:00**`, no headings; a clock alone where it is not known which day the screen shows);
whitewolf3's wechat-chatbook `markdown-exporter.ts` (`### 08:00 · name`); UniUni2000's wechat-chat-analyzer
`data_exporter.py` (`[08:00:00] name: text` under `--- 2026-05-01 ---`); boujuan's extract-wechat-messages-linux
`markdown.py` (`**08:00:00 A** — text`, and who A is in front); an agent's `sessionToMarkdown` (`**name** · 08:00:00`)
and a builder of Word documents (`08:00:00 name：text`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from wechatlog.content.accounts import is_account, split_account
from wechatlog.content.dialects.shared import PICTURES
from wechatlog.content.notices import read_notice
from wechatlog.engine import ME, NOTICES, Entry, Evidence, Format, Head, Reading, message_blocks
from wechatlog.engine.headers import Block, have_marks, is_log_word, sample, sample_blocks, tell_near_headers
from wechatlog.engine.under_days import END
from wechatlog.readers.brackets.lines import NOBODIES, QUOTED, names_owner, own_of, read_body
from wechatlog.timestamps import parse_clock
from wechatlog.tokenizer import Grammar

_DATE: Final = r"[0-9]{4}(?:-[0-9]{1,2}-[0-9]{1,2}|/[0-9]{1,2}/[0-9]{1,2}|年[0-9]{1,2}月[0-9]{1,2}日)"
_WEEKDAY: Final = r"[ ,，]{0,2}[（(]?(?:周|星期|礼拜)[一二三四五六日天][）)]?"
_HEADING: Final = (
    rf"(?=[#=—-]|{_DATE}{_WEEKDAY})(?:#{{1,6}} |[=—-]{{1,10}} {{0,2}})?(?P<date>{_DATE})(?:{_WEEKDAY})?"
    rf"(?: {{0,2}}[=—-]{{2,10}})?{END}"
)
_TIME: Final = rf"(?P<time>(?:{_DATE} )?[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})?)"
_NAME: Final = r"(?P<sender>[^\r\n]{1,200}?)"
_SHORT: Final = r"(?P<sender>[^\r\n:：*]{1,60})"
_FORMS: Final = tuple(
    Grammar(f"lines '{shown}' under days", rf"(?:{_HEADING}|{pattern})")
    for shown, pattern in {
        "**name** · time": rf"\*\*(?P<sender>[^\r\n]{{0,200}}?)\*\* · {_TIME}{END}",
        "**name · time**": rf"\*\*{_NAME} · {_TIME}\*\*{END}"
        rf"|> (?P<notice>[^\r\n]+) -> (?P<at>{_DATE} [0-9:]{{4,8}}){END}",
        "**name** `time`": rf"\*\*{_NAME}\*\* `{_TIME}`(?: > _(?P<quoted>[^\r\n]*)_)?{END}"
        rf"|_(?P<notice>[^\r\n]+)_ `(?P<at>[0-9:]{{4,8}})`{END}",
        "**time name** — text": rf"\*\*{_TIME} {_NAME}\*\*(?: — |[:：] ?|{END})",
        "[time] name: text": rf"\[{_TIME}\] {_SHORT}(?:：|: ?)",
        "time name: text": rf"{_TIME} {{1,3}}{_SHORT}(?:：|: )",
        "- time name: text": rf"[*-] (?:\*\*)?{_TIME}(?:\*\*)? (?:\*\*)?{_SHORT}(?:\*\*)?(?:：|: )",
        "### time name": rf"#{{3,6}} {_TIME} (?:[·|] )?{_NAME}{END}",
    }.items()
)
_AT_END: Final = re.compile(
    rf"[^\n*]\*\*[^*\n]{{1,60}}(?:\*\* [·`]| ·) ?(?:{_DATE} )?[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})?"
    r"(?:\*\*|`)?[ \t]*(?=\n|\Z)"
)
"""A whole header at the end of a line, to which damage joined it."""
_TITLE: Final = re.compile(
    r"(?:#{1,2} |=+ )?(?:Conversation with |与 |我和)?(?P<title>[^\n]{1,200}?)"
    r"(?: ?的?(?:微信)?(?:群聊记录|聊天记录|聊天)(?:导出)?)?(?: =+)?"
)
_FACTS: Final = re.compile(r"[#>=|-].*|\*\*.*|[^\n:：]{1,20}[:：].*|共 ?[0-9]+.*|图片 [0-9]+.*")
_SPEAKS_OF_CHATS: Final = re.compile(r"聊天记录|微信|消息|[Cc]hat|[Cc]onversation|WeChat")
_FRONT: Final = re.compile(r"\A\n*+(?:---\n)+.*?\n---\n", re.DOTALL)
_LETTER: Final = re.compile("[A-Z]{1,2}")
_EXPLAINS: Final = re.compile("^(?:glossary|legend):", re.MULTILINE)
_LETTERS: Final = re.compile(r"^ {2}(?P<letter>[A-Z]{1,2}|Me): \"?(?P<name>[^\n\"]+)\"?$", re.MULTILINE)
_ME: Final = "Me"
_QUOTED: Final = re.compile(r"> (?P<who>[^\n—]{1,60}?)(?: at [0-9:]{4,8})? — (?P<words>[^\n]*)\n?\Z")
"""What a message answers, which stands above its header, behind the message before."""
_SILENCE: Final = re.compile(r"\n+### [0-9]{2}:[0-9]{2} \(\+[0-9]{1,6}[mhd]\)\Z")
"""What stands above a message that came after hours."""


def _form(text: str) -> tuple[Grammar, list[re.Match[str]]]:
    """The form that most lines of a text have, and its matches."""
    found = [[each.header for each in sample_blocks(text, form)] for form in _FORMS]
    counts = [sum(header["date"] is None for header in headers) for headers in found]
    best = counts.index(max(counts))
    return _FORMS[best], found[best]


def _entries(reading: Reading) -> Iterator[Entry]:
    text, blocks = sample(reading.blocks())
    (form, found), chat, day, pending = _form(text), reading.chat, "", None
    letters: dict[str, str] = {}
    explained = {header["sender"] for header in found} <= {"U", "R", "?", None}
    named = names_owner(reading, ME)

    def preamble(block: Block) -> None:
        nonlocal pending, explained, named
        letters.update((match["letter"], match["name"]) for match in _LETTERS.finditer(block.lines))
        explained = explained or _EXPLAINS.search(block.lines) is not None
        named = named or _ME in letters.values()
        lines = [line for line in _FRONT.sub("", block.lines).split("\n") if line]
        if lines and (match := _TITLE.fullmatch(lines[0].strip())) and match["title"] != "微信":
            chat.title = match["title"]
        pending = _QUOTED.search(block.lines)
        reading.report_preamble("\n".join(lines[1:]), line=block.line, known=(_FACTS,))

    records = message_blocks(
        reading, form, lambda header: header["sender"], lambda _: None, blocks=blocks, preamble=preamble
    )
    for header, block in records:
        said = header.groupdict()
        tell_near_headers(reading, block.lines, block.line - 1, _AT_END, form.pattern)
        text, before = block.lines.strip("\n").replace("  \n", "\n").rstrip(), pending
        if pending := _QUOTED.search(text):
            text = text[: pending.start()].rstrip("\n")
        text = _SILENCE.sub("", text)
        if said["date"]:
            day = said["date"]
            reading.report_preamble(text, line=block.line + 1)
            continue
        clock = said["time"] or said["at"]
        clock = clock if " " in clock else f"{day} {clock}" if day else ""
        if not clock and reading.is_news("no-date"):
            reading.report("no-date", "no heading above says the day of this message", line=block.line)
        time, precision = reading.clock(clock, line=block.line) if clock and parse_clock(clock) else (None, None)
        if explained and (letter := said["sender"] or "") not in letters and _LETTER.fullmatch(letter):
            reading.tell_unexplained(letter, block.line)
        notice, name = said.get("notice"), letters.get(said["sender"] or "", said["sender"]) or None
        text = notice if notice is not None else _with_quote(text, said.get("quoted"), before, letters)
        told = notice is not None or name in NOBODIES or (text[:1] in QUOTED and read_notice(text) is not None)
        body = read_body(reading, text, block.line, notice=told)
        name = chat.title if name == "对方" else name
        shown, account = split_account(name or "")
        account = account or (shown if is_account(shown) else None)
        own = None if body[0] in NOTICES else True if shown == _ME else own_of(shown, named)
        yield Entry(block.line, time, precision, shown or None, account, own, *body, offset=block.offset)


def _with_quote(text: str, quoted: str | None, above: re.Match[str] | None, letters: dict[str, str]) -> str:
    """A text behind what it answers, as `> name: words`."""
    if above is not None:
        quoted = f"{letters.get(above['who'], above['who'])}: {above['words']}"
    return f"> {quoted}\n{text}" if quoted else text


def _detect(head: Head) -> Evidence | None:
    form, headers = _form("\n" + "\n".join(head.lines))
    messages = [header for header in headers if header["date"] is None]
    names = [header["sender"] or "" for header in messages]
    days = sum(" " in (header["time"] or " ") for header in messages)
    dated = len(messages) < len(headers) or days * 2 > len(messages)
    if len(messages) < 2 or not dated or sum(map(is_log_word, names)) * 5 >= len(names) or have_marks(names):
        return None
    signs = any(name == ME or is_account(split_account(name)[1] or name) for name in names) or any(
        line in PICTURES for line in head.lines
    )
    again = len(names) > 3 and len(set(names)) * 2 <= len(names)
    if not signs and not again and not any(map(_SPEAKS_OF_CHATS.search, head.lines[:12])):
        return None
    return Evidence(0.45, f"{len(messages)} {form.name}")


READER: Final = Format(
    "dated-lines", "names and clocks under headings of days (any tool)", ".md .txt .markdown .docx", _detect, _entries
)
