"""Whether a sentence states something that could be checked, guessed from its form by the rules V1 to V5."""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["Verdict", "verifiable"]

_MIND = re.compile(
    r"\b(?:think|thinks|thought|believe|believes|believed|believing|hope|hopes|hoped|hoping|reali[sz](?:e|es|ed|ing)"
    r"|regret|regrets|regretted|regretting|want|wants|wanted|wish|wishes|wished|feel|feels|felt|fear|fears|feared|doubt"
    r"|doubts|doubted|understand|understands|understood|tr(?:y|ies|ied|ying)\ to|attempt(?:s|ed|ing)?\ to|sorry)\b"
)
_DUTY = re.compile(r"\b(?:should|must|ought|deserves?|needs?\ to|let\ us|let's|let’s)\b", re.IGNORECASE)
_LIKE_IT = re.compile(
    r"\b(?:is|are|was|were|seems?|looks?)\ (?:(?:so|very|truly|really|simply|just)\ )?(?:a\ )?\w+[.!]?\Z"
)


class Verdict(NamedTuple):
    """`yes` or `no`, and how often such a one was right, in per cent."""

    label: str
    score: int


def verifiable(sentence: str, *, heading: bool, claim: bool, amount: bool) -> Verdict:
    """Guess the label of a sentence.

    Args:
        heading: it is one.
        claim: somebody's words are reported in it.
        amount: there is a date or an amount in it.
    """
    if heading or sentence.rstrip("\"'”’)").endswith("?"):
        return Verdict("no", 95)
    if claim:
        return Verdict("yes", 95)
    if _MIND.search(sentence) and not amount:
        return Verdict("no", 60)
    if (_DUTY.search(sentence) or _LIKE_IT.search(sentence)) and not amount:
        return Verdict("no", 60)
    return Verdict("yes", 85)
