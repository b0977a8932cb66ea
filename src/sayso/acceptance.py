"""What people made of suggestions: accepted, changed, rejected, and what they added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sayso.adjudicate import Unit, content, units
from sayso.layers import LAYERS, Annotation, Claim

__all__ = ["KINDS", "Acceptance", "acceptance", "rows"]

KINDS = ("accepted", "changed", "rejected", "added")

Acceptance = Counter[tuple[str, str, str]]
"""(layer, label, kind) -> how many; the label is a claim's type, and that of the suggestion where there was one."""


def acceptance(doc_id: str, suggested: Iterable[Annotation], made: Iterable[Annotation]) -> Acceptance:
    """Compare what was suggested for a document with what an annotator made of it.

    A span that was moved so that it still overlaps counts as changed. Links are left aside: they are not annotated by
    hand.
    """
    ours, theirs = units(doc_id, suggested), units(doc_id, made)
    counts: Acceptance = Counter()
    rejected: dict[Unit, Annotation] = {}
    for unit, a in ours.items():
        if unit not in theirs:
            rejected[unit] = a
        else:
            kind = "accepted" if _said(a) == _said(theirs[unit]) else "changed"
            counts[a.layer, _label(a), kind] += 1
    added = {unit: a for unit, a in theirs.items() if unit not in ours}
    for unit in sorted(rejected):
        a = rejected[unit]
        moved = next((other for other in sorted(added) if _touch(a, added[other])), None)
        counts[a.layer, _label(a), "rejected" if moved is None else "changed"] += 1
        if moved is not None:
            del added[moved]
    for a in added.values():
        counts[a.layer, _label(a), "added"] += 1
    return counts


def rows(counts: Mapping[tuple[str, str, str], int]) -> list[dict[str, Any]]:
    """One row a label: layer, label and the number of each kind."""
    labels = sorted({key[:2] for key in counts}, key=lambda key: (LAYERS.index(key[0]), key[1]))
    return [
        {"layer": layer, "label": label, **{kind: counts.get((layer, label, kind), 0) for kind in KINDS}}
        for layer, label in labels
    ]


def _label(a: Annotation) -> str:
    return a.type if isinstance(a, Claim) else a.label


def _said(a: Annotation) -> Any:
    """What an annotation says, without links and evidence."""
    value = content(a)
    for key in ("entity", "evidence"):
        value.pop(key, None)
    if isinstance(value.get("holder"), dict):
        value["holder"] = {key: item for key, item in value["holder"].items() if key != "entity"}
    return value


def _touch(a: Annotation, b: Annotation) -> bool:
    return a.layer == b.layer and a.layer in ("entity", "claim") and a.start < b.end and b.start < a.end
