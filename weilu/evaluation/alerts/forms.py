"""What may an operator choose about an alert? Parsed once, here, for the pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from weilu.core import metrics
from weilu.core.operators.models import Operator
from weilu.evaluation.alerts import rules, words
from weilu.evaluation.alerts.actions import LONGEST_COMMENT, Wish
from weilu.evaluation.alerts.models import AlertRule


class RuleForm(forms.Form):
    """Metric, scope, and what is out of bounds."""

    metric = forms.ChoiceField(label=_("Figure"))
    community = forms.TypedChoiceField(
        label=_("Where"), required=False, coerce=int, empty_value=None, choices=()
    )
    segment = forms.TypedChoiceField(
        label=_("Of whom"), required=False, coerce=int, empty_value=None,
        help_text=_("A segment counts those who are in it on the last day asked. In a community it must be one of that community alone."),
    )  # fmt: skip
    size = forms.ChoiceField(label=_("Judged"), choices=list(words.SIZES.items()))
    kind = forms.ChoiceField(label=_("Out of bounds is"), choices=list(words.KINDS.items()))
    direction = forms.ChoiceField(label=_("Which way"), choices=list(words.DIRECTIONS.items()))
    limit = forms.FloatField(
        label=_("Limit"),
        help_text=_("A value of the figure (seconds, per cent, people …); the per cent of a change; or how many standard "
                    "deviations are unusual, usually 3.5."),
    )  # fmt: skip
    against = forms.ChoiceField(
        label=_("A change is measured against"),
        choices=list(words.AGAINST.items()),
        help_text=_("Only for changes."),
    )
    mail = forms.TypedMultipleChoiceField(
        label=_("Also by mail to"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self,
        *args: Any,
        scopes: Sequence[tuple[str, str]],
        segments: Sequence[tuple[str, str]],
        readers: Sequence[Operator],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["metric"].choices = [(one.slug, one.label) for one in metrics.all_metrics()]
        fields["community"].choices = [(key, name or _("The whole brand")) for key, name in scopes]
        fields["segment"].choices = segments
        fields["mail"].choices = [(str(one.pk), str(one)) for one in readers]

    def wish(self) -> Wish:
        given = self.cleaned_data
        condition = rules.Condition(
            given["kind"], given["direction"], given["limit"], given["size"], given["against"]
        )
        return Wish(given["metric"], condition, given["community"], given["mail"], given["segment"])


def initial(row: AlertRule) -> dict[str, Any]:
    names = ("metric", "segment", "size", "kind", "direction", "limit", "against", "mail")
    limit = int(row.limit) if row.limit.is_integer() else row.limit
    return {**{name: getattr(row, name) for name in names}, "limit": limit, "community": row.community_id}


USUAL: dict[str, Any] = {
    "metric": "dau",
    "size": rules.DAY,
    "kind": rules.ANOMALY,
    "direction": rules.BELOW,
    "limit": rules.USUAL_LIMIT,
    "against": rules.MEAN,
}


class TaskForm(forms.Form):
    title = forms.CharField(label=_("What is to be done"), max_length=200)
    operator = forms.TypedChoiceField(label=_("Who"), coerce=int)
    due = forms.DateField(label=_("Until"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, given: Any, *, hands: Sequence[Operator], today: dt.date, prefix: str) -> None:
        super().__init__(given, initial={"due": today + dt.timedelta(days=1)}, prefix=prefix)
        fields: Any = self.fields
        fields["operator"].choices = [(str(one.pk), str(one)) for one in hands]


class CommentForm(forms.Form):
    text = forms.CharField(
        label=_("Comment"), max_length=LONGEST_COMMENT, widget=forms.Textarea(attrs={"rows": 2})
    )
