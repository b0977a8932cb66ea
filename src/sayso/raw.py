"""One document as it came in, or the reason why it was set aside."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

__all__ = [
    "DATES",
    "FAULTS",
    "DocumentFault",
    "Fields",
    "OfType",
    "Place",
    "Raw",
    "Rejected",
    "TooLong",
    "checked",
    "decoded",
    "encoding",
    "parse",
]

FAULTS = {
    # of a file, or of what is left of it
    "unknown-format": "the name does not end as that of any format that can be read",
    "bad-name": "the name of the file, or of a folder that it is in, is no UTF-8: rename it",
    "wrong-format": "the file is not what its name says: rename or convert it",
    "unreadable": "the system cannot read the file",
    "truncated": "the file breaks off: fetch it again",
    "corrupt": "the file is damaged: fetch it again",
    "bomb": "the file unpacks to far more than texts do: unpack it, look at it, and give the unpacked file",
    "no-text-field": "the text field is missing: name it, if it has another name",
    "doubled-field": "two columns have one name, and which is meant, nobody knows: rename or leave out one",
    # of a document
    "too-long": "longer than any text: split it, or raise the limit",
    "not-utf8": "the bytes are no UTF-8: convert the text",
    "not-json": "the line is no JSON: every line must be one object; jq -c '.[]' writes an array so",
    "not-object": "the line is JSON, but no object: every line must be one; jq -c '.[]' writes an array so",
    "text-no-string": "the text is no string",
    "bad-id": "an id is a string that is not empty, or a whole number",
    "doubled-id": "another document has this id already, its own or the `file#number` of one without: ids tell"
    " documents apart",
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
DATES = ("date", "published", "timestamp")
"""The fields of an object where a date is looked for, in this order."""

# Browsers read these names so (https://encoding.spec.whatwg.org/#names-and-labels), and pages are written for them.
_READ_AS = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}
# Python knows others, such as unicode_escape, that no page is in.
_ENCODINGS = re.compile(
    r"utf-(8(-sig)?|16(-[lb]e)?)|cp\d+|iso8859-\d+|koi8-[rtu]|mac-\w+|gb\w+|hz|big5\w*|euc_\w+|shift_jis\w*"
    r"|iso2022_\w+|tis-620"
)


class Place(NamedTuple):
    """Where something stands.

    Attributes:
        file: its path within the input, with `/`.
        number: of the line, row or record, from 1; None for the whole file.
    """

    file: str
    number: int | None = None

    @property
    def id(self) -> str:
        """`file#number`, or `file`: what a document is called that has no id of its own."""
        return self.file if self.number is None else f"{self.file}#{self.number}"

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

    @classmethod
    def at(
        cls, place: Place, fault: str, detail: str = "", id: str | None = None, documents: int | None = 1
    ) -> Rejected:
        """With a detail before the fault's sentence."""
        return cls(id or place.id, place, fault, f"{detail}; {FAULTS[fault]}" if detail else FAULTS[fault], documents)

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


class DocumentFault(Exception):  # noqa: N818 - a finding, not a fault of ours
    """What is wrong with one document."""

    def __init__(self, fault: str, detail: str = "") -> None:
        super().__init__(fault, detail)
        self.fault, self.detail = fault, detail


class TooLong(NamedTuple):
    """Stands for a string that was too long to be read; its size is in bytes."""

    size: int


class OfType(NamedTuple):
    """Stands for a value of Parquet that is no text and no number; Python may not be able to hold it."""

    name: str


