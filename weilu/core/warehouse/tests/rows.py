"""Rows for the column store that need no log behind them."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from weilu.core.events.rows import Row
from weilu.core.warehouse.blocks import block_of

FIRST = 1_527_811_200
"""2018-06-01, in seconds."""


def events(count: int, *, after: int = 0, happened: Sequence[int] | None = None) -> pa.Table:
    """A block of `count` events at positions after `after`, a second apart, or at these seconds."""
    moments = happened or range(FIRST, FIRST + count)
    rows = [
        Row(
            after + n + 1,
            "message.sent",
            1,
            at * 1000,
            at * 1000,
            n % 50 + 1,
            1,
            1,
            0,
            0,
            0,
            (),
            "test",
            1,
            False,
            None,
            "",
        )
        for n, at in enumerate(moments)
    ]
    return block_of(rows, ("message.sent",))
