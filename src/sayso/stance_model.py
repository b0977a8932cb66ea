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

from sayso.stance_features import AROUND, PAIRED, TURNED, Range, Reading, is_feature, placed, sign_name

__all__ = ["Weights", "shipped"]

Row = Sequence[int]


class _OfStem(NamedTuple):
    """The features that one stem can make, each with its weights.

    Attributes:
        anywhere: (name, weights), if there is a feature for it anywhere in the sentence.
        left, right: (reach, name, weights) for it on that side of the target.
        before: the stem after it -> the weights of the pair.
    """

    anywhere: list[tuple[str, Row]]
    left: list[tuple[int, str, Row]]
    right: list[tuple[int, str, Row]]
    before: dict[str, Row]


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
        return self._lead(_times(self.weights[name], n) for name, n in found.items() if name in self.weights)

    def decide_at(self, reading: Reading, target: Range) -> tuple[str, int]:
        """As `decide` of all features of a target, but only those that have a weight are made."""
        (first, last), weights, by_stem = target, self.weights, self._by_stem
        stems, signs = placed(reading, target)
        known = [by_stem.get(stem) for stem in stems]
        found: dict[object, Row] = {name: row for of_stem in known if of_stem for name, row in of_stem.anywhere}
        for i in range(max(0, first - PAIRED), min(last + PAIRED, len(stems) - 1)):
            of_stem = known[i]
            if of_stem is not None and (pair := of_stem.before.get(stems[i + 1])) is not None:
                found[stems[i], stems[i + 1]] = pair
        for i in range(max(0, first - AROUND), min(last + AROUND, len(stems))):
            of_stem = known[i]
            if of_stem is not None:
                side, distance = (of_stem.right, i - last + 1) if i >= last else (of_stem.left, first - i)
                for reach, name, row in side:
                    if distance <= reach:
                        found[name] = row
        counts: dict[str, int] = defaultdict(int)
        counts[f"all {sign_name(sum(signs))}"] = 1
        if any(signs):
            for i, sign in enumerate(signs):
                if sign and is_feature(stems[i]):
                    side_name, distance = ("r", i - last + 1) if i >= last else ("l", first - i)
                    counts[f"{side_name} {sign_name(sign)}"] += 1
                    if distance <= TURNED:
                        counts[f"{side_name}{TURNED} {sign_name(sign)}"] += 1
        signed = [_times(weights[name], n) for name, n in counts.items() if name in weights]
        return self._lead([*found.values(), *signed])

    def percent(self, margin: int) -> int:
        """How often a decision by such a margin was right on sentences apart."""
        return self.certainty[bisect_right(self.certainty, margin, key=lambda row: row[0]) - 1][1]

    def _lead(self, rows: Iterable[Row]) -> tuple[str, int]:
        sums = [sum(column) for column in zip(self.bias, *rows, strict=True)]
        most = max(sums)
        best = sums.index(most)
        return self.labels[best], most - max(sums[:best] + sums[best + 1 :])

    @cached_property
    def _by_stem(self) -> dict[str, _OfStem]:
        found: dict[str, _OfStem] = defaultdict(lambda: _OfStem([], [], [], {}))
        for name, row in self.weights.items():
            kind, _, stem = name.partition(" ")
            if kind == "b":
                one, _, other = stem.partition(" ")
                found[one].before[other] = row
            elif kind == "w" and is_feature(stem):
                found[stem].anywhere.append((name, row))
            elif kind[0] in "lr" and kind[1:].isdigit() and is_feature(stem):
                of_stem = found[stem]
                (of_stem.left if kind[0] == "l" else of_stem.right).append((int(kind[1:]), name, row))
        return dict(found)


def _times(row: Row, n: int) -> Row:
    return row if n == 1 else [n * weight for weight in row]


@cache
def shipped() -> Weights:
    """The weights that the package carries."""
    data: dict[str, Any] = json.loads((Path(__file__).parent / "stance_weights.json").read_text(encoding="utf-8"))
    certainty = tuple((int(margin), int(percent)) for margin, percent in data["certainty"])
    return Weights(tuple(data["labels"]), tuple(data["bias"]), certainty, data["weights"])
