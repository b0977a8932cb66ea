"""Push a layer to an annotator's own project, and pull their work back: exact, repeatable, and safe to interrupt.

There is one project per annotator and layer, and its name says so. An annotator becomes a member only after what the
server holds has been compared with what was sent. A pull is a three-way merge; its base, what the annotator's file held
when the layer was last pushed or pulled, is in `annotations/annotators/NAME/.doccano/`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from sayso import jsonl
from sayso.acceptance import Acceptance, acceptance
from sayso.adjudicate import Unit, content, new_id, units
from sayso.agreement import stance_key
from sayso.doccano.client import Client
from sayso.doccano.exchanged import Offer, exchange, read_bases, read_offers, write_bases, write_offers
from sayso.doccano.projects import (
    Progress,
    comments,
    ensure_member,
    ensure_project,
    find_project,
    key_of,
    project_name,
    send,
)
from sayso.doccano.wire import (
    LAYERS,
    Layer,
    Problem,
    read_items,
    read_spans,
    sha,
    to_items,
    to_spans,
)
from sayso.errors import DoccanoError, InputError
from sayso.examine import Examination, Record
from sayso.items import stance_items
from sayso.layers import LAYERS as LAYER_NAMES
from sayso.layers import Annotation, Claim, Entity, Stance, Verifiable, dump, read_layers
from sayso.project import Project
from sayso.storage import exclusive, write_file, write_files
from sayso.suggested import read_suggested

__all__ = ["Pulled", "Pushed", "pull", "push"]

Row = dict[str, Any]
Source = Literal["gold", "suggested", "nothing"]
KINDS: dict[Layer, type[Annotation]] = {
    "entities": Entity, "claims": Claim, "verifiable": Verifiable, "stance": Stance,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did.

    Attributes:
        project: the server's id of the project.
        sent: examples uploaded now.
        present: examples there now.
        new_password: the annotator's password, if the account was made now: it is shown once.
    """

    project: int
    sent: int
    present: int
    new_password: str | None


