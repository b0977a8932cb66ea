"""`sayso adjudicate --doccano` through a real server: what the adjudicator leaves standing is decided."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

from sayso.adjudication import Adjudication
from sayso.cli import main
from sayso.doccano.adjudicating import Exchanged, fetch, offer
from sayso.doccano.client import Client
from sayso.doccano.projects import project_name
from sayso.doccano.wire import Layer
from sayso.layers import Annotation, Claim, Entity, Stance, Verifiable, read_layers
from sayso.project import Project
from test_adjudication import change, relabel, without


class Desk:
    """An adjudicator's pages on the server, by layer."""

    def __init__(self, client: Client, corpus: Project, layer: Layer) -> None:
        self.client = client
        name = project_name(corpus, layer, "adjudication by cy")
        (project,) = [p for p in client.pages("projects") if p["name"] == name]
        self.project = f"projects/{project['id']}"
        self.rows = client.download(project["id"])
        kind = "span-types" if layer in ("entities", "claims") else "category-types"
        self.labels = {k["text"]: k["id"] for k in client.get(f"{self.project}/{kind}")}

    def row(self, words: str) -> dict:
        """The one example that quotes some words in the table of what was said."""
        (row,) = [r for r in self.rows if f"“{words}" in r["versions"]]
        return row

    def strike(self, words: str, label: str) -> None:
        """Delete the spans of a label that quote the words."""
        row = self.row(words)
        own = [e for e in row["entities"] if e["label"] == label and quoted(row, e) == words]
        assert own
        for span in own:
            self.client.delete(f"{self.project}/examples/{row['id']}/spans/{span['id']}")

    def draw(self, case: str, words: str, label: str) -> None:
        row = self.row(case)
        start = len(row["text"][: row["text"].index(words)].encode("utf-16-le")) // 2
        span = {"start_offset": start, "end_offset": start + len(words), "label": self.labels[label], "prob": 0}
        self.client.post(f"{self.project}/examples/{row['id']}/spans", span)

    def choose(self, words: str, label: str) -> None:
        path = f"{self.project}/examples/{self.row(words)['id']}/categories"
        self.client.post(path, {"label": self.labels[label], "prob": 0})

    def settle(self, words: str, reason: str | None) -> None:
        """Comment, if there is a reason, and confirm."""
        id = self.row(words)["id"]
        if reason:
            self.client.post(f"{self.project}/comments?example={id}", {"text": reason, "example": id})
        self.client.post(f"{self.project}/examples/{id}/states")


def quoted(row: dict, span: dict) -> str:
    data = row["text"].encode("utf-16-le")
    return data[span["start_offset"] * 2 : span["end_offset"] * 2].decode("utf-16-le")


def go(corpus: Project, client: Client) -> tuple[Exchanged, Adjudication]:
    """One run of the command."""
    work, result = Adjudication(corpus, "cy"), Exchanged()
    fetch(work, client, result)
    work.finish()
    offer(work, client, result)
    return result, work


def gold_of(corpus: Project, doc: str, kind: type[Annotation]) -> dict[str, Annotation]:
    return {a.text: a for a in read_layers(corpus.gold / f"{doc}.jsonl") if isinstance(a, kind)}


@pytest.fixture
def disputed(own: Project) -> Project:
    """Ann and Bo differ about a date in each document, and nobody has decided."""
    own.decisions.unlink()
    change(own.root, "bo", "ferry", relabel("2019", "NUM"))
    return own


def claims(edit: Callable[[Claim], Annotation]) -> Callable[[Annotation], Annotation]:
    return lambda a: edit(a) if isinstance(a, Claim) else a


