"""Entities by rules: dates and amounts, names, links, the spaCy component."""

from __future__ import annotations

import re

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc

import sayso
from conftest import ROOT
from sayso.agreement import measure
from sayso.amounts import amounts
from sayso.boundaries import sentences
from sayso.entities import SCORES
from sayso.gazetteer import Gazetteer, Name, collect, dump
from sayso.layers import Entity, read_layers
from sayso.linking import Found
from sayso.name_search import Proposal, find_entities, trimmed
from sayso.names import link_of, listed
from sayso.project import Project
from sayso.scheme import LINK
from sayso.segmentation import segment
from sayso.suggestions import suggest
from strategies import growth, pages, running_text

NORVIK = Gazetteer(
    (
        Name("Chirpbook", "ORG", "chirpbook", 3, "gold"),
        Name("Norvik", "LOC", "norvik", 2, "gold"),
        Name("Norvik Line", "ORG", "norvik-line", 2, "gold"),
    )
)


def starts(text: str) -> list[int]:
    found, position = [], 0
    for line in text.split("\n"):
        found += [start for start, _ in sentences(text, position, position + len(line))]
        position += len(line) + 1
    return found


def entities(
    text: str, gazetteer: Gazetteer | None = None, proposals: list[tuple[str, str]] | None = None
) -> list[tuple[str, str]]:
    """(text, label) of what is found; proposals are given by their words."""
    given_ = None
    if proposals is not None:
        given_ = [Proposal(text.index(words), text.index(words) + len(words), label) for words, label in proposals]
    return [(text[e.start : e.end], e.label) for e in find_entities(text, starts(text), given_, gazetteer)]


def links(text: str, gazetteer: Gazetteer | None = None) -> dict[str, str | None]:
    found = find_entities(text, starts(text), None, gazetteer)
    return {text[e.start : e.end]: e.entity for e in found}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It cost about 40 percent of $9 million.", ["NUM 40 percent", "NUM $9 million"]),
        ("More than 300 of 40 million passengers saw 270,000 gulls.", ["NUM 300", "NUM 40 million", "NUM 270,000"]),
        (
            "The pier is 12 km long, and 3.5% wider than two million piers.",
            ["NUM 12 km", "NUM 3.5%", "NUM two million"],
        ),
        ("First, the 3rd of two piers, for ten boats.", []),
        ("Between 10-15 percent paid US$5.4bn.", ["NUM 10", "NUM 15 percent", "NUM US$5.4bn"]),
        ("A 30-year-old F-16 of Pier 7b.", []),
        ("At 10:30, see http://a.com/2019/5 and a.2019b.", []),
        ("On Monday, 12 June 2011, and since 2014.", ["DATE Monday, 12 June 2011", "DATE 2014"]),
        ("March 5, 2018 was a day in May of the 1990s.", ["DATE March 5, 2018", "DATE May", "DATE 1990s"]),
        ("It may march today, next Friday and last week.", ["DATE today", "DATE next Friday", "DATE last week"]),
        ("It was closed for three days, now and at this time.", []),
        ("The 2011 floods of 2018-03-22 killed 2011 percent.", ["DATE 2011", "DATE 2018-03-22", "NUM 2011 percent"]),
    ],
)
def test_dates_and_amounts(text: str, expected: list[str]) -> None:
    assert [f"{label} {text[start:end]}" for start, end, label in amounts(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # E1: no article, title, 's or quotation mark
        ("The mayor met Dr Ada Lindqvist’s brother.", [("Ada Lindqvist", "PER")]),
        ("The board of the “Harbour Times” met Mr. Lund.", [("Harbour Times", "ORG"), ("Lund", "PER")]),
        # E2: the longest name; names side by side are two
        ("They studied at the University of Norvik.", [("University of Norvik", "ORG")]),
        ("It sails for Cuba and Scandinavia.", [("Cuba", "LOC"), ("Scandinavia", "LOC")]),
        ("We saw the Boston Rovers in Boston.", [("Boston Rovers", "ORG"), ("Boston", "LOC")]),
        # words that say what a name is
        (
            "A clerk of Lund Shipping Inc. and of the Ministry of Ferries spoke.",
            [("Lund Shipping Inc.", "ORG"), ("Ministry of Ferries", "ORG")],
        ),
        ("He knows Peter Quayle and John Q. Lund.", [("Peter Quayle", "PER"), ("John Q. Lund", "PER")]),
        ("The town fears another Harbour Fire Inquiry.", [("Harbour Fire Inquiry", "EVENT")]),
        ("They tweeted #SaveThePort again.", [("#SaveThePort", "EVENT")]),
        ("Those people are British and Republican.", [("British", "NORP"), ("Republican", "NORP")]),
        ("All of it happened in Quayside.", [("Quayside", "LOC")]),
        ("Then Quayle said that it was late.", [("Quayle", "PER")]),
        # E3: pronouns, common nouns, words that only open a sentence
        ("Nobody knew. However, the company left. Yesterday's port was She.", [("Yesterday", "DATE")]),
        # capitals say nothing in a headline
        ("How The Old Quay Was Lost To Fire", []),
    ],
)
def test_names_without_a_recogniser(text: str, expected: list[tuple[str, str]]) -> None:
    assert entities(text) == expected


