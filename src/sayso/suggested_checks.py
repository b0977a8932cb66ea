"""What is wrong with the suggestions that a corpus keeps in `annotations/suggested/`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sayso import jsonl
from sayso.annotator_files import scan_annotations
from sayso.checks import CHECKS
from sayso.errors import InputError
from sayso.project import Project
from sayso.scheme_checks import SchemeChecks
from sayso.segmentation import Document

__all__ = ["suggestion_faults"]

Fault = tuple[Path, int, str, str]
"""File, line, check and message."""
_MALFORMED, _STALE = "suggestions-malformed", "suggestions-stale"


def suggestion_faults(project: Project, document: Document) -> Iterator[Fault]:
    """Yield what is wrong with the suggestions for a document; nothing if there are none."""
    path, scores = (folder / f"{document.id}.jsonl" for folder in (project.suggested, project.suggested / "scores"))
    if not path.exists():
        if scores.exists():
            yield scores, 0, _MALFORMED, "there are scores, but no suggestions"
        return
    annotations, lines, faults = scan_annotations(path)
    yield from ((path, line, _MALFORMED, message) for line, _, message in faults)
    if faults:
        return
    yield from _scores(scores, [a.id for a in annotations])
    for index, check, message in SchemeChecks(project.scheme, document, annotations, None).run():
        if CHECKS[check].severity == "error":
            yield path, lines[index] if index >= 0 else 0, _STALE, f"{check}: {message}"


def _scores(path: Path, ids: list[str]) -> Iterator[Fault]:
    """Line by line the ids of the suggestions, each with a score in per cent and a source."""
    try:
        found = list(jsonl.scan(path))
    except InputError as error:
        yield path, 0, _MALFORMED, error.problem
        return
    for line in found:
        value = line.value or {}
        score, source = value.get("score"), value.get("source")
        good = type(score) is int and 0 <= score <= 100 and isinstance(source, str) and source
        if value.keys() != {"id", "score", "source"} or not good:
            yield path, line.number, _MALFORMED, line.problem or "expected id, score from 0 to 100, and source"
            return
    listed = [(line.value or {})["id"] for line in found]
    if listed != ids:
        at = next((i for i, (a, b) in enumerate(zip(listed, ids, strict=False)) if a != b), min(len(listed), len(ids)))
        yield path, at + 1, _MALFORMED, f"the ids are not those of {path.name} beside `scores`, line by line"