def test_entities_are_picked_refused_and_drawn(admin: Client, disputed: Project) -> None:
    result, work = go(disputed, admin)
    assert (result.sent, len(work.cases()), result.problems) == (2, 2, [])
    assert result.new_password
    desk = Desk(admin, disputed, "entities")
    row = desk.row("2019")
    assert row["versions"] == "“2019” ann: DATE, bo: NUM"
    assert {e["label"] for e in row["entities"] if quoted(row, e) == "2019"} == {"DATE", "NUM"}
    desk.strike("2019", "DATE")
    desk.draw("2019", "it", "PROD")
    desk.settle("2019", "A year is a number here,\nand the ferry has a name.")
    desk.strike("Monday", "DATE")
    desk.settle("Monday", "No date.")
    result, work = go(disputed, admin)
    assert (result.problems, result.sent, result.waiting, work.cases(), work.decided) == ([], 0, {}, [], 3)
    decisions = {d.unit: d for d in work.decisions().values()}
    assert {d.reason for d in decisions.values()} == {"No date.", "A year is a number here, and the ferry has a name."}
    assert {d.adjudicator for d in decisions.values()} == {"cy"}
    ferry = gold_of(disputed, "ferry", Entity)
    assert [getattr(ferry[words], "label", None) for words in ("2019", "it")] == ["NUM", "PROD"]
    assert "Monday" not in gold_of(disputed, "harbour", Entity)
    again, work = go(disputed, admin)
    assert (again.sent, work.decided, again.problems) == (0, 0, [])


def test_an_agreed_span_that_the_adjudicator_removes_is_a_decision(admin: Client, disputed: Project) -> None:
    go(disputed, admin)
    desk = Desk(admin, disputed, "entities")
    desk.strike("2019", "NUM")
    (line,) = [e for e in desk.row("2019")["entities"] if quoted(desk.row("2019"), e) == "Norvik Line"]
    admin.delete(f"{desk.project}/examples/{desk.row('2019')['id']}/spans/{line['id']}")
    desk.settle("2019", "The line is not meant.")
    _, work = go(disputed, admin)
    (removed,) = [d for d in work.decisions().values() if d.gold is None]
    assert {name: v and v["text"] for name, v in removed.versions.items()} == {
        "ann": "Norvik Line",
        "bo": "Norvik Line",
    }
    assert "Norvik Line" not in gold_of(disputed, "ferry", Entity)


def test_what_is_not_settled_is_told_and_decides_nothing(admin: Client, disputed: Project) -> None:
    go(disputed, admin)
    desk = Desk(admin, disputed, "entities")
    desk.settle("2019", "Both!")
    desk.settle("Monday", None)
    result, work = go(disputed, admin)
    told = {problem.doc: problem.detail for problem in result.problems}
    assert "'2019' and '2019' stand in the same place: leave one" in told["ferry"]
    assert "confirmed without a comment" in told["harbour"]
    assert (work.decided, len(work.cases()), result.sent) == (0, 2, 0)


def test_who_changes_their_mind_is_asked_about_again(admin: Client, disputed: Project) -> None:
    go(disputed, admin)
    desk = Desk(admin, disputed, "entities")
    desk.strike("2019", "DATE")
    desk.settle("2019", "A number.")
    change(disputed.root, "bo", "ferry", relabel("2019", "EVENT"))
    change(disputed.root, "bo", "harbour", without("Norvik"))
    result, work = go(disputed, admin)
    assert (work.decided, result.sent) == (0, 2)
    after = Desk(admin, disputed, "entities")
    # What was confirmed stays as a record; what was not is taken back.
    assert sorted(row["doc_id"] for row in after.rows) == ["ferry", "ferry", "harbour"]


def test_versions_that_look_the_same_are_for_the_terminal(admin: Client, disputed: Project) -> None:
    def other(a: Annotation) -> Annotation:
        return replace(a, entity="another-line") if isinstance(a, Entity) and a.text == "Norvik Line" else a

    change(disputed.root, "bo", "ferry", other)
    result, work = go(disputed, admin)
    assert result.terminal == 1
    desk = Desk(admin, disputed, "entities")
    desk.strike("2019", "DATE")
    desk.settle("2019", "A number.")
    _, work = go(disputed, admin)
    assert [case.unit.layer for case in work.cases() if case.unit.doc == "ferry"].count("entity") == 1


