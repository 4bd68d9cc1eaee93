"""A member's page, its timeline, and the events behind its figures."""

from __future__ import annotations

import datetime as dt
from itertools import groupby, pairwise
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from weilu.core import clock
from weilu.core.directory import facts
from weilu.core.directory.models import Community
from weilu.core.directory.withdrawal import ERASED as GONE
from weilu.core.errors import Unavailable
from weilu.core.numbers import number
from weilu.core.operators import rights
from weilu.core.operators.access import ViewerRequest, access_member, holds, needs
from weilu.members import when
from weilu.members.forms import choice_of
from weilu.members.models import Correction
from weilu.members.queries import person as reading
from weilu.members.queries import story as telling
from weilu.members.queries.corrections import corrections
from weilu.members.queries.merges import merges
from weilu.members.queries.person import History, Person
from weilu.members.queries.scores import Influence, best_tier, influence_of
from weilu.members.queries.story import ALL, DEEDS, MESSAGES, OTHER, PRESENCE, REACTIONS, STATES, Item
from weilu.members.standing import weighing_before
from weilu.members.tags import queries as tags
from weilu.members.value import cards as value

TAB_WORDS = {
    ALL: _("All"),
    DEEDS: _("Took part"),
    MESSAGES: _("Messages"),
    REACTIONS: _("Reactions"),
    PRESENCE: _("In and out"),
    STATES: _("States"),
    OTHER: _("Other"),
}
FACTOR_WORDS = {
    "contribution": _("Contribution"),
    "diversity": _("Diversity of answers"),
    "reach": _("Reach"),
    "presence": _("Presence"),
}
FACTOR_MEANINGS = {
    "contribution": _("messages, votes, check-ins and orders in 90 days"),
    "diversity": _("answers and mentions by different people in 90 days"),
    "reach": _("replies, mentions and reactions towards this member in 90 days"),
    "presence": _("everything this member took part in, in 90 days"),
}


@needs(rights.VIEW)
def page(request: ViewerRequest, member_id: int) -> HttpResponse:
    """The whole page; without script its tabs and pages are plain links."""
    member = access_member(request.viewer, member_id)
    if member.merged_into_id is not None:
        return redirect("members:page", member.merged_into_id)
    moment = when.asked(request.GET.dict())
    context: dict[str, Any] = {
        "member": member,
        "when": moment,
        "can_edit": request.viewer.can(rights.EDIT_MEMBERS),
        "can_erase": request.viewer.can(rights.ERASE_MEMBERS),
        "can_say_bot": moment.present and holds(request.viewer, rights.EDIT_MEMBERS, None),
    }
    try:
        one = reading.person(request.viewer, member.pk, moment, member.name)
        context |= _shown(request, one, moment) | _told(request, one, moment)
    except Unavailable:
        context["down"] = True
    return render(request, "members/page.html", context)


def _shown(request: ViewerRequest, one: Person, moment: when.When) -> dict[str, Any]:
    whole = [0] if request.viewer.communities is None else []
    scopes = [*whole, *(membership.community.pk for membership in one.memberships)]
    found = influence_of(one.id, scopes, moment, one.scores)
    scope = number(request.GET.get("scope")) if request.GET.get("scope") else None
    weighed = next((each for each in found if each.scope == scope), None) or _first(found, whole)
    return {
        "person": one,
        "tier": weighed.tier if weighed and weighed.scope == 0 else best_tier(found, one.inside),
        "influence": weighed,
        "factors": _factors(weighed),
        "weighed_next": _weighed_next(one, moment),
        "first_at": clock.from_ms(one.first * 1000),
        "last_at": clock.from_ms(one.last * 1000),
        "influences": found,
        "bar": stretches(one.history, moment.before, moment.zone),
        "steps": _steps(one.history),
        "erased": bool(one.identities) and all(each.outside.startswith(GONE) for each in one.identities),
        "chart": _chart(one, request, moment),
        "talks": reading.talks(one, moment) if "talks" in request.GET else None,
        "merges": merges(request.viewer, one.id) if moment.present else [],
        "value": value.of_member(one.id, scopes, moment) if "value" in request.GET else None,
        "tags": tags.carried(request.viewer, one.id, moment),
        "giveable": tags.usable(request.viewer) if moment.present else [],
        "traits": facts.of(each.pk for each in one.identities) if moment.present else [],
        "corrections": _corrected(one, scopes, moment),
        "simulated": any(membership.community.simulated for membership in one.memberships),
        "unseen_joining": any(not membership.joined for membership in one.memberships),
    }


def _weighed_next(one: Person, moment: when.When) -> dt.date | None:
    """The Monday on which somebody is weighed for the first time; None for who was there on the last one."""
    last = weighing_before(moment.before, moment.zone)
    monday = clock.day_of(clock.from_ms(last * 1000), moment.zone)
    return monday + dt.timedelta(days=7) if one.first >= last else None


def _factors(weighed: Influence | None) -> list[dict[str, Any]]:
    """Factors as bars: points, and how full of what is possible."""
    return [
        {
            "slug": factor.slug,
            "word": FACTOR_WORDS[factor.slug],
            "points": factor.points,
            "weight": factor.weight,
            "share": 100 * factor.points // factor.weight,
        }
        for factor in (weighed.factors if weighed else ())
    ]


