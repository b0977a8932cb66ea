"""Many documents at once: from texts or pages to clean texts, blocks, removals and sentences in columns.

`process` is a pure function: what it makes of a document depends on that document and the recipe, and on nothing else
in the batch. Every engine calls it, and so do `sayso.clean` and `sayso.segment` by the same code below it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import date
from functools import partial
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pyarrow as pa

from sayso.cleaning import Cleaned, Recurs, clean_columns, keep_columns
from sayso.collector import no_collector
from sayso.errors import ExtractionError
from sayso.extraction import extract
from sayso.formats import shard_of
from sayso.language import Language, language
from sayso.raw import Raw, Rejected
from sayso.recipe import Recipe
from sayso.repetition import Repeated, host_of
from sayso.rules import RULE_IDS
from sayso.segmentation import Document, Segmented, segment_blocks
from sayso.suggestion_columns import SUGGESTED, columns

__all__ = ["PROCESSED", "Processed", "process", "schema", "texts"]

T = TypeVar("T")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TEXT, _NUMBER = pa.string(), pa.int32()

PROCESSED = pa.schema({
    "doc_id": _TEXT,
    "title": _TEXT,
    "author": _TEXT,
    "published": _TEXT,
    "url": _TEXT,
    "language": _TEXT,
    "text": _TEXT,
    "blocks": pa.list_(pa.struct({
        "start": _NUMBER, "end": _NUMBER, "kind": _TEXT, "seed_start": _NUMBER, "seed_end": _NUMBER,
    })),
    "removed": pa.list_(pa.struct({
        "seed_start": _NUMBER, "seed_end": _NUMBER, "rule": _TEXT, "text": _TEXT, "why": _TEXT,
    })),
    "sentences": pa.list_(pa.struct({
        "start": _NUMBER, "end": _NUMBER, "seed_start": _NUMBER, "seed_end": _NUMBER, "block": _NUMBER,
    })),
    "seed_sha256": _TEXT,
    "source": _TEXT,
    "extractor": _TEXT,
})  # fmt: skip
"""What is made of a document.

