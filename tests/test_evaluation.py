"""`sayso evaluate`: a system against a reference."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from invented import gold, number
from sayso.cli import main
from sayso.errors import InputError
from sayso.evaluation import evaluate
from sayso.layers import Claim, Entity, dump


def run(*arguments: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["sayso", *arguments])
        with pytest.raises(SystemExit) as stopped:
            main()
    return int(stopped.value.code or 0)


@pytest.fixture
def system(corpus: Path) -> Path:
    """A system that misses every date, takes every place for a company, and knows one document."""
    made = [
        replace(a, label="ORG") if isinstance(a, Entity) and a.label == "LOC" else a
        for a in gold("harbour")
        if not (isinstance(a, Entity) and a.label == "DATE")
    ]
    folder = corpus / "mine"
    folder.mkdir()
    (folder / "harbour.jsonl").write_bytes(dump(number(made)))
    return folder


def test_the_measures_are_those_of_the_faults(corpus: Path, system: Path) -> None:
    done = evaluate(corpus, str(system), "gold")
    assert (done.system, done.reference, done.unpaired) == ("mine", "gold", ("ferry",))
    rows = {(row.layer, row.aspect, row.label): row for row in done.rows}
    org = rows["entity", "span and label", "ORG"]
    assert (org.precision, org.recall, org.system, org.reference) == (3 / 4, 1.0, 4, 3)
    date = rows["entity", "span and label", "DATE"]
    assert (date.precision, date.recall, date.system, date.reference) == (None, 0.0, 0, 1)
    assert rows["claim", "whole claim", "all"].recall == 1.0
    values = {(e.score.aspect, e.score.label, e.score.measure): e.score.value for e in done.report.estimates}
    assert values["span", "all", "F1"] == pytest.approx(2 * 8 / 17)
    assert values["span and label", "ORG", "F1"] == pytest.approx(2 * 3 / 7)
    assert values["span and label", "ORG", "F1 overlapping"] == pytest.approx(2 * 3 / 7)
    # 'Norvik' is one token too many among seven.
    assert values["tokens", "ORG", "F1"] == pytest.approx(2 * 6 / 13)
    errors = [(d.text, {name: v.said for name, v in d.versions.items()}) for d in done.report.disagreements]
    assert ("Monday", {"gold": "DATE", "mine": "nothing"}) in errors
    assert len(errors) == 2


def test_a_missed_layer_of_one_document_is_an_error_not_a_gap(corpus: Path) -> None:
    folder = corpus / "mine"
    folder.mkdir()
    for id in ("harbour", "ferry"):
        made = [a for a in gold(id) if not (isinstance(a, Claim) and id == "ferry")]
        (folder / f"{id}.jsonl").write_bytes(dump(number(made)))
    rows = {(row.layer, row.aspect): row for row in evaluate(corpus, str(folder)).rows if row.label == "all"}
    assert rows["claim", "cue"].recall == pytest.approx(4 / 6)


def test_everything_on_the_command_line(corpus: Path, system: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plot = corpus / "errors.svg"
    arguments = ("evaluate", str(system / "harbour.jsonl"), "--against", "ann", "--root", str(corpus))
    assert run(*arguments, "--json", "--plot", str(plot)) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["system"], said["reference"], said["documents"]) == ("harbour.jsonl", "ann", ["harbour"])
    assert {"measures", "precision_recall", "confusion", "errors", "bootstrap", "unpaired"} <= said.keys()
    assert plot.read_text().startswith("<?xml")
    assert run(*arguments) == 0
    shown = capsys.readouterr().out
    assert "harbour.jsonl against ann" in shown
    assert "not compared, as only one side has them: 1 document" in shown
    assert run("suggest", "--root", str(corpus)) == 0
    assert run("evaluate", "suggested", "--layer", "claim", "--root", str(corpus), "--json") == 0
    assert {m["layer"] for m in json.loads(capsys.readouterr().out.split("\n", 2)[2])["measures"]} == {"claim"}


@pytest.mark.parametrize(
    ("system", "against", "layer", "problem"),
    [
        ("nobody", "gold", None, "is neither a file or folder nor one of gold, suggested, ann, bo"),
        ("suggested", "gold", None, "no file of annotations: run `sayso suggest` first"),
        ("ann", "ann", None, "compared with itself"),
        ("ann", "gold", "mood", "'mood' is no layer"),
        ("annotations", "gold", None, "there is no document"),
    ],
)
def test_faults_are_told(corpus: Path, system: str, against: str, layer: str | None, problem: str, monkeypatch) -> None:
    monkeypatch.chdir(corpus)
    with pytest.raises(InputError, match=problem):
        evaluate(corpus, system, against, layer)
