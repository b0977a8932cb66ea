"""Every rule keeps its contract: what it takes, what it leaves, where, and how long that may take."""

from __future__ import annotations

import itertools
import re
from time import perf_counter_ns

import pytest

from sayso.cleaning import clean
from sayso.rules import RULES, WHITESPACE, Rule
from sayso.segmentation import segment
from strategies import growth

BEFORE = "The harbour board of Example City met on Monday and put off the vote on the new pier."
AFTER = "Ada Lindqvist told the meeting that the ferry would sail again before the winter."
TITLE = "Harbour Fire Inquiry"
REPEATING = f"The {TITLE} began on Monday, and on Friday the {TITLE} ended without a word."


def frames(rule: Rule, line: str) -> list[str]:
    """The texts in which the rule must meet the line."""
    if rule.id == "date-stamp":
        return [f"{line} {AFTER}", f"{line}\n\n{AFTER}", f" {line}\n{AFTER}"]
    if rule.id == "stray-caption":
        return [f"{REPEATING}\n\n{line}\n\nWhat the board knew\n\n{AFTER}"]
    head, tail = f"{line}\n\n{AFTER}", f"{BEFORE}\n\n{line}\n"
    return {
        "head": [head],
        "tail": [tail],
        "edge": [head, tail],
        "anywhere": [f"{BEFORE}\n\n{line}\n\n{AFTER}"],
    }[rule.place]


def removals(text: str) -> list[tuple[str, str]]:
    return [(text[r.start : r.end].strip(), r.rule) for r in clean(text).removed if r.rule != WHITESPACE]


def examples(kind: str) -> list[object]:
    return [
        pytest.param(rule, line, id=f"{rule.id}-{i}")
        for rule in RULES.values()
        for i, line in enumerate(getattr(rule, kind))
    ]


every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))


@every_rule
def test_a_rule_has_an_id_a_description_and_examples(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.id)
    assert RULES[rule.id] is rule
    assert rule.description.endswith(".")
    assert rule.takes
    assert rule.leaves
    assert all(len(line) <= rule.max_chars for line in (*rule.takes, *rule.leaves))


def test_no_rule_is_called_as_white_space_is() -> None:
    assert WHITESPACE not in RULES


@pytest.mark.parametrize(("rule", "line"), examples("takes"))
def test_what_a_rule_takes_is_removed_by_it(rule: Rule, line: str) -> None:
    for text in frames(rule, line):
        assert removals(text) == [(line, rule.id)]


@pytest.mark.parametrize(("rule", "line"), examples("leaves"))
def test_what_a_rule_leaves_is_kept(rule: Rule, line: str) -> None:
    for text in frames(rule, line):
        assert removals(text) == []


@pytest.mark.parametrize(
    ("rule", "line"),
    [p for p in examples("takes") if p.values[0].place != "anywhere"],  # type: ignore[attr-defined]
)
def test_a_rule_of_the_edges_leaves_the_middle_alone(rule: Rule, line: str) -> None:
    assert rule.place in ("head", "tail", "edge")
    assert removals(f"{BEFORE}\n\n{line}\n\n{AFTER}") == []


@every_rule
def test_a_line_over_the_limit_is_never_touched(rule: Rule) -> None:
    if rule.id == "date-stamp":
        return  # it is a prefix of the text, not a line
    padded = rule.takes[0] + " *" * rule.max_chars
    for text in frames(rule, padded):
        assert removals(text) == []


def test_a_date_stamp_is_one_only_at_the_very_start() -> None:
    assert removals(f"{BEFORE}\ndate 2018-03-03 {AFTER}") == []
    assert clean(f"date 2018-03-03 {AFTER}").date == "2018-03-03"


@pytest.mark.parametrize("stamp", ["2018-13-45", "2018-02-30", "2018-00-10", "２０１８-０３-０３"])
def test_an_impossible_date_is_no_date(stamp: str) -> None:
    # Whoever reads `date` takes it for an ISO date.
    assert clean(f"date {stamp} {AFTER}").date is None


