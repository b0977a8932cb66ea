"""Any collection of scraped texts as a stream of documents, and of what had to be set aside, in bounded memory.

A file's name tells its format, its first bytes must agree:

    .jsonl .ndjson .json   one object a line
    .parquet
    .txt                   a document
    .html .htm .xhtml      a document, to be extracted
    .warc .wet             pages of a crawl, or their text

and all but Parquet may end in `.gz` or `.zst` as well. A folder is all its files, in the order of their names; those
whose name, or whose folder's, starts with `.` or `_` are passed over, as other tools do.

Whatever is wrong with a document sets aside that document; whatever is wrong with a file, what is left of the file.
Every document is either given out or set aside, once. Blank lines of JSONL are no documents.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sayso.errors import InputError
from sayso.streams import CHUNK, COMPRESSIONS, MAGIC, Limits, Stream, StreamFault, lines
from sayso.warc import WarcFault, WarcPage, records

__all__ = ["FAULTS", "FORMATS", "Ids", "Place", "Raw", "Rejected", "Shard", "read", "read_shard", "shards"]

FORMATS = {
    **dict.fromkeys((".jsonl", ".ndjson", ".json"), "jsonl"),
    ".parquet": "parquet",
    ".txt": "text",
    **dict.fromkeys((".html", ".htm", ".xhtml"), "html"),
    **dict.fromkeys((".warc", ".wet"), "warc"),
}
"""The format by the ending of a file's name, before `.gz` or `.zst`."""

FAULTS = {
    # of a file, or of what is left of it
    "unknown-format": "the name does not end as that of any format that can be read",
    "wrong-format": "the file is not what its name says: rename or convert it",
    "unreadable": "the system cannot read the file",
    "truncated": "the file breaks off: fetch it again",
    "corrupt": "the file is damaged: fetch it again",
    "bomb": "the file unpacks to far more than texts do: unpack it, look at it, and give the unpacked file",
    "no-text-field": "the text field is missing: name it, if it has another name",
    # of a document
    "too-long": "longer than any text: split it, or raise the limit",
    "not-utf8": "the bytes are no UTF-8: convert the text",
    "not-json": "the line is no JSON",
    "not-object": "the line is JSON, but no object",
    "text-no-string": "the text is no string",
    "bad-id": "an id is a string that is not empty, or a whole number",
    "doubled-id": "another document has this id already: ids tell documents apart",
    "lone-surrogate": "half of a surrogate pair stands as a character: write the text again from its source",
    "nul": "there is a NUL in the text, which databases and most tools refuse: it is no text, or UTF-16",
    "empty": "there is nothing but white space",
    # of a record of a crawl
    "http-status": "the server gave no page",
    "not-a-page": "neither a page nor a text",
    "cut-page": "the crawler kept a part of the page only",
    "bad-encoding": "the page cannot be unpacked or decoded as its headers say",
}
"""Every reason to set something aside, and what to do about it."""

LONGEST_ID = 1_000
BATCH_ROWS = 16
"""Rows of Parquet that are in memory at a time: as many documents of the greatest length."""

DATES = ("date", "published", "timestamp")
"""The fields of an object where a date is looked for, in this order."""


class Place(NamedTuple):
    """Where something stands.

    Attributes:
        file: its path within the input, with `/`.
        number: of the line, row or record, from 1; None for the whole file.
    """

    file: str
    number: int | None = None

    def __str__(self) -> str:
        return self.file if self.number is None else f"{self.file}:{self.number}"


