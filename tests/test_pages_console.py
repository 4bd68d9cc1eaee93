"""Today, communities and what stands behind their numbers: the promises of the pages."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections import Counter

import pytest

from tests.fixtures import pages
from tests.fixtures.lively import NOW
from weilu.communities import panels
from weilu.core import clock
from weilu.core.operators.access import viewer_of
from weilu.members.queries import moves

pytestmark = pytest.mark.django_db


def english(client):
    client.cookies["weilu_language"] = "en"
    return client


def text(client, path, **headers):
    response = client.get(path, headers=headers)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def main(page):
    """What the page says, without the token of its forms, which is another each time."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", re.search(r"<main.*</main>", page, re.S)[0])


# today ---------------------------------------------------------------------------------------------------------------


def test_an_empty_home_says_what_will_stand_here_and_offers_the_first_step(ada, client_of):
    page = text(english(client_of(ada)), "/")
    assert "nobody sits at it yet" in page
    assert 'href="/imports/"' in page
    assert "weilu demo" in page


def test_today_shows_five_figures_against_the_days_before(lively, ada, client_of):
    page = text(english(client_of(ada)), "/")
    assert len(re.findall(r'class="cardx kpi"', page)) == 5
    # Cai, Mei and Lin spoke, Yan reacted, Zoe spoke next door: 5 of 6 members took part.
    active = pages.figures(page)[0]
    assert active.count == 5


def test_a_figure_of_today_opens_exactly_its_people(lively, ada, client_of):
    client = english(client_of(ada))
    active = pages.figures(text(client, "/"))[0]
    people = text(client, active.address)
    assert pages.behind(client, active.address) == 5
    assert {name for name in ("Cai", "Mei", "Lin", "Yan", "Zoe", "Bo") if f"</span>{name}<" in people} == {
        "Cai", "Mei", "Lin", "Yan", "Zoe"
    }  # fmt: skip


def test_the_live_feed_tells_who_did_what_where_newest_first(lively, ada, client_of):
    feed = text(english(client_of(ada)), "/feed/", HX_Request="true")
    assert "<b>Mei</b> answered <b>Cai</b> in “Hearth”" in feed
    assert feed.index("answered <b>Cai</b>") < feed.index("<b>Zoe</b> wrote in “Harbour”")
    assert "<html" not in feed


def test_the_live_feed_of_a_past_day_keeps_to_it_and_to_what_was_known(lively, ada, client_of):
    client = english(client_of(ada))
    feed = text(client, "/feed/?as_of=2026-03-04", HX_Request="true")
    assert "<b>Cai</b> wrote in “Hearth”" in feed
    assert "<b>Zoe</b>" not in feed
    assert 'hx-get="/feed/?as_of=2026-03-04&amp;days=28"' in feed  # what is asked for again stays there
    assert "?as_of=2026-03-04" in re.search(r'href="/members/\d+/([^"]*)"', feed)[1]
    assert "<b>" not in text(
        client, "/feed/?known=2026-03-19", HX_Request="true"
    )  # all of it came in on the 20th


def test_bea_sees_her_own_community_only(lively, bea, client_of):
    client = english(client_of(bea))
    page = text(client, "/")
    assert "Harbour" not in page
    assert "Zoe" not in page
    assert pages.figures(page)[0].count == 4


def test_dov_sees_nothing_and_a_stranger_is_asked_to_log_in(lively, ada, dov, client_of, stranger):
    paths = (
        "/communities/",
        f"/communities/{lively.hearth.pk}/",
        "/search/?find=Cai",
        "/feed/",
        "/behind/?q={}",
    )
    for path in paths:
        assert client_of(dov).get(path).status_code == 404, path
    for path in (*paths, "/", "/settings/"):
        assert stranger.get(path).headers["Location"].startswith("/login?"), path


