"""The first start: only once, only with the code from the terminal."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from weilu.core.directory.models import Brand
from weilu.core.operators import first_start
from weilu.core.operators.access import viewer_of
from weilu.core.operators.models import Operator

pytestmark = pytest.mark.django_db


def answers(**other: str) -> dict[str, str]:
    return {
        "code": first_start.code() or "",
        "brand": "Tea House",
        "name": "Ada",
        "email": "ada@example.com",
        "password": "a lamp in the window",
        "timezone": "Asia/Shanghai",
        "language": "en",
    } | other


def test_before_the_first_account_every_page_leads_to_the_first_start(stranger: Client) -> None:
    for address in ("/", "/login", "/settings/account", "/settings/audit", "/join"):
        answer = stranger.get(address)
        assert (answer.status_code, answer.headers.get("Location")) == (302, "/first-start"), address
    assert stranger.get("/first-start").status_code == 200


def test_the_code_makes_the_owner_and_the_brand(stranger: Client) -> None:
    answer = stranger.post("/first-start", answers())
    assert (answer.status_code, answer["Location"]) == (302, "/")
    owner = Operator.objects.get()
    assert viewer_of(owner).can("operators")
    brand = Brand.objects.get()
    assert (brand.name, brand.timezone, brand.language) == ("Tea House", "Asia/Shanghai", "en")
    assert stranger.get("/settings/account").status_code == 200
    assert answer.cookies["weilu_language"].value == "en"


def test_without_the_code_nobody_becomes_owner(stranger: Client) -> None:
    for code in ("", "aaaaa-bbbbb", "围炉"):
        assert stranger.post("/first-start", answers(code=code)).status_code in (200, 400)
    assert not Operator.objects.exists()


def test_the_code_may_be_typed_without_care(stranger: Client) -> None:
    code = (first_start.code() or "").upper().replace("-", " ")
    assert stranger.post("/first-start", answers(code=code)).status_code == 302


def test_guessing_the_code_is_locked_out(stranger: Client) -> None:
    for _try in range(5):
        stranger.post("/first-start", answers(code="aaaaa-aaaaa"))
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    assert elsewhere.post("/first-start", answers()).status_code == 429
    assert not Operator.objects.exists()


def test_the_first_start_works_only_once(stranger: Client, own_home: Path) -> None:
    given = answers()
    assert stranger.post("/first-start", given).status_code == 302
    late = Client()
    assert late.post("/first-start", given | {"email": "dov@example.com"})["Location"] == "/login"
    assert late.get("/first-start")["Location"] == "/login"
    assert Operator.objects.count() == 1
    assert first_start.code() is None
    assert not (own_home / "first-start.code").exists()


def test_the_code_stays_the_same_until_used_and_only_its_owner_reads_the_file(own_home: Path) -> None:
    assert first_start.is_due()
    assert first_start.code() == first_start.code()
    assert stat.S_IMODE((own_home / "first-start.code").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "bad",
    [
        {"password": "short"},
        {"email": "nowhere"},
        {"timezone": "Mars/Olympus"},
        {"language": "xx"},
        {"brand": ""},
    ],
)
def test_bad_input_makes_no_account_and_keeps_the_code(stranger: Client, bad: dict[str, str]) -> None:
    code = first_start.code()
    assert stranger.post("/first-start", answers(**bad)).status_code in (200, 400)
    assert not Operator.objects.exists()
    assert first_start.code() == code


def test_language_and_theme_can_be_chosen_before_anybody_is_known(stranger: Client) -> None:
    answer: Any = stranger.post("/preferences", {"language": "en", "theme": "dark", "next": "/first-start"})
    assert (answer.status_code, answer["Location"]) == (302, "/first-start")
    assert "The hearth is ready" in stranger.get("/first-start").content.decode()
    assert stranger.post("/preferences", {"language": "xx"}).status_code == 400
    assert stranger.post("/preferences", {"theme": "dark", "next": "//evil.example"})["Location"] == "/"
