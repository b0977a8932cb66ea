"""Lines that recur over many documents of one host, or of one collection: boilerplate in any language.

Counting is exact but for two lines that share a 64-bit hash (for a thousand million different lines the chance that any
two do is 1 in 37), takes one pass, and holds at most `HELD` counts in memory: more are sorted and spilled to a
temporary folder, then merged. What is kept at the end is 12 bytes for each line that recurs.

A line that recurs within documents is a table's cell or a label of a list, and no boilerplate, so it is not counted as
such: `benchmarks/cleaning.py` shows what that is worth.
"""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt
from xxhash import xxh3_64_intdigest

from sayso.storage import write_file

__all__ = ["COLLECTION", "LineCounter", "Repeated", "host_of"]

COLLECTION = ""
"""The scope of all documents."""
IN_HOST, IN_COLLECTION = 3, 10
"""In how many documents of a host, and of the whole collection, a line must stand."""
PER_HOST, PER_COLLECTION = 3.0, 1.2
"""How often it may stand in each of them on average."""
HELD = 4_000_000
"""Counts in memory, of 16 bytes each."""
MOST_RUNS = 256
"""Files that are merged at a time."""

_RECORD = np.dtype([("key", "<u8"), ("documents", "<u4"), ("seen", "<u4")])
_KEPT = np.dtype([("key", "<u8"), ("documents", "<u4")])
_DIGITS = re.compile(r"[0-9]+")
_WORD = re.compile(r"[^\W\d_]{2}")
Records = npt.NDArray[Any]


def host_of(url: str | None) -> str:
    """The host that a document is from, lower case; `COLLECTION` if nobody knows."""
    try:
        return (urlsplit(url).hostname or COLLECTION) if url else COLLECTION
    except ValueError:
        return COLLECTION


def _keys(lines: Iterable[str], scope: str) -> list[int | None]:
    """A hash of each line in a scope, the same for lines that differ in numbers or capitals; None without a word."""
    head = scope.encode() + b"\0"
    return [
        xxh3_64_intdigest(head + _DIGITS.sub("0", line.casefold()).encode("utf-8", "surrogatepass"))
        if _WORD.search(line) else None
        for line in lines
    ]  # fmt: skip


