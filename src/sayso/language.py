"""Is a text English? Told by its function words, in whole numbers, so that every machine says the same.

Running English has a function word in three words; so have the languages of Europe, with other words. Lists, tables and
names have few in any language: of them, and of what is too short, nothing is said. py3langid and lingua name the
language as well, but decide by sums of floats, and take longer than all of our cleaning.
"""

from __future__ import annotations

import re
from enum import StrEnum

__all__ = ["Language", "language"]


class Language(StrEnum):
    """What a text is written in. Rules for English are for `ENGLISH` and `UNKNOWN`."""

    ENGLISH = "en"
    OTHER = "other"
    UNKNOWN = "unknown"


def _words(*lists: str) -> frozenset[str]:
    return frozenset(word for words in lists for word in words.split())


_ENGLISH = _words(
    "the of and to that is for it with as was are by from this have be not has his they which their were but had "
    "you who been will would there what when can said its he she we our your more about one all an at or if out "
    "up than them into after over could also other how then these those did does because where why should only "
    "just very some any most my us her him"
)
# None is a word of English (the lists have no word in common) or a particle of names (de, la, van, von, der), which
# English texts are full of.
_OTHER = _words(
    # German, Dutch, Afrikaans, Frisian, Luxembourgish
    "und nicht ist dass dem ein eine einen einer eines auf mit sich auch für wird sind aus durch oder nach bei "
    "kann seine ihre haben hat jeder het een niet zijn op voor dat ook bij aan werd wordt naar heeft deze uit "
    "nie wat vir deur elke yn fan foar ass huet déi",
    # French, Catalan, Spanish, Portuguese, Galician, Italian, Romanian, Latin
    "y les est dans une qui que pas sur avec sont par ce cette aux ou mais nous vous ont été leur ses toute els "
    "amb és seva seu dels tota una por para como más pero sus este esta tiene toda todo ser su lo não uma dos "
    "das ao pelo pela são tem sua os il che non sono della dei nel alla è gli delle più anche ogni suo si în și "
    "sunt pentru cu din nu sau să cum quod",
    # Swedish, Danish, Norwegian, Icelandic, Faroese
    "och att det som för med av inte till är på har eller ett han skall og ikke til af er enhver være ei eit "
    "ikkje við eða sem ekki að ella",
    # Finnish, Estonian, Hungarian, Basque, Turkish, Azerbaijani
    "ja että hän oli se ovat olla tai kun või tema kui az hogy nem egy meg vagy minden eta ez dute ve bir bu "
    "için ile olarak veya olan və ya",
    # Polish, Czech, Slovak, Slovene, Croatian, Serbian, Bosnian, Lithuanian, Latvian, Albanian
    "się jest w z na przez oraz lub każdy jego že je nebo každý alebo má za ki ima vsak ne svatko ili kao sve svako "
    "ir kad yra turi arba vai ar dhe të një në për është që nuk kush",
    # Indonesian, Malay, Tagalog, Vietnamese, Swahili, Somali, Hausa, Irish, Welsh
    "dan yang di untuk dengan dari atau tidak setiap orang ini pada adalah ang ng mga ay của và có các được "
    "người trong không những một wa kwa ni katika kila au iyo oo uu ku kuma ta ga ba agus le bhfuil yr mae",
)

_KNOWN = _ENGLISH | _OTHER
_WORD = re.compile(r"[^\W\d_]+")
# Most texts in Latin letters have no other signs than these, and their words are found in half the time.
_UNUSUAL = re.compile(r"[^\x00-\u0148\u014a-\u017f‘’“”–—…•€™]")
_LATIN_WORD = re.compile(r"[a-zªµº\u00b2\u00b3\u00b9\u00bc-\u00be\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017f]+")
_NOT_LATIN = re.compile(r"[^\W\d_\u0000-\u024f\u1e00-\u1eff]")

SLICE = 1_500
"""Code points of each of three slices, from the beginning, the middle and the end, that stand for a long text."""
LEAST_WORDS = 30
LEAST_LETTERS = 20


def language(text: str) -> Language:
    """Tell whether a text is English, by at most three slices of it."""
    if len(text) > 3 * SLICE:
        middle = (len(text) - SLICE) // 2
        text = f"{text[:SLICE]} {text[middle : middle + SLICE]} {text[-SLICE:]}"
    if _UNUSUAL.search(text) is None:
        words = _LATIN_WORD.findall(text.lower())
    else:
        words = _WORD.findall(text.lower())
        foreign = len(_NOT_LATIN.findall(text))
        if foreign >= LEAST_LETTERS and 2 * foreign > sum(map(len, words)):
            return Language.OTHER
    count = len(words)
    if count < LEAST_WORDS:
        return Language.UNKNOWN
    known = list(filter(_KNOWN.__contains__, words))
    english = sum(map(_ENGLISH.__contains__, known))
    other = len(known) - english
    if 100 * english >= 16 * count and english >= 2 * other:
        return Language.ENGLISH
    if 100 * other >= 8 * count and other >= 2 * english:
        return Language.OTHER
    return Language.UNKNOWN
