"""App messages and the other XML that databases keep as content: to kind, text and segments.

Takes raw content (`<msg><appmsg>…`, `<img>`, `<sysmsg>`, a plain text), gives an `AppMessage`. One row
of a table per subtype. Broken or refused XML is reported and kept as text; nothing here raises, save
what a strict collector raises. Knows no database and no reader.

The text of a message is what a person reads in the bubble: a reply, a title, the name of a file. What
has no words there (a picture, a voice) has an empty text. The `raw` of the segments join to the text; a
quote is no part of it.

Format facts: chatlog `internal/model/mediamessage.go`, MemoTrace 3 `wxManager/parser/link_parser.py`,
PyWxDump `dbMSG.py`, WeChatDataAnalysis `chat_helpers.py`, WechatExporter 1.9.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs

from wechatlog.content.forwards import (
    Scope,
    build_forward,
    parse_degrees,
    parse_integer,
    parse_positive,
    parse_record_xml,
)
from wechatlog.content.notices import clean_notice, read_notice
from wechatlog.content.placeholders import parse_call, quote_segments
from wechatlog.content.vocabulary import PLAIN_KINDS, TRANSFER_STATES, kind_of_app_type, kind_of_type, segment_for
from wechatlog.content.xmltree import BrokenXMLError, Node, read_tree, tree_of
from wechatlog.model import NOTICES, MessageKind

if TYPE_CHECKING:
    import datetime as dt

    from wechatlog.diagnostics import Collector
    from wechatlog.segments.types import Forward, Segment

Kind = MessageKind


@attrs.frozen
class AppMessage:
    """What raw content says.

    Attributes:
        kind: what the message is.
        text: what a person reads in the bubble, `""` for what has no words.
        segments: whose `raw` join to `text`; `None` for plain text, whose segments follow from the text.
        reply_to: the server's id of the message that this one answers, or `None`.
        title: of a page, a file, a merged forward, or `None`.
        description: the second line of the card, or `None`.
        source: the app, the mini program or the public account that it came from, or `None`.
        app_type: the `<type>` of an `<appmsg>`, or `None`.
        sender_id: the account id that the XML itself names as the sender, or `None`.
    """

    kind: MessageKind
    text: str = ""
    segments: tuple[Segment, ...] | None = None
    reply_to: str | None = None
    title: str | None = None
    description: str | None = None
    source: str | None = None
    app_type: int | None = None
    sender_id: str | None = None

    @property
    def body(self) -> tuple[MessageKind, str, tuple[Segment, ...] | None]:
        """Kind, text and segments."""
        return self.kind, self.text, self.segments


def _one(kind: MessageKind, text: str = "", **data: Any) -> AppMessage:
    """A message of one segment, or of plain text."""
    return AppMessage(kind, text, None if kind in PLAIN_KINDS else (segment_for(kind, text, **data),))


def _identifier(text: str) -> str | None:
    """A server's id; `0` stands for none."""
    return text if text.strip("0") else None


_PREFIX: Final = re.compile(r"(?P<sender>[A-Za-z0-9_@.\-]{3,80}):\r?\n")


def split_sender_prefix(content: str) -> tuple[str | None, str]:
    r"""The account id that group messages carry in front, and the rest.

    WeChat 3 and 4 keep `wxid_…:` and a line feed before the content of a group message that others sent.
    Ask only for group messages: in a private chat a person may have typed it.

    Example:
        >>> split_sender_prefix("wxid_demo00000001:\n早")
        ('wxid_demo00000001', '早')
    """
    match = _PREFIX.match(content)
    return (match["sender"], content[match.end() :]) if match else (None, content)


def _fields(kind: MessageKind, shown: str, **elements: str) -> Callable[[Node, Scope], AppMessage]:
    """A message whose segment has its fields in elements, of each the first that is there of several.

    Args:
        kind: of the message.
        shown: the fields of which the first that is not empty is its text.
        elements: for each field the paths of its elements, with blanks between them.
    """
    paths, names = [(name, text.split()) for name, text in elements.items()], shown.split()

    def build(app: Node, _scope: Scope) -> AppMessage:
        data = {name: app.get(*places) for name, places in paths}
        for name in names:
            if data[name]:
                return _one(kind, data[name], **data)
        return _one(kind, **data)

    return build


def _file(app: Node, _scope: Scope) -> AppMessage:
    name, size = app.get("title"), parse_positive(app.get("appattach/totallen"))
    return _one(Kind.FILE, name, name=name, size=size, md5=app.get("md5", "filemd5"))


