"""Erasing a person: what goes, what stays, and that nothing brings it back; then the deed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from weilu.core.directory import queries as directory
from weilu.core.errors import Unavailable
from weilu.core.operators import rights
from weilu.core.operators.access import ViewerRequest, access_member, needs
from weilu.members import actions
from weilu.members.queries import names
from weilu.members.queries.preview import extent


@needs(rights.ERASE_MEMBERS)
def erase(request: ViewerRequest, member_id: int) -> HttpResponse:
    """Shows the extent; erases where that was confirmed."""
    member = access_member(request.viewer, member_id, rights.ERASE_MEMBERS)
    if member.merged_into_id is not None:
        return redirect("members:erase", member.merged_into_id)
    if request.method == "POST" and request.POST.get("sure"):
        actions.erase(request.viewer, member)
        messages.success(request, gettext("Erased. Nothing here says any more who this was."))
        return redirect("members:page", member.pk)
    accounts = actions.erasable(member)
    context: dict[str, Any] = {"member": member, "accounts": accounts, "name": names([member.pk])[member.pk]}
    context["unsure"] = request.method == "POST"
    try:
        context["extent"] = extent([one.pk for one in directory.identities_of(member.pk)])
    except Unavailable:
        context["extent"] = None
    return render(request, "members/erase.html", context, status=400 if context["unsure"] else 200)
