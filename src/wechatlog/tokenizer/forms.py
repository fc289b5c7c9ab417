"""What headers of messages look like that no reader knows: one table of what stands before a time and behind it.

Takes lines, gives templates that describe most of their headers, as people write them for `text_format`. A form is a
pattern of what stands before the time and one of what stands behind; the parts of the time and the fields are named
groups, and what stands between them is taken as it stands. So a new form is a row. Knows no format.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

import attrs

from wechatlog.tokenizer.template import HALF, MONTH, WEEKDAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

# --- the time: a group is called as its directive ---

_YEAR: Final = "(?:19|20)[0-9]{2}"
_ORDINAL: Final = "[0-9]{1,2}(?:st|nd|rd|th)?"
_DATES: Final = (
    "(?P<Y1>[0-9]{4})(?:[-/.]|年[ ]?)(?P<m1>[0-9]{1,2})(?:[-/.]|月[ ]?)(?P<d1>[0-9]{1,2})日?",
    rf"(?P<Y2>{_YEAR})(?P<m2>[01][0-9])(?P<d2>[0-3][0-9])",
    "(?P<one>[0-9]{1,2})(?P<mark>[-/.])(?P<two>[0-9]{1,2})(?P=mark)(?P<three>[0-9]{4}|[0-9]{2})",
    rf"(?P<b1>{MONTH})[ ]?(?P<d3>{_ORDINAL})(?:,?[ ](?P<Y3>{_YEAR}))?",
    rf"(?P<d4>{_ORDINAL})[ -](?P<b2>{MONTH})(?:(?:,?[ ]|-)(?:(?P<Y4>{_YEAR})|(?P<y1>[0-9]{{2}}(?![0-9:]))))?",
    "(?P<m4>[0-9]{1,2})(?:[-/]|月)(?P<d5>[0-9]{1,2})日?",
)
_DATE: Final = (
    rf"(?:(?P<a1>{WEEKDAY}),?[ ])?(?:{'|'.join(_DATES)})(?![0-9])"
    rf"(?:[ ,，]{{0,2}}(?P<a2>{WEEKDAY})|[(（](?P<a3>{WEEKDAY}|[一二三四五六日天月火水木金土])[)）])?"
)
_CLOCK: Final = (
    rf"(?:(?P<p1>{HALF})[ \u00a0\u202f]?)?(?P<H1>[0-9]{{1,2}})(?:[:：]|时|点)(?P<M1>[0-9]{{2}})分?"
    r"(?:(?:[:：]|(?<=分))(?P<S1>[0-9]{2})秒?)?(?:(?P<point>[.,])(?P<f1>[0-9]{1,6}))?"
    rf"(?:[ \u00a0\u202f]?(?P<p2>{HALF}))?(?:[ ]?(?P<z1>Z\b|[+-][0-9]{{2}}:?[0-9]{{2}}(?![0-9])))?"
)
_GAP: Final = rf"(?:[ T_,，;\t]{{1,3}}|,?[ ](?:at|um|à)[ ]|(?<=[日)）一二三四五六天]))(?=[0-9]|{HALF})"
_TIME: Final = re.compile(
    rf"""(?<![0-9])(?<![0-9][-/.:：])(?:
      (?P<a4>{WEEKDAY})[ ](?P<b3>{MONTH})[ ]{{1,2}}(?P<d6>[0-9]{{1,2}})[ ]
      (?P<H3>[0-9]{{2}}):(?P<M3>[0-9]{{2}}):(?P<S3>[0-9]{{2}})[ ](?P<Y6>{_YEAR})
    | (?:(?:{_DATE}|(?P<a5>{WEEKDAY})){_GAP})?{_CLOCK}
    | (?P<Y5>{_YEAR})(?P<m5>[01][0-9])(?P<d7>[0-3][0-9])-?(?P<H2>[0-2][0-9])(?P<M2>[0-5][0-9])(?P<S2>[0-5][0-9])
    | (?P<s1>1[0-9]{{9}}(?:[0-9]{{3}})?(?![.,]))
    )(?![0-9])""",
    re.VERBOSE,
)

# --- what stands round it ---


def _label(words: str) -> str:
    """Pattern of what stands before a value and says what it is."""
    return rf"(?i:(?:[-*][ ])?(?:\*\*|【|\[)?(?:{words})(?:\*\*)?[:：=】\]](?:\*\*)?[ \t]{{0,3}})"


_TIME_WORDS: Final = "时间|時間|日期|发送时间|發送時間|消息时间|time|date|datetime|timestamp|sent"
_SENDER_WORDS: Final = (
    "发送者|發送者|发送人|發送人|发信人|发言人|發言人|昵称|暱稱|用户|姓名|来自|sender|from|name|user|nickname|author"
)
_TEXT_WORDS: Final = "内容|內容|消息|訊息|消息内容|正文|文本|content|message|text|msg|body"
_TYPE_WORDS: Final = "类型|類型|消息类型|type|kind|msgtype"
_NUMBER_WORDS: Final = "序号|编号|no|id|index|msgid|number"
_OF_TIME, _OF_SENDER, _OF_TEXT, _OF_TYPE, _OF_NUMBER = map(
    _label, (_TIME_WORDS, _SENDER_WORDS, _TEXT_WORDS, _TYPE_WORDS, _NUMBER_WORDS)
)
_IS_LABEL: Final = re.compile(
    "|".join((_TIME_WORDS, _SENDER_WORDS, _TEXT_WORDS, _TYPE_WORDS, _NUMBER_WORDS)), re.IGNORECASE
)
"""What stands before a value is no name of a person."""
_TYPE: Final = (
    "(?P<type>(?:文本|文字|图片|语音|视频|表情|动画表情|文件|链接|卡片|名片|位置|系统|通话|红包|转账|引用|撤回|分享|公告|小程序|拍一拍|转发|聊天记录|音乐)(?:消息)?"
    "|(?i:text|image|picture|photo|voice|audio|video|sticker|emoji|file|link|share|card|location|system|notice|call|quote|pat"
    "|announcement|transfer|forward|music))"
)
_OF_KIND: Final = rf"[\[(（【]{_TYPE}[\])）】]"
_NUMBER: Final = "(?P<number>[0-9]{1,9})"
_LEAD: Final = (
    rf"(?:[-*#>·•]{{1,6}}[ ]|[★◆◇●○■□▪▶►➤]{{1,2}}[ ]?)?(?:[(（\[#]?{_NUMBER}[)）\].、:：]?[ \t]{{1,2}})?"
    r"(?:\*\*|[*`])?(?:[-=—]{2,10}[ ]?)?"
)
_CLOSE: Final = r"[\])）】>]?+(?:\*\*|[*`])?(?:[ ]?[-=—]{2,10}(?=\n))?"
_NAME: Final = r"(?P<sender>[^\s:：\[\],，;；|<>{}«“”\"「」~#*`–—·@=→»-][^:：\[\]\n\t|*`]{0,39}?)"
_PLAIN: Final = r"[^\s\[\]<>【】「」{}*`][^\[\]<>【】「」{}*`\n\t]{0,39}?"
_WRAPS: Final = (r"<>", "【】", "「」", "{}", "“”", '""', r"\*\*", "__", "``", "《》", r"\[\]")
_MARKED: Final = "|".join(
    f"{wrap[: len(wrap) // 2]}[ ]?(?P<sender{number}>{_PLAIN}){wrap[len(wrap) // 2 :]}"
    for number, wrap in enumerate((r"\*\*\*\*", *_WRAPS))
)
"""A name between marks; that in square brackets last, since a type or a group may stand in them."""
_SAYS: Final = r"(?:[ ]?(?:说|說|says?|said)|[ ]to[ ][Ee]veryone)?"
_COLON: Final = rf"{_SAYS}(?:[:：]|[ ](?:->|=>|→|»|>{{1,3}}|:)|[-=]>|→|»|>>+|(?<=\w)>(?=[ ]))(?:\*\*)?"
_TEXT: Final = "[ \\t]?(?P<text>.*)"
_NEXT: Final = rf"{_CLOSE}[:：,，;]?(?:[ \t]{{0,3}}|[ ]?[-–—·@|]{{1,2}}[ ])\n?(?:From[ ])?"
_COLUMN: Final = r"[ \t,，;|]{0,4}\n?"
_BAR: Final = r"(?P<bar>[ ]?[|｜,;\t~#][ ]?|[ ][-–—/·]{1,2}[ ])"
_GROUP: Final = r"(?:(?:\[[^\[\]\n]{1,30}\]|【[^【】\n]{1,30}】)[ ]?)?"
_BEFORE: Final = rf"{_LEAD}{_GROUP}[\[(（【<]?"
_NAMED: Final = rf"{_LEAD}(?:{_MARKED}|{_NAME})"
_TO_TIME: Final = r"(?:[:：]?[ \t]{0,3}(?:\n[ \t]{0,3}|[|,;·@]?[ ]?|[-–—·]{1,2}[ ]?|at[ ])|,[ ])[\[(（【<]?"
_FROM_TEXT: Final = r"(?:[ \t]{0,3}|[ ]?[-–—|]{1,2}[ ]?|\n)[\[(（【<]?"
_T: Final = "\0"
"""What stands in place of the time where a form is looked for."""


class Form(NamedTuple):
    """How a header may look.

    Attributes:
        shown: for people: `T` for the time, `N` for the name, `X` for the text.
        pattern: of the whole header, with `_T` for the time.
    """

    shown: str
    pattern: re.Pattern[str]


FORMS: Final = tuple(
    Form(shown, re.compile(pattern))
    for shown, pattern in {
        "Time: T, Sender: N, Text: X": rf"(?:{_OF_NUMBER}{_NUMBER}{_COLUMN})?{_OF_TIME}{_T}{_COLUMN}"
        rf"{_OF_SENDER}(?P<sender>{_PLAIN}){_COLUMN}(?:{_OF_TYPE}{_TYPE}{_COLUMN})?{_OF_TEXT}(?P<text>.*)",
        "Sender: N, Time: T, Text: X": rf"(?:{_OF_NUMBER}{_NUMBER}{_COLUMN})?{_OF_SENDER}(?P<sender>{_PLAIN}){_COLUMN}"
        rf"{_OF_TIME}{_T}{_COLUMN}(?:{_OF_TYPE}{_TYPE}{_COLUMN})?{_OF_TEXT}(?P<text>.*)",
        "T [type] N: X": rf"{_BEFORE}{_T}{_NEXT}{_OF_KIND}[ ]?{_NAME}{_COLON}{_TEXT}",
        "T [N][type] X": rf"{_BEFORE}{_T}{_NEXT}\[(?P<sender>{_PLAIN})\][ ]?{_OF_KIND}:?{_TEXT}",
        "T N [type]: X": rf"{_BEFORE}{_T}{_NEXT}{_NAME}[ ]?{_OF_KIND}{_COLON}{_TEXT}",
        "T N [type] X": rf"{_BEFORE}{_T}{_NEXT}{_NAME}[ ]{_OF_KIND}(?P<text>|[ ].*)",
        "T | N | X": rf"{_BEFORE}{_T}{_CLOSE}{_BAR}(?P<sender>[^|,;\t:：\[\]\n]{{1,40}}?)(?P=bar)(?P<text>.*)",
        "T  N  X": rf"{_BEFORE}{_T}[ ]{{2,4}}{_NAME}[ ]{{2,4}}(?P<text>\S.*)",
        "T <N> X": rf"{_BEFORE}{_T}{_NEXT}(?:{_MARKED})(?:{_COLON})?{_TEXT}",
        "T N: X": rf"{_BEFORE}{_T}{_NEXT}{_GROUP}{_NAME}{_COLON}{_TEXT}",
        "T N(id)": rf"{_BEFORE}{_T}{_NEXT}{_NAME}[ ]?"
        r"[(（<](?P<sender_id>[0-9]{5,12}|[\w.+-]{1,64}@[\w.-]{1,64})[)）>]",
        "T N": rf"{_BEFORE}{_T}{_NEXT}{_NAME}(?:\*\*|[*`])?(?:[ ]?[-=—]{{2,10}})?",
        "N | T | X": rf"{_LEAD}(?P<sender>[^|,;\t:：\[\]\n]{{1,40}}?){_BAR}{_T}(?P=bar)(?P<text>.*)",
        "N T: X": rf"{_NAMED}{_TO_TIME}{_T}{_CLOSE}{_COLON}{_TEXT}",
        "<N> T X": rf"{_LEAD}(?:{_MARKED})[ ]?[\[(（【<]?{_T}{_CLOSE}[ ]?(?P<text>\S.*)",
        "N [T] X": rf"{_NAMED}{_TO_TIME}(?<=[\[(（【<]){_T}{_CLOSE}[ ]?(?P<text>\S.*)",
        "N T": rf"{_NAMED}{_TO_TIME}{_T}{_CLOSE}[:：]?",
        "N: X T": rf"{_NAMED}(?:{_COLON}[ ]?|\n|[ ]?[|\t][ ]?|(?<=[\]】>])[ ]?)(?P<text>\S.*?){_FROM_TEXT}{_T}{_CLOSE}",
    }.items()
)
_FIELDS: Final = frozenset({"sender", "text", "sender_id", "type", "number"})
_UNKNOWN_ORDER: Final = ("one", "two", "three")
_LOOKED_AT: Final = 500
_LONGEST: Final = 400
_FEWEST: Final = 2
_LINES: Final = (1, 4, 3, 2)
"""Lines of a header."""
_TIMES: Final = 2
"""Times that are looked at from the beginning of a header; the last one is too."""
_DIGITS: Final = "0123456789"
_USUAL_ORDERS: Final = ("mdy", "dmy", "ymd")
_ORDERS: Final = {".": ("dmy", "mdy", "ymd"), "-": ("ymd", "dmy", "mdy")}
"""Orders of dates by the sign between their parts, the usual one first."""
_MONTH_LONG: Final = 31


@attrs.define
class _Tally:
    """What fits a template.

    Attributes:
        rank: the place of its form in the table.
        lines: of a header.
        count: of the headers that fit.
        names: in them.
        dates: in them whose year may stand last.
    """

    rank: int
    lines: int
    count: int = 0
    names: set[str] = attrs.field(factory=set)
    dates: list[tuple[str, ...]] = attrs.field(factory=list)


class Offer(NamedTuple):
    """A template that describes most headers of a text.

    Attributes:
        template: for `text_format`.
        names: of those who speak.
        is_unsure: the day and the month, or the year, could be either way round.
    """

    template: str
    names: frozenset[str]
    is_unsure: bool


def offer_template(lines: Iterable[str]) -> str | None:
    """A template that most of those lines fit which look like headers, two at least; `None` where none does."""
    offer = find_offer(lines)
    return offer and offer.template


def find_offer(lines: Iterable[str], is_name: Callable[[str], bool] = bool) -> Offer | None:
    """The same with what was found on the way.

    Headers of several lines are looked for too; each stands behind a blank line then, or there is none. Of templates
    that fit nearly as many lines, one that finds more than one name is taken, and names that come again, then the first
    in the table.

    Args:
        lines: the beginning of a text.
        is_name: false for what cannot be the name of a person.
    """
    known = [line.rstrip("\r")[:_LONGEST] for line in itertools.islice(lines, _LOOKED_AT)]
    times = [[*_TIME.finditer(line)] for line in known]
    found: dict[str, _Tally] = {}
    for count in _LINES:
        for template, rank, name, date in _headers(known, times, count):
            tally = found.setdefault(template, _Tally(rank, count))
            tally.count += 1
            tally.names.add(name)
            tally.dates += [date] if date else []
    usable = {
        template: tally
        for template, tally in found.items()
        if tally.count >= _FEWEST
        and 2 * sum(is_name(name) and not _IS_LABEL.fullmatch(name) for name in tally.names) > len(tally.names)
    }
    most = max((tally.count for tally in usable.values()), default=0)
    best = min(
        ((template, tally) for template, tally in usable.items() if tally.count * 5 >= most * 4),
        key=lambda each: (len(each[1].names) < 2, 2 * len(each[1].names) > each[1].count, each[1].rank),
        default=None,
    )
    if best is None:
        return None
    template, tally = best
    return _offer(template, tally.dates, frozenset(tally.names))


def _headers(
    lines: list[str], times: list[list[re.Match[str]]], count: int
) -> Iterator[tuple[str, int, str, tuple[str, ...]]]:
    """Template, rank of the form, name and doubtful date of each run of so many lines that looks like a header."""
    framed = count > 1 and "\n\n" in "\n".join(map(str.strip, lines)).strip()
    for index in range(len(lines) - count + 1):
        if framed and index and lines[index - 1].strip():
            continue
        text, there, seen = "", list[tuple[int, re.Match[str]]](), set[str]()
        for line, found in zip(lines[index : index + count], times[index : index + count], strict=True):
            there += [(len(text), time) for time in found]
            text += line if count == 1 else f"{line.rstrip()}\n"
        text = text if count == 1 else text[:-1]
        for begin, time in [*there[:_TIMES], *there[_TIMES:][-1:]]:
            masked = f"{text[: begin + time.start()]}{_T}{text[begin + time.end() :]}"
            for rank, form in enumerate(FORMS):
                if (match := form.pattern.fullmatch(masked)) is None:
                    continue
                template = _describe(match).replace(_T, _describe(time))
                if template not in seen and template.count("\n") == count - 1:
                    seen.add(template)
                    yield template, rank, _name_of(match), _doubtful(time)


def _name_of(match: re.Match[str]) -> str:
    """The name in a header, in whichever of its groups it stands."""
    return next(value for key, value in match.groupdict().items() if value and key.rstrip(_DIGITS) == "sender")


def _describe(match: re.Match[str]) -> str:
    """The template of what matched: named groups are directives or fields, the rest stands for itself."""
    found = sorted(
        (match.span(group), group.rstrip(_DIGITS)) for group, value in match.groupdict().items() if value is not None
    )
    is_half = any(name == "p" for _, name in found)
    pieces, at = [], match.start()
    for (start, end), name in found:
        if start < at or (name not in _FIELDS and name not in _UNKNOWN_ORDER and len(name) > 1):
            continue  # a mark that comes twice
        pieces.append(match.string[at:start].replace("%", "%%"))
        if name in _FIELDS:
            pieces.append(f"{{{name}}}")
        elif name in _UNKNOWN_ORDER:
            pieces.append(f"%~{_UNKNOWN_ORDER.index(name) + 1}")
        else:
            pieces.append("%I" if name == "H" and is_half else f"%{name}")
        at = end
    return "".join((*pieces, match.string[at : match.end()].replace("%", "%%")))


def _order_of(dates: list[tuple[str, ...]], mark: str) -> tuple[str, bool]:
    """The directives of dates whose year may stand last, and whether they may as well be others.

    The order counts that makes days of most of them, then the one that puts these in order, then the one in which
    they lie close together: that decides of the year alone.
    """
    year = "Y" if len(dates[0][2]) == 4 else "y"
    orders = [order.replace("y", year) for order in _ORDERS.get(mark, _USUAL_ORDERS) if year == "y" or order[2] == "y"]
    faults = [_faults(dates, order.lower()) for order in orders]
    best = min(faults)
    near = sum(fault[:2] == best[:2] and fault[2] <= _MONTH_LONG * (best[2] + 1) for fault in faults)
    return orders[faults.index(best)], near > 1


def _faults(dates: list[tuple[str, ...]], order: str) -> tuple[int, int, int]:
    """How many dates are none in an order, how many stand against the direction of the others, and the days between."""
    days = []
    for date in dates:
        year, month, day = (int(date[order.index(part)]) for part in "ymd")
        if 1 <= month <= 12 and 1 <= day <= 31:
            days.append(year * 366 + month * _MONTH_LONG + day)
    steps = list(itertools.pairwise(days))
    back, on = sum(one > two for one, two in steps), sum(one < two for one, two in steps)
    return len(dates) - len(days), min(back, on), max(days, default=0) - min(days, default=0)


# --- what has no clock ---

_HEADING: Final = re.compile(
    rf"(?P<open>[#=*<>\[(【（—–~_-]{{0,40}}[ ]{{0,3}}(?:Day changed[ ])?)"
    rf"(?:{_DATE}|(?P<a5>{WEEKDAY})[ ](?P<b3>{MONTH})[ ](?P<d6>[0-9]{{2}})[ ](?P<Y5>{_YEAR})"
    rf"|(?P<a6>{WEEKDAY}))"
    r"[ ]{0,3}[#=*<>\])】）—–~_-]{0,40}:?"
)
UNTIMED: Final = tuple(
    Form(shown, re.compile(pattern))
    for shown, pattern in {
        "N: X": rf"{_NAMED}{_COLON}{_TEXT}",
        "<N> X": rf"{_LEAD}(?:{_MARKED})(?:{_COLON})?{_TEXT}",
        "**N:** X": rf"{_LEAD}\*\*{_NAME}[:：]\*\*{_TEXT}",
        "N | X": rf"{_LEAD}(?P<sender>[^\s|,;\t:：\[\]][^|,;\t:：\[\]\n]{{0,39}}?){_BAR}(?P<text>.*)",
    }.items()
)


def find_heading(lines: Iterable[str]) -> Offer | None:
    """The template of most lines that hold nothing but a day, with rules and marks round it; `None` without any."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for match in map(_HEADING.fullmatch, map(str.strip, itertools.islice(lines, _LOOKED_AT))):
        if match:
            found.setdefault(_describe(match), []).append(_doubtful(match))
    best = max(found, key=lambda template: len(found[template]), default=None)
    return None if best is None else _offer(best, found[best], frozenset())


