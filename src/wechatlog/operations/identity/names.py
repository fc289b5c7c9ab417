"""What names say, and who has which: how names are compared, which are nobody's, by which parts people are called.

Takes names, gives what they have in common with others, and in `Names` who has them. In groups a name is often
`name-company-job-city`, and people say only the first part: 张三 of 张三-示例公司-产品. A city or a job is nobody's
name, and what stands behind it is one only if it looks like a Chinese name: a family name and one or two characters.
Knows nothing of what joins names to people.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from importlib import resources
from typing import Final, Generic, TypeVar

from wechatlog.model import Message, normalize_name
from wechatlog.operations.identity.regions import PLACES

Who = TypeVar("Who")

OWN_NAMES: Final = frozenset({"我", "me", "Me"})
"""What exporters call the owner of an archive; nobody's name."""

_UNSEEN: Final = re.compile(r"[?\s\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]+")
_SHORTEST: Final = 2
_SEPARATOR: Final = re.compile(r"[-–—―－_＿|｜·•・~～/／\\,，、;；:：+＋@＠#＃(（)）\[\]【】<>《》「」『』{}\u2005\s]+")
"""What stands between the parts of a name."""
_BETWEEN: Final = re.compile(
    rf"(?:{_SEPARATOR.pattern}|[\u2190-\u2bff\u200d\ufe0f\ue000-\uf8ff\U0001f000-\U0001faff\U000e0020-\U000e007f])+"
)
"""The same, and pictures, which people leave out when they call somebody."""
_HAN: Final = re.compile(r"[\u3400-\u9fff]+")
_LATIN: Final = re.compile(r"[A-Za-z][A-Za-z'.]{2,}")
HUMPS: Final = re.compile(r"(?:[A-Z][a-z]{2,}){2,3}")
"""A name whose parts nothing separates: AnnaSmith."""
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_TITLES: Final = re.compile(
    r".*(?:"
    r"经理|总监|工程师|架构师|设计师|分析师|程序员|专员|主管|主任|顾问|助理|老师|教授|律师|医生|公司|集团|银行|"
    r"科技|金融|支付|技术|网络|软件|信息|咨询|证券|基金|保险|大学|学院|学校|中学|小学|医院|产品|研发|运营|开发|"
    r"测试|前端|后端|架构|市场|销售|商务|人事|财务|行政|设计|创始人|合伙人|群主|管理员|客服|市|省|区|县)"
)
_DOUBLE: Final = frozenset(
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 司徒 令狐 宇文 长孙 端木 轩辕 南宫 夏侯 独孤 西门 百里 呼延 "
    "闻人 申屠 太史 第五".split()
)
_FAMILY: Final = frozenset(
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟"
    "卢汪戴崔任陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚汤陶黎温莫易樊乔"
    "文安殷颜庄章鲁倪庞邢俞翟蓝聂齐向申葛柴伍覃骆关焦柳欧祝纪尚毕耿芦左季管符辛苗詹曲靳祁路涂兰甘裴梅童翁霍游阮尤"
    "岳柯牟滕谷舒卜成饶宁凌盛查单冉鲍华包屈房喻解蒲卫简时连车项闵邬吉党阳司费蒙席晏隋古强穆姬宫景米麦谈柏瞿艾沙鄢"
    "桂窦郁缪畅巩卓褚栾戚全娄甄郎池丛边岑农苟迟保商臧佘卞虞刁冷应匡栗仇练楚揭师官佟封燕桑巫敖原植邝仲荆储宗楼干苑"
    "寇盖南屠鞠荣井乐银奚明麻雍花闻冼木郜廉衣蔺和冀占公门帅利满"
)
"""Family names of one character, the common ones."""


def is_own(message: Message) -> bool:
    """Whether the owner of an archive sent a message: where it says so, or else where the sender is called 我."""
    return message.is_self is True or (message.is_self is None and message.sender in OWN_NAMES)


def spelling(name: str) -> str:
    """A name without what differs between two files: case, width, blanks, emoji and the `??` that is left of them."""
    plain = unicodedata.normalize("NFKC", _UNSEEN.sub("", name))
    return "".join(sign for sign in plain if unicodedata.category(sign) not in ("So", "Sk", "Cn", "Co")).casefold()


