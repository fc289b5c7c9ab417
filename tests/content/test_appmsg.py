"""App messages, other XML, notices in XML; hostile input."""

# Samples stand on one line each, as the tools write them.
# ruff: noqa: ISC004

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cost import assert_linear

from wechatlog.content.appmsg import (
    AppMessage,
    parse_app_message,
    parse_content,
    parse_mapping,
    parse_record,
    split_sender_prefix,
)
from wechatlog.diagnostics import Collector
from wechatlog.errors import FormatError
from wechatlog.model import MessageKind as K
from wechatlog.segments.types import (
    Call,
    Card,
    File,
    Forward,
    Image,
    Link,
    Location,
    MiniProgram,
    Quote,
    RedPacket,
    Sticker,
    Text,
    Transfer,
    Video,
    Voice,
)


def _app(app_type, inner, title="标题"):
    return f"<msg><appmsg appid='' sdkver='0'><title>{title}</title>{inner}<type>{app_type}</type></appmsg></msg>"


_PAYMENT = "<wcpayinfo><paysubtype>{}</paysubtype><feedesc>￥12.30</feedesc><pay_memo>午饭</pay_memo></wcpayinfo>"
_ITEM = "<dataitem datatype='1'><sourcename>王五</sourcename><datadesc>早</datadesc></dataitem>"
_RECORD = f"<recordinfo><title>记录</title><datalist count='1'>{_ITEM}</datalist></recordinfo>"

APP_MESSAGES = [
    (1, "", K.TEXT, "标题", None),
    (3, "<url>https://m.invalid/1</url>", K.MUSIC, "标题", Link("https://m.invalid/1", "标题", raw="标题")),
    (
        5,
        "<url>https://e.invalid/a?x=1&amp;y=2</url>",
        K.LINK,
        "标题",
        Link("https://e.invalid/a?x=1&y=2", "标题", raw="标题"),
    ),
    (
        5,
        "<url>https://e.invalid/a?x=1&y=2</url>",
        K.LINK,
        "标题",
        Link("https://e.invalid/a?x=1&y=2", "标题", raw="标题"),
    ),
    (
        6,
        "<appattach><totallen>2048</totallen><fileext>docx</fileext></appattach><md5>ff</md5>",
        K.FILE,
        "标题",
        File("标题", 2048, md5="ff", raw="标题"),
    ),
    (8, "<appattach><emoticonmd5>ee</emoticonmd5></appattach>", K.STICKER, "", Sticker(md5="ee")),
    (17, "", K.LOCATION, "标题", Location(poi="标题", raw="标题")),
    (
        33,
        "<url>https://mp.invalid/</url><sourcedisplayname>点餐</sourcedisplayname>",
        K.MINI_PROGRAM,
        "标题",
        MiniProgram("标题", "https://mp.invalid/", "点餐", raw="标题"),
    ),
    (
        51,
        "<finderFeed><nickname>示例号</nickname><desc>一段视频</desc></finderFeed>",
        K.CHANNEL,
        "一段视频",
        Link(None, "一段视频", raw="一段视频"),
    ),
    (53, "", K.TEXT, "标题", None),
    (87, "<textannouncement>明天开会</textannouncement>", K.ANNOUNCEMENT, "明天开会", None),
    (
        2000,
        _PAYMENT.format(1),
        K.TRANSFER,
        "￥12.30 午饭",
        Transfer("￥12.30", "午饭", "sent", raw="￥12.30 午饭"),
    ),
    (
        2000,
        _PAYMENT.format(3),
        K.TRANSFER,
        "￥12.30 午饭",
        Transfer("￥12.30", "午饭", "received", raw="￥12.30 午饭"),
    ),
    (
        2000,
        _PAYMENT.format(4),
        K.TRANSFER,
        "￥12.30 午饭",
        Transfer("￥12.30", "午饭", "returned", raw="￥12.30 午饭"),
    ),
    (
        2000,
        _PAYMENT.format(10),
        K.TRANSFER,
        "￥12.30 午饭",
        Transfer("￥12.30", "午饭", "expired", raw="￥12.30 午饭"),
    ),
    (
        2001,
        "<wcpayinfo><sendertitle>恭喜发财</sendertitle></wcpayinfo>",
        K.RED_PACKET,
        "恭喜发财",
        RedPacket("恭喜发财", raw="恭喜发财"),
    ),
    (
        62,
        '<patMsg><records><record><fromUser>wxid_a</fromUser><templete>"${wxid_a}" 拍了拍我</templete></record></records></patMsg>',
        K.PAT,
        '"wxid_a" 拍了拍我',
        None,
    ),
    (4711, "", K.OTHER, "标题", None),
    (4711, "<url>https://e.invalid/</url>", K.LINK, "标题", Link("https://e.invalid/", "标题", raw="标题")),
]


