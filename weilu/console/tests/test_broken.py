"""A mistake of ours: what does the visitor see, and what does the log keep of it?"""

from __future__ import annotations

import logging

import pytest

from weilu.app.logs import Nameless
from weilu.console.views import home

pytestmark = pytest.mark.django_db


WORDS = "Cai wrote: my number is 555"


class Slip(Exception):
    pass


def test_a_mistake_shows_a_page_and_leaves_class_and_place_and_nobodys_words_in_the_log(
    ada, client_of, monkeypatch, caplog
) -> None:
    def broken(viewer: object) -> None:
        raise Slip(WORDS)

    monkeypatch.setattr(home.all_needs, "gather", broken)
    client = client_of(ada)
    client.raise_request_exception = False
    client.cookies["weilu_language"] = "en"
    with caplog.at_level(logging.ERROR):
        answer = client.get("/")
    assert answer.status_code == 500
    page = answer.content.decode()
    assert "The mistake is ours" in page
    assert "Cai" not in page
    lines = [Nameless("%(name)s %(message)s").format(record) for record in caplog.records if record.exc_info]
    assert len(lines) == 1
    assert "Internal Server Error: /" in lines[0]
    assert "test_broken.Slip" in lines[0]
    assert "in broken" in lines[0]
    assert "555" not in lines[0]


def test_on_a_full_disk_all_can_be_read_and_nothing_is_changed(ada, client_of, monkeypatch) -> None:
    from weilu.core import disk

    monkeypatch.setattr(disk, "LEAST_FREE", 2**62)
    client = client_of(ada)
    client.cookies["weilu_language"] = "en"
    assert client.get("/settings/").status_code == 200
    answer = client.post("/sources/", {"name": "Shop"})
    assert answer.status_code == 503
    assert "disk is full" in answer.content.decode()
    told = client.post("/api/v1/webhooks", "{}", content_type="application/json")
    assert (told.status_code, told.json()["error"]) == (503, "disk_full")
    assert client.post("/api/v1/questions", "{}", content_type="application/json").status_code == 400


def test_a_disk_that_fills_up_in_the_middle_says_so(ada, client_of, monkeypatch) -> None:
    def full(viewer: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(home.all_needs, "gather", full)
    client = client_of(ada)
    client.cookies["weilu_language"] = "en"
    answer = client.get("/")
    assert answer.status_code == 503
    assert "disk is full" in answer.content.decode()


def test_an_address_at_which_nothing_is_says_so_in_the_readers_language(ada, client_of) -> None:
    client = client_of(ada)
    for language, told in (("en", "nothing at this address"), ("zh-hans", "这个地址没有内容")):
        client.cookies["weilu_language"] = language
        answer = client.get("/nowhere/7")
        assert answer.status_code == 404
        page = answer.content.decode()
        assert told in page
        assert 'class="menu' in page or "<nav" in page
    told = client.get("/api/v1/nowhere")
    assert (told.status_code, told.json()["error"]) == (404, "not_found")


def test_a_stranger_cannot_tell_an_address_at_which_nothing_is(ada, client) -> None:
    for address in ("/nowhere", "/members/"):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/login?next={address}")


def test_before_the_first_start_every_address_leads_there(client) -> None:
    assert client.get("/nowhere").headers["Location"] == client.get("/members/").headers["Location"]
