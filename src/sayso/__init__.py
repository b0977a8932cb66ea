"""sayso: who says what, and where they stand.

An annotated corpus of English news texts, and the package that makes it. Names are imported when they are first
used, so that `import sayso` is fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sayso.agreement import Agreement, Score, alpha, measure
    from sayso.boundaries import sentences
    from sayso.cleaning import Cleaning, Removal, Span, clean, clean_batch, reconstruct
    from sayso.errors import InputError, IntakeError, LineageError, SaysoError, StorageError
    from sayso.layers import Anchor, Claim, Entity, Mention, Stance, Verifiable
    from sayso.line_model import Explanation
    from sayso.loading import docs, load
    from sayso.package import InvalidCorpusError, build
    from sayso.rules import RULES, Rule
    from sayso.segmentation import Block, Document, Sentence, segment
    from sayso.validation import validate

_HOMES = {
    "agreement": ("Agreement", "Score", "alpha", "measure"),
    "cleaning": ("Cleaning", "Removal", "Span", "clean", "clean_batch", "reconstruct"),
    "errors": ("InputError", "IntakeError", "LineageError", "SaysoError", "StorageError"),
    "layers": ("Anchor", "Claim", "Entity", "Mention", "Stance", "Verifiable"),
    "line_model": ("Explanation",),
    "loading": ("docs", "load"),
    "package": ("InvalidCorpusError", "build"),
    "rules": ("RULES", "Rule"),
    "segmentation": ("Block", "Document", "Sentence", "segment"),
    "boundaries": ("sentences",),
    "validation": ("validate",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "RULES", "Agreement", "Anchor", "Block", "Claim", "Cleaning", "Document", "Entity", "Explanation", "InputError",
    "IntakeError", "InvalidCorpusError", "LineageError", "Mention", "Removal", "Rule", "SaysoError", "Score",
    "Sentence", "Span", "Stance", "StorageError", "Verifiable", "alpha", "build", "clean", "clean_batch", "docs",
    "load", "measure", "reconstruct", "segment", "sentences", "validate",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a public name on first use."""
    if name not in _HOME:
        raise AttributeError(f"module 'sayso' has no attribute {name!r}")
    return getattr(import_module(f"sayso.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
