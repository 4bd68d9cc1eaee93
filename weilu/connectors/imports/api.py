"""Imports over the API: files in, a preview, confirm, progress, rejected rows, and the way back."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import FileResponse, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from ninja import File, Form, Query, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field, StringConstraints

from weilu.connectors.imports import actions, forms, jobs, queries
from weilu.connectors.imports.models import Batch, State
from weilu.connectors.imports.readers import READERS
from weilu.connectors.imports.readers.columns import FIELDS
from weilu.core import clock
from weilu.core.api import paging
from weilu.core.api.guards import needs
from weilu.core.api.once import once
from weilu.core.api.schemas import NO_NUL, ApiRequest, Done, Id, In, Page, Paging, Slug, Zone
from weilu.core.errors import WeiluError
from weilu.core.events.incoming import Incoming
from weilu.core.operators import rights
from weilu.core.operators.access import missing

router = Router(tags=["imports"])
READ_AT_ONCE = 8 * 2**20
"""Bytes. A larger export is read in the background; its state is `reading` meanwhile."""
MOST_FILES = 100
StateName = Literal["reading", "previewed", "confirmed", "running", "done", "failed", "undone"]
Column = Annotated[str, StringConstraints(max_length=200, pattern=NO_NUL)]
Text200 = Annotated[str, StringConstraints(max_length=200, pattern=NO_NUL)]


class ReasonOut(Schema):
    reason: str
    count: int


class PlaceOut(Schema):
    platform: str
    outside: str
    name: str
    events: int


class ImportPreview(Schema):
    """What one reading found. `duplicates` are known already; `bridged` messages belong to people behind a bridge bot."""

    dialects: list[str]
    files: int
    rows: int
    events: int
    duplicates: int
    rejected: int
    members: int
    bots: int
    first: str | None
    last: str | None
    kinds: dict[str, int]
    communities: list[PlaceOut]
    community_count: int
    bridged: int
    columns: list[str]
    mapping: dict[str, str]
    reasons: list[ReasonOut]
    notes: list[str]


class OptionsOut(Schema):
    community: str
    timezone: str
    one_community: bool
    bridge: bool
    mapping: dict[str, str]
    day_first: bool | None


class ImportOut(Schema):
    """`percent` of what is being read or written; `stale`: nobody works on it any more, confirm or undo it. `preview` stands
    once the file was read, the figures of `result` once it is in."""

    id: int
    state: StateName
    format: str
    name: str
    size: int
    percent: int
    stale: bool
    error: str
    options: OptionsOut
    preview: ImportPreview | None
    result: dict[str, Any] | None
    by: int | None
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None
    undone_at: dt.datetime | None
    has_rejected: bool


class UploadIn(Schema):
    """`format` empty: recognised by the file. `community`: a name, where the export does not tell it. `timezone`: for times
    that name no zone."""

    format: Slug = ""
    community: Text200 = ""
    timezone: Zone = "UTC"


class ReadingIn(In):
    """How the export is to be read anew; what is left out stays. `mapping`: our field to the file's column."""

    community: Text200 | None = None
    timezone: Zone | None = None
    one_community: bool | None = None
    dates: Literal["auto", "dmy", "mdy"] | None = None
    mapping: dict[str, Column] | None = Field(None, max_length=20)


class BridgeIn(In):
    follow: bool


class FormatOut(Schema):
    format: str
    label: str


class SampleOut(Schema):
    """An event as it would come in. `text` stands only with the right `texts`."""

    kind: str
    happened: dt.datetime
    community: str
    room: str
    who: str
    bot: bool
    text: str | None


@router.get("/import-formats", response=list[FormatOut], summary="Formats that can be read")
@needs(rights.IMPORT)
def list_import_formats(request: ApiRequest) -> list[dict[str, str]]:
    return [{"format": reader.format, "label": str(reader.label)} for reader in READERS]


@router.get("/imports", response=Page[ImportOut], summary="Imports")
@needs(rights.IMPORT)
def list_imports(request: ApiRequest, paged: Query[Paging]) -> dict[str, Any]:
    """Newest first."""
    rows = queries.batches(request.viewer)
    return paging.by_id(rows, paged, "imports", _told, newest=True)


@router.post("/imports", response={201: ImportOut}, summary="Upload an export")
@needs(rights.IMPORT)
@once(long=True)
def create_import(
    request: ApiRequest, files: File[list[UploadedFile]], given: Form[UploadIn]
) -> dict[str, Any]:
    """Nothing comes in yet: a preview is made, at once or, for a large file, in the background."""
    if given.format and given.format not in {reader.format for reader in READERS}:
        raise WeiluError(_("There is no format of that name."), field="form.format")
    if len(files) > MOST_FILES:
        raise WeiluError(_("That are too many files. Put them into a zip."), field="file.files")
    options = {
        **forms.BLANK,
        "community": given.community,
        "timezone": forms.checked_timezone(given.timezone or "UTC"),
    }
    return _read(actions.receive(files, given.format, options, request.viewer))


@router.get("/imports/{import_id}", response=ImportOut, summary="One import")
@needs(rights.IMPORT)
def read_import(request: ApiRequest, import_id: Id) -> dict[str, Any]:
    """Ask again while the state is `reading`, `confirmed` or `running`."""
    return _told(queries.access_batch(request.viewer, import_id))


