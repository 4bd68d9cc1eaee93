"""How does a goal come, change and end? The only writers of this room."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from weilu.communities.tasks.queries import hands
from weilu.core import clock, metrics, typed
from weilu.core.directory.forgetting import forget_in
from weilu.core.directory.models import Community
from weilu.core.errors import Conflict, Forbidden, WeiluError
from weilu.core.operators import audit, rights
from weilu.core.operators.access import Viewer, access_community, demand, missing
from weilu.goals import queries, rules
from weilu.goals.models import Closing, KeyResult, Objective
from weilu.members.segments import leaf as segments

MOST_RESULTS = 8
LONGEST = dt.timedelta(days=3 * 366)
AUDIT_WORDS = {
    "goal.set": _("Set a goal"),
    "goal.changed": _("Changed a goal"),
    "goal.closed": _("Closed a goal"),
    "goal.reopened": _("Opened a goal again"),
    "goal.removed": _("Removed a goal"),
    "key_result.added": _("Added a key result"),
    "key_result.changed": _("Changed a key result’s target"),
    "key_result.removed": _("Removed a key result"),
}


@dataclass(frozen=True, slots=True)
class Result:
    """A key result to be. `baseline` None: it is read from history."""

    metric: str
    target: float
    aim: str = rules.LEVEL
    baseline: float | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What a goal is to be. `community` None: the whole brand."""

    title: str
    owner: int
    first: dt.date
    last: dt.date
    community: int | None = None
    segment: int | None = None


def set_goal(viewer: Viewer, wish: Wish, results: Sequence[Result] = ()) -> Objective:
    """With its key results, whose baselines are frozen now. Raises WeiluError that names the field, Forbidden, NotFound,
    Unavailable (the history cannot be read)."""
    community = _check(viewer, wish)
    frozen = [_frozen(viewer, one, wish.first, community, wish.segment) for one in results]
    with transaction.atomic():
        row = Objective.objects.create(
            created_by_id=viewer.operator_id or None, created_at=clock.now(), **_fields(wish)
        )
        audit.record(viewer, "goal.set", ("goal", row.pk), **_audited(row))
        for one in frozen:
            _add(viewer, row, one)
    return queries.access_objective(viewer, row.pk)


def change(viewer: Viewer, number: int, wish: Wish) -> Objective:
    """Title, owner, days. The place stays: baselines were frozen there; so does the first day once there are key results. Conflict
    also where the goal is closed."""
    row = _open(viewer, number)
    _check(viewer, wish)
    if (wish.community, wish.segment) != (row.community_id, row.segment):
        raise Conflict(_("A goal stays where it was set. Set a new one elsewhere."))
    if wish.first != row.first and row.results.exists():
        raise Conflict(_("The baseline was frozen for this first day. Only the last day can be moved."))
    with transaction.atomic():
        Objective.objects.filter(pk=row.pk).update(**_fields(wish))
        row = queries.access_objective(viewer, number)
        audit.record(viewer, "goal.changed", ("goal", row.pk), **_audited(row))
    return row


def add_result(viewer: Viewer, number: int, result: Result) -> KeyResult:
    """Conflict where the goal is closed, full, or has this figure already."""
    row = _open(viewer, number)
    frozen = _frozen(viewer, result, row.first, row.community, row.segment)
    with transaction.atomic():
        Objective.objects.select_for_update().get(pk=row.pk)
        return _add(viewer, row, frozen)


def retarget(viewer: Viewer, number: int, result: int, target: float) -> KeyResult:
    """Another target; the baseline stays frozen, the trail keeps both targets. Conflict where the goal is closed."""
    row = _result(viewer, number, result)
    _check_target(row.metric, row.aim, target, row.baseline)
    with transaction.atomic():
        audit.record(
            viewer, "key_result.changed", ("goal", number), result=row.pk, was=row.target, now=target
        )
        KeyResult.objects.filter(pk=row.pk).update(target=target)
    row.refresh_from_db()
    return row


def remove_result(viewer: Viewer, number: int, result: int) -> None:
    """Conflict where the goal is closed."""
    row = _result(viewer, number, result)
    with transaction.atomic():
        audit.record(viewer, "key_result.removed", ("goal", number), metric=row.metric, target=row.target)
        row.delete()


def close(viewer: Viewer, number: int, why: str) -> Objective:
    """Finished or given up; its figures stand still. A second time changes nothing."""
    row = queries.access_objective(viewer, number, change=True)
    if why not in Closing.values:
        raise WeiluError(_("A goal is closed as finished or as given up."), field="body.closing")
    with transaction.atomic():
        if Objective.objects.filter(pk=row.pk, closed_at=None).update(closed_at=clock.now(), closing=why):
            audit.record(viewer, "goal.closed", ("goal", row.pk), closing=why)
    return queries.access_objective(viewer, number)


def reopen(viewer: Viewer, number: int) -> Objective:
    row = queries.access_objective(viewer, number, change=True)
    with transaction.atomic():
        closed = Objective.objects.filter(pk=row.pk).exclude(closed_at=None)
        if closed.update(closed_at=None, closing=""):
            audit.record(viewer, "goal.reopened", ("goal", row.pk))
    return queries.access_objective(viewer, number)


