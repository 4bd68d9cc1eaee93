"""A whole Weilu of one's own: started as a user would, in a home and on a port of its own, ended by itself.

Used by browser tests, proofs and benchmarks; everything on loopback.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dev.ports import free_port

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 90.0


@dataclass
class House:
    """`up()` starts it, `down()` ends it, `weilu(...)` runs a command in the same home."""

    home: Path
    port: int = field(default_factory=free_port)
    extra: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("WEILU_", "DJANGO_", "LC_"))}
        inherited.pop("PYTHONDONTWRITEBYTECODE", None)  # a user keeps compiled code between starts
        own = {
            "WEILU_HOME": str(self.home),
            "WEILU_PORT": str(self.port),
            "PYTHONPATH": str(ROOT),
            "NO_COLOR": "1",
            "LANG": "C.UTF-8",
        }
        return {**inherited, **own, **self.extra}

    def up(self, *arguments: str, ready: float = READY_SECONDS) -> float:
        """Start everything; returns the seconds until `/readyz` said yes."""
        started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "weilu.app", "up", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=(self.home / "up.out").open("ab"),
            stderr=(self.home / "up.err").open("ab"),
            start_new_session=True,
        )
        self.wait_ready(ready)
        return time.monotonic() - started

    def wait_ready(self, seconds: float = READY_SECONDS) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.process is not None and self.process.poll() is not None:
                raise AssertionError(f"weilu up ended: {(self.home / 'up.err').read_text()[-2000:]}")
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.get("/readyz")[0] == 200:
                    return
            time.sleep(0.1)
        raise AssertionError(f"not ready in {seconds} s: {(self.home / 'up.err').read_text()[-2000:]}")

    def down(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
        for pid in self.warehouse_pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        self.process = None

    def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path, headers=headers or {})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def weilu(self, *arguments: str, given: str = "", check: bool = True, timeout: float = 600) -> str:
        """Run one command in this home, with `given` at its standard input; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "weilu.app", *arguments],
            cwd=ROOT,
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        if check and done.returncode:
            raise AssertionError(f"weilu {' '.join(arguments)}: {done.stdout[-1000:]} {done.stderr[-2000:]}")
        return done.stdout

    def weilu_json(self, *arguments: str, timeout: float = 600) -> Any:
        return json.loads(self.weilu(*arguments, "--json", timeout=timeout).strip().splitlines()[-1])

    def children(self) -> dict[str, int]:
        """Process ids by part: web (one of them), web 2, …, worker, jobs, warehouse; those that live now."""
        found: dict[str, int] = {}
        webs: list[int] = []
        if self.process is not None:
            for pid in children_of(self.process.pid):
                words = command_of(pid)
                if "web" in words:
                    found[f"web {len(webs) + 1}" if webs else "web"] = pid
                    webs.append(pid)
                elif "worker" in words:
                    found["worker" if "--no-jobs" in words else "jobs"] = pid
        for pid in self.warehouse_pids():
            found["warehouse"] = pid
        return found

    def warehouse_pids(self) -> list[int]:
        return [
            int(entry.name)
            for entry in Path("/proc").iterdir()
            if entry.name.isdigit()
            and "weilu.core.warehouse.server" in (words := command_of(int(entry.name)))
            and str(self.home) in words
        ]

    def first_code(self) -> str:
        """The code printed at first start."""
        import re

        return re.findall(r"code\s+(\S+)", (self.home / "up.out").read_text())[-1]


@contextlib.contextmanager
def house(**extra: str) -> Iterator[House]:
    """A fresh home that is removed afterwards, with everything started in it ended."""
    with tempfile.TemporaryDirectory(prefix="weilu-house-", ignore_cleanup_errors=True) as folder:
        one = House(Path(folder), extra=extra)
        try:
            yield one
        finally:
            one.down()


def children_of(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def command_of(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []
