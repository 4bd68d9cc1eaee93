"""Can a person be erased from their page, only by who may, and does it say what goes and what stays?"""

from __future__ import annotations

import html
import re

import pytest

from weilu.core.directory.models import Identity, Member
from weilu.core.events import queries as log
from weilu.core.operators.models import AuditEntry
from weilu.core.warehouse import loader
from weilu.members.models import SavedView
from weilu.members.tests.village import member_of

pytestmark = pytest.mark.django_db


def text(response) -> str:
    body = re.sub(r"<script.*?</script>", "", response.content.decode(), flags=re.S)
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)))


def in_english(client):
    client.cookies["weilu_language"] = "en"
    return client


def test_the_page_shows_the_extent_and_asks_for_a_yes_before_anything_goes(village, ada, client_of) -> None:
    cai, client = member_of("Cai"), in_english(client_of(ada))
    assert f"/members/{cai.pk}/erase/" in client.get(f"/members/{cai.pk}/").content.decode()
    shown = text(client.get(f"/members/{cai.pk}/erase/"))
    assert "the text of 2 messages" in shown
    assert "in 1 community" in shown
    assert "cannot be undone" in shown
    assert client.post(f"/members/{cai.pk}/erase/").status_code == 400
    assert member_of("Cai") == cai
    assert not AuditEntry.objects.filter(action="member.erased").exists()


def test_erased_is_forgotten_everywhere_and_every_figure_stays(village, ada, client_of) -> None:
    cai, client = member_of("Cai"), in_english(client_of(ada))
    SavedView.objects.create(operator=ada, name="Him", query="find=Cai")
    before = _figures(client)
    answer = client.post(f"/members/{cai.pk}/erase/", {"sure": "1"}, follow=True)
    loader.refresh()
    page = text(answer)
    assert "Erased. Nothing here says any more who this was." in page
    assert "erased" in page
    assert f"/members/{cai.pk}/erase/" not in answer.content.decode()
    assert "Cai" not in text(client.get(f"/members/{cai.pk}/"))
    assert "who has tea?" not in text(client.get(f"/members/{cai.pk}/"))
    assert Member.objects.get(pk=cai.pk).name == ""
    assert not Identity.objects.filter(outside="cai").exists()
    assert "who has tea?" not in log.texts(range(1, 20)).values()
    assert not SavedView.objects.exists()
    assert _figures(client) == before
    row = AuditEntry.objects.get(action="member.erased")
    assert (row.actor, "Cai" in str(row.__dict__)) == (ada.pk, False)


def _figures(client) -> list[tuple[int, str, int, int]]:
    rows = client.get("/members/?sort=messages").context["listing"].rows
    return [(row.id, row.state, row.messages, row.score) for row in rows]


def test_a_second_time_there_is_nothing_left_to_erase(village, ada, client_of) -> None:
    cai, client = member_of("Cai"), in_english(client_of(ada))
    client.post(f"/members/{cai.pk}/erase/", {"sure": "1"})
    assert "Erased already" in text(client.get(f"/members/{cai.pk}/erase/"))
    assert client.post(f"/members/{cai.pk}/erase/", {"sure": "1"}).status_code == 409
    assert AuditEntry.objects.filter(action="member.erased").count() == 1


def test_bea_of_one_community_dov_and_strangers_cannot_erase_anybody(
    village, bea, dov, stranger, client_of
) -> None:
    cai = member_of("Cai")
    for who in (bea, dov):
        client = client_of(who)
        assert client.get(f"/members/{cai.pk}/erase/").status_code == 404
        assert client.post(f"/members/{cai.pk}/erase/", {"sure": "1"}).status_code == 404
    assert f"/members/{cai.pk}/erase/" not in client_of(bea).get(f"/members/{cai.pk}/").content.decode()
    assert stranger.post(f"/members/{cai.pk}/erase/", {"sure": "1"}).status_code == 302
    assert member_of("Cai") == cai


def test_it_reads_in_chinese_too(village, ada, client_of) -> None:
    cai, client = member_of("Cai"), client_of(ada)
    client.cookies["weilu_language"] = "zh-hans"
    assert "2 条消息的文字" in text(client.get(f"/members/{cai.pk}/erase/"))
