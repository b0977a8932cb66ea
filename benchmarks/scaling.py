"""What it costs to bring documents to many processors, and what a large collection would take.

    .venv/bin/python benchmarks/scaling.py [--megabytes 720] [--json]    it takes forty minutes
    .venv/bin/python benchmarks/scaling.py --write docs/scale.md    measure, and bring the document up to date
    .venv/bin/python benchmarks/scaling.py --plan FILE.json         print the plans from what --json gave

The same work on the same files: by a bare loop of `process`, by our engines, and by peers that are installed. All are
given `sayso.batches.process` and write Parquet alike; only how documents come to it and rows to the disk differs. Two
bare loops at once, each on half of the files, show what a second core of this machine is worth. Each run is a process
of its own; its processor time is that of all its descendants, from /proc, so this runs on Linux only. Jobs on Ray find
a cluster that is up, and their processor time is what they add to what it takes at rest; what it takes to start one is
told by itself.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import importlib.util
import json
import multiprocessing
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from synthetic import Press
from timing import Row, show, versions

HERE = Path(__file__).resolve()
SHARDS = 8
BATCH, GROUP = 256, 12
"""Documents of a batch, and batches of a row group, where an engine leaves them to us."""
MARKS = {
    "overhead of the pool": 1.10, "speed of 2 workers": 1.8, "CPU of Ray": 1.3,
    "CPU of Ray to datatrove's": 1.0, "CPU of Ray to Ray Data's": 1.0,
}  # fmt: skip
PRICE = 0.05
"""Of an hour of one core, in dollars: a stated assumption, not a measurement."""
NETWORK = 1.25e9
"""Bytes a second that a machine reads from where the collection is: a stated assumption, 10 Gbit/s."""
MACHINE = 64
"""Cores of a machine: a stated assumption."""
ON_THE_WEB = 1e12
PR_SET_CHILD_SUBREAPER = 36

JOBS = ("loop", "two loops", "pool 1", "pool 2", "ray 2", "datatrove 2", "datatrove 2, our writer", "Ray Data 2")
ON_CLUSTER = ("ray 2", "Ray Data 2")
SETTLED = 5.0
"""Seconds in which a cluster that has started comes to rest."""
NEEDS = {"ray 2": "ray", "datatrove 2": "datatrove", "datatrove 2, our writer": "datatrove", "Ray Data 2": "ray"}


class Run(NamedTuple):
    """One run: seconds on the clock, and of processors."""

    wall: float
    cpu: float


# -- what is run, each in a process of its own


def loop(source: Path, target: Path, first: int = 0, step: int = 1) -> None:
    """No protocol: read, process in batches, write; each file, or every so many from one on."""
    from sayso.batches import process
    from sayso.raw import Raw
    from sayso.readers import read_shard, shards
    from sayso.recipe import Recipe

    target.mkdir()
    for shard in list(shards(source))[first::step]:
        with writing(target / f"{shard.name}.parquet") as write:
            batch: list[Raw] = []
            for item in read_shard(shard):
                if isinstance(item, Raw):
                    batch.append(item)
                if len(batch) == BATCH:
                    write(process(batch, Recipe()).documents)
                    batch = []
            if batch:
                write(process(batch, Recipe()).documents)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[Callable[[Any], None]]:
    """What a shard of ours looks like, with row groups of about the same size, for those that have no writer for it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from sayso.batches import PROCESSED
    from sayso.shards import parquet_settings

    group: list[Any] = []

    def write(batch: Any) -> None:
        group.append(batch)
        if len(group) == GROUP:
            flush()

    def flush() -> None:
        writer.write_batch(pa.concat_batches(group))
        group.clear()

    with pq.ParquetWriter(path, PROCESSED, **parquet_settings(PROCESSED)) as writer:
        yield write
        if group:
            flush()


def two_loops(source: Path, target: Path) -> None:
    target.mkdir()
    new = multiprocessing.get_context("spawn").Process
    halves = [new(target=loop, args=(source, target / str(half), half, 2)) for half in range(2)]
    for half in halves:
        half.start()
    for half in halves:
        half.join()
    if any(half.exitcode for half in halves):
        raise SystemExit("a loop failed")


def ours(
    source: Path, target: Path, engine: str, workers: int, *, repeated: bool = False, address: str | None = None
) -> None:
    from sayso.collection import process_collection
    from sayso.jobs import Job
    from sayso.stores import LocalStore

    job = Job(LocalStore(source), LocalStore(target))
    summary = process_collection(job, repeated=repeated, engine=engine, workers=workers, address=address)  # type: ignore[arg-type]
    if not summary.complete:
        raise SystemExit(f"failed: {summary.failed}")


