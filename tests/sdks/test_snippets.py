"""What stands on a source's page to be pasted works as pasted, in the SDK that it is for."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from tests.house import ROOT
from tests.sdks import senders, stranger
from tests.sdks.senders import HERE
from tests.sdks.stranger import Door

PAGES = ("segment-browser", "posthog-browser", "sensors-web", "rudder-browser")
PATIENCE_SECONDS = 60.0
STAYING = "\nimport time\ntime.sleep(60)\n"
"""A server goes on running after it has said something."""
MINI = "import('{wx}').then(({{ install }}) => {{ install(); {code} }})"


@pytest.mark.once
@pytest.mark.browser
@pytest.mark.skipif(not senders.executable(), reason="no Chromium on this machine; see dev/browser")
@pytest.mark.skipif(not senders.installed(), reason="the SDKs are not installed; see dev/sdks")
def test_each_snippet_of_a_sources_page_brings_one_order_of_120_yuan() -> None:
    with stranger.door() as door:
        given = _inside(door, "add", door.one.url)
        with _running(given) as complaints:
            found = _orders(door, len(given))
    assert {one["slug"]: found.get(one["source"]) for one in given} == {
        one["slug"]: [12_000] for one in given
    }
    assert complaints == []


def _orders(door: Door, wanted: int) -> dict[str, list[int]]:
    """Orders by source, once there are as many sources as wanted, or the patience is over."""
    until = time.monotonic() + PATIENCE_SECONDS
    while len(found := _inside(door, "orders")) < wanted and time.monotonic() < until:
        pass
    return dict(found)


def _inside(door: Door, *arguments: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "tests.sdks.pasting", *arguments],
        cwd=ROOT, env=door.one.environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-1500:]
    return json.loads(done.stdout.splitlines()[-1])


@contextlib.contextmanager
def _running(given: Sequence[dict[str, str]]) -> Iterator[list[str]]:
    """All snippets at once, each as its kind of program; ended afterwards. Then the list holds what browsers complained about."""
    pages = [one["code"] for one in given if one["slug"] in PAGES]
    commands = [_command(one["slug"], one["code"]) for one in given if one["slug"] not in PAGES]
    commands.append([sys.executable, "-m", "tests.sdks.drivers.pasted_pages", json.dumps(pages)])
    started = [_start(command) for command in commands]
    complaints: list[str] = []
    try:
        yield complaints
    finally:
        for process in started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            _, said = process.communicate(timeout=20)
        complaints += [line for line in said.splitlines() if line.startswith("error: ")]


def _command(slug: str, code: str) -> list[str]:
    if slug.endswith("-python"):
        return [sys.executable, "-c", code + STAYING]
    if slug == "curl":
        return ["bash", "-c", code]
    if slug == "sensors-mini":
        return [senders.node(), "-e", MINI.format(wx=HERE / "drivers" / "wx.mjs", code=code)]
    return [senders.node(), "--input-type=module", "-e", code]


def _start(command: Sequence[str]) -> subprocess.Popen[str]:
    path = os.pathsep.join((str(senders.PYTHON_PACKAGES), str(ROOT)))
    return subprocess.Popen(
        command, cwd=HERE, env=senders.environment() | {"PYTHONPATH": path}, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
