"""Documents as doccano holds them, and back.

doccano stores whatever offsets it is given, but its editor counts UTF-16 code units of the clean text; we count code
points of the seed. The two meet here and nowhere else.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any, Literal

from sayso.errors import LineageError
from sayso.items import Item, stance_items
from sayso.layers import Anchor, Annotation, Claim, Entity, Mention, Stance, Verifiable
from sayso.scheme import Scheme
from sayso.segmentation import Document

__all__ = ["LAYERS", "Layer", "Problem", "Units", "labels", "read_items", "read_spans", "to_items", "to_spans"]

Layer = Literal["entities", "claims", "verifiable", "stance"]
LAYERS: tuple[Layer, ...] = ("entities", "claims", "verifiable", "stance")
Row = dict[str, Any]


class Units:
    """Offsets of one text in code points and in UTF-16 code units."""

    def __init__(self, text: str) -> None:
        # None where the two are the same, as in most texts.
        self._starts: list[int] | None = None
        self.size = len(text)
        if not text.isascii() and max(text) > "\uffff":
            self._starts = [0, *accumulate(2 if char > "\uffff" else 1 for char in text)]

    def to_utf16(self, offset: int) -> int:
        """Code points to code units."""
        if not 0 <= offset <= self.size:
            raise LineageError(f"{offset} is outside the text of {self.size} code points")
        return offset if self._starts is None else self._starts[offset]

    def to_code_points(self, unit: int) -> int:
        """Code units to code points.

        Raises:
            LineageError: it is outside the text, or between the halves of a surrogate pair.
        """
        if self._starts is None:
            found = unit
        else:
            found = bisect_left(self._starts, unit) if unit >= 0 else -1
            if not 0 <= found <= self.size or self._starts[found] != unit:
                raise LineageError(f"{unit} is no character's edge in UTF-16")
        if not 0 <= found <= self.size:
            raise LineageError(f"{unit} is outside the text of {self.size} UTF-16 units")
        return found


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something on the server that could not be brought back as it is.

    Attributes:
        kind: kebab-case.
        doc: the document it concerns, or what the server calls it.
    """

    doc: str
    kind: str
    detail: str = ""


def sha(text: str) -> str:
    """Hex sha256 of a text's UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def _claim_label(type: str) -> str:
    return f"CLAIM_{type.upper()}"


_CUES = {"asserts": "CUE", "denies": "CUE_NEG"}
CONTENT, HELD_BY = "content", "holder"
_PALETTE = (
    "#00796b", "#7b1fa2", "#558b2f", "#e65100", "#1565c0", "#c62828", "#6d4c41", "#546e7a", "#ad1457", "#283593",
)  # fmt: skip
_KEYS = "123456789qwertyuiopasdfghjkl"


def labels(layer: Layer, scheme: Scheme) -> tuple[list[Row], list[Row]]:
    """The label types and relation types of a layer's project, with colours and keys."""
    names: Sequence[str] = {
        "entities": scheme.entity,
        "claims": (*_CUES.values(), "HOLDER", *map(_claim_label, scheme.claim_type)),
        "verifiable": scheme.verifiable,
        "stance": scheme.stance,
    }[layer]
    kinds = [
        {"text": name, "background_color": colour, "text_color": "#ffffff", "suffix_key": key, "prefix_key": None}
        for name, colour, key in zip(names, _PALETTE, _KEYS, strict=False)
    ]
    relations = [
        {"text": name, "background_color": colour, "text_color": "#ffffff", "suffix_key": key, "prefix_key": None}
        for name, colour, key in ((CONTENT, "#1565c0", "c"), (HELD_BY, "#6d4c41", "h"))
    ]
    return kinds, relations if layer == "claims" else []


# -- entities and claims: spans


def to_spans(document: Document, annotations: Iterable[Annotation], layer: Layer) -> Row:
    """A document with its entities or claims as an example: `text`, meta, `entities`, `relations`."""
    units = Units(document.text)
    spans: dict[tuple[int, int, str], int] = {}
    relations: list[Row] = []

    def span(anchor: Anchor | Annotation, label: str) -> int:
        start, end = document.from_seed(anchor.start, anchor.end)
        return spans.setdefault((units.to_utf16(start), units.to_utf16(end), label), len(spans))

    def relate(source: int, target: int, kind: str) -> None:
        relations.append({"id": len(relations), "from_id": source, "to_id": target, "type": kind})

    for a in annotations:
        if layer == "entities" and isinstance(a, Entity):
            span(a, a.label)
        elif layer == "claims" and isinstance(a, Claim):
            cue = span(a, _CUES[a.polarity])
            for part in a.content:
                relate(cue, span(part, _claim_label(a.type)), CONTENT)
            if a.holder:
                relate(cue, span(a.holder, "HOLDER"), HELD_BY)
    return {
        "text": document.text,
        "doc_id": document.id,
        "text_sha256": sha(document.text),
        "entities": [
            {"id": id, "start_offset": start, "end_offset": end, "label": label}
            for (start, end, label), id in spans.items()
        ],
        "relations": relations,
    }


