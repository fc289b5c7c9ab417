"""Where files stand among the inputs, what to call the chat of a file that does not say, and which are its pages.

Takes the sources of one call, gives each its place (a path that begins at the deepest folder in which all inputs are)
and a name for its chat: that of the file, or that of its folder where the file is called as all of them are. Looks at
names only and opens nothing.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wechatlog.source import Source

_PAGE: Final = re.compile(
    r"(?P<stem>.+?)(?:_[0-9]+_[0-9]+|(?P<copy> ?\([0-9]+\))|(?<=msg)-[0-9]+|(?<=part)-[0-9]+"
    r"|(?<=\Amessage)_[0-9]+|(?<=\Amsg)_[0-9]+|(?<=\AMSG)[0-9]+)\Z"
)
"""Names of pages, of copies, and of the databases that WeChat 4 (`message_0.db`), 3 (`MSG0.db`) and Mac 3 (`msg_0.db`)
go on in."""
_PART: Final = re.compile(r"(?P<stem>.+?)(?:_[0-9]+)?(?P<copy> ?\([0-9]+\))?\Z")
"""Names of Word documents, which programs part after some hundred messages."""
_SUFFIXES: Final = re.compile(r"(?:\.html(?=\.json\Z))?(?:\.[A-Za-z][A-Za-z0-9]{0,9})?(?:\.gz|\.bz2)?\Z", re.IGNORECASE)
_OF_THE_TOOL: Final = re.compile(r"_(?:utf8|chat|聊天记录)\Z")
"""What MemoTrace adds to the name of a person."""
_ZIP: Final = re.compile(r"\.zip\Z", re.IGNORECASE)
_SAYS_NOTHING: Final = re.compile(
    r"(?:[0-9年月日号\W_]|chats?|messages?|msg|index|data|db|exports?|records?|logs?|output|result|all|wechat|weixin"
    r"|微信|聊天|消息|记录|导出|数据|全部)+",
    re.IGNORECASE,
)
"""Names of files that are the same for every chat, and days."""


def without_page(stem: str, suffix: str = "") -> tuple[str, bool]:
    """The name of a file without the number of a page or of a copy, and whether it was that of a copy."""
    match = (_PART if suffix.lower() == "docx" else _PAGE).match(stem)
    return (match["stem"], bool(match["copy"])) if match else (stem, False)


def place_files(sources: Sequence[Source], bases: Sequence[Path]) -> None:
    """Tell the sources of one call where they stand, and what their chats may be called.

    The bases are the folders that were named, or that the named files are in. A source on no disk stays as it is.
    """
    root = _root(bases)
    if root is not None:
        found = [source for source in sources if source.path is not None]
        folders = {folder: _lead(folder, root) for folder in {source.folder for source in found}}
        for source in found:
            source.place = f"{folders[source.folder]}{source.name}"
    name_chats(sources)


def _lead(folder: str, root: Path) -> str:
    """What the places of the files in a folder begin with."""
    path = Path(os.path.relpath(folder, root)).as_posix()
    return "" if path == "." else f"{path}/"


def _root(bases: Sequence[Path]) -> Path | None:
    """The deepest folder that has all of these in it; `None` where that is the whole disk, or there are several."""
    try:
        root = Path(os.path.commonpath([os.path.abspath(base) for base in bases]))  # noqa: PTH100 - links stay
    except ValueError:  # none, or several drives of Windows
        return None
    return root if root != root.parent or len(bases) == 1 else None


def name_chats(sources: Sequence[Source], *, alone: bool = True) -> None:
    """Give the chats of several files names that tell them apart; a file alone needs none.

    The name is that of the file, or of its folder where that of the file says nothing; where files of several folders
    would have the same, that of the folder with that of the file.
    """
    places = [(source, *_split(source.place)) for source in sources if source.place is not None]
    if alone and len(places) < 2:
        return
    users: dict[str, set[tuple[str, str]]] = {}
    for _, folder, stem, short in places:
        users.setdefault(short, set()).add((folder, stem))
    for source, folder, stem, short in places:
        source.chat = short if len(users[short]) == 1 else f"{folder}{stem}"


def _split(place: str) -> tuple[str, str, str]:
    """The folder of a file with a slash, its name without suffixes and the number of a page, and what to call it."""
    folder, slash, name = place.rpartition("/")
    stem, _ = without_page(_SUFFIXES.sub("", name) or name, name.rpartition(".")[2])
    stem, folder = _OF_THE_TOOL.sub("", stem), _ZIP.sub("", folder)
    return folder + slash, stem, (_SAYS_NOTHING.fullmatch(stem) and folder.rpartition("/")[2]) or stem


class Group(NamedTuple):
    """Files that by their names are pages or copies of one chat, or the databases of one account.

    Attributes:
        sources: in the order of the files.
        copies: some are told apart by a number that a browser adds to any name that is taken.
    """

    sources: list[Source]
    copies: bool


def page_groups(sources: Iterable[Source], *, copies: bool = True) -> Iterator[Group]:
    """The groups, in the order of the first of each; copies are apart from each other unless they are wanted."""
    groups: dict[tuple[str, str], Group] = {}
    for source in sources:
        stem, dot, suffix = (source.name or "").partition(".")
        name, (stem, is_copy) = stem, without_page(stem, suffix)
        if is_copy and not copies:
            stem, is_copy = name, False
        key = (source.folder, stem + dot + suffix)
        known = groups.get(key, Group([], False))
        groups[key] = Group([*known.sources, source], known.copies or is_copy)
    for group in groups.values():
        if len({source.name for source in group.sources}) > 1:
            yield group
        else:  # the same name in several folders of a ZIP
            yield from (Group([source], False) for source in group.sources)
