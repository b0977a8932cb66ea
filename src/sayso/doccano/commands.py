"""The commands `sayso doccano ...`."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from sayso.acceptance import KINDS, rows
from sayso.console import Json, Root, count, err, one_of, out, print_json, progress, table
from sayso.errors import DoccanoError, InputError

if TYPE_CHECKING:
    from sayso.adjudication import Adjudication
    from sayso.doccano.client import Client
    from sayso.doccano.wire import Problem

__all__ = ["doccano"]

doccano = typer.Typer(
    help="Annotate in a browser: start a doccano server, push a layer to an annotator, pull their work back.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Url = Annotated[str | None, typer.Option("--url", help="A doccano server of your own.", show_default="the local one")]
Name = Annotated[str, typer.Option("--annotator", help="Who annotates: lower case, hyphens.")]


@doccano.command("up")
def doccano_up() -> None:
    """Start a doccano 1.8.4 on this machine alone; the first time it is installed, into the user's cache folder.

    The admin's password is that of SAYSO_DOCCANO_PASSWORD, or made up and shown once.
    """
    from sayso.doccano.server import ADMIN, up

    with err.status("starting") if err.is_terminal else nullcontext() as line:
        server = up(lambda text: line.update(text) if line else None)
    out.print(Text(f"{'started' if server.started else 'runs'}: {server.url}", "bold green"), soft_wrap=True)
    if server.new_password:
        out.print(f"log in as {ADMIN} with the password {server.new_password} (shown only now)", soft_wrap=True)


@doccano.command("down")
def doccano_down() -> None:
    """Stop the local server; what it holds stays."""
    from sayso.doccano.server import down

    out.print("stopped" if down() else "no server runs")


@doccano.command("status")
def doccano_status(as_json: Json = False) -> None:
    """Say whether the local server runs, and where."""
    from sayso.doccano.server import status

    server = status()
    if as_json:
        print_json({"running": server is not None, "url": server and server.url})
    else:
        out.print(f"runs: {server.url}" if server else "no server runs: start one with `sayso doccano up`")
    raise typer.Exit(0 if server else 1)


def _client(url: str | None) -> Client:
    """A session of the admin with the given server or the local one."""
    from sayso.doccano.client import Client, is_exposed
    from sayso.doccano.server import ADMIN, PASSWORD, password, status

    if url is None:
        server = status()
        if server is None:
            raise DoccanoError("no local server runs: start one with `sayso doccano up`, or give --url")
        url = server.url
        known = password()
    else:
        # The local server's password is not for others.
        known = os.environ.get(PASSWORD)
    if is_exposed(url):
        err.print(f"warning: {url} is not encrypted, so the password can be read on the way: use https", style="yellow")
    if not known:
        raise DoccanoError(f"the admin's password is missing: put it into the environment as {PASSWORD}")
    return Client(url, os.environ.get("SAYSO_DOCCANO_USER", ADMIN), known)


@doccano.command("push")
def doccano_push(
    annotator: Name,
    layer: Annotated[str, typer.Option(help="entities, claims, verifiable or stance.")],
    docs: Annotated[list[str] | None, typer.Option(help="A document; all of them if not given.")] = None,
    source: Annotated[str, typer.Option("--with", help="What to start from: gold, suggested or nothing.")] = "nothing",
    url: Url = None,
    root: Root = Path(),
) -> None:
    """Offer a layer to an annotator: account, project, labels, guideline, documents.

    What the server holds is compared with what was sent before the annotator is let in. Pushing again sends only what
    is missing.
    """
    from sayso.doccano.sync import push
    from sayso.doccano.wire import LAYERS
    from sayso.project import Project

    one_of("--layer", layer, LAYERS)
    one_of("--with", source, ("gold", "suggested", "nothing"))
    _check_name(annotator)
    client = _client(url)
    with progress("pushing") as report:
        done = push(Project.read(root), client, annotator, layer, docs or (), source, report)  # type: ignore[arg-type]
    out.print(f"sent {done.sent}, on the server {done.present}: {client.url}/projects/{done.project}", soft_wrap=True)
    if done.new_password:
        out.print(f"{annotator} logs in with the password {done.new_password} (shown only now)", soft_wrap=True)


@doccano.command("pull")
def doccano_pull(
    annotator: Name,
    layer: Annotated[list[str] | None, typer.Option(help="A layer; all of them if not given.")] = None,
    url: Url = None,
    root: Root = Path(),
    as_json: Json = False,
) -> None:
    """Bring an annotator's confirmed work into annotations/annotators/NAME/.

    What changed only there comes in, what changed only here stays; what changed in both is a conflict, listed, and
    stays as it is here. Exit code 1 if there are conflicts or anything could not be brought back.
    """
    from sayso.doccano.sync import pull
    from sayso.doccano.wire import LAYERS
    from sayso.project import Project

    for name in layer or ():
        one_of("--layer", name, LAYERS)
    _check_name(annotator)
    client = _client(url)
    with progress("pulling") as report:
        done = pull(Project.read(root), client, annotator, layer or LAYERS, report)  # type: ignore[arg-type]
    if as_json:
        print_json(
            {"written": done.written, "unchanged": done.unchanged, "problems": [asdict(p) for p in done.problems],
             "conflicts": [{**unit._asdict(), **versions} for unit, versions in done.conflicts],
             "suggestions": rows(done.acceptance)}
        )  # fmt: skip
    else:
        out.print(f"{count(len(set(done.written)), 'document')} changed, {len(set(done.unchanged))} unchanged")
        _print_problems(done.problems)
        for unit, versions in done.conflicts:
            parts = ((unit.doc, "bold"), ": ", ("conflict", "red"), f": {unit.layer} at {unit.start}-{unit.end}")
            out.print(Text.assemble(*parts), soft_wrap=True)
            for side, version in versions.items():
                out.print(Text(f"  {side}: {json.dumps(version, ensure_ascii=False)}"), soft_wrap=True)
        if done.acceptance:
            out.print(
                table(["suggested", "label", *KINDS], [[str(x) for x in row.values()] for row in rows(done.acceptance)])
            )
    raise typer.Exit(1 if done.problems or done.conflicts else 0)


def adjudicate_there(work: Adjudication, url: str | None) -> None:
    """`sayso adjudicate --doccano`: bring in what was decided on the server, and send what is open."""
    from sayso.doccano.adjudicating import Exchanged, fetch, offer

    if work.adjudicator is None:
        raise InputError("--adjudicator", "is needed with --doccano: whose project is it?")
    client, result = _client(url), Exchanged()
    fetch(work, client, result)
    with progress("sending cases") as report:
        offer(work, client, result, report)
    _print_problems(result.problems)
    for layer, (project, waiting) in result.waiting.items():
        out.print(f"{layer}: {count(waiting, 'example')} to decide at {client.url}/projects/{project}", soft_wrap=True)
    if result.terminal:
        seen = "whose versions look the same in doccano: decide them without --doccano"
        out.print(Text(f"{count(result.terminal, 'case')} {seen}", "yellow"), soft_wrap=True)
    if result.later:
        out.print(f"{count(result.later, 'stance case')} after the entities and claims they are about")
    if result.new_password:
        name = work.adjudicator
        out.print(f"{name} logs in with the password {result.new_password} (shown only now)", soft_wrap=True)


def _print_problems(problems: Sequence[Problem]) -> None:
    for problem in problems:
        parts = ((problem.doc, "bold"), ": ", (problem.kind, "yellow"), f": {problem.detail}")
        out.print(Text.assemble(*parts), soft_wrap=True)


def _check_name(name: str) -> None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
        raise InputError("--annotator", f"{name!r} must be lower case letters, digits and hyphens")
