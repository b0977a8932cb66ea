"""Take new texts into `seeds/`, and start a new corpus. A text that is no good is refused, by the name of its fault.

Of a page, the seed is its main text, and sources.jsonl says what extracted it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ftfy import fix_encoding
from ftfy.badness import is_bad

from sayso import jsonl
from sayso.cleaning import Cleaning
from sayso.datasheet import template
from sayso.errors import ExtractionError, InputError, IntakeError, StorageError
from sayso.extraction import FAULTS as EXTRACTION_FAULTS
from sayso.extraction import Extracted, extract
from sayso.language import Language, language
from sayso.project import Project
from sayso.resemblance import NEAR, resemblance, sketch_of_seed
from sayso.resources import resource
from sayso.rules import NAME, WHITESPACE
from sayso.seeds import RIGHTS, SEED_ID, Source, read_seed, read_sources, sha256
from sayso.segmentation import segment
from sayso.storage import exclusive, write_file

__all__ = ["ALLOWABLE", "FAULTS", "Intake", "add", "init"]

FAULTS = {
    "bad-name": "the file's name, without its ending, becomes the id: letters, digits, '.', '_' and '-' only",
    "name-taken": "another text has this name: rename the file; seeds are never overwritten",
    "unreadable": "the file cannot be read",
    "not-utf8": "the bytes are no UTF-8: convert the file, for example with `iconv -f WINDOWS-1252 -t UTF-8`",
    "lone-surrogate": "half of a surrogate pair stands as a character: write the text again from its source",
    "byte-order-mark": "the file starts with a byte order mark: save it without one",
    "nul": "there is a NUL in the text: it is no text, or UTF-16; convert it with `iconv -t UTF-8`",
    "crlf": "the lines end in CR LF: convert them with `dos2unix`, or keep them with --allow crlf",
    "mojibake": "UTF-8 was read as another encoding: decode the source anew, or keep it with --allow mojibake",
    "hard-wrapped": "paragraphs are broken into short lines: join them, or let each be a block: --allow hard-wrapped",
    "not-english": "its words are of another language, which the rules and guidelines are not for; if it is English"
    " after all: --allow not-english",
    "not-html": EXTRACTION_FAULTS["not-html"],
    "bad-encoding": EXTRACTION_FAULTS["bad-encoding"],
    "no-text": EXTRACTION_FAULTS["no-text"],
    "page-too-long": EXTRACTION_FAULTS["page-too-long"],
    "empty": "nothing would be kept of this text",
    "duplicate": "this very text is a seed already",
    "near-duplicate": "nearly the same text is a seed already: drop one, or keep both with --allow near-duplicate",
}
"""Every reason to refuse a text, and what to do about it."""

ALLOWABLE = ("crlf", "mojibake", "hard-wrapped", "not-english", "near-duplicate")
"""The faults that a user may decide to live with."""

PAGES = (".html", ".htm", ".xhtml")


@dataclass
class Intake:
    """What became of the files: taken, refused with the reason, or there already from an interrupted run."""

    added: list[Source] = field(default_factory=list)
    refused: list[IntakeError] = field(default_factory=list)


def add(root: Path, files: Sequence[Path], allow: Iterable[str] = ()) -> Intake:
    """Copy texts into `seeds/` and describe them in `sources.jsonl`. Each file is judged by itself.

    Args:
        files: UTF-8 texts, or pages whose names end in one of `PAGES`; the name without its ending becomes the id.
        allow: faults to live with, of `ALLOWABLE`.

    Raises:
        InputError: the corpus or its sources.jsonl cannot be read, or a page is given and trafilatura is missing.
        StorageError: the disk refuses.
    """
    project = Project.read(root)
    allowed = frozenset(allow)
    result = Intake()
    with exclusive(root):
        sources = {source.id: source for source in read_sources(project.sources)}
        sketches = {id: sketch_of_seed(read_seed(project.seeds, source).text) for id, source in sources.items()}
        for path in files:
            try:
                data, text, page = _read(path, allowed)
                source = _describe(path, data, text, page)
                sketch = sketch_of_seed(text)
                _compare(path, source, sketch, sources, sketches, allowed)
                target = project.seeds / source.file
                if target.exists() and target.read_bytes() != data:
                    raise IntakeError(path, "name-taken", FAULTS["name-taken"])
            except IntakeError as error:
                result.refused.append(error)
                continue
            write_file(target, data)
            sources[source.id], sketches[source.id] = source, sketch
            result.added.append(source)
            # After every text, so that a kill in the middle leaves at most a file that the next run takes up again.
            write_file(project.sources, jsonl.encode(sources[id].to_json() for id in sorted(sources)))
    return result


def _refuse(path: Path, fault: str, detail: str = "", line: int | None = None) -> IntakeError:
    return IntakeError(path, fault, f"{detail}{'; ' if detail else ''}{FAULTS[fault]}", line)


def _read(path: Path, allowed: frozenset[str]) -> tuple[bytes, str, Extracted | None]:
    """The bytes and the text of a seed that has no fault of its own, and what else its page says."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _refuse(path, "unreadable", error.strerror or "") from error
    if not SEED_ID.fullmatch(path.stem):
        raise _refuse(path, "bad-name")
    if path.suffix.lower() in PAGES:
        try:
            page = extract(data)
        except ExtractionError as error:
            raise IntakeError(path, error.fault, error.problem) from error
        _judge(path, page.text, allowed, "in the text of the page")
        return page.text.encode(), page.text, page
    text = _decode(path, data)
    _judge(path, text, allowed)
    return data, text, None


