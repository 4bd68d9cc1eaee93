"""A reader walks through every page of the sample brand and opens the numbers: behind each stand as many as it says."""

from __future__ import annotations

import datetime as dt
import html
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from tests.fixtures import pages
from weilu.connectors.imports.simulator import actions as simulator
from weilu.connectors.imports.simulator.brand import Options
from weilu.core import clock, metrics
from weilu.core.directory.models import Brand
from weilu.core.operators.access import Viewer
from weilu.core.warehouse.measures import exact
from weilu.members import conclude, weigh

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
SMALL = Options(end=NOW.date(), members=120, events=3_000, months=3)
MOST_PAGES, ALIKE, OPENED = 60, 3, 2
"""So many pages, so many of one shape (members, weeks), so many numbers of each kind on a page."""
LINK = re.compile(r'<a\b[^>]*href="([^"]*)"[^>]*>(.*?)</a>', re.S)
WHOLE = re.compile(r"[+−-]?[\d,]+")
LEAVES = ("/behind/", "/api/", "/static/", "/logout", "/preferences", "/feed/", "/search/")


@dataclass(frozen=True)
class Number:
    """`said` is the number as the page writes it, None where it writes a share or a duration."""

    said: int | None
    question: dict[str, Any]
    address: str

    @property
    def about(self) -> str:
        return str(self.question.get("event") or self.question.get("metric") or self.question["kind"])

    @property
    def told(self) -> bool:
        """Whether the number is to be the length of the list, not a quotient, a difference or a middle of it."""
        metric = metrics.find(self.question.get("metric", ""))
        return self.said is not None and (metric is None or exact(metric.measure))


@pytest.fixture
def brand(warehouse: Any, own_home: Any, ada: Any, client_of: Any) -> Iterator[Client]:
    """Three months of the sample brand, and Ada who looks at it."""
    with clock.frozen(NOW):
        Brand.objects.create(name="Tea", timezone="Asia/Shanghai")
        simulator.stage(SMALL, Viewer.everything())
        warehouse.loaded()
        while conclude.run_once():
            pass
        weigh.run_once()
        client = client_of(ada)
        client.cookies["weilu_language"] = "en"
        yield client


def test_behind_the_numbers_of_every_page_stand_as_many_as_they_say(brand: Client) -> None:
    opened: set[str] = set()
    for page, text in walk(brand):
        for one in some_of_each(numbers(text)):
            assert pages.behind(brand, one.address) == one.said, (page, one.question)
            opened.add(one.about)

    assert opened >= {
        "message.sent",
        "retention",
        "flow",
        "*",
        "members",
        "messages",
        "dau",
        "state_active",
        "tier_kol",
    }


def some_of_each(found: list[Number]) -> list[Number]:
    """A few numbers of each kind that a page shows, chosen the same way every time."""
    chance, by_kind = random.Random(7), dict[str, list[Number]]()
    for one in found:
        if one.told:
            by_kind.setdefault(one.about, []).append(one)
    return [one for some in by_kind.values() for one in chance.sample(some, min(OPENED, len(some)))]


def walk(client: Client) -> Iterator[tuple[str, str]]:
    """Every page that can be reached, breadth first; of pages of one shape only the first few."""
    waiting, seen, alike = ["/"], {"/"}, dict[str, int]()
    while waiting and len(seen) < 2_000:
        address = waiting.pop(0)
        shape = re.sub(r"\d+(-W\d+)?", "N", urlsplit(address).path)
        alike[shape] = alike.get(shape, 0) + 1
        if alike[shape] > ALIKE or sum(alike.values()) > 10 * MOST_PAGES:
            continue
        response = client.get(address)
        assert response.status_code in (200, 302), (address, response.status_code)
        if response.status_code == 302 or "text/html" not in response["Content-Type"]:
            continue
        text = response.content.decode()
        for one, shown in [(address, text), *pages.parts(client, text)]:
            yield one, shown
            for href in links(shown):
                if href not in seen:
                    seen.add(href)
                    waiting.append(href)


def links(text: str) -> list[str]:
    """Addresses of pages of the console, without places on the page and files."""
    found = (html.unescape(href).split("#")[0] for href, _ in LINK.findall(text))
    return [href for href in found if href.startswith("/") and not href.startswith(LEAVES) and "format=" not in href
            and ".csv" not in href]  # fmt: skip


def numbers(text: str) -> list[Number]:
    """Every number that opens, by its address: as a link of the page, a cell, or a point of a chart."""
    marked = [(html.unescape(href), written(inner)) for href, inner in LINK.findall(text)]
    drawn = [(point["href"], point["value"]) for point in points(text) if point.get("href")]
    cells = [(one.address, one.count) for one in (*pages.heat_cells(text), *pages.cohort_cells(text))]
    found = {href: said for href, said in (*marked, *drawn, *cells) if href.startswith("/behind/")}
    return [
        Number(said, json.loads(parse_qs(urlsplit(href).query)["q"][0]), href) for href, said in found.items()
    ]


def points(text: str) -> list[dict[str, Any]]:
    return [
        point
        for data in pages.DATA.findall(text)
        for line in json.loads(data)["series"]
        for point in line["points"]
    ]


def written(inner: str) -> int | None:
    """The one whole number that a link shows (a bar: beside its name)."""
    shown = re.search(r'class="num">\s*([\d,]+)\s*<', inner)
    said = shown[1] if shown else re.sub(r"<[^>]*>", "", inner).strip()
    return int(said.replace(",", "").replace("−", "-")) if WHOLE.fullmatch(said) else None
