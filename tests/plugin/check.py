"""Run where the plug-in is installed: it is found, chosen, and passes the conformance check."""

import tempfile
from pathlib import Path

import wechatlog
from wechatlog.testing import check_reader

SAMPLE = "2026-05-01 09:00;李四;早上好 #话题#\n2026-05-01 09:01;王五;@李四 好\n"


def main() -> None:
    """Find it, use it, check it."""
    info = next(entry for entry in wechatlog.formats() if entry.name == "semicolon")
    assert (info.role, info.origin) == ("reader", "wechatlog-semicolon"), info
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chat.semicolon"
        path.write_text(SAMPLE, encoding="utf-8")
        assert wechatlog.detect(path).format == "semicolon"
        conversation = wechatlog.load(path, owner="王五")
        assert [message.is_self for message in conversation] == [False, True]
        assert conversation[0].segments[-1].raw == "#话题#"
        from wechatlog.registry import find_reader

        check_reader(find_reader("semicolon"), [path])
    print("the plug-in is found and conforms")


if __name__ == "__main__":
    main()
