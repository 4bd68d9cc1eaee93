"""One house with the sample brand for all stories in the browser: started once, seen by Ada."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import Chromium, Window, executable, launched
from tests.house import ROOT, House, house

EMAIL, PASSWORD = "ada@example.com", "a lamp in the window"  # of an account that lives for this run only

# A busy machine is slow, not wrong; five seconds are little beside another lane.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="package")
def hearth_house() -> Iterator[House]:
    """A small sample brand, played and concluded, served by `weilu up`."""
    if executable() is None:
        if os.environ.get("CI"):
            pytest.fail("CI must have Chromium")
        pytest.skip("no Chromium on this machine; see dev/browser")
    with house() as one:
        one.weilu("migrate")
        add_owner(one)
        one.weilu("demo", "--events", "20000", "--members", "600")
        one.up()
        yield one


def add_owner(one: House) -> None:
    subprocess.run(
        [sys.executable, "-m", "weilu.app", "user", "add", EMAIL, "--name", "Ada", "--role", "owner", "--password-stdin"],
        cwd=ROOT, env=one.environment, input=PASSWORD, text=True, check=True, capture_output=True, timeout=60,
    )  # fmt: skip


@pytest.fixture(scope="package")
def chromium(hearth_house: House) -> Iterator[Chromium]:
    """Closed before other stories go on: while Playwright's loop runs in this thread, Django refuses to ask the database."""
    with launched() as one:
        yield one


@pytest.fixture
def window(hearth_house: House, chromium: Chromium) -> Iterator[Callable[..., Window]]:
    """`window(width=…, language=…, theme=…, script=…)`: Ada's browser, logged in."""
    opened: list[Window] = []

    def open_one(**how: object) -> Window:
        one = Window.open(chromium, hearth_house.url, **how)
        opened.append(one)
        one.log_in(EMAIL, PASSWORD)
        return one

    yield open_one
    for one in opened:
        one.close()
