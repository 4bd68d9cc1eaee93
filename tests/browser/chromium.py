"""How is Chromium found and driven? Nothing but the house under test is reached: background networking is off."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
NO_BUS = {"DBUS_SESSION_BUS_ADDRESS": "disabled:"}
"""A wall keeps the screen awake: Chromium asks the desktop for it, and where no desktop answers it waits minutes for one, at the
latest when the window closes."""
WIDE, PHONE = 1440, 390


def executable() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextlib.contextmanager
def launched() -> Iterator[Browser]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=executable(), args=list(FLAGS), env={**os.environ, **NO_BUS}
        )
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Window:
    """One operator's browser: a page, and what its console complained about."""

    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    @classmethod
    def open(
        cls,
        browser: Browser,
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

    def log_in(self, email: str, password: str) -> None:
        self.page.goto("/login")
        self.page.fill("input[name=email]", email)
        self.page.fill("input[name=password]", password)
        self.page.click("main form button:not([name])")
        self.page.wait_for_url(lambda url: "/login" not in url)

    def go(self, path: str) -> Page:
        """Open a page and bring every chart on it into sight, so that all are drawn."""
        self.page.goto(path, wait_until="load")
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
