"""Make a corpus of invented news, annotated in full, as large as one likes: the same bytes for the same seed.

    .venv/bin/python benchmarks/synthetic.py FOLDER --documents 1000

Document i depends on the seed and on i alone, so a small corpus is the beginning of a large one.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from random import Random

from sayso import jsonl
from sayso.datasheet import QUESTIONS
from sayso.intake import init
from sayso.items import stance_items
from sayso.layers import Anchor, Annotation, Claim, Entity, Mention, Stance, Verifiable, dump
from sayso.resources import resource
from sayso.scheme import Scheme
from sayso.seeds import RIGHTS, Source, sha256
from sayso.segmentation import segment
from timing import Row, show, versions

__all__ = ["Invented", "Press", "write_corpus"]


def _words(text: str, separator: str | None = None) -> tuple[str, ...]:
    return tuple(text.split(separator))


NOUNS = _words(
    "bridge harbour budget council school river factory tower valley market court ferry tunnel orchard library prison"
    " quarry station railway museum hospital forest canal dam meadow bakery theatre airfield lighthouse reactor archive"
    " workshop garden vineyard brewery laboratory parliament embassy cathedral stadium cinema warehouse pipeline mine"
    " satellite engine vaccine contract treaty licence tariff subsidy pension mortgage invoice ledger verdict petition"
    " ballot decree permit statute audit inquiry strike festival parade auction tournament lecture rehearsal voyage"
    " flood drought storm famine harvest blizzard landslide comet turbine generator battery cable antenna furnace crane"
    " tractor barge tram bicycle lorry wagon glacier island peninsula reef marsh plateau crater cave waterfall lagoon"
    " violin portrait manuscript sculpture novel poem ballad mosaic tapestry film puzzle compass clock mirror lantern"
)
ADJECTIVES = _words(
    "old new northern southern eastern western narrow broad costly cheap quiet noisy empty crowded famous obscure"
    " wooden stone concrete hollow private public federal municipal royal secret open closed broken repaired planned"
    " abandoned annual weekly recent ancient modern fragile sturdy hidden distant nearby foreign local rural urban"
    " coastal inland frozen flooded burnt painted rusty polished temporary permanent legal unlawful popular"
    " disputed modest splendid bitter gentle rapid slow early late final first second central remote joint rival"
    " humble lavish neutral hostile"
)
VERBS = _words(
    "crossed joined replaced followed doubled halved closed opened served blocked sold bought lost found moved raised"
    " lowered reached left entered rebuilt painted flooded damaged saved delayed shortened widened financed rented"
    " guarded visited measured studied copied hid lifted dragged carried buried emptied filled surrounded divided"
    " united outlived outgrew overlooked supplied heated cooled lit cleaned tested restored renamed inherited borrowed"
)
SECOND = _words("yard house -keeper -side works master shed gate room path hall field wright fund -owner stead")
PREPOSITIONS = _words("near behind beyond under above beside across after before during without inside outside against")
LINKS = _words("while because although until once since whereas after before and but")
STARTS = _words(
    "In spring|By evening|Two years later|Out of season|For a month|At the same time|Without notice|Last winter"
    "|On the far shore|Within a week|Before dawn|To nobody's surprise|Against all odds|Over the summer",
    "|",
)
MONTHS = _words("January February March April May June July August September October November December")
CUES = _words("said added announced claimed warned insisted argued explained noted predicted promised reported")
AIMED = _words("praised criticized blamed accused condemned defended")
SYLLABLES = _words(
    "ba bre dal dor el fen gar hal il jor kas lun mar nev ol per quil ros sav tor ul ven wis yar zel bran cor dun esk"
    " fal grin hest iv kel lor mun nor ost pral rud sten tav und vol wend"
)
ENDINGS = {"PER": _words("en a ik ova o is ert ine"), "ORG": _words("ex ia or um"), "LOC": _words("stad by ona")}
KINDS = ("Line", "Works", "Bank", "Institute", "Press", "Union", "Trust", "Foundry", "Holdings", "Institut für Norm")
PUBLISHED = "2018-03-03"


@dataclass(frozen=True, slots=True)
class Thing:
    """Something with a name: in full, in short, and its label and link."""

    name: str
    short: str
    label: str
    link: str


@dataclass(frozen=True, slots=True)
class Invented:
    """One document: what sources.jsonl says of it, its text, its gold."""

    source: Source
    text: str
    gold: list[Annotation]


@dataclass
class _Page:
    """A text in the making; spans are noted as they are written."""

    pieces: list[str] = field(default_factory=list)
    size: int = 0
    entities: list[Entity] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)

    def write(self, text: str) -> Anchor:
        """Append, and say where it stands."""
        start = self.size
        self.pieces.append(text)
        self.size += len(text)
        return Anchor(start, self.size, text)

    def entity(self, text: str, label: str, link: str | None) -> Mention:
        """Append a name, a date or an amount."""
        a = self.write(text)
        self.entities.append(Entity("", a.start, a.end, text, label, link))
        return Mention(a.start, a.end, text, link)

    def thing(self, thing: Thing, *, full: bool = False) -> Mention:
        """Append the name of something."""
        return self.entity(thing.name if full else thing.short, thing.label, thing.link)

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self.pieces)


class Press:
    """Invents documents: the same ones for the same seed."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        rng = self._random("things")
        names: dict[str, None] = {}
        while len(names) < 4000:
            names["".join(rng.choices(SYLLABLES, k=rng.choice((2, 2, 3)))).capitalize()] = None
        stems = list(names)
        self.people = [self._person(rng, stem) for stem in stems[:2400]]
        self.firms = [self._firm(rng, stem) for stem in stems[2400:3400]]
        self.places = [self._place(rng, stem) for stem in stems[3400:]]

    def _random(self, what: str | int) -> Random:
        return Random(f"{self.seed}:{what}")  # noqa: S311 - invented texts, not secrets

    @staticmethod
    def _person(rng: Random, stem: str) -> Thing:
        surname = stem + rng.choice(ENDINGS["PER"])
        first = rng.choice(SYLLABLES).capitalize() + rng.choice(ENDINGS["PER"])
        return Thing(f"{first} {surname}", surname, "PER", f"{first}-{surname}".lower())

    @staticmethod
    def _firm(rng: Random, stem: str) -> Thing:
        name = f"{stem}{rng.choice(ENDINGS['ORG'])} {rng.choice(KINDS)}"
        return Thing(name, name, "ORG", name.lower().replace("ü", "u").replace(" ", "-"))

    @staticmethod
    def _place(rng: Random, stem: str) -> Thing:
        name = stem + rng.choice(ENDINGS["LOC"])
        return Thing(name, name, "LOC", name.lower())

    @cached_property
    def scheme(self) -> Scheme:
        """That of a new corpus."""
        return Scheme.read(Path(str(resource("annotations/schema.json"))))

    def documents(self, count: int) -> Iterator[Invented]:
        """The first so many."""
        return (self.document(number) for number in range(count))

    def document(self, number: int) -> Invented:
        """One document, with everything annotated."""
        rng, page = self._random(number), _Page()
        stamped = rng.random() < 0.2
        if stamped:
            page.write(f" date {PUBLISHED} ")
        id = f"doc-{number:06}"
        author = rng.choice(self.people).name if rng.random() < 0.3 else None
        heading = self._body(rng, page, author)
        text = page.text
        data = text.encode()
        source = Source(
            id, f"{id}.txt", sha256(data), len(data), "en", heading, None, author, None,
            PUBLISHED if stamped else None, "unknown", RIGHTS,
        )  # fmt: skip
        return Invented(source, text, self._annotate(rng, page, id))

    # -- text

    def _body(self, rng: Random, page: _Page, author: str | None) -> str:
        """Write the text and return its heading."""
        (firm, rival), (person, other) = rng.sample(self.firms, 2), rng.sample(self.people, 2)
        place = rng.choice(self.places)
        start = page.size
        page.thing(firm)
        page.write(f" {rng.choice(VERBS)} {_phrase(rng)}")
        heading = page.text[start:]
        page.write("\n\n")
        page.write(f"By {author}\n\n" if author else rng.choice(("Share this:\n\n", "5 min read\n\n", "")))
        kinds = ["plain"] * 8 + ["said", "said", "aimed", "dated", "placed"]
        kinds += rng.choice((["counted"], ["again"], ["quoted"], ["plain", "plain"], ["mentioned", "mentioned"]))
        rng.shuffle(kinds)
        used = 0
        while kinds:
            size = rng.choice((2, 3, 4))
            paragraph, kinds = kinds[:size], kinds[size:]
            for i, kind in enumerate(paragraph):
                page.write(" " if i else "")
                named = person if rng.random() < 0.7 else other
                if kind == "said":
                    _said(rng, page, named, full=used < 2, target=rival if rng.random() < 0.5 else None)
                    used += 1
                elif kind == "aimed":
                    _aimed(rng, page, named, firm)
                elif kind == "quoted":
                    _quoted(rng, page, named)
                elif kind == "again":
                    _said(rng, page, firm, full=False, target=None)
                else:
                    _told(rng, page, kind, firm, place)
            page.write("\n\n")
            page.write(rng.choice(("Advertisement\n\n", "", "", "", "")))
        page.write(f"Tags: {', '.join(rng.sample(NOUNS, 3))}\n\nLeave a Reply\n\n")
        page.write(f"© 2018 {rng.choice(self.firms).name}. All rights reserved.\n")
        return heading

    # -- annotations

    def _annotate(self, rng: Random, page: _Page, id: str) -> list[Annotation]:
        document = segment(page.text, id=id)
        annotations: list[Annotation] = [*page.entities, *page.claims]
        spans = [(s.seed_start, s.seed_end) for s in document.sentences]
        quoted = [Anchor(start, end, document.seed[start:end]) for start, end in spans]
        verifiable = [Verifiable("", q.start, q.end, q.text, rng.choice(("no", "yes", "yes"))) for q in quoted]
        stances = []
        for item in stance_items(document, annotations, self.scheme):
            label = rng.choice(("none", "none", "against", "favor"))
            evidence = (rng.choice(quoted),) if item.holder is None and label != "none" else ()
            t = item.target
            stances.append(Stance("", t.start, t.end, t.text, t.entity, item.holder, label, evidence))
        return _numbered([*annotations, *verifiable, *stances])


