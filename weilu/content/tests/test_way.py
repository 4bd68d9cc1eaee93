"""Through a link: on to the target whatever happens, counted as what it was, and who by."""

from __future__ import annotations

import datetime as dt
import errno
from typing import Any

import pytest
from django.db import OperationalError

from tests.fixtures.log import account, join, leave, say
from weilu.content import actions, door, queries
from weilu.content.actions import Wish
from weilu.content.models import Link, Opening
from weilu.content.tests.conftest import Way
from weilu.core import clock, disk
from weilu.core.directory.models import Identity
from weilu.core.events import actions as log
from weilu.core.events.incoming import Place
from weilu.core.operators.access import Viewer

HEARTH = Place("telegram", "hearth")
ALL = Viewer.everything()


def path(link: Link) -> str:
    return f"/l/{link.code}"


@pytest.fixture
def own(menu: Link, play: Any, warehouse: Any) -> str:
    """The path of Cai's own address; Cai has spoken in Hearth."""
    play([say("Cai", clock.now_ms() - 1000, community=HEARTH)])
    warehouse.loaded()
    return own_path(menu)


def own_path(link: Link) -> str:
    cai = Identity.objects.get(name="Cai")
    return queries.address_for(ALL, link.pk, cai.member_id).removeprefix("http://127.0.0.1:8000")


def later(monkeypatch: Any, seconds: float) -> None:
    """So much later by every clock of the front door."""
    from weilu.content import book

    now, mono = clock.now(), book.time.monotonic()
    monkeypatch.setattr(clock, "now", lambda: now + dt.timedelta(seconds=seconds))
    monkeypatch.setattr(clock, "now_ms", lambda: clock.to_ms(now + dt.timedelta(seconds=seconds)))
    monkeypatch.setattr(book.time, "monotonic", lambda: mono + seconds)


def test_a_click_leads_on_and_is_an_event_with_the_links_number_and_the_host_it_came_from(
    way: Way, menu: Link, hearth: Any
) -> None:
    answer = way.browser().get(path(menu), referer="https://blog.example/ada?secret=1")
    assert (answer.status, answer.headers["location"]) == (302, "https://shop.example/spring")
    assert answer.headers["cache-control"] == "no-store"
    [row] = way.rows()
    assert (row.kind, row.community, row.source, row.live) == ("link.clicked", hearth.pk, "links", True)
    assert row.data == {"link": menu.pk, "host": "blog.example"}
    who = Identity.objects.get(pk=row.identity)
    assert (who.platform, who.anonymous, who.name) == ("links", True, "")


def test_nothing_of_the_request_is_kept_but_its_cookie_as_a_digest(way: Way, menu: Link) -> None:
    browser = way.browser(address="198.51.100.77")
    answer = browser.get(path(menu), x_forwarded_for="198.51.100.78")
    cookie = answer.headers["set-cookie"]
    assert all(one in cookie for one in ("HttpOnly", "SameSite=lax", "Path=/l/"))
    [row] = way.rows()
    said = f"{row} {Identity.objects.values_list('outside', 'name')}"
    assert "198.51" not in said
    assert browser.cookie.partition("=")[2] not in said


def test_one_browser_is_one_visitor_and_two_are_two(way: Way, menu: Link, monkeypatch: Any) -> None:
    one, two = way.browser(), way.browser()
    one.get(path(menu))
    two.get(path(menu))
    later(monkeypatch, 15)
    one.get(path(menu))
    assert way.kinds() == ["clicked"] * 3
    assert len({row.identity for row in way.rows()}) == 2


def test_a_double_click_is_one_click(way: Way, menu: Link, monkeypatch: Any) -> None:
    moment = dt.datetime(2026, 3, 20, 12, 0, 3, tzinfo=dt.UTC)
    monkeypatch.setattr(clock, "now", lambda: moment)
    browser = way.browser()
    for _time in range(5):
        assert browser.get(path(menu)).status == 302
    assert way.kinds() == ["clicked"]


def test_the_code_may_be_typed_in_capitals(way: Way, menu: Link) -> None:
    assert way.browser().get(path(menu).upper().replace("/L/", "/l/")).status == 302


# who ----------------------------------------------------------------------------------------------------------------


def test_a_members_own_address_names_them(way: Way, menu: Link, own: str) -> None:
    assert way.browser().get(own).headers["location"] == "https://shop.example/spring"
    [row] = way.rows()
    assert row.identity == Identity.objects.get(name="Cai").pk


def test_a_forged_token_counts_as_nobody_we_know_and_leads_on_all_the_same(
    way: Way, menu: Link, own: str
) -> None:
    forged = own[:-1] + ("A" if own[-1] != "A" else "B")
    other = actions.create(ALL, Wish("Other", "https://shop.example/other", menu.community_id))
    for address in (forged, f"{path(menu)}/x", f"{path(other)}/{own.rpartition('/')[2]}"):
        assert way.browser().get(address).status == 302
    assert way.kinds() == ["clicked"] * 3
    assert all(Identity.objects.get(pk=row.identity).anonymous for row in way.rows())


