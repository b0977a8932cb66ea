"""A cue word and what is around it: what is said, and by whom, as `sayso.claims.surface` reads a text."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from sayso.claims import words
from sayso.claims.cues import Cues
from sayso.claims.noun_phrases import noun_phrase, plain, until_clause
from sayso.claims.quotations import Quotation

__all__ = ["WORD", "CuePlace", "Range", "SurfaceClaim"]

Range = tuple[int, int]

WORD = re.compile(r"[^\W\d_]+")
_TOKEN = re.compile(r"[^\W_](?:[\w.&'’-]*\w)?\.?|[,;:—–()]|--")
_FINITE = re.compile(
    r"\b(?:is|are|was|were|am|has|have|had|will|would|can|could|may|might|must|should|shall|do|does|did|[a-z]+n['’]t|'s"
    r"|’s|’re|’ve|’ll|'re|'ve|'ll|\w{2,}ed|[a-z]{2,}s|went|came|made|took|got|said|knew|saw|left|lost|won|felt|met|held)\b"
)
_GAP = 90  # characters between a quotation and its cue
_REACH = 600  # characters of a clause that are searched for its end, so that time stays linear
_AHEAD = 10  # words after a cue that say what its content is
_MARKS = ",;:—–()"
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


@dataclass(slots=True)
class CuePlace:
    """A cue word and what is around it.

    Attributes:
        first, last: its sentence, in code points, end exclusive.
        quotes: those of its block.
        starts: where they start.
        cue_starts: where the cue words of its block start.
    """

    text: str
    cue: Range
    lemma: str
    first: int
    last: int
    quotes: list[Quotation]
    starts: list[int]
    cue_starts: list[int]
    cues: Cues

    def claim(self) -> SurfaceClaim | None:
        """The claim that the cue makes, if it makes one."""
        if self.lemma == "according":
            return self._according()
        before = _TOKEN.findall(self.text, max(self.first, self.cue[0] - 60, self._quoted_to()), self.cue[0])
        if before and before[-1].lower() in words.NOUN_BEFORE:
            return None
        if before and before[-1].lower() in ("to", "and") and self.lemma not in words.SAY:
            return None
        word = self.text[slice(*self.cue)]
        if self.lemma in words.NOUNS and word.lower() in (self.lemma, f"{self.lemma}s") and not _verbal(before, word):
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
        word = word.lower()
        passive = word.endswith(("ed", "told")) and any(x.lower() in words.BE for x in before[-3:])
        holder = None if passive else self._subject()
        if self.cue[0] == self.first and word.endswith("ing"):
            holder = self._after(content[-1][1])
        elif holder is None and (inverted or form == "quotation" or passive):
            holder = self._inverted()
        if not self.cues.writer and holder is not None and self.text[slice(*holder)] == "I":
            return None  # C2: the writer of the text
        if holder is not None and any(a < holder[1] and holder[0] < b for a, b in content):
            holder = self._inverted() if inverted else None
        negated = any(word.lower().replace("’", "'") in words.NEGATION for word in before[-3:])
        return SurfaceClaim(self.cue, self.lemma, form, content, holder, negated)

    # ------------------------------------------------------------ content

    def _quoted(self) -> list[Range] | None:
        """Quotations before the cue's phrase, after it, or both."""
        text, (start, end) = self.text, self.cue
        found: list[Range] = []
        before = None
        following = bisect_right(self.starts, start)
        if following and self.quotes[following - 1].outer_end <= start:
            before = self.quotes[following - 1]
        if before is not None and start - before.outer_end <= _GAP:
            gap = text[before.outer_end : start]
            closed = text[before.start : before.end].rstrip(" '’”\"")[-1:] in (",", "?", "!", "—", "-", "…")
            if (
                (closed or gap.lstrip()[:1] in (",", "—"))
                and not re.search(r"[.!?;:]\s", gap)
                and not self._cue_in(gap)
            ):
                found.append((before.start, before.end))
        for q in self.quotes[following : following + 1]:
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
        return any(word in self.cues.forms for word in WORD.findall(gap))

    def _own_cue(self, q: Quotation) -> bool:
        if self.text[q.end - 1 : q.end] not in (",", "?", "!"):
            return False
        following = self.text[q.outer_end : q.outer_end + 60].split(".")[0]
        return self._cue_in(following)

    def _clause(self) -> tuple[str, list[Range]] | None:
        text, (_, end) = self.text, self.cue
        cues, lemma, stop = self.cues, self.lemma, self._end()
        found = islice(_TOKEN.finditer(text, end, min(stop, end + 120)), _AHEAD)
        after = [(m.group(), m.start()) for m in found]
        following = [word.lower() for word, _ in after]
        if lemma in cues.denial and following[:1] not in ([","], [":"], []) and following[0] not in ("that", "by"):
            return ("object", [(after[0][1], stop)]) if following[0] not in words.NOT_CLAUSE else None
        if lemma in cues.infinitive and following[:1] == ["to"] and len(after) > 1:
            return "infinitive", [(after[0][1], stop)]
        if following[:1] == ["that"] or "that" in following[1:9]:
            i = following.index("that")
            between = following[:i]
            plain = not any(
                word in words.FINITE_WORDS or word in (";", ":") or cues.forms.get(word, "note") not in words.NOUNS
                for word in between
            )
            if plain and (i + 1 < len(following)) and following[i + 1] not in words.WH:
                return "that", [(after[i][1], stop)]
        if following and following[0] in words.WH:
            return None
        if lemma in cues.infinitive:
            for i, word in enumerate(following[:7]):
                if word == "to" and i + 1 < len(following) and (i == 0 or lemma not in cues.type["commissive"]):
                    return "infinitive", [(after[i][1], stop)]
                if word in (",", ";", ":", "—") or word in words.FINITE_WORDS:
                    break
        for i, word in enumerate(following[:8]):
            if word in cues.preposition.get(lemma, ()) and i + 1 < len(after):
                return "object", [(after[i + 1][1], stop)]
        if (
            following
            and following[0] not in (",", ";", ":", "—", "–", "--", "(", ")")
            and following[0] not in words.NOT_CLAUSE
        ):
            opener = following[0] in words.OPENERS or after[0][0][0].isupper()
            rest = text[after[0][1] : stop]
            if lemma in cues.object:
                return "object", [(after[0][1], stop)]
            finite = _FINITE.search(rest, len(after[0][0]))
            if finite and (lemma == "say" or (opener and lemma not in cues.ambiguous)) and not self._closing(rest):
                return "bare", [(after[0][1], stop)]
        return self._parenthesis()

    def _closing(self, rest: str) -> bool:
        """Whether only a name follows, as in '..., said Ada Lindqvist.' after a clause."""
        return (
            self.text[self.first : self.cue[0]].rstrip()[-1:] == ","
            and len(rest.split()) < 6
            and not any(word in words.FINITE_WORDS for word in rest.split())
        )

    def _parenthesis(self) -> tuple[str, list[Range]] | None:
        """'The port is safe, X said', '..., said X', 'The port, X said, is safe', '..., as stated by X'."""
        text, (start, end) = self.text, self.cue
        left = text.rfind(",", self.first, start)
        if left - self.first < 3:
            return None
        gap, after = text[left + 1 : start], text[end : self.last]
        if len(gap) > _GAP or (self.lemma in self.cues.ambiguous and not gap.lstrip().startswith("as ")):
            return None
        clause = text[self.first : left]
        as_ = gap.split()[:1] == ["as"]
        opener, starter = (WORD.search(part) for part in (gap, clause))
        if opener and not as_ and opener.group() in words.PREPOSITIONS | words.WH:
            return None
        if starter and starter.group().lower() in words.SUBORDINATE_FIRST:
            return None
        if not gap.strip():
            if self._cue_in(after) or len(after.split()) > 25:
                return None
        elif not as_ and self._subject() is None:
            return None
        splits = bool(gap.strip()) and after.startswith(", ")
        if self._cue_in(clause) or not _FINITE.search(clause if not splits else clause + after[:_REACH]):
            return None
        content = [(self.first, left)]
        if splits:
            content.append((end + 2, self.last))
        elif gap.strip() and not as_ and len(after.strip(_EDGES).split()) > 8:
            return None
        return "parenthesis", content

    def _end(self) -> int:
        """The end of a clause that begins after the cue: the sentence's, or that of a quotation which ends later."""
        end = self.last
        i = bisect_right(self.starts, end - 1) - 1
        if i >= 0 and self.quotes[i].start < end < self.quotes[i].end:
            end = self.quotes[i].end
        near = min(end, self.cue[1] + _REACH)
        if self.cue[0] == self.first and self.text[self.first : self.cue[1]].endswith(("ing", "ed")):
            # 'Denying the report, Lindqvist left.'
            comma = self.text.find(",", self.cue[1], near)
            return comma if comma > 0 else end
        for at in self._cues_in(self.cue[1] + 10, near):
            if not self._inside(at):
                joined = _JOINED.search(self.text, self.cue[1], at)
                if joined is not None:
                    end = joined.start()
                    break
        tail = next(
            (m.start() for m in _TAIL.finditer(self.text, self.cue[1], min(end, near)) if self._ends(m, end)), end
        )
        return tail if tail - self.cue[1] > 15 else end

    def _cues_in(self, start: int, end: int) -> Iterator[int]:
        """Where cue words are in a range, that of a word which it cuts too."""
        text, forms = self.text, self.cues.forms
        if text[end - 1 : end].isalnum() and text[end : end + 1].isalnum():
            yield from (word.start() for word in WORD.finditer(text, start, end) if word.group() in forms)
            return
        if (word := WORD.match(text, start, end)) is not None and word.group() in forms:
            yield start
        for i in range(bisect_right(self.cue_starts, start), bisect_left(self.cue_starts, end)):
            yield self.cue_starts[i]

    def _ends(self, tail: re.Match[str], end: int) -> bool:
        """Whether what the author may have added runs to the end: between two commas it is part of the clause."""
        return not self._inside(tail.start()) and "," not in self.text[tail.end() : end]

    def _inside(self, at: int) -> bool:
        return self._quotation(at) is not None

    def _quotation(self, at: int) -> Quotation | None:
        i = bisect_right(self.starts, at) - 1
        return self.quotes[i] if i >= 0 and at < self.quotes[i].end else None

    def _after(self, start: int) -> Range | None:
        """The noun phrase that begins the next clause."""
        tokens = [
            m for m in _TOKEN.finditer(self.text, start, min(self.last, start + _GAP)) if m.group()[0] not in ",;:"
        ]
        if not tokens:
            return None
        if plain(tokens[0]) in words.DETERMINERS:
            return noun_phrase(tokens[:2])
        size = 1
        while size < len(tokens) and tokens[size].group()[0].isupper():
            size += 1
        return noun_phrase(tokens[:size])

    def _whole(self, content: list[Range]) -> list[Range]:
        """Ranges in order, joined where they overlap, widened over quotations, without edges."""
        merged: list[Range] = []
        for range_ in sorted(content):
            start, end = range_
            if (q := self._quotation(end - 1)) is not None:
                end = q.end
            if (q := self._quotation(start)) is not None:
                start = q.start
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        trimmed = (_strip(self.text, start, end) for start, end in merged)
        return [r for r in trimmed if r[0] < r[1]]

    # ------------------------------------------------------------ holder

    def _quoted_to(self) -> int:
        """Where the last quotation before the cue ends."""
        i = bisect_right(self.starts, self.cue[0]) - 1
        return self.quotes[i].outer_end if i >= 0 else 0

    def _subject(self) -> Range | None:
        """The noun phrase before the cue, without what follows its noun."""
        text, end = self.text, self.cue[0]
        start = max(self.first, end - _REACH, self._quoted_to())
        if text.find("--", start, end) < 0:
            cut = max([text.rfind(mark, start, end) for mark in _MARKS])
            tokens = self._before_verb(cut + 1, end) if cut >= 0 else []
            if tokens:
                return noun_phrase(tokens)
        tokens = self._before_verb(start, end)
        segments: list[list[re.Match[str]]] = [[]]
        for token in tokens:
            if token.group() in (",", ";", ":", "—", "–", "--", "(", ")"):
                segments.append([])
            else:
                segments[-1].append(token)
        if len(segments) > 2 and not segments[-1]:
            segments = segments[:-2]  # an apposition between commas
        return noun_phrase(segments[-1]) if segments[-1] else None

    def _before_verb(self, start: int, end: int) -> list[re.Match[str]]:
        """The words of a range without the auxiliaries and adverbs at its end."""
        tokens = list(_TOKEN.finditer(self.text, start, end))
        while tokens and ((last := plain(tokens[-1])) in words.AUXILIARY or last.endswith("ly")):
            tokens.pop()
        return tokens

    def _inverted(self) -> Range | None:
        """The noun phrase after the cue."""
        i = bisect_right(self.starts, self.cue[1])
        stop = min(self.last, self.cue[1] + _REACH, self.quotes[i].outer_start if i < len(self.quotes) else self.last)
        tokens: list[re.Match[str]] = []
        for token in _TOKEN.finditer(self.text, self.cue[1], stop):
            if token.group() in (",", ";", ":", "—", "–", "--", "(", ")"):
                break
            tokens.append(token)
        if not tokens or (plain(tokens[0]) in words.PREPOSITIONS and plain(tokens[0]) != "by"):
            return None
        if plain(tokens[0]) == "by":
            tokens = tokens[1:]
        return noun_phrase(until_clause(tokens)) if tokens else None

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
        return SurfaceClaim(self.cue, self.lemma, "according", content, noun_phrase(until_clause(tokens)))


def _verbal(before: list[str], word: str) -> bool:
    """Whether a word that may be a noun follows what a verb follows: a subject, 'to', or an auxiliary."""
    if not before:
        return False
    last = before[-1]
    plain = last.lower().replace("’", "'")
    if plain in words.PRONOUNS or plain in words.AUXILIARY or plain == "to":
        return True
    return last[0].isupper() if word.endswith("s") else plain.endswith("s") and plain not in words.NOUN_BEFORE


def _strip(text: str, start: int, end: int) -> Range:
    while start < end and text[start] in _EDGES:
        start += 1
    while start < end and text[end - 1] in _EDGES:
        end -= 1
    return start, end
