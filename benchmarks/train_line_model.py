"""Train the line model of `sayso.cleaning` on labelled lines, and write its weights.

    scripts/train ../shared/bench/boilerplate
    scripts/train ../shared/bench/boilerplate --check

The words are weighed first, by a logistic regression of words in short lines. Each text's features are then measured
with the weights that texts of other sites gave, so that the scorecard doesn't trust the words more than it may. The
scorecard is fitted bin by bin by shrunken Newton steps, and rounded to whole points.

The same data and the same versions of numpy and scikit-learn give the same file.
"""

from __future__ import annotations

import argparse
import collections
import gzip
import hashlib
import json
import math
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse
from sklearn.linear_model import LogisticRegression

from sayso.line_features import PHRASE_LINE, Features, measure
from sayso.line_model import POINTS, PROFILES, Profile, from_json, spare
from sayso.line_reading import STOP_WORDS, Vocabulary

__all__ = ["Text", "fold", "read", "train"]

OUT = Path(__file__).parent.parent / "src" / "sayso" / "line_model.json"
FILES: dict[Profile, str] = {"page": "dev.jsonl.gz", "article": "dev_article.jsonl.gz"}
SECOND_LEVEL = {"ac", "co", "com", "edu", "gov", "net", "org"}

WORD = re.compile(r"[^\W_]+")
WORD_SITES = 20
"""A word counts if it stands in short lines of so many sites."""
WORD_POINTS = 16
INNER = 4

BINS = 14
STEP = 0.15
Floats = npt.NDArray[np.float64]
Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Settings:
    """Of one profile.

    Attributes:
        rounds: how often every bin is moved.
        shrinkage: what holds it back, in lines of average doubt.
        pairs: features that add points together.
        keeps: the share of content lines that must stay; the threshold is the lowest at which it does. None: the
            threshold is that at which the F1 of content lines is best.
        strict: as in LineModel.
    """

    rounds: int
    shrinkage: float
    pairs: tuple[tuple[str, str], ...]
    keeps: float | None
    strict: bool


SETTINGS: dict[Profile, Settings] = {
    "page": Settings(
        60,
        1000,
        (
            ("words", "words-within-10"),
            ("words", "words-within-3"),
            ("vocabulary-within-3", "words-within-10"),
            ("lines-since-prose", "lines-to-prose"),
            ("words", "last-character"),
            ("prose-before", "prose-after"),
            ("vocabulary", "words-within-10"),
            ("shared-topics", "words"),
            ("shared-topics-within-3", "words-within-3"),
            ("repeats-within-10", "prose-within-30"),
        ),
        None,
        False,
    ),
    "article": Settings(30, 100, (("prose-before", "prose-after"), ("words", "words-within-3")), 0.984, True),
}


@dataclass(frozen=True, slots=True)
class Text:
    """A labelled text: its lines, which of them are boilerplate, and which of the labels count."""

    id: str
    page: str
    site: str
    view: str
    lines: tuple[str, ...]
    boilerplate: tuple[bool, ...]
    sure: tuple[bool, ...]


def _site(host: str) -> str:
    """The registered domain."""
    parts = host.split(".")
    return ".".join(parts[-3 if len(parts) > 2 and len(parts[-1]) == 2 and parts[-2] in SECOND_LEVEL else -2 :])


def read(folder: Path, profile: Profile) -> list[Text]:
    """The labelled texts of a profile."""
    with gzip.open(folder / FILES[profile], "rt", encoding="utf-8") as file:
        rows = [json.loads(row) for row in file]
    return [
        Text(
            row["id"],
            row.get("page", row["id"]),
            _site(row["site"]),
            row.get("view", "page"),
            tuple(line["text"] for line in row["lines"]),
            tuple(line["label"] == "boilerplate" for line in row["lines"]),
            tuple("ambiguous" not in line for line in row["lines"]),
        )
        for row in rows
    ]


def fold(site: str, folds: int, salt: str = "") -> int:
    """Which of the folds a site is in: the same on every machine."""
    return int.from_bytes(hashlib.sha256((salt + site).encode()).digest()[:8], "big") % folds


def _words(line: str) -> list[str]:
    return [word.lower() for word in WORD.findall(line)] if len(line) <= PHRASE_LINE else []


