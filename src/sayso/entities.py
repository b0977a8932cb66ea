"""Entities for any spaCy pipeline: `nlp.add_pipe("sayso_entities")`.

Known names come first (the corpus's gazetteer, then common names), dates and amounts second, then what the pipeline's
own recogniser found, put into the form of the annotation guidelines, then names by their words: titles, given names,
*University*, *Inc*. Without a recogniser these are all there is. At last every mention of one thing gets one link.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, Span

from sayso.gazetteer import Gazetteer, read
from sayso.linking import Found
from sayso.name_search import Proposal, find_entities
from sayso.resources import resource
from sayso.scheme import Scheme
from sayso.token_index import TokenIndex, is_annotated

__all__ = ["SCORES", "EntityFinder", "create_entities"]

SCORES = {
    "amount": 100, "gazetteer": 98, "person": 87, "listed": 83, "repeated": 66, "organisation": 59, "model": 57,
    "shape": 51, "place": 48, "acronym": 42,
}  # fmt: skip
"""Source of an entity -> how often such a one is right, in per cent, as `benchmarks/suggesting.py` counts it: in the
public sets, and in gold, which is small, for the two that those lack."""


class EntityFinder:
    """The component; see `create_entities`."""

    def __init__(self, scheme: Scheme, gazetteer: Gazetteer) -> None:
        self.scheme, self.gazetteer = scheme, gazetteer
        for name, default in (("score", 0), ("source", "")):
            if not Span.has_extension(name):
                Span.set_extension(name, default=default)

    def __call__(self, doc: Doc) -> Doc:
        """Replace `doc.ents`."""
        labels = {**self.scheme.ontonotes, **{label: label for label in self.scheme.entity}}
        proposals = None
        if is_annotated(doc, "ENT_IOB"):
            proposals = [Proposal(e.start_char, e.end_char, labels[e.label_]) for e in doc.ents if e.label_ in labels]
        places = doc.to_array(["IDX", "SENT_START"]) if len(doc) else np.zeros((0, 2))
        starts = [int(start) for start in places[places[:, 1] == 1, 0]]
        spans, index = [], TokenIndex(doc)
        for found in find_entities(doc.text, starts, proposals, self.gazetteer):
            span = _on_tokens(index, found)
            if span is not None:
                span._.score, span._.source = SCORES[found.source], found.source
                spans.append(span)
        doc.ents = spans
        return doc


def _on_tokens(index: TokenIndex, found: Found) -> Span | None:
    """The span of an entity; with the marks that its last token has, and None if it is but a part of a token's word."""
    span = index.span(found.start, found.end, found.label, found.entity or "")
    if span is None:
        return None
    text = span.text
    more = text[: max(0, found.start - span.start_char)] + text[found.end - span.start_char :]
    return None if any(c.isalnum() for c in more) else span


@Language.factory("sayso_entities", default_config={"gazetteer": None, "schema": None}, assigns=["doc.ents"])
def create_entities(
    nlp: Language,  # noqa: ARG001 - spaCy's signature
    name: str,  # noqa: ARG001
    gazetteer: str | None,
    schema: str | None,
) -> Callable[[Doc], Doc]:
    """The factory behind the entry point.

    `doc.ents` then has our labels, the link as `kb_id_`, and `span._.score` (per cent) and `span._.source`.

    Args:
        gazetteer: the path of a `gazetteer.jsonl`, or None.
        schema: the path of a `schema.json`; the package's own if None.

    Raises:
        InputError: a file is malformed.
    """
    scheme = Scheme.read(Path(schema) if schema else resource("annotations/schema.json"))
    return EntityFinder(scheme, Gazetteer(tuple(read(Path(gazetteer), scheme)) if gazetteer else ()))
