"""A parsed text with what the rules ask of it often: blocks, headings and quotations by token."""

from __future__ import annotations

from spacy.tokens import Doc, Token

from sayso.claims.cues import Cues
from sayso.claims.quotations import quotations
from sayso.segmentation import by_lines
from sayso.token_index import TokenIndex

__all__ = [
    "FINITE", "MARKS", "SUBJECTS", "ParsedText", "Range", "before_bracket", "is_edge", "is_finite", "ranges_of",
    "tense",
]  # fmt: skip

Range = tuple[int, int]
"""Tokens, end exclusive."""

SUBJECTS = ("nsubj", "nsubjpass", "csubj")
FINITE = frozenset(("VBD", "VBZ", "VBP", "MD"))
MARKS = frozenset("\"'‘’“”«»") | {"''", "``", "‘‘", "’’"}


class ParsedText:
    """A parsed text with what the rules ask of it often: blocks, headings and quotations by token."""

    def __init__(self, doc: Doc, cues: Cues) -> None:
        self.doc, self.cues, index = doc, cues, TokenIndex(doc)
        self.tokens = list(doc)
        self.block = [-1] * len(doc)
        self.heading = [False] * len(doc)
        self.quote = [-1] * len(doc)
        self.quotes: list[Range] = []
        self.governor: dict[int, int] = {}
        i = 0
        for number, block in enumerate(by_lines(index.text).blocks):
            pairs = quotations(index.text, block.seed_start, block.seed_end)
            while i < len(index.starts) and index.starts[i] < block.seed_start:
                i += 1
            first = i
            while i < len(index.starts) and index.starts[i] < block.seed_end:
                self.block[i], self.heading[i] = number, block.kind == "heading"
                i += 1
            at = first
            for pair in pairs:
                while at < i and index.starts[at] < pair.start:
                    at += 1
                start = at
                while at < i and index.starts[at] < pair.end:
                    self.quote[at] = len(self.quotes)
                    at += 1
                if start < at:
                    self.quotes.append((start, at))

    def lower(self, i: int) -> str:
        """A token in lower case; nothing past the end."""
        return str(self.tokens[i].lower_) if i < len(self.tokens) else ""

    def trim(self, start: int, end: int) -> Range:
        """A range without punctuation and quotation marks at its edges."""
        tokens = self.tokens
        while start < end and is_edge(tokens[start]):
            start += 1
        while start < end and is_edge(tokens[end - 1]):
            end -= 1
        return start, end


def before_bracket(text: ParsedText, i: int) -> int:
    """A token, or the one before the bracket that it closes: 'Lindqvist (Norvik)'."""
    if text.tokens[i].text != ")":
        return i
    opening = next((j for j in range(i, max(i - 8, 0), -1) if text.tokens[j].text == "("), i)
    return opening - 1 if opening < i else i


def is_edge(token: Token) -> bool:
    """Whether a token at the edge of a content is not of it: punctuation and quotation marks, but no brackets."""
    return (
        token.is_punct
        or token.is_space
        or token.is_quote
        or token.text in ("''", "``", "-", "–", "—", "--", "‘", "’", "'")
    ) and token.text not in "()[]$%#@"


def tense(t: Token) -> str:
    """The tag of the finite verb of a verb's group."""
    if t.tag_ in FINITE:
        return t.tag_
    return next((c.tag_ for c in t.children if c.dep_ in ("aux", "auxpass") and c.tag_ in FINITE), "")


def is_finite(c: Token) -> bool:
    """Whether a verb is finite, itself or by its auxiliary."""
    return c.tag_ in FINITE or any(x.tag_ in FINITE and x.dep_ in ("aux", "auxpass", "cop") for x in c.children)


def ranges_of(text: ParsedText, v: Token, members: list[int], own: set[int]) -> list[Range]:
    """Tokens as ranges: one, but for the gaps in which words of the cue's own phrase stand."""
    ranges: list[Range] = []
    for i in members:
        if text.block[i] != text.block[v.i]:
            continue
        if ranges and not any(j in own for j in range(ranges[-1][1], i)):
            ranges[-1] = (ranges[-1][0], i + 1)
        else:
            ranges.append((i, i + 1))
    trimmed = (text.trim(*r) for r in ranges)
    return [r for r in trimmed if r[0] < r[1]]
