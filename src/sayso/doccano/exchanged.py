"""What was last exchanged with the server for an annotator, in `annotations/annotators/NAME/.doccano/`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from sayso import jsonl
from sayso.doccano.wire import Layer
from sayso.layers import Annotation, parse, to_json
from sayso.project import Project
from sayso.storage import write_file

__all__ = ["Offer", "exchange", "read_bases", "read_offers", "write_bases", "write_offers"]


class Offer(NamedTuple):
    """Suggestions that were shown to an annotator; examples on the server name them by the digest."""

    doc: str
    digest: str
    annotations: list[Annotation]


def exchange(corpus: Project, annotator: str) -> Path:
    """The folder of what was last exchanged with the server."""
    return corpus.layers / annotator / ".doccano"


def read_bases(corpus: Project, annotator: str, layer: Layer) -> dict[str, list[Annotation]]:
    """What the annotator's files held of a layer when it was last pushed or pulled, by document."""
    path = exchange(corpus, annotator) / f"{layer}.jsonl"
    if not path.exists():
        return {}
    return {value["doc"]: [parse(item) for item in value["annotations"]] for _, value in jsonl.read(path)}


def write_bases(corpus: Project, annotator: str, layer: Layer, bases: Mapping[str, Sequence[Annotation]]) -> None:
    """Keep what the annotator's files hold of a layer now that it is exchanged."""
    folder = exchange(corpus, annotator)
    folder.mkdir(parents=True, exist_ok=True)
    lines = ({"doc": doc, "annotations": [to_json(a) for a in bases[doc]]} for doc in sorted(bases))
    write_file(folder / f"{layer}.jsonl", jsonl.encode(lines))


def read_offers(corpus: Project, annotator: str, layer: Layer) -> dict[tuple[str, str], Offer]:
    """What was ever offered of a layer, by document and digest."""
    path = exchange(corpus, annotator) / f"{layer}.suggested.jsonl"
    if not path.exists():
        return {}
    offers = (
        Offer(value["doc"], value["digest"], [parse(item) for item in value["annotations"]])
        for _, value in jsonl.read(path)
    )
    return {(offer.doc, offer.digest): offer for offer in offers}


def write_offers(corpus: Project, annotator: str, layer: Layer, offered: Iterable[Offer]) -> None:
    """Add to what was ever offered of a layer."""
    offers = read_offers(corpus, annotator, layer) | {(offer.doc, offer.digest): offer for offer in offered}
    folder = exchange(corpus, annotator)
    folder.mkdir(parents=True, exist_ok=True)
    lines = (
        {"doc": doc, "digest": digest, "annotations": [to_json(a) for a in offers[doc, digest].annotations]}
        for doc, digest in sorted(offers)
    )
    write_file(folder / f"{layer}.suggested.jsonl", jsonl.encode(lines))
