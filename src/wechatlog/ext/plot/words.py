"""What plots say, in English and in Chinese: templates by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_ENGLISH: Final = {
    "message": "{:,} message", "messages": "{:,} messages", "mention": "{:,} mention", "mentions": "{:,} mentions",
    "span": "{}, {} to {}", "date": "{}, {}", "units": "day h min s", "no_messages": "no messages",
    "hours": "Messages by weekday and hour", "hour": "hour of the day", "no_hour": "no messages with a time of day",
    "days": "Messages per {}", "mean": "; line: mean over 7 {}s", "no_time": "no messages with a time",
    "day": "day", "week": "week", "30 days": "30 days", "365 days": "365 days",
    "senders": "Messages per sender", "more_senders": "; {:,} more wrote {:.0%}", "no_sender": "nobody sent a message",
    "emoji": "Emoji", "among": "{:,} in {}", "more_emoji": "; {:,} more emoji are not shown", "no_emoji": "no emoji",
    "answers": "Response times", "no_answer": "nobody answered anybody",
    "scale": "dot: median; bar: the middle half; pauses over {} not counted",
    "more_people": "; {:,} more people not shown", "network": "Who mentions whom", "nobody": "nobody is mentioned",
}  # fmt: skip
_CHINESE: Final = {
    "message": "{:,} 条消息", "messages": "{:,} 条消息", "mention": "{:,} 次提及", "mentions": "{:,} 次提及",
    "span": "{}，{} 至 {}", "date": "{}，{}", "units": "天 小时 分 秒", "no_messages": "没有消息",
    "hours": "一周里的时间", "hour": "一天中的小时", "no_hour": "没有带时刻的消息",
    "days": "每{}的消息数", "mean": "；曲线：7 {}的平均", "no_time": "没有带时间的消息",
    "day": "天", "week": "周", "30 days": " 30 天", "365 days": " 365 天",
    "senders": "谁说得最多", "more_senders": "；另有 {:,} 人，占 {:.0%}", "no_sender": "没有人发过消息",
    "emoji": "表情", "among": "{1}中有 {0:,} 个", "more_emoji": "；另有 {:,} 种表情未显示", "no_emoji": "没有表情",
    "answers": "回复时间", "no_answer": "没有人回复过别人",
    "scale": "点：中位数；条：中间一半；超过 {} 的停顿不计",
    "more_people": "；另有 {:,} 人未显示", "network": "谁提到谁", "nobody": "没有人被提到",
}  # fmt: skip
WORDS: Final[Mapping[str, Mapping[str, str]]] = {"en": _ENGLISH, "zh": _CHINESE}
