"""What a corpus amounts to: counted while it is built, and shown as tables wherever a figure stands in a document.

A hand-written document names a table between two markers, and only what is between them is ever replaced:

    <!-- figures:rows -->
    <!-- /figures -->
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sayso.agreement import Agreement, Score
from sayso.layers import Annotation
from sayso.project import Annotator
from sayso.rows import CONFIGS, FOLDS, Rows
from sayso.rules import MODEL, RULES, WHITESPACE
from sayso.scheme import Scheme
from sayso.segmentation import BLOCK_KINDS, Document

__all__ = ["Figures", "UnknownTableError", "fill", "tables"]

_OTHER_REMOVALS = {
    MODEL: "lines that no rule takes and that the line model is sure of",
    WHITESPACE: "line breaks, blank lines and the edges of lines",
}


class UnknownTableError(ValueError):
    """A marker names a table that there is not, or is not closed."""


@dataclass
class Figures:
    """Counts of a corpus. Add each document once, in any order."""

    rows: Counter[str] = field(default_factory=Counter)
    folds: Counter[int] = field(default_factory=Counter)
    labels: dict[str, Counter[str]] = field(default_factory=dict)
    removed: Counter[str] = field(default_factory=Counter)
    removed_characters: Counter[str] = field(default_factory=Counter)
    seed_characters: int = 0
    annotated: int = 0
    holders: Counter[str] = field(default_factory=Counter)
    things: set[str] = field(default_factory=set)
    agreement: Agreement = field(default_factory=Agreement)
    decided: int = 0
    annotators: Sequence[Annotator] = ()

    def add(self, document: Document, rows: Rows, annotated: bool, layers: Mapping[str, Sequence[Annotation]]) -> None:
        """Count one document."""
        self.seed_characters += len(document.seed)
        self.annotated += annotated
        self.folds[rows["documents"][0]["fold"]] += 1
        for config in CONFIGS:
            self.rows[config] += len(rows[config])
        for removal in document.cleaning.removed:
            self.removed[removal.rule] += 1
            self.removed_characters[removal.rule] += removal.end - removal.start
        self._count("block", (block.kind for block in document.blocks))
        self._count("verifiable", (row["verifiable"] for row in rows["sentences"] if row["verifiable"]))
        for row in rows["entities"]:
            self._count("entity", (e["label"] for e in row["entities"]))
            self.things.update(e["entity"] for e in row["entities"] if e["entity"])
        self._count("claim type", (row["type"] for row in rows["claims"]))
        self._count("polarity", (row["polarity"] for row in rows["claims"]))
        for row in rows["claims"]:
            holder = row["holder"]
            self.holders["none" if holder is None else "linked" if holder["entity"] else "unlinked"] += 1
        self._count("stance in a sentence", (row["label"] for row in rows["stance"] if row["sentence_id"]))
        self._count("author's stance", (row["label"] for row in rows["stance"] if not row["sentence_id"]))
        self.agreement.add(document.id, layers, {a.name: a.layers for a in self.annotators})

    def _count(self, layer: str, labels: Any) -> None:
        self.labels.setdefault(layer, Counter()).update(labels)

    @property
    def annotations_creators(self) -> str:
        """The value of this name in a dataset card."""
        kinds = {annotator.kind for annotator in self.annotators}
        if not self.annotated:
            return "no-annotation"
        return "machine-generated" if kinds == {"language-model"} else "expert-generated" if kinds else "found"


def _table(head: Sequence[str], body: Sequence[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def format_score(score: Score) -> str:
    """A score with two decimals, or `undefined`."""
    return "undefined" if score.value is None else f"{score.value:.2f}"


def tables(figures: Figures, scheme: Scheme) -> dict[str, str]:
    """Every table by its name, as Markdown."""
    order: dict[str, Sequence[str]] = {
        "block": BLOCK_KINDS,
        "entity": scheme.entity,
        "claim type": scheme.claim_type,
        "polarity": scheme.polarity,
        "verifiable": scheme.verifiable,
        "stance in a sentence": scheme.stance,
        "author's stance": scheme.stance,
    }
    labels = []
    for layer, names in order.items():
        counts = figures.labels.get(layer, Counter())
        labels += [(layer, f"`{x}`", counts[x], _share(counts[x], counts.total())) for x in names]
    removed = [
        (f"`{rule}`", figures.removed[rule], figures.removed_characters[rule],
         _share(figures.removed_characters[rule], figures.seed_characters),
         RULES[rule].description if rule in RULES else _OTHER_REMOVALS[rule])
        for rule in [*RULES, MODEL, WHITESPACE] if figures.removed[rule]
    ]  # fmt: skip
    scores = [(s.layer, s.aspect, s.label, s.measure, format_score(s), s.n) for s in figures.agreement.report()]
    kept = figures.seed_characters - sum(figures.removed_characters.values())
    summary = [
        ("documents", figures.rows["documents"]),
        ("of them annotated", figures.annotated),
        ("code points in the seeds", figures.seed_characters),
        ("of them kept", f"{kept} ({_share(kept, figures.seed_characters)})"),
        ("things that entity links name", len(figures.things)),
        ("claims whose holder is linked / not linked / not named",
         " / ".join(str(figures.holders[kind]) for kind in ("linked", "unlinked", "none"))),
        ("annotators", len(figures.annotators)),
        ("documents with two annotators or more", figures.agreement.documents),
        ("disagreements that were adjudicated", figures.decided),
    ]  # fmt: skip
    return {
        "rows": _table(("config", "rows"), [(f"`{config}`", figures.rows[config]) for config in CONFIGS]),
        "summary": _table(("what", "how many"), summary),
        "labels": _table(("layer", "label", "count", "share"), labels),
        "removed": _table(("rule", "removals", "code points", "of the seeds", "what it takes"), removed),
        "agreement": _table(("layer", "what", "label", "measure", "value", "n"), scores)
        if scores
        else "No document has two annotators.",
        "annotators": _table(
            ("name", "kind", "layers", "who"),
            [(a.name, a.kind, ", ".join(a.layers), a.description) for a in figures.annotators],
        )
        if figures.annotators
        else "Nobody has annotated yet.",
        "folds": _table(("fold", "documents"), [(fold, figures.folds[fold]) for fold in range(FOLDS)]),
    }


_REGION = re.compile(r"(<!-- figures:([a-z-]+) -->\n)(.*?)(<!-- /figures -->|(?=<!-- figures:)|\Z)", re.DOTALL)


def fill(text: str, known: Mapping[str, str]) -> str:
    """Replace what stands between the markers of a document.

    Raises:
        UnknownTableError: a marker names no table, or is not closed.
    """

    def replace(match: re.Match[str]) -> str:
        opening, name, _, closing = match.groups()
        if name not in known:
            raise UnknownTableError(f"there is no table '{name}': there are {', '.join(known)}")
        if not closing:
            raise UnknownTableError(f"the table '{name}' is not closed by <!-- /figures -->")
        return f"{opening}{known[name]}\n{closing}"

    return _REGION.sub(replace, text)
