"""Private numbers, addresses and codes: every form that is told by its shape, and what only looks like one."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.cost import assert_linear
from wechatlog import Conversation, Message
from wechatlog.content.simplified import SIMPLIFIED
from wechatlog.operations import Pseudonyms, pseudonymize
from wechatlog.operations.pseudonyms.private_data import (
    MARKERS,
    SHAPES,
    PrivateData,
    passes_identity_checksum,
    passes_luhn,
)

EVERYTHING = PrivateData(set(MARKERS) - {"url"})


def hidden(text: str, **options: object) -> str:
    return pseudonymize(Conversation([Message(sender="张三", text=text)]), **options)[0].text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("打13800138000吧", "打[phone]吧"),
        ("138 0013 8000, 138-0013-8000, 138.0013.8000", "[phone], [phone], [phone]"),
        ("(138)0013-8000", "[phone]"),
        ("１３８００１３８０００ 或 １３８－００１３－８０００", "[phone] 或 [phone]"),
        ("𝟏𝟑𝟖𝟎𝟎𝟏𝟑𝟖𝟎𝟎𝟎", "[phone]"),
        ("138\u200b0013\u200b8000", "[phone]"),
        ("1 3 8 0 0 1 3 8 0 0 0", "[phone]"),
        ("一三八零零一三八零零零", "[phone]"),
        ("+86 138 0013 8000，+86-13800138000，(+86)13800138000，008613800138000，86 13800138000", "，".join(["[phone]"] * 5)),
        ("010-87654321，(010) 8765 4321，（010）87654321，0755 2345 6789，01087654321", "，".join(["[phone]"] * 5)),
        ("+86 10 8765 4321，86-10-87654321，010-87654321转8001，010-87654321分机8001", "，".join(["[phone]"] * 4)),
        ("400-820-8820，4008208820，400 820 8820，4008-208-820，800-820-8820", "，".join(["[phone]"] * 5)),
        ("+1 (415) 555-2671，(415) 555-2671，+44 7700 900123，+852 9123 4567，00852 9123 4567", "，".join(["[phone]"] * 5)),
        ("138_0013_8000，138/0013/8000，138零零一三8000，【13800138000】", "[phone]，[phone]，[phone]，【[phone]】"),
        ("13800\n138000 和 138\r\n00138000", "[phone] 和 [phone]"),
        ("电话 138,0013,8000，手机：138，0013，8000，号码1、3、8、0、0、1、3、8、0、0、0", "电话 [phone]，手机：[phone]，号码[phone]"),
        ("110105\n19491231002X，110105,19491231,002X", "[id number]，[id number]"),
        ("6222 0212\n3456 7890 128，卡号 6222,0212,3456,7890,128", "[bank card]，卡号 [bank card]"),
        ("寄到上海市浦东新区老槐树路88号3栋502室，谢谢", "寄到[address]，谢谢"),
        ("我家住在人民路12弄5号", "我家住在[address]"),
        ("地址：北京市海淀区示例街道老槐树大道1号院2号楼3单元401", "地址：[address]"),
        ("在示例小区12号楼见，或者阳光花园3栋502", "在[address]见，[address]"),
        ("221B Baker Street, 12 N. Main St., Apt 4", "[address], [address]"),
        ("电话87654321，tel: 8765-4321", "电话[phone]，tel: [phone]"),
        ("11010519491231002X，110105 19491231 002X，１１０１０５１９４９１２３１００２Ｘ", "，".join(["[id number]"] * 3)),
        ("110105491231002", "[id number]"),
        ("A123456(3)", "[id number]"),
        ("军官证 南字第1234567号", "军官证 南字第[id number]号"),
        ("护照E12345678", "护照[id number]"),
        ("6222021234567890128", "[bank card]"),
        ("6222 0212 3456 7890 128，6222-0212-3456-7890-128", "[bank card]，[bank card]"),
        ("卡号：12345678901234567", "卡号：[bank card]"),
        ("收款 DE89 3704 0044 0532 0130 00，或 GB29NWBK60161331926819。", "收款 [bank card]，或 [bank card]。"),
        ("lisi@example.invalid，lisi＠example.invalid，lisi(at)example.invalid，lisi @ example.invalid", "，".join(["[email]"] * 4)),
        ("ｌｉｓｉ＠ｅｘａｍｐｌｅ．ｃｎ，lisi at example dot cn", "[email]，[email]"),
        ("QQ12345678，QQ：12345678，扣扣 12345678，q号12345678，12345678（QQ）", "QQ[account]，QQ：[account]，扣扣 [account]，q号[account]，[account]（QQ）"),
        ("微信号lisi_0001，微信：lisi_0001，V信lisi_0001，vx:lisi_0001，加V lisi_0001", "微信号[account]，微信：[account]，V信[account]，vx:[account]，加V [account]"),
        ("我的微信号是 lisiguangming，加我微信 lisiguangming", "我的微信号是 [account]，加我微信 [account]"),
        ("加微：lisi_0001，薇❤lisi_0001，卫星：lisi_0001，Q群：123456789", "加微：[account]，薇❤[account]，卫星：[account]，Q群：[account]"),
        ("微信13800138000", "微信[phone]"),
        ("京A12345，沪A·D1234，粤BD12345，京A1234学", "[plate]，[plate]，[plate]，[plate]"),
        ("提取码：ab12，提取码 ab12，验证码是 482913", "提取码：[code]，提取码 [code]，验证码是 [code]"),
        ("访问码 abcd，取件码 3-2-1001，￥AbCdEfG1234￥", "访问码 [code]，取件码 [code]，￥[code]￥"),
        ("WiFi密码：Ab12!cd34，密码 123456，482913是您的验证码", "WiFi密码：[code]，密码 [code]，[code]是您的验证码"),
        ("護照號碼：E12345678，身分證 A123456789", "護照號碼：[id number]，身分證 [id number]"),
        ("驗證碼 482913，WiFi密碼：Ab12!cd34，提取碼：ab12", "驗證碼 [code]，WiFi密碼：[code]，提取碼：[code]"),
        ("銀行帳號 6217001234567890123，卡號：12345678901234567", "銀行帳號 [bank card]，卡號：[bank card]"),
        ("電話87654321，台北市信義區老槐樹路1號5樓", "電話[phone]，[address]"),
        ("微信號：lisi_0001，加我微信 lisiguangming，小紅書號：lisi0001，LINE ID: lisi0001", "微信號：[account]，加我微信 [account]，小紅書號：[account]，LINE ID: [account]"),
        ("滬A·D1234，粵BD12345", "[plate]，[plate]"),
        ("lisi@ qq.com，lisi @qq.com，lisi艾特qq.com，lisi#qq.com", "，".join(["[email]"] * 4)),
        ("https://weibo.com/u/123456，https://www.zhihu.com/people/li-si", "https://weibo.com/u/hidden，https://www.zhihu.com/people/hidden"),
        ("https://a.example/x?uid=123&page=2&openid=oAb_9#token=z", "https://a.example/x?uid=hidden&page=2&openid=hidden#token=hidden"),
    ],
)  # fmt: skip
def test_what_is_hidden(text: str, expected: str) -> None:
    assert hidden(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-01 09:30:00",
        "2017年8月19日到2018年6月4日，20170819",
        "订单 20260501123456789012，1380013800012，138001380",
        "1 3 5 7 9 11 13 15 17",
        "版本 2.13.4，4800 元，10.5 公里，3.14159265358979",
        "ISBN 9787302511854，IP 192.168.100.254",
        "6222021234567890129",  # the check digit is wrong, and nothing says what it is
        "A123456(4)",
        "型号 NL92ABNA0417164300，批次 GB29NWBK6016133192681",  # of an account the check digits, or the length, would be others
        "110105 19491231 0021",
        "110105001331002",  # no birthday
        "4000000000",
        "+100 分，+2000 300，1+1",
        "手机版20171009.pdf，电话会议 20240501",
        "https://www.example.com/watch?v=Hx0iG7umUMQ，https://weibo.com/wap/s/a，https://twitter.com/search?q=a",
        "快递单号 SF1234567890123，航班 CA1234，会议号 123 456 789，时间戳 1714521600000",
        "价格 150,2000,3000，150，2000，3000",
        "微博热搜 https://weibo.com",
        "QQ音乐，QQ 10000人，微信支付，微信 iOS，微信群里 12345 人",
        "密码学，密码是什么，验证码呢，code review，口令红包",
        "京东A12，云A，新版本，苏打水24瓶",
        "https://a.example/x?page=2&id=5",
        "村里3号开会，这条路3号通车，人民路3号线，淮海路3号口出，小区3号停水，1号楼302有人吗，沿着老槐树路走500米",
        "链路3号节点挂了，思路2号方案，铁路12号列车，公路5号桥，双十一套路1号，订单中心 3单元测试还没写",
        "精装公寓3室2厅，花园 3室两厅，老城3座桥，国际中心2座大厦，see 2018 Google Drive",
        "138\n139\n150\n188\n1，1,380,013,800 元，3200,3500,3600,4100",
        "看 @ 这里，a @ b",
    ],
)
def test_what_only_looks_like_it(text: str) -> None:
    assert hidden(text) == text


def test_what_a_check_refuses_may_hold_something_else() -> None:
    assert hidden("15 138 0013 8000") == "15 [phone]"
    assert hidden("20170819 13800138000") == "20170819 [phone]"


def test_words_in_traditional_script_are_those_in_simplified() -> None:
    """Every traditional character that OpenCC knows for one in the words of the table is in the table of characters."""
    simplify = pytest.importorskip("opencc").OpenCC("t2s").convert
    words = {character for shape in SHAPES for character in f"{shape.pattern}{shape.context}" if character > "\u4dff"}
    usual = [chr(code) for code in range(0x4E00, 0x9FA6)]
    missing = {
        character
        for character, simple in zip(usual, simplify("\n".join(usual)).split("\n"), strict=True)
        if simple in words and simple != character and ord(character) not in SIMPLIFIED
    }
    assert missing - words == set()


def test_only_what_is_asked_for() -> None:
    text = "13800138000，京A12345，https://a.example/?uid=7&me=张三"
    assert hidden(text, mask=()) == "13800138000，京A12345，https://a.example/?uid=7&me=P1"
    assert hidden(text, mask=["plate"]) == "13800138000，[plate]，https://a.example/?uid=7&me=P1"
    assert hidden(text, parameters=["me"]) == "[phone]，[plate]，https://a.example/?uid=7&me=P1"
    assert (
        hidden(text.replace("张三", "x"), parameters=["me"]) == "[phone]，[plate]，https://a.example/?uid=7&me=hidden"
    )
    assert hidden(text, parameters=[]) == "[phone]，[plate]，https://a.example/?uid=7&me=P1"


@given(st.integers(10**11, 10**18))
@example(15_985_187_804_014_404)
def test_a_check_digit_finds_one_wrong_digit(number: int) -> None:
    digits = str(number)
    valid = next(digit for digit in "0123456789" if passes_luhn(digits + digit))
    assert [digit for digit in "0123456789" if passes_luhn(digits + digit)] == [valid]
    card = f"6{digits}"
    if passes_luhn(card) and 14 <= len(card) <= 19 and len(set(card)) > 2:
        is_identity = len(card) in (15, 18) and hidden(card) == "[id number]"  # a place and a birthday are enough
        assert hidden(f"卡 {card}") == ("卡 [id number]" if is_identity else "卡 [bank card]")


@given(st.integers(0, 999))
def test_an_identity_number_has_one_check_digit(order: int) -> None:
    number = f"11010519491231{order:03}"
    valid = [digit for digit in "0123456789X" if passes_identity_checksum(number + digit)]
    assert len(valid) == 1
    assert hidden(f"{number[:6]} {number[6:14]} {number[14:]}{valid[0]}") == "[id number]"


@given(st.text("0123456789 -()+.@微信号QQ：京A码密=?&张１８", max_size=60))
def test_places_are_in_order_and_within_the_text(text: str) -> None:
    places = EVERYTHING.find(text)
    assert all(0 <= place.start < place.end <= len(text) for place in places)
    assert all(one.end <= two.start for one, two in itertools.pairwise(places))


@pytest.mark.parametrize(
    "part",
    ["1", "1 ", "13", "1-", "(", "+", "6", "62 ", "QQ", "微信", "微信号", "密码", "密码：", "a@", "a.", "@a", "京A", "?uid=", "&uid=a", "%E5",
     "00", "110105", "一", "a at b", "www.", "市", "老路", "市1路1号", "小区", "A 1 Main ", "1,", "1\n", "电话1", "V信1"],
)  # fmt: skip
def test_time_is_linear(part: str) -> None:
    assert_linear(lambda size: EVERYTHING.find(part * size), 20_000)


def test_names_in_percent_signs() -> None:
    chat = Conversation(
        [
            Message(
                sender="张三",
                text="https://a.example/?q=%E5%BC%A0%E4%B8%89&x=%D5%C5%C8%FD&y=%25E5%25BC%25A0%25E4%25B8%2589",
            ),
            Message(sender="张三", text="https://a.example/%u5F20%u4E09/50%25/%E5%BC/%zz?q=a%E5%BC%A0%E4%B8%89b"),
        ]
    )
    book = Pseudonyms()
    shown = pseudonymize(chat, book)
    assert shown[0].text == "https://a.example/?q=P1&x=P1&y=P1"
    assert shown[1].text == "https://a.example/P1/50%25/%E5%BC/%zz?q=aP1b"
    assert book.report.replaced_in_text == 5


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("José", ["jose", "Jose", "JOSÉ", "Jose\u0301", "José"]),
        ("Jose", ["José", "Jose"]),
        ("François Lemaître", ["Francois Lemaitre", "francoislemaitre", "François Lemaître"]),
        ("Anna Smith", ["AnnaSmith", "annasmith", "ANNA SMITH", "Anna"]),
        ("AnnaSmith", ["Anna", "AnnaSmith", "annasmith"]),
    ],
)
def test_names_with_other_accents_and_without_blanks(name: str, texts: list[str]) -> None:
    chat = Conversation([Message(sender=name, text=f"问 {text} 吧") for text in texts])
    assert [message.text for message in pseudonymize(chat)] == ["问 P1 吧"] * len(texts)
