"""A conversation in which an adjudicator settles what annotators disagree about, and the gold that follows from it.

Every decision is on the disk before the next question is asked, so that a kill loses at most the one being made.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from sayso import jsonl
from sayso.adjudicate import Content, Decision, Unit, content, merge, units
from sayso.cases import Case, Judged, open_cases, read_decisions, read_judged, unmentioned
from sayso.checks import Incident
from sayso.difference import Difference, compare
from sayso.disagreement import describe, quoted
from sayso.errors import InputError, StorageError
from sayso.items import stance_items
from sayso.layers import Anchor, Annotation, Claim, FormError, Stance, dump, parse
from sayso.package import assemble, scratch
from sayso.project import Project
from sayso.scheme_checks import SchemeChecks
from sayso.segmentation import Document
from sayso.show import sentence_text
from sayso.storage import exclusive, write_file
from sayso.validation import validate

__all__ = ["Adjudication", "Dialogue", "Outcome"]

HELP = "a version's number, 0 none, e edit (e2 the second), s skip, q quit: "

REBUILT = frozenset(("corpus-missing", "not-rebuilt", "not-compared", "figures-stale", "version-stale"))
"""Checks that the next `sayso build` satisfies."""

_CONTEXT = frozenset((
    "verifiable-missing", "stance-missing", "stance-target", "stance-unlisted", "holder-crosses-entity", "holder-link",
))  # fmt: skip
"""Checks that need more than one annotation to be seen, and wait for the whole gold."""


class _QuitError(Exception):
    """The adjudicator has had enough for today."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """How to talk to the adjudicator.

    Attributes:
        say: show something.
        ask: show a prompt and return a line; EOFError or KeyboardInterrupt where there is no more.
        edit: let them edit a text; None if they changed nothing.
    """

    say: Callable[[RenderableType], None]
    ask: Callable[[str], str]
    edit: Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it.

    Attributes:
        written: files of gold that changed.
        left: documents whose gold is as it was, and how many cases of each are open.
        unmentioned: decisions on units that no annotator mentions any more, with their lines.
        incidents: of validation, but for what a rebuild mends.
        stale: whether `sayso build` is due.
        difference: the new gold's dataset against corpus/; None where either cannot be had.
    """

    written: tuple[Path, ...]
    left: dict[str, int]
    unmentioned: tuple[tuple[Unit, int], ...]
    incidents: tuple[Incident, ...]
    stale: bool
    difference: Difference | None

    @property
    def settled(self) -> bool:
        """Whether nothing is open and nothing is wrong."""
        return not self.left and not any(incident.severity == "error" for incident in self.incidents)


