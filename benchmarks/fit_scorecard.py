"""Fit a scorecard to labelled lines: a table of points for each feature, and for pairs of features.

By trees none of whose leaves looks at more than two features: first with any pairs, to find those that gain most, then
with these alone. The sum of such trees is a table for each feature and each pair. Or bin by bin, by shrunken Newton
steps, which suits fewer lines.

Source of the trees: Lou, Caruana, Gehrke, Hooker, Accurate intelligible models with pairwise interactions, 2013.
"""

from __future__ import annotations

import collections
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier

from sayso.line_features import HIGHEST
from sayso.line_model import POINTS, from_json

__all__ = ["Array", "Pairs", "Sample", "Settings", "Terms", "boosted", "card_of", "choose", "points_of", "swept"]

TREES, LEAVES, RATE = 800, 16, 0.06
TREES_TO_CHOOSE, LEAVES_TO_CHOOSE = 150, 8
LEAST_LINES = 200
"""Lines of a leaf."""
SHRINKAGE_OF_TREES = 20

BINS = 14
SWEEPS, STEP = 30, 0.15
SHRINKAGE_OF_BINS = 100
"""What holds a bin back, in lines of average doubt."""
Floats = npt.NDArray[np.float64]
Array = npt.NDArray[Any]
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Settings:
    """Of one profile.

    Attributes:
        boosted: whether the scorecard is fitted by trees; else by sweeps over all bins, which suits fewer lines of
            boilerplate.
        pairs: the features that add points together, or how many pairs are chosen.
        keeps: the share of content lines that must stay; the threshold is the lowest at which it does. None: the
            threshold is that at which the F1 of content lines is best.
        strict: as in LineModel.
    """

    boosted: bool
    pairs: Pairs | int
    keeps: float | None
    strict: bool


@dataclass(frozen=True, slots=True)
class Sample:
    """Lines with their features, labels and weights."""

    features: dict[str, npt.NDArray[np.int16]]
    boilerplate: npt.NDArray[np.bool_]
    weights: Floats
    sites: npt.NDArray[np.str_]
    texts: npt.NDArray[np.int64]

    def where(self, chosen: npt.NDArray[np.bool_]) -> Sample:
        """The chosen lines."""
        return Sample(
            {name: column[chosen] for name, column in self.features.items()},
            self.boilerplate[chosen], self.weights[chosen], self.sites[chosen], self.texts[chosen],
        )  # fmt: skip


Terms = dict[tuple[str, ...], tuple[list[list[int]], Floats]]
"""By feature or pair of features: where the bins of each begin, and the log odds that each bin adds."""


def _boost(sample: Sample, trees: int, leaves: int, together: Any) -> HistGradientBoostingClassifier:
    """Trees; `together` says which features may meet on the way to a leaf."""
    model = HistGradientBoostingClassifier(
        max_iter=trees, max_leaf_nodes=leaves, learning_rate=RATE, min_samples_leaf=LEAST_LINES,
        l2_regularization=SHRINKAGE_OF_TREES, early_stopping=False, interaction_cst=together, random_state=0,
    )  # fmt: skip
    columns = np.column_stack(list(sample.features.values())).astype(np.float32)
    return model.fit(columns, sample.boilerplate, sample.weights)


Way = dict[int, tuple[int, int]]
"""By the number of a feature, from which value to which it leads to a leaf, the last exclusive."""


def _nodes(model: HistGradientBoostingClassifier) -> Iterator[tuple[Any, Way]]:
    """Every node of every tree, and the path to it."""
    for (tree,) in model._predictors:
        ways: list[tuple[int, Way]] = [(0, {})]
        while ways:
            at, path = ways.pop()
            node = tree.nodes[at]
            yield node, path
            if not node["is_leaf"]:
                number = int(node["feature_idx"])
                first, last = path.get(number, (0, HIGHEST + 1))
                cut = math.floor(node["num_threshold"]) + 1
                ways.append((int(node["left"]), {**path, number: (first, min(last, cut))}))
                ways.append((int(node["right"]), {**path, number: (max(first, cut), last)}))


def choose(sample: Sample) -> list[tuple[str, str]]:
    """The pairs of features that gain anything, most first."""
    names = list(sample.features)
    gains: collections.Counter[tuple[str, str]] = collections.Counter()
    for node, path in _nodes(_boost(sample, TREES_TO_CHOOSE, LEAVES_TO_CHOOSE, "pairwise")):
        if not node["is_leaf"] and len(used := sorted({int(node["feature_idx"]), *path})) == 2:
            gains[names[used[0]], names[used[1]]] += node["gain"]
    return [pair for pair, _ in gains.most_common()]


