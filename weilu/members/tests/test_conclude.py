"""Do conclusions follow from the log, whatever the order and however often?"""

from __future__ import annotations

import random

import pytest
from django.db.models import F

from weilu.core import clock
from weilu.core.jobs.locks import only_one
from weilu.core.jobs.pump import STORE
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import questions
from weilu.members import conclude
from weilu.members.knowledge import states_known
from weilu.members.models import Correction
from weilu.members.tests.village import (
    HARBOUR,
    HEARTH,
    at,
    came,
    community_of,
    days,
    member_of,
    moment,
    said,
    timelines,
    went,
)

pytestmark = pytest.mark.django_db

STORY = [
    came("Cai", 0),
    said("Cai", 3),
    said("Cai", 30),
    said("Cai", 35),
    said("Emi", 1, place=HARBOUR),
    came("Emi", 10),
    went("Emi", 12),
    said("Emi", 40),
]


def concluded(warehouse, play, events, batch=7):
    play(events, batch=batch)
    warehouse.loaded()
    return conclude.run_once()


def test_an_answer_that_rests_on_states_says_when_they_lag_behind_the_events(warehouse, play) -> None:
    asked = {"kind": "trend", "metric": "state_new", "from": "2026-01-01", "to": "2026-01-02"}
    everybody = Viewer.everything()
    with clock.frozen(moment(50)):
        concluded(warehouse, play, STORY)
        assert questions.ask(asked, everybody).behind == 0
        play([said("Cai", 49)])
        warehouse.loaded()
        with only_one(STORE) as held:  # by another worker, that is busy
            assert held
            late = questions.ask(asked, everybody, seconds=0.1)
        assert late.behind == 1
        assert questions.ask({**asked, "metric": "messages"}, everybody, seconds=0.1).behind == 0
        assert questions.ask(asked, everybody).behind == 0


def test_histories_stand_in_the_store_for_each_membership_and_for_the_whole_person(warehouse, play) -> None:
    with clock.frozen(moment(50)):
        concluded(warehouse, play, STORY)
    cai, emi = member_of("Cai").pk, member_of("Emi").pk
    hearth, harbour = community_of(HEARTH), community_of(HARBOUR)
    found = timelines()
    assert days(found["state", hearth, cai]) == [
        (0, "new"),
        (7, "active"),
        (17, "dormant"),
        (30, "returning"),
        (44, "active"),
        (49, "dormant"),
        (95, "churned"),
    ]
    assert found["state", 0, cai] == found["state", hearth, cai]
    assert days(found["membership", hearth, emi]) == [(10, "in"), (12, "out"), (40, "in")]
    assert days(found["state", hearth, emi]) == [
        (10, "new"),
        (12, "churned"),
        (40, "new"),
        (47, "active"),
        (54, "dormant"),
        (100, "churned"),
    ]
    assert days(found["state", harbour, emi]) == [(1, "new"), (8, "active"), (15, "dormant"), (61, "churned")]
    assert days(found["membership", 0, emi]) == [(1, "in")]
    assert days(found["state", 0, emi])[:3] == [(1, "new"), (8, "active"), (15, "dormant")]


def test_a_second_run_writes_nothing(warehouse, play) -> None:
    assert concluded(warehouse, play, STORY) > 0
    before = timelines()
    assert conclude.run_once() == 0
    assert concluded(warehouse, play, STORY, batch=8) == 0
    assert timelines() == before
    assert not conclude.waiting()
    play([said("Cai", 36)], batch=9)
    warehouse.loaded()
    assert conclude.waiting()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_bit_by_bit_in_any_order_equals_all_at_once(warehouse, play, seed) -> None:
    concluded(warehouse, play, STORY)
    ids = {member_of(name).pk: name for name in ("Cai", "Emi")}
    whole = {(key, scope, ids[who]): line for (key, scope, who), line in timelines().items()}
    from weilu.core.events.models import EventKey

    assert EventKey.objects.count() == len(STORY)
    _forget_everything(warehouse)
    parts = list(STORY)
    random.Random(seed).shuffle(parts)
    for index in range(0, len(parts), 3):
        concluded(warehouse, play, parts[index : index + 3], batch=20 + index)
    ids = {member_of(name).pk: name for name in ("Cai", "Emi")}
    assert {(key, scope, ids[who]): line for (key, scope, who), line in timelines().items()} == whole


def _forget_everything(warehouse) -> None:
    """The log, the store and the cursor as if nothing had happened; communities keep their ids."""
    from weilu.core.events.models import Claim, EventKey, LogEntry, Private
    from weilu.members.models import Concluded

    for model in (LogEntry, EventKey, Private, Claim, Concluded):
        model.objects.all().delete()
    for table in ("events", "timelines"):
        warehouse.truncate(f"weilu.{table}")


def test_a_late_fact_replaces_what_was_told_and_leaves_a_correction(warehouse, play) -> None:
    with clock.frozen(moment(20)):
        concluded(warehouse, play, [came("Cai", 0), said("Cai", 1)])
    assert not Correction.objects.exists()
    with clock.frozen(moment(25)):
        concluded(warehouse, play, [said("Cai", 10)], batch=8)
    hearth, cai = community_of(HEARTH), member_of("Cai").pk
    assert days(timelines()["state", hearth, cai]) == [
        (0, "new"),
        (7, "active"),
        (24, "dormant"),
        (70, "churned"),
    ]
    rows = Correction.objects.filter(scope=hearth, member=cai).values_list("at", "was", "now")
    assert list(rows) == [(moment(15), "dormant", "active")]


def test_bots_have_no_state(warehouse, play) -> None:
    from weilu.core.events.incoming import Actor
    from weilu.members.tests.village import said as speak

    bot = speak("Robo", 1)._replace(actor=Actor("telegram", "robo", "Robo", True))
    concluded(warehouse, play, [bot, said("Cai", 1)])
    assert {who for _, _, who in timelines()} == {member_of("Cai").pk}


def test_as_of_a_day_and_as_known_then_equals_what_the_store_said_on_that_day(warehouse, play) -> None:
    with clock.frozen(moment(20)):
        concluded(warehouse, play, STORY[:2])
        told = _states(moment(20))
        position = warehouse.loaded()
    with clock.frozen(moment(60)):
        concluded(warehouse, play, [said("Cai", 10), said("Dana", 12)], batch=9)
    assert _states(moment(20)) != told
    assert _known(20, position) == told
    assert _known(20, warehouse.loaded()) == _states(moment(20))


def _states(when) -> dict[tuple[int, int], str]:
    from weilu.members.rules.moves import value_at

    second = int(when.timestamp()) - 1
    found = {
        (scope, who): value_at(line, second)
        for (key, scope, who), line in timelines().items()
        if key == "state"
    }
    return {where: value for where, value in found.items() if value}


def _known(day: float, position: int) -> dict[tuple[int, int], str]:
    return {(scope, who): value for scope, who, value in states_known(None, at(day), position)}


def test_an_undone_import_restores_histories_and_settles_corrections(warehouse, play) -> None:
    from weilu.core.events import actions

    with clock.frozen(moment(40)):
        concluded(warehouse, play, STORY[:4], batch=7)
        before = timelines()
        concluded(warehouse, play, [said("Cai", 12), said("Dana", 12), went("Cai", 33)], batch=8)
        assert timelines() != before
        assert Correction.objects.exclude(was=F("now")).exists()
        actions.retract_batch(8)
        warehouse.loaded()
        conclude.run_once()
    assert timelines() == before
    assert not Correction.objects.exclude(was=F("now")).exists()
