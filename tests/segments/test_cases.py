"""Bodies and their segments: one file of cases per rule in `cases/`.

A case has a `body`, what the archive knows (`names`, `lossy`; without both there is no lexicon), and
`segments`: the type with its `raw`, and those fields that matter to the case.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from wechatlog.segments import Lexicon, Segment, parse_segments

CASES = [
    pytest.param(case, id=f"{path.stem}: {case['case']}")
    for path in sorted((Path(__file__).parent / "cases").glob("*.json"))
    for case in json.loads(path.read_text(encoding="utf-8"))
]


def lexicon(case: dict[str, Any]) -> Lexicon | None:
    if "names" not in case:
        return None
    return Lexicon(case["names"], lossy=case.get("lossy"))


def shown(segment: Segment, expected: dict[str, Any]) -> dict[str, Any]:
    """What a segment has of what a case says about it."""
    fields = {field: getattr(segment, field) for field in list(expected)[1:]}
    return {type(segment).__name__: segment.raw, **fields}


@pytest.mark.parametrize("case", CASES)
def test_case(case: dict[str, Any]) -> None:
    segments = parse_segments(case["body"], lexicon(case))
    kinds = [{type(segment).__name__: segment.raw} for segment in segments]
    assert kinds == [dict([next(iter(expected.items()))]) for expected in case["segments"]]
    pairs = zip(segments, case["segments"], strict=True)
    assert [shown(segment, expected) for segment, expected in pairs] == case["segments"]
