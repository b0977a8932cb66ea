"""The command line. Each command is a thin door to one module; what it prints is for people, or JSON with --json."""

from __future__ import annotations

import io
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.markdown import Markdown
from rich.text import Text

from sayso.collection_commands import clean, process
from sayso.console import Json, Root, count, err, out, print_json, progress, table
from sayso.doccano.commands import doccano
from sayso.errors import InputError, SaysoError
from sayso.suggesting_commands import evaluate, suggest

if TYPE_CHECKING:
    from sayso.checks import Incident
    from sayso.examine import Record
    from sayso.package import Assembly

__all__ = ["app", "main"]

app = typer.Typer(
    help="Who says what, and where they stand: from raw texts to an annotated Hugging Face dataset.\n\n"
    "A corpus is a folder: seeds/ (raw texts), annotations/ (what people decided), corpus/ (the dataset, made by"
    " `sayso build`). Commands work on the corpus of the current folder, or on that of --root.",
    epilog="Begin with: sayso init my-corpus; cd my-corpus; sayso add TEXT.txt; sayso build; sayso show TEXT",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
NOT_RUN = 2
"""Exit code of a command that could not do its work; 1 says that it did and found faults."""


def main() -> None:
    """Run the command line; a fault in data or disk is one line, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that has no sign for a character gets its number.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app(standalone_mode=True)
    except OSError as error:
        # What no module foresaw: a folder or an unreadable file in the place of a file, or an output that is full.
        where = f"{error.filename}: " if error.filename is not None else ""
        _fail(f"{where}{error.strerror or error}")
    except SaysoError as error:
        _fail(str(error))


def _fail(message: str) -> NoReturn:
    err.print(Text.assemble(("error: ", "bold red"), message), soft_wrap=True)
    sys.exit(NOT_RUN)


def _print_incidents(incidents: list[Incident]) -> None:
    """Each incident at its place; each check's rule once, after them."""
    from sayso.checks import CHECKS

    for incident in incidents:
        colour = "red" if incident.severity == "error" else "yellow"
        out.print(
            Text.assemble((incident.place, "bold"), ": ", (incident.check, colour), f": {incident.message}"),
            soft_wrap=True,
        )
    for check in dict.fromkeys(incident.check for incident in incidents):
        out.print(Text(f"  {check}: {CHECKS[check].rule}", "dim"))


@app.command()
def build(root: Root = Path(), as_json: Json = False) -> None:
    """Make corpus/ from seeds/ and annotations/, and show what came out.

    The same inputs give the same bytes on any machine. A build that is killed leaves the old corpus/ or the new one.
    Where inputs have errors, they are listed, corpus/ stays as it was, and the exit code is 1.
    """
    from sayso.package import InvalidCorpusError
    from sayso.package import build as run

    try:
        with progress("building") as report:
            assembly = run(root, report)
    except InvalidCorpusError as error:
        if as_json:
            print_json([incident.to_json() for incident in error.incidents])
        else:
            _print_incidents(error.incidents)
            err.print(Text(str(error), "bold red"))
        raise typer.Exit(1) from error
    if as_json:
        print_json({"corpus": str(assembly.project.corpus), "rows": dict(assembly.figures.rows)})
        return
    _print_built(assembly)


def _print_built(assembly: Assembly) -> None:
    from sayso.rows import CONFIGS

    project = assembly.project
    out.print(Text(f"{project.name} {project.version}", "bold"))
    out.print(table(["config", "rows"], [[config, str(assembly.figures.rows[config])] for config in CONFIGS]))
    for incident in sorted(assembly.examination.incidents):
        _print_incidents([incident])
    _print_example(assembly)
    # `datasets` refuses a config without rows; documents alone are there before anybody annotates.
    shown = next((config for config in ("claims", *CONFIGS) if assembly.figures.rows[config]), None)
    if shown is not None:
        out.print(f'\nload_dataset("{_shown(project.corpus)}", "{shown}")', style="bold green", soft_wrap=True)


def _shown(folder: Path) -> str:
    """A folder as one would type it here."""
    path = os.path.relpath(folder)
    return path if path.startswith("..") else f"./{path}"


def _print_example(assembly: Assembly) -> None:
    """The first sentence that shows every layer, or as many as any does."""
    from sayso.examine import Examination
    from sayso.layers import Claim, Entity, Stance
    from sayso.show import sentence_text

    if not assembly.figures.annotated:
        return  # nothing to look for: do not read the corpus again
    best: tuple[int, list[Text]] = (0, [])
    labels = assembly.project.scheme.entity
    for record in Examination(assembly.project).records():
        if record.document is None or not record.gold:
            continue
        for sentence in record.document.sentences:
            inside = [a for a in record.gold if sentence.seed_start <= a.start and a.end <= sentence.seed_end]
            claims = [a for a in inside if isinstance(a, Claim) and a.holder]
            stances = [a for a in inside if isinstance(a, Stance) and a.holder and a.label != "none"]
            entities = [a for a in inside if isinstance(a, Entity)]
            score = bool(claims) + bool(stances) + bool(entities)
            if score <= best[0]:
                continue
            lines = [sentence_text(record.document, sentence, record.gold, labels)]
            if entities:
                lines.append(Text(f"  entities: {', '.join(f'{e.text} ({e.label})' for e in entities)}"))
            for c in claims:
                said = " … ".join(part.text for part in c.content)
                holder = c.holder.text if c.holder else ""
                lines.append(Text(f"  claim: {holder} → {c.lemma} → {said} ({c.type}, {c.polarity})"))
            lines += [Text(f"  stance: {s.holder.text if s.holder else ''} → {s.text}: {s.label}") for s in stances]
            best = (score, lines)
        if best[0] == 3:
            break
    if best[1]:
        out.print()
    for line in best[1]:
        out.print(line)


@app.command()
def validate(root: Root = Path(), as_json: Json = False) -> None:
    """Check everything: seeds, annotations, adjudication, corpus/, datasheet and figures.

    corpus/ is built anew in a temporary folder and compared byte by byte. Exit code 0: no errors (there may be
    warnings); 1: errors; 2: the checks could not run.
    """
    from sayso.validation import validate as run

    with progress("validating") as report:
        incidents = run(root, report)
    errors = sum(incident.severity == "error" for incident in incidents)
    if as_json:
        print_json([incident.to_json() for incident in incidents])
    else:
        _print_incidents(incidents)
        counts = (count(errors, "error"), count(len(incidents) - errors, "warning"))
        out.print(Text(", ".join(counts) if incidents else "valid", "bold red" if errors else "bold green"))
    raise typer.Exit(1 if errors else 0)


def _document_names(context: typer.Context, incomplete: str) -> list[str]:
    """Shell completion: the seeds of the corpus."""
    root = context.params.get("root") or Path()
    try:
        return sorted(p.stem for p in (Path(root) / "seeds").glob("*.txt") if p.stem.startswith(incomplete))
    except OSError:
        return []


def _record(root: Path, document: str) -> tuple[Record, tuple[str, ...]]:
    """The one document whose id starts so, with its annotations."""
    from sayso.examine import Examination
    from sayso.project import Project

    project = Project.read(root)
    examination = Examination(project)
    ids = [source.id for source in examination.sources]
    matching = [id for id in ids if id == document] or [id for id in ids if id.startswith(document)]
    if len(matching) != 1:
        what = f"{len(matching)} documents start with {document!r}: {', '.join(matching[:9])}" if matching else (
            f"no document {document!r}; there are {', '.join(ids[:9]) or 'none'}{' …' if len(ids) > 9 else ''}"
        )  # fmt: skip
        raise InputError(project.sources, what)
    for record in examination.records():
        if record.source.id == matching[0]:
            if record.document is None:
                raise InputError(project.seeds / record.source.file, "cannot be read: see `sayso validate`")
            examination.insist_on_whole(record.source.id)
            return record, project.scheme.entity
    raise AssertionError(matching)  # pragma: no cover


@app.command()
def show(
    document: Annotated[str, typer.Argument(help="Its id, or how the id begins.", autocompletion=_document_names)],
    as_html: Annotated[Path | None, typer.Option("--html", help="Write a page here instead.", dir_okay=False)] = None,
    annotator: Annotated[str | None, typer.Option(help="Show this annotator's layers instead of gold.")] = None,
    root: Root = Path(),
) -> None:
    """Show a document: the seed with what was struck out and why, then its blocks and annotations in colour."""
    from sayso.show import html, terminal
    from sayso.storage import write_file

    record, labels = _record(root, document)
    annotations = record.gold or []
    if annotator is not None:
        if annotator not in record.layers:
            raise InputError(
                root / "annotations" / "annotators",
                f"{annotator!r} did not annotate {record.source.id}: {', '.join(record.layers) or 'nobody'} did",
            )
        annotations = record.layers[annotator]
    assert record.document is not None  # noqa: S101 - _record saw to it
    if as_html is None:
        out.print(terminal(record.document, annotations, labels))
    else:
        write_file(as_html, html(record.document, annotations, labels).encode())
        err.print(f"wrote {as_html}", soft_wrap=True)


@app.command()
def stats(root: Root = Path(), as_json: Json = False) -> None:
    """Count: rows, labels, removals, and how the annotators agree. The documents' figures are these."""
    from sayso.figures import tables
    from sayso.package import InvalidCorpusError, assemble, scratch
    from sayso.project import Project

    with scratch() as folder, progress("counting") as report:
        assembly = assemble(Project.read(root), Path(folder), report)
    if assembly.examination.has_errors:
        error = InvalidCorpusError(assembly.examination.incidents)
        if as_json:
            print_json([incident.to_json() for incident in error.incidents])
        else:
            _print_incidents(error.incidents)
        raise error
    figures = assembly.figures
    if as_json:
        scores = [asdict(score) for score in figures.agreement.report()]
        print_json(
            {
                "rows": dict(figures.rows),
                "documents": {"all": figures.rows["documents"], "annotated": figures.annotated},
                "characters": {"seeds": figures.seed_characters, "removed": dict(figures.removed_characters)},
                "removals": dict(figures.removed),
                "labels": {layer: dict(counts) for layer, counts in figures.labels.items()},
                "folds": {str(fold): count for fold, count in sorted(figures.folds.items())},
                "agreement": scores,
            }
        )
        return
    for name, shown in tables(figures, assembly.project.scheme).items():
        out.print(Text(name, "bold"))
        out.print(Markdown(shown))


@app.command()
def diff(
    old: Annotated[str, typer.Argument(help="A corpus, a dataset's folder, or a git revision.")],
    new: Annotated[str, typer.Argument(help="Likewise.", show_default="the current corpus/")] = "",
    root: Root = Path(),
    as_json: Json = False,
) -> None:
    """Say what changed between two versions per layer, and the least version that it demands.

    PATCH: the same rows; MINOR: only additions; MAJOR: edits or removals (before 1.0.0 the minor number counts them).
    Exit code 1 if NEW has too low a version.
    """
    from sayso.difference import compare, opened

    with opened(old, root) as before, opened(new or str(root), root) as after:
        difference = compare(before, after)
    if as_json:
        changes = [{**asdict(change), "bump": change.bump} for change in difference.changes]
        print_json(
            {"old": difference.old, "new": difference.new, "bump": difference.bump, "least": difference.least,
             "satisfied": difference.satisfied, "changes": changes}
        )  # fmt: skip
    else:
        kinds = ("added", "removed", "moved", "relabelled", "edited")
        rows = [
            [
                c.layer,
                *(str(getattr(c, kind)) for kind in kinds),
                " ".join([*(f"+{x}" for x in c.columns_added), *(f"-{x}" for x in c.columns_removed)]),
                c.bump,
            ]
            for c in difference.changes
        ]
        out.print(table(["layer", *kinds, "columns", "bump"], rows))
        verdict = f"{difference.old} -> {difference.new}: {difference.bump}, at least {difference.least}"
        out.print(Text(verdict, "bold green" if difference.satisfied else "bold red"))
    raise typer.Exit(0 if difference.satisfied else 1)


@app.command()
def agree(
    annotators: Annotated[list[str], typer.Argument(help="Two annotators or more.")],
    layer: Annotated[str | None, typer.Option(help="Look at this layer only.", show_default="all")] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw a picture too: FILE.png or FILE.svg.", dir_okay=False)] = None,
    root: Root = Path(),
    as_json: Json = False,
) -> None:
    """Compare annotators: F1, kappa and alpha with their intervals, who confuses what, and every disagreement.

    The picture needs matplotlib: pip install 'sayso[plot]'.
    """
    from sayso.agree import agree as run
    from sayso.agree_view import check_picture, picture, terminal
    from sayso.storage import write_file

    if plot is not None:
        check_picture(plot)
    report = run(root, annotators, layer)
    if plot is not None:
        write_file(plot, picture(report, plot.suffix[1:].lower()))
        err.print(Text(f"wrote {plot}"), soft_wrap=True)
    if as_json:
        print_json(report.to_json())
    else:
        for part in terminal(report):
            out.print(part, soft_wrap=isinstance(part, Text))


@app.command()
def adjudicate(
    adjudicator: Annotated[str | None, typer.Option(help="Your name, to stand with each decision.")] = None,
    in_doccano: Annotated[bool, typer.Option("--doccano", help="In doccano, not on the terminal.")] = False,
    url: Annotated[str | None, typer.Option(help="A doccano server of your own.", show_default="the local one")] = None,
    root: Root = Path(),
) -> None:
    """Settle disagreements one by one, each with a reason, and write the gold that follows.

    Every decision is kept at once: quit or be killed at any time, and go on later. Without a terminal nothing is asked.
    With --doccano, what was decided on the server comes in and what is open goes there: run it again and again.
    Exit code 1 if disagreements are open or the gold has errors.
    """
    from sayso.adjudication import Adjudication
    from sayso.adjudication_view import listed, summary, terminal_dialogue
    from sayso.project import Project

    project = Project.read(root)
    work = Adjudication(project, adjudicator)
    if in_doccano:
        from sayso.doccano.commands import adjudicate_there

        adjudicate_there(work, url)
    elif url is not None:
        raise InputError("--url", "is the address of a doccano server: give --doccano too")
    elif (cases := work.cases()) and not sys.stdin.isatty():
        for line in listed(cases):
            out.print(line, soft_wrap=True)
        err.print(f"{len(cases)} open: run `sayso adjudicate` on a terminal", style="bold red")
        raise typer.Exit(1)
    else:
        work.converse(terminal_dialogue(out))
    outcome = work.finish()
    _print_incidents(list(outcome.incidents))
    for line in summary(project, work.decided, outcome):
        out.print(line, soft_wrap=True)
    raise typer.Exit(0 if outcome.settled else 1)


@app.command()
def add(
    files: Annotated[
        list[Path], typer.Argument(help="UTF-8 texts or HTML pages; a name without its ending becomes the id.")
    ],
    allow: Annotated[
        list[str] | None,
        typer.Option(help="A fault to live with: crlf, mojibake, hard-wrapped, not-english, near-duplicate."),
    ] = None,
    root: Root = Path(),
) -> None:
    """Take texts into seeds/. Of a page (.html, .htm, .xhtml) the main text is taken: pip install 'sayso[html]'.

    Each is checked by itself; one that is no good is refused by the name of its fault, with what to do, and the others
    go in. Nothing is ever overwritten. Exit code 1 if any was refused.
    """
    from sayso.intake import ALLOWABLE
    from sayso.intake import add as run

    unknown = set(allow or ()) - set(ALLOWABLE)
    if unknown:
        raise InputError("--allow", f"{', '.join(sorted(unknown))} cannot be allowed: only {', '.join(ALLOWABLE)}")
    intake = run(root, files, allow or ())
    for source in intake.added:
        known = ", ".join(
            f"{k} {v}" for k, v in (("title", source.title), ("author", source.author), ("date", source.published)) if v
        )
        out.print(f"added {source.id}{f' ({known})' if known else ''}", soft_wrap=True)
    for error in intake.refused:
        err.print(Text.assemble((f"refused {error.place}: ", "bold red"), error.problem), soft_wrap=True)
    raise typer.Exit(1 if intake.refused else 0)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="The folder to make; its name becomes the corpus's.")],
) -> None:
    """Start a corpus of your own: the same folders, empty, with its own name."""
    from sayso.intake import init as run

    for path in run(folder):
        out.print(f"made {path}", soft_wrap=True)
    out.print(f"\nNow put texts in:  sayso add TEXT.txt --root {folder}", style="bold green", soft_wrap=True)


app.command()(suggest)
app.command()(evaluate)
app.command()(process)
app.command()(clean)
app.add_typer(doccano, name="doccano")
