"""Claims without a parser: from quotation marks, the words around a cue, and commas. Offsets are code points.

It finds what newspapers write most: quotations with a cue beside them, clauses that follow a cue or that a cue closes,
'according to X', and the infinitives and objects of the verbs that take them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from sayso.boundaries import sentences
from sayso.claim_cues import Cues
from sayso.cleaning import keep_lines
from sayso.quotations import Quotation, quotations
from sayso.segmentation import segment

__all__ = ["SurfaceClaim", "surface"]

Range = tuple[int, int]

_WORD = re.compile(r"[^\W\d_]+")
_TOKEN = re.compile(r"[^\W_](?:[\w.&'’-]*\w)?\.?|[,;:—–()]|--")
_QUOTE = re.compile(r"[\"“”„«»‘]|''|``|'")
_NOUN_BEFORE = frozenset(
    "a an the this these those his her its their our my your no any of every each some such".split()
)
_AUXILIARY = frozenset(
    "has have had is are was were be been being do does did didn't doesn't don't hasn't haven't hadn't isn't wasn't will"
    " would can could may might must should won't not never also then later once again still now just only even always"
    " often further first repeatedly recently already reportedly today yesterday earlier".split()
)
_BE = frozenset("is are was were been being".split())
_NEGATION = frozenset("not never didn't doesn't don't hasn't haven't hadn't won't wouldn't couldn't nobody".split())
_PREPOSITIONS = frozenset(
    "of for at from in with to on by who whom whose which that about against near under as".split()
)
_SUBORDINATE = frozenset(
    "but when while as because although though if after before since where until yet so that than whereas".split()
)
_PRONOUNS = frozenset("he she they it we you who i everyone someone others many some both one".split())
_DETERMINERS = frozenset(
    "the a an his her their its our my this that these those some many several two three four".split()
)
# What opens a clause right after a cue.
_OPENERS = (
    _DETERMINERS | _PRONOUNS | frozenset("there no all most more any each every nothing nobody what half".split())
)
_NOT_CLAUSE = frozenset(
    "on in at during about to of so by after before from with for as when while how why whether if who what which where"
    " and or but monday tuesday wednesday thursday friday saturday sunday today yesterday".split()
)
_FINITE = re.compile(
    r"\b(?:is|are|was|were|am|has|have|had|will|would|can|could|may|might|must|should|shall|do|does|did|[a-z]+n['’]t|'s"
    r"|’s|’re|’ve|’ll|'re|'ve|'ll|\w{2,}ed|[a-z]{2,}s|went|came|made|took|got|said|knew|saw|left|lost|won|felt|met|held)\b"
)
_GAP = 90
_SAY = frozenset(
    "say add claim argue insist note admit acknowledge warn maintain contend assert declare state tell".split()
)
_EDGES = " \t\n.,;:!?…—–-\"“”„«»‘’'`"
_TAIL = re.compile(r",\s(?:which|as (?:he|she|it|they)|who|where)\b|\s[—–-]{1,2}\s(?:as|which|who|where)\b")
_JOINED = re.compile(r"(?:,\s(?:and|but|then)|\s(?:and|but)|,)\s(?:[\w’'-]+\s){0,2}$")


@dataclass(slots=True)
class SurfaceClaim:
    """A claim by its offsets."""

    cue: Range
    lemma: str
    form: str
    content: list[Range]
    holder: Range | None = None
    negated: bool = False


def surface(text: str, cues: Cues) -> list[SurfaceClaim]:
    """The claims of a text, in order of their cues; none has its cue inside another's content (C3)."""
    found: list[SurfaceClaim] = []
    for block in segment(text, keep_lines(text)).blocks:
        if block.kind == "heading" and not cues.headings:
            continue
        start, end = block.seed_start, block.seed_end
        words = [
            (match, lemma)
            for match in _WORD.finditer(text, start, end)
            if (lemma := cues.forms.get(match.group())) is not None
        ]
        if words:
            found.extend(_block(text, start, end, words, cues))
    return found


