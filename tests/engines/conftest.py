"""The engines that are installed, and a folder of chats for them.

Sail comes with `pip install 'wechatlog[sail]'` and needs no Java, Spark with `pip install 'wechatlog[spark]'`; nox has a
session for each. Where neither is installed these tests are skipped.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import wechatlog

if TYPE_CHECKING:
    from collections.abc import Iterator

ZONE = "Asia/Shanghai"
PART_SIZE = 6000


def days(first: int, count: int) -> str:
    """A Markdown archive of a day; who is mentioned is known from other messages."""
    messages = (
        f"> {n // 13 % 24:02}:{n % 13:02}:00  李 四{n % 7}  \n   \n@李 四{n * 3 % 7} 早上好[微笑] 第{n}条  \n   \n"
        for n in range(count)
    )
    return f"---\ndate: 2026-05-{first:02}\ntitle: 读书群\n---\n" + "".join(messages)


@pytest.fixture(scope="session")
def chats(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Chats of five formats, one of them large enough to be cut, and two files that are none."""
    folder = tmp_path_factory.mktemp("chats")
    for day in (1, 2):
        (folder / f"2026-05-{day:02}.markdown").write_text(days(day, 60), encoding="utf-8")
    large = wechatlog.loads(days(3, 280), tz=ZONE)
    wechatlog.dump(large, folder / "large.jsonl")
    wechatlog.dump(wechatlog.loads(days(4, 40), tz=ZONE), folder / "chatlab.json", format="chatlab-json")
    wechatlog.dump(wechatlog.loads(days(5, 40), tz=ZONE), folder / "table.csv", format="csv")
    (folder / "broken.jsonl").write_text(
        '{"type":"conversation","schema":"wechatlog/1","title":"坏"}\n{"type":"message","text":"早"}\n{"type":\n',
        encoding="utf-8",
    )
    (folder / "picture.jpg").write_bytes(b"\xff\xd8\xff\xe0 no chat")
    return folder


def _sail() -> Iterator[Any]:
    pytest.importorskip("pysail", reason="Sail is not installed: pip install 'wechatlog[sail]'")
    from pysail.spark import SparkConnectServer
    from pyspark.sql import SparkSession

    import pyspark_wechatlog

    server = SparkConnectServer()
    server.start(background=True)
    _, port = server.listening_address
    session = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()
    session.dataSource.register(pyspark_wechatlog.DefaultSource)
    yield session
    session.stop()
    server.stop()


def _spark() -> Iterator[Any]:
    pyspark = pytest.importorskip("pyspark", reason="Spark is not installed: pip install 'wechatlog[spark]'")
    home = Path(pyspark.__file__).parent
    if not (home / "jars").is_dir() or shutil.which("java") is None:
        pytest.skip("Spark itself is not installed, or there is no Java: pip install 'wechatlog[spark]'")
    from pyspark.sql import SparkSession

    os.environ.update(SPARK_HOME=str(home), PYSPARK_PYTHON=sys.executable, SPARK_LOCAL_IP="127.0.0.1")
    builder = SparkSession.builder.master("local-cluster[2,1,1024]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.sql.shuffle.partitions", "2").config("spark.driver.host", "127.0.0.1")
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture(scope="session", params=["sail", "spark"])
def spark(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A session on an engine, with the clock of UTC."""
    for session in _sail() if request.param == "sail" else _spark():
        session.conf.set("spark.sql.session.timeZone", "UTC")
        yield session


@pytest.fixture
def read(spark: Any, chats: Path) -> Any:
    """Reads the folder with options."""

    def table(path: object = chats, **options: str) -> Any:
        return (
            spark.read.format("wechatlog")
            .options(**{"tz": ZONE, "part_size": str(PART_SIZE), "partitions": "4", **options})
            .load(str(path))
        )

    return table
