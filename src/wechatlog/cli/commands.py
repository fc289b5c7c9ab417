"""The small commands: `formats` and `completion`."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import get_completion_class

from wechatlog.cli.messages import harmless
from wechatlog.registry import find_writer, formats as list_formats

if TYPE_CHECKING:
    from wechatlog.registry import FormatInfo

__all__ = ["completion", "formats"]


@click.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def formats(name: str | None, *, as_json: bool) -> None:
    """List the formats that can be read and written; with NAME, the options and losses of one."""
    found = [info for info in list_formats() if name in (None, info.name)]
    if not found:
        known = ", ".join(dict.fromkeys(info.name for info in list_formats()))
        raise click.BadParameter(f"{name!r}: no format of that name\nKnown: {known}", param_hint="'NAME'")
    if as_json:
        click.echo(json.dumps([_to_json(info) for info in found], ensure_ascii=False, indent=2))
    elif name is not None:
        click.echo("\n".join(line for info in found for line in _details(info)))
    else:
        _print_table(found)


def _losses(info: FormatInfo) -> dict[str, str]:
    return dict(find_writer(info.name).losses) if info.role == "writer" else {}


def _to_json(info: FormatInfo) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": info.name,
        "role": info.role,
        "description": info.description,
        "suffixes": list(info.suffixes),
        "origin": info.origin,
        "options": dict(info.options),
    }
    if info.role == "writer":
        found |= {"several": find_writer(info.name).several, "losses": _losses(info)}
    return found


def _details(info: FormatInfo) -> list[str]:
    verb = "read" if info.role == "reader" else "write"
    lines = [f"{verb} {info.name}: {info.description}", f"  suffixes: {' '.join(info.suffixes) or 'none'}"]
    lines += [f"  -O {name}=…  {meaning}" for name, meaning in info.options]
    lines += [f"  not kept: {name}: {why}" for name, why in _losses(info).items()]
    return [harmless(line, one_line=True) for line in lines]


def _print_table(found: list[FormatInfo]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("format", style="bold", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("suffixes", no_wrap=True)
    table.add_column("description")
    with_origin = any(info.origin != "built-in" for info in found)
    if with_origin:
        table.add_column("from", no_wrap=True)
    for info in sorted(found, key=lambda info: info.role):
        cells = [info.name, "read" if info.role == "reader" else "write", " ".join(info.suffixes), info.description]
        cells += [info.origin] if with_origin else []
        table.add_row(*(Text(harmless(cell, one_line=True)) for cell in cells))
    width = None if sys.stdout.isatty() else 1000
    Console(width=width, highlight=False).print(table)


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print a script that completes `wechatlog` in a shell.

    \b
    bash:  eval "$(wechatlog completion bash)"          in ~/.bashrc
    zsh:   eval "$(wechatlog completion zsh)"           in ~/.zshrc
    fish:  wechatlog completion fish > ~/.config/fish/completions/wechatlog.fish
    """
    root = click.get_current_context().find_root().command
    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(found(root, {}, "wechatlog", "_WECHATLOG_COMPLETE").source())


