"""The linear model of stance: what the words of a sentence show towards one of its spans.

All weights are whole numbers, so every machine decides alike.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import compress, product, repeat
from pathlib import Path
from typing import Any, NamedTuple

from sayso.stance_features import AROUND, NEAR, PAIRED, TURNED, Range, Reading, is_feature, placed, sign_name

__all__ = ["Weights", "shipped"]

Row = Sequence[int]

_ZEROS = repeat(0)
_REACHES = frozenset(map(str, (1, NEAR, AROUND)))


_BITS = 32  # of each difference in a packed row; a sentence has no millions of features
_HALF, _MASK = 1 << (_BITS - 1), (1 << _BITS) - 1


class _Tables(NamedTuple):
    """The weights by what makes a feature, each row packed in one integer.

    Attributes:
        anywhere: stem -> for it anywhere in the sentence.
        left, right: stem -> for it on that side of the target, by its distance: all that reach so far.
        pairs: two stems -> for one after the other.
        near, far: (side, sign) -> for a sign there within `TURNED` words, and farther away.
        balance: sign of the sum of all signs -> for that.
    """

    anywhere: dict[str, int]
    left: dict[str, list[int]]
    right: dict[str, list[int]]
    pairs: dict[tuple[str, str], int]
    near: dict[tuple[str, int], int]
    far: dict[tuple[str, int], int]
    balance: dict[str, int]


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
        packed = self._packed
        return self._lead(sum(packed[name] * n for name, n in found.items() if name in packed))

    def decide_at(self, reading: Reading, target: Range) -> tuple[str, int]:
        """As `decide` of all features of a target, but only those that have a weight are looked at."""
        (first, last), tables = target, self._tables
        stems, signs = placed(reading, target)
        total = sum(map(tables.anywhere.get, set(stems), _ZEROS))
        low, high = max(0, first - PAIRED), min(last + PAIRED, len(stems) - 1)
        total += sum(map(tables.pairs.get, set(zip(stems[low:high], stems[low + 1 : high + 1], strict=True)), _ZEROS))
        # From afar, so that of a stem that is there twice the nearer counts, which has the other's features too.
        low, high = max(0, first - AROUND), min(last + AROUND, len(stems))
        beside: dict[str, int] = {}
        get = tables.left.get
        for word, distance in zip(stems[low:first], range(first - low, 0, -1), strict=True):
            if (rows := get(word)) is not None:
                beside[word] = rows[distance]
        total += sum(beside.values())
        beside.clear()
        get = tables.right.get
        for i in range(high - 1, last - 1, -1):
            if (rows := get(stems[i])) is not None:
                beside[stems[i]] = rows[i - last + 1]
        total += sum(beside.values()) + tables.balance[sign_name(sum(signs))]
        for i in compress(range(len(signs)), signs):
            if is_feature(stems[i]):
                side, distance = ("r", i - last + 1) if i >= last else ("l", first - i)
                total += (tables.near if distance <= TURNED else tables.far)[side, signs[i]]
        return self._lead(total)

    def percent(self, margin: int) -> int:
        """How often a decision by such a margin was right on sentences apart."""
        return self.certainty[bisect_right(self.certainty, margin, key=lambda row: row[0]) - 1][1]

    def _lead(self, total: int) -> tuple[str, int]:
        """The label that packed rows make, and its lead."""
        total += self._packed_bias
        sums = [0]
        for _ in self.labels[1:]:
            lowest = ((total + _HALF) & _MASK) - _HALF
            sums.append(lowest)
            total = (total - lowest) >> _BITS
        sums.reverse()
        most = max(sums)
        best = sums.index(most)
        sums[best] = min(sums)
        return self.labels[best], most - max(sums)

    @cached_property
    def _packed_bias(self) -> int:
        return _pack(self.bias)

    @cached_property
    def _packed(self) -> dict[str, int]:
        return {name: _pack(row) for name, row in self.weights.items()}

    @cached_property
    def _tables(self) -> _Tables:
        packed = self._packed
        tables = _Tables({}, {}, {}, {}, {}, {}, {})
        for name, row in packed.items():
            kind, _, stem = name.partition(" ")
            if kind == "b":
                one, _, other = stem.partition(" ")
                tables.pairs[one, other] = row
            elif kind == "w" and is_feature(stem):
                tables.anywhere[stem] = row
            elif kind[0] in "lr" and kind[1:] in _REACHES and is_feature(stem):
                rows = (tables.left if kind[0] == "l" else tables.right).setdefault(stem, [0] * (AROUND + 1))
                for distance in range(int(kind[1:]) + 1):
                    rows[distance] += row
        for side, sign in product("lr", (-1, 1)):
            tables.far[side, sign] = packed.get(f"{side} {sign_name(sign)}", 0)
            tables.near[side, sign] = tables.far[side, sign] + packed.get(f"{side}{TURNED} {sign_name(sign)}", 0)
        for sign in (-1, 0, 1):
            tables.balance[sign_name(sign)] = packed.get(f"all {sign_name(sign)}", 0)
        return tables


def _pack(row: Row) -> int:
    """What a row adds to each label but the last, less what it adds to that, one after the other in one integer.

    Whole numbers of two labels fit into a machine word, so that Python adds up a list of them in one loop of C.
    """
    packed = 0
    for weight in row[:-1]:
        packed = (packed << _BITS) + weight - row[-1]
    return packed


@cache
def shipped() -> Weights:
    """The weights that the package carries."""
    data: dict[str, Any] = json.loads((Path(__file__).parent / "stance_weights.json").read_text(encoding="utf-8"))
    certainty = tuple((int(margin), int(percent)) for margin, percent in data["certainty"])
    return Weights(tuple(data["labels"]), tuple(data["bias"]), certainty, data["weights"])
