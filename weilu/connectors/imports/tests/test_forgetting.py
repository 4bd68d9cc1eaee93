"""What an import kept of people is gone when it is undone, when one of them is erased, and after thirty days."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from weilu.connectors.imports import actions
from weilu.connectors.imports.actions import forgetting
from weilu.connectors.imports.models import Batch, State
from weilu.connectors.imports.sources import BadSource
from weilu.connectors.imports.tests.exports import said, telegram, write
from weilu.connectors.imports.tests.test_actions import BLANK, EVERYTHING, bring, preview, undo
from weilu.core import clock
from weilu.core.directory.models import Identity
from weilu.core.events import actions as log
from weilu.core.events import queries

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
BROKEN = {"id": 3, "type": "message", "date": "never, says Cai", "from": "Cai", "text": "?"}


@pytest.fixture(autouse=True)
def home(own_home: Path) -> Path:
    return own_home


def export(path: Path, *more: dict[str, Any]) -> Path:
    return write(path, telegram(said(1, "Ada", "a"), said(2, "Cai", "b"), BROKEN, *more))


def uploaded(tmp_path: Path) -> Batch:
    file = SimpleUploadedFile("result.json", export(tmp_path / "given.json").read_bytes())
    return actions.read(actions.receive([file], "telegram", dict(BLANK), EVERYTHING))


def erase_cai() -> None:
    log.erase_identity(Identity.objects.get(name="Cai").pk)


def test_an_undone_import_keeps_its_figures_and_not_what_they_were_called(tmp_path: Path) -> None:
    batch = bring(export(tmp_path / "Chat with Cai.json"), community="Cai's")
    assert batch.rejected_file.exists()
    undo(batch)
    batch.refresh_from_db()
    assert (batch.events, batch.rejected, batch.survey["rows"]) == (2, 1, 3)
    assert batch.name == f"import-{batch.pk}.json"
    assert not batch.folder.exists()
    assert "Cai" not in repr(Batch.objects.values().get())


def test_where_one_person_is_erased_all_rejected_rows_go_and_uploads_that_wait(tmp_path: Path) -> None:
    done = bring(export(tmp_path / "Chat with Cai.json"))
    other = bring(write(tmp_path / "b.json", telegram(said(7, "Bea", "hi"), BROKEN)))
    waiting = uploaded(tmp_path)
    assert done.rejected_file.exists()
    assert other.rejected_file.exists()
    assert waiting.folder.exists()
    erase_cai()
    assert not done.folder.exists()
    assert not other.folder.exists()
    assert not waiting.folder.exists()
    assert list(Batch.objects.values_list("pk", "name")) == [
        (other.pk, "b.json"),
        (done.pk, f"import-{done.pk}.json"),
    ]
    assert "Cai" not in repr(list(Batch.objects.values()))
    done.refresh_from_db()
    assert (done.state, done.events, done.rejected) == (State.DONE, 2, 1)


def test_an_import_under_way_goes_on_and_tells_nothing_of_the_erased(tmp_path: Path) -> None:
    bring(export(tmp_path / "a.json"))
    more = actions.confirm(
        preview(export(tmp_path / "b.json", said(4, "Cai", "a secret"), said(5, "Bea", "x"))), EVERYTHING
    )
    erase_cai()
    more.refresh_from_db()
    actions.run(more, visible=0)
    assert (more.state, more.events, more.duplicates) == (State.DONE, 2, 2)
    assert sorted(Identity.objects.exclude(outside__startswith="erased:").values_list("name", flat=True)) == [
        "Ada",
        "Bea",
    ]
    assert sorted(queries.texts(range(1, 9)).values()) == ["a", "x"]


def test_an_interrupted_upload_says_that_its_file_is_gone(tmp_path: Path) -> None:
    bring(export(tmp_path / "a.json"))
    batch = actions.confirm(uploaded(tmp_path), EVERYTHING)
    Batch.objects.filter(pk=batch.pk).update(state=State.FAILED, started_at=clock.now(), error="line 3: Cai")
    erase_cai()
    batch.refresh_from_db()
    assert "Cai" not in batch.error
    with pytest.raises(BadSource):
        actions.run(actions.confirm(batch, EVERYTHING), visible=0)
    assert undo(Batch.objects.get(pk=batch.pk)).state == State.UNDONE


def test_rejected_rows_and_uploads_that_nobody_wanted_go_after_thirty_days(tmp_path: Path) -> None:
    with clock.frozen(NOW):
        done, waiting = bring(export(tmp_path / "a.json")), uploaded(tmp_path)
    actions.tidy(NOW + forgetting.KEPT)
    assert done.rejected_file.exists()
    assert waiting.folder.exists()
    actions.tidy(NOW + forgetting.KEPT + dt.timedelta(seconds=1))
    assert not done.folder.exists()
    assert not waiting.folder.exists()
    assert list(Batch.objects.values_list("pk", flat=True)) == [done.pk]
    done.refresh_from_db()
    assert (done.survey["reasons"], done.rejected) == ([], 1)


def test_what_nobody_owns_is_swept_away(tmp_path: Path, home: Path) -> None:
    kept = uploaded(tmp_path)
    orphan = home / "files" / "imports" / "4711"
    write(orphan / "rejected.csv", "Cai")
    actions.tidy(clock.now())
    assert not orphan.exists()
    assert kept.folder.exists()


def test_an_undo_that_died_half_way_is_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = bring(export(tmp_path / "a.json"))

    def dies(_batch: int) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(log, "retract_batch", dies)
        with pytest.raises(KeyboardInterrupt):
            undo(batch)
    assert Identity.objects.filter(name="Cai").exists()
    actions.tidy(clock.now())
    assert not Identity.objects.exists()
    assert not batch.folder.exists()


def test_forgetting_somebody_twice_or_nobody_changes_nothing(tmp_path: Path) -> None:
    bring(export(tmp_path / "a.json"))
    erase_cai()
    before = list(Batch.objects.values())
    actions.forget_person(Identity.objects.get(outside__startswith="erased:").pk)
    actions.forget_person(10**6)
    assert list(Batch.objects.values()) == before