def boosted(sample: Sample, pairs: Pairs, trees: int = TREES) -> tuple[float, Terms]:
    """The bias and the tables of all terms, by trees."""
    names = list(sample.features)
    number = {name: i for i, name in enumerate(names)}
    together = [{number[a], number[b]} for a, b in pairs] + [{i} for i in range(len(names))]
    model = _boost(sample, trees, LEAVES, together)
    leaves: dict[tuple[int, ...], list[tuple[Way, float]]] = collections.defaultdict(list)
    bias = float(model._baseline_prediction.ravel()[0])
    for node, path in _nodes(model):
        if node["is_leaf"]:
            leaves[tuple(sorted(path))].append((path, float(node["value"])))
    terms: Terms = {}
    for numbers, own in sorted(leaves.items()):
        cuts = [sorted({cut for path, _ in own for cut in path[i]} - {0, HIGHEST + 1}) for i in numbers]
        values = np.zeros([len(starts) + 1 for starts in cuts])
        for path, value in own:
            where = []
            for i, starts in zip(numbers, cuts, strict=True):
                edges = [0, *starts, HIGHEST + 1]
                where.append(slice(edges.index(path[i][0]), edges.index(path[i][1])))
            values[tuple(where)] += value
        bins = tuple(
            np.searchsorted(starts, sample.features[names[i]], "right") for i, starts in zip(numbers, cuts, strict=True)
        )
        mean = float(np.average(values[bins], weights=sample.weights)) if bins else float(values)
        bias += mean
        if bins:
            terms[tuple(names[i] for i in numbers)] = cuts, values - mean
    return bias, terms


def _bins(column: Array) -> list[int]:
    """Where bins begin, so that about as many lines are in each."""
    cuts = np.quantile(column, np.linspace(0, 1, BINS + 1)[1:-1], method="lower")
    return sorted({int(cut) + 1 for cut in cuts if cut < column.max()})


def swept(sample: Sample, pairs: Pairs) -> tuple[float, Terms]:
    """The bias and the tables of all terms, by sweeps."""
    starts = {name: _bins(column) for name, column in sample.features.items()}
    starts = {name: bins for name, bins in starts.items() if bins}
    bins = {n: np.searchsorted(starts[n], sample.features[n], "right").astype(np.int32) for n in starts}
    terms: dict[tuple[str, ...], Array] = {(name,): bins[name] for name in starts}
    for a, b in pairs:
        terms[a, b] = bins[a] * (len(starts[b]) + 1) + bins[b]
    shapes = {term: [len(starts[name]) + 1 for name in term] for term in terms}
    points: dict[tuple[str, ...], Floats] = {term: np.zeros(math.prod(shape)) for term, shape in shapes.items()}
    share = float(np.average(sample.boilerplate, weights=sample.weights))
    bias = math.log(share / (1 - share))
    odds = np.full(len(sample.boilerplate), bias)
    for _ in range(SWEEPS):
        for term, at in terms.items():
            chance = 1 / (1 + np.exp(-odds))
            slope = np.bincount(at, sample.weights * (sample.boilerplate - chance), len(points[term]))
            curve = np.bincount(at, sample.weights * chance * (1 - chance), len(points[term]))
            step = STEP * slope / (curve + SHRINKAGE_OF_BINS)
            points[term] += step
            odds += step[at]
    for term, at in terms.items():
        mean = float(np.average(points[term][at], weights=sample.weights))
        points[term] -= mean
        bias += mean
    return bias, {
        term: ([starts[name] for name in term], values.reshape(shapes[term])) for term, values in points.items()
    }


def card_of(sample: Sample, settings: Settings, pairs: Pairs) -> dict[str, Any]:
    """The scorecard, with the threshold at even odds."""
    bias, terms = (boosted if settings.boosted else swept)(sample, pairs)
    whole = {term: np.rint(values * POINTS).astype(int) for term, (_, values) in terms.items()}
    terms = {term: own for term, own in terms.items() if whole[term].any()}
    return {
        "bias": round(bias * POINTS),
        "threshold": 0,
        "strict": settings.strict,
        "features": {
            term[0]: {"from": cuts[0], "points": whole[term].tolist()}
            for term, (cuts, _) in terms.items() if len(term) == 1
        },
        "pairs": {
            " & ".join(term): {"from": cuts, "points": whole[term].tolist()}
            for term, (cuts, _) in terms.items() if len(term) == 2
        },
    }  # fmt: skip


def points_of(card: dict[str, Any], sample: Sample) -> Array:
    model = from_json({"words": {}, "percent": [], "profiles": {"page": card}}, "page")
    total = np.full(len(sample.boilerplate), model.bias, np.int64)
    features = {name: column.astype(np.int64) for name, column in sample.features.items()}
    for term in model.terms:
        total += term.of(features)
    return total
