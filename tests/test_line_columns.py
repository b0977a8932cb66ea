"""Cleaning in columns gives what cleaning one text gives, and finds at once the few rules that could take a line."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from sayso.cleaning import Cleaned, Cleaning, Recurs, clean, clean_batch, clean_columns, keep_columns, keep_lines
from sayso.line_columns import split, tile
from sayso.line_rules import HEAD, PAGE_HEAD, TAIL
from sayso.recipe import PROFILES, Profile
from sayso.rule_forms import Rule, line_key
from sayso.rule_search import rules_anywhere
from sayso.rules import RULE_IDS, RULES
from strategies import EXAMPLES, lines, pages
from test_line_model import PAGE

several = st.lists(st.one_of(pages, st.just(PAGE)), max_size=5)
MENU = "\n".join(["Ferries", "Timetable", "Cargo"] * 9)

openings = st.sampled_from(
    ("", "- ", "» ", "“", "BY ", "By: ", "Written by ", "Author|", "5 min", "٣ min", "MAR 3, 2018", "lu", "1 of ", "©")
)
rests = st.sampled_from(
    ("", "Jane Example", "JO SAMPLE, STAFF WRITER", " read", "Ada Lund Web deſk", " ago", ", Correspondent", " - ")
)
any_line = st.one_of(lines, st.builds("{}{}{}".format, openings, st.one_of(st.just(""), lines), rests))


def odd(own: Sequence[str]) -> list[int]:
    """Lines that recur, for want of a collection."""
    return [len(line) % 3 for line in own]


def check(columns: list[Cleaned], texts: Sequence[str], cleanings: Sequence[Cleaning]) -> None:
    assert [text for part in columns for text in part.lines.texts] == list(texts)
    assert [cleaning for part in columns for cleaning in part.cleanings()] == list(cleanings)
    assert [kept for part in columns for kept in part.kept()] == [cleaning.kept for cleaning in cleanings]
    rows = []
    for part in columns:
        removed = part.removed()
        rules = [RULE_IDS[number] for number in removed.rules]
        every = list(
            zip(removed.starts.tolist(), removed.ends.tolist(), rules, removed.texts, removed.whys, strict=True)
        )
        rows += [every[start:end] for start, end in zip(removed.bounds, removed.bounds[1:], strict=False)]
    assert rows == [
        [(r.start, r.end, r.rule, text[r.start : r.end], cleaning.why(r.start)) for r in cleaning.removed]
        for text, cleaning in zip(texts, cleanings, strict=True)
    ]


@settings(deadline=None, max_examples=100)
@given(several, st.sampled_from(PROFILES), st.booleans())
@example([MENU, "", PAGE, "\r\n", f"date 2018-03-03\r\n{PAGE}\r"], "page", True)
def test_columns_are_those_of_each_text(texts: list[str], profile: Profile, recurring: bool) -> None:
    recurs: list[Recurs] | None = [odd] * len(texts) if recurring else None
    columns = list(clean_columns(texts, profile, recurs=recurs))
    check(columns, texts, clean_batch(texts, profile, recurs=recurs))
    if not recurring:
        check(columns, texts, [clean(text, profile) for text in texts])


@settings(deadline=None)
@given(several)
def test_columns_of_what_is_kept_are_those_of_each_text(texts: list[str]) -> None:
    check(list(keep_columns(texts)), texts, [keep_lines(text) for text in texts])
    check(list(keep_columns(texts, [odd] * len(texts))), texts, [keep_lines(text, odd) for text in texts])


@settings(deadline=None)
@given(several.filter(bool))
@example(["a\r", "\nb", "", " \r\n c \r\r\nd\x85"])
def test_lines_and_tiles_are_those_of_their_text(texts: list[str]) -> None:
    found = split(texts, stamped=False)
    tiles = tile(found)
    for i, text in enumerate(texts):
        numbers = range(found.bounds[i], found.bounds[i + 1])
        expected = [line for line in map(str.strip, text.splitlines()) if line]
        assert [found.words[n] for n in numbers] == expected
        filled = [number for number, line in enumerate(text.splitlines()) if line.strip()]
        between = [after - before - 1 for before, after in pairwise(filled)]
        assert [int(found.blanks[n]) for n in numbers] == ([0, *between] if filled else [])
        assert [text[found.starts[n] :][: found.lengths[n]] for n in numbers] == expected
        own = range(tiles.bounds[i], tiles.bounds[i + 1])
        assert "".join(text[tiles.starts[t] : tiles.ends[t]] for t in own) == text
        assert all(tiles.starts[t] < tiles.ends[t] for t in own)


def takes(rule: Rule, line: str) -> bool:
    return len(line) <= rule.max_chars and rule.test(line)


@settings(deadline=None, max_examples=300)
@given(any_line.map(str.strip).filter(bool))
@example("Jane Example Web Deſk")
@example("5 mİn read")
def test_no_rule_of_an_edge_is_passed_over(line: str) -> None:
    by_place = {place: [rule for rule in RULES.values() if rule.place in (place, "edge")] for place in ("head", "tail")}
    head = [rule for rule in by_place["head"] if rule.id != "date-stamp"]
    page = [rule for rule in head if rule.id != "photo-caption"]
    for edge, rules in ((HEAD, head), (PAGE_HEAD, page), (TAIL, by_place["tail"])):
        assert edge.first(line) == next((rule.id for rule in rules if takes(rule, line)), None)


@settings(deadline=None)
@given(st.lists(any_line.map(str.strip).filter(bool), max_size=30))
@example([line.upper() for line in EXAMPLES] + ["• Home", "Home▼", "Don’t miss", "x" * 3000, "Share " + "x" * 3000])
def test_the_rules_of_the_first_word_are_tried_in_order(found: list[str]) -> None:
    rules = [rule for rule in RULES.values() if rule.place == "anywhere" and rule.starts]
    expected = [
        next((rule.id for rule in rules if line_key(line) in rule.starts and takes(rule, line)), None) for line in found
    ]
    assert rules_anywhere(found) == [(i, rule) for i, rule in enumerate(expected) if rule is not None]
