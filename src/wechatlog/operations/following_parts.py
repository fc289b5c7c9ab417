"""Parts of one chat that follow each other, such as daily files, as one conversation.

Takes conversations one after the other, gives as many or fewer; only the parts of one chat are held. Which messages are
the same in parts that overlap is the business of `merge`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from wechatlog.model import Conversation, MessageKind
from wechatlog.operations.identity.names import OWN_NAMES
from wechatlog.operations.merge import merge, with_one_clock

_DATE: Final = re.compile(r"[0-9]{4}[-_./年]?[0-9]{1,2}(?:[-_./月]?[0-9]{1,2}日?)?")
_TELLING: Final = 4
"""Characters of a text that says something."""
_FEWEST: Final = 3
"""So many texts in common are no chance."""
_NOBODY: Final = frozenset({None, *OWN_NAMES})


def united(
    conversations: Iterable[Conversation], tell: Callable[[Conversation, int, str], object] = lambda *_: None
) -> Iterator[Conversation]:
    """The conversations, in which parts of one chat that follow each other are one.

    Parts are those of one account or room id, those of one title that have texts in common, and those of a title that
    differs in its date alone, with people who wrote in a part before. What stands in a part that came earlier, and is
    given already, is told: the later part, how many texts, and the file or the title of the earlier.
    """
    parts: list[Conversation] = []
    people: set[str | None] = set()
    copies = _Copies()
    for conversation in conversations:
        writing = {message.sender for message in conversation} - _NOBODY
        common = copies.look(conversation)
        is_copy = bool(parts) and copies.group in common
        if parts and not _is_next(parts[-1], conversation, people, writing, is_copy=is_copy):
            yield _joined(parts)
            parts, people = [], set()
        if not parts:
            copies.group += 1
        copies.take(conversation)
        parts.append(conversation)
        people |= writing
        for group in common.keys() - {copies.group}:
            tell(conversation, common[group], copies.sources[group])
    if parts:
        yield _joined(parts)


class _Copies:
    """Which texts were met in which group of parts: of chats of one title or id, by minute and words."""

    def __init__(self) -> None:
        self.group = -1
        self.sources: list[str] = []
        self._known: dict[str, dict[int, int]] = {}
        self._texts: dict[int, str | None] = {}

    def look(self, conversation: Conversation) -> dict[int, int]:
        """How many texts stand in which earlier groups; none where they are few, or of one of several people."""
        self._texts = {
            hash((time.toordinal(), time.hour, time.minute, message.text)): message.sender
            for message in conversation
            if message.kind is MessageKind.TEXT and (time := message.time) and len(message.text) >= _TELLING
        }
        common: dict[int, set[int]] = {}
        for key in _keys(conversation):
            known = self._known.get(key, {})
            for text in self._texts.keys() & known.keys():
                common.setdefault(known[text], set()).add(text)
        voices = min(2, len(set(self._texts.values())))
        return {
            group: len(texts)
            for group, texts in common.items()
            if len(texts) >= _FEWEST and len({self._texts[text] for text in texts}) >= voices
        }

    def take(self, conversation: Conversation) -> None:
        """Note the texts of the conversation that was looked at last."""
        if self.group == len(self.sources):
            self.sources.append(conversation.origin.source or conversation.title or "?")
        for key in _keys(conversation):
            known = self._known.setdefault(key, {})
            for text in self._texts:
                known.setdefault(text, self.group)


def _keys(conversation: Conversation) -> Iterator[str]:
    """What two files of one chat may have in common: the id, the title without a date and without a folder."""
    if conversation.id:
        yield conversation.id
    if title := _DATE.sub("", (conversation.title or "").rpartition("/")[2]).strip("-_ "):
        yield title


def _joined(parts: list[Conversation]) -> Conversation:
    return parts[0] if len(parts) == 1 else merge(with_one_clock(parts))


def _is_next(
    one: Conversation, other: Conversation, people: set[str | None], writing: set[str | None], *, is_copy: bool
) -> bool:
    if one.id and other.id:
        return one.id == other.id
    if is_copy:
        return True
    if one.id or other.id:
        return False
    title, following = one.title or "", other.title or ""
    if title == following or _DATE.sub("", title) != _DATE.sub("", following) or not _DATE.search(title):
        return False
    return len(people & writing) * 3 >= max(1, min(len(people), len(writing)))