def _records(app: Node, scope: Scope) -> Forward | None:
    """The record in an app message: the XML in its text, or its elements."""
    item = app.find("recorditem")
    if item is None or scope.too_deep:
        return None
    if item.text:
        return parse_record_xml(item.text, scope.inner())
    return build_forward(item.to_value(), scope.inner())


def _bundle(kind: MessageKind) -> Callable[[Node, Scope], AppMessage]:
    def build(app: Node, scope: Scope) -> AppMessage:
        forward = _records(app, scope)
        other = app.get("des") if kind is Kind.NOTE else forward and forward.title
        title = app.get("title") or other or ""
        return _one(kind, title, title=title, messages=forward.messages if forward else ())

    return build


def _channel(app: Node, _scope: Scope) -> AppMessage:
    title = app.get("finderFeed/desc", "finderLive/desc", "finderFeed/nickname", "finderLive/nickname")
    title = title or app.get("findernamecard/nickname", "finderShareNameCard/nickname")
    url = app.get("finderFeed/mediaList/media/url") or app.get("url")
    # Old clients put an excuse in the title: `当前版本不支持展示该内容，…`.
    if not title and "不支持展示该内容" not in app.get("title"):
        title = app.get("title")
    return _one(Kind.CHANNEL, title, title=title, url=url)


def _transfer(app: Node, _scope: Scope) -> AppMessage:
    amount, note = app.get("wcpayinfo/feedesc"), app.get("wcpayinfo/pay_memo")
    state = TRANSFER_STATES.get(parse_integer(app.get("wcpayinfo/paysubtype")) or 0)
    text = " ".join(part for part in (amount, note) if part) or app.get("des", "title")
    return _one(Kind.TRANSFER, text, amount=amount, note=note, state=state)


_PAT_NAME: Final = re.compile(r"\$\{([^{}]{1,100})\}")


def _pat_text(node: Node) -> str:
    """`"${wxid}" 拍了拍我`: the ids stay where the names would be, for the reader to look up."""
    return _PAT_NAME.sub(r"\1", node.get("template", "templete", "content"))


def _pat(app: Node, _scope: Scope) -> AppMessage:
    record = app.find("patMsg/records/record") or app.find("patmsg/records/record")
    text = (_pat_text(record) if record else "") or app.get("title")
    sender = record.get("fromUser", "fromuser") if record else ""
    return attrs.evolve(_one(Kind.PAT, text), sender_id=sender or None)


KIND_WORDS: Final[Mapping[MessageKind, str]] = {
    Kind.IMAGE: "[图片]",
    Kind.VOICE: "[语音]",
    Kind.VIDEO: "[视频]",
    Kind.STICKER: "[动画表情]",
    Kind.FILE: "[文件]",
    Kind.LOCATION: "[位置]",
    Kind.CARD: "[名片]",
    Kind.CALL: "[通话]",
    Kind.CHANNEL: "[视频号]",
    Kind.FORWARD: "[聊天记录]",
    Kind.OTHER: "[消息]",
}
"""What tools write in place of what is no text."""
_MARKED_TYPES: Final = re.compile(r"\s*(?:<|&lt;|&amp;lt;)")


def _quote(app: Node, scope: Scope) -> AppMessage:
    reply, refer = app.get("title"), app.find("refermsg")
    if refer is None:
        return _one(Kind.TEXT, reply)
    _, quoted = split_sender_prefix(refer.get("content"))
    number = parse_integer(refer.get("type")) or 1
    if number != 1 and _MARKED_TYPES.match(quoted):  # XML becomes the words of its bubble, or the name of its kind
        inner = None if scope.too_deep else _parse(quoted, scope.inner()._replace(collector=None))
        kind = inner.kind if inner is not None else kind_of_type(number)
        quoted = (inner.text if inner is not None else "") or KIND_WORDS.get(kind, "[消息]")
    elif number != 1:
        quoted = html.unescape(quoted)
    segments = quote_segments(reply, refer.get("displayname"), quoted)
    return AppMessage(Kind.QUOTE, reply, segments, reply_to=_identifier(refer.get("svrid")))


