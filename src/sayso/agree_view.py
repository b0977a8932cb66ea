"""A report of agreement for people: tables on a terminal, and a picture."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from rich.console import RenderableType
from rich.rule import Rule as Line
from rich.table import Table
from rich.text import Text

from sayso.agree import FEW, MEASURES, Confusion, Estimate, Report
from sayso.disagreement import Disagreement
from sayso.errors import InputError
from sayso.resampling import RESAMPLES

__all__ = ["PICTURES", "check_picture", "picture", "terminal"]

PICTURES = (".png", ".svg")
"""How the name of a picture may end."""

_DRAWN = {"F1": ("o", "#1f6f8b", 0.15), "alpha": ("s", "#c8553d", -0.15)}
"""Marker, colour and vertical shift of the measures in the picture."""


def terminal(report: Report) -> Iterator[RenderableType]:
    """Everything about a report, for a rich console."""
    yield _heading(report)
    for layer, estimates in groupby(report.estimates, key=lambda estimate: estimate.score.layer):
        yield Line(layer, align="left")
        # Spans, tokens and units have other measures: a table each has no empty columns.
        for _, group in groupby(estimates, key=_columns):
            yield _table(list(group))
            yield Text()
        for matrix in report.confusions:
            if matrix.layer == layer:
                yield _matrix(matrix)
                yield Text()
    yield Line("disagreements", align="left")
    for disagreement in report.disagreements:
        yield _lines(disagreement)
    yield Text(f"{len(report.disagreements)} in all", "dim")


def _heading(report: Report) -> Text:
    shared = f"{len(report.documents)} document{'s' if len(report.documents) > 1 else ''}"
    text = Text(f"{', '.join(report.annotators)}: {shared}\n", "bold")
    text.append(f"Intervals: 95 %, {RESAMPLES} bootstrap resamples of {report.units} {report.unit}s", "not bold dim")
    if report.unit == "sentence":
        text.append(
            f", because fewer than {FEW} documents are shared: too narrow where documents differ", "not bold dim"
        )
    return text.append(
        ".\nn: what either side marked (F1), units or tokens (kappa, alpha). Overlapping: IoU of a half or more; a cue"
        " is one word, so a claim's holder and content.\n",
        "not bold dim",
    )


def _columns(estimate: Estimate) -> str:
    aspect = estimate.score.aspect
    return aspect if aspect in ("tokens", "label", "type", "polarity") else "spans"


def _table(estimates: Sequence[Estimate]) -> Table:
    measures = [m for m in MEASURES if any(e.score.measure == m for e in estimates)]
    table = Table("what", "label", *measures, box=None, header_style="bold", pad_edge=False)
    table.add_column("n", justify="right")
    for (aspect, label), row in groupby(estimates, key=lambda e: (e.score.aspect, e.score.label)):
        cells = {estimate.score.measure: estimate for estimate in row}
        n = str(next(iter(cells.values())).score.n)
        table.add_row(aspect, label, *(_cell(cells[m]) if m in cells else Text() for m in measures), n)
    return table


def _cell(estimate: Estimate) -> Text:
    if estimate.score.value is None:
        return Text("undefined", "dim")
    text = Text(_number(estimate.score.value))
    if estimate.low is not None and estimate.high is not None:
        text.append(f" {_number(estimate.low)}–{_number(estimate.high)}", "dim")
    return text


def _number(value: float) -> str:
    """Two decimals, and no minus before a zero."""
    return f"{round(value, 2) + 0.0:.2f}"


def _matrix(matrix: Confusion) -> Table:
    corner = f"{matrix.aspect}: {matrix.rows} ↓ {matrix.columns} →"
    table = Table(corner, box=None, header_style="bold", pad_edge=False)
    for label in matrix.labels:
        table.add_column(label, justify="right")
    for i, (label, counts) in enumerate(zip(matrix.labels, matrix.counts, strict=True)):
        cells = [
            Text(str(count), "green" if i == j else "red") if count else Text("0", "dim")
            for j, count in enumerate(counts)
        ]
        table.add_row(label, *cells)
    return table


def _lines(disagreement: Disagreement) -> Text:
    unit = disagreement.unit
    text = Text.assemble((unit.doc, "bold"), f" {unit.layer} {unit.start}-{unit.end} “{disagreement.text}”\n")
    for name, version in disagreement.versions.items():
        place = "" if version.path is None else f" {version.path}:{version.line}"
        text.append(f"  {name}", "bold").append(f"{place}: ", "dim").append(f"{version.said}\n")
    return text


def check_picture(path: Path) -> None:
    """See that a picture can be drawn there, before anything is computed.

    Raises:
        InputError: its name ends otherwise, or matplotlib is missing.
    """
    if path.suffix.lower() not in PICTURES:
        raise InputError(path, f"a picture's name ends in {' or '.join(PICTURES)}")
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise InputError("--plot", "drawing needs matplotlib: pip install 'sayso[plot]'") from error


def picture(report: Report, kind: str, title: str | None = None) -> bytes:
    """F1 (exact) and alpha of every label with their intervals, one panel a layer.

    Args:
        kind: `png` or `svg`.
        title: what stands above it, if not who agrees.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    panels = [(layer, list(rows)) for layer, rows in groupby(_drawn(report), key=lambda row: row[0])]
    heights = [len(rows) + 1.5 for _, rows in panels]
    # The salt and the missing date make the bytes of an SVG a function of the report.
    with mpl.rc_context({"svg.hashsalt": "sayso", "font.size": 9}):
        figure = Figure(figsize=(7.5, 0.24 * sum(heights) + 1.3), layout="constrained")
        axes = figure.subplots(len(panels), 1, squeeze=False, sharex=True, height_ratios=heights)[:, 0]
        lows = [0.0, *(x for e in report.estimates for x in (e.score.value, e.low) if x is not None)]
        for ax, (layer, rows) in zip(axes, panels, strict=True):
            ax.set_title(layer, loc="left", fontweight="bold")
            ax.set_yticks(range(len(rows)), [name for _, name, _ in rows])
            ax.set_ylim(len(rows) - 0.4, -0.6)
            ax.set_xlim(min(lows) - 0.02, 1.02)
            ax.grid(axis="x", color="#dddddd")
            ax.set_axisbelow(True)
            ax.spines[["top", "right", "left"]].set_visible(False)
            ax.tick_params(axis="y", length=0)
            for y, (_, _, estimates) in enumerate(rows):
                for estimate in estimates:
                    marker, colour, shift = _DRAWN[estimate.score.measure]
                    if estimate.score.value is None:
                        ax.text(
                            1.02, y, f"{estimate.score.measure} undefined ", color="#777777", ha="right", va="center"
                        )
                        continue
                    if estimate.low is not None and estimate.high is not None:
                        ax.hlines(y - shift, estimate.low, estimate.high, color=colour, linewidth=1.5)
                    ax.plot(estimate.score.value, y - shift, marker, color=colour, markersize=4, clip_on=False)
        handles = [mpl.lines.Line2D([], [], marker=m, color=c, label=name) for name, (m, c, _) in _DRAWN.items()]
        figure.legend(handles=handles, loc="outside upper right", ncols=2, frameon=False)
        figure.suptitle(title or f"Agreement of {', '.join(report.annotators)}", x=0.01, ha="left", fontsize=11)
        figure.supxlabel(
            f"95 % intervals: {RESAMPLES} bootstrap resamples of {report.units} {report.unit}s", fontsize=8, x=0.01,
            ha="left",
        )  # fmt: skip
        data = io.BytesIO()
        figure.savefig(data, format=kind, dpi=150, metadata={"Date": None} if kind == "svg" else {"Software": None})
    return data.getvalue()


def _drawn(report: Report) -> Iterator[tuple[str, str, list[Estimate]]]:
    """The lines of the picture: layer, name, measures."""
    estimates = [estimate for estimate in report.estimates if estimate.score.measure in _DRAWN]
    for (layer, aspect, label), row in groupby(estimates, key=lambda e: (e.score.layer, e.score.aspect, e.score.label)):
        yield layer, aspect if label == "all" else f"{aspect}: {label}", list(row)
