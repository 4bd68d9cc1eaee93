"""What became of the letters?"""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from weilu.core.mail.models import Letter, State

ERRORS: dict[str, str | Promise] = {
    "bad_setting": _("WEILU_SMTP_URL cannot be read. It looks like smtps://user:password@host:465"),
    "recipient_refused": _("The mail server does not know this address. Correct the account’s e-mail."),
    "text_refused": _("The mail server refused the letter’s text."),
    "sender_refused": _("The mail server refuses our sender. Set ?from=… in WEILU_SMTP_URL."),
    "login_refused": _("The mail server refuses user or password in WEILU_SMTP_URL."),
    "no_tls": _(
        "The mail server offers no encryption. Use smtps://, or ?tls=no for a relay on this machine."
    ),
    "certificate": _("The mail server’s certificate is not valid for its name."),
    "slow": _("The mail server did not answer in time."),
    "unreachable": _("The mail server cannot be reached."),
    "address": _("The account’s e-mail is not an address. Correct it."),
}
TROUBLED = 2
"""So many failed attempts are worth a word."""


def letters() -> QuerySet[Letter]:
    """Newest first."""
    return Letter.objects.select_related("operator").order_by("-pk")


def about(kind: str, ref: int) -> list[Letter]:
    """Letters about one thing, oldest first."""
    return list(Letter.objects.filter(kind=kind, ref=ref).select_related("operator").order_by("pk"))


def in_trouble(now: dt.datetime) -> int:
    """How many letters were given up this week, or failed more than once and still wait."""
    failed = Letter.objects.filter(state=State.FAILED, done_at__gte=now - dt.timedelta(days=7)).count()
    return failed + Letter.objects.filter(state=State.WAITING, attempts__gte=TROUBLED).count()


def error_word(slug: str) -> str:
    return str(ERRORS.get(slug, slug))
