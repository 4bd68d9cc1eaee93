"""Bundles and runs pieces of code in Chromium as the scripts of a shop's page. Gets a JSON list of them; stays until told to end."""

from __future__ import annotations

import json
import subprocess
import sys

from playwright.sync_api import sync_playwright

from tests.browser.chromium import FLAGS, executable
from tests.house import ROOT
from tests.sdks.origin import HERE, site

ESBUILD = ROOT / "assets" / "node_modules" / ".bin" / "esbuild"
SHOPPER = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)
UNLED = "--disable-blink-features=AutomationControlled"
"""PostHog's SDK says nothing for a browser that calls itself headless or led by a program."""
LIMIT_MS = 60_000


def main(codes: list[str]) -> None:
    with sync_playwright() as driver, site() as origin:
        browser = driver.chromium.launch(executable_path=executable(), args=[*FLAGS, UNLED])
        for code in codes:
            page = browser.new_context(user_agent=SHOPPER).new_page()
            page.on("console", lambda said: sys.stderr.write(f"{said.type}: {said.text}\n"))
            page.on("pageerror", lambda error: sys.stderr.write(f"error: {error}\n"))
            page.goto(f"{origin}/empty.html")
            page.add_script_tag(content=_bundled(code))
        page.wait_for_timeout(LIMIT_MS)


def _bundled(code: str) -> str:
    command = [str(ESBUILD), "--bundle", "--format=iife", "--log-level=error"]
    return subprocess.run(
        command, cwd=HERE, input=code, text=True, capture_output=True, check=True, timeout=60
    ).stdout


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
