"""What a line of text looks like, and what stands around it: integer columns over a whole batch of texts.

Every value is an integer made of integers, so it is the same on every machine. A line never sees a line of another
text, so a text gets the same values alone and in a batch; nothing here knows how far down a text a line stands. Time
is linear in the length of the batch.

Means are fixed-point integers, shares are percent, logarithms are `LOG`: 8 times the binary logarithm, rounded down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from sayso.line_reading import MIX, READ, Column, Hashes, Vocabulary, read_lines

__all__ = ["HIGHEST", "LOG", "OF_BLOCKS", "PHRASE_LINE", "Features", "measure"]

Values: TypeAlias = npt.NDArray[np.int32]
Features: TypeAlias = Mapping[str, Column | Values]
"""A column of one value per line for each feature, each from 0 to `HIGHEST`."""
_Columns: TypeAlias = dict[str, Column | Values]

HIGHEST = 511
PHRASE_LINE = 180
"""Words weigh only in lines of at most so many code points: a paragraph may well speak of newsletters."""

# Features that are looked at around a line: how far on both sides together, and on each alone. Those that are looked
# at in a window are the first so many.
_NEAR = (
    ("words", (1, 3, 10, 30), (1, 5, 20)),
    ("vocabulary", (1, 3, 10, 30), (1, 5, 20)),
    ("prose", (1, 3, 10, 30), (1, 5, 20)),
    ("sentence-ends", (1, 3, 10, 30), (1, 5)),
    ("stop-words", (1, 3, 10), (1, 5)),
    ("capitalised-words", (1, 3, 10), (1, 5)),
    ("repeats", (1, 3, 10), ()),
    ("digits", (1, 3, 10), ()),
    ("separators", (1, 3, 10), ()),
    ("shared-topics", (1, 3, 10), ()),
    ("block-starts", (1, 3, 10), ()),
)
_OF_BLOCKS = ("words", "vocabulary", "prose", "stop-words", "capitalised-words")
_SCALE = np.array([0, *((1 << 20) // n for n in range(1, 62))], np.int32)
_VOCABULARY_LIMIT = 150

LOG: Column = np.array([0, *((n**8).bit_length() - 1 for n in range(1, READ + 1))], np.int64)
"""8 * log2(n), rounded down, of n up to READ."""


def _windows() -> dict[tuple[str, int, int], int]:
    """What the name of a mean ends with, its first and its last line, and how many features have it."""
    windows: dict[tuple[str, int, int], int] = {}
    for row, (_, both, each) in enumerate(_NEAR, 1):
        for n in both:
            windows[f"-within-{n}", -n, n] = row
        for n in each:
            windows[f"-{n}-before", -n, -1] = windows[f"-{n}-after", 1, n] = row
    return windows


_WINDOWS = _windows()


def _names() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The features that any text has, and those of what blank lines hold together, in the order of the fit."""
    around = {
        name: [f"{name}-within-{n}" for n in both]
        + [f"{name}-{n}-{side}" for n in each for side in ("before", "after")]
        for name, both, each in _NEAR
    }
    shared, blocks = around.pop("shared-topics"), around.pop("block-starts")
    return (
        "characters", "words", "letters-a-word", "capitalised-words", "capital-letters", "digits", "last-character",
        "first-character", "commas", "sentence-marks", "quotes", "separators", "brackets", "symbols", "stop-words",
        "stop-word-share", "vocabulary", "prose", "repeats", "same-first-word",
        *(name for names in around.values() for name in names),
        "lines-since-prose", "lines-to-prose", "lines-between-prose", "prose-before", "prose-after",
        "prose-before-share", "words-within-10-to-highest", "stop-words-within-10-to-highest",
        "prose-within-10-to-highest", "lines-since-site-words", "lines-to-site-words",
        *(f"{what}-{name}" for name in ("previous", "next")
          for what in ("last-character-of", "first-character-of", "words-unlike")),
        "shared-topics", *shared,
    ), (
        "blank-lines-before", "blank-lines-after", "block-lines", "lines-since-block-start", "lines-to-block-end",
        *(f"{name}-of-{block}" for block in ("block", "previous-block", "next-block") for name in _OF_BLOCKS), *blocks,
    )  # fmt: skip


OF_LINES, OF_BLOCKS = _names()


