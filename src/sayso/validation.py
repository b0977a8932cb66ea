"""Every check of a corpus, in one pass over its inputs: seeds, annotations, the committed dataset, the documents."""

from __future__ import annotations

from pathlib import Path

from sayso.checks import Incident, differing_line, relative
from sayso.collector import no_collector
from sayso.datasheet import unanswered
from sayso.derived_checks import DerivedChecks
from sayso.package import Assembly, InvalidCorpusError, Progress, assemble, fill_documents, scratch
from sayso.project import Project

__all__ = ["validate"]


def validate(root: Path, progress: Progress | None = None) -> list[Incident]:
    """Check a corpus.

    The dataset is built anew in a temporary folder and compared byte by byte with the committed one. Nothing below
    `root` is written.

    Returns:
        all incidents, sorted by place.

    Raises:
        InputError: there is no corpus at `root`, or schema.json cannot be read: nothing could be checked.
        StorageError: the disk refuses.
    """
    project = Project.read(root)
    with scratch() as folder, no_collector():
        assembly = assemble(project, Path(folder), progress)
        incidents = list(assembly.examination.incidents)
        incidents += DerivedChecks(project).run()
        if assembly.examination.has_errors:
            incidents.append(Incident("corpus", 0, "not-compared", "the inputs have errors"))
        elif project.corpus.is_dir():
            incidents += _compare(project, Path(folder))
    incidents += _documents(assembly)
    return sorted(set(incidents))


def _compare(project: Project, rebuilt: Path) -> list[Incident]:
    """Where the committed dataset is not what the inputs give."""
    incidents = []
    sides = (project.corpus, rebuilt)
    names = sorted({p.relative_to(side).as_posix() for side in sides for p in side.rglob("*") if _is_leaf(p)})
    for name in names:
        old, new = project.corpus / name, rebuilt / name
        place, line, message = relative(old, project.root), 0, ""
        if new.is_dir() and not old.is_symlink():
            continue  # an empty folder: the files that it lacks are named
        if not new.is_file():
            message = "is not part of the dataset: remove it"
        elif not old.is_file():
            message = "is missing: run `sayso build`"
        elif (have := old.read_bytes()) != (want := new.read_bytes()):
            line = 0 if old.suffix == ".parquet" else differing_line(have, want)
            message = "is not what the inputs give: run `sayso build`; corpus/ is never edited by hand"
        if message:
            incidents.append(Incident(place, line, "not-rebuilt", message))
    return incidents


def _is_leaf(path: Path) -> bool:
    """A file, a link to anything or nothing, or an empty folder."""
    return path.is_symlink() or not path.is_dir() or not any(path.iterdir())


def _documents(assembly: Assembly) -> list[Incident]:
    project = assembly.project
    incidents = []
    datasheet = project.root / "DATASHEET.md"
    if datasheet.exists():
        text = datasheet.read_text(encoding="utf-8", errors="replace")
        incidents += [Incident("DATASHEET.md", 0, "datasheet", f"lacks {what}") for what in unanswered(text)]
    else:
        incidents.append(Incident("DATASHEET.md", 0, "datasheet", "there is none"))
    if project.released() is None:
        incidents.append(Incident("CHANGELOG.md", 0, "changelog", f"no heading '## [{project.version}] - DATE'"))
    if not assembly.examination.has_errors:
        try:
            for path, data in fill_documents(assembly):
                have = path.read_bytes()
                if have != data:
                    line = differing_line(have, data)
                    incidents.append(Incident(path.name, line, "figures-stale", "run `sayso build`"))
        except InvalidCorpusError as error:
            incidents += error.incidents
    return incidents
