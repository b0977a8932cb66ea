"""One document for people: the seed with what was struck out and why, then blocks and annotations in colour."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule as Line
from rich.table import Table
from rich.text import Text

from sayso.layers import Anchor, Annotation, Claim, Entity, Stance, Verifiable
from sayso.rules import WHITESPACE
from sayso.segmentation import Document, Sentence

__all__ = ["html", "sentence_text", "terminal"]

_COLOURS = (
    "cyan",
    "magenta",
    "green",
    "yellow",
    "blue",
    "bright_red",
    "bright_cyan",
    "bright_magenta",
    "bright_yellow",
)
_STANCE = {"against": "red", "favor": "green", "none": "dim"}
_CUE, _HOLDER, _CONTENT = "bold black on yellow", "bold underline", "italic"


@dataclass(frozen=True, slots=True)
class _View:
    """The annotations of a document by sentence."""

    document: Document
    entities: list[Entity]
    claims: list[Claim]
    verifiable: dict[tuple[int, int], str]
    stances: list[Stance]
    colours: dict[str, str]


def _view(document: Document, annotations: Sequence[Annotation], labels: Sequence[str]) -> _View:
    ordered = sorted(annotations, key=lambda a: (a.start, a.end, a.id))
    return _View(
        document,
        [a for a in ordered if isinstance(a, Entity)],
        [a for a in ordered if isinstance(a, Claim)],
        {(a.start, a.end): a.label for a in ordered if isinstance(a, Verifiable)},
        [a for a in ordered if isinstance(a, Stance)],
        {label: _COLOURS[i % len(_COLOURS)] for i, label in enumerate(labels)},
    )


def _inside(span: Anchor | Annotation, sentence: Sentence) -> bool:
    return sentence.seed_start <= span.start < sentence.seed_end


def _pair(stance: Stance) -> str:
    return f"{stance.holder.text if stance.holder else 'the author'} → {stance.text}"


def sentence_text(
    document: Document, sentence: Sentence, annotations: Sequence[Annotation], labels: Sequence[str]
) -> Text:
    """One sentence with its entities and the parts of its claims in colour."""
    view = _view(document, annotations, labels)
    return _styled(view, sentence.seed_start, sentence.seed_end)


def _styled(view: _View, start: int, end: int) -> Text:
    text = Text(view.document.seed[start:end])

    def paint(span: Anchor | Annotation, style: str) -> None:
        text.stylize(style, max(0, span.start - start), max(0, min(span.end, end) - start))

    for claim in view.claims:
        for part in claim.content:
            paint(part, _CONTENT)
        if claim.holder:
            paint(claim.holder, _HOLDER)
    for e in view.entities:
        paint(e, view.colours.get(e.label, "white"))
    for claim in view.claims:
        paint(claim, _CUE)
    return text


def terminal(document: Document, annotations: Sequence[Annotation], labels: Sequence[str]) -> RenderableType:
    """Everything about a document, for a rich console.

    Args:
        labels: the entity labels in their order, which fixes their colours.
    """
    view = _view(document, annotations, labels)
    parts: list[RenderableType] = [Line("seed", align="left"), _struck(document)]
    legend = Text("  ").join([Text(label, style=colour) for label, colour in view.colours.items()])
    parts += [Line("annotations", align="left"), legend, Text()]
    for sentence, kind in _sentences(document):
        label = view.verifiable.get((sentence.seed_start, sentence.seed_end), "")
        head = Text(f"{sentence.number:>3} ", style="dim")
        head.append({"yes": "✓ ", "no": "· "}.get(label, "  "), style="green" if label == "yes" else "dim")
        line = _styled(view, sentence.seed_start, sentence.seed_end)
        if kind == "heading":
            line.stylize("bold")
        elif kind != "paragraph":
            line = Text(f"[{kind}] ", style="dim") + line
        parts.append(head + line)
        for claim in view.claims:
            if _inside(claim, sentence):
                parts.append(Padding(_claim_line(claim), (0, 0, 0, 8)))
        for stance in view.stances:
            if stance.holder and stance.label != "none" and _inside(stance, sentence):
                row = Text(f"{stance.id} {_pair(stance)}: ").append(stance.label, _STANCE.get(stance.label, "bold"))
                parts.append(Padding(row, (0, 0, 0, 8)))
    author = Table("id", "the author towards", "stance", "shown by sentences", box=None, header_style="bold")
    for stance in view.stances:
        if stance.holder is None:
            towards = f"{stance.text} ({stance.entity})"
            colour = _STANCE.get(stance.label, "bold")
            author.add_row(stance.id, towards, Text(stance.label, colour), _evidence(stance, document))
    if author.row_count:
        parts += [Line("the author's stance", align="left"), author]
    links = Table("link", "label", "mentions", box=None, header_style="bold")
    for link, label, mentions in _links(view):
        links.add_row(Text(link, view.colours.get(label, "white")), label, mentions)
    if links.row_count:
        parts += [Line("entities", align="left"), links]
    return Group(*parts)


def _sentences(document: Document) -> Iterator[tuple[Sentence, str]]:
    return ((sentence, document.blocks[sentence.block].kind) for sentence in document.sentences)


def _links(view: _View) -> list[tuple[str, str, str]]:
    mentions: dict[tuple[str, str], list[str]] = {}
    for e in view.entities:
        if e.entity:
            mentions.setdefault((e.entity, e.label), []).append(e.text)
    return [
        (link, label, ", ".join(f"{text} ×{texts.count(text)}" for text in dict.fromkeys(texts)))
        for (link, label), texts in sorted(mentions.items())
    ]


def _claim_line(claim: Claim) -> Text:
    holder = Text("(nobody)", "dim")
    if claim.holder:
        holder = Text(claim.holder.text, _HOLDER)
        if claim.holder.entity:
            holder.append(f" [{claim.holder.entity}]", "not bold not underline dim")
    line = Text(f"{claim.id} ").append_text(holder).append(f" {claim.lemma} ", _CUE)
    for part in claim.content:
        line.append(f" “{part.text}”", _CONTENT)
    return line.append(f"  {claim.type}, {claim.polarity}", "dim")


def _struck(document: Document) -> Text:
    """The seed; removed text struck out, each removal followed by its rule."""
    text = Text()
    for start, end, rule in _tiles(document):
        piece = document.seed[start:end]
        if rule is None or rule == WHITESPACE:
            text.append(piece)
        else:
            text.append(piece, "red strike").append(f" [{_reason(document, start, rule)}]", "bold red")
    return text


def _reason(document: Document, start: int, rule: str) -> str:
    """The rule; of the line model also how sure it was, and the features that weighed most."""
    why = document.cleaning.why(start)
    return rule if why is None else f"{rule} {why}"


def _tiles(document: Document) -> list[tuple[int, int, str | None]]:
    kept = [(start, end, None) for start, end in document.cleaning.kept]
    return sorted([*kept, *document.cleaning.removed], key=lambda tile: tile[0])


# -- the same as a page

_CSS = """
:root { color-scheme: light dark; --soft: color-mix(in srgb, currentColor 55%, transparent); }
body { font: 17px/1.6 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.3rem; } h2 { font-size: 1rem; margin-top: 2.5rem; border-bottom: 1px solid var(--soft); }
.seed { white-space: pre-wrap; } del { color: #c0392b; } del + small { color: #c0392b; font-weight: 600; }
.sentence { margin: .35rem 0 .35rem 3.2rem; position: relative; } .heading { font-weight: 700; }
.sentence > small { position: absolute; left: -3.2rem; color: var(--soft); }
.note { margin: 0 0 .2rem 4.2rem; font-size: .88rem; } .against { color: #c0392b; } .favor { color: #1e8449; }
mark { color: inherit; border-radius: .25em; padding: .05em .15em;
  background: color-mix(in srgb, var(--c) 28%, transparent); }
.cue { background: #f4d03f; color: #000; font-weight: 600; } .holder { text-decoration: underline 2px; }
.content { font-style: italic; } table { border-collapse: collapse; }
td, th { text-align: left; padding: .15rem 1rem .15rem 0; }
.dim { color: var(--soft); }
"""
_HUES = ("#1abc9c", "#9b59b6", "#7cb342", "#e67e22", "#3498db", "#e74c3c", "#a1887f", "#90a4ae", "#f06292")


def html(document: Document, annotations: Sequence[Annotation], labels: Sequence[str]) -> str:
    """The same as a page that stands alone: no script, nothing from elsewhere."""
    view = _view(document, annotations, labels)
    hue = {label: _HUES[i % len(_HUES)] for i, label in enumerate(labels)}
    seed = "".join(
        f"<del>{escape(document.seed[start:end])}</del><small> [{escape(_reason(document, start, rule))}]</small>"
        if rule is not None and rule != WHITESPACE
        else escape(document.seed[start:end])
        for start, end, rule in _tiles(document)
    )
    legend = " ".join(f'<mark style="--c:{colour}">{escape(label)}</mark>' for label, colour in hue.items())
    body = []
    for sentence, kind in _sentences(document):
        label = view.verifiable.get((sentence.seed_start, sentence.seed_end), "")
        sign = {"yes": "✓", "no": "·"}.get(label, "")
        body.append(
            f'<p class="sentence {kind}"><small title="verifiable: {escape(label)}">{sentence.number} {sign}</small>'
            f"{_marked(view, sentence, hue)}</p>"
        )
        body += [_claim_note(claim) for claim in view.claims if _inside(claim, sentence)]
        body += [
            f'<p class="note">{s.id} {escape(_pair(s))}: <b class="{escape(s.label)}">{escape(s.label)}</b></p>'
            for s in view.stances
            if s.holder and s.label != "none" and _inside(s, sentence)
        ]
    author = "".join(_author_row(s, document) for s in view.stances if s.holder is None)
    links = "".join(
        f'<tr><td><mark style="--c:{hue.get(label, "#888")}">{escape(link)}</mark></td>'
        f"<td>{label}</td><td>{escape(mentions)}</td></tr>"
        for link, label, mentions in _links(view)
    )
    title = escape(document.id)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>{_CSS}</style></head><body>
<h1>{title}</h1>
<p class="dim">The text is its publisher's or author's; no licence to it is known.</p>
<h2>Seed</h2><div class="seed">{seed}</div>
<h2>Annotations</h2><p>{legend}</p>
{chr(10).join(body)}
<h2>The author's stance</h2><table><tr><th>towards</th><th>stance</th><th>sentences</th></tr>{author}</table>
<h2>Entities</h2><table><tr><th>link</th><th>label</th><th>mentions</th></tr>{links}</table>
</body></html>
"""


def _claim_note(claim: Claim) -> str:
    holder, link = '<span class="dim">(nobody)</span>', ""
    if claim.holder:
        holder = escape(claim.holder.text)
        link = f' <span class="dim">[{escape(claim.holder.entity)}]</span>' if claim.holder.entity else ""
    content = " … ".join(escape(part.text) for part in claim.content)
    return (
        f'<p class="note">{claim.id} <span class="holder">{holder}</span>{link}'
        f' <mark class="cue">{escape(claim.lemma)}</mark> <span class="content">{content}</span>'
        f' <span class="dim">{escape(claim.type)}, {escape(claim.polarity)}</span></p>'
    )


def _evidence(stance: Stance, document: Document) -> str:
    """The numbers of the sentences that show a stance."""
    shown = {span.start for span in stance.evidence}
    return ", ".join(str(sentence.number) for sentence in document.sentences if sentence.seed_start in shown)


def _author_row(stance: Stance, document: Document) -> str:
    label = escape(stance.label)
    shown = _evidence(stance, document)
    return f'<tr><td>{escape(stance.text)}</td><td class="{label}">{label}</td><td>{shown}</td></tr>'


def _marked(view: _View, sentence: Sentence, hue: dict[str, str]) -> str:
    """A sentence as HTML; overlapping spans are cut at each other's edges."""
    spans: list[tuple[int, int, str, str]] = []
    for claim in view.claims:
        spans.append((claim.start, claim.end, "cue", ""))
        spans += [(part.start, part.end, "content", "") for part in claim.content]
        if claim.holder:
            spans.append((claim.holder.start, claim.holder.end, "holder", ""))
    spans += [(e.start, e.end, "", f"--c:{hue.get(e.label, '#888')}") for e in view.entities]
    low, high = sentence.seed_start, sentence.seed_end
    spans = [span for span in spans if span[0] < high and low < span[1]]
    edges = sorted({low, high, *(edge for start, end, *_ in spans for edge in (start, end) if low < edge < high)})
    pieces = []
    for start, end in itertools.pairwise(edges):
        text = escape(view.document.seed[start:end])
        over = [span for span in spans if span[0] <= start and end <= span[1]]
        classes = " ".join(sorted({name for _, _, name, _ in over if name}))
        style = next((colour for *_, colour in over if colour), "")
        if style or "cue" in classes:
            text = f'<mark class="{classes}" style="{style}">{text}</mark>'
        elif classes:
            text = f'<span class="{classes}">{text}</span>'
        pieces.append(text)
    return "".join(pieces)
