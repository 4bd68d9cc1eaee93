"""The report as a page, over the API, from the command line, and as files: works, refuses Dov, rejects bad input."""

from __future__ import annotations

import html
import io
import re
from pathlib import Path
from typing import Any

import orjson
import pypdf
import pytest
import typer
from django.test import Client
from django.utils import translation
from typer.testing import CliRunner

from tests.fixtures.cast import operator
from tests.fixtures.pages import behind
from weilu.core.directory.models import Community
from weilu.core.errors import WeiluError
from weilu.evaluation.reports import files
from weilu.evaluation.reports.shapes import Report
from weilu.evaluation.tests.weekly import Show, report, said

pytestmark = pytest.mark.usefixtures("july")
PAGE = "/reports/{0}/2018-W26/"
API = "/api/v1/reports/weekly"


@pytest.fixture
def bea_there(hearth_week: Report) -> Any:
    """Bea, who manages the community of the story."""
    return operator("bea@example.com", "Bea", "community_manager", Community.objects.get(outside="hearth"))


@pytest.fixture
def browser(bea_there: Any, client_of: Any) -> Client:
    client: Client = client_of(bea_there)
    client.cookies["weilu_language"] = "en"
    return client


def test_bea_reads_the_report_of_her_community(browser: Client, hearth_week: Report) -> None:
    page = browser.get(PAGE.format(hearth_week.community))
    text = page.content.decode()
    assert page.status_code == 200
    for word in (
        "Hearth · week 2018-W26",
        "Jun 25",
        "Interaction rate",
        "60.0%",
        "answered 2 people",
        "Gus",
        "普洱茶",
    ):
        assert word in text


def test_it_reads_in_chinese_too(browser: Client, hearth_week: Report) -> None:
    browser.cookies["weilu_language"] = "zh-hans"
    text = browser.get(PAGE.format(hearth_week.community)).content.decode()
    for word in ("Hearth · 2018-W26 周报", "值得感谢的人", "回复了 2 个人", "正在走远的人"):
        assert word in text


def test_every_link_of_the_page_leads_somewhere(browser: Client, hearth_week: Report) -> None:
    page = browser.get(PAGE.format(hearth_week.community)).content.decode()
    links = {part.split('"')[0].replace("&amp;", "&") for part in page.split('href="')[1:]}
    mine = [link for link in links if link.startswith(("/reports/", "/behind/"))]
    assert len(mine) > 15
    for link in mine:
        assert browser.get(link).status_code == 200, link


def test_a_topic_opens_its_messages(browser: Client, hearth_week: Report) -> None:
    page = browser.get(PAGE.format(hearth_week.community) + "topic/", {"word": "普洱茶"}).content.decode()
    assert "3 messages" in page
    assert "普洱茶确实香" in page
    assert browser.get(PAGE.format(hearth_week.community) + "topic/", {"word": "nothing"}).status_code == 404


@pytest.mark.parametrize(
    ("told", "count"),
    [
        ("6 messages, 4 more than before", 6),
        ("answered 2 people (2 replies)", 2),
        ("1 message in four weeks", 1),
    ],
)
def test_what_is_told_of_a_person_opens_as_many_as_it_says(
    browser: Client, hearth_week: Report, told: str, count: int
) -> None:
    page = browser.get(PAGE.format(hearth_week.community)).content.decode()
    links = re.findall(r'<a class="text-reset" href="([^"]*)">([^<]*)</a>', page)
    address = next(html.unescape(href) for href, text in links if told in text)

    assert behind(browser, address) == count


def test_a_finding_opens_its_people(browser: Client, hearth_week: Report) -> None:
    page = browser.get(PAGE.format(hearth_week.community) + "helper/").content.decode()
    assert "Eve answered 2 people" in page
    assert "1 member" in page
    assert browser.get(PAGE.format(hearth_week.community) + "no-such-rule/").status_code == 404


def test_a_finding_about_a_figure_opens_what_the_figure_opens(browser: Client, hearth_week: Report) -> None:
    opened = browser.get(PAGE.format(hearth_week.community) + "volume/")
    assert opened.status_code == 302
    assert "11 events" in browser.get(opened["Location"]).content.decode()


def test_the_index_names_the_weeks_of_the_viewers_communities(browser: Client, hearth_week: Report) -> None:
    Community.objects.create(
        platform="telegram", outside="harbour", name="Harbour", created_at=hearth_week.made_at
    )
    page = browser.get("/reports/").content.decode()
    assert "2018-W27" in page
    assert "Harbour" not in page


def test_an_empty_house_says_what_will_stand_here(ada: Any, client_of: Any, warehouse: Any) -> None:
    page = client_of(ada).get("/reports/")
    assert page.status_code == 200
    assert "/imports/" in page.content.decode()


def test_dov_and_a_stranger_see_nothing(
    hearth_week: Report, dov: Any, client_of: Any, stranger: Client
) -> None:
    for path in (
        PAGE.format(hearth_week.community),
        PAGE.format(hearth_week.community) + "interaction/",
        "/reports/",
    ):
        assert client_of(dov).get(path).status_code == 404
        assert stranger.get(path).status_code == 302


def test_a_community_that_is_not_hers_looks_like_none(browser: Client, harbour: Any) -> None:
    assert browser.get(PAGE.format(harbour.pk)).status_code == 404
    assert browser.get(PAGE.format(harbour.pk + 999)).status_code == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("2018-W99/", 400),
        ("soon/", 400),
        ("2018-W26/?known=yesterday", 400),
        ("2030-W01/", 400),
        ("2018-W10/", 200),
    ],
)
def test_weeks_that_are_none_are_refused_with_a_sentence(
    browser: Client, hearth_week: Report, path: str, status: int
) -> None:
    assert browser.get(f"/reports/{hearth_week.community}/{path}").status_code == status


