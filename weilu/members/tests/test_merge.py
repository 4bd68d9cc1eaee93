"""Does merging make two members one in every figure, and does undoing it restore every figure?"""

from __future__ import annotations

import html
import re

import pytest

from weilu.core import clock
from weilu.core.decisions.models import Decision
from weilu.core.errors import Conflict, NotFound, WeiluError
from weilu.core.operators import access
from weilu.members import actions
from weilu.members.queries.table import Filter, listing
from weilu.members.tests.conftest import NOW, settle
from weilu.members.tests.village import HARBOUR, community_of, member_of, moment, timelines
from weilu.members.when import present

pytestmark = pytest.mark.django_db


@pytest.fixture
def by_ada(village, ada):
    return access.viewer_of(ada)


def figures(warehouse, viewer, client) -> tuple:
    """Everything this room concludes and shows."""
    settle(warehouse)
    rows = listing(viewer, Filter(sort="name", descending=False), present()).rows
    scores = warehouse.rows(
        "SELECT scope, who, score, contribution, diversity, reach, presence, tier FROM weilu.scores FINAL "
        "WHERE score > 0 ORDER BY scope, who"
    )
    pages = [plain(client.get(f"/members/{row.id}/")) for row in rows]
    return rows, timelines(), scores, pages


def plain(response) -> str:
    body = re.sub(r"<script.*?</script>|chart-\d+", "", response.content.decode(), flags=re.S)
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)))


def test_merge_then_unmerge_restores_every_figure(warehouse, by_ada, ada, client_of) -> None:
    client = client_of(ada)
    before = figures(warehouse, by_ada, client)
    cai, gus = member_of("Cai"), member_of("Gus")
    decision = actions.merge(by_ada, cai, gus)
    merged = figures(warehouse, by_ada, client)
    assert [row.name for row in merged[0]] == ["Cai", "Emi", "Fay"]
    assert next(row for row in merged[0] if row.name == "Cai").communities == 2
    assert not any(who == gus.pk for _, _, who in merged[1])
    assert ("membership", community_of(HARBOUR), cai.pk) in merged[1]
    actions.unmerge(by_ada, decision.pk)
    assert figures(warehouse, by_ada, client) == before


def test_a_merge_is_a_decision_an_event_and_a_line_in_the_audit_trail(warehouse, by_ada) -> None:
    from weilu.core.operators.models import AuditEntry

    cai, gus = member_of("Cai"), member_of("Gus")
    decision = actions.merge(by_ada, cai, gus)
    actions.unmerge(by_ada, decision.pk)
    settle(warehouse)
    kinds = [
        kind
        for (kind,) in warehouse.rows(
            "SELECT kind FROM weilu.events WHERE source = 'weilu' ORDER BY position"
        )
    ]
    assert kinds == ["member.merged", "member.unmerged"]
    assert Decision.objects.filter(undoes=decision).count() == 1
    assert list(AuditEntry.objects.order_by("seq").values_list("action", flat=True))[-2:] == [
        "member.merged",
        "member.unmerged",
    ]


def test_bea_learns_no_name_that_somebody_bears_only_elsewhere(
    warehouse, by_ada, ada, bea, client_of
) -> None:
    cai, emi = member_of("Cai"), member_of("Emi")
    before = plain(client_of(bea).get(f"/members/{cai.pk}/"))
    actions.merge(by_ada, cai, member_of("Gus"))
    settle(warehouse)
    addresses = (
        "/search/?find=cai", "/search/?find=gus", "/members/?find=gus", f"/members/{cai.pk}/",
        f"/members/{emi.pk}/merge/?other={cai.pk}", f"/members/{emi.pk}/merge/?find=gus",
    )  # fmt: skip
    hers, all_ = ([plain(client_of(who).get(one)) for one in addresses] for who in (bea, ada))
    assert ["Gus" in page for page in all_[:5]] == [True, True, False, True, True]
    assert "Cai" in all_[2]
    for address, page in zip(addresses, hers, strict=True):
        assert "Gus" not in page, address
    assert ["Cai" in page for page in hers] == [True, False, False, True, True, False]
    assert hers[3] == before
    moved = [client_of(one).get(addresses[4]).context["extent"] for one in (bea, ada)]
    assert [(one.accounts, one.messages, one.communities) for one in moved] == [(1, 2, 1), (2, 3, 2)]


def test_a_second_merge_or_undo_is_refused(by_ada) -> None:
    cai, gus, emi = member_of("Cai"), member_of("Gus"), member_of("Emi")
    decision = actions.merge(by_ada, cai, gus)
    with pytest.raises(Conflict):
        actions.merge(by_ada, cai, gus)
    with pytest.raises(WeiluError):
        actions.merge(by_ada, cai, cai)
    second = actions.merge(by_ada, emi, cai)
    with pytest.raises(Conflict):
        actions.unmerge(by_ada, decision.pk)
    actions.unmerge(by_ada, second.pk)
    actions.unmerge(by_ada, decision.pk)
    with pytest.raises(Conflict):
        actions.unmerge(by_ada, decision.pk)
    assert member_of("Gus").pk == gus.pk


def test_bea_merges_nobody_whom_she_does_not_see(village, bea) -> None:
    viewer = access.viewer_of(bea)
    cai, gus = member_of("Cai"), member_of("Gus")
    with pytest.raises(NotFound):
        actions.merge(viewer, cai, gus)
    assert not Decision.objects.exists()


def test_a_report_of_a_day_before_the_merge_stays_as_it_was_known(warehouse, by_ada) -> None:
    from weilu.core.events import queries as log
    from weilu.members.knowledge import states_known

    position = log.head()
    before = sorted(states_known(None, clock.to_ms(moment(NOW)), position))
    actions.merge(by_ada, member_of("Cai"), member_of("Gus"))
    settle(warehouse)
    assert sorted(states_known(None, clock.to_ms(moment(NOW)), position)) == before
    assert sorted(states_known(None, clock.to_ms(moment(NOW)), log.head())) != before


def test_merging_by_the_pages_shows_the_extent_first_and_can_be_undone_there(
    warehouse, by_ada, ada, client_of
) -> None:
    client = client_of(ada)
    client.cookies["weilu_language"] = "en"
    cai, gus = member_of("Cai").pk, member_of("Gus").pk
    ticked = client.post("/members/bulk/", {"query": "", "id": [gus, cai], "act": "merge"})
    assert ticked.url == f"/members/{min(cai, gus)}/merge/?other={max(cai, gus)}"
    one = client.post("/members/bulk/", {"query": "state=active", "id": [gus], "act": "merge"}, follow=True)
    assert one.redirect_chain == [("/members/?state=active", 302)]
    assert "exactly two" in one.content.decode()
    found = client.get(f"/members/{cai}/merge/?find=gu")
    assert [row.id for row in found.context["found"]] == [gus]
    shown = client.get(f"/members/{cai}/merge/?other={gus}")
    assert shown.context["extent"].messages == 1
    assert not Decision.objects.exists()
    client.post(f"/members/{cai}/merge/", {"other": gus})
    settle(warehouse)
    assert client.get(f"/members/{gus}/").url == f"/members/{cai}/"
    assert client.get("/members/moves/").status_code == 200, "a history that became empty"
    page = client.get(f"/members/{cai}/")
    decision = page.context["merges"][0].decision
    assert client.post(f"/members/merges/{decision.pk}/undo/").status_code == 302
    settle(warehouse)
    assert client.get(f"/members/{gus}/").status_code == 200
    assert client.get(f"/members/{cai}/").context["merges"] == []
