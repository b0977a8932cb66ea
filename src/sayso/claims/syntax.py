"""Claims from a dependency parse with the labels of spaCy's English pipelines (ClearNLP): rules C1 to C10.

The parse says where a clause ends, quotation marks say where a quotation does; the longer of the two is the content.
All ranges here are of tokens, end exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass

from spacy.tokens import Doc, Token

from sayso.claims.clauses import Form
from sayso.claims.cues import Cues
from sayso.claims.extent import content_of, merge
from sayso.claims.holders import after_dateline, neighbour_of, noun_phrase, subject_of
from sayso.claims.text import SUBJECTS, ParsedText, Range, is_edge, is_finite, ranges_of

__all__ = ["Found", "parsed"]

_NEGATIONS = frozenset(("not", "n't", "n’t", "never", "nobody", "none"))


@dataclass(slots=True)
class Found:
    """A claim as tokens.

    Attributes:
        cue: the token's index.
        lemma: the listed lemma of the cue.
        form: which of the forms the content has.
        content: its ranges.
        holder: the holder's range.
        head: the index of the holder's noun.
        negated: whether the cue is.
    """

    cue: int
    lemma: str
    form: Form
    content: list[Range]
    holder: Range | None = None
    head: int | None = None
    negated: bool = False


def parsed(doc: Doc, cues: Cues) -> list[Found]:
    """The claims of a parsed text, in order of their cues; none has its cue inside another's content (C3)."""
    text = ParsedText(doc, cues)
    found: list[Found] = []
    for token in text.tokens:
        lemma = cues.lemma(token.text)
        if lemma is None or text.block[token.i] < 0 or (text.heading[token.i] and not cues.headings):
            continue
        if text.quote[token.i] >= 0:
            continue  # what a quotation says is of whom it quotes
        claim = _according(text, token) if lemma == "according" else _verb(text, token, lemma)
        if claim is not None:
            found.append(claim)
    return _one_level(found)


def _verb(text: ParsedText, v: Token, lemma: str) -> Found | None:
    if not _is_verb(v):
        return None
    if lemma == "say" and text.lower(v.i - 1) in ("that", "having") and text.lower(v.i + 1) == ",":
        opens = v.i - 1 == v.sent.start or text.tokens[v.i - 2].dep_ == "cc"
        if v.i and opens:
            return None  # 'That said, ...' joins two sentences
    found = content_of(text, v, lemma)
    if found is None:
        return None
    form, content = found
    if not content:
        return None  # nothing but punctuation between quotation marks
    claim = Found(v.i, lemma, form, content)
    subject = subject_of(text, v)
    if subject is not None and any(a <= subject.i < b for a, b in content):
        subject = None
    if subject is None:
        subject = neighbour_of(text, v, content)
    if subject is not None:
        subject = after_dateline(text, v, subject)
        claim.head = subject.i
        claim.holder = noun_phrase(text, subject, v)
    if not text.cues.writer and subject is not None and subject.text == "I" and text.quote[subject.i] < 0:
        return None  # C2: the writer of the text
    claim.negated = any(c.dep_ == "neg" or c.lower_ in _NEGATIONS for c in v.children if c.i < v.i) or (
        v.dep_ == "xcomp" and any(c.dep_ == "neg" for c in v.head.children)
    )
    return claim


def _is_verb(v: Token) -> bool:
    if v.tag_ == "VBD":
        return v.dep_ not in ("aux", "auxpass")
    if v.dep_ in ("amod", "compound", "aux", "auxpass", "nmod", "case"):
        return any(c.dep_ == "aux" for c in v.children)
    if v.tag_.startswith("VB"):
        return True
    if any(c.dep_ in SUBJECTS for c in v.children) and any(c.dep_ == "ccomp" for c in v.children):
        return True
    return v.dep_ == "ROOT" and v.tag_ == "NNS" and v.i + 1 < len(v.doc) and v.nbor().lower_ == "that"


def _according(text: ParsedText, a: Token) -> Found | None:
    if a.i + 1 >= len(text.tokens) or text.tokens[a.i + 1].lower_ != "to":
        return None
    to = text.tokens[a.i + 1]
    noun = next((x for x in to.children if x.dep_ == "pobj"), None) or next(
        (x for x in a.children if x.dep_ == "pobj"), None
    )
    phrase = {a.i, to.i}
    if noun is not None:
        phrase.update(range(noun.left_edge.i, noun.right_edge.i + 1))
    h = a.head
    while h.head != h and not (h.pos_ in ("VERB", "AUX") and (is_finite(h) or h.dep_ in ("ccomp", "ROOT"))):
        h = h.head
    while is_finite(h.head) and (h.dep_ == "conj" or (h.dep_ == "advcl" and _contrasts(h))):
        h = h.head  # What stands at the end of joined clauses is said of all of them.
    if h == a or text.block[h.i] != text.block[a.i]:
        return None
    after = max(phrase) + 1
    if after < len(text.tokens) and not is_edge(text.tokens[after]) and a.i > h.left_edge.i:
        # 'according to figures that the council released': a clause of the holder's, wherever the parse has hung it.
        members = [t.i for t in h.subtree if t.i < a.i]
    else:
        members = [t.i for t in h.subtree if t.i not in phrase]
    while members and (text.tokens[members[0]].dep_ == "cc" or is_edge(text.tokens[members[0]])):
        members = members[1:]
    content = merge(text, a, ranges_of(text, a, members, phrase))
    if not content:
        return None
    claim = Found(a.i, "according", "according", content)
    if noun is not None:
        claim.head, claim.holder = noun.i, noun_phrase(text, noun, a)
    return claim


def _contrasts(clause: Token) -> bool:
    """Whether a clause is subordinate by its form only: 'while Berg lost two ships'."""
    return any(c.dep_ == "mark" and c.lower_ in ("while", "whereas", "though", "although") for c in clause.children)


def _one_level(found: list[Found]) -> list[Found]:
    """Drop the claims whose cue is inside another's content (C3); of two inside each other, the second."""

    def inside(a: Found, b: Found) -> bool:
        return any(start <= a.cue < end for start, end in b.content)

    kept: list[Found] = []
    for claim in found:
        if any(
            inside(claim, other)
            for other in found
            if other is not claim and not (inside(other, claim) and claim.cue < other.cue)
        ):
            continue
        kept.append(claim)
    return kept
