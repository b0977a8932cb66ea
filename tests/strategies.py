"""Texts for Hypothesis, and a measure of growth, that several tests share. All names in them are invented."""

from __future__ import annotations

import gc
from collections.abc import Callable
from time import process_time

from hypothesis import strategies as st

from sayso.rules import RULES

LINE_BREAKS = ("\n", "\n\n", "\r\n", "\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029")
SPACES = (" ", "  ", "\t", "\u00a0", "\u2003", "\u3000", "\x1f", "\ufeff", "\u200b")
PROSE = (
    "The harbour board of Example City met on Monday and put off the vote on the new pier.",
    "Ada Lindqvist told the meeting that the ferry would sail again before the winter.",
    "“We lost a year,” she said, “and nobody asked why.” The board had no answer for her!",
    "😀 Was the fire an accident? Norvik Line, which owns the quay, would not say so on Tuesday.",
)
TITLES = ("Harbour Fire Inquiry", "What the board knew", "Why Did It Burn?", "• A point of order", "Fig. 1: The quay")
FRAGMENTS = (
    *("U.S.", "Mr.", "J.", "No.", "Inc.", "Jan.", "e.g.", "p.m.", "St.", "Ph.D.", "etc.", "v.", "al."),
    *("5", "3.5", "1.", "2019", "[9]", "(Reuters)", "a@b.com", "www.b.com", "iPhone"),
    *(".", "!", "?", "…", "...", "?!", ".”", "?”", '."', "!'", ".)", "—", "-", "“", '"', "(", ",", ";"),
    *("Lund", "said", "The", "harbour", "safe.", "Really?", "it", "I", "😀", "ß", "É", "中"),
)

EXAMPLES = tuple(line for rule in RULES.values() for line in (*rule.takes, *rule.leaves))

any_text = st.text(max_size=60)
lines = st.one_of(
    st.sampled_from(EXAMPLES),
    st.sampled_from(PROSE),
    st.sampled_from(TITLES),
    st.lists(st.sampled_from((*FRAGMENTS, " ", "\u00a0")), max_size=12).map("".join),
    any_text,
)
"""A line of a scraped page, or what may stand in its place."""

pages = st.lists(st.one_of(lines, st.sampled_from(LINE_BREAKS), st.sampled_from(SPACES)), max_size=24).map("".join)
"""Whole texts: lines of every sort between breaks and spaces of every sort."""

running_text = st.one_of(
    st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.sampled_from(SPACES)), max_size=30).map("".join),
    st.lists(st.sampled_from(FRAGMENTS), max_size=20).map(" ".join),
    pages,
)
"""What stands in a block: mostly the places where a sentence could end."""


def growth(run: Callable[[str], object], text: Callable[[int], str], size: int, enough: float = 4.0) -> float:
    """How much longer a text of 8 * size takes than eight texts of one size: about 1 if time is linear, 8 if quadratic.

    The least of up to five measurements of each counts, so that other work on the machine does not; measuring ends as
    soon as the growth is below `enough`.
    """
    short, long = text(size), text(8 * size)
    least_short = least_long = float("inf")
    for _ in range(5):
        least_short = min(least_short, _seconds(lambda: [run(short) for _ in range(8)]))
        least_long = min(least_long, _seconds(lambda: run(long)))
        if least_long < enough * least_short:
            break
    return least_long / least_short


def _seconds(work: Callable[[], object]) -> float:
    gc.collect()
    gc.disable()  # collections grow with all that is alive in the process, not with the text
    try:
        start = process_time()
        work()
        return process_time() - start
    finally:
        gc.enable()
