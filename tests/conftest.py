"""Fixtures that all tests share."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from .samples import copy_samples

settings.register_profile(
    "house",
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.register_profile("deep", parent=settings.get_profile("house"), max_examples=1000)
# The same examples on every run, so that a landing fails for what it changed; developers draw new ones each time.
settings.register_profile("ci", parent=settings.get_profile("house"), derandomize=True, max_examples=30)
settings.load_profile(os.environ.get("WECHATLOG_HYPOTHESIS", "ci" if os.environ.get("CI") else "house"))

ROOT = Path(__file__).parents[1]

# Whoever runs the tests, they expect English where they do not ask for another language.
os.environ["WECHATLOG_LANG"] = "en"

# Tests start dozens of processes; all may keep what they compile, as every Python does by itself.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Whether a disk has what was written no test can see; the one that asks whether it is waited for counts the calls.
os.fsync = lambda _: None

# What collecting ten thousand tests makes lives as long as they do: the collector of garbage need not look at it.
gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.set_threshold(*gc.get_threshold()[:2], 100)  # what is old seldom becomes garbage
    gc.enable()


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Real archives, for checking only; nothing of them is ever written down."""
    folder = Path(os.environ.get("WECHATLOG_CORPUS", ROOT.parent / "shared" / "corpus"))
    if not folder.is_dir():
        pytest.skip("no real archives beside the project; set WECHATLOG_CORPUS")
    return folder


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of made-up samples of the formats in the wild."""
    folder = tmp_path_factory.mktemp("samples")
    copy_samples(folder)
    return folder