@dataclass(frozen=True, slots=True)
class Raw:
    """A document as it came.

    Attributes:
        id: what the document itself says, or `file#number`, or `file` where the file is one document.
        text: of a text; None for a page.
        html: the bytes of a page; None for a text.
        charset: what the server said of a page's encoding.
        url: where the text is from.
        date: as it is written there: of publication for JSONL and Parquet, of the visit for a crawl.
    """

    id: str
    place: Place
    text: str | None
    html: bytes | None = None
    charset: str | None = None
    url: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """What was set aside.

    Attributes:
        id: of the document; `file#number` where it has none or it cannot be read; `file` for a whole file.
        fault: of `FAULTS`.
        problem: a sentence.
        documents: how many it stands for; None where a file cannot be read on, so that nobody knows.
    """

    id: str
    place: Place
    fault: str
    problem: str
    documents: int | None = 1

    def to_json(self) -> dict[str, Any]:
        """A line for a file of rejects."""
        return {
            "id": self.id,
            "file": self.place.file,
            "number": self.place.number,
            "fault": self.fault,
            "problem": self.problem,
            "documents": self.documents,
        }


class Shard(NamedTuple):
    """One file of the input.

    Attributes:
        name: its path within the input, with `/`; its own name if it is the input.
        format: a value of `FORMATS`, or None for a file of no known format.
    """

    path: Path
    name: str
    format: str | None


class Ids:
    """The ids that have been seen, as hashes of 64 bits: 8 bytes an id, and up to 100 MB for the latest million.

    Two ids of ten million share a hash once in 370,000 collections; the later document would be set aside.
    """

    def __init__(self) -> None:
        self._recent: set[int] = set()
        self._sorted = np.empty(0, np.uint64)

    def add(self, id: str) -> bool:
        """Whether an id is new; from then on it is not."""
        key = int.from_bytes(blake2b(id.encode(), digest_size=8).digest(), "little")
        if key in self._recent:
            return False
        if len(self._sorted):
            at = int(np.searchsorted(self._sorted, np.uint64(key)))
            if at < len(self._sorted) and int(self._sorted[at]) == key:
                return False
        self._recent.add(key)
        if len(self._recent) >= 1 << 20:
            fresh = np.fromiter(self._recent, np.uint64, len(self._recent))
            self._sorted = np.sort(np.concatenate([self._sorted, fresh]), kind="stable")
            self._recent.clear()
        return True


def shards(path: Path) -> list[Shard]:
    """The files of an input: a file, or a folder of them in the order of their names.

    Raises:
        InputError: there is nothing there, or nothing that can be read.
    """
    if path.is_file():
        shard = _shard(path, path.name)
        if shard.format is None:
            raise InputError(path, f"{FAULTS['unknown-format']}: {_endings()}")
        return [shard]
    if not path.is_dir():
        raise InputError(path, "no such file or folder")
    found = []
    for folder, folders, files in os.walk(path):
        folders[:] = [name for name in folders if name[0] not in "._"]
        found += [Path(folder, name) for name in files if name[0] not in "._"]
    named = sorted((file.relative_to(path).as_posix(), file) for file in found if file.is_file())
    made = [_shard(file, name) for name, file in named]
    if all(shard.format is None for shard in made):
        raise InputError(path, f"no file that can be read: a name ends in {_endings()}")
    return made


def _endings() -> str:
    return f"{', '.join(FORMATS)}; all but .parquet also with {' or '.join(COMPRESSIONS)}"


def _shard(path: Path, name: str) -> Shard:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    packed = bool(suffixes) and suffixes[-1] in COMPRESSIONS
    ending = suffixes[-2 if packed else -1] if len(suffixes) > packed else ""
    kind = FORMATS.get(ending)
    return Shard(path, name, None if packed and kind == "parquet" else kind)


def read(
    path: Path, *, text_field: str = "text", id_field: str | None = None, limits: Limits | None = None
) -> Iterator[Raw | Rejected]:
    """Every document of an input, in a fixed order.

    Args:
        path: a file or a folder.
        text_field: where JSONL and Parquet have the text.
        id_field: where they have the id, if every document must have one; by default `id`, where there is one.
        limits: what is too much.

    Raises:
        InputError: there is nothing there, or nothing that can be read.
    """
    ids = Ids()
    for shard in shards(path):
        yield from read_shard(shard, text_field=text_field, id_field=id_field, limits=limits, ids=ids)


