"""Pages of the team, the brand, tokens, the audit trail: work, refuse Dov, reject bad input."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client

from tests.fixtures.cast import PASSWORD
from weilu.core import clock
from weilu.core.directory.models import Brand
from weilu.core.operators.access import Viewer, viewer_of
from weilu.core.operators.actions import team
from weilu.core.operators.actions.team import Role
from weilu.core.operators.models import ApiToken, AuditEntry, Grant, Operator
from weilu.core.operators.tests.conftest import log_in

ADMIN = ("/settings/operators/", "/settings/operators/invite", "/settings/audit", "/settings/brand")
OWN = ("/settings/account", "/settings/security", "/settings/tokens")


@pytest.mark.parametrize("address", [*ADMIN, *OWN])
def test_ada_opens_every_page_in_both_languages(ada: Any, hearth: Any, client_of: Any, address: str) -> None:
    for language in ("en", "zh-hans"):
        browser = client_of(ada)
        browser.cookies["weilu_language"] = language
        assert browser.get(address).status_code == 200


@pytest.mark.parametrize("address", ADMIN)
def test_bea_and_dov_find_nothing_where_only_owners_may_be(
    bea: Any, dov: Any, client_of: Any, address: str
) -> None:
    for who in (bea, dov):
        assert client_of(who).get(address).status_code == 404
        assert client_of(who).post(address, {}).status_code == 404


@pytest.mark.parametrize("address", [*ADMIN, *OWN])
def test_a_stranger_is_asked_to_log_in(ada: Any, stranger: Client, address: str) -> None:
    assert stranger.get(address)["Location"] == f"/login?next={address}"
    assert stranger.post(address, {})["Location"].startswith("/login")


@pytest.mark.parametrize("address", OWN)
def test_everybody_has_pages_of_their_own_account(dov: Any, client_of: Any, address: str) -> None:
    assert client_of(dov).get(address).status_code == 200


def test_ada_invites_bea_who_comes_in_by_the_link(
    ada: Any, hearth: Any, harbour: Any, client_of: Any
) -> None:
    asked = {
        "name": "Bea",
        "email": "Bea@Example.com",
        "role": "community_manager",
        "communities": [hearth.pk],
    }
    page = client_of(ada).post("/settings/operators/invite", asked)
    link = re.search(r"<code>http://[^/]+(/join\?key=[\w-]+)</code>", page.content.decode())
    assert link is not None
    browser = Client()
    browser.get(link[1])
    assert browser.post("/join", {"password": "an own good sentence"}).status_code == 302
    bea = Operator.objects.get(email="bea@example.com")
    assert viewer_of(bea).communities == frozenset({hearth.pk})
    assert log_in(Client(), bea.email, "an own good sentence").status_code == 302


@pytest.mark.parametrize(
    "bad",
    [
        {"email": "nowhere"},
        {"email": "ada@example.com"},
        {"role": "queen"},
        {"name": ""},
        {"communities": ["77"], "everywhere": ""},
        {"everywhere": ""},
    ],
)
def test_a_bad_invitation_opens_no_account(ada: Any, client_of: Any, bad: dict[str, Any]) -> None:
    asked = {"name": "Bea", "email": "bea@example.com", "role": "content", "everywhere": "on"} | bad
    assert client_of(ada).post("/settings/operators/invite", asked).status_code == 400
    assert Operator.objects.count() == 1
    assert not Grant.objects.exclude(operator=ada).exists()


def test_an_owner_must_own_everything(ada: Any, dov: Any, hearth: Any, client_of: Any) -> None:
    address = f"/settings/operators/{dov.pk}/give"
    answer = client_of(ada).post(address, {"role": "owner", "communities": [hearth.pk]})
    assert answer.status_code == 400
    assert viewer_of(dov).communities == frozenset()


def test_ada_gives_and_takes_roles(ada: Any, dov: Any, hearth: Any, harbour: Any, client_of: Any) -> None:
    browser, page = client_of(ada), f"/settings/operators/{dov.pk}"
    assert (
        browser.post(f"{page}/give", {"role": "analyst", "communities": [hearth.pk, harbour.pk]}).status_code
        == 302
    )
    assert viewer_of(dov).communities == frozenset({hearth.pk, harbour.pk})
    assert "Harbour" in browser.get(page).content.decode()
    assert browser.post(f"{page}/take", {"role": "analyst", "community": harbour.pk}).status_code == 302
    assert viewer_of(dov).communities == frozenset({hearth.pk})
    assert AuditEntry.objects.filter(action="operator.roles_set", object_id=dov.pk).count() == 2


def test_the_last_owner_can_neither_leave_nor_step_down(ada: Any, dov: Any, client_of: Any) -> None:
    browser, page = client_of(ada), f"/settings/operators/{ada.pk}"
    browser.post(f"{page}/disable")
    browser.post(f"{page}/take", {"role": "owner", "community": ""})
    assert viewer_of(Operator.objects.get(pk=ada.pk)).can("operators")
    team.give(Viewer.everything(), dov, [Role("owner")])
    assert browser.post(f"{page}/disable").status_code == 302
    assert browser.get(page).status_code == 302


def test_a_closed_account_is_out_at_once_and_its_tokens_too(ada: Any, bea: Any, client_of: Any) -> None:
    theirs = Client()
    log_in(theirs, bea.email)
    theirs.post("/settings/tokens", {"name": "till", "scopes": ["view"], "days": "30"})
    client_of(ada).post(f"/settings/operators/{bea.pk}/disable")
    assert theirs.get("/settings/account").status_code == 302
    assert ApiToken.objects.get().revoked_at is not None
    assert log_in(Client(), bea.email).status_code == 400
    client_of(ada).post(f"/settings/operators/{bea.pk}/enable")
    assert log_in(Client(), bea.email, PASSWORD).status_code == 302
    assert ApiToken.objects.get().revoked_at is not None


def test_alone_nothing_of_a_second_person_is_needed(ada: Any, client_of: Any) -> None:
    browser = client_of(ada)
    brand = {"name": "Tea House", "timezone": "Asia/Shanghai", "language": "en"}
    assert browser.post("/settings/brand", brand).status_code == 302
    assert (
        browser.post("/settings/tokens", {"name": "s", "scopes": ["import"], "days": ""}).status_code == 200
    )
    assert browser.get("/settings/audit?check=1").status_code == 200


def test_the_brand_is_changed_and_bad_input_is_not(ada: Any, client_of: Any) -> None:
    browser = client_of(ada)
    good = {"name": "Tea House", "timezone": "Europe/Berlin", "language": "en"}
    assert browser.post("/settings/brand", good).status_code == 302
    for bad in ({"timezone": "Mars/Olympus"}, {"language": "xx"}, {"name": ""}, {"name": "x" * 101}):
        assert browser.post("/settings/brand", good | bad).status_code == 400
    row = Brand.objects.get()
    assert (row.name, row.timezone, row.language) == ("Tea House", "Europe/Berlin", "en")


def test_language_and_theme_follow_the_account_to_another_browser(ada: Any, client_of: Any) -> None:
    asked = {"language": "en", "theme": "dark", "next": "/settings/account"}
    assert client_of(ada).post("/preferences", asked)["Location"] == "/settings/account"
    elsewhere = Client()
    answer = log_in(elsewhere, ada.email)
    assert answer.cookies["weilu_language"].value == "en"
    assert answer.cookies["weilu_theme"].value == "dark"


def test_a_name_is_changed_and_an_empty_one_is_not(dov: Any, client_of: Any) -> None:
    browser = client_of(dov)
    assert browser.post("/settings/account/name", {"name": "Dov D."}).status_code == 302
    assert browser.post("/settings/account/name", {"name": ""}).status_code == 400
    assert Operator.objects.get(pk=dov.pk).name == "Dov D."


def test_a_token_is_shown_once_and_kept_only_as_a_digest(ada: Any, client_of: Any) -> None:
    browser = client_of(ada)
    page = browser.post(
        "/settings/tokens", {"name": "till", "scopes": ["view"], "days": "30"}
    ).content.decode()
    token = re.search(r"weilu_[0-9a-f]{8}_[\w-]{43}", page)
    assert token is not None
    assert token[0] not in browser.get("/settings/tokens").content.decode()
    assert token[0].split("_", 2)[2] not in repr(list(ApiToken.objects.values()))


@pytest.mark.parametrize("bad", [{"scopes": []}, {"scopes": ["everything"]}, {"name": ""}, {"days": "9999"}])
def test_a_bad_token_is_not_made(ada: Any, client_of: Any, bad: dict[str, Any]) -> None:
    asked = {"name": "till", "scopes": ["view"], "days": "30"} | bad
    assert client_of(ada).post("/settings/tokens", asked).status_code == 400
    assert not ApiToken.objects.exists()


def test_dov_cannot_revoke_adas_token(ada: Any, dov: Any, client_of: Any) -> None:
    client_of(ada).post("/settings/tokens", {"name": "till", "scopes": ["view"], "days": "30"})
    row = ApiToken.objects.get()
    assert client_of(dov).post(f"/settings/tokens/{row.pk}/revoke").status_code == 404
    assert client_of(dov).post("/settings/tokens/999999/revoke").status_code == 404
    assert client_of(ada).post(f"/settings/tokens/{row.pk}/revoke").status_code == 302
    assert ">till<" not in client_of(ada).get("/settings/tokens").content.decode()


def test_the_audit_page_pages_filters_and_checks(
    ada: Any, dov: Any, client_of: Any, now: dt.datetime
) -> None:
    for minute in range(60):
        with clock.frozen(now + dt.timedelta(minutes=minute)):
            team.set_roles(viewer_of(ada), dov, [])
    log_in(Client(), dov.email, "wrong")
    browser = client_of(ada)
    first = browser.get("/settings/audit")
    assert len(first.context["lines"]) == 50
    older = browser.get(f"/settings/audit?before={first.context['more']}")
    assert len(older.context["lines"]) == 11
    assert older.context["more"] is None
    only = browser.get("/settings/audit?action=login.failed").context["lines"]
    assert [line.who for line in only] == [""]
    assert browser.get("/settings/audit?before=x&actor=y").status_code == 400
    AuditEntry.objects.filter(seq=3).update(actor=dov.pk)
    checked = browser.get("/settings/audit?check=1")
    assert 3 in {finding.seq for finding in checked.context["findings"]}
