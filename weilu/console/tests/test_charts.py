"""Charts as pages hold them: drawn without script, or with a table that says the same."""

from __future__ import annotations

import json
import re

import pytest
from django.template import Context, Template
from django.utils import translation


def drawn(kind, data):
    with translation.override("en"):
        return Template("{% load charts %}{% chart kind data %}").render(
            Context({"kind": kind, "data": data})
        )


LINES = {
    "labels": ["6/1", "6/2"],
    "titles": ["Jun 1", "Jun 2"],
    "unit": "people",
    "series": [
        {"name": "Active", "points": [{"value": 3, "href": "/behind/?q=1"}, {"value": 0}]},
        {"name": "Before", "role": "before", "points": [2, None]},
    ],
}


@pytest.mark.parametrize("kind", ["trend", "columns", "flow"])
def test_a_chart_drawn_by_script_has_a_table_that_says_the_same(kind):
    html = drawn(kind, LINES)
    data = json.loads(re.search(r'type="application/json">(.*?)</script>', html, re.S)[1])
    assert [line["name"] for line in data["series"]] == ["Active", "Before"]
    assert re.findall(r"<t[hd][^>]*>(?:<a[^>]*>)?([^<]+)", html) == [
        "Time", "Active", "Before", "Jun 1", "3", "2", "Jun 2", "0", "—"
    ]  # fmt: skip
    assert 'href="/behind/?q=1">3</a>' in html


def test_words_in_chart_data_cannot_leave_their_block():
    html = drawn("trend", {**LINES, "labels": ["</script><script>alert(1)</script>", "x"]})
    assert "<script>alert" not in html


@pytest.mark.parametrize("kind", ["trend", "heat", "bars", "pyramid", "cohorts", "spark"])
def test_a_chart_without_data_draws_no_mark(kind):
    html = drawn(kind, None)
    assert "<a" not in html
    assert "data-chart" not in html


def test_heat_cells_are_links_with_their_words_and_quiet_hours_are_none():
    html = drawn("heat", {"timezone": "UTC", "cells": [{"weekday": 1, "hour": 9, "value": 12, "href": "/x"}]})
    assert re.findall(r"<a [^>]*aria-label=\"([^\"]+)\"", html) == ["Mon 9:00, 12"]
    assert html.count("<b class") == 7 * 24 - 1
    assert "UTC" in html


def test_states_keep_their_colours():
    html = drawn("bars", {"rows": [{"name": "Active", "value": 3, "color": "active", "href": "/x"}]})
    assert "--c:var(--wl-active)" in html


def test_cohorts_leave_out_what_is_not_over():
    rows = [
        {"name": "6/1", "size": 4, "href": "/c", "cells": [{"value": 1.0, "count": 4, "href": "/p"}, None]}
    ]
    html = drawn("cohorts", {"periods": ["week 0", "week 1"], "rows": rows})
    assert re.findall(r"<td>(.*?)</td>", html, re.S)[1] == ""
    assert ">100%</a>" in html


def test_a_figure_stands_with_unit_change_past_and_definition():
    answer = {"label": "Net growth", "value": 12, "before": 20, "unit": "people", "signed": True,
              "spark": [1, 2, 3], "href": "/behind/?q=2", "definition": "Joins minus leaves."}  # fmt: skip
    with translation.override("en"):
        html = Template("{% load charts %}{% figure answer %}").render(Context({"answer": answer}))
    assert '<a class="v" href="/behind/?q=2">+12</a>' in html
    assert re.search(r'class="d down"[^>]*>▼ 8<', html)
    assert "Joins minus leaves." in html
    assert '<path class="line"' in html
