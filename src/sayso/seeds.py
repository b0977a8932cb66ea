"""The immutable texts that everything is derived from, and `sources.jsonl`, which says what each is."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from sayso import jsonl
from sayso.errors import InputError, StorageError

__all__ = ["SEED_ID", "Seed", "Source", "read_seed", "read_sources", "sha256"]

SEED_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""What a seed may be called: it names files and rows."""

RIGHTS = (
    "The text is its publisher's or author's. No licence is known; it is kept for research with its source."
    " Rights holders can have it removed."
)


def sha256(data: bytes) -> str:
    """Hex digest."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class Source:
    """One line of `sources.jsonl`. What neither the text nor its page shows is None.

    Attributes:
        bytes: size of the file.
        language: BCP-47.
        published: ISO date.
        extractor: what made the text of a page, and its version; None, and no key, for what was a text already.
    """

    id: str
    file: str
    sha256: str
    bytes: int
    language: str
    title: str | None
    publisher: str | None
    author: str | None
    url: str | None
    published: str | None
    licence: str
    rights: str
    extractor: str | None = None

    @classmethod
    def parse(cls, value: Mapping[str, Any]) -> Source:
        """A source from its JSON object.

        Raises:
            ValueError: a key is missing, unknown or of the wrong form; the message says which.
        """
        names = [field.name for field in fields(cls)]
        for name in names:
            if name not in value and name != "extractor":
                raise ValueError(f"the key {name!r} is missing")
        for name, item in value.items():
            if name not in names:
                raise ValueError(f"the key {name!r} is unknown")
            optional = name in ("title", "publisher", "author", "url", "published")
            kind = int if name == "bytes" else str
            if not (type(item) is kind or (optional and item is None)) or item == "":
                raise ValueError(f"{name!r} must be a {kind.__name__}{' or null' if optional else ''}, not {item!r}")
        source = cls(**value)
        if not SEED_ID.fullmatch(source.id):
            raise ValueError(f"the id {source.id!r} may hold letters, digits, '.', '_' and '-' only")
        if source.file != f"{source.id}.txt":
            raise ValueError(f"'file' must be '{source.id}.txt'")
        if not re.fullmatch(r"[0-9a-f]{64}", source.sha256):
            raise ValueError("'sha256' must be 64 hexadecimal digits")
        if source.published is not None:
            try:
                if date.fromisoformat(source.published).isoformat() != source.published:
                    raise ValueError
            except ValueError:
                raise ValueError(f"'published' must be a date like 2018-03-22, not {source.published!r}") from None
        return source

    def to_json(self) -> dict[str, Any]:
        """The JSON object, keys in canonical order."""
        value = asdict(self)
        if self.extractor is None:
            del value["extractor"]
        return value


@dataclass(frozen=True, slots=True)
class Seed:
    """A text with its source."""

    source: Source
    text: str

    @property
    def id(self) -> str:
        """The seed's and the document's id."""
        return self.source.id


def read_sources(path: Path) -> list[Source]:
    """Read `sources.jsonl`.

    Raises:
        InputError: at the first line that is no source, or an id that stands twice.
    """
    sources: list[Source] = []
    seen: set[str] = set()
    for number, value in jsonl.read(path):
        try:
            source = Source.parse(value)
        except ValueError as error:
            raise InputError(path, str(error), number) from error
        if source.id in seen:
            raise InputError(path, f"the id {source.id!r} stands twice", number)
        seen.add(source.id)
        sources.append(source)
    return sources


def read_seed(folder: Path, source: Source) -> Seed:
    """Read a seed and check that it is still the text that was taken in.

    Raises:
        InputError: the file is missing, changed, or not UTF-8.
    """
    path = folder / source.file
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(path, "the seed is missing: restore it, for example with `git checkout`") from error
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}") from error
    if len(data) != source.bytes or sha256(data) != source.sha256:
        raise InputError(
            path,
            f"the seed was changed: sources.jsonl has sha256 {source.sha256[:12]}… of {source.bytes} bytes,"
            f" the file {sha256(data)[:12]}… of {len(data)}. Seeds are immutable: restore it, for example with"
            " `git checkout`",
        )
    try:
        return Seed(source, data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InputError(path, f"not UTF-8 at byte {error.start}") from error
