"""What must hold of the committed dataset itself, read as a stranger would read it, one row group at a time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from datasets import Features

from sayso import jsonl
from sayso.card import split_card
from sayso.checks import Incident, relative
from sayso.croissant import KEYS
from sayso.errors import SaysoError
from sayso.features import decoder
from sayso.project import Project
from sayso.rows import CONFIGS, fold
from sayso.seeds import sha256

__all__ = ["DerivedChecks"]

# The values that the Hub knows, for the names that it checks.
KNOWN = {
    "annotations_creators": {
        "found", "crowdsourced", "expert-generated", "machine-generated", "no-annotation", "other",
    },
    "language_creators": {"found", "crowdsourced", "expert-generated", "machine-generated", "other"},
    "multilinguality": {"monolingual", "multilingual", "translation", "other"},
    "size_categories": {"n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M"},
    "task_categories": {"token-classification", "text-classification", "other"},
    "task_ids": {
        "named-entity-recognition", "multi-class-classification", "multi-input-text-classification", "fact-checking",
    },
}  # fmt: skip
REQUIRED = ("language", "license", "pretty_name", "source_datasets", "tags", *KNOWN)


class _UnreadableError(Exception):
    """A file that cannot be read any further; the incident is noted."""


@dataclass
class DerivedChecks:
    """The checks of `corpus/`."""

    project: Project
    incidents: list[Incident] = field(default_factory=list)
    _documents: dict[str, int] = field(default_factory=dict)
    _sentences: set[str] = field(default_factory=set)

    def report(self, path: Path, line: int, check: str, message: str) -> None:
        """Note an incident."""
        self.incidents.append(Incident(relative(path, self.project.root), line, check, message))

    def run(self) -> list[Incident]:
        """All incidents."""
        folder = self.project.corpus
        if not folder.is_dir():
            self.report(folder, 0, "corpus-missing", "run `sayso build`")
            return self.incidents
        self._checksums(folder)
        configs, infos = self._card(folder)
        for config in CONFIGS:
            path = folder / "data" / config / "train.parquet"
            try:
                self._config(folder, config, path, configs.get(config), infos.get(config))
            except _UnreadableError:
                continue
        self._croissant(folder)
        return self.incidents

    def _read(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError:
            self.report(path, 0, "corpus-missing", "run `sayso build`")
            raise _UnreadableError from None

    def _checksums(self, folder: Path) -> None:
        sums = folder / "SHA256SUMS"
        try:
            lines = self._read(sums).decode("utf-8", errors="replace").splitlines()
        except _UnreadableError:
            return
        present = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() and p != sums}
        for number, line in enumerate(lines, 1):
            digest, _, name = line.partition("  ")
            if name not in present:
                self.report(sums, number, "checksum", f"lists {name!r}, which is not there")
                continue
            present.remove(name)
            if sha256((folder / name).read_bytes()) != digest:
                self.report(folder / name, 0, "checksum", f"is not the file of SHA256SUMS:{number}")
        for name in sorted(present):
            self.report(folder / name, 0, "checksum", "is not in SHA256SUMS")

    def _card(self, folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
        """The card's entries by config; empty where the card is not of its form."""
        path = folder / "README.md"
        try:
            header, _ = split_card(self._read(path).decode("utf-8"))
        except _UnreadableError:
            return {}, {}
        except ValueError as error:
            self.report(path, 1, "card-malformed", str(error).splitlines()[0])
            return {}, {}
        for name in REQUIRED:
            value = header.get(name)
            values = value if isinstance(value, list) else [value]
            unknown = [item for item in values if not isinstance(item, str) or item not in KNOWN.get(name, set())]
            if not value:
                self.report(path, 0, "card-value", f"{name!r} is missing")
            elif name in KNOWN and unknown:
                self.report(path, 0, "card-value", f"{name!r} has {', '.join(map(repr, sorted(map(str, unknown))))}")
        entries = []
        for name in ("configs", "dataset_info"):
            items = header.get(name)
            by_config = {
                item["config_name"]: item
                for item in (items if isinstance(items, list) else [])
                if isinstance(item, dict) and isinstance(item.get("config_name"), str)
            }
            for config in CONFIGS:
                if config not in by_config:
                    self.report(path, 0, "card-malformed", f"{name!r} does not list {config!r}")
            entries.append(by_config)
        for config, item in entries[0].items():
            if str(item.get("version")) != self.project.version:
                self.report(
                    path,
                    0,
                    "version-stale",
                    f"{config} has {item.get('version')}, pyproject.toml {self.project.version}",
                )
        return entries[0], entries[1]

    def _config(
        self,
        folder: Path,
        config: str,
        path: Path,
        entry: Mapping[str, Any] | None,
        info: Mapping[str, Any] | None,
    ) -> None:
        card = folder / "README.md"
        digest = f"content {sha256(self._read(path))[:16]}"
        if entry is not None and entry.get("description") != digest:
            self.report(card, 0, "digest-stale", f"{config} has {entry.get('description')!r}, the file is {digest!r}")
        file, kind = self._open(path)
        with file:
            if info is not None:
                self._compare(card, config, kind, info, file.metadata.num_rows)
            seen: set[str] = set()
            lines = self._lines(folder / "jsonl" / f"{config}.jsonl")
            for number, (row, line) in enumerate(zip_longest(self._rows(file, kind, path), lines), 1):
                if row != line:
                    missing = "one row too many" if row is None else "a row is missing" if line is None else ""
                    what = missing or "differs from the Parquet"
                    self.report(folder / "jsonl" / f"{config}.jsonl", number, "rows-differ", what)
                if row is not None:
                    self._row(path, number, config, row, seen)

    def _open(self, path: Path) -> tuple[pq.ParquetFile, Features]:
        try:
            file = pq.ParquetFile(path)
            return file, Features.from_arrow_schema(file.schema_arrow)
        except Exception as error:
            raise self._damaged(path, error) from error

    def _damaged(self, path: Path, error: Exception) -> _UnreadableError:
        """Note a file that a library cannot read. What it then raises depends on the bit that flipped."""
        first = (str(error).splitlines() or [""])[0]
        self.report(path, 0, "row-malformed", f"no Parquet that can be read: {type(error).__name__} {first}")
        return _UnreadableError()

    def _compare(self, card: Path, config: str, kind: Features, info: Mapping[str, Any], rows: int) -> None:
        try:
            said = Features._from_yaml_list(info["features"])
            count = info["splits"][0]["num_examples"]
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            self.report(card, 0, "card-malformed", f"the features or splits of {config}: {error!r}")
            return
        if said != kind or list(said) != list(kind):
            names = sorted(n for n in {*said, *kind} if said.get(n) != kind.get(n)) or ["their order"]
            self.report(card, 0, "features-differ", f"{config}: {', '.join(names)}")
        if count != rows:
            self.report(card, 0, "row-count", f"{config} has {rows} rows, the card says {count}")

    def _rows(self, file: pq.ParquetFile, kind: Features, path: Path) -> Iterator[dict[str, Any]]:
        batches, decode = file.iter_batches(batch_size=1000), decoder(kind)
        while True:
            try:
                batch = next(batches, None)
                rows = [] if batch is None else [decode(row) for row in batch.to_pylist()]
            except Exception as error:
                raise self._damaged(path, error) from error
            if batch is None:
                return
            yield from rows

    def _lines(self, path: Path) -> Iterator[dict[str, Any] | None]:
        try:
            for line in jsonl.scan(path):
                if line.problem:
                    self.report(path, line.number, "row-malformed", line.problem)
                yield line.value
        except SaysoError:
            self.report(path, 0, "corpus-missing", "run `sayso build`")
            raise _UnreadableError from None

    def _row(self, path: Path, number: int, config: str, row: dict[str, Any], seen: set[str]) -> None:
        try:
            key, doc_id = row[KEYS[config]], row["doc_id"]
            if key in seen:
                self.report(path, number, "row-duplicate", f"{key} stands twice")
            seen.add(key)
            if row["fold"] != fold(doc_id):
                self.report(
                    path,
                    number,
                    "fold-split",
                    f"{key} is in fold {row['fold']}, its document in {fold(doc_id)}",
                )
            if config == "documents":
                self._documents[doc_id] = len(row["text"])
                self._lineage(path, number, row)
            elif doc_id not in self._documents:
                self.report(path, number, "row-dangling", f"{key}: there is no document {doc_id!r}")
            if config == "sentences":
                self._sentences.add(key)
            elif row.get("sentence_id") is not None and row["sentence_id"] not in self._sentences:
                self.report(path, number, "row-dangling", f"{key}: there is no sentence {row['sentence_id']!r}")
            for start, end, text in _spans(config, row):
                if row["text"][start:end] != text if config != "tokens" else end - start != len(text):
                    self.report(path, number, "row-offset", f"{key}: {start}-{end} is not {text!r}")
        except (KeyError, TypeError, AttributeError) as error:
            self.report(path, number, "row-malformed", f"{error!r}")

    def _lineage(self, path: Path, number: int, row: dict[str, Any]) -> None:
        """Blocks and removals tile the seed, and the seed is the one that the row names."""
        pieces = [(b["seed_start"], b["seed_end"], row["text"][b["start"] : b["end"]]) for b in row["blocks"]]
        pieces += [(r["seed_start"], r["seed_end"], r["text"]) for r in row["removed"]]
        position, whole = 0, []
        for start, end, text in sorted(pieces):
            if start != position or end - start != len(text):
                self.report(
                    path,
                    number,
                    "lineage-broken",
                    f"{row['doc_id']}: nothing stands at {position} of the seed",
                )
                return
            position = end
            whole.append(text)
        joined = "\n".join(row["text"][b["start"] : b["end"]] for b in row["blocks"])
        if hashlib.sha256("".join(whole).encode()).hexdigest() != row["seed_sha256"] or joined != row["text"]:
            self.report(path, number, "lineage-broken", f"{row['doc_id']}: the pieces do not give the seed")

    def _croissant(self, folder: Path) -> None:
        path = folder / "croissant.json"
        try:
            document = json.loads(self._read(path))
            said = {
                item["contentUrl"]: item["sha256"]
                for item in document["distribution"]
                if item["@type"] == "cr:FileObject"
            }
        except _UnreadableError:
            return
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            self.report(path, 0, "croissant", f"not of its form: {error!r}")
            return
        for file in sorted((folder / "data").rglob("*.parquet")):
            name = file.relative_to(folder).as_posix()
            if said.get(name) != sha256(file.read_bytes()):
                self.report(path, 0, "croissant", f"the checksum of {name} is not that of the file")


def _spans(config: str, row: dict[str, Any]) -> Iterator[tuple[int, int, str]]:
    """The spans of a row that cut out a quoted text."""
    if config == "entities":
        yield from ((e["start"], e["end"], e["text"]) for e in row["entities"])
    elif config == "tokens":
        yield from zip(row["starts"], row["ends"], row["tokens"], strict=False)
    elif config == "claims":
        for span in (row["cue"], *row["content"], *([row["holder"]] if row["holder"] else [])):
            yield span["start"], span["end"], span["text"]
