"""What a name looks like: its edges, its titles, and whether the capitals around it say anything.

Offsets are code points of the text.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from spacy.lang.en.stop_words import STOP_WORDS

from sayso.names import words

__all__ = [
    "ABBREVIATED", "EDGES", "Shape", "is_function_word", "is_name", "is_name_word", "is_title_case", "kind_of",
    "shape_of", "trimmed", "without_titles",
]  # fmt: skip

_ARTICLES = frozenset(("the", "The", "THE", "a", "A", "an", "An", "this", "This", "that", "its", "his", "her", "their"))
EDGES = " \t\n\r\"'“”‘’«»`.,;:!?()[]{}-–—_*/\\|<>&"
ABBREVIATED = frozenset(("Inc.", "Corp.", "Ltd.", "Co.", "Jr.", "Sr.", "Bros."))
_SMALL = re.compile(r"(?:\s|\band|\bof|\bfor|\bthe|&)+\Z")
_LEAD = re.compile(r"(?:\s|and\b|of\b|for\b|the\b|&)*")
_SMALL_ENDS = ("and", "of", "for", "the", "&")
_SOON = 8  # words
_ACRONYM = re.compile(r"[A-Z][A-Z&.]{2,6}")


class Shape(NamedTuple):
    """A run of capitalised words, in code points of it.

    Attributes:
        start, end: without the small words at its edges; nothing may be left.
        whole: what a name of all these words is, as `trimmed` has it.
        name: the same without the titles before the name.
        titled: whether there were any.
        parts: the words of `name`.
    """

    start: int
    end: int
    whole: tuple[int, int]
    name: tuple[int, int]
    titled: bool
    parts: tuple[str, ...]


@lru_cache(maxsize=1 << 15)
def shape_of(run: str) -> Shape:
    """What a run says by itself, wherever it stands."""
    start, end = _bare(run)
    if start >= end:
        return Shape(start, end, (start, end), (start, end), titled=False, parts=())
    begin, stop, titled = without_titles(run, start, end)
    begin, stop = trimmed(run, begin, stop, "PER")
    return Shape(
        start, end, trimmed(run, start, end, "PER"), (begin, stop), titled=titled, parts=tuple(run[begin:stop].split())
    )


def _bare(run: str) -> tuple[int, int]:
    """Where a run is without the small words at its edges."""
    start, end = 0, len(run)
    if not run[:1].isupper():
        lead = _LEAD.match(run)
        start = lead.end() if lead else 0
    piece = run[start:]
    if piece[-1:].isspace() or piece.endswith(_SMALL_ENDS):
        end = start + len(_SMALL.sub("", piece))
    return start, end


def is_function_word(word: str) -> bool:
    """Whether a capitalised word is none but for its place; what is all in capitals may be letters: *CA*, *WHO*."""
    return word.lower() in STOP_WORDS and (len(word) == 1 or not word.isupper())


def is_name_word(word: str) -> bool:
    """Whether a word of a name is more than a title or a small word."""
    return word[0].isupper() and word.strip(".,") not in words().titles


def is_title_case(sentence: str) -> bool:
    """Whether capitals say nothing here: a headline, or all in capitals."""
    # Headlines write small what carries no weight, and nothing else. Others show it soon.
    if any(map(_is_small, sentence.split(None, _SOON)[:_SOON])):
        return False
    size = capital = 0
    for part in sentence.split():
        if part[0].isalpha():
            if _is_small(part):
                return False
            size += 1
            capital += part[0].isupper()
    return size > 3 and capital * 2 > size


@lru_cache(maxsize=1 << 15)
def _is_small(word: str) -> bool:
    """Whether a word that carries weight is in lower case."""
    return word.islower() and word[0].isalpha() and word.strip(EDGES) not in STOP_WORDS


@lru_cache(maxsize=1 << 15)
def is_name(word: str) -> bool:
    """Whether a capitalised word may be a name by itself."""
    lexicon = words()
    return word not in lexicon.common and word not in lexicon.titles and not is_function_word(word)


@lru_cache(maxsize=1 << 15)
def kind_of(word: str) -> Literal["given", "acronym", "capitals", "other"]:
    """What a name of one word looks like."""
    if word in words().given:
        return "given"
    if word.isupper() and _ACRONYM.fullmatch(word):
        return "acronym"
    return "capitals" if word.isupper() and not word.istitle() else "other"


def without_titles(text: str, start: int, end: int) -> tuple[int, int, bool]:
    """A run without the titles before the name, and whether there were any."""
    titles, titled = words().titles, False
    first = text[start:end].partition(" ")[0]
    if first not in titles and first.isalpha():
        return start, end, False
    for word in re.finditer(r"\S+", text[start:end]):
        if word.group() not in titles:
            return start + word.start(), end, titled
        titled = True
    return end, end, titled


def trimmed(text: str, start: int, end: int, label: str) -> tuple[int, int]:
    """A span without what rule E1 leaves outside: articles, titles, possessive *'s*, quotation marks, punctuation."""
    if text[start:end].isalnum():
        return start, end
    while True:
        before = start, end
        while start < end and (text[start] in EDGES or text[start].isspace()):
            start += 1
        while start < end and not text[end - 1].isalnum() and _is_edge(text, start, end):
            end -= 1
        if text[start:end].endswith(("'s", "’s", "'S", "’S")):
            end -= 2
        word = text[start:end].split(None, 1)
        # The title of a work has its own article.
        article = word[0] in _ARTICLES and not (label == "PROD" and word[0][0].isupper()) if word else False
        if len(word) == 2 and (article or (label == "PER" and word[0] in words().titles)):
            start = end - len(word[1])
        if (start, end) == before:
            return start, end


def _is_edge(text: str, start: int, end: int) -> bool:
    """Whether the last character of a name is none of it."""
    return text[end - 1].isspace() or (text[end - 1] in EDGES and not _keeps_stop(text, start, end))


def _keeps_stop(text: str, start: int, end: int) -> bool:
    """Whether a full stop or a bracket at the end belongs to the name, as in *U.S.* and *Jr.*; `start` is its start."""
    if text[end - 1] == ")":
        return "(" in text[start:end]
    last = text[start:end].rpartition(" ")[2]
    return text[end - 1] == "." and ("." in last[:-1] or last in ABBREVIATED)
