"""Tables of members and tags: brought, looked at, taken in, taken out again."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from weilu.core.directory.queries import brand_zone
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer, ViewerRequest, needs
from weilu.core.operators.forms import tried
from weilu.members.exporting import harmless
from weilu.members.tags.actions import importing as actions
from weilu.members.tags.forms import TableForm
from weilu.members.tags.models import State, TagImport

SHOWN = 50


@needs(rights.EDIT_MEMBERS)
@require_http_methods(["GET", "POST"])
def index(request: ViewerRequest) -> HttpResponse:
    """The form, and what was brought before."""
    form = TableForm(request.POST or None, request.FILES or None)
    if row := tried(form, lambda: _opened(request.viewer, **form.cleaned_data)):
        return redirect("tags:import", row.pk)
    rows = TagImport.objects.order_by("-pk")
    if request.viewer.where(rights.EDIT_MEMBERS) is not None:
        rows = rows.filter(by=request.viewer.operator_id)
    context = {"form": form, "imports": rows[:SHOWN], "timezone": brand_zone()}
    return render(request, "tags/imports.html", context, status=400 if form.is_bound else 200)


def _opened(viewer: Viewer, file: UploadedFile[Any], group: str) -> TagImport:
    return actions.open_table(viewer, file.name or "", file.read(actions.MOST_BYTES + 1), group)


@needs(rights.EDIT_MEMBERS)
@require_safe
def page(request: ViewerRequest, table_id: int) -> HttpResponse:
    """What it would do, or what came of it."""
    row = actions.access_import(request.viewer, table_id)
    context: dict[str, Any] = {"batch": row, "timezone": brand_zone()}
    if row.state == State.PREVIEWED and row.text:
        found = actions.survey(request.viewer, row)
        context |= {"survey": found, "rejected": _said(found.rejected), "rejected_rows": found.rejected_rows}
    else:
        context |= {"rejected": _said(row.rejected[:SHOWN]), "rejected_rows": row.rejected_rows}
    return render(request, "tags/import.html", context)


@needs(rights.EDIT_MEMBERS)
@require_POST
def confirm(request: ViewerRequest, table_id: int) -> HttpResponse:
    actions.confirm(request.viewer, actions.access_import(request.viewer, table_id))
    messages.success(request, _("The tags are given."))
    return redirect("tags:import", table_id)


@needs(rights.EDIT_MEMBERS)
@require_POST
def undo(request: ViewerRequest, table_id: int) -> HttpResponse:
    actions.undo(request.viewer, actions.access_import(request.viewer, table_id))
    messages.success(request, _("Undone: nothing of it is left."))
    return redirect("tags:import", table_id)


@needs(rights.EDIT_MEMBERS)
@require_POST
def drop(request: ViewerRequest, table_id: int) -> HttpResponse:
    actions.drop(request.viewer, actions.access_import(request.viewer, table_id))
    messages.success(request, _("Thrown away; nothing was given."))
    return redirect("tags:imports")


@needs(rights.EDIT_MEMBERS)
@require_safe
def rejected(request: ViewerRequest, table_id: int) -> HttpResponse:
    """The rows that were not taken, with the reason of each."""
    row = actions.access_import(request.viewer, table_id)
    lines = row.rejected
    if row.state == State.PREVIEWED and row.text:
        lines = actions.survey(request.viewer, row, most=actions.KEPT).rejected
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["line", "member", "reason"])
    writer.writerows((number, harmless(who), why) for number, who, why in _said(lines))
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="rejected-tags-{row.pk}.csv"'
    return response


def _said(lines: list[Any]) -> list[tuple[int, str, str]]:
    return [(number, who, str(actions.SENTENCES.get(why, why))) for number, who, why in lines]
