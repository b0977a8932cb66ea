"""Agreement with bootstrap intervals: every measure is a function of counts that add up over documents or sentences.

The interval is the percentile bootstrap's (Efron and Tibshirani, *An Introduction to the Bootstrap*, 1993, ch. 13):
draw as many documents or sentences as there are, with replacement, add up their counts, take the measure; 95 % of the
values lie between the ends. Where resampling is so skewed that the measured value lies outside, it is widened to it.
An interval of no width says that the sample does not vary, not that the value is certain.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sayso.agreement import coincidences

__all__ = [
    "RESAMPLES", "SEED", "Bootstrap", "alpha", "coincidence_matrix", "confusion_matrix", "f1", "kappa",
    "one_against_rest",
]  # fmt: skip

RESAMPLES = 1000
SEED = 20180322
"""Any number will do, as long as it stays."""

Array = NDArray[np.float64]
Labels = Sequence[Hashable]


@dataclass(frozen=True)
class Bootstrap:
    """The draws of one report: the same for all of its measures.

    Attributes:
        weights: (1 + RESAMPLES) x units: how often each unit was drawn; the first row is the sample itself.
    """

    weights: Array

    @classmethod
    def of(cls, units: int) -> Bootstrap:
        """Draw from so many documents or sentences."""
        # RandomState, because its stream is frozen: a Generator's may change with numpy.
        draw = np.random.RandomState(SEED)
        weights = np.ones((1 + RESAMPLES, units))
        for row in weights[1:]:
            row[:] = np.bincount(draw.randint(0, units, units), minlength=units)
        return cls(weights)

    def estimate(
        self, counts: Array, measure: Callable[[Array], Array], occurs: NDArray[np.bool_] | None = None
    ) -> tuple[float | None, float | None, float | None]:
        """A measure and the ends of its interval.

        Args:
            counts: units x whatever the measure takes.
            measure: from sums of counts, one a row, to values, NaN where it is undefined.
            occurs: the units in which there is what is measured; if None, those with any counts.

        Returns:
            the value, None where it is undefined; the ends, None where it occurs in fewer than two units. Resamples in
            which the measure is undefined are left out.
        """
        flat = counts.reshape(len(counts), -1)
        values = measure((self.weights @ flat).reshape(-1, *counts.shape[1:]))
        if np.isnan(values[0]):
            return None, None, None
        value = float(values[0])
        if np.count_nonzero(flat.any(axis=1) if occurs is None else occurs) < 2:
            return value, None, None
        low, high = np.percentile(values[~np.isnan(values)], (2.5, 97.5))
        return value, min(value, float(low)), max(value, float(high))


def f1(counts: Array) -> Array:
    """2 |A ∩ B| / (|A| + |B|), from rows of both numbers."""
    return _ratio(counts[:, 0], counts[:, 1])


def alpha(counts: Array) -> Array:
    """Krippendorff's nominal alpha from coincidence matrices; as `sayso.agreement.alpha`, many at a time."""
    totals = counts.sum(axis=2)
    n = totals.sum(axis=1)
    expected = np.where((totals > 0).sum(axis=1) > 1, n * n - (totals * totals).sum(axis=1), 0)
    return 1 - _ratio((n - 1) * (n - np.trace(counts, axis1=1, axis2=2)), expected)


def kappa(counts: Array) -> Array:
    """Cohen's kappa from confusion matrices (Cohen, *A coefficient of agreement for nominal scales*, 1960)."""
    n = counts.sum(axis=(1, 2))
    chance = (counts.sum(axis=1) * counts.sum(axis=2)).sum(axis=1)
    return _ratio(n * np.trace(counts, axis1=1, axis2=2) - chance, n * n - chance)


def _ratio(part: Array, whole: Array) -> Array:
    defined = whole > 0
    return np.where(defined, part / np.where(defined, whole, 1), np.nan)


def confusion_matrix(labelled: Sequence[Labels], names: Labels) -> Array:
    """How often the first annotator's label (row) met the second's (column).

    Args:
        labelled: the two labels of each thing; others are left out.
        names: all labels.
    """
    matrix = np.zeros((len(names), len(names)))
    place = {name: i for i, name in enumerate(names)}
    for labels in labelled:
        if len(labels) == 2:
            matrix[place[labels[0]], place[labels[1]]] += 1
    return matrix


def coincidence_matrix(labelled: Sequence[Labels], names: Labels) -> Array:
    """`sayso.agreement.coincidences` as a matrix whose rows and columns are `names`."""
    counts = coincidences(labelled)
    return np.array([[counts.get((one, other), 0.0) for other in names] for one in names]).reshape(len(names), -1)


def one_against_rest(counts: Array, label: int) -> Array:
    """Matrices (units x labels x labels) with all labels but one thrown together: units x 2 x 2."""
    both = counts[:, label, label]
    rows, columns = counts[:, label, :].sum(axis=1), counts[:, :, label].sum(axis=1)
    rest = counts.sum(axis=(1, 2)) - rows - columns + both
    return np.stack([np.stack([both, rows - both], axis=1), np.stack([columns - both, rest], axis=1)], axis=1)
