"""Questions from outside: the API and the command line take the same question and give the same table."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.fixtures.log import Place, say
from weilu.core import metrics
from weilu.core.events import queries as log
from weilu.core.operators.access import viewer_of
from weilu.core.operators.actions import tokens
from weilu.core.warehouse.tests.asking import at

pytestmark = pytest.mark.django_db

HEARTH = Place("telegram", "hearth", "Hearth")
HARBOUR = Place("matrix", "!harbour", "Harbour")
QUESTION = {"kind": "trend", "metric": "dau", "from": "2018-06-01", "to": "2018-06-02", "timezone": "UTC"}
PATH = "/api/v1/questions"


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def talk(play, warehouse, hearth):
    play(
        [
            say("Ann", at("2018-06-01 12:00"), community=HEARTH),
            say("Ben", at("2018-06-01 12:00"), community=HARBOUR),
        ],
        batch=1,
    )
    warehouse.loaded()


@pytest.fixture
def post(client_of):
    def asked(operator: Any, question: Any, **rest: Any) -> Any:
        client = client_of(operator)
        client.cookies["weilu_language"] = "en"
        return client.post(PATH, data=question if isinstance(question, str) else json.dumps(question),
                           content_type="application/json", **rest)  # fmt: skip

    return asked


def test_a_question_is_answered_with_one_table(talk, post, ada):
    answer = post(ada, QUESTION)

    assert answer.status_code == 200
    assert answer.json() == {
        "question": QUESTION,
        "unit": "people",
        "timezone": "UTC",
        "columns": ["at", "value"],
        "rows": [["2018-06-01", 2], ["2018-06-02", 0]],
        "position": log.head(),
    }


def test_an_operator_asks_only_about_their_own(talk, post, bea):
    assert post(bea, QUESTION).json()["rows"][0] == ["2018-06-01", 1]
    people = post(bea, {**QUESTION, "people": True, "at": "2018-06-01"}).json()
    assert [name for _, name in people["rows"]] == ["Ann"]
    others, nowhere = (post(bea, {**QUESTION, "communities": [name]}) for name in ("Harbour", "Nowhere"))
    assert others.status_code == nowhere.status_code == 404
    assert others.json()["message"].replace("Harbour", "") == nowhere.json()["message"].replace("Nowhere", "")


def test_who_holds_nothing_or_is_nobody_is_turned_away(talk, post, dov, stranger):
    assert post(dov, QUESTION).status_code == 403
    assert stranger.post(PATH, data=json.dumps(QUESTION), content_type="application/json").status_code == 401


def test_a_token_asks_with_its_operators_eyes(talk, bea, stranger):
    key = tokens.create(viewer_of(bea), bea, "board", ["view"], None).token
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {key}"}

    answer = stranger.post(PATH, data=json.dumps(QUESTION), content_type="application/json", **bearer)

    assert answer.json()["rows"][0] == ["2018-06-01", 1]


@pytest.mark.parametrize(
    ("question", "status", "code"),
    [
        ({"kind": "segment"}, 400, "question_refused"),
        ({**QUESTION, "metric": "charm"}, 400, "question_refused"),
    ],
)
def test_a_refused_question_says_why_and_has_a_stable_code(db, post, ada, question, status, code):
    answer = post(ada, question)

    assert answer.status_code == status
    assert answer.json()["error"] == code
    assert answer.json()["message"]


def test_what_is_no_json_is_refused(db, post, ada):
    assert post(ada, "{").status_code == 400
    assert post(ada, "[1]").status_code == 422


def test_without_the_warehouse_the_api_says_so(db, post, ada, warehouse_down):
    answer = post(ada, QUESTION)

    assert (answer.status_code, answer.json()["error"]) == (503, "warehouse_unavailable")


def test_the_catalogue_lists_every_metric_with_its_definition(db, client_of, ada):
    listed = client_of(ada).get("/api/v1/metrics").json()

    assert [one["slug"] for one in listed] == [one.slug for one in metrics.all_metrics()]
    assert all(one["definition"] and one["unit"] in metrics.UNITS for one in listed)


def test_the_api_describes_itself(db, stranger):
    description = stranger.get("/api/v1/openapi.json").json()

    assert description["openapi"].startswith("3.1")
    assert {"/api/v1/questions", "/api/v1/metrics"} <= set(description["paths"])


def test_the_command_line_gives_the_answer_of_the_api(talk, post, ada):
    told = run("ask", json.dumps(QUESTION), "--json")

    assert json.loads(told.stdout) == post(ada, QUESTION).json()
    assert json.loads(run("ask", "-", "--json", input=json.dumps(QUESTION)).stdout) == json.loads(told.stdout)


def test_the_command_line_prints_a_table_for_eyes(talk):
    told = run("ask", json.dumps({**QUESTION, "metric": "reply_rate"}))

    assert "2018-06-01" in told.stdout
    assert "–" in told.stdout
    assert "percent · UTC" in told.stdout


def test_the_command_line_says_where_the_json_breaks(db):
    told = run("ask", '{"kind": trend}')

    assert told.exit_code == 1
    assert "column 10" in str(told.exception)


def run(*arguments: str, input: str | None = None) -> Any:
    import typer

    from weilu.app.commands import ask

    app = typer.Typer()
    ask.register(app)
    app.command("other")(lambda: None)  # Typer drops the name of an only command
    return CliRunner().invoke(app, list(arguments), input=input)
