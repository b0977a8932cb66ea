"""The same on Ray: the same bytes, whatever dies. Skipped where Ray is not installed: pip install 'sayso[ray]'."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import working
from sayso.collection import process_collection
from working import digests, job, story, write_jsonl

CLI = [sys.executable, "-c", "from sayso.cli import main; main()"]
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)]),
    "RAY_AUTH_MODE": "token",
    "RAY_AUTH_TOKEN": "only-for-this-test-0123456789abcdef",
}
installed = pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="Ray is not installed")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    for name in "abcdef":
        write_jsonl(folder / f"{name}.jsonl", (story(n) for n in range(600)))
    return folder


def driver(source: Path, target: Path, work: str, address: str | None = None) -> list[str]:
    """A command that runs a work on Ray."""
    return [
        sys.executable, "-c",
        "import working; from pathlib import Path; from sayso.collection import process_collection\n"
        f"job = working.job(Path({str(source)!r}), Path({str(target)!r}), work=working.{work})\n"
        f"summary = process_collection(job, repeated=False, engine='ray', workers={None if address else 2}, address={address!r})\n"
        "print(summary.out, dict(summary.rejected), summary.failed)\n",
    ]  # fmt: skip


@installed
def test_ray_gives_the_same_bytes(source: Path, tmp_path: Path) -> None:
    for engine in ("local", "ray"):
        command = [*CLI, "process", str(source), str(tmp_path / engine), "--engine", engine, "--workers", "2"]
        done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT)
        assert done.returncode == 0, done.stderr
    assert digests(tmp_path / "local") == digests(tmp_path / "ray")


@installed
def test_on_ray_a_document_that_kills_its_worker_is_found(source: Path, tmp_path: Path) -> None:
    texts = [story(n) for n in range(300)]
    texts[270] = "DEADLY"
    write_jsonl(source / "b.jsonl", texts)
    done = subprocess.run(driver(source, tmp_path / "ray", "deadly"), capture_output=True, text=True, env=ENVIRONMENT)
    assert done.stdout == "3299 {'kills-worker': 1} {}\n", done.stderr
    process_collection(job(source, tmp_path / "local", work=working.deadly), repeated=False, workers=1)
    assert digests(tmp_path / "local") == digests(tmp_path / "ray")


CLUSTER = """
import os, signal, subprocess, sys, time
from pathlib import Path

target, notes, temporary = map(Path, sys.argv[1:4])
subprocess.run("ip link set lo up; ip addr add 10.77.0.1/32 dev lo; ip addr add 10.77.0.2/32 dev lo", shell=True, check=True)
ray = [sys.executable, "-c", "from ray.scripts.scripts import main; main()", "start", "--block", "--num-cpus=1"]
head = ["--head", "--node-ip-address=10.77.0.1", "--port=6399", "--include-dashboard=false", f"--temp-dir={temporary}"]
other = ["--address=10.77.0.1:6399", "--node-ip-address=10.77.0.2"]
quiet = {"stdout": subprocess.DEVNULL, "start_new_session": True}
environment = {**os.environ, "NOTES": str(notes)}
subprocess.Popen([*ray, *head], env={**environment, "NODE": "one"}, **quiet)
time.sleep(5)
node = subprocess.Popen([*ray, *other], env={**environment, "NODE": "two"}, **quiet)
time.sleep(5)
driver = subprocess.Popen(sys.argv[4:])
end = time.monotonic() + 120
while time.monotonic() < end and not ((notes / "two").exists() and list((target / "manifest").glob("*"))):
    time.sleep(0.05)
print("made when the node was lost:", len(list((target / "manifest").glob("*"))), flush=True)
os.killpg(node.pid, signal.SIGKILL)
sys.exit(driver.wait())
"""


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """Ray puts sockets there, whose paths must be short."""
    folder = Path(tempfile.mkdtemp(prefix="ray"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@installed
@pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")
def test_a_node_that_is_lost_changes_nothing(source: Path, tmp_path: Path, short_folder: Path) -> None:
    unshare = ["unshare", "-rn", "--fork", "--pid", "--mount-proc", "--kill-child"]
    if not shutil.which("ip") or subprocess.run([*unshare, "true"], capture_output=True).returncode:
        pytest.skip("this machine does not let us make a network of our own")
    (tmp_path / "notes").mkdir()
    target = tmp_path / "ray"
    command = driver(source, target, "noted", "10.77.0.1:6399")
    done = subprocess.run(
        [*unshare, sys.executable, "-c", CLUSTER, target, tmp_path / "notes", short_folder, *command],
        capture_output=True, text=True, env=ENVIRONMENT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert {path.name for path in (tmp_path / "notes").iterdir()} == {"one", "two"}
    made = int(done.stdout.split("lost:")[1].split()[0])
    assert 0 < made < 6
    assert "3600 {} {}" in done.stdout
    here = [part.replace("engine='ray'", "engine='local'") for part in driver(source, tmp_path / "local", "noted")]
    subprocess.run(here, check=True, env={**ENVIRONMENT, "NOTES": str(tmp_path / "notes"), "NODE": "here"})
    assert digests(target) == digests(tmp_path / "local")


@installed
def test_a_cluster_that_is_not_there_is_an_error(source: Path, tmp_path: Path) -> None:
    command = [*CLI, "process", str(source), str(tmp_path / "out"), "--engine", "ray", "--address", "127.0.0.1:1"]
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT)
    assert done.returncode == 2, done.stderr
    assert "Ray at 127.0.0.1:1 cannot be reached" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_ray_one_is_told_what_to_install(source: Path, tmp_path: Path) -> None:
    hidden = "import sys; sys.modules['ray'] = None; from sayso.cli import main; main()"
    command = [sys.executable, "-c", hidden, "process", str(source), str(tmp_path / "out"), "--engine", "ray"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert "pip install 'sayso[ray]'" in done.stderr
