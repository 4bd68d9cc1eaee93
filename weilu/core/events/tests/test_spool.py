"""What was acknowledged is in the spool, whoever died; what was not may be torn and is left out."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tests.fixtures.log import say
from weilu.core import disk
from weilu.core.disk import DiskFull
from weilu.core.events import actions, frames, queries, sequencer, spool


def frame(*numbers: int) -> bytes:
    return frames.encode([say("Cai", number) for number in numbers], frames.Header(1, False, 0))


def only_file() -> Path:
    (path,) = spool.folder().glob("*.spool")
    return path


def test_a_file_that_is_being_written_is_read_up_to_its_last_whole_record(db: None) -> None:
    spool.writer.write([frame(1, 2)])
    (piece,) = spool.read({}, 100)
    assert [frames.decode(one).keys for one in piece.frames] == [frames.decode(frame(1, 2)).keys]
    assert not piece.finished
    spool.writer.write([frame(3)])
    (piece,) = spool.read({piece.name: piece.end}, 100)
    assert len(piece.frames) == 1


def test_a_torn_tail_of_a_dead_writer_is_left_out_and_the_file_goes(db: None) -> None:
    spool.writer.write([frame(1, 2), frame(3)])
    spool.writer.close()
    path = only_file()
    path.write_bytes(path.read_bytes()[:-5])
    assert sequencer.drain() == 2
    assert queries.head() == 2
    assert not list(spool.folder().glob("*.spool"))


def test_a_damaged_record_ends_the_file_and_is_never_taken_for_events(db: None) -> None:
    spool.writer.write([frame(1)])
    spool.writer.close()
    path = only_file()
    data = bytearray(path.read_bytes())
    data[-1] ^= 0xFF
    path.write_bytes(bytes(data))
    sequencer.drain()
    assert queries.head() == 0


def test_a_failed_write_is_followed_by_a_new_file(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    spool.writer.write([frame(1)])
    with monkeypatch.context() as full:
        full.setattr(spool.os, "fdatasync", _disk_full)
        with pytest.raises(OSError, match="No space"):
            spool.writer.write([frame(2)])
    spool.writer.write([frame(3)])
    assert len(list(spool.folder().glob("*.spool"))) == 2
    sequencer.drain()
    assert {row.happened for row in queries.read(0, 10)} >= {1, 3}


def _disk_full(_: int) -> None:
    raise OSError(28, "No space left on device")


def test_many_processes_append_at_the_same_time_and_nothing_is_lost(db: None) -> None:
    children = []
    for process in range(4):
        child = os.fork()
        if child == 0:
            try:
                for number in range(25):
                    spool.writer.write([frame(*(process * 1_000 + number * 10 + one for one in range(5)))])
            finally:
                os._exit(0)
        children.append(child)
    handled = 0
    while handled < 4 * 25 * 5:
        # The sequencer reads while they write.
        handled += sequencer.run_once(limit=50)
    for child in children:
        os.waitpid(child, 0)
    sequencer.drain()
    assert queries.head() == 500
    assert [row.position for row in queries.read(0, 1_000)] == list(range(1, 501))


def test_a_long_file_is_left_for_a_new_one(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "ROLL_BYTES", 100)
    actions.append([say("Cai", 1)], batch=1)
    actions.append([say("Cai", 2)], batch=1)
    assert len(list(spool.folder().glob("*.spool"))) == 2
    assert queries.waiting() == 2
    assert sequencer.drain() == 2
    assert not list(spool.folder().glob("*.spool"))
    assert queries.waiting() == 0


@pytest.mark.parametrize("fails_at", [0, 70, 400])
def test_a_disk_that_fills_up_in_the_midst_leaves_nothing_of_the_group(
    db: None, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    actions.append([say("Bea", 1)], batch=1)
    real, left = os.write, fails_at

    def full(handle: int, data: bytes) -> int:
        nonlocal left
        if not left:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = real(handle, data[:left])
        left -= written
        return written

    with monkeypatch.context() as crowded:
        crowded.setattr(spool.os, "write", full)
        with pytest.raises(DiskFull):
            actions.append([say("Cai", 10 + number) for number in range(3)], batch=1)
    actions.append([say("Dov", 20)], batch=1)
    sequencer.drain()
    assert [row.happened for row in queries.read(0, 10)] == [1, 20]


def test_where_there_is_no_room_nothing_is_begun(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "has_room", lambda: False)
    with pytest.raises(DiskFull):
        actions.append([say("Cai", 1)], batch=1)
    assert not list(spool.folder().iterdir())
