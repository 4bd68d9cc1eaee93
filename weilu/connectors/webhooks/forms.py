"""What may an operator choose about a webhook? Parsed once, here, for the pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from weilu.connectors.webhooks.actions import Wish
from weilu.connectors.webhooks.models import Endpoint
from weilu.core.decisions import kinds as decision_kinds
from weilu.core.directory.models import Community
from weilu.core.events import kinds

ALL = ("*", _("Everything, also what is to come"))


def _events() -> list[tuple[str, Any]]:
    return [ALL, *((one.slug, f"{one.label} · {one.slug}") for one in kinds.all_kinds())]


def _decisions() -> list[tuple[str, Any]]:
    return [ALL, *((one.slug, f"{one.label} · {one.slug}") for one in decision_kinds.all_kinds())]


class Webhook(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("What will listen."))
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
        help_text=_("Public and https. Addresses in private networks are refused."),
    )
    kinds = forms.MultipleChoiceField(
        label=_("Events"), required=False, choices=_events, widget=forms.CheckboxSelectMultiple
    )
    decisions = forms.MultipleChoiceField(
        label=_("Decisions"), required=False, choices=_decisions, widget=forms.CheckboxSelectMultiple
    )
    everywhere = forms.BooleanField(
        label=_("From all my communities, also those to come"), required=False, initial=True
    )
    communities = forms.TypedMultipleChoiceField(
        label=_("Or only from these"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    texts = forms.BooleanField(label=_("With what members wrote"), required=False)
    imports = forms.BooleanField(
        label=_("Imports and back-fills too, not only what happens live"), required=False
    )

    def __init__(self, *args: Any, communities: list[Community], texts: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(row.pk), str(row)) for row in communities]
        self.fields["communities"].choices = choices  # type: ignore[attr-defined]
        if not texts:
            del self.fields["texts"]

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if "communities" in given and bool(given["communities"]) == given["everywhere"]:
            self.add_error("everywhere", _("Choose all communities, or some of them."))
        if not given.get("kinds") and not given.get("decisions"):
            self.add_error("kinds", _("Choose at least one kind of event or decision."))
        return given

    def wish(self) -> Wish:
        given = self.cleaned_data
        return Wish(
            name=given["name"],
            url=given["url"],
            kinds=given["kinds"],
            decisions=given["decisions"],
            communities=None if given["everywhere"] else given["communities"],
            texts=given.get("texts", False),
            imports=given["imports"],
        )


def initial(row: Endpoint) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in ("name", "url", "kinds", "decisions", "texts", "imports")}
    return {**plain, "everywhere": row.communities is None, "communities": row.communities or []}
