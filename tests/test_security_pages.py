"""What every page promises a browser: a strict policy, no inline script or handler, nothing from elsewhere, guarded cookies."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from tests.fixtures.cast import PASSWORD
from tests.test_security_doors import ALL, place

PLAIN = [
    name for name, arguments in ALL if not arguments and name not in {"operators:logout", "operators:second"}
]
SOURCES = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "use": "href"}


class Faults(HTMLParser):
    """What a page does that the policy would block, or that loads from another host."""

    def __init__(self, nonce: str) -> None:
        super().__init__()
        self.nonce, self.found = nonce, list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [f"{tag} {name}" for name in given if name.startswith(("on", "hx-on"))]
        if tag in ("script", "style") and given.get("nonce") != self.nonce:
            data = given.get("type", "") in ("application/json", "application/ld+json")
            self.found += [] if data else [f"{tag} without nonce"]
        for name in ("href", "src", "action", "formaction"):
            value = given.get(name) or ""
            self.found += [f"{tag} {value}"] if value.startswith("javascript:") else []
        source = given.get(SOURCES.get(tag, ""), "") or ""
        self.found += [f"{tag} from {source}"] if source.startswith(("http:", "https:", "//")) else []


@pytest.mark.parametrize("name", PLAIN)
def test_a_page_keeps_the_content_security_policy(
    ada: Any, client_of: Any, warehouse: Any, name: str
) -> None:
    answer = client_of(ada).get(place(name, ()))
    if answer.status_code in (302, 405) or "text/html" not in answer["Content-Type"]:
        return
    check(answer)


@pytest.mark.parametrize("address", ["/login", "/first-start", "/nowhere"])
def test_so_do_the_pages_for_strangers(db: None, address: str, request: pytest.FixtureRequest) -> None:
    if address != "/first-start":
        request.getfixturevalue("ada")
    check(Client().get(address))


def check(answer: Any) -> None:
    policy = dict(part.strip().partition(" ")[::2] for part in answer["Content-Security-Policy"].split(";"))
    scripts = policy["script-src"].split()
    assert "'unsafe-inline'" not in scripts
    assert "'unsafe-eval'" not in scripts
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    nonce = next((part[7:-1] for part in scripts if part.startswith("'nonce-")), "")
    faults = Faults(nonce)
    faults.feed(answer.content.decode())
    assert faults.found == []
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"


def test_every_answer_has_a_nonce_of_its_own(ada: Any) -> None:
    policies = {Client().get("/login")["Content-Security-Policy"] for _time in range(3)}
    assert len(policies) == 3


def test_the_session_cookie_is_out_of_reach_of_scripts_and_of_other_sites(ada: Any) -> None:
    browser = Client()
    browser.post("/login", {"email": ada.email, "password": PASSWORD})
    cookie = browser.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_pages_about_secrets_are_kept_by_no_cache(ada: Any, client_of: Any) -> None:
    for address in ("/settings/security", "/settings/tokens", "/login", "/settings/operators/invite"):
        assert "no-store" in client_of(ada).get(address)["Cache-Control"]
