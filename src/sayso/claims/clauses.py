"""The clause, infinitive or phrase that a parse gives as the content of a cue: the forms of rule C1."""

from __future__ import annotations

from spacy.tokens import Token

from sayso.claims.holders import NAMED
from sayso.claims.text import FINITE, SUBJECTS, ParsedText, Range, before_bracket, is_edge, is_finite, ranges_of

__all__ = ["Clause", "Form", "clause_of"]

Form = str
"""that | bare | question | quotation | parenthesis | infinitive | object | according"""

Clause = tuple[Form, list[Range]]

_WH = frozenset(("what", "who", "whom", "whose", "which", "how", "why", "where", "when", "whether", "if"))

# Verbs after which a finite clause is what is said, though the parse has lost it.
_SAYING = frozenset(
    ("add", "argue", "assert", "claim", "conclude", "contend", "insist", "note", "predict", "say", "warn")
)  # fmt: skip
# What a phrase after an object may name that is not the object's: where, and to whom it was said.
_SETTINGS = frozenset(
    ("address", "answer", "article", "book", "briefing", "call", "column", "conference", "court", "debate", "detail",
     "e-mail", "email", "emails", "filing", "hearing", "interview", "interviews", "letter", "letters", "memo",
     "message", "note", "part", "post", "posts", "private", "public", "release", "remarks", "report", "response",
     "speech", "speeches", "statement", "statements", "testimony", "turn", "tweet", "tweets", "video")
)  # fmt: skip
_HEARERS = frozenset(
    ("audience", "board", "colleagues", "committee", "congress", "council", "court", "crowd", "employees",
     "investigators", "journalists", "judge", "jury", "lawmakers", "media", "members", "parliament", "police", "press",
     "prosecutors", "public", "readers", "reporters", "staff", "supporters", "viewers", "voters", "workers")
)  # fmt: skip


def clause_of(text: ParsedText, v: Token, lemma: str) -> Clause | None:
    """What the parse gives as the content: the first that is there of the forms below."""
    children = list(v.children)
    right = [c for c in children if c.i > v.i]
    for rule in (_infinitive, _finite_clause, _object):
        found = rule(text, v, lemma, right)
        if found is not None:
            return found if found[1] else None
    for c in children:
        if c.i < v.i and c.dep_ == "ccomp" and (is_finite(c) or text.quote[c.i] >= 0):
            run = _run(text, v, c)
            if run:
                return "parenthesis", run
    around = _around(text, v)
    if around:
        return "parenthesis", around
    late = _late(text, v, lemma) or _interrupting(text, v, lemma)
    if late is not None:
        return late
    if lemma in text.cues.object and any(c.dep_ == "auxpass" for c in children):
        for c in children:  # The closure was confirmed by the board.
            if c.dep_ == "nsubjpass" and c.lower_ not in ("it", "which", "that", "who"):
                about = [x for x in right if x.dep_ == "prep" and x.lower_ in ("as", "for", "over")]
                return "object", _run(text, v, c) + [r for x in about[:1] for r in _run(text, v, x)]
    return None


def _infinitive(text: ParsedText, v: Token, lemma: str, right: list[Token]) -> Clause | None:
    """C1c: 'to', under the cue or under its addressee."""
    if lemma not in text.cues.infinitive:
        return None
    if any(c.dep_ == "ccomp" and is_finite(c) for c in right):
        return None
    below = [x for c in right if c.dep_ in ("dobj", "dative", "prep", "npadvmod", "ccomp") for x in c.children]
    below += [x for c in below if c.dep_ == "pobj" for x in c.children]
    for c in (*right, *below):
        if c.i > v.i and c.dep_ in ("xcomp", "ccomp", "advcl", "acl", "relcl") and not is_finite(c):
            start = next((x.i for x in c.children if x.tag_ == "TO" and x.i > v.i), None)
            if start is not None and text.quote[start] == text.quote[v.i]:
                return "infinitive", _run(text, v, c, start)
    return None


