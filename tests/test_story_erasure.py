"""Within a day of an undo or an erasure no byte of it is left in a home: a marker is seeded everywhere, through the doors
that people use, and then looked for in the raw bytes. Real files, real column store, another process.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest

from tests.bytes import holding
from tests.elsewhere import run

pytestmark = [pytest.mark.once, pytest.mark.slow]
MARKER = "zaubernuss-7f3a"
SAID = dt.datetime(2025, 12, 29, 8, tzinfo=dt.UTC)
START = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
SEALED = START + dt.timedelta(days=40)
LATER = dt.timedelta(hours=7)
PLACES = ("weilu.sqlite3", "log.sqlite3", ".parquet", "warehouse/", "rejected.csv", "/export/")


def test_an_undone_import_leaves_no_byte_in_any_file_within_the_day(tmp_path: Path) -> None:
    told = _told("undone", tmp_path)
    for place in PLACES:
        assert any(place in name for name in told["before"]), f"the marker must have been in {place}"
    assert told["after"] == []
    assert told["states"] == ["undone", "undone"]
    assert told["messages"] == [0, 0]


def test_an_erased_person_leaves_no_byte_and_every_number_stays(tmp_path: Path) -> None:
    told = _told("erased", tmp_path)
    for place in ("weilu.sqlite3", "log.sqlite3", "rejected.csv", "/export/"):
        assert any(place in name for name in told["before"]), f"the marker must have been in {place}"
    assert told["after"] == []
    assert told["numbers"][0] == told["numbers"][1] == [49, 3]
    assert told["views"] == ["Quiet ones"]
    assert told["again"] == []
    assert told["people"][0] == told["people"][1]


def _told(story: str, home: Path) -> Any:
    try:
        return run(f"tests.test_story_erasure:{story}", home, seconds=100)
    except AssertionError:
        raise AssertionError((home / "stderr.log").read_text()[-3000:]) from None


def undone() -> dict[str, Any]:
    from weilu.connectors.imports.models import Batch
    from weilu.core import clock

    home = _own_stderr()
    with clock.frozen(START):
        _marked_import(f"chat with {MARKER}.json", range(1, 30), community=f"Room {MARKER}")
    with clock.frozen(SEALED):
        _due()
        _marked_import("newer.json", range(20, 50), community=f"Room {MARKER}")
        _upload("waiting.json", _export(range(50, 60), f"Room {MARKER}"))
    before = holding(home, MARKER)
    with clock.frozen(SEALED + dt.timedelta(minutes=5)):
        for batch in Batch.objects.filter(state="done"):
            _page().post(f"/imports/{batch.pk}/undo")
        for batch in Batch.objects.filter(state="previewed"):
            _page().post(f"/imports/{batch.pk}/forget")
    with clock.frozen(SEALED + LATER):
        _due()
        messages = _messages()
    states = list(Batch.objects.order_by("pk").values_list("state", flat=True))
    return {"before": before, "after": holding(home, MARKER), "states": states, "messages": messages}


def erased() -> dict[str, Any]:
    from weilu.core import clock
    from weilu.core.directory.models import Identity
    from weilu.core.events import actions as log
    from weilu.members.models import SavedView

    home = _own_stderr()
    with clock.frozen(START):
        _marked_import(f"Chat with Cai {MARKER}.json", range(1, 30))
    with clock.frozen(SEALED):
        _due()
        _marked_import("newer.json", range(20, 50))
        _upload("waiting.json", _export(range(50, 60)))
        _written_by_hand()
        _live()
    before, numbers, people = holding(home, MARKER), [_messages()], [Identity.objects.count()]
    with clock.frozen(SEALED + dt.timedelta(minutes=5)):
        for identity in Identity.objects.filter(outside__contains=MARKER):
            log.erase_identity(identity.pk)
    with clock.frozen(SEALED + LATER):
        _due()
        numbers.append(_messages())
        after = holding(home, MARKER)
        views = list(SavedView.objects.values_list("name", flat=True))
        _bring("older.json", _export(range(1, 70), broken=False))
    with clock.frozen(SEALED + 2 * LATER):
        _due()
        people.append(Identity.objects.count())
    return {
        "before": before, "after": after, "numbers": numbers, "views": views, "again": holding(home, MARKER),
        "people": people,
    }  # fmt: skip


def _own_stderr() -> Path:
    """What is logged goes into a file of the home, so that it is looked through with the rest."""
    from django.conf import settings
    from django.utils import translation

    translation.activate("en")
    os.dup2(os.open(settings.HOME / "stderr.log", os.O_CREAT | os.O_WRONLY | os.O_APPEND), 2)
    return Path(settings.HOME)


def _export(numbers: range, community: str = "Hearth", *, broken: bool = True) -> dict[str, Any]:
    """Messages of three people, one of them marked in all that an export tells; perhaps a row that cannot be read."""
    from weilu.connectors.imports.tests.exports import said, telegram

    rows = []
    for number in numbers:
        who, sent = ("Ada", "Bea", "Cai")[number % 3], SAID + dt.timedelta(minutes=number)
        row = said(number, who, f"hello {number}", date=f"{sent:%Y-%m-%dT%H:%M:%S}")
        row["date_unixtime"] = str(int(sent.timestamp()))
        if number % 3 == 2:
            words = f"{MARKER} says {number}"
            row |= {"from": f"Cai {MARKER}", "from_id": f"user{MARKER}", "text": words}
        if community != "Hearth":
            recent = [{"from": "Ada", "from_id": "user11", "date": "2025-12-29T15:00:00"}]
            row["reactions"] = [{"type": "emoji", "count": 1, "emoji": MARKER, "recent": recent}]
        rows.append(row)
    if broken:
        rows.append(
            {"id": 9_999, "type": "message", "date": f"never {MARKER}", "from": f"Cai {MARKER}", "text": "?"}
        )
    return telegram(*rows, name=community)


def _marked_import(name: str, numbers: range, community: str = "Hearth") -> None:
    _bring(name, _export(numbers, community))
    assert _page().get("/members/", {"find": MARKER}).status_code == 200


def _bring(name: str, export: dict[str, Any]) -> None:
    """Upload, confirm, and the worker's turn."""
    from weilu.connectors.imports.models import Batch
    from weilu.core.jobs import tasks

    number = _upload(name, export)
    _page().post(f"/imports/{number}/confirm")
    assert tasks.run_waiting("story")
    assert Batch.objects.get(pk=number).state == "done"