def read_shard(
    shard: Shard,
    *,
    text_field: str = "text",
    id_field: str | None = None,
    limits: Limits | None = None,
    ids: Ids | None = None,
) -> Iterator[Raw | Rejected]:
    """Every document of one file, as `read`. Nothing is raised for any fault of the file's.

    Args:
        ids: those of the shards before, which this one may not have again; by default each shard is for itself.
    """
    reader = _Reader(shard, _Fields(text_field, id_field), limits or Limits())
    ids = Ids() if ids is None else ids
    try:
        for item in reader.documents():
            if isinstance(item, Raw) and not ids.add(item.id):
                yield Rejected(item.id, item.place, "doubled-id", FAULTS["doubled-id"])
            else:
                yield item
    except StreamFault as fault:
        number = reader.number + 1 if reader.number else None
        id = f"{shard.name}#{number}" if number else shard.name
        yield Rejected(id, Place(shard.name, number), fault.fault, _sentence(fault.fault, fault.problem), reader.left)


def _sentence(fault: str, detail: str) -> str:
    return f"{detail}; {FAULTS[fault]}" if detail else FAULTS[fault]


class _Fields(NamedTuple):
    text: str
    id: str | None


class _DocumentFault(Exception):  # noqa: N818 - a finding, not a fault of ours
    def __init__(self, fault: str, detail: str = "") -> None:
        super().__init__(fault, detail)
        self.fault, self.detail = fault, detail


