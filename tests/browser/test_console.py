"""The console in a real browser: every page, both languages, both themes, desk and phone; keyboard; weight; no script."""

from __future__ import annotations

import json
import re
from urllib.parse import urljoin

import pytest

from tests.browser.chromium import PHONE, WIDE, Window
from tests.browser.looks import axe_findings, sticks_out

pytestmark = [pytest.mark.browser, pytest.mark.slow]

KB = 1024


def first(page, address, pattern):
    """The first address on a page that looks so."""
    page.goto(address)
    return re.search(rf'href="({pattern})', page.content())[1]


def addresses(page):
    """Every page that the menu, the settings and the lists lead to, one of each kind."""
    found = dict.fromkeys(["/", "/search/?find=茶"])
    page.goto("/")
    found |= dict.fromkeys(link.get_attribute("href") for link in page.query_selector_all(".side .nav a"))
    page.goto("/settings/")
    found |= dict.fromkeys(
        link.get_attribute("href") for link in page.query_selector_all("main [data-rows] a")
    )
    found[first(page, "/communities/", r"/communities/\d+/")] = None
    member = first(page, "/members/", r"/members/\d+")
    found |= dict.fromkeys([member, f"{member}/erase/", f"{member}/merge/"])
    found[first(page, "/reports/", r'/reports/\d+/[^"]+/')] = None
    found[first(page, "/", r'/behind/[^"]+').replace("&amp;", "&")] = None
    return list(found)


def deeper(page):
    """One of each kind of page that only other pages lead to."""
    found = dict.fromkeys(["/settings/security", "/settings/account", "/members/bots/"])
    community = first(page, "/communities/", r"/communities/\d+/")
    voice = first(page, community, r'/communities/\d+/voices/[^"]+')
    voiced = re.search(r"/voices/(\d+)", voice)[1]
    talk = first(page, f"/members/{voiced}/?talks=1", r'/members/\d+/with/[^"]*')
    influence = first(page, f"/members/{voiced}/", r'/members/\d+/influence/[^"]*')
    thresholds = first(page, "/members/thresholds/", r"/members/thresholds/\d+/")
    found |= dict.fromkeys([voice, talk, influence, f"{community}timezone/", "/members/moves/", thresholds])
    found |= dict.fromkeys([first(page, "/settings/operators/", r"/settings/operators/\d+")])
    found |= dict.fromkeys([first(page, "/imports/", r"/imports/\d+")])
    found |= dict.fromkeys(of_a_report(page))
    return [one.replace("&amp;", "&") for one in found]


def of_a_report(page):
    """The newest report that has one: a topic, and a finding behind which members or events stand."""
    page.goto("/reports/")
    weeks = dict.fromkeys(re.findall(r'href="(/reports/\d+/[^"/]+/)"', page.content()))
    found = {}
    for week in weeks:
        page.goto(week)
        for kind, pattern in (
            ("topic", r'/reports/\d+/[^"/]+/topic/[^"]*'),
            ("finding", r'/reports/\d+/[^"/]+/(?!topic|anew)[a-z_]+/(?=[?"])'),
        ):
            if kind not in found and (seen := re.search(rf'href="({pattern})', page.content())):
                found[kind] = seen[1]
        if len(found) == 2:
            break
    assert set(found) == {"topic", "finding"}, found
    return found.values()


def complaints(one, addresses):
    """What is wrong on each of these pages."""
    wrong = {}
    for address in addresses:
        page = one.go(address)
        found = [*one.complaints, *sticks_out(page), *axe_findings(page)]
        if found:
            wrong[address] = found
        one.complaints.clear()
    return wrong


@pytest.mark.parametrize(
    ("width", "language", "theme"),
    [(WIDE, "zh-CN", "light"), (PHONE, "en", "dark")],
)
def test_every_page_stands_without_complaint(window, width, language, theme):
    one = window(width=width, language=language, theme=theme)
    assert complaints(one, addresses(one.page)) == {}


EXPORT = "id,time,member,community,text\n" + "".join(
    f"{n},2026-01-0{n} 10:00,客人{n},茶馆,第 {n} 杯茶\n" for n in range(1, 8)
)


def test_the_pages_behind_the_pages_stand_too_on_a_chinese_phone_and_an_english_desk(window, tmp_path):
    phone = window(width=PHONE, language="zh-CN", theme="dark")
    pages = deeper(phone.page)
    main = [
        "/",
        first(phone.page, "/communities/", r"/communities/\d+/"),
        first(phone.page, "/members/", r"/members/\d+/"),
    ]
    main += [
        "/members/",
        first(phone.page, "/reports/", r'/reports/\d+/[^"]+/'),
        "/goals/",
        "/explore/",
        "/imports/",
    ]
    assert complaints(phone, [*main, *pages]) == {}
    desk = window(language="en", theme="light")
    assert complaints(desk, pages) == {}
    export = tmp_path / "teahouse.csv"
    export.write_text(EXPORT)
    for one in (phone, desk):
        one.page.goto("/imports/")
        one.page.set_input_files("input[name=files]", str(export))
        one.page.click("#upload button")
        one.page.wait_for_url("**/imports/*")
        assert "客人1" in one.page.inner_text("main")
        assert complaints(one, [one.page.url]) == {}
        one.page.locator("form[action$='/forget'] button").click()
        one.page.wait_for_url("**/imports/")
        one.page.goto(thresholds_of(pages))
        one.page.fill("input[name=churn_days]", "20")
        one.page.locator("#preview summary").first.wait_for()
        assert [*axe_findings(one.page), *sticks_out(one.page), *one.complaints] == []


