"""The command line in Chinese: no sentence lacks its twin, and each is found again however it was filled in."""

from __future__ import annotations

import functools
import importlib.util
import re
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

import wechatlog
from tests.test_corpus import cases, expected_of
from wechatlog.cli import language, main
from wechatlog.cli.app import _COMMANDS
from wechatlog.cli.help_pages import wrap
from wechatlog.cli.language import PHRASES, chosen_language, read_catalogue, translate
from wechatlog.cli.messages import padded, width
from wechatlog.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
CATALOGUES = sorted((ROOT / "src" / "wechatlog" / "locale").glob("*/LC_MESSAGES/wechatlog.po"))
NAME = re.compile(r"\{\w+\}")
ENGLISH = re.compile(r"(?<![\w`./@{<-])[a-z]{2,}(?: (?!or )[a-z]{2,}){3,}")
"""Four English words in a row, which no Chinese sentence has."""


@pytest.fixture(scope="module")
def script() -> Iterator[ModuleType]:
    """The module that knows what the sources say."""
    spec = importlib.util.spec_from_file_location("translations", ROOT / "scripts" / "translations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.modules.pop("translations", None)


@pytest.fixture(scope="module")
def sentences(script: ModuleType) -> dict[str, str | None]:
    found: dict[str, str | None] = script.extract()
    return found


@pytest.fixture
def in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WECHATLOG_LANG", "zh_CN")


# --- no sentence lacks its twin


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parents[1].name)
def test_every_sentence_has_its_twin(path: Path, sentences: dict[str, str | None]) -> None:
    twins = dict(read_catalogue(path.read_text(encoding="utf-8")))
    wanted = {text for pair in sentences.items() for text in pair if text}
    remedy = "run python scripts/translations.py, and fill in what is empty"
    assert wanted - twins.keys() == set(), remedy
    assert twins.keys() - wanted == set(), remedy


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parents[1].name)
def test_a_twin_takes_what_the_sentence_takes(path: Path) -> None:
    twins = read_catalogue(path.read_text(encoding="utf-8"))
    strange = [one for one, twin in twins if Counter(NAME.findall(one)) != Counter(NAME.findall(twin))]
    assert strange == []


def test_the_script_keeps_what_is_there(script: ModuleType, tmp_path: Path) -> None:
    for path in CATALOGUES:
        copy = tmp_path / path.name
        copy.write_bytes(path.read_bytes())
        assert script.update(copy) == 0
        before, after = (dict(read_catalogue(place.read_text(encoding="utf-8"))) for place in (path, copy))
        assert after == before


def test_a_new_sentence_has_no_twin_and_an_old_one_goes(script: ModuleType, tmp_path: Path) -> None:
    copy = tmp_path / "wechatlog.po"
    text = CATALOGUES[0].read_text(encoding="utf-8")
    copy.write_text(text.replace('msgid "interrupted"', 'msgid "nobody says this"'), encoding="utf-8")
    assert script.update(copy) == 1
    assert 'msgid "interrupted"\nmsgstr ""\n' in copy.read_text(encoding="utf-8")
    assert "nobody says this" not in copy.read_text(encoding="utf-8")


@pytest.mark.usefixtures("in_chinese")
def test_each_sentence_is_found_again(script: ModuleType, sentences: dict[str, str | None]) -> None:
    """What is put into a sentence comes out in its twin, and no other sentence takes its place."""
    twins = dict(read_catalogue(CATALOGUES[0].read_text(encoding="utf-8")))
    for sentence in sentences:
        names = dict.fromkeys(NAME.findall(sentence))
        values = {name: str(17 + number) for number, name in enumerate(names)}
        filled = NAME.sub(lambda name: values[name[0]], sentence)  # noqa: B023
        expected = NAME.sub(lambda name: values[name[0]], twins[sentence])  # noqa: B023
        assert translate(filled) == expected, sentence


