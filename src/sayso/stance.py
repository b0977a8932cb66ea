"""Where holders stand towards targets: `nlp.add_pipe("sayso_stance")`, as the scheme's layer S describes it.

Rules over verbs and the parse (or, without one, over the words between holder and target) decide a pair of one
sentence; what a holder says of the target is decided by a small linear model, and so is the author's stance. All
weights are whole numbers, so every machine decides alike. What none of them sees is `none`.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup, Token

from sayso.claims import Attribution, attributions
from sayso.items import Item, stance_items
from sayso.layers import Anchor, Claim, Entity, Mention
from sayso.resources import resource
from sayso.scheme import Scheme
from sayso.segmentation import by_lines
from sayso.stance_features import features, stance_words, stem
from sayso.token_index import TokenIndex, is_annotated

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

AGAINST, FAVOR, NONE = "against", "favor", "none"
_TURNED = {AGAINST: FAVOR, FAVOR: AGAINST, NONE: NONE}

RULE = 75
"""How often a rule over the parse is right where it sees a stance, in per cent; and over words alone."""
WORDS = 60
UNSEEN = 70
"""How often a pair in which nothing is seen has none."""

SAID = 33
"""The model's least margin for what a holder says, and for what the author writes in one sentence."""
WRITTEN = 45


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_HEDGES = _words(
    "alleged allegedly reportedly accused may might could would if whether claim claims question questions"
)
_INSIDE = _words("dobj pobj prep poss compound appos conj nmod attr dative amod pcomp oprd agent")
_FOR = _words("work campaign vote root stand fight lobby speak stump rally")
_FOR_NOUNS = _words("support praise campaign vote backing endorsement respect admiration love")
_AGAINST_NOUNS = _words("attack protest complaint charge allegation accusation anger")
_ACCUSATIONS = stance_words().wrongs | {"allegation", "accusation"}
# Before a noun: what follows is no verb.
_BEFORE_NOUN = _words("the a an his her its their our my your this that these those of in on at for with no some")
_CLOSING = frozenset("\"'”’)")
_GROUPS = ("stances", "stance_holders", "stance_evidence")


class Judgement(NamedTuple):
    """A label, how often such a one is right in per cent, and what decided: `parse`, `words`, `model` or `default`."""

    label: str
    score: int
    source: str


@dataclass(frozen=True)
class Weights:
    """The linear model of `stance_weights.json`.

    Attributes:
        certainty: (least margin, per cent right from there on), rising.
    """

    labels: tuple[str, ...]
    bias: tuple[int, ...]
    certainty: tuple[tuple[int, int], ...]
    weights: Mapping[str, Sequence[int]]

    def decide(self, found: Mapping[str, int]) -> tuple[str, int]:
        """The label of features, and by how much it leads; of equals the first."""
        sums = list(self.bias)
        for name, n in found.items():
            row = self.weights.get(name)
            if row is not None:
                for i, weight in enumerate(row):
                    sums[i] += n * weight
        best = max(range(len(sums)), key=lambda i: (sums[i], -i))
        return self.labels[best], sums[best] - max(total for i, total in enumerate(sums) if i != best)

    def percent(self, margin: int) -> int:
        """How often a decision by such a margin was right on sentences apart."""
        return self.certainty[bisect_right(self.certainty, margin, key=lambda row: row[0]) - 1][1]


@cache
def shipped() -> Weights:
    """The weights that the package carries."""
    data: dict[str, Any] = json.loads((Path(__file__).parent / "stance_weights.json").read_text(encoding="utf-8"))
    certainty = tuple((int(margin), int(percent)) for margin, percent in data["certainty"])
    return Weights(tuple(data["labels"]), tuple(data["bias"]), certainty, data["weights"])


def judge(doc: Doc, holder: Span, target: Span) -> Judgement:
    """The stance of a holder towards a target of the same sentence.

    Args:
        doc: with claims on it, and parsed or not.
    """
    return _judged(holder, target, attributions(doc), parsed=is_annotated(doc, "DEP"))


def _judged(holder: Span, target: Span, claims: Iterable[Attribution], *, parsed: bool) -> Judgement:
    sentence = target.sent
    last = sentence.end - 1
    while last > sentence.start and (sentence.doc[last].is_space or sentence.doc[last].text in _CLOSING):
        last -= 1
    if sentence.doc[last].text.endswith("?"):
        return Judgement(NONE, UNSEEN, "default")
    if parsed and (label := _by_parse(holder, target)) is not None:
        return Judgement(label, RULE, "parse")
    about = list(_claims_about(claims, holder, target))
    # Between a holder and what they speak of stand words that are not done to it.
    if not about and (label := _by_words(sentence, holder, target)) is not None:
        return Judgement(label, WORDS, "words")
    for claim, part in about:
        if (judgement := _by_claim(claim, part, target)) is not None:
            return judgement
    return Judgement(NONE, UNSEEN, "default")


# -- what the holder does