def _offer(template: str, dates: list[tuple[str, ...]], names: frozenset[str]) -> Offer:
    """A template in which the parts of dates stand in the order that these show."""
    mark = template.partition("%~1")[2][:1]
    order, is_unsure = _order_of(dates, mark) if mark else ("", False)
    for number, part in enumerate(order, 1):
        template = template.replace(f"%~{number}", f"%{part}")
    return Offer(template, names, is_unsure)


def _doubtful(time: re.Match[str]) -> tuple[str, ...]:
    """The parts of a date whose order is not known yet."""
    return tuple(filter(None, map(time.group, _UNKNOWN_ORDER)))


def find_untimed(lines: Iterable[str], is_name: Callable[[str], bool] = bool) -> Offer | None:
    """A template of lines that begin with a name and have no time; those names count that come again."""
    known = [line.rstrip("\r")[:_LONGEST] for line in itertools.islice(lines, _LOOKED_AT)]
    found: dict[str, Counter[str]] = {}
    for line in known:
        for form in UNTIMED:
            if match := form.pattern.fullmatch(line):
                found.setdefault(_describe(match), Counter())[_name_of(match)] += 1
    usable = {
        template: {
            name: count
            for name, count in names.items()
            if count >= _FEWEST and is_name(name) and not _IS_LABEL.fullmatch(name)
        }
        for template, names in found.items()
    }
    best = max(usable, key=lambda template: sum(usable[template].values()), default="")
    return Offer(best, frozenset(usable[best]), is_unsure=False) if best and usable[best] else None