def test_by_another_browser_than_the_first_it_was_passed_on_once_for_each_of_them(
    way: Way, menu: Link, own: str, monkeypatch: Any
) -> None:
    cai, friend, third = way.browser(), way.browser(), way.browser()
    for number, one in enumerate((cai, friend, friend, third, cai)):
        later(monkeypatch, 20 * number)
        one.get(own)
    rows = way.rows()
    member = Identity.objects.get(name="Cai").pk
    passed = [row for row in rows if row.kind == "link.forwarded"]
    clicks = [row for row in rows if row.kind == "link.clicked"]
    assert [row.identity for row in passed] == [member, member]
    assert len({row.target for row in passed} - {0, member}) == 2
    assert [row.identity == member for row in clicks] == [True, False, False, False, True]
    assert len(clicks) == 5


def test_who_came_first_is_known_to_every_front_door(way: Way, menu: Link, own: str) -> None:
    way.browser().get(own)
    elsewhere = Way()
    elsewhere.browser().get(own)
    assert way.kinds() == ["clicked", "forwarded", "clicked"]


def test_a_click_makes_nobody_a_member_and_brings_nobody_back(
    way: Way, menu: Link, own: str, play: Any, warehouse: Any
) -> None:
    from weilu.core.warehouse import questions
    from weilu.members import conclude

    play(
        [
            join("Bo", clock.now_ms() - 900, community=HEARTH),
            leave("Bo", clock.now_ms() - 800, community=HEARTH),
        ]
    )
    warehouse.loaded()
    bo = Identity.objects.get(name="Bo")
    way.browser().get(path(menu))
    way.browser().get(queries.address_for(ALL, menu.pk, bo.member_id).removeprefix("http://127.0.0.1:8000"))
    assert way.kinds() == ["clicked", "clicked"]
    warehouse.loaded()
    while conclude.run_once():
        pass
    today = clock.day_of(clock.now(), "UTC").isoformat()
    for metric, value in (
        ("members", 1),
        ("state_new", 1),
        ("link_clicks", 2),
        ("link_clickers", 1),
        ("joins", 2),
    ):
        for places in ({}, {"communities": [menu.community_id]}):
            asked = {
                "kind": "trend",
                "metric": metric,
                "from": today,
                "to": today,
                "timezone": "UTC",
                "by": "total",
            }
            assert questions.ask({**asked, **places}, ALL).rows[0][-1] == value, (metric, places)


# programs -----------------------------------------------------------------------------------------------------------


def test_previews_bots_and_heads_are_looks_and_no_clicks(way: Way, menu: Link, own: str) -> None:
    for agent in ("TelegramBot (like TwitterBot)", "WhatsApp/2.23", ""):
        assert way.browser(agent=agent).get(own).status == 302
    assert way.browser().get(path(menu), "HEAD").status == 302
    rows = way.rows()
    assert {row.kind for row in rows} == {"link.previewed"}
    assert {row.identity for row in rows} == {0}
    assert len(rows) == 4
    assert not Opening.objects.exists()
    way.browser().get(own)
    assert way.rows()[-1].identity == Identity.objects.get(name="Cai").pk


def test_what_a_browser_fetches_ahead_is_left_for_the_click(way: Way, menu: Link) -> None:
    answer = way.browser().get(path(menu), sec_purpose="prefetch;prerender")
    assert (answer.status, answer.headers["cache-control"]) == (503, "no-store")
    assert way.rows() == []


# people first -------------------------------------------------------------------------------------------------------


def test_on_a_full_disk_people_are_led_on_and_not_counted(way: Way, menu: Link, monkeypatch: Any) -> None:
    monkeypatch.setattr(disk, "LEAST_FREE", 2**70)
    assert way.browser().get(path(menu)).status == 302
    monkeypatch.undo()
    disk.forget()
    assert way.rows() == []


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), RuntimeError("broken")])
def test_whatever_breaks_on_the_way_to_the_disk_keeps_nobody(db: None, menu: Link, error: Exception) -> None:
    def broken(_frames: Any) -> None:
        raise error

    assert Way(broken).browser().get(path(menu)).status == 302


def test_while_the_database_is_away_known_links_lead_on(way: Way, menu: Link, monkeypatch: Any) -> None:
    from weilu.content import book

    browser = way.browser()
    browser.get(path(menu))

    def away(_code: str) -> None:
        raise OperationalError

    monkeypatch.setattr(book, "link", away)
    later(monkeypatch, 30)
    assert browser.get(path(menu)).status == 302
    answer = way.browser().get("/l/zzzzzzzzzz")
    assert (answer.status, answer.headers["retry-after"]) == (503, "30")
    assert way.kinds() == ["clicked", "clicked"]


@pytest.mark.parametrize("code", ["nowhere", "a\0cdefghij", "z" * 11, "link-12345"])
def test_what_no_link_is_called_is_not_looked_up(way: Way, monkeypatch: Any, code: str) -> None:
    from weilu.content import book

    def away(_code: str) -> None:
        raise OperationalError

    monkeypatch.setattr(book, "link", away)
    assert way.browser().get(f"/l/{code}").status == 404


