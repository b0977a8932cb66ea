"""Our sentences in spaCy: `nlp.add_pipe("sayso_segment")`. Put it before a parser, which then keeps them."""

from __future__ import annotations

from collections.abc import Callable

from spacy.language import Language
from spacy.tokens import Doc

from sayso.cleaning import keep_lines
from sayso.segmentation import segment

__all__ = ["create_segmenter", "segment_doc"]


def segment_doc(doc: Doc) -> Doc:
    """Set `is_sent_start` of every token: each line of the text is a block, as in our documents.

    A sentence that starts inside a token starts with the next one. White space tokens end sentences, never start them.
    """
    text = doc.text
    starts = [sentence.seed_start for sentence in segment(text, keep_lines(text)).sentences]
    due = 0
    for token in doc:
        opens = False
        if not token.is_space:
            while due < len(starts) and starts[due] <= token.idx:
                due, opens = due + 1, True
        token.is_sent_start = opens
    return doc


@Language.factory("sayso_segment", assigns=["token.is_sent_start", "doc.sents"])
def create_segmenter(nlp: Language, name: str) -> Callable[[Doc], Doc]:  # noqa: ARG001 - spaCy's signature
    """The factory behind the entry point."""
    return segment_doc
