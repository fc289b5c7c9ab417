"""Where the pictures and files of chats lie, for outputs that are put elsewhere, and how many are not there.

An archive names files by paths that start from the folder of its own file. Takes conversations and the sources that
they came from. For pages and documents it gives conversations whose paths start from one folder, which is an option of
the writer; for forms that keep the paths as they are it counts the files that will not be found beside the output.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from wechatlog.cli.messages import count, say
from wechatlog.pages.urls import safe_path
from wechatlog.segments.types import Forward

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from wechatlog.model import Conversation, Message
    from wechatlog.segments.types import Segment
    from wechatlog.source import Source
    from wechatlog.writers.base import Writer

__all__ = ["MediaPaths"]

_LOSING: Final = frozenset({"everything", "segments"})
"""What a writer loses that does not keep the paths of files."""


class MediaPaths:
    """The files of the chats of one run.

    Args:
        sources: the inputs.
        writer: of the output.
        options: that the user gave to it.
        folder: where the output is put, or `None`.

    Attributes:
        options: for the writer.
    """

    def __init__(
        self, sources: Iterable[Source], writer: Writer, options: Mapping[str, Any], folder: Path | None = None
    ) -> None:
        folders = [source.path.parent.resolve() for source in sources if source.path is not None]
        wanted = "media_root" in writer.options and "media_root" not in options and options.get("media") != "none"
        self._root: Path | None = None
        if wanted and folders:
            try:
                self._root = Path(os.path.commonpath(folders))
            except ValueError:  # several drives of Windows
                self._root = None
        self.options = {**options, **({} if self._root is None else {"media_root": str(self._root)})}
        self._found: dict[str, bool] = {}
        keeps_paths = _LOSING.isdisjoint(writer.losses) and "media_root" not in writer.options
        self._target = folder.resolve() if folder is not None and keeps_paths else None
        self._left: dict[Path, None] = {}

    def place(self, conversation: Conversation, source: Source | None) -> Conversation:
        """A conversation whose paths start from the root; counts the files that are not there."""
        if self._root is None:
            for message in conversation.messages if self._moves_from(source) else ():
                self._look_beside(message, source)
            return conversation
        conversation = self._place_avatars(conversation, source)
        messages = [self.place_message(message, source) for message in conversation.messages]
        if all(one is other for one, other in zip(messages, conversation.messages, strict=True)):
            return conversation
        return attrs.evolve(conversation, messages=messages)

    def _place_avatars(self, conversation: Conversation, source: Source | None) -> Conversation:
        """The pictures of people start from the root too; one that is not there is no loss, and is not counted."""
        avatars = conversation.metadata.get("avatars")
        if not isinstance(avatars, Mapping) or self._root is None or source is None or source.path is None:
            return conversation
        begin = Path(os.path.relpath(source.path.parent.resolve(), self._root)).as_posix()
        if begin == ".":
            return conversation
        placed = {who: path if safe_path(path) is None else f"{begin}/{path}" for who, path in avatars.items()}
        return attrs.evolve(conversation, metadata={**conversation.metadata, "avatars": placed})

    def _moves_from(self, source: Source | None) -> bool:
        """Whether the output lies elsewhere than this file, and keeps its paths."""
        if source is None or source.path is None or self._target is None:
            return False
        return source.path.parent.resolve() != self._target

    def _look_beside(self, message: Message, source: Source | None) -> None:
        """Note the files of a message that are where the archive says, and not beside the output."""
        if self._target is None or source is None or source.path is None:
            return
        for segment in message.given_segments or ():
            path = getattr(segment, "path", None)
            if isinstance(segment, Forward):
                for inside in segment.messages:
                    self._look_beside(inside, source)
            elif isinstance(path, str) and safe_path(path) is not None:
                here = source.path.parent / path
                if here not in self._left and _is_file(here) and not _is_file(self._target / path):
                    self._left[here] = None

    def place_message(self, message: Message, source: Source | None) -> Message:
        """A message whose paths start from the root."""
        given = message.given_segments
        if self._root is None or given is None or source is None or source.path is None:
            return message
        begin = Path(os.path.relpath(source.path.parent.resolve(), self._root)).as_posix()
        segments = tuple(self._place_segment(segment, begin, source) for segment in given)
        if all(one is other for one, other in zip(segments, given, strict=True)):
            return message
        return attrs.evolve(message, segments=segments)

    def _place_segment(self, segment: Segment, begin: str, source: Source) -> Segment:
        if isinstance(segment, Forward):
            inside = tuple(self.place_message(message, source) for message in segment.messages)
            same = all(one is other for one, other in zip(inside, segment.messages, strict=True))
            return segment if same else attrs.evolve(segment, messages=inside)
        path = getattr(segment, "path", None)
        if self._root is None or not isinstance(path, str) or safe_path(path) is None:
            return segment
        placed = path if begin == "." else f"{begin}/{path}"
        if placed not in self._found:
            self._found[placed] = self._exists(placed)
        return segment if placed == path else attrs.evolve(segment, path=placed)  # type: ignore[call-arg]

    def _exists(self, path: str) -> bool:
        return self._root is not None and _is_file(self._root.joinpath(*path.replace("\\", "/").split("/")))

    def watching(self, test: Callable[[Message], bool] | None, source: Source) -> Callable[[Message], bool] | None:
        """A test for the messages of one file, whose paths are right as they are, that counts their files too."""
        if self._root is None and not self._moves_from(source):
            return test

        def keep(message: Message) -> bool:
            if test is not None and not test(message):
                return False
            if self._root is None:
                self._look_beside(message, source)
            else:
                self.place_message(message, source)
            return True

        return keep

    def tell(self) -> None:
        """Say how many files are not there, and what to do."""
        missing = [path for path, there in self._found.items() if not there]
        if missing:
            files, total = count(len(missing), "media file"), len(self._found)
            say(
                f"{files} of {total:,} are not there; the first: {missing[0]} (in {self._root}); "
                "name their folder with -O media_root=FOLDER"
            )
        if self._left:
            files, first = count(len(self._left), "media file"), next(iter(self._left))
            stay = f"{files} stays where it is" if len(self._left) == 1 else f"{files} stay where they are"
            say(f"{stay}; the first: {first}; the output names them as the chat did, so take them along")


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
