"""A cleaned seed as a document: blocks, their kinds, and sentences, with offsets on both sides.

The text of a document is its blocks joined by one newline. Offsets called `start`, `end` are code points of that text,
`seed_start`, `seed_end` code points of the seed; both exclusive at the end.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Literal, NamedTuple, get_args

from sayso.boundaries import sentences
from sayso.cleaning import Cleaning, Removal, Span, clean
from sayso.errors import LineageError
from sayso.rules import WHITESPACE

__all__ = [
    "BLOCK_KINDS", "Block", "BlockKind", "Document", "Segmented", "Sentence", "by_lines", "segment", "segment_blocks",
]  # fmt: skip

BlockKind = Literal["heading", "paragraph", "list_item", "caption"]
BLOCK_KINDS: tuple[BlockKind, ...] = get_args(BlockKind)


class Block(NamedTuple):
    """One unbroken slice of the seed."""

    start: int
    end: int
    kind: BlockKind
    seed_start: int
    seed_end: int


class Sentence(NamedTuple):
    """One sentence; `number` is its position in the document, `block` that of its block, both from 0."""

    number: int
    start: int
    end: int
    seed_start: int
    seed_end: int
    block: int


# Keys to look up by: those of `operator` are called without a frame of Python's.
_START = itemgetter(Block._fields.index("start"))
_BLOCK_IN_SEED = itemgetter(Block._fields.index("seed_start"))
_SENTENCE_IN_SEED = itemgetter(Sentence._fields.index("seed_start"))


class Segmented(NamedTuple):
    """The text of a document, its blocks and its sentences."""

    text: str
    blocks: tuple[Block, ...]
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A seed after cleaning and segmenting."""

    id: str
    seed: str
    text: str
    cleaning: Cleaning
    blocks: tuple[Block, ...]
    sentences: tuple[Sentence, ...]

    def to_seed(self, offset: int) -> int:
        """Map an offset of the text to the seed.

        An offset on the newline between two blocks is the end of the first.

        Raises:
            LineageError: the offset is outside the text.
        """
        i = bisect_right(self.blocks, offset, key=_START) - 1
        if i < 0 or offset > self.blocks[i].end:
            raise LineageError(f"{self.id}: offset {offset} is outside the text of {len(self.text)} code points")
        return self.blocks[i].seed_start + offset - self.blocks[i].start

    def from_seed(self, start: int, end: int) -> Span:
        """Map a span of the seed to the text.

        Raises:
            LineageError: the span is empty, outside the seed, or touches a removed character; the rule is named.
        """
        i = bisect_right(self.blocks, start, key=_BLOCK_IN_SEED) - 1
        if start < end and i >= 0 and end <= self.blocks[i].seed_end:
            shift = self.blocks[i].start - self.blocks[i].seed_start
            return Span(start + shift, end + shift)
        if not 0 <= start < end <= len(self.seed):
            raise LineageError(
                f"{self.id}: {start}-{end} is no span of the seed, which has {len(self.seed)} code points"
            )
        removed = self.cleaning.removed
        first = bisect_right(removed, start, key=lambda removal: removal.end)
        for removal in removed[first:]:
            if removal.start < end:
                raise LineageError(
                    f"{self.id}: {start}-{end} touches {removal.start}-{removal.end},"
                    f" which the rule '{removal.rule}' removed"
                )
        raise AssertionError("kept and removed spans do not tile the seed")  # pragma: no cover

    def sentence_at(self, start: int, end: int) -> Sentence | None:
        """The sentence that holds a span of the seed whole, or None."""
        i = bisect_right(self.sentences, start, key=_SENTENCE_IN_SEED) - 1
        if i >= 0 and end <= self.sentences[i].seed_end:
            return self.sentences[i]
        return None


_LIST_ITEM = re.compile(r"(?:[•·▪◦‣*–—-]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])\s", re.IGNORECASE)
_CAPTION = re.compile(
    r"(?:fig(?:ure|\.)|table|chart|map|graphic|photo|image|video|picture)\s?\d{0,3}\s?[:.|–—-]\s",
    re.IGNORECASE,
)
_CLOSED = frozenset(".!…;,:")


def segment(text: str, cleaning: Cleaning | None = None, id: str = "") -> Document:
    """Build the document of a seed.

    Args:
        text: the seed.
        cleaning: its cleaning; made here if None.
        id: the seed's id.
    """
    cleaning = clean(text) if cleaning is None else cleaning
    made = segment_blocks(text, cleaning.kept)
    return Document(id, text, made.text, cleaning, made.blocks, made.sentences)


def segment_blocks(text: str, kept: Sequence[Span], *, into_sentences: bool = True) -> Segmented:
    """Segment what is kept of a seed.

    Args:
        text: the seed.
        kept: its blocks, in order.
        into_sentences: whether sentences are wanted; there are none otherwise.
    """
    blocks: list[Block] = []
    units: list[Sentence] = []
    # A named tuple's own constructor, without its wrapper in Python: it is called for every line and sentence.
    new = tuple.__new__
    position = 0
    for i, (start, end) in enumerate(kept):
        shift = position - start
        kind = _kind(text, i, kept)
        blocks.append(new(Block, (position, end + shift, kind, start, end)))
        spans: Iterable[tuple[int, int]] = ()
        if into_sentences:
            spans = ((start, end),) if kind == "heading" else sentences(text, start, end)
        for first, last in spans:
            units.append(new(Sentence, (len(units), first + shift, last + shift, first, last, i)))
        position = end + shift + 1
    joined = "\n".join([text[start:end] for start, end in kept])
    return Segmented(joined, tuple(blocks), tuple(units))


@lru_cache(maxsize=1)
def by_lines(text: str) -> Document:
    """A text as a document that is its own seed: each line is a block, and nothing is removed but white space.

    The components of a pipeline ask for it one after the other, so the last one is kept.
    """
    return segment(text, _every_line(text))


def _every_line(text: str) -> Cleaning:
    """As `keep_lines`, which is made for many texts at a time and takes longer for one."""
    new = tuple.__new__
    kept: list[Span] = []
    removed: list[Removal] = []
    free = at = 0
    for line in text.splitlines(keepends=True):
        if words := line.strip():
            start = at if words[0] == line[0] else at + len(line) - len(line.lstrip())
            if free < start:
                removed.append(new(Removal, (free, start, WHITESPACE)))
            free = start + len(words)
            kept.append(new(Span, (start, free)))
        at += len(line)
    if free < len(text):
        removed.append(new(Removal, (free, len(text), WHITESPACE)))
    return Cleaning(tuple(kept), tuple(removed))


def _kind(text: str, i: int, kept: Sequence[Span]) -> BlockKind:
    start, end = kept[i]
    if end - start > 300:
        return "paragraph"
    line = text[start:end]
    if _LIST_ITEM.match(line):
        return "list_item"
    if _CAPTION.match(line):
        return "caption"
    return "heading" if _is_heading(line, last=i + 1 == len(kept)) else "paragraph"


def _is_heading(line: str, *, last: bool) -> bool:
    """A short line that closes like no sentence, with something under it; a question if most words are capitalised."""
    words = line.split()
    if last or len(words) > 15 or len(line) > 120 or line[-1] in _CLOSED or line[-2:] in (".”", '."', ".)"):
        return False
    if line[-1] in "?!\"”’'":
        capitals = sum(word[0].isupper() or not word[0].isalpha() for word in words)
        return capitals * 2 > len(words)
    return True
