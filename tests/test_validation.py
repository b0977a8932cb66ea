"""`sayso validate`: every check finds its fault at its place, and no file whatever makes it fall over."""

from __future__ import annotations

import atexit
import json
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from invalid import ALSO, BREAK, DECISIONS, append, everywhere, layers_of, replace, seal
from invented import make
from sayso import jsonl
from sayso.checks import CHECKS, Incident
from sayso.derived_checks import DerivedChecks
from sayso.errors import InputError, SaysoError
from sayso.project import Project
from sayso.validation import validate

SAYSO = Path(sys.executable).with_name("sayso")


def run(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """`sayso validate` as a user runs it."""
    return subprocess.run(
        [SAYSO, "validate", "--root", root, *options], capture_output=True, text=True, check=False, timeout=60
    )


def snapshot(root: Path) -> dict[str, tuple[int, bytes]]:
    """Time of change and content of all that is there, the folders too."""
    return {
        str(path): (path.stat().st_mtime_ns, b"" if path.is_dir() else path.read_bytes())
        for path in [root, *root.rglob("*")]
    }


# -- the contract of every check


def test_there_is_one_invalid_corpus_per_check() -> None:
    assert list(BREAK) == list(CHECKS)


def test_the_valid_corpus_has_no_incident(valid_corpus: Path) -> None:
    assert validate(valid_corpus) == []


NEEDED = {
    "source-malformed": "'sha256'",
    "source-duplicate": "'harbour'",
    "seed-changed": "312 bytes",
    "seed-not-utf8": "at byte 32",
    "seed-unfit": "NUL",
    "date-disagrees": "2018-03-03",
    "near-duplicate": "ferry",
    "fold-leak": "ferry",
    "line-malformed": "column",
    "annotation-malformed": "'start'",
    "annotators-malformed": "human",
    "id-duplicate": "'e1'",
    "id-form": "'E2'",
    "span-outside": "the seed has 152 code points",
    "text-differs": "'2019'",
    "span-removed": "the rule 'photo-caption'",
    "span-crosses-sentence": "end of a sentence",
    "span-crosses-block": "'The inquiry'",
    "label-unknown": "PER, ORG, LOC, NORP, PROD, EVENT, DATE, NUM",
    "entity-overlap": "'40'",
    "link-missing": "LOC 'Norvik'",
    "link-form": "'Norvik'",
    "link-two-labels": "'norvik-line' is LOC here and ORG elsewhere",
    "link-split": "'harbour:lindqvist' here and 'ada-lindqvist' before",
    "cue-form": "'announce', not 'announces'",
    "cue-in-heading": "'Pilot denies delay'",
    "claim-nested": "the content of c3",
    "holder-crosses-entity": "'Ada Lindqvist'",
    "holder-link": "'norvik-line' as e1, not 'norvik'",
    "holder-unknown": "'tug-pilot'",
    "verifiable-not-sentence": "'a new ferry'",
    "verifiable-missing": "'The inquiry goes on.'",
    "stance-target": "'norvik-line'",
    "stance-missing": "Norvik Line -> Lindqvist",
    "stance-unlisted": "'She' -> 'Norvik Line'",
    "decision-malformed": "reason",
    "decision-stale": "entity at 64-70 of harbour",
    "undecided": "entity at 64-70 of harbour",
    "gold-unfounded": "c1",
    "corpus-missing": "sayso build",
    "checksum": "SHA256SUMS:",
    "card-value": "'experts'",
    "version-stale": "0.0.9, pyproject.toml 0.1.0",
    "features-differ": "sentences: index",
    "row-count": "claims has 6 rows, the card says 7",
    "digest-stale": "documents",
    "row-duplicate": "harbour:s",
    "row-offset": "'added'|'According'|'announced'",
    "row-dangling": "'harbour:1'",
    "fold-split": "fold",
    "lineage-broken": "harbour",
    "croissant": "data/claims/train.parquet",
    "not-rebuilt": "sayso build",
    "datasheet": "M1 (Purpose and gap)",
    "figures-stale": "sayso build",
    "changelog": "## [0.1.0] - DATE",
}
"""What a message must name, so that one can mend the fault; `|` stands between alternatives."""


@pytest.mark.parametrize("check", BREAK)
def test_a_fault_is_found_at_its_place_and_only_there(check: str, corpus: Path) -> None:
    place = BREAK[check](corpus)
    incidents = validate(corpus)
    found = [incident for incident in incidents if incident.check == check]
    assert place in {incident.place for incident in found}, incidents
    assert {incident.check for incident in incidents} == {check} | ALSO[check], incidents
    messages = [incident.message for incident in found if incident.place == place]
    assert any(words in message for message in messages for words in NEEDED.get(check, "").split("|")), messages
    for incident in incidents:
        assert incident.message.strip()
        assert "\n" not in incident.message
        assert not Path(incident.path).is_absolute()
        assert (corpus / incident.path).exists() or check in ("seed-missing", "corpus-missing"), incident


def test_every_annotators_file_is_checked_by_itself(corpus: Path) -> None:
    replace(corpus / "annotations" / "annotators" / "bo" / "ferry.jsonl", '"id": "e2"', '"id": "E2"')
    assert [i.place for i in validate(corpus) if i.check == "id-form"] == ["annotations/annotators/bo/ferry.jsonl:6"]


def test_without_gold_the_annotators_files_are_named_where_they_are(corpus: Path) -> None:
    replace(corpus / "annotations" / "annotators" / "bo" / "ferry.jsonl", '"id": "e2"', '"id": "E2"')
    shutil.rmtree(corpus / "annotations" / "gold")
    assert [i.place for i in validate(corpus) if i.check == "id-form"] == ["annotations/annotators/bo/ferry.jsonl:6"]


def test_an_annotator_may_be_called_gold(corpus: Path) -> None:
    annotations = corpus / "annotations"
    shutil.copytree(annotations / "annotators" / "bo", annotations / "annotators" / "gold")
    append(annotations / "annotators.jsonl", json.dumps({"name": "gold", "kind": "human", "description": "Invented."}))
    # The file is shorter than that of gold: lines must not be taken from the one for the other.
    replace(annotations / "annotators" / "gold" / "harbour.jsonl", '"label": "LOC"', '"label": "TOWN"')
    places = [i.place for i in validate(corpus) if i.check == "label-unknown"]
    assert places == ["annotations/annotators/gold/harbour.jsonl:6"]


def test_an_id_has_ascii_digits(corpus: Path) -> None:
    line = replace(layers_of(corpus, "ferry")[0], '"id": "e2"', '"id": "e1\u0662"')
    assert [i.place for i in validate(corpus) if i.check == "id-form"] == [f"annotations/gold/ferry.jsonl:{line}"]


def test_a_version_has_ascii_digits(corpus: Path) -> None:
    replace(corpus / "pyproject.toml", '"0.1.0"', '"0.1.1\u0662"')
    with pytest.raises(InputError, match=r"version must be x\.y\.z"):
        Project.read(corpus)


@pytest.mark.parametrize(
    ("name", "target"),
    [("data/extra", None), ("data/extra", "nowhere"), ("data/extra", "../jsonl"), ("data", "../aside")],
)
def test_folders_and_links_do_not_hide_in_the_dataset(name: str, target: str | None, corpus: Path) -> None:
    path = corpus / "corpus" / name
    if path.exists():
        path.rename(corpus / "aside")
    path.symlink_to(target) if target else path.mkdir()
    assert f"corpus/{name}" in [i.place for i in validate(corpus) if i.check == "not-rebuilt"]


PORT = '"text": "Norvik", "label": "LOC", "entity": "norvik"'


def test_annotators_may_differ_about_the_label_of_a_thing(corpus: Path) -> None:
    """One annotator has a label of their own, which only the comparison with the decisions may notice."""
    replace(corpus / "annotations" / "annotators" / "bo" / "harbour.jsonl", PORT, PORT.replace("LOC", "ORG"))
    assert "link-two-labels" not in {i.check for i in validate(corpus)}


def test_an_annotator_gives_a_thing_one_label(corpus: Path) -> None:
    path = corpus / "annotations" / "annotators" / "bo" / "harbour.jsonl"
    line = replace(path, PORT, PORT.replace('"norvik"', '"norvik-line"'))
    found = [i.place for i in validate(corpus) if i.check == "link-two-labels"]
    assert found == [f"annotations/annotators/bo/harbour.jsonl:{line}"]


def test_gold_that_the_decisions_give_cannot_be_deleted(corpus: Path) -> None:
    (corpus / "annotations" / "gold" / "harbour.jsonl").unlink()
    assert [i.place for i in validate(corpus) if i.check == "gold-unfounded"] == ["annotations/gold/harbour.jsonl"]


def test_gold_may_be_missing_while_cases_are_open(corpus: Path) -> None:
    (corpus / "annotations" / "gold" / "harbour.jsonl").unlink()
    (corpus / DECISIONS).unlink()
    assert {i.check for i in validate(corpus)} == {"not-rebuilt", "figures-stale"}


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("gold.jsonl", None),
        ("annotators/zed.jsonl", None),
        ("gold", None),
        ("gold", "nowhere"),
        ("annotators/zed", "nowhere"),
        ("gold/ferry.jsonl", "nowhere"),
    ],
)
def test_what_stands_in_the_place_of_another_kind_is_an_error(name: str, target: str | None, corpus: Path) -> None:
    path = corpus / "annotations" / name
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.symlink_to(target) if target else path.write_bytes(b"{}\n")
    assert f"annotations/{name}" in [i.place for i in validate(corpus) if i.check == "document-unknown"]


