"""Pages: their main text and what they say of themselves, in any encoding, alike on every day and in every order."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.errors import ExtractionError
from sayso.extraction import FAULTS, LONGEST, decode, extract
from sayso.raw import checked

FIRST = "Norvik Line bought a second ferry from a yard in the south, and it will be painted green."
SECOND = "“We have waited for years”, Ada Lindqvist told the harbour board on Monday."
THIRD = "The café on the old pier, which had burned down in the winter, will not be built again."


def page(head: str = "", body: str = "") -> str:
    article = f"<article><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p></article>"
    return f"<html><head><title>A ferry</title>{head}</head><body>{article}{body}</body></html>"


def test_the_text_has_a_line_for_a_paragraph() -> None:
    found = extract(page(body="<nav><a href='/'>Home</a></nav><script>var ferry = 'sunk';</script>").encode())
    assert found.text == f"{FIRST}\n{SECOND}\n{THIRD}\n"
    assert (found.title, found.author, found.published, found.url) == ("A ferry", None, None, None)
    assert (found.extractor, found.version) == ("trafilatura", version("trafilatura"))


def test_what_the_page_says_of_itself() -> None:
    head = (
        '<meta name="author" content="Jo\n Sample"><meta property="og:site_name" content="Harbour News">'
        '<meta property="article:published_time" content="2018-03-03T23:30:00-05:00">'
    )
    found = extract(page(head).encode(), "http://news.example/ferry")
    assert (found.author, found.site, found.published) == ("Jo Sample", "Harbour News", "2018-03-03")
    assert found.url == "http://news.example/ferry"


def test_dates_are_not_compared_with_today() -> None:
    head = '<meta property="article:published_time" content="2071-03-03">'
    assert extract(page(head).encode()).published == "2071-03-03"


def test_control_characters_are_no_text() -> None:
    found = extract(page().replace("green", "gr\x01ee\x7fn\ufeff").replace("Norvik", "\u2028Norvik\xa0\r\n").encode())
    assert found.text.startswith(FIRST)


@pytest.mark.parametrize(
    ("encoding", "charset", "head"),
    [
        ("utf-8", None, ""),
        ("utf-8-sig", "iso-8859-1", ""),
        ("utf-16", None, ""),
        ("cp1252", None, ""),
        ("cp1252", "ISO-8859-1", ""),
        ("cp1252", None, "<meta charset='iso-8859-1'>"),
        ("cp1252", None, '<meta http-equiv="Content-Type" content="text/html; charset=windows-1252">'),
        ("cp1252", "windows-1252", "<meta charset=koi8-r>"),
        ("utf-8", None, "<meta charset=us-ascii>"),
        ("utf-8", "klingon", ""),
        ("utf-8", None, "<meta charset=utf-16>"),
        ("utf-8", "unicode_escape", ""),
        ("utf-8", "undefined", ""),
        ("utf-8", "utf-8\0", ""),
        ("utf-8", "utf16le", ""),
        ("gb18030", "gb2312", ""),
        ("shift_jis", None, "<meta charset=shift_jis>"),
    ],
)
def test_encodings(encoding: str, charset: str | None, head: str) -> None:
    # Windows-1252 has no byte for what these two are in Shift JIS.
    text = "ｶﾌｪ 船" if encoding == "shift_jis" else "café “船”" if encoding == "gb18030" else "café “pier”"
    text = text.replace("船", "") if encoding == "cp1252" else text
    html = f"<html>{head}<p>{text}"
    assert decode(html.encode(encoding), charset) == html


def test_the_servers_word_counts_before_the_pages_own() -> None:
    assert decode("<meta charset=koi8-r>café".encode("cp1252"), "cp1252").endswith("café")


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR<p>", "not-html"),
        (b"a plain text", "not-html"),
        (b"<meta charset=utf-8><p>caf\xe9", "bad-encoding"),
        (b"<p>\x81\xfe", "bad-encoding"),
        (b"<p>" + b"a" * LONGEST, "page-too-long"),
        (b"<html></html>", "no-text"),
        (b"<", "no-text"),
        (f"<html><body>{'<script>var a = 1;</script>' * 99}</body></html>".encode(), "no-text"),
        (b"<html><frameset><frame src='a.html'><frame src='b.html'></frameset></html>", "no-text"),
        (b"<html><body>" + b"<div>" * 100_000 + FIRST.encode() + b"</div>" * 100_000, "no-text"),
    ],
    ids=[
        *(
            "empty",
            "blank",
            "picture",
            "plain",
            "not-as-named",
            "nameless",
            "long",
            "bare",
            "sign",
            "scripts",
            "frames",
        ),
        "deep",
    ],
)
def test_a_page_without_text_is_told_why(html: bytes, fault: str) -> None:
    with pytest.raises(ExtractionError) as caught:
        extract(html)
    assert caught.value.fault == fault
    assert str(caught.value).startswith(f"{fault}: ")
    assert str(caught.value).endswith(FAULTS[fault])


def test_elements_without_end_do_no_harm() -> None:
    assert FIRST in extract(page(body="<b>" * 100_000 + "<ul><li>" * 10_000).encode()).text


@given(st.data())
def test_a_damaged_page_gives_a_text_or_a_reason(data: st.DataObject) -> None:
    whole = page("<meta charset=utf-8>", "<ul><li>One<li>Two</ul><table><tr><td>1</table>").encode()
    junk = st.binary(max_size=9) | st.sampled_from(
        [b"<", b">", b"</p>", b"<table>", b"<!--", b"&#0;", b"\xff", b"<![CDATA["]
    )
    for _ in range(data.draw(st.integers(0, 4))):
        start = data.draw(st.integers(0, len(whole)))
        whole = whole[:start] + data.draw(junk) + whole[start + data.draw(st.integers(0, 40)) :]
    try:
        found = extract(whole)
    except ExtractionError as error:
        assert error.fault in FAULTS
    else:
        lines = found.text.split("\n")
        assert lines.pop() == ""
        assert all(line == " ".join(line.split()) != "" for line in lines)
        assert checked(found.text, escapes=True) == found.text


DIGESTS = """
import hashlib, sys
from sayso.extraction import extract
from test_extraction import page
pages = [page(body=f"<ul>{'<li>A tide of %d feet</li>' % n * n}</ul><table><tr><td>{n}<td>b</table>") for n in range(1, 9)]
if sys.argv[1] == "backwards":
    pages.reverse()
print(sorted(hashlib.sha256(repr(extract(html.encode())).encode()).hexdigest() for html in pages))
"""


def test_neither_hash_seed_nor_order_nor_zone_change_a_text() -> None:
    def run(order: str, **environment: str) -> str:
        path = os.pathsep.join(["tests", *sys.path])
        done = subprocess.run(
            [sys.executable, "-c", DIGESTS, order], capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONPATH": path, **environment},
        )  # fmt: skip
        return done.stdout

    assert run("forwards", PYTHONHASHSEED="1", TZ="UTC") == run("backwards", PYTHONHASHSEED="2", TZ="Pacific/Auckland")
