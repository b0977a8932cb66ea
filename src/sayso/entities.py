"""Entities for any spaCy pipeline: `nlp.add_pipe("sayso_entities")`.

Known names come first (the corpus's gazetteer, then common names), dates and amounts second, then what the pipeline's
own recogniser found, put into the form of the annotation guidelines, then names by their words: titles, given names,
*University*, *Inc*. Without a recogniser these are all there is. At last every mention of one thing gets one link.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.strings import StringStore
from spacy.tokens import Doc, Span

from sayso.collector import no_collector
from sayso.gazetteer import Gazetteer, read
from sayso.linking import Found
from sayso.name_search import Proposal, find_entities
from sayso.resources import resource
from sayso.scheme import Scheme
from sayso.token_index import TokenEntity, TokenIndex, is_annotated

_INSIDE, _OUTSIDE, _BEGINS = 1, 2, 3  # of an entity, as `ENT_IOB` has it

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

    @no_collector()
    def __call__(self, doc: Doc) -> Doc:
        """Replace `doc.ents`."""
        labels = {**self.scheme.ontonotes, **{label: label for label in self.scheme.entity}}
        proposals = None
        if is_annotated(doc, "ENT_IOB"):
            proposals = [Proposal(e.start_char, e.end_char, labels[e.label_]) for e in doc.ents if e.label_ in labels]
        index = TokenIndex(doc)
        starts = [index.starts[first] for first in index.opens]
        self._enter(index, find_entities(index.text, starts, proposals, self.gazetteer))
        return doc

    @staticmethod
    def _enter(index: TokenIndex, entities: Sequence[Found]) -> None:
        """Set `doc.ents` all at once, as `Doc.from_array` can: a `Span` for each takes most of the time."""
        doc, ids = index.doc, _Ids(index.doc.vocab.strings)
        entered: list[TokenEntity] = []
        values: list[tuple[int, int]] = []
        kept: dict[Any, Any] = doc.user_data
        free = 0
        for found, first, last in zip(entities, *_on_tokens(index, entities), strict=True):
            if not free <= first < last:
                continue
            free = last
            _, _, label, entity, source = found
            link = entity or ""
            entered.append(tuple.__new__(TokenEntity, (first, last, label, link)))
            values.append((ids[label], ids[link]))
            # As spaCy keeps `span._.score`, which takes a `Span` and an object more to set.
            start, end = index.starts[first], index.ends[last - 1]
            kept["._.", "score", start, end] = SCORES[source]
            kept["._.", "source", start, end] = source
        table = np.zeros((len(doc), 3), dtype=np.uint64)
        table[:, 0] = _OUTSIDE
        if entered:
            firsts = np.array([e.start for e in entered])
            lasts = np.array([e.end for e in entered])
            sizes = lasts - firsts
            # The tokens of all: each one's first, and one more at each step to its last.
            tokens = np.repeat(lasts - sizes.cumsum(), sizes) + np.arange(sizes.sum())
            table[tokens, 0] = _INSIDE
            table[tokens, 1:] = np.repeat(np.array(values, dtype=np.uint64), sizes, axis=0)
            table[firsts, 0] = _BEGINS
        doc.from_array(["ENT_IOB", "ENT_TYPE", "ENT_KB_ID"], table)  # type: ignore[arg-type]
        index.remember_entities(entered, table)


class _Ids(dict[str, int]):
    """The hashes of strings, each added to a vocabulary once."""

    def __init__(self, strings: StringStore) -> None:
        super().__init__()
        self._strings = strings

    def __missing__(self, text: str) -> int:
        value = self[text] = int(self._strings.add(text))
        return value


def _on_tokens(index: TokenIndex, entities: Sequence[Found]) -> tuple[list[int], list[int]]:
    """The first token of each entity and the one after its last.

    They have the marks that its last one has; there is none if it is but a part of a token's word.
    """
    if not entities or not index.starts:
        return [0] * len(entities), [0] * len(entities)
    starts, ends = [e.start for e in entities], [e.end for e in entities]
    one, other = index.ranges(starts, ends)
    firsts: list[int] = one.tolist()
    lasts: list[int] = other.tolist()
    for i, (found, first, last) in enumerate(zip(entities, firsts, lasts, strict=True)):
        if first < last and (index.starts[first] != found.start or index.ends[last - 1] != found.end):
            more = index.text[index.starts[first] : found.start] + index.text[found.end : index.ends[last - 1]]
            if any(c.isalnum() for c in more):
                lasts[i] = first
    return firsts, lasts


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
