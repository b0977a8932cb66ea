"""Push and pull through a real doccano server."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conftest import ROOT
from sayso import jsonl
from sayso.adjudicate import content, units
from sayso.cli import main
from sayso.doccano import server
from sayso.doccano.client import Client
from sayso.doccano.projects import project_name
from sayso.doccano.sync import Pulled, pull, push
from sayso.doccano.wire import LAYERS, Layer
from sayso.errors import DoccanoError, InputError
from sayso.layers import Annotation, Entity, dump, read_layers
from sayso.project import Project
from sayso.seeds import RIGHTS, Source, sha256
from sayso.segmentation import segment
from sayso.suggested import write_suggestions

ENTITIES: Layer = "entities"


def examples(client: Client, corpus: Project, layer: Layer) -> tuple[int, list[dict]]:
    (project,) = [p for p in client.pages("projects") if p["name"] == project_name(corpus, layer, "eva")]
    return project["id"], client.download(project["id"])


def confirm(client: Client, corpus: Project, layer: Layer, but: str = "") -> None:
    """Press the check mark of every example."""
    project, rows = examples(client, corpus, layer)
    done = {row["id"] for row in client.download(project, confirmed=True)}
    for row in rows:
        if row["id"] not in done and row["doc_id"] != but:
            client.post(f"projects/{project}/examples/{row['id']}/states")


def said(corpus: Project, doc: str, name: str = "eva") -> dict:
    path = corpus.gold if name == "gold" else corpus.annotations / "annotators" / name
    return {unit: content(a) for unit, a in units(doc, read_layers(path / f"{doc}.jsonl")).items()}


def kinds(pulled: Pulled) -> set[tuple[str, str]]:
    return {(problem.doc, problem.kind) for problem in pulled.problems}


def test_every_annotation_of_the_corpus_comes_back_as_it_was(admin: Client, tmp_path: Path) -> None:
    root = tmp_path / "corpus"
    shutil.copytree(ROOT / "seeds", root / "seeds")
    shutil.copytree(ROOT / "annotations", root / "annotations")
    shutil.copy(ROOT / "pyproject.toml", root)
    corpus = Project.read(root)
    for layer in LAYERS:
        assert push(corpus, admin, "eva", layer, source="gold").sent > 0
        confirm(admin, corpus, layer)
    pulled = pull(corpus, admin, "eva")
    assert (pulled.problems, pulled.conflicts) == ([], [])
    compared = 0
    for doc in ("000_8bee834e284875df", "004_95310665ade1c0aa"):
        assert said(corpus, doc) == said(corpus, doc, "gold")
        compared += len(said(corpus, doc))
    assert compared > 200
    (eva,) = [a for a in corpus.annotators() if a.name == "eva"]
    assert eva.layers == ("entity", "claim", "verifiable", "stance")


def test_pushing_again_sends_nothing_and_pulling_again_changes_nothing(admin: Client, own: Project) -> None:
    first = push(own, admin, "eva", ENTITIES, source="gold")
    again = push(own, admin, "eva", ENTITIES, source="gold")
    assert (first.sent, again.sent, again.present, again.project) == (2, 0, 2, first.project)
    assert again.new_password is None
    confirm(admin, own, ENTITIES)
    assert pull(own, admin, "eva").written == ["ferry", "harbour"]
    files = {p: p.read_bytes() for p in own.root.rglob("*") if p.is_file()}
    second = pull(own, admin, "eva")
    assert (second.written, second.unchanged) == ([], ["ferry", "harbour"])
    assert {p: p.read_bytes() for p in own.root.rglob("*") if p.is_file()} == files


def test_what_an_annotator_adds_after_an_emoji_lands_in_its_place(admin: Client, own: Project) -> None:
    push(own, admin, "eva", ENTITIES, source="gold")
    project, rows = examples(admin, own, ENTITIES)
    (row,) = [row for row in rows if row["doc_id"] == "harbour"]
    # The browser counts UTF-16 units, and the emoji has two.
    start = len(row["text"][: row["text"].index("crowns")].encode("utf-16-le")) // 2
    label = next(k["id"] for k in admin.get(f"projects/{project}/span-types") if k["text"] == "PROD")
    span = {"start_offset": start, "end_offset": start + 6, "label": label}
    admin.post(f"projects/{project}/examples/{row['id']}/spans", {**span, "prob": 0})
    confirm(admin, own, ENTITIES)
    pull(own, admin, "eva")
    seed = (own.seeds / "harbour.txt").read_text(encoding="utf-8")
    added = [
        a
        for a in read_layers(own.annotations / "annotators/eva/harbour.jsonl")
        if isinstance(a, Entity) and a.label == "PROD"
    ]
    assert [(a.start, a.end, a.text) for a in added] == [(seed.index("crowns"), seed.index("crowns") + 6, "crowns")]


def test_every_fault_is_told_by_name_and_the_rest_comes_in(admin: Client, own: Project) -> None:
    push(own, admin, "eva", ENTITIES, source="gold")
    project, rows = examples(admin, own, ENTITIES)
    by_doc = {row["doc_id"]: row for row in rows}
    confirm(admin, own, ENTITIES)
    # A span that ends beyond the text, an example that is no document of ours, a copy.
    label = next(k["id"] for k in admin.get(f"projects/{project}/span-types") if k["text"] == "PER")
    bad = {"start_offset": 100, "end_offset": 100_000, "label": label, "prob": 0}
    admin.post(f"projects/{project}/examples/{by_doc['ferry']['id']}/spans", bad)
    stray = {"text": "A stray text.", "doc_id": "stray", "text_sha256": "x", "entities": [], "relations": []}
    copy = {name: by_doc["ferry"][name] for name in ("text", "doc_id", "text_sha256")} | {
        "entities": [],
        "relations": [],
    }
    admin.upload(project, [stray, copy], "RelationExtraction", "entities")
    note = {"text": "Is Friday a date?", "example": by_doc["ferry"]["id"]}
    admin.post(f"projects/{project}/comments?example={by_doc['ferry']['id']}", note)
    pulled = pull(own, admin, "eva")
    assert kinds(pulled) == {("ferry", "bad-span"), ("stray", "not-ours"), ("ferry", "twice")}
    entities = {unit: a for unit, a in said(own, "ferry", "gold").items() if unit.layer == "entity"}
    assert said(own, "ferry") == entities
    states = [s for _, s in jsonl.read(own.annotations / "annotators/eva/.doccano/entities.state.jsonl")]
    assert [s["comments"] for s in states if s["item"] == "ferry"] == [[{"by": "admin", "text": "Is Friday a date?"}]]


def test_texts_that_were_changed_deleted_or_not_confirmed(admin: Client, own: Project) -> None:
    push(own, admin, "eva", ENTITIES, source="gold")
    project, rows = examples(admin, own, ENTITIES)
    by_doc = {row["doc_id"]: row for row in rows}
    confirm(admin, own, ENTITIES, but="harbour")
    assert kinds(pull(own, admin, "eva")) == {("harbour", "unconfirmed")}
    assert not (own.annotations / "annotators/eva/harbour.jsonl").exists()
    before = said(own, "ferry")
    url = f"projects/{project}/examples/{by_doc['ferry']['id']}"
    admin._json(admin._ask("PUT", url, safe=True, json={"text": "Another text."}))
    pulled = pull(own, admin, "eva")
    assert kinds(pulled) == {("harbour", "unconfirmed"), ("ferry", "text-changed"), ("ferry", "missing")}
    admin.delete(f"projects/{project}/examples", {"ids": [by_doc["harbour"]["id"]]})
    assert ("harbour", "missing") in kinds(pull(own, admin, "eva"))
    assert said(own, "ferry") == before


def test_items_are_confirmed_one_by_one(admin: Client, own: Project) -> None:
    push(own, admin, "eva", "verifiable")
    project, rows = examples(admin, own, "verifiable")
    yes = next(k["id"] for k in admin.get(f"projects/{project}/category-types") if k["text"] == "yes")
    done, unlabelled = sorted(rows, key=lambda row: row["id"])[:2]
    admin.post(f"projects/{project}/examples/{done['id']}/categories", {"label": yes, "prob": 0})
    for row in (done, unlabelled):
        admin.post(f"projects/{project}/examples/{row['id']}/states")
    pulled = pull(own, admin, "eva", ["verifiable"])
    assert {a["label"] for a in said(own, done["doc_id"]).values()} == {"yes"}
    assert len(said(own, done["doc_id"])) == 1
    assert (unlabelled["doc_id"], "not-one-label") in kinds(pulled)
    assert sum(problem.kind == "unconfirmed" for problem in pulled.problems) == len(rows) - 2


def test_claims_that_do_not_hold_together_are_told(admin: Client, own: Project) -> None:
    push(own, admin, "eva", "claims", source="gold")
    project, rows = examples(admin, own, "claims")
    by_doc = {row["doc_id"]: row for row in rows}
    relations = admin.get(f"projects/{project}/examples/{by_doc['ferry']['id']}/relations")
    contents = next(k["id"] for k in admin.get(f"projects/{project}/relation-types") if k["text"] == "content")
    (first, *_) = [r for r in relations if r["type"] == contents]
    admin.delete(f"projects/{project}/examples/{by_doc['ferry']['id']}/relations/{first['id']}")
    confirm(admin, own, "claims")
    pulled = pull(own, admin, "eva", ["claims"])
    assert kinds(pulled) == {("ferry", "bad-claim"), ("ferry", "span-without-cue")}
    assert len(said(own, "ferry")) == 1
    assert said(own, "harbour") == {u: a for u, a in said(own, "harbour", "gold").items() if u.layer == "claim"}


def test_local_edits_are_merged_and_conflicts_listed(admin: Client, own: Project) -> None:
    push(own, admin, "eva", ENTITIES, source="gold")
    confirm(admin, own, ENTITIES)
    pull(own, admin, "eva")
    path = own.annotations / "annotators/eva/harbour.jsonl"
    annotations = read_layers(path)

    def relabel(text: str, label: str) -> list[Annotation]:
        return [
            Entity(a.id, a.start, a.end, a.text, label, a.entity) if isinstance(a, Entity) and a.text == text else a
            for a in annotations
        ]

    # Here: Norvik becomes an ORG. There: Norvik goes, and Monday goes.
    path.write_bytes(dump(relabel("Norvik", "ORG")))
    project, rows = examples(admin, own, ENTITIES)
    (row,) = [row for row in rows if row["doc_id"] == "harbour"]
    text = row["text"]
    for span in admin.get(f"projects/{project}/examples/{row['id']}/spans"):
        if text.encode("utf-16-le")[2 * span["start_offset"] : 2 * span["end_offset"]].decode("utf-16-le") in (
            "Norvik",
            "Monday",
        ):
            admin.delete(f"projects/{project}/examples/{row['id']}/spans/{span['id']}")
    pulled = pull(own, admin, "eva")
    ((_, versions),) = pulled.conflicts
    assert versions["ours"]["label"] == "ORG"
    assert versions["theirs"] is None
    now = {a.text: a for a in read_layers(path)}
    assert "Monday" not in now  # what changed only there
    assert now["Norvik"].label == "ORG"  # what changed here is never overwritten
    assert pull(own, admin, "eva").conflicts == []  # told once


# -- faults

PUSH = """
import sys
from pathlib import Path
from sayso.doccano.client import Client
from sayso.doccano.server import password
from sayso.doccano.sync import push
from sayso.project import Project
client = Client(sys.argv[2], "admin", password())
print("ready", flush=True)
push(Project.read(Path(sys.argv[1])), client, "eva", "entities", source="gold")
"""


def nasty_corpus(root: Path, count: int) -> Project:
    """Documents with everything that offsets and encodings can go wrong on, each with spans on it."""
    from sayso.intake import init

    init(root)
    chance = random.Random(5)  # noqa: S311 - not a secret
    signs = [
        "😀",
        "👨‍👩‍👧",
        "🇳🇴",
        "e\u0301",
        "ä",
        "שלום",
        "\t",
        "<b>&amp;</b>",
        "“x”",
        "𝒳",
        "﷽",
        "字",
        "\u00a0",
        "'",
        "\\n",
        '"',
    ]
    sources = []
    for number in range(count):
        words = [chance.choice([*signs, "Lund", "said", "the", "port"]) for _ in range(chance.randint(8, 60))]
        body = " ".join(["Norvik", *words, "burned."])
        if number == 7:
            body = " ".join([body] * (200_000 // len(body)))
        text = f"{body}\r\n\r\nThe quay of Norvik\u2028{body} {number}\n"
        id = f"d{number:04}"
        data = text.encode()
        (root / "seeds" / f"{id}.txt").write_bytes(data)
        sources.append(
            Source(id, f"{id}.txt", sha256(data), len(data), "en", None, None, None, None, None, "unknown", RIGHTS)
        )
        document = segment(text, id=id)
        entities: list[Annotation] = []
        for s in document.sentences:
            sentence = text[s.seed_start : s.seed_end]
            for word in ("Norvik", "Lund", "😀", "🇳🇴", "שלום"):
                at = sentence.find(word)
                # The server's export repeats a text for each of its spans, so a long text with many takes its memory.
                if (
                    at >= 0
                    and len(entities) < 30
                    and not any(e.start < s.seed_start + at + len(word) and s.seed_start + at < e.end for e in entities)
                ):
                    start = s.seed_start + at
                    entities.append(Entity(f"e{len(entities) + 1}", start, start + len(word), word, "LOC", "norvik"))
        (root / "annotations/gold" / f"{id}.jsonl").write_bytes(dump(entities))
    (root / "seeds/sources.jsonl").write_bytes(jsonl.encode(s.to_json() for s in sources))
    return Project.read(root)


def test_a_thousand_documents_of_every_script_come_back_exactly(admin: Client, tmp_path: Path) -> None:
    corpus = nasty_corpus(tmp_path / "nasty-thousand", 1000)
    assert push(corpus, admin, "eva", ENTITIES, source="gold").sent == 1000
    project, rows = examples(admin, corpus, ENTITIES)
    # Confirming by REST takes a request each; a download of all is what is compared here, so a few will do.
    for row in rows[:5]:
        admin.post(f"projects/{project}/examples/{row['id']}/states")
    assert sum(p.kind == "unconfirmed" for p in pull(corpus, admin, "eva", [ENTITIES]).problems) == 995
    compared = 0
    from sayso.doccano.wire import read_spans

    for row in rows:
        gold = read_layers(corpus.gold / f"{row['doc_id']}.jsonl")
        document = segment((corpus.seeds / f"{row['doc_id']}.txt").read_bytes().decode(), id=row["doc_id"])
        back, problems = read_spans(document, row, ENTITIES, corpus.scheme, gold)
        assert problems == []
        assert [(a.start, a.end, a.text) for a in back] == sorted((a.start, a.end, a.text) for a in gold)
        compared += len(back)
    assert compared > 2000
    for row in rows[:5]:
        assert said(corpus, row["doc_id"]) == said(corpus, row["doc_id"], "gold")


def test_a_client_killed_in_mid_push_leaves_nothing_doubled_or_lost(
    admin: Client, doccano_server: server.Server, tmp_path: Path
) -> None:
    corpus = nasty_corpus(tmp_path / "killed-client", 120)
    for seconds in (0.05, 0.3, 0.6, 1.0):
        with subprocess.Popen(
            [sys.executable, "-c", PUSH, str(corpus.root), doccano_server.url], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            time.sleep(seconds)
            process.send_signal(signal.SIGKILL)
    limit = time.monotonic() + 60
    while True:  # the server may be at work still on what the last client sent
        try:
            push(corpus, admin, "eva", ENTITIES, source="gold")
            break
        except DoccanoError:
            assert time.monotonic() < limit
            time.sleep(1)
    _, rows = examples(admin, corpus, ENTITIES)
    assert sorted(row["doc_id"] for row in rows) == [f"d{i:04}" for i in range(120)]
    assert push(corpus, admin, "eva", ENTITIES, source="gold").sent == 0


def test_a_client_killed_in_mid_pull_loses_nothing(admin: Client, own: Project, doccano_server: server.Server) -> None:
    push(own, admin, "eva", ENTITIES, source="gold")
    confirm(admin, own, ENTITIES)
    command = [
        Path(sys.executable).with_name("sayso"),
        "doccano",
        "pull",
        "--annotator",
        "eva",
        "--root",
        str(own.root),
    ]
    for seconds in (0.6, 0.9, 1.2, 1.5):
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            time.sleep(seconds)
            process.send_signal(signal.SIGKILL)
    assert pull(own, admin, "eva").conflicts == []
    for doc in ("ferry", "harbour"):
        assert said(own, doc) == {u: a for u, a in said(own, doc, "gold").items() if u.layer == "entity"}


def test_a_wrong_password_is_told(doccano_server: server.Server) -> None:
    with pytest.raises(DoccanoError, match="does not let 'admin' in: is the password right"):
        Client(doccano_server.url, server.ADMIN, "wrong")


def test_a_project_with_other_settings_is_refused(admin: Client, own: Project) -> None:
    name = project_name(own, ENTITIES, "eva")
    body = {
        "name": name,
        "description": "x",
        "project_type": "SequenceLabeling",
        "resourcetype": "SequenceLabelingProject",
    }
    admin.post("projects", {**body, "collaborative_annotation": False})
    with pytest.raises(DoccanoError, match="has collaborative_annotation False, not True"):
        push(own, admin, "eva", ENTITIES)
    admin.post("projects", body)
    with pytest.raises(DoccanoError, match="2 projects on the server are called"):
        push(own, admin, "eva", ENTITIES)


def test_there_is_nothing_to_push_or_pull(admin: Client, own: Project) -> None:
    with pytest.raises(DoccanoError, match="no project of 'eva'"):
        pull(own, admin, "eva")
    with pytest.raises(InputError, match="there is no document 'pier'"):
        push(own, admin, "eva", ENTITIES, ["pier"])
    (own.gold / "ferry.jsonl").unlink()
    with pytest.raises(InputError, match="ferry has no gold yet"):
        push(own, admin, "eva", "stance")


# -- the server


def test_nobody_gets_in(doccano_server: server.Server, doccano_home: Path) -> None:
    password = server.password()
    assert password
    port = int(doccano_server.url.rpartition(":")[2])
    listening = Path("/proc/net/tcp").read_text() if Path("/proc/net/tcp").exists() else ""
    bound = [
        line.split()[1]
        for line in listening.splitlines()[1:]
        if line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A"
    ]
    assert bound == [f"0100007F:{port:04X}"]  # 127.0.0.1 alone
    assert stat.S_IMODE((doccano_home / "secrets.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(doccano_home.stat().st_mode) == 0o700
    for path in doccano_home.glob("*.log"):
        assert password.encode() not in path.read_bytes()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            assert password.encode() not in path.read_bytes()
        except OSError:
            continue
    with socket.socket() as other:
        other.settimeout(2)
        address = socket.gethostbyname(socket.gethostname())
        if not address.startswith("127."):
            assert other.connect_ex((address, port)) != 0


def test_a_second_up_finds_the_first(doccano_server: server.Server) -> None:
    again = server.up(lambda _: None)
    assert (again.url, again.pid, again.started, again.new_password) == (
        doccano_server.url,
        doccano_server.pid,
        False,
        None,
    )


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["sayso", "doccano", *arguments])
    with pytest.raises(SystemExit) as caught:
        main()
    captured = capsys.readouterr()
    return int(caught.value.code or 0), " ".join(captured.out.split()), " ".join(captured.err.split())


def test_the_commands(
    doccano_server: server.Server,
    admin: Client,
    own: Project,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def sayso(*arguments: str) -> tuple[int, str, str]:
        return run(monkeypatch, capsys, *arguments)

    root = ("--root", str(own.root))
    assert sayso("up")[:2] == (0, f"runs: {doccano_server.url}")
    assert sayso("status")[:2] == (0, f"runs: {doccano_server.url}")
    assert json.loads(sayso("status", "--json")[1]) == {"running": True, "url": doccano_server.url}
    code, out, _ = sayso("push", "--annotator", "zoe", "--layer", "entities", "--with", "gold", *root)
    assert code == 0
    assert out.startswith("sent 2, on the server 2: ")
    assert "zoe logs in with the password" in out
    code, out, _ = sayso("pull", "--annotator", "zoe", *root)
    assert code == 1
    assert "ferry: unconfirmed: ferry" in out
    assert {p["kind"] for p in json.loads(sayso("pull", "--annotator", "zoe", "--json", *root)[1])["problems"]} == {
        "unconfirmed"
    }
    assert "'names' is none of entities, claims" in sayso("push", "--annotator", "zoe", "--layer", "names", *root)[2]
    assert "must be lower case" in sayso("pull", "--annotator", "Zoë", *root)[2]
    code, _, error = sayso("pull", "--annotator", "zoe", "--url", "http://192.0.2.1", *root)
    assert code == 2
    assert "is not encrypted" in error
    assert "put it into the environment as SAYSO_DOCCANO_PASSWORD" in error


def test_suggestions_are_offered_and_what_becomes_of_them_is_counted(admin: Client, own: Project) -> None:
    with pytest.raises(InputError, match="run `sayso suggest` first"):
        push(own, admin, "eva", ENTITIES, source="suggested")
    write_suggestions(own.root)
    suggested = {doc: read_layers(own.suggested / f"{doc}.jsonl") for doc in ("ferry", "harbour")}
    for layer in LAYERS:
        push(own, admin, "eva", layer, source="suggested")
    # Eva strikes one entity out and gives another one another label.
    project, rows = examples(admin, own, ENTITIES)
    (harbour,) = [row for row in rows if row["doc_id"] == "harbour"]
    spans = sorted(harbour["entities"], key=lambda e: e["start_offset"])
    names = [a for a in suggested["harbour"] if isinstance(a, Entity)]
    assert len(spans) == len(names)
    admin.delete(f"projects/{project}/examples/{harbour['id']}/spans/{spans[0]['id']}")
    for layer in LAYERS:
        confirm(admin, own, layer, but="ferry")
    # What is suggested later is not what she saw.
    shutil.rmtree(own.suggested)
    pulled = pull(own, admin, "eva")
    assert pulled.conflicts == []
    counted = {
        layer: sum(n for (kind, *_), n in pulled.acceptance.items() if kind == layer)
        for layer in ("entity", "verifiable")
    }
    assert counted == {"entity": len(names), "verifiable": sum(a.layer == "verifiable" for a in suggested["harbour"])}
    assert pulled.acceptance["entity", names[0].label, "rejected"] == 1
    assert sum(n for (*_, kind), n in pulled.acceptance.items() if kind != "accepted") == 1
    links = {a.text: a.entity for a in read_layers(own.layers / "eva" / "harbour.jsonl") if isinstance(a, Entity)}
    assert links.items() <= {a.text: a.entity for a in names}.items()


def test_a_server_that_is_killed_in_mid_push_is_repaired_by_pushing_again(
    doccano_server: server.Server, admin: Client, tmp_path: Path
) -> None:
    """The last test of this file: it stops the server."""
    corpus = nasty_corpus(tmp_path / "killed-server", 120)
    with subprocess.Popen(
        [sys.executable, "-c", PUSH, str(corpus.root), doccano_server.url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(0.5)
        os.killpg(os.getpgid(doccano_server.pid), signal.SIGKILL)
        assert b"DoccanoError" in process.stderr.read() or process.wait() == 0
    limit = time.monotonic() + 10
    while server.status() is not None and time.monotonic() < limit:
        time.sleep(0.1)
    revived = server.up(lambda _: None)
    assert revived.started
    password = server.password()
    assert password
    client = Client(revived.url, server.ADMIN, password)
    push(corpus, client, "eva", ENTITIES, source="gold")
    _, rows = examples(client, corpus, ENTITIES)
    assert sorted(row["doc_id"] for row in rows) == [f"d{i:04}" for i in range(120)]
    assert server.down()
    assert not server.down()
    assert server.status() is None
