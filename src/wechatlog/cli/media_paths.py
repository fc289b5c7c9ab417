"""Where the pictures and files of chats lie, for outputs that are put elsewhere, and how many are not there.

An archive names files by paths that start from the folder of its own file, on disk or in a ZIP, or from one above it
that its metadata name (`media_base`). Takes conversations and the sources that they came from. For pages and documents
it gives conversations whose paths start from one folder, which is an option of the writer; for forms that keep the
paths as they are it counts the files that will not be found beside the output. Where copies are wanted, the paths lead
to these.
"""

from __future__ import annotations

import contextlib
import os
import posixpath
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

import attrs

from wechatlog.cli.messages import count, explain, say
from wechatlog.content.places import safe_path
from wechatlog.errors import FormatError
from wechatlog.inputs.archive import is_bundle
from wechatlog.media import MediaFolder
from wechatlog.segments.types import Forward, Segment

if TYPE_CHECKING:
    from wechatlog.cli.media_copies import MediaCopies
    from wechatlog.model import Conversation, Message
    from wechatlog.source import Source
    from wechatlog.writers.base import Writer

_LOSING: Final = frozenset({"everything", "segments"})
"""What a writer loses that does not keep the paths of files."""


@attrs.define
class MediaCounts:
    """Files by their places.

    Attributes:
        seen: those that were named, and whether they are there.
        packed: those in a ZIP.
        left: those left behind.
        copied: the copies of some.
        uncopied: why there is none of others.
    """

    seen: dict[str, bool] = attrs.field(factory=dict)
    packed: list[str] = attrs.field(factory=list)
    left: dict[str, None] = attrs.field(factory=dict)
    copied: dict[str, None] = attrs.field(factory=dict)
    uncopied: dict[str, str] = attrs.field(factory=dict)


def names_files(writer: Writer, options: Mapping[str, Any]) -> bool:
    """Whether what a writer writes leads to files beside it: by links, or by the paths that it keeps."""
    if "media_root" in writer.options:
        return "media" in writer.options and options.get("media", "link") == "link" and "media_root" not in options
    return _LOSING.isdisjoint(writer.losses)


