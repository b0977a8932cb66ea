"""How well cleaning tells a text from what stands around it, on texts of sites that the line model was not trained on.

    .venv/bin/python benchmarks/cleaning_quality.py ../shared/bench/boilerplate
    .venv/bin/python benchmarks/cleaning_quality.py ../shared/bench/boilerplate --json

The sites are dealt into folds; for each fold the model is trained, and its threshold chosen, on the others. Words are
compared as bags, text by text against the page's main text, and averaged over texts; lines are counted together.
Lines whose label is doubtful count nowhere. Takes some minutes: it trains once for each fold.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sayso.cleaning import clean_batch
from sayso.line_model import LineModel, from_json
from sayso.recipe import PROFILES, Profile
from sayso.rules import MODEL, WHITESPACE
from timing import Row, show, versions
from train_line_model import Text, fold, read, train

WORD = re.compile(r"\w+")
WITHOUT_BLANKS = "page, blank lines left out"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A text, its main text, and the rule that took each of its lines, or None."""

    text: Text
    gold: str
    rules: tuple[str | None, ...]


def _rules_of(text: Text, removed: Iterable[tuple[int, int, str]]) -> tuple[str | None, ...]:
    by_start = {start: rule for start, _, rule in removed if rule != WHITESPACE}
    rules = []
    start = 0
    for line, blanks in zip(text.lines, text.blanks, strict=True):
        rules.append(by_start.get(start + blanks))
        start += blanks + len(line) + 1
    return tuple(rules)


def _word_scores(outcome: Outcome, model: bool, rules: bool) -> tuple[float, float, float]:
    kept: Counter[str] = Counter()
    for line, rule, sure in zip(outcome.text.lines, outcome.rules, outcome.text.sure, strict=True):
        if sure and (rule is None or not (model if rule == MODEL else rules)):
            kept.update(WORD.findall(line.lower()))
    gold = Counter(WORD.findall(outcome.gold.lower()))
    common = (kept & gold).total()
    precision = common / kept.total() if kept else 0.0
    recall = common / gold.total() if gold else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if common else 0.0


def score(name: str, outcomes: Sequence[Outcome], model: bool = True, rules: bool = True) -> Row:
    """One row: words averaged over texts, lines counted together."""
    words = [_word_scores(outcome, model, rules) for outcome in outcomes]
    lines: Counter[tuple[bool, bool]] = Counter()
    for outcome in outcomes:
        for rule, boilerplate, sure in zip(outcome.rules, outcome.text.boilerplate, outcome.text.sure, strict=True):
            if sure:
                lines[rule is not None and (model if rule == MODEL else rules), boilerplate] += 1
    kept, removed = lines[False, False], lines[True, True]
    recall = kept / max(1, kept + lines[True, False])
    precision = kept / max(1, kept + lines[False, True])
    wrong = lines[True, False]
    return {
        "cleaning": name,
        "texts": len(outcomes),
        "word P": round(sum(w[0] for w in words) / len(words), 4),
        "word R": round(sum(w[1] for w in words) / len(words), 4),
        "word F1": round(sum(w[2] for w in words) / len(words), 4),
        "line F1": round(2 * precision * recall / (precision + recall), 4),
        "b-prec": round(removed / (removed + wrong), 4) if removed + wrong else "",
        "b-removed": round(removed / max(1, removed + lines[False, True]), 4),
        "c-rec": round(recall, 4),
    }


def _precisions(profile: Profile, outcomes: Sequence[Outcome]) -> list[Row]:
    taken: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for outcome in outcomes:
        for rule, boilerplate, sure in zip(outcome.rules, outcome.text.boilerplate, outcome.text.sure, strict=True):
            if rule is not None and sure:
                taken[rule] += 1
                right[rule] += boilerplate
    return [
        {"rule": rule, "profile": profile, "lines": taken[rule], "precision": round(right[rule] / taken[rule], 4)}
        for rule in sorted(taken)
    ]


def read_gold(folder: Path) -> dict[str, str]:
    """The main text of every page."""
    with gzip.open(folder / "dev_gold.jsonl.gz", "rt", encoding="utf-8") as file:
        return {row["id"]: row["gold"] for row in map(json.loads, file)}


def cleaned(
    texts: Sequence[Text], gold: Mapping[str, str], profile: Profile, model: LineModel | None = None
) -> list[Outcome]:
    """Every text, cleaned with a model, or with the one of the package."""
    cleanings = clean_batch([text.whole() for text in texts], profile, model)
    return [
        Outcome(text, gold[text.page], _rules_of(text, cleaning.removed))
        for text, cleaning in zip(texts, cleanings, strict=True)
    ]


def outcomes(texts: Mapping[Profile, Sequence[Text]], gold: Mapping[str, str], folds: int) -> dict[str, list[Outcome]]:
    """Every text, cleaned with a model of other sites; pages also without their blank lines."""
    found: dict[str, list[Outcome]] = {profile: [] for profile in (*PROFILES, WITHOUT_BLANKS)}
    for part in range(folds):
        model = train({p: [text for text in texts[p] if fold(text.site, folds) != part] for p in PROFILES})
        for profile in PROFILES:
            out = [text for text in texts[profile] if fold(text.site, folds) == part]
            found[profile] += cleaned(out, gold, profile, from_json(model, profile))
            if profile == "page":
                bare = [text.without_blanks() for text in out]
                found[WITHOUT_BLANKS] += cleaned(bare, gold, profile, from_json(model, profile))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure cleaning on labelled lines, out of fold by site.")
    parser.add_argument("folder", type=Path, help="where dev.jsonl.gz, dev_article.jsonl.gz and dev_gold.jsonl.gz are")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    texts = {profile: read(given.folder, profile) for profile in PROFILES}
    found = outcomes(texts, read_gold(given.folder), given.folds)
    rows: list[Row] = []
    for profile in PROFILES:
        views = sorted({outcome.text.view for outcome in found[profile]})
        for view in [None, *views] if len(views) > 1 else [None]:
            some = [outcome for outcome in found[profile] if view in (None, outcome.text.view)]
            name = profile if view is None else f"{profile}, {view}"
            rows.append(score(f"{name}: keep all", some, model=False, rules=False))
            rows.append(score(f"{name}: rules", some, model=False))
            rows.append(score(f"{name}: rules and model", some))
    rows.append(score(f"{WITHOUT_BLANKS}: rules and model", found[WITHOUT_BLANKS]))
    facts: Row = {"folds": given.folds, **versions("numpy", "scikit-learn")}
    precisions = [row for profile in PROFILES for row in _precisions(profile, found[profile])]
    if given.json:
        print(
            json.dumps({"benchmark": "cleaning quality", "facts": facts, "rows": rows, "rules": precisions}, indent=2)
        )
        return
    show("Cleaning, out of fold by site", facts, rows, as_json=False)
    show("Share of boilerplate in what each rule takes", facts, precisions, as_json=False)


if __name__ == "__main__":
    main()
