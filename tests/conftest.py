"""Fixtures that many tests share."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

from invented import make
from sayso.doccano import server
from sayso.doccano.client import Client
from sayso.errors import DoccanoError
from sayso.project import Project

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ROOT = Path(__file__).parent.parent

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    # With the checksum that the command `zstd` writes: without it, nobody could tell some damage.
    ".zst": lambda data: zstd.compress(data, options={zstd.CompressionParameter.checksum_flag: 1}),
}
"""How files are compressed, by the endings of their names."""


@pytest.fixture(scope="session")
def valid_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The invented corpus, built; not to be changed."""
    return make(tmp_path_factory.mktemp("valid") / "harbour-news")


@pytest.fixture
def corpus(valid_corpus: Path, tmp_path: Path) -> Path:
    """A copy of it to change."""
    return Path(shutil.copytree(valid_corpus, tmp_path / valid_corpus.name))


@contextmanager
def small_file_system(folder: Path, size: str) -> Iterator[Path]:
    """A real file system of so many bytes, as `mount` writes them."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a small file system can only be mounted by root")
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True)
    if done.returncode:
        pytest.skip("this machine does not let root mount a file system")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture(scope="session")
def doccano_environment() -> Path:
    """An environment with doccano, made once for all runs of the tests: it takes a minute."""
    shared = ROOT / ".venv-doccano"
    shared.mkdir(exist_ok=True)
    with FileLock(shared / ".lock"):
        if not (shared / "venv" / ".complete").exists():
            try:
                server._install(shared, lambda _: None)
            except DoccanoError:
                if os.environ.get("CI"):
                    raise
                pytest.skip("doccano cannot be installed here")
    return shared / "venv"


@pytest.fixture(scope="module")
def doccano_home(doccano_environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A place for a server of its own; a server that a test leaves running is stopped."""
    folder = tmp_path_factory.mktemp("doccano")
    (folder / "venv").symlink_to(doccano_environment)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAYSO_DOCCANO_HOME", str(folder))
        patch.delenv(server.PASSWORD, raising=False)
        yield folder
        server.down()


@pytest.fixture(scope="module")
def doccano_server(doccano_home: Path) -> server.Server:
    """A running server."""
    return server.up(lambda _: None)


@pytest.fixture
def admin(doccano_server: server.Server) -> Client:
    """The server's admin."""
    password = server.password()
    assert password
    return Client(doccano_server.url, server.ADMIN, password)


@pytest.fixture
def own(corpus: Path, request: pytest.FixtureRequest) -> Project:
    """The invented corpus under a name of the test's, so that its projects on the server are its own."""
    path = corpus / "pyproject.toml"
    name = request.node.name.replace("_", "-").replace("[", "-").rstrip("]").lower()[:60]
    path.write_text(path.read_text().replace('name = "harbour-news"', f'name = "{name}"'))
    return Project.read(corpus)
