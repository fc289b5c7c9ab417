"""What the page and the report say in their own words, in Chinese and in English, and how the page says days.

Takes numbers and dates, gives texts. The machine's locale is never consulted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from wechatlog.content.descriptions import WORDS

_CHINESE: Final = {
    "language": "zh-CN", "untitled": "聊天记录", "index": "目录", "message": "条消息",
    "messages": "条消息", "person": "人", "persons": "人", "day": "天", "days": "天", "page": "页", "pages": "页",
    # tools
    "skip": "跳到消息", "log": "消息", "tools": "工具", "search": "搜索消息", "previous": "上一条结果",
    "next": "下一条结果", "none_found": "没有结果", "date": "跳到日期", "people": "成员", "only": "只看",
    "filter": "筛选成员和类型", "kinds": "类型", "find_person": "查找成员", "everything": "显示全部",
    "and_more": "人未列出", "load_images": "加载远程图片", "theme": "深色或浅色", "copied": "链接已复制",
    "facts": "统计见页尾", "huge": "本页很大：搜索和打印要等一会儿。生成时用 split= 可以分成多页。",
    "no_scripts": "没有脚本时不能搜索和筛选，很长的聊天只显示前面的部分。",
    "privacy": "本页不联网：远程图片要点击后才加载。", "made_with": "由 wechatlog 生成",
    # panel and viewer
    "panel": "图片、链接、文件和统计", "pictures": "图片", "links": "链接", "files": "文件", "figures": "统计",
    "close": "关闭", "nothing": "这里什么也没有", "show_more": "显示更多", "all": "显示全部", "go": "在聊天中查看",
    "open": "打开", "enlarge": "放大", "viewer": "图片", "earlier": "上一张", "later": "下一张", "per_day": "平均每天",
    "active_days": "活跃天数", "busiest": "最活跃的一天", "week": "一周的时刻", "months": "月份",
    # index
    "find_chat": "查找聊天或文件夹", "order": "排序", "by_title": "名称", "by_messages": "消息数", "by_date": "日期",
    "by_size": "大小",
    # bodies
    "remote": "点击加载远程图片", "missing": "文件不在这里", "empty": "空消息", "more": "展开全文", "characters": "字",
    "too_deep": "更深的内容没有显示", "system": "系统",
}  # fmt: skip
_ENGLISH: Final = {
    "language": "en", "untitled": "Chat", "index": "Contents", "message": "message",
    "messages": "messages", "person": "person", "persons": "people", "day": "day", "days": "days", "page": "page",
    "pages": "pages",
    # tools
    "skip": "Skip to the messages", "log": "Messages", "tools": "Tools", "search": "Search messages",
    "previous": "Previous result", "next": "Next result", "none_found": "No results", "date": "Go to a day",
    "people": "People", "only": "Show only", "filter": "Filter by people and kinds", "kinds": "Kinds",
    "find_person": "Find people", "everything": "Show everything", "and_more": "more people not listed",
    "load_images": "Load remote pictures", "theme": "Dark or light", "copied": "Link copied",
    "facts": "Figures are at the end",
    "huge": "This page is large: searching and printing take a while. With split= it is written as several pages.",
    "no_scripts": "Without scripts there is no search and no filter, and of a long chat only the beginning is "
    "shown.",
    "privacy": "This page does not use the network: remote pictures are loaded only when you click them.",
    "made_with": "Made with wechatlog",
    # panel and viewer
    "panel": "Pictures, links, files and figures", "pictures": "Pictures", "links": "Links", "files": "Files",
    "figures": "Figures", "close": "Close", "nothing": "There is nothing here", "show_more": "Show more",
    "all": "Show all", "go": "Show in the chat", "open": "Open", "enlarge": "Enlarge", "viewer": "Picture",
    "earlier": "Previous picture", "later": "Next picture", "active_days": "Active days",
    "per_day": "Per day", "busiest": "Busiest day",
    "week": "Hours of the week", "months": "Months",
    # index
    "find_chat": "Find a chat or a folder", "order": "Order", "by_title": "Name", "by_messages": "Messages",
    "by_date": "Date", "by_size": "Size",
    # bodies
    "remote": "Click to load the remote picture", "missing": "the file is not here", "empty": "Empty message",
    "more": "Show all", "characters": "characters", "too_deep": "What is deeper is not shown", "system": "System",
}  # fmt: skip

_CHINESE_REPORT: Final = {
    "chats": "{} 个聊天",
    "language": "zh-CN", "messages": "条消息", "people": "人", "characters": "字", "active_days": "天有消息",
    "streak": "最多连续天数", "sessions": "段对话", "calls": "次通话", "call_time": "通话时长",
    "answer": "回复中位时间", "calendar": "每一天", "week": "一周里的时间", "months": "每个月", "years": "每年",
    "senders": "谁说得最多", "awards": "之最", "emoji": "表情", "words": "常用的词", "phrases": "常连在一起的词",
    "together": "常在一起聊天", "replies": "谁回复谁", "mentions": "谁提到谁", "domains": "链接", "repeats": "复读",
    "busiest": "消息最多的一天",
    "silence": "最长的沉默", "latest": "最晚的一条", "owl": "夜猫子（0 到 5 点）", "opener": "常说当天第一句",
    "closer": "常说当天最后一句", "starter": "开话头最多", "laugher": "笑得最多", "repeater": "复读最多",
    "quickest": "回复最快", "mentioned": "被提到最多", "times": "次", "days": "天", "less": "少", "more": "多",
    "caution": "注意", "units": "天 小时 分 秒", "made_with": "由 wechatlog 生成，不联网",
    "rough": "有些消息的时间没有精确到秒，回复时间只是大概", "incomplete": "太少见的表情、词或链接没有全部统计",
}  # fmt: skip
_ENGLISH_REPORT: Final = {
    "chats": "{} chats",
    "language": "en", "messages": "messages", "people": "people", "characters": "characters",
    "active_days": "days with a message", "streak": "most days in a row", "sessions": "sessions", "calls": "calls",
    "call_time": "time in calls", "answer": "median time to answer", "calendar": "Every day",
    "week": "Hours of the week", "months": "Months", "years": "Years", "senders": "Who writes most",
    "awards": "Records", "emoji": "Emoji", "words": "Words", "phrases": "Words together", "together": "There together",
    "replies": "Who answers whom", "mentions": "Who mentions whom", "domains": "Links",
    "repeats": "Repeated after others", "busiest": "Busiest day", "silence": "Longest silence",
    "latest": "Latest at night", "owl": "Night owl (midnight to five)", "opener": "First of the day",
    "closer": "Last of the day", "starter": "Begins most sessions", "laugher": "Laughs most",
    "repeater": "Repeats most", "quickest": "Answers fastest", "mentioned": "Most mentioned", "times": "times",
    "days": "days", "less": "less", "more": "more", "caution": "Caution", "units": "d h min s",
    "made_with": "Made with wechatlog; this page does not use the network",
    "rough": "some times are not to the second: times to answer are rough",
    "incomplete": "the rarest emoji, words or links were not all counted",
}  # fmt: skip
_STATES: Final = ("sent", "received", "returned", "expired")
INTERFACES: Final[Mapping[str, Mapping[str, str]]] = {
    language: {**said, **{f"state_{state}": said[state] for state in _STATES}, **own}
    for language, said, own in (("zh", WORDS["zh"], _CHINESE), ("en", WORDS["en"], _ENGLISH))
}
"""The languages of the page itself."""
REPORT_WORDS: Final[Mapping[str, Mapping[str, str]]] = {"zh": _CHINESE_REPORT, "en": _ENGLISH_REPORT}
"""What a report says in them."""

_WEEKDAYS: Final = {
    "zh": ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def words_of(interface: str) -> Mapping[str, str]:
    """The words of one language of `INTERFACES`."""
    return INTERFACES[interface]


def count(number: int, noun: str, words: Mapping[str, str]) -> str:
    """How many of something: `12 条消息`, `1 message`; the words have each noun with and without an s."""
    return f"{number:,} {words[noun if number == 1 else f'{noun}s']}"


def day_label(day: dt.date, interface: str) -> str:
    """A day with its weekday, as a heading says it."""
    weekday = _WEEKDAYS[interface][day.weekday()]
    if interface == "zh":
        return f"{day.year}年{day.month}月{day.day}日 {weekday}"
    return f"{weekday}, {day.day} {_MONTHS[day.month - 1]} {day.year}"