def _finite_clause(text: ParsedText, v: Token, lemma: str, right: list[Token]) -> Clause | None:
    """C1a: a clause with or without 'that', under the cue or under the noun after it (C8)."""
    cues = text.cues
    for c in right:
        if (
            c.dep_ == "ccomp"
            or (c.dep_ == "xcomp" and v.dep_ == "relcl" and is_finite(c))
            or (c.dep_ in ("advcl", "dobj", "dep") and _that(c))
        ):
            verbless = not is_finite(c) and text.quote[c.i] < 0
            if verbless and (c.tag_ in ("VBG", "VB") or lemma in cues.ambiguous or lemma in cues.object):
                continue
            run = _run(text, v, c)
            if not run:
                continue
            first = text.tokens[run[0][0]]
            if (
                first.lower_ == "that"
                and first.i + 1 < len(text.tokens)
                and first.nbor().lower_ in ("how", "why", "whether", "if")
            ):
                first = first.nbor()  # C2: 'explained that how it happened'
            if first.i > v.i and _is_question(c, first) and text.quote[first.i] < 0:
                return ("question", run if cues.questions else [])
            return ("that" if first.lower_ == "that" else "bare"), run
        if c.dep_ == "advcl" and lemma == "ask" and any(x.lower_ in ("if", "whether") for x in c.children):
            return ("question", _run(text, v, c) if cues.questions else [])
    for c in right:
        if c.dep_ in ("dobj", "dative", "npadvmod", "prep", "attr"):
            if lemma in cues.denial:
                continue
            nested = [c, *(x for x in c.children if c.dep_ == "prep" and x.dep_ == "pobj")]
            for noun in nested:
                for x in noun.children:
                    if x.i > v.i and _that(x) and x.dep_ in ("acl", "ccomp"):
                        run = _run(text, v, x)
                        asks = bool(run) and text.lower(run[0][0] + 1) in ("how", "why", "whether")
                        return ("question", run if cues.questions else []) if asks else ("that", run)
    return None


def _object(text: ParsedText, v: Token, lemma: str, right: list[Token]) -> Clause | None:
    """C1d: a gerund or a noun phrase, or the object of a preposition that belongs to the verb."""
    cues = text.cues
    aim = v.tag_ == "VB" and any(c.tag_ == "TO" for c in v.children)
    tried = v.dep_ == "xcomp" and v.head.pos_ == "VERB" and not any(c.dep_ == "auxpass" for c in v.head.children)
    if (aim and not tried) or (v.tag_ == "VBN" and v.dep_ == "acl"):
        return None  # 'came to confirm it', 'is expected to confirm it'; but 'tried to deny it'
    prepositions = cues.preposition.get(lemma)
    if prepositions:
        below = [x for c in right if c.dep_ in ("dobj", "dative") for x in c.children]
        below += [y for x in below if x.dep_ == "appos" for y in x.children]
        for c in (*right, *below):
            if c.dep_ == "prep" and c.lower_ in prepositions:
                for x in c.children:
                    if x.dep_ in ("pobj", "pcomp"):
                        return "object", _run(text, v, x)
    if lemma not in cues.object:
        return None
    for c in right:
        if (c.dep_ in ("dobj", "oprd") and c.ent_type_ not in ("DATE", "TIME")) or (
            c.dep_ in ("xcomp", "ccomp", "pcomp") and not any(x.tag_ == "TO" for x in c.children)
        ):
            run = _run(text, v, c)
            for x in right:  # What is said of the object: 'dismissed the report as gossip'.
                if x.i > c.i and run and x.left_edge.i == run[-1][1] and _of_object(x):
                    run += _run(text, v, x)
            return "object", [(run[0][0], run[-1][1])] if run else []
    return None


def _of_object(x: Token) -> bool:
    if x.dep_ == "prep" and x.lower_ in ("in", "to"):
        # The phrase right after a noun is the noun's, but for when, where and to whom it was said (C5).
        noun = next((c for c in x.children if c.dep_ == "pobj"), None)
        if noun is None or noun.ent_type_ in ("DATE", "TIME") or noun.lower_ in _SETTINGS:
            return False
        return x.lower_ == "in" or not (noun.lower_ in _HEARERS or noun.tag_ == "PRP" or noun.ent_type_ == "PERSON")
    if x.dep_ == "prep":
        return x.lower_ in ("as", "from", "against", "for", "of", "about", "over", "with", "between")
    return x.dep_ in ("oprd", "xcomp", "acl", "relcl") or (
        x.dep_ == "advcl" and any(c.tag_ == "TO" for c in x.children)
    )


