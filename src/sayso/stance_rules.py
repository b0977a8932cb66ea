"""Where a holder stands towards a target of the same sentence, and where the author does.

Rules over verbs and the parse (or, without one, over the words between holder and target) decide a pair of one
sentence; what a holder says of the target is decided by a small linear model, and so is the author's stance. What none
of them sees is `none`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from spacy.tokens import Doc, Span, Token

from sayso.claims import Attribution, attributions
from sayso.items import Item
from sayso.layers import Mention
from sayso.stance_features import Range, Reading, read, stance_words, stem
from sayso.stance_model import shipped
from sayso.token_index import TokenIndex, is_annotated

__all__ = ["Judgement", "author_stance", "judge", "judge_items", "judge_pairs"]

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
_BETWEEN, _BESIDE = 12, 6  # words between holder and target, and those that are beside both
_ACCUSATIONS = stance_words().wrongs | {"allegation", "accusation"}
# Before a noun: what follows is no verb.
_BEFORE_NOUN = _words("the a an his her its their our my your this that these those of in on at for with no some")
_CLOSING = frozenset("\"'”’)")


class Judgement(NamedTuple):
    """A label, how often such a one is right in per cent, and what decided: `parse`, `words`, `model` or `default`."""

    label: str
    score: int
    source: str


_UNSEEN = Judgement(NONE, UNSEEN, "default")


class _Text:
    """A `Doc` as the rules read it: words and sentences by their tokens, each read once."""

    def __init__(self, doc: Doc, claims: Iterable[Attribution], index: TokenIndex | None = None) -> None:
        self.doc, self.index, self.claims = doc, index or TokenIndex(doc), tuple(claims)
        self.parsed = is_annotated(doc, "DEP")
        self.held = [(c, c.holder.start, c.holder.end, _ranges(c)) for c in self.claims if c.holder is not None]
        self._words: dict[Range, list[str]] = {}
        self._readings: dict[Range, Reading] = {}
        self._asks: dict[Range, bool] = {}
        self._hedged: dict[Range, bool] = {}

    def words(self, start: int, end: int) -> list[str]:
        """The words of a range of tokens."""
        found = self._words.get((start, end))
        if found is None:
            found = self._words[start, end] = self.index.words(start, end)
        return found

    def reading(self, start: int, end: int) -> Reading:
        """What the model reads in a range of tokens."""
        found = self._readings.get((start, end))
        if found is None:
            found = self._readings[start, end] = read(self.words(start, end))
        return found

    def asks(self, target: Range) -> bool:
        """Whether a target's sentence is a question."""
        sentence = self.index.sentence(target[0])
        found = self._asks.get(sentence)
        if found is None:
            words = self.words(*sentence)
            last = len(words) - 1
            while last > 0 and (words[last].isspace() or words[last] in _CLOSING):
                last -= 1
            found = self._asks[sentence] = words[last].endswith("?")
        return found

    def hedged(self, sentence: Range) -> bool:
        """Whether a sentence says that something may not be so."""
        found = self._hedged.get(sentence)
        if found is None:
            found = self._hedged[sentence] = not _HEDGES.isdisjoint(map(str.lower, self.words(*sentence)))
        return found


def _ranges(claim: Attribution) -> list[Range]:
    return [(part.start, part.end) for part in claim.content]


def judge(doc: Doc, holder: Span, target: Span) -> Judgement:
    """The stance of a holder towards a target of the same sentence.

    Args:
        doc: with claims on it, and parsed or not.
    """
    text = _Text(doc, attributions(doc))
    return _judged(text, (holder.start, holder.end), (target.start, target.end), text.held)


_Held = tuple[Attribution, int, int, list[Range]]
"""A claim, its holder's tokens, and those of its content."""


def _judged(text: _Text, holder: Range, target: Range, held: Iterable[_Held]) -> Judgement:
    if text.parsed:
        if text.asks(target):
            return _UNSEEN
        label = _by_parse(text.doc[holder[0] : holder[1]].root, text.doc[target[0] : target[1]].root)
        if label is not None:
            return Judgement(label, RULE, "parse")
    # The holder's own claims that hold the target, each with the part of its content that does.
    about = [
        (claim, part)
        for claim, start, end, content in held
        if start < holder[1] and holder[0] < end
        for part in content
        if part[0] <= target[0] < part[1]
    ]
    # Between a holder and what they speak of stand words that are not done to it.
    if not about and (label := _by_words(text, holder, target)) is not None:
        return Judgement(label, WORDS, "words") if not text.asks(target) else _UNSEEN
    for claim, part in about if about and not text.asks(target) else ():
        if (judgement := _by_claim(text, claim, part, target)) is not None:
            return judgement
    return _UNSEEN


# -- what the holder does


def _by_parse(holder: Token, target: Token) -> str | None:
    """The stance of a verb that the holder governs towards the target in it."""
    for verb, passive in _verbs(holder):
        reached = target.dep_ == "nsubjpass" and target.head == verb if passive else None
        path = None if passive else _path(target, verb)
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


