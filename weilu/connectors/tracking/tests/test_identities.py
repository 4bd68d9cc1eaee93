"""Who is who: devices join known people late, out of order, and never two known people by themselves."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from weilu.connectors.tracking.models import Source
from weilu.connectors.tracking.tests.conftest import Door
from weilu.core import clock
from weilu.core.decisions.models import Decision
from weilu.core.directory import facts
from weilu.core.directory.models import Identity, Link, Member, Ownership
from weilu.core.events import actions as log
from weilu.core.operators.access import Viewer
from weilu.members import actions as members

DEVICE, OTHER_DEVICE = "8f14e45f-ceea-467f-9575-1f0b3a1c2d3e", "c9f0f895-fb98-4b91-99f5-1f0b3a1c2d3e"


def owner(outside: str) -> int:
    return Identity.objects.get(outside=outside).member_id


def identify(user: str, device: str, at: int, **rest: Any) -> dict[str, Any]:
    named = {"type": "identify", "userId": user, "anonymousId": device, "timestamp": at}
    return named | {"messageId": f"i-{user}-{device}"} | rest


def send(door: Door, shop: Source, *events: dict[str, Any]) -> None:
    assert door.post("/v1/batch", {"writeKey": shop.key, "batch": list(events)}).status == 200
    door.rows()


def test_what_a_device_did_before_the_sign_up_becomes_the_persons(door: Door, shop: Source) -> None:
    now = clock.now_ms()
    track = {"type": "track", "event": "Looked", "anonymousId": DEVICE, "messageId": "t", "timestamp": now}
    send(door, shop, track)
    assert owner(DEVICE) != 0
    send(door, shop, identify("cai", DEVICE, now + 1))
    assert owner(DEVICE) == owner("cai")
    rows = Ownership.objects.filter(identity__outside=DEVICE).order_by("id")
    assert [row.decision is None for row in rows] == [True, False]
    assert rows[1].from_position == 2
    assert Member.objects.get(pk=rows[0].member_id).merged_into_id == owner("cai")


def test_events_that_carry_both_ids_join_them_without_an_identify(door: Door, shop: Source) -> None:
    both = {"type": "track", "event": "Looked", "anonymousId": DEVICE, "userId": "cai", "messageId": "t"}
    send(door, shop, both, both | {"messageId": "t2"})
    send(door, shop, both | {"messageId": "t3"})
    assert owner(DEVICE) == owner("cai")
    assert [row.kind for row in door.rows()].count("user.linked") == 1


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_of_two_who_claim_a_device_the_earlier_has_it_in_whatever_order_they_arrive(
    door: Door, shop: Source, order: tuple[int, ...]
) -> None:
    now = clock.now_ms()
    said = [
        identify("cai", DEVICE, now - 2000),
        identify("bob", DEVICE, now - 1000),
        identify("eve", DEVICE, now),
    ]
    for number in order:
        send(door, shop, said[number])
    assert owner(DEVICE) == owner("cai")
    assert len({owner("cai"), owner("bob"), owner("eve")}) == 3
    states = dict(Link.objects.values_list("other__outside", "state"))
    assert states == {"cai": Link.JOINED, "bob": Link.APART, "eve": Link.APART}


@pytest.mark.parametrize("how", ["identify", "track"])
@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_of_one_who_claims_it_twice_the_earlier_moment_counts_in_whatever_order_they_arrive(
    door: Door, shop: Source, order: tuple[int, ...], how: str
) -> None:
    now = clock.now_ms() - 10_000
    said = [
        {"type": how, "event": "Looked", "userId": who, "anonymousId": DEVICE, "timestamp": now + at, "messageId": f"{at}"}
        for who, at in (("bob", 1), ("cai", 3), ("bob", 5))
    ]  # fmt: skip
    for number in order:
        send(door, shop, said[number])
    assert owner(DEVICE) == owner("bob") != owner("cai")
    links = {link.other.outside: link for link in Link.objects.select_related("other")}
    assert {who: link.state for who, link in links.items()} == {"bob": Link.JOINED, "cai": Link.APART}
    assert {who: link.happened - now for who, link in links.items()} == {"bob": 1, "cai": 3}
    moved = Decision.objects.get(pk=links["bob"].decision)
    assert moved.subject_id == owner("bob")


def test_who_was_parted_by_an_operator_stays_so_though_an_earlier_moment_is_told(
    door: Door, shop: Source
) -> None:
    now = clock.now_ms() - 10_000
    send(door, shop, identify("bob", DEVICE, now + 5))
    members.unmerge(Viewer.everything(), Decision.objects.get().pk)
    send(door, shop, identify("cai", DEVICE, now + 3), identify("bob", DEVICE, now + 1, messageId="earlier"))
    assert owner(DEVICE) == owner("cai")


def test_an_alias_of_two_known_people_waits_for_an_operator(door: Door, shop: Source) -> None:
    send(door, shop, identify("cai", DEVICE, 0), identify("bob", OTHER_DEVICE, 0))
    send(door, shop, {"type": "alias", "previousId": "bob", "userId": "cai", "messageId": "a"})
    assert owner("cai") != owner("bob")
    assert Link.objects.get(identity__outside="bob", other__outside="cai").state == Link.REVIEW


@pytest.mark.parametrize(("user", "alias"), [("cai", DEVICE), (DEVICE, "cai")])
def test_posthogs_alias_joins_a_made_up_id_whichever_side_it_stands_on(
    door: Door, shop: Source, user: str, alias: str
) -> None:
    event = {
        "event": "$create_alias",
        "distinct_id": user,
        "properties": {"alias": alias, "distinct_id": user},
    }
    assert door.post("/batch/", {"api_key": shop.key, "batch": [event]}).status == 200
    door.rows()
    assert owner(DEVICE) == owner("cai")


def test_a_joining_is_undone_like_a_merge_and_does_not_come_back(door: Door, shop: Source) -> None:
    now = clock.now_ms()
    send(door, shop, identify("cai", DEVICE, now))
    decision = Decision.objects.get(kind="member.merged")
    members.unmerge(Viewer.everything(), decision.pk)
    assert owner(DEVICE) != owner("cai")
    send(door, shop, identify("cai", DEVICE, now + 5, messageId="again"))
    assert owner(DEVICE) != owner("cai")


def test_a_device_that_an_operator_gave_to_somebody_is_not_taken_away_by_a_program(
    door: Door, shop: Source, cai: Any
) -> None:
    track = {"type": "track", "event": "Looked", "anonymousId": DEVICE, "messageId": "t"}
    send(door, shop, track)
    members.merge(Viewer.everything(), cai, Member.objects.get(pk=owner(DEVICE)))
    send(door, shop, identify("bob", DEVICE, clock.now_ms()))
    assert owner(DEVICE) == cai.pk
    assert Link.objects.get().state == Link.REVIEW


@pytest.mark.parametrize("nobody", ["null", "undefined", "anonymous", "0", "  ", "[object Object]", None, {}])
def test_placeholders_make_nobody_one_person(door: Door, shop: Source, nobody: Any) -> None:
    event = {"type": "track", "event": "Looked", "userId": nobody, "messageId": "t", "writeKey": shop.key}
    assert door.post("/v1/track", event).json["error"] == "nobody"
    assert door.post("/v1/track", event | {"anonymousId": DEVICE}).status == 200
    assert [one.outside for one in Identity.objects.all() if door.rows()] in ([], [DEVICE])


def test_traits_are_facts_the_latest_saying_wins_and_erasure_takes_them(door: Door, shop: Source) -> None:
    now = clock.now_ms()
    send(
        door, shop,
        identify("cai", DEVICE, now, traits={"plan": "pro", "email": "cai@example.com", "name": "Cai"}),
        identify("cai", DEVICE, now - 60_000, messageId="late", traits={"plan": "free", "age": 30}),
    )  # fmt: skip
    cai = Identity.objects.get(outside="cai")
    assert facts.of([cai.pk]) == [("age", 30), ("email", "cai@example.com"), ("name", "Cai"), ("plan", "pro")]
    assert cai.name == "Cai"
    log.erase_identity(cai.pk)
    assert facts.of([cai.pk]) == []


def test_sensors_profiles_set_once_and_unset(door: Door, shop: Source) -> None:
    now = clock.now_ms()

    def profile(how: str, at: int, **properties: Any) -> dict[str, Any]:
        return {"type": how, "distinct_id": "u", "time": at, "_track_id": at, "properties": properties}

    events = [
        profile("profile_set_once", now, first="web"),
        profile("profile_set_once", now - 5, first="app"),
        profile("profile_set", now - 9, city="Suzhou", level=1),
        profile("profile_set", now - 3, level=2),
        profile("profile_unset", now - 1, city=True),
    ]
    assert door.post(f"/sa?key={shop.key}", events).status == 200
    door.rows()
    assert facts.of(Identity.objects.values_list("pk", flat=True)) == [("first", "app"), ("level", 2)]


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_a_deleted_profile_stays_so_and_what_is_said_afterwards_holds_in_whatever_order_they_arrive(
    door: Door, shop: Source, order: tuple[int, ...]
) -> None:
    now = clock.now_ms() - 10_000
    said = [("profile_set", {"city": "Suzhou"}), ("profile_set_once", {"first": "web"}),
            ("profile_delete", {}), ("profile_set", {"level": 2})]  # fmt: skip
    for number in order:
        how, properties = said[number]
        event = {"type": how, "distinct_id": "u", "time": now + number, "properties": properties}
        assert door.post(f"/sa?key={shop.key}", event).status == 200
        door.rows()
    bystander = {"type": "profile_set", "distinct_id": "v", "time": now, "properties": {"city": "Hefei"}}
    assert door.post(f"/sa?key={shop.key}", bystander).status == 200
    door.rows()
    who = {one.outside: [one.pk] for one in Identity.objects.all()}
    assert (facts.of(who["u"]), facts.of(who["v"])) == ([("level", 2)], [("city", "Hefei")])
    again = {"type": "profile_set_once", "distinct_id": "u", "time": now + 9, "properties": {"first": "app"}}
    assert door.post(f"/sa?key={shop.key}", again).status == 200
    door.rows()
    assert facts.of(who["u"]) == [("first", "app"), ("level", 2)]


NAMED_OR_NOT = [
    ("/v1/track", {"type": "track", "event": "Looked", "anonymousId": "anon-1"}, {"anon-1": True}),
    ("/v1/track", {"type": "track", "event": "Looked", "userId": DEVICE}, {DEVICE: False}),
    ("/v1/identify", {"type": "identify", "anonymousId": "anon-1", "traits": {"plan": "pro"}}, {"anon-1": True}),
    ("/v1/identify", {"type": "identify", "anonymousId": "anon-1", "userId": "cai"}, {"anon-1": True, "cai": False}),
    ("/v1/track", {"type": "track", "event": "Looked", "anonymousId": "a", "userId": "cai"}, {"a": True, "cai": False}),
    ("/capture/", {"event": "Looked", "distinct_id": DEVICE}, {DEVICE: True}),
    ("/capture/", {"event": "Looked", "distinct_id": "cai"}, {"cai": False}),
    ("/capture/", {"event": "Looked", "distinct_id": "dev", "properties": {"$is_identified": False}}, {"dev": True}),
    ("/capture/", {"event": "Looked", "distinct_id": DEVICE, "properties": {"$is_identified": True}}, {DEVICE: False}),
    ("/capture/", {"event": "Looked", "distinct_id": "dev", "properties": {"$device_id": "dev"}}, {"dev": True}),
    ("/capture/", {"event": "$identify", "distinct_id": "cai", "properties": {"$anon_distinct_id": DEVICE}},
     {"cai": False, DEVICE: True}),
    ("/sa", {"type": "track", "event": "Looked", "distinct_id": "guest-1"}, {"guest-1": True}),
    ("/sa", {"type": "track", "event": "Looked", "distinct_id": "cai", "properties": {"$is_login_id": True}}, {"cai": False}),
    ("/sa", {"type": "track", "event": "Looked", "distinct_id": "x", "anonymous_id": "x", "login_id": "cai"},
     {"cai": False, "x": True}),
    ("/sa", {"type": "track_signup", "event": "$SignUp", "distinct_id": "cai", "original_id": "guest-1"},
     {"cai": False, "guest-1": True}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "said", "anonymous"), NAMED_OR_NOT)
def test_an_account_is_anonymous_until_an_sdk_names_it(
    door: Door, shop: Source, path: str, said: dict[str, Any], anonymous: dict[str, bool]
) -> None:
    said = {
        "messageId": "m",
        "uuid": "m",
        "time": clock.now_ms(),
        "api_key": shop.key,
        "writeKey": shop.key,
    } | said
    assert door.post(f"{path}?key={shop.key}" if path == "/sa" else path, said).status == 200
    door.rows()
    assert dict(Identity.objects.values_list("outside", "anonymous")) == anonymous


def test_an_id_that_was_a_device_and_is_named_later_is_named_from_then_on(door: Door, shop: Source) -> None:
    looked = {"type": "track", "event": "Looked", "anonymousId": "cai", "messageId": "1"}
    send(door, shop, looked)
    assert Identity.objects.get().anonymous
    named = {"type": "track", "event": "Looked", "userId": "cai"}
    send(door, shop, looked | {"messageId": "2"}, named | {"messageId": "3"}, named | {"messageId": "4"})
    send(door, shop, looked | {"messageId": "5"})
    assert not Identity.objects.get().anonymous
    rows = Ownership.objects.order_by("id").values_list("anonymous", "from_position")
    assert list(rows) == [(True, 1), (False, 3)]
