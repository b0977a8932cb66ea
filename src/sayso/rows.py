"""The rows of the published configs, as pure functions of a document and its annotations.

Offsets in a row are code points of that row's own `text`; `seed_start` and `seed_end` lead back to the seed. Labels are
names here; `sayso.features` turns them into the integers of the Parquet files.
"""

from __future__ import annotations

import hashlib
import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from sayso.layers import AUTHOR, Anchor, Annotation, Claim, Entity, Stance, Verifiable
from sayso.seeds import Source
from sayso.segmentation import Document, Sentence

__all__ = ["CONFIGS", "FOLDS", "Rows", "Tokenizer", "bio", "fold", "rows", "sentence_id", "tokenizer"]

Rows = dict[str, list[dict[str, Any]]]
Tokenizer = Callable[[str], list[tuple[int, int]]]

CONFIGS = ("documents", "sentences", "entities", "tokens", "claims", "stance")
FOLDS = 10


def fold(doc_id: str) -> int:
    """The cross-validation fold of a document: a function of its id alone, so that it never moves."""
    return int(hashlib.sha256(doc_id.encode()).hexdigest()[:8], 16) % FOLDS


def sentence_id(doc_id: str, sentence: Sentence) -> str:
    """`doc:seed_start`: stays when other sentences come or go."""
    return f"{doc_id}:{sentence.seed_start}"


@cache
def tokenizer() -> Tokenizer:
    """The pinned spaCy's rules for English, as code point spans of a text."""
    import spacy

    make_doc = spacy.blank("en").make_doc

    def spans(text: str) -> list[tuple[int, int]]:
        return [(token.idx, token.idx + len(token)) for token in make_doc(text) if not token.is_space]

    return spans


def bio(
    tokens: Iterable[tuple[int, int]], entities: Sequence[tuple[int, int, str]]
) -> tuple[list[tuple[int, int]], list[str]]:
    """Tag tokens, cutting a token where an entity starts or ends inside it, so that no span is lost or widened.

    Args:
        tokens: spans in order.
        entities: (start, end, label), flat and in order.

    Returns:
        the tokens after cutting, and one BIO tag each.
    """
    if not entities:
        whole = list(tokens)
        return whole, ["O"] * len(whole)
    edges = sorted({edge for start, end, _ in entities for edge in (start, end)})
    cut: list[tuple[int, int]] = []
    for start, end in tokens:
        first, last = bisect_right(edges, start), bisect_left(edges, end)
        if first == last:
            cut.append((start, end))
        else:
            cut.extend(itertools.pairwise([start, *edges[first:last], end]))
    tags = ["O"] * len(cut)
    i = 0
    for start, end, label in entities:
        while i < len(cut) and cut[i][1] <= start:
            i += 1
        prefix = "B"
        while i < len(cut) and cut[i][1] <= end:
            tags[i] = f"{prefix}-{label}"
            prefix = "I"
            i += 1
    return cut, tags


