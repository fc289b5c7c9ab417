"""Plots of a chat: when, who, which emoji, how soon, to whom.

    from wechatlog.ext import plot

    figure = plot.activity(conversation)
    figure.savefig("activity.png", dpi=200)

Takes conversations or their `Statistics`, gives matplotlib figures. They are objects of their own: `pyplot` is not used
and no setting of matplotlib is changed, so nothing leaks, no window opens, and no display is needed. Names come from
people: they are drawn as they are, never read as formulas, and cut where they are long.

Needs the extra `plot` (matplotlib, networkx).
"""

from __future__ import annotations

from wechatlog.errors import needs_extra

with needs_extra("plot", what="drawing plots"):
    import matplotlib as mpl  # noqa: F401

from wechatlog.ext.plot.charts import activity, days, emoji, mentions, response_times, senders
from wechatlog.ext.plot.lettering import MissingFontWarning

__all__ = ["MissingFontWarning", "activity", "days", "emoji", "mentions", "response_times", "senders"]
