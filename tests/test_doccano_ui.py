"""One journey of an annotator through doccano's own pages, in a browser."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotation_page import AnnotationPage, missing_programs
from invented import HARBOUR, anchor, gold
from sayso.adjudicate import content, units
from sayso.doccano import server
from sayso.doccano.client import Client
from sayso.doccano.projects import project_name
from sayso.doccano.sync import pull, push
from sayso.layers import Claim, Entity, read_layers
from sayso.project import Project


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AnnotationPage]:
    missing = missing_programs()
    if missing:
        reason = f"{' and '.join(missing)} not found: the pages of doccano are not tested"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    browser = AnnotationPage(tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.close()


def only_example(client: Client, project: int) -> str:
    (row,) = client.download(project)
    return f"projects/{project}/examples/{row['id']}"


def delete_relation(client: Client, project: int, source: str, kind: str) -> None:
    """Remove the one relation of a kind from the span with a label."""
    example = only_example(client, project)
    labels = {row["id"]: row["text"] for row in client.get(f"projects/{project}/span-types")}
    kinds = {row["id"]: row["text"] for row in client.get(f"projects/{project}/relation-types")}
    sources = {row["id"] for row in client.get(f"{example}/spans") if labels[row["label"]] == source}
    (found,) = (
        row["id"]
        for row in client.get(f"{example}/relations")
        if row["from_id"] in sources and kinds[row["type"]] == kind
    )
    client.delete(f"{example}/relations/{found}")


def test_a_span_and_a_relation_drawn_by_mouse_come_back(
    page: AnnotationPage, doccano_server: server.Server, corpus: Path
) -> None:
    project, password = Project.read(corpus), server.password()
    assert password
    admin = Client(doccano_server.url, server.ADMIN, password)
    entities = push(project, admin, "eva", "entities", ["harbour"], "gold")
    claims = push(project, admin, "eva", "claims", ["harbour"], "gold")
    assert entities.new_password
    delete_relation(admin, claims.project, "CUE_NEG", "content")
    agreed = gold("harbour")

    page.log_in(doccano_server.url, "eva", entities.new_password)
    page.open_project(project_name(project, "entities", "eva"))
    pushed = Counter(a.label for a in agreed if isinstance(a, Entity))
    assert page.labels() == pushed

    # The editor counts UTF-16 code units, of which the emoji before this word has two.
    page.mark("She", "PER")
    assert page.labels() == pushed + Counter(["PER"])
    page.confirm()
    assert page.complete() == "100%"

    page.open_project(project_name(project, "claims", "eva"))
    drawn = page.labels()
    page.relate(("denied", "CUE_NEG"), ("setting", "CLAIM_FACT"), "content")
    assert page.labels() == drawn + Counter(["content"])
    page.confirm()

    pulled = pull(project, admin, "eva")
    assert (pulled.problems, pulled.conflicts, set(pulled.written)) == ([], [], {"harbour"})
    found = read_layers(corpus / "annotations" / "annotators" / "eva" / "harbour.jsonl")
    she = anchor(HARBOUR, "She")
    own = Entity("", she.start, she.end, "She", "PER", "she")
    expected = [own, *(a for a in agreed if isinstance(a, Entity | Claim))]
    assert {unit: content(a) for unit, a in units("harbour", found).items()} == {
        unit: content(a) for unit, a in units("harbour", expected).items()
    }
    (denied,) = (a for a in found if isinstance(a, Claim) and a.text == "denied")
    assert [part.text for part in denied.content] == ["setting the fire"]
