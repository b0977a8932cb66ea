"""Where annotators differ, for people: what each said, and in which line of which file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sayso import jsonl
from sayso.adjudicate import Content, Unit, disagreements
from sayso.agreement import Parts
from sayso.annotator_files import AnnotatorFile
from sayso.layers import AUTHOR, LAYERS

__all__ = ["Disagreement", "Version", "describe", "list_disagreements"]


@dataclass(frozen=True, slots=True)
class Version:
    """What one annotator said.

    Attributes:
        path, line: where; None for an annotator who marked nothing.
        said: in words.
    """

    path: str | None
    line: int | None
    said: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One unit about which annotators differ.

    Attributes:
        text: the quoted words; for a stance, holder and target.
        versions: by annotator.
    """

    unit: Unit
    text: str
    versions: dict[str, Version]

    def to_json(self) -> dict[str, Any]:
        """For `--json`."""
        versions = {
            name: {"file": version.path, "line": version.line, "said": version.said}
            for name, version in self.versions.items()
        }
        return {**self.unit._asdict(), "text": self.text, "versions": versions}


def list_disagreements(doc_id: str, files: Mapping[str, AnnotatorFile], parts: Parts | None) -> list[Disagreement]:
    """All disagreements about a document, by layer and place.

    Args:
        files: by annotator.
        parts: which layers each annotates, as for `sayso.adjudicate.disagreements`.
    """
    found = disagreements(doc_id, {name: file.annotations for name, file in files.items()}, parts)
    lines = {name: file.units(doc_id) for name, file in files.items()}
    return [
        Disagreement(
            unit,
            quoted(found[unit]),
            {
                name: Version(str(files[name].path), lines[name][unit], said)
                if unit in lines[name]
                else Version(None, None, said)
                for name, said in describe(found[unit]).items()
            },
        )
        for unit in sorted(found, key=by_layer)
    ]


def by_layer(unit: Unit) -> tuple[str, int, tuple[int, ...]]:
    """Sorts units in the order in which layers are annotated: stance comes after what its items are made of."""
    return unit.doc, LAYERS.index(unit.layer), unit[2:]


def quoted(versions: Mapping[str, Content | None]) -> str:
    """The words that a unit is about: all versions quote the same."""
    version = next(version for version in versions.values() if version is not None)
    if version["layer"] != "stance":
        return str(version["text"])
    holder = version["holder"]
    return f"{'the author' if holder == AUTHOR else holder['text']} → {version['text']}"


def describe(versions: Mapping[str, Content | None]) -> dict[str, str]:
    """What each annotator said in words; as JSON where the words of two versions that differ would be the same."""
    words = {name: "nothing" if version is None else _words(version) for name, version in versions.items()}
    exact = {name: "nothing" if version is None else jsonl.dumps(version) for name, version in versions.items()}
    return words if len(set(words.values())) == len(set(exact.values())) else exact


def _words(version: Content) -> str:
    layer = version["layer"]
    if layer == "entity":
        return f"{version['label']}{_link(version)}"
    if layer == "claim":
        holder = version["holder"]
        who = "nobody" if holder is None else f"“{holder['text']}”{_link(holder)}"
        content = " … ".join(f"“{part['text']}”" for part in version["content"])
        return f"{who} {version['lemma']}: {content} ({version['type']}, {version['polarity']})"
    if layer == "verifiable":
        return str(version["label"])
    evidence = " … ".join(f"“{part['text']}”" for part in version["evidence"])
    return f"{version['label']}{_link(version)}{f', shown by {evidence}' if evidence else ''}"


def _link(mention: Content) -> str:
    return f" [{mention['entity']}]" if mention["entity"] else ""
