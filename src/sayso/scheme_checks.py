"""What the annotation scheme demands of one document's annotations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sayso.agreement import stance_key
from sayso.errors import LineageError
from sayso.items import stance_items
from sayso.layers import Anchor, Annotation, Claim, Entity, Mention, Stance, Verifiable
from sayso.scheme import LINK, Scheme
from sayso.segmentation import Document, Sentence

__all__ = ["SchemeChecks"]

Found = tuple[int, str, str]
"""Index of the annotation, -1 for the file as a whole; id of the check; message."""

_LINK = re.compile(LINK)
_SHOWN = 60


def _quote(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…")


@dataclass
class SchemeChecks:
    """The checks of one file.

    Attributes:
        annotations: of the file, in its order.
        gold: the document's gold, whose entities and claims the stance items of every annotator come from; if None,
            the file's own.
    """

    scheme: Scheme
    document: Document
    annotations: Sequence[Annotation]
    gold: Sequence[Annotation] | None

    def run(self) -> Iterator[Found]:
        """Yield every fault."""
        sound: list[tuple[int, Annotation]] = []
        ids: set[str] = set()
        for index, a in enumerate(self.annotations):
            if a.id in ids:
                yield index, "id-duplicate", f"the id {a.id!r} stands twice"
            ids.add(a.id)
            if not re.fullmatch(rf"{a.layer[0]}[1-9][0-9]*", a.id):
                yield index, "id-form", f"{a.id!r} should be '{a.layer[0]}' and a number"
            faults = list(self._spans(a))
            yield from ((index, check, f"{a.id}: {message}") for check, message in faults)
            if not faults:
                sound.append((index, a))
        checks = (self._entities, self._claims, self._verifiable, self._stance)
        for kind, check_layer in zip((Entity, Claim, Verifiable, Stance), checks, strict=True):
            own = [(index, a) for index, a in sound if isinstance(a, kind)]
            complete = len(own) == sum(isinstance(a, kind) for a in self.annotations)
            for index, check, message in check_layer(own, complete):  # type: ignore[operator]
                yield index, check, f"{self.annotations[index].id}: {message}" if index >= 0 else message

    # -- spans

    def _spans(self, a: Annotation) -> Iterator[tuple[str, str]]:
        holder = a.holder if isinstance(a, Claim | Stance) else None
        more = a.content if isinstance(a, Claim) else a.evidence if isinstance(a, Stance) else ()
        within = [a, *([holder] if holder else [])]
        for span in (*within, *more):
            yield from self._span(span, whole_sentence=span in within and not isinstance(a, Verifiable))

    def _span(self, span: Anchor | Annotation, *, whole_sentence: bool) -> Iterator[tuple[str, str]]:
        seed, start, end = self.document.seed, span.start, span.end
        where = f"{start}-{end} {_quote(span.text)}"
        if not 0 <= start < end <= len(seed):
            yield "span-outside", f"{where}: the seed has {len(seed)} code points"
            return
        if seed[start:end] != span.text:
            hint = self._nearest(span)
            yield "text-differs", f"{where}: the seed has {_quote(seed[start:end])} there{hint}"
            return
        if span.text != span.text.strip():
            yield "span-edge", f"{where} has white space at its edge"
        try:
            self.document.from_seed(start, end)
        except LineageError as error:
            across = any(
                r.rule != "whitespace" and r.start < end and start < r.end for r in self.document.cleaning.removed
            )
            if across or span.text.isspace() or not whole_sentence:
                check = "span-removed" if across else "span-crosses-block"
                yield check, f"{where}: {str(error).split(': ', 1)[1]}"
            else:
                yield "span-crosses-sentence", f"{where} runs over the end of a block"
            return
        if whole_sentence and self.document.sentence_at(start, end) is None:
            yield "span-crosses-sentence", f"{where} runs over the end of a sentence"

    def _nearest(self, span: Anchor | Annotation) -> str:
        """Where the quoted text stands nearby, for off-by-one errors and edited offsets."""
        found = self.document.seed.find(span.text, max(0, span.start - 200), span.end + 200)
        return f"; {_quote(span.text)} stands at {found}-{found + len(span.text)}" if found >= 0 else ""

    def _sentence(self, span: Anchor | Annotation) -> Sentence:
        sentence = self.document.sentence_at(span.start, span.end)
        assert sentence is not None  # noqa: S101 - checked by _span
        return sentence

    def _label(self, label: str, allowed: Sequence[str]) -> Iterator[tuple[str, str]]:
        if label not in allowed:
            yield "label-unknown", f"{label!r} is none of {', '.join(allowed)}"

    def _link(self, link: str | None) -> Iterator[tuple[str, str]]:
        if link is not None:
            document, colon, _ = link.rpartition(":")
            if not _LINK.fullmatch(link) or (colon and document != self.document.id):
                yield "link-form", f"{link!r} is no link of the corpus or of this document"

    # -- layers

    def _entities(self, own: list[tuple[int, Entity]], _complete: bool) -> Iterator[Found]:
        end, last = -1, ""
        links: dict[tuple[str, str], str] = {}
        for index, e in sorted(own, key=lambda pair: (pair[1].start, pair[1].end)):
            if e.start < end:
                yield index, "entity-overlap", f"{_quote(e.text)} overlaps {last}"
            if e.end > end:
                end, last = e.end, f"{e.id} {_quote(e.text)}"
            faults = [*self._label(e.label, self.scheme.entity), *self._link(e.entity)]
            yield from ((index, check, message) for check, message in faults)
            if faults:
                continue
            if (e.entity is None) != (e.label in self.scheme.unlinked):
                what = "needs a link" if e.entity is None else "has no link by schema.json"
                yield index, "link-missing", f"{e.label} {_quote(e.text)} {what}"
            elif e.entity is not None:
                first = links.setdefault((e.text, e.label), e.entity)
                if first != e.entity:
                    yield index, "link-split", f"{_quote(e.text)} is '{e.entity}' here and '{first}' before"

    def _claims(self, own: list[tuple[int, Claim]], _complete: bool) -> Iterator[Found]:
        cues: dict[int, str] = {}
        contents = [(claim, span) for _, claim in own for span in claim.content]
        for index, claim in sorted(own, key=lambda pair: pair[1].start):
            for check, message in (
                *self._label(claim.type, self.scheme.claim_type),
                *self._label(claim.polarity, self.scheme.polarity),
            ):
                yield index, check, message
            lemma = self.scheme.lemma(claim.text)
            if lemma is None:
                yield index, "cue-form", f"{_quote(claim.text)} is no form of a cue word in schema.json"
            elif lemma != claim.lemma:
                yield (
                    index,
                    "cue-form",
                    f"the lemma of {_quote(claim.text)} is {lemma!r}, not {claim.lemma!r}",
                )
            if claim.start in cues:
                yield index, "cue-duplicate", f"the cue at {claim.start} is that of {cues[claim.start]} too"
            cues.setdefault(claim.start, claim.id)
            block = self.document.blocks[self._sentence(claim).block]
            if block.kind == "heading":
                yield (
                    index,
                    "cue-in-heading",
                    f"{_quote(self.document.seed[block.seed_start : block.seed_end])} is a heading",
                )
            for other, span in contents:
                if other.start != claim.start and span.start <= claim.start < span.end:
                    yield (
                        index,
                        "claim-nested",
                        f"the cue {_quote(claim.text)} is inside the content of {other.id}",
                    )
            yield from ((index, check, message) for check, message in self._content(claim))
            yield from ((index, check, message) for check, message in self._holder(claim))

    def _content(self, claim: Claim) -> Iterator[tuple[str, str]]:
        if not claim.content:
            yield "content-missing", "there is no content"
        for one, other in zip(claim.content, claim.content[1:], strict=False):
            if other.start < one.end:
                yield "content-missing", "the spans of the content overlap or are not in order"
        block = self.document.blocks[self._sentence(claim).block]
        for span in claim.content:
            if not block.seed_start <= span.start < block.seed_end:
                yield (
                    "span-crosses-block",
                    f"the content {_quote(span.text)} is in another block than its cue",
                )

    def _holder(self, claim: Claim) -> Iterator[tuple[str, str]]:
        holder = claim.holder
        if holder is None:
            return
        yield from self._link(holder.entity)
        block = self._sentence(claim).block
        if self._sentence(holder).block != block:
            yield "span-crosses-block", f"the holder {_quote(holder.text)} is in another block than its cue"
        for e in self.annotations:
            if isinstance(e, Entity) and e.start < holder.end and holder.start < e.end:
                if (e.start, e.end) == (holder.start, holder.end):
                    if e.entity != holder.entity:
                        yield (
                            "holder-link",
                            f"{_quote(holder.text)} is '{e.entity}' as {e.id}, not '{holder.entity}'",
                        )
                elif not (holder.start <= e.start and e.end <= holder.end):
                    yield (
                        "holder-crosses-entity",
                        f"the holder {_quote(holder.text)} cuts {e.id} {_quote(e.text)}",
                    )

    def _verifiable(self, own: list[tuple[int, Verifiable]], complete: bool) -> Iterator[Found]:
        missing = {(s.seed_start, s.seed_end) for s in self.document.sentences}
        for index, v in own:
            yield from ((index, check, message) for check, message in self._label(v.label, self.scheme.verifiable))
            if (v.start, v.end) in missing:
                missing.remove((v.start, v.end))
            else:
                sentences = self.document.sentences
                twice = any((s.seed_start, s.seed_end) == (v.start, v.end) for s in sentences)
                yield (index, "verifiable-missing", f"{_quote(v.text)} has it twice") if twice else (
                    index, "verifiable-not-sentence", f"{v.start}-{v.end} {_quote(v.text)} is no sentence",
                )  # fmt: skip
        if complete and (own or self.gold is None or self.annotations is self.gold):
            for start, end in sorted(missing):
                text = _quote(self.document.seed[start:end])
                yield -1, "verifiable-missing", f"the sentence at {start}-{end} {text} has none"

    def _stance(self, own: list[tuple[int, Stance]], complete: bool) -> Iterator[Found]:
        basis = self.annotations if self.gold is None else self.gold
        targets = {(e.start, e.end): e for e in basis if isinstance(e, Entity) and e.label in self.scheme.stance_target}
        items = {item.key: item for item in stance_items(self.document, basis, self.scheme)}
        listed = {item.key[:2] for item in items.values() if item.holder is None}
        seen: set[tuple[int, ...]] = set()
        for index, s in own:
            yield from (
                (index, check, message)
                for check, message in (*self._label(s.label, self.scheme.stance), *self._link(s.entity))
            )
            key = stance_key(s)
            if key in seen:
                yield index, "stance-duplicate", "this pair has a label already"
            seen.add(key)
            target = targets.get((s.start, s.end))
            if target is None or target.entity != s.entity:
                what = "is no entity that schema.json allows" if target is None else f"is '{target.entity}'"
                yield index, "stance-target", f"{_quote(s.text)} {what}"
            elif s.holder is None:
                if key[:2] not in listed:
                    yield (
                        index,
                        "stance-unlisted",
                        f"the author is not asked about {_quote(s.text)} at {s.start}",
                    )
            else:
                yield from ((index, check, message) for check, message in self._stance_holder(s, key in items))
            yield from ((index, check, message) for check, message in self._evidence(s))
        if complete and (own or basis is self.annotations):
            for key in sorted(items.keys() - seen):
                item = items[key]
                pair = f"{'the author' if item.holder is None else item.holder.text} -> {item.target.text}"
                yield -1, "stance-missing", f"{pair} at {item.target.start} has no label"

    def _stance_holder(self, s: Stance, listed: bool) -> Iterator[tuple[str, str]]:
        holder: Mention = s.holder  # type: ignore[assignment]
        yield from self._link(holder.entity)
        if self._sentence(holder) != self._sentence(s):
            yield "stance-holder", f"the holder {_quote(holder.text)} is in another sentence than its target"
        elif (holder.entity is not None and holder.entity == s.entity) or (holder.start, holder.end) == (
            s.start,
            s.end,
        ):
            yield "stance-holder", f"{_quote(holder.text)} is its own target"
        elif not listed and s.label == "none":
            yield (
                "stance-unlisted",
                f"{_quote(holder.text)} -> {_quote(s.text)} is no item, so it cannot be none",
            )

    def _evidence(self, s: Stance) -> Iterator[tuple[str, str]]:
        wanted = s.holder is None and s.label != "none"
        if bool(s.evidence) != wanted:
            yield (
                "evidence",
                "the sentences that show it are missing" if wanted else "only the author's stance has any",
            )
        for span in s.evidence:
            if not any((x.seed_start, x.seed_end) == (span.start, span.end) for x in self.document.sentences):
                yield "evidence", f"{_quote(span.text)} is no sentence"