def test_what_is_said_in_the_sources_is_found(script: ModuleType, tmp_path: Path) -> None:
    source = tmp_path / "cli" / "verb.py"
    source.parent.mkdir()
    source.write_text(
        'KNOWN = {"one": "the first reason", "two": "the second reason"}\n'
        "@click.command()\n"
        '@click.option("--gap", help="The longest silence.")\n'
        "def verb(path, how):\n"
        '    """Do something.\n\n    In two\n    lines.\n\n    \\b\n    Examples:\n      wechatlog verb\n    """\n'
        '    what = "cut" if how else f"row {path.row!r}"\n'
        "    raise Failure(f\"{path}: {what} is broken; {count(how, 'entry', 'entries')} left\")\n"
        'say("this" + " and that")\nsay(KNOWN[how])\n',
        encoding="utf-8",
    )
    assert set(script.Module(source).sentences()) == {
        "Do something.",
        "In two lines.",
        "Examples:",
        "The longest silence.",
        "{what} is broken; {entries} left",
        "cut",
        "row {row}",
        "this and that",
        "the first reason",
        "the second reason",
        "{number} entry\0{number} entries",
    }


# --- which language


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, None),
        ({"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "zh_TW.UTF-8"}, "zh_CN"),
        ({"LANG": "en_US.UTF-8"}, None),
        ({"LANG": "de_DE.UTF-8"}, None),
        ({"LANG": "C.UTF-8"}, None),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN"}, "zh_CN"),
        ({"LC_MESSAGES": "zh_CN", "LC_ALL": "C"}, None),
        ({"LC_ALL": "zh_Hans_CN.UTF-8"}, "zh_CN"),
        ({"LANGUAGE": "zh_CN:en", "LC_ALL": "en_US.UTF-8"}, "zh_CN"),
        ({"LANGUAGE": "en:zh_CN", "LC_ALL": "zh_CN.UTF-8"}, None),
        ({"LANGUAGE": "de:zh"}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "WECHATLOG_LANG": "en"}, None),
        ({"LANG": "en_US.UTF-8", "WECHATLOG_LANG": "zh"}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "WECHATLOG_LANG": ""}, "zh_CN"),
        ({"WECHATLOG_LANG": "zh-CN"}, "zh_CN"),
    ],
    ids=lambda value: " ".join(f"{name}={text}" for name, text in value.items()) if isinstance(value, dict) else None,
)
def test_the_language(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: str | None) -> None:
    for name in ("WECHATLOG_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert chosen_language() == expected


def test_english_reads_no_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WECHATLOG_LANG", "en")
    monkeypatch.setattr(language, "_catalogue", None)
    assert translate("no chats found") == "no chats found"


@pytest.mark.usefixtures("in_chinese")
def test_the_library_speaks_english() -> None:
    """Programs read what it says; only the command line translates."""
    with pytest.raises(wechatlog.UnknownFormatError, match="no known format"):
        wechatlog.loads("nothing")


# --- what is translated of a text


@pytest.mark.usefixtures("in_chinese")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("a sentence that nobody translated", "a sentence that nobody translated"),
        ("no chats found", "没有找到聊天记录"),
        ("no chats found\n  a.txt: the file is empty", "没有找到聊天记录\n  a.txt: 文件是空的"),
        ("C:\\a: b.txt: Permission denied", "C:\\a: b.txt: 没有权限"),
        ("    no chats found", "    no chats found"),
        ("1 message", "1 条消息"),
        ("1,200 messages", "1,200 条消息"),
        ("some messages", "some messages"),
        ("3 messages, 5 files", "3 messages, 5 files"),
        ("somebody to somebody else", "somebody to somebody else"),
        ("2026-05-01 to 2026-05-02", "2026-05-01 至 2026-05-02"),
        ("SQLite cannot open it: the file is empty", "SQLite 打不开它：文件是空的"),
        ("Error: " * 3000 + "no chats found", "Error: " * 3000 + "no chats found"),
        ("no folder 'no chats found'", "没有文件夹 'no chats found'"),
        ("no chats found; no such clause; the file is empty", "没有找到聊天记录；no such clause；文件是空的"),
        ("a.txt: no kind 'x'; did you mean text?", "a.txt: 没有类别 'x'；是不是 text？"),
        ("no date: the times have no day; pass date=", "no date: 这些时间没有日期；请用 date= 给出"),
    ],
)
def test_a_text(text: str, expected: str) -> None:
    assert translate(text) == expected


