"""What may an operator choose about the stages of growth? Parsed once, here, for the pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from weilu.core import metrics
from weilu.core.errors import WeiluError
from weilu.core.events import kinds
from weilu.core.operators.access import Viewer, visible_communities
from weilu.core.warehouse import names
from weilu.goals.growth import queries, rules, words

Choice = tuple[Any, Any]


class PlanForm(forms.Form):
    """Three fields a stage: `exposure_source`, `exposure_rate`, `exposure_count` …"""

    def __init__(self, *args: Any, sources: Sequence[Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for at, slug in enumerate(rules.STAGES):
            self.fields[f"{slug}_source"] = forms.ChoiceField(label=_("Counts"), choices=sources)
            if at:
                self.fields[f"{slug}_rate"] = forms.FloatField(
                    label=_("Share of the stage before, %"), required=False
                )
            self.fields[f"{slug}_count"] = forms.FloatField(label=_("Number a month"), required=False)

    def groups(self) -> list[dict[str, Any]]:
        """Stage by stage, for the template."""
        parts = ("source", "rate", "count")
        return [
            {
                "word": words.STAGES[slug],
                "fields": [self[f"{slug}_{part}"] for part in parts if f"{slug}_{part}" in self.fields],
            }
            for slug in rules.STAGES
        ]

    def stages(self) -> list[rules.Stage]:
        given = self.cleaned_data
        found = []
        for slug in rules.STAGES:
            measure, _colon, source = given[f"{slug}_source"].partition(":")
            rate, count = given.get(f"{slug}_rate"), given[f"{slug}_count"]
            found.append(rules.Stage(slug, source, "" if measure == "metric" else measure, rate, count))
        return found


def initial(stages: Sequence[rules.Stage]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in stages:
        found[f"{one.slug}_source"] = f"{one.measure or 'metric'}:{one.source}"
        found[f"{one.slug}_rate"], found[f"{one.slug}_count"] = _plain(one.rate), _plain(one.count)
    return found


def _plain(value: float | None) -> float | None:
    """6 rather than 6.0."""
    return int(value) if value is not None and value.is_integer() else value


def sources(viewer: Viewer, held: Sequence[rules.Stage]) -> list[Choice]:
    """What a stage can count: metrics, then events by how often and by who did them. What is chosen already stays a choice."""
    counted = [one for one in metrics.all_metrics() if one.unit in queries.COUNTED]
    events = [(one.slug, str(one.label)) for one in kinds.all_kinds()]
    events += [(name, name) for name in _own(viewer) if kinds.find(name) is None]
    groups: list[Choice] = [
        (_("Metrics"), [(f"metric:{one.slug}", one.label) for one in counted]),
        (_("Events, each time"), [(f"count:{slug}", word) for slug, word in events]),
        (_("Events, members who did it"), [(f"members:{slug}", word) for slug, word in events]),
    ]
    there = {value for _name, some in groups for value, _word in some}
    chosen = [(value, words.source_word(one)) for one in held
              if (value := f"{one.measure or 'metric'}:{one.source}") not in there]  # fmt: skip
    return [*groups, *chosen]


def _own(viewer: Viewer) -> Sequence[str]:
    """Names of SDKs' own events; none while the store cannot be asked."""
    try:
        return names.every_kind([one.pk for one in visible_communities(viewer)])
    except WeiluError:
        return ()
