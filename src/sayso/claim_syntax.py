"""Claims from a dependency parse with the labels of spaCy's English pipelines (ClearNLP): rules C1 to C10.

The parse says where a clause ends, quotation marks say where a quotation does, and the longer of the two is the content.
All ranges here are of tokens, end exclusive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from sayso.claim_cues import Cues
from sayso.cleaning import keep_lines
from sayso.quotations import quotations
from sayso.segmentation import segment

__all__ = ["NAMED", "Form", "Found", "parsed"]

Range = tuple[int, int]
Form = str
"""that | bare | question | quotation | parenthesis | infinitive | object | according"""

_SUBJECTS = ("nsubj", "nsubjpass", "csubj")
_WH = frozenset(("what", "who", "whom", "whose", "which", "how", "why", "where", "when", "whether", "if"))
_NEGATIONS = frozenset(("not", "n't", "n’t", "never", "nobody", "none"))
_MARKS = frozenset("\"'‘’“”«»") | {"''", "``", "‘‘", "’’"}
_FINITE = frozenset(("VBD", "VBZ", "VBP", "MD"))
_PREMODIFIERS = frozenset(
    ("det", "amod", "compound", "nummod", "poss", "quantmod", "nmod", "predet", "advmod", "case", "punct", "neg")
)
NAMED = frozenset(("PER", "PERSON", "ORG", "LOC", "GPE", "NORP", "PROD", "FAC"))


@dataclass(slots=True)
class Found:
    """A claim as tokens.

    Attributes:
        cue: the token's index.
        root: the verb of the content, or the cue's own if there is none.
    """

    cue: int
    lemma: str
    form: Form
    content: list[Range]
    holder: Range | None = None
    head: int | None = None
    negated: bool = False


class _Text:
    """A parsed text with what the rules ask of it often: blocks, headings and quotations by token."""

    def __init__(self, doc: Doc, cues: Cues) -> None:
        self.doc, self.cues, text = doc, cues, doc.text
        self.tokens = list(doc)
        self.block = [-1] * len(doc)
        self.heading = [False] * len(doc)
        self.quote = [-1] * len(doc)
        self.quotes: list[Range] = []
        self.governor: dict[int, int] = {}
        i = 0
        for number, block in enumerate(segment(text, keep_lines(text)).blocks):
            pairs = quotations(text, block.seed_start, block.seed_end)
            while i < len(doc) and self.tokens[i].idx < block.seed_start:
                i += 1
            first = i
            while i < len(doc) and self.tokens[i].idx < block.seed_end:
                self.block[i], self.heading[i] = number, block.kind == "heading"
                i += 1
            at = first
            for pair in pairs:
                while at < i and self.tokens[at].idx < pair.start:
                    at += 1
                start = at
                while at < i and self.tokens[at].idx < pair.end:
                    self.quote[at] = len(self.quotes)
                    at += 1
                if start < at:
                    self.quotes.append((start, at))

    def trim(self, start: int, end: int) -> Range:
        """A range without punctuation and quotation marks at its edges."""
        tokens = self.tokens
        while start < end and _edge(tokens[start]):
            start += 1
        while start < end and _edge(tokens[end - 1]):
            end -= 1
        return start, end


def _edge(token: Token) -> bool:
    return (
        token.is_punct
        or token.is_space
        or token.is_quote
        or token.text in ("''", "``", "-", "–", "—", "--", "‘", "’", "'")
    ) and token.text not in "()[]$%#@"


def parsed(doc: Doc, cues: Cues) -> list[Found]:
    """The claims of a parsed text, in order of their cues; none has its cue inside another's content (C3)."""
    text = _Text(doc, cues)
    found: list[Found] = []
    for token in text.tokens:
        lemma = cues.lemma(token.text)
        if lemma is None or text.block[token.i] < 0 or (text.heading[token.i] and not cues.headings):
            continue
        claim = _according(text, token) if lemma == "according" else _verb(text, token, lemma)
        if claim is not None:
            found.append(claim)
    return _one_level(text, found)


def _verb(text: _Text, v: Token, lemma: str) -> Found | None:
    if not _is_verb(v):
        return None
    found = _content(text, v, lemma)
    if found is None:
        return None
    form, content = found
    claim = Found(v.i, lemma, form, content)
    subject = _holder(text, v)
    if subject is not None and any(a <= subject.i < b for a, b in content):
        subject = None
    if subject is None:
        subject = _neighbour(text, v, content)
    if subject is not None:
        claim.head = subject.i
        claim.holder = _noun_phrase(text, subject, v)
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
    if any(c.dep_ in _SUBJECTS for c in v.children) and any(c.dep_ == "ccomp" for c in v.children):
        return True
    return v.dep_ == "ROOT" and v.tag_ == "NNS" and v.i + 1 < len(v.doc) and v.nbor().lower_ == "that"


