"""What a message says, in words that a language model can do something with.

Takes a message, gives a text: what was typed stays, media become short descriptions in brackets. Nothing in the text
can pass for a sign of a model's own: what is invisible is left out, control tokens are broken up. Knows nothing of the
form that the text is put into.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from wechatlog.content.places import shown_place
from wechatlog.model import Message, MessageKind
from wechatlog.segments import types

_LINE_END: Final = re.compile("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
# Controls, marks of direction, characters without width but for those that join emoji, tags and selectors in which
# whole sentences can be hidden.
_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0d\ufeff"
    "\U000e0000-\U000e01ef]"
)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
# What chat templates of models put between turns: ChatML, Llama, Qwen, GLM, DeepSeek, Gemma, Mistral.
_CONTROL_TOKEN: Final = re.compile(
    r"<(?=[|｜]|/?(?:s|bos|eos|pad|unk|start_of_turn|end_of_turn|think|tool_call|tool_response)>|/?<SYS>>)"
    r"|\[(?=/?(?:INST|SYSTEM_PROMPT|gMASK|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\])"
)
_HOST: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,20}://(?:[^/?#@\s]{0,100}@)?([^/?#:@\s]{1,253})")
_BLANKS: Final = re.compile(r"\s+")
_LONGEST_LINE: Final = 60
_LONGEST_URL: Final = 120
_LONGEST_SPEECH: Final = 10_000
_DEEPEST: Final = 3
_EMPTY: Final = {MessageKind.TEXT: "[empty]"}


def clean(text: str) -> str:
    """A text with line ends of one kind, without what nobody sees, and without control tokens."""
    text = _INVISIBLE.sub("", _LINE_END.sub("\n", text)).replace("\u2005", " ")
    return _CONTROL_TOKEN.sub(r"\g<0> ", _SURROGATE.sub("\ufffd", text))


def one_line(text: str, longest: int = _LONGEST_LINE) -> str:
    """A cleaned text as one line of limited length."""
    text = _BLANKS.sub(" ", clean(text[: 4 * longest])).strip()
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _inside(text: str | None) -> str:
    """A text inside a description; it cannot close the brackets."""
    return one_line((text or "").replace("[", "(").replace("]", ")"))


def _bracket(*parts: str | None, said: str | None = None) -> str:
    """A description of those parts that there are, with words behind a colon."""
    return f"[{' '.join(part for part in parts if part)}{f': {said}' if said else ''}]"


def _seconds(value: float | None) -> str | None:
    return None if value is None else f"{value:.0f}s"


def _link(segment: types.Link) -> str:
    if not segment.title:
        return one_line(shown_place(segment.url) or segment.raw, _LONGEST_URL)
    host = _HOST.match(segment.url or "")
    return _bracket("link", _inside(segment.title), f"({host[1]})" if host else None)


def _quote(segment: types.Quote) -> str:
    sender = f"{one_line(segment.sender)}: " if segment.sender else ""
    return f"\n> {sender}{one_line(segment.text)}\n"


def _voice(segment: types.Voice) -> str:
    return _bracket("voice", _seconds(segment.seconds), said=one_line(segment.transcript or "", _LONGEST_SPEECH))


def _forward(segment: types.Forward, depth: int) -> str:
    lines = [_bracket("forwarded", _inside(segment.title))]
    for message in segment.messages if depth < _DEEPEST else ():
        body = describe(message, depth + 1).replace("\n", "\n  ")
        lines.append(f"  {one_line(message.sender)}: {body}" if message.sender else f"  {body}")
    return "\n".join(lines) + ("\n" if len(lines) > 1 else "")


def _transfer(segment: types.Transfer) -> str:
    return _bracket("transfer", _inside(segment.amount), _inside(segment.state), said=_inside(segment.note))


def _call(segment: types.Call) -> str:
    return _bracket(segment.kind, "call", _seconds(segment.seconds) or _inside(segment.state))


def _typed(segment: types.Segment) -> str:
    return clean(segment.raw)


_DESCRIBE: Final[Mapping[type[types.Segment], Callable[[Any], str]]] = {
    types.Image: lambda _: "[image]",
    types.Link: _link,
    types.Quote: _quote,
    types.File: lambda segment: _bracket("file", _inside(shown_place(segment.name))),
    types.Voice: _voice,
    types.Video: lambda segment: _bracket("video", _seconds(segment.seconds)),
    types.Sticker: lambda segment: _bracket("sticker", _inside(segment.name)),
    types.Location: lambda segment: _bracket("location", _inside(segment.poi or segment.label)),
    types.Card: lambda segment: _bracket("card", _inside(segment.name)),
    types.Transfer: _transfer,
    types.RedPacket: lambda segment: _bracket("red packet", said=_inside(segment.title)),
    types.Call: _call,
    types.MiniProgram: lambda segment: _bracket("mini program", _inside(segment.name), said=_inside(segment.title)),
}


def describe(message: Message, depth: int = 0) -> str:
    """What a message says in so many forwards, in lines without an end at either side; never empty."""
    said = []
    for segment in message.segments:
        if type(segment) is types.Forward:
            said.append(_forward(segment, depth))
        else:
            said.append(_DESCRIBE.get(type(segment), _typed)(segment))
    return "".join(said).strip() or _EMPTY.get(message.kind, f"[{message.kind.value.replace('_', ' ')}]")
