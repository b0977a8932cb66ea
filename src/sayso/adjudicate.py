"""Gold from several annotators: what all agree on, and one decision with a reason for everything else.

A unit is what annotators can agree or disagree about: an entity span, a cue, a sentence's verifiability, a stance pair.
Gold holds, for every unit, what all annotators of its layer say, or what `annotations/adjudication.jsonl` decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sayso.agreement import Layers, Parts, parts_of, stance_key
from sayso.layers import Annotation, FormError, Stance, parse, to_json

__all__ = ["Decision", "Unit", "disagreements", "merge", "new_id", "parse_decision", "said_of", "units"]

Content = dict[str, Any]
"""An annotation's JSON object without its id."""


class Unit(NamedTuple):
    """What is decided about: a place in a document's layer; the holder's place too for a stance, else -1."""

    doc: str
    layer: str
    start: int
    end: int
    holder_start: int = -1
    holder_end: int = -1


@dataclass(frozen=True, slots=True)
class Decision:
    """One settled disagreement.

    Attributes:
        versions: annotator -> what they said, None for nothing.
        gold: what holds, None for nothing.
        reason: why.
        adjudicator: who decided, if they gave a name.
    """

    unit: Unit
    versions: dict[str, Content | None]
    gold: Content | None
    reason: str
    adjudicator: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The JSON object of one line of `adjudication.jsonl`, keys in canonical order."""
        value = {**self.unit._asdict(), "versions": self.versions, "gold": self.gold, "reason": self.reason}
        return value if self.adjudicator is None else {**value, "adjudicator": self.adjudicator}


def content(annotation: Annotation) -> Content:
    """What an annotation says, whatever its id."""
    value = to_json(annotation)
    del value["id"]
    return value


def units(doc_id: str, annotations: Iterable[Annotation]) -> dict[Unit, Annotation]:
    """Annotations by the unit that they settle."""
    return {_unit(doc_id, a): a for a in annotations}


def _unit(doc_id: str, a: Annotation) -> Unit:
    holder = stance_key(a)[2:] if isinstance(a, Stance) else (-1, -1)
    return Unit(doc_id, a.layer, a.start, a.end, *holder)


def disagreements(doc_id: str, layers: Layers, parts: Parts | None = None) -> dict[Unit, dict[str, Content | None]]:
    """The units on which annotators differ, with what each said, in text order.

    Args:
        parts: which layers each annotator annotates; if None, those that they marked anything of in the document. Who
            does not annotate a layer is not asked; who does and marked nothing, found nothing.
    """
    said = said_of(doc_id, layers, sorted({unit for own in layers.values() for unit in units(doc_id, own)}), parts)
    return {
        unit: versions
        for unit, versions in said.items()
        if any(version != next(iter(versions.values())) for version in versions.values())
    }


def said_of(
    doc_id: str, layers: Layers, wanted: Iterable[Unit], parts: Parts | None = None
) -> dict[Unit, dict[str, Content | None]]:
    """What every annotator who takes part in its layer says of each unit, None for nothing."""
    by_name = {name: units(doc_id, annotations) for name, annotations in sorted(layers.items())}
    took_part = parts_of(layers, parts)
    return {
        unit: {
            name: content(own[unit]) if unit in own else None
            for name, own in by_name.items()
            if unit.layer in took_part[name]
        }
        for unit in wanted
    }


def merge(
    doc_id: str,
    layers: Layers,
    decisions: Mapping[Unit, Decision],
    previous: Sequence[Annotation] = (),
    parts: Parts | None = None,
) -> tuple[list[Annotation], list[Unit]]:
    """Gold from annotators and decisions.

    Args:
        previous: an earlier gold, whose ids stay.
        parts: which layers each annotator annotates, as for `disagreements`.

    Returns:
        gold, and the disagreements that nobody decided, which are not in it.
    """
    open_units = disagreements(doc_id, layers, parts)
    agreed: dict[Unit, Content] = {}
    for own in layers.values():
        for unit, annotation in units(doc_id, own).items():
            if unit not in open_units:
                agreed[unit] = content(annotation)
    undecided = []
    for unit, versions in open_units.items():
        decision = decisions.get(unit)
        if decision is None or decision.versions != versions:
            undecided.append(unit)
    said = said_of(doc_id, layers, (unit for unit in decisions if unit.doc == doc_id), parts)
    for unit, decision in decisions.items():
        if unit.doc == doc_id and decision.versions == said[unit]:
            if decision.gold is None:
                agreed.pop(unit, None)
            else:
                agreed[unit] = decision.gold
    ids = {unit: a.id for unit, a in units(doc_id, previous).items()}
    used = set(ids.values())
    gold: list[Annotation] = []
    for unit in sorted(agreed, key=lambda unit: (unit.layer, unit.start, unit.end, unit)):
        if unit not in ids:
            ids[unit] = new_id(unit.layer, used)
        gold.append(parse({**agreed[unit], "id": ids[unit]}))
    return gold, undecided


def new_id(layer: str, used: set[str]) -> str:
    """The first free id of a layer, which is then used."""
    number = 1
    while f"{layer[0]}{number}" in used:
        number += 1
    used.add(f"{layer[0]}{number}")
    return f"{layer[0]}{number}"


def parse_decision(value: Mapping[str, Any]) -> Decision:
    """A decision from its JSON object.

    Raises:
        FormError: it is not of that form.
    """
    if set(value) - {"adjudicator"} != {*Unit._fields, "versions", "gold", "reason"}:
        raise FormError(f"a decision has the keys {', '.join(Unit._fields)}, versions, gold, reason, maybe adjudicator")
    unit = Unit(*(value[name] for name in Unit._fields))
    if not all(isinstance(part, str) for part in unit[:2]) or not all(type(part) is int for part in unit[2:]):
        raise FormError("'doc' and 'layer' must be texts, the offsets whole numbers")
    if not isinstance(value["reason"], str) or not value["reason"].strip():
        raise FormError("a decision needs a reason")
    adjudicator = value.get("adjudicator")
    if "adjudicator" in value and not (isinstance(adjudicator, str) and adjudicator):
        raise FormError("'adjudicator' must be a name")
    if not isinstance(value["versions"], dict):
        raise FormError("'versions' must hold what each annotator said")
    for version in (*value["versions"].values(), value["gold"]):
        if version is not None:
            if not isinstance(version, dict):
                raise FormError("a version is an annotation without its id, or null")
            if _unit(unit.doc, parse({**version, "id": "x1"})) != unit:
                raise FormError("a version is about another unit than the decision")
    return Decision(unit, value["versions"], value["gold"], value["reason"], adjudicator)
