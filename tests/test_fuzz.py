"""The fuzzer itself: the same chance gives the same inputs, and its oracle sees what it is there to see."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import wechatlog
from wechatlog.diagnostics import Severity
from wechatlog.engine.protocol import Evidence

sys.path.insert(0, str(Path(__file__).parents[1]))
from fuzz import damage, oracle
from fuzz.mutations import ALL, POINTS, STRUCTURE, mutate
from fuzz.seeds import Seed, load_seeds

TEXT = "> 09:00:00  李四  \n   \n早  \n   \n"


@pytest.fixture(scope="module")
def seeds() -> tuple[Seed, ...]:
    return load_seeds()


def test_every_family_has_seeds(seeds: tuple[Seed, ...]) -> None:
    assert {seed.family for seed in seeds} >= {"text", "CSV", "JSON", "HTML", "workbook", "database", "columns", "YAML"}
    assert len({seed.format for seed in seeds}) > 60
    assert all(oracle.find_fault(seed.data, seed.format, seed.options) is None for seed in seeds[::9])


def test_a_family_that_has_no_cases_is_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["damage", "--family", "csv"])
    with pytest.raises(SystemExit):
        damage.main()
    assert "no cases of the family csv; there are CSV," in capsys.readouterr().err


def test_some_hundred_mutations_break_nothing(seeds: tuple[Seed, ...]) -> None:
    chance = random.Random(2026)
    for _ in range(300):
        seed = chance.choice(seeds)
        data = mutate(seed.data, seed.family, chance)
        fault = oracle.find_fault(data, seed.format, seed.options)
        assert fault is None, f"{seed.name}: {fault}: {data!r}"


@pytest.mark.parametrize(
    "mutation", [*ALL, *(found for row in STRUCTURE.values() for found in row)], ids=lambda found: found.__name__
)
def test_mutations_take_anything_and_depend_on_chance_alone(mutation: Any) -> None:
    for data in (b"", b"\n", b"{}", b'{"a": [1, {"b": "x"}]}', b"a,b\n1,2\n", TEXT.encode(), bytes(range(256))):
        one, two = (mutation(data, random.Random(7)) for _ in range(2))
        assert one == two
        assert isinstance(one, bytes)
    samples = (b'[{"a": "1,2"}, {"b": [1]}]', b'a,"b, c"\n1,2\n' * 3, "早\t好\n".encode() * 3)
    assert any(mutation(data, random.Random(number)) != data for number in range(20) for data in samples)


class Broken:
    """A reader with a fault of our choice."""

    name, description, suffixes, options = "broken", "for tests", (), {}

    def __init__(self, fault: str) -> None:
        self.fault = fault

    def detect(self, head: Any) -> Evidence | None:
        return None

    def read(self, source: Any, context: Any) -> Iterator[Any]:
        draft = context.draft()
        if self.fault == "raises":
            raise KeyError("x")
        if self.fault == "slow":
            sum(range(40_000_000))
        message = context.message(draft, time=None, sender="李四", text="早")
        if self.fault == "stale":
            object.__setattr__(message, "_segments", (wechatlog.Text("别的"),))
        if self.fault == "unhashable":
            object.__setattr__(message, "sender", [])
        context.report("x", "told", severity=Severity.WARNING if self.fault == "told" else Severity.INFO)
        yield draft, [message]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("none", None),
        ("raises", "cannot be read as broken"),
        ("slow", "takes"),
        ("stale", "do not join"),
        ("unhashable", "cannot be used: TypeError"),
    ],
)
def test_the_oracle_sees_a_fault(monkeypatch: pytest.MonkeyPatch, fault: str, expected: str | None) -> None:
    monkeypatch.setattr(oracle, "_SECONDS", 0.2 if fault == "slow" else 60.0)
    found = oracle.find_fault(b"x", Broken(fault), {})  # type: ignore[arg-type]
    assert (found is None) == (expected is None), found
    assert expected is None or expected in str(found)


@pytest.mark.parametrize(("fault", "told"), [("none", False), ("told", True)])
def test_what_is_lost_and_whether_it_was_told(fault: str, told: bool) -> None:
    whole = tuple(wechatlog.loads(f"---\ndate: 2026-05-01\n---\n{TEXT}{TEXT}{TEXT}"))
    seed = Seed("x", Broken(fault), "text", b"", {}, whole)  # type: ignore[arg-type]
    assert oracle.judge(seed, b"x") == oracle.Outcome(2, told=told, refused=False, silent=not told)
    assert set(POINTS) >= {"a byte changed", "a line lost"}
