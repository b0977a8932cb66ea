"""What `sayso build` and `sayso validate` cost on large invented corpora: time, memory, and whether time is linear.

    .venv/bin/python benchmarks/validation.py --documents 1000 10000

The peer is the smaller corpus: per annotation, the larger one should cost as much (a growth of 1.0).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from timing import Row, one_core, show, versions

HERE = Path(__file__).parent
TARGET = "10,000 documents in 60 s and 1,000 MB"
# On Linux in kibibytes, on macOS in bytes.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one process: seconds, and megabytes at its highest."""

    wall: float
    cpu: float
    rss: float


def cost(*command: str) -> Cost:
    """Run a command to its end.

    This process stays small itself: Linux counts what a child held before it became the command.
    """
    before = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - before
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * RSS_UNIT / 1e6)


def main() -> None:
    parser = argparse.ArgumentParser(description="Build and validate large invented corpora.")
    parser.add_argument("--documents", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    one_core()
    rows: list[Row] = []
    smallest: dict[str, float] = {}
    for documents in sorted(given.documents):
        with tempfile.TemporaryDirectory() as scratch:
            root = Path(scratch) / "invented"
            generator = [sys.executable, str(HERE / "synthetic.py"), str(root), f"--documents={documents}", "--json"]
            made = subprocess.run(generator, check=True, capture_output=True, text=True)
            annotations = json.loads(made.stdout)["rows"][0]["annotations"]
            for command in ("build", "validate"):
                line = [sys.executable, "-c", "from sayso.cli import main; main()", command, "--root", str(root)]
                best = min((cost(*line) for _ in range(given.repeat)), key=lambda c: c.cpu)
                each = best.cpu / annotations * 1e6
                rows.append(
                    {
                        "command": command,
                        "documents": documents,
                        "annotations": annotations,
                        "wall s": best.wall,
                        "CPU s": best.cpu,
                        "RSS MB": best.rss,
                        "µs an annotation": each,
                        "growth": each / smallest.setdefault(command, each),
                    }
                )
    show(
        "Build and validate", {"target of validate": TARGET, **versions("sayso", "pyarrow", "datasets")}, rows,
        as_json=given.json,
    )  # fmt: skip


if __name__ == "__main__":
    main()
