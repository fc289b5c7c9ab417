"""`wechatlog media`: the pictures, voices and videos of a folder or a ZIP, as files that any program shows or plays."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, Final

import attrs
import click

from wechatlog.atomic import replacing
from wechatlog.cli.messages import Failure, count, explain, harmless, say
from wechatlog.cli.options import summary_option
from wechatlog.cli.terminal import print_json
from wechatlog.content.file_names import free_name
from wechatlog.errors import FormatError, OptionError, RefusedFormatError
from wechatlog.media import Keys, MediaFolder, read

_TOLD: Final = 5
_ENCODED: Final = (".dat", ".silk", ".wxgf", ".aud", ".amr", ".slk")
"""Names of files that are expected to be media, so that it is told where they are not."""


@attrs.define
class _Tally:
    written: list[dict[str, Any]] = attrs.field(factory=list)
    failed: dict[str, str] = attrs.field(factory=dict)
    skipped: int = 0


@click.command()
@click.argument("folder", metavar="FOLDER", type=click.Path(exists=True))
@click.option("-o", "--output", metavar="OUT", required=True, type=click.Path(file_okay=False), help="A folder.")
@click.option("--aes-key", metavar="KEY", envvar="WECHATLOG_AES_KEY", help="Your own key, for pictures of form V2.")
@click.option("--xor-key", metavar="NUMBER", envvar="WECHATLOG_XOR_KEY", help="Your own number, such as 0x37.")
@summary_option
@click.option("-q", "--quiet", is_flag=True, help="No summary; errors are still told.")
def media(folder: str, output: str, aes_key: str | None, xor_key: str | None, *, as_json: bool, quiet: bool) -> int:
    """Decode the pictures and voices of a folder, or a ZIP.

    Every picture, voice and video in FOLDER, which may be a ZIP, is written into OUT, at the same place and under the
    same name with the suffix of what it is: .dat and wxgf pictures as JPEG, PNG or GIF, SILK voices as WAV, others as
    they are. What a file is, its content says. FOLDER stays as it is, links that lead out of it are left alone, and
    nothing is sent anywhere.

    Keys are those of your own account; none is searched for. They may stand in the environment, as
    WECHATLOG_AES_KEY and WECHATLOG_XOR_KEY, where no list of processes shows them.
    """
    try:
        keys = Keys(aes_key, xor_key)
    except OptionError as error:
        raise click.UsageError(str(error)) from error
    root, target, tally = Path(folder), Path(output), _Tally()
    if target.resolve() == root.resolve():
        raise click.UsageError(f"{output}: is FOLDER itself; choose another OUT")
    if root.is_file() and not zipfile.is_zipfile(root):
        raise click.UsageError(f"{folder}: is neither a folder nor a ZIP")
    taken: set[str] = set()
    files = MediaFolder(root)
    for name in _names(files, target):
        try:
            found = read(name, keys, root=files)
        except (FormatError, OSError) as error:
            if PurePosixPath(name).suffix.lower() in _ENCODED:
                tally.failed[name] = error.message if isinstance(error, FormatError) else explain(error, name)
            else:
                tally.skipped += 1
            continue
        place = free_name(name.removesuffix(Path(name).suffix), taken, found.suffix)
        path = target / place
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as part:
            part.write_bytes(found.data)
        tally.written.append({"source": name, "path": place, "kind": found.kind, "decoded": found.decoded})
    return _finish(tally, folder, output, as_json=as_json, quiet=quiet)


def _names(files: MediaFolder, target: Path) -> Iterator[str]:
    """The paths of the files, but those that an earlier run wrote below the target; a broken ZIP is a failure."""
    below = target.resolve()
    try:
        yield from (name for name in files if not (files.path / name).is_relative_to(below))
    except (FormatError, RefusedFormatError) as error:
        raise Failure(str(error)) from error


def _finish(tally: _Tally, folder: str, output: str, *, as_json: bool, quiet: bool) -> int:
    if not quiet:
        decoded = sum(entry["decoded"] for entry in tally.written)
        written, others = count(len(tally.written), "file"), count(tally.skipped, "other file")
        told = f"{written}, {decoded:,} decoded; {others} left out"
        nothing = f"{folder}: there are no pictures, voices or videos in it"
        say(f"{output}: {told}" if tally.written or tally.failed else nothing)
    for name, reason in list(tally.failed.items())[:_TOLD]:
        say(harmless(f"{name}: {reason}", one_line=True))
    if (more := len(tally.failed) - _TOLD) > 0:
        say(f"and {count(more, 'file')} more that could not be read")
    if as_json:
        print_json({"written": tally.written, "failed": tally.failed, "skipped": tally.skipped})
    return 1 if tally.failed else 0
