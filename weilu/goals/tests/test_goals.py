"""A goal from being set to being closed: frozen start, progress, pace, who may, what explains a gap."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.fixtures.lively import HEARTH, NOW, day
from tests.fixtures.log import leave, say
from weilu.core import clock
from weilu.core.directory.models import Identity
from weilu.core.errors import Conflict, Forbidden, NotFound, Unavailable, WeiluError
from weilu.core.operators.access import viewer_of
from weilu.core.operators.models import AuditEntry
from weilu.core.warehouse import questions
from weilu.goals import actions, queries, rules
from weilu.goals.actions import Result, Wish
from weilu.goals.models import KeyResult, Objective
from weilu.members.segments import actions as segments

MONDAY = dt.date(2026, 3, 16)
END = dt.date(2026, 4, 26)


def wish(owner: Any, community: int | None = None, **changed: Any) -> Wish:
    return Wish(
        **{
            "title": "More talk",
            "owner": owner.pk,
            "first": MONDAY,
            "last": END,
            "community": community,
            **changed,
        }
    )


def test_the_baseline_is_the_mean_of_the_weeks_before_and_stays_frozen(
    lively: Any, bea: Any, play: Any, warehouse: Any
) -> None:
    """Hearth's messages: none up to the 1st of March, 11 in the week of the 2nd, 11 in that of the 9th."""
    row = actions.set_goal(
        viewer_of(bea), wish(bea, lively.hearth.pk), [Result("messages", 100, rules.TOTAL)]
    )
    made = KeyResult.objects.get()
    weeks, _at = queries.history("messages", MONDAY, lively.hearth, viewer_of(bea))
    assert weeks[-4:] == [0, 0, weeks[-2], weeks[-1]]
    assert (made.baseline, made.baseline_weeks) == (sum(weeks[-4:]) / 4, 4)
    play([say("Lin", day(10) + number, community=HEARTH, number=f"late{number}") for number in range(40)])
    warehouse.loaded()
    again, _at = queries.history("messages", MONDAY, lively.hearth, viewer_of(bea))
    assert again[-1] == weeks[-1] + 40
    track = queries.tracks([queries.access_objective(viewer_of(bea), row.pk)], viewer_of(bea))[made.pk]
    assert track.aim.baseline == sum(weeks[-4:]) / 4


def test_no_baseline_is_frozen_from_half_of_the_facts(
    lively: Any, bea: Any, play: Any, warehouse: Any, monkeypatch: Any
) -> None:
    play([say("Lin", day(10) + number, community=HEARTH, number=f"late{number}") for number in range(40)])
    monkeypatch.setattr(questions.ask, "__kwdefaults__", {"seconds": 0.05})
    with pytest.raises(Unavailable):
        actions.set_goal(viewer_of(bea), wish(bea, lively.hearth.pk), [Result("messages", 100)])
    assert not Objective.objects.exists()
    warehouse.loaded()
    actions.set_goal(viewer_of(bea), wish(bea, lively.hearth.pk), [Result("messages", 100)])


def test_a_total_counts_from_the_first_day_and_its_pace_is_that_of_days_that_are_over(
    lively: Any, bea: Any
) -> None:
    row = actions.set_goal(
        viewer_of(bea), wish(bea, lively.hearth.pk), [Result("messages", 420, rules.TOTAL)]
    )
    [track] = queries.tracks([row], viewer_of(bea)).values()
    found = track.standing
    # Cai on the 16th to 19th, Mei on the 17th and 19th, and one that nobody said.
    assert found.value == 7
    assert found.pace == pytest.approx(420 * 4 / 42)
    assert found.state == rules.BEHIND
    assert found.progress == pytest.approx(7 / 420)
    assert found.forecast is not None


