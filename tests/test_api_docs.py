"""The examples of docs/reference/api.md work as they stand there."""

from __future__ import annotations

import json
import re
import shlex
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from weilu.connectors.webhooks import rules
from weilu.core.api.description import STATUSES

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"
PAGES = ("api.md", "api.zh-CN.md")


def blocks(page: str, language: str) -> list[str]:
    text = (FOLDER / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.S)


@pytest.mark.parametrize(("page", "command"), [(page, one) for page in PAGES for one in blocks(page, "bash")])
def test_each_command_of_the_page_does_what_it_says(
    page: str, command: str, ada: Any, program: Any, warehouse: Any
) -> None:
    sheet = program(ada)
    words = shlex.split(command.replace("$TOKEN", sheet.token))
    given = {words[n]: [] for n in range(len(words)) if words[n].startswith("-")}
    for flag, value in pairwise(words):
        if flag in given:
            given[flag].append(value)
    headers = dict(one.split(": ", 1) for one in given.get("-H", []))
    address = next(word for word in words if word.startswith("http")).partition("/api/v1")[2]
    method = given.get("-X", ["GET"])[0]

    told = sheet.client.generic(
        method,
        f"/api/v1{address}",
        given.get("-d", [""])[0],
        content_type="application/json",
        headers=headers,
    )

    assert words[0] == "curl"
    assert told.status_code in (200, 201), told.content
    if "Idempotency-Key" in headers:
        again = sheet.client.generic(
            method, f"/api/v1{address}", given["-d"][0], content_type="application/json", headers=headers
        )
        assert again.headers["Idempotent-Replayed"] == "true"


def test_the_check_of_a_signature_on_the_page_is_right() -> None:
    room: dict[str, Any] = {}
    [code] = blocks("api.md", "python")
    exec(code, room)
    secret, body = rules.secret_of(b"k" * 32), b'{"type": "webhook.ping"}'
    headers = {"webhook-id": "msg_1", "webhook-timestamp": "1700000000"}
    headers["webhook-signature"] = f"v1,other {rules.signature(secret, 'msg_1', 1700000000, body)}"

    assert room["genuine"](secret, headers, body)
    assert not room["genuine"](secret, headers, body + b" ")


def test_the_error_on_the_page_is_one_that_comes(ada: Any, program: Any) -> None:
    [shown] = blocks("api.md", "json")
    assert program(ada).get("/members", limit=201).json() == json.loads(shown)


def test_every_status_is_told_on_the_page() -> None:
    text = (FOLDER / "api.md").read_text(encoding="utf-8")
    assert all(str(status) in text for status in STATUSES)
