"""How often may a program come, and what is it told? Pages of the console are never counted."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from weilu.core import clock
from weilu.core.api import limits
from weilu.core.api.limits import Counts

NOON = dt.datetime(2026, 3, 1, 12, 0, 15, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _few(settings: Any, own_home: Path) -> Any:
    settings.API_RATE_CALLER, settings.API_RATE_UNKNOWN, settings.API_RATE_ADDRESS = 3, 2, 5
    with clock.frozen(NOON):
        yield
    for counts in limits._counts:
        counts.close()
    limits._counts.clear()


@pytest.fixture(params=["its own", "the cache"])
def store(request: Any, settings: Any) -> None:
    """Where counts stand: in the file or table, or in a cache by URL (Django's, in this process)."""
    from django.core.cache import cache

    cache.clear()
    settings.CACHE_URL = "memory" if request.param == "the cache" else ""


@pytest.mark.usefixtures("store")
def test_every_answer_says_how_much_is_left(ada: Any, program: Any) -> None:
    told = program(ada).get("/me")
    assert (told.headers["RateLimit-Limit"], told.headers["RateLimit-Remaining"]) == ("3", "2")
    assert told.headers["RateLimit-Reset"] == "45"


@pytest.mark.usefixtures("store")
def test_who_comes_too_often_is_told_when_to_go_on(ada: Any, program: Any) -> None:
    sheet = program(ada)
    statuses = [sheet.get("/me").status_code for _ in range(4)]
    refused = sheet.get("/me")

    assert statuses == [200, 200, 200, 429]
    assert refused.json()["error"] == "too_many_requests"
    assert refused.headers["Retry-After"] == "45"
    assert refused.headers["RateLimit-Remaining"] == "0"
    with clock.frozen(NOON + dt.timedelta(seconds=45)):
        assert sheet.get("/me").status_code == 200


@pytest.mark.usefixtures("store")
def test_tokens_are_counted_apart_and_addresses_together(ada: Any, program: Any) -> None:
    one, other = program(ada), program(ada)
    for _ in range(3):
        assert one.get("/me").status_code == 200
    assert [other.get("/me").status_code for _ in range(3)] == [200, 200, 429]


@pytest.mark.usefixtures("store")
def test_a_stranger_may_guess_less_often(db: None, program: Any) -> None:
    guess = program()
    assert [guess.get("/me").status_code for _ in range(3)] == [401, 401, 429]


def test_the_console_is_not_counted(ada: Any, client_of: Any, program: Any) -> None:
    browser: Client = client_of(ada)
    for _ in range(4):
        program(ada).get("/me")
    answers = [browser.get("/settings/") for _ in range(6)]
    assert {answer.status_code for answer in answers} == {200}
    assert not any("RateLimit-Limit" in answer.headers for answer in answers)


def test_where_counting_fails_requests_go_on(ada: Any, program: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_given: Any) -> int:
        raise OSError("disk full")

    monkeypatch.setattr(limits, "_in_database", full)
    monkeypatch.setattr(Counts, "count", full)
    assert [program(ada).get("/me").status_code for _ in range(5)] == [200] * 5


def test_counts_are_shared_and_none_is_lost(tmp_path: Path) -> None:
    """Two connections stand for two processes: the file is the only thing they share."""
    counts = [Counts(tmp_path / "rates") for _ in range(2)]

    def come(one: Counts) -> None:
        for _ in range(200):
            one.count("ada", 7)

    threads = [threading.Thread(target=come, args=(one,)) for one in counts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert counts[0].count("ada", 7) == 401
    assert counts[1].count("ada", 8) == 1
    counts[0].sweep(9)
    assert counts[1].count("ada", 8) == 1


def test_minutes_that_are_over_leave_the_table(db: None, settings: Any) -> None:
    settings.CACHE_URL, settings.DATABASE_URL = "", "postgresql://counts-stand-in-its-table"
    with connection.cursor() as cursor:
        for minute in (6, 7, 8):
            cursor.execute(
                "INSERT INTO api_rate (key, minute, count) VALUES (%s, %s, 1)", [f"caller {minute}", minute]
            )
    limits.sweep(7)
    with connection.cursor() as cursor:
        cursor.execute("SELECT minute FROM api_rate ORDER BY minute")
        assert cursor.fetchall() == [(7,), (8,)]
