"""How far annotators agree, per layer and label.

Spans are compared by F1, which for two annotators is symmetric: 2 |A ∩ B| / (|A| + |B|), summed over pairs of
annotators. Labels on units that both annotated are compared by Krippendorff's alpha for nominal data (Krippendorff,
*Content Analysis*, 2004, ch. 11): 1 is agreement, 0 what chance would give.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, permutations
from typing import Any, NamedTuple

from sayso.layers import LAYERS, Anchor, Annotation, Claim, Entity, Stance, Verifiable

__all__ = [
    "LABELLED", "Agreement", "Labelled", "Layers", "Parts", "Score", "alpha", "coincidences", "facets", "label_counts",
    "measure", "overlap", "parts_of", "stance_key",
]  # fmt: skip

Layers = Mapping[str, Sequence[Annotation]]
"""Annotator -> the annotations of one document."""

Parts = Mapping[str, Collection[str]]
"""Annotator -> the layers that they annotate."""


def parts_of(layers: Layers, parts: Parts | None) -> Parts:
    """The layers that each annotator of a document annotates: as given, or those that they marked anything of."""
    marked = {name: {a.layer for a in annotations} for name, annotations in layers.items()}
    return marked if parts is None else {name: parts.get(name, marked[name]) for name in layers}


@dataclass(frozen=True, slots=True)
class Score:
    """One line of the report.

    Attributes:
        layer: entity, claim, verifiable or stance.
        aspect: what of it is compared.
        label: of which label, or `all`.
        measure: `F1` or `alpha`; `sayso agree` adds `F1 overlapping` and `kappa`.
        value: None where the measure is undefined (nothing to compare, or one label only).
        n: annotations of both annotators (F1) or units (alpha) that were compared.
    """

    layer: str
    aspect: str
    label: str
    measure: str
    value: float | None
    n: int


def coincidences(units: Iterable[Sequence[Hashable]]) -> dict[tuple[Hashable, Hashable], float]:
    """Krippendorff's coincidences: every ordered pair of labels of one unit, over the number of its labels less one."""
    counts: dict[tuple[Hashable, Hashable], float] = defaultdict(float)
    for labels in units:
        for one, other in permutations(labels, 2):
            counts[one, other] += 1 / (len(labels) - 1)
    return counts


def alpha(units: Iterable[Sequence[Hashable]]) -> float | None:
    """Krippendorff's alpha, nominal.

    Args:
        units: the labels that annotators gave each unit; units with fewer than two are left out.

    Returns:
        at most 1; None if fewer than two labels occur, where alpha is undefined.
    """
    counts = coincidences(units)
    totals: dict[Hashable, float] = defaultdict(float)
    for (one, _), count in counts.items():
        totals[one] += count
    n = sum(totals.values())
    expected = n * n - sum(count * count for count in totals.values())
    if len(totals) < 2 or not expected:
        return None
    observed = n - sum(count for (one, other), count in counts.items() if one == other)
    return 1 - (n - 1) * observed / expected


def label_counts(labels: Sequence[Hashable], label: Hashable) -> tuple[int, int]:
    """What one unit adds to the F1 of a label: twice the pairs of annotators who agree on it, and how often it stands.

    Args:
        labels: those that the annotators gave the unit.
    """
    pairs = list(combinations(labels, 2))
    return 2 * sum(one == other == label for one, other in pairs), sum(pair.count(label) for pair in pairs)