def thresholds_of(pages):
    return next(one for one in pages if "/thresholds/" in one)


def test_the_door_stands_in_chinese(chromium, hearth_house):
    one = Window.open(chromium, hearth_house.url, width=PHONE)
    assert complaints(one, ["/login"]) == {}
    assert one.page.get_attribute("html", "lang").lower().startswith("zh")
    one.close()


def total(page):
    return int(re.search(r"[\d,]+", page.inner_text("h1 .tag"))[0].replace(",", ""))


def test_a_day_of_the_trend_opens_its_people(window):
    page = window(language="en").go("/")
    plot = page.query_selector("[data-chart]")
    box = plot.bounding_box()
    drawn = json.loads(page.locator(f"#{plot.get_attribute('data-chart')}").text_content())
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.6)
    page.wait_for_url("**/behind/**")
    assert "Daily active members" in page.inner_text("h1")
    shown = {
        urljoin(page.url, point["href"]): point["value"]
        for point in drawn["series"][0]["points"]
        if point["href"]
    }
    assert len(shown) > 5
    assert total(page) == shown[page.url] > 0


def test_a_cell_of_the_heat_map_opens_its_messages(window):
    page = window(language="en").go("/")
    cell = page.locator(".heat a").nth(40)
    said = int(re.findall(r"[\d,]+", cell.get_attribute("aria-label"))[-1].replace(",", ""))
    cell.click()
    page.wait_for_url("**/behind/**")
    assert total(page) == said


def test_a_bar_of_the_states_opens_its_members(window):
    page = window(language="en").go("/")
    bar = page.locator(".bars a").first
    said = int(re.match(r"[\d,]+", bar.locator(".num").inner_text())[0].replace(",", ""))
    bar.click()
    page.wait_for_url("**/behind/**")
    assert total(page) == said


def test_nobody_is_erased_by_a_slip_of_the_hand(window):
    one = window(language="en")
    member = first(one.page, "/members/", r"/members/\d+/")
    page = one.go(member)
    name = page.inner_text("h1").splitlines()[0]  # whoever nobody lived is marked there
    page.get_by_role("link", name="Erase", exact=True).click()
    assert page.inner_text("h1") == f"Erase {name}"
    # The box is not ticked: the browser does not send it.
    page.get_by_role("button", name="Erase for good").click()
    assert page.url.endswith("/erase/")
    page.get_by_role("link", name="Keep").click()
    assert page.inner_text("h1").splitlines()[0] == name
    assert one.complaints == []


def test_the_keyboard_is_enough(window):
    page = window(language="en").go("/")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#keys").is_visible()
    page.keyboard.press("/")
    page.keyboard.type("茶")
    page.locator("#found a").first.wait_for()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.closest('#found') !== null")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("4")
    page.wait_for_url("**/communities/")
    page.keyboard.press("j")
    second = page.locator("main [data-rows] > * a[data-open]").nth(1).get_attribute("href")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"{second}$"))
    page.goto("/communities/")
    page.keyboard.press("ArrowDown")
    assert page.locator("main [data-rows] > .at").count() == 1


def test_everything_reads_without_script(window):
    one = window(language="en", script=False)
    page = one.page
    page.goto("/")
    assert page.locator(".kpi").count() == 5
    assert page.locator(".heat a").count() > 50
    page.locator("details.data summary").first.click()
    page.locator("details.data td a").first.click()
    assert total(page) > 0
    page.goto("/search/?find=茶")
    assert page.locator("[data-rows] a").count() > 0
    page.goto("/")
    page.select_option("select[name=days]", "7")
    page.click("[data-submit]")
    assert "days=7" in page.url
    page.click("button[name=theme]")
    assert page.locator("html[data-theme=dark]").count() == 1


def test_the_theme_follows_the_system_unless_chosen(window, hearth_house):
    one = window(theme="dark")
    one.context.clear_cookies(name="weilu_theme")
    one.page.goto("/")
    assert one.page.get_attribute("html", "data-bs-theme") == "dark"
    one.page.emulate_media(color_scheme="light")
    one.page.locator("html[data-bs-theme=light]").wait_for(state="attached")


def test_a_first_visit_weighs_under_400_kb_and_a_later_one_under_60(window):
    one = window(language="en")
    one.go("/communities/")  # so that nothing of the login is still under way
    weights = []
    session = one.context.new_cdp_session(one.page)
    session.send("Network.enable")
    session.send("Network.clearBrowserCache")
    session.on("Network.loadingFinished", lambda event: weights.append(event["encodedDataLength"]))
    one.go("/")
    visit = sum(weights)
    weights.clear()
    one.go("/communities/")
    one.go("/")
    later = sum(weights) / 2
    assert visit <= 400 * KB, visit
    assert later <= 60 * KB, later
