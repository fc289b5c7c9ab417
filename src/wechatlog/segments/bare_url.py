"""`https://…` in running text.

Takes a position, gives a `Link` without a title. In Chinese an address is followed by text without a blank,
so it ends at the first character that no address holds (everything outside ASCII among them), before a
closing bracket that it did not open, and before punctuation that closes the sentence.
"""

from __future__ import annotations

import re

from wechatlog.segments.rule import Context, Rule
from wechatlog.segments.types import Link

_SCHEMES = ("http://", "https://", "ftp://", "Http://", "Https://", "HTTP://", "HTTPS://")
_BARE_HOSTS = ("www.", "WWW.", "Www.")

# A square bracket belongs to the address only as part of a query (`a[0]=1`); otherwise an emoji code begins
# there.
_REST = r"(?:[A-Za-z0-9._~:/?#@!$&*+,;=%'()|{}\\^-]|(?:\[[A-Za-z0-9_-]{0,32}\]){1,4}=)*+"
_WITH_SCHEME = re.compile(r"[A-Za-z]{3,5}://(?=[A-Za-z0-9_-]|\[[0-9A-Fa-f:.]{2,45}\])" + _REST)
_WITHOUT_SCHEME = re.compile(r"(?<![A-Za-z0-9._@/-])www\.(?=[A-Za-z0-9-]{1,63}\.[A-Za-z]{2})" + _REST, re.IGNORECASE)
_PARENTHESIS = re.compile(r"[()]")
_TRAILING = ".,;:!?'(@&*|\\^{}~"


def match_url(body: str, position: int, _context: Context) -> tuple[Link, int] | None:
    """An address that begins at a position, or `None`."""
    found = _WITH_SCHEME.match(body, position) or _WITHOUT_SCHEME.match(body, position)
    if found is None:
        return None
    url = _without_stray_parenthesis(found.group()).rstrip(_TRAILING)
    return Link(url=url, raw=url), position + len(url)


def _without_stray_parenthesis(url: str) -> str:
    """The address up to the first closing parenthesis that it did not open: `(see http://a.cn/x)`."""
    depth = 0
    for found in _PARENTHESIS.finditer(url):
        depth += 1 if found.group() == "(" else -1
        if depth < 0:
            return url[: found.start()]
    return url


RULE = Rule("url", (*_SCHEMES, *_BARE_HOSTS), match_url)