def spellings(names: Iterable[str]) -> Iterator[str]:
    """The spellings of names, but for those of one character, which say nothing."""
    return (key for name in names if len(key := spelling(name)) >= _SHORTEST)


def begins(one: str, two: str) -> bool:
    """Whether one of two names begins with the other: 张三 and 张三-示例公司. One character says nothing."""
    return min(len(one), len(two)) >= _SHORTEST and (one.startswith(two) or two.startswith(one))


class Names(Generic[Who]):
    """Who has which name. One that several have is nobody's: identity is not invented.

    The keys are what of a name must be the same, where it is not the name but for its blanks.
    """

    def __init__(self, keys: Callable[[str], Iterable[str]] = lambda name: (normalize_name(name),)) -> None:
        self._keys = keys
        self._having: dict[str, dict[int, Who]] = {}

    def add(self, name: str, who: Who) -> None:
        """Note that somebody is called so."""
        for key in self._keys(name):
            self._having.setdefault(key, {})[id(who)] = who

    def hand_over(self, name: str, one: Who, other: Who) -> None:
        """Note that another is called so in place of somebody who is."""
        for key in self._keys(name):
            having = self._having.get(key, {})
            if having.pop(id(one), None) is not None:
                having[id(other)] = other

    def having(self, name: str) -> Mapping[int, Who]:
        """Everybody who is called so, by what tells them apart."""
        found = [self._having.get(key, {}) for key in self._keys(name)]
        return found[0] if len(found) == 1 else {place: who for having in found for place, who in having.items()}

    def classes(self) -> Iterator[tuple[str, Collection[Who]]]:
        """What names have in common, with everybody who has such a name."""
        return ((key, having.values()) for key, having in self._having.items())

    def only(self, name: str, fits: Callable[[Who], bool] = lambda _: True) -> Who | None:
        """The one who is called so, perhaps beside one who does not fit; `None` where there are none or more."""
        having = self.having(name)
        found = [who for who in having.values() if fits(who)] if len(having) <= 2 else ()
        return found[0] if len(found) == 1 else None


def parts(name: str) -> tuple[str, ...]:
    """The spellings of all parts of a name."""
    return tuple(part for part in map(spelling, _SEPARATOR.split(name)) if part)


@functools.cache
def _everyday_words() -> frozenset[str]:
    text = resources.files("wechatlog").joinpath("data/everyday_words.txt").read_text(encoding="utf-8")
    return frozenset(text.split())


def is_everyday_word(name: str) -> bool:
    """Whether a name is a word that anybody may use without meaning anybody."""
    return (name.lower() if name.isascii() and name.isupper() else name) in _everyday_words()


def looks_like_a_full_name(text: str) -> bool:
    """Whether a text is a Chinese family name with one or two characters behind it, and no everyday word."""
    if not _HAN.fullmatch(text) or is_everyday_word(text):
        return False
    if text[:2] in _DOUBLE and len(text) in (3, 4):
        return True
    return len(text) in (2, 3) and text[0] in _FAMILY


def _is_place_or_job(part: str) -> bool:
    return part.lower() in PLACES or _TITLES.fullmatch(part) is not None


def personal_parts(name: str) -> tuple[str, ...]:
    """The parts of a name by which its owner is called, in order; none where the name has but one part.

    Example:
        >>> personal_parts("张三-示例公司-产品-上海"), personal_parts("上海-李四"), personal_parts("王五")
        (('张三',), ('李四',), ())
        >>> personal_parts("小鱼🐟"), personal_parts("AnnaSmith")
        (('小鱼',), ('Anna',))
    """
    parts = [part for part in _BETWEEN.split(name) if part]
    if parts and HUMPS.fullmatch(parts[0]):
        parts[:1] = _HUMP.split(parts[0])
    if not parts or parts == [name]:
        return ()
    first, *others = parts
    found = [part for part in others if looks_like_a_full_name(part) and not _is_place_or_job(part)]
    if not _is_place_or_job(first) and len(first) >= 2 and (_HAN.search(first) or _LATIN.fullmatch(first)):
        found = [first, *(found if is_everyday_word(first) else ())]
    return tuple(dict.fromkeys(found))
