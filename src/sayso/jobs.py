"""What is asked of workers and what they answer, and whether it has been done before.

A driver needs no more than this: what does the work, in `sayso.shards`, is imported by workers alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from sayso.recipe import Recipe, model_version
from sayso.stores import State, Store
from sayso.tasks import MANIFEST, Manifest, Task, code_version

if TYPE_CHECKING:
    from sayso.batches import Processed
    from sayso.workers import Report

__all__ = [
    "REPEATED",
    "Call",
    "Job",
    "Outcome",
    "Progress",
    "count_shard",
    "made_alike",
    "run_shard",
    "unchanged",
]

REPEATED = "repeated"
"""The lines that recur, within the output."""


@dataclass(frozen=True, slots=True)
class Job:
    """What all tasks of a run have in common. It is sent to workers.

    Attributes:
        repeated: the sha256 of the lines that recur, which are in the target; None to do without.
        text_field: where JSONL and Parquet have the text.
        id_field: where they have the id.
        time_limit: seconds of processor time for a document.
        work: makes what is written of a batch, as `sayso.batches.process` does, which is meant by None.
    """

    source: Store
    target: Store
    recipe: Recipe = field(default_factory=Recipe)
    repeated: str | None = None
    text_field: str = "text"
    id_field: str | None = None
    time_limit: float = 60.0
    work: Callable[..., Processed] | None = None

    def fingerprint(self, task: Task) -> str:
        """A hash of all that decides what comes of a task, but for the contents of its files."""
        suggesting = "suggest" in self.recipe.steps
        settings = {
            "code": code_version(task.kind, suggesting=suggesting), "profile": self.recipe.profile,
            "steps": self.recipe.steps, "model": model_version(self.recipe.model) if suggesting else None,
            "repeated": self.repeated, "text_field": self.text_field, "id_field": self.id_field,
            "time_limit": self.time_limit, "files": [file.name for file in task.files],
            "work": self.work and f"{self.work.__module__}.{self.work.__qualname__}",
        }  # fmt: skip
        return hashlib.sha256(json.dumps(settings).encode()).hexdigest()


class Call(NamedTuple):
    """One task for a worker.

    Attributes:
        isolated: whether to take care, since a worker died of it, or beside it.
    """

    task: Task
    job: Job
    isolated: bool = False


class Progress(NamedTuple):
    """How far a task has come since the last report.

    Attributes:
        size: characters of text or bytes of pages.
    """

    documents: int
    size: int
    rejected: int


class Outcome(NamedTuple):
    """What came of a task.

    Attributes:
        made: the manifest; None if there is none, or nothing but lines was counted.
        problem: why the task could not be done.
        fatal: whether the others will fare no better.
        again: whether it had been done before, with the same outcome.
    """

    task: Task
    made: Manifest | None
    problem: str | None = None
    fatal: bool = False
    again: bool = False


def run_shard(call: Call, report: Report) -> Outcome:
    """Do a task: its data, its rejects and, at last, its manifest. Never raises."""
    from sayso.shards import run

    return run(call, report)


def count_shard(call: Call, report: Report) -> Outcome:
    """Count the lines of a task, for the lines that recur over the collection. Never raises."""
    from sayso.shards import count

    return count(call, report)


def unchanged(call: Call) -> Manifest | None:
    """The manifest of a task that was done, if sizes and times alone tell that it would come out the same."""
    task, job = call.task, call.job
    name = MANIFEST.format(task.name)
    manifest = Manifest.from_bytes(job.target.read(name))
    if not manifest or not made_alike(manifest, call):
        return None
    committed = job.target.state(name)
    states = [job.source.state(file.name) for file in task.files]
    return manifest if committed and all(_older(state, committed) for state in states) else None


def made_alike(manifest: Manifest, call: Call) -> bool:
    """Whether a manifest is of the same files and settings, and its output is there."""
    return (
        manifest.recipe == call.job.fingerprint(call.task)
        and (manifest.files, manifest.size) == (len(call.task.files), call.task.size)
        and manifest.stands(call.job.target)
    )


def _older(state: State | None, than: State) -> bool:
    """Whether a file was certainly there, as it is, before another was written."""
    if state is None or state.modified is None or than.modified is None:
        return False
    return max(state.modified, state.changed or 0) < than.modified
