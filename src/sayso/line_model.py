"""A scorecard for lines: how likely a line that no named rule takes is boilerplate, and what says so.

The model is a sum. Every feature of a line (`line_features`) falls into one of its bins, and each bin adds a whole
number of points; a few pairs of features add points together. The sum, compared with whole numbers, decides. There is
no floating-point number in it, so every machine decides alike, and the weights in `line_model.json` can be read.

There is a scorecard for each profile: `page` for all visible text of a page, `article` for what an extractor left of
it, where little is boilerplate and the line must be drawn far more strictly. `scripts/train` makes the weights.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from sayso.line_features import HIGHEST, Column, Features, Vocabulary, measure

__all__ = ["PROFILES", "Explanation", "LineModel", "Profile", "line_model"]

Profile = Literal["page", "article"]
PROFILES: tuple[Profile, ...] = ("page", "article")

POINTS = 64
"""Points of one unit of log odds."""


class Explanation(NamedTuple):
    """Why the model removed a line.

    Attributes:
        probability: percent, 1 to 99, that the line is boilerplate.
        features: the three that spoke most for it, most first; a pair is joined by ` & `.
    """

    probability: int
    features: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Term:
    """A feature or a pair of them: where bins begin, and the points of each bin (of the pair: row by row)."""

    name: str
    parts: tuple[str, ...]
    tables: tuple[npt.NDArray[np.int32], ...]
    points: npt.NDArray[np.int32]

    def of(self, features: Features) -> npt.NDArray[np.int32]:
        """The points of each line."""
        if len(self.parts) == 1:
            return self.tables[0][features[self.parts[0]]]
        first, second = (table[features[part]] for table, part in zip(self.tables, self.parts, strict=True))
        points: npt.NDArray[np.int32] = self.points[first + second]
        return points


@dataclass(frozen=True, slots=True)
class LineModel:
    """A scorecard.

    Attributes:
        threshold: lines with more points are boilerplate.
        most: percent of a text's lines; a text that would lose more is none that the model knows, and loses none.
        percent: the points from which the probability is 1, 2 ... 99 percent.
    """

    bias: int
    threshold: int
    most: int
    percent: tuple[int, ...]
    vocabulary: Vocabulary
    weights: Column
    terms: tuple[_Term, ...]

    def score(self, lines: Sequence[str], counts: Sequence[int]) -> tuple[Features, npt.NDArray[np.int32]]:
        """The features and the points of every line.

        Args:
            lines: of all texts in order, none of them blank.
            counts: how many lines each text has.
        """
        features = measure(lines, counts, self.vocabulary, self.weights)
        total = np.full(len(lines), self.bias, np.int32)
        for term in self.terms if lines else ():
            total += term.of(features)
        return features, total

    def decide(
        self, points: npt.NDArray[np.int32], counts: Sequence[int], undecided: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.bool_]:
        """Which lines the model takes.

        Args:
            points: of every line.
            counts: how many lines each text has.
            undecided: the lines that are left to the model.
        """
        taken = (points > self.threshold) & undecided
        text = np.repeat(np.arange(len(counts)), counts)
        share = 100 * np.bincount(text, taken, len(counts)).astype(np.int64)
        kept_out = share > self.most * np.asarray(counts, np.int64)
        return taken & ~kept_out[text]

    def explain(self, features: Features, total: npt.NDArray[np.int32], lines: Sequence[int]) -> list[Explanation]:
        """Why the lines of these numbers have the points they have."""
        at = np.asarray(lines, np.int64)
        chosen = {part: features[part][at] for term in self.terms for part in term.parts} if len(at) else {}
        points = np.array([term.of(chosen) for term in self.terms]) if len(at) else np.zeros((0, 0), np.int32)
        # Of equals the first in the file speaks.
        most = np.argsort(-points, axis=0, kind="stable")[:3].T
        return [
            Explanation(
                min(max(bisect_right(self.percent, int(total[line])), 1), 99), tuple(self.terms[i].name for i in row)
            )
            for line, row in zip(lines, most, strict=True)
        ]


def _starts(starts: Sequence[int]) -> npt.NDArray[np.int32]:
    """The bin of every value: bin i begins at starts[i - 1]."""
    bins = np.zeros(HIGHEST + 1, np.int32)
    for start in starts:
        bins[start:] += 1
    return bins


def from_json(model: Mapping[str, Any], profile: Profile) -> LineModel:
    """The scorecard of a profile, of what `scripts/train` wrote."""
    card = model["profiles"][profile]
    words = model["words"]
    vocabulary = Vocabulary(list(words))
    weights = np.zeros(vocabulary.size + 1, np.int64)
    weights[len(weights) - len(words) :] = list(words.values())
    terms = []
    for name, term in card["features"].items():
        points = np.array(term["points"], np.int32)
        terms.append(_Term(name, (name,), (points[_starts(term["from"])],), points))
    for name, term in card["pairs"].items():
        first, second = name.split(" & ")
        points = np.array(term["points"], np.int32)
        tables = _starts(term["from"][0]) * np.int32(points.shape[1]), _starts(term["from"][1])
        terms.append(_Term(name, (first, second), tables, points.ravel()))
    percent = tuple(model["percent"])
    return LineModel(card["bias"], card["threshold"], card["most"], percent, vocabulary, weights, tuple(terms))


@cache
def line_model(profile: Profile) -> LineModel:
    """The scorecard that comes with the package."""
    return from_json(json.loads(Path(__file__).with_name("line_model.json").read_bytes()), profile)
