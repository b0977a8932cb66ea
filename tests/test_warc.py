"""Crawls: pages and texts out of records, what is no page by its reason, and files that break off."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import pytest

from sayso.raw import Place, Raw, Rejected
from sayso.readers import Limits, read

PAGE = b"<html><body><p>The ferry sailed at noon.</p></body></html>"
URL = "http://example.org/ferry"
DATE = "2018-03-03T10:30:00Z"


def record(kind: str, block: bytes, id: str = "1", length: int | None = None, **headers: str) -> bytes:
    size = len(block) if length is None else length
    head = {"WARC-Type": kind, "WARC-Record-ID": f"<urn:uuid:{id}>", "WARC-Target-URI": URL, "WARC-Date": DATE}
    named = {**head, **{name.replace("_", "-"): value for name, value in headers.items()}, "Content-Length": str(size)}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items() if value)
    return f"WARC/1.0\r\n{lines}\r\n".encode() + block + b"\r\n\r\n"


def http(body: bytes = PAGE, status: str = "200 OK", kind: str = "text/html; charset=utf-8", more: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{more}\r\n".encode() + body


def chunked(body: bytes) -> bytes:
    parts = [body[at : at + 10] for at in range(0, len(body), 10)]
    return b"".join(b"%x;note\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def deflated(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


def items(tmp_path: Path, data: bytes, name: str = "a.warc", limits: Limits | None = None) -> list[Raw | Rejected]:
    path = tmp_path / name
    path.write_bytes(data)
    return list(read(path, limits=limits))


INFO = record("warcinfo", b"software: a crawler\r\n", WARC_Target_URI="")
REQUEST = record("request", b"GET / HTTP/1.1\r\n\r\n", "0")
RESPONSE = record("response", http())


def test_pages_come_with_what_the_record_says_of_them(tmp_path: Path) -> None:
    expected = Raw("urn:uuid:1", Place("a.warc", 3), None, PAGE, "utf-8", URL, DATE)
    assert items(tmp_path, INFO + REQUEST + RESPONSE) == [expected]
    packed = b"".join(gzip.compress(part, mtime=0) for part in (INFO, REQUEST, RESPONSE))
    for data in (packed, gzip.compress(INFO + REQUEST + RESPONSE, mtime=0)):
        (item,) = items(tmp_path, data, "a.warc.gz")
        assert item == Raw("urn:uuid:1", Place("a.warc.gz", 3), None, PAGE, "utf-8", URL, DATE)


def test_texts_of_wet_files(tmp_path: Path) -> None:
    text = "The café\nburned."
    data = INFO + record("conversion", text.encode(), Content_Type="text/plain")
    expected = Raw("urn:uuid:1", Place("a.wet", 2), text, url=URL, date=DATE)
    assert items(tmp_path, data, "a.wet") == [expected]
    (bad,) = items(tmp_path, record("conversion", b"caf\xe9", Content_Type="text/plain"), "a.wet")
    assert isinstance(bad, Rejected)
    assert (bad.id, bad.fault) == ("urn:uuid:1", "not-utf8")


def test_resources_have_no_headers_of_http(tmp_path: Path) -> None:
    (item,) = items(tmp_path, record("resource", PAGE, Content_Type="application/xhtml+xml"))
    assert isinstance(item, Raw)
    assert (item.html, item.charset) == (PAGE, None)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (chunked(PAGE), "Transfer-Encoding: chunked\r\n"),
        (PAGE, "Transfer-Encoding: chunked\r\n"),
        (gzip.compress(PAGE, mtime=0), "Content-Encoding: gzip\r\n"),
        (PAGE, "Content-Encoding: gzip\r\n"),
        (zlib.compress(PAGE), "Content-Encoding: deflate\r\n"),
        (deflated(PAGE), "content-encoding: DEFLATE\r\n"),
        (PAGE, "Content-Encoding: br\r\n"),
        (chunked(gzip.compress(PAGE, mtime=0)), "Transfer-Encoding: chunked\r\nContent-Encoding: x-gzip\r\n"),
        (PAGE, "X-Folded: one\r\n two\r\n"),
    ],
)
def test_pages_are_unpacked_if_they_are_packed(body: bytes, headers: str, tmp_path: Path) -> None:
    (item,) = items(tmp_path, record("response", http(body, more=headers)))
    assert isinstance(item, Raw)
    assert item.html == PAGE


@pytest.mark.parametrize(
    ("data", "fault", "detail"),
    [
        (record("response", http(status="404 Not Found")), "http-status", "status 404"),
        (record("response", b"no answer"), "http-status", "no answer of HTTP"),
        (record("response", http(kind="image/png")), "not-a-page", "image/png"),
        (record("resource", PAGE), "not-a-page", "no type is given"),
        (record("response", http(), WARC_Truncated="length"), "cut-page", "reason: length"),
        (record("response", http(), WARC_Segment_Number="1"), "cut-page", "several records"),
        (record("continuation", PAGE), "cut-page", "several records"),
        (
            record("response", http(gzip.compress(PAGE, mtime=0)[:-9], more="Content-Encoding: gzip\r\n")),
            "bad-encoding",
            "breaks off",
        ),
        (record("response", http(b"\x1f\x8bno", more="Content-Encoding: gzip\r\n")), "bad-encoding", "decompressed"),
        (record("response", http(b"\x01\x02", more="Content-Encoding: br\r\n")), "bad-encoding", "'br' is unknown"),
        (
            record("response", http(chunked(PAGE)[:-20], more="Transfer-Encoding: chunked\r\n")),
            "bad-encoding",
            "transfer",
        ),
        (record("response", http(b"", kind="text/plain")), "empty", ""),
        (record("response", http(b" ")), "empty", ""),
        (record("response", http(b"a", kind="text/plain; charset=klingon")), "bad-encoding", "'klingon'"),
        *(
            (record("response", http(b"a\\ud83d", kind=f"text/plain; charset={name}")), "bad-encoding", repr(name))
            for name in ("undefined", "punycode", "utf-8\0", "unicode_escape", "raw_unicode_escape", "utf-7", "rot13")
        ),
        (record("response", http(b"\x81", kind="text/plain; charset=cp1252")), "bad-encoding", "byte 0"),
        (record("response", http(PAGE * 100)), "too-long", "more than 2000"),
        (
            record("response", http(gzip.compress(bytes(9999)), more="Content-Encoding: gzip\r\n")),
            "too-long",
            "unpacked",
        ),
    ],
)
def test_what_is_no_page_is_set_aside_and_the_rest_goes_on(
    data: bytes, fault: str, detail: str, tmp_path: Path
) -> None:
    last = record("response", http(), "2")
    rejected, item = items(tmp_path, data + last, limits=Limits(document=2000))
    assert isinstance(rejected, Rejected)
    assert (rejected.id, rejected.place, rejected.fault) == ("urn:uuid:1", Place("a.warc", 1), fault)
    assert detail in rejected.problem
    assert item.id == "urn:uuid:2"


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (RESPONSE[:-40], "truncated"),
        (RESPONSE[:40], "truncated"),
        (record("response", b"x", "2", length=9_000_000), "truncated"),
        (record("response", b"x" * 90, "2", length=99_000_000), "truncated"),
        (record("response", http(), "2", length=50) + RESPONSE, "corrupt"),
        (RESPONSE.replace(b"Content-Length: ", b"Content-Length: -"), "corrupt"),
        (RESPONSE.replace(b"Content-Length: ", b"Content-Size: "), "corrupt"),
        (b"WARC/1.0\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", "corrupt"),
        (b"WARC/1.0\r\n" + b"X: y\r\n" * 2_000 + b"\r\n", "corrupt"),
        (b"junk\r\n" * 5, "corrupt"),
    ],
)
def test_a_file_that_cannot_be_read_on(data: bytes, fault: str, tmp_path: Path) -> None:
    first, *_, rejected = items(tmp_path, record("response", http(), "0") + data)
    assert first.id == "urn:uuid:0"
    assert isinstance(rejected, Rejected)
    assert (rejected.fault, rejected.documents) == (fault, None)


def test_half_a_record_is_never_given_out(tmp_path: Path) -> None:
    whole = INFO + RESPONSE
    for end in range(len(INFO) + 1, len(whole) - len(b"\r\n\r\n")):
        assert [type(item) for item in items(tmp_path, whole[:end])] == [Rejected]
