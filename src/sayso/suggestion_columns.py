"""What a pipeline proposes for the documents of a collection, in columns beside their texts.

Each document is for itself: unlike in a corpus, a name's label in one document says nothing about it in another, so
that no document's suggestions depend on what stands around it in its file.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sayso.layers import Anchor, Annotation, Claim, Entity, Mention, Stance, Verifiable
from sayso.segmentation import Document

if TYPE_CHECKING:
    from spacy.language import Language

__all__ = ["SUGGESTED", "columns"]

_TEXT, _NUMBER = pa.string(), pa.int32()
_PLACE = {"start": _NUMBER, "end": _NUMBER, "seed_start": _NUMBER, "seed_end": _NUMBER, "text": _TEXT}
_ANCHOR = pa.struct(_PLACE)
_MENTION = pa.struct({**_PLACE, "entity": _TEXT})
_FACTS = {"score": _NUMBER, "source": _TEXT}

SUGGESTED = pa.schema({
    "entities": pa.list_(pa.struct({**_PLACE, "label": _TEXT, "entity": _TEXT, **_FACTS})),
    "claims": pa.list_(pa.struct({
        "cue": _ANCHOR, "lemma": _TEXT, "holder": _MENTION, "content": pa.list_(_ANCHOR), "type": _TEXT,
        "polarity": _TEXT, **_FACTS,
    })),
    "verifiable": pa.list_(pa.struct({**_PLACE, "label": _TEXT, **_FACTS})),
    "stance": pa.list_(pa.struct({
        "holder": _MENTION, "target": _MENTION, "label": _TEXT, "evidence": pa.list_(_ANCHOR), **_FACTS,
    })),
})  # fmt: skip
"""Machine-made: entities, claims, verifiability and stance, each with its score in per cent and its source.

`start`, `end` are code points of the document's text, `seed_start`, `seed_end` of its seed. A stance without a holder
is the author's. Documents in other languages than English have none.
"""


@cache
def _pipeline(model: str | None) -> Language:
    from sayso.components import pipeline

    return pipeline(model)


def columns(documents: Sequence[Document | None], model: str | None) -> list[pa.Array]:
    """The columns of `SUGGESTED` for documents; None stands for one that nothing is suggested for."""
    from sayso.suggestions import propose

    rows: dict[str, list[list[dict[str, Any]]]] = {name: [] for name in SUGGESTED.names}
    for document in documents:
        own: dict[str, list[dict[str, Any]]] = {name: [] for name in SUGGESTED.names}
        if document is not None:
            (suggestions,) = propose([document], _pipeline(model))
            for s in suggestions:
                column, row = _row(document, s.annotation)
                own[column].append({**row, "score": s.score, "source": s.source})
        for name, values in own.items():
            rows[name].append(values)
    return [pa.array(rows[field.name], field.type) for field in SUGGESTED]


def _row(document: Document, a: Annotation) -> tuple[str, dict[str, Any]]:
    """The column that an annotation belongs to, and its value there."""

    def place(anchor: Anchor | Annotation) -> dict[str, Any]:
        start, end = document.from_seed(anchor.start, anchor.end)
        return {"start": start, "end": end, "seed_start": anchor.start, "seed_end": anchor.end, "text": anchor.text}

    def mention(holder: Mention | None) -> dict[str, Any] | None:
        return None if holder is None else {**place(holder), "entity": holder.entity}

    if isinstance(a, Entity):
        return "entities", {**place(a), "label": a.label, "entity": a.entity}
    if isinstance(a, Claim):
        return "claims", {
            "cue": place(a), "lemma": a.lemma, "holder": mention(a.holder), "content": [place(c) for c in a.content],
            "type": a.type, "polarity": a.polarity,
        }  # fmt: skip
    if isinstance(a, Verifiable):
        return "verifiable", {**place(a), "label": a.label}
    assert isinstance(a, Stance)  # noqa: S101 - there are four kinds
    return "stance", {
        "holder": mention(a.holder), "target": {**place(a), "entity": a.entity}, "label": a.label,
        "evidence": [place(e) for e in a.evidence],
    }  # fmt: skip
