"""What the elements of a page mean whose classes nobody knows: told by where its times stand.

A page of messages repeats itself: the largest element around a time that holds no other time is a message, or is the
head of one that goes on up to the next head. In it the name is what is short and comes again, or is called so, and the
rest is what was said. Takes the beginning of a page, gives its shape; and gives the elements of a message the classes
that a reader knows, `sender`, `time` and `bubble`. Knows no tool. Needs lxml (the extra `html`).
"""

from __future__ import annotations

import copy
import itertools
import re
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from wechatlog.content.vocabulary import kind_of_type_name
from wechatlog.engine.headers import is_log_word
from wechatlog.engine.html import node_text, parse_page
from wechatlog.engine.page_text import SURELY_CHAT, is_of_chat
from wechatlog.engine.reading import ME
from wechatlog.timestamps import parse_clock

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from lxml.html import HtmlElement

_DATE: Final = r"[0-9]{4}[-/.年] ?[0-9]{1,2}[-/.月] ?[0-9]{1,2}日?"
_CLOCK: Final = r"[0-9]{1,2}[:时][0-9]{2}(?:[:分][0-9]{2}秒?)?"
_HALF: Final = "凌晨|早上|上午|中午|下午|晚上|AM|PM|am|pm"
_MOMENT: Final = re.compile(
    rf"(?:{_DATE}(?:[ T,，]*(?:星期|周|礼拜)[一二三四五六日天])?[ T,，]*)?(?:{_HALF})? ?{_CLOCK}(?:\.[0-9]{{1,6}})?"
    rf"(?: ?(?:{_HALF}))?(?:Z| ?[+-][0-9]{{2}}:?[0-9]{{2}})?"
)
_LONGEST_NAME: Final = 40
_LONGEST_TIME: Final = 60
_LEAST: Final = 3
"""Messages that show a shape."""
_LOOKED_AT: Final = 8
_AROUND: Final = " \n\t[]【】()（）<>《》|·:：,，-—"
_BETWEEN: Final = " \n\t|·:：,，-—"
_NAME_WORDS: Final = re.compile(
    r"(?:^|[-_])(?:sender|from|who|author|user|username|nick|nickname|name|speaker|talker|dt)$|发送者|发送人|昵称|姓名|名称"
)
_NAME_ATTRIBUTES: Final = re.compile(
    r"data-(?:sender|from|author|user|username|nick|nickname|name|speaker|talker)(?:-?name)?"
)
_BODY_WORDS: Final = re.compile(r"(?:^|[-_])(?:text|content|body|bubble|message|msg|what|dd)$|内容|正文|消息")
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SIDE: Final = re.compile(
    r"(?:^|[-_])(self|me|mine|right|sent|outgoing|own|other|others|left|received|incoming|them|theirs)$"
)
_NO_PART: Final = frozenset("script style title head meta link html body".split())
_INLINE: Final = frozenset({"br", "wbr"})
READ: Final = frozenset({"sender", "time", "msg-type", "icon"})
"""What `apply_shape` calls the elements beside what was said."""


class _Place(NamedTuple):
    """An element of a message: its tag, its first class, and the how manieth of these it is."""

    tag: str
    name: str
    number: int


class Shape(NamedTuple):
    """What a page is made of.

    Attributes:
        mark: the beginning of a message, or of what stands beside messages.
        message: of a message alone.
        goes_on: a message goes on behind its element, up to the next one.
        time: where its time stands; the name too if `sender` is the same place.
        sender: where its name stands; an attribute of the message; or `None` where only sides are said.
        body: what was said; `None` if it stands around the two.
        label: what kind of message it is.
        sides: the classes of the messages that were seen.
        has_colons: what was said begins with the colon behind the name.
    """

    mark: re.Pattern[str]
    message: re.Pattern[str]
    goes_on: bool
    time: _Place | str
    sender: _Place | str | None
    body: _Place | None
    label: _Place | None
    sides: frozenset[str]
    has_colons: bool


def plain_names(classes: str) -> list[str]:
    """Classes, and what the last word of each says of a side: `message--sent`, `isSelf`."""
    names = classes.split()
    sides = (match[1] for name in names if (match := _SIDE.search(_CAMEL.sub("-", name).lower())))
    return [*names, *sides]


