"""Rows for training a language model to answer as one person of a chat: the forms of OpenAI and of ShareGPT.

A session becomes a dialogue: what the speaker wrote is the model's side, what everybody else wrote the other. It begins
with the others and ends with the speaker; what the speaker said before anybody else, and what nobody answered, is left
out, and so are sessions in which the two sides do not meet. The model is to learn words: what the speaker sent without
any (a voice, a sticker, a transfer) is no answer; what the others sent stays, in a few words.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import attrs

from wechatlog.content.wording import has_words
from wechatlog.model import Conversation, Message
from wechatlog.operations import iter_sessions
from wechatlog.writers.base import Form, Items
from wechatlog.writers.llm.bodies import describe
from wechatlog.writers.llm.chats import (
    COUNT_OPTION,
    GAP_OPTION,
    LOSSES,
    PRIVACY_OPTIONS,
    Chat,
    count_option,
    gap_option,
    open_chats,
)
from wechatlog.writers.llm.transcript import indented, is_notice, shown_name
from wechatlog.writers.options import flag_option, number_option, text_option

_TOKENS: Final = 4096
_LEAST_TOKENS: Final = 100
_OPTIONS: Final[Mapping[str, str]] = {
    "speaker": "whom the model shall answer as: a name, an account id or a pseudonym; the default is the owner",
    "system": "a system prompt for each row; `{speaker}` in it becomes the speaker's name",
    **PRIVACY_OPTIONS,
    "gap": GAP_OPTION,
    "max_tokens": f"tokens in a row at most; {_TOKENS} is the default, {_LEAST_TOKENS} the least",
    "count_tokens": COUNT_OPTION,
    "include_notices": "whether notices such as recalls and invitations are told; default false",
    "include_media": "whether a picture, a voice, a transfer and the like without words are answers; default false",
}
_PER_TURN: Final = 4
"""Tokens that a chat template puts round a turn: ChatML takes four."""


@attrs.define
class _Exchange:
    """What the others said, and what the speaker answered: messages as lines of their turns."""

    asked: list[str] = attrs.field(factory=list)
    answered: list[str] = attrs.field(factory=list)


@attrs.frozen
class _Rules:
    """How a chat becomes dialogues; with `media` the speaker answers with what has no words too."""

    gap: dt.timedelta
    tokens: int
    count: Callable[[str], int]
    notices: bool
    media: bool
    speaker: str | None
    system: str | None

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> _Rules:
        return cls(
            gap_option(options),
            number_option(options, "max_tokens", _TOKENS, least=_LEAST_TOKENS),
            count_option(options),
            flag_option(options, "include_notices", False),
            flag_option(options, "include_media", False),
            text_option(options, "speaker"),
            text_option(options, "system"),
        )

    def cost(self, exchange: _Exchange) -> int:
        return sum(self.count("\n".join(lines)) + _PER_TURN for lines in (exchange.asked, exchange.answered))


def _exchanges(session: Iterable[tuple[Message, bool]], rules: _Rules, *, named: bool) -> Iterator[_Exchange]:
    """The exchanges of a session of messages, each with whether the speaker wrote it; the last may lack its answer.

    The others' messages begin with their names where they are `named`.
    """
    exchange = _Exchange()
    for message, is_speaker in session:
        notice = is_notice(message)
        if (notice and not rules.notices) or not (message.text or message.segments):
            continue
        text = describe(message)
        if is_speaker and not notice:
            if exchange.asked and (rules.media or has_words(message)):
                exchange.answered.append(text)
            continue
        if exchange.answered:
            yield exchange
            exchange = _Exchange()
        head = "* " if notice else f"{shown_name(message)}: " if named else ""
        exchange.asked.append(head + (indented(text) if named else text))
    yield exchange


def _shorten(exchange: _Exchange, rules: _Rules, room: int) -> bool:
    """Leave out the first of what was asked until an exchange fits; false where it cannot."""
    costs = [rules.count(f"{line}\n") for line in exchange.asked]
    left = room - rules.count("\n".join(exchange.answered)) - 2 * _PER_TURN
    kept = 0
    while kept < len(costs) and costs[-kept - 1] <= left:
        left -= costs[-kept - 1]
        kept += 1
    del exchange.asked[: len(costs) - kept]
    return bool(exchange.asked) and rules.cost(exchange) <= room


def _dialogues(exchanges: Iterable[_Exchange], rules: _Rules, room: int) -> Iterator[list[_Exchange]]:
    dialogue: list[_Exchange] = []
    left = room
    for exchange in exchanges:
        if not exchange.answered:
            continue
        cost = rules.cost(exchange)
        if cost > left and dialogue:
            yield dialogue
            dialogue, left = [], room
        if cost > room:
            if not _shorten(exchange, rules, room):
                continue
            cost = rules.cost(exchange)
        dialogue.append(exchange)
        left -= cost
    if dialogue:
        yield dialogue


def _is_named(conversation: Conversation) -> bool:
    """Whether it has to be said who speaks: not in a private chat."""
    if conversation.is_group is not None:
        return conversation.is_group
    return sum(person.message_count > 0 for person in conversation.participants) > 2


def _system(chat: Chat, flags: list[bool], rules: _Rules) -> str | None:
    """The system prompt, in which `{speaker}` stands for the name by which the others call the speaker."""
    if rules.system is None or "{speaker}" not in rules.system:
        return rules.system
    own = (message for message, mine in zip(chat.conversation, flags, strict=True) if mine)
    return rules.system.replace("{speaker}", next((shown_name(message) for message in own), "me"))


def _chat_dialogues(chat: Chat, rules: _Rules) -> Iterator[list[tuple[str, str]]]:
    flags = chat.written_by(rules.speaker)
    system = _system(chat, flags, rules)
    room = rules.tokens - (0 if system is None else rules.count(system) + _PER_TURN)
    named = _is_named(chat.conversation)
    left = iter(flags)
    for session in iter_sessions(chat.conversation.messages, gap=rules.gap):
        marked = [(message, next(left)) for message in session]
        for dialogue in _dialogues(_exchanges(marked, rules, named=named), rules, room):
            turns = [] if system is None else [("system", system)]
            for exchange in dialogue:
                turns += [("user", "\n".join(exchange.asked)), ("assistant", "\n".join(exchange.answered))]
            yield turns


_SHAREGPT_NAMES: Final = {"system": "system", "user": "human", "assistant": "gpt"}


@attrs.frozen(eq=False, slots=False)
class TrainingWriter(Form):
    """A writer of training rows, each made of turns, which are a role and a text."""

    name: str
    description: str
    suffixes: tuple[str, ...]
    row: Callable[[Iterable[tuple[str, str]]], dict[str, Any]]
    options = _OPTIONS
    losses = LOSSES
    several = True

    def write(self, items: Items, options: Mapping[str, Any]) -> Iterator[str]:
        """A line for each dialogue; a person has the same pseudonym in all of them."""
        rules = _Rules.of(options)
        for chat in open_chats(items, options):
            for turns in _chat_dialogues(chat, rules):
                yield json.dumps(self.row(turns), ensure_ascii=False) + "\n"


OPENAI: Final = TrainingWriter(
    "openai-chat",
    "training rows in OpenAI's chat format, JSON Lines: one person is the assistant; pseudonyms",
    (".openai.jsonl",),
    lambda turns: {"messages": [{"role": role, "content": text} for role, text in turns]},
)
SHAREGPT: Final = TrainingWriter(
    "sharegpt",
    "training rows in the form of ShareGPT, JSON Lines: one person is the model; pseudonyms",
    (".sharegpt.jsonl",),
    lambda turns: {"conversations": [{"from": _SHAREGPT_NAMES[role], "value": text} for role, text in turns]},
)
