"""Read a file of any size, compressed or not, in bounded memory: chunks of bytes, and lines made of them.

Nothing is ever held but one chunk and one line, and a line no further than its limit. What a decompressor gives before
a file breaks off is given out.
"""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["COMPRESSIONS", "MAGIC", "Limits", "Line", "Stream", "StreamFault", "lines"]

CHUNK = 1 << 18
"""Bytes that are decompressed at a time."""

COMPRESSIONS = {".gz": b"\x1f\x8b", ".zst": b"\x28\xb5\x2f\xfd"}
"""The endings of compressed files, and how what is compressed begins."""

MAGIC = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    # A frame that decompressors skip; other tools write one first for what they have to say of the file.
    **{bytes([number]) + b"\x2a\x4d\x18": "zstd" for number in range(0x50, 0x60)},
    b"PAR1": "Parquet",
    b"%PDF": "PDF",
    b"PK\x03\x04": "ZIP",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
"""How files begin that are no text."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a collection may ask of the machine that reads it.

    Attributes:
        document: bytes of one document: a line of JSON, a page, a text. A novel has a million.
        ratio: how many times larger than itself a compressed file may become. Text shrinks to a third or a tenth.
        unpacked: bytes that any compressed file may become, whatever its ratio.
    """

    document: int = 10_000_000
    ratio: int = 200
    unpacked: int = 4 << 30


class StreamFault(Exception):  # noqa: N818 - a finding about the user's file, not a fault of ours
    """Where a file stops making sense. All that stood before has been given out.

    Attributes:
        fault: `truncated`, `corrupt`, `bomb` or `unreadable`.
        problem: a sentence.
    """

    def __init__(self, fault: str, problem: str) -> None:
        super().__init__(problem)
        self.fault, self.problem = fault, problem


class Stream(io.RawIOBase):
    """The contents of a file, decompressed if its name ends in `.gz` or `.zst`, in small letters or capitals.

    Raises:
        StreamFault: by any read: the file cannot be read, breaks off, is corrupt or a decompression bomb.
    """

    def __init__(self, path: Path, limits: Limits) -> None:
        super().__init__()
        self._limits = limits
        self._given = 0
        ending = path.suffix.lower()
        self._packed = ending if ending in COMPRESSIONS else ""
        with ExitStack() as stack:
            try:
                self._raw = stack.enter_context(path.open("rb"))
            except OSError as error:
                raise StreamFault("unreadable", error.strerror or "the file cannot be read") from error
            self._file: io.BufferedReader | gzip.GzipFile | zstd.ZstdFile = self._raw
            if self._packed == ".gz":
                self._file = stack.enter_context(gzip.GzipFile(fileobj=self._raw))
            elif self._packed == ".zst":
                self._file = stack.enter_context(zstd.ZstdFile(self._raw))
            self._open = stack.pop_all()

    def close(self) -> None:
        """Close the file."""
        if not self.closed:
            self._open.close()
        super().close()

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill a part of a buffer; for `io.BufferedReader`."""
        view = memoryview(buffer)
        data = self.chunk(len(view))
        view[: len(data)] = data
        return len(data)

    def chunk(self, size: int = CHUNK) -> bytes:
        """At most `size` bytes, or none at the end."""
        try:
            # One step of the decompressor, so that nothing is lost if the next one fails.
            data: bytes = self._file.read1(size)
        except EOFError as error:
            raise StreamFault("truncated", "the compressed file breaks off") from error
        except (gzip.BadGzipFile, zlib.error, zstd.ZstdError) as error:
            raise StreamFault("corrupt", f"cannot be decompressed: {str(error).rstrip('.')}") from error
        except OSError as error:
            raise StreamFault("unreadable", error.strerror or "the file cannot be read") from error
        self._given += len(data)
        if self._packed and self._given > self._limits.unpacked and self._given > self._limits.ratio * self._raw.tell():
            raise StreamFault(
                "bomb",
                f"{self._raw.tell()} bytes became {self._given}: more than {self._limits.unpacked}, and"
                f" {self._limits.ratio} times as many",
            )
        return data

    def chunks(self) -> Iterator[bytes]:
        """All that is left."""
        while data := self.chunk():
            yield data


class Line(NamedTuple):
    """One line.

    Attributes:
        number: from 1.
        data: without its line feed; None if that is more than the limit.
        size: in bytes, without the line feed.
    """

    number: int
    data: bytes | None
    size: int


def lines(chunks: Iterable[bytes], limit: int) -> Iterator[Line]:
    r"""Split at `\n`, and nowhere else, holding no more than one chunk and `limit` bytes.

    The end of the last chunk ends the last line; there is none after a final line feed.
    """
    number = 0
    held = bytearray()
    size = 0
    for chunk in chunks:
        *whole, rest = chunk.split(b"\n")
        for part in whole:
            number += 1
            size += len(part)
            yield Line(number, None if size > limit else bytes(held) + part if held else part, size)
            if held:
                held.clear()
            size = 0
        size += len(rest)
        if size <= limit:
            held += rest
        else:
            held = bytearray()
    if size:
        yield Line(number + 1, None if size > limit else bytes(held), size)
