"""The linear model of stance: what the words of a sentence show towards one of its spans.

All weights are whole numbers, so every machine decides alike.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

from sayso.stance_features import PAIRED, TURNED, Range, Reading, is_feature, placed, sign_name

__all__ = ["Weights", "shipped"]

Row = Sequence[int]


class _OfWord(NamedTuple):
    """The features that one stem can make: (name, weights) for anywhere, (reach, name, weights) on either side."""

    anywhere: list[tuple[str, Row]]
    left: list[tuple[int, str, Row]]
    right: list[tuple[int, str, Row]]


@dataclass(frozen=True)
class Weights:
    """The linear model of `stance_weights.json`.

    Attributes:
        certainty: (least margin, per cent right from there on), rising.
        weights: name of a feature, as `sayso.stance_features.features` gives it -> a weight for each label.
    """

    labels: tuple[str, ...]
    bias: tuple[int, ...]
    certainty: tuple[tuple[int, int], ...]
    weights: Mapping[str, Row]

    def decide(self, found: Mapping[str, int]) -> tuple[str, int]:
        """The label of features, and by how much it leads; of equals the first."""
        return self._lead((row, n) for name, n in found.items() if (row := self.weights.get(name)) is not None)

    def decide_at(self, reading: Reading, target: Range) -> tuple[str, int]:
        """As `decide` of all features of a target, but only those that have a weight are made."""
        (first, last), weights, by_word = target, self.weights, self._by_word
        stems, signs = placed(reading, target)
        found: dict[str, Row] = {}
        for i, stem in enumerate(stems):
            of_word = by_word.get(stem)
            if of_word is not None:
                for name, row in of_word.anywhere:
                    found[name] = row
                side, distance = (of_word.right, i - last + 1) if i >= last else (of_word.left, first - i)
                for reach, name, row in side:
                    if distance <= reach:
                        found[name] = row
        for i in range(max(0, first - PAIRED), min(last + PAIRED, len(stems) - 1)):
            name = f"b {stems[i]} {stems[i + 1]}"
            pair = weights.get(name)
            if pair is not None:
                found[name] = pair
        counts: dict[str, int] = defaultdict(int)
        counts[f"all {sign_name(sum(signs))}"] = 1
        if any(signs):
            for i, sign in enumerate(signs):
                if sign and is_feature(stems[i]):
                    side_name, distance = ("r", i - last + 1) if i >= last else ("l", first - i)
                    counts[f"{side_name} {sign_name(sign)}"] += 1
                    if distance <= TURNED:
                        counts[f"{side_name}{TURNED} {sign_name(sign)}"] += 1
        rows = [(row, 1) for row in found.values()]
        rows += [(weights[name], n) for name, n in counts.items() if name in weights]
        return self._lead(rows)

    def percent(self, margin: int) -> int:
        """How often a decision by such a margin was right on sentences apart."""
        return self.certainty[bisect_right(self.certainty, margin, key=lambda row: row[0]) - 1][1]

    def _lead(self, rows: Iterable[tuple[Row, int]]) -> tuple[str, int]:
        sums = list(self.bias)
        for row, n in rows:
            for i, weight in enumerate(row):
                sums[i] += n * weight
        best = max(range(len(sums)), key=lambda i: (sums[i], -i))
        return self.labels[best], sums[best] - max(total for i, total in enumerate(sums) if i != best)

    @cached_property
    def _by_word(self) -> dict[str, _OfWord]:
        found: dict[str, _OfWord] = {}
        for name, row in self.weights.items():
            kind, _, stem = name.partition(" ")
            if kind == "w" or (kind[0] in "lr" and kind[1:].isdigit() and stem not in ("+", "-")):
                of_word = found.setdefault(stem, _OfWord([], [], []))
                if kind == "w":
                    of_word.anywhere.append((name, row))
                else:
                    (of_word.left if kind[0] == "l" else of_word.right).append((int(kind[1:]), name, row))
        return {stem: of_word for stem, of_word in found.items() if is_feature(stem)}


@cache
def shipped() -> Weights:
    """The weights that the package carries."""
    data: dict[str, Any] = json.loads((Path(__file__).parent / "stance_weights.json").read_text(encoding="utf-8"))
    certainty = tuple((int(margin), int(percent)) for margin, percent in data["certainty"])
    return Weights(tuple(data["labels"]), tuple(data["bias"]), certainty, data["weights"])