def test_a_week_that_the_last_day_cuts_is_no_whole_week(lively: Any, bea: Any) -> None:
    """The week of the 9th brings 11 messages; of that of the 16th only two days belong to the goal."""
    given = wish(bea, lively.hearth.pk, first=dt.date(2026, 3, 9), last=dt.date(2026, 3, 17))
    row = actions.set_goal(viewer_of(bea), given, [Result("messages", 8, baseline=5)])
    with clock.frozen(NOW + dt.timedelta(days=10)):
        [track] = queries.tracks([row], viewer_of(bea)).values()
    assert track.weeks[-1] == (dt.date(2026, 3, 9), 11)
    assert (track.standing.value, track.standing.state) == (11, rules.REACHED)


def test_at_most_so_many_leaves_is_a_ceiling(
    lively: Any, bea: Any, play: Any, warehouse: Any, client_of: Any
) -> None:
    play([leave(name, day(18), community=HEARTH, number=f"leave-{name}") for name in ("Lin", "Bo", "Yan")])
    warehouse.loaded()
    row = actions.set_goal(
        viewer_of(bea), wish(bea, lively.hearth.pk), [Result("leaves", 2, rules.TOTAL, baseline=1)]
    )
    [track] = queries.tracks([row], viewer_of(bea)).values()
    assert (track.standing.value, track.standing.state) == (3, rules.BEHIND)
    page = client_of(bea).get(f"/goals/{row.pk}/", headers={"Accept-Language": "en"}).content.decode()
    assert "at most 2" in page


def test_the_parts_of_a_gap_of_the_brand_add_up_to_it(lively: Any, ada: Any) -> None:
    row = actions.set_goal(
        viewer_of(ada),
        wish(ada),
        [Result("messages", 420, rules.TOTAL), Result("wau", 50), Result("interaction_rate", 90)],
    )
    tracks = queries.tracks([row], viewer_of(ada))
    assert len(tracks) == 3
    for track in tracks.values():
        branches = queries.drivers(row, track, viewer_of(ada))
        assert branches, track.row.metric
        assert sum(one.gap for one in branches) == pytest.approx(track.standing.gap)
        for one in branches:
            if one.branches:
                assert sum(part.gap for part in one.branches) == pytest.approx(one.gap)
    messages = next(one for one in tracks.values() if one.row.metric == "messages")
    assert "Hearth" in [one.name for one in queries.drivers(row, messages, viewer_of(ada))]


def test_without_history_the_start_is_given_by_hand_or_refused(lively: Any, bea: Any) -> None:
    early = wish(bea, lively.hearth.pk, first=dt.date(2026, 1, 5))
    with pytest.raises(WeiluError, match=r"baseline|基线"):
        actions.set_goal(viewer_of(bea), early, [Result("day_7_retention", 40)])
    assert not Objective.objects.exists(), "all of it or nothing"
    actions.set_goal(viewer_of(bea), early, [Result("day_7_retention", 40, baseline=20)])
    assert KeyResult.objects.get().baseline_weeks == 0


@pytest.mark.parametrize(
    ("result", "field"),
    [
        (Result("luck", 3), "body.metric"),
        (Result("dau", 3, "guess"), "body.aim"),
        (Result("interaction_rate", 3, rules.TOTAL), "body.aim"),
        (Result("messages", 0, rules.TOTAL), "body.target"),
        (Result("messages", float("nan")), "body.target"),
        (Result("dau", 3, baseline=3), "body.target"),
    ],
)
def test_a_key_result_that_cannot_be_meant_is_refused(
    lively: Any, bea: Any, result: Result, field: str
) -> None:
    with pytest.raises(WeiluError) as refused:
        actions.set_goal(viewer_of(bea), wish(bea, lively.hearth.pk), [result])
    assert refused.value.details["field"] == field


