"""Pages of sources: Ada sets one up and watches it; Bea, Dov and strangers do not see that there are any."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from weilu.connectors.tracking.models import Glimpse, Source
from weilu.connectors.tracking.reasons import sentence
from weilu.connectors.tracking.tests.conftest import Door
from weilu.core import clock
from weilu.core.directory.models import Link
from weilu.core.events import queries as log
from weilu.core.operators.models import AuditEntry

PAGES = ("page", "tail", "schema", "waiting", "edit")
DAY = 86_400_000


def event(key: str, **rest: Any) -> dict[str, Any]:
    return {"writeKey": key, "event": "Looked", "userId": "cai", "messageId": "m"} | rest


def page(client: Client, name: str, source: Source) -> str:
    answer = client.get(reverse(f"tracking:{name}", args=[source.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_ada_adds_a_source_and_finds_its_key_and_address_in_every_snippet(
    client_of: Callable[[Any], Client], ada: Any
) -> None:
    client = client_of(ada)
    answer = client.post(reverse("tracking:list"), {"name": "商城"}, follow=True)
    source = Source.objects.get()
    shown = answer.content.decode()
    assert source.code == "sdk:source"
    assert shown.count(source.key) == shown.count('<code id="code-') + 1
    assert "http://testserver/sa?project=" in shown
    assert AuditEntry.objects.latest("seq").action == "source.added"


@pytest.mark.parametrize("name", PAGES)
def test_only_who_may_change_settings_sees_sources(
    client_of: Callable[[Any], Client], bea: Any, dov: Any, stranger: Client, shop: Source, name: str
) -> None:
    address = reverse(f"tracking:{name}", args=[shop.pk])
    for who in (bea, dov):
        assert client_of(who).get(address).status_code == 404
        assert client_of(who).get(reverse("tracking:list")).status_code == 404
    assert stranger.get(address).status_code == 302
    assert client_of(bea).post(reverse("tracking:remove", args=[shop.pk])).status_code == 404


def test_what_comes_in_shows_while_somebody_looks_and_hides_what_is_private(
    client_of: Callable[[Any], Client], ada: Any, shop: Source, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    from weilu.connectors.tracking import gate

    monkeypatch.setattr(gate, "FRESH_SECONDS", -1)
    client = client_of(ada)
    door.post("/v1/track", event(shop.key, event="Before"))
    assert not Glimpse.objects.exists()
    page(client, "page", shop)
    door.post(
        "/v1/track", event(shop.key, messageId="2", properties={"plan": "pro", "email": "cai@example.com"})
    )
    shown = page(client, "tail", shop)
    assert "Looked" in shown
    assert "plan: pro" in shown
    assert "Before" not in shown
    assert "cai@example.com" not in shown


def test_what_is_refused_shows_with_its_reason_while_somebody_looks(
    client_of: Callable[[Any], Client], ada: Any, shop: Source, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a page that sends from the wrong origin, or under a wrong name, looks like one that sends nothing."""
    from weilu.connectors.tracking import gate

    monkeypatch.setattr(gate, "FRESH_SECONDS", -1)
    client = client_of(ada)
    page(client, "page", shop)
    Source.objects.update(origins=["https://shop.example.com"])
    assert door.post("/v1/track", event(shop.key, event="message.sent")).status == 400
    assert door.post(f"/v1/track?key={shop.key}", event(shop.key), origin="https://else.cn").status == 403
    shown = page(client, "tail", shop)
    assert "message.sent" in shown
    for reason in ("reserved_name", "origin"):
        assert html.escape(str(sentence(reason)), quote=True) in shown
    assert "Looked" not in shown


def test_the_schema_tells_names_types_and_samples_but_no_private_ones(
    client_of: Callable[[Any], Client], ada: Any, shop: Source, door: Door
) -> None:
    door.post(
        "/v1/track", event(shop.key, properties={"plan": "pro", "price": 12.5, "email": "cai@example.com"})
    )
    shown = page(client_of(ada), "schema", shop)
    for told in ("Looked", "plan", "pro", "price", "12.5", "email"):
        assert told in shown
    assert "cai@example.com" not in shown


