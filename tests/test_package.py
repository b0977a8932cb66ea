"""The dataset's folder: what strangers' tools make of it, and that its bytes depend on its inputs alone."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from datasets import ClassLabel, Dataset, Features, load_dataset

from conftest import ROOT
from invalid import CARD, replace
from invented import make
from sayso import jsonl
from sayso.errors import StorageError
from sayso.features import decoder, features
from sayso.layers import Entity, dump, read_layers
from sayso.package import InvalidCorpusError, build
from sayso.project import Project
from sayso.rows import CONFIGS, fold

CORPORA = ("corpus of the project", "invented corpus")


@pytest.fixture(params=CORPORA)
def dataset(request: pytest.FixtureRequest, valid_corpus: Path) -> Path:
    return (ROOT if request.param == CORPORA[0] else valid_corpus) / "corpus"


def tree(folder: Path) -> dict[str, str]:
    """The sha256 of every file of a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("config", CONFIGS)
def test_load_dataset_gives_the_rows_of_the_jsonl(config: str, dataset: Path, tmp_path: Path) -> None:
    loaded = load_dataset(str(dataset), config, split="train", cache_dir=str(tmp_path))
    assert loaded.features == features(Project.read(dataset.parent).scheme)[config]
    expected = [row for _, row in jsonl.read(dataset / "jsonl" / f"{config}.jsonl")]
    assert [decoder(loaded.features)(row) for row in loaded] == expected
    assert str(loaded.info.version) == Project.read(dataset.parent).version


@pytest.mark.parametrize("config", CONFIGS)
def test_streaming_keeps_the_types(config: str, dataset: Path) -> None:
    streamed = load_dataset(str(dataset), config, split="train", streaming=True)
    expected = [row for _, row in jsonl.read(dataset / "jsonl" / f"{config}.jsonl")]
    assert [decoder(streamed.features)(row) for row in streamed] == expected


def test_the_default_config_is_claims(dataset: Path, tmp_path: Path) -> None:
    assert "claim_id" in load_dataset(str(dataset), split="train", cache_dir=str(tmp_path)).column_names


def test_labels_are_integers_with_names(dataset: Path) -> None:
    kind = Features.from_arrow_schema(pq.read_schema(dataset / "data/claims/train.parquet"))
    assert kind["type"] == ClassLabel(names=["fact", "plan", "view"])
    types = pq.read_table(dataset / "data/claims/train.parquet")["type"].to_pylist()
    assert types
    assert all(isinstance(value, int) for value in types)


def test_offsets_cut_the_text_and_lead_back_to_the_seed(dataset: Path) -> None:
    seeds = {p.stem: p.read_bytes().decode() for p in (dataset.parent / "seeds").glob("*.txt")}

    def rows(config: str) -> list[dict[str, Any]]:
        return [row for _, row in jsonl.read(dataset / "jsonl" / f"{config}.jsonl")]

    documents = {row["doc_id"]: row for row in rows("documents")}
    sentences = {row["sentence_id"]: row for row in rows("sentences")}
    for row in documents.values():
        for block in row["blocks"]:
            cut = row["text"][block["start"] : block["end"]]
            assert cut == seeds[row["doc_id"]][block["seed_start"] : block["seed_end"]]
    for row in sentences.values():
        assert row["text"] == documents[row["doc_id"]]["text"][row["start"] : row["end"]]
        assert row["text"] == seeds[row["doc_id"]][row["seed_start"] : row["seed_end"]]
    for row in rows("entities"):
        for span in row["entities"]:
            assert row["text"][span["start"] : span["end"]] == span["text"]
            start = row["seed_start"] + span["start"]
            assert seeds[row["doc_id"]][start : start + len(span["text"])] == span["text"]
    for row in rows("tokens"):
        text = sentences[row["sentence_id"]]["text"]
        assert [text[a:b] for a, b in zip(row["starts"], row["ends"], strict=True)] == row["tokens"]
    claims = rows("claims")
    assert claims
    for row in claims:
        for span in [row["cue"], *row["content"], *([row["holder"]] if row["holder"] else [])]:
            assert row["text"][span["start"] : span["end"]] == span["text"]
            start = row["seed_start"] + span["start"]
            assert seeds[row["doc_id"]][start : start + len(span["text"])] == span["text"]
    for row in rows("stance"):
        assert seeds[row["doc_id"]][row["seed_start"] : row["seed_end"]] == row["target"]


def test_bio_tags_spell_the_entities(dataset: Path) -> None:
    entities = {row["sentence_id"]: row for _, row in jsonl.read(dataset / "jsonl/entities.jsonl")}
    seen = 0
    for _, row in jsonl.read(dataset / "jsonl/tokens.jsonl"):
        spans: list[list[Any]] = []
        for start, end, tag in zip(row["starts"], row["ends"], row["ner_tags"], strict=True):
            if tag.startswith("B-"):
                spans.append([start, end, tag[2:]])
            elif tag.startswith("I-"):
                assert spans[-1][2] == tag[2:]
                spans[-1][1] = end
        expected = [[e["start"], e["end"], e["label"]] for e in entities[row["sentence_id"]]["entities"]]
        assert spans == expected
        seen += len(spans)
    assert seen


