"""The pages of imports: what an operator sees and does, and that nobody else knows of them."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from weilu.connectors.imports import jobs, views
from weilu.connectors.imports.models import Batch, State
from weilu.connectors.imports.tests.exports import discord_csv, telegram
from weilu.core import clock
from weilu.core.events import kinds
from weilu.core.events import queries as log
from weilu.core.jobs import pump, tasks

pytestmark = pytest.mark.django_db
DATE = "26-May-18 07:42 PM"
ROWS = discord_csv(
    ("11", "Ada#1", DATE, "hello"),
    ("9", "Gateway#2", DATE, "[telegram] <Zoe> hi"),
    ("12", "Bea#3", "never", "lost"),
)


@pytest.fixture(autouse=True)
def home(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The column store is not this room's promise: what is in the log counts as shown."""
    monkeypatch.setattr(pump, "catch_up", lambda seconds: True)
    monkeypatch.setattr(views, "standing", lambda batch, viewer, timezone: None)
    return own_home


@pytest.fixture
def browser(ada: Any, client_of: Callable[[Any], Client]) -> Client:
    client = client_of(ada)
    client.cookies["weilu_language"] = "en"
    return client


def upload(browser: Client, content: str | bytes = ROWS, name: str = "lounge.csv", **fields: str) -> Any:
    file = SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)
    return browser.post("/imports/upload", {"files": file, "format": "", "timezone": "UTC", **fields})


def text_of(browser: Client, address: str) -> str:
    response = browser.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_an_upload_leads_to_a_preview_that_states_what_will_happen(browser: Client) -> None:
    response = upload(browser)
    assert response.status_code == 302
    page = text_of(browser, response["Location"])
    assert "Will add 2 events of 2 members." in page
    assert "1 row stays out." in page
    assert "the date cannot be read: never" in page
    assert "hello" in page
    assert log.head() == 0


def test_confirm_brings_it_in_and_undo_takes_it_out(browser: Client) -> None:
    address = upload(browser)["Location"]
    assert browser.post(f"{address}/confirm").status_code == 302
    batch = Batch.objects.get()
    assert batch.state == State.CONFIRMED
    assert "Waiting for the worker" in text_of(browser, address)
    jobs.run_batch.call(batch.pk)
    page = text_of(browser, address)
    assert "Takes 2 events out" in page
    assert not (batch.folder / "export").exists()
    browser.post(f"{address}/undo")
    assert Batch.objects.get().state == State.UNDONE
    assert [row for row in log.read(0, 10) if row.batch] == []
    assert "Undo this import" not in text_of(browser, address)


def test_the_bridge_switch_changes_whom_the_messages_belong_to(browser: Client) -> None:
    address = upload(browser)["Location"]
    browser.post(f"{address}/bridge", {})
    assert "Will add 2 events of 2 members." in text_of(browser, address)
    assert Batch.objects.get().options["bridge"] is False
    browser.post(f"{address}/bridge", {"follow": "1"})
    assert "Zoe" in text_of(browser, address)


def test_rejected_rows_can_be_downloaded_with_their_reasons(browser: Client) -> None:
    address = upload(browser)["Location"]
    response = browser.get(f"{address}/rejected.csv")
    body = b"".join(response.streaming_content).decode("utf-8-sig")
    assert body.splitlines() == [
        "file,line,reason,row",
        "lounge.csv,4,the date cannot be read: never,12 Bea#3 never lost   ",
    ]


def test_a_mapping_can_be_changed_until_the_file_is_understood(browser: Client) -> None:
    address = upload(browser, "when,who,said\n2024-03-01 12:00,Ada,hi\n", "own.csv", format="csv")["Location"]
    page = text_of(browser, address)
    assert "no column is known as time" in page
    mapping = {"map_time": "when", "map_member": "who", "map_text": "said"}
    assert (
        browser.post(f"{address}/reading", {"timezone": "UTC", "dates": "auto", **mapping}).status_code == 302
    )
    assert "Will add 1 events of 1 members." in text_of(browser, address)
    assert (
        browser.post(
            f"{address}/reading", {"timezone": "UTC", "dates": "auto", "map_time": "nowhere"}
        ).status_code
        == 400
    )


def test_a_file_that_is_no_export_is_refused_and_not_kept(browser: Client, home: Path) -> None:
    response = upload(browser, b"\x7fELF\0\0", "program.bin")
    assert response.status_code == 400
    assert "binary" in response.content.decode()
    assert not Batch.objects.exists()
    assert not list((home / "files" / "imports").glob("*"))
    assert browser.post("/imports/upload", {"format": ""}).status_code == 400


