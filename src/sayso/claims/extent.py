"""How far a content reaches: over whole quotations, and not over what is no longer of it (rule C5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spacy.tokens import Token

from sayso.claims.clauses import Form, clause_of
from sayso.claims.text import FINITE, MARKS, SUBJECTS, ParsedText, Range, is_edge, is_finite, tense

__all__ = ["content_of", "merge"]

_JOINTS = frozenset(("because", "which", "who", "where"))


def content_of(text: ParsedText, v: Token, lemma: str) -> tuple[Form, list[Range]] | None:
    """The form and the ranges of what a verb has as its content, or None."""
    before, after = quotations_of(text, v)
    clause = clause_of(text, v, lemma)
    # Whether words of the sentence stand before a quotation: then it is part of a clause.
    part = before is not None and any(not is_edge(t) for t in text.tokens[v.sent.start : before[0]])
    if part and clause is not None and clause[0] != "parenthesis":
        # 'On "Harbour Tonight," Lindqvist praised the pier': the cue has its own content, the quotation is no clause.
        before = None
    quoted = [q for q in (before, after) if q is not None]
    if not quoted:
        if clause is None:
            return None
        return clause[0], merge(text, v, cut(text, v, clause[1]))
    if clause is None or clause[0] in ("object", "question"):
        whole = clause is not None and any(touch(r, q) for r in clause[1] for q in quoted)
        return "quotation", merge(text, v, [*quoted, *(clause[1] if whole and clause is not None else [])])
    form, ranges = clause
    if form == "parenthesis" and before is None and after is not None and _is_named(text, *after):
        return form, merge(text, v, cut(text, v, ranges))  # 'The port is safe, she wrote in a book, "Old Piers"'
    if form == "parenthesis":
        # A quotation says better where the clause ends; the clause may begin before it: 'The port "is safe," she said.'
        if before is None:
            ranges = [r for r in ranges if any(touch(r, q) for q in quoted)]
        else:
            # What leads up to a quotation is another clause: 'Berg had doubts: "The port is old," he said.'
            apart = text.tokens[before[0] - 2].text in (":", ";", "—", "–", "--", "-") if before[0] > 1 else False
            ranges = [
                (before[0] if apart else start, min(end, before[1]))
                for start, end in ranges
                if start < before[1] and end > before[0]
            ]
    elif after is not None and _is_apart(text, v, after) and all(r[0] >= after[0] - 1 for r in ranges):
        ranges = []  # 'said, "We will see," when asked': the quotation is all
    elif before is not None and form != "that":
        ranges = []
    return ("that" if form == "that" else "quotation"), merge(text, v, [*ranges, *quoted])


def _is_apart(text: ParsedText, v: Token, after: Range) -> bool:
    """Whether a colon, or a comma right after the cue, opens a quotation."""
    mark = text.tokens[after[0] - 2]
    return mark.text == ":" or (mark.text == "," and mark.i == v.i + 1)


def cut(text: ParsedText, v: Token, ranges: list[Range]) -> list[Range]:
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
                while stop > start and (is_edge(text.tokens[stop - 1]) or text.tokens[stop - 1].dep_ == "cc"):
                    stop -= 1
                break
        if stop > start:
            kept.append((start, stop))
    return kept


def _run_on(text: ParsedText, v: Token, start: int, end: int) -> int:
    """The end of a content, which the parse may have lost before the sentence's."""
    last = v.sent.end
    while last > end and is_edge(text.tokens[last - 1]):
        last -= 1
    if end >= last:
        return end
    following, tokens = text.tokens[end], text.tokens
    joint = end
    while joint < last and (is_edge(tokens[joint]) or tokens[joint].text == ","):
        joint += 1
    if joint < last and tokens[joint].dep_ == "cc":
        if text.lower(joint + 1) == "that" and text.lower(start) != "to":
            return last  # 'said the port was safe, and that the pier was not'
        second = next((c for c in v.children if c.dep_ == "conj" and c.i > joint), None)
        if second is not None and second.left_edge.i > joint and _goes_on(text, v, second):
            return second.right_edge.i + 1
    further = _further(text, joint, last)
    if further is not None:
        return further
    if text.quote[end - 1] < 0 and following.text in MARKS and end + 1 < last and text.quote[end + 1] >= 0:
        return max(end, text.quotes[text.quote[end + 1]][1])  # 'that it was "safe"'
    glued = not tokens[end - 1].whitespace_ and not is_edge(following)
    # 'that the firm joined with the council made a mistake': the parse took the participle for the verb.
    verb = following.tag_ in FINITE and text.cues.lemma(following.text) is None and v.dep_ in ("ROOT", "conj")
    return last if glued or tokens[end - 1].dep_ == "cc" or (verb and text.quote[end - 1] < 0) else end