_APP_BUILDERS: Final[Mapping[MessageKind, Callable[[Node, Scope], AppMessage]]] = {
    Kind.TEXT: lambda app, _: _one(Kind.TEXT, app.get("title", "des")),
    Kind.IMAGE: lambda _app, _: _one(Kind.IMAGE),
    Kind.MUSIC: _fields(Kind.MUSIC, "title url", title="title des", url="url dataurl lowurl"),
    Kind.LINK: _fields(Kind.LINK, "title url", title="title des", url="url dataurl lowurl"),
    Kind.FILE: _file,
    Kind.STICKER: _fields(Kind.STICKER, "", md5="appattach/emoticonmd5 emoticonmd5 md5"),
    Kind.LOCATION: _fields(Kind.LOCATION, "poi", poi="title"),
    Kind.FORWARD: _bundle(Kind.FORWARD),
    Kind.NOTE: _bundle(Kind.NOTE),
    Kind.MINI_PROGRAM: _fields(
        Kind.MINI_PROGRAM, "title name", title="title", url="url", name="sourcedisplayname weappinfo/nickname"
    ),
    Kind.CHANNEL: _channel,
    Kind.QUOTE: _quote,
    Kind.PAT: _pat,
    Kind.ANNOUNCEMENT: lambda app, _: _one(Kind.ANNOUNCEMENT, app.get("textannouncement", "title", "des")),
    Kind.TRANSFER: _transfer,
    Kind.RED_PACKET: _fields(Kind.RED_PACKET, "title", title="wcpayinfo/sendertitle wcpayinfo/receivertitle title"),
}


def _app_message(app: Node, message: Node, scope: Scope) -> AppMessage:
    app_type = parse_integer(app.get("type")) or 0
    kind = kind_of_app_type(app_type)
    kind = Kind.LINK if kind is Kind.OTHER and app.get("url") else kind  # a page, whatever number it has
    builder = _APP_BUILDERS.get(kind)
    built = builder(app, scope) if builder else _one(Kind.OTHER, app.get("title", "des"))
    return attrs.evolve(
        built,
        title=app.get("title") or None,
        description=app.get("des") or None,
        source=app.get("sourcedisplayname") or message.get("appinfo/appname") or app.get("appname") or None,
        app_type=app_type,
        sender_id=built.sender_id or message.get("fromusername") or None,
    )


def _voice(node: Node, message: Node, _scope: Scope) -> AppMessage:
    milliseconds, transcript = parse_positive(node.attribute("voicelength")), message.find("voicetrans")
    said = transcript.attribute("transtext") if transcript is not None else None
    return _one(Kind.VOICE, seconds=milliseconds and milliseconds / 1000, transcript=said)


def _emoji(node: Node, _message: Node, _scope: Scope) -> AppMessage:
    url = html.unescape(node.attribute("cdnurl", "thumburl", "encrypturl"))
    return _one(Kind.STICKER, md5=node.attribute("md5", "androidmd5"), url=url)


def _location(node: Node, _message: Node, _scope: Scope) -> AppMessage:
    label, poi = node.attribute("label"), node.attribute("poiname")
    latitude, longitude = parse_degrees(node.attribute("x")), parse_degrees(node.attribute("y"))
    text = " ".join(filter(None, (poi, label)))
    return _one(Kind.LOCATION, text, label=label, poi=poi, latitude=latitude, longitude=longitude)


def _card(message: Node) -> AppMessage:
    name = message.attribute("nickname", "fullpy")
    return _one(Kind.CARD, name, name=name, id=message.attribute("username", "alias"))


# The code of MemoTrace, WeFlow and WeChatDataAnalysis agrees on this, whatever a comment in WeFlow says.
_CALL_KINDS: Final[Mapping[str, str]] = {"0": "video", "1": "voice"}


def _call(node: Node, _message: Node, _scope: Scope) -> AppMessage:
    bubble = node.find("VoIPBubbleMsg") or node
    kind = _CALL_KINDS.get(bubble.get("room_type", "invite_type"))
    text = bubble.get("msg", "display_content")
    return AppMessage(Kind.CALL, text, (parse_call(text, kind, parse_positive(bubble.get("duration"))),))


_TEMPLATE_NAME: Final = re.compile(r"\$([A-Za-z_]{1,40})\$")


def _link_text(link: Node) -> str:
    """Whom a link of a template names; the link that undoes an invitation is a button and no words."""
    if link.attribute("type") == "link_revoke":
        return ""
    members = link.find("memberlist")
    names = [member.get("nickname", "username") for member in members.children] if members else []
    return (link.get("separator") or "、").join(name for name in names if name) or link.get("title", "plain")


