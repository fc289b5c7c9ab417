"""Pictures and voices made readable. All bytes are made here: sounds, pictures, keys."""

from __future__ import annotations

import io
import json
import math
import os
import struct
import wave
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from tests.cli.conftest import Run, run  # noqa: F401
from wechatlog import media
from wechatlog.content.file_kinds import kind_of
from wechatlog.segments import types

AES_KEY = "0123456789abcdef"
XOR_KEY = 0x5A


def png(width: int = 4, height: int = 3) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + bytes([200, 30, 30]) * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 0)) + chunk(b"IEND", b"")


PICTURES = {
    "image/png": png(),
    "image/jpeg": b"\xff\xd8\xff\xe0" + bytes(range(200)) + b"\xff\xd9",
    "image/gif": b"GIF89a" + bytes(range(100)),
    "image/webp": b"RIFF\x10\x00\x00\x00WEBPVP8 " + bytes(40),
    "image/bmp": b"BM" + struct.pack("<IHHII", 126, 0, 0, 54, 40) + bytes(108),
    "image/tiff": b"II*\x00" + bytes(range(60)),
}


def combined(data: bytes, byte: int) -> bytes:
    return bytes(value ^ byte for value in data)


def encrypted(data: bytes, form: int, *, aes: int, tail: int, key: str = AES_KEY) -> bytes:
    """A `.dat` file of form V1 or V2."""
    pytest.importorskip("cryptography")
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    key = "cfcd208495d565ef" if form == 1 else key
    first, middle, last = data[:aes], data[aes : len(data) - tail], data[len(data) - tail :]
    padding = 16 - aes % 16
    encryptor = Cipher(algorithms.AES(key.encode()), modes.ECB()).encryptor()
    first = encryptor.update(first + bytes([padding]) * padding) if aes else b""
    head = b"\x07\x08V%d\x08\x07" % form + struct.pack("<II", aes, tail) + b"\x01"
    return head + first + middle + combined(last, XOR_KEY)


def silk(seconds: float = 1.0) -> bytes:
    pysilk = pytest.importorskip("pysilk")
    count = int(24_000 * seconds)
    samples = b"".join(struct.pack("<h", int(9000 * math.sin(i / 9))) for i in range(count))
    target = io.BytesIO()
    pysilk.encode(io.BytesIO(samples), target, 24_000, 24_000)
    return target.getvalue()


def hevc(*colours: tuple[int, int, int]) -> list[bytes]:
    """Pictures of one colour each, compressed, each on its own."""
    av = pytest.importorskip("av")
    numpy = pytest.importorskip("numpy")
    found = []
    for colour in colours:
        target = io.BytesIO()
        with av.open(target, "w", format="hevc") as container:
            try:
                stream = container.add_stream(
                    "libx265", rate=25, options={"x265-params": "log-level=none:repeat-headers=1"}
                )
            except (av.error.FFmpegError, ValueError):
                pytest.skip("this PyAV cannot write HEVC")
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            frame = av.VideoFrame.from_ndarray(numpy.full((48, 64, 3), colour, numpy.uint8), format="rgb24")
            container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        found.append(target.getvalue())
    return found


def wxgf(*parts: bytes) -> bytes:
    head = b"wxgf" + bytes([20]) + b"\x01\x01" + struct.pack(">HH", 64, 48) + bytes(9)
    return head + b"".join(struct.pack(">I", len(part)) + part for part in parts)


