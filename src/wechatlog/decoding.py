"""Bytes to text: which encoding it is, and what its broken bytes and the lines of a second encoding become.

Takes bytes, or a stream of them, gives text with every line end as it stands. What is UTF-8 is UTF-8; other encodings
are told by whether they give characters that people use. A guess that is not certain, a line of another encoding and a
byte of none are reported. Knows no file and no chat format.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from wechatlog.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wechatlog.diagnostics import Collector

BLOCK_SIZE: Final = 1 << 18
"""Bytes read at a time: as fast as one pattern over a whole text, and a quarter of the memory of a megabyte."""

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_JUDGED: Final = 1 << 16
"""Bytes outside ASCII that are enough to tell an encoding by."""


class _Script(NamedTuple):
    """How the characters of a Chinese encoding are told from accidents: by where its character set has them.

    Attributes:
        codec: what decodes it.
        charset: the codec of the character set whose rows are sorted by use.
        signs: first bytes of punctuation.
        common: first bytes of the characters in daily use.
        rare: first bytes of the others.
    """

    codec: str
    charset: str
    signs: range
    common: range
    rare: range


_SCRIPTS: Final = (
    _Script("gb18030", "gbk", range(0xA1, 0xA4), range(0xB0, 0xD8), range(0xD8, 0xF8)),
    _Script("cp950", "cp950", range(0xA1, 0xA3), range(0xA4, 0xC7), range(0xC9, 0xFA)),
    _Script("big5hkscs", "cp950", range(0xA1, 0xA3), range(0xA4, 0xC7), range(0xC9, 0xFA)),
)
_BY_LINE: Final = ("utf-8", *(script.codec for script in _SCRIPTS))
"""Encodings in which a line ends at the byte that it ends at in ASCII, so that lines can be looked at alone."""

_UTF8_RUN: Final = re.compile(rb"(?:[\xe3-\xe9\xef][\x80-\xbf]{2}){2}")
"""Two Chinese characters of UTF-8; hardly any line of another encoding is UTF-8 and looks so."""

_SURE: Final = ((0.75, 0.15), (0.6, 0.6))
"""How usual the characters must be, and how much more so than in any other encoding."""


class Guess(NamedTuple):
    """What the encoding of some bytes is.

    Attributes:
        name: of a codec.
        sure: whether the characters leave no doubt.
    """

    name: str
    sure: bool = True


def check_encoding(name: object) -> None:
    """See whether an encoding of text has this name; `None` leaves it to be found out.

    Raises:
        OptionError: where none has; names the nearest.
    """
    if name is None or _is_of_text(name):
        return
    import difflib
    from encodings.aliases import aliases

    known = [each for each in {*aliases, *aliases.values()} if _is_of_text(each)]
    near = difflib.get_close_matches(str(name).lower().replace("-", "_"), sorted(known), 1, 0.7)
    hint = "use a name such as utf-8, gb18030 or big5"
    if near:
        hint = f"did you mean {aliases.get(near[0], near[0]).replace('_', '-')}?"
    raise OptionError("encoding", f"no encoding of text is called {name!r:.80}; {hint}")


def _is_of_text(name: object) -> bool:
    try:
        "".encode(name if isinstance(name, str) and name else "\0")  # refuses codecs that are none of text, as `hex`
    except (LookupError, ValueError):
        return False
    return True


def judge_encoding(data: bytes) -> Guess:
    """The encoding of a text, from its byte order mark or from what its bytes mean.

    Args:
        data: the text or a head of it; a character cut off at the end does not count.

    Returns:
        `utf-8`, `utf-16-le`, `utf-16-be`, `utf-32-le`, `utf-32-be`, `gb18030`, `cp950` or `big5hkscs`. UTF-8 with a few
        broken bytes (WechatExporter writes them) stays UTF-8.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return Guess(name)
    if as_utf8(data) is not None:
        return Guess("utf-8")
    text = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode(data)
    wide = _guess_utf16(data)
    if wide is not None:
        return Guess(wide)
    found = Counter(text)
    broken = sum(count for c, count in found.items() if "\udc80" <= c <= "\udcff")
    whole = sum(count for c, count in found.items() if c > "\x7f") - broken
    # two bytes that make a character of UTF-8 by chance
    short = sum(count for c, count in found.items() if "\x7f" < c <= "\u07ff")
    if broken * 2 <= whole - short or broken * 8 <= whole:
        return Guess("utf-8")
    if broken * 2 <= whole:  # hardly ever by chance
        return Guess("utf-8", sure=False)
    return _judge_script(data) or Guess("utf-8", sure=False)


def as_utf8(data: bytes, *, final: bool = False) -> str | None:
    """The text where all of it is UTF-8; with many zero bytes it is something else that looks like it.

    Args:
        data: the bytes; a byte order mark among them is kept.
        final: a character cut off at the end counts: that is no UTF-8.
    """
    if b"\0" in data and data.count(b"\0") * 5 >= len(data):
        return None
    try:
        return codecs.utf_8_decode(data, "strict", final)[0]
    except UnicodeDecodeError:
        return None


