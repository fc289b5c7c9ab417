"""The promises of `docs/explanation/security.md` that no other test shows: what the library asks of the system."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "explanation" / "security.md"

WATCHED = """
import json, os, sys
from pathlib import Path

seen = {"network": [], "programs": [], "pickles": [], "written": []}

def watch(event, arguments):
    if event.startswith(("socket.", "urllib.", "http.", "ftplib.", "smtplib.")):
        seen["network"].append(event)
    elif event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.startfile", "pty.spawn"):
        seen["programs"].append(f"{event} {arguments[:1]}")
    elif event == "pickle.find_class":
        seen["pickles"].append(str(arguments))
    elif event == "open" and isinstance(arguments[0], str):
        mode, flags = arguments[1], arguments[2]
        if (isinstance(mode, str) and set(mode) & set("wax+")) or (mode is None and flags & (os.O_WRONLY | os.O_RDWR)):
            seen["written"].append(os.path.abspath(arguments[0]))
    elif event in ("os.rename", "os.mkdir", "os.remove", "os.symlink", "os.link"):
        seen["written"].append(os.path.abspath(str(arguments[0])))

import wechatlog, wechatlog.cli  # what is imported is no part of the promise
for info in wechatlog.formats():
    pass
from wechatlog import Conversation, Message
corpus, target = Path(sys.argv[1]), Path(sys.argv[2])
files = sorted(path for path in corpus.glob("*/*") if path.is_file())
chat = Conversation([Message(sender="李四", text="早 https://example.invalid/ ![a](http://example.invalid/1.png)", is_self=False), Message(sender="张三", text="好", is_self=True)], title="群")
for info in wechatlog.formats():  # whatever libraries do when they are imported
    if info.role == "writer":
        try:
            wechatlog.dump(chat, target / f"first-{info.name}", info.name)
        except (wechatlog.WechatlogError, OSError):
            pass
sys.addaudithook(watch)
first = {path.parent: path for path in reversed(files)}
for path in files:
    for errors in ("collect", "strict") if path == first[path.parent] else ("collect",):
        try:
            list(wechatlog.load_archive(path, errors=errors))
        except wechatlog.WechatlogError:
            pass
read = {name: list(found) for name, found in seen.items()}
for info in wechatlog.formats():
    if info.role == "writer":
        try:
            wechatlog.dump(chat, target / f"out-{info.name}{(info.suffixes or ('',))[0]}", info.name)
        except wechatlog.WechatlogError as error:
            print(error, file=sys.stderr)
print(json.dumps({"read": read, "all": seen}))
"""


def test_no_network_no_program_no_pickle_and_nothing_written_but_the_target(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()
    command = [sys.executable, "-c", WATCHED, str(ROOT / "tests" / "corpus"), str(target)]
    environment = {"TMPDIR": str(tmp_path), "PATH": "", "PYTHONPATH": str(ROOT / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.strip().split("\n")[-1])
    assert found["all"]["network"] == found["all"]["programs"] == found["all"]["pickles"] == []
    assert found["read"]["written"] == []  # reading writes nothing, and unpacks nothing
    outside = [path for path in found["all"]["written"] if not Path(path).resolve().is_relative_to(tmp_path)]
    assert [path for path in outside if path != "/dev/null"] == []
    left = [path.name for path in tmp_path.iterdir() if path != target]
    assert left == []  # temporary folders are gone
    assert not [path for path in target.rglob("*") if path.name.endswith(".part")]


def test_every_promise_names_a_test_that_there_is() -> None:
    rows = re.findall(r"^\| (.+) \| `(tests/[^`]+)` \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert len(rows) > 20
    for promise, test in rows:
        path, _, name = test.partition("::")
        text = (ROOT / path).read_text("utf-8")
        assert not name or f"def {name}(" in text, (promise, test)
