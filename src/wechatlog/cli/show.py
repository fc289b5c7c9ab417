"""`wechatlog show`: chats to read on a terminal, paged and coloured; plain where the output is piped."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import click

from wechatlog.cli.filters import Filters, filter_options
from wechatlog.cli.inputs import Inputs
from wechatlog.cli.messages import say
from wechatlog.cli.options import Reading, color_option, emoji_option, inputs_argument, reading_options
from wechatlog.cli.summary import Damage
from wechatlog.cli.terminal import columns, on_terminal, print_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.text import Text

    from wechatlog.model import Conversation


@click.command()
@inputs_argument
@emoji_option
@filter_options
@click.option("--search", help="Only messages with this text, upper and lower case alike.")
@click.option("--limit", metavar="N", type=click.IntRange(min=1), help="The first N messages.")
@click.option("--tail", metavar="N", type=click.IntRange(min=1), help="The last N messages.")
@color_option
@click.option("--pager/--no-pager", default=True, help="Page on a terminal, with $PAGER or less.")
@reading_options
def show(inputs: tuple[str, ...], **how: Any) -> int:
    """Show chats in a readable form.

    IN is a file, a folder, a glob, a ZIP or - for the standard input; several chats are shown one after the
    other. Filters add up. Control characters in a chat are shown, not obeyed.
    """
    found = Inputs(inputs, Reading.of(how))
    conversations = iter(found)
    with found.watched():
        first = next(conversations, None)
    if first is None:
        raise found.nothing()
    damage = Damage()
    lines = _lines(itertools.chain((first,), conversations), found, how, damage)
    print_lines(lines, color=how["color"], pager=how["pager"])
    damage.tell()
    return found.finish()


def _lines(conversations: Iterable[Conversation], found: Inputs, how: dict[str, Any], damage: Damage) -> Iterator[Text]:
    from rich.text import Text

    from wechatlog.cli.rendering import Look, iter_lines

    look = Look((columns() or None) if on_terminal() else None, how["emoji"] == "unicode", how["search"])
    filters = Filters.of(how)
    filtered = bool(filters or how["search"])
    number = shown = 0
    for number, conversation in enumerate(conversations):  # noqa: B007
        damage.add(conversation.diagnostics)
        conversation = filters.select(conversation)
        if how["search"]:
            conversation = conversation.search(how["search"])
        if how["limit"]:
            conversation = conversation[: how["limit"]]
        chosen = conversation[-how["tail"] :] if how["tail"] else conversation
        if filtered and not len(chosen):
            continue
        if shown:
            yield Text("")
        shown += 1
        yield from iter_lines(chosen, look, found.place(conversation.origin.source))
    if not shown:
        say(filters.nothing_fits(number + 1))
