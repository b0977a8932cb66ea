"""Who holds a claim: the cue's subject or agent, and the noun phrase of it that rule C7 takes."""

from __future__ import annotations

from spacy.tokens import Token

from sayso.claims.text import FINITE, ParsedText, Range, before_bracket, is_finite

__all__ = ["NAMED", "after_dateline", "noun_phrase", "subject_of"]

NAMED = frozenset(("PER", "PERSON", "ORG", "LOC", "GPE", "NORP", "PROD", "FAC"))
"""Labels of entity spans that may hold a claim: ours and OntoNotes."""

_PREMODIFIERS = frozenset(
    ("det", "amod", "compound", "nummod", "poss", "quantmod", "nmod", "predet", "advmod", "case", "punct", "neg")
)


def subject_of(text: ParsedText, v: Token, depth: int = 0) -> Token | None:
    """The head of the holder's phrase, as the cue's syntax gives it."""
    if depth > 4:
        return None
    if v.i in text.governor:
        return subject_of(text, text.tokens[text.governor[v.i]], depth + 1)
    passive = any(c.dep_ == "auxpass" for c in v.children) or (
        v.tag_ == "VBN" and v.dep_ in ("acl", "advcl", "prep") and not any(c.dep_ == "aux" for c in v.children)
    )
    if passive:
        for c in v.children:
            if c.dep_ == "agent" or (c.lower_ == "by" and c.dep_ == "prep"):
                return next((x for x in c.children if x.dep_ == "pobj"), None)
        if depth == 0:
            return None
    subjects = [c for c in v.children if c.dep_ in ("nsubj", "nsubjpass")]
    dated = [c for c in subjects if c.ent_type_ not in ("DATE", "TIME")]
    subjects = [c for c in dated if c.i < v.i][-1:] or dated or subjects
    if subjects:
        c = subjects[0]
        if c.dep_ == "nsubjpass" and depth == 0:
            return None
        if c.tag_ in ("WP", "WDT") or c.lower_ == "that":
            return v.head if v.dep_ == "relcl" else None
        return c
    if (
        v.dep_ == "relcl"
        and depth == 0
        and v.head.pos_ in ("NOUN", "PROPN", "PRON")
        and not any(c.dep_ in ("nsubj",) for c in v.children)
    ):
        return v.head
    if v.dep_ == "acl" and v.tag_ == "VBG" and v.i and v.nbor(-1).text == ",":
        verb = next((a for a in v.ancestors if a.pos_ in ("VERB", "AUX")), None)
        if verb is not None:
            return subject_of(text, verb, depth + 1)
    if v.dep_ == "acl":
        return v.head if v.head.pos_ in ("NOUN", "PROPN", "PRON") else subject_of(text, v.head, depth + 1)
    if v.dep_ in ("conj", "xcomp", "advcl", "parataxis", "dep"):
        above = v.head
        while text.quote[above.i] >= 0 > text.quote[v.i] and above.head != above:
            above = above.head  # A verb outside quotation marks is joined to none within.
        return subject_of(text, above, depth + 1) if above != v else None
    if v.dep_ == "pcomp":
        governor = v.head.head
        if governor.pos_ in ("VERB", "AUX"):
            blamed = next((c for c in governor.children if c.dep_ == "dobj" and c.i < v.i), None)
            if v.head.lower_ == "for" and blamed is not None:
                return blamed  # 'fined Berg for saying that'
            return subject_of(text, governor, depth + 1)
        if governor.pos_ in ("NOUN", "PROPN"):
            return subject_of(text, governor.head, depth + 1) if governor.head.pos_ in ("VERB", "AUX") else None
    if v.dep_ == "ccomp" and depth == 0 and not is_finite(v):
        return subject_of(text, v.head, depth + 1)
    return None


def after_dateline(text: ParsedText, v: Token, subject: Token) -> Token:
    """The subject, but not the place in 'NORVIK (HT) — Ada Lindqvist said'."""
    first = v.i
    while first and text.block[first - 1] == text.block[v.i]:
        first -= 1
    dash = next((i for i in range(first, min(first + 14, v.i)) if text.tokens[i].text in ("—", "–", "--", "-")), None)
    if dash is None or not subject.i < dash or not text.tokens[first].is_upper or dash + 1 >= v.i:
        return subject
    at = text.tokens[dash + 1]
    while at.dep_ in _PREMODIFIERS and at.i < at.head.i < v.i:
        at = at.head
    return at if at.pos_ in ("NOUN", "PROPN", "PRON") else subject


