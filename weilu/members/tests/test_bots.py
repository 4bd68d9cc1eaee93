"""An operator says who is a bot: figures follow, also those of the past, and nobody else may."""

from __future__ import annotations

import json

import pytest

from weilu.core.operators.models import AuditEntry
from weilu.members.tests.conftest import settle
from weilu.members.tests.village import member_of

pytestmark = pytest.mark.django_db
BOTS = "/members/bots/"


def account_of(name: str) -> int:
    return member_of(name).identities.get().pk


def names(browser) -> list[str]:
    return sorted(row.name for row in browser.get("/members/").context["listing"].rows)


def test_who_is_said_to_be_a_bot_is_no_member_until_it_is_taken_back(
    village, warehouse, ada, client_of
) -> None:
    browser = client_of(ada)
    fay = account_of("Fay")
    assert f'name="account" value="{fay}"' in browser.get(f"/members/{member_of('Fay').pk}/").content.decode()
    assert browser.post(BOTS, {"account": fay, "bot": "1"}).status_code == 302
    settle(warehouse)
    assert names(browser) == ["Cai", "Emi", "Gus"]
    assert [one.name for one in browser.get(BOTS).context["accounts"]] == ["Fay"]
    assert browser.post(BOTS, {"account": fay}).status_code == 302
    settle(warehouse)
    assert names(browser) == ["Cai", "Emi", "Fay", "Gus"]
    assert list(browser.get(BOTS).context["accounts"]) == []
    lines = AuditEntry.objects.filter(action="member.bot").order_by("seq")
    assert [json.loads(line.details) for line in lines] == [{"account": fay, "bot": n} for n in (1, 0)]


def test_an_account_that_is_not_there_is_not_found_and_one_community_is_not_enough(
    village, ada, bea, dov, client_of
) -> None:
    assert client_of(ada).post(BOTS, {"account": "987654321", "bot": "1"}).status_code == 404
    fay = account_of("Fay")
    for operator in (bea, dov):
        assert client_of(operator).get(BOTS).status_code == 404
        assert client_of(operator).post(BOTS, {"account": fay, "bot": "1"}).status_code == 404
    assert BOTS not in client_of(bea).get(f"/members/{member_of('Fay').pk}/").content.decode()
    assert not member_of("Fay").identities.get().bot
