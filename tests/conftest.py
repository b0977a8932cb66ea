"""Fixtures that many tests share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from invented import make

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def valid_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The invented corpus, built; not to be changed."""
    return make(tmp_path_factory.mktemp("valid") / "harbour-news")


@pytest.fixture
def corpus(valid_corpus: Path, tmp_path: Path) -> Path:
    """A copy of it to change."""
    return Path(shutil.copytree(valid_corpus, tmp_path / valid_corpus.name))
