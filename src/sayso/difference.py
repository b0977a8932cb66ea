"""What changed between two versions of a dataset, per layer, and the version bump that it demands."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sayso import jsonl
from sayso.card import split_card
from sayso.croissant import KEYS
from sayso.errors import InputError
from sayso.rows import CONFIGS

__all__ = ["Change", "Difference", "compare", "opened"]

Bump = Literal["PATCH", "MINOR", "MAJOR"]
_BUMPS: tuple[Bump, ...] = ("PATCH", "MINOR", "MAJOR")
# Where only these differ, a row was relabelled; where only places and the quoted words do, it was moved.
_LABELS = frozenset((
    "label", "type", "polarity", "verifiable", "ner_tags", "kind", "block_kind", "entity", "holder_entity",
    "target_entity",
))  # fmt: skip
_PLACES = frozenset(("start", "end", "seed_start", "seed_end", "starts", "ends", "index"))
_QUOTED = frozenset(("text", "tokens"))


@dataclass(frozen=True, slots=True)
class Change:
    """How many rows of a layer changed, and how; `entities` counts its spans too.

    Attributes:
        columns_added: new columns, and label sets that were appended to.
        columns_removed: columns that are gone, and label sets whose integers mean something else now.
    """

    layer: str
    added: int
    removed: int
    moved: int
    relabelled: int
    edited: int
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()

    @property
    def bump(self) -> Bump:
        """PATCH: the same rows; MINOR: only additions; MAJOR: edits or removals."""
        if self.removed or self.moved or self.relabelled or self.edited or self.columns_removed:
            return "MAJOR"
        return "MINOR" if self.added or self.columns_added else "PATCH"


@dataclass(frozen=True, slots=True)
class Difference:
    """The whole comparison.

    Attributes:
        old, new: the two versions, as their cards say.
    """

    old: str
    new: str
    changes: tuple[Change, ...]

    @property
    def bump(self) -> Bump:
        """The least bump that the changes demand."""
        return _BUMPS[max(_BUMPS.index(change.bump) for change in self.changes)]

    @property
    def least(self) -> str:
        """The least version that may be published."""
        major, minor, patch = map(int, self.old.split("."))
        if self.bump == "MAJOR":
            return f"{major + 1}.0.0" if major else f"0.{minor + 1}.0"
        if self.bump == "MINOR":
            return f"{major}.{minor + 1}.0"
        return f"{major}.{minor}.{patch}"

    @property
    def satisfied(self) -> bool:
        """Whether the new version is high enough."""
        return _number(self.new) >= _number(self.least)


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


@contextmanager
def opened(where: str, root: Path) -> Iterator[Path]:
    """The dataset's folder that a user means: a corpus, its `corpus/`, or a git revision of `root`.

    Raises:
        InputError: it is none of these.
    """
    path = Path(where)
    for folder in (path, path / "corpus"):
        if (folder / "jsonl").is_dir():
            yield folder
            return
    if path.exists():
        raise InputError(path, "no dataset here: neither it nor its corpus/ has a folder jsonl/; run `sayso build`")
    if where.startswith("-"):
        raise InputError(where, "neither a folder nor a git revision: it begins like an option")
    command = ["git", "-C", str(root), "archive", "--format=tar", f"{where}:./corpus"]
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - fixed command, no shell
    except FileNotFoundError as error:
        raise InputError(where, "no folder; to look for a git revision of that name, install git") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise InputError(where, f"neither a folder nor a git revision with a corpus/: {said[-1] if said else ''}")
    with tempfile.TemporaryDirectory(prefix="sayso-") as folder_name:
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            archive.extractall(folder_name, filter="data")
        yield Path(folder_name)


def compare(old: Path, new: Path) -> Difference:
    """Compare two dataset folders by the ids of their rows.

    Raises:
        InputError: one is not a dataset.
    """
    before, after = _card(old), _card(new)
    changes = tuple(_layer(config, old, new, before[1].get(config, {}), after[1].get(config, {})) for config in CONFIGS)
    return Difference(before[0], after[0], changes)


Labels = dict[str, list[str]]


def _card(folder: Path) -> tuple[str, dict[str, Labels]]:
    """The version of a dataset, and the label names of each config's columns."""
    path = folder / "README.md"
    try:
        header, _ = split_card(path.read_text(encoding="utf-8"))
        infos = {info["config_name"]: dict(_label_names(info["features"], "")) for info in header["dataset_info"]}
        version = str(header["configs"][0]["version"])
        if len(_number(version)) != 3:
            raise ValueError(f"the version {version!r} is not x.y.z")
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise InputError(path, f"no card of a dataset: {error!r}") from error
    return version, infos