# ---------------------------------------------------------------- content


def _content(text: _Text, v: Token, lemma: str) -> tuple[Form, list[Range]] | None:
    """The form and the ranges of what a verb has as its content, or None."""
    before, after = _quoted(text, v)
    quoted = [q for q in (before, after) if q is not None]
    clause = _clause(text, v, lemma)
    if not quoted:
        if clause is None:
            return None
        return clause[0], _merge(text, v, _cut(text, v, clause[1]))
    if clause is None or clause[0] in ("object", "question"):
        whole = clause is not None and any(_touch(r, q) for r in clause[1] for q in quoted)
        return "quotation", _merge(text, v, [*quoted, *(clause[1] if whole and clause is not None else [])])
    form, ranges = clause
    if form == "parenthesis":
        # A quotation says better where the clause ends; the clause may begin before it: 'The port "is safe," she said.'
        if before is None:
            ranges = [r for r in ranges if any(_touch(r, q) for q in quoted)]
        else:
            ranges = [(start, min(end, before[1])) for start, end in ranges if start < before[1] and end > before[0]]
    elif before is not None and after is None and form != "that" and before[0] - v.sent.start <= 2:
        ranges = []
    if before is not None and form in ("that", "bare") and before[0] - v.sent.start > 2:
        # 'On "Harbour Tonight," Lindqvist said the port was safe': a title.
        return form, _merge(text, v, _cut(text, v, ranges))
    return ("that" if form == "that" else "quotation"), _merge(text, v, [*ranges, *quoted])


def _cut(text: _Text, v: Token, ranges: list[Range]) -> list[Range]:
    """Content without what follows it and is not of it, though the parse has hung it there.

    A second cue of the same holder ('said the port was safe and promised to reopen it'), and what the author may have
    added after a dash or a comma (C5). Content that breaks off within a word or before its own verb runs on.
    """
    kept: list[Range] = []
    for start, end in ranges:
        if start < v.i:
            kept.append((start, end))
            continue
        stop = _run_on(text, v, start, end)
        for t in text.tokens[start + 1 : stop]:
            first = _foreign(text, v, t, start, stop)
            if first is not None:
                stop = first
                while stop > start and (_edge(text.tokens[stop - 1]) or text.tokens[stop - 1].dep_ == "cc"):
                    stop -= 1
                break
        if stop > start:
            kept.append((start, stop))
    return kept


def _run_on(text: _Text, v: Token, start: int, end: int) -> int:
    """The end of a content, which the parse may have lost before the sentence's."""
    last = v.sent.end
    while last > end and _edge(text.tokens[last - 1]):
        last -= 1
    if end >= last:
        return end
    following, tokens = text.tokens[end], text.tokens
    joint = end
    while joint < last and (_edge(tokens[joint]) or tokens[joint].text == ","):
        joint += 1
    if tokens[joint].dep_ == "cc" and tokens[joint + 1].lower_ == "that" and tokens[start].lower_ == "that":
        return last
    if text.quote[end - 1] < 0 and following.text in _MARKS and end + 1 < last and text.quote[end + 1] >= 0:
        return max(end, text.quotes[text.quote[end + 1]][1])  # 'that it was "safe"'
    glued = not tokens[end - 1].whitespace_ and not _edge(following)
    # 'that the firm joined with the council made a mistake': the parse took the participle for the verb.
    verb = following.tag_ in _FINITE and text.cues.lemma(following.text) is None and v.dep_ in ("ROOT", "conj")
    return last if glued or tokens[end - 1].dep_ == "cc" or (verb and text.quote[end - 1] < 0) else end


