"""One small edit of the invented corpus per check, which breaks that rule and as little else as can be.

`BREAK` has a function for every id of `sayso.checks.CHECKS`; it changes a copy of the corpus and returns the place where
`sayso validate` should report the fault. `ALSO` has the other checks that such a fault cannot but set off.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from invented import FERRY, TEXTS, anchor
from sayso import jsonl
from sayso.croissant import KEYS
from sayso.layers import Claim, Mention, Verifiable, dump, parse, read_layers, to_json
from sayso.package import build, checksums
from sayso.rows import FOLDS, fold
from sayso.seeds import RIGHTS, Source, sha256

BREAK: dict[str, Callable[[Path], str]] = {}
ALSO: dict[str, set[str]] = {}

SOURCES = "seeds/sources.jsonl"
DECISIONS = "annotations/adjudication.jsonl"
CARD = "corpus/README.md"


def breaks(*also: str) -> Callable[[Callable[[Path], str]], Callable[[Path], str]]:
    """Enter an edit under its own name, with the other checks that it sets off."""

    def enter(edit: Callable[[Path], str]) -> Callable[[Path], str]:
        id = edit.__name__.replace("_", "-")
        BREAK[id], ALSO[id] = edit, set(also)
        return edit

    return enter


# What any fault of that part drags in.
in_inputs = breaks("not-compared")
in_corpus = breaks("not-rebuilt")


# -- ways to edit


def replace(path: Path, old: str, new: str, nth: int = 1) -> int:
    """Put one text in the place of another where that stands for the nth time, and give the line."""
    text = path.read_bytes().decode()
    start = -1
    for _ in range(nth):
        start = text.index(old, start + 1)
    path.write_bytes((text[:start] + new + text[start + len(old) :]).encode())
    return text.count("\n", 0, start) + 1


def append(path: Path, line: str) -> int:
    """Add a line to a file, and give its number."""
    with path.open("ab") as file:
        file.write(line.encode() + b"\n")
    return path.read_bytes().count(b"\n")


def layers_of(root: Path, doc: str) -> list[Path]:
    """The files of annotations of a document: gold and every annotator's."""
    return [root / "annotations" / "gold" / f"{doc}.jsonl", *sorted(root.glob(f"annotations/annotators/*/{doc}.jsonl"))]


def place(root: Path, doc: str, layer: str, text: str, start: int = 0) -> str:
    """Where the last annotation of a layer stands in gold that quotes a text, from an offset on."""
    path = layers_of(root, doc)[0]
    numbers = [
        number
        for number, value in jsonl.read(path)
        if value["layer"] == layer and value["text"] == text and value["start"] >= start
    ]
    return f"annotations/gold/{doc}.jsonl:{numbers[-1]}"


Values = list[dict[str, Any]]


def everywhere(root: Path, doc: str, edit: Callable[[Values], Values]) -> None:
    """Edit gold and all annotators alike, so that they agree on the fault."""
    for path in layers_of(root, doc):
        values = edit([to_json(a) for a in read_layers(path)])
        path.write_bytes(dump([parse(value) for value in values]))


def change(root: Path, doc: str, layer: str, text: str, start: int, /, **changes: Any) -> str:
    """Change keys of the annotation of a layer that quotes a text at an offset, and give its place."""

    def edit(values: Values) -> Values:
        (only,) = [v for v in values if (v["layer"], v["text"], v["start"]) == (layer, text, start)]
        only.update(changes)
        return values

    everywhere(root, doc, edit)
    return place(root, doc, layer, changes.get("text", text), changes.get("start", start))


def drop(root: Path, doc: str, layer: str, text: str, start: int) -> None:
    """Remove such an annotation."""

    def edit(values: Values) -> Values:
        kept = [v for v in values if (v["layer"], v["text"], v["start"]) != (layer, text, start)]
        assert len(kept) + 1 == len(values)
        return kept

    everywhere(root, doc, edit)


def new(root: Path, doc: str, value: dict[str, Any]) -> str:
    """Add an annotation, and give its place."""
    everywhere(root, doc, lambda values: [*values, value])
    return place(root, doc, value["layer"], value["text"], value["start"])


def span(doc: str, quoted: str, nth: int = 1) -> dict[str, Any]:
    """The offsets and the text of some words of a seed."""
    a = anchor(TEXTS[doc], quoted, nth)
    return {"start": a.start, "end": a.end, "text": a.text}


def start(doc: str, quoted: str, nth: int = 1) -> int:
    return anchor(TEXTS[doc], quoted, nth).start


