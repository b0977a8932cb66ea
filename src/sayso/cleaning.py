"""Decide which parts of a seed are boilerplate, and say why.

Named rules decide first, then what is known of the collection: lines that recur over its documents go. Of the lines
that are left, the line model removes those that it is sure of, and its
reasons are kept. How sure it must be depends on the profile: `article` for what an extractor or a person took from a
page, where nearly every line belongs to the text, `page` for all the visible text of a page.

Cleaning only deletes. What is kept and what is removed tile the seed exactly; a kept span is one unbroken slice of
one line. All offsets are Unicode code points of the seed, end exclusive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise, repeat
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sayso.errors import InputError
from sayso.line_columns import Lines, Numbers, Tiles, split, tile
from sayso.line_rules import Recurs, apply_recurrence, apply_rules
from sayso.rules import DATE_STAMP, MODEL, REPEATED_LINE, RULE_IDS, RULE_NUMBERS

if TYPE_CHECKING:
    from sayso.line_model import Explanation, LineModel, Reasons
    from sayso.recipe import Profile

__all__ = [
    "REPEATED_LINE",
    "Cleaned",
    "Cleaning",
    "Recurs",
    "Removal",
    "Removals",
    "Span",
    "clean",
    "clean_batch",
    "clean_columns",
    "keep_columns",
    "keep_lines",
    "lines",
    "reconstruct",
]

# Texts are scored together up to so many code points: enough to share the work, few enough for the memory.
BATCH = 1 << 19
_RECURS = "in {} documents"


class Span(NamedTuple):
    """A half-open range of code points."""

    start: int
    end: int


class Removal(NamedTuple):
    """A span of the seed that was removed, and the id of the rule that removed it."""

    start: int
    end: int
    rule: str


@dataclass(frozen=True, slots=True)
class Cleaning:
    """The outcome for one seed.

    Attributes:
        kept: the blocks, in order; none is empty and none starts or ends with white space.
        removed: everything else, in order; white space between blocks has the rule `whitespace`.
        date: the ISO date of a removed date stamp, or None.
        recurrences: in how many documents a line recurs, by the start of each removal whose rule is `repeated-line`.
        explanations: why the line model removed what it did, by the start of each removal whose rule is `model`.
    """

    kept: tuple[Span, ...]
    removed: tuple[Removal, ...]
    date: str | None = None
    recurrences: Mapping[int, int] = field(default_factory=dict, hash=False)
    explanations: Mapping[int, Explanation] = field(default_factory=dict, hash=False)

    def why(self, start: int) -> str | None:
        """What the rule of the removal at `start` went by, where it says more than its name."""
        if start in self.explanations:
            return str(self.explanations[start])
        if start in self.recurrences:
            return _RECURS.format(self.recurrences[start])
        return None


class Removals(NamedTuple):
    """What was removed of seeds, of one after another, in columns.

    Attributes:
        starts: in code points of the seed.
        ends: as `starts`, exclusive.
        rules: the number of each rule in `RULE_IDS`.
        texts: what was removed.
        whys: as `Cleaning.why` says it.
        bounds: the number of the first removal of each seed and, at the end, of all.
    """

    starts: Numbers
    ends: Numbers
    rules: npt.NDArray[np.uint8]
    texts: list[str]
    whys: list[str | None]
    bounds: list[int]


@dataclass(frozen=True, slots=True, eq=False)
class Cleaned:
    """The outcome for a batch of seeds, in columns.

    Attributes:
        lines: of all seeds.
        tiles: what is kept and what is removed.
        dates: the ISO date of each seed's date stamp, or None.
        recurrences: in how many documents a line recurs, by its number.
        reasons: why the line model takes lines; None where it was not asked.
    """

    lines: Lines
    tiles: Tiles
    dates: list[str | None]
    recurrences: Mapping[int, int]
    reasons: Reasons | None

    def kept(self) -> Iterator[tuple[Span, ...]]:
        """The blocks of each seed."""
        at = np.flatnonzero(self.tiles.rules == 0)
        spans = self._spans(at)
        for first, end in pairwise(np.searchsorted(at, self.tiles.bounds).tolist()):
            yield tuple(spans[first:end])

    def removed(self) -> Removals:
        """What was removed of all seeds."""
        at = np.flatnonzero(self.tiles.rules)
        starts, ends, rules = self.tiles.starts[at], self.tiles.ends[at], self.tiles.rules[at]
        bounds = np.searchsorted(at, self.tiles.bounds).tolist()
        first, last = starts.tolist(), ends.tolist()
        texts = [
            text[first[i] : last[i]]
            for text, (low, high) in zip(self.lines.texts, pairwise(bounds), strict=True)
            for i in range(low, high)
        ]
        whys: list[str | None] = [None] * len(at)
        # The removals by a rule are in the order of its lines.
        for i, line in zip(_of(rules, REPEATED_LINE), sorted(self.recurrences), strict=True):
            whys[i] = _RECURS.format(self.recurrences[line])
        for i, why in zip(_of(rules, MODEL), self.reasons.whys() if self.reasons else (), strict=True):
            whys[i] = why
        return Removals(starts, ends, rules, texts, whys, bounds)

    def cleanings(self) -> Iterator[Cleaning]:
        """The outcome for each seed."""
        at = np.flatnonzero(self.tiles.rules)
        rules = map(RULE_IDS.__getitem__, self.tiles.rules[at].tolist())
        removals = list(map(_new, repeat(Removal), zip(*self._ends(at), rules, strict=True)))
        explained = self.reasons.explanations() if self.reasons else {}
        starts = self.lines.starts.tolist()
        rows = zip(
            self.kept(), pairwise(np.searchsorted(at, self.tiles.bounds).tolist()), self.dates,
            pairwise(self.lines.bounds), strict=True,
        )  # fmt: skip
        for kept, (first, end), day, (low, high) in rows:
            numbers = range(low, high)
            yield Cleaning(
                kept,
                tuple(removals[first:end]),
                day,
                {starts[i]: self.recurrences[i] for i in numbers if i in self.recurrences} if self.recurrences else {},
                {starts[i]: explained[i] for i in numbers if i in explained} if explained else {},
            )

    def _ends(self, at: Numbers) -> tuple[list[int], list[int]]:
        return self.tiles.starts[at].tolist(), self.tiles.ends[at].tolist()

    def _spans(self, at: Numbers) -> list[Span]:
        return list(map(_new, repeat(Span), zip(*self._ends(at), strict=True)))


# A named tuple's own constructor, without its wrapper in Python: it is called for every tile.
_new: Any = tuple.__new__


def _of(rules: npt.NDArray[np.uint8], rule: str) -> list[int]:
    numbers: list[int] = np.flatnonzero(rules == RULE_NUMBERS[rule]).tolist()
    return numbers


def clean(text: str, profile: Profile = "article") -> Cleaning:
    """Tile a seed into kept blocks and removals. Linear in the length of the text.

    Args:
        text: the whole seed.
        profile: `article` for extracted text, `page` for all visible text of a page.

    Returns:
        spans in code points of `text`.

    Raises:
        InputError: there is no such profile.
        TypeError: the text is no string.
    """
    return clean_batch([text], profile)[0]


def clean_batch(
    texts: Iterable[str],
    profile: Profile = "article",
    model: LineModel | None = None,
    recurs: Sequence[Recurs] | None = None,
) -> list[Cleaning]:
    """Clean many texts, each as `clean` would, in much less time.

    Args:
        texts: whole seeds.
        profile: as in `clean`.
        model: the line model; the profile's own if None.
        recurs: what is known of the collection that each text is from, if anything.

    Raises:
        InputError: there is no such profile.
        TypeError: the texts are one string, or one of them is none.
    """
    if isinstance(texts, (str, bytes)):
        raise TypeError(f"many texts are expected, not one {type(texts).__name__}: give a list of str, or use clean")
    return [cleaning for part in clean_columns(list(texts), profile, model, recurs) for cleaning in part.cleanings()]


def clean_columns(
    texts: Sequence[str],
    profile: Profile = "article",
    model: LineModel | None = None,
    recurs: Sequence[Recurs] | None = None,
) -> Iterator[Cleaned]:
    """Clean many texts as `clean_batch` does, with no object for each line: some of the texts at a time, in order.

    Args:
        texts: whole seeds.
        profile: as in `clean`.
        model: as in `clean_batch`.
        recurs: as in `clean_batch`.

    Raises:
        InputError: there is no such profile.
    """
    from sayso.line_model import line_model

    if profile not in ("article", "page"):
        raise InputError("profile", f"must be article or page, not {profile!r}")
    model = line_model(profile) if model is None else model
    for batch, own in _batches(texts, recurs):
        lines = split(batch)
        apply_rules(lines, whole_pages=profile == "page")
        recurrences = apply_recurrence(lines, own)
        reasons = model.take(lines)
        yield Cleaned(lines, tile(lines), [_stamped_date(text) for text in batch], recurrences, reasons)


def _batches(texts: Sequence[str], recurs: Sequence[Recurs] | None) -> Iterator[tuple[Sequence[str], Sequence[Recurs]]]:
    """Some of the texts at a time, with what is known of their collections; nothing if `recurs` is None."""
    start = size = 0
    for i, text in enumerate(texts, 1):
        if not isinstance(text, str):
            raise TypeError(f"a text must be a str, not {type(text).__name__}")
        size += len(text)
        if size > BATCH or i == len(texts):
            yield texts[start:i], recurs[start:i] if recurs is not None else ()
            start, size = i, 0


def _stamped_date(text: str) -> str | None:
    """The date of a stamp, if the calendar has it."""
    match = DATE_STAMP.match(text)
    try:
        return match and date.fromisoformat(match.group(1)).isoformat()
    except ValueError:
        return None


def keep_lines(text: str, recurs: Recurs | None = None) -> Cleaning:
    """A cleaning by no rule for English: it removes white space, and lines that recur if one knows of any."""
    (cleaned,) = keep_columns([text], None if recurs is None else [recurs])
    return next(cleaned.cleanings())


def keep_columns(texts: Sequence[str], recurs: Sequence[Recurs] | None = None) -> Iterator[Cleaned]:
    """Clean many texts as `keep_lines` does: some of the texts at a time, in order."""
    for batch, own in _batches(texts, recurs):
        lines = split(batch, stamped=False)
        recurrences = apply_recurrence(lines, own)
        yield Cleaned(lines, tile(lines), [None] * len(batch), recurrences, None)


def lines(text: str) -> list[str]:
    """The lines of a seed that are not blank, without the white space at their edges and without a date stamp."""
    return split([text]).words


def reconstruct(text: str, cleaning: Cleaning) -> str:
    """Put the kept and removed spans back together in order; equals the seed if they tile it."""
    spans = sorted([*cleaning.kept, *((r.start, r.end) for r in cleaning.removed)])
    return "".join(text[start:end] for start, end in spans)
