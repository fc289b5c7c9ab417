r"""Pictures as WeChat for Windows and Mac keeps them.

Takes bytes and the user's keys, gives bytes of an ordinary kind. Three forms of `.dat`:

* before version 4: each byte of the picture, combined by exclusive or with one byte. That byte is no secret that would
  have to be searched: it is what makes the first byte of the file that of a picture, and it counts only if all of the
  first bytes of that kind of picture come out with it;
* V1 (4.0), begins with `07 08 56 31 08 07`: two numbers of four bytes, little-endian, how many bytes were encrypted
  with AES and how many with exclusive or, and a byte that is 1. Then the AES part (AES-128-ECB, PKCS#7, so up to the
  next multiple of 16), the part that is as it was, the part with exclusive or. The AES key is the same for everybody;
* V2 (4.1), begins with `07 08 56 32 08 07`: the same, with a key of the account.

wxgf, of version 4, is a still picture or an animation, compressed with HEVC: `wxgf`, the length of the header, and
parts, each behind its length in four bytes, big-endian, in Annex B form. A still picture is one large part; in an
animation parts with masks and with pictures alternate. How long each picture stands is not known.

AES is done by cryptography: it is maintained by the Python Cryptographic Authority, has wheels for every platform, and
is on most machines already. pycryptodome would do as well.

Sources: recarto404/WxDatDecrypt and its successor CkBcDD/WxDatDecrypt (`backend/src/decrypt.py`, 2025), sjzar/chatlog
(`pkg/util/dat2img/dat2img.go`, `wxgf.go`, 2025).
"""

from __future__ import annotations

import io
import itertools
import re
import struct
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs

from wechatlog.content.file_kinds import KINDS, kind_of
from wechatlog.errors import FormatError, OptionError, needs_extra

_HEAD: Final = struct.Struct("<6sIIx")
_V1: Final = b"\x07\x08V1\x08\x07"
_V2: Final = b"\x07\x08V2\x08\x07"
_V1_KEY: Final = b"cfcd208495d565ef"
"""The first half of the MD5 of `0`, in everybody's files."""

_BLOCK: Final = 16
_START: Final = re.compile(b"\x00\x00(?:\x00)?\x01")
_STILL: Final = 0.6
"""The share of a file that the largest part of a still picture has at least."""

_MOST_FRAMES: Final = 2000
_MOST_PARTS: Final = 2 * _MOST_FRAMES
_MOST_PIXELS: Final = 1 << 30
"""Of all pictures of an animation together: what a file of some kilobytes claims takes no more memory or time."""
_JFIF: Final = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
"""How a JPEG begins for the programs that go by it, Word among them; FFmpeg leaves this out."""
_PACE: Final = 25
"""Pictures a second of an animation, since the file's own pace is not known."""


def _to_aes(value: object) -> bytes | None:
    if value is None:
        return None
    try:
        data = value.encode("ascii") if isinstance(value, str) else value
        data = bytes(data) if isinstance(data, bytes | bytearray) else b""
        data = bytes.fromhex(data.decode("ascii")) if len(data) == 2 * _BLOCK else data
    except (ValueError, UnicodeError):
        data = b""
    if len(data) != _BLOCK:
        raise OptionError("aes_key", "expected 16 characters, or 32 hexadecimal digits")
    return data


def _to_xor(value: object) -> int | None:
    try:
        number: object = int(value, 0) if isinstance(value, str) else value
    except ValueError:
        number = -1
    if number is None:
        return None
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= 0xFF:
        raise OptionError("xor_key", f"expected a number from 0 to 255, such as 0x37, not {value!r}")
    return number


@attrs.frozen
class Keys:
    """The keys of the user's own account, which another program told.

    Attributes:
        aes: of pictures of the form V2: 16 characters, or 32 hexadecimal digits.
        xor: of the ends of pictures of the forms V1 and V2: a number from 0 to 255, or a text such as `0x37`.

    Raises:
        OptionError: for what is no key; the key itself is not told.
    """

    aes: bytes | None = attrs.field(default=None, converter=_to_aes, repr=False)
    xor: int | None = attrs.field(default=None, converter=_to_xor, repr=False)


def is_dat(data: bytes) -> bool:
    """Whether data are of the form V1 or V2."""
    return data[:6] in (_V1, _V2)


