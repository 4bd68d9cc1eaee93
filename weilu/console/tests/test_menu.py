"""What does the console offer to whom?"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.fixtures import cast

pytestmark = pytest.mark.django_db
IN_ORDER = ("/", "/goals/", "/members/", "/communities/", "/reports/", "/imports/", "/sources/", "/settings/")
"""Today, the steps by their numbers, then import, connections and settings."""


@pytest.fixture
def clerk() -> Any:
    return cast.operator("clerk@example.com", "Cleo", "clerk")


def test_a_clerk_who_sees_no_members_is_led_to_their_own_account(
    clerk: Any, client_of: Callable[[Any], Client]
) -> None:
    page = client_of(clerk).get("/", follow=True)
    assert page.redirect_chain == [("/settings/", 302)]
    text = page.content.decode()
    assert "/settings/account" in text
    for closed in ('href="/members/"', 'href="/communities/"', "/settings/brand", 'role="search"'):
        assert closed not in text


@pytest.mark.parametrize("address", ["/members/", "/communities/", "/reports/", "/search/", "/imports/"])
def test_what_the_menu_does_not_offer_a_clerk_is_not_there(
    clerk: Any, client_of: Callable[[Any], Client], address: str
) -> None:
    assert client_of(clerk).get(address).status_code == 404


def test_a_stranger_is_sent_to_the_login(ada: Any, stranger: Client) -> None:
    for address in ("/", "/settings/"):
        assert stranger.get(address)["Location"].startswith("/login")


def test_the_menu_is_the_method_in_the_order_of_its_steps(
    ada: Any, client_of: Callable[[Any], Client]
) -> None:
    page = client_of(ada).get("/settings/").content.decode()
    side = re.search(r'<aside class="side">.*?</aside>', page, re.S)
    assert side is not None
    places = [side[0].index(f'href="{one}"') for one in IN_ORDER]
    assert places == sorted(places)
    keys = re.findall(r'data-go="(\d)"', side[0])
    assert keys == sorted(set(keys))
    assert {"0", "1", "2", "4", "7"} <= set(keys) <= set("01234567")
