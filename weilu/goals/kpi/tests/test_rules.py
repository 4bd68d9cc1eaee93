"""How points become a score, and figures a stage."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weilu.goals.kpi import rules

EVERYTHING = {
    "net_growth": 0.02, "new_speakers": 0.02, "joins": 0.04, "daily_share": 0.2, "interaction_rate": 0.35, "reply_rate": 0.35,
    "first_message_rate": 0.5, "buyers": 0.08, "tier_lurker": 0.4, "day_7_retention": 0.3, "state_active": 0.5, "leaves": 0.0,
}  # fmt: skip


def test_a_week_in_which_all_goes_well_has_a_hundred_points_at_every_stage() -> None:
    for weights in rules.USUAL.values():
        assert rules.score(EVERYTHING, 100, weights).score == 100


def test_the_stage_decides_what_a_weakness_costs() -> None:
    no_growth = {**EVERYTHING, "net_growth": -0.1, "new_speakers": 0.0, "joins": 0.0}
    found = {stage: rules.score(no_growth, 100, weights).score for stage, weights in rules.USUAL.items()}
    assert found == {"start": 60, "growing": 75, "mature": 90, "adjusting": 90}


def test_the_usual_weights_put_first_what_the_trade_puts_first() -> None:
    first = {stage: max(rules.GROUPS, key=lambda one: weights[one]) for stage, weights in rules.USUAL.items()}
    assert (first["start"], first["growing"], first["adjusting"]) == ("growth", "activity", "retention")
    assert rules.USUAL["mature"]["conversion"] == rules.USUAL["mature"]["retention"] == 35
    assert all(rules.problem(weights) == "" for weights in rules.USUAL.values())


def test_what_is_not_known_falls_out_with_its_weight() -> None:
    known = {slug: value for slug, value in EVERYTHING.items() if slug not in ("reply_rate", "buyers")}
    assert rules.score(known, 100, rules.USUAL["growing"]).score == 100


TABLE = re.compile(
    r"^\| (?P<group>\w*) ?\| [^|]+ \| (?P<nothing>[−\d.]+)%[^|]* \| (?P<at>[\d.]+)% is (?P<points>\d+) \| (?P<all>[\d.]+)%[^|]* "
    r"\| (?P<weight>\d+) \|$",
    re.M,
)
GUIDE = Path(rules.__file__).parents[3] / "docs" / "how-to" / "kpi.md"


def test_figures_have_the_points_and_weights_that_the_guide_tells_operators() -> None:
    told = [found.groupdict() for found in TABLE.finditer(GUIDE.read_text())]
    assert len(told) == len(rules.PARTS)
    group = ""
    for row, part in zip(told, rules.PARTS, strict=True):
        group = row["group"].lower() or group
        assert (part.group, part.weight) == (group, int(row["weight"])), part.slug
        nothing, between, everything = (
            float(row[one].replace("−", "-")) / 100 for one in ("nothing", "at", "all")
        )
        middle = int(row["points"])
        for value, points in [
            (nothing, 0), (between, middle), (everything, 100),
            (2 * nothing - between, 0), ((nothing + between) / 2, middle / 2),
            ((between + everything) / 2, (middle + 100) / 2), (2 * everything - between, 100),
        ]:  # fmt: skip
            scored = {
                one.part.slug: one.points
                for one in rules.score({part.slug: value}, 100, rules.USUAL["growing"]).parts
            }
            assert scored[part.slug] == pytest.approx(points, abs=0.5), (part.slug, value)


@pytest.mark.parametrize("lost", [("growth", "activity"), ("conversion", "retention")])
def test_two_groups_are_too_few_for_a_score(lost: tuple[str, str]) -> None:
    known = {one.slug: EVERYTHING[one.slug] for one in rules.PARTS if one.group not in lost}
    assert rules.score(known, 100, rules.USUAL["mature"]).score is None
    assert rules.score(EVERYTHING, 4, rules.USUAL["mature"]).score is None


values = st.dictionaries(
    st.sampled_from([one.slug for one in rules.PARTS]), st.floats(-1, 1, allow_nan=False), max_size=12
)
cuts = st.lists(st.integers(0, 100), min_size=3, max_size=3).map(sorted)


@given(values, cuts)
def test_whatever_is_known_no_figure_makes_more_than_half_of_the_score(known, cut) -> None:
    weights = dict(zip(rules.GROUPS, (cut[0], cut[1] - cut[0], cut[2] - cut[1], 100 - cut[2]), strict=True))
    found = rules.score(known, 100, weights)
    shares = [one.share for one in found.parts]
    assert max(shares) <= 0.5 + 1e-9
    if found.score is not None:
        assert sum(shares) == pytest.approx(1)
        assert 0 <= found.score <= 100


@pytest.mark.parametrize(
    ("members", "active", "stage"),
    [
        ([0] * 6 + [40] * 7, [10] * 13, "start"),
        ([20] * 13, [10] * 13, "start"),
        ([100] * 5 + [100, 102, 104, 106, 108, 110, 112, 115], [40] * 13, "growing"),
        ([100] * 13, [40] * 13, "mature"),
        ([100] * 13, [40] * 9 + [20] * 4, "adjusting"),
        ([100] * 5 + [94] * 8, [40] * 13, "adjusting"),
        ([], [], "start"),
        ([None] * 13, [None] * 13, "start"),
    ],
)
def test_the_stage_follows_from_age_size_growth_and_who_takes_part(members, active, stage) -> None:
    assert rules.suggest(members, active).stage == stage


def test_weights_that_do_not_make_a_hundred_are_none() -> None:
    assert rules.problem({"growth": 40, "activity": 30, "conversion": 15, "retention": 16}) == "sum"
    assert rules.problem({"growth": 140, "activity": -40, "conversion": 0, "retention": 0}) == "range"
