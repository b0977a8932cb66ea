"""How well a system's annotations do against a reference: gold, an annotator, or files of either."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sayso.agree import Report, report
from sayso.agreement import LABELLED, facets
from sayso.annotator_files import AnnotatorFile, read_annotator_file
from sayso.errors import InputError
from sayso.layers import LAYERS
from sayso.project import Project
from sayso.seeds import read_seed, read_sources
from sayso.segmentation import Document, segment

__all__ = ["Evaluation", "PrecisionRecall", "evaluate"]


_ASPECTS = (
    "span",
    "span and label",
    "cue",
    "cue and holder",
    "cue and content",
    "whole claim",
    "label",
    "type",
    "polarity",
)


@dataclass(frozen=True, slots=True)
class PrecisionRecall:
    """Exact matches of one label.

    Attributes:
        precision, recall: None where there is nothing to divide by.
        system, reference: how many either has.
    """

    layer: str
    aspect: str
    label: str
    precision: float | None
    recall: float | None
    system: int
    reference: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything that `sayso evaluate` says.

    Attributes:
        unpaired: documents that only one side has, which are not compared.
    """

    system: str
    reference: str
    unpaired: tuple[str, ...]
    report: Report
    rows: tuple[PrecisionRecall, ...]

    def to_json(self) -> dict[str, Any]:
        """For `--json`."""
        measured = self.report.to_json()
        return {
            "system": self.system,
            "reference": self.reference,
            "documents": measured["documents"],
            "unpaired": self.unpaired,
            "bootstrap": measured["bootstrap"],
            "measures": measured["agreement"],
            "precision_recall": [asdict(row) for row in self.rows],
            "confusion": measured["confusion"],
            "errors": measured["disagreements"],
        }


def evaluate(root: Path, system: str, against: str = "gold", layer: str | None = None) -> Evaluation:
    """Compare a system's annotations of the corpus at `root` with a reference, over the documents that both have.

    A layer is compared if both have anything of it; where one then marks nothing in a document, it found nothing there.

    Args:
        system, against: `suggested`, `gold`, an annotator's name, or the path of a file or folder of annotations.
        layer: the only one to look at.

    Raises:
        InputError: a side is unknown, the two share no document or layer, or a line is malformed.
    """
    project = Project.read(root)
    if layer is not None and layer not in LAYERS:
        raise InputError("--layer", f"{layer!r} is no layer: there are {', '.join(LAYERS)}")
    if system == against:
        raise InputError("--against", f"{system!r} would be compared with itself")
    sides = {name: _files(project, name) for name in (system, against)}
    names = dict(zip(sides, _names(system, against), strict=True))
    documents: list[tuple[Document, dict[str, AnnotatorFile]]] = []
    known = set()
    for source in read_sources(project.sources):
        known.add(source.id)
        if all(source.id in files for files in sides.values()):
            document = segment(read_seed(project.seeds, source).text, id=source.id)
            read = {names[side]: read_annotator_file(files[source.id], document) for side, files in sides.items()}
            documents.append((document, read))
    if stray := sorted({id for files in sides.values() for id in files} - known):
        raise InputError(project.sources, f"there is no document {stray[0]!r}: files are named after documents")
    if not documents:
        raise InputError(project.annotations, f"{system} and {against} have no document in common")
    compared = [
        {a.layer for _, files in documents for a in files[name].annotations} & ({layer} if layer else set(LAYERS))
        for name in names.values()
    ]
    shared = [kind for kind in LAYERS if kind in compared[0] & compared[1]]
    if not shared:
        raise InputError(project.annotations, f"{system} and {against} have no layer in common")
    parts = dict.fromkeys(names.values(), shared)
    unpaired = set(sides[system]) ^ set(sides[against])
    return Evaluation(
        names[system],
        names[against],
        tuple(sorted(unpaired)),
        report(project.scheme, documents, parts, layer, token_f1=True),
        tuple(_rows(documents, names[system], names[against], shared)),
    )


def _files(project: Project, name: str) -> dict[str, Path]:
    """The files of one side by document."""
    folders = {"gold": project.gold, "suggested": project.suggested, **project.layer_folders()}
    path = folders[name] if name in folders else Path(name)
    if path.is_dir():
        files = {file.stem: file for file in sorted(path.glob("*.jsonl"))}
    elif path.is_file():
        files = {path.stem: path}
    else:
        files = {}
        if name not in folders:
            raise InputError(name, f"is neither a file or folder nor one of {', '.join(folders)}")
    if not files:
        hint = ": run `sayso suggest` first" if name == "suggested" else ""
        raise InputError(path, f"there is no file of annotations{hint}")
    return files


def _names(system: str, against: str) -> tuple[str, str]:
    """What to call the sides: paths by their last part, unless both have the same."""
    short = Path(system).name or system, Path(against).name or against
    return short if short[0] != short[1] else (system, against)


def _rows(
    documents: Sequence[tuple[Document, dict[str, AnnotatorFile]]], system: str, reference: str, layers: Sequence[str]
) -> Iterator[PrecisionRecall]:
    counts: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for _, files in documents:
        found: list[dict[tuple[str, str, str], set[Hashable]]] = []
        for name in (system, reference):
            own = [a for a in files[name].annotations if a.layer in layers]
            marked = facets(own)
            for labelled in LABELLED:
                if labelled.layer in layers:
                    for unit, label in labelled.of(own).items():
                        marked[labelled.layer, labelled.aspect, label].add(unit)
            found.append(marked)
        for key in {*found[0], *found[1]}:
            one, other = found[0].get(key, set()), found[1].get(key, set())
            for i, number in enumerate((len(one & other), len(one), len(other))):
                counts[key][i] += number
    order = {key: i for i, key in enumerate(_ASPECTS)}
    for key in sorted(counts, key=lambda key: (LAYERS.index(key[0]), order[key[1]], key[2] != "all", key[2])):
        both, ours, theirs = counts[key]
        yield PrecisionRecall(*key, both / ours if ours else None, both / theirs if theirs else None, ours, theirs)
