"""What the page on many machines shows is run, for each engine that is installed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

import wechatlog

from .conftest import ZONE

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "many-machines.md"
BLOCKS = re.findall(r"^```py ([a-z-]+)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.fixture
def workplace(chats: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(chats, tmp_path / "chats")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(engine: str, **names: Any) -> dict[str, Any]:
    found = [text for name, text in BLOCKS if name == engine]
    assert found
    for text in found:
        exec(text, names)
    return names


def test_spark(spark: Any, workplace: Path) -> None:
    text = "".join(text for name, text in BLOCKS if name == "spark").replace('"chats/"', f'"{workplace / "chats"}"')
    names: dict[str, Any] = {"spark": spark}
    exec(text, names)
    assert names["chats"].count() == 481
    assert names["notes"].filter("severity = 'error'").count() == 1


def test_a_stream_of_spark(spark: Any, workplace: Path) -> None:
    if not hasattr(spark, "sparkContext"):
        pytest.skip("Sail streams no Python data source")
    text = "".join(text for name, text in BLOCKS if name == "spark-streaming")
    exec(text.replace('"chats/"', f'"{workplace / "chats"}"'), {"spark": spark})
    assert spark.table("growing").count() == 481


def test_sail(workplace: Path) -> None:
    pytest.importorskip("pysail", reason="Sail is not installed: pip install 'wechatlog[sail]'")
    names = run("sail")
    assert names["chats"].count() == 481
    names["spark"].stop()
    names["server"].stop()


def test_daft(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("daft", reason="Daft is not installed: pip install daft")
    names = run("daft")
    assert "'李 四0'" in capsys.readouterr().out
    assert names["chats"].count_rows() == 481
    daft = names["daft"]
    chosen = names["chats"].where(daft.col("sender") == "李 四1").select("text")
    assert chosen.count_rows() == sum(batch.num_rows for batch in wechatlog.scan("chats", sender="李 四1", tz=ZONE))


@pytest.mark.filterwarnings("ignore::DeprecationWarning:ray.*")  # its own settings
def test_ray(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ray = pytest.importorskip("ray", reason="Ray is not installed: pip install 'ray[data]'")
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        names = run("ray")
        assert names["chats"].count() == 481
        assert "李 四0" in capsys.readouterr().out
    finally:
        ray.shutdown()
