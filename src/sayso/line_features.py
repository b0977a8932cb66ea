"""What a line of text looks like, and what stands around it: integer columns over a whole batch of texts.

Every value is an integer made of integers, so it is the same on every machine. A line never sees a line of another
text, so a text gets the same values alone and in a batch; nothing here knows how far down a text a line stands. Time
is linear in the length of the batch.

Means are fixed-point integers, shares are percent, logarithms are `LOG`: 8 times the binary logarithm, rounded down.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from sayso.line_reading import MIX, READ, Column, Hashes, Vocabulary, read_lines

__all__ = ["HIGHEST", "LOG", "PHRASE_LINE", "Features", "measure"]

Features: TypeAlias = dict[str, Column]
"""A column of one value per line for each feature, each from 0 to `HIGHEST`."""

HIGHEST = 511
PHRASE_LINE = 180
"""Words weigh only in lines of at most so many code points: a paragraph may well speak of newsletters."""

_NEAR = (1, 3, 10, 30)
_VOCABULARY_LIMIT = 150

LOG: Column = np.array([0, *((n**8).bit_length() - 1 for n in range(1, READ + 1))], np.int64)
"""8 * log2(n), rounded down, of n up to READ."""


class _Around:
    """Looks at the lines around each line of a batch, never beyond its text."""

    def __init__(self, counts: Sequence[int] | Column) -> None:
        sizes = np.array(counts, np.int64)
        sizes = sizes[sizes > 0]
        ends = np.cumsum(sizes)
        self.size = int(ends[-1])
        self.line = np.arange(self.size)
        self.text = np.repeat(np.arange(len(sizes)), sizes)
        self.starts = ends - sizes
        self.start, self.end = self.starts[self.text], ends[self.text]
        self._windows: dict[tuple[int, int], tuple[Column, Column, Column]] = {}
        self._scale = np.array([0, *((1 << 20) // n for n in range(1, 2 * max(_NEAR) + 2))], np.int64)

    def sums(self, values: Column) -> Column:
        """Running sums, to be given to `mean` and `beside`."""
        sums = np.zeros(self.size + 1, np.int64)
        np.cumsum(values, out=sums[1:])
        return sums

    def mean(self, sums: Column, first: int, last: int, times: int = 1) -> Column:
        """`times` the mean over the lines from `first` to `last` after this one, plus 1; 0 where there is none."""
        if (first, last) not in self._windows:
            low = np.clip(self.line + first, self.start, self.end)
            high = np.clip(self.line + last + 1, self.start, self.end)
            self._windows[first, last] = low, high, self._scale[high - low]
        low, high, scale = self._windows[first, last]
        # scale is rounded down, and a half is added so that a whole mean stays whole.
        mean = (((sums[high] - sums[low]) * scale * times + (1 << 15)) >> 20) + 1
        if first <= 0 <= last:
            return mean
        return np.where(scale > 0, mean, 0)

    def beside(self, sums: Column) -> tuple[Column, Column]:
        """The sums over all lines of the text before and after this one."""
        return sums[self.line] - sums[self.start], sums[self.end] - sums[self.line + 1]

    def next_to(self, values: Column, step: int) -> Column:
        """The value of the line so many lines on, plus 1; 0 where there is none."""
        at = self.line + step
        inside = (at >= self.start) & (at < self.end)
        return np.where(inside, values[np.where(inside, at, 0)] + 1, 0)

    def distances(self, flags: npt.NDArray[np.bool_]) -> tuple[Column, Column]:
        """How many lines before and after this one the nearest flagged one is; `HIGHEST` if there is none."""
        marked = np.flatnonzero(flags)
        if not len(marked):
            return np.full(self.size, HIGHEST), np.full(self.size, HIGHEST)
        till = np.cumsum(flags)
        before = np.where(till - flags > 0, marked[np.maximum(till - flags - 1, 0)], -1)
        after = np.where(till < len(marked), marked[np.minimum(till, len(marked) - 1)], self.size)
        return (
            np.where(before >= self.start, np.minimum(self.line - before, HIGHEST), HIGHEST),
            np.where(after < self.end, np.minimum(after - self.line, HIGHEST), HIGHEST),
        )

    def highest(self, values: Column) -> Column:
        """The highest value in the line's text."""
        highest: Column = np.maximum.reduceat(values, self.starts)[self.text]
        return highest

    def repeated(self, hashes: Hashes) -> Column:
        """How many lines of the text have this hash."""
        _, which, count = np.unique(
            hashes ^ (self.text.astype(np.uint64) * MIX), return_inverse=True, return_counts=True
        )
        repeats: Column = count[which]
        return repeats


