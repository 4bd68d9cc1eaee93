"""The explorer: works, refuses Dov, rejects bad input; its links hold the question; what members wrote stays text."""

from __future__ import annotations

import io
import json
import re
import zipfile
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from django.http import QueryDict

from tests.fixtures.cast import operator
from tests.fixtures.log import event, say
from weilu.core.directory.models import Community, Identity
from weilu.core.warehouse.question import parse
from weilu.core.warehouse.tests.asking import at
from weilu.evaluation import actions
from weilu.evaluation.explorer import fields
from weilu.evaluation.explorer.tests.exploring import HARBOUR, asked, browser_of, table
from weilu.evaluation.models import SavedQuestion

pytestmark = pytest.mark.django_db

EVIL = (
    '=HYPERLINK("http://x")',
    "\u202eabc\x00def",
    "＠SUM(A1)",
    "<script>alert(1)</script>",
    "x" * 10_000,
    "  =1+1",
)
JUNE = {"from": "2018-06-01", "to": "2018-06-30"}
FUNNEL = {
    "kind": "funnel",
    "steps": [{"event": "member.joined"}, {"event": "message.sent"}],
    "window": "7d",
    **JUNE,
}
BY_CHANNEL = {**FUNNEL, "breakdown": "property", "property": "channel"}


@pytest.fixture
def june(play, warehouse):
    """Six people with odd channels join and speak; one joins elsewhere."""
    happened = []
    for n, channel in enumerate(EVIL):
        happened.append(
            event(
                "member.joined", at(f"2018-06-0{n + 1} 10:00"), f"Member{n}", properties={"channel": channel}
            )
        )
        happened.append(say(f"Member{n}", at(f"2018-06-0{n + 1} 11:00")))
    happened.append(event("member.joined", at("2018-06-09 10:00"), "Far", community=HARBOUR))
    play(happened, batch=1)
    warehouse.loaded()


@pytest.mark.parametrize("kind", fields.FIRST)
def test_every_kind_begins_with_an_answer_whose_numbers_lead_somewhere(ada, kind):
    page = ada.get("/explore/", {"kind": kind})
    text = page.content.decode()
    assert page.status_code == 200
    links = {
        part.split('"')[0].replace("&amp;", "&")
        for part in text.split('href="')[1:]
        if part.startswith("/behind/")
    }
    for link in sorted(links)[:3]:
        assert ada.get(link).status_code == 200
    assert links or kind in ("flow", "response")  # nobody has a state yet, and nobody has answered anybody


def test_a_figure_that_never_had_a_value_says_so_and_draws_nothing(ada, june):
    def page(metric):
        question = {"kind": "trend", "metric": metric, "by": "week", **JUNE}
        return ada.get("/explore/", {"q": json.dumps(question)}).content.decode()

    assert "No data in this span." in page("nps")
    assert "data-chart" not in page("nps")
    assert "data-chart" in page("messages")


def test_a_funnel_shows_steps_shares_and_times_and_opens_the_lost(ada):
    text = asked(ada, FUNNEL, compare="1").content.decode()
    for words in ("1 · Joined", "85.7%", "Of the first step", "days before", "%22lost%22%3Atrue"):
        assert words in text
    assert re.search(r">1\s?h", text)


def test_a_segment_is_answered_and_opens_its_people(ada):
    rule = {"kind": "segment", "rule": {"did": "message.sent", "times": {"gte": 1}, "within": "60d"}}
    text = asked(ada, rule).content.decode()
    assert "Members of a segment" in text
    link = next(part.split('"')[0] for part in text.split('href="') if part.startswith("/behind/")).replace(
        "&amp;", "&"
    )
    assert "Member0" in ada.get(link).content.decode()