# -- all faults at once


def test_it_does_not_stop_at_the_first_fault(corpus: Path) -> None:
    faults = ("link-missing", "seed-unlisted", "cue-form", "checksum", "card-value", "datasheet")
    # The seal of the card's fault would hide that of the checksum.
    order = sorted(faults, key=lambda check: check == "checksum")
    places = {(check, BREAK[check](corpus)) for check in order}
    incidents = validate(corpus)
    assert places <= {(incident.check, incident.place) for incident in incidents}
    assert incidents == sorted(incidents)


def test_two_faults_of_one_line_are_both_found(corpus: Path) -> None:
    def edit(values: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for value in values:
            if value["text"] == "Norvik":
                value.update(id="x1", label="TOWN", entity="Norvik")
        return values

    everywhere(corpus, "harbour", edit)
    (line,) = [number for number, value in jsonl.read(layers_of(corpus, "harbour")[0]) if value["id"] == "x1"]
    found = {i.check for i in validate(corpus) if i.place == f"annotations/gold/harbour.jsonl:{line}"}
    assert {"id-form", "label-unknown", "link-form"} <= found


def test_a_broken_line_does_not_hide_the_next(corpus: Path) -> None:
    path = layers_of(corpus, "ferry")[0]
    lines = [append(path, "{"), append(path, "[1]"), append(path, "")]
    found = [i.line for i in validate(corpus) if i.check == "line-malformed"]
    assert found == lines


def test_the_dataset_is_checked_while_the_inputs_have_errors(corpus: Path) -> None:
    BREAK["seed-missing"](corpus)
    BREAK["row-offset"](corpus)
    assert {"seed-missing", "row-offset", "not-compared"} <= {i.check for i in validate(corpus)}


# -- any bytes anywhere

FILES = (
    "seeds/sources.jsonl", "seeds/harbour.txt", "annotations/gold/harbour.jsonl",
    "annotations/annotators/ann/ferry.jsonl", "annotations/annotators/bo/harbour.jsonl",
    "annotations/adjudication.jsonl", "annotations/annotators.jsonl", "corpus/README.md", "corpus/LICENSE.md",
    "corpus/croissant.json", "corpus/SHA256SUMS",
    *(f"corpus/jsonl/{config}.jsonl" for config in ("claims", "documents", "entities", "sentences", "stance", "tokens")),
    *(f"corpus/data/{config}/train.parquet" for config in ("claims", "documents", "entities", "stance", "tokens")),
    "DATASHEET.md", "README.md", "CHANGELOG.md",
)  # fmt: skip
PARQUET = tuple(name for name in FILES if name.endswith(".parquet"))
HEADS = ("pyproject.toml", "annotations/schema.json")
"""Without these nothing can be checked."""

NO_LIMIT = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)
FEW = settings(max_examples=3, deadline=None, suppress_health_check=NO_LIMIT)


