"""Ranges of characters as ranges of tokens, by look-up: spaCy's own `Doc.char_span` walks the whole text each time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from spacy.tokens import Doc, Span

__all__ = ["TokenIndex"]


class TokenIndex:
    """The places of a Doc's tokens."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self._starts: list[int] = doc.to_array("IDX").tolist()

    def span(self, start: int, end: int, label: str = "", kb_id: str = "") -> Span | None:
        """The tokens that touch a range of code points; None if there is none."""
        first = max(0, bisect_right(self._starts, start) - 1)
        last = bisect_left(self._starts, end)
        while first < last and self._end(first) <= start:  # white space between tokens belongs to none
            first += 1
        return Span(self.doc, first, last, label=label, kb_id=kb_id) if start < end and first < last else None

    def _end(self, i: int) -> int:
        return self._starts[i] + len(self.doc[i])
