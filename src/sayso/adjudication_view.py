"""Adjudication on a terminal: what is printed, how lines are read, and the editor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from sayso.adjudication import Dialogue, Outcome
from sayso.cases import Case
from sayso.checks import relative
from sayso.disagreement import describe, quoted
from sayso.project import Project

__all__ = ["listed", "summary", "terminal_dialogue"]


def terminal_dialogue(console: Console) -> Dialogue:
    """Talk on the terminal that is stdin, with the user's $EDITOR."""

    def ask(prompt: str) -> str:
        while True:
            console.print(Text(prompt, "bold"), end="")
            try:
                return input()
            except UnicodeDecodeError:
                console.print("that line is not UTF-8: type it again", style="red")

    def edit(text: str) -> str | None:
        import click

        try:
            return click.edit(text, extension=".json", require_save=False)
        except click.ClickException as error:
            console.print(Text(f"{error.format_message()}: set EDITOR to one that there is", "red"), soft_wrap=True)
            return None

    return Dialogue(lambda line: console.print(line, soft_wrap=True), ask, edit)


def listed(cases: Sequence[Case]) -> Iterator[Text]:
    """Every open case with what each annotator said."""
    for case in cases:
        unit = case.unit
        head = f"{unit.doc} {unit.layer} {unit.start}-{unit.end} “{quoted(case.versions)}”"
        yield Text(head + (" (decided on what annotators said earlier)" if case.outdated else ""), "bold")
        for name, said in describe(case.versions).items():
            yield Text.assemble((f"  {name}", "cyan"), f": {said}")


def summary(project: Project, decided: int, outcome: Outcome) -> Iterator[Text]:
    """What was done, what is left to do, and what the new gold demands; incidents are printed by themselves."""
    yield Text(f"{decided} decided")
    for path in outcome.written:
        yield Text(f"wrote {relative(path, project.root)}")
    for doc_id, count in outcome.left.items():
        yield Text(f"gold of {doc_id} is as it was: {count} open", "yellow")
    for unit, line in outcome.unmentioned:
        place = f"{relative(project.decisions, project.root)}:{line}"
        what = f"no annotator mentions the {unit.layer} at {unit.start}-{unit.end} of {unit.doc} any more"
        yield Text(f"{place}: {what}: remove the line", "yellow")
    difference = outcome.difference
    if difference is not None:
        verdict = f"against corpus/, the gold is a change of {difference.bump}: at least {difference.least}"
        raised = "" if difference.satisfied else f", and pyproject.toml has {project.version}: raise it"
        yield Text(verdict + raised, "bold green" if difference.satisfied else "bold red")
    elif not outcome.settled:
        yield Text("which version the gold demands is known once nothing is open or wrong", "dim")
    if outcome.stale:
        yield Text("corpus/ is not what the inputs give: run `sayso build`", "bold")