@pytest.mark.parametrize(
    "text",
    [
        f"The {TITLE} began, and nobody from the harbour board came to it.\n\n{TITLE}\n\nWhat the board knew\n\n{AFTER}",
        f"{REPEATING}\n\n{TITLE}\n\n{AFTER}",
        f"{TITLE}\n\nWhat the board knew\n\n{REPEATING}",
        f"{REPEATING.replace(TITLE, 'Harbour fire inquiry')}\n\nHarbour fire inquiry\n\nWhat the board knew\n\n{AFTER}",
    ],
    ids=["said-only-once", "heads-a-paragraph", "before-the-prose", "not-in-title-case"],
)
def test_a_title_that_may_head_something_stays(text: str) -> None:
    assert removals(text) == []


def test_a_related_list_takes_the_headlines_under_it() -> None:
    text = f"{BEFORE}\n\nRelated Articles\n\nInvented port reopens\nInvented bank names new chief\n\nRead more\n"
    assert removals(text) == [
        ("Related Articles", "related-list"),
        ("Invented port reopens", "related-list"),
        ("Invented bank names new chief", "related-list"),
        ("Read more", "read-more-line"),
    ]


def test_a_related_list_never_takes_the_heading_of_a_paragraph() -> None:
    text = f"{BEFORE}\n\nRelated Articles\n\nInvented port reopens\n\nWhat the board knew\n\n{AFTER}\n\nA late title\n\n{AFTER}"
    assert removals(text) == [("Related Articles", "related-list"), ("Invented port reopens", "related-list")]


# -- time


def line_of(unit: str, size: int) -> str:
    return (unit * (size // len(unit) + 1))[:size]


@every_rule
def test_one_long_line_takes_linear_time(rule: Rule) -> None:
    unit = " ".join((*rule.takes, *rule.leaves, ""))
    assert growth(segment, lambda size: line_of(unit, size), 625_000) < 4


@pytest.mark.parametrize(
    "unit",
    [
        *("a.b. ", " ", '("', "by ", "\u2028", "\r", "\x85 ", "* ", "»", "12 ", "© ", "we use cookies ", "home > "),
        *("date 2018-03-03 ", "(photo ", "A de A ", "Reuters) ", "has 5 years ", "Share on Facebook ", "' "),
    ],
)
def test_nasty_repetitions_take_linear_time(unit: str) -> None:
    assert growth(segment, lambda size: line_of(unit, size), 62_500) < 4


@every_rule
def test_many_short_lines_take_linear_time(rule: Rule) -> None:
    def text(count: int) -> str:
        return "\n".join(itertools.islice(itertools.cycle(rule.takes), count))

    assert growth(segment, text, 1_250) < 4


def test_many_repeated_titles_take_linear_time() -> None:
    # Each group asks whether its title stands in all that is before it.
    def text(count: int) -> str:
        return "\n".join(f"{BEFORE}\nHarbour Inquiry {'X' * (i % 40 + 1)}\nWhat it knew\n{AFTER}" for i in range(count))

    assert growth(clean, text, 1_000) < 4


def test_two_hundred_thousand_lines_of_every_rule_take_linear_time() -> None:
    every = [line for rule in RULES.values() for line in (*rule.takes, *rule.leaves)]
    assert growth(segment, lambda count: "\n".join(itertools.islice(itertools.cycle(every), count)), 25_000) < 4


def _least(rule: Rule, line: str) -> float:
    def once() -> int:
        start = perf_counter_ns()
        rule.test(line)
        return perf_counter_ns() - start

    return min(once() for _ in range(20))


@pytest.mark.parametrize(
    ("id", "accepted", "refused"),
    [
        ("navigation", "Home" + " > a" * 6, "Home" + " > a" * 7),
        ("pagination", "1" + " 2" * 14, "1" + " 2" * 15),
        ("share-line", "Facebook" + " Twitter" * 12, "Facebook" + " Twitter" * 13 + " x!"),
    ],
)
def test_a_line_that_just_fails_costs_about_as_much_as_one_that_passes(id: str, accepted: str, refused: str) -> None:
    rule = RULES[id]
    assert rule.test(accepted)
    assert not rule.test(refused)
    # Where a pattern can be read in many ways, refusing tries them all: that is some hundred times as much.
    assert _least(rule, refused) < 30 * _least(rule, accepted)
