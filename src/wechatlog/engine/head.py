"""The first bytes of an input, as detection looks at them: decoded, parted into lines, parsed as far as they go.

Takes a source, gives a bounded head of it and what container the bytes can be. Knows no format.
"""

from __future__ import annotations

import codecs
import contextlib
import functools
import itertools
import json
import re
from typing import TYPE_CHECKING, Any, Final

import attrs

from wechatlog.decoding import decode_text
from wechatlog.source import HEAD_SIZE, Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from wechatlog.engine.conversions import Conversion

_BINARY_SIGNATURES: Final = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"SQLite format 3\0", "sqlite"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"PAR1\x15", "parquet"),
    (b"ARROW1\0\0", "arrow"),
    (b"\xff\xff\xff\xff", "arrow"),
)
_SIGNATURE_BYTES: Final = tuple(signature for signature, _ in _BINARY_SIGNATURES)
_NEXT_KEY: Final = re.compile(r'[,{\n][ \t\r\n]{0,64}+(?="[^"\\\n]{1,60}"[ \t]{0,8}+:)')
"""Where an object goes on behind damage."""
UNSEEN: Final = "\0\xad\u200b-\u200f\u202a-\u202e\u2060\ufeff"
"""Characters that nobody sees, for a pattern."""
_SECTOR: Final = re.compile("\0{64,}")
"""What a bad disk leaves of a piece of a text."""
_CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1f\ufffd]")
_JSON_START: Final = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*[\[{\"\]]|\[\s*$)")
_JS_START: Final = re.compile(r"\s*(?:(?:window|globalThis|self)\.\w+|(?:var|let|const)\s+\w+|\w+)\s*=\s*[\[{(]")
_MARKUP_START: Final = re.compile(r"\s*<[!?a-zA-Z]")
_PAGE_START: Final = re.compile(
    r"\s*(?:<(?:!--(?:(?!-->)[\s\S]){0,500}-->|\?xml[^<>]*>)\s*)*+<(?:!doctype\s+html|html|head|body|meta|title|style"
    r"|table|div|p|ul|ol|dl|section|article|main|pre|h[1-6])(?=[\s>/])",
    re.IGNORECASE,
)
_MAIL_START: Final = re.compile(
    r"\s*(?:From [^\n]*\n)?(?:[A-Za-z-]+:[^\n]*\n(?:[ \t][^\n]*\n)*+)*?MIME-Version:", re.IGNORECASE
)
_BLANK: Final = re.compile(r"[ \t\n\r]*+")
_COLON: Final = re.compile(r"[ \t\n\r]*+:[ \t\n\r]*+")
DECODER: Final = json.JSONDecoder(strict=False)
"""Control characters in texts do not keep the others from being read, as in what is streamed."""
SCAN: Final[Callable[[str, int], tuple[Any, int]]] = DECODER.scan_once  # type: ignore[attr-defined]
_DEEPEST: Final = 32
"""Levels that are looked at where something is cut; each costs a look at what stands in it."""


_NOT_ASCII: Final = re.compile("[^\x00-\x7f]")
_MISREAD: Final = frozenset(b"\xc2\xc3\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xef\xf0")
"""Bytes with which characters of chats begin in UTF-8."""
_MARGINS: Final = ("\n", "\r", " ", "\t", "\u00a0", "\u3000", ">", "```", "~~~")


def _may_be_misread(character: str) -> bool:
    """Whether UTF-8 may begin so that was read as Latin-1 or as GBK."""
    first = character if character <= "\xff" else character.encode("gb18030", "ignore")[:1].decode("latin-1")
    return first != "" and ord(first) in _MISREAD


def find_conversion(text: str, *, dense: bool) -> Conversion | None:
    """What a conversion did to every line of a text, of which this is the beginning; nearly always nothing."""
    end = text.find("\n")
    may_be = (
        text.startswith(_MARGINS)
        or text.startswith(("\r\r", "  ", " \r"), max(end - 2, 0))
        or text.startswith(("\n", "\r\n"), end + 1)
        or ("\u00a0" in text and " " not in text)
        or ("“" in text and '"' not in text)
        or ((odd := _NOT_ASCII.search(text)) is not None and _may_be_misread(odd[0]))
    )
    if not may_be:
        return None
    from wechatlog.engine.conversions import judge_text  # for who meets one that may be

    return judge_text(text, dense=dense)


@attrs.frozen(eq=False, slots=False)  # with slots, the page of the API would not show what is found once
class Head:
    """The bounded first part of an input, for detection.

    Attributes:
        name: file name without folders, or `None`.
        suffix: in lower case with its dot, or empty.
        data: the first bytes, 65,536 at most.
        source: the input itself, for formats whose content cannot be seen in its first bytes (a spreadsheet, a
            database). Text formats must not read it.
        encoding: what the user named, or `None`.
    """

    name: str | None
    suffix: str
    data: bytes
    source: Source
    encoding: str | None = None

    @classmethod
    def of(cls, source: Source, encoding: str | None = None) -> Head:
        """The head of a source."""
        return cls(source.name, source.suffix, source.head(), source, encoding)

    @property
    def complete(self) -> bool:
        """Whether the head is the whole input."""
        return len(self.data) < HEAD_SIZE

    @functools.cached_property
    def text(self) -> str:
        """The head decoded leniently, without a byte order mark; line ends are LF. What is no text has none."""
        if self.is_binary:
            return ""
        if self.encoding:
            text = self.data.decode(self.encoding, "replace")
        else:
            text = self.source.whole_text or decode_text(self.data)
        if not self.complete:
            text = text.rstrip("\ufffd")  # a character that the cut went through
        text = text.lstrip("\ufeff")
        if (conversion := find_conversion(text, dense=False)) is not None:
            text = "".join(conversion.undo((text,))).lstrip("\r\n")
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text

    @functools.cached_property
    def lines(self) -> list[str]:
        """The lines of the head without line ends; one that was cut is left out."""
        lines = self.text.split("\n")
        return lines if self.complete or len(lines) == 1 else lines[:-1]

    def has(self, word: str) -> bool:
        """Whether a word stands in the text, in any case; those in quotes are found all at once, as they are."""
        return word[1:-1] in self._quoted if word[0] == word[-1] == '"' else word.casefold() in self._folded

    @functools.cached_property
    def _folded(self) -> str:
        return self.text.replace("\0", "").casefold()

    @functools.cached_property
    def _quoted(self) -> frozenset[str]:
        return frozenset(self.text.split('"')[1:-1])

    @property
    def is_binary(self) -> bool:
        """Whether the first bytes are those of a container that is no text."""
        return self.data.startswith(_SIGNATURE_BYTES)

    @functools.cached_property
    def is_page(self) -> bool:
        """Whether it begins as a page of HTML does, whose lines are markup."""
        return _PAGE_START.match(self.text) is not None

    @functools.cached_property
    def containers(self) -> set[str]:
        """What the input could be, by its bytes.

        Names: `text`, `csv`, `json`, `jsonl`, `js`, `html`, `mime`, `zip`, `sqlite`, `ole`, `parquet`, `arrow`,
        `binary`, `empty`.
        """
        for signature, name in _BINARY_SIGNATURES:
            if self.data.startswith(signature):
                return {name}
        text = self.text
        if not text.strip("\ufeff \t\n"):
            return {"empty"}
        sample = text[:4096]
        if len(kept := _SECTOR.sub("", sample)) * 2 > len(sample):
            sample = kept
        odd = _CONTROL.findall(sample)
        if len(odd) > len(sample) * 0.1:
            with contextlib.suppress(UnicodeDecodeError):  # an earlier repair may have left U+FFFD in the text itself
                codecs.getincrementaldecoder("utf-8")().decode(self.data)
                odd = [character for character in odd if character != "\ufffd"]
        if len(odd) > len(sample) * 0.1:
            return {"binary"}
        return self._text_containers(text)

    def _text_containers(self, text: str) -> set[str]:
        first, second, *_ = [*itertools.islice((line for line in self.lines if line.strip()), 2), "", ""]
        if _JSON_START.match(text):
            found = {"json"}
            is_line = first.lstrip().startswith("{")  # which may be damaged
            if is_line and (_is_json(first) or (first.endswith("}") and second[:1] == "{" and _is_json(second))):
                found.add("jsonl")
            return found
        if first.lstrip().startswith("#") and any(line.startswith('{"_type"') for line in self.lines[:20]):
            return {"jsonl", "text"}
        if _MAIL_START.match(text):
            return {"mime"}
        if _MARKUP_START.match(text):
            return {"html", "text"}
        if _JS_START.match(text):
            return {"js", "text"}
        return {"csv", "text"} if first.count(",") >= 2 else {"text"}

    @functools.cached_property
    def json(self) -> Any:
        """The JSON value that the head holds or begins; what is cut off is left out. `None` where it is none."""
        if self.complete:
            with contextlib.suppress(ValueError, RecursionError):
                return DECODER.decode(self.text)
        return partial_json(self.text)

    @functools.cached_property
    def fuller(self) -> Head:
        """A head that says more of a longer text: what takes room and says nothing is left out."""
        from wechatlog.engine.fuller_head import fuller_head  # for what is longer, and nobody knows by its head

        return fuller_head(self) or self

    @functools.cached_property
    def tables(self) -> dict[str, set[str]] | None:
        """The columns of each table of a database; `None` for what SQLite cannot read."""
        if "sqlite" not in self.containers:
            return None
        from wechatlog.engine.sqlite import SQLITE_ERRORS, columns_of, connect, tables_of
        from wechatlog.errors import WechatlogError

        try:
            with connect(self.source) as connection:
                return {name: columns_of(connection, name) for name in tables_of(connection)}
        except (WechatlogError, OSError, *SQLITE_ERRORS):
            return None

    @functools.cached_property
    def header_row(self) -> tuple[str, ...]:
        """The fields of the first CSV row, or nothing."""
        import csv

        lines = self.text.lstrip("\n").split("\n", 50)[:50]
        try:
            return tuple(next(csv.reader(lines), ()))
        except csv.Error:
            return ()


def _is_json(text: str) -> bool:
    try:
        DECODER.decode(text)
    except (ValueError, RecursionError):
        return False
    return True


def partial_json(text: str) -> Any:
    """JSON whose end may be missing, or damaged: what is whole before that, with all that is open closed there."""
    start = after_blank(text, 0)
    return _begun(text, start, 0)[0] if text.startswith(("[", "{"), start) else None


def after_blank(text: str, at: int) -> int:
    """The position behind white space."""
    match = _BLANK.match(text, at)
    return at if match is None else match.end()


def _begun(text: str, at: int, depth: int) -> tuple[Any, int]:
    """What is whole of the list or object at a position, and where it ends; -1 where it does not.

    What stands in it is parsed in one go where it is whole, which is many times as fast as to look at its parts.
    """
    is_object = text[at] == "{"
    values: dict[str, Any] = {}
    items: list[Any] = []
    found, closing = (values, "}") if is_object else (items, "]")
    key: Any = ""
    at = len(text) if depth > _DEEPEST else after_blank(text, at + 1)
    while not text.startswith(closing, at):
        is_value = not is_object
        try:
            if is_object:
                key, end = SCAN(text, at)
                colon = _COLON.match(text, end)
                is_value = isinstance(key, str) and colon is not None
                at = colon.end() if is_value and colon else at
            is_long = depth == 0 and is_object and text.startswith("[", at)  # the messages, hardly ever whole
            value, end = _begun(text, at, 1) if is_long else SCAN(text, at) if is_value else (None, -1)
        except (StopIteration, ValueError, RecursionError):
            value, end = None, -1
            if is_value and text.startswith(("[", "{"), at):
                value, end = _begun(text, at, depth + 1)
        end = end if end < 0 else after_blank(text, end)
        is_followed = end >= 0 and text.startswith((",", closing), end)
        if is_object and is_value and (is_followed or isinstance(value, dict | list)):
            values[key] = value
        elif is_followed or isinstance(value, dict | list):  # a number may go on
            items.append(value)
        if is_followed:
            at = end if text[end] == closing else after_blank(text, end + 1)
        elif is_object and not isinstance(value, dict | list) and (behind := _NEXT_KEY.search(text, max(at, end))):
            at = behind.end()
        else:
            return found, -1
    return found, at + 1