def test_what_came_since_is_shown_and_can_be_taken_in(
    browser: Client, hearth_week: Report, show: Show
) -> None:
    show([said("Hal", "06-30", "20:00", "late one")], batch=8)
    path = PAGE.format(hearth_week.community)
    page = browser.get(path).content.decode()
    assert "Since then +1 events" in page
    behind = {part.split('"')[0].replace("&amp;", "&") for part in page.split('href="/behind/')[1:]}
    assert len(behind) > 5
    assert {browser.get(f"/behind/{one}").status_code for one in behind} == {200}
    assert browser.post(path + "anew/").status_code == 302
    assert "Since then" not in browser.get(path).content.decode()


# files --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slug", "kind"), [("json", "application/json"), ("md", "text/markdown"), ("pdf", "application/pdf")]
)
def test_the_page_hands_out_files(browser: Client, hearth_week: Report, slug: str, kind: str) -> None:
    file = browser.get(PAGE.format(hearth_week.community), {"format": slug})
    assert file["Content-Type"].startswith(kind)
    assert f"2018-W26.{slug}" in file["Content-Disposition"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", ("周报", "值得感谢的人", "普洱茶", "互动率")),
        ("en", ("Weekly report", "People to thank", "Interaction rate")),
    ],
)
def test_the_pdf_holds_its_words_and_its_font(
    hearth_week: Report, language: str, words: tuple[str, ...]
) -> None:
    with translation.override(language):
        made = render(report(), "pdf")
    pages = pypdf.PdfReader(io.BytesIO(made)).pages
    text = "".join(page.extract_text() for page in pages).replace("\n", "")
    assert all(word in text for word in words if word != "互动率")
    assert all(embedded(font.get_object()) for font in pages[0]["/Resources"]["/Font"].values())


def embedded(font: Any) -> bool:
    """Whether the shapes travel inside the file."""
    inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
    return bool({"/FontFile", "/FontFile2", "/FontFile3"} & inner["/FontDescriptor"].get_object().keys())


def test_the_same_report_makes_the_same_pdf(hearth_week: Report) -> None:
    assert render(report(), "pdf") == render(report(), "pdf")


def test_a_name_that_looks_like_markup_stays_text(show: Show) -> None:
    show([said("*x* | [y](http://evil) `z`", "06-26", f"10:0{n}") for n in range(4)])
    with translation.override("en"):
        text = render(report(), "md").decode()
        assert render(report(), "pdf")[:5] == b"%PDF-"
    assert "\\*x\\* \\| \\[y\\](http://evil) \\`z\\`" in text


def test_markdown_has_every_section(hearth_week: Report) -> None:
    with translation.override("zh-hans"):
        text = render(report(), "md").decode()
    for title in (
        "## 发现",
        "## 数据",
        "## 变化与带动的人",
        "## 值得感谢的人",
        "## 正在走远的人",
        "## 最佳时段",
        "## 本周话题",
    ):
        assert title in text


def render(told: Report, slug: str) -> bytes:
    form = files.find(slug)
    assert form is not None
    return form.render(told)


# the API and the command line ---------------------------------------------------------------------------------------


def test_the_api_tells_the_same_as_the_command_line(browser: Client, hearth_week: Report) -> None:
    over_api = browser.get(API, {"community": "Hearth", "week": "2018-W26", "language": "en"})
    assert over_api.status_code == 200
    assert over_api.json() == orjson.loads(
        run("--community", "hearth", "--week", "2018-W26", "--language", "en", "--json")
    )
    assert over_api.json()["figures"][2]["value"] == 11


def test_the_api_refuses_strangers_and_bad_weeks(
    browser: Client, hearth_week: Report, harbour: Any, stranger: Client, dov: Any, client_of: Any
) -> None:
    asked = {"community": "Hearth", "week": "2018-W26"}
    assert stranger.get(API, asked).status_code == 401
    assert client_of(dov).get(API, asked).status_code in (403, 404)
    assert browser.get(API, {**asked, "community": "Harbour"}).status_code == 404
    assert browser.get(API, {**asked, "week": "2018-W99"}).json()["error"] == "bad_week"
    assert browser.get(API, {**asked, "format": "doc"}).status_code == 422


def test_the_command_writes_files_by_their_ending(hearth_week: Report, tmp_path: Path) -> None:
    for ending, begins in (("pdf", b"%PDF"), ("md", b"# Hearth"), ("json", b"{")):
        target = tmp_path / f"week.{ending}"
        run("--community", "hearth", "--week", "2018-W26", "--output", str(target))
        assert target.read_bytes().startswith(begins)


@pytest.mark.parametrize(
    "wrong",
    [
        ("--community", "nowhere"),
        ("--week", "2018-W99"),
        ("--format", "doc"),
        ("--language", "fr"),
        ("--format", "pdf"),
        ("--known", "x"),
    ],
)
def test_the_command_refuses_with_a_sentence(hearth_week: Report, wrong: tuple[str, str]) -> None:
    asked = {"--community": "hearth", "--week": "2018-W26"} | {wrong[0]: wrong[1]}
    with pytest.raises(WeiluError) as told:
        run(*[part for pair in asked.items() for part in pair])
    assert str(told.value)


def run(*arguments: str) -> str:
    from weilu.app.commands.report import register

    app = typer.Typer()
    register(app)
    done = CliRunner().invoke(app, list(arguments))
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return str(done.stdout)
