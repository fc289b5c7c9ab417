"""What the examples that draw need to know of this computer."""

from __future__ import annotations

NO_FONT = "no installed font has"
"""How a `MissingFontWarning` begins, which is right where there is no font with Chinese characters."""


def has_chinese_font() -> bool:
    """Whether Chinese characters can be drawn. Asking also makes matplotlib's list of fonts, once for all processes."""
    from wechatlog.ext.plot import lettering

    return any(family in lettering.CHINESE for family in lettering._preferred())