def test_refusals_are_listed_with_reason_count_and_example(
    client_of: Callable[[Any], Client], ada: Any, shop: Source, door: Door
) -> None:
    for number in range(3):
        door.post("/v1/track", event(shop.key, event="message.sent", messageId=str(number)))
    shown = page(client_of(ada), "waiting", shop)
    assert "message.sent" in shown
    assert re.search(r'<b class="num">\s*3</b>', shown)
    door.post("/v1/track", event("nobody"))
    assert client_of(ada).get(reverse("tracking:list")).content.decode().count('<b class="num">1</b>') == 1


def test_events_with_a_wrong_clock_are_let_in_or_thrown_away(
    client_of: Callable[[Any], Client], ada: Any, shop: Source, door: Door
) -> None:
    for days in (40, 50, 60):
        door.post("/v1/track", event(shop.key, messageId=str(days), timestamp=clock.now_ms() - days * DAY))
    door.rows()
    client = client_of(ada)
    assert page(client, "waiting", shop).count('name="held"') == 3
    first, second, _ = log.held(shop.code)
    judge = reverse("tracking:judge", args=[shop.pk])
    client.post(judge, {"held": first.number, "do": "let-in"})
    client.post(judge, {"held": second.number, "do": "throw-away"})
    assert [row.happened for row in door.rows()] == [first.happened]
    client.post(judge, {"do": "throw-away"})
    assert log.held() == []


def test_one_source_cannot_judge_what_waits_for_another(
    client_of: Callable[[Any], Client], ada: Any, shop: Source, door: Door
) -> None:
    from weilu.connectors.tracking import actions
    from weilu.core.operators.access import Viewer

    other = actions.add(Viewer.everything(), "Other")
    door.post("/v1/track", event(shop.key, timestamp=clock.now_ms() - 40 * DAY))
    door.rows()
    (held,) = log.held(shop.code)
    client_of(ada).post(reverse("tracking:judge", args=[other.pk]), {"held": held.number, "do": "throw-away"})
    assert len(log.held(shop.code)) == 1


def test_who_may_be_whom_is_shown_and_can_be_dismissed(
    client_of: Callable[[Any], Client], ada: Any, shop: Source, door: Door
) -> None:
    for user, device in (("cai", "a" * 8 + "-1111-4111"), ("bob", "b" * 8 + "-2222-4222")):
        door.post(
            "/v1/identify", {"writeKey": shop.key, "userId": user, "anonymousId": device, "messageId": user}
        )
    door.post("/v1/alias", {"writeKey": shop.key, "userId": "cai", "previousId": "bob", "messageId": "a"})
    door.rows()
    client, link = client_of(ada), Link.objects.get(state=Link.REVIEW)
    address = reverse("tracking:dismiss", args=[shop.pk, link.pk])
    assert address in page(client, "waiting", shop)
    client.post(address)
    assert address not in page(client, "waiting", shop)
    assert client.post(address).status_code == 404


def test_settings_are_saved_or_refused_with_a_sentence(
    client_of: Callable[[Any], Client], ada: Any, shop: Source
) -> None:
    client, address = client_of(ada), reverse("tracking:edit", args=[shop.pk])
    good = {
        "name": "Shop 2",
        "origins": "https://a.example.com/\n\nhttp://b.example.com:8080",
        "declared": "mood",
    }
    assert client.post(address, good).status_code == 302
    shop.refresh_from_db()
    assert (shop.name, shop.origins, shop.declared) == (
        "Shop 2",
        ["https://a.example.com", "http://b.example.com:8080"],
        ["mood"],
    )
    for bad in ({"origins": "a.example.com"}, {"declared": "email"}, {"name": " "}):
        assert client.post(address, good | bad).status_code == 400
    client.post(reverse("tracking:rotate", args=[shop.pk]))
    assert Source.objects.get().key != shop.key
    client.post(reverse("tracking:remove", args=[shop.pk]))
    assert client.get(address).status_code == 404