def _block(text: str, start: int, end: int, words: list[tuple[re.Match[str], str]], cues: Cues) -> list[SurfaceClaim]:
    quotes = quotations(text, start, end) if _QUOTE.search(text, start, end) else []
    spans = list(sentences(text, start, end))
    firsts = [first for first, _ in spans]
    found: list[SurfaceClaim] = []
    for match, lemma in words:
        cue = match.span()
        if any(q.start <= cue[0] < q.end for q in quotes):
            continue
        first, last = spans[max(bisect_right(firsts, cue[0]) - 1, 0)]
        claim = _Place(text, cue, lemma, first, last, (start, end), quotes, cues).claim()
        if claim is not None and not any(a <= cue[0] < b for other in found for a, b in other.content):
            found = [other for other in found if not any(a <= other.cue[0] < b for a, b in claim.content)]
            found.append(claim)
    return found


@dataclass(slots=True)
class _Place:
    """A cue word and what is around it."""

    text: str
    cue: Range
    lemma: str
    first: int
    last: int
    block: Range
    quotes: list[Quotation]
    cues: Cues

    def claim(self) -> SurfaceClaim | None:
        if self.lemma == "according":
            return self._according()
        before = _TOKEN.findall(self.text, max(self.first, self.cue[0] - 60), self.cue[0])
        if before and before[-1].lower() in _NOUN_BEFORE:
            return None
        if before and before[-1].lower() in ("to", "and") and self.lemma not in _SAY:
            return None
        quoted = self._quoted()
        clause = None if quoted and quoted[0][0] < self.cue[0] else self._clause()
        if quoted is None and clause is None:
            return None
        if clause is not None:
            form, content = clause
            content = [*content, *(quoted or [])]
        else:
            form, content = "quotation", quoted or []
        content = self._whole(content)
        if not content:
            return None
        inverted = content[0][0] < self.cue[0]
        passive = [word.lower() for word in before if word.lower() in _BE][-1:] and self.text[: self.cue[1]].endswith(
            ("ed", "told")
        )
        holder = None if passive else self._subject()
        if holder is None and (inverted or form == "quotation" or passive):
            holder = self._inverted()
        if not self.cues.writer and holder is not None and self.text[slice(*holder)] == "I":
            return None  # C2: the writer of the text
        if holder is not None and any(a < holder[1] and holder[0] < b for a, b in content):
            holder = self._inverted() if inverted else None
        negated = any(word.lower().replace("’", "'") in _NEGATION for word in before[-3:])
        return SurfaceClaim(self.cue, self.lemma, form, content, holder, negated)

    # ------------------------------------------------------------ content

    def _quoted(self) -> list[Range] | None:
        """Quotations before the cue's phrase, after it, or both."""
        text, (start, end) = self.text, self.cue
        found: list[Range] = []
        before = None
        for q in self.quotes:
            if q.outer_end <= start:
                before = q
        if before is not None and start - before.outer_end <= _GAP:
            gap = text[before.outer_end : start]
            closed = text[before.start : before.end].rstrip(" '’”\"")[-1:] in (",", "?", "!", "—", "-", "…")
            if (
                (closed or gap.lstrip()[:1] in (",", "—"))
                and not re.search(r"[.!?;:]\s", gap)
                and not self._cue_in(gap)
            ):
                found.append((before.start, before.end))
        for q in self.quotes:
            if q.outer_start < end:
                continue
            gap = text[end : q.outer_start]
            if len(gap) > _GAP or self._cue_in(gap):
                break
            stripped = gap.strip()
            comma = stripped[-1:] in (",", ":")
            stop = re.search(r"[.!?]\s", gap + " ")
            if stop and not (found and stripped[-1:] == "." and gap.count(". ") <= 1 and not self._own_cue(q)):
                break
            if comma or (not stripped and q.end - q.start > 12) or (stop and found):
                found.append((q.start, q.end))
            break
        return found or None

    def _cue_in(self, gap: str) -> bool:
        return any(word in self.cues.forms for word in _WORD.findall(gap))

    def _own_cue(self, q: Quotation) -> bool:
        if self.text[q.end - 1 : q.end] not in (",", "?", "!"):
            return False
        following = self.text[q.outer_end : q.outer_end + 60].split(".")[0]
        return self._cue_in(following)

    def _clause(self) -> tuple[str, list[Range]] | None:
        text, (_, end) = self.text, self.cue
        cues, lemma, stop = self.cues, self.lemma, self._end()
        words = [(m.group(), m.start()) for m in _TOKEN.finditer(text, end, min(stop, end + 120))]
        following = [word.lower() for word, _ in words]
        if lemma in cues.denial and following[:1] not in ([","], [":"], []) and following[0] not in ("that", "by"):
            return ("object", [(words[0][1], stop)]) if following[0] not in _NOT_CLAUSE else None
        if following[:1] == ["that"] or "that" in following[1:9]:
            i = following.index("that")
            between = following[:i]
            plain = not any(word in _FINITE_WORDS or word in (";", ":") for word in between)
            if plain and (i + 1 < len(following)) and following[i + 1] not in _WH:
                return "that", [(words[i][1], stop)]
        if following and following[0] in _WH:
            return None
        if lemma in cues.infinitive:
            for i, word in enumerate(following[:7]):
                if word == "to" and i + 1 < len(following) and (i == 0 or lemma not in cues.type["commissive"]):
                    return "infinitive", [(words[i][1], stop)]
                if word in (",", ";", ":", "—") or word in _FINITE_WORDS:
                    break
        for i, word in enumerate(following[:8]):
            if word in cues.preposition.get(lemma, ()) and i + 1 < len(words):
                return "object", [(words[i + 1][1], stop)]
        if (
            following
            and following[0] not in (",", ";", ":", "—", "–", "--", "(", ")")
            and following[0] not in _NOT_CLAUSE
        ):
            opener = following[0] in _OPENERS or words[0][0][0].isupper()
            rest = text[words[0][1] : stop]
            if lemma in cues.object:
                return "object", [(words[0][1], stop)]
            finite = _FINITE.search(rest, len(words[0][0]))
            if finite and (lemma == "say" or (opener and lemma not in cues.ambiguous)) and not self._closing(rest):
                return "bare", [(words[0][1], stop)]
        return self._parenthesis()

    def _closing(self, rest: str) -> bool:
        """Whether only a name follows, as in '..., said Ada Lindqvist.' after a clause."""
        return self.text[self.first : self.cue[0]].rstrip()[-1:] == "," and len(rest.split()) < 6

    def _parenthesis(self) -> tuple[str, list[Range]] | None:
        """'The port is safe, X said', '..., said X', 'The port, X said, is safe', '..., as stated by X'."""
        text, (start, end) = self.text, self.cue
        left = text.rfind(",", self.first, start)
        if left < 0 or left - self.first < 8:
            return None
        gap, after = text[left + 1 : start], text[end : self.last]
        if len(gap) > _GAP or self.lemma in self.cues.ambiguous and not gap.lstrip().startswith("as "):
            return None
        clause = text[self.first : left]
        as_ = gap.split()[:1] == ["as"]
        if not gap.strip():
            if self._cue_in(after) or len(after.split()) > 25:
                return None
        elif not as_ and self._subject() is None:
            return None
        if self._cue_in(clause) or not _FINITE.search(clause):
            return None
        content = [(self.first, left)]
        if gap.strip() and after.startswith(", ") and len(after) > 10:
            content.append((end + 2, self.last))
        elif gap.strip() and not as_ and len(after.strip(_EDGES).split()) > 8:
            return None
        return "parenthesis", content

    def _end(self) -> int:
        """The end of a clause that begins after the cue: the sentence's, or that of a quotation which ends later."""
        end = self.last
        for q in self.quotes:
            if q.start < end < q.end:
                end = q.end
        for word in _WORD.finditer(self.text, self.cue[1] + 10, end):
            if word.group() in self.cues.forms and not self._inside(word.start()):
                joined = _JOINED.search(self.text, self.cue[1], word.start())
                if joined is not None:
                    end = joined.start()
                    break
        tail = next(
            (m.start() for m in _TAIL.finditer(self.text, self.cue[1], end) if not self._inside(m.start())), end
        )
        return tail if tail - self.cue[1] > 15 else end

    def _inside(self, at: int) -> bool:
        return any(q.start <= at < q.end for q in self.quotes)

    def _whole(self, content: list[Range]) -> list[Range]:
        """Ranges in order, joined where they overlap, widened over quotations, without edges."""
        merged: list[Range] = []
        for start, end in sorted(content):
            for q in self.quotes:
                if q.start < end <= q.end and not q.start <= self.cue[0] < q.end:
                    end = q.end
                if q.start <= start < q.end:
                    start = q.start
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        trimmed = (_strip(self.text, start, end) for start, end in merged)
        return [r for r in trimmed if r[0] < r[1]]

    # ------------------------------------------------------------ holder

    def _subject(self) -> Range | None:
        """The noun phrase before the cue, without what follows its noun."""
        text = self.text
        start = max([self.first, *(q.outer_end for q in self.quotes if q.outer_end <= self.cue[0])])
        tokens = list(_TOKEN.finditer(text, start, self.cue[0]))
        while tokens and (_plain(tokens[-1]) in _AUXILIARY or _plain(tokens[-1]).endswith("ly")):
            tokens.pop()
        segments: list[list[re.Match[str]]] = [[]]
        for token in tokens:
            if token.group() in (",", ";", ":", "—", "–", "--", "(", ")"):
                segments.append([])
            else:
                segments[-1].append(token)
        if len(segments) > 2 and not segments[-1]:
            segments = segments[:-2]  # an apposition between commas
        return _noun_phrase(segments[-1]) if segments[-1] else None

    def _inverted(self) -> Range | None:
        """The noun phrase after the cue."""
        stop = min([self.last, *(q.outer_start for q in self.quotes if q.outer_start >= self.cue[1])])
        tokens: list[re.Match[str]] = []
        for token in _TOKEN.finditer(self.text, self.cue[1], stop):
            if token.group() in (",", ";", ":", "—", "–", "--", "(", ")"):
                break
            tokens.append(token)
        if not tokens or (_plain(tokens[0]) in _PREPOSITIONS and _plain(tokens[0]) != "by"):
            return None
        if _plain(tokens[0]) == "by":
            tokens = tokens[1:]
        return _noun_phrase(tokens) if tokens else None

    def _according(self) -> SurfaceClaim | None:
        text, (start, end) = self.text, self.cue
        to = re.compile(r"\s+to\s+").match(text, end, self.last)
        if to is None:
            return None
        tokens: list[re.Match[str]] = []
        for token in _TOKEN.finditer(text, to.end(), self.last):
            if token.group() in (",", ";", ":", "—", "–"):
                break
            tokens.append(token)
        if not tokens:
            return None
        comma = text.find(",", to.end(), self.last)
        content: list[Range] = []
        if start - self.first > 3:
            content.append((self.first, start))
        if comma > 0 and (start - self.first <= 3 or text[:start].rstrip().endswith(",")):
            content.append((comma + 1, self.last))
        content = self._whole(content)
        if not content:
            return None
        return SurfaceClaim(self.cue, self.lemma, "according", content, _noun_phrase(tokens))


