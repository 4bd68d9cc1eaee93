"""An import by a program: upload, preview, read otherwise, confirm, the result, and the way back."""

from __future__ import annotations

import shutil
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from weilu.connectors.imports import jobs
from weilu.connectors.imports.models import Batch, State
from weilu.core.events import queries as log

pytestmark = pytest.mark.usefixtures("uploads")
CSV = "time,member,text\n2026-03-01T10:00:00Z,cai,hello\n2026-03-01T10:01:00Z,mei,hi\nyesterday,lin,what\n"


def upload(board: Any, text: str = CSV, name: str = "tea.csv", key: str = "", **fields: str) -> Any:
    file = SimpleUploadedFile(name, text.encode())
    headers = {"Authorization": f"Bearer {board.token}", "Accept-Language": "en"}
    if key:
        headers["Idempotency-Key"] = key
    return board.client.post(
        "/api/v1/imports", {"files": file, "community": "Tea", **fields}, headers=headers
    )


@pytest.fixture
def uploads(settings: Any) -> Any:
    """No file of another story: numbers of imports begin anew with each."""
    yield
    shutil.rmtree(settings.HOME / "files", ignore_errors=True)


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker runs when the story says so."""
    monkeypatch.setattr(type(jobs.run_batch), "enqueue", lambda self, *args: None)


def test_an_export_goes_in_and_out_again(ada: Any, program: Any, quiet: None, warehouse: Any) -> None:
    board = program(ada)

    made = upload(board, key="u-1")
    again = upload(board, key="u-1")
    path = f"/imports/{made.json()['id']}"

    assert made.status_code == again.status_code == 201
    assert made.content == again.content
    assert Batch.objects.count() == 1
    told = board.get(path).json()
    assert (told["state"], told["preview"]["events"], told["preview"]["rejected"]) == ("previewed", 2, 1)
    assert b"yesterday" in b"".join(board.get(f"{path}/rejected").streaming_content)
    assert [one["text"] for one in board.get(f"{path}/sample").json()] == ["hello", "hi"]
    assert [one["text"] for one in program(ada, "import").get(f"{path}/sample").json()] == [None, None]

    assert (
        board.post(f"{path}/read", {"timezone": "Asia/Shanghai"}).json()["options"]["timezone"]
        == "Asia/Shanghai"
    )
    assert board.post(f"{path}/bridge", {"follow": False}).json()["options"]["bridge"] is False
    assert board.post(f"{path}/confirm", key="c-1").json()["state"] == "confirmed"
    assert board.delete(path).status_code in (200, 409)


def test_confirmed_it_comes_in_and_undone_it_is_gone(
    ada: Any, program: Any, quiet: None, warehouse: Any
) -> None:
    board = program(ada)
    path = f"/imports/{upload(board).json()['id']}"
    board.post(f"{path}/confirm")
    jobs.run_batch.func(Batch.objects.get().pk)

    done = board.get(path).json()
    assert (done["state"], done["result"]["events"], done["result"]["members"]) == ("done", 2, 2)
    assert board.delete(path).status_code == 409
    assert board.post(f"{path}/confirm").status_code == 409

    undone = board.post(f"{path}/undo", key="x-1")
    assert (undone.status_code, undone.json()["state"]) == (200, "undone")
    assert board.post(f"{path}/undo", key="x-1").content == undone.content
    assert board.post(f"{path}/undo", key="x-2").status_code == 409
    assert [row for row in log.read(0, 10) if row.kind == "message.sent"] == []


def test_the_same_key_with_another_file_is_refused(ada: Any, program: Any) -> None:
    board = program(ada)
    upload(board, key="u-1")
    refused = upload(board, CSV + "2026-03-01T10:02:00Z,bo,late\n", key="u-1")
    assert (refused.status_code, refused.json()["error"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"format": "fax"}, 400), ({"timezone": "Mars/North"}, 400), ({"timezone": "Not a zone"}, 422)],
)
def test_what_cannot_be_read_is_refused_and_leaves_nothing(
    ada: Any, program: Any, fields: dict[str, str], status: int
) -> None:
    assert upload(program(ada), **fields).status_code == status
    assert not Batch.objects.exists()


def test_an_upload_is_thrown_away(ada: Any, program: Any) -> None:
    board = program(ada)
    path = f"/imports/{upload(board).json()['id']}"
    assert board.delete(path).json() == {"done": True}
    assert board.get(path).status_code == 404


def test_imports_are_not_for_bea_of_one_community(ada: Any, bea: Any, program: Any) -> None:
    made = upload(program(ada)).json()
    board = program(bea)
    assert board.get("/imports").status_code == 403
    assert board.get(f"/imports/{made['id']}").status_code == 403
    assert upload(board).status_code == 403


def test_the_list_goes_from_the_newest(ada: Any, program: Any) -> None:
    board = program(ada)
    ids = [upload(board, name=f"{n}.csv").json()["id"] for n in range(3)]
    assert [one["id"] for one in board.all("/imports", limit=2)] == ids[::-1]
    assert {one.state for one in Batch.objects.all()} == {State.PREVIEWED}


def test_two_files_of_one_name_are_refused(ada: Any, program: Any) -> None:
    board = program(ada)
    files = [SimpleUploadedFile("tea.csv", CSV.encode()) for _ in range(2)]
    headers = {"Authorization": f"Bearer {board.token}", "Accept-Language": "en"}
    refused = board.client.post("/api/v1/imports", {"files": files}, headers=headers)
    assert (refused.status_code, refused.json()["error"]) == (400, "bad_file")
    assert not Batch.objects.exists()