def test_dov_who_holds_nothing_is_led_to_nothing_but_the_own_account(lively, ada, dov, client_of):
    page = client_of(dov).get("/", follow=True)
    assert page.redirect_chain == [("/settings/", 302)]
    main = re.search(r"<main.*</main>", page.content.decode(), re.DOTALL)[0]
    assert set(re.findall(r'<a [^>]*href="([^"]+)"', main)) == {"/settings/account"}
    assert lively.hearth.name not in page.content.decode()


def test_a_community_of_others_looks_like_one_that_does_not_exist(lively, bea, client_of):
    client = english(client_of(bea))
    strange, missing = client.get(f"/communities/{lively.harbour.pk}/"), client.get("/communities/999999/")
    assert strange.status_code == missing.status_code == 404
    assert re.findall(r"<main.*?</main>", strange.content.decode(), re.S) == re.findall(
        r"<main.*?</main>", missing.content.decode(), re.S
    )


def test_an_old_export_is_shown_as_of_its_last_day_and_says_so(lively, ada, client_of):
    with clock.frozen(NOW + dt.timedelta(days=400)):
        page = text(english(client_of(ada)), "/")
        people = text(client_of(ada), pages.figures(page)[0].address)
    assert re.search(
        r'href="/members/\d+/"', people
    )  # nobody asked for that day, so members are shown as they are now
    assert "Nothing has come in since Mar 19, 2026" in page
    assert pages.figures(page)[0].count == 5


@pytest.mark.parametrize(
    "query", ["as_of=nonsense", "days=9999", "known=2026-13-01", "as_of=0001-01-01", "days=-1"]
)
def test_nonsense_in_the_address_breaks_no_page(lively, ada, client_of, query):
    for path in ("/", "/communities/", f"/communities/{lively.hearth.pk}/"):
        assert client_of(ada).get(f"{path}?{query}").status_code in (200, 400), path


def test_a_page_number_that_nobody_has_shows_the_last_page_or_is_refused(lively, ada, client_of):
    client = english(client_of(ada))
    page = text(client, f"/communities/{lively.hearth.pk}/")
    voice = html.unescape(re.search(r'href="(/communities/\d+/voices/\d+/[^"]*)"', page)[1])
    member = re.search(r'href="(/members/\d+/)', page)[1]
    behind = next(one.address for one in pages.chart_points(page) if one.count)
    for address in (voice, behind):
        whole = text(client, address)
        for number in ("999999999", "0"):
            assert main(text(client, f"{address}&page={number}")) == main(whole), address
    refused = ("9" * 30, "²", "-1", "9" * 5000, "1e3")
    for address in (voice, behind, "/members/?", "/settings/audit?action="):
        for number in refused:
            answer = client.get(f"{address}&page={number}&before={number}&days={number}")
            assert answer.status_code in (200, 400), (address, number[:40])
    for number in refused:
        assert client.get(f"{member}?after={number}-{number}&scope={number}").status_code in (200, 400)


def test_what_nobody_lived_is_marked_on_every_page_that_shows_it(lively, ada, client_of):
    client = english(client_of(ada))
    own = f"/communities/{lively.hearth.pk}/"
    week = re.search(rf'href="(/reports/{lively.hearth.pk}/[^"]+/)"', text(client, "/reports/"))[1]
    cai = re.search(r'href="(/members/\d+/)[^"]*">Cai<', text(client, "/members/"))[1]
    paths = ("/", "/communities/", own, "/reports/", week, "/members/", cai)
    assert [path for path in paths if "simulated" in main(text(client, path))] == []
    lively.hearth.simulated = True
    lively.hearth.save(update_fields=["simulated"])
    panels.kept.clear()
    assert [path for path in paths if "simulated" not in main(text(client, path))] == []


