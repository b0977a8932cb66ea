"""A small valid corpus to break and to build. Every name, place and event in it is invented."""

from __future__ import annotations

from pathlib import Path

from sayso import jsonl
from sayso.adjudicate import Decision, Unit, content
from sayso.datasheet import QUESTIONS
from sayso.intake import add, init
from sayso.items import stance_items
from sayso.layers import LAYERS, Anchor, Annotation, Claim, Entity, Mention, Stance, Verifiable, dump
from sayso.package import build
from sayso.project import Project
from sayso.segmentation import Document, segment

HARBOUR = """Harbour fire inquiry opens

By Jo Sample

Ada Lindqvist said on Monday that the port of Norvik was safe. 😀 She praised Norvik Line. "We lost 40 million crowns," Lindqvist added.

Share this:

The inquiry goes on. Norvik Line denied setting the fire. Lindqvist blamed Norvik Line for the delay.

Leave a Reply
"""
FERRY = """ date 2018-03-03 The ferry leaves on Friday. (Reuters)

Norvik Line announced a new ferry. According to Lindqvist, it will sail in 2019.

Advertisement
"""

TEXTS = {"harbour": HARBOUR, "ferry": FERRY}
ANNOTATORS = ("ann", "bo")


def anchor(text: str, quoted: str, nth: int = 1) -> Anchor:
    """The nth place of some words in a seed."""
    start = -1
    for _ in range(nth):
        start = text.index(quoted, start + 1)
    return Anchor(start, start + len(quoted), quoted)


def _entities(text: str, spans: list[tuple[str, int, str, str | None]]) -> list[Annotation]:
    found = []
    for quoted, nth, label, link in spans:
        a = anchor(text, quoted, nth)
        found.append(Entity("", a.start, a.end, a.text, label, link))
    return found


def _claim(
    text: str,
    cue: tuple[str, int],
    lemma: str,
    holder: tuple[str, int, str | None],
    said: str,
    type: str,
    polarity: str = "asserts",
) -> Claim:
    c, h = anchor(text, *cue), anchor(text, holder[0], holder[1])
    mention = Mention(h.start, h.end, h.text, holder[2])
    return Claim("", c.start, c.end, c.text, lemma, mention, (anchor(text, said),), type, polarity)


def gold(id: str) -> list[Annotation]:
    """The gold of one of the texts, with ids, in no particular order."""
    text = TEXTS[id]
    document = segment(text, id=id)
    if id == "harbour":
        annotations = _entities(
            text,
            [
                ("Ada Lindqvist", 1, "PER", "ada-lindqvist"),
                ("Monday", 1, "DATE", None),
                ("Norvik", 1, "LOC", "norvik"),
                ("Norvik Line", 1, "ORG", "norvik-line"),
                ("40 million crowns", 1, "NUM", None),
                ("Lindqvist", 2, "PER", "ada-lindqvist"),
                ("Norvik Line", 2, "ORG", "norvik-line"),
                ("Lindqvist", 3, "PER", "ada-lindqvist"),
                ("Norvik Line", 3, "ORG", "norvik-line"),
            ],
        )
        annotations += [
            _claim(
                text,
                ("said", 1),
                "say",
                ("Ada Lindqvist", 1, "ada-lindqvist"),
                "that the port of Norvik was safe",
                "view",
            ),
            _claim(text, ("added", 1), "add", ("Lindqvist", 2, "ada-lindqvist"), "We lost 40 million crowns", "fact"),
            _claim(
                text, ("denied", 1), "deny", ("Norvik Line", 2, "norvik-line"), "setting the fire", "fact", "denies"
            ),
            _claim(text, ("blamed", 1), "blame", ("Lindqvist", 3, "ada-lindqvist"), "the delay", "fact"),
        ]
        verifiable = ["no", "yes", "yes", "yes", "no", "yes", "yes"]
    else:
        annotations = _entities(
            text,
            [
                ("Norvik Line", 1, "ORG", "norvik-line"),
                ("Lindqvist", 1, "PER", "ada-lindqvist"),
                ("2019", 1, "DATE", None),
            ],
        )
        annotations += [
            _claim(text, ("announced", 1), "announce", ("Norvik Line", 1, "norvik-line"), "a new ferry", "plan"),
            _claim(
                text, ("According", 1), "according", ("Lindqvist", 1, "ada-lindqvist"), "it will sail in 2019", "plan"
            ),
        ]
        verifiable = ["yes", "yes"]
    annotations += [
        Verifiable("", s.seed_start, s.seed_end, text[s.seed_start : s.seed_end], label)
        for s, label in zip(document.sentences, verifiable, strict=True)
    ]
    annotations += _stances(document, annotations)
    return number(annotations)


