"""How do programs get a key, and how is it taken from them?"""

from __future__ import annotations

import datetime as dt
import secrets as random
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from weilu.core import clock
from weilu.core.errors import WeiluError
from weilu.core.operators import audit, rights, secrets
from weilu.core.operators.access import Viewer, missing, viewer_of
from weilu.core.operators.models import ApiToken, Operator

PURPOSE = "api-token"
SIGN = "weilu"
"""First part of every token, so that scanners of leaked secrets know it."""
USED_EVERY = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Made:
    """The row, and the token itself, which is shown this once and kept nowhere."""

    row: ApiToken
    token: str


def create(
    viewer: Viewer, operator: Operator, name: str, scopes: list[str], lasts: dt.timedelta | None
) -> Made:
    """A token of an operator: their rights, as far as its scopes (names of rights) reach. `lasts` None: until revoked."""
    if not scopes or not set(scopes) <= set(rights.RIGHTS):
        raise WeiluError(
            _("Choose at least one scope out of: %(scopes)s.") % {"scopes": ", ".join(rights.RIGHTS)}
        )
    prefix, secret, now = random.token_hex(4), random.token_urlsafe(32), clock.now()
    token = f"{SIGN}_{prefix}_{secret}"
    with transaction.atomic():
        row = ApiToken.objects.create(
            operator=operator,
            name=name.strip()[:100] or prefix,
            prefix=prefix,
            digest=secrets.digest(PURPOSE, token),
            scopes=sorted(set(scopes)),
            created_at=now,
            expires_at=now + lasts if lasts else None,
        )
        audit.record(viewer, "token.created", row, operator=operator.pk, scopes=row.scopes)
    return Made(row, token)


def revoke(viewer: Viewer, token_id: int) -> None:
    """End a token: one's own, or anybody's with the right to manage operators. `NotFound` otherwise."""
    with transaction.atomic():
        row = ApiToken.objects.filter(pk=token_id).first()
        if row is None or not (row.operator_id == viewer.operator_id or viewer.can(rights.OPERATORS)):
            raise missing()
        if ApiToken.objects.filter(pk=row.pk, revoked_at=None).update(revoked_at=clock.now()):
            audit.record(viewer, "token.revoked", row)


@dataclass(frozen=True, slots=True)
class Holder:
    """A token that works, and what it can: its operator's rights as far as its scopes reach."""

    row: ApiToken
    viewer: Viewer


def viewer_by(token: str) -> Viewer | None:
    """Who asks with this token, or None where it does not work."""
    found = holder(token)
    return found.viewer if found else None


def holder(token: str) -> Holder | None:
    """The token's row and viewer; None where it is wrong, revoked, too old, or its operator is gone."""
    parts = token.split("_", 2)
    if len(parts) != 3 or parts[0] != SIGN:
        return None
    row = ApiToken.objects.filter(prefix=parts[1]).select_related("operator").first()
    if (
        row is None
        or not secrets.same(row.digest, secrets.digest(PURPOSE, token))
        or not _valid(row, clock.now())
    ):
        return None
    _remember_use(row, clock.now())
    return Holder(row, viewer_of(row.operator).narrowed(frozenset(row.scopes)))


def _valid(row: ApiToken, now: dt.datetime) -> bool:
    return (
        row.revoked_at is None
        and (row.expires_at is None or row.expires_at > now)
        and row.operator.disabled_at is None
    )


def _remember_use(row: ApiToken, now: dt.datetime) -> None:
    """Written once a minute at most: a busy program must not make every read a write."""
    if row.last_used_at is None or now - row.last_used_at >= USED_EVERY:
        ApiToken.objects.filter(pk=row.pk).update(last_used_at=now)
