"""Taking texts in: every fault by its name, the good in and the bad out, and never a corpus that cannot be read."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pytest

from sayso.errors import InputError, IntakeError
from sayso.extraction import LONGEST
from sayso.intake import ALLOWABLE, FAULTS, add, init
from sayso.package import build
from sayso.seeds import read_seed, read_sources, sha256
from sayso.validation import validate

THERE = (
    "The harbour board of Example City met on Monday and put off the vote on the new pier."
    " Ada Lindqvist told the meeting that the ferry would sail again before the winter."
)
NEW = "Norvik Line bought a second ferry from a yard in the south. It will be painted green.\n"
WRAPPED = "".join(
    f"{line}\n"
    for line in (
        "The ferry that Norvik Line bought in the south",
        "was painted green by the two sons of the owner",
        "and then sailed to Example City with a load of",
        "timber that nobody in the harbour had asked for",
        "until the board paid for it.",
    )
)


@dataclass(frozen=True)
class Bad:
    """A file with one fault: its bytes, its name, the line of the fault, and a word of its own in the message."""

    data: bytes
    name: str = "new.txt"
    line: int | None = None
    detail: str = ""


BAD = {
    "bad-name": Bad(NEW.encode(), "a new text.txt"),
    "name-taken": Bad(NEW.encode(), "there.txt"),
    "unreadable": Bad(b"", "a-folder", detail="Is a directory"),
    "not-utf8": Bad(b"One.\nThe caf\xe9 burned.\n", line=2, detail="byte 12"),
    "lone-surrogate": Bad(b"One.\nTwo.\nThe \xed\xa0\xbd burned.\n", line=3, detail="byte 14"),
    "byte-order-mark": Bad(b"\xef\xbb\xbf" + NEW.encode(), line=1),
    "nul": Bad(b"One.\nTwo\0.\n", line=2),
    "crlf": Bad(NEW.encode() + b"One.\r\nTwo.\r\n", line=2),
    "mojibake": Bad("One.\n\nItâ€™s safe.\n".encode(), line=3, detail="'Itâ€™s' looks like 'It’s'"),
    "hard-wrapped": Bad(b"A title\n\n" + WRAPPED.encode(), line=3),
    "empty": Bad(b"Read more\n\nShare this:\n"),
    "not-html": Bad(b"\x89PNG\r\n\x1a\n\0\0", "new.html", detail="NUL at byte 8"),
    "bad-encoding": Bad(b"<html><meta charset=utf-8><p>The caf\xe9 burned.", "new.htm", detail="byte 39 is not utf-8"),
    "no-text": Bad(b"<html><frameset><frame src='a.html'></frameset></html>", "new.xhtml"),
    "page-too-long": Bad(b"<p>" + b"a" * LONGEST, "new.html", detail="5000003 bytes"),
    "duplicate": Bad(THERE.encode(), detail="seeds/there.txt"),
    "near-duplicate": Bad(f"{THERE} It rained.\n".encode(), detail="seeds/there.txt"),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A corpus of one text."""
    folder = tmp_path / "letters"
    init(folder)
    assert not add(folder, [write(tmp_path, "there.txt", THERE.encode())]).refused
    return folder


def write(tmp_path: Path, name: str, data: bytes) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir(exist_ok=True)
    path = folder / name
    if name == "a-folder":
        path.mkdir()  # a thing that cannot be read as a file
    else:
        path.write_bytes(data)
    return path


