"""How do endpoints come, change and go, and how is a delivery settled? The only writers of this room."""

from __future__ import annotations

import datetime as dt
import random
import secrets as chance
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from weilu.connectors.webhooks import handlers, reach, rules
from weilu.connectors.webhooks.models import Attempt, Delivery, Endpoint, Paused, State
from weilu.connectors.webhooks.sending import Outcome
from weilu.core import clock
from weilu.core.decisions.evidence import Plain
from weilu.core.errors import Conflict, Forbidden, WeiluError
from weilu.core.events import handlers as log_handlers
from weilu.core.operators import audit, rights, secrets
from weilu.core.operators.access import Viewer, access_community, demand

PURPOSE = "webhook"
MOST_ENDPOINTS = 100
MOST_KINDS = 100
PING = "webhook.ping"
AUDIT_WORDS = {
    "webhook.created": _("Set up a webhook"),
    "webhook.changed": _("Changed a webhook"),
    "webhook.removed": _("Removed a webhook"),
    "webhook.secret_renewed": _("Made a new secret for a webhook"),
    "webhook.paused": _("Paused a webhook"),
    "webhook.resumed": _("Let a webhook run again"),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What an endpoint is to be. `communities` None: all that the operator may, also those to come."""

    name: str
    url: str
    kinds: Sequence[str] = ("*",)
    decisions: Sequence[str] = ()
    communities: Sequence[int] | None = None
    texts: bool = False
    imports: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """The row and its secret, which is shown this once."""

    row: Endpoint
    secret: str


def create(viewer: Viewer, wish: Wish) -> Made:
    """An endpoint of the viewer's own. Raises BadAddress, WeiluError, Forbidden, NotFound (a community not theirs)."""
    _check(viewer, wish)
    secret = _new_secret()
    with transaction.atomic():
        if Endpoint.objects.filter(operator_id=viewer.operator_id or 0).count() >= MOST_ENDPOINTS:
            raise Conflict(_("There are %(n)d webhooks already. Remove one first.") % {"n": MOST_ENDPOINTS})
        _wake(wish.kinds)
        row = Endpoint.objects.create(
            operator_id=viewer.operator_id or 0,
            secret=secrets.seal(PURPOSE, secret),
            created_at=clock.now(),
            **_fields(wish),
        )
        audit.record(viewer, "webhook.created", ("webhook", row.pk), **_audited(row))
    return Made(row, secret)


def change(viewer: Viewer, row: Endpoint, wish: Wish) -> Endpoint:
    """Raises as `create`. What is on its way already goes to the new address."""
    _check(viewer, wish)
    with transaction.atomic():
        if not row.paused:
            _wake(wish.kinds)
        Endpoint.objects.filter(pk=row.pk).update(**_fields(wish))
        row.refresh_from_db()
        audit.record(viewer, "webhook.changed", ("webhook", row.pk), **_audited(row))
    return row


def remove(viewer: Viewer, row: Endpoint) -> None:
    """With its log; what is on its way is not sent any more."""
    with transaction.atomic():
        audit.record(viewer, "webhook.removed", ("webhook", row.pk))
        row.delete()


def renew_secret(viewer: Viewer, row: Endpoint) -> Made:
    """A new secret; the old one signs beside it for a day."""
    secret = _new_secret()
    with transaction.atomic():
        until = clock.now() + dt.timedelta(hours=rules.OLD_SECRET_HOURS)
        row.old_secret, row.old_until, row.secret = row.secret, until, secrets.seal(PURPOSE, secret)
        row.save(update_fields=["old_secret", "old_until", "secret"])
        audit.record(viewer, "webhook.secret_renewed", ("webhook", row.pk))
    return Made(row, secret)


def pause(viewer: Viewer, row: Endpoint) -> Endpoint:
    """Nothing is sent, and what happens meanwhile is not kept for it. A second time changes nothing."""
    with transaction.atomic():
        if Endpoint.objects.filter(pk=row.pk, paused=Paused.NO).update(paused=Paused.BY_HAND):
            audit.record(viewer, "webhook.paused", ("webhook", row.pk))
    row.refresh_from_db()
    return row


def resume(viewer: Viewer, row: Endpoint) -> Endpoint:
    """What was on its way when it was paused is tried again."""
    with transaction.atomic():
        _wake(row.kinds)
        changed = Endpoint.objects.filter(pk=row.pk).exclude(paused=Paused.NO)
        if changed.update(paused=Paused.NO, failing_since=None):
            row.deliveries.filter(state=State.WAITING).update(next_at=clock.now())
            audit.record(viewer, "webhook.resumed", ("webhook", row.pk))
    row.refresh_from_db()
    return row


def ping(row: Endpoint) -> Delivery:
    """A message that says nothing, to try the address. Conflict while the endpoint is paused."""
    _running(row)
    now = clock.now()
    return Delivery.objects.create(
        endpoint=row, about=Delivery.PING, ref=chance.randbits(62), kind=PING, next_at=now, created_at=now
    )


def replay(delivery: Delivery) -> Delivery:
    """Send it once more, under its old id. Conflict while it is on its way, or the endpoint is paused."""
    _running(delivery.endpoint)
    done = Delivery.objects.filter(pk=delivery.pk).exclude(state=State.WAITING)
    if not done.update(
        state=State.WAITING, attempts=0, next_at=clock.now(), claimed_until=None, done_at=None
    ):
        raise Conflict(_("It is on its way already."))
    delivery.refresh_from_db()
    return delivery


# settling -----------------------------------------------------------------------------------------------------------


def drop(delivery: Delivery) -> None:
    """There is nothing left that may be said."""
    Delivery.objects.filter(pk=delivery.pk).update(
        state=State.DROPPED, done_at=clock.now(), claimed_until=None
    )


def settle(delivery: Delivery, found: Outcome) -> None:
    """Write down how an attempt went, and what follows: delivered, tried again, given up, or the endpoint paused."""
    now = clock.now()
    with transaction.atomic():
        Attempt.objects.create(
            delivery=delivery, at=now, status=found.status, error=found.error, milliseconds=found.milliseconds,
            answer=found.answer,
        )  # fmt: skip
        if rules.is_good(found.status):
            _move(delivery, state=State.DELIVERED, done_at=now)
            Endpoint.objects.filter(pk=delivery.endpoint_id).exclude(failing_since=None).update(
                failing_since=None
            )
        else:
            _failed(delivery, found, now)


def _failed(delivery: Delivery, found: Outcome, now: dt.datetime) -> None:
    # When, not whether it is guessed: no secret hangs on it.
    wait = rules.wait(delivery.attempts + 1, random.random(), found.asked)  # noqa: S311
    if wait is None:
        _move(delivery, state=State.FAILED, done_at=now)
    else:
        _move(delivery, next_at=now + wait)
    Endpoint.objects.filter(pk=delivery.endpoint_id, failing_since=None).update(failing_since=now)
    row = Endpoint.objects.filter(pk=delivery.endpoint_id, paused=Paused.NO)
    since = row.values_list("failing_since", flat=True).first()
    if found.status == rules.GONE:
        row.update(paused=Paused.GONE)
    elif rules.pauses(since, now):
        row.update(paused=Paused.FAILING)


def _move(delivery: Delivery, **fields: object) -> None:
    Delivery.objects.filter(pk=delivery.pk, state=State.WAITING).update(
        attempts=delivery.attempts + 1, claimed_until=None, **fields
    )


# checks -------------------------------------------------------------------------------------------------------------


def _check(viewer: Viewer, wish: Wish) -> None:
    demand(viewer, rights.WEBHOOKS)
    demand(viewer, rights.VIEW)
    if wish.texts:
        demand(viewer, rights.TEXTS)
    if not viewer.operator_id:
        raise Forbidden(_("A webhook belongs to an account."))
    if not wish.name.strip():
        raise WeiluError(_("Give it a name."), field="body.name")
    if not wish.kinds and not wish.decisions:
        raise WeiluError(_("Choose at least one kind of event or decision."), field="body.kinds")
    reach.target(wish.url, settings.WEBHOOK_HOSTS)
    for community in wish.communities or ():
        access_community(viewer, community, rights.WEBHOOKS)


def _fields(wish: Wish) -> dict[str, object]:
    return {
        "name": wish.name.strip()[:100],
        "url": wish.url,
        "kinds": sorted(set(wish.kinds)),
        "decisions": sorted(set(wish.decisions)),
        "communities": None if wish.communities is None else sorted(set(wish.communities)),
        "texts": wish.texts,
        "imports": wish.imports,
    }


def _audited(row: Endpoint) -> dict[str, Plain]:
    return {"communities": row.communities, "texts": row.texts, "imports": row.imports}


def _wake(kinds: Sequence[str]) -> None:
    if kinds and handlers.nobody_listens():
        log_handlers.wake(handlers.NAME)


def _running(row: Endpoint) -> None:
    if row.paused:
        raise Conflict(_("This webhook is paused. Let it run again first."))


def _new_secret() -> str:
    return rules.secret_of(chance.token_bytes(rules.SECRET_BYTES))


# letting go ---------------------------------------------------------------------------------------------------------

KEPT = dt.timedelta(days=30)


def forget_person(identity: int) -> None:
    """Somebody is erased: a receiver's answer may have quoted anybody. Safe to run twice."""
    Attempt.objects.exclude(answer="").update(answer="")


def tidy(now: dt.datetime) -> None:
    """The log of deliveries is kept for a month; an old secret goes when it signs no more."""
    Delivery.objects.exclude(state=State.WAITING).filter(done_at__lt=now - KEPT).delete()
    Endpoint.objects.filter(old_until__lte=now).update(old_secret="", old_until=None)