def _decode(path: Path, data: bytes) -> str:
    """The text of a file."""
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise _refuse(path, "byte-order-mark", "UTF-16" if data[0] != 0xEF else "", 1)
    if b"\0" in data:
        raise _refuse(path, "nul", line=data.count(b"\n", 0, data.index(b"\0")) + 1)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        surrogate = re.match(rb"\xed[\xa0-\xbf][\x80-\xbf]", data[error.start : error.start + 3])
        raise _refuse(path, "lone-surrogate" if surrogate else "not-utf8", f"byte {error.start}", line) from error


def _judge(path: Path, text: str, allowed: frozenset[str], where: str = "") -> None:
    """Refuse a text with a fault that the user does not live with; a page has other lines than its text."""
    if "\r" in text and "crlf" not in allowed:
        raise _refuse(path, "crlf", line=text.count("\n", 0, text.index("\r")) + 1)
    if "mojibake" not in allowed:
        for number, line_text in enumerate(text.split("\n"), 1):
            if is_bad(line_text):
                details = [detail for detail in (where, _example(line_text)) if detail]
                raise _refuse(path, "mojibake", ": ".join(details), None if where else number)
    if "hard-wrapped" not in allowed and (wrapped := _wrapped_at(text)):
        raise _refuse(path, "hard-wrapped", where, None if where else wrapped)
    if "not-english" not in allowed and language(text) == Language.OTHER:
        raise _refuse(path, "not-english", where)


def _example(line: str) -> str:
    """A garbled word and what it should have been, where ftfy can tell."""
    for word in line.split():
        if is_bad(word):
            return f"{word!r} looks like {fix_encoding(word)!r}"
    return ""


def _wrapped_at(text: str) -> int | None:
    """The first line of a hard-wrapped text: most long lines stop in mid-sentence and go on in the next."""
    lines = text.split("\n")
    breaks = [
        number
        for number, (line, following) in enumerate(itertools.pairwise(lines), 1)
        if 40 <= len(line.rstrip()) <= 100 and line.rstrip()[-1].isalnum() and following[:1].islower()
    ]
    long = sum(len(line) >= 40 for line in lines)
    return breaks[0] if len(breaks) >= 3 and len(breaks) * 3 > long else None


_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)


def _describe(path: Path, data: bytes, text: str, page: Extracted | None) -> Source:
    """The source of a text, as far as its page says it or the text itself shows it."""
    document = segment(text)
    if not document.blocks:
        raise _refuse(path, "empty")
    head = document.blocks[0]
    title = text[head.seed_start : head.seed_end] if head.kind == "heading" else None
    cleaning = document.cleaning
    author, published = _author(text, cleaning), _published(text, cleaning)
    publisher = url = extractor = None
    if page is not None:
        title, author, published = page.title or title, page.author or author, page.published or published
        publisher, url, extractor = page.site, page.url, f"{page.extractor} {page.version}"
    return Source(
        path.stem, f"{path.stem}.txt", sha256(data), len(data), "en", title, publisher,
        author, url, cleaning.date or published, "unknown", RIGHTS, extractor,
    )  # fmt: skip


