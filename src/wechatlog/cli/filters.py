"""The filters that several commands share: who, when, which kinds.

Takes the values of their options, gives the messages that fit: of a whole conversation, or one by one, for streams that
are longer than memory. Knows nothing of what a command does with them.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs
import click

from wechatlog.cli.messages import Failure, count
from wechatlog.cli.options import ANY_PATH, WHEN
from wechatlog.content.wording import has_words
from wechatlog.model import Conversation, Message, MessageKind, called, normalize_name
from wechatlog.timestamps import in_span, moment

if TYPE_CHECKING:
    from wechatlog.operations import Identities

_F = TypeVar("_F", bound="Callable[..., Any]")
_MOST_MEANT: Final = 3
_KIND: Final = click.Choice([kind.value for kind in MessageKind])

_OPTIONS: Final = {
    "--since": click.option("--since", type=WHEN, help="Only from this day or time on."),
    "--until": click.option("--until", type=WHEN, help="Only to this day, or before this time."),
    "--sender": click.option("--sender", multiple=True, help="Only of this person, by name or account id. Repeatable."),
    "--kind": click.option(
        "--kind", multiple=True, type=_KIND, metavar="KIND", help="Only of this kind: text, image, … Repeatable."
    ),
    "--people": click.option(
        "--people", metavar="FILE", type=ANY_PATH, help="Who is who, as `wechatlog people` writes it, for --sender."
    ),
    "--no-media": click.option(
        "--no-media", is_flag=True, help="Without pictures, voices, transfers and the like that have no words."
    ),
}


def filter_options(command: _F) -> _F:
    """Give a command the options that choose messages, but those that it has; `Filters.of` understands them."""
    own = {name for option in getattr(command, "__click_params__", ()) for name in option.opts}
    for name, option in reversed(_OPTIONS.items()):
        command = command if name in own else option(command)
    return command


@attrs.frozen
class Filters:
    """Which messages are wanted; all conditions add up.

    Attributes:
        since: a day or a time in ISO form, included.
        until: a day, which is included, or a time, which is not.
        senders: names, with single blanks, and account ids; empty for everybody.
        people: who is who, or `None` for what the conversation itself says.
        kinds: empty for all.
        words: only messages with words in them.
        met: names of those who wrote, as far as `senders` were looked for among them.
    """

    since: str | None = None
    until: str | None = None
    senders: frozenset[str] = frozenset()
    kinds: frozenset[MessageKind] = frozenset()
    words: bool = False
    people: Identities | None = None
    met: set[str] = attrs.field(factory=set, eq=False)

    @classmethod
    def of(cls, how: Mapping[str, Any]) -> Filters:
        """What the options of `filter_options` say."""
        people = None if how["people"] is None else read_people(how["people"])
        senders = frozenset(map(normalize_name, how["sender"]))
        kinds = frozenset(map(MessageKind, how["kind"]))
        return cls(how["since"], how["until"], senders, kinds, how["no_media"], people)

    def __bool__(self) -> bool:
        """Whether anything is left out."""
        return attrs.evolve(self, people=None) != Filters()

    def select(self, conversation: Conversation) -> Conversation:
        """The conversation with the messages that fit, as it is where nothing is filtered; fails as `test`."""
        if not self:
            return conversation
        others = self
        if self.senders:
            self.met.update(name for who in conversation.participants if who.message_count for name in called(who))
            conversation = conversation.by(*self.senders, people=self.people)
            others = attrs.evolve(self, senders=frozenset())
        return attrs.evolve(conversation, messages=filter(others.test(conversation.tz), conversation.messages))

    def fitting(
        self, conversations: Iterable[Conversation], *, needed: bool = True
    ) -> Iterator[tuple[Conversation, Conversation]]:
        """Each conversation of which something fits, and what does; fails where there is none and one is needed."""
        read = kept = 0
        for read, conversation in enumerate(conversations, 1):  # noqa: B007
            chosen = self.select(conversation)
            if len(chosen) or not self:
                kept += 1
                yield conversation, chosen
        if read and not kept and needed:
            raise Failure(self.nothing_fits(read))

    def test(self, zone: dt.tzinfo | None = None) -> Callable[[Message], bool]:
        """A function that says of each message of one conversation whether it fits.

        A sender is known by name and account id, and by what `people` says; names that only a list of members has are
        known to `select`.

        Args:
            zone: of the conversation, for bounds without one; where `None`, that of the first time.

        Raises:
            Failure: when called, for a bound with a zone where the times have none.
        """
        checks: list[Callable[[Message], bool]] = []
        if self.since or self.until:
            checks.append(_sent_between(self.since, self.until, zone))
        if self.senders:
            checks.append(self._is_of_them if self.people is None else self._among(self.people))
        if self.kinds:
            checks.append(lambda message: message.kind in self.kinds)
        if self.words:
            checks.append(has_words)
        return lambda message: all(check(message) for check in checks)

    def _is_of_them(self, message: Message) -> bool:
        names = {normalize_name(name) for name in (message.sender, message.sender_id) if name is not None}
        self.met.update(names)
        return not names.isdisjoint(self.senders)

    def _among(self, people: Identities) -> Callable[[Message], bool]:
        meant = {who for name in self.senders for who in people.named(name)}
        return lambda message: self._is_of_them(message) or people.of(message) in meant

    def nothing_fits(self, conversations: int) -> str:
        """What to say where no message fits, or there is none."""
        chats = count(conversations, "conversation")
        told = f"no message fits, in {chats}" if self else f"no messages, in {chats}"
        return "; ".join(filter(None, [told, self.advice()]))

    def advice(self) -> str:
        """The names that may have been meant instead of those that nobody has; empty where all are known."""
        told, known = [], sorted(self.met)
        for sender in sorted(self.senders - self.met) if self.people is None and known else ():
            holding = [name for name in sorted(known, key=len) if sender.casefold() in name.casefold()]
            close = difflib.get_close_matches(sender, known, _MOST_MEANT, 0.5)
            if near := list(dict.fromkeys(holding + close)):
                told.append(f"nobody is called {sender}; did you mean {', '.join(near[:_MOST_MEANT])}?")
            else:
                told.append(f"nobody is called {sender}; `wechatlog info` lists who wrote")
        return "; ".join(told)


def read_people(path: str) -> Identities:
    """Who is who, from a file that `wechatlog people` wrote; a failure where it is none."""
    from wechatlog.operations import Identities  # most commands need none of the operations

    try:
        return Identities.from_toml(Path(path).read_text(encoding="utf-8"))
    except (ValueError, UnicodeDecodeError) as error:
        raise Failure(f"{path}: {error}") from error


def _sent_between(since: str | None, until: str | None, zone: dt.tzinfo | None) -> Callable[[Message], bool]:
    """A test whether a message was sent in a span of time; a bound without a zone means that of the first time."""
    fits: Callable[[dt.datetime | None], bool] | None = None

    def test(message: Message) -> bool:
        nonlocal fits
        if fits is None and message.time is not None:
            there = zone or message.time.tzinfo
            try:
                fits = in_span(moment(since, there, last=False), moment(until, there, last=True))
            except TypeError:
                told = "the times have no zone; give one without a zone, or name theirs with --tz"
                raise Failure(told) from None
        return fits is not None and fits(message.time)

    return test
