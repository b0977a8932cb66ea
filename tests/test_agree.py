"""The report of `sayso agree`: invariants, oracles, golden output, picture, and errors."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from conftest import ROOT
from invented import FERRY, HARBOUR, anchor, gold
from sayso import resampling
from sayso.agree import FEW, Report, report
from sayso.agree_view import picture
from sayso.agreement import alpha, measure
from sayso.annotator_files import AnnotatorFile
from sayso.cli import main
from sayso.layers import LAYERS, Annotation, Claim, Entity, Verifiable, dump, read_layers
from sayso.project import Project
from sayso.segmentation import segment

SCHEME = Project.read(ROOT).scheme
DOCUMENT = segment(HARBOUR, id="harbour")
GOLD = gold("harbour")
EVERYTHING = dict.fromkeys(("ann", "bo", "cy"), LAYERS)
Key = tuple[str, str, str, str]


def of(layers: Mapping[str, Sequence[Annotation]], document=DOCUMENT) -> Report:
    files = {
        name: AnnotatorFile(Path(f"{name}.jsonl"), tuple(own), tuple(range(1, len(own) + 1)))
        for name, own in layers.items()
    }
    return report(SCHEME, [(document, files)], EVERYTHING)


def values(found: Report) -> dict[Key, float | None]:
    return {(e.score.layer, e.score.aspect, e.score.label, e.score.measure): e.score.value for e in found.estimates}


def careless(draw: st.DrawFn, a: Annotation) -> Annotation:
    """Something like an annotation."""
    if isinstance(a, Entity):
        cut = draw(st.integers(0, 3)) if a.end - a.start > 4 else 0
        return replace(a, start=a.start + cut, text=a.text[cut:], label=draw(st.sampled_from(SCHEME.entity)))
    if isinstance(a, Claim):
        holder = None if draw(st.booleans()) else a.holder
        return replace(a, holder=holder, type=draw(st.sampled_from(SCHEME.claim_type)))
    return replace(a, label=draw(st.sampled_from(SCHEME.verifiable if isinstance(a, Verifiable) else SCHEME.stance)))


@st.composite
def annotator(draw: st.DrawFn) -> list[Annotation]:
    """Gold as somebody careless would have made it."""
    seen = [a for a in GOLD if draw(st.integers(0, 5))]
    return [a if draw(st.integers(0, 3)) else careless(draw, a) for a in seen]


def test_a_copy_of_an_annotator_agrees_with_them_on_everything() -> None:
    found = of({"ann": GOLD, "bo": GOLD})
    assert {e.score.measure for e in found.estimates} == {"F1", "F1 overlapping", "kappa", "alpha"}
    assert {e.score.layer for e in found.estimates} == set(LAYERS)
    for estimate in found.estimates:
        assert estimate.score.value in (1, None), estimate
        assert estimate.low in (1, None), estimate
    assert all(c == 0 for m in found.confusions for i, row in enumerate(m.counts) for j, c in enumerate(row) if i != j)
    assert found.disagreements == ()


@settings(deadline=None, max_examples=25)
@given(annotator())
def test_a_copy_of_any_annotator_does(own: list[Annotation]) -> None:
    assert {e.score.value for e in of({"ann": own, "bo": own}).estimates} <= {1, None}


@settings(deadline=None, max_examples=25)
@given(annotator(), annotator())
def test_the_order_of_annotators_does_not_matter(one: list[Annotation], other: list[Annotation]) -> None:
    assert of({"ann": one, "bo": other}) == of({"bo": other, "ann": one})
    # Nor who is called what, but for the sides of the matrices and of the list.
    swapped = of({"ann": other, "bo": one})
    assert swapped.estimates == of({"ann": one, "bo": other}).estimates
    for here, there in zip(of({"ann": one, "bo": other}).confusions, swapped.confusions, strict=True):
        assert here.counts == tuple(zip(*there.counts, strict=True))


@settings(deadline=None, max_examples=25)
@given(annotator(), annotator(), st.none() | annotator())
def test_an_interval_holds_its_value(
    one: list[Annotation], other: list[Annotation], third: list[Annotation] | None
) -> None:
    layers = {"ann": one, "bo": other} | ({} if third is None else {"cy": third})
    for estimate in of(layers).estimates:
        value = estimate.score.value
        assert (estimate.low is None) == (estimate.high is None)
        if estimate.low is not None and estimate.high is not None:
            assert value is not None
            assert -1 <= estimate.low <= value <= estimate.high <= 1 + 1e-9
        assert estimate.score.n > 0


@settings(deadline=None, max_examples=25)
@given(annotator(), annotator(), st.none() | annotator())
def test_values_are_those_of_the_figures(
    one: list[Annotation], other: list[Annotation], third: list[Annotation] | None
) -> None:
    layers = {"ann": one, "bo": other} | ({} if third is None else {"cy": third})
    found = values(of(layers))
    for score in measure({"harbour": layers}):
        if score.aspect == "links":
            continue  # pairs of mentions do not belong to sentences
        key = (score.layer, score.aspect, score.label, score.measure)
        if score.aspect == "content overlap":
            key = ("claim", "cue and content", "all", "F1 overlapping")
        if all(any(a.layer == score.layer for a in own) for own in layers.values()):
            assert found[key] == (None if score.value is None else pytest.approx(score.value)), key


@settings(deadline=None, max_examples=25)
@given(annotator(), annotator())
def test_overlapping_finds_all_that_exact_finds(one: list[Annotation], other: list[Annotation]) -> None:
    found = values(of({"ann": one, "bo": other}))
    for (layer, aspect, label, kind), value in found.items():
        exact = found.get((layer, aspect, label, "F1"))
        if kind == "F1 overlapping" and exact is not None:
            assert value is not None
            assert value >= exact


LABELLED = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1, max_size=30)


@given(LABELLED)
def test_kappa_is_that_of_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    ours = resampling.kappa(resampling.confusion_matrix(pairs, "abc")[None])[0]
    if len({x for pair in pairs for x in pair}) == 1:
        assert np.isnan(ours)
        return
    one, other = zip(*pairs, strict=True)
    assert ours == pytest.approx(cohen_kappa_score(one, other))


def test_kappa_of_cohens_own_example() -> None:
    # Cohen (1960), table 1, as counts of 200: .70 observed and .41 expected give .492.
    table = np.array([[88, 14, 18], [10, 40, 10], [2, 6, 12]], dtype=float)
    assert resampling.kappa(table[None])[0] == pytest.approx(0.492, abs=5e-4)


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=4), max_size=15))
def test_alpha_is_that_of_the_agreement_module(units: list[list[str]]) -> None:
    (ours,) = resampling.alpha(resampling.coincidence_matrix(units, "abc")[None])
    theirs = alpha(units)
    assert np.isnan(ours) if theirs is None else ours == pytest.approx(theirs)


@given(LABELLED, st.integers(0, 2))
def test_one_label_against_the_rest(pairs: list[tuple[str, str]], label: int) -> None:
    binary = [[float(x == "abc"[label]) for x in pair] for pair in pairs]
    counts = resampling.coincidence_matrix(pairs, "abc")[None]
    (ours,) = resampling.alpha(resampling.one_against_rest(counts, label))
    if len({x for pair in binary for x in pair}) == 1:
        assert np.isnan(ours)
        return
    theirs = krippendorff.alpha(reliability_data=list(zip(*binary, strict=True)), level_of_measurement="nominal")
    assert ours == pytest.approx(theirs)


def test_a_bootstrap_by_hand() -> None:
    # Two units, one with F1 1 and one with F1 0: a quarter of the resamples gives each of the extremes.
    bootstrap = resampling.Bootstrap.of(2)
    assert bootstrap.weights.shape == (resampling.RESAMPLES + 1, 2)
    assert (bootstrap.weights.sum(axis=1) == 2).all()
    counts = np.array([[2.0, 2.0], [0.0, 2.0]])
    assert bootstrap.estimate(counts, resampling.f1) == (0.5, 0.0, 1.0)
    assert bootstrap.estimate(np.array([[2.0, 4.0], [0.0, 0.0]]), resampling.f1) == (0.5, None, None)
    assert bootstrap.estimate(np.zeros((2, 2)), resampling.f1) == (None, None, None)


def test_the_draws_never_change() -> None:
    assert resampling.Bootstrap.of(5).weights[1:4].tolist() == [[0, 2, 1, 1, 1], [1, 1, 2, 0, 1], [1, 1, 0, 2, 1]]


def entity(quoted: str, nth: int = 1, label: str = "ORG") -> Entity:
    a = anchor(HARBOUR, quoted, nth)
    return Entity("e1", a.start, a.end, a.text, label, "norvik-line")


def test_tokens_and_overlap_by_hand() -> None:
    found = values(of({"ann": [entity("Norvik Line")], "bo": [entity("Line")]}))
    # "Line" is 4 of the 11 code points of "Norvik Line": less than a half.
    assert found["entity", "span", "all", "F1 overlapping"] == 0
    tokens = sum(len(sentence) for sentence in tokenized())
    units = [("ORG", "O"), ("ORG", "ORG")] + [("O", "O")] * (tokens - 2)
    assert found["entity", "tokens", "all", "alpha"] == pytest.approx(alpha(units))
    found = values(of({"ann": [entity("40 million")], "bo": [entity("million crowns", label="NUM")]}))
    assert found["entity", "span", "all", "F1 overlapping"] == 0
    found = values(of({"ann": [entity("40 million crowns")], "bo": [entity("million crowns", label="NUM")]}))
    assert found["entity", "span", "all", "F1"] == 0
    assert found["entity", "span", "all", "F1 overlapping"] == 1
    assert found["entity", "span and label", "all", "F1 overlapping"] == 0


def tokenized() -> list[list[tuple[int, int]]]:
    from sayso.rows import tokenizer

    return [tokenizer()(HARBOUR[s.seed_start : s.seed_end]) for s in DOCUMENT.sentences]


def test_a_span_overlaps_one_span_only() -> None:
    halves: list[Annotation] = [entity("Ada Lin"), entity("dqvist ")]
    found = values(of({"ann": [entity("Ada Lindqvist ")], "bo": halves}))
    assert found["entity", "span", "all", "F1 overlapping"] == pytest.approx(2 / 3)


def test_documents_are_resampled_where_there_are_enough() -> None:
    files = {name: AnnotatorFile(Path(name), tuple(GOLD), tuple(range(len(GOLD)))) for name in ("ann", "bo")}
    documents = [(replace(DOCUMENT, id=f"d{i}"), files) for i in range(FEW)]
    assert (report(SCHEME, documents, None).unit, report(SCHEME, documents, None).units) == ("document", FEW)
    few = report(SCHEME, documents[1:], None)
    assert (few.unit, few.units) == ("sentence", (FEW - 1) * len(DOCUMENT.sentences))


def test_three_annotators_have_alpha_but_no_kappa() -> None:
    found = of({"ann": GOLD, "bo": GOLD, "cy": GOLD[3:]})
    assert "kappa" not in {e.score.measure for e in found.estimates}
    assert {(m.rows, m.columns) for m in found.confusions} == {("ann", "bo"), ("ann", "cy"), ("bo", "cy")}


# -- the command


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], corpus: Path):
    """Run `sayso agree` in a corpus; the exit code and what it printed."""
    monkeypatch.chdir(corpus)

    def agree(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["sayso", "agree", *arguments])
        with pytest.raises(SystemExit) as caught:
            main()
        captured = capsys.readouterr()
        return int(caught.value.code or 0), captured.out, captured.err

    return agree


GOLDEN = """\
ann, bo: 2 documents
Intervals: 95 %, 1000 bootstrap resamples of 9 sentences, because fewer than 20 documents are shared: too narrow where documents differ.
n: what either side marked (F1), units or tokens (kappa, alpha). Overlapping: IoU of a half or more; a cue is one word, so a claim's holder and content.