def decrypt_dat(data: bytes, keys: Keys) -> bytes:
    """The picture in a `.dat` file.

    Raises:
        FormatError: where a key is missing or wrong, or there is no picture in it.
        MissingExtraError: without cryptography.
    """
    if not is_dat(data):  # some byte makes a picture of the first bytes
        for kind in KINDS:
            start = kind.start
            if not start.startswith(b"....") and kind.type.startswith("image/") and len(data) > len(start):
                byte = data[0] ^ start[0]
                if kind_of(_xor(data[:64], byte)) == kind:
                    return _xor(data, byte)
        raise FormatError("no picture, voice or video that is known")
    if len(data) < _HEAD.size:
        raise FormatError("is cut off in its header")
    signature, encrypted, combined = _HEAD.unpack_from(data)
    key = _V1_KEY if signature == _V1 else keys.aes
    body = data[_HEAD.size :]
    size = encrypted // _BLOCK * _BLOCK + _BLOCK if encrypted else 0
    if size + combined > len(body):
        raise FormatError("is cut off, or no picture")
    if key is None and size:
        raise FormatError("is encrypted with the key of an account (V2); give your own as aes_key")
    if combined and keys.xor is None:
        raise FormatError("ends with bytes that are encrypted with a number; give your own as xor_key")
    first = _decrypt_aes(body[:size], key, encrypted) if key is not None else b""
    end = len(body) - combined
    found = first + body[size:end] + (_xor(body[end:], keys.xor or 0))
    if kind_of(found) is None:
        raise FormatError("is no picture with this key")
    return found


def _xor(data: bytes, byte: int) -> bytes:
    return data.translate(bytes(value ^ byte for value in range(256)))


def _decrypt_aes(data: bytes, key: bytes, size: int) -> bytes:
    if not data:
        return b""
    with needs_extra("images", what="reading encrypted pictures"):
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    decryptor = Cipher(algorithms.AES(key), modes.ECB()).decryptor()  # noqa: S305 - WeChat's choice, not ours
    found = decryptor.update(data) + decryptor.finalize()
    padding = len(data) - size
    if found[size:] != bytes([padding]) * padding:
        raise FormatError("is not encrypted with this aes_key")
    return found[:size]


def decode_wxgf(data: bytes) -> bytes:
    """A wxgf picture as JPEG, an animation as animated PNG; its transparency is not kept.

    Raises:
        FormatError: where it is damaged.
        MissingExtraError: without PyAV.
    """
    with needs_extra("images", what="reading wxgf pictures"):
        import av
    parts = list(itertools.islice(_parts(data), _MOST_PARTS))
    largest = max(parts, key=len, default=b"")
    is_animation = len(parts) > 1 and len(largest) < _STILL * len(data)
    try:
        if is_animation and (found := _encode(_frames(b"".join(parts[1::2])), "apng", "rgb24", muxing={"plays": "0"})):
            return found
        still = itertools.islice(_frames(largest), 1)
        if found := _encode(still, "mjpeg", "yuvj420p", coding={"qmin": "2", "qmax": "2"}):
            return _JFIF + found.removeprefix(_JFIF[:2])
    except av.error.FFmpegError as error:
        raise FormatError(f"the wxgf picture is damaged: {error}") from error
    raise FormatError("there is no picture in this wxgf file")


def _parts(data: bytes) -> Iterator[bytes]:
    position = data[4] if len(data) > 4 else len(data)
    while (found := _START.search(data, position)) is not None:
        start = found.start()
        size = int.from_bytes(data[max(0, start - 4) : start], "big")
        if start >= 4 and 0 < size <= len(data) - start:
            yield data[start : start + size]
            position = start + size
        else:
            position = start + 1


def _frames(data: bytes) -> Iterator[Any]:
    import av

    if not data:
        return
    container: Any
    with av.open(io.BytesIO(data), mode="r", format="hevc") as container:
        pixels = 0
        for frame in itertools.islice(container.decode(video=0), _MOST_FRAMES):
            pixels += frame.width * frame.height
            if pixels > _MOST_PIXELS:
                return
            yield frame


def _encode(
    frames: Iterator[Any],
    form: str,
    pixels: str,
    *,
    coding: Mapping[str, str] = MappingProxyType({}),
    muxing: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """The pictures as one file, taken one by one; empty where there is none."""
    import av

    first = next(frames, None)
    if first is None:
        return b""
    target = io.BytesIO()
    with av.open(target, "w", format=form, options=dict(muxing)) as container:
        stream: Any = container.add_stream(form, rate=_PACE, options=dict(coding))
        stream.width, stream.height, stream.pix_fmt = first.width, first.height, pixels
        for number, frame in enumerate(itertools.chain((first,), frames)):
            converted = frame.reformat(stream.width, stream.height, format=pixels)
            converted.pts = number
            container.mux(stream.encode(converted))
        container.mux(stream.encode(None))
    return target.getvalue()
