"""Decide which parts of a seed are boilerplate, and say why.

Named rules decide first, then what is known of the collection: lines that recur over its documents go. Of the lines
that are left, the line model removes those that it is sure of, and its
reasons are kept. How sure it must be depends on the profile: `article` for what an extractor or a person took from a
page, where nearly every line belongs to the text, `page` for all the visible text of a page.

Cleaning only deletes. What is kept and what is removed tile the seed exactly; a kept span is one unbroken slice of
one line. All offsets are Unicode code points of the seed, end exclusive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from sayso.errors import InputError
from sayso.rules import DATE_STAMP, MODEL, RULES, WHITESPACE, Rule, rule_anywhere

if TYPE_CHECKING:
    from sayso.line_model import Explanation, LineModel, Profile

__all__ = [
    "REPEATED_LINE",
    "Cleaning",
    "Recurs",
    "Removal",
    "Span",
    "clean",
    "clean_batch",
    "keep_lines",
    "lines",
    "reconstruct",
]

REPEATED_LINE = "repeated-line"
"""Rule id of a line that recurs over the documents of a collection; see `sayso.repetition`."""
Recurs = Callable[[Sequence[str]], Sequence[int]]
"""Tells of each line of a document in how many documents it recurs; 0 for a line that does not."""

PROSE_WORDS = 20
"""A line of so many words is an article's, whatever its end."""
MOST_STRAY = 20
# Texts are scored together up to so many code points: enough to share the work, few enough for the memory.
BATCH = 1 << 19
HEAD = tuple(r for r in RULES.values() if r.place in ("head", "edge") and r.id != "date-stamp")
# On whole pages a credit in brackets heads many a list of stories, and a repeated title is a link; see
# `benchmarks/cleaning_quality.py`.
PAGE_HEAD = tuple(r for r in HEAD if r.id != "photo-caption")
TAIL = tuple(r for r in RULES.values() if r.place in ("tail", "edge"))


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
            probability, features = self.explanations[start]
            return f"{probability} %: {', '.join(features)}"
        if start in self.recurrences:
            return f"in {self.recurrences[start]} documents"
        return None


@dataclass(slots=True)
class _Line:
    start: int
    end: int
    text: str
    rule: str | None = None
    documents: int = 0


def clean(text: str, profile: Profile = "article") -> Cleaning:
    """Tile a seed into kept blocks and removals. Linear in the length of the text.

    Args:
        text: the whole seed.
        profile: `article` for extracted text, `page` for all visible text of a page.

    Returns:
        spans in code points of `text`.

    Raises:
        InputError: there is no such profile.
    """
    return clean_batch([text], profile)[0]


