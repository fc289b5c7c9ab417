"""What wx-cli writes in place of what is no text."""

from __future__ import annotations

from typing import Final

from wechatlog.content.dialects.shared import AMBIGUOUS, QUOTED, SENDER, Dialect, Kind, by_lines, labels_of

WXCLI: Final = Dialect(
    "wx-cli",
    quote_mark=("↳",),
    labels=AMBIGUOUS
    | labels_of({Kind.SYSTEM: "系统/系统消息", Kind.RECALL: "撤回/撤回了一条消息", Kind.QUOTE: "引用"}),
    shapes={
        **dict.fromkeys((Kind.IMAGE, Kind.VIDEO, Kind.STICKER, Kind.VOICE), (r"<C> local_id=[0-9]{1,20}",)),
        Kind.FILE: (r"<C> (?P<name>[^\n]+) \((?:[0-9.]{1,12} [KMGT]?i?B(?:, ?[^()\n]{0,20})?|[A-Za-z0-9]{1,10})\)",),
        Kind.FORWARD: (
            r"<C> (?P<title>[^\n]*) \([0-9]{1,6}条\)(?:\n(?P<lines>(?s:.*)))?",
            r"<C> (?P<title>[^\n]*)\n(?P<lines>(?s:.*))",
        ),
        **dict.fromkeys((Kind.SYSTEM, Kind.RECALL), (r"<C> ?(?s:.*)",)),
    },
    quotes=(
        rf"(?P<reply>\[引用\] (?:(?!\n  ↳ ).)*+)(?P<quote>\n  ↳ (?P<sender>[^:：\n]{{1,100}}){QUOTED})",
        r"(?P<reply>\[引用\](?:(?!\n  ↳ ).)*+)(?P<quote>\n  ↳ (?P<text>.*))",
    ),
    any_page=True,
    listing=by_lines(rf"(?P<indent> *+)- {SENDER}", 2),
)
"""wx-cli Markdown, TXT and JSON (`src/cli/export.rs`)."""
