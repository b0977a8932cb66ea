"""Names that are known: read off annotations, kept in `annotations/gazetteer.jsonl`, found again in any text.

A file has one object a line: `name`, `label`, `entity` (the link), `count` (mentions that it was read off) and `source`
(`gold`, or whose annotations it comes from), sorted by name.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from sayso import jsonl
from sayso.errors import InputError
from sayso.layers import Annotation, Entity, FormError
from sayso.scheme import LINK, Scheme
from sayso.word_places import word_places

__all__ = [
    "GOLD", "Counts", "Gazetteer", "Match", "Name", "collect", "count", "dump", "merged", "names_from", "parse_name",
    "read",
]  # fmt: skip

GOLD = "gold"
"""The source of names that everybody agreed on."""


@dataclass(frozen=True, slots=True)
class Name:
    """One name, in the case in which it is written.

    Attributes:
        entity: the link that all its mentions have.
        count: mentions that it was read off.
    """

    name: str
    label: str
    entity: str
    count: int
    source: str


Counts = Counter[tuple[str, str, str]]
"""(name, label, link) -> mentions."""


class Match(NamedTuple):
    """A known name in a text; offsets are code points of the text, end exclusive."""

    start: int
    end: int
    name: Name


def parse_name(value: Mapping[str, Any], scheme: Scheme) -> Name:
    """A name from its JSON object.

    Raises:
        FormError: a key is missing, unknown or of the wrong type, or the label or link is none of the corpus's.
    """
    if set(value) != {"name", "label", "entity", "count", "source"}:
        raise FormError("a name has exactly the keys name, label, entity, count, source")
    if not all(isinstance(value[key], str) and value[key] for key in ("name", "label", "entity", "source")):
        raise FormError("name, label, entity and source are texts that are not empty")
    name = Name(**value)
    if type(name.count) is not int or name.count < 1:
        raise FormError("'count' must be a whole number from 1")
    if not _WORD.search(name.name) or name.name != " ".join(name.name.split()):
        raise FormError(f"{name.name!r} is no name: words with one space between them are expected")
    if name.label not in scheme.entity or name.label in scheme.unlinked:
        raise FormError(f"{name.label!r} is no label of things that have a link")
    if ":" in name.entity or not re.fullmatch(LINK, name.entity):
        raise FormError(f"{name.entity!r} is no link for all documents")
    return name


def dump(names: Iterable[Name]) -> bytes:
    """The canonical bytes of a file of names."""
    return jsonl.encode(asdict(name) for name in sorted(names, key=lambda name: name.name))


def read(path: Path, scheme: Scheme) -> list[Name]:
    """Read a file of names; there are none where there is no file.

    Raises:
        InputError: at the first line that is no name, or that has one a second time.
    """
    names: dict[str, Name] = {}
    if not path.exists():
        return []
    for number, value in jsonl.read(path):
        try:
            name = parse_name(value, scheme)
        except FormError as error:
            raise InputError(path, str(error), number) from error
        if name.name in names:
            raise InputError(path, f"the name {name.name!r} stands twice", number)
        names[name.name] = name
    return list(names.values())


def count(annotations: Iterable[Annotation], scheme: Scheme) -> Counts:
    """How often each name has which label and link; links of one document only say nothing to others."""
    return Counter(
        (" ".join(a.text.split()), a.label, a.entity)
        for a in annotations
        if isinstance(a, Entity) and a.entity and ":" not in a.entity and a.label not in scheme.unlinked
    )


def names_from(counts: Counts, source: str = GOLD) -> list[Name]:
    """The names that were counted, sorted.

    A name with more than one label or link says too little and is left out, and so is a word in lower case. A person's
    given name alone is left out too: elsewhere it is somebody else's.

    Args:
        source: whose annotations were counted.
    """
    found: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for (text, label, entity), number in counts.items():
        if number > 0:
            found[text].append((label, entity, number))
    people = ((text, link) for text, some in found.items() for label, link, _ in some if label == "PER" and " " in text)
    given = {(text.split()[0], link) for text, link in people}
    return [
        Name(text, *only[0], source)
        for text, only in sorted(found.items())
        if len(only) == 1 and _WORD.search(text) and text != text.lower() and (text, only[0][1]) not in given
    ]


def collect(documents: Iterable[Iterable[Annotation]], scheme: Scheme, source: str = GOLD) -> list[Name]:
    """The names of annotated documents: `names_from` all that `count` counts in them."""
    total: Counts = Counter()
    for document in documents:
        total.update(count(document, scheme))
    return names_from(total, source)


def merged(*sources: Sequence[Name]) -> list[Name]:
    """Names of several sources; of one that stands in two, the earlier source's."""
    names: dict[str, Name] = {}
    for source in sources:
        for name in source:
            names.setdefault(name.name, name)
    return sorted(names.values(), key=lambda name: name.name)


_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Gazetteer:
    """Names, ready to be found: by their first word, longest first, in one pass over a text."""

    names: tuple[Name, ...]

    @cached_property
    def by_name(self) -> dict[str, Name]:
        """Every name by itself."""
        return {name.name: name for name in self.names}

    @cached_property
    def _by_word(self) -> dict[str, list[tuple[str, int, Name]]]:
        """First word -> (name, where that word starts in it, name), longest first."""
        index: dict[str, list[tuple[str, int, Name]]] = defaultdict(list)
        for name in self.names:
            word = _WORD.search(name.name)
            if word is not None:
                index[word.group()].append((name.name, word.start(), name))
        for entries in index.values():
            entries.sort(key=lambda entry: (-len(entry[0]), entry[0]))
        return dict(index)

    @cached_property
    def _first_words(self) -> frozenset[str]:
        return frozenset(self._by_word)

    def find(self, text: str) -> Iterator[Match]:
        """Yield the names in a text, the longest at each place, none overlapping, in order.

        A name is found in its own case, as whole words: not before a hyphen and a small letter, nor inside an address.
        """
        index, free = self._by_word, 0
        for first, last in word_places(text, self._first_words) if index else ():
            if first < free:
                continue
            for name, offset, entry in index[text[first:last]]:
                start = first - offset
                if start >= free and text.startswith(name, start) and _whole(text, start, start + len(name)):
                    free = start + len(name)
                    yield Match(start, free, entry)
                    break


def _whole(text: str, start: int, end: int) -> bool:
    """Whether a name's edges are those of words, and it is no part of an address, a handle or a compound."""
    after = text[end : end + 2]
    before = text[start - 1 : start] if start else ""
    if before and (before in "@./_" or (before.isalnum() and text[start].isalnum())):
        return before == "/" and text[start - 2 : start - 1].isalpha()
    if not after:
        return True
    if after[0].isalnum() or after[0] == "_":
        return not text[end - 1].isalnum()
    return not (after[0] in ".@" and after[1:].isalpha() and after[1:].islower())
