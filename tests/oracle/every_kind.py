"""Questions of each of the kinds that count, drawn by chance, with DuckDB's rows and plain Python's."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from tests.oracle import draws, kinds, plain_kinds
from tests.oracle.duck import Oracle, Span
from tests.oracle.logs import Log

TIMES = 4
"""How often each kind is drawn of each log and span."""


def of_kinds(
    chance: random.Random, oracle: Oracle, span: Span, log: Log, names: draws.Names
) -> Iterator[tuple[dict[str, Any], Any, Any]]:
    """`names`: the events that can be asked for, with the properties that each was seen with."""
    for _ in range(TIMES):
        drawn = (
            (draws.a_trend(chance, names, span.by), kinds.trend, plain_kinds.trend),
            (draws.a_heatmap(chance, names), kinds.heatmap, plain_kinds.heatmap),
            (draws.a_distribution(chance, names), kinds.distribution, plain_kinds.distribution),
            (draws.a_top(chance, names), kinds.top, plain_kinds.top),
            (draws.a_response(chance, span.by), kinds.response, plain_kinds.response),
            (draws.an_attribution(chance, names), kinds.attribution, plain_kinds.attribution),
        )
        for asked, duck, python in drawn:
            if asked is not None:
                yield asked, duck(oracle, span, asked), python(log, span, asked)
