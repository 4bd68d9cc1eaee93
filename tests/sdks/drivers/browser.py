"""The SDKs for browsers, in headless Chromium, on a site of its own origin; each page is reloaded in the middle of its burst.

Gets a JSON list of plans, each with `page` and `mode`; prints a report a plan. What the SDK counts as delivered is what was
answered with a status below 400: each of them looks at nothing else (an image at whether it loaded).
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Request, sync_playwright

from tests.browser.chromium import FLAGS, executable
from tests.sdks.origin import PACKAGES, site
from tests.sdks.wire import numbers_in

PACKAGE = {"segment": "@segment/analytics-next", "posthog": "posthog-js", "sensors": "sa-sdk-javascript"}
PATIENCE_SECONDS = 30.0
QUIET_SECONDS = 5.0
LOADING_MS = 90_000
"""For a page to load and to make its calls, on a machine that does much else."""
CALLS = 5


@dataclass
class Visit:
    """One page in one fresh profile, and which calls were answered."""

    plan: dict[str, Any]
    page: Page
    delivered: set[int] = field(default_factory=set)
    last: float = field(default_factory=time.monotonic)
    complaints: list[str] = field(default_factory=list)

    def open(self, origin: str, part: int) -> None:
        self.page.goto(f"{origin}/{self.plan['page']}.html?part={part}", wait_until="commit")

    def answered(self, request: Request) -> None:
        response = request.response()
        ours = request.url.startswith(self.plan["url"]) and "/flags/" not in request.url
        if response is not None and response.status < 400 and ours:
            self.delivered |= numbers_in(request.url, request.post_data_buffer or b"")
            self.last = time.monotonic()

    def done(self) -> bool:
        """All is delivered; or, where the SDK does not try again, nothing more comes."""
        if len(self.delivered) >= self.plan["burst"] + CALLS:
            return True
        return not self.plan["stubborn"] and time.monotonic() - self.last > QUIET_SECONDS


def main(plans: list[dict[str, Any]]) -> None:
    with sync_playwright() as driver, site() as origin:
        browser = driver.chromium.launch(executable_path=executable(), args=list(FLAGS))
        visits = [_visit(browser, plan) for plan in plans]
        for part in (1, 2):
            for visit in visits:
                visit.open(origin, part)
            for visit in visits:
                # Reloaded right after its last call, while requests are under way.
                visit.page.wait_for_function("window.made")
        _let_run(visits)
        browser.close()
    for visit in visits:
        _report(visit)


def _visit(browser: Browser, plan: dict[str, Any]) -> Visit:
    visit = Visit(plan, browser.new_context().new_page())
    visit.page.set_default_timeout(LOADING_MS)
    visit.page.add_init_script(f"window.plan = {json.dumps(plan)}")
    visit.page.on("requestfinished", visit.answered)
    visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    return visit


def _let_run(visits: list[Visit]) -> None:
    """Let the pages work, until all is delivered or the time is over."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and not all(visit.done() for visit in visits):
        visits[0].page.wait_for_timeout(100)


def _report(visit: Visit) -> None:
    package = PACKAGE[visit.plan["page"]]
    version = json.loads((Path(PACKAGES) / package / "package.json").read_text())["version"]
    lines = {"delivered": sorted(visit.delivered), "failed": [], "complaints": visit.complaints}
    whole = {"sdk": package, "mode": visit.plan["mode"], "version": version, **lines}
    sys.stdout.write(json.dumps(whole) + "\n")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
