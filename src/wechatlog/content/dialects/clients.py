"""What WeChat itself writes in place of what is no text: in text that is copied, and in mails."""

from __future__ import annotations

from typing import Final

from wechatlog.content.dialects.shared import STICKER_WORD, Dialect, Kind, Label

_ATTACHED: Final = r" ?[0-9]{1,6} ?[(（](?:可在附件中查看|请在附件中查看|see attachment)[)）]"
_URL_INSIDE: Final = r"(?P<url>https?://[^\s\]]+)"

PASTE: Final = Dialect("paste", labels=STICKER_WORD)
"""Text copied from a WeChat client: `[图片]`, `[文件: name]`, `[表情]`."""

MAIL: Final = Dialect(
    "mail",
    labels=STICKER_WORD,
    shapes=dict.fromkeys(
        (Kind.STICKER, Kind.VIDEO, Kind.VOICE), (r"[:：] ?(?P<path>[^\n()（）\[\]]+)(?:[(（][^\n()（）]*[)）])?<C>",)
    ),
    sentences=(
        (rf"(?:图片|圖片|Image|Photo){_ATTACHED}", Label(Kind.IMAGE)),
        (rf"(?:语音|語音|Voice|Audio){_ATTACHED}", Label(Kind.VOICE)),
        (rf"(?:视频|影片|Video){_ATTACHED}", Label(Kind.VIDEO)),
        (rf"(?:文件|檔案|File){_ATTACHED}", Label(Kind.FILE)),
        (rf"\[(?P<title>(?:[^\]\n:]|:(?! ?https?://))*+): ?{_URL_INSIDE}\]", Label(Kind.LINK)),
        # wx-cli by pandorafuture, which writes as WeChat mails
        (r"\[image [0-9a-f]{0,40}\]", Label(Kind.IMAGE)),
        (r"\[video [0-9a-f]{0,40}\]", Label(Kind.VIDEO)),
        (r"\[emoji <(?s:.*)\]", Label(Kind.STICKER)),
        (r"\[location <(?s:.*)\]", Label(Kind.LOCATION)),
        (r"\[revoke\] (?s:.*)", Label(Kind.RECALL)),
        (r"\[system\] (?s:.*)", Label(Kind.SYSTEM)),
        (r"\[type=[0-9]{1,10}\]", Label(Kind.OTHER)),
    ),
    quote_mark=("[引用 @",),
    quotes=(r"(?P<quote>\[引用 @(?P<sender>[^:\n]{1,100}): (?P<text>[^\n]*?)\] )(?P<reply>(?s:.*))",),
)
"""Chat history mailed or shared from a phone: `图片1（可在附件中查看）`, `[title : url]`."""