def columns(texts: list[str], ids: list[str]) -> Any:
    """What a peer calls."""
    from sayso.batches import process
    from sayso.raw import Place, Raw
    from sayso.recipe import Recipe

    raws = [Raw(id, Place("peer", i), text) for i, (id, text) in enumerate(zip(ids, texts, strict=True), start=1)]
    return process(raws, Recipe()).documents


def in_ray_data(source: Path, target: Path, address: str) -> None:
    import pyarrow as pa
    import ray

    from sayso.batches import PROCESSED
    from sayso.shards import parquet_settings

    ray.init(address=address, log_to_driver=False)

    def batch(table: pa.Table) -> pa.Table:
        return pa.Table.from_batches([columns(table["text"].to_pylist(), table["id"].to_pylist())])

    data = ray.data.read_json(str(source))
    processed = data.map_batches(batch, batch_format="pyarrow", batch_size=BATCH)
    processed.write_parquet(str(target), **parquet_settings(PROCESSED))


def in_datatrove(source: Path, target: Path) -> None:
    """As its users do it: documents from its reader, rows to its writer."""
    from datatrove.pipeline.writers import ParquetWriter

    from sayso.batches import PROCESSED

    def processed(data: Iterator[Any], rank: int = 0, world_size: int = 1) -> Iterator[Any]:
        del rank, world_size
        for documents, rows in _batches(data):
            for document, row in zip(documents, rows.to_pylist(), strict=True):
                document.metadata = row
                yield document

    def adapter(_: object, document: Any) -> dict[str, Any]:
        row: dict[str, Any] = document.metadata
        return row

    _run_datatrove(
        source, target, [processed, ParquetWriter(str(target), compression="zstd", schema=PROCESSED, adapter=adapter)]
    )


def in_datatrove_with_our_writer(source: Path, target: Path) -> None:
    """A step of our own writes columns as they are, as no writer of datatrove's does."""

    def written(data: Iterator[Any], rank: int = 0, world_size: int = 1) -> Iterator[Any]:
        del world_size
        with writing(target / f"{rank}.parquet") as write:
            for documents, rows in _batches(data):
                write(rows)
                yield from documents

    target.mkdir()
    _run_datatrove(source, target, [written])


def _run_datatrove(source: Path, target: Path, steps: list[Any]) -> None:
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.readers import JsonlReader

    pipeline = [JsonlReader(str(source)), *steps]
    LocalPipelineExecutor(pipeline=pipeline, tasks=SHARDS, workers=2, logging_dir=str(target / "logs")).run()


def _batches(data: Iterator[Any]) -> Iterator[tuple[list[Any], Any]]:
    """Documents of datatrove's, and their rows."""
    while batch := list(islice(data, BATCH)):
        yield batch, columns([document.text for document in batch], [document.id for document in batch])


def run_job(name: str, source: Path, target: Path, address: str) -> None:
    jobs = {
        "loop": lambda: loop(source, target),
        "two loops": lambda: two_loops(source, target),
        "pool 1": lambda: ours(source, target, "local", 1),
        "pool 2": lambda: ours(source, target, "local", 2),
        "pool 2, repeated": lambda: ours(source, target, "local", 2, repeated=True),
        "ray 2": lambda: ours(source, target, "ray", 2, address=address),
        "datatrove 2": lambda: in_datatrove(source, target),
        "datatrove 2, our writer": lambda: in_datatrove_with_our_writer(source, target),
        "Ray Data 2": lambda: in_ray_data(source, target, address),
    }
    jobs[name]()


# -- how it is measured


