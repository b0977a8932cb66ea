"""The published corpus for people who have the package: as a `datasets.Dataset` or as spaCy `Doc`s."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sayso import jsonl
from sayso.errors import InputError
from sayso.resources import resource
from sayso.rows import CONFIGS

if TYPE_CHECKING:
    from datasets import Dataset
    from spacy.tokens import Doc

__all__ = ["docs", "load"]


def load(config: str = "claims", corpus: Path | str | None = None) -> Dataset:
    """One config of the corpus; `datasets` itself refuses one without rows, which is an empty `Dataset` here.

    Args:
        config: documents, sentences, entities, tokens, claims or stance.
        corpus: the folder of another corpus's dataset; the one that the package carries if None.

    Raises:
        InputError: there is no such config, or no dataset in the folder.
    """
    folder = _folder(corpus)
    if config not in CONFIGS:
        raise InputError(folder, f"there is no config {config!r}: there are {', '.join(CONFIGS)}")
    import pyarrow.parquet as pq
    from datasets import Dataset, load_dataset

    path = folder / "data" / config / "train.parquet"
    if path.is_file() and pq.read_metadata(path).num_rows == 0:
        return Dataset(pq.read_table(path))
    return load_dataset(str(folder), config, split="train")


def _folder(corpus: Path | str | None) -> Path:
    folder = resource("corpus") if corpus is None else Path(corpus)
    if not (folder / "README.md").exists():
        raise InputError(folder, "no dataset here: run `sayso build`")
    return folder


def docs(corpus: Path | str | None = None) -> list[Doc]:
    """Every document as a spaCy `Doc` with the annotations on it.

    - `doc.ents`: entities; `ent.kb_id_` is the link, `ent.id_` the id.
    - `doc.spans["cues"]`: the cue of each claim, labelled with its type; `doc.spans["holders"]` and
      `doc.spans["contents"]` beside it. `id_` is the id of the claim.
    - `doc.sents`: our sentences. `doc._.doc_id`, and `doc._.stance`: the document's rows of the `stance` config.

    `doc.text` is the document's text. Tokens are spaCy's, cut wherever an annotation starts or ends inside one, so that
    every span is there exactly as annotated.
    """
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

    for name in ("doc_id", "stance"):
        Doc.set_extension(name, default=None, force=True)
    folder = _folder(corpus)
    vocab = Vocab()
    by_doc: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for config in CONFIGS:
        for _, row in jsonl.read(folder / "jsonl" / f"{config}.jsonl"):
            by_doc[row["doc_id"]][config].append(row)
    return [_doc(vocab, rows) for rows in by_doc.values()]


def _doc(vocab: Any, rows: dict[str, list[dict[str, Any]]]) -> Doc:
    from spacy.tokens import Doc, Span, SpanGroup

    document = rows["documents"][0]
    text = document["text"]
    sentences = {row["sentence_id"]: row for row in rows["sentences"]}
    spans = list(_spans(rows, sentences))
    tokens = [
        (start + sentences[row["sentence_id"]]["start"], end + sentences[row["sentence_id"]]["start"])
        for row in rows["tokens"]
        for start, end in zip(row["starts"], row["ends"], strict=True)
    ] or [(row["start"], row["end"]) for row in rows["sentences"]]
    words, spaces, starts = _words(text, tokens, {edge for _, start, end, *_ in spans for edge in (start, end)})
    opening = {row["start"] for row in rows["sentences"]}
    doc = Doc(vocab, words=words, spaces=spaces, sent_starts=[start in opening for start in starts])
    if doc.text != text:  # pragma: no cover - by construction
        raise AssertionError(f"{document['doc_id']}: the tokens do not give the text")
    groups: dict[str, list[Span]] = {"entities": [], "cues": [], "holders": [], "contents": []}
    for group, start, end, label, id_, link in spans:
        first, last = bisect_left(starts, start), bisect_left(starts, end)
        groups[group].append(Span(doc, first, last, label=label, span_id=id_, kb_id=link or ""))
    doc.ents = groups.pop("entities")
    for name, members in groups.items():
        doc.spans[name] = SpanGroup(doc, name=name, spans=members)
    doc._.doc_id, doc._.stance = document["doc_id"], rows["stance"]
    return doc


def _spans(
    rows: dict[str, list[dict[str, Any]]], sentences: dict[str, dict[str, Any]]
) -> Iterator[tuple[str, int, int, str, str, str | None]]:
    """(group, start, end, label, id, link) of every annotated span, offsets in the document's text."""
    for row in rows["entities"]:
        base = sentences[row["sentence_id"]]["start"]
        for e in row["entities"]:
            yield "entities", base + e["start"], base + e["end"], e["label"], e["id"], e["entity"]
    for row in rows["claims"]:
        cue_sentence = sentences[row["sentence_id"]]
        base = cue_sentence["start"] - cue_sentence["seed_start"] + row["seed_start"]
        id_ = row["claim_id"].rpartition(":")[2]
        holder = row["holder"]
        yield "cues", base + row["cue"]["start"], base + row["cue"]["end"], row["type"], id_, None
        if holder is not None:
            yield "holders", base + holder["start"], base + holder["end"], "holder", id_, holder["entity"]
        for part in row["content"]:
            yield "contents", base + part["start"], base + part["end"], row["polarity"], id_, None


def _words(text: str, tokens: list[tuple[int, int]], edges: set[int]) -> tuple[list[str], list[bool], list[int]]:
    """Words, whether a space follows each, and where each starts; white space that is no single space is a word."""
    cuts = sorted(edges)
    pieces: list[tuple[int, int]] = []
    position = 0
    for start, end in [*tokens, (len(text), len(text))]:
        if position < start and (text[position:start] != " " or not pieces):
            pieces.append((position, start))
        inner = cuts[bisect_left(cuts, start + 1) : bisect_left(cuts, end)]
        points = [start, *inner, end]
        pieces.extend((a, b) for a, b in itertools.pairwise(points) if a < b)
        position = end
    words = [text[start:end] for start, end in pieces]
    following = [start for start, _ in pieces[1:]] + [len(text)]
    spaces = [end < after for (_, end), after in zip(pieces, following, strict=True)]
    return words, spaces, [start for start, _ in pieces]
