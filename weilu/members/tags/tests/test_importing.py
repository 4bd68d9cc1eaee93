"""Tables of members and tags: read, looked at, taken in, taken out as if they had never come."""

from __future__ import annotations

import datetime as dt

import pytest

from weilu.core.directory.models import Identity, Member
from weilu.core.errors import Conflict, NotFound, WeiluError
from weilu.core.events import queries as log
from weilu.members import when
from weilu.members.segments import actions as segments
from weilu.members.tags import queries, rules
from weilu.members.tags.actions import catalogue, forgetting, hand, importing
from weilu.members.tags.actions.catalogue import Wish
from weilu.members.tags.models import Claim, Holding, Tag, TagImport
from weilu.members.tags.tests.conftest import ALL, who

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 5, 1)


def bring(text: str, viewer=ALL, **rest):
    return importing.open_table(viewer, "table.csv", text.encode(), **rest)


def tags_of(name: str) -> set[str]:
    return {one.tag.name for one in queries.carried(ALL, who(name).pk, when.present())}


def test_a_table_is_looked_at_taken_in_and_taken_out(hall):
    vip = catalogue.create(ALL, Wish("VIP"))
    hand.give_one(ALL, vip, who("Ann"))
    row = bring(
        f"id,vip,likes tea\n{who('Ann').pk},1,yes\n{who('Ben').pk},是,\n{who('Cid').pk},0,x\n999999,1,1\n",
        group="taste",
    )

    seen = importing.survey(ALL, row)
    assert seen.tags == [("likes tea", True, 2, 0), ("VIP", False, 1, 1)]
    assert seen.rejected == [(5, "#999999", "not_found")]
    assert not Tag.objects.filter(name="likes tea").exists()

    row = importing.confirm(ALL, row)
    assert (row.state, row.added, row.already, row.rejected_rows, row.text) == ("done", 3, 1, 1, "")
    assert (tags_of("Ann"), tags_of("Ben"), tags_of("Cid")) == ({"VIP", "likes tea"}, {"VIP"}, {"likes tea"})
    assert Tag.objects.get(name="likes tea").group == "taste"
    hall()
    told = [one for one in log.read(0, 1000) if one.kind == "tag.added"]
    assert [one.live for one in told] == [True, False, False, False]
    with pytest.raises(Conflict):
        importing.confirm(ALL, row)

    row = importing.undo(ALL, row)
    assert row.state == "undone"
    assert (tags_of("Ann"), tags_of("Ben"), tags_of("Cid")) == ({"VIP"}, set(), set())
    assert not Tag.objects.filter(name="likes tea").exists()
    assert Holding.objects.count() == 1
    hall()
    assert not any(one.live for one in log.read(0, 1000) if one.kind == "tag.removed")
    with pytest.raises(Conflict):
        importing.undo(ALL, row)


def test_what_two_tables_say_stays_until_both_are_out(hall):
    first, second = (importing.confirm(ALL, bring("name,VIP\nAnn,1\n")) for _time in range(2))
    assert (first.added, second.added, second.already) == (1, 0, 1)
    importing.undo(ALL, first)
    assert tags_of("Ann") == {"VIP"}
    importing.undo(ALL, second)
    assert tags_of("Ann") == set()
    assert not Claim.objects.exists()


