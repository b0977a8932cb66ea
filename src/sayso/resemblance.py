"""How alike two texts are, from a few hashes of each."""

from __future__ import annotations

import re
import zlib
from heapq import nsmallest

from sayso.cleaning import clean

__all__ = ["NEAR", "resemblance", "sketch_of", "sketch_of_seed"]

NEAR = 0.5
"""From this share of common word sequences on, two texts are near-duplicates."""
SKETCH = 64
"""Hashes that stand for a text: they estimate resemblance to about 6 in 100."""

_WORD = re.compile(r"[^\W_]+")


def sketch_of(text: str, size: int = 8) -> frozenset[int]:
    """The `SKETCH` smallest hashes of a text's sequences of `size` words; all of them, if there are fewer.

    Source: Broder, On the resemblance and containment of documents, 1997.
    """
    words = _WORD.findall(text.lower())
    sequences = {" ".join(words[i : i + size]) for i in range(max(1, len(words) - size + 1))}
    return frozenset(nsmallest(SKETCH, {zlib.crc32(sequence.encode()) for sequence in sequences}))


def sketch_of_seed(seed: str) -> frozenset[int]:
    """The sketch of what cleaning keeps of a seed."""
    return sketch_of("\n".join(seed[start:end] for start, end in clean(seed).kept))


def resemblance(one: frozenset[int], other: frozenset[int]) -> float:
    """The share of word sequences that two texts have in common, estimated from their sketches: 0 to 1."""
    smallest = nsmallest(SKETCH, one | other)
    return sum(h in one and h in other for h in smallest) / max(1, len(smallest))