@contextlib.contextmanager
def cluster() -> Iterator[tuple[str, float, float]]:
    """A Ray cluster of this machine, at rest: its address, the processor time of its start, and a second's at rest."""
    import ray.util

    with socket.socket() as free:
        free.bind(("", 0))
        port = free.getsockname()[1]
    folder = tempfile.mkdtemp(prefix="ray")  # it puts sockets there, whose paths must be short
    command = [
        sys.executable, "-c", "from ray.scripts.scripts import main; main()", "start", "--head", "--block",
        "--num-cpus=2", f"--port={port}", f"--temp-dir={folder}",
        "--include-dashboard=false",
    ]  # fmt: skip
    environment = {**os.environ, "RAY_USAGE_STATS_ENABLED": "0"}
    quiet = subprocess.DEVNULL
    host: str = ray.util.get_node_ip_address()  # type: ignore[no-untyped-call]  # it takes no other name of this machine
    address = f"{host}:{port}"
    before = sum(processor_times(os.getpid()).values())
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet, env=environment, start_new_session=True)
    try:
        end = time.monotonic() + 60
        while not _listens(address):
            if time.monotonic() > end or process.poll() is not None:
                raise SystemExit("Ray does not start")
            time.sleep(0.2)
        spent = -1.0
        while (now := sum(processor_times(os.getpid()).values())) - spent > 0.05 * SETTLED:
            spent = now
            time.sleep(SETTLED)
        yield address, now - before, (now - spent) / SETTLED
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait()
        for child in processor_times(os.getpid()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        _reap()
        shutil.rmtree(folder, ignore_errors=True)


def _listens(address: str) -> bool:
    host, port = address.split(":")
    with contextlib.suppress(OSError), socket.create_connection((host, int(port)), timeout=1):
        return True
    return False


def _reap() -> None:
    """Those that outlive their maker by a moment are ours then."""
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


def measured(name: str, source: Path, target: Path, address: str = "", rest: float = 0.0) -> Run:
    """Run a job.

    Args:
        rest: processor seconds that the cluster takes in a second without a job.
    """
    environment = {**os.environ, "RAY_USAGE_STATS_ENABLED": "0", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(HERE), "--job", name, str(source), str(target), address]
    before = processor_times(os.getpid())
    began = time.monotonic()
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(command, stdout=told, stderr=told, env=environment)
        seconds: dict[int, float] = {}
        # Workers may be reaped by makers that count no times, so all are looked at while they run.
        while process.poll() is None:
            seconds.update(processor_times(os.getpid()))
            time.sleep(0.1)
        wall = time.monotonic() - began
        if process.returncode:
            told.seek(0)
            raise SystemExit(f"{name}: {told.read().decode()[-2000:]}")
    if not address:
        _reap()
    spent = sum(spent - before.get(number, 0.0) for number, spent in seconds.items())
    return Run(wall, spent - rest * wall)


def processor_times(process: int) -> dict[int, float]:
    """The processor time of each descendant of a process so far, in seconds."""
    times: dict[int, float] = {}
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            for child in map(int, children.read_text().split()):
                # After the name, which may hold spaces, come the fields from the third on.
                fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
                times[child] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
                times.update(processor_times(child))
    return times


def write_input(folder: Path, megabytes: float) -> int:
    """Invented news as JSONL, each file of a press of its own; how many documents."""
    folder.mkdir()
    # No other way of starting leaves no process behind: `_reap` would wait for it.
    with multiprocessing.get_context("fork").Pool() as pool:
        sizes = [(folder, shard, megabytes * 1e6 / SHARDS) for shard in range(SHARDS)]
        return sum(pool.starmap(write_shard, sizes, chunksize=1))


def write_shard(folder: Path, shard: int, size: float) -> int:
    press = iter(Press(shard).documents(100_000_000))
    count = 0
    with (folder / f"{shard}.jsonl").open("w") as file:
        while file.tell() < size:
            file.write(json.dumps({"id": f"{shard}-{count}", "text": next(press).text}) + "\n")
            count += 1
    return count


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def measure(megabytes: float, repeat: int) -> dict[str, Any]:
    """All figures that the plans need."""
    os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(16)}
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory(prefix="sayso-scaling-") as scratch:
        folder = Path(scratch)
        documents = write_input(folder / "in", megabytes)
        absent = [name for name, package in NEEDS.items() if not importlib.util.find_spec(package)]
        names = [*(name for name in JOBS if name not in absent), "pool 2, repeated"]
        runs: dict[str, Run] = {}
        starts: list[float] = []
        for _ in range(repeat):  # they take turns, so that a busy minute hits all alike
            for name in names:
                target = folder / "out"
                shutil.rmtree(target, ignore_errors=True)
                if name in ON_CLUSTER:
                    with cluster() as (address, start, rest):
                        run = measured(name, folder / "in", target, address, rest)
                    starts.append(start)
                else:
                    run = measured(name, folder / "in", target)
                best = runs.get(name, run)
                runs[name] = Run(min(best.wall, run.wall), min(best.cpu, run.cpu))
        size = size_of(folder / "in")
        out = size_of(target / "data")
        skip = looked_at(folder / "in", target)
        pages = measure_pages()
    return {
        "documents": documents, "bytes": size, "bytes out": out, "skip seconds a file": skip, "cores": os.cpu_count(),
        "runs": {name: run._asdict() for name, run in sorted(runs.items(), key=lambda item: names.index(item[0]))},
        "absent": absent, "pages": pages, "start of Ray": min(starts, default=None),
        "versions": versions("sayso", "pyarrow"),
    }  # fmt: skip


