"""Who comes by is a visitor, who is named is a member: in figures, tables and states, then and now, whatever is learnt when."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fixtures.log import Place, account, event, join, leave, say
from weilu.core import clock
from weilu.core.decisions.models import Decision
from weilu.core.directory.models import Community, Identity, Member, Ownership
from weilu.core.events.incoming import Actor, Incoming
from weilu.core.operators.access import Viewer, viewer_of
from weilu.core.warehouse import questions
from weilu.members import actions, conclude, when
from weilu.members.forms import filter_of
from weilu.members.models import Concluded
from weilu.members.queries.browse import Wanted, browse
from weilu.members.queries.person import person
from weilu.members.queries.table import listing

pytestmark = pytest.mark.django_db(transaction=True)
EVERYTHING = Viewer.everything()
SHOP = Place("sdk:shop", "sdk:shop", "Shop")
START = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
DAY_MS = 86_400_000
SPAN = {"from": "2026-01-05", "to": "2026-03-01", "timezone": "UTC", "by": "period", "kind": "trend"}
STATES = ("new", "active", "returning", "dormant", "churned")


def at(day: float) -> int:
    return clock.to_ms(START) + int(day * DAY_MS)


def device(name: str) -> Actor:
    return Actor("sdk:shop", name, anonymous=True)


def visit(name: str, day: float) -> Incoming:
    return event("page.viewed", at(day), device(name), community=SHOP, source="sdk:shop")


def order(who: Actor, day: float) -> Incoming:
    return event("order.paid", at(day), who, community=SHOP, source="sdk:shop", value=199)


def sign_up(user: str, name: str, day: float) -> Incoming:
    said = event("user.identified", at(day), Actor("sdk:shop", user), community=SHOP, source="sdk:shop")
    return said._replace(target=device(name))


def who(name: str) -> Member:
    return Identity.objects.get(outside__in=(name, account(name).outside)).member


def settle(warehouse: Any) -> int:
    position = int(warehouse.loaded())
    conclude.run_once()
    return position


def figure(metric: str, viewer: Viewer = EVERYTHING, **rest: Any) -> Any:
    return questions.ask({**SPAN, "metric": metric, **rest}, viewer).rows[-1][-1]


@pytest.fixture
def today() -> Iterator[None]:
    with clock.frozen(START + dt.timedelta(days=12)):
        yield


def test_figures_count_members_and_visitors_where_they_are_asked_for(
    warehouse: Any, play: Any, today: None
) -> None:
    play([
        join("Cai", at(0)), say("Cai", at(1)), join("Emi", at(1)),
        *(visit(f"device-{n}", 2) for n in range(5)), order(device("device-0"), 3),
        order(Actor("sdk:shop", "user-1"), 4),
    ])  # fmt: skip
    settle(warehouse)
    assert {name: figure(name) for name in ("members", "joins", "active_members", "state_new", "state_active")} == {
        "members": 3, "joins": 3, "active_members": 2, "state_new": 0, "state_active": 2,
    }  # fmt: skip
    assert figure("silent_share") == pytest.approx(200 / 3)
    everybody = {"members": 8, "joins": 8, "active_members": 3}
    assert {name: figure(name, visitors=True) for name in everybody} == everybody
    assert sum(figure(f"state_{one}", visitors=True) for one in STATES) == 8
    assert sum(figure(f"state_{one}") for one in STATES) == 3
    assert figure("members", communities=["Shop"]) == 6
    assert figure("members", communities=["Shop", "Hearth"]) == 8
    by_place = {**SPAN, "metric": "members", "breakdown": "community"}
    assert questions.ask(by_place, EVERYTHING).rows == [
        ("2026-01-05", "Hearth", 2),
        ("2026-01-05", "Shop", 1),
    ]
    paid = {name: value for name, value in SPAN.items() if name != "by"} | {
        "event": "order.paid",
        "by": "total",
    }
    told = [
        questions.ask({**paid, "measure": one}, EVERYTHING).rows[0][1] for one in ("count", "members", "sum")
    ]
    assert told == [2, 2, 398]


def test_a_late_sign_up_joins_on_its_own_day_and_brings_what_the_device_did(
    warehouse: Any, play: Any, today: None
) -> None:
    play([join("Cai", at(0)), visit("device-1", 1), order(device("device-1"), 1.5)])
    before = settle(warehouse)
    assert (figure("members"), figure("active_members")) == (1, 0)
    play([sign_up("user-1", "device-1", 10)])
    settle(warehouse)
    assert (figure("members"), figure("active_members")) == (2, 1)
    assert figure("members", to="2026-01-14") == 1  # as it was told then
    assert figure("joins", **{"from": "2026-01-15", "to": "2026-01-15"}) == 1
    assert (figure("members", known=before), figure("active_members", known=before)) == (1, 0)
    assert figure("state_new") == 1  # user-1, ten days after the first visit; Cai is twelve days in


def test_a_visitor_merged_with_somebody_in_a_chat_is_that_member_until_it_is_undone(
    warehouse: Any, play: Any, today: None
) -> None:
    play([join("Cai", at(0)), visit("device-1", 1), order(device("device-1"), 2)])
    told = settle(warehouse)
    decision = actions.merge(EVERYTHING, who("Cai"), who("device-1"))
    merged = settle(warehouse)
    assert (figure("members"), figure("active_members"), figure("state_active")) == (1, 1, 1)
    actions.unmerge(EVERYTHING, decision.pk)
    settle(warehouse)
    assert (figure("members"), figure("active_members"), figure("state_active")) == (1, 0, 0)
    assert [figure("active_members", known=one) for one in (told, merged)] == [0, 1]


def test_who_left_every_chat_is_out_though_their_browser_still_comes(
    warehouse: Any, play: Any, today: None
) -> None:
    play([join("Cai", at(0)), leave("Cai", at(2)), visit("device-1", 1)])
    settle(warehouse)
    actions.merge(EVERYTHING, who("Cai"), who("device-1"))
    play([visit("device-1", 5), order(device("device-1"), 6)])
    settle(warehouse)
    assert (figure("members"), figure("leaves"), figure("state_churned")) == (0, 1, 1)
    assert figure("members", visitors=True) == 1


def test_a_segment_is_of_members(warehouse: Any, play: Any, today: None) -> None:
    play(
        [
            join("Cai", at(0)),
            visit("device-1", 1),
            order(device("device-1"), 2),
            order(Actor("sdk:shop", "user-1"), 4),
        ]
    )
    settle(warehouse)
    cai, user, visitor = (who(name).pk for name in ("Cai", "user-1", "device-1"))
    silent, buyers = {"not": {"did": "message.sent"}}, {"did": "order.paid"}
    for rule, wanted in ((silent, {cai, user}), (buyers, {user}), ({"member_of": True}, {cai, user})):
        asked = {"kind": "segment", "rule": rule, "timezone": "UTC"}
        assert set(questions.behind(asked, EVERYTHING).ids) == wanted
        everybody = questions.behind({**asked, "visitors": True}, EVERYTHING).ids
        assert set(everybody) == wanted | {visitor}


def test_tables_and_lists_show_visitors_where_they_are_asked_for(
    warehouse: Any, play: Any, today: None
) -> None:
    play(
        [
            join("Cai", at(0)),
            visit("device-1", 1),
            visit("device-2", 1),
            order(Actor("sdk:shop", "user-1"), 4),
        ]
    )
    settle(warehouse)
    shop = str(Community.objects.get(platform="sdk:shop").pk)
    cai, user, *devices = (who(name).pk for name in ("Cai", "user-1", "device-1", "device-2"))
    shown = {
        "": {cai, user},
        "visitors=with": {cai, user, *devices},
        "visitors=only": {*devices},
        "visitors=without": {cai, user},
        f"community={shop}": {user, *devices},
        f"community={shop}&visitors=without": {user},
        f"community={shop}&visitors=only": {*devices},
    }
    for viewer in (EVERYTHING, Viewer(communities=frozenset(Community.objects.values_list("pk", flat=True)))):
        for query, wanted in shown.items():
            given = dict(part.split("=") for part in query.split("&") if part)
            assert set(listing(viewer, filter_of(given), when.present()).ids) == wanted, query
            place = int(given["community"]) if "community" in given else None
            asked = Wanted(community=place, visitors=given.get("visitors", ""))
            assert {line.id for line in browse(viewer, asked, 0, 50)} == wanted, query
    one = person(EVERYTHING, devices[0], when.present())
    assert (one.visitor, one.state) == (True, "dormant")
    assert not person(EVERYTHING, user, when.present()).visitor


def test_who_sees_some_communities_counts_their_members(
    warehouse: Any, play: Any, today: None, bea: Any
) -> None:
    play(
        [
            join("Cai", at(0)),
            visit("device-1", 1),
            visit("device-2", 1),
            order(Actor("sdk:shop", "user-1"), 9),
        ]
    )
    play([sign_up("user-2", "device-2", 10)])
    before = settle(warehouse)
    places = frozenset(Community.objects.values_list("pk", flat=True))
    shop = frozenset({Community.objects.get(platform="sdk:shop").pk})
    for viewer, mine in ((Viewer(communities=places), 3), (Viewer(communities=shop), 2)):
        for known in ({}, {"known": before}):
            assert figure("members", viewer, **known) == mine
            assert sum(figure(f"state_{one}", viewer, **known) for one in STATES) == mine
            flow = {
                "kind": "flow",
                **{name: SPAN[name] for name in ("from", "to", "timezone", "by")},
                **known,
            }
            assert sum(row[-1] for row in questions.ask(flow, viewer).rows) == mine
    assert figure("members", viewer_of(bea)) == 0


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_learnt_when_what_was_told_can_be_told_again(
    warehouse: Any, play: Any, seed: int
) -> None:
    """Visits, orders, sign-ups late and early, chats, merges and their undoing, in any order; after each part of the story the
    figures are noted, and conclusions drawn bit by bit are those drawn at once."""
    chance, told = random.Random(seed), []
    for part in range(6):
        with clock.frozen(START + dt.timedelta(days=40 + part)):
            play([_happening(chance) for _ in range(chance.randrange(1, 8))])
            _decide(chance)
            position = settle(warehouse)
            told.append((position, _figures(), _figures(visitors=True)))
            if chance.random() < 0.5:
                bit_by_bit = _timelines(warehouse)
                Concluded.objects.all().delete()
                settle(warehouse)
                assert _timelines(warehouse) == bit_by_bit
    with clock.frozen(START + dt.timedelta(days=45)):
        for position, members, everybody in told[-1:]:
            assert _figures(known=position) == members
            assert _figures(known=position, visitors=True) == everybody
        for position, members, everybody in told:
            assert _counts(known=position) == {name: members[name] for name in _counts()}
            assert _counts(known=position, visitors=True) == {name: everybody[name] for name in _counts()}
        assert _counts()["members"] == _inside()


def _happening(chance: random.Random) -> Incoming:
    day = chance.randrange(0, 38) + chance.random()
    name, user, browser = (f"{one}{chance.randrange(3)}" for one in ("P", "user-", "device-"))
    return chance.choice((
        lambda: join(name, at(day)),
        lambda: say(name, at(day)),
        lambda: leave(name, at(day)),
        lambda: visit(browser, day),
        lambda: visit(browser, day),
        lambda: order(device(browser), day),
        lambda: order(Actor("sdk:shop", user), day),
        lambda: sign_up(user, browser, day),
    ))()  # fmt: skip


def _decide(chance: random.Random) -> None:
    """An operator merges two members, or takes the last merge back."""
    people = list(Member.objects.filter(identities__isnull=False).distinct().order_by("pk"))
    if len(people) > 1 and chance.random() < 0.6:
        keep, other = chance.sample(people, 2)
        actions.merge(EVERYTHING, keep, other)
        return
    last = Decision.objects.filter(kind="member.merged", undoes=None).order_by("-pk").first()
    if last and not Decision.objects.filter(undoes=last).exists():
        actions.unmerge(EVERYTHING, last.pk)


def _counts(**rest: Any) -> dict[str, Any]:
    return {
        name: figure(name, **rest)
        for name in ("members", "joins", "leaves", "active_members", "silent_share")
    }


def _figures(**rest: Any) -> dict[str, Any]:
    return _counts(**rest) | {name: figure(f"state_{name}", **rest) for name in STATES}


def _timelines(warehouse: Any) -> set[tuple[Any, ...]]:
    rows = warehouse.query(
        "SELECT key, scope, who, froms, vals FROM weilu.timelines FINAL WHERE notEmpty(froms)"
    )
    return {
        (one["key"], one["scope"], one["who"], str(one["froms"]), str(one["vals"]))
        for one in rows.to_pylist()
    }


def _inside() -> int:
    """Members by a walk over the log: whoever holds a seat in a chat, or a named account in the shop."""
    from weilu.core.events import queries

    seats: dict[tuple[int, int], bool] = {}
    rows = sorted(
        queries.read(0, 10_000), key=lambda row: (row.happened, row.kind == "member.left", row.position)
    )
    for row in rows:
        slot = (row.identity, row.community)
        if row.identity and row.community:
            takes = row.kind in ("member.joined", "message.sent", "order.paid") or slot not in seats
            seats[slot] = row.kind != "member.left" and (takes or seats[slot])
    accounts = Identity.objects.in_bulk()
    return len(
        {accounts[one].member_id for (one, _), held in seats.items() if held and not accounts[one].anonymous}
    )


def test_naming_is_a_row_of_ownership_once(play: Any) -> None:
    play([visit("device-1", 1)])
    play([order(Actor("sdk:shop", "device-1"), 2), order(Actor("sdk:shop", "device-1"), 3)])
    play([visit("device-1", 4)])
    rows = list(Ownership.objects.filter(identity__outside="device-1").order_by("pk"))
    assert [(row.anonymous, row.from_position, row.decision) for row in rows] == [
        (True, 1, None),
        (False, 2, None),
    ]
    assert not Identity.objects.get(outside="device-1").anonymous