def _judge_script(data: bytes) -> Guess | None:
    """The Chinese encoding whose characters are the most usual ones; `None` where each breaks on most bytes."""
    strange = (line for line in data[: _JUDGED * 4].split(b"\n") if _strictly(line, "utf-8")[0] is None)
    sample = b"\n".join(strange)[:_JUDGED]
    scores = [(_score(sample, script), script.codec) for script in _SCRIPTS]
    best, name = max(scores, key=lambda entry: entry[0])
    if best <= 0:
        return None
    other = max(score for score, codec in scores if (codec == "gb18030") != (name == "gb18030"))
    return Guess(name, any(best >= least and best - other >= lead for least, lead in _SURE))


def _score(data: bytes, script: _Script) -> float:
    """How usual the characters of a text are in an encoding: 1 for everyday ones, below 0 for broken bytes."""
    text = codecs.getincrementaldecoder(script.codec)("replace").decode(data)
    found = Counter(c for c in text if c > "\x7f")
    return sum(_usual(c, script) * count for c, count in found.items()) / max(1, found.total())


def _usual(character: str, script: _Script) -> float:
    if character == "\ufffd":
        return -4.0
    if character >= "\U0001f000":
        return 1.0 if character < "\U00020000" else 0.0
    try:
        first, second = character.encode(script.charset)
    except (UnicodeEncodeError, ValueError):
        return 0.0
    if script.charset == "gbk" and second < 0xA1:  # what GBK added to GB 2312: traditional characters and rare ones
        return 0.3 if "\u4e00" <= character <= "\u9fff" else 0.0
    if first in script.common or first in script.signs:
        return 1.0
    return 0.5 if first in script.rare else 0.0


def _guess_utf16(data: bytes) -> str | None:
    """UTF-16 without a mark shows in line ends and blanks: their other byte is zero, always on the same side."""
    sample = data[: len(data) & ~1]
    if len(sample) < 4 or sample.count(b"\0") * 40 < len(sample):
        return None
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd > 8 * even:
        name = "utf-16-le"
    elif even > 8 * odd:
        name = "utf-16-be"
    else:
        return None
    text = sample.decode(name, "replace")
    plain = sum(c == "\n" or c == "\r" or c == "\t" or c.isprintable() for c in text)
    return name if plain >= 0.98 * len(text) else None


def decode_text(data: bytes) -> str:
    """Decode a short text leniently: the guessed encoding, no byte order mark, broken bytes replaced."""
    if (text := as_utf8(data)) is not None:
        return text.lstrip("\ufeff")
    name = judge_encoding(data).name
    try:
        text = codecs.getincrementaldecoder(name)("strict").decode(data)
    except UnicodeDecodeError:
        text = None
    if name in _BY_LINE and (text is None or (name != "utf-8" and _UTF8_RUN.search(data))):
        end = data.rfind(b"\n") + 1
        last = codecs.getincrementaldecoder(name)("replace").decode(data[end:])
        text = _decode_lines(data[:end], name).text + last
    elif text is None:
        text = codecs.getincrementaldecoder(name)("replace").decode(data)
    return text.lstrip("\ufeff")


class _Lines(NamedTuple):
    """Lines decoded one by one.

    Attributes:
        text: all of them.
        foreign: index, and encoding, of the first line of each run of lines in another encoding.
        broken: how many characters were replaced.
        error: index of the first line with one, and the error.
    """

    text: str
    foreign: list[tuple[int, str]]
    broken: int
    error: tuple[int, UnicodeDecodeError] | None


def _decode_lines(data: bytes, name: str) -> _Lines:
    """Lines of an encoding among which some are of another: of files that were put together."""
    lines = data.split(b"\n")
    other = _other_encoding(lines, name) if name == "utf-8" else "utf-8"
    texts: list[str] = []
    foreign: list[tuple[int, str]] = []
    broken, first, was_foreign = 0, None, False
    for index, line in enumerate(lines):
        text, error = _strictly(line, name)
        if other is not None and not line.isascii():
            second = _strictly(line, other)[0]
            is_foreign = second is not None and (text is None or _is_other(line, text, second, name, was_foreign))
            if is_foreign and not was_foreign:
                foreign.append((index, other))
            text, was_foreign = (second, True) if is_foreign else (text, False)
        if text is None:
            text = line.decode(name, "replace")
            broken += text.count("\ufffd") - (line.count(b"\xef\xbf\xbd") if name == "utf-8" else 0)
            first = first or (index, error)
        texts.append(text)
    return _Lines("\n".join(texts), foreign, broken, first)  # type: ignore[arg-type]


def _strictly(line: bytes, name: str) -> tuple[str | None, UnicodeDecodeError | None]:
    try:
        return line.decode(name), None
    except UnicodeDecodeError as error:
        return None, error


def _other_encoding(lines: list[bytes], name: str) -> str | None:
    """The Chinese encoding of the lines that are not UTF-8 at all, rather than UTF-8 with a broken byte."""
    strange = []
    for line in lines:
        if _strictly(line, name)[0] is None:
            text = line.decode("utf-8", "surrogateescape")
            broken = sum("\udc80" <= c <= "\udcff" for c in text)
            if broken > 1 and broken > sum("\u07ff" < c < "\udc80" or c > "\udcff" for c in text):
                strange.append(line)
    guess = _judge_script(b"\n".join(strange)) if strange else None
    return guess.name if guess is not None and _score(b"\n".join(strange), _script(guess.name)) >= _SURE[0][0] else None


