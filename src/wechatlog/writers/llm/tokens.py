"""What a text costs a language model, without its tokenizer: an estimate.

Takes a text, gives a number of tokens. The tables of real tokenizers are megabytes that their libraries fetch from the
network, so none is used here; a caller who has one passes a function of their own.
"""

from __future__ import annotations

import re
from typing import Final

# A word of Latin letters up to six long is one token, up to twelve two, and so on; three digits are one; a run of
# blanks is part of the word behind it. Everything else, Chinese above all, is one a character.
_PIECE: Final = re.compile(r"[A-Za-z]{1,6}|[0-9]{1,3}|\S|\n")


def estimate_tokens(text: str) -> int:
    """A guess of the tokens in a text; the guide to language models says how far it is off."""
    return _PIECE.subn("", text)[1]  # counts without a list of all pieces
