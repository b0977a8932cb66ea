"""Dates and amounts in a text, by the rules E6, E8 and E9 of the annotation guidelines.

Both have few forms and no look-alikes that need a model. Every pattern is bounded, so time is linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sayso.word_places import word_places

__all__ = ["amounts"]

_MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
    "|Jan\\.?|Feb\\.?|Mar\\.|Apr\\.?|Jun\\.|Jul\\.|Aug\\.?|Sept?\\.?|Oct\\.?|Nov\\.?|Dec\\.?"
)
_WEEKDAYS = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:MON|TUES|WEDNES|THURS|FRI|SATUR|SUN)DAY"
_YEAR = r"(?:1[5-9]|20)\d\d"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
_CALENDAR = (
    rf"{_DAY}(?:\ of)?\ (?:{_MONTHS})(?:,?\ {_YEAR})?"
    rf"|(?:{_MONTHS})\ {_DAY}(?![\w:%]|[.,/]\d)(?:,?\ {_YEAR})?"
    rf"|(?:{_MONTHS}),?\ {_YEAR}"
    rf"|{_YEAR}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
    r"|\d{1,2}/\d{1,2}/(?:\d{4}|\d\d)"
)
_DATE = re.compile(
    rf"""(?<![\w$£€¥#.@/-])(?:
      (?:{_CALENDAR})
    | (?:{_WEEKDAYS}),?\ (?:{_CALENDAR})
    | (?:(?:[Ll]ast|[Tt]his|[Nn]ext|LAST|THIS|NEXT)\ )?(?:{_WEEKDAYS})
    | (?:[Ll]ast|[Tt]his|[Nn]ext)\ (?:day|week|month|year)
    | (?:(?:[Ll]ast|[Tt]his|[Nn]ext)\ )?(?:January|February|April|June|July|August|September|October|November|December
        |Jan\.|Feb\.|Sept?\.|Oct\.|Nov\.|Dec\.)
    | (?:(?<=\ in\ )|(?<=\ last\ )|(?<=\ since\ )|(?<=\ until\ )|(?<=\ by\ )|(?<=\ next\ )|(?<=\ of\ ))(?:March|May)
    | [Tt]oday|TODAY|[Yy]esterday|YESTERDAY|[Tt]omorrow|TOMORROW
    | {_YEAR}s?(?![,.]\d|\ ?%|\ per\ ?cent
        |\ (?:million|billion|trillion|kilomet|met(?:er|re)s|km|miles|feet|dollars|euros|pounds))
    )(?![\w/]|-\w)""",
    re.VERBOSE,
)
_MULTIPLE = r"(?:hundred\ |thousand\ )?(?:hundred|thousand|million|billion|trillion)"
_UNIT = (
    r"%|per\ ?cent(?:age\ points?)?|percentage\ points?"
    r"|(?:square\ |cubic\ )?(?:(?:kilo|centi|milli)?met(?:er|re)s?|miles?"
    r"|yards?|feet|foot|inch(?:es)?|km|cm|mm|acres?|hectares?)|km/h|kph|mph|knots|°[CF]?|degrees"
    r"|kilogram(?:me)?s?|kilos?|kg|grams?|tons?|tonnes?|ounces?|pounds?|lbs?|lit(?:er|re)s?|gallons?|barrels"
    r"|gigabytes?|megabytes?|terabytes?|GB|MB|TB|(?:kilo|mega|giga)watts?|MW|GW|(?:U\.?S\.?\ )?dollars?|euros?|pounds?"
    r"|yen|yuan|rupees?|rubles?|roubles?|francs?|marks|pesos?|riyals?|dinars?|crowns|cents?|pence|basis\ points?"
)
_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_WORDS = (
    r"(?:[Oo]ne|[Tt]wo|[Tt]hree|[Ff]our|[Ff]ive|[Ss]ix|[Ss]even|[Ee]ight|[Nn]ine|[Tt]en|[Ee]leven|[Tt]welve|[Tt]hirteen"
    r"|[Ff]ourteen|[Ff]ifteen|[Ss]ixteen|[Ss]eventeen|[Ee]ighteen|[Nn]ineteen|(?:[Tt]wenty|[Tt]hirty|[Ff]orty|[Ff]ifty"
    r"|[Ss]ixty|[Ss]eventy|[Ee]ighty|[Nn]inety)(?:-(?:one|two|three|four|five|six|seven|eight|nine))?)"
)
_PREFIXED = "|".join(rf"(?<={letters}.)(?<![\w.,]{letters}.)" for letters in ("US", "A", "C", "HK", "NZ", "S"))
_MORE = r"(?:\d{0,2}(?:,\d{3})+(?:\.\d+)?|\d*(?:\.\d+)?)"  # of `_DIGITS`, after the first
_CLOSE = r"(?![\w@]|[:/]\w|-[A-Za-z]|[.,]\d)"
# A digit or the sign of a currency comes first, for which the engine can search; letters may stand before the sign.
_NUMBER = re.compile(
    rf"""[\d$£€¥](?:
      (?<=\d)(?<![\w.,$£€¥#@/:-].){_MORE}
        (?:\ ?(?:bn|mn|tn)(?!\w)|[\ -]{_MULTIPLE}(?!\w))?(?:\ ?(?:{_UNIT})(?!\w))?
    | (?<=\d-\d){_MORE}(?:\ {_MULTIPLE}(?!\w))?(?:\ ?(?:{_UNIT})(?!\w))
    | (?<=[$£€¥])(?:(?<![\w.,].)|{_PREFIXED})
        \ ?(?:{_DIGITS})(?:\ ?(?:bn|mn|tn|[mMkKbB])(?!\w)|[\ -]{_MULTIPLE}(?!\w))?
    ){_CLOSE}""",
    re.VERBOSE,
)
_LETTERS = re.compile(r"[A-Z]*\Z")
_SPELT = re.compile(
    rf"""(?<![\w-]){_WORDS}
        (?:\ (?:hundred\ |thousand\ )?(?:million|billion|trillion)(?:\ (?:{_UNIT}))?|\ (?:{_UNIT}))(?!\w){_CLOSE}""",
    re.VERBOSE,
)


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


# What they may begin with: a digit or one of some words.
_DATE_DIGITS = re.compile(
    r"\d(?<![\w$£€¥#.@/-].)(?=\d?(?:st|nd|rd|th)?(?:\ of)?\ [JFMASOND]|\d?/|(?:(?<=1)[5-9]|(?<=2)0)\d\d)"
)
_DATE_WORDS = _listed(
    "January February March April May June July August September October November December"
    " Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec last Last LAST this This THIS next Next NEXT"
    " Monday Tuesday Wednesday Thursday Friday Saturday Sunday MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY SUNDAY"
    " today Today TODAY yesterday Yesterday YESTERDAY tomorrow Tomorrow TOMORROW"
)
_NUMBER_WORDS = _listed(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety"
)
_NUMBER_WORDS |= {word.capitalize() for word in _NUMBER_WORDS}


def _matches(pattern: re.Pattern[str], text: str, starts: list[int]) -> Iterator[tuple[int, int]]:
    """As `pattern.finditer`, where all matches start at some of the places."""
    free = 0
    for start in sorted(starts):
        if start >= free and (match := pattern.match(text, start)) is not None:
            free = match.end()
            yield match.span()


def _dates(text: str) -> Iterator[tuple[int, int]]:
    starts = [match.start() for match in _DATE_DIGITS.finditer(text)]
    starts += [start for start, _ in word_places(text, _DATE_WORDS)]
    return _matches(_DATE, text, starts)


def _numbers(text: str) -> list[tuple[int, int]]:
    spelt = _matches(_SPELT, text, [start for start, _ in word_places(text, _NUMBER_WORDS)])
    return sorted([*spelt, *_signed(text)])


def _signed(text: str) -> Iterator[tuple[int, int]]:
    for match in _NUMBER.finditer(text):
        start, end = match.span()
        if text[start] in "$£€¥":
            start = _LETTERS.search(text, max(0, start - 2), start).start()  # type: ignore[union-attr]
        yield start, end


def amounts(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, `DATE` or `NUM`), in code points, in order, none overlapping.

    Articles, prepositions and words of approximation stay outside, and so do counted nouns; measures, percent and
    currency are inside. Ordinals, times of day, durations and number words below a million are neither.
    """
    dates = list(_dates(text))
    i = 0
    for start, end in _numbers(text):
        while i < len(dates) and dates[i][1] <= start:
            yield *dates[i], "DATE"
            i += 1
        if i == len(dates) or end <= dates[i][0]:
            yield start, end, "NUM"
    for date in dates[i:]:
        yield *date, "DATE"