def _label_names(features: Any, prefix: str) -> Iterator[tuple[str, list[str]]]:
    """Every ClassLabel of a card's features by its path, names in order."""
    for feature in features if isinstance(features, list) else []:
        path = f"{prefix}{feature.get('name', '')}"
        for name in ("dtype", "list", "struct"):
            kind = feature.get(name)
            if isinstance(kind, dict) and "class_label" in kind:
                yield path, list(kind["class_label"]["names"].values())
            yield from _label_names(kind, f"{path}.")


def _rows(folder: Path, config: str) -> tuple[dict[str, dict[str, Any]], set[str]]:
    """Rows by id, and the columns. The fold and the id do not count as content.

    Raises:
        InputError: the file is missing, or has a line that is no row of the config.
    """
    rows: dict[str, dict[str, Any]] = {}
    columns: set[str] = set()
    path = folder / "jsonl" / f"{config}.jsonl"
    for number, row in jsonl.read(path):
        columns |= set(row)
        try:
            rows |= _entities(row) if config == "entities" else {row[KEYS[config]]: row}
        except (KeyError, TypeError) as error:
            raise InputError(path, f"no row of {config}: {error!r}", number) from error
    return rows, columns


def _entities(row: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The spans of a row of `entities` by their ids, and its sentence."""
    rows = {
        f"{row['doc_id']}:{e['id']}": {
            "seed_start": row["seed_start"] + e["start"],
            "seed_end": row["seed_start"] + e["end"],
            "text": e["text"],
            "label": e["label"],
            "entity": e["entity"],
        }
        for e in row["entities"]
    }
    return {**rows, row["sentence_id"]: {"text": row["text"]}}


def _changed(one: Any, other: Any, name: str = "") -> Iterator[str]:
    """The names of the innermost fields in which two rows differ. A field that one lacks is no difference."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one.keys() & other.keys():
            yield from _changed(one[key], other[key], key)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for a, b in zip(one, other, strict=True):
            yield from _changed(a, b, name)
    elif one != other:
        yield name


def _layer(config: str, old: Path, new: Path, old_labels: Labels, new_labels: Labels) -> Change:
    before, old_columns = _rows(old, config)
    after, new_columns = _rows(new, config)
    shared = before.keys() & after.keys()
    counts = {"moved": 0, "relabelled": 0, "edited": 0}
    for key in shared:
        changed = set(_changed(before[key], after[key]))
        if changed & _PLACES and changed <= _PLACES | _QUOTED:
            counts["moved"] += 1
        elif changed and changed <= _LABELS:
            counts["relabelled"] += 1
        elif changed:
            counts["edited"] += 1
    appended, broken = [], []
    for path in sorted(old_labels.keys() & new_labels.keys()):
        names, others = old_labels[path], new_labels[path]
        if others[: len(names)] != names:
            broken.append(f"labels of {path}")
        elif len(others) > len(names):
            appended.append(f"labels of {path}")
    return Change(
        config,
        added=len(after.keys() - before.keys()),
        removed=len(before.keys() - after.keys()),
        columns_added=tuple(sorted(new_columns - old_columns) if old_columns else ()) + tuple(appended),
        columns_removed=tuple(sorted(old_columns - new_columns) if new_columns else ()) + tuple(broken),
        **counts,
    )
