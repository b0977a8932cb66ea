"""Cleaning beside other tools that have the text alone: how well, out of fold by site, and how fast.

    .venv/bin/pip install -r benchmarks/peers.txt
    .venv/bin/python benchmarks/cleaning.py ../shared/bench/boilerplate

Peers that are not installed are named as absent. Quality is measured as `cleaning_quality.py` does it; speed is CPU
time on one core over the page texts, reading excluded, with offsets and reasons for ours.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from cleaning_quality import WITHOUT_BLANKS, Outcome, outcomes, read_gold, score
from sayso.cleaning import clean_columns
from sayso.line_columns import split, tile
from sayso.line_rules import apply_rules
from sayso.recipe import PROFILES, Profile
from sayso.repetition import LineCounter
from timing import Row, best, one_core, show, versions
from train_line_model import Text, read

C4 = "C4 line rules (datatrove)"
Takes = Callable[[Sequence[str]], list[bool]]
"""Which lines of a text a tool removes."""
BATCH = 64


def _short(lines: Sequence[str]) -> list[bool]:
    return [len(line.split()) < 10 for line in lines]


def _c4_rules() -> Callable[[str], str]:
    """The rules of C4 for lines as datatrove has them, without those that drop whole pages."""
    from datatrove.data import Document
    from datatrove.pipeline.filters import C4QualityFilter

    rules = C4QualityFilter(min_num_sentences=-1, filter_lorem_ipsum=False, filter_curly_bracket=False)

    def keep(text: str) -> str:
        document = Document(text=text, id="")
        rules.filter(document)
        return str(document.text)

    return keep


def _c4() -> Takes:
    keep = _c4_rules()

    def takes(lines: Sequence[str]) -> list[bool]:
        # It rewrites citations, but neither the order of lines nor how they begin.
        kept = iter(keep("\n".join(lines)).split("\n"))
        due = next(kept, None)
        removed = []
        for line in lines:
            same = due is not None and bool(due) and line.strip()[:8] == due[:8]
            removed.append(not same)
            if same:
                due = next(kept, None)
        return removed

    return takes


def _justext() -> Takes:
    """The classification of jusText by stop words and length, each line taken for a paragraph."""
    from justext import get_stoplist
    from justext.core import PathInfo, classify_paragraphs, revise_paragraph_classification
    from justext.paragraph import Paragraph

    stop_words = frozenset(word.lower() for word in get_stoplist("English"))

    def takes(lines: Sequence[str]) -> list[bool]:
        paragraphs = []
        for line in lines:
            paragraph = Paragraph(PathInfo())
            paragraph.append_text(line)
            paragraphs.append(paragraph)
        classify_paragraphs(paragraphs, stop_words)
        revise_paragraph_classification(paragraphs)
        return [paragraph.is_boilerplate for paragraph in paragraphs]

    return takes


PEERS: dict[str, tuple[str | None, Callable[[], Takes]]] = {
    "ten words or more": (None, lambda: _short),
    C4: ("datatrove", _c4),
    "jusText on lines": ("justext", _justext),
}


def _ours(profile: Profile, texts: Sequence[str], *, rules_only: bool) -> None:
    """Cleaning in columns, batch by batch, whose outcome is used and forgotten, as in a stream."""
    for start in range(0, len(texts), BATCH):
        batch = texts[start : start + BATCH]
        if rules_only:
            lines = split(batch)
            apply_rules(lines, whole_pages=profile == "page")
            tile(lines)
        else:
            for _ in clean_columns(batch, profile):
                pass


def _recurring(texts: Sequence[Text], hosts: Sequence[str]) -> list[list[bool]]:
    """Which lines recur over the texts of a host or of all."""
    with LineCounter() as counter:
        for text, host in zip(texts, hosts, strict=True):
            counter.add([line.strip() for line in text.lines], host)
        repeated = counter.finish()
    return [
        [count > 0 for count in repeated.counts([line.strip() for line in text.lines], host)]
        for text, host in zip(texts, hosts, strict=True)
    ]


def quality(folder: Path, folds: int, peers: Mapping[str, Takes]) -> list[Row]:
    """Ours, out of fold, beside keeping everything, the peers, and what recurs over the collection."""
    gold = read_gold(folder)
    found = outcomes({profile: read(folder, profile) for profile in PROFILES}, gold, folds)
    rows: list[Row] = []
    for profile in PROFILES:
        own = found[profile]
        rows.append(score(f"{profile}: keep all", own, model=False, rules=False))
        for name, takes in peers.items():
            rows.append(score(f"{profile}: {name}", [_of_peer(outcome, takes) for outcome in own]))
        rows.append(score(f"{profile}: ours, rules alone", own, model=False))
        rows.append(score(f"{profile}: ours", own))
        if profile == "page":
            rows.append(score(f"{WITHOUT_BLANKS}: ours", found[WITHOUT_BLANKS]))
        if profile == "page":
            hits = _recurring([outcome.text for outcome in own], [outcome.text.site for outcome in own])
            with_hits = [
                replace(outcome, rules=tuple(rule or ("repeated-line" if hit else None) for rule, hit in pairs))
                for outcome, marks in zip(own, hits, strict=True)
                for pairs in [list(zip(outcome.rules, marks, strict=True))]
            ]
            alone = [
                replace(outcome, rules=tuple("repeated-line" if hit else None for hit in marks))
                for outcome, marks in zip(own, hits, strict=True)
            ]
            rows.append(score(f"{profile}: lines that recur alone", alone))
            rows.append(score(f"{profile}: ours and lines that recur", with_hits))
    return rows


def _peer(takes: Takes, pages: Sequence[Sequence[str]]) -> None:
    for lines in pages:
        takes(lines)


def _of_peer(outcome: Outcome, takes: Takes) -> Outcome:
    removed = takes(outcome.text.lines)
    return replace(outcome, rules=tuple("peer" if gone else None for gone in removed))


def speed(folder: Path, peers: Mapping[str, Takes], repeat: int) -> list[Row]:
    """MB of page text per CPU second, and how many times that of datatrove's C4 rules."""
    made = read(folder, "page")
    pages, texts = [text.lines for text in made], [text.whole() for text in made]
    size = sum(len(text.encode()) for text in texts) / 1e6
    runs: dict[str, Callable[[], object]] = {name: partial(_peer, takes, pages) for name, takes in peers.items()}
    if C4 in peers:
        keep = _c4_rules()
        runs[C4] = lambda: list(map(keep, texts))
    for profile in PROFILES:
        for rules_only, name in ((True, "rules alone"), (False, "rules and model")):
            runs[f"ours, {profile}: {name}"] = partial(_ours, profile, texts, rules_only=rules_only)
    runs["ours, page: ten times the text"] = partial(_ours, "page", texts * 10, rules_only=False)
    seconds = best(runs, repeat)
    c4 = seconds.get(C4)
    rows: list[Row] = []
    for name, s in seconds.items():
        times = 10 if "ten times" in name else 1
        rate = size * times / s
        rows.append({"cleaning": name, "MB/s": rate, "times C4": rate * c4 / size if c4 else ""})
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description="Cleaning beside its peers: quality out of fold by site, and speed.")
    parser.add_argument("folder", type=Path, help="where dev.jsonl.gz, dev_article.jsonl.gz and dev_gold.jsonl.gz are")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--speed-only", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    peers = {name: make() for name, (module, make) in PEERS.items() if module is None or find_spec(module)}
    absent = [name for name in PEERS if name not in peers]
    facts: Row = {"absent": ", ".join(absent) or "none", "folds": given.folds, **versions("sayso", "numpy")}
    one_core()
    rows = speed(given.folder, peers, given.repeat)
    if not given.speed_only:
        rows = [*quality(given.folder, given.folds, peers), *rows]
    show("Cleaning", facts, rows, as_json=given.json)


if __name__ == "__main__":
    main()
