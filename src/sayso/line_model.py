"""A scorecard for lines: how likely a line that no named rule takes is boilerplate, and what says so.

The model is a sum. Every feature of a line (`line_features`) falls into one of its bins, and each bin adds a whole
number of points; a few pairs of features add points together. The sum, compared with whole numbers, decides. There is
no floating-point number in it, so every machine decides alike, and the weights in `line_model.json` can be read.

There is a scorecard for each profile: `page` for all visible text of a page, `article` for what an extractor left of
it, where little is boilerplate and the line must be drawn far more strictly. `scripts/train` makes the weights.
"""

from __future__ import annotations

import json
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
LEAST_PROSE = 3
LEAST_WORDS = 100
"""Few texts are shorter; a page of which less is left holds its text where the model does not see it."""
_MOST_TERMS = 1024
_DIGITS = np.array([1 << 30, 1 << 20, 1 << 10, 1])


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
        strict: whether it takes no running text, nothing from a text of fewer than `LEAST_PROSE` lines of that, and
            nothing from a text that would lose more than half its lines: such a text is none of the sort it knows. A
            model that is not strict leaves `LEAST_WORDS` words of every text, as far as there are so many.
        percent: the points from which the probability is 1, 2 ... 99 percent.
    """

    bias: int
    threshold: int
    strict: bool
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
        self,
        features: Features,
        points: npt.NDArray[np.int32],
        counts: Sequence[int],
        undecided: npt.NDArray[np.bool_],
        lines: Sequence[str],
    ) -> npt.NDArray[np.bool_]:
        """Which lines the model takes.

        Args:
            features: of every line.
            points: of every line.
            counts: how many lines each text has.
            undecided: the lines that are left to the model.
            lines: their texts.
        """
        taken = (points > self.threshold) & undecided
        if not len(taken):
            return taken
        if self.strict:
            return spare(taken, features["prose"] > 0, counts)
        return leave_some(taken, undecided, points, counts, lines)

    def explain(self, features: Features, total: npt.NDArray[np.int32], lines: Sequence[int]) -> list[Explanation]:
        """Why the lines of these numbers have the points they have."""
        if not len(lines):
            return []
        at = np.asarray(lines, np.int64)
        chosen = {part: features[part][at] for term in self.terms for part in term.parts}
        # One number holds the points and, of equals, which comes first in the file.
        keys = np.empty((len(at), len(self.terms)), np.int32)
        for i, term in enumerate(self.terms):
            keys[:, i] = term.of(chosen) * _MOST_TERMS + (_MOST_TERMS - 1 - i)
        most = -np.sort(-np.partition(keys, -3, axis=1)[:, -3:], axis=1)
        chances = np.clip(np.searchsorted(self.percent, total[at], "right"), 1, 99)
        # Few lines have reasons that no other line has: each set of reasons is made once.
        reasons, which = np.unique(
            np.column_stack((chances, _MOST_TERMS - 1 - most % _MOST_TERMS)) @ _DIGITS, return_inverse=True
        )
        names = [term.name for term in self.terms]
        known = [
            Explanation(reason >> 30, tuple([names[reason >> shift & 0x3FF] for shift in (20, 10, 0)]))
            for reason in reasons.tolist()
        ]
        return [known[i] for i in which.tolist()]


def spare(
    taken: npt.NDArray[np.bool_], prose: npt.NDArray[np.bool_], counts: Sequence[int] | Column
) -> npt.NDArray[np.bool_]:
    """What a strict model takes of the lines that have enough points."""
    text = np.repeat(np.arange(len(counts)), counts)
    taken = taken & ~prose
    lost = np.bincount(text, taken, len(counts))
    spared = (2 * lost > np.asarray(counts)) | (np.bincount(text, prose, len(counts)) < LEAST_PROSE)
    return taken & ~spared[text]


def leave_some(
    taken: npt.NDArray[np.bool_],
    undecided: npt.NDArray[np.bool_],
    points: npt.NDArray[np.int32],
    counts: Sequence[int],
    lines: Sequence[str],
) -> npt.NDArray[np.bool_]:
    """What a model takes if every text keeps `LEAST_WORDS` words: the lines with the fewest points are given back."""
    kept, gone, scores = (undecided & ~taken).tolist(), taken.tolist(), points.tolist()
    result = taken.copy()
    end = 0
    for count in counts:
        start, end = end, end + count
        words = 0
        for i in range(start, end):
            if kept[i]:
                words += len(lines[i].split())
                if words >= LEAST_WORDS:
                    break
        else:
            # Lines with equal points share their lot, so that nothing depends on where they stand.
            highest = None
            for score, i in sorted((scores[i], i) for i in range(start, end) if gone[i]):
                if words >= LEAST_WORDS and score != highest:
                    break
                result[i], highest = False, score
                words += len(lines[i].split())
    return result


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
    return LineModel(card["bias"], card["threshold"], card["strict"], percent, vocabulary, weights, tuple(terms))


@cache
def line_model(profile: Profile) -> LineModel:
    """The scorecard that comes with the package."""
    return from_json(json.loads(Path(__file__).with_name("line_model.json").read_bytes()), profile)