def learn_shape(text: str) -> Shape | None:
    """The shape of a page that begins like this; `None` where it is none of messages.

    Raises:
        MissingExtraError: without lxml.
    """
    is_sure = SURELY_CHAT.search(text) is not None
    if not is_of_chat(text) or len(_MOMENT.findall(text)) < _LEAST:
        return None
    root = parse_page(text)
    found = _times(root, is_cut="</html" not in text.lower())
    if found is None:
        return None
    attribute, times = found
    holders = _holders(times)
    heads = [_message_around(time, holders) for time in times]
    marks = {_signature(head) for head in heads}
    if len(marks) > _LEAST or any(head.tag in ("body", "html") for head in heads):
        return None
    parents = {head.getparent() for head in heads}
    others = [
        node
        for node in root.iter(*{tag for tag, _ in marks})
        if _signature(node) in marks and node.getparent() not in parents
    ]
    first = {_first(head) for head in heads} if others else {""}
    if len(first) > 1 or (others and not {*map(_first, others)}.isdisjoint(first)):
        return None  # elements of the same kind stand in messages, or elsewhere
    pieces = [_piece_of(head, marks) for head in heads]
    heads_alone = [_is_head(piece, time) for piece, time in zip(pieces, times, strict=True)][:-1]
    goes_on = sum(heads_alone) * 2 > len(heads_alone)
    alone = sum(head is time for head, time in zip(heads, times, strict=True))
    if not goes_on and not attribute and alone * 2 > len(heads):
        return None  # lines of text: what was said stands in one element with the time
    if not goes_on:
        pieces = [piece[:1] for piece in pieces]
    time = attribute or _common_place(pieces, times)
    sender = _sender(pieces, times, attribute, is_sure=is_sure)
    sides = frozenset(side for head in heads for side in plain_names(head.get("class") or ""))
    if time is None or (sender is None and (goes_on or not {*map(_SIDE.fullmatch, sides)} - {None})):
        return None
    label = _label(pieces)
    body = None if goes_on else _body(pieces, (time, sender, label))
    beside = () if goes_on else _signatures_beside(root, parents, marks)
    message = _pattern(marks, first.pop())
    mark = re.compile(f"{message.pattern}|{_pattern(beside).pattern}", re.IGNORECASE) if beside else message
    said = [
        node_text(elements[body]) for piece in pieces if body is not None and body in (elements := _elements(piece))
    ]
    has_colons = all(text.lstrip()[:1] in (":", "：") for text in said)
    return Shape(mark, message, goes_on, time, sender, body, label, sides, has_colons)


def apply_shape(shape: Shape, node: HtmlElement) -> tuple[HtmlElement, list[HtmlElement]]:
    """Give the elements of a message their classes; it has none itself any more.

    Args:
        shape: of the page.
        node: holds the piece of the page from a message up to the next mark.

    Returns:
        The message, and what stands behind it and is no part of it.
    """
    nodes = list(node) or [node]  # the parser left the element out
    message, behind = (node, []) if shape.goes_on else (nodes[0], nodes[1:])
    elements = _elements(nodes if shape.goes_on else nodes[:1])
    time = None if isinstance(shape.time, str) else elements.get(shape.time)
    sender = None if isinstance(shape.sender, str | None) else elements.get(shape.sender)
    if time is not None and sender is not None and time in sender.iter():  # it says both
        name = _beside(sender, time)
        moment = _MOMENT.search(node_text(time))
        _add(message, "sender", name)
        _add(message, "time", moment[0] if moment else "")
        sender.set("class", "icon")  # read, and so no part of the text
    else:
        _add_role(message, time, shape.time, "time")
        _add_role(message, sender, shape.sender, "sender")
    if shape.label is not None and (label := elements.get(shape.label)) is not None:
        label.set("class", "msg-type")
    if shape.body is not None and (body := elements.get(shape.body)) is not None:
        body.set("class", f"bubble {body.get('class') or ''}")
        body.text = (body.text or "").lstrip(_BETWEEN) if shape.has_colons else body.text
    elif shape.body is None:
        _add_rest(message)
    message.attrib.pop("class", None)
    return message, behind


