"""The named rules and what is known of the collection, at work on lines: by the line, then by what is around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from sayso.line_columns import Lines
from sayso.rule_search import EdgeRules, rules_anywhere
from sayso.rules import REPEATED_LINE, RULE_NUMBERS, RULES

__all__ = ["Recurs", "apply_recurrence", "apply_rules"]

Recurs = Callable[[Sequence[str]], Sequence[int]]
"""Tells of each line of a document in how many documents it recurs; 0 for a line that does not."""

PROSE_WORDS = 20
"""A line of so many words is an article's, whatever its end."""
MOST_STRAY = 20
SHORT_PROSE, LONG_PROSE, LONG_TITLE = 40, 240, 100
_HEAD = tuple(r for r in RULES.values() if r.place in ("head", "edge") and r.id != "date-stamp")
HEAD = EdgeRules(_HEAD)
# On whole pages a credit in brackets heads many a list of stories, and a repeated title is a link; see
# `benchmarks/cleaning_quality.py`.
PAGE_HEAD = EdgeRules([r for r in _HEAD if r.id != "photo-caption"])
TAIL = EdgeRules([r for r in RULES.values() if r.place in ("tail", "edge")])


def apply_rules(lines: Lines, *, whole_pages: bool) -> None:
    """Give lines to the named rules that take them."""
    headings = []
    for i, rule in rules_anywhere(lines.words):
        lines.rules[i] = RULE_NUMBERS[rule]
        if RULES[rule].heads_list:
            headings.append(i)
    _related_lists(lines, headings)
    if not whole_pages:
        _stray_captions(lines)
    for start, end in zip(lines.bounds, lines.bounds[1:], strict=False):
        _head(lines, range(start, end), PAGE_HEAD if whole_pages else HEAD)
        _tail(lines, range(start, end))


def apply_recurrence(lines: Lines, recurs: Sequence[Recurs]) -> dict[int, int]:
    """Remove what recurs and no rule took; in how many documents each such line does, by its number.

    Args:
        recurs: of each text; empty where nothing is known of any.
    """
    documents: dict[int, int] = {}
    for own, start, end in zip(recurs, lines.bounds, lines.bounds[1:], strict=False):
        documents.update(_recurring([i for i in range(start, end) if not lines.rules[i]], lines.words, own))
    for i in documents:
        lines.rules[i] = RULE_NUMBERS[REPEATED_LINE]
    return documents


def _recurring(rest: Sequence[int], words: Sequence[str], recurs: Recurs) -> dict[int, int]:
    """What recurs of one text.

    Where more than half of the prose recurs, the article itself does: then it loses none of its prose.
    """
    counts = recurs([words[i] for i in rest])
    if not any(counts):
        return {}
    prose = [len(words[i].split()) >= PROSE_WORDS for i in rest]
    length = recurring = 0
    for i, count, is_prose in zip(rest, counts, prose, strict=True):
        length += len(words[i]) * is_prose
        recurring += len(words[i]) * (is_prose and count > 0)
    spared = 2 * recurring > length
    return {i: n for i, n, is_prose in zip(rest, counts, prose, strict=True) if n and not (spared and is_prose)}


def _is_prose(line: str) -> bool:
    """Whether a line is running text: a closed sentence of some length, or many words."""
    length = len(line)
    return length > SHORT_PROSE and (length > LONG_PROSE or line.rstrip("\"'”’)]")[-1:] in ".!?…")


def _is_title(line: str) -> bool:
    return len(line) <= LONG_TITLE and not _is_prose(line) and line[-1] not in ".!;,:"


def _related_lists(lines: Lines, headings: Sequence[int]) -> None:
    """Give the headlines under a heading of a list to it, but never the heading of a paragraph that follows."""
    words, rules = lines.words, lines.rules
    ends = np.array(lines.bounds)[np.searchsorted(lines.bounds, headings, "right")].tolist()
    for heading, end in zip(headings, ends, strict=True):
        for i in range(heading + 1, end):
            if rules[i] or not _is_title(words[i]) or (i + 1 < end and _is_prose(words[i + 1])):
                break
            rules[i] = RULE_NUMBERS["related-list"]


def _stray_captions(lines: Lines) -> None:
    """Remove a repeated title that stands between a paragraph and a heading, and so heads nothing.

    At most `MOST_STRAY` titles of a text are looked up in it, so that time stays linear in its length.
    """
    rule = RULES["stray-caption"]
    words = lines.words
    looked_up: dict[int, int] = {}
    for text, before, line, heading, paragraph in _between_paragraphs(lines, rule.max_chars):
        if (
            rule.test(words[line])
            and _is_prose(words[before]) and _is_title(words[heading]) and _is_prose(words[paragraph])
        ):  # fmt: skip
            looked_up[text] = looked_up.get(text, 0) + 1
            if looked_up[text] > MOST_STRAY:
                continue
            if lines.texts[text].count(words[line], 0, int(lines.starts[line])) >= 2:
                lines.rules[line] = RULE_NUMBERS[rule.id]


def _between_paragraphs(lines: Lines, longest: int) -> list[list[int]]:
    """The text, and four lines in a row that no rule takes and whose lengths are those that a stray caption needs."""
    rest = np.flatnonzero(np.frombuffer(lines.rules, np.uint8) == 0)
    length = lines.lengths[rest]
    text = np.searchsorted(lines.bounds, rest, "right") - 1
    at: npt.NDArray[np.int64] = np.flatnonzero(
        (length[:-3] > SHORT_PROSE) & (length[1:-2] <= longest) & (length[2:-1] <= LONG_TITLE)
        & (length[3:] > SHORT_PROSE) & (text[:-3] == text[3:])
    )  # fmt: skip
    rows: list[list[int]] = np.column_stack((text[at], rest[at], rest[at + 1], rest[at + 2], rest[at + 3])).tolist()
    return rows


def _head(lines: Lines, numbers: range, head: EdgeRules) -> None:
    words, rules = lines.words, lines.rules
    for i in numbers:
        if not rules[i]:
            rule = head.first(words[i])
            if rule is not None:
                rules[i] = RULE_NUMBERS[rule]
            elif _is_prose(words[i]):
                return


def _tail(lines: Lines, numbers: range) -> None:
    for i in reversed(numbers):
        if not lines.rules[i]:
            rule = TAIL.first(lines.words[i])
            if rule is None:
                return
            lines.rules[i] = RULE_NUMBERS[rule]
