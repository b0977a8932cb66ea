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

import codecs
import os
from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sayso.errors import InputError
from sayso.formats import FORMATS, Shard, shard_of, shown
from sayso.raw import (
    DATES,
    FAULTS,
    DocumentFault,
    Fields,
    OfType,
    Place,
    Raw,
    Rejected,
    TooLong,
    checked,
    decoded,
    parse,
)
from sayso.streams import CHUNK, COMPRESSIONS, MAGIC, Limits, Stream, StreamFault, lines
from sayso.warc import WarcFault, WarcPage, records

__all__ = ["Ids", "Limits", "Place", "Raw", "Rejected", "Shard", "read", "read_shard", "shards"]

BATCH_ROWS = 16
"""Rows of Parquet that are in memory at a time: as many documents of the greatest length."""


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
        shard = shard_of(path, path.name)
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
    made = [shard_of(file, name) for name, file in named]
    if all(shard.format is None for shard in made):
        raise InputError(path, f"no file that can be read: a name ends in {_endings()}")
    return made


def _endings() -> str:
    return f"{', '.join(FORMATS)}; all but .parquet also with {' or '.join(COMPRESSIONS)}"


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
    limits = Limits() if limits is None else limits
    ids = Ids() if ids is None else ids
    reader = _Reader(shard, Fields(text_field, id_field, limits.document), limits)
    try:
        for item in reader.documents():
            if isinstance(item, Raw) and not ids.add(item.id):
                detail = "a document without an id is called so" if item.id == item.place.id else ""
                yield Rejected.at(item.place, "doubled-id", detail, item.id)
            else:
                yield item
    except StreamFault as fault:
        place = Place(shown(shard.name), reader.number + 1 if reader.number else None)
        yield Rejected.at(place, fault.fault, fault.problem, documents=reader.left)


class _Reader:
    """Reads one file.

    Attributes:
        number: of the last line, row or record that was dealt with; 0 before the first.
        left: how many documents come after it; None if nobody knows.
    """

    def __init__(self, shard: Shard, fields: Fields, limits: Limits) -> None:
        self.shard, self.fields, self.limits = shard, fields, limits
        self.number = 0
        self.left: int | None = None

    @property
    def place(self) -> Place:
        return Place(self.shard.name, self.number or None)

    def documents(self) -> Iterator[Raw | Rejected]:
        kinds: dict[str | None, Callable[[], Iterator[Raw | Rejected]]] = {
            "jsonl": self._jsonl,
            "parquet": self._parquet,
            "text": self._whole,
            "html": self._whole,
            "warc": self._warc,
        }
        if self.shard.format in ("text", "html"):
            self.left = 1
        if self.shard.format not in kinds:
            raise StreamFault("unknown-format", "")
        # Arrow must encode the whole path; elsewhere only ids have a part of it.
        name = str(self.shard.path) if self.shard.format == "parquet" else self.shard.name
        if shown(name) != name:
            raise StreamFault("bad-name", shown(name))
        _check_magic(self.shard)
        return kinds[self.shard.format]()

    def _whole(self) -> Iterator[Raw | Rejected]:
        """The one document of a file."""
        limit = self.limits.document
        data = bytearray()
        with Stream(self.shard.path, self.limits) as stream:
            for chunk in stream.chunks():
                data += chunk
                if len(data) > limit:
                    yield Rejected.at(self.place, "too-long", f"more than {limit} bytes")
                    return
        try:
            if self.shard.format == "html":
                yield Raw(self.place.id, self.place, None, _page(bytes(data)))
            else:
                # A byte order mark is the encoding's, not the text's.
                yield Raw(self.place.id, self.place, checked(decoded(bytes(data)).removeprefix("\ufeff")))
        except DocumentFault as fault:
            yield Rejected.at(self.place, fault.fault, fault.detail)

    def _jsonl(self) -> Iterator[Raw | Rejected]:
        with Stream(self.shard.path, self.limits) as stream:
            for line in lines(stream.chunks(), self.limits.document):
                self.number = line.number
                data = line.data
                if data is None:
                    detail = f"{line.size} bytes, more than {self.limits.document}"
                    yield Rejected.at(self.place, "too-long", detail)
                    continue
                if line.number == 1:
                    data = data.removeprefix(codecs.BOM_UTF8)
                if not data or data.isspace():
                    continue
                try:
                    value = parse(data)
                except DocumentFault as fault:
                    yield Rejected.at(self.place, fault.fault, fault.detail)
                    continue
                yield self.fields.document(value, self.place, escapes=b"\\" in data)

    def _parquet(self) -> Iterator[Raw | Rejected]:
        try:
            # A buffer makes Arrow read a column page by page; without one it holds the column of a row group.
            with pq.ParquetFile(self.shard.path, buffer_size=CHUNK, pre_buffer=False) as file:
                self.left = file.metadata.num_rows
                names = file.schema_arrow.names
                if self.fields.text not in names:
                    found = ", ".join(names[:9])
                    raise StreamFault("no-text-field", f"there is no column {self.fields.text!r}, only {found}")
                columns = [field.name for field in file.schema_arrow if _matters(field.name, field.type, self.fields)]
                if len(set(columns)) < len(columns):
                    twice = next(name for name in columns if columns.count(name) > 1)
                    raise StreamFault("doubled-field", f"the column {twice!r} stands twice")
                for batch in file.iter_batches(BATCH_ROWS, columns=columns, use_threads=False):
                    for row in _rows(batch, self.limits.document):
                        self.number += 1
                        self.left -= 1
                        yield self.fields.document(row, self.place)
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            detail = next(iter(str(error).strip().splitlines()), "").rstrip(".")
            # Arrow has one error for what is damaged and for what lost its end, where Parquet keeps its index.
            lost = self.left is None and "magic bytes" in detail
            raise StreamFault("truncated" if lost else "corrupt", detail) from error

    def _warc(self) -> Iterator[Raw | Rejected]:
        with Stream(self.shard.path, self.limits) as stream:
            for number, record in records(stream, self.limits.document):
                self.number = number
                if isinstance(record, WarcFault):
                    yield Rejected.at(self.place, record.fault, record.detail, record.id)
                elif record is not None:
                    yield self._from_record(record)

    def _from_record(self, record: WarcPage) -> Raw | Rejected:
        id = record.id or self.place.id
        text = html = charset = None
        try:
            if record.kind == "html":
                html, charset = _page(record.body), record.charset
            else:
                text = checked(decoded(record.body, record.charset or "utf-8"))
        except DocumentFault as fault:
            return Rejected.at(self.place, fault.fault, fault.detail, id)
        return Raw(id, self.place, text, html, charset, record.url, record.date)


