"""What may an operator choose about scores? Parsed once, here, for the pages."""

from __future__ import annotations

from typing import Any

from django import forms

from weilu.goals.kpi import rules, words


class WeightsForm(forms.Form):
    growth = forms.IntegerField(min_value=0, max_value=100)
    activity = forms.IntegerField(min_value=0, max_value=100)
    conversion = forms.IntegerField(min_value=0, max_value=100)
    retention = forms.IntegerField(min_value=0, max_value=100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        for name in rules.GROUPS:
            fields[name].label = words.GROUPS[name]

    def weights(self) -> dict[str, int]:
        return {group: self.cleaned_data[group] for group in rules.GROUPS}
