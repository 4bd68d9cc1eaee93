"""Merging two members: find the other, see the extent, merge; and the way back."""

from __future__ import annotations

import contextlib
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from weilu.core.directory import queries as directory
from weilu.core.directory.models import Member
from weilu.core.errors import Unavailable
from weilu.core.numbers import number
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer, ViewerRequest, access_member, needs
from weilu.core.operators.presence import accounts_seen
from weilu.core.warehouse import loader
from weilu.members import actions, when
from weilu.members.forms import filter_of
from weilu.members.queries import names
from weilu.members.queries.preview import extent
from weilu.members.queries.table import Filter, listing

FOUND = 12


@needs(rights.EDIT_MEMBERS)
def merge(request: ViewerRequest, member_id: int) -> HttpResponse:
    """Look for the other member, see what would move, and do it."""
    member = access_member(request.viewer, member_id, rights.EDIT_MEMBERS)
    given = request.POST if request.method == "POST" else request.GET
    other_id = number(given.get("other"))
    other = access_member(request.viewer, other_id, rights.EDIT_MEMBERS) if other_id else None
    if request.method == "POST" and other is not None:
        actions.merge(request.viewer, member, other)
        show_at_once()
        messages.success(request, gettext("Merged. It can be undone on this page."))
        return redirect("members:page", member.pk)
    words = filter_of({"find": given.get("find", "")}).words
    found = (
        listing(request.viewer, Filter(words=words, sort="messages"), when.present()).rows if words else []
    )
    called = names([member.pk, *([other.pk] if other else [])])
    context = {
        "member": member,
        "name": called[member.pk],
        "other": other,
        "other_name": called.get(other.pk, "") if other else "",
        "accounts": [],
        "words": words,
        "found": [row for row in found if row.id != member.pk][:FOUND],
    }
    if other is not None:
        context |= _moving(request.viewer, other)
    return render(request, "members/merge.html", context)


@require_POST
@needs(rights.EDIT_MEMBERS)
def undo(request: ViewerRequest, decision_id: int) -> HttpResponse:
    """Gives the accounts back that a merge moved."""
    undone = actions.unmerge(request.viewer, decision_id)
    show_at_once()
    messages.success(request, gettext("The merge is undone; every figure is as it was."))
    return redirect("members:page", undone.subject_id)


def _moving(viewer: Viewer, other: Member) -> dict[str, Any]:
    """What the viewer has seen of what would move; the rest moves unseen."""
    accounts = directory.identities_of(other.pk)
    seen = accounts_seen([one.pk for one in accounts], viewer.communities)
    return {
        "accounts": [one for one in accounts if one.pk in seen],
        "extent": extent(seen, viewer.communities),
    }


def show_at_once() -> None:
    """The next page shows the person as they are now; where the warehouse is down it will when it is back."""
    with contextlib.suppress(Unavailable):
        loader.refresh()