def _by_parse(holder: Span, target: Span) -> str | None:
    """The stance of a verb that the holder governs towards the target in it."""
    for verb, passive in _verbs(holder.root):
        reached = target.root.dep_ == "nsubjpass" and target.root.head == verb if passive else None
        path = None if passive else _path(target.root, verb)
        if not reached and path is None:
            continue
        label = _of_verb(verb, path or ())
        if label == NONE:
            continue
        if any(child.dep_ == "mark" and child.lower_ in ("if", "whether", "unless") for child in verb.children):
            return None
        negated = any(child.dep_ == "neg" for child in verb.children) or _refused(verb)
        # Who does not attack somebody does not praise them.
        return label if not negated else AGAINST if label == FAVOR else None
    return None


def _verbs(root: Token) -> Iterator[tuple[Token, bool]]:
    """The verbs whose agent a word is, with whether they are passive."""
    if root.dep_ == "pobj" and root.head.dep_ == "agent":
        yield root.head.head, True
        return
    while root.dep_ in ("conj", "appos"):
        root = root.head
    if root.dep_ != "nsubj":
        return
    waiting = [root.head]
    while waiting:
        verb = waiting.pop(0)
        yield verb, False
        for child in verb.children:
            own = any(grandchild.dep_ in ("nsubj", "nsubjpass") for grandchild in child.children)
            if child.dep_ in ("conj", "xcomp", "advcl", "pcomp", "acl") and child.i > verb.i and not own:
                waiting.append(child)


def _path(token: Token, verb: Token) -> tuple[Token, ...] | None:
    """The words from a target up to below a verb, if it is in the verb's own objects; else None."""
    path = []
    while token != verb:
        if token.dep_ not in _INSIDE or token.head == token:
            return None
        path.append(token)
        token = token.head
    return tuple(path)


def _of_verb(verb: Token, path: Sequence[Token]) -> str:
    """What a verb means for the end of a path below it: *sued X*, *filed a complaint against X*, *campaigned for X*."""
    lists, lemma = stance_words(), stem(verb.lower_)
    prepositions = [token.lower_ for token in path if token.dep_ == "prep"]
    nouns = {stem(token.lower_) for token in path if token.dep_ in ("dobj", "pobj", "attr", "conj")}
    if "against" in prepositions:
        return AGAINST
    if "for" in prepositions and (lemma in _FOR or nouns & _FOR_NOUNS):
        return FAVOR
    if lemma in lists.against:
        # What is done for or with somebody is not done to them.
        return NONE if {"for", "with", "in", "at", "to"} & set(prepositions) else AGAINST
    if lemma in lists.favor:
        return NONE if {"from", "in", "at"} & set(prepositions) else FAVOR
    if nouns & _AGAINST_NOUNS and {"at", "on"} & set(prepositions):
        return AGAINST
    return NONE


def _refused(verb: Token) -> bool:
    return verb.dep_ == "xcomp" and verb.head.lemma_ in ("refuse", "decline", "fail", "stop")


def _by_words(sentence: Span, holder: Span, target: Span) -> str | None:
    """The same by the words between both: *HOLDER sued ... TARGET*, *TARGET was sued by HOLDER*."""
    lists, doc = stance_words(), sentence.doc
    if holder.end <= target.start:
        between = doc[holder.end : target.start]
    elif target.end <= holder.start and doc[holder.start - 1].lower_ == "by":
        between = doc[target.end : holder.start - 1]
    else:
        return None
    if len(between) > 12:
        return None
    negated = any(token.lower_ in lists.negations for token in between)
    for token in between[:6]:
        near = between.end - token.i <= 6 and token.is_lower and doc[token.i - 1].lower_ not in _BEFORE_NOUN
        cut = stem(token.lower_) if near else ""
        label = AGAINST if cut in lists.against else FAVOR if cut in lists.favor else None
        if label is not None:
            return label if not negated else AGAINST if label == FAVOR else None
    if len(between) and between[-1].lower_ == "against":
        return AGAINST
    return None


# -- what the holder says


def _claims_about(claims: Iterable[Attribution], holder: Span, target: Span) -> Iterator[tuple[Attribution, Span]]:
    """The holder's own claims that hold the target, each with the part of its content that does."""
    for claim in claims:
        if claim.holder is not None and claim.holder.start < holder.end and holder.start < claim.holder.end:
            for part in claim.content:
                if part.start <= target.start < part.end:
                    yield claim, part


def _by_claim(claim: Attribution, part: Span, target: Span) -> Judgement | None:
    """What is said of the target there."""
    words = [token.text for token in part]
    place = (target.start - part.start, min(target.end, part.end) - part.start)
    label, margin = shipped().decide(features(words, place))
    if claim.polarity == "denies":
        accused = label == AGAINST or any(stem(word.lower()) in _ACCUSATIONS for word in words)
        return Judgement(FAVOR, WORDS, "words") if accused else None
    if claim.lemma == "allege" and place[0] <= 2:
        return Judgement(AGAINST, WORDS, "words")
    if label != NONE and margin >= SAID:
        return Judgement(label, shipped().percent(margin), "model")
    return None


