"""What each annotator wrote, read strictly and with the line of every annotation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sayso import jsonl
from sayso.adjudicate import Unit, units
from sayso.checks import differing_line
from sayso.errors import InputError, LineageError
from sayso.layers import Annotation, FormError, dump, parse
from sayso.segmentation import Document

__all__ = ["AnnotatorFile", "read_annotator_file", "scan_annotations"]


@dataclass(frozen=True, slots=True)
class AnnotatorFile:
    """One annotator's annotations of one document.

    Attributes:
        lines: of each annotation, from 1.
    """

    path: Path
    annotations: tuple[Annotation, ...]
    lines: tuple[int, ...]

    def units(self, doc_id: str) -> dict[Unit, int]:
        """The line of every unit that is marked here."""
        return {
            unit: line
            for a, line in zip(self.annotations, self.lines, strict=True)
            for unit in units(doc_id, [a])
        }  # fmt: skip


def scan_annotations(path: Path) -> tuple[list[Annotation], list[int], list[tuple[int, str, str]]]:
    """The annotations of a file that can be read, the line of each, and what is wrong: line, check and message.

    Raises:
        StorageError: the file cannot be read.
    """
    annotations: list[Annotation] = []
    lines: list[int] = []
    faults: list[tuple[int, str, str]] = []
    for line in jsonl.scan(path):
        if line.value is None:
            faults.append((line.number, "line-malformed", line.problem or ""))
            continue
        try:
            annotations.append(parse(line.value))
            lines.append(line.number)
        except FormError as error:
            faults.append((line.number, "annotation-malformed", str(error)))
    data = path.read_bytes()
    if not faults and dump(annotations) != data:
        what = "not sorted by (start, end, id), keys not in order, or not written as sayso writes it"
        faults.append((differing_line(data, dump(annotations)), "canonical-form", what))
    return annotations, lines, faults


def read_annotator_file(path: Path, document: Document) -> AnnotatorFile:
    """Read a file of annotations and see that each stands where it says.

    Raises:
        InputError: at the first line that is no annotation, or is not a place in the cleaned document.
    """
    annotations: list[Annotation] = []
    lines: list[int] = []
    for number, value in jsonl.read(path):
        try:
            a = parse(value)
            document.from_seed(a.start, a.end)
        except (FormError, LineageError) as error:
            raise InputError(path, str(error), number) from error
        if document.seed[a.start : a.end] != a.text:
            there = document.seed[a.start : a.end]
            raise InputError(path, f"{a.id} quotes {a.text!r}, the seed has {there!r} there", number)
        annotations.append(a)
        lines.append(number)
    return AnnotatorFile(path, tuple(annotations), tuple(lines))
