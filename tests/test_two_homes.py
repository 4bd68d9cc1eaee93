"""Two machines on one PostgreSQL: each has a home, and they share what the how-to tells them to share."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tests.elsewhere import run
from tests.fixtures.server import second_server
from tests.house import House

pytestmark = [pytest.mark.once, pytest.mark.slow]
SHARED = ("log", "files")


def test_a_second_machine_reads_the_sealed_log_where_it_shares_the_folders_and_is_told_where_not(
    tmp_path: Path,
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    with second_server() as address:
        with psycopg.connect(address, dbname="postgres", autocommit=True) as server:
            server.execute("CREATE DATABASE pair")
        there = {
            "WEILU_DATABASE_URL": make_conninfo(address, dbname="pair"),
            "WEILU_SECRET_KEY": "one of both",
        }
        run("tests.backing_up:fill", first, **there)
        told = run("tests.backing_up:tell", first, **there)
        second.mkdir()
        assert _sealed(second, there) == ["bad"]
        for name in SHARED:
            if (second / name).is_dir():
                (second / name).rmdir()
            (second / name).symlink_to(first / name, target_is_directory=True)
        assert _sealed(second, there) == []
        assert run("tests.backing_up:tell", second, **there) | {"trail": []} == told | {"trail": []}
        assert told["events"] == 96


def _sealed(home: Path, there: dict[str, str]) -> list[str]:
    """What the doctor of this machine says about sealed files."""
    found = json.loads(House(home, extra=there).weilu("doctor", "--json", check=False))["findings"]
    return [one["level"] for one in found if one["check"] == "sealed log"]
