"""Whom a message addresses, by account id: what the client keeps beside the text.

Takes the XML that databases keep as the source of a message (`<msgsource><atuserlist>…`), and a text with the ids that
it addresses; gives ids, and segments whose mentions carry them. Knows no database, and not who writes.

Format facts: the client writes the ids of a message with `@` as a list with commas into `<atuserlist>`, often in a
CDATA section and with an empty first item; `notify@all` stands for everybody, `announcement@all` for an announcement of
the group (WeChatFerry `send_text(aters=…)`, wechaty-puppet-padlocal `message-parser-room.ts`).
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final

import attrs

from wechatlog.model import normalize_name
from wechatlog.segments import Lexicon, parse_segments
from wechatlog.segments.types import Mention

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from wechatlog.segments import Segment

EVERYBODY: Final = frozenset({"notify@all", "announcement@all"})
"""What stands in the list where everybody is addressed."""

_LIST: Final = re.compile(
    r"<atuserlist\b[^<>]{0,200}>\s{0,20}(?:<!\[CDATA\[)?(?P<ids>[^<>\]]{1,100000})", re.IGNORECASE
)
_ESCAPED_AT_MOST: Final = 3
_SURE: Final = 0.99


def parse_at_users(xml: str) -> tuple[str, ...]:
    """The account ids that a message addresses, each once, in their order.

    Args:
        xml: the source of a message, or anything that holds it; perhaps escaped, cut or broken.

    Returns:
        Ids; `notify@all` and `announcement@all` among them. Empty where the text has no list.

    Example:
        >>> parse_at_users("<msgsource><atuserlist><![CDATA[,wxid_a,wxid_b]]></atuserlist></msgsource>")
        ('wxid_a', 'wxid_b')
    """
    if "atuserlist" not in xml.lower():
        return ()
    for _ in range(_ESCAPED_AT_MOST + 1):
        found = _LIST.search(xml)
        if found is not None:
            ids = (id_.strip() for id_ in html.unescape(found["ids"]).split(","))
            return tuple(dict.fromkeys(id_ for id_ in ids if id_))
        xml = html.unescape(xml)
    return ()


def point_mentions(
    text: str, at_users: Sequence[str], names: Mapping[str, Iterable[str]] | None = None
) -> tuple[Segment, ...] | None:
    """The segments of a text, whose mentions carry the account ids that it addresses.

    A mention is the id of which it shows a name; what is left is told by the order, if as many ids are left as
    mentions. An id that cannot be told stays untold.

    Args:
        text: of one message.
        at_users: ids, as `parse_at_users` gives them.
        names: the names of each id, as far as they are known; mentions are found by them too.

    Returns:
        Segments whose `raw` join to the text; `None` where no mention got an id, and a reader gives none.
    """
    ids = [id_ for id_ in at_users if id_ not in EVERYBODY]
    known = {id_: [name for name in (names or {}).get(id_, ()) if name] for id_ in ids}
    segments = list(parse_segments(text, Lexicon(name for found in known.values() for name in found)))
    places = [place for place, segment in enumerate(segments) if isinstance(segment, Mention) and not segment.everyone]
    having: dict[str, set[str]] = {}
    for id_, found in known.items():
        for name in found:
            having.setdefault(normalize_name(name), set()).add(id_)
    pointed: dict[int, str] = {}
    for place in places:
        who = having.get(normalize_name(_name(segments[place])), set())
        if len(who) == 1:
            pointed[place] = next(iter(who))
    left = [id_ for id_ in ids if id_ not in pointed.values()]
    open_places = [place for place in places if place not in pointed]
    if len({_name(segments[place]) for place in open_places}) == len(left) == 1:
        left *= len(open_places)
    if len(left) == len(open_places):
        pointed.update(zip(open_places, left, strict=True))
    for place, id_ in pointed.items():
        segment = segments[place]
        if isinstance(segment, Mention):
            segments[place] = attrs.evolve(segment, id=id_, confidence=max(segment.confidence, _SURE))
    return tuple(segments) if pointed else None


def _name(segment: Segment) -> str:
    return segment.name if isinstance(segment, Mention) else ""
