"""What an account id says by itself. Takes an id, gives what it is the id of. Knows no format."""

from __future__ import annotations

import re
from typing import Final

_ROOMS: Final = ("@chatroom", "@im.chatroom")
_ACCOUNT: Final = re.compile(r"wxid_[A-Za-z0-9_-]{1,80}|gh_[A-Za-z0-9]{1,40}|[0-9]{1,32}@(?:chatroom|openim)")
_NAMED: Final = re.compile(
    rf"(?<![A-Za-z0-9_-])(?:{_ACCOUNT.pattern})"
    r"|(?i:username|chatroomname)(?:=\"|>)(?:<!\[CDATA\[)?(?P<account>[A-Za-z][A-Za-z0-9_-]{5,80})"
)
_BEHIND: Final = re.compile(r"(?P<name>.+?) ?[(（<](?P<account>[^()（）<>\s]{1,100})[)）>]")
OF_THE_CLIENT: Final = (
    "filehelper", "weixin", "fmessage", "medianote", "floatbottle", "newsapp", "notification_messages", "masssendapp",
    "feedsapp", "qmessage", "qqmail", "qqsync", "tmessage", "voip", "blogapp", "facebookapp", "brandsessionholder",
)  # fmt: skip
"""Accounts that every client has, such as the file transfer."""


def is_room(account: str | None) -> bool | None:
    """Whether an id is that of a group; `None` where there is no id."""
    return account.endswith(_ROOMS) if account else None


_GROUPS: Final = {
    **dict.fromkeys(("群聊", "group"), True),
    **dict.fromkeys(("私聊", "单聊", "private", "direct"), False),
}


def is_group_word(word: str | None) -> bool | None:
    """Whether tools call a group so; `None` for another word."""
    return _GROUPS.get(word or "")


def is_account(text: str) -> bool:
    """Whether a text can be nothing but an account id: `wxid_…`, `gh_…`, `…@chatroom`, `…@openim`."""
    return _ACCOUNT.fullmatch(text) is not None


def split_account(shown: str) -> tuple[str, str | None]:
    """A name, and the account id that stands in brackets behind it, if it can be nothing else.

    Example:
        >>> split_account("李四（wxid_demo00000001）"), split_account("李四（同事）")
        (('李四', 'wxid_demo00000001'), ('李四（同事）', None))
    """
    match = _BEHIND.fullmatch(shown)
    return (match["name"], match["account"]) if match and is_account(match["account"]) else (shown, None)


def accounts_in(text: str) -> set[str]:
    """The account ids that stand in a content: those that can be nothing else, and what its XML calls one.

    Example:
        >>> sorted(accounts_in('<msg fromusername="lisi_2000"/> wxid_demo00000001:'))
        ['lisi_2000', 'wxid_demo00000001']
    """
    return {found["account"] or found[0] for found in _NAMED.finditer(text)}
