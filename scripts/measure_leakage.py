"""How much of what is private is left by pseudonyms and masks: 500 invented sentences, weighed by characters.

Every sentence is made of words around one private thing (a number, a code, a name), so what must go and what must stay
is known. Leakage is the share of the private characters that are still there, of a number also in part (four digits in
a row count). Beside it stands what was taken away of the words around, and of sentences with nothing private in them.

    python scripts/measure_leakage.py

The numbers are drawn at random with a fixed seed; checksums are right where the form has one.
"""

# ruff: noqa: E501 - a line for each form
from __future__ import annotations

import random
import re
import unicodedata
import urllib.parse
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from wechatlog import Conversation, Message
from wechatlog.operations import Pseudonyms, pseudonymize

if TYPE_CHECKING:
    from collections.abc import Callable

    from wechatlog.operations.pseudonyms import PseudonymReport

SENTENCES = 500
PEOPLE = (
    "张三丰收-示例公司-产品-上海",
    "李四光明",
    "王五环-某某科技",
    "Tom Lin",
    "赵六合（示例集团）",
    "收到",
    "产品-钱七巧-示例",
)
FULL_NAMES = ("张三丰收", "李四光明", "王五环", "Tom Lin", "赵六合", "钱七巧")
OWNER = "孙八方"
NOTHING = (
    "2026-05-01 09:30 在老槐树下集合", "版本 2.13.4 修了 1024 个问题", "订单 20260501123456789012 到了", "一共 4800 元，每人 1200",
    "第 1 3 5 7 9 号车位", "编号 13800138 是旧的", "比分 3-2，历时 90:00", "收到，谢谢", "产品已经上线", "跑了 10.5 公里用时 52:13",
    "GB 18030-2022 第 3.2 节", "1+1=2，100-200 之间", "圆周率 3.14159265358979", "房间 1204，第 15 层", "ISBN 9787302511854",
    "红包 200 元 8 个", "IP 192.168.1.254 端口 8080", "微信支付和微信群都可以", "QQ 音乐不错", "密码学很有意思", "code review 周五做",
    "沪指 3120.55 点", "京东买的", "苏打水 24 瓶", "2017年8月19日到2018年6月4日", "https://a.example/p/28417?page=2",
)  # fmt: skip


class Sentence(NamedTuple):
    """Words, what is private between them, and words.

    Attributes:
        form: the name of the form.
        before: what stands before it and must stay.
        private: what must go.
        after: what stands behind it and must stay.
    """

    form: str
    before: str
    private: str
    after: str


Draw: TypeAlias = "Callable[[random.Random], str]"


def digits(draw: random.Random, count: int) -> str:
    """Some digits, the first of them not zero."""
    return str(draw.randint(1, 9)) + "".join(str(draw.randint(0, 9)) for _ in range(count - 1))


def mobile(draw: random.Random) -> str:
    """Eleven digits."""
    return f"1{draw.choice('3456789')}{draw.randint(0, 999_999_999):09}"


def landline(draw: random.Random) -> tuple[str, str]:
    """An area code and a number."""
    area = draw.choice(["010", "021", "0755", "0571", "029", "0898"])
    return area, str(draw.randint(20_000_000, 89_999_999)) if len(area) == 3 else str(
        draw.randint(2_000_000, 8_999_999)
    )


def card(draw: random.Random, length: int = 19) -> str:
    """A number of a bank card with its check digit (Luhn)."""
    number = f"62{draw.randint(0, 10 ** (length - 3) - 1):0{length - 3}}"
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 - place % 2)
        total += value - 9 * (value > 9)
    return f"{number}{-total % 10}"


def identity(draw: random.Random) -> str:
    """An identity number of eighteen with its check digit (GB 11643)."""
    born = f"{draw.randint(1950, 2005)}{draw.randint(1, 12):02}{draw.randint(1, 28):02}"
    number = f"{draw.choice(['110105', '310101', '440305'])}{born}{draw.randint(0, 999):03}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(weight * int(digit) for weight, digit in zip(weights, number, strict=True))
    return number + "10X98765432"[total % 11]


