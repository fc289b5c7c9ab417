"""What is no text, in a few words."""

from __future__ import annotations

from wechatlog.content.descriptions import size_text


def test_sizes() -> None:
    sizes = (None, 0, 940, 240_400, 999_600, 1_500_000, 12_300_000, 2_000_000_000)
    assert [size_text(size) for size in sizes] == ["", "0 B", "940 B", "240 kB", "1.0 MB", "1.5 MB", "12 MB", "2.0 GB"]