def neighbour_of(text: ParsedText, v: Token, content: list[Range]) -> Token | None:
    """The noun beside a cue that parenthesises a quotation, where the parse has lost its subject."""
    if any(c.dep_ in ("auxpass",) for c in v.children) or not content or not is_finite(v):
        return None
    for i in (v.i + 1, before_bracket(text, v.i - 1)):
        if 0 <= i < len(text.tokens) and text.quote[i] < 0 and not any(a <= i < b for a, b in content):
            at = text.tokens[i]
            steps = 0
            while at.dep_ in _PREMODIFIERS and at.head.i > at.i and steps < 8:
                at, steps = at.head, steps + 1
            if (
                at.pos_ in ("NOUN", "PROPN", "PRON")
                and at.i != v.i
                and at.tag_ not in ("WDT", "WP")
                and at.ent_type_ not in ("DATE", "TIME")
            ):
                return at
    return _before_apposition(text, v, content)


def _before_apposition(text: ParsedText, v: Token, content: list[Range]) -> Token | None:
    """The noun before what stands between two commas, dashes or brackets: 'Ada Lindqvist, the mayor, also said'."""
    tokens, i, low = text.tokens, v.i - 1, v.sent.start
    while i > low and (tokens[i].dep_ in ("aux", "advmod", "neg") and tokens[i].head == v):
        i -= 1
    mark = tokens[i].text
    if i <= low or mark not in (",", "—", "–", "--", "-"):
        return None
    j = next((j for j in range(i - 2, max(low, i - 40), -1) if tokens[j].text == mark and _inserted(text, j, i)), None)
    if j is None or any(text.quote[k] >= 0 or a <= k < b for k in (j - 1, j + 1) for a, b in content):
        return None
    at = tokens[j - 1]
    while at.dep_ in _PREMODIFIERS and at.i < at.head.i < j:
        at = at.head
    while at.dep_ in ("pobj", "prep", "compound") and at.head.i < at.i and at.head.pos_ in ("ADP", "NOUN", "PROPN"):
        at = at.head
    return at if at.pos_ in ("NOUN", "PROPN", "PRON") and at.ent_type_ not in ("DATE", "TIME") else None


def _inserted(text: ParsedText, start: int, end: int) -> bool:
    """Whether two marks hold something between a noun and its verb: no clause but a relative one or one in a phrase."""
    before, between = text.tokens[start - 1], text.tokens[start + 1 : end]
    if before.pos_ not in ("NOUN", "PROPN", "PRON") or before.ent_type_ in ("DATE", "TIME"):
        return False
    if between[0].tag_ in ("WP", "WDT", "WP$", "WRB") or between[0].dep_ in ("prep", "mark"):
        return True
    return not any(t.tag_ in FINITE and not any(a.dep_ == "relcl" for a in (t, *t.ancestors)) for t in between)


def noun_phrase(text: ParsedText, h: Token, v: Token) -> Range:
    """The noun with its article and what stands before it (C7); a name only, where an entity span has it."""
    start = h.i
    for c in sorted(h.lefts, key=lambda c: -c.i):
        if (
            c.dep_ in _PREMODIFIERS
            and not (c.dep_ == "punct" and c.text not in ("-", "‑", "–"))
            and c.right_edge.i + 1 == start
        ):
            start = c.left_edge.i
        else:
            break
    end = h.i + 1
    last = h
    while True:
        conj = next((c for c in last.children if c.dep_ == "conj" and c.i > last.i), None)
        if conj is None or v.i in range(h.i, conj.i) or conj.pos_ not in ("NOUN", "PROPN", "PRON"):
            break
        if conj.left_edge.i > end + 2:
            break
        last, end = conj, conj.i + 1
    if end == h.i + 1 and h.ent_type_ in NAMED:
        first, stop = h.i, h.i + 1
        while first > 0 and text.tokens[first].ent_iob_ == "I":
            first -= 1
        while stop < len(text.tokens) and text.tokens[stop].ent_iob_ == "I":
            stop += 1
        # A recogniser's name may hold the article, white space and the end of a line.
        first = max(first, next((i + 1 for i in range(h.i, first, -1) if text.block[i] != text.block[h.i]), first))
        stop = min(stop, next((i for i in range(h.i, stop) if text.block[i] != text.block[h.i]), stop))
        while first < h.i and (text.tokens[first].is_space or text.tokens[first].lower_ in ("the", "a", "an")):
            first += 1
        while stop > h.i + 1 and (text.tokens[stop - 1].is_space or text.tokens[stop - 1].tag_ in ("POS", ",")):
            stop -= 1
        if not first <= v.i < stop:
            return first, stop
    return start, end
