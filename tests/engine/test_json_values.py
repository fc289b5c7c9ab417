"""Values of JSON made safe: ids that went through numbers of JavaScript."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from wechatlog.engine.json_values import is_rounded_number, read_integer


def _javascript(number: int) -> str:
    """What `String(number)` gives."""
    return str(int(Decimal(repr(float(number)))))


@given(st.integers(min_value=10**17, max_value=2**63 - 1))
def test_what_javascript_writes_is_told(number: int) -> None:
    written = _javascript(number)
    assert is_rounded_number(written) is written.endswith("00")
    assert len(written) < 19 or is_rounded_number(written)


@given(st.integers(min_value=0, max_value=2**63 - 1))
def test_exact_numbers_are_kept(number: int) -> None:
    if _javascript(number) != str(number):
        assert not is_rounded_number(str(number))


def test_examples() -> None:
    assert is_rounded_number("6116895530414916000")
    for text in (
        "6116895530414915131",
        "",
        "0",
        "9007199254740992",
        "٣" * 19,
        "-600000000000000000",
    ):
        assert not is_rounded_number(text)


def test_a_separator_of_files_behind_a_number_is_no_part_of_it() -> None:
    assert read_integer("1\x1d") == 1