def test_the_gazetteer_comes_first() -> None:
    assert entities("Chirpbook users", NORVIK) == [("Chirpbook", "ORG")]
    # E10: a recogniser that takes a company for a person, or joins it to one, is told better.
    assert entities("Sue Chirpbook now", NORVIK, [("Chirpbook", "PER")]) == [("Chirpbook", "ORG")]
    assert entities("the chief of Chirpbook Ada Lund", NORVIK, [("Chirpbook Ada Lund", "PER")]) == [
        ("Chirpbook", "ORG"),
        ("Ada Lund", "PER"),
    ]
    # E2: a longer name takes a known one in.
    assert entities("the Norvik Harbour", NORVIK, [("Norvik Harbour", "LOC")]) == [("Norvik Harbour", "LOC")]
    assert entities("They fear the Chirpbook Data Scandal now.", NORVIK) == [("Chirpbook Data Scandal", "EVENT")]
    assert entities("the Norvik Line", NORVIK) == [("Norvik Line", "ORG")]


def test_proposals_are_put_into_our_form() -> None:
    text = "The old Harbour Times' man, the senate, “Lund’s” pier and Mr Quayle met a 3rd time."
    proposals = [
        ("The old Harbour Times'", "ORG"),
        ("the senate", "ORG"),
        ("“Lund’s", "LOC"),
        ("Mr Quayle", "PER"),
        ("3rd", "NUM"),
    ]
    assert entities(text, None, proposals) == [("old Harbour Times", "ORG"), ("Lund", "LOC"), ("Quayle", "PER")]


def test_one_name_has_one_label() -> None:
    text = "Ada Lindqvist spoke. A Lindqvist campaign began."
    found = entities(text, None, [("Ada Lindqvist", "PER"), ("Lindqvist campaign", "ORG")])
    assert ("Ada Lindqvist", "PER") in found
    text = "The Lindqvist show. Ada Lindqvist spoke."
    assert entities(text, None, [("Ada Lindqvist", "PER"), ("Lindqvist", "ORG")])[0] == ("Lindqvist", "PER")


def test_links() -> None:
    text = "Ada Lindqvist met the Norvik Port Authority (NPA). Lindqvist said the NPA of the US was British, on Monday."
    assert links(text) == {
        "Ada Lindqvist": "ada-lindqvist",
        "Norvik Port Authority": "norvik-port-authority",
        "NPA": "norvik-port-authority",
        "Lindqvist": "ada-lindqvist",
        "US": "united-states",
        "British": "british",
        "Monday": None,
    }


@pytest.mark.parametrize(
    ("name", "link"),
    [("Ada Lindqvist", "ada-lindqvist"), ("São Åbo's", "sao-abo-s"), ("U.S.", "us"), ("Макс", "43c-430-43a-441"), ("AT&T", "at-t")],
)  # fmt: skip
def test_the_link_of_a_name(name: str, link: str) -> None:
    assert link_of(name) == link


def test_the_listed_names_have_links_and_labels() -> None:
    names = listed().names
    assert len(names) > 800
    assert all(re.fullmatch(LINK, name.entity) for name in names)
    assert {name.label for name in names} == {"LOC", "NORP", "ORG"}


