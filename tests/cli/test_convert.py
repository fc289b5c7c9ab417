"""`wechatlog convert`."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

import wechatlog
from wechatlog import Forward, Quote, Text, Voice
from wechatlog.writers.text import TextWriter

from .conftest import Run

DAY = "---\ntitle: {day}\ndate: {day} 12:00:00\n---\n> 09:00:00  李四  \n   \n{text}  \n   \n"


def day(folder: Path, number: int, text: str = "早上好[微笑]", name: str | None = None) -> Path:
    folder.mkdir(exist_ok=True)
    stamp = f"2026-05-{number:02}"
    path = folder / (name or f"{stamp}-chat.markdown")
    path.write_bytes(DAY.format(day=stamp, text=text).encode())
    return path


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").removesuffix("\n").split("\n")]


def test_corpus_round_trip(corpus: Path, run: Run, tmp_path: Path) -> None:
    archives = sorted((corpus / "proddev").iterdir())
    result = run("convert", corpus / "proddev", "-o", "out.jsonl", "-q")
    assert (result.exit_code, result.output) == (0, "")
    assert run("convert", "out.jsonl", "-o", "back/", "--to", "markdown", "-q").exit_code == 0
    assert [path.name for path in sorted((tmp_path / "back").iterdir())] == [path.name for path in archives]
    for path in archives:
        assert (tmp_path / "back" / path.name).read_bytes() == path.read_bytes()
    assert run("convert", "out.jsonl", "-o", "back.markdown", "-q").exit_code == 0
    whole = b"".join(path.read_bytes() for path in archives)
    assert (tmp_path / "back.markdown").read_bytes() == whole


def test_example_round_trip(example: Path, run: Run, tmp_path: Path) -> None:
    result = run("convert", example, "-o", "a.jsonl")
    assert (result.exit_code, result.stderr) == (0, "wechatlog: a.jsonl: 1 conversation, 25 messages\n")
    assert run("convert", "a.jsonl", "-o", "a.md").exit_code == 0
    assert (tmp_path / "a.md").read_bytes() == example.read_bytes()


def test_folder_glob_zip_and_list(run: Run, tmp_path: Path) -> None:
    paths = [day(tmp_path / "in", number) for number in (1, 2, 3)]
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        for path in paths:
            archive.write(path, path.name)
    for inputs in (["in"], ["in/*.markdown"], ["in.zip"], paths):
        result = run("convert", *inputs, "-o", "out.jsonl")
        assert (result.exit_code, result.stderr) == (0, "wechatlog: out.jsonl: 3 conversations, 3 messages\n")
        assert sum(line["type"] == "conversation" for line in lines(tmp_path / "out.jsonl")) == 3


def test_standard_input_and_output(example: Path, run: Run) -> None:
    result = run("convert", "-", "--to", "markdown", "-q", input=example.read_bytes())
    assert (result.exit_code, result.stdout_bytes, result.stderr) == (0, example.read_bytes(), "")


def test_folder_that_exists(example: Path, run: Run, tmp_path: Path) -> None:
    result = run("convert", example, "-o", ".", "--to", "text")
    assert result.exit_code == 0
    assert result.stderr == "wechatlog: .: 1 file: 1 conversation, 25 messages\n"
    assert [path.name for path in tmp_path.iterdir()] == ["2026-05-01-chat.txt"]


def test_several_into_a_form_that_holds_one(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TextWriter, "several", False)
    for number in (1, 2):
        day(tmp_path / "in", number)
    result = run("convert", "in", "-o", "out.txt")
    assert result.exit_code == 1
    assert result.stderr == (
        "wechatlog: out.txt: a file of the form text holds one conversation; for several give a folder, such as -o chats/\n"
    )
    assert not (tmp_path / "out.txt").exists()
    assert run("convert", "in", "-o", "out", "--to", "text").exit_code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "2026-05-01-chat.txt",
        "2026-05-02-chat.txt",
    ]
    assert run("convert", "in/2026-05-01-chat.markdown", "-o", "one", "--to", "text").exit_code == 0
    assert (tmp_path / "one").is_file()


HOSTILE = [
    "../../../etc/passwd",
    "/abs/x.csv",
    "..\\..\\w.md",
    "con",
    "...",
    ".hidden",
    "a\0\x1b\u202eb.json",
    "X.csv",
    "好.db",
]
SAFE = {"passwd.markdown", "x.markdown", "w.md", "_con.markdown", "t_1.markdown", "hidden.markdown", "a__b.markdown", "X-2.markdown", "好.markdown"}  # fmt: skip


def test_hostile_names_stay_in_the_folder(run: Run, tmp_path: Path) -> None:
    chats = [
        wechatlog.Conversation([wechatlog.Message(text="x")], title="t/1", origin=wechatlog.Origin(name))
        for name in [*HOSTILE, "x" * 999]
    ]
    wechatlog.dump(chats, tmp_path / "in.jsonl")
    (tmp_path / "deep").mkdir()
    result = run("convert", "in.jsonl", "-o", "deep/out/", "--to", "markdown")
    assert result.exit_code == 0
    assert {path.name for path in (tmp_path / "deep" / "out").iterdir()} == SAFE | {"x" * 180 + ".markdown"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["deep", "in.jsonl"]


def test_chats_of_one_file_are_told_apart_by_title_then_number(run: Run, tmp_path: Path) -> None:
    chats = [
        wechatlog.Conversation(title=title, origin=wechatlog.Origin("MSG.db")) for title in ("A", "B/C", "a", None)
    ]
    wechatlog.dump(chats, tmp_path / "in.jsonl")
    assert run("convert", "in.jsonl", "-o", "out/", "--to", "markdown").exit_code == 0
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["MSG-A.markdown", "MSG-B_C.markdown", "MSG-a-2.markdown", "MSG.markdown"]


def test_an_input_is_not_overwritten(run: Run, tmp_path: Path) -> None:
    path = day(tmp_path / "in", 1)
    before = path.read_bytes()
    message = "is one of the inputs, and is not overwritten; choose another OUT\n"
    result = run("convert", path, "-o", path)
    assert (result.exit_code, result.stderr) == (1, f"wechatlog: {path}: {message}")
    result = run("convert", "in", "-o", "in/", "--to", "markdown")
    assert (result.exit_code, result.stderr) == (1, f"wechatlog: in/2026-05-01-chat.markdown: {message}")
    (tmp_path / "link.markdown").symlink_to(path)
    assert run("convert", path, "-o", "link.markdown").stderr == f"wechatlog: link.markdown: {message}"
    assert path.read_bytes() == before


def test_another_file_is_replaced(example: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "out.txt").write_text("old")
    assert run("convert", example, "-o", "out.txt").exit_code == 0
    assert (tmp_path / "out.txt").read_text("utf-8").startswith("2026-05-01-WeChat\n")


def test_failed_write_keeps_the_old_file(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in (1, 2):
        day(tmp_path / "in", number)
    (tmp_path / "out.txt").write_text("old")

    def write(self: TextWriter, items: Iterable[tuple[wechatlog.Conversation, object]], _: object) -> object:
        for conversation, _messages in items:
            yield "new"
            if "05-02" in (conversation.title or ""):
                raise OSError(28, "No space left on device")

    monkeypatch.setattr(TextWriter, "write", write)
    result = run("convert", "in", "-o", "out.txt")
    assert (result.exit_code, result.stderr) == (1, "wechatlog: out.txt: No space left on device\n")
    assert (tmp_path / "out.txt").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out.txt"]


def test_diagnostics_summary(run: Run, tmp_path: Path) -> None:
    for number in range(1, 6):
        day(tmp_path / "in", number, "wxid_abc:")
    result = run("convert", "in", "-o", "out.jsonl")
    assert result.exit_code == 0
    assert result.stderr == (
        "wechatlog: out.jsonl: 5 conversations, 5 messages\n"
        "     5 warning cut-message at 2026-05-01-chat.markdown:7, 2026-05-02-chat.markdown:7, "
        "2026-05-03-chat.markdown:7, …\n"
        "               only the account id is left of this message\n"
    )
    assert run("convert", "in", "-o", "out.jsonl", "-q").stderr == ""


def test_strict_fails_at_damage(run: Run, tmp_path: Path) -> None:
    day(tmp_path, 1, "wxid_abc:")
    result = run("convert", "2026-05-01-chat.markdown", "-o", "out.jsonl", "--strict")
    assert result.exit_code == 1
    assert result.stderr == (
        "wechatlog: 2026-05-01-chat.markdown:7:1: only the account id is left of this message\n    wxid_abc:\n    ^\n"
    )
    assert not (tmp_path / "out.jsonl").exists()


def test_json_summary(run: Run, tmp_path: Path) -> None:
    day(tmp_path / "in", 1, "wxid_abc:")
    (tmp_path / "in" / "notes.txt").write_text("no chat")
    (tmp_path / "empty.md").touch()
    result = run("convert", "in", "empty.md", "-o", "out.jsonl", "--json", "-q")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert found["written"] == [
        {"path": "out.jsonl", "source": "in/2026-05-01-chat.markdown", "title": "2026-05-01", "messages": 1}
    ]
    assert (found["conversations"], found["messages"]) == (1, 1)
    assert found["diagnostics"] == [{"code": "cut-message", "severity": "warning", "count": 1}]
    assert found["failed"] == ["empty.md: the file is empty"]
    assert [note["source"] for note in found["skipped"]] == ["in/notes.txt"]


@pytest.mark.parametrize("stream", [(), ("--stream",)])
@pytest.mark.parametrize(("form", "left"), [("chatlab-jsonl", "1 quote"), ("markdown", "1 quote, 1 forward, 1 voice")])
def test_what_a_form_has_no_place_for_is_told(
    run: Run, tmp_path: Path, form: str, left: str, stream: tuple[str, ...]
) -> None:
    if stream and form == "markdown":
        pytest.skip("is not written as it comes")
    inside = [wechatlog.Message(sender="王五", text="桐油要刷两遍"), wechatlog.Message(sender="王五", text="晾三天")]
    chat = wechatlog.Conversation(
        [
            wechatlog.Message(sender="李四", text="我有", segments=[Quote("王五", "谁有伞骨"), Text("我有")], kind="quote"),
            wechatlog.Message(sender="李四", text="[聊天记录]", kind="forward", segments=[Forward("修伞", inside, raw="[聊天记录]")]),
            wechatlog.Message(sender="李四", text="[语音]", kind="voice", segments=[Voice(4.0, "我晚点到", raw="[语音]")]),
            wechatlog.Message(sender="李四", text="早"),
        ]
    )  # fmt: skip
    wechatlog.dump(chat, tmp_path / "chat.jsonl")
    result = run("convert", "chat.jsonl", "-o", "out", "--to", form, *stream, "--json")
    pieces = "1 piece" if left == "1 quote" else "3 pieces"
    assert f"this form has no place for {pieces} beside the texts: {left}\n" in result.stderr
    numbers = {name: int(number) for number, name in (part.split() for part in left.split(", "))}
    assert json.loads(result.stdout)["left_out"] == numbers
    assert "beside the texts" not in run("convert", "chat.jsonl", "-o", "out.txt").stderr


def test_what_could_be_read_is_written_and_the_rest_told(run: Run, tmp_path: Path) -> None:
    day(tmp_path / "in", 1)
    (tmp_path / "in" / "notes.txt").write_text("no chat")
    (tmp_path / "empty.md").touch()
    result = run("convert", "empty.md", "in", "-o", "out.jsonl")
    assert result.exit_code == 1
    assert result.stderr == (
        "wechatlog: empty.md: the file is empty\n"
        "wechatlog: skipped 1 file without a chat: in/notes.txt\n"
        "wechatlog: out.jsonl: 1 conversation, 1 message\n"
    )
    assert run("convert", "in", "-o", "out.jsonl").exit_code == 0


def test_nothing_is_written_when_a_name_is_wrong(run: Run, tmp_path: Path) -> None:
    path = day(tmp_path, 1)
    result = run("convert", path, "2026-05-01-chat.markdwn", "gone/x.csv", "*.html", "-o", "out.jsonl")
    assert result.exit_code == 1
    assert result.stderr == (
        "wechatlog: 2026-05-01-chat.markdwn: No such file or directory (did you mean 2026-05-01-chat.markdown?)\n"
        "wechatlog: gone/x.csv: No such file or directory (there is no folder gone)\n"
        "wechatlog: *.html: no file matches\n"
    )
    assert not (tmp_path / "out.jsonl").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "out.odt"], "out.odt: no form is known for the suffix .odt; name one with --to\nForms: markdown"),
        (["-o", "out/"], "out/: name the form of the output with --to\nForms: markdown"),
        (["-o", "out"], "out: name the form of the output with --to\nForms: markdown"),
        ([], "standard output: name the form of the output with --to\nForms: markdown"),
        (["--to", "jsnol"], "Invalid value for '--to': 'jsnol': no writer of that name; did you mean json"),
        (["--from", "marcdown"], "'--from': 'marcdown': no reader of that name; did you mean markdown"),
        (["--to", "jsonl", "--json"], "--json prints its summary where `-o -` prints the chats"),
        (["--to", "jsonl", "--tz", "Asia/Shangai"], "unknown time zone: 'Asia/Shangai'; did you mean Asia/Shanghai?"),
        (["--to", "jsonl", "--encoding", "gbk18"], "'gbk18' is no text encoding; usual ones: utf-8, gb18030"),
        (["--to", "jsonl", "--encoding", "zlib"], "'zlib' is no text encoding"),
        (
            ["--to", "text", "-O", "emoij=replace"],
            "Invalid value for '-O': no such option 'emoij'; did you mean emoji?",
        ),
        (["--to", "jsonl", "--text-format", "%Q"], "Invalid value for '--text-format': unknown directive %Q"),
        (
            ["--to", "jsonl", "--text-format", "{text}", "--from", "jsonl"],
            "--from and --text-format exclude each other",
        ),
        (
            ["--to", "markdown", "--stream"],
            "--stream takes one file, and an output of a form that is written as it comes",
        ),
    ],
)
def test_wrong_usage(example: Path, run: Run, arguments: list[str], message: str) -> None:
    result = run("convert", example, *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    hints = [f"Try 'wechatlog convert {option}' for help." for option in ("--help", "-h")]  # `-h`: an older click
    assert any(hint in result.stderr for hint in hints)


def test_options_reach_reader_and_writer(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("> 09:00:00  李四  \n   \n早[微笑]  \n   \n", "utf-8")
    result = run("convert", "a.md", "--to", "text", "-O", "date=2026-05-03", "-O", "emoji=replace", "-q")
    assert (result.exit_code, result.stdout) == (0, "\n2026-05-03\n\n09:00:00 李四: 早🙂\n")


def test_text_format_zone_and_encoding(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes("2026-05-01 09:00 | 李四 | 早\n".encode("gb18030"))
    template = "%Y-%m-%d %H:%M | {sender} | {text}"
    how = ["--text-format", template, "--encoding", "gb18030", "--tz", "+08:00"]
    assert run("convert", "a.log", "-o", "out.jsonl", *how).exit_code == 0
    message = wechatlog.load(tmp_path / "out.jsonl")[0]
    assert (message.sender, message.text) == ("李四", "早")
    assert message.time is not None
    assert message.time.isoformat() == "2026-05-01T09:00:00+08:00"


def test_streaming_gives_the_same_text(example: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run("convert", example, "--to", "text", "--no-stream", "-q")
    assert run("convert", example, "--to", "text", "--stream", "-q").stdout == whole.stdout
    monkeypatch.setattr("wechatlog.cli.inputs._HUGE", 1)
    streamed = run("convert", example, "-o", "out.jsonl")
    assert (streamed.exit_code, streamed.stderr) == (0, "wechatlog: out.jsonl: 1 conversation, 25 messages\n")
    assert run("convert", "out.jsonl", "--to", "text", "-q").stdout == whole.stdout


def test_streaming_of_several_chats(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in (1, 2):
        day(tmp_path / "in", number)
    run("convert", "in", "-o", "two.jsonl")
    result = run("convert", "two.jsonl", "-o", "out.txt", "--stream")
    assert result.exit_code == 1
    assert result.stderr == "wechatlog: two.jsonl: holds several conversations; leave out --stream\n"
    assert not (tmp_path / "out.txt").exists()
    monkeypatch.setattr("wechatlog.cli.inputs._HUGE", 1)
    result = run("convert", "two.jsonl", "-o", "out.txt")
    assert result.stderr == "wechatlog: out.txt: 2 conversations, 2 messages\n"


def months(path: Path) -> Path:
    messages = [wechatlog.Message(sender="李四", text=f"第{n}天", time=START + dt.timedelta(days=n)) for n in range(40)]
    wechatlog.dump(wechatlog.Conversation(messages, title="读书会"), path)
    return path


START = dt.datetime(2026, 5, 1, 9)


def test_splitting_into_a_folder(run: Run, tmp_path: Path) -> None:
    months(tmp_path / "a.jsonl")
    result = run("convert", "a.jsonl", "-o", "out", "--to", "text", "--split", "month")
    assert (result.exit_code, result.stderr) == (0, "wechatlog: out: 2 files: 1 conversation, 40 messages\n")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a-2026-05.txt", "a-2026-06.txt"]
    result = run("convert", "a.jsonl", "-o", "pages/", "--to", "html", "--split", "year")
    assert result.stderr == "wechatlog: pages/: 1 file and index.html: 1 conversation, 40 messages\n"
    result = run("convert", "a.jsonl", "-o", "sizes/", "--to", "jsonl", "--split", "5kB", "--json", "-q")
    found = json.loads(result.stdout)
    assert (found["conversations"], found["messages"]) == (1, 40)
    assert [entry["path"] for entry in found["written"]][:2] == ["sizes/a-part-001.jsonl", "sizes/a-part-002.jsonl"]
    assert sum(entry["messages"] for entry in found["written"]) == 40
    assert {(entry["source"], entry["title"]) for entry in found["written"]} == {("a.jsonl", "读书会")}


def test_streaming_into_a_folder(run: Run, tmp_path: Path) -> None:
    months(tmp_path / "a.jsonl")
    assert run("convert", "a.jsonl", "-o", "whole/", "--to", "text", "--split", "month").exit_code == 0
    result = run("convert", "a.jsonl", "-o", "streamed/", "--to", "text", "--split", "month", "--stream")
    assert (result.exit_code, result.stderr) == (0, "wechatlog: streamed/: 2 files: 1 conversation, 40 messages\n")
    result = run("convert", "a.jsonl", "-o", "days/", "--to", "markdown", "--split", "day", "--stream")
    assert result.stderr == "wechatlog: days/: 40 files: 1 conversation, 40 messages\n"
    result = run("convert", "a.jsonl", "-o", "streamed/", "--to", "jsonl", "--stream")
    assert result.stderr == "wechatlog: streamed/: 1 file: 1 conversation, 40 messages\n"
    for name in ("a-2026-05.txt", "a-2026-06.txt"):
        assert (tmp_path / "streamed" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert wechatlog.load(tmp_path / "streamed" / "a.jsonl") == wechatlog.load(tmp_path / "a.jsonl")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--to", "text"], "standard output: --split writes several files; give a folder, such as -o chats/"),
        (["-o", "out.txt"], "out.txt: --split writes several files; give a folder, such as -o chats/"),
        (["-o", "out/"], "out/: name the form of the output with --to\nForms: markdown"),
    ],
)
def test_splitting_needs_a_folder(example: Path, run: Run, arguments: list[str], message: str) -> None:
    result = run("convert", example, "--split", "month", *arguments)
    assert (result.exit_code, message in result.stderr) == (2, True)


def test_other_ways_to_split(example: Path, run: Run, tmp_path: Path) -> None:
    result = run("convert", example, "-o", "out/", "--to", "text", "--split", "week")
    assert result.exit_code == 2
    assert (
        "Invalid value for '--split': 'week' is no way to split: give day, month, year, a number of messages, or a size (5MB)"
    ) in result.stderr
    result = run("convert", example, "-o", "out/", "--to", "sqlite", "--split", "9kB")
    assert result.exit_code == 1
    assert result.stderr.startswith("wechatlog: sqlite: a file without a message has ")
    (tmp_path / "file").touch()
    result = run("convert", example, "-o", "file", "--to", "text", "--split", "day")
    assert (result.exit_code, result.stderr) == (1, "wechatlog: file: exists and is no folder\n")


def test_a_full_disk_in_a_folder(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    months(tmp_path / "a.jsonl")

    def write(self: TextWriter, items: Iterable[tuple[wechatlog.Conversation, object]], _: object) -> object:
        for conversation, _messages in items:
            yield "new"
            if len(conversation) < 20:
                raise OSError(28, "No space left on device")

    monkeypatch.setattr(TextWriter, "write", write)
    result = run("convert", "a.jsonl", "-o", "out/", "--to", "text", "--split", "month")
    assert (result.exit_code, result.stderr) == (1, "wechatlog: out/a-2026-06.txt: No space left on device\n")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a-2026-05.txt"]


def test_an_index_does_not_overwrite_an_input(run: Run, tmp_path: Path) -> None:
    months(tmp_path / "a.jsonl").rename(tmp_path / "index.html")
    result = run("convert", "index.html", "--from", "jsonl", "-o", ".", "--to", "html")
    message = "index.html: is one of the inputs, and is not overwritten; choose another OUT\n"
    assert (result.exit_code, result.stderr) == (1, f"wechatlog: {message}")
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]
    assert run("convert", "index.html", "--from", "jsonl", "-o", "pages/", "--to", "html").exit_code == 0
    assert sorted(path.name for path in (tmp_path / "pages").iterdir()) == ["index-2.html", "index.html"]


def test_a_longer_suffix_chooses_its_form(example: Path, run: Run, tmp_path: Path) -> None:
    assert run("convert", example, "-o", "OUT.ChatLab.json").exit_code == 0
    assert wechatlog.detect(tmp_path / "OUT.ChatLab.json").format == "chatlab-json"
    assert run("convert", example, "-o", "out.json").exit_code == 0
    assert wechatlog.detect(tmp_path / "out.json").format == "json"


def test_several_chats_to_the_standard_output(run: Run, tmp_path: Path) -> None:
    for number in (1, 2):
        day(tmp_path / "in", number)
    result = run("convert", "in", "--to", "html")
    assert result.exit_code == 1
    assert result.stderr == (
        "wechatlog: standard output: a file of the form html holds one conversation; "
        "for several give a folder, such as -o chats/\n"
    )


def test_streaming_several_chats_to_the_standard_output(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2):
        day(tmp_path / "in", number)
    run("convert", "in", "-o", "two.jsonl")
    monkeypatch.setattr("wechatlog.cli.inputs._HUGE", 1)
    result = run("convert", "two.jsonl", "--to", "text")
    assert result.exit_code == 1
    assert result.stderr == "wechatlog: two.jsonl: holds several conversations; read them with --no-stream\n"
    assert run("convert", "two.jsonl", "--to", "text", "--no-stream").exit_code == 0


@pytest.mark.parametrize("form", [info.name for info in wechatlog.formats() if info.role == "writer"])
def test_every_form_is_reached(example: Path, run: Run, tmp_path: Path, form: str) -> None:
    result = run("convert", example, "-o", "out/", "--to", form)
    assert result.exit_code == 0, result.stderr
    assert list((tmp_path / "out").iterdir())


def test_places_that_cannot_be_written(example: Path, run: Run, tmp_path: Path) -> None:
    result = run("convert", example, "-o", "gone/out.jsonl")
    assert result.exit_code == 1
    assert result.stderr == "wechatlog: gone/out.jsonl: No such file or directory (there is no folder gone)\n"
    (tmp_path / "file").touch()
    result = run("convert", example, "-o", "file/", "--to", "jsonl")
    assert (result.exit_code, result.stderr) == (1, "wechatlog: file/: exists and is no folder\n")
    result = run("convert", example, "-o", "file/x.jsonl")
    assert (result.exit_code, result.stderr) == (1, "wechatlog: file/x.jsonl: Not a directory\n")


def test_folders_without_chats(run: Run, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    result = run("convert", "none", "-o", "out.jsonl")
    assert (result.exit_code, result.stderr) == (1, "wechatlog: none: there are no files in this folder\n")
    for number in range(7):
        (tmp_path / "none" / f"{number}.txt").write_text("hi")
    result = run("convert", "none", "-o", "out.jsonl")
    assert result.exit_code == 1
    assert result.stderr.startswith("wechatlog: no chats found\n  0.txt and 6 more like it: no known format: ")
    assert not (tmp_path / "out.jsonl").exists()


# --- filters ---------------------------------------------------------------------------------------


def test_only_what_is_wanted_is_written(run: Run, example: Path, tmp_path: Path) -> None:
    wanted = ("--sender", "老周", "--since", "2026-05-01T08:00", "--until", "2026-05-01T09:00", "--kind", "text")
    for how in ((), ("--stream",)):
        result = run("convert", example, "-o", "out.jsonl", *wanted, *how)
        assert result.exit_code == 0
        written = wechatlog.load(tmp_path / "out.jsonl")
        assert list(written) == list(
            wechatlog.load(example).by("老周").between(None, "2026-05-01T09:00").of_kind("text")
        )
        assert f"{len(written)} messages" in result.stderr


def test_without_media(run: Run, example: Path, tmp_path: Path) -> None:
    assert run("convert", example, "-o", "out.jsonl", "--no-media").exit_code == 0
    left = {str(message.kind) for message in wechatlog.load(tmp_path / "out.jsonl")}
    assert "text" in left
    assert left.isdisjoint({"image", "file", "red_packet", "voice"})


def test_a_chat_in_which_nothing_is_wanted_is_left_out(run: Run, example: Path, tmp_path: Path) -> None:
    other = wechatlog.Conversation([wechatlog.Message(sender="李四", text="早")], title="甲")
    wechatlog.dump(other, tmp_path / "other.jsonl")
    result = run("convert", example, "other.jsonl", "-o", "out.jsonl", "--sender", "李四")
    assert (result.exit_code, result.stderr) == (0, "wechatlog: out.jsonl: 1 conversation, 1 message\n")


@pytest.mark.parametrize("how", [(), ("--stream",)])
def test_nothing_is_written_where_nothing_fits(run: Run, example: Path, tmp_path: Path, how: tuple[str, ...]) -> None:
    result = run("convert", example, "-o", "out.jsonl", "--sender", "没有这个人", *how)
    told = "no message fits, in 1 conversation; nobody is called 没有这个人; `wechatlog info` lists who wrote"
    assert (result.exit_code, result.stderr) == (1, f"wechatlog: {told}\n")
    assert not (tmp_path / "out.jsonl").exists()


def test_the_nearest_suffix_is_offered(run: Run, example: Path) -> None:
    told = run("convert", example, "-o", "out.doc").stderr
    assert "out.doc: no form is known for the suffix .doc, did you mean .docx? or name one with --to" in told
    told = run("convert", example, "-o", "out.zip").stderr  # a suffix that is only read
    assert "out.zip: no form is known for the suffix .zip; name one with --to" in told