def _foreign(text: _Text, v: Token, t: Token, start: int, end: int) -> int | None:
    """Where a token begins something that is not of the content that it stands in, if it does."""
    if text.quote[t.i] >= 0 or t.i - start < 2:
        return None
    if t.text in ("—", "–", "--", "-") and t.i - start > 3 and end - t.i > 2:
        added = text.tokens[t.i + 1].lower_ in ("as", "which", "who", "where", "referring")
        return t.i if added else None
    if t.lower_ in ("which", "where", "who", "whose") and text.tokens[t.i - 1].text == ",":
        tail = next((a for a in t.ancestors if a.dep_ == "relcl"), None)
        return t.i - 1 if tail is not None and tail.right_edge.i + 1 >= end else None
    if t.dep_ not in ("conj", "advcl", "acl", "ccomp", "xcomp", "dep"):
        return None
    lemma = text.cues.lemma(t.text)
    if lemma is None and t.lower_ not in ("referring", "alluding"):
        return None
    if any(c.dep_ in _SUBJECTS for c in t.children):
        left = t.left_edge.i
        joined = next((i for i in range(left, max(left - 3, start), -1) if text.tokens[i].dep_ == "cc"), None)
        says = lemma == "say" and t.dep_ in ("conj", "advcl") and _tense(t) == _tense(v)
        return joined if says and joined is not None and text.tokens[joined - 1].text == "," else None
    early = [c.i for c in t.children if c.dep_ in ("aux", "neg", "advmod", "cc", "preconj") and c.i < t.i]
    first = min([t.i, *early])
    before = text.tokens[first - 1]
    same = _tense(t) == _tense(v) != "" or (v.tag_ == "VBG" and t.tag_ == "VBG")
    second = t.dep_ == "conj" and (before.dep_ == "cc" or before.text == ",") and same
    progressive = v.tag_ != "VBG" or any(c.dep_ == "aux" for c in v.children)
    added = t.tag_ == "VBG" and before.text in (",", "—", "–", "--", *_MARKS) and progressive
    if second or added:
        if lemma is not None:
            text.governor[t.i] = v.i
        return first
    return None


def _tense(t: Token) -> str:
    """The tag of the finite verb of a verb's group."""
    if t.tag_ in _FINITE:
        return t.tag_
    return next((c.tag_ for c in t.children if c.dep_ in ("aux", "auxpass") and c.tag_ in _FINITE), "")


def _touch(a: Range, b: Range) -> bool:
    return a[0] < b[1] and b[0] < a[1]


_Clause = tuple[Form, list[Range]]


def _clause(text: _Text, v: Token, lemma: str) -> _Clause | None:
    """What the parse gives as the content: the first that is there of the forms below."""
    children = list(v.children)
    right = [c for c in children if c.i > v.i]
    for rule in (_infinitive, _finite_clause, _object):
        found = rule(text, v, lemma, right)
        if found is not None:
            return found if found[1] else None
    for c in children:
        if c.i < v.i and c.dep_ == "ccomp" and (_finite(c) or text.quote[c.i] >= 0):
            run = _run(text, v, c)
            if run:
                return "parenthesis", run
    around = _around(text, v)
    if around:
        return "parenthesis", around
    late = _late(text, v, lemma)
    if late is not None:
        return late
    if lemma in text.cues.object and any(c.dep_ == "auxpass" for c in children):
        for c in children:  # The closure was confirmed by the board.
            if c.dep_ == "nsubjpass" and c.lower_ not in ("it", "which", "that", "who"):
                return "object", _run(text, v, c)
    return None


def _infinitive(text: _Text, v: Token, lemma: str, right: list[Token]) -> _Clause | None:
    """C1c: 'to', under the cue or under its addressee."""
    if lemma not in text.cues.infinitive:
        return None
    if any(c.dep_ == "ccomp" and _finite(c) for c in right):
        return None
    below = [x for c in right if c.dep_ in ("dobj", "dative", "prep", "npadvmod", "ccomp") for x in c.children]
    below += [x for c in below if c.dep_ == "pobj" for x in c.children]
    for c in (*right, *below):
        if c.i > v.i and c.dep_ in ("xcomp", "ccomp", "advcl", "acl", "relcl") and not _finite(c):
            start = next((x.i for x in c.children if x.tag_ == "TO" and x.i > v.i), None)
            if start is not None and text.quote[start] == text.quote[v.i]:
                return "infinitive", _run(text, v, c, start)
    return None


def _finite_clause(text: _Text, v: Token, lemma: str, right: list[Token]) -> _Clause | None:
    """C1a: a clause with or without 'that', under the cue or under the noun after it (C8)."""
    cues = text.cues
    for c in right:
        if c.dep_ == "ccomp" or (c.dep_ in ("advcl", "dobj", "dep") and _that(c)):
            verbless = not _finite(c) and text.quote[c.i] < 0
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
                        asks = bool(run) and text.tokens[run[0][0] + 1].lower_ in ("how", "why", "whether")
                        return ("question", run if cues.questions else []) if asks else ("that", run)
    return None


