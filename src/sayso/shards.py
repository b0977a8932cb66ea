"""One task from its input to its output: read, work in batches, write, commit.

What is written depends on the input, the recipe and the code, and neither on the engine nor on how often a worker died.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext, suppress
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import IO, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sayso.batches import process, schema, texts
from sayso.cleaning import lines
from sayso.errors import SaysoError, StorageError
from sayso.formats import Shard, shard_of
from sayso.guard import Guard, guarded, isolated
from sayso.jobs import REPEATED, Call, Job, Outcome, Progress, made_alike
from sayso.raw import Raw, Rejected
from sayso.readers import Ids, read_shard
from sayso.repetition import LineCounter, Repeated, host_of
from sayso.storage import disk
from sayso.stores import Store
from sayso.tasks import DATA, LINES, MANIFEST, REJECTED, Made, Manifest, Task, digest
from sayso.workers import Report

__all__ = ["count", "parquet_settings", "run"]

BATCH_ROWS, BATCH_SIZE = 256, 2_000_000
"""A batch is full with so many documents, or so many characters of text or bytes of page."""
GROUP_ROWS, GROUP_SIZE = 10_000, 8_000_000
"""A row group is full with the batch that brings it to so many rows, or so many bytes of clean text."""
BROKEN = ("wrong-format", "unreadable", "truncated", "corrupt", "bomb")
"""The faults after which nobody knows what else a file of many documents held."""


def run(call: Call, report: Report) -> Outcome:
    """Do a task: its data, its rejects and, at last, its manifest. Never raises."""
    return _outcome(_run, call, report)


def count(call: Call, report: Report) -> Outcome:
    """Count the lines of a task, for the lines that recur over the collection. Never raises."""
    return _outcome(_count, call, report)


def parquet_settings(schema: pa.Schema) -> dict[str, Any]:
    """How a processed shard is written: arguments of `pyarrow.parquet.ParquetWriter`."""
    numbers = [path for field in schema for path, kind in _leaves(field, field.name) if pa.types.is_int32(kind)]
    return {
        "compression": "zstd",
        "compression_level": 3,
        # Dictionaries pay where few values recur, and cost memory where each is its own.
        "use_dictionary": ["language", "extractor", "blocks.list.element.kind", "removed.list.element.rule"],
        # Offsets rise by small steps: these take less space, and less time to compress, than the offsets.
        "column_encoding": dict.fromkeys(numbers, "DELTA_BINARY_PACKED"),
    }


def _leaves(field: pa.Field, path: str) -> Iterator[tuple[str, pa.DataType]]:
    """The columns of Parquet that a field becomes: path and type."""
    if pa.types.is_list(field.type):
        yield from _leaves(field.type.value_field, f"{path}.list.element")
    elif pa.types.is_struct(field.type):
        for child in field.type:
            yield from _leaves(child, f"{path}.{child.name}")
    else:
        yield path, field.type


def _outcome(function: Callable[[Call, list[Path], Report], Outcome], call: Call, report: Report) -> Outcome:
    """An error does not travel well between processes, so it is told."""
    task, job = call.task, call.job
    with ExitStack() as stack:
        try:
            paths = stack.enter_context(job.source.local([file.name for file in task.files]))
            before = _states(paths)
        except (SaysoError, OSError) as error:
            return Outcome(task, None, str(error))
        return _done(function, call, paths, report, before)


def _done(
    function: Callable[[Call, list[Path], Report], Outcome],
    call: Call,
    paths: list[Path],
    report: Report,
    before: object,
) -> Outcome:
    task, job = call.task, call.job
    try:
        made = function(call, paths, report)
        if _states(paths) == before:
            return made
        for output in (MANIFEST, DATA, REJECTED):
            job.target.remove(output.format(task.name))
    except (SaysoError, OSError) as error:
        return Outcome(task, None, str(error), fatal=True)
    except Exception as error:
        # A fault of sayso's: the other tasks are not hurt by it.
        return Outcome(task, None, f"{type(error).__name__}: {error}")
    return Outcome(task, None, "the input changed while it was read: run again")


def _states(paths: list[Path]) -> list[tuple[int, int] | None]:
    return [(path.stat().st_size, path.stat().st_mtime_ns) if path.exists() else None for path in paths]


def _run(call: Call, paths: list[Path], report: Report) -> Outcome:
    task, job = call.task, call.job
    manifest_name = MANIFEST.format(task.name)
    sha256 = digest(paths, [file.name for file in task.files])
    old = Manifest.from_bytes(job.target.read(manifest_name))
    if old and old.sha256 == sha256 and made_alike(old, call):
        job.target.touch(manifest_name)
        return Outcome(task, old, again=True)
    recipe = replace(job.recipe, repeated=_repeated(job.target, job.repeated) if job.repeated else None)
    with job.target.scratch() as folder, ExitStack() as stack:
        guard = stack.enter_context(_guard(partial(job.work or process, recipe=recipe), call))
        output = stack.enter_context(_Output(folder, schema(job.recipe)))
        for raws, rejects in _batches(_documents(task, job, paths)):
            output.read += len(raws) + sum(item.documents or 0 for item in rejects)
            output.broken += [f"{x.place}: {x.fault}: {x.problem}" for x in rejects if _is_broken(x, task)]
            parts, set_aside = guard(raws)
            rejects.extend(item for part in parts for item in part.rejected)
            rejects.extend(set_aside)
            output.add([part.documents for part in parts], rejects)
            report(Progress(len(raws), sum(map(_size, raws)), len(rejects)))
        data, rejected = output.finish()
        manifest = Manifest(
            name=task.name, files=len(task.files), size=task.size, sha256=sha256,
            recipe=job.fingerprint(task), read=output.read, out=pq.read_metadata(data).num_rows,
            rejected=dict(output.rejected), broken=output.broken, characters=output.characters, kept=output.kept,
            languages=dict(output.languages), removed=output.removed, data=_made(data),
            rejects=_made(rejected) if rejected else None,
        )  # fmt: skip
        if not manifest.adds_up:
            return Outcome(task, None, f"{manifest.read} documents read, but {manifest.out} out and the rest unknown")
        (folder / "manifest").write_bytes(manifest.to_bytes())
        # Without a manifest there is no output: a reader of manifests never meets new data under an old one.
        job.target.remove(manifest_name)
        job.target.put(data, DATA.format(task.name))
        if rejected:
            job.target.put(rejected, REJECTED.format(task.name))
        else:
            job.target.remove(REJECTED.format(task.name))
        job.target.put(folder / "manifest", manifest_name)
    return Outcome(task, manifest)


def _guard(work: Callable[[Sequence[Raw]], Any], call: Call) -> AbstractContextManager[Guard[Any]]:
    if call.isolated:
        return isolated(work, call.job.time_limit)
    return nullcontext(guarded(work, call.job.time_limit))


@cache
def _repeated(target: Store, sha256: str) -> Repeated:
    """The lines that recur, read once a process; the hash tells one collection's from another's."""
    with target.local([REPEATED]) as (path,):
        repeated = Repeated.read(path)
    if hashlib.sha256(repeated.records.tobytes()).hexdigest() != sha256:
        raise StorageError(f"{target.location}/{REPEATED} was changed: remove it and run again")
    return repeated


def _made(path: Path) -> Made:
    return Made(path.stat().st_size, digest([path], [""]))


def _size(raw: Raw) -> int:
    return len(raw.text) if raw.text is not None else len(raw.html or b"")


class _Batch(NamedTuple):
    raws: list[Raw]
    rejects: list[Rejected]


def _documents(task: Task, job: Job, paths: list[Path]) -> Iterator[Raw | Rejected]:
    """Every document of the task's files; ids are told apart within a task."""
    ids = Ids()
    for file, path in zip(task.files, paths, strict=True):
        # The name within the store, the format by the name of the copy: they end alike.
        shard = Shard(path, file.name, shard_of(path, path.name).format)
        yield from read_shard(shard, text_field=job.text_field, id_field=job.id_field, ids=ids)


