"""Links: every mention of one thing gets one name for all documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sayso.gazetteer import Gazetteer, Name
from sayso.names import link_of, listed

__all__ = ["Found", "initials_of", "linked"]


class Found(NamedTuple):
    """An entity of a text.

    Attributes:
        entity: its link; None for dates and amounts.
        source: a key of `SCORES`.
    """

    start: int
    end: int
    label: str
    entity: str | None
    source: str


def linked(text: str, found: Sequence[Found], gazetteer: Gazetteer | None = None) -> list[Found]:
    """Entities with a link for each thing: its fullest name in the text, or the one that the gazetteer gives.

    A family or given name is that of the person named in full, before it or else after; letters are those of the
    organisation whose words they begin or that they follow in brackets.
    """
    known = gazetteer.by_name if gazetteer else {}
    everywhere = listed().by_name
    persons: dict[str, str] = {}
    short: dict[str, str] = {}
    quotes = [text[start:end] for start, end, *_ in found]
    names = [quote if quote.isalnum() else " ".join(quote.split()) for quote in quotes]
    for i, (e, name) in enumerate(zip(found, names, strict=True)):
        if " " not in name or e.label in ("DATE", "NUM"):
            continue
        full = e.entity or _listed_link(name, known, everywhere)
        if e.label == "PER":
            parts = name.split()
            for part in (parts[-1], parts[0]):
                persons.setdefault(part, full)
        elif e.label in ("ORG", "EVENT", "PROD", "LOC"):
            if len(initials := initials_of(name)) > 1:
                short.setdefault(initials, full)
            if i + 1 < len(found) and text[e.end : found[i + 1].start] == " (" and text[found[i + 1].end :][:1] == ")":
                short[names[i + 1]] = full
    result = []
    for e, name in zip(found, names, strict=True):
        link = e.entity
        if e.label in ("DATE", "NUM"):
            result.append(e)
            continue
        if link is None or e.source == "listed":
            direct = known.get(name)
            if direct is not None and direct.label == e.label:
                link = direct.entity
            elif e.label == "PER":
                link = persons.get(name) or link_of(name)
            elif name in short and e.label != "NORP":
                link = short[name]
            elif link is None:
                link = _listed_link(name, known, everywhere)
        result.append(e if link == e.entity else Found(e.start, e.end, e.label, link, e.source))
    return result


def _listed_link(name: str, known: Mapping[str, Name], everywhere: Mapping[str, Name]) -> str:
    entry = known.get(name) or everywhere.get(name)
    return entry.entity if entry is not None else link_of(name)


def initials_of(name: str) -> str:
    """The capitals that begin the words of a name: of *Norvik Port Authority*, NPA."""
    return "".join([part[0] for part in name.replace("-", " ").split() if part[0].isupper()])