def test_phrases_are_places_of_sentences(sentences: dict[str, str | None]) -> None:
    names = {name.strip("{}") for sentence in sentences for name in NAME.findall(sentence)}
    assert names >= PHRASES


def test_a_catalogue() -> None:
    text = (
        '# a comment\nmsgid ""\nmsgstr "Language: zh_CN\\n"\n\n'
        'msgid "one \\"quoted\\"\\n"\nmsgstr "一"\n\n'
        'msgid ""\n"in two "\n"lines"\nmsgstr ""\n"两"\n"行"\n\n'
        'msgid "{number} day"\nmsgid_plural "{number} days"\nmsgstr[0] "{number} 天"\n\n'
        'msgid "not yet"\nmsgstr ""\n'
    )
    assert dict(read_catalogue(text)) == {
        'one "quoted"\n': "一",
        "in two lines": "两行",
        "{number} day": "{number} 天",
        "{number} days": "{number} 天",
    }


# --- what a person sees


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [
        ("", 10, [""]),
        ("one two three", 7, ["one two", "three"]),
        ("一二三四五", 6, ["一二三", "四五"]),
        ("一二三。四五", 6, ["一二", "三。四", "五"]),
        ("用 convert 转换", 8, ["用", "convert", "转换"]),
        ("averyveryverylongword", 5, ["averyveryverylongword"]),
    ],
)
def test_wrapping(text: str, columns: int, expected: list[str]) -> None:
    assert list(wrap(text, columns)) == expected


def test_widths() -> None:
    assert (width("a一："), padded("一", 4), padded("一二三", 4)) == (5, "一  ", "一二三")


@pytest.mark.usefixtures("in_chinese")
@pytest.mark.parametrize("verb", ["", *_COMMANDS])
def test_help_is_chinese(verb: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    assert main([*([verb] if verb else []), "--help"]) == 0
    printed = capsys.readouterr().out
    examples = [line for line in printed.split("\n") if "wechatlog" in line]
    prose = "\n".join(line for line in printed.split("\n") if line not in examples)
    assert ENGLISH.findall(prose) == []
    assert printed.startswith(f"用法: wechatlog {verb}".rstrip())
    assert "显示本帮助。" in printed
    assert all(width(line) <= 60 for line in printed.split("\n") if line not in examples and "--" not in line)


RUNS = [
    ("info", "CHAT"),
    ("info", "CHAT", "OTHER"),
    ("show", "CHAT", "--limit", "3"),
    ("show", "CHAT", "--sender", "nobody"),
    ("stats", "CHAT"),
    ("check", "CHAT", "BROKEN"),
    ("search", "扳手", "CHAT", "OTHER", "-c"),
    ("search", "-e", "(", "CHAT"),
    ("formats",),
    ("formats", "html"),
    ("formats", "nothing"),
    ("convert", "CHAT", "-o", "OUT/x.jsonl"),
    ("convert", "BROKEN", "-o", "OUT/"),
    ("convert", "CHAT", "--to", "nosuchform"),
    ("convert", "CHAT", "-O", "ownr=x", "-o", "OUT/x.jsonl"),
    ("convert", "missing.txt"),
    ("convert",),
    ("convert", "CHAT", "--tz", "Mars"),
    ("convert", "CHAT", "--nothing"),
    ("merge", "CHAT", "OTHER", "-o", "OUT/m.jsonl"),
    ("merge", "CHAT"),
    ("people", "CHAT"),
    ("pseudonymize", "CHAT", "-o", "OUT/p/"),
    ("report", "CHAT", "-o", "OUT/r.html", "--year", "1999"),
    ("view", "CHAT", "-o", "OUT/v.html", "--no-open"),
    ("media", "OUT", "-o", "OUT2"),
    ("mcp", "CHAT", "--only-index"),
    ("mcp", "CHAT", "--index", "OUT/i.sqlite", "--only-index"),
    ("completion", "nosh"),
    ("nothing",),
]


@pytest.mark.usefixtures("in_chinese")
@pytest.mark.parametrize("arguments", RUNS, ids=" ".join)
def test_a_run_is_chinese(arguments: tuple[str, ...], tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    places = {
        "CHAT": ROOT / "examples" / "2026-05-01-chat.markdown",
        "OTHER": tmp_path / "other.jsonl",
        "BROKEN": tmp_path / "broken.csv",
        "OUT": tmp_path / "out",
        "OUT2": tmp_path / "out2",
    }
    places["OUT"].mkdir()
    (places["OUT"] / "a.dat").write_bytes(b"no picture")
    wechatlog.dump(wechatlog.load(places["CHAT"])[:9], places["OTHER"])
    text = wechatlog.dumps(wechatlog.load(places["CHAT"]), "csv")
    places["BROKEN"].write_text(text.replace("2026-05-01T08:05:02", "no time"), encoding="utf-8")
    main([re.sub(r"^[A-Z]+2?", lambda place: str(places.get(place[0], place[0])), text) for text in arguments])
    printed = "".join(capfd.readouterr())
    assert re.search("[\u4e00-\u9fff]", printed)
    assert ENGLISH.findall(printed.replace(str(tmp_path), "")) == []


@pytest.mark.usefixtures("in_chinese")
def test_an_error_of_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "--tz", "Mars", "x"]) == 2
    assert capsys.readouterr().err == (
        "用法: wechatlog convert [OPTIONS] IN...\n"
        "运行 'wechatlog convert --help' 查看帮助。\n"
        "\n"
        "错误：'--tz' 的值无效：未知的时区：'Mars'；请使用 Asia/Shanghai 这样的名称，或 +08:00 这样的偏移\n"
    )


