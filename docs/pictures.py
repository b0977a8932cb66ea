"""Take the pictures of CONTRIBUTING.md from a doccano of its own, filled with invented text.

Run it by hand: `PYTHONPATH=tests .venv/bin/python docs/pictures.py`.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from annotation_page import AnnotationPage
from invented import make
from sayso.doccano import server
from sayso.doccano.client import Client
from sayso.doccano.sync import project_name, push
from sayso.doccano.wire import LAYERS
from sayso.project import Project

DOCS = Path(__file__).parent


def main() -> None:
    """Write docs/doccano-*.png."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        os.environ["SAYSO_DOCCANO_HOME"] = str(folder)
        os.environ[server.PASSWORD] = "an invented one"  # the server is gone with the pictures
        environment = DOCS.parent / ".venv-doccano" / "venv"  # that of the tests
        if (environment / ".complete").exists():
            (folder / "venv").symlink_to(environment)
        try:
            _take(Project.read(make(folder / "harbour-news", built=False)), server.up(print).url, folder / "chromium")
        finally:
            server.down()


def _take(project: Project, url: str, profile: Path) -> None:
    admin = Client(url, server.ADMIN, os.environ[server.PASSWORD])
    pushed = {layer: push(project, admin, "eva", layer, ["harbour"], "gold") for layer in LAYERS}
    password = pushed[LAYERS[0]].new_password
    assert password  # noqa: S101 - the account is a new one
    page = AnnotationPage(profile, 1400, 1000)
    try:
        page.log_in(url, "eva", password)
        page.open_project(project_name(project, "entities", "eva"))
        page.select("She")
        page.picture(DOCS / "doccano-entities.png", 620)
        page.open_project(project_name(project, "claims", "eva"))
        page.relation_mode()
        page.picture(DOCS / "doccano-claims.png", 800)
        page.open_project(project_name(project, "stance", "eva"))
        page.picture(DOCS / "doccano-stance.png", 550)
    finally:
        page.close()


if __name__ == "__main__":
    main()
