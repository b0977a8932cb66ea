"""Make the dataset's folder: rows, Parquet, JSONL, card, croissant.json, checksums. Bytes are a function of inputs."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from datasets import Features

from sayso import jsonl
from sayso.card import LICENSE, ConfigFile, card
from sayso.checks import Incident
from sayso.collector import no_collector
from sayso.croissant import croissant
from sayso.errors import SaysoError, StorageError
from sayso.examine import Examination
from sayso.features import features, table
from sayso.figures import Figures, UnknownTableError, fill, tables
from sayso.project import Project
from sayso.rows import CONFIGS, rows, tokenizer
from sayso.seeds import sha256
from sayso.storage import exclusive, fsync_tree, remove_folder, swap_folder, write_file

__all__ = ["Assembly", "InvalidCorpusError", "assemble", "build", "fill_documents", "scratch"]

Progress = Callable[[int, int], None]
"""Called with the documents done and the documents in all."""

GROUP = 10_000
GROUPS = {"documents": 1_000}
"""Rows of a Parquet row group, and the most rows of a config in memory. A document is a large row."""

FILLED = ("README.md", "DATASHEET.md")
"""Documents at the root whose figures are generated."""


class InvalidCorpusError(SaysoError):
    """The inputs have errors; nothing was built.

    Attributes:
        incidents: all of them, sorted.
    """

    def __init__(self, incidents: list[Incident]) -> None:
        self.incidents = sorted(incidents)
        errors = sum(incident.severity == "error" for incident in incidents)
        super().__init__(f"{errors} error{'s' if errors > 1 else ''} in the inputs; corpus/ is as it was")


@dataclass(frozen=True, slots=True)
class Assembly:
    """What was read and counted on the way to a dataset."""

    project: Project
    examination: Examination
    figures: Figures


class _ConfigWriter:
    """Writes the two files of a config in parts, so that memory does not grow with the corpus."""

    def __init__(self, folder: Path, config: str, kind: Features) -> None:
        self.config, self.kind, self.group = config, kind, GROUPS.get(config, GROUP)
        self.relative = f"data/{config}/train.parquet"
        self.parquet = folder / self.relative
        self.parquet.parent.mkdir(parents=True)
        (folder / "jsonl").mkdir(exist_ok=True)
        self._lines = (folder / "jsonl" / f"{config}.jsonl").open("wb")
        self._writer = pq.ParquetWriter(
            self.parquet,
            kind.arrow_schema,
            compression="zstd",
            compression_level=9,
            version="2.6",
            data_page_version="1.0",
            write_page_index=True,
            store_schema=True,
        )
        self._rows: list[dict[str, Any]] = []
        self.count = self.memory = 0

    def add(self, new: list[dict[str, Any]]) -> None:
        self._rows += new
        while len(self._rows) >= self.group:
            self._flush()

    def _flush(self) -> None:
        part, self._rows = self._rows[: self.group], self._rows[self.group :]
        arrow: pa.Table = table(self.kind, part)
        self._writer.write_table(arrow, row_group_size=self.group)
        self._lines.write(jsonl.encode(part))
        self.count += len(part)
        self.memory += arrow.nbytes

    def __enter__(self) -> _ConfigWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and self._rows:
                self._flush()
            self._writer.close()
        except BaseException:
            # Else pyarrow tries again when the object is collected, and prints a traceback.
            self._writer.is_open = False
            raise
        finally:
            self._lines.close()

    def file(self) -> ConfigFile:
        """What the card says of the closed file."""
        data = self.parquet.read_bytes()
        return ConfigFile(self.config, self.relative, sha256(data), len(data), self.memory, self.count)


def assemble(project: Project, folder: Path, progress: Progress | None = None) -> Assembly:
    """Write the dataset of a project into an empty folder, as far as its inputs are sound.

    Where an input has an error nothing more is written, but everything is still examined: look at
    `examination.has_errors` before using the folder.

    Raises:
        InputError: pyproject.toml or schema.json cannot be read.
        StorageError: the disk refuses.
    """
    with no_collector():
        return _assemble(project, folder, progress)


def _assemble(project: Project, folder: Path, progress: Progress | None) -> Assembly:
    examination = Examination(project)
    figures = Figures(annotators=examination.annotators, decided=len(examination.decisions))
    kinds = features(project.scheme)
    tokenize = tokenizer()
    try:
        with ExitStack() as stack:
            writers = {c: stack.enter_context(_ConfigWriter(folder, c, kinds[c])) for c in CONFIGS}
            for done, record in enumerate(examination.records(), 1):
                if not examination.has_errors and record.document is not None:
                    made = rows(record.document, record.source, record.gold, tokenize)
                    figures.add(record.document, made, record.gold is not None, record.layers)
                    for config, writer in writers.items():
                        writer.add(made[config])
                if progress:
                    progress(done, len(examination.sources))
        if not examination.has_errors:
            files = [writer.file() for writer in writers.values()]
            _write(folder / "README.md", card(project, figures, files, kinds, examination.sources))
            _write(folder / "LICENSE.md", LICENSE)
            _write(folder / "croissant.json", croissant(project, figures, files, kinds))
            _write(folder / "SHA256SUMS", checksums(folder))
    except OSError as error:
        own = error.filename is None or Path(error.filename).is_relative_to(folder)
        what = f"write {folder}" if own else f"read {error.filename}"
        raise StorageError(f"cannot {what}: {error.strerror or error}") from error
    return Assembly(project, examination, figures)


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode())


def checksums(folder: Path) -> str:
    """The text of SHA256SUMS, as `sha256sum --check` reads it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "SHA256SUMS")
    return "".join(f"{sha256(path.read_bytes())}  {path.relative_to(folder).as_posix()}\n" for path in files)


