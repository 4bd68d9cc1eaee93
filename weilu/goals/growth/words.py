"""How are the stages of growth said to an operator, and drawn?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from weilu.connectors.events import REACH_COUNTED
from weilu.core import metrics
from weilu.core.events import kinds
from weilu.core.warehouse.links import behind
from weilu.core.warehouse.measures import Sums
from weilu.goals.growth import rules
from weilu.goals.growth.queries import Picture, Row

Text = str | Promise
STAGES: Mapping[str, Text] = {
    rules.EXPOSURE: gettext_lazy("Exposure"),
    rules.INTEREST: gettext_lazy("Interest"),
    rules.ACTION: pgettext_lazy("stage of growth", "Action"),
    rules.RETENTION: pgettext_lazy("stage of growth", "Retention"),
    rules.CONVERSION: pgettext_lazy("stage of growth", "Conversion"),
}
FULL, WIDEST = 80, 125
"""Where the target stands on a bar, and up to how much of it a bar is drawn; both per cent."""


def source_word(stage: rules.Stage) -> str:
    """What a stage counts."""
    if not stage.measure:
        return metrics.label(stage.source)
    told = str(kinds.label_of(stage.source))
    return _("members: %(event)s") % {"event": told} if stage.measure == rules.MEMBERS else told


def rows(picture: Picture) -> list[dict[str, Any]]:
    found = []
    for at, row in enumerate(picture.rows):
        one = row.judged
        metric = None if one.stage.measure else metrics.find(one.stage.source)
        found.append(
            {
                "one": one,
                "word": STAGES[one.stage.slug],
                "source": source_word(one.stage),
                "definition": metric.definition if metric else "",
                "unit": metric.unit if metric else metrics.EVENTS,
                "better": metric.better if metric else metrics.UP,
                "value": one.figure.now,
                "before": None if one.open else one.figure.before,
                "href": behind(row.question) if row.question and one.figure.now else "",
                "before_href": behind(row.before) if row.before and one.figure.before else "",
                "channels": _channels(row, metric),
                "base": STAGES[rules.STAGES[at - 1]] if at else "",
                "share": share(one.rate),
                "share_before": share(one.rate_before),
                "target": share(one.stage.rate),
                "tone": tone(one),
                "due": None if one.due is None else rules.whole(one.due),
                "bars": _bars(one),
            }
        )
    return found


def tone(one: rules.Judged) -> str:
    if one.reached is None:
        return "churned"
    return "good" if one.reached >= 1 else "warn" if one.reached >= 0.8 else "bad"


def _bars(one: rules.Judged) -> list[dict[str, Any]]:
    """One for each target that can be judged: how much of it is reached."""
    told = ((rules.RATE, one.rate_reached), (rules.COUNT, one.count_reached))
    return [
        {"by": by, "reached": reached, "width": round(min(reached * 100, WIDEST) * FULL / 100, 1), "tick": FULL}
        for by, reached in told
        if reached is not None
    ]  # fmt: skip


def _channels(row: Row, metric: metrics.Metric | None) -> str:
    """Where a count of public reach is shown by its channels."""
    measure = metric.measure if metric else None
    if row.question is None or not isinstance(measure, Sums) or measure.kinds != (REACH_COUNTED,):
        return ""
    asked = {name: value for name, value in row.question.items() if name not in ("metric", "point")}
    where = {one.name: one.values[0] for one in measure.where}
    asked |= {"event": REACH_COUNTED, "measure": "sum", "where": where, "breakdown": "property",
              "property": "channel", "by": "day"}  # fmt: skip
    return (
        f"{reverse('evaluation:explore')}?{urlencode({'q': json.dumps(asked, separators=(',', ':'))})}"
        if row.judged.figure.now
        else ""
    )


def sentence(picture: Picture) -> tuple[str, str]:
    """Where the widest gap is, and its tone."""
    gap, found = picture.gap, [row.judged for row in picture.rows]
    if gap is not None:
        return _gap(gap), tone(gap.at)
    if not any(one.stage.rate or one.stage.count for one in found):
        return _("No stage has a target yet: set them, and the widest gap is named here."), "churned"
    if all(one.reached is None for one in found):
        return _("Nothing can be judged yet: the days or figures for it are lacking."), "churned"
    return _("Every stage reaches its target."), "good"


def _gap(gap: rules.Gap) -> str:
    one, told = gap.at, {"stage": STAGES[gap.at.stage.slug], "missing": f"{gap.missing:,}"}
    if gap.by == rules.RATE:
        before = STAGES[rules.STAGES[rules.STAGES.index(one.stage.slug) - 1]]
        return _(
            "The widest gap is at “%(stage)s”: %(rate)s%% of “%(before)s” come this far, %(target)s%% are aimed at; "
            "missing: %(missing)s."
        ) % {**told, "before": before, "rate": share(one.rate), "target": share(one.stage.rate)}
    return _("The widest gap is at “%(stage)s”: %(now)s of %(due)s that are due by now; missing: %(missing)s.") % {
        **told, "now": f"{one.figure.now or 0:,}", "due": f"{rules.whole(one.due or 0):,}",
    }  # fmt: skip


def share(value: float | None) -> str:
    """Per cent with as many places as tell something: 3.1, 0.04, 12."""
    if value is None:
        return "—"
    places = 1 if value >= 1 or value == 0 else 2
    return f"{value:.{places}f}".rstrip("0").rstrip(".")


def refusal(found: rules.Problem) -> str:
    told = {"stage": STAGES.get(found.slug, "")}
    return {
        "stages": _("The five stages stand in their order: exposure, interest, action, retention, conversion."),
        "repeated": _("“%(stage)s” counts what an earlier stage counts already. Choose another figure."),
        "first_rate": _("No stage stands before “%(stage)s”: give it a number instead of a share."),
        "rate": _("The share of “%(stage)s” must be above 0 and at most 100 per cent of the stage before."),
        "count": _("The number of “%(stage)s” must be above 0 and at most a trillion. Leave it empty for no target."),
    }[found.why] % told  # fmt: skip


def field(slug: str, part: str) -> str:
    """What a part is called in forms and errors."""
    return f"{slug}_{part}" if slug else "stages"