def _further(text: ParsedText, joint: int, last: int) -> int | None:
    """The end of what goes on with a content after a colon, or leads on to a quotation, which needs a speaker.

    'Said the port had one fault: the pier was old'; 'said the pier was old, but the port was "safe"'. Not past another
    cue: its speaker may be another.
    """
    tokens = text.tokens
    mark = next((i for i in range(joint - 1, max(joint - 3, 0), -1) if tokens[i].text not in MARKS), joint - 1)
    colon = tokens[mark].text == ":"
    if joint >= last or not (colon or tokens[joint].dep_ == "cc" or text.lower(joint) in _JOINTS):
        return None
    i = joint
    while i < last and text.quote[i] < 0:
        if text.cues.lemma(tokens[i].text) is not None and tokens[i].tag_.startswith("VB"):
            return None
        i += 1
    if i == last:
        return last if colon else None
    q = text.quote[i]
    start, end = text.quotes[q]
    return None if _is_named(text, start, end) or _has_own_cue(text, q) else end


def _goes_on(text: ParsedText, v: Token, second: Token) -> bool:
    """Whether a verb that the parse has joined to the cue goes on with the content.

    'Said she had sold her boat, and would return': a modal after a past tense tells what was said.
    """
    if text.cues.lemma(second.text) is not None or any(c.dep_ in SUBJECTS for c in second.children):
        return False
    return tense(second) == "MD" and tense(v) not in ("MD", "")


def _leaves_infinitive(text: ParsedText, t: Token, start: int) -> bool:
    """Whether a finite verb is joined to an infinitive, so in truth to the cue: 'promised to stay and has left'."""
    return (
        text.lower(start) == "to"
        and t.dep_ == "conj"
        and t.head.tag_ == "VB"
        and tense(t) in ("VBD", "VBZ", "MD")
        and not any(c.dep_ in SUBJECTS for c in t.children)
    )


def _foreign(text: ParsedText, v: Token, t: Token, start: int, end: int) -> int | None:
    """Where a token begins something that is not of the content that it stands in, if it does."""
    if text.quote[t.i] >= 0 or t.i - start < 2:
        return None
    if t.text in ("—", "–", "--", "-") and t.i - start > 1 and end - t.i > 2:
        added = text.tokens[t.i + 1].lower_ in ("as", "which", "who", "where", "referring")
        return t.i if added else None
    if t.lower_ in ("which", "where", "who", "whose") and text.tokens[t.i - 1].text == ",":
        told = text.tokens[t.i + 1 : t.i + 7]
        if any(x.dep_ == "relcl" and _is_told(text, x) for x in told):
            return t.i - 1  # ', which Berg said was safe': told by somebody
        if _further(text, t.i, end) is not None:
            return None  # ', which "nobody believed"': its marks need a speaker
        # Up to the end only: between two commas it is part of the clause.
        return None if any(x.text == "," for x in text.tokens[t.i + 1 : end]) else t.i - 1
    if t.dep_ not in ("conj", "advcl", "acl", "ccomp", "xcomp", "dep"):
        return None
    lemma = text.cues.lemma(t.text)
    if _leaves_infinitive(text, t, start):
        text.governor[t.i] = v.i
        return t.left_edge.i
    if lemma is None and t.lower_ not in ("referring", "alluding"):
        return None
    if any(c.dep_ in SUBJECTS for c in t.children):
        left = t.left_edge.i
        contrast = next((c.i for c in t.children if c.dep_ == "mark" and c.lower_ in ("while", "whereas", "though")), 0)
        if contrast and t.dep_ == "advcl" and text.tokens[contrast - 1].text in (",", "—", "–", "--"):
            return contrast  # ', while Berg claimed that': somebody else's
        joined = next((i for i in range(left, max(left - 3, start), -1) if text.tokens[i].dep_ == "cc"), None)
        says = lemma == "say" and t.dep_ in ("conj", "advcl") and tense(t) == tense(v)
        return joined if says and joined is not None and text.tokens[joined - 1].text == "," else None
    early = [c.i for c in t.children if c.dep_ in ("aux", "neg", "advmod", "cc", "preconj") and c.i < t.i]
    first = min([t.i, *early])
    before = text.tokens[first - 1]
    same = tense(t) == tense(v) != "" or (v.tag_ == "VBG" and t.tag_ == "VBG")
    both = v.tag_ == "VBG" and t.tag_ == "VBG" and before.dep_ == "cc"  # 'telling him that ... and questioning'
    second = both or (t.dep_ == "conj" and (before.dep_ == "cc" or before.text == ",") and same)
    progressive = v.tag_ != "VBG" or any(c.dep_ == "aux" for c in v.children)
    added = t.tag_ == "VBG" and before.text in (",", "—", "–", "--", *MARKS) and progressive
    if second or added:
        if lemma is not None:
            text.governor[t.i] = v.i
        return first
    return None


def touch(a: Range, b: Range) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def quotations_of(text: ParsedText, v: Token) -> tuple[Range | None, Range | None]:
    """The quotations that the cue's phrase stands beside: the one before it and the one after it."""
    if text.quote[v.i] >= 0:
        return None, None
    before = _quote_before(text, v)
    after = _quote_after(text, v, before is not None)
    return (None if before is None else text.quotes[before]), (None if after in (None, before) else text.quotes[after])