def _add(message: HtmlElement, name: str, text: str) -> HtmlElement:
    element: HtmlElement = message.makeelement("span", {"class": name})
    element.text = text
    message.append(element)
    return element


def _add_rest(message: HtmlElement) -> None:
    """Add what stands around name and time as an element of its own."""
    rest = copy.deepcopy(message)
    for element in list(rest.iter()):
        if element is not rest and not READ.isdisjoint((element.get("class") or "").split()[:1]):
            element.drop_tree()
    rest.tag, rest.tail = "div", None
    rest.attrib.clear()
    rest.set("class", "bubble")
    rest.text = (rest.text or "").lstrip(_BETWEEN)
    for element in list(rest):
        if (rest.text or "").strip() or element.tag != "br":
            break
        tail = (element.tail or "").lstrip(_BETWEEN)
        element.tail = None
        rest.remove(element)
        rest.text = tail
    message.append(rest)


def _add_role(message: HtmlElement, element: HtmlElement | None, place: _Place | str | None, name: str) -> None:
    """Give an element the class of what it says, or add one that says what an attribute does."""
    if isinstance(place, str):
        said = next((value for each in message.iter() if (value := each.get(place))), None)
        if said is not None:
            _add(message, name, said)
    elif element is not None:
        said = node_text(element).strip()
        element.set("class", f"{name} {element.get('class') or ''}")
        if said != (bare := said.strip(_AROUND)) and not len(element):
            element.text = bare


# --- where times stand ------------------------------------------------------------------------------------------------


def _times(root: HtmlElement, *, is_cut: bool) -> tuple[str, list[HtmlElement]] | None:
    """The elements with a time, of the kind that has most, and the attribute that it stands in, if it does."""
    nodes = [node for node in root.iter() if isinstance(node.tag, str) and node.tag not in _NO_PART]
    if is_cut:  # its last element is less than it was
        nodes = nodes[:-1]
    timed = {node: attribute for node in nodes if (attribute := _time_of(node)) is not None}
    for numbered, whole in ((False, False), (True, False), (False, True), (True, True)):
        if whole:  # a name in an element of its own beside the time, and nothing else
            timed |= {node: "" for node in nodes if 0 < len(node) <= _LEAST and _moment_in(node_text(node)) is not None}
        kinds = {node: (*_signature(node), _number(node) if numbered else 0) for node in nodes}
        counts = Counter(kinds.values())
        found: dict[tuple[str, str, int, str], list[HtmlElement]] = {}
        for node, attribute in timed.items():
            found.setdefault((*kinds[node], attribute), []).append(node)
        usual = {key: some for key, some in found.items() if len(some) >= max(_LEAST, 0.8 * counts[key[:3]])}
        if usual:  # where several kinds have as many, text is what a person sees
            best = max(usual, key=lambda key: (len(usual[key]), not key[3]))
            return best[3], usual[best]
    return None


def _number(node: HtmlElement) -> int:
    """How many elements like one stand in front of it, beside it and near."""
    near = itertools.islice(node.itersiblings(preceding=True), _LOOKED_AT)
    signature = _signature(node)
    return sum(isinstance(each.tag, str) and _signature(each) == signature for each in near)


def _time_of(node: HtmlElement) -> str | None:
    """`""` where a time is the text of an element, perhaps with a short name; the attribute that it is; or `None`."""
    if all(child.tag in _INLINE for child in node) and _moment_in(node_text(node)) is not None:
        return ""
    for name, value in node.attrib.items():
        if len(value) <= _LONGEST_TIME and name not in ("class", "id", "style", "href", "src"):
            match = _MOMENT.fullmatch(value.strip())
            if match is not None and parse_clock(value):
                return str(name)
    return None


def _moment_in(said: str) -> re.Match[str] | None:
    """A time in a short text of nothing else, or of it and a name."""
    said = said.strip()
    match = _MOMENT.search(said) if len(said) <= _LONGEST_TIME + _LONGEST_NAME and "\n" not in said else None
    if match is None:
        return None
    before, behind = said[: match.start()].strip(_AROUND), said[match.end() :].strip(_AROUND)
    return match if not (before and behind) and len(before + behind) <= _LONGEST_NAME else None


