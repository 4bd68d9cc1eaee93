"""What may an operator choose about a goal? Parsed once, here, for the pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from weilu.core import metrics
from weilu.core.operators.models import Operator
from weilu.goals import rules, words
from weilu.goals.actions import Result, Wish


def _date() -> forms.DateInput:
    return forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class GoalForm(forms.Form):
    title = forms.CharField(
        label=_("What is to be reached"), max_length=200, help_text=_("In a sentence, such as: newcomers find their voice.")
    )  # fmt: skip
    community = forms.TypedChoiceField(label=_("Where"), required=False, coerce=int, empty_value=None)
    segment = forms.TypedChoiceField(
        label=_("Of whom"), required=False, coerce=int, empty_value=None,
        help_text=_("A segment counts those who are in it on the last day asked. In a community it must be one of that community alone."),
    )  # fmt: skip
    owner = forms.TypedChoiceField(label=_("Whose"), coerce=int)
    first = forms.DateField(label=_("From"), widget=_date())
    last = forms.DateField(label=_("Until"), widget=_date())

    def __init__(
        self,
        *args: Any,
        scopes: Sequence[tuple[str, str]],
        segments: Sequence[tuple[str, str]],
        owners: Sequence[Operator],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["community"].choices = [(key, name or _("The whole brand")) for key, name in scopes]
        fields["segment"].choices = segments
        fields["owner"].choices = [(str(one.pk), str(one)) for one in owners]

    def wish(self) -> Wish:
        given = self.cleaned_data
        return Wish(
            given["title"],
            given["owner"],
            given["first"],
            given["last"],
            given["community"],
            given["segment"],
        )


class ResultForm(forms.Form):
    metric = forms.ChoiceField(label=_("Figure"))
    aim = forms.ChoiceField(
        label=_("Counted as"),
        choices=list(words.AIMS.items()),
        help_text=_(
            "A total of what is better in small numbers, such as leaves, is the most that there may be."
        ),
    )
    target = forms.FloatField(
        label=_("Target"),
        help_text=_("In the unit of the figure: 40 for 40%, 600 for ten minutes."),
    )
    baseline = forms.FloatField(
        label=_("Baseline"),
        required=False,
        help_text=_("Empty: the mean of the four whole weeks before the first day, frozen now."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["metric"].choices = [(one.slug, one.label) for one in metrics.all_metrics()]

    def result(self) -> Result:
        given = self.cleaned_data
        return Result(given["metric"], given["target"], given["aim"], given["baseline"])


USUAL = {"metric": "wau", "aim": rules.LEVEL}
