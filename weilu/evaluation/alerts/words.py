"""How is a rule, an alert or a verdict said to an operator?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from weilu.core import metrics
from weilu.core.directory.queries import zone_of
from weilu.core.mail.composing import Words
from weilu.core.mail.models import Letter
from weilu.core.operators.access import Viewer, viewer_of
from weilu.evaluation.alerts import queries, raising, rules
from weilu.evaluation.alerts.models import Alert, AlertRule
from weilu.evaluation.reports import wording
from weilu.members.segments import leaf as segments
from weilu.members.segments.models import Segment
from weilu.members.segments.uses import User

Text = str | Promise
Names = Mapping[int | None, str]
KINDS: Mapping[str, Text] = {
    rules.THRESHOLD: gettext_lazy("A fixed limit"),
    rules.RELATIVE: gettext_lazy("A change in per cent"),
    rules.ANOMALY: gettext_lazy("Unusual for the weekday"),
}
DIRECTIONS: Mapping[str, Text] = {
    rules.ABOVE: gettext_lazy("upwards"),
    rules.BELOW: gettext_lazy("downwards"),
    rules.EITHER: gettext_lazy("either way"),
}
SIZES: Mapping[str, Text] = {rules.DAY: gettext_lazy("each day"), rules.WEEK: gettext_lazy("each week")}
AGAINST: Mapping[str, Text] = {
    rules.BEFORE: gettext_lazy("the day or week before"),
    rules.SAME_WEEKDAY: gettext_lazy("the same weekday a week before"),
    rules.MEAN: gettext_lazy("the mean of the four weeks before"),
}
VERDICTS: Mapping[str, Text] = {
    "": gettext_lazy("not judged yet"),
    rules.OK: gettext_lazy("within bounds"),
    rules.OFF: gettext_lazy("out of bounds"),
    rules.NO_VALUE: gettext_lazy("the figure has no value"),
    rules.LITTLE_HISTORY: gettext_lazy("too little history to compare with"),
    rules.NO_BASE: gettext_lazy("nothing to compare with: it was zero or less before"),
    "late": gettext_lazy("waits until all events are in the figures"),
    "broken": gettext_lazy("the figure cannot be asked any more"),
    "no_metric": gettext_lazy("this metric does not exist any more"),
}
METHOD = gettext_lazy(
    "Expected: a Theil–Sen line through the eight weeks before (by week: 26 weeks) plus the median by weekday of what lies off it. "
    "Bounds: so many robust standard deviations (1.4826 × MAD of what remains) around it, at least chance: the root of the "
    "expected count, two points of a share, a tenth of anything else."
)  # fmt: skip


def names_of(several: Iterable[AlertRule]) -> Names:
    """What the segments of these rules are called, looked up once for `place` and `alert`."""
    return segments.all_called(one.segment for one in several)


def place(rule: AlertRule, names: Names | None = None) -> str:
    where = str(rule.community) if rule.community else _("The whole brand")
    names = names_of([rule]) if names is None else names
    return f"{where} · {names[rule.segment]}" if rule.segment else where


def rule(row: AlertRule) -> str:
    """What is watched: "Active members by day, more than 30% below the mean of the four weeks before"."""
    return _("%(metric)s %(each)s: %(bound)s") % {
        "metric": metrics.label(row.metric),
        "each": SIZES[row.size],
        "bound": bound(row.condition, metrics.unit(row.metric)),
    }


def narrowed(viewer: Viewer, segment: Segment) -> list[User]:
    """Rules that watch only those who are in a segment, for its list of what uses it."""
    return [
        User(rule(row), _address(viewer, row)) for row in queries.rules_of(viewer).filter(segment=segment.pk)
    ]


def _address(viewer: Viewer, row: AlertRule) -> str:
    if queries.may(viewer, row.community_id):
        return reverse("alerts:edit", args=[row.pk])
    return reverse("alerts:rules")


def bound(condition: rules.Condition, of: str) -> str:
    """The condition alone: "below 40"."""
    if condition.kind == rules.THRESHOLD:
        sentence = _("above %(limit)s") if condition.direction == rules.ABOVE else _("below %(limit)s")
        return sentence % {"limit": wording.quantity(condition.limit, of)}
    if condition.kind == rules.RELATIVE:
        sentence = {
            rules.ABOVE: _("more than %(limit)s above %(base)s"),
            rules.BELOW: _("more than %(limit)s below %(base)s"),
            rules.EITHER: _("more than %(limit)s off %(base)s"),
        }[condition.direction]
        return sentence % {"limit": f"{wording.number(condition.limit)}%", "base": base(condition)}
    sentence = {
        rules.ABOVE: _("unusually high (%(limit)s σ)"),
        rules.BELOW: _("unusually low (%(limit)s σ)"),
        rules.EITHER: _("unusual (%(limit)s σ)"),
    }[condition.direction]
    return sentence % {"limit": wording.number(condition.limit)}


def base(condition: rules.Condition) -> str:
    """What a change is measured against."""
    if condition.against == rules.BEFORE:
        return _("the day before") if condition.size == rules.DAY else _("the week before")
    return str(AGAINST[condition.against])


def alert(row: Alert, names: Names | None = None) -> str:
    """What happened, as an operator would say it."""
    told = {
        "metric": metrics.label(row.rule.metric),
        "place": place(row.rule, names),
        "value": wording.quantity(row.value, metrics.unit(row.rule.metric)),
    }
    high = row.high is not None and row.value > row.high
    if row.rule.community is None and row.rule.segment is None:
        sentence = (
            _("%(metric)s of the whole brand too high: %(value)s")
            if high
            else _("%(metric)s of the whole brand too low: %(value)s")
        )
    else:
        sentence = (
            _("%(metric)s too high in %(place)s: %(value)s")
            if high
            else _("%(metric)s too low in %(place)s: %(value)s")
        )
    return sentence % told


def evidence(row: Alert) -> str:
    """When, and against what."""
    condition = rules.Condition(**row.condition)
    of = metrics.unit(row.rule.metric)
    when = (
        wording.day(row.day)
        if condition.size == rules.DAY
        else _("week of %(day)s") % {"day": wording.day(row.day)}
    )
    if row.running:
        when = _("%(when)s, so far") % {"when": when}
    parts = [when, bound(condition, of)]
    if condition.kind != rules.THRESHOLD and row.expected is not None:
        parts.append(
            _("expected %(value)s") % {"value": wording.quantity(metrics.rounded(row.expected, of), of)}
        )
    if row.silent_since:
        parts.append(_("nothing has come in since %(moment)s: is the connection alive?")
                     % {"moment": moment(row.silent_since, row.rule)})  # fmt: skip
    return " · ".join(parts)


def moment(at: dt.datetime, of: AlertRule) -> str:
    return wording.moment(int(at.timestamp()), zone_of(of.community))


def letter(one: Letter) -> Words | None:
    """The letter about an alert. Nothing where it is over before it was sent, or its reader no longer sees the scope."""
    row = Alert.objects.filter(pk=one.ref).select_related("rule__community").first()
    if row is None or row.closed_at is not None:
        return None
    viewer = viewer_of(one.operator)
    if not queries.alerts(viewer).filter(pk=row.pk).exists():
        return None
    text = "\n".join(
        (alert(row), evidence(row), "", _("It is judged by the rule: %(rule)s") % {"rule": rule(row.rule)})
    )
    return Words(_("Alert: %(what)s") % {"what": alert(row)}, text, raising.path(row.pk))


def chart(look: queries.Look, day: dt.date | None = None) -> dict[str, object]:
    """The figure as a line with its bounds dashed; where the stretch out of bounds of that day (or the last one) begins is marked."""
    begun = _begun(look.verdicts, look.days.index(day) if day in look.days else None)
    floor = None if any((value or 0) < 0 for value in look.series.values) else 0.0
    of = look.series.unit
    lines: list[dict[str, object]] = [
        {"name": _("Actual value"), "points": [_point(look, at) for at in range(len(look.days))]}
    ]
    for name, which in ((_("Upper bound"), "high"), (_("Lower bound"), "low")):
        points = [_bound(getattr(one, which), floor, of) for one in look.verdicts]
        if any(one is not None for one in points):
            lines.append({"name": name, "role": "before", "points": points})
    return {
        "labels": [f"{day.month}/{day.day}" for day in look.days],
        "titles": [wording.day(day) for day in look.days],
        "unit": of,
        "series": lines,
        "markers": [{"at": begun, "text": _("out of bounds"), "href": look.hrefs[begun]}]
        if begun is not None
        else [],
    }


def _begun(verdicts: Sequence[rules.Verdict], at: int | None) -> int | None:
    """Where the stretch out of bounds begins in which a place lies; without one, the last there is."""
    off = [one.off for one in verdicts]
    last = at if at is not None else max((place for place, is_off in enumerate(off) if is_off), default=None)
    if last is None or not off[last]:
        return None
    while last and off[last - 1]:
        last -= 1
    return last


def _point(look: queries.Look, at: int) -> dict[str, object]:
    return {"value": look.series.values[at - len(look.days)], "href": look.hrefs[at]}


def _bound(value: float | None, floor: float | None, of: str) -> float | None:
    if value is None:
        return None
    return metrics.rounded(value if floor is None else max(value, floor), of)
