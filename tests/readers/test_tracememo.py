"""TraceMemo: JSON, script, CSV and Markdown."""

from __future__ import annotations

from pathlib import Path

import wechatlog

CORPUS = Path(__file__).parents[1] / "corpus"
JSON = (CORPUS / "tracememo-json" / "private.json").read_text(encoding="utf-8")
CSV = (CORPUS / "tracememo-csv" / "李四_20260601_120000.csv").read_text(encoding="utf-8")


def test_the_owner_can_be_named() -> None:
    text = '时间,发送者,类型,内容,媒体路径,媒体状态\n"2026/1/1 08:00:00","我","普通文本","早","",""'
    assert wechatlog.loads(text)[0].is_self is None
    assert wechatlog.loads(text, owner="我")[0].is_self is True
