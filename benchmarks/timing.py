"""What the benchmarks share: CPU time on one core, best of several repetitions, and one way of printing.

Times are never asserted: they differ between machines. What counts is a ratio to a peer measured in the same run.
"""

from __future__ import annotations

import gc
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version

from rich.console import Console
from rich.table import Table

__all__ = ["Row", "best", "one_core", "show", "versions"]

Cell = str | int | float
Row = dict[str, Cell]


def one_core() -> None:
    """Keep this process and its children on one core, where the system lets us choose."""
    if sys.platform == "linux":
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def best(
    runs: Mapping[str, Callable[[], object]], repeat: int, prepare: Callable[[], object] = lambda: None
) -> dict[str, float]:
    """CPU seconds of the quickest repetition of each; they take turns, so that a busy minute hits all alike.

    Args:
        prepare: done before each round, outside the times.
    """
    seconds = dict.fromkeys(runs, float("inf"))
    for _ in range(repeat):
        prepare()
        for name, run in runs.items():
            gc.collect()
            before = time.process_time()
            run()
            seconds[name] = min(seconds[name], time.process_time() - before)
    return seconds


def versions(*packages: str) -> Row:
    """Of Python and of some packages."""
    return {"Python": platform.python_version(), **{package: version(package) for package in packages}}


def show(title: str, facts: Row, rows: Sequence[Row], *, as_json: bool) -> None:
    """Print a benchmark's table with the facts that hold on any machine, or all of it as JSON."""
    if as_json:
        print(json.dumps({"benchmark": title, "facts": facts, "rows": rows}, indent=2))
        return
    table = Table(title=title, title_justify="left", box=None, header_style="bold", pad_edge=False)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    for i, name in enumerate(columns):
        table.add_column(name, justify="right" if i else "left", no_wrap=True)
    for row in rows:
        table.add_row(*(_cell(row.get(name, "")) for name in columns))
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    console.print(table)
    console.print(", ".join(f"{name} {_cell(value)}" for name, value in facts.items()), style="dim")


def _cell(value: Cell) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else value