def _anchor(document: Document, units: Units, span: Row) -> Anchor:
    """A server's span as an anchor in the seed.

    Raises:
        LineageError: it is empty, outside the text, halves a character, or crosses the end of a block.
    """
    start, end = units.to_code_points(span["start_offset"]), units.to_code_points(span["end_offset"])
    if start >= end:
        raise LineageError("it is empty")
    first, last = document.to_seed(start), document.to_seed(end)
    document.from_seed(first, last)  # within one block
    text = document.text[start:end]
    # The mouse takes a space with a word more often than not; a span never starts or ends with one.
    lead, rest = len(text) - len(text.lstrip()), text.strip()
    if not rest:
        raise LineageError("it holds nothing but white space")
    return Anchor(first + lead, first + lead + len(rest), rest)


def read_spans(
    document: Document, row: Row, layer: Layer, scheme: Scheme, known: Sequence[Annotation]
) -> tuple[list[Annotation], list[Problem]]:
    """The annotations of a downloaded example, without ids, and what could not be read.

    Args:
        known: annotations whose links are taken over by mentions of the same place, or else of the same name.
    """
    units, problems, anchors = Units(document.text), [], {}
    for span in row["entities"]:
        try:
            anchors[span["id"]] = (_anchor(document, units, span), span["label"])
        except LineageError as error:
            place = f"{span['label']} at {span['start_offset']}-{span['end_offset']}: {error}"
            problems.append(Problem(document.id, "bad-span", place))
    links = _Links(known)
    if layer == "entities":
        return [
            Entity("", a.start, a.end, a.text, label, None if label in scheme.unlinked else links.of_name(a, label))
            for a, label in sorted(anchors.values(), key=lambda pair: (pair[0].start, pair[0].end))
        ], problems
    return _claims(document, row, scheme, anchors, links, problems)


def _claims(
    document: Document,
    row: Row,
    scheme: Scheme,
    anchors: Mapping[int, tuple[Anchor, str]],
    links: _Links,
    problems: list[Problem],
) -> tuple[list[Annotation], list[Problem]]:
    """Put the stars together: a cue, its contents, its holder."""
    types = {_claim_label(name): name for name in scheme.claim_type}
    polarities = {label: polarity for polarity, label in _CUES.items()}
    arms: dict[int, dict[str, list[int]]] = {}
    used: set[int] = set()
    for relation in row["relations"]:
        # People click in either order; the labels tell which end is the cue.
        ends = [relation["from_id"], relation["to_id"]]
        if any(end not in anchors for end in ends):
            problems.append(Problem(document.id, "dangling-relation", f"{relation['type']}: a span of it is missing"))
            continue
        ends.sort(key=lambda end: anchors[end][1] not in polarities)
        cue, other = ends
        right = types if relation["type"] == CONTENT else {"HOLDER": ""}
        if anchors[cue][1] not in polarities or anchors[other][1] not in right:
            shown = " and ".join(f"{anchors[end][1]} {anchors[end][0].text!r}" for end in ends)
            problems.append(Problem(document.id, "bad-relation", f"{relation['type']} between {shown}"))
            continue
        chosen = arms.setdefault(cue, {}).setdefault(relation["type"], [])
        if other not in chosen:
            chosen.append(other)
        used |= {cue, other}
    claims: list[Annotation] = []
    for id, (cue, label) in sorted(anchors.items(), key=lambda pair: pair[1][0].start):
        if label not in polarities:
            if id not in used:
                problems.append(Problem(document.id, "span-without-cue", f"{label} {cue.text!r}"))
            continue
        contents = sorted((anchors[x] for x in arms.get(id, {}).get(CONTENT, [])), key=lambda pair: pair[0].start)
        holders = arms.get(id, {}).get(HELD_BY, [])
        lemma = scheme.lemma(cue.text)
        kinds = {types[kind] for _, kind in contents}
        fault = (
            "there is no content" if not contents
            else "there are several holders" if len(holders) > 1
            else "its contents are of several types" if len(kinds) > 1
            else "it is not in the list of cue words" if lemma is None
            else ""
        )  # fmt: skip
        if fault or lemma is None:
            problems.append(Problem(document.id, "bad-claim", f"cue {cue.text!r} at {cue.start}: {fault}"))
            continue
        holder = None
        if holders:
            held = anchors[holders[0]][0]
            holder = Mention(held.start, held.end, held.text, links.of_place(held))
        contained = tuple(anchor for anchor, _ in contents)
        claims.append(Claim("", cue.start, cue.end, cue.text, lemma, holder, contained, kinds.pop(), polarities[label]))
    return claims, problems