def state(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def check_readable(root: Path) -> list[str]:
    sources = read_sources(root / "seeds" / "sources.jsonl")
    for source in sources:
        read_seed(root / "seeds", source)
    return [source.id for source in sources]


# -- the faults


def test_every_fault_is_tested() -> None:
    assert set(BAD) == set(FAULTS)
    assert set(ALLOWABLE) < set(FAULTS)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_refused_by_name_with_its_place_and_advice(fault: str, root: Path, tmp_path: Path) -> None:
    bad = BAD[fault]
    path = write(tmp_path, bad.name, bad.data)
    before = state(root)
    intake = add(root, [path])
    assert not intake.added
    (error,) = intake.refused
    assert isinstance(error, IntakeError)
    assert (error.fault, error.line) == (fault, bad.line)
    assert str(error).startswith(f"{path}:{bad.line}: {fault}: " if bad.line else f"{path}: {fault}: ")
    assert str(error).endswith(FAULTS[fault])
    assert bad.detail in str(error)
    assert state(root) == before


@pytest.mark.parametrize("fault", ALLOWABLE)
def test_what_can_be_lived_with_is_taken_as_it_is(fault: str, root: Path, tmp_path: Path) -> None:
    bad = BAD[fault]
    intake = add(root, [write(tmp_path, bad.name, bad.data)], [fault])
    assert not intake.refused
    assert (root / "seeds" / "new.txt").read_bytes() == bad.data
    assert check_readable(root) == ["new", "there"]


@pytest.mark.parametrize("fault", sorted(set(FAULTS) - set(ALLOWABLE)))
def test_what_cannot_be_lived_with_is_refused_whatever_is_allowed(fault: str, root: Path, tmp_path: Path) -> None:
    bad = BAD[fault]
    intake = add(root, [write(tmp_path, bad.name, bad.data)], FAULTS)
    assert [error.fault for error in intake.refused] == [fault]


def test_utf_16_is_told_from_a_mere_mark(root: Path, tmp_path: Path) -> None:
    (error,) = add(root, [write(tmp_path, "new.txt", NEW.encode("utf-16"))]).refused
    assert error.fault == "byte-order-mark"
    assert "UTF-16" in str(error)


def test_lines_are_counted_as_editors_count_them(root: Path, tmp_path: Path) -> None:
    # A form feed or a line separator breaks a line for us, but not for `sed -n 2p` or a click on file:2.
    text = "One\x0cone.\u2028One.\nItâ€™s safe.\n"
    (error,) = add(root, [write(tmp_path, "new.txt", text.encode())]).refused
    assert (error.fault, error.line) == ("mojibake", 2)


def test_short_lines_are_not_taken_for_wrapped_ones(root: Path, tmp_path: Path) -> None:
    poem = "A ferry went\nfrom shore to shore\nand carried what\nit had before.\n"
    assert not add(root, [write(tmp_path, "new.txt", poem.encode())]).refused


# -- several files


def test_the_good_go_in_and_the_bad_stay_out(root: Path, tmp_path: Path) -> None:
    names = {
        "nul.txt": BAD["nul"].data,
        "good.txt": NEW.encode(),
        "twin.txt": NEW.encode(),
        "bom.txt": b"\xef\xbb\xbfx",
    }
    files = [write(tmp_path, name, data) for name, data in names.items()]
    sayso = Path(sys.executable).with_name("sayso")
    done = subprocess.run([sayso, "add", *files, "--root", root], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "added good" in done.stdout
    for name, fault in (("nul.txt:2", "nul"), ("twin.txt", "duplicate"), ("bom.txt:1", "byte-order-mark")):
        assert f"{name}: {fault}: " in done.stderr
    assert "Traceback" not in done.stderr
    assert check_readable(root) == ["good", "there"]


def test_good_files_alone_are_no_failure(root: Path, tmp_path: Path) -> None:
    sayso = Path(sys.executable).with_name("sayso")
    file = write(tmp_path, "good.txt", NEW.encode())
    done = subprocess.run([sayso, "add", file, "--root", root], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "added good\n", "")


def test_only_some_faults_can_be_allowed_on_the_command_line(root: Path, tmp_path: Path) -> None:
    sayso = Path(sys.executable).with_name("sayso")
    command = [sayso, "add", write(tmp_path, "new.txt", BAD["nul"].data), "--allow", "nul", "--root", root]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "nul cannot be allowed" in done.stderr
    assert check_readable(root) == ["there"]


def test_a_missing_file_is_said_to_be_missing(root: Path, tmp_path: Path) -> None:
    good = write(tmp_path, "new.txt", NEW.encode())
    intake = add(root, [tmp_path / "nowhere.txt", good])
    assert [error.fault for error in intake.refused] == ["unreadable"]
    assert "No such file" in str(intake.refused[0])
    assert check_readable(root) == ["new", "there"]  # the others go in


# -- nothing is overwritten, nothing is lost


def test_a_seed_is_never_overwritten(root: Path, tmp_path: Path) -> None:
    # A file that sources.jsonl does not know may be somebody's work, too.
    stray = root / "seeds" / "new.txt"
    stray.write_text("Somebody's draft about the pier.\n")
    before = state(root)
    (error,) = add(root, [write(tmp_path, "new.txt", NEW.encode())]).refused
    assert error.fault == "name-taken"
    assert state(root) == before


def test_an_interrupted_run_is_completed_by_the_next(root: Path, tmp_path: Path) -> None:
    # The seed is written before sources.jsonl; a kill between the two leaves this.
    (root / "seeds" / "new.txt").write_bytes(NEW.encode())
    (root / "seeds" / ".sources.jsonl.tmp").write_bytes(b'{"id": "ne')
    intake = add(root, [write(tmp_path, "new.txt", NEW.encode())])
    assert [source.id for source in intake.added] == ["new"]
    assert check_readable(root) == ["new", "there"]
    assert sorted(p.name for p in (root / "seeds").iterdir()) == ["new.txt", "sources.jsonl", "there.txt"]


def test_adding_again_changes_nothing(root: Path, tmp_path: Path) -> None:
    file = write(tmp_path, "new.txt", NEW.encode())
    add(root, [file])
    before = state(root)
    assert [error.fault for error in add(root, [file]).refused] == ["duplicate"]
    assert state(root) == before


def test_the_order_of_files_changes_nothing(tmp_path: Path) -> None:
    files = [write(tmp_path, "b.txt", NEW.encode()), write(tmp_path, "a.txt", THERE.encode())]
    for name, order in (("one", files), ("two", files[::-1])):
        init(tmp_path / name)
        add(tmp_path / name, order)
    assert state(tmp_path / "one" / "seeds") == state(tmp_path / "two" / "seeds")
    assert check_readable(tmp_path / "one") == ["a", "b"]


# -- what the text shows of itself

BODY = "Norvik Line bought a second ferry from a yard in the south. It will be painted green."


@pytest.mark.parametrize(
    ("text", "title", "author", "published"),
    [
        (f"A second ferry\n\nBy Jo Sample\n\nMarch 3, 2018\n\n{BODY}", "A second ferry", "Jo Sample", "2018-03-03"),
        (f"A second ferry\n\n{BODY}", "A second ferry", None, None),
        (f" date 2018-03-03 {BODY}", None, None, "2018-03-03"),
        (f"date 2018-03-03 A second ferry\n\nMarch 4, 2018\n\n{BODY}", "A second ferry", None, "2018-03-03"),
        (f"Published: 2018-03-03 10:30\n\n{BODY}", None, None, "2018-03-03"),
        (f"3 Mar 2018, 10:30 IST\n\n{BODY}", None, None, "2018-03-03"),
        (f"{BODY}\n\nLast updated on 2018-03-03", None, None, "2018-03-03"),
        (f"03/04/2018\n\n{BODY}", None, None, None),
        (f"3 hours ago\n\n{BODY}", None, None, None),
        (f"Written by Jo de Sample, Staff Writer\n\n{BODY}", None, "Jo de Sample", None),
        (BODY, None, None, None),
    ],
    ids=[
        *("all", "title", "stamp", "stamp-before-line", "iso", "short-month", "at-the-end", "ambiguous", "relative"),
        *("particle", "nothing"),
    ],
)
def test_a_source_says_what_the_text_shows(
    text: str, title: str | None, author: str | None, published: str | None, root: Path, tmp_path: Path
) -> None:
    data = f"{text}\n".encode()
    (source,) = add(root, [write(tmp_path, "new.txt", data)]).added
    assert (source.title, source.author, source.published) == (title, author, published)
    assert (source.sha256, source.bytes, source.language) == (sha256(data), len(data), "en")
    assert (source.publisher, source.url, source.licence) == (None, None, "unknown")


@pytest.mark.parametrize(
    "date",
    [
        *("date 2018-13-45 ", "date 2018-02-30 ", "date ２０１８-０３-０３ "),
        *("February 31, 2018\n\n", "Published: 2018-02-31\n\n", "March 3, 0000\n\n", "March ３, ２０１８\n\n"),
    ],
)
def test_a_date_that_does_not_exist_does_no_harm(date: str, root: Path, tmp_path: Path) -> None:
    add(root, [write(tmp_path, "new.txt", f"{date}{BODY}\n".encode())])
    # Whatever became of the text, the corpus can be read, and taken further.
    assert "there" in check_readable(root)
    build(root)


# -- pages

PAGE = """<!DOCTYPE html>
<html lang="en"><head>
<title>A second ferry</title>
<meta property="og:title" content="A second ferry">
<meta property="og:site_name" content="Harbour News">
<meta name="author" content="Jo Sample">
<meta property="article:published_time" content="2018-03-03T10:30:00+00:00">
<link rel="canonical" href="http://news.example/ferry">
</head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav>
<article><h1>A second ferry</h1>
<p>Norvik Line bought a second ferry from a yard in the south. It will be painted green.</p>
<p>“We have waited for years”, Ada Lindqvist told the harbour board on Monday. Nobody else spoke.</p>
</article>
<footer><p>All rights reserved.</p></footer>
</body></html>
"""


def test_the_seed_of_a_page_is_its_main_text(root: Path, tmp_path: Path) -> None:
    (source,) = add(root, [write(tmp_path, "new.html", PAGE.encode())]).added
    text = (root / "seeds" / "new.txt").read_text(encoding="utf-8")
    assert "Norvik Line bought a second ferry from a yard in the south. It will be painted green.\n“We have" in text
    assert "Home" not in text
    assert source.extractor == f"trafilatura {version('trafilatura')}"
    assert (source.title, source.author, source.publisher) == ("A second ferry", "Jo Sample", "Harbour News")
    assert (source.url, source.published) == ("http://news.example/ferry", "2018-03-03")
    assert check_readable(root) == ["new", "there"]
    assert '"extractor": "trafilatura ' in (root / "seeds" / "sources.jsonl").read_text(encoding="utf-8").splitlines()[0]


def test_the_card_says_what_extracted_which_seed(root: Path, tmp_path: Path) -> None:
    card = root / "corpus" / "README.md"
    build(root)
    assert "extracted" not in card.read_text(encoding="utf-8")
    add(root, [write(tmp_path, "new.html", PAGE.encode())])
    build(root)
    assert f"\n- trafilatura {version('trafilatura')}: `new`\n" in card.read_text(encoding="utf-8")
    # A new corpus has everything to say about itself still, but corpus/ is what its inputs make.
    assert {incident.check for incident in validate(root) if incident.severity == "error"} == {"datasheet"}


def test_the_text_of_a_page_is_judged_as_any_text(root: Path, tmp_path: Path) -> None:
    bad = PAGE.replace("It will", "It’s safe. Itâ€™s")
    (error,) = add(root, [write(tmp_path, "new.html", bad.encode())]).refused
    assert (error.fault, error.line) == ("mojibake", None)
    assert "in the text of the page: 'Itâ€™s' looks like 'It’s'" in str(error)
    assert not add(root, [write(tmp_path, "new.html", bad.encode())], ["mojibake"]).refused


def test_a_page_needs_the_extra(root: Path, tmp_path: Path) -> None:
    code = "import sys; sys.modules['trafilatura'] = None; from sayso.cli import main; main()"
    page = write(tmp_path, "new.html", PAGE.encode())
    done = subprocess.run(
        [sys.executable, "-c", code, "add", page, "--root", root], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "pip install 'sayso[html]'" in done.stderr
    assert "Traceback" not in done.stderr
    assert check_readable(root) == ["there"]


# -- a new corpus


def test_a_new_corpus_builds_empty_and_with_one_text(tmp_path: Path) -> None:
    folder = tmp_path / "My Letters!"
    made = init(folder)
    assert all(path.is_file() for path in made)
    empty = build(folder)
    assert (empty.project.name, set(empty.figures.rows.values()) or {0}) == ("my-letters", {0})
    assert (folder / "corpus" / "README.md").is_file()
    assert not add(folder, [write(tmp_path, "new.txt", NEW.encode())]).refused
    one = build(folder)
    assert not one.examination.has_errors
    assert (one.figures.rows["documents"], one.figures.rows["sentences"]) == (1, 2)
    assert one.figures.rows["claims"] == 0


def test_init_takes_an_empty_folder(tmp_path: Path) -> None:
    folder = tmp_path / "letters"
    folder.mkdir()
    assert folder / "pyproject.toml" in init(folder)


def test_init_refuses_a_folder_that_is_not_empty(tmp_path: Path) -> None:
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="is not empty"):
        init(folder)
    assert state(folder) == {"mine.txt": b"mine"}


def test_init_refuses_a_file_and_a_name_without_letters(tmp_path: Path) -> None:
    file = tmp_path / "letters"
    file.write_text("mine")
    with pytest.raises(InputError, match="is not empty"):
        init(file)
    with pytest.raises(InputError, match="a letter or a digit"):
        init(tmp_path / "---")
    assert file.read_text() == "mine"
