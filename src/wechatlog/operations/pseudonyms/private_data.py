"""Numbers, addresses and codes that lead to a person, told by their shape: cards, telephones, accounts, plates.

Takes a text, gives the places where they stand. `SHAPES` is an ordered table; a row has a pattern, a check of what the
pattern found (a checksum, a date, the grouping of the digits) and words that have to stand before it where the shape
alone says too little. What an earlier row has taken, a later one cannot. Patterns see a text in which digits, letters
and signs of every width are the plain ones, and traditional characters simplified, character for character. Knows
nothing of names.

The order of checks is that of GB 11643 (identity numbers), ISO/IEC 7812 (cards), ISO 13616 (accounts), ITU-T E.164 and
the numbering plan of China (telephones), GA 36 (plates).
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from wechatlog.content.simplified import SIMPLIFIED

MARKERS: Final = {
    "email": "[email]",
    "id_number": "[id number]",
    "phone": "[phone]",
    "url": "[url]",
    "account": "[account]",
    "bank_card": "[bank card]",
    "code": "[code]",
    "link_parameters": "hidden",
    "plate": "[plate]",
    "address": "[address]",
}
"""What can be masked, and what then stands in its place."""

PERSONAL_PARAMETERS: Final = (
    "access_token", "account", "app_uid", "auth", "auth_key", "client_id", "code", "device_id", "deviceid",
    "email", "exportkey", "from_uid", "fromid", "from_user", "from_userid", "fuid", "id_card", "idcard",
    "invitation_code", "invite", "invite_code", "inviter", "invitecode", "key", "login", "mail", "mobile",
    "nick", "nickname", "openid", "open_id", "pass_ticket", "passwd", "password", "phone", "pwd", "realname",
    "recommender", "referrer", "sec_uid", "secret", "session", "session_id", "sessionid", "share_from_user",
    "share_id", "share_token", "share_uid", "shareid", "shareuid", "sharer", "sharer_id", "sid", "sign",
    "signature", "tel", "telephone", "ticket", "token", "uid", "uin", "uname", "unionid", "union_id", "user",
    "user_id", "user_name", "userid", "username", "wx_header", "wxid",
)  # fmt: skip
"""Names of parameters in links whose values lead to whoever shared the link."""

# One character for one character, so that places in the plain text are places in the text.
_PLAIN: Final = {
    **SIMPLIFIED,
    **{0xFF01 + offset: 0x21 + offset for offset in range(94)},
    **{0x1D7CE + offset: 0x30 + offset % 10 for offset in range(50)},
    **{0x2460 + offset: 0x31 + offset for offset in range(9)},
    0x24EA: 0x30,
    **dict.fromkeys((0x00A0, *range(0x2000, 0x200E), 0x202F, 0x205F, 0x2060, 0x20E3, 0x3000, 0xFE0F, 0xFEFF), 0x20),
    **dict.fromkeys((*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63), 0x2D),
    **dict.fromkeys((0x00B7, 0x2022, 0x2027, 0x30FB), 0x2E),
}
_UNPLAIN: Final = re.compile(f"[{re.escape(''.join(map(chr, _PLAIN)))}]")
_NEAR: Final = 16
_LINE_BREAKS: Final = re.compile(r"[\r\n]+")


class PrivatePlace(NamedTuple):
    """A place in a text where something private stands: start, end, and a key of `MARKERS`.

    It has what it says as well, where it is written in another way than it is said.
    """

    start: int
    end: int
    what: str
    said: str = ""


_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_LETTERS: Final = "10X98765432"
_PROVINCES: Final = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split()
)
_NO_DIGIT: Final = re.compile(r"[^0-9]+")
_GROUPINGS: Final = frozenset(
    {(11,), (3, 8), (3, 4, 4), (3, 3, 5), (4, 3, 4), (4, 4, 3), (5, 6), (7, 4), (3, 5, 3), (3, 2, 3, 3),
     (3, 2, 2, 2, 2), (3, 4, 2, 2), (3, 2, 2, 4), (2, 3, 3, 3), (2, 9), (6, 5), (3, 6, 2), (1,) * 11}
)  # fmt: skip
_COUNTRIES: Final = re.compile(
    r"1|7|2(?:0|7|[1-689][0-9])|3(?:[0-469]|[578][0-9])|4(?:[013-9]|2[0-9])|5(?:[1-8]|[09][0-9])|6(?:[0-6]|[7-9][0-9])"
    r"|8(?:[1246]|[0578][0-9])|9(?:[0-58]|[679][0-9])"
)


def _digits(text: str) -> str:
    return _NO_DIGIT.sub("", text)


def passes_luhn(number: str) -> bool:
    """Whether the last of some digits is the check digit of the others (ISO/IEC 7812)."""
    total = 0
    for place, digit in enumerate(reversed(_digits(number))):
        value = int(digit) * (1 + place % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0


_LENGTHS: Final = {
    place[:2]: int(place[2:])
    for place in (
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 CH21 CY28 CZ24 DE22 DK18 EE20 EG29 ES24 FI18 FR27 GB22 GE22"
        " GI23 GR27 HR21 HU28 IE22 IL23 IS26 IT27 JO30 KW30 KZ20 LB28 LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 MT31 MU30"
        " NL18 NO15 PK24 PL28 PT25 QA29 RO24 RS22 SA24 SE24 SI19 SK24 SM27 TN24 TR26 UA29"
    ).split()
}
"""How long the number of an account is in a country (ISO 13616)."""


def passes_iban_checksum(number: str) -> bool:
    """Whether letters and digits are the number of an account with its check digits (ISO 13616)."""
    number = number.replace(" ", "")
    if _LENGTHS.get(number[:2]) != len(number):
        return False
    return int("".join(str(int(character, 36)) for character in number[4:] + number[:4])) % 97 == 1


def _is_birthday(text: str) -> bool:
    try:
        born = dt.date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return False
    return 1850 <= born.year < 2100


def passes_identity_checksum(number: str) -> bool:
    """Whether eighteen digits (the last may be an X) are an identity number with its check digit (GB 11643)."""
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, number[:17], strict=True))
    return number[-1].upper() == _ID_LETTERS[total % 11]


def _is_identity_number(text: str) -> bool:
    """In one piece a place and a birthday are enough; with blanks in it the check digit has to fit as well."""
    number = re.sub(r"[^0-9Xx]+", "", text)
    if not _is_birthday(number[6:14]):
        return False
    return len(text) == 18 or passes_identity_checksum(number)


def _is_hong_kong_number(text: str) -> bool:
    letters, number, check = text[: -len(_digits(text[:-2])) - 3], _digits(text[:-2]), text[-2]
    values = [36] * (2 - len(letters)) + [ord(letter) - 55 for letter in letters] + [int(digit) for digit in number]
    total = sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True))
    return (total + int(check, 11)) % 11 == 0


def _is_mobile(text: str) -> bool:
    """Whether eleven digits are grouped as people write a number, not as a row of numbers."""
    groups = [group for group in _NO_DIGIT.split(text) if group]
    if groups and groups[0] in ("86", "0086"):
        groups = groups[1:]
    elif groups and groups[0].startswith(("86", "0086")):
        groups[0] = groups[0].removeprefix("00").removeprefix("86")
    return tuple(map(len, groups)) in _GROUPINGS and len(_LINE_BREAKS.findall(text)) < 2


def _is_foreign(text: str) -> bool:
    """Whether digits behind `+` or `00` begin with the code of a country, and are as many as a number has there."""
    number = _digits(text).removeprefix("00")
    country = _COUNTRIES.match(number)
    if country is None:
        return False
    rest = number[country.end() :].removeprefix("0")
    return (len(rest) == 10 and rest[0] in "23456789") if country[0] == "1" else 6 <= len(rest) <= 12


def _has_digit(text: str) -> bool:
    return any("0" <= character <= "9" for character in text)


class Shape(NamedTuple):
    """A row: what to look for, how to check it, and what has to stand before it.

    Attributes:
        what: a key of `MARKERS`.
        pattern: where it has a group, the group is what is private, and not all that was found.
        check: asked with what is private; no means that it is something else.
        context: words of which one stands in the sixteen characters before, or on the same line if that is less.
    """

    what: str
    pattern: str
    check: Callable[[str], bool] | None = None
    context: str | None = None


# Compiled when a text first has their cue: together they take longer than all other modules here.
_compile: Final = functools.cache(re.compile)


_S: Final = r"[ .\-\r\n]{0,2}"
"""What may stand between two digits; a check sees that it is no row of numbers."""
_CALL: Final = (
    r"(?i)电话|座机|手机|热线|传真|致电|来电|打给|联系方式|号码|(?<![a-z])(?:tel|fax|phone|mobile|call)(?![a-z])"
)
_OPENED: Final = r"(?:\((?=[+0-9 \-]{2,6}\)))?"
"""A bracket that is closed again round an area code or the code of a country."""
_EXTENSION: Final = r"(?: ?(?:转?分机|转|(?i:ext)[. ]?|x|-) ?[0-9]{1,6})?"
_NUMERALS: Final = "零〇一二两三四五六七八九幺壹贰叁肆伍陆柒捌玖"
_AREA: Final = r"(?:10|2[0-9]|[3-9][0-9]{2})"
_IS: Final = r"(?:号码?)? ?(?:是|为|就是|改成)? ?[:=]? ?\(?"
_SURE_IS: Final = r"(?:号码?(?:是|为|就是)?|是|为|就是)? ?[:=] ?\(?|号码?(?:是|为|就是)? ?\(?"
_WECHAT: Final = (
    r"(?i:微 ?信(?: (?=号))?|威信|薇信|维信|v信|(?<![a-z?&/.])(?:we-?chat|weixin|vx|wx(?!id_)|v)(?: ?id)?|加v(?![a-z])"
    r"|加[微薇威](?!信)|绿泡泡|[v微薇威][❤♥]|(?:卫星|[微薇威])(?= ?[:=]))"
)
_OTHER: Final = (
    r"(?i:抖音|小红书|快手|支付宝|淘宝|旺旺|陌陌|钉钉|微博|b站"
    r"|(?<![a-z])(?:telegram|tg|skype|whatsapp|instagram|line ?id))"
)
_NO_UNIT: Final = "(?! ?[万亿人元个块群次])"
_QQ: Final = (
    r"(?i:(?<![a-z])qq|扣扣|扣(?= ?[1-9](?:[ \-]?[0-9]){5})|企鹅|(?<![a-z])q(?=[号群]| ?[:=]|是| ?[1-9][0-9]{5}))"
)
_PASSWORD: Final = r"(?i:(?:解压|wi-?fi|无线|登录|开机|门锁|支付)?密码|(?<![a-z?&;])(?:pwd|passcode|password))"
_SHARED: Final = "(?:提取码|提取密码|访问码|访问密码|分享码)"
_CODE: Final = f"(?:{_SHARED}|验证码|校验码|动态码|取件码|取货码|取餐码|邀请码|邀请口令|兑换码|激活码|密码|口令)"
_MAIL_HOST: Final = r"(?:qq|163|126|gmail|sina|foxmail|hotmail|outlook)[.]"
_IN_A_NAME: Final = "(?![在到去来从往至于住是有和跟离我你他她它的了这那哪条])[\u4e00-\u9fff]"
"""A character of the name of a place; the words before one are none."""
_DISTRICT: Final = "(?:[省市县镇乡]|(?<!小)区|街道)"
_ROAD: Final = "(?:(?<![链思铁公线网短套出道丝电通后进退半老步])路|[街巷弄]|大道|胡同)"
"""Behind a name; 链路, 思路, 铁路 and the like are none."""
_HOUSES: Final = "(?:小区|花园|家园|新村|苑|公寓|大厦|广场|国际|中心|城)"
_NUMBER: Final = f"[0-9{_NUMERALS}十百]{{1,5}}(?:[A-Za-z]|[ -][0-9]{{1,4}})? ?"
_FLAT: Final = f"(?:[ ,]?{_NUMBER}(?:号楼|号院|[号弄栋幢座楼层室户]|单元)(?![线口店桥]|测试|大厦| ?[{_NUMERALS}0-9]厅))"
_HOST_NAME: Final = r"[A-Za-z0-9-]{1,63}[.](?:com|cn|net|org|edu|io)(?![A-Za-z0-9])"

SHAPES: Final = (
    Shape("url", r"(?:https?://|www\.)[!-~]*[A-Za-z0-9/=&#_%-]"),
    Shape(
        "email",
        (
            r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}"
            rf"(?:@| @ |(?:@ | @)(?={_HOST_NAME})|艾特| ?[\[(] ?(?i:at) ?[\])] ?|#(?=(?i:{_MAIL_HOST})))"
            r"[A-Za-z0-9-]{1,63}(?: ?(?:[.]|[\[(] ?(?i:dot) ?[\])]) ?[A-Za-z0-9-]{1,63}){1,8}"
        ),
    ),
    Shape(
        "email",
        (
            r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64} (?:at|AT) [A-Za-z0-9.-]{1,63}"
            r"(?: ?(?:dot|DOT|点) ?[A-Za-z0-9-]{1,63}){1,4}"
        ),
    ),
    Shape(
        "id_number",
        (
            rf"(?<![0-9A-Za-z])[1-9][0-9](?:{_S}[0-9]){{4}}{_S},?(?:18|19|20)(?:{_S}[0-9]){{2}}{_S}[01]{_S}[0-9]{_S}[0-3]"
            rf"{_S}[0-9],?(?:{_S}[0-9]){{3}}{_S}[0-9Xx](?![0-9A-Za-z])"
        ),
        _is_identity_number,
    ),
    Shape(
        "id_number",
        rf"(?<![0-9A-Za-z])[1-9][0-9]{{5}}{_S}[0-9]{{2}}[01][0-9][0-3][0-9]{_S}[0-9]{{3}}(?![0-9A-Za-z])",
        lambda text: (number := _digits(text))[:2] in _PROVINCES and _is_birthday(f"19{number[6:12]}"),
    ),
    Shape("id_number", r"(?<![0-9A-Za-z])[A-Z]{1,2}[0-9]{6}\([0-9A]\)", _is_hong_kong_number),
    Shape(
        "id_number",
        r"(?<![0-9A-Za-z])[A-Za-z]{0,2}[0-9]{6,10}(?:\([0-9A]\)|[A-Za-z])?(?![0-9A-Za-z])",
        None,
        r"(?i)身[份分]证|护照|通行证|港澳证|台胞证|驾照|驾驶证|passport|证件|社保号|学号|工号",
    ),
    Shape("id_number", r"[\u4e00-\u9fff]字第?([0-9]{5,10})(?=号)"),
    Shape(
        "bank_card",
        r"(?<![0-9A-Za-z])[A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9A-Z]{1,3})?(?![0-9A-Za-z])",
        passes_iban_checksum,
    ),
    Shape(
        "bank_card",
        r"(?<![0-9A-Za-z/=_%&.\-])[3-6][0-9]{3}(?:[ \-\r\n]{0,2}[0-9]){10,15}(?![0-9A-Za-z])",
        lambda text: passes_luhn(text) and len(set(_digits(text))) > 2 and len(_LINE_BREAKS.findall(text)) < 2,
    ),
    Shape(
        "bank_card",
        r"(?<![0-9A-Za-z])[0-9]{4}(?:[ ,\-]{0,2}[0-9]){8,15}(?![0-9A-Za-z])",
        None,
        (r"(?i)卡号|银行|账号|帐号|账户|帐户|户头|打到|转到|[工农中建交招]行|储蓄|信用卡|借记卡|card|account"),
    ),
    Shape(
        "phone",
        (
            rf"(?<![0-9])(?:{_OPENED}(?:\+|00)? ?86\)?[ .\-]{{0,2}})?{_OPENED}1{_S}[3-9]"
            r"(?:[ .\-()_/~*。\r\n]{0,2}[0-9]){9}(?![0-9])"
        ),
        _is_mobile,
    ),
    Shape("phone", r"(?<![0-9])1[, 、]{0,2}[3-9](?:[, 、]{0,2}[0-9]){9}(?![0-9])", _is_mobile, _CALL),
    Shape(
        "phone",
        (
            rf"(?<![0-9.])(?:{_OPENED}(?:\+|00)? ?86\)?[ \-]{{0,2}}(?:\(0\))?)?{_OPENED}0?{_AREA}\)?[ .\-]{{1,3}}"
            rf"[2-9][0-9]{{2,3}}[ \-]?[0-9]{{4}}{_EXTENSION}(?![0-9])"
        ),
        lambda text: text.lstrip("(").startswith(("0", "+", "86")),
    ),
    Shape("phone", rf"(?<![0-9.]){_OPENED}0{_AREA}\)?[2-9][0-9]{{6,7}}{_EXTENSION}(?![0-9])"),
    Shape("phone", rf"(?<![0-9.])\(0{_AREA}\) ?[2-9][0-9]{{2,3}}[ \-]?[0-9]{{4}}{_EXTENSION}(?![0-9])"),
    Shape("phone", r"(?<![0-9])0[1-9][0-9]{1,2}-[0-9]{7,8}(?![0-9])"),
    Shape(
        "phone",
        (
            r"(?<![0-9])[48]00[ .\-]{0,2}(?:[0-9]{3}[ .\-]{0,2}[0-9]{4}|[0-9]{4}[ .\-]{0,2}[0-9]{3}"
            r"|[0-9][ .\-][0-9]{3}[ .\-][0-9]{3})(?![0-9])"
        ),
        lambda text: not text.endswith("00000"),
    ),
    Shape("phone", r"(?<![0-9])(?:\+|00)[ ]?[1-9](?:[ .\-()]{0,3}[0-9]){6,14}(?![0-9])", _is_foreign),
    Shape("phone", r"(?<![0-9])(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[\-.])[2-9][0-9]{2}[\-. ][0-9]{4}(?![0-9])"),
    Shape("phone", r"(?<![0-9.])09[0-9]{2}[ \-]?[0-9]{3}[ \-]?[0-9]{3}(?![0-9])"),
    Shape(
        "phone",
        (rf"(?<![0-9])[1一幺壹][3-9三四五六七八九叁肆伍陆柒捌玖](?:[ \-]?[0-9{_NUMERALS}]){{9}}(?![0-9{_NUMERALS}])"),
    ),
    Shape(
        "phone",
        rf"(?<![0-9])[2-9][0-9]{{2,3}}[ \-]?[0-9]{{4}}{_EXTENSION}(?![0-9])",
        lambda text: not (text[:2] == "20" and _is_birthday(text)),
        _CALL,
    ),
    Shape("account", rf"{_QQ}(?:群)?{_IS}([1-9](?:[ \-]?[0-9]){{4,11}})(?![0-9]){_NO_UNIT}"),
    Shape("account", rf"(?:{_WECHAT}|{_OTHER})(?:{_SURE_IS})([A-Za-z0-9][A-Za-z0-9_\-]{{4,31}})"),
    Shape(
        "account",
        rf"{_WECHAT}(?:同号|我)? ?(?:是|为)? ?\(?([A-Za-z0-9][A-Za-z0-9_\-]{{4,31}}){_NO_UNIT}",
        _has_digit,
    ),
    Shape("account", r"(?:加我?|我的?)(?i:微信|v信|vx|wx)[ :]?([A-Za-z][A-Za-z0-9_\-]{5,19})"),
    Shape("account", r"(?<![0-9A-Za-z_])([1-9][0-9]{4,11})(?=[ ,]?(?:\((?i:qq|微信)\)|是?我的?(?i:qq|微信)))"),
    Shape(
        "plate",
        (
            r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使][A-Za-z][. \-]?"
            r"[A-HJ-NP-Za-hj-np-z0-9]{4,5}[A-HJ-NP-Za-hj-np-z0-9挂学警港澳领](?![0-9A-Za-z])"
        ),
        lambda text: len(_digits(text)) >= (3 if any("a" <= character <= "z" for character in text) else 1),
    ),
    Shape(
        "address",
        (
            rf"(?>(?:(?:(?!{_DISTRICT}){_IN_A_NAME}){{1,6}}{_DISTRICT}[ ,]?){{0,4}})"
            rf"(?:(?:(?!{_ROAD}){_IN_A_NAME}){{1,6}}{_ROAD}(?:[东西南北中{_NUMERALS}]{{1,2}}[段路])?"
            rf" ?(?={_NUMBER}[号弄](?![线口店]))"
            rf"|(?:(?!{_HOUSES}){_IN_A_NAME}){{1,6}}{_HOUSES}(?=[ ,]?{_NUMBER}(?:号楼|[栋幢座室]|单元)))"
            rf"{_FLAT}{{1,5}}(?:[ ,]?[0-9]{{3,4}}(?![0-9元块人个点年]))?"
        ),
    ),
    Shape(
        "address",
        (
            r"(?<![0-9A-Za-z])[0-9]{1,5}[A-Z]? (?:[NSEW][.]? )?(?:[A-Z][a-z]{1,20} ){1,3}"
            r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|(?<!Google )(?<!Hard )Drive|Dr|Boulevard|Blvd|Court|Square)"
            r"(?![A-Za-z])[.]?"
            r"(?:,? (?:Apt|Unit|Flat|Suite)[.]? ?[0-9A-Za-z]{1,5})?"
        ),
    ),
    Shape("code", rf"{_PASSWORD} ?(?:是|为|:|=){{1,2}} ?([!-~]{{3,31}}[!-+\-/-~])"),
    Shape("code", rf"{_CODE} ?(?:是|为|:|=)?[ \"'“]{{0,2}}([A-Za-z0-9]{{4,12}})(?![A-Za-z0-9])", _has_digit),
    Shape("code", rf"{_SHARED} ?(?:是|为|:|=){{1,2}} ?([A-Za-z0-9]{{4,12}})(?![A-Za-z0-9])"),
    Shape("code", rf"{_SHARED} ([A-Za-z0-9]{{4}})(?![A-Za-z0-9])"),
    Shape("code", r"取[件货]码 ?[:=]? ?([0-9]{1,4}(?:-[0-9]{1,6}){1,3})(?![0-9])"),
    Shape("code", r"[¥￥€₤$]([A-Za-z0-9]{8,14})(?=[¥￥€₤$])"),
    Shape(
        "code",
        r"(?<![A-Za-z0-9])[A-Za-z0-9]{4,8}(?= ?(?:是|为)(?:您的|你的)?(?:提取码|验证码|密码))",
        _has_digit,
    ),
)
"""In this order: where one thing can be two, the first is meant."""

_PROFILE: Final = (
    r"(?:weibo\.com/(?:u/)?(?=[0-9])|space\.bilibili\.com/|zhihu\.com/people/|douyin\.com/user/|xiaohongshu\.com/user/profile/"
    r"|instagram\.com/|facebook\.com/|twitter\.com/|t\.me/|qlogo\.cn/(?:mmhead|mmopen|headimg_dl)/(?:(?:ver|vi)_[0-9]{1,2}/)?)"
    r"(?!(?:search|home|share|sharer|explore|reel|watch|groups|events|intent|hashtag|p)(?![A-Za-z0-9_]))"
    r"([A-Za-z0-9_.%-]{2,256})"
)
"""Pages and pictures of a person, whose address has the name or number of an account."""

_FIVE_DIGITS: Final = r"[0-9](?:[^0-9]{0,3}[0-9]){4}"
_CUES: Final = {
    "url": r"://|www",
    "email": r"[@#]|艾特|[^A-Za-z](?:at|AT)[^A-Za-z]",
    "id_number": _FIVE_DIGITS,
    "bank_card": _FIVE_DIGITS,
    "phone": rf"{_FIVE_DIGITS}|[1一幺壹][3-9三四五六七八九叁肆伍陆柒捌玖][ \-]?[0-9{_NUMERALS}]",
    "account": r"[QqVvXx信微威薇维卫扣]|企鹅|绿泡泡|抖音|小红书|快手|支付宝|淘宝|旺旺|陌陌|钉钉|[Bb]站"
    r"|(?i:telegram|tg|skype|whatsapp|instagram|we-?chat|line ?id)",
    "plate": r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使][A-Za-z]",
    "address": rf"{_ROAD}|{_HOUSES}|[0-9][A-Z]? [A-Z][a-z]",
    "code": r"码|口令|[¥￥€₤$]|(?i:pwd|pass)",
    "link_parameters": r"[?&#;]|[.](?:com|me|cn)/",
}
"""Without this in a text there is nothing of a kind, which is soon found out."""


class PrivateData:
    """What is looked for in texts: those masks that are keys of `MARKERS`, and these parameters of links."""

    def __init__(self, masks: Iterable[str], parameters: Iterable[str] = PERSONAL_PARAMETERS) -> None:
        self.masks = wanted = frozenset(masks)
        shapes = [shape for shape in SHAPES if shape.what in wanted]
        names = "|".join(sorted(map(re.escape, parameters), key=len, reverse=True))
        if "link_parameters" in wanted and names:
            shapes.append(Shape("link_parameters", _PROFILE))
            pattern = rf"(?<=[?&#;])(?i:{names})=([!\"$%'-~]{{1,4096}})"
            shapes.append(Shape("link_parameters", pattern))
        self._shapes = [(what, tuple(rows)) for what, rows in itertools.groupby(shapes, key=lambda shape: shape.what)]

    def find(self, text: str) -> list[PrivatePlace]:
        """The places in a text, in order, none within another."""
        plain = text.translate(_PLAIN) if _UNPLAIN.search(text) else text
        found: list[PrivatePlace] = []
        for what, shapes in self._shapes:
            if _compile(_CUES[what]).search(plain) is not None:
                for shape in shapes:
                    more = list(_places(shape, plain))
                    found = unite(found, more) if found else more
        return found


def _places(shape: Shape, plain: str) -> Iterator[PrivatePlace]:
    """Where one row finds something; what a check refuses may hold another place."""
    search = _compile(shape.pattern).search
    match = search(plain)
    while match is not None:
        start, end = match.span(match.lastindex or 0)
        near = True
        if shape.context is not None:  # one of the words shortly before the place, on its line
            before = _LINE_BREAKS.split(plain[max(0, match.start() - _NEAR) : match.start()])[-1]
            near = _compile(shape.context).search(before) is not None
        if near and (shape.check is None or shape.check(plain[start:end])):
            yield PrivatePlace(start, end, shape.what)
            match = search(plain, end)
        else:
            match = search(plain, match.start() + 1)


def unite(found: Sequence[PrivatePlace], more: Iterable[PrivatePlace]) -> list[PrivatePlace]:
    """Places in order, with those more that overlap none of them."""
    result: list[PrivatePlace] = []
    number = 0
    for place in more:
        while number < len(found) and found[number].end <= place.start:
            result.append(found[number])
            number += 1
        if number == len(found) or found[number].start >= place.end:
            result.append(place)
    return [*result, *found[number:]]