def _corrected(
    one: Person, scopes: list[int], moment: when.When
) -> list[tuple[Correction, Community | None]]:
    """What had been told and later knowledge changed, each with its community; none for the whole person."""
    places = {membership.community.pk: membership.community for membership in one.memberships}
    return [(row, places.get(row.scope)) for row in corrections(one.id, scopes, moment.known)]


def _first(found: list[Influence], whole: list[int]) -> Influence | None:
    return next((each for each in found if each.scope in whole), found[0] if found else None)


def stretches(history: History, until: int, zone: str) -> list[dict[str, Any]]:
    """The history as a bar: each stretch with its state, share of the whole in per mille, first day and days."""
    if not history:
        return []
    edges = [*history, (until, "")]
    whole = max(1, until - history[0][0])
    return [
        {
            "state": state,
            "share": max(1, round(1000 * (end - begin) / whole)),
            "since": clock.day_of(clock.from_ms(begin * 1000), zone),
            "days": (end - begin) // 86_400,
        }
        for (begin, state), (end, _next) in pairwise(edges)
    ]


def _steps(history: History) -> list[str]:
    return [state for _at, state in history][-6:]


def _chart(one: Person, request: ViewerRequest, moment: when.When) -> dict[str, Any]:
    weeks = reading.weekly(one, moment)
    kept = {name: request.GET[name] for name in ("as_of", "known") if request.GET.get(name)}
    address = f"{reverse('members:page', args=[one.id])}?{urlencode({**kept, 'tab': DEEDS})}"
    points = [{"value": count, "href": f"{address}&week={week.isoformat()}#story"} for week, count in weeks]
    title = str(_("Week of %(day)s"))
    return {
        "labels": [f"{week.month}/{week.day}" for week, _count in weeks],
        "titles": [title % {"day": week.isoformat()} for week, _count in weeks],
        "series": [{"name": str(_("Took part")), "role": "now", "points": points}],
    }


@needs(rights.VIEW)
def story(request: ViewerRequest, member_id: int) -> HttpResponse:
    """A page of the timeline as a fragment; opened as a page of its own it leads to the member's page."""
    member = access_member(request.viewer, member_id)
    if "HX-Request" not in request.headers:
        return redirect(f"{reverse('members:page', args=[member.pk])}?{request.GET.urlencode()}#story")
    moment = when.asked(request.GET.dict())
    one = reading.person(request.viewer, member.pk, moment, member.name)
    template = "members/_items.html" if request.GET.get("after") else "members/_story.html"
    return render(request, template, {"person": one, "when": moment, **_told(request, one, moment)})


def _told(request: ViewerRequest, one: Person, moment: when.When) -> dict[str, Any]:
    choice = choice_of(request.GET.dict())
    page = telling.story(request.viewer, one, moment, choice)
    kept = {
        name: request.GET[name] for name in ("as_of", "known", "in", "week", "tab") if request.GET.get(name)
    }
    tabs = [(tab, word, urlencode({**kept, "tab": tab})) for tab, word in TAB_WORDS.items()]
    return {
        "choice": choice,
        "days": by_day(page.items, moment.zone),
        "more": urlencode({**kept, "after": page.next}) if page.next else "",
        "tabs": tabs,
        "place": next((m.community for m in one.memberships if m.community.pk == choice.community), None),
    }


def by_day(items: list[Item], zone: str) -> list[tuple[dt.date, list[Item]]]:
    """Lines under the day on which they happened, in the zone of the page."""
    grouped = groupby(items, key=lambda item: clock.day_of(clock.from_ms(item.at), zone))
    return [(day, list(some)) for day, some in grouped]


@needs(rights.VIEW)
def talks(request: ViewerRequest, member_id: int) -> HttpResponse:
    """With whom the member talks: a fragment, fetched when seen, since it looks through whole communities."""
    member = access_member(request.viewer, member_id)
    moment = when.asked(request.GET.dict())
    one = reading.person(request.viewer, member.pk, moment, member.name)
    context = {"person": one, "when": moment, "talks": reading.talks(one, moment)}
    return render(request, "members/_talks.html", context)


@needs(rights.VIEW)
def behind(request: ViewerRequest, member_id: int, scope: int, factor: str) -> HttpResponse:
    """The events that one factor of influence was made from."""
    member = access_member(request.viewer, member_id)
    moment = when.asked(request.GET.dict())
    one = reading.person(request.viewer, member.pk, moment, member.name)
    found = telling.behind(request.viewer, one, scope, factor, moment, number(request.GET.get("page")) or 1)
    context = {"person": one, "when": moment, "found": found, "days": by_day(found.items, moment.zone)}
    context |= {"title": FACTOR_WORDS[factor], "meaning": FACTOR_MEANINGS[factor]}
    return render(request, "members/behind.html", context)


@needs(rights.VIEW)
def between(request: ViewerRequest, member_id: int, other_id: int) -> HttpResponse:
    """The messages in which the other member answered or mentioned this one."""
    member, other = (access_member(request.viewer, number_) for number_ in (member_id, other_id))
    moment = when.asked(request.GET.dict())
    one, them = (reading.person(request.viewer, each.pk, moment, each.name) for each in (member, other))
    found = telling.between(request.viewer, one, them, moment, number(request.GET.get("page")) or 1)
    title = _("%(other)s to %(name)s") % {"other": them.name, "name": one.name}
    context = {"person": one, "when": moment, "found": found, "days": by_day(found.items, moment.zone)}
    context |= {"title": title, "meaning": _("answers and mentions")}
    return render(request, "members/behind.html", context)
