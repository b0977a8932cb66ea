"""Adjudicate in doccano: every disagreement with all its versions; what the adjudicator leaves standing is decided.

There is one project per adjudicator and layer. In entities and claims an example is one block with the spans of all
versions in it; in verifiability and stance it is one item. The reason of a decision is the comment on its example. An
example names, by a hash, what annotators said when it was made: a case on which they have changed their minds since
is asked again. Cases whose versions look the same in doccano (they differ in links or evidence) stay for the terminal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sayso import jsonl
from sayso.adjudicate import Content, Decision, Unit, content, merge, said_of, units
from sayso.adjudication import Adjudication
from sayso.cases import Case, Judged, open_cases
from sayso.disagreement import describe, quoted
from sayso.doccano.client import Client
from sayso.doccano.projects import (
    Progress,
    comments,
    ensure_member,
    ensure_project,
    find_project,
    key_of,
    marks_of,
    project_name,
    send,
)
from sayso.doccano.sync import KINDS
from sayso.doccano.wire import LAYERS, Layer, Problem, read_items, read_spans, to_items, to_spans
from sayso.layers import Annotation, FormError, parse
from sayso.segmentation import Block, Document

__all__ = ["Exchanged", "fetch", "offer"]

Row = dict[str, Any]
SPANS: tuple[Layer, ...] = ("entities", "claims")
PREFACE = """# Adjudication
Each example shows all versions of what annotators disagree about; who said what is in the table of metadata beside it.
Leave standing what holds: delete the other spans, or draw what nobody drew; choose one label. **Say why in a comment**,
then confirm. What is not confirmed, or has no comment, is not decided.

