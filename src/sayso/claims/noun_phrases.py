"""Noun phrases among the words of a text: who a claim's holder is, as far as words tell."""

from __future__ import annotations

import re

from sayso.claims import words

__all__ = ["noun_phrase", "plain", "until_clause"]

Range = tuple[int, int]


_BEFORE = words.PREPOSITIONS - {"who"} | {"and", "or"} | words.AUXILIARY


def plain(match: re.Match[str]) -> str:
    """A word in lower case, with the apostrophe of a typewriter."""
    return match.group().lower().replace("’", "'")


def until_clause(tokens: list[re.Match[str]]) -> list[re.Match[str]]:
    """The words before a clause that says more of the noun."""
    stop = next((i for i, token in enumerate(tokens) if plain(token) in words.SUBORDINATE), len(tokens))
    return tokens[:stop]


def noun_phrase(tokens: list[re.Match[str]]) -> Range | None:
    """The first noun phrase after the last word that opens a clause, up to a preposition or a relative."""
    said = [plain(token) for token in tokens]
    opened = [i for i, word in enumerate(said) if word in words.SUBORDINATE]
    first = opened[-1] + 1 if opened else 0
    while first < len(said) and said[first] in _BEFORE:
        first += 1
    tokens, said = tokens[first:], said[first:]
    if not tokens:
        return None
    if said[0] in words.PRONOUNS and not (len(tokens) > 1 and said[0] in ("some", "many", "both", "one")):
        return tokens[0].span()
    end = 1
    while end < len(tokens) and end < 9 and said[end] not in words.PREPOSITIONS:
        joined = said[end - 1] == "and"
        if said[end] in words.AUXILIARY or (said[end] in words.DETERMINERS and not joined):
            break
        if said[end] in words.FINITE_WORDS:
            break
        end += 1
    named = tokens[0].group()[0].isupper() or said[0] in words.DETERMINERS or tokens[0].group()[0].isdigit()
    if not named and end > 4:
        return None
    stop = tokens[end - 1].end()
    text = tokens[0].string
    if text[stop - 1] == "." and end == len(tokens):
        stop -= 1
    return tokens[0].start(), stop
