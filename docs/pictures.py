"""Take the pictures of CONTRIBUTING.md from a doccano of its own, filled with invented text.

Run it by hand: `PYTHONPATH=tests .venv/bin/python docs/pictures.py`.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from annotation_page import AnnotationPage
from invented import make
from sayso.adjudication import Adjudication
from sayso.doccano import server
from sayso.doccano.adjudicating import Exchanged, offer
from sayso.doccano.client import Client
from sayso.doccano.projects import project_name
from sayso.doccano.sync import push
from sayso.doccano.wire import LAYERS
from sayso.project import Project
from test_adjudication import change, relabel

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
    project.decisions.unlink()
    change(project.root, "bo", "ferry", relabel("2019", "NUM"))
    cases = Exchanged()
    offer(Adjudication(project, "cy"), admin, cases)
    pushed = {layer: push(project, admin, "eva", layer, ["harbour"], "gold") for layer in LAYERS}
    password = pushed[LAYERS[0]].new_password
    assert password and cases.new_password  # noqa: S101 - the accounts are new ones
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
    page = AnnotationPage(profile.with_name("second"), 1400, 1000)
    try:
        page.log_in(url, "cy", cases.new_password)
        page.open_project(project_name(project, "entities", "adjudication by cy"))
        page.picture(DOCS / "doccano-adjudication.png", 620)
    finally:
        page.close()


if __name__ == "__main__":
    main()
