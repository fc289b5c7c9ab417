"""A reader of what stands inside something else, under the name of the reader of that. Knows no format."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wechatlog.engine.protocol import Reader


@attrs.frozen(eq=False)
class InsideReader:
    """What a reader of documents has of the reader of the text in them.

    Attributes:
        reader: that of the text.
    """

    reader: Reader

    @property
    def name(self) -> str:
        """That of the format of the text."""
        return self.reader.name

    @property
    def description(self) -> str:
        """That of the format of the text."""
        return self.reader.description

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Those of the format of the text."""
        return self.reader.suffixes

    @property
    def options(self) -> Mapping[str, str]:
        """Those of the format of the text."""
        return self.reader.options
