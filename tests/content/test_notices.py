"""System notices, whole sentences only."""

# Samples stand on one line each, as the tools write them.

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cost import assert_linear

from wechatlog.content.notices import clean_notice, find_names, read_notice
from wechatlog.model import MessageKind as K

RECALLS = [
    "你撤回了一条消息",
    '"李四" 撤回了一条消息',
    "“李四”撤回了一条消息",
    "李四撤回了一条消息。",
    "李四 撤回了一條訊息",
    "You recalled a message",
    "你收回了一則訊息",
    "「李四」已收回一則訊息",
    '"Li Si" has recalled a message.',
    "Li Si withdrew a message",
]
PATS = [
    '我拍了拍 "李四"',
    '"李四" 拍了拍我',
    '"李四" 拍了拍 "王五" 的肩膀',
    '"李四" 拍了拍自己',
    "A tickled B",
]
NOTICES = [
    '你邀请"王五"加入了群聊  ',
    '"李四"邀请"王五、赵六"加入了群聊',
    '"李四"邀请你加入了群聊，群聊参与人还有：王五、赵六',
    '"李四"邀请你和"王五"加入了群聊',
    "You invited Wang Wu to the group chat.   ",
    "Li Si invited you to a group chat with Wang Wu, Zhao Liu",
    "Li Si invited you and Wang Wu to the group chat",
    '"王五"通过扫描你分享的二维码加入群聊  ',
    '" 王五"通过扫描"李四"分享的二维码加入群聊',
    '"Wang" joined group chat via the QR code you shared.  ',
    '" Wang" joined the group chat via the QR Code shared by "Li".',
    "你加入了群聊，群聊参与人还有：王五",
    "你通过扫描二维码加入群聊，群聊参与人还有：王五",
    "你加入了群組，群組成員還有：王五",
    '"王五"与群里其他人都不是微信朋友关系，请注意隐私安全',
    '你将"王五"移出了群聊',
    '你被"李四"移出群聊',
    'You were removed from the group chat by "Li"',
    '"李四"修改群名为“示例项目组”',
    'You changed the group name to "demo"',
    "你已成为新群主",
    "群主已启用“群聊邀请确认”，群成员需群主确认才能邀请朋友进群。",
    "李四置顶了一条消息",
    "李四移除了一条置顶消息",
    "你已添加了李四，现在可以开始聊天了。",
    "李四刚刚把你添加到通讯录，现在可以开始聊天了。",
    "You have added Li Si as your WeChat contact. Start chatting!",
    "以上是打招呼的内容",
    "消息已发出，但被对方拒收了。",
    "李四发起了位置共享，请在手机上查看",
    "位置共享已经结束",
    "你领取了李四的红包",
    "李四领取了你的红包",
    "收到红包，请在手机上查看",
    "グループチャットに参加しました",
]
TYPED = [
    "",
    "早",
    "他撤回了一条消息吗",
    "红包呢",
    "昨天李四拍照了",
    "你看他撤回了一条消息\n哈哈",
    "谁加入了群聊？",
    "转账收到了",
]


@pytest.mark.parametrize("text", RECALLS)
def test_recalls(text):
    assert read_notice(text) is K.RECALL


@pytest.mark.parametrize("text", PATS)
def test_pats(text):
    assert read_notice(text) is K.PAT


@pytest.mark.parametrize("text", NOTICES)
def test_notices(text):
    assert read_notice(text) is K.SYSTEM


@pytest.mark.parametrize("text", TYPED)
def test_sentences_are_none(text):
    assert read_notice(text) is None


def test_markup_of_databases():
    icon = '<img src="SystemMessages_HongbaoIcon.png"/>  你领取了李四的<_wc_custom_link_ color="#FD9931">红包</_wc_custom_link_>'
    assert clean_notice(icon) == "你领取了李四的红包"
    recall = '<![CDATA[你撤回了一条消息 <a href="weixin://revoke_edit_click">重新编辑</a>]]>'
    assert clean_notice(recall) == "你撤回了一条消息"
    assert read_notice(recall) is K.RECALL


@given(st.text())
def test_never_raises(text):
    assert read_notice(text) in (None, K.RECALL, K.PAT, K.SYSTEM)


@pytest.mark.parametrize("piece", ["A邀请", '"', "拍了拍", "<![CDATA[", "<a revoke_edit_click ", "与群里", "<a "])
def test_hostile_lines_are_bounded(piece):
    for read, length in ((read_notice, 1_000_000), (read_notice, 19_000), (clean_notice, 1_000_000)):
        assert_linear(lambda size, read=read: read(piece * size), length // len(piece))


def names_in(text: str) -> list[str]:
    return [f"{name.whose[0]}:{text[name.start : name.end]}" for name in find_names(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("你撤回了一条消息", []),
        ('"李四" 撤回了一条消息', ["p:李四"]),
        ("李四撤回了一条消息。", ["p:李四"]),
        ('我拍了拍 "李四"', ["p:李四"]),
        ('"李四" 拍了拍 "王五" 的“肩膀”', ["p:李四", "p:王五"]),
        ('"李四" 拍了拍自己', ["p:李四"]),
        ("李四拍了拍王五的肩膀", ["p:李四", "p:王五"]),
        ("A tickled B", ["p:A", "p:B"]),
        ('"李四"邀请"王五、赵六"加入了群聊', ["p:李四", "p:王五", "p:赵六"]),
        ('"李四"邀请你加入了群聊，群聊参与人还有：王五、赵六', ["p:李四", "p:王五", "p:赵六"]),
        ('"李四"邀请你和"王五"加入了群聊', ["p:李四", "p:王五"]),
        ("你加入了群聊，群聊参与人还有：李四、王五", ["p:李四", "p:王五"]),
        ("Li Si invited you and Wang Wu to the group chat", ["p:Li Si", "p:Wang Wu"]),
        ("Li Si invited you to a group chat with Wang Wu, Zhao Liu", ["p:Li Si", "p:Wang Wu", "p:Zhao Liu"]),
        ('" 王五"通过扫描"李四"分享的二维码加入群聊  ', ["p:王五", "p:李四"]),
        ('"李四" isn\'t friends with anyone else in this group chat', ["p:李四"]),
        ('"李四"修改群名为“示例项目组”', ["p:李四", "g:示例项目组"]),
        ('"李四"邀请你加入群聊示例项目组，进入可查看详情。', ["p:李四", "g:示例项目组"]),
        ("群主已启用“群聊邀请确认”，群成员需群主确认才能邀请朋友进群。", []),
        ('"李四"做了没有听说过的事', ["u:李四"]),
        ("没有听说过的事", []),
        ('"' * 20_000, []),
    ],
)  # fmt: skip
def test_names_in_notices(text: str, expected: list[str]) -> None:
    assert names_in(text) == expected


@given(st.text('“”" 李四邀请你和、加入了群聊拍了拍的：', max_size=60))
def test_names_are_parts_of_the_notice(text: str) -> None:
    ends = [0]
    for name in find_names(text):
        assert ends[-1] <= name.start < name.end <= len(text)
        ends.append(name.end)