def build(root: Path, progress: Progress | None = None) -> Assembly:
    """Build `corpus/` anew and put it in place in one step, then fill in the documents' figures.

    Killed at any moment, it leaves the old corpus/ or the new one.

    Raises:
        InvalidCorpusError: the inputs have errors, or a document has a marker of no table; nothing was replaced.
        InputError: there is no corpus project at `root`.
        StorageError: the disk refuses, or another build is running.
    """
    project = Project.read(root)
    with exclusive(root):
        new = root / ".corpus.new"
        remove_folder(new)
        try:
            try:
                new.mkdir()
            except OSError as error:
                raise StorageError(f"cannot write {new}: {error.strerror}") from error
            assembly = assemble(project, new, progress)
            if assembly.examination.has_errors:
                raise InvalidCorpusError(assembly.examination.incidents)
            filled = fill_documents(assembly)
            fsync_tree(new)
            swap_folder(new, project.corpus)
        finally:
            remove_folder(new)
        for path, data in filled:
            if path.read_bytes() != data:
                write_file(path, data)
    return assembly


def fill_documents(assembly: Assembly) -> list[tuple[Path, bytes]]:
    """The documents at the root with their tables filled in.

    Raises:
        InvalidCorpusError: a marker names no table.
    """
    known = tables(assembly.figures, assembly.project.scheme)
    filled = []
    for name in FILLED:
        path = assembly.project.root / name
        if path.exists():
            text = path.read_bytes().decode("utf-8", errors="surrogateescape")
            try:
                filled.append((path, fill(text, known).encode("utf-8", errors="surrogateescape")))
            except UnknownTableError as error:
                raise InvalidCorpusError([Incident(name, 0, "figures-stale", str(error))]) from error
    return filled


def scratch() -> tempfile.TemporaryDirectory[str]:
    """A folder for a rebuild that nobody keeps."""
    return tempfile.TemporaryDirectory(prefix="sayso-", dir=os.environ.get("TMPDIR"))
