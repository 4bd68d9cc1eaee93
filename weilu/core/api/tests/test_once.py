"""A change sent twice is done once: the same key gives the first answer, for whoever sent it, whatever happened between."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.elsewhere import run
from weilu.core import clock
from weilu.core.api import once
from weilu.core.api.models import Answered
from weilu.core.api.tests.stories import NEW, twins
from weilu.core.operators.actions import team
from weilu.core.operators.models import ApiToken, Operator

TOKEN = {"name": "sheet", "scopes": ["view"]}


def tokens_called(name: str) -> int:
    return ApiToken.objects.filter(name=name).count()


def test_the_first_answer_is_given_again_to_the_letter(ada: Any, program: Any) -> None:
    sheet = program(ada)

    first, second = (sheet.post("/tokens", TOKEN, key="k-1") for _ in range(2))

    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert tokens_called("sheet") == 1


def test_without_a_key_twice_is_twice(ada: Any, program: Any) -> None:
    sheet = program(ada)
    for _ in range(2):
        sheet.post("/tokens", TOKEN)
    assert tokens_called("sheet") == 2


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("/tokens", {**TOKEN, "name": "other"}, "POST /api/v1/tokens"),
        ("/operators", NEW, "POST /api/v1/tokens"),
    ],
)
def test_the_same_key_for_something_else_is_refused_and_says_what_it_was_used_for(
    ada: Any, program: Any, path: str, body: Any, says: str
) -> None:
    sheet = program(ada)
    sheet.post("/tokens", TOKEN, key="k-1")

    refused = sheet.post(path, body, key="k-1")

    assert refused.status_code == 422
    assert refused.json()["error"] == "idempotency_key_reused"
    assert refused.json()["field"] == "header.Idempotency-Key"
    assert says in refused.json()["message"]
    assert not Operator.objects.filter(email="eve@example.com").exists()


def test_keys_of_different_tokens_are_strangers(ada: Any, program: Any) -> None:
    one, other = program(ada), program(ada)
    one.post("/tokens", TOKEN, key="k-1")
    assert other.post("/tokens", {**TOKEN, "name": "other"}, key="k-1").status_code == 201


def test_a_refusal_is_kept_too_and_changes_nothing(ada: Any, program: Any) -> None:
    sheet = program(ada)
    bad = {**NEW, "email": "nobody"}

    first = sheet.post("/operators", bad, key="k-1")
    again = sheet.post("/operators", bad, key="k-1")

    assert first.status_code == again.status_code == 400
    assert first.content == again.content
    assert sheet.post("/operators", NEW, key="k-2").status_code == 201


def test_a_key_is_kept_for_a_day(ada: Any, program: Any) -> None:
    sheet, start = program(ada), dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    with clock.frozen(start):
        sheet.post("/tokens", TOKEN, key="k-1")
    with clock.frozen(start + dt.timedelta(hours=23)):
        sheet.post("/tokens", TOKEN, key="k-1")
        assert tokens_called("sheet") == 1
    with clock.frozen(start + dt.timedelta(hours=24)):
        sheet.post("/tokens", TOKEN, key="k-1")
        assert tokens_called("sheet") == 2
        once.sweep(start + dt.timedelta(hours=49))
    assert not Answered.objects.exists()


@pytest.mark.parametrize("key", ["a b", "ä", "x" * 256])
def test_a_key_that_is_none_is_refused(ada: Any, program: Any, key: str) -> None:
    refused = program(ada).post("/tokens", TOKEN, key=key)
    assert (refused.status_code, refused.json()["error"]) == (400, "bad_idempotency_key")


def test_a_crash_in_the_middle_leaves_neither_key_nor_change(
    ada: Any, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = program(ada)
    sheet.client.raise_request_exception = False
    monkeypatch.setattr(team, "_replace_roles", broken)

    assert sheet.post("/operators", NEW, key="k-1").status_code == 500
    assert not Operator.objects.filter(email="eve@example.com").exists()
    assert not Answered.objects.exists()

    monkeypatch.undo()
    assert sheet.post("/operators", NEW, key="k-1").status_code == 201


def test_a_crash_before_the_key_is_kept_takes_the_change_back(
    ada: Any, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = program(ada)
    monkeypatch.setattr(once, "_keep", broken)
    with pytest.raises(Broken):
        sheet.post("/operators", NEW, key="k-1")
    assert not Operator.objects.filter(email="eve@example.com").exists()

    monkeypatch.undo()
    assert sheet.post("/operators", NEW, key="k-1").status_code == 201


def test_a_long_change_that_was_cut_off_is_said_to_be_unknown(
    ada: Any, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from weilu.core.events import handlers

    sheet, start = program(ada), dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    monkeypatch.setattr(handlers, "replay", killed)
    with clock.frozen(start):
        with pytest.raises(KeyboardInterrupt):
            sheet.post("/parked-events/1/replay", key="k-1")
        under_way = sheet.post("/parked-events/1/replay", key="k-1")
    with clock.frozen(start + dt.timedelta(minutes=11)):
        unknown = sheet.post("/parked-events/1/replay", key="k-1")

    assert (under_way.status_code, under_way.json()["error"]) == (409, "idempotency_in_progress")
    assert under_way.headers["Retry-After"]
    assert (unknown.status_code, unknown.json()["error"]) == (409, "idempotency_unknown")


def test_an_erasure_empties_kept_answers_but_nothing_is_done_again(ada: Any, program: Any) -> None:
    sheet = program(ada)
    sheet.post("/tokens", TOKEN, key="k-1")
    once.forget_person(0)

    again = sheet.post("/tokens", TOKEN, key="k-1")

    assert (again.status_code, again.json()["error"]) == (409, "idempotency_forgotten")
    assert tokens_called("sheet") == 1


def test_a_secret_in_a_kept_answer_stands_nowhere_in_plain(ada: Any, program: Any) -> None:
    made = program(ada).post("/tokens", TOKEN, key="k-1").json()
    kept = Answered.objects.get()
    assert made["token"] not in kept.body
    assert "k-1" not in kept.key


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("count", [2, 6])
def test_twins_at_the_same_moment_do_it_once_and_hear_the_same(count: int, tmp_path: Path) -> None:
    embedded = connection.vendor == "sqlite"
    told = run("weilu.core.api.tests.stories:twins", tmp_path, str(count)) if embedded else twins(count)

    assert told == {"statuses": [201], "different": 1, "answers": 5 * count, "made": 5}


class Broken(RuntimeError):
    pass


def broken(*_given: Any, **_more: Any) -> None:
    raise Broken


def killed(*_given: Any, **_more: Any) -> None:
    raise KeyboardInterrupt


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["red", "green"])), max_size=8))
def test_whatever_is_sent_in_whatever_order_each_key_has_one_answer(
    ada: Any, program: Any, sent: list[tuple[str, str]]
) -> None:
    """Against the plainest model: a dictionary from key to the first body."""
    sheet, first = program(ada), {}
    made = ApiToken.objects.count()
    for key, name in sent:
        told = sheet.post("/tokens", {"name": name, "scopes": ["view"]}, key=f"{key}-{made}")
        if key not in first:
            first[key] = (name, told.content)
            assert told.status_code == 201
        elif first[key][0] == name:
            assert told.content == first[key][1]
        else:
            assert told.status_code == 422
    assert ApiToken.objects.count() == made + len(first)
