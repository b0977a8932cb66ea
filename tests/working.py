"""What goes wrong with documents, as functions that workers can import: each goes wrong on a marked document only."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from sayso.batches import Processed, process
from sayso.jobs import Job
from sayso.raw import Raw
from sayso.recipe import Recipe
from sayso.stores import LocalStore


def marked(raws: Sequence[Raw], mark: str) -> bool:
    return any(mark in (raw.text or "") for raw in raws)


def failing(raws: Sequence[Raw], recipe: Recipe) -> Processed:
    if marked(raws, "POISON"):
        raise ValueError(f"cannot work on {object()}")
    return process(raws, recipe)


def endless(raws: Sequence[Raw], recipe: Recipe) -> Processed:
    while marked(raws, "ENDLESS"):
        # A library that catches every `Exception` does not catch the end of its time.
        with contextlib.suppress(Exception):
            sum(range(1000))
    return process(raws, recipe)


def stuck(raws: Sequence[Raw], recipe: Recipe) -> Processed:
    """Never comes back to Python: it waits for a lock that it holds."""
    if marked(raws, "STUCK"):
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGPROF])
        while True:
            time.sleep(0.1)
    return process(raws, recipe)


def deadly(raws: Sequence[Raw], recipe: Recipe) -> Processed:
    if marked(raws, "DEADLY"):
        os.kill(os.getpid(), signal.SIGKILL)
    return process(raws, recipe)


def slowly(raws: Sequence[Raw], recipe: Recipe) -> Processed:
    time.sleep(0.15)
    return process(raws, recipe)


def noted(raws: Sequence[Raw], recipe: Recipe) -> Processed:
    """Slow work that leaves a note of the node that it is done on."""
    (Path(os.environ["NOTES"]) / os.environ["NODE"]).touch()
    return slowly(raws, recipe)


def measured(raws: Sequence[Raw], recipe: Recipe) -> Processed:
    """Write down the most memory that this process has ever had, in MiB."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    Path(os.environ["PEAK"]).write_text(str(int(line.split()[1]) // 1024))
    return process(raws, recipe)


def write_jsonl(path: Path, texts: Iterable[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        for i, text in enumerate(texts):
            file.write(json.dumps({"id": f"{path.stem}-{i}", "text": text}) + "\n")
    return path


def story(number: int) -> str:
    """An invented text, each with its own lines."""
    first = f"The harbour of Lund opened its gate number {number} on Monday, after a winter of {number} storms."
    return f"Gate {number} opens\n\n{first}\nNobody had thought that ship {number} would come back so soon.\nShare this article\n"


def digests(folder: Path) -> dict[str, str]:
    """The hash of every file of an output."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def job(source: Path, target: Path, **settings: object) -> Job:
    return Job(LocalStore(source), LocalStore(target), **settings)  # type: ignore[arg-type]