@pytest.mark.parametrize(("app_type", "inner", "kind", "text", "segment"), APP_MESSAGES)
def test_subtypes(app_type, inner, kind, text, segment):
    message = parse_app_message(_app(app_type, inner))
    assert (message.kind, message.text, message.app_type) == (kind, text, app_type)
    assert message.segments == (None if segment is None else (segment,))


@pytest.mark.parametrize("frame", ["<![CDATA[{}]]>", "{escaped}", "{twice}", "{}"])
@pytest.mark.parametrize(("app_type", "kind"), [(19, K.FORWARD), (24, K.NOTE)])
def test_records(app_type, kind, frame):
    escaped = html.escape(_RECORD)
    item = frame.format(_RECORD, escaped=escaped, twice=html.escape(escaped))
    message = parse_app_message(_app(app_type, f"<recorditem>{item}</recorditem>"))
    assert message.kind is kind
    (forward,) = message.segments
    assert (forward.title, forward.raw) == ("标题", "标题")
    assert [(inner.sender, inner.text) for inner in forward.messages] == [("王五", "早")]


def test_a_record_alone():
    assert parse_record(_RECORD).messages[0].text == "早"
    collector = Collector()
    assert parse_record("<recordinfo>", collector) is None
    assert collector.diagnostics[0].code == "broken-xml"


QUOTED = [
    ("<type>1</type><content>早</content>", "早"),
    ("<type>1</type><content>wxid_demo01:\n早</content>", "早"),
    ("<type>1</type><content>&lt;b&gt;早</content>", "<b>早"),
    ('<type>3</type><content>&lt;msg&gt;&lt;img md5="0" /&gt;&lt;/msg&gt;</content>', "[图片]"),
    ("<type>34</type><content>&lt;broken</content>", "[语音]"),
    (f"<type>49</type><content>{html.escape(_app(6, '', '方案.docx'))}</content>", "方案.docx"),
    (f"<type>49</type><content>{html.escape(html.escape(_app(57, '', '回复')))}</content>", "回复"),
    ("<type>47</type><content></content>", ""),
]


@pytest.mark.parametrize(("inner", "quoted"), QUOTED)
def test_quotes(inner, quoted):
    refer = f"<refermsg>{inner}<svrid>7000000000000000001</svrid><displayname>张三</displayname></refermsg>"
    message = parse_app_message(_app(57, refer, "收到"))
    assert (message.kind, message.text) == (K.QUOTE, "收到")
    assert message.segments == (Quote("张三", quoted), Text("收到"))
    assert message.reply_to == "7000000000000000001"


def test_a_quote_of_nothing():
    assert parse_app_message(_app(57, "", "收到")).kind is K.TEXT
    assert parse_app_message(_app(57, "<refermsg><svrid>0</svrid></refermsg>", "收到")).reply_to is None


