"""Agreement: alpha against another implementation, F1 by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import krippendorff
import pytest
from hypothesis import given
from hypothesis import strategies as st

from invented import gold
from sayso.agreement import Agreement, Score, alpha, measure
from sayso.layers import Anchor, Annotation, Claim, Entity, Mention, Stance, Verifiable

LABELS = ("fact", "plan", "view")


def scores(one: list[Annotation], other: list[Annotation]) -> dict[tuple[str, str, str, str], Score]:
    return {(s.layer, s.aspect, s.label, s.measure): s for s in measure({"doc": {"ann": one, "bo": other}})}


def entity(start: int, end: int, label: str = "PER", link: str | None = "ada") -> Entity:
    return Entity(f"e{start + 1}", start, end, "x" * (end - start), label, link)


@st.composite
def layer(draw: st.DrawFn) -> list[Annotation]:
    """What one annotator might mark in a document of ten words of two letters."""
    annotations: list[Annotation] = []
    for start in draw(st.sets(st.sampled_from(range(0, 20, 2)), max_size=6)):
        label = draw(st.sampled_from(("PER", "ORG", "DATE")))
        link = None if label == "DATE" else draw(st.sampled_from(("ada", "norvik-line", "ferry")))
        annotations.append(entity(start, start + 2, label, link))
    for start in draw(st.sets(st.sampled_from(range(0, 20, 4)), max_size=4)):
        first = draw(st.integers(0, 15))
        content = (Anchor(first, first + draw(st.integers(1, 5)), "x"),)
        holder = draw(st.none() | st.builds(Mention, st.just(0), st.just(2), st.just("xx"), st.none()))
        type = draw(st.sampled_from(LABELS))
        annotations.append(Claim("c1", start, start + 2, "xx", "say", holder, content, type, "asserts"))
    for start in draw(st.sets(st.sampled_from((0, 10)))):
        label = draw(st.sampled_from(("yes", "no")))
        annotations.append(Verifiable("v1", start, start + 10, "x" * 10, label))
        annotations.append(Stance("s1", start, start + 2, "xx", "ada", None, draw(st.sampled_from(("none", "favor")))))
    return annotations


@st.composite
def codings(draw: st.DrawFn) -> list[list[int | None]]:
    """Two to four annotators' labels of the same units, some missing."""
    units = draw(st.integers(1, 12))
    row = st.lists(st.none() | st.integers(0, 3), min_size=units, max_size=units)
    return draw(st.lists(row, min_size=2, max_size=4))


@given(codings())
def test_alpha_is_that_of_the_krippendorff_package(table: list[list[int | None]]) -> None:
    units = [[label for label in unit if label is not None] for unit in zip(*table, strict=True)]
    compared = {label for unit in units if len(unit) > 1 for label in unit}
    ours = alpha(units)
    if len(compared) < 2:
        assert ours is None
        return
    data = [[math.nan if label is None else label for label in row] for row in table]
    theirs = krippendorff.alpha(reliability_data=data, level_of_measurement="nominal")
    assert ours == pytest.approx(theirs, abs=1e-9)


def test_alpha_of_krippendorffs_own_example() -> None:
    # Four observers, twelve units, labels 1 to 5: Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), C.
    rows = ("1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3", ". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 .")
    units = [[label for label in unit if label != "."] for unit in zip(*(row.split() for row in rows), strict=True)]
    assert alpha(units) == pytest.approx(0.743, abs=5e-4)


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ([("a", "a"), ("b", "b")], 1.0),
        ([("a", "b"), ("b", "a")], -0.5),
        # Two coders, ten units: n = 20, o_ab = 4, n_a = 14, n_b = 6.
        ([("a", "a")] * 6 + [("a", "b")] * 2 + [("b", "b")] * 2, 1 - 19 * 4 / (2 * 14 * 6)),
        ([("a", "a"), ("a", "a")], None),
        ([("a",), ("b",)], None),
        ([], None),
    ],
)
def test_alpha_by_hand(units: list[tuple[str, ...]], expected: float | None) -> None:
    assert alpha(units) == (None if expected is None else pytest.approx(expected))


def test_an_annotator_agrees_with_themself() -> None:
    for score in scores(gold("harbour"), gold("harbour")).values():
        assert score.value == 1.0, score


