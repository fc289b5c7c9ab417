"""The one door to inner names of the library that this package has; everything else it imports is public.

They are the parts of the forms `sqlite` and `llm-markdown` that an index and its answers have in common with them.
import-linter checks that no other module here reaches inside.
"""

from wechatlog.content.fulltext import match_expression, search_terms
from wechatlog.content.wording import wording
from wechatlog.inputs.files import expand
from wechatlog.inputs.grouping import page_groups
from wechatlog.source import DEFAULT_SIZE_LIMIT, Source
from wechatlog.utf8 import whole
from wechatlog.writers.llm.bodies import clean, one_line
from wechatlog.writers.llm.tokens import estimate_tokens

__all__ = [
    "DEFAULT_SIZE_LIMIT",
    "Source",
    "clean",
    "estimate_tokens",
    "expand",
    "match_expression",
    "one_line",
    "page_groups",
    "search_terms",
    "whole",
    "wording",
]
