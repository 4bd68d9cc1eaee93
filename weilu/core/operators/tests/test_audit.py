"""The audit trail: whatever is done to it afterwards is found."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.conninfo import make_conninfo

from weilu.core.operators import audit
from weilu.core.operators.access import Viewer
from weilu.core.operators.models import AuditEntry

ROWS = 8


@pytest.fixture
def trail(own_home: Path, db: None, django_capture_on_commit_callbacks: Any) -> Path:
    """Eight lines, as different actions leave them, committed."""
    for number in range(ROWS):
        with django_capture_on_commit_callbacks(execute=True):
            audit.record(Viewer(number % 3), "token.created", ("token", number), scopes=["view"], operator=7)
    return own_home / "audit.head"


def problems() -> set[str]:
    return {finding.problem for finding in audit.verify()}


def test_an_untouched_trail_is_whole(trail: Path) -> None:
    assert audit.verify() == []
    assert AuditEntry.objects.count() == ROWS
    assert len(trail.read_text().splitlines()) == ROWS


def test_an_empty_trail_is_whole(own_home: Path, db: None) -> None:
    assert audit.verify() == []


@pytest.mark.parametrize(
    "change",
    [
        {"at_ms": 1},
        {"actor": 9},
        {"actor": None},
        {"action": "token.revoked"},
        {"object_kind": "operator"},
        {"object_id": 99},
        {"details": '{"operator":8,"scopes":["view"]}'},
        {"details": '{"scopes":["view"],"operator":7}'},
        {"previous": "0" * 64},
        {"hash": "f" * 64},
    ],
)
@pytest.mark.parametrize("seq", [2, ROWS])
def test_a_changed_row_is_found(trail: Path, change: dict[str, Any], seq: int) -> None:
    AuditEntry.objects.filter(seq=seq).update(**change)
    assert seq in {finding.seq for finding in audit.verify()}


@pytest.mark.parametrize("seq", range(1, ROWS + 1))
def test_a_removed_row_is_found(trail: Path, seq: int) -> None:
    AuditEntry.objects.filter(seq=seq).delete()
    assert problems() & {"missing", "cut"}


def test_a_removed_row_is_found_even_if_the_rest_is_numbered_anew(trail: Path) -> None:
    AuditEntry.objects.filter(seq=3).delete()
    for seq in range(4, ROWS + 1):
        AuditEntry.objects.filter(seq=seq).update(seq=seq - 1)
    assert problems() >= {"changed", "cut"}


@pytest.mark.parametrize(("left", "right"), [(1, 2), (3, 6), (1, ROWS)])
def test_two_rows_that_changed_places_are_found(trail: Path, left: int, right: int) -> None:
    AuditEntry.objects.filter(seq=left).update(seq=1000)
    AuditEntry.objects.filter(seq=right).update(seq=left)
    AuditEntry.objects.filter(seq=1000).update(seq=right)
    assert "changed" in problems()


@pytest.mark.parametrize("kept", [0, 1, ROWS - 1])
def test_a_cut_off_end_is_found(trail: Path, kept: int) -> None:
    AuditEntry.objects.filter(seq__gt=kept).delete()
    assert problems() == {"cut"}


def test_an_end_written_anew_after_a_cut_is_found(
    trail: Path, django_capture_on_commit_callbacks: Any
) -> None:
    """Whoever can run the product itself can add true rows after a cut; the file still knows the old ones."""
    AuditEntry.objects.filter(seq__gt=4).delete()
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(6):
            audit.record(Viewer(1), "token.revoked", ("token", number))
    assert problems() == {"replaced"}


def test_a_lost_head_file_is_told(trail: Path) -> None:
    trail.unlink()
    assert problems() == {"head"}


def test_a_torn_last_line_of_the_head_file_harms_nothing(trail: Path) -> None:
    with trail.open("a") as file:
        file.write("9 4f3a")
    assert audit.verify() == []


def test_another_secret_does_not_verify_the_rows(trail: Path, settings: Any) -> None:
    settings.SECRET_KEY = "guessed"
    assert "changed" in problems()


def test_what_is_rolled_back_leaves_neither_row_nor_head(trail: Path) -> None:
    class Halfway(Exception):
        pass

    def change() -> None:
        with transaction.atomic():
            audit.record(Viewer(1), "token.revoked", ("token", 1))
            raise Halfway

    with pytest.raises(Halfway):
        change()
    assert AuditEntry.objects.count() == ROWS
    assert audit.verify() == []


@pytest.mark.parametrize("text", ["Cai Tang", "cai@example.com", "13800138000 is hers", "你好"])
def test_names_addresses_and_text_are_refused(own_home: Path, db: None, text: str) -> None:
    with pytest.raises(ValueError, match="must be an id"):
        audit.record(Viewer(1), "member.noted", ("member", 1), note=text)
    with pytest.raises(ValueError, match="must be an id"):
        audit.record(Viewer(1), "member.noted", ("member", 1), notes=[{"deep": text}])
    assert not AuditEntry.objects.exists()


@given(flip=st.data())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_single_byte_changed_in_any_field_is_found(trail: Path, flip: st.DataObject) -> None:
    seq = flip.draw(st.integers(1, ROWS))
    field = flip.draw(st.sampled_from(["action", "object_kind", "details", "previous", "hash"]))
    row = AuditEntry.objects.get(seq=seq)
    text = getattr(row, field)
    at = flip.draw(st.integers(0, len(text) - 1))
    other = flip.draw(
        st.characters(codec="ascii", exclude_categories=["Cc"]).filter(lambda sign: sign != text[at])
    )
    with transaction.atomic():
        AuditEntry.objects.filter(seq=seq).update(**{field: text[:at] + other + text[at + 1 :]})
        assert audit.verify()
        transaction.set_rollback(True)


WRITER = """
import django, sys
django.setup()
from django.db import transaction
from weilu.core.operators import audit
from weilu.core.operators.access import Viewer
for number in range(10):
    with transaction.atomic():
        audit.record(Viewer(int(sys.argv[1])), "token.created", ("token", number))
if sys.argv[1] == "0":
    sys.stdin.read()
    print([str(finding) for finding in audit.verify()], audit.AuditEntry.objects.count())
"""


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_time_make_one_chain(own_home: Path) -> None:
    """Three processes of their own, on a copy of this database where it is SQLite in memory."""
    surroundings = os.environ | {"DJANGO_SETTINGS_MODULE": "weilu.app.settings", "WEILU_HOME": str(own_home)}
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with contextlib.closing(sqlite3.connect(own_home / "weilu.sqlite3")) as copy:
            connection.connection.backup(copy)
    else:
        parts = connection.get_connection_params()
        surroundings["WEILU_DATABASE_URL"] = make_conninfo(
            **{key: parts[key] for key in ("dbname", "user", "password", "host", "port") if parts.get(key)}
        )
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(number)],
            env=surroundings,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(3)
    ]
    for writer in writers[1:]:
        writer.communicate()
        assert writer.returncode == 0
    told, _errors = writers[0].communicate("go on")
    assert told.strip() == "[] 30"
