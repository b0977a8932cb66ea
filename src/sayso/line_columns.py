"""The lines of a batch of texts, and what tiles the texts, in columns: no object for each line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from sayso.rules import DATE_STAMP, RULE_NUMBERS, WHITESPACE

__all__ = ["Lines", "Numbers", "Tiles", "split", "tile"]

Numbers: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """The lines of texts that are not blank, of one text after another.

    Attributes:
        texts: whole.
        stamps: the length of the date stamp that each text begins with; 0 if it has none.
        words: each line, without white space at its edges.
        starts: of each line, in code points of its own text.
        lengths: of each line, in code points.
        blanks: how many blank lines stand between each line and the one before it; 0 for the first of a text.
        bounds: the number of the first line of each text and, at the end, of all lines.
        rules: the number of the rule that takes each line, one byte each; 0 for a line that is kept.
    """

    texts: Sequence[str]
    stamps: list[int]
    words: list[str]
    starts: Numbers
    lengths: Numbers
    blanks: Numbers
    bounds: list[int]
    rules: bytearray


def split(texts: Sequence[str], *, stamped: bool = True) -> Lines:
    """The lines of texts, after their date stamps if they may be `stamped`."""
    matches = [DATE_STAMP.match(text) if stamped else None for text in texts]
    stamps = [match.end() if match else 0 for match in matches]
    bodies = [text[stamp:] if stamp else text for text, stamp in zip(texts, stamps, strict=True)]
    # Every line break is one code point once `\r\n` is a space and one, and texts are apart if one stands between them.
    joined = "\n".join(bodies)
    raw = (joined.replace("\r\n", " \n") if "\r" in joined else joined).splitlines()
    words = list(map(str.strip, raw))
    sizes = np.fromiter(map(len, raw), np.int64, len(raw))
    lengths = np.fromiter(map(len, words), np.int64, len(raw))
    starts = np.cumsum(sizes + 1) - sizes - 1
    for i in np.flatnonzero((lengths > 0) & (lengths < sizes)).tolist():
        starts[i] += len(raw[i]) - len(raw[i].lstrip())
    filled = lengths > 0
    blanks = np.diff(np.flatnonzero(filled), prepend=-1) - 1
    if not filled.all():
        words, starts, lengths = list(compress(words, filled.tolist())), starts[filled], lengths[filled]
    ends = np.cumsum(np.array([len(body) + 1 for body in bodies], np.int64))
    firsts = np.concatenate((np.zeros(1, np.int64), ends[:-1]))
    bounds = np.searchsorted(starts, np.append(firsts, ends[-1:]))
    starts -= np.repeat(firsts - np.array(stamps, np.int64), np.diff(bounds))
    blanks[bounds[:-1][np.diff(bounds) > 0]] = 0
    return Lines(texts, stamps, words, starts, lengths, blanks, bounds.tolist(), bytearray(len(words)))


@dataclass(frozen=True, slots=True, eq=False)
class Tiles:
    """What texts are made of, in order: every code point of a text is in one tile of it, and none is empty.

    Attributes:
        starts: in code points of the text.
        ends: as `starts`, exclusive.
        rules: the number of the rule that removes the tile; 0 for a block that is kept.
        bounds: the number of the first tile of each text and, at the end, of all tiles.
    """

    starts: Numbers
    ends: Numbers
    rules: npt.NDArray[np.uint8]
    bounds: list[int]


def tile(lines: Lines) -> Tiles:
    """The lines, the white space between them and the date stamps."""
    bounds = np.array(lines.bounds, np.int64)
    texts = np.arange(len(lines.texts))
    # Of each text: the stamp, and for each line what is before it and the line itself, and what is after the last.
    slots = 2 * (bounds[:-1] + texts)
    slot = 2 * (np.arange(len(lines.words)) + np.repeat(texts, np.diff(bounds))) + 2
    size = 2 * (len(lines.words) + len(texts))
    rules = np.full(size, RULE_NUMBERS[WHITESPACE], np.uint8)
    rules[slots], rules[slot] = RULE_NUMBERS["date-stamp"], np.frombuffer(lines.rules, np.uint8)
    starts = np.zeros(size + 1, np.int64)
    starts[slots + 1], starts[slot], starts[slot + 1] = lines.stamps, lines.starts, lines.starts + lines.lengths
    ends = starts[1:].copy()
    ends[np.append(slots[1:], size) - 1] = np.fromiter(map(len, lines.texts), np.int64, len(texts))
    starts = starts[:-1]
    filled = np.flatnonzero(starts < ends)
    return Tiles(starts[filled], ends[filled], rules[filled], np.searchsorted(filled, np.append(slots, size)).tolist())
