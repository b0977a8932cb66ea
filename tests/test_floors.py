"""Measured quality never falls unnoticed: floors on public data, which stays outside the project."""

from __future__ import annotations

import hashlib
import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
FLOORS: dict[str, Any] = json.loads((ROOT / "tests" / "floors.json").read_bytes())["sentences"]
DATA = ROOT.parent / "shared" / "bench" / "sentences"
# How far above its floor a figure may be; then the floor is raised.
SLACK = 0.005

needs_data = pytest.mark.skipif(not DATA.exists(), reason="../shared/bench/sentences is not here")


@pytest.fixture(scope="module")
def segmenting() -> Iterator[ModuleType]:
    """The benchmark, whose way of counting this is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "benchmarks")
        yield importlib.import_module("segmenting")


@pytest.fixture(scope="module")
def measured(segmenting: ModuleType) -> dict[str, float]:
    groups = segmenting.groups(segmenting.read(DATA / "ud_train_dev.jsonl.gz"))
    figures = {}
    for name in ("EWT dev", "GUM dev", "GUM news"):
        key = name.lower().replace(" ", "-")
        figures[f"{key}-in"] = segmenting.score(segmenting.ours, segmenting.paragraphs(groups[name])).f1
        figures[f"{key}-doc"] = segmenting.score(segmenting.ours, segmenting.whole(groups[name])).f1
    return figures


@needs_data
@pytest.mark.parametrize("name", FLOORS["data"])
def test_the_data_is_that_of_the_floors(name: str) -> None:
    assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == FLOORS["data"][name]


@needs_data
def test_each_figure_has_a_floor(measured: dict[str, float]) -> None:
    assert set(measured) == set(FLOORS["floors"])


@needs_data
@pytest.mark.parametrize("name", FLOORS["floors"])
def test_the_figure_is_not_below_its_floor(name: str, measured: dict[str, float]) -> None:
    floor = FLOORS["floors"][name]
    assert measured[name] >= floor, f"{name} fell from {floor} to {measured[name]:.4f}"
    assert measured[name] <= floor + SLACK, f"{name} rose to {measured[name]:.4f}: raise its floor from {floor}"


def test_counting(segmenting: ModuleType) -> None:
    """Two of three boundaries found, one wrong: white space does not count, the text's own start is no boundary."""
    text = segmenting.Text("A b.  C d. E f. G", frozenset({3, 6, 9}))
    found = segmenting.score(lambda _: [0, 5, 11, 13], [text])
    assert tuple(found) == (2, 1, 1)
    assert found.f1 == pytest.approx(2 / 3)
