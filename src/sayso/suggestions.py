"""Annotations that a pipeline proposes for documents: anchored to the seed, whole, and valid by the scheme's checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sayso.errors import LineageError
from sayso.items import stance_items
from sayso.layers import Anchor, Annotation, Claim, Entity, Mention, Stance, Verifiable
from sayso.scheme import Scheme
from sayso.scheme_checks import SchemeChecks
from sayso.segmentation import Document
from sayso.token_index import TokenIndex
from sayso.verifiability import verifiable

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Span

__all__ = ["Suggestion", "propose", "suggest"]

_HOLDER_FAULTS = frozenset(("holder-crosses-entity", "holder-link"))
_LINK_FAULTS = frozenset(("link-form",))


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An annotation with what speaks for it.

    Attributes:
        score: how often a suggestion of this kind is right, in per cent.
        source: what it comes from: an entity's, a claim's or a stance's `source` of its component, or `form`.
    """

    annotation: Annotation
    score: int
    source: str


def suggest(documents: Iterable[Document], pipeline: Language) -> list[list[Annotation]]:
    """The annotations of documents, in canonical order: entities, claims, verifiability and stance.

    Args:
        pipeline: from `sayso.pipeline`.
    """
    return [[s.annotation for s in own] for own in propose(documents, pipeline)]


def propose(
    documents: Iterable[Document], pipeline: Language, known: Mapping[str, str] | None = None
) -> Iterator[list[Suggestion]]:
    """Yield the suggestions for each document, in canonical order.

    All mentions of one thing have one label: the known one, or else the commonest in the first document with it.

    Args:
        known: labels of links that other annotations have given.
    """
    finder = pipeline.get_pipe("sayso_entities")
    scheme: Scheme = finder.scheme  # type: ignore[attr-defined]
    labels = dict(known or {})
    for document in documents:
        for name in finder.gazetteer.names:  # type: ignore[attr-defined]
            labels.setdefault(name.entity, name.label)
        # Stance is judged of the pairs of the document's own sentences, further below.
        doc = pipeline(document.text, disable=["sayso_stance"])
        yield _Draft(document, doc, scheme, labels).suggestions()


