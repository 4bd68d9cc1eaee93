"""Which alerts wait for an operator?"""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from weilu.core import clock
from weilu.core.mail import queries as mail
from weilu.core.needs import BAD, WARN, Need
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer
from weilu.evaluation.alerts import queries, raising, words

SHOWN = 5


def of_alerts(viewer: Viewer) -> Iterator[Need]:
    """Out of bounds, and nobody has said that they look after it."""
    if not viewer.can(rights.ALERTS):
        return
    rows = queries.waiting(viewer, clock.now())
    first = list(rows[:SHOWN])
    names = words.names_of(row.rule for row in first)
    for row in first:
        yield Need(words.alert(row, names), raising.path(row.pk), _("Look"), words.evidence(row), BAD)
    rest = rows.count() - SHOWN
    if rest > 0:
        yield Need(
            ngettext("%(n)s more alert", "%(n)s more alerts", rest) % {"n": rest},
            reverse("alerts:list"),
            _("Show all"),
            tone=BAD,
        )


def of_mail(viewer: Viewer) -> Iterator[Need]:
    """Letters that could not be sent."""
    if not viewer.can(rights.SETTINGS):
        return
    if count := mail.in_trouble(clock.now()):
        yield Need(
            ngettext("%(n)s letter could not be sent", "%(n)s letters could not be sent", count)
            % {"n": count},
            reverse("mail:log"),
            _("Look"),
            _("The page says what the mail server answered."),
            WARN,
        )


PROVIDERS = (of_alerts, of_mail)
