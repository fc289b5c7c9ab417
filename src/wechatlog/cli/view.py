"""`wechatlog view`: chats as a page in the browser.

Writes the page of the writer `html` to a temporary place that only the user can read, or to a named one, and opens it.
Where there is no browser, saying where the page is will do.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import attrs
import click

from wechatlog.cli.filters import Filters, filter_options
from wechatlog.cli.inputs import Inputs
from wechatlog.cli.media_paths import MediaPaths
from wechatlog.cli.messages import Failure, count, listed, say
from wechatlog.cli.options import ANY_PATH, SPLIT, Reading, inputs_argument, is_folder, reading_options
from wechatlog.cli.summary import Damage, written
from wechatlog.content.descriptions import size_text
from wechatlog.errors import MultipleConversationsError
from wechatlog.inputs.archive import is_bundle
from wechatlog.model import Conversation
from wechatlog.outputs.file import dump
from wechatlog.outputs.folder import CountedStream
from wechatlog.registry import find_writer

_FORM: Final = "html"
_OUTPUT_HELP: Final = "Write the page here, or several into this folder; else to a temporary place."
_SPLIT_HELP: Final = "A page for each day, month or year, for so many messages, or of such a size (5MB)."


@click.command()
@inputs_argument
@click.option("-o", "--output", metavar="OUT", type=ANY_PATH, help=_OUTPUT_HELP)
@click.option("--open/--no-open", "opens", default=True, help="Open the page in the browser, or only say where it is.")
@click.option("--owner", metavar="NAME", help="Whose messages stand on the right: a name or an account id.")
@click.option("--title", help="Title of the page; else that of the chat.")
@filter_options
@click.option("--split", metavar="HOW", type=SPLIT, help=_SPLIT_HELP)
@reading_options
def view(inputs: tuple[str, ...], output: str | None, **how: Any) -> int:
    """Show chats as a page in the browser.

    IN is a file, a folder, a glob, a ZIP or - for the standard input. Several chats, or several pages, come
    with an index. The page needs no network. `wechatlog formats html` lists more options for -O.

    \b
    Examples:
      wechatlog view chat.jsonl
      wechatlog view exports/ --owner 李四 --split month
      wechatlog view chat.jsonl -o chat.html --no-open -O theme=dark
    """  # noqa: D301
    writer = find_writer(_FORM)
    own = [f"{name}={how[name]}" for name in ("owner", "title") if how[name] is not None]
    reading = Reading.of({**how, "options": (*how["options"], *own)}, writer)
    found = Inputs(inputs, reading)
    job = _Job(found, reading, Filters.of(how), how["split"])
    with found.watched():
        page = job.run(output)
    found.complain()
    job.tell(page, temporary=output is None)
    if how["opens"] and not open_page(page):
        say("no browser was found; open the page yourself")
        how["opens"] = False
    if not how["opens"]:
        click.echo(str(page))
    return 1 if found.failures else 0


@attrs.define
class _Job:
    inputs: Inputs
    reading: Reading
    filters: Filters
    split: str | None
    pages: int = 0
    messages: int = 0
    size: int = 0
    damage: Damage = attrs.field(factory=Damage)
    media: MediaPaths = attrs.field(init=False)

    @media.default
    def _media(self) -> MediaPaths:
        return MediaPaths(self.inputs.sources, find_writer(_FORM), self.reading.writer_options)

    def run(self, output: str | None) -> Path:
        """Write the pages, and give the one to be opened."""
        is_bundled = is_bundle(self.inputs.sources[0])
        if self.inputs.is_huge and not is_bundled and (output is None or not is_folder(output)):
            try:
                keep = self.media.watching(self.filters.test(), self.inputs.sources[0])
                return self._write(self.inputs.stream(keep), output, many=False)
            except MultipleConversationsError:
                self.pages = self.messages = self.size = 0
        conversations = self._chosen()
        first = list(itertools.islice(conversations, 2))
        if not first:
            raise self.inputs.nothing()
        if len(first) > 1 and "title" in self.reading.writer_options:
            raise Failure("--title names one page, and these are several chats")
        return self._write(itertools.chain(first, conversations), output, many=len(first) > 1)

    def _chosen(self) -> Iterator[Conversation]:
        for conversation, chosen in self.filters.fitting(self.inputs):
            self.damage.add(conversation.diagnostics)
            yield self.media.place(chosen, self.inputs.archive.source, self.inputs.archive.inside)

    def _write(self, items: Iterator[Conversation] | CountedStream, output: str | None, *, many: bool) -> Path:
        if output is None:
            folder = Path(tempfile.mkdtemp(prefix="wechatlog-"))  # nobody else may look into it
            try:
                return self._write_folder(items, folder)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
        if not many and self.split is None and Path(output).suffix and not is_folder(output):
            path = Path(output)
            self.inputs.keep(path)
            item = items if isinstance(items, CountedStream) else next(items)
            dump(item, path, _FORM, **self.media.options)
            self.pages, self.size = 1, path.stat().st_size
            self.messages = item.count if isinstance(item, CountedStream) else len(item)
            return path
        if output.lower().endswith(tuple(find_writer(_FORM).suffixes)) and not is_folder(output):
            raise Failure(f"{output}: these are several pages; give a folder, such as -o pages/")
        return self._write_folder(items, Path(output))

    def _write_folder(self, items: Iterator[Conversation] | CountedStream, folder: Path) -> Path:
        page = folder
        how = {"split": self.split, "check": self.inputs.keep, **self.media.options}
        for file in written(items, folder, _FORM, **how):
            self.pages += 1
            self.messages += file.messages
            self.size += file.size
            page = file.path
        return page if self.pages == 1 else folder / "index.html"

    def tell(self, page: Path, *, temporary: bool) -> None:
        pages = [count(self.pages, "page")] if self.pages > 1 else []
        self.media.tell()
        say(f"{page}: {listed(*pages, count(self.messages, 'message'), size_text(self.size))}")
        self.damage.tell()
        if temporary:
            say(f"  only you can read {page.parent}, which stays until temporary files are cleared or you delete it")


def open_page(page: Path) -> bool:
    """Open a page in the user's browser; false where there is none that could show it."""
    try:
        if sys.platform == "linux" and "microsoft" in os.uname().release.lower():  # the Linux inside Windows
            tool = shutil.which("wslview")
            if tool is not None and subprocess.run([tool, str(page.resolve())], check=False).returncode == 0:  # noqa: S603
                return True
        # Where no window can come up, only browsers in the terminal are found, which cannot run the page.
        known = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")
        has_screen = sys.platform in ("darwin", "win32", "cygwin") or any(os.environ.get(name) for name in known)
        return has_screen and webbrowser.open(page.resolve().as_uri())
    except (OSError, webbrowser.Error):
        return False
