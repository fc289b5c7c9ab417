"""What is said where no engine is installed."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys
sys.modules["pyspark"] = None
import pyspark_wechatlog
"""


def test_a_missing_engine_names_the_extra() -> None:
    run = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True)
    assert run.returncode == 1
    assert "a table of Spark needs an optional library; install it with: pip install 'wechatlog[spark]'" in run.stderr