def clean_batch(
    texts: Sequence[str],
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
    """
    from sayso.line_model import line_model

    if profile not in ("article", "page"):
        raise InputError("profile", f"must be article or page, not {profile!r}")
    model = line_model(profile) if model is None else model
    cleanings: list[Cleaning] = []
    for batch in _batches(texts):
        parts = [_lines(text) for text in batch]
        for text, (lines, _) in zip(batch, parts, strict=True):
            _apply_rules(text, lines, profile)
        if recurs is not None:
            first = len(cleanings)
            for (lines, _), own in zip(parts, recurs[first : first + len(parts)], strict=True):
                _apply_recurrence(lines, own)
        explanations = _apply_model([lines for lines, _ in parts], model)
        for text, (lines, stamp), reasons in zip(batch, parts, explanations, strict=True):
            tiles = _tile(len(text), lines, stamp)
            cleanings.append(Cleaning(*tiles, _stamped_date(text), _recurrences(lines), reasons))
    return cleanings


def _batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    start = size = 0
    for i, text in enumerate(texts):
        size += len(text)
        if size > BATCH:
            yield texts[start : i + 1]
            start, size = i + 1, 0
    yield texts[start:]


def _apply_rules(text: str, lines: Sequence[_Line], profile: Profile) -> None:
    for line in lines:
        line.rule = rule_anywhere(line.text)
    _related_lists(lines)
    if profile == "article":
        _stray_captions(text, lines)
    _head(lines, HEAD if profile == "article" else PAGE_HEAD)
    _tail(lines)


def _apply_recurrence(lines: Sequence[_Line], recurs: Recurs) -> None:
    """Remove what recurs and no rule took.

    Where more than half of the prose recurs, the article itself does: then it loses none of its prose.
    """
    rest = [line for line in lines if line.rule is None]
    counts = recurs([line.text for line in rest])
    if not any(counts):
        return
    prose = [len(line.text.split()) >= PROSE_WORDS for line in rest]
    length = recurring = 0
    for line, count, is_prose in zip(rest, counts, prose, strict=True):
        length += len(line.text) * is_prose
        recurring += len(line.text) * (is_prose and count > 0)
    spared = 2 * recurring > length
    for line, count, is_prose in zip(rest, counts, prose, strict=True):
        if count and not (spared and is_prose):
            line.rule, line.documents = REPEATED_LINE, count


def _recurrences(lines: Sequence[_Line]) -> dict[int, int]:
    return {line.start: line.documents for line in lines if line.documents}


def _apply_model(texts: Sequence[Sequence[_Line]], model: LineModel) -> list[dict[int, Explanation]]:
    """Give the lines that no rule takes and the line model is sure of to it; why, by the start of each line."""
    import numpy as np

    lines = [line for text in texts for line in text]
    counts = [len(text) for text in texts]
    words = [line.text for line in lines]
    features, points = model.score(words, counts)
    undecided = np.fromiter((line.rule is None for line in lines), np.bool_, len(lines))
    taken = np.flatnonzero(model.decide(features, points, counts, undecided, words)).tolist()
    reasons = dict(zip(taken, model.explain(features, points, taken), strict=True))
    explanations: list[dict[int, Explanation]] = []
    end = 0
    for text in texts:
        first, end = end, end + len(text)
        explanations.append({lines[i].start: reasons[i] for i in range(first, end) if i in reasons})
    for i in taken:
        lines[i].rule = MODEL
    return explanations


def _stamped_date(text: str) -> str | None:
    """The date of a stamp, if the calendar has it."""
    match = DATE_STAMP.match(text)
    try:
        return match and date.fromisoformat(match.group(1)).isoformat()
    except ValueError:
        return None


def keep_lines(text: str, recurs: Recurs | None = None) -> Cleaning:
    """A cleaning by no rule for English: it removes white space, and lines that recur if one knows of any."""
    lines, _ = _lines(text, stamped=False)
    if recurs is not None:
        _apply_recurrence(lines, recurs)
    return Cleaning(*_tile(len(text), lines, 0), recurrences=_recurrences(lines))


def lines(text: str) -> list[str]:
    """The lines of a seed that are not blank, without the white space at their edges and without a date stamp."""
    return [line.text for line in _lines(text)[0]]


def reconstruct(text: str, cleaning: Cleaning) -> str:
    """Put the kept and removed spans back together in order; equals the seed if they tile it."""
    spans = sorted([*cleaning.kept, *((r.start, r.end) for r in cleaning.removed)])
    return "".join(text[start:end] for start, end in spans)


def _lines(text: str, *, stamped: bool = True) -> tuple[list[_Line], int]:
    """The non-blank lines without their edges' white space, and the length of a date stamp before them."""
    match = DATE_STAMP.match(text) if stamped else None
    stamp = match.end() if match else 0
    lines = []
    position = stamp
    for raw in text[stamp:].splitlines(keepends=True) if stamp else text.splitlines(keepends=True):
        stripped = raw.strip()
        if stripped:
            start = position + (0 if raw[0] == stripped[0] else len(raw) - len(raw.lstrip()))
            lines.append(_Line(start, start + len(stripped), stripped))
        position += len(raw)
    return lines, stamp


def _takes(rule: Rule, line: str) -> bool:
    return len(line) <= rule.max_chars and rule.test(line)


def _is_prose(line: str) -> bool:
    """Whether a line is running text: a closed sentence of some length, or many words."""
    return (len(line) > 40 and line.rstrip("\"'”’)]")[-1:] in ".!?…") or len(line) > 240


def _is_title(line: str) -> bool:
    return len(line) <= 100 and not _is_prose(line) and line[-1] not in ".!;,:"


def _related_lists(lines: Sequence[_Line]) -> None:
    """Give the headlines under a `related-list` heading to it, but never the heading of a paragraph that follows."""
    inside = False
    for i, line in enumerate(lines):
        if line.rule is not None:
            inside = RULES[line.rule].heads_list
        elif inside and _is_title(line.text) and (i + 1 == len(lines) or not _is_prose(lines[i + 1].text)):
            line.rule = "related-list"
        else:
            inside = False


def _stray_captions(text: str, lines: Sequence[_Line]) -> None:
    """Remove a repeated title that stands between a paragraph and a heading, and so heads nothing.

    At most `MOST_STRAY` titles of a text are looked up in it, so that time stays linear in its length.
    """
    rule = RULES["stray-caption"]
    rest = [line for line in lines if line.rule is None]
    looked_up = 0
    for before, line, heading, paragraph in zip(rest, rest[1:], rest[2:], rest[3:], strict=False):
        if _takes(rule, line.text) and _is_prose(before.text) and _is_title(heading.text) and _is_prose(paragraph.text):
            looked_up += 1
            if looked_up > MOST_STRAY:
                return
            if text.count(line.text, 0, line.start) >= 2:
                line.rule = rule.id


def _head(lines: Sequence[_Line], rules: Sequence[Rule]) -> None:
    for line in lines:
        if line.rule is None:
            line.rule = next((rule.id for rule in rules if _takes(rule, line.text)), None)
            if line.rule is None and _is_prose(line.text):
                return


def _tail(lines: Sequence[_Line]) -> None:
    for line in reversed(lines):
        if line.rule is None:
            line.rule = next((rule.id for rule in TAIL if _takes(rule, line.text)), None)
            if line.rule is None:
                return


def _tile(length: int, lines: Sequence[_Line], stamp: int) -> tuple[tuple[Span, ...], tuple[Removal, ...]]:
    """What is kept and what is removed, in order; the gaps between lines are removed as `whitespace`."""
    kept: list[Span] = []
    removed = [Removal(0, stamp, "date-stamp")] if stamp else []
    # A named tuple's own constructor, without its wrapper in Python: it is called twice for every line.
    new = tuple.__new__
    position = stamp
    for line in lines:
        if line.start > position:
            removed.append(new(Removal, (position, line.start, WHITESPACE)))
        if line.rule is None:
            kept.append(new(Span, (line.start, line.end)))
        else:
            removed.append(Removal(line.start, line.end, line.rule))
        position = line.end
    if position < length:
        removed.append(Removal(position, length, WHITESPACE))
    return tuple(kept), tuple(removed)