def looked_at(source: Path, target: Path) -> float:
    """Seconds in which a driver sees of one file that it is done."""
    from sayso.jobs import Call, Job, unchanged
    from sayso.stores import LocalStore
    from sayso.tasks import plan

    ours(source, target, "local", 2)
    job = Job(LocalStore(source), LocalStore(target))
    calls = [Call(task, job) for task in plan(job.source.files(), str(source)).tasks] * 50
    began = time.monotonic()
    if not all(unchanged(call) for call in calls):
        raise SystemExit("what was done just now is taken for changed")
    return (time.monotonic() - began) / len(calls)


def measure_pages() -> dict[str, float] | None:
    """Bytes of page that one core extracts and processes in a second; None where extraction is not installed."""
    if not importlib.util.find_spec("trafilatura"):
        return None
    from sayso.batches import process
    from sayso.raw import Place, Raw
    from sayso.recipe import Recipe

    links = "".join(f'<li><a href="/{i}">Section {i}</a></li>' for i in range(200))
    raws = []
    for i, made in enumerate(Press().documents(60)):
        body = "".join(f"<p>{line}</p>" for line in made.text.splitlines() if line)
        menu = f"<nav><ul>{links}</ul></nav>"
        page = f"<html><head><title>{i}</title></head><body>{menu}<article>{body}</article></body></html>"
        raws.append(Raw(str(i), Place("page", i + 1), None, page.encode()))
    process(raws[:5], Recipe())
    began = time.process_time()
    process(raws[5:], Recipe())
    seconds = time.process_time() - began
    return {"bytes a second": sum(len(raw.html or b"") for raw in raws[5:]) / seconds}


# -- what it means


def rows(figures: Mapping[str, Any]) -> list[Row]:
    runs = {name: Run(**run) for name, run in figures["runs"].items()}
    made: list[Row] = [
        {
            "engine": name, "wall s": run.wall, "CPU s": run.cpu, "MB/s": figures["bytes"] / 1e6 / run.wall,
            "CPU / loop": run.cpu / runs["loop"].cpu,
        }
        for name, run in runs.items()
    ]  # fmt: skip
    return made + [{"engine": name, "wall s": "absent"} for name in figures["absent"]]


def facts(figures: Mapping[str, Any]) -> Row:
    runs = {name: Run(**run) for name, run in figures["runs"].items()}
    found = {
        "overhead of the pool": runs["pool 1"].wall / runs["loop"].wall,
        "speed of 2 workers": runs["pool 1"].wall / runs["pool 2"].wall,
    }
    alone = runs["loop"].wall / runs["two loops"].wall
    if "ray 2" in runs:
        found["CPU of Ray"] = runs["ray 2"].cpu / runs["pool 2"].cpu
        for peer in ("datatrove", "Ray Data"):
            if f"{peer} 2" in runs:
                found[f"CPU of Ray to {peer}'s"] = runs["ray 2"].cpu / runs[f"{peer} 2"].cpu
    made: Row = {"documents": figures["documents"], "MB": figures["bytes"] / 1e6, "cores": figures["cores"]}
    for name, value in found.items():
        good = value >= MARKS[name] if name.startswith("speed") else value <= MARKS[name]
        made[name] = f"{value:.2f} (mark {MARKS[name]:g}: {'reached' if good else 'missed'})"
    made["speed of two bare loops"] = f"{alone:.2f}"
    if figures["start of Ray"] is not None:
        made["CPU s to start Ray"] = f"{figures['start of Ray']:.1f}"
    return {**made, **figures["versions"]}


