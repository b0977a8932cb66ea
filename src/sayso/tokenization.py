"""spaCy's tokenizer with its cache filled: the same tokens in less time.

spaCy remembers how it split a chunk, what stands between white space, but forgets to after the first contraction or
other special case of a text (explosion/spaCy#13950), and remembers 10,000 chunks at most. So nearly all of a text is
split by regular expressions each time. Here every new chunk is split apart from the text first, and is then remembered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from spacy.language import Language
from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found]
from spacy.tokens import Doc

from sayso.token_index import remember

__all__ = ["CHUNKS", "ChunkTokenizer", "remembering"]

CHUNKS = 1 << 17
"""Chunks that are remembered; news have some 56,000 in four million characters."""
_BLANKS = ("\n", "\n\n", "\n\n\n", "\r\n", "\r\n\r\n", "\t", " ", " \n", "\xa0")


class ChunkTokenizer(Tokenizer):  # type: ignore[misc]
    """A spaCy tokenizer in all but speed. It is saved as one and comes back as one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.max_cache_size = CHUNKS
        self._known: set[str] = set()

    def __call__(self, string: str) -> Doc:
        """The tokens of a text."""
        if not self.vocab.in_memory_zone and len(self._known) < CHUNKS:  # nothing of a zone may stay
            if not self._known:
                self._split(_BLANKS)
            chunks = string.split()
            if not self._known.issuperset(chunks):
                # In an order of their own, so that the strings of a vocabulary have one too.
                self._split(sorted(set(chunks).difference(self._known)))
        doc: Doc = super().__call__(string)
        remember(doc, string)
        return doc

    def _split(self, chunks: Sequence[str]) -> None:
        # No word of letters is split but by a rule of its own, so those without one are remembered from one text.
        rules = self.rules
        plain = {chunk for chunk in chunks if chunk.isalpha() and chunk not in rules}
        super().__call__(" ".join(chunk for chunk in chunks if chunk in plain))
        for chunk in chunks:
            if chunk not in plain:
                super().__call__(chunk)
        self._known.update(chunks)


def remembering(nlp: Language) -> None:
    """Give a pipeline with spaCy's own tokenizer one that splits alike and remembers."""
    old: Any = nlp.tokenizer
    if type(old) is Tokenizer:
        nlp.tokenizer = ChunkTokenizer(
            nlp.vocab, rules=old.rules, prefix_search=old.prefix_search, suffix_search=old.suffix_search,
            infix_finditer=old.infix_finditer, token_match=old.token_match, url_match=old.url_match,
            faster_heuristics=old.faster_heuristics,
        )  # fmt: skip
