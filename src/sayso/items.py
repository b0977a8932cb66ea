"""The units of the stance layer, enumerated from entities and claims, so that people only choose labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from sayso.layers import Annotation, Claim, Entity, Mention
from sayso.scheme import Scheme
from sayso.segmentation import Document, Sentence

__all__ = ["Item", "stance_items"]


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
    items: list[Item] = []
    by_sentence: dict[int, tuple[list[Entity], list[Claim]]] = {}
    for index, group in ((0, entities), (1, claims)):
        for a in group:
            sentence = document.sentence_at(a.start, a.end)
            if sentence is not None and document.blocks[sentence.block].kind != "heading":
                by_sentence.setdefault(sentence.number, ([], []))[index].append(a)  # type: ignore[arg-type]
    for index in sorted(by_sentence):
        items.extend(_pairs(document.sentences[index], *by_sentence[index], scheme))
    mentions = Counter(e.entity for e in entities if e.label in scheme.author_target and e.entity)
    for entity in _first([e for e in entities if e.label in scheme.author_target]):
        if entity.entity and mentions[entity.entity] >= scheme.author_mentions:
            items.append(Item(None, entity, None))
    return items


def _pairs(sentence: Sentence, entities: list[Entity], claims: list[Claim], scheme: Scheme) -> Iterator[Item]:
    holders = _first([e for e in entities if e.label in scheme.stance_holder])
    known = {_identity(holder) for holder in holders}
    spans = {(holder.start, holder.end) for holder in holders}
    for claim in claims:
        holder = claim.holder
        if holder is not None and _identity(holder) not in known and (holder.start, holder.end) not in spans:
            known.add(_identity(holder))
            holders.append(holder)
    first = _first([e for e in entities if e.label in scheme.stance_target])
    targets = [(target, _identity(target)) for target in first]
    for holder in sorted(holders, key=lambda holder: holder.start):
        own = _identity(holder)
        for target, identity in targets:
            if identity != own:
                yield Item(holder, target, sentence)


def _identity(mention: Mention) -> Hashable:
    return mention.entity or (mention.start, mention.end)


def _first(entities: Sequence[Entity]) -> list[Mention]:
    """The first mention of each thing, in order."""
    seen: dict[Hashable, Mention] = {}
    for e in entities:
        identity = e.entity or (e.start, e.end)
        if identity not in seen:
            seen[identity] = Mention(e.start, e.end, e.text, e.entity)
    return list(seen.values())