@cache
def shared() -> Path:
    """A corpus of this process, which every example changes and puts back."""
    folder = Path(mkdtemp())
    atexit.register(shutil.rmtree, folder)
    return make(folder / "harbour-news")


def validated_with(name: str, data: bytes | None) -> list[Incident]:
    """The incidents of the corpus with another file of that name, or none."""
    path = shared() / name
    old = path.read_bytes()
    try:
        path.unlink()
        if data is not None:
            path.write_bytes(data)
        return validate(shared())
    finally:
        path.write_bytes(old)


def flipped(data: bytes, bit: int) -> bytes:
    """The bytes with one bit turned over."""
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@st.composite
def damage(draw: st.DrawFn, name: str) -> bytes | None:
    """What may become of a file: garbage, its beginning, a flipped bit, JSON of no good form, nothing."""
    data = (shared() / name).read_bytes()
    kind = draw(st.sampled_from(("bytes", "truncated", "flipped", "spliced", "gone")))
    if kind == "bytes":
        return draw(st.binary(max_size=40))
    if kind == "truncated":
        return data[: draw(st.integers(0, len(data) - 1))]
    if kind == "flipped":
        return flipped(data, draw(st.integers(0, 8 * len(data) - 1)))
    if kind == "spliced":
        at = draw(st.integers(0, len(data)))
        piece = draw(st.sampled_from((b"null", b"[]", b"{}", b'"x"', b"-1", b"1e999", b"\\ud800", b"\0", b"\n", b"\r")))
        return data[:at] + piece + data[at + draw(st.integers(0, 12)) :]
    return None


