"""Training the line model: its tables are the sum of the trees, and blank lines are learnt from with and without."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from conftest import ROOT
from sayso.line_model import POINTS


@pytest.fixture(scope="module")
def training() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "benchmarks")
        yield importlib.import_module("train_line_model")


@pytest.fixture(scope="module")
def fitting(training: ModuleType) -> ModuleType:
    return importlib.import_module("fit_scorecard")


def a_sample(fitting: ModuleType) -> object:
    chance = np.random.default_rng(3)
    names = ("words", "digits", "commas", "quotes")
    features = {name: chance.integers(0, 40, 6000).astype(np.int16) for name in names}
    # Neither feature says anything alone: only the two together do.
    boilerplate = (features["words"] > 20) ^ (features["digits"] > 11)
    sites = np.array([f"site{i % 7}" for i in range(6000)])
    return fitting.Sample(features, boilerplate, chance.uniform(0.5, 2, 6000), sites, np.repeat(np.arange(60), 100))


def odds_of(sample: object, bias: float, terms: dict[tuple[str, ...], tuple[list[list[int]], Any]]) -> Any:
    return bias + sum(
        values[
            tuple(np.searchsorted(cut, sample.features[name], "right") for name, cut in zip(term, cuts, strict=True))
        ]  # type: ignore[attr-defined]
        for term, (cuts, values) in terms.items()
    )


def test_the_tables_are_the_sum_of_the_trees(fitting: ModuleType) -> None:
    sample = a_sample(fitting)
    pairs = fitting.choose(sample)
    assert pairs[0] == ("words", "digits")
    names = list(sample.features)  # type: ignore[attr-defined]
    together = [{0, 1}, *({i} for i in range(len(names)))]
    trees = fitting._boost(sample, 60, fitting.LEAVES, together)
    bias, terms = fitting.boosted(sample, pairs[:1], trees=60)
    assert {term for term in terms if len(term) == 2} == {("words", "digits")}
    columns = [sample.features[name] for name in names]  # type: ignore[attr-defined]
    odds = odds_of(sample, bias, terms)
    assert np.allclose(odds, trees.decision_function(np.column_stack(columns)))
    assert ((odds > 0) == sample.boilerplate).mean() > 0.99  # type: ignore[attr-defined]


def test_a_card_gives_the_points_of_its_tables(fitting: ModuleType) -> None:
    sample = a_sample(fitting)
    settings = fitting.Settings(False, (("words", "digits"),), None, False)
    bias, terms = fitting.swept(sample, settings.pairs)
    card = fitting.card_of(sample, settings, settings.pairs)
    assert list(card["pairs"]) == ["words & digits"]
    odds = odds_of(sample, bias, terms)
    assert np.abs(fitting.points_of(card, sample) - POINTS * odds).max() <= (len(terms) + 1) / 2


def test_texts_with_blank_lines_are_learnt_from_without_them_too(training: ModuleType) -> None:
    lines = ("Ferries", "Cargo", "The harbour board met on Monday and put off the vote until the winter.")
    marks = (False,) * 3, (True,) * 3
    with_blanks = training.Text("a", "a", "example.org", "page", lines, (0, 0, 1), *marks)
    without = training.Text("b", "b", "example.org", "page", lines, (0, 0, 0), *marks)
    assert with_blanks.whole() == f"Ferries\nCargo\n\n{lines[2]}"
    sample = training._sample([([with_blanks, without], {})])
    assert sample.features["blank-lines-before"].tolist() == [0, 0, 1, 0, 0, 0, 0, 0, 0]
    assert len(sample.boilerplate) == 9
