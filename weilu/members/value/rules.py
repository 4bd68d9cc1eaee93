"""How do orders, activity and influence become points? Pure arithmetic on columns.

Recency, frequency and money are steps from 1 to 5, 0 for who never ordered in the window: by fifths of those who ordered
(Hughes, "Strategic Database Marketing", 1994; equal values stand on the same step), or by edges. A factor is a share of its weight;
the score is a whole number and the factors are whole numbers that sum to it (largest remainder).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from weilu.members.rules.influence import apportion

ORDER_DAYS, ACTIVE_DAYS = 365, 90
FULL_DAYS = 30
"""Days with an interaction within `ACTIVE_DAYS` that fill engagement."""
DAY = 86_400
PURCHASING, CONVERSION, ENGAGEMENT, INFLUENCE, RECOMMENDATION = FACTORS = (
    "purchasing", "conversion", "engagement", "influence", "recommendation",
)  # fmt: skip
R, F, M = STEPS = ("r", "f", "m")
EDGES = 4
BANDS = {"high": 60, "middle": 30, "low": 1, "none": 0}
"""Band → the score from which it begins, the highest first."""
WEIGHTS = {PURCHASING: 40, CONVERSION: 15, ENGAGEMENT: 20, INFLUENCE: 15, RECOMMENDATION: 10}

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scale:
    """Weights by factor, and edges by step (none: fifths)."""

    weights: Mapping[str, int] = field(default_factory=lambda: dict(WEIGHTS))
    edges: Mapping[str, Sequence[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands behind the values of `who` (ascending ids), one entry a member in each column. `promoting` is what members say
    of recommending us, 0 to 10; -1 where they do not."""

    who: Ints
    orders: Ints
    amount: Ints
    last: Ints
    """Second of the last order; 0 without one."""
    order_weeks: Ints
    weeks: Ints
    days: Ints
    influence: Ints
    promoting: Ints


@dataclass(frozen=True, slots=True)
class Values:
    """`steps` has a column for each of `STEPS`, `points` for each of `FACTORS`; `score` is the sum of the points."""

    who: Ints
    steps: Ints
    points: Ints
    score: Ints


def values(facts: Facts, scale: Scale, moment: int) -> Values:
    """Steps, points and score of everybody just before a moment in seconds."""
    ordered = facts.orders > 0
    age = np.where(ordered, moment - 1 - facts.last, 0) // DAY
    steps = np.stack(
        [
            _recency(age, ordered, scale.edges.get(R, ())),
            _step(facts.orders, ordered, scale.edges.get(F, ())),
            _step(facts.amount, ordered, scale.edges.get(M, ())),
        ],
        axis=1,
    )
    weights = in_force(scale.weights, asked=bool((facts.promoting >= 0).any()))
    shares = {
        PURCHASING: steps.sum(axis=1) / 15,
        CONVERSION: facts.order_weeks / np.maximum(facts.weeks, 1),
        ENGAGEMENT: np.minimum(facts.days, FULL_DAYS) / FULL_DAYS,
        INFLUENCE: facts.influence / 100,
        RECOMMENDATION: np.maximum(facts.promoting, 0) / 10,
    }
    parts = np.stack([weights[one] * np.minimum(shares[one], 1.0) for one in FACTORS], axis=1).round(9)
    score = np.floor(parts.sum(axis=1).round(9) + 0.5).astype(np.int64)
    return Values(facts.who, steps, apportion(parts, score), score)


def in_force(weights: Mapping[str, int], *, asked: bool) -> dict[str, float]:
    """The weights as they count: where nobody was asked about recommending us, the others share that weight."""
    if asked:
        return {one: float(weights[one]) for one in FACTORS}
    rest = sum(weights[one] for one in FACTORS if one != RECOMMENDATION)
    return {one: 0.0 if one == RECOMMENDATION or not rest else 100 * weights[one] / rest for one in FACTORS}


def band(score: int) -> str:
    return next(name for name, least in BANDS.items() if score >= least)


def problem(scale: Scale) -> str:
    """What is wrong with weights or edges: weights, sum, edges; empty where nothing is."""
    given = [scale.weights.get(one) for one in FACTORS]
    if any(not isinstance(one, int) or isinstance(one, bool) or not 0 <= one <= 100 for one in given):
        return "weights"
    if sum(one or 0 for one in given) != 100 or given[-1] == 100:
        return "sum"
    for edges in scale.edges.values():
        whole = all(isinstance(one, int) and not isinstance(one, bool) and 0 < one < 2**53 for one in edges)
        if edges and (len(edges) != EDGES or not whole or list(edges) != sorted(set(edges))):
            return "edges"
    return ""


def _recency(age: Ints, ordered: NDArray[np.bool_], edges: Sequence[int]) -> Ints:
    """The more recent the higher."""
    if edges:
        found = 5 - np.searchsorted(np.array(edges), age, side="left")
        return np.where(ordered, found, 0).astype(np.int64)
    return _fifths(-age, ordered)


def _step(numbers: Ints, ordered: NDArray[np.bool_], edges: Sequence[int]) -> Ints:
    if edges:
        found = 1 + np.searchsorted(np.array(edges), numbers, side="right")
        return np.where(ordered, found, 0).astype(np.int64)
    return _fifths(numbers, ordered)


def _fifths(numbers: Ints, ordered: NDArray[np.bool_]) -> Ints:
    """The step by how many of those who ordered have less or as much: the best fifth stands on 5."""
    some = np.sort(numbers[ordered])
    if not len(some):
        return np.zeros(len(numbers), dtype=np.int64)
    not_more = np.searchsorted(some, numbers, side="right")
    return np.where(ordered, -(-5 * not_more // len(some)), 0).astype(np.int64)
