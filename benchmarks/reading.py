"""How fast collections are read: JSONL plain and packed, and Parquet, against loops that check nothing; and language.

    .venv/bin/python benchmarks/reading.py [--documents 20000] [--english GOLD.jsonl.gz]

MB are of UTF-8 text, per CPU second. Of a file of English texts, as JSONL with `gold`, it says how often `language`
takes them for another language.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sayso.language import Language, language
from sayso.readers import Raw, read
from synthetic import write_corpus
from timing import Row, best, one_core, show, versions

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TOGETHER = 5
"""Invented articles that make one document: they are short."""


def articles(folder: Path, count: int) -> list[str]:
    """Invented texts of a length as on the web."""
    write_corpus(folder, count)
    texts = [path.read_text(encoding="utf-8") for path in sorted((folder / "seeds").glob("*.txt"))]
    return ["\n".join(texts[i : i + TOGETHER]) for i in range(0, len(texts), TOGETHER)]


def write(folder: Path, texts: list[str]) -> None:
    """The same documents in every format."""
    rows = [{"id": str(number), "text": text, "url": "http://news.example/"} for number, text in enumerate(texts)]
    data = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    (folder / "a.jsonl").write_bytes(data)
    (folder / "a.jsonl.gz").write_bytes(gzip.compress(data, 6))
    (folder / "a.jsonl.zst").write_bytes(zstd.compress(data))
    pq.write_table(pa.Table.from_pylist(rows), folder / "a.parquet", compression="zstd")


def documents(path: Path) -> int:
    """How many our reader gives out."""
    return sum(isinstance(item, Raw) for item in read(path))


def objects(path: Path) -> int:
    """A loop that checks nothing."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rb") as lines:
        return sum(1 for line in lines if json.loads(line)["text"])


def rows(path: Path) -> int:
    """A loop over batches that checks nothing."""
    with pq.ParquetFile(path) as file:
        return sum(len(batch.to_pylist()) for batch in file.iter_batches(1024, use_threads=False))


def called(path: Path) -> Counter[Language]:
    """What `language` says of the texts of a file."""

    def texts() -> Iterator[str]:
        with gzip.open(path) as file:
            for line in file:
                yield json.loads(line)["gold"]

    return Counter(language(text) for text in texts() if text.strip())


def main() -> None:
    parser = argparse.ArgumentParser(description="Reading collections, against loops that check nothing.")
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--english", type=Path, help="English texts: gzipped JSONL with `gold`")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    one_core()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        texts = articles(folder / "corpus", given.documents)
        write(folder, texts)
        plain, packed, parquet = (folder / f"a.{ending}" for ending in ("jsonl", "jsonl.gz", "parquet"))
        runs: dict[str, Callable[[], int]] = {
            "JSONL": lambda: documents(plain),
            "json.loads": lambda: objects(plain),
            "JSONL.gz": lambda: documents(packed),
            "json.loads of gzip.open": lambda: objects(packed),
            "JSONL.zst": lambda: documents(folder / "a.jsonl.zst"),
            "Parquet": lambda: documents(parquet),
            "pyarrow iter_batches": lambda: rows(parquet),
            "language": lambda: len([language(text) for text in texts]),
        }
        if any(run() != len(texts) for run in runs.values()):
            raise SystemExit("a reader lost a document")
        seconds = best(runs, given.repeat)
    size = sum(len(text.encode()) for text in texts) / 1e6
    facts: Row = {"documents": len(texts), "MB": size, **versions("pyarrow")}
    if given.english:
        facts |= {f"taken for {kind}": count for kind, count in sorted(called(given.english).items())}
    table: list[Row] = [{"what": what, "MB/s": size / taken} for what, taken in seconds.items()]
    show("reading", facts, table, as_json=given.json)


if __name__ == "__main__":
    main()
