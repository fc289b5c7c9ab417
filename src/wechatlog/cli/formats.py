"""The command `formats`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from wechatlog.cli.language import translate
from wechatlog.cli.messages import harmless
from wechatlog.cli.options import json_option, unknown_format
from wechatlog.cli.tables import print_table
from wechatlog.cli.terminal import print_json
from wechatlog.registry import FormatInfo, find_writer
from wechatlog.registry import formats as list_formats


@click.command()
@click.argument("name", required=False)
@json_option
def formats(name: str | None, *, as_json: bool) -> None:
    """List the formats.

    Those that can be read, and those that can be written; with NAME, the options of one and its losses.
    """
    found = [info for info in list_formats() if name in (None, info.name)]
    if not found and Path(str(name)).exists():
        raise click.UsageError(f"{name}: is no format; of a file, `wechatlog info` says which it has")
    if not found:
        raise click.BadParameter(unknown_format(str(name)), param_hint="'NAME'")
    if as_json:
        print_json([_to_json(info) for info in found])
    elif name is not None:
        click.echo("\n".join(line for info in found for line in _details(info)))
    else:
        for number, role in enumerate(("reader", "writer")):
            infos = [info for info in found if info.role == role]
            shown = 3 + any(info.origin != "built-in" for info in infos)
            rows = [[info.name, " ".join(info.suffixes), translate(info.description), info.origin] for info in infos]
            columns = ["written" if number else "read", "suffixes", "description", "from"]
            click.echo("\n" * number, nl=False)
            print_table(columns[:shown], [row[:shown] for row in rows], fold=("suffixes", "description"))


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
        writer = find_writer(info.name)
        found |= {name: getattr(writer, name) for name in ("several", "streaming", "binary")}
        found["losses"] = _losses(info)
    return found


def _details(info: FormatInfo) -> list[str]:
    verb = translate("read" if info.role == "reader" else "write")
    lines = [f"{verb} {info.name}: {translate(info.description)}"]
    lines += [translate(f"  suffixes: {' '.join(info.suffixes)}" if info.suffixes else "  suffixes: none")]
    lines += [f"  -O {name}=…  {translate(meaning)}" for name, meaning in info.options]
    lines += [translate(f"  not kept: {name}: {why}") for name, why in _losses(info).items()]
    return [harmless(line, one_line=True) for line in lines]
