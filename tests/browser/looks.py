"""What is wrong with how a page stands: complaints, contrast, things that stick out?"""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SERIOUS = ("serious", "critical")


def axe_findings(page: Page) -> list[str]:
    """Serious and critical findings of axe-core, each with the first element it stands on."""
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]} ({len(one['nodes'])} places)"
        for one in found
        if one["impact"] in SERIOUS
    ]


def sticks_out(page: Page) -> list[str]:
    """Elements that make the page wider than its window."""
    return page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth + 1 ? [] :
        [...document.querySelectorAll('main *')]
          .filter(one => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.scroll'))
          .slice(0, 5).map(one => one.outerHTML.slice(0, 120))"""
    )