OTHER_XML = [
    ("<?xml version='1.0'?>\n<msg>\n\t<img md5='0' /></msg>\n\0", K.IMAGE, "", Image()),
    ("<msg><voicemsg voicelength='4000' fromusername='wxid_a' /></msg>", K.VOICE, "", Voice(4.0)),
    (
        "<msg><voicemsg voicelength='1500' /><voicetrans transtext='在路上' /></msg>",
        K.VOICE,
        "",
        Voice(1.5, "在路上"),
    ),
    ("<msg><videomsg playlength='12' md5='0' /></msg>", K.VIDEO, "", Video(seconds=12)),
    (
        "<msg><emoji md5='ff' cdnurl='http://e.invalid/g?a=1&amp;amp;b=2' /></msg>",
        K.STICKER,
        "",
        Sticker(url="http://e.invalid/g?a=1&b=2", md5="ff"),
    ),
    (
        "<msg><location x='39.9' y='116.4' label='示例路1号' poiname='示例大厦' /></msg>",
        K.LOCATION,
        "示例大厦 示例路1号",
        Location(39.9, 116.4, "示例路1号", "示例大厦", raw="示例大厦 示例路1号"),
    ),
    ("<msg username='wxid_b' nickname='王五' />", K.CARD, "王五", Card("王五", "wxid_b", raw="王五")),
    (
        "<voipmsg type='VoIPBubbleMsg'><VoIPBubbleMsg><msg><![CDATA[通话时长 01:05]]></msg><room_type>0</room_type>"
        "</VoIPBubbleMsg></voipmsg>",
        K.CALL,
        "通话时长 01:05",
        Call("video", 65, raw="通话时长 01:05"),
    ),
    (
        "<voipinvitemsg><invite_type>1</invite_type></voipinvitemsg><voipextinfo/><voiplocalinfo/>",
        K.CALL,
        "",
        Call("voice"),
    ),
    ("wxid_demo01:\n<msg><img /></msg>", K.IMAGE, "", Image()),
    ("&lt;msg&gt;&lt;img /&gt;&lt;/msg&gt;", K.IMAGE, "", Image()),
]


@pytest.mark.parametrize(("xml", "kind", "text", "segment"), OTHER_XML)
def test_other_xml(xml, kind, text, segment):
    message = parse_app_message(xml)
    assert (message.kind, message.text, message.segments) == (kind, text, (segment,))
    assert parse_content(kind, xml) == message


_TEMPLATE = (
    "<sysmsg type='sysmsgtemplate'><sysmsgtemplate><content_template><plain></plain>"
    '<template><![CDATA["$username$"邀请"$names$"加入了群聊$revoke$]]></template><link_list>'
    "<link name='username' type='link_profile'><memberlist><member><nickname>李四</nickname></member></memberlist></link>"
    "<link name='names' type='link_profile'><memberlist><member><nickname>王五</nickname></member>"
    "<member><username>wxid_c</username></member></memberlist><separator>、</separator></link>"
    "<link name='revoke' type='link_revoke'><title>撤销</title></link>"
    "</link_list></content_template></sysmsgtemplate></sysmsg>"
)
SYSTEM_XML = [
    (
        "<sysmsg type='revokemsg'><revokemsg><newmsgid>7001</newmsgid><replacemsg><![CDATA[\"李四\" 撤回了一条消息]]>"
        "</replacemsg></revokemsg></sysmsg>",
        K.RECALL,
        '"李四" 撤回了一条消息',
    ),
    ("<revokemsg>李四 撤回了一条消息</revokemsg>", K.RECALL, "李四 撤回了一条消息"),
    ("<revokemsg><content>李四 撤回了一条消息</content></revokemsg>", K.RECALL, "李四 撤回了一条消息"),
    (
        "<sysmsg type='pat'><pat><fromusername>wxid_a</fromusername><template><![CDATA[\"${wxid_a}\" 拍了拍我]]>"
        "</template></pat></sysmsg>",
        K.PAT,
        '"wxid_a" 拍了拍我',
    ),
    (_TEMPLATE, K.SYSTEM, '"李四"邀请"王五、wxid_c"加入了群聊'),
    (_TEMPLATE.replace("name='names'", "name='x'"), K.SYSTEM, '"李四"邀请"$names$"加入了群聊'),
    (
        "<sysmsg type='delchatroommember'><delchatroommember><plain>你将\"王五\"移出了群聊</plain></delchatroommember></sysmsg>",
        K.SYSTEM,
        '你将"王五"移出了群聊',
    ),
    ("<sysmsg type='unheardof'><x><content>某事</content></x></sysmsg>", K.SYSTEM, "某事"),
    ("<sysmsg type='unheardof'/>", K.SYSTEM, ""),
]


@pytest.mark.parametrize(("xml", "kind", "text"), SYSTEM_XML)
def test_notices_in_xml(xml, kind, text):
    assert (parse_app_message(xml).kind, parse_app_message(xml).text) == (kind, text)
    content = parse_content(K.SYSTEM, f"123@chatroom:\n{xml}")
    assert (content.kind, content.text, content.segments) == (kind, text, None)