def entity(doc: str, quoted: str, label: str, link: str | None, nth: int = 1) -> dict[str, Any]:
    return {"layer": "entity", "id": "e90", **span(doc, quoted, nth), "label": label, "entity": link}


def reseed(root: Path, doc: str, data: bytes) -> None:
    """Replace a seed and say so in sources.jsonl, as if it had been taken in so."""
    old = (root / "seeds" / f"{doc}.txt").read_bytes()
    (root / "seeds" / f"{doc}.txt").write_bytes(data)
    replace(root / SOURCES, sha256(old), sha256(data))
    replace(root / SOURCES, f'"bytes": {len(old)}', f'"bytes": {len(data)}')


def third(root: Path, text: str, id: str = "pier") -> str:
    """Add a seed that `sayso add` might have refused, and give its path."""
    data = text.encode()
    source = Source(id, f"{id}.txt", sha256(data), len(data), "en", None, None, None, None, None, "unknown", RIGHTS)
    (root / "seeds" / source.file).write_bytes(data)
    values = [*(value for _, value in jsonl.read(root / SOURCES)), source.to_json()]
    (root / SOURCES).write_bytes(jsonl.encode(sorted(values, key=lambda value: value["id"])))
    return f"seeds/{source.file}"


def twin(root: Path, *, same_fold: bool) -> str:
    """Add a near-duplicate of a seed in its fold or in another one."""
    names = (f"ferry-{number}" for number in range(100))
    id = next(name for name in names if (fold(name) == fold("ferry")) is same_fold)
    return third(root, FERRY.removeprefix(" date 2018-03-03 ") + "\nTickets are on sale.\n", id)


def seal(root: Path) -> None:
    """Renew SHA256SUMS, as one would who edits corpus/ by hand."""
    (root / "corpus" / "SHA256SUMS").write_text(checksums(root / "corpus"), encoding="utf-8")


def rewrite(root: Path, config: str, edit: Callable[[Values], None], *, lines: bool = True) -> None:
    """Edit the rows of a config in Parquet and JSONL, and renew every checksum of them.

    Labels are the integers of the Parquet file; JSONL gets the same changes if `lines`.
    """
    corpus = root / "corpus"
    path = corpus / "data" / config / "train.parquet"
    before = sha256(path.read_bytes())
    table = pq.read_table(path)
    rows = table.to_pylist()
    edit(rows)
    pq.write_table(table.from_pylist(rows, schema=table.schema), path)
    if lines:
        text = corpus / "jsonl" / f"{config}.jsonl"
        values = [value for _, value in jsonl.read(text)]
        edit(values)
        text.write_bytes(jsonl.encode(values))
    after = sha256(path.read_bytes())
    replace(root / CARD, before[:16], after[:16])
    replace(corpus / "croissant.json", before, after)
    seal(root)


# -- seeds


@in_inputs
def source_malformed(root: Path) -> str:
    return f"{SOURCES}:{append(root / SOURCES, json.dumps({'id': 'pier', 'file': 'pier.txt'}))}"


@in_inputs
def source_duplicate(root: Path) -> str:
    return f"{SOURCES}:{append(root / SOURCES, (root / SOURCES).read_text(encoding='utf-8').splitlines()[-1])}"


@in_inputs
def seed_missing(root: Path) -> str:
    (root / "seeds" / "ferry.txt").unlink()
    return "seeds/ferry.txt"


@in_inputs
def seed_changed(root: Path) -> str:
    # In a line that is removed as boilerplate, so that no annotation notices.
    replace(root / "seeds" / "harbour.txt", "Jo Sample", "Jo Simple")
    return "seeds/harbour.txt"


@in_inputs
def seed_not_utf8(root: Path) -> str:
    reseed(root, "harbour", TEXTS["harbour"].encode().replace(b"Jo Sample", b"J\xf6 Sample"))
    return "seeds/harbour.txt"


@in_inputs
def seed_unfit(root: Path) -> str:
    # In a caption that is removed as boilerplate all the same.
    reseed(root, "ferry", FERRY.replace("ferry leaves", "ferry\0leaves").encode())
    return "seeds/ferry.txt:1"


@in_inputs
def seed_unlisted(root: Path) -> str:
    (root / "seeds" / "pier.txt").write_text("The tug is late.\n", encoding="utf-8")
    return "seeds/pier.txt"


@in_inputs
def seed_empty(root: Path) -> str:
    return third(root, "Advertisement\n")