JOINS = {"kind": "trend", "event": "member.joined", "by": "total", **JUNE}
BY_TOUCH = {"kind": "attribution", "target": "member.joined", "touches": [{"event": "member.joined"}], **JUNE}


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (
            {**JOINS, "breakdown": "property", "property": "channel", "top": 2},
            ("further values stand together", "others"),
        ),
        (
            {**JOINS, "kind": "top", "by": None, "breakdown": "property", "property": "channel", "top": 3},
            ("4 more are not listed",),
        ),
        ({**JOINS, "where": {"channel": "  =1+1"}}, ("Joined (channel =   =1+1)",)),
        (
            {"kind": "distribution", "event": "message.sent", "edges": [1, 2, 5], **JUNE},
            ("2–4", "5 and more", "%22low%22%3A1"),
        ),
        ({"kind": "response", "breakdown": "hour", "by": "total", **JUNE}, ("Unanswered", "0:00")),
        ({**BY_TOUCH, "model": "position"}, ("Where “Joined” came from", "no touch", "Credited value")),
    ],
)
def test_each_kind_of_counting_shows_its_parts_and_opens_them(ada, question, words):
    question = {name: part for name, part in question.items() if part is not None}
    page = asked(ada, question)
    text = page.content.decode()
    assert page.status_code == 200
    assert "<script>alert" not in text
    for one in words:
        assert one in text
    links = {
        part.split('"')[0].replace("&amp;", "&")
        for part in text.split('href="')[1:]
        if part.startswith("/behind/")
    }
    for link in sorted(links)[:4]:
        assert ada.get(link).status_code == 200
    assert asked(ada, question, format="csv").status_code == 200


def test_the_form_of_each_kind_of_counting_becomes_its_question(ada):
    forms = {
        "what=event:member.joined&kind=trend&p0=channel&o0=ne&v0=a&breakdown=property&property=channel&top=3&by=week": {
            "kind": "trend", "event": "member.joined", "where": {"channel": {"ne": "a"}}, "by": "week", "breakdown": "property", "property": "channel", "top": 3,
        },
        "kind=trend&what=metric:dau&formula=a / (b - 1)&m1=a&w1=event:order.paid&e1=sum&m2=b&w2=metric:members&e2=count&m3=c&w3=&by=week": {
            "kind": "trend", "formula": "a / (b - 1)", "measures": {"a": {"event": "order.paid", "measure": "sum"}, "b": {"metric": "members"}}, "by": "week",
        },
        "kind=top&event=message.sent&measure=sum&breakdown=member&top=5": {"kind": "top", "event": "message.sent", "measure": "sum", "breakdown": "member", "top": 5},
        "kind=distribution&event=order.paid&of=value&edges=0 10.5 20": {"kind": "distribution", "event": "order.paid", "of": "value", "edges": [0, 10.5, 20]},
        "kind=response&by=week&breakdown=hour&within=30&within_unit=m&window=&unit=d": {"kind": "response", "by": "week", "breakdown": "hour", "within": "30m"},
        "kind=attribution&target=order.paid&p0=value&o0=gte&v0=5&t1=member.joined&q1=channel&t3=page.viewed&q3=&model=linear&window=7&unit=d": {
            "kind": "attribution", "target": {"event": "order.paid", "where": {"value": {"gte": 5}}},
            "touches": [{"event": "member.joined", "property": "channel"}, {"event": "page.viewed"}], "model": "linear", "window": "7d",
        },
    }  # fmt: skip
    for form, question in forms.items():
        answer = ada.get(f"/explore/ask/?{form}")
        assert json.loads(parse_qs(urlsplit(answer["Location"]).query)["q"][0]) == question


def test_a_formula_is_answered_and_its_numbers_open(ada):
    measures = {"a": {"event": "message.sent"}, "b": {"event": "member.joined", "measure": "members"}}
    text = asked(ada, {"kind": "trend", "formula": "a / b", "measures": measures, **JUNE}).content.decode()
    assert 'name="formula" value="a / b"' in text
    link = re.search(r'"(/behind/[^"]*)"', text)[1].replace("\\u0026", "&")
    assert ada.get(link).status_code == 200


