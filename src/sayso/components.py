"""sayso's components on a spaCy pipeline, or by themselves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sayso.errors import InputError

if TYPE_CHECKING:
    from spacy.language import Language

__all__ = ["pipeline"]


def pipeline(model: str | Path | None = None, *, gazetteer: Path | None = None, schema: Path | None = None) -> Language:
    """A spaCy pipeline that proposes annotations: our sentences, then the model, then entities, claims and stance.

    Args:
        model: an installed spaCy pipeline's name or its folder; none at all is needed, rules alone find less.
        gazetteer: names of the corpus, `annotations/gazetteer.jsonl`.
        schema: the corpus's `annotations/schema.json`; the package's if None.

    Raises:
        InputError: there is no such pipeline, or a file is missing or malformed.
    """
    import spacy

    from sayso import claims, entities, spacy_component, stance  # noqa: F401 - they register themselves
    from sayso.tokenization import remembering

    if model is None:
        nlp = spacy.blank("en")
    else:
        try:
            nlp = spacy.load(model)
        except OSError as error:
            raise InputError("--model", f"no spaCy pipeline {str(model)!r}: install it with pip first") from error
        if nlp.lang != "en":
            raise InputError("--model", f"{model} is a pipeline for {nlp.lang!r}, the texts are English")
    if gazetteer is not None and not Path(gazetteer).exists():
        raise InputError(gazetteer, "no such file")
    remembering(nlp)
    if "sayso_segment" not in nlp.pipe_names:
        nlp.add_pipe("sayso_segment", first=True)
    for name in ("senter", "sentencizer"):
        if name in nlp.pipe_names:
            nlp.disable_pipe(name)
    paths = {"gazetteer": gazetteer and str(gazetteer), "schema": schema and str(schema)}
    for name, config in (
        ("sayso_entities", paths),
        ("sayso_claims", {}),
        ("sayso_stance", {"schema": paths["schema"]}),
    ):
        if name not in nlp.pipe_names:
            nlp.add_pipe(name, config=config)
    return nlp