# -- what the author writes


def author_stance(mentions: Iterable[Span], said: Collection[int] = ()) -> tuple[Judgement, list[Span]]:
    """The author's stance towards a thing, and the sentences that show it.

    Sentences count once, outside claims, unhedged; two must agree, and none gainsay them.

    Args:
        said: the indices of tokens that somebody else says.
    """
    shown: dict[str, list[Span]] = {AGAINST: [], FAVOR: []}
    least, seen = 100, set()
    for mention in mentions:
        sentence = mention.sent
        if mention.start in said or sentence.start in seen or any(token.lower_ in _HEDGES for token in sentence):
            continue
        seen.add(sentence.start)
        place = (mention.start - sentence.start, mention.end - sentence.start)
        label, margin = shipped().decide(features([token.text for token in sentence], place))
        if label != NONE and margin >= WRITTEN:
            shown[label].append(sentence)
            least = min(least, shipped().percent(margin))
    for label in (AGAINST, FAVOR):
        if len(shown[label]) > 1 and not shown[_TURNED[label]]:
            return Judgement(label, least, "model"), shown[label]
    return Judgement(NONE, UNSEEN, "default"), []


def judge_items(doc: Doc, items: Iterable[Item], spot: Callable[[Mention], Span]) -> list[tuple[Judgement, list[Span]]]:
    """The stance of each item and, for the author's, the sentences that show it.

    Args:
        doc: with entities, linked by `kb_id_`, and claims on it.
        spot: gives the span of a mention on the `Doc`.
    """
    mentions: dict[str, list[Span]] = defaultdict(list)
    for ent in doc.ents:
        if ent.kb_id_:
            mentions[ent.kb_id_].append(ent)
    claims, parsed = attributions(doc), is_annotated(doc, "DEP")
    by_sentence: dict[int, list[Attribution]] = defaultdict(list)
    for claim in claims:
        for part in claim.content:
            for start in {part[0].sent.start, *(token.i for token in part if token.is_sent_start)}:
                by_sentence[start].append(claim)
    said = {i for claim in claims for part in claim.content for i in range(part.start, part.end)}
    judged: list[tuple[Judgement, list[Span]]] = []
    for item in items:
        if item.holder is None:
            judged.append(author_stance(mentions[item.target.entity or ""], said))
        else:
            target = spot(item.target)
            own = by_sentence.get(target.sent.start, ()) if claims else ()
            judged.append((_judged(spot(item.holder), target, own, parsed=parsed), []))
    return judged


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
        index = TokenIndex(doc)

        def spot(mention: Mention) -> Span:
            span = index.span(mention.start, mention.end)
            assert span is not None  # noqa: S101 - it was made from a span of the doc
            return span

        # The doc's text is its own seed here: nothing is removed but white space.
        document = by_lines(index.text)
        items = stance_items(document, [*_entities(doc, self.scheme), *_claims(doc)], self.scheme)
        groups: dict[str, list[Span]] = {name: [] for name in _GROUPS}
        facts: dict[str, list[int | str]] = {}
        for number, (item, judged) in enumerate(zip(items, judge_items(doc, items, spot), strict=True), 1):
            (label, score, source), shown = judged
            id_ = f"s{number}"
            facts[id_] = [score, source]
            groups["stances"].append(_labelled(spot(item.target), label, id_))
            if item.holder is not None:
                groups["stance_holders"].append(_labelled(spot(item.holder), "holder", id_))
            groups["stance_evidence"] += [_labelled(sentence, label, id_) for sentence in shown]
        for name, spans in groups.items():
            attrs = {"facts": facts} if name == "stances" else {}
            doc.spans[name] = SpanGroup(doc, name=name, attrs=attrs, spans=spans)
        return doc


def _labelled(span: Span, label: str, id_: str) -> Span:
    return Span(span.doc, span.start, span.end, label=label, span_id=id_)


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


def _entities(doc: Doc, scheme: Scheme) -> Iterator[Entity]:
    for e in doc.ents:
        if e.label_ in scheme.entity:
            yield Entity("", e.start_char, e.end_char, e.text, e.label_, e.kb_id_ or None)


def _claims(doc: Doc) -> Iterator[Claim]:
    links = {i: e.kb_id_ for e in doc.ents for i in range(e.start, e.end) if e.kb_id_}
    for found in attributions(doc):
        cue, held = found.cue, found.holder
        link = next((links[s.end - 1] for s in (held, found.antecedent) if s is not None and s.end - 1 in links), None)
        holder = None if held is None else Mention(held.start_char, held.end_char, held.text, link)
        content = tuple(Anchor(part.start_char, part.end_char, part.text) for part in found.content)
        span = (cue.start_char, cue.end_char, cue.text)
        yield Claim(found.id, *span, found.lemma, holder, content, found.type, found.polarity)


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