class _Around:
    """Looks at the lines around each line of a batch, never beyond its text."""

    def __init__(self, counts: Sequence[int] | Column) -> None:
        sizes = np.array(counts, np.int64)
        sizes = sizes[sizes > 0]
        self.ends = np.cumsum(sizes)
        self.starts = self.ends - sizes
        self.line = np.arange(int(self.ends[-1]))
        self.text = np.repeat(np.arange(len(sizes)), sizes)
        self.start, self.end = self.starts[self.text], self.ends[self.text]

    def means(self, sums: Values, first: int, last: int) -> Values:
        """The mean over the lines from `first` to `last` after each, plus 1; 0 where there is none.

        Args:
            sums: running sums, one row for each feature, and 0 before the first.
        """
        low = np.maximum(self.line + first, self.start)
        high = np.minimum(self.line + last + 1, self.end)
        means = sums.take(high, axis=1)
        means -= sums.take(low, axis=1)
        # The scale is rounded down, and a half is added so that a whole mean stays whole.
        means *= _SCALE.take(high - low)
        means += 1 << 15
        means >>= 20
        means += high > low
        return means

    def beside(self, values: Column) -> tuple[Column, Column]:
        """The sums over all lines of the text before and after each."""
        sums = np.append(0, np.cumsum(values))
        return sums[:-1] - sums.take(self.start), sums.take(self.end) - sums[1:]

    def previous(self, values: Column) -> Column:
        """The value of the line before, plus 1; 0 where there is none."""
        values = np.append(0, values[:-1] + 1)
        values[self.starts] = 0
        return values

    def next(self, values: Column) -> Column:
        """The value of the line after, plus 1; 0 where there is none."""
        values = np.append(values[1:] + 1, 0)
        values[self.ends - 1] = 0
        return values

    def distances(self, flags: npt.NDArray[np.bool_]) -> tuple[Column, Column]:
        """How many lines before and after this one the nearest flagged one is; `HIGHEST` if there is none."""
        marked = np.flatnonzero(flags)
        if not len(marked):
            return np.full(len(flags), HIGHEST), np.full(len(flags), HIGHEST)
        till = np.cumsum(flags)
        before = np.where(till - flags > 0, marked[np.maximum(till - flags - 1, 0)], -1)
        after = np.where(till < len(marked), marked[np.minimum(till, len(marked) - 1)], len(flags))
        return (
            np.where(before >= self.start, np.minimum(self.line - before, HIGHEST), HIGHEST),
            np.where(after < self.end, np.minimum(after - self.line, HIGHEST), HIGHEST),
        )

    def highest(self, values: Column | Values) -> Column | Values:
        """The highest value in the line's text."""
        return np.maximum.reduceat(values, self.starts).take(self.text)

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
    words = np.add.reduceat(topics, around.starts)
    bits = np.maximum(3 + np.frexp(words.astype(np.float64))[1], 4)
    sizes = np.int64(1) << bits
    # The low bits of a product that wraps are the weakest, its high ones the best.
    at = ((hashes * MIX) >> np.repeat((64 - bits).astype(np.uint64), words)).view(np.int64)
    at += np.repeat(np.cumsum(sizes) - sizes, words)
    in_prose = np.repeat(prose, topics)
    seen = np.bincount(at[in_prose], minlength=int(sizes.sum()))
    sums = np.append(0, np.cumsum(seen.take(at) > in_prose))
    ends = np.cumsum(topics)
    shared: Column = sums[ends] - sums[ends - topics]
    return shared


def _look_around(out: _Columns, around: _Around, values: Sequence[Column]) -> None:
    """Means over the lines around, before and after each line; `values` are those of the features in `_NEAR`."""
    # Whole numbers may wrap around here: what is taken is the difference of two sums, which is small.
    sums = np.zeros((len(values), len(around.line) + 1), np.int32)
    np.cumsum(np.array(values, np.int32), axis=1, out=sums[:, 1:], dtype=np.int32)
    for (suffix, first, last), rows in _WINDOWS.items():
        means = around.means(sums[:rows], first, last)
        for (name, _, _), mean in zip(_NEAR, means, strict=False):
            out[name + suffix] = mean


def _look_for_prose(out: _Columns, around: _Around, prose: npt.NDArray[np.bool_], mass: Column) -> None:
    """How far the next running text is on either side, and how many words of it there are."""
    before, after = around.distances(prose)
    out["lines-since-prose"], out["lines-to-prose"] = before, after
    out["lines-between-prose"] = before + after
    mass_before, mass_after = around.beside(mass)
    out["prose-before"], out["prose-after"] = _log(mass_before), _log(mass_after)
    out["prose-before-share"] = _percent(mass_before, mass_before + mass + mass_after)


