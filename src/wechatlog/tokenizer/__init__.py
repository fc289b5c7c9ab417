"""Text to tokens: one engine for every line-based format.

`engine` splits text into records at header lines; a dialect is a small frozen `Grammar`. `tokens` gives the
lossless token view of the same records. Nothing here knows what a message is.
"""

from wechatlog.tokenizer.engine import Prepared, Record, iter_lines, iter_records, prepare, whole_lines
from wechatlog.tokenizer.grammar import Grammar, compile_format
from wechatlog.tokenizer.tokens import MARKDOWN, Token, TokenKind, iter_tokens, tokenize

__all__ = [
    "MARKDOWN",
    "Grammar",
    "Prepared",
    "Record",
    "Token",
    "TokenKind",
    "compile_format",
    "iter_lines",
    "iter_records",
    "iter_tokens",
    "prepare",
    "tokenize",
    "whole_lines",
]
