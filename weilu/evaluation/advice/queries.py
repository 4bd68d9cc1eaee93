"""What is advised now, what was decided on advice, and did it help?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import translation

from weilu.communities import panels
from weilu.communities.queries import asking
from weilu.communities.spans import Span
from weilu.core import clock
from weilu.core.directory import queries as directory
from weilu.core.directory.models import Community
from weilu.core.directory.queries import brand_zone, zone_of
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer, missing
from weilu.core.warehouse import questions
from weilu.evaluation.advice import effects, gather, rules
from weilu.evaluation.advice.effects import Effect
from weilu.evaluation.advice.models import Decided, Verdict
from weilu.evaluation.advice.shapes import Advice, Facts, Rule
from weilu.evaluation.diagnosis import queries as diagnosis


def advised(viewer: Viewer, communities: Sequence[Community], at: Span) -> dict[int, list[Advice]]:
    """Community → what is advised there and not known already, the strongest first. Raises Unavailable."""
    ids = [one.pk for one in communities]
    about = ("advice", tuple(ids), at, diagnosis.decided())
    with translation.override("en"):  # facts hold no words: read once for the readers of all languages
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
    """As `came_of`, of one."""
    return came_of(viewer, [row])[row.pk]


def came_of(viewer: Viewer, rows: Sequence[Decided]) -> dict[int, Effect | None]:
    """By number what came of each, asked of what is known now, in one round of questions. None for what was turned down, whose
    rule is gone, and whose figure cannot be asked any more. Raises Unavailable."""
    brand, now = brand_zone(), clock.now()
    followed = [(row, rule) for row in rows if (rule := _followed(row)) is not None]
    zones = {row.pk: zone_of(row.community, brand) for row, _rule in followed}
    over = [(row, rule) for row, rule in followed if clock.day_of(now, zones[row.pk]) > row.last]
    today = _today([one for row, _rule in over for one in (*row.meant, *row.held)])
    asked = {row.pk: _asked(row, rule, zones[row.pk], today) for row, rule in over}
    flat = [question for several in asked.values() for question in several]
    answers = iter(questions.ask_each(flat, viewer, seconds=asking.PATIENCE) if flat else ())
    found: dict[int, Effect | None] = dict.fromkeys(row.pk for row in rows)
    found |= {row.pk: Effect(effects.RUNNING, len(row.meant), held=len(row.held)) for row, _rule in followed}
    for row, rule in over:
        told = [next(answers) for _question in asked[row.pk]]
        known = [one for one in told if one is not None]
        found[row.pk] = _effect(row, rule, today, known) if len(known) == len(told) else None
    return found


def _followed(row: Decided) -> Rule | None:
    """The rule by which it is measured; None where it is not."""
    return None if row.verdict == Verdict.DISMISSED else rules.rule(row.rule)


def _today(ids: Sequence[int]) -> Mapping[int, int]:
    """Who they are today: merged people count once."""
    return directory.survivors(ids) if ids else {}


def _people(ids: Sequence[int], today: Mapping[int, int]) -> list[int]:
    return sorted({today[one] for one in ids if one in today})


def _asked(row: Decided, rule: Rule, zone: str, today: Mapping[int, int]) -> list[dict[str, Any]]:
    """Of people: those of each side who met the outcome. Of a figure: before and after."""
    if rule.people:
        sides = (_people(row.meant, today), _people(row.held, today))
        return [_met(row, rule, zone, people) for people in sides if people]
    days = dt.timedelta(days=(row.last - row.first).days + 1)
    spans = (Span(row.first - days, row.last - days, zone), Span(row.first, row.last, zone))
    places = [row.community_id]
    if rule.metric == rules.EVENINGS:
        return [asking.heatmap("message.sent", one, places) for one in spans]
    if rule.metric == rules.OPENED:
        return [gather.opened_of_type(row.community_id, one) for one in spans]
    return [asking.trend(rule.metric, one, places) for one in spans]


def _met(row: Decided, rule: Rule, zone: str, people: Sequence[int]) -> dict[str, Any]:
    outcome = {**rule.outcome, "from": row.first.isoformat(), "to": row.last.isoformat()}
    return {
        "kind": "segment",
        "rule": {"and": [{"members": list(people)}, outcome]},
        "communities": [row.community_id],
        "timezone": zone,
    }


def _effect(
    row: Decided, rule: Rule, today: Mapping[int, int], answers: Sequence[questions.Answer]
) -> Effect:
    if not rule.people:
        before, after = (_figure(row, rule, one) for one in answers)
        return Effect(effects.BEFORE_AFTER, before=before, after=after)
    told = (int(one.rows[0][0]) for one in answers)
    meant, held = (_people(ids, today) for ids in (row.meant, row.held))
    return effects.against(len(meant), next(told) if meant else 0, len(held), next(told) if held else 0)


def _figure(row: Decided, rule: Rule, answer: questions.Answer) -> effects.Number | None:
    if rule.metric == rules.OPENED:
        opening = gather.by_type(answer).get(str(row.numbers.get("type")))
        return None if opening is None or opening.rate is None else 100 * opening.rate
    if rule.metric == rules.EVENINGS:
        return sum(int(count) for _weekday, hour, count in answer.rows if hour in rules.EVENING)
    value: effects.Number | None = answer.rows[0][-1]
    return value
