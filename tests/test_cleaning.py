"""Cleaning only deletes, names a rule for all that it deletes, and does to the seeds exactly what people read there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings

from sayso.cleaning import Cleaning, Removal, clean, clean_batch, keep_lines, reconstruct
from sayso.rules import MODEL, RULES, WHITESPACE
from sayso.segmentation import segment
from strategies import EXAMPLES, LINE_BREAKS, pages

SEEDS = Path(__file__).parent.parent / "seeds"
FIRST, SECOND = "000_8bee834e284875df", "004_95310665ade1c0aa"


def read(id: str) -> str:
    return (SEEDS / f"{id}.txt").read_bytes().decode()


def check_tiling(text: str, cleaning: Cleaning) -> None:
    position = 0
    for start, end in sorted([*cleaning.kept, *((r.start, r.end) for r in cleaning.removed)]):
        assert start == position
        assert end > start
        position = end
    assert position == len(text)
    assert list(cleaning.kept) == sorted(cleaning.kept)
    assert list(cleaning.removed) == sorted(cleaning.removed)
    assert reconstruct(text, cleaning) == text


@settings(deadline=None, max_examples=300)
@given(pages)
@example(" date 2018-03-03 ")
@example("date 2018-03-03\u2028Read more\x85x\x1c\x1cBy Jane Example\r\n")
@example("\r\n\x0bShare this:\r \r\n")
def test_cleaning_only_deletes(text: str) -> None:
    cleaning = clean(text)
    check_tiling(text, cleaning)
    for start, end in cleaning.kept:
        kept = text[start:end]
        assert kept == kept.strip() != ""
        assert len(kept.splitlines()) == 1
    for start, end, rule in cleaning.removed:
        assert rule in RULES or rule in (MODEL, WHITESPACE)
        assert text[start:end].isspace() == (rule == WHITESPACE)
    assert (cleaning.date is not None) == any(r.rule == "date-stamp" for r in cleaning.removed)


@settings(deadline=None)
@given(pages)
def test_cleaning_depends_on_the_text_alone(text: str) -> None:
    assert clean(text) == clean("".join(list(text)))


@settings(deadline=None)
@given(pages)
def test_keeping_lines_removes_only_white_space(text: str) -> None:
    cleaning = keep_lines(text)
    check_tiling(text, cleaning)
    assert [text[start:end] for start, end in cleaning.kept] == [s for s in map(str.strip, text.splitlines()) if s]
    assert {removal.rule for removal in cleaning.removed} <= {WHITESPACE}
    assert cleaning.date is None


@pytest.mark.parametrize("line_break", LINE_BREAKS, ids=ascii)
def test_every_line_break_ends_a_line(line_break: str) -> None:
    before, after = (
        "Ada Lindqvist told the board that the pier was safe.",
        "The board had no questions for her on Monday.",
    )
    text = f"{before}{line_break}Read more{line_break}{after}"
    assert [text[start:end] for start, end in clean(text).kept] == [before, after]


@pytest.mark.parametrize("text", ["", " ", "\n", "\r\n\u2028\x85", "\u3000\t"])
def test_of_nothing_nothing_is_kept(text: str) -> None:
    assert clean(text) == Cleaning((), (Removal(0, len(text), WHITESPACE),) if text else ())


def test_a_batch_may_be_any_texts_but_not_one_text() -> None:
    texts = ["The ferry sailed at noon.", "Read more"]
    assert clean_batch(text for text in texts) == [clean(text) for text in texts]
    with pytest.raises(TypeError, match="not one str: give a list of str, or use clean"):
        clean_batch(texts[0])


@pytest.mark.parametrize("text", [b"The ferry sailed at noon.", None, 7])
def test_a_text_is_a_string(text: Any) -> None:
    for call in (clean, keep_lines, lambda text: clean_batch(["The ferry sailed at noon.", text])):
        with pytest.raises(TypeError, match=f"must be a str, not {type(text).__name__}"):
            call(text)


def test_a_text_of_boilerplate_alone_keeps_nothing() -> None:
    takes = [line for rule in RULES.values() if rule.place == "anywhere" and rule.starts for line in rule.takes]
    text = "\n".join(takes)
    cleaning = clean(text)
    assert cleaning.kept == ()
    check_tiling(text, cleaning)
    assert len(EXAMPLES) > len(takes)


@pytest.mark.parametrize(
    ("id", "date", "golden"),
    [
        (
            FIRST,
            None,
            [
                (670, 688, "stray-caption", "Facebook Data Leak", "Facebook Data Leak"),
                (3194, 3404, "author-bio", "Digital Marketing Consultant and a Blogger. Ben has ", " projects."),
                (3406, 3419, "comment-form", "Leave A Reply", "Leave A Reply"),
                (3421, 3501, "comment-notice", "This site uses Akismet to reduce spam. ", " data is processed."),
                (3503, 3522, "app-prompt", "Exit mobile version", "Exit mobile version"),
            ],
        ),
        (
            SECOND,
            "2018-03-22",
            [
                (0, 17, "date-stamp", " date 2018-03-22 ", " date 2018-03-22 "),
                (17, 80, "photo-caption", "A probe is underway ", " authorities. (Reuters)"),
            ],
        ),
    ],
)
def test_the_seeds_lose_exactly_their_boilerplate(
    id: str, date: str | None, golden: list[tuple[int, int, str, str, str]]
) -> None:
    text = read(id)
    cleaning = clean(text)
    assert cleaning.date == date
    removed = [r for r in cleaning.removed if r.rule != WHITESPACE]
    assert removed == [Removal(start, end, rule) for start, end, rule, _, _ in golden]
    for start, end, _, opens, closes in golden:
        assert text[start:end].startswith(opens)
        assert text[start:end].endswith(closes)


def test_the_words_of_a_caption_stay_in_the_body() -> None:
    text = read(SECOND)
    words = "A probe is underway by the US and the UK authorities."
    in_caption, in_body = 17, 1392
    assert text.index(words) == in_caption
    assert text.index(words, in_caption + 1) == in_body
    assert any(start <= in_body and in_body + len(words) <= end for start, end in clean(text).kept)


@pytest.mark.parametrize("id", [FIRST, SECOND])
def test_a_clean_seed_is_clean(id: str) -> None:
    clean_text = segment(read(id)).text
    assert {removal.rule for removal in clean(clean_text).removed} == {WHITESPACE}
