"""The border of the bridge: offsets, labels, and servers that misbehave."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from invented import TEXTS, gold
from sayso.adjudicate import content, units
from sayso.doccano import client as rest
from sayso.doccano import server
from sayso.doccano.client import Client, is_exposed
from sayso.doccano.wire import LAYERS, Units, labels, read_items, read_spans, to_items, to_spans
from sayso.errors import DoccanoError, LineageError
from sayso.layers import Claim, Entity, Stance, Verifiable
from sayso.scheme import Scheme
from sayso.segmentation import segment

SCHEME = Scheme.read(ROOT / "annotations" / "schema.json")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_units_are_those_of_utf_16_and_lead_back(text: str) -> None:
    of = Units(text)
    for i in range(len(text) + 1):
        unit = of.to_utf16(i)
        assert unit == len(text[:i].encode("utf-16-le")) // 2
        assert of.to_code_points(unit) == i


@pytest.mark.parametrize("text", ["abc", "a😀c"])
def test_what_is_no_edge_of_a_character_is_refused(text: str) -> None:
    of = Units(text)
    for outside in (-1, len(text.encode("utf-16-le")) // 2 + 1):
        with pytest.raises(LineageError):
            of.to_code_points(outside)
        with pytest.raises(LineageError):
            of.to_utf16(outside)
    if "😀" in text:
        with pytest.raises(LineageError, match="2 is no character's edge"):
            of.to_code_points(2)


@pytest.mark.parametrize("id", sorted(TEXTS))
def test_every_layer_comes_back_from_its_examples(id: str) -> None:
    document, annotations = segment(TEXTS[id], id=id), gold(id)
    for layer, kind in zip(LAYERS, (Entity, Claim, Verifiable, Stance), strict=True):
        wanted = {u: content(a) for u, a in units(id, annotations).items() if isinstance(a, kind)}
        if layer in ("entities", "claims"):
            row = json.loads(json.dumps(to_spans(document, annotations, layer)))
            back, problems = read_spans(document, row, layer, SCHEME, annotations)
        else:
            rows = to_items(document, annotations, annotations, layer, SCHEME)
            chosen = {key: row["label"][0] for key, row in rows.items()}
            back, problems = read_items(document, chosen, annotations, annotations, layer, SCHEME)
        assert problems == []
        assert {u: content(a) for u, a in units(id, back).items()} == wanted


def test_relations_may_be_drawn_from_either_end() -> None:
    document, annotations = segment(TEXTS["harbour"], id="harbour"), gold("harbour")
    row = to_spans(document, annotations, "claims")
    for relation in row["relations"]:
        relation["from_id"], relation["to_id"] = relation["to_id"], relation["from_id"]
    back, problems = read_spans(document, row, "claims", SCHEME, annotations)
    assert problems == []
    assert len(back) == 4


def test_spaces_that_the_mouse_took_along_are_left_out() -> None:
    document = segment(TEXTS["ferry"], id="ferry")
    start = document.text.index("Norvik Line ")
    span = {"id": 1, "start_offset": start, "end_offset": start + 12, "label": "ORG"}
    ((entity,), problems) = read_spans(document, {"entities": [span], "relations": []}, "entities", SCHEME, [])
    assert problems == []
    assert entity.text == "Norvik Line"
    assert isinstance(entity, Entity)
    assert entity.entity == "norvik-line"  # nothing is known of it: the name itself


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [(5, 5, "empty"), (11, 12, "white space"), (0, 999, "no character's edge"), (13, 9, "empty"), (0, 80, "")],
)
def test_spans_that_mean_nothing_are_told(start: int, end: int, why: str) -> None:
    document = segment(TEXTS["harbour"], id="harbour")
    if end == 80:  # over the end of a block
        start, end = 0, document.blocks[1].start + 5
    if why == "white space":
        start = document.text.index(" ")
        end = start + 1
    row = {"entities": [{"id": 1, "start_offset": start, "end_offset": end, "label": "PER"}], "relations": []}
    found, (problem,) = read_spans(document, row, "entities", SCHEME, [])
    assert found == []
    assert problem.kind == "bad-span"
    assert why in problem.detail


def test_labels_have_colours_and_keys_of_their_own() -> None:
    for layer in LAYERS:
        kinds, relations = labels(layer, SCHEME)
        assert bool(relations) == (layer == "claims")
        for group in (kinds, relations):
            assert len({k["background_color"] for k in group}) == len({k["suffix_key"] for k in group}) == len(group)
    assert [k["text"] for k in labels("entities", SCHEME)[0]] == list(SCHEME.entity)
    assert [k["text"] for k in labels("stance", SCHEME)[0]] == list(SCHEME.stance)


# -- servers that misbehave


class Misbehaving(BaseHTTPRequestHandler):
    """Answers as the test set it up: a list of (status, type, body); the last one is repeated."""

    answers: list[tuple[int, str, bytes]] = []
    asked = 0

    def _answer(self) -> None:
        cls = type(self)
        size = int(self.headers.get("content-length") or 0)
        self.rfile.read(size)
        status, kind, body = cls.answers[min(cls.asked, len(cls.answers) - 1)]
        cls.asked += 1
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_DELETE = _answer  # noqa: N815 - the names that http.server calls

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def misbehaving(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(rest, "PAUSE", 0.01)
    Misbehaving.asked = 0
    with ThreadingHTTPServer(("127.0.0.1", 0), Misbehaving) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()
        thread.join()


JSON = "application/json"
LOGIN = (200, JSON, b'{"key": "k"}')


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ([(200, "text/html", b"<html>")], "a web page came back"),
        ([(500, JSON, b"{}")], "500"),
        ([(200, JSON, b"no json")], "the answer is no JSON"),
        ([(200, JSON, b'{"token": 1}')], "not as doccano does"),
        ([(401, JSON, b"{}")], "is the password right"),
    ],
)
def test_a_login_that_goes_wrong(misbehaving: str, answers: list, message: str) -> None:
    Misbehaving.answers = answers
    with pytest.raises(DoccanoError, match=message) as caught:
        Client(misbehaving, "admin", "secret-word")
    assert "secret-word" not in str(caught.value)


def test_a_question_is_asked_again_and_a_deed_is_not(misbehaving: str) -> None:
    Misbehaving.answers = [LOGIN, (502, JSON, b"{}"), (503, JSON, b"{}"), (200, JSON, b"[]")]
    session = Client(misbehaving, "admin", "x")
    assert session.get("users") == []
    assert Misbehaving.asked == 4
    Misbehaving.asked, Misbehaving.answers = 0, [(500, JSON, b'{"detail": "no"}')]
    with pytest.raises(DoccanoError, match=r"POST .*projects: 500"):
        session.post("projects")
    assert Misbehaving.asked == 1
    with pytest.raises(DoccanoError, match="500"):
        session.get("users")
    assert Misbehaving.asked == 1 + rest.TRIES


def test_tasks_and_files_that_go_wrong(misbehaving: str) -> None:
    Misbehaving.answers = [LOGIN]
    session = Client(misbehaving, "admin", "x")
    Misbehaving.asked, Misbehaving.answers = 0, [(200, JSON, b'{"ready": true, "error": "disk full"}')]
    with pytest.raises(DoccanoError, match="task failed: disk full"):
        session._wait("t")
    Misbehaving.asked, Misbehaving.answers = 0, [(200, JSON, b'{"ready": false, "error": null}')]
    with pytest.raises(DoccanoError, match="does its worker run"):
        session._wait("t", seconds=0.2)
    Misbehaving.asked, Misbehaving.answers = 0, [(413, "text/plain", b"too large")]
    with pytest.raises(DoccanoError, match="did not take the file: 413"):
        session.upload(1, [{"text": "x"}], "RelationExtraction")
    done = (200, JSON, b'{"ready": true, "error": null, "result": {"error": ["row 1"]}}')
    Misbehaving.asked, Misbehaving.answers = 0, [(200, "text/plain", b"id"), (202, JSON, b'{"task_id": "t"}'), done]
    with pytest.raises(DoccanoError, match="refused some rows"):
        session.upload(1, [{"text": "x"}], "RelationExtraction")
    ready = (200, JSON, b'{"ready": true, "error": null, "result": null}')
    Misbehaving.asked, Misbehaving.answers = (
        0,
        [(200, JSON, b'{"task_id": "t"}'), ready, (200, "application/zip", b"PK no")],
    )
    with pytest.raises(DoccanoError, match="is damaged"):
        session.download(1)


def test_a_server_that_says_nothing(misbehaving: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr(rest, "TIMEOUT", (0.2, 0.2))
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(DoccanoError, match=r"no answer .* in 4 tries"):
            Client(f"http://127.0.0.1:{silent.getsockname()[1]}", "admin", "x")


@pytest.mark.parametrize("url", ["doccano.example.org", "ftp://example.org", "http://a:b@example.org", "http://"])
def test_addresses_without_secrets_only(url: str) -> None:
    with pytest.raises(DoccanoError, match="the address must look like"):
        Client(url, "admin", "x")


@pytest.mark.parametrize(
    ("url", "exposed"),
    [
        ("http://127.0.0.1:8899", False),
        ("http://localhost", False),
        ("http://[::1]:80", False),
        ("https://doccano.example.org", False),
        ("http://doccano.example.org", True),
        ("http://192.0.2.7", True),
    ],
)
def test_plain_http_to_another_machine_is_exposed(url: str, exposed: bool) -> None:
    assert is_exposed(url) == exposed


def test_where_the_server_lives(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SAYSO_DOCCANO_HOME", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    assert server.home() == tmp_path / "sayso" / "doccano"
    monkeypatch.setattr("sys.platform", "darwin")
    assert server.home().parts[-4:] == ("Library", "Caches", "sayso", "doccano")
    monkeypatch.setenv("SAYSO_DOCCANO_HOME", str(tmp_path / "mine"))
    assert server.home() == tmp_path / "mine"
    monkeypatch.delenv(server.PASSWORD, raising=False)
    assert server.password() is None
    assert server.status() is None


def test_a_server_that_cannot_start_is_told_with_its_log(
    doccano_environment: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its environment is there, but one of its parts is broken."""
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    (tmp_path / "venv" / ".complete").touch()
    python = tmp_path / "venv" / "bin" / "python"
    # The real interpreter, but for the command that starts the web server.
    script = (
        f'#!/bin/sh\ncase "$*" in *gunicorn*) echo broken; exit 1;; esac\nexec {doccano_environment}/bin/python "$@"\n'
    )
    python.write_text(script)
    python.chmod(0o755)
    monkeypatch.setenv("SAYSO_DOCCANO_HOME", str(tmp_path))
    monkeypatch.setenv(server.PASSWORD, "a-given-password")
    with pytest.raises(DoccanoError, match=r"the server does not start: see .*log"):
        server.up(lambda _: None)
    assert "broken" in (tmp_path / "doccano.log").read_text()
    assert server.status() is None
    assert server.password() == "a-given-password"


def test_an_environment_that_cannot_be_made_is_told_with_its_log(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SAYSO_DOCCANO_HOME", str(tmp_path))
    # No registry answers there.
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    told: list[str] = []
    with pytest.raises(DoccanoError, match=r"doccano could not be installed: see .*log"):
        server.up(told.append)
    assert told == ["making an environment for doccano"] or told[-1].startswith("installing doccano")
    assert not (tmp_path / "venv" / ".complete").exists()
