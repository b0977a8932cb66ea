"""The registry of checks: every fault that `sayso validate` can find, with a stable id."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

__all__ = ["CHECKS", "Check", "Incident", "Severity", "differing_line", "relative"]

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Check:
    """One kind of fault.

    Attributes:
        id: kebab-case, stable.
        severity: an `error` makes a corpus invalid, a `warning` wants a look.
        rule: what must hold, and what to do where it does not.
    """

    id: str
    severity: Severity
    rule: str


@dataclass(frozen=True, slots=True, order=True)
class Incident:
    """One fault, at its place.

    Attributes:
        path: the file, relative to the corpus's root where it lies below it.
        line: from 1; 0 for the file as a whole.
    """

    path: str
    line: int
    check: str
    message: str

    @property
    def place(self) -> str:
        """`file` or `file:line`."""
        return f"{self.path}:{self.line}" if self.line else self.path

    @property
    def severity(self) -> Severity:
        """Of its check."""
        return CHECKS[self.check].severity

    def to_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "check": self.check, "severity": self.severity, "path": self.path, "line": self.line or None,
            "message": self.message,
        }  # fmt: skip


def relative(path: Path, root: Path) -> str:
    """A path for people: below the root if it is there."""
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)


def differing_line(one: bytes, other: bytes) -> int:
    """The first line in which two texts differ, from 1."""
    a, b = one.split(b"\n"), other.split(b"\n")
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False), 1) if x != y), min(len(a), len(b)))


_E: Literal["error"] = "error"
_W: Literal["warning"] = "warning"

_TABLE: tuple[tuple[str, Severity, str], ...] = (
    # seeds
    ("source-malformed", _E, "Every line of sources.jsonl describes one seed with all keys of its form."),
    ("source-duplicate", _E, "An id stands in sources.jsonl once."),
    ("seed-missing", _E, "Every seed that sources.jsonl lists is in seeds/: restore it."),
    ("seed-changed", _E, "Seeds are immutable: size and sha256 are those of sources.jsonl. Restore the file."),
    ("seed-not-utf8", _E, "Seeds are UTF-8, strictly. Remove it and take it in again with `sayso add`."),
    ("seed-unfit", _E, "A seed holds no byte order mark and no NUL: `sayso add` refuses such texts."),
    ("seed-unlisted", _E, "Every file in seeds/ is listed in sources.jsonl: take it in with `sayso add`."),
    ("seed-empty", _E, "Something of every seed is kept: a text that is all boilerplate is no document."),
    ("date-disagrees", _E, "The date stamp of a seed is the date in sources.jsonl."),
    ("near-duplicate", _W, "No two seeds are nearly the same text: they would be counted twice."),
    ("fold-leak", _E, "Near-duplicates are in one fold, or a model is tested on what it was trained on: remove one."),
    # files of annotations
    ("line-malformed", _E, "Every line is one JSON object in UTF-8."),
    ("annotation-malformed", _E, "Every object has exactly the keys and types of its layer."),
    ("canonical-form", _E, "Files are sorted by (start, end, id), keys in order, UTF-8 unescaped, LF, final newline."),
    ("document-unknown", _E, "A file of annotations is named after a seed, in gold/ or an annotator's folder."),
    ("annotator-undescribed", _E, "Every annotator is described in annotations/annotators.jsonl."),
    ("annotators-malformed", _E, "annotators.jsonl gives each annotator's name, kind, layers and description."),
    ("layer-undeclared", _E, "An annotator annotates the layers that annotators.jsonl gives them, and no other."),
    ("gazetteer-malformed", _E, "Every line of gazetteer.jsonl is another name, with label, link, count and source."),
    ("suggestions-malformed", _E, "annotations/suggested/ is what `sayso suggest` writes: run it, edit nothing."),
    ("suggestions-stale", _W, "Suggestions are valid for their seed as it is cleaned now: run `sayso suggest` again."),
    # spans
    ("id-duplicate", _E, "An id is used once in a file."),
    ("id-form", _E, "An id is the layer's first letter and a number: e1, c1, v1, s1."),
    ("span-outside", _E, "0 <= start < end <= the seed's length, in code points."),
    ("text-differs", _E, "The quoted text equals seed[start:end]: offsets are code points of the seed."),
    ("span-removed", _E, "No span touches a removed character: change the rule or the annotation."),
    ("span-edge", _E, "No span starts or ends with white space."),
    ("span-crosses-sentence", _E, "Entities, cues, holders and targets lie within one sentence."),
    ("span-crosses-block", _E, "Content lies within the block of its cue."),
    ("label-unknown", _E, "Labels are those of schema.json."),
    # entities
    ("entity-overlap", _E, "Entity spans never overlap."),
    ("link-missing", _E, "Every entity has a link, but those of the labels that schema.json calls unlinked."),
    ("link-form", _E, "A link is kebab-case; for one document only, its id and a colon stand in front."),
    ("link-two-labels", _E, "All mentions of one thing have one label."),
    ("link-split", _W, "The same name with the same label has one link in a document."),
    # claims
    ("cue-form", _E, "A cue is one word of the cue list, with its lemma."),
    ("cue-duplicate", _E, "A word is the cue of one claim."),
    ("cue-in-heading", _E, "Headings hold no claims."),
    ("claim-nested", _E, "Nothing inside a content is a cue."),
    ("content-missing", _E, "A claim has content: at least one span, in order, none overlapping."),
    ("holder-crosses-entity", _E, "A holder is an entity span, holds one whole, or touches none."),
    ("holder-link", _E, "A holder that is an entity span has its link."),
    ("holder-unknown", _E, "A holder's link is that of an entity somewhere in the corpus, or one of its document."),
    # verifiability
    ("verifiable-not-sentence", _E, "Verifiability is said of a sentence, from its start to its end."),
    ("verifiable-missing", _E, "Every sentence of an annotated document has it once."),
    # stance
    ("stance-target", _E, "A target is an entity span of a label that schema.json allows."),
    ("stance-holder", _E, "A holder is in its target's sentence and is not the target itself."),
    ("stance-duplicate", _E, "A pair has one label."),
    ("stance-missing", _E, "Every item that entities and claims give rise to has a label."),
    ("stance-unlisted", _E, "A pair that is no such item has an unlisted holder and is `against` or `favor`."),
    ("evidence", _E, "The author's stance, unless `none`, quotes the sentences that show it; no other stance does."),
    # adjudication
    ("decision-malformed", _E, "Every line of adjudication.jsonl decides one unit once: versions, gold and a reason."),
    ("decision-stale", _E, "A decision quotes what the annotators say now, and the unit is of the corpus."),
    ("undecided", _E, "Every disagreement of annotators has a decision."),
    ("gold-unfounded", _E, "Gold is what all annotators say or what a decision says, no more and no less."),
    # the derived dataset
    ("corpus-missing", _E, "corpus/ and its files are there: run `sayso build`."),
    ("checksum", _E, "SHA256SUMS lists every file of corpus/ with its sha256."),
    ("card-malformed", _E, "The card starts with a YAML header that lists every config."),
    ("card-value", _E, "Card values are those that the Hub knows."),
    ("version-stale", _E, "The card's version is the one in pyproject.toml."),
    ("features-differ", _E, "The features in the card are those in the Parquet schema."),
    ("row-count", _E, "num_examples in the card is the number of rows."),
    ("digest-stale", _E, "The card's content digest is that of the Parquet file: else caches serve old rows."),
    ("rows-differ", _E, "JSONL and Parquet hold the same rows."),
    ("row-malformed", _E, "Every row is readable and of the features' form."),
    ("row-duplicate", _E, "The id of a row stands once in its config."),
    ("row-offset", _E, "In every row, start and end cut its text out of the row's own text."),
    ("row-dangling", _E, "doc_id and sentence_id lead to rows that are there."),
    ("lineage-broken", _E, "Kept and removed pieces of a document, put together, are the seed."),
    ("fold-split", _E, "All rows of a document are in one fold, the one that its id gives."),
    ("croissant", _E, "croissant.json is JSON and has the files' checksums."),
    ("not-rebuilt", _E, "corpus/ is what the inputs give, byte for byte: run `sayso build`, edit nothing there."),
    ("not-compared", _W, "While the inputs have errors, corpus/ cannot be rebuilt and compared."),
    # documents
    ("datasheet", _E, "DATASHEET.md answers every question of Gebru et al."),
    ("figures-stale", _E, "Tables between figure markers are what the corpus gives: run `sayso build`."),
    ("changelog", _W, "CHANGELOG.md has a dated heading for this version."),
)  # fmt: skip

CHECKS: dict[str, Check] = {id: Check(id, severity, rule) for id, severity, rule in _TABLE}