def _fill_template(template: Node) -> str:
    """The sentence of a `content_template`; a name that nothing explains stays as it is."""
    links = template.find("link_list")
    words = {link.attribute("name"): _link_text(link) for link in links.children} if links else {}
    text = template.get("template") or template.get("plain")
    return _TEMPLATE_NAME.sub(lambda match: words.get(match[1], match[0]), text)


def _notice(text: str, kind: MessageKind = Kind.SYSTEM) -> AppMessage:
    text = clean_notice(text)
    return _one(read_notice(text) or kind, text)


def _revoke(node: Node) -> AppMessage:
    return attrs.evolve(
        _one(Kind.RECALL, clean_notice(node.get("replacemsg", "content") or node.text)),
        reply_to=_identifier(node.get("newmsgid")),
    )


_NOTICE_BUILDERS: Final[Mapping[str, Callable[[Node], AppMessage]]] = {
    "revokemsg": _revoke,
    "pat": lambda node: attrs.evolve(_one(Kind.PAT, _pat_text(node)), sender_id=node.get("fromusername") or None),
    "sysmsgtemplate": lambda node: _notice(_fill_template(node.find("content_template") or node)),
    "delchatroommember": lambda node: _notice(node.get("plain", "text")),
}


def _system(node: Node, _message: Node, _scope: Scope) -> AppMessage:
    """`<sysmsg type="…">`: the row of the table, or the first words that an unknown type has, or else all of them."""
    for child in node.children:
        if builder := _NOTICE_BUILDERS.get(child.tag):
            return builder(child)
    for child in (node, *node.children):
        if text := child.get("plain", "content", "text", "title", "template"):
            return _notice(text)
    return _notice(" ".join(_words(node)))


def _words(node: Node) -> Iterator[str]:
    nodes = [node]
    while nodes:
        each = nodes.pop()
        if each.text:
            yield each.text
        nodes.extend(reversed(each.children))


_ELEMENTS: Final[Mapping[str, Callable[[Node, Node, Scope], AppMessage]]] = {
    "appmsg": _app_message,
    "img": lambda _node, _message, _: _one(Kind.IMAGE),
    "videomsg": lambda node, _message, _: _one(Kind.VIDEO, seconds=parse_positive(node.attribute("playlength"))),
    "voicemsg": _voice,
    "emoji": _emoji,
    "location": _location,
    "sysmsg": _system,
    "revokemsg": lambda node, _message, _: _revoke(node),
    **dict.fromkeys(("voipmsg", "VoIPBubbleMsg", "voipinvitemsg", "voip_msg"), _call),
}


def _build(root: Node, scope: Scope) -> AppMessage | None:
    """The first element that a table knows, in the roots or right inside `<msg>`."""
    for message in root.children:
        if builder := _ELEMENTS.get(message.tag):
            return _credited(builder(message, root, scope), message)
        for child in message.children:
            if builder := _ELEMENTS.get(child.tag):
                return _credited(builder(child, message, scope), child)
        if message.tag == "msg" and message.attribute("fromnickname", "encryptusername"):
            return _one(Kind.SYSTEM, message.attribute("content"))  # a friend request: the words with it
        if message.tag == "msg" and message.attribute("nickname", "username"):
            return _card(message)
    return None


def _credited(built: AppMessage, node: Node) -> AppMessage:
    """With who an element says that it is from, where it says so."""
    sender = node.attribute("fromusername") if built.sender_id is None else ""
    return attrs.evolve(built, sender_id=sender) if sender else built


def _parse(xml: str, scope: Scope, *, alone: bool = False) -> AppMessage | None:
    try:
        root = read_tree(split_sender_prefix(xml.lstrip("\ufeff\0 \t\r\n"))[1])
        if alone and "\n" in root.text:
            raise BrokenXMLError("broken-xml", "lines of text stand behind the XML of this message")
    except BrokenXMLError as error:
        scope.report(error.code, str(error))
        return None
    built = _build(root, scope)
    if built is None:
        scope.report("unknown-xml", "the XML of this message is of no known kind")
    return built


def parse_app_message(
    xml: str, collector: Collector | None = None, *, zone: dt.tzinfo | None = None, line: int | None = None
) -> AppMessage | None:
    """What the XML of a message says.

    Args:
        xml: `<msg><appmsg>…</msg>`, `<msg><img …/></msg>`, `<sysmsg type="…">…`, a name card, a call; an XML
            declaration, `wxid_…:` in front, NULs, and one escaping too many do not matter.
        collector: takes `broken-xml`, `refused-xml` (a document type, too deep), `unknown-xml`.
        zone: the zone of the conversation, for times inside a merged forward; `None` leaves them naive.
        line: 1-based line of the message, for the collector.

    Returns:
        `None` where it is no XML that can be read.

    Example:
        >>> parse_app_message("<msg><appmsg><title>方案.docx</title><type>6</type></appmsg></msg>").kind
        <MessageKind.FILE: 'file'>
    """
    return _parse(xml, Scope(zone, collector, line))