entity ─────────────────────────────────────────────────────────────────────────
what            label  F1              F1 overlapping   n
span            all    0.96 0.88–1.00  0.96 0.88–1.00  23
span and label  all    0.96 0.88–1.00  0.96 0.88–1.00  23
span and label  DATE   0.67 0.00–1.00  0.67 0.00–1.00   3
span and label  LOC    1.00            1.00             2
span and label  NUM    1.00            1.00             2
span and label  ORG    1.00 1.00–1.00  1.00 1.00–1.00   8
span and label  PER    1.00 1.00–1.00  1.00 1.00–1.00   8

what    label  alpha             n
tokens  all    0.97 0.91–1.00   71
tokens  DATE   0.66 -0.01–1.00  71
tokens  LOC    1.00             71
tokens  NUM    1.00             71
tokens  ORG    1.00 1.00–1.00   71
tokens  PER    1.00 1.00–1.00   71

label: ann ↓ bo →  PER  ORG  LOC  DATE  NUM  -
PER                  4    0    0     0    0  0
ORG                  0    4    0     0    0  0
LOC                  0    0    1     0    0  0
DATE                 0    0    0     1    0  1
NUM                  0    0    0     0    1  0
-                    0    0    0     0    0  0

disagreements ──────────────────────────────────────────────────────────────────
harbour entity 64-70 “Monday”
  ann annotations/annotators/ann/harbour.jsonl:6: DATE
  bo: nothing

