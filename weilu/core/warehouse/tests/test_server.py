"""Does the warehouse come when it is needed, go when it is not, survive what befalls it, and answer nobody else?"""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pyarrow.flight as flight
import pytest

from tests.fixtures.log import Play
from tests.fixtures.warehouse import Warehouse
from weilu.core.precedence import BEHIND
from weilu.core.warehouse import client, embedded, loader, starter
from weilu.core.warehouse.door import ClientKey
from weilu.core.warehouse.embedded import Embedded
from weilu.core.warehouse.errors import Unavailable
from weilu.core.warehouse.place import SOCKET_PATH_MAX, Place, place_of, read_secret
from weilu.core.warehouse.tests.rows import events
from weilu.core.warehouse.tests.test_loader import held, in_log, week

pytestmark = pytest.mark.once


@pytest.fixture
def place(warehouse: Warehouse, settings: object) -> Place:
    return place_of(Path(settings.HOME))  # type: ignore[attr-defined]


@pytest.fixture
def other_home(tmp_path: Path) -> Iterator[Path]:
    """A home of its own, whose warehouse is ended afterwards."""
    yield tmp_path
    Embedded(place_of(tmp_path)).stop()


def kill() -> int:
    pid = client.ping()
    os.kill(pid, signal.SIGKILL)
    return pid


ASK = """
import sys
from pathlib import Path
from weilu.core.warehouse.embedded import Embedded
from weilu.core.warehouse.place import place_of
link = Embedded(place_of(Path(sys.argv[1])))
print(link.ping())
"""


def put(flights: flight.FlightClient, asked: flight.FlightDescriptor) -> None:
    writer, _ = flights.do_put(asked, events(1).schema)
    with writer:
        writer.write_table(events(1))


@pytest.mark.parametrize("key", [[], [ClientKey("guessed")], [ClientKey("")]], ids=["none", "wrong", "empty"])
def test_whoever_lacks_the_secret_is_refused_everything(place: Place, key: list[ClientKey]) -> None:
    stranger = flight.FlightClient(place.address, middleware=key)
    asked = flight.FlightDescriptor.for_command(b'{"table":"weilu.events","seconds":1}')
    with pytest.raises(flight.FlightUnauthenticatedError):
        stranger.do_get(flight.Ticket(b'{"sql":"SELECT 1","params":{},"seconds":1}')).read_all()
    with pytest.raises(flight.FlightUnauthenticatedError):
        list(stranger.do_action(flight.Action("stop", b"")))
    with pytest.raises(flight.FlightUnauthenticatedError):
        put(stranger, asked)
    assert client.query("SELECT count() AS n FROM weilu.events").to_pylist() == [{"n": 0}]


def test_only_the_owner_of_the_home_can_read_secret_and_store(place: Place) -> None:
    assert stat.S_IMODE(place.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(place.secret.stat().st_mode) == 0o600
    assert len(read_secret(place)) > 40
    assert stat.S_IMODE((place.folder / "store").stat().st_mode) & 0o077 == 0


def test_the_log_of_the_warehouse_holds_nothing_that_was_asked(warehouse: Warehouse, place: Place) -> None:
    with pytest.raises(Exception, match="ClickHouse error"):
        warehouse.query("SELECT toUInt32({name:String}) AS seeded_marker_column", {"name": "Ada Marker"})
    told = place.log.read_text()
    assert "Ada Marker" not in told
    assert "seeded_marker_column" not in told


def test_the_warehouse_gives_back_memory_while_it_is_asked_all_the_time(
    warehouse: Warehouse, place: Place
) -> None:
    pid, end = client.ping(), time.monotonic() + 60
    assert f"JE_MALLOC_CONF={starter.ALLOCATOR}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(
        b"\0"
    )
    warehouse.query(
        "SELECT topK(3)(number), quantiles(0.5)(number), uniq(number), max(number % 7) FROM numbers(1000)"
    )
    most = code_of(pid)
    while code_of(pid) > most - 10:
        warehouse.query("SELECT 1")
        most = max(most, code_of(pid))
        assert time.monotonic() < end, "it rests only when nobody asks"