@dataclass
class Agreement:
    """Collects documents, then reports. Add each document once.

    Attributes:
        pairs: (layer, aspect, label) -> what F1 is made of: twice what both sides marked, and what either marked.
        units: (layer, aspect) -> the labels of every unit, in the order of the annotators' names.
    """

    pairs: dict[tuple[str, str, str], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    units: dict[tuple[str, str], list[tuple[str, ...]]] = field(default_factory=lambda: defaultdict(list))
    _mentions: list[dict[str, dict[Hashable, str]]] = field(default_factory=list)
    documents: int = 0
    annotators: set[str] = field(default_factory=set)

    def add(self, doc_id: str, layers: Layers, parts: Parts | None = None) -> None:
        """Take in one document; with fewer than two annotators it says nothing of agreement.

        Args:
            parts: which layers each annotator annotates; if None, those that they marked anything of in the document.
        """
        if len(layers) < 2:
            return
        parts = parts_of(layers, parts)
        self.documents += 1
        self.annotators |= set(layers)
        for one, other in combinations(sorted(layers), 2):
            self._compare(layers[one], layers[other], set(parts[one]) & set(parts[other]))
        for labelled in LABELLED:
            self._label_units(labelled, [layers[name] for name in sorted(layers) if labelled.layer in parts[name]])
        self._mentions.append(
            {
                name: {
                    (doc_id, a.start, a.end): a.entity
                    for a in annotations
                    if isinstance(a, Entity) and a.entity is not None
                }
                for name, annotations in sorted(layers.items())
            }
        )

    def _compare(self, one: Sequence[Annotation], other: Sequence[Annotation], compared: set[str]) -> None:
        sets = [facets(annotations) for annotations in (one, other)]
        for key in {*sets[0], *sets[1]}:
            if key[0] in compared:
                a, b = sets[0].get(key, set()), sets[1].get(key, set())
                counts = self.pairs[key]
                counts[0] += 2 * len(a & b)
                counts[1] += len(a) + len(b)
        if "claim" in compared:
            claims = [{_span(a): a for a in side if isinstance(a, Claim)} for side in (one, other)]
            counts = self.pairs["claim", "content overlap", "all"]
            counts[0] += 2 * sum(
                overlap(claims[0][cue].content, claims[1][cue].content) >= 0.5
                for cue in claims[0].keys() & claims[1].keys()
            )
            counts[1] += len(claims[0]) + len(claims[1])

    def _label_units(self, labelled: Labelled, sides: Sequence[Sequence[Annotation]]) -> None:
        """Note the labels of every unit that two annotators labelled."""
        chosen = [labelled.of(side) for side in sides]
        for unit in sorted({unit for labels in chosen for unit in labels}, key=repr):
            values = tuple(labels.get(unit, labelled.missing) for labels in chosen)
            self.units[labelled.layer, labelled.aspect].append(tuple(value for value in values if value is not None))

    def report(self) -> list[Score]:
        """All scores, by layer, aspect and label."""
        scores = [
            Score(layer, aspect, label, "F1", hits / total if total else None, total)
            for (layer, aspect, label), (hits, total) in self.pairs.items()
            if total
        ]
        scores.extend(self._links())
        for (layer, aspect), units in self.units.items():
            compared = [labels for labels in units if len(labels) > 1]
            if not compared:
                continue
            scores.append(Score(layer, aspect, "all", "alpha", alpha(compared), len(compared)))
            for label in sorted({x for labels in compared for x in labels}):
                hits, total = map(sum, zip(*(label_counts(labels, label) for labels in compared), strict=True))
                scores.append(Score(layer, aspect, label, "F1", hits / total, total))
        return sorted(scores, key=lambda s: (LAYERS.index(s.layer), s.measure, s.aspect, s.label != "all", s.label))

    def _links(self) -> list[Score]:
        """Entity links, whatever they are called: F1 of the pairs of mentions that are one thing."""
        hits = total = 0
        for one, other in combinations(sorted(self.annotators), 2):
            links: list[dict[Hashable, str]] = [
                {span: link for layers in self._mentions for span, link in layers.get(name, {}).items()}
                for name in (one, other)
            ]
            shared = links[0].keys() & links[1].keys()
            sizes = [Counter(side[span] for span in shared) for side in links]
            both = Counter((links[0][span], links[1][span]) for span in shared)
            hits += 2 * sum(n * (n - 1) // 2 for n in both.values())
            total += sum(n * (n - 1) // 2 for side in sizes for n in side.values())
        return [Score("entity", "links", "all", "F1", hits / total, total)] if total else []


def measure(documents: Mapping[str, Layers]) -> list[Score]:
    """The report of some documents."""
    agreement = Agreement()
    for doc_id in sorted(documents):
        agreement.add(doc_id, documents[doc_id])
    return agreement.report()


def _span(a: Any) -> tuple[int, int]:
    return a.start, a.end


def stance_key(a: Stance) -> tuple[int, int, int, int]:
    """What a stance is about: the target's span and the holder's; -1, -1 for the author."""
    holder = (-1, -1) if a.holder is None else (a.holder.start, a.holder.end)
    return a.start, a.end, *holder


class Labelled(NamedTuple):
    """A label that annotators give to units which do not depend on them.

    Attributes:
        aspect: the attribute that holds the label.
        key: what makes two annotations be of one unit.
        missing: the label of a unit that an annotator of the layer left out; None if it then has no label.
    """

    layer: str
    aspect: str
    kind: type[Any]
    key: Callable[[Any], Hashable]
    missing: str | None

    def of(self, annotations: Iterable[Annotation]) -> dict[Hashable, str]:
        """The label of every unit."""
        return {self.key(a): getattr(a, self.aspect) for a in annotations if isinstance(a, self.kind)}


LABELLED = (
    Labelled("verifiable", "label", Verifiable, _span, None),
    Labelled("stance", "label", Stance, stance_key, "none"),
    Labelled("claim", "type", Claim, _span, None),
    Labelled("claim", "polarity", Claim, _span, None),
)


def facets(annotations: Sequence[Annotation]) -> dict[tuple[str, str, str], set[Hashable]]:
    """What is compared by F1: (layer, aspect, label) -> the things that an annotator marked."""
    found: dict[tuple[str, str, str], set[Hashable]] = defaultdict(set)
    for a in annotations:
        span = (a.start, a.end)
        if isinstance(a, Entity):
            found["entity", "span", "all"].add(span)
            found["entity", "span and label", "all"].add((span, a.label))
            found["entity", "span and label", a.label].add(span)
        elif isinstance(a, Claim):
            holder = None if a.holder is None else (a.holder.start, a.holder.end)
            content = tuple((c.start, c.end) for c in a.content)
            found["claim", "cue", "all"].add(span)
            found["claim", "cue and holder", "all"].add((span, holder))
            found["claim", "cue and content", "all"].add((span, content))
            found["claim", "whole claim", "all"].add((span, holder, content, a.type, a.polarity))
    return found


def overlap(one: Iterable[Anchor], other: Iterable[Anchor]) -> float:
    """Intersection over union of two lists of spans, in code points."""
    points = [{i for span in spans for i in range(span.start, span.end)} for spans in (one, other)]
    return len(points[0] & points[1]) / max(1, len(points[0] | points[1]))
