"""What an operator says about a source: its name, who may send, and which properties hold words."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from weilu.connectors.tracking.models import Source


class Fresh(forms.Form):
    """A new source."""

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("Such as “Shop website” or “Mini program”.")
    )


class Settings(forms.Form):
    """A source as it is. Lists stand one to a line."""

    name = forms.CharField(label=_("Name"), max_length=100)
    origins = forms.CharField(
        label=_("Allowed origins"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Addresses of pages that may send, one a line, such as https://shop.example.com. Empty: any page."
        ),
    )
    declared = forms.CharField(
        label=_("Properties whose words are counted"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Names of properties, one a line, whose texts are short words such as “gold”. All other texts stay private."
        ),
    )

    @classmethod
    def of(cls, source: Source) -> Settings:
        return cls(
            initial={
                "name": source.name,
                "origins": "\n".join(source.origins),
                "declared": "\n".join(source.declared),
            }
        )

    def lines(self, field: str) -> list[str]:
        return str(self.cleaned_data[field]).splitlines()
