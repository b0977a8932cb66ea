"""The type of a claim from its words: plan, fact or view, the first that fits, as in rules C10 to C12."""

from __future__ import annotations

import re

from sayso.claims.cues import Cues

__all__ = ["claim_type"]

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_FUTURE = frozenset(("will", "won't", "shall", "would", "wouldn't"))
_CONTRACTED = ("'ll", "'d")
_GOING = re.compile(r"\b(?:is|are|am|was|were|'s|'re|’s|’re)(?: not)? (?:going|set|due|about|scheduled|expected) to\b")
# What these open is beside the point: 'the port, which will close, was safe' is no plan.
_SUBORDINATE = frozenset(
    (
        "who",
        "which",
        "whose",
        "because",
        "when",
        "if",
        "unless",
        "while",
        "where",
        "until",
        "after",
        "before",
        "although",
        "though",
    )
)
_COPULAS = frozenset(
    ("is", "are", "was", "were", "be", "been", "being", "am", "isn't", "aren't", "wasn't", "weren't", "it's", "that's",
     "he's", "she's", "they're", "you're", "we're", "i'm", "seems", "seemed", "looks", "looked", "remains", "remained",
     "made", "makes", "make", "making", "happened", "as")
)  # fmt: skip
_DETERMINERS = frozenset(
    ("a", "an", "the", "very", "so", "too", "not", "such", "some", "more", "most", "really", "quite", "just", "really",
     "absolutely", "deeply", "totally", "completely", "simply", "no", "truly", "one", "of", "and", "having", "kind")
)  # fmt: skip
_FIRST = frozenset(("i", "we", "i'm", "we're", "i've", "we've", "he", "she", "they", "he's", "she's", "they're"))
_EVIDENCE = re.compile(r"\d|\b(?:million|billion|percent|per cent|dozens?|hundreds?|thousands?)\b", re.IGNORECASE)


def claim_type(lemma: str, content: str, cues: Cues) -> str:
    """`plan`, `fact` or `view`.

    Plan is an act that is to come or a prediction; view is what ought to be, a state of mind, a question, an appeal or
    a judgement; all else is fact.

    Args:
        lemma: the cue's.
        content: its spans, joined by a space.
    """
    plain = content.lower().replace("’", "'")
    words = _WORD.findall(plain)
    lists = cues.type
    if not words:
        return "view"
    if lemma in lists["forecast"]:
        return "plan"
    if words[0] == "to":
        if lemma in lists["commissive"]:
            return "plan"
        if lemma in lists["directive"]:
            return "view"
    main = _main(words)
    if content.rstrip(" \"'”’").endswith("?") or not lists["duty"].isdisjoint(main) or "have to" in content:
        return "view"
    if not _FUTURE.isdisjoint(main) or ("'" in plain and any(word.endswith(_CONTRACTED) for word in main)):
        return "plan" if "if" not in words or not {"would", "wouldn't"} & set(main) else "view"
    if " to" in content and _GOING.search(content):
        return "plan"
    if _of_mind(main, lists["mind"]) or _judges(main, lists["evaluative"], content):
        return "view"
    return "fact"


def _main(words: list[str]) -> list[str]:
    """The words of the main clause, about: up to a subordinate one that does not open the content."""
    start = 1 if words[0] == "that" else 0
    for i in range(start + 1, len(words)):
        if words[i] in _SUBORDINATE:
            return words[start:i]
    return words[start:]


def _of_mind(words: list[str], mind: frozenset[str]) -> bool:
    """Whether the clause says first of all what somebody thinks, feels or tries."""
    if not words or words[0] not in _FIRST:
        return False
    head = words[1:5]
    return any(word in mind or (word.endswith("s") and word[:-1] in mind) for word in head)


def _judges(words: list[str], evaluative: frozenset[str], content: str) -> bool:
    """Whether nothing but a judgement is left: an evaluative predicate, and no figure beside it."""
    if evaluative.isdisjoint(words) or _EVIDENCE.search(content):
        return False
    for i, word in enumerate(words):
        if word not in evaluative:
            continue
        before = words[:i]
        while before and (before[-1] in _DETERMINERS or before[-1] in evaluative or before[-1].endswith("ly")):
            before = before[:-1]
        following = words[i + 1] if i + 1 < len(words) else "of"
        # 'a breach of trust', but not 'the shameless firm'.
        if before[-1] in _COPULAS if before else following in ("of", "to", "that", "for"):
            return True
    return False