def _signature(node: HtmlElement) -> tuple[str, str]:
    """Tag and class of an element; what says only a side is no class of its own."""
    names = (node.get("class") or "").split()
    lasting = [name for name in names if not _SIDE.search(_CAMEL.sub("-", name).lower())]
    return str(node.tag), (*lasting, *names, "")[0]


def _holders(times: Iterable[HtmlElement]) -> Counter[HtmlElement]:
    """How many times stand in an element."""
    return Counter(node for time in times for node in (time, *time.iterancestors()))


def _message_around(time: HtmlElement, holders: Counter[HtmlElement]) -> HtmlElement:
    node = time
    while (above := node.getparent()) is not None and holders[above] == 1:
        node = above
    return node


def _piece_of(head: HtmlElement, marks: set[tuple[str, str]]) -> list[HtmlElement]:
    """A head and what stands behind it, up to the next one."""
    piece = [head]
    for node in head.itersiblings():
        if isinstance(node.tag, str):
            if _signature(node) in marks:
                break
            piece.append(node)
    return piece


def _signatures_beside(
    root: HtmlElement,
    parents: Collection[HtmlElement | None],
    marks: set[tuple[str, str]],
) -> set[tuple[str, str]]:
    """What else stands where messages do, days and notices, and nowhere else."""
    beside: set[tuple[str, str]] = set()
    for parent in parents:
        nodes = [node for node in parent if isinstance(node.tag, str)] if parent is not None else []
        begin = next((place for place, node in enumerate(nodes) if _signature(node) in marks), 0)
        beside |= {_signature(node) for node in nodes[begin:] if node_text(node).strip()} - marks
    others = (node for node in root.iter() if isinstance(node.tag, str) and node.getparent() not in parents)
    return beside - {_signature(node) for node in others}


def _first(node: HtmlElement) -> str:
    """The tag of the element that an element begins with; empty where it begins with text, or has none."""
    child = next(iter(node), None)
    return "" if child is None or (node.text or "").strip() else str(child.tag)


def _pattern(signatures: Iterable[tuple[str, str]], first: str = "") -> re.Pattern[str]:
    """The beginning of elements of such tags and classes, which begin with an element of a tag, if one is given."""
    ways = [
        rf"{re.escape(tag)}(?=[^<>]{{0,1000}}?\bclass\s*=\s*(?:[\"'][^\"'<>]{{0,400}}?)?(?<![\w-]){re.escape(name)}(?![\w-]))"
        if name
        else rf"{re.escape(tag)}(?![^<>]{{0,1000}}\bclass\s*=)"
        for tag, name in sorted(signatures)
    ]
    behind = rf"(?=\s{{0,200}}<{re.escape(first)}(?=[\s>/]))" if first else ""
    return re.compile(rf"<(?:{'|'.join(ways)})(?=[\s>/])[^<>]{{0,4000}}>{behind}", re.IGNORECASE)


# --- who, and what ----------------------------------------------------------------------------------------------------


def _elements(piece: Sequence[HtmlElement]) -> dict[_Place, HtmlElement]:
    numbers = Counter[tuple[str, str]]()
    found: dict[_Place, HtmlElement] = {}
    for top in piece:
        for node in top.iter():
            if isinstance(node.tag, str):
                signature = _signature(node)
                found[_Place(*signature, numbers[signature])] = node
                numbers[signature] += 1
    return found


def _common_place(pieces: Sequence[Sequence[HtmlElement]], nodes: Sequence[HtmlElement]) -> _Place | None:
    """Where these elements stand in most pieces."""
    places = Counter[_Place]()
    for piece, node in zip(pieces, nodes, strict=True):
        places.update(place for place, each in _elements(piece).items() if each is node)
    place, count = places.most_common(1)[0]
    return place if count >= 0.8 * len(pieces) else None


def _leaves(piece: Sequence[HtmlElement]) -> Iterator[tuple[_Place, str]]:
    """What elements say that have no others in them."""
    for place, node in _elements(piece).items():
        if all(child.tag in _INLINE for child in node):
            yield place, node_text(node).strip()


