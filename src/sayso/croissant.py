"""`croissant.json`: the dataset for machines, in Croissant 1.1 with the Responsible AI vocabulary 1.0.

Vocabulary: http://mlcommons.org/croissant/1.1 and http://mlcommons.org/croissant/RAI/1.0.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from datasets import ClassLabel, Features, List

from sayso.card import DESCRIPTIONS, ConfigFile
from sayso.features import COLUMNS
from sayso.figures import Figures
from sayso.project import Project

__all__ = ["KEYS", "croissant"]

KEYS = {
    "documents": "doc_id",
    "sentences": "sentence_id",
    "entities": "sentence_id",
    "tokens": "sentence_id",
    "claims": "claim_id",
    "stance": "stance_id",
}
"""The column that names a row of each config."""

_TYPES = {"string": "sc:Text", "int32": "cr:Int32"}
_PARQUET = "application/x-parquet"
# The JSON-LD context that the specification prescribes.
_PREFIXED = (
    "citeAs column conformsTo equivalentProperty extract field fileProperty fileObject fileSet format includes"
    " isLiveDataset jsonPath key md5 parentField path recordSet references regex repeated replace samplingRate"
    " separator source subField transform isArray arrayShape"
)


def _context() -> dict[str, Any]:
    context: dict[str, Any] = {
        "@language": "en",
        "@vocab": "https://schema.org/",
        "sc": "https://schema.org/",
        "cr": "http://mlcommons.org/croissant/",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "dct": "http://purl.org/dc/terms/",
    }
    context |= {name: f"cr:{name}" for name in _PREFIXED.split()}
    context |= {name: {"@id": f"cr:{name}", "@type": "@json"} for name in ("data", "examples")}
    return context | {"dataType": {"@id": "cr:dataType", "@type": "@vocab"}, "conformsTo": "dct:conformsTo"}


def _field(config: str, path: str, kind: Any, column: str, inner: tuple[str, ...] = ()) -> dict[str, Any]:
    described: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{config}/{path}",
        "name": path.rsplit("/", 1)[-1],
    }
    if not inner:
        described["description"] = COLUMNS[config][column]
    repeated = isinstance(kind, List)
    if repeated:
        kind = kind.feature
    if isinstance(kind, Mapping):
        described["subField"] = [
            _field(config, f"{path}/{name}", sub, column, (*inner, name)) for name, sub in kind.items()
        ]
    else:
        label = isinstance(kind, ClassLabel)
        described["dataType"] = ["cr:Int64", "cr:Label"] if label else _TYPES[kind.dtype]
        if label:
            numbered = ", ".join(f"{i} {name}" for i, name in enumerate(kind.names))
            described["description"] = "; ".join(filter(None, [described.get("description"), numbered]))
        source: dict[str, Any] = {"fileSet": {"@id": f"{config}-files"}, "extract": {"column": column}}
        if inner:
            steps = [{"jsonPath": step} for step in inner]
            source["transform"] = steps[0] if len(steps) == 1 else steps
        described["source"] = source
    if repeated:
        described |= {"isArray": True, "arrayShape": "-1"}
    return described


def _record_set(config: str, kind: Features) -> dict[str, Any]:
    split = {
        "@type": "cr:Field",
        "@id": f"{config}/split",
        "name": "split",
        "description": "the split that the row belongs to",
        "dataType": ["sc:Text", "cr:Split"],
        "source": {
            "fileSet": {"@id": f"{config}-files"},
            "extract": {"fileProperty": "fullpath"},
            "transform": {"regex": rf"data/{config}/(train)\.parquet$"},
        },
    }
    return {
        "@type": "cr:RecordSet",
        "@id": config,
        "name": config,
        "description": DESCRIPTIONS[config],
        "key": {"@id": f"{config}/{KEYS[config]}"},
        "field": [split, *(_field(config, name, sub, name) for name, sub in kind.items())],
    }


def _responsible(figures: Figures) -> dict[str, Any]:
    machine = figures.annotations_creators == "machine-generated"
    return {
        "rai:dataCollection": "Texts scraped from the web by the corpus's owner; kept byte for byte as seeds.",
        "rai:dataCollectionType": ["Web Scraping"],
        "rai:dataPreprocessingProtocol": [
            "Boilerplate lines are removed by named rules; every removed span is published with its rule.",
            "Blocks and sentences are found by rules; nothing is normalised.",
        ],
        "rai:dataAnnotationProtocol": [
            "Independent annotators see the guidelines and the text only; disagreements are adjudicated with a reason."
        ],
        "rai:dataAnnotationAnalysis": [
            "Span F1 and Krippendorff's alpha per layer and label stand in the card."
            + (" Two passes of one language model agree more than two people would." if machine else "")
        ],
        "rai:annotationsPerItem": str(len(figures.annotators)),
        "rai:annotatorDemographics": [f"{a.name} ({a.kind}): {a.description}" for a in figures.annotators]
        or ["Nobody has annotated yet."],
        "rai:machineAnnotationTools": [a.name for a in figures.annotators if a.kind == "language-model"] or ["none"],
        "rai:dataUseCases": ["Attribution, entity, verifiability and stance models; testing of corpus tools."],
        "rai:dataLimitations": [
            "Labels say what a text states, not what is true.",
            "See the card for its size.",
        ],
        "rai:dataBiases": ["The choice of texts is the owner's and represents no population."],
        "rai:dataSocialImpact": "The texts report allegations about real people; do not use the data to judge them.",
        "rai:personalSensitiveInformation": ["Names and reported statements of public figures and of authors."],
        "rai:dataReleaseMaintenancePlan": "Semantic versions; every change is in CHANGELOG.md.",
    }


def croissant(project: Project, figures: Figures, files: Sequence[ConfigFile], kinds: Mapping[str, Features]) -> str:
    """The whole file."""
    objects = [
        {
            "@type": "cr:FileObject",
            "@id": file.path,
            "name": file.path,
            "contentUrl": file.path,
            "encodingFormat": _PARQUET,
            "contentSize": f"{file.size} B",
            "sha256": file.sha256,
        }
        for file in files
    ]
    sets = [
        {
            "@type": "cr:FileSet",
            "@id": f"{file.config}-files",
            "name": f"{file.config}-files",
            "description": f"The files of {file.config}.",
            "encodingFormat": _PARQUET,
            "includes": f"data/{file.config}/*.parquet",
        }
        for file in files
    ]
    splits = {
        "@type": "cr:RecordSet",
        "@id": "splits",
        "name": "splits",
        "description": "The splits.",
        "dataType": "cr:Split",
        "key": {"@id": "splits/name"},
        "field": [
            {
                "@type": "cr:Field",
                "@id": "splits/name",
                "name": "name",
                "description": "its name",
                "dataType": "sc:Text",
            },
            {
                "@type": "cr:Field",
                "@id": "splits/url",
                "name": "url",
                "description": "its role",
                "dataType": "sc:URL",
            },
        ],
        "data": [{"splits/name": "train", "splits/url": "cr:TrainingSplit"}],
    }
    released = project.released()
    document = {
        "@context": _context(),
        "@type": "sc:Dataset",
        "name": project.name,
        "description": f"{project.title}. English news texts with entities, claims, verifiability and stance.",
        "conformsTo": ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"],
        "citeAs": f"@misc{{{project.name}, title={{{project.title}}}, note={{Version {project.version}}}}}",
        "license": ["https://creativecommons.org/licenses/by/4.0/", "LICENSE.md"],
        "url": "README.md",
        "version": project.version,
        **({"datePublished": released} if released else {}),
        "inLanguage": "en",
        "isLiveDataset": False,
        "creator": {"@type": "sc:Organization", "name": f"The {project.name} authors"},
        "keywords": ["news", "attribution", "claims", "stance", "named entities"],
        **_responsible(figures),
        "distribution": [*objects, *sets],
        "recordSet": [splits, *(_record_set(config, kinds[config]) for config in kinds)],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
