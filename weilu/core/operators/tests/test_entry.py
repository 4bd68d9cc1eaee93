"""Coming in: login, lock-out, sessions, second factor, link, first start."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.fixtures.cast import PASSWORD


def log_in(client: Client, email: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/login", {"email": email, "password": password, **more})


def test_ada_logs_in_and_lands_where_she_wanted_to_go(ada: Any, stranger: Client) -> None:
    asked = stranger.get("/settings/?tab=team")
    assert asked.status_code == 302
    assert asked["Location"] == "/login?next=/settings/%3Ftab%3Dteam"
    answer = log_in(stranger, "ADA@example.com ", next="/settings/?tab=team")
    assert answer.status_code == 302
    assert answer["Location"] == "/settings/?tab=team"
    assert stranger.get("/login").status_code == 302
