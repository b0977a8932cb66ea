"""What common English names are, from `names.toml`: countries, peoples, organisations, given names, titles."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from sayso.gazetteer import Gazetteer, Name

__all__ = ["LISTED", "Words", "link_of", "listed", "words"]

LISTED = "listed"
"""The source of names that stand in `names.toml`."""


class Words(NamedTuple):
    """Words that say what the name around them is."""

    given: frozenset[str]
    titles: frozenset[str]
    organisation: frozenset[str]
    place: frozenset[str]
    event: frozenset[str]
    common: frozenset[str]


@cache
def _data() -> dict[str, str]:
    data = tomllib.loads((Path(__file__).parent / "names.toml").read_text(encoding="utf-8"))
    return {key: str(value) for key, value in data.items()}


@cache
def words() -> Words:
    """The lists of single words."""
    data = _data()
    keys = ("given", "titles", "organisation_words", "place_words", "event_words", "common")
    return Words(*(frozenset(data[key].split()) for key in keys))


@cache
def listed() -> Gazetteer:
    """The names that everybody knows."""
    names: dict[str, Name] = {}

    def enter(text: str, label: str, entity: str) -> None:
        names.setdefault(text, Name(text, label, entity, 1, LISTED))

    for line in _data()["countries"].strip().splitlines():
        country, others, adjectives = (part.strip() for part in line.split(";"))
        for name in (country, *_commas(others)):
            enter(name, "LOC", link_of(country))
        for people in _commas(adjectives):
            _enter_people(enter, people)
    for people in _commas(_data()["peoples"]):
        _enter_people(enter, people)
    for label, key in (("LOC", "places"), ("ORG", "organisations")):
        for name in _commas(_data()[key]):
            enter(name, label, link_of(name))
    return Gazetteer(tuple(names.values()))


def _enter_people(enter: object, people: str) -> None:
    assert callable(enter)  # noqa: S101 - for the type checker
    enter(people, "NORP", link_of(people))
    if not people.endswith(("s", "sh", "ch", "ese", "men")):
        enter(people + "s", "NORP", link_of(people))


def _commas(text: str) -> list[str]:
    return [" ".join(part.split()) for part in text.split(",") if part.strip()]


@lru_cache(maxsize=1 << 15)
def link_of(name: str) -> str:
    """A name as an entity link: lower case without accents, words joined by hyphens.

    A name without a letter or digit of ASCII becomes its code points in hexadecimal digits.
    """
    plain = unicodedata.normalize("NFKD", name.replace("'s ", "s ").replace("’s ", "s "))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).lower()
    plain = re.sub(r"(?<=\b[a-z])\.(?=[a-z]\b)", "", plain)
    return "-".join(re.findall(r"[a-z0-9]+", plain)) or "-".join(f"{ord(c):x}" for c in name.lower() if not c.isspace())