def _stances(document: Document, annotations: list[Annotation]) -> list[Annotation]:
    """Every listed item with a label, and one that the list lacks."""
    scheme = Project.read(Path(__file__).parent.parent).scheme
    stances: list[Annotation] = []
    for item in stance_items(document, annotations, scheme):
        against = item.holder is not None and item.holder.text == "Lindqvist" and item.target.text == "Norvik Line"
        author = item.holder is None and item.target.text == "Norvik Line"
        evidence = (anchor(document.seed, "Norvik Line denied setting the fire."),) if author else ()
        label = "against" if against or author else "none"
        target = item.target
        stances.append(Stance("", target.start, target.end, target.text, target.entity, item.holder, label, evidence))
    if document.id == "harbour":
        she, line = anchor(document.seed, "She"), anchor(document.seed, "Norvik Line")
        holder = Mention(she.start, she.end, she.text, "ada-lindqvist")
        stances.append(Stance("", line.start, line.end, line.text, "norvik-line", holder, "favor"))
    return stances


def number(annotations: list[Annotation]) -> list[Annotation]:
    """Give ids in text order."""
    from dataclasses import replace

    counts: dict[str, int] = {}
    named = []
    for a in sorted(annotations, key=lambda a: (a.start, a.end, str(a))):
        counts[a.layer] = counts.get(a.layer, 0) + 1
        named.append(replace(a, id=f"{a.layer[0]}{counts[a.layer]}"))
    return named


def make(root: Path, *, built: bool = True) -> Path:
    """A corpus of two documents in which one disagreement was adjudicated; valid but for nothing."""
    init(root)
    scratch = root.parent / f"{root.name}-texts"
    scratch.mkdir()
    for id, text in TEXTS.items():
        (scratch / f"{id}.txt").write_bytes(text.encode())
    intake = add(root, [scratch / f"{id}.txt" for id in TEXTS])
    assert not intake.refused, intake.refused
    annotations = root / "annotations"
    lines = [
        {"name": name, "kind": "human", "layers": list(LAYERS), "description": f"{name}, who is invented"}
        for name in ANNOTATORS
    ]
    (annotations / "annotators.jsonl").write_bytes(jsonl.encode(lines))
    for id in TEXTS:
        agreed = gold(id)
        (annotations / "gold" / f"{id}.jsonl").write_bytes(dump(agreed))
        for name in ANNOTATORS:
            own = annotations / "annotators" / name / f"{id}.jsonl"
            own.parent.mkdir(parents=True, exist_ok=True)
            # The second annotator missed the date.
            kept = [a for a in agreed if name == "ann" or a.text != "Monday"]
            own.write_bytes(dump(number(kept)))
    (monday,) = [a for a in gold("harbour") if a.text == "Monday"]
    unit = Unit("harbour", "entity", monday.start, monday.end)
    decision = Decision(unit, {"ann": content(monday), "bo": None}, content(monday), "E9: weekdays are dates.")
    (annotations / "adjudication.jsonl").write_bytes(jsonl.encode([decision.to_json()]))
    answers = "\n\n".join(
        f"## {section}\n\n" + "\n\n".join(f"### {code}, {words}\n\nInvented." for code, words in questions.items())
        for section, questions in QUESTIONS.items()
    )
    (root / "DATASHEET.md").write_text(
        f"# Datasheet\n\n{answers}\n\n<!-- figures:rows -->\n<!-- /figures -->\n", encoding="utf-8"
    )
    (root / "CHANGELOG.md").write_text("# Changelog\n\n## [0.1.0] - 2018-03-03\n", encoding="utf-8")
    if built:
        build(root)
    return root
