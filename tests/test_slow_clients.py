"""Clients that stop in the middle of what they send, and never go on, keep nobody else out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.conftest import add_owner
from tests.sdks import stranger
from tests.sdks.stranger import Door, Line
from weilu.app import bodies

pytestmark = pytest.mark.once
MANY = 24
"""Three times as many as there are threads for pages."""
QUICK_SECONDS = 10.0


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    with stranger.door() as one:
        add_owner(one.one)
        yield one


@pytest.fixture
def lines(door: Door) -> Iterator[list[Line]]:
    opened = [Line(door.one.port) for _ in range(MANY)]
    yield opened
    for line in opened:
        line.close()


@pytest.mark.parametrize("length", [1_000, 900_000, 50_000_000], ids=["a form", "a long form", "a file"])
def test_pages_are_there_while_others_stop_in_the_middle_of_a_form(
    door: Door, lines: list[Line], length: int
) -> None:
    cookie = door.ask("GET", "/login").headers["set-cookie"].partition(";")[0]
    form = "application/x-www-form-urlencoded"
    begun = (
        f"POST /login HTTP/1.1\r\nHost: 127.0.0.1:{door.one.port}\r\nCookie: {cookie}\r\n"
        f"Content-Type: {form}\r\nContent-Length: {length}\r\n\r\nemail=ada"
    )
    for line in lines:
        line.say(begun.encode())
    started = time.monotonic()
    assert door.ask("GET", "/login").status == 200
    assert time.monotonic() - started < QUICK_SECONDS


def test_a_form_that_comes_in_pieces_is_read_whole(door: Door, lines: list[Line]) -> None:
    first = door.ask("GET", "/login")
    cookie = first.headers["set-cookie"].partition(";")[0]
    token = first.body.partition(b'name="csrfmiddlewaretoken" value="')[2].partition(b'"')[0]
    form = b"csrfmiddlewaretoken=" + token + b"&email=ada%40example.com&password=wrong"
    said = stranger.written(
        "POST", "/login", form, cookie=cookie, content_type="application/x-www-form-urlencoded"
    )
    said = said.replace(b"Host: 127.0.0.1", f"Host: 127.0.0.1:{door.one.port}".encode())
    for start in range(0, len(said), 40):
        lines[0].say(said[start : start + 40])
    reply = lines[0].hear()
    assert reply is not None
    assert reply.status == 400
    assert b"ada@example.com" in reply.body  # the form again, as it was filled in


def test_a_large_body_reaches_its_page_too(door: Door, lines: list[Line]) -> None:
    cookie = door.ask("GET", "/login").headers["set-cookie"].partition(";")[0]
    form = "multipart/form-data; boundary=x"
    body = (
        b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n'
        + b"y" * 3_000_000
        + b"\r\n--x--\r\n"
    )
    reply = door.ask("POST", "/login", body, cookie=cookie, content_type=form)
    assert reply.status == 403  # read to its end, and without a token


@pytest.mark.parametrize(
    ("length", "outcome"), [(b"1000", "408"), (b"9000000", "Slow")], ids=["small", "large"]
)
def test_who_never_goes_on_is_let_go(monkeypatch: pytest.MonkeyPatch, length: bytes, outcome: str) -> None:
    monkeypatch.setattr(bodies, "PATIENCE_SECONDS", 0.02)
    heard: list[Any] = []

    async def page(scope: Any, receive: Any, send: Any) -> None:
        heard.append(await receive())

    async def silence() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        heard.append(message)

    scope = {"type": "http", "method": "POST", "headers": [(b"content-length", length)]}
    try:
        asyncio.run(bodies.Bodies(page, large=1)(scope, silence, send))
    except bodies.Slow:
        heard.append({"status": "Slow"})
    assert str(heard[0]["status"]) == outcome
