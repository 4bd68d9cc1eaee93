"""Webhooks by program and by page: set up, looked at, changed, and nothing of anybody else's."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from weilu.connectors.webhooks import delivering
from weilu.connectors.webhooks.models import Endpoint
from weilu.core.operators.models import AuditEntry

WISH = {"name": "CRM", "url": "https://crm.example.com/hook"}


def test_a_webhook_is_set_up_tried_changed_paused_and_removed(ada: Any, program: Any, receiver: Any) -> None:
    board = program(ada)
    made = board.post("/webhooks", {**WISH, "url": receiver.url}, key="w-1").json()
    assert board.post("/webhooks", {**WISH, "url": receiver.url}, key="w-1").json() == made
    path = f"/webhooks/{made['id']}"

    assert made["secret"].startswith("whsec_")
    assert len(base64.b64decode(made["secret"].removeprefix("whsec_"))) == 32
    assert "secret" not in board.get(path).json()
    assert made["secret"] not in Endpoint.objects.get().secret

    sent = board.post(f"{path}/test").json()
    delivering.run_once()
    told = board.get(f"{path}/deliveries/{sent['id']}").json()
    assert (told["state"], told["kind"], told["ref"]) == ("delivered", "webhook.ping", None)
    assert [(one["status"], one["answer"]) for one in told["tries"]] == [(200, "ok")]
    assert receiver.messages[0]["type"] == "webhook.ping"

    assert board.post(f"{path}/deliveries/{sent['id']}/replay").json()["state"] == "waiting"
    assert board.post(f"{path}/deliveries/{sent['id']}/replay").status_code == 409
    assert [one["id"] for one in board.all(f"{path}/deliveries", state="waiting")] == [sent["id"]]
    assert board.put(path, {**WISH, "events": ["member.joined"]}).json()["events"] == ["member.joined"]
    assert board.post(f"{path}/secret").json()["secret"] != made["secret"]
    assert board.post(f"{path}/pause").json()["paused"] == "by_hand"
    assert board.post(f"{path}/test").status_code == 409
    assert board.post(f"{path}/resume").json()["paused"] == ""
    assert board.delete(path).json() == {"done": True}
    assert board.get(path).status_code == 404
    assert AuditEntry.objects.filter(action__startswith="webhook.").count() == 6


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"url": "http://crm.example.com/"}, 400, "body.url"),
        ({"url": "https://10.0.0.1/"}, 400, "body.url"),
        ({"events": [], "decisions": []}, 400, "body.kinds"),
        ({"name": " "}, 400, "body.name"),
        ({"name": ""}, 422, "body.name"),
        ({"communities": [999]}, 404, None),
    ],
)
def test_what_cannot_be_is_refused(
    ada: Any, program: Any, change: Any, status: int, field: str | None
) -> None:
    refused = program(ada).post("/webhooks", {**WISH, **change})
    assert (refused.status_code, refused.json()["field"]) == (status, field)
    assert not Endpoint.objects.exists()


def test_a_webhook_hears_no_more_than_who_sets_it_up(
    bea: Any, hearth: Any, harbour: Any, program: Any
) -> None:
    assert (
        program(bea).post("/webhooks", {**WISH, "communities": [hearth.pk], "texts": True}).status_code == 201
    )
    assert program(bea).post("/webhooks", {**WISH, "communities": [harbour.pk]}).status_code == 404
    assert program(bea, "view", "webhooks").post("/webhooks", {**WISH, "texts": True}).status_code == 403
    assert program(bea, "webhooks").post("/webhooks", WISH).status_code == 403
    assert program(bea, "view").post("/webhooks", WISH).status_code == 403


def test_others_webhooks_look_like_missing_ones(ada: Any, bea: Any, dov: Any, program: Any) -> None:
    hers = program(ada).post("/webhooks", WISH).json()["id"]
    mine = program(bea).post("/webhooks", WISH).json()["id"]
    board = program(bea)

    assert board.get(f"/webhooks/{hers}").content == board.get("/webhooks/999").content
    for tail in ("pause", "resume", "secret", "test"):
        assert board.post(f"/webhooks/{hers}/{tail}").status_code == 404
    assert board.delete(f"/webhooks/{hers}").status_code == 404
    assert [one["id"] for one in board.all("/webhooks")] == [mine]
    assert [one["id"] for one in program(ada).all("/webhooks", limit=1)] == [hers, mine]
    assert program(dov).get("/webhooks").status_code == 403


def test_the_pages_set_one_up_show_its_log_and_send_again(
    ada: Any, client_of: Any, receiver: Any, hearth: Any
) -> None:
    browser = client_of(ada)
    form = {"name": "CRM", "url": receiver.url, "kinds": ["*"], "everywhere": "on"}

    made = browser.post("/settings/webhooks/new", form)
    assert "whsec_" in made.content.decode()
    assert "no-store" in made.headers["Cache-Control"]
    path = f"/settings/webhooks/{Endpoint.objects.get().pk}/"
    assert browser.post(f"{path}ping").status_code == 302
    delivering.run_once()

    page = browser.get(path).content.decode()
    assert "webhook.ping" in page
    assert "whsec_" not in page
    sent = Endpoint.objects.get().deliveries.get()
    assert "200" in browser.get(f"{path}deliveries/{sent.pk}/").content.decode()
    assert browser.post(f"{path}deliveries/{sent.pk}/replay").status_code == 302
    assert browser.get(f"{path}edit").status_code == 200
    changed = {**form, "everywhere": "", "communities": [hearth.pk], "texts": "on"}
    assert browser.post(f"{path}edit", changed).status_code == 302
    assert (Endpoint.objects.get().communities, Endpoint.objects.get().texts) == ([hearth.pk], True)
    assert browser.post(f"{path}pause").status_code == 302
    assert browser.post(f"{path}resume").status_code == 302
    assert "whsec_" in browser.post(f"{path}secret").content.decode()
    assert browser.post(f"{path}remove").status_code == 302
    assert browser.get("/settings/webhooks/").status_code == 200


def test_the_pages_refuse_dov_and_bad_input(ada: Any, dov: Any, client_of: Any, stranger: Any) -> None:
    assert client_of(dov).get("/settings/webhooks/").status_code == 404
    assert stranger.get("/settings/webhooks/").status_code == 302
    browser = client_of(ada)
    refused = browser.post(
        "/settings/webhooks/new", {"name": "x", "url": "http://10.0.0.1/", "kinds": ["*"], "everywhere": "on"}
    )
    assert refused.status_code == 400
    both = browser.post("/settings/webhooks/new", {"name": "x", "url": "https://a.example/", "kinds": []})
    assert both.status_code == 400
    assert not Endpoint.objects.exists()
