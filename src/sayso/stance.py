"""Where holders stand towards targets: `nlp.add_pipe("sayso_stance")`, as the scheme's layer S describes it.

`sayso.stance_rules` decides each pair, `sayso.stance_model` has the weights. What neither sees is `none`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup

from sayso.claims import Attribution, attributions
from sayso.items import stance_items
from sayso.layers import Anchor, Annotation, Claim, Entity, Mention
from sayso.resources import resource
from sayso.scheme import Scheme
from sayso.segmentation import by_lines
from sayso.stance_features import Range
from sayso.stance_model import Weights, shipped
from sayso.stance_rules import Judgement, author_stance, judge, judge_items
from sayso.token_index import TokenIndex

__all__ = [
    "Judgement",
    "StanceSpan",
    "Weights",
    "author_stance",
    "create_stance",
    "judge",
    "judge_items",
    "shipped",
    "stances",
]

_GROUPS = ("stances", "stance_holders", "stance_evidence")


@dataclass(frozen=True, slots=True)
class StanceSpan:
    """A pair on a `Doc`.

    Attributes:
        id: `s1`, `s2`, ... in the order of `sayso.items.stance_items`.
        holder: None for the author.
        label: against, favor or none.
        score: how often such a label is right, in per cent.
        source: `parse`, `words`, `model`, or `default` for what nothing was seen of.
        evidence: for the author's stance, the sentences that show it.
    """

    id: str
    holder: Span | None
    target: Span
    label: str
    score: int
    source: str
    evidence: tuple[Span, ...]


class StanceJudge:
    """The component; see `create_stance`."""

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme

    def __call__(self, doc: Doc) -> Doc:
        """Set the span groups; a former run's are replaced."""
        index, claims = TokenIndex(doc), attributions(doc)
        places: dict[Range, Range] = {}
        for e in index.entities:
            places[index.starts[e.start], index.ends[e.end - 1]] = (e.start, e.end)
        annotations: list[Annotation] = [*_entities(index, self.scheme), *_claims(index, claims)]

        def spot(mention: Mention) -> Range:
            at = (mention.start, mention.end)
            place = places.get(at)
            if place is None:
                place = places[at] = index.range(*at)
            return place

        # The doc's text is its own seed here: nothing is removed but white space.
        items = stance_items(by_lines(index.text), annotations, self.scheme)
        groups: dict[str, list[Span]] = {name: [] for name in _GROUPS}
        facts: dict[str, list[int | str]] = {}
        for number, (item, judged) in enumerate(zip(items, judge_items(index, items, spot, claims), strict=True), 1):
            (label, score, source), shown = judged
            id_ = f"s{number}"
            facts[id_] = [score, source]
            groups["stances"].append(Span(doc, *spot(item.target), label=label, span_id=id_))
            if item.holder is not None:
                groups["stance_holders"].append(Span(doc, *spot(item.holder), label="holder", span_id=id_))
            for sentence in shown:
                groups["stance_evidence"].append(Span(doc, sentence.start, sentence.end, label=label, span_id=id_))
        for name, spans in groups.items():
            attrs = {"facts": facts} if name == "stances" else {}
            doc.spans[name] = SpanGroup(doc, name=name, attrs=attrs, spans=spans)
        return doc


def stances(doc: Doc) -> tuple[StanceSpan, ...]:
    """The pairs on a `Doc`, from its span groups; none before the component has run."""
    if "stances" not in doc.spans:
        return ()
    group = doc.spans["stances"]
    parts: dict[str, dict[str, list[Span]]] = {name: defaultdict(list) for name in _GROUPS[1:]}
    for name, by_id in parts.items():
        for span in doc.spans[name]:
            by_id[span.id_].append(span)
    found = []
    for target in group:
        score, source = group.attrs["facts"][target.id_]
        holder = next(iter(parts["stance_holders"][target.id_]), None)
        evidence = tuple(parts["stance_evidence"][target.id_])
        found.append(StanceSpan(target.id_, holder, target, target.label_, score, source, evidence))
    return tuple(found)


if not Doc.has_extension("stances"):
    Doc.set_extension("stances", getter=stances)


def _entities(index: TokenIndex, scheme: Scheme) -> Iterator[Entity]:
    labels = frozenset((*scheme.stance_holder, *scheme.stance_target, *scheme.author_target))
    for e in index.entities:
        if e.label in labels:
            start, end = index.starts[e.start], index.ends[e.end - 1]
            yield Entity("", start, end, index.text[start:end], e.label, e.link or None)


def _anchor(index: TokenIndex, span: Span) -> tuple[int, int, str]:
    start, end = index.starts[span.start], index.ends[span.end - 1]
    return start, end, index.text[start:end]


def _claims(index: TokenIndex, claims: Sequence[Attribution]) -> Iterator[Claim]:
    links = {i: e.link for e in index.entities for i in range(e.start, e.end) if e.link} if claims else {}
    for claim in claims:
        held = claim.holder
        link = next((links[s.end - 1] for s in (held, claim.antecedent) if s is not None and s.end - 1 in links), None)
        holder = None if held is None else Mention(*_anchor(index, held), link)
        content = tuple(Anchor(*_anchor(index, part)) for part in claim.content)
        yield Claim(claim.id, *_anchor(index, claim.cue), claim.lemma, holder, content, claim.type, claim.polarity)


@Language.factory(
    "sayso_stance", default_config={"schema": None}, requires=["doc.ents"], assigns=["doc.spans", "doc._.stances"]
)
def create_stance(
    nlp: Language,  # noqa: ARG001 - spaCy's signature
    name: str,  # noqa: ARG001
    schema: str | None,
) -> Callable[[Doc], Doc]:
    """The factory behind the entry point: `doc._.stances` then has a `StanceSpan` for every pair of holder and target.

    They are made from `doc.spans["stances"]` (the targets, labelled with the stance), `doc.spans["stance_holders"]` and
    `doc.spans["stance_evidence"]`, whose `id_` tells which belong together. It goes after `sayso_entities` and
    `sayso_claims`.

    Args:
        schema: the path of a `schema.json`; the package's own if None.

    Raises:
        InputError: the file is malformed.
    """
    return StanceJudge(Scheme.read(Path(schema) if schema else resource("annotations/schema.json")))
