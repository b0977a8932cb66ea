"""Who says what, found by rules: `nlp.add_pipe("sayso_claims")`, as the scheme's layer C describes it.

On a parsed `Doc` the rules read the parse (`sayso.claims.syntax`), on any other the text (`sayso.claims.surface`), so
the component works on `spacy.blank("en")` too. What it finds is a suggestion: nothing is trained, nothing is certain.

- `doc.spans["claims"]`: the cue of each claim, labelled with its type; `id_` is `c1`, `c2`, ... in text order.
- `doc.spans["claim_contents"]`, labelled with the polarity, and `doc.spans["claim_holders"]` and
  `doc.spans["claim_antecedents"]`, with the same `id_`.
- `doc._.claims`: all of them as `Attribution`s.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup

from sayso.claims.cues import Cues, shipped
from sayso.claims.holders import NAMED
from sayso.claims.surface import surface
from sayso.claims.syntax import parsed
from sayso.claims.types import claim_type
from sayso.collector import no_collector
from sayso.errors import LineageError
from sayso.layers import Anchor, Claim, Entity, Mention
from sayso.segmentation import Document
from sayso.token_index import TokenIndex, is_annotated

__all__ = ["PARSE", "SURFACE", "Attribution", "attribute", "attributions", "create_claims", "to_claims"]

PARSE = "sayso-claims-parse"
SURFACE = "sayso-claims-surface"

# How often a form is right, in hundredths and coarse: benchmarks/claims.py counts it. Integers, so that no machine
# rounds them otherwise.
_SCORES = {
    PARSE: {
        "that": 95, "quotation": 95, "according": 95, "bare": 90, "infinitive": 85, "parenthesis": 85, "object": 75,
        "question": 75,
    },
    SURFACE: {
        "that": 85, "quotation": 95, "according": 95, "bare": 90, "infinitive": 80, "parenthesis": 65, "object": 65,
    },
}  # fmt: skip
_UNHELD = 15  # less where no holder was found
_GROUPS = ("claims", "claim_holders", "claim_contents", "claim_antecedents")
_SINGULAR = {"he": "m", "she": "f"}
_PRONOUNS = frozenset(("he", "she", "it", "they"))
_TITLES = {
    "mr": "m",
    "mr.": "m",
    "sir": "m",
    "lord": "m",
    "mrs": "f",
    "mrs.": "f",
    "ms": "f",
    "ms.": "f",
    "miss": "f",
    "lady": "f",
}
_PERSONS = frozenset(("PER", "PERSON"))
_BODIES = frozenset(("ORG", "GPE", "LOC", "NORP"))
_REACH = 3  # sentences back to a pronoun's antecedent


@dataclass(frozen=True, slots=True)
class Attribution:
    """One claim on a `Doc`.

    Attributes:
        id: `c1`, `c2`, ... in text order.
        cue: the word that makes the claim; its label is the type.
        lemma: the listed lemma of the cue.
        holder: who says it, or None if nobody is named.
        antecedent: whom a pronoun holder means: the nearest subject before it that agrees, if it is a name.
        content: what is said; two spans where the cue stands in the middle.
        type: fact, plan or view.
        polarity: asserts or denies.
        score: 0 to 1, by the form of the claim.
        source: `sayso-claims-parse` or `sayso-claims-surface`.
    """

    id: str
    cue: Span
    lemma: str
    holder: Span | None
    antecedent: Span | None
    content: tuple[Span, ...]
    type: str
    polarity: str
    score: float
    source: str

    @property
    def entity(self) -> str | None:
        """The link of the holder's name, or of its antecedent's, where `doc.ents` carry links (`kb_id_`)."""
        for span in (self.holder, self.antecedent):
            if span is not None:
                # Not by `Span.ents`, which goes through the whole text.
                doc, last = span.doc, span.root.i
                first = last
                while doc[first].ent_iob_ == "I":
                    first -= 1
                while last + 1 < len(doc) and doc[last + 1].ent_iob_ == "I":
                    last += 1
                if span.start <= first and last < span.end and doc[first].ent_type and doc[first].ent_kb_id_:
                    return doc[first].ent_kb_id_
        return None


@dataclass(frozen=True, slots=True)
class _Draft:
    """A claim before it has its number."""

    cue: Span
    lemma: str
    form: str
    holder: Span | None
    content: tuple[Span, ...]
    negated: bool


@no_collector()
def attribute(doc: Doc, cues: Cues | None = None) -> Doc:
    """Find the claims of a `Doc` and set its span groups; a former run's are replaced.

    Args:
        doc: parsed or not. Each line of its text is a block, as for `sayso_segment`.
        cues: what may be a cue, and of what; the package's scheme if None.
    """
    cues = shipped() if cues is None else cues
    source = PARSE if is_annotated(doc, "DEP") or not len(doc) else SURFACE
    index = TokenIndex(doc)
    drafts = _parsed(doc, cues) if source == PARSE else _surface(index, cues)
    groups: dict[str, list[Span]] = {name: [] for name in _GROUPS}
    facts: dict[str, list[str | int]] = {}
    genders: dict[str, str] = {}
    earlier: list[Span] = []
    subjects = _subjects(doc) if source == PARSE else []
    for number, draft in enumerate(drafts, 1):
        id_ = f"c{number}"
        polarity = "denies" if draft.negated or draft.lemma in cues.denial else "asserts"
        type_ = claim_type(draft.lemma, " ".join(map(index.text_of, draft.content)), cues)
        groups["claims"].append(_labelled(draft.cue, type_, id_))
        groups["claim_contents"].extend(_labelled(span, polarity, id_) for span in draft.content)
        score = _SCORES[source][draft.form] - (0 if draft.holder is not None else _UNHELD)
        facts[id_] = [draft.lemma, score]
        if draft.holder is not None:
            groups["claim_holders"].append(_labelled(draft.holder, "holder", id_))
            if index.text_of(draft.holder).lower() in _PRONOUNS:
                candidates = sorted([*subjects, *earlier], key=lambda span: span.start)
                antecedent = _antecedent(index, draft.holder, candidates, genders)
                if antecedent is not None:
                    groups["claim_antecedents"].append(_labelled(antecedent, "antecedent", id_))
            elif _is_name(index, draft.holder):
                earlier.append(draft.holder)
    for name, spans in groups.items():
        attrs = {"source": source, "facts": facts} if name == "claims" else {}
        doc.spans[name] = SpanGroup(doc, name=name, attrs=attrs, spans=spans)
    return doc


def _labelled(span: Span, label: str, id_: str) -> Span:
    return Span(span.doc, span.start, span.end, label=label, span_id=id_)


def attributions(doc: Doc) -> tuple[Attribution, ...]:
    """The claims on a `Doc`, from its span groups; none before the component has run.

    None either on a `Doc` of `Doc.from_docs`, which keeps the spans and forgets what was known of them.
    """
    if "claims" not in doc.spans or "facts" not in doc.spans["claims"].attrs:
        return ()
    group = doc.spans["claims"]
    parts: dict[str, dict[str, list[Span]]] = {}
    for name in _GROUPS[1:]:
        parts[name] = defaultdict(list)
        for span in doc.spans[name]:
            parts[name][span.id_].append(span)
    found = []
    for cue in group:
        lemma, hundredths = group.attrs["facts"][cue.id_]
        holder, antecedent = (next(iter(parts[name][cue.id_]), None) for name in ("claim_holders", "claim_antecedents"))
        content = tuple(parts["claim_contents"][cue.id_])
        found.append(
            Attribution(
                id=cue.id_, cue=cue, lemma=lemma, holder=holder, antecedent=antecedent, content=content,
                type=cue.label_, polarity=content[0].label_, score=hundredths / 100, source=group.attrs["source"],
            )
        )  # fmt: skip
    return tuple(found)


def to_claims(doc: Doc, document: Document, entities: Iterable[Entity] = ()) -> list[Claim]:
    """The claims on a `Doc` as annotations anchored to the seed.

    A holder that holds an entity span as its last words becomes that span (C7) and takes its link; a pronoun takes the
    link of its antecedent. Else the link is that of `doc.ents`, or None.

    Args:
        doc: its text is the document's.
        document: where the text comes from.
        entities: the entity layer of the document, anchored to the seed.

    Raises:
        LineageError: the two texts differ.
    """
    if TokenIndex(doc).text != document.text:
        raise LineageError(f"{document.id}: the Doc has another text than the document: make it from `document.text`")
    known = sorted((e for e in entities), key=lambda e: e.start)

    def anchor(span: Span) -> Anchor:
        start, end = document.to_seed(span.start_char), document.to_seed(span.end_char)
        return Anchor(start, end, document.seed[start:end])

    def entity_in(a: Anchor) -> Entity | None:
        inside = [e for e in known if a.start < e.end and e.start < a.end and e.end >= a.end]
        return inside[-1] if inside else None

    claims = []
    for found in attributions(doc):
        cue, holder = anchor(found.cue), None
        if found.holder is not None:
            a = anchor(found.holder)
            named = entity_in(a)
            link = found.entity
            if named is not None:
                a, link = Anchor(named.start, named.end, named.text), named.entity
            elif found.antecedent is not None and (meant := entity_in(anchor(found.antecedent))) is not None:
                link = meant.entity
            holder = Mention(a.start, a.end, a.text, link)
        content = tuple(anchor(span) for span in found.content)
        where = (cue.start, cue.end, cue.text, found.lemma)
        claims.append(Claim(found.id, *where, holder, content, found.type, found.polarity))
    return claims


# ---------------------------------------------------------------- drafts


def _parsed(doc: Doc, cues: Cues) -> Iterator[_Draft]:
    for claim in parsed(doc, cues):
        holder = None if claim.holder is None else doc[claim.holder[0] : claim.holder[1]]
        content = tuple(doc[start:end] for start, end in claim.content)
        yield _Draft(doc[claim.cue : claim.cue + 1], claim.lemma, claim.form, holder, content, claim.negated)


def _surface(index: TokenIndex, cues: Cues) -> Iterator[_Draft]:
    doc, starts = index.doc, index.starts

    def span(start: int, end: int) -> Span:
        """The tokens that hold a range of characters."""
        first = bisect_left(starts, start + 1) - 1
        return Span(doc, first, max(bisect_left(starts, end), first + 1))

    taken = -1
    for claim in surface(index.text, cues):
        cue = span(*claim.cue)
        content = tuple(span(*part) for part in claim.content)
        # A token that holds a cue and more, such as 'U.S.said', is no cue.
        if len(cue) != 1 or cues.lemma(cue.text) is None or cue.start <= taken:
            continue
        if any(part.start <= cue.start < part.end for part in content):
            continue
        taken = cue.start
        holder = None if claim.holder is None else span(*claim.holder)
        yield _Draft(cue, claim.lemma, claim.form, holder, content, claim.negated)


# ---------------------------------------------------------------- pronouns


def _subjects(doc: Doc) -> list[Span]:
    """The names that are subjects."""
    return [e for e in doc.ents if e.label_ in NAMED and e.root.dep_ in ("nsubj", "nsubjpass")]


def _is_name(index: TokenIndex, span: Span) -> bool:
    if index.entities:
        return any(e.label in NAMED for e in index.entities_in(span.start, span.end))
    return bool(span[-1].is_title and span[0].is_title)


def _antecedent(index: TokenIndex, pronoun: Span, candidates: Sequence[Span], genders: dict[str, str]) -> Span | None:
    """The nearest name before a pronoun that agrees with it, of the last few sentences of the same text."""
    word = index.text_of(pronoun).lower()
    wanted = _SINGULAR.get(word, "")
    crossed, at = 0, pronoun.start
    for span in reversed(candidates):
        if span.start >= pronoun.start:
            continue
        crossed += bisect_right(index.opens, at) - bisect_right(index.opens, span.start)
        at = span.start
        if crossed > _REACH:
            return None
        label = next((e.label for e in index.entities_in(span.start, span.end)), "")
        if wanted:
            name = span[-1].lower_
            titled = pronoun.doc[span.start - 1].lower_ if span.start else ""
            gender = genders.get(name) or _TITLES.get(titled) or _TITLES.get(span[0].lower_) or wanted
            if (label in _PERSONS or not label) and gender == wanted:
                genders[name] = wanted
                return span
        elif label in _BODIES and (word == "it" or label in ("ORG", "NORP")):
            return span
    return None


if not Doc.has_extension("claims"):
    Doc.set_extension("claims", getter=attributions)


@Language.factory("sayso_claims", assigns=["doc.spans", "doc._.claims"])
def create_claims(nlp: Language, name: str) -> Callable[[Doc], Doc]:  # noqa: ARG001 - spaCy's signature
    """The factory behind the entry point."""
    return attribute