@in_inputs
def date_disagrees(root: Path) -> str:
    replace(root / SOURCES, "2018-03-03", "2018-03-04")
    return "seeds/ferry.txt:1"


@breaks()
def near_duplicate(root: Path) -> str:
    path = twin(root, same_fold=True)
    build(root)
    return path


@in_inputs
def fold_leak(root: Path) -> str:
    return twin(root, same_fold=False)


# -- files of annotations


@in_inputs
def line_malformed(root: Path) -> str:
    path = layers_of(root, "ferry")[0]
    return f"annotations/gold/ferry.jsonl:{append(path, '{')}"


@in_inputs
def annotation_malformed(root: Path) -> str:
    path = layers_of(root, "ferry")[0]
    return f"annotations/gold/ferry.jsonl:{append(path, json.dumps({'layer': 'entity', 'id': 'e4'}))}"


@in_inputs
def canonical_form(root: Path) -> str:
    path = layers_of(root, "ferry")[0]
    line = replace(path, '"id": "v1", ', '"id":  "v1", ')
    return f"annotations/gold/ferry.jsonl:{line}"


@in_inputs
def document_unknown(root: Path) -> str:
    (root / "annotations" / "gold" / "pier.jsonl").touch()
    return "annotations/gold/pier.jsonl"


@in_inputs
def annotator_undescribed(root: Path) -> str:
    (root / "annotations" / "annotators" / "cy").mkdir()
    return "annotations/annotators/cy"


@breaks("not-compared", "annotator-undescribed")
def annotators_malformed(root: Path) -> str:
    line = replace(root / "annotations" / "annotators.jsonl", '"kind": "human"', '"kind": "parrot"', nth=2)
    return f"annotations/annotators.jsonl:{line}"


@in_inputs
def layer_undeclared(root: Path) -> str:
    """The second annotator is said not to annotate verifiability, but does."""
    replace(root / "annotations" / "annotators.jsonl", '"claim", "verifiable", "stance"', '"claim", "stance"', nth=2)
    path = root / "annotations" / "annotators" / "bo" / "ferry.jsonl"
    lines = path.read_bytes().decode().splitlines()
    return f"annotations/annotators/bo/ferry.jsonl:{next(i for i, x in enumerate(lines, 1) if 'verifiable' in x)}"


@in_inputs
def gazetteer_malformed(root: Path) -> str:
    """A date has no link, so it is no name to know."""
    line = '{"name": "Monday", "label": "DATE", "entity": "monday", "count": 1, "source": "gold"}'
    return f"annotations/gazetteer.jsonl:{append(root / 'annotations' / 'gazetteer.jsonl', line)}"


def suggest_gold(root: Path, doc: str) -> Path:
    """Write gold as if a pipeline had suggested it, and give the path."""
    gold, folder = layers_of(root, doc)[0], root / "annotations" / "suggested"
    (folder / "scores").mkdir(parents=True)
    (folder / gold.name).write_bytes(gold.read_bytes())
    scores = [{"id": value["id"], "score": 80, "source": "shape"} for _, value in jsonl.read(gold)]
    (folder / "scores" / gold.name).write_bytes(jsonl.encode(scores))
    return folder / gold.name


@in_inputs
def suggestions_malformed(root: Path) -> str:
    """One has no score."""
    path = suggest_gold(root, "ferry")
    scores = path.parent / "scores" / path.name
    lines = scores.read_bytes().splitlines(keepends=True)
    scores.write_bytes(b"".join(lines[:-1]))
    return f"annotations/suggested/scores/ferry.jsonl:{len(lines)}"


@breaks()
def suggestions_stale(root: Path) -> str:
    """The last suggestion is of words that are cleaned away now."""
    path = suggest_gold(root, "ferry")
    values = [value for _, value in jsonl.read(path)]
    removed = span("ferry", "date 2018-03-03")
    values = [entity("ferry", "date 2018-03-03", "DATE", None), *values]
    assert removed["start"] < values[1]["start"]
    path.write_bytes(dump([parse(value) for value in values]))
    scores = [{"id": value["id"], "score": 80, "source": "shape"} for value in values]
    (path.parent / "scores" / path.name).write_bytes(jsonl.encode(scores))
    return "annotations/suggested/ferry.jsonl:1"


# -- spans


@in_inputs
def id_duplicate(root: Path) -> str:
    line = replace(layers_of(root, "ferry")[0], '"id": "e2"', '"id": "e1"')
    return f"annotations/gold/ferry.jsonl:{line}"


