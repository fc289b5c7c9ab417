"""Which message a message most likely answers, with a confidence and a reason.

Takes a conversation in its order, gives an answer for each message that somebody sent. What the archive says is
certain: the id of the message answered, or a quote whose words stand in an earlier message. Everything else is a guess
by a few signs: who is mentioned, how near a message is, which words both have, who goes on talking. `WEIGHTS` says what
each sign counts; they were fitted on quotes of real groups with the quotation hidden (`docs/explanation/threads.md`).
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import operator
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

import attrs

from wechatlog.model import Conversation, Message, MessageKind, normalize_name, participant_key
from wechatlog.operations.identity import Identities, identities, resolve_mentions
from wechatlog.operations.identity.names import begins
from wechatlog.operations.sameness import quoted_key, typed_text
from wechatlog.segments.types import Mention, Quote
from wechatlog.timestamps import instant

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
_HURRY: Final = 15.0
"""Seconds in which hardly anybody reads a message, chooses to answer it and writes the answer."""
_AFTER: Final = 6
_SOON: Final = 30.0
"""Messages after an answer, and minutes, in which whoever was answered goes on talking."""

_RUN: Final = re.compile(r"[\u3400-\u9fff]+|[A-Za-z0-9]{2,40}")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_ASKS: Final = re.compile(r"[?？]|[吗呢么]\W*$|请问|怎么|咋|啥|哪|谁|多少|有没有|能不能|是不是|什么|如何|求|几")
_CALLS: Final = re.compile(
    r"([A-Za-z\u4e00-\u9fff])(?:总|哥|姐|兄|导|神|大佬|老师|老板|博士|工(?!作|行|具|程|资|商))|[老小]([\u4e00-\u9fff])"
)
"""How people call each other: 张总, 老张."""
_CALLED: Final = 4
"""Characters of a name among which that of such a call is."""
_YOU: Final = re.compile(r"[你您]")
_ME: Final = re.compile(r"[我俺咱]")
_ENOUGH: Final = 0.5
"""What a sign must count to be the reason."""


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
    called: float
    """The answer calls somebody 张总 or 老张, and its sender has that name."""
    goes_on: float
    """Its sender writes soon after the answer."""
    returned: float
    """Its sender then mentions whoever answers."""
    asks: float
    """It looks like a question."""
    you: float
    """It speaks of its sender, and the answer says you."""
    length: float
    """Logarithm of how long it is."""


WEIGHTS: Final = Signs(
    place=-0.79, minutes=-0.52, last=-1.48, hurry=-3.72, own=-4.11, since=-0.71, turn=0.82, words=1.98, likeness=2.55,
    mentioned=3.00, called=2.57, goes_on=0.99, returned=1.52, asks=0.66, you=1.52, length=0.41,
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
    calls: frozenset[str]
    length: float
    asks: bool


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
        [(0, None), (1, 0), (2, 1), (3, 2)]
    """
    people = people or identities(conversation, mentions=not hide_quotes)
    told, answers = _Told(), []
    for known, signs in _signs(conversation, people):
        said = None if hide_quotes else told.answer(known)
        answers.append(said or _guess(known.number, signs))
        told.add(known)
    return Threads(tuple(answers))


def candidates(conversation: Conversation) -> Iterator[tuple[int, list[tuple[int, Signs]]]]:
    """What `WEIGHTS` are fitted on: each message that somebody sent, and the signs of those before it; no quotes."""
    people = identities(conversation, mentions=False)
    return ((known.number, signs) for known, signs in _signs(conversation, people))


def _signs(conversation: Conversation, people: Identities) -> Iterator[tuple[_Known, list[tuple[int, Signs]]]]:
    """Each message that somebody sent, and the signs of its candidates."""
    texts = [_own_text(message) for message in conversation.messages]
    often: Counter[str] = Counter()
    for text in texts:
        often.update(_terms(text))
        often.update(_characters(text))
    # What each term and character counts: the logarithm of how many messages there are for each that has it.
    rarity = {term: math.log((len(texts) + 1) / number) for term, number in often.items()}
    mentioned: dict[int, set[str]] = {}
    for found in resolve_mentions(conversation, people):
        if found.participant is not None:
            who = found.participant.id or f"\0{found.participant.name}"
            mentioned.setdefault(id(found.message), set()).add(who)
    every = (
        _know(number, message, texts[number], rarity, frozenset(mentioned.get(id(message), ())))
        for number, message in enumerate(conversation.messages)
    )
    messages = (known for known in every if known is not None)
    recent: deque[_Known] = deque(maxlen=_WINDOW)
    coming = deque(itertools.islice(messages, _AFTER))
    while coming:
        known = coming.popleft()
        coming.extend(itertools.islice(messages, 1))
        yield known, _signs_of(known, recent, coming, rarity)
        recent.append(known)


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


