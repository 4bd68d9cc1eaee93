"""Is an import whose process was killed what one is that nobody disturbed?

The real command in a real house, beside whatever else happens there: killed with SIGKILL while it comes in, started again as an
operator would, and at last, when the traffic has ended, left to end. What the log then holds of it must be what an undisturbed import of the same file
left in a home of its own.
"""

from __future__ import annotations

import contextlib
import functools
import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from tests.house import ROOT, House, house

ROWS, PEOPLE, ROOMS = 20_000, 200, 5
LATEST_SECONDS = 0.3
"""After its beginning: reading the rows alone takes twice as long."""
PATIENCE_SECONDS = 60.0


def kill(one: House, chance: random.Random) -> None:
    """Start `weilu import`, or take up the one that died before, and kill it under way."""
    _kill(one, write(one.home / "export.csv"), chance.uniform(0, LATEST_SECONDS))


def finish(one: House) -> None:
    """The same command once more, to its end; what is in the log is compared with what nobody disturbed."""
    told = one.weilu_json("import", "csv", str(one.home / "export.csv"), "--yes")
    assert told["rows"] == ROWS, told
    assert digest(one) == undisturbed(), f"the log does not hold what it should: {told}"


@functools.cache
def undisturbed() -> str:
    with house(WEILU_LOG_LEVEL="CRITICAL") as calm:
        calm.weilu("import", "csv", str(write(calm.home / "export.csv")), "--yes")
        return digest(calm)


def write(path: Path) -> Path:
    """The same rows each time; some are said twice in the same second, and are two all the same."""
    chance = random.Random(7)
    lines = ["time,member,community,text"]
    for number in range(ROWS):
        day, second = divmod(number * 997, 86_400)
        at = f"2025-{1 + day // 28 % 12:02}-{1 + day % 28:02} {second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
        who = chance.randrange(PEOPLE)
        lines += [f"{at},guest {who},room {who % ROOMS},cup {number}"] * (2 if number % 100 == 0 else 1)
    path.write_text("\n".join(lines[: ROWS + 1]) + "\n")
    return path


def digest(one: House) -> str:
    """What the log of this home holds of imports, under outside names, as one number."""
    done = subprocess.run(
        [sys.executable, "-m", "proofs.imported"],
        cwd=ROOT, env=one.environment, capture_output=True, text=True, timeout=180,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-1500:]
    return done.stdout.strip().splitlines()[-1]


def _kill(one: House, export: Path, later: float) -> None:
    """So long after it began to come in; another run of it may have died before."""
    before = _batch(one)
    command = [sys.executable, "-m", "weilu.app", "import", "csv", str(export), "--yes"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=ROOT, env=one.environment, **quiet) as started:
        until = time.monotonic() + PATIENCE_SECONDS
        while _batch(one)[0] != "running" or _batch(one) == before:
            assert started.poll() is None, "the import ended before it could be killed"
            assert time.monotonic() < until, "the import did not begin"
            time.sleep(0.01)
        time.sleep(later)
        assert started.poll() is None, "the import ended before it could be killed"
        started.kill()


def _batch(one: House) -> tuple[str, str]:
    """State of the newest import, and when it was last touched."""
    with contextlib.closing(sqlite3.connect(f"file:{one.home}/weilu.sqlite3?mode=ro", uri=True)) as file:
        try:
            row = file.execute(
                "SELECT state, touched_at FROM imports_batch ORDER BY id DESC LIMIT 1"
            ).fetchone()
        except sqlite3.OperationalError:  # busy for a moment
            return "", ""
    return (str(row[0]), str(row[1])) if row else ("", "")
