"""Who says what, found by rules: layer C of the scheme, as a spaCy component.

- `component`: the component, and the way to annotations.
- `syntax`, with `clauses`, `extent`, `holders` and `text`: the rules over a parse.
- `surface`, with `words`: the rules over a text without one.
- `types`: fact, plan or view.
- `cues`, `cues.toml`: what may be a cue, and of what.
"""

from sayso.claims.component import PARSE, SURFACE, Attribution, attribute, attributions, create_claims, to_claims

__all__ = ["PARSE", "SURFACE", "Attribution", "attribute", "attributions", "create_claims", "to_claims"]