_OPENING: Final = re.compile(r"\s*<(?:\?xml|msg|sysmsg|appmsg|revokemsg|voipmsg|voipinvitemsg)\b")


def parse_markup(
    text: str, collector: Collector | None = None, *, zone: dt.tzinfo | None = None, line: int | None = None
) -> AppMessage | None:
    """What the XML says that a tool left where words should stand; see `parse_app_message`.

    Returns:
        `None` where the text does not begin as XML of the client does, cannot be read, or lines of text follow.
    """
    return _parse(text, Scope(zone, collector, line), alone=True) if _OPENING.match(text) else None


def parse_mapping(
    value: Any, number: int | None = None, *, zone: dt.tzinfo | None = None, line: int | None = None
) -> AppMessage | None:
    """What the XML of a message says of which xmltodict made mappings; see `parse_app_message`.

    Args:
        value: the mappings.
        number: the type of version 4, for an app message that does not say its own.
        zone: see `parse_app_message`.
        line: see `parse_app_message`.

    Example:
        >>> parse_mapping({"msg": {"appmsg": {"title": "方案.docx", "type": "6"}}}).kind
        <MessageKind.FILE: 'file'>
    """
    try:
        root = tree_of(value if isinstance(value, Mapping) else {})
    except BrokenXMLError:
        return None
    app = root.find("msg/appmsg")
    if app is not None and number is not None and not app.get("type"):
        said = Node("type", {})
        said.parts.append(str(number >> 32))
        app.children.append(said)
    return _build(root, Scope(zone, None, line))


def parse_record(
    data: str, collector: Collector | None = None, *, zone: dt.tzinfo | None = None, line: int | None = None
) -> Forward | None:
    """A merged forward from its `<recordinfo>` alone, escaped or not (`recordItem` of WeChatDataAnalysis)."""
    return parse_record_xml(data, Scope(zone, collector, line))


_XML_HEAD: Final = r"\s*(?:[A-Za-z0-9_@.\-]{3,80}:\r?\n\s*)?"
_MARKUP: Final = re.compile(rf"{_XML_HEAD}(?:<|&lt;)")
# Plain notices hold markup of their own (`<img src="…HongbaoIcon.png"/>`, CDATA), which is no XML message.
_NOTICE_MARKUP: Final = re.compile(rf"{_XML_HEAD}(?:<|&lt;)(?:\?xml|sysmsg|revokemsg|msg)\b")


_BARE_CALLS: Final = {"voip_content_voice": "voice", "voip_content_video": "video"}
"""The whole content of a call in the database of Android."""


def parse_content(
    kind: MessageKind,
    content: str,
    collector: Collector | None = None,
    *,
    is_app: bool = False,
    zone: dt.tzinfo | None = None,
    line: int | None = None,
) -> AppMessage:
    """What the raw content of a database row says, whatever it is.

    Args:
        kind: from the type numbers of the row (`vocabulary.kind_of_type`, `kind_of_local_type`). XML
            that can be read overrules it, but for text, which is not read as XML unless `is_app`.
        content: text or XML, without the sender's prefix of a group (`split_sender_prefix`).
        collector: see `parse_app_message`.
        is_app: it is an app message, of whose texts (接龙, a pasted one) the XML has the words.
        zone: see `parse_app_message`.
        line: see `parse_app_message`.

    Returns:
        Always a message: what cannot be read keeps its kind and its whole content as text.

    Example:
        >>> parse_content(MessageKind.SYSTEM, '"李四" 撤回了一条消息').kind
        <MessageKind.RECALL: 'recall'>
    """
    if kind is Kind.TEXT and not is_app:
        return AppMessage(kind, content)
    is_notice = kind in NOTICES
    if (_NOTICE_MARKUP if is_notice else _MARKUP).match(content):
        built = parse_app_message(content, collector, zone=zone, line=line)
        if built is not None:
            return built
    if is_notice:
        return _notice(content, kind)
    if kind is Kind.CALL and (side := _BARE_CALLS.get(content.strip())):
        return AppMessage(kind, "", (segment_for(kind, kind=side),))
    return _one(kind, content)
