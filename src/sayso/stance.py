"""Where holders stand towards targets: `nlp.add_pipe("sayso_stance")`, as the scheme's layer S describes it.

`sayso.stance_rules` decides each pair, `sayso.stance_model` has the weights. What neither sees is `none`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple, cast

from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup

from sayso.claims import Attribution, attributions
from sayso.collector import no_collector
from sayso.items import stance_pairs
from sayso.resources import resource
from sayso.scheme import Scheme
from sayso.segmentation import by_lines
from sayso.stance_features import Range
from sayso.stance_model import Weights, shipped
from sayso.stance_rules import Judgement, author_stance, judge, judge_items, judge_pairs
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

    @no_collector()
    def __call__(self, doc: Doc) -> Doc:
        """Set the span groups; a former run's are replaced."""
        index, claims = TokenIndex(doc), attributions(doc)
        things, own = _entities(index, self.scheme), sorted(_claims(index, claims), key=_START)
        # The doc's text is its own seed here: nothing is removed but white space.
        found = stance_pairs(by_lines(index.text), things, own, self.scheme)
        pairs = [(holder, target) for holder, target, _ in cast("_Pairs", found)]
        judged = judge_pairs(index, [(one and one.tokens, other.tokens, other.entity) for one, other in pairs], claims)
        groups: dict[str, list[Span]] = {name: [] for name in _GROUPS}
        facts: dict[str, list[int | str]] = {}
        targets, holders, evidence = groups.values()
        for number, ((holder, target), ((label, score, source), shown)) in enumerate(
            zip(pairs, judged, strict=True), 1
        ):
            id_ = f"s{number}"
            facts[id_] = [score, source]
            targets.append(Span(doc, *target.tokens, label=label, span_id=id_))
            if holder is not None:
                holders.append(Span(doc, *holder.tokens, label="holder", span_id=id_))
            evidence.extend(Span(doc, start, end, label=label, span_id=id_) for start, end in shown)
        for name, spans in groups.items():
            attrs = {"facts": facts} if name == "stances" else {}
            doc.spans[name] = SpanGroup(doc, name=name, attrs=attrs, spans=spans)
        return doc


def stances(doc: Doc) -> tuple[StanceSpan, ...]:
    """The pairs on a `Doc`, from its span groups; none before it has run, nor on a `Doc` of `Doc.from_docs`."""
    if "stances" not in doc.spans or "facts" not in doc.spans["stances"].attrs:
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


class _Thing(NamedTuple):
    """A holder or a target: code points of the text, its tokens, and what `sayso.items.Labelled` asks for."""

    start: int
    end: int
    tokens: Range
    label: str
    entity: str | None


class _Claim(NamedTuple):
    """What `sayso.items.Held` asks for."""

    start: int
    end: int
    holder: _Thing | None


_START = itemgetter(0)
_Pairs = Iterator[tuple[_Thing | None, _Thing, object]]


def _entities(index: TokenIndex, scheme: Scheme) -> list[_Thing]:
    labels = frozenset((*scheme.stance_holder, *scheme.stance_target, *scheme.author_target))
    starts, ends, new = index.starts, index.ends, tuple.__new__
    return [
        new(_Thing, (starts[start], ends[end - 1], (start, end), label, link or None))
        for start, end, label, link in index.entities
        if label in labels
    ]


def _claims(index: TokenIndex, claims: Sequence[Attribution]) -> Iterator[_Claim]:
    starts, ends = index.starts, index.ends
    links = {i: e.link for e in index.entities for i in range(e.start, e.end) if e.link} if claims else {}
    for claim in claims:
        held, cue = claim.holder, claim.cue
        holder = None
        if held is not None:
            antecedent = claim.antecedent
            link = links.get(held.end - 1) or (links.get(antecedent.end - 1) if antecedent is not None else None)
            holder = _Thing(starts[held.start], ends[held.end - 1], (held.start, held.end), "", link)
        yield _Claim(starts[cue.start], ends[cue.end - 1], holder)


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
