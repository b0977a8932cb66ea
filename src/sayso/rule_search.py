"""Find the rules that take lines, without trying all of them on each line."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from typing import TypeAlias

from sayso.form_rules import FORM_RULES
from sayso.rule_forms import BULLETS, Forms, Match, Rule, bare_of, line_key, phrase_of

__all__ = ["EdgeRules", "rules_anywhere"]


class EdgeRules:
    """Rules that take lines at the head or the tail of a text."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._all = tuple(rules)
        self._of_own_kind = tuple(rule for rule in rules if not isinstance(rule.test, Forms))
        forms = [rule for rule in rules if isinstance(rule.test, Forms)]
        self._openings = frozenset(start[:3] for rule in forms for start in rule.starts)
        self._closes = tuple(close for rule in forms for close in rule.test.closes)  # type: ignore[attr-defined]

    def first(self, line: str) -> str | None:
        """The id of the first rule that takes a line."""
        for rule in self._all if self._may_be_a_form(line) else self._of_own_kind:
            if len(line) <= rule.max_chars and rule.test(line):
                return rule.id
        return None

    def _may_be_a_form(self, line: str) -> bool:
        """False for most lines that none of the patterns match: it takes far less time to see than to try them."""
        bare = line.strip(BULLETS)
        # Patterns take some letters beyond ASCII for an s, an i or a k.
        if not bare.isascii():
            return True
        opening = bare[:3].lower()
        return (
            opening in self._openings or opening[:2] in self._openings or opening[:1].isdigit()
            or (bare.lower().endswith(self._closes))
        )  # fmt: skip


_Candidate: TypeAlias = tuple[str, int, int, frozenset[str], Match]
"""A rule's id, its longest line and longest phrase, its phrases with the first word in question, and its patterns."""


def _index() -> dict[str, tuple[_Candidate, ...]]:
    index: dict[str, list[_Candidate]] = {}
    for rule in FORM_RULES:
        if rule.place == "anywhere" and isinstance(rule.test, Forms):
            for word in sorted(rule.starts):
                phrases = frozenset(phrase for phrase in rule.test.phrases if line_key(phrase) == word)
                longest = rule.test.longest if phrases else 0
                index.setdefault(word, []).append((rule.id, rule.max_chars, longest, phrases, rule.test.match))
    return {word: tuple(rules) for word, rules in index.items()}


_BY_FIRST_WORD = _index()
_ANY: tuple[_Candidate, ...] = (("", 0, 0, frozenset(), None),)
_LONGEST = max(rule.max_chars for rule in FORM_RULES if rule.place == "anywhere")
_NO_WORD = ("", *BULLETS)


class _Candidates(dict[str, tuple[_Candidate, ...]]):
    """The rules that could take a line, by what stands before its first space; `_ANY` where only the line can tell.

    Bounded, so that a long run holds no more than a short one.
    """

    def __missing__(self, opening: str) -> tuple[_Candidate, ...]:
        rules = _ANY if opening[:1] in _NO_WORD else _BY_FIRST_WORD.get(line_key(opening), ())
        if len(opening) <= 32:
            if len(self) == 1 << 16:
                self.clear()
            self[opening] = rules
        return rules


_CANDIDATES = _Candidates()


def rules_anywhere(lines: Sequence[str]) -> list[tuple[int, str]]:
    """The lines that some rule takes wherever they stand: the number of each, and the id of the first such rule."""
    candidates = list(map(_CANDIDATES.__getitem__, [line.partition(" ")[0] for line in lines]))
    taken = []
    for i in compress(range(len(lines)), candidates):
        if len(lines[i]) <= _LONGEST:
            rule = _rule_of(lines[i], candidates[i])
            if rule is not None:
                taken.append((i, rule))
    return taken


def _rule_of(line: str, candidates: tuple[_Candidate, ...]) -> str | None:
    """The id of the first of the candidates that takes a line."""
    size = len(line)
    bare = phrase = ""
    if candidates is _ANY:
        candidates = _BY_FIRST_WORD.get(line_key(line), ())
    for rule, most, longest, phrases, match in candidates:
        if size > most:
            continue
        bare = bare or bare_of(line)
        if size <= longest:
            phrase = phrase or phrase_of(bare)
            if phrase in phrases:
                return rule
        if match and match(bare):
            return rule
    return None
