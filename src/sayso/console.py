"""What the commands share: where they print, how they show progress, and the options that many have."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from sayso.errors import InputError

__all__ = ["Json", "Root", "count", "err", "one_of", "out", "print_json", "progress", "table"]

Root = Annotated[Path, typer.Option("--root", help="The corpus's folder.", show_default="the current folder")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Report = Callable[[int, int], None]

# Titles and paths may hold what rich takes for markup or for the name of an emoji.
out = Console(highlight=False, markup=False, emoji=False)
err = Console(stderr=True, highlight=False, markup=False, emoji=False)


@contextmanager
def progress(what: str) -> Iterator[Report]:
    """A bar on a terminal, nothing elsewhere; it vanishes when the work is done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def table(head: list[str], rows: list[list[str]]) -> Table:
    """A plain table with a bold head."""
    made = Table(*head, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        made.add_row(*row)
    return made


def count(number: int, what: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def one_of(option: str, value: str, choices: Sequence[str]) -> Any:
    """The value of an option that has only so many.

    Raises:
        InputError: it is none of them.
    """
    if value not in choices:
        raise InputError(option, f"{value!r} is none of {', '.join(choices)}")
    return value


def print_json(value: object) -> None:
    """A value for programs."""
    unicode = (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    print(json.dumps(value, ensure_ascii=not unicode, indent=2))