def _know(
    number: int, message: Message, text: str, rarity: dict[str, float], mentioned: frozenset[str]
) -> _Known | None:
    who = participant_key(message)
    if who is None:
        return None
    han = _characters(text)
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
        calls=frozenset(sign for call in _CALLS.findall(text[:_LONGEST_TEXT]) for sign in call if sign),
        length=math.log1p(len(text.strip())),
        asks=_ASKS.search(text) is not None,
    )


class _Told:
    """Looks up what an id or a quote points to."""

    def __init__(self) -> None:
        self._by_id: dict[str, int] = {}
        self._texts: deque[tuple[int, str, str]] = deque(maxlen=_QUOTED)
        self._exact: dict[str, deque[tuple[int, str]]] = {}

    def add(self, known: _Known) -> None:
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


def _signs_of(
    known: _Known, recent: Sequence[_Known], coming: Iterable[_Known], rarity: dict[str, float]
) -> list[tuple[int, Signs]]:
    """The candidates for what a message answers, the newest first: position, and what speaks for it."""
    shared = [known.terms & other.terms for other in recent]
    holders = Counter(itertools.chain.from_iterable(shared))
    own = [place for place, other in enumerate(recent) if other.who == known.who]
    gaps = [(_minutes(known.message, later.message), later) for later in coming]
    soon = [later for gap, later in gaps if gap is not None and gap <= _SOON]
    going_on = {later.who for later in soon}
    returning = {later.who for later in soon if known.who in later.mentioned}
    says_you = _YOU.search(known.text) is not None
    found: list[tuple[int, Signs]] = []
    for back, (other, terms) in enumerate(zip(reversed(recent), reversed(shared), strict=True)):
        minutes = _minutes(other.message, known.message)
        if minutes is None:
            break
        place = len(recent) - 1 - back
        likeness = sum(rarity[sign] ** 2 for sign in known.han & other.han) / (known.size * other.size)
        signs = Signs(
            place=math.log(back + 1),
            minutes=math.log1p(minutes),
            last=back == 0,
            hurry=known.message.precision == other.message.precision == "second" and minutes * 60 < _HURRY,
            own=other.who == known.who,
            since=min(sum(mine > place for mine in own), _SINCE),
            turn=any(place - _BEFORE <= mine < place for mine in own),
            words=math.log1p(sum(rarity[term] / holders[term] for term in terms)) / 2,
            likeness=likeness,
            mentioned=other.who in known.mentioned or any(_is_name_of(name, other.name) for name in known.names),
            called=not known.calls.isdisjoint((other.message.sender or "")[:_CALLED]),
            goes_on=other.who in going_on,
            returned=other.who in returning,
            asks=other.asks,
            you=says_you and _ME.search(other.text) is not None,
            length=other.length,
        )
        found.append((other.number, signs))
    return found


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
    return mentioned == name != "" or begins(mentioned, name)


def _guess(number: int, candidates: Sequence[tuple[int, Signs]]) -> Answer:
    if not candidates:
        return Answer(number, None, 0.0, None)
    scored = [(sum(map(operator.mul, signs, WEIGHTS)), -back) for back, (_, signs) in enumerate(candidates)]
    best = sorted(range(len(scored)), key=scored.__getitem__, reverse=True)
    top = scored[best[0]][0]
    share = 1 / sum(math.exp(score - top) for score, _ in scored)
    reason = _reason(candidates[best[0]][1])
    first = tuple(candidates[place][0] for place in best[:_FIRST])
    return Answer(number, first[0], min(round(share, 3), _SUREST_GUESS), reason, first)


def _reason(signs: Signs) -> Reason:
    """The sign that speaks most for a candidate."""
    strength: dict[Reason, float] = {
        "mention": signs.mentioned * WEIGHTS.mentioned,
        "words": signs.words * WEIGHTS.words + signs.likeness * WEIGHTS.likeness,
    }
    reason = max(strength, key=lambda name: strength[name])
    return reason if strength[reason] > _ENOUGH else "nearness"
