"""What a sentence shows of a stance towards one of its spans, as named whole numbers.

Words near the target on either side, word pairs, and counts of words that speak well or ill, turned by negation. Names
other than holder and target are left out: a model must have no opinion of anybody.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

__all__ = [
    "AROUND", "NEAR", "PAIRED", "TURNED", "Range", "Reading", "StanceWords", "features", "is_feature", "placed", "read",
    "sign_name", "sign_of", "stance_words", "stem",
]  # fmt: skip

NEAR, AROUND = 3, 8
"""Words from the target that count as beside it and as around it."""
TURNED = 4
"""Words over which a negation reaches."""
PAIRED = 6
"""Words from the target in which word pairs count."""
_LONGEST = 20
_TARGET, _HOLDER, _NAME = "<t>", "<h>", "<n>"
_MARKS = frozenset('“”"?!')
_SENTENCE_MARKS = frozenset('.!?“":')
_ENDINGS = (
    ("ies", ("y",)), ("ied", ("y",)), ("ing", ("", "e")), ("ed", ("", "e")), ("es", ("", "e")), ("s", ("",)),
    ("d", ("",)), ("ly", ("",)), ("'s", ("",)), ("’s", ("",)),
)  # fmt: skip

Range = tuple[int, int]


class StanceWords(NamedTuple):
    """The lists of `stance_words.toml`."""

    against: frozenset[str]
    favor: frozenset[str]
    ill: frozenset[str]
    well: frozenset[str]
    negations: frozenset[str]
    wrongs: frozenset[str]


@cache
def stance_words() -> StanceWords:
    """The words that show a stance."""
    data = tomllib.loads((Path(__file__).parent / "stance_words.toml").read_text(encoding="utf-8"))
    return StanceWords(**{name: frozenset(words.split()) for name, words in data.items()})


@cache
def _signs() -> dict[str, int]:
    lists, signs = stance_words(), dict[str, int]()
    for words, sign in ((lists.against, -1), (lists.ill, -1), (lists.favor, 1), (lists.well, 1)):
        for word in words:
            signs.setdefault(word, sign)
    return signs


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """A word in lower case without its ending: the listed word that it is a form of, or else a cut that forms share."""
    known = _signs()
    if word in known:
        return word
    for ending, others in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            base = word.removesuffix(ending)
            for other in others:
                if base + other in known:
                    return base + other
            if len(base) > 3 and base[-1] == base[-2] and base[:-1] in known:
                return base[:-1]
    for ending in ("ing", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4 and not word.endswith("ss"):
            return word.removesuffix(ending)
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


def sign_of(word: str) -> int:
    """1 for a word that speaks well, -1 for one that speaks ill, else 0."""
    return _signs().get(stem(word.lower()), 0)


def features(words: Sequence[str], target: Range, holder: Range | None = None) -> Counter[str]:
    """The features of a target, and of a holder if there is one.

    Args:
        words: the tokens of a sentence.
        target, holder: ranges of tokens, end exclusive.
    """
    stems, signs = placed(read(words), target, holder)
    found: Counter[str] = Counter()
    for i, word in enumerate(stems):
        if not is_feature(word):
            continue
        side, distance = ("r", i - target[1] + 1) if i >= target[1] else ("l", target[0] - i)
        found[f"w {word}"] = 1
        for reach in (1, NEAR, AROUND):
            if distance <= reach:
                found[f"{side}{reach} {word}"] = 1
        if signs[i]:
            sign = "+" if signs[i] > 0 else "-"
            found[f"{side} {sign}"] += 1
            if distance <= TURNED:
                found[f"{side}{TURNED} {sign}"] += 1
    for i, pair in enumerate(pairwise(stems)):
        if target[0] - PAIRED <= i < target[1] + PAIRED:
            found["b " + " ".join(pair)] = 1
    found[f"all {sign_name(sum(signs))}"] = 1
    if holder is not None:
        found.update(_between(stems, signs, target, holder))
    return found


def _between(stems: Sequence[str], signs: Sequence[int], target: Range, holder: Range) -> Counter[str]:
    """What stands between holder and target, and beside the holder."""
    found: Counter[str] = Counter()
    low, high = min(target[0], holder[0]), max(target[1], holder[1])
    order = ">" if holder[0] < target[0] else "<"
    for i in range(low, high):
        if stems[i][0] != "<":
            found[f"m {stems[i]}"] = found[f"m{order} {stems[i]}"] = 1
            if signs[i]:
                found[f"m{order} {sign_name(signs[i])}"] += 1
    for one, other in pairwise(stems[low:high]):
        found[f"mb {one} {other}"] = 1
    for i, word in enumerate(stems):
        side, distance = ("r", i - holder[1] + 1) if i >= holder[1] else ("l", holder[0] - i)
        if 0 < distance <= NEAR and word[0] != "<":
            found[f"h{side} {word}"] = 1
    found[f"order {order}"] = found[f"distance {min(high - low, _LONGEST) // 4}"] = 1
    found[f"between {sign_name(sum(signs[low:high]))}"] = 1
    return found


def sign_name(number: int) -> str:
    """A sum of signs in the name of a feature."""
    return "+" if number > 0 else "-" if number < 0 else "0"


class Reading(NamedTuple):
    """The words of a sentence, whatever the target: the stem of each, its sign, and where negations stand."""

    stems: list[str]
    signs: list[int]
    negations: list[int]


def read(words: Sequence[str]) -> Reading:
    """Read the tokens of a sentence."""
    if len(_READ) > _MOST:
        _READ.clear()
    known = [_READ[word] for word in words]
    stems = [of[0] for of in known]
    for i, (_, _, _, named, opens) in enumerate(known):
        if named and i > 0 and not (opens and words[i - 1] in _SENTENCE_MARKS):
            stems[i] = _NAME
    return Reading(stems, [of[1] for of in known], [i for i, of in enumerate(known) if of[2]])


def _word(word: str) -> tuple[str, int, bool, bool, bool]:
    """A word's stem and sign, whether it negates, may be a name by its capital, and may open a sentence by it."""
    known, lower = _signs(), word.lower()
    cut = stem(lower) if word[0].isalpha() else "0" if word[0].isdigit() else lower
    sign = known.get(cut, 0)
    named = word[0].isalpha() and not word.islower() and lower not in known and not sign
    return cut, sign, lower in stance_words().negations, named, word.istitle()


