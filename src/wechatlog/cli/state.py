"""How far the inputs of a nightly job were read: a file that is written when the output is in place.

Takes and gives marks by the paths of the inputs. What the job made of its inputs is the business of its command.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from wechatlog import Mark
from wechatlog.atomic import replacing
from wechatlog.cli.messages import Failure, explain
from wechatlog.errors import FormatError

state_option: Final = click.option(
    "--state",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Take only what is new since the last run with this file, and note there how far that was.",
)

_SCHEMA: Final = "wechatlog-state/1"


def check_state(path: str | None, output: str) -> None:
    """Refuse to write the state over the output."""
    if path is not None and output != "-" and Path(path).resolve() == Path(output).resolve():
        raise click.UsageError("--state and the output are the same file; give the state a name of its own")


def read_state(path: str | None) -> dict[str, Mark] | None:
    """The marks in a file, none where there is no file yet; `None` without a path. Another file is a failure."""
    if path is None:
        return None
    try:
        value: Any = json.loads(Path(path).read_bytes())
        if value["schema"] != _SCHEMA:
            raise ValueError
        return {key: Mark.from_json(mark) for key, mark in value["marks"].items()}
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise Failure(explain(error, path)) from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, FormatError):
        raise Failure(f"{path}: this is no state ({_SCHEMA}); remove it to begin anew") from None


def write_state(path: str, marks: Mapping[str, Mark]) -> None:
    """Replace the file, atomically."""
    value = {"schema": _SCHEMA, "marks": {key: mark.to_json() for key, mark in marks.items()}}
    with replacing(Path(path)) as part:
        part.write_text(json.dumps(value, ensure_ascii=False) + "\n", encoding="utf-8", errors="surrogatepass")