def test_each_sets_goals_where_they_may_and_sees_those_of_their_communities(
    lively: Any, ada: Any, bea: Any, dov: Any, client_of: Any
) -> None:
    mine = actions.set_goal(viewer_of(bea), wish(bea, lively.hearth.pk))
    whole = actions.set_goal(viewer_of(ada), wish(ada))
    others = actions.set_goal(viewer_of(ada), wish(ada, lively.harbour.pk))
    hers = client_of(bea)
    page = hers.get("/goals/").content.decode()
    assert f"/goals/{mine.pk}/" in page
    for row in (whole, others):
        assert f"/goals/{row.pk}/" not in page
        assert hers.get(f"/goals/{row.pk}/").status_code == 404
        assert hers.post(f"/goals/{row.pk}/remove").status_code == 404
        with pytest.raises(NotFound):
            actions.close(viewer_of(bea), row.pk, "done")
    with pytest.raises((Forbidden, NotFound)):
        actions.set_goal(viewer_of(bea), wish(bea))
    with pytest.raises(WeiluError):
        actions.set_goal(viewer_of(ada), wish(bea, lively.harbour.pk))
    assert client_of(dov).get("/goals/").status_code == 404


def test_a_target_moves_and_the_trail_keeps_both(lively: Any, bea: Any) -> None:
    row = actions.set_goal(
        viewer_of(bea), wish(bea, lively.hearth.pk), [Result("messages", 100, rules.TOTAL)]
    )
    made = KeyResult.objects.get()
    actions.retarget(viewer_of(bea), row.pk, made.pk, 200)
    line = AuditEntry.objects.filter(action="key_result.changed").get().details
    assert '"was":100' in line
    assert '"now":200' in line
    with pytest.raises(Conflict):
        actions.add_result(viewer_of(bea), row.pk, Result("messages", 5, rules.TOTAL))
    with pytest.raises(Conflict):
        actions.change(viewer_of(bea), row.pk, wish(bea, lively.hearth.pk, first=dt.date(2026, 3, 9)))
    moved = actions.change(viewer_of(bea), row.pk, wish(bea, lively.hearth.pk, last=dt.date(2026, 5, 1)))
    assert moved.last == dt.date(2026, 5, 1)


def test_a_closed_goal_stands_still(lively: Any, bea: Any, play: Any, warehouse: Any) -> None:
    row = actions.set_goal(
        viewer_of(bea), wish(bea, lively.hearth.pk), [Result("messages", 100, rules.TOTAL)]
    )
    closed = actions.close(viewer_of(bea), row.pk, "dropped")
    actions.close(viewer_of(bea), row.pk, "done")
    play([say("Lin", day(25), community=HEARTH, number="after")])
    warehouse.loaded()
    with clock.frozen(NOW + dt.timedelta(days=10)):
        [track] = queries.tracks([queries.access_objective(viewer_of(bea), row.pk)], viewer_of(bea)).values()
    assert track.standing.value == 7
    assert closed.closing == "dropped"
    made, viewer = KeyResult.objects.get(), viewer_of(bea)
    for rewrite in (
        lambda: actions.add_result(viewer, row.pk, Result("wau", 5)),
        lambda: actions.change(viewer, row.pk, wish(bea, lively.hearth.pk, title="Less talk")),
        lambda: actions.retarget(viewer, row.pk, made.pk, 5),
        lambda: actions.remove_result(viewer, row.pk, made.pk),
    ):
        with pytest.raises(Conflict):
            rewrite()
    actions.reopen(viewer, row.pk)
    assert actions.retarget(viewer, row.pk, made.pk, 5).target == 5


def test_the_pages_tell_the_whole_story(lively: Any, ada: Any, client_of: Any) -> None:
    board = client_of(ada)
    form = {
        "title": "More talk",
        "owner": ada.pk,
        "first": "2026-03-16",
        "last": "2026-04-26",
        "community": "",
    }
    assert board.post("/goals/new", {**form, "last": "2026-03-01"}).status_code == 400
    answer = board.post("/goals/new", form)
    row = Objective.objects.get()
    assert answer["Location"] == f"/goals/{row.pk}/"
    assert (
        board.post(f"/goals/{row.pk}/results", {"metric": "dau", "aim": "total", "target": "9"}).status_code
        == 400
    )
    for given in (
        {"metric": "messages", "aim": "total", "target": "420"},
        {"metric": "wau", "aim": "level", "target": "50"},
    ):
        assert board.post(f"/goals/{row.pk}/results", given).status_code == 302
    page = board.get(f"/goals/{row.pk}/", headers={"Accept-Language": "en"}).content.decode()
    assert "Hearth" in page
    assert "/behind/" in page
    made = KeyResult.objects.first()
    assert board.post(f"/goals/{row.pk}/results/{made.pk}/target", {"target": "many"}).status_code == 400
    assert board.post(f"/goals/{row.pk}/results/{made.pk}/target", {"target": "500"}).status_code == 302
    assert board.get("/goals/").status_code == 200
    assert board.get(f"/goals/{row.pk}/edit").status_code == 200
    board.post(f"/goals/{row.pk}/close", {"closing": "done"})
    assert f"/goals/{row.pk}/" in board.get("/goals/?show=closed").content.decode()
    board.post(f"/goals/{row.pk}/reopen")
    board.post(f"/goals/{row.pk}/remove")
    assert not Objective.objects.exists()


