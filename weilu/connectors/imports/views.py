"""Pages of imports: the list with the upload, the preview, the way in, the result and the way back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from weilu.connectors.imports import actions, forms, jobs, queries
from weilu.connectors.imports.models import Batch, State
from weilu.connectors.imports.standing import standing
from weilu.core import clock
from weilu.core.directory.queries import brand_zone
from weilu.core.errors import WeiluError
from weilu.core.events import kinds
from weilu.core.events.incoming import Incoming
from weilu.core.operators import rights
from weilu.core.operators.access import ViewerRequest, missing, needs

READ_AT_ONCE = 8 * 2**20
"""Bytes. A larger export is read in the background, so that the page need not wait for seconds."""
PAGE = 30


@needs(rights.IMPORT)
@require_safe
def overview(request: ViewerRequest) -> HttpResponse:
    return _overview(request, forms.Upload(initial=_first_choice()))


@needs(rights.IMPORT)
@require_POST
def upload(request: ViewerRequest) -> HttpResponse:
    """Files in, read at once where they are small, and on to the preview."""
    form = forms.Upload(request.POST)
    files = request.FILES.getlist("files")
    if not files:
        form.add_error(None, _("Choose a file first."))
    if not form.is_valid():
        return _overview(request, form, 400)
    try:
        batch = actions.receive(files, form.cleaned_data["format"], form.options(), request.viewer)
    except WeiluError as error:
        form.add_error(None, str(error))
        return _overview(request, form, error.status)
    return _read(batch)


@needs(rights.IMPORT)
@require_safe
def page(request: ViewerRequest, batch_id: int) -> HttpResponse:
    batch = queries.access_batch(request.viewer, batch_id)
    context = _context(batch)
    context["standing"] = standing(batch, request.viewer, context["timezone"])
    return render(request, "imports/page.html", context)


@needs(rights.IMPORT)
@require_safe
def progress(request: ViewerRequest, batch_id: int) -> HttpResponse:
    """The part of the page that asks for itself again while work goes on; when it ends the whole page is loaded."""
    batch = queries.access_batch(request.viewer, batch_id)
    response = render(request, "imports/_progress.html", _context(batch))
    if batch.state not in (State.READING, State.CONFIRMED, State.RUNNING):
        response["HX-Refresh"] = "true"
    return response


@needs(rights.IMPORT)
@require_POST
def reread(request: ViewerRequest, batch_id: int) -> HttpResponse:
    """Other choices: the preview is made anew."""
    batch = queries.access_batch(request.viewer, batch_id)
    form = forms.Reading(request.POST, columns=batch.survey.get("columns", ()))
    if not form.is_valid():
        return render(request, "imports/page.html", {**_context(batch), "reading": form}, status=400)
    return _read(actions.change(batch, form.options()))


@needs(rights.IMPORT)
@require_POST
def bridge(request: ViewerRequest, batch_id: int) -> HttpResponse:
    batch = queries.access_batch(request.viewer, batch_id)
    actions.switch_bridge(batch, request.POST.get("follow") == "1")
    return redirect("imports:page", batch.pk)


@needs(rights.IMPORT)
@require_POST
def confirm(request: ViewerRequest, batch_id: int) -> HttpResponse:
    batch = queries.access_batch(request.viewer, batch_id)
    actions.confirm(batch, request.viewer)
    jobs.run_later(batch)
    return redirect("imports:page", batch.pk)


@needs(rights.IMPORT)
@require_POST
def undo(request: ViewerRequest, batch_id: int) -> HttpResponse:
    batch = queries.access_batch(request.viewer, batch_id)
    actions.undo(batch, request.viewer)
    messages.success(request, _("Import %(batch)d is undone.") % {"batch": batch.pk})
    return redirect("imports:page", batch.pk)


@needs(rights.IMPORT)
@require_POST
def forget(request: ViewerRequest, batch_id: int) -> HttpResponse:
    batch = queries.access_batch(request.viewer, batch_id)
    actions.forget(batch)
    messages.success(request, _("The file is thrown away. Nothing of it was brought in."))
    return redirect("imports:list")


@needs(rights.IMPORT)
@require_safe
def rejected(request: ViewerRequest, batch_id: int) -> HttpResponseBase:
    """The rows that did not come in, with their reasons, as CSV."""
    batch = queries.access_batch(request.viewer, batch_id)
    if not batch.rejected_file.exists():
        raise missing()
    name = f"import-{batch.pk}-rejected.csv"
    return FileResponse(
        batch.rejected_file.open("rb"), as_attachment=True, filename=name, content_type="text/csv"
    )


def _read(batch: Batch) -> HttpResponse:
    if batch.size > READ_AT_ONCE:
        jobs.read_later(batch)
    else:
        jobs.read_now(batch)
    return redirect("imports:page", batch.pk)


def _overview(request: ViewerRequest, form: forms.Upload, status: int = 200) -> HttpResponse:
    shown = Paginator(queries.batches(request.viewer), PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "batches": shown, "timezone": brand_zone()}
    return render(request, "imports/list.html", context, status=status)


def _context(batch: Batch) -> dict[str, Any]:
    found = batch.survey
    waiting = batch.state == State.PREVIEWED
    changeable = batch.path and (waiting or (batch.state == State.FAILED and batch.started_at is None))
    return {
        "batch": batch,
        "found": found,
        "members": queries.members_of(batch),
        "adds": found.get("events", 0) - found.get("duplicates", 0),
        "bridge": queries.follows_bridges(batch),
        "bridged": sum(one["bridged"] for one in found.get("bridges", {}).values()),
        "sample": _sample(batch) if waiting else [],
        "reading": forms.Reading(
            initial=forms.initial(batch.options, found.get("mapping", {})), columns=found.get("columns", ())
        )
        if changeable
        else None,
        "has_rejected": batch.rejected_file.exists(),
        "stale": batch.is_stale(clock.now()),
        "timezone": brand_zone(),
    }


def _sample(batch: Batch) -> list[tuple[Incoming, object]]:
    """Events with the word for their kind. The file may have been taken away meanwhile; the figures stand all the same."""
    try:
        return [(event, kinds.label_of(event.kind)) for event in queries.sample(batch)]
    except WeiluError:
        return []


def _first_choice() -> dict[str, str]:
    return {"timezone": brand_zone()}
