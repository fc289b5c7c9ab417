"""Messages that hold words or fit an expression, as values: the message, the places in it, and what is around it.

Takes a conversation or a stream of messages in its order, gives one hit after the other. What is searched is what a
person reads: the text, and what stands apart from it (`content.wording`): quotes, forwards inside forwards, cards.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator

import attrs

from wechatlog.content.patterns import Matcher, Pattern, Span, compile_pattern
from wechatlog.content.wording import Aside, asides
from wechatlog.model import Message


@attrs.frozen(slots=True)
class Place:
    """Where something was found in a message.

    Attributes:
        text: what was searched: the text of the message, or of an aside.
        span: start and end in it, in code points.
        aside: what stands apart from the text of the message, such as a quote or a message inside a forward; `None` for
            the text itself.

    Example:
        >>> chat = wechatlog.load("examples/2026-05-01-chat.markdown")
        >>> place = next(operations.search(chat, "扳手")).places[0]
        >>> start, end = place.span
        >>> place.text[start:end]
        '扳手'
    """

    text: str
    span: Span
    aside: Aside | None = None

    def __str__(self) -> str:
        return self.text[slice(*self.span)]


@attrs.frozen(slots=True)
class Hit:
    """A message in which something was found.

    Attributes:
        message: the message.
        number: its position in the conversation, from 0.
        places: where; up to 1,000 in each text. An expression that fits an empty text has none.
        before: messages before it.
        after: messages after it.

    Example:
        >>> chat = wechatlog.load("examples/2026-05-01-chat.markdown")
        >>> hit = next(operations.search(chat, "扳手"))
        >>> hit.number, str(hit.message)
        (2, '2026-05-01 08:05:02 Mia Lin: 我带打气筒，谁有内六角扳手？')
    """

    message: Message
    number: int
    places: tuple[Place, ...]
    before: tuple[Message, ...] = ()
    after: tuple[Message, ...] = ()

    @property
    def span(self) -> Span | None:
        """The first place, in the text that it is in: that of the message, or of an aside."""
        return self.places[0].span if self.places else None

    @property
    def context(self) -> tuple[Message, ...]:
        """The message with those before and after it."""
        return (*self.before, self.message, *self.after)

    @property
    def spans(self) -> tuple[Span, ...]:
        """The places in the text of the message itself."""
        return tuple(place.span for place in self.places if place.aside is None)


def find_places(message: Message, find: Matcher) -> tuple[Place, ...] | None:
    """Where something is in what a message reads like; `None` where it is not."""
    spans = find(message.text)
    places = [Place(message.text, span) for span in spans or ()]
    anywhere = spans is not None
    if message.given_segments is not None:
        for aside in asides(message):
            if (inside := find(aside.text)) is not None:
                anywhere = True
                places += [Place(aside.text, span, aside) for span in inside]
    return tuple(places) if anywhere else None


def search(
    messages: Iterable[Message],
    pattern: Pattern,
    *,
    before: int = 0,
    after: int = 0,
    exact: bool = False,
    timeout: float = 1.0,
) -> Iterator[Hit]:
    """The messages in which something is found, one after the other, in memory for what is around a hit.

    Words are found in upper and lower case, full and half width, composed and decomposed, simplified and traditional
    (with the extra `chinese`), and an emoji by any of its codes, names and pictures.

    Args:
        messages: a conversation, or a stream of messages.
        pattern: words, or a compiled expression of `re` or `regex`.
        before: messages before each hit that are given with it.
        after: messages after it.
        exact: look for these very characters, upper and lower case alike.
        timeout: seconds that an expression may take for one text; slow texts together may take 30 times that.

    Raises:
        SlowPatternError: for an expression that takes longer.
        TypeError: for a pattern that is neither.
        ValueError: for a number below zero.

    Example:
        >>> chat = wechatlog.load("examples/2026-05-01-chat.markdown")
        >>> for hit in operations.search(chat, "扳手", after=1):
        ...     print(hit.number, hit.message.sender, [message.sender for message in hit.after])
        2 Mia Lin ['老周']
    """
    if before < 0 or after < 0:
        raise ValueError("the messages around a hit are no less than none")
    return _hits(messages, compile_pattern(pattern, exact=exact, timeout=timeout), before, after)


def _hits(messages: Iterable[Message], find: Matcher, before: int, after: int) -> Iterator[Hit]:
    recent: deque[Message] = deque(maxlen=before)
    waiting: deque[tuple[Hit, list[Message]]] = deque()
    for number, message in enumerate(messages):
        for _, following in waiting:
            following.append(message)
        places = find_places(message, find)
        if places is not None:
            waiting.append((Hit(message, number, places, tuple(recent)), []))
        while waiting and len(waiting[0][1]) >= after:
            hit, following = waiting.popleft()
            yield attrs.evolve(hit, after=tuple(following))
        recent.append(message)
    for hit, following in waiting:
        yield attrs.evolve(hit, after=tuple(following))


def message_filter(pattern: Pattern, *, exact: bool, timeout: float) -> Callable[[Message], bool]:
    """A function that says whether something is found in a message, for `Conversation.search`."""
    find = compile_pattern(pattern, exact=exact, timeout=timeout)
    return lambda message: find_places(message, find) is not None