class LineCounter:
    """Counts in how many documents each line stands. A context manager: what it spilled is removed at its end."""

    def __init__(self) -> None:
        self._held: list[Records] = []
        self._size = 0
        self._runs: list[Path] = []
        self._files = 0
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> LineCounter:
        return self

    def __exit__(self, *_: object) -> None:
        if self._folder:
            self._folder.cleanup()

    def add(self, lines: Sequence[str], host: str = COLLECTION) -> None:
        """Count the lines of one document, without the white space at their edges."""
        for scope in {COLLECTION, host}:
            seen = Counter(key for key in _keys(lines, scope) if key is not None)
            records = np.empty(len(seen), _RECORD)
            records["key"] = np.fromiter(seen.keys(), np.uint64, len(seen))
            records["documents"] = 1
            records["seen"] = np.fromiter(seen.values(), np.uint32, len(seen))
            # The scope is not needed once the lines are told apart, but for which limits hold: an odd key is a host's.
            records["key"] = (records["key"] & ~np.uint64(1)) | np.uint64(scope != COLLECTION)
            self._held.append(records)
            self._size += len(records)
        if self._size > HELD:
            self._compact()
            if self._size > HELD // 2:
                self._spill()

    def _compact(self) -> None:
        self._held = [_summed(np.concatenate(self._held))] if self._held else []
        self._size = sum(map(len, self._held))

    def _spill(self) -> None:
        path = self._file()
        self._held[0].tofile(path)
        self._runs.append(path)
        self._held, self._size = [], 0

    def _file(self) -> Path:
        self._folder = self._folder or tempfile.TemporaryDirectory(prefix="sayso-lines-")
        self._files += 1
        return Path(self._folder.name) / f"{self._files}.run"

    def absorb(self, path: Path) -> None:
        """Count in what another counter saved."""
        self._runs.append(path)
        if len(self._runs) >= MOST_RUNS:
            merged = self._file()
            with merged.open("wb") as file:
                for records in self._merged():
                    records.tofile(file)
            self._runs, self._held, self._size = [merged], [], 0

    def save(self, path: Path) -> None:
        """Write all counts to a file, for `absorb` of another counter."""
        with path.open("wb") as file:
            for records in self._merged():
                records.tofile(file)

    def finish(self) -> Repeated:
        """The lines that recur often enough."""
        kept = [_recurring(records) for records in self._merged()]
        return Repeated(np.concatenate(kept) if kept else np.empty(0, _KEPT))

    def _merged(self) -> Iterator[Records]:
        """All counts, one a key, by key, a part of them at a time."""
        self._compact()
        runs: list[Records] = [np.memmap(path, _RECORD, "r") for path in self._runs if path.stat().st_size]
        runs += [held for held in self._held if len(held)]
        # So many parts that each fits in memory.
        parts = max(1, sum(map(len, runs)) * 2 // HELD)
        edges = [(part << 64) // parts for part in range(parts)]
        for low, high in zip(edges, [*edges[1:], None], strict=True):
            cuts = []
            for run in runs:
                start = np.searchsorted(run["key"], np.uint64(low))
                end = len(run) if high is None else np.searchsorted(run["key"], np.uint64(high))
                cuts.append(run[start:end])
            if cuts:
                yield _summed(np.concatenate(cuts))


def _summed(records: Records) -> Records:
    """One record a key, in their order."""
    if not len(records):
        return records
    records = records[np.argsort(records["key"], kind="stable")]
    firsts = np.flatnonzero(np.r_[True, records["key"][1:] != records["key"][:-1]])
    summed = records[firsts]
    summed["documents"] = np.add.reduceat(records["documents"], firsts)
    summed["seen"] = np.add.reduceat(records["seen"], firsts)
    return summed


def _recurring(records: Records) -> Records:
    of_host = (records["key"] & np.uint64(1)).astype(bool)
    documents, seen = records["documents"].astype(np.int64), records["seen"].astype(np.int64)
    # Per-cent, so that no rounding can decide.
    most = np.where(of_host, round(PER_HOST * 100), round(PER_COLLECTION * 100))
    good = (documents >= np.where(of_host, IN_HOST, IN_COLLECTION)) & (seen * 100 <= documents * most)
    kept = np.empty(int(good.sum()), _KEPT)
    kept["key"], kept["documents"] = records["key"][good], records["documents"][good]
    return kept


@dataclass(frozen=True, slots=True, eq=False)
class Repeated:
    """The lines that recur in a collection.

    Attributes:
        records: `key` and `documents`, by key.
    """

    records: Records

    def __len__(self) -> int:
        return len(self.records)

    def counts(self, lines: Sequence[str], host: str = COLLECTION) -> list[int]:
        """In how many documents each line recurs, of the host if it does there; 0 for a line that does not."""
        found = self._counts(lines, COLLECTION)
        if host != COLLECTION:
            found = [own or everywhere for own, everywhere in zip(self._counts(lines, host), found, strict=True)]
        return found

    def _counts(self, lines: Sequence[str], scope: str) -> list[int]:
        keys = _keys(lines, scope)
        wanted = np.fromiter((key or 0 for key in keys), np.uint64, len(keys))
        wanted = (wanted & ~np.uint64(1)) | np.uint64(scope != COLLECTION)
        if not len(self.records):
            return [0] * len(keys)
        place = np.minimum(np.searchsorted(self.records["key"], wanted), len(self.records) - 1)
        hit = self.records["key"][place] == wanted
        counts: list[int] = np.where(hit, self.records["documents"][place], 0).tolist()
        return [0 if key is None else count for key, count in zip(keys, counts, strict=True)]

    def write(self, path: Path) -> None:
        """Keep them in a file, whole or not at all."""
        write_file(path, self.records.tobytes())

    @classmethod
    def read(cls, path: Path) -> Repeated:
        """What `write` wrote."""
        return cls(np.frombuffer(path.read_bytes(), _KEPT))
