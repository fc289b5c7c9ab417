"""Uses an installed wheel without extras as a first user would; run by the `wheel` session."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import wechatlog

ARCHIVE = "---\ndate: 2026-05-01\n---\n> 09:00:00  李四  \n   \n@王五 早上好[微笑]  \n   \n"


def main() -> None:
    """Read, look, write, read back; then see what a missing extra says."""
    assert "site-packages" in str(Path(wechatlog.__file__)), wechatlog.__file__
    conversation = wechatlog.loads(ARCHIVE)
    assert conversation[0].emoji[0].unicode == "🙂"
    assert conversation[0].mentions[0].name == "王五"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chat.jsonl"
        wechatlog.dump(conversation, path)
        assert wechatlog.load(path) == conversation
        assert wechatlog.dumps(wechatlog.load(path), "markdown") == ARCHIVE
    assert (Path(wechatlog.__file__).parent / "py.typed").exists()
    assert len(wechatlog.formats()) > 2
    for language, sentence in (("en", "the command line needs"), ("zh", "命令行需要")):
        run = subprocess.run(
            [sys.executable, "-m", "wechatlog", "formats"],
            capture_output=True,
            encoding="utf-8",
            env={**os.environ, "WECHATLOG_LANG": language, "PYTHONIOENCODING": "utf-8"},
            check=False,
        )
        assert run.returncode == 2, run
        assert sentence in run.stderr, run
        assert "pip install 'wechatlog[cli]'" in run.stderr, run
    print("the wheel works alone")


if __name__ == "__main__":
    main()
