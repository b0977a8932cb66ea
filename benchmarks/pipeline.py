"""How fast seeds become documents: clean and segment, against the sentencizer of spaCy on the same texts.

    .venv/bin/python benchmarks/pipeline.py [FOLDER]

The sentencizer splits at full stops and knows no boilerplate, so it does less; it is the usual choice where speed
counts. Both give offsets of every sentence. Each repetition has a fresh pipeline: a tokenizer remembers the words of
texts that it has met, but a build meets each text once.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import spacy
from spacy.language import Language

from sayso import clean, segment, sentences
from synthetic import Press
from timing import Row, best, one_core, show, versions

TARGET = 8.0
"""Times the speed of the peer."""


COPIES = 60
"""Of the project's seeds, so that there is something to measure: spaCy remembers words, so copies favour it."""


def collections(folder: Path | None, documents: int) -> dict[str, list[str]]:
    """The .txt files below a folder; without one the project's seeds, real prose, and invented texts."""
    if folder is not None:
        return {str(folder.name): [path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.txt"))]}
    seeds = [
        path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))
    ]
    return {
        f"the seeds, {COPIES} times": seeds * COPIES,
        f"{documents} invented texts": [made.text for made in Press().documents(documents)],
    }


def peer() -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.max_length = 10**9
    return nlp


def main() -> None:
    parser = argparse.ArgumentParser(description="Clean and segment, against spaCy's sentencizer.")
    parser.add_argument("folder", type=Path, nargs="?", help="of .txt files; seeds and invented texts if not given")
    parser.add_argument("--documents", type=int, default=1000, help="how many invented texts")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    one_core()
    for name, texts in collections(given.folder, given.documents).items():
        if not texts:
            parser.error(f"no .txt file below {given.folder}")
        measure(name, texts, given.repeat, as_json=given.json)


def measure(name: str, texts: list[str], repeat: int, *, as_json: bool) -> None:
    fresh = [peer()]
    kept = [clean(text).kept for text in texts]

    def ours() -> int:
        return sum(len(segment(text).sentences) for text in texts)

    def theirs() -> int:
        return sum(len([(s.start_char, s.end_char) for s in doc.sents]) for doc in fresh[0].pipe(texts))

    def prepare() -> None:
        fresh[0] = peer()

    def cleaning() -> None:
        for text in texts:
            clean(text)

    def boundaries() -> None:
        for text, blocks in zip(texts, kept, strict=True):
            for start, end in blocks:
                for _ in sentences(text, start, end):
                    pass

    runs = {"clean + segment": ours, "clean": cleaning, "sentences": boundaries, "spaCy sentencizer": theirs}
    seconds = best(runs, repeat, prepare)
    size = sum(len(text.encode()) for text in texts) / 1e6
    rows: list[Row] = [
        {"what": what, "CPU s": s, "MB/s": size / s, "times the sentencizer": seconds["spaCy sentencizer"] / s}
        for what, s in seconds.items()
    ]
    facts: Row = {
        "texts": len(texts), "MB": size, "sentences": ours(), "the sentencizer's": theirs(), "target": f"{TARGET:g} x",
        "reached": "yes" if seconds["spaCy sentencizer"] / seconds["clean + segment"] >= TARGET else "no",
        **versions("sayso", "spacy"),
    }  # fmt: skip
    show(f"From texts to sentences: {name}", facts, rows, as_json=as_json)


if __name__ == "__main__":
    main()