@in_inputs
def id_form(root: Path) -> str:
    line = replace(layers_of(root, "ferry")[0], '"id": "e2"', '"id": "E2"')
    return f"annotations/gold/ferry.jsonl:{line}"


@in_inputs
def span_outside(root: Path) -> str:
    return change(root, "ferry", "entity", "2019", start("ferry", "2019"), end=len(FERRY) + 1)


@in_inputs
def text_differs(root: Path) -> str:
    return change(root, "ferry", "entity", "2019", start("ferry", "2019"), text="2020")


@in_inputs
def span_removed(root: Path) -> str:
    return new(root, "ferry", entity("ferry", "Reuters", "ORG", "reuters"))


@in_inputs
def span_edge(root: Path) -> str:
    return change(root, "ferry", "entity", "2019", start("ferry", "2019"), **span("ferry", " 2019"))


@in_inputs
def span_crosses_sentence(root: Path) -> str:
    return change(
        root, "harbour", "entity", "Norvik", start("harbour", "Norvik"), **span("harbour", "Norvik was safe. 😀")
    )


@in_inputs
def span_crosses_block(root: Path) -> str:
    other = [span("harbour", "The inquiry")]
    return change(root, "harbour", "claim", "added", start("harbour", "added"), content=other)


@in_inputs
def label_unknown(root: Path) -> str:
    return change(root, "ferry", "entity", "2019", start("ferry", "2019"), label="YEAR")


# -- entities


@in_inputs
def entity_overlap(root: Path) -> str:
    new(root, "harbour", entity("harbour", "40", "NUM", None))
    # Of two that overlap, the one that starts first is taken for right, and of two of one start the shorter.
    return place(root, "harbour", "entity", "40 million crowns")


@in_inputs
def link_missing(root: Path) -> str:
    return change(root, "harbour", "entity", "Norvik", start("harbour", "Norvik"), entity=None)


@in_inputs
def link_form(root: Path) -> str:
    return change(root, "harbour", "entity", "Norvik", start("harbour", "Norvik"), entity="Norvik")


@in_inputs
def link_two_labels(root: Path) -> str:
    return change(root, "harbour", "entity", "Norvik", start("harbour", "Norvik"), entity="norvik-line")


@breaks()
def link_split(root: Path) -> str:
    """The last Lindqvist becomes another one, and with two mentions the author is no longer asked about the first."""
    other, at = "harbour:lindqvist", start("harbour", "Lindqvist", 3)
    mention = {**span("harbour", "Lindqvist", 3), "entity": other}
    change(root, "harbour", "claim", "blamed", start("harbour", "blamed"), holder=mention)
    change(root, "harbour", "stance", "Norvik Line", start("harbour", "Norvik Line", 3), holder=mention)
    change(root, "harbour", "stance", "Lindqvist", at, entity=other)
    drop(root, "harbour", "stance", "Ada Lindqvist", start("harbour", "Ada Lindqvist"))
    where = change(root, "harbour", "entity", "Lindqvist", at, entity=other)
    build(root)
    return where


# -- claims


@in_inputs
def cue_form(root: Path) -> str:
    return change(root, "ferry", "claim", "announced", start("ferry", "announced"), lemma="announces")


@breaks("not-compared", "gold-unfounded")
def cue_duplicate(root: Path) -> str:
    def twice(values: Values) -> Values:
        return [*values, *({**value, "id": "c90"} for value in values if value["text"] == "announced")]

    everywhere(root, "ferry", twice)
    return place(root, "ferry", "claim", "announced")


@in_inputs
def cue_in_heading(root: Path) -> str:
    heading, body = "Pilot denies delay", "The tug is late."
    text = f"{heading}\n\n{body}\n"
    third(root, text)
    cue, said = anchor(text, "denies"), anchor(text, "delay")
    annotations = [
        Claim("c1", cue.start, cue.end, cue.text, "deny", None, (said,), "fact", "denies"),
        *(Verifiable(f"v{n}", a.start, a.end, a.text, "no") for n, a in enumerate((anchor(text, heading), anchor(text, body)), 1)),
    ]  # fmt: skip
    (root / "annotations" / "gold" / "pier.jsonl").write_bytes(dump(annotations))
    return place(root, "pier", "claim", "denies")


@in_inputs
def claim_nested(root: Path) -> str:
    more = [span("harbour", "setting the fire"), span("harbour", "Lindqvist blamed Norvik Line for the delay")]
    change(root, "harbour", "claim", "denied", start("harbour", "denied"), content=more)
    return place(root, "harbour", "claim", "blamed")