def test_what_a_browser_says_of_itself_in_no_known_way_keeps_nobody(way: Way, menu: Link) -> None:
    for host in ("[", "shop:port", "a:99999999", "", "é"):
        assert way.browser().get(path(menu), host=host, referer="https://blog.example/").status == 302
    assert way.browser().get(f"{path(menu)}?from=\xb4\xba").status == 302
    assert way.kinds() == ["clicked"] * 6


def test_behind_too_many_others_nobody_waits(way: Way, menu: Link, monkeypatch: Any) -> None:
    monkeypatch.setattr(door, "MOST_WAITING", 0)
    assert way.browser().get(path(menu)).status == 302
    assert way.rows() == []


def test_whoever_keeps_no_cookie_is_new_only_so_often(way: Way, menu: Link, monkeypatch: Any) -> None:
    moment = dt.datetime(2026, 3, 20, 12, 0, 3, tzinfo=dt.UTC)
    monkeypatch.setattr(clock, "now", lambda: moment)
    monkeypatch.setattr(door, "MOST_NEW", 3)
    for _time in range(10):
        assert way.browser().get(path(menu)).status == 302
    kept = way.browser(address="198.51.100.1")
    kept.get(path(menu))
    assert len(way.rows()) == 4


# no longer, never ---------------------------------------------------------------------------------------------------


def test_never_archived_and_ended_are_told_alike(way: Way, menu: Link, hearth: Any, monkeypatch: Any) -> None:
    today = clock.day_of(clock.now(), "Asia/Shanghai")
    ended = actions.create(
        ALL, Wish("Old", "https://shop.example/", hearth.pk, last=today - dt.timedelta(days=1))
    )
    running = actions.create(ALL, Wish("Today", "https://shop.example/", hearth.pk, last=today))
    archived = actions.create(ALL, Wish("Gone", "https://shop.example/", hearth.pk))
    actions.archive(ALL, archived.pk)
    answers = [
        way.browser().get(f"/l/{code}", accept_language="en")
        for code in ("nowhere", ended.code, archived.code)
    ]
    assert {one.status for one in answers} == {404}
    assert len({one.body for one in answers}) == 1
    assert b"no longer valid" in answers[0].body
    chinese = way.browser().get("/l/nowhere", accept_language="zh-CN,zh;q=0.9,en;q=0.8")
    assert "这个链接已失效" in chinese.body.decode()
    assert way.browser().get(path(running)).status == 302
    assert way.kinds() == ["clicked"]


def test_an_archived_link_ends_within_a_second_and_comes_back(way: Way, menu: Link, monkeypatch: Any) -> None:
    browser = way.browser()
    assert browser.get(path(menu)).status == 302
    actions.archive(ALL, menu.pk)
    later(monkeypatch, 1)
    assert browser.get(path(menu)).status == 404
    actions.restore(ALL, menu.pk)
    later(monkeypatch, 1)
    assert browser.get(path(menu)).status == 302


def test_a_link_to_the_door_through_which_one_came_does_not_go_round(way: Way, menu: Link) -> None:
    """Its host was not known as ours when it was made."""
    Link.objects.filter(pk=menu.pk).update(target="https://links.example/l/other")
    answer = way.browser().get(path(menu), host="links.example:443")
    assert answer.status == 404


# erasure and undo ---------------------------------------------------------------------------------------------------


def test_who_is_erased_is_named_by_no_address_any_more(
    way: Way, menu: Link, own: str, monkeypatch: Any
) -> None:
    way.browser().get(own)
    actions.change(
        ALL, menu.pk, Wish("Menu for Cai", menu.target, menu.community_id, kind="Cai", column="Tea")
    )
    assert Opening.objects.count() == 1
    number = Identity.objects.get(name="Cai").pk
    log.erase_identity(number)
    assert not Opening.objects.exists()
    menu.refresh_from_db()
    assert (menu.name, menu.kind, menu.column) == ("", "", "Tea")
    later(monkeypatch, 20)
    assert way.browser().get(own).status == 302
    first, second = way.rows()
    assert first.identity == number
    assert Identity.objects.get(pk=second.identity).anonymous
    assert queries.access_link(ALL, menu.pk).code == menu.code


def test_of_a_visitor_who_is_erased_no_browser_is_known_and_passed_on_stays_so(
    way: Way, own: str, monkeypatch: Any
) -> None:
    cai, friend = way.browser(), way.browser()
    cai.get(own)
    friend.get(own)
    assert way.kinds() == ["clicked", "forwarded", "clicked"]
    visitor = Identity.objects.get(platform="links")
    log.erase_identity(visitor.pk)
    assert not Opening.objects.filter(visitor=visitor.outside).exists()
    later(monkeypatch, 20)
    cai.get(own)
    assert way.rows()[-1].identity == Identity.objects.get(name="Cai").pk
    assert Opening.objects.count() == 2


def test_undoing_an_import_leaves_clicks_alone(way: Way, menu: Link, play: Any) -> None:
    play([say(account("Lin"), clock.now_ms() - 5000, community=HEARTH)], batch=9)
    way.browser().get(path(menu))
    assert way.kinds() == ["clicked"]
    log.retract_batch(9)
    assert way.kinds() == ["clicked"]
