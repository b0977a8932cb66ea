"""Where a text has any of some words. It is read once for all who ask: each word is looked up in all that they want."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["word_places"]

_WORD = re.compile(r"\w+")
_asked: dict[frozenset[str], None] = {}
"""The sets of words that were asked for, the last one last."""
_MOST = 8
_wanted: frozenset[str] = frozenset()
"""Their union."""


def word_places(text: str, words: frozenset[str]) -> list[tuple[int, int]]:
    """Where words stand in a text, as whole words: (start, end) in code points, in order.

    Args:
        words: of letters, digits and underscores. Ask with the same set again and again: a new one is read for anew.
    """
    global _wanted  # noqa: PLW0603 - what is asked of one text is asked of the next
    if words not in _asked:
        if len(_asked) == _MOST:
            del _asked[next(iter(_asked))]
        _asked[words] = None
        _wanted = frozenset().union(*_asked)
    return [(start, end) for start, end, word in _places(text, _wanted) if word in words]


@lru_cache(maxsize=1)
def _places(text: str, wanted: frozenset[str]) -> list[tuple[int, int, str]]:
    return [(*match.span(), word) for match in _WORD.finditer(text) if (word := match[0]) in wanted]
