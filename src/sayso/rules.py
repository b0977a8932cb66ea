"""The registry of cleaning rules: what a line of a scraped news or blog text must look like to be removed.

A rule is data: an id, a description, where in a document it applies, and one test. Ids are published in every
`removed` row, so a rule may be added or sharpened, but an id is never given another meaning.
"""

from __future__ import annotations

import re

from sayso.form_rules import AGENCY, FORM_RULES, NAME, ROLE
from sayso.rule_forms import Rule

__all__ = ["DATE_STAMP", "MODEL", "NAME", "REPEATED_LINE", "RULES", "RULE_IDS", "RULE_NUMBERS", "WHITESPACE", "Rule"]

WHITESPACE = "whitespace"
"""Rule id of everything between blocks: line breaks, blank lines and the edges of lines."""

MODEL = "model"
"""Rule id of what the line model removes; `Cleaning.explanations` says why."""

REPEATED_LINE = "repeated-line"
"""Rule id of a line that recurs over the documents of a collection; see `sayso.repetition`."""

_PHOTO_CREDIT = re.compile(
    rf".{{1,300}}\((?:{AGENCY}|(?:photo|image|picture|file|ap photo|credit|courtesy|source)s?\b[^()]{{0,60}}|[^()]{{1,40}}[/|](?:{AGENCY}))\.?\)\.?",
    re.IGNORECASE,
)
_BIO = re.compile(
    rf"(?:(?-i:[A-Z])[\w.'’-]*,? ){{1,6}}(?:is|was|works|writes|covers|reports|has)\b.{{0,160}}\b{ROLE}\b"
    rf"|.{{0,200}}\b(?:has|with) (?:more than |over |nearly |about )?\w{{1,8}}\+? years?(?: of|'|’)? (?:\w+ )?experience\b"
    rf"|(?:about the author|about)\b[:\s].{{0,200}}\b{ROLE}\b",
    re.IGNORECASE,
)
_QUOTE = frozenset('"“”')


def _is_caption(line: str) -> bool:
    return line.endswith((")", ").")) and _PHOTO_CREDIT.fullmatch(line) is not None


def _is_picture_title(line: str) -> bool:
    return line.count(" ") >= 2 and all(word[0].isupper() and word.isalpha() for word in line.split())


def _is_bio(line: str) -> bool:
    return not _QUOTE & set(line) and " I " not in line and _BIO.match(line) is not None


DATE_STAMP = re.compile(r"[ \t]*date[ \t]+([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ \t]+|(?=\s)|\Z)")
"""A scraper's date stamp before the first line of a text; group 1 is the date."""

_BY_CONTEXT: tuple[Rule, ...] = (
    Rule(
        "date-stamp",
        "A scraper's stamp ('date 2018-03-22') at the very start; it becomes the document's date.",
        "head", frozenset(), lambda line: DATE_STAMP.match(line) is not None,
        takes=("date 2018-03-03",),
        leaves=("date 2018 was set for the hearing.", "Date 2018-03-03 was agreed by both sides."),
    ),
    Rule(
        "photo-caption",
        "A caption before the first paragraph that closes with a photo agency's or photographer's credit in brackets.",
        "head", frozenset(), _is_caption,
        takes=("The harbour of Example City on Friday. (Reuters)", "Mayor Jo Sample votes. (AP Photo/Jane Example)"),
        leaves=("The harbour of Example City was closed on Friday (see map).",
                "The harbour reopened on Friday, the agency reported."),
        max_chars=320,
    ),
    Rule(
        "stray-caption",
        "A picture's title left behind between a paragraph and a heading, so that it heads nothing: three words or more"
        " without a full stop, which the paragraphs before it hold word for word at least twice.",
        "anywhere", frozenset(), _is_picture_title,
        takes=("Harbour Fire Inquiry",),
        leaves=("Harbour Board Elections", "Harbour fire: 3 dead"),
        max_chars=80,
    ),
    Rule(
        "author-bio",
        "A note about the writer at the end: a role or years of experience, third person, no quotation.",
        "tail", frozenset(), _is_bio,
        takes=("Jane Example is a freelance writer based in Example City.",
               "Travel Blogger. Jo has more than 5 years of experience in photography."),
        leaves=("Jane Example is a freelance writer, “and a good one,” her editor told the court.",
                "Lund has served the harbour for 30 years."),
        max_chars=600,
    ),
)  # fmt: skip

RULES: dict[str, Rule] = {rule.id: rule for rule in (*FORM_RULES, *_BY_CONTEXT)}
"""Every rule by its id, in the order in which they are tried."""

RULE_IDS = ("", *RULES, REPEATED_LINE, MODEL, WHITESPACE)
"""Whatever removes something, by its number in a column; number 0 is none. No number is ever published."""
RULE_NUMBERS = {rule: number for number, rule in enumerate(RULE_IDS)}
