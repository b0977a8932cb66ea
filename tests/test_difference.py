"""What changed between two versions, and the bump that it demands."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from sayso import jsonl
from sayso.difference import Difference, compare, opened
from sayso.errors import InputError
from sayso.package import build


def edit(root: Path, name: str, old: str, new: str) -> None:
    """Change gold and all annotators' layers alike."""
    paths = list(root.glob(f"annotations/**/{name}.jsonl"))
    assert paths
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


def changed(corpus: Path, tmp_path: Path) -> Difference:
    """The difference that building makes to a copy of the dataset."""
    old = Path(shutil.copytree(corpus / "corpus", tmp_path / "old"))
    build(corpus)
    return compare(old, corpus / "corpus")


def layer(difference: Difference, name: str) -> dict[str, object]:
    (change,) = [c for c in difference.changes if c.layer == name]
    return {kind: getattr(change, kind) for kind in ("added", "removed", "moved", "relabelled", "edited")}


NOTHING = {"added": 0, "removed": 0, "moved": 0, "relabelled": 0, "edited": 0}


def test_nothing_changed(corpus: Path, tmp_path: Path) -> None:
    difference = changed(corpus, tmp_path)
    assert all(layer(difference, c.layer) == NOTHING for c in difference.changes)
    assert (difference.bump, difference.least, difference.satisfied) == ("PATCH", "0.1.0", True)


def test_a_new_document_is_a_minor_change(corpus: Path, tmp_path: Path) -> None:
    from sayso.intake import add

    text = tmp_path / "lighthouse.txt"
    text.write_text("The lighthouse of Lund was lit again on Sunday. It had been dark for eleven years.\n")
    assert add(corpus, [text]).added
    difference = changed(corpus, tmp_path)
    assert layer(difference, "documents") == NOTHING | {"added": 1}
    assert layer(difference, "sentences") == NOTHING | {"added": 2}
    assert (difference.bump, difference.least, difference.satisfied) == ("MINOR", "0.2.0", False)


def test_a_relabelled_entity_is_a_major_change(corpus: Path, tmp_path: Path) -> None:
    edit(corpus, "ferry", '"label": "DATE"', '"label": "NUM"')
    difference = changed(corpus, tmp_path)
    assert layer(difference, "entities") == NOTHING | {"relabelled": 1}
    assert layer(difference, "tokens") == NOTHING | {"relabelled": 1}
    assert layer(difference, "claims") == NOTHING
    assert difference.bump == "MAJOR"
    assert (difference.least, difference.satisfied) == ("0.2.0", False)  # before 1.0.0


def test_a_removed_claim_is_a_major_change(corpus: Path, tmp_path: Path) -> None:
    for path in corpus.glob("annotations/**/ferry.jsonl"):
        lines = [line for line in path.read_text().splitlines(keepends=True) if '"lemma": "according"' not in line]
        path.write_text("".join(lines))
    # Its holder is a listed person still, so no stance item goes with it.
    assert layer(changed(corpus, tmp_path), "claims") == NOTHING | {"removed": 1}


def test_a_moved_span_is_a_major_change(corpus: Path, tmp_path: Path) -> None:
    for path in corpus.glob("annotations/**/harbour.jsonl"):
        rows = [row for _, row in jsonl.read(path)]
        for row in rows:
            if row["layer"] == "claim" and row["lemma"] == "add":
                row["content"] = [
                    {**row["content"][0], "end": row["content"][0]["end"] - 7, "text": "We lost 40 million"}
                ]
        path.write_bytes(jsonl.encode(rows))
    assert layer(changed(corpus, tmp_path), "claims") == NOTHING | {"moved": 1}
    for path in corpus.glob("annotations/**/harbour.jsonl"):
        rows = [row for _, row in jsonl.read(path)]
        for row in rows:
            if row["layer"] == "entity" and row["text"] == "40 million crowns":
                row |= {"start": row["start"] + 3, "text": "million crowns"}
        path.write_bytes(jsonl.encode(sorted(rows, key=lambda r: (r["start"], r["end"], r["id"]))))
    shutil.rmtree(tmp_path / "old")
    assert layer(changed(corpus, tmp_path), "entities") == NOTHING | {"moved": 1}


