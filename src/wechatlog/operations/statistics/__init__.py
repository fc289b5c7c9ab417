"""Numbers of a chat: `values` says what they are, `count` makes them, `tally` adds up, `words` finds words."""

from wechatlog.operations.statistics.count import statistics
from wechatlog.operations.statistics.tally import EVERYONE
from wechatlog.operations.statistics.values import (
    Counts,
    Moment,
    ResponseTimes,
    SenderStatistics,
    Silence,
    Statistics,
    Streak,
    duration_text,
    unicode_of,
    with_picture,
)

__all__ = [
    "EVERYONE",
    "Counts",
    "Moment",
    "ResponseTimes",
    "SenderStatistics",
    "Silence",
    "Statistics",
    "Streak",
    "duration_text",
    "statistics",
    "unicode_of",
    "with_picture",
]