def test_the_form_keeps_a_formula_with_its_names_and_conditions():
    paid = {"event": "order.paid", "measure": "sum", "where": {"value": {"gte": 100}, "channel": "a"}}
    question = {
        "kind": "trend",
        "formula": "paid / people",
        "measures": {"paid": paid, "people": {"metric": "members"}},
        "by": "week",
        **JUNE,
    }
    flat = fields.flat_of(question)
    words = QueryDict(mutable=True)
    for name in ("kind", "what", "formula", "by", "first", "last"):
        words[name] = flat[name]
    for n, one in flat["computed"]:
        words.update(
            {f"m{n}": one["name"], f"w{n}": one["what"], f"e{n}": one["measure"], f"h{n}": one["where"]}
        )
    assert fields.question_of(words) == question
    assert [one["name"] for _n, one in flat["computed"]] == ["paid", "people", "a"]


def test_the_form_becomes_a_link_that_holds_the_whole_question(ada):
    hearth = Community.objects.get(name="Hearth").pk
    form = {"kind": "funnel", "s1": "member.joined", "s2": "order.paid", "p2": "value", "o2": "gte", "v2": "100", "window": "7",
            "unit": "d", "order": "unordered", "exclude": "member.left", "first": "2018-06-01", "last": "2018-06-30",
            "community": str(hearth), "compare": "1"}  # fmt: skip
    answer = ada.get("/explore/ask/", form)
    query = parse_qs(urlsplit(answer["Location"]).query)
    assert json.loads(query["q"][0]) == {
        "kind": "funnel", "window": "7d", "order": "unordered", "exclude": [{"event": "member.left"}], "communities": [hearth], **JUNE,
        "steps": [{"event": "member.joined"}, {"event": "order.paid", "where": {"value": {"gte": 100}}}],
    }  # fmt: skip
    assert query["compare"] == ["1"]
    assert ada.get(answer["Location"]).status_code == 200


def test_a_question_about_a_past_day_says_so_and_so_do_the_pages_behind_it(june, ada):
    june_known = {
        "kind": "trend",
        "metric": "joins",
        "by": "total",
        **JUNE,
        "as_of": "2018-06-03",
        "known": "2027-01-01",
    }
    page = ada.get("/explore/", {"q": json.dumps(june_known)}).content.decode()
    assert "as of Jun 3, 2018 · as known on Jan 1, 2027" in page
    assert 'name="as_of" value="2018-06-03"' in page
    (behind,) = {
        part.split('"')[0].replace("&amp;", "&")
        for part in page.split('href="')[1:]
        if part.startswith("/behind/")
    }
    opened = ada.get(behind).content.decode()
    member = Identity.objects.get(name="Member1").member_id
    assert f'href="/members/{member}/?as_of=2018-06-03&amp;known=2027-01-01"' in opened
    assert "Member3" not in opened


@pytest.mark.parametrize("kind", fields.FIRST)
def test_what_the_form_shows_is_what_it_asks(kind):
    question = fields.another(kind, {**JUNE, "as_of": "2018-06-20", "known": "2018-07-02"})
    flat = fields.flat_of(question)
    words = QueryDict(mutable=True)
    for name, value in flat.items():
        if name == "steps":
            for n, step in value:
                words.update(
                    {
                        f"s{n}": step["event"],
                        f"p{n}": step["property"],
                        f"o{n}": step["op"],
                        f"v{n}": step["value"],
                    }
                )
        elif name == "touches":
            words.update({f"t{n}": touch["event"] for n, touch in value})
            words.update({f"q{n}": touch["property"] for n, touch in value})
        elif name == "where":
            words.update({"p0": value["property"], "o0": value["op"], "v0": value["value"]})
        elif isinstance(value, list):
            words.setlist(name, value)
        else:
            words[name] = "" if value in (None, False) else str(value)
    assert parse(fields.question_of(words)) == parse(question)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ({**FUNNEL, "window": "0d"}, "zero long"),
        ({**FUNNEL, "steps": [{"event": "<script>alert(1)</script>"}]}, "There is no event"),
        ({"kind": "guess"}, "no kind of question"),
        ({"kind": "segment"}, "lacks"),
        ({"kind": "funnel", "steps": 7}, "must be a list"),
        ({"kind": ["trend"]}, "must be a word"),
        ({"kind": "trend", "metric": "dau", "from": 5, "to": {}}, "must be a day"),
        ({"kind": "trend", "metric": "dau", "communities": {"a": 1}, **JUNE}, "list of names"),
        (
            {"kind": "retention", "start": {"event": []}, "return": 5, "period": [], "brackets": {}},
            "cannot be",
        ),
    ],
)
def test_what_cannot_be_asked_is_said_and_kept_to_be_mended(ada, question, sentence):
    page = asked(ada, question)
    text = page.content.decode()
    assert page.status_code == 400
    assert sentence in text
    assert "<script>alert" not in text
    assert "The question as JSON" in text