def test_what_other_rooms_say_of_a_community_is_fetched_after_its_page(lively, bea, stranger, client_of):
    client = english(client_of(bea))
    page = text(client, f"/communities/{lively.hearth.pk}/?days=7")
    cards = dict(pages.parts(client, page))
    at = f"/communities/{lively.hearth.pk}/cards/"
    assert list(cards) == [f"{at}{slug}/?days=7" for slug in ("kpi", "diagnosis", "advice")]
    for address, title in zip(cards, ("KPI score", "Diagnosis", "Advice"), strict=True):
        assert f"<h2>{title}" in page
        assert f"<h2>{title}" in cards[address]
        assert stranger.get(address).status_code == 302
        assert client.post(address).status_code == 405
        hidden = client.get(address.replace(f"/{lively.hearth.pk}/", f"/{lively.harbour.pk}/"))
        missing = client.get(address.replace(f"/{lively.hearth.pk}/", "/999999/"))
        assert hidden.status_code == missing.status_code == 404
    assert client.get(f"{at}nobody/").status_code == 404


def test_a_card_says_so_where_the_warehouse_does_not_answer(lively, warehouse_down, ada, client_of):
    client = english(client_of(ada))
    for slug in ("kpi", "diagnosis", "advice"):
        card = text(client, f"/communities/{lively.hearth.pk}/cards/{slug}/")
        assert "while the warehouse does not answer" in card, slug


def test_without_the_warehouse_pages_say_so_and_everything_else_works(lively, warehouse_down, ada, client_of):
    client = english(client_of(ada))
    for path in ("/", "/communities/", f"/communities/{lively.hearth.pk}/"):
        assert "The warehouse does not answer" in text(client, path)
    assert client.get("/settings/").status_code == 200
    assert client.get(f"/communities/{lively.hearth.pk}/timezone/").status_code == 200


def test_what_is_kept_of_a_page_gives_way_to_a_new_message(lively, play, warehouse, ada, client_of):
    from tests.fixtures.lively import HEARTH, day
    from tests.fixtures.log import say

    client = english(client_of(ada))
    assert pages.figures(text(client, "/"))[0].count == 5
    play([say("Bo", day(20, 11), "at last", community=HEARTH, number="b20")])
    warehouse.loaded()
    assert pages.figures(text(client, "/"))[0].count == 6


# communities ---------------------------------------------------------------------------------------------------------


def test_every_number_bar_and_cell_opens_exactly_what_stands_behind_it(lively, ada, client_of):
    client = english(client_of(ada))
    page = text(client, f"/communities/{lively.hearth.pk}/")
    groups = {
        "heat": pages.heat_cells(page),
        "charts": pages.chart_points(page),
        "bars": pages.bars(page),
        "cohorts": pages.cohort_cells(page),
    }
    for kind, numbers in groups.items():
        assert numbers, kind
        for number in numbers:
            assert pages.behind(client, number.address) == number.count, (kind, number)


def test_moves_between_states_are_told_week_by_week_and_open_their_people(lively, ada, bea, client_of):
    client = english(client_of(bea))
    page = text(client, f"/communities/{lively.hearth.pk}/")
    table = re.search(r'<table class="cohorts ways">.*?</table>', page, re.S)[0]
    told = Counter()
    for way, cells in re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', table, re.S):
        for href, count in re.findall(r'<a href="([^"]*)"[^>]*>(\d+)</a>', cells):
            told[tuple(way.lower().split(" → "))] += int(count)
            assert pages.behind(client, html.unescape(href)) == int(count), way
    until = NOW + dt.timedelta(seconds=1)
    kept = moves(viewer_of(ada), NOW - dt.timedelta(days=60), until, scopes=[lively.hearth.pk])
    assert told == Counter((one.was, one.now) for one in kept if one.was)
    assert told["new", "active"] == 4


def test_a_top_voice_opens_exactly_the_messages_that_are_counted(lively, ada, client_of):
    client = english(client_of(ada))
    page = text(client, f"/communities/{lively.hearth.pk}/?days=7")
    found = re.search(r'href="(/communities/\d+/voices/\d+/[^"]*)">(\d+)</a>', page)
    assert found
    assert found[2] == "6"  # Cai from the 14th to the 19th
    voice = text(client, found[1].replace("&amp;", "&"))
    assert "6 messages" in voice
    assert voice.count('class="said"') == 6