def weigh_words(texts: Sequence[Text]) -> dict[str, int]:
    """Points of words in short lines for boilerplate, of a logistic regression beside the line's length."""
    sites: dict[str, set[str]] = collections.defaultdict(set)
    rows: list[tuple[set[str], int, bool]] = []
    for text in texts:
        for line, boilerplate, sure in zip(text.lines, text.boilerplate, text.sure, strict=True):
            if sure and len(line) <= PHRASE_LINE:
                words = set(_words(line))
                rows.append((words, len(line) // 12, boilerplate))
                for word in words:
                    sites[word].add(text.site)
    known = sorted(w for w, s in sites.items() if len(s) >= WORD_SITES and not w[0].isdigit() and w not in STOP_WORDS)
    number = {word: i for i, word in enumerate(known)}
    columns: list[int] = []
    ends = [0]
    for words, length, _ in rows:
        columns += sorted(number[word] for word in words if word in number)
        columns.append(len(known) + length)
        ends.append(len(columns))
    shape = len(rows), len(known) + PHRASE_LINE // 12 + 1
    matrix = scipy.sparse.csr_matrix((np.ones(len(columns)), columns, ends), shape)
    fitted = LogisticRegression(C=0.1, tol=1e-6, max_iter=1000).fit(matrix, [row[2] for row in rows])
    points = np.rint(fitted.coef_[0] * WORD_POINTS).astype(int)
    return {word: int(points[i]) for word, i in number.items() if points[i]}


def _measure(texts: Sequence[Text], words: dict[str, int]) -> Features:
    vocabulary = Vocabulary(list(words))
    weights = np.zeros(vocabulary.size + 1, np.int64)
    weights[len(weights) - len(words) :] = list(words.values())
    return measure([line for t in texts for line in t.lines], [len(t.lines) for t in texts], vocabulary, weights)


@dataclass(frozen=True, slots=True)
class Sample:
    """Lines with their features, labels and weights."""

    features: dict[str, npt.NDArray[np.int16]]
    boilerplate: npt.NDArray[np.bool_]
    weights: Floats
    sites: npt.NDArray[np.str_]
    texts: npt.NDArray[np.int64]

    def where(self, chosen: npt.NDArray[np.bool_]) -> Sample:
        return Sample(
            {name: column[chosen] for name, column in self.features.items()},
            self.boilerplate[chosen], self.weights[chosen], self.sites[chosen], self.texts[chosen],
        )  # fmt: skip


def _sample(parts: Sequence[tuple[Sequence[Text], dict[str, int]]]) -> Sample:
    """The lines whose labels count; in a text of many lines each counts less."""
    columns: dict[str, list[Array]] = collections.defaultdict(list)
    labels: list[bool] = []
    weights: list[float] = []
    sites: list[str] = []
    counts: list[int] = []
    for texts, words in parts:
        sure = np.array([sure for text in texts for sure in text.sure], bool)
        for name, column in _measure(texts, words).items():
            columns[name].append(column[sure].astype(np.int16))
        for text in texts:
            labels += [b for b, s in zip(text.boilerplate, text.sure, strict=True) if s]
            weights += [math.sqrt(math.sqrt(100 / max(1, sum(text.sure))))] * sum(text.sure)
            sites += [text.site] * sum(text.sure)
            counts.append(sum(text.sure))
    features = {name: np.concatenate(column) for name, column in columns.items()}
    return Sample(
        features, np.array(labels, bool), np.array(weights), np.array(sites), np.repeat(np.arange(len(counts)), counts)
    )


def _bins(column: Array, most: int) -> list[int]:
    """Where bins begin, so that about as many lines are in each."""
    cuts = np.quantile(column, np.linspace(0, 1, most + 1)[1:-1], method="lower")
    return sorted({int(cut) + 1 for cut in cuts if cut < column.max()})


def _fit(sample: Sample, settings: Settings) -> tuple[float, dict[str, list[int]], dict[tuple[str, ...], Floats]]:
    """Bins of each feature, and the log odds that each bin (of a pair: each row and column) adds."""
    starts = {name: _bins(column, BINS) for name, column in sample.features.items()}
    starts = {name: bins for name, bins in starts.items() if bins}
    bins = {n: np.searchsorted(starts[n], sample.features[n], "right").astype(np.int32) for n in starts}
    terms: dict[tuple[str, ...], Array] = {(name,): bins[name] for name in starts}
    sizes: dict[tuple[str, ...], int] = {(name,): len(starts[name]) + 1 for name in starts}
    for a, b in settings.pairs:
        terms[a, b] = bins[a] * (len(starts[b]) + 1) + bins[b]
        sizes[a, b] = (len(starts[a]) + 1) * (len(starts[b]) + 1)
    points: dict[tuple[str, ...], Floats] = {term: np.zeros(size) for term, size in sizes.items()}
    share = float(np.average(sample.boilerplate, weights=sample.weights))
    bias = math.log(share / (1 - share))
    odds = np.full(len(sample.boilerplate), bias)
    for _ in range(settings.rounds):
        for term, at in terms.items():
            chance = 1 / (1 + np.exp(-odds))
            slope = np.bincount(at, sample.weights * (sample.boilerplate - chance), sizes[term])
            curve = np.bincount(at, sample.weights * chance * (1 - chance), sizes[term])
            step = STEP * slope / (curve + settings.shrinkage)
            points[term] += step
            odds += step[at]
    for term, at in terms.items():
        mean = float(np.average(points[term][at], weights=sample.weights))
        points[term] -= mean
        bias += mean
    return bias, starts, points


def _card(sample: Sample, settings: Settings) -> dict[str, Any]:
    bias, starts, points = _fit(sample, settings)
    whole = {term: np.rint(values * POINTS).astype(int) for term, values in points.items()}
    return {
        "bias": round(bias * POINTS),
        "threshold": 0,
        "strict": settings.strict,
        "features": {n: {"from": starts[n], "points": whole[n,].tolist()} for n in starts if whole[n,].any()},
        "pairs": {
            f"{a} & {b}": {
                "from": [starts[a], starts[b]],
                "points": whole[a, b].reshape(len(starts[a]) + 1, len(starts[b]) + 1).tolist(),
            }
            for a, b in settings.pairs
        },
    }


def _points(card: dict[str, Any], sample: Sample) -> Array:
    model = from_json({"words": {}, "percent": [], "profiles": {"page": card}}, "page")
    total = np.full(len(sample.boilerplate), model.bias, np.int64)
    features = {name: column.astype(np.int64) for name, column in sample.features.items()}
    for term in model.terms:
        total += term.of(features)
    return total


def _threshold(sample: Sample, settings: Settings) -> int:
    """The points above which a line is removed, chosen on sites that the scorecard doesn't know."""
    half = np.array([fold(site, 2, "threshold") for site in sample.sites.tolist()])
    points = np.zeros(len(half), np.int64)
    for part in (0, 1):
        points[half == part] = _points(_card(sample.where(half != part), settings), sample.where(half == part))
    lines = np.bincount(sample.texts)
    best = -1.0, 0
    for threshold in range(10 * POINTS, -2 * POINTS, -1):
        taken = points > threshold
        if settings.strict:
            taken = spare(taken, sample.features["prose"] > 0, lines)
        kept = int((~taken & ~sample.boilerplate).sum())
        content = int((~sample.boilerplate).sum())
        if settings.keeps is None:
            best = max(best, (2 * kept / (content + int((~taken).sum())), threshold))
        elif kept >= settings.keeps * content:
            best = 0.0, threshold
        else:
            break
    return best[1]


def train(texts: dict[Profile, Sequence[Text]]) -> dict[str, Any]:
    """The model of both profiles.

    Args:
        texts: labelled texts of each profile.
    """
    everything = [text for profile in PROFILES for text in texts[profile]]
    words_without = [
        weigh_words([text for text in everything if fold(text.site, INNER, "words") != part]) for part in range(INNER)
    ]
    model: dict[str, Any] = {
        "words": weigh_words(everything),
        "percent": [math.ceil(POINTS * math.log(p / (100 - p))) for p in range(1, 100)],
        "profiles": {},
    }
    for profile in PROFILES:
        sample = _sample(
            [
                ([t for t in texts[profile] if fold(t.site, INNER, "words") == part], words_without[part])
                for part in range(INNER)
            ]
        )
        card = _card(sample, SETTINGS[profile])
        card["threshold"] = _threshold(sample, SETTINGS[profile])
        model["profiles"][profile] = card
    return model


def to_json(model: dict[str, Any]) -> str:
    """The file: a list of numbers stays on one line."""
    text = json.dumps(model, ensure_ascii=False, indent=1)
    return (
        re.sub(r"\[\s+(-?\d+(?:,\s+-?\d+)*)\s+\]", lambda m: "[" + re.sub(r"\s+", " ", m.group(1)) + "]", text) + "\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the line model.")
    parser.add_argument("folder", type=Path, help="where dev.jsonl.gz and dev_article.jsonl.gz are")
    parser.add_argument("--check", action="store_true", help="compare with the committed weights, and write nothing")
    given = parser.parse_args()
    text = to_json(train({profile: read(given.folder, profile) for profile in PROFILES}))
    if not given.check:
        OUT.write_text(text, encoding="utf-8", newline="\n")
    elif OUT.read_text(encoding="utf-8") != text:
        sys.exit(f"{OUT.name} is not what this data and this code give: run scripts/train without --check")


if __name__ == "__main__":
    main()