def test_a_name_cannot_lead_out_of_the_folder_of_the_import(browser: Client, home: Path) -> None:
    upload(browser, ROWS, "../../../evil.csv")
    assert not list(home.parent.rglob("evil.csv")) or all(
        path.is_relative_to(home / "files" / "imports") for path in home.parent.rglob("evil.csv")
    )


def test_several_files_are_one_import(browser: Client) -> None:
    files = [SimpleUploadedFile(f"{name}.csv", ROWS.encode()) for name in ("lounge", "news")]
    address = browser.post("/imports/upload", {"files": files, "format": "discord", "timezone": "UTC"})[
        "Location"
    ]
    assert "Will add 4 events of 2 members." in text_of(browser, address)


def test_a_large_export_is_read_in_the_background(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "READ_AT_ONCE", 10)
    address = upload(browser)["Location"]
    assert "Nothing has been written." in text_of(browser, address)
    fragment = browser.get(f"{address}/progress")
    assert 'hx-trigger="every 1s"' in fragment.content.decode()
    jobs.read_batch.call(Batch.objects.get().pk)
    assert browser.get(f"{address}/progress")["HX-Refresh"] == "true"
    assert "Will add 2 events" in text_of(browser, address)


def test_what_is_done_in_the_background_speaks_the_language_of_whoever_asked(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "READ_AT_ONCE", 10)
    for language, word in (("zh-hans", "日期"), ("en", "the date cannot be read")):
        browser.cookies["weilu_language"] = language
        upload(browser)
        with translation.override(None):
            assert tasks.run_waiting("worker")
        assert word in Batch.objects.first().survey["reasons"][0]["reason"]
    batch = Batch.objects.first()
    browser.cookies["weilu_language"] = "zh-hans"
    browser.post(f"/imports/{batch.pk}/confirm")
    shutil.rmtree(batch.folder / "export")
    with translation.override(None):
        assert tasks.run_waiting("worker")
    batch.refresh_from_db()
    assert batch.state == State.FAILED
    assert re.search("[\u4e00-\u9fff]", batch.error)


def test_a_preview_calls_what_is_no_message_by_its_word(browser: Client) -> None:
    joined = {"id": 3, "type": "service", "date": "2024-03-01T12:00:00", "date_unixtime": "1709294400",
              "actor": "Cai", "actor_id": "user7", "action": "join_group_by_link", "inviter": "group"}  # fmt: skip
    page = text_of(browser, upload(browser, json.dumps(telegram(joined)), "result.json")["Location"])
    assert "member.joined" not in page
    assert str(kinds.label_of("member.joined")) in page


def test_a_run_that_died_can_go_on(browser: Client) -> None:
    address = upload(browser)["Location"]
    long_ago = clock.now() - dt.timedelta(hours=1)
    Batch.objects.update(state=State.RUNNING, started_at=long_ago, touched_at=long_ago)
    assert "Go on" in text_of(browser, address)
    assert browser.post(f"{address}/confirm").status_code == 302
    jobs.run_batch.call(Batch.objects.get().pk)
    assert Batch.objects.get().state == State.DONE


def test_a_preview_can_be_thrown_away(browser: Client, home: Path) -> None:
    address = upload(browser)["Location"]
    browser.post(f"{address}/forget")
    assert not Batch.objects.exists()
    assert browser.get(address).status_code == 404


def test_the_list_shows_imports_newest_first(browser: Client) -> None:
    upload(browser, name="first.csv")
    upload(browser, name="second.csv")
    page = text_of(browser, "/imports/")
    assert page.index("second.csv") < page.index("first.csv")


ADDRESSES = ("", "1", "1/progress", "1/rejected.csv")
ACTS = ("upload", "1/reading", "1/bridge", "1/confirm", "1/undo", "1/forget")


@pytest.mark.parametrize("who", ["dov", "bea"])
def test_whoever_may_not_import_finds_nothing_here(
    request: pytest.FixtureRequest, browser: Client, client_of: Any, who: str
) -> None:
    upload(browser)
    client = client_of(request.getfixturevalue(who))
    answers = [client.get(f"/imports/{path}").status_code for path in ADDRESSES]
    answers += [client.post(f"/imports/{path}").status_code for path in ACTS]
    assert set(answers) == {404}
    assert Batch.objects.get().state == State.PREVIEWED


def test_a_stranger_is_sent_to_the_login(stranger: Client, browser: Client) -> None:
    upload(browser)
    for path in ADDRESSES:
        assert "/login" in stranger.get(f"/imports/{path}")["Location"]


def test_an_act_by_link_is_refused(browser: Client) -> None:
    address = upload(browser)["Location"]
    assert browser.get(f"{address}/undo").status_code == 405
