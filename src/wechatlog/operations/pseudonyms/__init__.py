"""Pseudonyms: who is who in a book that its owner keeps, and messages without names and without private numbers.

`book` is the door; `register` knows who is who, `known_names` and `private_data` find what stands in a text,
`annotations` tells what its segments say, `rewriting` replaces, `report` counts.
"""

from wechatlog.operations.pseudonyms.book import DEFAULT_MASK, MASKS, Pseudonyms
from wechatlog.operations.pseudonyms.private_data import PERSONAL_PARAMETERS
from wechatlog.operations.pseudonyms.report import PseudonymReport, ReplacedName

__all__ = ["DEFAULT_MASK", "MASKS", "PERSONAL_PARAMETERS", "PseudonymReport", "Pseudonyms", "ReplacedName"]
