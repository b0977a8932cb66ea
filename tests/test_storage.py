"""Nothing half-written: kills, full disks, read-only disks, two builds at once."""

from __future__ import annotations

import hashlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import small_file_system
from sayso.errors import StorageError
from sayso.intake import add
from sayso.package import build
from sayso.storage import exclusive, swap_folder, write_file, write_files
from sayso.validation import validate


def digest(folder: Path) -> str:
    """One hash over all files of a folder."""
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            whole.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return whole.hexdigest()


def relabel(root: Path, old: str, new: str) -> None:
    """Change the label of one entity in gold and in every annotator's layer."""
    for path in root.glob("annotations/**/ferry.jsonl"):
        text = path.read_text()
        assert old in text
        write_file(path, text.replace(old, new).encode())


BUILD_FOR_EVER = """
import sys
from pathlib import Path
from sayso.package import build
from sayso.storage import write_file
root = Path(sys.argv[1])
paths = sorted(root.glob("annotations/**/ferry.jsonl"))
texts = [[path.read_text().replace('"label": "DATE"', f'"label": "{label}"') for path in paths] for label in ("DATE", "NUM")]
print("ready", flush=True)
while True:
    for version in texts:
        for path, text in zip(paths, version):
            write_file(path, text.encode())
        build(root)
"""


def test_a_build_killed_at_any_moment_leaves_the_old_corpus_or_the_new_one(corpus: Path) -> None:
    known = {digest(corpus / "corpus")}
    relabel(corpus, '"label": "DATE"', '"label": "NUM"')
    build(corpus)
    known.add(digest(corpus / "corpus"))
    relabel(corpus, '"label": "NUM"', '"label": "DATE"')
    assert len(known) == 2
    seen = set()
    chance = random.Random(3)  # noqa: S311 - not a secret
    for _ in range(14):
        with subprocess.Popen([sys.executable, "-c", BUILD_FOR_EVER, str(corpus)], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            time.sleep(chance.uniform(0, 0.5))
            process.send_signal(signal.SIGKILL)
        seen.add(digest(corpus / "corpus"))
        assert seen <= known
        # What the kill left behind does not disturb reading: the labels may be of either version.
        for path in corpus.glob("annotations/**/ferry.jsonl"):
            write_file(path, path.read_bytes().replace(b'"label": "NUM"', b'"label": "DATE"'))
    build(corpus)
    assert validate(corpus) == []
    assert not list(corpus.glob(".*"))


def test_a_kill_between_two_texts_of_add_is_mended_by_adding_again(corpus: Path, tmp_path: Path) -> None:
    text = "The lighthouse of Lund was lit again on Sunday after eleven dark years.\n"
    (corpus / "seeds" / "lighthouse.txt").write_text(text)  # the seed was written, its line in sources.jsonl was not
    source = tmp_path / "lighthouse.txt"
    source.write_text(text)
    assert [s.id for s in add(corpus, [source]).added] == ["lighthouse"]
    assert validate(corpus) != []  # not built yet
    build(corpus)
    assert validate(corpus) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 160 KiB."""
    with small_file_system(tmp_path / "small", "160k") as folder:
        yield folder


def fill(folder: Path, leave: int) -> Path:
    """Fill a disk but for some bytes."""
    free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
    ballast = folder / "ballast"
    ballast.write_bytes(b"x" * (free - leave))
    return ballast


@pytest.mark.parametrize("leave", [0, 8_192, 24_576, 40_960, 61_440])
def test_a_full_disk_is_an_error_and_loses_nothing(small_disk: Path, valid_corpus: Path, leave: int) -> None:
    root = small_disk / "corpus-on-a-small-disk"
    shutil.copytree(valid_corpus, root, ignore=shutil.ignore_patterns("data", "croissant.json"))
    before = digest(root)
    ballast = fill(small_disk, leave)
    command = [sys.executable, "-c", "from sayso.cli import main; main()", "build", "--root", str(root)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    assert digest(root) == before
    ballast.unlink()


def test_a_file_that_may_not_grow_is_an_error(corpus: Path) -> None:
    """The same as a full disk, for those who are not root: a limit on the size of files."""
    before = digest(corpus)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    command = [sys.executable, "-c", "from sayso.cli import main; main()", "build", "--root", str(corpus)]
    # The measuring of coverage writes files too, and would fail in its own way.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=limit, env=environment)
    assert done.returncode == 2, done.stderr
    assert "error:" in done.stderr
    assert "File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert digest(corpus) == before


@pytest.fixture
def read_only(corpus: Path) -> Iterator[Path]:
    """The corpus on a disk that cannot be written."""
    if os.geteuid() == 0:
        if subprocess.run(["mount", "--bind", str(corpus), str(corpus)], capture_output=True).returncode:
            pytest.skip("this machine does not let root mount a file system")
        subprocess.run(["mount", "-o", "remount,bind,ro", str(corpus)], check=True)
        yield corpus
        subprocess.run(["umount", "--lazy", str(corpus)], check=True)
    else:
        corpus.chmod(0o555)
        yield corpus
        corpus.chmod(0o755)


def test_a_read_only_disk_is_an_error_for_build_and_none_for_validate(read_only: Path) -> None:
    run = [sys.executable, "-c", "from sayso.cli import main; main()"]
    done = subprocess.run([*run, "build", "--root", str(read_only)], capture_output=True, text=True)
    assert done.returncode == 2
    assert "error: cannot write" in done.stderr
    assert "Traceback" not in done.stderr
    assert subprocess.run([*run, "validate", "--root", str(read_only)], capture_output=True).returncode == 0


def test_two_builds_at_once_are_refused(corpus: Path) -> None:
    with exclusive(corpus), pytest.raises(StorageError, match="another sayso is at work"):
        build(corpus)
    build(corpus)


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_file(path, b"old")
    (tmp_path / ".file.tmp").mkdir()  # nothing can be written under the temporary name
    with pytest.raises(StorageError, match="cannot write"):
        write_file(path, b"new")
    assert path.read_bytes() == b"old"


def test_of_many_files_one_that_cannot_be_written_leaves_all_as_they_were(tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.write_bytes(b"old")
    files = {old: b"new", tmp_path / "missing folder" / "file": b"new", tmp_path / "other": b"new"}
    with pytest.raises(StorageError, match="missing folder"):
        write_files(files)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"old": b"old"}
    del files[tmp_path / "missing folder" / "file"]
    write_files(files)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"old": b"new", "other": b"new"}


def test_folders_are_exchanged_in_one_step(tmp_path: Path) -> None:
    new, old = tmp_path / "new", tmp_path / "old"
    for folder in (new, old):
        folder.mkdir()
        (folder / folder.name).touch()
    swap_folder(new, old)
    assert [p.name for p in old.iterdir()] == ["new"]
    assert [p.name for p in new.iterdir()] == ["old"]


def test_where_names_cannot_be_exchanged_folders_still_change_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sayso.storage._RENAME_EXCHANGE", 1 << 30)  # a flag that no file system knows
    test_folders_are_exchanged_in_one_step(tmp_path)


def test_a_folder_that_cannot_be_replaced_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    with pytest.raises(StorageError, match="cannot replace"):
        swap_folder(tmp_path / "gone", tmp_path / "old")
