"""`annotations/suggested/`: what a pipeline proposes for the documents of a corpus, and `annotations/gazetteer.jsonl`.

`suggested/DOC.jsonl` is a file of annotations like any other. `suggested/scores/DOC.jsonl` has, line by line, the `id`
of each, its `score` in per cent and its `source`; `suggested/SOURCE.json` says what made them all.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sayso import gazetteer, jsonl
from sayso.annotator_files import AnnotatorFile, read_annotator_file
from sayso.errors import InputError
from sayso.examine import Examination, Record
from sayso.gazetteer import GOLD, Counts, Gazetteer, Name
from sayso.layers import Entity, dump
from sayso.project import Project
from sayso.segmentation import Document
from sayso.storage import exclusive, write_file, write_files
from sayso.suggestions import Suggestion, propose

if TYPE_CHECKING:
    from spacy.language import Language

__all__ = ["Written", "names_of", "read_suggested", "write_suggestions"]

BATCH = 256
"""Documents whose files are written together."""

ANNOTATORS = "annotators"
"""The source of names that annotators marked, all alike, in documents without gold."""

RULES = "rules"
"""What SOURCE.json calls the pipeline without a model."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written.

    Attributes:
        documents: their ids.
        suggestions: of each layer.
        names: in the gazetteer.
    """

    documents: tuple[str, ...]
    suggestions: dict[str, int]
    names: int


def names_of(records: Iterable[Record], project: Project) -> tuple[dict[str, Counts], dict[str, Counts]]:
    """The names of each document: in gold, and in the annotators' files of documents that have none."""
    agreed: dict[str, Counts] = {}
    marked: dict[str, Counts] = {}
    for record in records:
        if record.gold is not None:
            agreed[record.source.id] = gazetteer.count(record.gold, project.scheme)
        elif record.layers:
            everybody = [a for own in record.layers.values() for a in own]
            marked[record.source.id] = gazetteer.count(everybody, project.scheme)
    return agreed, marked


def _total(counts: Iterable[Counts]) -> Counts:
    total: Counts = Counter()
    for some in counts:
        total.update(some)
    return total


def write_suggestions(
    root: Path,
    model: str | None = None,
    docs: Sequence[str] = (),
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Written:
    """Propose annotations for the corpus at `root`, and bring its gazetteer up to date.

    Names that others than gold and annotators put into the gazetteer stay. A document that has gold is given no
    name that only its own gold knows: else figures measured against gold would praise what was read off it.

    Args:
        model: a spaCy pipeline's name; rules alone if None.
        docs: ids; all documents if there are none.

    Raises:
        InputError: a seed or a file of annotations is damaged, there is no such document or pipeline, or the other
            documents' suggestions come from another one.
    """
    from sayso.components import pipeline

    project = Project.read(root)
    examination = Examination(project)
    records = list(examination.records())
    examination.insist_on_whole()
    known = {record.source.id: record for record in records}
    for doc in docs:
        if doc not in known or known[doc].document is None:
            raise InputError(project.sources, f"there is no document {doc!r} that can be read: see `sayso validate`")
    wanted = [record for record in records if record.document is not None and (not docs or record.source.id in docs)]
    if not wanted:
        raise InputError(project.sources, "there is no document to propose anything for: take one in with `sayso add`")
    added = [n for n in gazetteer.read(project.gazetteer, project.scheme) if n.source not in (GOLD, ANNOTATORS)]
    agreed, marked = names_of(records, project)
    nlp = pipeline(model, schema=project.annotations / "schema.json")
    source = _source(nlp, model)
    _same_source(project, source, {record.source.id for record in wanted})
    gold, others = _total(agreed.values()), _total(marked.values())

    def names(own: str | None = None) -> list[Name]:
        without = agreed.get(own, Counter()) if own else Counter()
        own_marks = marked.get(own, Counter()) if own else Counter()
        return gazetteer.merged(
            added,
            gazetteer.names_from(_less(gold, without)),
            gazetteer.names_from(_less(others, own_marks), ANNOTATORS),
        )

    counts: Counter[str] = Counter()
    everything = names()
    labels = {a.entity: a.label for r in records for a in r.gold or () if isinstance(a, Entity) and a.entity}
    with exclusive(project.root):
        (project.suggested / "scores").mkdir(parents=True, exist_ok=True)
        files: dict[Path, bytes] = {}
        for number, record in enumerate(wanted):
            progress(number, len(wanted))
            document = record.document
            assert document is not None  # noqa: S101 - chosen so
            apart = document.id in agreed or document.id in marked
            nlp.get_pipe("sayso_entities").gazetteer = Gazetteer(  # type: ignore[attr-defined]
                tuple(names(document.id) if apart else everything)
            )
            (found,) = propose([document], nlp, {} if apart else labels)
            if not apart:
                for a in (s.annotation for s in found):
                    if isinstance(a, Entity) and a.entity:
                        labels.setdefault(a.entity, a.label)
            counts.update(suggestion.annotation.layer for suggestion in found)
            files |= _files(project, document.id, found)
            if len(files) >= 2 * BATCH:
                write_files(files)
                files = {}
        if files:
            write_files(files)
        write_file(project.suggested / "SOURCE.json", (json.dumps(source, indent=2) + "\n").encode())
        data = gazetteer.dump(everything)
        if everything and (not project.gazetteer.exists() or project.gazetteer.read_bytes() != data):
            write_file(project.gazetteer, data)
    return Written(tuple(record.source.id for record in wanted), dict(counts), len(everything))


def _less(counts: Counts, own: Counts) -> Counts:
    if not own:
        return counts
    rest = counts.copy()
    rest.subtract(own)
    return rest


def _files(project: Project, doc: str, found: Sequence[Suggestion]) -> dict[Path, bytes]:
    scores = [{"id": s.annotation.id, "score": s.score, "source": s.source} for s in found]
    return {
        project.suggested / f"{doc}.jsonl": dump(s.annotation for s in found),
        project.suggested / "scores" / f"{doc}.jsonl": jsonl.encode(scores),
    }


def _source(nlp: Language, model: str | None) -> dict[str, Any]:
    """What the suggestions come from."""
    meta = nlp.meta
    own = {"name": RULES, "version": None} if model is None else {
        "name": f"{meta['lang']}_{meta['name']}", "version": meta["version"],
    }  # fmt: skip
    return {"sayso": version("sayso"), "spacy": version("spacy"), "model": own, "pipes": list(nlp.pipe_names)}


def _same_source(project: Project, source: dict[str, Any], wanted: set[str]) -> None:
    """See that the suggestions that stay were made by the same pipeline."""
    path = project.suggested / "SOURCE.json"
    others = {p.stem for p in project.suggested.glob("*.jsonl")} - wanted if project.suggested.is_dir() else set()
    if not others or not path.exists():
        return
    try:
        before = json.loads(path.read_bytes())
    except ValueError as error:
        raise InputError(path, f"no JSON: {error}: run `sayso suggest` for all documents") from error
    if before != source:
        raise InputError(path, f"{len(others)} other documents have suggestions of another source: run it for all")


def read_suggested(project: Project, document: Document) -> AnnotatorFile:
    """The suggestions for a document.

    Raises:
        InputError: there are none, or they are of another text.
    """
    path = project.suggested / f"{document.id}.jsonl"
    if not path.exists():
        raise InputError(path, "no such file: run `sayso suggest` first")
    return read_annotator_file(path, document)
