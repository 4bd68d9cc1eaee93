"""With a full disk nothing can be changed and everything can be read; the page and the API say so in one sentence."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import OperationalError
from django.test import RequestFactory

from weilu.console.middleware import ErrorsMiddleware
from weilu.core import disk


@pytest.fixture
def no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "has_room", lambda: False)


def test_a_change_is_refused_with_a_sentence_and_nothing_is_done(
    ada: Any, client_of: Any, no_room: None
) -> None:
    refused = client_of(ada).post(
        "/settings/account/name", {"name": "Nobody"}, headers={"accept-language": "en"}
    )
    assert refused.status_code == 503
    ada.refresh_from_db()
    assert ada.name == "Ada"


def test_the_api_says_so_in_its_own_shape(ada: Any, client_of: Any, no_room: None) -> None:
    refused = client_of(ada).post("/api/v1/communities", "{}", content_type="application/json")
    assert (refused.status_code, refused.json()["error"], refused["Retry-After"]) == (503, "disk_full", "30")


def test_pages_are_read_and_one_can_still_log_in(
    ada: Any, client_of: Any, client: Any, no_room: None
) -> None:
    assert client_of(ada).get("/settings/account").status_code == 200
    assert client.post("/login", {"email": "nobody@example.com", "password": "x"}).status_code != 503


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "no space"),
        OSError(errno.EDQUOT, "quota"),
        psycopg.errors.DiskFull("could not extend file"),
    ],
)
def test_a_disk_that_fills_up_under_a_change_is_told_as_such(error: Exception) -> None:
    shown = ErrorsMiddleware(lambda request: None).process_exception(_asked(), error)  # type: ignore[arg-type,return-value]
    assert shown is not None
    assert (shown.status_code, b"disk_full" in shown.content) == (503, True)


def test_what_is_no_full_disk_is_left_to_others() -> None:
    found = ErrorsMiddleware(lambda request: None)  # type: ignore[arg-type,return-value]
    assert found.process_exception(_asked(), OSError(errno.EIO, "broken")) is None
    assert found.process_exception(_asked(), OperationalError("database is locked")) is None


def test_sqlite_says_itself_that_it_is_full(tmp_path: Path) -> None:
    """As Django hands it on: an error of its own, caused by SQLite's."""
    full = sqlite3.connect(tmp_path / "full.sqlite3")
    full.execute("CREATE TABLE some (one)")
    full.execute("PRAGMA max_page_count = 2")
    with pytest.raises(sqlite3.Error) as told:
        full.execute("INSERT INTO some VALUES (?)", [bytes(100_000)])
    handed_on = OperationalError("as Django wraps it")
    handed_on.__cause__ = told.value
    assert disk.is_full(handed_on)


@pytest.mark.parametrize(("room", "full"), [(False, True), (True, False)])
def test_a_file_that_cannot_be_opened_is_a_full_disk_where_no_room_is_left(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, room: bool, full: bool
) -> None:
    monkeypatch.setattr(disk, "has_room", lambda: room)
    with pytest.raises(sqlite3.Error) as told:
        sqlite3.connect(tmp_path / "nowhere" / "some.sqlite3")
    assert disk.is_full(told.value) is full


def _asked() -> Any:
    return RequestFactory().post("/api/v1/communities")
