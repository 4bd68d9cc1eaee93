"""From advice to a decision to what came of it: someone is left out by lot, nobody is written to, facts move and decisions stand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.fixtures import cast, pages
from tests.fixtures.lively import HEARTH, NOW, day
from tests.fixtures.log import event, join, say
from weilu.communities.tasks.models import Task
from weilu.connectors.imports import actions as imports
from weilu.connectors.imports.models import Batch
from weilu.core import clock
from weilu.core.directory.models import Identity
from weilu.core.errors import Conflict, NotFound, WeiluError
from weilu.core.operators.access import Viewer, viewer_of
from weilu.core.operators.models import AuditEntry
from weilu.core.warehouse import questions
from weilu.evaluation.advice import actions, effects, queries, words
from weilu.evaluation.advice.effects import Effect
from weilu.evaluation.advice.models import Decided
from weilu.evaluation.diagnosis import gather
from weilu.members import conclude
from weilu.members.segments.models import Segment
from weilu.members.segments.queries import question

AFTER = dt.datetime(2026, 4, 5, 12, tzinfo=dt.UTC)


def settle(warehouse: Any) -> None:
    warehouse.loaded()
    while conclude.run_once():
        pass


def talked_once(many: int) -> list[Any]:
    """People who joined on the 1st of March, wrote three times on the 2nd, and not since."""
    names = [f"Q{number}" for number in range(many)]
    return [
        *(join(name, day(1, 9), community=HEARTH, number=f"j{name}") for name in names),
        *(
            say(name, day(2, 9 + n), "tea", community=HEARTH, number=f"{name}-{n}")
            for name in names
            for n in range(3)
        ),
    ]


@pytest.fixture
def quiet_crowd(lively: Any, play: Any, warehouse: Any) -> Any:
    """Forty of them in Hearth."""
    play(talked_once(40))
    settle(warehouse)
    return lively.hearth


def advised(viewer: Any, community: Any) -> set[str]:
    return {one.rule for one in queries.advised(viewer, [community], gather.present())[community.pk]}


def back(ids: list[int], prefix: str) -> list[Any]:
    """These members write on the 25th of March."""
    names = Identity.objects.filter(member__in=ids).values_list("name", flat=True)
    return [say(name, day(25), community=HEARTH, number=f"{prefix}{name}") for name in names]


def test_a_preview_says_who_would_be_left_out_and_keeps_and_sends_nothing(
    quiet_crowd: Any, bea: Any, client_of: Any
) -> None:
    page = client_of(bea).get(f"/advice/{quiet_crowd.pk}/win_back/")
    assert page.status_code == 200
    assert page.context["meant"] + page.context["held"] == 40
    assert 0 < page.context["held"] < 20  # by lot, a fifth of them on average
    assert page.context["total"] == len(page.context["people"]) == 40
    assert not Decided.objects.exists()
    assert not Segment.objects.exists()
    assert not Task.objects.exists()
    assert not AuditEntry.objects.filter(action__startswith="advice").exists()


def test_a_click_makes_a_segment_without_those_left_out_and_then_it_is_quiet(
    quiet_crowd: Any, bea: Any, client_of: Any
) -> None:
    viewer, hers = viewer_of(bea), client_of(bea)
    address = f"/advice/{quiet_crowd.pk}/win_back/"
    promised = hers.get(address).context["held"]
    assert hers.post(f"{address}take", {"make": "segment"}).status_code == 302
    row = Decided.objects.get()
    assert (len(row.held), len(row.meant)) == (promised, 40 - promised)
    made = Segment.objects.get(pk=row.segment)
    assert sorted(questions.behind(question(made), viewer).ids) == sorted(row.meant)
    assert "win_back" not in advised(viewer, quiet_crowd)
    assert hers.get(address).status_code == 404
    with pytest.raises(Conflict):
        actions.make_task(viewer, quiet_crowd.pk, "win_back")
    with clock.frozen(NOW + dt.timedelta(days=29)):
        assert (quiet_crowd.pk, "win_back") not in queries.quiet([quiet_crowd.pk])
    page = hers.get(f"/advice/decided/{row.pk}/")
    assert page.status_code == 200
    assert len(page.context["held"]) == promised


def test_what_came_of_it_is_told_after_its_window_against_those_left_out(
    quiet_crowd: Any, bea: Any, play: Any, warehouse: Any
) -> None:
    viewer = viewer_of(bea)
    row = actions.make_segment(viewer, quiet_crowd.pk, "win_back")
    assert (row.first, row.last) == (dt.date(2026, 3, 21), dt.date(2026, 4, 3))
    assert queries.effect(viewer, row).verdict == effects.RUNNING
    assert len(row.held) >= 5, "the lot is the same each time"
    play(back(row.meant, "b"))
    warehouse.loaded()
    with clock.frozen(AFTER):
        found = queries.effect(viewer, row)
    assert (found.verdict, found.met, found.held_met) == (effects.BETTER, len(row.meant), 0)
    kept = Decided.objects.values().get()
    play(back(row.held, "h"))
    warehouse.loaded()
    with clock.frozen(AFTER):
        late = queries.effect(viewer, row)
    assert (late.verdict, late.held_met) == (effects.NO_DIFFERENCE, len(row.held)), "facts are asked again"
    assert Decided.objects.values().get() == kept, "the decision stands"


def test_of_three_people_nobody_is_left_out_and_nothing_is_told(
    lively: Any, bea: Any, play: Any, warehouse: Any, client_of: Any
) -> None:
    play(talked_once(3))
    settle(warehouse)
    row = actions.make_task(viewer_of(bea), lively.hearth.pk, "win_back")
    assert (len(row.meant), row.held) == (3, [])
    hers = client_of(bea)
    hers.cookies["weilu_language"] = "en"
    with clock.frozen(AFTER):
        assert queries.effect(viewer_of(bea), row).verdict == effects.TOO_FEW
        assert "Too few people to tell" in hers.get(f"/advice/decided/{row.pk}/").content.decode()


def test_what_is_undone_is_advised_no_longer_and_what_was_decided_stands(
    lively: Any, bea: Any, warehouse: Any, client_of: Any
) -> None:
    viewer = viewer_of(bea)
    batch = imports.bring_in(
        iter(talked_once(6)), name="late", format_name="test", viewer=Viewer.everything()
    )
    settle(warehouse)
    row = actions.make_task(viewer, lively.hearth.pk, "win_back")
    imports.undo(Batch.objects.get(pk=batch.pk), Viewer.everything())
    settle(warehouse)
    with clock.frozen(NOW + dt.timedelta(days=29)):
        assert "win_back" not in advised(viewer, lively.hearth)
    assert client_of(bea).get(f"/advice/decided/{row.pk}/").status_code == 200
    assert Task.objects.filter(pk=row.task).exists()


def test_a_task_is_drafted_and_leads_back_to_the_advice(quiet_crowd: Any, bea: Any, client_of: Any) -> None:
    hers = client_of(bea)
    quiet_crowd.timezone = "Pacific/Kiritimati"  # where it is the day after already
    quiet_crowd.save(update_fields=["timezone"])
    hers.post(f"/advice/{quiet_crowd.pk}/win_back/take", {"make": "task"})
    row, task = Decided.objects.get(), Task.objects.get()
    assert (task.operator, task.community, task.path) == (bea, quiet_crowd, f"/advice/decided/{row.pk}/")
    assert task.due == dt.date(2026, 3, 28)
    assert task.path in hers.get("/tasks/").content.decode()


def test_who_turns_it_down_says_why_and_what_names_a_member_is_forgotten(
    quiet_crowd: Any, bea: Any, client_of: Any
) -> None:
    hers, address = client_of(bea), f"/advice/{quiet_crowd.pk}/win_back/dismiss"
    assert hers.post(address, {"reason": "  "}).status_code == 400
    assert hers.post(address, {"reason": "<b>Cai</b> asks them all"}).status_code == 302
    row = Decided.objects.get()
    assert row.quiet_until == NOW + dt.timedelta(days=90)
    assert queries.effect(viewer_of(bea), row) is None
    assert "&lt;b&gt;Cai" in hers.get("/advice/?show=decided").content.decode()
    actions.forget_person(Identity.objects.get(name="Cai").pk)
    row.refresh_from_db()
    assert row.reason == ""


def test_questions_that_nobody_answered_stand_there_as_words(
    lively: Any, bea: Any, play: Any, warehouse: Any, client_of: Any
) -> None:
    texts = ["How long <b>do</b> you brew it?", "Which water do you use?", "Where can I buy this pot?"]
    play([say("Bo", day(10 + n, 9), text, community=HEARTH, number=f"q{n}") for n, text in enumerate(texts)])
    warehouse.loaded()
    hers = client_of(bea)
    page = hers.get(f"/advice/{lively.hearth.pk}/unanswered/")
    assert page.context["total"] == 3
    assert "&lt;b&gt;do&lt;/b&gt;" in page.content.decode()
    assert hers.post(f"/advice/{lively.hearth.pk}/unanswered/take", {"make": "segment"}).status_code == 400
    play(
        [say("Cai", day(10 + n, 10), "So", community=HEARTH, number=f"a{n}", about=f"q{n}") for n in range(3)]
    )
    warehouse.loaded()
    assert hers.get(f"/advice/{lively.hearth.pk}/unanswered/").status_code == 404


def test_a_figure_is_told_before_and_after_where_nobody_can_be_left_out(
    lively: Any, bea: Any, play: Any, warehouse: Any
) -> None:
    play(
        [say("Bo", day(10 + n, 9), f"Why is that, {n}?", community=HEARTH, number=f"q{n}") for n in range(3)]
    )
    warehouse.loaded()
    row = actions.make_task(viewer_of(bea), lively.hearth.pk, "unanswered")
    play([say("Bo", day(25), "And now?", community=HEARTH, number="later")])
    play([say("Cai", day(25, 13), "Yes", community=HEARTH, number="reply", about="later")])
    warehouse.loaded()
    with clock.frozen(AFTER):
        found = queries.effect(viewer_of(bea), row)
    assert found.verdict == effects.BEFORE_AFTER
    assert found.after == 100
    assert 0 < found.before < 100


def test_what_came_of_several_is_told_as_of_each_alone(
    quiet_crowd: Any, bea: Any, play: Any, warehouse: Any, monkeypatch: Any
) -> None:
    viewer = viewer_of(bea)
    play(
        [say("Bo", day(10 + n, 9), f"Why is that, {n}?", community=HEARTH, number=f"q{n}") for n in range(3)]
    )
    warehouse.loaded()
    figure = actions.make_task(viewer, quiet_crowd.pk, "unanswered")
    people = actions.make_segment(viewer, quiet_crowd.pk, "win_back")
    play(back(people.meant, "b"))
    warehouse.loaded()
    with clock.frozen(AFTER):
        alone = {row.pk: queries.effect(viewer, row) for row in (figure, people)}
        assert {one.verdict for one in alone.values()} == {effects.BEFORE_AFTER, effects.BETTER}
        rounds, asked = [], questions.ask_each
        monkeypatch.setattr(
            questions, "ask_each", lambda *told, **how: rounds.append(1) or asked(*told, **how)
        )
        assert queries.came_of(viewer, [figure, people]) == alone
        assert queries.came_of(viewer, []) == {}
    assert len(rounds) == 1


def test_a_type_that_is_opened_less_each_week_is_known_from_events_of_ones_own(
    lively: Any, ada: Any, play: Any, warehouse: Any, client_of: Any
) -> None:
    """Twenty-five are reached each week; 20, 15, 10, 5 of them open, and 15 once the form is another. What came of it is measured by
    that, over the 21 days before (10 of 25) and after."""

    def told(week: int, opened: int) -> None:
        monday = day(16) - week * 7 * 86_400_000
        rows = [
            event(kind, monday + who * 60_000 + late, f"R{who}", community=HEARTH, number=f"{kind}{week}{who}",
                  source="sdk", properties={"type": "story"})
            for who in range(25)
            for late, kind in enumerate(("content.delivered", "content.opened")[: 2 if who < opened else 1])
        ]  # fmt: skip
        with clock.frozen(clock.from_ms(monday + 86_400_000)):
            play(rows)

    for week, opened in zip((4, 3, 2, 1), (20, 15, 10, 5), strict=True):
        told(week, opened)
    warehouse.loaded()
    found = queries.find(viewer_of(ada), lively.hearth, "change_form", gather.present())
    assert found is not None
    assert found.numbers == {"type": "story", "first": 0.8, "now": 0.2}
    page = client_of(ada).get(f"/advice/{lively.hearth.pk}/change_form/")
    shown = [client_of(ada).get(href) for _days, href in page.context["asked"]]
    assert [answer.status_code for answer in shown] == [200] * 4
    assert all("story" in answer.content.decode() for answer in shown)
    row = actions.make_task(viewer_of(ada), lively.hearth.pk, "change_form")
    told(-1, 15)
    warehouse.loaded()
    with clock.frozen(NOW + dt.timedelta(days=29)):
        effect = queries.effect(viewer_of(ada), row)
        assert effect == Effect(effects.BEFORE_AFTER, before=40, after=60)
        said = words.came_of_it("change_form", effect, "")
    assert "40" in said
    assert "60" in said


def test_behind_quiet_evenings_stand_the_heat_maps_of_that_week_and_of_those_before(
    lively: Any, bea: Any, play: Any, warehouse: Any, client_of: Any
) -> None:
    """Thirty messages each evening of Monday for four weeks, then three."""
    monday, week = day(9, 20), 7 * 86_400_000
    sent = {back: 3 if back == 0 else 30 for back in range(5)}
    with clock.frozen(NOW):
        play([
            say(f"E{n}", monday - back * week + n * 1_000, "tea?", community=HEARTH, number=f"e{back}-{n}")
            for back, count in sent.items() for n in range(count)
        ])  # fmt: skip
        warehouse.loaded()
        client = client_of(bea)
        page = client.get(f"/advice/{lively.hearth.pk}/evening_talk/")
        shown = [client.get(href).content.decode() for _days, href in page.context["asked"]]
    evening = [sum(one.count for one in pages.heat_cells(one) if "20:00" in one.said) for one in shown]
    assert evening == [3, 4 * 30]


def test_each_acts_on_advice_of_their_own_communities(
    quiet_crowd: Any, harbour: Any, bea: Any, dov: Any, client_of: Any, stranger: Any
) -> None:
    reader = cast.operator("ann@example.com", "Ann", "analyst", quiet_crowd)
    address = f"/advice/{quiet_crowd.pk}/win_back/"
    assert client_of(reader).get(address).status_code == 200
    assert client_of(reader).post(f"{address}take", {"make": "task"}).status_code in (403, 404)
    assert client_of(bea).get(f"/advice/{harbour.pk}/win_back/").status_code == 404
    with pytest.raises(NotFound):
        actions.make_task(viewer_of(bea), harbour.pk, "win_back")
    with pytest.raises(NotFound):
        actions.make_task(viewer_of(bea), quiet_crowd.pk, "no_such_rule")
    with pytest.raises(WeiluError):
        actions.make_task(viewer_of(bea), quiet_crowd.pk, "change_form")
    assert not Decided.objects.exists()
    row = actions.make_task(viewer_of(bea), quiet_crowd.pk, "win_back")
    for address in ("/advice/", f"/advice/decided/{row.pk}/"):
        assert client_of(dov).get(address).status_code == 404
        assert stranger.get(address).status_code == 302
    other = cast.operator("eve@example.com", "Eve", "community_manager", harbour)
    assert client_of(other).get(f"/advice/decided/{row.pk}/").status_code == 404


def test_the_page_of_today_fetches_the_strongest_advice_and_a_click_there_makes_the_task(
    quiet_crowd: Any, bea: Any, dov: Any, client_of: Any, stranger: Any
) -> None:
    client = client_of(bea)
    assert 'hx-get="/advice/top/"' in client.get("/").content.decode()
    top = client.get("/advice/top/").content.decode()
    rules = {rule for rule in advised(viewer_of(bea), quiet_crowd) if f"/{rule}/take" in top}
    assert "win_back" in rules
    assert client.post(f"/advice/{quiet_crowd.pk}/win_back/take", {"make": "task"}).status_code == 302
    assert Task.objects.get().community_id == quiet_crowd.pk
    assert "/win_back/take" not in client.get("/advice/top/").content.decode()
    assert client_of(dov).get("/advice/top/").status_code == 404
    assert stranger.get("/advice/top/").status_code == 302


def test_who_may_only_look_is_led_to_the_advice_and_gets_no_button(quiet_crowd: Any, client_of: Any) -> None:
    reader = cast.operator("ann@example.com", "Ann", "analyst", quiet_crowd)
    top = client_of(reader).get("/advice/top/").content.decode()
    assert f"/advice/{quiet_crowd.pk}/win_back/" in top
    assert "<form" not in top


def test_the_communitys_own_page_advises_until_somebody_decided(
    quiet_crowd: Any, bea: Any, client_of: Any
) -> None:
    hers, address = client_of(bea), f"/advice/{quiet_crowd.pk}/win_back/"
    assert address in pages.whole(hers, f"/communities/{quiet_crowd.pk}/")
    assert address in hers.get("/advice/").content.decode()
    hers.post(f"{address}dismiss", {"reason": "not now"})
    assert address not in pages.whole(hers, f"/communities/{quiet_crowd.pk}/")
    assert address not in hers.get("/advice/").content.decode()


def test_advice_over_the_api(quiet_crowd: Any, bea: Any, program: Any) -> None:
    board = program(bea)
    one = next(one for one in board.get("/advice").json() if one["rule"] == "win_back")
    assert (one["people"], one["days"]) == (True, 14)
    read = board.get(f"/advice/{quiet_crowd.pk}/win_back").json()
    assert len(read["members"]) == 40
    path = f"/advice/{quiet_crowd.pk}/win_back/take"
    assert board.post(path, {"verdict": "letter"}).status_code == 422
    assert program(bea, "view").post(path, {"verdict": "segment"}).status_code == 403
    made = board.post(path, {"verdict": "segment"}, key="a1")
    assert made.status_code == 201, made.content
    assert board.post(path, {"verdict": "segment"}, key="a1").json() == made.json()
    assert board.post(path, {"verdict": "segment"}).status_code == 409
    assert sorted(made.json()["held"]) == sorted(read["held"])
    assert made.json()["effect"]["verdict"] == "running"
    assert board.all("/advice/decided") == [board.get(f"/advice/decided/{made.json()['id']}").json()]
    assert board.get(f"/advice/{quiet_crowd.pk}/win_back").status_code == 404
    assert board.post(f"/advice/{quiet_crowd.pk}/thank/dismiss", {"reason": ""}).status_code == 422


def test_with_the_warehouse_down_decisions_still_stand_there(
    lively: Any, bea: Any, client_of: Any, warehouse_down: Any
) -> None:
    row = Decided.objects.create(
        community=lively.hearth, rule="win_back", verdict="task", numbers={"people": 3}, meant=[], held=[],
        first=NOW.date(), last=NOW.date(), quiet_until=NOW, at=NOW, by=bea,
    )  # fmt: skip
    for address in ("/advice/", "/advice/?show=decided", f"/advice/decided/{row.pk}/"):
        assert client_of(bea).get(address).status_code == 200