PLAIN_NOTICES = [
    (K.SYSTEM, '"李四" 撤回了一条消息', K.RECALL, '"李四" 撤回了一条消息'),
    (K.RECALL, "某种撤回", K.RECALL, "某种撤回"),
    (K.PAT, '"李四" 拍了拍我', K.PAT, '"李四" 拍了拍我'),
    (
        K.SYSTEM,
        "<![CDATA[你撤回了一条消息 <a href='weixin://revoke_edit_click'>重新编辑</a>]]>",
        K.RECALL,
        "你撤回了一条消息",
    ),
    (
        K.SYSTEM,
        '<img src="SystemMessages_HongbaoIcon.png"/>  你领取了李四的红包',
        K.SYSTEM,
        "你领取了李四的红包",
    ),
    (K.PAT, _app(62, "", '"李四" 拍了拍我'), K.PAT, '"李四" 拍了拍我'),
]


@pytest.mark.parametrize(("kind", "content", "found", "text"), PLAIN_NOTICES)
def test_plain_notices(kind, content, found, text):
    message = parse_content(kind, content)
    assert (message.kind, message.text, message.segments) == (found, text, None)


def test_text_is_never_read_as_xml():
    assert parse_content(K.TEXT, "<msg><img/></msg>").text == "<msg><img/></msg>"


def test_broken_content_stays_as_text():
    collector = Collector()
    cut = _app(6, "", "方案.docx")[:-20]
    message = parse_content(K.FILE, cut, collector, line=7)
    assert (message.kind, message.text, message.segments) == (K.FILE, cut, (File(raw=cut),))
    assert [(d.code, d.line) for d in collector.diagnostics] == [("broken-xml", 7)]
    with pytest.raises(FormatError):
        parse_app_message(cut, Collector("strict"))


def test_unknown_xml_is_reported():
    collector = Collector()
    assert parse_app_message("<weather>rain</weather>", collector) is None
    assert collector.diagnostics[0].code == "unknown-xml"


@pytest.mark.parametrize(
    ("content", "prefix", "rest"),
    [
        ("wxid_demo01:\n早", "wxid_demo01", "早"),
        ("123@chatroom:\r\n早", "123@chatroom", "早"),
        ("早", None, "早"),
        ("说: \n早", None, "说: \n早"),
        ("", None, ""),
    ],
)
def test_sender_prefix(content, prefix, rest):
    assert split_sender_prefix(content) == (prefix, rest)


_BOMB = (
    "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;'>]><msg><appmsg><title>&b;</title>"
    "<type>1</type></appmsg></msg>"
)


@pytest.mark.parametrize(
    "xml",
    [
        _BOMB,
        f"<?xml version='1.0'?>{_BOMB}",
        "<!DOCTYPE x SYSTEM 'file:///etc/hostname'><msg><img/></msg>",
        "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/hostname'>]><msg nickname='&e;'/>",
        "<a>" * 10_000 + "</a>" * 10_000,
        html.escape(_BOMB),
    ],
)
def test_dangerous_xml_is_refused(xml):
    collector = Collector()
    assert parse_app_message(xml, collector) is None
    assert collector.diagnostics[0].code == "refused-xml"


_MARKUP = st.sampled_from(
    [
        *"<>/&;='\" \n\0",
        "<msg>",
        "</msg>",
        "<appmsg>",
        "</appmsg>",
        "<type>19</type>",
        "<type>57</type>",
        "<refermsg>",
        "</refermsg>",
        "<recorditem>",
        "</recorditem>",
        "<![CDATA[",
        "]]>",
        "&lt;",
        "&amp;",
        "&#0;",
        "&#x1F;",
        "<!DOCTYPE",
        "<sysmsg type='pat'>",
        "<img/>",
        "\ud800",
        "wxid_demo:\n",
    ]
)


@given(
    st.one_of(st.text(), st.text(st.characters(codec=None)), st.lists(_MARKUP, max_size=20).map("".join)),
    st.sampled_from(list(K)),
)
def test_never_raises_and_raws_join(text, kind):
    message = parse_app_message(text)
    for found in (message, parse_content(kind, text)):
        if found is not None and found.segments is not None:
            assert "".join(segment.raw for segment in found.segments) == found.text


@given(st.text(max_size=40))
def test_content_that_is_no_xml_is_kept(text):
    if "<" not in text and "&" not in text:
        assert parse_content(K.FILE, text).text == text


