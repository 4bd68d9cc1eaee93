"""From the log to what ails a community, and from each finding to exactly the people and messages behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fixtures import pages
from tests.fixtures.lively import HEARTH, day
from tests.fixtures.log import account, join, leave, say
from weilu.connectors.imports import actions as imports
from weilu.connectors.imports.models import Batch
from weilu.connectors.imports.simulator import actions as simulator
from weilu.connectors.imports.simulator.brand import Options
from weilu.core import clock
from weilu.core.directory.models import Brand, Community, Identity
from weilu.core.errors import NotFound
from weilu.core.operators.access import Viewer, viewer_of
from weilu.core.operators.models import AuditEntry
from weilu.evaluation.diagnosis import actions, gather, queries, rules
from weilu.evaluation.diagnosis.models import TeamAccount
from weilu.members import conclude

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
YEAR = Options(end=NOW.date())
OFFER = "限时秒杀！春茶直降，下单立减 30 元，手慢无"


def diagnosis(viewer: Any, community: Any) -> queries.Diagnosis:
    return queries.diagnose(viewer, [community.pk], gather.present())[community.pk]


def rules_of(viewer: Any, community: Any) -> set[str]:
    return {one.rule for one in diagnosis(viewer, community).findings}


@pytest.fixture
def brand(warehouse: Any, own_home: Any, db: Any) -> Iterator[dict[str, Any]]:
    """A year of the sample brand; communities by name."""
    from weilu.communities import panels

    panels.kept.clear()
    with clock.frozen(NOW):
        Brand.objects.create(name="Tea", timezone="Asia/Shanghai")
        simulator.stage(YEAR, Viewer.everything())
        warehouse.loaded()
        while conclude.run_once():
            pass
        yield {one.name: one for one in Community.objects.all()}


@pytest.mark.once
@pytest.mark.slow
def test_the_sick_communities_of_the_sample_brand_are_found_and_the_healthy_are_not(
    brand: dict[str, Any], ada: Any, client_of: Any
) -> None:
    viewer = Viewer.everything()
    found = queries.diagnose(viewer, [one.pk for one in brand.values()], gather.present())
    rules = {name: {one.rule for one in found[place.pk].findings} for name, place in brand.items()}
    assert "silent_crowd" in rules["青山会员通知群"]
    assert "dead_group" in rules["茶器交流群"]
    assert "over_selling" in rules["青山福利秒杀群"]
    for well in ("老茶客茶话会", "城南门店群", "青山体验官"):
        assert rules[well] == set(), well
    assert [name for name in rules if "over_selling" in rules[name]] == ["青山福利秒杀群"]
    board = client_of(ada)
    board.cookies["weilu_language"] = "en"
    opened = 0
    for name, place in brand.items():
        page = board.get(f"/diagnosis/{place.pk}/")
        for told in page.context["findings"]:
            one = found[place.pk].finding(told.rule)
            behind = pages.behind(board, told.href)
            if told.rule == "silent_crowd":
                assert behind == round(one.numbers["share"] * one.numbers["members"])
            elif told.rule == "dead_group":
                assert behind == one.numbers["active"]
            elif told.rule == "slow_answers":
                assert behind == one.numbers["answered"]
            else:
                assert behind == told.count, (name, told.rule)
            opened += 1
    assert opened >= 3
    sick = [one.name for one, _told in board.get("/diagnosis/").context["sick"]]
    assert {"青山会员通知群", "茶器交流群", "青山福利秒杀群"} <= set(sick)


def sell(many: int, who: str = "Sel", first: int = 10) -> list[Any]:
    """So many offers, four a day, and as many useful words of others."""
    return [
        say(
            who,
            day(first + number // 4, 9 + number % 4),
            f"{OFFER} {number}",
            community=HEARTH,
            number=f"o{number}",
        )
        for number in range(many)
    ]


def test_who_sells_is_known_from_the_offers_until_an_operator_says_otherwise(
    lively: Any, bea: Any, play: Any, warehouse: Any, client_of: Any
) -> None:
    play(sell(12))
    warehouse.loaded()
    viewer, hers = viewer_of(bea), client_of(bea)
    one = diagnosis(viewer, lively.hearth).finding("over_selling")
    assert one is not None
    assert one.numbers["offers"] == 12
    assert len(one.positions) == 12
    member = Identity.objects.get(name="Sel").member_id
    page = hers.get(f"/diagnosis/{lively.hearth.pk}/over_selling/")
    assert page.content.decode().count("限时秒杀") >= 12
    assert hers.post(f"/diagnosis/{lively.hearth.pk}/team/{member}", {"ours": "no"}).status_code == 302
    assert "over_selling" not in rules_of(viewer, lively.hearth)
    assert hers.get(f"/diagnosis/{lively.hearth.pk}/over_selling/").status_code == 404
    hers.post(f"/diagnosis/{lively.hearth.pk}/team/{member}", {"ours": "no"})
    assert AuditEntry.objects.filter(action="team.not_ours").count() == 1, "said again it changes nothing"


def test_a_team_that_an_operator_named_talks_alone(lively: Any, bea: Any, client_of: Any) -> None:
    """Cai wrote 17 of the 27 messages of people, Mei 9."""
    assert "talking_alone" not in rules_of(viewer_of(bea), lively.hearth)
    actions.say(viewer_of(bea), Identity.objects.get(name="Cai").member_id, True)
    one = diagnosis(viewer_of(bea), lively.hearth).finding("talking_alone")
    assert one is not None
    assert (one.numbers["own"], one.numbers["messages"], one.numbers["others"]) == (17, 27, 2)
    assert len(one.positions) == 17
    assert pages.behind(client_of(bea), f"/diagnosis/{lively.hearth.pk}/talking_alone/") == 17


def test_bots_and_other_communities_do_not_count(lively: Any, bea: Any, play: Any, warehouse: Any) -> None:
    from tests.fixtures.lively import HARBOUR

    bot = account("Bell", bot=True)
    play([say(bot, day(12 + n % 7, 9), f"{OFFER}{n}", community=HEARTH, number=f"b{n}") for n in range(20)])
    play(
        [say("Sel", day(12 + n % 7, 9), f"{OFFER}{n}", community=HARBOUR, number=f"h{n}") for n in range(20)]
    )
    warehouse.loaded()
    assert "over_selling" not in rules_of(viewer_of(bea), lively.hearth)


def test_the_day_on_which_people_leave_opens_exactly_those_who_left_then(
    lively: Any, bea: Any, play: Any, warehouse: Any, client_of: Any
) -> None:
    names = [f"P{n}" for n in range(14)]
    play([join(name, day(3, 9), community=HEARTH, number=f"j{name}") for name in names])
    play([leave(name, day(6, 8), community=HEARTH, number=f"l{name}") for name in names[:9]])
    play(
        [leave(name, day(8 + n, 10), community=HEARTH, number=f"l{name}") for n, name in enumerate(names[9:])]
    )
    warehouse.loaded()
    one = diagnosis(viewer_of(bea), lively.hearth).finding("churn_node")
    assert one is not None
    assert (one.numbers["day"], one.numbers["left"], one.numbers["all"]) == (3, 9, 14)
    assert {row.name for row in Identity.objects.filter(member__in=one.members)} == set(names[:9])
    address = f"/diagnosis/{lively.hearth.pk}/churn_node/"
    assert pages.behind(client_of(bea), address) == 9
    assert client_of(bea).get(address, {"page": "9" * 5_000}).status_code == 400


def test_growth_by_people_who_say_nothing_opens_exactly_those(
    lively: Any, bea: Any, play: Any, warehouse: Any, client_of: Any
) -> None:
    """N0 spoke on the last moment of the first week, N1 a moment too late, N2 before joining; L* joined too lately to be judged."""
    names = [f"N{n}" for n in range(60)]
    joined = {name: day(1 + n % 13, 9) for n, name in enumerate(names)}
    joined.update({f"L{n}": day(14, 0) for n in range(5)})
    play([join(name, at, community=HEARTH, number=f"j{name}") for name, at in joined.items()])
    week = gather.SETTLED_DAYS * rules.DAY * 1000
    moments = {"N0": week - 1_000, "N1": week, "N2": -1_000}
    play(
        [
            say(name, joined[name] + later, "hi", community=HEARTH, number=f"s{name}")
            for name, later in moments.items()
        ]
    )
    warehouse.loaded()
    one = diagnosis(viewer_of(bea), lively.hearth).finding("growth_without_quality")
    assert one is not None
    silent = {row.name for row in Identity.objects.filter(member__in=one.members)}
    assert {name for name in silent if name[0] in "NL" and name[1:].isdigit()} == set(names[1:])
    assert len(silent) == len(one.members) == one.numbers["newcomers"] - one.numbers["spoke"]
    address = f"/diagnosis/{lively.hearth.pk}/growth_without_quality/"
    assert pages.behind(client_of(bea), address) == len(silent)


def test_members_who_only_answer_stand_behind_what_ails_their_community(
    lively: Any, bea: Any, play: Any, warehouse: Any, client_of: Any
) -> None:
    """The team begins every talk; A0 to A3 answer, and A3 once asks, too. Cai and Mei are quiet by then."""
    posts = [
        say("Sel", day(3 + n // 2, 8 + n % 2), f"Look {n}", community=HEARTH, number=f"p{n}")
        for n in range(30)
    ]
    answers = [
        say(f"A{n % 4}", day(3 + n // 2, 11), f"yes {n}", community=HEARTH, number=f"a{n}", about=f"p{n}", target="Sel")
        for n in range(30)
    ]  # fmt: skip
    play([*posts, *answers, say("A3", day(9, 12), "and mine?", community=HEARTH, number="own")])
    warehouse.loaded()
    for name in ("Sel", "Cai", "Lin"):
        actions.say(viewer_of(bea), Identity.objects.get(name=name).member_id, True)
    one = diagnosis(viewer_of(bea), lively.hearth).finding("nothing_by_members")
    assert one is not None
    assert {name: one.numbers[name] for name in ("own", "answers")} == {"own": 1, "answers": 30 + 9}
    assert {row.name for row in Identity.objects.filter(member__in=one.members)} == {"A0", "A1", "A2", "Mei"}
    assert pages.behind(client_of(bea), f"/diagnosis/{lively.hearth.pk}/nothing_by_members/") == 4


def test_those_who_were_put_out_are_told_from_those_who_left(
    lively: Any, bea: Any, play: Any, warehouse: Any, client_of: Any
) -> None:
    names = [f"K{n}" for n in range(16)]
    play([join(name, day(3, 9), community=HEARTH, number=f"j{name}") for name in names])
    way = {"way": "removed"}
    put_out = [
        leave(name, day(4 + n % 9, 8), community=HEARTH, number=f"l{name}", properties=way)
        for n, name in enumerate(names[:12])
    ]
    went = [
        leave(name, day(4 + n, 10), community=HEARTH, number=f"l{name}") for n, name in enumerate(names[12:])
    ]
    play([*put_out, *went])
    warehouse.loaded()
    one = diagnosis(viewer_of(bea), lively.hearth).finding("over_control")
    assert one is not None
    assert (one.numbers["removed"], one.numbers["left"]) == (12, 16)
    assert {row.name for row in Identity.objects.filter(member__in=one.members)} == set(names[:12])
    assert pages.behind(client_of(bea), f"/diagnosis/{lively.hearth.pk}/over_control/") == 12


def test_what_is_undone_ails_nobody_any_longer(lively: Any, bea: Any, warehouse: Any) -> None:
    batch = imports.bring_in(iter(sell(12)), name="late", format_name="test", viewer=Viewer.everything())
    warehouse.loaded()
    assert "over_selling" in rules_of(viewer_of(bea), lively.hearth)
    imports.undo(Batch.objects.get(pk=batch.pk), Viewer.everything())
    warehouse.loaded()
    assert "over_selling" not in rules_of(viewer_of(bea), lively.hearth)


def test_each_sees_what_ails_their_own_communities(
    lively: Any, ada: Any, bea: Any, dov: Any, client_of: Any, stranger: Any
) -> None:
    hers, zoe = client_of(bea), Identity.objects.get(name="Zoe").member_id
    assert len(client_of(ada).get("/diagnosis/").context["communities"]) == 2
    assert [one.name for one in hers.get("/diagnosis/").context["communities"]] == ["Hearth"]
    assert hers.get(f"/diagnosis/{lively.hearth.pk}/").status_code == 200
    assert hers.get(f"/diagnosis/{lively.harbour.pk}/").status_code == 404
    assert hers.get(f"/diagnosis/{lively.hearth.pk}/no_such_rule/").status_code == 404
    assert hers.post(f"/diagnosis/{lively.hearth.pk}/team/{zoe}", {"ours": "yes"}).status_code == 404
    cai = Identity.objects.get(name="Cai").member_id
    assert hers.post(f"/diagnosis/{lively.hearth.pk}/team/{cai}", {"ours": "maybe"}).status_code == 400
    with pytest.raises(NotFound):
        actions.say(viewer_of(bea), zoe, True)
    assert not TeamAccount.objects.exists()
    for address in ("/diagnosis/", f"/diagnosis/{lively.hearth.pk}/"):
        assert client_of(dov).get(address).status_code == 404
        assert stranger.get(address).status_code == 302


def test_the_communitys_own_page_says_what_ails_it_and_hostile_words_stay_words(
    lively: Any, bea: Any, play: Any, warehouse: Any, client_of: Any
) -> None:
    play(sell(12, "<b>Sel</b>"))
    warehouse.loaded()
    hers = client_of(bea)
    hers.cookies["weilu_language"] = "en"
    assert "Over-selling" in pages.whole(hers, f"/communities/{lively.hearth.pk}/")
    for address in (f"/diagnosis/{lively.hearth.pk}/", f"/diagnosis/{lively.hearth.pk}/over_selling/"):
        page = hers.get(address).content.decode()
        assert "&lt;b&gt;Sel" in page
        assert "<b>Sel" not in page
    actions.say(viewer_of(bea), Identity.objects.get(name="<b>Sel</b>").member_id, False)
    assert "Over-selling" not in pages.whole(hers, f"/communities/{lively.hearth.pk}/")


def test_where_a_page_looks_at_the_last_days_of_a_silent_group_the_card_names_its_own_days(
    lively: Any, bea: Any, play: Any, warehouse: Any, client_of: Any
) -> None:
    from tests.fixtures.lively import HARBOUR
    from tests.fixtures.lively import NOW as THEN

    def card() -> str:
        hers = client_of(bea)
        hers.cookies["weilu_language"] = "en"
        return hers.get(f"/communities/{lively.hearth.pk}/cards/diagnosis/").content.decode()

    assert '"note">four weeks<' in card()
    with clock.frozen(THEN + dt.timedelta(days=31)):
        play([say("Far", day(31) + 20 * 86_400_000, community=HARBOUR, number="late")])
        warehouse.loaded()
        assert '"note">Mar 24 – Apr 20<' in card()


def test_diagnosis_over_the_api(lively: Any, bea: Any, play: Any, warehouse: Any, program: Any) -> None:
    play(sell(12))
    warehouse.loaded()
    board = program(bea)
    [told] = board.get("/diagnosis").json()
    assert told == board.get(f"/diagnosis/{lively.hearth.pk}").json()
    one = next(one for one in told["findings"] if one["rule"] == "over_selling")
    assert one["behind"] == 12
    assert len(board.get(f"/diagnosis/{lively.hearth.pk}/over_selling").json()["positions"]) == 12
    listed = {one["rule"]: one for one in board.get("/diagnosis/rules").json()}
    assert listed["over_selling"]["name"] == "Over-selling"
    assert listed["over_selling"]["thresholds"][0] == {"threshold": "share", "value": 0.2, "unit": "percent"}
    member = Identity.objects.get(name="Sel").member_id
    assert board.put(f"/members/{member}/team", {"ours": False}).json() == {"done": True}
    assert board.get(f"/diagnosis/{lively.hearth.pk}/over_selling").status_code == 404
    assert board.get(f"/diagnosis/{lively.harbour.pk}").status_code == 404
    for day_ in ("0001-01-01", "1969-12-31", "9999-12-31"):
        assert board.get("/diagnosis", as_of=day_).json()[0]["first"] == told["first"]
    assert program(bea, "view").put(f"/members/{member}/team", {"ours": True}).status_code == 403


def test_with_the_warehouse_down_the_pages_say_so(
    lively: Any, bea: Any, client_of: Any, warehouse_down: Any
) -> None:
    for address in ("/diagnosis/", f"/diagnosis/{lively.hearth.pk}/"):
        assert client_of(bea).get(address).status_code == 200