@pytest.mark.parametrize("address", ["/explore/", "/behind/"])
@pytest.mark.parametrize(
    "text",
    ["[" * 3000, '{"a":' * 900 + "1" + "}" * 900, json.dumps({"kind": "trend", "metric": "dau", "from": "0001-01-01", "to": "0001-01-02"})],
)  # fmt: skip
def test_what_is_deeper_or_earlier_than_anything_is_refused_as_well(ada, address, text):
    assert ada.get(address, {"q": text}).status_code == 400
    assert ada.get(address, {"q": text, "compare": "1", "format": "csv"}).status_code == 400


@pytest.mark.parametrize(
    ("name", "text"),
    [("community", "9" * 5_000), ("community", "x"), ("segment", "9" * 5_000), ("segment", "[" * 3_000), ("top", "9" * 5_000)],
)  # fmt: skip
def test_a_number_that_nobody_has_breaks_no_form(ada, name, text):
    asked_for = {"kind": "trend", "what": "event:message.sent", "breakdown": "community", name: text}
    assert ada.get("/explore/ask/", asked_for, follow=True).status_code in (400, 404)


@pytest.mark.parametrize("text", ["nan", "Infinity", "1_000", "007", "１２"])
def test_a_word_that_only_looks_like_a_number_is_compared_as_a_word(text):
    words = QueryDict(mutable=True)
    words.update({"kind": "top", "event": "order.paid", "p0": "code", "v0": text})
    assert fields.question_of(words)["where"] == {"code": text}


def test_words_that_are_no_question_are_told_so(ada):
    page = ada.get("/explore/", {"q": "}{<b>"})
    assert page.status_code == 400
    assert "This is no question" in page.content.decode()
    assert "}{<b>" not in page.content.decode()


def test_bea_asks_about_her_community_only(bea):
    harbour = Community.objects.get(name="Harbour").pk
    assert "Harbour" not in bea.get("/explore/").content.decode()
    assert asked(bea, {**FUNNEL, "communities": [harbour]}).status_code == 400
    rows = table(bea, FUNNEL)
    assert [row[2] for row in rows[1:]] == ["6", "6"]


def test_dov_sees_nothing(june, client):
    assert client.get("/explore/").status_code == 302
    assert client.post("/explore/saved/", {"name": "x", "q": "{}"}).status_code in (302, 403)


def test_a_question_is_kept_found_replaced_and_removed_by_whoever_kept_it(ada, bea):
    for window in ("7d", "1d"):
        kept = ada.post(
            "/explore/saved/", {"name": "From  \0joining", "q": json.dumps({**FUNNEL, "window": window})}
        )
        assert kept.status_code == 302
    one = SavedQuestion.objects.get()
    assert one.question["window"] == "1d"
    assert "From joining" in ada.get("/explore/").content.decode()
    assert "From joining" not in bea.get("/explore/").content.decode()
    assert bea.post(f"/explore/saved/{one.pk}/remove/").status_code == 404
    assert ada.post(f"/explore/saved/{one.pk}/remove/").status_code == 302
    assert not SavedQuestion.objects.exists()