@pytest.mark.parametrize("name", FILES)
@FEW
@given(data=st.data())
def test_no_file_makes_it_fall_over(name: str, data: st.DataObject) -> None:
    old = (shared() / name).read_bytes()
    new = data.draw(damage(name))
    incidents = validated_with(name, new)
    if new != old and (name.startswith(("corpus/", "seeds/harbour", "annotations/gold/"))):
        assert incidents, "a change of data goes unseen"


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_gone_or_empty_is_no_crash(name: str) -> None:
    for data in (None, b""):
        incidents = validated_with(name, data)
        # Only the README of the project may be any text, or none.
        assert incidents or name == "README.md"


@pytest.mark.parametrize("name", HEADS)
@settings(FEW, max_examples=20)
@given(data=st.data())
def test_a_broken_head_is_an_error_of_ours(name: str, data: st.DataObject) -> None:
    try:
        validated_with(name, data.draw(damage(name)))
    except SaysoError as error:
        assert Path(name).name in str(error)


@pytest.mark.parametrize(
    "text",
    [
        "project = 1", "tool = 1", "[tool]\nsayso = 1", "[tool.sayso]\ntitle = 1", "[tool.sayso]\ntitle = 't'\n",
        "project = []\n[tool.sayso]\ntitle = 't'\n", "project = ",
        "[project]\nname = 'a'\nversion = '1.0'\n[tool.sayso]\ntitle = 't'\n",
        "[project]\nname = 'A b'\nversion = '1.0.0'\n[tool.sayso]\ntitle = 't'\n",
    ],
)  # fmt: skip
def test_a_project_file_of_another_form_is_an_input_error(text: str) -> None:
    with pytest.raises(InputError, match=r"pyproject\.toml"):
        validated_with("pyproject.toml", text.encode())


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("entity", [["PER"]]), ("entity", "PER"), ("entity", [{}]), ("entity", None), ("cues", [""]), ("cues", [1]),
        ("ontonotes", {"PERSON": ["PER"]}), ("ontonotes", []), ("author_mentions", True), ("author_mentions", 0),
        ("unlinked", ["TIME"]), ("unlinked", [[]]), ("stance", ["none", "none"]), ("author_target", {}),
    ],
)  # fmt: skip
def test_a_schema_of_another_form_is_an_input_error(key: str, value: object) -> None:
    schema = json.loads((shared() / "annotations" / "schema.json").read_bytes())
    with pytest.raises(InputError, match=r"schema\.json.*'"):
        validated_with("annotations/schema.json", json.dumps({**schema, key: value}).encode())


