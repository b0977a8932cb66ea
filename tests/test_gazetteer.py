"""Known names: read off annotations, their file, finding them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from sayso.components import pipeline
from sayso.errors import InputError
from sayso.gazetteer import Gazetteer, Name, collect, count, dump, merged, names_from, read
from sayso.layers import Entity
from sayso.project import Project
from strategies import running_text

SCHEME = Project.read(ROOT).scheme
WORDS = ("Ada", "Ada Lund", "Norvik", "Norvik Line", "the NPA", "É", "😀 Line")


def entity(text: str, label: str = "ORG", link: str | None = "x") -> Entity:
    return Entity("e1", 0, len(text), text, label, link)


def name(text: str, label: str = "ORG", link: str = "x", number: int = 1, source: str = "gold") -> Name:
    return Name(text, label, link, number, source)


def test_names_are_read_off_annotations() -> None:
    documents = [
        [entity("Norvik Line", "ORG", "norvik-line"), entity("Monday", "DATE", None), entity("Lund", "LOC", "lund")],
        [entity("Norvik\n Line", "ORG", "norvik-line"), entity("Lund", "PER", "ada-lund")],
    ]
    # 'Lund' is two things, and a date is nobody's name.
    assert collect(documents, SCHEME) == [name("Norvik Line", "ORG", "norvik-line", 2)]


def test_what_helps_nobody_elsewhere_is_left_out() -> None:
    found = [
        entity("Ada Lund", "PER", "ada-lund"), entity("Ada", "PER", "ada-lund"), entity("Lund", "PER", "ada-lund"),
        entity("chirpbook", "ORG", "chirpbook"), entity("the dock worker", "PER", "harbour:dock-worker"), entity("—", "ORG", "dash"),
    ]  # fmt: skip
    assert [n.name for n in collect([found], SCHEME)] == ["Ada Lund", "Lund"]


def test_a_document_can_be_taken_out_again() -> None:
    one = count([entity("Norvik", "LOC", "norvik"), entity("Lund", "LOC", "lund")], SCHEME)
    other = count([entity("Norvik", "LOC", "norvik")], SCHEME)
    total = one + other
    total.subtract(one)
    assert names_from(total) == [name("Norvik", "LOC", "norvik")]


@given(
    st.lists(
        st.tuples(st.sampled_from(WORDS), st.sampled_from(("PER", "ORG")), st.sampled_from(("a", "b"))), max_size=9
    ),
    st.randoms(),
)
def test_the_order_of_documents_does_not_matter(found: list[tuple[str, str, str]], chance) -> None:
    documents = [[entity(*row)] for row in found]
    names = collect(documents, SCHEME)
    chance.shuffle(documents)
    assert collect(documents, SCHEME) == names


@given(st.sets(st.sampled_from(WORDS[:5])))
def test_a_file_is_read_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, texts: set[str]) -> None:
    path = tmp_path_factory.mktemp("names") / "gazetteer.jsonl"
    path.write_bytes(dump(name(text) for text in texts))
    assert dump(read(path, SCHEME)) == path.read_bytes()
    assert read(path.with_name("none"), SCHEME) == []


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"name": "A", "label": "ORG", "entity": "a", "count": 1}', "exactly the keys"),
        ('{"name": "", "label": "ORG", "entity": "a", "count": 1, "source": "me"}', "not empty"),
        ('{"name": "A", "label": "ORG", "entity": "a", "count": true, "source": "me"}', "whole number"),
        ('{"name": "A  B", "label": "ORG", "entity": "a", "count": 1, "source": "me"}', "no name"),
        ('{"name": "A", "label": "NUM", "entity": "a", "count": 1, "source": "me"}', "no label"),
        ('{"name": "A", "label": "ORG", "entity": "doc:a", "count": 1, "source": "me"}', "no link"),
    ],
)
def test_a_line_of_another_form_is_told(tmp_path: Path, line: str, problem: str) -> None:
    path = tmp_path / "gazetteer.jsonl"
    path.write_bytes(dump([name("Norvik")]) + line.encode() + b"\n")
    with pytest.raises(InputError, match=rf"gazetteer\.jsonl:2: .*{problem}"):
        read(path, SCHEME)


def test_a_name_stands_once(tmp_path: Path) -> None:
    path = tmp_path / "gazetteer.jsonl"
    path.write_bytes(dump([name("Norvik")]) * 2)
    with pytest.raises(InputError, match=":2: the name 'Norvik' stands twice"):
        read(path, SCHEME)


def test_the_earlier_source_wins() -> None:
    mine, theirs = name("Norvik", "LOC", source="me"), name("Norvik", "ORG")
    assert merged([mine], [theirs, name("Ada")]) == [name("Ada"), mine]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Norvik Line left Norvik.", ["Norvik Line", "Norvik"]),
        ("Norvik's line, (Norvik) “Norvik” Norvik/Norvik", ["Norvik"] * 5),
        ("Norviks NORVIK norvik @Norvik Norvik.com a.Norvik Norvik_2 xNorvik", []),
        ("the #SaveIt and É.", ["#SaveIt", "É"]),
    ],
)
def test_names_are_found_whole_and_in_their_case(text: str, expected: list[str]) -> None:
    names = Gazetteer(tuple(name(x) for x in ("Norvik", "Norvik Line", "#SaveIt", "É")))
    assert [text[start:end] for start, end, _ in names.find(text)] == expected


@given(running_text)
def test_finding_is_in_order_and_exact(text: str) -> None:
    end = 0
    for match in Gazetteer(tuple(name(x) for x in ("Lund", "The", "5", "it"))).find(text):
        assert end <= match.start
        assert text[match.start : match.end] == match.name.name
        end = match.end


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere: no such file"):
        pipeline(gazetteer=tmp_path / "nowhere")