@dataclass
class Adjudication:
    """The work of one adjudicator on one corpus.

    Attributes:
        adjudicator: a name that each decision carries, if any.
        decided: how many decisions were put on the disk.
        judged: the documents that anybody annotated, by id.
        parts: which layers each annotator annotates.
    """

    project: Project
    adjudicator: str | None = None
    decided: int = 0
    judged: dict[str, Judged] = field(init=False)
    parts: dict[str, tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        if self.adjudicator is not None and not re.fullmatch(r"[a-z0-9][a-z0-9-]*", self.adjudicator):
            raise InputError("--adjudicator", f"{self.adjudicator!r} must be lower case letters, digits and hyphens")
        self.judged = {judged.document.id: judged for judged in read_judged(self.project)}
        self.parts = {annotator.name: annotator.layers for annotator in self.project.annotators()}

    def decisions(self) -> dict[Unit, Decision]:
        """What is on the disk now."""
        return {unit: decision for unit, (decision, _) in read_decisions(self.project.decisions).items()}

    def cases(self) -> list[Case]:
        """Everything that waits for a decision."""
        decisions = self.decisions()
        return [case for judged in self.judged.values() for case in open_cases(judged, decisions, self.parts)]

    # -- the conversation

    def converse(self, dialogue: Dialogue) -> None:
        """Ask about every case, until there is none left or the adjudicator quits."""
        cases = self.cases()
        try:
            for number, case in enumerate(cases, 1):
                judged, decisions = self.judged[case.unit.doc], self.decisions()
                if case.unit not in {now.unit for now in open_cases(judged, decisions, self.parts)}:
                    continue  # somebody else decided it meanwhile
                for line in self._shown(case, judged, decisions, f"{number}/{len(cases)}"):
                    dialogue.say(line)
                decision = self._ask(case, judged, dialogue)
                if decision is not None:
                    self._record(decision, dialogue)
        except (_QuitError, EOFError, KeyboardInterrupt):
            dialogue.say(Text("quit: every decision so far is kept", "dim"))

    def _shown(self, case: Case, judged: Judged, decisions: Mapping[Unit, Decision], number: str) -> Iterator[Text]:
        unit, document = case.unit, judged.document
        head = f"\n[{number}] {unit.doc} {unit.layer} {unit.start}-{unit.end} “{quoted(case.versions)}”"
        yield Text(head, "bold")
        if case.outdated is not None:
            words = describe({"then": case.outdated.gold})["then"]
            yield Text(f"decided earlier as {words}: {case.outdated.reason}", "yellow")
            yield Text("but the annotators say something else now", "yellow")
        if unit.layer == "stance" and not self._is_item(unit, judged, decisions):
            yield Text("the gold entities and claims do not give rise to this pair: 0, unless its holder is", "yellow")
            yield Text("neither an entity nor a claim's holder and is against or in favor", "yellow")
        annotations = [_annotation(version) for version in case.versions.values() if version is not None]
        spans = [span for a in annotations for span in _spans(a)]
        for sentence in document.sentences:
            low, high = sentence.seed_start, sentence.seed_end
            if any(span.start < high and low < span.end for span in spans):
                text = sentence_text(document, sentence, annotations, self.project.scheme.entity)
                for start, end in ((unit.start, unit.end), (unit.holder_start, unit.holder_end)):
                    if start < high and low < end:
                        text.stylize("reverse", max(0, start - low), min(end, high) - low)
                yield Text.assemble((f"{sentence.number:>4} ", "dim"), text)
        said = describe(case.versions)
        for index, version in enumerate([None, *_choices(case)]):
            names = [name for name, own in case.versions.items() if own == version]
            words = said[names[0]] if names else "nothing"
            yield Text.assemble((f"  {index} ", "bold"), words, (f"  {', '.join(names)}" if names else "", "cyan"))

    def _is_item(self, unit: Unit, judged: Judged, decisions: Mapping[Unit, Decision]) -> bool:
        """Whether what is gold so far gives rise to this stance item."""
        gold, _ = merge(unit.doc, judged.layers, decisions, judged.gold or (), self.parts)
        return unit[2:] in {item.key for item in stance_items(judged.document, gold, self.project.scheme)}

    def _ask(self, case: Case, judged: Judged, dialogue: Dialogue) -> Decision | None:
        """The adjudicator's decision, None if they skip it."""
        choices = _choices(case)
        draft: str | None = None
        while True:
            answer = dialogue.ask(HELP).strip().lower()
            if answer == "q":
                raise _QuitError
            if answer == "s":
                return None
            gold: Content | None = None
            if match := re.fullmatch(r"e\s*([1-9]?)", answer):
                number = int(match[1] or 1)
                if number > len(choices):
                    dialogue.say(Text(f"there is no version {number}", "red"))
                    continue
                # What was refused is not lost: `e` opens it again.
                text = draft if draft is not None and not match[1] else _pretty(choices[number - 1])
                draft = dialogue.edit(text)
                if draft is None:
                    dialogue.say(Text("nothing was changed", "yellow"))
                    continue
                try:
                    gold = self._edited(draft, case.unit, judged)
                except FormError as error:
                    dialogue.say(Text(f"{error}; `e` opens it again", "red"))
                    continue
            elif re.fullmatch(r"[0-9]{1,3}", answer) and int(answer) <= len(choices):
                gold = choices[int(answer) - 1] if int(answer) else None
            else:
                dialogue.say(Text(f"{answer!r} is none of these", "red"))
                continue
            reason = dialogue.ask("reason: ").strip()
            if reason and reason.isprintable():
                return Decision(case.unit, case.versions, gold, reason, self.adjudicator)
            dialogue.say(Text("a decision needs a reason, one line of text; choose again", "red"))

    def _edited(self, text: str, unit: Unit, judged: Judged) -> Content:
        """What the adjudicator wrote.

        Raises:
            FormError: it is no annotation of this unit, or breaks a rule that one annotation can break.
        """
        try:
            value: Any = json.loads(text)
            jsonl.dumps({"": value}).encode()
        except (ValueError, RecursionError) as error:
            raise FormError(f"no JSON: {error}") from error
        if not isinstance(value, dict):
            raise FormError("an annotation is a JSON object")
        annotation = parse({**value, "id": f"{unit.layer[0]}1"})
        if units(unit.doc, [annotation]).keys() != {unit}:
            place = f"{unit.layer} at {unit.start}-{unit.end}"
            holder = f" of the holder at {unit.holder_start}-{unit.holder_end}" if unit.holder_start >= 0 else ""
            raise FormError(f"this is not about the {place}{holder} any more")
        self.check(annotation, judged.document)
        return content(annotation)

    def check(self, annotation: Annotation, document: Document) -> None:
        """See that an annotation breaks no rule that can be seen on it alone.

        Raises:
            FormError: it does; the check is named.
        """
        for _, check, message in SchemeChecks(self.project.scheme, document, [annotation], None).run():
            if check not in _CONTEXT:
                raise FormError(f"{check}: {message}")

    def record(self, made: Iterable[Decision]) -> None:
        """Put decisions on the disk, among those that others may have written meanwhile.

        Raises:
            StorageError: the disk refuses, or another sayso is at work.
        """
        new = {decision.unit: decision for decision in made}
        with exclusive(self.project.root):
            decisions = {**self.decisions(), **new}
            write_file(self.project.decisions, jsonl.encode(decisions[unit].to_json() for unit in sorted(decisions)))
        self.decided += len(new)

    def _record(self, decision: Decision, dialogue: Dialogue) -> None:
        """Record what was just decided; the adjudicator says whether to try again."""
        while True:
            try:
                self.record([decision])
            except StorageError as error:
                dialogue.say(Text(str(error), "red"))
                if dialogue.ask("Enter tries again, q quits without this decision: ").strip().lower() == "q":
                    raise _QuitError from error
            else:
                return

    # -- what follows

    def finish(self) -> Outcome:
        """Write the gold of every document without open cases, validate, and compare with corpus/.

        Raises:
            StorageError: the disk refuses, or another sayso is at work.
            InputError: corpus/ is there but is no dataset.
        """
        written, left = [], {}
        with exclusive(self.project.root):
            lined = read_decisions(self.project.decisions)
            decisions = {unit: decision for unit, (decision, _) in lined.items()}
            for doc_id, judged in self.judged.items():
                path = self.project.gold / f"{doc_id}.jsonl"
                if waiting := open_cases(judged, decisions, self.parts):
                    left[doc_id] = len(waiting)
                    continue
                gold, _ = merge(doc_id, judged.layers, decisions, judged.gold or (), self.parts)
                data = dump(gold)
                if judged.gold is None or path.read_bytes() != data:
                    _make_folder(path.parent)
                    write_file(path, data)
                    written.append(path)
            forgotten = unmentioned(self.judged, decisions, self.parts)
        incidents = validate(self.project.root)
        remaining = tuple(incident for incident in incidents if incident.check not in REBUILT)
        broken = any(incident.severity == "error" for incident in remaining)
        return Outcome(
            tuple(written),
            left,
            tuple((unit, lined[unit][1]) for unit in forgotten),
            remaining,
            len(remaining) < len(incidents),
            None if broken else self._difference(),
        )

    def _difference(self) -> Difference | None:
        if not (self.project.corpus / "jsonl").is_dir():
            return None
        with scratch() as folder:
            assembly = assemble(self.project, Path(folder))
            return None if assembly.examination.has_errors else compare(self.project.corpus, Path(folder))


def _choices(case: Case) -> list[Content]:
    """The different versions, in the order of the annotators' names."""
    choices: list[Content] = []
    for version in case.versions.values():
        if version is not None and version not in choices:
            choices.append(version)
    return choices


def _annotation(version: Content) -> Annotation:
    return parse({**version, "id": "x1"})


def _pretty(version: Content) -> str:
    return json.dumps(version, ensure_ascii=False, indent=2) + "\n"


def _spans(a: Annotation) -> list[Anchor | Annotation]:
    """Every place that an annotation names."""
    spans: list[Anchor | Annotation] = [a]
    if isinstance(a, Claim | Stance) and a.holder is not None:
        spans.append(a.holder)
    if isinstance(a, Claim):
        spans += a.content
    elif isinstance(a, Stance):
        spans += a.evidence
    return spans


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise StorageError(f"cannot write {folder}: {error.strerror}") from error