@pytest.mark.parametrize("data", [b"[" * 100_000, b"\xff", b'{"entity": ', b"[]", b"1"])
def test_a_schema_that_is_no_object_is_an_input_error(data: bytes) -> None:
    with pytest.raises(InputError, match=r"schema\.json"):
        validated_with("annotations/schema.json", data)


@pytest.mark.parametrize(
    "value", ["y: [[a]]", "y: [{a: b}]", "y: {a: b}", "y: 2018-13-45", "y: 1", "y: null", "? [a]\n: b"]
)
@pytest.mark.parametrize("key", ["task_ids", "configs"])
def test_a_card_of_any_yaml_is_an_incident(key: str, value: str) -> None:
    text = (shared() / "corpus" / "README.md").read_text(encoding="utf-8")
    header = text.replace(f"\n{key}:\n", f"\n{value.replace('y:', f'{key}:', 1)}\nwas_{key}:\n", 1)
    assert header != text
    incidents = validated_with("corpus/README.md", header.encode())
    assert {"card-value", "card-malformed"} & {i.check for i in incidents}


@pytest.mark.parametrize(
    "features", ["1", "[]", "[1]", "[{name: a}]", "[{name: a, dtype: nothing}]", "{a: 1}", "[{name: a, list: {}}]"]
)
def test_features_of_any_form_in_the_card_are_an_incident(features: str) -> None:
    text = (shared() / "corpus" / "README.md").read_text(encoding="utf-8")
    header = text.replace("  features:\n", f"  features: {features}\n  were:\n", 1)
    assert header != text
    incidents = validated_with("corpus/README.md", header.encode())
    assert {"features-differ", "card-malformed"} & {i.check for i in incidents}


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 100_000, b"[]", b'{"distribution": null}', b'{"distribution": [1]}', b'{"distribution": [{}]}',
        b'{"distribution": [{"@type": "cr:FileObject", "contentUrl": [], "sha256": 1}]}', b"\xff\xfe", b"",
    ],
)  # fmt: skip
def test_croissant_of_any_json_is_an_incident(data: bytes) -> None:
    assert "croissant" in {i.check for i in validated_with("corpus/croissant.json", data)}


BAD_LINES = (
    b"[" * 100_000,
    b"{",
    b'{"id": NaN}',
    b'{"id": "\\ud800"}',
    b'{"id": 1, "id": 1}',
    b"9" * 5000,
    b"\xff",
    b" ",
)


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".jsonl")])
def test_no_line_of_json_makes_it_fall_over(name: str) -> None:
    data = (shared() / name).read_bytes()
    first = data.count(b"\n") + 1
    incidents = validated_with(name, data + b"\n".join(BAD_LINES) + b"\n")
    lines = {i.line for i in incidents if i.path == name}
    # The list of annotators is short, and read up to its first fault only.
    bad = range(first, first + (1 if name == "annotations/annotators.jsonl" else len(BAD_LINES)))
    assert set(bad) <= lines


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".jsonl")])
def test_a_number_that_json_cannot_write_is_no_crash(name: str) -> None:
    data = (shared() / name).read_bytes()
    assert validated_with(name, data + b'{"id": 1e999, "bytes": 1e999, "start": 1e999, "fold": 1e999}\n')


def test_a_folder_in_the_place_of_a_file_is_no_crash(corpus: Path) -> None:
    for name in ("seeds/harbour.txt", "corpus/SHA256SUMS", "corpus/data/claims/train.parquet"):
        (corpus / name).unlink()
        (corpus / name).mkdir()
    try:
        assert validate(corpus)
    except SaysoError as error:
        assert "harbour.txt" in str(error)


