"""How the pipeline reads a text quickly, and that it reads the same: tokens, entities, sentences, words, candidates."""

from __future__ import annotations

import gc
import re
from functools import cache
from itertools import pairwise

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc, Span

import sayso
from sayso import amounts, tokenization
from sayso.claims.quotations import quotations
from sayso.cleaning import keep_lines
from sayso.collector import no_collector
from sayso.segmentation import by_lines
from sayso.stance_features import features, read
from sayso.stance_model import shipped
from sayso.token_index import TokenIndex, is_annotated
from sayso.tokenization import ChunkTokenizer
from sayso.word_places import word_places

TEXT = (
    "Ada Lindqvist can't stay in Norvik, she said.\n\nNorvik Line Inc. paid US$5 million last May; “It's 20 per cent.”"
)
PIECES = (
    "can't", "Norvik", "(Norvik", "isn't,", "harbour.", "U.S.", ":)", "“It's", "https://norvik.example/a?b=c", "a/b",
    "e.g.", "don't.", "well-kept", "5km", "\n", "\n\n", "  ", "\t", "x…", "Lund's", "a.m.", "…)", "😀", "\xa0",
    "cannot", "gonna", "Im",
)  # fmt: skip


@cache
def ours() -> Language:
    return sayso.pipeline()


@cache
def plain() -> Language:
    return spacy.blank("en")


def tokens(doc: Doc) -> list[tuple[int, str, str, str]]:
    return [(token.idx, token.text, token.whitespace_, token.norm_) for token in doc]


# -- tokens


@settings(deadline=None)  # the first one makes the pipelines
@given(st.lists(st.sampled_from(PIECES), max_size=12), st.sampled_from((" ", "", "\n")))
def test_tokens_are_those_of_spacy(pieces: list[str], between: str) -> None:
    text = between.join(pieces)
    for _ in range(2):  # split by rules, then remembered
        assert tokens(ours().make_doc(text)) == tokens(plain().make_doc(text))


def test_a_chunk_is_remembered_after_a_contraction(monkeypatch: pytest.MonkeyPatch) -> None:
    tokenizer = sayso.pipeline().tokenizer
    assert isinstance(tokenizer, ChunkTokenizer)
    asked: list[str] = []
    search = tokenizer.prefix_search

    def spy(text: str) -> object:
        asked.append(text)
        return search(text)

    tokenizer.prefix_search = spy
    tokenizer("She can't trust harbourmasters.")
    assert "harbourmasters." in asked
    asked.clear()
    tokenizer("They can't meet harbourmasters.")
    assert "harbourmasters." not in asked
    monkeypatch.setattr(tokenization, "CHUNKS", 1)  # no more is remembered than this
    asked.clear()
    tokenizer("They can't meet shipwrights.")
    tokenizer("They can't meet shipwrights.")
    assert asked.count("shipwrights.") == 2


def test_nothing_of_a_memory_zone_is_remembered() -> None:
    nlp = sayso.pipeline()
    with nlp.memory_zone():
        inside = tokens(nlp("Norvikers can't know harbourmasteresses."))
    assert tokens(nlp("Norvikers can't know harbourmasteresses.")) == inside


