"""Conversations without real names: the book of pseudonyms, applied to all that a conversation holds.

Takes conversations, gives as many in which senders, ids, mentions, quotes, notices, forwards, cards and titles have
pseudonyms, consistently. What leads back to the archive (origins, diagnostics, most metadata) is left out. Everything
is learnt before anything is rewritten: a name that the last file gives away must not stand in the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from wechatlog.model import Conversation, Message, Participant
from wechatlog.operations.identity import identities
from wechatlog.operations.identity.names import is_own
from wechatlog.operations.pseudonyms import Pseudonyms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from wechatlog.operations.pseudonyms.register import Party, Register

_METADATA: Final = ("exporter", "version", "dialect")
_PERSONAL: Final = ("wxid_", "gh_")


def pseudonymize(
    conversation: Conversation,
    names: Pseudonyms | Mapping[str, str] | None = None,
    **options: Any,
) -> Conversation:
    r"""Give everybody in a conversation a pseudonym, the same wherever they appear.

    Register and groups are numbered in the order in which they appear. Names are replaced as senders, in mentions,
    quotes, notices, cards, forwards and titles, and where they stand in running text as they are known; account ids
    are replaced everywhere, and server ids are numbered. Not found are nicknames that no file knows, names in
    letters of another language, and what pictures, recordings and linked pages show: see the guide.

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
    return next(_iter_rewritten([conversation], _open_book(names, options)))


def pseudonymize_archive(
    conversations: Iterable[Conversation],
    names: Pseudonyms | Mapping[str, str] | None = None,
    **options: Any,
) -> Iterator[Conversation]:
    """Give everybody in several conversations a pseudonym, the same in all of them.

    All of them are learnt from before the first is rewritten, so that a name that only one of them gives away is found
    in the others.

    Args:
        conversations: gone through twice, and not kept: an `Archive`, a list. An iterator, which can be gone through
            but once, is made a list first.
        names: as for `pseudonymize`.
        options: those of `Pseudonyms`, where `names` is no book.

    Yields:
        The conversations, one after the other, as `pseudonymize` gives them.

    Raises:
        TypeError: for options together with a book.
        ValueError: as `Pseudonyms`.

    Example:
        >>> chats = list(wechatlog.load_archive("examples/"))
        >>> [sum(message.sender == "老周" for message in chat) for chat in operations.pseudonymize_archive(chats)]
        [0, 0]
    """
    book = _open_book(names, options)
    several = list(conversations) if iter(conversations) is conversations else conversations
    return _iter_rewritten(several, book)


def _iter_rewritten(conversations: Iterable[Conversation], book: Pseudonyms) -> Iterator[Conversation]:
    def learnt() -> Iterator[Conversation]:
        for conversation in conversations:
            learn_conversation(conversation, book)
            yield conversation

    book._know_names(identities(learnt(), book._given, mentions=False))
    for conversation in conversations:
        yield _rewrite(conversation, book)


def _open_book(names: Pseudonyms | Mapping[str, str] | None, options: Mapping[str, Any]) -> Pseudonyms:
    if not isinstance(names, Pseudonyms):
        return Pseudonyms(names, **options)
    if options:
        raise TypeError(f"a book has its own options; give {', '.join(options)} to Pseudonyms")
    return names


def _rewrite(conversation: Conversation, book: Pseudonyms) -> Conversation:
    people = book._people
    messages = [book.message(message) for message in conversation.messages]
    itself, owner = _meet_chat(conversation, people), _owner(conversation, people)  # who is who is settled by now
    shown = "" if itself is None else people.pseudonym(itself)
    known = conversation.metadata
    return Conversation(
        messages,
        title=None if conversation.title is None else shown,
        id=conversation.id and shown,
        is_group=conversation.is_group,
        owner=conversation.owner if owner is None else people.pseudonym(owner),
        participants=[_member(member, people) for member in conversation.members],
        metadata={key: book.message(Message(text=str(known[key]))).text for key in _METADATA if key in known},
        tz=conversation.tz,
        tz_assumed=conversation.tz_assumed,
    )


def learn_conversation(conversation: Conversation, book: Pseudonyms) -> None:
    """Let a book learn all that a conversation says of people."""
    people = book._people
    for member in conversation.members:
        party = people.meet(member.name, member.id)
        for alias in member.aliases:
            if party is None or party.state == "unclear":
                party = people.called(alias)
            else:
                people.name(party, alias)
    book.learn(conversation.messages)
    _meet_chat(conversation, people)
    # The owner of an archive, who is 我 in its messages, is whoever the archive names as its owner.
    own = dict.fromkeys((message.sender, message.sender_id) for message in conversation.messages if is_own(message))
    own |= dict.fromkeys((member.name, member.id) for member in conversation.members if member.is_self)
    owner = _owner(conversation, people)
    if owner is not None and not owner.is_group:
        own[(None, conversation.owner) if conversation.owner in owner.ids else (conversation.owner, None)] = None
    people.unite_owner(own)


def _owner(conversation: Conversation, people: Register) -> Party | None:
    return people.called(conversation.owner) if conversation.owner else None


def _member(member: Participant, people: Register) -> Participant:
    party = people.meet(member.name, member.id)
    shown = "" if party is None else people.pseudonym(party)
    return attrs.evolve(member, name=None if member.name is None else shown, id=member.id and shown, aliases=())


def _meet_chat(conversation: Conversation, people: Register) -> Party | None:
    """Who a chat is with: a person in a private one, who has its title and its id; else a group."""
    title, id_ = conversation.title, conversation.id
    is_group = conversation.is_group
    if is_group is None:
        is_group = not (id_ or "").startswith(_PERSONAL)
    return people.meet(title or None, id_, is_group=is_group)
