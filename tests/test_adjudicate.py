"""Adjudication: gold is what all say or what a decision says."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invented import FERRY, anchor, gold
from sayso.adjudicate import Decision, Unit, content, disagreements, merge, parse_decision, units
from sayso.layers import Annotation, Entity, FormError
from sayso.validation import validate

ALL = gold("ferry")


def entity(quoted: str, label: str = "ORG", link: str | None = "norvik-line", id: str = "e1") -> Entity:
    a = anchor(FERRY, quoted)
    return Entity(id, a.start, a.end, a.text, label, link)


LINE, FRIDAY = entity("Norvik Line"), entity("Friday", "DATE", None, "e2")


def unit(a: Annotation) -> Unit:
    (only,) = units("ferry", [a])
    return only


def decide(layers: dict[str, list[Annotation]], chosen: Annotation | None, about: Annotation) -> dict[Unit, Decision]:
    """A decision that quotes what the annotators say."""
    versions = disagreements("ferry", layers)[unit(about)]
    return {unit(about): Decision(unit(about), versions, chosen and content(chosen), "Invented.")}


LAYERS: dict[str, list[Annotation]] = {"ann": [LINE, FRIDAY], "bo": [LINE]}


def test_whoever_says_the_same_does_not_disagree_whatever_the_ids() -> None:
    renumbered = [replace(a, id=f"{a.id}0") for a in ALL]
    assert disagreements("ferry", {"ann": ALL, "bo": renumbered}) == {}


def test_a_disagreement_holds_what_each_said() -> None:
    assert disagreements("ferry", LAYERS) == {unit(FRIDAY): {"ann": content(FRIDAY), "bo": None}}
    other = replace(LINE, label="PROD")
    found = disagreements("ferry", {"ann": [LINE], "bo": [other]})
    assert found == {unit(LINE): {"ann": content(LINE), "bo": content(other)}}


def test_whoever_marked_nothing_of_a_layer_is_not_asked_about_it() -> None:
    claims = [a for a in ALL if a.layer == "claim"]
    assert disagreements("ferry", {"ann": ALL, "bo": claims}) == {}
    merged, undecided = merge("ferry", {"ann": ALL, "bo": claims}, {})
    assert units("ferry", merged).keys() == units("ferry", ALL).keys()
    assert undecided == []


@pytest.mark.parametrize("chosen", [FRIDAY, None, replace(FRIDAY, label="NUM")])
def test_a_decision_settles_it(chosen: Entity | None) -> None:
    merged, undecided = merge("ferry", LAYERS, decide(LAYERS, chosen, FRIDAY))
    assert undecided == []
    assert sorted(map(str, map(content, merged))) == sorted(str(content(a)) for a in (LINE, chosen) if a)


def test_what_nobody_decided_is_left_out_and_listed() -> None:
    merged, undecided = merge("ferry", LAYERS, {})
    assert [content(a) for a in merged] == [content(LINE)]
    assert undecided == [unit(FRIDAY)]


def test_a_decision_that_quotes_another_version_does_not_count() -> None:
    decisions = decide(LAYERS, FRIDAY, FRIDAY)
    now: dict[str, list[Annotation]] = {"ann": [LINE, replace(FRIDAY, label="NUM")], "bo": [LINE]}
    merged, undecided = merge("ferry", now, decisions)
    assert [content(a) for a in merged] == [content(LINE)]
    assert undecided == [unit(FRIDAY)]


@pytest.mark.parametrize("chosen", [None, replace(FRIDAY, label="NUM")])
def test_a_stale_decision_does_not_count_where_the_annotators_now_agree(chosen: Entity | None) -> None:
    decisions = decide(LAYERS, chosen, FRIDAY)
    agreed = {"ann": [LINE, FRIDAY], "bo": [LINE, FRIDAY]}
    merged, _ = merge("ferry", agreed, decisions)
    assert content(FRIDAY) in [content(a) for a in merged]


def test_a_stale_decision_does_not_bring_back_what_all_have_dropped() -> None:
    merged, _ = merge("ferry", {"ann": [LINE], "bo": [LINE]}, decide(LAYERS, FRIDAY, FRIDAY))
    assert [content(a) for a in merged] == [content(LINE)]


def test_validation_reports_a_decision_that_agreement_made_stale(corpus: Path) -> None:
    layers = corpus / "annotations" / "annotators"
    shutil.copy(layers / "ann" / "harbour.jsonl", layers / "bo" / "harbour.jsonl")
    stale = [incident.place for incident in validate(corpus) if incident.check == "decision-stale"]
    assert stale == ["annotations/adjudication.jsonl:1"]


def test_decisions_on_other_documents_are_left_alone() -> None:
    elsewhere = unit(FRIDAY)._replace(doc="harbour")
    decisions = {elsewhere: Decision(elsewhere, {"ann": content(FRIDAY), "bo": None}, content(FRIDAY), "Invented.")}
    merged, undecided = merge("ferry", LAYERS, decisions)
    assert [content(a) for a in merged] == [content(LINE)]
    assert undecided == [unit(FRIDAY)]


@given(st.permutations(range(1, 20)), st.sets(st.integers(0, len(ALL) - 1)), st.sets(st.integers(0, len(ALL) - 1)))
def test_ids_stay_on_a_new_merge_and_are_unique(numbers: list[int], first: set[int], second: set[int]) -> None:
    previous = [replace(a, id=f"{a.layer[0]}{number}") for a, number in zip(ALL, numbers, strict=False)]
    before, _ = merge("ferry", {"ann": [ALL[i] for i in sorted(first)]}, {}, previous)
    kept = units("ferry", previous)
    assert all(kept[u].id == a.id for u, a in units("ferry", before).items())
    after, _ = merge("ferry", {"ann": [ALL[i] for i in sorted(first | second)]}, {}, before)
    ids = {u: a.id for u, a in units("ferry", after).items()}
    assert all(ids[u] == a.id for u, a in units("ferry", before).items())
    assert len(set(ids.values())) == len(ids)
    assert all(id[0] == u.layer[0] and int(id[1:]) > 0 for u, id in ids.items())


@given(st.data())
def test_every_unit_is_in_gold_or_undecided(data: st.DataObject) -> None:
    pick = st.lists(st.sampled_from(ALL), unique=True)
    layers = {name: data.draw(pick) for name in ("ann", "bo", "cy")}
    merged, undecided = merge("ferry", layers, {})
    assert set(undecided) == set(disagreements("ferry", layers))
    said = {u for own in layers.values() for u in units("ferry", own)}
    assert units("ferry", merged).keys() | set(undecided) == said
    assert not units("ferry", merged).keys() & set(undecided)
    # With every disagreement decided for whoever marked it, gold is all that anybody said.
    chosen = {u: content(a) for u, a in units("ferry", ALL).items()}
    decisions = {u: Decision(u, v, chosen[u], "Invented.") for u, v in disagreements("ferry", layers).items()}
    merged, undecided = merge("ferry", layers, decisions)
    assert (units("ferry", merged).keys(), undecided) == (said, [])


def test_a_decision_reads_as_written() -> None:
    (decision,) = decide(LAYERS, FRIDAY, FRIDAY).values()
    assert parse_decision(decision.to_json()) == decision


@pytest.mark.parametrize(
    "changes",
    [
        {"reason": " "}, {"reason": None}, {"start": "64"}, {"start": True}, {"doc": None}, {"versions": []},
        {"gold": 1}, {"gold": {**content(LINE)}}, {"gold": {"layer": "entity"}}, {"versions": {"ann": content(LINE)}},
        {"more": 1},
    ],
    ids=str,
)  # fmt: skip
def test_a_decision_of_another_form_is_refused(changes: dict[str, object]) -> None:
    (decision,) = decide(LAYERS, FRIDAY, FRIDAY).values()
    with pytest.raises(FormError):
        parse_decision({**decision.to_json(), **changes})


def test_who_annotates_a_layer_and_marks_nothing_of_it_found_nothing() -> None:
    (entity,) = [a for a in gold("ferry") if a.text == "2019"]
    layers = {"ann": [entity], "bo": []}
    assert disagreements("ferry", layers) == {}  # nothing says that bo looked
    (versions,) = disagreements("ferry", layers, {"ann": ("entity",), "bo": ("entity",)}).values()
    assert versions == {"ann": content(entity), "bo": None}
    merged, undecided = merge("ferry", layers, {}, parts={"ann": ("entity",), "bo": ("entity",)})
    assert merged == []
    assert len(undecided) == 1
