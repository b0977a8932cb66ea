"""What is done with the documents of a collection. It says so, and does nothing itself."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from sayso.errors import InputError

if TYPE_CHECKING:
    from sayso.repetition import Repeated

__all__ = ["PROFILES", "STEPS", "Profile", "Recipe", "Step", "model_version"]

Profile = Literal["page", "article"]
PROFILES: tuple[Profile, ...] = get_args(Profile)
Step = Literal["clean", "segment", "suggest"]
STEPS: tuple[Step, ...] = get_args(Step)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How documents are processed.

    Attributes:
        profile: `article` for what an extractor gave, `page` for all the text of a page.
        steps: without `clean` nothing but white space is removed; without `segment` there are no sentences; with
            `suggest` there are the columns of `sayso.suggestion_columns.SUGGESTED` too.
        model: the spaCy pipeline that suggestions stand on; None for rules alone.
        repeated: the lines that recur in the collection, if they were counted.
    """

    profile: Profile = "article"
    steps: tuple[Step, ...] = ("clean", "segment")
    model: str | None = None
    repeated: Repeated | None = field(default=None, compare=False)


@cache
def model_version(model: str | None) -> str:
    """What makes the suggestions, with versions: another model or version may suggest otherwise. It is not loaded.

    Args:
        model: a spaCy pipeline's name or its folder; None for rules alone.

    Raises:
        InputError: there is no such pipeline, or it is none for English.
    """
    meta: dict[str, Any] = {}
    if model is not None:
        package = importlib.util.find_spec(model) if model.isidentifier() else None
        folder = next(iter(package.submodule_search_locations or ()), model) if package else model
        try:
            meta = dict(json.loads((Path(folder) / "meta.json").read_bytes()))
        except (OSError, ValueError, TypeError) as error:
            raise InputError("--model", f"no spaCy pipeline {model!r}: install it with pip first") from error
        if meta.get("lang") != "en":
            raise InputError("--model", f"{model} is a pipeline for {meta.get('lang')!r}, the texts are English")
    return json.dumps([version("spacy"), model, meta.get("name"), meta.get("version")])
