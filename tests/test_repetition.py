"""Lines that recur over documents: exact whatever is spilled, and only what is boilerplate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso import repetition
from sayso.repetition import COLLECTION, IN_COLLECTION, IN_HOST, LineCounter, Repeated, host_of

HOST = "harbour.example"


def count(documents: Iterable[tuple[str, list[str]]]) -> Repeated:
    with LineCounter() as counter:
        for host, lines in documents:
            counter.add(lines, host)
        return counter.finish()


def test_a_line_on_three_pages_of_a_host_recurs_there_and_nowhere_else() -> None:
    repeated = count([(HOST, ["Sign up for our letters", f"The ferry {i} sank."]) for i in ("one", "two", "three")])
    assert repeated.counts(["Sign up for our letters", "The ferry one sank."], HOST) == [3, 0]
    assert repeated.counts(["Sign up for our letters"], "quay.example") == [0]
    assert repeated.counts(["Sign up for our letters"]) == [0]
    assert len(repeated) == 1


def test_a_line_of_the_whole_collection() -> None:
    lines = [["Powered by Quay"]] * IN_COLLECTION
    assert count((f"{i}.example", own) for i, own in enumerate(lines)).counts(["Powered by Quay"], "new.example") == [
        IN_COLLECTION
    ]
    assert count((COLLECTION, own) for own in lines[1:]).counts(["Powered by Quay"]) == [0]


def test_numbers_and_capitals_make_no_difference() -> None:
    repeated = count([(HOST, [f"{i} Comments"]) for i in range(3)])
    assert repeated.counts(["17 COMMENTS", "Comments"], HOST) == [3, 0]


def test_a_label_of_a_table_is_no_boilerplate() -> None:
    page = ["Weight:", "9 kg", "Weight:", "8 kg", "Weight:", "7 kg", "Weight:", "Follow us"]
    assert count([(HOST, page)] * 3).counts(["Weight:", "Follow us"], HOST) == [0, 3]


def test_what_has_no_word_is_never_counted() -> None:
    assert count([(HOST, ["1", "—", "* * *", "A"])] * 20).counts(["1", "—", "* * *", "A"], HOST) == [0] * 4


@given(st.lists(st.tuples(st.sampled_from(["a.example", "b.example", ""]), st.lists(st.sampled_from(
    [f"line {c}" for c in "abcdefgh"]), max_size=12)), max_size=40), st.integers(1, 30))  # fmt: skip
@settings(deadline=None)
def test_spilling_changes_nothing(documents: list[tuple[str, list[str]]], held: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repetition, "HELD", held)
        spilled = count(documents)
    assert spilled.records.tobytes() == count(documents).records.tobytes()
    assert count(reversed(documents)).records.tobytes() == spilled.records.tobytes()
    for host in ("a.example", "b.example"):
        pages = [Counter(lines) for own, lines in documents if own == host]
        for line in {line for page in pages for line in page}:
            on, seen = sum(line in page for page in pages), sum(page[line] for page in pages)
            recurs = on >= IN_HOST and seen <= repetition.PER_HOST * on
            of_host, anywhere = spilled.counts([line], host), spilled.counts([line])
            assert of_host == ([on] if recurs else anywhere)


def test_spilled_counts_leave_nothing_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(repetition, "HELD", 4)
    monkeypatch.setattr(repetition.tempfile, "tempdir", str(tmp_path))
    with LineCounter() as counter:
        for number in range(9):
            counter.add([f"line {chr(97 + number)} {word}" for word in ("one", "two", "three")])
        assert [*tmp_path.rglob("*.run")]
    assert [*tmp_path.iterdir()] == []


def test_a_file_of_them(tmp_path: Path) -> None:
    repeated = count([(HOST, ["Follow us"])] * 4)
    repeated.write(tmp_path / "repeated")
    assert Repeated.read(tmp_path / "repeated").counts(["Follow us"], HOST) == [4]


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://Harbour.example/a?b", HOST), (None, ""), ("", ""), ("harbour.example/a", ""), ("http://[", "")],
)
def test_hosts(url: str | None, host: str) -> None:
    assert host_of(url) == host


def test_half_a_surrogate_pair_is_counted() -> None:
    assert count([(HOST, ["bad \ud800 line"])] * 3).counts(["bad \ud800 line"], HOST) == [3]