def plans(figures: Mapping[str, Any], price: float) -> list[tuple[str, list[str], list[list[str]]]]:
    """Tables: what was measured, and 1 TB and 100 TB of input by it."""
    runs = {name: Run(**run) for name, run in figures["runs"].items()}
    ray = runs["ray 2"].cpu / runs["pool 2"].cpu if "ray 2" in runs else 1.0
    rates = {"texts": figures["bytes"] / runs["pool 2"].cpu}
    rates["texts, repeated lines"] = figures["bytes"] / runs["pool 2, repeated"].cpu
    if figures["pages"]:
        rates["pages"] = figures["pages"]["bytes a second"]
    made = [
        ("Measured", ["", "figure"], [
            *([f"{kind}: MB a second of one core", f"{rate / 1e6:.2f}"] for kind, rate in rates.items()),
            ["Ray's processor time to the pool's", f"{ray:.2f}"],
            ["bytes out to bytes in", f"{figures['bytes out'] / figures['bytes']:.2f}"],
            ["a file that is done, looked at again", f"{figures['skip seconds a file'] * 1000:.1f} ms"],
        ])
    ]  # fmt: skip
    for terabytes, shard in ((1, 256e6), (100, 1e9)):
        size = terabytes * ON_THE_WEB
        files = size / shard
        table = []
        for kind, rate in rates.items():
            hours = size / rate * ray / 3600
            machines = 1 if terabytes == 1 else 32
            days = hours / (machines * MACHINE) / 24
            network = size * (2 if "repeated" in kind else 1) / (machines * NETWORK) / 3600
            bound = "processors" if days * 24 > network else "network"
            table.append([
                kind, f"{hours:,.0f}", f"{machines} x {MACHINE}", f"{days * 24:,.1f} h", bound,
                f"{network:,.2f} h", f"{hours * price:,.0f} $",
            ])  # fmt: skip
        title = f"{terabytes} TB in {files:,.0f} files of {shard / 1e6:,.0f} MB"
        table_head = ["input", "core-hours", "machines x cores", "time", "bound by", "reading alone", "cost"]
        made.append((title, table_head, table))
        driver = files * figures["skip seconds a file"]
        made.append((f"{terabytes} TB: what else it takes", ["", ""], [
            ["space for the output", f"{size * figures['bytes out'] / figures['bytes'] / 1e12:,.2f} TB"],
            ["looking at all files again when it goes on", f"{driver / 60:,.1f} min"],
            ["lost with a worker that dies", f"{shard / rates['texts'] / 60:,.1f} min of one core at most"],
            ["counts of lines, at 16 bytes each, if none recurs (lines of 80 characters, two scopes)",
             f"{size / 80 * 32 / 1e12:,.2f} TB"],
        ]))  # fmt: skip
    return made


def markdown(figures: Mapping[str, Any], price: float) -> str:
    parts = []
    for title, head, table in plans(figures, price):
        lines = [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *table)]
        parts.append(f"**{title}**\n\n" + "\n".join(lines))
    engines = [[str(row["engine"]), *(_figure(row.get(name, "")) for name in ("wall s", "CPU s", "MB/s", "CPU / loop"))]
               for row in rows(figures)]  # fmt: skip
    head = ["engine", "wall s", "CPU s", "MB/s", "CPU / loop"]
    lines = [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *engines)]
    known = ", ".join(f"{name} {_figure(value)}" for name, value in facts(figures).items())
    return "\n\n".join(["\n".join(lines), known, *parts])


def _figure(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def rewrite(path: Path, generated: str) -> None:
    """Replace what stands between the markers."""
    text = path.read_text()
    new, count = re.subn(
        r"(<!-- scaling -->\n).*?(<!-- /scaling -->)", lambda m: f"{m[1]}{generated}\n{m[2]}", text, flags=re.DOTALL
    )
    if count != 1:
        raise SystemExit(f"{path}: there is no one region between <!-- scaling --> and <!-- /scaling -->")
    path.write_text(new)


def main() -> None:
    parser = argparse.ArgumentParser(description="Engines side by side, and plans for large collections.")
    parser.add_argument("--megabytes", type=float, default=720)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--price", type=float, default=PRICE, help="dollars for an hour of one core")
    parser.add_argument("--plan", type=Path, help="print the plans from a file of figures")
    parser.add_argument("--write", type=Path, help="measure, and write the figures into this document")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--job", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.job:
        name, source, target, address = given.job
        run_job(name, Path(source), Path(target), address)
        return
    if given.plan:
        figures = json.loads(given.plan.read_text())
        print(markdown(figures, given.price))
        return
    figures = measure(given.megabytes, given.repeat)
    if given.write:
        rewrite(given.write, markdown(figures, given.price))
    if given.json:
        print(json.dumps(figures, indent=2))
        return
    show("Bringing documents to processors", facts(figures), rows(figures), as_json=False)


if __name__ == "__main__":
    main()
