"""What is to be done with a collection, task by task, and the record of what has been done.

A task is one file of the input, or many small ones that are a document each. Its manifest is the commit: it is written
after all else, and says of what, by which rules and with what outcome the task's output was made.
"""

from __future__ import annotations

import hashlib
import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from sayso.errors import InputError
from sayso.formats import FORMATS, shard_of, shown
from sayso.stores import File, Store

__all__ = [
    "DATA",
    "LINES",
    "MANIFEST",
    "REJECTED",
    "Made",
    "Manifest",
    "Plan",
    "Task",
    "code_version",
    "digest",
    "plan",
]

DATA, REJECTED, MANIFEST = "data/{}.parquet", "rejected/{}.jsonl", "manifest/{}.json"
"""Where the output of a task is."""
LINES = "_lines/{}.run"
"""The lines of one task, counted."""

OUTPUTS = (DATA, REJECTED, MANIFEST, LINES)
LONGEST_NAME = 255
"""Bytes of a file's name, on most file systems."""
MOST_FILES, MOST_BYTES = 2_000, 32_000_000
"""How many files that are a document each, and of how many bytes together, are one task."""

DECIDING = (
    "batches", "boundaries", "cleaning", "extraction", "form_rules", "formats", "guard", "jobs", "language",
    "layers", "line_columns", "line_features", "line_model", "line_reading", "line_rules", "raw", "readers",
    "recipe", "repetition", "rule_forms", "rule_search", "rules", "segmentation", "shards", "streams",
    "suggestion_columns", "tasks", "warc",
)  # fmt: skip
"""The modules that decide what comes of a document: if one of them changes, all is done again."""
LIBRARIES = ("numpy", "pyarrow")
EXTRACTORS = ("trafilatura", "lxml", "justext", "courlan", "htmldate")
PAGES = ("html", "warc")


class Task(NamedTuple):
    """What one worker does at a time.

    Attributes:
        name: of its output, with `/`.
        files: of the input, in their order.
        kind: a value of `FORMATS`.
    """

    name: str
    files: tuple[File, ...]
    kind: str

    @property
    def size(self) -> int:
        """In bytes."""
        return sum(file.size for file in self.files)


class Plan(NamedTuple):
    """What is to be done.

    Attributes:
        tasks: in the order of their names.
        passed_over: files of no format that can be read, or with a name that is no UTF-8, and links to folders.
    """

    tasks: list[Task]
    passed_over: list[str]


def plan(files: Sequence[File], location: str) -> Plan:
    """Cut an input into tasks. It depends on the names and sizes of the files alone.

    Raises:
        InputError: no file can be read, or an output could not have its name.
    """
    tasks: list[Task] = []
    passed_over: list[str] = []
    singles: dict[tuple[str, str], list[File]] = {}
    for file in files:
        kind = shard_of(Path(file.name), file.name).format
        readable = shown(file.name)
        if kind is None or readable != file.name or file.name.endswith("/"):
            passed_over.append(readable)
        elif kind in ("text", "html") and len(files) > 1:
            singles.setdefault((str(PurePosixPath(file.name).parent), kind), []).append(file)
        else:
            tasks.append(Task(_named(file.name.removesuffix(".parquet")), (file,), kind))
    for (folder, kind), own in singles.items():
        names = PurePosixPath(folder)
        tasks += [
            Task(_named(str(names / f"{kind}-{number:05}")), group, kind)
            for number, group in enumerate(_groups(own), start=1)
        ]
    if not tasks:
        raise InputError(location, f"no file that can be read: a name ends in {', '.join(FORMATS)}")
    tasks.sort()
    _check_outputs(tasks, location)
    return Plan(tasks, passed_over)


def _named(name: str) -> str:
    """The name of an output. `::` would chain URLs: `load_dataset` passes such files over without a word."""
    return name.replace("::", "%3A%3A")


def _check_outputs(tasks: Sequence[Task], location: str) -> None:
    """See that each task can have outputs of its own."""
    # Some file systems do not tell capitals from small letters.
    names_of: dict[str, Task] = {}
    for task in tasks:
        other = names_of.setdefault(task.name.lower(), task)
        if other is not task:
            raise InputError(
                location,
                f"{other.files[0].name} and {task.files[0].name} would have the same output, as capitals do not count"
                " everywhere: rename a file, or its folder",
            )
        longest = max(len(part.encode()) for part in DATA.format(task.name).split("/"))
        if longest > LONGEST_NAME:
            raise InputError(location, f"{task.files[0].name}: the name is too long for an output: rename it")
    outputs = {output.format(name).lower(): task for name, task in names_of.items() for output in OUTPUTS}
    folders = {name.rpartition("/")[0]: task for name, task in outputs.items()}
    for within, task in folders.items():
        for folder in (within, *map(str, PurePosixPath(within).parents)):
            first = outputs.get(folder)
            if first is not None:
                names = f"{first.files[0].name} and {task.files[0].name}"
                raise InputError(
                    location, f"the output of {names} would be a file and a folder of one name: rename one"
                )