def hong_kong(draw: random.Random) -> str:
    """An identity number of Hong Kong with its check digit."""
    letter, number = draw.choice("ABCDEGHKPRVZ"), f"{draw.randint(100_000, 999_999)}"
    total = (
        36 * 9
        + (ord(letter) - 55) * 8
        + sum(int(digit) * weight for digit, weight in zip(number, range(7, 1, -1), strict=True))
    )
    return f"{letter}{number}({'0123456789A'[-total % 11]})"


def wide(text: str) -> str:
    """A text in full width."""
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


def numerals(number: str) -> str:
    """Digits as Chinese numerals."""
    return number.translate(str.maketrans("0123456789", "零一二三四五六七八九"))


def grouped(number: str, sizes: str, between: str) -> str:
    """Digits in groups of these sizes."""
    parts, start = [], 0
    for size in map(int, sizes):
        parts.append(number[start : start + size])
        start += size
    return between.join([*parts, number[start:]] if start < len(number) else parts)


def account(draw: random.Random) -> str:
    """An account of WeChat."""
    return f"{draw.choice(['lisi', 'zs', 'tomlin'])}_{draw.randint(1000, 99999)}"


def mail(draw: random.Random) -> str:
    """An address."""
    return f"{draw.choice(['lisi', 'zhang.san', 't-lin'])}{draw.randint(1, 999)}@mail.example.cn"


def plate(draw: random.Random) -> str:
    """The plate of a car."""
    return f"{draw.choice('京沪粤浙苏')}{draw.choice('ABCE')}{draw.randint(10_000, 99_999)}"


def code(draw: random.Random) -> str:
    """A code of four."""
    return "".join(draw.choice("abcdefhkmnpq") for _ in range(2)) + str(draw.randint(10, 99))


def street(draw: random.Random) -> str:
    """A street and a house, some with the city and the flat."""
    city = draw.choice(["", "上海市浦东新区", "示例市示例县", "北京市海淀区示例街道"])
    flat = draw.choice(["", "3栋502室", "2单元401", "5号楼"])
    return f"{city}{draw.choice(['老槐树', '示例', '人民'])}{draw.choice(['路', '大道', '街'])}{draw.randint(1, 999)}号{flat}"


def houses(draw: random.Random) -> str:
    """Houses with a name, and a flat."""
    return f"{draw.choice(['示例小区', '老槐树花园'])}{draw.randint(1, 40)}{draw.choice(['栋', '号楼', '幢'])}{draw.randint(101, 999)}"