def _log(values: Column) -> Column:
    """As LOG, of numbers of any size; above READ only every octave is right, the steps between are not."""
    shift = np.maximum(0, (np.frexp(values.astype(np.float64))[1] - 10)).astype(np.int64)
    log: Column = LOG[values >> shift] + 8 * shift
    return log


def _percent(part: Column, whole: Column) -> Column:
    """The share plus 1; 0 of nothing."""
    return np.where(whole > 0, 100 * part // np.maximum(whole, 1) + 1, 0)


def _shared_topics(around: _Around, prose: npt.NDArray[np.bool_], topics: Column, hashes: Hashes) -> Column:
    """How many of each line's topics stand in another prose line of its text.

    Words fall into a table for each text, about eight places for each of its words, so that no two texts meet.
    """
    line = np.repeat(around.line, topics)
    words = np.add.reduceat(topics, around.starts)
    bits = np.maximum(3 + np.frexp(words.astype(np.float64))[1], 4).astype(np.uint64)
    sizes = np.int64(1) << bits.astype(np.int64)
    offset = np.cumsum(sizes) - sizes
    text = around.text[line]
    # The low bits of a product that wraps are the weakest, its high ones the best.
    at = offset[text] + ((hashes * MIX) >> (np.uint64(64) - bits)[text]).astype(np.int64)
    in_prose = prose[line]
    seen = np.bincount(at[in_prose], minlength=int(sizes.sum()))
    sums = np.concatenate((np.zeros(1, np.int64), np.cumsum(seen[at] > in_prose)))
    ends = np.cumsum(topics)
    shared: Column = sums[ends] - sums[ends - topics]
    return shared


def _look_around(out: Features, around: _Around, name: str, values: Column, times: int) -> None:
    """Means of a feature over the lines around, before and after each line."""
    sums = around.sums(values)
    for reach in _NEAR if name in ("words", "vocabulary", "prose", "sentence-ends") else _NEAR[:3]:
        out[f"{name}-within-{reach}"] = around.mean(sums, -reach, reach, times)
    if name in ("repeats", "digits", "separators"):
        return
    for reach in (1, 5, 20) if name in ("words", "vocabulary", "prose") else (1, 5):
        out[f"{name}-{reach}-before"] = around.mean(sums, -reach, -1, times)
        out[f"{name}-{reach}-after"] = around.mean(sums, 1, reach, times)


def _look_for_prose(out: Features, around: _Around, prose: npt.NDArray[np.bool_], mass: Column) -> None:
    """How far the next running text is on either side, and how many words of it there are."""
    before, after = around.distances(prose)
    out["lines-since-prose"], out["lines-to-prose"] = before, after
    out["lines-between-prose"] = before + after
    mass_before, mass_after = around.beside(around.sums(mass))
    out["prose-before"], out["prose-after"] = _log(mass_before), _log(mass_after)
    out["prose-before-share"] = _percent(mass_before, mass_before + mass + mass_after)


def measure(lines: Sequence[str], counts: Sequence[int] | Column, vocabulary: Vocabulary, weights: Column) -> Features:
    """Every feature of every line.

    Args:
        lines: of all texts in order; none is empty or has white space at its edges.
        counts: how many of them each text has.
        vocabulary: as in `read_lines`.
        weights: as in `read_lines`.
    """
    if not lines:
        return {}
    raw = read_lines(lines, vocabulary, weights)
    around = _Around(counts)
    out: Features = {}
    words, stop, length = raw["words"], raw["stop"], raw["length"]
    log_words = LOG[words]
    some = np.maximum(words, 1)
    read = np.minimum(length, READ)
    letters = raw["letters"]
    vocabulary_score = np.where(
        length <= PHRASE_LINE, np.clip(raw["vocabulary"], -_VOCABULARY_LIMIT, _VOCABULARY_LIMIT), 0
    )
    capitalised = _percent(raw["capitalised"], words)
    digits = 100 * raw["digit"] // read
    closed = (raw["end"] == 1) | (raw["end"] == 2) | ((raw["end"] == 5) & (raw["mark"] > 0))
    prose = (stop * 5 >= words) & ((words >= 25) | ((words >= 10) & closed))
    repeats = around.repeated(raw["hash"] + (length.astype(np.uint64) << np.uint64(40)))

    out["characters"] = LOG[read]
    out["words"] = log_words
    out["letters-a-word"] = letters * 4 // some
    out["capitalised-words"] = capitalised
    out["capital-letters"] = _percent(raw["upper"], letters)
    out["digits"] = digits
    out["last-character"], out["first-character"] = raw["end"], raw["first"]
    out["commas"], out["sentence-marks"], out["quotes"] = raw["comma"], raw["mark"], raw["quote"]
    out["separators"], out["brackets"], out["symbols"] = raw["bar"], raw["bracket"], raw["other"]
    out["stop-words"], out["stop-word-share"] = stop, _percent(stop, words)
    out["vocabulary"] = vocabulary_score + _VOCABULARY_LIMIT
    out["prose"] = prose.astype(np.int64)
    out["repeats"], out["same-first-word"] = repeats, np.where(words > 0, around.repeated(raw["head"]), 0)

    capitals = np.where(words > 0, capitalised - 1, 50)
    near = (
        ("words", log_words, 4),
        ("vocabulary", out["vocabulary"], 1),
        ("prose", 100 * prose, 1),
        ("sentence-ends", 100 * closed, 1),
        ("stop-words", np.minimum(stop, 30), 4),
        ("capitalised-words", capitals, 1),
        ("repeats", 100 * (repeats > 1), 1),
        ("digits", digits, 1),
        ("separators", np.minimum(raw["bar"], 9), 4),
    )
    for name, values, times in near:
        _look_around(out, around, name, values, times)
    _look_for_prose(out, around, prose, np.where(prose, np.minimum(words, 400), 0))
    for name in ("words-within-10", "stop-words-within-10", "prose-within-10"):
        out[f"{name}-to-highest"] = 100 * out[name] // around.highest(out[name])

    out["lines-since-site-words"], out["lines-to-site-words"] = around.distances(vocabulary_score >= 60)
    for step, name in ((-1, "previous"), (1, "next")):
        out[f"last-character-of-{name}"] = around.next_to(raw["end"], step)
        out[f"first-character-of-{name}"] = around.next_to(raw["first"], step)
        other = around.next_to(log_words, step)
        out[f"words-unlike-{name}"] = np.where(other > 0, np.abs(log_words + 1 - other) + 1, 0)

    shared = _percent(_shared_topics(around, prose, raw["topics"], raw["topic_hash"]), raw["topics"])
    out["shared-topics"] = shared
    sums = around.sums(np.maximum(shared - 1, 0))
    for reach in _NEAR[:3]:
        out[f"shared-topics-within-{reach}"] = around.mean(sums, -reach, reach)
    for column in out.values():
        np.minimum(column, HIGHEST, out=column)
    return out
