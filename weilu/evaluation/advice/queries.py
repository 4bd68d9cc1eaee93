"""What is advised now, what was decided on advice, and did it help?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from weilu.communities import panels
from weilu.communities.queries import asking
from weilu.communities.spans import Span
from weilu.core import clock
from weilu.core.directory import queries as directory
from weilu.core.directory.models import Community
from weilu.core.directory.queries import zone_of
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer, missing
from weilu.core.warehouse import questions
from weilu.evaluation.advice import effects, gather, rules
from weilu.evaluation.advice.effects import Effect
from weilu.evaluation.advice.models import Decided, Verdict
from weilu.evaluation.advice.shapes import Advice, Facts, Rule
from weilu.evaluation.diagnosis import queries as diagnosis

EVENING = "evening"
"""In place of a metric: messages from 18 to 24."""


def advised(viewer: Viewer, communities: Sequence[Community], at: Span) -> dict[int, list[Advice]]:
    """Community → what is advised there and not known already, the strongest first. Raises Unavailable."""
    ids = [one.pk for one in communities]
    about = ("advice", tuple(ids), at, diagnosis.decided())
    found: Mapping[int, Facts] = panels.remembered(
        viewer, about, lambda: gather.read(viewer, communities, at)
    )
    known = quiet(ids)
    return {one: [each for each in rules.advise(found[one]) if (one, each.rule) not in known] for one in ids}


def find(viewer: Viewer, community: Community, rule: str, at: Span) -> Advice | None:
    """A piece of advice that stands now."""
    found = advised(viewer, [community], at)[community.pk]
    return next((one for one in found if one.rule == rule), None)


def quiet(communities: Sequence[int]) -> set[tuple[int, str]]:
    """(community, rule) of what somebody decided on lately: it is known already."""
    rows = Decided.objects.filter(community__in=list(communities), quiet_until__gt=clock.now())
    return set(rows.values_list("community_id", "rule"))


def stamp(community: int) -> object:
    """Differs when something was decided on advice for a community, or a decision's silence has ended."""
    newest = Decided.objects.filter(community=community).order_by("-pk").values_list("pk", flat=True).first()
    return newest, sorted(quiet([community])), diagnosis.decided()


def decided(viewer: Viewer) -> QuerySet[Decided]:
    """What was decided in communities that one sees, the newest first."""
    rows = Decided.objects.select_related("community", "by").order_by("-at", "-pk")
    if not viewer.can(rights.VIEW):
        return rows.none()
    return rows if viewer.communities is None else rows.filter(community__in=viewer.communities)


def access_decided(viewer: Viewer, number: int) -> Decided:
    row = decided(viewer).filter(pk=number).first()
    if row is None:
        raise missing()
    return row


# who is left out ----------------------------------------------------------------------------------------------------


def lot(community: int, rule: str, first: dt.date) -> dict[str, Any]:
    """The condition by which some are left out: the same people however often it is asked."""
    return {"random": {"percent": effects.HELD_PERCENT, "seed": f"advice {community} {rule} {first}"}}


def first_day(community: Community) -> dt.date:
    """From which day on an effect counts of what is decided today."""
    return clock.day_of(clock.now(), zone_of(community)) + dt.timedelta(days=1)


def drawn(viewer: Viewer, community: Community, advice: Advice) -> tuple[int, ...]:
    """Whom the lot leaves out today; nobody where they are too few to tell anything by it."""
    found = rules.rule(advice.rule)
    if found is None or not found.people or not effects.holds_out(len(advice.members)):
        return ()
    by_lot = lot(community.pk, advice.rule, first_day(community))
    asked = {
        "kind": "segment",
        "rule": {"and": [{"members": list(advice.members)}, by_lot]},
        "communities": [community.pk],
    }
    return tuple(questions.behind(asked, viewer, seconds=asking.PATIENCE).ids)


# did it help? -------------------------------------------------------------------------------------------------------


def effect(viewer: Viewer, row: Decided) -> Effect | None:
    """What came of it, asked of what is known now; None for what was turned down or whose rule is gone. Raises Unavailable."""
    rule = rules.rule(row.rule)
    if rule is None or row.verdict == Verdict.DISMISSED:
        return None
    if clock.day_of(clock.now(), zone_of(row.community)) <= row.last:
        return Effect(effects.RUNNING, len(row.meant), held=len(row.held))
    if rule.people:
        meant, held = _people(row.meant), _people(row.held)
        return effects.against(
            len(meant), _met(viewer, row, rule, meant), len(held), _met(viewer, row, rule, held)
        )
    days = (row.last - row.first).days + 1
    before = _figure(viewer, row, rule, row.first - dt.timedelta(days=days), row.first - dt.timedelta(days=1))
    after = _figure(viewer, row, rule, row.first, row.last)
    return Effect(effects.BEFORE_AFTER, before=before, after=after)


def _people(ids: Sequence[int]) -> list[int]:
    """Who they are today: merged people count once."""
    return sorted(set(directory.survivors(ids).values())) if ids else []


def _met(viewer: Viewer, row: Decided, rule: Rule, people: Sequence[int]) -> int:
    if not people:
        return 0
    outcome = {**rule.outcome, "from": row.first.isoformat(), "to": row.last.isoformat()}
    asked = {
        "kind": "segment",
        "rule": {"and": [{"members": list(people)}, outcome]},
        "communities": [row.community_id],
        "timezone": zone_of(row.community),
    }
    return int(questions.ask(asked, viewer, seconds=asking.PATIENCE).rows[0][0])


def _figure(viewer: Viewer, row: Decided, rule: Rule, first: dt.date, last: dt.date) -> effects.Number | None:
    span = Span(first, last, zone_of(row.community))
    if rule.metric != EVENING:
        asked = asking.trend(rule.metric, span, [row.community_id])
        value: effects.Number | None = questions.ask(asked, viewer, seconds=asking.PATIENCE).rows[0][-1]
        return value
    cells = questions.ask(
        asking.heatmap("message.sent", span, [row.community_id]), viewer, seconds=asking.PATIENCE
    ).rows
    return sum(int(count) for _weekday, hour, count in cells if hour in rules.EVENING)