NUMBERS: tuple[tuple[str, str, Draw, str], ...] = (
    ("mobile", "打我手机", mobile, "谢谢"),
    ("mobile, blanks", "电话 ", lambda draw: grouped(mobile(draw), "344", " "), " 随时打"),
    ("mobile, hyphens", "call ", lambda draw: grouped(mobile(draw), "344", "-"), "，谢谢"),
    ("mobile, dots", "号码", lambda draw: grouped(mobile(draw), "344", "."), "，记一下"),
    ("mobile, 3-3-5", "我的是", lambda draw: grouped(mobile(draw), "335", " "), "。"),
    ("mobile, +86", "", lambda draw: f"+86 {mobile(draw)}", " 是新号"),
    ("mobile, +86 and hyphens", "打", lambda draw: f"+86-{grouped(mobile(draw), '344', '-')}", "吧"),
    ("mobile, 0086", "国外打 ", lambda draw: f"0086{mobile(draw)}", ""),
    ("mobile, (86)", "", lambda draw: f"(+86){mobile(draw)}", " 找我"),
    ("mobile, full width", "手机：", lambda draw: wide(mobile(draw)), "，谢谢"),
    ("mobile, full width, grouped", "", lambda draw: wide(grouped(mobile(draw), "344", "-")), "（微信同号）"),
    ("mobile, digit by digit", "念一下：", lambda draw: " ".join(mobile(draw)), "。"),
    ("mobile, Chinese numerals", "手机", lambda draw: numerals(mobile(draw)), "，别外传"),
    ("mobile, brackets", "", lambda draw: f"({(number := mobile(draw))[:3]}){number[3:]}", " 工作时间"),
    ("mobile, over a line end", "打", lambda draw: grouped(mobile(draw), "56", "\n"), " 吧"),
    ("mobile, commas", "电话 ", lambda draw: grouped(mobile(draw), "344", "，"), "。记一下"),
    ("identity number, over a line end", "", lambda draw: grouped(identity(draw), "68", "\n"), " 买票用"),
    ("bank card, over a line end", "", lambda draw: grouped(card(draw), "8", "\n"), " 开户行某某银行"),
    ("street", "寄到", street, "，谢谢"),
    ("houses", "在", houses, " 见"),
    ("street, English", "live at ", lambda draw: f"{draw.randint(1, 999)} {draw.choice(['Baker', 'Old Mill'])} {draw.choice(['Street', 'Rd', 'Ave'])}", ", come over"),
    ("landline", "座机 ", lambda draw: "-".join(landline(draw)), " 转人工"),
    ("landline, blank", "", lambda draw: " ".join(landline(draw)), " 打这个"),
    ("landline, brackets", "公司 ", lambda draw: "({}) {}".format(*landline(draw)), "，谢谢"),
    ("landline, full-width brackets", "", lambda draw: "（{}）{}".format(*landline(draw)), "没人接"),
    ("landline, in one piece", "前台", lambda draw: "".join(landline(draw)), "，上班打"),
    ("landline, extension", "", lambda draw: "-".join(landline(draw)) + f"转{draw.randint(100, 9999)}", "，找前台"),
    ("landline, no area code", "电话 ", lambda draw: landline(draw)[1], "，上班打"),
    ("landline, +86", "", lambda draw: f"+86 10 {grouped(str(draw.randint(20_000_000, 89_999_999)), '44', ' ')}", " 是总机"),
    ("400", "热线", lambda draw: f"400-{draw.randint(200, 899)}-{draw.randint(1001, 9999)}", "，免费"),
    ("400, 4-3-3", "打 ", lambda draw: f"4008-{draw.randint(200, 899)}-{draw.randint(101, 999)}", " 投诉"),
    ("400, in one piece", "打 ", lambda draw: f"400{draw.randint(2_000_001, 8_999_999)}", " 投诉"),
    ("landline, 86", "", lambda draw: f"86-10-{draw.randint(20_000_000, 89_999_999)}", " 是总机"),
    ("landline, extension behind 分机", "", lambda draw: "-".join(landline(draw)) + f"分机{draw.randint(100, 9999)}", "，找前台"),
    ("foreign, +1", "", lambda draw: f"+1 ({draw.randint(201, 989)}) {draw.randint(200, 999)}-{draw.randint(1000, 9999)}", " 是美国的"),
    ("foreign, +44", "", lambda draw: f"+44 7{draw.randint(100, 999)} {draw.randint(100_000, 999_999)}", " 是英国的"),
    ("foreign, +852", "香港号 ", lambda draw: f"+852 {grouped(str(draw.randint(50_000_000, 99_999_999)), '44', ' ')}", ""),
    ("identity number", "身份证", identity, "，帮我买票"),
    ("identity number, blanks", "", lambda draw: grouped(identity(draw), "68", " "), " 买票用"),
    ("identity number, full width", "证件号：", lambda draw: wide(identity(draw)), ""),
    ("identity number, old", "老证", lambda draw: f"110105{draw.randint(50, 99)}{draw.randint(1, 12):02}{draw.randint(1, 28):02}{draw.randint(100, 999)}", "，作废了"),
    ("identity number, Hong Kong", "港证 ", hong_kong, "，谢谢"),
    ("passport", "护照 ", lambda draw: f"E{draw.randint(10_000_000, 99_999_999)}", "，订机票"),
    ("bank card", "打到这张卡 ", card, "，谢谢"),
    ("bank card, groups of four", "", lambda draw: grouped(card(draw), "4444", " "), " 开户行某某银行"),
    ("bank card, hyphens", "卡 ", lambda draw: grouped(card(draw, 16), "4444", "-"), "，别打错"),
    ("bank card, full width", "卡号：", lambda draw: wide(card(draw)), "，谢谢"),
    ("bank card by its label", "银行卡号 ", lambda draw: digits(draw, 17), "，谢谢"),
    ("QQ", "加我QQ", lambda draw: digits(draw, 9), "，备注来意"),
    ("QQ, colon", "QQ：", lambda draw: digits(draw, 10), " 加我"),
    ("QQ, other words", "扣扣 ", lambda draw: digits(draw, 8), " 验证说来意"),
    ("QQ, Q", "我Q", lambda draw: digits(draw, 9), "，加我"),
    ("QQ, behind", "", lambda draw: digits(draw, 9), "（QQ）加我"),
    ("WeChat", "我的微信号是", account, "，加我"),
    ("WeChat, colon", "微信：", account, "，备注公司"),
    ("WeChat, V", "V信 ", account, " 拉你进群"),
    ("WeChat, vx", "vx:", account, " 加一下"),
    ("WeChat, wx", "wx ", account, "，谢谢"),
    ("WeChat, letters only", "加我微信 ", lambda draw: draw.choice(["zhangsanfeng", "lisiguangming"]), "，备注来意"),
    ("WeChat is the mobile", "微信同号 ", mobile, "，加我"),
    ("plate", "车牌", plate, "，停门口了"),
    ("plate, dot", "挪车 ", lambda draw: f"{(number := plate(draw))[:2]}·{number[2:]}", "，谢谢"),
    ("plate, new energy", "", lambda draw: f"粤BD{draw.randint(10_000, 99_999)}", " 是谁的车"),
    ("e-mail", "发到", mail, "，谢谢"),
    ("e-mail, full-width @", "发 ", lambda draw: mail(draw).replace("@", "＠"), " 吧"),
    ("e-mail, all full width", "邮箱：", lambda draw: wide(mail(draw)), "，谢谢"),
    ("e-mail, (at)", "", lambda draw: mail(draw).replace("@", "(at)"), " 收"),
    ("e-mail, at and dot", "", lambda draw: mail(draw).replace("@", " at ").replace(".cn", " dot cn"), " 收"),
    ("shared files", "链接在群里，提取码：", code, "，三天有效"),
    ("shared files, blank", "提取码 ", code, " 自取"),
    ("verification code", "验证码是", lambda draw: digits(draw, 6), "，别告诉别人"),
    ("password", "WiFi密码：", lambda draw: f"{code(draw)}!{code(draw)}", " 连上了"),
    ("link, openid", "https://a.example/p?openid=", lambda draw: f"o{draw.randint(10**9, 10**10)}xYz", "&page=2 看看"),
    ("link, uid", "看 https://a.example/x?page=2&uid=", lambda draw: digits(draw, 8), " 不错"),
    ("link, pwd", "https://pan.example/s/1abc?pwd=", code, " 拿去"),
)  # fmt: skip