def test_a_longer_list_of_goals_asks_the_database_no_more(
    lively: Any, ada: Any, client_of: Any, django_assert_max_num_queries: Any
) -> None:
    def set_one(number: int) -> None:
        actions.set_goal(
            viewer_of(ada), wish(ada, title=f"Goal {number}"), [Result("messages", 100, baseline=10)]
        )

    hers = client_of(ada)
    set_one(0)
    assert hers.get("/goals/").status_code == 200
    with CaptureQueriesContext(connection) as asked:
        hers.get("/goals/")
    for number in range(1, 4):
        set_one(number)
    with django_assert_max_num_queries(len(asked)):
        assert len(hers.get("/goals/").context["goals"]) == 4


def test_with_the_warehouse_down_the_goals_still_stand_there(
    lively: Any, bea: Any, client_of: Any, settings: Any, tmp_path: Any
) -> None:
    row = actions.set_goal(
        viewer_of(bea), wish(bea, lively.hearth.pk), [Result("messages", 100, rules.TOTAL)]
    )
    (tmp_path / "warehouse").mkdir(mode=0o700)
    (tmp_path / "warehouse" / "store").write_text("not a folder")
    settings.HOME = tmp_path
    for address in ("/goals/", f"/goals/{row.pk}/"):
        answer = client_of(bea).get(address)
        assert answer.status_code == 200
        assert "More talk" in answer.content.decode()


def test_who_is_erased_is_named_by_no_goal(lively: Any, bea: Any) -> None:
    given = wish(bea, lively.hearth.pk)
    for title in ("As many as CAI writes", "More talk"):
        actions.set_goal(viewer_of(bea), replace(given, title=title))
    actions.forget_person(Identity.objects.get(name="Cai").pk)
    assert list(Objective.objects.order_by("pk").values_list("title", flat=True)) == ["", "More talk"]


def test_goals_over_the_api(lively: Any, ada: Any, bea: Any, program: Any) -> None:
    board = program(bea)
    given = {"title": "More talk", "owner": bea.pk, "first": "2026-03-16", "last": "2026-04-26",
             "community": lively.hearth.pk, "results": [{"metric": "messages", "target": 420, "aim": "total"}]}  # fmt: skip
    made = board.post("/goals", given, key="g1")
    assert made.status_code == 201, made.content
    assert board.post("/goals", given, key="g1").json() == made.json()
    goal = made.json()["id"]
    [standing] = board.get(f"/goals/{goal}/standing").json()
    assert (standing["state"], standing["value"]) == ("behind", 7)
    assert sum(one["gap"] for one in standing["drivers"]) == pytest.approx(standing["gap"])
    result = made.json()["results"][0]["id"]
    assert board.patch(f"/goals/{goal}/results/{result}", {"target": 8}).json()["target"] == 8
    assert board.post(f"/goals/{goal}/results", {"metric": "wau", "target": 9}).status_code == 201
    assert board.post(f"/goals/{goal}/close", {"closing": "done"}).json()["closing"] == "done"
    assert [one["id"] for one in board.all("/goals", closed=True)] == [goal]
    assert board.post(f"/goals/{goal}/reopen").json()["closing"] == ""
    assert program(bea, "view").post("/goals", given).status_code == 403
    others = actions.set_goal(viewer_of(ada), wish(ada, lively.harbour.pk))
    assert board.get(f"/goals/{others.pk}").content == board.get("/goals/99999").content
    assert board.delete(f"/goals/{goal}/results/{result}").json() == {"done": True}
    assert board.delete(f"/goals/{goal}").json() == {"done": True}