def _numbered(annotations: Sequence[Annotation]) -> list[Annotation]:
    """Give ids in text order."""
    counts: dict[str, int] = {}
    numbered = []
    for a in sorted(annotations, key=lambda a: (a.start, a.end)):
        counts[a.layer] = counts.get(a.layer, 0) + 1
        numbered.append(replace(a, id=f"{a.layer[0]}{counts[a.layer]}"))
    return numbered


def _phrase(rng: Random) -> str:
    """Common words mostly, and rare ones, possessives and numbers about as often as news has them."""
    adjective, noun, kind = rng.choice(ADJECTIVES), rng.choice(NOUNS), rng.random()
    if kind < 0.25:
        noun += rng.choice(SECOND)
    elif kind < 0.35:
        noun += f"’s {rng.choice(NOUNS)}"
    elif kind < 0.4:
        adjective = f"{rng.randint(3, 400)}-year-old"
    return f"the {adjective} {noun}"


def _clause(rng: Random) -> str:
    verb = rng.choice(VERBS)
    verb = f"hasn’t {verb}" if rng.random() < 0.1 else verb
    comma = "," if rng.random() < 0.2 else ""
    return f"{_phrase(rng)} {verb} {_phrase(rng)}{comma} {rng.choice(PREPOSITIONS)} {_phrase(rng)}"


