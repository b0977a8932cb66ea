"""Entities in a text: known names, dates and amounts, what a recogniser found, and names by the words in them.

What comes first stays. Offsets are code points of the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sayso.amounts import amounts
from sayso.gazetteer import Gazetteer
from sayso.linking import Found, initials_of, linked
from sayso.name_shapes import (
    ABBREVIATED,
    EDGES,
    Shape,
    is_function_word,
    is_name,
    is_name_word,
    is_title_case,
    kind_of,
    shape_of,
    trimmed,
    without_titles,
)
from sayso.names import listed, words

__all__ = ["Proposal", "find_entities", "trimmed"]


class Proposal(NamedTuple):
    """What a recogniser found: a span of the text in code points, and one of our labels."""

    start: int
    end: int
    label: str


_AMOUNTS = ("DATE", "NUM")
_LABELS = frozenset(("PER", "ORG", "LOC", "NORP", "PROD", "EVENT"))
_CAPITAL = r"[A-Z\u00c0-\u00d6\u00d8-\u00de][\w]*(?:['’&.-][A-Z\u00c0-\u00de]?\w+)*"
_PART = rf"(?:(?:Mrs?|Ms|Dr|St|Sen|Reps?|Gov|Gen|Lt|Col|Prof|Capt|Sgt|Maj|Rev)\.|(?:[A-Z]\.)+|{_CAPITAL})"
# The first part once more, in another order: a set of characters comes first, for which the engine can search.
_RUN = re.compile(
    r"[A-Z\u00c0-\u00d6\u00d8-\u00de](?<![\w@#/.'’-].)"
    r"(?:(?:(?<=M)rs?|(?<=M)s|(?<=D)r|(?<=S)t|(?<=S)en|(?<=R)eps?|(?<=G)ov|(?<=G)en|(?<=L)t|(?<=C)ol|(?<=P)rof"
    r"|(?<=C)apt|(?<=S)gt|(?<=M)aj|(?<=R)ev)\."
    r"|(?<=[A-Z])\.(?:[A-Z]\.)*|\w*(?:['’&.-][A-Z\u00c0-\u00de]?\w+)*)"
    r"(?:\ (?:(?:de|da|di|del|della|van|von|der|den|bin|al|el|la|le|ben|ibn)\ |(?:of|for)\ (?:the\ )?|and\ |&\ )?"
    rf"{_PART})*"
)
_TAG = re.compile(r"(?<![\w&])#[A-Za-z]\w{2,}")
_INITIALS = re.compile(r"(?:[A-Z]\.?){1,3}")
_PLACE_BEFORE = frozenset(("Mount", "Lake", "Fort", "Cape", "San", "Los", "Las"))
_JOINING = re.compile(r"\ (?:and|&)\ ")
_ADDRESS = re.compile(r"://|@|www\.|\n")
_SPEAKS = re.compile(r"\ (?:said|says|told|added|wrote|asked|tweeted|argued|warned|admitted|denied|who)\b")
_SPOKEN = ("said ", "says ", "told ", "added ")
_IN_PLACE = re.compile(r"(?:^|\W)(?:[Ii]n|[Nn]ear|[Aa]round|[Oo]utside|[Tt]hroughout)\ $")
_IN_PLACE_ENDS = ("n ", "r ", "d ", "e ", "t ")  # of its words: this is asked first


def find_entities(
    text: str, starts: Sequence[int], proposals: Iterable[Proposal] | None = None, gazetteer: Gazetteer | None = None
) -> list[Found]:
    """The entities of a text, in order, none overlapping.

    Args:
        starts: where its sentences start, in code points.
        proposals: what a recogniser found; dates and amounts among them are left to our own rules. None where there is
            no recogniser, and more is guessed from the shape of names.
        gazetteer: the corpus's names.
    """
    search = _Search(text, starts, gazetteer or Gazetteer(()), recognised=proposals is not None)
    search.known()
    search.amounts()
    search.proposed(sorted(proposals or ()))
    search.shaped()
    return linked(text, search.unified(), gazetteer)


class _Search:
    """The entities of one text as they are found: what comes first stays."""

    def __init__(self, text: str, starts: Sequence[int], gazetteer: Gazetteer, *, recognised: bool) -> None:
        self.text, self.starts, self.gazetteer, self.recognised = text, starts, gazetteer, recognised
        self.found: dict[int, Found] = {}
        self.taken = bytearray(len(text))
        self.waiting: list[tuple[int, int]] = []

    def enter(self, start: int, end: int, label: str, entity: str | None, source: str) -> None:
        if self.text[end : end + 1] == "." and label not in _AMOUNTS:
            end += self.text[start : end + 1].rpartition(" ")[2] in ABBREVIATED
        if start < end and self.taken.find(1, start, end) < 0:
            self.taken[start:end] = b"\1" * (end - start)
            # A named tuple's own constructor, without its wrapper in Python: there are many.
            self.found[start] = tuple.__new__(Found, (start, end, label, entity, source))

    def remove(self, start: int) -> None:
        old = self.found.pop(start)
        self.taken[old.start : old.end] = bytes(old.end - old.start)

    def inside(self, start: int, end: int) -> list[Found]:
        """What is found in a range."""
        first = self.taken.find(1, start, end)
        return [self.found[at] for at in range(first, end) if at in self.found] if first >= 0 else []

    def known(self) -> None:
        for match in self.gazetteer.find(self.text):
            self.enter(match.start, match.end, match.name.label, match.name.entity, "gazetteer")
        for match in listed().find(self.text):
            self.enter(match.start, match.end, match.name.label, match.name.entity, "listed")

    def amounts(self) -> None:
        for start, end, label in amounts(self.text):
            self.enter(start, end, label, None, "amount")

    def proposed(self, proposals: Sequence[Proposal]) -> None:
        for start, end, label in proposals:
            quoted = self.text[start:end]
            # E3: what has no capital is a common noun. Addresses and handles are no names.
            if label in _LABELS and quoted != quoted.lower() and not _ADDRESS.search(quoted):
                for begin, stop in self._yielded(*trimmed(self.text, start, end, label), label):
                    last = self.text[begin:stop].rpartition(" ")
                    named = label in ("ORG", "PROD") and last[0] and last[2] in words().event
                    self.enter(begin, stop, "EVENT" if named else label, None, "model")

    def _yielded(self, start: int, end: int, label: str) -> list[tuple[int, int]]:
        """What a proposal may have. The longest name wins (E2): a single known name inside it gives way.

        A company that annotators named stays one (E10); what a recogniser joined to it is the person.
        """
        inside = self.inside(start, end)
        if len(inside) != 1 or inside[0].source not in ("gazetteer", "listed") or inside[0].end > end:
            return [(start, end)]
        known = inside[0]
        if known.source == "gazetteer" and known.label == "ORG" != label:
            pieces = ((start, known.start), (known.end, end))
            return [trimmed(self.text, *piece, label) for piece in pieces]
        rest = (self.text[start : known.start] + " " + self.text[known.end : end]).split()
        if rest and all(is_name_word(word) for word in rest):
            self.remove(known.start)
        return [(start, end)]

    def shaped(self) -> None:
        """Names by the words in them."""
        for match in _TAG.finditer(self.text) if "#" in self.text else ():
            self.enter(*match.span(), "EVENT", None, "shape")
        opening, closing, loud, i, taken = 0, -1, False, 0, self.taken
        for match in _RUN.finditer(self.text):
            start, end = match.span()
            known = self.found.get(start)
            if known is not None and known.end >= end:
                continue
            if start >= closing:
                i = bisect_right(self.starts, start, i)
                opening = self.starts[i - 1] if i else 0
                closing = self.starts[i] if i < len(self.starts) else len(self.text)
                loud = is_title_case(self.text[opening:closing])
            end = min(end, closing)
            inside = self.inside(start, end) if taken.find(1, start, end) >= 0 else None
            if inside:
                if loud or not self._around_known(start, end, inside):
                    pieces = zip([start, *(e.end for e in inside)], [*(e.start for e in inside), end], strict=True)
                    for begin, stop in pieces:
                        if begin < stop:
                            self._piece(begin, stop, opening, loud=loud)
            else:
                self._piece(start, end, opening, loud=loud)
        self._repeat()

    def _around_known(self, start: int, end: int, inside: Sequence[Found]) -> bool:
        """Whether a run that holds one listed name is a longer one: *University of Norvik*, *Norvik Airlines*."""
        known = inside[0]
        if len(inside) != 1 or known.source not in ("listed", "gazetteer"):
            return False
        begin, stop, _ = without_titles(self.text, start, end)
        parts = self.text[begin:stop].split()
        if "and" in parts or "&" in parts or not begin <= known.start < known.end <= stop:
            return False
        if known.source == "gazetteer" and parts[-1] not in words().event:
            return False
        if (begin, stop) == (known.start, known.end) or is_function_word(parts[0]):
            return False
        lexicon = words()
        if parts[-1] in lexicon.organisation or ("of" in parts and parts[0] in lexicon.organisation):
            label, source = "ORG", "organisation"
        elif parts[-1] in lexicon.event:
            label, source = "EVENT", "shape"
        elif parts[0] in lexicon.given and known.label != "NORP" and len(parts) <= 3 and "of" not in parts:
            label, source = "PER", "person"
        elif known.label == "LOC" and known.start == begin and len(self.text[known.end : stop].split()) == 1:
            label, source = "ORG", "shape"  # a club, a firm: *Norvik Rovers*
        else:
            return False
        self.remove(known.start)
        self.enter(begin, stop, label, None, source)
        return True

    def _piece(self, start: int, end: int, opening: int, *, loud: bool) -> None:
        """A run of capitalised words that nothing known is in: decide it whole, or else on both sides of an *and*."""
        word = self.text[start:end]
        if word.isalnum() and not loud:
            if is_name(word):
                decision = self._decide_one(start, end, word, titled=False)
                if decision is None:
                    self.waiting.append((start, end))
                else:
                    self.enter(start, end, decision[0], None, decision[1])
            return
        shape = shape_of(word)
        if shape.start >= shape.end:
            return
        if loud or not self._decided(start, shape, opening):
            middle = None if loud else _JOINING.search(word, shape.start, shape.end)
            if middle is None:
                self.waiting.append((start + shape.whole[0], start + shape.whole[1]))
                return
            self._piece(start + shape.start, start + middle.start(), opening, loud=False)
            self._piece(start + middle.end(), start + shape.end, opening, loud=False)

    def _decided(self, at: int, shape: Shape, opening: int) -> bool:
        """Whether the words of a run at some place say what it is; then it is entered, or is no name."""
        start, begin, stop = at + shape.start, at + shape.name[0], at + shape.name[1]
        titled, parts = shape.titled, shape.parts
        while (
            parts
            and not titled
            and (parts[0] in words().common or is_function_word(parts[0]))
            and not self.text[opening:start].strip(EDGES)
        ):
            begin = begin + len(parts[0])
            while begin < stop and self.text[begin].isspace():
                begin += 1
            parts = parts[1:]
        if not parts or (len(parts) == 1 and (parts[0] in words().common or is_function_word(parts[0]))):
            return True
        decision = self._decide(begin, stop, parts, titled=titled)
        if decision is not None:
            self.enter(begin, stop, decision[0], None, decision[1])
        elif begin != start:
            self.waiting.append((begin, stop))
            return True
        return decision is not None

    def _decide(self, begin: int, stop: int, parts: Sequence[str], *, titled: bool) -> tuple[str, str] | None:
        """The label and source of a name, by its words, then by what stands beside it."""
        lexicon, size = words(), len(parts)
        if size == 1:
            return self._decide_one(begin, stop, parts[0], titled=titled)
        before_of = parts[: parts.index("of")] if "of" in parts else []
        joined = bool({"and", "&", "of", "for"} & set(parts))
        if size > 1 and (parts[-1] in lexicon.organisation or any(part in lexicon.organisation for part in before_of)):
            return "ORG", "organisation"
        if size > 1 and parts[-1] in lexicon.event and not titled:
            return "EVENT", "shape"
        if joined or size > 4:
            return None
        initials = size > 2 and any(_INITIALS.fullmatch(part) and "." in part for part in parts[1:-1])
        if titled or parts[0] in lexicon.given or initials:
            return "PER", "person"
        if self.recognised:  # a recogniser sees more than what follows
            return None
        if parts[-1] in lexicon.place or parts[0] in _PLACE_BEFORE:
            return "LOC", "place"
        if any(not part.istitle() and part.isupper() for part in parts):
            return None
        label = self._beside(begin, stop, place=size == 2)
        if label is not None:
            return label, "shape"
        return ("PER", "shape") if size == 2 and all(len(part) > 2 for part in parts) else None

    def _decide_one(self, begin: int, stop: int, word: str, *, titled: bool) -> tuple[str, str] | None:
        """The same of a single word."""
        kind = "given" if titled else kind_of(word)
        if kind == "given" and (titled or not self.recognised):
            return "PER", "person"
        if self.recognised or kind == "capitals":
            return None
        if kind == "acronym":
            near = self.text[max(0, begin - 1) : begin], self.text[stop : stop + 2]
            return ("ORG", "acronym") if near[0] not in ("", "\n", "#") and "@" not in near[1] else None
        label = self._beside(begin, stop, place=True)
        return None if label is None else (label, "shape")

    def _beside(self, begin: int, stop: int, *, place: bool) -> str | None:
        """What the words beside a name say: who speaks is a person, and where something is a place."""
        if self.text[stop : stop + 1] == " " and _SPEAKS.match(self.text, stop):
            return "PER"
        before = self.text[max(0, begin - 12) : begin]
        if before.endswith(_SPOKEN):
            return "PER"
        return "LOC" if place and before.endswith(_IN_PLACE_ENDS) and _IN_PLACE.search(before) else None

    def _repeat(self) -> None:
        """Names that were recognised elsewhere in the text, family names of persons, and initials of organisations."""
        if not self.waiting:
            return
        names = [self.text[start:end] for start, end in self.waiting]
        wanted = set(names)
        labels: dict[str, Counter[str]] = defaultdict(Counter)
        letters = any(map(str.isupper, wanted))
        for found in self.found.values():
            if found.label in _LABELS:
                name = self.text[found.start : found.end]
                if name in wanted:
                    labels[name][found.label] += 1
                if found.label == "PER" and " " in name:
                    family = name.split()[-1]
                    if family in wanted:
                        labels[family]["PER"] += 1
                elif letters and found.label == "ORG" and len(initials := initials_of(name)) > 1 and initials in wanted:
                    labels[initials]["ORG"] += 1
        for (start, end), name in zip(self.waiting, names, strict=True) if labels else ():
            if (counts := labels.get(name)) is not None:
                self.enter(start, end, _most(counts), None, "repeated")

    def unified(self) -> list[Found]:
        """All in order; what a recogniser found under one name has one label, a family name is that of a person."""
        found = [self.found[start] for start in sorted(self.found)]
        if not any(e.source == "model" for e in found):
            return found
        labels: dict[str, Counter[str]] = defaultdict(Counter)
        for e in found:
            name = self.text[e.start : e.end]
            if e.label in _LABELS:
                labels[name][e.label] += 1 if e.source == "model" else 3
                if e.label == "PER" and " " in name:
                    labels[name.split()[-1]]["PER"] += 3
        return [
            e._replace(label=_most(labels[self.text[e.start : e.end]])) if e.source == "model" else e for e in found
        ]


def _most(counts: Counter[str]) -> str:
    return min(counts, key=lambda label: (-counts[label], label))
