"""Every address of the house: closed to strangers, empty for Dov, and the same 404 for foreign and missing rows."""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from weilu.app import listening
from weilu.core.operators.middleware import OPEN

FOR_EVERYBODY = {
    "operators:login",
    "operators:second",
    "operators:logout",
    "operators:link",
    "boards:leave",
    *OPEN,
}
"""Pages that a stranger may open: they are the way in, choose language and theme, or end letters by the address that stands in them."""
FOR_ANY_OPERATOR = {
    "operators:account", "operators:rename", "operators:password", "operators:security", "operators:two_factor_on",
    "operators:two_factor_off", "operators:recovery_codes", "operators:end_others", "operators:end_session",
    "operators:tokens", "operators:revoke", "console:home", "console:settings",
}  # fmt: skip
"""What everybody may do about their own account, and the two pages that lead whoever holds nothing else there."""
MISSING = 987_654_321
LOCALES = ("en", "zh-hans")


def addresses(
    resolver: Any = None, space: str = "", before: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(name, argument names) of every named page outside the API, which answers in JSON and has stories of its own."""
    for entry in (resolver or get_resolver()).url_patterns:
        names = before + tuple(entry.pattern.converters)
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            if not str(entry.pattern).startswith("api/"):
                yield from addresses(entry, inner, names)
        elif isinstance(entry, URLPattern) and entry.name:
            yield f"{space}{entry.name}", names


def place(name: str, arguments: tuple[str, ...]) -> str:
    """The address with ids that exist nowhere."""
    for value in (MISSING, "2026-W01", "x"):
        try:
            return reverse(name, kwargs=dict.fromkeys(arguments, value))
        except Exception:  # a converter of another type
            continue
    raise AssertionError(f"no address for {name}")


ALL = sorted(set(addresses()))


def test_the_walk_finds_the_pages_of_every_room() -> None:
    assert {name.split(":")[0] for name, _arguments in ALL} >= {"console", "operators"}


@pytest.mark.parametrize(("name", "arguments"), [page for page in ALL if page[0] not in FOR_EVERYBODY])
def test_a_stranger_is_led_to_the_login_from_every_page(
    ada: Any, stranger: Client, name: str, arguments: tuple[str, ...]
) -> None:
    for method in (stranger.get, stranger.post):
        answer = method(place(name, arguments))
        assert (answer.status_code, answer.headers.get("Location", "")[:7]) == (302, "/login?"), name


@pytest.mark.parametrize(
    ("name", "arguments"), [page for page in ALL if page[0] not in FOR_EVERYBODY | FOR_ANY_OPERATOR]
)
def test_dov_who_holds_nothing_finds_nothing(
    ada: Any, dov: Any, client_of: Any, name: str, arguments: tuple[str, ...]
) -> None:
    browser = client_of(dov)
    for method in (browser.get, browser.post):
        assert method(place(name, arguments)).status_code in (404, 405), name


@pytest.mark.parametrize("language", LOCALES)
def test_a_foreign_and_a_missing_row_give_the_same_bytes(
    bea: Any, cai: Any, harbour: Any, client_of: Any, warehouse: Any, language: str
) -> None:
    """For each page with one id: Bea asks for Ada's things by ids that exist, and by one that does not."""
    browser = client_of(bea)
    browser.cookies["weilu_language"] = language
    tried = 0
    for name, arguments in ALL:
        if len(arguments) != 1 or name in FOR_EVERYBODY:
            continue
        foreign = _foreign(arguments[0], harbour.pk, cai.pk)
        for ask in (browser.get, browser.post):
            answers = (
                [ask(reverse(name, kwargs={arguments[0]: key})) for key in (foreign, MISSING)]
                if foreign
                else []
            )
            if answers and answers[0].status_code != 405:
                assert [answer.status_code for answer in answers] == [404, 404], name
                assert _plain(answers[0]) == _plain(answers[1]), name
                tried += 1
    assert tried


def _foreign(argument: str, community: int, member: int) -> int:
    kinds = {
        "community": community,
        "community_id": community,
        "member": member,
        "member_id": member,
        "operator": 1,
    }
    return kinds.get(argument, 0)


def _plain(answer: Any) -> tuple[bytes, list[tuple[str, str]]]:
    """Body and headers without what is drawn anew for each answer (nonce, CSRF token) and without the address asked for."""
    body = re.sub(rb'nonce="[^"]*"', b"", answer.content)
    body = re.sub(rb'(name="csrfmiddlewaretoken" value|name="csrf-token" content)="[^"]*"', b"", body)
    body = body.replace(answer.wsgi_request.path.encode(), b"")
    heads = [
        (name, re.sub(r"'nonce-[^']*'", "", value))
        for name, value in sorted(answer.items())
        if name != "Content-Length"
    ]
    return body, heads


def test_without_a_word_the_door_opens_to_this_machine_alone(settings, monkeypatch):
    monkeypatch.delenv("WEILU_HOST", raising=False)
    settings.HOST = runpy.run_module("weilu.app.settings")["HOST"]
    settings.PORT = 0
    with listening.open_door() as door:
        assert door.getsockname()[0] == "127.0.0.1"
