"""What a cleaning rule is, and rules that know lines by their phrases and patterns.

Every test runs in time linear in the line: patterns are only tried on lines of at most `max_chars` code points
and are anchored at the line's start; longer lines are left alone without being scanned.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["BULLETS", "Forms", "Match", "Place", "Rule", "bare_of", "form_rule", "line_key", "phrase_of"]

Place = Literal["anywhere", "head", "tail", "edge"]
Test = Callable[[str], bool]
Match: TypeAlias = Callable[[str], re.Match[str] | None] | None


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason to remove a line.

    Attributes:
        id: kebab-case, stable once published.
        description: one sentence for people.
        place: `anywhere`, `head` (before the first paragraph of running text) `tail`
            (nothing kept after it) or `edge` (either).
        starts: first words, lower case, as `line_key` gives them; empty for a rule with a test of its own kind.
        test: tells of a stripped line of at most `max_chars` code points whether the rule takes it.
        takes: invented lines that the rule removes.
        leaves: the nearest invented lines that it must leave alone.
        max_chars: longer lines are never touched.
        heads_list: whether the short lines that follow belong to it (a list of links under its heading).
    """

    id: str
    description: str
    place: Place
    starts: frozenset[str]
    test: Test
    takes: tuple[str, ...]
    leaves: tuple[str, ...]
    max_chars: int = 240
    heads_list: bool = False


BULLETS = " \t*•·-–—|»›>▶►→#@✓☰✉📧"
# A counter or an arrow at either edge says nothing about what a line is.
TRAILING = " \t.:…!»›>→▼|*"


def line_key(line: str) -> str:
    """The first word of a line in lower case, `0` for a number, or the sign it opens with.

    This is how a line finds the few rules that could take it, so that most lines meet none.
    """
    text = line.lstrip(BULLETS)
    if not text:
        return ""
    first = text.split(None, 1)[0] if len(text) < 64 else text[:64].split(None, 1)[0]
    if first[0] in "©(&<":
        return first[0]
    word = first.strip("\"'“”‘’.,:;!?)]…»*|").lower()
    return "0" if word[:1].isdigit() else word


class Forms:
    """What the lines of a rule look like: whole phrases, and patterns anchored at both ends of the line."""

    def __init__(self, phrases: str, patterns: Sequence[str], closes: str = "") -> None:
        self.phrases = frozenset(" ".join(phrase.split()) for phrase in phrases.split("|")) - {""}
        # A counter's or an arrow's room beyond the longest phrase: a longer line is none of them.
        self.longest = max(map(len, self.phrases), default=-17) + 16
        self.closes = tuple(closes.split())
        pattern = "|".join(f"(?:{pattern})" for pattern in patterns)
        self.match: Match = re.compile(pattern, re.IGNORECASE).fullmatch if pattern else None

    def __call__(self, line: str) -> bool:
        """Whether a line looks so."""
        bare = bare_of(line)
        return (len(line) <= self.longest and phrase_of(bare) in self.phrases) or bool(self.match and self.match(bare))


def bare_of(line: str) -> str:
    """A line without its bullets."""
    return line.strip(BULLETS).replace("’", "'")


def phrase_of(bare: str) -> str:
    """What is compared with phrases: lower case, without counters and arrows, one space between words."""
    return " ".join(bare.rstrip(TRAILING).lower().split())


def form_rule(
    id: str,
    description: str,
    *,
    place: Place = "anywhere",
    phrases: str = "",
    patterns: tuple[str, ...] = (),
    starts: str = "",
    closes: str = "",
    takes: tuple[str, ...],
    leaves: tuple[str, ...],
    max_chars: int = 240,
    heads_list: bool = False,
) -> Rule:
    """A rule of whole phrases, set apart by bars, and of anchored patterns.

    `starts` lists the first words of the patterns; one that may start with any word has its last words in `closes`.
    """
    forms = Forms(phrases, patterns, closes)
    first_words = frozenset(map(line_key, forms.phrases)) | frozenset(starts.split())
    return Rule(
        id, description, place, first_words,
        forms,
        takes, leaves, max_chars, heads_list,
    )  # fmt: skip
