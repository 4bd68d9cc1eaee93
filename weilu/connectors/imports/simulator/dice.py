"""How does the play draw chance, fast and always the same?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BLOCK = 1 << 15


class Dice:
    """Single draws from a numpy generator, taken in blocks: a call of numpy for each draw would cost ten times as much."""

    def __init__(self, seed: int) -> None:
        self.many = np.random.Generator(np.random.PCG64(seed))
        self._block: list[float] = []

    def unit(self) -> float:
        """A number from 0 to below 1."""
        if not self._block:
            self._block = self.many.random(BLOCK).tolist()
        return self._block.pop()

    def below(self, limit: int) -> int:
        return int(self.unit() * limit)

    def chance(self, probability: float) -> bool:
        return self.unit() < probability

    def one(self, choices: Sequence[T]) -> T:
        return choices[int(self.unit() * len(choices))]

    def weighted(self, cumulative: Sequence[float]) -> int:
        """Index drawn by cumulative weights (the last one is their sum)."""
        mark = self.unit() * cumulative[-1]
        for index, edge in enumerate(cumulative):
            if mark < edge:
                return index
        return len(cumulative) - 1

    def spread(self, median: float, sigma: float) -> float:
        """A log-normal draw by Box and Muller, around its median."""
        radius = math.sqrt(-2 * math.log(1 - self.unit()))
        return median * math.exp(sigma * radius * math.cos(2 * math.pi * self.unit()))


def draw(dice: Dice, weights: Floats, count: int) -> list[int]:
    """`count` indexes drawn by weight, with repeats; none where every weight is 0."""
    edges = np.cumsum(weights)
    if not count or not len(edges) or edges[-1] <= 0:
        return []
    found = np.searchsorted(edges, dice.many.random(count) * edges[-1], side="right")
    return np.minimum(found, len(weights) - 1).tolist()  # type: ignore[no-any-return]
