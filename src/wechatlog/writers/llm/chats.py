"""What all forms for language models share: their options, and conversations in which nobody has a real name.

Takes conversations and options, gives `Chat` objects. Pseudonyms are the default, for a transcript goes to somebody
else's computer and a trained model repeats what it has read.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs

from wechatlog.errors import OptionError
from wechatlog.operations import Pseudonyms, pseudonymize_archive
from wechatlog.operations.pseudonymize import learn_conversation
from wechatlog.operations.pseudonyms import DEFAULT_MASK
from wechatlog.writers.llm.tokens import estimate_tokens
from wechatlog.writers.options import flag_option, texts_option

if TYPE_CHECKING:
    from wechatlog.model import Conversation
    from wechatlog.writers.base import Items

PRIVACY_OPTIONS: Final[Mapping[str, str]] = {
    "real_names": "`true` leaves names, ids and numbers as they are; the default is pseudonyms",
    "pseudonyms": "in Python: a book of pseudonyms, or a mapping from names or ids to pseudonyms of one's own choice",
    "mask": f"what else is hidden, with commas between; `{','.join(DEFAULT_MASK)}` is the default, or `url`, or `none`",
    "keep": "names that are everyday words and stay in running text, with commas between",
}
GAP_OPTION: Final = "the silence after which a new session begins: `30m`, `2h`, `1d`, or seconds; `1h` is the default"
COUNT_OPTION: Final = "in Python: a function from a text to its number of tokens; the default is an estimate"
LOSSES: Final[Mapping[str, str]] = {"everything": "this form is for language models, and not meant to be read back"}

_GAP: Final = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?) ?(s|m|min|h|d|)")
_UNITS: Final = {"": 1, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400}
_LONGEST_LIST: Final = 20


@attrs.frozen
class Chat:
    """A conversation as a form for language models shows it.

    Attributes:
        conversation: with pseudonyms, unless real names are asked for; all messages are in it.
        real: as it was before.
        book: who is who; `None` where names are real.
    """

    conversation: Conversation
    real: Conversation
    book: Pseudonyms | None

    def written_by(self, speaker: str | None) -> list[bool]:
        """Which messages somebody wrote: a name, an id or a pseudonym, or the owner of the archive."""
        messages = self.real.messages
        if speaker is None and any(message.is_self for message in messages):
            return [message.is_self is True for message in messages]
        wanted = speaker if speaker is not None else self.real.owner
        wrote = [message for message in messages if message.sender is not None or message.sender_id]
        if not wrote or (wanted is None and all(message.is_self is False for message in wrote)):
            return [False] * len(messages)
        if wanted is None:
            raise OptionError("speaker", f"nothing says whose archive this is; name one of {self._names()}")
        book = self.book or Pseudonyms()
        if self.book is None:
            learn_conversation(self.real, book)
        people = book._people
        party = people.person(wanted) or people.holder(wanted)
        if party is None or people.is_shared(wanted):
            who = "more than one person" if people.is_shared(wanted) else "nobody"
            raise OptionError("speaker", f"{who} here is called {wanted!r}; there are {self._names()}")
        return [people.meet(message.sender, message.sender_id) is party for message in messages]

    def _names(self) -> str:
        names = [
            person.name if not person.id else f"{person.name or ''} ({person.id})".strip()
            for person in self.real.participants
            if person.message_count
        ]
        shown = ", ".join(map(str, names[:_LONGEST_LIST])) or "nobody"
        return f"{shown} and {len(names) - _LONGEST_LIST} more" if len(names) > _LONGEST_LIST else shown


def gap_option(options: Mapping[str, Any]) -> dt.timedelta:
    """The silence between sessions."""
    value = options.get("gap", "1h")
    if isinstance(value, dt.timedelta):
        gap = value
    else:
        found = _GAP.fullmatch(str(value).strip().lower())
        if found is None:
            raise OptionError("gap", f"expected a span of time such as 30m, 2h or 1d, not {value!r}")
        gap = dt.timedelta(seconds=float(found[1]) * _UNITS[found[2]])
    if gap < dt.timedelta():
        raise OptionError("gap", f"expected a span of time that is not below zero, not {value!r}")
    return gap


def count_option(options: Mapping[str, Any]) -> Callable[[str], int]:
    """The function that counts tokens."""
    value = options.get("count_tokens", "estimate")
    if value == "estimate":
        return estimate_tokens
    if not callable(value):
        raise OptionError("count_tokens", f"expected a function from a text to a number, not {value!r}")
    counter: Callable[[str], int] = value
    return counter


def _open_book(options: Mapping[str, Any]) -> Pseudonyms:
    names = options.get("pseudonyms")
    mask, keep = texts_option(options, "mask"), texts_option(options, "keep")
    if isinstance(names, Pseudonyms):
        if mask is not None or keep is not None:
            raise OptionError(
                "keep" if mask is None else "mask", "a book of pseudonyms has its own; give it to Pseudonyms"
            )
        return names
    if names is not None and not isinstance(names, Mapping):
        raise OptionError("pseudonyms", f"expected a book of pseudonyms or a mapping, not {names!r}")
    try:
        Pseudonyms(names)
    except (TypeError, ValueError, AttributeError) as error:
        raise OptionError("pseudonyms", str(error)) from None
    try:
        return Pseudonyms(names, mask=DEFAULT_MASK if mask is None else mask, keep=keep or ())
    except ValueError as error:
        raise OptionError("mask", str(error)) from None


def open_chats(items: Items, options: Mapping[str, Any]) -> Iterator[Chat]:
    """The conversations one after the other, all with one book of pseudonyms.

    With pseudonyms all messages are read to their end first, since a name is hidden wherever it stands, also before its
    owner first writes, and in the other conversations.
    """
    real_names = flag_option(options, "real_names", False)
    if real_names and options.get("pseudonyms") is not None:
        raise OptionError("pseudonyms", "there are none where real_names is true")
    book = None if real_names else _open_book(options)
    everything = (
        conversation
        if messages is conversation.messages
        else attrs.evolve(conversation, messages=messages, lexicon=None)
        for conversation, messages in items
    )
    if book is None:
        yield from (Chat(real, real, None) for real in everything)
        return
    learnt = list(everything)  # a name that only the last of them gives away must not stand in the first
    for real, hidden in zip(learnt, pseudonymize_archive(learnt, book), strict=True):
        yield Chat(hidden, real, book)
