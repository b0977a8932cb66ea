"""The commands `sayso suggest` and `sayso evaluate`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from sayso.console import Json, Root, count, err, out, print_json, progress, table

if TYPE_CHECKING:
    from sayso.evaluation import PrecisionRecall

__all__ = ["evaluate", "suggest"]


def suggest(
    docs: Annotated[list[str] | None, typer.Argument(metavar="[DOC]...", help="A document; all if none.")] = None,
    model: Annotated[
        str | None,
        typer.Option(help="A spaCy pipeline to stand on.", show_default="none: rules alone, which find less"),
    ] = None,
    root: Root = Path(),
    as_json: Json = False,
) -> None:
    """Propose annotations into annotations/suggested/, and bring annotations/gazetteer.jsonl up to date.

    Suggestions are no annotations until somebody accepts them: `sayso doccano push --with suggested` offers them.
    suggested/scores/ has the score of each, in per cent, and its source. For a document with gold, names that only its
    own gold knows are not used, so that `sayso evaluate suggested` is honest.
    """
    from sayso.suggested import write_suggestions

    with progress("suggesting") as report:
        done = write_suggestions(root, model, docs or (), report)
    if as_json:
        print_json(asdict(done))
        return
    layers = ", ".join(f"{layer} {number}" for layer, number in sorted(done.suggestions.items()))
    out.print(f"{count(len(done.documents), 'document')}: {layers}", soft_wrap=True)
    out.print(f"{count(done.names, 'name')} in the gazetteer", style="dim")


def evaluate(
    system: Annotated[str, typer.Argument(help="suggested, gold, an annotator, or a file or folder of annotations.")],
    against: Annotated[str, typer.Option(help="What is right: likewise.")] = "gold",
    layer: Annotated[str | None, typer.Option(help="Look at this layer only.", show_default="all")] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw a picture too: FILE.png or FILE.svg.", dir_okay=False)] = None,
    root: Root = Path(),
    as_json: Json = False,
) -> None:
    """Measure a system: F1 of spans, exact and overlapping, and of tokens, with intervals, and every error.

    The picture needs matplotlib: pip install 'sayso[plot]'.
    """
    from sayso.agree_view import check_picture, picture, terminal
    from sayso.evaluation import evaluate as run
    from sayso.storage import write_file

    if plot is not None:
        check_picture(plot)
    done = run(root, system, against, layer)
    title = f"{done.system} against {done.reference}"
    if plot is not None:
        write_file(plot, picture(done.report, plot.suffix[1:].lower(), title))
        err.print(Text(f"wrote {plot}"), soft_wrap=True)
    if as_json:
        print_json(done.to_json())
        return
    out.print(Text(title, "bold"))
    if done.unpaired:
        out.print(f"not compared, as only one side has them: {count(len(done.unpaired), 'document')}", style="dim")
    head = ["layer", "what", "label", "precision", "recall", done.system, done.reference]
    out.print(table(head, [_row(row) for row in done.rows]))
    out.print()
    for part in terminal(done.report):
        out.print(part, soft_wrap=isinstance(part, Text))


def _row(row: PrecisionRecall) -> list[str]:
    shares = ["" if share is None else f"{share:.2f}" for share in (row.precision, row.recall)]
    return [row.layer, row.aspect, row.label, *shares, str(row.system), str(row.reference)]