@pytest.mark.parametrize("name", PARQUET)
@settings(FEW, max_examples=10)
@given(data=st.data())
def test_a_flipped_bit_in_parquet_is_always_reported(name: str, data: st.DataObject) -> None:
    old = (shared() / name).read_bytes()
    bit = data.draw(st.integers(0, 8 * len(old) - 1))
    incidents = validated_with(name, flipped(old, bit))
    assert {("checksum", name), ("not-rebuilt", name)} <= {(i.check, i.path) for i in incidents}


@pytest.mark.parametrize("name", PARQUET)
def test_no_bit_of_a_parquet_file_makes_the_reading_fall_over(name: str, corpus: Path) -> None:
    """One bit in each of many places of the file, and more in the last kilobyte, its footer."""
    path, project = corpus / name, Project.read(corpus)
    data = path.read_bytes()
    places = {*range(0, len(data), max(1, len(data) // 60)), *range(max(0, len(data) - 1000), len(data), 25)}
    for byte in sorted(places):
        path.write_bytes(flipped(data, 8 * byte + byte % 8))
        assert "checksum" in {i.check for i in DerivedChecks(project).run()}


# -- the command


def test_a_valid_corpus_exits_with_0(valid_corpus: Path) -> None:
    done = run(valid_corpus)
    assert (done.returncode, done.stdout, done.stderr) == (0, "valid\n", "")
    assert json.loads(run(valid_corpus, "--json").stdout) == []


def test_errors_exit_with_1_and_say_where_what_and_why(corpus: Path) -> None:
    place = BREAK["cue-form"](corpus)
    done = run(corpus)
    assert done.returncode == 1
    assert f"{place}: cue-form: c1: the lemma of 'announced' is 'announce', not 'announces'" in done.stdout
    assert done.stdout.count(CHECKS["cue-form"].rule) == 1  # three files, one explanation
    assert done.stdout.endswith("3 errors, 1 warning\n")


def test_json_has_every_incident_with_its_keys(corpus: Path) -> None:
    BREAK["cue-form"](corpus)
    BREAK["datasheet"](corpus)
    done = run(corpus, "--json")
    assert done.returncode == 1
    printed = json.loads(done.stdout)
    assert printed == [incident.to_json() for incident in validate(corpus)]
    for item in printed:
        assert list(item) == ["check", "severity", "path", "line", "message"]
        assert item["severity"] == CHECKS[item["check"]].severity
        assert item["line"] is None or item["line"] > 0
    assert {item["line"] for item in printed if item["check"] == "datasheet"} == {None}


@pytest.mark.parametrize("check", ["changelog", "near-duplicate"])
def test_warnings_alone_exit_with_0(check: str, corpus: Path) -> None:
    BREAK[check](corpus)
    done = run(corpus)
    assert done.returncode == 0
    assert check in done.stdout
    assert done.stdout.endswith("0 errors, 1 warning\n")


def test_where_there_is_no_corpus_it_exits_with_2(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "pyproject.toml" in done.stderr
    assert "sayso init" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("data", [b"{", None])
def test_a_schema_that_cannot_be_read_exits_with_2(data: bytes | None, corpus: Path) -> None:
    path = corpus / "annotations" / "schema.json"
    path.unlink()
    if data is not None:
        path.write_bytes(data)
    done = run(corpus, "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "schema.json" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("check", [None, "cue-form", "not-rebuilt", "figures-stale", "corpus-missing"])
def test_it_writes_nothing(check: str | None, corpus: Path) -> None:
    if check:
        BREAK[check](corpus)
    before = snapshot(corpus)
    validate(corpus)
    assert snapshot(corpus) == before


def test_the_seal_of_an_edited_corpus_is_no_way_around_the_rebuild(corpus: Path) -> None:
    append(corpus / "corpus" / "LICENSE.md", "More.")
    seal(corpus)
    assert {i.check for i in validate(corpus)} == {"not-rebuilt"}
