"""A rival under gunicorn with two workers (of four threads, so that connections stay open), on a database of its own that is
dropped afterwards."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import psycopg

from dev.ports import free_port
from tests.house import ROOT

SERVER = "postgresql://postgres@127.0.0.1:5432/postgres"
NAME = "weilu_rival_benchmark"
SECONDS = 20.0


@contextlib.contextmanager
def served() -> Iterator[str]:
    """The address of the rival."""
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {NAME}")
        port = free_port()
        environment = {**os.environ, "RIVAL_DATABASE": NAME, "PYTHONPATH": str(ROOT)}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        subprocess.run(
            [sys.executable, "-m", "benchmarks.rivals.site"], check=True, env=environment, cwd=ROOT
        )
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "--workers",
            "2",
            "--threads",
            "4",
            "--bind",
            f"127.0.0.1:{port}",
        ]
        server = subprocess.Popen(
            [*command, "--keep-alive", "30", "--log-level", "error", "benchmarks.rivals.site:application"],
            env=environment,
            cwd=ROOT,
        )
        try:
            _wait(f"http://127.0.0.1:{port}/")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(20)
            connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")


def _wait(url: str) -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(url, timeout=1)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the rival did not start")
