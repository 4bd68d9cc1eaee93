"""What happens is told to whoever asked: live, signed, at least once under one id, and never more than may be seen."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.fixtures.log import join, say
from weilu.connectors.webhooks import actions, deciding, delivering, handlers, payloads, rules
from weilu.connectors.webhooks.actions import Wish
from weilu.connectors.webhooks.models import Attempt, Delivery, Endpoint, Paused, State
from weilu.connectors.webhooks.tests.conftest import NOON
from weilu.core import clock
from weilu.core.decisions import actions as decisions
from weilu.core.decisions.models import Decision
from weilu.core.events import actions as log
from weilu.core.events import handlers as log_handlers
from weilu.core.events.incoming import Place
from weilu.core.operators.access import Viewer, viewer_of
from weilu.core.operators.actions import team

HEARTH, HARBOUR = Place("telegram", "hearth", "Hearth"), Place("telegram", "harbour", "Harbour")
NOW_MS = clock.to_ms(NOON)
LATER = 3 * 86_400_000


@pytest.fixture
def listen(receiver: Any) -> Callable[..., Endpoint]:
    """`listen(ada, …)`: an endpoint of hers at the receiver; `listen.secret` of the last one."""

    def made(operator: Any, **wish: Any) -> Endpoint:
        found = actions.create(viewer_of(operator), Wish("CRM", receiver.url, **wish))
        made.secret = found.secret  # type: ignore[attr-defined]
        return found.row

    return made


@pytest.fixture
def tell(play: Any) -> Callable[..., None]:
    """Into the log and on to the handler, as the worker does."""

    def told(*events: Any, **how: Any) -> None:
        play(list(events), **how)
        while log_handlers.run_once(handlers.HANDLERS):
            pass

    return told


def hello(name: str = "Cai", text: str = "hello", place: Place = HEARTH, at: int = 0) -> Any:
    return say(name, NOW_MS + at, text, community=place, number=f"{name}{text}{at}")


def test_an_event_is_told_once_signed_and_without_a_name(
    ada: Any, listen: Any, tell: Any, receiver: Any
) -> None:
    listen(ada)
    tell(hello(text="a secret"))

    assert delivering.run_once() == 1
    assert delivering.run_once() == 0

    [(headers, body)] = receiver.got
    [message] = receiver.messages
    assert message["type"] == "message.sent"
    assert message["data"]["position"] == 1
    assert message["data"]["text"] is None
    assert b"Cai" not in body
    assert b"secret" not in body
    signed = rules.signature(listen.secret, headers["webhook-id"], int(headers["webhook-timestamp"]), body)
    assert headers["webhook-signature"] == signed
    assert headers["webhook-timestamp"] == str(int(NOON.timestamp()))
    assert Delivery.objects.get().state == State.DELIVERED


def test_texts_are_told_only_where_asked_for_and_allowed(
    ada: Any, listen: Any, tell: Any, receiver: Any
) -> None:
    listen(ada, texts=True)
    tell(hello(text="a word"))
    delivering.run_once()
    assert receiver.messages[0]["data"]["text"] == "a word"


def test_only_what_was_asked_for_and_lies_in_its_communities_is_told(
    bea: Any, harbour: Any, listen: Any, tell: Any, receiver: Any
) -> None:
    listen(bea, kinds=["member.joined"])
    tell(hello(), join("Mei", NOW_MS, community=HEARTH), join("Zoe", NOW_MS, community=HARBOUR))
    delivering.run_once()
    assert [one["data"]["position"] for one in receiver.messages] == [2]


def test_imports_and_back_fills_are_told_to_nobody_who_did_not_ask(
    ada: Any, listen: Any, tell: Any, receiver: Any
) -> None:
    quiet, asked = listen(ada), listen(ada, imports=True)
    tell(hello(at=1), batch=7)
    tell(hello(at=2), live=False)
    told = Counter(Delivery.objects.values_list("endpoint_id", flat=True))
    assert (told[quiet.pk], told[asked.pk]) == (0, 2)


def test_what_was_before_the_webhook_is_not_told(ada: Any, listen: Any, tell: Any, receiver: Any) -> None:
    tell(hello(at=1))
    listen(ada)
    tell(hello(at=2))
    delivering.run_once()
    assert [one["data"]["position"] for one in receiver.messages] == [2]


def test_while_nobody_listens_the_handler_reads_nothing(ada: Any, tell: Any, play: Any, listen: Any) -> None:
    play([hello(at=n) for n in range(5)])
    assert log_handlers.run_once(handlers.HANDLERS) == 0
    listen(ada)
    assert log_handlers.run_once(handlers.HANDLERS) == 0, "what was before is not for it"


def test_the_same_rows_twice_make_one_delivery(ada: Any, listen: Any, tell: Any, play: Any) -> None:
    from weilu.core.events import queries

    listen(ada)
    play([hello()])
    for _ in range(2):
        handlers.fan_out(queries.read(0, 10))
    assert Delivery.objects.count() == 1


def test_rights_count_when_it_is_sent(ada: Any, bea: Any, listen: Any, tell: Any, receiver: Any) -> None:
    listen(bea)
    tell(hello())
    team.set_roles(Viewer.everything(), bea, [])
    delivering.run_once()
    assert receiver.got == []
    assert Delivery.objects.get().state == State.DROPPED


def test_what_was_taken_back_meanwhile_is_not_told(ada: Any, listen: Any, tell: Any, receiver: Any) -> None:
    listen(ada, imports=True)
    tell(hello(), batch=7)
    log.retract_batch(7)
    delivering.run_once()
    assert receiver.got == []
    assert Delivery.objects.get().state == State.DROPPED


def test_a_failure_is_tried_again_under_the_same_id_until_it_is_heard(
    ada: Any, listen: Any, tell: Any, receiver: Any
) -> None:
    endpoint = listen(ada)
    receiver.answers = [(500, {}, b"down"), (200, {}, b"ok")]
    tell(hello())

    delivering.run_once()
    waiting = Delivery.objects.get()
    assert (waiting.state, waiting.attempts) == (State.WAITING, 1)
    assert dt.timedelta(seconds=5) <= waiting.next_at - NOON <= dt.timedelta(seconds=6)
    endpoint.refresh_from_db()
    assert endpoint.failing_since == NOON
    assert delivering.run_once() == 0, "not before its time"

    with clock.frozen(NOON + dt.timedelta(seconds=6)):
        delivering.run_once()
    endpoint.refresh_from_db()
    assert Delivery.objects.get().state == State.DELIVERED
    assert endpoint.failing_since is None
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert receiver.got[0][1] == receiver.got[1][1]
    assert [(one.status, one.answer) for one in Attempt.objects.order_by("pk")] == [
        (500, "down"),
        (200, "ok"),
    ]


def test_after_the_last_attempt_it_is_given_up_and_can_be_sent_again_by_hand(
    ada: Any, listen: Any, tell: Any, receiver: Any
) -> None:
    endpoint, now = listen(ada), NOON
    receiver.answers = [(500, {}, b"")]
    tell(hello())
    for _ in range(len(rules.WAITS) + 1):
        Endpoint.objects.update(failing_since=None)
        with clock.frozen(now):
            delivering.run_once()
        now = max(now, Delivery.objects.get().next_at)
    given_up = Delivery.objects.get()
    assert (given_up.state, given_up.attempts) == (State.FAILED, 10)

    receiver.answers = [(204, {}, b"")]
    with clock.frozen(now):
        actions.resume(viewer_of(ada), endpoint)
        actions.replay(given_up)
        delivering.run_once()
    assert Delivery.objects.get().state == State.DELIVERED
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1


def test_after_days_of_failure_the_webhook_is_paused_and_hears_nothing_new(
    ada: Any, listen: Any, tell: Any, receiver: Any
) -> None:
    endpoint = listen(ada)
    receiver.answers = [(503, {}, b"")]
    tell(hello(at=1))
    delivering.run_once()
    with clock.frozen(NOON + dt.timedelta(days=3)):
        delivering.run_once()
        endpoint.refresh_from_db()
        assert endpoint.paused == Paused.FAILING
        tell(hello(at=LATER + 1))
        assert Delivery.objects.count() == 1
        receiver.answers = [(200, {}, b"")]
        actions.resume(viewer_of(ada), endpoint)
        tell(hello(at=LATER + 2))
        delivering.run_once()
    assert Delivery.objects.filter(state=State.DELIVERED).count() == 2


def test_who_says_it_is_gone_is_paused_at_once(ada: Any, listen: Any, tell: Any, receiver: Any) -> None:
    endpoint = listen(ada)
    receiver.answers = [(410, {}, b"")]
    tell(hello())
    delivering.run_once()
    endpoint.refresh_from_db()
    assert endpoint.paused == Paused.GONE


def test_a_receiver_that_asks_for_time_gets_it(ada: Any, listen: Any, tell: Any, receiver: Any) -> None:
    listen(ada)
    receiver.answers = [(429, {"Retry-After": "60"}, b"")]
    tell(hello())
    delivering.run_once()
    assert Delivery.objects.get().next_at == NOON + dt.timedelta(seconds=60)


def test_a_worker_that_dies_in_the_middle_leaves_it_to_another(
    ada: Any, listen: Any, tell: Any, receiver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    listen(ada)
    tell(hello())

    def killed(*_given: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(actions, "settle", killed)
        with pytest.raises(KeyboardInterrupt):
            delivering.run_once()
    assert delivering.run_once() == 0, "the lease still runs"
    with clock.frozen(NOON + delivering.LEASE):
        assert delivering.run_once() == 1
    assert len(receiver.got) == 2
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1


def test_two_workers_never_hold_the_same_and_a_slow_receiver_holds_up_nobody(
    ada: Any, listen: Any, tell: Any
) -> None:
    slow, other = listen(ada), listen(ada)
    tell(*(hello(at=n) for n in range(5)))

    first = delivering.claim(8, Counter())
    second = delivering.claim(8, Counter())

    assert Counter(one.endpoint_id for one in first) == {slow.pk: 2, other.pk: 2}
    assert not {one.pk for one in first} & {one.pk for one in second}
    assert delivering.claim(8, Counter({slow.pk: 2, other.pk: 2})) == []


def test_a_receiver_with_hundreds_waiting_holds_up_nobody(ada: Any, listen: Any) -> None:
    """Not even while both of its places are taken by messages that it does not answer."""
    slow, other = listen(ada), listen(ada)
    due = {"about": Delivery.EVENT, "kind": "message.sent", "next_at": NOON, "created_at": NOON}
    Delivery.objects.bulk_create(Delivery(endpoint=slow, ref=ref, **due) for ref in range(250))
    last = Delivery.objects.create(endpoint=other, ref=1, **due)
    with clock.frozen(NOON + dt.timedelta(seconds=1)):
        stuck = delivering.claim(1, Counter({other.pk: 2})) + delivering.claim(1, Counter({other.pk: 2}))
        assert {one.endpoint_id for one in stuck} == {slow.pk}
        assert delivering.claim(8, Counter({slow.pk: 2})) == [last]
        assert delivering.claim(8, Counter({slow.pk: 2})) == []


def test_decisions_are_told_to_who_asked_and_once(
    ada: Any, bea: Any, hearth: Any, harbour: Any, listen: Any, receiver: Any
) -> None:
    listen(ada, kinds=[], decisions=["*"])
    listen(bea, kinds=[], decisions=["thresholds.changed"])
    for place in (hearth, harbour):
        decisions.decide(
            "thresholds.changed", subject=("community", place.pk), evidence={"churn_days": 9}, by=ada.pk
        )

    for _ in range(2):
        delivering.run_once()

    told = Counter(
        (one["data"]["subject"]["id"], one["data"]["evidence"] is None) for one in receiver.messages
    )
    assert told == {(hearth.pk, False): 1, (harbour.pk, False): 1, (hearth.pk, True): 1}


def test_a_decision_that_commits_late_is_not_skipped(ada: Any, listen: Any, receiver: Any) -> None:
    """Its number is lower than one that was told already, as when its transaction was open longer."""
    listen(ada, kinds=[], decisions=["*"])
    early = decisions.decide("thresholds.changed", subject=("community", 1), evidence={}, by=ada.pk)
    kept = {field.attname: getattr(early, field.attname) for field in Decision._meta.fields}
    early.delete()
    decisions.decide("thresholds.changed", subject=("community", 2), evidence={}, by=ada.pk)
    delivering.run_once()
    Decision.objects.create(**kept)
    delivering.run_once()
    assert [one["data"]["subject"]["id"] for one in receiver.messages] == [2, 1]


def test_of_a_flood_of_decisions_some_are_looked_at_at_a_time_and_none_is_skipped(
    ada: Any, bea: Any, hearth: Any, harbour: Any, listen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deciding, "SOME", 2)
    merges = listen(bea, kinds=[], decisions=["thresholds.changed"])
    for place in (harbour, harbour, harbour, hearth, hearth, hearth):
        decisions.decide("thresholds.changed", subject=("community", place.pk), evidence={}, by=ada.pk)
        decisions.decide("member.merged", subject=("member", 1), evidence={}, by=ada.pk)
    assert [deciding.fan_out(NOON) for _ in range(4)] == [2, 1, 0, 0]
    assert Delivery.objects.filter(endpoint=merges, kind="thresholds.changed").count() == 3


def test_both_secrets_sign_for_a_day_after_a_change(ada: Any, listen: Any, receiver: Any) -> None:
    endpoint = listen(ada)
    old, new = listen.secret, actions.renew_secret(viewer_of(ada), endpoint).secret
    for hours, count in ((0, 2), (25, 1)):
        with clock.frozen(NOON + dt.timedelta(hours=hours)):
            actions.ping(endpoint)
            delivering.run_once()
        headers, body = receiver.got[-1]
        signed = [
            rules.signature(one, headers["webhook-id"], int(headers["webhook-timestamp"]), body)
            for one in (new, old)
        ]
        assert headers["webhook-signature"].split() == signed[:count]


def test_an_erasure_empties_what_receivers_answered(ada: Any, listen: Any, tell: Any, receiver: Any) -> None:
    listen(ada)
    receiver.answers = [(200, {}, b"hello Cai")]
    tell(hello())
    delivering.run_once()
    actions.forget_person(0)
    assert [one.answer for one in Attempt.objects.all()] == [""]


def test_the_log_of_deliveries_is_kept_for_a_month(ada: Any, listen: Any, tell: Any) -> None:
    listen(ada)
    tell(hello())
    delivering.run_once()
    actions.tidy(NOON + dt.timedelta(days=29))
    assert Delivery.objects.exists()
    actions.tidy(NOON + dt.timedelta(days=31))
    assert not Delivery.objects.exists()


def test_communities_chosen_and_allowed_are_met(bea: Any, hearth: Any, harbour: Any, listen: Any) -> None:
    endpoint = listen(bea)
    Endpoint.objects.update(communities=[hearth.pk, harbour.pk])
    endpoint.refresh_from_db()
    assert payloads.ear(endpoint).communities == {hearth.pk}


def test_messages_are_as_the_description_tells_them(
    ada: Any, hearth: Any, listen: Any, tell: Any, receiver: Any, stranger: Any
) -> None:
    from jsonschema import Draft202012Validator

    endpoint = listen(ada, decisions=["*"], texts=True)
    tell(hello())
    decisions.decide(
        "thresholds.changed", subject=("community", hearth.pk), evidence={"churn_days": 9}, by=ada.pk
    )
    actions.ping(endpoint)
    delivering.run_once()

    told = stranger.get("/api/v1/openapi.json").json()
    kinds = {"message.sent": "event", "thresholds.changed": "decision", "webhook.ping": "ping"}
    assert {one["type"] for one in receiver.messages} == set(kinds)
    for message in receiver.messages:
        described = told["webhooks"][kinds[message["type"]]]["post"]
        shape = described["requestBody"]["content"]["application/json"]["schema"]
        Draft202012Validator({**shape, "components": told["components"]}).validate(message)
    headers = {one["name"] for one in described["parameters"]}
    assert headers <= set(receiver.got[0][0])
