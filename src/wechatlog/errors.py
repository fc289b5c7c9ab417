"""The errors that callers catch.

Every error that the library raises on purpose is a `WechatlogError`. Errors carry their data as attributes;
the sentence is made when somebody asks for it. All of them pickle. This module imports nothing of the house.
"""

from __future__ import annotations

import contextlib
import functools
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

_EXCERPT_WIDTH = 60


class WechatlogError(Exception):
    """The base of every error that this library raises on purpose.

    Example:
        >>> try:
        ...     wechatlog.loads("no chat")
        ... except wechatlog.WechatlogError as error:
        ...     print(type(error).__name__)
        UnknownFormatError
    """


class FormatError(WechatlogError, ValueError):
    """The input breaks the rules of its format at a known place.

    Attributes:
        message: what is wrong.
        source: the name of the file, or `None` for data without a name.
        line: 1-based line number, or `None`.
        column: 1-based column, counted in characters, or `None`.
        span: start and end (0-based, end exclusive) of the offending part inside `excerpt`, or `None`.
        excerpt: the offending line, or `None`.

    Example:
        >>> try:
        ...     wechatlog.load(b'{"type":"conversation","schema":"wechatlog/99"}')
        ... except wechatlog.FormatError as error:
        ...     print(error.line, error.message)
        1 schema 'wechatlog/99' is not known here; this version reads wechatlog/1
    """

    def __init__(
        self,
        message: str,
        *,
        source: str | None = None,
        line: int | None = None,
        column: int | None = None,
        span: tuple[int, int] | None = None,
        excerpt: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.source = source
        self.line = line
        self.column = column
        self.span = span
        self.excerpt = excerpt

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.source, self.line, self.column) if part is not None)
        text = f"{place}: {self.message}" if place else self.message
        if self.excerpt is None or self.column is None:
            return text
        start, end = self.span if self.span is not None else (self.column - 1, self.column)
        left = max(0, start - _EXCERPT_WIDTH // 2)
        window = "".join(c if c.isprintable() else "�" for c in self.excerpt[left : left + _EXCERPT_WIDTH])
        before = window[: start - left]
        pad = "".join("\u3000" if unicodedata.east_asian_width(c) in "WF" else " " for c in before)
        carets = "^" * max(1, min(end - start, len(window) - len(before)))
        return f"{text}\n    {window}\n    {pad}{carets}"


NOT_RECOGNISED: Final = "nothing in its first 64 kB is of this format"
"""Why most candidates of an `UnknownFormatError` were refused; its sentence leaves them out."""


class UnknownFormatError(WechatlogError):
    """No reader or writer takes this.

    Attributes:
        subject: what was to be read or written: a file name, a format name, a suffix.
        reason: why nothing takes it, in one sentence.
        candidates: format name to the reason why it was refused; for a ZIP, file name to the reason.

    Example:
        >>> try:
        ...     wechatlog.load(b"")
        ... except wechatlog.UnknownFormatError as error:
        ...     print(error.reason)
        the file is empty
    """

    def __init__(
        self, subject: str, reason: str = "no known format", candidates: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(subject, reason, dict(candidates or {}))
        self.subject = subject
        self.reason = reason
        self.candidates: dict[str, str] = dict(candidates or {})

    def __str__(self) -> str:
        lines = [f"{self.subject}: {self.reason}"]
        lines += [f"  {name}: {why}" for name, why in self.candidates.items() if why != NOT_RECOGNISED]
        return "\n".join(lines)


class AmbiguousFormatError(WechatlogError):
    """Several readers take this equally well; pass `format=` to choose one.

    Attributes:
        subject: the name of the input.
        candidates: format name to the reason why it fits.

    Example:
        >>> error = wechatlog.AmbiguousFormatError("chat.txt", {"paste": "times", "mail": "names"})
        >>> sorted(error.candidates)
        ['mail', 'paste']
    """

    def __init__(self, subject: str, candidates: Mapping[str, str]) -> None:
        super().__init__(subject, dict(candidates))
        self.subject = subject
        self.candidates: dict[str, str] = dict(candidates)

    def __str__(self) -> str:
        lines = [f"{self.subject}: several formats fit equally well; pass format= to choose one"]
        lines += [f"  {name}: {why}" for name, why in self.candidates.items()]
        return "\n".join(lines)


class RefusedFormatError(WechatlogError):
    r"""The input was recognised, and it is not a chat that can be read.

    Attributes:
        subject: the name of the input.
        format: what it was recognised as.
        reason: why it is refused.

    Example:
        >>> try:
        ...     wechatlog.loads('{"messages": [{"role": "user", "content": "好"}]}\n' * 2)
        ... except wechatlog.RefusedFormatError as error:
        ...     print(error.format)
        training-set
    """

    def __init__(self, subject: str, format: str, reason: str) -> None:  # noqa: A002
        super().__init__(subject, format, reason)
        self.subject = subject
        self.format = format
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.subject}: {self.format}: {self.reason}"


class MultipleConversationsError(WechatlogError):
    """The input holds several conversations where one was asked for.

    Attributes:
        subject: the name of the input.
        titles: the titles or ids of the conversations found so far.
        remedy: what to do about it.

    Example:
        >>> two = wechatlog.dumps([wechatlog.Conversation(title="甲"), wechatlog.Conversation(title="乙")], "jsonl")
        >>> try:
        ...     wechatlog.loads(two)
        ... except wechatlog.MultipleConversationsError as error:
        ...     print(error.titles, error.remedy)
        ('甲', '乙') use wechatlog.load_archive
    """

    def __init__(self, subject: str, titles: Sequence[str], remedy: str = "use wechatlog.load_archive") -> None:
        super().__init__(subject, tuple(titles), remedy)
        self.subject = subject
        self.titles = tuple(titles)
        self.remedy = remedy

    def __str__(self) -> str:
        names = ", ".join(self.titles)
        return f"{self.subject}: holds several conversations ({names}); {self.remedy}"


class OptionError(WechatlogError, ValueError):
    """An option has a value that means nothing.

    Attributes:
        option: its name.
        message: what is wrong.

    Example:
        >>> try:
        ...     wechatlog.dumps(wechatlog.Conversation(), "html", media="all")
        ... except wechatlog.OptionError as error:
        ...     print(error.option)
        media
    """

    def __init__(self, option: str, message: str) -> None:
        super().__init__(option, message)
        self.option = option
        self.message = message

    def __str__(self) -> str:
        return f"{self.option}: {self.message}"


class MissingExtraError(WechatlogError, ImportError):
    """An optional library is not installed.

    Attributes:
        extra: the extra of this package that brings it.
        purpose: what it is needed for.
        command: the command that installs it.

    Example:
        >>> wechatlog.MissingExtraError("html", "a page").command
        "pip install 'wechatlog[html]'"
    """

    def __init__(self, extra: str, purpose: str) -> None:
        super().__init__(extra, purpose)
        self.extra = extra
        self.purpose = purpose

    @property
    def command(self) -> str:
        """The pip command that installs what is missing."""
        return f"pip install 'wechatlog[{self.extra}]'"

    def __str__(self) -> str:
        return f"{self.purpose} needs an optional library; install it with: {self.command}"


@contextlib.contextmanager
def needs_extra(extra: str, *, what: str) -> Iterator[None]:
    """Import an optional library: where it is not installed, say which extra brings it.

    Args:
        extra: of this package.
        what: is done with the library, for a person.

    Raises:
        MissingExtraError: without the library.
    """
    try:
        yield
    except ImportError as error:
        raise MissingExtraError(extra, what) from error


class SlowPatternError(WechatlogError, TimeoutError):
    """Looking for an expression takes too long.

    Attributes:
        seconds: the limit.
        together: whether it was that for all texts, not that for one.

    Example:
        >>> print(wechatlog.SlowPatternError(1.0, together=False))
        the pattern takes over 1 s for one message; write it in another way, or allow more time
    """

    def __init__(self, seconds: float, *, together: bool) -> None:
        super().__init__(seconds, together)
        self.seconds = seconds
        self.together = together

    def __reduce__(self) -> tuple[object, ...]:
        return functools.partial(type(self), together=self.together), (self.seconds,)

    def __str__(self) -> str:
        what = "messages together" if self.together else "one message"
        return f"the pattern takes over {self.seconds:g} s for {what}; write it in another way, or allow more time"


class WriteError(WechatlogError):
    """A conversation cannot be written in the form asked for.

    Attributes:
        message: why not.
        format: the name of the writer, or `None`.

    Example:
        >>> two = [wechatlog.Conversation(title="甲"), wechatlog.Conversation(title="乙")]
        >>> try:
        ...     wechatlog.dumps(two, "html")
        ... except wechatlog.WriteError as error:
        ...     print(error.format)
        html
    """

    def __init__(self, message: str, format: str | None = None) -> None:  # noqa: A002
        super().__init__(message, format)
        self.message = message
        self.format = format

    def __str__(self) -> str:
        return f"{self.format}: {self.message}" if self.format else self.message
