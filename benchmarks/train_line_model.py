"""Train the line model of `sayso.cleaning` on labelled lines, and write its weights.

    scripts/train ../shared/bench/boilerplate
    scripts/train ../shared/bench/boilerplate --check

The words are weighed first, by a logistic regression of words in short lines. Each text's features are then measured
with the weights that texts of other sites gave, so that the scorecard doesn't trust the words more than it may. Texts
that have blank lines are learnt from with them and without.

The scorecards are fitted by `fit_scorecard`, and rounded to whole points.

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
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse
from sklearn.linear_model import LogisticRegression

from fit_scorecard import Array, Pairs, Sample, Settings, card_of, choose, points_of
from sayso.line_features import OF_BLOCKS, PHRASE_LINE, Features, measure
from sayso.line_model import POINTS, spare
from sayso.line_reading import STOP_WORDS, Vocabulary
from sayso.recipe import PROFILES, Profile

__all__ = ["Text", "fold", "read", "train"]

OUT = Path(__file__).parent.parent / "src" / "sayso" / "line_model.json"
FILES: dict[Profile, str] = {"page": "dev.jsonl.gz", "article": "dev_article.jsonl.gz"}
SECOND_LEVEL = {"ac", "co", "com", "edu", "gov", "net", "org"}

WORD = re.compile(r"[^\W_]+")
WORD_SITES = 20
"""A word counts if it stands in short lines of so many sites."""
WORD_POINTS = 16
INNER = 4

SETTINGS: dict[Profile, Settings] = {
    "page": Settings(True, 150, None, False),
    "article": Settings(False, (("prose-before", "prose-after"), ("words", "words-within-3")), 0.984, True),
}


@dataclass(frozen=True, slots=True)
class Text:
    """A labelled text.

    Attributes:
        blanks: how many blank lines stand before each line.
        boilerplate: which lines are.
        sure: of which lines the label counts.
    """

    id: str
    page: str
    site: str
    view: str
    lines: tuple[str, ...]
    blanks: tuple[int, ...]
    boilerplate: tuple[bool, ...]
    sure: tuple[bool, ...]

    def whole(self) -> str:
        """The text itself, with its blank lines."""
        return "".join("\n" * (n + 1) + line for line, n in zip(self.lines, self.blanks, strict=True))[1:]

    def without_blanks(self) -> Text:
        """The same lines with nothing between them."""
        return replace(self, blanks=(0,) * len(self.lines))


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
            tuple((line.get("gap") or 0) * (i > 0) for i, line in enumerate(row["lines"])),
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
    blanks = np.array([n for t in texts for n in t.blanks], np.int64)
    lines = [line for t in texts for line in t.lines]
    return measure(lines, [len(t.lines) for t in texts], vocabulary, weights, blanks)


def _sample(parts: Sequence[tuple[Sequence[Text], dict[str, int]]]) -> Sample:
    """The lines whose labels count; in a text of many lines each counts less. Texts with blank lines also without."""
    blocks = any(any(text.blanks) for texts, _ in parts for text in texts)
    parts = [
        *parts,
        *(([text.without_blanks() for text in texts if any(text.blanks)], words) for texts, words in parts),
    ]
    columns: dict[str, list[Array]] = collections.defaultdict(list)
    labels: list[bool] = []
    weights: list[float] = []
    sites: list[str] = []
    counts: list[int] = []
    for texts, words in parts:
        if not texts:
            continue
        sure = np.array([sure for text in texts for sure in text.sure], bool)
        for name, column in _measure(texts, words).items():
            if blocks or name not in OF_BLOCKS:  # blocks that are whole texts say nothing of a line
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


def _threshold(sample: Sample, settings: Settings, pairs: Pairs) -> int:
    """The points above which a line is removed, chosen on sites that the scorecard doesn't know."""
    half = np.array([fold(site, 2, "threshold") for site in sample.sites.tolist()])
    points = np.zeros(len(half), np.int64)
    for part in (0, 1):
        points[half == part] = points_of(
            card_of(sample.where(half != part), settings, pairs), sample.where(half == part)
        )
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
    everything = [text for own in texts.values() for text in own]
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
        settings = SETTINGS[profile]
        pairs = choose(sample)[: settings.pairs] if isinstance(settings.pairs, int) else settings.pairs
        card = card_of(sample, settings, pairs)
        card["threshold"] = _threshold(sample, settings, pairs)
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
