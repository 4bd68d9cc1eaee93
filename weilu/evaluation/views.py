"""The people or events behind a number: exactly as many as it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from weilu.communities.queries import feed, newest
from weilu.core.directory.queries import brand_zone, community_names, member_names
from weilu.core.errors import WeiluError
from weilu.core.numbers import number
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer, ViewerRequest, needs, visible_communities
from weilu.core.warehouse import questions
from weilu.core.warehouse.question import EVENTS, PEOPLE, object_in
from weilu.evaluation import exporting, plain, segmenting
from weilu.evaluation.explorer import choices

PAGE = 50


@needs(rights.VIEW)
def behind(request: ViewerRequest) -> HttpResponseBase:
    """`q` is the question with its point; `page` from 1; `format=csv` hands all of it out."""
    question = _question(request.GET.get("q", ""))
    if request.GET.get("format") == "csv":
        return exporting.as_csv(request.viewer, question)
    page = number(request.GET.get("page")) or 1
    found = questions.behind(question, request.viewer, limit=PAGE, offset=(page - 1) * PAGE)
    pages = _pages(page, found.total)
    if pages.number < page:
        found = questions.behind(question, request.viewer, limit=PAGE, offset=(pages.number - 1) * PAGE)
    context: dict[str, Any] = {
        "question": question,
        "found": found,
        "told": plain.tell(question),
        "back": plain.looking_back(question),
        "moment": _moment(request.viewer, question),
        "places": _places(question),
        "people": _people(found.ids) if found.counts == PEOPLE else None,
        "happened": feed.in_order(found.ids, request.viewer.communities) if found.counts == EVENTS else None,
        "pages": pages,
        "can_export": request.viewer.can(rights.EXPORT_MEMBERS),
        "whom": choices.segment_name(request.viewer, question["segment"]) if question.get("segment") else "",
    }
    if found.total and segmenting.may(request.viewer, question):
        told: plain.Told = context["told"]
        context["name"] = f"{told.what} · {told.when}"[: segmenting.LONGEST_NAME]
        context["rule"] = segmenting.rule_said(question)
        context["q"] = request.GET["q"]
    return render(request, "evaluation/behind.html", context)


@require_POST
@needs(rights.EDIT_MEMBERS)
def segment(request: ViewerRequest) -> HttpResponse:
    """The people behind a number become a segment: one that follows its rule (`how=rule`), or a list."""
    question = _question(request.POST.get("q", ""))
    live = request.POST.get("how") == "rule"
    made = segmenting.make(request.viewer, question, request.POST.get("name", ""), live=live)
    messages.success(
        request,
        _("Saved. Its members are found within seconds.") if live else _("Kept as they stand now."),
    )
    return redirect("segments:page", made.pk)


def _question(text: str) -> dict[str, Any]:
    question = object_in(text)
    if question is None:
        raise WeiluError(_("This address does not hold a question. Open a number on a page instead."))
    return question


@dataclass(frozen=True, slots=True)
class Person:
    member: int
    name: str


def _people(ids: Sequence[int]) -> list[Person]:
    names = member_names(ids)
    return [Person(one, names.get(one) or f"#{one}") for one in ids]


def _moment(viewer: Viewer, question: dict[str, Any]) -> str:
    """What keeps the moment in the addresses of members. An old export is shown as of its last day though nobody asked for it."""
    kept = {name: question[name] for name in ("as_of", "known") if isinstance(question.get(name), str)}
    if kept.keys() == {"as_of"}:
        communities = [one.pk for one in visible_communities(viewer)]
        asked = question.get("communities")
        own = [one for one in communities if one in asked] if isinstance(asked, list) else communities
        if kept["as_of"] == str(newest.day(own, question.get("timezone") or brand_zone())):
            return ""
    return f"?{urlencode(kept)}" if kept else ""


def _places(question: dict[str, Any]) -> str:
    """Names of the communities that the question is about; empty for all."""
    asked = question.get("communities")
    if asked is None:
        return ""
    some = [asked] if isinstance(asked, (str, int)) else asked
    names = community_names([one for one in some if isinstance(one, int)])
    return pgettext("between names", ", ").join(
        names.get(one) or str(one) if isinstance(one, int) else one for one in some
    )


@dataclass(frozen=True, slots=True)
class Pages:
    number: int
    last: int

    @property
    def before(self) -> int:
        return self.number - 1

    @property
    def after(self) -> int:
        return self.number + 1 if self.number < self.last else 0


def _pages(page: int, total: int) -> Pages:
    """Behind the last page there is nothing: whoever asks for more sees the last."""
    last = max(1, ceil(total / PAGE))
    return Pages(min(page, last), last)
