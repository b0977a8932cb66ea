"""How much push and pull add to the doccano server's own bare upload and download of the same examples.

    .venv/bin/python benchmarks/bridge.py

A server of its own is started, in an environment that is installed first where there is none (see SAYSO_DOCCANO_HOME).
Push uploads and compares what the server then holds; pull downloads, converts, merges and writes. Wall time: the work
is the server's. Each is measured in rounds, beside its peer; the table has the medians.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

from sayso import jsonl
from sayso.doccano import server
from sayso.doccano.client import Client
from sayso.doccano.projects import project_name
from sayso.doccano.sync import pull, push
from sayso.doccano.wire import to_spans
from sayso.intake import init
from sayso.layers import Anchor, Annotation, Claim, Mention, dump, read_layers
from sayso.project import Project
from sayso.seeds import RIGHTS, Source, sha256
from sayso.segmentation import segment
from timing import Row, show, versions

TARGETS = {"push": 2.0, "pull": 1.5}


def make(root: Path, documents: int) -> Project:
    """Documents of two claims each: six spans, and two relations a claim."""
    init(root)
    chance, sources = random.Random(1), []  # noqa: S311 - not a secret
    nouns = ("ferry", "quay", "lighthouse", "pier", "harbour", "crane", "tug", "barge", "dock", "buoy")
    for number in range(documents):
        a, b = (f"the {chance.choice(nouns)} {chance.randint(1, 10**9)}" for _ in range(2))
        text = f"Lund {number} 😀 said {a} was safe. Norvik {number} denied {b} burned.\n"
        data, id = text.encode(), f"d{number:05}"
        (root / "seeds" / f"{id}.txt").write_bytes(data)
        rest = (None, None, None, None, None, "unknown", RIGHTS)
        sources.append(Source(id, f"{id}.txt", sha256(data), len(data), "en", *rest))
        claims: list[Annotation] = []
        said = (
            (f"Lund {number}", "said", "say", f"{a} was safe"),
            (f"Norvik {number}", "denied", "deny", f"{b} burned"),
        )
        for i, (who, cue, lemma, what) in enumerate(said, 1):
            holder, word, content = (Anchor(text.index(x), text.index(x) + len(x), x) for x in (who, cue, what))
            mention = Mention(holder.start, holder.end, holder.text, None)
            polarity = "denies" if lemma == "deny" else "asserts"
            claims.append(Claim(f"c{i}", word.start, word.end, cue, lemma, mention, (content,), "fact", polarity))
        (root / "annotations" / "gold" / f"{id}.jsonl").write_bytes(dump(claims))
    (root / "seeds" / "sources.jsonl").write_bytes(jsonl.encode(source.to_json() for source in sources))
    return Project.read(root)


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def one_round(corpus: Project, client: Client, examples: Sequence[dict[str, Any]], who: str) -> dict[str, float]:
    """Seconds of each, the bare one beside ours, since the machine has faster and slower hours."""
    body = {
        "name": f"bare {corpus.name} {who}", "description": "bare", "project_type": "SequenceLabeling",
        "resourcetype": "SequenceLabelingProject", "collaborative_annotation": True, "allow_overlapping": True,
        "use_relation": True,
    }  # fmt: skip
    bare = client.post("projects", body)["id"]
    seconds = {"bare upload": timed(lambda: client.upload(bare, examples, "RelationExtraction", "entities"))}
    seconds["push"] = timed(lambda: push(corpus, client, who, "claims", source="gold"))
    (project,) = [p for p in client.pages("projects") if p["name"] == project_name(corpus, "claims", who)]
    ids = [row["id"] for row in client.download(project["id"])]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda id: client.post(f"projects/{project['id']}/examples/{id}/states"), ids))
    seconds["bare download"] = timed(lambda: client.download(project["id"]))
    seconds["pull"] = timed(lambda: pull(corpus, client, who, ["claims"]))
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description="Push and pull against the server's own upload and download.")
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    running = server.up(lambda _: None)
    password = server.password() or os.environ[server.PASSWORD]
    client = Client(running.url, server.ADMIN, password)
    annotators = [f"eva{number}" for number in range(given.rounds)]
    with tempfile.TemporaryDirectory() as folder:
        corpus = make(Path(folder) / f"bridge-{time.time_ns()}", given.documents)
        examples = []
        for path in sorted(corpus.gold.iterdir()):
            text = (corpus.seeds / f"{path.stem}.txt").read_bytes().decode()
            examples.append(to_spans(segment(text, id=path.stem), read_layers(path), "claims"))
        rounds = [one_round(corpus, client, examples, who) for who in annotators]
        same = sum(
            (corpus.layers / who / path.name).read_bytes() == path.read_bytes()
            for who in annotators
            for path in corpus.gold.iterdir()
        )
    peers = {"push": "bare upload", "pull": "bare download"}
    rows: list[Row] = [
        {
            "what": what,
            "wall s": median(seconds[what] for seconds in rounds),
            "times the bare": median(seconds[what] / seconds[peers.get(what, what)] for seconds in rounds),
            "target": f"{TARGETS[what]:g} x" if what in TARGETS else "",
        }
        for what in rounds[0]
    ]
    facts: Row = {
        "documents": given.documents,
        "rounds": given.rounds,
        "files that came back the same": same,
        **versions("sayso", "requests"),
    }
    show("Through doccano", facts, rows, as_json=given.json)
    if running.started:
        server.down()


if __name__ == "__main__":
    main()