1 in all
"""


def test_the_whole_output(run) -> None:
    code, out, err = run("bo", "ann", "--layer", "entity")
    assert (code, err) == (0, "")
    assert out == GOLDEN


def test_json_says_the_same_and_how(run) -> None:
    code, out, _ = run("ann", "bo", "--json")
    value = json.loads(out)
    assert code == 0
    assert value["bootstrap"] == {"unit": "sentence", "units": 9, "resamples": 1000, "seed": resampling.SEED}
    (span,) = [s for s in value["agreement"] if s["aspect"] == "span" and s["measure"] == "F1"]
    assert (span["value"], span["n"]) == (pytest.approx(22 / 23), 23)
    (matrix,) = [m for m in value["confusion"] if m["layer"] == "entity"]
    assert matrix["labels"][-1] == "-"
    (disagreement,) = value["disagreements"]
    assert disagreement["text"] == "Monday"
    assert disagreement["versions"]["bo"] == {"file": None, "line": None, "said": "nothing"}
    place = disagreement["versions"]["ann"]
    assert json.loads(Path(place["file"]).read_text().splitlines()[place["line"] - 1])["text"] == "Monday"


@pytest.mark.parametrize("layer", LAYERS)
def test_one_layer_is_that_part_of_all(run, layer: str) -> None:
    everything, one = (json.loads(run("ann", "bo", "--json", *more)[1]) for more in ([], ["--layer", layer]))
    for what in ("agreement", "confusion", "disagreements"):
        assert one[what] == [x for x in everything[what] if x["layer"] == layer]


def test_a_picture_is_a_png_or_an_svg(run) -> None:
    code, _, err = run("ann", "bo", "--plot", "agreement.png")
    assert (code, err) == (0, "wrote agreement.png\n")
    data = Path("agreement.png").read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert min(struct.unpack(">II", data[16:24])) > 400
    assert len(np.unique(np.frombuffer(data, dtype=np.uint8))) > 100
    assert run("ann", "bo", "--plot", "agreement.SVG")[0] == 0
    root = ElementTree.parse("agreement.SVG").getroot()  # noqa: S314 - our own
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    found = of({"ann": GOLD, "bo": GOLD[3:]})
    assert picture(found, "svg") == picture(found, "svg")
    assert b"<dc:date>" not in picture(found, "svg")


def test_a_picture_of_undefined_measures() -> None:
    assert picture(of({"ann": [entity("Norvik Line")], "bo": []}), "png").startswith(b"\x89PNG")
    same: list[Annotation] = [a for a in GOLD if isinstance(a, Verifiable) and a.label == "yes"]
    assert picture(of({"ann": same, "bo": same}), "png").startswith(b"\x89PNG")


def test_without_matplotlib_it_says_how_to_get_it(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert run("ann", "bo")[0] == 0
    code, out, err = run("ann", "bo", "--plot", "agreement.png")
    assert (code, out) == (2, "")
    assert err == "error: --plot: drawing needs matplotlib: pip install 'sayso[plot]'\n"


def test_the_command_line_does_not_import_matplotlib() -> None:
    code = "import sys, sayso.agree_view; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["ann", "eve"], "annotations/annotators: there is no annotator 'eve': there are ann, bo"),
        (["ann", "../gold"], "there is no annotator '../gold'"),
        (["ann"], "name two different annotators or more: there are ann, bo"),
        (["ann", "bo", "ann"], "name two different annotators or more"),
        (
            ["ann", "bo", "--layer", "claims"],
            "--layer: 'claims' is no layer: there are entity, claim, verifiable, stance",
        ),
        (["ann", "bo", "--plot", "a.jpg"], "a.jpg: a picture's name ends in .png or .svg"),
        (["ann", "bo", "--plot", "nowhere/a.png"], "cannot write nowhere/a.png"),
    ],
)
def test_wrong_arguments(run, arguments: list[str], problem: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert problem in err


def test_no_document_in_common(run) -> None:
    Path("annotations/annotators/ann/ferry.jsonl").unlink()
    Path("annotations/annotators/bo/harbour.jsonl").unlink()
    code, _, err = run("ann", "bo")
    assert code == 2
    assert "annotations/annotators/ann: ann has no document in common with bo" in err


def test_nothing_in_common(run) -> None:
    for path in Path("annotations/annotators/bo").iterdir():
        path.write_bytes(dump(a for a in read_layers(path) if a.layer != "claim"))
    path = Path("annotations/annotators.jsonl")
    path.write_text(path.read_text().replace('"entity", "claim", "verifiable", "stance"', '"claim"'))
    shutil.rmtree("annotations/annotators/ann")
    shutil.copytree("annotations/annotators/bo", "annotations/annotators/ann")
    code, _, err = run("ann", "bo", "--layer", "claim")
    assert code == 2
    assert "nothing to compare" in err


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"label"', '"lable"', "the entity lacks the key 'label'"),
        ('{"layer"', '{layer"', "no JSON at column 2"),
        ('"text": "', '"text": "A', "quotes 'AAda Lindqvist', the seed has 'Ada Lindqvist' there"),
        ('"end": ', '"end": 99', "is no span of the seed"),
    ],
)
def test_a_malformed_line_is_named(run, old: str, new: str, problem: str) -> None:
    path = Path("annotations/annotators/bo/harbour.jsonl")
    lines = path.read_text().splitlines(keepends=True)
    number = next(i for i, line in enumerate(lines) if '"entity"' in line and "Ada" in line)
    lines[number] = lines[number].replace(old, new, 1)
    path.write_text("".join(lines))
    code, out, err = run("ann", "bo")
    assert (code, out) == (2, "")
    assert f"{path}:{number + 1}: " in err
    assert problem in err


def test_a_seed_that_changed_is_no_ground_to_compare_on(run) -> None:
    Path("seeds/ferry.txt").write_text(FERRY + "More.")
    code, _, err = run("ann", "bo")
    assert code == 2
    assert "seeds/ferry.txt: the seed was changed" in err
