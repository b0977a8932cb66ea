"""sources.jsonl, strictly, and seeds that nobody changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from sayso import jsonl
from sayso.errors import InputError
from sayso.seeds import Source, read_seed, read_sources

GOOD = {
    "id": "harbour", "file": "harbour.txt", "sha256": "0" * 64, "bytes": 9, "language": "en", "title": None,
    "publisher": None, "author": "Jo Sample", "url": None, "published": "2018-03-03", "licence": "unknown", "rights": "Theirs.",
}  # fmt: skip


def test_what_is_read_is_written_again() -> None:
    assert Source.parse(GOOD).to_json() == GOOD
    assert list(Source.parse(dict(reversed(GOOD.items()))).to_json()) == list(GOOD)
    page = {**GOOD, "extractor": "trafilatura 2.3.1"}
    assert Source.parse(page).to_json() == page


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"title": ...}, "'title' is missing"),
        ({"colour": "red"}, "'colour' is unknown"),
        ({"extractor": None}, "'extractor' must be a str, not None"),
        ({"extractor": ""}, "'extractor' must be a str"),
        ({"bytes": "9"}, "'bytes' must be a int, not '9'"),
        ({"bytes": True}, "'bytes' must be a int"),
        ({"author": ""}, "'author' must be a str or null"),
        ({"rights": None}, "'rights' must be a str, not None"),
        ({"id": "a b", "file": "a b.txt"}, "the id 'a b' may hold"),
        ({"file": "pier.txt"}, "'file' must be 'harbour.txt'"),
        ({"sha256": "xyz"}, "64 hexadecimal digits"),
        ({"published": "3 March 2018"}, "a date like 2018-03-22, not '3 March 2018'"),
        ({"published": "20180303"}, "a date like"),
    ],
)
def test_what_is_no_source_is_told(change: dict[str, Any], message: str) -> None:
    value = {name: item for name, item in {**GOOD, **change}.items() if item is not ...}
    with pytest.raises(ValueError, match=message):
        Source.parse(value)


def test_errors_have_their_line(tmp_path: Path) -> None:
    path = tmp_path / "sources.jsonl"
    path.write_bytes(jsonl.encode([GOOD, {**GOOD, "bytes": -1.5}]))
    with pytest.raises(InputError, match=r"sources\.jsonl:2: 'bytes' must be a int"):
        read_sources(path)
    path.write_bytes(jsonl.encode([GOOD, GOOD]))
    with pytest.raises(InputError, match=r"sources\.jsonl:2: the id 'harbour' stands twice"):
        read_sources(path)
    with pytest.raises(InputError, match="no such file"):
        read_sources(tmp_path / "gone.jsonl")


def test_the_projects_seeds_are_as_they_were_taken_in() -> None:
    sources = read_sources(ROOT / "seeds" / "sources.jsonl")
    assert [source.id for source in sources] == ["000_8bee834e284875df", "004_95310665ade1c0aa"]
    for source in sources:
        assert read_seed(ROOT / "seeds", source).text
        assert source.licence == "unknown"


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda path: path.unlink(), "the seed is missing"),
        (lambda path: path.write_bytes(path.read_bytes().replace(b"safe", b"sane")), "the seed was changed"),
    ],
)
def test_a_seed_that_is_gone_or_changed(corpus: Path, spoil: Callable[[Path], Any], message: str) -> None:
    source = next(s for s in read_sources(corpus / "seeds" / "sources.jsonl") if s.id == "harbour")
    spoil(corpus / "seeds" / "harbour.txt")
    with pytest.raises(InputError, match=message):
        read_seed(corpus / "seeds", source)


VALUES = st.dictionaries(st.text(max_size=5), st.none() | st.integers() | st.text(), max_size=4)


@given(st.lists(VALUES))
def test_canonical_lines_are_a_round_trip(
    tmp_path_factory: pytest.TempPathFactory, values: list[dict[str, Any]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "values.jsonl"
    path.write_bytes(jsonl.encode(values))
    assert [value for _, value in jsonl.read(path)] == values
    assert jsonl.encode(value for _, value in jsonl.read(path)) == path.read_bytes()


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"", "an empty line"),
        (b"{", "no JSON at column 2"),
        (b"[]", "an object is expected, not list"),
        (b'{"a": 1, "a": 2}', "the key 'a' stands twice"),
        (b'{"a": NaN}', "NaN is no JSON"),
        (b'{"a": "\xff"}', "not UTF-8 at byte 7"),
        (b'{"a": "\\ud83d"}', "a lone surrogate"),
        (b"[" * 100_000, ""),
    ],
)
def test_a_line_that_is_no_object_is_told_with_its_number(tmp_path: Path, line: bytes, problem: str) -> None:
    path = tmp_path / "values.jsonl"
    path.write_bytes(b'{"a": 1}\n' + line + b'\n{"a": 2}\n')
    first, second, third = jsonl.scan(path)
    assert (first.value, third.value) == ({"a": 1}, {"a": 2})
    assert second.number == 2
    assert problem in (second.problem or "")
    assert second.problem
