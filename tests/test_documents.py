"""What the documents say is true: their commands run, their examples parse, their figures are generated."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT
from sayso.datasheet import template, unanswered
from sayso.figures import UnknownTableError, fill
from sayso.layers import parse, to_json

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str, text: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


COMMANDS = [line[2:] for block in blocks("console") for line in block.splitlines() if line.startswith("$ ")]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout with its environment."""
    if not (ROOT / ".venv").is_dir():
        pytest.skip("the README's commands need the environment that scripts/setup makes")
    copy = tmp_path_factory.mktemp("checkout") / "sayso"
    ignored = shutil.ignore_patterns(".venv*", ".git", ".*_cache", ".hypothesis", "__pycache__")
    shutil.copytree(ROOT, copy, ignore=ignored)
    (copy / ".venv").symlink_to(ROOT / ".venv")
    (copy / "letter.txt").write_text("Harbour news\n\nAda Lindqvist said the port was safe.\n\nLeave a Reply\n")
    return copy


def test_the_gate_runs_the_readmes_test_command() -> None:
    assert "scripts/test" in COMMANDS
    assert r"s/^\$ \(scripts\/test\)$/\1/p" in (ROOT / ".ci" / "run").read_text()


def test_every_command_of_the_readme_runs_in_its_order(checkout: Path) -> None:
    ran = 0
    for command in COMMANDS:
        if command == "scripts/test":  # this very run, see above
            continue
        environment = {"PATH": f"{ROOT / '.venv' / 'bin'}:/usr/bin:/bin", "HOME": str(checkout)}
        done = subprocess.run(command, shell=True, cwd=checkout, env=environment, capture_output=True, text=True)  # noqa: S602
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr
        if command == "scripts/build":
            assert 'load_dataset("./corpus", "claims")' in done.stdout
            assert done.stdout.endswith("valid\n")
        ran += 1
    assert ran >= 8
    assert "Leave a Reply" in (checkout / "my-corpus" / "corpus" / "jsonl" / "documents.jsonl").read_text()
    assert (checkout / "page.html").exists()


@pytest.mark.parametrize("number", range(len(blocks("python"))))
def test_every_example_of_the_readme_runs(number: int) -> None:
    example = blocks("python")[number]
    environment = {"PATH": "/usr/bin:/bin", "HF_HUB_OFFLINE": "1", "HOME": str(Path.home())}
    done = subprocess.run([sys.executable, "-c", example], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "print(" not in example or done.stdout.strip()


def test_the_card_shows_usage_that_runs() -> None:
    (example,) = blocks("python", (ROOT / "corpus" / "README.md").read_text(encoding="utf-8"))
    done = subprocess.run([sys.executable, "-c", example], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Mark Zuckerberg | said | " in done.stdout


def test_the_examples_of_contributing_are_annotations() -> None:
    (example,) = blocks("json", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    lines = [json.loads(line) for line in example.splitlines()]
    assert [line["layer"] for line in lines] == ["entity", "claim", "verifiable", "stance"]
    for line in lines:
        assert to_json(parse(line)) == line
        assert list(to_json(parse(line))) == list(line)
        assert len(line["text"]) == line["end"] - line["start"]


def test_no_sentence_of_a_seed_is_in_the_guidelines() -> None:
    """Annotators read them before they see a text."""
    guidelines = " ".join(
        (ROOT / "annotations/GUIDELINES.md").read_text(encoding="utf-8").replace("*", "").split()
    ).lower()
    checked = 0
    for path in (ROOT / "seeds").glob("*.txt"):
        words = path.read_text(encoding="utf-8").lower().split()
        for i in range(len(words) - 4):
            assert " ".join(words[i : i + 5]) not in guidelines
            checked += 1
    assert checked > 500
    for name in ("facebook", "zuckerberg", "cambridge analytica", "kogan", "trump"):
        assert name not in guidelines


def test_the_datasheet_answers_every_question() -> None:
    assert unanswered((ROOT / "DATASHEET.md").read_text(encoding="utf-8")) == []


def test_a_template_answers_none_and_a_heading_alone_is_no_answer() -> None:
    empty = unanswered(template("x"))
    assert len(empty) == 59
    filled = template("x").replace("### M1, Purpose and gap\n", "### M1, Purpose and gap\n\nTo see.\n")
    assert len(unanswered(filled)) == 58
    for nothing in ("TBD", "todo.", "n/a", "[More information needed]", "<!-- later -->"):
        assert (
            len(
                unanswered(
                    template("x").replace("### M1, Purpose and gap\n", f"### M1, Purpose and gap\n\n{nothing}\n")
                )
            )
            == 59
        )
    assert unanswered("")[0] == "the section 'Motivation'"


def test_figures_are_filled_in_between_their_markers_only() -> None:
    text = "before\n<!-- figures:rows -->\nold\n<!-- /figures -->\nafter <!-- figures --> text\n"
    assert fill(text, {"rows": "| new |"}) == text.replace("old", "| new |")
    assert fill(fill(text, {"rows": "x"}), {"rows": "x"}) == fill(text, {"rows": "x"})
    with pytest.raises(UnknownTableError, match="no table 'rows'"):
        fill(text, {"labels": ""})
    with pytest.raises(UnknownTableError, match="is not closed"):
        fill("<!-- figures:rows -->\nold\n", {"rows": ""})


def test_no_document_names_a_machine() -> None:
    for path in [
        *ROOT.glob("*.md"),
        *ROOT.glob("src/**/*.py"),
        *ROOT.glob("scripts/*"),
        *ROOT.glob("corpus/*.md"),
        ROOT / ".ci/run",
    ]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?<![\w.~])/(?:home|root|work|Users|tmp)/", text), path


def test_the_version_stands_in_one_file() -> None:
    assert "version" not in (ROOT / "CITATION.cff").read_text().replace("cff-version", "")
    assert not re.search(r"__version__\s*=", "".join(p.read_text() for p in ROOT.glob("src/**/*.py")))
