"""The units of the stance layer, enumerated from entities and claims, so that people only choose labels."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Protocol, cast

from sayso.layers import Annotation, Claim, Entity, Mention
from sayso.scheme import Scheme
from sayso.segmentation import Document, Sentence

__all__ = ["Held", "Item", "Labelled", "Named", "stance_items", "stance_pairs"]

_START = attrgetter("start")


@dataclass(frozen=True, slots=True)
class Item:
    """A (holder, target) pair: in one sentence, or of the author in the whole document.

    Attributes:
        holder: None for the author.
        target: the first mention in the sentence, or in the document for the author's.
        sentence: None for the author's.
    """

    holder: Mention | None
    target: Mention
    sentence: Sentence | None

    @property
    def key(self) -> tuple[int, int, int, int]:
        """As `sayso.agreement.stance_key` gives it for the stance of this item."""
        holder = (-1, -1) if self.holder is None else (self.holder.start, self.holder.end)
        return self.target.start, self.target.end, *holder


def stance_items(document: Document, annotations: Sequence[Annotation], scheme: Scheme) -> list[Item]:
    """All items of a document, in text order, the author's last.

    Holders are the holders of claims and the spans labelled as in `scheme.stance_holder`; targets the spans labelled as
    in `scheme.stance_target`, of the same sentence, other than the holder. Each thing is listed once in a sentence, by
    its first mention. Headings have no items. The author is asked about each thing of `scheme.author_mentions` or
    more mentions.
    """
    entities = sorted((a for a in annotations if isinstance(a, Entity)), key=lambda a: a.start)
    claims = sorted((a for a in annotations if isinstance(a, Claim)), key=lambda a: a.start)
    return [
        Item(None if holder is None else _mention(holder), _mention(target), sentence)
        for holder, target, sentence in stance_pairs(document, entities, claims, scheme)
    ]


def _mention(named: Named) -> Mention:
    assert isinstance(named, Entity | Mention)  # noqa: S101 - for the type checker
    return Mention(named.start, named.end, named.text, named.entity)


class Named(Protocol):
    """What may be a holder or a target: its place in the seed, and its link."""

    @property
    def start(self) -> int:
        """In code points."""

    @property
    def end(self) -> int:
        """As `start`, exclusive."""

    @property
    def entity(self) -> str | None:
        """Its link."""


class Labelled(Named, Protocol):
    """What is asked of an `Entity` here."""

    @property
    def label(self) -> str:
        """Its label."""


class Held(Protocol):
    """What is asked of a `Claim` here."""

    @property
    def start(self) -> int:
        """Of its cue, in code points of the seed."""

    @property
    def end(self) -> int:
        """As `start`, exclusive."""

    @property
    def holder(self) -> Named | None:
        """Who holds it."""


def stance_pairs(
    document: Document, entities: Sequence[Labelled], claims: Sequence[Held], scheme: Scheme
) -> Iterator[tuple[Named | None, Named, Sentence | None]]:
    """Yield what `stance_items` makes items of, in the same order: holder, target and sentence.

    Args:
        entities, claims: in text order.
    """
    by_sentence: dict[int, tuple[list[Labelled], list[Held]]] = {}
    sentences = document.sentences
    starts = [sentence.seed_start for sentence in sentences]
    headings = {i for i, block in enumerate(document.blocks) if block.kind == "heading"}
    for index, group in enumerate((entities, claims)):
        number = -1
        for a in cast("Sequence[Labelled | Held]", group):
            number = bisect_right(starts, a.start, max(number, 0)) - 1
            if number >= 0 and a.end <= sentences[number].seed_end and sentences[number].block not in headings:
                by_sentence.setdefault(number, ([], []))[index].append(a)  # type: ignore[arg-type]
    for number in sorted(by_sentence):
        for pair in _pairs(*by_sentence[number], scheme):
            yield *pair, sentences[number]
    written = [e for e in entities if e.label in scheme.author_target]
    mentions = Counter(e.entity for e in written if e.entity)
    for entity in _first(written):
        if entity.entity and mentions[entity.entity] >= scheme.author_mentions:
            yield None, entity, None


def _pairs(entities: list[Labelled], claims: list[Held], scheme: Scheme) -> Iterator[tuple[Named, Named]]:
    holders = _first([e for e in entities if e.label in scheme.stance_holder])
    known = {_identity(holder) for holder in holders}
    spans = {(holder.start, holder.end) for holder in holders} if claims else ()
    for claim in claims:
        holder = claim.holder
        if holder is not None and _identity(holder) not in known and (holder.start, holder.end) not in spans:
            known.add(_identity(holder))
            holders.append(holder)
    if not holders:
        return
    first = _first([e for e in entities if e.label in scheme.stance_target])
    targets = [(target, _identity(target)) for target in first]
    for holder in sorted(holders, key=_START) if claims else holders:
        own = _identity(holder)
        for target, identity in targets:
            if identity != own:
                yield holder, target


def _identity(mention: Named) -> Hashable:
    return mention.entity or (mention.start, mention.end)


def _first(entities: Sequence[Named]) -> list[Named]:
    """The first mention of each thing, in order."""
    seen: dict[Hashable, Named] = {}
    for e in entities:
        seen.setdefault(_identity(e), e)
    return list(seen.values())
