"""`@name`: a person addressed.

Takes a position, gives a `Mention`. Its `raw` is `@`, the name, and the terminator that belongs to the
encoding: U+2005, or in lossy text the one `?` that is left of it. An ordinary blank after the name is text.

Readings are tried in the order of `_READINGS`: everyone; a name that U+2005 ends; the longest name of the
lexicon, with the ` -segments` that make a longer name of it; a name of the lexicon before another mention or before the
words of a sentence; what looks like a name. E-mail addresses, code (`@"…"`, `@Override`, `@angular/core`), reposts
(`//@name:`), roles (`@群主`) and the first of two `@` are no mentions.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from wechatlog.segments.lexicon import MARK, NAME_CHARACTERS, is_boundary
from wechatlog.segments.rule import Context, Rule
from wechatlog.segments.types import Mention

_EVERYONE = re.compile(r"所有人|全体成员|(?i:all)(?![A-Za-z0-9_.-])")
_MARKED = re.compile(rf"([^@\r\n{MARK}]{{1,40}}){MARK}")
_ADDRESS_BEFORE = re.compile(r"[A-Za-z0-9._%+-]")
_ADDRESS_AFTER = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
_SEGMENTS = rf"(?: (?:- ?|(?<=[-_—] ))(?!-){NAME_CHARACTERS}{{1,20}})*"
# A part in brackets, blanks and all: `张三(Tom )-示例公司`.
_BRACKETED = r"\([^()@\r\n]{1,20}\)|（[^（）@\r\n]{1,20}）"
_RUN = re.compile(rf"(?:{_BRACKETED}|{NAME_CHARACTERS}){{1,40}}{_SEGMENTS}")
_LOSSY_RUN = re.compile(rf"(?:{_BRACKETED}|{NAME_CHARACTERS}|\?\?){{1,40}}{_SEGMENTS}")
# What makes a longer name of a known one: `张三` and ` -示例公司 -北京`.
_MORE_SEGMENTS = re.compile(rf"(?: -(?=[^\W0-9_]){NAME_CHARACTERS}{{1,20}}+)+")
# What begins a sentence, and hardly ever goes on with a name.
_SENTENCE = re.compile(
    r"[你您请吗我是这那怎什么谢呢啊吧帮给跟还就都也不没把被让说问看的了]|老师|同学|先生|女士|大佬|大神|总(?![一-鿿])"
    r"|好[的啊久吧呀]|大家|收到|感谢|多谢|辛苦|恭喜|欢迎|可以|已经|正在|现在|刚[才刚]|[今昨明]天|早上|晚上|麻烦|记得|一起|加我|知道"
    r"|有没有|在[吗不]|嗯|咋|哈哈|确实|应该|厉害"
)
_NO_NAME = re.compile(
    r"(?:群主|作者|楼主|楼上|楼下|管理员|群管理员?|本群|错了?人?|一下|谁|你|我|他|她|它|您|大家)(?![^\s，。！？：、,!:?])"
    r"|[你您我他她]们?(?:说|是|的|在|要|去|来|看|想|会|能|有|没|不|这|那|都|也|就|还|刚)|不(?:小心|是|要|会|能|用|好意思)"
    r"|[A-Za-z][A-Za-z0-9_.]{0,60}\("
    r"|[a-z0-9][a-z0-9-]{0,60}/[a-z0-9]"
    r"|(?:Override|Deprecated|Autowired|Inject|Nullable|Test|Bean|Entity|Component|Service|Controller|RestController"
    r"|Repository|Configuration|Transactional|Resource|Data|property|staticmethod|classmethod|interface|implementation"
    r"|end|selector|synthesize|protocol|import|media|keyframes|charset|param|return|returns|throws|see|since"
    r"|deprecated|version)"
    r"(?![A-Za-z0-9_-])(?=[ \t]*(?:[\r\n({;:]|\Z|[a-z{]))"
    r"|[^\s@]{1,40}?(?:发了一个|发布了|发表了|的)(?:抖音|快手|小红书|微博|微视|视频号|西瓜视频)"
)
_LETTER = re.compile(r"[^\W_]")
_COMPOUND = re.compile(r"[-_ ]")

_MARKED_CONFIDENCE = 0.99
_KNOWN_CONFIDENCE = 0.97
_LONGER_CONFIDENCE = 0.9
_GLUED_CONFIDENCE = 0.9
_BEFORE_TEXT_CONFIDENCE = 0.6


class _Reading(NamedTuple):
    end: int
    confidence: float
    everyone: bool = False


def _is_lossy(body: str) -> bool:
    return MARK not in body


def _lossy(context: Context) -> bool:
    """Whether `?` is a terminator here: the archive decides, and without one the body."""
    lossy = context.lexicon.lossy if context.lexicon is not None else None
    return context.derived(_is_lossy) if lossy is None else lossy


def match_mention(body: str, position: int, context: Context) -> tuple[Mention, int] | None:
    """A mention that begins at a position, or `None`."""
    start = position + 1
    if body[start : start + 1] in ("@", '"', "") or _is_mail_address(body, position):
        return None
    if body.startswith("//", max(0, position - 2)):
        return None
    for read in _READINGS:
        reading = read(body, start, context)
        if reading is not None:
            end = _after_terminator(body, reading.end, context)
            name, confidence, everyone = body[start : reading.end], reading.confidence, reading.everyone
            return Mention(name, confidence, everyone, raw=body[position:end]), end
    return None


def _is_mail_address(body: str, position: int) -> bool:
    if position == 0 or not _ADDRESS_BEFORE.match(body, position - 1):
        return False
    return _ADDRESS_AFTER.match(body, position + 1) is not None


def _is_single_question(body: str, position: int) -> bool:
    """Whether an odd run of `?` stands here; only its parity matters, so a long run is looked at in part."""
    run = body[position : position + 16]
    return (len(run) - len(run.lstrip("?"))) % 2 == 1


def _after_terminator(body: str, end: int, context: Context) -> int:
    """The end of the terminator that belongs to the mention, or the end of the name."""
    if body.startswith(MARK, end):
        return end + 1
    if _is_single_question(body, end) and _lossy(context):
        return end + 1
    return end


def _read_everyone(body: str, start: int, context: Context) -> _Reading | None:
    found = _EVERYONE.match(body, start)
    if found is None:
        return None
    end = found.end()
    terminated = body[end : end + 1].isspace() or _after_terminator(body, end, context) > end
    return _Reading(end, 0.95 if terminated else 0.8, everyone=True)


def _read_marked(body: str, start: int, context: Context) -> _Reading | None:
    """A name that U+2005 ends, blanks and all: nothing else writes that character."""
    if context.derived(_is_lossy):
        return None
    found = _MARKED.match(body, start)
    return _Reading(found.end(1), _MARKED_CONFIDENCE) if found and _LETTER.search(found[1]) else None


def _read_known(body: str, start: int, context: Context) -> _Reading | None:
    end = context.lexicon.longest(body, start) if context.lexicon is not None else None
    if end is None:
        return None
    if body.startswith(MARK, end):
        return _Reading(end, _MARKED_CONFIDENCE)
    longer = _MORE_SEGMENTS.match(body, end)
    if longer is not None and is_boundary(body, longer.end()):
        return _Reading(longer.end(), _LONGER_CONFIDENCE)
    return _Reading(end, _KNOWN_CONFIDENCE)


def _read_known_without_end(body: str, start: int, context: Context) -> _Reading | None:
    """A known name before another `@name` that is known, or before the words of a sentence."""
    lexicon = context.lexicon
    end = lexicon.beginning(body, start) if lexicon is not None else None
    if end is None or lexicon is None:
        return None
    if body.startswith("@", end):
        return _Reading(end, _GLUED_CONFIDENCE) if lexicon.beginning(body, end + 1) is not None else None
    return _Reading(end, _BEFORE_TEXT_CONFIDENCE) if _SENTENCE.match(body, end) else None


def _read_plausible(body: str, start: int, context: Context) -> _Reading | None:
    """What looks like a name; `name@word` with no blank before the second `@` is one name."""
    if _NO_NAME.match(body, start):
        return None
    run = _LOSSY_RUN if _lossy(context) else _RUN
    found = run.match(body, start)
    if found is not None and body.startswith("@", found.end()):
        if _is_mail_address(body, found.end()) or not _LETTER.match(body, found.end() + 1):
            return None
        found = run.match(body, found.end() + 1)
    if found is None or not is_boundary(body, found.end()):
        return None
    end = found.end()
    name = body[start:end]
    return _Reading(end, _plausibility(body, end, name, context)) if _LETTER.search(name) else None


def _plausibility(body: str, end: int, name: str, context: Context) -> float:
    """How sure the boundary of a name that no lexicon knows is, by what follows it."""
    following = body[end : end + 1]
    if not following:
        return 0.6
    if _after_terminator(body, end, context) > end:
        return 0.9
    if not following.isspace():
        return 0.4
    return 0.9 if _COMPOUND.search(name) else 0.7


_READINGS = (_read_everyone, _read_marked, _read_known, _read_known_without_end, _read_plausible)

RULE = Rule("mention", ("@",), match_mention)
