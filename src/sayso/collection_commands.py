"""`sayso process` and `sayso clean`: whole collections on the command line."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from sayso.console import Json, count, err, one_of, out, print_json, table
from sayso.errors import InputError

if TYPE_CHECKING:
    from sayso.collection import Event
    from sayso.collection_summary import Summary
    from sayso.recipe import Recipe, Step

__all__ = ["clean", "process"]

STOPPED = 130
MOST_SHOWN = 20

Input = Annotated[
    str,
    typer.Argument(
        metavar="INPUT",
        help="A file or a folder of JSONL, Parquet, texts, pages or crawls, or the URL of one. In a folder, names that"
        " begin with . or _ are passed over.",
    ),
]
Output = Annotated[str, typer.Argument(metavar="OUTPUT", help="The folder, or its URL, that the dataset goes to.")]
Workers = Annotated[
    int | None, typer.Option(min=1, help="Processes, or tasks at a time.", show_default="one a processor")
]
Profile = Annotated[str, typer.Option(help="article: texts that an extractor gave; page: all the text of a page.")]
RepeatedLines = Annotated[
    bool | None,
    typer.Option(
        "--repeated/--no-repeated",
        help="First learn which lines recur over the documents, and remove them too.",
        show_default="of a folder",
    ),
]
TimeLimit = Annotated[
    float,
    typer.Option(
        min=0.01, max=1e6, help="Seconds of processor time for a document; one that takes longer is set aside."
    ),
]
TextField = Annotated[str, typer.Option(help="Where JSONL and Parquet have the text.")]
IdField = Annotated[str | None, typer.Option(help="Where they have the id.", show_default="id, if there is one")]


def process(
    source: Input,
    target: Output,
    steps: Annotated[str, typer.Option(help="What to do, in this order, with commas.")] = "clean,segment",
    engine: Annotated[str, typer.Option(help="local: this machine; ray: a Ray cluster, with sayso[ray].")] = "local",
    workers: Workers = None,
    address: Annotated[
        str | None, typer.Option(help="Of the Ray cluster.", show_default="one is started on this machine")
    ] = None,
    profile: Profile = "article",
    model: Annotated[
        str | None, typer.Option(help="A spaCy pipeline for the step suggest.", show_default="rules alone")
    ] = None,
    repeated: RepeatedLines = None,
    time_limit: TimeLimit = 60,
    text_field: TextField = "text",
    id_field: IdField = None,
    as_json: Json = False,
) -> None:
    """Process a collection of any size, on one machine or on many, into a dataset that `load_dataset` reads.

    OUTPUT/data has a Parquet file for each file of INPUT, OUTPUT/rejected what was set aside and why, OUTPUT/manifest
    what came of each file. Run it again after a stop, or when files came or changed: only what is not done is done.
    The bytes do not depend on the engine or the workers.

    Exit code 0: every document came out or was set aside by itself; 1: files are damaged or tasks failed, the others
    are done; 2: it could not run.
    """
    recipe = _recipe(profile, steps, model)
    _run(source, target, recipe, engine, workers, address, repeated, time_limit, text_field, id_field, as_json)


def clean(
    source: Input,
    target: Output,
    workers: Workers = None,
    profile: Profile = "article",
    repeated: RepeatedLines = None,
    time_limit: TimeLimit = 60,
    text_field: TextField = "text",
    id_field: IdField = None,
    as_json: Json = False,
) -> None:
    """Clean a collection on this machine: what was boilerplate, which rule said so, blocks and sentences.

    The same as `sayso process INPUT OUTPUT --steps clean,segment`. Of a folder, the lines that recur over its documents
    are learnt first, and removed.
    """
    recipe = _recipe(profile, "clean,segment", None)
    _run(source, target, recipe, "local", workers, None, repeated, time_limit, text_field, id_field, as_json)


def _run(
    source: str, target: str, recipe: Recipe, engine: str, workers: int | None, address: str | None,
    repeated: bool | None, time_limit: float, text_field: str, id_field: str | None, as_json: bool,
) -> None:  # fmt: skip
    from sayso.collection import process_collection
    from sayso.engines import ENGINES
    from sayso.jobs import Job
    from sayso.stores import open_store

    chosen_engine = one_of("--engine", engine, ENGINES)
    if address == "":
        raise InputError("--address", "is empty: give HOST:PORT, or leave it out")
    if address is not None and chosen_engine != "ray":
        raise InputError("--address", "is that of a Ray cluster: give --engine ray too")
    for location in (source, target):
        if location.startswith("memory:"):
            raise InputError(location, "is the memory of one process, and workers are others: give a folder")
    job = Job(
        open_store(source), open_store(target), recipe, text_field=text_field, id_field=id_field,
        time_limit=time_limit,
    )  # fmt: skip
    began = time.monotonic()
    try:
        with _progress() as report:
            summary = process_collection(
                job, repeated=repeated, engine=chosen_engine, workers=workers, address=address, report=report
            )
    except KeyboardInterrupt:
        err.print("stopped: run the same again to go on", style="bold red")
        raise typer.Exit(STOPPED) from None
    if as_json:
        print_json(summary.to_json())
    else:
        _print(summary, target, time.monotonic() - began)
    raise typer.Exit(0 if summary.complete else 1)


def _recipe(profile: str, steps: str, model: str | None) -> Recipe:
    from sayso.recipe import PROFILES, Recipe, model_version

    recipe = Recipe(one_of("--profile", profile, PROFILES), _steps(steps), model)
    if model is not None:
        if "suggest" not in recipe.steps:
            raise InputError("--model", "is for the step suggest: give --steps clean,segment,suggest too")
        model_version(model)  # a pipeline that there is not is told here, and not by every worker
    return recipe


def _steps(given: str) -> tuple[Step, ...]:
    from sayso.recipe import STEPS

    steps = tuple(step.strip() for step in given.split(","))
    unknown = [step for step in steps if step not in STEPS]
    if unknown:
        raise InputError("--steps", f"{unknown[0]!r} cannot be done over collections: only {', '.join(STEPS)}")
    if len(set(steps)) < len(steps) or sorted(steps, key=STEPS.index) != list(steps):
        raise InputError("--steps", f"each once, in this order: {','.join(STEPS)}")
    return steps  # type: ignore[return-value]  # each is one of them


@contextmanager
def _progress() -> Iterator[Callable[[Event], None]]:
    """A bar with rates on a terminal, nothing elsewhere."""
    columns = (
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )  # fmt: skip
    began: dict[str, float] = {}
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        tasks: dict[str, Any] = {}

        def report(event: Event) -> None:
            now = time.monotonic()
            if event.what not in tasks:
                began[event.what] = now
                tasks[event.what] = bar.add_task(event.what, total=event.total, completed=event.done, rate="")
            seconds = max(now - began[event.what], 0.001)
            failures = f", [red]{event.failures:,} set aside[/]" if event.failures else ""
            rate = f"{event.size / seconds / 1e6:.1f} MB/s, {event.documents / seconds:,.0f} documents/s{failures}"
            bar.update(tasks[event.what], completed=event.done, rate=rate)

        yield report


def _print(summary: Summary, target: str, seconds: float) -> None:
    made = f"{count(summary.made, 'file')} in {seconds:.0f} s"
    if summary.redone:
        made += f" ({summary.redone} again: the input, the rules or the settings changed)"
    kept = f", {summary.kept} done before" if summary.kept else ""
    out.print(made + kept)
    rows = [["documents", f"{summary.out:,}", ""]]
    rows += [[f"  language {name}", f"{number:,}", ""] for name, number in sorted(summary.languages.items())]
    rows += [[f"set aside: {name}", f"{number:,}", ""] for name, number in sorted(summary.rejected.items())]
    share = 100 * summary.characters_kept // summary.characters if summary.characters else 0
    rows += [["characters of the seeds", "", f"{summary.characters:,}"]]
    rows += [[f"  kept ({share}%)", "", f"{summary.characters_kept:,}"]]
    if summary.repeated is not None:
        rows += [["lines that recur", f"{summary.repeated:,}", ""]]
    removed = sorted(summary.removed.items(), key=lambda item: (-item[1][0], item[0]))
    rows += [[f"removed by {rule}", f"{times:,}", f"{size:,}"] for rule, (times, size) in removed]
    out.print(table(["", "number", "characters"], rows))
    _list(
        "passed over: of no format that can be read, no UTF-8 name, or a link to a folder",
        summary.passed_over,
        "yellow",
    )
    _list("made of an input that is gone (remove them)", summary.orphans, "yellow")
    _list("damaged, the rest of it is missing", summary.broken, "red")
    _list("failed", [f"{name}: {problem}" for name, problem in summary.failed.items()], "red")
    if not summary.out:
        out.print("no document came out", style="bold red")
    out.print(Text(f'\nload_dataset("{target}")', "bold green" if summary.complete else ""), soft_wrap=True)


def _list(what: str, items: list[str], colour: str) -> None:
    if not items:
        return
    out.print(Text(f"{len(items)} {what}:", f"bold {colour}"))
    for item in items[:MOST_SHOWN]:
        out.print(Text(f"  {item}"), soft_wrap=True)
    if len(items) > MOST_SHOWN:
        out.print(f"  and {len(items) - MOST_SHOWN} more: --json lists all")