class _Reader:
    """Reads one file.

    Attributes:
        number: of the last line, row or record that was dealt with; 0 before the first.
        left: how many documents come after it; None if nobody knows.
    """

    def __init__(self, shard: Shard, fields: _Fields, limits: Limits) -> None:
        self.shard, self.fields, self.limits = shard, fields, limits
        self.number = 0
        self.left: int | None = None

    def documents(self) -> Iterator[Raw | Rejected]:
        kinds: dict[str, Callable[[], Iterator[Raw | Rejected]]] = {
            "jsonl": self._jsonl,
            "parquet": self._parquet,
            "text": self._whole,
            "html": self._whole,
            "warc": self._warc,
        }
        if self.shard.format is None:
            raise StreamFault("unknown-format", "")
        _check_magic(self.shard)
        return kinds[self.shard.format]()

    def _rejected(self, fault: str, detail: str = "", id: str | None = None) -> Rejected:
        number = self.number or None
        fallback = f"{self.shard.name}#{number}" if number else self.shard.name
        return Rejected(id or fallback, Place(self.shard.name, number), fault, _sentence(fault, detail))

    # -- one document a file

    def _whole(self) -> Iterator[Raw | Rejected]:
        self.left = 1
        limit = self.limits.document
        data = bytearray()
        with Stream(self.shard.path, self.limits) as stream:
            for chunk in stream.chunks():
                data += chunk
                if len(data) > limit:
                    yield self._rejected("too-long", f"more than {limit} bytes")
                    return
        place = Place(self.shard.name)
        if self.shard.format == "html":
            if data.strip():
                yield Raw(self.shard.name, place, None, bytes(data))
            else:
                yield self._rejected("empty")
            return
        try:
            yield Raw(self.shard.name, place, _checked(_decoded(bytes(data)).removeprefix("\ufeff")))
        except _DocumentFault as fault:
            yield self._rejected(fault.fault, fault.detail)

    # -- JSONL

    def _jsonl(self) -> Iterator[Raw | Rejected]:
        with Stream(self.shard.path, self.limits) as stream:
            for number, data, size in lines(stream.chunks(), self.limits.document):
                if data is None:
                    self.number = number
                    yield self._rejected("too-long", f"{size} bytes, more than {self.limits.document}")
                    continue
                if number == 1:
                    data = data.removeprefix(b"\xef\xbb\xbf")
                if data.isspace() or not data:
                    self.number = number
                    continue
                self.number = number
                try:
                    value = _object(data)
                except _DocumentFault as fault:
                    yield self._rejected(fault.fault, fault.detail)
                    continue
                yield self._from_fields(value, escapes=b"\\u" in data)

    def _from_fields(self, value: Mapping[str, Any], *, escapes: bool = False) -> Raw | Rejected:
        """The document in an object or a row; only an escape of JSON can bring half a surrogate pair."""
        id = None
        try:
            id = self._id(value)
            if self.fields.text not in value:
                raise _DocumentFault("no-text-field", f"there is no {self.fields.text!r}")
            text = value[self.fields.text]
            if isinstance(text, bytes):
                text = _decoded(text)
            if isinstance(text, _TooLong):
                raise _DocumentFault("too-long", f"{text.size} bytes, more than {self.limits.document}")
            if not isinstance(text, str):
                raise _DocumentFault("text-no-string", f"{self.fields.text!r} is {_kind(text)}")
            _checked(text, escapes=escapes)
        except _DocumentFault as fault:
            return self._rejected(fault.fault, fault.detail, id)
        url = _clean(value.get("url"))
        date = next((found for name in DATES if (found := _clean(value.get(name))) is not None), None)
        place = Place(self.shard.name, self.number)
        return Raw(id or f"{self.shard.name}#{self.number}", place, text, None, None, url, date)

    def _id(self, value: Mapping[str, Any]) -> str | None:
        """What a document calls itself."""
        name = self.fields.id or "id"
        id = value.get(name)
        if id is None and self.fields.id is None:
            return None
        if isinstance(id, bytes):
            id = _decoded(id)
        if isinstance(id, int) and not isinstance(id, bool):
            id = str(id)
        if not isinstance(id, str) or not id.strip():
            raise _DocumentFault("bad-id", f"{name!r} is {_kind(id)}" if id != "" else f"{name!r} is empty")
        if len(id) > LONGEST_ID or _clean(id) is None:
            raise _DocumentFault("bad-id", f"{name!r} is longer than {LONGEST_ID} characters or holds what is no text")
        return id

    # -- Parquet

    def _parquet(self) -> Iterator[Raw | Rejected]:
        try:
            # A buffer makes Arrow read a column page by page; without one it holds the column of a row group.
            with pq.ParquetFile(self.shard.path, buffer_size=CHUNK, pre_buffer=False) as file:
                self.left = file.metadata.num_rows
                names = file.schema_arrow.names
                if self.fields.text not in names:
                    found = ", ".join(names[:9])
                    raise StreamFault("no-text-field", f"there is no column {self.fields.text!r}, only {found}")
                wanted = {self.fields.text, self.fields.id or "id", "url", *DATES}
                columns = [name for name in dict.fromkeys(names) if name in wanted]
                for batch in file.iter_batches(BATCH_ROWS, columns=columns, use_threads=False):
                    for row in _rows(batch, self.limits.document):
                        self.number += 1
                        self.left -= 1
                        yield self._from_fields(row)
        except (pa.ArrowException, OSError) as error:
            detail = str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else ""
            # Arrow has one error for what is no Parquet, what lost its end, and what is damaged.
            lost = self.left is None and "magic bytes" in detail
            raise StreamFault("truncated" if lost else "corrupt", detail) from error

    # -- crawls

    def _warc(self) -> Iterator[Raw | Rejected]:
        with Stream(self.shard.path, self.limits) as stream:
            for number, item in records(stream, self.limits.document):
                self.number = number
                if item is None:
                    continue
                if isinstance(item, WarcFault):
                    yield self._rejected(item.fault, item.detail, item.id)
                    continue
                yield self._from_page(item)

    def _from_page(self, page: WarcPage) -> Raw | Rejected:
        id = page.id or f"{self.shard.name}#{self.number}"
        place = Place(self.shard.name, self.number)
        try:
            if page.kind == "html":
                if not page.body.strip():
                    raise _DocumentFault("empty")
                return Raw(id, place, None, page.body, page.charset, page.url, page.date)
            text = _checked(_decoded(page.body, page.charset or "utf-8"))
            return Raw(id, place, text, None, None, page.url, page.date)
        except _DocumentFault as fault:
            return self._rejected(fault.fault, fault.detail, id)


