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
        anywhere: for it anywhere in the sentence, if there is one.
        left, right: (name, weights) of those for it on that side of the target, by its distance.
        before: the stem after it -> the weights of the pair.
    """

    anywhere: list[Row]
    left: list[list[tuple[str, Row]]]
    right: list[list[tuple[str, Row]]]
    before: dict[str, Row]

    @classmethod
    def empty(cls) -> _OfStem:
        """Without any."""
        return cls([], [[] for _ in range(AROUND + 1)], [[] for _ in range(AROUND + 1)], {})


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
        known = list(map(by_stem.get, stems))
        found: dict[object, Row] = {
            stem: of_stem.anywhere[0]
            for stem, of_stem in zip(stems, known, strict=True)
            if of_stem is not None and of_stem.anywhere
        }
        for i in range(max(0, first - PAIRED), min(last + PAIRED, len(stems) - 1)):
            of_stem = known[i]
            if of_stem is not None and (pair := of_stem.before.get(stems[i + 1])) is not None:
                found[stems[i], stems[i + 1]] = pair
        for i in range(max(0, first - AROUND), first):
            if (of_stem := known[i]) is not None:
                for name, row in of_stem.left[first - i]:
                    found[name] = row
        for i in range(last, min(last + AROUND, len(stems))):
            if (of_stem := known[i]) is not None:
                for name, row in of_stem.right[i - last + 1]:
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
        found: dict[str, _OfStem] = defaultdict(_OfStem.empty)
        for name, row in self.weights.items():
            kind, _, stem = name.partition(" ")
            if kind == "b":
                one, _, other = stem.partition(" ")
                found[one].before[other] = row
            elif kind == "w" and is_feature(stem):
                found[stem].anywhere.append(row)
            elif kind[0] in "lr" and kind[1:].isdigit() and is_feature(stem):
                side = found[stem].left if kind[0] == "l" else found[stem].right
                for near in side[: int(kind[1:]) + 1]:
                    near.append((name, row))
        return dict(found)


def _times(row: Row, n: int) -> Row:
    return row if n == 1 else [n * weight for weight in row]


@cache
def shipped() -> Weights:
    """The weights that the package carries."""
    data: dict[str, Any] = json.loads((Path(__file__).parent / "stance_weights.json").read_text(encoding="utf-8"))
    certainty = tuple((int(margin), int(percent)) for margin, percent in data["certainty"])
    return Weights(tuple(data["labels"]), tuple(data["bias"]), certainty, data["weights"])