class _Links:
    """Entity links for spans that come back without any: doccano's spans carry a label only."""

    def __init__(self, known: Iterable[Annotation]) -> None:
        self._places: dict[tuple[int, int], str | None] = {}
        self._names: dict[tuple[str, str], str] = {}
        for a in known:
            if isinstance(a, Entity):
                self._places[a.start, a.end] = a.entity
                if a.entity:
                    self._names.setdefault((a.text, a.label), a.entity)
            elif isinstance(a, Claim) and a.holder:
                self._places.setdefault((a.holder.start, a.holder.end), a.holder.entity)

    def of_place(self, anchor: Anchor) -> str | None:
        """The link of what stood there before."""
        return self._places.get((anchor.start, anchor.end))

    def of_name(self, anchor: Anchor, label: str) -> str:
        """The link of that place, of that name elsewhere, or the name itself."""
        name = "-".join(re.findall(r"[a-z0-9]+", anchor.text.lower())) or "unnamed"
        return self.of_place(anchor) or self._names.get((anchor.text, label)) or name


# -- verifiability and stance: items with one label


def to_items(
    document: Document, annotations: Sequence[Annotation], basis: Sequence[Annotation], layer: Layer, scheme: Scheme
) -> dict[str, Row]:
    """The items of a document by their id, each an example with at most one label.

    Args:
        annotations: whose labels are shown.
        basis: the entities and claims that stance items come from.
    """
    rows: dict[str, Row] = {}

    def enter(id: str, text: str, label: str | None) -> None:
        rows[id] = {
            "text": text, "doc_id": document.id, "item": id, "text_sha256": sha(text),
            "label": [] if label is None else [label],
        }  # fmt: skip

    if layer == "verifiable":
        known = {(a.start, a.end): a.label for a in annotations if isinstance(a, Verifiable)}
        for s in document.sentences:
            text = document.seed[s.seed_start : s.seed_end]
            enter(f"{document.id}:{s.seed_start}-{s.seed_end}", text, known.get((s.seed_start, s.seed_end)))
        return rows
    stances = {_stance_id(document, a): a for a in annotations if isinstance(a, Stance)}
    for item in stance_items(document, basis, scheme):
        id = _item_id(document, item)
        known_stance = stances.pop(id, None)
        enter(id, _question(document, item.holder, item.target), known_stance.label if known_stance else None)
    for id, a in stances.items():  # pairs that an annotator added
        enter(id, _question(document, a.holder, Anchor(a.start, a.end, a.text)), a.label)
    return rows


def _question(document: Document, holder: Mention | None, target: Anchor) -> str:
    """What an annotator reads: the pair, and the sentence or, for the author, the whole text."""
    sentence = None if holder is None else document.sentence_at(target.start, target.end)
    text = document.text if sentence is None else document.text[sentence.start : sentence.end]
    return f"TARGET: {target.text}\nHOLDER: {'the author of the text' if holder is None else holder.text}\n\n{text}"


def _item_id(document: Document, item: Item) -> str:
    return f"{document.id}:{'_'.join(map(str, item.key))}"


def _stance_id(document: Document, stance: Stance) -> str:
    holder = (-1, -1) if stance.holder is None else (stance.holder.start, stance.holder.end)
    return f"{document.id}:{'_'.join(map(str, (stance.start, stance.end, *holder)))}"


def read_items(
    document: Document,
    chosen: Mapping[str, str],
    basis: Sequence[Annotation],
    known: Sequence[Annotation],
    layer: Layer,
    scheme: Scheme,
) -> tuple[list[Annotation], list[Problem]]:
    """Annotations from the labels that people chose, without ids.

    Args:
        chosen: item id -> label.
        known: annotations whose evidence is taken over, for the author's stance comes back without any; and the pairs
            that an annotator added.
    """
    if layer == "verifiable":
        found: list[Annotation] = []
        for s in document.sentences:
            label = chosen.get(f"{document.id}:{s.seed_start}-{s.seed_end}")
            if label is not None:
                text = document.seed[s.seed_start : s.seed_end]
                found.append(Verifiable("", s.seed_start, s.seed_end, text, label))
        return found, []
    before = {_stance_id(document, a): a for a in reversed(known) if isinstance(a, Stance)}
    stances: list[Annotation] = []
    problems = []
    for item in stance_items(document, basis, scheme):
        id = _item_id(document, item)
        label = chosen.get(id)
        if label is None:
            continue
        own = before.pop(id, None)
        shown = own.evidence if own and item.holder is None and label != "none" else ()
        if item.holder is None and label != "none" and not shown:
            detail = f"the author is {label} {item.target.text}: add the sentences that show it by hand"
            problems.append(Problem(document.id, "evidence-missing", detail))
        t = item.target
        stances.append(Stance("", t.start, t.end, t.text, t.entity, item.holder, label, shown))
    # An added pair without a stance is no pair.
    stances += [replace(a, id="", label=chosen[id]) for id, a in before.items() if chosen.get(id, "none") != "none"]
    return stances, problems
