"""What a newcomer meets: one line about what is missing, and the sample brand that `make up` plays once, whatever befell it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

from tests.house import ROOT, House, house

SMALL = {"WEILU_DEMO_EVENTS": "1500", "WEILU_DEMO_MEMBERS": "120", "WEILU_DEMO_MONTHS": "2"}
PATIENCE_SECONDS = 120.0
PLAYED = "The sample brand is being played"


@pytest.mark.once
@pytest.mark.slow
def test_the_sample_brand_is_played_once_and_anew_where_it_was_cut_short() -> None:
    with house() as one:
        one.up("--sample")
        _wait_for(one, [("running",)])
        _kill_the_play(one)
        assert _batches(one) == [("running",)]
        one.down()
        one.extra.update(SMALL)
        one.up("--sample")
        _wait_for(one, [("undone",), ("done",)])
        places = _asked(one, "SELECT name, simulated FROM directory_community")
        assert len(places) == 8
        assert all(simulated for _name, simulated in places)
        one.down()
        one.up("--sample")
        assert (one.home / "up.out").read_text().count(PLAYED) == 2
        assert _batches(one) == [("undone",), ("done",)]


def _wait_for(one: House, states: list[tuple[str, ...]]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while _batches(one) != states:
        assert time.monotonic() < until, (_batches(one), (one.home / "up.err").read_text()[-2000:])
        time.sleep(0.05)


def _kill_the_play(one: House) -> None:
    assert one.process is not None
    for pid in Path(f"/proc/{one.process.pid}/task/{one.process.pid}/children").read_text().split():
        if b"demo" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
            os.kill(int(pid), signal.SIGKILL)


def _batches(one: House) -> list[tuple[str, ...]]:
    return _asked(one, "SELECT state FROM imports_batch ORDER BY id")


def _asked(one: House, sql: str) -> list[tuple[str, ...]]:
    with contextlib.closing(sqlite3.connect(f"file:{one.home}/weilu.sqlite3?mode=ro", uri=True)) as file:
        return file.execute(sql).fetchall()


@pytest.mark.parametrize(
    ("there", "says"),
    [((), "git is missing: install it"), (("git",), "Python 3.11 or newer is missing: install python3")],
)
def test_what_is_missing_is_named_in_one_line(tmp_path: Path, there: tuple[str, ...], says: str) -> None:
    for name in ("dirname", *there):
        found = shutil.which(name)
        assert found is not None
        (tmp_path / name).symlink_to(found)
    bash = shutil.which("bash")
    assert bash is not None
    done = subprocess.run(
        [bash, str(ROOT / "dev" / "need"), "base"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"weilu: {says}")