def test_checksums_hold_for_sha256sum(dataset: Path) -> None:
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=dataset, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_removed_text_is_in_no_text(dataset: Path) -> None:
    for _, row in jsonl.read(dataset / "jsonl/documents.jsonl"):
        for removal in row["removed"]:
            if removal["rule"] not in ("whitespace", "stray-caption"):
                assert removal["text"].strip() not in row["text"]


# -- croissant


def test_croissant_passes_its_own_validator(dataset: Path) -> None:
    # In a process of its own: the library warns at import, and reads relative to the working directory.
    code = """
import json, sys, warnings
warnings.simplefilter("ignore")
import mlcroissant as mlc
dataset = mlc.Dataset(jsonld="croissant.json")
issues = dataset.metadata.ctx.issues
assert not issues.errors, issues.report()
assert not issues.warnings, issues.report()
counts = {}
for config in sys.argv[1:]:
    rows = list(dataset.records(record_set=config))
    counts[config] = [len(rows), sorted(rows[0])]
print(json.dumps(counts))
"""
    done = subprocess.run([sys.executable, "-c", code, *CONFIGS], cwd=dataset, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout.splitlines()[-1])
    for config in CONFIGS:
        table = pq.read_table(dataset / "data" / config / "train.parquet")
        assert counts[config][0] == table.num_rows
        assert {f"{config}/{name}" for name in table.column_names} <= set(counts[config][1])


def test_croissant_records_have_the_texts(dataset: Path) -> None:
    code = """
import json, warnings
warnings.simplefilter("ignore")
import mlcroissant as mlc
rows = mlc.Dataset(jsonld="croissant.json").records(record_set="sentences")
print(json.dumps([row["sentences/text"].decode() for row in rows]))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=dataset, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    expected = [row["text"] for _, row in jsonl.read(dataset / "jsonl/sentences.jsonl")]
    assert json.loads(done.stdout.splitlines()[-1]) == expected


def test_responsible_ai_keys_are_spelt_as_the_vocabulary_spells_them(dataset: Path) -> None:
    code = """
import warnings
warnings.simplefilter("ignore")
from mlcroissant._src.core import constants
print(" ".join(str(value).rsplit("/", 1)[1] for name, value in vars(constants).items() if name.startswith("ML_COMMONS_RAI_")))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    known = set(done.stdout.split())
    used = {key[4:] for key in json.loads((dataset / "croissant.json").read_bytes()) if key.startswith("rai:")}
    assert used
    assert used <= known


# -- caches


def test_a_changed_corpus_is_never_served_from_a_stale_cache(corpus: Path, tmp_path: Path) -> None:
    """`datasets` keys its cache by folder name, config, version and YAML, not by content or time."""

    def load() -> Dataset:
        return load_dataset(str(corpus / "corpus"), "entities", split="train", cache_dir=str(tmp_path / "cache"))

    def labels(loaded: Dataset) -> list[str]:
        return [e["label"] for row in loaded for e in decoder(loaded.features)(row)["entities"] if e["text"] == "2019"]

    times = {path: path.stat().st_mtime_ns for path in (corpus / "corpus").rglob("*")}
    assert labels(load()) == ["DATE"]
    for folder in ("gold", "annotators/ann", "annotators/bo"):
        path = corpus / "annotations" / folder / "ferry.jsonl"
        path.write_text(path.read_text().replace('"DATE"', '"NUM"'))
    build(corpus)
    for path, time in times.items():
        os.utime(path, ns=(time, time))
    assert labels(load()) == ["NUM"]


def test_two_corpora_in_folders_of_one_name_are_kept_apart(corpus: Path, tmp_path: Path) -> None:
    cache = str(tmp_path / "cache")
    ours = load_dataset(str(ROOT / "corpus"), "documents", split="train", cache_dir=cache)["doc_id"]
    theirs = load_dataset(str(corpus / "corpus"), "documents", split="train", cache_dir=cache)["doc_id"]
    assert list(ours) != list(theirs)


# -- reproducible

SETTINGS = (
    {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "UTC", "LANG": "C"},
    {
        "PYTHONHASHSEED": "77",
        "LC_ALL": "C.UTF-8",
        "TZ": "Asia/Kathmandu",
        "COLUMNS": "40",
        "PYTHONUTF8": "0",
        "ARROW_NUM_THREADS": "7",
    },
)


