"""Lines that recur over a collection are removed as boilerplate; a syndicated article keeps its prose."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.cleaning import REPEATED_LINE, Cleaning, clean_batch, keep_lines, lines, reconstruct
from sayso.collection import process_collection
from sayso.collection_summary import Summary
from working import digests, job

FURNITURE = "Harbour Daily keeps the quays of Lund in view"
PROSE = (
    "The council of Lund decided on Monday that the old harbour will be opened to ships from every country of the"
    " coast again next spring"
)


def recur(*recurring: str, count: int = 7) -> object:
    def recurs(own: Sequence[str]) -> list[int]:
        return [count if line in recurring else 0 for line in own]

    return recurs


def cleaned(text: str, recurs: object) -> Cleaning:
    return clean_batch([text], recurs=[recurs])[0]  # type: ignore[list-item]


def removed(text: str, recurs: object) -> list[tuple[str, str | None]]:
    made = cleaned(text, recurs)
    return [(text[r.start : r.end], made.why(r.start)) for r in made.removed if r.rule == REPEATED_LINE]


def test_a_line_that_recurs_is_removed_and_says_how_often() -> None:
    text = f"A gate opens.\n{FURNITURE}\n{PROSE}.\n"
    assert removed(text, recur(FURNITURE)) == [(FURNITURE, "in 7 documents")]
    assert removed(text, recur()) == []


def test_what_a_named_rule_takes_stays_its_own() -> None:
    text = f"{PROSE}.\nShare this article\n"
    cleaning = cleaned(text, recur("Share this article"))
    assert {r.rule for r in cleaning.removed} == {"share-line", "whitespace"}


def test_a_syndicated_article_keeps_its_prose_and_loses_the_rest() -> None:
    other = PROSE.replace("Lund", "Malmo")
    text = f"{PROSE}\n{FURNITURE}\n{other} and more\n"
    # Half of the prose recurs, and then more than half of it.
    assert removed(text, recur(FURNITURE, PROSE)) == [(PROSE, "in 7 documents"), (FURNITURE, "in 7 documents")]
    assert removed(text, recur(FURNITURE, other + " and more")) == [(FURNITURE, "in 7 documents")]


def test_texts_in_other_languages_lose_what_recurs_and_nothing_else() -> None:
    text = "Der Hafen ist offen.\nShare this article\nAnzeige"
    cleaning = keep_lines(text, recur("Anzeige"))  # type: ignore[arg-type]
    assert [(r.rule, cleaning.why(r.start)) for r in cleaning.removed if r.rule != "whitespace"] == [
        (REPEATED_LINE, "in 7 documents")
    ]


@given(st.text(alphabet=st.sampled_from("ab .\n\r\u2028\t"), max_size=80), st.integers(0, 3))
def test_lines_are_those_that_cleaning_asks_about(text: str, modulus: int) -> None:
    asked: list[str] = []

    def recurs(own: Sequence[str]) -> list[int]:
        asked.extend(own)
        return [i % (modulus + 1) for i in range(len(own))]

    (cleaning,) = clean_batch([text], recurs=[recurs])
    assert set(asked) <= set(lines(text))
    assert reconstruct(text, cleaning) == text


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Three files of a host whose pages share a line, and another that does not."""
    (tmp_path / "in").mkdir()
    for name in "abc":
        with (tmp_path / "in" / f"{name}.jsonl").open("w") as file:
            for i in range(5):
                text = f"Gate {name}{chr(97 + i)} opens\n{PROSE} by day {name}{chr(97 + i)}.\n{FURNITURE}\n{PROSE} at night {name}{chr(97 + i)}.\n"
                file.write(json.dumps({"text": text, "url": f"https://harbour.example/{i}"}) + "\n")
    return tmp_path / "in"


def run(source: Path, target: Path, **settings: object) -> Summary:
    return process_collection(job(source, target), **{"workers": 1, **settings})  # type: ignore[arg-type]


def whys(target: Path) -> list[str]:
    tables = [pq.read_table(path).to_pylist() for path in sorted((target / "data").glob("*"))]
    return [x["why"] for rows in tables for row in rows for x in row["removed"] if x["rule"] == REPEATED_LINE]


def test_a_folder_is_learnt_from_over_all_its_files(source: Path, tmp_path: Path) -> None:
    summary = run(source, tmp_path / "out")
    assert summary.repeated == 2  # of the host, and of the collection
    assert summary.removed[REPEATED_LINE] == [15, 15 * len(FURNITURE)]
    assert whys(tmp_path / "out") == ["in 15 documents"] * 15
    run(source, tmp_path / "two", workers=2)
    assert digests(tmp_path / "out") == digests(tmp_path / "two")


def test_of_one_file_only_if_asked(source: Path, tmp_path: Path) -> None:
    assert run(source / "a.jsonl", tmp_path / "out").repeated is None
    assert run(source / "a.jsonl", tmp_path / "asked", repeated=True).removed[REPEATED_LINE][0] == 5
    assert run(source, tmp_path / "not", repeated=False).repeated is None


def test_what_was_learnt_is_kept_until_the_collection_changes(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    run(source, target)
    events = []
    assert run(source, target, report=lambda event: events.append(event.what)).kept == 3
    assert set(events) == {"processing"}
    # One more file: each line recurs more often, so all is done again.
    (source / "d.jsonl").write_text((source / "a.jsonl").read_text())
    summary = run(source, target)
    assert (summary.made, summary.redone) == (4, 3)
    assert whys(target) == ["in 20 documents"] * 20


def test_lines_that_were_changed_are_noticed(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    run(source, target)
    (target / "repeated").write_bytes((target / "repeated").read_bytes()[:12])
    (target / "manifest/a.jsonl.json").unlink()
    with pytest.raises(Exception, match="repeated was changed: remove it and run again"):
        run(source, target)
    (target / "repeated").unlink()
    assert run(source, target).complete
