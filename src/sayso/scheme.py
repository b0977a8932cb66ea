"""The annotation scheme of a corpus: labels and cue words, from `annotations/schema.json`.

The order of labels is the order of the integers that a reader of the Parquet files sees: append, never reorder.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from sayso.errors import InputError

__all__ = ["LINK", "Scheme"]

LINK = r"(?:[A-Za-z0-9][\w.-]*:)?[a-z0-9]+(?:-[a-z0-9]+)*"
"""An entity link: kebab-case for all documents; with the document's id and a colon in front for one document."""

_IRREGULAR = {
    "say": ("said",),
    "tell": ("told", "telling"),
    "write": ("wrote", "written"),
    "slam": ("slammed", "slamming"),
    "admit": ("admitted", "admitting"),
}


@dataclass(frozen=True)
class Scheme:
    """Labels by layer, in their published order.

    Attributes:
        entity: labels of entity spans.
        unlinked: those among them that carry no link.
        claim_type, polarity, verifiable, stance: the other layers' labels.
        stance_holder: labels of spans that are listed as holders of a stance item.
        stance_target: labels of spans that are listed as its targets.
        author_target: labels of things towards which the author's stance is asked for.
        author_mentions: from how many mentions on.
        cues: lemmas of the words that make a claim.
        ontonotes: OntoNotes label -> ours, for suggestions.
    """

    entity: tuple[str, ...]
    unlinked: tuple[str, ...]
    claim_type: tuple[str, ...]
    polarity: tuple[str, ...]
    verifiable: tuple[str, ...]
    stance: tuple[str, ...]
    stance_holder: tuple[str, ...]
    stance_target: tuple[str, ...]
    author_target: tuple[str, ...]
    author_mentions: int
    cues: tuple[str, ...]
    ontonotes: dict[str, str]

    @classmethod
    def read(cls, path: Path) -> Scheme:
        """Read `schema.json`.

        Raises:
            InputError: the file is missing, no JSON, or not of this form.
        """
        try:
            data: Any = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise InputError(path, "no such file: `sayso init` writes one") from error
        except (ValueError, RecursionError) as error:
            raise InputError(path, f"no JSON: {error}") from error
        names = [field.name for field in fields(cls)]
        if not isinstance(data, dict) or sorted(data) != sorted(names):
            raise InputError(path, f"expected an object with exactly the keys {', '.join(names)}")
        values: dict[str, Any] = {}
        for name in names:
            value = data[name]
            if name == "author_mentions":
                good = type(value) is int and value > 0
            elif name == "ontonotes":
                good = isinstance(value, dict) and all(label in data["entity"] for label in value.values())
            else:
                good = (
                    isinstance(value, list)
                    and all(isinstance(x, str) and x for x in value)
                    and len(set(value)) == len(value)
                )
                value = tuple(value) if good else value
            if good and name in ("unlinked", "stance_holder", "stance_target", "author_target"):
                good = set(value) <= set(data["entity"])
            if not good:
                raise InputError(path, f"{name!r} is not of the form that sayso.scheme.Scheme describes")
            values[name] = value
        return cls(**values)

    @cached_property
    def bio(self) -> tuple[str, ...]:
        """BIO tags of the entity labels: `O`, then `B-` and `I-` of each in order."""
        return ("O", *(f"{prefix}-{label}" for label in self.entity for prefix in "BI"))

    @cached_property
    def forms(self) -> dict[str, str]:
        """Every form of every cue word, in lower case -> its lemma."""
        forms: dict[str, str] = {}
        for lemma in self.cues:
            for form in _inflect(lemma):
                forms.setdefault(form, lemma)
        return forms

    def lemma(self, cue: str) -> str | None:
        """The listed lemma of a cue word in any form, or None."""
        return self.forms.get(cue.lower())


def _inflect(lemma: str) -> tuple[str, ...]:
    """The forms of a regular English verb, with those of the irregular ones among the cue words."""
    if lemma == "according":
        return (lemma,)
    stem = lemma[:-1] if lemma.endswith("e") else lemma
    if lemma[-1] == "y" and lemma[-2] not in "aeiou":
        third, past = lemma[:-1] + "ies", lemma[:-1] + "ied"
    else:
        third = lemma + ("es" if lemma.endswith(("s", "x", "ch", "sh")) else "s")
        past = stem + "ed"
    forms = (lemma, third, past, stem + "ing", *_IRREGULAR.get(lemma, ()))
    # criticize, criticise: both are written, and one lemma is listed.
    return (*forms, *(form.replace("iz", "is") for form in forms)) if lemma.endswith("ize") else forms
