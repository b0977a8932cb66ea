"""From a page to its main text, with what the page says of itself. Nothing is fetched.

trafilatura does it: of the extractors that we measured it keeps most of the text and least of what is around it. Its
settings are fixed here. The one that prefers precision is best on news; dates are never compared with today's; no text
depends on the texts before it.
"""

from __future__ import annotations

import codecs
import logging
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from sayso.errors import ExtractionError, InputError
from sayso.raw import encoding

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["FAULTS", "Extracted", "decode", "extract"]

FAULTS = {
    "empty": "there is nothing in the file",
    "not-html": "it is no page: a picture, a programme or another file",
    "bad-encoding": "the bytes are not in the encoding that the page names: save it as UTF-8",
    "no-text": "there is no main text: only scripts, frames, links or forms, or nothing at all",
    "page-too-long": "no page of one text is that long: cut out the part that has it",
}
"""Every reason why there is no text, and what to do about it."""

EXTRACTOR = "trafilatura"

LONGEST = 5_000_000
"""Bytes of a page. What is longer is a list or a dump, and may take gigabytes and minutes to extract."""

_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_UTF16 = re.compile(r"utf[-_]?16", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Extracted:
    """The main text of a page.

    Attributes:
        text: lines of paragraphs, headings and list items, each ended by a line feed; no other control characters.
        published: ISO date.
        site: the name of the site or its host.
        extractor: what extracted it, with
        version: its version: another may extract another text.
    """

    text: str
    title: str | None
    author: str | None
    published: str | None
    site: str | None
    url: str | None
    extractor: str
    version: str


def extract(html: bytes, url: str | None = None, charset: str | None = None) -> Extracted:
    """Extract the main text of a page.

    Args:
        html: the page, in any encoding that it names itself.
        url: where it is from; some dates and names of sites stand there only.
        charset: what the server said of the encoding.

    Raises:
        ExtractionError: there is no text; by the name of the fault, as in `FAULTS`.
        InputError: trafilatura is not installed.
    """
    trafilatura, settings = _trafilatura()
    if not html.strip():
        raise ExtractionError("empty", FAULTS["empty"])
    if len(html) > LONGEST:
        raise ExtractionError("page-too-long", f"{len(html)} bytes, more than {LONGEST}; {FAULTS['page-too-long']}")
    page = decode(html, charset)
    if "<" not in page:
        raise ExtractionError("not-html", f"there is no tag in it; {FAULTS['not-html']}")
    try:
        found = trafilatura.bare_extraction(
            _CONTROLS.sub("", page),
            url=url,
            favor_precision=True,
            include_comments=False,
            include_tables=True,
            deduplicate=False,
            with_metadata=True,
            date_extraction_params={"original_date": True, "extensive_search": False, "max_date": "2099-12-31"},
            config=settings,
        )
    except Exception as error:  # whatever a page does to the extractor, it is that page's fault only
        raise ExtractionError("no-text", f"{EXTRACTOR} fails: {error!r}; {FAULTS['no-text']}") from error
    text = _lines(found.text if found else None)
    if not text:
        raise ExtractionError("no-text", FAULTS["no-text"])
    return Extracted(
        text, _line(found.title), _line(found.author), _day(found.date), _line(found.sitename), url or _line(found.url),
        EXTRACTOR, version(EXTRACTOR),
    )  # fmt: skip


def decode(html: bytes, charset: str | None = None) -> str:
    """The text of a page: by its byte order mark, the server's word, its own, or as UTF-8, else as Windows-1252.

    Raises:
        ExtractionError: the bytes are in none of these.
    """
    names = [name for mark, name in _BOMS.items() if html.startswith(mark)][:1]
    if not names:
        if b"\0" in html:
            raise ExtractionError("not-html", f"there is a NUL at byte {html.index(0)}; {FAULTS['not-html']}")
        own = _META.search(html, 0, 4096)
        said = [charset or "", own.group(1).decode() if own else ""]
        # A page that names UTF-16 in its own ASCII is not in UTF-16.
        names = [name for name in said if name and not _UTF16.match(name)]
    problems = []
    for name in (*names, "utf-8") if names else ("utf-8", "cp1252"):
        try:
            return html.decode(encoding(name))
        except LookupError as error:
            problems.append(str(error))
        except UnicodeDecodeError as error:
            problems.append(f"byte {error.start} is not {name}")
    raise ExtractionError("bad-encoding", f"{problems[0]}; {FAULTS['bad-encoding']}")


@cache
def _trafilatura() -> tuple[ModuleType, Any]:
    try:
        import trafilatura
        from trafilatura.settings import use_config
    except ImportError as error:
        raise InputError("HTML", f"extraction needs trafilatura: pip install 'sayso[html]' ({error})") from error
    for name in ("trafilatura", "htmldate", "courlan", "justext"):
        # Their complaints about pages reach whoever asks for them, and nobody else.
        logging.getLogger(name).addHandler(logging.NullHandler())
    return trafilatura, use_config()


def _lines(text: str | None) -> str:
    """The lines of a text without their edges' white space; blank ones are left out."""
    lines = (" ".join(line.split()) for line in _CONTROLS.sub("", text or "").splitlines())
    return "".join(f"{line}\n" for line in lines if line)


def _line(text: str | None) -> str | None:
    """A name or title on one line."""
    return " ".join(_CONTROLS.sub("", text or "").split()) or None


def _day(text: str | None) -> str | None:
    try:
        return date.fromisoformat(text or "").isoformat()
    except ValueError:
        return None