def _removed(text: str, cleaning: Cleaning, rule: str) -> list[str]:
    return [text[r.start : r.end] for r in cleaning.removed if r.rule == rule and r.rule != WHITESPACE]


_BYLINE = re.compile(rf"(?i:(?:written |posted |published )?by:? )({NAME})")


def _author(text: str, cleaning: Cleaning) -> str | None:
    """The name in a byline."""
    for line in _removed(text, cleaning, "byline"):
        match = _BYLINE.match(line)
        if match:
            return match.group(1)
    return None


def _published(text: str, cleaning: Cleaning) -> str | None:
    """The date of a time stamp, if it names the month or is an ISO date: figures alone are ambiguous."""
    for line in _removed(text, cleaning, "timestamp"):
        iso = re.search(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b", line)
        if iso:
            return _calendar(iso.group())
        words = re.findall(r"[A-Za-z]{3,}|[0-9]+", line)
        months = [i for w in words for i, m in enumerate(_MONTHS, 1) if m.startswith(w.lower())]
        days = [int(w) for w in words if w.isdigit() and len(w) <= 2]
        years = [w for w in words if w.isdigit() and len(w) == 4]
        if len(months) == 1 and years and days:
            return _calendar(f"{years[0]}-{months[0]:02}-{days[0]:02}")
    return None


def _calendar(day: str) -> str | None:
    """An ISO date, if the calendar has it."""
    try:
        return date.fromisoformat(day).isoformat()
    except ValueError:
        return None


def _compare(
    path: Path,
    source: Source,
    sketch: frozenset[int],
    sources: dict[str, Source],
    sketches: dict[str, frozenset[int]],
    allowed: frozenset[str],
) -> None:
    """Refuse a text that is there already."""
    for other in sources.values():
        if other.sha256 == source.sha256:
            raise _refuse(path, "duplicate", f"seeds/{other.file}")
    if source.id in sources:
        raise _refuse(path, "name-taken")
    if "near-duplicate" in allowed:
        return
    for id, other_sketch in sketches.items():
        alike = resemblance(sketch, other_sketch)
        if alike >= NEAR:
            raise _refuse(
                path,
                "near-duplicate",
                f"{alike:.0%} of the words in a row are those of seeds/{sources[id].file}",
            )


def init(folder: Path) -> list[Path]:
    """Start a corpus in a folder that is not there yet or is empty.

    Returns:
        the files that were made.

    Raises:
        InputError: the folder holds something, or its name makes no name for a corpus.
        StorageError: the disk refuses.
    """
    name = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-")
    if not name:
        raise InputError(folder, "the folder's name becomes the corpus's: it needs a letter or a digit")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(folder, "is not empty: give a folder that is not there yet")
    files = {
        "pyproject.toml": f'[project]\nname = "{name}"\nversion = "0.1.0"\n\n[tool.sayso]\ntitle = "{name}"\n',
        "seeds/sources.jsonl": "",
        "annotations/GUIDELINES.md": resource("annotations/GUIDELINES.md").read_text(encoding="utf-8"),
        "annotations/schema.json": resource("annotations/schema.json").read_text(encoding="utf-8"),
        "DATASHEET.md": template(name),
        "CHANGELOG.md": "# Changelog\n\n## [Unreleased]\n",
        "README.md": _README.format(name=name),
    }
    try:
        for relative in files:
            (folder / relative).parent.mkdir(parents=True, exist_ok=True)
        (folder / "annotations" / "gold").mkdir()
    except OSError as error:
        raise StorageError(f"cannot write {folder}: {error.strerror}") from error
    for relative, text in files.items():
        write_file(folder / relative, text.encode())
    return [folder / relative for relative in files]


_README = """# {name}

A corpus made with sayso.

```
sayso add TEXT.txt ...   take texts in
sayso build              make corpus/
sayso validate           check everything
sayso show DOCUMENT      look at one
```

<!-- figures:rows -->
<!-- /figures -->
"""
