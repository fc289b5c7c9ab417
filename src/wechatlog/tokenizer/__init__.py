"""Text to tokens: one engine for every line-based format.

`engine` splits text into records at header lines; a dialect is a small frozen `Grammar`. `tokens` gives the lossless
token view of the same records, `template` makes a grammar of a description, `forms` a description of
lines. Nothing here knows what a message is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wechatlog import _lazily

if TYPE_CHECKING:
    from wechatlog.tokenizer.engine import (
        MARKDOWN,
        Grammar,
        Prepared,
        Record,
        iter_lines,
        iter_records,
        prepare,
        whole_lines,
    )
    from wechatlog.tokenizer.forms import Offer, find_heading, find_offer, find_untimed, offer_template
    from wechatlog.tokenizer.template import compile_format, loose_pattern
    from wechatlog.tokenizer.tokens import Token, TokenKind, iter_tokens, tokenize

__all__ = [
    "MARKDOWN",
    "Grammar",
    "Offer",
    "Prepared",
    "Record",
    "Token",
    "TokenKind",
    "compile_format",
    "find_heading",
    "find_offer",
    "find_untimed",
    "iter_lines",
    "iter_records",
    "iter_tokens",
    "loose_pattern",
    "offer_template",
    "prepare",
    "tokenize",
    "whole_lines",
]

__getattr__ = _lazily(
    __name__,
    {
        "engine": "MARKDOWN Grammar Prepared Record iter_lines iter_records prepare whole_lines",
        "forms": "Offer find_heading find_offer find_untimed offer_template",
        "template": "compile_format loose_pattern",
        "tokens": "Token TokenKind iter_tokens tokenize",
    },
)