@router.get("/imports/{import_id}/sample", response=list[SampleOut], summary="The first events of an import")
@needs(rights.IMPORT)
def sample_import(request: ApiRequest, import_id: Id) -> list[dict[str, Any]]:
    """Read anew from the file; empty where it has been taken away."""
    batch = queries.access_batch(request.viewer, import_id)
    if batch.state != State.PREVIEWED:
        return []
    try:
        found = queries.sample(batch)
    except WeiluError:
        return []
    texts = request.viewer.can(rights.TEXTS)
    return [_sampled(one, texts) for one in found]


@router.post("/imports/{import_id}/read", response=ImportOut, summary="Read an export otherwise")
@needs(rights.IMPORT)
@once(long=True)
def reread_import(request: ApiRequest, import_id: Id, given: ReadingIn) -> dict[str, Any]:
    """The preview is made anew. 409 once it was confirmed."""
    batch = queries.access_batch(request.viewer, import_id)
    return _read(actions.change(batch, _options(given)))


@router.post("/imports/{import_id}/bridge", response=ImportOut, summary="Follow bridge bots, or not")
@needs(rights.IMPORT)
@once()
def switch_bridge(request: ApiRequest, import_id: Id, given: BridgeIn) -> dict[str, Any]:
    """Whether messages of a bridge bot belong to the people behind it."""
    batch = queries.access_batch(request.viewer, import_id)
    return _told(actions.switch_bridge(batch, given.follow))


@router.post("/imports/{import_id}/confirm", response=ImportOut, summary="Bring an export in")
@needs(rights.IMPORT)
@once()
def confirm_import(request: ApiRequest, import_id: Id) -> dict[str, Any]:
    """It comes in in the background. An interrupted one goes on where it was. Nobody is written to by an import."""
    batch = queries.access_batch(request.viewer, import_id)
    actions.confirm(batch, request.viewer)
    jobs.run_later(batch)
    return _told(batch)


@router.post("/imports/{import_id}/undo", response=ImportOut, summary="Undo an import")
@needs(rights.IMPORT)
@once(long=True)
def undo_import(request: ApiRequest, import_id: Id) -> dict[str, Any]:
    """Takes exactly what it brought out of the log again."""
    batch = queries.access_batch(request.viewer, import_id)
    return _told(actions.undo(batch, request.viewer))


@router.delete("/imports/{import_id}", response=Done, summary="Throw an upload away")
@needs(rights.IMPORT)
def forget_import(request: ApiRequest, import_id: Id) -> dict[str, bool]:
    """Only while nothing of it was brought in; 409 afterwards, when `undo` is the way."""
    actions.forget(queries.access_batch(request.viewer, import_id))
    return {"done": True}


@router.get(
    "/imports/{import_id}/rejected",
    summary="Rows that did not come in",
    openapi_extra={
        "responses": {
            200: {
                "description": "CSV with the columns file, line, reason, row.",
                "content": {"text/csv": {"schema": {"type": "string"}}},
            }
        }
    },
)
@needs(rights.IMPORT)
def read_rejected(request: ApiRequest, import_id: Id) -> HttpResponseBase:
    batch = queries.access_batch(request.viewer, import_id)
    if not batch.rejected_file.exists():
        raise missing()
    name = f"import-{batch.pk}-rejected.csv"
    return FileResponse(
        batch.rejected_file.open("rb"), as_attachment=True, filename=name, content_type="text/csv"
    )


def _read(batch: Batch) -> dict[str, Any]:
    if batch.size > READ_AT_ONCE:
        jobs.read_later(batch)
    else:
        jobs.read_now(batch)
    return _told(batch)


def _options(given: ReadingIn) -> dict[str, Any]:
    chosen = given.dict(exclude_none=True)
    if "dates" in chosen:
        chosen["day_first"] = forms.ORDERS[chosen.pop("dates")]
    if "timezone" in chosen:
        forms.checked_timezone(chosen["timezone"])
    unknown = set(chosen.get("mapping", {})) - set(FIELDS)
    if unknown:
        raise WeiluError(
            _("Fields that can be mapped are: %(fields)s.") % {"fields": ", ".join(FIELDS)},
            field="body.mapping",
        )
    return chosen


def _told(batch: Batch) -> dict[str, Any]:
    finished = batch.state in (State.DONE, State.UNDONE)
    return {
        **{name: getattr(batch, name) for name in PLAIN},
        "id": batch.pk,
        "stale": batch.is_stale(clock.now()),
        "options": {**forms.BLANK, **batch.options},
        "preview": _preview(batch) if batch.survey else None,
        "result": queries.summary(batch) if finished else None,
        "has_rejected": batch.rejected_file.exists(),
    }


PLAIN = (
    "state", "format", "name", "size", "percent", "error", "by", "created_at", "started_at", "finished_at", "undone_at",
)  # fmt: skip


def _preview(batch: Batch) -> dict[str, Any]:
    found = batch.survey
    return {
        **found,
        "members": queries.members_of(batch),
        "first": queries.moment(found.get("first_ms")),
        "last": queries.moment(found.get("last_ms")),
        "bridged": sum(one["bridged"] for one in found.get("bridges", {}).values()),
    }


def _sampled(event: Incoming, texts: bool) -> dict[str, Any]:
    return {
        "kind": event.kind,
        "happened": clock.from_ms(event.happened),
        "community": (event.community.name or event.community.outside) if event.community else "",
        "room": (event.room.name or event.room.outside) if event.room else "",
        "who": (event.actor.name or event.actor.outside) if event.actor else "",
        "bot": bool(event.actor and event.actor.bot),
        "text": event.text if texts else None,
    }