class Fields(NamedTuple):
    """Which fields of an object or row make a document.

    Attributes:
        id: None for `id`, where there is one.
        limit: bytes of a string.
    """

    text: str
    id: str | None
    limit: int

    def document(self, value: Mapping[str, Any], place: Place, *, escapes: bool = False) -> Raw | Rejected:
        """The document in an object or a row.

        Args:
            value: strings of a row may be bytes still.
            escapes: whether there were escapes of JSON, by which alone half a surrogate pair can come in.
        """
        id = None
        try:
            id = self._id(value)
            if self.text not in value:
                raise DocumentFault("no-text-field", f"there is no {self.text!r}")
            text = value[self.text]
            if isinstance(text, TooLong):
                raise DocumentFault("too-long", f"{text.size} bytes, more than {self.limit}")
            if isinstance(text, bytes):
                text = decoded(text)
            if not isinstance(text, str):
                raise DocumentFault("text-no-string", f"{self.text!r} is {_kind(text)}")
            checked(text, escapes=escapes)
        except DocumentFault as fault:
            return Rejected.at(place, fault.fault, fault.detail, id)
        return Raw(id or place.id, place, text, url=_first(value, ("url",)), date=_first(value, DATES))

    def _id(self, value: Mapping[str, Any]) -> str | None:
        """What a document calls itself."""
        name = self.id or "id"
        id = value.get(name)
        if id is None and self.id is None:
            return None
        if isinstance(id, TooLong):
            raise DocumentFault("bad-id", f"{name!r} has {id.size} bytes")
        if isinstance(id, bytes):
            id = decoded(id)
        if isinstance(id, int) and not isinstance(id, bool):
            id = str(id)
        if not isinstance(id, str):
            raise DocumentFault("bad-id", f"{name!r} is {_kind(id)}" if name in value else f"there is no {name!r}")
        if not id.strip() or len(id) > LONGEST_ID or _beside(id) is None:
            raise DocumentFault("bad-id", f"{name!r} is empty, longer than {LONGEST_ID} characters, or no text")
        return id


def decoded(data: bytes, charset: str = "utf-8") -> str:
    """The text of some bytes.

    Raises:
        DocumentFault: they are not in that encoding, or no page is in one of this name.
    """
    try:
        return data.decode("utf-8" if charset == "utf-8" else encoding(charset))
    except UnicodeDecodeError as error:
        fault = "not-utf8" if charset == "utf-8" else "bad-encoding"
        raise DocumentFault(fault, f"byte {error.start}") from error
    except LookupError as error:
        raise DocumentFault("bad-encoding", str(error)) from error


def encoding(charset: str) -> str:
    """Python's name of the encoding that a page or a server names.

    Raises:
        LookupError: no page is in one of this name.
    """
    try:
        known = codecs.lookup(charset).name
    except (LookupError, ValueError):  # the latter for a NUL or half a surrogate pair
        known = ""
    name = _READ_AS.get(known, known)
    if not _ENCODINGS.fullmatch(name):
        raise LookupError(f"no page is in {charset[:40]!r}")
    return name


def checked(text: str, *, escapes: bool = False) -> str:
    """The same text, if it is one.

    Raises:
        DocumentFault: it is empty, or has what no text has.
    """
    if not text or text.isspace():
        raise DocumentFault("empty")
    if "\0" in text:
        raise DocumentFault("nul", f"character {text.index(chr(0))}")
    try:
        if escapes and not text.isascii():
            text.encode()
    except UnicodeEncodeError as error:
        raise DocumentFault("lone-surrogate", f"character {error.start}") from error
    return text


def _first(value: Mapping[str, Any], names: Sequence[str]) -> str | None:
    """What stands in the first field of some beside the text that holds a text."""
    for name in names:
        if name in value and (found := _beside(value[name])) is not None:
            return found
    return None


def _beside(value: object) -> str | None:
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
    if isinstance(value, OfType):
        return f"of the type {value.name}"
    return "null" if value is None else kinds.get(type(value), type(value).__name__)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys stand once: which of two texts is meant, nobody knows."""
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return value


_decoder = json.JSONDecoder(object_pairs_hook=_once)


def parse(data: bytes) -> dict[str, Any]:
    """The object in a line of JSONL.

    Raises:
        DocumentFault: there is none.
    """
    text = decoded(data)
    try:
        value = _decoder.decode(text)
    except json.JSONDecodeError as error:
        raise DocumentFault("not-json", f"column {error.colno}: {error.msg}") from error
    except RecursionError as error:
        raise DocumentFault("not-json", "it is nested too deep") from error
    except ValueError as error:
        raise DocumentFault("not-json", str(error)) from error
    if not isinstance(value, dict):
        raise DocumentFault("not-object", f"it is {_kind(value) if not isinstance(value, str) else 'a string'}")
    return value
