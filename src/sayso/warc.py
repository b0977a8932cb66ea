"""Records of WARC 1.0 and 1.1 files, and of the WET files that Common Crawl makes of them (ISO 28500).

warcio 1.8.1 and FastWARC 2.0.1 give out the half of a record where a file breaks off as if it were whole, and read a
header without end into memory, so the few rules of the format are applied here.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from sayso.streams import CHUNK, Stream, StreamFault

__all__ = ["WarcFault", "WarcPage", "records"]

LONGEST_LINE = 1 << 16
"""Bytes of one line of headers."""
MOST_HEADERS = 1_000
PAGES = {"text/html": "html", "application/xhtml+xml": "html", "text/plain": "text"}


if TYPE_CHECKING:
    _File: TypeAlias = io.BufferedReader[Stream]


class WarcPage(NamedTuple):
    """A page or a text.

    Attributes:
        id: `urn:uuid:…`, without its brackets.
        kind: `html` or `text`.
        charset: what the server said, or None.
        date: of the visit, as in the record.
    """

    id: str | None
    kind: str
    body: bytes
    charset: str | None
    url: str | None
    date: str | None


class WarcFault(NamedTuple):
    """A record that should have been a page and is none; `fault` is one of `sayso.raw.FAULTS`."""

    id: str | None
    fault: str
    detail: str


def records(stream: Stream, limit: int) -> Iterator[tuple[int, WarcPage | WarcFault | None]]:
    """Yield every record with its number from 1; None for one that is no document, such as a request.

    Args:
        limit: bytes of a record, and of the page in it.

    Raises:
        StreamFault: the file breaks off, or what should be a record is none.
    """
    file = io.BufferedReader(stream, CHUNK)
    number = 0
    while line := _line(file):
        if not line.strip():
            continue
        if not line.startswith(b"WARC/"):
            fault = "corrupt" if number else "wrong-format"
            raise StreamFault(fault, f"a record is expected, not {line[:20]!r}")
        number += 1
        headers = _headers(file)
        length = headers.get("content-length", "")
        if not (length.isascii() and length.isdigit() and len(length) < 19):
            raise StreamFault("corrupt", f"the length of a record is {length[:20]!r}")
        size = int(length)
        block = file.read(size) if size <= limit else b""
        if size > limit:
            _skip(file, size)
        elif len(block) < size:
            raise StreamFault("truncated", f"record {number} has {len(block)} of {size} bytes")
        yield number, _record(headers, block, size, limit)


def _line(file: _File) -> bytes:
    line = file.readline(LONGEST_LINE)
    if len(line) == LONGEST_LINE:
        raise StreamFault("corrupt", f"a line of headers is longer than {LONGEST_LINE} bytes")
    return line


def _skip(file: _File, size: int) -> None:
    while size:
        data = file.read(min(size, CHUNK))
        if not data:
            raise StreamFault("truncated", f"the last record lacks {size} bytes")
        size -= len(data)


def _headers(file: _File) -> dict[str, str]:
    """Names in lower case; the first of two with one name counts."""
    found: list[bytes] = []
    while (line := _line(file)).strip():
        if line[:1] in b" \t" and found:
            found[-1] += b" " + line.strip()
        else:
            found.append(line.strip())
        if len(found) > MOST_HEADERS or len(found[-1]) > LONGEST_LINE:
            raise StreamFault("corrupt", "a record has headers without end")
    if not line:
        raise StreamFault("truncated", "the headers of a record break off")
    return _by_name(found)


def _by_name(lines: list[bytes]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        if colon:
            headers.setdefault(name.strip().lower().decode("latin-1"), value.strip().decode("utf-8", "replace"))
    return headers


def _record(headers: dict[str, str], block: bytes, size: int, limit: int) -> WarcPage | WarcFault | None:
    kind = headers.get("warc-type", "").lower()
    id = headers.get("warc-record-id", "").strip("<>") or None
    if kind not in ("response", "resource", "conversion", "continuation"):
        return None
    url = headers.get("warc-target-uri", "").strip("<>") or None
    if kind == "response" and url and not url.lower().startswith(("http:", "https:")):
        return None  # a look-up of a name, or a certificate
    if kind == "continuation" or "warc-segment-number" in headers:
        return WarcFault(id, "cut-page", "it goes over several records")
    if "warc-truncated" in headers:
        return WarcFault(id, "cut-page", f"reason: {headers['warc-truncated']}")
    if size > limit:
        return WarcFault(id, "too-long", f"{size} bytes, more than {limit}")
    mime = headers.get("content-type", "")
    if kind == "response":
        status, http, block = _http(block)
        if status != "200":
            return WarcFault(id, "http-status", f"status {status}" if status else "no answer of HTTP")
        mime = http.get("content-type", "")
        try:
            block = _unpacked(_unchunked(block, http), http, limit)
        except ValueError as error:
            return WarcFault(id, "bad-encoding", str(error))
        if len(block) > limit:
            return WarcFault(id, "too-long", f"more than {limit} bytes when unpacked")
    name, _, parameters = mime.partition(";")
    page = PAGES.get(name.strip().lower())
    if page is None:
        return WarcFault(id, "not-a-page", name.strip() or "no type is given")
    charset = next(
        (value.strip(" \"'") for key, _, value in (part.partition("=") for part in parameters.split(";"))
         if key.strip().lower() == "charset"), None
    )  # fmt: skip
    return WarcPage(id, page, block, charset or None, url, headers.get("warc-date"))


def _http(block: bytes) -> tuple[str, dict[str, str], bytes]:
    """Status, headers and body of an answer; no status where it is none."""
    ends = [(at, len(mark)) for mark in (b"\r\n\r\n", b"\n\n") if (at := block.find(mark)) >= 0]
    at, length = min(ends, default=(len(block), 0))
    first, *rest = block[:at].splitlines() or [b""]
    parts = first.split(None, 2)
    if not first.startswith(b"HTTP/") or len(parts) < 2:
        return "", {}, block
    return parts[1].decode("latin-1"), _by_name(rest), block[at + length :]


def _unchunked(body: bytes, headers: dict[str, str]) -> bytes:
    """The body without the marks of a chunked transfer. Many crawlers took them out and left the header."""
    if "chunked" not in headers.get("transfer-encoding", "").lower():
        return body
    parts: list[bytes] = []
    at = 0
    while True:
        end = body.find(b"\n", at, at + 64)
        size = body[at:end].split(b";")[0].strip() if end >= 0 else b""
        if not size or len(size) > 8 or size.strip(b"0123456789abcdefABCDEF"):
            if not parts and at == 0:
                return body
            raise ValueError(f"a chunk of the transfer has no length at byte {at}")
        length = int(size, 16)
        if length == 0:
            return b"".join(parts)
        part = body[end + 1 : end + 1 + length]
        if len(part) < length:
            raise ValueError("the last chunk of the transfer breaks off")
        parts.append(part)
        at = end + 1 + length
        at += 2 if body.startswith(b"\r\n", at) else 1


def _unpacked(body: bytes, headers: dict[str, str], limit: int) -> bytes:
    """The body without its compression, at most one byte more than the limit. Many crawlers left the header only."""
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity", "none", "utf-8") or not body:
        return body
    if encoding in ("gzip", "x-gzip"):
        if not body.startswith(b"\x1f\x8b"):
            return body
        window = 31
    elif encoding == "deflate":
        window = 15 if body[0] & 15 == 8 and int.from_bytes(body[:2]) % 31 == 0 else -15
    elif body.lstrip()[:1] == b"<":
        return body
    else:
        raise ValueError(f"the compression {encoding!r} is unknown")
    decompressor = zlib.decompressobj(window)
    try:
        unpacked = decompressor.decompress(body, limit + 1)
    except zlib.error as error:
        if encoding == "deflate" and body.lstrip()[:1] == b"<":
            return body
        raise ValueError(f"cannot be decompressed: {error}") from error
    if len(unpacked) <= limit and not decompressor.eof:
        raise ValueError("the compressed page breaks off")
    return unpacked
