"""Give and take tags: on one member's page, and for many after a look at who that is."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from weilu.core.errors import WeiluError
from weilu.core.numbers import number
from weilu.core.operators import rights
from weilu.core.operators.access import ViewerRequest, access_community, access_member, needs
from weilu.members import when
from weilu.members.forms import filter_of
from weilu.members.tags import people, queries
from weilu.members.tags.actions import hand as actions
from weilu.members.tags.forms import ManyForm

KEPT = ("query", "all", "segment")
"""What says whom is meant, kept from page to page."""


@require_POST
@needs(rights.EDIT_MEMBERS)
def many(request: ViewerRequest) -> HttpResponse:
    """Whom it would change, and with `do` the change. Comes from the members table, or from a tag's page with a segment."""
    members = _meant(request)
    if not members:
        messages.warning(request, _("Tick the members first, or all that match."))
        return redirect(f"{reverse('members:list')}?{QueryDict(request.POST.get('query', '')).urlencode()}")
    tags = queries.usable(request.viewer)
    form = ManyForm(request.POST if "tag" in request.POST else None, tags=tags, initial={"act": actions.ADD})
    context: dict[str, Any] = {"form": form, "members": len(members), "tags": tags}
    context["kept"] = [(name, request.POST[name]) for name in KEPT if request.POST.get(name)]
    context["ids"] = [] if request.POST.get("all") or request.POST.get("segment") else members
    problem = ""
    if form.is_bound and form.is_valid():
        try:
            return _looked(request, form, members, context)
        except WeiluError as error:
            problem = context["problem"] = str(error)
    status = 400 if problem or (form.is_bound and not form.is_valid()) else 200
    return render(request, "tags/many.html", context, status=status)


def _looked(
    request: ViewerRequest, form: ManyForm, members: list[int], context: dict[str, Any]
) -> HttpResponse:
    """The preview, or where `do` was pressed the change itself."""
    given = form.cleaned_data
    tag = queries.access_tag(request.viewer, given["tag"])
    if request.POST.get("step") != "do":
        context["preview"] = actions.preview(request.viewer, tag, given["act"], members)
        context["tag"] = tag
        return render(request, "tags/many.html", context)
    decision = actions.change_many(
        request.viewer, tag, given["act"], members, days=given["days"], confidence=given["confidence"]
    )
    changed = int(decision.evidence["members"])
    told = ngettext("Done: %(n)s member changed. It can be undone below.", "Done: %(n)s members changed. It can be undone below.", changed)  # fmt: skip
    messages.success(request, told % {"n": changed})
    return redirect("tags:page", tag.pk)


def _meant(request: ViewerRequest) -> list[int]:
    """Members, among those who are the viewer's to change. Raises NotFound, WeiluError."""
    viewer = request.viewer
    if request.POST.get("segment"):
        return people.of_segment(viewer, number(request.POST["segment"]))
    if not request.POST.get("all"):
        return sorted(people.editable(viewer, {number(text) for text in request.POST.getlist("id")} - {0}))
    query = QueryDict(request.POST.get("query", ""))
    asked, moment = filter_of(query.dict()), when.asked(query.dict())
    if asked.community is not None:
        access_community(viewer, asked.community)
    return people.of_table(viewer, asked, moment)


@require_POST
@needs(rights.EDIT_MEMBERS)
def undo(request: ViewerRequest, decision_id: int) -> HttpResponse:
    """Takes a change of many back."""
    undone = actions.undo(request.viewer, decision_id)
    messages.success(request, _("Undone."))
    return redirect("tags:page", undone.subject_id)


@require_POST
@needs(rights.EDIT_MEMBERS)
def give(request: ViewerRequest, member_id: int) -> HttpResponse:
    """One tag to one member."""
    member = access_member(request.viewer, member_id, rights.EDIT_MEMBERS)
    tag = queries.access_tag(request.viewer, number(request.POST.get("tag")))
    days = number(request.POST.get("days")) or None
    sure = request.POST.get("confidence")
    actions.give_one(request.viewer, tag, member, days=days, confidence=number(sure) if sure else None)
    return _back(member_id)


@require_POST
@needs(rights.EDIT_MEMBERS)
def take(request: ViewerRequest, member_id: int, tag_id: int) -> HttpResponse:
    """One tag from one member."""
    member = access_member(request.viewer, member_id, rights.EDIT_MEMBERS)
    actions.take_one(request.viewer, queries.access_tag(request.viewer, tag_id), member)
    return _back(member_id)


def _back(member_id: int) -> HttpResponse:
    return redirect(f"{reverse('members:page', args=[member_id])}#tags")