def test_the_list_shows_members_active_share_and_health(lively, ada, client_of):
    page = text(english(client_of(ada)), "/communities/")
    row = re.search(r"<tr><th.*?Hearth.*?</tr>", page, re.S)
    assert row
    assert ">5</a>" in row[0]
    assert ">80%</a>" in row[0]  # four of five took part
    assert re.search(r'class="state s-(good|warn|bad)">\d+<', row[0])


def test_health_names_its_parts_with_evidence_that_opens(lively, ada, client_of):
    client = english(client_of(ada))
    page = text(client, f"/communities/{lively.hearth.pk}/")
    assert "of 5 members take part on an average day" in page
    for part in ("Activity", "Conversation", "Silence"):
        address = re.search(rf'class="factor" href="([^"]+)"><span>{part}<', page)
        assert address, part
        assert client.get(address[1].replace("&amp;", "&")).status_code == 200


def test_as_of_a_day_shows_that_day_and_links_keep_it(lively, ada, client_of):
    client = english(client_of(ada))
    page = text(client, f"/communities/{lively.hearth.pk}/?as_of=2026-03-04")
    assert "As of the end of Mar 4" in page
    assert pages.figures(page)[0].count == 2  # by then Cai and Mei only
    assert "as_of%22%3A%222026-03-04" in pages.figures(page)[0].address
    assert "/communities/?as_of=2026-03-04" in page


def test_what_was_known_before_an_import_is_nothing(lively, ada, client_of):
    page = text(
        english(client_of(ada)), f"/communities/{lively.hearth.pk}/?as_of=2026-03-19&known=2026-03-19"
    )
    assert '<span class="v">0</span>' in page or pages.figures(page)[0].count == 0


def test_bea_sets_the_time_zone_and_hours_move_with_it(lively, bea, client_of):
    client = english(client_of(bea))
    address = f"/communities/{lively.hearth.pk}/timezone/"
    assert client.post(address, {"timezone": "Asia/Shanghai"}).status_code == 302
    cells = {cell.said for cell in pages.heat_cells(text(client, f"/communities/{lively.hearth.pk}/"))}
    assert "Thu 9:00, 1" in cells  # Lin's "early bird", 1:00 by the clock of UTC
    assert client.post(address, {"timezone": "Moon/Base"}).status_code == 400


def test_only_who_may_changes_the_time_zone(lively, dov, client_of, ada):
    address = f"/communities/{lively.hearth.pk}/timezone/"
    assert client_of(dov).get(address).status_code == 404
    assert client_of(dov).post(address, {"timezone": "UTC"}).status_code == 404


# behind --------------------------------------------------------------------------------------------------------------


def test_events_behind_a_number_show_their_words_as_text(lively, ada, client_of):
    client = english(client_of(ada))
    cell = next(
        cell
        for cell in pages.heat_cells(text(client, f"/communities/{lively.hearth.pk}/"))
        if "1:00, 1" in cell.said
    )
    page = text(client, cell.address)
    assert "&lt;b&gt;early&lt;/b&gt; bird" in page
    assert "Thu" in page
    assert "1 event" in page


def test_a_list_leaves_as_a_file_and_the_audit_trail_knows(lively, ada, client_of):
    from weilu.core.operators.models import AuditEntry

    client = english(client_of(ada))
    active = pages.figures(text(client, "/"))[0]
    lines = (
        b"".join(client.get(active.address + "&format=csv").streaming_content)
        .decode("utf-8-sig")
        .splitlines()
    )
    assert lines[0] == "member,name"
    assert len(lines) == 1 + 5
    assert AuditEntry.objects.filter(action="behind.exported").count() == 1


