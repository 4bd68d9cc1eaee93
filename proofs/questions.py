"""Does the product answer as DuckDB does? Generated logs and questions of all kinds, in an installation of their own."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.elsewhere import run

PAIRS = 400


def case(number: int) -> None:
    """At least `PAIRS` questions, drawn by the case's number."""
    with tempfile.TemporaryDirectory(prefix="weilu-proof-") as home:
        found = run("tests.oracle.pairs:compare", Path(home), str(number), str(PAIRS), seconds=600)
    assert found["pairs"] >= PAIRS, found
    assert found["equal"] == found["pairs"], f"{found['pairs'] - found['equal']} differ: {found['differing']}"