def test_built_twice_under_other_circumstances_the_bytes_are_the_same(tmp_path: Path) -> None:
    trees = []
    for number, settings in enumerate(SETTINGS):
        copy = tmp_path / f"number {number}" / ("a" * 10 * (number + 1))
        for part in ("seeds", "annotations", "pyproject.toml", "CHANGELOG.md", "DATASHEET.md", "README.md"):
            source, target = ROOT / part, copy / part
            target.parent.mkdir(parents=True, exist_ok=True)
            # Files are made in another order, so that the file system lists them in another.
            if source.is_dir():
                for path in sorted(source.rglob("*"), reverse=bool(number)):
                    if path.is_file():
                        (target / path.relative_to(source)).parent.mkdir(parents=True, exist_ok=True)
                        shutil.copyfile(path, target / path.relative_to(source))
            else:
                shutil.copyfile(source, target)
        command = [sys.executable, "-c", "from sayso.cli import main; main()", "build"]
        umask = 0o022 if number else 0o077
        done = subprocess.run(command, cwd=copy, env=os.environ | settings, capture_output=True, umask=umask)
        assert done.returncode == 0, done.stderr
        trees.append(tree(copy / "corpus"))
    assert trees[0] == trees[1] == tree(ROOT / "corpus")


def test_building_again_changes_nothing(corpus: Path) -> None:
    before = tree(corpus)
    build(corpus)
    assert tree(corpus) == before
    assert not list(corpus.glob(".corpus*"))


# -- what goes in


def test_documents_that_nobody_annotated_have_no_rows_of_annotation(tmp_path: Path) -> None:
    root = make(tmp_path / "half", built=False)
    for path in root.glob("annotations/**/ferry.jsonl"):
        path.unlink()
    build(root)
    docs = {
        config: {row["doc_id"] for _, row in jsonl.read(root / f"corpus/jsonl/{config}.jsonl")} for config in CONFIGS
    }
    assert docs["documents"] == docs["sentences"] == {"ferry", "harbour"}
    assert docs["entities"] == docs["tokens"] == docs["claims"] == docs["stance"] == {"harbour"}
    loaded = load_dataset(str(root / "corpus"), "sentences", split="train", cache_dir=str(tmp_path / "cache"))
    assert {row["verifiable"] for row in loaded if row["doc_id"] == "ferry"} == {None}


def test_inputs_with_errors_build_nothing_and_leave_the_old_corpus(corpus: Path) -> None:
    before = tree(corpus / "corpus")
    path = corpus / "annotations/gold/ferry.jsonl"
    (first, *_) = [a for a in read_layers(path) if isinstance(a, Entity)]
    shifted = Entity(first.id, first.start + 1, first.end + 1, first.text, first.label, first.entity)
    path.write_bytes(dump([shifted, *(a for a in read_layers(path) if a.id != first.id)]))
    with pytest.raises(InvalidCorpusError) as caught:
        build(corpus)
    assert "text-differs" in {incident.check for incident in caught.value.incidents}
    assert tree(corpus / "corpus") == before
    assert not list(corpus.glob(".corpus*"))


def test_a_marker_of_no_table_builds_nothing(corpus: Path) -> None:
    replace(corpus / CARD, "\n# ", "\n# Old ")  # which a build would put right
    before = tree(corpus / "corpus")
    with (corpus / "README.md").open("a", encoding="utf-8") as file:
        file.write("\n<!-- figures:nope -->\n<!-- /figures -->\n")
    with pytest.raises(InvalidCorpusError):
        build(corpus)
    assert tree(corpus / "corpus") == before


@pytest.mark.parametrize("kind", ["link", "file"])
def test_what_is_no_folder_of_the_corpuss_own_is_never_replaced(kind: str, corpus: Path, tmp_path: Path) -> None:
    target, elsewhere = corpus / "corpus", tmp_path / "elsewhere"
    target.rename(elsewhere)
    if kind == "link":
        target.symlink_to(elsewhere)
    else:
        target.write_bytes(b"")
    for _ in range(2):
        with pytest.raises(StorageError, match=f"corpus: it is a {kind}.*: remove it"):
            build(corpus)
    assert tree(elsewhere)
    target.unlink()
    build(corpus)
    assert tree(target) == tree(elsewhere)
    assert not (corpus / ".corpus.new").exists()


def test_a_token_that_an_entity_cuts_is_cut(dataset: Path) -> None:
    """In the second seed a name is glued to a hyphen, which spaCy's tokenizer keeps together."""
    tokens = [token for _, row in jsonl.read(dataset / "jsonl/tokens.jsonl") for token in row["tokens"]]
    if dataset.parent == ROOT:
        assert "DELTEFACEBOOK" in tokens
    assert "DELTEFACEBOOK-" not in tokens


def test_the_folds_of_the_seeds_differ() -> None:
    """Two documents in one fold could not be told apart by cross-validation; and a fold never moves."""
    assert (fold("000_8bee834e284875df"), fold("004_95310665ade1c0aa")) == (5, 0)
