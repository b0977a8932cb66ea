"""What the package carries: the published dataset, the guidelines and the schema. In a checkout they are beside it."""

from __future__ import annotations

from pathlib import Path

from sayso.errors import InputError

__all__ = ["resource"]

_PACKAGE = Path(__file__).parent
_CHECKOUT = _PACKAGE.parent.parent


def resource(name: str) -> Path:
    """The path of `corpus`, `annotations/GUIDELINES.md` or `annotations/schema.json`.

    Raises:
        InputError: neither the wheel nor a checkout has it.
    """
    for folder in (_PACKAGE, _CHECKOUT):
        if (folder / name).exists():
            return folder / name
    raise InputError(name, "is not part of this installation of sayso: install it again")
