"""Ranges of characters as ranges of tokens, by look-up: spaCy's own `Doc.char_span` walks the whole text each time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

import numpy as np
from spacy.tokens import Doc, Span

__all__ = ["TokenIndex", "is_annotated"]


def is_annotated(doc: Doc, attribute: str) -> bool:
    """Whether any token has an attribute, as `Doc.has_annotation`, which asks the tokens one by one."""
    return bool(len(doc)) and bool(np.any(doc.to_array(attribute)))


class TokenIndex:
    """The places of a Doc's tokens."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        table = doc.to_array(["IDX", "LENGTH"]).astype(int) if len(doc) else np.zeros((0, 2), dtype=int)
        self._starts: list[int] = table[:, 0].tolist()
        self._ends: list[int] = table.sum(axis=1).tolist()

    def span(self, start: int, end: int, label: str = "", kb_id: str = "") -> Span | None:
        """The tokens that touch a range of code points; None if there is none."""
        first = max(0, bisect_right(self._starts, start) - 1)
        last = bisect_left(self._starts, end)
        while first < last and self._ends[first] <= start:  # white space between tokens belongs to none
            first += 1
        return Span(self.doc, first, last, label=label, kb_id=kb_id) if start < end and first < last else None
