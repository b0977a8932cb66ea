"""The dataset card: YAML that `load_dataset` obeys, and what a reader must know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from datasets import Features

from sayso.features import COLUMNS
from sayso.figures import Figures, tables
from sayso.project import Project
from sayso.seeds import Source

# The same loader in C, where PyYAML was built with it: the card's header is long.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

__all__ = ["DEFAULT", "LICENSE", "ConfigFile", "card", "split_card"]

DEFAULT = "claims"

MOST_NAMED = 20
"""Seeds of one extractor that the card names."""

DESCRIPTIONS = {
    "documents": "one row per document: its clean text, its blocks, and everything that was removed and why",
    "sentences": "one row per sentence, with its place in document and seed and whether it is verifiable",
    "entities": "one row per sentence of an annotated document, with its entity spans and their links",
    "tokens": "the same sentences as tokens with BIO tags",
    "claims": "one row per attributed claim: cue, holder, content, type, polarity",
    "stance": "one row per (holder, target) pair in a sentence, and the author's stance per document",
}

LICENSE = """# Rights

**Texts** (every `text`, `tokens`, `title` and `removed` in this dataset): they belong to their publishers and authors.
No licence to them is known and none is given here. Whether you may use them depends on your purpose and your country.
Rights holders can have a text removed.