@dataclass
class Pulled:
    """What a pull brought.

    Attributes:
        written: documents whose file changed.
        unchanged: documents whose file did not.
        conflicts: units that were changed here and there, each otherwise; what is here stays.
        problems: what could not be brought back as it is.
        acceptance: what became of suggestions, in what is confirmed.
    """

    written: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    conflicts: list[tuple[Unit, dict[str, Any]]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    acceptance: Acceptance = field(default_factory=Counter)


def _records(corpus: Project, docs: Iterable[str]) -> dict[str, Record]:
    """The chosen documents, or all. Open disagreements and the like are no reason not to go on annotating."""
    records = {record.source.id: record for record in Examination(corpus).records()}
    wanted = list(docs) or list(records)
    for doc in wanted:
        if doc not in records or records[doc].document is None:
            raise InputError(corpus.sources, f"there is no document {doc!r} that can be read: see `sayso validate`")
    return {doc: records[doc] for doc in wanted}


# -- push


def push(
    corpus: Project,
    client: Client,
    annotator: str,
    layer: Layer,
    docs: Iterable[str] = (),
    source: Source = "nothing",
    progress: Progress | None = None,
) -> Pushed:
    """Offer a layer to an annotator. What is there already is neither sent again nor touched.

    Args:
        docs: ids; all documents if there are none.
        source: what the annotator starts from.

    Raises:
        DoccanoError: the server fails, or holds something else than was sent.
        InputError: there is no such document, or nothing to annotate.
    """
    rows: dict[str, Row] = {}
    bases: dict[str, list[Annotation]] = {}
    offered: list[Offer] = []
    for doc, record in _records(corpus, docs).items():
        assert record.document is not None  # noqa: S101 - _records saw to it
        gold = record.gold or []
        if layer == "stance" and record.gold is None:
            raise InputError(corpus.gold, f"{doc} has no gold yet, whose entities and claims stance items come from")
        shown = _shown(corpus, record, layer, source)
        own = corpus.layers / annotator / f"{doc}.jsonl"
        bases[doc] = [a for a in read_layers(own) if isinstance(a, KINDS[layer])] if own.exists() else []
        if layer in ("entities", "claims"):
            made = {doc: to_spans(record.document, shown, layer)}
        else:
            made = to_items(record.document, shown, gold, layer, corpus.scheme)
        if source == "suggested":
            offer = Offer(doc, sha(dump(shown).decode()), shown)
            offered.append(offer)
            made = {key: {**row, "suggestions": offer.digest} for key, row in made.items()}
        rows |= made
    if not rows:
        raise InputError(corpus.sources, f"there is nothing to annotate in the layer {layer}")
    if offered:
        with exclusive(corpus.root):  # before they are sent: whatever happens then, what was offered is known
            write_offers(corpus, annotator, layer, offered)
    project = ensure_project(client, corpus, layer, annotator)
    sent = send(client, project, layer, rows, progress)
    new_password = ensure_member(client, project, annotator)
    with exclusive(corpus.root):
        # What was exchanged before stays the base: the annotator may have pulled and gone on.
        write_bases(corpus, annotator, layer, bases | read_bases(corpus, annotator, layer))
        _describe(corpus, annotator, None)
    return Pushed(project, sent, len(rows), new_password)


def _shown(corpus: Project, record: Record, layer: Layer, source: Source) -> list[Annotation]:
    """What the annotator of a layer starts from in a document."""
    assert record.document is not None  # noqa: S101 - _records saw to it
    if source == "nothing":
        return []
    if source == "gold":
        return [a for a in record.gold or () if isinstance(a, KINDS[layer])]
    found = [a for a in read_suggested(corpus, record.document).annotations if isinstance(a, KINDS[layer])]
    if layer == "stance":
        # Stance is asked about the pairs of gold's entities and claims, whatever was suggested for those.
        asked = {item.key for item in stance_items(record.document, record.gold or (), corpus.scheme)}
        found = [a for a in found if isinstance(a, Stance) and stance_key(a) in asked]
    return found


# -- pull


def pull(
    corpus: Project, client: Client, annotator: str, wanted: Sequence[Layer] = LAYERS, progress: Progress | None = None
) -> Pulled:
    """Bring an annotator's confirmed work into `annotations/annotators/NAME/`.

    Raises:
        DoccanoError: the server fails, or has no project of this annotator.
        InputError: a file of annotations cannot be read; nothing was written over it.
    """
    result = Pulled()
    found = False
    with exclusive(corpus.root), ThreadPoolExecutor(1) as pool:
        reading = pool.submit(_records, corpus, ())  # while the server gets the first download ready
        for done, layer in enumerate(wanted):
            if progress:
                progress(done, len(wanted))
            project = find_project(client, project_name(corpus, layer, annotator))
            if project is None:
                continue
            found = True
            rows = client.download(int(project["id"]))
            _pull_layer(corpus, client, int(project["id"]), rows, annotator, layer, reading.result(), result)
        reading.result()
    if not found:
        raise DoccanoError(f"the server has no project of {annotator!r} for this corpus: push one first")
    result.problems.sort()
    return result


def _pull_layer(
    corpus: Project,
    client: Client,
    project: int,
    rows: Sequence[Row],
    annotator: str,
    layer: Layer,
    records: Mapping[str, Record],
    result: Pulled,
) -> None:
    confirmed = client.confirmed(project, rows)
    notes = comments(client, project)
    bases = read_bases(corpus, annotator, layer)
    by_doc: dict[str, dict[str, Row]] = {doc: {} for doc in bases if doc in records}
    states = []
    for row in sorted(rows, key=lambda row: int(row["id"])):
        doc, key = str(row.get("doc_id")), key_of(row)
        if doc not in records:
            result.problems.append(Problem(doc, "not-ours", f"example {row['id']} is no document of this corpus"))
        elif row.get("text_sha256") != sha(row["text"]):
            result.problems.append(
                Problem(doc, "text-changed", f"example {row['id']}: somebody edited it on the server")
            )
        elif key in by_doc.setdefault(doc, {}):
            result.problems.append(Problem(doc, "twice", f"example {row['id']} is a copy of {by_doc[doc][key]['id']}"))
        else:
            by_doc[doc][key] = row
            states.append({"item": key, "confirmed": row["id"] in confirmed, "comments": notes.get(row["id"], [])})
    pulled = False
    files: dict[Path, bytes] = {}
    offers = read_offers(corpus, annotator, layer)
    for doc, own in by_doc.items():
        digests = {str(row["suggestions"]) for row in own.values() if row.get("suggestions")}
        offer = next((offers[doc, digest] for digest in sorted(digests) if (doc, digest) in offers), None)
        pulled |= _pull_document(corpus, annotator, layer, records[doc], own, confirmed, bases, result, files, offer)
    write_files(files)
    if pulled:
        _describe(corpus, annotator, layer)
    write_bases(corpus, annotator, layer, bases)
    path = exchange(corpus, annotator) / f"{layer}.state.jsonl"
    write_file(path, jsonl.encode(sorted(states, key=lambda state: str(state["item"]))))


def _pull_document(
    corpus: Project,
    annotator: str,
    layer: Layer,
    record: Record,
    own: Mapping[str, Row],
    confirmed: set[int],
    bases: dict[str, list[Annotation]],
    result: Pulled,
    files: dict[Path, bytes],
    offer: Offer | None,
) -> bool:
    """Merge one document's layer, and renew its base; whether anything of it is confirmed.

    Args:
        files: to which the document's file is added if it changed.
        offer: the suggestions that the annotator started from, if any.
    """
    document, doc = record.document, record.source.id
    assert document is not None  # noqa: S101 - _records saw to it
    gold = record.gold or []
    path = corpus.layers / annotator / f"{doc}.jsonl"
    ours = read_layers(path) if path.exists() else []
    base = bases.get(doc, [])
    spans = layer in ("entities", "claims")
    suggested = offer.annotations if offer else []
    known = [*ours, *base, *gold, *suggested]
    expected = {doc} if spans else set(to_items(document, [], gold, layer, corpus.scheme))
    if not spans:
        expected |= set(own) & set(to_items(document, known, gold, layer, corpus.scheme))
    for key in sorted(expected):
        if key not in own:
            result.problems.append(Problem(doc, "missing", f"the server has no {key}"))
        elif own[key]["id"] not in confirmed:
            result.problems.append(Problem(doc, "unconfirmed", key))
    good = {key: row for key, row in own.items() if key in expected and row["id"] in confirmed}
    if not good:
        return False
    if spans:
        theirs, problems = read_spans(document, good[doc], layer, corpus.scheme, known)
        scope = None
    else:
        several = [key for key, row in good.items() if len(row["label"]) != 1]
        result.problems += [Problem(doc, "not-one-label", f"{key} has {len(good[key]['label'])}") for key in several]
        chosen = {key: row["label"][0] for key, row in good.items() if key not in several}
        theirs, problems = read_items(document, chosen, gold, known, layer, corpus.scheme)
        # Only what was asked and answered is merged: what somebody added by hand stays.
        scope = set(units(doc, theirs))
    result.problems += problems
    if offer is not None:
        asked = suggested if scope is None else [a for unit, a in units(doc, suggested).items() if unit in scope]
        result.acceptance.update(acceptance(doc, asked, theirs))
    mine = [a for a in ours if isinstance(a, KINDS[layer])]
    merged, conflicts = _merge(doc, base, mine, theirs, scope)
    result.conflicts += conflicts
    others = [a for a in ours if not isinstance(a, KINDS[layer])]
    data = dump([*others, *_with_ids(merged, mine)])
    if not path.exists() or path.read_bytes() != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        files[path] = data
        result.written.append(doc)
    else:
        result.unchanged.append(doc)
    bases[doc] = _with_ids(theirs, [])
    return True


def _merge(
    doc: str,
    base: Sequence[Annotation],
    ours: Sequence[Annotation],
    theirs: Sequence[Annotation],
    scope: set[Unit] | None,
) -> tuple[list[Annotation], list[tuple[Unit, dict[str, Any]]]]:
    """Three-way merge by unit: who changed a unit wins; where both did, ours stays and it is a conflict."""
    sides = [units(doc, side) for side in (base, ours, theirs)]
    merged: list[Annotation] = []
    conflicts = []
    for unit in sorted({unit for side in sides for unit in side}):
        was, here, there = (content(side[unit]) if unit in side else None for side in sides)
        keep_ours = there in (here, was) or (scope is not None and unit not in scope)
        if not keep_ours and here != was:
            conflicts.append((unit, {"base": was, "ours": here, "theirs": there}))
            keep_ours = True
        chosen = sides[1].get(unit) if keep_ours else sides[2].get(unit)
        if chosen is not None:
            merged.append(chosen)
    return merged, conflicts


def _with_ids(annotations: Sequence[Annotation], previous: Sequence[Annotation]) -> list[Annotation]:
    """Give every annotation its id of before, or the next free one."""
    ids = {unit: a.id for unit, a in units("", previous).items()}
    used = set(ids.values())
    named = []
    for a in sorted(annotations, key=lambda a: (a.start, a.end)):
        (unit,) = units("", [a])
        if unit not in ids:
            ids[unit] = new_id(a.layer, used)
        named.append(replace(a, id=ids[unit]))
    return named


def _describe(corpus: Project, annotator: str, layer: Layer | None) -> None:
    """Note the annotator in annotators.jsonl, and that they annotate a layer, once it has been pulled."""
    path = corpus.annotations / "annotators.jsonl"
    rows = [value for _, value in jsonl.read(path)] if path.exists() else []
    own = [row for row in rows if row["name"] == annotator]
    if not own:
        own = [{"name": annotator, "kind": "human", "layers": [], "description": "An annotator in doccano"}]
        rows += own
    kind = None if layer is None else KINDS[layer].layer
    own[0]["layers"] = [known for known in LAYER_NAMES if known in own[0]["layers"] or known == kind]
    data = jsonl.encode(rows)
    if not path.exists() or path.read_bytes() != data:
        write_file(path, data)