def _sender(
    pieces: Sequence[Sequence[HtmlElement]], times: Sequence[HtmlElement], attribute: str, *, is_sure: bool
) -> _Place | str | None:
    """Where the name of who wrote stands: beside the time, in an element that is called so, or in one that repeats."""
    if not attribute:
        around = [time.getparent() if time is not piece[0] else time for piece, time in zip(pieces, times, strict=True)]
        for nodes in (times, [time if node is None else node for node, time in zip(around, times, strict=True)]):
            beside = [_beside(node, time) for node, time in zip(nodes, times, strict=True)]
            if sum(0 < len(name) <= _LONGEST_NAME for name in beside) >= 0.8 * len(beside):
                return _common_place(pieces, nodes)
    said: dict[_Place, list[str]] = {}
    for piece, time in zip(pieces, times, strict=True):
        elements = _elements(piece)
        for place, text in _leaves(piece):
            if 0 < len(text) <= _LONGEST_NAME and "\n" not in text and (attribute or elements[place] is not time):
                said.setdefault(place, []).append(text)
    usual = {place: texts for place, texts in said.items() if len(texts) >= 0.5 * len(pieces)}
    called = [place for place in usual if _NAME_WORDS.search(_called(place))]
    if called:
        return max(called, key=lambda place: len(usual[place]))
    for node in (piece[0] for piece in pieces):
        named = next((key for each in node.iter() for key in each.attrib if _NAME_ATTRIBUTES.fullmatch(key)), None)
        if named is not None:
            return str(named)
    again = {
        place: texts
        for place, texts in usual.items()
        if (is_sure or ME in texts)
        and 1 < len({*texts}) <= 0.7 * len(texts)
        and max(map(len, texts)) > 1
        and not all(kind_of_type_name(text) or is_log_word(text) for text in {*texts})
        and not _BODY_WORDS.search(_called(place))
    }
    return max(again, key=lambda place: (len(again[place]), len({*again[place]})), default=None)


def _beside(node: HtmlElement, time: HtmlElement) -> str:
    """What stands in an element beside a time, and in no other element of it; empty where there are others."""
    if node is not time and any(child is not time and child.tag not in _INLINE for child in node):
        return ""
    said = node_text(node)
    return (_MOMENT.sub("", said, count=1) if node is time else said.replace(node_text(time), "", 1)).strip(_AROUND)


def _is_head(piece: Sequence[HtmlElement], time: HtmlElement) -> bool:
    """Whether an element says no more than a time and a name, and others stand behind it."""
    head = piece[0]
    said = (text for node in head.iter() if node is not time for text in (node.text, node is not head and node.tail))
    goes_on = len(piece) > 1 or bool((head.tail or "").strip(_AROUND))
    return goes_on and sum(bool(text and text.strip(_AROUND)) for text in said) <= 1


def _label(pieces: Sequence[Sequence[HtmlElement]]) -> _Place | None:
    """Where it is said what kind of message each is, by a word for it."""
    said: dict[_Place, list[str]] = {}
    for piece in pieces:
        for place, text in _leaves(piece):
            said.setdefault(place, []).append(text)
    labels = (
        place
        for place, texts in said.items()
        if len(texts) >= 0.8 * len(pieces) and len({*texts}) * 2 <= len(texts) and all(map(kind_of_type_name, {*texts}))
    )
    return next(labels, None)


def _body(pieces: Sequence[Sequence[HtmlElement]], others: Sequence[_Place | str | None]) -> _Place | None:
    """What holds what was said: the largest element beside the others that is called so, or says most of what is left.

    `None` where what was said stands around the others.
    """
    said, left = Counter[_Place](), 0
    for piece in pieces:
        elements = _elements(piece)
        known = {elements[place] for place in others if isinstance(place, _Place) and place in elements}
        around = {piece[0], *itertools.chain.from_iterable(each.iterancestors() for each in known)}
        left += len(node_text(piece[0])) - sum(len(node_text(each)) for each in known)
        for place, node in elements.items():
            if node not in known and node not in around and node.getparent() in around:
                said[place] += len(node_text(node))
    called = [place for place in said if said[place] and _BODY_WORDS.search(_called(place))]
    body = max(called or said, key=lambda place: said[place], default=None)
    return body if body is not None and (called or said[body] * 2 > max(left, 0)) else None


def _called(place: _Place) -> str:
    return _CAMEL.sub("-", place.name or place.tag).lower()
