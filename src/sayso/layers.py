"""The annotation model: entities, claims, verifiability and stance, anchored to the seed, and their canonical files.

Offsets are Unicode code points of the seed, end exclusive; every span quotes its text, which must equal
`seed[start:end]`. A file holds one document: one object a line, sorted by (start, end, id).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from sayso import jsonl
from sayso.errors import InputError

__all__ = [
    "AUTHOR", "LAYERS", "Anchor", "Annotation", "Claim", "Entity", "FormError", "Mention", "Stance", "Verifiable",
    "dump", "parse", "read_layers", "to_json",
]  # fmt: skip

LAYERS = ("entity", "claim", "verifiable", "stance")
"""The layers, in the order in which they are annotated and reported."""

AUTHOR = "author"
"""The holder of the stance of the text itself."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A span of the seed, quoted."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Mention(Anchor):
    """A span that means something that may have a link."""

    entity: str | None


@dataclass(frozen=True, slots=True)
class Entity:
    """A name, a date or an amount; `entity` links all mentions of one thing."""

    layer: ClassVar[str] = "entity"
    id: str
    start: int
    end: int
    text: str
    label: str
    entity: str | None


@dataclass(frozen=True, slots=True)
class Claim:
    """An attribution: the span of its cue, who holds it, what it says."""

    layer: ClassVar[str] = "claim"
    id: str
    start: int
    end: int
    text: str
    lemma: str
    holder: Mention | None
    content: tuple[Anchor, ...]
    type: str
    polarity: str


@dataclass(frozen=True, slots=True)
class Verifiable:
    """Whether a sentence states something that could be confirmed or refuted."""

    layer: ClassVar[str] = "verifiable"
    id: str
    start: int
    end: int
    text: str
    label: str


@dataclass(frozen=True, slots=True)
class Stance:
    """Where a holder stands towards a target, which is the span of this annotation.

    Attributes:
        entity: the target's link.
        holder: a mention in the target's sentence, or None for the author of the text.
        evidence: for the author's stance, the sentences that show it.
    """

    layer: ClassVar[str] = "stance"
    id: str
    start: int
    end: int
    text: str
    entity: str | None
    holder: Mention | None
    label: str
    evidence: tuple[Anchor, ...] = ()


Annotation = Entity | Claim | Verifiable | Stance


class FormError(ValueError):
    """An object that is no annotation; the message says why."""


_REQUIRED = object()


class _Fields:
    """Takes typed values out of an object, in any order, and complains of what is left."""

    def __init__(self, value: Any, what: str) -> None:
        if not isinstance(value, Mapping):
            raise FormError(f"{what} must be an object")
        self.rest, self.what = dict(value), what

    def take(self, name: str, check: Callable[[Any, str], T]) -> T:
        value = self.rest.pop(name, _REQUIRED)
        if value is _REQUIRED:
            raise FormError(f"{self.what} lacks the key {name!r}")
        return check(value, f"{self.what}: {name!r}")

    def done(self) -> None:
        if self.rest:
            raise FormError(f"{self.what} has the unknown key {next(iter(self.rest))!r}")


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str) or not value:
        raise FormError(f"{what} must be a text that is not empty")
    return value


def _optional(value: Any, what: str) -> str | None:
    return None if value is None else _text(value, what)


def _offset(value: Any, what: str) -> int:
    if type(value) is not int or value < 0:
        raise FormError(f"{what} must be a whole number from 0")
    return value


def _anchor(value: Any, what: str) -> Anchor:
    fields = _Fields(value, what)
    anchor = Anchor(fields.take("start", _offset), fields.take("end", _offset), fields.take("text", _text))
    fields.done()
    return anchor


def _anchors(value: Any, what: str) -> tuple[Anchor, ...]:
    if not isinstance(value, list):
        raise FormError(f"{what} must be a list of spans")
    return tuple(_anchor(item, f"{what}[{i}]") for i, item in enumerate(value))


def _mention(value: Any, what: str) -> Mention:
    fields = _Fields(value, what)
    mention = Mention(
        fields.take("start", _offset),
        fields.take("end", _offset),
        fields.take("text", _text),
        fields.take("entity", _optional),
    )
    fields.done()
    return mention


def _holder(value: Any, what: str) -> Mention | None:
    return None if value is None else _mention(value, what)


def _stance_holder(value: Any, what: str) -> Mention | None:
    return None if value == AUTHOR else _mention(value, what)


def parse(value: Mapping[str, Any]) -> Annotation:
    """An annotation from its JSON object.

    Raises:
        FormError: a key is missing, unknown or of the wrong type, or the layer is unknown.
    """
    layer = value.get("layer")
    fields = _Fields({k: v for k, v in value.items() if k != "layer"}, f"the {layer}")
    take = fields.take
    if layer not in LAYERS:
        raise FormError(f"'layer' must be one of {', '.join(LAYERS)}, not {layer!r}")
    span = (take("id", _text), take("start", _offset), take("end", _offset), take("text", _text))
    annotation: Annotation
    if layer == "entity":
        annotation = Entity(*span, take("label", _text), take("entity", _optional))
    elif layer == "claim":
        annotation = Claim(
            *span, take("lemma", _text), take("holder", _holder), take("content", _anchors),
            take("type", _text), take("polarity", _text),
        )  # fmt: skip
    elif layer == "verifiable":
        annotation = Verifiable(*span, take("label", _text))
    else:
        annotation = Stance(
            *span, take("entity", _optional), take("holder", _stance_holder), take("label", _text),
            take("evidence", _anchors),
        )  # fmt: skip
    fields.done()
    return annotation


def _plain(anchor: Anchor) -> dict[str, Any]:
    plain: dict[str, Any] = {"start": anchor.start, "end": anchor.end, "text": anchor.text}
    if isinstance(anchor, Mention):
        plain["entity"] = anchor.entity
    return plain


def to_json(annotation: Annotation) -> dict[str, Any]:
    """The JSON object of an annotation, keys in canonical order; `parse` is its inverse."""
    a = annotation
    head: dict[str, Any] = {"layer": a.layer, "id": a.id, "start": a.start, "end": a.end, "text": a.text}
    if isinstance(a, Entity):
        return {**head, "label": a.label, "entity": a.entity}
    if isinstance(a, Claim):
        return {
            **head,
            "lemma": a.lemma,
            "holder": None if a.holder is None else _plain(a.holder),
            "content": [_plain(span) for span in a.content],
            "type": a.type,
            "polarity": a.polarity,
        }
    if isinstance(a, Verifiable):
        return {**head, "label": a.label}
    return {
        **head,
        "entity": a.entity,
        "holder": AUTHOR if a.holder is None else _plain(a.holder),
        "label": a.label,
        "evidence": [_plain(span) for span in a.evidence],
    }


def dump(annotations: Iterable[Annotation]) -> bytes:
    """The canonical bytes of a file of annotations."""
    return jsonl.encode(to_json(a) for a in sorted(annotations, key=lambda a: (a.start, a.end, a.id)))


def read_layers(path: Path) -> list[Annotation]:
    """Read a file of annotations.

    Raises:
        InputError: at the first line that is no annotation.
    """
    annotations = []
    for number, value in jsonl.read(path):
        try:
            annotations.append(parse(value))
        except FormError as error:
            raise InputError(path, str(error), number) from error
    return annotations
