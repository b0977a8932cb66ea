"""Where a corpus keeps its things: one folder with `pyproject.toml`, `seeds/`, `annotations/` and `corpus/`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sayso import jsonl
from sayso.errors import InputError
from sayso.layers import LAYERS
from sayso.scheme import Scheme

__all__ = ["Annotator", "Project"]

ANNOTATOR_KINDS = ("human", "language-model")


@dataclass(frozen=True, slots=True)
class Annotator:
    """Who made `annotations/annotators/NAME/`: one line of `annotations/annotators.jsonl`.

    Attributes:
        layers: what they annotate in each document that they have a file for; where they mark nothing of such a layer,
            they found nothing.
    """

    name: str
    kind: str
    layers: tuple[str, ...]
    description: str


@dataclass(frozen=True, slots=True)
class Project:
    """A corpus on disk.

    Attributes:
        root: its folder.
        name: kebab-case, from `[project]` of `pyproject.toml`, as is
        version: x.y.z, the version of the dataset;
        title: for people, from `[tool.sayso]`.
    """

    root: Path
    name: str
    version: str
    title: str
    scheme: Scheme

    @classmethod
    def read(cls, root: Path) -> Project:
        """Read the folder's `pyproject.toml` and `annotations/schema.json`.

        Raises:
            InputError: one is missing or malformed.
        """
        path = root / "pyproject.toml"
        try:
            data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise InputError(
                path, "no corpus here: give its folder with --root, or start one with `sayso init DIR`"
            ) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InputError(path, f"no TOML: {error}") from error
        for table in ("project", "tool"):
            if not isinstance(data.setdefault(table, {}), dict):
                raise InputError(path, f"{table!r} is no table")
        project, own = data["project"], data["tool"].get("sayso")
        if not isinstance(own, dict) or not isinstance(own.get("title"), str):
            raise InputError(path, "no corpus here: [tool.sayso] with a title is missing")
        name, version = project.get("name"), project.get("version")
        if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
            raise InputError(path, "[project] name must be kebab-case")
        if not isinstance(version, str) or not re.fullmatch(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}", version):
            raise InputError(path, "[project] version must be x.y.z")
        return cls(root, name, version, own["title"], Scheme.read(root / "annotations" / "schema.json"))

    @property
    def seeds(self) -> Path:
        """The folder of raw texts."""
        return self.root / "seeds"

    @property
    def sources(self) -> Path:
        """What each seed is."""
        return self.seeds / "sources.jsonl"

    @property
    def annotations(self) -> Path:
        """The folder of judgement."""
        return self.root / "annotations"

    @property
    def gold(self) -> Path:
        """The folder of agreed annotations, one file a document."""
        return self.annotations / "gold"

    @property
    def layers(self) -> Path:
        """The folder of the annotators' own folders."""
        return self.annotations / "annotators"

    def layer_folders(self) -> dict[str, Path]:
        """The folder of every annotator by name, in order."""
        folder = self.layers
        return {path.name: path for path in sorted(folder.iterdir()) if path.is_dir()} if folder.is_dir() else {}

    @property
    def suggested(self) -> Path:
        """The folder of what `sayso suggest` proposes, one file a document."""
        return self.annotations / "suggested"

    @property
    def gazetteer(self) -> Path:
        """The names that are known."""
        return self.annotations / "gazetteer.jsonl"

    @property
    def decisions(self) -> Path:
        """How disagreements were settled."""
        return self.annotations / "adjudication.jsonl"

    @property
    def corpus(self) -> Path:
        """The folder of the dataset."""
        return self.root / "corpus"

    def released(self) -> str | None:
        """The date of this version in CHANGELOG.md (`## [x.y.z] - 2018-03-22`), or None."""
        path = self.root / "CHANGELOG.md"
        if not path.exists():
            return None
        heading = rf"^## \[?{re.escape(self.version)}\]? - ([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})\s*$"
        match = re.search(heading, path.read_text(encoding="utf-8", errors="replace"), re.MULTILINE)
        return match and match.group(1)

    def annotators(self) -> list[Annotator]:
        """The annotators, as `annotations/annotators.jsonl` describes them; none if there is no such file.

        Raises:
            InputError: at the first line of another form.
        """
        path = self.annotations / "annotators.jsonl"
        if not path.exists():
            return []
        annotators: list[Annotator] = []
        for number, value in jsonl.read(path):
            texts = {key: item for key, item in value.items() if key != "layers"}
            if set(value) != {"name", "kind", "layers", "description"} or not all(
                isinstance(item, str) and item for item in texts.values()
            ):
                raise InputError(path, "an annotator has a name, a kind, layers and a description", number)
            layers = value["layers"]
            if not isinstance(layers, list) or not all(layer in LAYERS for layer in layers):
                raise InputError(path, f"'layers' lists some of {', '.join(LAYERS)}", number)
            if value["kind"] not in ANNOTATOR_KINDS:
                raise InputError(path, f"the kind must be one of {', '.join(ANNOTATOR_KINDS)}", number)
            if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", value["name"]) or value["name"] in {a.name for a in annotators}:
                raise InputError(path, f"the name {value['name']!r} must be kebab-case and stand once", number)
            annotators.append(Annotator(**texts, layers=tuple(layers)))
        return annotators
