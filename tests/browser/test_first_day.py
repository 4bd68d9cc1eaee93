"""The first day of a new installation, as its owner lives it: the code, the account, an export in, a look, and out again."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.chromium import PHONE, Chromium, Window
from tests.browser.looks import axe_findings, sticks_out
from tests.house import house

PASSWORD = "a kettle on the stove"
EXPORT = {
    "name": "Kettle club",
    "type": "private_supergroup",
    "id": 9001,
    "messages": [
        {
            "id": number,
            "type": "message",
            "date": f"2026-03-{1 + number // 3:02}T10:{number:02}:00",
            "date_unixtime": str(1_772_359_200 + number * 28_800),
            "from": ("Lin", "Mei", "Tao")[number % 3],
            "from_id": f"user70{number % 3}",
            "text": f"cup number {number}",
            "text_entities": [],
        }
        for number in range(24)
    ],
}


def test_the_first_day_from_the_code_at_the_terminal_to_an_import_and_its_undo(
    chromium: Chromium, tmp_path: Path
):
    export = tmp_path / "result.json"
    export.write_text(json.dumps(EXPORT))
    with house() as one:
        one.up()
        _stands_in_chinese(chromium, one.url)
        window = Window.open(chromium, one.url, language="en-GB")
        page = window.page
        _make_the_account(page, one.first_code())
        page.goto("/imports/")
        page.set_input_files("input[name=files]", str(export))
        page.get_by_role("button", name="Read it").click()
        expect(page.get_by_text("Will add 24 events of 3 members.")).to_be_visible()
        expect(page.get_by_text("cup number 0")).to_be_visible()
        assert (axe_findings(page), sticks_out(page)) == ([], [])
        page.get_by_role("button", name="Bring it in").click()
        expect(page.get_by_role("button", name="Undo this import")).to_be_visible(timeout=60_000)
        page.goto("/members/?as_of=2026-03-09")
        expect(page.get_by_role("link", name="Mei")).to_be_visible()
        page.goto("/imports/")
        page.get_by_role("link", name="result.json").click()
        page.get_by_role("button", name="Undo this import").click()
        expect(page.get_by_text("Undone").first).to_be_visible()
        page.goto("/members/")
        expect(page.get_by_role("link", name="Mei")).to_have_count(0)
        assert window.complaints == []
        window.close()


def _stands_in_chinese(chromium: Chromium, url: str) -> None:
    window = Window.open(chromium, url, width=PHONE)
    page = window.go("/")
    assert page.get_attribute("html", "lang") == "zh-CN"
    assert page.locator("input[name=code]").count() == 1
    assert [*window.complaints, *axe_findings(page), *sticks_out(page)] == []
    window.close()


def _make_the_account(page: Page, code: str) -> None:
    page.goto("/")
    page.fill("input[name=code]", code)
    page.fill("input[name=brand]", "Kettle club")
    page.fill("input[name=name]", "Ada")
    page.fill("input[name=email]", "ada@example.com")
    page.fill("input[name=password]", PASSWORD)
    page.select_option("select[name=language]", "en")
    page.get_by_role("button", name="Make the account").click()
    page.wait_for_url("**/")
