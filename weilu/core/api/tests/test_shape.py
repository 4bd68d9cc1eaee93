"""One shape for every error, who may come in by which way, and a description that holds it all."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from ninja import Schema
from openapi_spec_validator import OpenAPIV31SpecValidator

from weilu.core.api.description import METHODS

SHAPE = {"error", "message", "field"}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code", "field"),
    [
        ("GET", "/nowhere", None, 404, "not_found", None),
        ("DELETE", "/me", None, 405, "method_not_allowed", None),
        ("GET", "/communities/999", None, 404, "not_found", None),
        ("GET", "/communities/0", None, 422, "invalid", "path.community_id"),
        ("GET", "/communities/many", None, 422, "invalid", "path.community_id"),
        ("GET", f"/communities/{2**63}", None, 422, "invalid", "path.community_id"),
        ("POST", "/tokens", "{", 400, "bad_request", None),
        ("POST", "/tokens", '{"name": NaN}', 400, "bad_request", None),
        ("POST", "/tokens", {}, 422, "invalid", "body.name"),
        ("POST", "/tokens", {"name": "a\0", "scopes": ["view"]}, 422, "invalid", "body.name"),
        ("POST", "/tokens", {"name": "a", "scopes": ["view"], "more": 1}, 422, "invalid", "body.more"),
        ("POST", "/tokens", {"name": "a", "scopes": ["dance"]}, 403, "forbidden", "body.scopes"),
        ("POST", "/tokens", "x" * (5 * 1024 * 1024 + 1), 413, "too_large", None),
    ],
)
def test_every_error_has_the_one_shape(
    ada: Any, program: Any, method: str, path: str, body: Any, status: int, code: str, field: str | None
) -> None:
    told = program(ada).call(method, path, body)

    assert told.headers["Content-Type"].startswith("application/json")
    assert (told.status_code, told.json()["error"], told.json()["field"]) == (status, code, field)
    assert set(told.json()) == SHAPE
    assert told.json()["message"]


def test_the_sentence_is_in_the_callers_language(ada: Any, program: Any) -> None:
    sheet = program(ada)
    english = sheet.call("GET", "/nowhere").json()["message"]
    chinese = sheet.call("GET", "/nowhere", **{"Accept-Language": "zh-CN"}).json()["message"]
    assert english.isascii()
    assert not chinese.isascii()


def test_a_fault_of_ours_tells_nothing_of_it(ada: Any, program: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from weilu.core.operators.actions import preferences

    def broken(*_given: Any) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(preferences, "rename", broken)
    sheet = program(ada)
    sheet.client.raise_request_exception = False
    told = sheet.patch("/me", {"name": "x"})
    assert (told.status_code, told.json()["error"]) == (500, "server_error")
    assert b"secret" not in told.content


def test_a_wrong_token_is_not_saved_by_a_session(ada: Any, client_of: Any) -> None:
    browser: Client = client_of(ada)
    assert browser.get("/api/v1/me").status_code == 200
    refused = browser.get("/api/v1/me", headers={"Authorization": "Bearer weilu_0_0"})
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == "Bearer"


def test_a_change_by_a_session_needs_the_csrf_token(ada: Any) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ada)
    browser.get("/settings/")
    refused = browser.patch("/api/v1/me", {"name": "x"}, content_type="application/json")
    assert (refused.status_code, refused.json()["error"]) == (403, "csrf")

    given = {"X-CSRFToken": browser.cookies["csrftoken"].value}
    allowed = browser.patch("/api/v1/me", {"name": "x"}, content_type="application/json", headers=given)
    assert allowed.json()["name"] == "x"


def test_answers_are_kept_by_nobody_in_between(ada: Any, program: Any) -> None:
    assert program(ada).get("/me").headers["Cache-Control"] == "no-store"


def test_the_description_is_public_and_tells_of_every_operation(db: None, stranger: Client) -> None:
    told = stranger.get("/api/v1/openapi.json").json()

    assert told["openapi"].startswith("3.1")
    assert [str(one.message) for one in OpenAPIV31SpecValidator(told).iter_errors()] == []
    assert set(told["components"]["securitySchemes"]) == {"TokenAuth", "SessionAuth"}
    operations = [path[method] for path in told["paths"].values() for method in METHODS if method in path]
    assert len({one["operationId"] for one in operations}) == len(operations)
    for one in operations:
        assert one["summary"]
        assert {"400", "401", "403", "404", "422", "429", "503"} <= set(one["responses"])
        assert one["security"]


def test_every_post_that_changes_takes_a_key(db: None, stranger: Client) -> None:
    told = stranger.get("/api/v1/openapi.json").json()
    only_ask = {"ask", "ask_behind", "export_behind", "preview_thresholds", "preview_weights"}
    without = {
        path["post"]["operationId"]
        for path in told["paths"].values()
        if "post" in path and not any(one["name"] == "Idempotency-Key" for one in path["post"]["parameters"])
    }
    assert without == only_ask


def test_no_two_shapes_share_a_name(db: None) -> None:
    """The framework keeps shapes by name alone: of two with one name the description would show only one."""
    from weilu.app import api as whole

    def below(kind: type) -> set[type]:
        return {one for sub in kind.__subclasses__() for one in (sub, *below(sub))}

    assert whole.api
    named: dict[str, set[str]] = {}
    for shape in below(Schema):
        if shape.__module__.startswith("weilu.") and shape.__name__.endswith(
            ("Out", "In", "Health", "Preview", "Made")
        ):
            named.setdefault(shape.__name__, set()).add(shape.__module__)
    assert {name: places for name, places in named.items() if len(places) > 1} == {}