def test_the_tokenizer_is_saved_as_one_of_spacy(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("saved")
    ours().to_disk(folder)
    again = spacy.load(folder)
    assert tokens(again.make_doc(TEXT)) == tokens(ours().make_doc(TEXT))
    assert again.config["nlp"]["tokenizer"] == {"@tokenizers": "spacy.Tokenizer.v1"}


def test_another_tokenizer_stays() -> None:
    nlp = sayso.pipeline()
    own = nlp.tokenizer
    tokenization.remembering(nlp)
    assert nlp.tokenizer is own


# -- the index of a Doc


def test_an_index_says_what_the_doc_says() -> None:
    doc = ours()(TEXT)
    index = TokenIndex(doc)
    assert index.text == doc.text == TEXT
    assert [(e.start, e.end, e.label, e.link) for e in index.entities] == [
        (e.start, e.end, e.label_, e.kb_id_) for e in doc.ents
    ]
    assert index.entities
    for token in doc:
        sentence = doc[token.i : token.i + 1].sent
        assert index.sentence(token.i) == (sentence.start, sentence.end)
        assert index.word(token.i) == token.text
    assert index.words(0, len(doc)) == [token.text for token in doc]
    assert index.sentences(0, len(doc)) == [(s.start, s.end) for s in doc.sents]
    for start in range(len(doc)):
        for end in range(start + 1, len(doc) + 1):
            span = doc[start:end]
            assert index.text_of(span) == span.text
            inside = [(e.start, e.end) for e in span.ents]
            assert [(e.start, e.end) for e in index.entities_in(start, end)] == inside
    assert TokenIndex(plain()("")).entities == []
    assert not is_annotated(doc, "DEP")


def test_a_doc_that_is_split_anew_is_read_anew() -> None:
    doc = plain()("Norvik Line cannot pay")
    before = TokenIndex(doc)
    assert before.starts == [0, 7, 12, 15, 19]
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[0:2])
    assert TokenIndex(doc).starts == [0, 12, 15, 19]
    doc.ents = [Span(doc, 0, 1, label="ORG")]
    assert [e.label for e in TokenIndex(doc).entities] == ["ORG"]
    doc.ents = [Span(doc, 0, 1, label="LOC")]
    assert [e.label for e in TokenIndex(doc).entities] == ["LOC"]
    with pytest.raises(ValueError, match="E030"):
        TokenIndex(plain()("Norvik Line pays now")).sentence(1)


def test_two_docs_of_one_tokenizer_keep_their_texts() -> None:
    one, other = ours().make_doc("Norvik pays."), ours().make_doc("Lindqvist sues.")
    assert (TokenIndex(one).text, TokenIndex(other).text, TokenIndex(one).text) == (one.text, other.text, one.text)


def test_entities_carry_their_score() -> None:
    doc = ours()("Ada Lindqvist paid $5 million.")
    assert [(e.text, e.label_, e._.score, e._.source) for e in doc.ents] == [
        ("Ada Lindqvist", "PER", 51, "shape"), ("$5 million", "NUM", 100, "amount"),
    ]  # fmt: skip
    again = Doc(doc.vocab).from_bytes(doc.to_bytes())
    assert [e._.score for e in again.ents] == [51, 100]


def test_a_text_by_lines_has_lost_nothing_but_white_space() -> None:
    document = by_lines(TEXT)
    assert document.text == TEXT.replace("\n\n", "\n")
    assert by_lines(TEXT) is document


@given(st.text("ab. \n\r\t\x0b\x1c\x85\u2028\xa0", max_size=12))
def test_a_text_by_lines_is_cleaned_of_nothing_else(text: str) -> None:
    assert by_lines(text).cleaning == keep_lines(text)


def test_many_ranges_are_as_each_by_itself() -> None:
    index = TokenIndex(plain()(TEXT))
    ranges = [(start, end) for start in range(len(TEXT)) for end in range(start + 1, len(TEXT) + 1)]
    firsts, lasts = index.ranges(*zip(*ranges, strict=True))
    assert list(zip(firsts.tolist(), lasts.tolist(), strict=True)) == [index.range(*place) for place in ranges]


def test_entities_are_those_that_were_set_last() -> None:
    doc = ours()(TEXT)

    def found() -> list[tuple[int, int, str, str]]:
        return [tuple(entity) for entity in TokenIndex(doc).entities]

    assert found() == [(e.start, e.end, e.label_, e.kb_id_) for e in doc.ents]
    assert len(found()) > 3
    doc.ents = [Span(doc, 0, 1, label="PER", kb_id="lund")]
    assert found() == [(0, 1, "PER", "lund")]


# -- words and candidates

