"""Tokens at the API: scopes, expiry, communities, use; and the console's session there."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import path
from ninja import NinjaAPI

from weilu.core import clock
from weilu.core.api.callers import AUTH
from weilu.core.errors import WeiluError
from weilu.core.operators.access import Viewer, viewer_of
from weilu.core.operators.actions import team, tokens
from weilu.core.operators.actions.team import Role
from weilu.core.operators.models import ApiToken

api = NinjaAPI(auth=AUTH, urls_namespace="only-for-these-stories", docs_url=None, openapi_url=None)


@api.api_operation(["GET", "POST"], "/whoami")
def whoami(request: Any) -> dict[str, Any]:
    viewer: Viewer = request.viewer
    seen = None if viewer.communities is None else sorted(viewer.communities)
    return {
        "operator": viewer.operator_id,
        "communities": seen,
        "rights": sorted({right for right, _where in viewer.held}),
    }


urlpatterns = [path("api/v1/", api.urls)]
pytestmark = pytest.mark.urls(__name__)


def ask(token: str, method: str = "get") -> Any:
    return getattr(Client(), method)("/api/v1/whoami", headers={"Authorization": f"Bearer {token}"})


def token_of(operator: Any, *scopes: str, days: int = 30) -> str:
    return tokens.create(viewer_of(operator), operator, "sheet", list(scopes), dt.timedelta(days=days)).token


def test_a_token_can_what_its_scopes_name_and_its_operator_holds(ada: Any, bea: Any, hearth: Any) -> None:
    assert ask(token_of(ada, "view")).json() == {"operator": ada.pk, "communities": None, "rights": ["view"]}
    told = ask(token_of(bea, "view", "operators", "audit")).json()
    assert told == {"operator": bea.pk, "communities": [hearth.pk], "rights": ["view"]}
    assert ask(token_of(ada, "audit")).json()["communities"] == []


def test_a_token_follows_its_operators_roles(ada: Any, bea: Any, hearth: Any, harbour: Any) -> None:
    token = token_of(bea, "view")
    team.set_roles(Viewer.everything(), bea, [Role("analyst", harbour.pk)])
    assert ask(token).json()["communities"] == [harbour.pk]
    team.set_roles(Viewer.everything(), bea, [])
    assert ask(token).json()["rights"] == []


def test_wrong_revoked_and_old_tokens_get_the_same_answer(ada: Any, now: dt.datetime) -> None:
    token = token_of(ada, "view")
    other = token_of(ada, "view")
    tokens.revoke(viewer_of(ada), ApiToken.objects.get(prefix=other.split("_")[1]).pk)
    answers = [
        ask(wrong)
        for wrong in (other, token[:-1] + "?", token.replace("weilu_", "other_"), "x", "weilu__", "weilu_a_b")
    ]
    with clock.frozen(now + dt.timedelta(days=29)):
        assert ask(token).status_code == 200
    with clock.frozen(now + dt.timedelta(days=30)):
        answers.append(ask(token))
    assert {(answer.status_code, answer.content) for answer in answers} == {(401, answers[0].content)}


def test_use_is_written_once_a_minute_at_most(ada: Any, now: dt.datetime) -> None:
    token = token_of(ada, "view")
    for seconds, seen in ((0, 0), (59, 0), (60, 60), (100, 60)):
        with clock.frozen(now + dt.timedelta(seconds=seconds)):
            ask(token)
        assert ApiToken.objects.get().last_used_at == now + dt.timedelta(seconds=seen)


def test_a_token_without_scope_or_with_an_unknown_one_is_refused(ada: Any) -> None:
    for scopes in ([], ["everything"], ["view", "everything"]):
        with pytest.raises(WeiluError):
            tokens.create(viewer_of(ada), ada, "sheet", scopes, None)


def test_the_consoles_session_asks_the_api_but_changes_need_the_csrf_token(ada: Any) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ada)
    assert browser.get("/api/v1/whoami").json()["operator"] == ada.pk
    assert browser.post("/api/v1/whoami").status_code == 403
    assert ask(token_of(ada, "view"), "post").status_code == 200


def test_nobody_gets_401_at_the_api_also_before_the_first_start(db: None) -> None:
    assert Client().get("/api/v1/whoami").status_code == 401
    assert Client(enforce_csrf_checks=True).post("/api/v1/whoami").status_code == 401