def rows(document: Document, source: Source, annotations: Sequence[Annotation] | None, tokenize: Tokenizer) -> Rows:
    """All rows of one document.

    Args:
        annotations: its gold, valid, in canonical order; None for a document that nobody annotated, which then has
            rows in `documents` and `sentences` only.
        tokenize: the tokenizer of the `tokens` config.
    """
    doc_id, part = document.id, fold(document.id)
    verifiable = {(a.start, a.end): a.label for a in annotations or () if isinstance(a, Verifiable)}
    result: Rows = {config: [] for config in CONFIGS}
    result["documents"].append(
        {
            "doc_id": doc_id,
            "title": source.title,
            "published": source.published,
            "language": source.language,
            "text": document.text,
            "blocks": [block._asdict() for block in document.blocks],
            "removed": [
                {
                    "seed_start": r.start,
                    "seed_end": r.end,
                    "rule": r.rule,
                    "text": document.seed[r.start : r.end],
                }
                for r in document.cleaning.removed
            ],
            "seed_sha256": source.sha256,
            "fold": part,
        }
    )
    entities: dict[int, list[Entity]] = {}
    for a in annotations or ():
        if isinstance(a, Entity):
            entities.setdefault(_sentence(document, a).number, []).append(a)
    for sentence in document.sentences:
        text = document.seed[sentence.seed_start : sentence.seed_end]
        key = {"sentence_id": sentence_id(doc_id, sentence), "doc_id": doc_id}
        result["sentences"].append(
            {
                **key,
                "index": sentence.number,
                "text": text,
                "start": sentence.start,
                "end": sentence.end,
                "seed_start": sentence.seed_start,
                "seed_end": sentence.seed_end,
                "block_kind": document.blocks[sentence.block].kind,
                "verifiable": verifiable.get((sentence.seed_start, sentence.seed_end)),
                "fold": part,
            }
        )
        if annotations is None:
            continue
        base = sentence.seed_start
        inside = entities.get(sentence.number, [])
        result["entities"].append(
            {
                **key,
                "text": text,
                "seed_start": base,
                "entities": [
                    {"id": e.id, "start": e.start - base, "end": e.end - base, "text": e.text, "label": e.label,
                     "entity": e.entity}
                    for e in inside
                ],
                "fold": part,
            }
        )  # fmt: skip
        spans, tags = bio(tokenize(text), [(e.start - base, e.end - base, e.label) for e in inside])
        result["tokens"].append(
            {
                **key,
                "tokens": [text[start:end] for start, end in spans],
                "starts": [start for start, _ in spans],
                "ends": [end for _, end in spans],
                "ner_tags": tags,
                "fold": part,
            }
        )
    for a in annotations or ():
        if isinstance(a, Claim):
            result["claims"].append(_claim(document, a))
        elif isinstance(a, Stance):
            result["stance"].append(_stance(document, a))
    return result


def _sentence(document: Document, span: Anchor | Annotation) -> Sentence:
    sentence = document.sentence_at(span.start, span.end)
    if sentence is None:  # pragma: no cover - validation comes first
        raise AssertionError(f"{document.id}: {span} is in no sentence")
    return sentence


def _claim(document: Document, claim: Claim) -> dict[str, Any]:
    """The row of a claim; its text runs from the first to the last sentence that it touches."""
    parts: list[Anchor | Claim] = [claim, *claim.content, *([claim.holder] if claim.holder else [])]
    touched = [s for p in parts for s in document.sentences if s.seed_start < p.end and p.start < s.seed_end]
    start, end = min(s.seed_start for s in touched), max(s.seed_end for s in touched)

    def local(span: Anchor | Claim) -> dict[str, Any]:
        return {"start": span.start - start, "end": span.end - start, "text": span.text}

    return {
        "claim_id": f"{document.id}:{claim.id}",
        "doc_id": document.id,
        "sentence_id": sentence_id(document.id, _sentence(document, claim)),
        "text": document.seed[start:end],
        "seed_start": start,
        "cue": {**local(claim), "lemma": claim.lemma},
        "holder": None if claim.holder is None else {**local(claim.holder), "entity": claim.holder.entity},
        "content": [local(span) for span in claim.content],
        "type": claim.type,
        "polarity": claim.polarity,
        "fold": fold(document.id),
    }


def _stance(document: Document, stance: Stance) -> dict[str, Any]:
    """The row of a (holder, target) pair; the author's has the whole text and the sentences that show it."""
    holder = stance.holder
    sentence = None if holder is None else _sentence(document, stance)
    text = document.text if sentence is None else document.seed[sentence.seed_start : sentence.seed_end]
    return {
        "stance_id": f"{document.id}:{stance.id}",
        "doc_id": document.id,
        "sentence_id": None if sentence is None else sentence_id(document.id, sentence),
        "text": text,
        "holder": AUTHOR if holder is None else holder.text,
        "holder_entity": None if holder is None else holder.entity,
        "target": stance.text,
        "target_entity": stance.entity,
        "seed_start": stance.start,
        "seed_end": stance.end,
        "label": stance.label,
        "evidence": [sentence_id(document.id, _sentence(document, span)) for span in stance.evidence],
        "fold": fold(document.id),
    }
