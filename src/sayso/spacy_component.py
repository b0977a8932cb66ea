"""Our sentences in spaCy: `nlp.add_pipe("sayso_segment")`. Put it before a parser, which then keeps them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from sayso.collector import no_collector
from sayso.segmentation import by_lines
from sayso.token_index import TokenIndex

__all__ = ["create_segmenter", "segment_doc"]


@no_collector()
def segment_doc(doc: Doc) -> Doc:
    """Set `is_sent_start` of every token: each line of the text is a block, as in our documents.

    A sentence that starts inside a token starts with the next one. White space tokens end sentences, never start them.
    """
    if not len(doc):
        return doc
    starts = [sentence.seed_start for sentence in by_lines(TokenIndex(doc).text).sentences]
    table = doc.to_array(["IDX", "IS_SPACE"])
    words = (table[:, 1] == 0).nonzero()[0]
    # All at once: each single assignment would look through the whole text.
    opening = np.full(len(doc), -1, dtype=np.int64)
    at = table[words, 0].astype(np.int64).searchsorted(np.array(starts, dtype=np.int64))
    opening[words[at[at < len(words)]]] = 1
    return doc.from_array(["SENT_START"], opening.astype(np.uint64).reshape(-1, 1))  # type: ignore[arg-type]


@Language.factory("sayso_segment", assigns=["token.is_sent_start", "doc.sents"])
def create_segmenter(nlp: Language, name: str) -> Callable[[Doc], Doc]:  # noqa: ARG001 - spaCy's signature
    """The factory behind the entry point."""
    return segment_doc