def _upload(name: str, export: dict[str, Any]) -> int:
    import json

    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile(name, json.dumps(export, ensure_ascii=False).encode())
    answer = _page().post(
        "/imports/upload", {"files": file, "format": "", "community": "", "timezone": "UTC"}
    )
    assert answer.status_code == 302, answer.content[:2000]
    return int(answer.headers["Location"].strip("/").split("/")[-1])


def _page() -> Any:
    """Ada's browser."""
    from django.test import Client

    client = Client(HTTP_HOST="localhost", headers={"accept-language": "en"})
    client.force_login(_ada())
    return client


def _ada() -> Any:
    from tests.fixtures.cast import operator
    from weilu.core.operators.models import Operator

    return Operator.objects.filter(name="Ada").first() or operator("ada@example.com", "Ada", "owner")


def _written_by_hand() -> None:
    """What operators write about somebody: a given name, a note, saved searches, why an import was taken back."""
    from weilu.connectors.imports.models import Batch
    from weilu.core.decisions import actions as decisions
    from weilu.core.decisions.models import Decision
    from weilu.core.directory import actions as directory
    from weilu.core.directory.models import Member
    from weilu.core.operators.access import viewer_of
    from weilu.members import actions as members

    ada = viewer_of(_ada())
    cai = Member.objects.get(name=f"Cai {MARKER}")
    directory.name_member(cai.pk, f"Dear {MARKER}")
    Member.objects.filter(pk=cai.pk).update(note=f"{MARKER} likes oolong")
    members.save_view(ada, "Him", f"find=Cai+{MARKER}&sort=last")
    members.save_view(ada, f"All of Cai {MARKER}", "state=active")
    members.save_view(ada, "Part of a name", f"find={MARKER[:9]}")
    members.save_view(ada, "Quiet ones", "state=dormant")
    first = Decision.objects.get(pk=Batch.objects.earliest("pk").decision)
    decisions.undo(first, by=ada.operator_id, reason=f"because Cai {MARKER} asked")


def _live() -> None:
    """They are here at this moment too, once with a clock that nobody believes."""
    from django.db import transaction

    from tests.fixtures.log import say
    from weilu.core import clock
    from weilu.core.events import actions as log
    from weilu.core.events import queries
    from weilu.core.events.incoming import Actor
    from weilu.core.events.keys import key
    from weilu.core.jobs import pump

    cai = Actor("telegram", f"user{MARKER}", f"Cai {MARKER}")
    now = clock.now_ms()
    with transaction.atomic():
        log.record(say(cai, now, f"{MARKER} again", private={"phone": MARKER}))
        long_ago = now - 50 * 86_400_000
        log.record(say(cai, long_ago, MARKER)._replace(key=key("sdk", long_ago, "site", 1), source="sdk"))
    assert pump.catch_up(20)
    assert queries.held()


def _due() -> None:
    """The worker's round of recurring jobs; each must have gone well."""
    from weilu.core.jobs import pump, recurring
    from weilu.core.jobs.models import Recurring

    assert pump.catch_up(20)
    assert recurring.run_due("story") > 0
    failed = Recurring.objects.exclude(last_error="").values_list("name", "last_error")
    assert not failed, list(failed)
    assert pump.catch_up(20)


def _messages() -> list[int]:
    """Messages and people who wrote, in that December."""
    from weilu.core.operators.access import Viewer
    from weilu.core.warehouse import questions

    span = {"from": "2025-12-01", "to": "2025-12-31", "by": "period", "timezone": "UTC"}
    asked = [{"kind": "trend", "metric": metric, **span} for metric in ("messages", "mau")]
    return [int(questions.ask(one, Viewer.everything()).rows[-1][-1] or 0) for one in asked]
