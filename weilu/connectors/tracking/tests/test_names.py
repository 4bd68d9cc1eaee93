"""The names that docs/reference/tracking.md promises to know become what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from weilu.connectors.tracking.contract import CALLS, PAGE, SCREEN, TRACK
from weilu.connectors.tracking.rules import names

FOLDER = Path(__file__).resolve().parents[4] / "docs" / "reference"
PAGES = ("tracking.md", "tracking.zh-CN.md")
KNOWN = (names.PAGE_VIEWED, names.SCREEN_VIEWED, names.APP_OPENED, names.ORDER_PAID, names.ORDER_CANCELLED)


def promised(page: str) -> Iterator[tuple[str, str]]:
    """(name, kind) of the table's rows for well-known names."""
    for line in (FOLDER / page).read_text(encoding="utf-8").splitlines():
        cells = [re.findall("`([^`]+)`", cell) for cell in line.split("|")]
        if len(cells) == 4 and len(cells[2]) == 1 and cells[2][0] in KNOWN:
            yield from ((name, cells[2][0]) for name in cells[1])


@pytest.mark.parametrize(("name", "kind"), sorted({one for page in PAGES for one in promised(page)}))
def test_a_well_known_name_becomes_what_the_page_says(name: str, kind: str) -> None:
    call = name if name in (PAGE, SCREEN) else TRACK
    assert call in CALLS
    assert names.kind_of(call, name) == kind


def test_both_languages_promise_the_same_of_every_kind() -> None:
    english, chinese = (set(promised(page)) for page in PAGES)
    assert english == chinese
    assert {kind for _, kind in english} == set(KNOWN)