def _object(text: _Text, v: Token, lemma: str, right: list[Token]) -> _Clause | None:
    """C1d: a gerund or a noun phrase, or the object of a preposition that belongs to the verb."""
    cues = text.cues
    if (v.tag_ == "VB" and any(c.tag_ == "TO" for c in v.children)) or (v.tag_ == "VBN" and v.dep_ == "acl"):
        return None
    prepositions = cues.preposition.get(lemma)
    if prepositions:
        for c in (*right, *(x for c in right if c.dep_ in ("dobj", "dative") for x in c.children)):
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
    if x.dep_ == "prep":
        return x.lower_ in ("as", "from", "against", "for", "of", "about", "over", "with", "between")
    return x.dep_ in ("oprd", "xcomp", "acl", "relcl") or (
        x.dep_ == "advcl" and any(c.tag_ == "TO" for c in x.children)
    )


def _late(text: _Text, v: Token, lemma: str) -> _Clause | None:
    """Content that the parse has lost: a later 'that', or a finite clause that follows the cue directly."""
    end = v.sent.end
    while end > v.i + 1 and _edge(text.tokens[end - 1]):
        end -= 1
    if not _finite(v) and v.tag_ != "VBG":
        return None
    for i in range(v.i + 1, min(end, v.i + 25)):
        token = text.tokens[i]
        if text.quote[i] >= 0 or token.text in (":", ";"):
            break
        if token.lower_ == "that" and token.tag_ == "IN" and text.tokens[i + 1].lower_ not in ("how", "why", "whether"):
            if any(t.tag_ in _FINITE for t in text.tokens[i + 1 : end]):
                return "that", [(i, end)]
            break
        if token.tag_ in _FINITE or token.tag_ in ("WDT", "WP", "WRB"):
            break
    after = text.tokens[v.i + 1] if v.i + 1 < end else None
    if lemma in ("say", "add", "claim", "argue", "insist") and after is not None and v.dep_ not in ("relcl", "amod"):
        subject = after.pos_ in ("DET", "PRON", "PROPN", "NOUN", "ADJ", "NUM") or after.tag_ == "VBG"
        finite = next((t for t in text.tokens[v.i + 1 : end] if t.tag_ in _FINITE), None)
        left = text.tokens[v.i - 1]
        own = any(c.dep_ in _SUBJECTS and c.i < v.i for c in v.children) or left.pos_ in ("NOUN", "PROPN", "PRON")
        if subject and own and after.tag_ not in ("WP", "WDT") and finite is not None and text.quote[after.i] < 0:
            return "bare", [(v.i + 1, end)]
    if v.i > v.sent.start + 3 and text.tokens[v.i - 1].text == "," and after is not None:
        # 'The port is safe, reported the Harbour Times.'
        left = text.tokens[v.sent.start : v.i - 1]
        rest = text.tokens[v.i + 1 : end]
        noun = rest and all(t.tag_ not in _FINITE for t in rest) and after.pos_ in ("PROPN", "DET", "NOUN", "PRON")
        plain = lemma in ("say", "add", "note", "report", "write", "tweet", "announce", "state")
        if noun and plain and _finite(v) and any(t.tag_ in _FINITE for t in left):
            if not any(c.dep_ in _SUBJECTS and c.i < v.i for c in v.children):
                start = v.sent.start
                while text.tokens[start].dep_ == "cc" or _edge(text.tokens[start]):
                    start += 1
                return "parenthesis", [(start, v.i - 1)]
    return None


def _that(clause: Token) -> bool:
    return any(x.lower_ == "that" and x.dep_ == "mark" for x in clause.children)


def _finite(c: Token) -> bool:
    return c.tag_ in _FINITE or any(x.tag_ in _FINITE and x.dep_ in ("aux", "auxpass", "cop") for x in c.children)


def _is_question(c: Token, first: Token) -> bool:
    if first.lower_ not in _WH:
        return False
    # 'What they did was wrong': a wh-clause that is the subject.
    at = first
    while at.head != at and at != c:
        if at.dep_ in ("csubj", "nsubj", "advcl") and at != first and at.head == c and at.pos_ in ("VERB", "AUX"):
            return False
        at = at.head
    return not (first.lower_ in ("if", "when", "where") and first.head != c)


def _run(text: _Text, v: Token, c: Token, start: int | None = None) -> list[Range]:
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
    return _ranges(text, v, sorted(members), own)