def _late(text: ParsedText, v: Token, lemma: str) -> Clause | None:
    """Content that the parse has lost: a later 'that', or a finite clause that follows the cue directly."""
    end = v.sent.end
    while end > v.i + 1 and is_edge(text.tokens[end - 1]):
        end -= 1
    if not is_finite(v) and v.tag_ != "VBG":
        return None
    for i in range(v.i + 1, min(end, v.i + 25)):
        token = text.tokens[i]
        other = token.tag_.startswith("VB") and text.cues.lemma(token.text) is not None
        if text.quote[i] >= 0 or token.text in (":", ";") or other:
            break
        if token.lower_ == "that" and token.tag_ == "IN" and text.lower(i + 1) not in ("how", "why", "whether"):
            if any(t.tag_ in FINITE for t in text.tokens[i + 1 : end]):
                return "that", [(i, end)]
            break
        if token.tag_ in FINITE or token.tag_ in ("WDT", "WP", "WRB"):
            break
    after = text.tokens[v.i + 1] if v.i + 1 < end else None
    if lemma in _SAYING and after is not None and v.dep_ not in ("relcl", "amod"):
        subject = after.pos_ in ("DET", "PRON", "PROPN", "NOUN", "ADJ", "NUM") or after.tag_ == "VBG"
        finite = next((t for t in text.tokens[after.i : end] if t.tag_ in FINITE), None)
        beside = text.tokens[before_bracket(text, v.i - 1)]
        joined = next((c for c in v.children if c.dep_ == "conj" and c.i > v.i), None)
        ended = joined is not None and any(c.dep_ == "cc" and v.i < c.i < joined.i for c in v.children)
        if finite is not None and joined is not None and ended and joined.left_edge.i <= finite.i:
            finite = None  # 'claimed the port and was heard': the cue's clause has ended
        own = any(c.dep_ in SUBJECTS and c.i < v.i for c in v.children) or beside.pos_ in ("NOUN", "PROPN", "PRON")
        own = own or (v.tag_ == "VBG" and beside.is_punct)  # ', saying the pier is old'
        if subject and own and after.tag_ not in ("WP", "WDT") and finite is not None and text.quote[after.i] < 0:
            return "bare", [(after.i, end)]
    if v.i > v.sent.start + 3 and text.tokens[v.i - 1].text == "," and after is not None:
        # 'The port is safe, reported the Harbour Times.'
        left = text.tokens[v.sent.start : v.i - 1]
        rest = text.tokens[v.i + 1 : end]
        rest = rest[: next((i for i, t in enumerate(rest) if t.text == ","), None)]
        noun = rest and all(t.tag_ not in FINITE for t in rest) and after.pos_ in ("PROPN", "DET", "NOUN", "PRON")
        plain = lemma in ("say", "add", "note", "report", "write", "tweet", "announce", "state")
        held = any(c.dep_ in SUBJECTS and c.i < v.i for c in v.children)
        # 'The captain saw the ferry, reported it' has another verb of his; a name is nobody's object here.
        named = v.dep_ != "conj" or lemma == "say" or any(t.ent_type_ in NAMED for t in rest)
        if noun and plain and named and not held and is_finite(v) and any(t.tag_ in FINITE for t in left):
            start = v.sent.start
            while text.tokens[start].dep_ == "cc" or is_edge(text.tokens[start]):
                start += 1
            return "parenthesis", [(start, v.i - 1)]
    return None


def _interrupting(text: ParsedText, v: Token, lemma: str) -> Clause | None:
    """A clause that commas show to be interrupted by the cue, its subject and when or where it was said."""
    cues, tokens = text.cues, text.tokens
    acts = cues.denial | cues.type["commissive"] | cues.type["directive"]
    if lemma in acts or not is_finite(v) or v.dep_ in ("relcl", "acl"):
        return None
    said = ("conj", "auxpass", "intj", "attr", *(("dobj",) if lemma not in ("tell", "assure", "inform") else ()))
    if any(c.dep_ in said and (c.i > v.i or c.dep_ == "auxpass") for c in v.children):
        return None
    subject = next((c for c in v.children if c.dep_ == "nsubj" and c.i < v.i), None)
    first, begin, last = (v.left_edge.i if subject is None else subject.left_edge.i), v.sent.start, v.sent.end
    if subject is None or first - 1 <= begin or tokens[first - 1].text != ",":
        return None
    comma = next((i for i in range(v.i + 1, min(last, v.i + 14)) if tokens[i].text == ","), None)
    if comma is None or comma + 2 >= last or text.quote[comma] >= 0:
        return None
    between, after = tokens[v.i + 1 : comma], tokens[comma + 1]
    if any(t.tag_ in FINITE or (t.tag_ == "IN" and t.lower_ == "that") for t in between):
        return None
    if after.dep_ == "cc" or after.tag_ in ("VBG", "WDT", "WP", "WRB") or text.quote[after.i] >= 0:
        return None
    if not any(t.tag_ in FINITE for t in tokens[comma + 1 : last]):
        return None
    while begin < first - 1 and (tokens[begin].dep_ == "cc" or is_edge(tokens[begin])):
        begin += 1
    if any(
        text.quote[t.i] >= 0 or (t.tag_ in FINITE and cues.lemma(t.text) is not None) for t in tokens[begin : first - 1]
    ):
        return None
    ranges = [text.trim(begin, first - 1), text.trim(comma + 1, last)]
    return "parenthesis", [r for r in ranges if r[0] < r[1]]


