"""What can go wrong, as a tree.

SaysoError
├── InputError      a file of the user's is wrong: what, where (`file:line`), and what to do
│   └── IntakeError a text that `sayso add` refuses, with the fault's name
├── ExtractionError a page without a text, with the fault's name
├── LineageError    an offset that leads nowhere: into removed text or past the end
├── StorageError    the disk refused: read-only, full, gone
└── DoccanoError    a doccano server refused, failed or did not answer
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["DoccanoError", "ExtractionError", "InputError", "IntakeError", "LineageError", "SaysoError", "StorageError"]


class SaysoError(Exception):
    """Base of every error that sayso raises on purpose."""


class InputError(SaysoError):
    """A fault in the user's data, with its place.

    Attributes:
        path: the file.
        line: its line, from 1, or None where the fault is not in one line.
        problem: what is wrong and what to do about it.
    """

    def __init__(self, path: Path | str, problem: str, line: int | None = None) -> None:
        self.path, self.line, self.problem = str(path), line, problem
        super().__init__(f"{self.place}: {problem}")

    @property
    def place(self) -> str:
        """`file` or `file:line`."""
        return self.path if self.line is None else f"{self.path}:{self.line}"


class IntakeError(InputError):
    """A text that cannot become a seed.

    Attributes:
        fault: the fault's kebab-case name, as in `sayso.intake.FAULTS`.
    """

    def __init__(self, path: Path | str, fault: str, problem: str, line: int | None = None) -> None:
        super().__init__(path, f"{fault}: {problem}", line)
        self.fault = fault


class ExtractionError(SaysoError):
    """A page that has no text to give.

    Attributes:
        fault: the fault's kebab-case name, as in `sayso.extraction.FAULTS`.
    """

    def __init__(self, fault: str, problem: str) -> None:
        super().__init__(f"{fault}: {problem}")
        self.fault, self.problem = fault, problem


class LineageError(SaysoError):
    """An offset that has no counterpart on the other side."""


class StorageError(SaysoError):
    """The file system refused to read or write."""


class DoccanoError(SaysoError):
    """A doccano server refused, failed or did not answer."""