class MediaPaths:
    """The files of the chats of one run, whose output, or the copies of whose files, are put into a folder.

    Its `options` are those of the user, with what the writer needs besides.
    """

    def __init__(
        self,
        sources: Iterable[Source],
        writer: Writer,
        options: Mapping[str, Any],
        folder: Path | None = None,
        copies: MediaCopies | None = None,
    ) -> None:
        folders = [source.path.parent.resolve() for source in sources if source.path is not None]
        root: Path | None = None
        with contextlib.suppress(ValueError):  # several drives of Windows
            root = Path(os.path.commonpath(folders)) if folders else None
        self._files = None if root is None else MediaFolder(root)
        shows = "media_root" in writer.options
        self._places = root is not None and shows and "media_root" not in options and options.get("media") != "none"
        self._links = "media" in writer.options and options.get("media", "link") == "link"
        start = root if copies is None else copies.base
        self.options = {**options, **({"media_root": str(start)} if self._places else {})}
        self._copies = copies
        self._moves = self._places or copies is not None
        keeps_paths = _LOSING.isdisjoint(writer.losses) and not shows
        self._target = folder.resolve() if folder is not None and keeps_paths and copies is None else None
        self._bundles: dict[Source, bool] = {}
        self._found: dict[str, bool] = {}
        self._counts = MediaCounts()

    def place(self, conversation: Conversation, source: Source | None, inside: str = "") -> Conversation:
        """A conversation whose paths start from the root; counts the files that are not there."""
        starts = self._starts(source, inside, conversation.metadata.get("media_base"))
        if not starts:
            return conversation
        if not self._moves:
            for message in conversation.messages if self._target is not None else ():
                self._look_beside(message, starts)
            return conversation
        messages = [self._place_message(message, starts) for message in conversation.messages]
        metadata: Mapping[str, Any] = conversation.metadata
        if isinstance(avatars := metadata.get("avatars"), Mapping):  # one that is not there is no loss, and not counted
            metadata = {**metadata, "avatars": {who: self._find(path, starts)[0] for who, path in avatars.items()}}
        same = all(one is other for one, other in zip(messages, conversation.messages, strict=True))
        if same and metadata == conversation.metadata:
            return conversation
        return attrs.evolve(conversation, messages=messages, metadata=metadata)

    def _starts(self, source: Source | None, inside: str, base: object) -> tuple[str, ...]:
        """From where the paths of a chat may start, seen from the root; the first that has a file counts."""
        if self._files is None or source is None or source.path is None or not (self._moves or self._target):
            return ()
        folder = source.path.parent.resolve()
        begin = PurePosixPath(Path(os.path.relpath(folder, self._files.path)).as_posix())
        if source not in self._bundles:
            self._bundles[source] = is_bundle(source)
        if self._bundles[source]:
            begin = begin / source.path.name / PurePosixPath(inside).parent
        starts = [str(begin)]
        if isinstance(base, str):
            starts.insert(0, posixpath.normpath(begin / base))
        return tuple(start for start in starts if not start.startswith(".."))

    def _find(self, path: Any, starts: tuple[str, ...]) -> tuple[Any, bool]:
        """A path from the root, and whether there is such a file; what is no path of a file stays as it is."""
        if self._files is None or safe_path(path if isinstance(path, str) else None) is None:
            return path, True
        places = [path if start == "." else f"{start}/{path}" for start in starts]
        for place in places:
            if place not in self._found:
                self._found[place] = self._files.holds(place)
            if self._found[place]:
                return self._copy(path, place), True
        return path if self._copies else places[-1], False

    def _copy(self, path: str, place: str) -> str:
        """The path of the copy of a file, where copies are wanted; the old one where it cannot be read."""
        if self._copies is None or self._files is None:
            return place
        if place in self._counts.uncopied:
            return path
        try:
            copy = self._copies.copy(self._files, place)
        except (FormatError, OSError) as error:
            self._counts.uncopied[place] = error.message if isinstance(error, FormatError) else explain(error)
            return path
        self._counts.copied[copy] = None
        return copy

    def _place_message(self, message: Message, starts: tuple[str, ...]) -> Message:
        given = message.given_segments
        if given is None and self._copies is not None and "](" in message.text:  # pictures in Markdown
            given = message.segments
        if given is None:
            return message
        segments = tuple(self._place_segment(segment, starts) for segment in given)
        if all(one is other for one, other in zip(segments, given, strict=True)):
            return message
        return attrs.evolve(message, segments=segments)

    def _place_segment(self, segment: Segment, starts: tuple[str, ...]) -> Segment:
        if isinstance(segment, Forward):
            inside = tuple(self._place_message(message, starts) for message in segment.messages)
            same = all(one is other for one, other in zip(inside, segment.messages, strict=True))
            return segment if same else attrs.evolve(segment, messages=inside)
        path = getattr(segment, "path", None)
        if self._files is None or not isinstance(path, str) or safe_path(path) is None:
            return segment
        place, there = self._find(path, starts)
        if place not in self._counts.seen:
            self._counts.seen[place] = there
            if there and self._links and self._copies is None and self._files.is_packed(place):
                self._counts.packed.append(place)
        return segment if place == path else attrs.evolve(segment, path=place)  # type: ignore[call-arg]

    def _look_beside(self, message: Message, starts: tuple[str, ...]) -> None:
        """Note the files of a message that are where the archive says, and not beside the output."""
        for segment in message.given_segments or ():
            path = getattr(segment, "path", None)
            if isinstance(segment, Forward):
                for inside in segment.messages:
                    self._look_beside(inside, starts)
            elif isinstance(path, str) and safe_path(path) is not None:
                place, there = self._find(path, starts)
                if place not in self._counts.left and there and not _is_file(self._target, path):
                    self._counts.left[place] = None

    def watching(self, test: Callable[[Message], bool] | None, source: Source) -> Callable[[Message], bool] | None:
        """A test for the messages of one file on disk, whose paths are right as they are, that counts its files too."""
        if (look := self.watch(source)) is None:
            return test

        def keep(message: Message) -> bool:
            if test is not None and not test(message):
                return False
            look(message)
            return True

        return keep

    def watch(self, source: Source, inside: str = "", base: object = None) -> Callable[[Message], object] | None:
        """What counts the files of a message that is not changed; `None` where nobody asks for them."""
        if not (starts := self._starts(source, inside, base)):
            return None
        count_files = self._place_message if self._places else self._look_beside
        return lambda message: count_files(message, starts)

    def take(self) -> MediaCounts:
        """What was counted so far, which is counted no more."""
        counts, self._counts = self._counts, MediaCounts()
        return counts

    def add(self, counts: MediaCounts) -> None:
        """Count what was counted elsewhere."""
        ours = self._counts
        ours.packed += [place for place in counts.packed if place not in ours.seen]
        ours.seen.update(counts.seen)
        ours.left.update(counts.left)
        ours.copied.update(counts.copied)
        ours.uncopied.update(counts.uncopied)

    def tell(self) -> None:
        """Say how many files are not there, or not where the output can use them, and what to do."""
        found = self._counts
        root = None if self._files is None else self._files.path
        missing = [path for path, there in found.seen.items() if not there]
        if missing:
            number, total = len(missing), len(found.seen)
            say(
                f"media files that are not there: {number:,} of {total:,}; the first: {missing[0]} (in {root}); "
                "name their folder with -O media_root=FOLDER"
                if self._copies is None
                else f"media files that are not there: {number:,} of {total:,}; the first: {missing[0]}"
            )
        if found.packed:
            files, first = count(len(found.packed), "media file"), found.packed[0]
            say(
                f"no page can load {files} out of a ZIP or a document; the first: {first}; "
                "put them into the page with -O media=embed, or beside it with convert --copy-media"
            )
        if found.uncopied:
            files, (first, why) = count(len(found.uncopied), "media file"), next(iter(found.uncopied.items()))
            say(f"{files} could not be copied; the first: {first}: {why}")
        if self._copies is not None and found.copied:
            say(f"{count(len(found.copied), 'media file')} copied into {_shown(self._copies.folder)}")
        if found.left and root is not None:
            files, first = count(len(found.left), "media file"), str(_shown(root / next(iter(found.left))))
            stay = f"{files} stays where it is" if len(found.left) == 1 else f"{files} stay where they are"
            say(f"{stay}; the first: {first}; the output names them as the chat did, so take them along")


def _is_file(folder: Path | None, path: str) -> bool:
    try:
        return folder is not None and folder.joinpath(*path.replace("\\", "/").split("/")).is_file()
    except (OSError, ValueError):
        return False


def _shown(path: Path) -> Path:
    """A path as somebody would type it here."""
    here = Path.cwd().resolve()
    return path.relative_to(here) if path.is_relative_to(here) else path