@in_inputs
def content_missing(root: Path) -> str:
    return change(root, "harbour", "claim", "denied", start("harbour", "denied"), content=[])


@in_inputs
def holder_crosses_entity(root: Path) -> str:
    part = {**span("harbour", "Ada"), "entity": "ada-lindqvist"}
    return change(root, "harbour", "claim", "said", start("harbour", "said"), holder=part)


@in_inputs
def holder_link(root: Path) -> str:
    other = {**span("ferry", "Norvik Line"), "entity": "norvik"}
    return change(root, "ferry", "claim", "announced", start("ferry", "announced"), holder=other)


@in_inputs
def holder_unknown(root: Path) -> str:
    text = "The tug is late, the pilot said.\n"
    third(root, text)
    cue, holder, said, whole = (anchor(text, part) for part in ("said", "the pilot", "The tug is late", text.strip()))
    mention = Mention(holder.start, holder.end, holder.text, "tug-pilot")
    annotations = [
        Verifiable("v1", whole.start, whole.end, whole.text, "yes"),
        Claim("c1", cue.start, cue.end, cue.text, "say", mention, (said,), "fact", "asserts"),
    ]
    (root / "annotations" / "gold" / "pier.jsonl").write_bytes(dump(annotations))
    return place(root, "pier", "claim", "said")


# -- verifiability


@in_inputs
def verifiable_not_sentence(root: Path) -> str:
    return new(root, "ferry", {"layer": "verifiable", "id": "v90", **span("ferry", "a new ferry"), "label": "no"})


@in_inputs
def verifiable_missing(root: Path) -> str:
    drop(root, "harbour", "verifiable", "The inquiry goes on.", start("harbour", "The inquiry"))
    return "annotations/gold/harbour.jsonl"


# -- stance


def praise(root: Path, **changes: Any) -> str:
    """Change the stance of `She praised Norvik Line`, and give its place."""

    def edit(values: Values) -> Values:
        (only,) = [value for value in values if value["id"] == "s2"]
        only.update(changes)
        return values

    everywhere(root, "harbour", edit)
    (number,) = [number for number, value in jsonl.read(layers_of(root, "harbour")[0]) if value["id"] == "s2"]
    return f"annotations/gold/harbour.jsonl:{number}"


@in_inputs
def stance_target(root: Path) -> str:
    return praise(root, entity="norvik")


@in_inputs
def stance_holder(root: Path) -> str:
    return praise(root, holder={**span("harbour", "She"), "entity": "norvik-line"})


@breaks("not-compared", "gold-unfounded")
def stance_duplicate(root: Path) -> str:
    def twice(values: Values) -> Values:
        return [*values, *({**v, "id": "s90"} for v in values if v["layer"] == "stance" and v["text"] == "Lindqvist")]

    everywhere(root, "harbour", twice)
    return place(root, "harbour", "stance", "Lindqvist")


@in_inputs
def stance_missing(root: Path) -> str:
    drop(root, "harbour", "stance", "Lindqvist", start("harbour", "Lindqvist", 3))
    return "annotations/gold/harbour.jsonl"


@in_inputs
def stance_unlisted(root: Path) -> str:
    return praise(root, label="none")


@in_inputs
def evidence(root: Path) -> str:
    return praise(root, evidence=[span("harbour", "😀 She praised Norvik Line.")])


# -- adjudication


@in_inputs
def decision_malformed(root: Path) -> str:
    line = append(root / DECISIONS, '{"doc": "harbour"}')
    return f"{DECISIONS}:{line}"


@in_inputs
def decision_stale(root: Path) -> str:
    # The decision says that the first annotator took the day for a number.
    line = replace(root / DECISIONS, '"label": "DATE"', '"label": "NUM"')
    return f"{DECISIONS}:{line}"


@in_inputs
def undecided(root: Path) -> str:
    (root / DECISIONS).unlink()
    return "annotations/gold/harbour.jsonl"


@in_inputs
def gold_unfounded(root: Path) -> str:
    line = replace(layers_of(root, "ferry")[0], '"type": "plan"', '"type": "fact"')
    return f"annotations/gold/ferry.jsonl:{line}"


# -- the derived dataset