def _by_words(text: _Text, holder: Range, target: Range) -> str | None:
    """The same by the words between both: *HOLDER sued ... TARGET*, *TARGET was sued by HOLDER*."""
    lists = stance_words()
    if holder[1] <= target[0]:
        start, end = holder[1], target[0]
    elif target[1] <= holder[0] and text.index.word(holder[0] - 1).lower() == "by":
        start, end = target[1], holder[0] - 1
    else:
        return None
    if not 0 < end - start <= _BETWEEN:
        return None
    words = text.words(start, end)
    lower = [word.lower() for word in words]
    for i in range(max(0, len(words) - _BESIDE), min(_BESIDE, len(words))):
        cut = stem(lower[i]) if words[i].islower() else ""
        label = AGAINST if cut in lists.against else FAVOR if cut in lists.favor else None
        if label is not None:
            before = lower[i - 1] if i else text.index.word(start - 1).lower()
            if before not in _BEFORE_NOUN:
                negated = not lists.negations.isdisjoint(lower)
                return label if not negated else AGAINST if label == FAVOR else None
    return AGAINST if lower[-1] == "against" else None


# -- what the holder says


def _by_claim(text: _Text, claim: Attribution, part: Range, target: Range) -> Judgement | None:
    """What is said of the target there."""
    place = (target[0] - part[0], min(target[1], part[1]) - part[0])
    if claim.polarity != "denies" and claim.lemma == "allege" and place[0] <= 2:
        return Judgement(AGAINST, WORDS, "words")
    label, margin = shipped().decide_at(text.reading(*part), place)
    if claim.polarity == "denies":
        accused = label == AGAINST or any(stem(word.lower()) in _ACCUSATIONS for word in text.words(*part))
        return Judgement(FAVOR, WORDS, "words") if accused else None
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
    spans = list(mentions)
    if not spans:
        return _UNSEEN, []
    text = _Text(spans[0].doc, ())
    judgement, shown = _written(text, [(span.start, span.end) for span in spans], said)
    return judgement, [text.doc[start:end] for start, end in shown]


def _written(text: _Text, mentions: Iterable[Range], said: Collection[int]) -> tuple[Judgement, list[Range]]:
    places: dict[Range, Range] = {}
    for start, end in mentions:
        sentence = text.index.sentence(start)
        if start not in said and sentence not in places:
            places[sentence] = (start - sentence[0], end - sentence[0])
    shown: dict[str, list[Range]] = {AGAINST: [], FAVOR: []}
    least = 100
    for left, (sentence, place) in zip(range(len(places), 0, -1), places.items(), strict=True):
        if left + max(map(len, shown.values())) < 2 or all(shown.values()):
            break
        if text.hedged(sentence):
            continue
        label, margin = shipped().decide_at(text.reading(*sentence), place)
        if label != NONE and margin >= WRITTEN:
            shown[label].append(sentence)
            least = min(least, shipped().percent(margin))
    for label in (AGAINST, FAVOR):
        if len(shown[label]) > 1 and not shown[_TURNED[label]]:
            return Judgement(label, least, "model"), shown[label]
    return _UNSEEN, []


def judge_items(
    index: TokenIndex, items: Iterable[Item], spot: Callable[[Mention], Range], claims: Sequence[Attribution]
) -> list[tuple[Judgement, list[Span]]]:
    """The stance of each item and, for the author's, the sentences that show it.

    Args:
        index: of a `Doc` with entities, linked by `kb_id_`.
        spot: gives the tokens of a mention, end exclusive.
        claims: those of the `Doc`.
    """
    pairs = [
        (None if item.holder is None else spot(item.holder), spot(item.target), item.target.entity) for item in items
    ]
    doc = index.doc
    return [
        (judgement, [doc[start:end] for start, end in shown]) for judgement, shown in judge_pairs(index, pairs, claims)
    ]


def judge_pairs(
    index: TokenIndex, pairs: Iterable[tuple[Range | None, Range, str | None]], claims: Sequence[Attribution]
) -> list[tuple[Judgement, Sequence[Range]]]:
    """As `judge_items`, of pairs by their tokens: the holder, the target and its link."""
    text = _Text(index.doc, claims, index)
    mentions: dict[str, list[Range]] = defaultdict(list)
    for e in index.entities:
        if e.link:
            mentions[e.link].append((e.start, e.end))
    by_sentence: dict[int, dict[str, _Held]] = defaultdict(dict)
    for held in text.held:
        for start, end in held[3]:
            for sentence in index.sentences(start, end):
                by_sentence[sentence[0]][held[0].id] = held
    said = {i for claim in text.claims for part in claim.content for i in range(part.start, part.end)}
    judged: list[tuple[Judgement, Sequence[Range]]] = []
    for holder, target, link in pairs:
        if holder is None:
            judged.append(_written(text, mentions[link or ""], said))
        else:
            own = by_sentence.get(index.sentence(target[0])[0])
            judged.append((_judged(text, holder, target, own.values() if own else ()), ()))
    return judged
