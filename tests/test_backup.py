"""Is a backup whole, does it come back whole, and what becomes of a stop in the middle?"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tests.backing_up import MARKER
from tests.elsewhere import ROOT, run
from tests.fixtures.server import second_server
from tests.fixtures.small_disk import small_disk
from tests.house import House

pytestmark = pytest.mark.once
FRESH = {"secret.key", "locks", "weilu.sqlite3", "log.sqlite3"}


@dataclass
class Kept:
    """An installation with a backup of it, and what it told once everything was in its log."""

    home: Path
    backup: Path
    told: dict[str, Any]


def story(name: str, home: Path, *arguments: str, **surroundings: str) -> Any:
    return run(f"tests.backing_up:{name}", home, *arguments, **surroundings)


def weilu(home: Path, *arguments: str, **surroundings: str) -> subprocess.CompletedProcess[str]:
    home.mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "-m", "weilu.app", *arguments],
        cwd=ROOT, env=House(home, extra=surroundings).environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    folder = tmp_path_factory.mktemp("kept")
    home, backup, copy = folder / "home", folder / "backup", folder / "copy"
    story("fill", home)
    done = weilu(home, "backup", str(backup), "--json")
    assert done.returncode == 0, done.stderr
    shutil.copytree(home, copy)
    return Kept(home, backup, story("tell", copy))


@pytest.fixture
def home(kept: Kept, tmp_path: Path) -> Path:
    """The installation, to do with as one likes."""
    shutil.copytree(kept.home, tmp_path / "home")
    return tmp_path / "home"


def test_a_backup_brings_everything_back_also_what_was_not_in_the_log_yet(kept: Kept, tmp_path: Path) -> None:
    done = weilu(tmp_path / "other", "restore", str(kept.backup), "--json")
    assert '"position":96' in done.stdout, done.stderr
    assert (kept.told["events"], kept.told["gapless"], kept.told["upload"]) == (96, True, True)
    assert story("tell", tmp_path / "other") == kept.told


def test_on_postgresql_too_and_over_what_stands_there(tmp_path: Path) -> None:
    with second_server() as address:
        with psycopg.connect(address, dbname="postgres", autocommit=True) as server:
            server.execute("CREATE DATABASE kept")
        there = {"WEILU_DATABASE_URL": make_conninfo(address, dbname="kept")}
        home, backup = tmp_path / "home", tmp_path / "backup"
        story("fill", home, **there)
        weilu(home, "backup", str(backup), **there)
        before = story("tell", home, **there)
        story("erase", home, **there)
        done = weilu(home, "restore", str(backup), "--replace", "--json", **there)
        assert '"erased":1' in done.stdout, done.stderr
        after = story("tell", home, **there)
    assert (before["events"], before["gapless"]) == (after["events"], after["gapless"]) == (96, True)
    assert after["marked"] == []
    assert before["marked"] == [MARKER]


def test_an_installation_of_one_machine_goes_over_to_postgresql_with_all_that_it_holds(
    kept: Kept, tmp_path: Path
) -> None:
    with second_server() as address:
        with psycopg.connect(address, dbname="postgres", autocommit=True) as server:
            server.execute("CREATE DATABASE kept")
        there = {"WEILU_DATABASE_URL": make_conninfo(address, dbname="kept")}
        home = tmp_path / "other"
        done = weilu(home, "restore", str(kept.backup), "--json", **there)
        assert '"position":96' in done.stdout, done.stderr
        assert story("tell", home, **there) == kept.told
        assert not list(home.glob("*.sqlite3"))
        told = story("go_on", home, **there)
        assert (told["events"], told["gapless"], told["fresh"]) == (97, True, True)
        assert weilu(home, "backup", str(tmp_path / "again"), **there).returncode == 0
        back = weilu(tmp_path / "third", "restore", str(tmp_path / "again"))
        assert (back.returncode, "WEILU_DATABASE_URL" in back.stderr) == (1, True)


def test_who_was_erased_after_the_backup_is_erased_again(kept: Kept, home: Path) -> None:
    story("erase", home)
    done = weilu(home, "restore", str(kept.backup), "--replace", "--json")
    assert '"erased":1' in done.stdout, done.stderr
    after = story("tell", home)
    assert (after["events"], after["marked"]) == (96, [])
    left = [path for path in home.iterdir() if path.is_file() and MARKER.encode() in path.read_bytes()]
    assert left == []


def test_an_installation_and_a_backup_are_not_overwritten_by_mistake(kept: Kept, home: Path) -> None:
    refused = weilu(home, "restore", str(kept.backup)), weilu(home, "backup", str(kept.backup))
    assert [done.returncode for done in refused] == [1, 1]
    assert all(len(done.stderr.splitlines()) == 1 for done in refused)
    assert story("tell", home) == kept.told


def test_a_damaged_backup_is_refused_before_anything_is_touched(kept: Kept, tmp_path: Path) -> None:
    shutil.copytree(kept.backup, tmp_path / "damaged")
    path = tmp_path / "damaged" / "log.sqlite3"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    done = weilu(tmp_path / "other", "restore", str(tmp_path / "damaged"))
    assert done.returncode == 1
    assert {entry.name for entry in (tmp_path / "other").iterdir()} <= FRESH


def test_a_backup_that_was_cut_off_is_none(kept: Kept, home: Path, tmp_path: Path) -> None:
    steps = ["_copy_spool after", "_copy_rest after", "_sync_folders after"]
    story("die_and_go_on", home, "taking", str(tmp_path / "backup"), *steps)
    assert (tmp_path / "backup" / "manifest.json").exists()
    assert not (tmp_path / "backup.part").exists()


def test_a_restore_that_was_cut_off_is_done_again_and_nothing_starts_before(
    kept: Kept, tmp_path: Path
) -> None:
    steps = ["_copy_checked after", "_empty_home before", "_empty_home after", "_move_in after"]
    refused = story("die_and_go_on", tmp_path / "other", "restoring", str(kept.backup), *steps)
    assert refused == [False, True, True, True]
    done = weilu(tmp_path / "other", "worker")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert weilu(tmp_path / "other", "restore", str(kept.backup)).returncode == 0
    assert story("tell", tmp_path / "other") == kept.told


@pytest.fixture
def tiny() -> Iterator[Path]:
    with small_disk(1) as disk:
        disk.fill(left=200_000)
        yield disk.folder


def test_a_full_disk_stops_a_backup_with_one_sentence_and_leaves_nothing(kept: Kept, tiny: Path) -> None:
    done = weilu(kept.home, "backup", str(tiny / "backup"))
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert not list(tiny.glob("backup*"))