_WH = frozenset("what who whom whose which how why where when whether if".split())
_FINITE_WORDS = frozenset("is are was were has had have will would could should may might can said".split())


def _plain(match: re.Match[str]) -> str:
    return match.group().lower().replace("’", "'")


def _strip(text: str, start: int, end: int) -> Range:
    while start < end and text[start] in _EDGES:
        start += 1
    while start < end and text[end - 1] in _EDGES:
        end -= 1
    return start, end


def _noun_phrase(tokens: list[re.Match[str]]) -> Range | None:
    """The first noun phrase after the last word that opens a clause, up to a preposition or a relative."""
    opened = [i for i, token in enumerate(tokens) if _plain(token) in _SUBORDINATE]
    if opened:
        tokens = tokens[opened[-1] + 1 :]
    while tokens and (_plain(tokens[0]) in _PREPOSITIONS - {"who"} or _plain(tokens[0]) in _AUXILIARY):
        tokens = tokens[1:]
    if not tokens:
        return None
    if _plain(tokens[0]) in _PRONOUNS and not (
        len(tokens) > 1 and _plain(tokens[0]) in ("some", "many", "both", "one")
    ):
        return tokens[0].span()
    end = 1
    while end < len(tokens) and end < 9 and _plain(tokens[end]) not in _PREPOSITIONS:
        if _plain(tokens[end]) in _AUXILIARY or _plain(tokens[end]) in _DETERMINERS:
            break
        end += 1
    named = tokens[0].group()[0].isupper() or _plain(tokens[0]) in _DETERMINERS or tokens[0].group()[0].isdigit()
    if not named and end > 4:
        return None
    stop = tokens[end - 1].end()
    text = tokens[0].string
    if text[stop - 1] == "." and end == len(tokens):
        stop -= 1
    return tokens[0].start(), stop
