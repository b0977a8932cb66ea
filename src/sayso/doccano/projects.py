"""Projects on a doccano server: made if they are not there, filled, compared with what was sent, and opened."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from sayso.doccano.client import Client
from sayso.doccano.wire import Layer, labels
from sayso.errors import DoccanoError
from sayso.project import Project

__all__ = [
    "Progress", "comments", "ensure_member", "ensure_project", "find_project", "key_of", "marks_of", "project_name",
    "send",
]  # fmt: skip

Progress = Callable[[int, int], None]
Row = dict[str, Any]
BATCH = 1000
"""Examples of one upload: the server stores each upload in one transaction."""
ROLE = "annotator"


def project_name(corpus: Project, layer: Layer, annotator: str) -> str:
    """How the project of a layer is called on the server."""
    return f"{corpus.name} / {layer} / {annotator}"


def find_project(client: Client, name: str) -> Row | None:
    """The project of that name, None if there is none.

    Raises:
        DoccanoError: there are several.
    """
    found = [p for p in client.pages("projects", q=name) if p["name"] == name]
    if len(found) > 1:
        raise DoccanoError(f"{len(found)} projects on the server are called {name!r}: remove all but one")
    return found[0] if found else None


def ensure_project(client: Client, corpus: Project, layer: Layer, annotator: str, preface: str = "") -> int:
    """The project of a layer, with its labels and guideline; made if it is not there.

    Args:
        preface: Markdown that stands before the guideline.
    """
    name = project_name(corpus, layer, annotator)
    spans = layer in ("entities", "claims")
    settings = {
        "project_type": "SequenceLabeling" if spans else "DocumentClassification",
        "collaborative_annotation": True,
        "single_class_classification": not spans,
        **({"allow_overlapping": True, "use_relation": True, "grapheme_mode": False} if spans else {}),
    }
    project = find_project(client, name)
    if project is None:
        body = {
            "name": name, "description": f"The layer {layer} of {corpus.title}",
            "guideline": preface + _guideline(corpus, layer),
            "resourcetype": "SequenceLabelingProject" if spans else "TextClassificationProject",
            "random_order": False, "allow_member_to_create_label_type": False, "tags": [{"text": layer}], **settings,
        }  # fmt: skip
        project = client.post("projects", body)
    for setting, value in settings.items():
        if project.get(setting) != value:
            raise DoccanoError(f"the project {name!r} has {setting} {project.get(setting)}, not {value}")
    kinds, relations = labels(layer, corpus.scheme)
    for route, wanted in (("span-types" if spans else "category-types", kinds), ("relation-types", relations)):
        if wanted:
            have = {kind["text"] for kind in client.get(f"projects/{project['id']}/{route}")}
            for kind in wanted:
                if kind["text"] not in have:
                    client.post(f"projects/{project['id']}/{route}", kind)
    return int(project["id"])


def _guideline(corpus: Project, layer: Layer) -> str:
    """The layer's part of GUIDELINES.md, after what stands before all parts."""
    text = (corpus.annotations / "GUIDELINES.md").read_text(encoding="utf-8")
    head, *parts = text.split("\n## ")
    own = [part for part in parts if part.startswith(f"{layer[0].upper()}.")]
    return "\n## ".join([head, *(own or parts)])


def comments(client: Client, project: int) -> dict[int, list[Row]]:
    """What people remarked, by example, oldest first: who, and the text."""
    notes: dict[int, list[Row]] = defaultdict(list)
    for note in sorted(client.pages(f"projects/{project}/comments"), key=lambda note: int(note["id"])):
        notes[note["example"]].append({"by": note["username"], "text": note["text"]})
    return notes


def key_of(row: Row) -> str:
    """What tells an example of ours from the others of its project."""
    return str(row.get("item") or row.get("doc_id"))


def marks_of(row: Row) -> Any:
    """The annotations of an example, whatever ids the server gave them."""
    if "entities" not in row:
        return sorted(row["label"])
    spans = {e["id"]: (e["start_offset"], e["end_offset"], e["label"]) for e in row["entities"]}
    ends = [(spans.get(r["from_id"]), spans.get(r["to_id"]), r["type"]) for r in row["relations"]]
    return sorted(spans.values()), sorted(ends, key=repr)


def send(client: Client, project: int, layer: Layer, rows: Mapping[str, Row], progress: Progress | None) -> int:
    """Upload what is missing, and compare all that was uploaded with what the server then holds."""
    there, doubles = _present(client, project, rows)
    if doubles:
        client.delete(f"projects/{project}/examples", {"ids": doubles})
    missing = [row for key, row in rows.items() if key not in there]
    spans = layer in ("entities", "claims")
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        task, column = ("RelationExtraction", "entities") if spans else ("DocumentClassification", "label")
        client.upload(project, batch, task, column)
        if progress:
            progress(min(start + BATCH, len(missing)), len(missing))
    if missing:
        held, doubles = _present(client, project, rows)
        wrong = [
            key_of(row) for row in missing
            if (own := held.get(key_of(row))) is None or own["text"] != row["text"] or marks_of(own) != marks_of(row)
        ]  # fmt: skip
        if wrong or doubles:
            shown = ", ".join(wrong[:5])
            raise DoccanoError(
                f"the server does not hold what was sent ({len(wrong)} of {len(missing)} differ: {shown};"
                f" {len(doubles)} twice): push again"
            )
    return len(missing)


def _present(client: Client, project: int, rows: Mapping[str, Row]) -> tuple[dict[str, Row], list[int]]:
    """The examples on the server that are ours by key, and the ids of needless copies of one.

    Raises:
        DoccanoError: an example has another text than ours.
    """
    there: dict[str, Row] = {}
    doubles: list[int] = []
    if not client.get(f"projects/{project}/examples", limit=1)["count"]:
        return there, doubles  # told in no time, where a download takes seconds
    rows_there = client.download(project)
    confirmed = client.confirmed(project, rows_there)
    for row in sorted(rows_there, key=lambda row: (row["id"] not in confirmed, row["id"])):
        key = key_of(row)
        if key not in rows:
            continue
        if row["text"] != rows[key]["text"]:
            raise DoccanoError(f"{key}: its text on the server is another one; pull tells more")
        if key not in there:
            there[key] = row
        elif row["id"] not in confirmed and marks_of(row) in (marks_of(there[key]), marks_of(rows[key])):
            doubles.append(row["id"])
    return there, doubles


def ensure_member(client: Client, project: int, annotator: str) -> str | None:
    """Let the annotator in; a new account's password is returned."""
    new_password = None
    users = {user["username"]: user["id"] for user in client.get("users", search=annotator)}
    if annotator not in users:
        new_password = secrets.token_urlsafe(12)
        body = {"username": annotator, "password1": new_password, "password2": new_password}
        client.post("users/create", body)
        users = {user["username"]: user["id"] for user in client.get("users", search=annotator)}
    members = {member["user"] for member in client.get(f"projects/{project}/members")}
    if users[annotator] not in members:
        roles = {role["name"]: role["id"] for role in client.get("roles")}
        client.post(f"projects/{project}/members", {"user": users[annotator], "role": roles[ROLE]})
    return new_password
