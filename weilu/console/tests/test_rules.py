"""How numbers read, and how data become the shapes that are drawn."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from weilu.console import formats, shapes
from weilu.console.templatetags import figures
from weilu.core import clock


@pytest.fixture(params=["zh-hans", "en"])
def language(request):
    with translation.override(request.param):
        yield request.param


@pytest.mark.parametrize(
    ("seconds", "chinese", "english"),
    [
        (252, "4 分 12 秒", "4m 12s"),
        (7200, "2 小时", "2h"),
        (45, "45 秒", "45s"),
        (0, "0 秒", "0s"),
        (90061, "1 天 1 小时", "1d 1h"),
    ],
)
def test_a_duration_reads_in_its_two_largest_parts(seconds, chinese, english):
    with translation.override("zh-hans"):
        assert formats.duration(seconds) == chinese
    with translation.override("en"):
        assert formats.duration(seconds) == english


def test_from_ten_thousand_on_chinese_counts_in_wan():
    with translation.override("zh-hans"):
        assert [formats.compact(n) for n in (9999, 10_000, 123_456, 150_000_000)] == [
            "9,999",
            "1 万",
            "12.3 万",
            "1.5 亿",
        ]
    with translation.override("en"):
        assert [formats.compact(n) for n in (10_000, 1_200_000)] == ["10k", "1.2M"]


def test_a_value_is_written_in_its_unit():
    with translation.override("en"):
        assert formats.quantity(41.3, "percent") == "41.3%"
        assert formats.quantity(252, "seconds") == "4m 12s"
        assert formats.quantity(3.456, "ratio") == "3.46"
        assert formats.quantity(1284, "people") == "1,284"
        assert formats.quantity(None, "percent") == "—"


def test_green_is_better_not_higher():
    with translation.override("en"):
        faster = formats.change(200, 251, "seconds", "down")
        more = formats.change(1284, 1209, "people")
        fewer = formats.change(39.5, 41.3, "percent")
    assert faster == formats.Change("51s", "▼", "up")
    assert more == formats.Change("6.2%", "▲", "up")
    assert fewer == formats.Change("1.8 pts", "▼", "down")


def test_nothing_to_compare_shows_no_arrow(language):
    assert formats.change(5, None, "people") is None
    assert formats.change(None, 5, "people") is None
    same = formats.change(5, 5, "people")
    assert same is not None
    assert (same.arrow, same.tone) == ("", "flat")


@given(st.floats(-1e12, 1e12), st.sampled_from(["people", "percent", "seconds", "ratio", ""]))
def test_every_number_can_be_written(value, unit):
    assert formats.quantity(value, unit)


def test_days_carry_their_year_only_where_it_is_another():
    with clock.frozen(dt.datetime(2026, 3, 1, tzinfo=dt.UTC)):
        with translation.override("zh-hans"):
            assert figures.day("2026-06-30") == "6月30日"
            assert figures.day("2018-06-30") == "2018年6月30日"
        with translation.override("en"):
            assert figures.day("2026-06-30") == "Jun 30"
            assert figures.day("2018-06-30") == "Jun 30, 2018"


def test_moments_stand_in_the_zone_of_the_community():
    with clock.frozen(dt.datetime(2026, 7, 1, tzinfo=dt.UTC)), translation.override("zh-hans"):
        assert (
            figures.moment(dt.datetime(2026, 6, 30, 16, 5, tzinfo=dt.UTC), "Asia/Shanghai") == "7月1日 00:05"
        )


@given(st.lists(st.none() | st.floats(-1e6, 1e6), max_size=60))
def test_a_spark_stays_in_its_box(values):
    line, area = shapes.spark_path(values)
    if sum(value is not None for value in values) < 2:
        assert (line, area) == ("", "")
        return
    points = [tuple(map(float, point.split())) for point in line[1:].split("L")]
    assert all(0 <= x <= shapes.SPARK_WIDTH and 0 <= y <= shapes.SPARK_HEIGHT for x, y in points)
    assert points == sorted(points)


@given(st.lists(st.tuples(st.integers(1, 7), st.integers(0, 23), st.integers(0, 10**6))))
def test_a_heat_map_has_168_cells_and_nothing_is_lost(cells):
    known = {(day, hour): value for day, hour, value in cells}
    rows = shapes.heat_rows([{"weekday": d, "hour": h, "value": v} for (d, h), v in known.items()])
    assert [len(row) for row in rows] == [24] * 7
    assert sum(cell.value for row in rows for cell in row) == sum(known.values())
    assert all((cell.level == 0) == (cell.value == 0) for row in rows for cell in row)


def test_bars_are_as_wide_as_their_share_of_the_longest():
    rows = shapes.shares(
        [{"name": "a", "value": 30}, {"name": "b", "value": 10}, {"name": "c", "value": None}]
    )
    assert [row["width"] for row in rows] == [100, 33.33, 0]
    assert [row["share"] for row in rows] == [0.75, 0.25, 0]
