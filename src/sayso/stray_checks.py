"""What lies in the folders of a corpus and belongs to none of its documents."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from sayso.project import Annotator, Project
from sayso.seeds import Source

__all__ = ["layer_folders", "stray_files"]

Stray = tuple[Path, str, str]
"""File or folder, check and message."""
_UNKNOWN = "document-unknown"
_NOWHERE = "a link to what is not there: restore that, or remove the link"


def layer_folders(project: Project) -> list[Path]:
    """The folders of annotations that are there: gold, and each annotator's."""
    return [*([project.gold] if project.gold.is_dir() else []), *project.layer_folders().values()]


def stray_files(project: Project, sources: Sequence[Source], annotators: Sequence[Annotator]) -> Iterator[Stray]:
    """Yield the files that belong to no seed, and the folders that belong to no annotator."""
    listed = {source.file for source in sources} | {project.sources.name, "README.md"}
    for path in _inside(project.seeds):
        if path.name not in listed:
            yield path, "seed-unlisted", "not in sources.jsonl: take it in with `sayso add`, or remove it"
    ids, known = {source.id for source in sources}, {annotator.name for annotator in annotators}
    for layer in layer_folders(project):
        if layer != project.gold and layer.name not in known:
            yield layer, "annotator-undescribed", "add a line to annotations/annotators.jsonl"
        for path in _inside(layer):
            if path.name == ".doccano":
                continue
            if path.suffix != ".jsonl" or path.stem not in ids:
                yield path, _UNKNOWN, "there is no seed of this name"
            elif not path.exists():
                yield path, _UNKNOWN, _NOWHERE
    yield from _beside_folders(project)
    yield from _suggestions(project, ids)


def _beside_folders(project: Project) -> Iterator[Stray]:
    """Files of annotations that nobody reads, as they lie where folders or other files belong."""
    for folder in (project.gold, project.layers, project.suggested):
        if folder.exists() and not folder.is_dir():
            yield folder, _UNKNOWN, "is a file where a folder belongs: remove it"
    own = {project.gazetteer.name, project.decisions.name, "annotators.jsonl"}
    for folder, read in ((project.annotations, own), (project.layers, set())):
        for path in _inside(folder):
            if not path.exists():
                yield path, _UNKNOWN, _NOWHERE
            elif path.suffix == ".jsonl" and path.name not in read and not path.is_dir():
                yield (
                    path,
                    _UNKNOWN,
                    "is read by nothing here: move it into gold/ or an annotator's folder, or remove it",
                )


def _suggestions(project: Project, ids: Collection[str]) -> Iterator[Stray]:
    for folder, own in ((project.suggested, {"SOURCE.json", "scores"}), (project.suggested / "scores", set())):
        for path in _inside(folder):
            if path.name not in own and (path.suffix != ".jsonl" or path.stem not in ids):
                yield path, _UNKNOWN, "there is no seed of this name: run `sayso suggest`"


def _inside(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []
