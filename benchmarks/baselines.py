"""The README's table of baselines: what systems score on gold and on public data, peers beside ours.

    .venv/bin/pip install textacy
    .venv/bin/python benchmarks/baselines.py ../shared/bench --write README.md

Without --write the table is printed. `suggesting.py` and `claims.py` say how each figure is measured.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from claims import against_polnear
from suggesting import MODEL, measured
from timing import Row, versions

BEGIN, END = "<!-- baselines -->", "<!-- /baselines -->"
SETS = {
    "gold": "gold",
    "gold, with the names of the other document": "gold, knowing the names of the other document",
    "uner_ewt_test": "UNER EWT, test",
    "wnut17_test": "WNUT17, test",
    "conll2003_testb_corrected_crossweigh": "CoNLL03 test-b, corrected",
}


def _line(layer: str, data: str, peers: str, alone: object, on_model: object) -> str:
    cells = (layer, data, peers, *(f"{x:.3f}" if isinstance(x, float) else "" for x in (alone, on_model)))
    return f"| {' | '.join(cells)} |"


def _entities(rows: list[Row]) -> list[str]:
    lines = []
    for key, name in SETS.items():
        own = {row["system"]: row["all"] for row in rows if row.get("entities") == key}
        peer = f"spaCy {own['spaCy']:.3f}" if "spaCy" in own else ""
        lines.append(_line("entities: exact F1", name, peer, own["ours alone"], own["ours on spaCy"]))
    return lines


def _claims(bench: Path, cache: Path | None) -> list[str]:
    tables, _, _, _ = against_polnear(bench / "attribution", cache)
    lines = []
    for data, _, table in tables:
        own = {str(row[data]): row for row in table}
        for measure, words in (("cue", "cue F1"), ("relation", "cue, holder head and content F1")):
            peer = f"textacy {own['textacy'][measure]:.3f}" if "textacy" in own else "textacy is not installed"
            alone, parse = own["surface, scheme"][measure], own["parse, scheme"][measure]
            lines.append(_line(f"claims: {words}", f"PolNeAR dev, {data}", peer, alone, parse))
    return lines


def _stance(rows: list[Row]) -> list[str]:
    lines = []
    for name in dict.fromkeys(str(row["stance"]) for row in rows if "stance" in row):
        own = {str(row["system"]): row["macro F1"] for row in rows if row.get("stance") == name}
        peers = ", ".join(f"{system.split(',')[0]} {f1:.3f}" for system, f1 in own.items() if "our" not in system)
        ours = {system: f1 for system, f1 in own.items() if "our" in system}
        alone = next((f1 for system, f1 in ours.items() if MODEL not in system), "")
        on_model = next((f1 for system, f1 in ours.items() if MODEL in system), "")
        trained = "" if any("shipped" in s or "ours on" in s for s in ours) else " (features trained on its train part)"
        lines.append(_line("stance: macro F1", name + trained, peers, alone, on_model))
    return lines


def table(bench: Path, cache: Path | None) -> str:
    """The table in Markdown."""
    rows = measured(bench, MODEL)
    head = ["| what | data | peers | rules alone | on en_core_web_sm |", "| --- | --- | --- | --- | --- |"]
    used = ", ".join(f"{name} {value}" for name, value in versions("spacy", "scikit-learn").items())
    return "\n".join([*head, *_entities(rows), *_claims(bench, cache), *_stance(rows), "", f"Measured with {used}."])


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the README's table of baselines.")
    parser.add_argument("bench", type=Path, help="the folder with ner, attribution and stance")
    parser.add_argument("--cache", type=Path, help="a folder for the parsed texts")
    parser.add_argument("--write", type=Path, help="a file with the markers that the table goes between")
    given = parser.parse_args()
    made = table(given.bench, given.cache)
    if given.write is None:
        print(made)
        return
    text = given.write.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        sys.exit(f"{given.write} has no {BEGIN} and {END}")
    given.write.write_text(f"{before}{BEGIN}\n{made}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