@pytest.mark.usefixtures("in_chinese")
def test_json_stays_as_it_is(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """What programs read does not depend on the language of the user."""
    chat = str(ROOT / "examples" / "2026-05-01-chat.markdown")
    for arguments in (["info"], ["stats"], ["check"]):
        main([*arguments, chat, "--json"])
        chinese = capsysbinary.readouterr().out
        monkeypatch.setenv("WECHATLOG_LANG", "en")
        main([*arguments, chat, "--json"])
        assert capsysbinary.readouterr().out == chinese
        monkeypatch.setenv("WECHATLOG_LANG", "zh")


@functools.cache
def _shown(sentence: str) -> str:
    return translate(sentence)


def _said(case: Path, half: Path) -> Iterator[str]:
    """What reading a case says, and reading half of it."""
    options: dict[str, Any] = expected_of(case).get("options", {})
    half.write_bytes(case.read_bytes()[: case.stat().st_size // 2])
    for path in (case, half):
        source = Source.of(path)  # of which is found out once what it is
        try:
            yield wechatlog.detect(source).reason
            for conversation in wechatlog.load_archive(source, **options):
                yield from (note.message for note in conversation.diagnostics)
        except wechatlog.WechatlogError as error:
            yield str(error).split("\n")[0]


def _saying() -> list[Path]:
    """The cases that tell what no other of their format does, and the first of each format."""
    heard: set[tuple[str, object]] = set()
    found = []
    for case in cases():
        expected = expected_of(case)
        chats = expected.get("conversations", [expected])
        said = {"", expected.get("match"), *(code for chat in chats for code, _ in chat.get("diagnostics", ()))}
        new = {(case.parent.name + case.suffix, each) for each in said}
        if not new <= heard:
            found.append(case)
            heard |= new
    return found


@pytest.mark.usefixtures("in_chinese")
@pytest.mark.parametrize("case", _saying(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_is_said_of_a_file(case: Path, tmp_path: Path) -> None:
    """Diagnostics, errors and reasons of the whole corpus are Chinese to the last phrase."""
    for sentence in _said(case, tmp_path / case.name):
        shown = _shown(sentence)
        assert shown != sentence or not ENGLISH.search(sentence), sentence
        assert not ENGLISH.search(shown), shown