def test_members_are_meant_by_number_account_or_name(hall):
    ann = Identity.objects.get(name="Ann")
    other = Member.objects.create(name="ann", created_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    row = importing.confirm(
        ALL,
        bring(
            "member;tags;confidence;expires\n"
            f"#{ann.member.pk};one;90;\n"
            f"{ann.platform}/{ann.outside};two,three;;2999-12-31\n"
            "Ben;one;;\n"
            "Ann;four;;\n"
            "Nobody;four;;\n"
            ";four;;\n"
            "Ben;;;\n"
            "Ben;one;120;\n"
            "Ben;one;;soon\n"
            "Ben;one;;2020-01-01\n"
        ),
    )
    assert tags_of("Ann") == {"one", "two", "three"}
    assert tags_of("Ben") == {"one"}
    why = {line: reason for line, _who, reason in row.rejected}
    assert why == {
        5: "several",
        6: "not_found",
        7: "no_member",
        8: "no_tag",
        9: "bad_confidence",
        10: "bad_day",
        11: "past",
    }
    carried = {one.tag.name: one for one in queries.carried(ALL, ann.member.pk, when.present())}
    assert carried["one"].confidence == 90
    assert carried["two"].expires_at.year == 3000 or carried["two"].expires_at.year == 2999
    assert other.pk


def test_a_tag_that_follows_a_rule_and_one_of_others_are_rejected(hall, bea_sees):
    row = segments.create(ALL, segments.Wish("All", {"member_of": True}))
    catalogue.create(ALL, Wish("here", segment=row.pk))
    harbour = Identity.objects.get(name="Dan")
    from weilu.core.directory.models import Community

    catalogue.create(ALL, Wish("Sailor", communities=[Community.objects.get(outside="!harbour").pk]))
    done = importing.confirm(
        bea_sees,
        bring(f"name,tags\nAnn,here\nAnn,Sailor\nDan,new\n#{harbour.member.pk},new\nBen,new\n", bea_sees),
    )
    assert [why for _, _, why in done.rejected] == ["taken", "taken", "not_found", "not_found"]
    mine = importing.confirm(ALL, bring("name,tags\nAnn,here\n"))
    assert [why for _, _, why in mine.rejected] == ["dynamic"]
    assert tags_of("Ben") == {"new"}
    assert Tag.objects.get(name="new").communities == sorted(bea_sees.communities)
    with pytest.raises(NotFound):
        importing.access_import(bea_sees, bring("name,VIP\nAnn,1\n").pk)


@pytest.mark.parametrize(
    ("payload", "sentence"),
    [
        (b"", "needs a heading"),
        (b"name,age of what\n", "no rows"),
        (b"VIP,tea\n1,1\n", "needs a heading"),
        (b"name\nAnn\n", "needs a heading"),
        (("name," + ",".join(f"t{n}" for n in range(201)) + "\nAnn,1\n").encode(), "at most 200 columns"),
        (b"\xff\xfe\x00\x01", "needs a heading"),
        (b'name,VIP\nAnn,"' + b"1\n" * 70_000, "never closed"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(hall, payload, sentence):
    with pytest.raises(WeiluError, match=sentence):
        importing.open_table(ALL, "t.csv", payload)
    assert not TagImport.objects.exists()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_as_any_system_ends_them(end):
    [one] = rules.lines(end.join(["name,VIP", "Ann,1", ""]), TODAY)
    assert (one.name, one.tags, one.problem) == ("Ann", ("VIP",), "")


def test_a_tag_of_figures_alone_is_said_before_anything_is_made(hall):
    row = bring("name,2024,VIP\nAnn,1,\nBen,,1\n")
    assert importing.survey(ALL, row).rejected == [(2, "Ann", "figures")]
    importing.confirm(ALL, row)
    assert [one.name for one in Tag.objects.all()] == ["VIP"]


def test_a_table_that_was_cut_off_comes_in_once_more_and_goes_out_whole(hall, monkeypatch):
    row = bring("name,one,two\nAnn,1,1\n")
    monkeypatch.setattr(catalogue, "MOST", 1)
    with pytest.raises(Conflict, match="1 tags already"):
        importing.confirm(ALL, row)
    monkeypatch.undo()
    row = importing.access_import(ALL, row.pk)
    with pytest.raises(Conflict, match="cut off"):
        importing.drop(ALL, row)
    row = importing.confirm(ALL, row)
    assert tags_of("Ann") == {"one", "two"}
    importing.undo(ALL, row)
    assert not Tag.objects.exists()


def test_hostile_cells_stay_text():
    rows = list(
        rules.lines("name,tags\n=cmd(),\u202eVIP\0\n" + "x" * 10_000 + ",a\nAnn," + "b" * 61 + "\n", TODAY)
    )
    assert rows[0].tags == ("\u202eVIP",)
    assert len(rows[1].meant) == 255
    assert rows[2].problem == "too_long"


def test_a_table_in_chinese_from_a_spreadsheet_is_read():
    text = rules.text_of("昵称,标签,置信度\n小王,老客户、爱茶,80%\n".encode("gb18030"))
    [one] = rules.lines(text, TODAY)
    assert (one.name, one.tags, one.confidence) == ("小王", ("老客户", "爱茶"), 80)


def test_a_table_that_names_who_was_erased_cannot_come_in(hall):
    row = bring("name,VIP\nAnnabel,1\nBen,1\n")
    done = importing.confirm(ALL, bring("name,VIP\nAnnabel,1\nNobody,1\n"))
    assert len(done.rejected) == 2
    Identity.objects.filter(name="Ann").update(name="Annabel")
    forgetting.forget_person(Identity.objects.get(name="Annabel").pk)
    row.refresh_from_db()
    done.refresh_from_db()
    with pytest.raises(Conflict, match="erased meanwhile"):
        importing.confirm(ALL, row)
    assert [who for _, who, _ in done.rejected] == ["Nobody"]
    importing.drop(ALL, row)
