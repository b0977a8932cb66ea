"""Quotation marks in pairs: where a text quotes, whatever marks it uses."""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["Quotation", "quotations"]


class Quotation(NamedTuple):
    """What stands between two quotation marks; code points, end exclusive, the marks outside.

    Attributes:
        start, end: the words that are quoted.
        outer_start, outer_end: the same with the marks; `outer_end` equals `end` where the closing mark is missing.
    """

    start: int
    end: int
    outer_start: int
    outer_end: int


# A set of characters comes first, for which the engine can search; double marks are whole by themselves.
_MARK = re.compile(
    r"[\"“”„«»'`‘’](?:(?<=[\"“”„«»])|(?<=')'|(?<=`)`|(?<=‘)‘|(?<=’)’|(?<=[‘'])(?<!\w.)(?=\w)"
    r"|(?<=['’])(?<=[\w.,!?…].)(?!\w))"
)
_OPENS = "“„«"
_CLOSES = "”»"


def quotations(text: str, start: int, end: int) -> list[Quotation]:
    """The quotations of a block, in order, none inside another.

    A mark that is missing at the end of the block is taken to stand there: a quotation of many paragraphs closes only
    its last one. A single mark opens a quotation only if another one closes it in the block.

    Args:
        text: the whole text.
        start, end: the block.
    """
    found: list[Quotation] = []
    opening: tuple[int, int, str] | None = None
    for match in _MARK.finditer(text, start, end):
        mark = match.group()
        first, last = match.span()
        single = len(mark) == 1 and mark in "‘'’"
        if opening is None:
            before = text[first - 1 : first] if first > start else ""
            if mark in _CLOSES or (single and (before.isalnum() or mark == "’" or not _closed(text, last, end, mark))):
                continue
            if (
                not single
                and mark not in _OPENS
                and last < end
                and text[last].isspace()
                and before
                and not before.isspace()
            ):
                continue
            opening = (first, last, mark)
        elif _pairs(opening[2], mark, text, first, last):
            found.append(Quotation(opening[1], first, opening[0], last))
            opening = None
    if opening is not None and opening[2] not in "‘'":
        found.append(Quotation(opening[1], end, opening[0], end))
    return found


def _pairs(opening: str, mark: str, text: str, first: int, last: int) -> bool:
    """Whether a mark closes what the opening mark opened."""
    if opening in ("‘", "'"):
        # The apostrophe of a plural is followed by its noun, a closing mark rarely by a lower-case word after 's'.
        if mark not in ("’", "'"):
            return False
        plural = text[first - 1] == "s" and text[last : last + 1].isspace() and text[last + 1 : last + 2].islower()
        return not plural
    if opening in ("“", "„"):
        return mark in ("”", "’’", "''") or (opening == "„" and mark == "“")
    if opening == "«":
        return mark == "»"
    if opening in ("''", "``", "‘‘"):
        return mark in ("''", "’’")
    return mark in ('"', "”")


def _closed(text: str, position: int, end: int, mark: str) -> bool:
    closing = "’" if mark == "‘" else "'"
    end = min(end, position + 2000)  # so that time stays linear
    while (position := text.find(closing, position, end)) >= 0:
        if _pairs(mark, closing, text, position, position + 1) and not text[position + 1 : position + 2].isalnum():
            return True
        position += 1
    return False
