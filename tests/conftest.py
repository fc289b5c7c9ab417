"""Fixtures that all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

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


def _shared(name: str, variable: str) -> Path:
    folder = Path(os.environ.get(variable, ROOT.parent / "shared" / name))
    if not folder.is_dir():
        pytest.skip(f"no {name} beside the project; set {variable}")
    return folder


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Real archives, for checking only; nothing of them is ever written down."""
    return _shared("corpus", "WECHATLOG_CORPUS")


@pytest.fixture(scope="session")
def samples() -> Path:
    """Made-up samples of the formats in the wild."""
    return _shared("formats/samples", "WECHATLOG_SAMPLES")