def test_a_kept_question_that_names_somebody_goes_with_them(ada):
    named = {**FUNNEL, "steps": [{"event": "member.joined", "where": {"channel": "by Member0"}}]}
    rule = {"kind": "segment", "rule": {"not": {"fact": "brought by", "is": "mEMBER0"}}}
    for name, question in (("plain", FUNNEL), ("where", named), ("rule", rule), ("Member0's way", FUNNEL)):
        assert ada.post("/explore/saved/", {"name": name, "q": json.dumps(question)}).status_code == 302
    actions.forget_person(Identity.objects.get(outside="@member0:hearth").pk)
    assert [one.name for one in SavedQuestion.objects.all()] == ["plain"]


@pytest.mark.parametrize("bad", [{"name": "", "q": "{}"}, {"name": "x", "q": "[]"}, {"name": "x"}])
def test_nothing_that_is_no_question_is_kept(ada, bad):
    assert ada.post("/explore/saved/", bad).status_code == 400
    assert not SavedQuestion.objects.exists()


def test_what_members_wrote_is_harmless_on_the_page_and_in_every_file(ada):
    page = asked(ada, BY_CHANNEL).content.decode()
    assert "<script>alert" not in page
    assert "x" * 201 not in page
    parts = {row[2] for row in table(ada, BY_CHANNEL)[1:]}
    assert '\'=HYPERLINK("http://x")' in parts
    assert "'＠SUM(A1)" in parts
    assert "'  =1+1" in parts
    assert "abcdef" in parts
    book = zipfile.ZipFile(io.BytesIO(asked(ada, BY_CHANNEL, format="xlsx").content))
    sheet = book.read("xl/worksheets/sheet1.xml")
    cells = ElementTree.fromstring(sheet).iter("{http://schemas.openxmlformats.org/spreadsheetml/2006/main}c")
    texts = ["".join(cell.itertext()) for cell in cells if cell.get("t") == "inlineStr"]
    assert '=HYPERLINK("http://x")' in texts
    assert "x" * 200 in texts
    assert b"<f>" not in sheet
    assert asked(ada, BY_CHANNEL, format="png").content.startswith(b"\x89PNG")


def test_names_of_who_invited_leave_as_a_file_only_with_the_right_to_export_members(
    june, play, warehouse, client_of
):
    play([event("member.joined", at("2018-06-20 10:00"), "Guest", target="Member1")])
    warehouse.loaded()
    invited = {"kind": "retention", "start": "member.joined", "return": "message.sent", "period": "week", "periods": 2,
               "breakdown": "inviter", **JUNE}  # fmt: skip
    hearth = Community.objects.get(name="Hearth")
    for role, may in (("analyst", True), ("content", False)):
        client = browser_of(client_of, operator(f"{role}@example.com", role, role, hearth))
        assert "Member1 #" in asked(client, invited).content.decode(), "on the page as before"
        taken = asked(client, invited, format="csv")
        assert taken.status_code == (200 if may else 403)
        assert ("Member1 #" in taken.content.decode()) == may
        assert ("format=csv" in asked(client, invited).content.decode()) == may
        loudest = {"kind": "top", "event": "message.sent", "breakdown": "member", **JUNE}
        assert "Member1 #" in asked(client, loudest).content.decode()
        assert asked(client, loudest, format="csv").status_code == (200 if may else 403)
        assert asked(client, FUNNEL, format="csv").status_code == 200


def test_files_hold_numbers_as_numbers(ada):
    sheet = (
        zipfile.ZipFile(io.BytesIO(asked(ada, FUNNEL, format="xlsx").content))
        .read("xl/worksheets/sheet1.xml")
        .decode()
    )
    assert '<c r="C2"><v>7</v></c>' in sheet
    assert asked(ada, FUNNEL, format="exe").status_code == 200


def test_the_page_says_when_the_warehouse_is_down(client_of, db, warehouse_down):
    client = browser_of(client_of, operator("ada@example.com", "Ada", "owner"))
    page = client.get("/explore/")
    assert page.status_code == 200
    assert "does not answer" in page.content.decode()