def _groups(files: Iterable[File]) -> Iterable[tuple[File, ...]]:
    group: list[File] = []
    size = 0
    for file in files:
        if group and (len(group) >= MOST_FILES or size + file.size > MOST_BYTES):
            yield tuple(group)
            group, size = [], 0
        group.append(file)
        size += file.size
    if group:
        yield tuple(group)


class Made(NamedTuple):
    """A file that was made; its size in bytes."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was made of a task.

    Attributes:
        name: of the task.
        files: of the input.
        size: of the input, in bytes.
        sha256: of the input; of many files: of their hashes and names.
        recipe: the fingerprint of the code, the rules and the settings.
        read: documents that stand in the input, as far as one could read.
        out: rows of the data.
        rejected: documents that were set aside, by fault.
        broken: what files cannot be read on, so that nobody knows how many documents are missing.
        characters: code points of all seeds.
        kept: code points of all clean texts' blocks.
        languages: documents by language.
        removed: by rule, how often and how many code points it removed.
        data: the Parquet file.
        rejects: the file of rejects, if there is one.
    """

    name: str
    files: int
    size: int
    sha256: str
    recipe: str
    read: int
    out: int
    rejected: Mapping[str, int]
    broken: Sequence[str]
    characters: int
    kept: int
    languages: Mapping[str, int]
    removed: Mapping[str, Sequence[int]]
    data: Made
    rejects: Made | None = None

    def to_bytes(self) -> bytes:
        """Its file, the same for the same values."""
        value = asdict(self)
        value["data"] = self.data._asdict()
        value["rejects"] = self.rejects and self.rejects._asdict()
        for key in ("rejected", "languages", "removed"):
            value[key] = dict(sorted(value[key].items()))
        return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()

    @classmethod
    def from_bytes(cls, data: bytes | None) -> Manifest | None:
        """Read its file; None if there is none, or it is none."""
        if data is None:
            return None
        try:
            value: dict[str, Any] = json.loads(data)
            value["data"] = Made(**value["data"])
            value["rejects"] = value["rejects"] and Made(**value["rejects"])
            return cls(**value)
        except (ValueError, TypeError, KeyError):
            return None

    @property
    def adds_up(self) -> bool:
        """Whether every document that was read came out or was set aside."""
        return self.read == self.out + sum(self.rejected.values())

    def stands(self, target: Store) -> bool:
        """Whether the files that it speaks of are there, as long as they were."""
        wanted = {DATA: self.data, REJECTED: self.rejects}
        for pattern, made in wanted.items():
            state = target.state(pattern.format(self.name))
            if (state and state.size) != (made and made.size):
                return False
        return True


def digest(paths: Sequence[Path], names: Sequence[str]) -> str:
    """The sha256 of the contents of a file, `-` if it cannot be read; of many: of their hashes and names."""
    sums = []
    for path in paths:
        try:
            with path.open("rb") as file:
                sums.append(hashlib.file_digest(file, "sha256").hexdigest())
        except OSError:
            sums.append("-")
    if len(sums) == 1:
        return sums[0]
    listed = "".join(f"{own} {name}\n" for own, name in zip(sums, names, strict=True))
    return hashlib.sha256(listed.encode()).hexdigest()


@cache
def code_version(kind: str, *, suggesting: bool = False) -> str:
    """A hash of all that decides what comes of a file of a kind: our modules and data, libraries, Unicode's version.

    Args:
        suggesting: whether annotations are proposed too, for which the whole package counts, and spaCy.
    """
    import sayso

    home = Path(sayso.__file__).parent
    whole = hashlib.sha256()
    paths = [*(home / f"{name}.py" for name in DECIDING), *sorted(home.glob("*.json"))]
    if suggesting:
        paths = sorted(path for ending in ("py", "json", "toml") for path in home.rglob(f"*.{ending}"))
    for path in paths:
        whole.update(path.relative_to(home).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    for library in LIBRARIES + (EXTRACTORS if kind in PAGES else ()) + (("spacy",) if suggesting else ()):
        try:
            whole.update(f"{library} {version(library)}\0".encode())
        except PackageNotFoundError:
            whole.update(f"{library} -\0".encode())
    whole.update(f"{unicodedata.unidata_version} {sys.version_info[:2] if kind in PAGES else ''}".encode())
    return whole.hexdigest()
