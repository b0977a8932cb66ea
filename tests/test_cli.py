"""The command line, as people use it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from conftest import ROOT
from sayso.cli import main


class Outcome:
    """What a command printed and how it ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err
        self.flat = " ".join(out.split())


@pytest.fixture
def sayso(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def run(*arguments: str | Path) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["sayso", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            main()
        captured = capsys.readouterr()
        return Outcome(int(caught.value.code or 0), captured.out, captured.err)

    return run


def test_help_teaches(sayso) -> None:
    done = sayso("--help")
    assert done.code == 0
    for command in ("build", "validate", "show", "stats", "diff", "add", "init"):
        assert re.search(rf"^\s+{command}\s+\w", done.out, re.MULTILINE), command
    assert "sayso init my-corpus" in done.flat


@pytest.mark.parametrize("command", ["build", "validate", "show", "stats", "diff", "add", "init"])
def test_every_command_has_help(sayso, command: str) -> None:
    done = sayso(command, "--help")
    assert done.code == 0
    assert len(done.flat) > 150


def test_build_shows_what_came_out(sayso, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(corpus)
    done = sayso("build")
    assert done.code == 0, done.err
    assert re.search(r"^claims\s+6\s*$", done.out, re.MULTILINE)
    assert "claim: Lindqvist → blame → the delay (fact, asserts)" in done.flat
    assert "stance: Lindqvist → Norvik Line: against" in done.flat
    assert 'load_dataset("./corpus", "claims")' in done.out


def test_build_in_colour_on_a_terminal(corpus: Path) -> None:
    env = os.environ | {"FORCE_COLOR": "1", "COLUMNS": "100"}
    command = [sys.executable, "-c", "from sayso.cli import main; main()", "build", "--root", str(corpus)]
    done = subprocess.run(command, capture_output=True, env=env)
    assert b"\x1b[1;30;43mblamed\x1b[0m" in done.stdout


def test_build_lists_the_errors(sayso, corpus: Path) -> None:
    path = corpus / "annotations/gold/ferry.jsonl"
    path.write_text(path.read_text().replace('"label": "ORG"', '"label": "FIRM"'))
    done = sayso("build", "--root", corpus)
    assert done.code == 1
    assert "annotations/gold/ferry.jsonl:" in done.out
    assert "'FIRM' is none of PER, ORG" in done.out
    assert "corpus/ is as it was" in " ".join(done.err.split())
    listed = json.loads(sayso("build", "--json", "--root", corpus).out)
    assert "label-unknown" in {incident["check"] for incident in listed}


def test_build_as_json(sayso, corpus: Path) -> None:
    assert json.loads(sayso("build", "--json", "--root", corpus).out)["rows"]["claims"] == 6


def test_validate(sayso, corpus: Path) -> None:
    done = sayso("validate", "--root", corpus)
    assert (done.code, done.out) == (0, "valid\n")
    (corpus / "CHANGELOG.md").unlink()
    done = sayso("validate", "--root", corpus)
    assert "CHANGELOG.md: changelog: no heading" in done.out
    assert "1 warning" in done.out
    (corpus / "corpus" / "LICENSE.md").write_text("Do what you like.")
    done = sayso("validate", "--root", corpus)
    assert done.code == 1
    assert "corpus/LICENSE.md: checksum: " in done.out
    assert "corpus/LICENSE.md:1: not-rebuilt: " in done.out


def test_a_folder_that_is_no_corpus(sayso, tmp_path: Path) -> None:
    for command in (["build"], ["validate"], ["stats"], ["show", "x"], ["add", "x.txt"]):
        done = sayso(*command, "--root", tmp_path)
        assert done.code == 2
        assert "no corpus here: give its folder with --root, or start one with `sayso init DIR`" in done.err
        assert done.out == ""


def test_show_strikes_out_what_was_removed_and_names_the_rule(sayso, corpus: Path) -> None:
    done = sayso("show", "harbour", "--root", corpus)
    assert done.code == 0, done.err
    assert "Leave a Reply [comment-form]" in done.flat
    assert "By Jo Sample [byline]" in done.flat
    assert "Lindqvist [ada-lindqvist] blame “the delay” fact, asserts" in done.flat
    assert "She → Norvik Line: favor" in done.flat
    assert "Norvik Line (norvik-line) against" in done.flat
    assert re.search(r"norvik-line\s+ORG\s+Norvik Line ×3", done.out)


def test_show_takes_the_beginning_of_an_id_and_an_annotator(sayso, corpus: Path) -> None:
    done = sayso("show", "harb", "--annotator", "bo", "--root", corpus)
    assert done.code == 0
    assert done.out != sayso("show", "harb", "--annotator", "ann", "--root", corpus).out or "Monday" in done.out
    done = sayso("show", "harb", "--annotator", "cy", "--root", corpus)
    assert (done.code, done.out) == (2, "")
    assert "'cy' did not annotate harbour: ann, bo did" in done.err


@pytest.mark.parametrize(
    ("id", "message"), [("quay", "no document 'quay'; there are ferry, harbour"), ("", "2 documents start with ''")]
)
def test_show_of_no_document(sayso, corpus: Path, id: str, message: str) -> None:
    done = sayso("show", id, "--root", corpus)
    assert done.code == 2
    assert message in done.err


def test_show_of_a_document_that_cannot_be_read(sayso, corpus: Path) -> None:
    (corpus / "seeds/ferry.txt").unlink()
    done = sayso("show", "ferry", "--root", corpus)
    assert done.code == 2
    assert "cannot be read: see `sayso validate`" in done.err


class Text(HTMLParser):
    """The text of a page, and that its tags are closed in order."""

    VOID = {"meta", "link", "br"}

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.open, self.struck = "", [], ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if "del" in self.open:
            self.struck += data


def test_show_writes_a_page(sayso, corpus: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert sayso("show", "harbour", "--html", page, "--root", corpus).code == 0
    written = page.read_text(encoding="utf-8")
    read = Text(written)
    assert read.open == []
    assert "Leave a Reply" in read.struck
    assert "said on Monday" not in read.struck
    assert "Ada Lindqvist said on Monday that the port of Norvik was safe. 😀" in read.text
    assert "http" not in written  # nothing from elsewhere


def test_a_page_is_safe_from_what_a_seed_says(sayso, corpus: Path, tmp_path: Path) -> None:
    text = tmp_path / "script.txt"
    text.write_text("<script>alert(1)</script> stood in the notice & nobody knew why.\n")
    assert sayso("add", text, "--root", corpus).code == 0
    page = tmp_path / "page.html"
    assert sayso("show", "script", "--html", page, "--root", corpus).code == 0
    assert "<script" not in page.read_text()
    assert "<script>alert(1)</script> stood in the notice & nobody" in Text(page.read_text()).text


def test_stats(sayso, corpus: Path) -> None:
    done = sayso("stats", "--root", corpus)
    assert done.code == 0
    assert re.search(r"^\s*claims\s+6\s*$", done.out, re.MULTILINE)
    counted = json.loads(sayso("stats", "--json", "--root", corpus).out)
    assert counted["rows"]["claims"] == 6
    assert counted["labels"]["entity"]["PER"] == 4
    assert {
        "layer": "entity",
        "aspect": "span and label",
        "label": "DATE",
        "measure": "F1",
        "value": 2 / 3,
        "n": 3,
    } in counted["agreement"]


def test_stats_of_inputs_with_errors(sayso, corpus: Path) -> None:
    (corpus / "seeds/ferry.txt").unlink()
    done = sayso("stats", "--root", corpus)
    assert done.code == 2
    assert "error: 1 error in the inputs" in done.err
    assert done.out.startswith("seeds/ferry.txt: seed-missing: ")


@pytest.mark.parametrize("command", [("show", "ferry"), ("suggest",), ("suggest", "harbour")])
def test_damaged_input_is_no_basis(sayso, corpus: Path, command: tuple[str, ...]) -> None:
    gold = corpus / "annotations" / "gold" / "ferry.jsonl"
    gold.write_bytes(gold.read_bytes() + b"{\n")
    line = gold.read_bytes().count(b"\n")
    done = sayso(*command, "--root", corpus)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: {gold}:{line}: line-malformed: ")
    assert not (corpus / "annotations" / "suggested").exists()
    assert sayso("show", "harbour", "--root", corpus).code == 0


def test_diff(sayso, corpus: Path, valid_corpus: Path) -> None:
    assert sayso("diff", valid_corpus, corpus).code == 0
    for path in corpus.glob("annotations/**/ferry.jsonl"):
        path.write_text(path.read_text().replace('"label": "DATE"', '"label": "NUM"'))
    assert sayso("build", "--root", corpus).code == 0
    done = sayso("diff", valid_corpus, "--root", corpus)
    assert done.code == 1
    assert "0.1.0 -> 0.1.0: MAJOR, at least 0.2.0" in done.out
    told = json.loads(sayso("diff", valid_corpus, corpus, "--json").out)
    assert (told["bump"], told["satisfied"]) == ("MAJOR", False)


def test_add_and_init(sayso, tmp_path: Path) -> None:
    text = tmp_path / "ferry.txt"
    text.write_text("By Jo Sample\n\nMarch 3, 2018\n\nThe ferry from Lund to Norvik sails again from today on.\n")
    root = tmp_path / "my-corpus"
    done = sayso("init", root)
    assert done.code == 0
    assert "my-corpus" in (root / "pyproject.toml").read_text()
    done = sayso("add", text, "--root", root)
    assert (done.code, done.out.strip()) == (0, "added ferry (author Jo Sample, date 2018-03-03)")
    done = sayso("add", text, "--root", root)
    assert done.code == 1
    assert "duplicate: seeds/ferry.txt" in done.err
    done = sayso("add", tmp_path / "gone.txt", "--root", root)
    assert done.code == 1
    assert "unreadable: No such file" in done.err
    assert sayso("add", text, "--allow", "nul", "--root", root).code == 2
    done = sayso("init", root)
    assert done.code == 2
    assert "is not empty" in done.err


def test_what_looks_like_markup_is_printed_as_it_is(sayso, tmp_path: Path) -> None:
    folder = tmp_path / "a[b]c"
    folder.mkdir()
    text = folder / "pier.txt"
    text.write_text("The Pier :fire: [/updated]\n\nThe pier burnt on Monday, Lindqvist said.\n", encoding="utf-8")
    assert f"made {folder / 'news'}" in sayso("init", folder / "news").out
    added = sayso("add", text, "--root", folder / "news")
    assert ":fire: [/updated]" in added.flat, added.err
    built = sayso("build", "--root", folder / "news")
    assert built.code == 0
    assert "a[b]c" in built.flat
    assert built.flat.endswith('"documents")')  # there are no claims to load
    page = folder / "pier.html"
    assert page.name in sayso("show", "pier", "--html", page, "--root", folder / "news").err


def test_shell_completion_knows_the_documents(corpus: Path) -> None:
    env = os.environ | {"_SAYSO_COMPLETE": "complete_bash", "COMP_WORDS": "sayso show ha", "COMP_CWORD": "2"}
    done = subprocess.run(
        [Path(sys.executable).with_name("sayso")], cwd=corpus, env=env, capture_output=True, text=True
    )
    assert done.stdout.split() == ["harbour"]


def test_a_reader_that_goes_away_is_no_error(corpus: Path) -> None:
    sayso = Path(sys.executable).with_name("sayso")
    done = subprocess.run(f"'{sayso}' show harbour | head -n 1", shell=True, cwd=corpus, capture_output=True, text=True)  # noqa: S602
    assert "Traceback" not in done.stderr
    assert done.stdout.startswith("seed")


@pytest.mark.parametrize(
    "name",
    ["pyproject.toml", "README.md", "CHANGELOG.md", "DATASHEET.md", "annotations/schema.json"],
)
def test_a_folder_in_the_place_of_a_file_is_one_line(sayso, corpus: Path, name: str) -> None:
    (corpus / name).unlink(missing_ok=True)
    (corpus / name).mkdir()
    done = sayso("validate", "--root", corpus)
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith(f"{corpus / name}: Is a directory\n")


def test_a_root_that_is_a_file_is_one_line(sayso, corpus: Path) -> None:
    done = sayso("validate", "--root", corpus / "README.md")
    assert (done.code, done.err) == (2, f"error: {corpus / 'README.md' / 'pyproject.toml'}: Not a directory\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_an_output_that_is_full_is_one_line(corpus: Path) -> None:
    program = Path(sys.executable).with_name("sayso")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([program, "stats"], cwd=corpus, stdout=full, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (2, "error: No space left on device\n")


def test_an_output_that_knows_no_unicode_gets_numbers(corpus: Path) -> None:
    program, env = Path(sys.executable).with_name("sayso"), os.environ | {"PYTHONIOENCODING": "ascii"}
    shown = subprocess.run([program, "show", "harbour"], cwd=corpus, env=env, capture_output=True, text=True)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "\\U0001f600" in shown.stdout
    as_json = subprocess.run([program, "stats", "--json"], cwd=corpus, env=env, capture_output=True)
    assert json.loads(as_json.stdout)


def test_add_names_every_fault_that_can_be_allowed(sayso) -> None:
    from sayso.intake import ALLOWABLE

    shown = re.sub(r"[\s│|]+", " ", sayso("add", "--help").out)
    assert ", ".join(ALLOWABLE) in shown


def test_import_is_light() -> None:
    code = "import sys, sayso; print([m for m in ('datasets', 'pyarrow', 'spacy', 'numpy', 'rich', 'typer') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"


def test_the_projects_documents_are_shown(sayso) -> None:
    done = sayso("show", "004", "--root", ROOT)
    assert "(Reuters) [photo-caption]" in done.flat
    assert "DELETEFACEBOOK ×1, DELTEFACEBOOK ×1" in done.flat
