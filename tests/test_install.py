"""`pip install .` into an empty environment, used from another folder."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pytest

from conftest import ROOT


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that holds only what the package asks for."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    command = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--constraint",
        ROOT / "constraints.txt",
        ROOT,
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return python


def run(python: Path, cwd: Path, code: str) -> str:
    done = subprocess.run(
        [python, "-W", "error::DeprecationWarning", "-c", code], cwd=cwd, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_corpus_comes_with_the_package(installed: Path, tmp_path: Path) -> None:
    code = "import sayso; claims = sayso.load('claims'); print(claims.num_rows, claims.features['type'].names, sayso.__file__)"
    out = run(installed, tmp_path, code)
    assert out.startswith("16 ['fact', 'plan', 'view']")
    assert str(ROOT) not in out
    assert run(installed, tmp_path, "import sayso; print(len(sayso.docs()))") == "2\n"


def test_the_command_works_there(installed: Path, tmp_path: Path) -> None:
    sayso = installed.with_name("sayso")
    text = tmp_path / "letter.txt"
    text.write_text("Ada Lindqvist said the port was safe.\n")
    for arguments in (
        ["init", "mine"],
        ["add", "letter.txt", "--root", "mine"],
        ["build", "--root", "mine"],
        ["show", "letter", "--root", "mine"],
    ):
        done = subprocess.run([sayso, *arguments], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert "Ada Lindqvist said the port was safe." in done.stdout


def test_the_spacy_component_is_found(installed: Path, tmp_path: Path) -> None:
    code = "import spacy; nlp = spacy.blank('en'); nlp.add_pipe('sayso_segment'); print(len(list(nlp('Dr. Lund left. She is in Norvik.').sents)))"
    assert run(installed, tmp_path, code) == "2\n"


def test_types_come_with_the_package(installed: Path, tmp_path: Path) -> None:
    code = "import sayso, pathlib; print((pathlib.Path(sayso.__file__).parent / 'py.typed').exists())"
    assert run(installed, tmp_path, code) == "True\n"


def test_the_interpreter_is_one_that_is_supported() -> None:
    assert (3, 11) <= sys.version_info[:2] <= (3, 13)
