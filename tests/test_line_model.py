"""The line model: whole numbers alone, a text alone as in a batch, reasons that add up, time linear in the text."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ROOT
from sayso import InputError, clean, clean_batch
from sayso.cleaning import lines as cleaned_lines
from sayso.line_features import HIGHEST, LOG, measure
from sayso.line_model import (
    LEAST_WORDS,
    Explanation,
    Scores,
    from_json,
    leave_some,
    line_model,
    spare,
)
from sayso.line_reading import READ, STOP_WORDS, Vocabulary
from sayso.recipe import PROFILES, Profile
from sayso.rules import MODEL
from sayso.segmentation import segment
from sayso.show import html
from strategies import growth, pages

PROSE = [
    "The harbour board of Example City met on Monday and put off the vote on the new pier until the winter.",
    "Ada Lindqvist told the meeting that the ferry would sail again before the snow came, and that nobody need worry.",
    "“We lost a year,” she said, “and nobody asked why it had been so, or who was to answer for it in the end.”",
    "Norvik Line, which owns the quay and most of the sheds behind it, would not say on Tuesday what it had known.",
    "The inquiry will hear from the crew of the boat that lay beside the pier when the fire broke out in March.",
]
MORE = [
    "It was the third fire at the port in as many years, and the only one that was put out before it had spread.",
    "Her own boat had been tied up for the night when the first of the smoke came over the roofs of the old town.",
    "The insurers have asked for the books of the last ten years, which were kept in the shed that burned down first.",
    "There is no word yet of who will pay for the cranes, or when the men who worked them will be back at the quay.",
    "A vote on the money is due before the summer, but few of those who sit on the board expect that it will be held.",
]
MENU = [
    "Ferries",
    "Timetable",
    "Cargo",
    "Jobs at the Port",
    "Press",
    "Shop",
    "Newsletter",
    "Account",
    "Weather",
    "Webcams",
]
PAGE = "\n".join([*MENU, *PROSE, *MORE, *MENU, *MENU])
every_profile = pytest.mark.parametrize("profile", PROFILES)


def columns(*texts: list[str], blanks: list[int] | None = None) -> dict[str, list[int]]:
    vocabulary = Vocabulary(["newsletter"])
    weights = np.zeros(vocabulary.size + 1, np.int64)
    weights[-1] = 40
    lines = [line for text in texts for line in text]
    between = None if blanks is None else np.array(blanks, np.int64)
    features = measure(lines, [len(text) for text in texts], vocabulary, weights, between)
    return {name: column.tolist() for name, column in features.items()}


def test_a_logarithm_is_that_of_the_whole_numbers() -> None:
    assert [int(LOG[n]) for n in (0, 1, 2, 3, 4, 1024)] == [0, 0, 8, 12, 16, 80]


def test_what_is_counted_in_a_line() -> None:
    found = columns(["Sign up: 2 NEWSLETTERS, (or) one newsletter | Ærø!"])
    assert found["words"] == [LOG[8]]
    assert found["vocabulary"] == [150 + 40]
    assert found["stop-words"] == [1]  # "or"
    assert found["commas"], found["brackets"] == ([2], [2])
    assert found["separators"] == [1]
    assert found["last-character"] == [2]
    assert found["first-character"] == [1]
    assert found["digits"] == [2]


def test_words_of_long_lines_do_not_weigh() -> None:
    assert columns(["Newsletter " + "a" * 169])["vocabulary"] == [190]
    assert columns(["Newsletter " + "a" * 170])["vocabulary"] == [150]


def test_a_word_is_found_whatever_its_case_and_place() -> None:
    words = ["".join(letters) for letters in itertools.product("bcdfghjklmnpqrst", repeat=3)]
    vocabulary = Vocabulary(words)
    weights = np.zeros(vocabulary.size + 1, np.int64)
    weights[len(STOP_WORDS) + 1 :] = points = np.arange(len(words)) % 100
    lines = [*words, f"Xx,{words[77].upper()}! of", "bcdf", "bc"]
    found = measure(lines, [len(lines)], vocabulary, weights)["vocabulary"] - 150
    assert found.tolist() == [*points.tolist(), 77, 0, 0]


def test_repeated_lines_and_topics_are_those_of_the_same_text() -> None:
    found = columns([PROSE[0], "Harbour shop", "Tickets", "Tickets"], ["Tickets", "Harbour shop"])
    assert found["repeats"] == [1, 1, 2, 2, 1, 1]
    assert found["shared-topics"][1] == 51  # one of its two topics stands in the prose
    assert found["shared-topics"][5] == 1
    assert found["lines-since-prose"] == [HIGHEST, 1, 2, 3, HIGHEST, HIGHEST]


def test_windows_end_where_the_text_ends() -> None:
    short, long = ["Ferries", "Cargo"], PROSE
    assert columns(short, long, short)["words-within-10"] == [
        *columns(short)["words-within-10"], *columns(long)["words-within-10"], *columns(short)["words-within-10"]
    ]  # fmt: skip


def test_blank_lines_hold_lines_together() -> None:
    found = columns(["Ferries", "Cargo", PROSE[0], "Shop"], ["Jobs"], blanks=[0, 0, 2, 0, 0])
    assert found["blank-lines-before"] == [0, 0, 2, 0, 0]
    assert found["blank-lines-after"] == [0, 2, 0, 0, 0]
    assert found["block-lines"] == [2, 2, 2, 2, 1]
    assert found["lines-since-block-start"] == [0, 1, 0, 1, 0]
    assert found["lines-to-block-end"] == [1, 0, 1, 0, 0]
    assert found["prose-of-block"] == [1, 1, 51, 51, 1]
    assert found["prose-of-previous-block"] == [0, 0, 1, 1, 0]
    assert found["prose-of-next-block"] == [51, 51, 0, 0, 0]
    assert found["block-starts-within-1"] == [51, 67, 34, 51, 101]


def test_blank_lines_that_stand_everywhere_say_nothing() -> None:
    lines = [*MENU, *PROSE]
    assert columns(lines, blanks=[0, *[3] * (len(lines) - 1)]) == columns(lines, blanks=[0] * len(lines))
    assert clean("\n\n".join(lines), "page").kept == tuple(
        (start + number, end + number) for number, (start, end) in spaced(clean("\n".join(lines), "page").kept, lines)
    )


def spaced(kept: Sequence[tuple[int, int]], lines: Sequence[str]) -> list[tuple[int, tuple[int, int]]]:
    """Each span, after the number of its line."""
    starts = list(itertools.accumulate((len(line) + 1 for line in lines), initial=0))
    return [(starts.index(start), (start, end)) for start, end in kept]


@settings(deadline=None, max_examples=60)
@given(st.lists(pages, max_size=4))
def test_a_text_is_scored_alone_as_in_a_batch(texts: list[str]) -> None:
    model = line_model("page")
    parts = [cleaned_lines(text) for text in texts]
    features, together, _ = model.score([line for part in parts for line in part], [len(part) for part in parts])
    alone = [int(points) for part in parts for points in model.score(part, [len(part)]).points]
    assert together.tolist() == alone
    assert all(column.min() >= 0 and column.max() <= HIGHEST for column in features.values() if len(column))
    assert clean_batch(texts, "page") == [clean(text, "page") for text in texts]


@settings(deadline=None, max_examples=60)
@given(st.text(st.characters(exclude_categories=()), max_size=200), st.sampled_from(PROFILES))
def test_any_string_is_cleaned(text: str, profile: Profile) -> None:
    cleaning = clean(text, profile)
    assert sum(end - start for start, end, *_ in [*cleaning.kept, *cleaning.removed]) == len(text)


@pytest.mark.parametrize(
    "line", ["\x00", "\ud800 \udfff", "𝔘𝔫𝔦 😀", "\u200b", "a" * (READ + 1), "é" * 3 * READ], ids=ascii
)
def test_odd_lines_are_scored(line: str) -> None:
    model = line_model("article")
    assert len(model.score([line, *PROSE, line], [len(PROSE) + 2]).points) == len(PROSE) + 2


def test_of_a_long_line_only_the_beginning_is_read() -> None:
    model = line_model("page")
    line = "The harbour board met. " * 200
    [one] = model.score([line.strip()], [1]).points
    [other] = model.score([line.strip() + "| © 1 Newsletter!?" * 50], [1]).points
    assert one == other


@every_profile
def test_points_are_whole_and_few(profile: Profile) -> None:
    card = json.loads((ROOT / "src" / "sayso" / "line_model.json").read_text())["profiles"][profile]
    points = [p for term in card["features"].values() for p in term["points"]]
    assert all(isinstance(p, int) and abs(p) < 1000 for p in points)
    assert all(len(term["points"]) == len(term["from"]) + 1 for term in card["features"].values())
    assert (ROOT / "src" / "sayso" / "line_model.json").stat().st_size < 250_000


@every_profile
def test_points_are_the_sum_of_the_terms(profile: Profile) -> None:
    model = line_model(profile)
    features, total, most = model.score(PAGE.splitlines(), [len(PAGE.splitlines())])
    assert total.tolist() == [
        model.bias + sum(int(term.of(features)[i]) for term in model.terms) for i in range(len(total))
    ]
    for i in range(len(total)):
        points = sorted((-int(term.of(features)[i]), number) for number, term in enumerate(model.terms))
        assert model.explain(Scores(features, total, most), np.array([i])).terms[:, 0].tolist() == [
            number for _, number in points[:3]
        ]


def test_a_page_loses_its_menus_and_keeps_most_of_its_prose() -> None:
    cleaning = clean(PAGE, "page")
    kept = [PAGE[start:end] for start, end in cleaning.kept]
    assert set(kept) <= {*PROSE, *MORE}
    assert len(kept) >= 7
    assert {r.rule for r in cleaning.removed} >= {MODEL}


def test_an_article_keeps_what_a_page_would_lose() -> None:
    lines = ["A point of order", *PROSE, "What the board knew", *PROSE[:2], "- the pier", "- the quay"]
    assert [r.rule for r in clean("\n".join(lines)).removed if r.rule == MODEL] == []


def test_a_removal_of_the_model_says_why() -> None:
    cleaning = clean(PAGE, "page")
    assert {r.start for r in cleaning.removed if r.rule == MODEL} == set(cleaning.explanations)
    model = line_model("page")
    names = {term.name for term in model.terms}
    for why in cleaning.explanations.values():
        assert 50 <= why.probability <= 99 or model.threshold < 0
        assert len(set(why.features)) == 3
        assert set(why.features) <= names


def test_a_struck_line_is_shown_with_its_reasons() -> None:
    cleaning = clean(PAGE, "page")
    start, why = next(iter(cleaning.explanations.items()))
    shown = html(segment(PAGE, cleaning), [], [])
    line = next(PAGE[r.start : r.end] for r in cleaning.removed if r.start == start)
    reasons = ", ".join(why.features).replace("&", "&amp;")
    assert f"<del>{line}</del><small> [model {why.probability} %: {reasons}]</small>" in shown


def test_a_probability_is_read_from_the_points() -> None:
    features = {
        "prose": {"from": [1], "points": [70, -71]},
        "digits": {"from": [1], "points": [0, 9]},
        "quotes": {"from": [1], "points": [0, 9]},
        "commas": {"from": [1], "points": [-1, 9]},
    }
    card = {"bias": 1, "threshold": 0, "strict": False, "features": features, "pairs": {}}
    model = from_json({"words": {}, "percent": list(range(-98, 100, 2)), "profiles": {"page": card}}, "page")
    found = model.score([PROSE[0], "Cargo"], [2])
    assert found.points.tolist() == [-71, 70]
    # Of features that say as much the first in the file is named.
    assert model.explain(found, np.array([0, 1])).explanations() == {
        0: Explanation(14, ("digits", "quotes", "commas")),
        1: Explanation(85, ("prose", "digits", "quotes")),
    }


def test_there_is_no_third_profile() -> None:
    with pytest.raises(InputError, match="profile: must be article or page, not 'blog'"):
        clean("Cargo", "blog")  # type: ignore[arg-type]


@every_profile
@pytest.mark.parametrize("unit", ["a ", "\n", "a\n", "Cargo\n", "é.\n", "\ud800", f"{PROSE[0]}\n"], ids=ascii)
def test_cleaning_takes_linear_time(profile: Profile, unit: str) -> None:
    assert growth(lambda text: clean(text, profile), lambda size: unit * (size // len(unit)), 62_500) < 4


def test_a_strict_model_spares_running_text_short_texts_and_most_of_a_text() -> None:
    yes, no = [True] * 4, [False] * 4
    prose = np.array([*no, True, True, True, False, False, False])
    assert spare(np.array([*yes, True, *no, False]), prose, [10]).tolist() == [*yes, *[False] * 6]
    assert not spare(np.array([*yes, *no, True, True]), np.roll(prose, 1) & False, [10]).any()
    assert not spare(np.array([*yes, False, False, False, True, True, False]), prose, [9, 1])[:9].any()
    assert spare(np.array([*yes, False, False, False, True, False, False]), prose, [10]).sum() == 5


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(-3, 3), st.booleans()), max_size=30),
    st.lists(st.integers(0, 8), max_size=6),
)
def test_every_text_keeps_some_words_and_its_best_lines(rows: list[tuple[int, int, bool]], cuts: list[int]) -> None:
    counts = [*cuts, 30]
    counts = [max(0, min(count, len(rows) - sum(counts[:i]))) for i, count in enumerate(counts)]
    rows = rows[: sum(counts)]
    lines = [" ".join(["ferry"] * words) for words, _, _ in rows]
    points = np.array([score for _, score, _ in rows], np.int32)
    undecided = np.array([free for _, _, free in rows], bool)
    taken = undecided & (points > 0)
    left = leave_some(taken, undecided, points, counts, lines)
    assert not (left & ~taken).any()
    end = 0
    for count in counts:
        start, end = end, end + count
        here = slice(start, end)
        words = np.array([len(line.split()) for line in lines[here]], int)
        kept = int(words[undecided[here] & ~left[here]].sum())
        assert kept >= min(LEAST_WORDS, int(words[undecided[here]].sum()))
        back = points[here][taken[here] & ~left[here]]
        if len(back) and left[here].any():
            assert back.max() < points[here][left[here]].min()
        if int(words[undecided[here] & ~taken[here]].sum()) >= LEAST_WORDS:
            assert (left[here] == taken[here]).all()
        elif len(back):
            fewer = int(words[undecided[here] & (~taken[here] | (points[here] < back.max()))].sum())
            assert fewer < LEAST_WORDS