def code_of(pid: int) -> int:
    """Megabytes of files, most of them chDB's code, that the process holds in memory."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssFile")) // 1024


def test_pandas_is_not_taken_in_though_it_is_there(warehouse: Warehouse) -> None:
    assert version("pandas"), "chDB brings it along no more: nothing is to be left out"
    warehouse.insert("weilu.events", events(10))
    taken = Path(f"/proc/{client.ping()}/maps").read_text()
    assert "/pyarrow/" in taken
    assert "/pandas/" not in taken, "30 MB and half a second, only to ask whether rows are one of its frames"


def test_a_killed_warehouse_is_started_by_the_next_question(warehouse: Warehouse) -> None:
    warehouse.insert("weilu.events", events(1000))
    before = kill()
    assert warehouse.rows("SELECT count() FROM weilu.events") == [(1000,)]
    assert client.ping() != before


def test_a_question_under_way_survives_the_death_of_the_warehouse(warehouse: Warehouse) -> None:
    pid = client.ping()
    killer = threading.Timer(0.15, lambda: os.kill(pid, signal.SIGKILL))
    killer.start()
    rows = warehouse.rows(
        "SELECT count() FROM (SELECT sleepEachRow(0.02) FROM numbers(20) SETTINGS max_block_size = 1)"
    )
    killer.join()
    assert rows == [(20,)]
    assert client.ping() != pid


def test_what_was_acknowledged_before_a_kill_is_there_after_it(warehouse: Warehouse) -> None:
    for number in range(3):
        warehouse.insert("weilu.events", events(500, after=number * 500))
        kill()
        warehouse.wait_gone()
    assert warehouse.rows("SELECT count(), uniqExact(position) FROM weilu.events") == [(1500, 1500)]


@pytest.mark.parametrize("delay", [0.0, 0.02, 0.06])
def test_an_insert_under_way_at_a_kill_is_there_whole_or_not_at_all(
    warehouse: Warehouse, delay: float
) -> None:
    block = events(200_000)
    pid = client.ping()
    killer = threading.Timer(delay, lambda: os.kill(pid, signal.SIGKILL))
    killer.start()
    acknowledged = True
    try:
        warehouse.insert("weilu.events", block)
    except Unavailable:
        acknowledged = False
    killer.join()
    ((count,),) = warehouse.rows("SELECT count() FROM weilu.events")
    assert count == 200_000 if acknowledged else count in (0, 200_000)


def test_the_loader_goes_on_after_a_kill_without_loss_or_double(
    warehouse: Warehouse, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "BLOCK_ROWS", 40)
    play(week())
    for delay in (0.0, 0.01):
        killer = threading.Timer(delay, os.kill, (client.ping(), signal.SIGKILL))
        killer.start()
        with contextlib.suppress(Unavailable):
            loader.run_once()
        killer.join()
    warehouse.loaded()
    assert held(warehouse) == in_log()


def test_a_term_signal_closes_the_store(warehouse: Warehouse, place: Place) -> None:
    warehouse.insert("weilu.events", events(10))
    os.kill(client.ping(), signal.SIGTERM)
    warehouse.wait_gone()
    assert not place.socket.exists()
    assert warehouse.rows("SELECT count() FROM weilu.events") == [(10,)]


def test_many_processes_that_ask_at_once_get_one_warehouse(other_home: Path) -> None:
    askers = [
        subprocess.Popen([sys.executable, "-c", ASK, str(other_home)], stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    pids = {asker.communicate(timeout=60)[0] for asker in askers}
    assert len(pids) == 1
    assert int(pids.pop()) > 0


def test_it_stands_behind_those_that_somebody_waits_for_and_outlives_a_ctrl_c(warehouse: Warehouse) -> None:
    pid = client.ping()
    assert os.getpriority(os.PRIO_PROCESS, pid) >= BEHIND
    assert os.getsid(pid) == os.getsid(0), "between sessions Linux shares equally, whatever nice says"
    assert os.getpgid(pid) == pid


def test_a_forked_process_is_told_rather_than_left_hanging(other_home: Path) -> None:
    script = (
        ASK
        + """
import os
child = os.fork()
if child == 0:
    try:
        Embedded.ping(link)
    except RuntimeError:
        os._exit(7)
    os._exit(0)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    )
    done = subprocess.run([sys.executable, "-c", script, str(other_home)], capture_output=True, timeout=60)
    assert done.returncode == 7


def test_a_second_warehouse_of_one_home_does_not_open_the_store(place: Place) -> None:
    running = client.ping()
    script = "import sys; from weilu.core.warehouse import server; server.LOCK_SECONDS = 0.2; sys.exit(server.serve(__import__('pathlib').Path(sys.argv[1])))"
    second = subprocess.run(
        [sys.executable, "-c", script, str(place.folder.parent)], capture_output=True, check=False
    )
    assert second.returncode == 3
    assert client.ping() == running


def test_a_warehouse_that_nobody_asks_ends_by_itself(other_home: Path) -> None:
    command = [sys.executable, "-m", "weilu.core.warehouse.server", str(other_home), "0.2"]
    assert subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0
    assert not place_of(other_home).socket.exists()


def test_a_home_with_a_long_path_gets_its_socket_elsewhere(other_home: Path) -> None:
    home = other_home / ("long" * 30)
    place = place_of(home)
    assert len(os.fsencode(place.socket)) <= SOCKET_PATH_MAX
    assert stat.S_IMODE(place.socket.parent.stat().st_mode) == 0o700
    link = Embedded(place)
    assert link.ping() > 0
    link.stop()


def test_a_stale_socket_does_not_keep_a_warehouse_from_starting(other_home: Path) -> None:
    place = place_of(other_home)
    place.socket.touch()
    assert Embedded(place).ping() > 0


def test_a_warehouse_that_is_down_is_said_to_be_at_once(warehouse_down: None) -> None:
    with pytest.raises(Unavailable):
        client.query("SELECT 1")
    begun = time.monotonic()
    for _ in range(20):
        with pytest.raises(Unavailable):
            client.query("SELECT 1")
    assert time.monotonic() - begun < 1


def test_a_warehouse_that_hangs_is_said_to_be_down_in_time(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "GRACE_SECONDS", 0.3)
    monkeypatch.setattr(embedded, "FROZEN_SECONDS", 1.0)
    pid = client.ping()
    os.kill(pid, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        for _ in range(20):  # as many questions as a page asks: the page waits once
            with pytest.raises(Unavailable):
                client.query("SELECT 1", seconds=0.2)
        assert time.monotonic() - begun < 3
    finally:
        os.kill(pid, signal.SIGCONT)
    client.link()._frozen_until = 0.0
    assert client.ping() == pid
