"""Top lists, distributions, answer times, attribution and the parts of a trend in the explorer: each number opens as many as it says."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.fixtures.log import event, say
from weilu.core.metrics import PERCENT
from weilu.core.warehouse.tests.asking import at
from weilu.evaluation.explorer.tests.exploring import HARBOUR, asked, browser_of, table

pytestmark = pytest.mark.django_db

JUNE = {"from": "2018-06-01", "to": "2018-06-30", "timezone": "UTC"}
JOINS = {"kind": "trend", "event": "member.joined", "by": "total", **JUNE}
TALKED = {"kind": "top", "event": "message.sent", "breakdown": "member", **JUNE}
OFTEN = {"kind": "distribution", "event": "message.sent", "edges": [1, 2, 4], **JUNE}
HEARD = {"kind": "response", "by": "total", "within": "1h", **JUNE}
CAME = {
    "kind": "attribution", "target": "order.paid", "touches": [{"event": "member.joined"}], "model": "linear", "window": "30d", **JUNE,
}  # fmt: skip
BY_CHANNEL = {"breakdown": "property", "property": "channel"}


@pytest.fixture
def june(play, warehouse):
    """Ann and Bo come by a poster, Cy by the radio, Di by nothing told, Eve to Harbour. Ann speaks four times, Bo twice, Cy once; Bo
    is answered soon, Ann late, Cy never. Ann and Cy pay."""

    def came(who: str, day: int, channel: str | None, **rest: Any) -> Any:
        told = {"channel": channel} if channel else {}
        return event("member.joined", at(f"2018-06-{day:02} 08:00"), who, properties=told, **rest)

    play([
        came("Ann", 1, "poster"), came("Bo", 2, "poster"), came("Cy", 3, "radio"), came("Di", 4, None),
        came("Eve", 4, "radio", community=HARBOUR), say("Eve", at("2018-06-05 09:00"), community=HARBOUR),
        say("Bo", at("2018-06-05 09:00"), number="b1"), say("Ann", at("2018-06-05 09:10"), about="b1"),
        say("Ann", at("2018-06-05 10:00"), number="a1"), say("Bo", at("2018-06-05 14:00"), about="a1"),
        say("Cy", at("2018-06-05 15:00"), number="c1"), *[say("Ann", at(f"2018-06-0{day} 10:00"), about="none") for day in (6, 7)],
        event("order.paid", at("2018-06-08 10:00"), "Ann", value=900), event("order.paid", at("2018-06-08 11:00"), "Cy", value=20),
        event("order.paid", at("2018-06-09 10:00"), "Ann", value=40), event("order.paid", at("2018-06-09 11:00"), "Cy", value=60),
        event("order.paid", at("2018-06-09 12:00"), "Nobody", value=5),
    ], batch=1)  # fmt: skip
    warehouse.loaded()


def links(text: str) -> set[str]:
    found = re.findall(r'"(/behind/\?[^"]*)"', text)
    return {one.replace("&amp;", "&").replace("\\u0026", "&") for one in found}


COUNTED = {
    "conditions": {**JOINS, "where": {"channel": "poster"}},
    "by a property": {**JOINS, **BY_CHANNEL},
    "by inviter": {**JOINS, "breakdown": "inviter"},
    "the largest parts": {**JOINS, **BY_CHANNEL, "top": 1},
    "top list of members": {**TALKED, "top": 2},
    "top list of channels": {**TALKED, "event": "member.joined", **BY_CHANNEL, "measure": "members"},
    "how often": OFTEN,
    "how large": {**OFTEN, "event": "order.paid", "of": "value", "edges": [10, 100]},
    "answer times": HEARD,
    "answer times by hour": {**HEARD, "breakdown": "hour"},
    "attribution": CAME,
}


@pytest.mark.parametrize("question", COUNTED.values(), ids=COUNTED)
def test_every_number_of_what_is_counted_is_a_link_to_exactly_as_many(ada, question):
    page = asked(ada, question)
    assert page.status_code == 200
    offered, shown = links(page.content.decode()), page.context["shown"]
    assert shown.rows
    opened = 0
    for row in shown.rows:
        cells = dict(zip(shown.heads, row, strict=True))
        for head, cell in cells.items():
            if not cell.href or head == "Credit":
                continue
            assert cell.href in offered, "what is told on the page is a link there"
            behind = ada.get(cell.href)
            count = cell.value * cells["Asked"].value / 100 if cell.unit == PERCENT else cell.value
            assert behind.context["found"].total == pytest.approx(count), (head, cell)
            opened += 1
    assert opened, "some number opens"
    assert all(ada.get(link).status_code == 200 for link in offered)


def test_what_is_counted_is_told_in_numbers_that_were_counted_by_hand(ada):
    assert [row[1:] for row in table(ada, COUNTED["conditions"])[1:]] == [["2"]]
    largest = {row[1]: row[2] for row in table(ada, COUNTED["the largest parts"])[1:]}
    assert sorted(largest.values()) == ["2", "3"]
    assert [row[1] for row in table(ada, COUNTED["top list of members"])[1:]] == ["4", "2"]
    assert [row[1:] for row in table(ada, OFTEN)[1:]] == [["2", "2"], ["1", "2"], ["1", "4"]]
    assert table(ada, HEARD)[1][1:4] == ["3", "2", "1"], (
        "who answers does not ask; in Harbour nobody ever answers"
    )
    credit = {row[0]: row[1] for row in table(ada, CAME)[1:]}
    assert (credit["poster"], credit["radio"]) == ("2.0", "2.0")


@pytest.mark.parametrize("question", [JOINS | BY_CHANNEL, TALKED, OFTEN, HEARD, CAME])
def test_what_is_counted_stands_beside_the_days_before(ada, question):
    days = {"from": "2018-06-06", "to": "2018-06-10"}
    page = asked(ada, {**question, **days}, compare="1")
    assert page.status_code == 200
    compared = page.context["compared"]
    assert list(compared.heads)[-4:] == ["these days", "days before", "Difference", "In per cent"]
    hrefs = [cell.href for row in compared.rows for cell in row if cell.href]
    assert hrefs
    assert set(hrefs) <= links(page.content.decode())


def test_beside_a_list_that_is_cut_off_what_is_not_listed_is_not_nothing(ada):
    spent = {**TALKED, "event": "order.paid", "measure": "sum", "from": "2018-06-09", "to": "2018-06-09"}
    for most, told in (
        (20, {"Cy": ["60", "20"], "Ann": ["40", "900"], "Nobody": ["5", "0"]}),
        (1, {"Cy": ["60", ""], "Ann": ["", "900"]}),
    ):
        rows = table(ada, {**spent, "top": most}, compare="1")[1:]
        assert {row[0].split(" #")[0]: row[1:3] for row in rows} == told


@pytest.mark.parametrize("question", COUNTED.values(), ids=COUNTED)
def test_dov_and_a_stranger_see_nothing_of_what_is_counted(june, client, client_of, dov, question):
    assert asked(client, question).status_code == 302
    refused = asked(browser_of(client_of, dov), question)
    assert refused.status_code == 404
    assert "/behind/" not in refused.content.decode()


def test_bea_counts_only_her_own(bea):
    assert [row[0].split(" #")[0] for row in table_of_page(bea, TALKED)] == ["Ann", "Bo", "Cy"]
    assert sum(int(row[1]) for row in table(bea, OFTEN)[1:]) == 3


def table_of_page(client: Client, question: dict[str, Any]) -> list[list[str]]:
    return [[str(cell.value) for cell in row] for row in asked(client, question).context["shown"].rows]


@pytest.mark.parametrize(
    "wrong",
    [
        {**TALKED, "top": -1},
        {**OFTEN, "edges": [2, 1]},
        {**HEARD, "within": "soon"},
        {**CAME, "model": "best"},
        {**JOINS, "where": {"channel": {"like": "x"}}},
        {**JOINS, **BY_CHANNEL, "top": 0},
    ],
)
def test_a_wrong_part_of_what_is_counted_is_refused_in_a_sentence(ada, wrong):
    page = asked(ada, wrong)
    assert page.status_code == 400
    assert 'class="banner bad"' in page.content.decode()
