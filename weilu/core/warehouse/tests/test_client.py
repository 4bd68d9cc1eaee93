"""Does the warehouse answer, whoever asks and whatever is bound?"""

from __future__ import annotations

import datetime as dt

import pytest

from tests.fixtures.warehouse import Warehouse
from weilu.core.warehouse.errors import QueryFailed, TooHeavy, Unavailable

pytestmark = pytest.mark.once

NASTY = "a'b\\c\n\t中\r\0x\b{y:String}\\N'); DROP TABLE weilu.events"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("String", NASTY),
        ("String", ""),
        ("Array(String)", [NASTY, "", "\\N"]),
        ("Array(UInt32)", [1, 2, 4_294_967_295]),
        ("Array(UInt32)", []),
        ("Array(Array(UInt32))", [[1], [], [2, 3]]),
        ("UInt64", 2**64 - 1),
        ("Int64", -(2**63)),
        ("Nullable(Int64)", None),
        ("Float64", 0.1),
        ("Bool", True),
        ("Date", dt.date(2018, 2, 28)),
        ("Array(Date)", [dt.date(2018, 2, 28)]),
        ("DateTime('UTC')", dt.datetime(2018, 6, 1, 12, 30, 1, tzinfo=dt.UTC)),
        ("Array(DateTime('UTC'))", [dt.datetime(2018, 6, 1, 12, 30, 1, tzinfo=dt.UTC)]),
        ("Nullable(DateTime('UTC'))", dt.datetime(1999, 12, 31, 23, 59, 59, tzinfo=dt.UTC)),
    ],
)
def test_a_bound_value_comes_back_as_it_went(warehouse: Warehouse, kind: str, value: object) -> None:
    assert warehouse.query(f"SELECT {{v:{kind}}} AS v", {"v": value}).to_pylist() == [{"v": value}]


def test_a_set_of_ids_is_bound_as_an_array(warehouse: Warehouse) -> None:
    assert warehouse.rows("SELECT 5 IN {ids:Array(UInt32)}", ids=frozenset({7, 5})) == [(1,)]


def test_a_moment_in_another_zone_is_the_same_moment(warehouse: Warehouse) -> None:
    moment = dt.datetime(2018, 6, 1, 20, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    assert warehouse.rows("SELECT {m:DateTime('UTC')}", m=moment) == [(moment,)]


def test_a_moment_without_zone_is_refused(warehouse: Warehouse) -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        warehouse.query("SELECT {m:DateTime('UTC')}", {"m": dt.datetime(2018, 6, 1)})  # noqa: DTZ001


def test_wrong_sql_is_our_fault_and_says_where(warehouse: Warehouse) -> None:
    with pytest.raises(QueryFailed, match="UNKNOWN_IDENTIFIER"):
        warehouse.query("SELECT nobody_knows_this")
    with pytest.raises(QueryFailed, match="UNKNOWN_FUNCTION"):
        warehouse.query("SELECT functionOfTheYear3000(1) AS n")


def test_an_error_that_quotes_a_value_does_not_repeat_it(warehouse: Warehouse) -> None:
    with pytest.raises(QueryFailed) as refused:
        warehouse.query("SELECT {n:UInt32}", {"n": "Ada Lovelace"})
    assert "Ada" not in str(refused.value)


def test_a_question_that_takes_too_long_is_stopped(warehouse: Warehouse) -> None:
    with pytest.raises(TooHeavy):
        warehouse.query("SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1", seconds=0.2)


def test_a_question_that_takes_too_much_memory_is_stopped(warehouse: Warehouse) -> None:
    with pytest.raises(TooHeavy):
        warehouse.query("SELECT length(groupArray(number)) FROM numbers(300000000)", seconds=30)


def test_a_warehouse_that_cannot_start_is_unavailable_with_a_sentence(warehouse_down: None) -> None:
    from weilu.core.warehouse import client

    with pytest.raises(Unavailable) as down:
        client.query("SELECT 1")
    assert down.value.status == 503
    assert str(down.value)
