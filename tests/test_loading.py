"""The corpus for people who have the package."""

from __future__ import annotations

from pathlib import Path

import pytest
import spacy
from spacy.tokens import DocBin

import sayso
from conftest import ROOT
from sayso import jsonl
from sayso.errors import InputError
from sayso.resources import resource
from sayso.rows import CONFIGS


@pytest.mark.parametrize("config", CONFIGS)
def test_load_gives_every_row(config: str) -> None:
    expected = sum(1 for _ in jsonl.read(ROOT / "corpus" / "jsonl" / f"{config}.jsonl"))
    assert sayso.load(config).num_rows == expected > 0


def test_load_of_another_corpus(valid_corpus: Path) -> None:
    assert set(sayso.load("documents", valid_corpus / "corpus")["doc_id"]) == {"ferry", "harbour"}


def test_a_config_without_rows_is_an_empty_dataset(valid_corpus: Path, tmp_path: Path) -> None:
    from invented import make

    root = make(tmp_path / "bare", built=False)
    for path in [root / "annotations" / "adjudication.jsonl", *root.glob("annotations/*/**/*.jsonl")]:
        path.unlink()
    sayso.build(root)
    for config in CONFIGS:
        loaded = sayso.load(config, root / "corpus")
        assert loaded.features == sayso.load(config, valid_corpus / "corpus").features
        assert (loaded.num_rows > 0) == (config in ("documents", "sentences"))


def test_what_there_is_not_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no config 'claim': there are documents"):
        sayso.load("claim")
    with pytest.raises(InputError, match="no dataset here"):
        sayso.docs(tmp_path)
    with pytest.raises(InputError, match="install it again"):
        resource("nowhere")
    with pytest.raises(AttributeError, match="no attribute 'nowhere'"):
        _ = sayso.nowhere


@pytest.mark.parametrize("which", ["project", "invented"])
def test_docs_hold_every_annotation_exactly(which: str, valid_corpus: Path) -> None:
    folder = (ROOT if which == "project" else valid_corpus) / "corpus"
    rows = {c: [row for _, row in jsonl.read(folder / "jsonl" / f"{c}.jsonl")] for c in CONFIGS}
    docs = {doc._.doc_id: doc for doc in sayso.docs(folder)}
    assert set(docs) == {row["doc_id"] for row in rows["documents"]}
    for row in rows["documents"]:
        doc = docs[row["doc_id"]]
        assert doc.text == row["text"]
        starts = [s["start"] for s in rows["sentences"] if s["doc_id"] == row["doc_id"]]
        assert [sent.start_char for sent in doc.sents] == starts
        entities = [
            (s["start"] + e["start"], s["start"] + e["end"], e["label"], e["entity"] or "", e["id"])
            for r in rows["entities"]
            if r["doc_id"] == row["doc_id"]
            for s in rows["sentences"]
            if s["sentence_id"] == r["sentence_id"]
            for e in r["entities"]
        ]
        assert [(e.start_char, e.end_char, e.label_, e.kb_id_, e.id_) for e in doc.ents] == entities
        claims = [r for r in rows["claims"] if r["doc_id"] == row["doc_id"]]
        assert [(c.text, c.label_) for c in doc.spans["cues"]] == [(r["cue"]["text"], r["type"]) for r in claims]
        assert [c.text for c in doc.spans["contents"]] == [part["text"] for r in claims for part in r["content"]]
        held = [(r["holder"]["text"], r["holder"]["entity"] or "") for r in claims if r["holder"]]
        assert [(c.text, c.kb_id_) for c in doc.spans["holders"]] == held
        assert len(doc._.stance) == sum(r["doc_id"] == row["doc_id"] for r in rows["stance"])


def test_docs_survive_a_docbin(valid_corpus: Path) -> None:
    docs = sayso.docs(valid_corpus / "corpus")
    again = list(DocBin(docs=docs, store_user_data=True).get_docs(spacy.blank("en").vocab))
    assert [[c.text for c in doc.spans["cues"]] for doc in again] == [
        [c.text for c in doc.spans["cues"]] for doc in docs
    ]
    assert [doc.text for doc in again] == [doc.text for doc in docs]


def test_a_document_that_nobody_annotated_is_a_doc_too(tmp_path: Path) -> None:
    from invented import make

    root = make(tmp_path / "half", built=False)
    for path in root.glob("annotations/**/ferry.jsonl"):
        path.unlink()
    sayso.build(root)
    (ferry,) = [doc for doc in sayso.docs(root / "corpus") if doc._.doc_id == "ferry"]
    assert [sent.text for sent in ferry.sents][1] == "According to Lindqvist, it will sail in 2019."
    assert not ferry.ents