_AMOUNTS = st.lists(
    st.sampled_from(
        (
            "US$5", "HK$", "A$3.5m", "$", "€", "5", "12", "2019", "1990s", "1st", "31", "/", "-", ",", ".", " ", " ", " ",
            "million", "per cent", "km", "May", "March", "in", "last", "This", "NEXT", "Monday", "MONDAYS", "today",
            "Sept.", "Jan", "of", "one", "Twenty-one", "twenty", "hundred", "ten$", "thistle", "_", "x", "%", "\n", "²",
        )
    ),
    max_size=10,
).map("".join)  # fmt: skip


_NUMBER = re.compile(
    rf"""(?:
      (?<![\w.,])(?:US|A|C|HK|NZ|S)?[$£€¥]\ ?(?:{amounts._DIGITS})
        (?:\ ?(?:bn|mn|tn|[mMkKbB])(?!\w)|[\ -]{amounts._MULTIPLE}(?!\w))?
    | (?<![\w.,$£€¥#@/:-])(?:{amounts._DIGITS})
        (?:\ ?(?:bn|mn|tn)(?!\w)|[\ -]{amounts._MULTIPLE}(?!\w))?(?:\ ?(?:{amounts._UNIT})(?!\w))?
    | (?<=\d-)(?:{amounts._DIGITS})(?:\ {amounts._MULTIPLE}(?!\w))?(?:\ ?(?:{amounts._UNIT})(?!\w))
    | {amounts._SPELT.pattern}
    ){amounts._CLOSE}""",
    re.VERBOSE,
)
"""A number in one pattern, as one would write it if time were no matter."""


@given(_AMOUNTS)
def test_candidates_leave_no_amount_out(text: str) -> None:
    assert list(amounts._dates(text)) == [match.span() for match in amounts._DATE.finditer(text)]
    assert amounts._numbers(text) == [match.span() for match in _NUMBER.finditer(text)]


def test_places_of_words() -> None:
    text = "He said: they_say “SAID” says2 unsaid said"
    assert word_places(text, frozenset(("said", "say", "missing"))) == [(3, 7), (38, 42)]
    assert word_places(text, frozenset(("says2", "they_say"))) == [(9, 17), (25, 30)]  # the same text, other words
    for number in range(20):  # more sets than are kept
        assert word_places(text, frozenset(("He", f"w{number}"))) == [(0, 2)]
    assert word_places(text, frozenset(("said", "say", "missing"))) == [(3, 7), (38, 42)]
    assert word_places("unsaid", frozenset(("said",))) == []


@given(st.lists(st.sampled_from(("'", "’", "‘", "``", "''", '"', "“", "”", "a", "s", " ", ".", ",")), max_size=14))
def test_quotation_marks_pair(pieces: list[str]) -> None:
    text = "".join(pieces)
    found = quotations(text, 0, len(text))
    assert all(q.outer_start < q.start <= q.end <= q.outer_end for q in found)
    assert all(one.outer_end <= other.outer_start for one, other in pairwise(found))


# -- stance


@given(
    st.lists(
        st.sampled_from(
            (
                "Lund",
                "not",
                "corrupt",
                "praised",
                "the",
                "attack",
                "on",
                "blamed",
                "for",
                "—",
                "5",
                "“",
                "it",
                ".",
                "of",
            )
        ),
        min_size=1,
        max_size=24,
    ),
    st.data(),
)
def test_features_that_are_looked_up_decide_as_all_do(words: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(words) - 1))
    target = (start, data.draw(st.integers(start + 1, len(words))))
    weights = shipped()
    assert weights.decide_at(read(words), target) == weights.decide(features(words, target))


@pytest.mark.parametrize("enabled", [True, False])
def test_the_search_for_cycles_is_left_as_it_was(enabled: bool) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        with pytest.raises(KeyError), no_collector():
            assert not gc.isenabled()
            with no_collector():
                pass
            assert not gc.isenabled()
            raise KeyError
        assert gc.isenabled() is enabled
        no_collector()(len)([])
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()
