"""Whatever a value holds, does it stay a value where it is spelled out in a statement?"""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weilu.core.warehouse.servers.spelling import literal, spelled

NASTY = "a'b\\c\n\t中\r\0x\b{y:String}\\N'); DROP TABLE weilu.events -- {n:UInt32}"
hostile = st.text() | st.text(st.sampled_from("'\\\n\0{}:\"`;-/* INn0")) | st.just(NASTY)
READ = {"0": "\0", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def lexed(text: str) -> str:
    """What ClickHouse reads out of one quoted string, by its own rules; it must end exactly where the text does."""
    assert text[0] == "'"
    found, at = [], 1
    while text[at] != "'":
        if text[at] == "\\":
            at += 1
            found.append(READ.get(text[at], text[at]))
        else:
            found.append(text[at])
        at += 1
    assert at == len(text) - 1, "something stands behind the end of the string"
    return "".join(found)


@settings(max_examples=500)
@given(hostile)
def test_a_string_is_read_back_as_it_was_and_ends_where_it_should(value: str) -> None:
    assert lexed(literal(value, "String")) == value


@settings(max_examples=300)
@given(hostile, hostile)
def test_a_value_never_meets_the_placeholder_of_another(one: str, other: str) -> None:
    sql = spelled("SELECT {one:String} AS a, {other:String} AS b", {"one": one, "other": other})
    first, second = literal(one, "String"), literal(other, "String")
    assert sql == f"SELECT {first} AS a, {second} AS b"


@given(st.lists(hostile, min_size=1, max_size=4))
def test_behind_in_stands_a_list_of_as_many_strings(values: list[str]) -> None:
    sql = spelled("kind IN {kinds:Array(String)}", {"kinds": values})
    assert sql == f"kind IN ({', '.join(literal(one, 'String') for one in values)})"


@given(st.integers())
def test_a_number_is_itself_or_refused(value: int) -> None:
    if not 0 <= value < 2**32:
        with pytest.raises(ValueError, match="does not fit"):
            literal(value, "UInt32")
        return
    assert literal(value, "UInt32") == str(value)
    assert re.fullmatch(r"\d+|\(-\d+\)", literal(value, "Int64"))


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (-5, "Int64", "(-5)"),
        (True, "Bool", "1"),
        (None, "Nullable(Int64)", "CAST(NULL AS Nullable(Int64))"),
        ([], "Array(UInt32)", "CAST([] AS Array(UInt32))"),
        ([[1], []], "Array(Array(UInt8))", "CAST([CAST([1] AS Array(UInt8)), CAST([] AS Array(UInt8))] AS Array(Array(UInt8)))"),
        (frozenset({2, 1}), "Array(UInt32)", "CAST([1, 2] AS Array(UInt32))"),
        (dt.date(2018, 2, 28), "Date", "toDate('2018-02-28')"),
        (dt.datetime(1970, 1, 1, 0, 1, tzinfo=dt.UTC), "DateTime('UTC')", "toDateTime(60, 'UTC')"),
        (0.5, "Float64", "toFloat64('0.5')"),
    ],
)  # fmt: skip
def test_each_type_has_its_spelling(value: object, kind: str, text: str) -> None:
    assert literal(value, kind) == text


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("1", "UInt32"), (1, "String"), ("x", "Array(String)"), (1.5, "Int64"), (b"x", "String"), ("2018-01-01", "Date"),
        (dt.datetime(2018, 1, 1), "DateTime('UTC')"), ("1; DROP TABLE t", "Nothing)"), (2**64, "UInt64"),  # noqa: DTZ001
    ],
)  # fmt: skip
def test_what_does_not_fit_its_type_is_refused(value: object, kind: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        literal(value, kind)


def test_nothing_in_an_empty_list_and_a_value_that_lacks_is_noticed() -> None:
    assert spelled("x IN {ids:Array(UInt32)}", {"ids": []}) == "x IN (SELECT CAST(0 AS UInt32) LIMIT 0)"
    with pytest.raises(KeyError):
        spelled("SELECT {n:UInt32}", {})
