"""Blocks, their kinds, sentences, and the way between the clean text and the seed."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sayso.cleaning import clean
from sayso.errors import LineageError
from sayso.rules import WHITESPACE
from sayso.segmentation import BLOCK_KINDS, Document, segment
from strategies import pages

SEEDS = Path(__file__).parent.parent / "seeds"
FIRST, SECOND = "000_8bee834e284875df", "004_95310665ade1c0aa"
PARAGRAPH = "The harbour board of Example City met on Monday and put off the vote on the new pier."
PAGE = (
    f"{PARAGRAPH}\n\nRead more\n\nWhat the board knew\n\nIt knew all. It said little. 😀 Nobody asked.\nShare this:\n"
)


def read(id: str) -> Document:
    return segment((SEEDS / f"{id}.txt").read_bytes().decode(), id=id)


# -- kinds


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("What the board knew", "heading"),
        ("Why Did It Burn?", "heading"),
        ("“A Pier of Our Own”", "heading"),
        ("Fire: the first night", "heading"),
        ("Why did the whole pier burn down on Monday?", "paragraph"),
        ("The pier burned.", "paragraph"),
        ("The board knew the following:", "paragraph"),
        ("He said “it is safe.”", "paragraph"),
        ("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen", "paragraph"),
        ("• A point of order", "list_item"),
        ("- A point of order", "list_item"),
        ("1. Open the door.", "list_item"),
        ("(2) Close it again.", "list_item"),
        ("iv) Go home", "list_item"),
        ("2018 was a bad year.", "paragraph"),
        ("Fig. 1: The quay at dawn", "caption"),
        ("Photo: the quay at dawn.", "caption"),
        ("Photographs of the quay were shown.", "paragraph"),
        ("• " + "word " * 70 + "end.", "paragraph"),
    ],
)  # fmt: skip
def test_the_kind_of_a_block(line: str, kind: str) -> None:
    document = segment(f"{PARAGRAPH}\n\n{line}\n\n{PARAGRAPH}")
    assert [block.kind for block in document.blocks] == ["paragraph", kind, "paragraph"]
    assert kind in BLOCK_KINDS


def test_the_last_line_heads_nothing() -> None:
    assert segment(f"{PARAGRAPH}\n\nWhat the board knew").blocks[-1].kind == "paragraph"


def test_a_heading_is_one_sentence() -> None:
    document = segment(f"What Now? What Then?\n\n{PARAGRAPH}")
    assert [document.text[s.start : s.end] for s in document.sentences] == ["What Now? What Then?", PARAGRAPH]


# -- the seeds

# (start, end) in code points of the seed, the first and the last twelve characters; read by eye.
SENTENCES = {
    FIRST: [
        (0, 75, "CEO of Faceb", "k Data Leak."),
        (76, 249, "During targe", "k Data Leak."),
        (251, 351, "Zuckerberg d", "e this time."),
        (352, 446, "Instead, he ", "ll happened!"),
        (447, 593, "He laid out ", "ing company."),
        (594, 668, "This company", "onald Trump."),
        (690, 747, "Message Give", "ok Data Leak"),
        (749, 867, "He, Mark Zuc", "r shoulders."),
        (868, 990, "Mark clarifi", "o serve you."),
        (991, 1107, "He further e", "ly happened."),
        (1108, 1189, "We are often", "data breach."),
        (1190, 1271, "COO of Faceb", "nts as well."),
        (1272, 1392, "The team of ", "heir people."),
        (1393, 1439, "Facebook tea", "mistake now."),
        (1441, 1461, "How Data Got", " Got Leaked?"),
        (1463, 1720, "This Faceboo", "6 elections."),
        (1721, 1812, "This voter p", "ander Kogan."),
        (1813, 1860, "He is a lect", " University."),
        (1861, 1924, "He connected", "ok platform."),
        (1925, 1981, "This app got", "ofiles data."),
        (1982, 2030, "It then snak", "rsonal data."),
        (2031, 2065, "Now, this ap", " turned off."),
        (2066, 2180, "Kogan did no", "ing company."),
        (2181, 2287, "Cambridge An", "gn stronger."),
        (2289, 2392, "A breach of ", " Zuckerberg."),
        (2393, 2426, "Mark is tryi", " this issue."),
        (2427, 2595, "On the other", " and hacked."),
        (2596, 2794, "The two face", "was started."),
        (2796, 2832, "What Steps D", "erberg Take?"),
        (2834, 2938, "Now Mark and", "of Facebook."),
        (2939, 3030, "This social ", "ofiles data."),
        (3031, 3124, "Notification", "ata profile."),
        (3125, 3192, "These are th", "nd his team."),
    ],
    SECOND: [
        (82, 284, "In his first", "he problems."),
        (285, 408, "We don’t des", "ebook users."),
        (409, 579, "It has been ", "k user data."),
        (580, 764, "The company ", " developers."),
        (765, 946, "Refuting the", "h a leakage."),
        (947, 1033, "However, he ", "the efforts."),
        (1035, 1063, "Facebook-Cam", "ge Analytica"),
        (1065, 1248, "On Sunday, a", ",000 people."),
        (1249, 1391, "He also alle", "int in time."),
        (1392, 1445, "A probe is u", "authorities."),
        (1446, 1547, "Meanwhile, F", "ified by it."),
        (1549, 1572, "DELETEFACEBO", "OOK campaign"),
        (1574, 1709, "Since the ne", " under fire."),
        (1710, 1819, "Even various", "his scandal."),
        (1820, 1923, "Just on Mond", "n in wealth."),
        (1924, 2008, "A movement t", "s the world."),
        (2009, 2151, "Among those ", "ook in 2014."),
        (2152, 2298, "Facebook is ", "al election."),
    ],
}  # fmt: skip


@pytest.mark.parametrize("id", SENTENCES)
def test_the_sentences_of_the_seeds(id: str) -> None:
    document = read(id)
    assert [
        (s.seed_start, s.seed_end, (text := document.seed[s.seed_start : s.seed_end])[:12], text[-12:])
        for s in document.sentences
    ] == SENTENCES[id]


@pytest.mark.parametrize(
    ("id", "headings"),
    [
        (
            FIRST,
            [
                "Message Given by Mark Zuckerberg About Facebook Data Leak",
                "How Data Got Leaked?",
                "What Steps Did Mark Zuckerberg Take?",
            ],
        ),
        (SECOND, ["Facebook-Cambridge Analytica", "DELETEFACEBOOK campaign"]),
    ],
)
def test_the_headings_of_the_seeds(id: str, headings: list[str]) -> None:
    document = read(id)
    assert [document.text[b.start : b.end] for b in document.blocks if b.kind == "heading"] == headings
    assert {b.kind for b in document.blocks} == {"heading", "paragraph"}


# -- what holds of any text


@settings(deadline=None, max_examples=200)
@given(pages)
@example(PAGE)
def test_blocks_are_slices_of_the_seed_joined_by_one_newline(text: str) -> None:
    document = segment(text)
    assert [(b.seed_start, b.seed_end) for b in document.blocks] == list(clean(text).kept)
    assert document.text == "\n".join(text[b.seed_start : b.seed_end] for b in document.blocks)
    for block in document.blocks:
        assert document.text[block.start : block.end] == text[block.seed_start : block.seed_end]
    for before, after in pairwise(document.blocks):
        assert document.text[before.end : after.start] == "\n"


@settings(deadline=None, max_examples=200)
@given(pages)
@example(PAGE)
def test_sentences_never_cross_blocks_and_leave_nothing_out(text: str) -> None:
    document = segment(text)
    assert [s.number for s in document.sentences] == list(range(len(document.sentences)))
    for i, block in enumerate(document.blocks):
        own = [s for s in document.sentences if s.block == i]
        assert own[0].start == block.start
        assert own[-1].end == block.end
        for before, after in pairwise(own):
            assert before.end <= after.start
            assert not document.text[before.end : after.start].strip()
    for s in document.sentences:
        assert document.text[s.start : s.end] == text[s.seed_start : s.seed_end] != ""


@settings(deadline=None, max_examples=200)
@given(pages)
@example(PAGE)
def test_every_offset_of_kept_text_goes_to_the_seed_and_back(text: str) -> None:
    document = segment(text, id="page")
    for block in document.blocks:
        for offset in range(block.start, block.end):
            there = document.to_seed(offset)
            assert text[there] == document.text[offset]
            assert document.from_seed(there, there + 1) == (offset, offset + 1)
        # The newline between blocks is the end of the first.
        assert document.to_seed(block.end) == block.seed_end
        assert document.from_seed(block.seed_start, block.seed_end) == (block.start, block.end)


@settings(deadline=None, max_examples=200)
@given(pages, st.data())
@example(PAGE, None)
def test_removed_text_leads_nowhere_and_the_rule_is_named(text: str, data: st.DataObject | None) -> None:
    document = segment(text, id="page")
    ends = {end for _, end in document.cleaning.kept}
    for removal in document.cleaning.removed:
        low, high = removal.start, removal.end - 1
        start = data.draw(st.integers(low, high)) if data else low
        for end in (start + 1, removal.end):
            with pytest.raises(LineageError, match=f"^page: .* '{removal.rule}' removed$"):
                document.from_seed(start, end)
        if removal.start in ends:
            # A span that starts in kept text and runs into it is no better.
            with pytest.raises(LineageError, match=f" {removal.start}-{removal.end}, .*'{removal.rule}'"):
                document.from_seed(removal.start - 1, removal.start + 1)


def test_a_span_across_a_removed_line_names_the_first_rule_it_touches() -> None:
    document = segment(PAGE, id="page")
    start = PAGE.index("Read more")
    with pytest.raises(LineageError, match="'read-more-line'"):
        document.from_seed(start, PAGE.index("What the board knew") + 4)
    with pytest.raises(LineageError, match=f"'{WHITESPACE}'"):
        document.from_seed(0, len(PAGE))


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (0, len(PAGE) + 1), (3, 3), (5, 4), (len(PAGE), len(PAGE))])
def test_a_span_that_the_seed_does_not_have_is_refused(start: int, end: int) -> None:
    with pytest.raises(LineageError, match=f"{start}-{end} .*{len(PAGE)} code points"):
        segment(PAGE).from_seed(start, end)


@pytest.mark.parametrize("text", ["", "\n \n", PAGE])
def test_an_offset_outside_the_text_is_refused(text: str) -> None:
    document = segment(text)
    for offset in (-1, len(document.text) + 1):
        with pytest.raises(LineageError, match=f"offset {offset} is outside"):
            document.to_seed(offset)


# -- the sentence of a span


@settings(deadline=None)
@given(pages)
@example(PAGE)
def test_a_sentence_holds_its_own_spans_and_no_others(text: str) -> None:
    document = segment(text)
    for s in document.sentences:
        assert document.sentence_at(s.seed_start, s.seed_end) == s
        assert document.sentence_at(s.seed_end - 1, s.seed_end) == s
        assert document.sentence_at(s.seed_start, s.seed_end + 1) is None
        assert document.sentence_at(s.seed_start - 1, s.seed_end) is None