@breaks()
def corpus_missing(root: Path) -> str:
    for path in sorted((root / "corpus").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    (root / "corpus").rmdir()
    return "corpus"


@in_corpus
def checksum(root: Path) -> str:
    sums = root / "corpus" / "SHA256SUMS"
    lines = sums.read_text(encoding="utf-8").splitlines(keepends=True)
    (own,) = [line for line in lines if "LICENSE.md" in line]
    replace(sums, own, f"{'0' * 64}  LICENSE.md\n")
    return "corpus/LICENSE.md"


def card(root: Path, old: str, new: str, nth: int = 1, line: int = 0) -> str:
    """Change the card, renew the checksums, and give the place."""
    replace(root / CARD, old, new, nth)
    seal(root)
    return f"{CARD}:{line}" if line else CARD


@in_corpus
def card_malformed(root: Path) -> str:
    return card(root, "---\n", "", line=1)


@in_corpus
def card_value(root: Path) -> str:
    return card(root, "- expert-generated\n", "- experts\n")


@in_corpus
def version_stale(root: Path) -> str:
    return card(root, "version: 0.1.0", "version: 0.0.9")


@in_corpus
def features_differ(root: Path) -> str:
    return card(root, "name: index\n    dtype: int32", "name: index\n    dtype: int64")


@in_corpus
def row_count(root: Path) -> str:
    return card(root, "num_examples: 6", "num_examples: 7")


@in_corpus
def digest_stale(root: Path) -> str:
    return card(root, "description: content ", "description: content 0")


@in_corpus
def rows_differ(root: Path) -> str:
    line = replace(root / "corpus" / "jsonl" / "stance.jsonl", '"favor"', '"against"')
    seal(root)
    return f"corpus/jsonl/stance.jsonl:{line}"


@in_corpus
def row_malformed(root: Path) -> str:
    def edit(rows: Values) -> None:
        rows[0]["polarity"] = 9  # of two labels

    rewrite(root, "claims", edit, lines=False)
    return "corpus/data/claims/train.parquet"


def row(root: Path, config: str, **changes: Any) -> str:
    """Change columns of the second row of a config, and give its place."""

    def edit(rows: Values) -> None:
        rows[1].update(changes)

    rewrite(root, config, edit)
    return f"corpus/data/{config}/train.parquet:2"


def first(root: Path, config: str) -> dict[str, Any]:
    return next(jsonl.read(root / "corpus" / "jsonl" / f"{config}.jsonl"))[1]


@in_corpus
def row_duplicate(root: Path) -> str:
    key = KEYS["stance"]
    return row(root, "stance", **{key: first(root, "stance")[key]})


@in_corpus
def row_offset(root: Path) -> str:
    def edit(rows: Values) -> None:
        rows[1]["cue"]["start"] += 1

    rewrite(root, "claims", edit)
    return "corpus/data/claims/train.parquet:2"


@in_corpus
def row_dangling(root: Path) -> str:
    return row(root, "stance", sentence_id="harbour:1")


@in_corpus
def lineage_broken(root: Path) -> str:
    def edit(rows: Values) -> None:
        rows[1]["removed"].pop()

    rewrite(root, "documents", edit)
    return "corpus/data/documents/train.parquet:2"


@in_corpus
def fold_split(root: Path) -> str:
    return row(root, "claims", fold=(first(root, "claims")["fold"] + 1) % FOLDS)


@in_corpus
def croissant(root: Path) -> str:
    path = root / "corpus" / "croissant.json"
    replace(path, sha256((root / "corpus" / "data" / "claims" / "train.parquet").read_bytes()), "0" * 64)
    seal(root)
    return "corpus/croissant.json"


@breaks()
def not_rebuilt(root: Path) -> str:
    line = append(root / "corpus" / "LICENSE.md", "All of it is mine.")
    seal(root)
    return f"corpus/LICENSE.md:{line}"


@breaks("document-unknown")
def not_compared(root: Path) -> str:
    (root / "annotations" / "gold" / "pier.jsonl").touch()
    return "corpus"


# -- documents


@breaks()
def datasheet(root: Path) -> str:
    replace(root / "DATASHEET.md", "Invented.", "TBD")
    return "DATASHEET.md"


@breaks()
def figures_stale(root: Path) -> str:
    return f"README.md:{replace(root / 'README.md', '| `claims` | 6 |', '| `claims` | 7 |')}"


@breaks()
def changelog(root: Path) -> str:
    replace(root / "CHANGELOG.md", "[0.1.0] - 2018-03-03", "[Unreleased]")
    build(root)  # the date of the release is in croissant.json
    return "CHANGELOG.md"
