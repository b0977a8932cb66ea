"""What a processed collection came to: for people, for programs, and on the card of its folder."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import yaml

from sayso.recipe import Recipe
from sayso.tasks import Manifest

__all__ = ["CARD_TITLE", "Summary", "card"]

CARD_TITLE = "# A collection, processed by sayso"


@dataclass(slots=True)
class Summary:
    """What a collection came to, as its manifests say.

    Attributes:
        made: tasks that were done now.
        kept: tasks that were done before.
        redone: of those made, how many replaced what other rules or another input had made.
        passed_over: what cannot be read for its name's sake: of no format, no UTF-8, or a link to a folder.
        orphans: files of outputs whose input is gone.
        hashes: the sha256 of the data of each task.
        failed: the tasks without an output, and why.
        broken: the files that could be read in part only.
        repeated: how many lines recur, if they were counted.
    """

    tasks: int = 0
    made: int = 0
    kept: int = 0
    redone: int = 0
    read: int = 0
    out: int = 0
    characters: int = 0
    characters_kept: int = 0
    repeated: int | None = None
    rejected: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    removed: dict[str, list[int]] = field(default_factory=dict)
    passed_over: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether all that was there came out or was set aside document by document, and something came out."""
        adds_up = self.read == self.out + sum(self.rejected.values())
        return not self.failed and not self.broken and adds_up and self.out > 0

    def add(self, manifest: Manifest) -> None:
        """Count in what came of a task."""
        self.hashes[manifest.name] = manifest.data.sha256
        self.read += manifest.read
        self.out += manifest.out
        self.characters += manifest.characters
        self.characters_kept += manifest.kept
        self.rejected.update(manifest.rejected)
        self.languages.update(manifest.languages)
        self.broken += manifest.broken
        for rule, (lines, characters) in manifest.removed.items():
            own = self.removed.setdefault(rule, [0, 0])
            own[0] += lines
            own[1] += characters

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "complete": self.complete,
            "tasks": {"all": self.tasks, "made": self.made, "kept": self.kept, "redone": self.redone},
            "documents": {"read": self.read, "out": self.out, "rejected": dict(sorted(self.rejected.items()))},
            "characters": {"seeds": self.characters, "kept": self.characters_kept},
            "languages": dict(sorted(self.languages.items())),
            "removed": {
                rule: {"times": times, "characters": size} for rule, (times, size) in sorted(self.removed.items())
            },
            "repeated": self.repeated,
            "passed_over": self.passed_over,
            "orphans": self.orphans,
            "failed": self.failed,
            "broken": self.broken,
        }


def card(summary: Summary, recipe: Recipe) -> bytes:
    """The dataset card: YAML that `load_dataset` obeys, and what came out. No word of when and where it was made."""
    listed = "".join(f"{sha256} {name}\n" for name, sha256 in sorted(summary.hashes.items()))
    header = {
        "configs": [
            {
                "config_name": "default",
                "data_files": [{"split": "train", "path": "data/**/*.parquet"}],
                # `load_dataset` takes its cache for what it was made of if nothing here differs.
                "description": f"content {hashlib.sha256(listed.encode()).hexdigest()[:16]}",
            }
        ]
    }
    counts = [
        ("documents", summary.out),
        ("set aside, in `rejected/`", sum(summary.rejected.values())),
        *((f"language `{language}`", count) for language, count in sorted(summary.languages.items())),
        ("characters of the seeds", summary.characters),
        ("characters kept", summary.characters_kept),
        *((f"removed by `{rule}`", times) for rule, (times, _) in sorted(summary.removed.items())),
    ]
    table = "\n".join(f"| {what} | {number} |" for what, number in counts)
    steps = ", ".join(recipe.steps)
    return f"""---
{yaml.safe_dump(header, sort_keys=False).strip()}
---
{CARD_TITLE}

Steps: {steps}; profile: {recipe.profile}.

| | |
|---|---|
{table}

`text` is what is left of a document's seed, `blocks` and `removed` put the seed together again: offsets are Unicode
code points, exclusive at the end. Every removal names its rule. `manifest/` says of each file of the input what came
of it.
""".encode()