**Annotations** (labels, offsets, links, guidelines): Creative Commons Attribution 4.0 International,
https://creativecommons.org/licenses/by/4.0/
"""


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """What the card says of one Parquet file.

    Attributes:
        path: relative to the dataset's folder.
        sha256: of the file.
        size: in bytes.
        memory: in bytes, as Arrow.
    """

    config: str
    path: str
    sha256: str
    size: int
    memory: int
    rows: int

    @property
    def digest(self) -> str:
        """What enters the cache key of `datasets`, so that a changed file is never served stale."""
        return f"content {self.sha256[:16]}"


def _size_category(rows: int) -> str:
    for limit, name in (
        (1_000, "n<1K"),
        (10_000, "1K<n<10K"),
        (100_000, "10K<n<100K"),
        (1_000_000, "100K<n<1M"),
    ):
        if rows < limit:
            return name
    return "1M<n<10M"


def _metadata(
    project: Project, figures: Figures, files: Sequence[ConfigFile], kinds: Mapping[str, Features]
) -> dict[str, Any]:
    return {
        "language": ["en"],
        "license": "other",
        "license_name": "texts-of-their-publishers-annotations-cc-by-4.0",
        "license_link": "LICENSE.md",
        "pretty_name": project.title,
        "annotations_creators": [figures.annotations_creators],
        "language_creators": ["found"],
        "multilinguality": ["monolingual"],
        "size_categories": [_size_category(max(file.rows for file in files))],
        "source_datasets": ["original"],
        "task_categories": ["token-classification", "text-classification"],
        "task_ids": [
            "named-entity-recognition",
            "multi-class-classification",
            "multi-input-text-classification",
        ],
        "tags": [
            "news",
            "attribution",
            "claim-detection",
            "stance-detection",
            "entity-linking",
            "stand-off-annotation",
        ],
        "configs": [
            {
                "config_name": file.config,
                **({"default": True} if file.config == DEFAULT else {}),
                "version": project.version,
                "description": file.digest,
                "data_files": [{"split": "train", "path": file.path}],
            }
            for file in files
        ],
        "dataset_info": [
            {
                "config_name": file.config,
                "features": kinds[file.config]._to_yaml_list(),
                "splits": [{"name": "train", "num_bytes": file.memory, "num_examples": file.rows}],
                "download_size": file.size,
                "dataset_size": file.memory,
            }
            for file in files
        ],
    }


def _extraction(sources: Sequence[Source]) -> str:
    """Which seeds are no texts as they were given, but what an extractor made of a page."""
    made: dict[str, list[str]] = {}
    for source in sources:
        if source.extractor is not None:
            made.setdefault(source.extractor, []).append(source.id)
    if not made:
        return ""
    lines = []
    for extractor, ids in sorted(made.items()):
        more = f" and {len(ids) - MOST_NAMED} more" if len(ids) > MOST_NAMED else ""
        lines.append(f"- {extractor}: {', '.join(f'`{id}`' for id in sorted(ids)[:MOST_NAMED])}{more}\n")
    return (
        "### What was extracted\n\nThese seeds are the main texts of HTML pages; all other seeds are texts as they were"
        f" given. By extractor and version:\n\n{''.join(lines)}\n"
    )


def card(
    project: Project,
    figures: Figures,
    files: Sequence[ConfigFile],
    kinds: Mapping[str, Features],
    sources: Sequence[Source],
) -> str:
    """The whole `README.md` of the dataset's folder."""
    header = yaml.safe_dump(_metadata(project, figures, files, kinds), sort_keys=False, allow_unicode=True, width=10**6)
    known = tables(figures, project.scheme)
    columns = "\n\n".join(
        f"### {config}\n\n{DESCRIPTIONS[config][0].upper()}{DESCRIPTIONS[config][1:]}.\n\n"
        + "\n".join(f"- `{name}`: {what}" for name, what in COLUMNS[config].items())
        for config in COLUMNS
    )
    machine = (
        "**No human has annotated this version.** The annotators are language models; two passes of one model agree"
        " more than two people would, so the agreement below is an upper bound and no proof of quality.\n\n"
        if figures.annotations_creators == "machine-generated"
        else ""
    )
    key = project.name.replace("-", "_")
    bibtex = f"@misc{{{key},\n  title = {{{project.title}}},\n  note = {{Version {project.version}}}\n}}"
    return f"""---
{header}---

# {project.title}

English news texts that say who says what, and where they stand: named entities with links across documents, attributed
claims with cue, holder and content, verifiability, and stance. Every annotation is anchored to an immutable seed text
by code points, and every character that was removed names the rule that removed it.

Version {project.version}. Generated by `sayso build`: do not edit.

## Usage

```python
from datasets import load_dataset

claims = load_dataset("./corpus", "{DEFAULT}", split="train")
for claim in claims:
    holder = claim["holder"]["text"] if claim["holder"] else "(nobody)"
    print(holder, "|", claim["cue"]["text"], "|", " … ".join(part["text"] for part in claim["content"]))
```

Configs: {", ".join(f"`{file.config}`" for file in files)}. There is one split, `train`; use `fold`, which is the same
for all rows of a document, for cross-validation.

## Rows

{known["rows"]}

## Columns

Offsets are Unicode code points, end exclusive; `start` and `end` count in the row's own text unless said otherwise,
`seed_start` and `seed_end` in the seed.

{columns}

## Statistics

{known["summary"]}

{known["labels"]}

{_extraction(sources)}### What was removed

{known["removed"]}

### Folds

{known["folds"]}

## Annotators and agreement

{known["annotators"]}

{machine}{known["agreement"]}

F1 compares the spans of two annotators; alpha is Krippendorff's, nominal. Entity links are compared by the pairs of
mentions that they join, whatever they are called.

## Limits

- The labels say what a text states, not what is true. Nothing here is a fact check.
- With {figures.annotated} annotated documents no result on this data generalises, and models trained on it alone do not
  either. The scores above have no useful confidence interval.
- Removal rules are written for English news and blog texts; what they took stands in `documents`, with its rule.
- Every line of a seed is a block. Hard-wrapped texts would be cut at their line ends.
- The documents name real people and report allegations about them. Do not use the data to judge them.

## Rights

See [LICENSE.md](LICENSE.md): the texts are their publishers' and authors', and no licence to them is known; the
annotations are CC BY 4.0.

## Citation

```bibtex
{bibtex}
```
"""


def split_card(text: str) -> tuple[dict[str, Any], str]:
    """The YAML header and the body of a card.

    Raises:
        ValueError: there is no header, or it is no YAML mapping.
    """
    parts = text.split("---\n", 2)
    if len(parts) != 3 or parts[0]:
        raise ValueError("the card does not start with a YAML header between two lines of '---'")
    try:
        header = yaml.load(parts[1], Loader=_LOADER)  # noqa: S506 - a safe loader, in C
    except yaml.YAMLError as error:
        raise ValueError(f"the card's header is no YAML: {error}") from error
    if not isinstance(header, dict):
        raise ValueError("the card's header is no mapping")  # noqa: TRY004 - one kind of fault for callers
    return header, parts[2]