def _is_broken(item: Rejected, task: Task) -> bool:
    return item.documents != 1 or (item.fault in BROKEN and task.kind not in ("text", "html"))


def _batches(documents: Iterator[Raw | Rejected]) -> Iterator[_Batch]:
    """Cut by the documents alone, so that row groups come out the same wherever and whenever."""
    batch = _Batch([], [])
    size = 0
    for item in documents:
        if isinstance(item, Rejected):
            batch.rejects.append(item)
        else:
            batch.raws.append(item)
            size += _size(item)
        if len(batch.raws) + len(batch.rejects) >= BATCH_ROWS or size >= BATCH_SIZE:
            yield batch
            batch, size = _Batch([], []), 0
    if batch.raws or batch.rejects:
        yield batch


class _Output:
    """The files of a task while they are made, and what is counted on the way."""

    def __init__(self, folder: Path, schema: pa.Schema) -> None:
        self._data, self._rejected = folder / "data.parquet", folder / "rejected.jsonl"
        self._group: list[pa.RecordBatch] = []
        self._rows = self._bytes = 0
        self._rejects: IO[bytes] | None = None
        self.read = self.characters = self.kept = 0
        self.rejected: Counter[str] = Counter()
        self.languages: Counter[str] = Counter()
        self.removed: dict[str, list[int]] = {}
        self.broken: list[str] = []
        with disk("write", self._data):
            self._writer = pq.ParquetWriter(self._data, schema, **parquet_settings(schema))

    def __enter__(self) -> _Output:
        return self

    def __exit__(self, *_: object) -> None:
        # After an error the folder goes; an error of closing would hide the first.
        for file in (self._writer, self._rejects):
            with suppress(OSError):
                if file:
                    file.close()

    def add(self, documents: Sequence[pa.RecordBatch], rejects: Sequence[Rejected]) -> None:
        for batch in documents:
            self._group.append(batch)
            self._rows += batch.num_rows
            self._bytes += pc.sum(pc.binary_length(batch.column("text"))).as_py() or 0
        if self._rows >= GROUP_ROWS or self._bytes >= GROUP_SIZE:
            self._flush()
        if rejects:
            with disk("write", self._rejected):
                if self._rejects is None:
                    self._rejects = self._rejected.open("wb")
                for item in rejects:
                    self.rejected[item.fault] += item.documents or 0
                    line = json.dumps(item.to_json(), ensure_ascii=False)
                    self._rejects.write(line.encode("utf-8", "replace") + b"\n")

    def finish(self) -> tuple[Path, Path | None]:
        """Close the files.

        Returns:
            the data and, if there are any, the rejects.
        """
        self._flush()
        with disk("write", self._data):
            self._writer.close()
        if self._rejects is None:
            return self._data, None
        with disk("write", self._rejected):
            self._rejects.close()
        return self._data, self._rejected

    def _flush(self) -> None:
        if self._rows:
            batch = pa.concat_batches(self._group)
            self._count(batch)
            with disk("write", self._data):
                self._writer.write_batch(batch)
        self._group, self._rows, self._bytes = [], 0, 0

    def _count(self, batch: pa.RecordBatch) -> None:
        for language, count in zip(*_tally(batch.column("language")), strict=True):
            self.languages[language] += count
        blocks, removed = batch.column("blocks").flatten(), batch.column("removed").flatten()
        kept = _lengths(blocks)
        self.kept += int(pc.sum(kept).as_py() or 0)
        taken = _lengths(removed)
        self.characters += int(pc.sum(kept).as_py() or 0) + int(pc.sum(taken).as_py() or 0)
        rules = removed.field("rule")
        for rule, count in zip(*_tally(rules), strict=True):
            own = self.removed.setdefault(rule, [0, 0])
            own[0] += count
            own[1] += int(pc.sum(taken.filter(pc.equal(rules, rule))).as_py())


def _tally(values: pa.Array) -> tuple[list[str], list[int]]:
    counted = pc.value_counts(values)
    return counted.field("values").to_pylist(), counted.field("counts").to_pylist()


def _lengths(spans: pa.StructArray) -> pa.Array:
    return pc.subtract(spans.field("seed_end"), spans.field("seed_start")).cast(pa.int64())


def _count(call: Call, paths: list[Path], report: Report) -> Outcome:
    task, job = call.task, call.job
    with job.target.scratch() as folder, _guard(texts, call) as guard, LineCounter() as counter:
        for raws, _ in _batches(_documents(task, job, paths)):
            for part in guard(raws)[0]:
                for text, url in part:
                    counter.add(lines(text), host_of(url))
            report(Progress(len(raws), sum(map(_size, raws)), 0))
        with disk("write", folder):
            counter.save(folder / "lines")
        job.target.put(folder / "lines", LINES.format(task.name))
    return Outcome(task, None)
