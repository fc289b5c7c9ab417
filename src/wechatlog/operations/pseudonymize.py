"""Conversations without real names: the book of pseudonyms, applied to all that a conversation holds.

Takes a conversation, gives one in which senders, ids, mentions, quotes, notices, forwards, cards and titles have
pseudonyms, consistently. What leads back to the archive (origins, diagnostics, most metadata) is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from wechatlog.model import Conversation, Participant
from wechatlog.operations.pseudonyms import Pseudonyms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wechatlog.operations.people import Being, People

__all__ = ["get_acquainted", "pseudonymize"]

_METADATA: Final = ("exporter", "version", "dialect")
_PERSONAL: Final = ("wxid_", "gh_")


def pseudonymize(
    conversation: Conversation,
    names: Pseudonyms | Mapping[str, str] | None = None,
    **options: Any,
) -> Conversation:
    r"""Give everybody in a conversation a pseudonym, the same wherever they appear.

    People and groups are numbered in the order in which they appear. Names are replaced as senders, in mentions,
    quotes, notices, cards, forwards and titles, and where they stand in running text as they are known; account ids
    are replaced everywhere, and server ids are numbered. Not found are nicknames that no file knows, names that are
    spelled in another way, and what pictures, recordings and linked pages show: see the guide.

    Args:
        conversation: any.
        names: pseudonyms of one's own choice for some names or ids; or a book, which learns from the conversation, so
            that a person has the same pseudonym in all conversations that it is used for.
        options: those of `Pseudonyms`, where `names` is no book.

    Returns:
        As many messages as before, with their times and kinds. Members without aliases; only the metadata `exporter`,
        `version` and `dialect`; no origins and no diagnostics.

    Raises:
        TypeError: for options together with a book.
        ValueError: as `Pseudonyms`.

    Example:
        >>> from wechatlog import Conversation, Message
        >>> chat = Conversation([Message(sender="张三", text="@李四 早"), Message(sender="李四", text="张三早")])
        >>> print(*pseudonymize(chat), sep="\n")
        P1: @P2 早
        P2: P1早
    """
    if isinstance(names, Pseudonyms):
        if options:
            raise TypeError(f"a book has its own options; give {', '.join(options)} to Pseudonyms")
        book = names
    else:
        book = Pseudonyms(names, **options)
    people = book._people
    itself, owner = get_acquainted(conversation, book)
    messages = [book.message(message) for message in conversation.messages]
    shown = "" if itself is None else people.pseudonym(itself)
    return Conversation(
        messages,
        title=None if conversation.title is None else shown,
        id=conversation.id and shown,
        is_group=conversation.is_group,
        owner=conversation.owner if owner is None else people.pseudonym(owner),
        participants=[_member(member, people) for member in conversation.members],
        metadata={key: conversation.metadata[key] for key in _METADATA if key in conversation.metadata},
        tz=conversation.tz,
        tz_assumed=conversation.tz_assumed,
    )


def get_acquainted(conversation: Conversation, book: Pseudonyms) -> tuple[Being | None, Being | None]:
    """Let a book learn all that a conversation says of people.

    Returns:
        The chat itself, a group or a person, and its owner; `None` where the conversation does not name them.
    """
    people = book._people
    for member in conversation.members:
        _meet_member(member, people)
    book.learn(conversation.messages)
    itself = _meet_chat(conversation, people)
    return itself, people.called(conversation.owner) if conversation.owner else None


def _meet_member(member: Participant, people: People) -> None:
    being = people.meet(member.name, member.id)
    for alias in member.aliases:
        if being is None or being.state == "unclear":
            being = people.called(alias)
        else:
            people.name(being, alias)


def _member(member: Participant, people: People) -> Participant:
    being = people.meet(member.name, member.id)
    shown = "" if being is None else people.pseudonym(being)
    return attrs.evolve(member, name=None if member.name is None else shown, id=member.id and shown, aliases=())


def _meet_chat(conversation: Conversation, people: People) -> Being | None:
    """Who a chat is with: a person in a private one, who has its title and its id; else a group."""
    title, id_ = conversation.title, conversation.id
    is_group = conversation.is_group
    if is_group is None:
        is_group = not (id_ or "").startswith(_PERSONAL)
    return people.meet(title, id_, is_group=is_group)
