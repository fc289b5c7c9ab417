"""Words for voices, from a transcriber that the caller brings; this library has none and asks none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from wechatlog.errors import FormatError
from wechatlog.media.files import MediaFile, read
from wechatlog.media.folder import MediaFolder
from wechatlog.segments.types import Voice

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from wechatlog.model import Conversation, Message
    from wechatlog.segments import Segment


def transcribe(
    conversation: Conversation, listen: Callable[[MediaFile], str | None], *, root: str | os.PathLike[str]
) -> Conversation:
    """The conversation with a transcript in each voice that has a file and none yet.

    Args:
        conversation: any; where its archive names the files of voices.
        listen: gets a voice, as WAV where it was SILK, and gives its words, or `None`.
        root: the folder, or the ZIP, that the paths of the archive start from.

    Returns:
        A new conversation. A voice whose file is missing or damaged stays as it is.

    Raises:
        MissingExtraError: without silk-python, for SILK voices.
    """
    files = MediaFolder(root)

    def hear(segment: Segment) -> Segment:
        if not isinstance(segment, Voice) or segment.transcript or not segment.path:
            return segment
        try:
            words = listen(read(segment.path, root=files))
        except (FormatError, OSError):
            return segment
        return attrs.evolve(segment, transcript=words) if words else segment

    def heard(message: Message) -> Message:
        if not any(isinstance(segment, Voice) for segment in message.given_segments or ()):
            return message
        return attrs.evolve(message, segments=[hear(segment) for segment in message.segments])

    return attrs.evolve(conversation, messages=[heard(message) for message in conversation], lexicon=None)