def _nested_refer(depth):
    xml = "<msg><img/></msg>"
    for _ in range(depth):
        xml = _app(
            57,
            f"<refermsg><type>49</type><content><![CDATA[{xml.replace(']]>', ']]]]><![CDATA[>')}]]></content></refermsg>",
        )
    return xml


def _nested_records(depth):
    record = _RECORD
    for _ in range(depth):
        item = (
            f"<dataitem datatype='17'><datatitle>内</datatitle><recordxml>{html.escape(record)}</recordxml></dataitem>"
        )
        record = f"<recordinfo><title>外</title><datalist>{item}</datalist></recordinfo>"
    return _app(19, f"<recorditem>{html.escape(record)}</recorditem>")


@pytest.mark.parametrize(
    ("before", "after", "piece", "count"),
    [
        ("", "", "<", 1_000_000),
        ("", "", "&", 1_000_000),
        ("", "", "<a/>", 250_000),
        ("<a>", "", "&#0;", 250_000),
        (*_app(1, "", "\0").split("\0"), "长", 1_000_000),
        (*_app(5, "<url>https://e.invalid/?\0</url>").split("\0"), "a&b", 300_000),
        (
            *_app(19, "<recorditem><![CDATA[<recordinfo><datalist>\0</datalist></recordinfo>]]></recorditem>").split(
                "\0"
            ),
            _ITEM,
            8_000,
        ),
        (*_app(57, "<refermsg><type>3</type><content>\0</content></refermsg>").split("\0"), "&lt;", 250_000),
        ("<sysmsg><x><content>", "</content></x></sysmsg>", "&lt;a ", 200_000),
        (
            "<sysmsg type='sysmsgtemplate'><sysmsgtemplate><template>",
            "</template></sysmsgtemplate></sysmsg>",
            "$a$",
            300_000,
        ),
        ("", "lt;", "&amp;", 200_000),
    ],
    ids=range(11),
)
def test_large_input_is_bounded(before, after, piece, count):
    def parse(size):
        xml = before + piece * size + after
        parse_app_message(xml)
        parse_content(K.SYSTEM, xml)

    assert_linear(parse, count)


def test_nesting_is_bounded():
    assert parse_app_message(_nested_refer(40)).kind is K.QUOTE
    # Each level of escaping makes the text longer, so few levels are a lot of text.
    message = parse_app_message(_nested_records(6))
    depth, segments = 0, message.segments
    while segments and isinstance(segments[0], Forward) and segments[0].messages:
        depth, segments = depth + 1, segments[0].messages[0].given_segments
    assert depth == 7


def test_mappings_of_xml_are_read_as_the_xml() -> None:
    value = {
        "sysmsg": {
            "@type": "revokemsg",
            "revokemsg": {"newmsgid": "7000000000000000001", "replacemsg": "你撤回了一条消息"},
        }
    }
    assert parse_mapping(value) == AppMessage(K.RECALL, "你撤回了一条消息", reply_to="7000000000000000001")
    image = parse_mapping({"msg": {"emoji": [{"@md5": "0" * 32, "#text": "x"}]}})
    assert image is not None
    assert image.kind is K.STICKER


def test_an_app_message_without_a_type_has_that_of_its_number() -> None:
    found = parse_mapping({"msg": {"appmsg": {"title": "方案.docx"}}}, (6 << 32) + 49)
    assert found is not None
    assert found.kind is K.FILE


@pytest.mark.parametrize(
    "value", [None, "x", [], {}, {"msg": None}, {"msg": {"unknown": {"@a": 1}}}, {1: 2, "msg": {1: [[]], None: {}}}]
)
def test_mappings_that_are_no_message_are_none(value: object) -> None:
    assert parse_mapping(value) is None


def test_mappings_nested_too_deeply_are_none() -> None:
    value: dict[str, object] = {"title": "x"}
    for _ in range(200):
        value = {"msg": value}
    assert parse_mapping(value) is None


@pytest.mark.parametrize(("content", "side"), [("voip_content_voice", "voice"), ("voip_content_video\n", "video")])
def test_a_call_of_android(content: str, side: str) -> None:
    assert parse_content(K.CALL, content) == AppMessage(K.CALL, "", (Call(kind=side),))
