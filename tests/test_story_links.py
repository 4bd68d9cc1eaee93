"""A link in a whole house: made over the API, opened by a member, a friend and a chat app, counted, archived."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.house import House, house
from tests.visitor import PASSWORD

pytestmark = [pytest.mark.once, pytest.mark.slow]
EMAIL = "ada@example.com"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Mobile/15E148 Safari/604.1"
WAIT_SECONDS = 30.0


class Settled:
    """A house with Hearth in it, and a program of its owner's."""

    def __init__(self, one: House, folder: Path) -> None:
        self.one = one
        one.weilu("migrate")
        one.weilu(
            "user", "add", EMAIL, "--name", "Ada", "--role", "owner", "--password-stdin", given=PASSWORD
        )
        talk = folder / "talk.jsonl"
        said = [
            {"time": f"2026-03-0{day}T09:00:00Z", "author": name, "text": "hello"}
            for day, name in ((1, "Cai"), (2, "Mei"))
        ]
        talk.write_text("\n".join(map(json.dumps, said)))
        one.weilu("import", "jsonl", str(talk), "--community", "Hearth", "--yes")
        scopes = [word for scope in ("view", "content") for word in ("--scope", scope)]
        made = one.weilu_json("token", "create", EMAIL, "--name", "program", *scopes)
        self.token = made["token"]
        one.up()

    def api(self, method: str, path: str, body: Any = None) -> Any:
        status, _headers, raw = self.ask(
            method, f"/api/v1{path}", None if body is None else json.dumps(body),
            authorization=f"Bearer {self.token}", content_type="application/json",
        )  # fmt: skip
        assert status < 300, raw
        return json.loads(raw)

    def ask(
        self, method: str, path: str, body: str | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.one.port, timeout=30)
        try:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def open(self, address: str, **headers: str) -> tuple[int, dict[str, str]]:
        """As a browser would that has just been given the address."""
        path = "/" + address.split("/", 3)[3]
        status, told, _body = self.ask("GET", path, **{"user_agent": PHONE, **headers})
        return status, told


@pytest.fixture
def settled(tmp_path: Path) -> Iterator[Settled]:
    with house() as one:
        yield Settled(one, tmp_path)


def test_a_link_leads_on_and_its_figures_tell_who_came(settled: Settled) -> None:
    [hearth] = settled.api("GET", "/communities")["items"]
    cai = next(one for one in settled.api("GET", "/members")["items"] if one["name"] == "Cai")
    given = {"name": "Menu", "target": "https://shop.example/spring", "community": hearth["id"]}
    link = settled.api("POST", "/links", given)
    own = settled.api("GET", f"/links/{link['id']}/addresses/{cai['id']}")["address"]
    assert link["address"].startswith(f"{settled.one.url}/l/")

    status, told = settled.open(own)
    assert (status, told["location"], told["cache-control"]) == (302, given["target"], "no-store")
    cookie = told["set-cookie"].partition(";")[0]
    assert settled.open(own)[0] == 302  # a friend
    assert settled.open(link["address"])[0] == 302  # somebody
    assert settled.open(own, user_agent="TelegramBot (like TwitterBot)")[0] == 302
    assert "set-cookie" in settled.open(own, cookie=cookie)[1]  # Cai again, at once or ten seconds later

    # What the warehouse has not met yet counts nothing: at the very first, not all of them are known at once.
    shown = {"people": 3, "forwards": 1, "previews": 1}
    counted = _until(
        lambda: settled.api("GET", f"/links/{link['id']}/figures"),
        lambda one: one["clicks"] >= 3 and {name: one[name] for name in shown} == shown,
    )
    assert counted["clicks"] in (3, 4)

    settled.api("POST", f"/links/{link['id']}/archive")
    _until(lambda: settled.open(own)[0], lambda status: status == 404)
    assert settled.open(f"{settled.one.url}/l/never")[0] == 404


def _until(look: Callable[[], Any], enough: Callable[[Any], bool]) -> Any:
    end = time.monotonic() + WAIT_SECONDS
    while not enough(found := look()):
        assert time.monotonic() < end, found
        time.sleep(0.3)
    return found
