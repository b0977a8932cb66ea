"""Where a text has any of some words: those that it has at all are few, so they are asked for first."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from functools import lru_cache

__all__ = ["word_places"]

_WORD = re.compile(r"\w+")
_LETTERS = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=1)
def _words(text: str) -> frozenset[str]:
    """The words of a text, and of those with digits or underscores in them the letters: *a_b* is *a_b*, *a* and *b*."""
    found = set(_WORD.findall(text))
    mixed = [word for word in found if not word.isalpha() and not word.isdecimal()]
    found.update(_LETTERS.findall(" ".join(mixed)))
    return frozenset(found)


def word_places(text: str, words: AbstractSet[str]) -> list[tuple[int, int]]:
    """Where words are in a text: (start, end) in code points, in order; also where one is but a part of another."""
    places: list[tuple[int, int]] = []
    for word in _words(text) & words:
        size, start = len(word), text.find(word)
        while start >= 0:
            places.append((start, start + size))
            start = text.find(word, start + size)
    return sorted(places)