class _Words(dict[str, tuple[str, int, bool, bool, bool]]):
    """What `_word` says of words, kept: asked for every word, a cache that sorts by use would take most of the time."""

    def __missing__(self, word: str) -> tuple[str, int, bool, bool, bool]:
        found = self[word] = _word(word)
        return found


_READ, _MOST = _Words(), 1 << 16


def placed(reading: Reading, target: Range, holder: Range | None = None) -> tuple[list[str], list[int]]:
    """The stem of each word, with placeholders, and its sign after negation."""
    stems, signs, places = reading.stems.copy(), reading.signs.copy(), (holder, target) if holder else (target,)
    turned = 0
    for i in reading.negations:
        if not any(start <= i < end for start, end in places):
            for j in range(max(i, turned), min(i + TURNED + 1, len(signs))):
                signs[j] = -signs[j]
            turned = i + TURNED + 1
    for (start, end), mark in zip(places, (_HOLDER, _TARGET)[-len(places) :], strict=True):
        for j in range(start, min(end, len(stems))):
            stems[j], signs[j] = mark, 0
    return stems, signs


def is_feature(stem: str) -> bool:
    """Whether a stem is one of a word, and not a placeholder or punctuation that says nothing."""
    return stem not in (_TARGET, _HOLDER, _NAME) and (stem[0].isalnum() or stem in _MARKS)