def test_claims(admin: Client, disputed: Project) -> None:
    change(disputed.root, "bo", "harbour", claims(lambda c: replace(c, type="view") if c.lemma == "deny" else c))
    change(disputed.root, "bo", "harbour", claims(lambda c: replace(c, holder=None) if c.lemma == "add" else c))
    result, _ = go(disputed, admin)
    desk = Desk(admin, disputed, "claims")
    assert len(desk.rows) == result.waiting["claims"][1] == 2
    assert result.later == 0
    desk.settle("added", "Yes.")  # what only one of them marked stands: all of it, or both versions
    desk.strike("setting the fire", "CLAIM_VIEW")
    desk.settle("denied", "Witnesses could tell.")
    result, work = go(disputed, admin)
    assert [problem.detail.split(": ", 1)[1] for problem in result.problems] == []
    decided = {d.gold["lemma"]: d for d in work.decisions().values() if d.gold}
    assert decided["deny"].gold == decided["deny"].versions["ann"]
    assert decided["add"].gold == decided["add"].versions["ann"]


def test_a_claim_of_which_all_versions_stand_is_not_decided(admin: Client, disputed: Project) -> None:
    change(disputed.root, "bo", "harbour", claims(lambda c: replace(c, type="view") if c.lemma == "deny" else c))
    go(disputed, admin)
    desk = Desk(admin, disputed, "claims")
    desk.settle("denied", "Both are right.")
    result, work = go(disputed, admin)
    assert ["contents are of several types" in problem.detail for problem in result.problems] == [True]
    assert work.decided == 0


def test_labels_of_sentences_and_stances(admin: Client, disputed: Project) -> None:
    def other(a: Annotation) -> Annotation:
        if isinstance(a, Stance) and a.label == "against" and a.holder is not None:
            return replace(a, label="none")
        return replace(a, label="yes") if isinstance(a, Verifiable) and a.text.startswith("The inquiry goes") else a

    change(disputed.root, "bo", "harbour", other)
    result, work = go(disputed, admin)
    stances = [case for case in work.cases() if case.unit.layer == "stance"]
    assert stances
    assert result.later == len(stances)  # Monday is open
    assert set(result.waiting) == {"entities", "verifiable"}
    desk = Desk(admin, disputed, "entities")
    desk.settle("Monday", "A date.")
    desk = Desk(admin, disputed, "verifiable")
    desk.choose("The inquiry goes", "yes")
    desk.settle("The inquiry goes", "Anybody can see it.")
    result, work = go(disputed, admin)
    assert (result.problems, result.later, work.decided) == ([], 0, 2)
    desk = Desk(admin, disputed, "stance")
    words = "Lindqvist → Norvik Line"
    desk.settle(words, "She blames it.")
    result, work = go(disputed, admin)
    assert ["has 0 labels: choose one" in problem.detail for problem in result.problems] == [True]
    desk.choose(words, "against")
    result, work = go(disputed, admin)
    assert (result.problems, work.decided) == ([], 1)
    assert not [case for case in work.cases() if case.unit.doc == "harbour"]
    (stance,) = [d.gold for d in work.decisions().values() if d.unit.layer == "stance"]
    assert stance is not None
    assert stance["label"] == "against"


def test_the_command(
    admin: Client, disputed: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def sayso(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["sayso", "adjudicate", *arguments, "--root", str(disputed.root)])
        with pytest.raises(SystemExit) as caught:
            main()
        captured = capsys.readouterr()
        return int(caught.value.code or 0), " ".join(captured.out.split()), " ".join(captured.err.split())

    code, out, _ = sayso("--doccano", "--adjudicator", "cy")
    assert code == 1
    assert "entities: 2 examples to decide at http://127.0.0.1" in out
    assert "gold of ferry is as it was: 1 open" in out
    desk = Desk(admin, disputed, "entities")
    desk.settle("Monday", "A date.")
    desk.settle("2019", None)
    code, out, _ = sayso("--doccano", "--adjudicator", "cy")
    assert code == 1
    assert "1 decided" in out
    assert "ferry: undecided: ferry:" in out
    assert "--adjudicator: is needed with --doccano" in sayso("--doccano")[2]
    assert "give --doccano too" in sayso("--url", "https://doccano.example.org")[2]
