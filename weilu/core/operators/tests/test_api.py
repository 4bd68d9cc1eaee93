"""The team over the API: who I am, the brand, accounts and roles, tokens that cannot outgrow themselves, the trail."""

from __future__ import annotations

from typing import Any

import pytest

from weilu.core.directory.models import Brand
from weilu.core.operators import rights
from weilu.core.operators.models import ApiToken, Operator


def test_i_am_told_who_i_am_and_what_i_may(ada: Any, bea: Any, hearth: Any, program: Any) -> None:
    whole, part = program(ada).get("/me").json(), program(bea, "view", "audit").get("/me").json()

    assert (whole["email"], whole["communities"]) == ("ada@example.com", None)
    assert [one["right"] for one in whole["rights"]] == list(rights.RIGHTS)
    assert part["communities"] == [hearth.pk]
    assert part["rights"] == [{"right": "view", "communities": [hearth.pk]}]
    assert part["scopes"] == ["audit", "view"]


def test_the_brand_is_read_by_all_and_changed_by_few(ada: Any, bea: Any, program: Any) -> None:
    board = program(ada)
    changed = board.patch("/brand", {"name": "Tea", "timezone": "Europe/Berlin"}).json()
    assert changed == {"name": "Tea", "timezone": "Europe/Berlin", "language": "zh-hans"}
    assert program(bea).get("/brand").json() == changed
    assert program(bea).patch("/brand", {"name": "Mine"}).status_code == 403
    assert board.patch("/brand", {"timezone": "Mars/North"}).json()["field"] == "body.timezone"
    assert Brand.objects.get().name == "Tea"


def test_an_account_is_opened_changed_closed_and_opened_again(ada: Any, hearth: Any, program: Any) -> None:
    board = program(ada)
    role = {"role": "analyst", "community": hearth.pk}

    made = board.post("/operators", {"email": "Eve@example.com", "name": "Eve", "roles": [role]}).json()
    path = f"/operators/{made['operator']['id']}"

    assert made["operator"]["email"] == "eve@example.com"
    assert made["operator"]["roles"] == [role]
    assert "/join?key=" in made["link"]
    assert board.post(f"{path}/link").json()["link"] != made["link"]
    moderator = {"role": "moderator", "community": None}
    assert board.put(f"{path}/roles", {"roles": [moderator]}).json()["roles"] == [moderator]
    assert board.post(f"{path}/disable").json()["disabled_at"]
    assert board.post(f"{path}/enable").json()["disabled_at"] is None
    assert board.post(f"{path}/two-factor/reset").status_code == 200
    assert [one["email"] for one in board.all("/operators", limit=1)] == [
        "ada@example.com",
        "eve@example.com",
    ]
    assert board.post("/operators", {"email": "eve@example.com", "name": "E", "roles": []}).status_code == 409


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ({"role": "king", "community": None}, 400),
        ({"role": "analyst", "community": 99}, 404),
        ({"role": "owner", "community": 1}, 404),
        ({"role": "analyst"}, 422),
    ],
)
def test_a_role_that_is_none_opens_no_account(ada: Any, program: Any, role: Any, status: int) -> None:
    refused = program(ada).post("/operators", {"email": "eve@example.com", "name": "E", "roles": [role]})
    assert refused.status_code == status
    assert not Operator.objects.filter(email="eve@example.com").exists()


def test_the_last_owner_stays(ada: Any, program: Any) -> None:
    board = program(ada)
    assert board.put(f"/operators/{ada.pk}/roles", {"roles": []}).status_code == 409
    assert board.post(f"/operators/{ada.pk}/disable").status_code == 409


def test_accounts_and_trail_are_not_for_bea(ada: Any, bea: Any, program: Any) -> None:
    board = program(bea)
    for path in (
        "/operators",
        f"/operators/{ada.pk}",
        "/audit",
        "/audit/check",
        "/health",
        "/jobs",
        "/parked-events",
    ):
        assert board.get(path).status_code == 403, path
    assert board.post("/operators", {"email": "e@example.com", "name": "E", "roles": []}).status_code == 403


def test_a_token_cannot_make_one_that_can_more(ada: Any, program: Any) -> None:
    sheet = program(ada, "view", "texts")
    assert sheet.post("/tokens", {"name": "child", "scopes": ["view"], "days": 7}).status_code == 201
    refused = sheet.post("/tokens", {"name": "child", "scopes": ["view", "operators"]})
    assert (refused.status_code, refused.json()["field"]) == (403, "body.scopes")


def test_ones_own_tokens_are_listed_and_revoked(ada: Any, bea: Any, program: Any) -> None:
    board, other = program(ada), program(bea)
    made = board.post("/tokens", {"name": "sheet", "scopes": ["view"]}).json()

    listed = board.all("/tokens", limit=1)
    assert [one["name"] for one in listed] == ["sheet", "program"]
    assert all("token" not in one for one in listed)
    assert other.delete(f"/tokens/{made['id']}").status_code == 404
    assert board.delete(f"/tokens/{made['id']}").json() == {"done": True}
    assert ApiToken.objects.get(pk=made["id"]).revoked_at


def test_the_trail_in_pages_with_its_filters_and_its_check(ada: Any, own_home: Any, program: Any) -> None:
    board = program(ada)
    board.patch("/me", {"name": "Ada L."})
    board.patch("/brand", {"name": "Tea"})

    told = board.all("/audit", limit=1)

    assert [one["action"] for one in told] == ["brand.changed", "operator.renamed", "token.created"]
    assert [one["seq"] for one in board.all("/audit", action="brand.changed")] == [told[0]["seq"]]
    assert board.all("/audit", actor=0) == []
    checked = board.get("/audit/check").json()  # what was not committed is not remembered in audit.head
    assert [(one["problem"], one["seq"]) for one in checked["findings"]] == [("head", 3)]


def test_roles_and_rights_are_told_as_they_are(ada: Any, program: Any) -> None:
    told = {one["role"]: set(one["rights"]) for one in program(ada).get("/roles").json()}
    assert told == {role: set(held) for role, (_name, held) in rights.ROLES.items()}
    assert [one["right"] for one in program(ada).get("/rights").json()] == list(rights.RIGHTS)
