"""Which fields do the pages of this room ask for, and which input do they refuse before any action runs?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, TypeVar
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from weilu.core.directory.models import Community
from weilu.core.errors import WeiluError
from weilu.core.operators import rights
from weilu.core.operators.actions import team

Made = TypeVar("Made")
PASSWORD = forms.PasswordInput(attrs={"autocomplete": "current-password"})
NEW_PASSWORD = forms.PasswordInput(attrs={"autocomplete": "new-password"})
CODE = forms.TextInput(
    attrs={"autocomplete": "one-time-code", "spellcheck": "false", "autocapitalize": "off"}
)
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
"""Each in its own words, for whoever landed in the wrong one."""
LIFETIMES = {"30": _("30 days"), "90": _("90 days"), "365": _("One year"), "": _("Until revoked")}


def timezones() -> list[tuple[str, str]]:
    return [
        (zone, zone.replace("_", " "))
        for zone in sorted(available_timezones())
        if "/" in zone or zone == "UTC"
    ]


def tried(form: forms.Form, act: Callable[[], Made]) -> Made | None:
    """What an action makes of a form that was sent. None where the form does not hold or the action refuses; then the form says
    why, at the field that is meant."""
    if not form.is_valid():
        return None
    try:
        return act()
    except WeiluError as error:
        name = str(error.details.get("field", "")).removeprefix("body.")
        form.add_error(name if name in form.fields else None, str(error))
        return None


class Login(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(label=_("Password"), strip=False, max_length=1000, widget=PASSWORD)


class Second(forms.Form):
    code = forms.CharField(label=_("Code"), max_length=20, widget=CODE)


class NewPassword(forms.Form):
    password = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=1000,
        widget=NEW_PASSWORD,
        help_text=_("At least 10 characters; a sentence is fine."),
    )


class FirstStart(forms.Form):
    code = forms.CharField(
        label=_("Code from the terminal"),
        max_length=20,
        widget=CODE,
        help_text=_(
            "Weilu printed it where it was started; it also stands in the file first-start.code of its home folder."
        ),
    )
    brand = forms.CharField(label=_("Brand"), max_length=100)
    name = forms.CharField(label=_("Your name"), max_length=100)
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    password = NewPassword.base_fields["password"]
    timezone = forms.ChoiceField(label=_("Time zone"), choices=timezones, initial="Asia/Shanghai")
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)


class Brand(forms.Form):
    name = forms.CharField(label=_("Brand"), max_length=100)
    timezone = forms.ChoiceField(
        label=_("Time zone"),
        choices=timezones,
        help_text=_("For communities that have no time zone of their own."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES, help_text=_("For reports."))


class Preferences(forms.Form):
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    theme = forms.ChoiceField(
        label=_("Theme"),
        choices=[("auto", _("As the system")), ("light", _("Light")), ("dark", _("Dark"))],
    )


class Name(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100)


class ChangePassword(NewPassword):
    old = forms.CharField(label=_("Present password"), strip=False, max_length=1000, widget=PASSWORD)
    field_order = ["old", "password"]


class Prove(forms.Form):
    password = forms.CharField(label=_("Present password"), strip=False, max_length=1000, widget=PASSWORD)


class Token(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("What will use it."))
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"), choices=list(rights.RIGHTS.items()), widget=forms.CheckboxSelectMultiple
    )
    days = forms.ChoiceField(label=_("Lasts"), choices=list(LIFETIMES.items()), required=False, initial="90")

    def lasts(self) -> dt.timedelta | None:
        days = self.cleaned_data["days"]
        return dt.timedelta(days=int(days)) if days else None


class Roles(forms.Form):
    """One role, for all communities or for the ones chosen; one of both must be said, since leaving out must not widen."""

    role = forms.ChoiceField(
        label=_("Role"),
        initial="community_manager",
        choices=[(slug, name) for slug, (name, _rights) in rights.ROLES.items()],
    )
    everywhere = forms.BooleanField(label=_("All communities, also those to come"), required=False)
    communities = forms.TypedMultipleChoiceField(
        label=_("Or only these"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, communities: list[Community], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(row.pk), str(row)) for row in communities]
        self.fields["communities"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if "communities" in given and bool(given["communities"]) == given["everywhere"]:
            self.add_error("everywhere", _("Choose all communities, or some of them."))
        return given

    def chosen(self) -> list[team.Role]:
        """The role once for each community chosen, or once for all."""
        where = (None,) if self.cleaned_data["everywhere"] else self.cleaned_data["communities"]
        return [team.Role(self.cleaned_data["role"], community) for community in where]


class Invite(Roles):
    name = forms.CharField(label=_("Name"), max_length=100)
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    field_order = ["name", "email", "role", "everywhere", "communities"]
