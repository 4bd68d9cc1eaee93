"""What may an operator choose about a link? Parsed once, here, for the pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from weilu.content.actions import Wish


def _listed(name: str) -> forms.TextInput:
    return forms.TextInput({"list": f"known-{name}", "autocomplete": "off"})


class LinkForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=200, help_text=_("As you speak of it, such as: spring menu, poster by the door.")
    )  # fmt: skip
    target = forms.CharField(
        label=_("Where it leads"), max_length=2000,
        widget=forms.TextInput({"inputmode": "url", "placeholder": "https://", "spellcheck": "false"}),
    )  # fmt: skip
    community = forms.TypedChoiceField(
        label=_("Community"), coerce=int, help_text=_("Where it is posted. For a second community make a second link: so each is counted apart."),
    )  # fmt: skip
    kind = forms.CharField(label=_("Type"), max_length=60, required=False, widget=_listed("kind"))
    column = forms.CharField(label=_("Column"), max_length=60, required=False, widget=_listed("column"))
    last = forms.DateField(
        label=_("Works until"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The last day on which it leads on. Empty: it does not end."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, scopes: Sequence[tuple[str, str]], fixed: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["community"].choices = scopes
        if fixed:
            fields["community"].widget = forms.HiddenInput()

    def wish(self) -> Wish:
        given: Mapping[str, Any] = self.cleaned_data
        names = ("name", "target", "community", "kind", "column", "last")
        return Wish(**{name: given[name] for name in names})
