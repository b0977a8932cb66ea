"""Make `src/sayso/stance_weights.json` from NewsMTSC's training sentences (Hamborg and Donnay 2021, MIT-style licence).

Documents whose id has a CRC-32 that five divides are kept apart: the figures and the certainty of a margin are measured
on them. The rest trains an L2 logistic regression; the features that weigh most are fitted again and rounded to whole
numbers, so that decisions are the same on every machine. Run it as

    PYTHONPATH=src python benchmarks/train_stance.py [--data FILE] [--check]

With --check nothing is written; the exit code is 1 if the committed file is another. The data set's texts go nowhere.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import zlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import spacy

from sayso.stance_features import features, stem

ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared" / "bench" / "stance" / "newsmtsc_train.jsonl.gz"
WEIGHTS = ROOT / "src" / "sayso" / "stance_weights.json"
LABELS = {"negative": "against", "positive": "favor", "neutral": "none"}
NAMES = ("against", "favor", "none")
KEPT = 4000
SCALE = 32
STRENGTH = 0.1
"""Inverse of the penalty, as scikit-learn's C."""


class Example(NamedTuple):
    """One sentence and target.

    Attributes:
        words: of the sentence, as written.
    """

    document: str
    features: Counter[str]
    label: str
    words: tuple[str, ...]


def rows(path: Path) -> list[dict[str, Any]]:
    """The objects of a gzipped file of JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def examples(path: Path) -> list[Example]:
    """The data set as features."""
    nlp, found = spacy.blank("en"), []
    for row in rows(path):
        doc = nlp.make_doc(row["text"])
        span = doc.char_span(row["start"], row["end"], alignment_mode="expand")
        document = "_".join(row["id"].split("_")[:3])
        if span is None:
            raise SystemExit(f"{path}: {row['id']} has no target at {row['start']}-{row['end']}")
        place = (span.start, span.end)
        words = tuple(token.text for token in doc)
        found.append(Example(document, features(words, place), LABELS[row["label"]], words))
    return found


def apart(example: Example) -> bool:
    """Whether its document is kept for measuring."""
    return zlib.crc32(example.document.encode()) % 5 == 0


def matrix(found: Sequence[Counter[str]], names: Sequence[str]) -> Any:
    """Sparse counts: examples x names."""
    from scipy.sparse import csr_matrix

    place = {name: i for i, name in enumerate(names)}
    cells = [(row, place[name], n) for row, counts in enumerate(found) for name, n in counts.items() if name in place]
    row_of, column_of, values = (np.array(side) for side in zip(*cells, strict=True))
    return csr_matrix((values.astype(float), (row_of, column_of)), shape=(len(found), len(names)))


def names_in(train: Sequence[Example]) -> frozenset[str]:
    """The stems of words that are mostly written with a capital, and of handles: names that open a sentence too."""
    capital: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for word in (word for example in train for word in example.words):
        every[stem(word.lower())] += 1
        capital[stem(word.lower())] += not word.islower() and word[0].isalpha()
    return frozenset(word for word, n in every.items() if 2 * capital[word] > n or word[0] in "@#")


def fit(train: Sequence[Example]) -> dict[str, Any]:
    """Features, weights and biases, whole numbers. No feature has a name in it: the model has no opinion of anybody."""
    from sklearn.linear_model import LogisticRegression

    counts = Counter(name for example in train for name in example.features)
    people = names_in(train)
    names = sorted(name for name, n in counts.items() if n > 1 and people.isdisjoint(name.split(" ")[1:]))
    labels = [example.label for example in train]
    found = [example.features for example in train]

    def regression(kept: Sequence[str]) -> Any:
        return LogisticRegression(C=STRENGTH, max_iter=10_000, tol=1e-7).fit(matrix(found, kept), labels)

    weights = regression(names).coef_
    heaviest = np.abs(weights - weights.mean(axis=0)).max(axis=0).round(6)
    kept = sorted(names[i] for i in np.argsort(-heaviest, kind="stable")[:KEPT])
    model = regression(kept)
    assert tuple(model.classes_) == NAMES
    rounded = np.rint(model.coef_ * SCALE).astype(int)
    biases = np.rint(model.intercept_ * SCALE).astype(int).tolist()
    table = {name: rounded[:, i].tolist() for i, name in enumerate(kept) if rounded[:, i].any()}
    return {"labels": NAMES, "bias": biases, "weights": table}


def decide(model: dict[str, Any], found: Counter[str]) -> tuple[str, int]:
    """Label and margin, as `sayso.stance` decides."""
    sums = list(model["bias"])
    for name, n in found.items():
        for i, weight in enumerate(model["weights"].get(name, ())):
            sums[i] += n * weight
    best = max(range(len(sums)), key=lambda i: (sums[i], -i))
    return NAMES[best], sums[best] - max(total for i, total in enumerate(sums) if i != best)


def certainties(model: dict[str, Any], test: Sequence[Example]) -> list[list[int]]:
    """[least margin, per cent right from there to the next] on the documents kept apart, never falling."""
    decided = sorted((margin, label == e.label) for e in test for label, margin in [decide(model, e.features)])
    table: list[list[int]] = []
    size = len(decided) // 8
    for i in range(0, size * 8, size):
        part = decided[i : i + size] if i < size * 7 else decided[i:]
        percent = 100 * sum(right for _, right in part) // len(part)
        least = part[0][0] if table else 0
        table.append([least, max(percent, table[-1][1] if table else 0)])
    return table


def macro(model: dict[str, Any], test: Sequence[Example]) -> float:
    """Macro F1."""
    hits: Counter[str] = Counter()
    given: Counter[str] = Counter()
    for example in test:
        label, _ = decide(model, example.features)
        hits[label] += label == example.label
        given.update((label, example.label))
    return sum(2 * hits[name] / given[name] for name in NAMES) / len(NAMES)


def dump(model: dict[str, Any]) -> bytes:
    """One feature a line."""
    lines = ",\n".join(
        f"  {json.dumps(name, ensure_ascii=False)}: {json.dumps(row, separators=(',', ':'))}"
        for name, row in model["weights"].items()
    )
    head = "".join(f' "{key}": {json.dumps(model[key])},\n' for key in ("trained_on", "labels", "bias", "certainty"))
    return f'{{\n{head} "weights": {{\n{lines}\n }}\n}}\n'.encode()


def main() -> None:
    """Train, measure, write or compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    found = examples(arguments.data)
    test = [example for example in found if apart(example)]
    model = fit([example for example in found if not apart(example)])
    model["certainty"] = certainties(model, test)
    model["trained_on"] = "NewsMTSC train (Hamborg and Donnay 2021), four in five documents"
    data = dump(model)
    print(f"macro F1 {macro(model, test):.4f} on {len(test)} sentences apart, {len(data)} bytes")
    if arguments.check:
        same = WEIGHTS.exists() and WEIGHTS.read_bytes() == data
        print("the committed weights" if same else "not the committed weights")
        sys.exit(0 if same else 1)
    WEIGHTS.write_bytes(data)


if __name__ == "__main__":
    main()
