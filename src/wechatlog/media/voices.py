"""Voices: SILK, as WeChat keeps it, to WAV.

WeChat puts a byte 2 before the head of SILK (`#!SILK_V3`) and samples 24,000 times a second (kn007/silk-v3-decoder).
"""

from __future__ import annotations

import io
import wave
from typing import Final

from wechatlog.errors import FormatError, needs_extra

RATE: Final = 24_000
"""Samples a second."""


def decode_silk(data: bytes) -> bytes:
    """A SILK voice as WAV: one channel, 16 bits.

    Raises:
        FormatError: where it is damaged.
        MissingExtraError: without silk-python.
    """
    with needs_extra("voice", what="reading SILK voices"):
        import pysilk
    samples, target = io.BytesIO(), io.BytesIO()
    try:
        pysilk.decode(io.BytesIO(data), samples, RATE)
    except pysilk.SilkError as error:
        raise FormatError(f"the SILK voice is damaged: {error}") from error
    with wave.open(target, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(samples.getvalue())
    return target.getvalue()
