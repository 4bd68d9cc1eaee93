"""Old parts of the log become files, and nobody who reads it can tell."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.fixtures.log import Play, say
from weilu.core import clock
from weilu.core.directory.models import Identity
from weilu.core.errors import Unavailable
from weilu.core.events import actions, purge, queries, sealed, sealing
from weilu.core.events.events import LOG_RETRACTED
from weilu.core.events.models import LogEntry, SegmentFile
from weilu.core.events.tests.whole import state

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
LATER = START + 45 * DAY


def fill(play: Play) -> None:
    """Batches 1 to 4, ten days apart, ten events each; 1 and 2 are old enough to seal."""
    for batch in range(1, 5):
        with clock.frozen(START + 10 * DAY * (batch - 1)):
            play(
                [say("Cai" if one % 2 else "Bea", 1_000 * one) for one in range(10 * batch, 10 * batch + 10)],
                batch=batch,
            )


@pytest.fixture
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "FILE_ROWS", 8)
    monkeypatch.setattr(sealing, "GROUP_ROWS", 3)


def test_reading_crosses_files_and_the_live_part(play: Play, small_files: None) -> None:
    fill(play)
    before = queries.read(0, 100)
    moments = [clock.to_ms(START + 10 * DAY * one) + 1 for one in range(-1, 5)]
    known = [queries.position_at(moment) for moment in moments]
    assert sealing.seal(LATER, loaded=40) == 20
    assert LogEntry.objects.count() == 20
    assert [(file.first, file.last) for file in SegmentFile.objects.all()] == [(1, 8), (9, 16), (17, 20)]
    assert queries.read(0, 100) == before
    for after in range(41):
        assert queries.read(after, 7) == before[after : after + 7]
    assert [queries.position_at(moment) for moment in moments] == known == [0, 10, 20, 30, 40, 40]


def test_what_is_not_loaded_yet_is_not_sealed(play: Play) -> None:
    fill(play)
    assert sealing.seal(LATER, loaded=5) == 5
    assert sealing.seal(LATER, loaded=5) == 0
    assert sealed.last() == 5


def test_keys_outlive_sealing(play: Play) -> None:
    fill(play)
    sealing.seal(LATER, loaded=40)
    head = queries.head()
    fill(play)
    assert queries.head() == head


def test_a_file_that_does_not_read_back_deletes_nothing(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(play)
    monkeypatch.setattr(sealing.pq, "read_table", lambda *_, **__: sealing.SCHEMA.empty_table())
    with pytest.raises(Unavailable):
        sealing.seal(LATER, loaded=40)
    assert LogEntry.objects.count() == 40
    assert not list(sealed.folder().iterdir())


def test_a_file_whose_run_died_before_the_manifest_is_removed(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(play)
    with monkeypatch.context() as broken:
        broken.setattr(sealing, "entry", _die)
        with pytest.raises(KeyboardInterrupt):
            sealing.seal(LATER, loaded=40)
    assert len(list(sealed.folder().iterdir())) == 1
    assert sealing.seal(LATER, loaded=40) == 20
    assert [path.name for path in sealed.folder().iterdir()] == [SegmentFile.objects.get().path]


def _die(*_: object) -> None:
    raise KeyboardInterrupt


def test_undo_reaches_into_sealed_files_at_once(play: Play, small_files: None) -> None:
    fill(play)
    play([say("Cai", 23_000)], batch=5)
    sealing.seal(LATER, loaded=40)
    assert actions.retract_batch(2) == 9
    left = {row.position: row.batch for row in queries.read(0, 100) if row.kind != LOG_RETRACTED}
    assert left == {
        **dict.fromkeys(range(1, 11), 1),
        14: 5,
        **dict.fromkeys(range(21, 31), 3),
        **dict.fromkeys(range(31, 41), 4),
    }
    undone = state()
    fill(play)
    assert actions.retract_batch(2) == 9
    assert state() == undone


def test_retracting_an_account_reaches_into_sealed_files(play: Play) -> None:
    fill(play)
    sealing.seal(LATER, loaded=40)
    cai = Identity.objects.get(name="Cai").pk
    assert actions.retract_identity(cai) == 20
    assert cai not in {row.identity for row in queries.read(0, 100)}


def test_a_purge_that_died_after_the_manifest_leaves_no_old_file_to_the_next(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(play)
    sealing.seal(LATER, loaded=40)
    (old,) = sealed.folder().iterdir()
    actions.retract_batch(1)
    monkeypatch.setattr(purge, "compact", lambda: True)  # no VACUUM inside a test's transaction
    with monkeypatch.context() as broken:
        broken.setattr(Path, "unlink", _die)
        with pytest.raises(KeyboardInterrupt):
            purge.purge(LATER)
    assert old.exists()
    purge.purge(LATER)
    assert not old.exists()