class _Draft:
    """The suggestions for one document in the making.

    Attributes:
        labels: of every link so far; this document's are added.
        facts: layer and place of an annotation -> its score and source.
    """

    def __init__(self, document: Document, doc: Doc, scheme: Scheme, labels: dict[str, str]) -> None:
        self.document, self.doc, self.scheme, self.labels = document, doc, scheme, labels
        self.index = TokenIndex(doc)
        self.facts: dict[str, tuple[int, str]] = {}

    def suggestions(self) -> list[Suggestion]:
        entities = self._entities()
        basis = self._sound([*entities, *self._claims(entities)])
        layers: list[list[Annotation]] = [
            [a for a in basis if isinstance(a, Entity)],
            [a for a in basis if isinstance(a, Claim)],
            self._verifiable(basis),
            self._stance(basis),
        ]
        made = []
        for layer in layers:
            for number, a in enumerate(sorted(layer, key=lambda a: (a.start, a.end, a.id)), 1):
                made.append(Suggestion(replace(a, id=f"{a.layer[0]}{number}"), *self.facts[a.id]))
        return sorted(made, key=lambda s: (s.annotation.start, s.annotation.end, s.annotation.id))

    def _anchor(self, span: Span) -> Anchor | None:
        """The place of a span in the seed, without white space at its edges; None if it is none."""
        text = span.text
        start = span.start_char + len(text) - len(text.lstrip())
        end = start + len(text.strip())
        try:
            first, last = self.document.to_seed(start), self.document.to_seed(end)
            self.document.from_seed(first, last)
        except LineageError:
            return None
        return Anchor(first, last, self.document.seed[first:last])

    def _entities(self) -> list[Entity]:
        found: list[Entity] = []
        for i, span in enumerate(self.doc.ents):
            a = self._anchor(span)
            if a is None or span.label_ not in self.scheme.entity or not self.document.sentence_at(a.start, a.end):
                continue
            link = None if span.label_ in self.scheme.unlinked else span.kb_id_
            if link == "":
                continue
            id = f"entity {i}"
            self.facts[id] = (span._.score, span._.source)
            found.append(Entity(id, a.start, a.end, a.text, span.label_, link))
        return self._one_label(found)

    def _one_label(self, found: Sequence[Entity]) -> list[Entity]:
        """Give all mentions of one thing one label, and the same name with the same label one link."""
        counts: dict[str, Counter[str]] = {}
        for e in found:
            if e.entity:
                counts.setdefault(e.entity, Counter())[e.label] += 1
        for link, votes in counts.items():
            self.labels.setdefault(link, min(votes, key=lambda label: (-votes[label], self.scheme.entity.index(label))))
        links: dict[tuple[str, str], str] = {}
        result = []
        for e in found:
            if e.entity:
                label = self.labels[e.entity]
                e = replace(e, label=label, entity=links.setdefault((e.text, label), e.entity))  # noqa: PLW2901
            result.append(e)
        return result

    def _claims(self, entities: Sequence[Entity]) -> list[Claim]:
        from sayso.claims import attributions, to_claims

        claims = []
        for found, claim in zip(attributions(self.doc), to_claims(self.doc, self.document, entities), strict=True):
            content = [self._anchor(span) for span in found.content]
            holder = claim.holder
            if holder is not None and holder.entity is not None and holder.entity not in self.labels:
                holder = replace(holder, entity=None)  # a link that no entity has leads nowhere
            if None not in content:
                id = f"claim {found.id}"
                self.facts[id] = (round(found.score * 100), found.source)
                parts = tuple(part for part in content if part is not None)
                claims.append(replace(claim, id=id, holder=holder, content=parts))
        return claims

    def _sound(self, annotations: Sequence[Annotation]) -> list[Annotation]:
        """Mend what the scheme's checks find fault with, or leave it out."""
        kept = list(annotations)
        while True:
            faults = [
                (index, check)
                for index, check, _ in SchemeChecks(self.scheme, self.document, kept, kept).run()
                if index >= 0 and check not in ("id-form", "link-split")
            ]
            if not faults:
                return kept
            first = dict(reversed(faults))
            kept = [b for i, a in enumerate(kept) for b in (self._mended(a, first[i], kept) if i in first else (a,))]

    def _mended(self, a: Annotation, check: str, others: Sequence[Annotation]) -> list[Annotation]:
        if not isinstance(a, Claim) or a.holder is None or check not in _HOLDER_FAULTS | _LINK_FAULTS:
            return []
        meant = [e for e in others if isinstance(e, Entity) and e.start < a.holder.end and a.holder.start < e.end]
        if meant and check in _HOLDER_FAULTS:
            e = meant[-1]
            mention = Mention(e.start, e.end, e.text, e.entity)
            return [replace(a, holder=None if mention == a.holder else mention)]
        return [replace(a, holder=replace(a.holder, entity=None) if a.holder.entity else None)]

    def _verifiable(self, basis: Sequence[Annotation]) -> list[Annotation]:
        cues = {self._number(a) for a in basis if isinstance(a, Claim)}
        amounts = {self._number(a) for a in basis if isinstance(a, Entity) and a.entity is None}
        found: list[Annotation] = []
        for s in self.document.sentences:
            text = self.document.seed[s.seed_start : s.seed_end]
            heading = self.document.blocks[s.block].kind == "heading"
            verdict = verifiable(text, heading=heading, claim=s.number in cues, amount=s.number in amounts)
            id = f"verifiable {s.number}"
            self.facts[id] = (verdict.score, "form")
            found.append(Verifiable(id, s.seed_start, s.seed_end, text, verdict.label))
        return found

    def _number(self, a: Annotation) -> int:
        sentence = self.document.sentence_at(a.start, a.end)
        return -1 if sentence is None else sentence.number

    def _stance(self, basis: Sequence[Annotation]) -> list[Annotation]:
        from sayso.claims import attributions
        from sayso.stance_rules import judge_items

        items = stance_items(self.document, basis, self.scheme)
        found: list[Annotation] = []
        for i, (item, (judgement, shown)) in enumerate(
            zip(items, judge_items(self.index, items, self._spot, attributions(self.doc)), strict=True)
        ):
            evidence = self._sentences(shown)
            label, score, source = judgement
            if item.holder is None and label != "none" and not evidence:
                label = "none"
            id = f"stance {i:06}"
            self.facts[id] = (score, source)
            t = item.target
            found.append(Stance(id, t.start, t.end, t.text, t.entity, item.holder, label, evidence))
        return found

    def _spot(self, mention: Mention) -> tuple[int, int]:
        return self.index.range(*self.document.from_seed(mention.start, mention.end))

    def _sentences(self, shown: Iterable[Span]) -> tuple[Anchor, ...]:
        """The document's sentences in which spans start."""
        found: dict[int, Anchor] = {}
        for span in shown:
            text = span.text
            start = self.document.to_seed(span.start_char + len(text) - len(text.lstrip()))
            sentence = self.document.sentence_at(start, start + 1)
            if sentence is not None:
                first, last = sentence.seed_start, sentence.seed_end
                found[sentence.number] = Anchor(first, last, self.document.seed[first:last])
        return tuple(found[number] for number in sorted(found))
