"""A scorecard for lines: how likely a line that no named rule takes is boilerplate, and what says so.

The model is a sum. Every feature of a line (`line_features`) falls into one of its bins, and each bin adds a whole
number of points; pairs of features add points together. The sum, compared with whole numbers, decides. There is
no floating-point number in it, so every machine decides alike, and the weights in `line_model.json` can be read.

There is a scorecard for each profile: `page` for all visible text of a page, `article` for what an extractor left of
it, where little is boilerplate and the line must be drawn far more strictly. `scripts/train` makes the weights.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from sayso.line_columns import Lines
from sayso.line_features import HIGHEST, OF_BLOCKS, Features, measure
from sayso.line_reading import Column, Vocabulary
from sayso.recipe import Profile
from sayso.rules import MODEL, RULE_NUMBERS

__all__ = ["Explanation", "LineModel", "Reasons", "Scores", "line_model"]

T = TypeVar("T")

POINTS = 64
"""Points of one unit of log odds."""
LEAST_PROSE = 3
LEAST_WORDS = 100
"""Few texts are shorter; a page of which less is left holds its text where the model does not see it."""
_TERM_BITS = 10
_LAST_TERM = (1 << _TERM_BITS) - 1


class Explanation(NamedTuple):
    """Why the model removed a line.

    Attributes:
        probability: percent, 1 to 99, that the line is boilerplate.
        features: the three that spoke most for it, most first; a pair is joined by ` & `.
    """

    probability: int
    features: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.probability} %: {', '.join(self.features)}"


@dataclass(frozen=True, slots=True, eq=False)
class Reasons:
    """Why the model takes lines, in columns.

    Attributes:
        lines: the number of each line in its batch.
        chances: percent, 1 to 99, that the line is boilerplate.
        terms: the numbers of the three terms that spoke most for it, three rows, most first.
        names: of all terms.
    """

    lines: Column
    chances: Column
    terms: npt.NDArray[np.int32]
    names: Sequence[str]

    def explanations(self) -> dict[int, Explanation]:
        """The reasons, by the number of each line."""
        return dict(zip(self.lines.tolist(), self._each(lambda explanation: explanation), strict=True))

    def whys(self) -> list[str]:
        """The reasons of each line for people."""
        return self._each(str)

    def _each(self, form: Callable[[Explanation], T]) -> list[T]:
        first, second, third = self.terms.astype(np.int64)
        packed = ((self.chances << _TERM_BITS | first) << _TERM_BITS | second) << _TERM_BITS | third
        # Few lines have reasons that no other line has: each set of reasons is made once.
        known = {}
        for reason in set(packed.tolist()):
            names = [self.names[reason >> shift & _LAST_TERM] for shift in (2 * _TERM_BITS, _TERM_BITS, 0)]
            known[reason] = form(Explanation(reason >> 3 * _TERM_BITS, tuple(names)))
        return list(map(known.__getitem__, packed.tolist()))


class Scores(NamedTuple):
    """What the model finds of lines.

    Attributes:
        features: of every line.
        points: of every line.
        most: the three terms with the most points of every line, three rows, most first: the points, and in the lowest
            bits how many terms there may be after it.
    """

    features: Features
    points: npt.NDArray[np.int32]
    most: npt.NDArray[np.int32]


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
            return self.tables[0].take(features[self.parts[0]])
        first, second = (table.take(features[part]) for table, part in zip(self.tables, self.parts, strict=True))
        return self.points.take(first + second)


@dataclass(frozen=True, slots=True)
class LineModel:
    """A scorecard.

    Attributes:
        threshold: lines with more points are boilerplate.
        strict: whether it takes no running text, nothing from a text of fewer than `LEAST_PROSE` lines of that, and
            nothing from a text that would lose more than half its lines: such a text is none of the sort it knows. A
            model that is not strict leaves `LEAST_WORDS` words of every text, as far as there are so many.
        percent: the points from which the probability is 1, 2 ... 99 percent.
        sees_blocks: whether any term looks at what blank lines hold together.
    """

    bias: int
    threshold: int
    strict: bool
    percent: tuple[int, ...]
    vocabulary: Vocabulary
    weights: Column
    terms: tuple[_Term, ...]
    sees_blocks: bool

    def take(self, lines: Lines) -> Reasons:
        """Give the lines that no rule takes and of which the model is sure to it.

        Returns:
            why, for every line that it takes.
        """
        counts = np.diff(lines.bounds)
        scores = self.score(lines.words, counts, lines.blanks)
        rules = np.frombuffer(lines.rules, np.uint8)
        taken = np.flatnonzero(self.decide(scores, counts, rules == 0, lines.words))
        rules[taken] = RULE_NUMBERS[MODEL]
        return self.explain(scores, taken)

    def score(self, lines: Sequence[str], counts: Sequence[int] | Column, blanks: Column | None = None) -> Scores:
        """The features and the points of every line.

        Args:
            lines: of all texts in order, none of them blank.
            counts: how many lines each text has.
            blanks: how many blank lines stand before each line; none anywhere if None.
        """
        if not self.sees_blocks:
            blanks = None
        elif blanks is None:
            blanks = np.zeros(len(lines), np.int64)
        features = measure(lines, counts, self.vocabulary, self.weights, blanks)
        total = np.full(len(lines), self.bias, np.int32)
        most = np.full((3, len(lines)), -(1 << 31), np.int32)
        first, second, third = most
        for i, term in enumerate(self.terms if len(lines) else ()):
            points = term.of(features)
            total += points
            # One number holds the points and, of equals, which comes first in the file.
            points <<= _TERM_BITS
            points |= _LAST_TERM - i
            lower = np.minimum(first, points)
            np.maximum(first, points, out=first)
            np.minimum(second, lower, out=points)
            np.maximum(second, lower, out=second)
            np.maximum(third, points, out=third)
        return Scores(features, total, most)

    def decide(
        self,
        scores: Scores,
        counts: Sequence[int] | Column,
        undecided: npt.NDArray[np.bool_],
        lines: Sequence[str],
    ) -> npt.NDArray[np.bool_]:
        """Which lines the model takes.

        Args:
            scores: of every line.
            counts: how many lines each text has.
            undecided: the lines that are left to the model.
            lines: their texts.
        """
        taken = (scores.points > self.threshold) & undecided
        if not len(taken):
            return taken
        if self.strict:
            return spare(taken, scores.features["prose"] > 0, counts)
        return leave_some(taken, undecided, scores.points, counts, lines)

    def explain(self, scores: Scores, lines: Column) -> Reasons:
        """Why the lines of these numbers have the points they have."""
        chances = np.clip(np.searchsorted(self.percent, scores.points[lines], "right"), 1, 99)
        terms = _LAST_TERM - (scores.most[:, lines] & _LAST_TERM)
        return Reasons(lines, chances, terms, [term.name for term in self.terms])


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
    counts: Sequence[int] | Column,
    lines: Sequence[str],
) -> npt.NDArray[np.bool_]:
    """What a model takes if every text keeps `LEAST_WORDS` words: the lines with the fewest points are given back."""
    result = taken.copy()
    ends = np.cumsum(counts)
    kept = np.flatnonzero(undecided & ~taken)
    last = np.searchsorted(kept, ends).tolist()
    left = kept.tolist()
    for text, (first, end) in enumerate(zip([0, *last], last, strict=False)):
        words = 0
        for i in left[first:end]:
            words += len(lines[i].split())
            if words >= LEAST_WORDS:
                break
        else:
            start = int(ends[text] - counts[text])
            gone = start + np.flatnonzero(taken[start : ends[text]])
            # Lines with equal points share their lot, so that nothing depends on where they stand.
            highest = None
            for score, i in sorted(zip(points[gone].tolist(), gone.tolist(), strict=True)):
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
    sees_blocks = any(part in OF_BLOCKS for term in terms for part in term.parts)
    percent = tuple(model["percent"])
    return LineModel(
        card["bias"], card["threshold"], card["strict"], percent, vocabulary, weights, tuple(terms), sees_blocks
    )


@cache
def line_model(profile: Profile) -> LineModel:
    """The scorecard that comes with the package."""
    return from_json(json.loads(Path(__file__).with_name("line_model.json").read_bytes()), profile)
