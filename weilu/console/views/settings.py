"""What can be set up, and by whom?"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from weilu.core.operators import rights
from weilu.core.operators.access import ViewerRequest


@dataclass(frozen=True, slots=True)
class Section:
    word: str | Promise
    note: str | Promise
    view: str
    right: str
    """Empty: for everybody with an account."""
    icon: str


SECTIONS = (
    Section(
        _("My account"),
        _("Password, two-factor, sessions, API tokens."),
        "operators:account",
        "",
        icon="user-circle",
    ),
    Section(
        _("Brand"),
        _("Name, time zone and language of this installation."),
        "operators:brand",
        rights.SETTINGS,
        icon="building-store",
    ),
    Section(
        _("Operators"),
        _("Accounts, roles and the communities they see."),
        "operators:list",
        rights.OPERATORS,
        icon="users-group",
    ),
    Section(
        _("Webhooks"),
        _("Other programs are told what happens, as it happens."),
        "webhooks:list",
        rights.WEBHOOKS,
        icon="webhook",
    ),
    Section(
        _("Mail"),
        _("Letters to operators: the server, what went out, what did not."),
        "mail:log",
        rights.SETTINGS,
        icon="mail",
    ),
    Section(
        _("Audit trail"),
        _("Who did what, chained so that a change shows."),
        "operators:audit",
        rights.AUDIT,
        icon="shield-check",
    ),
    Section(
        _("Parked events"),
        _("Events that failed again and again, with the button that tries anew."),
        "console:parked",
        rights.SETTINGS,
        icon="alert-square-rounded",
    ),
)


@require_safe
def page(request: ViewerRequest) -> HttpResponse:
    """The sections that exist and that this operator may open; a clerk, who sees no members, still has an account."""
    shown = []
    for section in SECTIONS:
        if section.right and not request.viewer.can(section.right):
            continue
        try:
            shown.append((section, reverse(section.view)))
        except NoReverseMatch:
            continue
    return render(request, "console/settings.html", {"sections": shown})
