"""A report of how some annotators agree: every measure with its interval, who confuses what, and every disagreement.

Spans are compared exactly and by overlap (intersection over union of a half or more); labels of units that both
annotated by Cohen's kappa, for two annotators, and Krippendorff's alpha; spans once more by alpha of the label of each
token, which needs no notion of a match. For a single label, kappa and alpha set it against all others.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from sayso import resampling
from sayso.agreement import LABELLED, Labelled, Layers, Parts, Score, label_counts, parts_of
from sayso.annotator_files import AnnotatorFile, read_annotator_file
from sayso.disagreement import Disagreement, list_disagreements
from sayso.errors import InputError
from sayso.layers import LAYERS, Entity
from sayso.project import Project
from sayso.scheme import Scheme
from sayso.seeds import read_seed, read_sources
from sayso.segmentation import Document, segment
from sayso.tally import OUTSIDE, Tally, sentence_tallies, total

__all__ = ["ABSENT", "FEW", "MEASURES", "Confusion", "Estimate", "Report", "agree", "report"]

MEASURES = ("F1", "F1 overlapping", "kappa", "alpha")

FEW = 20
"""With fewer documents, sentences are resampled: intervals from few clusters are far too narrow, and 20 is where "few"
may end (Cameron and Miller, *A Practitioner's Guide to Cluster-Robust Inference*, 2015, VI)."""

ABSENT = "-"
"""In a confusion matrix, what one annotator marked and the other did not."""

_ASPECTS = (
    "span", "span and label", "cue", "cue and holder", "cue and content", "whole claim", "tokens", "label", "type",
    "polarity",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Estimate:
    """One measure with the ends of its 95 % interval; None where there is no resampling it."""

    score: Score
    low: float | None
    high: float | None

    def to_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {**asdict(self.score), "low": self.low, "high": self.high}


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often one annotator's label met the other's, on units that either marked.

    Attributes:
        rows, columns: the two annotators.
        labels: of rows and columns alike; `ABSENT` is the last where it occurs.
        counts: rows of the matrix.
    """

    layer: str
    aspect: str
    rows: str
    columns: str
    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that `sayso agree` says.

    Attributes:
        documents: those that two of the annotators share.
        unit: what was resampled, `document` or `sentence`.
        units: how many there are of it.
    """

    annotators: tuple[str, ...]
    documents: tuple[str, ...]
    unit: str
    units: int
    estimates: tuple[Estimate, ...]
    confusions: tuple[Confusion, ...]
    disagreements: tuple[Disagreement, ...]

    def to_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "annotators": self.annotators,
            "documents": self.documents,
            "bootstrap": {
                "unit": self.unit, "units": self.units, "resamples": resampling.RESAMPLES, "seed": resampling.SEED,
            },
            "agreement": [estimate.to_json() for estimate in self.estimates],
            "confusion": [asdict(matrix) for matrix in self.confusions],
            "disagreements": [disagreement.to_json() for disagreement in self.disagreements],
        }  # fmt: skip


def agree(root: Path, names: Sequence[str], layer: str | None = None) -> Report:
    """Compare annotators of the corpus at `root`.

    Args:
        names: two annotators or more, in any order.
        layer: the only one to look at.

    Raises:
        InputError: an annotator is unknown, shares no document with another, or has a malformed line.
    """
    project = Project.read(root)
    names = sorted(names)
    folders = _folders(project, names)
    if layer is not None and layer not in LAYERS:
        raise InputError("--layer", f"{layer!r} is no layer: there are {', '.join(LAYERS)}")
    parts = {a.name: a.layers for a in project.annotators()}
    documents: list[tuple[Document, dict[str, AnnotatorFile]]] = []
    met: set[str] = set()
    for source in read_sources(project.sources):
        paths = {name: path for name, folder in folders.items() if (path := folder / f"{source.id}.jsonl").exists()}
        if len(paths) > 1:
            document = segment(read_seed(project.seeds, source).text, id=source.id)
            documents.append((document, {name: read_annotator_file(path, document) for name, path in paths.items()}))
            met |= set(paths)
    if alone := [name for name in names if name not in met]:
        others = ", ".join(name for name in names if name != alone[0])
        raise InputError(folders[alone[0]], f"{alone[0]} has no document in common with {others}")
    found = report(project.scheme, documents, parts, layer)
    if not found.estimates:
        what = "no layer" if layer is None else f"the layer {layer}, or marked nothing of it"
        raise InputError(project.layers, f"nothing to compare: no two of them annotate {what}")
    return found


def _folders(project: Project, names: Sequence[str]) -> dict[str, Path]:
    known = project.layer_folders()
    place, there = project.layers, f"there are {', '.join(known) or 'none'}"
    for name in names:
        if name not in known:
            raise InputError(place, f"there is no annotator {name!r}: {there}")
    if len(set(names)) < max(2, len(names)):
        raise InputError(place, f"name two different annotators or more: {there}")
    return {name: known[name] for name in names}


def report(
    scheme: Scheme,
    documents: Sequence[tuple[Document, Mapping[str, AnnotatorFile]]],
    parts: Parts | None,
    layer: str | None = None,
    *,
    token_f1: bool = False,
) -> Report:
    """The report on documents and what two annotators or more wrote about each.

    Args:
        parts: which layers each annotates; who is not in it annotates those that they marked anything of.
        layer: the only one to look at.
        token_f1: whether to give F1 of the labels of tokens too, as evaluations of systems do.
    """
    names = sorted({name for _, files in documents for name in files})
    by_document = len(documents) >= FEW
    tallies: list[Tally] = []
    confused: dict[tuple[str, str, str, str], Counter[tuple[str, str]]] = defaultdict(Counter)
    disagreements: list[Disagreement] = []
    for document, files in documents:
        layers: Layers = {name: files[name].annotations for name in sorted(files)}
        took_part = parts_of(layers, parts)
        if layer is not None:
            layers = {name: [a for a in own if a.layer == layer] for name, own in layers.items()}
            took_part = {name: {layer} & set(own) for name, own in took_part.items()}
        counted = list(sentence_tallies(document, layers, took_part))
        tallies += [total(counted)] if by_document else counted
        _confuse(confused, layers, took_part)
        disagreements += (
            found
            for found in list_disagreements(document.id, files, parts)
            if layer is None or found.unit.layer == layer
        )
    estimates = sorted(
        _estimates(tallies, two=len(names) == 2, token_f1=token_f1),
        key=lambda e: (
            *_place((e.score.layer, e.score.aspect)), e.score.label != "all", e.score.label,
            MEASURES.index(e.score.measure),
        ),
    )  # fmt: skip
    return Report(
        tuple(names),
        tuple(document.id for document, _ in documents),
        "document" if by_document else "sentence",
        len(tallies),
        tuple(estimates),
        tuple(_matrix(key, confused[key], scheme) for key in sorted(confused, key=lambda key: (*_place(key), key))),
        tuple(disagreements),
    )


def _place(key: Sequence[str]) -> tuple[int, int]:
    """Where a (layer, aspect) stands in a report."""
    return LAYERS.index(key[0]), _ASPECTS.index(key[1])


def _estimates(tallies: Sequence[Tally], *, two: bool, token_f1: bool) -> Iterator[Estimate]:
    """Every measure of every label; kappa is defined for two annotators only."""
    bootstrap = resampling.Bootstrap.of(len(tallies))
    for key in {key for tally in tallies for key in tally.pairs}:
        layer, aspect, label, measure = key
        counts = np.array([tally.pairs.get(key, (0, 0)) for tally in tallies], dtype=float)
        score = (layer, aspect, label, measure)
        yield _estimate(score, int(counts[:, 1].sum()), bootstrap.estimate(counts, resampling.f1))
    for layer, aspect in {key for tally in tallies for key in tally.units}:
        compared = [[x for x in tally.units.get((layer, aspect), ()) if len(x) > 1] for tally in tallies]
        labels = sorted({label for units in compared for unit in units for label in unit})
        if not labels or labels == [OUTSIDE]:
            continue
        n = sum(map(len, compared))
        matrices = {
            "alpha": (resampling.alpha, np.array([resampling.coincidence_matrix(units, labels) for units in compared]))
        }
        if two and aspect != "tokens":
            confused = np.array([resampling.confusion_matrix(units, labels) for units in compared])
            matrices["kappa"] = (resampling.kappa, confused)
        for measure, (function, matrix) in matrices.items():
            yield _estimate((layer, aspect, "all", measure), n, bootstrap.estimate(matrix, function))
            for i, label in enumerate(labels):
                if label != OUTSIDE:
                    against = resampling.one_against_rest(matrix, i)
                    occurs = matrix[:, i, :].sum(axis=1) + matrix[:, :, i].sum(axis=1) > 0
                    yield _estimate((layer, aspect, label, measure), n, bootstrap.estimate(against, function, occurs))
        if aspect == "tokens":
            labels = [label for label in labels if label != OUTSIDE and token_f1]
        for label in labels:
            counts = np.array(
                [np.sum([(0, 0), *(label_counts(x, label) for x in units)], axis=0) for units in compared], dtype=float
            )
            given = int(counts[:, 1].sum())
            yield _estimate((layer, aspect, label, "F1"), given, bootstrap.estimate(counts, resampling.f1))


def _estimate(
    score: tuple[str, str, str, str], n: int, values: tuple[float | None, float | None, float | None]
) -> Estimate:
    value, low, high = values
    return Estimate(Score(*score, value, n), low, high)


_ENTITY = Labelled("entity", "label", Entity, lambda a: (a.start, a.end), None)


def _confuse(confused: dict[tuple[str, str, str, str], Counter[tuple[str, str]]], layers: Layers, parts: Parts) -> None:
    """Count the labels of one document's units, for every two annotators."""
    for one, other in combinations(sorted(layers), 2):
        for labelled in (_ENTITY, *LABELLED):
            if labelled.layer in parts[one] and labelled.layer in parts[other]:
                sides = [labelled.of(layers[name]) for name in (one, other)]
                absent = labelled.missing or ABSENT
                for unit in sides[0].keys() | sides[1].keys():
                    pair = sides[0].get(unit, absent), sides[1].get(unit, absent)
                    confused[labelled.layer, labelled.aspect, one, other][pair] += 1


def _matrix(key: tuple[str, str, str, str], counts: Counter[tuple[str, str]], scheme: Scheme) -> Confusion:
    order = {
        "entity": scheme.entity, "verifiable": scheme.verifiable, "stance": scheme.stance, "type": scheme.claim_type,
        "polarity": scheme.polarity,
    }[key[1] if key[0] == "claim" else key[0]]  # fmt: skip
    found = {label for pair in counts for label in pair}
    known = [label for label in order if label in found]
    # Labels that the scheme lacks are a fault for `sayso validate`, not for a comparison.
    labels = (*known, *sorted(found - {*known, ABSENT}), *([ABSENT] if ABSENT in found else []))
    return Confusion(*key, labels, tuple(tuple(counts[row, column] for column in labels) for row in labels))