"""


@dataclass
class Exchanged:
    """What went to the server and came from it.

    Attributes:
        sent: examples uploaded now.
        waiting: by layer, the id of its project and how many examples wait there.
        problems: confirmed examples from which nothing could be decided.
        terminal: cases that doccano cannot show.
        later: stance cases that wait until the entities and claims of their document are settled.
        new_password: the adjudicator's, if the account was made now.
    """

    sent: int = 0
    waiting: dict[Layer, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    terminal: int = 0
    later: int = 0
    new_password: str | None = None


@dataclass(frozen=True, slots=True)
class _Example:
    """Some cases as one example.

    Attributes:
        document: the whole document, or one block of it as a document of its own.
        row: as it is uploaded.
        shown: the annotations in the row, by unit, that are not in question.
        hidden: the units in its place that doccano cannot show.
    """

    judged: Judged
    document: Document
    cases: tuple[Case, ...]
    row: Row
    shown: dict[Unit, Annotation]
    hidden: frozenset[Unit] = frozenset()


def fetch(work: Adjudication, client: Client, result: Exchanged) -> None:
    """Record what the adjudicator decided on the server since the last time.

    Raises:
        DoccanoError: the server fails.
    """
    for layer in LAYERS:
        project = find_project(client, _name(work, layer))
        if project is None:
            continue
        rows = client.download(project["id"])
        confirmed, notes = client.confirmed(project["id"], rows), comments(client, project["id"])
        there = {key_of(row): row for row in rows if row["id"] in confirmed}
        for example in list(_examples(work, layer, Exchanged())):
            key = key_of(example.row)
            if key not in there:
                continue
            row = there[key]
            reason = " ".join(" ".join(note["text"].split()) for note in notes.get(row["id"], ()))
            try:
                if row["text"] != example.row["text"]:
                    raise FormError("somebody changed its text on the server")
                if not reason or not reason.isprintable():
                    raise FormError("it is confirmed without a comment that says why")
                work.record(list(_decisions(work, layer, example, row, reason)))
            except FormError as error:
                result.problems.append(Problem(example.document.id, "undecided", f"{key}: {error}"))


def offer(work: Adjudication, client: Client, result: Exchanged, progress: Progress | None = None) -> None:
    """Send every open case that is not there yet, and take back those that are open no more.

    Raises:
        DoccanoError: the server fails, or holds something else than was sent.
    """
    assert work.adjudicator is not None  # noqa: S101 - the command asks for the name
    for layer in LAYERS:
        rows = {key_of(example.row): example.row for example in _examples(work, layer, result)}
        known = find_project(client, _name(work, layer))
        if not rows and known is None:
            continue
        project = ensure_project(client, work.project, layer, _who(work), PREFACE)
        # A project that was made just now holds nothing to take back.
        there = client.download(project) if known else []
        confirmed = client.confirmed(project, there) if there else set()
        if stale := [row["id"] for row in there if key_of(row) not in rows and row["id"] not in confirmed]:
            client.delete(f"projects/{project}/examples", {"ids": stale})
        if rows:
            result.sent += send(client, project, layer, rows, progress)
            result.new_password = ensure_member(client, project, work.adjudicator) or result.new_password
            result.waiting[layer] = project, len(rows)


def _who(work: Adjudication) -> str:
    # A name that no annotator can have.
    return f"adjudication by {work.adjudicator}"


def _name(work: Adjudication, layer: Layer) -> str:
    return project_name(work.project, layer, _who(work))


# -- cases to examples


def _examples(work: Adjudication, layer: Layer, result: Exchanged) -> Iterator[_Example]:
    """The open cases of a layer as examples; those that cannot be shown are counted."""
    decisions = work.decisions()
    for judged in work.judged.values():
        cases = open_cases(judged, decisions, work.parts)
        own = [case for case in cases if case.unit.layer == KINDS[layer].layer]
        if not own:
            continue
        if layer == "stance" and any(case.unit.layer in ("entity", "claim") for case in cases):
            result.later += len(own)
            continue
        gold, _ = merge(judged.document.id, judged.layers, decisions, judged.gold or (), work.parts)
        if layer in SPANS:
            yield from _block_examples(judged, layer, own, gold, result)
        else:
            yield from _item_examples(work, judged, layer, own, gold, result)


def _versions(case: Case) -> list[Annotation]:
    """The different versions of a case, without those who said nothing."""
    distinct: list[Content] = []
    for version in case.versions.values():
        if version is not None and version not in distinct:
            distinct.append(version)
    return [parse({**version, "id": "x1"}) for version in distinct]


def _fingerprint(cases: Sequence[Case]) -> str:
    said = jsonl.encode({**case.unit._asdict(), "versions": case.versions} for case in cases)
    return hashlib.sha256(said).hexdigest()[:8]


def _told(cases: Sequence[Case]) -> dict[str, str]:
    """Who said what, for the table of metadata: one column, for doccano fills those that a row lacks with no JSON."""
    told = (
        f"“{quoted(case.versions)}” " + ", ".join(f"{name}: {said}" for name, said in describe(case.versions).items())
        for case in cases
    )
    return {"versions": " | ".join(told)}


def _part(document: Document, block: Block) -> Document:
    """One block as a document, anchored to the same seed."""
    text = document.text[block.start : block.end]
    return replace(document, text=text, blocks=(block._replace(start=0, end=len(text)),), sentences=())


def _block_examples(
    judged: Judged, layer: Layer, cases: Sequence[Case], gold: Sequence[Annotation], result: Exchanged
) -> Iterator[_Example]:
    document = judged.document
    for block in document.blocks:
        part = _part(document, block)
        inside = [case for case in cases if block.seed_start <= case.unit.start < block.seed_end]
        looks = {case.unit: [marks_of(to_spans(part, [v], layer)) for v in _versions(case)] for case in inside}
        visible = tuple(case for case in inside if all(looks[case.unit].count(look) == 1 for look in looks[case.unit]))
        result.terminal += len(inside) - len(visible)
        if not visible:
            continue
        questioned = {case.unit for case in inside}
        shown = {
            unit: a for unit, a in units(document.id, gold).items()
            if isinstance(a, KINDS[layer]) and unit not in questioned and block.seed_start <= a.start < block.seed_end
        }  # fmt: skip
        row = to_spans(part, [*shown.values(), *(v for case in visible for v in _versions(case))], layer)
        row["item"] = f"{document.id}:{block.seed_start}-{block.seed_end}:{_fingerprint(visible)}"
        hidden = frozenset(questioned - {case.unit for case in visible})
        yield _Example(judged, part, visible, row | _told(visible), shown, hidden)


def _item_examples(
    work: Adjudication,
    judged: Judged,
    layer: Layer,
    cases: Sequence[Case],
    gold: Sequence[Annotation],
    result: Exchanged,
) -> Iterator[_Example]:
    document = judged.document
    for case in cases:
        versions = _versions(case)
        labels = [content(version)["label"] for version in versions]
        if len(set(labels)) < len(labels):
            result.terminal += 1
            continue
        basis = [a for a in gold if not isinstance(a, KINDS[layer])]
        for id, row in to_items(document, versions, basis, layer, work.project.scheme).items():
            if _item_unit(document, layer, id) == case.unit:
                item = f"{id}:{_fingerprint([case])}"
                told = {**row, "label": [], "item": item, **_told([case])}
                yield _Example(judged, document, (case,), told, {})


def _item_unit(document: Document, layer: Layer, id: str) -> Unit:
    """The unit that the id of an item names."""
    place = id.removeprefix(f"{document.id}:")
    numbers = [int(number) for number in (place.split("-") if layer == "verifiable" else place.split("_"))]
    return Unit(document.id, KINDS[layer].layer, *numbers)


# -- examples to decisions


def _decisions(work: Adjudication, layer: Layer, example: _Example, row: Row, reason: str) -> Iterator[Decision]:
    """What a confirmed example decides.

    Raises:
        FormError: something in it cannot be read, or more than one version stands.
    """
    found = _left_spans(work, layer, example, row) if layer in SPANS else _left_item(work, layer, example, row)
    for case in example.cases:
        yield Decision(case.unit, case.versions, _gold(layer, example, case, found), reason, work.adjudicator)
    # What else was changed beside the cases is a decision too.
    for unit in sorted({*found, *example.shown} - {case.unit for case in example.cases} - example.hidden):
        new, old = found.get(unit), example.shown.get(unit)
        if _look(layer, example, new) != _look(layer, example, old):
            doc = example.document.id
            versions = said_of(doc, example.judged.layers, [unit], work.parts)[unit]
            yield Decision(unit, versions, None if new is None else content(new), reason, work.adjudicator)


def _look(layer: Layer, example: _Example, annotation: Annotation | None) -> Any:
    """What of an annotation doccano can show."""
    return None if annotation is None else marks_of(to_spans(example.document, [annotation], layer))


def _gold(layer: Layer, example: _Example, case: Case, found: Mapping[Unit, Annotation]) -> Content | None:
    """What holds of a case: a version with all that doccano does not show, where one was left standing."""
    left = found.get(case.unit)
    if left is None:
        return None
    if layer in SPANS:
        for version in _versions(case):
            if _look(layer, example, version) == _look(layer, example, left):
                return content(version)
    return content(left)


def _left_spans(work: Adjudication, layer: Layer, example: _Example, row: Row) -> dict[Unit, Annotation]:
    """The annotations that stand in a block, by unit."""
    known = [*(v for case in example.cases for v in _versions(case)), *example.shown.values()]
    left, problems = read_spans(example.document, row, layer, work.project.scheme, known)
    if problems:
        raise FormError("; ".join(f"{problem.kind}: {problem.detail}" for problem in problems))
    found: dict[Unit, Annotation] = {}
    end, last = -1, ""
    for a in left:
        (unit,) = units(example.document.id, [a])
        if unit in found or (layer == "entities" and a.start < end):
            raise FormError(f"{a.text!r} and {last!r} stand in the same place: leave one")
        work.check(replace(a, id=f"{a.layer[0]}1"), example.judged.document)
        found[unit], end, last = a, max(end, a.end), a.text
    for case in example.cases:
        everything = to_spans(example.document, _versions(case), layer)
        if len(_versions(case)) > 1 and _look(layer, example, found.get(case.unit)) == marks_of(everything):
            raise FormError(f"all versions of {quoted(case.versions)!r} stand: leave one")
    return found


def _left_item(work: Adjudication, layer: Layer, example: _Example, row: Row) -> dict[Unit, Annotation]:
    """The annotation that the chosen label makes."""
    if len(row["label"]) != 1:
        raise FormError(f"it has {len(row['label'])} labels: choose one")
    (case,), (label,) = example.cases, row["label"]
    id = key_of(example.row).rpartition(":")[0]
    gold, _ = merge(example.document.id, example.judged.layers, work.decisions(), example.judged.gold or (), work.parts)
    basis = [a for a in gold if not isinstance(a, KINDS[layer])]
    # The evidence of the version with the chosen label comes first.
    known = sorted(_versions(case), key=lambda version: content(version)["label"] != label)
    left, problems = read_items(example.document, {id: label}, basis, known, layer, work.project.scheme)
    if problems:
        raise FormError("; ".join(problem.detail for problem in problems))
    return {unit: a for unit, a in units(example.document.id, left).items() if unit == case.unit}