def _script(codec: str) -> _Script:
    return next(script for script in _SCRIPTS if script.codec == codec)


def _is_other(line: bytes, text: str, second: str, name: str, was_foreign: bool) -> bool:
    """Whether a line that both encodings take is rather of the second one."""
    if name == "utf-8":  # two characters may look like UTF-8 by chance; what looks like Chinese in it is
        return was_foreign and all(c <= "\u07ff" for c in text)
    wide = [c for c in second if c > "\u07ff"]
    usual = max(sum(_usual(c, script) for c in wide) for script in _SCRIPTS)
    return len(wide) > 1 and usual / len(wide) > _score(line, _script(name))


def decode_blocks(stream: IO[bytes], collector: Collector, encoding: str | None = None) -> Iterator[str]:
    """The text of a stream in blocks, decoded incrementally.

    An encoding that nobody names is found out at the first block with bytes outside ASCII. The collector is told of
    what is not certain, not of the encoding, or of another one.
    """
    decoder: _Decoder | None = None
    line = 1
    while data := stream.read(BLOCK_SIZE):
        if decoder is None:
            if encoding is None and data.isascii() and b"\0" not in data:
                text = data.decode("ascii")
                line += text.count("\n")
                yield text
                continue
            decoder = _Decoder(collector, line, encoding, data)
        if text := decoder.decode(data, stream):
            yield text
    if decoder is not None and (text := decoder.finish()):
        yield text


class _Decoder:
    """Decodes block after block, and tells what it meets."""

    def __init__(self, collector: Collector, line: int, encoding: str | None, data: bytes) -> None:
        self._collector, self._line = collector, line
        guess = Guess(encoding) if encoding is not None else judge_encoding(data)
        self._name, self._guessed = guess.name, encoding is None
        # Codecs named for a family swallow their mark; the neutral names keep it, as the reader promises.
        self._codec = codecs.getincrementaldecoder(guess.name)("strict")
        if not guess.sure:
            collector.report(
                "uncertain-encoding",
                f"the encoding of this text is not certain; {guess.name} was taken. Name it with encoding= "
                "(--encoding on the command line) where the characters are wrong: big5, gb18030, cp1252, …",
                line=line,
            )

    def decode(self, data: bytes, stream: IO[bytes]) -> str:
        """The text of the next block; the rest of its last line is taken from the stream where that helps."""
        state = self._codec.getstate()
        by_line = self._guessed and self._name in _BY_LINE
        try:
            text = self._codec.decode(data)
            damaged = by_line and self._name != "utf-8" and _UTF8_RUN.search(data) is not None
        except UnicodeDecodeError as error:
            if not by_line:
                self._codec.setstate(state)
                return self._count(self._replace(data, error))
            damaged = True
        if damaged:
            self._codec.reset()
            text = self._by_lines(state[0] + data + stream.readline(BLOCK_SIZE))
        return self._count(text)

    def _count(self, text: str) -> str:
        self._line += text.count("\n")
        return text

    def _by_lines(self, data: bytes) -> str:
        end = data.rfind(b"\n") + 1
        found = _decode_lines(data[:end], self._name) if end else _Lines("", [], 0, None)
        for index, name in found.foreign:
            self._collector.report(
                "mixed-encodings",
                f"the text goes on in {name}, not in {self._name}: two files were put together",
                line=self._line + index,
            )
        if found.error is not None:
            index, error = found.error
            self._tell_broken(found.broken, error, self._line + index)
        try:
            return found.text + self._codec.decode(data[end:])
        except UnicodeDecodeError as error:
            self._codec.reset()
            return found.text + self._replace(data[end:], error, found.text.count("\n"))

    def _replace(self, data: bytes, error: UnicodeDecodeError, lines: int = 0) -> str:
        self._codec.errors = "replace"
        text = self._codec.decode(data)
        self._codec.errors = "strict"
        before = error.object[: error.start].decode(self._name, "replace").count("\n")
        self._tell_broken(max(1, text.count("\ufffd")), error, self._line + lines + before)
        return text

    def _tell_broken(self, count: int, error: UnicodeDecodeError, line: int) -> None:
        text = error.object.decode(self._name, "replace")
        start = len(error.object[: error.start].decode(self._name, "replace"))
        begin = text.rfind("\n", 0, start) + 1
        end = text.find("\n", start)
        self._collector.report(
            "broken-encoding",
            f"{count} characters cannot be decoded and were replaced by U+FFFD",
            line=line,
            column=start - begin + 1,
            excerpt=text[begin : end if end >= 0 else None],
        )

    def finish(self) -> str:
        """What was left of a character at the end."""
        self._codec.errors = "replace"
        rest = self._codec.decode(b"", final=True)
        if rest:
            self._collector.report("cut-encoding", "the file ends inside a character", line=self._line)
        return rest
