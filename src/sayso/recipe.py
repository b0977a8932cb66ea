"""What is done with the documents of a collection. It says so, and does nothing itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from sayso.repetition import Repeated

__all__ = ["PROFILES", "STEPS", "Profile", "Recipe", "Step"]

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
