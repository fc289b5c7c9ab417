"""`wechatlog show`: chats to read on a terminal, paged and coloured; plain where the output is piped."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from wechatlog.cli.inputs import Inputs
from wechatlog.cli.messages import Failure, say
from wechatlog.cli.options import ANY_PATH, Reading, When, reading_options
from wechatlog.model import MessageKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.text import Text

    from wechatlog.model import Conversation

__all__ = ["show"]

_KIND: Final = click.Choice([kind.value for kind in MessageKind])
_COLOR: Final = click.Choice(["auto", "always", "never"])


@click.command()
@click.argument("inputs", metavar="IN...", nargs=-1, required=True, type=ANY_PATH)
@click.option("--emoji", type=click.Choice(["code", "unicode"]), default="code", help="[微笑] as it is, or as 🙂.")
@click.option("--since", type=When(), help="Only from this day or time on.")
@click.option("--until", type=When(), help="Only to this day, or before this time.")
@click.option("--sender", multiple=True, help="Only of this person, by name or account id. Repeatable.")
@click.option("--kind", multiple=True, type=_KIND, metavar="KIND", help="Only of this kind: text, image, … Repeatable.")
@click.option("--search", help="Only messages with this text, upper and lower case alike.")
@click.option("--limit", type=click.IntRange(min=1), help="The first N messages.")
@click.option("--tail", type=click.IntRange(min=1), help="The last N messages.")
@click.option("--color", type=_COLOR, default="auto", help="Colours; auto: on a terminal.")
@click.option("--pager/--no-pager", default=True, help="Page on a terminal, with $PAGER or less.")
@reading_options
def show(inputs: tuple[str, ...], **how: Any) -> int:
    """Show chats in a readable form.

    IN is a file, a folder, a glob, a ZIP or - for the standard input; several chats are shown one after the
    other. Filters add up. Control characters in a chat are shown, not obeyed.
    """
    found = Inputs(inputs, Reading.of(how))
    conversations = iter(found)
    first = next(conversations, None)
    if first is None:
        raise found.nothing()
    _print(_lines(_chain(first, conversations), how), color=how["color"], pager=how["pager"])
    found.complain()
    return 1 if found.failures else 0


def _chain(first: Conversation, rest: Iterable[Conversation]) -> Iterator[Conversation]:
    yield first
    yield from rest


def _select(conversation: Conversation, how: dict[str, Any]) -> Conversation:
    if how["since"] or how["until"]:
        try:
            conversation = conversation.between(how["since"], how["until"])
        except TypeError as error:
            raise Failure("the times have no zone; give one without a zone, or name theirs with --tz") from error
    if how["sender"]:
        conversation = conversation.by(*how["sender"])
    if how["kind"]:
        conversation = conversation.of_kind(*how["kind"])
    if how["search"]:
        conversation = conversation.search(how["search"])
    if how["limit"]:
        conversation = conversation[: how["limit"]]
    return conversation[-how["tail"] :] if how["tail"] else conversation


def _lines(conversations: Iterable[Conversation], how: dict[str, Any]) -> Iterator[Text]:
    from rich.text import Text

    from wechatlog.cli.view import Look, iter_lines

    width = os.get_terminal_size(sys.stdout.fileno()).columns if _on_terminal() else None
    if width is not None and os.environ.get("COLUMNS", "").isdecimal():
        width = int(os.environ["COLUMNS"]) or width
    look = Look(width or None, how["emoji"] == "unicode", how["search"])
    filtered = any(how[name] for name in ("since", "until", "sender", "kind", "search"))
    number = shown = 0
    for number, conversation in enumerate(conversations):  # noqa: B007
        chosen = _select(conversation, how)
        if filtered and not len(chosen):
            continue
        if shown:
            yield Text("")
        shown += 1
        yield from iter_lines(chosen, look)
    if not shown:
        say(f"no message fits, in {number + 1} conversation{'s' if number else ''}")


def _on_terminal() -> bool:
    return sys.stdout.isatty()


def _print(lines: Iterator[Text], *, color: str, pager: bool) -> None:
    """Write the lines as they come, so that the first page is there at once."""
    colored = color == "always" or (color == "auto" and _on_terminal() and "NO_COLOR" not in os.environ)
    texts = _paint(lines) if colored else (f"{line.plain}\n" for line in lines)
    if pager and _on_terminal():
        os.environ.setdefault("LESS", "-FRX")  # as git: no pager for what fits on the screen
        os.environ.setdefault("LESSCHARSET", "utf-8")
        click.echo_via_pager(_without_last_end(texts), color=colored)
        return
    for text in texts:
        sys.stdout.write(text)


def _without_last_end(texts: Iterator[str]) -> Iterator[str]:
    """The texts without the last line end, since click adds one."""
    for number, text in enumerate(texts):
        yield ("\n" if number else "") + text.removesuffix("\n")


def _paint(lines: Iterator[Text]) -> Iterator[str]:
    """The lines with escape sequences for their colours."""
    from rich.color import ColorSystem
    from rich.console import Console

    console = Console(force_terminal=True, color_system="standard", highlight=False, legacy_windows=False)
    for line in lines:
        yield "".join(
            segment.style.render(segment.text, color_system=ColorSystem.STANDARD) if segment.style else segment.text
            for segment in line.render(console, end="\n")
        )
