"""Where things came from, and what was wrong with them.

`Collector` makes strict and lenient reading one code path: a reader reports and goes on; whether that raises is
not its business. This module knows nothing of formats.
"""

from __future__ import annotations

import enum
from typing import Literal, NamedTuple, TypeAlias

import attrs

from wechatlog.errors import FormatError

ErrorPolicy: TypeAlias = Literal["collect", "strict"]

_SAME_CODE_LIMIT = 1000


class Origin(NamedTuple):
    """Where a message or a conversation stood in its source. Never part of equality of what it belongs to.

    A named tuple and no attrs class because one is made for every message and tuples are made at C speed.

    Attributes:
        source: name of the file, among many its path; `None` for data without a name.
        line: 1-based line number of the first line, or `None` where lines mean nothing (a database).
        offset: 0-based offset in characters, or `None`.
        raw: the text as it stood in the source, kept only where the writer of the same format would write it
            differently, so that an archive can be given back byte for byte.

    Example:
        >>> chat = wechatlog.load("examples/2026-05-01-chat.markdown")
        >>> chat[0].origin.source, chat[0].origin.line
        ('2026-05-01-chat.markdown', 9)
    """

    source: str | None = None
    line: int | None = None
    offset: int | None = None
    raw: str | None = None


class Severity(enum.StrEnum):
    """How much a diagnostic matters.

    Example:
        >>> [severity.value for severity in wechatlog.Severity]
        ['info', 'warning', 'error']
    """

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@attrs.frozen(slots=True)
class Diagnostic:
    """One thing that a reader noticed: damage, loss, or doubt. Nothing was repaired silently.

    Attributes:
        code: a stable identifier, `kebab-case`; see the reference page on diagnostics.
        message: one sentence for a person.
        severity: `info` (good to know), `warning` (something is damaged), `error` (something could not be read).
        source: name of the file, among many its path, or `None`.
        line: 1-based line, or `None`.
        column: 1-based column in characters, or `None`.

    Example:
        >>> print(wechatlog.Diagnostic("cut-message", "the last message is cut", source="chat.txt", line=9))
        chat.txt:9: warning: the last message is cut [cut-message]
    """

    code: str
    message: str
    severity: Severity = Severity.WARNING
    source: str | None = None
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.source, self.line, self.column) if part is not None)
        head = f"{place}: " if place else ""
        return f"{head}{self.severity}: {self.message} [{self.code}]"


class Collector:
    """Takes what readers report. Under `strict` the first warning or error raises `FormatError`.

    At most a thousand diagnostics of one code are kept; the rest are counted and summed up in one more, so that
    a hostile file cannot fill the memory with complaints.

    Args:
        errors: `"collect"` or `"strict"`.
        source: the name of the input, for the diagnostics.

    Raises:
        ValueError: for another value of `errors`.
    """

    __slots__ = ("_counts", "_kept", "_strict", "source")

    def __init__(self, errors: ErrorPolicy = "collect", source: str | None = None) -> None:
        if errors not in ("collect", "strict"):
            raise ValueError(f'errors must be "collect" or "strict", not {errors!r}')
        self._strict = errors == "strict"
        self._kept: list[Diagnostic] = []
        self._counts: dict[str, int] = {}
        self.source = source

    def report(
        self,
        code: str,
        message: str,
        *,
        severity: Severity = Severity.WARNING,
        line: int | None = None,
        column: int | None = None,
        excerpt: str | None = None,
        span: tuple[int, int] | None = None,
    ) -> None:
        """Note a problem, or raise it under the strict policy.

        Args:
            code: stable identifier of the problem.
            message: one sentence for a person.
            severity: `info` never raises.
            line: 1-based line number.
            column: 1-based column in characters.
            excerpt: the offending line, shown under a strict error.
            span: start and end of the offending part inside `excerpt`.

        Raises:
            FormatError: under the strict policy, for a warning or an error.
        """
        if self._strict and severity is not Severity.INFO:
            raise FormatError(message, source=self.source, line=line, column=column, span=span, excerpt=excerpt)
        self.note(Diagnostic(code, message, severity, self.source, line, column))

    @property
    def is_silent(self) -> bool:
        """Whether nothing was told so far."""
        return not self._counts

    @property
    def has_warnings(self) -> bool:
        """Whether a warning or an error was told since the last call of `take`."""
        return any(diagnostic.severity is not Severity.INFO for diagnostic in self._kept)

    def note(self, diagnostic: Diagnostic) -> None:
        """Take a diagnostic that never raises; of one code a thousand are kept."""
        count = self._counts[diagnostic.code] = self._counts.get(diagnostic.code, 0) + 1
        if count <= _SAME_CODE_LIMIT:
            self._kept.append(diagnostic)

    def keep(self, diagnostic: Diagnostic) -> None:
        """Take over a diagnostic of an earlier reading, which is news to nobody and never raises."""
        self._kept.append(diagnostic)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What was reported so far, in order; surplus of one code summed up at the end."""
        surplus = [
            Diagnostic(code, f"and {count - _SAME_CODE_LIMIT} more like this", Severity.INFO, self.source)
            for code, count in self._counts.items()
            if count > _SAME_CODE_LIMIT
        ]
        return (*self._kept, *surplus)

    def take(self) -> tuple[Diagnostic, ...]:
        """What was reported since the last call; for files that hold several conversations."""
        taken = self.diagnostics
        self._kept, self._counts = [], {}
        return taken
