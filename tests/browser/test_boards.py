"""Boards, the wall and the builder of segments in a real browser: what fetches itself, what the keyboard does, how it looks."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import PHONE, WIDE
from tests.browser.looks import axe_findings, sticks_out

pytestmark = [pytest.mark.browser, pytest.mark.slow]
KINDS = ("trend", "funnel", "heatmap", "retention", "paths")


@pytest.fixture(scope="package")
def board(hearth_house, chromium) -> str:
    """The address of a board to which one question of each kind was pinned from the explorer."""
    from tests.browser.chromium import Window
    from tests.browser.conftest import EMAIL, PASSWORD

    one = Window.open(chromium, hearth_house.url, language="en")
    one.log_in(EMAIL, PASSWORD)
    page = one.page
    page.goto("/boards/")
    page.fill("main input[name=name]", "Monday round")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("heading", name="Monday round")).to_be_visible()
    address = page.url
    for kind in KINDS:
        page.goto(f"/explore/?kind={kind}")
        page.get_by_role("button", name="Pin to a board").click()
        expect(page.get_by_text("Pinned.")).to_be_visible()
    assert one.complaints == []
    one.close()
    return re.sub(r"^https?://[^/]+", "", address)


def filled(page: Page) -> None:
    """Every card has fetched its answer, and every chart in it is drawn."""
    expect(page.locator(".waiting")).to_have_count(0, timeout=30_000)
    for place in page.query_selector_all("[data-chart]:visible"):
        place.scroll_into_view_if_needed()
        place.wait_for_selector("svg")
    page.evaluate("scrollTo(0, 0)")


@pytest.mark.parametrize(
    ("width", "language", "theme"),
    [(WIDE, "zh-CN", "light"), (WIDE, "en", "dark"), (PHONE, "zh-CN", "dark"), (PHONE, "en", "light")],
)
def test_a_board_fills_itself_and_stands_without_complaint(window, board, width, language, theme):
    one = window(width=width, language=language, theme=theme)
    for address in (board, "/boards/", f"{board}wall/"):
        one.page.goto(address)
        filled(one.page)
        assert (address, one.complaints, sticks_out(one.page), axe_findings(one.page)) == (
            address,
            [],
            [],
            [],
        )
    assert one.page.locator("html").get_attribute("data-bs-theme") == "dark", (
        "the wall is dark whatever was chosen"
    )


def test_a_filter_is_asked_of_all_cards_and_stands_in_the_address(window, board):
    page = window(language="en").page
    page.goto(board)
    filled(page)
    before = page.locator(".face .evi").first.inner_text()
    page.select_option("select[name=days]", "7")
    page.wait_for_url("**days=7**")
    filled(page)
    assert page.locator(".face .evi").first.inner_text() != before
    page.get_by_role("button", name="Keep these filters").click()
    expect(page.get_by_text("The board opens with these filters")).to_be_visible()
    page.goto(board)
    assert page.locator("select[name=days]").input_value() == "7"
    page.select_option("select[name=days]", "28")
    page.wait_for_url("**days=28**")
    page.get_by_role("button", name="Keep these filters").click()


def test_a_card_is_moved_and_widened_by_its_menu(window, board):
    page = window(language="en").page
    page.goto(board)
    second = page.locator(".board > section").nth(1)
    name = second.locator("h2").inner_text()
    second.locator("summary").first.click()
    second.get_by_role("button", name="Move up").click()
    page.wait_for_load_state()
    assert page.locator(".board > section h2").first.inner_text() == name
    first = page.locator(".board > section").first
    first.locator("summary").first.click()
    first.locator("select[name=size]").select_option("whole")
    first.get_by_role("button", name="Save").click()
    page.wait_for_load_state()
    assert "size-whole" in page.locator(".board > section").first.get_attribute("class")


def test_the_wall_turns_by_the_keyboard_and_escape_leads_back(window, board):
    one = window(language="en")
    page = one.page
    page.goto(f"{board}wall/")
    panes = page.locator("[data-pane]")
    assert panes.count() >= 2
    expect(panes.nth(0)).to_be_visible()
    expect(panes.nth(1)).to_be_hidden()
    page.keyboard.press("ArrowRight")
    expect(panes.nth(1)).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(panes.nth(0)).to_be_visible()
    assert page.locator(".side").count() == 0
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile(re.escape(board)))
    assert one.complaints == []


def test_a_board_reads_without_script(window, board):
    page = window(language="en", script=False).page
    page.goto(board)
    page.get_by_role("link", name="Draw all cards at once").click()
    assert page.locator(".face .evi").count() == len(KINDS)
    assert page.locator(".waiting").count() == 0


def test_the_builder_of_segments_follows_what_is_chosen(window):
    """What htmx does there: the row of another condition, the preview, one row more and one less."""
    one = window(language="en")
    page = one.page
    page.goto("/segments/new/")
    score = page.locator("#preview .score")
    everybody = score.inner_text()
    page.select_option("[name=c0_event]", "message.sent")
    page.fill("[name=c0_times]", "5")
    expect(page.locator("#preview")).to_contain_text("at least 5 times")
    expect(score).not_to_have_text(everybody)
    page.select_option("[name=c0_what]", "state")
    expect(page.locator("[name=c0_state]")).to_be_visible()
    expect(page.locator("#preview")).to_contain_text("New")
    page.select_option("[name=c0_state]", "active")
    expect(page.locator("#preview")).to_contain_text("Active")
    page.get_by_role("button", name="One more condition").click()
    expect(page.locator("[name=c1_what]")).to_be_visible()
    page.get_by_role("button", name="Drop this condition").nth(1).click()
    expect(page.locator("[name=c1_what]")).to_have_count(0)
    page.fill("[name=name]", "Active ones")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Active ones")).to_be_visible()
    assert (one.complaints, axe_findings(page), sticks_out(page)) == ([], [], [])


def test_fields_that_have_just_come_answer_at_once(window):
    """A choice made in the very moment in which a new field stands there reaches the preview."""
    one = window(language="en")
    page = one.page
    page.goto("/segments/new/")
    page.evaluate(
        """() => new MutationObserver((_all, watch) => {
            const field = document.querySelector("[name=c0_state]");
            if (!field) return;
            watch.disconnect();
            field.value = "churned";
            field.dispatchEvent(new Event("change", { bubbles: true }));
        }).observe(document.querySelector("#builder"), { childList: true, subtree: true })"""
    )
    page.select_option("[name=c0_what]", "state")
    expect(page.locator("#preview")).to_contain_text("Churned")
    assert one.complaints == []


def test_people_behind_a_number_become_a_segment_that_answers_beside_everybody(window):
    one = window(language="en")
    page = one.page
    page.goto("/explore/?kind=funnel")
    page.locator("table.t tbody a").first.click()
    page.get_by_text("Make a segment of them").click()
    page.fill("#name", "Came in")
    page.locator("input[value=list]").check()
    page.get_by_role("button", name="Make the segment").click()
    expect(page.get_by_role("heading", name=re.compile("Came in"))).to_be_visible()
    page.goto("/explore/?kind=trend")
    page.select_option("#segment", label="Came in")
    page.select_option("#compare", "")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("only of “Came in”")).to_be_visible()
    page.select_option("#compare", "all")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("columnheader", name="Difference")).to_be_visible()
    page.locator(".plot svg").wait_for()
    assert (one.complaints, axe_findings(page), sticks_out(page)) == ([], [], [])
