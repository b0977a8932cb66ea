"""Words that the surface rules know, in lower case, by what they tell of the words beside them."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NOUN_BEFORE = _words("a an the this these those his her its their our my your no any of every each some such")
AUXILIARY = _words(
    "has have had is are was were be been being do does did didn't doesn't don't hasn't haven't hadn't"
    " isn't wasn't will would can could may might must should won't not never also then later once again still now just"
    " only even always often further first repeatedly recently already reportedly today yesterday earlier"
)
BE = _words("is are was were been being")
NEGATION = _words("not never didn't doesn't don't hasn't haven't hadn't won't wouldn't couldn't nobody")
PREPOSITIONS = _words("of for at from in with to on by who whom whose which that about against near under as")
SUBORDINATE = _words(
    "but when while as because although though if after before since where until yet so that than whereas"
)
PRONOUNS = _words("he she they it we you who i everyone someone others many some both one")
DETERMINERS = _words("the a an his her their its our my this that these those some many several two three four")
# What opens a clause right after a cue.
OPENERS = DETERMINERS | PRONOUNS | _words("there no all most more any each every nothing nobody what half")
NOT_CLAUSE = _words(
    "on in at during about to of so by after before from with for as when while how why whether if who what which where"
    " and or but monday tuesday wednesday thursday friday saturday sunday today yesterday"
)
NOUNS = _words(
    "report state order claim tweet post comment question answer note promise pledge demand joke quote call blame"
    " praise slam repeat vow dispute remark mention caution stress reply blast read"
)
SUBORDINATE_FIRST = _words("if with while although though when as since because after before despite in on at for")
SAY = _words("say add claim argue insist note admit acknowledge warn maintain contend assert declare state tell")
WH = _words("what who whom whose which how why where when whether if")
FINITE_WORDS = _words("is are was were has had have will would could should may might can said went began took made")