def remove(viewer: Viewer, number: int) -> None:
    """With its key results."""
    row = queries.access_objective(viewer, number, change=True)
    with transaction.atomic():
        audit.record(viewer, "goal.removed", ("goal", row.pk))
        row.delete()


def forget_person(identity: int) -> None:
    """Somebody is erased: titles that call them by name lose it. Safe to run twice."""
    forget_in(Objective.objects.all(), "title", identity)


# checks -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Frozen:
    result: Result
    baseline: float
    weeks: int
    position: int


def _check(viewer: Viewer, wish: Wish) -> Community | None:
    demand(viewer, rights.GOALS)
    community = None
    if wish.community is not None:
        community = access_community(viewer, wish.community, rights.GOALS)
    elif not queries.may(viewer, None):
        raise Forbidden(_("A goal for the whole brand needs the right for all communities."))
    if wish.segment is not None:
        segments.access_for(viewer, wish.segment, wish.community)
    if not wish.title.strip():
        raise WeiluError(_("Say what is to be reached."), field="body.title")
    if not dt.date(2000, 1, 1) <= wish.first < wish.last <= dt.date(2100, 1, 1):
        raise WeiluError(_("The last day must come after the first."), field="body.last")
    if wish.last - wish.first > LONGEST:
        raise WeiluError(_("A goal lasts three years at most."), field="body.last")
    if wish.owner not in {one.pk for one in hands(wish.community)}:
        raise WeiluError(_("The owner does not see what the goal is about."), field="body.owner")
    return community


def _check_target(metric: str, aim: str, target: float, baseline: float | None) -> None:
    found = metrics.find(metric)
    if found is None:
        raise WeiluError(_("There is no metric “%(slug)s”.") % {"slug": metric}, field="body.metric")
    if aim not in rules.AIMS:
        raise WeiluError(_("A key result is a level or a total."), field="body.aim")
    if aim == rules.TOTAL and found.total != metrics.SUM:
        raise WeiluError(
            _("“%(metric)s” cannot be added up over days. Aim for a level instead.")
            % {"metric": found.label},
            field="body.aim",
        )
    if not isfinite(target) or abs(target) > 1e15 or (aim == rules.TOTAL and target <= 0):
        raise WeiluError(_("The target must be a number, and a total above zero."), field="body.target")
    if aim == rules.LEVEL and baseline is not None and target == baseline:
        raise WeiluError(_("The target is where it stands already. Choose another."), field="body.target")


def _frozen(
    viewer: Viewer, result: Result, first: dt.date, community: Community | None, segment: int | None
) -> _Frozen:
    _check_target(result.metric, result.aim, result.target, result.baseline)
    if result.baseline is not None:
        if not isfinite(result.baseline) or abs(result.baseline) > 1e15:
            raise WeiluError(_("The baseline must be a number."), field="body.baseline")
        return _Frozen(result, result.baseline, 0, 0)
    weeks, position = queries.history(result.metric, first, community, viewer, segment)
    found = rules.baseline(weeks)
    if found is None:
        raise WeiluError(
            _("There is no history to start from. Give the baseline by hand."), field="body.baseline"
        )
    _check_target(result.metric, result.aim, result.target, found[0])
    return _Frozen(result, found[0], found[1], position)


def _add(viewer: Viewer, row: Objective, frozen: _Frozen) -> KeyResult:
    result = frozen.result
    there = KeyResult.objects.filter(objective=row)
    if there.count() >= MOST_RESULTS:
        raise Conflict(_("A goal has %(n)d key results at most.") % {"n": MOST_RESULTS})
    if there.filter(metric=result.metric, aim=result.aim).exists():
        raise Conflict(_("This goal has a key result for this figure already."))
    made = KeyResult.objects.create(
        objective=row, metric=result.metric, aim=result.aim, target=result.target, baseline=frozen.baseline,
        baseline_weeks=frozen.weeks, known=frozen.position, created_at=clock.now(),
    )  # fmt: skip
    audit.record(
        viewer, "key_result.added", ("goal", row.pk), metric=result.metric, aim=result.aim, target=result.target,
        baseline=frozen.baseline,
    )  # fmt: skip
    return made


def _open(viewer: Viewer, number: int) -> Objective:
    """To be changed: what is closed stands as it ended."""
    row = queries.access_objective(viewer, number, change=True)
    if row.closed_at is not None:
        raise Conflict(_("This goal is closed. Open it again first."))
    return row


def _result(viewer: Viewer, number: int, result: int) -> KeyResult:
    row = _open(viewer, number)
    found = row.results.filter(pk=result).select_related("objective").first()
    if found is None:
        raise missing()
    return found


def _fields(wish: Wish) -> dict[str, object]:
    return {
        "title": typed.name(wish.title, 200),
        "community_id": wish.community,
        "segment": wish.segment,
        "owner_id": wish.owner,
        "first": wish.first,
        "last": wish.last,
    }


def _audited(row: Objective) -> dict[str, str | int | None]:
    days = {"first": row.first.isoformat(), "last": row.last.isoformat()}
    return {"community": row.community_id, "segment": row.segment, "owner": row.owner_id, **days}