def _check_magic(shard: Shard) -> None:
    """See that a file starts as its name says."""
    try:
        with shard.path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise StreamFault("unreadable", error.strerror or "") from error
    expected = COMPRESSIONS.get(shard.path.suffix.lower()) or (b"PAR1" if shard.format == "parquet" else None)
    found = next((name for magic, name in MAGIC.items() if head.startswith(magic)), None)
    if expected is None:
        # A page may be UTF-16; it says so, and extraction decodes it.
        if found and not (found == "UTF-16" and shard.format == "html"):
            raise StreamFault("wrong-format", f"it is {found}")
    elif not head.startswith(expected):
        what = f"it is {found}" if found else "it is empty" if not head else "it starts otherwise"
        raise StreamFault("wrong-format", f"{what}, not {MAGIC[expected]}")


def _decoded(data: bytes, charset: str = "utf-8") -> str:
    try:
        return data.decode(charset)
    except UnicodeDecodeError as error:
        fault = "not-utf8" if charset == "utf-8" else "bad-encoding"
        raise _DocumentFault(fault, f"byte {error.start}") from error
    except LookupError as error:
        raise _DocumentFault("bad-encoding", f"no encoding is called {charset!r}") from error


def _checked(text: str, *, escapes: bool = False) -> str:
    """A text that is one."""
    if not text or text.isspace():
        raise _DocumentFault("empty")
    if "\0" in text:
        raise _DocumentFault("nul", f"character {text.index(chr(0))}")
    try:
        if escapes:
            text.encode()
    except UnicodeEncodeError as error:
        raise _DocumentFault("lone-surrogate", f"character {error.start}") from error
    return text


def _clean(value: object) -> str | None:
    """What stands in a field beside the text, if it is a text."""
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    if not isinstance(value, str) or not value:
        return None
    try:
        return None if "\0" in value else value.encode().decode()
    except UnicodeEncodeError:
        return None


def _kind(value: object) -> str:
    kinds = {dict: "an object", list: "a list", bool: "true or false", int: "a number", float: "a number"}
    return "null" if value is None else kinds.get(type(value), type(value).__name__)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys stand once: which of two texts is meant, nobody knows."""
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return value


_decoder = json.JSONDecoder(object_pairs_hook=_once)


def _object(data: bytes) -> dict[str, Any]:
    """The object in a line of JSONL."""
    text = _decoded(data)
    try:
        value = _decoder.decode(text)
    except json.JSONDecodeError as error:
        raise _DocumentFault("not-json", f"column {error.colno}: {error.msg}") from error
    except RecursionError as error:
        raise _DocumentFault("not-json", "it is nested too deep") from error
    except ValueError as error:
        raise _DocumentFault("not-json", str(error)) from error
    if not isinstance(value, dict):
        raise _DocumentFault("not-object", f"it is {_kind(value) if not isinstance(value, str) else 'a string'}")
    return value


def _rows(batch: pa.RecordBatch, limit: int) -> Iterator[dict[str, Any]]:
    """The rows of a batch; a string as bytes, so that one that is no UTF-8 is its own row's fault only.

    Instead of a string longer than `limit`, there is its length.
    """
    columns = []
    for column in batch.columns:
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        if pa.types.is_string(column.type):
            column = column.cast(pa.binary())
        elif pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type):
            column = column.cast(pa.large_binary())
        columns.append((column, _lengths(column)))
    names = batch.schema.names
    for row in range(batch.num_rows):
        yield {
            name: _TooLong(lengths[row]) if lengths and (lengths[row] or 0) > limit else column[row].as_py()
            for name, (column, lengths) in zip(names, columns, strict=True)
        }


class _TooLong(NamedTuple):
    size: int


def _lengths(column: pa.Array) -> list[int | None] | None:
    """The bytes of each string, if these are strings."""
    if not (pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type)):
        return None
    lengths: list[int | None] = pc.binary_length(column).to_pylist()
    return lengths
