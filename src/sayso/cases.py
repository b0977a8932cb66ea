"""What is left to adjudicate: the disagreements of annotators that no valid decision settles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sayso import jsonl
from sayso.adjudicate import Content, Decision, Unit, disagreements, parse_decision, said_of
from sayso.agreement import Layers, Parts
from sayso.annotator_files import read_annotator_file
from sayso.disagreement import by_layer
from sayso.errors import InputError
from sayso.layers import Annotation, FormError, read_layers
from sayso.project import Project
from sayso.seeds import read_seed, read_sources
from sayso.segmentation import Document, segment

__all__ = ["Case", "Judged", "open_cases", "read_decisions", "read_judged", "unmentioned"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A document that was annotated.

    Attributes:
        layers: by annotator.
        gold: None where there is none yet.
    """

    document: Document
    layers: Layers
    gold: list[Annotation] | None


@dataclass(frozen=True, slots=True)
class Case:
    """One unit that waits for a decision.

    Attributes:
        versions: what each annotator says of it now.
        outdated: the decision on what they said earlier.
    """

    unit: Unit
    versions: dict[str, Content | None]
    outdated: Decision | None


def read_judged(project: Project) -> list[Judged]:
    """Every document that anybody annotated, in the order of ids.

    Raises:
        InputError: a seed or a file of annotations is malformed.
    """
    folders = project.layer_folders()
    judged = []
    for source in sorted(read_sources(project.sources), key=lambda source: source.id):
        paths = {name: path for name, folder in folders.items() if (path := folder / f"{source.id}.jsonl").exists()}
        if paths:
            document = segment(read_seed(project.seeds, source).text, id=source.id)
            layers = {name: read_annotator_file(path, document).annotations for name, path in paths.items()}
            path = project.gold / f"{source.id}.jsonl"
            judged.append(Judged(document, layers, read_layers(path) if path.exists() else None))
    return judged


def read_decisions(path: Path) -> dict[Unit, tuple[Decision, int]]:
    """All decisions, each with its line; none if there is no such file.

    Raises:
        InputError: at the first line that is no decision, or decides a unit again.
    """
    decisions: dict[Unit, tuple[Decision, int]] = {}
    for number, value in jsonl.read(path) if path.exists() else ():
        try:
            decision = parse_decision(value)
        except FormError as error:
            raise InputError(path, str(error), number) from error
        if decision.unit in decisions:
            earlier = decisions[decision.unit][1]
            raise InputError(path, f"this unit was decided on line {earlier}: remove one of the two", number)
        decisions[decision.unit] = decision, number
    return decisions


def open_cases(judged: Judged, decisions: Mapping[Unit, Decision], parts: Parts) -> list[Case]:
    """What is to be decided of a document: entities and claims first, for stance items are made of them.

    A decision is outdated when it quotes what annotators no longer say, even if they have come to agree.
    """
    doc_id = judged.document.id
    own = [unit for unit in decisions if unit.doc == doc_id]
    versions = disagreements(doc_id, judged.layers, parts)
    said = {**said_of(doc_id, judged.layers, own, parts), **versions}
    waiting = [
        unit
        for unit in said
        if any(version is not None for version in said[unit].values())
        and (unit not in decisions or decisions[unit].versions != said[unit])
    ]
    return [Case(unit, said[unit], decisions.get(unit)) for unit in sorted(waiting, key=by_layer)]


def unmentioned(judged: Mapping[str, Judged], decisions: Mapping[Unit, Decision], parts: Parts) -> list[Unit]:
    """The units of decisions that no annotator mentions any more, though one did when they were decided."""
    stale = []
    for unit, decision in decisions.items():
        said: dict[str, Content | None] = {}
        if unit.doc in judged:
            said = said_of(unit.doc, judged[unit.doc].layers, [unit], parts)[unit]
        if said != decision.versions and not any(version is not None for version in said.values()):
            stale.append(unit)
    return sorted(stale)
