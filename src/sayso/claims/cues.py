"""Which words may be cues of a claim, and what each may take as its content: rule C1 as data, from `cues.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from sayso.errors import InputError
from sayso.resources import resource
from sayso.scheme import Scheme

__all__ = ["Cues", "shipped"]

_SWITCHES = ("questions", "headings", "writer")
_KEYS = frozenset(("infinitive", "object", "ambiguous", "denial", *_SWITCHES, "preposition", "type"))
_TYPES = frozenset(("commissive", "directive", "forecast", "duty", "mind", "evaluative"))


def _is_words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) and word for word in value)


@dataclass(frozen=True)
class Cues:
    """The cue words of a scheme and the forms of content that each takes.

    Attributes:
        forms: every form of every cue word, in lower case, capitalised and in capitals -> its lemma.
        infinitive: lemmas that take a to-infinitive (C1c).
        object: lemmas that take a gerund or a noun phrase (C1d).
        ambiguous: lemmas that need 'that', a quotation or a clause around them.
        denial: lemmas that mean denial.
        preposition: lemma -> the prepositions whose object is the content (C1d).
        questions: whether a wh-clause is a content.
        headings: whether a heading has claims.
        writer: whether what 'I' say outside quotation marks is a claim.
        type: word lists that decide the type of a claim.
    """

    forms: dict[str, str]
    infinitive: frozenset[str]
    object: frozenset[str]
    ambiguous: frozenset[str]
    denial: frozenset[str]
    preposition: dict[str, frozenset[str]]
    questions: bool
    headings: bool
    writer: bool
    type: dict[str, frozenset[str]]

    @cached_property
    def words(self) -> frozenset[str]:
        """The keys of `forms`."""
        return frozenset(self.forms)

    def lemma(self, word: str) -> str | None:
        """The listed lemma of a word in any form, or None."""
        return self.forms.get(word)

    @classmethod
    def read(cls, path: Path, scheme: Scheme) -> Cues:
        """Read the forms from a file like `cues.toml`.

        Raises:
            InputError: the file is missing, no TOML, or not of this form.
        """
        try:
            data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise InputError(path, "no such file") from error
        except ValueError as error:
            raise InputError(path, f"no TOML: {error}") from error
        if data.keys() != _KEYS or not isinstance(data["type"], dict) or data["type"].keys() != _TYPES:
            raise InputError(
                path, f"expected exactly the keys {', '.join(sorted(_KEYS))}; in 'type' {', '.join(sorted(_TYPES))}"
            )
        known = set(scheme.cues)
        for name, value in data.items():
            if name in _SWITCHES:
                good = isinstance(value, bool)
            elif name in ("preposition", "type"):
                good = isinstance(value, dict) and all(map(_is_words, value.values()))
            else:
                good = _is_words(value)
            if not good:
                raise InputError(path, f"{name!r} is not of the form that sayso.claims.cues.Cues describes")
            unknown = sorted(set(value) - known) if name not in (*_SWITCHES, "type") else []
            if unknown:
                raise InputError(path, f"{name!r} has {unknown[0]!r}, which is no cue word of schema.json")
        return cls(
            forms={
                cased: lemma
                for form, lemma in scheme.forms.items()
                for cased in (form, form.capitalize(), form.upper())
            },
            infinitive=frozenset(data["infinitive"]),
            object=frozenset(data["object"]),
            ambiguous=frozenset(data["ambiguous"]),
            denial=frozenset(data["denial"]),
            preposition={lemma: frozenset(words) for lemma, words in data["preposition"].items()},
            questions=data["questions"],
            headings=data["headings"],
            writer=data["writer"],
            type={name: frozenset(words) for name, words in data["type"].items()},
        )


@cache
def shipped() -> Cues:
    """The cues of the scheme that the package carries."""
    return Cues.read(Path(__file__).with_name("cues.toml"), Scheme.read(resource("annotations/schema.json")))
