"""What the code points of lines are: counts for each line, and its words, each told from others by a hash.

Every value is an integer made of integers, so it is the same on every machine. Lines are read some at a time, so that
memory is bounded; what stands in a line is the same whichever lines are read with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["MIX", "READ", "STOP_WORDS", "Column", "Hashes", "Vocabulary", "read_lines"]

Column: TypeAlias = npt.NDArray[np.int64]
Hashes: TypeAlias = npt.NDArray[np.uint64]

READ = 2000
"""Code points of a line that are read; of what is beyond them only the length counts."""
MIX = np.uint64(0xD1B54A32D192ED03)
"""Spreads what hashes differ in over their high bits."""

# fmt: off
STOP_WORDS = (
    "a", "about", "after", "against", "all", "also", "an", "and", "any", "are", "as", "at", "be", "because", "been",
    "before", "being", "between", "both", "but", "by", "can", "could", "did", "do", "does", "during", "each",
    "either", "few", "for", "from", "had", "has", "have", "he", "her", "here", "him", "his", "how", "i", "if", "in",
    "into", "is", "it", "its", "just", "may", "me", "might", "more", "most", "must", "my", "no", "not", "of", "on",
    "only", "or", "other", "our", "over", "own", "said", "same", "says", "she", "should", "so", "some", "such",
    "than", "that", "the", "their", "them", "then", "there", "these", "they", "this", "those", "through", "to",
    "too", "under", "us", "very", "was", "we", "were", "what", "when", "where", "which", "while", "who", "whom",
    "whose", "why", "will", "with", "would", "you", "your",
)
# fmt: on

_CHUNK = 1 << 17  # code points looked at together: what fits the processor's cache
_KNOWN = 0x3001  # all code points from here on are small letters to us
_BASE = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2**64
_KINDS = ("space", "lower", "upper", "digit", "comma", "mark", "bracket", "quote", "bar", "other")
_LOWER, _UPPER, _DIGIT = 1, 2, 3
_COUNTS = (("lower", "upper", "digit", "comma", "mark"), ("bracket", "quote", "bar", "other"))
_BITS = 12  # a line has at most READ of anything: several counts share one 64-bit integer
_ENDS = (".…。", "!?", ":", ",;-–—", "\"”’'»", ")]", ">›→|")
_WEIGHTS = 1 << 23  # more than the words of a line can weigh
_HIGH = np.uint64(48)
_FEW = (1 << _BITS) - 1


def _kind(char: str) -> str:
    """What a character is to us; only characters whose class no new version of Unicode can change are told apart."""
    if char.isspace():
        return "space"
    if "0" <= char <= "9":
        return "digit"
    for kind, chars in (("comma", ",;:"), ("mark", ".!?…"), ("bracket", "()[]{}"), ("quote", "\"'“”‘’„«»‹›")):
        if char in chars:
            return kind
    if char in "|·•/>→<*#@&+=~_^►▶✓":
        return "bar"
    if ord(char) >= 0x0530:  # beyond Latin, Greek and Cyrillic
        return "other" if 0x2000 <= ord(char) < _KNOWN else "lower"
    if char.isalpha():
        return "lower" if char == char.lower() else "upper"
    return "other"


def _tables() -> tuple[npt.NDArray[np.uint8], Hashes, Column, list[Column]]:
    """Of each code point its kind, what it is in a hash and as the last of a line, and what it adds to the counts."""
    kinds = np.zeros(_KNOWN + 1, np.uint8)
    letters = np.zeros(_KNOWN + 1, np.uint64)
    ends = np.zeros(_KNOWN + 1, np.int64)
    for code in range(_KNOWN + 1):
        char = chr(code)
        kinds[code] = _KINDS.index(_kind(char))
        # Only ASCII is folded: a new Unicode version could add a small letter elsewhere.
        letters[code] = 1 if kinds[code] == _DIGIT else code + 32 if "A" <= char <= "Z" else code
        ends[code] = next((i for i, chars in enumerate(_ENDS, 1) if char in chars), 0)
    counts = [
        np.array([1 << _BITS * names.index(kind) if kind in names else 0 for kind in _KINDS], np.int64)[kinds]
        for names in _COUNTS
    ]
    return kinds, letters, ends, counts


_KIND, _LETTER, _END, _COUNTED = _tables()
_FIRST = np.array([("other", "upper", "lower", "digit").index(k) if k in _KINDS[1:4] else 0 for k in _KINDS], np.int64)


def _powers(base: int) -> Hashes:
    powers = np.full(_CHUNK + READ + 2, base, np.uint64)
    powers[0] = 1
    return np.cumprod(powers, dtype=np.uint64)


_POWERS, _INVERSES = _powers(_BASE), _powers(pow(_BASE, -1, 1 << 64))


class Vocabulary:
    """Words that have a number, found by their hashes: 0 is any other word, the stop words come first."""

    def __init__(self, words: Sequence[str]) -> None:
        hashes = np.array([_hash(word) for word in (*STOP_WORDS, *words)], np.uint64) * MIX
        known, first = np.unique(hashes, return_index=True)
        # Place 0 is that of unknown words. Known ones stand in the order of their hashes.
        self._hashes = np.append(np.uint64(0), known)
        self._numbers = np.append(0, first + 1)
        # Where the known words with the same high bits begin.
        high = known >> _HIGH
        self._at = np.zeros(1 << 16, np.int32)
        self._at[high[::-1]] = np.arange(len(known), 0, -1)
        self._more = np.append(np.append(False, high[1:] == high[:-1]), False)
        self.size = len(hashes)

    def numbers(self, hashes: Hashes) -> Column:
        """The number of each word."""
        hashes = hashes * MIX  # words that differ in their first letter alone would share a place
        at = self._at.take((hashes >> _HIGH).view(np.int64)).astype(np.int64)
        same = self._hashes.take(at) == hashes
        found: Column = self._numbers.take(at) * same
        rest = np.flatnonzero(self._more.take(at) & ~same)
        at = at[rest]
        while len(rest):
            at = at + 1
            same = self._hashes[at] == hashes[rest]
            found[rest[same]] = self._numbers[at[same]]
            on = self._more[at] & ~same
            rest, at = rest[on], at[on]
        return found


def _hash(word: str) -> int:
    return sum(int(_LETTER[min(ord(c), _KNOWN)]) * pow(_BASE, i, 1 << 64) for i, c in enumerate(word)) % (1 << 64)


def read_lines(lines: Sequence[str], vocabulary: Vocabulary, weights: Column) -> dict[str, npt.NDArray[Any]]:
    """What stands in each line, and the hashes of its topics.

    Args:
        lines: none is empty.
        vocabulary: the words that are told apart.
        weights: by a word's number, at most 1000 either way; of number 0 and of words that do not count it is 0.

    Returns:
        columns of one value per line; `topic_hash` has as many values for each line as `topics` says.
    """
    length = np.fromiter(map(len, lines), np.int64, len(lines))
    if len(length) and length.max() > READ:
        lines = [line[:READ] for line in lines]
    sizes = np.minimum(length, READ) + 1
    stops = np.cumsum(sizes)
    cuts = np.searchsorted(stops, np.arange(_CHUNK, int(stops[-1]), _CHUNK)).tolist()
    parts = [
        _read(lines[start:end], sizes[start:end], vocabulary, weights)
        for start, end in zip([0, *cuts], [*cuts, len(lines)], strict=True) if start < end
    ]  # fmt: skip
    return {"length": length} | {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _read(lines: Sequence[str], sizes: Column, vocabulary: Vocabulary, weights: Column) -> dict[str, npt.NDArray[Any]]:
    text = "\n".join(lines) + "\n"
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    codes = np.minimum(points, _KNOWN).astype(np.int64)
    stops = np.cumsum(sizes)
    starts = stops - sizes
    kinds = _KIND.take(codes)
    out: dict[str, npt.NDArray[Any]] = {
        "end": _END.take(codes[stops - 2]), "first": _FIRST.take(kinds[starts])
    }  # fmt: skip
    for table, names in zip(_COUNTED, _COUNTS, strict=True):
        counts = np.add.reduceat(table.take(codes), starts)
        for i, name in enumerate(names):
            out[name] = counts >> _BITS * i & _FEW

    letters = _LETTER.take(codes)
    letters *= _POWERS[: len(codes)]
    sums = np.zeros(len(codes) + 1, np.uint64)
    np.cumsum(letters, out=sums[1:])
    out["hash"] = (sums[stops - 1] - sums[starts]) * _INVERSES[starts]

    # A line's end is in no word, so every word begins and ends within the line.
    is_word = np.zeros(len(codes) + 1, np.bool_)
    np.less(kinds - np.uint8(_LOWER), _DIGIT - _LOWER + 1, out=is_word[1:])
    edges = np.flatnonzero(is_word[1:] != is_word[:-1])
    begin, end = edges[::2], edges[1::2]
    hashes = (sums.take(end) - sums.take(begin)) * _INVERSES.take(begin)
    bounds = np.searchsorted(begin, stops)
    number = vocabulary.numbers(hashes)
    opening = kinds.take(begin)
    stop = (number > 0) & (number <= len(STOP_WORDS))
    is_topic = ~stop & (end - begin >= 4) & (opening != _DIGIT)
    # Sums share one integer.
    weighed = weights.take(number) + ((opening == _UPPER) * (1 << 24)) + (stop * (1 << 36)) + (is_topic * (1 << 48))
    weighed = _parted(np.append(0, np.cumsum(weighed)), bounds) + _WEIGHTS
    out["vocabulary"] = (weighed & 0xFFFFFF) - _WEIGHTS
    for i, name in enumerate(("capitalised", "stop", "topics")):
        out[name] = weighed >> 24 + _BITS * i & _FEW
    out["words"] = _parted(bounds, slice(None))
    out["head"] = np.where(out["words"] > 0, np.append(hashes, np.uint64(0))[bounds - out["words"]], 0)
    out["topic_hash"] = hashes.compress(is_topic)
    return out


def _parted(sums: Column, ends: Any) -> Column:
    """The sum of each part, from running sums and where the parts end."""
    parts: Column = np.diff(sums[ends], prepend=0)
    return parts
