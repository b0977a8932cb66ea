"""A collection from its input to a folder that `load_dataset` reads.

It can be stopped at any moment and goes on where it was: only what is new, changed, or made by other rules is done.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from sayso.collection_summary import CARD_TITLE, Summary, card
from sayso.engines import Engine, Function, Opened, open_engine
from sayso.errors import InputError, SaysoError
from sayso.jobs import REPEATED, Call, Job, Outcome, Progress, count_shard, run_shard, unchanged
from sayso.stores import HALF_MADE, LocalStore, Store
from sayso.streams import COMPRESSIONS
from sayso.tasks import DATA, LINES, MANIFEST, REJECTED, Manifest, Plan, Task, code_version, plan

__all__ = ["Event", "Summary", "process_collection"]

LEARNED = "repeated.json"
"""Of what the lines that recur were learnt."""
CARD = "README.md"
_SCRATCH = re.compile(r"[0-9a-f]{32}/")
PACKED = 0.4
"""Of a compressed file, the bytes to a character, until one knows better."""


class Event(NamedTuple):
    """How far it is.

    Attributes:
        what: `counting` or `processing`.
        done: bytes of the input's files that are done, those done before included.
        total: bytes of all files.
        documents: since the start.
        size: characters of text and bytes of pages since the start.
        failures: documents set aside and tasks failed since the start.
    """

    what: str
    done: int
    total: int
    documents: int
    size: int
    failures: int


def process_collection(
    job: Job,
    *,
    repeated: bool | None = None,
    engine: Engine = "local",
    workers: int | None = None,
    address: str | None = None,
    report: Callable[[Event], None] = lambda _: None,
) -> Summary:
    """Process all of a source into a target.

    In a script of your own, call it under `if __name__ == "__main__":`, as workers import the script.

    Args:
        job: what is to be done.
        repeated: whether to learn the lines that recur over documents, and remove them; by default if the source is
            more than one file, and is cleaned.

    Raises:
        InputError: the source has nothing that can be read, or the target is no place for the output.
        StorageError: a place refused to read or write, or another driver is at work; run again to go on.
    """
    _check_places(job.source, job.target)
    files = job.source.files()
    made = plan(files, job.source.location)
    if "html" in {task.kind for task in made.tasks}:
        _check_extraction()
    with job.target.lock():
        job.target.remove(HALF_MADE)
        with open_engine(engine, workers, address) as opened:
            learning = len(files) > 1 if repeated is None else repeated
            summary = Summary(tasks=len(made.tasks), passed_over=made.passed_over)
            if learning and "clean" in job.recipe.steps:
                sha256, summary.repeated = _learn(job, made, opened, report)
                job = replace(job, repeated=sha256)
            _process(job, made, opened, report, summary)
        job.target.write(CARD, card(summary, job.recipe))
        job.target.remove(HALF_MADE)
    return summary


def _check_places(source: Store, target: Store) -> None:
    one, other = (
        Path(store.root).resolve() if isinstance(store, LocalStore) else store.location for store in (source, target)
    )
    inside = (
        one in other.parents or other in one.parents
        if isinstance(one, Path) and isinstance(other, Path)
        else f"{other}/".startswith(f"{one}/") or f"{one}/".startswith(f"{other}/")
    )
    if one == other or inside:
        raise InputError(target.location, "the output must not be within the input, nor the input within the output")
    if isinstance(other, Path) and other.exists() and not other.is_dir():
        raise InputError(target.location, "there is a file of this name: give a folder for the output")
    strange = _strange(target)
    if strange:
        raise InputError(target.location, f"the folder holds other things ({strange}): give a new one for the output")


def _strange(target: Store) -> str | None:
    """A file of a folder that was not made here, if that is not certain."""
    if any(Manifest.from_bytes(target.read(name)) for name in target.names("manifest")):
        return None
    names = target.names("")
    ours = {path.split("/")[0] for path in (LINES, LEARNED, REPEATED, CARD)}
    # The first task of a run that was killed may have data, and no manifest yet; here its folder is left over then.
    if not isinstance(target, LocalStore) or any(name.startswith(f"{HALF_MADE}/") for name in names):
        ours |= {path.split("/")[0] for path in (DATA, REJECTED)}
    for name in names:
        top, _, rest = name.partition("/")
        if not (_SCRATCH.match(rest) if top == HALF_MADE else top in ours):
            return name
    card = target.read(CARD)
    return None if card is None or CARD_TITLE.encode() in card else CARD


def _check_extraction() -> None:
    from sayso.extraction import extract

    with_text = b"<html><body><article><p>" + b"A page of text. " * 20 + b"</p></article></body></html>"
    extract(with_text)  # raises InputError if its package is not installed


def _process(job: Job, made: Plan, engine: Opened, report: Callable[[Event], None], summary: Summary) -> None:
    calls: list[Call] = []
    for task in made.tasks:
        manifest = unchanged(Call(task, job))
        if manifest:
            summary.add(manifest)
            summary.kept += 1
        else:
            calls.append(Call(task, job))
    before = set(job.target.names("manifest"))
    for outcome in _followed("processing", engine, run_shard, calls, made, report):
        name = outcome.task.name
        if outcome.made is None:
            summary.failed[name] = outcome.problem or ""
            continue
        summary.add(outcome.made)
        summary.kept += outcome.again
        summary.made += not outcome.again
        summary.redone += not outcome.again and MANIFEST.format(name) in before
    outputs = (DATA, MANIFEST, REJECTED)
    there = {output.format(task.name) for task in made.tasks for output in outputs}
    summary.orphans = [
        name for output in outputs for name in job.target.names(output.split("/")[0]) if name not in there
    ]


def _followed(
    what: str, engine: Opened, function: Function, calls: list[Call], made: Plan, report: Callable[[Event], None]
) -> Iterator[Outcome]:
    """The outcomes as they come, telling how far it is.

    Raises:
        SaysoError: one says that the others will fare no better.
    """
    total = sum(task.size for task in made.tasks)
    progress = _Progressing(what, total, total - sum(call.task.size for call in calls))
    report(progress.event())
    with closing(engine.run(function, calls)) as messages:
        for came in messages:
            if came is not None:
                task, message = came
                progress.add(task, message)
                if isinstance(message, Outcome):
                    if message.fatal:
                        raise SaysoError(message.problem)
                    yield message
            report(progress.event())


class _Progressing:
    """How far it is. Of a file that is not done one knows how much text came out, and so, roughly, how much went in."""

    def __init__(self, what: str, total: int, done: int) -> None:
        self._what, self._total, self._done = what, total, done
        self._documents = self._size = self._failures = 0
        self._open: dict[Task, int] = {}
        self._in = self._out = 0

    def add(self, task: Task, message: Outcome | Progress) -> None:
        if isinstance(message, Progress):
            self._documents += message.documents
            self._size += message.size
            self._failures += message.rejected
            self._open[task] = self._open.get(task, 0) + message.size
            return
        self._done += task.size
        self._failures += message.problem is not None
        size = self._open.pop(task, 0)
        if size:
            self._in, self._out = self._in + task.size, self._out + size

    def event(self) -> Event:
        guess = sum(min(0.99 * task.size, size * self._share(task)) for task, size in self._open.items())
        return Event(self._what, self._done + int(guess), self._total, self._documents, self._size, self._failures)

    def _share(self, task: Task) -> float:
        """Bytes of the file to a character of text."""
        if self._out:
            return self._in / self._out
        return PACKED if task.kind == "parquet" or task.files[0].name.lower().endswith(tuple(COMPRESSIONS)) else 1


def _learn(job: Job, made: Plan, engine: Opened, report: Callable[[Event], None]) -> tuple[str, int]:
    """The lines that recur over the collection: the hash of their file in the target, and how many they are."""
    from sayso.repetition import LineCounter

    code = hashlib.sha256(json.dumps([
        {kind: code_version(kind) for kind in sorted({task.kind for task in made.tasks})}, job.text_field, job.id_field,
        job.time_limit, [[[*file] for file in task.files] for task in made.tasks],
    ]).encode()).hexdigest()  # fmt: skip
    learned = _learned(job.target.read(LEARNED))
    committed = job.target.state(LEARNED)
    if learned.get("code") == code and committed and job.target.state(REPEATED):
        states = (job.source.state(file.name) for task in made.tasks for file in task.files)
        if all(state and state.modified and max(state.modified, state.changed or 0) < (committed.modified or 0)
               for state in states):  # fmt: skip
            return learned["sha256"], learned["lines"]
    calls = [Call(task, job) for task in made.tasks]
    outcomes = list(_followed("counting", engine, count_shard, calls, made, report))
    counted = sorted(outcome.task.name for outcome in outcomes if outcome.problem is None)
    with ExitStack() as stack:
        folder = stack.enter_context(job.target.scratch())
        counter = stack.enter_context(LineCounter())
        for path in stack.enter_context(job.target.local([LINES.format(name) for name in counted])):
            counter.absorb(path)
        repeated = counter.finish()
        repeated.write(folder / "lines")
        job.target.put(folder / "lines", REPEATED)
    sha256 = hashlib.sha256(repeated.records.tobytes()).hexdigest()
    if len(counted) == len(calls):  # else the next run counts again
        value = {"code": code, "lines": len(repeated), "sha256": sha256}
        job.target.write(LEARNED, (json.dumps(value, indent=1) + "\n").encode())
        job.target.touch(LEARNED)
    job.target.remove(LINES.split("/", maxsplit=1)[0])
    return sha256, len(repeated)


def _learned(data: bytes | None) -> dict[str, Any]:
    """What was learnt; nothing if that cannot be read."""
    try:
        value = json.loads(data or b"{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) and {"code", "sha256", "lines"} <= value.keys() else {}