def _uneven(around: _Around, blanks: Column) -> Column:
    """How many more blank lines stand before each line than before any other of its text, but the first."""
    blanks = blanks.copy()
    blanks[around.starts] = HIGHEST
    blanks -= np.minimum.reduceat(blanks, around.starts).take(around.text)
    blanks[around.starts] = 0
    return blanks


def _look_at_blocks(
    out: _Columns, around: _Around, blanks: Column, near: Mapping[str, Column]
) -> npt.NDArray[np.bool_]:
    """What the lines are like that blank lines hold together, and those of the next blocks; whether a block starts."""
    starts = blanks > 0
    starts[around.starts] = True
    first = np.flatnonzero(starts)
    block = np.cumsum(starts) - 1
    size = np.diff(first, append=len(blanks))
    out["blank-lines-before"] = blanks
    out["blank-lines-after"] = np.append(blanks[1:], 0)
    out["blank-lines-after"][around.ends - 1] = 0
    out["block-lines"] = size.take(block)
    out["lines-since-block-start"] = around.line - first.take(block)
    out["lines-to-block-end"] = out["block-lines"] - out["lines-since-block-start"] - 1
    opens = np.isin(first, around.starts)
    closes = np.append(opens[1:], True)
    for name in _OF_BLOCKS:
        means = np.add.reduceat(near[name], first) // size + 1
        out[f"{name}-of-block"] = means.take(block)
        out[f"{name}-of-previous-block"] = np.where(opens, 0, np.append(0, means[:-1])).take(block)
        out[f"{name}-of-next-block"] = np.where(closes, 0, np.append(means[1:], 0)).take(block)
    return starts


def measure(
    lines: Sequence[str],
    counts: Sequence[int] | Column,
    vocabulary: Vocabulary,
    weights: Column,
    blanks: Column | None = None,
) -> Features:
    """Every feature of every line.

    Args:
        lines: of all texts in order; none is empty or has white space at its edges.
        counts: how many of them each text has.
        vocabulary: as in `read_lines`.
        weights: as in `read_lines`.
        blanks: how many blank lines stand before each line; without them there are no features of blocks.
    """
    if not lines:
        return {}
    raw = read_lines(lines, vocabulary, weights)
    around = _Around(counts)
    out: _Columns = {}
    words, stop, length = raw["words"], raw["stop"], raw["length"]
    log_words = LOG[words]
    some = np.maximum(words, 1)
    read = np.minimum(length, READ)
    letters = raw["upper"] + raw["lower"]
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

    _look_for_prose(out, around, prose, np.where(prose, np.minimum(words, 400), 0))
    out["lines-since-site-words"], out["lines-to-site-words"] = around.distances(vocabulary_score >= 60)
    for look, name in ((around.previous, "previous"), (around.next, "next")):
        out[f"last-character-of-{name}"] = look(raw["end"])
        out[f"first-character-of-{name}"] = look(raw["first"])
        other = look(log_words)
        out[f"words-unlike-{name}"] = np.where(other > 0, np.abs(log_words + 1 - other) + 1, 0)
    shared = _percent(_shared_topics(around, prose, raw["topics"], raw["topic_hash"]), raw["topics"])
    out["shared-topics"] = shared

    # Four times what is small, since means are rounded.
    near = {
        "words": 4 * log_words,
        "vocabulary": out["vocabulary"],
        "prose": 100 * prose,
        "sentence-ends": 100 * closed,
        "stop-words": 4 * np.minimum(stop, 30),
        "capitalised-words": np.where(words > 0, capitalised - 1, 50),
        "repeats": 100 * (repeats > 1),
        "digits": digits,
        "separators": 4 * np.minimum(raw["bar"], 9),
        "shared-topics": np.maximum(shared - 1, 0),
    }
    if blanks is not None:
        near["block-starts"] = 100 * _look_at_blocks(out, around, _uneven(around, blanks), near)
    for column in out.values():
        np.minimum(column, HIGHEST, out=column)
    _look_around(out, around, [near[name] for name, _, _ in _NEAR if name in near])
    for name in ("words-within-10", "stop-words-within-10", "prose-within-10"):
        out[f"{name}-to-highest"] = 100 * out[name] // around.highest(out[name])
    return {name: out[name] for name in (*OF_LINES, *OF_BLOCKS) if name in out}
