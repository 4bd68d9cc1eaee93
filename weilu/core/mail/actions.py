"""How does a letter get on its way, and how is an attempt settled? The only writers of this room."""

from __future__ import annotations

import datetime as dt
import secrets as chance
from collections.abc import Iterable

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from weilu.core import clock
from weilu.core.errors import Conflict
from weilu.core.mail import rules
from weilu.core.mail.composing import TEST
from weilu.core.mail.models import Letter, State
from weilu.core.mail.sending import Outcome
from weilu.core.operators import audit, rights
from weilu.core.operators.access import Viewer, demand

KEPT = dt.timedelta(days=90)
AUDIT_WORDS = {"mail.tried": _("Sent a test letter"), "mail.retried": _("Sent letters again")}


def set_up() -> bool:
    """Whether this installation can send mail at all."""
    return bool(settings.SMTP_URL)


def put(kind: str, ref: int, operators: Iterable[int], *, occasion: str) -> int:
    """Letters about one thing to these operators, inside the caller's transaction; returns how many were put in. The same
    occasion a second time puts none. Without a mail server none is put in: they would all come at once when one is set up."""
    if not set_up():
        return 0
    now = clock.now()
    made = [
        Letter(key=f"{kind}/{ref}/{occasion}/{one}", kind=kind, ref=ref, operator_id=one, next_at=now, created_at=now)
        for one in sorted(set(operators))
    ]  # fmt: skip
    known = set(Letter.objects.filter(key__in=[one.key for one in made]).values_list("key", flat=True))
    fresh = [one for one in made if one.key not in known]
    Letter.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def settle(letter: Letter, found: Outcome) -> None:
    """Write down how an attempt went, and when the next one is due."""
    now = clock.now()
    row = Letter.objects.filter(pk=letter.pk, state=State.WAITING)
    wait = None if found.final else rules.wait(letter.attempts + 1, now - letter.created_at)
    if not found.error:
        row.update(state=State.SENT, done_at=now, error="", attempts=F("attempts") + 1, claimed_until=None)
    elif wait is None:
        row.update(
            state=State.FAILED, done_at=now, error=found.error, attempts=F("attempts") + 1, claimed_until=None
        )
    else:
        row.update(
            next_at=now + wait, error=found.error, attempts=F("attempts") + 1, claimed_until=None
        )  # fmt: skip


def drop(letter: Letter) -> None:
    """There is nothing left to say, or nobody who may hear it."""
    Letter.objects.filter(pk=letter.pk, state=State.WAITING).update(
        state=State.DROPPED, done_at=clock.now(), claimed_until=None
    )


def try_out(viewer: Viewer) -> Letter:
    """A letter to oneself. Conflict where no mail server is set up."""
    demand(viewer, rights.SETTINGS)
    if not set_up():
        raise Conflict(_("No mail server is set up. Set WEILU_SMTP_URL and start Weilu again."))
    if not viewer.operator_id:
        raise Conflict(_("A letter goes to an account; the command line has none."))
    number, occasion = chance.randbits(40), "once"
    put(TEST, number, [viewer.operator_id], occasion=occasion)
    audit.record(viewer, "mail.tried")
    return Letter.objects.get(kind=TEST, ref=number)


def try_again(viewer: Viewer) -> int:
    """All that was given up in the last days, and what waits, once more; returns how many."""
    demand(viewer, rights.SETTINGS)
    now = clock.now()
    count = Letter.objects.filter(state=State.FAILED).update(
        state=State.WAITING, attempts=0, next_at=now, done_at=None
    )
    count += Letter.objects.filter(state=State.WAITING, attempts__gt=0).update(next_at=now)
    audit.record(viewer, "mail.retried", letters=count)
    return count


def tidy(now: dt.datetime) -> None:
    """What is done is kept for a quarter."""
    Letter.objects.exclude(state=State.WAITING).filter(done_at__lt=now - KEPT).delete()
