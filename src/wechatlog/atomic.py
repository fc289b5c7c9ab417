"""Files that are written whole or not at all: an interrupted run leaves the old file.

Takes the path of a file, gives that of a temporary one beside it, which is put in its place in the end. Knows nothing
of what is written.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def replacing(path: Path, *, sync: bool = True, private: bool = False) -> Iterator[Path]:
    """Write a file atomically: give a temporary file beside it, put it in place when all went well.

    Nobody may read the temporary file who may not read the file that it replaces. What an earlier run that was killed
    left beside the target is removed.

    Args:
        path: the file to write. A symbolic link is followed, so that it stays one.
        sync: wait until the disk has the file before it is put in place, so that a power cut leaves the old or the new.
        private: let nobody but its owner read it, from the first byte on and whatever was there before.

    Raises:
        OSError: where the folder cannot be written; names the file, whatever the temporary one is called.
    """
    try:
        with _written_beside(path, sync=sync, private=private) as part:
            yield part
    except OSError as error:
        if error.filename is None or os.fsdecode(error.filename).endswith(".part"):
            error.filename = str(path)
        raise


@contextlib.contextmanager
def _written_beside(path: Path, *, sync: bool, private: bool) -> Iterator[Path]:
    target = _follow(path)
    if target.exists() and not target.is_file():  # a device, a pipe: nothing to replace
        yield target
        return
    old = stat.S_IMODE(target.stat().st_mode) & 0o777 if target.exists() else None
    mode = 0o600 if private else old
    part, descriptor = _make_part(target, 0o666 if mode is None else 0o600)
    try:
        if mode is not None:
            part.chmod(mode)
        yield part
        if sync:
            os.fsync(descriptor)
        if os.name == "nt":  # where no file is replaced by one that is open
            os.close(descriptor)
            descriptor = -1
        part.replace(target)
        if sync:
            _sync_folder(target.parent)
    finally:
        if descriptor >= 0:
            os.close(descriptor)
        part.unlink(missing_ok=True)


def _follow(path: Path) -> Path:
    """Where a path leads to.

    Raises:
        OSError: for links that lead in a circle, and for a file in place of a folder.
    """
    try:
        return Path(os.path.realpath(path, strict=True))
    except FileNotFoundError:
        return Path(os.path.realpath(path))
    except NotADirectoryError as error:  # from Python 3.13 on it names the whole path
        raise NotADirectoryError(error.errno, error.strerror, str(path)) from None


def _make_part(target: Path, mode: int) -> tuple[Path, int]:
    """A new file beside a target, and its descriptor; what a run that was killed has left there is removed."""
    part = target.with_name(f".{target.name[:80]}.part")
    with contextlib.suppress(OSError):
        _remove_abandoned(part)
        descriptor = _create(part, mode)
        if _lock(descriptor):
            return part, descriptor
        os.close(descriptor)
    part = target.with_name(f".{target.name[:80]}.{secrets.token_hex(4)}.part")  # somebody else writes this target too
    return part, _create(part, mode)


def _create(path: Path, mode: int) -> int:
    return os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, mode)


def _remove_abandoned(part: Path) -> None:
    """Remove a temporary file that nobody writes any more: its lock went with the process, or Windows lets us."""
    try:
        descriptor = os.open(part, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        return
    try:
        free = _lock(descriptor)
    finally:
        os.close(descriptor)
    if free:
        part.unlink()


def _lock(descriptor: int) -> bool:
    """Mark a file as being written, as long as it is open; false where somebody else has. Windows needs no mark."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sync_folder(folder: Path) -> None:
    """Wait until the disk knows the new name, where the system can say."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
