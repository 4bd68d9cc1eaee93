"""The pages of weekly reports: which there are, one of them, and who or what stands behind a finding or a topic."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from weilu.communities.queries import feed
from weilu.communities.queries.asking import behind as address_of
from weilu.core import clock, metrics
from weilu.core.directory.models import Community
from weilu.core.directory.queries import member_names, zone_of
from weilu.core.errors import Unavailable, WeiluError
from weilu.core.operators import rights
from weilu.core.operators.access import ViewerRequest, access_community, missing, needs, visible_communities
from weilu.evaluation.reports import files, gather, people, write
from weilu.evaluation.reports.document import Document, PersonLine, document
from weilu.evaluation.reports.shapes import Report
from weilu.evaluation.reports.weeks import Week, read_week, week_of

WEEKS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Row:
    """A community with its weeks, the newest first."""

    community: Community
    weeks: tuple[Week, ...]


@needs(rights.VIEW)
def index(request: ViewerRequest) -> HttpResponse:
    """All communities with their last weeks."""
    communities = visible_communities(request.viewer)
    context: dict[str, Any] = {"can_import": request.viewer.can(rights.IMPORT)}
    try:
        last = gather.last_events([one.pk for one in communities])
        context["rows"] = [Row(one, _weeks(one, last[one.pk])) for one in communities if one.pk in last]
    except Unavailable:
        context["down"] = True
    return render(request, "evaluation/reports.html", context)


@needs(rights.VIEW)
def page(request: ViewerRequest, community_id: int, week: str) -> HttpResponseBase:
    """One report; `format` json, md or pdf hands it out as a file, `known` is a day whose end ends the knowledge."""
    report, community = _written(request, community_id, week)
    form = files.find(request.GET.get("format", ""))
    if form is not None:
        headers = {"Content-Disposition": f'attachment; filename="{files.file_name(report, form)}"'}
        return HttpResponse(form.render(report), content_type=form.media_type, headers=headers)
    doc = document(report)
    context = {
        "report": report,
        "community": community,
        "doc": doc,
        "figures": _figures(report, doc),
        "heat": _heat(report),
        "flow": _flow(report, doc),
        "findings": [(line, address_of(line.question) if line.question else "") for line in doc.findings],
        "hours": [(line, address_of(line.question or {})) for line in doc.hours],
        "movers": _opened(doc.movers),
        "drifting": _opened(doc.drifting),
        "earlier": report.week.back(1),
        "later": report.week.back(-1) if report.finished else None,
    }
    return render(request, "evaluation/report.html", context)


@require_POST
@needs(rights.VIEW)
def anew(request: ViewerRequest, community_id: int, week: str) -> HttpResponse:
    """Writes the report with the knowledge of now."""
    community = access_community(request.viewer, community_id)
    report = write.write(request.viewer, community, read_week(week), anew=True)
    return redirect("evaluation:report", community.pk, report.week.label)


@needs(rights.VIEW)
def finding(request: ViewerRequest, community_id: int, week: str, rule: str) -> HttpResponse:
    """The members or messages behind a finding of the report."""
    report, community = _written(request, community_id, week)
    doc = document(report)
    for one, line in zip(report.findings, doc.findings, strict=True):
        if one.rule == rule and not line.behind and line.question:
            return redirect(address_of(line.question))
        if one.rule == rule:
            return _behind(request, report, community, line.sentence, one.members, one.positions)
    raise missing()


@needs(rights.VIEW)
def topic(request: ViewerRequest, community_id: int, week: str) -> HttpResponse:
    """The messages in which a topic of the report stands; `word` names it."""
    report, community = _written(request, community_id, week)
    for one in report.topics:
        if one.word == request.GET.get("word"):
            return _behind(request, report, community, one.word, (), one.positions)
    raise missing()


@needs(rights.VIEW)
def thanks(request: ViewerRequest, community_id: int, week: str, member_id: int) -> HttpResponse:
    """The replies, reactions or messages for which somebody is thanked, or the newcomers that they welcomed."""
    report, community = _written(request, community_id, week)
    for one, line in zip(report.thanks, document(report).thanks, strict=True):
        if one.person.member == member_id:
            heading = f"{line.name} {line.text}"
            liked = one.reason == people.LIKED
            return _behind(request, report, community, heading, one.members, one.positions, reactions=liked)
    raise missing()


def _behind(
    request: ViewerRequest,
    report: Report,
    community: Community,
    heading: str,
    members: tuple[int, ...],
    positions: tuple[int, ...],
    *,
    reactions: bool = False,
) -> HttpResponse:
    names = member_names(members)
    context = {
        "report": report,
        "community": community,
        "heading_line": heading,
        "people": [(member, names.get(member) or f"#{member}") for member in members],
        "happened": feed.in_order(positions, {community.pk}),
        "total": len(members) or len(positions),
        "reactions": reactions,
    }
    return render(request, "evaluation/report_behind.html", context)


def _written(request: ViewerRequest, community_id: int, week: str) -> tuple[Report, Community]:
    community = access_community(request.viewer, community_id)
    known = _day(request.GET.get("known", ""))
    return write.write(request.viewer, community, read_week(week), known=known), community


def _day(text: str) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise WeiluError(_("“%(text)s” is not a day such as 2018-07-01.") % {"text": text[:40]}) from None


def _weeks(community: Community, last: int) -> tuple[Week, ...]:
    """From the week in which something last happened, back; a week that runs yet stands first."""
    newest = week_of(clock.day_of(clock.from_ms(last * 1000), zone_of(community)))
    return tuple(newest.back(n) for n in range(WEEKS_SHOWN))


def _figures(report: Report, doc: Document) -> list[dict[str, Any]]:
    """Cards as the console's `{% figure %}` shows them."""
    found = []
    for one, line in zip(report.figures, doc.figures, strict=True):
        metric = metrics.find(one.metric)
        found.append(
            {
                "label": one.label,
                "unit": one.unit,
                "value": one.value,
                "before": one.before,
                "better": one.better,
                "signed": one.metric == "net_growth",
                "href": address_of(one.question) if one.value else "",
                "before_href": address_of(one.question_before) if one.before else "",
                "definition": metric.definition if metric else "",
                "note": _("four weeks before: %(mean)s") % {"mean": line.mean},
            }
        )
    return found


def _opened(lines: Sequence[PersonLine]) -> list[tuple[PersonLine, str]]:
    """Each with the address of the messages that it counts, where it counts any."""
    return [(line, address_of(line.question) if line.question else "") for line in lines]


def _heat(report: Report) -> dict[str, Any]:
    cells = [
        {"weekday": one.weekday, "hour": one.hour, "value": one.people, "href": address_of(one.question)}
        for one in report.heat
    ]
    return {"cells": cells, "timezone": report.timezone, "unit": "people"}


def _flow(report: Report, doc: Document) -> dict[str, Any]:
    rows = [
        {"name": line.name, "value": flow.members, "href": address_of(flow.question), "share": None}
        for flow, line in zip(report.flows, doc.flows, strict=False)
    ]
    return {"rows": rows, "unit": "people"}
