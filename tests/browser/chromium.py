"""How is Chromium found and driven? Nothing but the house under test is reached: background networking is off."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from tests.house import children_of, command_of

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-blink-features=WakeLock",
)
"""Without the wake lock: a wall keeps the screen awake, Chromium asks the desktop for it, and where there is no desktop it may wait for
one for ever when the window closes."""
NO_BUS = {"DBUS_SESSION_BUS_ADDRESS": "disabled:"}
CLOSE_SECONDS = 30.0
PARTS_SECONDS = 60.0
WIDE, PHONE = 1440, 390


def executable() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Chromium:
    """A browser, started anew where it has died."""

    def __init__(self, driver: Playwright) -> None:
        self._driver = driver
        self._browser: Browser | None = None

    def new_context(self, **how: Any) -> BrowserContext:
        if self._browser is None or not self._browser.is_connected():
            self._browser = self._driver.chromium.launch(
                executable_path=executable(), args=list(FLAGS), env={**os.environ, **NO_BUS}
            )
        return self._browser.new_context(**how)

    def close(self) -> None:
        if self._browser is not None:
            _closed(self._browser)


@contextlib.contextmanager
def launched() -> Iterator[Chromium]:
    with sync_playwright() as driver:
        chromium = Chromium(driver)
        try:
            yield chromium
        finally:
            chromium.close()


def browsers() -> list[int]:
    """Process ids of the browsers that Playwright drives for this process."""
    grandchildren = [pid for driver in children_of(os.getpid()) for pid in children_of(driver)]
    return [
        pid for pid in grandchildren if any("--remote-debugging-pipe" in word for word in command_of(pid))
    ]


def _closed(what: Browser | BrowserContext) -> None:
    """Close it, or end the browser that does not answer: now and then Chromium never does, and Playwright would wait for ever."""
    late = threading.Event()

    def end() -> None:
        late.set()
        for pid in browsers():
            os.kill(pid, signal.SIGKILL)

    watch = threading.Timer(CLOSE_SECONDS, end)
    watch.start()
    try:
        what.close()
    except Error:
        if not late.is_set():
            raise
    finally:
        watch.cancel()
    if late.is_set():
        warnings.warn(f"Chromium had not closed after {CLOSE_SECONDS:.0f} s and was ended", stacklevel=2)


@dataclass
class Window:
    """One operator's browser: a page, and what its console complained about."""

    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    @classmethod
    def open(
        cls,
        browser: Chromium,
        base: str,
        *,
        width: int = WIDE,
        language: str = "zh-CN",
        theme: str = "light",
        script: bool = True,
    ) -> Window:
        """A fresh profile at this width, reading this language, in this theme."""
        context = browser.new_context(
            base_url=base,
            viewport={"width": width, "height": 1000},
            locale=language,
            color_scheme="dark" if theme == "dark" else "light",
            reduced_motion="reduce",
            java_script_enabled=script,
        )
        tongue = "zh-hans" if language.startswith("zh") else "en"
        context.add_cookies(
            [
                {"name": "weilu_language", "value": tongue, "url": base},
                {"name": "weilu_theme", "value": theme, "url": base},
            ]
        )
        page = context.new_page()
        window = cls(context, page)
        page.on("console", window._heard)
        page.on("pageerror", lambda error: window.complaints.append(str(error)))
        return window

    def close(self) -> None:
        _closed(self.context)

    def log_in(self, email: str, password: str) -> None:
        self.page.goto("/login")
        self.page.fill("input[name=email]", email)
        self.page.fill("input[name=password]", password)
        self.page.click("main form button:not([name])")
        self.page.wait_for_url(lambda url: "/login" not in url)

    def go(self, path: str) -> Page:
        """Open a page, wait for the parts that it fetches, and bring every chart on it into sight, so that all are drawn."""
        self.page.goto(path, wait_until="load")
        expect(self.page.locator("[hx-trigger=load]")).to_have_count(0, timeout=PARTS_SECONDS * 1000)
        for place in self.page.query_selector_all("[data-chart]"):
            place.scroll_into_view_if_needed()
            place.wait_for_selector("svg")
        self.page.evaluate("scrollTo(0, 0)")
        return self.page

    def picture(self, path: str) -> None:
        """The whole page: the window grows to its height, so that what sticks to the window's edges stands there too."""
        width = self.page.viewport_size["width"] if self.page.viewport_size else WIDE
        height = int(self.page.evaluate("document.documentElement.scrollHeight"))
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.wait_for_load_state("networkidle")
        self.page.screenshot(path=path)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")
