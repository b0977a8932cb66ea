"""What measures of agreement are made of, counted by sentence so that sentences or documents can be resampled."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from sayso.agreement import Agreement, Layers, Parts, overlap
from sayso.layers import Anchor, Annotation, Claim, Entity
from sayso.rows import tokenizer
from sayso.segmentation import Document

__all__ = ["OUTSIDE", "Tally", "sentence_tallies", "total"]

OUTSIDE = "O"
"""The label of a token in no span."""

HALF = 0.5
"""From this intersection over union on, spans overlap."""

_ROLES = ("content", "holder", "cue")
"""The roles of a claim's tokens; where those of two claims meet, a later one holds."""


@dataclass
class Tally:
    """Counts that add up.

    Attributes:
        pairs: (layer, aspect, label, measure) -> what F1 is made of, as in `sayso.agreement.Agreement`.
        units: (layer, aspect) -> the labels of every unit, or of every token if the aspect is `tokens`.
    """

    pairs: dict[tuple[str, str, str, str], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    units: dict[tuple[str, str], list[tuple[str, ...]]] = field(default_factory=lambda: defaultdict(list))

    def count(self, key: tuple[str, str, str, str], both: int, either: int) -> None:
        """Add to what F1 is made of."""
        self.pairs[key][0] += both
        self.pairs[key][1] += either


def total(tallies: Iterable[Tally]) -> Tally:
    """The sum of some tallies."""
    summed = Tally()
    for tally in tallies:
        for key, (both, either) in tally.pairs.items():
            summed.count(key, both, either)
        for aspect, labels in tally.units.items():
            summed.units[aspect] += labels
    return summed


def sentence_tallies(document: Document, layers: Layers, parts: Parts) -> Iterator[Tally]:
    """One tally a sentence; an annotation is counted in the sentence in which it starts.

    Args:
        layers: of annotations whose places are in the document.
        parts: which layers each annotator annotates.
    """
    starts = [sentence.seed_start for sentence in document.sentences]
    chunks: list[dict[str, list[Annotation]]] = [{name: [] for name in layers} for _ in starts]
    for name, own in layers.items():
        for a in own:
            chunks[bisect_right(starts, a.start) - 1][name].append(a)
    labels = {
        layer: [_labels(layer, layers[name]) for name in sorted(layers) if layer in parts[name]]
        for layer in ("entity", "claim")
    }
    tokenize = tokenizer()
    for sentence, chunk in zip(document.sentences, chunks, strict=True):
        tally = _spans_and_units(document.id, chunk, parts)
        base = sentence.seed_start
        for start, end in tokenize(document.seed[base : sentence.seed_end]):
            for layer, sides in labels.items():
                tally.units[layer, "tokens"].append(
                    tuple(_label(side, base + start, base + end) for side in sides),
                )
        yield tally


def _labels(layer: str, annotations: Sequence[Annotation]) -> dict[int, str]:
    """The label of every code point of the seed that a span holds."""
    spans: list[tuple[str, Anchor | Annotation]] = []
    for a in annotations:
        if layer == "entity" and isinstance(a, Entity):
            spans.append((a.label, a))
        elif layer == "claim" and isinstance(a, Claim):
            spans += [("cue", a), *(("content", part) for part in a.content)]
            if a.holder:
                spans.append(("holder", a.holder))
    if layer == "claim":
        spans.sort(key=lambda span: _ROLES.index(span[0]))
    return {i: label for label, span in spans for i in range(span.start, span.end)}


def _label(labels: Mapping[int, str], start: int, end: int) -> str:
    """The label of a token: that of its first code point that has one."""
    return next((labels[i] for i in range(start, end) if i in labels), OUTSIDE)


def _spans_and_units(doc_id: str, layers: Layers, parts: Parts) -> Tally:
    tally = Tally()
    exact = Agreement()
    exact.add(doc_id, layers, parts)
    tally.units.update(exact.units)
    for (layer, aspect, label), (both, either) in exact.pairs.items():
        if not either:
            continue
        if aspect == "content overlap":  # which is F1 by overlap under another name
            tally.count((layer, "cue and content", label, "F1 overlapping"), both, either)
        else:
            tally.count((layer, aspect, label, "F1"), both, either)
    for one, other in combinations(sorted(layers), 2):
        compared = set(parts[one]) & set(parts[other])
        if "entity" in compared:
            _overlapping_entities(tally, layers[one], layers[other])
        if "claim" in compared:
            _overlapping_claims(tally, layers[one], layers[other])
    return tally


def _overlapping_entities(tally: Tally, *sides: Sequence[Annotation]) -> None:
    entities = [{(a.start, a.end, a.label) for a in side if isinstance(a, Entity)} for side in sides]
    one, other = ({(start, end, "") for start, end, _ in side} for side in entities)
    if one or other:
        both, either = _matched(one, other), len(one) + len(other)
        tally.count(("entity", "span", "all", "F1 overlapping"), both, either)
    for label in {label for side in entities for *_, label in side}:
        one, other = ({span for span in side if span[2] == label} for side in entities)
        both, either = _matched(one, other), len(one) + len(other)
        for name in ("all", label):
            tally.count(("entity", "span and label", name, "F1 overlapping"), both, either)


def _matched(one: set[tuple[int, int, str]], other: set[tuple[int, int, str]]) -> int:
    """Twice the pairs of overlapping spans, each in one pair: the most alike first, in an order that knows no side."""
    pairs = [
        (-_shared(a, b), sorted((a, b)), a, b)
        for a in one
        for b in other
        if a[0] < b[1] and b[0] < a[1] and _shared(a, b) >= HALF
    ]
    free = (set(one), set(other))
    hits = 0
    for _, _, a, b in sorted(pairs):
        if a in free[0] and b in free[1]:
            free[0].remove(a)
            free[1].remove(b)
            hits += 2
    return hits


def _shared(one: tuple[int, int, str], other: tuple[int, int, str]) -> float:
    """Intersection over union of two spans that touch."""
    common = min(one[1], other[1]) - max(one[0], other[0])
    return common / (one[1] - one[0] + other[1] - other[0] - common)


def _overlapping_claims(tally: Tally, *sides: Sequence[Annotation]) -> None:
    """Claims of one cue, a single word, whose holders and contents overlap."""
    claims: list[dict[Hashable, Claim]] = [
        {(a.start, a.end): a for a in side if isinstance(a, Claim)} for side in sides
    ]
    either = len(claims[0]) + len(claims[1])
    if not either:
        return
    hits = dict.fromkeys(("cue and holder", "whole claim"), 0)
    for cue in claims[0].keys() & claims[1].keys():
        a, b = claims[0][cue], claims[1][cue]
        if a.holder is None or b.holder is None:
            holder = a.holder is b.holder
        else:
            holder = overlap([a.holder], [b.holder]) >= HALF
        whole = holder and overlap(a.content, b.content) >= HALF and (a.type, a.polarity) == (b.type, b.polarity)
        hits["cue and holder"] += 2 * holder
        hits["whole claim"] += 2 * whole
    for aspect, both in hits.items():
        tally.count(("claim", aspect, "all", "F1 overlapping"), both, either)