def _ranges(text: _Text, v: Token, members: list[int], own: set[int]) -> list[Range]:
    ranges: list[Range] = []
    for i in members:
        if text.block[i] != text.block[v.i]:
            continue
        if ranges and not any(j in own for j in range(ranges[-1][1], i)):
            ranges[-1] = (ranges[-1][0], i + 1)
        else:
            ranges.append((i, i + 1))
    trimmed = (text.trim(*r) for r in ranges)
    return [r for r in trimmed if r[0] < r[1]]


def _around(text: _Text, v: Token) -> list[Range]:
    """The clause that a parenthetical cue stands in: 'The port, she said, is safe', 'as stated by X'."""
    h = v.head
    if h == v:
        return []
    as_ = any(x.lower_ == "as" and x.i < v.i for x in v.children)
    if v.dep_ == "parataxis" or (as_ and v.dep_ in ("advcl", "parataxis", "acl", "prep", "conj")):
        while h.dep_ not in ("ROOT", "ccomp", "conj") and h.head != h:
            h = h.head
        own = {t.i for t in v.subtree}
        members = sorted({t.i for t in h.subtree} - own)
        while members and (text.tokens[members[0]].dep_ == "cc" or _edge(text.tokens[members[0]])):
            members = members[1:]
        return _ranges(text, v, members, own)
    return []


def _quoted(text: _Text, v: Token) -> tuple[Range | None, Range | None]:
    """The quotations that the cue's phrase stands beside: the one before it and the one after it."""
    if text.quote[v.i] >= 0:
        return None, None
    before = _quote_before(text, v)
    after = _quote_after(text, v, before is not None)
    return (None if before is None else text.quotes[before]), (None if after in (None, before) else text.quotes[after])


def _quote_before(text: _Text, v: Token) -> int | None:
    """The quotation that ends before the cue's phrase: '..., X said'."""
    i, steps = v.i - 1, 0
    while i >= 0 and text.block[i] == text.block[v.i] and steps < 30:
        if text.quote[i] >= 0:
            q = text.quote[i]
            start, end = text.quotes[q]
            between = text.tokens[end : v.i]
            opening = text.tokens[start - 2] if start > 1 else None
            if (
                opening is not None
                and end - start < 7
                and (opening.tag_ == "POS" or opening.lower_ in ("on", "in", "of"))
            ):
                return None  # a title: 'on "Harbour Tonight," Lindqvist said'
            while end > start + 1 and text.tokens[end - 1].text in _MARKS:
                end -= 1
            last = text.tokens[end - 1].text[-1]
            closed = last in ",?!—-…" or any(t.text in (",", "—", "–", "--") for t in between[:3])
            return q if closed and _is_phrase(text, v, between) else None
        token = text.tokens[i]
        if token.text in (".", "!", "?", ";", ":"):
            return None
        i, steps = i - 1, steps + 1
    return None


def _quote_after(text: _Text, v: Token, parenthetical: bool) -> int | None:
    """The quotation that begins after the cue's phrase: 'X said: ...', and 'X said. ...' after a quotation."""
    n, i, steps = len(text.tokens), v.i + 1, 0
    stopped = False
    while i < n and text.block[i] == text.block[v.i] and steps < 80:
        if text.quote[i] >= 0:
            q = text.quote[i]
            start, end = text.quotes[q]
            if parenthetical and not stopped and end - start < 6 and text.tokens[start - 2].text not in (",", ":"):
                i, steps = end, steps + 1  # a title: 'said on "Harbour Tonight"'
                stopped = text.tokens[end - 1].text == "."
                continue
            between = [t for t in text.tokens[v.i + 1 : start] if text.quote[t.i] < 0]
            if not _is_phrase(text, v, between):
                return None
            between = [t for t in between if not t.is_space and t.text not in _MARKS]
            words = [t for t in between if not t.is_punct]
            comma = bool(between) and between[-1].text in (",", ":", ".")
            if stopped and (not parenthetical or _has_own_cue(text, q)):
                return None
            if not comma and (words or end - start < 4):
                return None
            return q
        token = text.tokens[i]
        if token.text in (".", "!", "?"):
            if not parenthetical or stopped:
                return None
            stopped = True
        elif stopped and not (token.is_punct or token.is_quote or token.is_space):
            return None
        i, steps = i + 1, steps + 1
    return None


def _has_own_cue(text: _Text, q: int) -> bool:
    """Whether a cue follows a quotation directly: '..., Y said'."""
    end = text.quotes[q][1]
    if text.tokens[end - 1].text not in (",", "?", "!", "—"):
        return False
    following = text.tokens[end : end + 12]
    for t in following:
        if t.text in (".", ";") or text.quote[t.i] >= 0 or text.block[t.i] != text.block[end - 1]:
            return False
        if text.cues.lemma(t.text) is not None:
            return True
    return False