The seed of a document is its text as it came, or as the extractor made it; blocks and removed texts put it together
again. `block` is the position of a sentence's block, `source` the file and line, row or record; `extractor` its name
and version where the document came as a page. `published` is an ISO date, from a date stamp in the text, or as the page
or the row says; the day on which a crawler came is none. `language` is `en`, `other` or `unknown`; where it is `other`,
rules for English were not applied.
"""


def schema(recipe: Recipe) -> pa.Schema:
    """Of what is made by a recipe."""
    return pa.schema([*PROCESSED, *SUGGESTED]) if "suggest" in recipe.steps else PROCESSED


class Processed(NamedTuple):
    """What came of a batch: every document is in one of the two, once.

    Attributes:
        documents: of the recipe's schema, in the order of the batch.
        rejected: pages without a text.
    """

    documents: pa.RecordBatch
    rejected: list[Rejected]


class _Seed(NamedTuple):
    """A document that has a text."""

    raw: Raw
    text: str
    title: str | None = None
    author: str | None = None
    published: str | None = None
    extractor: str | None = None


@no_collector()
def process(raws: Sequence[Raw], recipe: Recipe) -> Processed:
    """Clean and segment a batch of documents, and propose annotations for them if the recipe says so.

    Returns:
        one row for each document that has a text, and the others with the reason.
    """
    seeds, rejected = _seeds(raws)
    languages = [language(seed.text) for seed in seeds]
    cleaned, numbers = _clean(seeds, languages, recipe)
    wanted = not {"segment", "suggest"}.isdisjoint(recipe.steps)
    blocks = [
        segment_blocks(text, kept, into_sentences=wanted)
        for part in cleaned
        for text, kept in zip(part.lines.texts, part.kept(), strict=True)
    ]
    made = _in_order(blocks, numbers)
    dates = _in_order([day for part in cleaned for day in part.dates], numbers)
    removed = _removed(cleaned, numbers)
    arrays = _columns(seeds, languages, made, dates, removed, sentences="segment" in recipe.steps)
    if "suggest" in recipe.steps:
        cleanings = _in_order([cleaning for part in cleaned for cleaning in part.cleanings()], numbers)
        known = [
            None if own == Language.OTHER else Document(seed.raw.id, seed.text, m.text, cleaning, m.blocks, m.sentences)
            for own, seed, m, cleaning in zip(languages, seeds, made, cleanings, strict=True)
        ]
        arrays += columns(known, recipe.model)
    return Processed(pa.RecordBatch.from_arrays(arrays, schema=schema(recipe)), rejected)


def texts(raws: Sequence[Raw]) -> list[tuple[str, str | None]]:
    """The text and the address of each document that has a text: what `sayso.repetition` counts."""
    return [(seed.text, seed.raw.url) for seed in _seeds(raws)[0]]


def _seeds(raws: Sequence[Raw]) -> tuple[list[_Seed], list[Rejected]]:
    seeds: list[_Seed] = []
    rejected: list[Rejected] = []
    for raw in raws:
        if raw.text is not None:
            seeds.append(_Seed(raw, raw.text))
            continue
        try:
            page = extract(raw.html or b"", raw.url, raw.charset)
        except ExtractionError as error:
            rejected.append(Rejected(raw.id, raw.place, error.fault, str(error)))
        else:
            made = f"{page.extractor} {page.version}"
            seeds.append(_Seed(raw, page.text, page.title, page.author, page.published, made))
    return seeds, rejected


def _clean(seeds: Sequence[_Seed], languages: Sequence[Language], recipe: Recipe) -> tuple[list[Cleaned], list[int]]:
    """All seeds cleaned, some together, and the number of each seed in the order in which they are there."""
    if "clean" not in recipe.steps:
        return list(keep_columns([seed.text for seed in seeds])), list(range(len(seeds)))
    # Rules for English do no good to texts in other languages.
    foreign = [i for i, own in enumerate(languages) if own == Language.OTHER]
    rest = [i for i, own in enumerate(languages) if own != Language.OTHER]

    def recurs(numbers: Sequence[int]) -> list[Recurs] | None:
        return None if recipe.repeated is None else [_recurs(recipe.repeated, seeds[i]) for i in numbers]

    cleaned = [
        *clean_columns([seeds[i].text for i in rest], recipe.profile, recurs=recurs(rest)),
        *keep_columns([seeds[i].text for i in foreign], recurs(foreign)),
    ]
    return cleaned, rest + foreign


def _in_order(values: Sequence[T], numbers: Sequence[int]) -> list[T]:
    """The values by the numbers that they have."""
    return [value for _, value in sorted(zip(numbers, values, strict=True), key=lambda pair: pair[0])]


def _recurs(repeated: Repeated, seed: _Seed) -> Recurs:
    return partial(repeated.counts, host=host_of(seed.raw.url))


def _removed(cleaned: Sequence[Cleaned], numbers: Sequence[int]) -> pa.ListArray:
    parts = [part.removed() for part in cleaned]
    if not parts:
        return pa.array([], PROCESSED.field("removed").type)
    column = _lists(
        PROCESSED.field("removed"),
        [end - start for part in parts for start, end in pairwise(part.bounds)],
        [
            np.concatenate([part.starts for part in parts]).astype(np.int32),
            np.concatenate([part.ends for part in parts]).astype(np.int32),
            pa.array(RULE_IDS).take(pa.array(np.concatenate([part.rules for part in parts]))),
            [text for part in parts for text in part.texts],
            [why for part in parts for why in part.whys],
        ],
    )
    return column if numbers == sorted(numbers) else column.take(pa.array(np.argsort(numbers)))


def _columns(
    seeds: Sequence[_Seed],
    languages: Sequence[Language],
    documents: Sequence[Segmented],
    dates: Sequence[str | None],
    removed: pa.ListArray,
    *,
    sentences: bool,
) -> list[pa.Array]:
    blocks = [block for document in documents for block in document.blocks]
    units = [unit for document in documents for unit in document.sentences] if sentences else []
    values: dict[str, Any] = {
        "doc_id": [seed.raw.id for seed in seeds],
        "title": [seed.title for seed in seeds],
        "author": [seed.author for seed in seeds],
        "published": [
            stamped or seed.published or _date(seed.raw) for seed, stamped in zip(seeds, dates, strict=True)
        ],
        "url": [seed.raw.url for seed in seeds],
        "language": [str(own) for own in languages],
        "text": [document.text for document in documents],
        "blocks": _lists(
            PROCESSED.field("blocks"),
            [len(document.blocks) for document in documents],
            [
                [block.start for block in blocks], [block.end for block in blocks], [block.kind for block in blocks],
                [block.seed_start for block in blocks], [block.seed_end for block in blocks],
            ],
        ),
        "removed": removed,
        "sentences": _lists(
            PROCESSED.field("sentences"),
            [len(document.sentences) if sentences else 0 for document in documents],
            [
                [unit.start for unit in units], [unit.end for unit in units], [unit.seed_start for unit in units],
                [unit.seed_end for unit in units], [unit.block for unit in units],
            ],
        ),
        "seed_sha256": [hashlib.sha256(seed.text.encode()).hexdigest() for seed in seeds],
        "source": [str(seed.raw.place) for seed in seeds],
        "extractor": [seed.extractor for seed in seeds],
    }  # fmt: skip
    return [pa.array(values[column.name], column.type) for column in PROCESSED]


def _date(raw: Raw) -> str | None:
    """The ISO date of a row, if it gives one."""
    match = _ISO_DATE.match(raw.date) if raw.date else None
    if not match or shard_of(Path(raw.place.file), "").format == "warc":
        return None
    try:
        return date.fromisoformat(match.group()).isoformat()
    except ValueError:
        return None


def _lists(column: pa.Field, lengths: Sequence[int], values: Sequence[Any]) -> pa.ListArray:
    """A column of lists of structs, from how long each list is and the values of each field, end to end."""
    fields = list(column.type.value_type)
    inner = pa.StructArray.from_arrays(
        [pa.array(own, field.type) for own, field in zip(values, fields, strict=True)], fields=fields
    )
    return pa.ListArray.from_arrays(pa.array([0, *accumulate(lengths)], pa.int32()), inner)
