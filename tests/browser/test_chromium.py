"""The browser of these stories itself: one that does not answer any more holds nobody up."""

from __future__ import annotations

import os
import signal

import pytest

from tests.browser import chromium as driving
from tests.browser.chromium import Chromium, Window
from tests.house import House

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_browser_that_does_not_close_is_ended_and_the_next_window_opens(
    chromium: Chromium, hearth_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driving, "CLOSE_SECONDS", 1.0)
    one = Window.open(chromium, hearth_house.url)
    for pid in driving.browsers():
        os.kill(pid, signal.SIGSTOP)
    with pytest.warns(UserWarning, match="was ended"):
        one.close()
    another = Window.open(chromium, hearth_house.url)
    another.page.goto("/login")
    assert another.page.locator("input[name=email]").count() == 1
    another.close()
