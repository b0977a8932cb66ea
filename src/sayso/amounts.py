"""Dates and amounts in a text, by the rules E6, E8 and E9 of the annotation guidelines.

Both have few forms and no look-alikes that need a model. Every pattern is bounded, so time is linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

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
_NUMBER = re.compile(
    rf"""(?:
      (?<![\w.,])(?:US|A|C|HK|NZ|S)?[$£€¥]\ ?(?:{_DIGITS})(?:\ ?(?:bn|mn|tn|[mMkKbB])(?!\w)|[\ -]{_MULTIPLE}(?!\w))?
    | (?<![\w.,$£€¥#@/:-])(?:{_DIGITS})(?:\ ?(?:bn|mn|tn)(?!\w)|[\ -]{_MULTIPLE}(?!\w))?(?:\ ?(?:{_UNIT})(?!\w))?
    | (?<=\d-)(?:{_DIGITS})(?:\ {_MULTIPLE}(?!\w))?(?:\ ?(?:{_UNIT})(?!\w))
    | (?<![\w-]){_WORDS}
        (?:\ (?:hundred\ |thousand\ )?(?:million|billion|trillion)(?:\ (?:{_UNIT}))?|\ (?:{_UNIT}))(?!\w)
    )(?![\w@]|[:/]\w|-[A-Za-z]|[.,]\d)""",
    re.VERBOSE,
)


# Where either could start: a first character that the engine can search for, then a short look at both sides.
_DATE_START = re.compile(
    r"""[\dJFMASONDTWYLltny](?<![\w$£€¥#.@/-].)(?:(?<=\d)(?=
      \d?(?:st|nd|rd|th)?(?:\ of)?\ [JFMASOND]|\d?/|(?:(?<=1)[5-9]|(?<=2)0)\d\d)|(?=an|eb|ar|pr|ay|un|ul|ug|ep|ct|ov|ec|on|ue|ed|hu|ri|at
    |ON|UE|ED|HU|RI|AT|UN|ast\ |his\ |ext\ |AST\ |HIS\ |EXT\ |od|OD|es|ES|om|OM))""",
    re.VERBOSE,
)
_NUMBER_START = re.compile(
    r"""[\d$£€¥OTFSENotfsen](?:(?<=[$£€¥])|(?<=\d)(?<!\d\d)|(?<![\w-].)
    (?=ne|wo|hr|ou|iv|ix|ev|ig|in|en|le|we|hi|if|or))""",
    re.VERBOSE,
)


def _dates(text: str) -> Iterator[tuple[int, int]]:
    free = 0
    for start in _DATE_START.finditer(text):
        if start.start() >= free and (match := _DATE.match(text, start.start())) is not None:
            free = match.end()
            yield match.span()


def _numbers(text: str) -> Iterator[tuple[int, int]]:
    free = 0
    for start in _NUMBER_START.finditer(text):
        at = start.start()
        # Before the sign of a currency may stand up to two letters.
        for first in range(max(0, at - 2), at + 1) if start.group() in "$£€¥" else (at,):
            if first >= free and (match := _NUMBER.match(text, first)) is not None:
                free = match.end()
                yield match.span()
                break


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
