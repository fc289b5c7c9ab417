"""`wechatlog mcp`: a server for agents over an index of chats, spoken to through standard input and output.

The index and the server are in `wechatlog.agents`, imported when the command runs; standard output belongs to the
protocol, so all that is said goes to the error stream.
"""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import Any, Final

import click

from wechatlog.cli.messages import Failure, count, say, say_skipped
from wechatlog.cli.options import ANY_PATH, Reading, inputs_argument, reading_options
from wechatlog.diagnostics import Severity

_INDEX_HELP: Final = "Keep the index in this file, and read only what is new next time; else it is a temporary one."


@click.command()
@inputs_argument
@click.option("--index", metavar="FILE", type=ANY_PATH, help=_INDEX_HELP)
@click.option("--only-index", is_flag=True, help="Bring the index up to date, and end.")
@click.option("--pseudonyms", is_flag=True, help="Replace names and ids before anything comes into the index.")
@click.option(
    "--max-tokens",
    metavar="N",
    type=click.IntRange(500, 20_000),
    default=2000,
    show_default=True,
    help="Tokens of an answer at most.",
)
@reading_options
def mcp(inputs: tuple[str, ...], index: str | None, **how: Any) -> int:
    """Offer chats to an agent, read-only (MCP).

    IN is a file, a folder, a glob or a ZIP. A program that speaks the Model Context Protocol starts this command
    and talks to it through standard input and output. Nothing is sent anywhere else; what the agent does with an answer
    is its affair.

    \b
    Examples:
      wechatlog mcp exports/ --index chats.sqlite --only-index
      wechatlog mcp exports/ --index chats.sqlite --pseudonyms
    """  # noqa: D301
    if how["only_index"] and index is None:
        raise click.UsageError("--only-index needs --index")
    from wechatlog.agents.index import read_index, update_index
    from wechatlog.agents.questions import Questions

    reading = Reading.of(how)
    with contextlib.ExitStack() as stack:
        path = Path(
            index or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wechatlog-"))) / "index.sqlite"
        )
        update = update_index(path, inputs, pseudonyms=how["pseudonyms"], **reading.keywords)
        for note in update.diagnostics:
            if note.severity is not Severity.INFO:
                say(f"{note.source}: {note.message}")
        say_skipped([note for note in update.diagnostics if note.severity is Severity.INFO])
        if not update.chats:
            raise Failure("no chats found")
        chats, messages = count(update.chats, "chat"), count(update.messages, "message")
        say(f"{chats}, {messages}; read {count(update.read, 'input')} anew")
        if how["only_index"]:
            return 0
        from wechatlog.agents.server import build_server

        database = stack.enter_context(contextlib.closing(read_index(path)))
        build_server(Questions(database, how["max_tokens"])).run()
    return 0