def test_a_goal_of_a_segment_counts_those_in_it_and_nobody_once_it_is_gone(
    lively: Any, ada: Any, bea: Any, client_of: Any, program: Any
) -> None:
    """Of the seven messages since the 16th four are Cai's."""
    own = segment(bea, [lively.hearth.pk])
    row = actions.set_goal(
        viewer_of(bea),
        wish(bea, lively.hearth.pk, segment=own.pk),
        [Result("messages", 100, rules.TOTAL), Result("wau", 9)],
    )
    found = [one.standing.value for one in queries.tracks([row], viewer_of(bea)).values()]
    assert found == [4, 1]
    hers = client_of(bea)
    assert "Only Cai" in hers.get(f"/goals/{row.pk}/").content.decode()
    assert "Only Cai" in hers.get("/goals/").content.decode()
    assert program(bea).get(f"/goals/{row.pk}").json()["segment"] == own.pk
    assert hers.get(f"/goals/{row.pk}/edit").context["form"].initial["segment"] == own.pk
    with pytest.raises(Conflict):
        actions.change(viewer_of(bea), row.pk, wish(bea, lively.hearth.pk))
    wide = segment(ada, None)
    with pytest.raises(NotFound):
        actions.set_goal(viewer_of(bea), wish(bea, lively.hearth.pk, segment=wide.pk))
    with pytest.raises(WeiluError, match=r"alone|只属于"):
        actions.set_goal(viewer_of(ada), wish(ada, lively.hearth.pk, segment=wide.pk))
    assert actions.set_goal(viewer_of(ada), wish(ada, segment=wide.pk)).segment == wide.pk
    segments.remove(viewer_of(bea), own)
    assert queries.tracks([row], viewer_of(bea)) == {}
    assert hers.get(f"/goals/{row.pk}/").status_code == 200


def test_a_gap_is_looked_for_in_the_segments_that_the_viewer_sees(
    lively: Any, ada: Any, bea: Any, client_of: Any
) -> None:
    """Of 21 messages in Hearth in the two weeks before Cai sent 13; so of the 40 that should be there by now 24.8, of which 4 are."""
    segment(bea, [lively.hearth.pk])
    wide = segment(ada, None)
    row = actions.set_goal(
        viewer_of(bea),
        wish(bea, lively.hearth.pk),
        [Result("messages", 420, rules.TOTAL), Result("interaction_rate", 90)],
    )
    tracks = queries.tracks([row], viewer_of(bea))
    told = {one.row.metric: queries.by_segment(row, one, viewer_of(bea)) for one in tracks.values()}
    assert told["interaction_rate"] == (), "shares of segments are not parts of the whole share"
    [only] = told["messages"]
    assert (only.name, only.actual) == ("Only Cai", 4)
    assert only.expected == pytest.approx(40 * 13 / 21)
    messages = next(one for one in tracks.values() if one.row.metric == "messages")
    names = [one.name for one in queries.by_segment(row, messages, viewer_of(ada))]
    assert sorted(names) == ["Cai anywhere", "Only Cai"]
    hers = client_of(bea)
    link = f"?segments={messages.row.pk}"
    assert link in hers.get(f"/goals/{row.pk}/").content.decode()
    page = hers.get(f"/goals/{row.pk}/{link}").content.decode()
    assert "Only Cai" in page
    assert wide.name not in page


def segment(who: Any, communities: list[int] | None) -> Any:
    cai = Identity.objects.get(name="Cai").member_id
    name = "Only Cai" if communities else "Cai anywhere"
    return segments.create(viewer_of(who), segments.Wish(name, {"members": [cai]}, communities=communities))