def _quote_before(text: ParsedText, v: Token) -> int | None:
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
            while end > start + 1 and text.tokens[end - 1].text in MARKS:
                end -= 1
            last = text.tokens[end - 1].text[-1]
            closed = last in ",?!—-…" or any(t.text in (",", "—", "–", "--") for t in between[:3])
            first = next((t for t in between if not is_edge(t)), v)
            if first.dep_ == "cc" and first.lower_ in ("and", "but", "or", "yet"):
                return None  # '"A," but Berg warned that B': the cue begins a clause of its own
            if v.tag_ == "VBG" and first == v and tense(v) == "":
                return None  # '"A," adding that B'
            if first.head == v and first.lower_ in ("when", "after", "before", "while", "if", "until", "because"):
                return None  # '"A," when asked about B'
            return q if closed and _is_phrase(text, v, between) else None
        token = text.tokens[i]
        if token.text in (".", "!", "?", ";", ":"):
            return None
        i, steps = i - 1, steps + 1
    return None


def _quote_after(text: ParsedText, v: Token, parenthetical: bool) -> int | None:
    """The quotation that begins after the cue's phrase: 'X said: ...', and 'X said. ...' after a quotation."""
    n, i, steps = len(text.tokens), v.i + 1, 0
    stopped = False  # whether the cue's sentence has ended
    while i < n and text.block[i] == text.block[v.i] and steps < 80:
        if text.quote[i] >= 0:
            q = text.quote[i]
            start, end = text.quotes[q]
            stopped = stopped or bool(parenthetical and text.tokens[start - 1].is_sent_start)
            if parenthetical and not stopped and _is_title(text, start, end):
                i, steps = end, steps + 1  # 'said on "Harbour Tonight"'
                stopped = text.tokens[end - 1].text == "."
                continue
            between = [t for t in text.tokens[v.i + 1 : start] if text.quote[t.i] < 0]
            if stopped:
                # What is quoted right after a sentence that quotes is of the same speaker, whatever that sentence adds.
                return None if _has_own_cue(text, q) or any(_speaks(text, t) for t in between) else q
            if not _is_phrase(text, v, between):
                return None
            between = [t for t in between if not t.is_space and t.text not in MARKS]
            words = [t for t in between if not t.is_punct]
            comma = bool(between) and between[-1].text in (",", ":", ".")
            nearer = words[-1] if words else v
            if text.cues.lemma(nearer.text) is not None and nearer.tag_.startswith("VB") and nearer != v:
                return None  # 'read a note that said, "A"'
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


def _is_title(text: ParsedText, start: int, end: int) -> bool:
    """Whether a quotation within a cue's sentence names where it was said rather than says anything."""
    before = text.tokens[start - 2]
    if before.text in (",", ":"):
        return False
    return end - start < (10 if before.tag_ in ("IN", "POS") else 6)


def _is_named(text: ParsedText, start: int, end: int) -> bool:
    """Whether a quotation is written like a title: short, and each of its longer words with a capital."""
    words = [t for t in text.tokens[start:end] if len(t) > 3 and t.is_alpha]
    return end - start < 10 and bool(words) and all(t.text[0].isupper() for t in words)


def _speaks(text: ParsedText, t: Token) -> bool:
    """Whether a token is a cue whose own subject says something else."""
    return (
        text.cues.lemma(t.text) is not None
        and t.tag_ in FINITE
        and t.dep_ != "relcl"
        and any(c.dep_ in SUBJECTS for c in t.children)
    )


def _is_told(text: ParsedText, t: Token) -> bool:
    """Whether the verb of a relative clause is a cue with a subject and a clause of its own."""
    below = [c for c in t.children if c.dep_ in ("ccomp", "xcomp") and is_finite(c)]
    return text.cues.lemma(t.text) is not None and bool(below) and any(c.dep_ == "nsubj" for c in t.children)


def _has_own_cue(text: ParsedText, q: int) -> bool:
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


def _is_phrase(text: ParsedText, v: Token, between: Iterable[Token]) -> bool:
    """Whether some words beside a cue are only its holder, its addressee, and when and where."""
    for t in between:
        if text.cues.lemma(t.text) is not None and t.tag_.startswith("VB") and t.dep_ not in ("amod", "relcl", "acl"):
            return False
        if (
            t.tag_ in FINITE
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


def merge(text: ParsedText, v: Token, ranges: list[Range]) -> list[Range]:
    """Ranges in order, overlapping ones joined, each widened over the quotation that it begins or ends in."""
    merged: list[Range] = []
    for start, end in sorted(_widen(text, v, r) for r in ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    trimmed = (text.trim(*r) for r in merged)
    return [r for r in trimmed if r[0] < r[1]]


def _widen(text: ParsedText, v: Token, content: Range) -> Range:
    """A range over the quotations at its ends; of one that would hold the cue, the longer side."""
    start, end = content
    for edge in (content[0], content[1] - 1):
        q = text.quote[edge]
        if q >= 0 and text.quote[v.i] != q:
            start, end = min(start, text.quotes[q][0]), max(end, text.quotes[q][1])
    if start <= v.i < end:
        return max((start, v.i), (v.i + 1, end), key=lambda r: r[1] - r[0])
    return start, end
