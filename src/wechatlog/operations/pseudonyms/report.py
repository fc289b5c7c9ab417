"""What a book of pseudonyms replaced: which names, where, how often, and what may be wrong.

A `Tally` counts while messages are rewritten, a `PseudonymReport` is what it says. Both hold real names and bits of the
texts: they are for the owner of the book. Memory grows with the names, not with the messages.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import attrs

from wechatlog.operations.identity.names import looks_like_a_full_name
from wechatlog.operations.pseudonyms.known_names import may_be_a_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from wechatlog.operations.pseudonyms.annotations import Annotation

_EXAMPLES: Final = 3
_AROUND: Final = 12
_OFTEN: Final = 3


@attrs.frozen(slots=True)
class ReplacedName:
    """A name, and what became of it.

    Attributes:
        name: as it stood.
        pseudonym: what stands for it now; `None` where it was only left alone.
        is_word: whether it is an everyday word.
        sender: messages sent under it.
        named: places where it was certain that somebody is named: mentions, quotes, notices, cards, forwards.
        text: places in running text where it was replaced.
        left: places in running text where it was left alone, since the word does not stand as a name there.
        doubtful: those of them where somebody may be meant all the same.
        examples: bits of text round a few of the places that are worth a look.

    Example:
        >>> chat = wechatlog.load("examples/2026-05-01-chat.markdown")
        >>> book = operations.Pseudonyms()
        >>> _ = operations.pseudonymize(chat, book)
        >>> name = book.report.names[0]
        >>> name.name, name.pseudonym, name.sender
        ('小满', 'P6', 3)
    """

    name: str
    pseudonym: str | None
    is_word: bool = False
    sender: int = 0
    named: int = 0
    text: int = 0
    left: int = 0
    doubtful: int = 0
    examples: tuple[str, ...] = ()

    @property
    def is_doubtful(self) -> bool:
        """Whether a person should look at it: a word that may be a name, or what may be a word and no name."""
        if self.is_word:
            return self.doubtful > 0 or self.text > 0
        return self.text >= _OFTEN and not self.named and not looks_like_a_full_name(self.name)


@attrs.frozen(slots=True)
class PseudonymReport:
    """What a book replaced.

    Attributes:
        names: the names, those most often met in running text first.
        masked: how often something was masked, by what it was.
        alike: pairs of names or account ids that may be one person's, and have two pseudonyms: 张三-示例公司 and
            张三-另一公司.

    Example:
        >>> chat = wechatlog.load("examples/2026-05-01-chat.markdown")
        >>> book = operations.Pseudonyms()
        >>> _ = operations.pseudonymize(chat, book)
        >>> len(book.report.names)
        6
    """

    names: tuple[ReplacedName, ...] = ()
    masked: tuple[tuple[str, int], ...] = ()
    alike: tuple[tuple[str, str], ...] = ()

    @property
    def doubtful(self) -> tuple[ReplacedName, ...]:
        """Names that a person should look at."""
        return tuple(name for name in self.names if name.is_doubtful)

    @property
    def replaced_words(self) -> int:
        """How often an everyday word was replaced in running text."""
        return sum(name.text for name in self.names if name.is_word)

    @property
    def replaced_in_text(self) -> int:
        """How often a name was replaced in running text."""
        return sum(name.text for name in self.names)

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {
            "replaced_in_text": self.replaced_in_text,
            "replaced_words": self.replaced_words,
            "masked": dict(self.masked),
            "alike": [list(pair) for pair in self.alike],
            "names": [{**attrs.asdict(name), "is_doubtful": name.is_doubtful} for name in self.names],
        }


class Tally:
    """Counts what is replaced."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = {}
        self._examples: dict[str, list[str]] = {}
        self._masked: Counter[str] = Counter()

    def note(self, name: str, place: str, count: int = 1) -> None:
        """Note a name at a place: `sender`, `named`, `text`, `left` or `doubtful`."""
        self._counts.setdefault(name, Counter())[place] += count

    def note_masked(self, what: str) -> None:
        """Note that something was masked."""
        self._masked[what] += 1

    def note_left(self, text: str, left: Mapping[int, int], annotations: Iterable[Annotation]) -> None:
        """Note the words of a text that were left alone, where nothing else says what they are."""
        if not left:
            return
        spans = [(annotation.start, annotation.end) for annotation in annotations]
        for start, end in left.items():
            if any(first <= start < last for first, last in spans):
                continue
            self.note(text[start:end], "left")
            if may_be_a_name(text, start, end):
                self.note(text[start:end], "doubtful")
                self.quote(text[start:end], text, start, end)

    def quote(self, name: str, text: str, start: int, end: int) -> None:
        """Keep a bit of the text round a place, for the first few."""
        examples = self._examples.setdefault(name, [])
        if len(examples) < _EXAMPLES:
            examples.append(" ".join(text[max(0, start - _AROUND) : end + _AROUND].split()))

    def report(
        self, pseudonyms: Mapping[str, str], words: Collection[str], alike: Iterable[tuple[str, str]]
    ) -> PseudonymReport:
        """What was counted so far; `words` are the names that are everyday words."""
        names = [
            ReplacedName(
                name, pseudonyms.get(name), name in words, examples=tuple(self._examples.get(name, ())), **counts
            )
            for name, counts in self._counts.items()
        ]
        names.sort(key=lambda name: (-name.text - name.left, -name.named, -name.sender, name.name))
        return PseudonymReport(tuple(names), tuple(self._masked.most_common()), tuple(alike))
