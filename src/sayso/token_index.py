"""Ranges of characters as ranges of tokens, by look-up: spaCy's own `Doc.char_span` walks the whole text each time."""

from __future__ import annotations

import weakref
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from spacy.strings import StringStore
from spacy.tokens import Doc, Span

__all__ = ["TokenEntity", "TokenIndex", "is_annotated", "remember"]


def is_annotated(doc: Doc, attribute: str) -> bool:
    """Whether any token has an attribute, as `Doc.has_annotation`, which asks the tokens one by one."""
    return bool(len(doc)) and bool(doc.to_array(attribute).any())


class TokenEntity(NamedTuple):
    """An entity of `Doc.ents`, by its tokens, end exclusive; the link is its `kb_id_`."""

    start: int
    end: int
    label: str
    link: str


_FIRST = itemgetter(TokenEntity._fields.index("start"))


Offsets = npt.NDArray[np.int64]


class _Reading(NamedTuple):
    """What a Doc says of its text. The components of a pipeline read one after the other, so the last one is kept."""

    doc: weakref.ref[Doc]
    places: bytes
    text: str
    starts: list[int]
    ends: list[int]
    columns: tuple[Offsets, Offsets]


_last: _Reading | None = None
_made: tuple[weakref.ref[Doc], str] | None = None


_named: tuple[weakref.ref[Doc], bytes, list[TokenEntity]] | None = None


def remember(doc: Doc, text: str) -> None:
    """Keep the text that a Doc has been made of: `Doc.text` puts it together from its tokens, each time anew."""
    global _made  # noqa: PLW0603 - a text passes from one component to the next
    _made = weakref.ref(doc), text


def _read(doc: Doc) -> _Reading:
    global _last  # noqa: PLW0603
    places = doc.to_array("IDX")
    last, seen = _last, places.tobytes()
    # A component between ours may have split or merged tokens.
    if last is not None and last.doc() is doc and last.places == seen:
        return last
    made = _made
    text = made[1] if made is not None and made[0]() is doc and len(doc) else doc.text
    ends = places + doc.to_array("LENGTH")
    columns = places.view(np.int64), ends.view(np.int64)  # nothing is that long
    _last = _Reading(weakref.ref(doc), seen, text, places.tolist(), ends.tolist(), columns)
    return _last


class _Strings(dict[int, str]):
    """Strings by their hashes, each asked for once."""

    def __init__(self, strings: StringStore) -> None:
        super().__init__({0: ""})
        self._strings = strings

    def __missing__(self, key: int) -> str:
        text = self[key] = str(self._strings[key])
        return text


class TokenIndex:
    """The text of a Doc and the places of its tokens.

    Attributes:
        text: as `Doc.text`.
        starts, ends: of the tokens, in code points of the text, end exclusive.
    """

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        _, _, self.text, self.starts, self.ends, self._columns = _read(doc)

    def word(self, token: int) -> str:
        """The text of a token."""
        return self.text[self.starts[token] : self.ends[token]]

    def words(self, start: int, end: int) -> list[str]:
        """The texts of a range of tokens."""
        text = self.text
        return [text[i:j] for i, j in zip(self.starts[start:end], self.ends[start:end], strict=True)]

    def sentence(self, token: int) -> tuple[int, int]:
        """The tokens of the sentence that a token is in, as `Span.sent`.

        Raises:
            ValueError: the Doc has no sentences.
        """
        opens = self._sentences
        i = bisect_right(opens, token)
        return opens[i - 1] if i else 0, opens[i] if i < len(opens) else len(self.starts)

    def sentences(self, start: int, end: int) -> list[tuple[int, int]]:
        """Those that a range of tokens touches."""
        found = [self.sentence(start)]
        while found[-1][1] < end:
            found.append(self.sentence(found[-1][1]))
        return found

    @cached_property
    def _sentences(self) -> list[int]:
        if len(self.opens) < 2 and len(self.doc):  # spaCy lets the first token start one, whether there are any or not
            _ = self.doc[0:1].sent  # spaCy's own error, if there are none
        return self.opens

    @cached_property
    def opens(self) -> list[int]:
        """The tokens that start a sentence; the first one does in any case."""
        return (self.doc.to_array("SENT_START") == 1).nonzero()[0].tolist() if len(self.doc) else []

    @cached_property
    def entities(self) -> list[TokenEntity]:
        """As `Doc.ents`, without a `Span` for each."""
        if not len(self.doc):
            return []
        global _named  # noqa: PLW0603
        table = self.doc.to_array(["ENT_IOB", "ENT_TYPE", "ENT_KB_ID"])
        last, seen = _named, table.tobytes()
        if last is not None and last[0]() is self.doc and last[1] == seen:
            return last[2]
        begins = ((table[:, 0] == 3) & (table[:, 1] != 0)).nonzero()[0]
        firsts: list[int] = begins.tolist()
        breaks: list[int] = [*(table[:, 0] != 1).nonzero()[0].tolist(), len(table)]
        lasts = [breaks[bisect_right(breaks, first)] for first in firsts]
        text = _Strings(self.doc.vocab.strings)
        rows = table[begins, 1:].tolist()
        spans = zip(firsts, lasts, rows, strict=True)
        found = [TokenEntity(first, last, text[label], text[link]) for first, last, (label, link) in spans]
        _named = weakref.ref(self.doc), seen, found
        return found

    def remember_entities(self, entities: list[TokenEntity], table: npt.NDArray[np.uint64]) -> None:
        """Keep what `Doc.ents` have just been set to.

        Args:
            table: `ENT_IOB`, `ENT_TYPE` and `ENT_KB_ID` of every token.
        """
        global _named  # noqa: PLW0603
        _named = weakref.ref(self.doc), table.tobytes(), entities

    def entities_in(self, start: int, end: int) -> list[TokenEntity]:
        """Those that fall completely within a range of tokens."""
        found = self.entities
        i = bisect_left(found, start, key=_FIRST)
        j = i
        while j < len(found) and found[j].end <= end:
            j += 1
        return found[i:j]

    def text_of(self, span: Span) -> str:
        """As `Span.text`, which puts it together from its tokens."""
        return self.text[self.starts[span.start] : self.ends[span.end - 1]] if span.start < span.end else ""

    def range(self, start: int, end: int) -> tuple[int, int]:
        """The tokens that touch a range of code points, end exclusive; empty if there is none."""
        first = max(0, bisect_right(self.starts, start) - 1)
        last = bisect_left(self.starts, end)
        while first < last and self.ends[first] <= start:  # white space between tokens belongs to none
            first += 1
        return (first, last) if start < end else (first, first)

    def ranges(self, starts: Sequence[int], ends: Sequence[int]) -> tuple[Offsets, Offsets]:
        """As `range`, of many ranges that are not empty; there must be tokens."""
        at, until = self._columns
        begin = np.array(starts, np.int64)
        firsts = np.maximum(at.searchsorted(begin, "right") - 1, 0)
        lasts = at.searchsorted(np.array(ends, np.int64))
        firsts += (firsts < lasts) & (until[firsts] <= begin)
        return firsts, lasts

    def span(self, start: int, end: int, label: str = "", kb_id: str = "") -> Span | None:
        """The tokens that touch a range of code points; None if there is none."""
        first, last = self.range(start, end)
        return Span(self.doc, first, last, label=label, kb_id=kb_id) if first < last else None