def _that(clause: Token) -> bool:
    return any(x.lower_ == "that" and x.dep_ == "mark" for x in clause.children)


def _is_question(c: Token, first: Token) -> bool:
    if first.lower_ not in _WH:
        return False
    # 'What they did was wrong': a wh-clause that is the subject.
    at = first
    while at not in (at.head, c):
        if at.dep_ in ("csubj", "nsubj", "advcl") and at != first and at.head == c and at.pos_ in ("VERB", "AUX"):
            return False
        at = at.head
    return not (first.lower_ in ("if", "when", "where") and first.head != c)


def _run(text: ParsedText, v: Token, c: Token, start: int | None = None) -> list[Range]:
    """The words under c that are not of the cue's own phrase, as ranges, split where the cue stands in between."""
    low = c.left_edge.i if start is None else start
    high = c.right_edge.i + 1
    own = {v.i}
    for x in v.children:
        if (
            x != c
            and not x.is_punct
            and x.dep_ in ("nsubj", "nsubjpass", "aux", "auxpass", "neg", "agent", "advmod", "npadvmod", "mark")
        ):
            own.update(range(x.left_edge.i, x.right_edge.i + 1))
    members = {t.i for t in c.subtree if low <= t.i < high} - own
    return ranges_of(text, v, sorted(members), own)


def _spliced(text: ParsedText, v: Token) -> bool:
    """Whether only a comma joins a cue and its subject to a clause before, as in 'The port is safe, Lindqvist said'."""
    h, first = v.head, v.left_edge.i
    return (
        is_finite(v)
        and is_finite(h)
        and text.cues.lemma(h.text) is None
        and any(c.dep_ in SUBJECTS and c.i < v.i for c in v.children)
        and text.tokens[first].dep_ != "cc"
        and text.tokens[first - 1].text == ","
        and not any(c.dep_ == "cc" and c.i < v.i for c in h.children if c.i > h.i)
    )


def _refers(text: ParsedText, v: Token) -> bool:
    """Whether an as-clause stands for what is said, rather than for when or why: 'as Lindqvist noted, ...'."""
    first, last = v.left_edge.i, v.right_edge.i
    apart = first > 0 and text.tokens[first - 1].text in (",", "—", "–", "--", "-", "(")
    apart = apart or any(t.text in (",", ":") for t in text.tokens[last : last + 3])
    objects = [c for c in v.children if c.i > v.i and c.dep_ in ("dobj", "xcomp", "acomp", "attr", "oprd")]
    named = text.cues.lemma(v.text) in ("tell", "inform", "assure") or all(c.lower_ == "it" for c in objects)
    return apart and named and not any(c.dep_ == "prep" and c.lower_ == "to" for c in v.children)


def _around(text: ParsedText, v: Token) -> list[Range]:
    """The clause that a parenthetical cue stands in: 'The port, she said, is safe', 'as stated by X'."""
    h = v.head
    if h == v:
        return []
    as_ = any(x.lower_ == "as" and x.i < v.i for x in v.children) and _refers(text, v)
    spliced = v.dep_ == "conj" and _spliced(text, v)
    if v.dep_ == "parataxis" or spliced or (as_ and v.dep_ in ("advcl", "parataxis", "acl", "prep", "conj")):
        while h.dep_ not in ("ROOT", "ccomp", "conj") and h.head != h:
            h = h.head
        own = {t.i for t in v.subtree}
        members = sorted({t.i for t in h.subtree} - own)
        while members and (text.tokens[members[0]].dep_ == "cc" or is_edge(text.tokens[members[0]])):
            members = members[1:]
        return ranges_of(text, v, members, own)
    return []
