"""Which message a message most likely answers, with a confidence and a reason.

Takes a conversation in its order, gives an answer for each message that somebody sent. What the archive says is
certain: the id of the message answered, or a quote whose words stand in an earlier message. Everything else is a guess
by a few signs: who is mentioned, how near a message is, which words both have, who was talking. `WEIGHTS` says what
each sign counts; they were fitted on quotes of real groups with the quotation hidden (`docs/explanation/threads.md`).
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import re
from collections import Counter, deque
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

import attrs

from wechatlog.model import MessageKind, normalize_name, participant_key
from wechatlog.operations.mentions import resolve_mentions
from wechatlog.operations.recognition import identities
from wechatlog.operations.sameness import quoted_key, typed_text
from wechatlog.segments.types import Mention, Quote
from wechatlog.timestamps import instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wechatlog.model import Conversation, Message
    from wechatlog.operations.identity import Identities

__all__ = ["WEIGHTS", "Answer", "Signs", "Threads", "threads"]

Reason: TypeAlias = Literal["id", "quote", "mention", "words", "nearness"]

_WINDOW: Final = 40
"""Messages before a message among which the one that it answers is looked for."""
_SPAN: Final = dt.timedelta(days=2)
_FIRST: Final = 5
"""Candidates that are told."""
_QUOTED: Final = 4000
"""Messages back to which a quote is looked up."""
_SURE_QUOTE: Final = 0.95
_SUREST_GUESS: Final = 0.9
"""A guess is no more certain, were it the only candidate: a message may answer nothing."""
_SHORTEST_QUOTE: Final = 4
_LONGEST_TEXT: Final = 400
"""Characters of a text whose words are compared."""

_BEFORE: Final = 6
"""Messages before a candidate in which whoever answers may have said what the candidate answers."""
_SINCE: Final = 3
"""Messages of whoever answers that are counted since a candidate."""
_NOTICED: Final = 8.0
_TYPED: Final = 2.5
"""Seconds until somebody begins to write, and characters that are typed in a second."""

_RUN: Final = re.compile(r"[\u3400-\u9fff]+|[A-Za-z0-9]{2,40}")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_ASKS: Final = re.compile(r"[?？]|吗|呢|么|怎|咋|啥|哪|谁|多少|几|有没有|能不能|是不是|可以|请问|求|为何")
_SAYS_QUESTION: Final = re.compile(r"问题|问的|问我|你问")
_YOU: Final = re.compile(r"[你您]")
_ME: Final = re.compile(r"[我俺咱]")
_ENOUGH: Final = 0.5
"""What a sign must count to be the reason."""
_LONGEST_COUNTED: Final = 60
_LONG: Final = 20
"""Characters of a text that takes time to write."""
_TEXTS: Final = frozenset({MessageKind.TEXT, MessageKind.QUOTE})


class Signs(NamedTuple):
    """What speaks for and against a candidate, each about 0 to 4."""

    place: float
    """Logarithm of how many messages back it is."""
    minutes: float
    """Logarithm of how many minutes earlier it is."""
    last: float
    """It is the message right before."""
    hurry: float
    """There was hardly time to read it and to write the answer."""
    own: float
    """The same person wrote it."""
    since: float
    """How often whoever answers has written since, up to three times."""
    turn: float
    """Whoever answers wrote shortly before it, so that it may be an answer to them."""
    words: float
    """Pairs of characters and words that both have; rare ones count more, and less what other candidates have too."""
    likeness: float
    """How much of both texts the Chinese characters are that both have."""
    mentioned: float
    """Its sender is mentioned."""
    asks: float
    """It looks like a question."""
    asked: float
    """It looks like a question, and the answer speaks of one."""
    you: float
    """It speaks of its sender, and the answer says you."""
    length: float
    """How long it is."""
    both_long: float
    """How long it is, where the answer is long."""
    wordless: float
    """It is a picture or the like."""


WEIGHTS: Final = Signs(
    place=-1.17, minutes=-0.74, last=-1.75, hurry=-5.28, own=-4.06, since=-0.35, turn=1.79, words=1.96, likeness=5.48,
    mentioned=3.00, asks=0.74, asked=3.62, you=1.89, length=0.96, both_long=-0.91, wordless=-3.51,
)  # fmt: skip
"""What each sign counts. All but `mentioned` are fitted; those who quote hardly ever mention, so that one is set."""


@attrs.frozen(slots=True)
class Answer:
    """What a message answers.

    Attributes:
        number: position of the message, from 0.
        to: position of the message that it most likely answers; `None` where nothing comes into question.
        confidence: 0 to 1; 1 where the archive says so by an id.
        reason: `id`, `quote`, `mention`, `words` (both have), or `nearness`.
        candidates: the five most likely, `to` first.

    Example:
        >>> chat = wechatlog.load("examples/2026-05-01-chat.markdown")
        >>> answer = operations.threads(chat).answers[3]
        >>> answer.number, answer.to, answer.reason
        (3, 2, 'mention')
    """

    number: int
    to: int | None
    confidence: float
    reason: Reason | None
    candidates: tuple[int, ...] = ()


@attrs.frozen(slots=True)
class Threads:
    """The answers of a conversation.

    Attributes:
        answers: one for each message that somebody sent, in order.

    Example:
        >>> chat = wechatlog.load("examples/2026-05-01-chat.markdown")
        >>> answers = operations.threads(chat).answers
        >>> len(answers) == len(chat)
        True
    """

    answers: tuple[Answer, ...]

    def groups(self, confidence: float = 0.5) -> tuple[tuple[int, ...], ...]:
        """The positions of messages that hang together by answers at least so sure, each group in order."""
        top: dict[int, int] = {}
        for answer in self.answers:
            joined = answer.to is not None and answer.confidence >= confidence
            top[answer.number] = top.get(answer.to, answer.to) if joined and answer.to is not None else answer.number
        found: dict[int, list[int]] = {}
        for number, first in top.items():
            found.setdefault(first, [first] if first != number else []).append(number)
        return tuple(tuple(sorted(set(group))) for group in found.values())


class _Known(NamedTuple):
    """What is known of a message that may be answered."""

    number: int
    message: Message
    who: str
    name: str
    text: str
    terms: frozenset[str]
    han: frozenset[str]
    size: float
    mentioned: frozenset[str]
    names: tuple[str, ...]
    length: int
    writing: float
    """Seconds that it takes to read something, and to write this."""
    asks: bool
    wordless: bool


def threads(conversation: Conversation, people: Identities | None = None, *, hide_quotes: bool = False) -> Threads:
    """Find out what each message answers.

    Args:
        conversation: in its order; `sorted` first if that is not the order of time.
        people: who is who, to know whom a mention means; else what `identities` finds in the conversation.
        hide_quotes: leave ids and quotes aside, to measure how good the guesses are.

    Returns:
        An answer for each message that somebody sent. The time it takes grows with the number of messages.

    Example:
        >>> chat = wechatlog.load("examples/2026-05-01-chat.markdown")
        >>> [(answer.number, answer.to) for answer in operations.threads(chat).answers][:4]
        [(0, None), (1, 0), (2, 0), (3, 2)]
    """
    known = people or identities(conversation, mentions=not hide_quotes)
    return Threads(tuple(_answers(conversation, known, hide_quotes=hide_quotes)))


def candidates(conversation: Conversation) -> Iterator[tuple[int, list[tuple[int, Signs]]]]:
    """What `WEIGHTS` are fitted on: each message that somebody sent, and the signs of those before it; no quotes."""
    rarity, messages = _read(conversation, identities(conversation, mentions=False))
    recent: deque[_Known] = deque(maxlen=_WINDOW)
    for known in messages:
        yield known.number, _signs_of(known, recent, rarity)
        recent.append(known)


def _answers(conversation: Conversation, people: Identities, *, hide_quotes: bool) -> Iterator[Answer]:
    rarity, messages = _read(conversation, people)
    recent: deque[_Known] = deque(maxlen=_WINDOW)
    told = _Told()
    for known in messages:
        said = None if hide_quotes else told.answer(known)
        yield said or _guess(known.number, _signs_of(known, recent, rarity))
        recent.append(known)
        told.add(known)


def _read(conversation: Conversation, people: Identities) -> tuple[dict[str, float], Iterator[_Known]]:
    """How rare words and characters are, and what is known of each message that somebody sent."""
    texts = [_own_text(message) for message in conversation.messages]
    rarity = _rarity(texts)
    mentioned: dict[int, set[str]] = {}
    for found in resolve_mentions(conversation, people):
        if found.participant is not None:
            who = found.participant.id or f"\0{found.participant.name}"
            mentioned.setdefault(id(found.message), set()).add(who)
    every = (
        _know(number, message, texts[number], rarity, frozenset(mentioned.get(id(message), ())))
        for number, message in enumerate(conversation.messages)
    )
    return rarity, (known for known in every if known is not None)


def _own_text(message: Message) -> str:
    """What somebody wrote, without what is quoted and whom it is said to."""
    if message.kind is MessageKind.QUOTE or any(sign in message.text for sign in ("@", "＠", "「", "- - -")):
        return "".join(segment.raw for segment in message.segments if not isinstance(segment, (Quote, Mention)))
    return message.text


def _terms(text: str) -> frozenset[str]:
    """Pairs of Chinese characters, and other words."""
    found: set[str] = set()
    for run in _RUN.findall(text[:_LONGEST_TEXT].lower()):
        found.update((run,) if run.isascii() else map("".join, itertools.pairwise(run)))
    return frozenset(found)


def _characters(text: str) -> frozenset[str]:
    return frozenset(_HAN.findall(text[:_LONGEST_TEXT]))


def _rarity(texts: Sequence[str]) -> dict[str, float]:
    """What each term and character counts: the logarithm of how many messages there are for each that has it."""
    often: Counter[str] = Counter()
    for text in texts:
        often.update(_terms(text))
        often.update(_characters(text))
    return {term: math.log((len(texts) + 1) / number) for term, number in often.items()}


def _know(
    number: int, message: Message, text: str, rarity: dict[str, float], mentioned: frozenset[str]
) -> _Known | None:
    who = participant_key(message)
    if who is None:
        return None
    han, length = _characters(text), len(text.strip())
    return _Known(
        number=number,
        message=message,
        who=who,
        name=normalize_name(message.sender or ""),
        text=text,
        terms=_terms(text),
        han=han,
        size=math.sqrt(sum(rarity[sign] ** 2 for sign in han)) or 1.0,
        mentioned=mentioned,
        names=tuple(normalize_name(segment.name) for segment in message.segments if isinstance(segment, Mention)),
        length=length,
        writing=_NOTICED + min(length, _LONGEST_COUNTED) / _TYPED,
        asks=_ASKS.search(text) is not None,
        wordless=message.kind not in _TEXTS,
    )


# --- what the archive says ------------------------------------------------------------------------


class _Told:
    """Looks up what an id or a quote points to."""

    def __init__(self) -> None:
        self._by_id: dict[str, int] = {}
        self._texts: deque[tuple[int, str, str]] = deque(maxlen=_QUOTED)
        self._exact: dict[str, deque[tuple[int, str]]] = {}

    def add(self, known: _Known) -> None:
        """Note a message."""
        if known.message.id is not None:
            self._by_id[known.message.id] = known.number
        plain = quoted_key(typed_text(known.message))
        self._texts.append((known.number, known.name, plain))
        self._exact.setdefault(plain, deque(maxlen=_FIRST)).append((known.number, known.name))

    def answer(self, known: _Known) -> Answer | None:
        """What the archive says that a message answers, where that is found."""
        target = self._by_id.get(known.message.reply_to or "")
        if target is not None:
            return Answer(known.number, target, 1.0, "id", (target,))
        quote = next((segment for segment in known.message.segments if isinstance(segment, Quote)), None)
        target = None if quote is None else self._find(quoted_key(quote.text), normalize_name(quote.sender or ""))
        return None if target is None else Answer(known.number, target, _SURE_QUOTE, "quote", (target,))

    def _find(self, quoted: str, name: str) -> int | None:
        """The newest message with these words, or that begins with them; best one of whoever is quoted."""
        if not quoted:
            return None
        found: Iterable[tuple[int, str]] = reversed(self._exact.get(quoted, ()))
        if quoted not in self._exact and len(quoted) >= _SHORTEST_QUOTE:
            beginning = (entry[:2] for entry in reversed(self._texts) if entry[2].startswith(quoted))
            found = itertools.islice(beginning, _FIRST)
        numbers = sorted(found, key=lambda entry: _is_name_of(name, entry[1]), reverse=True)
        return numbers[0][0] if numbers else None


# --- guesses --------------------------------------------------------------------------------------


def _signs_of(known: _Known, recent: Sequence[_Known], rarity: dict[str, float]) -> list[tuple[int, Signs]]:
    """The candidates for what a message answers, the newest first: position, and what speaks for it."""
    shared = [known.terms & other.terms for other in recent]
    holders = Counter(itertools.chain.from_iterable(shared))
    own = [place for place, other in enumerate(recent) if other.who == known.who]
    is_long = known.length > _LONG
    asked, says_you = _SAYS_QUESTION.search(known.text) is not None, _YOU.search(known.text) is not None
    found: list[tuple[int, Signs]] = []
    for back, (other, terms) in enumerate(zip(reversed(recent), reversed(shared), strict=True)):
        minutes = _minutes(other.message, known.message)
        if minutes is None:
            break
        place = len(recent) - 1 - back
        likeness = sum(rarity[sign] ** 2 for sign in known.han & other.han) / (known.size * other.size)
        length = min(other.length, _LONGEST_COUNTED) / _LONG
        signs = Signs(
            place=math.log(back + 1),
            minutes=math.log1p(minutes),
            last=back == 0,
            hurry=_is_to_the_second(known, other) and minutes * 60 < known.writing,
            own=other.who == known.who,
            since=min(sum(mine > place for mine in own), _SINCE),
            turn=any(place - _BEFORE <= mine < place for mine in own),
            words=math.log1p(sum(rarity[term] / holders[term] for term in terms)) / 2,
            likeness=likeness,
            mentioned=_is_mentioned(known, other),
            asks=other.asks,
            asked=asked and other.asks,
            you=says_you and _ME.search(other.text) is not None,
            length=length,
            both_long=is_long * length,
            wordless=other.wordless,
        )
        found.append((other.number, signs))
    return found


def _is_to_the_second(one: _Known, other: _Known) -> bool:
    return one.message.precision == other.message.precision == "second"


def _is_mentioned(known: _Known, other: _Known) -> bool:
    return other.who in known.mentioned or any(_is_name_of(name, other.name) for name in known.names)


def _minutes(earlier: Message, later: Message) -> float | None:
    """Minutes between two messages; `None` where that is too long. Nothing where a time is unknown."""
    if earlier.time is None or later.time is None:
        return 0.0
    if (earlier.time.tzinfo is None) != (later.time.tzinfo is None):
        return 0.0
    span = instant(later.time) - instant(earlier.time)
    return None if span > _SPAN else max(span.total_seconds(), 0.0) / 60


def _is_name_of(mentioned: str, name: str) -> bool:
    """Whether a mention means somebody: it is the name, or the beginning of a longer one, or the other way."""
    if not mentioned or not name:
        return False
    if mentioned == name:
        return True
    return min(len(mentioned), len(name)) > 1 and (name.startswith(mentioned) or mentioned.startswith(name))


def _guess(number: int, candidates: Sequence[tuple[int, Signs]]) -> Answer:
    if not candidates:
        return Answer(number, None, 0.0, None)
    scored = [(sum(map(_times, signs, WEIGHTS)), -back) for back, (_, signs) in enumerate(candidates)]
    best = sorted(range(len(scored)), key=scored.__getitem__, reverse=True)
    top = scored[best[0]][0]
    share = 1 / sum(math.exp(score - top) for score, _ in scored)
    reason = _reason(candidates[best[0]][1])
    first = tuple(candidates[place][0] for place in best[:_FIRST])
    return Answer(number, first[0], min(round(share, 3), _SUREST_GUESS), reason, first)


def _times(one: float, other: float) -> float:
    return one * other


def _reason(signs: Signs) -> Reason:
    """The sign that speaks most for a candidate."""
    strength: dict[Reason, float] = {
        "mention": signs.mentioned * WEIGHTS.mentioned,
        "words": signs.words * WEIGHTS.words + signs.likeness * WEIGHTS.likeness,
    }
    reason = max(strength, key=lambda name: strength[name])
    return reason if strength[reason] > _ENOUGH else "nearness"
