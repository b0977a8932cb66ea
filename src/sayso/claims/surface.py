"""Claims without a parser: from quotation marks, the words around a cue, and commas. Offsets are code points.

It finds what newspapers write most: quotations with a cue beside them, clauses that follow a cue or that a cue closes,
'according to X', and the infinitives and objects of the verbs that take them.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from sayso.boundaries import sentences
from sayso.claims.cue_places import CuePlace, Range, SurfaceClaim
from sayso.claims.cues import Cues
from sayso.claims.quotations import quotations
from sayso.segmentation import by_lines
from sayso.word_places import word_places

__all__ = ["SurfaceClaim", "surface"]

_QUOTE = re.compile(r"[\"“”„«»‘`']")


def surface(text: str, cues: Cues) -> list[SurfaceClaim]:
    """The claims of a text, in order of their cues; none has its cue inside another's content (C3)."""
    found: list[SurfaceClaim] = []
    places, i, document = word_places(text, cues.words), 0, by_lines(text)
    units, j = document.sentences, 0
    for block in document.blocks if places else ():
        first = i
        while i < len(places) and places[i][0] < block.seed_end:
            i += 1
        if first < i and (block.kind != "heading" or cues.headings):
            own = [((start, end), cues.forms[text[start:end]]) for start, end in places[first:i]]
            start, end = block.seed_start, block.seed_end
            if block.kind == "heading":  # which is one sentence there, whatever it is
                spans = list(sentences(text, start, end))
            else:
                while units[j].seed_start < start:
                    j += 1
                spans = []
                while j < len(units) and units[j].seed_start < end:
                    spans.append((units[j].seed_start, units[j].seed_end))
                    j += 1
            found.extend(_block(text, start, end, spans, own, cues))
    return found


def _block(
    text: str, start: int, end: int, spans: list[Range], cue_words: list[tuple[Range, str]], cues: Cues
) -> list[SurfaceClaim]:
    quotes = quotations(text, start, end) if _QUOTE.search(text, start, end) else []
    firsts = [first for first, _ in spans]
    starts = [q.start for q in quotes]
    cue_starts = [at for (at, _), _ in cue_words]
    found: list[SurfaceClaim] = []
    ahead: list[SurfaceClaim] = []  # those whose content may reach the cue
    for cue, lemma in cue_words:
        i = bisect_right(starts, cue[0]) - 1
        if i >= 0 and cue[0] < quotes[i].end:
            continue
        first, last = spans[max(bisect_right(firsts, cue[0]) - 1, 0)]
        claim = CuePlace(text, cue, lemma, first, last, quotes, starts, cue_starts, cues).claim()
        ahead = [other for other in ahead if other.content[-1][1] > cue[0]]
        if claim is None or any(a <= cue[0] < b for other in ahead for a, b in other.content):
            continue
        back = len(found)
        while back and found[back - 1].cue[0] >= claim.content[0][0]:
            back -= 1
        nested = [other for other in found[back:] if any(a <= other.cue[0] < b for a, b in claim.content)]
        found[back:] = [other for other in found[back:] if other not in nested]
        ahead = [other for other in ahead if other not in nested]
        found.append(claim)
        ahead.append(claim)
    return found