def test_f1_by_hand() -> None:
    one: list[Annotation] = [entity(0, 2), entity(4, 6), entity(8, 10, "ORG")]
    other: list[Annotation] = [entity(0, 2), entity(4, 6, "ORG")]
    found = scores(one, other)
    assert found["entity", "span", "all", "F1"] == Score("entity", "span", "all", "F1", 0.8, 5)
    assert found["entity", "span and label", "all", "F1"].value == pytest.approx(0.4)
    assert found["entity", "span and label", "PER", "F1"].value == pytest.approx(2 / 3)
    assert found["entity", "span and label", "ORG", "F1"].value == 0


def test_content_overlaps_from_a_half_on() -> None:
    def claim(end: int) -> list[Annotation]:
        return [Claim("c1", 0, 2, "xx", "say", None, (Anchor(10, end, "x"),), "fact", "asserts")]

    for end, overlap in ((20, 1), (15, 1), (14, 0)):
        found = scores(claim(20), claim(end))
        assert found["claim", "content overlap", "all", "F1"].value == overlap
        assert found["claim", "cue and content", "all", "F1"].value == (end == 20)
        assert found["claim", "cue", "all", "F1"].value == 1


@given(layer(), layer())
def test_every_score_is_symmetric(one: list[Annotation], other: list[Annotation]) -> None:
    assert measure({"doc": {"ann": one, "bo": other}}) == measure({"doc": {"ann": other, "bo": one}})


@given(
    st.dictionaries(st.sampled_from(("d1", "d2", "d3")), st.dictionaries(st.sampled_from(("ann", "bo", "cy")), layer()))
)
def test_values_are_finite_and_in_range(documents: dict[str, dict[str, list[Annotation]]]) -> None:
    for score in measure(documents):
        assert score.n > 0
        if score.value is None:
            assert score.measure == "alpha"
            continue
        assert math.isfinite(score.value)
        assert (0 if score.measure == "F1" else -1) <= score.value <= 1


@given(layer(), layer(), st.permutations(("ada", "norvik-line", "ferry")))
def test_links_are_compared_whatever_their_names(
    one: list[Annotation], other: list[Annotation], names: list[str]
) -> None:
    renaming = dict(zip(("ada", "norvik-line", "ferry"), names, strict=True))
    renamed = [replace(a, entity=renaming[a.entity]) if isinstance(a, Entity) and a.entity else a for a in other]
    key = ("entity", "links", "all", "F1")
    assert scores(one, other).get(key) == scores(one, renamed).get(key)


def test_links_by_hand() -> None:
    # The one joins three mentions into one thing (three pairs), the other only two of them (one pair).
    one: list[Annotation] = [entity(0, 2), entity(4, 6), entity(8, 10)]
    other: list[Annotation] = [entity(0, 2, link="a"), entity(4, 6, link="a"), entity(8, 10, link="b")]
    assert scores(one, other)["entity", "links", "all", "F1"] == Score("entity", "links", "all", "F1", 0.5, 4)


def test_a_link_joins_mentions_of_two_documents() -> None:
    first: list[Annotation] = [entity(0, 2)]
    documents = {doc: {"ann": first, "bo": first} for doc in ("d1", "d2")}
    (links,) = [s for s in measure(documents) if s.aspect == "links"]
    assert (links.value, links.n) == (1.0, 2)


def test_a_document_of_one_annotator_says_nothing() -> None:
    agreement = Agreement()
    agreement.add("harbour", {"ann": gold("harbour")})
    assert agreement.documents == 0
    assert agreement.report() == []


def test_one_label_only_leaves_alpha_undefined() -> None:
    same: list[Annotation] = [Verifiable("v1", 0, 10, "x" * 10, "yes")]
    found = scores(same, same)
    assert found["verifiable", "label", "all", "alpha"].value is None
    assert found["verifiable", "label", "yes", "F1"].value == 1


def test_a_missing_stance_counts_as_none_if_the_annotator_did_stances() -> None:
    def stance(start: int, label: str) -> Stance:
        return Stance("s1", start, start + 2, "xx", "ada", None, label)

    found = scores([stance(0, "favor"), stance(4, "against")], [stance(0, "favor")])
    assert found["stance", "label", "all", "alpha"].n == 2
    assert found["stance", "label", "none", "F1"].value == 0
    assert ("stance", "label", "all", "alpha") not in scores([stance(0, "favor")], [])
