"""What the files of a collection may be, by their names."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from sayso.streams import COMPRESSIONS

__all__ = ["FORMATS", "Shard", "shard_of", "shown"]

FORMATS = {
    **dict.fromkeys((".jsonl", ".ndjson", ".json"), "jsonl"),
    ".parquet": "parquet",
    ".txt": "text",
    **dict.fromkeys((".html", ".htm", ".xhtml"), "html"),
    **dict.fromkeys((".warc", ".wet"), "warc"),
}
"""The format by the ending of a file's name, before `.gz` or `.zst`."""


class Shard(NamedTuple):
    """One file of the input.

    Attributes:
        name: its path within the input, with `/`; its own name if it is the input.
        format: a value of `FORMATS`, or None for a file of no known format.
    """

    path: Path
    name: str
    format: str | None


def shard_of(path: Path, name: str) -> Shard:
    """A file, with its format by the ending of its name."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    packed = bool(suffixes) and suffixes[-1] in COMPRESSIONS
    ending = suffixes[-2 if packed else -1] if len(suffixes) > packed else ""
    kind = FORMATS.get(ending)
    return Shard(path, name, None if packed and kind == "parquet" else kind)


def shown(name: str) -> str:
    r"""A file's name with each byte that is no UTF-8 as `\xNN`."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name).decode("utf-8", "backslashreplace")
    return name