def test_a_file_needs_the_right_to_export(lively, client_of):
    from tests.fixtures.cast import operator

    writer = client_of(operator("wen@example.com", "Wen", "content"))
    active = pages.figures(text(english(writer), "/"))[0]
    assert writer.get(active.address).status_code == 200
    assert writer.get(active.address + "&format=csv").status_code == 403


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "nonsense",
        "[]",
        '{"kind":"trend"}',
        '{"kind":"trend","metric":"none","from":"2026-03-01","to":"2026-03-02"}',
    ],
)
def test_an_address_without_a_sound_question_is_refused_with_a_sentence(lively, ada, client_of, asked):
    response = english(client_of(ada)).get("/behind/", {"q": asked})
    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode()


def test_bea_cannot_open_numbers_of_other_communities(lively, bea, client_of):
    question = f'{{"kind":"trend","metric":"messages","from":"2026-03-01","to":"2026-03-20","by":"period","communities":[{lively.harbour.pk}]}}'
    assert client_of(bea).get("/behind/", {"q": question}).status_code == 404


# search, settings, shell ---------------------------------------------------------------------------------------------


def test_search_finds_members_and_communities_as_a_page_and_as_a_list(lively, ada, client_of):
    client = english(client_of(ada))
    page = text(client, "/search/?find=ca")
    assert "Cai" in page
    assert "<html" in page
    assert "<html" not in text(client, "/search/?find=hear", HX_Request="true")
    assert "Nothing is called “zzz”" in text(client, "/search/?find=zzz")


def test_search_shows_bea_nobody_of_other_communities(lively, bea, client_of):
    client = english(client_of(bea))
    assert "Zoe" not in re.sub(
        r'value="[^"]*"|“[^”]*”', "", text(client, "/search/?find=zoe", HX_Request="true")
    )
    assert "Cai" in text(client, "/search/?find=cai", HX_Request="true")


def test_settings_show_what_one_may_open(ada, bea, client_of):
    owners, beas = text(english(client_of(ada)), "/settings/"), text(english(client_of(bea)), "/settings/")
    assert "Parked events" in owners
    assert "Parked events" not in beas


def test_the_menu_leads_only_where_one_may_go(lively, bea, ada, client_of):
    assert 'href="/imports/"' in text(client_of(ada), "/")
    assert 'href="/imports/"' not in text(client_of(bea), "/")


def test_theme_and_language_are_on_the_page_before_anything_is_painted(ada, client_of):
    client = client_of(ada)
    assert client.post("/preferences", {"theme": "dark", "next": "/"}).status_code == 302
    page = text(client, "/")
    assert 'data-bs-theme="dark"' in page
    assert 'lang="zh-CN"' in page
    client.post("/preferences", {"language": "en", "next": "/"})
    assert 'lang="en"' in text(client, "/")


def test_no_page_holds_a_handler_or_a_script_without_the_nonce(lively, ada, client_of):
    client = client_of(ada)
    for path in ("/", "/communities/", f"/communities/{lively.hearth.pk}/", "/settings/", "/search/"):
        page = text(client, path)
        assert not re.search(r"<[^>]+\son\w+=", page), path
        bare = [
            tag
            for tag in re.findall(r"<script[^>]*>", page)
            if "nonce=" not in tag and "application/json" not in tag
        ]
        assert bare == [], path


def test_an_event_that_failed_again_and_again_waits_for_a_button(lively, ada, client_of):
    from weilu.core.events.models import Parked

    parked = Parked.objects.create(
        handler="rewards", position=1, attempts=5, error="ValueError", parked_at=NOW
    )
    client = english(client_of(ada))
    assert "1 event could not be worked through" in text(client, "/")
    assert "ValueError" in text(client, "/settings/parked/")
    # Its handler no longer exists, so it stays; the page says that it is not there to be replayed.
    assert client.post(f"/settings/parked/{parked.pk}/").status_code == 404
