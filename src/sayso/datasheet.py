"""The questions of a datasheet, after Gebru et al., Datasheets for Datasets (arXiv:1803.09010, v8), in our words.

`DATASHEET.md` has a heading `## section` for each section, and for each question `### code, words` and an answer.
"""

from __future__ import annotations

import re

__all__ = ["QUESTIONS", "template", "unanswered"]

QUESTIONS: dict[str, dict[str, str]] = {
    "Motivation": {
        "M1": "Purpose and gap",
        "M2": "Creators",
        "M3": "Funding",
        "M4": "Other comments",
    },
    "Composition": {
        "C1": "What an instance is",
        "C2": "How many there are",
        "C3": "Sample of what",
        "C4": "Raw data or features",
        "C5": "Labels",
        "C6": "What is missing",
        "C7": "Relations between instances",
        "C8": "Splits",
        "C9": "Errors, noise, redundancy",
        "C10": "External resources",
        "C11": "Confidential data",
        "C12": "Offensive or disturbing data",
        "C13": "Whether it relates to people",
        "C14": "Subpopulations",
        "C15": "Whether individuals can be identified",
        "C16": "Sensitive data",
        "C17": "Other comments",
    },
    "Collection process": {
        "L1": "How the data was acquired",
        "L2": "Mechanisms",
        "L3": "Sampling strategy",
        "L4": "Who was involved and how they were paid",
        "L5": "Time frame",
        "L6": "Ethical review",
        "L7": "Whether it relates to people",
        "L8": "From individuals or third parties",
        "L9": "Whether individuals were told",
        "L10": "Whether they consented",
        "L11": "Revoking consent",
        "L12": "Impact analysis",
        "L13": "Other comments",
    },
    "Preprocessing/cleaning/labeling": {
        "P1": "What was done",
        "P2": "Whether the raw data was saved",
        "P3": "Whether the software is available",
        "P4": "Other comments",
    },
    "Uses": {
        "U1": "Used for what so far",
        "U2": "Where users are listed",
        "U3": "Other possible tasks",
        "U4": "What may affect future uses",
        "U5": "What it must not be used for",
        "U6": "Other comments",
    },
    "Distribution": {
        "D1": "To whom",
        "D2": "How",
        "D3": "When",
        "D4": "Licence",
        "D5": "Restrictions by third parties",
        "D6": "Export controls",
        "D7": "Other comments",
    },
    "Maintenance": {
        "T1": "Who maintains it",
        "T2": "Contact",
        "T3": "Errata",
        "T4": "Updates",
        "T5": "Limits on retention",
        "T6": "Older versions",
        "T7": "Contributions",
        "T8": "Other comments",
    },
}

_EMPTY = re.compile(r"(?i)(?:tbd|todo|n/?a|\[?more information needed\]?|\.\.\.|-)?\.?")


def unanswered(text: str) -> list[str]:
    """The sections and questions that a datasheet lacks or leaves open, in order."""
    missing = []
    for section, questions in QUESTIONS.items():
        if not re.search(rf"^## {re.escape(section)}\s*$", text, re.MULTILINE):
            missing.append(f"the section '{section}'")
        for code, words in questions.items():
            match = re.search(rf"^### {code}\b[^\n]*\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
            answer = re.sub(r"<!--.*?-->", "", match.group(1), flags=re.DOTALL).strip() if match else ""
            if _EMPTY.fullmatch(answer):
                missing.append(f"an answer to {code} ({words})")
    return missing


def template(name: str) -> str:
    """A datasheet with every question and no answer."""
    sections = (
        f"## {section}\n\n" + "\n\n".join(f"### {code}, {words}" for code, words in questions.items())
        for section, questions in QUESTIONS.items()
    )
    return f"# Datasheet of {name}\n\n" + "\n\n".join(sections) + "\n"