def _said(rng: Random, page: _Page, who: Thing, *, full: bool, target: Thing | None) -> None:
    """A claim with its holder before or after it, perhaps about somebody."""
    if rng.random() < 0.3:
        cue = page.write("According")
        page.write(" to ")
        holder = page.thing(who, full=full)
        page.write(", ")
        content = _said_of(rng, page, target)
    else:
        holder = page.thing(who, full=full)
        page.write(" ")
        cue = page.write(rng.choice(CUES))
        page.write(" ")
        content = _said_of(rng, page, target, that=True)
    page.write(".")
    _claim(rng, page, cue, holder, content)


def _said_of(rng: Random, page: _Page, target: Thing | None, *, that: bool = False) -> Anchor:
    start = page.size
    page.write("that " if that else "")
    if target is not None:
        page.thing(target)
        page.write(f" {rng.choice(VERBS)} {_phrase(rng)} {rng.choice(PREPOSITIONS)} {_phrase(rng)}")
    else:
        page.write(_clause(rng))
    page.write(f" {rng.choice(LINKS)} {_clause(rng)}" if rng.random() < 0.6 else "")
    return Anchor(start, page.size, page.text[start:])


def _aimed(rng: Random, page: _Page, who: Thing, target: Thing) -> None:
    holder = page.thing(who, full=True)
    page.write(" ")
    cue = page.write(rng.choice(AIMED))
    page.write(" ")
    page.thing(target)
    page.write(" for ")
    content = page.write(_phrase(rng))
    page.write(f" {rng.choice(PREPOSITIONS)} {_phrase(rng)}, {rng.choice(LINKS)} {_clause(rng)}.")
    _claim(rng, page, cue, holder, content)


