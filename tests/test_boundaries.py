"""Sentence boundaries: one golden case per kind of fault, and what holds of any text."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sayso.boundaries import sentences
from strategies import growth, running_text

# Each case is the list of its sentences; the text is these joined by one space.
GOLDEN = {
    "two": ["The pier burned.", "Nobody was hurt."],
    "no-full-stop-at-the-end": ["The pier burned.", "Nobody knew why"],
    "exclamation-and-question": ["Was it safe?", "Nobody knew!", "It burned."],
    "interrobang": ["Who knew?!", "Nobody did."],
    "country-before-name": ["The U.S. Senate met on Monday.", "It rose late."],
    "acronym-at-the-end": ["He lives in the U.S.", "The law there is old."],
    "acronym-before-opener": ["She works for the U.N.", "She does not travel."],
    "acronyms-inside": ["The U.S. and the U.K. agreed.", "They signed."],
    "titles": ["Mr. Lund left.", "Dr. Berg and Mrs. Lund stayed."],
    "rank": ["Sgt. Berg of the U.S. Army spoke to Gov. Lund.", "Both left."],
    "initials": ["J. R. Lund spoke.", "A. B. Berg and C. Lund did not."],
    "saint-and-mount": ["Mt. Norvik is high.", "Prof. A. Lund lives in St. Olaf."],
    "street-at-the-end": ["He lives on Main St.", "The house is old."],
    "numbered": ["See No. 5 on the list.", "It is short."],
    "no-as-an-answer": ["Was it the fire?", "No.", "It was not."],
    "volume-and-page": ["He wrote vol. 2 and p. 17.", "Both sold."],
    "section-in-brackets": ["The plan (see Sec. 4) failed.", "Nobody cared."],
    "company": ["Example Inc. reported a loss.", "Example Corp. did not."],
    "junior": ["Lund Jr. spoke.", "Lund Sr. did not."],
    "month-before-day": ["It was signed on Jan. 3 in Norvik.", "It ended in Feb. 2019."],
    "month-as-a-word": ["It ended in May.", "June was warm."],
    "time-at-the-end": ["He came at 5 p.m.", "The door was shut."],
    "time-inside": ["He came at 5 p.m. on Friday.", "It rained."],
    "degree": ["She has a Ph.D.", "She teaches."],
    "for-example": ["Take a port, e.g. Norvik, and ask.", "It is large, i.e. not small."],
    "et-cetera": ["They brought ropes, lamps, etc.", "The boat was full."],
    "versus": ["It was Berg v. Norvik Line.", "She won."],
    "decimals": ["It rose 3.5 percent.", "Then it fell 2.1 points."],
    "money": ["It costs $5.50.", "Two cost $1.5 million."],
    "year-at-the-end": ["It burned in 2018.", "2019 was quiet."],
    "age-at-the-end": ["He is 45.", "She is 44."],
    "percent-at-the-end": ["It rose 3%.", "40 people left."],
    "e-mail": ["Write to jo@example.com today.", "She answers."],
    "address": ["Visit www.example.com.", "It is like https://example.com/a.b?c=d.", "It works."],
    "file-name": ["The file is a.txt.", "Open it."],
    "brand-in-lower-case": ["She has the key.", "iPhone sales fell."],
    "careless-lower-case": ["the pier is closed.", "the mayor left."],
    "three-full-stops-inside": ["Well... maybe it is so.", "It is."],
    "three-full-stops-at-the-end": ["He waited...", "Then he left."],
    "ellipsis-inside": ["He waited… and left.", "She stayed."],
    "ellipsis-at-the-end": ["He waited…", "Then he left."],
    "quotation-after-the-stop": ["He said “it is safe.”", "Then he left."],
    "straight-quotation": ['He said "it is safe."', "Then he left."],
    "two-quotations": ["“We lost,” Berg said.", "“But we try.”", "The board left."],
    "asked-in-lower-case": ["“Why?” he asked.", "“Who did it?” she said."],
    "cry-inside": ['He yelled, "Stop!" and ran.', "She ran too."],
    "question-then-speaker": ["“Really?” Lund said.", "He left."],
    "cry-then-speaker": ["'Go!' Berg shouted.", "She went."],
    "ellipsis-sign-then-speaker": ["“I don't know…” Lund said.", "He left."],
    "three-full-stops-then-speaker": ["“I don't know...” Lund said.", "He left."],
    "question-then-another": ["“Is it safe?”", "The mayor did not say."],
    "credit-in-brackets-before-the-stop": ["The case was closed (Reuters).", "A new one opened."],
    "credit-in-brackets-after-the-stop": ["The ferry leaves on Friday.", "(Reuters)"],
    "sentence-in-brackets": ["(It was late.)", "The port closed."],
    "footnotes": ["It rose.[9]", "It fell.[10][11]", "It ended."],
    "numbered-list": ["1. Open the door.", "2. Close it again."],
    "one-list-item": ["1. Open the door"],
    "lettered-list-item": ["a. Open the door"],
    "roman-list-item": ["ii. Open the door"],
    "bracketed-list": ["1) Open the door.", "2) Close it again."],
    "plan-b": ["It is plan B.", "It works."],
    "emoji": ["She smiled 😀.", "😀 He did too."],
    "office-before-name": ["U.S. President Lund spoke.", "F.B.I. Director Berg did not."],
    "weekday-after-the-time": ["The vote is at 9 a.m. Monday.", "It ends at 5 p.m. Tuesday."],
    "question-after-an-abbreviation": ["Is it 5 p.m.?", "Yes!", "Is it Example Inc.?", "No."],
    "many-initials": ["J. R. R. Lund and A. Berg met J. Smit.", "He left."],
    "number-before-name": ["No. 10 Quay Street was shut.", "Is it No. 5?", "It is."],
    "contraction-opens": ["They brought ropes, lamps, etc.", "He'd seen the boat.", "It left at 5 p.m.", "She’ll wait."],
    "state-and-party": ["Sen. Lund (D-N.Y.) spoke.", "Rep. Berg, R-Calif., left."],
    "cry-in-a-name": ["She left Yahoo! News in May.", "It was Yahoo!", "The firm is old."],
    "address-inside-brackets": ["Read it (http://www.example.com/a) on Monday.", "It is long."],
    "address-at-the-end": ["Read https://example.com/a.b?c=d", "It is long.", "Or https://example.com/b", "https://example.com/c"],
    "quotation-in-a-quotation": ["“He said ‘no.’”", "Then she left."],
    "several-sentences-in-brackets": ["(He left.", "She stayed.)", "[It rained.]", "They slept."],
    "two-sentences-in-a-quotation": ["“It burned.", "Nobody was hurt.”", "The mayor left."],
    "question-then-verb-of-speech": ["“Why now?” asked the mayor.", "Why now? thought Berg.", "“Sorry!” I say.", "She left."],
    "four-spaced-full-stops": ["He waited . . . and left.", "He waited . . . .", "Then he left."],
    "spaced-full-stops-before-lower-case": ["It was old ... and it leaked .. badly.", "It sank."],
    "full-width-marks": ["The sign said “出口。”", "It was old.", "出口！", "She ran."],
    "list-after-a-colon": ["Do this: 1. In the hall, open the door.", "2. The lamp comes next."],
    "tenth-list-item": ["Close it.", "10. Open it."],
    "set-off-by-a-space": ["She is right .", "i saw it too ?", "so did he !", "and she left."],
    "shouted": ["do NOT buy it from NORVIK.", "they lied.", "READ THIS NOW!", "it is short."],
    "careless-brackets": ["hold out your hand.", "(do not move it) it will come."],
    "careless-short-word": ["i can do it.", "he left off of it.", "she stayed."],
    "smiley": ["It works! :-)", "Try it ;) and see.", "It broke. :(", "Nobody cared :)", "She did."],
    "end-of-a-letter": ["Call me on Monday.", "Regards,", "Berg"],
    "thanks-inside": ["She said thanks, Berg did not.", "It was The Best, The Worst and The Rest."],
    "stamp": ["Jo Berg", "03/04/2019 10:15 AM EST", "The pier burned.", "jo@example.com", "3/4/19 22:15", "It was old."],
    "date-with-time-inside": ["It was signed on 03/04/2019 10:15 AM, they say.", "At 03/04/2019 10:15 it burned."],
    "drawn-line": ["Nobody was hurt", "-----", "The mayor left", "=======", "It rained.", "*****"],
    "dashes-inside": ["It is a so--called pier -- an old one.", "It is a----b."],
    "signed-with-a-hyphen": ["The soup was good.", "-Lund"],
}  # fmt: skip


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize("expected", GOLDEN.values(), ids=list(GOLDEN))
def test_golden(expected: list[str]) -> None:
    assert split(" ".join(expected)) == expected


@pytest.mark.parametrize("space", ["  ", "\t", "\n", "\u00a0", "\u3000", " \r\n "])
def test_any_white_space_parts_sentences_and_belongs_to_none(space: str) -> None:
    assert split(f"{space}The pier burned.{space}Nobody was hurt.{space}") == ["The pier burned.", "Nobody was hurt."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The pier burned.Nobody was hurt.", ["The pier burned.", "Nobody was hurt."]),
        ("He waited...Then he left.", ["He waited...", "Then he left."]),
        ("The pier burned.I saw it.", ["The pier burned.", "I saw it."]),
    ],
)
def test_a_missing_space_between_a_word_in_lower_case_and_a_capital(text: str, expected: list[str]) -> None:
    assert split(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Write to Example.Com today", "Write to example.Com today", "The file main.Py is here", "Call a.Berg today",
        "See ch.The second", "Ask Dr.Berg today", "It runs on Asp.Net 4", "It is www.Norvik.example.Quay today",
        "Use open.Read(x) now", "She works for e.Lund and Berg", "It is 3.The end", "“It burned.”Then he left",
    ],
)  # fmt: skip
def test_a_name_with_a_point_is_not_torn(text: str) -> None:
    assert split(text) == [text]


def test_a_hundred_thousand_abbreviations_are_one_sentence() -> None:
    text = "a.b. " * 100_000
    assert list(sentences(text)) == [(0, len(text) - 1)]


@pytest.mark.parametrize("text", ["", " ", "\n\u2028", "."])
def test_next_to_nothing(text: str) -> None:
    assert split(text) == [text.strip()] * bool(text.strip())


def check(text: str, spans: list[tuple[int, int]], start: int, end: int) -> None:
    position = start
    for first, last in spans:
        assert position <= first < last <= end
        assert not text[position:first].strip()
        assert text[first:last] == text[first:last].strip()
        position = last
    assert not text[position:end].strip()


@settings(deadline=None, max_examples=500)
@given(running_text)
def test_sentences_hold_all_but_white_space_in_order(text: str) -> None:
    check(text, list(sentences(text)), 0, len(text))


@settings(deadline=None, max_examples=500)
@given(running_text, running_text, running_text)
@example("hello", ". World", "")
@example("", "“Really?” Lund", "\nsaid it.")
@example("a http:", "//b.example/c D", "")
@example("1", "/2/2019 10:15 AM The", "")
@example("\n", ":) The", "")
@example("Tha", "nks, Berg", "")
@example("he le", "t.Then he", " left")
@example("--", "----- The", "")
@example("b", " . the", "")
@example("See http://b.example/c", " D", "")
def test_a_block_is_split_by_itself(before: str, block: str, after: str) -> None:
    whole, start = before + block + after, len(before)
    end = start + len(block)
    spans = list(sentences(whole, start, end))
    check(whole, spans, start, end)
    assert [(first - start, last - start) for first, last in spans] == list(sentences(block))


@settings(deadline=None)
@given(running_text, st.integers(0, 5))
def test_edges_of_white_space_change_nothing(text: str, spaces: int) -> None:
    padded = " " * spaces + text.strip() + " " * spaces
    assert split(padded) == split(text.strip())


# -- time


def read(text: str) -> None:
    for _ in sentences(text):
        pass


@pytest.mark.parametrize("unit", ["x", "word ", " ", "中", "[1] ", '"', "a,", "/", "-", "- ", ":(", "://", "Thanks,"])
def test_five_megabytes_without_a_full_stop_take_linear_time_and_are_one_sentence(unit: str) -> None:
    def text(size: int) -> str:
        return (unit * (size // len(unit) + 1))[:size]

    assert growth(read, text, 625_000) < 4
    assert len(split(text(5_000_000))) == (unit != " ")


@pytest.mark.parametrize(
    "unit",
    [
        *("a.b. ", ". ", ".", "…", "?!", '."', "A. ", "1. ", "No. 1 ", "U.S. ", ".[1]", '." ', '! " ', ". ' "),
        *("“Really?” Lund said. ", "It burned. ", "e.g. ", '." , ', ".\u2028", ". \n"),
        *(
            "a://b ",
            "a://b C",
            "a----- ",
            "----- ",
            "-----a",
            "Thanks, A",
            "Best,  ",
            ". :) ",
            " :) A",
            ":) ",
            "ab.Cd ",
        ),
        *("1/1/2019 1:15 PM A ", "1/1/2019 1:15 ", "1/", "(1/1/2019 1:15 A", "。"),
    ],
)
def test_many_full_stops_take_linear_time(unit: str) -> None:
    assert growth(read, lambda size: (unit * (size // len(unit) + 1))[:size], 40_000) < 4
