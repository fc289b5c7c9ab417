"""The pages of wechat-dump, from Android databases: an element for each message, with its files in it.

Takes pages, gives entries. The class of an element says whose it is: `me`, or the account; what is no text has an
English word for a text, and no type. Texts of the types that the tool knows are not escaped, those of the others are
XML that is. Emoji codes are pictures, which are read by the names of their files. The tool leaves notices out, save
those of types it does not know; where no account stands in front of one in a group, all of it up to the first colon
stands in place of the account, and the text lacks its first line.

Source of the format: wechat-dump (`wechat/render.py` and its templates, 2017-2026).
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final

from wechatlog import emoji
from wechatlog.content.accounts import is_room
from wechatlog.content.appmsg import parse_markup
from wechatlog.content.dialects.wechat_dump import WECHAT_DUMP
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import parse_body, quote_segments
from wechatlog.engine import ME, NOTICES, Entry, Evidence, Format, Head, Reading, one_segment
from wechatlog.engine.markup import iter_pieces, tell_crowded, tell_times
from wechatlog.model import MessageKind
from wechatlog.readers.wechat_dump import app_kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wechatlog.engine.entry import Body

_TITLE: Final = re.compile(r'<title>Chat with (?P<title>(?s:.{0,400}?))</title>\s{0,40}<style type="text/css">')
_LONGEST: Final = 4000
_MARK: Final = re.compile(
    rf'<div class="chatItem (?:me|you (?P<account>(?s:.{{0,{_LONGEST - 200}}}?)))">'
    r'\s{1,8}<div class="chatItemContent">'
)
_CR: Final = re.compile(r"\r\n?")
_PANEL: Final = re.compile(
    r'<div class="cloudPannel" title="(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}(?:\.[0-9]{1,6})?)"'
    r"(?: ?>\s{1,12}<pre align=['\"]left['\"]>(?P<name>(?s:.{0,4000}?))</pre>| {0,2}>)"
    r'\s{1,12}(?=<div class="(?:cloudBody|sendStatus))'
)
_TEXT: Final = re.compile(
    r'<pre style="white-space:pre-wrap">(?P<text>(?s:.*))</pre>\s{0,16}(?:</div>|<span class="img_wrap">)'
)
_REPLY: Final = re.compile(
    r'<span class="replyName">(?P<sender>(?s:.{0,400}?)):</span>\s{0,16}'
    r'(?:<span class="replyText">(?P<quoted>[^\n]*)</span>|<img class="replyThumb)'
)
_LINK: Final = re.compile(r'<a target="_blank" href="(?P<url>[^"\n]*)">(?P<title>(?s:.*))</a>')
_MUSIC: Final = re.compile(r'\s*QQ Music:<a href="(?P<url>[^"\n]*)" target="_blank">(?P<title>(?s:.*))</a> ?')
_SECONDS: Final = re.compile(r'<span class="second">([0-9]{1,5}(?:\.[0-9]{1,6})?)"</span>')
_FILE: Final = re.compile(r'<(?P<tag>img|source)\b[^<>]{0,100}? src="(?P<path>data:[a-z0-9]{1,9}/(?!None)[^"]*)"')
_SHAPES: Final[Mapping[str, MessageKind]] = {
    '<img class="emojiImg': MessageKind.STICKER,
    '<img class="zoomIn': MessageKind.IMAGE,
    '<span class="icoVoice': MessageKind.VOICE,
    "<video controls": MessageKind.VIDEO,
}
_WORDS: Final[Mapping[str, MessageKind]] = {
    "Image": MessageKind.IMAGE,
    "WeChat VIDEO": MessageKind.VIDEO,
    "LOCATION SHARING": MessageKind.LOCATION,
    "REQUEST VIDEO CHAT": MessageKind.CALL,
}
"""What the tool writes for a file that it did not find, and for what it does not show."""
_BEGINNINGS: Final[Mapping[str, MessageKind]] = {
    "VIDEO FILE ": MessageKind.VIDEO,
    "LOCATION:": MessageKind.LOCATION,
    "[RED ENVELOPE]": MessageKind.RED_PACKET,
    "[Money Transfer]": MessageKind.TRANSFER,
}
_SMILEY: Final = re.compile(
    r'<span class="smiley smiley_(?:smileys|newemoji)_(?:(e[0-9a-f]{3})|(\w{1,20}?))_png"></span>'
)
_FACES: Final = (
    "微笑 撇嘴 色 发呆 得意 流泪 害羞 闭嘴 睡 大哭 尴尬 发怒 调皮 呲牙 惊讶 难过 酷 冷汗 抓狂 吐 偷笑 愉快 白眼"
    " 傲慢 饥饿 困 惊恐 流汗 憨笑 悠闲 奋斗 咒骂 疑问 嘘 晕 疯了 衰 骷髅 敲打 再见 擦汗 抠鼻 鼓掌 糗大了 坏笑"
    " 左哼哼 右哼哼 哈欠 鄙视 委屈 快哭了 阴险 亲亲 吓 可怜 菜刀 西瓜 啤酒 篮球 乒乓 咖啡 饭 猪头 玫瑰 凋谢 嘴唇"
    " 爱心 心碎 蛋糕 闪电 炸弹 刀 足球 瓢虫 便便 月亮 太阳 礼物 拥抱 强 弱 握手 胜利 抱拳 勾引 拳头 差劲 爱你 NO OK"
    " 爱情 飞吻 跳跳 发抖 怄火 转圈 磕头 回头 跳绳 投降 激动 乱舞 献吻 左太极 右太极"
).split()
"""The codes of the pictures `smileys/0.png` and following."""
_OTHER_FACES: Final = dict(
    pair.split("=")
    for pair in (
        "2_02=奸笑 2_04=嘿哈 2_05=捂脸 2_06=机智 2_07=茶 2_09=红包 2_10=蜡烛 2_11=耶 2_12=皱眉 2_14=鸡 2_15=福 2_16=發"
        " 2_17=小狗 smiley_17b=囧 smiley_39b=再见 smiley_83b=抱拳 Addoil=加油 Shocked_=天啊 Cold=Emm Social=社会社会"
        " Yellowdog=旺柴 Slap=打脸 Wow_=哇 Watermelon=吃瓜 Sweat=汗"
    ).split()
)


def _face(match: re.Match[str]) -> str:
    """The code of a picture: by its number, by that of a private-use character, or by its English name."""
    character, name = match.groups()
    if character:
        found = emoji.lookup(chr(int(character, 16)))
        return ((found and found.unicode) or chr(int(character, 16))).rstrip("\ufe0f")
    if name.isdecimal() and int(name) < len(_FACES):
        return f"[{_FACES[int(name)]}]"
    found = emoji.lookup(f"[{name.replace('_', ' ')}]")
    return f"[{_OTHER_FACES[name]}]" if name in _OTHER_FACES else found.name if found else f"[{name}]"


def _body(reading: Reading, text: str, line: int) -> Body:
    """What stands in a bubble of words, of whose type the page says nothing."""
    if match := _MUSIC.fullmatch(text) or _LINK.fullmatch(text):
        page = MessageKind.MUSIC if match.re is _MUSIC else MessageKind.LINK
        return page, match["title"], one_segment(page, match["title"], **match.groupdict())
    markup = html.unescape(text) if text.startswith(("&lt;", "&#")) else text.removeprefix("NAMECARD: ")
    if markup.lstrip()[:1] == "<" and (built := parse_markup(markup, reading.collector, zone=reading.tz, line=line)):
        return built.body
    kind = _WORDS.get(text) or next((kind for words, kind in _BEGINNINGS.items() if text.startswith(words)), None)
    kind = app_kind(text) if kind is None and text.startswith("FILE:") else kind
    if kind is None:
        told = read_notice(plain := html.unescape(text))
        return (told, plain, None) if told else (MessageKind.TEXT, text, None)
    bare = kind is MessageKind.CALL or text.endswith("\nNone")
    return kind, text, one_segment(kind, text) if bare else parse_body(kind, text, WECHAT_DUMP, zone=reading.tz)


def _bubble(reading: Reading, text: str, first_line: str, line: int) -> Body:
    words = _TEXT.search(text)
    if words is not None:
        said = _SMILEY.sub(_face, words["text"])
        if reply := _REPLY.search(text, words.end()):  # the tool doubles braces here
            undone = (_SMILEY.sub(_face, part or "").replace("{{", "{").replace("}}", "}") for part in reply.groups())
            said, (sender, quoted) = said.replace("{{", "{").replace("}}", "}"), undone
            return MessageKind.QUOTE, said, quote_segments(said, None if sender == "unknown" else sender, quoted)
        return _body(reading, first_line + said, line)
    kind = next((kind for mark, kind in _SHAPES.items() if mark in text), MessageKind.OTHER)
    file, seconds = _FILE.search(text), _SECONDS.search(text)
    known = {"seconds": float(seconds[1])} if seconds else {}
    return kind, "", one_segment(kind, "", path=file["path"] if file else None, **known)


def _entries(reading: Reading) -> Iterator[Entry]:
    chat, pieces, last = reading.chat, iter_pieces(reading.blocks(), _MARK, _LONGEST), ""
    front = next(pieces)
    title = _TITLE.search(front.text)
    tell_times(reading, front.text, front.line)
    chat.title = title["title"] if title else None
    for piece, line, offset in pieces:
        text = _CR.sub("\n", piece) if "\r" in piece else piece
        last, mark = text, _MARK.match(text)
        panel = _PANEL.search(text, mark.end()) if mark else None
        if mark is None or panel is None:
            reading.report("broken-row", "an element without a time: left out", line=line)
            continue
        tell_crowded(reading, text, line)
        account, name = mark["account"], panel["name"]
        first, cut, _ = (account or "").partition("\n")
        unnamed = bool(cut) or first.startswith("<")
        if name is not None:
            chat.is_group = True
        elif account and chat.is_group is None:
            chat.id, chat.is_group = account, is_room(account)
        time, precision = reading.clock(panel["time"], line=line)
        body = _bubble(reading, text[panel.end() :], html.escape(first) + "\n" if cut else "", line)
        if unnamed or body[0] in NOTICES:
            yield Entry(line, time, precision, None, None, None, *body, offset=offset)
        else:
            sender = ME if account is None else chat.title if name is None else name or account
            yield Entry(line, time, precision, sender, account, account is None, *body, offset=offset)
    if last:
        reading.check_page_end(last)


def _detect(head: Head) -> Evidence | None:
    return Evidence(0.95, "the title of a page of wechat-dump") if _TITLE.search(head.text) else None


PAGE: Final = Format(
    "wechat-dump-html", "wechat-dump for Android, HTML (2017-2026)", ".html .htm", _detect, _entries, "wechat-dump"
)