def _quoted(rng: Random, page: _Page, who: Thing) -> None:
    """A quotation with typographic signs, whose holder is a pronoun that means somebody."""
    page.write("“")
    content = page.write(f"{_clause(rng).capitalize()} 🙂 {rng.choice(LINKS)} {_clause(rng)}")
    page.write(",” ")
    she = page.write("she")
    page.write(" ")
    cue = page.write(rng.choice(CUES))
    page.write(" to ")
    page.thing(who)
    page.write(".")
    _claim(rng, page, cue, Mention(she.start, she.end, she.text, who.link), content)


def _claim(rng: Random, page: _Page, cue: Anchor, holder: Mention, content: Anchor) -> None:
    lemmas = {"said": "say", "According": "according"}
    lemma = lemmas.get(cue.text) or _lemma(cue.text)
    kind, polarity = rng.choice(("fact", "plan", "view")), rng.choice(("asserts", "asserts", "denies"))
    page.claims.append(Claim("", cue.start, cue.end, cue.text, lemma, holder, (content,), kind, polarity))


def _lemma(past: str) -> str:
    with_e = ("announced", "argued", "noted", "promised", "praised", "criticized", "blamed", "accused")
    return past[:-1] if past in with_e else past[:-2]


def _told(rng: Random, page: _Page, kind: str, firm: Thing, place: Thing) -> None:
    """A sentence that nobody is said to have said."""
    if kind == "dated":
        page.write("On ")
        page.entity(f"{rng.randint(1, 28)} {rng.choice(MONTHS)} {rng.randint(1990, 2017)}", "DATE", None)
        page.write(f", {_clause(rng)}")
    elif kind == "placed":
        page.write("In ")
        page.thing(place)
        page.write(f", {_clause(rng)}")
    elif kind == "counted":
        page.write(f"{_clause(rng).capitalize()} for ")
        page.entity(f"{rng.randint(2, 90)} million crowns", "NUM", None)
    elif kind == "mentioned":
        page.write(f"{_clause(rng).capitalize()}, and ")
        page.thing(firm)
        page.write(f" {rng.choice(VERBS)} {_phrase(rng)}")
    else:
        start = f"{rng.choice(STARTS)}, {_clause(rng)}" if rng.random() < 0.5 else _clause(rng)
        page.write(f"{start[0].upper()}{start[1:]} {rng.choice(LINKS)} {_clause(rng)}")
    page.write(".")


def write_corpus(folder: Path, documents: int, seed: int = 0) -> int:
    """Make a corpus that `sayso build` and `sayso validate` find no fault with.

    Args:
        folder: not there yet, or empty.

    Returns:
        the number of annotations.
    """
    init(folder)
    sources = []
    annotations = 0
    for made in Press(seed).documents(documents):
        (folder / "seeds" / made.source.file).write_bytes(made.text.encode())
        (folder / "annotations" / "gold" / f"{made.source.id}.jsonl").write_bytes(dump(made.gold))
        sources.append(made.source.to_json())
        annotations += len(made.gold)
    (folder / "seeds" / "sources.jsonl").write_bytes(jsonl.encode(sources))
    sections = (
        f"## {section}\n\n" + "\n\n".join(f"### {code}, {words}\n\nInvented." for code, words in questions.items())
        for section, questions in QUESTIONS.items()
    )
    answers = "\n\n".join(sections)
    (folder / "DATASHEET.md").write_text(f"# Datasheet\n\n{answers}\n", encoding="utf-8")
    (folder / "CHANGELOG.md").write_text(f"# Changelog\n\n## [0.1.0] - {PUBLISHED}\n", encoding="utf-8")
    return annotations


def main() -> None:
    parser = argparse.ArgumentParser(description="Make a corpus of invented, annotated news.")
    parser.add_argument("folder", type=Path, help="not there yet, or empty")
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    before = time.process_time()
    annotations = write_corpus(given.folder, given.documents, given.seed)
    seconds = time.process_time() - before
    sizes = [path.stat().st_size for path in (given.folder / "seeds").glob("*.txt")]
    row: Row = {
        "documents": given.documents, "annotations": annotations, "annotations a document": annotations / len(sizes),
        "seeds, MB": sum(sizes) / 1e6, "CPU s": seconds,
    }  # fmt: skip
    show("A corpus of invented news", {"seed": given.seed, **versions("sayso")}, [row], as_json=given.json)


if __name__ == "__main__":
    main()
