"""Read the inputs of a corpus document by document, and find what is wrong with them.

A few seeds are in memory at a time; of earlier ones only links, ids and a sketch of their words are kept.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sayso import jsonl
from sayso.adjudicate import Decision, Unit, content, merge, parse_decision, said_of, units
from sayso.annotator_files import scan_annotations
from sayso.checks import Incident, differing_line, relative
from sayso.cleaning import BATCH, clean_batch
from sayso.errors import InputError, StorageError
from sayso.gazetteer import Name, parse_name
from sayso.gazetteer import dump as dump_names
from sayso.layers import Annotation, Claim, Entity, FormError
from sayso.project import Annotator, Project
from sayso.resemblance import NEAR, resemblance, sketch_of, sketch_of_seed
from sayso.rows import fold
from sayso.scheme_checks import SchemeChecks
from sayso.seeds import Source, sha256
from sayso.segmentation import Document, segment
from sayso.stray_checks import layer_folders, stray_files
from sayso.suggested_checks import suggestion_faults

__all__ = ["Examination", "Record"]

DAMAGE = frozenset((
    "source-malformed", "source-duplicate", "seed-changed", "seed-not-utf8", "seed-unfit", "line-malformed",
    "annotation-malformed", "span-outside", "text-differs", "span-removed",
))  # fmt: skip
"""Checks whose faults leave out or misplace what a command would show or count; other faults leave all to be seen."""
SEEDS = 64
"""Seeds that are read and cleaned together at most."""


@dataclass(frozen=True, slots=True)
class Record:
    """One document with all that was said of it; `document` is None where the seed cannot be read."""

    source: Source
    document: Document | None
    gold: list[Annotation] | None
    layers: dict[str, list[Annotation]]


@dataclass
class Examination:
    """The inputs of one corpus. Iterate `records` to the end, then read `incidents`.

    Attributes:
        has_errors: whether any incident so far is an error; asked for every document.
    """

    project: Project
    incidents: list[Incident] = field(default_factory=list)
    has_errors: bool = False
    sources: list[Source] = field(default_factory=list)
    annotators: list[Annotator] = field(default_factory=list)
    decisions: dict[Unit, Decision] = field(default_factory=dict)
    _decision_lines: dict[Unit, int] = field(default_factory=dict)
    _labels: dict[tuple[Path, str], dict[str, tuple[Path, int]]] = field(default_factory=lambda: defaultdict(dict))
    _holders: list[tuple[str, Path, int]] = field(default_factory=list)
    _sketches: dict[int, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._read_sources()
        self._read_annotators()
        self._read_decisions()
        self._read_gazetteer()
        for path, check, message in stray_files(self.project, self.sources, self.annotators):
            self.report(path, 0, check, message)

    def report(self, path: Path, line: int, check: str, message: str) -> None:
        """Note an incident."""
        incident = Incident(relative(path, self.project.root), line, check, message)
        self.incidents.append(incident)
        self.has_errors |= incident.severity == "error"

    def insist_on_whole(self, doc: str | None = None) -> None:
        """See that no seed and no file of annotations was damaged, as far as they were read.

        Args:
            doc: look at the files of this document only.

        Raises:
            InputError: one was: the first fault.
        """
        errors = [i for i in self.incidents if i.check in DAMAGE and doc in (None, Path(i.path).stem)]
        if errors:
            first, more = min(errors), f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
            raise InputError(
                self.project.root / first.path,
                f"{first.check}: {first.message}{more}: see `sayso validate`",
                first.line or None,
            )

    @property
    def parts(self) -> dict[str, tuple[str, ...]]:
        """Which layers each annotator annotates."""
        return {annotator.name: annotator.layers for annotator in self.annotators}

    # -- what is read first

    def _read_sources(self) -> None:
        path = self.project.sources
        lines = self._scan(path, "source-malformed")
        seen: set[str] = set()
        for number, value in lines:
            try:
                source = Source.parse(value)
            except ValueError as error:
                self.report(path, number, "source-malformed", str(error))
                continue
            if source.id in seen:
                self.report(path, number, "source-duplicate", f"the id {source.id!r} stands twice")
                continue
            seen.add(source.id)
            self.sources.append(source)
        canonical = jsonl.encode(s.to_json() for s in sorted(self.sources, key=lambda s: s.id))
        if not self.has_errors and canonical != path.read_bytes():
            self.report(
                path,
                0,
                "canonical-form",
                "not sorted by id, or keys not in order: `sayso build` cannot mend it",
            )
        self.sources.sort(key=lambda s: s.id)

    def _read_annotators(self) -> None:
        try:
            self.annotators = self.project.annotators()
        except InputError as error:
            self.report(Path(error.path), error.line or 0, "annotators-malformed", error.problem)

    def _read_decisions(self) -> None:
        path = self.project.decisions
        if not path.exists():
            return
        ids = {source.id for source in self.sources}
        for number, value in self._scan(path, "decision-malformed"):
            try:
                decision = parse_decision(value)
            except FormError as error:
                self.report(path, number, "decision-malformed", str(error))
                continue
            if decision.unit in self.decisions:
                self.report(path, number, "decision-malformed", "this unit was decided on an earlier line")
            elif decision.unit.doc not in ids:
                self.report(path, number, "decision-stale", f"there is no document {decision.unit.doc!r}")
            else:
                self.decisions[decision.unit] = decision
                self._decision_lines[decision.unit] = number
        canonical = jsonl.encode(self.decisions[unit].to_json() for unit in sorted(self.decisions))
        if len(self.decisions) and not self.has_errors and canonical != path.read_bytes():
            self.report(path, 0, "canonical-form", "not sorted by document, layer and place, or keys not in order")

    def _read_gazetteer(self) -> None:
        path = self.project.gazetteer
        if not path.exists():
            return
        names: dict[str, Name] = {}
        before = len(self.incidents)
        for number, value in self._scan(path, "gazetteer-malformed"):
            try:
                name = parse_name(value, self.project.scheme)
            except FormError as error:
                self.report(path, number, "gazetteer-malformed", str(error))
                continue
            if name.name in names:
                self.report(path, number, "gazetteer-malformed", f"the name {name.name!r} stands twice")
            names[name.name] = name
        data = path.read_bytes()
        if len(self.incidents) == before and data != dump_names(names.values()):
            line = differing_line(data, dump_names(names.values()))
            self.report(path, line, "canonical-form", "not sorted by name, or keys not in order: run `sayso suggest`")

    def _scan(self, path: Path, check: str) -> list[tuple[int, dict[str, object]]]:
        try:
            lines = list(jsonl.scan(path))
        except InputError as error:
            self.report(path, 0, check, error.problem)
            return []
        for line in lines:
            if line.value is None:
                self.report(path, line.number, check, line.problem or "")
        return [(line.number, line.value) for line in lines if line.value is not None]

    # -- document by document

    def records(self) -> Iterator[Record]:
        """Yield every document in the order of ids; incidents are noted on the way."""
        folders = layer_folders(self.project)
        for number, (source, document) in enumerate(self._documents()):
            if document is None:
                yield Record(source, None, None, {})
                continue
            self._check_document(document, source, number)
            gold: list[Annotation] | None = None
            layers: dict[str, list[Annotation]] = {}
            gold_lines: list[int] = []
            for folder in folders:  # gold first: its entities and claims are the basis of everybody's stance
                path = folder / f"{source.id}.jsonl"
                if path.exists():
                    annotations, lines, faults = scan_annotations(path)
                    for line, check, message in faults:
                        self.report(path, line, check, message)
                    if folder == self.project.gold:
                        gold, gold_lines = annotations, lines
                    else:
                        layers[folder.name] = annotations
                    self._check_annotations(path, document, annotations, lines, gold)
            self._check_adjudication(document, gold, layers, gold_lines)
            for fault in suggestion_faults(self.project, document):
                self.report(*fault)
            yield Record(source, document, gold, layers)
        self._check_corpus()

    def _documents(self) -> Iterator[tuple[Source, Document | None]]:
        """Every seed cleaned and segmented, None for one that cannot be read; those that are short, together."""
        for batch in self._batches():
            cleanings = iter(clean_batch([seed for _, seed in batch if seed is not None]))
            for source, seed in batch:
                yield source, None if seed is None else segment(seed, next(cleanings), source.id)

    def _batches(self) -> Iterator[list[tuple[Source, str | None]]]:
        batch: list[tuple[Source, str | None]] = []
        size = 0
        for source in self.sources:
            seed = self._seed(source)
            batch.append((source, seed))
            size += len(seed or "")
            if size >= BATCH or len(batch) >= SEEDS:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def _seed(self, source: Source) -> str | None:
        path = self.project.seeds / source.file
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            self.report(path, 0, "seed-missing", "restore it, for example with `git checkout`")
            return None
        except OSError as error:
            raise StorageError(f"cannot read {path}: {error.strerror}") from error
        if len(data) != source.bytes or sha256(data) != source.sha256:
            self.report(
                path, 0, "seed-changed",
                f"sources.jsonl has {source.bytes} bytes with sha256 {source.sha256[:12]}…, the file {len(data)} with"
                f" {sha256(data)[:12]}…: restore it, for example with `git checkout`",
            )  # fmt: skip
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            self.report(path, 0, "seed-not-utf8", f"at byte {error.start}")
            return None
        for sign, name in (("\ufeff", "a byte order mark"), ("\0", "a NUL")):
            if sign in text:
                self.report(path, text.count("\n", 0, text.index(sign)) + 1, "seed-unfit", f"{name} in the text")
        return text

    def _check_document(self, document: Document, source: Source, number: int) -> None:
        path = self.project.seeds / source.file
        if not document.blocks:
            self.report(path, 0, "seed-empty", "every line was removed as boilerplate")
        stamp = document.cleaning.date
        if stamp is not None and stamp != source.published:
            self.report(path, 1, "date-disagrees", f"the text says {stamp}, sources.jsonl {source.published}")
        sketch = sketch_of(document.text)
        twins: Counter[int] = Counter()
        for shingle in sketch:
            twins.update(self._sketches.setdefault(shingle, []))
            self._sketches[shingle].append(number)
        for other, shared in sorted(twins.items()):
            # Only a pair that shares much of its sketch is worth a second look.
            if shared * 4 >= len(sketch) and resemblance(sketch, self._sketch_of(other)) >= NEAR:
                twin = self.sources[other].id
                check = "fold-leak" if fold(twin) != fold(source.id) else "near-duplicate"
                self.report(path, 0, check, f"nearly the same text as {twin}")

    def _sketch_of(self, number: int) -> frozenset[int]:
        """The sketch of an earlier document, made again: they are rarely asked for, and would fill the memory."""
        data = (self.project.seeds / self.sources[number].file).read_bytes()
        return sketch_of_seed(data.decode("utf-8", errors="replace"))

    def _check_annotations(
        self,
        path: Path,
        document: Document,
        annotations: list[Annotation],
        lines: list[int],
        gold: list[Annotation] | None,
    ) -> None:
        checks = SchemeChecks(self.project.scheme, document, annotations, gold)
        for index, check, message in checks.run():
            self.report(path, lines[index] if index >= 0 else 0, check, message)
        declared = self.parts.get(path.parent.name) if annotations is not gold else None
        for a, line in zip(annotations, lines, strict=True):
            if declared is not None and a.layer not in declared:
                self.report(
                    path,
                    line,
                    "layer-undeclared",
                    f"{a.id}: annotators.jsonl does not give this layer",
                )
            if isinstance(a, Entity) and a.entity:
                # By folder: annotators may differ from each other and from gold, that is for the adjudicator.
                self._labels[path.parent, a.entity].setdefault(a.label, (path, line))
            elif isinstance(a, Claim) and a.holder and a.holder.entity:
                self._holders.append((a.holder.entity, path, line))

    def _check_adjudication(
        self,
        document: Document,
        gold: list[Annotation] | None,
        layers: Mapping[str, Sequence[Annotation]],
        lines: Sequence[int],
    ) -> None:
        """Gold is what the annotators agree on and the decisions say."""
        decided = {unit: d for unit, d in self.decisions.items() if unit.doc == document.id}
        if not layers:
            for unit in decided:
                self.report(
                    self.project.decisions,
                    self._decision_lines[unit],
                    "decision-stale",
                    "nobody annotated this document",
                )
            return
        path = self.project.gold / f"{document.id}.jsonl"
        expected, undecided = merge(document.id, layers, decided, parts=self.parts)
        if gold is None:
            # While some is undecided, gold need not be written yet, and without decisions nobody may have begun.
            if decided and not undecided:
                decisions = relative(self.project.decisions, self.project.root)
                message = f"is missing, though {decisions} settles all: run `sayso adjudicate`, or restore it"
                self.report(path, 0, "gold-unfounded", message)
            return
        said = said_of(document.id, layers, decided, self.parts)
        outdated = [unit for unit, decision in decided.items() if decision.versions != said[unit]]
        for unit in sorted({*undecided, *outdated}):
            stale = unit in decided
            self.report(
                self.project.decisions if stale else path, self._decision_lines[unit] if stale else 0,
                "decision-stale" if stale else "undecided",
                f"{unit.layer} at {unit.start}-{unit.end} of {document.id}: the annotators differ"
                + (" from what this decision quotes" if stale else ", and adjudication.jsonl has no decision"),
            )  # fmt: skip
        want = {unit: content(a) for unit, a in units(document.id, expected).items()}
        for a, line in zip(gold, lines, strict=True):
            (unit,) = units(document.id, [a])
            if unit not in undecided and want.pop(unit, None) != content(a):
                self.report(
                    path,
                    line,
                    "gold-unfounded",
                    f"{a.id} is not what the annotators agree on or a decision says",
                )
        for unit in sorted(want):
            self.report(path, 0, "gold-unfounded", f"the {unit.layer} at {unit.start}-{unit.end} is missing")

    def _check_corpus(self) -> None:
        """What concerns all documents together."""
        for (_, link), labels in sorted(self._labels.items()):
            for label, (path, line) in list(labels.items())[1:]:
                self.report(
                    path,
                    line,
                    "link-two-labels",
                    f"'{link}' is {label} here and {next(iter(labels))} elsewhere",
                )
        known = {link for _, link in self._labels}
        for link, path, line in self._holders:
            own = link.partition(":")[0] == path.stem if ":" in link else link in known
            if not own:
                self.report(path, line, "holder-unknown", f"no entity of the corpus has the link '{link}'")
