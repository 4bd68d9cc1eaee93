"""A tracked link from being made to the archive: who may, what is refused, what its pages and the API say, what came of it."""

from __future__ import annotations

import datetime as dt
import html
import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.fixtures.lively import HARBOUR, HEARTH, day
from tests.fixtures.log import event, join, say
from weilu.communities.spans import Span
from weilu.content import actions, queries, visits
from weilu.content.actions import Wish
from weilu.content.models import Link
from weilu.core import clock
from weilu.core.directory.models import Identity
from weilu.core.errors import Conflict, Forbidden, NotFound, WeiluError
from weilu.core.events.incoming import Actor, Place
from weilu.core.operators.access import Viewer, viewer_of
from weilu.core.operators.models import AuditEntry

ALL = Viewer.everything()
SPAN = Span(dt.date(2026, 2, 21), dt.date(2026, 3, 20), "Asia/Shanghai")


def wish(community: int, **changed: Any) -> Wish:
    return Wish(**{"name": "Menu", "target": "https://shop.example/", "community": community, **changed})


# making and changing ------------------------------------------------------------------------------------------------


def test_a_link_gets_a_code_that_nobody_can_guess_and_a_line_in_the_trail(bea: Any, hearth: Any) -> None:
    made = [
        actions.create(viewer_of(bea), wish(hearth.pk, kind=" Offers ", column="Friday  tea"))
        for _ in range(20)
    ]
    assert len({one.code for one in made}) == 20
    assert all(re.fullmatch("[2-9a-hjkmnp-z]{10}", one.code) for one in made)
    assert (made[0].kind, made[0].column, made[0].created_by_id) == ("Offers", "Friday tea", bea.pk)
    assert AuditEntry.objects.filter(action="link.created", actor=bea.pk).count() == 20
    assert queries.address(made[0]).endswith(f"/l/{made[0].code}")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": "  "}, "body.name"),
        ({"target": "javascript:alert(1)"}, "body.target"),
        ({"target": "http://127.0.0.1:8000/l/abc"}, "body.target"),
        ({"last": dt.date(1999, 1, 1)}, "body.last"),
    ],
)
def test_what_cannot_be_is_refused_with_the_field(
    bea: Any, hearth: Any, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(WeiluError) as error:
        actions.create(viewer_of(bea), wish(hearth.pk, **changed))
    assert error.value.details["field"] == field
    assert not Link.objects.exists()


def test_only_where_one_may_and_a_foreign_link_is_as_if_it_were_not(
    bea: Any, dov: Any, hearth: Any, harbour: Any
) -> None:
    foreign = actions.create(ALL, wish(harbour.pk))
    own = actions.create(viewer_of(bea), wish(hearth.pk))
    for act in (
        lambda: actions.create(viewer_of(bea), wish(harbour.pk)),
        lambda: actions.change(viewer_of(bea), foreign.pk, wish(hearth.pk)),
        lambda: actions.archive(viewer_of(bea), foreign.pk),
        lambda: queries.access_link(viewer_of(bea), foreign.pk),
        lambda: queries.access_link(viewer_of(bea), 10**6),
        lambda: queries.access_link(viewer_of(dov), own.pk),
    ):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(Forbidden):
        actions.create(viewer_of(dov), wish(hearth.pk))
    with pytest.raises(Conflict):
        actions.change(ALL, own.pk, wish(harbour.pk))
    assert list(queries.links(viewer_of(bea))) == [own]


def test_its_code_outlives_every_change_and_twice_archived_is_once(bea: Any, hearth: Any) -> None:
    viewer = viewer_of(bea)
    row = actions.create(viewer, wish(hearth.pk))
    changed = actions.change(
        viewer, row.pk, wish(hearth.pk, name="Summer menu", target="https://shop.example/summer")
    )
    assert (changed.code, changed.target) == (row.code, "https://shop.example/summer")
    assert actions.archive(viewer, row.pk).archived_at == actions.archive(viewer, row.pk).archived_at
    assert AuditEntry.objects.filter(action="link.archived").count() == 1
    assert list(queries.links(viewer)) == []
    assert list(queries.links(viewer, archived=True)) == [row]
    assert actions.restore(viewer, row.pk).archived_at is None


def test_it_works_to_the_end_of_its_last_day_by_the_communitys_clock(bea: Any, hearth: Any) -> None:
    hearth.timezone = "America/New_York"
    hearth.save()
    row = actions.create(viewer_of(bea), wish(hearth.pk, last=dt.date(2026, 3, 7)))
    assert queries.ends(row) == clock.to_ms(dt.datetime(2026, 3, 8, 5, tzinfo=dt.UTC))


def test_a_member_has_one_address_if_they_were_ever_in_the_community(lively: Any, bea: Any) -> None:
    viewer = viewer_of(bea)
    row = actions.create(viewer, wish(lively.hearth.pk))
    cai, zoe = (Identity.objects.get(name=name).member_id for name in ("Cai", "Zoe"))
    assert queries.address_for(viewer, row.pk, cai) == queries.address_for(ALL, row.pk, cai)
    with pytest.raises(NotFound):
        queries.address_for(viewer, row.pk, zoe)
    with pytest.raises(WeiluError, match="从未"):
        queries.address_for(ALL, row.pk, zoe)


# what came of it ----------------------------------------------------------------------------------------------------


@pytest.fixture
def clicked(lively: Any, bea: Any, play: Any, warehouse: Any) -> Link:
    """Cai clicks on the 4th at 21 and on the 5th, two strangers on the 5th, one of them by what Mei passed on; a bot looks twice.
    Cai buys on the 9th for 500 and on the 15th for 80; Cai's second account joins on the 6th. Lin, who never clicked, buys."""
    row = actions.create(viewer_of(bea), wish(lively.hearth.pk, name="Spring menu", kind="Offers"))
    other = actions.create(viewer_of(bea), wish(lively.hearth.pk, name="Other"))
    place = Place(HEARTH.platform, HEARTH.outside)
    known = visits.Known(row.pk, row.target, place, None)
    cai, mei = (_account(name) for name in ("Cai", "Mei"))
    one, two = visits.stranger("a" * 32), visits.stranger("b" * 32)
    play(
        [
            visits.clicked(known, cai, "", day(4, 13)),
            visits.clicked(known, cai, "blog.example", day(5, 2)),
            visits.clicked(known, one, "", day(5, 3)),
            visits.forwarded(known, mei, two, day(5, 4)),
            visits.clicked(known, two, "", day(5, 4)),
            visits.previewed(known, "bot", day(5, 5)),
            visits.previewed(known, "bot", day(5, 6)),
            visits.clicked(visits.Known(other.pk, "", place, None), one, "", day(6)),
            join("Cai", day(6, 9), community=HEARTH, number="again"),
            event("order.paid", day(9), "Cai", community=HEARTH, number="o1", value=500),
            event("order.paid", day(15), "Cai", community=HEARTH, number="o2", value=80),
            event("order.paid", day(15), "Lin", community=HEARTH, number="o3", value=10),
        ]
    )
    warehouse.loaded()
    return row


def _account(name: str) -> Actor:
    row = Identity.objects.get(name=name)
    return Actor(row.platform, row.outside)


def test_the_figures_are_those_counted_by_hand(clicked: Link, bea: Any) -> None:
    found = queries.figures(clicked, SPAN, 7, viewer_of(bea))
    counted = (found.clicks, found.people, found.previews, found.forwards, found.joins, found.orders)
    assert [one.value for one in counted] == [4, 3, 2, 1, 1, 1]
    assert {day_.day: one.value for day_, one in found.days if one.value} == {4: 1, 5: 3}
    assert {(cell["weekday"], cell["hour"], cell["value"]) for cell in found.hours} == {
        (3, 21, 1), (4, 10, 1), (4, 11, 1), (4, 12, 1),
    }  # fmt: skip
    assert queries.figures(clicked, SPAN, 30, viewer_of(bea)).orders.value == 2
    assert queries.figures(clicked, SPAN, 1, viewer_of(bea)).orders.value == 0


def test_each_number_opens_what_is_behind_it(clicked: Link, bea: Any, client_of: Any) -> None:
    found = queries.figures(clicked, SPAN, 30, viewer_of(bea))
    browser = client_of(bea)
    for one in (
        found.clicks,
        found.people,
        found.previews,
        found.forwards,
        found.joins,
        found.orders,
        found.days[12][1],
    ):
        answer = browser.get(one.href, headers={"accept-language": "en"})
        assert answer.status_code == 200
        assert answer.context["page"].paginator.count == one.value if "page" in answer.context else True


def test_in_the_list_each_link_has_its_own(clicked: Link, bea: Any) -> None:
    rows = list(queries.links(viewer_of(bea)))
    found = {one.row.name: one for one in queries.lines(rows, SPAN, viewer_of(bea))}
    assert (found["Spring menu"].clicks.value, found["Spring menu"].people.value) == (4, 3)
    assert (found["Other"].clicks.value, found["Other"].people.value) == (1, 1)
    assert sum(found["Spring menu"].spark) == 4
    assert len(found["Spring menu"].spark) == 28


def test_where_nothing_was_ever_clicked_everything_is_nought(lively: Any, bea: Any) -> None:
    row = actions.create(viewer_of(bea), wish(lively.hearth.pk))
    found = queries.figures(row, SPAN, 7, viewer_of(bea))
    assert (found.clicks, found.people, found.orders) == (queries.Count(),) * 3
    assert [one.clicks.value for one in queries.lines([row], SPAN, viewer_of(bea))] == [0]


# pages --------------------------------------------------------------------------------------------------------------


def test_the_pages_make_change_and_archive(bea: Any, hearth: Any, client_of: Any, warehouse: Any) -> None:
    browser = client_of(bea)
    given = {
        "name": "Menu",
        "target": "https://shop.example/",
        "community": hearth.pk,
        "kind": "Offers",
        "last": "",
    }
    made = browser.post(reverse("links:create"), given)
    row = Link.objects.get()
    assert made.headers["Location"] == reverse("links:page", args=[row.pk])
    page = html.unescape(browser.get(made.headers["Location"]).content.decode())
    assert queries.address(row) in page
    browser.post(reverse("links:edit", args=[row.pk]), {**given, "name": "Tea"})
    row.refresh_from_db()
    assert row.name == "Tea"
    assert "Tea" in browser.get(reverse("links:list")).content.decode()
    browser.post(reverse("links:archive", args=[row.pk]))
    assert "Tea" not in browser.get(reverse("links:list")).content.decode()
    assert "Tea" in browser.get(reverse("links:list"), {"show": "archived"}).content.decode()
    browser.post(reverse("links:restore", args=[row.pk]))
    assert Link.objects.get().archived_at is None


def test_a_form_says_at_the_field_what_is_wrong(bea: Any, hearth: Any, harbour: Any, client_of: Any) -> None:
    browser = client_of(bea)
    given = {"name": "Menu", "target": "javascript:alert(1)", "community": hearth.pk}
    answer = browser.post(reverse("links:create"), given, headers={"accept-language": "en"})
    assert answer.status_code == 400
    assert "target" in answer.context["form"].errors
    answer = browser.post(
        reverse("links:create"), {**given, "target": "https://a.example", "community": harbour.pk}
    )
    assert (answer.status_code, Link.objects.count()) == (400, 0)


def test_a_stranger_finds_no_page_and_whoever_only_looks_no_button(
    bea: Any, hearth: Any, harbour: Any, client_of: Any, warehouse: Any
) -> None:
    from tests.fixtures.cast import operator

    foreign = actions.create(ALL, wish(harbour.pk))
    own = actions.create(ALL, wish(hearth.pk))
    for name in ("page", "edit", "qr_svg", "qr_png"):
        assert client_of(bea).get(reverse(f"links:{name}", args=[foreign.pk])).status_code == 404
    reader = client_of(operator("eve@example.com", "Eve", "analyst", hearth))
    page = reader.get(reverse("links:page", args=[own.pk])).content.decode()
    assert reverse("links:archive", args=[own.pk]) not in page
    assert reader.get(reverse("links:edit", args=[own.pk])).status_code == 404
    assert reader.post(reverse("links:archive", args=[own.pk])).status_code == 404


def test_the_page_finds_a_members_own_address_and_nobody_elses_name(
    lively: Any, bea: Any, client_of: Any
) -> None:
    row = actions.create(viewer_of(bea), wish(lively.hearth.pk))
    cai = Identity.objects.get(name="Cai").member_id
    page = client_of(bea).get(reverse("links:page", args=[row.pk]), {"who": "cai"}).content.decode()
    assert queries.address_for(ALL, row.pk, cai) in page
    assert (
        "Zoe" not in client_of(bea).get(reverse("links:page", args=[row.pk]), {"who": "zo"}).content.decode()
    )


def test_a_longer_list_of_links_asks_the_database_no_more(
    lively: Any, bea: Any, client_of: Any, django_assert_max_num_queries: Any
) -> None:
    client, ended = client_of(bea), dt.date(2026, 3, 19)
    actions.create(viewer_of(bea), wish(lively.hearth.pk, last=ended))
    assert client.get(reverse("links:list")).status_code == 200
    with CaptureQueriesContext(connection) as asked:
        client.get(reverse("links:list"))
    for number in range(3):
        actions.create(viewer_of(bea), wish(lively.hearth.pk, name=f"Menu {number}", last=ended))
    with django_assert_max_num_queries(len(asked)):
        lines = client.get(reverse("links:list")).context["lines"]
    assert [one["over"] for one in lines] == [True] * 4


def test_whoever_is_called_alike_elsewhere_hides_nobody_and_many_are_found_as_one_is(
    lively: Any, bea: Any, client_of: Any, play: Any, warehouse: Any, django_assert_max_num_queries: Any
) -> None:
    row = actions.create(viewer_of(bea), wish(lively.hearth.pk))
    play([say(f"Tea {n}", day(18, 10), "Hello", community=HARBOUR, number=f"t{n}") for n in range(40)])
    play([say(f"Tea Zhang {n}", day(18, 11), "Hello", community=HEARTH, number=f"z{n}") for n in range(12)])
    warehouse.loaded()
    client, address = client_of(bea), reverse("links:page", args=[row.pk])
    with CaptureQueriesContext(connection) as asked:
        assert [one["name"] for one in client.get(address, {"who": "zhang 11"}).context["addresses"]] == [
            "Tea Zhang 11"
        ]
    with django_assert_max_num_queries(len(asked)):
        found = client.get(address, {"who": "tea"}).context["addresses"]
    assert [one["name"] for one in found] == [f"Tea Zhang {n}" for n in range(10)]
    assert found[0]["address"] == queries.address_for(ALL, row.pk, found[0]["member"])


def test_without_the_column_store_the_pages_stand(
    bea: Any, hearth: Any, client_of: Any, warehouse_down: None
) -> None:
    row = actions.create(viewer_of(bea), wish(hearth.pk))
    for address in (reverse("links:list"), reverse("links:page", args=[row.pk])):
        answer = client_of(bea).get(address)
        assert answer.status_code == 200
        assert "Menu" in answer.content.decode()


def test_the_qr_code_says_the_address(bea: Any, hearth: Any, client_of: Any) -> None:
    import segno

    row = actions.create(viewer_of(bea), wish(hearth.pk))
    drawn = client_of(bea).get(reverse("links:qr_svg", args=[row.pk]))
    assert drawn["Content-Type"] == "image/svg+xml"
    out = io.BytesIO()
    segno.make(queries.address(row), error="q", micro=False).save(
        out, kind="svg", scale=4, border=4, light="#fff"
    )
    assert drawn.content == out.getvalue()
    png = client_of(bea).get(reverse("links:qr_png", args=[row.pk]), {"download": ""})
    assert png.content.startswith(b"\x89PNG")
    assert row.code in png["Content-Disposition"]


# API ----------------------------------------------------------------------------------------------------------------


def test_a_program_makes_links_and_asks_what_became_of_them(
    clicked: Link, lively: Any, bea: Any, program: Any
) -> None:
    caller = program(bea)
    given = {
        "name": "API",
        "target": "https://shop.example/",
        "community": lively.hearth.pk,
        "type": "Offers",
    }
    made = caller.post("/links", given, key="one")
    assert (made.status_code, caller.post("/links", given, key="one").json()) == (201, made.json())
    row = Link.objects.get(name="API")
    assert made.json()["address"] == queries.address(row)
    assert [one["name"] for one in caller.all("/links")] == ["Spring menu", "Other", "API"]
    assert caller.put(f"/links/{row.pk}", {**given, "name": "Tea"}).json()["name"] == "Tea"
    assert caller.post(f"/links/{row.pk}/archive").json()["archived_at"]
    assert [one["name"] for one in caller.all("/links", archived=True)] == ["Tea"]
    assert caller.post(f"/links/{row.pk}/restore").json()["archived_at"] is None
    told = caller.get(f"/links/{clicked.pk}/figures", within=30).json()
    assert {name: told[name] for name in ("clicks", "people", "previews", "forwards", "joins", "orders")} == {
        "clicks": 4, "people": 3, "previews": 2, "forwards": 1, "joins": 1, "orders": 2,
    }  # fmt: skip
    cai = Identity.objects.get(name="Cai").member_id
    assert caller.get(f"/links/{clicked.pk}/addresses/{cai}").json() == {
        "member": cai,
        "address": queries.address_for(ALL, clicked.pk, cai),
    }


def test_a_program_is_refused_as_its_operator_is(bea: Any, hearth: Any, harbour: Any, program: Any) -> None:
    foreign, own = (actions.create(ALL, wish(place.pk)) for place in (harbour, hearth))
    caller, reader = program(bea), program(bea, "view")
    given = {"name": "API", "target": "ftp://shop.example/", "community": hearth.pk}
    refused = caller.post("/links", given)
    assert (refused.status_code, refused.json()["field"]) == (400, "body.target")
    assert caller.get(f"/links/{foreign.pk}").status_code == caller.get("/links/999999").status_code == 404
    assert caller.post(f"/links/{foreign.pk}/archive").status_code == 404
    assert reader.get(f"/links/{own.pk}").status_code == 200
    assert reader.post(f"/links/{own.pk}/archive").status_code == 403
    assert program().get("/links").status_code == 401
    assert caller.put(
        f"/links/{own.pk}", {**given, "target": "https://a.example", "community": harbour.pk}
    ).status_code in (404, 409)