MARKER = re.compile(r"\[[a-z ]+\]")
DASHES = "- - - - - - - - - - - - - - -"
NAMES: tuple[tuple[str, str, str], ...] = (
    ("name in a sentence", "昨天", "说今天来"),
    ("name at the beginning", "", "，在吗"),
    ("name at the end", "这个问", ""),
    ("mention", "@", "\u2005在吗"),
    ("mention without an end", "@", "你看看"),
    ("quote", "「", f"：早上好」\n{DASHES}\n好"),
    ("quote, half-width colon", "「 ", f": 早上好 」\n{DASHES}\n好"),
    ("quote without dashes", "「", ":早上好」好"),
    ("copied out of a chat", "", " 2026-05-01 09:00:00\n早上好"),
    ("typed dialogue", "", "：我先走了\n好"),
)  # fmt: skip
ENCODINGS: tuple[tuple[str, Draw], ...] = (
    ("name in percent signs", lambda draw: urllib.parse.quote(draw.choice(FULL_NAMES[:3]))),
    ("name in percent signs, GBK", lambda draw: urllib.parse.quote(draw.choice(FULL_NAMES[:3]), encoding="gbk")),
    ("name in percent signs, of scripts", lambda draw: "".join(f"%u{ord(sign):04X}" for sign in draw.choice(FULL_NAMES[:3]))),
    ("name in percent signs, twice", lambda draw: urllib.parse.quote(urllib.parse.quote(draw.choice(FULL_NAMES[:3])))),
)  # fmt: skip


