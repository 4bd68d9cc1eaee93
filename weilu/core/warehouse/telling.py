"""Do the events that a question is about tell what it asks of them?"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from weilu.core.warehouse import attributions, funnels, names, paths
from weilu.core.warehouse.attributions import Attribution
from weilu.core.warehouse.formulas import Named
from weilu.core.warehouse.funnels import Funnel
from weilu.core.warehouse.paths import Paths
from weilu.core.warehouse.question import INVITER, PROPERTY, VERSUS, Question, Refused, Way
from weilu.core.warehouse.retentions import Retention
from weilu.core.warehouse.steps import properties_of

JOINED = "member.joined"


def known_properties(question: Question, communities: Sequence[int]) -> None:
    """Raises Refused for a way that cannot be gone, or that asks for what no event has."""
    named = question.formula.measures if question.formula else ()
    subjects: list[Question | Named] = [*named, question]
    for one in subjects:
        for name in properties_of(one.where):
            names.must_have(one.event, name, communities)
    if question.way is None:
        _told_by_events(question, subjects, communities)
        return
    way = question.way
    if sentence := _problem(way, question.breakdown):
        raise Refused(sentence)
    for step in way.looked_up:
        for name in step.properties:
            names.must_have(step.event, name, communities)
    if isinstance(way, Attribution):
        for event, name in attributions.properties(way):
            names.must_have(event, name, communities)
    if question.trait:
        names.must_have(way.looked_up[0].event, question.trait, communities)


def _told_by_events(
    question: Question, subjects: Sequence[Question | Named], communities: Sequence[int]
) -> None:
    """Raises Refused where what is counted does not tell the part that it is broken down by."""
    events, counted = [one.event for one in subjects if one.event], any(one.metric for one in subjects)
    if question.breakdown == INVITER and (counted or set(events) != {JOINED}):
        raise Refused(_("Who brought somebody is told by joining alone: ask for the event “member.joined”."))
    if question.breakdown == PROPERTY and counted:
        raise Refused(
            _("A metric has no properties. Ask for an event by its name, or break down by something else.")
        )
    if question.breakdown == PROPERTY:
        names.one_must_have(events, question.trait, communities)


def _problem(way: Way, breakdown: str | None) -> str:
    if isinstance(way, Funnel):
        return funnels.problem(way)
    if isinstance(way, Attribution):
        return attributions.problem(way)
    if isinstance(way, Retention) and way.versus and breakdown != VERSUS:
        return _("“versus” parts the cohorts already: leave out “breakdown”.")
    return paths.problem(way) if isinstance(way, Paths) else ""