def _is_phrase(text: _Text, v: Token, between: Iterable[Token]) -> bool:
    """Whether some words beside a cue are only its holder, its addressee, and when and where."""
    for t in between:
        if text.cues.lemma(t.text) is not None and t.tag_.startswith("VB") and t.dep_ not in ("amod", "relcl", "acl"):
            return False
        if (
            t.tag_ in _FINITE
            and t.dep_ not in ("aux", "auxpass", "relcl")
            and not any(a.dep_ in ("relcl", "acl", "advcl") for a in _upward(t, v))
        ):
            return False
    return True


def _upward(t: Token, stop: Token) -> Iterator[Token]:
    while t != stop:
        yield t
        if t.head == t:
            return
        t = t.head


def _merge(text: _Text, v: Token, ranges: list[Range]) -> list[Range]:
    """Ranges in order, overlapping ones joined, each widened over the quotation that it begins or ends in."""
    widened = []
    for start, end in ranges:
        for edge in (start, end - 1):
            q = text.quote[edge]
            if q >= 0 and text.quote[v.i] != q:
                start, end = min(start, text.quotes[q][0]), max(end, text.quotes[q][1])
        if start <= v.i < end:
            parts = [(start, v.i), (v.i + 1, end)]
            widened.extend(parts if False else [max(parts, key=lambda r: r[1] - r[0])])
        else:
            widened.append((start, end))
    merged: list[Range] = []
    for start, end in sorted(widened):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    trimmed = (text.trim(*r) for r in merged)
    return [r for r in trimmed if r[0] < r[1]]


# ---------------------------------------------------------------- holder


def _holder(text: _Text, v: Token, depth: int = 0) -> Token | None:
    """The head of the holder's phrase, as the cue's syntax gives it."""
    if depth > 4:
        return None
    if v.i in text.governor:
        return _holder(text, text.tokens[text.governor[v.i]], depth + 1)
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
    if v.dep_ == "acl":
        return v.head if v.head.pos_ in ("NOUN", "PROPN", "PRON") else _holder(text, v.head, depth + 1)
    if v.dep_ in ("conj", "xcomp", "advcl", "parataxis", "dep"):
        return _holder(text, v.head, depth + 1) if v.head != v else None
    if v.dep_ == "pcomp":
        governor = v.head.head
        if governor.pos_ in ("VERB", "AUX"):
            return _holder(text, governor, depth + 1)
        if governor.pos_ in ("NOUN", "PROPN"):
            return _holder(text, governor.head, depth + 1) if governor.head.pos_ in ("VERB", "AUX") else None
    if v.dep_ == "ccomp" and depth == 0 and not _finite(v):
        return _holder(text, v.head, depth + 1)
    return None


def _neighbour(text: _Text, v: Token, content: list[Range]) -> Token | None:
    """The noun beside a cue that parenthesises a quotation, where the parse has lost its subject."""
    if any(c.dep_ in ("auxpass",) for c in v.children) or not content or not _finite(v):
        return None
    for i in (v.i + 1, v.i - 1):
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
    return None


def _noun_phrase(text: _Text, h: Token, v: Token) -> Range:
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
        while first < h.i and text.tokens[first].lower_ in ("the", "a", "an"):
            first += 1
        while stop > h.i + 1 and text.tokens[stop - 1].tag_ in ("POS", ","):
            stop -= 1
        if not first <= v.i < stop:
            return first, stop
    return start, end


# ---------------------------------------------------------------- according to, and one level


def _according(text: _Text, a: Token) -> Found | None:
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
    while h.head != h and not (h.pos_ in ("VERB", "AUX") and (_finite(h) or h.dep_ in ("ccomp", "ROOT"))):
        h = h.head
    if h == a or text.block[h.i] != text.block[a.i]:
        return None
    members = [t.i for t in h.subtree if t.i not in phrase]
    while members and (text.tokens[members[0]].dep_ == "cc" or _edge(text.tokens[members[0]])):
        members = members[1:]
    content = _merge(text, a, _ranges(text, a, members, phrase))
    if not content:
        return None
    claim = Found(a.i, "according", "according", content)
    if noun is not None:
        claim.head, claim.holder = noun.i, _noun_phrase(text, noun, a)
    return claim


def _one_level(text: _Text, found: list[Found]) -> list[Found]:
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
