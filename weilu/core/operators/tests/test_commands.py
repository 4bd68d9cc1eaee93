"""`weilu user …` and `weilu token …` from the terminal."""

from __future__ import annotations

import json
from typing import Any

import pytest
import typer
from django.test import Client
from typer.testing import CliRunner

from weilu.app.commands import operators as commands
from weilu.core.errors import WeiluError
from weilu.core.operators.access import viewer_of
from weilu.core.operators.actions import tokens
from weilu.core.operators.models import AuditEntry, Operator
from weilu.core.operators.tests.conftest import log_in

pytestmark = pytest.mark.django_db
SENTENCE = "an own good sentence"


def weilu(*words: str, told: str = "") -> Any:
    """Runs the command with --json; expected errors are raised as `weilu` itself would catch them."""
    app = typer.Typer()
    commands.register(app)
    answer = CliRunner().invoke(app, [*words, "--json"], input=told)
    if answer.exception is not None and not isinstance(answer.exception, SystemExit):
        raise answer.exception
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


def test_an_owner_is_made_without_a_browser_and_logs_in() -> None:
    made = weilu(
        "user",
        "add",
        "Ada@example.com",
        "--name",
        "Ada",
        "--role",
        "owner",
        "--password-stdin",
        told=SENTENCE,
    )
    assert made["roles"] == ["owner@*"]
    assert "link" not in made
    assert log_in(Client(), "ada@example.com", SENTENCE).status_code == 302


def test_without_a_password_the_account_comes_with_a_link(hearth: Any) -> None:
    made = weilu("user", "add", "bea@example.com", "--role", "community_manager", "--community", "Hearth")
    browser = Client()
    browser.get(made["link"].replace("http://127.0.0.1:8000", ""))
    assert browser.post("/join", {"password": SENTENCE}).status_code == 302
    assert viewer_of(Operator.objects.get()).communities == frozenset({hearth.pk})


def test_accounts_are_listed_closed_opened_and_given_roles(ada: Any, dov: Any, hearth: Any) -> None:
    weilu("user", "roles", dov.email, "--role", "analyst", "--role", "moderator", "--community", "hearth")
    assert weilu("user", "disable", dov.email)["disabled"] is True
    rows = {row["email"]: row for row in weilu("user", "list")}
    assert rows[dov.email]["roles"] == ["analyst@Hearth", "moderator@Hearth"]
    assert rows[dov.email]["disabled"] is True
    assert weilu("user", "enable", dov.email)["disabled"] is False
    assert set(AuditEntry.objects.values_list("actor", flat=True)) == {0}


def test_a_new_password_lifts_the_lock_and_ends_sessions(ada: Any) -> None:
    browser = Client()
    log_in(browser, ada.email)
    for _try in range(5):
        log_in(Client(), ada.email, "wrong")
    weilu("user", "passwd", ada.email, "--password-stdin", told=SENTENCE)
    assert browser.get("/settings/account").status_code == 302
    assert log_in(Client(), ada.email, SENTENCE).status_code == 302


@pytest.mark.parametrize(
    "words",
    [
        ("user", "add", "nowhere"),
        ("user", "add", "ada@example.com"),
        ("user", "add", "new@example.com", "--role", "queen"),
        ("user", "add", "new@example.com", "--role", "owner", "--community", "Hearth"),
        ("user", "add", "new@example.com", "--role", "content", "--community", "Nowhere"),
        ("user", "add", "new@example.com", "--password-stdin"),
        ("user", "disable", "ada@example.com"),
        ("user", "passwd", "nobody@example.com", "--password-stdin"),
        ("token", "create", "ada@example.com", "--scope", "everything"),
        ("token", "revoke", "77"),
    ],
)
def test_bad_input_changes_nothing_and_says_why(ada: Any, hearth: Any, words: tuple[str, ...]) -> None:
    with pytest.raises(WeiluError) as caught:
        weilu(*words, told="short\n")
    assert str(caught.value)
    assert list(Operator.objects.values_list("email", "disabled_at")) == [("ada@example.com", None)]


def test_a_token_is_made_listed_and_revoked(ada: Any) -> None:
    made = weilu("token", "create", ada.email, "--name", "till", "--scope", "view", "--scope", "import")
    viewer = tokens.viewer_by(made["token"])
    assert viewer is not None
    assert viewer.can("import")
    assert not viewer.can("settings")
    listed = weilu("token", "list")
    assert [row["prefix"] for row in listed] == [made["prefix"]]
    assert "token" not in listed[0]
    weilu("token", "revoke", str(made["id"]))
    assert tokens.viewer_by(made["token"]) is None
    assert weilu("token", "list", ada.email) == []