def _page(data: bytes) -> bytes:
    """A page in which there is something."""
    if not data.strip():
        raise DocumentFault("empty")
    return data


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
    elif found != MAGIC[expected]:
        what = f"it is {found}" if found else "it is empty" if not head else "it starts otherwise"
        raise StreamFault("wrong-format", f"{what}, not {MAGIC[expected]}")


def _matters(name: str, kind: pa.DataType, fields: Fields) -> bool:
    """Whether a column can be a part of a document."""
    if name in (fields.text, fields.id or "id"):
        return True
    return (name in DATES and _is_date(kind)) or (name in ("url", *DATES) and _is_string(kind))


def _rows(batch: pa.RecordBatch, limit: int) -> Iterator[dict[str, Any]]:
    """The rows of a batch; a string as bytes, so that one that is no UTF-8 is its own row's fault only."""
    columns = zip(batch.schema.names, batch.columns, strict=True)
    values = {name: _values(_days(column) if name in DATES else column, limit) for name, column in columns}
    for row in range(batch.num_rows):
        yield {name: value(row) for name, value in values.items()}


def _values(column: pa.Array, limit: int) -> Callable[[int], Any]:
    """What stands in a row of a column."""
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if _is_string(kind):
        strings = column.cast(pa.large_binary())
        sizes = [size or 0 for size in pc.binary_length(strings).to_pylist()]
        return lambda row: TooLong(sizes[row]) if sizes[row] > limit else strings[row].as_py()
    types = pa.types
    if types.is_null(kind) or types.is_boolean(kind) or types.is_integer(kind) or types.is_floating(kind):
        return lambda row: column[row].as_py()
    other = OfType(str(kind))
    return lambda row: other if column[row].is_valid else None


def _is_string(kind: pa.DataType) -> bool:
    if isinstance(kind, pa.BaseExtensionType):
        kind = kind.storage_type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return kind in (
        pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary(), pa.binary_view()
    )  # fmt: skip


def _is_date(kind: pa.DataType) -> bool:
    return bool(pa.types.is_date(kind) or pa.types.is_timestamp(kind))


def _days(column: pa.Array) -> pa.Array:
    """Dates and times as their days in ISO's form; with a time zone, in UTC, as machines know different zones.

    Null where ISO's calendar, from year 1 to 9999, has no such day. Another column comes back as it is.
    """
    kind = column.type
    if not _is_date(kind):
        return column
    if pa.types.is_timestamp(kind):
        column = column.view(pa.timestamp(kind.unit))
        day = 86_400 * {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[kind.unit]
    else:
        day = 1 if pa.types.is_date32(kind) else 86_400_000
    ticks = column.view(pa.int32() if pa.types.is_date32(kind) else pa.int64()).cast(pa.int64())
    first, last = max(-719_162 * day, -(2**63)), min(2_932_897 * day - 1, 2**63 - 1)
    known = pc.and_(pc.greater_equal(ticks, first), pc.less_equal(ticks, last))
    column = pc.if_else(known, column, pa.scalar(None, column.type))
    return column.cast(pa.date32(), safe=False).cast(pa.string())