def test_a_label_that_is_appended_is_minor_and_one_that_is_inserted_is_major(corpus: Path, tmp_path: Path) -> None:
    schema = corpus / "annotations" / "schema.json"
    labels = json.loads(schema.read_text())
    schema.write_text(json.dumps({**labels, "entity": [*labels["entity"], "SHIP"]}))
    difference = changed(corpus, tmp_path)
    assert difference.bump == "MINOR"
    (entities,) = [c for c in difference.changes if c.layer == "entities"]
    assert entities.columns_added == ("labels of entities.label",)
    schema.write_text(json.dumps({**labels, "entity": ["SHIP", *labels["entity"]]}))
    shutil.rmtree(tmp_path / "old")
    difference = changed(corpus, tmp_path)
    assert difference.bump == "MAJOR"


def test_a_version_that_is_high_enough_satisfies(corpus: Path, tmp_path: Path) -> None:
    edit(corpus, "ferry", '"label": "DATE"', '"label": "NUM"')
    project = corpus / "pyproject.toml"
    project.write_text(project.read_text().replace("0.1.0", "0.2.0"))
    assert changed(corpus, tmp_path).satisfied


@pytest.mark.parametrize(("old", "least"), [("1.2.3", "2.0.0"), ("0.2.3", "0.3.0")])
def test_major_before_and_after_one(corpus: Path, tmp_path: Path, old: str, least: str) -> None:
    project = corpus / "pyproject.toml"
    project.write_text(project.read_text().replace("0.1.0", old))
    build(corpus)
    edit(corpus, "ferry", '"label": "DATE"', '"label": "NUM"')
    assert changed(corpus, tmp_path).least == least


def test_a_git_revision_can_be_compared(corpus: Path, tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", *arguments],
            cwd=corpus,
            check=True,
            capture_output=True,
        )

    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "-m", "First")
    git("tag", "v0.1.0")
    edit(corpus, "ferry", '"label": "DATE"', '"label": "NUM"')
    build(corpus)
    with opened("v0.1.0", corpus) as old, opened(str(corpus), corpus) as new:
        assert layer(compare(old, new), "entities") == NOTHING | {"relabelled": 1}


def test_what_is_no_dataset_is_said_so(corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no dataset here"), opened(str(tmp_path), corpus):
        pass
    with pytest.raises(InputError, match="neither a folder nor a git revision"), opened("v9", corpus):
        pass
    (corpus / "corpus" / "README.md").write_text("no card")
    with pytest.raises(InputError, match="no card"):
        compare(corpus / "corpus", corpus / "corpus")


@pytest.mark.parametrize("config", ["documents", "entities"])
def test_a_row_of_another_form_is_said_so(config: str, corpus: Path) -> None:
    with (corpus / "corpus" / "jsonl" / f"{config}.jsonl").open("a") as file:
        file.write("{}\n")
    with pytest.raises(InputError, match=rf"{config}\.jsonl:\d+: no row of {config}: KeyError"):
        compare(corpus / "corpus", corpus / "corpus")


def test_a_version_of_another_form_is_said_so(corpus: Path) -> None:
    card = corpus / "corpus" / "README.md"
    card.write_text(card.read_text(encoding="utf-8").replace("0.1.0", "1.0"), encoding="utf-8")
    with pytest.raises(InputError, match=r"the version '1\.0' is not x\.y\.z"):
        compare(card.parent, card.parent)


def test_a_revision_is_no_option_of_git(corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="begins like an option"), opened(f"--output={tmp_path / 'x'}", corpus):
        pass


def test_without_git_there_is_no_revision(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputError, match="install git"), opened("v9", corpus):
        pass
