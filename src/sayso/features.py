"""The types of the published columns, for `datasets`, Parquet and the card. Importing this costs a second."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa
from datasets import ClassLabel, Features, List, Value

from sayso.scheme import Scheme
from sayso.segmentation import BLOCK_KINDS

__all__ = ["COLUMNS", "decoder", "features", "table"]

# What each column holds, for the card and for croissant.json.
COLUMNS: dict[str, dict[str, str]] = {
    "documents": {
        "doc_id": "id of the document and of its seed",
        "title": "as the text shows it, else null",
        "published": "ISO date as the text shows it, else null",
        "language": "BCP-47",
        "text": "the clean text: blocks joined by one newline",
        "blocks": "slices of `text`, their kind and their place in the seed",
        "removed": "every span of the seed that is not in `text`, with the rule that removed it",
        "seed_sha256": "of the seed file",
        "fold": "cross-validation fold, by document",
    },
    "sentences": {
        "sentence_id": "document and place in the seed",
        "doc_id": "its document",
        "index": "position in the document, from 0",
        "text": "the sentence",
        "start": "in the document's text",
        "end": "exclusive",
        "seed_start": "in the seed",
        "seed_end": "exclusive",
        "block_kind": "of the block it stands in",
        "verifiable": "whether it states something that could be confirmed or refuted; null if not annotated",
        "fold": "as in documents",
    },
    "entities": {
        "sentence_id": "its sentence",
        "doc_id": "its document",
        "text": "the sentence",
        "seed_start": "of the sentence, in the seed",
        "entities": "names, dates and amounts: spans of `text`; `entity` links mentions of one thing in all documents",
        "fold": "as in documents",
    },
    "tokens": {
        "sentence_id": "its sentence",
        "doc_id": "its document",
        "tokens": "spaCy's English tokens, cut where an entity starts or ends inside one",
        "starts": "of each token, in the sentence",
        "ends": "exclusive",
        "ner_tags": "BIO",
        "fold": "as in documents",
    },
    "claims": {
        "claim_id": "document and id",
        "doc_id": "its document",
        "sentence_id": "the cue's sentence",
        "text": "the sentences that the claim touches",
        "seed_start": "of `text`, in the seed",
        "cue": "the word that attributes",
        "holder": "who says it; null if the text names nobody",
        "content": "what is said",
        "type": "fact, plan or view",
        "polarity": "whether the holder asserts or denies it",
        "fold": "as in documents",
    },
    "stance": {
        "stance_id": "document and id",
        "doc_id": "its document",
        "sentence_id": "null for the author's stance",
        "text": "the sentence; the whole document's text for the author's stance",
        "holder": "as the text names it; 'author' for the author",
        "holder_entity": "its link, where there is one",
        "target": "as the text names it",
        "target_entity": "its link",
        "seed_start": "of the target, in the seed",
        "seed_end": "exclusive",
        "label": "against, favor or none",
        "evidence": "for the author's stance: the sentences that show it",
        "fold": "as in documents",
    },
}


def features(scheme: Scheme) -> dict[str, Features]:
    """The features of every config, columns in published order."""
    text, number = Value("string"), Value("int32")
    span = {"start": number, "end": number, "text": text}
    types: dict[str, dict[str, Any]] = {
        "documents": {
            "blocks": List(
                {
                    "start": number,
                    "end": number,
                    "kind": ClassLabel(names=list(BLOCK_KINDS)),
                    "seed_start": number,
                    "seed_end": number,
                }
            ),
            "removed": List({"seed_start": number, "seed_end": number, "rule": text, "text": text}),
        },
        "sentences": {
            "block_kind": ClassLabel(names=list(BLOCK_KINDS)),
            "verifiable": ClassLabel(names=list(scheme.verifiable)),
        },
        "entities": {
            "entities": List({"id": text, **span, "label": ClassLabel(names=list(scheme.entity)), "entity": text})
        },
        "tokens": {
            "tokens": List(text),
            "starts": List(number),
            "ends": List(number),
            "ner_tags": List(ClassLabel(names=list(scheme.bio))),
        },
        "claims": {
            "cue": {**span, "lemma": text},
            "holder": {**span, "entity": text},
            "content": List(span),
            "type": ClassLabel(names=list(scheme.claim_type)),
            "polarity": ClassLabel(names=list(scheme.polarity)),
        },
        "stance": {"label": ClassLabel(names=list(scheme.stance)), "evidence": List(text)},
    }
    numbers = {"fold", "index", "start", "end", "seed_start", "seed_end"}
    return {
        config: Features({name: types[config].get(name, number if name in numbers else text) for name in columns})
        for config, columns in COLUMNS.items()
    }


Convert = Callable[[Any], Any]


def encoder(kind: Features) -> Convert:
    """A function that turns the label names of a row into integers, all the way down."""
    return _converter(dict(kind), lambda label: {name: i for i, name in enumerate(label.names)}.__getitem__) or dict


def decoder(kind: Features) -> Convert:
    """A function that turns the integers of a row into label names: a row of Parquet as a row of JSONL.

    Raises:
        IndexError: the function, on an integer that is no label.
    """
    return _converter(dict(kind), lambda label: label.names.__getitem__) or dict


def _converter(feature: Any, of_label: Callable[[ClassLabel], Convert]) -> Convert | None:
    """How to convert a value of a feature; None if no label is in it, so that most of a row is left as it is."""
    if isinstance(feature, ClassLabel):
        of_value = of_label(feature)
        return lambda value: None if value is None else of_value(value)
    if isinstance(feature, List):
        of_item = _converter(feature.feature, of_label)
        if of_item:
            return lambda values: None if values is None else [of_item(value) for value in values]
    elif isinstance(feature, Mapping):
        inner = {name: convert for name, sub in feature.items() if (convert := _converter(sub, of_label))}
        if inner:
            return lambda row: None if row is None else row | {name: inner[name](row[name]) for name in inner}
    return None


def table(kind: Features, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows with label names as a typed table that carries the features in its schema."""
    encode = encoder(kind)
    return pa.Table.from_pylist([encode(row) for row in rows], schema=kind.arrow_schema)
