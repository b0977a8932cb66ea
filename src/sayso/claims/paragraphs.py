"""Contents that go on in the next paragraph: not of our scheme (C5), but of corpora that hold quotations together."""

from __future__ import annotations

from spacy.tokens import Token

from sayso.claims.text import ParsedText, Range, is_edge

__all__ = ["next_quotation"]

_NEAR = 12  # tokens from a cue to the colon that ends its paragraph


def next_quotation(text: ParsedText, v: Token, content: list[Range]) -> Range | None:
    """The quotation that is all of the next paragraph, if what the cue says goes on there.

    It does where the cue's paragraph ends with a content or with the cue's sentence, or, if there is no content yet,
    with a colon.
    """
    tokens, n = text.tokens, len(text.tokens)
    end = v.i + 1
    while end < n and text.block[end] == text.block[v.i]:
        end += 1
    last = end - 1
    while last > v.i and tokens[last].is_space:
        last -= 1
    if not content:
        return _whole(text, end) if tokens[last].text == ":" and last - v.i < _NEAR else None
    stop = max(b for _, b in content)
    if stop > v.i:
        over = any(not is_edge(t) for t in tokens[stop:end])
    else:
        over = any(t.text in (".", ";") for t in tokens[v.i : last])
    return None if over else _whole(text, end)


def _whole(text: ParsedText, start: int) -> Range | None:
    """The quotation that is a whole paragraph, but for marks and punctuation: it has no cue of its own."""
    tokens, n = text.tokens, len(text.tokens)
    while start < n and text.block[start] < 0:
        start += 1
    if start == n:
        return None
    end = start
    while end < n and text.block[end] == text.block[start]:
        end += 1
    within = {text.quote[t.i] for t in tokens[start:end] if not is_edge(t)}
    return text.quotes[within.pop()] if len(within) == 1 and -1 not in within else None