@given(st.one_of(pages, running_text), st.data())
def test_entities_of_any_text(text: str, data: st.DataObject) -> None:
    size = len(text)
    proposals = None
    if size > 1 and data.draw(st.booleans()):
        spans = data.draw(st.lists(st.tuples(st.integers(0, size - 1), st.integers(1, 12)), max_size=4))
        proposals = [Proposal(start, min(size, start + n), "ORG") for start, n in spans]
    found = find_entities(text, starts(text), proposals, NORVIK)
    end = 0
    for e in found:
        assert end <= e.start < e.end <= size
        assert text[e.start : e.end] == text[e.start : e.end].strip()
        assert (e.entity is None) == (e.label in ("DATE", "NUM"))
        assert e.entity is None or re.fullmatch(LINK, e.entity)
        assert e.source in SCORES
        end = e.end
    assert find_entities(text, starts(text), proposals, NORVIK) == found


@given(running_text)
def test_trimming_never_adds(text: str) -> None:
    start, end = trimmed(text, 0, len(text), "PER")
    assert 0 <= start <= end <= len(text)


@pytest.mark.parametrize(
    "piece", ["Ada Lindqvist of Norvik said so in 2019. ", "Mr ", "A. ", "of the and ", "1,000 ", "“’s "]
)
def test_time_is_linear(piece: str) -> None:
    def run(text: str) -> object:
        return find_entities(text, range(0, len(text), 200), None, NORVIK)

    assert growth(run, lambda size: piece * (size // len(piece)), 20_000) < 4


def test_the_component_maps_any_recogniser() -> None:
    from sayso.entities import create_entities  # noqa: F401 - registers itself

    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "PERSON", "pattern": "Dr Lindqvist"}, {"label": "LANGUAGE", "pattern": "Norvikian"}])
    nlp.add_pipe("sayso_entities")
    doc = nlp("Dr Lindqvist spoke Norvikian in 2019.")
    assert [(e.text, e.label_, e.kb_id_, e._.source) for e in doc.ents] == [
        ("Lindqvist", "PER", "lindqvist", "model"),
        ("2019", "DATE", "", "amount"),
    ]
    assert all(e._.score == SCORES[e._.source] for e in doc.ents)


def test_the_component_survives_the_disk(tmp_path) -> None:
    path = tmp_path / "gazetteer.jsonl"
    path.write_bytes(dump(NORVIK.names))
    nlp = sayso.pipeline(gazetteer=path)
    doc = nlp("Chirpbook sued Norvik Line in Norvik.")
    expected = [("Chirpbook", "ORG"), ("Norvik Line", "ORG"), ("Norvik", "LOC")]
    assert [(e.text, e.label_) for e in doc.ents] == expected
    assert [(e.text, e.label_) for e in Doc(nlp.vocab).from_bytes(doc.to_bytes()).ents] == expected
    nlp.to_disk(tmp_path / "model")
    again = spacy.load(tmp_path / "model")
    assert [(e.text, e.label_) for e in again("Chirpbook sued Norvik Line in Norvik.").ents] == expected


def test_gold_is_found_again_with_the_names_of_the_other_document() -> None:
    project = Project.read(ROOT)
    gold = {path.stem: read_layers(path) for path in sorted(project.gold.glob("*.jsonl"))}
    measured = {}
    for doc, own in gold.items():
        document = segment((project.seeds / f"{doc}.txt").read_bytes().decode(), id=doc)
        names = collect((other for id, other in gold.items() if id != doc), project.scheme)
        nlp = sayso.pipeline()
        nlp.get_pipe("sayso_entities").gazetteer = Gazetteer(tuple(names))
        (found,) = suggest([document], nlp)
        measured[doc] = {"gold": own, "ours": [a for a in found if isinstance(a, Entity)]}
    (score,) = [s for s in measure(measured) if (s.layer, s.aspect, s.label) == ("entity", "span and label", "all")]
    assert score.value is not None
    assert score.value >= 0.85


def test_a_found_entity_is_plain() -> None:
    assert Found(0, 1, "PER", "x", "model") == Found(0, 1, "PER", "x", "model")
