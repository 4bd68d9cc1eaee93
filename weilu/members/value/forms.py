"""How are weights and edges read that an operator typed?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from weilu.core.errors import WeiluError
from weilu.members.value import actions, rules, words
from weilu.members.value.rules import Scale


class ScaleForm(forms.Form):
    """A weight for each factor, and four edges for each step (empty: fifths)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in rules.FACTORS:
            self.fields[one] = forms.IntegerField(
                label=str(words.FACTOR_WORDS[one]),
                min_value=0,
                max_value=100,
                help_text=str(words.MEANINGS[one]),
            )
        for one in rules.STEPS:
            self.fields[f"edges_{one}"] = forms.CharField(
                label=_("Edges: %(step)s") % {"step": words.STEP_WORDS[one]}, required=False, max_length=100,
                help_text=_("Four numbers such as 1 2 4 8 (%(unit)s). Empty: by fifths of those who ordered.") % {"unit": words.STEP_UNITS[one]},
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                actions.checked(self.scale(given))
            except WeiluError as error:
                raise forms.ValidationError(str(error))
        return given

    def scale(self, given: dict[str, Any] | None = None) -> Scale:
        """Raises WeiluError for edges that are no numbers."""
        data = self.cleaned_data if given is None else given
        edges = {one: _edges(data.get(f"edges_{one}", "")) for one in rules.STEPS}
        return Scale(
            {one: data[one] for one in rules.FACTORS}, {one: some for one, some in edges.items() if some}
        )


def initial(scale: Scale) -> dict[str, Any]:
    edges = {f"edges_{one}": " ".join(map(str, scale.edges.get(one, ()))) for one in rules.STEPS}
    return {**scale.weights, **edges}


def _edges(text: str) -> tuple[int, ...]:
    parts = text.replace(",", " ").replace("，", " ").split()
    if not all(one.isascii() and one.isdecimal() and len(one) < 16 for one in parts):
        raise WeiluError(actions.PROBLEMS["edges"])
    return tuple(int(one) for one in parts)
