"""Does a failed question ever leave its rows to the next one? In a warehouse of its own, 40 failures a case.

The four ways to fail in mid-result: thrown, divided by zero, too many rows, too late; each is followed by a question whose
answer is known. By itself chDB answers every one of them with rows of the failed question.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import orjson
import pyarrow.flight as flight

from weilu.core.warehouse.embedded import Embedded
from weilu.core.warehouse.errors import QueryFailed, TooHeavy
from weilu.core.warehouse.place import place_of

FAILURES = 40
FAILING = (
    "SELECT number, throwIf(number = {at:UInt64}) FROM numbers(1000000) SETTINGS max_block_size = 1000",
    "SELECT intDiv(1, toInt64(number) - {at:Int64}) FROM numbers(1000000) SETTINGS max_block_size = 1000",
    "SELECT number FROM numbers(100000000) SETTINGS max_result_rows = {at:UInt64}, max_block_size = 1000",
    "SELECT number, sleepEachRow(0.001) FROM numbers(100000) SETTINGS max_execution_time = 0.05, max_block_size = 10",
)


def case(number: int) -> None:
    chance = random.Random(number)  # moments, not secrets
    with tempfile.TemporaryDirectory(prefix="weilu-sessions-") as home:
        link = Embedded(place_of(Path(home)))
        try:
            for failure in range(FAILURES):
                _fail(link, chance)
                found = _ask(link, "SELECT {at:UInt64} AS answer", failure)
                assert found == [{"answer": failure}], f"failure {failure}: {str(found)[:200]}"
        finally:
            link.stop()


def _fail(link: Embedded, chance: random.Random) -> None:
    at = chance.randrange(200_000, 900_000)
    sql = chance.choice(FAILING).replace("max_result_rows = {at:UInt64}", f"max_result_rows = {at}")
    try:
        found = _ask(link, sql, at)
    except (QueryFailed, TooHeavy):
        return
    raise AssertionError(f"a question that must fail answered {len(found)} rows")


def _ask(link: Embedded, sql: str, at: int) -> list[dict[str, int]]:
    ticket = flight.Ticket(orjson.dumps({"sql": sql, "params": {"at": str(at)}, "seconds": 10}))
    answer = link.read(10, lambda client, options: client.do_get(ticket, options).read_all())
    rows: list[dict[str, int]] = answer.to_pylist()
    return rows