def sentences(seed: int = 20260501) -> list[Sentence]:
    """The sentences, all forms in turn until there are enough."""
    draw = random.Random(seed)
    found: list[Sentence] = []
    while len(found) < SENTENCES:
        found += [Sentence(form, before, make(draw), after) for form, before, make, after in NUMBERS]
        found += [Sentence(form, before, draw.choice(FULL_NAMES), after) for form, before, after in NAMES]
        found += [Sentence(form, "https://a.example/?q=", make(draw), "&page=2") for form, make in ENCODINGS]
        found.append(Sentence("owner's name", "我叫", OWNER, "，大家好"))
        found.append(Sentence("unknown name at a head", "", "周九州", " 2026-05-01 09:00:00\n早"))
        found.append(
            Sentence(
                "unknown name in a forward", "群聊的聊天记录\n—————  2026-05-01  —————\n\n", "周九州", "  09:00\n\n早"
            )
        )
        found.append(Sentence("unknown name in a title", "", "郑十全", "和群主的聊天记录\n早"))
    return found[:SENTENCES]


def plain(text: str) -> str:
    """A text without widths and without what stands between digits, in digits."""
    text = unicodedata.normalize("NFKC", text).translate(str.maketrans("零一二三四五六七八九", "0123456789"))
    return "".join(sign for sign in text if sign not in " -.,()·\n")


def leaked(private: str, shown: str) -> int:
    """How many characters of what is private still stand in a text."""
    if private in shown:
        return len(private)
    secret, text = plain(private), plain(MARKER.sub("|", shown))
    if not any(sign.isdigit() for sign in secret):
        return 0
    best = 0
    for start in range(len(secret)):
        while start + best < len(secret) and secret[start : start + best + 1] in text:
            best += 1
    return best if best >= 4 else 0


class Leakage(NamedTuple):
    """What was measured.

    Attributes:
        forms: by form: private characters, and those of them that are left.
        taken: characters of the words around that are gone, and how many there are.
        nothing: sentences with nothing private that were changed.
        report: of the book.
    """

    forms: dict[str, tuple[int, int]]
    taken: tuple[int, int]
    nothing: list[str]
    report: PseudonymReport

    @property
    def share(self) -> float:
        """The share of the private characters that are left."""
        return sum(left for _, left in self.forms.values()) / sum(all_ for all_, _ in self.forms.values())


def measure() -> Leakage:
    """Hide the sentences, and count."""
    invented = sentences()
    messages = [Message(sender=name, text="早") for name in PEOPLE]
    messages += [Message(sender="我", is_self=True, text="早")]
    messages += [Message(sender="吴十", text="".join(sentence[1:])) for sentence in invented]
    messages += [Message(sender="吴十", text=text) for text in NOTHING]
    book = Pseudonyms()
    book.same("我", OWNER)
    shown = [message.text for message in pseudonymize(Conversation(messages), book)][len(PEOPLE) + 1 :]
    forms: dict[str, tuple[int, int]] = {}
    gone = around = 0
    for sentence, text in zip(invented, shown, strict=False):
        all_, left = forms.get(sentence.form, (0, 0))
        forms[sentence.form] = (all_ + len(sentence.private), left + leaked(sentence.private, text))
        for words in (sentence.before, sentence.after):
            around += len(words)
            gone += 0 if words in text else len(words)
    changed = [text for text, now in zip(NOTHING, shown[len(invented) :], strict=True) if text != now]
    return Leakage(forms, (gone, around), changed, book.report)


if __name__ == "__main__":
    result = measure()
    width = max(map(len, result.forms))
    for form, (all_, left) in result.forms.items():
        print(f"{form:{width}}  {all_:5}  {left:5}  {left / all_:7.2%}")
    all_ = sum(characters for characters, _ in result.forms.values())
    print(f"{'all forms':{width}}  {all_:5}  {round(result.share * all_):5}  {result.share:7.2%}")
    print(f"words around that are gone: {result.taken[0]} of {result.taken[1]} characters")
    print(f"sentences with nothing private that were changed: {len(result.nothing)} of {len(NOTHING)}")
    for text in result.nothing:
        print(f"  {text}")