def colours_of(data: bytes) -> list[tuple[int, ...]]:
    """The colour in the middle of each picture of a file."""
    import av

    with av.open(io.BytesIO(data)) as container:
        frames = [frame.reformat(format="rgb24") for frame in container.decode(video=0)]
    middles = [frame.to_ndarray()[frame.height // 2, frame.width // 2] for frame in frames]
    return [tuple(round(int(value), -1) for value in middle) for middle in middles]


# --- what a file is -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", PICTURES)
def test_a_plain_picture_stays_as_it_is(kind: str) -> None:
    found = media.decode(PICTURES[kind], name="something.txt")
    assert (found.data, found.kind, found.decoded) == (PICTURES[kind], kind, False)


@pytest.mark.parametrize("data", [b"", b"BM and a text", "你好".encode(), b"{}", b"SQLite format 3\0" + bytes(90)])
def test_what_is_no_media_is_told(data: bytes) -> None:
    with pytest.raises(wechatlog.FormatError, match=r"a\.jpg: no picture, voice or video"):
        media.decode(data, name="a.jpg")


# --- .dat -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", PICTURES)
@given(byte=st.integers(1, 255))
def test_one_byte_for_all(kind: str, byte: int) -> None:
    found = media.decode(combined(PICTURES[kind], byte), name="a.dat")
    assert (found.data, found.kind, found.decoded) == (PICTURES[kind], kind, True)


def test_a_name_that_is_no_dat_is_not_tried() -> None:
    assert media.decode(combined(PICTURES["image/jpeg"], 0x9E)).kind == "image/jpeg"
    with pytest.raises(wechatlog.FormatError, match="no picture"):
        media.decode(combined(PICTURES["image/jpeg"], 0x9E), name="a.txt")


@given(st.binary(max_size=300), st.sampled_from(["a.dat", "a.silk", None]))
def test_any_bytes_give_media_or_our_error(data: bytes, name: str | None) -> None:
    for start in (b"", b"\x07\x08V1\x08\x07", b"\x07\x08V2\x08\x07", b"wxgf", b"\x02#!SILK_V3"):
        try:
            found = media.decode(start + data, media.Keys(AES_KEY, 7), name=name)
        except wechatlog.WechatlogError:
            continue
        assert kind_of(found.data) is not None


@pytest.mark.parametrize("form", [1, 2])
@pytest.mark.parametrize(("aes", "tail"), [(0, 0), (1, 0), (15, 3), (16, 16), (17, 0), (48, 21), (64, 30)])
def test_both_encrypted_forms(form: int, aes: int, tail: int) -> None:
    keys = media.Keys(AES_KEY if form == 2 else None, XOR_KEY)
    found = media.decode(encrypted(png(), form, aes=aes, tail=tail), keys, name="a.dat")
    assert (found.data, found.kind, found.suffix) == (png(), "image/png", ".png")


def test_keys_are_the_users() -> None:
    data = encrypted(png(), 2, aes=32, tail=8)
    for keys, match in (
        (None, "give your own as aes_key"),
        (media.Keys(AES_KEY), "give your own as xor_key"),
        (media.Keys("f" * 16, XOR_KEY), "not encrypted with this aes_key"),
    ):
        with pytest.raises(wechatlog.FormatError, match=match):
            media.decode(data, keys, name="a.dat")
    with pytest.raises(wechatlog.FormatError, match="is cut off"):
        media.decode(data[:40], media.Keys(AES_KEY, XOR_KEY))
    assert AES_KEY not in repr(media.Keys(AES_KEY, XOR_KEY))


@pytest.mark.parametrize("value", [AES_KEY, AES_KEY.encode(), AES_KEY.encode().hex()])
def test_spellings_of_a_key(value: str | bytes) -> None:
    assert media.Keys(value, "0x5a") == media.Keys(AES_KEY, 90)


@pytest.mark.parametrize(("aes", "xor"), [("short", None), ("鍵" * 16, None), (None, 256), (None, "x"), (None, True)])
def test_what_is_no_key(aes: Any, xor: Any) -> None:
    with pytest.raises(wechatlog.OptionError, match="expected") as caught:
        media.Keys(aes, xor)
    assert "short" not in str(caught.value)


# --- wxgf -----------------------------------------------------------------------------------------


def test_a_still_wxgf() -> None:
    (picture,) = hevc((200, 30, 30))
    found = media.decode(wxgf(picture), name="a.dat")
    assert (found.kind, found.suffix) == ("image/jpeg", ".jpg")
    assert colours_of(found.data) == [(200, 30, 30)]
    keys = media.Keys(AES_KEY, XOR_KEY)
    assert media.decode(encrypted(wxgf(picture), 2, aes=64, tail=32), keys).data == found.data


def test_an_animated_wxgf() -> None:
    mask, *pictures = hevc((255, 255, 255), (200, 30, 30), (30, 30, 200), (30, 200, 30))
    found = media.decode(wxgf(*(part for picture in pictures for part in (mask, picture))))
    assert found.kind == "image/png"
    assert colours_of(found.data) == [(200, 30, 30), (30, 30, 200), (30, 200, 30)]


def test_a_damaged_wxgf() -> None:
    pytest.importorskip("av")
    for data in (b"wxgf", wxgf(), wxgf(b"\0\0\0\x01" + bytes(50)), wxgf(b"\0\0\x01\x40\x01" + b"\xff" * 200)):
        with pytest.raises(wechatlog.FormatError, match="wxgf"):
            media.decode(data)


# --- voices ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("head", [0, 1])
def test_a_voice(head: int) -> None:
    found = media.decode(silk()[head:], name="a.amr")
    assert (found.kind, found.suffix) == ("audio/wav", ".wav")
    with wave.open(io.BytesIO(found.data)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, 24_000)
        assert abs(sound.getnframes() - 24_000) < 1000
        samples = struct.unpack(f"<{sound.getnframes()}h", sound.readframes(sound.getnframes()))
    assert max(samples[2000:]) > 5000


def test_a_damaged_voice() -> None:
    data = silk()
    for damaged in (data[:50], data[:10] + b"\0\0" + data[10:], data[:200] + b"\xff" * 50 + data[250:]):
        with pytest.raises(wechatlog.FormatError, match="SILK voice is damaged"):
            media.decode(damaged)


def test_somebody_listens(tmp_path: Path) -> None:
    (tmp_path / "voice").mkdir()
    (tmp_path / "voice" / "1.silk").write_bytes(silk(0.2))
    (tmp_path / "voice" / "bad.silk").write_bytes(b"\x02#!SILK_V3" + b"\xff" * 100)
    paths = ["voice\\1.silk", "voice/bad.silk", "voice/none.silk", "../1.silk", None]
    voices = [types.Voice(path=path, raw="[语音]") for path in paths]
    voices.append(types.Voice(path="voice/1.silk", transcript="已有", raw="[语音]"))
    messages = [wechatlog.Message(text="[语音]", kind="voice", segments=[voice]) for voice in voices]
    chat = wechatlog.Conversation([*messages, wechatlog.Message(text="早")], title="示例")
    heard: list[media.MediaFile] = []

    def listen(voice: media.MediaFile) -> str:
        heard.append(voice)
        return "你好"

    found = media.transcribe(chat, listen, root=tmp_path)
    words = [getattr(message.segments[0], "transcript", None) for message in found]
    assert words == ["你好", None, None, None, None, "已有", None]
    assert [voice.kind for voice in heard] == ["audio/wav"]
    assert (found.title, found[-1]) == ("示例", chat[-1])


# --- files ----------------------------------------------------------------------------------------


def test_nothing_outside_the_folder_is_read(tmp_path: Path) -> None:
    root = tmp_path / "export"
    root.mkdir()
    (tmp_path / "secret.png").write_bytes(png())
    (root / "a.png").write_bytes(png())
    assert media.read("a.png", root=root).data == png()
    for path in ("../secret.png", "x/../../secret.png", str(tmp_path / "secret.png"), "..\\secret.png", "a\0.png"):
        with pytest.raises(wechatlog.FormatError, match=r"leads out of the folder|can have this name"):
            media.read(path, root=root)
    with pytest.raises(FileNotFoundError):
        media.read("none.png", root=root)
    with pytest.raises(wechatlog.FormatError, match="more than 10"):
        media.read("a.png", root=root, limit=10)


@pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")
def test_no_link_leads_out(tmp_path: Path) -> None:
    root = tmp_path / "export"
    root.mkdir()
    (tmp_path / "secret.png").write_bytes(png())
    (root / "link.png").symlink_to(tmp_path / "secret.png")
    (root / "up").symlink_to(tmp_path)
    (root / "loop").symlink_to(root / "loop")
    for path in ("link.png", "up/secret.png"):
        with pytest.raises(wechatlog.FormatError, match="leads out of the folder"):
            media.read(path, root=root)
    with pytest.raises((wechatlog.FormatError, OSError)):
        media.read("loop", root=root)


# --- the command ----------------------------------------------------------------------------------


def test_the_command(run: Run, tmp_path: Path) -> None:  # noqa: F811
    source = tmp_path / "in"
    (source / "Image").mkdir(parents=True)
    (tmp_path / "secret.png").write_bytes(png())
    (source / "Image" / "a.dat").write_bytes(combined(png(), 3))
    (source / "Image" / "a.PNG").write_bytes(png(5))
    (source / "Image" / "v2.dat").write_bytes(encrypted(png(), 2, aes=32, tail=8))
    (source / "voice.silk").write_bytes(silk(0.1))
    (source / "chat.txt").write_text("你好", "utf-8")
    (source / "broken.dat").write_bytes(b"nothing")
    if os.name != "nt":
        (source / "link.png").symlink_to(tmp_path / "secret.png")
    result = run("media", "in", "-o", "in/out", "--aes-key", AES_KEY, "--xor-key", "0x5a", "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    places = {entry["source"]: entry["path"] for entry in found["written"]}
    assert places == {
        "Image/a.PNG": "Image/a.png", "Image/a.dat": "Image/a-2.png", "Image/v2.dat": "Image/v2.png",
        "voice.silk": "voice.wav",
    }  # fmt: skip
    assert (list(found["failed"]), found["skipped"]) == (["broken.dat"], 1)
    assert (source / "out" / "Image" / "v2.png").read_bytes() == png()
    (source / "broken.dat").unlink()
    again = run("media", "in", "-o", "in/out", env={"WECHATLOG_AES_KEY": AES_KEY, "WECHATLOG_XOR_KEY": "90"})
    assert (again.exit_code, again.stderr) == (0, "wechatlog: in/out: 4 files, 3 decoded; 1 other file left out\n")
    without = run("media", "in", "-o", "other")
    assert without.exit_code == 1
    assert "Image/v2.dat: is encrypted with the key of an account (V2); give your own as aes_key" in without.stderr


def test_wrong_usage_of_the_command(run: Run, tmp_path: Path) -> None:  # noqa: F811
    assert run("media", tmp_path, "-o", tmp_path).exit_code == 2
    result = run("media", tmp_path, "-o", "out", "--aes-key", "secret-of-mine")
    assert result.exit_code == 2
    assert "secret-of-mine" not in result.stderr


def test_the_command_takes_a_zip(run: Run, tmp_path: Path) -> None:  # noqa: F811
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        archive.writestr("Image/a.dat", combined(png(), 3))
        archive.writestr("chat.txt", "你好")
        archive.writestr("../../evil.png", png())
        archive.writestr("/evil.png", png())
    result = run("media", "in.zip", "-o", "out")
    assert (result.exit_code, result.stderr) == (0, "wechatlog: out: 1 file, 1 decoded; 3 other files left out\n")
    assert [path.name for path in (tmp_path / "out").rglob("*") if path.is_file()] == ["a.png"]
    (tmp_path / "chat.txt").write_text("你好", "utf-8")
    assert "chat.txt: is neither a folder nor a ZIP" in run("media", "chat.txt", "-o", "out").stderr
    (tmp_path / "locked.zip").write_bytes(locked(zipped({"a.png": png()})))
    refused = run("media", "locked.zip", "-o", "out")
    assert (refused.exit_code, "locked.zip: encrypted ZIP: its files need a password" in refused.stderr) == (1, True)


# --- out of a ZIP ---------------------------------------------------------------------------------


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def locked(data: bytes) -> bytes:
    """A ZIP whose entries say that they need a password."""
    data = data.replace(b"PK\x03\x04\x14\0\0", b"PK\x03\x04\x14\0\1")
    return data.replace(b"PK\x01\x02\x14\x03\x14\0\0", b"PK\x01\x02\x14\x03\x14\0\1")


def test_a_zip_is_a_folder(tmp_path: Path) -> None:
    inner = zipped({"深/1.png": png()})
    (tmp_path / "a.zip").write_bytes(zipped({"x/1.png": png(), "x/inner.zip": inner, "note.txt": b"no picture"}))
    assert media.read("x/1.png", root=tmp_path / "a.zip").data == png()
    assert media.read("1.png", root=tmp_path / "a.zip" / "x").data == png()
    assert media.read("a.zip\\x\\1.png", root=tmp_path).data == png()
    assert media.read("a.zip/x/inner.zip/深/1.png", root=tmp_path).data == png()
    files = media.MediaFolder(tmp_path)
    held = ("a.zip", "a.zip/x/1.png", "a.zip/x/2.png", "a.zip/x", "b.zip/x", "../x", "a.zip/x/1.png/y", "\0")
    assert [files.holds(path) for path in held] == [True, True, *[False] * 6]
    assert [files.is_packed(path) for path in held] == [False, True, True, True, False, False, True, False]
    assert list(media.MediaFolder(tmp_path / "a.zip" / "x")) == ["1.png", "inner.zip"]
    with pytest.raises(FileNotFoundError, match="no such file in this ZIP"):
        media.read("x/2.png", root=tmp_path / "a.zip")
    with pytest.raises(wechatlog.FormatError, match="leads out of the folder of the export"):
        media.read("../b.png", root=tmp_path / "a.zip")
    with pytest.raises(wechatlog.FormatError, match="no picture, voice or video that is known"):
        media.read("note.txt", root=tmp_path / "a.zip")


@pytest.mark.parametrize(
    ("name", "encoding"),
    [("图片", "gbk"), ("图片", "utf-8"), ("聊天记录", "gbk"), ("café", "utf-8"), ("Фото", "utf-8"), ("圖片", "gbk")],
)
def test_names_in_a_zip_that_does_not_say_their_encoding(tmp_path: Path, name: str, encoding: str) -> None:
    raw = f"{name}/1.png".encode(encoding)
    (tmp_path / "a.zip").write_bytes(zipped({"x" * len(raw): png()}).replace(b"x" * len(raw), raw))
    assert list(media.MediaFolder(tmp_path / "a.zip")) == [f"{name}/1.png"]
    assert media.read(f"{name}/1.png", root=tmp_path / "a.zip").data == png()


def test_a_zip_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({"1.png": png() + bytes(100_000)}))
    with pytest.raises(wechatlog.FormatError, match=r"1\.png: has more than 1,000 bytes"):
        media.read("1.png", root=tmp_path / "a.zip", limit=1000)
    (tmp_path / "locked.zip").write_bytes(locked(zipped({"1.png": png()})))
    with pytest.raises(wechatlog.FormatError, match="its files need a password"):
        media.read("1.png", root=tmp_path / "locked.zip")
    (tmp_path / "cut.zip").write_bytes(zipped({"1.png": png() + bytes(100_000)})[:-30])
    with pytest.raises(wechatlog.FormatError, match=r"1\.png: has more than 1,000 bytes"):
        media.read("1.png", root=tmp_path / "cut.zip", limit=1000)
    (tmp_path / "broken.zip").write_bytes(zipped({"1.png": png()})[:20])
    with pytest.raises(wechatlog.FormatError, match="broken ZIP"):
        media.read("1.png", root=tmp_path / "broken.zip")
    damaged = zipped({"1.png": bytes(range(256)) * 9})
    (tmp_path / "damaged.zip").write_bytes(damaged[:60] + bytes([damaged[60] ^ 0xFF]) + damaged[61:])
    with pytest.raises(wechatlog.FormatError, match="broken compressed data"):
        media.read("1.png", root=tmp_path / "damaged.zip")
    deep = png()
    for _ in range(5):
        deep = zipped({"1.png": deep})
    (tmp_path / "deep.zip").write_bytes(deep)
    assert not media.MediaFolder(tmp_path).holds("deep.zip/1.png/1.png/1.png/1.png")
    monkeypatch.setattr("wechatlog.source._WHOLE_ARCHIVE", 0)
    with pytest.raises(wechatlog.FormatError, match="grows to more than"):
        media.read("1.png", root=tmp_path / "a.zip")


def test_a_zip_is_opened_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({f"{number}.png": png() for number in range(20)}))
    opened: list[object] = []
    true = zipfile.ZipFile.__init__
    monkeypatch.setattr(zipfile.ZipFile, "__init__", lambda *a, **k: opened.append(a) or true(*a, **k))
    files = media.MediaFolder(tmp_path)
    assert all(media.read(f"a.zip/{number}.png", root=files).data == png() for number in range(20))
    assert len(opened) == 1


def test_word_documents_take_a_wxgf_picture() -> None:
    docx = pytest.importorskip("docx")
    found = media.decode(wxgf(hevc((200, 30, 30))[0]))
    assert docx.Document().add_picture(io.BytesIO(found.data)).width > 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.dat")
    with pytest.raises(wechatlog.FormatError, match=r"pipe\.dat: is no file"):
        media.read("pipe.dat", root=tmp_path)


def test_parts_and_pictures_of_a_wxgf_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("av")
    from wechatlog.media import pictures

    part = struct.pack(">I", 6) + b"\0\0\0\1\x40\1"
    taken: list[int] = []
    frames = pictures._frames

    def counting(data: bytes) -> Any:
        taken.append(len(data))
        return frames(data)

    monkeypatch.setattr(pictures, "_frames", counting)
    with pytest.raises(wechatlog.FormatError, match="wxgf"):
        media.decode(b"wxgf\x0d" + bytes(8) + part * 200_000)
    assert max(taken) <= 6 * 2000
    monkeypatch.setattr(pictures, "_MOST_PIXELS", 3 * 64 * 48)
    colours = [(200, 30, 30), (30, 200, 30), (30, 30, 200), (90, 90, 90), (9, 9, 9)]
    whole = b"".join(hevc(*colours))
    assert len(list(frames(whole))) <= 3


def test_the_command_says_that_there_is_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from wechatlog.cli import main

    (tmp_path / "in").mkdir()
    assert main(["media", str(tmp_path / "in"), "-o", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().err.endswith("in: there are no pictures, voices or videos in it\n")
